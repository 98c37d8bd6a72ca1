//! Who is at a record just now: in memory only, told to other nodes, forgotten when nothing more is heard.
//!
//! An open page says every twenty seconds that it is there. Nothing of it is written to the database: what is true for
//! half a minute needs no disk.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};
use steward_model::access::Actor;
use steward_model::id::RecordId;
use steward_model::kind::Kind;
use steward_model::moment::Moment;

use crate::App;
use crate::boxed;
use crate::error::Error;
use crate::word::Word;

/// Between two beats of an open page, in seconds.
pub const BEAT_SECONDS: i64 = 20;
/// How long somebody counts as there after the last beat, in seconds: one beat may come late.
const STAY_SECONDS: i64 = 35;
/// Records with people at them that are remembered at most.
const RECORDS_MAX: usize = 20_000;
/// Between two looks for those who left, when there is no room.
const SWEEP_SECONDS: i64 = 1;
/// Pages at one record that are remembered at most.
const PAGES_MAX: usize = 100;
/// Longest word for a page, in bytes.
const PAGE_MAX: usize = 40;

/// What somebody does at a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Activity {
    /// Has it open.
    Viewing,
    /// Types into one of its forms.
    Writing,
    /// Is there no more.
    Left,
}

/// One page's word that somebody is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Beat {
    /// The record.
    pub record: RecordId,
    /// Who.
    pub person: RecordId,
    /// Which of their pages.
    pub page: String,
    /// What they do.
    pub activity: Activity,
    /// Whether it is news, as far as the node that heard it knows.
    pub is_news: bool,
}

/// Somebody at a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Present {
    /// Name; `None` when the reader may not know who it is.
    pub name: Option<String>,
    /// Whether they type.
    pub is_writing: bool,
}

/// Who is at a record.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AtRecord {
    /// Others than the reader, those who write first.
    pub people: Vec<Present>,
    /// Seconds until the first of them is forgotten unless heard again; `None` when there is nobody.
    pub look_again: Option<i64>,
}

/// Pages at records, by person.
#[derive(Debug, Default)]
pub(crate) struct Presence {
    records: Mutex<HashMap<RecordId, Pages>>,
    /// When those who left were last looked for at all records, in microseconds: a look at so many is not for each beat.
    swept_at: AtomicI64,
}

type Pages = HashMap<(RecordId, String), (Activity, Moment)>;

impl Presence {
    /// Takes a beat in; whether it is news.
    pub(crate) fn take(&self, beat: &Beat, now: Moment) -> bool {
        let mut records = self.records();
        let swept = Moment(self.swept_at.load(Ordering::Relaxed));
        if records.len() >= RECORDS_MAX && now.seconds_since(swept) >= SWEEP_SECONDS {
            self.swept_at.store(now.0, Ordering::Relaxed);
            records.retain(|_, pages| {
                pages.retain(|_, (_, at)| is_there(*at, now));
                !pages.is_empty()
            });
        }
        if records.len() >= RECORDS_MAX && !records.contains_key(&beat.record) {
            return false;
        }
        let pages = records.entry(beat.record).or_default();
        pages.retain(|_, (_, at)| is_there(*at, now));
        let page = (beat.person, beat.page.clone());
        let before = pages.get(&page).map(|(activity, _)| *activity);
        match beat.activity {
            Activity::Left => drop(pages.remove(&page)),
            _ if pages.len() >= PAGES_MAX && before.is_none() => return false,
            activity => drop(pages.insert(page, (activity, now))),
        }
        if pages.is_empty() {
            records.remove(&beat.record);
        }
        before != Some(beat.activity).filter(|activity| *activity != Activity::Left)
    }

    /// Whether somebody is at a record.
    pub(crate) fn is_at(&self, record: RecordId, person: RecordId, now: Moment) -> bool {
        let records = self.records();
        let pages = records.get(&record);
        pages.is_some_and(|pages| pages.iter().any(|((who, _), (_, at))| *who == person && is_there(*at, now)))
    }

    /// Who is at a record besides somebody: what they do at most, and when they were last heard.
    fn others(&self, record: RecordId, reader: RecordId, now: Moment) -> BTreeMap<RecordId, (Activity, Moment)> {
        let records = self.records();
        let mut others: BTreeMap<RecordId, (Activity, Moment)> = BTreeMap::new();
        for ((person, _), (activity, at)) in records.get(&record).into_iter().flatten() {
            if *person != reader && is_there(*at, now) {
                let known = others.entry(*person).or_insert((*activity, *at));
                *known = (known.0.max(*activity), known.1.max(*at));
            }
        }
        others
    }

