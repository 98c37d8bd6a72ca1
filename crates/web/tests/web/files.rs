//! Files: looked at by a malware scanner before anybody gets them, shown without being saved, refused by kind.

use std::sync::Arc;

use serde_json::Value as Json;
use steward_model::chain::Hash;
use steward_model::moment::Moment;
use steward_testkit::clamd::{FINDING, FakeClamd, HARMFUL, Mood};
use steward_testkit::client::Answer;
use steward_testkit::database::TestDatabase;
use steward_testkit::fixture::ACTORS;
use steward_testkit::on_both;

use crate::world::{World, check_status, location};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x02\0\0\0\x02\x08\x02\0\0\0";

impl World {
    async fn with_scanner(db: TestDatabase) -> (Self, Arc<FakeClamd>) {
        let world = Self::build(db).await;
        let clamd = FakeClamd::start().await;
        world.fixture.server.app.set_scanner(clamd.clone());
        (world, clamd)
    }

    /// Has all files looked at that are due.
    async fn scan(&self) -> usize {
        let mut count = 0;
        while self.fixture.server.app.run_due_file_scan("test").await.unwrap() {
            count += 1;
        }
        count
    }

    /// The files of a record, as the interface tells somebody of them.
    async fn files(&self, actor: &str, record: &str) -> Vec<Json> {
        let answer = self.fixture.client(actor).get(&format!("/api/v1{record}/attachments")).await.expect(200);
        answer.json().as_array().unwrap().clone()
    }

    async fn last_file(&self, actor: &str, record: &str) -> Json {
        self.files(actor, record).await.last().unwrap().clone()
    }

    /// Every way to a content, for somebody who may see the record.
    async fn asked(&self, actor: &str, record: &str, file: &Json) -> Vec<Answer> {
        let path = format!("{record}/attachments/{}", file["id"].as_str().unwrap());
        let browser = self.browser(actor);
        vec![
            self.fixture.client(actor).get(&format!("/api/v1{path}")).await,
            browser.get(&path).await,
            browser.get(&format!("{path}/preview")).await,
            browser.get(&format!("{path}/view")).await,
        ]
    }

    async fn check_withheld(&self, actor: &str, record: &str, file: &Json, state: &str) {
        assert_eq!((file["scan"].as_str(), file["withheld"].as_bool()), (Some(state), Some(true)), "{file}");
        for answer in self.asked(actor, record, file).await {
            check_status(&answer, 409, state);
            assert!(!answer.text().contains("secret words"), "{}", answer.text());
        }
        let problem = self.asked(actor, record, file).await[0].json();
        assert_eq!(problem["scan"], *state, "{problem}");
    }

    async fn attach(&self, actor: &str, record: &str, name: &str, content: &[u8]) -> Json {
        let answer =
            self.browser(actor).post_files(&format!("{record}/attachments"), &[], &[("files", name, content)]).await;
        check_status(&answer, 303, name);
        self.last_file(actor, record).await
    }

    async fn warned(&self, actor: &str) -> Vec<Json> {
        self.fixture.server.told().await;
        let answer = self.fixture.client(actor).get("/api/v1/notifications").await.expect(200);
        let all = answer.json().as_array().unwrap().clone();
        all.into_iter().filter(|one| one["reason"] == "file").collect()
    }
}

