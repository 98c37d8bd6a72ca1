//! Times that records take up: what overlaps with a span is one question to one index.

use steward_model::id::{RecordId, Revision};
use steward_model::kind::Span;
use steward_model::moment::Moment;

use crate::boxed;
use crate::bulk::Target;
use crate::connection::{Connection, Row};
use crate::error::{CommitError, StoreError};
use crate::rows::{Loaded, loaded_from, record_columns};
use crate::sql::{Bind, Dialect, integer_list, literal};
use crate::store::Store;

const INTERVAL: Target = Target {
    table: "time_interval",
    columns: &["record", "place", "part", "time", "begin_at", "end_at", "all_day", "reach", "name"],
    jsonb: &[],
    json: &[],
    suffix: "",
};
const CONCERN: Target = Target {
    table: "interval_concern",
    columns: &["record", "target"],
    jsonb: &[],
    json: &[],
    suffix: "on conflict do nothing",
};

const DAY: i64 = 86_400_000_000;
/// How long an interval of each class lasts at most; those of the class after the last have no such length. Whatever
/// overlaps with a span begins no longer before it than its class lasts.
const REACHES: [i64; 3] = [2 * DAY, 10 * DAY, 100 * DAY];
/// Name under which the database keeps by which definitions its intervals were made.
const MADE_BY: &str = "intervals";

/// All times of a record, in place of those before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IntervalsChange {
    /// The record.
    pub record: RecordId,
    /// Its times.
    pub rows: Vec<IntervalRow>,
    /// What they are about.
    pub concerns: Vec<RecordId>,
}

/// One stretch of time of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IntervalRow {
    /// Key of the interval in the definition of the kind.
    pub part: String,
    /// What it is taken up by, as its key.
    pub time: String,
    /// From when to when.
    pub span: Span,
}

/// An interval that was found, with its record.
#[derive(Debug, Clone, PartialEq)]
pub struct FoundInterval {
    /// The record.
    pub loaded: Loaded,
    /// Which of the record's intervals it is.
    pub place: i64,
    /// The interval.
    pub row: IntervalRow,
}

/// What to look for.
#[derive(Debug, Clone)]
pub struct IntervalQuery {
    /// Intervals that overlap with this span: from, until.
    pub span: (Moment, Moment),
    /// The same for whole days, as midnights of UTC.
    pub days: (Moment, Moment),
    /// Kinds of records with the parts that may be seen and the condition on the record `r`, placeholders from `$1`.
    pub kinds: Vec<KindCondition>,
    /// Values of the conditions.
    pub binds: Vec<Bind>,
    /// Only time taken up by these; by anything when `None`.
    pub times: Option<Vec<String>>,
    /// Only what is about one of these.
    pub about: Option<Vec<RecordId>>,
    /// With `about`, also time taken up by this that is about nothing in particular.
    pub everywhere: Option<String>,
    /// Only records of these organisations.
    pub organisations: Option<Vec<RecordId>>,
    /// Only those of this record.
    pub record: Option<RecordId>,
    /// Intervals at most, those that begin first.
    pub limit: usize,
    /// Those that begin last instead, and these first.
    pub latest: bool,
}

/// What may be seen of a kind.
#[derive(Debug, Clone)]
pub struct KindCondition {
    /// Key of the kind.
    pub kind: String,
    /// Keys of its intervals.
    pub parts: Vec<String>,
    /// Condition on the record.
    pub condition: String,
}

impl IntervalQuery {
    fn bind(&mut self, value: Bind) -> usize {
        self.binds.push(value);
        self.binds.len()
    }

    fn list(&mut self, ids: &[RecordId], dialect: Dialect) -> String {
        let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
        let (list, bind) = integer_list(&ids, self.binds.len() + 1, dialect);
        self.binds.push(bind);
        list
    }

    /// What may be seen, as a condition on `i` and `r`.
    fn readable(&self) -> String {
        let parts = self.kinds.iter().map(|kind| {
            let parts: Vec<String> = kind.parts.iter().map(|part| literal(part)).collect();
            format!("(r.kind = {} and i.part in ({}) and ({}))", literal(&kind.kind), parts.join(", "), kind.condition)
        });
        parts.collect::<Vec<_>>().join(" or ")
    }

    /// Where overlapping intervals are looked for: each class of length by where its intervals begin.
    fn sources(&mut self) -> String {
        let (from, until) = (self.span.0.min(self.days.0).0, self.span.1.max(self.days.1).0);
        let (from_place, until_place) = (self.bind(Bind::Integer(from)), self.bind(Bind::Integer(until)));
        let mut sources = Vec::new();
        for reach in 0..=REACHES.len() {
            let mut source = format!(
                "select * from time_interval where reach = {reach} and begin_at < ${until_place} and end_at > ${from_place}"
            );
            if let Some(length) = REACHES.get(reach) {
                let earliest = self.bind(Bind::Integer(from.saturating_sub(*length)));
                source.push_str(&format!(" and begin_at >= ${earliest}"));
            }
            sources.push(source);
        }
        sources.join(" union all ")
    }

