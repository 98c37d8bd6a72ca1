//! Parts, merged and split records on pages: one is led on from the record that gave way, what was said on it stands
//! beside the other, and words become a record of their own.

use serde_json::json;
use steward_testkit::markup::Page;
use steward_testkit::on_both;

use crate::world::{World, location};

fn words(html: &str) -> String {
    Page::parse(html).text().split_whitespace().collect::<Vec<_>>().join(" ")
}

on_both! {
    async fn pl_10_pages_lead_on_from_a_merged_record(db: TestDatabase) {
        let world = World::build(db).await;
        let root = world.browser("root");
        let make = async |title: &str| {
            let fields = json!({ "title": title, "requester": world.fixture.people["a1"].to_string() });
            world.fixture.server.make("incident", world.fixture.a, fields).await.record.number
        };
        let (kept, gone) = (make("Mail is down").await, make("No mail since ten").await);
        let (at_kept, at_gone) = (format!("/incidents/{kept}"), format!("/incidents/{gone}"));
        root.post(&format!("{at_gone}/comments"), &[("body", "Ten colleagues too"), ("audience", "public")]).await.expect(303);
        root.post(&format!("{at_gone}/comments"), &[("body", "Secret of the desk"), ("audience", "internal")]).await.expect(303);
        let merge = format!("{at_gone}/transitions/merge");
        // What cannot be is told beside the field.
        let refused = root.post(&merge, &[("duplicate_of", &gone)]).await.expect(422).text();
        assert!(words(&refused).contains("must not lead back to this record"), "{}", words(&refused));
        root.post(&merge, &[("duplicate_of", &kept)]).await.expect(303);
        assert_eq!(location(&root.get(&at_gone).await.expect(303)), at_kept);
        let whole = words(&root.get(&at_kept).await.expect(200).text());
        for wanted in [&format!("Merged into this: {gone}"), "Ten colleagues too", "Secret of the desk"] {
            assert!(whole.contains(wanted), "{wanted} in {whole}");
        }
        let html = root.get(&at_kept).await.expect(200).text();
        let ids: Vec<String> = Page::parse(&html).elements().filter_map(|element| element.get("id").map(str::to_owned)).collect();
        let mut once = ids.clone();
        once.sort();
        once.dedup();
        assert_eq!(once.len(), ids.len(), "each id stands once on the page");
        // The record itself is there for who wants it, and takes no more words.
        let itself = root.get(&format!("{at_gone}?itself=1")).await.expect(200).text();
        assert!(words(&itself).contains(&format!("merged into {kept}")) && !itself.contains("id=\"composer\""));
        // Who asked is led on as well, and reads what they may.
        let a1 = world.browser("a1");
        assert_eq!(location(&a1.get(&format!("/portal/requests/{gone}")).await.expect(303)), format!("/portal/requests/{kept}"));
        let theirs = words(&a1.get(&at_kept).await.expect(200).text());
        assert!(theirs.contains("Ten colleagues too") && !theirs.contains("Secret of the desk"), "{theirs}");
        // Somebody else's is not there, merged or not.
        world.browser("b1").get(&at_gone).await.expect(404);
        root.post(&format!("{at_gone}/transitions/separate"), &[]).await.expect(303);
        root.get(&at_gone).await.expect(200);
        assert!(!words(&root.get(&at_kept).await.expect(200).text()).contains("Merged into this"));
    }

    async fn pl_10_words_become_a_record_of_their_own(db: TestDatabase) {
        let world = World::build(db).await;
        let root = world.browser("root");
        let fields = json!({ "title": "Mail is down", "requester": world.fixture.people["a1"].to_string(), "category": "printer" });
        let whole = world.fixture.server.make("incident", world.fixture.a, fields).await.record.number;
        let at = format!("/incidents/{whole}");
        root.post(&format!("{at}/comments"), &[("body", "## My printer jams\n\nEvery page"), ("audience", "public")]).await.expect(303);
        let html = root.get(&at).await.expect(200).text();
        let new = format!("/incidents/new?split={whole}&entry=2");
        let hrefs: Vec<String> = Page::parse(&html).elements().filter_map(|element| element.get("href").map(str::to_owned)).collect();
        assert!(hrefs.contains(&new), "{hrefs:?}");
        let form = root.get(&new).await.expect(200).text();
        for wanted in ["value=\"My printer jams\"", "Every page", "name=\"split\"", "printer"] {
            assert!(form.contains(wanted), "{wanted}");
        }
        let sent = [("title", "My printer jams"), ("description", "Every page"), ("split", &whole), ("entry", "2")];
        let made = location(&root.post("/incidents", &sent).await.expect(303)).to_owned();
        assert!(words(&root.get(&made).await.expect(200).text()).contains("split off from"));
        assert!(words(&root.get(&at).await.expect(200).text()).contains("split into"));
        // Of what was never said nothing is made, and nobody splits what they do not see.
        root.get(&format!("/incidents/new?split={whole}&entry=1")).await.expect(404);
        world.browser("b1").get(&new).await.expect(404);
        // A requester splits nothing.
        assert!(!world.browser("a1").get(&at).await.expect(200).text().contains("split="));
    }

    async fn a_new_record_of_a_kind_with_many_fields_is_made_with_files(db: TestDatabase) {
        let world = World::build(db).await;
        let root = world.browser("root");
        let form = root.get("/incidents/new").await.expect(200).text();
        let page = Page::parse(&form);
        // As a browser sends it: a value for each control, most of them empty.
        let mut values: Vec<(String, String)> = page
            .elements()
            .filter(|element| element.get("name").is_some() && element.get("type") != Some("checkbox"))
            .map(|element| (element.get("name").unwrap().to_owned(), String::new()))
            .filter(|(name, _)| !["files", "title", "do", "csrf_token"].contains(&name.as_str()))
            .collect();
        values.push(("title".to_owned(), "Many fields".to_owned()));
        assert!(values.len() > 40, "{}", values.len());
        values.extend((0..80).map(|place| (format!("other{place}"), String::new())));
        let token = page.elements().find_map(|element| {
            (element.get("name") == Some("csrf_token")).then(|| element.get("value").unwrap_or_default().to_owned())
        });
        values.insert(0, ("csrf_token".to_owned(), token.unwrap_or_default()));
        values.push(("do".to_owned(), "create".to_owned()));
        let made = root.own_call("POST", "/incidents").multipart(&values, &[("files", "x.txt", b"x")]).send().await.expect(303);
        assert!(words(&root.get(location(&made)).await.expect(200).text()).contains("Many fields"));
        // There is an end to values and to files.
        let more: Vec<(String, String)> = values.iter().cloned().chain((0..1_000).map(|place| (format!("more{place}"), String::new()))).collect();
        root.own_call("POST", "/incidents").multipart(&more, &[("files", "x.txt", b"x")]).send().await.expect(413);
        let file: (&str, &str, &[u8]) = ("files", "x.txt", b"x");
        root.own_call("POST", "/incidents").multipart(&values, &[file; 51]).send().await.expect(413);
    }
}
