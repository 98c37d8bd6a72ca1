//! Forms of every kind: what they show is what they store; and kinds from TOML need no Rust.

use serde_json::{Map, Value as Json, json};
use steward_model::id::RecordId;
use steward_model::kind::{Field, FieldType, Kind, Registry, Source};
use steward_testkit::database::TestDatabase;
use steward_testkit::fixture::Fixture;
use steward_testkit::on_both;
use steward_testkit::server::Server;

use crate::world::{World, check_status, location};

const EVERYTHING: &str = r#"
key = "everything"
plural = "everythings"
label = "Everything"
label_plural = "Everythings"
description = "One field of each sort."
icon = "badge"
numbering = { prefix = "EVE" }
label_field = "name"
initial = "open"

field = [
  { key = "name", type = "text", required = true, audience = "requester", write = "requester" },
  { key = "story", type = "markdown", audience = "requester", write = "agent" },
  { key = "floor", type = "integer", min = -2, max = 40, audience = "agent", write = "agent" },
  { key = "ratio", type = "decimal", audience = "agent", write = "agent" },
  { key = "price", type = "money", audience = "agent", write = "agent" },
  { key = "loud", type = "boolean", audience = "agent", write = "agent" },
  { key = "quiet", type = "boolean", audience = "agent", write = "agent" },
  { key = "day", type = "date", audience = "agent", write = "agent" },
  { key = "at", type = "moment", audience = "agent", write = "agent" },
  { key = "effort", type = "duration", audience = "agent", write = "agent" },
  { key = "risk", type = "choice", audience = "agent", write = "agent", choices = ["high", "low"] },
  { key = "host", type = "reference", target = "person", audience = "agent", write = "agent" },
  { key = "guests", type = "references", target = "person", audience = "agent", write = "agent" },
  { key = "site", type = "url", audience = "agent", write = "agent" },
  { key = "contact", type = "mail", audience = "agent", write = "agent" },
  { key = "call", type = "phone", audience = "agent", write = "agent" },
  { key = "code", type = "secret", audience = "agent", write = "agent" },
  { key = "lines", type = "table", audience = "agent", write = "agent", fields = [
    { key = "what", type = "text" }, { key = "count", type = "integer" }, { key = "done", type = "boolean" }, { key = "who", type = "reference", target = "person" } ] },
]
state = [ { key = "open", category = "new" }, { key = "shut", category = "done" } ]
transition = [ { key = "shut", label = "Shut", from = "open", to = "shut", requires = ["risk"] } ]
"#;

const ROLES: &str = r#"
[[role]]
key = "keeper"
label = "Keeper"
staff = true
rank = 2
[[role.grant]]
kinds = ["everything"]
actions = ["read", "create", "update", "transition", "comment", "note"]
scope = "organisation in my_organisations"
read = "agent"
[[role.grant]]
kinds = ["person"]
actions = ["read"]
scope = "organisation in my_organisations"
read = "agent"
"#;

/// A value for a field that says nothing, where one can be guessed.
fn value(field: &Field, people: &[RecordId]) -> Option<Json> {
    Some(match field.field_type.value_type() {
        FieldType::Text { max_length } => "A \"text\" & <more>".chars().take(*max_length).collect::<String>().into(),
        FieldType::Markdown => "Line one\n\n- **two**\n  three & <four>\n".into(),
        FieldType::Integer { min, max } => json!(min.unwrap_or(1).max(1).min(max.unwrap_or(7))),
        FieldType::Decimal => json!("12.50"),
        FieldType::Money => json!({"amount": "1234.50", "currency": "CHF"}),
        FieldType::Boolean => json!(true),
        FieldType::Date => json!("2026-03-01"),
        FieldType::Moment => json!("2026-03-29T01:30:17Z"),
        FieldType::Duration => json!("PT1H30M"),
        FieldType::Choice(choices) => json!(choices.0.iter().find(|choice| !choice.inactive)?.key),
        FieldType::Reference { kinds } if kinds == &["person"] => json!(people[0].to_string()),
        FieldType::References { kinds } if kinds == &["person"] => {
            json!([people[0].to_string(), people[1].to_string()])
        }
        FieldType::Url => json!("https://a.example/x?y=z&w=%20"),
        FieldType::Mail => json!("ada@example.org"),
        FieldType::Phone => json!("+41 44 000 00 00"),
        FieldType::Secret => json!("hidden-code"),
        FieldType::Table { fields } => {
            let cells: Map<String, Json> =
                fields.iter().filter_map(|column| Some((column.key.clone(), value(column, people)?))).collect();
            json!([cells.clone(), cells])
        }
        FieldType::Reference { .. } | FieldType::References { .. } | FieldType::Computed { .. } => return None,
    })
}

