//! Sealing: a Merkle root over the journal since the last seal, chained to it.

use crate::App;
use crate::error::Error;

impl App {
    /// Seals what the journal holds beyond the last seal; says how many entries that was.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn seal(&self) -> Result<i64, Error> {
        Ok(self.store().seal(self.now()).await?)
    }
}
