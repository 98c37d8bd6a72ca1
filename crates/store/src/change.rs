//! Change sets: what one use case writes, all or nothing.

use std::sync::Arc;

use serde_json::Value as Json;
use steward_model::chain::Hash;
use steward_model::event::Event;
use steward_model::id::{RecordId, Revision};
use steward_model::kind::Kind;
use steward_model::moment::Moment;
use steward_model::record::Record;

use crate::bulk_edits::RowEffect;
use crate::clocks::{ClockChange, DuesChange};
use crate::file_scans::NewScan;
use crate::intervals::IntervalsChange;
use crate::jobs::{JobClaim, NewJob};
use crate::journal::Position;
use crate::notifications::NewNotification;
use crate::outbox::NewMail;
use crate::rules::RuleEffects;

/// Everything that one use case writes.
#[derive(Debug, Clone, Default)]
pub struct ChangeSet {
    /// Records with their new events, each record once.
    pub records: Vec<RecordChange>,
    /// Work to be done later.
    pub jobs: Vec<NewJob>,
    /// The job whose effect this is; it is done with the commit.
    pub finish: Option<JobClaim>,
    /// The row of a bulk edit whose effect this is; it is done with the commit.
    pub bulk_row: Option<RowEffect>,
    /// The subscriber whose effect this is, and how far it has read.
    pub cursor: Option<CursorMove>,
    /// The answer to keep for a repeated request.
    pub idempotency: Option<KeptAnswer>,
    /// What people are told.
    pub notifications: Vec<NewNotification>,
    /// What is to be mailed.
    pub mail: Vec<NewMail>,
    /// Clocks of records, of those in this set and of others.
    pub clocks: Vec<ClockChange>,
    /// Clocks that nothing promises any more, by record and slot.
    pub gone_clocks: Vec<(RecordId, String)>,
    /// What lists ask of the clocks of records that are not in this set.
    pub dues: Vec<DuesChange>,
    /// Times that records in this set take up, in place of those before.
    pub intervals: Vec<IntervalsChange>,
    /// Contents that the malware scanner is to look at.
    pub scans: Vec<NewScan>,
    /// What acts of automation rules leave.
    pub rules: RuleEffects,
    /// What security reviews ask for.
    pub security_events: Vec<SecurityEvent>,
}

/// One record's part of a change set.
#[derive(Debug, Clone)]
pub struct RecordChange {
    /// Its kind.
    pub kind: Arc<Kind>,
    /// Revision and hash of the last event when it was read; `None` for a new record.
    pub before: Option<(Revision, Hash)>,
    /// The record after the events.
    pub after: Record,
    /// What happened, `seq` ascending without gap from the revision before.
    pub events: Vec<Event>,
}

/// A step of a subscriber through the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CursorMove {
    /// Name of the subscriber.
    pub subscriber: String,
    /// Where it was; `None` when it never moved. Another place in the database means that another worker was faster.
    pub from: Option<Position>,
    /// Where it is now.
    pub to: Position,
}

/// An answer kept under the key that a client gave with its request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptAnswer {
    /// Who asked.
    pub actor: RecordId,
    /// The `Idempotency-Key`.
    pub key: String,
    /// Digest of the request, so that another request under the same key shows.
    pub request_hash: Hash,
    /// HTTP status of the answer.
    pub status: u16,
    /// Its body.
    pub response: String,
    /// When it was given.
    pub created_at: Moment,
}

/// Something that a security review wants to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecurityEvent {
    /// When.
    pub at: Moment,
    /// Who, [`RecordId::SYSTEM`] when nobody is known.
    pub actor: RecordId,
    /// Network address; empty when there is none.
    pub address: String,
    /// What was tried, such as `login`.
    pub action: String,
    /// `success`, `failure` or `denied`.
    pub outcome: String,
    /// More about it, without secrets.
    pub detail: String,
}

/// What a commit brought about.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Committed {
    /// The new end of each record's journal, in the order of the change set.
    pub heads: Vec<Head>,
}

/// The end of a record's journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// The record.
    pub record: RecordId,
    /// Place of its last event.
    pub revision: Revision,
    /// Hash of its last event.
    pub hash: Hash,
}

/// The stored texts of a field that other tables hold as well.
pub(crate) fn stored_text(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