/// A record of a kind with all that can be set; fields that the kind refuses in this company are left out.
async fn filled(world: &World, kind: &Kind) -> Option<String> {
    let server = &world.fixture.server;
    let people = [world.fixture.people["root"], world.fixture.people["g1"]];
    let writable = kind.fields.iter().filter(|field| {
        field.write.is_some()
            && field.class.is_none()
            && !["roles", "login", "mail", "parent"].contains(&field.key.as_str())
    });
    let mut fields: Map<String, Json> =
        writable.filter_map(|field| Some((field.key.clone(), value(field, &people)?))).collect();
    for key in
        ["incident", "problem", "change", "request", "service", "configuration_item", "organisation", "team", "parent"]
    {
        let other = match key {
            "incident" => world.fixture.ta.record.id,
            "configuration_item" => world.fixture.ca.record.id,
            "organisation" => world.fixture.a,
            "team" => world.fixture.desk,
            _ => continue,
        };
        if kind.field(key).is_some_and(|field| matches!(field.field_type, FieldType::Reference { .. })) {
            fields.insert(key.to_owned(), json!(other.to_string()));
        }
    }
    for _ in 0..40 {
        let organisation = Some(world.fixture.provider.to_string()).filter(|_| kind.key != "organisation");
        let new = steward_app::records::NewRecord { organisation, fields: fields.clone(), links: Vec::new() };
        let origin = steward_app::records::Origin::door(steward_model::event::Door::System);
        match server
            .app
            .create(&steward_model::access::Actor::system(), server.app.kind(&kind.key).unwrap(), &new, &origin)
            .await
        {
            Ok(view) => return Some(view.record.number),
            Err(steward_app::error::Error::Invalid(faults)) => {
                let before = fields.len();
                faults.iter().for_each(|fault| {
                    fields.remove(&fault.field);
                });
                if fields.len() == before {
                    eprintln!("{}: {faults:?}", kind.key);
                    return None;
                }
            }
            Err(error) => panic!("{}: {error:?}", kind.key),
        }
    }
    None
}

