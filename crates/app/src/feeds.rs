//! Links under which calendar programs fetch a calendar, with the rights that their owner has at that moment.

use std::collections::{BTreeSet, HashSet};

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use steward_calendar::{Outgoing, calendar_text};
use steward_model::access::Actor;
use steward_model::chain::Hash;
use steward_model::id::RecordId;
use steward_model::kind::{SpanSource, TimeKind};
use steward_model::moment::Moment;
use steward_practices::calendar::CALENDAR;
use steward_store::calendar_feeds::{NewFeed, StoredFeed};
use steward_words::{Language, Reader};

use crate::App;
use crate::authenticate::{ADDRESS_FAILURES, address_subject, hash_token};
use crate::boxed;
use crate::error::Error;
use crate::intervals::{IntervalRequest, IntervalView, LIMIT_MAX};

/// First characters of every link's secret part, so that leaked ones are recognised by scanners.
pub const FEED_PREFIX: &str = "stc_";
/// Links of one person at most.
const FEEDS_MAX: usize = 50;
/// Longest name of a link, in characters.
const NAME_MAX: usize = 100;
/// How far back and ahead a link shows, in days.
const DAYS_BACK: i64 = 31;
const DAYS_AHEAD: i64 = 400;
/// Microseconds of a day.
const DAY_MICROS: i64 = 86_400_000_000;

/// What the operations calendar is narrowed to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FeedFilter {
    /// Kinds of time, by key; all when empty.
    #[serde(default)]
    pub times: Vec<String>,
    /// A service that it is about.
    #[serde(default)]
    pub service: Option<RecordId>,
    /// An organisation, with those below it.
    #[serde(default)]
    pub organisation: Option<RecordId>,
}

/// A link as its owner sees it; its text was shown once.
#[derive(Debug, Clone)]
pub struct FeedView {
    /// Identity.
    pub id: i64,
    /// What its owner calls it.
    pub name: String,
    /// The calendar record that it shows; the operations calendar when `None`.
    pub calendar: Option<RecordId>,
    /// What the operations calendar is narrowed to; `None` where that cannot be read, and the link shows nothing.
    pub filter: Option<FeedFilter>,
    /// Names of the service and the organisation that it is narrowed to, where its owner may see them.
    pub about: Vec<String>,
    /// When it was made.
    pub created_at: Moment,
    /// When it was last fetched, to the hour.
    pub fetched_at: Option<Moment>,
}

/// Words of the pages that a calendar is told with, in the language of who reads.
#[derive(Clone, Copy)]
pub struct FeedWords<'w> {
    /// Names a kind of time.
    pub time: &'w (dyn Fn(TimeKind) -> &'static str + Sync),
    /// Says that something has no end.
    pub no_end: &'w (dyn Fn() -> &'static str + Sync),
}

/// What a calendar program gets.
#[derive(Debug, Clone)]
pub struct Fetched {
    /// The iCalendar text.
    pub text: String,
    /// Digest of the text.
    pub digest: Hash,
    /// When what it shows last changed; `None` when it shows nothing.
    pub changed_at: Option<Moment>,
}

impl App {
    /// Makes a link and gives its secret part, which is shown this once.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a name that is missing or too long, a calendar or filter that leads nowhere, and too many
    /// links; [`Error::Denied`] with a token, since the link would outlive it.
    #[boxed]
    pub async fn add_feed(
        &self,
        actor: &Actor,
        name: &str,
        calendar: Option<&str>,
        filter: FeedFilter,
    ) -> Result<(i64, String), Error> {
        if actor.limits.is_some() {
            return Err(Error::Denied("make a link with a token"));
        }
        let name = name.trim();
        if name.is_empty() || name.chars().count() > NAME_MAX || name.chars().any(char::is_control) {
            let message = format!("must be one line of 1 to {NAME_MAX} characters");
            return Err(Error::invalid("name", message));
        }
        if let Some(unknown) = filter.times.iter().find(|time| TimeKind::parse(time).is_none()) {
            return Err(Error::invalid("times", format!("`{unknown}` is no kind of time")));
        }
        let calendar = match calendar {
            None => None,
            Some(name) => Some(
                self.find_reference(actor, CALENDAR, name)
                    .await?
                    .ok_or_else(|| Error::invalid("calendar", "leads to no calendar that you may see".to_owned()))?,
            ),
        };
        if self.store().feeds_of(actor.person, FEEDS_MAX).await?.len() >= FEEDS_MAX {
            return Err(Error::invalid("name", format!("there are {FEEDS_MAX} links already; revoke some first")));
        }
        let bytes: [u8; 32] = rand::random();
        let token = format!("{FEED_PREFIX}{}", BASE64_URL_SAFE_NO_PAD.encode(bytes));
        let feed = NewFeed {
            person: actor.person,
            hash: hash_token(&token),
            name: name.to_owned(),
            calendar,
            query: serde_json::to_string(&filter).map_err(Error::internal)?,
            created_at: self.now(),
        };
        let id = self.store().add_feed(feed).await?;
        self.note_security(actor.person, "", "calendar_link_made", "done").await?;
        Ok((id, token))
    }

