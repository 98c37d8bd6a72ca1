//! What happened to a record: the only thing the journal holds.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::id::{RecordId, Revision};
use crate::moment::Moment;
use crate::record::Fields;
use crate::work::{Work, is_false};

/// One entry of the journal. One command makes one event, with every change it brought about.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// The record it happened to.
    pub record: RecordId,
    /// Place in the record's journal, from 1; the record's revision after it.
    pub seq: Revision,
    /// When it happened. An import sets the historic moment.
    pub at: Moment,
    /// Person who did it, [`RecordId::SYSTEM`] for Steward itself.
    pub actor: RecordId,
    /// The way it came in.
    pub door: Door,
    /// What led to it, when that was not a person's own act.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<Cause>,
    /// What was done.
    pub act: Act,
    /// Field values that changed with it, derived ones included, by field key ascending.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<Change>,
}

/// The way a command came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Door {
    /// A page in the browser.
    Page,
    /// The REST interface.
    Api,
    /// A mail.
    Mail,
    /// A monitoring alert.
    Alert,
    /// A timer or job.
    Timer,
    /// An automation rule.
    Rule,
    /// An import of outside data.
    Import,
    /// The command line.
    Command,
    /// Steward itself: first start, migration.
    System,
}

impl Door {
    /// The word used on the wire and in the database.
    pub fn key(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::Api => "api",
            Self::Mail => "mail",
            Self::Alert => "alert",
            Self::Timer => "timer",
            Self::Rule => "rule",
            Self::Import => "import",
            Self::Command => "command",
            Self::System => "system",
        }
    }
}

/// The event or rule that led to an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// Another entry of a journal.
    Event {
        /// Its record.
        record: RecordId,
        /// Its place there.
        seq: Revision,
    },
    /// A rule, by key and version, such as `incident.resume_on_reply@1`.
    Rule(String),
    /// An import run, such as `uci:INC0000045:3` (profile, case, row).
    Import(String),
    /// A macro, by its number and title.
    Macro(String),
    /// A change of many records at once, by its number.
    BulkEdit(i64),
    /// A step of escalation of one of the record's clocks, as `slot:step`.
    Threshold(String),
    /// A schedule of recurring work, by its number and title.
    Schedule(String),
    /// A question for approval, by its number.
    Approval(String),
    /// A plan, by its number and title.
    Flow(String),
    /// An automation rule, and what it answered.
    Automation(Automation),
}

/// Why an automation rule did something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Automation {
    /// The rule.
    pub rule: RecordId,
    /// The revision of the rule that was in force.
    pub version: Revision,
    /// Its number and title as they were.
    pub named: String,
    /// The entry that it answered; none for a rule that goes by time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered: Option<EntryAt>,
    /// The rules that acted before it because of that entry, or led to it, first one first. A rule never acts twice on a
    /// record within one such chain.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub chain: Vec<Fired>,
    /// How many of them followed from each other, where these are fewer than all: those that answered the same act of a
    /// person stand side by side.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub links: Option<usize>,
}

/// A place in the journal of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryAt {
    /// The record.
    pub record: RecordId,
    /// The place in its journal.
    pub seq: Revision,
}

/// A rule that acted because of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fired {
    /// The rule.
    pub rule: RecordId,
    /// The record that it looked at.
    pub record: RecordId,
}

/// What was done to the record. The variant's name on the wire is the event's type.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Act {
    /// It came into being, with these values (they are not repeated in `changes`).
    Created {
        /// Key of its kind.
        kind: String,
        /// Its number.
        number: String,
        /// Its organisation.
        organisation: RecordId,
        /// Its first state.
        state: String,
        /// Field values in stored form.
        fields: Fields,
        /// Why derived values are what they are, by field.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        why: Vec<FieldWhy>,
        /// Links made with it.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        links: Vec<LinkTo>,
    },
    /// Fields changed.
    Updated,
    /// Values went over to fields, or choices, with other keys, because the definition of the kind changed. What the record
    /// says is the same: nobody did anything to it, so it does not count as updated.
    Carried {
        /// From where to where.
        fields: Vec<Carried>,
    },
    /// The organisation it belongs to changed; fields may have changed with it.
    Transferred {
        /// Organisation before.
        from: RecordId,
        /// Organisation after.
        to: RecordId,
    },
    /// It moved along its lifecycle.
    Moved {
        /// The transition taken; `None` in imported history that no transition allows.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        transition: Option<String>,
        /// State before.
        from: String,
        /// State after.
        to: String,
    },
    /// Somebody wrote something.
    Commented {
        /// For whom.
        audience: Audience,
        /// Markdown.
        body: String,
    },
    /// Somebody spent time on it.
    Worked {
        /// Time spent, in seconds.
        seconds: i64,
        /// When the work began.
        started_at: Moment,
        /// Who worked.
        person: RecordId,
        /// What was done, plain text; may be empty.
        note: String,
        /// What sort of work it was.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        activity: Option<RecordId>,
        /// Whether it is to be charged.
        #[serde(default, skip_serializing_if = "is_false")]
        billable: bool,
        /// For which of their teams they worked: that of the record where they are in it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        team: Option<RecordId>,
    },
    /// An entry of time was put right; both stay in the journal, and the later one counts.
    WorkCorrected {
        /// Place of the entry that booked the time.
        entry: Revision,
        /// Whose time it is.
        person: RecordId,
        /// What it said before.
        from: Work,
        /// What it says now.
        to: Work,
        /// Why, if that was said.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        reason: String,
    },
    /// An entry of time was taken back.
    WorkWithdrawn {
        /// Place of the entry that booked the time.
        entry: Revision,
        /// Whose time it was.
        person: RecordId,
        /// What it said.
        from: Work,
        /// Why, if that was said.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        reason: String,
    },
    /// A file was added.
    Attached(Attachment),
    /// A file was taken off; its content stays while another record holds it.
    Detached {
        /// The `seq` of the event that attached it.
        attachment: Revision,
    },
    /// The malware scanner found something in a file, or nothing any more in one that was withheld for it.
    FileChecked(FileCheck),
    /// A link to another record was made.
    Linked(LinkTo),
    /// A link to another record was ended.
    Unlinked(LinkTo),
    /// A person began to watch.
    Watched {
        /// The person.
        person: RecordId,
    },
    /// A person stopped watching.
    Unwatched {
        /// The person.
        person: RecordId,
    },
    /// A step of escalation of one of its clocks was taken.
    Escalated {
        /// The target whose clock it is.
        target: RecordId,
        /// What it is the clock of, such as `sla/resolution`.
        slot: String,
        /// Key of the step, such as `75%:notify`.
        step: String,
        /// When it is or was due, if that is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        due_at: Option<Moment>,
        /// Words that the step was given.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        note: String,
        /// Who was called, where the step tells who is on call.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        called: Option<Called>,
    },
    /// Somebody looked at Steward as this person does; nothing was changed in it.
    ViewedAs {
        /// Why.
        reason: String,
        /// When it ended at the latest.
        until: Moment,
    },
}

