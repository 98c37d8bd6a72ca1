//! What an index of texts reads: records in the order of their ids, and what was said on them.

use steward_model::chain::Hash;
use steward_model::event::Event;
use steward_model::id::RecordId;

use crate::boxed;
use crate::error::StoreError;
use crate::journal::Position;
use crate::rows::{Loaded, loaded, record_columns};
use crate::sql::{Bind, Dialect, integer_list};
use crate::store::Store;

impl Store {
    /// Records of all kinds with ids after this one, ascending, at most `limit`.
    ///
    /// # Errors
    /// As [`Self::get_record`].
    #[boxed]
    pub async fn records_after(&self, id: RecordId, limit: usize) -> Result<Vec<Loaded>, StoreError> {
        let columns = record_columns(self.dialect(), "r");
        let sql = format!("select {columns} from record r where r.id > $1 order by r.id limit $2");
        let binds = [id.0, i64::try_from(limit).unwrap_or(i64::MAX)].map(Bind::Integer);
        self.read().await?.fetch_all(&sql, &binds).await?.iter().map(loaded).collect()
    }

    /// Comments, work and files of records, by record, oldest first. Of each record the latest, until their length in
    /// bytes (characters on SQLite) passes `most`.
    ///
    /// # Errors
    /// What the database answered; [`StoreError::Damaged`] when an entry cannot be read.
    #[boxed]
    pub async fn remarks_of(&self, records: &[RecordId], most: usize) -> Result<Vec<Event>, StoreError> {
        if records.is_empty() {
            return Ok(Vec::new());
        }
        let ids: Vec<i64> = records.iter().map(|id| id.0).collect();
        let (list, bind) = integer_list(&ids, 1, self.dialect());
        let length = match self.dialect() {
            Dialect::Sqlite => "length(data)",
            Dialect::Postgres => "octet_length(data::text)",
        };
        let sql = format!(
            "select record, cast(data as text) from (\
             select record, seq, data, sum({length}) over (partition by record order by seq desc) - {length} as later \
             from journal where record in {list} and type in ('commented', 'worked', 'work_corrected', 'work_withdrawn', \
              'attached', 'detached')\
             ) said where later < $2 order by record, seq"
        );
        let most = Bind::Integer(i64::try_from(most).unwrap_or(i64::MAX));
        let rows = self.read().await?.fetch_all(&sql, &[bind, most]).await?;
        let mut events = Vec::with_capacity(rows.len());
        for row in &rows {
            let record = row.integer(0)?;
            let damaged = |error| StoreError::Damaged(format!("an entry of record {record}: {error}"));
            events.push(serde_json::from_str(&row.text(1)?).map_err(damaged)?);
        }
        Ok(events)
    }

    /// Hash of the entry at a place; `None` when no entry stands there, as in another database.
    ///
    /// # Errors
    /// What the database answered.
    #[boxed]
    pub async fn hash_at(&self, place: Position) -> Result<Option<Hash>, StoreError> {
        let sql = "select hash from journal where epoch = $1 and xid = $2 and position = $3";
        let binds = [place.epoch, place.xid, place.position].map(Bind::Integer);
        self.read().await?.fetch_optional(sql, &binds).await?.map(|row| row.hash(0)).transpose()
    }
}
