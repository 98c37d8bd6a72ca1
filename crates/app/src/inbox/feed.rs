//! Following the journal to tell people: its place moves in the transaction that tells them, so each is told once,
//! whichever nodes follow.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use steward_model::access::{Action, Actor, rights};
use steward_model::event::{Act, Audience, Cause, Door, Event};
use steward_model::id::RecordId;
use steward_model::mention::mentioned;
use steward_model::record::Record;
use steward_store::journal::{JournalEntry, Position};
use steward_store::notifications::NewNotification;

use super::told::{MEMBERS_MAX, Named, concerns, team_of_file, teams_of, told};
use crate::App;
use crate::boxed;
use crate::error::Error;
use crate::journal::readable;
use crate::notices::ways;
use crate::records::{Origin, Request};

/// Name of the subscriber.
const SUBSCRIBER: &str = "inbox";
/// Entries read at once.
const BATCH: usize = 1_000;
/// An installation with at most so many entries tells of its last days when it first has inboxes; a larger one begins
/// with what happens next.
const FIRST_MOST: usize = 50_000;
/// What is older is not told any more, in seconds.
const OLDEST: i64 = 14 * 24 * 3600;
/// What is older when it is first told counts as read, in seconds.
const NEWS: i64 = 24 * 3600;

impl App {
    /// Tells people of what concerns them until the process is told to stop. Failures are logged and tried again.
    #[boxed]
    pub async fn feed_inboxes(&self) {
        self.follow_as(SUBSCRIBER, || self.tell_next()).await;
    }

    /// Tells of the next entries of the journal; whether there may be more at once.
    ///
    /// # Errors
    /// When the database is away.
    #[boxed]
    pub async fn tell_next(&self) -> Result<bool, Error> {
        let Some(position) = self.store().cursor(SUBSCRIBER).await? else {
            let begin = self.first_place().await?;
            return self.move_on(SUBSCRIBER, None, begin, Vec::new()).await.map(|_| true);
        };
        let entries = self.store().read_journal(position, BATCH).await?;
        let Some(last) = entries.last().map(|entry| entry.position) else { return Ok(false) };
        let news = self.notifications(&entries).await?;
        let people: BTreeSet<RecordId> = news.iter().filter(|one| one.inbox).map(|one| one.person).collect();
        let moved = self.move_on(SUBSCRIBER, Some(position), last, news).await?;
        if moved && !people.is_empty() {
            self.tell_inboxes(people);
        }
        Ok(true)
    }

    async fn first_place(&self) -> Result<Position, Error> {
        let places = self.store().read_positions(Position::default(), FIRST_MOST + 1).await?;
        if places.len() > FIRST_MOST { Ok(self.store().journal_end().await?) } else { Ok(Position::default()) }
    }

