//! Breaches that do not count, and what agreements credit for months in which too little was kept.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use jiff::tz::TimeZone;
use serde_json::Value as Json;
use steward_clock::clock::Clock;
use steward_clock::definition::{AGREEMENT, Sort};
use steward_model::access::{Action, Actor, may};
use steward_model::filter::{Filter, Operand, Test};
use steward_model::id::RecordId;
use steward_model::kind::Kind;
use steward_model::moment::Moment;
use steward_model::record::Record;
use steward_store::clocks::ClockCount;

use super::compliance::{Compliance, REPORT_DAYS, ReportBy};
use super::follow::read;
use super::report::to_hundredths;
use crate::App;
use crate::boxed;
use crate::error::Error;
use crate::list::ListRequest;
use crate::view::RecordView;

/// The kind of decisions that a breach does not count.
pub const EXCLUSION: &str = "breach_exclusion";
/// Records whose decisions are asked for in one question.
const AT_ONCE: usize = 500;

/// A broken promise that does not count.
#[derive(Debug, Clone)]
pub(crate) struct Excluded {
    /// The decision.
    pub(crate) exclusion: RecordId,
    clock: Clock,
    record: Arc<Record>,
}

impl Excluded {
    /// Whether it is among what was counted together.
    pub(crate) fn counts_in(&self, count: &ClockCount, by: ReportBy) -> bool {
        self.clock.agreement == count.agreement && self.clock.target == count.target && self.part(by) == count.part
    }

    /// Whether the promise was one of an agreement, in a month as `YYYY-MM`.
    pub(crate) fn is_of(&self, agreement: RecordId, month: &str) -> bool {
        self.clock.agreement == agreement && self.part(ReportBy::Month).as_deref() == Some(month)
    }

    /// What it is counted by, as the database writes it.
    fn part(&self, by: ReportBy) -> Option<String> {
        let record = &self.record;
        let id = match by {
            ReportBy::Month => {
                let began = self.clock.started_at.timestamp().to_zoned(TimeZone::UTC);
                return Some(began.strftime("%Y-%m").to_string());
            }
            ReportBy::Customer => Some(record.organisation),
            ReportBy::Service => record.reference("service"),
            ReportBy::Team => record.reference("team"),
            ReportBy::Person => record.reference("assignee"),
        };
        id.map(|id| id.to_string())
    }
}

/// What is credited for a month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credit {
    /// Name of the agreement.
    pub agreement: String,
    /// The month as `YYYY-MM`.
    pub month: String,
    /// The share of clocks that kept the promise, without breaches that do not count, in millionths of a per cent.
    pub share: i64,
    /// The part of the month's price, in millionths of a per cent.
    pub credit: i64,
    /// The same as an amount, in millionths, with its currency; where the agreement says what a month costs.
    pub amount: Option<(i64, String)>,
}

impl Credit {
    /// The amount with two figures after the point, and its currency.
    pub fn amount_text(&self) -> Option<(String, &str)> {
        let (millionths, currency) = self.amount.as_ref()?;
        let hundredths = millionths / 10_000;
        Some((format!("{}.{:02}", hundredths / 100, hundredths % 100), currency))
    }
}

