//! What somebody opened last, what they want at hand, and what changed since they looked.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;

use steward_model::access::{Action, Actor};
use steward_model::id::RecordId;
use steward_model::kind::Kind;
use steward_model::moment::Moment;
use steward_model::record::Record;
use steward_store::visits::Visit;

use crate::App;
use crate::boxed;
use crate::error::Error;
use crate::fresh::Fresh;
use crate::view::{Label, RecordView, label_of};

/// Most records that stand at somebody's hand.
pub const PINNED_MAX: usize = 20;
/// Most records in one answer.
const LISTED_MAX: usize = 50;
/// How long a visit is remembered, in days.
const KEEP_DAYS: i64 = 90;
/// Only what was opened in so many days is looked through for changes.
const CHANGED_DAYS: i64 = 30;
/// A record that is opened again so soon, and did not change, is no new visit.
const SAME_VISIT_SECONDS: i64 = 60;

/// A record that somebody opened, as it is called now.
#[derive(Debug, Clone)]
pub struct Visited {
    /// Its kind.
    pub kind: Arc<Kind>,
    /// The record.
    pub id: RecordId,
    /// Number and name.
    pub label: Label,
    /// When it was last opened.
    pub seen_at: Moment,
    /// Whether it is wanted at hand.
    pub is_pinned: bool,
}

/// Copies of what every page asks about visits.
pub(crate) struct VisitCopies {
    /// When somebody was last kept to have opened a record.
    seen: Fresh<(RecordId, RecordId), Moment>,
    /// What is pinned, by person; forgotten with each pin.
    pinned: Fresh<RecordId, Arc<Vec<Visit>>>,
}

impl Default for VisitCopies {
    fn default() -> Self {
        Self { seen: Fresh::new(50_000), pinned: Fresh::new(10_000) }
    }
}

impl App {
    /// Keeps that somebody has a record, last changed at `changed_at`, before their eyes. Goes on by itself: a page does
    /// not wait for it, and one that could not be kept is only told to the log.
    pub fn note_visit(&self, actor: &Actor, record: RecordId, changed_at: Moment) {
        if actor.is_viewed() || actor.limits.as_ref().is_some_and(|limits| limits.read_only) {
            return;
        }
        let (now, key) = (self.now(), (actor.person, record));
        let copies = &self.0.visits;
        let recent = copies.seen.get(&key, now).is_some_and(|seen| seen >= changed_at);
        if recent {
            return;
        }
        copies.seen.keep(copies.seen.before(now), [(key, now)]);
        let app = self.clone();
        tokio::spawn(async move {
            if let Err(error) = app.keep_visit(key, changed_at, now).await {
                tracing::warn!(%error, "a visit could not be kept");
            }
        });
    }

    async fn keep_visit(
        &self,
        (person, record): (RecordId, RecordId),
        changed_at: Moment,
        now: Moment,
    ) -> Result<(), Error> {
        let last = self.store().last_visit(person, record).await?;
        let again = last.is_some_and(|at| at >= changed_at && at > now.plus_seconds(-SAME_VISIT_SECONDS));
        if !again {
            self.store().note_visit(person, record, now).await?;
        }
        Ok(())
    }

    /// What somebody opened last, newest first; what they may no longer see is left out.
    ///
    /// # Errors
    /// When the database is away.
    #[boxed]
    pub async fn recent(&self, actor: &Actor, limit: usize) -> Result<Vec<Visited>, Error> {
        let visits = self.store().recent_visits(actor.person, limit.clamp(1, LISTED_MAX)).await?;
        self.visited(actor, &visits).await
    }

    /// What somebody wants at hand; what they may no longer see is left out.
    ///
    /// # Errors
    /// When the database is away.
    #[boxed]
    pub async fn pinned_records(&self, actor: &Actor) -> Result<Vec<Visited>, Error> {
        let read = async { Ok::<_, Error>(Arc::new(self.store().pinned_records(actor.person, PINNED_MAX).await?)) };
        let visits = self.0.visits.pinned.get_or(actor.person, self.now(), read).await?;
        if visits.is_empty() { Ok(Vec::new()) } else { self.visited(actor, &visits).await }
    }

    /// Whether somebody wants a record at hand.
    ///
    /// # Errors
    /// When the database is away.
    #[boxed]
    pub async fn is_pinned(&self, actor: &Actor, record: RecordId) -> Result<bool, Error> {
        Ok(self.pinned_records(actor).await?.iter().any(|visited| visited.id == record))
    }

    /// Puts a record at somebody's hand, or away from it.
    ///
    /// # Errors
    /// [`Error::NotFound`] for who may not see it; [`Error::Invalid`] when too many are pinned.
    #[boxed]
    pub async fn pin_record(&self, actor: &Actor, kind: &Arc<Kind>, name: &str, pinned: bool) -> Result<(), Error> {
        if actor.limits.as_ref().is_some_and(|limits| limits.read_only) {
            return Err(Error::Denied("pin anything with a token that only reads"));
        }
        crate::viewing::refuse_viewed(actor)?;
        let record = self.find(actor, kind, name).await?.record.id;
        let at_hand = self.store().pinned_records(actor.person, PINNED_MAX).await?;
        let is_new = at_hand.iter().all(|visit| visit.record != record);
        if pinned && is_new && at_hand.len() >= PINNED_MAX {
            let message = format!("at most {PINNED_MAX} records are pinned; take one away first");
            return Err(Error::invalid("pinned", message));
        }
        let written = self.store().pin_record(actor.person, record, pinned, self.now()).await;
        self.0.visits.pinned.forget([&actor.person]);
        Ok(written?)
    }

    /// What changed since somebody last looked at it, newest change first.
    ///
    /// # Errors
    /// When the database is away.
    #[boxed]
    pub async fn changed_since_visit(&self, actor: &Actor, limit: usize) -> Result<Vec<RecordView>, Error> {
        let since = self.now().plus_seconds(-CHANGED_DAYS * 24 * 3600);
        let visits = self.store().changed_since_visit(actor.person, since, limit.clamp(1, LISTED_MAX)).await?;
        let ids: Vec<RecordId> = visits.iter().map(|visit| visit.record).collect();
        let mut by_kind: BTreeMap<String, Vec<Record>> = BTreeMap::new();
        for loaded in self.store().get_records(&ids).await? {
            by_kind.entry(loaded.record.kind.clone()).or_default().push(loaded.record);
        }
        let mut changed = Vec::new();
        for (key, records) in by_kind {
            let Some(kind) = self.registry().kind(&key).cloned() else { continue };
            let views = self.views(actor, &kind, records).await?;
            changed.extend(views.into_iter().filter(|view| view.rights.may(Action::Read)));
        }
        changed.sort_by_key(|view| Reverse(view.record.updated_at));
        Ok(changed)
    }

    pub(crate) async fn forget_visits(&self) -> Result<(), Error> {
        Ok(self.store().forget_visits(self.now().plus_seconds(-KEEP_DAYS * 24 * 3600)).await?)
    }

    async fn visited(&self, actor: &Actor, visits: &[Visit]) -> Result<Vec<Visited>, Error> {
        let mut readable = self.readable_records(actor, visits.iter().map(|visit| visit.record).collect()).await?;
        let seen = visits.iter().filter_map(|visit| {
            let (kind, record) = readable.remove(&visit.record)?;
            let label = label_of(&kind, &record);
            Some(Visited { kind, id: visit.record, label, seen_at: visit.seen_at, is_pinned: visit.is_pinned })
        });
        Ok(seen.collect())
    }
}
