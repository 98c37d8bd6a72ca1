//! What the database holds for each kind: a view for reporting tools, indexes on JSON fields, a number series.

use std::collections::BTreeMap;

use steward_model::chain::Hash;
use steward_model::kind::{Field, FieldType, Kind, Registry};

use crate::boxed;
use crate::columns::{field_column, field_expression};
use crate::connection::Connection;
use crate::error::{CommitError, StoreError};
use crate::migrate::set_meta;
use crate::numbers::sequence;
use crate::sql::{Bind, Dialect, literal, quoted};
use crate::store::Store;

/// Longest identifier that PostgreSQL keeps whole.
const NAME_LENGTH: usize = 63;
/// Parts of one statement that counts; SQLite takes no more than 500 in a compound.
const COUNTED_AT_ONCE: usize = 100;

/// Records from which on a kind gets its indexes on JSON fields. A few hundred records are read and sorted in less than
/// a millisecond, while each index costs every creation of a record of any kind.
const LARGE: i64 = 1_000;
/// Records below which indexes go again; between the two a kind keeps what it has.
const SMALL: i64 = LARGE / 2;

/// What one kind asks of the database.
#[derive(Debug, Clone)]
struct Wanted {
    kind: String,
    view: String,
    /// Statements by name of the index.
    indexes: BTreeMap<String, String>,
    sequence: Option<String>,
}

/// What the database holds for a kind, and what it should.
#[derive(Debug, Clone)]
struct Step {
    wanted: Wanted,
    /// The stamp of the last time; nothing for a new kind.
    before: Option<String>,
}

impl Store {
    /// Brings views, indexes and number series in line with the kinds and with how many records each has; touches only
    /// what differs from last time.
    ///
    /// # Errors
    /// Why the database refused, such as views of others that hang on ours.
    #[boxed]
    pub async fn sync_kinds(&self, registry: &Registry) -> Result<(), StoreError> {
        let (steps, gone) = self.steps(registry).await?;
        self.make_indexes(&steps).await?;
        if steps.is_empty() && gone.is_empty() {
            return Ok(());
        }
        self.write(move |connection| {
            let (steps, gone) = (steps.clone(), gone.clone());
            Box::pin(async move { sync(connection, &steps, &gone).await })
        })
        .await?;
        Ok(())
    }

    /// Gives kinds that have grown since the start their indexes, and leaves all else as it is: another node may know
    /// other kinds.
    ///
    /// # Errors
    /// When the database is away.
    #[boxed]
    pub async fn index_large_kinds(&self, registry: &Registry) -> Result<(), StoreError> {
        let (mut steps, _) = self.steps(registry).await?;
        steps
            .retain(|step| step.before.as_deref().is_some_and(|before| same_but_indexes(before, &step.wanted.stamp())));
        self.make_indexes(&steps).await?;
        self.write(move |connection| {
            let steps = steps.clone();
            Box::pin(async move { keep_indexes(connection, &steps).await })
        })
        .await?;
        Ok(())
    }

    /// Whether a name is that of a table, so that no view for a kind can have it.
    ///
    /// # Errors
    /// When the database is away.
    #[boxed]
    pub async fn is_table(&self, name: &str) -> Result<bool, StoreError> {
        let sql = match self.dialect() {
            Dialect::Sqlite => "select 1 from sqlite_master where type = 'table' and name = $1",
            Dialect::Postgres => {
                "select 1 from pg_class where relkind in ('r', 'p', 'S', 'i') and relname = $1 \
                 and relnamespace = current_schema()::regnamespace"
            }
        };
        let mut connection = self.read().await?;
        Ok(connection.fetch_optional(sql, &[Bind::Text(name.to_owned())]).await?.is_some())
    }

    /// The kinds that differ from last time, and the stamps of those that are gone.
    async fn steps(&self, registry: &Registry) -> Result<(Vec<Step>, BTreeMap<String, String>), StoreError> {
        let mut connection = self.read().await?;
        let rows = connection.fetch_all("select key, value from meta where key like 'kind:%'", &[]).await?;
        let mut known = BTreeMap::new();
        for row in &rows {
            known.insert(row.text(0)?, row.text(1)?);
        }
        let sizes = sizes(&mut connection, registry).await?;
        let mut steps = Vec::new();
        for kind in registry.kinds() {
            let before = known.remove(&Wanted::key(&kind.key));
            let had_indexes = before.as_deref().is_some_and(|stamp| stamp.contains(' '));
            let enough = if had_indexes { SMALL } else { LARGE };
            let large = sizes.get(&kind.key).is_some_and(|size| *size >= enough);
            let wanted = Wanted::of(kind, self.dialect(), large);
            if before.as_deref() != Some(&wanted.stamp()) {
                steps.push(Step { wanted, before });
            }
        }
        Ok((steps, known))
    }

    /// Makes each index in a write of its own, so that other writes come in between.
    async fn make_indexes(&self, steps: &[Step]) -> Result<(), StoreError> {
        for statement in steps.iter().flat_map(|step| step.wanted.indexes.values()) {
            self.make_index(statement).await?;
        }
        Ok(())
    }

