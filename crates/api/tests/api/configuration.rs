//! Configuration as text: written, read, compared and made so, here and in another installation.

use serde_json::{Value as Json, json};
use steward_app::App;
use steward_app::configuration::{Item, Planned, What, read, write};
use steward_testkit::database::TestDatabase;
use steward_testkit::fixture::Fixture;
use steward_testkit::on_both;

/// What stands here, through its text and back.
async fn exported(app: &App) -> Vec<Item> {
    let mut items = Vec::new();
    for one in app.configuration(None).await.unwrap() {
        let text = write(&one.item, app.registry().kind(&one.item.kind).unwrap());
        let item = read(&one.item.file, &text, app.registry()).unwrap();
        assert_eq!(item, one.item, "{text}");
        items.push(item);
    }
    items
}

fn of<'a>(planned: &'a [Planned], name: &str) -> &'a What {
    &planned.iter().find(|one| one.name == name).unwrap_or_else(|| panic!("{name} is not in {planned:?}")).what
}

async fn configured(fixture: &Fixture) {
    let root = fixture.client("root");
    let make = async |kinds: &str, fields: Json, activate: bool| -> Json {
        let made = root.post(&format!("/api/v1/{kinds}"), json!({ "fields": fields })).await.expect(201).json();
        if activate {
            let path = format!("/api/v1/{kinds}/{}/transitions/activate", made["number"].as_str().unwrap());
            root.post(&path, json!({})).await.expect(200);
        }
        made["id"].clone()
    };
    let week = json!([{ "day": "monday", "opens": "08:00", "closes": "17:00" }]);
    let calendar = make("calendars", json!({ "name": "Office", "zone": "Europe/Berlin", "hours": week }), false).await;
    for agreement in ["Gold", "Silver"] {
        let fields = json!({ "name": agreement, "sort": "sla", "valid_from": "2026-01-01", "calendar": calendar });
        let agreement = make("agreements", fields, true).await;
        let target = json!({ "name": "Resolve", "agreement": agreement, "metric": "resolution", "value": "PT8H",
            "values": [{ "priority": "critical", "value": "PT1H" }] });
        make("service-level-targets", target, true).await;
    }
    let policy = json!({ "name": "Budget", "for_kind": "service_request", "amount_from": { "amount": "1500", "currency": "EUR" },
        "people": [fixture.people["oa"].to_string(), fixture.people["g2"].to_string()], "description": "Two\nlines \"quoted\"" });
    make("approval-policies", policy, true).await;
}