/// A value that went over to another field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Carried {
    /// Key of the field before.
    pub from: String,
    /// Key of the field after; the same where a choice of it got another key.
    pub to: String,
}

/// What the malware scanner said of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileCheck {
    /// The `seq` of the event that attached it.
    pub attachment: Revision,
    /// Its name.
    pub name: String,
    /// For whom it is.
    pub audience: Audience,
    /// Who attached it.
    pub by: RecordId,
    /// What was found; `None` when nothing is found any more, and the file can be had again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finding: Option<String>,
}

/// Whom a step that tells who is on call found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Called {
    /// The people on duty, each once; empty when nobody was.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub people: Vec<RecordId>,
    /// Who was told.
    #[serde(default, skip_serializing_if = "Reached::is_on_call")]
    pub told: Reached,
}

/// Who was told by a step that tells who is on call.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reached {
    /// Those on duty, or a later step of the same moment told in place of this one.
    #[default]
    OnCall,
    /// The team, since nobody was on duty or none of them could be told.
    Team,
    /// Nobody could be.
    Nobody,
}

impl Reached {
    fn is_on_call(&self) -> bool {
        *self == Self::OnCall
    }

    /// Its name on the wire.
    pub fn key(self) -> &'static str {
        match self {
            Self::OnCall => "on_call",
            Self::Team => "team",
            Self::Nobody => "nobody",
        }
    }
}

impl Act {
    /// The event's type as named on the wire.
    pub fn key(&self) -> &'static str {
        match self {
            Self::Created { .. } => "created",
            Self::Updated => "updated",
            Self::Carried { .. } => "carried",
            Self::Transferred { .. } => "transferred",
            Self::Moved { .. } => "moved",
            Self::Commented { .. } => "commented",
            Self::Worked { .. } => "worked",
            Self::WorkCorrected { .. } => "work_corrected",
            Self::WorkWithdrawn { .. } => "work_withdrawn",
            Self::Attached(_) => "attached",
            Self::Detached { .. } => "detached",
            Self::FileChecked(_) => "file_checked",
            Self::Linked(_) => "linked",
            Self::Unlinked(_) => "unlinked",
            Self::Watched { .. } => "watched",
            Self::Unwatched { .. } => "unwatched",
            Self::Escalated { .. } => "escalated",
            Self::ViewedAs { .. } => "viewed_as",
        }
    }
}

/// Who may read a comment or an attachment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// Everybody who may read the record, its requester too.
    Public,
    /// Staff only: a work note.
    Internal,
}

/// A typed edge to another record.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct LinkTo {
    /// Key of the link type, such as `caused_by`.
    pub link: String,
    /// The record it leads to.
    pub target: RecordId,
}

/// A file on a record; the content lies in the blob store under its hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// Name as given, cleaned of control and direction characters.
    pub name: String,
    /// Media type found from the content, `application/octet-stream` when unsure.
    pub media_type: String,
    /// Length in bytes.
    pub size: i64,
    /// SHA-256 of the content, hex.
    pub sha256: String,
    /// Who may read it.
    pub audience: Audience,
}

/// A field that got another value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// Field key.
    pub field: String,
    /// Stored value before, `None` when it was empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Json>,
    /// Stored value after, `None` when it was emptied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Json>,
    /// For a derived value: what it follows from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<Why>,
}

/// What a derived value follows from: the answer to "why is this so?".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Why {
    /// The rule that gave it, such as `priority_matrix` or `transition:resolve`.
    pub rule: String,
    /// What the rule went by, in words fit for a reader, such as `impact high × urgency medium in "Default matrix"`.
    pub detail: String,
}

/// The reason of one field of a new record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldWhy {
    /// Field key.
    pub field: String,
    /// What its value follows from.
    pub why: Why,
}