impl App {
    /// Breaches on records of a list that somebody may read which do not count, of clocks that began since a moment.
    pub(crate) async fn excluded_breaches(
        &self,
        actor: &Actor,
        kind: &Arc<Kind>,
        since: Moment,
        of: &ListRequest,
    ) -> Result<Vec<Excluded>, Error> {
        let Ok(of_exclusions) = self.kind(EXCLUSION) else { return Ok(Vec::new()) };
        let of_exclusions = of_exclusions.clone();
        let now = self.now();
        let records = self.list_query(actor, kind, of).await?;
        let broken = self.store().breached_records(&records, None, since, now).await?;
        let mut accepted: HashMap<RecordId, Vec<Record>> = HashMap::new();
        for ids in broken.chunks(AT_ONCE) {
            let ids = ids.iter().map(|id| Operand::Value(Json::from(id.0))).collect();
            let of_these = Filter::And(vec![
                Filter::field_test("record", Test::In(ids)),
                Filter::field_test("state", Test::Equal(Operand::Value(Json::from("accepted")))),
            ]);
            // That a breach does not count is known to whoever reads the report; why is for those who may read the
            // decision.
            for decided in self.all_of(&Actor::system(), &of_exclusions, &of_these, usize::MAX >> 1).await? {
                if let Some(record) = decided.reference("record") {
                    accepted.entry(record).or_default().push(decided);
                }
            }
        }
        let ids: Vec<RecordId> = accepted.keys().copied().collect();
        let found = self.store().get_records(&ids).await?;
        let records: HashMap<RecordId, Arc<Record>> =
            found.into_iter().map(|loaded| (loaded.record.id, Arc::new(loaded.record))).collect();
        let mut excluded = Vec::new();
        for stored in self.store().clocks_of(&ids).await? {
            let clock = read(&stored)?.clock;
            let is_counted = clock.started_at >= since && clock.sort != Sort::Own && clock.is_breached(now);
            let decided = accepted.get(&stored.record).into_iter().flatten();
            let decided = decided
                .filter(|one| one.reference("target").is_none_or(|target| target == clock.target))
                .min_by_key(|one| one.id);
            if let (true, Some(decided), Some(record)) = (is_counted, decided, records.get(&stored.record)) {
                excluded.push(Excluded { exclusion: decided.id, clock, record: record.clone() });
            }
        }
        Ok(excluded)
    }

    /// The decisions behind the breaches that do not count in a report, as far as somebody may read them.
    ///
    /// # Errors
    /// [`Error::Denied`] for who is no staff.
    #[boxed]
    pub async fn exclusions(&self, actor: &Actor, kind: &Arc<Kind>, days: i64) -> Result<Vec<RecordView>, Error> {
        if !actor.is_system() && !actor.is_staff() {
            return Err(Error::Denied("see reports on service levels"));
        }
        let Ok(of_exclusions) = self.kind(EXCLUSION) else { return Ok(Vec::new()) };
        let of_exclusions = of_exclusions.clone();
        let now = self.now();
        let since = now.plus_seconds(-days.clamp(1, REPORT_DAYS) * 86_400);
        let excluded = self.excluded_breaches(actor, kind, since, &ListRequest::default()).await?;
        let ids: BTreeSet<RecordId> = excluded.iter().map(|one| one.exclusion).collect();
        let ids: Vec<RecordId> = ids.into_iter().collect();
        let found = self.store().get_records(&ids).await?.into_iter().map(|loaded| loaded.record);
        let may_read = |record: &Record| actor.is_system() || may(actor, Action::Read, &of_exclusions, record, now);
        let seen: Vec<Record> = found.filter(may_read).collect();
        self.views(actor, &of_exclusions, seen).await
    }

