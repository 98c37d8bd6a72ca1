//! Which targets agree best with what another system said of its own: for histories that were imported.
//!
//! Each way of counting (calendar, when a clock stands still) gives every record the working time that it took. For one
//! way, the best value of a priority is the one that sorts most records as the other system did, which a single pass over
//! the records in the order of their time finds exactly.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value as Json, json};
use steward_calendar::{Day, Definition, Minute, WeekSpan};
use steward_clock::book::Book;
use steward_clock::definition::{AGREEMENT, LONGEST, TARGET};
use steward_model::event::Event;
use steward_model::filter::Filter;
use steward_model::id::RecordId;
use steward_model::moment::Moment;
use steward_model::record::{Dues, Record};

use super::definitions::Definitions;
use super::simulate::outcome;
use crate::App;
use crate::boxed;
use crate::error::Error;

/// Records compared at most.
const MOST: usize = 1_000_000;
/// Records folded together.
const BATCH: usize = 1_000;
/// Entries read for one batch at most.
const ENTRIES: usize = 1_000_000;
/// The calendar of a way of counting.
const CALENDAR: RecordId = RecordId(3);

/// First and last hour of a day, and whether weekends are worked.
type Week = (u16, u16, bool);

/// How well a way of counting agrees, with its best values.
#[derive(Debug, Clone)]
pub struct Fit {
    /// The calendar, in words.
    pub calendar: &'static str,
    /// When the clock stands still, by the key of the choice.
    pub pauses: &'static str,
    /// Best value of each priority in seconds, with the records of that priority and how many of them agree.
    pub values: BTreeMap<String, (i64, usize, usize)>,
    /// Records compared.
    pub records: usize,
    /// Records that come out as the other system said.
    pub agreeing: usize,
    /// Records kept under these values.
    pub kept: usize,
    /// Records kept as the other system said.
    pub said_kept: usize,
}

impl App {
    /// The ways of counting, best first. `flag` names the value in the table `imported` that is `true` for what was kept.
    ///
    /// # Errors
    /// When the database is away.
    #[boxed]
    pub async fn fit_service_levels(&self, kind: &str, flag: &str) -> Result<Vec<Fit>, Error> {
        let kind = self.kind(kind)?.clone();
        let ways: Arc<Vec<Way>> = Arc::new(self.ways(&kind.key));
        let records = self.all_of_kind(&kind.key).await?;
        let mut cases: Vec<Vec<Case>> = ways.iter().map(|_| Vec::new()).collect();
        let flag = flag.to_owned();
        for batch in records.chunks(BATCH) {
            let ids: Vec<RecordId> = batch.iter().map(|record| record.id).collect();
            let mut journals = self.store().journals_of(&ids, ENTRIES).await?;
            let part: Vec<(String, bool, Vec<Event>)> = batch
                .iter()
                .filter_map(|record| {
                    let said = said_kept(record, &flag)?;
                    Some((record.text("priority").to_owned(), said, journals.remove(&record.id)?))
                })
                .collect();
            let (ways, kind, now) = (ways.clone(), kind.clone(), self.now());
            let folding = tokio::task::spawn_blocking(move || {
                let each = ways.iter().map(|way| part.iter().filter_map(|case| way.case(&kind, case, now)).collect());
                each.collect::<Vec<Vec<Case>>>()
            });
            for (all, part) in cases.iter_mut().zip(folding.await.map_err(Error::internal)?) {
                all.extend(part);
            }
        }
        let mut fits: Vec<Fit> = ways.iter().zip(cases).map(|(way, cases)| way.fit(cases)).collect();
        fits.sort_by_key(|fit| std::cmp::Reverse(fit.agreeing));
        Ok(fits)
    }

    async fn all_of_kind(&self, kind: &str) -> Result<Vec<Record>, Error> {
        self.all_records(kind, &Filter::Everything, MOST).await
    }

    fn ways(&self, kind: &str) -> Vec<Way> {
        let calendars: [(&'static str, Option<Week>); 4] = [
            ("every hour", None),
            ("Mon–Fri 8–18", Some((8, 18, false))),
            ("Mon–Fri 9–17", Some((9, 17, false))),
            ("every day 7–22", Some((7, 22, true))),
        ];
        let mut ways = Vec::new();
        for (calendar, hours) in calendars {
            for pauses in ["never", "requester", "waiting"] {
                let definitions = definitions(kind, hours, pauses);
                ways.push(Way { calendar, pauses, book: definitions.compile(0, self.registry()) });
            }
        }
        ways
    }
}

/// A record under one way of counting.
struct Case {
    priority: String,
    said_kept: bool,
    elapsed: i64,
}

/// A way of counting.
struct Way {
    calendar: &'static str,
    pauses: &'static str,
    book: Book,
}

impl Way {
    fn case(
        &self,
        kind: &steward_model::kind::Kind,
        (priority, said_kept, events): &(String, bool, Vec<Event>),
        now: Moment,
    ) -> Option<Case> {
        let clocks = self.book.fold(kind, events).ok()?;
        let outcome = clocks.first().and_then(|clock| outcome(&self.book, clock, now))?;
        Some(Case { priority: priority.clone(), said_kept: *said_kept, elapsed: outcome.elapsed })
    }

