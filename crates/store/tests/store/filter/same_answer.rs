//! Random filters over random records: memory, SQLite and PostgreSQL agree, whatever notation the filter came from.

use proptest::prelude::{Just, Strategy, any, prop, prop_oneof};
use proptest::strategy::{BoxedStrategy, Union};
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value as Json, json};
use steward_model::filter::Filter;
use steward_model::id::RecordId;
use steward_store::filter_sql::compile;
use steward_store::sql::Dialect;

use crate::filter::database::Databases;
use crate::filter::world::{TestWorld, days, environment, moments, texts, worlds};

fn no_name(_kinds: &[String], _name: &str) -> Option<RecordId> {
    None
}

/// Ids of incidents that a filter finds in memory; asserts that both databases find the same.
fn check_same_answer(world: &TestWorld, databases: &mut Databases, filter: &Filter, text: &str) -> Vec<i64> {
    let kind = world.registry.kind("incident").unwrap();
    let bound = filter.bind(&environment());
    let incidents = world.records.values().filter(|record| record.kind == "incident");
    let expected: Vec<i64> =
        incidents.filter(|record| bound.matches(record, kind, world)).map(|record| record.id.0).collect();
    for dialect in [Dialect::Sqlite, Dialect::Postgres] {
        let mut binds = Vec::new();
        let condition = compile(&bound, kind, &world.registry, dialect, "a", &mut binds, world);
        let sql = format!("select a.id from record a where a.kind = 'incident' and {condition} order by a.id");
        assert_eq!(databases.ids(dialect, &sql, &binds), expected, "{dialect:?}: {text}\n{sql}\n{binds:?}");
    }
    expected
}

fn tests() -> BoxedStrategy<Json> {
    let pick = |names: &[&'static str]| prop::sample::select(names.to_vec());
    let ordered = || prop::sample::select(vec!["is", "less", "at_most", "more", "at_least"]);
    let test = |field: &str, test: &str, value: Json| json!({ "field": field, test: value });
    let number = || prop_oneof![-3_i64..4, Just(i64::MAX), Just(i64::MIN)];
    let textual = pick(&[
        "title",
        "description",
        "internal_notes",
        "service.name",
        "service.owner.login",
        "assignee.manager.name",
        "number",
        "organisation.name",
    ]);
    let moment = pick(&["due_at", "seen_at", "created_at", "updated_at", "service.created_at"]);
    let moment_value = prop_oneof![
        moments().prop_map(|micros| json!(steward_model::moment::Moment(micros).to_string())),
        pick(&["now", "now-24h", "today", "today+1d", "now+36h", "2026-03-10"]).prop_map(|text| json!(text)),
    ];
    let person = pick(&[
        "requester",
        "assignee",
        "service.owner",
        "created_by",
        "assignee.manager",
        "watchers",
        "subject.owner",
        "team.created_by",
    ]);
    let person_value = prop_oneof![(1_i64..6).prop_map(|id| json!(id.to_string())), Just(json!("me"))];
    let anything = pick(&[
        "title",
        "state",
        "number",
        "assignee",
        "service",
        "service.owner",
        "service.owner.manager",
        "watchers",
        "affected",
        "rows",
        "price",
        "token",
        "count",
        "major",
        "day",
        "due_at",
        "seen_at",
        "category",
        "priority",
        "subject.owner",
        "service.hidden",
        "organisation.name",
        "id",
    ]);
    let choice = prop_oneof![
        (Just("priority"), pick(&["critical", "high", "moderate", "low"])),
        (Just("urgency"), pick(&["high", "medium", "low"])),
        (Just("category"), pick(&["hardware", "laptop", "dock", "software"])),
    ];
    let state = prop_oneof![
        (Just("state"), pick(&["new", "in_progress", "on_hold", "resolved"])),
        (Just("service.state"), pick(&["new", "resolved"])),
        (Just("state_category"), pick(&["new", "active", "waiting", "done", "cancelled"])),
    ];
    let ends = || prop_oneof![11_i64..15, 20_i64..26];
    Union::new([
        anything
            .prop_flat_map(move |field| any::<bool>().prop_map(move |empty| test(field, "empty", json!(empty))))
            .boxed(),
        (textual.clone(), ordered(), texts()).prop_map(move |(field, by, text)| test(field, by, json!(text))).boxed(),
        (textual, pick(&["contains", "starts_with"]), texts())
            .prop_map(move |(field, by, text)| test(field, by, json!(text)))
            .boxed(),
        (pick(&["state", "category", "urgency"]), pick(&["", "l", "NEW", "o"]))
            .prop_map(move |(field, text)| test(field, "contains", json!(text)))
            .boxed(),
        (pick(&["count", "service.rank", "effort"]), ordered(), number())
            .prop_map(move |(field, by, n)| test(field, by, json!(n)))
            .boxed(),
        (pick(&["count", "service.rank"]), prop::collection::vec(number(), 0..40))
            .prop_map(move |(field, n)| test(field, "in", json!(n)))
            .boxed(),
        (ordered(), number())
            .prop_map(move |(by, n)| test("cost", by, json!(steward_model::filter::print_decimal(n))))
            .boxed(),
        (pick(&["major", "service.hidden", "assignee.active"]), any::<bool>())
            .prop_map(move |(field, truth)| test(field, "is", json!(truth)))
            .boxed(),
        (ordered(), prop_oneof![days().prop_map(Json::from), pick(&["today", "today-1d"]).prop_map(Json::from)])
            .prop_map(move |(by, day)| test("day", by, day))
            .boxed(),
        (moment, ordered(), moment_value).prop_map(move |(field, by, value)| test(field, by, value)).boxed(),
        (person.clone(), person_value.clone()).prop_map(move |(field, value)| test(field, "is", value)).boxed(),
        (person, prop::collection::vec(person_value, 0..3))
            .prop_map(move |(field, values)| test(field, "in", json!(values)))
            .boxed(),
        pick(&["my_teams", "6", "8"]).prop_map(move |team| test("team", "in", json!([team]))).boxed(),
        pick(&["my_organisations", "9"])
            .prop_map(move |organisation| test("organisation", "in", json!([organisation])))
            .boxed(),
        (pick(&["affected", "service", "subject"]), 11_i64..16)
            .prop_map(move |(field, id)| test(field, "is", json!(id)))
            .boxed(),
        (choice.clone(), ordered()).prop_map(move |((field, key), by)| test(field, by, json!(key))).boxed(),
        pick(&["hardware", "laptop", "software"]).prop_map(move |key| test("category", "under", json!(key))).boxed(),
        state.prop_map(move |(field, key)| test(field, "is", json!(key))).boxed(),
        (prop::option::of(pick(&["caused_by", "uses"])), any::<bool>(), prop::option::of(ends()))
            .prop_map(|(link, inverse, other)| match other {
                Some(other) => json!({ "linked": link, "inverse": inverse, "other": other.to_string() }),
                None => json!({ "linked": link, "inverse": inverse }),
            })
            .boxed(),
        texts().prop_map(|text| json!({ "text": text })).boxed(),
    ])
    .boxed()
}

fn filters() -> BoxedStrategy<Json> {
    tests()
        .prop_recursive(3, 12, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(|members| json!({ "and": members })),
                prop::collection::vec(inner.clone(), 0..4).prop_map(|members| json!({ "or": members })),
                inner.prop_map(|inner| json!({ "not": inner })),
            ]
        })
        .boxed()
}