on_both! {
    async fn sec_056_the_ticket_is_there_and_its_file_is_not_while_the_scanner_is_down(db: TestDatabase) {
        let (world, clamd) = World::with_scanner(db).await;
        clamd.be(Mood::Down);
        let (a1, g1) = (world.browser("a1"), world.browser("g1"));
        let text: &[u8] = b"secret words";
        let file = [("files", "a.txt", text)];
        // By every door: the portal, the form of staff, a reply, a file alone, the interface.
        let reported = a1.post_files("/portal/report", &[("title", "Broken"), ("mark", "m-1")], &file).await;
        let reported = location(&reported.expect(303)).to_owned();
        let reported = reported.trim_start_matches("/portal/requests/").split('?').next().unwrap().to_owned();
        let created = g1.post_files("/incidents", &[("title", "Made by staff")], &[("files", "b.txt", b"secret words b")]).await;
        let created = location(&created.expect(303)).to_owned();
        let ta = world.ta();
        g1.post_files(&format!("{ta}/comments"), &[("body", "see there")], &[("files", "c.txt", b"secret words c")]).await.expect(303);
        world.attach("a1", &ta, "d.txt", b"secret words d").await;
        let call = world.fixture.client("g1").call("POST", &format!("/api/v1{ta}/attachments?name=e.txt"));
        let added = call.body("secret words e").send().await.expect(201).json();
        assert_eq!((added["scan"].as_str(), added["withheld"].as_bool()), (Some("pending"), Some(true)), "{added}");
        let places = [("a1", format!("/incidents/{reported}"), 1), ("g1", created, 1), ("g1", ta, 3)];
        for state in ["pending", "failed"] {
            for (actor, record, count) in &places {
                world.fixture.client(actor).get(&format!("/api/v1{record}")).await.expect(200);
                let files = world.files(actor, record).await;
                for file in files.iter().rev().take(*count) {
                    world.check_withheld(actor, record, file, state).await;
                }
            }
            // Nobody is there, now and in a moment.
            assert_eq!(world.scan().await, if state == "pending" { 5 } else { 0 });
        }
        for (wait, mood) in [(4, Mood::Silent), (8, Mood::Refusing)] {
            clamd.be(mood);
            // One that never answers, and one that takes nothing of that size; each time it waits before it asks again.
            world.fixture.server.clock.advance(wait);
            assert_eq!(world.scan().await, 5);
            let file = world.last_file("g1", &places[2].1).await;
            world.check_withheld("g1", &places[2].1, &file, "failed").await;
        }
        let page = g1.get("/withheld-files").await;
        check_status(&page, 403, "an agent");
        let page = world.browser("root").get("/withheld-files").await.expect(200).text();
        assert!(page.contains("INSTREAM size limit exceeded") && page.contains("e.txt"), "{page}");
        // It is back.
        clamd.be(Mood::Well);
        world.fixture.server.clock.advance(60);
        assert_eq!(world.scan().await, 5);
        for (actor, record, count) in &places {
            for file in world.files(actor, record).await.iter().rev().take(*count) {
                assert_eq!((file["scan"].as_str(), file["withheld"].as_bool()), (Some("clean"), Some(false)), "{file}");
                let answers = world.asked(actor, record, file).await;
                for answer in &answers[..3] {
                    check_status(answer, 200, record);
                    assert!(answer.text().contains("secret words"), "{file}: {}", answer.text());
                }
            }
        }
        assert_eq!(world.warned("a1").await.len() + world.warned("g1").await.len(), 0);
    }

    async fn sec_056_what_is_harmful_stays_withheld_and_everybody_concerned_hears_of_it(db: TestDatabase) {
        let (world, clamd) = World::with_scanner(db).await;
        let ta = world.ta();
        world.fixture.client("g1").patch(&format!("/api/v1{ta}"), serde_json::json!({"fields": {"assignee": world.fixture.people["g1"].to_string()}})).await.expect(200);
        let harmful = format!("secret words {HARMFUL}");
        let file = world.attach("a1", &ta, "invoice.doc", harmful.as_bytes()).await;
        // Before and after.
        world.check_withheld("a1", &ta, &file, "pending").await;
        let before = world.browser("a1").part(&format!("{ta}/attachments?part=plain")).await.text();
        let address = format!("{ta}/attachments/{}", file["id"].as_str().unwrap());
        assert!(before.contains("Being checked for malware") && before.contains("data-poll") && !before.contains(&address), "{before}");
        assert_eq!(world.scan().await, 1);
        let file = world.last_file("a1", &ta).await;
        assert_eq!(file["finding"], FINDING);
        world.check_withheld("a1", &ta, &file, "infected").await;
        world.check_withheld("root", &ta, &file, "infected").await;
        let entries = world.fixture.client("a1").get(&format!("/api/v1{ta}/journal")).await.expect(200).json();
        let entry = entries.as_array().unwrap().iter().rfind(|entry| entry["type"] == "file_checked").unwrap();
        assert_eq!((entry["data"]["name"].as_str(), entry["data"]["finding"].as_str()), (Some("invoice.doc"), Some(FINDING)), "{entry}");
        let page = world.browser("g1").get(&ta).await.text();
        assert!(page.contains(FINDING), "{page}");
        assert_eq!((world.warned("a1").await.len(), world.warned("g1").await.len(), world.warned("am").await.len()), (1, 1, 0));
        let events = world.fixture.server.database.store.security_events(Moment(0), 1000).await.unwrap();
        assert!(events.iter().any(|event| event.action == "file.scan" && event.detail.contains(FINDING)));
        // The same content elsewhere is known, and whoever brings it there is told as well.
        let looked_at = clamd.looked_at();
        let again = world.attach("b1", &world.tb(), "other.doc", harmful.as_bytes()).await;
        world.check_withheld("b1", &world.tb(), &again, "infected").await;
        assert_eq!(world.scan().await, 1);
        assert_eq!((clamd.looked_at(), world.warned("b1").await.len()), (looked_at, 1));
        // It was a mistake: the scanner learned, and somebody has it look again.
        clamd.be(Mood::Blind);
        let hash = Hash::of(harmful.as_bytes()).to_string();
        let answer = world.browser("root").post(&format!("/withheld-files/{hash}/scan"), &[]).await;
        check_status(&answer, 303, "check again");
        assert_eq!(world.last_file("a1", &ta).await["scan"], "pending");
        world.scan().await;
        for (actor, record) in [("a1", ta), ("b1", world.tb())] {
            let file = world.last_file(actor, &record).await;
            assert_eq!((file["scan"].as_str(), file["withheld"].as_bool(), &file["finding"]), (Some("clean"), Some(false), &Json::Null));
            assert_eq!(world.asked(actor, &record, &file).await[0].status, 200);
            let page = world.browser(actor).get(&record).await;
            let entries = world.fixture.client(actor).get(&format!("/api/v1{record}/journal")).await.expect(200).json();
            let checks = entries.as_array().unwrap().iter().filter(|entry| entry["type"] == "file_checked").count();
            assert_eq!(checks, 2, "{}", page.text());
        }
    }

    async fn sec_056_a_file_for_staff_is_told_to_staff_alone(db: TestDatabase) {
        let (world, _clamd) = World::with_scanner(db).await;
        let ta = world.ta();
        let sent = world.browser("g1").post_files(&format!("{ta}/attachments"), &[("audience", "internal")], &[("files", "inner.doc", HARMFUL.as_bytes())]).await;
        check_status(&sent, 303, "attached");
        world.scan().await;
        for (actor, sees) in [("g1", true), ("a1", false)] {
            let text = world.fixture.client(actor).get(&format!("/api/v1{ta}/journal")).await.expect(200).text();
            assert_eq!(text.contains("inner.doc"), sees, "{actor}");
            assert_eq!(world.warned(actor).await.len(), usize::from(sees), "{actor}");
        }
    }

    async fn contents_are_looked_at_once_and_by_one_node(db: TestDatabase) {
        let (world, clamd) = World::with_scanner(db).await;
        let (ta, tb) = (world.ta(), world.tb());
        world.attach("a1", &ta, "a.txt", b"the same").await;
        assert_eq!(world.scan().await, 1);
        let known = world.attach("b1", &tb, "b.txt", b"the same").await;
        assert_eq!((known["scan"].as_str(), known["withheld"].as_bool()), (Some("clean"), Some(false)));
        assert_eq!((world.scan().await, clamd.looked_at()), (0, 1));
        // Two that come at once: whoever of two nodes takes the first leaves the other nothing to ask for.
        world.attach("a1", &ta, "c.txt", b"another").await;
        world.attach("b1", &tb, "c.txt", b"another").await;
        let (_, other) = world.fixture.server.another_node();
        assert!(other.run_due_file_scan("other").await.unwrap() && world.fixture.server.app.run_due_file_scan("test").await.unwrap());
        assert_eq!((world.scan().await, clamd.looked_at()), (0, 2));
        assert_eq!(world.last_file("b1", &tb).await["withheld"], false);
    }

    async fn without_a_scanner_files_are_as_they_come_and_what_was_found_stays(db: TestDatabase) {
        let world = World::build(db).await;
        let ta = world.ta();
        let file = world.attach("a1", &ta, "a.txt", HARMFUL.as_bytes()).await;
        assert_eq!((&file["scan"], file["withheld"].as_bool()), (&Json::Null, Some(false)));
        assert_eq!(world.asked("a1", &ta, &file).await[0].status, 200);
        assert_eq!(world.scan().await, 0);
        // Another node has one, and hears of the content there.
        let (client, other) = world.fixture.server.another_node();
        other.set_scanner(FakeClamd::start().await);
        let token = &world.fixture.tokens["a1"];
        let call = client.bearer(token).call("POST", &format!("/api/v1{ta}/attachments?name=b.txt"));
        call.body(HARMFUL).send().await.expect(201);
        assert_eq!(world.asked("a1", &ta, &file).await[0].status, 200, "nobody looks at it here");
        while other.run_due_file_scan("other").await.unwrap() {}
        for file in world.files("a1", &ta).await.iter().rev().take(2) {
            world.check_withheld("a1", &ta, file, "infected").await;
        }
        let asked = world.browser("root").post(&format!("/withheld-files/{}/scan", Hash::of(HARMFUL.as_bytes())), &[]).await;
        check_status(&asked, 409, "nobody can look again here");
    }

    async fn withheld_files_are_for_administrators(db: TestDatabase) {
        let (world, clamd) = World::with_scanner(db).await;
        clamd.be(Mood::Down);
        world.attach("a1", &world.ta(), "late.txt", b"secret words").await;
        world.scan().await;
        let path = format!("/withheld-files/{}/scan", Hash::of(b"secret words"));
        for actor in ACTORS {
            let (look, act) = match actor {
                "anon" => (303, 401),
                "root" => (200, 303),
                _ => (403, 403),
            };
            let (page, acted) = (world.browser(actor).get("/withheld-files").await, world.browser(actor).post(&path, &[]).await);
            check_status(&page, look, actor);
            check_status(&acted, act, actor);
            assert_eq!(page.text().contains("late.txt"), actor == "root", "{actor}");
        }
        let through = world.fixture.client("root").get("/api/v1/withheld-files?limit=1").await.expect(200).json();
        assert_eq!((through[0]["scan"].as_str(), through[0]["files"][0]["name"].as_str()), (Some("pending"), Some("late.txt")));
        let nothing = format!("/api/v1/withheld-files/{}/scan", Hash::of(b"unknown"));
        check_status(&world.fixture.client("root").call("POST", &nothing).send().await, 404, "a content that nobody sent");
    }

    async fn previews_show_and_nothing_in_them_acts(db: TestDatabase) {
        let world = World::build(db).await;
        let (a1, ta) = (world.browser("a1"), world.ta());
        let markup: &[u8] = b"<script>alert(1)</script><svg onload=alert(1)>";
        let large = [&PNG[..16], &30_000_u32.to_be_bytes(), &30_000_u32.to_be_bytes(), &PNG[24..]].concat();
        let files: [(&str, &[u8], u16, &str); 8] = [
            ("picture.png", PNG, 200, "<img class=\"file-preview__picture\""),
            ("large.png", &large, 404, "too many pixels"),
            ("paper.pdf", b"%PDF-1.4 x", 200, "<iframe class=\"file-preview__document\""),
            ("page.html", markup, 404, "&lt;script&gt;alert(1)"),
            ("drawing.svg", markup, 404, "&lt;svg onload"),
            ("table.csv", b"name;age\n\"<b>Ada</b>\";36\n", 404, "<td>&lt;b&gt;Ada&lt;/b&gt;</td>"),
            ("picture.txt", PNG, 200, "<img class=\"file-preview__picture\""),
            ("letter.docx", b"PK\x03\x04", 404, "not shown here"),
        ];
        for (name, content, raw, shown) in files {
            let file = world.attach("a1", &ta, name, content).await;
            let path = format!("{ta}/attachments/{}", file["id"].as_str().unwrap());
            for page in [a1.get(&format!("{path}/preview")).await, a1.part(&format!("{path}/preview")).await] {
                let page = page.expect(200).text();
                assert!(page.contains(shown) && page.contains(&format!("href=\"{path}\"")), "{name}: {page}");
                assert!(!page.contains("<script>alert") && !page.contains("<svg onload"), "{name}");
            }
            let answer = a1.get(&format!("{path}/view")).await;
            check_status(&answer, raw, name);
            if raw == 200 {
                assert_eq!(answer.header("content-security-policy"), "default-src 'none'; sandbox; frame-ancestors 'self'");
                assert_eq!((answer.header("x-content-type-options"), answer.header("content-type")), ("nosniff", file["media_type"].as_str().unwrap()));
                assert!(answer.header("content-disposition").starts_with("inline; filename*=UTF-8''"));
            }
            check_status(&world.browser("b1").get(&format!("{path}/preview")).await, 404, name);
            check_status(&world.browser("b1").get(&format!("{path}/view")).await, 404, name);
        }
        let page = a1.get(&ta).await;
        assert!(page.header("content-security-policy").contains("frame-src 'self'"));
        assert!(page.header("content-security-policy").contains("frame-ancestors 'none'"));
    }

    async fn files_that_are_not_taken_leave_nothing_behind(db: TestDatabase) {
        let world = World::build(db).await;
        let (a1, g1, ta) = (world.browser("a1"), world.browser("g1"), world.ta());
        let before = world.fixture.server.rows().await;
        let bad: (&str, &str, &[u8]) = ("files", "setup.exe", b"x");
        let both = [("files", "good.txt", b"x".as_slice()), bad];
        for answer in [
            a1.post_files("/portal/report", &[("title", "Broken"), ("mark", "m-1")], &both).await,
            g1.post_files("/incidents", &[("title", "Broken")], &both).await,
            g1.post_files(&format!("{ta}/comments"), &[("body", "see there")], &both).await,
            g1.post_files(&format!("{ta}/attachments"), &[], &both).await,
        ] {
            check_status(&answer, 422, "a program");
            assert!(answer.text().contains("ends in .exe") && answer.text().contains("write where it is"), "{}", answer.text());
        }
        let attach = |name: &str, content: Vec<u8>| world.fixture.client("g1").call("POST", &format!("/api/v1{ta}/attachments?name={name}")).body(content);
        let problem = attach("holiday.jpg", b"\x7fELF\x02\x01\x01".to_vec()).send().await.expect(422).json();
        assert_eq!(problem["errors"][0]["field"], "file", "{problem}");
        assert!(problem["errors"][0]["message"].as_str().unwrap().contains("holds a program"), "{problem}");
        assert_eq!(world.fixture.server.rows().await, before);
    }
}
