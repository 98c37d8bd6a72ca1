//! Time spent on records, for sums and reports: what the journal says of it, kept with each commit.

use std::collections::{BTreeMap, HashMap};

use steward_model::event::{Act, Event};
use steward_model::id::{RecordId, Revision};
use steward_model::moment::Moment;
use steward_model::work::{Booking, Work};

use crate::boxed;
use crate::connection::{Connection, Row};
use crate::error::StoreError;
use crate::sql::{Bind, integer_list};
use crate::store::Store;

const COLUMNS: &str = "record, seq, person, team, activity, started_at, seconds, billable, note, corrected_seq";

/// An entry of time with its record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BookedOn {
    /// The record.
    pub record: RecordId,
    /// The entry as it stands.
    pub booking: Booking,
}

/// Which entries to read.
#[derive(Debug, Clone)]
pub struct WorkQuery {
    /// The first moment at which the work may have begun.
    pub from: Moment,
    /// The first moment after that.
    pub until: Moment,
    /// Only of this person.
    pub person: Option<RecordId>,
    /// Only for this team.
    pub team: Option<RecordId>,
    /// Only on this record.
    pub record: Option<RecordId>,
    /// Entries at most.
    pub limit: usize,
}

/// The clock of somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Running {
    /// The record that they work on.
    pub record: RecordId,
    /// Since when.
    pub started_at: Moment,
}

/// What an event does to the table.
#[derive(Debug)]
pub(crate) enum Step {
    Booked(Vec<Bind>),
    Corrected(Vec<Bind>),
    Withdrawn(Vec<Bind>),
}

/// What an event does to the table, if it is about time.
pub(crate) fn step(event: &Event) -> Option<Step> {
    let key = |entry: Revision| [Bind::Integer(event.record.0), Bind::Integer(entry)];
    match &event.act {
        Act::Worked { seconds, started_at, person, note, activity, billable, team } => {
            let work = Work {
                seconds: *seconds,
                started_at: *started_at,
                activity: *activity,
                billable: *billable,
                note: note.clone(),
            };
            let mut binds = key(event.seq).to_vec();
            binds.extend([Bind::Integer(person.0), Bind::OptionalInteger(team.map(|team| team.0))]);
            binds.extend(values(&work));
            Some(Step::Booked(binds))
        }
        Act::WorkCorrected { entry, to, .. } => {
            let mut binds = values(to).to_vec();
            binds.push(Bind::Integer(event.seq));
            binds.extend(key(*entry));
            Some(Step::Corrected(binds))
        }
        Act::WorkWithdrawn { entry, .. } => Some(Step::Withdrawn(key(*entry).to_vec())),
        _ => None,
    }
}

fn values(work: &Work) -> [Bind; 5] {
    [
        Bind::OptionalInteger(work.activity.map(|activity| activity.0)),
        Bind::Integer(work.started_at.0),
        Bind::Integer(work.seconds),
        Bind::Integer(work.billable.into()),
        Bind::Text(work.note.clone()),
    ]
}

pub(crate) async fn write(connection: &mut Connection, steps: &[Step]) -> Result<(), sqlx::Error> {
    for step in steps {
        match step {
            Step::Booked(binds) => {
                let sql = "insert into worklog (record, seq, person, team, activity, started_at, seconds, billable, note) \
                           values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
                connection.execute(sql, binds).await?
            }
            Step::Corrected(binds) => {
                let sql = "update worklog set activity = $1, started_at = $2, seconds = $3, billable = $4, note = $5, \
                           corrected_seq = $6 where record = $7 and seq = $8";
                connection.execute(sql, binds).await?
            }
            Step::Withdrawn(binds) => {
                connection.execute("delete from worklog where record = $1 and seq = $2", binds).await?
            }
        };
    }
    Ok(())
}

/// What is booked on records, by record and entry.
pub(crate) async fn of(
    connection: &mut Connection,
    records: &[RecordId],
) -> Result<HashMap<RecordId, BTreeMap<Revision, Booking>>, StoreError> {
    let ids: Vec<i64> = records.iter().map(|record| record.0).collect();
    let (list, bind) = integer_list(&ids, 1, connection.dialect());
    let sql = format!("select {COLUMNS} from worklog where record in {list}");
    let mut found: HashMap<RecordId, BTreeMap<Revision, Booking>> = HashMap::new();
    for row in connection.fetch_all(&sql, &[bind]).await? {
        let BookedOn { record, booking } = booked(&row)?;
        found.entry(record).or_default().insert(booking.seq, booking);
    }
    Ok(found)
}

impl Store {
    /// What is booked on a record, in the order of its entries.
    ///
    /// # Errors
    /// What the database answered.
    #[boxed]
    pub async fn booked_on(&self, record: RecordId) -> Result<Vec<Booking>, StoreError> {
        let sql = format!("select {COLUMNS} from worklog where record = $1 order by seq");
        let rows = self.read().await?.fetch_all(&sql, &[Bind::Integer(record.0)]).await?;
        rows.iter().map(|row| Ok(booked(row)?.booking)).collect()
    }