#[test]
fn memory_and_both_databases_agree() {
    let mut databases = Databases::open();
    let cases = (worlds(4..9), prop::collection::vec(filters(), 24));
    let mut runner = TestRunner::new(Config { cases: 64, failure_persistence: None, ..Config::default() });
    let databases = std::cell::RefCell::new(&mut databases);
    let result = runner.run(&cases, |(world, filters)| {
        let mut databases = databases.borrow_mut();
        databases.store(&world);
        let kind = world.registry.kind("incident").unwrap();
        for json in filters {
            let filter = Filter::from_json(&json, kind, &world.registry, &no_name).unwrap();
            let text = filter.to_cel(kind, &world.registry);
            assert_eq!(Filter::parse_cel(&text, kind, &world.registry).as_ref(), Ok(&filter), "{text}");
            let again = filter.to_json(kind, &world.registry);
            assert_eq!(Filter::from_json(&again, kind, &world.registry, &no_name).as_ref(), Ok(&filter), "{again}");
            check_same_answer(&world, &mut databases, &filter, &text);
        }
        Ok(())
    });
    result.unwrap();
}

#[test]
fn searches_agree_too() {
    let mut databases = Databases::open();
    let terms = [
        "is:open",
        "-is:closed",
        "state:new",
        "state:waiting",
        "assignee:me",
        "assignee:none",
        "team:mine",
        "org:mine",
        "mail",
        "-\"a\"",
        "title:b",
        "priority:high,low",
        "priority:<=high",
        "count:>1",
        "count:1,2,3",
        "due:<2d",
        "due:today",
        "created:2026-03-10",
        "updated:>1d",
        "day:<=today",
        "category:hardware",
        "affected:11,12",
        "service.owner:me",
        "watchers:me",
        "major:yes",
        "due:none",
        "affected:any",
        "number:inc0000020",
    ];
    let searches = prop::collection::vec(prop::collection::vec(prop::sample::select(terms.to_vec()), 1..4), 12);
    let mut runner = TestRunner::new(Config { cases: 24, failure_persistence: None, ..Config::default() });
    let databases = std::cell::RefCell::new(&mut databases);
    let result = runner.run(&(worlds(4..9), searches), |(world, searches)| {
        let mut databases = databases.borrow_mut();
        databases.store(&world);
        let kind = world.registry.kind("incident").unwrap();
        for search in searches {
            let text = search.join(" ");
            let filter = Filter::parse_search_box(&text, kind, &world.registry, &no_name).unwrap();
            check_same_answer(&world, &mut databases, &filter, &text);
        }
        Ok(())
    });
    result.unwrap();
}

#[test]
fn the_largest_filter_runs_on_both() {
    let mut databases = Databases::open();
    let registry = steward_testkit::filter_kinds::registry();
    let world =
        TestWorld { registry, records: Default::default(), links: Vec::new(), service_scope: Filter::Everything };
    let kind = world.registry.kind("incident").unwrap();
    let joined = (0..32).map(|n| json!({ "not": { "field": "service.owner.login", "is": n.to_string() } }));
    let plain = (32..1_000).map(|n| json!({ "field": "description", "contains": n.to_string() }));
    let members: Vec<Json> = joined.chain(plain).collect();
    for sign in ["and", "or"] {
        let filter = Filter::from_json(&json!({ sign: members }), kind, &world.registry, &no_name).unwrap();
        assert_eq!(check_same_answer(&world, &mut databases, &filter, sign), Vec::<i64>::new());
    }
}