    fn records(&self) -> MutexGuard<'_, HashMap<RecordId, Pages>> {
        self.records.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_there(at: Moment, now: Moment) -> bool {
    (-STAY_SECONDS..STAY_SECONDS).contains(&now.seconds_since(at))
}

impl App {
    /// Notes that somebody is at a record, and says who else is.
    ///
    /// # Errors
    /// [`Error::NotFound`] for who may not see the record, [`Error::Denied`] for who is not among its staff.
    #[boxed]
    pub async fn beat(
        &self,
        actor: &Actor,
        kind: &Kind,
        name: &str,
        (page, activity): (&str, Activity),
    ) -> Result<AtRecord, Error> {
        crate::viewing::refuse_viewed(actor)?;
        let record = self.staffed(actor, kind, name).await?;
        if page.is_empty() || page.len() > PAGE_MAX {
            return Err(Error::BadRequest("`page` must be a short word".to_owned()));
        }
        let mut beat = Beat { record, person: actor.person, page: page.to_owned(), activity, is_news: false };
        beat.is_news = self.presence().take(&beat, self.now());
        self.say(&Word::Presence(beat));
        self.at_record(actor, record).await
    }

    /// Who else is at a record.
    ///
    /// # Errors
    /// As [`Self::beat`].
    #[boxed]
    pub async fn present(&self, actor: &Actor, kind: &Kind, name: &str) -> Result<AtRecord, Error> {
        let record = self.staffed(actor, kind, name).await?;
        self.at_record(actor, record).await
    }

    /// Whether a word about a record's visitors concerns somebody: who is there too, and was let in within the last half
    /// minute.
    pub fn is_at(&self, record: RecordId, person: RecordId) -> bool {
        self.presence().is_at(record, person, self.now())
    }

    async fn staffed(&self, actor: &Actor, kind: &Kind, name: &str) -> Result<RecordId, Error> {
        let (record, rights) = self.rights_on(actor, kind, name).await?;
        match actor.is_staff() && rights.may_read_internal() {
            true => Ok(record.id),
            false => Err(Error::Denied("see who else is here")),
        }
    }

    async fn at_record(&self, actor: &Actor, record: RecordId) -> Result<AtRecord, Error> {
        let now = self.now();
        let others = self.presence().others(record, actor.person, now);
        let look_again = others.values().map(|(_, at)| STAY_SECONDS - now.seconds_since(*at)).min();
        let ids: BTreeSet<RecordId> = others.keys().copied().collect();
        // Being here makes nobody known to those who could not see them otherwise.
        let labels = self.labels(actor, ids, &BTreeSet::new()).await?;
        let mut people: Vec<Present> = others
            .iter()
            .map(|(id, (activity, _))| Present {
                name: labels.get(id).map(|label| label.label.clone()),
                is_writing: *activity == Activity::Writing,
            })
            .collect();
        people.sort_by(|a, b| (!a.is_writing, &a.name).cmp(&(!b.is_writing, &b.name)));
        Ok(AtRecord { people, look_again })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Moment = Moment(1_700_000_000_000_000);

    fn beat(record: i64, person: i64, page: &str, activity: Activity) -> Beat {
        Beat { record: RecordId(record), person: RecordId(person), page: page.to_owned(), activity, is_news: false }
    }

    #[test]
    fn who_is_not_heard_is_there_no_more() {
        let presence = Presence::default();
        assert!(presence.take(&beat(1, 7, "a", Activity::Viewing), NOW));
        assert!(!presence.take(&beat(1, 7, "a", Activity::Viewing), NOW.plus_seconds(20)), "no news");
        assert!(presence.is_at(RecordId(1), RecordId(7), NOW.plus_seconds(54)));
        assert!(!presence.is_at(RecordId(1), RecordId(7), NOW.plus_seconds(55)));
        assert!(presence.take(&beat(1, 7, "a", Activity::Viewing), NOW.plus_seconds(60)), "back again");
    }

    #[test]
    fn a_person_with_two_pages_leaves_with_the_last() {
        let presence = Presence::default();
        presence.take(&beat(1, 7, "a", Activity::Viewing), NOW);
        presence.take(&beat(1, 7, "b", Activity::Writing), NOW);
        let others = presence.others(RecordId(1), RecordId(8), NOW);
        assert_eq!(others[&RecordId(7)].0, Activity::Writing);
        assert!(presence.take(&beat(1, 7, "b", Activity::Left), NOW), "leaving is news");
        assert_eq!(presence.others(RecordId(1), RecordId(8), NOW)[&RecordId(7)].0, Activity::Viewing);
        presence.take(&beat(1, 7, "a", Activity::Left), NOW);
        assert!(presence.others(RecordId(1), RecordId(8), NOW).is_empty());
        assert!(!presence.take(&beat(1, 7, "a", Activity::Left), NOW), "gone already");
        assert!(presence.others(RecordId(1), RecordId(7), NOW).is_empty());
    }

    #[test]
    fn pages_and_records_are_bounded() {
        let presence = Presence::default();
        for page in 0..200 {
            presence.take(&beat(1, 7, &page.to_string(), Activity::Viewing), NOW);
        }
        assert_eq!(presence.records()[&RecordId(1)].len(), PAGES_MAX);
        for record in 0..30_000 {
            presence.take(&beat(record, 7, "a", Activity::Viewing), NOW);
        }
        assert!(presence.records().len() <= RECORDS_MAX);
        presence.take(&beat(40_000, 7, "a", Activity::Viewing), NOW.plus_seconds(60));
        assert_eq!(presence.records().len(), 1, "those who left make room");
    }
}
