//! The journal: reading it in an order that misses nothing, and one record's part of it.

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;

use steward_model::chain::Hash;
use steward_model::event::Event;
use steward_model::id::{RecordId, Revision};
use steward_model::moment::Moment;

use crate::boxed;
use crate::connection::{Connection, Row};
use crate::error::StoreError;
use crate::sql::{Bind, Dialect, integer_list};
use crate::store::Store;

/// A place in the journal, in the order in which readers see entries.
///
/// PostgreSQL gives out positions before transactions commit, so a reader by position alone loses what commits late.
/// Readers therefore go by transaction first, and only over transactions before which nothing is open any more. The
/// epoch rises when the data moved to another cluster, whose transaction ids start afresh. On SQLite, with its one
/// writer, epoch and transaction are 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Position {
    /// Number of the cluster.
    pub epoch: i64,
    /// Transaction that wrote the entry.
    pub xid: i64,
    /// Number of the entry.
    pub position: i64,
}

/// The form in which clients keep a place: `epoch-transaction-position`.
impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}-{}", self.epoch, self.xid, self.position)
    }
}

/// A text that is no place in the journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a place in the journal")]
pub struct NoPosition;

impl FromStr for Position {
    type Err = NoPosition;

    fn from_str(text: &str) -> Result<Self, NoPosition> {
        if text == "0" {
            return Ok(Self::default());
        }
        let mut parts = text.split('-').map(|part| part.parse::<i64>().ok());
        let mut next = || parts.next().flatten().ok_or(NoPosition);
        let position = Self { epoch: next()?, xid: next()?, position: next()? };
        if parts.next().is_some() { Err(NoPosition) } else { Ok(position) }
    }
}

/// An entry of the journal.
#[derive(Debug, Clone, PartialEq)]
pub struct JournalEntry {
    /// Its place among all entries.
    pub position: Position,
    /// Key of the record's kind.
    pub kind: String,
    /// What happened.
    pub event: Event,
    /// Its hash.
    pub hash: Hash,
}

/// Entries read at once from a snapshot.
const SNAPSHOT_PAGE: usize = 2_000;

pub(crate) const COLUMNS: &str = "epoch, xid, position, kind, cast(data as text), hash";

impl Store {
    /// Entries after a place, at most `limit`, in the order of places. Called again with the last place, it gives every
    /// entry exactly once, whatever writers do meanwhile.
    ///
    /// # Errors
    /// What the database answered; [`StoreError::Damaged`] when an entry cannot be read.
    #[boxed]
    pub async fn read_journal(&self, after: Position, limit: usize) -> Result<Vec<JournalEntry>, StoreError> {
        let rows = read_rows(&mut self.read().await?, COLUMNS, after, limit).await?;
        rows.iter().map(entry).collect()
    }

    /// The journals of some records, by record, each in order and up to `most` entries together.
    ///
    /// # Errors
    /// As [`Self::read_journal`].
    #[boxed]
    pub async fn journals_of(
        &self,
        records: &[RecordId],
        most: usize,
    ) -> Result<HashMap<RecordId, Vec<Event>>, StoreError> {
        let mut found: HashMap<RecordId, Vec<Event>> = HashMap::new();
        let ids: Vec<i64> = records.iter().map(|id| id.0).collect();
        let (list, bind) = integer_list(&ids, 1, self.dialect());
        let sql = format!("select {COLUMNS} from journal where record in {list} order by record, seq limit $2");
        let binds = [bind, Bind::Integer(i64::try_from(most).unwrap_or(i64::MAX))];
        for row in self.read().await?.fetch_all(&sql, &binds).await? {
            let event = entry(&row)?.event;
            found.entry(event.record).or_default().push(event);
        }
        Ok(found)
    }

    /// Every entry committed by now, in the order of places, the latest included that [`Self::read_journal`] holds back
    /// while older transactions are open: one snapshot needs no such care.
    ///
    /// # Errors
    /// As [`Self::read_journal`], and what `each` answered.
    pub async fn whole_journal<E: From<StoreError>>(
        &self,
        mut each: impl FnMut(JournalEntry) -> Result<(), E> + Send,
    ) -> Result<(), E> {
        let mut connection = self.read_snapshot().await?;
        let mut last = Position::default();
        let order = Order::of(connection.dialect());
        let sql = format!(
            "select {COLUMNS} from journal where {} order by {} limit {SNAPSHOT_PAGE}",
            order.after(),
            order.columns()
        );
        loop {
            let binds = order.binds(last);
            let rows = connection.fetch_all(&sql, &binds).await.map_err(StoreError::from)?;
            for row in &rows {
                let entry = entry(row)?;
                last = entry.position;
                each(entry)?;
            }
            if rows.len() < SNAPSHOT_PAGE {
                return Ok(());
            }
        }
    }

    /// Places of entries alone, as [`Self::read_journal`] would give them: for counting what is ahead.
    ///
    /// # Errors
    /// What the database answered.
    #[boxed]
    pub async fn read_positions(&self, after: Position, limit: usize) -> Result<Vec<Position>, StoreError> {
        let rows = read_rows(&mut self.read().await?, "epoch, xid, position", after, limit).await?;
        Ok(rows.iter().map(position).collect::<Result<_, _>>()?)
    }

