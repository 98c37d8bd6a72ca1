//! The designer: a kind said in a form, looked at as text, put in force; who may.

use serde_json::json;
use steward_testkit::on_both;

use crate::world::{World, check_status, location};

const SAID: [(&str, &str); 13] = [
    ("label", "Lab sample"),
    ("label_plural", "Lab samples"),
    ("description", "What the laboratory looks at"),
    ("icon", "flask"),
    ("fields.0.label", "Matter"),
    ("fields.0.type", "choice"),
    ("fields.0.choices", "Water, Soil"),
    ("states.0.label", "Received"),
    ("states.0.category", "new"),
    ("states.1.label", "Tested"),
    ("states.1.category", "done"),
    ("worked_by", "agent"),
    ("do", "make"),
];

on_both! {
    async fn only_who_makes_definitions_is_asked(db: TestDatabase) {
        let world = World::build(db).await;
        for (name, expected, posted) in [("a1", 404, 404), ("am", 404, 404), ("g1", 404, 404), ("g2", 404, 404), ("oa", 200, 422), ("root", 200, 422)] {
            let browser = world.browser(name);
            check_status(&browser.get("/designer").await, expected, name);
            check_status(&browser.post("/designer", &[("do", "make"), ("label", "X")]).await, posted, name);
        }
        check_status(&world.browser("anon").get("/designer").await, 303, "nobody");
    }

    async fn a_kind_is_said_looked_at_and_put_in_force(db: TestDatabase) {
        let world = World::build(db).await;
        let root = world.browser("root");
        assert_eq!(location(&root.get("/overlays/new").await), "/designer");
        let page = root.get("/designer").await.expect(200).text();
        assert!(page.contains("Add fields to") && page.contains("value=\"In work\"") && page.contains(" autofocus"), "{page}");
        let part = root.post_part("/designer", &[("adds_to", "incident")]).await.expect(200).text();
        assert!(!part.contains("name=\"label_plural\"") && part.contains("name=\"fields.0.label\""), "{part}");
        let lacking = root.post("/designer", &[("do", "make"), ("label", "Lab sample")]).await.expect(422).text();
        assert!(lacking.contains("is required for a kind of its own") && lacking.contains("value=\"Lab sample\""), "{lacking}");

        let made = root.post("/designer", &SAID).await;
        let editor = location(&made).to_owned();
        let page = root.get(&editor).await.expect(200).text();
        for words in ["Lab samples become a kind of their own", "prefix = &quot;LAB&quot;", "Save and put in force"] {
            assert!(page.contains(words), "{words}: {page}");
        }
        root.get("/lab-samples").await.expect(404);
        // Others neither see nor change it.
        check_status(&world.browser("g1").get(&editor).await, 404, "an agent");
        let text = world.fixture.client("root").get(&format!("/api/v1/overlays/{}", editor.rsplit('/').next().unwrap())).await.expect(200).json();
        let text = text["fields"]["definition"].as_str().unwrap().to_owned();
        let broken = text.replace("type = \"choice\"", "type = \"choise\"");
        let told = root.post_part(&editor, &[("definition", &broken)]).await.expect(200).text();
        assert!(told.contains("did you mean `choice`?"), "{told}");
        let refused = root.post(&editor, &[("definition", &broken), ("do", "force")]).await.expect(422).text();
        assert!(refused.contains("did you mean `choice`?") && refused.contains("choise"), "{refused}");
        root.get("/lab-samples").await.expect(404);

        let record = location(&root.post(&editor, &[("definition", &text), ("do", "force")]).await).to_owned();
        assert!(record.starts_with("/overlays/OVL"), "{record}");
        let page = root.get(&record).await.expect(200).text();
        assert!(page.contains("Work on the definition") && page.contains(&editor), "{page}");
        let g1 = world.browser("g1");
        let home = g1.get("/lab-samples").await.expect(200).text();
        assert!(home.contains("Lab samples"), "{home}");
        let sample = location(&g1.post("/lab-samples", &[("do", "create"), ("title", "Well 4"), ("matter", "water")]).await).to_owned();
        assert!(g1.get(&sample).await.expect(200).text().contains("Well 4"));
        check_status(&world.browser("a1").get(&sample).await, 404, "a requester");

        // What would orphan the record is told while one types, and refused.
        let less = text.replace("key = \"water\"", "key = \"wine\"");
        let told = root.post_part(&editor, &[("definition", &less)]).await.expect(200).text();
        assert!(told.contains("cannot be chosen any more; one record has it"), "{told}");
        check_status(&root.post(&editor, &[("definition", &less), ("do", "force")]).await, 422, "a choice that is taken");
        root.post("/settings", &[("language", "de")]).await.expect(303);
        let told = root.post_part(&editor, &[("definition", &less)]).await.expect(200).text();
        assert!(told.contains("kann nicht mehr gewählt werden; ein Datensatz hat es"), "{told}");
        let stored = world.fixture.client("root").get(&format!("/api/v1{record}")).await.expect(200).json();
        assert_eq!(stored["fields"]["definition"], json!(text));
    }

    async fn values_that_go_over_are_told_before_and_on_the_page_of_the_record(db: TestDatabase) {
        let world = World::build(db).await;
        let root = world.browser("root");
        let editor = location(&root.post("/designer", &SAID).await).to_owned();
        let number = editor.rsplit('/').next().unwrap().to_owned();
        let overlay = format!("/api/v1/overlays/{number}");
        let api = world.fixture.client("root");
        let text = api.get(&overlay).await.expect(200).json()["fields"]["definition"].as_str().unwrap().to_owned();
        let text = text.replace("type = \"choice\"", "type = \"choice\", audience = \"agent\"");
        check_status(&root.post(&editor, &[("definition", &text), ("do", "force")]).await, 303, "put in force");
        let g1 = world.fixture.client("g1");
        let fields = json!({ "fields": { "title": "Well 4", "matter": "soil" } });
        let sample = g1.post("/api/v1/lab-samples", fields).await.expect(201).json()["number"].as_str().unwrap().to_owned();
        let line = text.lines().find(|line| line.contains("\"matter\"") && line.contains("choice")).unwrap_or_else(|| panic!("{text}"));
        let field = "  { key = \"depth\", type = \"integer\", was = \"matter\" },";
        let refused = text.replace(line, "@").replace("\"matter\"", "\"depth\"").replace('@', field);
        let told = root.post_part(&editor, &[("definition", &refused)]).await.expect(200).text();
        for words in ["“Depth” takes the place of the field matter; the value of one record goes over", "one value does not fit “Depth”", "“Soil” is no whole number"] {
            assert!(told.contains(words), "{words}: {told}");
        }
        check_status(&root.post(&editor, &[("definition", &refused), ("do", "force")]).await, 422, "a value does not fit");
        let left = refused.replace("was = \"matter\"", "was = \"matter\", unfit = \"journal\"");
        let told = root.post_part(&editor, &[("definition", &left)]).await.expect(200).text();
        assert!(told.contains("stays in the journal of its record: “Soil” is no whole number"), "{told}");
        check_status(&root.post(&editor, &[("definition", &left), ("do", "force")]).await, 303, "said to be left");
        let page = world.browser("g1").get(&format!("/lab-samples/{sample}")).await.expect(200).text();
        for words in ["carried values over", "depth stays empty, as “Soil” is no whole number"] {
            assert!(page.contains(words), "{words}: {page}");
        }
        // The way back.
        check_status(&root.post(&editor, &[("definition", &text), ("do", "force")]).await, 303, "the way back");
        let page = world.browser("g1").get(&format!("/lab-samples/{sample}")).await.expect(200).text();
        assert!(page.contains("Soil") && page.contains("carried values over"), "{page}");
    }
}