    /// The links of whoever asks that still hold, made last first.
    ///
    /// # Errors
    /// When the database is away.
    #[boxed]
    pub async fn feeds(&self, actor: &Actor) -> Result<Vec<FeedView>, Error> {
        let stored = self.store().feeds_of(actor.person, FEEDS_MAX).await?;
        let narrowed = |feed: &StoredFeed| {
            let filter = filter_of(feed).unwrap_or_default();
            [filter.service, filter.organisation].into_iter().flatten()
        };
        let ids: BTreeSet<RecordId> = stored.iter().flat_map(narrowed).collect();
        let names = self.names(actor, ids).await?;
        let view = |feed: StoredFeed| FeedView {
            filter: filter_of(&feed),
            about: narrowed(&feed).filter_map(|id| names.get(&id)).map(|label| label.label.clone()).collect(),
            id: feed.id,
            name: feed.name,
            calendar: feed.calendar,
            created_at: feed.created_at,
            fetched_at: feed.fetched_at,
        };
        Ok(stored.into_iter().map(view).collect())
    }

    /// Ends one of one's links, on every node at once; one of others, or none, is left as it is.
    ///
    /// # Errors
    /// When the database is away.
    #[boxed]
    pub async fn revoke_feed(&self, actor: &Actor, id: i64) -> Result<(), Error> {
        if self.store().revoke_feed(actor.person, id, self.now()).await? {
            self.note_security(actor.person, "", "calendar_link_revoked", "done").await?;
        }
        Ok(())
    }

    /// What a link leads to, as far as its owner may see it now, in the language that they chose; in that of who asks
    /// where they chose none.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a link that does not hold, whose owner may not act any more, whose calendar they may not
    /// see, or of which it is not known what it shows; [`Error::TooMany`] after too many tries from the address.
    pub async fn fetch_feed(&self, token: &str, address: &str, words: FeedWords<'_>) -> Result<Fetched, Error> {
        let now = self.now();
        // Apart from failures to sign in: a program that goes on asking locks nobody out.
        let subject = format!("feed:{}", address_subject(address));
        self.refuse_after_failures(&subject, ADDRESS_FAILURES, now).await?;
        let found = match token.starts_with(FEED_PREFIX) {
            true => self.store().find_feed(&hash_token(token)).await?,
            false => None,
        };
        let Some(feed) = found else {
            self.note_failure(&[subject], now).await?;
            return Err(Error::NotFound);
        };
        // Who has one that was revoked did not guess: programs go on asking until they are told.
        if feed.revoked_at.is_some() {
            return Err(Error::NotFound);
        }
        let actor = match self.actor(feed.person, None).await {
            Ok(actor) => actor,
            Err(Error::Unavailable) => return Err(Error::Unavailable),
            Err(_) => return Err(Error::NotFound),
        };
        let chosen = self.settings(&actor).await?.language.as_deref().and_then(Language::named);
        let reader = chosen.map_or_else(steward_words::reader, Reader::of);
        let fetched = steward_words::scope(reader, self.told_of_feed(&actor, &feed, words, now)).await?;
        self.store().note_fetch(feed.id, now).await?;
        Ok(fetched)
    }