    /// Who is told of which entries, as far as each may read them now. Who is mentioned becomes a watcher.
    async fn notifications(&self, entries: &[JournalEntry]) -> Result<Vec<NewNotification>, Error> {
        let now = self.now();
        let wanted: Vec<&Event> = entries
            .iter()
            .map(|entry| &entry.event)
            .filter(|event| event.door != Door::Import && now.seconds_since(event.at) < OLDEST && concerns(event))
            .collect();
        if wanted.is_empty() {
            return Ok(Vec::new());
        }
        let ids: BTreeSet<RecordId> = wanted.iter().map(|event| event.record).collect();
        let records = self.records_by_id(ids).await?;
        let named = self.named_by(&wanted).await?;
        let nobody = Named::default();
        let of = |event: &Event| named.get(&(event.record, event.seq)).unwrap_or(&nobody);
        let mut teams: BTreeSet<RecordId> = wanted.iter().flat_map(|event| teams_of(event, of(event))).collect();
        teams.extend(wanted.iter().filter_map(|event| team_of_file(records.get(&event.record)?, event)));
        let members = self.members_of(teams).await?;
        let mut candidates = Vec::new();
        for event in &wanted {
            let Some(record) = records.get(&event.record) else { continue };
            let Some(kind) = self.registry().kind(&record.kind) else { continue };
            let told = told(kind, record, event, of(event), &members);
            candidates.extend(told.into_iter().map(|(person, reason)| (*event, record, kind, person, reason)));
        }
        let people: BTreeSet<RecordId> = candidates.iter().map(|(_, _, _, person, _)| *person).collect();
        let chosen = self.settings_of(&people.iter().copied().collect::<Vec<_>>()).await?;
        let actors = self.actors_of(people).await?;
        let mut news = Vec::new();
        for (event, record, kind, person, reason) in candidates {
            let Some(actor) = actors.get(&person) else { continue };
            let rights = rights(actor, kind, record, now);
            if !rights.may(Action::Read) || readable(kind, event.clone(), &rights).is_none() {
                continue;
            }
            if of(event).people.contains(&person) && !record.watchers.contains(&person) {
                self.have_watch(record, person, event).await?;
            }
            let (inbox, mail) = ways(chosen.get(&person), reason);
            if !inbox && !mail {
                continue;
            }
            let internal = matches!(event.act, Act::Commented { audience: Audience::Internal, .. });
            news.push(NewNotification {
                person,
                record: record.id,
                seq: event.seq,
                reason: reason.key().to_owned(),
                actor: event.actor,
                internal,
                at: event.at,
                read_at: (now.seconds_since(event.at) >= NEWS).then_some(now),
                inbox,
                mail,
            });
        }
        Ok(news)
    }

    async fn records_by_id(&self, ids: BTreeSet<RecordId>) -> Result<HashMap<RecordId, Record>, Error> {
        let ids: Vec<RecordId> = ids.into_iter().collect();
        let loaded = self.store().get_records(&ids).await?;
        Ok(loaded.into_iter().map(|loaded| (loaded.record.id, loaded.record)).collect())
    }

    /// Whom the texts of entries mention.
    async fn named_by(&self, events: &[&Event]) -> Result<HashMap<(RecordId, i64), Named>, Error> {
        let names_in = |event: &Event| match &event.act {
            Act::Commented { body, .. } => mentioned(body).into_iter().map(str::to_owned).collect(),
            _ => Vec::new(),
        };
        let names: Vec<(&Event, Vec<String>)> = events.iter().map(|event| (*event, names_in(event))).collect();
        let all: BTreeSet<String> = names.iter().flat_map(|(_, names)| names.iter().cloned()).collect();
        let found = self.find_mentioned(&all).await?;
        let named = names.into_iter().map(|(event, names)| {
            let mut named = Named::default();
            for (id, kind) in names.iter().filter_map(|name| found.get(name)) {
                if kind == "team" { named.teams.push(*id) } else { named.people.push(*id) }
            }
            ((event.record, event.seq), named)
        });
        Ok(named.collect())
    }

    async fn members_of(&self, teams: BTreeSet<RecordId>) -> Result<BTreeMap<RecordId, Vec<RecordId>>, Error> {
        let teams = self.records_by_id(teams).await?;
        Ok(teams
            .into_iter()
            .map(|(id, team)| (id, team.references("members").into_iter().take(MEMBERS_MAX).collect()))
            .collect())
    }

    /// Has somebody who was mentioned hear of what comes next.
    async fn have_watch(&self, record: &Record, person: RecordId, event: &Event) -> Result<(), Error> {
        let kind = self.kind(&record.kind)?.clone();
        let request = Request::Watch { person: Some(person.to_string()), end: false };
        let cause = Some(Cause::Event { record: event.record, seq: event.seq });
        let origin = Origin { door: Door::System, cause, idempotency_key: None, signed: false };
        match self.execute(&Actor::system(), &kind, &record.id.to_string(), &request, &origin).await {
            Ok(_) => Ok(()),
            // Kinds that nobody watches, and records that are no more.
            Err(Error::NotFound | Error::Forbidden { .. } | Error::Invalid(_) | Error::Illegal { .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }
}