    /// What agreements credit for the months of the last days that are over, over all that they promise and whoever may
    /// see the records: what is owed does not depend on who asks. Only where somebody may read what they credit.
    ///
    /// # Errors
    /// [`Error::Denied`] for who is no staff.
    #[boxed]
    pub async fn service_credits(&self, actor: &Actor, days: i64) -> Result<Vec<Credit>, Error> {
        if !actor.is_system() && !actor.is_staff() {
            return Err(Error::Denied("see reports on service levels"));
        }
        let of_agreements = self.kind(AGREEMENT)?.clone();
        let now = self.now();
        let all = self.reference_records(AGREEMENT).await?;
        let may_read = |record: &Record| actor.is_system() || may(actor, Action::Read, &of_agreements, record, now);
        let readable: Vec<Record> =
            all.iter().filter(|one| one.field("credits").is_some() && may_read(one)).cloned().collect();
        // Without the fields that this reader may not see.
        let mut agreements = self.views(actor, &of_agreements, readable).await?;
        agreements.retain(|view| view.record.field("credits").is_some());
        let mut lines = Vec::new();
        if !agreements.is_empty() {
            for kind in self.promised_kinds().await? {
                // What is promised for a kind that is no longer there is kept by nobody.
                let Ok(kind) = self.kind(&kind).cloned() else { continue };
                lines.extend(self.compliance(&Actor::system(), &kind, ReportBy::Month, days).await?);
            }
        }
        let this_month = now.timestamp().to_zoned(TimeZone::UTC).strftime("%Y-%m").to_string();
        // The first month of the report may have begun before it.
        let begun = now.plus_seconds(-days.clamp(1, REPORT_DAYS) * 86_400);
        let cut = begun.timestamp().to_zoned(TimeZone::UTC).strftime("%Y-%m").to_string();
        let mut credits = Vec::new();
        for view in agreements {
            let agreement = &view.record;
            let steps = steps_of(agreement);
            for (month, (kept, counted)) in by_month(&lines, agreement.id) {
                if month >= this_month || month <= cut || counted == 0 {
                    continue;
                }
                let share = kept.saturating_mul(100_000_000) / counted;
                let Some(credit) = credit_of(share, &steps) else { continue };
                credits.push(Credit {
                    agreement: agreement.text("name").to_owned(),
                    month,
                    share,
                    credit,
                    amount: amount_of(agreement, credit),
                });
            }
        }
        Ok(credits)
    }
}

/// Kept, and kept or broken without what does not count, of an agreement in each month.
fn by_month(lines: &[Compliance], agreement: RecordId) -> BTreeMap<String, (i64, i64)> {
    let mut months: BTreeMap<String, (i64, i64)> = BTreeMap::new();
    for line in lines.iter().filter(|line| line.agreement_id == agreement) {
        let Some(month) = &line.part else { continue };
        let sums = months.entry(month.clone()).or_default();
        sums.0 += line.kept;
        sums.1 += line.kept + line.broken - line.excluded;
    }
    months
}

/// What a credit is of what a month costs, to the hundredth, half a hundredth up, in millionths, with its currency; where
/// the agreement says that.
pub(super) fn amount_of(agreement: &Record, credit: i64) -> Option<(i64, String)> {
    let charge = agreement.field("monthly_charge")?;
    let amount = charge.get("amount").and_then(Json::as_i64)?;
    let currency = charge.get("currency").and_then(Json::as_str)?;
    let part = i64::try_from(i128::from(amount) * i128::from(credit) / 100_000_000).ok()?;
    Some((to_hundredths(part), currency.to_owned()))
}

/// Pairs of a share and of what is credited below it, in millionths of a per cent.
pub(super) fn steps_of(agreement: &Record) -> Vec<(i64, i64)> {
    let rows = agreement.field("credits").and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
    let cell = |row: &Json, key: &str| row.get(key).and_then(Json::as_i64);
    rows.iter().filter_map(|row| Some((cell(row, "below")?, cell(row, "credit")?))).collect()
}

/// What is credited for a share; `None` when enough was kept.
pub(super) fn credit_of(share: i64, steps: &[(i64, i64)]) -> Option<i64> {
    steps.iter().filter(|(below, _)| share < *below).map(|(_, credit)| *credit).max()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_credit_that_is_reached_counts() {
        let steps = [(95_000_000, 5_000_000), (90_000_000, 10_000_000), (80_000_000, 25_000_000)];
        for (share, expected) in [
            (100_000_000, None),
            (95_000_000, None),
            (94_999_999, Some(5_000_000)),
            (85_000_000, Some(10_000_000)),
            (0, Some(25_000_000)),
        ] {
            assert_eq!(credit_of(share, &steps), expected, "{share}");
        }
    }
}
