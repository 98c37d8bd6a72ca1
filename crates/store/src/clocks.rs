//! Service-level clocks as rows: what they were computed by, and when their next step of escalation is to be taken.

use serde_json::Value as Json;
use steward_model::chain::Hash;
use steward_model::id::{RecordId, Revision};
use steward_model::moment::Moment;
use steward_model::record::Dues;

use crate::boxed;
use crate::bulk::Target;
use crate::connection::{Connection, Row};
use crate::error::{CommitError, StoreError};
use crate::list::ListQuery;
use crate::sql::{Bind, Dialect, integer_list, literal};
use crate::store::Store;

const CLOCK: Target = Target {
    table: "clock",
    columns: &[
        "record",
        "slot",
        "version",
        "book",
        "kind",
        "agreement",
        "target",
        "sort",
        "metric",
        "state",
        "started_at",
        "ended_at",
        "due_at",
        "breached_at",
        "value",
        "elapsed",
        "next_at",
        "fired",
        "data",
    ],
    jsonb: &[],
    json: &["fired", "data"],
    suffix: "on conflict do nothing",
};
const COLUMNS: &str = "record, slot, version, book, kind, next_at, cast(fired as text), cast(data as text)";
const OPEN: &str = "state in ('running', 'paused', 'handed')";

/// A clock as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredClock {
    /// Its record.
    pub record: RecordId,
    /// What it is the clock of.
    pub slot: String,
    /// Rises with each write.
    pub version: i64,
    /// The book that it was computed by.
    pub book: i64,
    /// Kind of its record.
    pub kind: String,
    /// When the next step is to be taken.
    pub next_at: Option<Moment>,
    /// Keys of the steps that were taken, as a list of texts.
    pub fired: Json,
    /// The clock, as text of JSON.
    pub data: String,
}

/// A clock to be written.
#[derive(Debug, Clone, PartialEq)]
pub struct ClockChange {
    /// The version that was read; `None` for a new clock. Another one in the database means that somebody was faster.
    pub before: Option<i64>,
    /// The clock; its version is the one after.
    pub clock: StoredClock,
    /// What reports and timers look for.
    pub columns: ClockColumns,
}

/// What is found by SQL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClockColumns {
    /// The agreement in force.
    pub agreement: RecordId,
    /// The target in force.
    pub target: RecordId,
    /// Sort of the agreement.
    pub sort: &'static str,
    /// What is measured.
    pub metric: &'static str,
    /// Where it stands.
    pub state: &'static str,
    /// When it began.
    pub started_at: Moment,
    /// When it ended.
    pub ended_at: Option<Moment>,
    /// When it is due.
    pub due_at: Option<Moment>,
    /// When it was broken.
    pub breached_at: Option<Moment>,
    /// Seconds promised.
    pub value: i64,
    /// Seconds used up to the last change.
    pub elapsed: i64,
}

/// What lists ask of a record whose clocks changed though it did not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DuesChange {
    /// The record.
    pub record: RecordId,
    /// The revision that the clocks belong to; another one means that somebody was faster.
    pub revision: Revision,
    /// What they say.
    pub dues: Dues,
}

/// What clocks are counted by, besides their target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CountedBy {
    /// The month in which they began, in UTC, as `YYYY-MM`.
    Month,
    /// The record's organisation.
    Organisation,
    /// The record's service.
    Service,
    /// The record's team.
    Team,
    /// The record's assignee.
    Assignee,
}

impl CountedBy {
    fn sql(self, dialect: Dialect) -> &'static str {
        match (self, dialect) {
            (Self::Month, Dialect::Sqlite) => "strftime('%Y-%m', c.started_at / 1000000, 'unixepoch')",
            (Self::Month, Dialect::Postgres) => {
                "to_char(to_timestamp(c.started_at / 1000000) at time zone 'UTC', 'YYYY-MM')"
            }
            (Self::Organisation, _) => "cast(r.organisation as text)",
            (Self::Service, _) => "cast(r.service as text)",
            (Self::Team, _) => "cast(r.team as text)",
            (Self::Assignee, _) => "cast(r.assignee as text)",
        }
    }
}

