//! What the index says of who may read a record, held against the filter itself.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "in tests a panic is the message")]

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};
use steward_model::access::Policy;
use steward_model::event::Audience;
use steward_model::filter::{Environment, Filter};
use steward_model::id::RecordId;
use steward_model::kind::{Kind, Level, Registry};
use steward_model::moment::Moment;
use steward_model::record::Record;
use steward_search::document::{Catalogue, Document, Remark};
use steward_search::find::{Question, Wanted};
use steward_search::index::Search;
use steward_search::reach::Access;
use steward_search::words::Words;

const NOW: Moment = Moment(1_767_603_600_000_000);

struct World {
    registry: Registry,
    search: Search,
    records: Vec<Record>,
}

impl World {
    /// Records of a kind with every mix of these values.
    fn new(kind: &str, values: &[(&str, &[Json])]) -> Self {
        let registry = Registry::load(&steward_practices::sources()).unwrap();
        let policy = Policy::load(&steward_practices::roles(), &registry).unwrap();
        let search = Search::in_memory(Catalogue::new(&registry, &policy)).unwrap();
        let mut mixes: Vec<Vec<(String, Json)>> = vec![Vec::new()];
        for (key, choices) in values {
            mixes = mixes
                .into_iter()
                .flat_map(|mix| {
                    choices.iter().map(move |value| [mix.clone(), vec![((*key).to_owned(), value.clone())]].concat())
                })
                .collect();
        }
        let record = |(index, mix): (usize, Vec<(String, Json)>)| {
            let mut record = Record {
                id: RecordId(i64::try_from(index).unwrap() + 100),
                kind: kind.to_owned(),
                number: format!("N{index:07}"),
                revision: 1,
                state: "new".to_owned(),
                organisation: RecordId(1),
                created_at: NOW,
                updated_at: NOW,
                created_by: RecordId(50),
                fields: [("title".to_owned(), json!("word"))].into(),
                watchers: Vec::new(),
                dues: steward_model::record::Dues::default(),
            };
            for (key, value) in mix.into_iter().filter(|(_, value)| !value.is_null()) {
                match key.as_str() {
                    "state" => record.state = value.as_str().unwrap().to_owned(),
                    "organisation" => record.organisation = RecordId(value.as_i64().unwrap()),
                    "watchers" => {
                        record.watchers =
                            value.as_array().unwrap().iter().map(|id| RecordId(id.as_i64().unwrap())).collect();
                    }
                    _ => drop(record.fields.insert(key, value)),
                }
            }
            record
        };
        let records: Vec<Record> = mixes.into_iter().enumerate().map(record).collect();
        let of = registry.kind(kind).unwrap().clone();
        let documents =
            records.iter().map(|record| Document::new(&of, record, Vec::new(), search.catalogue())).collect();
        search.add(documents).unwrap();
        search.commit("made").unwrap();
        Self { registry, search, records }
    }

    fn filter(&self, kind: &Kind, text: &str) -> Filter {
        let environment = Environment {
            now: NOW,
            me: RecordId(7),
            my_teams: vec![RecordId(20), RecordId(21)],
            my_organisation: RecordId(1),
            my_organisations: vec![RecordId(1), RecordId(2)],
            belongs: steward_model::access::Belonging::default(),
        };
        Filter::parse_cel(text, kind, &self.registry).unwrap().bind(&environment).simplified()
    }

    fn found(&self, kind: &Kind, scopes: [Filter; 3]) -> BTreeSet<i64> {
        let accesses = [Access { kind, scopes }];
        let words = Words::parse("word ");
        let question =
            Question { wanted: Wanted::All(&words), accesses: &accesses, open_only: false, now: NOW, most: 10_000 };
        let candidates = self.search.find(&question).unwrap();
        assert!(candidates.all);
        candidates.found.iter().map(|candidate| candidate.id.0).collect()
    }

    /// The index knows a filter exactly, or (unless `exact`) no less than it.
    fn check(&self, kind: &str, text: &str, exact: bool) {
        let kind = self.registry.kind(kind).unwrap();
        let filter = self.filter(kind, text);
        let expected: BTreeSet<i64> =
            self.records.iter().filter(|record| filter.matches_local(record, kind)).map(|record| record.id.0).collect();
        let found = self.found(kind, [filter, Filter::Nothing, Filter::Nothing]);
        if exact {
            assert_eq!(found, expected, "{text}");
        } else {
            assert!(found.is_superset(&expected), "{text} lost {:?}", expected.difference(&found));
        }
        assert!(expected.len() < self.records.len(), "{text} tells nothing apart");
    }
}