    async fn make_index(&self, statement: &str) -> Result<(), StoreError> {
        let statement = statement.to_owned();
        self.write(move |connection| {
            let statement = statement.clone();
            Box::pin(async move {
                one_node_at_a_time(connection).await?;
                connection.execute_script(&statement).await?;
                Ok(())
            })
        })
        .await?;
        Ok(())
    }
}

/// How many records each kind has, counted up to [`LARGE`].
async fn sizes(connection: &mut Connection, registry: &Registry) -> Result<BTreeMap<String, i64>, StoreError> {
    let counts = registry.kinds().iter().map(|kind| {
        let kind = literal(&kind.key);
        format!("select {kind}, (select count(*) from (select 1 from record where kind = {kind} limit {LARGE}) as few)")
    });
    let mut sizes = BTreeMap::new();
    for some in counts.collect::<Vec<_>>().chunks(COUNTED_AT_ONCE) {
        for row in connection.fetch_all(&some.join(" union all "), &[]).await? {
            sizes.insert(row.text(0)?, row.integer(1)?);
        }
    }
    Ok(sizes)
}

async fn one_node_at_a_time(connection: &mut Connection) -> Result<(), CommitError> {
    if connection.dialect() == Dialect::Postgres {
        // An index on a large table takes longer than a statement may.
        connection.execute_script("set local statement_timeout = 0").await?;
        connection.execute("lock table meta in share row exclusive mode", &[]).await?;
    }
    Ok(())
}

async fn sync(connection: &mut Connection, steps: &[Step], gone: &BTreeMap<String, String>) -> Result<(), CommitError> {
    one_node_at_a_time(connection).await?;
    for (key, stamp) in gone {
        let kind = key.trim_start_matches("kind:");
        drop_view(connection, kind).await?;
        drop_indexes(connection, stamp, &BTreeMap::new()).await?;
        connection.execute("delete from meta where key = $1", &[Bind::Text(key.clone())]).await?;
    }
    for Step { wanted, .. } in steps {
        put_view(connection, wanted).await?;
        if let Some(sequence) = &wanted.sequence {
            connection.execute_script(sequence).await?;
        }
    }
    keep_indexes(connection, steps).await
}

/// Makes the view of a kind. Where PostgreSQL can, it is extended in place, since views of reporting tools may rest on it
/// and would keep it from being dropped: so it is when a kind gets further fields.
async fn put_view(connection: &mut Connection, wanted: &Wanted) -> Result<(), CommitError> {
    if connection.dialect() == Dialect::Postgres {
        connection.execute_script("savepoint put_view").await?;
        let extended = wanted.view.replacen("create view", "create or replace view", 1);
        if connection.execute_script(&extended).await.is_ok() {
            connection.execute_script("release savepoint put_view").await?;
            return Ok(());
        }
        connection.execute_script("rollback to savepoint put_view").await?;
    }
    drop_view(connection, &wanted.kind).await?;
    connection.execute_script(&wanted.view).await?;
    Ok(())
}

/// Drops the view of a kind; where others rest on it, the answer names them.
async fn drop_view(connection: &mut Connection, kind: &str) -> Result<(), CommitError> {
    let dropped = connection.execute_script(&format!("drop view if exists {}", quoted(kind))).await;
    dropped.map_err(|error| match dependents(&error) {
        Some(dependents) => StoreError::Refused(format!(
            "the view {kind} of the database must change, and others rest on it: {dependents}; drop those, and make them anew afterwards"
        ))
        .into(),
        None => error.into(),
    })
}

/// What keeps a view from being dropped, as PostgreSQL tells it with `dependent_objects_still_exist`.
fn dependents(error: &sqlx::Error) -> Option<String> {
    let answer = error.as_database_error()?.try_downcast_ref::<sqlx::postgres::PgDatabaseError>()?;
    let rests_on = answer.code() == "2BP01";
    rests_on.then(|| answer.detail().unwrap_or_default().replace('\n', ", "))
}

/// Drops indexes that are no longer wanted, and remembers what was done.
async fn keep_indexes(connection: &mut Connection, steps: &[Step]) -> Result<(), CommitError> {
    for Step { wanted, before } in steps {
        drop_indexes(connection, before.as_deref().unwrap_or_default(), &wanted.indexes).await?;
        set_meta(connection, &Wanted::key(&wanted.kind), &wanted.stamp()).await?;
    }
    Ok(())
}

/// Drops indexes named in an older stamp and no longer wanted.
async fn drop_indexes(
    connection: &mut Connection,
    stamp: &str,
    wanted: &BTreeMap<String, String>,
) -> Result<(), CommitError> {
    for name in stamp.split(' ').skip(1).filter(|name| !wanted.contains_key(*name)) {
        connection.execute_script(&format!("drop index if exists {}", quoted(name))).await?;
    }
    Ok(())
}