/// Clocks that have something in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClockCount {
    /// What they were counted by: a month, or the id of a record; nothing where the record has none.
    pub part: Option<String>,
    /// Their agreement.
    pub agreement: RecordId,
    /// Their target.
    pub target: RecordId,
    /// Those that ended in time.
    pub kept: i64,
    /// Those that broke the promise, ended or not.
    pub broken: i64,
    /// Those that run and can still be kept.
    pub open: i64,
    /// Working seconds that those which ended took.
    pub elapsed: i64,
    /// Those that ended.
    pub ended: i64,
}

impl Store {
    /// The clocks of some records, by record and slot.
    ///
    /// # Errors
    /// What the database answered.
    #[boxed]
    pub async fn clocks_of(&self, records: &[RecordId]) -> Result<Vec<StoredClock>, StoreError> {
        let mut found = Vec::new();
        for chunk in records.chunks(500) {
            let (sql, bind) = match chunk {
                [one] => (format!("select {COLUMNS} from clock where record = $1 order by slot"), Bind::Integer(one.0)),
                many => {
                    let ids: Vec<i64> = many.iter().map(|id| id.0).collect();
                    let (list, bind) = integer_list(&ids, 1, self.dialect());
                    (format!("select {COLUMNS} from clock where record in {list} order by record, slot"), bind)
                }
            };
            for row in self.read().await?.fetch_all(&sql, &[bind]).await? {
                found.push(stored(&row)?);
            }
        }
        Ok(found)
    }

    /// Clocks whose next step is to be taken, longest due first.
    ///
    /// # Errors
    /// What the database answered.
    #[boxed]
    pub async fn due_clocks(&self, now: Moment, limit: usize) -> Result<Vec<StoredClock>, StoreError> {
        let sql = format!(
            "select {COLUMNS} from clock where next_at is not null and next_at <= $1 order by next_at, record limit $2"
        );
        let binds = [Bind::Integer(now.0), Bind::Integer(i64::try_from(limit).unwrap_or(i64::MAX))];
        self.read().await?.fetch_all(&sql, &binds).await?.iter().map(stored).collect()
    }

    /// The moment of the next step of any clock.
    ///
    /// # Errors
    /// What the database answered.
    #[boxed]
    pub async fn next_clock_step(&self) -> Result<Option<Moment>, StoreError> {
        let sql = "select next_at from clock where next_at is not null order by next_at limit 1";
        Ok(self.read().await?.fetch_integer(sql, &[]).await?.map(Moment))
    }

    /// Records after `after` of which an open clock was computed by another book, ascending.
    ///
    /// # Errors
    /// What the database answered.
    #[boxed]
    pub async fn clocks_of_other_books(
        &self,
        book: i64,
        after: RecordId,
        limit: usize,
    ) -> Result<Vec<RecordId>, StoreError> {
        let sql = format!(
            "select distinct record from clock where {OPEN} and record > $1 and book <> $2 order by record limit $3"
        );
        let binds =
            [Bind::Integer(after.0), Bind::Integer(book), Bind::Integer(i64::try_from(limit).unwrap_or(i64::MAX))];
        let rows = self.read().await?.fetch_all(&sql, &binds).await?;
        rows.iter().map(|row| Ok(RecordId(row.integer(0)?))).collect()
    }

    /// Open records of a kind after `after`, ascending: those that may get clocks.
    ///
    /// # Errors
    /// What the database answered.
    #[boxed]
    pub async fn open_records(&self, kind: &str, after: RecordId, limit: usize) -> Result<Vec<RecordId>, StoreError> {
        let sql = "select id from record where kind = $1 and category in ('new', 'active', 'waiting') and id > $2 \
                   order by id limit $3";
        let binds = [
            Bind::Text(kind.to_owned()),
            Bind::Integer(after.0),
            Bind::Integer(i64::try_from(limit).unwrap_or(i64::MAX)),
        ];
        let rows = self.read().await?.fetch_all(sql, &binds).await?;
        rows.iter().map(|row| Ok(RecordId(row.integer(0)?))).collect()
    }

    /// Records with clocks after `after`, ascending.
    ///
    /// # Errors
    /// What the database answered.
    #[boxed]
    pub async fn records_with_clocks(&self, after: RecordId, limit: usize) -> Result<Vec<RecordId>, StoreError> {
        let sql = "select distinct record from clock where record > $1 order by record limit $2";
        let binds = [Bind::Integer(after.0), Bind::Integer(i64::try_from(limit).unwrap_or(i64::MAX))];
        let rows = self.read().await?.fetch_all(sql, &binds).await?;
        rows.iter().map(|row| Ok(RecordId(row.integer(0)?))).collect()
    }

