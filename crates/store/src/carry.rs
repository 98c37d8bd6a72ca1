//! Values that go over to other fields, in the transaction of the change set that puts the definition in force.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use steward_model::apply::apply;
use steward_model::event::Event;
use steward_model::id::{RecordId, Revision};
use steward_model::kind::Kind;
use steward_model::record::Record;

use crate::boxed;
use crate::change::{ChangeSet, Committed, RecordChange};
use crate::commit::{Rows, write};
use crate::connection::Connection;
use crate::error::{CommitError, StoreError};
use crate::rows::{loaded, record_columns};
use crate::sql::{Bind, Dialect, integer_list, literal};
use crate::store::Store;

/// Records read, and written, at once.
const AT_ONCE: i64 = 500;

/// What goes over in a record, with the entries by which something went over in it before; `None` where nothing does, and
/// why it cannot as error.
pub type Carrier = Arc<dyn Fn(&Record, &[Event]) -> Result<Option<Event>, String> + Send + Sync>;

/// The records of a kind in which values go over.
#[derive(Clone)]
pub struct CarryOver {
    /// The kind, as it will be.
    pub kind: Arc<Kind>,
    /// Keys of fields; records without a value in any of them are left alone. All are looked at when there is no key.
    pub keys: Vec<String>,
    /// Whether what went over before is asked for.
    pub with_past: bool,
    /// What goes over in each.
    pub carrier: Carrier,
}

impl fmt::Debug for CarryOver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CarryOver").field("kind", &self.kind.key).field("keys", &self.keys).finish_non_exhaustive()
    }
}

impl Store {
    /// Writes a change set, and what goes over in records with it: all in one transaction, or nothing. Records are read in
    /// that transaction and held until it ends, so none is missed and none is written over.
    ///
    /// # Errors
    /// As [`Self::commit`]; [`CommitError::Misfit`] where a value cannot go over.
    #[boxed]
    pub async fn commit_carrying(&self, changes: ChangeSet, over: Vec<CarryOver>) -> Result<Committed, CommitError> {
        if over.is_empty() {
            return self.commit(changes).await;
        }
        let rows = Rows::of(&changes)?;
        let heads = rows.heads.clone();
        let work = Arc::new((changes, rows, over));
        self.write(move |connection| {
            let work = Arc::clone(&work);
            Box::pin(async move {
                let (changes, rows, over) = &*work;
                write(connection, changes, rows).await?;
                for one in over {
                    carry(connection, one).await?;
                }
                Ok(())
            })
        })
        .await?;
        self.wake().ring();
        Ok(Committed { heads })
    }

    /// The entries after a place in a record's journal by which values went over to other fields, ascending.
    ///
    /// # Errors
    /// What the database answered.
    #[boxed]
    pub async fn carried_after(&self, record: RecordId, after: Revision) -> Result<Vec<Event>, StoreError> {
        let sql =
            "select cast(data as text) from journal where record = $1 and seq > $2 and type = 'carried' order by seq";
        let rows = self.read_few().await?.fetch_all(sql, &[record.0, after].map(Bind::Integer)).await?;
        rows.iter().map(|row| parsed(record, &row.text(0)?)).collect()
    }
}

impl Store {
    /// As [`Self::carried_after`], all of them for many records.
    ///
    /// # Errors
    /// What the database answered.
    #[boxed]
    pub async fn carried_of(&self, records: &[RecordId]) -> Result<HashMap<RecordId, Vec<Event>>, StoreError> {
        let ids: Vec<i64> = records.iter().map(|id| id.0).collect();
        past_of(&mut self.read().await?, &ids).await
    }
}

async fn carry(connection: &mut Connection, over: &CarryOver) -> Result<(), CommitError> {
    let sql = records_with(over, connection.dialect());
    let mut last = i64::MIN;
    loop {
        let binds = [Bind::Text(over.kind.key.clone()), Bind::Integer(last), Bind::Integer(AT_ONCE)];
        let mut found = Vec::new();
        for row in connection.fetch_all(&sql, &binds).await? {
            found.push(loaded(&row)?);
        }
        let Some(end) = found.last().map(|loaded| loaded.record.id.0) else { return Ok(()) };
        last = end;
        let ids: Vec<i64> = found.iter().map(|loaded| loaded.record.id.0).collect();
        let past = if over.with_past { past_of(connection, &ids).await? } else { HashMap::new() };
        let mut records = Vec::new();
        for loaded in found {
            let record = loaded.record;
            let before = past.get(&record.id).map(Vec::as_slice).unwrap_or_default();
            let misfit = |message| CommitError::Misfit { record: record.id, number: record.number.clone(), message };
            let Some(event) = (over.carrier)(&record, before).map_err(misfit)? else { continue };
            let revision = record.revision;
            let after = apply(Some(record), &event)
                .map_err(|error| CommitError::Failed(StoreError::Damaged(error.to_string())))?;
            let before = Some((revision, loaded.head));
            records.push(RecordChange { kind: over.kind.clone(), before, after, events: vec![event] });
        }
        let set = ChangeSet { records, ..ChangeSet::default() };
        let rows = Rows::of(&set)?;
        write(connection, &set, &rows).await?;
        if i64::try_from(ids.len()).is_ok_and(|read| read < AT_ONCE) {
            return Ok(());
        }
    }
}

/// Records of the kind after an id that have a value in one of the fields, held until the transaction ends.
fn records_with(over: &CarryOver, dialect: Dialect) -> String {
    let has = |key: &String| match dialect {
        Dialect::Sqlite => format!("json_extract(r.fields, {}) is not null", literal(&format!("$.{key}"))),
        Dialect::Postgres => format!("r.fields->{} is not null", literal(key)),
    };
    let with: Vec<String> = over.keys.iter().map(has).collect();
    let with = if with.is_empty() { String::new() } else { format!(" and ({})", with.join(" or ")) };
    let hold = match dialect {
        Dialect::Sqlite => "",
        Dialect::Postgres => " for update",
    };
    format!(
        "select {} from record r where r.kind = $1 and r.id > $2{with} order by r.id limit $3{hold}",
        record_columns(dialect, "r")
    )
}

async fn past_of(connection: &mut Connection, ids: &[i64]) -> Result<HashMap<RecordId, Vec<Event>>, StoreError> {
    let (list, bind) = integer_list(ids, 1, connection.dialect());
    let sql = format!(
        "select cast(data as text), record from journal where record in {list} and type = 'carried' order by record, seq"
    );
    let mut past: HashMap<RecordId, Vec<Event>> = HashMap::new();
    for row in connection.fetch_all(&sql, &[bind]).await? {
        let record = RecordId(row.integer(1)?);
        past.entry(record).or_default().push(parsed(record, &row.text(0)?)?);
    }
    Ok(past)
}

fn parsed(record: RecordId, text: &str) -> Result<Event, StoreError> {
    serde_json::from_str(text).map_err(|error| StoreError::Damaged(format!("an entry of record {record}: {error}")))
}