    fn sql(&mut self, dialect: Dialect) -> String {
        let readable = self.readable();
        let (source, mut tests) = match self.record {
            Some(record) => {
                let place = self.bind(Bind::Integer(record.0));
                (format!("select * from time_interval where record = ${place}"), Vec::new())
            }
            None => (self.sources(), Vec::new()),
        };
        let [from, until, first, last] =
            [self.span.0, self.span.1, self.days.0, self.days.1].map(|at| self.bind(Bind::Integer(at.0)));
        tests.push(format!(
            "(i.all_day = 0 and i.begin_at < ${until} and i.end_at > ${from} \
             or i.all_day = 1 and i.begin_at < ${last} and i.end_at > ${first})"
        ));
        tests.push(format!("({readable})"));
        if let Some(times) = &self.times {
            let times: Vec<String> = times.iter().map(|time| literal(time)).collect();
            tests.push(format!("i.time in ({})", times.join(", ")));
        }
        if let Some(about) = self.about.clone() {
            let list = self.list(&about, dialect);
            let mut test =
                format!("exists (select 1 from interval_concern c where c.record = i.record and c.target in {list})");
            if let Some(time) = &self.everywhere {
                let nothing = "not exists (select 1 from interval_concern c where c.record = i.record)";
                test.push_str(&format!(" or i.time = {} and {nothing}", literal(time)));
            }
            tests.push(format!("({test})"));
        }
        if let Some(organisations) = self.organisations.clone() {
            let list = self.list(&organisations, dialect);
            tests.push(format!("r.organisation in {list}"));
        }
        let order = match self.latest {
            true => "i.begin_at desc, i.end_at desc, i.record desc, i.place desc",
            false => "i.begin_at, i.end_at, i.record, i.place",
        };
        format!(
            "select i.place, i.part, i.time, i.begin_at, i.end_at, i.all_day, i.name, {} from ({source}) i \
             join record r on r.id = i.record where {} order by {order} limit {}",
            record_columns(dialect, "r"),
            tests.join(" and "),
            self.limit
        )
    }
}

impl Store {
    /// The intervals that a question asks for, those that begin first first.
    ///
    /// # Errors
    /// What the database answered.
    #[boxed]
    pub async fn intervals(&self, query: &IntervalQuery) -> Result<Vec<FoundInterval>, StoreError> {
        let is_nothing = |list: &Option<Vec<RecordId>>| list.as_ref().is_some_and(Vec::is_empty);
        let nothing_about = is_nothing(&query.about) && query.everywhere.is_none();
        if query.kinds.is_empty()
            || nothing_about
            || is_nothing(&query.organisations)
            || query.times.as_ref().is_some_and(Vec::is_empty)
        {
            return Ok(Vec::new());
        }
        let mut query = query.clone();
        let sql = query.sql(self.dialect());
        self.read().await?.fetch_all(&sql, &query.binds).await?.iter().map(found).collect()
    }

    /// Which of some records have time of a sort set aside for them, whenever that is. Of the query only what may be seen
    /// counts.
    ///
    /// # Errors
    /// What the database answered.
    #[boxed]
    pub async fn with_time(
        &self,
        query: &IntervalQuery,
        time: &str,
        targets: &[RecordId],
    ) -> Result<Vec<RecordId>, StoreError> {
        if query.kinds.is_empty() || targets.is_empty() {
            return Ok(Vec::new());
        }
        let mut query = query.clone();
        let list = query.list(targets, self.dialect());
        let place = query.bind(Bind::Text(time.to_owned()));
        let sql = format!(
            "select distinct c.target from interval_concern c join record r on r.id = c.record \
             where c.target in {list} and exists (select 1 from time_interval i where i.record = c.record \
             and i.time = ${place} and ({}))",
            query.readable()
        );
        let rows = self.read().await?.fetch_all(&sql, &query.binds).await?;
        rows.iter().map(|row| Ok(RecordId(row.integer(0)?))).collect()
    }

    /// What the times of some records are about: record and what it concerns.
    ///
    /// # Errors
    /// What the database answered.
    #[boxed]
    pub async fn interval_concerns(&self, records: &[RecordId]) -> Result<Vec<(RecordId, RecordId)>, StoreError> {
        if records.is_empty() {
            return Ok(Vec::new());
        }
        let ids: Vec<i64> = records.iter().map(|id| id.0).collect();
        let (list, bind) = integer_list(&ids, 1, self.dialect());
        let sql = format!("select record, target from interval_concern where record in {list} order by record, target");
        let rows = self.read().await?.fetch_all(&sql, &[bind]).await?;
        rows.iter().map(|row| Ok((RecordId(row.integer(0)?), RecordId(row.integer(1)?)))).collect()
    }

    /// The intervals of some records as they are kept, by record and place.
    ///
    /// # Errors
    /// What the database answered.
    #[boxed]
    pub async fn intervals_of(&self, records: &[RecordId]) -> Result<Vec<(RecordId, IntervalRow)>, StoreError> {
        if records.is_empty() {
            return Ok(Vec::new());
        }
        let ids: Vec<i64> = records.iter().map(|id| id.0).collect();
        let (list, bind) = integer_list(&ids, 1, self.dialect());
        let sql = format!(
            "select place, part, time, begin_at, end_at, all_day, name, record from time_interval \
             where record in {list} order by record, place"
        );
        let rows = self.read().await?.fetch_all(&sql, &[bind]).await?;
        rows.iter().map(|row| Ok((RecordId(row.integer(7)?), row_of(row)?))).collect()
    }

