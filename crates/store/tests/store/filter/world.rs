//! A few random records that refer to each other, and the same world in memory.

use std::collections::BTreeMap;

use proptest::prelude::{Just, Strategy, any, prop, prop_oneof};
use serde_json::{Value as Json, json};
use steward_model::filter::{Environment, Filter, World};
use steward_model::id::RecordId;
use steward_model::kind::{Kind, Registry};
use steward_model::moment::Moment;
use steward_model::record::Record;
use steward_store::filter_sql::Reach;
use steward_testkit::filter_kinds;

/// 2026-03-10T12:00:00Z.
pub(crate) const NOW: i64 = 1_773_144_000_000_000;
const DAY: i64 = 86_400_000_000;

#[derive(Debug)]
pub(crate) struct Link {
    pub(crate) link: String,
    pub(crate) source: RecordId,
    pub(crate) target: RecordId,
    pub(crate) until: Option<i64>,
}

#[derive(Debug)]
pub(crate) struct TestWorld {
    pub(crate) registry: Registry,
    pub(crate) records: BTreeMap<RecordId, Record>,
    pub(crate) links: Vec<Link>,
    /// The condition that services must meet to be readable; everything else is.
    pub(crate) service_scope: Filter,
}

impl World for TestWorld {
    fn record(&self, id: RecordId) -> Option<&Record> {
        self.records.get(&id)
    }

    fn kind(&self, key: &str) -> Option<&Kind> {
        self.registry.kind(key).map(AsRef::as_ref)
    }

    fn linked(&self, record: &Record, link: Option<&str>, inverse: bool, other: Option<RecordId>) -> bool {
        self.links.iter().any(|edge| {
            let (here, there) = if inverse { (edge.target, edge.source) } else { (edge.source, edge.target) };
            edge.until.is_none()
                && here == record.id
                && link.is_none_or(|link| link == edge.link)
                && other.is_none_or(|other| other == there)
                && self.records.get(&there).is_some_and(|record| self.readable(record))
        })
    }

    fn readable(&self, record: &Record) -> bool {
        record.kind != "service" || self.service_scope.matches(record, self.kind("service").unwrap(), &Free(self))
    }
}

/// The same world for a scope's own condition, which sees everything.
struct Free<'w>(&'w TestWorld);

impl World for Free<'_> {
    fn record(&self, id: RecordId) -> Option<&Record> {
        self.0.record(id)
    }

    fn kind(&self, key: &str) -> Option<&Kind> {
        World::kind(self.0, key)
    }

    fn linked(&self, record: &Record, link: Option<&str>, inverse: bool, other: Option<RecordId>) -> bool {
        self.0.linked(record, link, inverse, other)
    }

    fn readable(&self, _record: &Record) -> bool {
        true
    }
}

impl Reach for TestWorld {
    fn scope(&self, kind: &str) -> Filter {
        if kind == "service" { self.service_scope.clone() } else { Filter::Everything }
    }
}

pub(crate) fn environment() -> Environment {
    Environment {
        now: Moment(NOW),
        me: RecordId(1),
        my_teams: vec![RecordId(7)],
        my_organisation: RecordId(9),
        my_organisations: vec![RecordId(9), RecordId(10)],
        belongs: steward_model::access::Belonging::default(),
    }
}

pub(crate) fn texts() -> impl Strategy<Value = String> {
    let words = [
        "Mail",
        "mail server",
        "MAIL_%",
        "a",
        "B",
        "b",
        "é",
        "É",
        "zß",
        "100%",
        "x_y",
        "\\",
        "'\"",
        "Ω",
        "\u{1F600}",
        "日本",
    ];
    prop_oneof![prop::sample::select(words.to_vec()).prop_map(str::to_owned), "[a-cA-C _%]{1,4}"]
}

pub(crate) fn days() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["2026-03-08", "2026-03-09", "2026-03-10", "2026-03-11", "0001-01-01", "9999-12-31"])
        .prop_map(str::to_owned)
}

/// Moments near now, often the same.
pub(crate) fn moments() -> impl Strategy<Value = i64> {
    (-4_i64..4, prop_oneof![Just(0_i64), Just(-DAY / 2), any::<i16>().prop_map(i64::from)])
        .prop_map(|(days, rest)| NOW + days * DAY + rest)
}

fn maybe<T: std::fmt::Debug + Clone + 'static>(
    value: impl Strategy<Value = T> + 'static,
) -> impl Strategy<Value = Option<T>> {
    prop::option::weighted(0.7, value)
}

