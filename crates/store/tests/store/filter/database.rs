//! Both databases with the tables that filters read, empty and private to one test.

use serde_json::Value as Json;
use sqlx::{AssertSqlSafe, Connection, PgConnection, Row, SqliteConnection};
use steward_model::filter::{Attribute, Shape};
use steward_model::kind::FieldType;
use steward_store::sql::{Bind, Dialect};
use tokio::runtime::Runtime;

use crate::filter::world::TestWorld;

pub(crate) struct Databases {
    runtime: Runtime,
    sqlite: SqliteConnection,
    postgres: PgConnection,
}

const TABLES: &str = "
create temp table record (id bigint primary key, kind text not null, number text not null, revision bigint not null,
  state text not null, category text not null, organisation bigint not null, requester bigint, assignee bigint,
  team bigint, service bigint, priority text, priority_rank bigint, title text, created_at bigint not null,
  created_by bigint not null, updated_at bigint not null, opened_at bigint, resolved_at bigint, closed_at bigint,
  due_at bigint, fields JSON_TYPE not null);
create temp table reference (record bigint not null, field text not null, target bigint not null);
create temp table record_link (link text not null, source bigint not null, target bigint not null,
  since bigint not null, until_at bigint);";

impl Databases {
    pub(crate) fn open() -> Self {
        let url = std::env::var("STEWARD_TEST_POSTGRES").expect(
            "STEWARD_TEST_POSTGRES must name a PostgreSQL server, such as postgres://postgres@127.0.0.1:5432/postgres",
        );
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let (sqlite, postgres) = runtime.block_on(async {
            let mut sqlite = SqliteConnection::connect("sqlite::memory:").await.unwrap();
            let mut postgres = PgConnection::connect(&url).await.unwrap();
            sqlx::raw_sql(AssertSqlSafe(TABLES.replace("JSON_TYPE", "text"))).execute(&mut sqlite).await.unwrap();
            sqlx::raw_sql(AssertSqlSafe(TABLES.replace("JSON_TYPE", "jsonb"))).execute(&mut postgres).await.unwrap();
            (sqlite, postgres)
        });
        Self { runtime, sqlite, postgres }
    }

    /// Replaces what is stored by this world.
    pub(crate) fn store(&mut self, world: &TestWorld) {
        for table in ["record", "reference", "record_link"] {
            self.run(&format!("delete from {table}"), &[]);
        }
        for record in world.records.values() {
            let kind = world.registry.kind(&record.kind).unwrap();
            let integer = |key: &str, is_column: fn(&Shape<'_>) -> bool| {
                let shape = Shape::of(kind, &Attribute::Field(key.to_owned()));
                Bind::OptionalInteger(
                    record.field(key).filter(|_| shape.as_ref().is_some_and(is_column)).and_then(Json::as_i64),
                )
            };
            let reference = |key: &str| integer(key, |shape| matches!(shape, Shape::Reference(_)));
            let moment = |key: &str| integer(key, |shape| matches!(shape, Shape::Moment));
            let text = |key: &str| record.field(key).and_then(Json::as_str).map(str::to_owned);
            let priority = kind.field("priority").and_then(|field| field.field_type.choices());
            let rank =
                text("priority").zip(priority).and_then(|(key, choices)| choices.rank(&key)).map(|rank| rank as i64);
            let mut binds = vec![
                Bind::Integer(record.id.0),
                Bind::Text(record.kind.clone()),
                Bind::Text(record.number.clone()),
                Bind::Integer(record.revision),
                Bind::Text(record.state.clone()),
                Bind::Text(kind.lifecycle.category(&record.state).key().to_owned()),
                Bind::Integer(record.organisation.0),
            ];
            binds.extend(["requester", "assignee", "team", "service"].map(reference));
            binds.push(Bind::OptionalText(text("priority")));
            binds.push(Bind::OptionalInteger(rank));
            binds.push(Bind::OptionalText(text(&kind.label_field)));
            binds.push(Bind::Integer(record.created_at.0));
            binds.push(Bind::Integer(record.created_by.0));
            binds.push(Bind::Integer(record.updated_at.0));
            binds.extend(["opened_at", "resolved_at", "closed_at", "due_at"].map(moment));
            binds.push(Bind::Text(serde_json::to_string(&record.fields).unwrap()));
            let places: Vec<String> = (1..=binds.len()).map(|place| format!("${place}")).collect();
            self.run_with_json(&format!("insert into record values ({})", places.join(", ")), &binds);
            let lists = kind.fields.iter().filter(|field| matches!(field.field_type, FieldType::References { .. }));
            let listed =
                lists.flat_map(|field| record.references(&field.key).into_iter().map(|id| (field.key.clone(), id)));
            let watchers = record.watchers.iter().map(|id| ("watchers".to_owned(), *id));
            for (field, target) in listed.chain(watchers) {
                let binds = [Bind::Integer(record.id.0), Bind::Text(field), Bind::Integer(target.0)];
                self.run("insert into reference values ($1, $2, $3)", &binds);
            }
        }
        for link in &world.links {
            let binds = [
                Bind::Text(link.link.clone()),
                Bind::Integer(link.source.0),
                Bind::Integer(link.target.0),
                Bind::OptionalInteger(link.until),
            ];
            self.run("insert into record_link values ($1, $2, $3, 0, $4)", &binds);
        }
    }

