//! Documents of other systems: fetched from addresses that people typed in, and handed over to others. What is behind it,
//! and keeps addresses from leading inside, is for whoever starts the process to say.

use std::sync::Arc;

use futures_util::future::BoxFuture;

use steward_model::record::Record;
use steward_practices::calendar::CALENDAR;
use steward_rule::RULE;

use crate::App;
use crate::error::Error;

/// Kinds with a field that holds an address to be asked.
pub(crate) const ADDRESSES: [(&str, &str); 2] = [(CALENDAR, "feed_address"), (RULE, "webhook_address")];

/// What a document is recognised by, so that the same one need not come again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seal {
    /// Its `ETag`.
    pub etag: Option<String>,
    /// Its `Last-Modified`.
    pub last_modified: Option<String>,
}

/// A document as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Its content.
    pub body: Vec<u8>,
    /// What it is recognised by.
    pub seal: Seal,
}

/// What was found at an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    /// A document.
    Document(Document),
    /// The one that is known already.
    Unchanged,
}

/// Why nothing was fetched or handed over. No words hold the address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OutsideError {
    /// It may succeed later.
    #[error("{0}")]
    Passing(String),
    /// It breaks a rule, and never will.
    #[error("{0}")]
    Refused(String),
    /// An answer that is none of success.
    #[error("{}", status_words(*.0))]
    Status(u16),
}

fn status_words(status: u16) -> String {
    let way_out = match status {
        300..=399 => "it leads on to another address; write that one",
        401 | 403 => "it wants a key that is missing or wrong",
        404 | 410 => "nothing is there any more; look whether the address is right",
        429 => "it was asked too often",
        _ => "it is tried again",
    };
    format!("the other side answered with status {status}: {way_out}")
}

/// A way to the outside.
pub trait Outside: Send + Sync + std::fmt::Debug {
    /// Looks at an address without asking the network: its scheme, host and port, which may be told to everybody.
    ///
    /// # Errors
    /// Which rule it breaks, and the way out.
    fn check(&self, address: &str) -> Result<String, String>;

    /// Asks for what stands at an address, unless it is still what is known.
    fn fetch<'a>(
        &'a self,
        address: &'a str,
        accept: &'static str,
        known: &'a Seal,
    ) -> BoxFuture<'a, Result<Seen, OutsideError>>;

    /// Hands JSON over to an address; the status of the answer.
    fn deliver<'a>(
        &'a self,
        address: &'a str,
        heads: &'a [(&'static str, String)],
        body: Vec<u8>,
    ) -> BoxFuture<'a, Result<u16, OutsideError>>;
}

impl App {
    /// Says by which way this process reaches the outside; the first word counts.
    pub fn set_outside(&self, outside: Arc<dyn Outside>) {
        if self.0.outside.set(outside).is_err() {
            tracing::warn!("the way to the outside was said twice; the first word counts");
        }
    }

    /// Refuses addresses that the guard would refuse, where they are written.
    pub(crate) fn check_addresses(&self, before: Option<&Record>, after: &Record) -> Result<(), Error> {
        let Some((_, field)) = ADDRESSES.iter().find(|(kind, _)| *kind == after.kind) else { return Ok(()) };
        self.check_webhook_secret(before, after)?;
        let address = after.text(field);
        if address.trim().is_empty() || before.is_some_and(|before| before.text(field) == address) {
            return Ok(());
        }
        let Some(outside) = self.outside() else {
            return Err(Error::invalid(field, "cannot be looked at here, where no requests to the outside are made"));
        };
        outside.check(address).map(drop).map_err(|fault| Error::invalid(field, fault))
    }

    /// The way to the outside; `None` in processes that have none.
    pub(crate) fn outside(&self) -> Option<&Arc<dyn Outside>> {
        self.0.outside.get()
    }
}
