//! A kind that the engine has never seen works in every way without one line of Rust.

use serde_json::{Value as Json, json};
use steward_testkit::client::encoded;
use steward_testkit::fixture::Fixture;
use steward_testkit::on_both;
use steward_testkit::server::Server;

const KIND: &str = r#"
key = "visitor_pass"
plural = "visitor-passes"
label = "Visitor pass"
label_plural = "Visitor passes"
description = "Lets a guest into the building for a day."
icon = "badge"
numbering = { prefix = "VIS" }
label_field = "guest"
initial = "requested"

field = [
  { key = "guest", type = "text", required = true, indexed = true, audience = "requester", write = "requester" },
  { key = "host", type = "reference", target = "person", indexed = true, audience = "requester", write = "agent", default = { me = true } },
  { key = "visits_on", type = "date", indexed = true, audience = "requester", write = "requester" },
  { key = "floor", type = "integer", min = -2, max = 40, indexed = true, audience = "requester", write = "requester" },
  { key = "risk", type = "choice", audience = "agent", write = "agent", choices = ["high", "low"] },
  { key = "badge", type = "text", unique = true, audience = "requester", write = "agent", required_when = 'state == "inside"' },
]
state = [
  { key = "requested", category = "new" },
  { key = "inside", category = "active" },
  { key = "left", category = "done" },
]
transition = [
  { key = "admit", label = "Admit", from = "requested", to = "inside", requires = ["badge"] },
  { key = "see_off", label = "See off", from = "inside", to = "left", comment = "internal" },
]
"#;

const ROLES: &str = r#"
[[role]]
key = "host"
label = "Host"
rank = 1
[[role.grant]]
kinds = ["visitor_pass"]
actions = ["read", "create", "comment"]
scope = "organisation == my_organisation && host == me"
read = "requester"

[[role]]
key = "receptionist"
label = "Receptionist"
staff = true
rank = 2
[[role.grant]]
kinds = ["visitor_pass"]
actions = ["read", "create", "update", "transition", "comment", "note"]
scope = "organisation in my_organisations"
read = "agent"
"#;