on_both! {
    async fn what_was_written_is_what_is_there(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        configured(&fixture).await;
        let app = &fixture.server.app;
        let root = fixture.server.actor(fixture.people["root"]).await;
        let items = exported(app).await;
        assert!(items.len() >= 6, "{items:?}");
        let planned = app.plan_configuration(&root, &items).await.unwrap();
        assert!(planned.iter().all(|one| one.what == What::Same), "{planned:?}");
        assert_eq!(exported(app).await, items, "the same again, word for word");

        // Somebody changes it by page; the files say what differs, and set it back with their name in the journal.
        let policies = fixture.client("root").get("/api/v1/approval-policies").await.expect(200).json();
        let policy = format!("/api/v1/approval-policies/{}", policies[0]["number"].as_str().unwrap());
        fixture.client("root").patch(&policy, json!({ "fields": { "stage": 3 } })).await.expect(200);
        fixture.client("root").post(&format!("{policy}/transitions/retire"), json!({})).await.expect(200);
        let planned = app.plan_configuration(&root, &items).await.unwrap();
        let expected = vec![
            ("stage".to_owned(), Some(json!(3)), Some(json!(1))),
            ("state".to_owned(), Some(json!("retired")), Some(json!("active"))),
        ];
        assert_eq!(of(&planned, "Budget"), &What::Changed(expected));
        app.apply_configuration(&root, &items).await.unwrap();
        let back = fixture.client("root").get(&policy).await.expect(200).json();
        assert_eq!((&back["state"], &back["fields"]["stage"]), (&json!("active"), &json!(1)));
        let journal = fixture.client("root").get(&format!("{policy}/journal")).await.expect(200).json();
        let doors: Vec<&str> = journal.as_array().unwrap().iter().filter_map(|entry| entry["door"].as_str()).collect();
        assert!(doors.contains(&"command"), "{journal}");
        assert!(app.plan_configuration(&root, &items).await.unwrap().iter().all(|one| one.what == What::Same));

        // What no file says stays, and is told.
        let fewer: Vec<Item> = items.iter().filter(|item| item.kind != "approval_policy").cloned().collect();
        assert_eq!(of(&app.plan_configuration(&root, &fewer).await.unwrap(), "Budget"), &What::Unmentioned);
    }

    async fn one_fault_and_nothing_is_written(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        configured(&fixture).await;
        let app = &fixture.server.app;
        let root = fixture.server.actor(fixture.people["root"]).await;
        let mut items = exported(app).await;
        let before = fixture.server.rows().await;
        for item in &mut items {
            match item.kind.as_str() {
                "calendar" => drop(item.fields.insert("description".to_owned(), json!("Changed"))),
                "approval_policy" => {
                    item.fields.insert("condition".to_owned(), json!("price >"));
                    item.fields.insert("people".to_owned(), json!(["person:nobody"]));
                }
                "service_level_target" if item.file.contains("gold") => drop(item.fields.insert("agreement".to_owned(), json!("agreement:Bronze"))),
                _ => {}
            }
        }
        let faults = app.apply_configuration(&root, &items).await.unwrap_err();
        let told: Vec<String> = faults.iter().map(ToString::to_string).collect();
        for expected in ["approval-policies/budget.toml: `people` names no record", "`agreement` names no record"] {
            assert!(told.iter().any(|line| line.contains(expected)), "{expected}: {told:?}");
        }
        assert_eq!(fixture.server.rows().await, before);
        // Nor is anything for somebody who may not.
        let g1 = fixture.server.actor(fixture.people["g1"]).await;
        let mut items = exported(app).await;
        items.iter_mut().for_each(|item| drop(item.fields.insert("description".to_owned(), json!("Mine"))));
        app.apply_configuration(&g1, &items).await.unwrap_err();
        assert_eq!(fixture.server.rows().await, before);
    }

    async fn another_installation_behaves_the_same(db: TestDatabase) {
        let first = Fixture::build(db).await;
        configured(&first).await;
        let items = exported(&first.server.app).await;
        // The same organisations and people, with other ids, and nothing configured.
        let second = Fixture::build(TestDatabase::sqlite().await).await;
        let root = second.server.actor(second.people["root"]).await;
        let app = &second.server.app;
        let planned = app.plan_configuration(&root, &items).await.unwrap();
        assert_eq!(of(&planned, "Budget"), &What::Created);
        app.apply_configuration(&root, &items).await.unwrap();
        assert_eq!(exported(app).await, items);
        // Targets count as at the first: by the calendar that came with them.
        let fields = json!({ "title": "Slow", "impact": "high", "urgency": "high", "requester": second.people["a1"].to_string() });
        let made = second.client("g1").post("/api/v1/incidents", json!({ "fields": fields })).await.expect(201).json();
        let clock = &made["clocks"][0];
        assert_eq!(clock["clock"], "sla/resolution", "{made}");
        assert!(second.server.app.verify_clocks().await.unwrap().differences.is_empty());
        // A file can be read back as of before.
        let then = app.configuration(Some(steward_model::moment::Moment(0))).await.unwrap();
        assert!(then.is_empty(), "nothing was there");
    }

    async fn one_record_is_read_planned_and_applied_as_text(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        configured(&fixture).await;
        let root = fixture.client("root");
        let policies = root.get("/api/v1/approval-policies").await.expect(200).json();
        let policy = format!("/api/v1/approval-policies/{}", policies[0]["number"].as_str().unwrap());
        let shown = root.get(&format!("{policy}/text")).await.expect(200).json();
        let text = shown["text"].as_str().unwrap().to_owned();
        // It is the very file of an export.
        let app = &fixture.server.app;
        let exported = app.configuration(None).await.unwrap();
        let file = exported.iter().find(|one| one.item.kind == "approval_policy").unwrap();
        assert_eq!(text, write(&file.item, app.registry().kind("approval_policy").unwrap()));
        assert_eq!((shown["file"].as_str().unwrap(), &shown["may_apply"]), ("approval-policies/budget.toml", &json!(true)));

        // A new name is the same record with another name, and not another record.
        let other = text.replace("name = \"Budget\"", "name = \"Spending\"").replace("stage = 1", "stage = 2");
        let plan = root.post(&format!("{policy}/text/plan"), json!({ "text": other })).await.expect(200).json();
        let fields: Vec<&str> = plan["changes"].as_array().unwrap().iter().filter_map(|one| one["field"].as_str()).collect();
        assert_eq!(fields, ["name", "stage"], "{plan}");
        assert_eq!(root.get(&policy).await.expect(200).json()["fields"]["name"], "Budget", "a plan writes nothing");
        let body = json!({ "text": other, "revision": shown["revision"] });
        let applied = root.post(&format!("{policy}/text/apply"), body.clone()).await.expect(200).json();
        assert_eq!(applied["text"].as_str().unwrap(), other);
        let now = root.get(&policy).await.expect(200).json();
        assert_eq!((&now["fields"]["name"], &now["fields"]["stage"]), (&json!("Spending"), &json!(2)));
        assert_eq!(root.get("/api/v1/approval-policies").await.expect(200).json().as_array().unwrap().len(), 1);
        // What was seen is not what is there any more.
        root.post(&format!("{policy}/text/apply"), body).await.expect(409);

        // Each fault has its line; nothing is written.
        let before = fixture.server.rows().await;
        for (wrong, line, message) in [
            (other.replace("stage = 2", "stage = "), "stage = 2", "TOML parse error"),
            (other.replace("stage = 2", "stage = \"two\""), "stage = 2", "`stage`"),
            (other.replacen("person:", "person:nobody", 1), "people =", "names no record"),
            (other.replace("kind = \"approval_policy\"", "kind = \"calendar\""), "kind =", "kind"),
            (other.replace("state = \"active\"", "state = \"on\""), "state =", "cannot be `on`"),
            (format!("colour = 1\n{other}"), "colour", "is no field"),
        ] {
            let expected = match wrong.starts_with("colour") {
                true => 1,
                false => other.lines().position(|one| one.starts_with(line)).unwrap() + 1,
            };
            let plan = root.post(&format!("{policy}/text/plan"), json!({ "text": wrong })).await.expect(200).json();
            let fault = &plan["faults"][0];
            assert_eq!((&plan["possible"], &fault["line"]), (&json!(false), &json!(expected)), "{plan}\n{wrong}");
            assert!(fault["message"].as_str().unwrap().contains(message), "{message}: {plan}");
            let refused = root.post(&format!("{policy}/text/apply"), json!({ "text": wrong })).await.expect(422).json();
            assert_eq!(refused["faults"], plan["faults"]);
        }
        assert_eq!(fixture.server.rows().await, before);
        // Another record's name is not to be had.
        let agreements = root.get("/api/v1/agreements?filter=name%20%3D%3D%20%22Gold%22").await.expect(200).json();
        let gold = format!("/api/v1/agreements/{}/text", agreements[0]["number"].as_str().unwrap());
        let text = root.get(&gold).await.expect(200).json()["text"].as_str().unwrap().to_owned();
        let text = text.replace("name = \"Gold\"", "name = \"Silver\"");
        let plan = root.post(&format!("{gold}/plan"), json!({ "text": text })).await.expect(200).json();
        assert!(plan["faults"][0]["message"].as_str().unwrap().contains("name of another record"), "{plan}");
    }

    async fn the_text_of_a_record_is_for_those_who_see_and_change_it(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        configured(&fixture).await;
        let root = fixture.client("root");
        let policies = root.get("/api/v1/approval-policies").await.expect(200).json();
        let text = format!("/api/v1/approval-policies/{}/text", policies[0]["number"].as_str().unwrap());
        let body = json!({ "text": root.get(&text).await.expect(200).json()["text"] });
        for name in ["a1", "a2", "am", "b1"] {
            fixture.client(name).get(&text).await.expect(404);
            fixture.client(name).post(&format!("{text}/plan"), body.clone()).await.expect(404);
            fixture.client(name).post(&format!("{text}/apply"), body.clone()).await.expect(404);
        }
        for name in ["g1", "g2"] {
            let may_read = fixture.client(name).get(&text.replace("/text", "")).await.status.as_u16();
            let answer = fixture.client(name).get(&text).await;
            assert_eq!(answer.status.as_u16(), may_read, "{name}");
            if may_read == 200 {
                assert_eq!(answer.json()["may_apply"], false, "{name}");
                fixture.client(name).post(&format!("{text}/plan"), body.clone()).await.expect(403);
                fixture.client(name).post(&format!("{text}/apply"), body.clone()).await.expect(403);
            }
        }
    }

    async fn what_differs_from_files_is_told_and_goes_back(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        configured(&fixture).await;
        let (root, app) = (fixture.client("root"), &fixture.server.app);
        let actor = fixture.server.actor(fixture.people["root"]).await;
        assert_eq!(root.get("/api/v1/configuration").await.expect(200).json()["applied"], Json::Null);
        let mut items = exported(app).await;
        for item in items.iter_mut().filter(|item| item.kind == "approval_policy") {
            item.fields.insert("stage".to_owned(), json!(4));
        }
        app.apply_configuration(&actor, &items).await.unwrap();
        let state = root.get("/api/v1/configuration").await.expect(200).json();
        assert_eq!((&state["drift"], &state["applied"]["door"]), (&json!([]), &json!("command")), "{state}");
        let to = state["applied"]["at"].as_str().unwrap().to_owned();
        fixture.server.clock.advance(3600);

        let policies = root.get("/api/v1/approval-policies").await.expect(200).json();
        let policy = format!("/api/v1/approval-policies/{}", policies[0]["number"].as_str().unwrap());
        root.patch(&policy, json!({ "fields": { "stage": 5 } })).await.expect(200);
        fixture.server.clock.advance(3600);
        let made = root.post("/api/v1/calendars", json!({ "fields": { "name": "Late", "zone": "Europe/Berlin", "hours": [{ "day": "monday", "opens": "08:00", "closes": "17:00" }] } })).await.expect(201).json();
        let state = root.get("/api/v1/configuration").await.expect(200).json();
        let drift = state["drift"].as_array().unwrap();
        assert_eq!(drift.len(), 2, "{state}");
        assert_eq!((&drift[0]["number"], &drift[0]["made_since"]), (&made["number"], &json!(true)));
        assert_eq!(drift[1]["changes"], json!([{ "field": "stage", "from": 4, "to": 5 }]));
        assert_eq!(drift[1]["changed_by"]["id"], json!(fixture.people["root"].to_string()));

        let body = json!({ "to": to, "plan": true });
        let plan = root.post("/api/v1/configuration/roll-back", body).await.expect(200).json();
        let what: Vec<&str> = plan["records"].as_array().unwrap().iter().filter_map(|one| one["what"].as_str()).collect();
        assert_eq!(what, ["changed", "stays"], "{plan}");
        assert_eq!(root.get(&policy).await.expect(200).json()["fields"]["stage"], 5);
        fixture.server.clock.advance(3600);
        root.post("/api/v1/configuration/roll-back", json!({ "to": to })).await.expect(200);
        assert_eq!(root.get(&policy).await.expect(200).json()["fields"]["stage"], 4);
        let state = root.get("/api/v1/configuration").await.expect(200).json();
        assert_eq!((&state["applied"]["door"], &state["drift"]), (&json!("api"), &json!([])), "{state}");
        root.post("/api/v1/configuration/roll-back", json!({ "to": "yesterday" })).await.expect(422);
    }
}

#[test]
fn files_that_cannot_be_say_why() {
    let registry = steward_model::kind::Registry::load(&steward_practices::sources()).unwrap();
    let head = "kind = \"approval_policy\"\norganisation = \"A\"\nstate = \"draft\"\n";
    for (text, expected) in [
        ("kind = ", "TOML parse error"),
        ("kind = \"incident\"\norganisation = \"A\"\nstate = \"new\"\n", "is no kind of configuration"),
        ("kind = \"approval_policy\"\norganisation = \"A\"\n", "`state` is missing"),
        (&head.replace("draft", "on"), "`state` cannot be `on`"),
        (&format!("{head}name = \"x\"\ncolour = 1\n"), "`colour` is no field of approval policies"),
        (head, "`name`, by which it is known, is missing"),
    ] {
        let error = read("policies/x.toml", text, &registry).unwrap_err();
        assert!(error.to_string().starts_with("policies/x.toml: "), "{error}");
        assert!(error.message.contains(expected), "{expected}: {error}");
    }
}