fn fields() -> impl Strategy<Value = Vec<(&'static str, Json)>> {
    let choice = |keys: &[&'static str]| prop::sample::select(keys.to_vec()).prop_map(Json::from);
    let small = || prop_oneof![-3_i64..4, Just(i64::MAX), Just(i64::MIN)].prop_map(Json::from);
    let people = || (1_i64..6).prop_map(Json::from);
    let options: Vec<(&'static str, prop::strategy::BoxedStrategy<Json>)> = vec![
        ("title", texts().prop_map(Json::from).boxed()),
        ("name", texts().prop_map(Json::from).boxed()),
        ("login", texts().prop_map(Json::from).boxed()),
        ("description", texts().prop_map(Json::from).boxed()),
        ("internal_notes", texts().prop_map(Json::from).boxed()),
        ("active", any::<bool>().prop_map(Json::from).boxed()),
        ("hidden", any::<bool>().prop_map(Json::from).boxed()),
        ("major", any::<bool>().prop_map(Json::from).boxed()),
        ("manager", people().boxed()),
        ("owner", people().boxed()),
        ("requester", people().boxed()),
        ("assignee", people().boxed()),
        ("team", (6_i64..9).prop_map(Json::from).boxed()),
        ("service", (11_i64..16).prop_map(Json::from).boxed()),
        ("subject", prop_oneof![1_i64..6, 11_i64..16].prop_map(Json::from).boxed()),
        ("rank", small().boxed()),
        ("count", small().boxed()),
        ("cost", small().boxed()),
        ("effort", small().boxed()),
        ("priority", choice(&["critical", "high", "moderate", "low"]).boxed()),
        ("urgency", choice(&["high", "medium", "low"]).boxed()),
        ("category", choice(&["hardware", "laptop", "dock", "software", "gone"]).boxed()),
        ("day", days().prop_map(Json::from).boxed()),
        ("due_at", moments().prop_map(Json::from).boxed()),
        ("seen_at", moments().prop_map(Json::from).boxed()),
        ("affected", prop::collection::btree_set(11_i64..16, 0..3).prop_map(|ids| json!(ids)).boxed()),
        ("rows", prop_oneof![Just(json!([])), Just(json!([{"name": "a"}]))].boxed()),
        ("price", Just(json!({"amount": 5, "currency": "EUR"})).boxed()),
        ("token", Just(json!("sealed")).boxed()),
    ];
    let each: Vec<_> =
        options.into_iter().map(|(key, values)| maybe(values).prop_map(move |value| (key, value))).collect();
    each.prop_map(|values| values.into_iter().filter_map(|(key, value)| Some((key, value?))).collect())
}

fn record(id: i64, kind: &'static str) -> impl Strategy<Value = Record> {
    let states = prop::sample::select(vec!["new", "in_progress", "on_hold", "resolved", "imported"]);
    let people = prop::collection::btree_set(1_i64..6, 0..3);
    (states, 9_i64..11, moments(), moments(), 0_i64..6, fields(), people).prop_map(
        move |(state, organisation, created_at, updated_at, created_by, fields, watchers)| {
            let registry = filter_kinds::registry();
            let known = registry.kind(kind).unwrap();
            Record {
                id: RecordId(id),
                kind: kind.to_owned(),
                number: known.numbering.format(id),
                revision: 1,
                state: state.to_owned(),
                organisation: RecordId(organisation),
                created_at: Moment(created_at),
                updated_at: Moment(updated_at),
                created_by: RecordId(created_by),
                fields: fields
                    .into_iter()
                    .filter(|(key, _)| known.field(key).is_some())
                    .map(|(key, value)| (key.to_owned(), value))
                    .collect(),
                watchers: watchers.into_iter().map(RecordId).collect(),
                dues: steward_model::record::Dues::default(),
            }
        },
    )
}

/// People 1 to 4 (5 is missing), teams 6 and 7, organisations 9 and 10, services 11 to 13, incidents from 20.
pub(crate) fn worlds(incidents: std::ops::Range<usize>) -> impl Strategy<Value = TestWorld> {
    let fixed =
        [(1, "person"), (2, "person"), (3, "person"), (4, "person"), (6, "team"), (7, "team"), (9, "organisation")];
    let more = [(10, "organisation"), (11, "service"), (12, "service"), (13, "service")];
    let fixed: Vec<_> = fixed.into_iter().chain(more).map(|(id, kind)| record(id, kind)).collect();
    let incidents = incidents
        .prop_flat_map(|count| (0..count).map(|index| record(20 + index as i64, "incident")).collect::<Vec<_>>());
    let ends = || prop_oneof![11_i64..15, 20_i64..26];
    let link =
        (prop::sample::select(vec!["caused_by", "uses"]), ends(), ends(), prop::option::weighted(0.2, Just(1_i64)))
            .prop_map(|(link, source, target, until)| Link {
                link: link.to_owned(),
                source: RecordId(source),
                target: RecordId(target),
                until,
            });
    let scopes = prop::sample::select(vec!["true", "hidden != true", "owner.active", "false"]);
    (fixed, incidents, prop::collection::vec(link, 0..24), scopes).prop_map(|(fixed, incidents, links, scope)| {
        let registry = filter_kinds::registry();
        let service_scope = Filter::parse_cel(scope, registry.kind("service").unwrap(), &registry).unwrap();
        let records: BTreeMap<RecordId, Record> =
            fixed.into_iter().chain(incidents).map(|record| (record.id, record)).collect();
        // Stored links lead from and to records that are there, of the kinds that their type allows.
        let is_kind = |id: RecordId, kinds: &[String]| {
            records.get(&id).is_some_and(|record| kinds.is_empty() || kinds.contains(&record.kind))
        };
        let fits = |link: &Link| {
            let known = registry.link(&link.link).unwrap();
            is_kind(link.source, &known.from) && is_kind(link.target, &known.to)
        };
        let links = links.into_iter().filter(fits).collect();
        TestWorld { registry, records, links, service_scope }
    })
}
