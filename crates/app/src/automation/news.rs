//! Whom a rule tells, and of which entry.

use std::collections::BTreeSet;

use steward_model::access::{Action as Doing, Rights, rights};
use steward_model::event::{Act, Audience, Event};
use steward_model::id::{RecordId, Revision};
use steward_rule::action::Told;
use steward_store::notifications::NewNotification;

use super::act::Acting;
use crate::clock::{Clock as _, SystemClock};
use crate::error::Error;
use crate::inbox::Reason;
use crate::journal::readable;
use crate::notices::ways;

/// Members of a team that are told at most.
const TOLD_MOST: usize = 200;
/// What is older when people are told of it counts as read, in seconds.
const NEWS: i64 = 24 * 3600;

/// Entries of the record looked at for one that somebody who is told may read.
const LOOKED_BACK: usize = 100;

impl Acting<'_> {
    /// Whom to tell, each of the entry that was answered or, where they may not read it, of the last one before that they
    /// may.
    pub(super) async fn news(&self, told: &Told, answered: Option<&Event>) -> Result<Vec<NewNotification>, Error> {
        let record = &self.acted.record;
        let mut team = None;
        let mut people: BTreeSet<RecordId> = BTreeSet::new();
        match told {
            Told::Assignee => people.extend(record.reference("assignee")),
            Told::Requester => people.extend(record.reference("requester")),
            Told::Watchers => people.extend(record.watchers.iter().copied()),
            Told::Team | Told::Lead => team = record.reference("team"),
            Told::Named(name) => {
                let found = self.app.look_up(self.keeper, [name.clone()].into()).await?;
                let id = found.any(name).ok_or_else(|| Error::invalid("notify", format!("`{name}` was not found")))?;
                match found.record(id).map(|record| record.kind.as_str()) {
                    Some("person") => drop(people.insert(id)),
                    Some("team") => team = Some(id),
                    _ => return Err(Error::invalid("notify", format!("`{name}` is neither a person nor a team"))),
                }
            }
        }
        if let Some(team) = team
            && let Some(loaded) = self.app.store().get_record(team).await?
        {
            match told {
                Told::Lead => people.extend(loaded.record.reference("lead")),
                _ => people.extend(loaded.record.references("members").into_iter().take(TOLD_MOST)),
            }
        }
        let settings = self.app.settings_of(&people.iter().copied().collect::<Vec<_>>()).await?;
        let actors = self.app.actors_of(people).await?;
        let now = self.app.now();
        // Rules of the past, as the demonstration plays them, are no news.
        let is_past = SystemClock.now().seconds_since(now) > NEWS;
        let mut told: Vec<(RecordId, Rights)> = Vec::new();
        let by = |person: &RecordId| ways(settings.get(person), Reason::Rule);
        for (person, actor) in &actors {
            let own = rights(actor, self.kind, record, now);
            if own.may(Doing::Read) && by(person) != (false, false) {
                told.push((*person, own));
            }
        }
        let may_read = |event: &Event, own: &Rights| readable(self.kind, event.clone(), own).is_some();
        let is_for_all = answered.is_some_and(|event| told.iter().all(|(_, own)| may_read(event, own)));
        let before = if is_for_all || told.is_empty() { Vec::new() } else { self.last_entries(answered).await? };
        let entries: Vec<&Event> = answered.into_iter().chain(before.iter().rev()).collect();
        let news = told.iter().filter_map(|(person, own)| {
            let entry = entries.iter().find(|event| may_read(event, own))?;
            let (inbox, mail) = by(person);
            Some(NewNotification {
                person: *person,
                record: record.id,
                seq: entry.seq,
                reason: Reason::Rule.key().to_owned(),
                actor: RecordId::SYSTEM,
                internal: is_internal(entry),
                at: now,
                read_at: is_past.then_some(now),
                inbox,
                mail,
            })
        });
        Ok(news.collect())
    }

    /// The last entries of the record as it was found, up to the one that was answered, ascending.
    async fn last_entries(&self, answered: Option<&Event>) -> Result<Vec<Event>, Error> {
        // What this rule does is not written yet.
        let made = self.acted.events.first().map_or(self.acted.record.revision, |event| event.seq - 1);
        let last = answered.map_or(made, |event| event.seq);
        let back = Revision::try_from(LOOKED_BACK).unwrap_or(Revision::MAX);
        let found = self.app.store().journal_of(self.acted.record.id, (last - back).max(0), LOOKED_BACK).await?;
        Ok(found.into_iter().map(|entry| entry.event).filter(|event| event.seq <= last).collect())
    }
}

/// Whether only staff may know of an entry.
fn is_internal(event: &Event) -> bool {
    match &event.act {
        Act::Commented { audience, .. } => *audience == Audience::Internal,
        Act::Attached(attachment) => attachment.audience == Audience::Internal,
        Act::FileChecked(check) => check.audience == Audience::Internal,
        Act::Worked { .. }
        | Act::WorkCorrected { .. }
        | Act::WorkWithdrawn { .. }
        | Act::Watched { .. }
        | Act::Unwatched { .. }
        | Act::Detached { .. }
        | Act::Carried { .. }
        | Act::Escalated { .. } => true,
        Act::Created { .. }
        | Act::Updated
        | Act::Moved { .. }
        | Act::Transferred { .. }
        | Act::Linked(_)
        | Act::Unlinked(_)
        | Act::ViewedAs { .. } => false,
    }
}