    /// Puts the times of a record in place of those before, if it still has the revision that they were worked out from.
    /// `false` when it has not: whoever wrote it wrote them too.
    ///
    /// # Errors
    /// As [`Store::write`].
    #[boxed]
    pub async fn replace_intervals(&self, changes: Vec<(Revision, IntervalsChange)>) -> Result<(), StoreError> {
        let written = self.write(move |connection| {
            let changes = changes.clone();
            Box::pin(async move {
                for (revision, change) in changes {
                    // Held until the end, so that nobody changes the record in between.
                    let lock = if connection.dialect() == Dialect::Postgres { " for update" } else { "" };
                    let sql = format!("select id from record where id = $1 and revision = $2{lock}");
                    let binds = [change.record.0, revision].map(Bind::Integer);
                    if connection.fetch_integer(&sql, &binds).await?.is_some() {
                        write(connection, &[change]).await?;
                    }
                }
                Ok(())
            })
        });
        Ok(written.await?)
    }

    /// Records of a kind after `after`, ascending by id.
    ///
    /// # Errors
    /// What the database answered.
    #[boxed]
    pub async fn kind_records_after(
        &self,
        kind: &str,
        after: RecordId,
        limit: usize,
    ) -> Result<Vec<Loaded>, StoreError> {
        let sql = format!(
            "select {} from record r where r.kind = $1 and r.id > $2 order by r.id limit $3",
            record_columns(self.dialect(), "r")
        );
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let binds = [Bind::Text(kind.to_owned()), Bind::Integer(after.0), Bind::Integer(limit)];
        let rows = self.read().await?.fetch_all(&sql, &binds).await?;
        rows.iter().map(|row| loaded_from(row, 0)).collect()
    }

    /// A digest of the definitions by which all intervals were made; `None` before they first were.
    ///
    /// # Errors
    /// What the database answered.
    #[boxed]
    pub async fn intervals_made_by(&self) -> Result<Option<String>, StoreError> {
        crate::migrate::get_meta(&mut self.read_few().await?, MADE_BY).await
    }

    /// Keeps by which definitions all intervals were made.
    ///
    /// # Errors
    /// As [`Store::write`].
    #[boxed]
    pub async fn set_intervals_made_by(&self, digest: &str) -> Result<(), StoreError> {
        let digest = digest.to_owned();
        let written = self.write(move |connection| {
            let digest = digest.clone();
            Box::pin(async move { Ok(crate::migrate::set_meta(connection, MADE_BY, &digest).await?) })
        });
        Ok(written.await?)
    }
}

/// Writes the times of some records over those before.
pub(crate) async fn write(connection: &mut Connection, changes: &[IntervalsChange]) -> Result<(), CommitError> {
    let mut rows = Vec::new();
    let mut concerns = Vec::new();
    for change in changes {
        let record = [Bind::Integer(change.record.0)];
        connection.execute("delete from time_interval where record = $1", &record).await?;
        connection.execute("delete from interval_concern where record = $1", &record).await?;
        let numbered = (0_i64..).zip(&change.rows);
        rows.extend(numbered.map(|(place, row)| {
            vec![
                Bind::Integer(change.record.0),
                Bind::Integer(place),
                Bind::Text(row.part.clone()),
                Bind::Text(row.time.clone()),
                Bind::Integer(row.span.begin.0),
                Bind::Integer(row.span.end.0),
                Bind::Integer(row.span.all_day.into()),
                Bind::Integer(reach(&row.span)),
                Bind::OptionalText(row.span.name.clone()),
            ]
        }));
        // Records without times concern nothing.
        let about = change.concerns.iter().filter(|_| !change.rows.is_empty());
        concerns.extend(about.map(|target| vec![Bind::Integer(change.record.0), Bind::Integer(target.0)]));
    }
    INTERVAL.insert(connection, &rows).await?;
    CONCERN.insert(connection, &concerns).await?;
    Ok(())
}

/// The class of length of a span.
fn reach(span: &Span) -> i64 {
    let length = span.end.0.saturating_sub(span.begin.0);
    let place = REACHES.iter().position(|most| length <= *most).unwrap_or(REACHES.len());
    i64::try_from(place).unwrap_or_default()
}

fn row_of(row: &Row) -> Result<IntervalRow, StoreError> {
    Ok(IntervalRow {
        part: row.text(1)?,
        time: row.text(2)?,
        span: Span {
            begin: row.moment(3)?,
            end: row.moment(4)?,
            all_day: row.integer(5)? != 0,
            name: row.optional_text(6)?,
        },
    })
}

fn found(row: &Row) -> Result<FoundInterval, StoreError> {
    Ok(FoundInterval { loaded: loaded_from(row, 7)?, place: row.integer(0)?, row: row_of(row)? })
}
