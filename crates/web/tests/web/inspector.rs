//! N18: what the inspector says is what lists, pages, the interface, search and notifications do.

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};
use steward_app::inspector::WhoRequest;
use steward_app::list::ListRequest;
use steward_app::records::Request;
use steward_app::view::RecordView;
use steward_model::access::{Action, Actor};
use steward_model::command::{Command, NewComment};
use steward_model::event::Audience;
use steward_model::id::RecordId;
use steward_testkit::fixture::Fixture;
use steward_testkit::on_both;

use crate::world::World;

/// Numbers that look like chance and are the same each time.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % bound
    }

    fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        let place = self.below(of.len());
        &of[place]
    }
}

/// Everybody who sees a record, as the inspector says it, asked page by page.
async fn seen_by(fixture: &Fixture, asker: &Actor, view: &RecordView, limit: usize) -> BTreeSet<RecordId> {
    let mut request = WhoRequest { limit, ..WhoRequest::default() };
    let mut seen = BTreeSet::new();
    loop {
        let page = fixture.server.app.who_sees(asker, &view.kind, &view.record.number, &request).await.unwrap();
        for one in page.people {
            assert!(seen.insert(one.id), "{} stands on two pages", one.label.label);
            assert!(!one.roles.is_empty(), "{} sees it by no role", one.label.label);
        }
        match page.next {
            Some(next) => request.after = Some(next),
            None => return seen,
        }
    }
}

fn objects(fixture: &Fixture) -> Vec<RecordView> {
    let f = fixture;
    [&f.ta, &f.tb, &f.ca, &f.cb, &f.kp, &f.ka, &f.ki].into_iter().cloned().collect()
}

fn address(view: &RecordView) -> String {
    format!("/{}/{}", view.kind.plural, view.record.number)
}

