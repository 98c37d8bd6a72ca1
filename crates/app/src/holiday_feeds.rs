//! Outside calendars that calendars name: fetched once a day by a job, or when somebody asks; taken over when they are
//! valid, and left as they were, with the fault, when they are not.

use std::sync::Arc;

use serde_json::Value as Json;
use steward_model::access::{Action, Actor, rights};
use steward_model::command::{Command, Update};
use steward_model::decide::{Context, Given, decide};
use steward_model::event::{Cause, Door, Why};
use steward_model::kind::Kind;
use steward_model::moment::Moment;
use steward_model::record::{Fields, Record};
use steward_practices::calendar::CALENDAR;
use steward_store::change::{ChangeSet, RecordChange};
use steward_store::error::CommitError;
use steward_store::holiday_feeds::StoredHolidayFeed;
use steward_store::jobs::JobClaim;

use crate::App;
use crate::boxed;
use crate::calendars::read_holidays;
use crate::deciding::folded;
use crate::error::Error;
use crate::jobs::{Round, Run};
use crate::lookup::Found;
use crate::outside::{OutsideError, Seal, Seen};
use crate::records::Origin;

/// The job that fetches what is due.
pub(crate) const ROUND: Round = Round { job: "calendars.fetch", kind: CALENDAR, every: 60 };
/// Field that names the outside calendar.
const ADDRESS: &str = "feed_address";
/// Field that holds what was taken over of it.
const TEXT: &str = "feed_text";
/// Between two fetches that go well, in seconds; also the longest wait after a failure.
const DAY: i64 = 24 * 3600;
/// After the first failure, in seconds; doubled with each further one.
const RETRY_AFTER: i64 = 3600;
/// Seconds between two fetches that somebody asks for.
const ASK_AGAIN: i64 = 10;
/// Times that it is decided anew when others keep changing the calendar.
const TRIES: usize = 16;
/// What is asked for.
const ACCEPT: &str = "text/calendar, text/plain;q=0.5, */*;q=0.1";

/// How fetching the outside calendar of a calendar stands, as somebody may see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HolidayFeed {
    /// Where it is; `None` for who may not edit the calendar, since addresses of private calendars hold their key.
    pub address: Option<String>,
    /// When it was last asked for.
    pub tried_at: Option<Moment>,
    /// When it was last found to be in order.
    pub fetched_at: Option<Moment>,
    /// When it is asked for again by itself; `None` while the calendar is not active.
    pub next_at: Option<Moment>,
    /// What went wrong last; the days of before hold on.
    pub fault: Option<String>,
    /// Events in it.
    pub events: i64,
    /// Whether the reader may have it fetched now.
    pub may_fetch: bool,
}

impl App {
    /// How fetching the outside calendar of a calendar stands; `None` when it names none.
    ///
    /// # Errors
    /// [`Error::NotFound`] for what is no calendar or may not be seen.
    #[boxed]
    pub async fn holiday_feed(
        &self,
        actor: &Actor,
        kind: &Arc<Kind>,
        name: &str,
    ) -> Result<Option<HolidayFeed>, Error> {
        if kind.key != CALENDAR {
            return Err(Error::NotFound);
        }
        let record = self.find(actor, kind, name).await?.record;
        self.standing_of(actor, kind, &record).await
    }

    /// Fetches the outside calendar of a calendar now, and tells how it stands then.
    ///
    /// # Errors
    /// What [`Self::holiday_feed`] may answer; [`Error::Forbidden`] for who may not edit the calendar;
    /// [`Error::Invalid`] when it names no address; [`Error::TooMany`] right after the last time. That it could not be
    /// fetched is none: it stands in the answer.
    #[boxed]
    pub async fn fetch_holiday_feed(
        &self,
        actor: &Actor,
        kind: &Arc<Kind>,
        name: &str,
        door: Door,
    ) -> Result<HolidayFeed, Error> {
        if kind.key != CALENDAR {
            return Err(Error::NotFound);
        }
        let record = self.find(actor, kind, name).await?.record;
        if !may_fetch(actor, kind, &record, self.now()) {
            return Err(Error::Forbidden { action: Action::Update });
        }
        let missing = || Error::invalid(ADDRESS, "is needed: edit the calendar and write the address of the feed");
        let address = address_of(&record).ok_or_else(missing)?.to_owned();
        let known = self.store().holiday_feed(record.id).await?;
        let known = known.filter(|known| known.address == self.digest_of(&address));
        if let Some(known) = &known {
            let waited = self.now().seconds_since(known.tried_at);
            if (0..ASK_AGAIN).contains(&waited) {
                return Err(Error::TooMany { retry_after: ASK_AGAIN - waited });
            }
        }
        self.fetch_for(actor, kind, &record, known, door).await?;
        let record = self.find(actor, kind, name).await?.record;
        self.standing_of(actor, kind, &record).await?.ok_or_else(missing)
    }