    /// Seconds booked on a record.
    ///
    /// # Errors
    /// What the database answered.
    #[boxed]
    pub async fn seconds_on(&self, record: RecordId) -> Result<i64, StoreError> {
        let sql = "select cast(coalesce(sum(seconds), 0) as bigint) from worklog where record = $1";
        Ok(self.read_few().await?.fetch_integer(sql, &[Bind::Integer(record.0)]).await?.unwrap_or_default())
    }

    /// Seconds booked on some records, and those of them that are billable, by record.
    ///
    /// # Errors
    /// What the database answered.
    #[boxed]
    pub async fn seconds_on_each(&self, records: &[RecordId]) -> Result<HashMap<RecordId, (i64, i64)>, StoreError> {
        let ids: Vec<i64> = records.iter().map(|record| record.0).collect();
        let (list, bind) = integer_list(&ids, 1, self.dialect());
        let sql = format!(
            "select record, cast(sum(seconds) as bigint), cast(sum(seconds * billable) as bigint) from worklog \
             where record in {list} group by record"
        );
        let rows = self.read_some(records.len()).await?.fetch_all(&sql, &[bind]).await?;
        rows.iter().map(|row| Ok((RecordId(row.integer(0)?), (row.integer(1)?, row.integer(2)?)))).collect()
    }

    /// Entries of time, those whose work began first first.
    ///
    /// # Errors
    /// What the database answered.
    #[boxed]
    pub async fn worklogs(&self, query: &WorkQuery) -> Result<Vec<BookedOn>, StoreError> {
        let limit = i64::try_from(query.limit).unwrap_or(i64::MAX);
        let mut binds = [query.from.0, query.until.0, limit].map(Bind::Integer).to_vec();
        let mut conditions = "started_at >= $1 and started_at < $2".to_owned();
        for (column, value) in [("person", query.person), ("team", query.team), ("record", query.record)] {
            if let Some(value) = value {
                binds.push(Bind::Integer(value.0));
                conditions.push_str(&format!(" and {column} = ${}", binds.len()));
            }
        }
        let sql = format!("select {COLUMNS} from worklog where {conditions} order by started_at, record, seq limit $3");
        self.read_some(query.limit).await?.fetch_all(&sql, &binds).await?.iter().map(booked).collect()
    }

    /// The clock that somebody has running.
    ///
    /// # Errors
    /// What the database answered.
    #[boxed]
    pub async fn timer_of(&self, person: RecordId) -> Result<Option<Running>, StoreError> {
        let sql = "select record, started_at from work_timer where person = $1";
        let row = self.read_few().await?.fetch_optional(sql, &[Bind::Integer(person.0)]).await?;
        row.map(|row| Ok(Running { record: RecordId(row.integer(0)?), started_at: row.moment(1)? })).transpose()
    }

    /// Starts somebody's clock on a record, in place of none; whether none was running.
    ///
    /// # Errors
    /// As [`Store::write`].
    #[boxed]
    pub async fn start_timer(&self, person: RecordId, running: &Running) -> Result<bool, StoreError> {
        let sql =
            "insert into work_timer (person, record, started_at) values ($1, $2, $3) on conflict (person) do nothing";
        let binds = [person.0, running.record.0, running.started_at.0].map(Bind::Integer).to_vec();
        let written = self.write(move |connection| {
            let binds = binds.clone();
            Box::pin(async move { Ok(connection.execute(sql, &binds).await?) })
        });
        Ok(written.await.map_err(StoreError::from)? > 0)
    }

    /// Ends somebody's clock, if it is the one that was seen; whether it was.
    ///
    /// # Errors
    /// As [`Store::write`].
    #[boxed]
    pub async fn end_timer(&self, person: RecordId, running: &Running) -> Result<bool, StoreError> {
        let sql = "delete from work_timer where person = $1 and record = $2 and started_at = $3";
        let binds = [person.0, running.record.0, running.started_at.0].map(Bind::Integer).to_vec();
        let written = self.write(move |connection| {
            let binds = binds.clone();
            Box::pin(async move { Ok(connection.execute(sql, &binds).await?) })
        });
        Ok(written.await.map_err(StoreError::from)? > 0)
    }
}

fn booked(row: &Row) -> Result<BookedOn, StoreError> {
    let work = Work {
        activity: row.optional_integer(4)?.map(RecordId),
        started_at: row.moment(5)?,
        seconds: row.integer(6)?,
        billable: row.integer(7)? != 0,
        note: row.text(8)?,
    };
    let booking = Booking {
        seq: row.integer(1)?,
        person: RecordId(row.integer(2)?),
        team: row.optional_integer(3)?.map(RecordId),
        work,
        corrected: row.optional_integer(9)?,
    };
    Ok(BookedOn { record: RecordId(row.integer(0)?), booking })
}
