//! SEC-004, SEC-005: lists hold what an independent oracle says, and nothing can be inferred from what one may not read.

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};
use steward_model::id::RecordId;
use steward_model::kind::{FieldType, Level};
use steward_testkit::client::{Client, encoded};
use steward_testkit::fixture::{Fixture, word};
use steward_testkit::on_both;

use crate::oracle::{Thing, may_read};

pub(crate) const READERS: [&str; 8] = ["a1", "a2", "am", "b1", "g1", "g2", "oa", "root"];
const KINDS: [&str; 9] = [
    "incidents",
    "service-requests",
    "problems",
    "changes",
    "configuration-items",
    "knowledge-articles",
    "services",
    "teams",
    "organisations",
];

/// A condition as text, and what it means.
type Condition = (&'static str, fn(&Thing, RecordId) -> bool);

const CONDITIONS: [Condition; 7] = [
    ("", |_, _| true),
    ("team == null", |thing, _| thing.team.is_none()),
    ("!(team == null)", |thing, _| thing.team.is_some()),
    ("requester == me", |thing, me| thing.requester == Some(me.0)),
    ("requester != me", |thing, me| thing.requester != Some(me.0)),
    ("has(assignee) || team == null", |thing, _| thing.assignee.is_some() || thing.team.is_none()),
    ("number.startsWith(\"INC\")", |_, _| true),
];

/// Every mix of organisation, requester, team, assignee and watcher that the roles tell apart.
pub(crate) async fn populate(fixture: &Fixture) -> Vec<Thing> {
    let server = &fixture.server;
    let mut things = standing(fixture);
    let mut turn = 0_usize;
    let names = ["a1", "a2", "am", "b1", "g1", "g2", "oa", "root"];
    for organisation in [fixture.provider, fixture.a, fixture.b] {
        for team in [None, Some(fixture.desk), Some(fixture.hr)] {
            for assignee in [None, Some("g1"), Some("g2")] {
                turn += 1;
                let requester = fixture.people[names[turn % names.len()]];
                let watcher = fixture.people[names[(turn * 3 + 1) % names.len()]];
                let assignee = assignee.map(|name| fixture.people[name]);
                let (kind, kinds) = [
                    ("incident", "incidents"),
                    ("incident", "incidents"),
                    ("problem", "problems"),
                    ("change", "changes"),
                ][turn % 4];
                let fields = json!({
                    "title": format!("thing {turn}"),
                    "requester": requester.to_string(),
                    "team": team.map(|id| id.to_string()),
                    "assignee": assignee.map(|id| id.to_string()),
                });
                let made = server.make(kind, organisation, fields).await;
                let watch = steward_app::records::Request::Watch { person: Some(watcher.to_string()), end: false };
                server.act(&steward_model::access::Actor::system(), &made, watch).await;
                things.push(Thing {
                    kinds,
                    id: made.record.id.0,
                    organisation: organisation.0,
                    requester: Some(requester.0),
                    team: team.map(|id| id.0),
                    assignee: assignee.map(|id| id.0),
                    watcher: Some(watcher.0),
                    ..Thing::default()
                });
            }
        }
    }
    for (shown_to, only, published) in [
        ("requesters", None, true),
        ("requesters", Some(fixture.b), true),
        ("requesters", None, false),
        ("everyone", Some(fixture.b), true),
        ("everyone", None, false),
    ] {
        let only_names = only.map(|id| vec![id.to_string()]);
        let fields =
            json!({"title": "t", "resolution": "r", "shown_to": shown_to, "shown_to_organisations": only_names});
        let article = server.make("knowledge_article", fixture.provider, fields).await;
        if published {
            server.transition(&article, "submit", json!({})).await;
            server.transition(&article, "publish", json!({})).await;
        }
        things.push(Thing {
            kinds: "knowledge-articles",
            id: article.record.id.0,
            organisation: fixture.provider.0,
            state: if published { "published" } else { "draft" },
            shown_to,
            only: only.map(|id| id.0),
            ..Thing::default()
        });
    }
    things
}

/// What the fixture itself holds.
pub(crate) fn standing(fixture: &Fixture) -> Vec<Thing> {
    let (p, a, b) = (fixture.provider.0, fixture.a.0, fixture.b.0);
    let person = |name: &str| Some(fixture.people[name].0);
    let desk = Some(fixture.desk.0);
    let g1 = person("g1");
    let thing = |kinds, id: RecordId, organisation| Thing { kinds, id: id.0, organisation, ..Thing::default() };
    let article = |record: &steward_app::view::RecordView, shown_to, only| Thing {
        state: "published",
        shown_to,
        only,
        ..thing("knowledge-articles", record.record.id, p)
    };
    vec![
        Thing { requester: person("a1"), team: desk, watcher: g1, ..thing("incidents", fixture.ta.record.id, a) },
        Thing { requester: person("b1"), team: desk, watcher: g1, ..thing("incidents", fixture.tb.record.id, b) },
        Thing { used_by: person("a1"), ..thing("configuration-items", fixture.ca.record.id, a) },
        Thing { used_by: person("b1"), ..thing("configuration-items", fixture.cb.record.id, b) },
        article(&fixture.kp, "everyone", None),
        article(&fixture.ka, "requesters", Some(a)),
        article(&fixture.ki, "agents", None),
        thing("teams", fixture.desk, p),
        thing("teams", fixture.hr, p),
        thing("organisations", fixture.provider, p),
        thing("organisations", fixture.a, a),
        thing("organisations", fixture.b, b),
    ]
}

/// All ids of a list, page by page, and the count that the first page tells.
async fn ids(fixture: &Fixture, actor: &str, path: &str) -> (BTreeSet<i64>, String) {
    let client = fixture.client(actor);
    let mut path = path.to_owned();
    let mut seen = BTreeSet::new();
    let mut total = None;
    loop {
        let answer = client.get(&path).await.expect(200);
        fixture.sweep_but_names(actor, &answer);
        for record in answer.json().as_array().unwrap() {
            assert!(seen.insert(record["id"].as_str().unwrap().parse().unwrap()), "{path} gives a record twice");
        }
        total.get_or_insert(answer.header("x-total-count").to_owned());
        match answer.header("link").strip_prefix('<').and_then(|rest| rest.split_once('>')) {
            Some((next, _)) => path = next.to_owned(),
            None => return (seen, total.unwrap()),
        }
    }
}

async fn check_constant(client: &Client, probes: impl Iterator<Item = String>) -> (u16, String) {
    let mut first = None;
    for probe in probes {
        let answer = client.get(&probe).await;
        let told = (answer.status.as_u16(), answer.text(), answer.header("x-total-count").to_owned());
        let known = first.get_or_insert_with(|| told.clone());
        assert_eq!(*known, told, "{probe}");
    }
    let (status, body, _) = first.unwrap();
    (status, body)
}

/// Conditions that guess a hidden word letter by letter; some of them would be right.
fn guesses(path: &str, field: &str, secret: &str) -> Vec<String> {
    let letters = "zqxy0123456789abcdef";
    let mut guesses = Vec::new();
    // From a length on at which the words of the fixture differ.
    for length in 5..secret.len() {
        for letter in letters.chars() {
            let prefix = format!("{}{letter}", &secret[..length]);
            let condition = format!("{field}.startsWith(\"{prefix}\")");
            guesses.push(format!("{path}?limit=5&filter={}", encoded(&condition)));
        }
    }
    guesses
}

on_both! {
    async fn sec_004_lists_hold_what_the_oracle_says(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        let things = populate(&fixture).await;
        let mut nothing = 0;
        for actor in READERS {
            let me = fixture.people[actor];
            for kinds in KINDS {
                let work = ["incidents", "problems", "changes"].contains(&kinds);
                for (condition, holds) in CONDITIONS.iter().filter(|(text, _)| work || text.is_empty()) {
                    if condition.starts_with("number") && kinds != "incidents" {
                        continue;
                    }
                    let expected: BTreeSet<i64> = things
                        .iter()
                        .filter(|thing| thing.kinds == kinds && may_read(&fixture, actor, thing) && holds(thing, me))
                        .map(|thing| thing.id)
                        .collect();
                    let path = format!("/api/v1/{kinds}?limit=4&count=exact&filter={}", encoded(condition));
                    let (found, total) = ids(&fixture, actor, &path).await;
                    assert_eq!(found, expected, "{actor} {path}");
                    assert_eq!(total, expected.len().to_string(), "{actor} {path}");
                    nothing += usize::from(expected.is_empty());
                }
            }
        }
        assert!(nothing < 120, "{nothing} lists were empty: the population tells nothing apart");
    }

    async fn sec_004_people_and_numbers(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        let of = |names: &[&str]| names.iter().map(|name| fixture.people[name].0).collect::<BTreeSet<i64>>();
        let everybody = of(&READERS);
        let of_a = of(&["a1", "a2", "am", "oa"]);
        for (actor, expected) in [
            ("a1", of(&["a1"])), ("a2", of(&["a2"])), ("b1", of(&["b1"])), ("am", of_a.clone()), ("oa", of_a),
            ("g1", everybody.clone()), ("g2", everybody.clone()), ("root", everybody),
        ] {
            assert_eq!(ids(&fixture, actor, "/api/v1/people?limit=3").await.0, expected, "{actor}");
        }
        // Looking a number up finds nothing that the list would not hold.
        let number = &fixture.ta.record.number;
        for path in [format!("/api/v1/incidents?q={number}"), format!("/api/v1/incidents?filter={}", encoded(&format!("number == \"{number}\"")))] {
            assert_eq!(ids(&fixture, "a1", &path).await.0.len(), 1);
            for stranger in ["a2", "b1", "g2"] {
                assert_eq!(ids(&fixture, stranger, &path).await, (BTreeSet::new(), "0".to_owned()), "{stranger}");
            }
        }
    }

    async fn sec_005_fields_one_may_not_read_are_no_fields(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        for (actor, kinds, highest) in [
            ("a1", "incidents", Level::Requester), ("am", "incidents", Level::Requester),
            ("b1", "configuration-items", Level::Requester), ("a1", "people", Level::Requester),
            ("g1", "organisations", Level::Agent), ("g2", "people", Level::Agent),
            ("a1", "knowledge-articles", Level::Requester),
        ] {
            let kind = fixture.server.app.kind_by_plural(kinds).unwrap().clone();
            let mut hidden = 0;
            for field in kind.fields.iter().filter(|field| field.audience > highest) {
                hidden += 1;
                let key = &field.key;
                let has = encoded(&format!("has({key})"));
                let mut paths = vec![format!("filter={has}")];
                let sortable = !matches!(
                    field.field_type.value_type(),
                    FieldType::Money | FieldType::Table { .. } | FieldType::Secret | FieldType::References { .. }
                );
                if sortable {
                    paths.push(format!("sort={key}"));
                    paths.push(format!("sort=-{key}"));
                }
                for path in paths {
                    let answer = fixture.client(actor).get(&format!("/api/v1/{kinds}?{path}")).await;
                    assert_eq!(answer.status.as_u16(), 400, "{actor} {kinds} {path}: {}", answer.text());
                    assert_eq!(answer.header("x-total-count"), "");
                }
                let answer = fixture.client(actor).get(&format!("/api/v1/{kinds}?fields={key}")).await;
                assert_eq!(answer.status.as_u16(), 400, "{actor} {kinds} fields={key}: {}", answer.text());
            }
            assert!(hidden > 0, "{kinds} hides nothing from {actor}");
        }
    }

    async fn sec_005_guessing_a_hidden_value_tells_nothing(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        // g1 reads this one as its requester only: the team of others works on it.
        let fields = json!({
            "title": "about myself",
            "handling_notes": word("secret"),
            "requester": fixture.people["g1"].to_string(),
            "team": fixture.hr.to_string(),
        });
        fixture.server.make("incident", fixture.provider, fields).await;
        let incidents = "/api/v1/incidents";
        for (actor, path, field, secret, status) in [
            ("a1", incidents, "handling_notes", word("TA.handling"), 400),
            ("am", incidents, "handling_notes", word("TA.handling"), 400),
            ("b1", incidents, "title", word("TA.title"), 200),
            ("a2", incidents, "description", word("TA.description"), 200),
            ("g2", incidents, "handling_notes", word("TA.handling"), 200),
            ("g1", incidents, "handling_notes", word("secret"), 200),
            ("a1", incidents, "requester.login", word("a1.login"), 400),
            ("a1", incidents, "team.name", word("Desk.name"), 200),
            ("b1", "/api/v1/people", "name", format!("a1 {}", word("a1.name")), 200),
            ("oa", "/api/v1/organisations", "billing", word("B.billing"), 200),
            ("g1", "/api/v1/organisations", "billing", word("A.billing"), 400),
        ] {
            let guesses = guesses(path, field, &secret);
            assert!(guesses.len() >= 200);
            let (told, body) = check_constant(fixture.client(actor), guesses.into_iter()).await;
            assert_eq!(told, status, "{actor} {field}: {body}");
            if status == 200 {
                assert_eq!(serde_json::from_str::<Json>(&body).unwrap(), json!([]), "{actor} {field}");
            }
        }
        // The same guesses do tell g1, who may read it.
        let right = format!("{incidents}?filter={}", encoded(&format!("handling_notes.startsWith(\"{}\")", &word("TA.handling")[..6])));
        assert_eq!(fixture.client("g1").get(&right).await.expect(200).json().as_array().unwrap().len(), 1);
        // Free text does not look into notes.
        for actor in ["a1", "am"] {
            let path = format!("{incidents}?q={}", word("TA.handling"));
            assert_eq!(ids(&fixture, actor, &path).await.0.len(), 0);
        }
    }
}