#[test]
fn scopes_on_work_are_known_exactly() {
    let ids = |ids: &[i64]| ids.iter().map(|id| json!(id)).chain([Json::Null]).collect::<Vec<_>>();
    let world = World::new(
        "incident",
        &[
            ("organisation", &[json!(1), json!(2), json!(3)]),
            ("requester", &ids(&[7, 8])),
            ("team", &ids(&[20, 22])),
            ("assignee", &ids(&[7])),
            ("watchers", &[json!([]), json!([6, 7])]),
            ("state", &[json!("new"), json!("closed")]),
        ],
    );
    for text in [
        "organisation == my_organisation && (requester == me || created_by == me)",
        "organisation == my_organisation && me in watchers",
        "organisation in my_organisations && (team in my_teams || assignee == me)",
        "organisation in my_organisations && team == null && assignee == null",
        "!(team in my_teams)",
        "requester != me",
        "!(requester == me && state == \"new\") && has(team)",
        "!(me in watchers) || !has(assignee)",
        "state_category in [\"new\", \"active\", \"waiting\"]",
    ] {
        world.check("incident", text, true);
    }
    // What the index cannot tell is taken for possible, also where it is denied.
    for text in [
        "number == \"N0000001\"",
        "number != \"N0000001\"",
        "!(number == \"N0000001\") && requester == me",
        "number == \"N0000001\" || requester == me",
        "!(requester == me && number == \"N0000001\")",
        "updated_at > now",
        "priority == \"high\"",
    ] {
        world.check("incident", text, false);
    }
}

#[test]
fn scopes_on_articles_are_known_exactly() {
    let world = World::new(
        "knowledge_article",
        &[
            ("state", &[json!("published"), json!("draft")]),
            ("shown_to", &[json!("everyone"), json!("requesters"), json!("agents"), Json::Null]),
            ("shown_to_organisations", &[json!([1]), json!([2, 1]), json!([3]), json!([]), Json::Null]),
        ],
    );
    let scope = "state == 'published' && (shown_to == 'everyone' || shown_to == 'requesters' && \
                 (!has(shown_to_organisations) || my_organisation in shown_to_organisations))";
    world.check("knowledge_article", scope, true);
}

#[test]
fn each_record_is_looked_at_by_the_highest_level_that_its_reader_has() {
    let world = World::new("incident", &[("requester", &[json!(7), json!(8)])]);
    let kind = world.registry.kind("incident").unwrap();
    let mine = world.filter(kind, "requester == me");
    let remark = |audience, text: &str| Remark { audience, text: text.to_owned() };
    let documents = world.records.iter().map(|record| {
        let said = vec![remark(Audience::Internal, "secret"), remark(Audience::Public, "open")];
        Document::new(kind, record, said, world.search.catalogue())
    });
    world.search.put(documents.collect()).unwrap();
    world.search.commit("more").unwrap();
    assert_eq!(world.search.documents(), 2);
    let accesses = [Access { kind, scopes: [Filter::Everything, mine, Filter::Nothing] }];
    for (text, expected) in [
        ("secret ", vec![(100, Level::Agent)]),
        ("secr", vec![(100, Level::Agent)]),
        ("word secret ", vec![(100, Level::Agent)]),
        ("open ", vec![(100, Level::Agent), (101, Level::Requester)]),
        ("owner ", vec![]),
    ] {
        let words = Words::parse(text);
        let question =
            Question { wanted: Wanted::All(&words), accesses: &accesses, open_only: false, now: NOW, most: 10 };
        let found: BTreeSet<(i64, Level)> = world
            .search
            .find(&question)
            .unwrap()
            .found
            .into_iter()
            .map(|candidate| (candidate.id.0, candidate.level))
            .collect();
        assert_eq!(found, expected.into_iter().collect(), "{text}");
    }
}

#[test]
fn an_index_in_a_folder_is_kept_for_its_catalogue() {
    let folder = tempfile::tempdir().unwrap();
    let registry = Registry::load(&steward_practices::sources()).unwrap();
    let policy = Policy::load(&steward_practices::roles(), &registry).unwrap();
    let catalogue = || Catalogue::new(&registry, &policy);
    let search = Search::open(folder.path(), catalogue()).unwrap();
    assert_eq!(search.saved(), None);
    search.commit("place").unwrap();
    // Another process beside it has a place of its own.
    let beside = Search::open(folder.path(), catalogue()).unwrap();
    assert_eq!(beside.saved(), None);
    drop((search, beside));
    assert_eq!(Search::open(folder.path(), catalogue()).unwrap().saved().as_deref(), Some("place"));
    // One that cannot be read is made anew.
    let index = std::fs::read_dir(folder.path().join("0")).unwrap().next().unwrap().unwrap().path();
    std::fs::write(index.join("meta.json"), "{").unwrap();
    assert_eq!(Search::open(folder.path(), catalogue()).unwrap().saved(), None);
    // Other roles look at other fields.
    let other = Catalogue::new(&registry, &Policy::default());
    let in_use = Search::open(folder.path(), other.clone()).unwrap();
    in_use.commit("other").unwrap();
    // One in use is left alone, even if it is of another version.
    drop(Search::open(folder.path(), catalogue()).unwrap());
    in_use.commit("still there").unwrap();
    drop(in_use);
    assert_eq!(Search::open(folder.path(), other).unwrap().saved().as_deref(), Some("still there"));
    assert_eq!(Search::open(folder.path(), catalogue()).unwrap().saved(), None);
}
