//! The way by which composed messages leave: what is behind it is for whoever starts the process to say.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use steward_model::moment::Moment;

/// A message on its way out: words that were written for its receiver, with what they may read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// Its number in the outbox. The same message that is handed over again has the same.
    pub id: i64,
    /// Name of the receiver, in one line.
    pub name: String,
    /// Address of the receiver: one, without a name.
    pub address: String,
    /// Subject, in one line.
    pub subject: String,
    /// The text, in lines that end with a line feed.
    pub text: String,
    /// What messages of one conversation share: about one record, or digests.
    pub thread: String,
    /// Why the receiver gets it, in one sentence; it stands in the text as well.
    pub because: String,
    /// Where the receiver says what is mailed to them.
    pub settings: String,
    /// Tag of the language.
    pub language: &'static str,
    /// When what is in it began.
    pub at: Moment,
}

/// Why a message could not be handed over.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TransportError {
    /// It may succeed later.
    #[error("{0}")]
    Passing(String),
    /// It never will.
    #[error("{0}")]
    Refused(String),
}

/// A way for messages. It may be handed the same one twice, when a node ends in between; by its number it can tell.
pub trait Transport: Send + Sync {
    /// Hands a message over.
    fn send<'a>(&'a self, message: &'a Outgoing) -> BoxFuture<'a, Result<(), TransportError>>;
}

/// How this process mails.
#[derive(Clone, Default)]
pub struct Post {
    /// The way; without one messages are held.
    pub transport: Option<Arc<dyn Transport>>,
    /// Scheme and host of pages, which links begin with.
    pub address: String,
}
