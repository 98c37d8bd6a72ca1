//! Whether promises to customers can be kept from those beneath them.

use steward_clock::chain::ChainLink;
use steward_model::id::RecordId;

use crate::App;
use crate::boxed;
use crate::error::Error;

/// A promise with one beneath it, by name.
#[derive(Debug, Clone)]
pub struct PromiseLink {
    /// What the book says.
    pub link: ChainLink,
    /// Name of the promise.
    pub target: String,
    /// Name of the promise beneath.
    pub beneath: String,
    /// Name of its agreement.
    pub beneath_agreement: String,
}

impl App {
    /// The promises of an agreement with those beneath them, as they are in force now. For those who may read the
    /// agreement and are staff; whoever calls has seen to that.
    ///
    /// # Errors
    /// When the database is away.
    #[boxed]
    pub async fn promise_chain(&self, agreement: RecordId) -> Result<Vec<PromiseLink>, Error> {
        let (book, now) = (self.book().await?, self.now());
        let target = |id| book.target(id).map(|target| target.name.clone()).unwrap_or_default();
        let links = book.chain(agreement, now).into_iter().map(|link| PromiseLink {
            target: target(link.target),
            beneath: target(link.beneath),
            beneath_agreement: book.agreement(link.beneath_agreement).map(|one| one.name.clone()).unwrap_or_default(),
            link,
        });
        Ok(links.collect())
    }
}
