//! The inbox of each person: what concerns them, followed from the journal, with rights asked when they are told and again
//! whenever it is shown.

mod feed;
mod told;

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use steward_model::access::{Action, Actor, Rights, rights};
use steward_model::event::{Act, Event};
use steward_model::id::{RecordId, Revision};
use steward_model::kind::Kind;
use steward_model::moment::Moment;
use steward_model::record::Record;
use steward_store::notifications::{StoredNotification, Which as StoredWhich};

use crate::App;
use crate::boxed;
use crate::error::Error;
use crate::journal::readable;
use crate::view::{Label, Labels, label_of};
use crate::word::Word;

pub use told::Reason;

/// Most notifications in one answer.
pub const PAGE_MAX: usize = 100;
/// How long a notification is kept, in days.
pub const KEEP_DAYS: i64 = 90;
/// Notifications kept of one person.
pub const KEEP_MOST: i64 = 1_000;
/// Unread ones are counted up to here.
pub const UNREAD_MAX: usize = 100;
/// Letters shown of what was said.
const EXCERPT: usize = 200;

/// Something that somebody was told, as they may see it now.
#[derive(Debug, Clone)]
pub struct Notification {
    /// Its number.
    pub id: i64,
    /// Why they were told.
    pub reason: Reason,
    /// The record's kind.
    pub kind: Arc<Kind>,
    /// How the record is called.
    pub record: Label,
    /// Its id.
    pub record_id: RecordId,
    /// The entry of its journal.
    pub seq: Revision,
    /// Name of who did it.
    pub actor: String,
    /// The beginning of what was said; empty when nothing was.
    pub excerpt: String,
    /// Whether only staff may know of it.
    pub internal: bool,
    /// When it happened.
    pub at: Moment,
    /// Whether it was read.
    pub is_read: bool,
}

/// A page of an inbox.
#[derive(Debug, Clone, Default)]
pub struct InboxPage {
    /// Newest first.
    pub notifications: Vec<Notification>,
    /// Where the next page begins; `None` at the end.
    pub next_before: Option<i64>,
}

/// What somebody has not read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Unread {
    /// How many, up to [`UNREAD_MAX`].
    pub count: usize,
    /// The records that they are about.
    pub records: BTreeSet<RecordId>,
}

/// What to mark as read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Which {
    /// Everything.
    All,
    /// Those with these numbers.
    These(Vec<i64>),
    /// What concerns a record.
    Of(RecordId),
}

impl App {
    /// A page of somebody's inbox: all of it, or what they have not read. What they may no longer see is left out.
    ///
    /// # Errors
    /// When the database is away.
    #[boxed]
    pub async fn inbox(
        &self,
        actor: &Actor,
        unread_only: bool,
        before: Option<i64>,
        limit: usize,
    ) -> Result<InboxPage, Error> {
        let limit = limit.clamp(1, PAGE_MAX);
        let stored = self.store().notifications_of(actor.person, unread_only, before, limit).await?;
        let next_before = stored.last().filter(|_| stored.len() == limit).map(|last| last.id);
        let records = self.rights_of(actor, &stored).await?;
        let places: Vec<(RecordId, Revision)> = stored.iter().map(|one| (one.record, one.seq)).collect();
        let events: HashMap<(RecordId, Revision), Event> = self
            .store()
            .entries_at(&places)
            .await?
            .into_iter()
            .map(|event| ((event.record, event.seq), event))
            .collect();
        let actors: BTreeSet<RecordId> = stored.iter().map(|one| one.actor).collect();
        let names = self.labels(actor, actors.clone(), &actors).await?;
        let notifications =
            stored.iter().filter_map(|one| shown(one, &records, events.get(&(one.record, one.seq))?, &names)).collect();
        Ok(InboxPage { notifications, next_before })
    }

    /// How much somebody has not read. A copy is at most two seconds old.
    ///
    /// # Errors
    /// When the database is away.
    #[boxed]
    pub async fn unread(&self, actor: &Actor) -> Result<Unread, Error> {
        let now = self.now();
        if let Some(unread) = self.0.unread.get(&actor.person, now) {
            return Ok(unread);
        }
        let before = self.0.unread.before(now);
        let stored = self.store().notifications_of(actor.person, true, None, UNREAD_MAX).await?;
        let records = self.rights_of(actor, &stored).await?;
        let seen: Vec<&StoredNotification> = stored.iter().filter(|one| may_know(one, &records).is_some()).collect();
        let unread = Unread { count: seen.len(), records: seen.iter().map(|one| one.record).collect() };
        self.0.unread.keep(before, [(actor.person, unread.clone())]);
        Ok(unread)
    }

