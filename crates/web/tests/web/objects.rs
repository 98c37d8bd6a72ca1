//! SEC-002, 003, 007, 009, 017, 018, 020, 028: single objects, their parts, and the moment when the right to them ends.

use std::time::Duration;

use futures_util::StreamExt;
use steward_testkit::client::encoded;
use steward_testkit::on_both;

use crate::world::{World, check_status, location};

on_both! {
    async fn sec_003_parts_of_another_ticket_are_not_found_under_ones_own(db: TestDatabase) {
        let world = World::build(db).await;
        let fixture = &world.fixture;
        let content = fixture.canary("TA.file_content");
        world.browser("a1").post_files(&format!("{}/attachments", world.ta()), &[], &[("files", "late.txt", content.as_bytes())]).await.expect(303);
        let late = fixture.server.app.actor(fixture.people["a1"], None).await.unwrap();
        let files = fixture.server.app.files(&late, &fixture.ta.kind, &fixture.ta.record.number).await.unwrap();
        let late = files.last().unwrap().seq;
        let b1 = world.browser("b1");
        b1.token().await;
        let before = world.state().await;
        let (ta, tb, ca) = (world.ta(), world.tb(), &fixture.ca.record.number);
        for path in [format!("{tb}/attachments/{late}"), format!("{ta}/attachments/{}", fixture.files.0), format!("{ta}/attachments/{late}")] {
            let answer = b1.get(&path).await.expect(404);
            fixture.sweep("b1", &answer);
            let answer = b1.post(&format!("{path}/remove"), &[]).await.expect(404);
            fixture.sweep("b1", &answer);
        }
        for (path, expected) in [
            (format!("{tb}/links/affects/{ca}/end"), 422),
            (format!("{tb}/links/relates_to/{}/end", fixture.ta.record.number), 422),
        ] {
            let answer = b1.post(&path, &[]).await;
            assert!([expected, 403].contains(&answer.status.as_u16()), "{path}: {}", answer.text());
            fixture.sweep("b1", &answer);
        }
        let g1 = world.browser("g1");
        let own = g1.get(&format!("{tb}/attachments/{}", fixture.files.0)).await.expect(200);
        fixture.shows("TB.file_content", &own);
        assert_eq!(world.state().await, before);
    }

    async fn sec_007_and_sec_018_what_moved_away_is_gone(db: TestDatabase) {
        let world = World::build(db).await;
        let fixture = &world.fixture;
        let ta = world.ta();
        let file = format!("{ta}/attachments/{}", fixture.files.0);
        for path in [&ta, &file] {
            let answer = world.browser("a1").get(path).await.expect(200);
            assert_eq!(answer.header("cache-control"), "no-store", "{path}");
            assert!(answer.header("vary").contains("cookie"), "{path}");
            assert_eq!(answer.header("etag"), "", "{path}");
        }
        let root = fixture.server.actor(fixture.people["root"]).await;
        let moved = steward_app::records::Request::Update {
            fields: steward_model::command::Input::new(),
            organisation: Some(fixture.b.to_string()),
            base: None,
        };
        fixture.server.act(&root, &fixture.ta, moved).await;
        for actor in ["a1", "am", "oa", "b1", "g2"] {
            for path in [ta.clone(), file.clone(), format!("{ta}?part=timeline"), format!("{ta}/access"), format!("{ta}/clocks")] {
                let answer = world.browser(actor).call("GET", &path).header("if-none-match", "*").send().await;
                check_status(&answer, 404, &format!("{actor} {path}"));
                fixture.sweep(actor, &answer);
            }
            let found = world.browser(actor).get(&format!("/incidents?view=all&q={}", fixture.canary("TA.title"))).await;
            assert!(!found.text().contains(&ta), "{actor}");
        }
    }

    async fn sec_009_requesters_never_see_what_is_for_staff(db: TestDatabase) {
        let world = World::build(db).await;
        let fixture = &world.fixture;
        fixture.server.searchable().await;
        let ta = world.ta();
        for actor in ["a1", "am"] {
            let browser = world.browser(actor);
            let mut paths = vec![ta.clone(), format!("{ta}/access"), format!("{ta}?as_of=2026-01-05T09:00:00Z"), "/".to_owned(), format!("{ta}?before=4")];
            paths.extend(["timeline", "fields", "header", "nonsense"].map(|part| format!("{ta}?part={part}")));
            for field in ["handling_notes", "priority_override", "priority_override_reason"] {
                let path = format!("{ta}/fields/{field}?part=shown");
                browser.get(&path).await.expect(404);
                browser.get(&format!("{ta}/fields/{field}")).await.expect(404);
                let refused = browser.post(&format!("{ta}/fields/{field}"), &[(field, "x")]).await;
                assert!([403, 404].contains(&refused.status.as_u16()), "{actor} {field}");
            }
            for place in ["note", "work", "handling", "reason", "inner_file", "title"] {
                let word = fixture.canary(&format!("TA.{place}"));
                for path in ["/search", "/search/suggestions", "/pick", "/incidents"] {
                    let answer = browser.get(&format!("{path}?q={word}")).await.expect(200);
                    // The word that was asked for stands in the box; the ticket must not be found by it.
                    let found = answer.text().contains(&fixture.ta.record.number);
                    assert!(place == "title" || !found, "{actor} found TA by its {place} in {path}");
                }
            }
            for path in paths {
                let answer = browser.get(&path).await.expect(200);
                fixture.sweep(actor, &answer);
                let part = browser.part(&path).await.expect(200);
                fixture.sweep(actor, &part);
            }
        }
        // Those who work on it do find it by all of these.
        for place in ["note", "handling"] {
            let answer = world.browser("g1").get(&format!("/search?q={}", fixture.canary(&format!("TA.{place}")))).await;
            assert!(answer.text().contains(&fixture.ta.record.number), "g1 {place}");
        }
        let hidden = world.browser("a1").get("/incidents?q=handling_notes:x").await.expect(400);
        fixture.sweep("a1", &hidden);
        world.browser("a1").get("/incidents?sort=handling_notes").await.expect(400);
    }

    async fn sec_017_streams_tell_only_of_what_may_be_seen(db: TestDatabase) {
        let world = World::build(db).await;
        let fixture = &world.fixture;
        let open = async |actor: &str| {
            let response = world.browser(actor).call("GET", "/live").open().await;
            assert_eq!(response.headers()["content-type"], "text/event-stream");
            assert_eq!(response.headers()["cache-control"], "no-store");
            response.into_body().into_data_stream()
        };
        let (mut a1, mut b1) = (open("a1").await, open("b1").await);
        let g1 = world.browser("g1");
        g1.post(&format!("{}/comments", world.ta()), &[("body", "secret zqnote"), ("audience", "internal")]).await.expect(303);
        g1.post(&format!("{}/comments", world.ta()), &[("body", "zqreply")]).await.expect(303);
        g1.post(&format!("{}/comments", world.tb()), &[("body", "zqother")]).await.expect(303);
        // Where readers wait for older transactions, what was written before may come as well.
        let until = async |stream: &mut axum::body::BodyDataStream, number: &str| {
            let mut heard = String::new();
            let hear = async {
                while !heard.contains(number) {
                    heard.push_str(&String::from_utf8_lossy(&stream.next().await.expect("the stream ended").unwrap()));
                }
            };
            tokio::time::timeout(Duration::from_secs(30), hear).await.expect("nothing came");
            heard
        };
        let heard = until(&mut a1, &fixture.ta.record.number).await;
        assert!(!heard.contains("zqnote") && !heard.contains("zqreply"), "no content in {heard}");
        fixture.sweep_text("a1", &heard);
        let heard = until(&mut b1, &fixture.tb.record.number).await;
        assert!(!heard.contains(&fixture.ta.record.number), "{heard}");
        fixture.sweep_text("b1", &heard);
        // The end of a session ends its stream.
        world.browser("a1").post("/sign-out", &[]).await.expect(303);
        g1.post(&format!("{}/comments", world.ta()), &[("body", "after")]).await.expect(303);
        let rest = async { while a1.next().await.is_some() {} };
        tokio::time::timeout(Duration::from_secs(5), rest).await.expect("the stream outlived its session");
    }

    async fn a_page_hears_of_what_changed_after_it_was_made_or_is_told_to_look_anew(db: TestDatabase) {
        let world = World::build(db).await;
        let (a1, g1, ta) = (world.browser("a1"), world.browser("g1"), world.ta());
        let page = a1.get(&ta).await.expect(200).text();
        let address = page.split("data-live=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a page follows changes");
        let hear = async |address: &str, sought: &str| {
            let response = a1.call("GET", address).open().await;
            assert_eq!(response.status(), 200, "{address}");
            let (mut stream, mut heard) = (response.into_body().into_data_stream(), String::new());
            let hear = async {
                while !heard.contains(sought) {
                    heard.push_str(&String::from_utf8_lossy(&stream.next().await.expect("the stream ended").unwrap()));
                }
            };
            tokio::time::timeout(Duration::from_secs(30), hear).await.expect("nothing came");
            heard
        };
        g1.post(&format!("{ta}/comments"), &[("body", "while it loads")]).await.expect(303);
        let heard = hear(address, &world.fixture.ta.record.number).await;
        assert!(!heard.contains("resync"), "{heard}");
        // Too much happened since. Until all of it may be read the stream would begin where the page says, and tell it.
        for turn in 0..200 {
            g1.post(&format!("{ta}/comments"), &[("body", &format!("turn {turn}"))]).await.expect(303);
        }
        world.fixture.server.settled().await;
        let heard = hear(address, "resync").await;
        assert!(!heard.contains(&world.fixture.ta.record.number), "{heard}");
        // A place that is not there yet: the data are older than the page.
        hear("/live?after=9-0-999999999", "resync").await;
        a1.get("/live?after=yesterday").await.expect(400);
    }

    async fn sec_020_a_form_brings_nothing_that_its_writer_may_not_set(db: TestDatabase) {
        let world = World::build(db).await;
        let fixture = &world.fixture;
        let extra = [
            ("title", "zqmass"), ("organisation", ""), ("requester", "PER0000001"), ("assignee", "PER0000001"), ("team", "TEAM0000001"),
            ("number", "INC7777777"), ("created_at", "2020-01-01"), ("created_by", "1"), ("handling_notes", "planted"), ("priority_override", "high"),
            ("state", "closed"), ("due_at", "2030-01-01T00:00"), ("id", "1"), ("revision", "9"), ("fields[title]", "x"), ("title", "second"), ("resolved_at", "2020-01-01T00:00"),
        ];
        let made = world.browser("a1").post("/incidents", &extra).await.expect(303);
        let number = location(&made).rsplit('/').next().unwrap().to_owned();
        let root = fixture.server.actor(fixture.people["root"]).await;
        let kind = fixture.ta.kind.clone();
        let record = fixture.server.app.get(&root, &kind, &number, None).await.unwrap().record;
        assert_eq!(record.reference("requester"), Some(fixture.people["a1"]));
        assert_eq!(record.organisation, fixture.a);
        assert_eq!((record.text("title"), record.state.as_str(), record.revision), ("zqmass", "new", 1));
        for field in ["assignee", "team", "handling_notes", "priority_override", "resolved_at"] {
            assert!(record.field(field).is_none(), "{field} was stored");
        }
        // Another organisation is refused, not ignored.
        let before = world.state().await;
        let refused = world.browser("a1").post("/incidents", &[("title", "x"), ("organisation", &fixture.b.to_string())]).await.expect(422);
        fixture.sweep("a1", &refused);
        world.browser("a1").post(&format!("/incidents/{number}/edit"), &extra).await.expect(403);
        // A requester may set the reason when cancelling, and nothing beside it.
        assert_eq!(world.state().await, before);
        let cancel = [("cancel_reason", "gone"), ("handling_notes", "planted"), ("title", "other")];
        world.browser("a1").post(&format!("/incidents/{number}/transitions/cancel"), &cancel).await.expect(303);
        let record = fixture.server.app.get(&root, &kind, &number, None).await.unwrap().record;
        assert_eq!((record.text("title"), record.state.as_str()), ("zqmass", "cancelled"));
        assert!(record.field("handling_notes").is_none());
        // An agent's edit of one field takes that field only.
        let g1 = world.browser("g1");
        g1.post(&format!("{}/fields/title", world.ta()), &[("title", "one"), ("handling_notes", "two")]).await.expect(303);
        let ta = fixture.server.app.get(&root, &kind, &fixture.ta.record.number, None).await.unwrap().record;
        assert_eq!((ta.text("title"), ta.text("handling_notes")), ("one", fixture.canary("TA.handling").as_str()));
    }

    async fn sec_023_and_sec_028_addresses_and_names_are_taken_as_they_are_written(db: TestDatabase) {
        let world = World::build(db).await;
        let (a1, ta) = (world.browser("a1"), world.ta());
        a1.token().await;
        let before = world.state().await;
        for method in ["PUT", "PATCH", "DELETE", "PROPFIND", "TRACE"] {
            for path in ["/", "/incidents", ta.as_str(), "/account", "/sign-out"] {
                let call = a1.own_call(method, path).header("x-csrf-token", &a1.token().await);
                let answer = call.form(&[("title", "x")]).send().await;
                check_status(&answer, 405, &format!("{method} {path}"));
            }
        }
        for (name, value) in [("x-http-method-override", "POST"), ("x-http-method", "DELETE"), ("x-method-override", "PUT")] {
            a1.call("GET", &format!("{ta}/comments")).header(name, value).send().await.expect(405);
        }
        for path in [format!("{ta}/"), ta.to_uppercase(), ta.replace("incidents", "Incidents"), format!("/{ta}"), ta.replace("incidents/", "incidents//"), ta.replace("incidents/", "incidents%2F"), format!("{ta}/access/"), "/account/".to_owned(), "/Account".to_owned(), "/nonsense".to_owned(), "/incident".to_owned(), "/../etc/passwd".to_owned(), "/assets/..%2f..%2fetc%2fpasswd".to_owned(), "/help/..%2f..%2fREADME".to_owned(), "/help/reference".to_owned(), "/incidents/new/".to_owned()] {
            let answer = a1.get(&path).await;
            check_status(&answer, 404, &path);
        }
        for path in [format!("{ta}/transitions/nonsense"), format!("{ta}/fields/nonsense"), format!("{ta}/attachments/x"), format!("{ta}/attachments/-1"), format!("{ta}/attachments/99999999999999999999")] {
            a1.get(&path).await.expect(404);
        }
        for path in ["/account/sessions/x/end", "/account/tokens/x/revoke", "/account/tokens/%FF/revoke"] {
            let answer = a1.post(path, &[]).await.expect(404);
            assert!(!answer.text().contains("i64") && !answer.text().contains("parse"), "{}", answer.text());
        }
        for values in [[("theme", "nonsense")], [("theme", "x; Path=/; Domain=evil")]] {
            a1.post("/account/theme", &values).await.expect(400);
        }
        a1.get("/pick?kind=nonsense&kind=session&q=a").await.expect(400);
        assert_eq!(world.state().await, before);
        // A view that is not on the list is the first.
        a1.get(&format!("/incidents?view={}", encoded("../x"))).await.expect(200);
    }
}
