//! Housekeeping: what is done from time to time. Sealing is a Merkle root over the journal since the last seal, chained to it.

use crate::App;
use crate::boxed;
use crate::error::Error;

/// How long the answer to an idempotency key is kept, in seconds.
const KEEP_ANSWERS: i64 = 24 * 3600;

impl App {
    /// Seals the journal and forgets what is kept for a time only.
    ///
    /// # Errors
    /// When the database is away.
    #[boxed]
    pub async fn keep_house(&self) -> Result<(), Error> {
        self.seal().await?;
        self.forget_previews().await?;
        self.forget_drafts().await?;
        self.forget_notifications().await?;
        self.forget_mail().await?;
        self.forget_visits().await?;
        self.forget_rule_runs().await?;
        self.store().forget_answers(self.now().plus_seconds(-KEEP_ANSWERS)).await?;
        Ok(self.store().index_large_kinds(self.registry()).await?)
    }

    /// Seals what the journal holds beyond the last seal; says whether there was anything to seal.
    ///
    /// # Errors
    /// When the database is away.
    #[boxed]
    pub async fn seal(&self) -> Result<bool, Error> {
        Ok(self.store().seal(self.now()).await?.is_some())
    }
}