on_both! {
    async fn an_untouched_form_of_any_kind_changes_nothing(db: TestDatabase) {
        let server = Server::start_with(db, &[EVERYTHING], &[ROLES]).await;
        let world = World::of(Fixture::build_on(server).await).await;
        let server = &world.fixture.server;
        let root_actor = server.actor(world.fixture.people["root"]).await;
        let mut tried = Vec::new();
        for kind in server.app.registry().kinds() {
            let Some(number) = filled(&world, kind).await else { continue };
            let path = format!("/{}/{number}", kind.plural);
            let root = world.browser("root");
            root.set_cookie("steward_zone", "Europe/Berlin");
            let page = root.get(&path).await;
            check_status(&page, 200, &path);
            let edit = format!("{path}/edit");
            let answer = root.get(&edit).await;
            if answer.status.as_u16() == 403 {
                continue;
            }
            let form = root.form(&edit, &edit).await;
            let revision = server.app.get(&root_actor, kind, &number, None).await.unwrap().record.revision;
            let done = root.submit(&form).await;
            check_status(&done, 303, &edit);
            let after = server.app.get(&root_actor, kind, &number, None).await.unwrap().record;
            if after.revision != revision {
                let journal = server.app.record_page(&root_actor, kind, &number, None, (None, 5)).await.unwrap();
                panic!("{edit} changed {:?}", journal.entries.last().unwrap().changes);
            }
            let new = root.get(&format!("/{}/new", kind.plural)).await;
            // Definitions begin in the designer.
            let expected: &[u16] = if kind.key == "overlay" { &[303] } else { &[200, 403] };
            assert!(expected.contains(&new.status.as_u16()), "{}: {}", kind.key, new.text());
            tried.push(kind.key.clone());
        }
        assert!(tried.len() >= 12, "{tried:?} of {:?}", server.app.registry().kinds().iter().map(|kind| &kind.key).collect::<Vec<_>>());
        assert!(tried.iter().any(|key| key == "everything"));
    }

    async fn a_kind_from_toml_has_pages_without_rust(db: TestDatabase) {
        let server = Server::start_with(db, &[EVERYTHING], &[ROLES]).await;
        let world = World::of(Fixture::build_on(server).await).await;
        let server = &world.fixture.server;
        let keeper = server.person("keeper", ("Kim", "Keeper"), world.fixture.provider, &[("keeper", Some(world.fixture.provider))]).await;
        let keeper_actor = server.actor(keeper).await;
        let number = server.app.get(&keeper_actor, server.app.kind("person").unwrap(), &keeper.to_string(), None).await.unwrap().record.number;
        let browser = server.browser_of(keeper).await;
        browser.page("/everythings").await;
        let form = browser.form("/everythings/new", "/everythings").await.with("name", "One");
        let path = location(&browser.submit(&form).await.expect(303)).to_owned();
        let edit = format!("{path}/edit");
        let filled = [
            ("story", "a **b**"), ("floor", "3"), ("ratio", "1,5"), ("price", "12,50"), ("price.currency", "CHF"), ("loud", "false"), ("loud", "true"), ("day", "2026-02-03"), ("at", "2026-02-03T10:15"),
            ("effort", "1 h 30 min"), ("risk", "low"), ("host", &number), ("guests", ""), ("guests", &number), ("site", "https://x.example/"), ("contact", "a@example.org"), ("call", "+41 1"), ("code", "open sesame"),
            ("lines", ""), ("lines.0.what", "first"), ("lines.0.count", "2"), ("lines.0.done", "false"), ("lines.0.done", "true"), ("lines.0.who", &number), ("lines.3.what", "second"), ("lines.4.what", ""), ("lines.4.done", "false"),
        ];
        let done = browser.post(&edit, &filled).await;
        check_status(&done, 303, "all fields");
        let kind = server.app.kind("everything").unwrap().clone();
        let number = path.rsplit('/').next().unwrap();
        let record = async || server.app.get(&keeper_actor, &kind, number, None).await.unwrap().record;
        let stored = record().await;
        assert_eq!(stored.field("loud"), Some(&json!(true)));
        assert_eq!(stored.field("floor"), Some(&json!(3)));
        assert_eq!(stored.field("lines").and_then(Json::as_array).map(Vec::len), Some(2));
        let page = browser.get(&path).await.expect(200);
        assert!(page.text().contains("<strong>b</strong>") && !page.text().contains("open sesame"));
        let form = browser.form(&edit, &edit).await;
        assert!(!form.values.iter().any(|(_, value)| value.contains("sesame")), "a secret is never sent back");
        browser.submit(&form).await.expect(303);
        assert_eq!(record().await.revision, stored.revision);
        // Emptied, each value is gone.
        for (key, empty) in [("story", ""), ("floor", ""), ("ratio", ""), ("price", ""), ("day", ""), ("at", ""), ("effort", ""), ("host", ""), ("guests", ""), ("site", ""), ("contact", ""), ("call", ""), ("lines", ""), ("loud", "false")] {
            let answer = browser.post(&format!("{path}/fields/{key}"), &[(key, empty)]).await;
            check_status(&answer, 303, key);
            let left = record().await;
            assert!(left.field(key).is_none_or(|value| *value == json!(false) || *value == json!([])), "{key} is {:?}", left.field(key));
        }
        for (key, bad) in [("floor", "41"), ("floor", "x"), ("ratio", "x"), ("day", "31.31.2026"), ("at", "soon"), ("effort", "a while"), ("risk", "purple"), ("host", "PER9999999"), ("site", "x"), ("contact", "x"), ("loud", "perhaps")] {
            let answer = browser.post(&format!("{path}/fields/{key}"), &[(key, bad)]).await;
            check_status(&answer, 422, &format!("{key}={bad}"));
            assert!(answer.text().contains(bad) || ["risk", "loud"].contains(&key), "{key}={bad} is lost in {}", answer.text());
        }
        browser.post(&format!("{path}/transitions/shut"), &[]).await.expect(303);
        assert_eq!(record().await.state, "shut");
        world.browser("a1").get("/everythings").await.expect(404);
        world.browser("a1").get(&path).await.expect(404);
    }
}

#[test]
fn words_of_other_pages_cannot_be_those_of_kinds() {
    for (plural, clashes) in [
        ("everythings", false),
        ("search", true),
        ("help", true),
        ("account", true),
        ("settings", true),
        ("pick", true),
        ("live", true),
        ("assets", true),
        ("dev", true),
        ("sign-in", true),
        ("sign-out", true),
        ("set-up", true),
        ("api", true),
        ("healthz", true),
        ("readyz", true),
        ("metrics", true),
        ("metrics-plans", false),
    ] {
        let text = EVERYTHING.replace("plural = \"everythings\"", &format!("plural = \"{plural}\""));
        let mut sources = steward_practices::sources();
        sources.push(Source { path: "test.toml".to_owned(), text });
        let registry = Registry::load(&sources).unwrap();
        let found = steward_web::clashes(&registry);
        assert_eq!(!found.is_empty(), clashes, "{plural}: {found:?}");
        assert!(found.iter().all(|line| line.contains("everything") && line.contains(plural)));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_of_kinds_is_in_the_navigation_once() {
    let world = World::build(TestDatabase::sqlite().await).await;
    let page = world.browser("root").page("/").await;
    let links: Vec<&str> =
        page.elements().filter(|element| element.name == "a").filter_map(|element| element.get("href")).collect();
    assert!(links.contains(&"/incidents") && links.contains(&"/help"));
}
