//! Documents that rules hand over to other systems, and how far each has come.

use steward_model::id::{RecordId, Revision};
use steward_model::moment::Moment;

use crate::boxed;
use crate::connection::{Connection, Row};
use crate::error::{CommitError, StoreError};
use crate::sql::{Bind, placeholders};
use crate::store::Store;

/// A document that is handed over. What stands in it is written when it leaves, by the rights of then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredWebhook {
    /// Its name, by which receivers know it again.
    pub id: String,
    /// The rule.
    pub rule: RecordId,
    /// The rule's revision when it acted.
    pub version: Revision,
    /// The record.
    pub record: RecordId,
    /// The record's revision that it tells of.
    pub revision: Revision,
    /// The entry of the record's journal that the rule answered; `None` for one that goes by time.
    pub seq: Option<Revision>,
    /// When the rule acted.
    pub created_at: Moment,
    /// `waiting`, `sent` or `given_up`.
    pub state: String,
    /// How often it was tried.
    pub tries: i64,
    /// Status of the last answer; `None` when there was none.
    pub status: Option<i64>,
    /// What went wrong last.
    pub fault: Option<String>,
}

const COLUMNS: &str = "id, rule, version, record, revision, seq, created_at, state, tries, status, fault";

/// Writes documents as they stand, within the transaction of what follows from it.
pub(crate) async fn write(connection: &mut Connection, webhooks: &[StoredWebhook]) -> Result<(), CommitError> {
    let sql = format!(
        "insert into webhook_delivery ({COLUMNS}) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) \
         on conflict (id) do update set state = excluded.state, tries = excluded.tries, status = excluded.status, \
         fault = excluded.fault"
    );
    for one in webhooks {
        let binds = [
            Bind::Text(one.id.clone()),
            Bind::Integer(one.rule.0),
            Bind::Integer(one.version),
            Bind::Integer(one.record.0),
            Bind::Integer(one.revision),
            Bind::OptionalInteger(one.seq),
            Bind::Integer(one.created_at.0),
            Bind::Text(one.state.clone()),
            Bind::Integer(one.tries),
            Bind::OptionalInteger(one.status),
            Bind::OptionalText(one.fault.clone()),
        ];
        connection.execute(&sql, &binds).await?;
    }
    Ok(())
}

impl Store {
    /// The documents with some names; those that are gone are left out.
    ///
    /// # Errors
    /// What the database answered.
    #[boxed]
    pub async fn webhooks(&self, ids: &[String]) -> Result<Vec<StoredWebhook>, StoreError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let sql = format!("select {COLUMNS} from webhook_delivery where id in ({})", placeholders(1, ids.len()));
        let binds: Vec<Bind> = ids.iter().cloned().map(Bind::Text).collect();
        self.read().await?.fetch_all(&sql, &binds).await?.iter().map(stored).collect()
    }
}

fn stored(row: &Row) -> Result<StoredWebhook, StoreError> {
    Ok(StoredWebhook {
        id: row.text(0)?,
        rule: RecordId(row.integer(1)?),
        version: row.integer(2)?,
        record: RecordId(row.integer(3)?),
        revision: row.integer(4)?,
        seq: row.optional_integer(5)?,
        created_at: row.moment(6)?,
        state: row.text(7)?,
        tries: row.integer(8)?,
        status: row.optional_integer(9)?,
        fault: row.optional_text(10)?,
    })
}