    /// Fetches all outside calendars that are due.
    ///
    /// # Errors
    /// When the database is away. One that cannot be fetched keeps no other from it.
    pub(crate) async fn fetch_due_holiday_feeds(&self, claim: &JobClaim) -> Result<Run, Error> {
        let kind = self.kind(CALENDAR)?.clone();
        let (calendars, known) = (self.reference_records(CALENDAR).await?, self.store().holiday_feeds().await?);
        let (stopping, now) = (self.stopping(), self.now());
        let named = calendars.iter().filter(|record| record.state == "active");
        for (calendar, address) in named.filter_map(|record| Some((record, address_of(record)?))) {
            let digest = self.digest_of(address);
            let known = known.iter().find(|one| one.calendar == calendar.id && one.address == digest);
            if known.is_some_and(|known| known.next_at > now) {
                continue;
            }
            if *stopping.borrow() {
                return Ok(Run::Interrupted);
            }
            // Each may take its time; whoever lost the job leaves the rest to who has it.
            if !self.store().renew(claim).await? {
                return Ok(Run::Lost);
            }
            self.fetch_for(&Actor::system(), &kind, calendar, known.cloned(), Door::Timer).await?;
        }
        self.next_round(ROUND, claim).await
    }

    async fn standing_of(
        &self,
        actor: &Actor,
        kind: &Arc<Kind>,
        record: &Record,
    ) -> Result<Option<HolidayFeed>, Error> {
        let Some(address) = address_of(record) else { return Ok(None) };
        let known = self.store().holiday_feed(record.id).await?;
        let known = known.filter(|known| known.address == self.digest_of(address));
        let own = rights(actor, kind, record, self.now());
        let may_read = kind.field(ADDRESS).is_some_and(|field| own.may_read(field));
        Ok(Some(HolidayFeed {
            address: may_read.then(|| address.to_owned()),
            tried_at: known.as_ref().map(|known| known.tried_at),
            fetched_at: known.as_ref().and_then(|known| known.fetched_at),
            next_at: known.as_ref().map(|known| known.next_at).filter(|_| record.state == "active"),
            events: known.as_ref().map_or(0, |known| known.events),
            fault: known.and_then(|known| known.fault),
            may_fetch: may_fetch(actor, kind, record, self.now()),
        }))
    }

