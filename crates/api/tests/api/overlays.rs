//! Kinds and fields that an organisation adds while Steward runs: at once, on every node, checked against what is here.

use serde_json::{Value as Json, json};
use steward_app::configuration::{Item, What};
use steward_testkit::client::{Answer, Client};
use steward_testkit::fixture::Fixture;
use steward_testkit::on_both;

const SAMPLE: &str = r#"key = "lab_sample"
plural = "lab-samples"
label = "Lab sample"
description = "Something that the laboratory looks at."
icon = "flask"
numbering = { prefix = "LAB" }
label_field = "title"
initial = "received"
list_columns = ["number", "title", "matter", "state"]

field = [
  { key = "title", type = "text", required = true, audience = "requester", write = "requester" },
  { key = "matter", type = "choice", indexed = true, choices = ["water", "soil"] },
  { key = "grams", type = "integer", min = 0 },
]
state = [{ key = "received", category = "new" }, { key = "tested", category = "done" }]
transition = [{ key = "test", from = "received", to = "tested", requires = ["grams"] }]

[[grant]]
roles = ["agent"]
actions = ["read", "create", "update", "transition"]
scope = "organisation in my_organisations"
read = "agent"
"#;

async fn draft(client: &Client, title: &str, definition: &str) -> String {
    let fields = json!({ "fields": { "title": title, "definition": definition } });
    let made = client.post("/api/v1/overlays", fields).await.expect(201);
    made.header("location").to_owned()
}

async fn step(client: &Client, path: &str, key: &str) -> Answer {
    client.post(&format!("{path}/transitions/{key}"), json!({})).await
}