    /// Marks as read what somebody was told.
    ///
    /// # Errors
    /// [`Error::Denied`] with a token that only reads.
    #[boxed]
    pub async fn mark_read(&self, actor: &Actor, which: Which) -> Result<(), Error> {
        if actor.limits.as_ref().is_some_and(|limits| limits.read_only) {
            return Err(Error::Denied("mark anything as read with a token that only reads"));
        }
        crate::viewing::refuse_viewed(actor)?;
        let which = match which {
            Which::All => StoredWhich::All,
            Which::These(ids) if ids.len() > PAGE_MAX => {
                return Err(Error::BadRequest(format!("at most {PAGE_MAX} at once")));
            }
            Which::These(ids) => StoredWhich::These(ids),
            Which::Of(record) => StoredWhich::Of(record),
        };
        self.store().mark_read(actor.person, &which, self.now()).await?;
        self.tell_inboxes([actor.person].into());
        Ok(())
    }

    /// Says that inboxes changed, to pages and to other nodes.
    pub(crate) fn tell_inboxes(&self, people: BTreeSet<RecordId>) {
        self.forget_unread(&people);
        self.say(&Word::Inbox(people));
    }

    pub(crate) fn forget_unread(&self, people: &BTreeSet<RecordId>) {
        self.0.unread.forget(people);
    }

    pub(crate) async fn forget_notifications(&self) -> Result<(), Error> {
        let before = self.now().plus_seconds(-KEEP_DAYS * 24 * 3600);
        Ok(self.store().forget_notifications(before, KEEP_MOST).await?)
    }

    /// The records of notifications with what somebody may do with each; those that may not be read are left out.
    async fn rights_of(&self, actor: &Actor, stored: &[StoredNotification]) -> Result<Readable, Error> {
        let ids: BTreeSet<RecordId> = stored.iter().map(|one| one.record).collect();
        let now = self.now();
        let mut found = HashMap::new();
        for loaded in self.store().get_records(&ids.into_iter().collect::<Vec<_>>()).await? {
            let Some(kind) = self.registry().kind(&loaded.record.kind) else { continue };
            let rights = rights(actor, kind, &loaded.record, now);
            if rights.may(Action::Read) {
                found.insert(loaded.record.id, (kind.clone(), loaded.record, rights));
            }
        }
        Ok(found)
    }
}

type Readable = HashMap<RecordId, (Arc<Kind>, Record, Rights)>;

/// The record of a notification, when its receiver may know of it now.
fn may_know<'r>(one: &StoredNotification, records: &'r Readable) -> Option<&'r (Arc<Kind>, Record, Rights)> {
    records.get(&one.record).filter(|(_, _, rights)| !one.internal || rights.may_read_internal())
}

fn shown(one: &StoredNotification, records: &Readable, event: &Event, names: &Labels) -> Option<Notification> {
    let (kind, record, rights) = may_know(one, records)?;
    let event = readable(kind, event.clone(), rights)?;
    let visible = crate::view::visible(kind, record.clone(), rights);
    Some(Notification {
        id: one.id,
        reason: Reason::parse(&one.reason)?,
        kind: kind.clone(),
        record: label_of(kind, &visible),
        record_id: one.record,
        seq: one.seq,
        actor: names.get(&one.actor).map_or_else(|| "Steward".to_owned(), |label| label.label.clone()),
        excerpt: excerpt(kind, &event),
        internal: one.internal,
        at: one.at,
        is_read: one.read_at.is_some(),
    })
}

/// The beginning of what was said, in one line.
fn excerpt(kind: &Kind, event: &Event) -> String {
    let text = match &event.act {
        Act::Commented { body, .. } => body.as_str(),
        Act::ViewedAs { reason, .. } => reason.as_str(),
        Act::Moved { to, .. } => kind.lifecycle.state(to).map_or(to.as_str(), |state| state.label.as_str()),
        _ => "",
    };
    let words: Vec<&str> = text.split_whitespace().collect();
    let line = words.join(" ");
    match line.char_indices().nth(EXCERPT) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}