    /// Entries of one record after a place in its journal, ascending.
    ///
    /// # Errors
    /// As [`Self::read_journal`].
    #[boxed]
    pub async fn journal_of(
        &self,
        record: RecordId,
        after: Revision,
        limit: usize,
    ) -> Result<Vec<JournalEntry>, StoreError> {
        let sql = format!("select {COLUMNS} from journal where record = $1 and seq > $2 order by seq limit $3");
        let binds = [record.0, after, i64::try_from(limit).unwrap_or(i64::MAX)].map(Bind::Integer);
        self.read().await?.fetch_all(&sql, &binds).await?.iter().map(entry).collect()
    }

    /// Entries of one record up to a moment, ascending: what folds to the record as it was then.
    ///
    /// # Errors
    /// As [`Self::read_journal`].
    #[boxed]
    pub async fn journal_until(&self, record: RecordId, at: Moment) -> Result<Vec<JournalEntry>, StoreError> {
        let sql = format!("select {COLUMNS} from journal where record = $1 and at <= $2 order by seq");
        let binds = [record.0, at.0].map(Bind::Integer);
        self.read().await?.fetch_all(&sql, &binds).await?.iter().map(entry).collect()
    }

    /// How far a subscriber has read; `None` when it never moved. It moves with [`crate::change::ChangeSet::cursor`].
    ///
    /// # Errors
    /// What the database answered.
    #[boxed]
    pub async fn cursor(&self, subscriber: &str) -> Result<Option<Position>, StoreError> {
        let sql = "select epoch, xid, position from cursor where subscriber = $1";
        let row = self.read().await?.fetch_optional(sql, &[Bind::Text(subscriber.to_owned())]).await?;
        Ok(row.as_ref().map(position).transpose()?)
    }

    /// Whether there are entries after a place, those included that readers do not see yet.
    ///
    /// # Errors
    /// What the database answered.
    #[boxed]
    pub async fn is_journal_ahead(&self, after: Position) -> Result<bool, StoreError> {
        let mut connection = self.read().await?;
        let order = Order::of(connection.dialect());
        let sql = format!("select position from journal where {} limit 1", order.after());
        Ok(connection.fetch_optional(&sql, &order.binds(after)).await?.is_some())
    }

    /// The place of the last entry that readers can see; the start of the journal when it is empty.
    ///
    /// # Errors
    /// What the database answered.
    #[boxed]
    pub async fn journal_end(&self) -> Result<Position, StoreError> {
        let mut connection = self.read().await?;
        let finished = finished(&connection);
        let sql = format!(
            "select epoch, xid, position from journal where {finished} \
             order by epoch desc, xid desc, position desc limit 1"
        );
        let row = connection.fetch_optional(&sql, &[]).await?;
        Ok(row.as_ref().map(position).transpose()?.unwrap_or_default())
    }
}

/// Rows of the journal in reader order. `columns` start with the three of [`position`].
pub(crate) async fn read_rows(
    connection: &mut Connection,
    columns: &str,
    after: Position,
    limit: usize,
) -> Result<Vec<Row>, sqlx::Error> {
    let order = Order::of(connection.dialect());
    let sql = format!(
        "select {columns} from journal where {} and {} order by {} limit {limit}",
        order.after(),
        finished(connection),
        order.columns()
    );
    connection.fetch_all(&sql, &order.binds(after)).await
}

/// The order in which readers see the journal.
#[derive(Debug, Clone, Copy)]
enum Order {
    /// By position alone. SQLite has one writer, so positions are the order of commits; epoch and transaction are 0. To
    /// name them as well would hide the range from its planner, which does not see the row id within a row of values, and
    /// every reading would go through the whole journal.
    Position,
    /// By epoch, transaction and position, see [`Position`].
    Transaction,
}

impl Order {
    fn of(dialect: Dialect) -> Self {
        match dialect {
            Dialect::Sqlite => Self::Position,
            Dialect::Postgres => Self::Transaction,
        }
    }

    fn columns(self) -> &'static str {
        match self {
            Self::Position => "position",
            Self::Transaction => "epoch, xid, position",
        }
    }

    /// The condition on entries after a place, given by [`Self::binds`].
    fn after(self) -> &'static str {
        match self {
            Self::Position => "position > $1",
            Self::Transaction => "(epoch, xid, position) > ($1, $2, $3)",
        }
    }

    fn binds(self, place: Position) -> Vec<Bind> {
        match self {
            Self::Position => vec![Bind::Integer(place.position)],
            Self::Transaction => [place.epoch, place.xid, place.position].map(Bind::Integer).into(),
        }
    }
}

/// Condition on entries before which nothing can appear any more. Entries of older epochs are finished, since their
/// cluster is gone.
fn finished(connection: &Connection) -> String {
    match connection.dialect() {
        Dialect::Sqlite => "1 = 1".into(),
        Dialect::Postgres => {
            format!("(epoch < {} or xid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint)", connection.epoch)
        }
    }
}

/// Reads a place from the first three columns.
pub(crate) fn position(row: &Row) -> Result<Position, sqlx::Error> {
    Ok(Position { epoch: row.integer(0)?, xid: row.integer(1)?, position: row.integer(2)? })
}

/// Reads an entry selected by [`COLUMNS`].
pub(crate) fn entry(row: &Row) -> Result<JournalEntry, StoreError> {
    let position = position(row)?;
    let damaged = |error| StoreError::Damaged(format!("journal entry {}: {error}", position.position));
    Ok(JournalEntry {
        position,
        kind: row.text(3)?,
        event: serde_json::from_str(&row.text(4)?).map_err(damaged)?,
        hash: row.hash(5)?,
    })
}
