//! Fields and choices that get other keys or types: the values of records go over, in lists, journals and earlier days.

use serde_json::{Value as Json, json};
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
list_columns = ["number", "title", "state"]

field = [
  { key = "title", type = "text", required = true, audience = "requester", write = "requester" },
  { key = "place", type = "text", indexed = true },
  { key = "grams", type = "text" },
  { key = "matter", type = "choice", indexed = true, choices = ["water", "soil"] },
  { key = "about", type = "text" },
  { key = "seen", type = "reference", target = "person" },
]
state = [{ key = "received", category = "new" }, { key = "tested", category = "done" }]
transition = [{ key = "test", from = "received", to = "tested" }]

[[grant]]
roles = ["agent"]
actions = ["read", "create", "update", "transition"]
scope = "organisation in my_organisations"
read = "agent"
"#;
const SAMPLES: &str = "/api/v1/lab-samples";

/// A laboratory with a kind of its own.
struct Lab {
    fixture: Fixture,
    overlay: String,
}

impl Lab {
    async fn open(fixture: Fixture) -> Self {
        let root = fixture.client("root");
        let fields = json!({ "fields": { "title": "Lab samples", "definition": SAMPLE } });
        let overlay = root.post("/api/v1/overlays", fields).await.expect(201).header("location").to_owned();
        root.post(&format!("{overlay}/transitions/put_in_force"), json!({})).await.expect(200);
        Self { fixture, overlay }
    }

    fn root(&self) -> &Client {
        self.fixture.client("root")
    }

    fn agent(&self) -> &Client {
        self.fixture.client("g1")
    }

    async fn sample(&self, fields: Json) -> String {
        self.agent().post(SAMPLES, json!({ "fields": fields })).await.expect(201).header("location").to_owned()
    }

    async fn fields(&self, sample: &str) -> Json {
        self.agent().get(sample).await.expect(200).json()["fields"].clone()
    }

    async fn define(&self, text: &str) -> Answer {
        self.root().patch(&self.overlay, json!({ "fields": { "definition": text } })).await
    }

    async fn prospect(&self, text: &str) -> (bool, Vec<String>) {
        let path = format!("{}/prospect", self.overlay);
        let told = self.root().post(&path, json!({ "definition": text })).await.expect(200).json();
        let effects = told["effects"].as_array().unwrap_or_else(|| panic!("{told}"));
        let all = effects.iter().map(|one| one["message"].as_str().unwrap_or_default().to_owned()).collect();
        (told["possible"] == true, all)
    }

    async fn found(&self, query: &str) -> Vec<String> {
        let found = self.agent().get(&format!("{SAMPLES}?{query}")).await.expect(200).json();
        found.as_array().unwrap().iter().map(|one| one["fields"]["title"].as_str().unwrap().to_owned()).collect()
    }

    async fn is_sound(&self) {
        let report = self.fixture.server.database.store.verify(None, |_| {}).await.unwrap();
        assert!(report.is_good(), "{:?}", report.faults);
    }
}