on_both! {
    async fn a_kind_nobody_knew_works_everywhere(db: TestDatabase) {
        let fixture = Fixture::build_on(Server::start_with(db, &[KIND], &[ROLES]).await).await;
        let server = &fixture.server;
        let host = server.person("hanna", ("Hanna", "Host"), fixture.a, &[("host", None)]).await;
        let other = server.person("otto", ("Otto", "Other"), fixture.a, &[("host", None)]).await;
        let desk = server.person("rita", ("Rita", "Reception"), fixture.a, &[("receptionist", Some(fixture.a))]).await;
        let (host, other, desk) =
            (server.client_of(host).await, server.client_of(other).await, server.client_of(desk).await);

        let passes = "/api/v1/visitor-passes";
        let made = host.post(passes, json!({"fields": {"guest": "Zoë", "visits_on": "2026-01-06", "floor": 3}})).await.expect(201);
        let path = made.header("location").to_owned();
        assert_eq!(made.json()["number"], "VIS0000001");
        assert_eq!(made.json()["fields"]["host"]["label"], "Hanna Host");
        host.post(passes, json!({"fields": {"guest": "X", "floor": 41}})).await.expect(422);
        host.post(passes, json!({"fields": {"guest": "X", "risk": "high"}})).await.expect(422);
        host.post(passes, json!({"fields": {"floor": 1}})).await.expect(422);

        // Access: the other host and the agents of other kinds do not see it.
        other.get(&path).await.expect(404);
        fixture.client("g1").get(&path).await.expect(404);
        fixture.client("oa").get(&path).await.expect(200);
        desk.patch(&path, json!({"fields": {"risk": "high"}})).await.expect(200);
        assert_eq!(host.get(&path).await.expect(200).json()["fields"]["risk"], Json::Null);
        host.patch(&path, json!({"fields": {"floor": 4}})).await.expect(403);

        // Filters in both notations, sorting, counting, hidden fields.
        let second = json!({"fields": {"guest": "Yann", "visits_on": "2026-02-01", "floor": -1}});
        let second = desk.post(passes, second).await.expect(201).header("location").to_owned();
        let find = async |query: String| {
            let answer = desk.get(&format!("{passes}?{query}")).await.expect(200);
            let names: Vec<Json> = answer.json().as_array().unwrap().iter().map(|one| one["fields"]["guest"].clone()).collect();
            (names, answer.header("x-total-count").to_owned())
        };
        let filter = encoded("floor > 0 && visits_on < \"2026-02-01\" && risk == \"high\"");
        assert_eq!(find(format!("filter={filter}")).await, (vec![json!("Zoë")], "1".to_owned()));
        assert_eq!(find(format!("q={}", encoded("floor:-1"))).await, (vec![json!("Yann")], "1".to_owned()));
        assert_eq!(find("sort=floor".to_owned()).await.0, [json!("Yann"), json!("Zoë")]);
        assert_eq!(find("sort=-visits_on&q=state:open".to_owned()).await.0, [json!("Yann"), json!("Zoë")]);
        host.get(&format!("{passes}?filter={}", encoded("risk == \"high\""))).await.expect(400);
        assert_eq!(other.get(passes).await.expect(200).header("x-total-count"), "0");

        // Lifecycle and journal.
        let refused = desk.post(&format!("{path}/transitions/admit"), json!({})).await.expect(422);
        assert_eq!(refused.json()["errors"][0]["field"], "badge");
        server.clock.advance(60);
        desk.post(&format!("{path}/transitions/admit"), json!({"fields": {"badge": "B-7"}})).await.expect(200);
        let taken = desk.patch(&second, json!({"fields": {"badge": "b-7"}})).await.expect(422);
        assert_eq!(taken.json()["errors"][0]["field"], "badge");
        desk.post(&format!("{path}/transitions/see_off"), json!({})).await.expect(422);
        let note = json!({"comment": {"body": "Gave the badge back", "audience": "internal"}});
        assert_eq!(desk.post(&format!("{path}/transitions/see_off"), note).await.expect(200).json()["state"], "left");
        let types = async |client: &steward_testkit::client::Client| {
            let journal = client.get(&format!("{path}/journal")).await.expect(200).json();
            journal.as_array().unwrap().iter().map(|entry| entry["type"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(types(&desk).await, ["created", "updated", "moved", "commented", "moved"]);
        assert_eq!(types(&host).await, ["created", "moved", "moved"]);
        let then = desk.get(&format!("{path}?as_of=2026-01-05T09:00:30Z")).await.expect(200).json();
        assert_eq!(then["state"], "requested");

        // The document and the list of kinds tell each caller what it may read.
        let document = desk.get("/api/v1/openapi.json").await.expect(200).json();
        let fields = &document["components"]["schemas"]["visitor_pass_fields"]["properties"];
        assert_eq!(fields["risk"]["enum"], json!(["high", "low"]));
        assert_eq!((&fields["floor"]["minimum"], &fields["floor"]["maximum"]), (&json!(-2), &json!(40)));
        assert!(document["paths"]["/api/v1/visitor-passes/{record}/transitions/{key}"]["post"].is_object());
        let document = host.get("/api/v1/openapi.json").await.expect(200).json();
        assert_eq!(document["components"]["schemas"]["visitor_pass_fields"]["properties"]["risk"], Json::Null);
        let kinds = host.get("/api/v1/kinds").await.expect(200).json();
        assert_eq!(kinds.as_array().unwrap().iter().map(|kind| &kind["key"]).collect::<Vec<_>>(), ["visitor_pass"]);
    }

    async fn the_openapi_document_holds_together(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        let document = fixture.client("root").get("/api/v1/openapi.json").await.expect(200).json();
        assert_eq!(document["openapi"], "3.1.0");
        let mut ids = std::collections::BTreeSet::new();
        for (path, item) in document["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                assert!(ids.insert(operation["operationId"].as_str().unwrap().to_owned()), "{method} {path}");
                assert!(operation["responses"]["2XX"].is_object(), "{method} {path}");
            }
        }
        let text = document.to_string();
        for reference in text.split("\"#/components/schemas/").skip(1) {
            let name = reference.split('"').next().unwrap();
            assert!(document["components"]["schemas"][name].is_object(), "nothing is called {name}");
        }
    }
}