    /// Records that meet a condition and on which a promise was broken by a clock that began since a moment, ascending:
    /// promises of one sort, or of all of them. Order and limit of the list do not matter.
    ///
    /// # Errors
    /// What the database answered.
    #[boxed]
    pub async fn breached_records(
        &self,
        records: &ListQuery,
        sort: Option<&str>,
        since: Moment,
        now: Moment,
    ) -> Result<Vec<RecordId>, StoreError> {
        let of_sort = sort.map_or_else(|| "sort <> 'own'".to_owned(), |sort| format!("sort = {}", literal(sort)));
        let mut binds = records.binds.clone();
        let mut place = |moment: Moment| {
            binds.push(Bind::Integer(moment.0));
            binds.len()
        };
        let (since, now) = (place(since), place(now));
        let sql = format!(
            "select distinct record from clock where started_at >= ${since} and {of_sort} \
             and (state = 'breached' or {OPEN} and (breached_at is not null or due_at < ${now})) \
             and record in (select r.id {}) order by record",
            records.rows_from()
        );
        self.read().await?.fetch_all(&sql, &binds).await?.iter().map(|row| Ok(RecordId(row.integer(0)?))).collect()
    }

    /// Clocks of records that meet a condition and that began since a moment, counted by target and one thing more. Order
    /// and limit of the list do not matter.
    ///
    /// # Errors
    /// What the database answered.
    #[boxed]
    pub async fn clock_counts(
        &self,
        records: &ListQuery,
        by: CountedBy,
        since: Moment,
        now: Moment,
    ) -> Result<Vec<ClockCount>, StoreError> {
        let mut binds = records.binds.clone();
        let mut place = |moment: Moment| {
            binds.push(Bind::Integer(moment.0));
            binds.len()
        };
        let (since, now) = (place(since), place(now));
        let sql = format!(
            "select {}, c.agreement, c.target, sum(c.kept), sum(c.broken), sum(c.runs - c.runs * c.broken), \
             cast(sum(c.ended * c.elapsed) as bigint), sum(c.ended) \
             from (select record, agreement, target, started_at, elapsed, \
             case when state = 'achieved' then 1 else 0 end as kept, \
             case when state = 'breached' or {OPEN} and (breached_at is not null or due_at < ${now}) then 1 else 0 end as broken, \
             case when {OPEN} then 1 else 0 end as runs, \
             case when state in ('achieved', 'breached') then 1 else 0 end as ended \
             from clock where started_at >= ${since} and sort <> 'own') c \
             join record r on r.id = c.record where r.id in (select r.id {}) group by 1, 2, 3 order by 1, 2, 3",
            by.sql(self.dialect()),
            records.rows_from()
        );
        let read = |row: &Row| {
            Ok(ClockCount {
                part: row.optional_text(0)?,
                agreement: RecordId(row.integer(1)?),
                target: RecordId(row.integer(2)?),
                kept: row.integer(3)?,
                broken: row.integer(4)?,
                open: row.integer(5)?,
                elapsed: row.integer(6)?,
                ended: row.integer(7)?,
            })
        };
        self.read().await?.fetch_all(&sql, &binds).await?.iter().map(read).collect()
    }

    /// Keeps a book under its digest and gives its number, the same for the same content.
    ///
    /// # Errors
    /// Why nothing could be written.
    #[boxed]
    pub async fn keep_book(&self, digest: Hash, data: &str) -> Result<i64, StoreError> {
        let find = "select id from clock_book where digest = $1";
        let bind = Bind::Bytes(digest.0.to_vec());
        if let Some(id) = self.read().await?.fetch_integer(find, std::slice::from_ref(&bind)).await? {
            return Ok(id);
        }
        let json = match self.dialect() {
            Dialect::Sqlite => "$2",
            Dialect::Postgres => "$2::json",
        };
        let sql = format!("insert into clock_book (digest, data) values ($1, {json}) on conflict do nothing");
        let binds = [bind.clone(), Bind::Text(data.to_owned())];
        let written = self.write(move |connection| {
            let (sql, binds) = (sql.clone(), binds.clone());
            Box::pin(async move { Ok(connection.execute(&sql, &binds).await?) })
        });
        written.await?;
        let id = self.read().await?.fetch_integer(find, &[bind]).await?;
        id.ok_or_else(|| StoreError::Damaged("a book that was just kept is not there".into()))
    }

