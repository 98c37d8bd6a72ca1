//! Sealing: a Merkle root over the journal since the last seal, chained to it.

use crate::App;
use crate::error::Error;

impl App {
    /// Seals what the journal holds beyond the last seal; says whether there was anything to seal.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn seal(&self) -> Result<bool, Error> {
        Ok(self.store().seal(self.now()).await?.is_some())
    }
}
