//! Other systems, as far as the application can tell: what stands at their addresses is said by the test, and what is
//! handed over to them is kept.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use steward_app::outside::{Document, Outside, OutsideError, Seal, Seen};

/// What was handed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// To which address.
    pub address: String,
    /// With which heads.
    pub heads: BTreeMap<&'static str, String>,
    /// What it was.
    pub body: Vec<u8>,
}

#[derive(Debug, Default)]
struct Known {
    documents: BTreeMap<String, Result<Document, OutsideError>>,
    asked: Vec<(String, Seal)>,
    answers: BTreeMap<String, OutsideError>,
    delivered: Vec<Delivery>,
}

/// All other systems.
#[derive(Debug, Default)]
pub struct Elsewhere(Mutex<Known>);

impl Elsewhere {
    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts a document at an address, recognised by its `ETag`.
    pub fn put(&self, address: &str, body: &str, etag: &str) {
        let seal = Seal { etag: Some(etag.to_owned()), last_modified: None };
        self.known().documents.insert(address.to_owned(), Ok(Document { body: body.as_bytes().to_vec(), seal }));
    }

    /// Lets whoever asks at an address fail.
    pub fn fail(&self, address: &str, error: OutsideError) {
        self.known().documents.insert(address.to_owned(), Err(error));
    }

    /// What was asked for, with what was known then.
    pub fn asked(&self) -> Vec<(String, Seal)> {
        self.known().asked.clone()
    }

    /// Lets whoever hands over to an address fail; `None` takes it again.
    pub fn refuse(&self, address: &str, error: Option<OutsideError>) {
        match error {
            Some(error) => drop(self.known().answers.insert(address.to_owned(), error)),
            None => drop(self.known().answers.remove(address)),
        }
    }

    /// What was handed over, also where it was refused.
    pub fn delivered(&self) -> Vec<Delivery> {
        self.known().delivered.clone()
    }
}

impl Outside for Elsewhere {
    fn check(&self, address: &str) -> Result<String, String> {
        let rest = address.strip_prefix("https://").ok_or("only https:// is allowed; write it so")?;
        let host = rest.split(['/', '?']).next().unwrap_or_default();
        match host {
            "" | "127.0.0.1" | "localhost" => {
                Err("the host is the server itself (loopback), which is not allowed".to_owned())
            }
            host => Ok(format!("https://{host}")),
        }
    }

    fn fetch<'a>(
        &'a self,
        address: &'a str,
        _accept: &'static str,
        seal: &'a Seal,
    ) -> BoxFuture<'a, Result<Seen, OutsideError>> {
        let mut known = self.known();
        known.asked.push((address.to_owned(), seal.clone()));
        let found = match known.documents.get(address).cloned() {
            Some(Ok(document)) if document.seal == *seal => Ok(Seen::Unchanged),
            Some(Ok(document)) => Ok(Seen::Document(document)),
            Some(Err(error)) => Err(error),
            None => Err(OutsideError::Status(404)),
        };
        std::future::ready(found).boxed()
    }

    fn deliver<'a>(
        &'a self,
        address: &'a str,
        heads: &'a [(&'static str, String)],
        body: Vec<u8>,
    ) -> BoxFuture<'a, Result<u16, OutsideError>> {
        let mut known = self.known();
        known.delivered.push(Delivery { address: address.to_owned(), heads: heads.iter().cloned().collect(), body });
        let answer = known.answers.get(address).cloned().map_or(Ok(200), Err);
        std::future::ready(answer).boxed()
    }
}