    async fn told_of_feed(
        &self,
        actor: &Actor,
        feed: &StoredFeed,
        words: FeedWords<'_>,
        now: Moment,
    ) -> Result<Fetched, Error> {
        let intervals = self.intervals_of_feed(actor, feed, now).await?;
        // To the day, so that the same is the same text until tomorrow.
        let last = now.0.saturating_add(DAYS_AHEAD * DAY_MICROS);
        let last = Moment(last - last.rem_euclid(DAY_MICROS) + DAY_MICROS);
        let events: Vec<Outgoing> = intervals.iter().map(|interval| outgoing(interval, words, last)).collect();
        let text = calendar_text(&feed.name, &events);
        Ok(Fetched {
            digest: Hash::of(text.as_bytes()),
            changed_at: intervals.iter().map(|interval| interval.view.record.updated_at).max(),
            text,
        })
    }

    /// What a link shows: what goes on and is to come, then what was, as far as there is room.
    async fn intervals_of_feed(
        &self,
        actor: &Actor,
        feed: &StoredFeed,
        now: Moment,
    ) -> Result<Vec<IntervalView>, Error> {
        let (from, until) = (now.plus_seconds(-DAYS_BACK * 86_400), now.plus_seconds(DAYS_AHEAD * 86_400));
        let mut request = IntervalRequest::between(now, until, TimeZone::UTC);
        request.limit = LIMIT_MAX;
        if let Some(calendar) = feed.calendar {
            // One that is gone, or that its owner may not see any more, is told apart from an empty one.
            self.find(actor, &self.kind(CALENDAR)?.clone(), &calendar.to_string()).await?;
            request.record = Some(calendar);
        } else {
            let filter = filter_of(feed).ok_or(Error::NotFound)?;
            let times: Vec<TimeKind> = filter.times.iter().filter_map(|time| TimeKind::parse(time)).collect();
            request.times = (!times.is_empty()).then_some(times);
            request.about = filter.service.map(|service| vec![service]);
            request.organisation = filter.organisation;
        }
        let mut shown = self.overlapping(actor, &request).await?.intervals;
        (request.from, request.until, request.latest) = (from, now, true);
        let mut past = self.overlapping(actor, &request).await?.intervals;
        let known: HashSet<(RecordId, i64)> = shown.iter().map(identity).collect();
        past.retain(|interval| !known.contains(&identity(interval)));
        // Of what was, the latest.
        let room = LIMIT_MAX.saturating_sub(shown.len());
        shown.extend(past.split_off(past.len().saturating_sub(room)));
        shown.sort_by_key(|interval| (interval.span.begin, interval.span.end, identity(interval)));
        Ok(shown)
    }
}

fn identity(interval: &IntervalView) -> (RecordId, i64) {
    (interval.view.record.id, interval.place)
}

/// What a link is narrowed to; `None` for what cannot be read: then it is not known what its owner meant to show.
fn filter_of(feed: &StoredFeed) -> Option<FeedFilter> {
    let filter: FeedFilter = serde_json::from_str(&feed.query).ok()?;
    filter.times.iter().all(|time| TimeKind::parse(time).is_some()).then_some(filter)
}

/// An interval as calendar programs get it; what has no end lasts until `last`, and says so.
fn outgoing(interval: &IntervalView, words: FeedWords<'_>, last: Moment) -> Outgoing {
    let (kind, record) = (&interval.view.kind, &interval.view.record);
    let state = kind.lifecycle.state(&record.state).map_or(record.state.as_str(), |state| state.label.as_str());
    let is_rule = kind.intervals.iter().any(|one| one.key == interval.part && matches!(one.span, SpanSource::Rule(_)));
    // What two fields say stays itself when it is moved; of what recurs, each turn is one.
    let turn = if is_rule { format!("-{}", interval.span.begin.0 / 1_000_000) } else { String::new() };
    let is_open = interval.span.is_open();
    let end = if is_open { last } else { interval.span.end };
    let no_end = if is_open { format!(" ({})", (words.no_end)()) } else { String::new() };
    let word = (words.time)(interval.time);
    Outgoing {
        uid: format!("{}-{}{turn}@steward", record.id, interval.part),
        summary: format!("{word}: {}{no_end}", interval.title()),
        description: format!("{} · {} · {state}", record.number, kind.label),
        category: word.to_owned(),
        begin: interval.span.begin.timestamp(),
        end: end.timestamp(),
        all_day: interval.span.all_day,
        changed_at: record.updated_at.timestamp(),
    }
}