    fn run(&mut self, sql: &str, binds: &[Bind]) {
        self.runtime.block_on(async {
            sqlx::query_with(AssertSqlSafe(sql.to_owned()), sqlite_arguments(binds))
                .execute(&mut self.sqlite)
                .await
                .unwrap();
            sqlx::query_with(AssertSqlSafe(sql.to_owned()), postgres_arguments(binds))
                .execute(&mut self.postgres)
                .await
                .unwrap();
        });
    }

    /// As `run`, where the last placeholder is JSON.
    fn run_with_json(&mut self, sql: &str, binds: &[Bind]) {
        let last = format!("${})", binds.len());
        let postgres_sql = sql.replace(&last, &format!("cast(${} as jsonb))", binds.len()));
        self.runtime.block_on(async {
            sqlx::query_with(AssertSqlSafe(sql.to_owned()), sqlite_arguments(binds))
                .execute(&mut self.sqlite)
                .await
                .unwrap();
            sqlx::query_with(AssertSqlSafe(postgres_sql), postgres_arguments(binds))
                .execute(&mut self.postgres)
                .await
                .unwrap();
        });
    }

    /// Runs statements on both, without binds.
    pub(crate) fn execute(&mut self, sql: &str) {
        self.run(sql, &[]);
    }

    /// Runs a statement on one of them.
    pub(crate) fn execute_on(&mut self, dialect: Dialect, sql: String) {
        self.runtime.block_on(async {
            match dialect {
                Dialect::Sqlite => sqlx::query(AssertSqlSafe(sql)).execute(&mut self.sqlite).await.map(drop),
                Dialect::Postgres => sqlx::query(AssertSqlSafe(sql)).execute(&mut self.postgres).await.map(drop),
            }
            .unwrap();
        });
    }

    /// How a database means to answer a query.
    pub(crate) fn plan(&mut self, dialect: Dialect, sql: &str, binds: &[Bind]) -> String {
        self.runtime.block_on(async {
            let lines: Vec<String> = match dialect {
                Dialect::Sqlite => {
                    let sql = AssertSqlSafe(format!("explain query plan {sql}"));
                    let rows =
                        sqlx::query_with(sql, sqlite_arguments(binds)).fetch_all(&mut self.sqlite).await.unwrap();
                    rows.iter().map(|row| row.get(3)).collect()
                }
                Dialect::Postgres => {
                    let sql = AssertSqlSafe(format!("explain {sql}"));
                    let rows =
                        sqlx::query_with(sql, postgres_arguments(binds)).fetch_all(&mut self.postgres).await.unwrap();
                    rows.iter().map(|row| row.get(0)).collect()
                }
            };
            lines.join("\n")
        })
    }

    /// The ids that a query for ids gives.
    pub(crate) fn ids(&mut self, dialect: Dialect, sql: &str, binds: &[Bind]) -> Vec<i64> {
        let sql = sql.to_owned();
        let fail = |error: sqlx::Error| -> ! { panic!("{dialect:?}: {error}") };
        self.runtime.block_on(async {
            match dialect {
                Dialect::Sqlite => {
                    let query = sqlx::query_with(AssertSqlSafe(sql), sqlite_arguments(binds));
                    let rows = query.fetch_all(&mut self.sqlite).await.unwrap_or_else(|error| fail(error));
                    rows.iter().map(|row| row.get(0)).collect()
                }
                Dialect::Postgres => {
                    let query = sqlx::query_with(AssertSqlSafe(sql), postgres_arguments(binds));
                    let rows = query.fetch_all(&mut self.postgres).await.unwrap_or_else(|error| fail(error));
                    rows.iter().map(|row| row.get(0)).collect()
                }
            }
        })
    }
}

macro_rules! arguments {
    ($name:ident, $arguments:ty) => {
        fn $name(binds: &[Bind]) -> $arguments {
            use sqlx::Arguments as _;
            let mut arguments = <$arguments>::default();
            for bind in binds {
                match bind {
                    Bind::Integer(value) => arguments.add(*value),
                    Bind::OptionalInteger(value) => arguments.add(*value),
                    Bind::Text(value) => arguments.add(value.clone()),
                    Bind::OptionalText(value) => arguments.add(value.clone()),
                    Bind::Boolean(value) => arguments.add(*value),
                    Bind::Bytes(value) => arguments.add(value.clone()),
                }
                .unwrap();
            }
            arguments
        }
    };
}

arguments!(sqlite_arguments, sqlx::sqlite::SqliteArguments);
arguments!(postgres_arguments, sqlx::postgres::PgArguments);