fn told(answer: &Answer) -> String {
    let errors = answer.json()["errors"].clone();
    let all = errors.as_array().cloned().unwrap_or_default();
    all.iter().map(|one| one["message"].as_str().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

on_both! {
    async fn a_kind_of_ones_own_is_there_at_once(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        let root = fixture.client("root");
        let samples = "/api/v1/lab-samples";
        root.get(samples).await.expect(404);
        let (_, other) = fixture.server.another_node();

        // What cannot be is refused with its line, and nothing comes into being.
        let path = draft(root, "Lab samples", &SAMPLE.replace("type = \"integer\"", "type = \"integre\"")).await;
        let refused = step(root, &path, "put_in_force").await.expect(422);
        assert_eq!(told(&refused), "Lab samples, line 14: unknown type `integre`; did you mean `integer`?");
        let nobody = SAMPLE.replace("[\"agent\"]", "[\"agnet\"]");
        root.patch(&path, json!({ "fields": { "definition": nobody } })).await.expect(200);
        let refused = step(root, &path, "put_in_force").await.expect(422);
        assert!(told(&refused).starts_with("Lab samples, line 22: there is no role `agnet`"), "{}", told(&refused));
        let taken = SAMPLE.replace("\"lab-samples\"", "\"settings\"");
        root.patch(&path, json!({ "fields": { "definition": taken } })).await.expect(200);
        let refused = step(root, &path, "put_in_force").await.expect(422);
        assert!(told(&refused).contains("`settings` is the address of another page"), "{}", told(&refused));
        for key in ["record", "outbox", "pg_long_long_long_long_long_long_long_long_long_long_long_long"] {
            let taken = SAMPLE.replace("\"lab_sample\"", &format!("\"{key}\""));
            root.patch(&path, json!({ "fields": { "definition": taken } })).await.expect(200);
            let refused = step(root, &path, "put_in_force").await.expect(422);
            assert!(told(&refused).starts_with(&format!("the key `{key}` ")), "{}", told(&refused));
        }
        root.get(samples).await.expect(404);

        root.patch(&path, json!({ "fields": { "definition": SAMPLE } })).await.expect(200);
        step(root, &path, "put_in_force").await.expect(200);
        let g1 = fixture.client("g1");
        let made = g1.post(samples, json!({ "fields": { "title": "Well 4", "matter": "water" } })).await.expect(201);
        let sample = made.header("location").to_owned();
        assert_eq!(made.json()["number"], "LAB0000001");
        step(g1, &sample, "test").await.expect(422);
        g1.patch(&sample, json!({ "fields": { "grams": 5 } })).await.expect(200);
        assert_eq!(step(g1, &sample, "test").await.expect(200).json()["state"], "tested");
        fixture.client("a1").get(&sample).await.expect(404);
        fixture.client("a1").post(samples, json!({ "fields": { "title": "X" } })).await.expect(403);
        let found = g1.get(&format!("{samples}?q=matter:water")).await.expect(200).json();
        assert_eq!(found[0]["fields"]["title"], "Well 4");
        let document = root.get("/api/v1/openapi.json").await.expect(200).json();
        assert!(document["components"]["schemas"]["lab_sample_fields"].is_object());

        // Another node has it once it looked.
        assert!(other.kind("lab_sample").is_err());
        other.renew_definitions().await.unwrap();
        assert!(other.kind("lab_sample").is_ok());

        // A restart begins with it.
        let again = steward_app::App::with_clock(&fixture.server.app, fixture.server.clock.clone());
        again.begin_definitions().await.unwrap();
        assert!(again.kind("lab_sample").is_ok());

        // It cannot go while there are records of it, nor lose what they hold.
        let refused = step(root, &path, "retire").await.expect(422);
        assert_eq!(told(&refused), "the kind Lab samples would go, and has 1 records");
        for (from, to, expected) in [
            ("  { key = \"grams\", type = \"integer\", min = 0 },\n", "", "the field Grams would go, and 1 records have a value in it"),
            ("type = \"integer\", min = 0", "type = \"text\"", "the type of Grams would change, and 1 records have a value in it; give it another key and say what it `was`"),
            ("[\"water\", \"soil\"]", "[\"soil\"]", "the choice Water would go, and 1 records have it"),
            ("prefix = \"LAB\"", "prefix = \"SMP\"", "numbers would change, and 1 records have theirs"),
        ] {
            let text = SAMPLE.replace(from, to).replace(", requires = [\"grams\"]", "");
            let refused = root.patch(&path, json!({ "fields": { "definition": text } })).await.expect(422);
            assert_eq!(told(&refused), format!("lab_sample: {expected}"));
        }
        // What nothing holds may.
        let less = SAMPLE.replace("[\"water\", \"soil\"]", "[\"water\", \"air\"]");
        root.patch(&path, json!({ "fields": { "definition": less } })).await.expect(200);
        g1.post(samples, json!({ "fields": { "title": "Y", "matter": "soil" } })).await.expect(422);
        g1.post(samples, json!({ "fields": { "title": "Y", "matter": "air" } })).await.expect(201);
    }

    async fn what_steward_ships_is_added_to(db: TestDatabase) {
        let is_postgres = db.config.url.starts_with("postgres");
        let fixture = Fixture::build(db).await;
        let root = fixture.client("root");
        let text = r#"overlay = "incident"
field = [
  { key = "cost_centre", type = "text", max_length = 20, indexed = true, audience = "requester", write = "requester" },
  { key = "impact", help = "How many people it keeps from work" },
]
state = [{ key = "with_vendor", category = "waiting" }]
transition = [
  { key = "hand_to_vendor", from = "in_progress", to = "with_vendor", requires = ["cost_centre"] },
  { key = "back_from_vendor", from = "with_vendor", to = "in_progress" },
]
section = [{ label = "Billing", fields = ["cost_centre"] }]
"#;
        let path = draft(root, "Vendors", text).await;
        // What it would do is told first, with the open records that lack what becomes required, and nothing happens by asking.
        let wanted = text.replace("type = \"text\", max_length = 20,", "type = \"text\", max_length = 20, required = true,");
        let prospect = root.post(&format!("{path}/prospect"), json!({ "definition": wanted })).await.expect(200).json();
        let all: Vec<&str> = prospect["effects"].as_array().unwrap().iter().map(|one| one["message"].as_str().unwrap()).collect();
        assert_eq!(prospect["possible"], true, "{prospect}");
        assert!(all.contains(&"incident: the state With vendor is new") && all.contains(&"incident: the field Cost centre is new"), "{all:?}");
        let more = json!({ "definition": "overlay = 'incident'\nfield = [{ key = 'assignee', required = true }]" });
        let prospect = root.post(&format!("{path}/prospect"), more).await.expect(200).json();
        assert_eq!((&prospect["effects"][0]["records"], &prospect["effects"][0]["in_the_way"]), (&json!(2), &json!(false)), "{prospect}");
        let broken = json!({ "definition": "overlay = 'incidnt'" });
        let prospect = root.post(&format!("{path}/prospect"), broken).await.expect(200).json();
        assert_eq!((&prospect["possible"], &prospect["faults"][0]["line"]), (&json!(false), &json!(1)), "{prospect}");
        // A view of a reporting tool rests on ours and does not keep it from getting a column.
        let server = &fixture.server;
        server.script("create view of_a_tool as select number, state from incident").await;
        step(root, &path, "put_in_force").await.expect(200);
        assert_eq!(server.app.definitions_trouble(), None);
        server.script("select number from of_a_tool where 1 = 0").await;
        server.script("select cost_centre from incident where 1 = 0").await;
        let ta = format!("/api/v1/incidents/{}", fixture.ta.record.number);
        let g1 = fixture.client("g1");
        step(g1, &ta, "start").await.expect(200);
        step(g1, &ta, "hand_to_vendor").await.expect(422);
        g1.patch(&ta, json!({ "fields": { "cost_centre": "4711" } })).await.expect(200);
        let moved = step(g1, &ta, "hand_to_vendor").await.expect(200).json();
        assert_eq!((&moved["state"], &moved["fields"]["cost_centre"]), (&json!("with_vendor"), &json!("4711")));
        let found = g1.get("/api/v1/incidents?q=cost_centre:4711").await.expect(200).json();
        assert_eq!(found.as_array().map(Vec::len), Some(1));

        // A rule that rests on it keeps it from going; so does the record in its state.
        let rule = json!({ "fields": { "title": "Dear ones", "for_kind": "incident", "trigger": "created",
            "condition": "cost_centre == '4711'", "actions": [{ "action": "note", "value": "Ask first" }] } });
        let rule = root.post("/api/v1/rules", rule).await.expect(201).header("location").to_owned();
        step(root, &rule, "activate").await.expect(200);
        let refused = step(root, &path, "withdraw").await.expect(422);
        let all = told(&refused);
        for expected in ["the field Cost centre would go, and 1 records", "the state With vendor would go, and 1 records are in it", "Dear ones would no longer work: condition"] {
            assert!(all.contains(expected), "{all}");
        }
        step(g1, &ta, "back_from_vendor").await.expect(200);
        g1.patch(&ta, json!({ "fields": { "cost_centre": null } })).await.expect(200);
        step(root, &rule, "retire").await.expect(200);
        step(root, &path, "withdraw").await.expect(200);
        // Where the database does not take a column from under the view of the tool, that is told, until it does.
        let trouble = server.app.definitions_trouble();
        assert_eq!(trouble.as_ref().is_some_and(|why| why.contains("of_a_tool")), is_postgres, "{trouble:?}");
        server.script("drop view of_a_tool").await;
        server.app.renew_definitions().await.unwrap();
        assert_eq!(server.app.definitions_trouble(), None);
        g1.patch(&ta, json!({ "fields": { "cost_centre": "1" } })).await.expect(422);
        // The journal keeps what was, for when it is asked again.
        step(root, &path, "put_in_force").await.expect(200);
        let journal = g1.get(&format!("{ta}/journal")).await.expect(200).text();
        assert!(journal.contains("4711"));
    }

    async fn answers_are_signed_by_their_policy_and_other_moves_by_the_kind(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        let root = fixture.client("root");
        let path = draft(root, "Signed", "overlay = \"change\"\ntransition = [{ key = \"authorize\", signature = true }]").await;
        let refused = step(root, &path, "put_in_force").await.expect(422);
        assert!(refused.text().contains("approval policy"), "{}", refused.text());
        let path = draft(root, "Signed too", "overlay = \"incident\"\ntransition = [{ key = \"resolve\", signature = true }]").await;
        step(root, &path, "put_in_force").await.expect(200);
        let ta = format!("/api/v1/incidents/{}", fixture.ta.record.number);
        let (g1, how) = (fixture.client("g1"), json!({ "fields": { "resolution_code": "fixed", "resolution_notes": "Restarted" } }));
        step(g1, &ta, "start").await;
        let refused = g1.post(&format!("{ta}/transitions/resolve"), how).await.expect(422);
        assert!(refused.text().contains("current_password"), "{}", refused.text());
    }

    async fn kinds_are_the_same_for_all_so_only_administrators_of_all_define_them(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        let oa = fixture.client("oa");
        let path = draft(oa, "Mine", SAMPLE).await;
        step(oa, &path, "put_in_force").await.expect(403);
        // Nor are they told how much there is in other organisations.
        let asked = json!({ "definition": "overlay = 'incident'\nfield = [{ key = 'assignee', required = true }]" });
        let told = oa.post(&format!("{path}/prospect"), asked).await.expect(200).json();
        assert_eq!((&told["effects"], &told["faults"]), (&Json::Null, &json!([])), "{told}");
        fixture.client("g1").post(&format!("{path}/prospect"), json!({})).await.expect(404);
        oa.get("/api/v1/lab-samples").await.expect(404);
        fixture.client("g1").post("/api/v1/overlays", json!({ "fields": { "title": "X", "definition": SAMPLE } })).await.expect(403);
        step(fixture.client("root"), &path, "put_in_force").await.expect(200);
        // In force, it is out of their hands.
        oa.patch(&path, json!({ "fields": { "order": 5 } })).await.expect(403);
        step(oa, &path, "retire").await.expect(403);
        oa.patch(&path, json!({ "fields": { "description": "For the lab" } })).await.expect(200);
    }

    async fn files_bring_a_kind_and_a_rule_about_it_in_one_go(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        let app = &fixture.server.app;
        let root = fixture.server.actor(fixture.people["root"]).await;
        let provider = fixture.client("root").get(&format!("/api/v1/organisations/{}", fixture.provider)).await.expect(200).json();
        let organisation = provider["fields"]["name"].clone();
        let item = |kind: &str, state: &str, fields: Json| Item {
            file: format!("{kind}.toml"),
            kind: kind.to_owned(),
            organisation: organisation.as_str().unwrap_or_default().to_owned(),
            state: state.to_owned(),
            fields: fields.as_object().unwrap().clone(),
        };
        let rule = item("rule", "active", json!({ "title": "Heavy", "for_kind": "lab_sample", "trigger": "created", "notation": "expression",
            "condition": "grams > 100", "order": 100, "stop": false, "once": false, "most_per_hour": 500, "actions": [{ "action": "set", "target": "matter", "value": "soil" }] }));
        let alone = app.plan_configuration(&root, std::slice::from_ref(&rule)).await.unwrap_err();
        assert!(alone[0].to_string().contains("for_kind"), "{alone:?}");
        let overlay = item("overlay", "in_force", json!({ "title": "Lab samples", "definition": SAMPLE, "order": 100 }));
        let items = vec![rule, overlay];
        let planned = app.plan_configuration(&root, &items).await.unwrap();
        assert!(planned.iter().filter(|one| one.what == What::Created).count() == 2, "{planned:?}");
        assert!(app.kind("lab_sample").is_err(), "a plan changes nothing");
        app.apply_configuration(&root, &items).await.unwrap();
        assert!(app.kind("lab_sample").is_ok());
        let planned = app.plan_configuration(&root, &items).await.unwrap();
        assert!(planned.iter().all(|one| matches!(one.what, What::Same | What::Unmentioned)), "{planned:?}");
        let broken = vec![item("overlay", "in_force", json!({ "title": "Lab samples", "definition": SAMPLE.replace("soil", "Soil"), "order": 100 }))];
        let faults = app.plan_configuration(&root, &broken).await.unwrap_err();
        assert!(faults.iter().any(|fault| fault.to_string().contains("line 13")), "{faults:?}");
    }
}
