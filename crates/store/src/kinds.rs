//! What the database holds for each kind: a view for reporting tools, indexes on JSON fields, a number series.

use std::collections::BTreeMap;

use steward_model::chain::Hash;
use steward_model::kind::{Field, FieldType, Kind, Registry};

use crate::columns::{field_column, field_expression};
use crate::connection::Connection;
use crate::error::{CommitError, StoreError};
use crate::migrate::set_meta;
use crate::numbers::sequence;
use crate::sql::{Bind, Dialect, literal, quoted};
use crate::store::Store;

/// Longest identifier that PostgreSQL keeps whole.
const NAME_LENGTH: usize = 63;

/// What one kind asks of the database.
#[derive(Debug, Clone)]
struct Wanted {
    kind: String,
    view: String,
    /// Statements by name of the index.
    indexes: BTreeMap<String, String>,
    sequence: Option<String>,
}

impl Store {
    /// Brings views, indexes and number series in line with the kinds; touches only what differs from last time.
    ///
    /// # Errors
    /// Why the database refused, such as views of others that hang on ours.
    pub async fn sync_kinds(&self, registry: &Registry) -> Result<(), StoreError> {
        let dialect = self.dialect();
        let mut connection = self.read().await?;
        let rows = connection.fetch_all("select key, value from meta where key like 'kind:%'", &[]).await?;
        drop(connection);
        let mut known = BTreeMap::new();
        for row in &rows {
            known.insert(row.text(0)?, row.text(1)?);
        }
        let mut changed = Vec::new();
        for kind in registry.kinds() {
            let wanted = Wanted::of(kind, dialect);
            let before = known.remove(&wanted.key());
            if before.as_deref() != Some(&wanted.stamp()) {
                changed.push((wanted, before));
            }
        }
        if changed.is_empty() && known.is_empty() {
            return Ok(());
        }
        self.write(move |connection| {
            let (changed, gone) = (changed.clone(), known.clone());
            Box::pin(async move { sync(connection, &changed, &gone).await })
        })
        .await?;
        Ok(())
    }
}

async fn sync(
    connection: &mut Connection,
    changed: &[(Wanted, Option<String>)],
    gone: &BTreeMap<String, String>,
) -> Result<(), CommitError> {
    if connection.dialect() == Dialect::Postgres {
        // One node at a time; an index on a large table takes longer than a statement may.
        connection.execute_script("set local statement_timeout = 0").await?;
        connection.execute("lock table meta in share row exclusive mode", &[]).await?;
    }
    for (key, stamp) in gone {
        let kind = key.trim_start_matches("kind:");
        connection.execute_script(&format!("drop view if exists {}", quoted(kind))).await?;
        drop_indexes(connection, stamp, &BTreeMap::new()).await?;
        connection.execute("delete from meta where key = $1", &[Bind::Text(key.clone())]).await?;
    }
    for (wanted, before) in changed {
        connection.execute_script(&format!("drop view if exists {}", quoted(&wanted.kind))).await?;
        connection.execute_script(&wanted.view).await?;
        drop_indexes(connection, before.as_deref().unwrap_or_default(), &wanted.indexes).await?;
        for sql in wanted.indexes.values() {
            connection.execute_script(sql).await?;
        }
        if let Some(sequence) = &wanted.sequence {
            connection.execute_script(sequence).await?;
        }
        set_meta(connection, &wanted.key(), &wanted.stamp()).await?;
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
    fn of(kind: &Kind, dialect: Dialect) -> Self {
        // A field with a column of its own is found by the indexes on that, one of many references by its own table.
        let by_expression = |field: &&Field| {
            field_column(kind, &field.key, "", dialect)
                .is_some_and(|column| column.sql == field_expression(field, "", dialect))
        };
        let indexed = kind.fields.iter().filter(|field| field.indexed).filter(by_expression);
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

    fn key(&self) -> String {
        format!("kind:{}", self.kind)
    }

    /// A digest of all statements, then the names of indexes.
    fn stamp(&self) -> String {
        let sequence = self.sequence.as_deref().unwrap_or_default();
        let statements: Vec<&str> =
            self.indexes.values().map(String::as_str).chain([self.view.as_str(), sequence]).collect();
        let digest = Hash::of(statements.join("\n").as_bytes()).to_string();
        std::iter::once(digest.as_str()).chain(self.indexes.keys().map(String::as_str)).collect::<Vec<_>>().join(" ")
    }
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