fn told(answer: &Answer) -> String {
    let errors = answer.json()["errors"].clone();
    let all = errors.as_array().cloned().unwrap_or_default();
    all.iter().map(|one| one["message"].as_str().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

/// The field of a line in place of another.
fn with(key: &str, line: &str) -> String {
    let start = SAMPLE.find(&format!("  {{ key = \"{key}\"")).unwrap();
    let end = start + SAMPLE[start..].find('\n').unwrap();
    format!("{}  {line},{}", &SAMPLE[..start], &SAMPLE[end..])
}

on_both! {
    async fn a_field_with_another_key_keeps_its_values(db: TestDatabase) {
        let lab = Lab::open(Fixture::build(db).await).await;
        let server = &lab.fixture.server;
        let well = lab.sample(json!({ "title": "Well", "place": "North" })).await;
        lab.sample(json!({ "title": "Pond" })).await;
        lab.agent().patch(&well, json!({ "fields": { "place": "South" } })).await.expect(200);
        let before = lab.agent().get(&well).await.expect(200).json();
        let rule = json!({ "fields": { "title": "Southern", "for_kind": "lab_sample", "trigger": "created", "condition": "place == 'South'",
            "actions": [{ "action": "note", "value": "Look twice" }] } });
        let rule = lab.root().post("/api/v1/rules", rule).await.expect(201).header("location").to_owned();
        lab.root().post(&format!("{rule}/transitions/activate"), json!({})).await.expect(200);
        let (_, other) = server.another_node();
        other.renew_definitions().await.unwrap();
        server.clock.advance(3600);
        let moment = steward_app::clock::Clock::now(&*server.clock).to_string();
        server.clock.advance(3600);

        // What it would do is told, and nothing happens by asking.
        let site = with("place", "{ key = \"site\", type = \"text\", indexed = true, was = \"place\" }");
        let expected = "lab_sample: Site takes the place of `place`, with the values of 1 records".to_owned();
        assert_eq!(lab.prospect(&site).await, (true, vec![expected]));
        assert_eq!(lab.fields(&well).await["place"], "South");

        lab.define(&site).await.expect(200);
        let now = lab.agent().get(&well).await.expect(200).json();
        assert_eq!((&now["fields"]["site"], &now["fields"]["place"]), (&json!("South"), &Json::Null), "{now}");
        assert_eq!(now["updated_at"], before["updated_at"], "nobody did anything to it");
        lab.is_sound().await;

        // Lists find, sort and show it by both names.
        for query in ["q=site:South", "q=place:South", "fields=title,place&q=place:South", "q=place:any"] {
            assert_eq!(lab.found(query).await, ["Well"], "{query}");
        }
        assert_eq!(lab.found("sort=-place").await, ["Well", "Pond"]);
        assert_eq!(lab.found("q=site:none").await, ["Pond"]);
        server.script("select site from lab_sample where site = 'South'").await;

        // Who writes under the old name writes the new one.
        lab.agent().patch(&well, json!({ "fields": { "place": "West" } })).await.expect(200);
        assert_eq!(lab.fields(&well).await["site"], "West");

        // The journal says what happened, of the days before as well; earlier days are told in the words of today.
        let journal = lab.agent().get(&format!("{well}/journal")).await.expect(200).json();
        let entries = journal.as_array().unwrap();
        let types: Vec<&str> = entries.iter().map(|entry| entry["type"].as_str().unwrap()).collect();
        assert_eq!(types, ["created", "updated", "carried", "updated"]);
        assert_eq!(entries[0]["data"]["fields"]["place"], "North");
        assert_eq!(entries[1]["changes"][0], json!({ "field": "place", "from": "North", "to": "South" }));
        assert_eq!(entries[2]["data"]["fields"], json!([{ "from": "place", "to": "site" }]));
        assert!(entries[2]["cause"]["event"]["record"].is_number() || entries[2]["cause"]["event"]["record"].is_string(), "{}", entries[2]);
        let then = lab.agent().get(&format!("{well}?as_of={moment}")).await.expect(200).json();
        assert_eq!(then["fields"]["site"], "South", "{then}");

        // The rule that names the old key goes on; it names a key that leads nowhere once the definition forgets it.
        let (possible, all) = lab.prospect(&site.replace(", was = \"place\"", "")).await;
        assert!(!possible && all.iter().any(|one| one.contains("Southern would no longer work")), "{all:?}");

        // What another node writes before it knows goes over soon.
        let client = server.on_another_node();
        drop(client);
        let kind = other.kind("lab_sample").unwrap().clone();
        assert!(kind.field("place").is_some(), "it does not know yet");
        let g1 = server.actor(lab.fixture.people["g1"]).await;
        let fields = json!({ "title": "Lake", "place": "East" }).as_object().unwrap().clone();
        let new = steward_app::records::NewRecord { organisation: None, fields, links: Vec::new() };
        let origin = steward_app::records::Origin::door(steward_model::event::Door::Api);
        let late = other.create(&g1, &kind, &new, &origin).await.unwrap();
        let late = format!("{SAMPLES}/{}", late.record.number);
        assert_eq!(lab.fields(&late).await["site"], Json::Null);
        server.clock.advance(11);
        while server.app.run_due_job("test").await.unwrap() {}
        assert_eq!(lab.fields(&late).await["site"], "East");
        server.clock.advance(700);
        while server.app.run_due_job("test").await.unwrap() {}
        let journal = lab.agent().get(&format!("{late}/journal")).await.expect(200).json();
        assert_eq!(journal.as_array().map(Vec::len), Some(2), "once: {journal}");

        // The way back is the definition of before.
        lab.root().post(&format!("{rule}/transitions/retire"), json!({})).await.expect(200);
        lab.define(SAMPLE).await.expect(200);
        assert_eq!(lab.fields(&well).await["place"], "West");
        assert_eq!(lab.found("q=place:East").await, ["Lake"]);
        lab.is_sound().await;
    }

    async fn a_field_of_another_type_keeps_what_fits(db: TestDatabase) {
        let lab = Lab::open(Fixture::build(db).await).await;
        let server = &lab.fixture.server;
        let mut made = Vec::new();
        for grams in ["007", "12", "a few", "many"] {
            made.push(lab.sample(json!({ "title": grams, "grams": grams })).await);
        }
        // The same key cannot stand for two types; the way is told.
        let (possible, all) = lab.prospect(&with("grams", "{ key = \"grams\", type = \"integer\" }")).await;
        assert!(!possible && all[0].ends_with("give it another key and say what it `was`"), "{all:?}");

        let weight = with("grams", "{ key = \"weight\", type = \"integer\", min = 0, indexed = true, was = \"grams\" }");
        let expected = [
            "lab_sample: Weight takes the place of `grams`, with the values of 4 records",
            "lab_sample: 2 values do not fit Weight: “a few” is no whole number; “many” is no whole number",
        ];
        assert_eq!(lab.prospect(&weight).await, (false, expected.map(str::to_owned).to_vec()));
        assert_eq!(told(&lab.define(&weight).await.expect(422)), expected[1]);
        assert_eq!(lab.fields(&made[0]).await["grams"], "007");

        let lossy = weight.replace("was = \"grams\"", "was = \"grams\", unfit = \"journal\"");
        let (possible, all) = lab.prospect(&lossy).await;
        assert!(possible && all[1].contains("2 values do not fit Weight and stay in the journal: “a few” is no"), "{all:?}");
        lab.define(&lossy).await.expect(200);
        let mut weights = Vec::new();
        for sample in &made {
            weights.push(lab.fields(sample).await["weight"].clone());
        }
        assert_eq!(weights, [json!(7), json!(12), Json::Null, Json::Null]);
        assert_eq!(lab.found("q=weight:%3E10").await, ["12"]);
        assert_eq!(lab.found("sort=-weight&q=weight:any").await, ["12", "007"]);
        server.script("select weight + 1 from lab_sample").await;
        let journal = lab.agent().get(&format!("{}/journal", made[2])).await.expect(200).json();
        assert_eq!(journal[1]["changes"][0], json!({ "field": "grams", "from": "a few", "to": null,
            "why": { "rule": "definition", "detail": "“a few” is no whole number" } }));
        lab.is_sound().await;

        // The way back brings everything back that nobody changed since, what did not fit too.
        lab.agent().patch(&made[1], json!({ "fields": { "weight": 13 } })).await.expect(200);
        lab.agent().patch(&made[3], json!({ "fields": { "weight": 99 } })).await.expect(200);
        lab.define(SAMPLE).await.expect(200);
        let mut grams = Vec::new();
        for sample in &made {
            grams.push(lab.fields(sample).await["grams"].clone());
        }
        assert_eq!(grams, ["007", "13", "a few", "99"]);
        // What is emptied afterwards stays so, when the job looks again.
        lab.agent().patch(&made[2], json!({ "fields": { "grams": null } })).await.expect(200);
        server.clock.advance(700);
        while server.app.run_due_job("test").await.unwrap() {}
        server.clock.advance(700);
        while server.app.run_due_job("test").await.unwrap() {}
        assert_eq!(lab.fields(&made[2]).await["grams"], Json::Null);
        lab.is_sound().await;
    }

    async fn choices_and_references_go_over(db: TestDatabase) {
        let lab = Lab::open(Fixture::build(db).await).await;
        let person = lab.fixture.people["g1"].to_string();
        let ta = lab.fixture.ta.record.number.clone();
        let well = lab.sample(json!({ "title": "Well", "matter": "soil", "about": ta, "seen": person })).await;
        let pond = lab.sample(json!({ "title": "Pond", "matter": "water" })).await;
        let rule = json!({ "fields": { "title": "Earthy", "for_kind": "lab_sample", "trigger": "created", "condition": "matter == 'soil'",
            "actions": [{ "action": "note", "value": "Look twice" }] } });
        let rule = lab.root().post("/api/v1/rules", rule).await.expect(201).header("location").to_owned();
        lab.root().post(&format!("{rule}/transitions/activate"), json!({})).await.expect(200);

        // A choice gets another key, and is found by the old one.
        let earth = SAMPLE.replace("[\"water\", \"soil\"]", "[\"water\", { key = \"earth\", was = \"soil\" }]");
        let (possible, all) = lab.prospect(&earth).await;
        assert!(possible && all == ["lab_sample: the choice Matter: Earth takes the place of `soil`, in 1 records"], "{all:?}");
        lab.define(&earth).await.expect(200);
        assert_eq!((&lab.fields(&well).await["matter"], &lab.fields(&pond).await["matter"]), (&json!("earth"), &json!("water")));
        assert_eq!(lab.found("q=matter:soil").await, ["Well"]);
        lab.agent().patch(&pond, json!({ "fields": { "matter": "soil" } })).await.expect(200);
        assert_eq!(lab.fields(&pond).await["matter"], "earth");
        lab.is_sound().await;

        // Text becomes a reference by number, one becomes many, a choice becomes text; all in one definition.
        let text = with("about", "{ key = \"incident\", type = \"reference\", target = \"incident\", was = \"about\" }")
            .replace("{ key = \"seen\", type = \"reference\", target = \"person\" }",
                "{ key = \"seen_by\", type = \"references\", target = [\"person\", \"team\"], was = \"seen\" }")
            .replace("{ key = \"matter\", type = \"choice\", indexed = true, choices = [\"water\", \"soil\"] }",
                "{ key = \"made_of\", type = \"text\", indexed = true, was = \"matter\" }");
        // The rule compares with a choice, and text is text: it goes on.
        lab.define(&text).await.expect(200);
        let fields = lab.fields(&well).await;
        assert_eq!((&fields["incident"]["number"], &fields["made_of"]), (&json!(ta), &json!("Earth")), "{fields}");
        assert_eq!(fields["seen_by"][0]["id"], json!(person), "{fields}");
        assert_eq!(lab.found(&format!("q=seen_by:{person}")).await, ["Well"]);
        assert_eq!(lab.found("q=incident.number:x").await, [""; 0]);
        lab.is_sound().await;

        // What nothing can be made of is said before.
        let (possible, all) = lab.prospect(&with("seen", "{ key = \"when\", type = \"date\", was = \"seen\" }")
            .replace("{ key = \"matter\", type = \"choice\", indexed = true, choices = [\"water\", \"soil\"] }", "{ key = \"matter\", type = \"boolean\", was = \"made_of\" }")).await;
        assert!(!possible && all.iter().any(|one| one.contains("2 values do not fit Matter: “Earth” is neither yes nor no")), "{all:?}");

        lab.define(&earth).await.expect(200);
        let fields = lab.fields(&well).await;
        assert_eq!((&fields["about"], &fields["matter"], &fields["seen"]["id"]), (&json!(ta), &json!("earth"), &json!(person)), "{fields}");
        lab.is_sound().await;
    }

    async fn files_and_the_way_back_carry_values_as_well(db: TestDatabase) {
        let lab = Lab::open(Fixture::build(db).await).await;
        let server = &lab.fixture.server;
        let app = &server.app;
        let root = server.actor(lab.fixture.people["root"]).await;
        let well = lab.sample(json!({ "title": "Well", "grams": "007" })).await;
        server.clock.advance(120);
        let before = steward_app::clock::Clock::now(&*server.clock);
        server.clock.advance(120);
        let weight = with("grams", "{ key = \"weight\", type = \"integer\", was = \"grams\", unfit = \"journal\" }");
        let mut items: Vec<_> = app.configuration(None).await.unwrap().into_iter().map(|one| one.item).collect();
        items.retain(|item| item.kind == "overlay");
        assert_eq!(items.len(), 1);
        items[0].fields.insert("definition".to_owned(), weight.clone().into());
        app.plan_configuration(&root, &items).await.unwrap();
        assert_eq!(lab.fields(&well).await["grams"], "007", "a plan changes nothing");
        app.apply_configuration(&root, &items).await.unwrap();
        assert_eq!(lab.fields(&well).await["weight"], 7);
        let planned = app.plan_configuration(&root, &items).await.unwrap();
        assert!(planned.iter().all(|one| !matches!(one.what, steward_app::configuration::What::Changed(_))), "{planned:?}");
        let rolled = app.roll_back_configuration(&root, before, steward_model::event::Door::Page).await.unwrap();
        rolled.unwrap();
        assert_eq!(lab.fields(&well).await["grams"], "007");
        // Taking the kind's definition out of force is refused as ever, and going forth again goes.
        lab.define(&weight).await.expect(200);
        assert_eq!(lab.fields(&well).await["weight"], 7);
        // Clocks and sorts apart, a limited administrator neither sees nor does any of it.
        lab.fixture.client("oa").patch(&lab.overlay, json!({ "fields": { "definition": SAMPLE } })).await.expect(404);
        lab.is_sound().await;
    }
}
