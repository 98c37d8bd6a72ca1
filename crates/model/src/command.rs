//! What an actor asks to be done to a record.

use serde_json::{Map, Value as Json};

use crate::event::{Act, Attachment, Audience, Event, LinkTo};
use crate::id::{RecordId, Revision};
use crate::moment::Moment;
use crate::work::{Booking, Work};

/// Field values as they came from outside, in API form and unchecked; `null` empties a field.
pub type Input = Map<String, Json>;

/// One request to change a record, or to make one.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Make a new record.
    Create(Create),
    /// Change fields.
    Update(Update),
    /// Move along the lifecycle.
    Transition(Transition),
    /// Write a comment or a work note.
    Comment(NewComment),
    /// Note time spent.
    Work(NewWork),
    /// Put an entry of time right, or take it back: one's own, or anybody's as who answers for the record.
    Rework(Box<Rework>),
    /// Add a file whose content is already in the blob store.
    Attach(Attachment),
    /// Take a file off: one's own, or any with the right to change the record.
    Detach {
        /// The `seq` of the event that attached it.
        attachment: Revision,
        /// Who attached it.
        by: RecordId,
    },
    /// Link to another record.
    Link(LinkTo),
    /// End a link.
    Unlink(LinkTo),
    /// Have a person hear of changes.
    Watch {
        /// The person.
        person: RecordId,
    },
    /// Have a person hear no more of changes.
    Unwatch {
        /// The person.
        person: RecordId,
    },
    /// Look at Steward as this person does. Changes nothing; the journal of the person says who looked, why and how long.
    ViewAs {
        /// Why.
        reason: String,
        /// When it ends at the latest.
        until: Moment,
    },
    /// Set back what an earlier event of the record changed, as far as nobody changed it since.
    Revert(Box<Event>),
}

/// Values of a new record.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Create {
    /// The organisation it is for; the requester's, then the actor's, when `None`.
    pub organisation: Option<RecordId>,
    /// Field values.
    pub fields: Input,
    /// Links to make with it.
    pub links: Vec<LinkTo>,
}

/// New field values.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Update {
    /// Field values.
    pub fields: Input,
    /// Another organisation to belong to.
    pub organisation: Option<RecordId>,
    /// The revision that the actor saw; changes of other fields since then are no conflict.
    pub base: Option<Revision>,
}

/// A move along the lifecycle.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Transition {
    /// Key of the transition.
    pub key: String,
    /// Field values set with it.
    pub fields: Input,
    /// Words that go with it.
    pub comment: Option<NewComment>,
    /// The revision that the actor saw.
    pub base: Option<Revision>,
}

/// Time spent, to be noted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NewWork {
    /// Time spent, in seconds, 1 to 31 days.
    pub seconds: i64,
    /// When it began; when `None`, so long before now.
    pub started_at: Option<Moment>,
    /// What was done.
    pub note: String,
    /// What sort of work it was. That it may be chosen is the caller's look-up.
    pub activity: Option<RecordId>,
    /// Whether it is to be charged.
    pub billable: bool,
    /// Seconds of the entries that stand on the record already.
    pub before: i64,
}

/// An entry of time to be put right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rework {
    /// The entry as it stands.
    pub booking: Booking,
    /// What it is to say; `None` takes it back.
    pub to: Option<Work>,
    /// Why.
    pub reason: String,
    /// Seconds of all entries that stand on the record, this one with them.
    pub before: i64,
}

/// Words on a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewComment {
    /// For whom.
    pub audience: Audience,
    /// Markdown.
    pub body: String,
}

impl Command {
    /// What one must be allowed to do.
    pub fn action(&self) -> crate::access::Action {
        use crate::access::Action;
        match self {
            Self::Create(_) => Action::Create,
            Self::Update(_) => Action::Update,
            Self::Transition(_) => Action::Transition,
            Self::Comment(NewComment { audience: Audience::Public, .. }) => Action::Comment,
            Self::Comment(NewComment { audience: Audience::Internal, .. }) => Action::Note,
            Self::Work(_) | Self::Rework(_) => Action::Work,
            Self::Attach(_) | Self::Detach { .. } => Action::Attach,
            Self::Link(_) | Self::Unlink(_) => Action::Link,
            Self::ViewAs { .. } => Action::ViewAs,
            Self::Watch { .. } | Self::Unwatch { .. } => Action::Watch,
            Self::Revert(event) => match event.act {
                Act::Moved { .. } => Action::Transition,
                Act::Watched { .. } | Act::Unwatched { .. } => Action::Watch,
                _ => Action::Update,
            },
        }
    }
}
