//! The SQL of filters and orders is written so that indexes serve it.

use serde_json::json;
use steward_model::filter::{Filter, SortKey};
use steward_model::id::RecordId;
use steward_store::columns::field_expression;
use steward_store::filter_sql::{Unlimited, compile};
use steward_store::order::{Cursor, after_predicate, order_by};
use steward_store::sql::Dialect;
use steward_testkit::filter_kinds;

use crate::filter::database::Databases;

/// Lists incidents after a cursor; the plan must walk the index `name` over `expression` and sort nothing.
fn check_page(databases: &mut Databases, dialect: Dialect, sort: &str, value: serde_json::Value, name: &str) {
    let registry = filter_kinds::registry();
    let kind = registry.kind("incident").unwrap();
    let sort = SortKey::parse(sort, kind).unwrap();
    let mut binds = Vec::new();
    let cursor = Cursor { values: vec![value], id: RecordId(20) };
    let after = after_predicate(&sort, &cursor, kind, dialect, "a", &mut binds).unwrap();
    let order = order_by(&sort, kind, dialect, "a");
    let sql = format!("select a.id from record a where a.kind = 'incident' and {after} order by {order} limit 50");
    let plan = databases.plan(dialect, &sql, &binds);
    assert!(plan.contains(name) && !plan.contains("Sort") && !plan.contains("B-TREE"), "{dialect:?}: {sql}\n{plan}");
}

/// Finds incidents by a condition; the plan must look the value up in the index `name`.
fn check_filter(databases: &mut Databases, dialect: Dialect, text: &str, name: &str) {
    let registry = filter_kinds::registry();
    let kind = registry.kind("incident").unwrap();
    let filter = Filter::parse_cel(text, kind, &registry).unwrap();
    let mut binds = Vec::new();
    let condition = compile(&filter, kind, &registry, dialect, "a", &mut binds, &Unlimited);
    let plan = databases.plan(
        dialect,
        &format!("select a.id from record a where a.kind = 'incident' and {condition}"),
        &binds,
    );
    assert!(plan.contains(name), "{dialect:?}: {condition}\n{plan}");
}

#[test]
fn indexes_serve_pages_and_filters() {
    let mut databases = Databases::open();
    let registry = filter_kinds::registry();
    let kind = registry.kind("incident").unwrap();
    databases.execute("create index by_updated on record (kind, updated_at, id)");
    databases.execute("create index by_assignee on record (kind, assignee, id)");
    for dialect in [Dialect::Sqlite, Dialect::Postgres] {
        // Enough rows that reading them all is the worse plan.
        let json = if dialect == Dialect::Postgres { "jsonb" } else { "text" };
        databases.execute_on(
            dialect,
            format!(
                "insert into record with recursive n(i) as (select 1 union all select i + 1 from n where i < 4000) \
                 select i, 'incident', 'INC' || i, 1, 'new', 'new', 9, null, i, null, null, null, null, 'title', i, 1, i, \
                 null, null, null, null, cast('{{\"count\":' || i || ',\"urgency\":\"u' || i || '\",\"day\":\"' || \
                 (2020 + i) || '-01-01\"}}' as {json}) from n"
            ),
        );
        for key in ["count", "urgency", "day"] {
            let expression = field_expression(kind.field(key).unwrap(), "", dialect);
            databases.execute_on(dialect, format!("create index by_{key} on record (kind, ({expression}), id)"));
        }
        databases.execute_on(dialect, "analyze record".to_owned());
        check_page(&mut databases, dialect, "updated_at", json!(5), "by_updated");
        check_page(&mut databases, dialect, "-updated_at", json!(5), "by_updated");
        check_filter(&mut databases, dialect, "assignee in [1, 2]", "by_assignee");
        check_filter(&mut databases, dialect, "count == 3", "by_count");
        check_filter(&mut databases, dialect, "count > 3990", "by_count");
        check_filter(&mut databases, dialect, "urgency == 'high'", "by_urgency");
        check_filter(&mut databases, dialect, "day < '2026-01-01'", "by_day");
    }
}