    fn fit(&self, cases: Vec<Case>) -> Fit {
        let mut fit = Fit {
            calendar: self.calendar,
            pauses: self.pauses,
            values: BTreeMap::new(),
            records: cases.len(),
            agreeing: 0,
            kept: 0,
            said_kept: cases.iter().filter(|case| case.said_kept).count(),
        };
        let mut by_priority: BTreeMap<String, Vec<Case>> = BTreeMap::new();
        for case in cases {
            by_priority.entry(case.priority.clone()).or_default().push(case);
        }
        for (priority, mut cases) in by_priority {
            cases.sort_by_key(|case| case.elapsed);
            let (value, agreeing, kept) = best_value(&cases);
            fit.agreeing += agreeing;
            fit.kept += kept;
            fit.values.insert(priority, (value, cases.len(), agreeing));
        }
        fit
    }
}

/// The value under which most cases come out as was said, how many these are, and how many are kept under it. `cases` are
/// in the order of their time.
fn best_value(cases: &[Case]) -> (i64, usize, usize) {
    // Under a value of nothing all are broken.
    let mut agreeing = cases.iter().filter(|case| !case.said_kept).count();
    let mut best = (0, agreeing, 0);
    for (place, case) in cases.iter().enumerate() {
        if case.said_kept {
            agreeing += 1;
        } else {
            agreeing -= 1;
        }
        let is_last_of_equals = cases.get(place + 1).is_none_or(|next| next.elapsed > case.elapsed);
        if is_last_of_equals && agreeing > best.1 {
            best = (case.elapsed, agreeing, place + 1);
        }
    }
    best
}

fn said_kept(record: &Record, flag: &str) -> Option<bool> {
    let rows = record.field("imported")?.as_array()?;
    let row = rows.iter().find(|row| row.get("name").and_then(Json::as_str) == Some(flag))?;
    Some(row.get("value")?.as_str()? == "true")
}

fn definitions(kind: &str, hours: Option<Week>, pauses: &str) -> Definitions {
    let mut agreement = json!({ "name": "fit", "sort": "sla" });
    let mut found = Definitions::default();
    if let Some((opens, closes, weekend)) = hours {
        let days = Day::ALL;
        let days = days.into_iter().take(if weekend { 7 } else { 5 });
        let span = |day| Some(WeekSpan { day, from: Minute::new(opens, 0)?, to: Minute::new(closes, 0)? });
        let week = days.filter_map(span).collect();
        let definition = Definition { zone: Some("Etc/UTC".to_owned()), week, ..Definition::default() };
        found.calendars.insert(CALENDAR, serde_json::to_value(definition).unwrap_or_default());
        agreement["calendar"] = CALENDAR.0.into();
    }
    let target = json!({
        "name": "fit", "agreement": 1, "for_kind": kind, "metric": "resolution", "value": LONGEST, "pauses": pauses,
    });
    found.agreements = vec![made(1, AGREEMENT, agreement)];
    found.targets = vec![made(2, TARGET, target)];
    found
}

fn made(id: i64, kind: &str, fields: Json) -> Record {
    Record {
        id: RecordId(id),
        kind: kind.to_owned(),
        number: String::new(),
        revision: 0,
        state: "active".to_owned(),
        organisation: RecordId::SYSTEM,
        created_at: Moment(0),
        updated_at: Moment(0),
        created_by: RecordId::SYSTEM,
        fields: fields.as_object().cloned().unwrap_or_default().into_iter().collect(),
        watchers: Vec::new(),
        dues: Dues::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_value_sorts_most_cases_as_was_said() {
        let case = |elapsed, said_kept| Case { priority: String::new(), said_kept, elapsed };
        let cases = [case(1, true), case(2, false), case(3, true), case(3, true), case(5, false)];
        assert_eq!(best_value(&cases), (3, 4, 4));
        assert_eq!(best_value(&[case(1, false)]), (0, 1, 0), "nothing was kept");
    }
}