on_both! {
    async fn n18_the_answer_is_what_every_door_does(db: TestDatabase) {
        let world = World::build(db).await;
        let fixture = &world.fixture;
        let root = fixture.server.actor(fixture.people["root"]).await;
        // Everybody watches, so that who is told is who may know.
        for ticket in [&fixture.ta, &fixture.tb] {
            for person in fixture.people.values() {
                fixture.server.act(&Actor::system(), ticket, Request::Watch { person: Some(person.to_string()), end: false }).await;
            }
            let said = NewComment { audience: Audience::Public, body: "news".to_owned() };
            fixture.server.act(&Actor::system(), ticket, Request::Command(Command::Comment(said))).await;
        }
        fixture.server.told().await;
        fixture.server.searchable().await;
        for view in objects(fixture) {
            let seen = seen_by(fixture, &root, &view, 3).await;
            let path = address(&view);
            for (name, person) in &fixture.people {
                let says = seen.contains(person);
                let what = format!("{name} and {path}");
                let page = world.browser(name).get(&path).await.status.as_u16();
                assert_eq!(page != 404, says, "page of {what}: {page}");
                let client = fixture.client(name);
                let read = client.get(&format!("/api/v1{path}")).await;
                assert_eq!(read.status == 200, says, "interface of {what}");
                let listed = client.get(&format!("/api/v1/{}?limit=1000", view.kind.plural)).await.expect(200);
                assert_eq!(listed.text().contains(&view.record.number), says, "list of {what}");
                let found = client.get(&format!("/api/v1/search?q={}", view.record.number)).await.expect(200);
                assert_eq!(found.text().contains(&view.record.number), says, "search of {what}");
                if view.kind.key == "incident" {
                    let told = client.get("/api/v1/notifications?limit=100").await.expect(200);
                    assert_eq!(told.text().contains(&view.record.number), says, "notifications of {what}");
                }
                let on = fixture.server.app.person_on(&root, &view.kind, &view.record.number, &person.to_string()).await.unwrap();
                assert_eq!(on.rights.may(Action::Read), says, "{what}");
                if !says {
                    assert!(on.moves.iter().all(|one| !one.is_offered) && on.fields.iter().all(|one| !one.reads), "{what}");
                    continue;
                }
                let read: Json = read.json();
                let offered: BTreeSet<&str> = on.moves.iter().filter(|one| one.is_offered).map(|one| one.key.as_str()).collect();
                let allowed: BTreeSet<&str> = read["allowed_transitions"].as_array().unwrap().iter().filter_map(|one| one.as_str().or_else(|| one["key"].as_str())).collect();
                assert_eq!(offered, allowed, "moves of {what}");
                for one in on.fields.iter().filter(|one| view.record.field(&one.key).is_some()) {
                    assert_eq!(read["fields"].get(&one.key).is_some_and(|value| !value.is_null()), one.reads, "{} of {what}", one.key);
                }
                for (action, allowed) in &on.actions {
                    let told = client.get(&format!("/api/v1{path}/access?action={}", serde_json::to_value(action).unwrap().as_str().unwrap())).await.expect(200);
                    assert_eq!(told.json()["allowed"], *allowed, "{action:?} of {what}");
                    let by = on.grants.iter().any(|basis| basis.condition.holds && basis.actions.contains(action));
                    assert_eq!(by, *allowed, "the reasons for {action:?} of {what}");
                }
            }
        }
    }

    async fn n18_of_people_and_records_by_chance(db: TestDatabase) {
        let world = World::build(db).await;
        let fixture = &world.fixture;
        let mut chance = Chance(88);
        let roles = ["requester", "organisation_manager", "agent", "service_desk_agent", "incident_manager", "problem_manager", "manager", "auditor", "knowledge_publisher"];
        let places = [None, Some(fixture.a), Some(fixture.b), Some(fixture.provider)];
        let homes = [fixture.a, fixture.b, fixture.provider];
        let mut people: Vec<RecordId> = Vec::new();
        for index in 0..14 {
            let held: Vec<(&str, Option<RecordId>)> = (0..=chance.below(2)).map(|_| (*chance.one(&roles), *chance.one(&places))).collect();
            people.push(fixture.server.person(&format!("chance{index}"), ("By", &format!("Chance {index}")), *chance.one(&homes), &held).await);
        }
        let mut records = Vec::new();
        for index in 0..10 {
            let mut fields = json!({ "title": format!("by chance {index}"), "requester": chance.one(&people).to_string() });
            if chance.below(2) == 0 {
                fields["team"] = chance.one(&[fixture.desk, fixture.hr]).to_string().into();
            }
            let made = fixture.server.make("incident", *chance.one(&homes), fields).await;
            for _ in 0..chance.below(3) {
                fixture.server.act(&Actor::system(), &made, Request::Watch { person: Some(chance.one(&people).to_string()), end: false }).await;
            }
            records.push(made);
        }
        let root = fixture.server.actor(fixture.people["root"]).await;
        let (mut yes, mut no) = (0, 0);
        for view in &records {
            let seen = seen_by(fixture, &root, view, 1 + chance.below(5)).await;
            for person in &people {
                let actor = fixture.server.actor(*person).await;
                let request = ListRequest { limit: 1000, ..ListRequest::default() };
                let list = fixture.server.app.list(&actor, &view.kind, &request).await.unwrap();
                let listed = list.records.iter().any(|one| one.record.id == view.record.id);
                assert_eq!(seen.contains(person), listed, "{} and {}", actor.label, view.record.number);
                assert_eq!(fixture.server.app.get(&actor, &view.kind, &view.record.number, None).await.is_ok(), listed);
                if listed { yes += 1 } else { no += 1 }
            }
        }
        assert!(yes > 20 && no > 20, "{yes} sights and {no} refusals prove little");
        // How many records somebody sees is how many their list has.
        for person in &people {
            let reach = fixture.server.app.reach_of(&root, &person.to_string()).await.unwrap();
            let actor = fixture.server.actor(*person).await;
            let told = reach.kinds.iter().find(|one| one.kind.key == "incident").and_then(|one| one.count).unwrap_or_default();
            let request = ListRequest { limit: 1000, ..ListRequest::default() };
            let kind = fixture.server.app.kind("incident").unwrap().clone();
            let listed = fixture.server.app.list(&actor, &kind, &request).await.map_or(0, |page| page.records.len());
            assert_eq!(told, listed, "{}", actor.label);
        }
    }

    async fn sec_001_only_those_whom_one_may_see_are_named(db: TestDatabase) {
        let world = World::build(db).await;
        let fixture = &world.fixture;
        let ta = world.ta();
        // The administrator of A does not see the provider's people, and is told that there are others.
        let page = world.browser("oa").get(&format!("{ta}/who")).await.expect(200);
        fixture.sweep_but_names("oa", &page);
        assert!(!page.text().contains(&fixture.canary("root.name")), "{}", page.text());
        assert!(page.text().contains("People whom you may not see"), "{}", page.text());
        let told = fixture.client("oa").get(&format!("/api/v1{ta}/who")).await.expect(200);
        assert_eq!(told.json()["others"], true);
        assert!(!told.text().contains(&fixture.canary("root.name")));
        let root = fixture.people["root"];
        world.browser("oa").get(&format!("{ta}/who?person={root}")).await.expect(404);
        fixture.client("oa").get(&format!("/api/v1{ta}/who?person={root}")).await.expect(404);
        // Who only works on it may not ask.
        for actor in ["a1", "am", "g1"] {
            let refused = world.browser(actor).get(&format!("{ta}/who?person={}", fixture.people["a1"])).await.expect(403);
            fixture.sweep(actor, &refused);
        }
        // People, too, are for those to ask about who may.
        for (actor, person, expected) in [("root", "oa", 200), ("oa", "a1", 200), ("oa", "root", 404), ("g1", "a1", 403), ("am", "a1", 403), ("a1", "a1", 403), ("b1", "a1", 404)] {
            let person = fixture.people[person];
            let page = world.browser(actor).get(&format!("/people/{person}/reach")).await;
            assert_eq!(page.status.as_u16(), expected, "{actor}: {}", page.text());
            let wire = fixture.client(actor).get(&format!("/api/v1/people/{person}/reach")).await;
            assert_eq!(wire.status.as_u16(), expected, "{actor}: {}", wire.text());
        }
        // Holders of a role are told as far as one may ask of them.
        let holders = fixture.client("oa").get("/api/v1/access/roles/administrator").await.expect(200);
        assert_eq!(holders.json()["holders"].as_array().unwrap().len(), 1, "{}", holders.text());
        fixture.client("root").get("/api/v1/access/roles/nonsense").await.expect(404);
        let wide = fixture.client("root").get("/api/v1/access/roles/administrator").await.expect(200);
        assert_eq!(wide.json()["holders"].as_array().unwrap().len(), 2, "{}", wide.text());
    }

    async fn sec_005_counts_of_those_who_reach_further_are_not_told(db: TestDatabase) {
        let world = World::build(db).await;
        let fixture = &world.fixture;
        // Somebody of A who also works on B.
        let both = fixture.server.person("both", ("Both", "Sides"), fixture.a, &[("agent", Some(fixture.a)), ("agent", Some(fixture.b))]).await;
        let told = fixture.client("oa").get(&format!("/api/v1/people/{both}/reach")).await.expect(200);
        assert_eq!(told.json()["beyond"], true);
        assert!(told.json()["kinds"].as_array().unwrap().iter().all(|kind| kind["count"].is_null()), "{}", told.text());
        fixture.sweep("oa", &told);
        let told = fixture.client("root").get(&format!("/api/v1/people/{both}/reach")).await.expect(200);
        assert!(told.json()["kinds"].as_array().unwrap().iter().any(|kind| kind["count"].is_number()), "{}", told.text());
    }

    async fn pages_say_in_words_what_holds_and_what_does_not(db: TestDatabase) {
        let world = World::build(db).await;
        let fixture = &world.fixture;
        let (root, ta) = (world.browser("root"), world.ta());
        let page = root.get(&format!("{ta}/who?q={}", fixture.canary("g1.name"))).await.expect(200).text();
        assert!(page.contains(&fixture.canary("g1.name")) && !page.contains(&fixture.canary("a1.name")), "{page}");
        let one = root.get(&format!("{ta}/who?person={}", fixture.people["g2"])).await.expect(200).text();
        for words in ["Does not see this record.", "Team is a team of the person", "Not so here", "Organisation lies where the role is held", "So here"] {
            assert!(one.contains(words), "{words} is missing in {one}");
        }
        let limited = root.get(&format!("{ta}/who?may=note")).await.expect(200).text();
        assert!(limited.contains(&fixture.canary("g1.name")), "{limited}");
        let table = limited.split("<tbody").nth(1).unwrap();
        assert!(!table.contains(&fixture.canary("a1.name")), "{table}");
        let reach = root.get(&format!("/people/{}/reach", fixture.people["a1"])).await.expect(200).text();
        assert!(reach.contains("Incidents") && reach.contains("view-as?next=%2Fincidents"), "{reach}");
        let role = root.get("/access/roles/agent").await.expect(200).text();
        assert!(role.contains("everywhere") || role.contains("and below"), "{role}");
        root.get("/access/kinds/incident").await.expect(200);
        root.get("/access/roles/nonsense").await.expect(404);
        // Who asks gets to it from the record and from the person.
        assert!(root.get(&ta).await.text().contains(&format!("{ta}/who")));
        assert!(!world.browser("g1").get(&ta).await.text().contains(&format!("{ta}/who")));
    }
}