impl Wanted {
    fn of(kind: &Kind, dialect: Dialect, large: bool) -> Self {
        // A field with a column of its own is found by the indexes on that, one of many references by its own table.
        let by_expression = |field: &&Field| {
            field_column(kind, &field.key, "", dialect)
                .is_some_and(|column| column.sql == field_expression(field, "", dialect))
        };
        let indexed = kind.fields.iter().filter(|field| large && field.indexed).filter(by_expression);
        let indexes = indexed.map(|field| {
            // The digest of the expression is part of the name, so a field that changes its type gets a new index.
            let expression = field_expression(field, "", dialect);
            let name = index_name(&kind.key, &field.key, &expression);
            let sql = format!(
                "create index if not exists {} on record (({expression}), id) where kind = {}",
                quoted(&name),
                literal(&kind.key)
            );
            (name, sql)
        });
        let sequence = match dialect {
            Dialect::Sqlite => None,
            Dialect::Postgres => Some(format!("create sequence if not exists {}", sequence(&kind.numbering))),
        };
        Self { kind: kind.key.clone(), view: view_sql(kind, dialect), indexes: indexes.collect(), sequence }
    }

    /// Where the stamp of a kind is kept.
    fn key(kind: &str) -> String {
        format!("kind:{kind}")
    }

    /// A digest of view and sequence, then the names of indexes, which hold digests of theirs.
    fn stamp(&self) -> String {
        let sequence = self.sequence.as_deref().unwrap_or_default();
        let digest = Hash::of(format!("{}\n{sequence}", self.view).as_bytes()).to_string();
        std::iter::once(digest.as_str()).chain(self.indexes.keys().map(String::as_str)).collect::<Vec<_>>().join(" ")
    }
}

fn same_but_indexes(stamp: &str, other: &str) -> bool {
    stamp.split(' ').next() == other.split(' ').next()
}

fn index_name(kind: &str, field: &str, expression: &str) -> String {
    let digest = &Hash::of(format!("{kind}.{field}.{expression}").as_bytes()).to_string()[..8];
    let mut name = format!("ix_{kind}_{field}");
    name.truncate(NAME_LENGTH - 9);
    format!("{name}_{digest}")
}

fn view_sql(kind: &Kind, dialect: Dialect) -> String {
    let mut columns: Vec<(String, String)> =
        ["id", "number", "revision", "state"].map(|name| (name.into(), name.into())).into();
    columns.push(("state_category".into(), "category".into()));
    columns.extend(["organisation", "created_by"].map(|name| (name.into(), name.into())));
    columns.extend(["created_at", "updated_at"].map(|name| (name.into(), instant(name, dialect))));
    for field in &kind.fields {
        for (name, sql) in field_columns(field, dialect) {
            // A field that bears the name of a column of every record would make the view ambiguous.
            if columns.iter().all(|(taken, _)| *taken != name) {
                columns.push((name, sql));
            }
        }
    }
    let columns: Vec<String> = columns.iter().map(|(name, sql)| format!("{sql} as {}", quoted(name))).collect();
    format!(
        "create view {} as select {} from record where kind = {}",
        quoted(&kind.key),
        columns.join(", "),
        literal(&kind.key)
    )
}

/// Columns of a field by name: none for a secret, two for an amount of money, else one.
fn field_columns(field: &Field, dialect: Dialect) -> Vec<(String, String)> {
    let key = field.key.clone();
    let value = field_expression(field, "", dialect);
    let sql = match field.field_type.value_type() {
        FieldType::Secret => return Vec::new(),
        FieldType::Money => {
            let (amount, currency) = match dialect {
                Dialect::Sqlite => (
                    format!("json_extract(fields, '$.{key}.amount')"),
                    format!("json_extract(fields, '$.{key}.currency')"),
                ),
                Dialect::Postgres => {
                    (format!("(fields->'{key}'->>'amount')"), format!("(fields->'{key}'->>'currency')"))
                }
            };
            return vec![(key.clone(), millionths(&amount, dialect)), (format!("{key}_currency"), currency)];
        }
        FieldType::References { .. } | FieldType::Table { .. } if dialect == Dialect::Postgres => {
            format!("fields->'{key}'")
        }
        FieldType::Decimal => millionths(&value, dialect),
        FieldType::Moment => instant(&value, dialect),
        FieldType::Date if dialect == Dialect::Postgres => format!("({value})::date"),
        _ => value,
    };
    vec![(key, sql)]
}

fn millionths(value: &str, dialect: Dialect) -> String {
    match dialect {
        Dialect::Sqlite => format!("{value} / 1000000.0"),
        Dialect::Postgres => format!("{value}::numeric / 1000000"),
    }
}

/// Microseconds since 1970 as what reporting tools take for a moment.
fn instant(value: &str, dialect: Dialect) -> String {
    match dialect {
        Dialect::Sqlite => format!("strftime('%Y-%m-%dT%H:%M:%fZ', {value} / 1000000.0, 'unixepoch')"),
        Dialect::Postgres => format!("(timestamptz 'epoch' + {value} * interval '1 microsecond')"),
    }
}