    /// What a book said; `None` when there is none with this number.
    ///
    /// # Errors
    /// What the database answered.
    #[boxed]
    pub async fn kept_book(&self, id: i64) -> Result<Option<String>, StoreError> {
        let sql = "select cast(data as text) from clock_book where id = $1";
        let row = self.read().await?.fetch_optional(sql, &[Bind::Integer(id)]).await?;
        Ok(row.map(|row| row.text(0)).transpose()?)
    }
}

fn stored(row: &Row) -> Result<StoredClock, StoreError> {
    let record = RecordId(row.integer(0)?);
    let damaged = |error| StoreError::Damaged(format!("steps of a clock of record {record}: {error}"));
    Ok(StoredClock {
        record,
        slot: row.text(1)?,
        version: row.integer(2)?,
        book: row.integer(3)?,
        kind: row.text(4)?,
        next_at: row.optional_integer(5)?.map(Moment),
        fired: serde_json::from_str(&row.text(6)?).map_err(damaged)?,
        data: row.text(7)?,
    })
}

/// Writes clocks within a transaction.
pub(crate) async fn write(
    connection: &mut Connection,
    clocks: &[ClockChange],
    gone: &[(RecordId, String)],
    dues: &[DuesChange],
) -> Result<(), CommitError> {
    for (record, slot) in gone {
        let binds = [Bind::Integer(record.0), Bind::Text(slot.clone())];
        connection.execute("delete from clock where record = $1 and slot = $2", &binds).await?;
    }
    let mut new = Vec::new();
    for change in clocks {
        match change.before {
            None => new.push(row_of(change)),
            Some(version) => {
                let mut binds = row_of(change);
                binds.push(Bind::Integer(version));
                if connection.execute(&update_sql(connection.dialect()), &binds).await? == 0 {
                    return Err(CommitError::Stale { record: change.clock.record });
                }
            }
        }
    }
    let inserted = CLOCK.insert(connection, &new).await?;
    if usize::try_from(inserted).ok() != Some(new.len()) {
        let first = clocks.iter().find(|change| change.before.is_none());
        return Err(CommitError::Stale { record: first.map_or(RecordId::SYSTEM, |change| change.clock.record) });
    }
    for change in dues {
        let sql = "update record set next_due_at = $1, breach_at = $2 where id = $3 and revision = $4";
        let binds = [
            Bind::OptionalInteger(change.dues.next_due.map(|at| at.0)),
            Bind::OptionalInteger(change.dues.breach_at.map(|at| at.0)),
            Bind::Integer(change.record.0),
            Bind::Integer(change.revision),
        ];
        if connection.execute(sql, &binds).await? == 0 {
            return Err(CommitError::Stale { record: change.record });
        }
    }
    Ok(())
}

fn update_sql(dialect: Dialect) -> String {
    let set = CLOCK.columns.iter().enumerate().skip(2).map(|(place, column)| match dialect {
        Dialect::Postgres if CLOCK.json.contains(column) => format!("{column} = ${}::json", place + 1),
        _ => format!("{column} = ${}", place + 1),
    });
    let set: Vec<String> = set.collect();
    format!(
        "update clock set {} where record = $1 and slot = $2 and version = ${}",
        set.join(", "),
        CLOCK.columns.len() + 1
    )
}

fn row_of(change: &ClockChange) -> Vec<Bind> {
    let ClockChange { clock, columns, .. } = change;
    let moment = |at: Option<Moment>| Bind::OptionalInteger(at.map(|at| at.0));
    vec![
        Bind::Integer(clock.record.0),
        Bind::Text(clock.slot.clone()),
        Bind::Integer(clock.version),
        Bind::Integer(clock.book),
        Bind::Text(clock.kind.clone()),
        Bind::Integer(columns.agreement.0),
        Bind::Integer(columns.target.0),
        Bind::Text(columns.sort.to_owned()),
        Bind::Text(columns.metric.to_owned()),
        Bind::Text(columns.state.to_owned()),
        Bind::Integer(columns.started_at.0),
        moment(columns.ended_at),
        moment(columns.due_at),
        moment(columns.breached_at),
        Bind::Integer(columns.value),
        Bind::Integer(columns.elapsed),
        moment(clock.next_at),
        Bind::Text(clock.fired.to_string()),
        Bind::Text(clock.data.clone()),
    ]
}