    /// Fetches for one calendar, takes over what is valid, and keeps how it went.
    async fn fetch_for(
        &self,
        actor: &Actor,
        kind: &Arc<Kind>,
        calendar: &Record,
        known: Option<StoredHolidayFeed>,
        door: Door,
    ) -> Result<(), Error> {
        let Some(address) = address_of(calendar) else { return Ok(()) };
        let now = self.now();
        let mut feed = known.unwrap_or_else(|| StoredHolidayFeed {
            calendar: calendar.id,
            address: self.digest_of(address),
            etag: None,
            last_modified: None,
            tried_at: now,
            fetched_at: None,
            next_at: now,
            failures: 0,
            fault: None,
            events: 0,
        });
        // Of what is not here any more, nobody must say that it is unchanged.
        let is_here = feed.fetched_at.is_some() && !calendar.text(TEXT).is_empty();
        let seal = Seal {
            etag: feed.etag.clone().filter(|_| is_here),
            last_modified: feed.last_modified.clone().filter(|_| is_here),
        };
        let fetched = match self.outside() {
            Some(outside) => outside.fetch(address, ACCEPT, &seal).await,
            None => Err(OutsideError::Passing("this process makes no requests to the outside".to_owned())),
        };
        let is_refused = matches!(fetched, Err(OutsideError::Refused(_)));
        let outcome = match fetched {
            Ok(Seen::Unchanged) => Ok(None),
            Ok(Seen::Document(document)) => {
                match self.take_feed_over(actor, kind, calendar, &document.body, door).await {
                    Ok(events) => Ok(Some((events, document.seal))),
                    Err(Error::Invalid(faults)) => {
                        Err(faults.first().map(|fault| fault.message.clone()).unwrap_or_default())
                    }
                    // Somebody took the right, the calendar or its address away meanwhile; there is nothing to be noted.
                    Err(Error::NotFound | Error::Forbidden { .. }) => return Ok(()),
                    Err(Error::TooLarge(message)) => Err(message),
                    Err(error) => return Err(error),
                }
            }
            Err(error) => Err(error.to_string()),
        };
        feed.tried_at = now;
        match outcome {
            Ok(taken) => {
                if let Some((events, seal)) = taken {
                    feed.events = i64::try_from(events).unwrap_or(i64::MAX);
                    (feed.etag, feed.last_modified) = (seal.etag, seal.last_modified);
                }
                (feed.fetched_at, feed.failures, feed.fault) = (Some(now), 0, None);
                feed.next_at = now.plus_seconds(DAY);
            }
            Err(fault) => {
                tracing::warn!(calendar = calendar.number, fault, "the feed of a calendar could not be taken over");
                let wait = if is_refused { DAY } else { (RETRY_AFTER << feed.failures.clamp(0, 10)).min(DAY) };
                feed.failures += 1;
                feed.fault = Some(fault);
                feed.next_at = now.plus_seconds(wait);
            }
        }
        Ok(self.store().keep_holiday_feed(&feed).await?)
    }

    /// Takes the events of a feed over, in place of those before; how many there are. Nothing is written when they are
    /// the same.
    async fn take_feed_over(
        &self,
        actor: &Actor,
        kind: &Arc<Kind>,
        calendar: &Record,
        body: &[u8],
        door: Door,
    ) -> Result<usize, Error> {
        let (text, events) = read_holidays(TEXT, body)?;
        let cause = Some(Cause::Rule(format!("{CALENDAR}.feed")));
        let origin = Origin { door, cause, idempotency_key: None, signed: false };
        for _ in 0..TRIES {
            let loaded = self.find(actor, kind, &calendar.id.to_string()).await?;
            let record = loaded.record;
            // Who removed the address meanwhile wants none of it.
            if address_of(&record) != address_of(calendar) {
                return Err(Error::NotFound);
            }
            let world = self.world_for(record.organisation).await?;
            let why = Why { rule: format!("{CALENDAR}.feed"), detail: String::new() };
            let given = Some(Given { fields: Fields::from([(TEXT.to_owned(), Json::from(text.clone()))]), why });
            let command = Command::Update(Update::default());
            let found = Found::default();
            let events_made = {
                let ctx = Context { given, ..self.context(actor, &origin, &found, &world) };
                decide(kind, Some(&record), &command, &ctx)?
            };
            if events_made.is_empty() {
                return Ok(events);
            }
            let after = folded(record.clone(), &events_made)?;
            let before = Some((record.revision, loaded.head));
            let change = RecordChange { kind: kind.clone(), before, after, events: events_made };
            match self.commit(ChangeSet { records: vec![change], ..ChangeSet::default() }).await {
                Ok(()) => return Ok(events),
                Err(CommitError::Stale { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Error::Unavailable)
    }

    /// What is kept of an address: enough to know it again.
    fn digest_of(&self, address: &str) -> Vec<u8> {
        self.keyed_hash("holiday feed", address.as_bytes()).to_vec()
    }
}

fn address_of(record: &Record) -> Option<&str> {
    Some(record.text(ADDRESS).trim()).filter(|address| !address.is_empty())
}

fn may_fetch(actor: &Actor, kind: &Kind, record: &Record, now: Moment) -> bool {
    let own = rights(actor, kind, record, now);
    own.may(Action::Update) && kind.field(ADDRESS).is_some_and(|field| own.may_read(field))
}
