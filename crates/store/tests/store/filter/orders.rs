//! Keyset paging over random records visits each once, in the order that memory gives.

use std::cell::RefCell;
use std::cmp::Ordering;

use proptest::prelude::{Just, Strategy, prop};
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value as Json, json};
use steward_model::filter::SortKey;
use steward_model::id::RecordId;
use steward_model::record::Record;
use steward_store::order::{Cursor, CursorMismatch, after_predicate, order_by};
use steward_store::sql::Dialect;
use steward_testkit::filter_kinds;

use crate::filter::database::Databases;
use crate::filter::world::{TestWorld, worlds};

fn compare(left: &Record, right: &Record, sort: &[SortKey], world: &TestWorld) -> Ordering {
    let kind = world.registry.kind("incident").unwrap();
    for key in sort {
        let order = match (key.value_of(left, kind), key.value_of(right, kind)) {
            (Json::Null, Json::Null) => Ordering::Equal,
            (Json::Null, _) => Ordering::Greater,
            (_, Json::Null) => Ordering::Less,
            (Json::String(left), Json::String(right)) => turned(left.cmp(&right), key.descending),
            (left, right) => turned(left.as_i64().cmp(&right.as_i64()), key.descending),
        };
        if order != Ordering::Equal {
            return order;
        }
    }
    turned(left.id.cmp(&right.id), sort.last().is_some_and(|key| key.descending))
}

fn turned(order: Ordering, descending: bool) -> Ordering {
    if descending { order.reverse() } else { order }
}

/// All ids, page by page.
fn page_through(
    world: &TestWorld,
    databases: &mut Databases,
    dialect: Dialect,
    sort: &[SortKey],
    size: usize,
) -> Vec<i64> {
    let kind = world.registry.kind("incident").unwrap();
    let order = order_by(sort, kind, dialect, "a");
    let mut seen: Vec<i64> = Vec::new();
    loop {
        let mut binds = Vec::new();
        let after = match seen.last() {
            None => String::new(),
            Some(id) => {
                let last = &world.records[&RecordId(*id)];
                let cursor = Cursor { values: sort.iter().map(|key| key.value_of(last, kind)).collect(), id: last.id };
                format!(" and {}", after_predicate(sort, &cursor, kind, dialect, "a", &mut binds).unwrap())
            }
        };
        let sql = format!("select a.id from record a where a.kind = 'incident'{after} order by {order} limit {size}");
        let page = databases.ids(dialect, &sql, &binds);
        seen.extend(&page);
        if page.len() < size || seen.len() > world.records.len() {
            return seen;
        }
    }
}

#[test]
fn paging_visits_each_record_once_in_order() {
    let mut databases = Databases::open();
    let names = [
        "priority",
        "updated_at",
        "due_at",
        "title",
        "count",
        "number",
        "state",
        "day",
        "assignee",
        "urgency",
        "organisation",
    ];
    let keys = prop::sample::subsequence(names.to_vec(), 0..4).prop_shuffle();
    let keys = keys.prop_flat_map(|names| {
        let count = names.len();
        (Just(names), prop::collection::vec(prop::bool::ANY, count))
    });
    let sort = keys.prop_map(|(names, turns)| {
        let steps = names.iter().zip(turns).map(|(name, turn)| format!("{}{name}", if turn { "-" } else { "" }));
        steps.collect::<Vec<_>>().join(",")
    });
    let cases = (worlds(6..14), prop::collection::vec((sort, 1_usize..5), 8));
    let mut runner = TestRunner::new(Config { cases: 32, failure_persistence: None, ..Config::default() });
    let databases = RefCell::new(&mut databases);
    let result = runner.run(&cases, |(world, sorts)| {
        let mut databases = databases.borrow_mut();
        databases.store(&world);
        for (text, size) in sorts {
            let sort = SortKey::parse(&text, world.registry.kind("incident").unwrap()).unwrap();
            let mut expected: Vec<&Record> =
                world.records.values().filter(|record| record.kind == "incident").collect();
            expected.sort_by(|left, right| compare(left, right, &sort, &world));
            let expected: Vec<i64> = expected.iter().map(|record| record.id.0).collect();
            for dialect in [Dialect::Sqlite, Dialect::Postgres] {
                assert_eq!(
                    page_through(&world, &mut databases, dialect, &sort, size),
                    expected,
                    "{dialect:?} {text} by {size}"
                );
            }
        }
        Ok(())
    });
    result.unwrap();
}

#[test]
fn a_cursor_of_another_order_is_refused() {
    let registry = filter_kinds::registry();
    let kind = registry.kind("incident").unwrap();
    let check = |sort: &str, values: Vec<Json>| {
        let sort = SortKey::parse(sort, kind).unwrap();
        let cursor = Cursor { values, id: RecordId(1) };
        let predicate = after_predicate(&sort, &cursor, kind, Dialect::Sqlite, "a", &mut Vec::new());
        assert_eq!(predicate, Err(CursorMismatch));
    };
    check("updated_at", vec![]);
    check("updated_at", vec![json!("text")]);
    check("updated_at", vec![Json::Null]);
    check("title", vec![json!(5)]);
}
