//! SEC-088: looking as somebody else takes the right, a reason and an end; both names are kept, and nothing is changed.

use steward_app::view::RecordView;
use steward_model::access::Actor;
use steward_model::command::{Command, Input, Transition, Update};
use steward_model::event::Act;
use steward_model::id::RecordId;
use steward_testkit::browser::Browser;
use steward_testkit::client::Answer;
use steward_testkit::fixture::Fixture;
use steward_testkit::markup::Page;
use steward_testkit::on_both;

use crate::world::{World, check_status};

async fn begin(fixture: &Fixture, browser: &Browser, person: &str, values: &[(&str, &str)]) -> Answer {
    browser.post(&format!("/people/{}/view-as", fixture.people[person]), values).await
}

/// A page as its reader sees it, without what a session brings along.
fn plain(answer: &Answer) -> Vec<String> {
    let text = Page::parse(&answer.text()).text();
    text.split_whitespace().map(str::to_owned).collect()
}

async fn journal_of(fixture: &Fixture, person: RecordId) -> Vec<steward_model::event::Event> {
    let kind = fixture.server.app.kind("person").unwrap().clone();
    fixture.server.app.journal(&Actor::system(), &kind, &person.to_string(), 0, 100).await.unwrap().entries
}

async fn security(fixture: &Fixture) -> Vec<(i64, String, String)> {
    let mut connection = fixture.server.database.store.read().await.unwrap();
    let sql = "select actor, action, detail from security_event order by id";
    let rows = connection.fetch_all(sql, &[]).await.unwrap();
    rows.iter().map(|row| (row.integer(0).unwrap(), row.text(1).unwrap(), row.text(2).unwrap())).collect()
}

on_both! {
    async fn sec_088_it_shows_what_the_other_sees_and_keeps_both_names(db: TestDatabase) {
        let world = World::build(db).await;
        let fixture = &world.fixture;
        let (root, a1) = (world.browser("root"), fixture.people["a1"]);
        let own = root.get("/incidents?view=all").await.expect(200).text();
        assert!(own.contains(&fixture.tb.record.number));
        let led = begin(fixture, root, "a1", &[("reason", "A question about the portal"), ("next", "/portal/requests")]).await.expect(303);
        assert_eq!(led.header("location"), "/portal/requests");
        for path in ["/", "/portal/requests", "/incidents?view=all", &world.ta(), "/portal/catalogue", "/nonsense", "/incidents/INC9999999"] {
            let theirs = world.browser("a1").get(path).await;
            let seen = root.get(path).await;
            assert_eq!(seen.status, theirs.status, "{path}");
            let text = seen.text();
            for words in ["A question about the portal", &fixture.canary("root.name"), "15 minutes left"] {
                assert!(text.contains(words), "{path} does not say {words}: {text}");
            }
            // What is there besides the bar is what they see: each word of theirs, and no ticket more.
            let seen = plain(&seen);
            for word in plain(&theirs) {
                assert!(seen.contains(&word), "{path} lacks {word}");
            }
            assert!(!text.contains(&fixture.tb.record.number), "{path}");
        }
        root.get(&world.tb()).await.expect(404);
        let last = journal_of(fixture, a1).await.pop().unwrap();
        assert_eq!(last.actor, fixture.people["root"]);
        assert!(matches!(&last.act, Act::ViewedAs { reason, until } if reason == "A question about the portal" && until.seconds_since(last.at) == 900), "{last:?}");
        // The person is told, and nobody else; they cannot turn that off.
        world.browser("a1").post("/settings", &[("tell.viewed", "false")]).await.expect(303);
        fixture.server.told().await;
        let inbox = world.browser("a1").get("/inbox").await.expect(200).text();
        assert!(inbox.contains("saw Steward as you") && inbox.contains("A question about the portal"), "{inbox}");
        assert!(!world.browser("a2").get("/inbox").await.text().contains("A question about the portal"));
        let wire = fixture.client("a1").get(&format!("/api/v1/people/{a1}/journal")).await.expect(200);
        assert!(wire.text().contains("viewed_as"), "{}", wire.text());
        // It ends when it is ended.
        root.post("/view-as/end", &[]).await.expect(303);
        let own = root.get("/incidents?view=all").await.expect(200).text();
        assert!(own.contains(&fixture.tb.record.number) && !own.contains("A question about the portal"));
    }

    async fn sec_088_nothing_can_be_written_meanwhile(db: TestDatabase) {
        let world = World::build(db).await;
        let fixture = &world.fixture;
        let (root, ta) = (world.browser("root"), world.ta());
        // Something that a1 has not read yet, and that opening the ticket would mark as read.
        world.browser("g1").post(&format!("{ta}/comments"), &[("body", "an answer")]).await.expect(303);
        fixture.server.told().await;
        let unread = world.browser("a1").get("/inbox/count").await.text();
        assert_ne!(unread, "");
        world.browser("a1").post(&format!("{ta}/draft"), &[("draft_place", "comment"), ("draft_mark", "m1"), ("body", "zqhalfwritten")]).await.expect(204);
        begin(fixture, root, "a1", &[("reason", "to help")]).await.expect(303);
        root.token().await;
        let before = (world.state().await, security(fixture).await.len());
        let comments = format!("{ta}/comments");
        let draft = format!("{ta}/draft");
        let pin = format!("{ta}/pin");
        let again = format!("/people/{}/view-as", fixture.people["a2"]);
        for (path, values) in [
            (comments.as_str(), &[("body", "in their name")][..]),
            (draft.as_str(), &[("draft_place", "comment"), ("draft_mark", "m2"), ("body", "x")][..]),
            (pin.as_str(), &[("pinned", "true")][..]),
            (&format!("{ta}/watch"), &[][..]),
            (&format!("{ta}/transitions/cancel"), &[("cancel_reason", "gone")][..]),
            (&format!("{ta}/presence"), &[("page", "p"), ("activity", "viewing")][..]),
            ("/incidents", &[("title", "x")][..]),
            ("/incidents/columns", &[("column", "number")][..]),
            ("/incidents/views", &[("name", "mine")][..]),
            ("/incidents/bulk-edits", &[("action", "watch")][..]),
            ("/portal/report", &[("title", "x")][..]),
            ("/inbox/read", &[][..]),
            ("/settings", &[("theme", "dark")][..]),
            ("/account/theme", &[("theme", "dark")][..]),
            ("/account/password", &[("current_password", "x"), ("new_password", "violet tram over gravel")][..]),
            ("/account/tokens", &[("label", "mine")][..]),
            ("/account/sessions/1/end", &[][..]),
            ("/calendar-feeds", &[("name", "mine")][..]),
            (&again, &[("reason", "further")][..]),
        ] {
            let answer = root.post(path, values).await;
            check_status(&answer, 403, path);
            assert!(answer.text().contains("Nothing can be changed now"), "{path}: {}", answer.text());
        }
        for path in ["/account", "/settings", "/calendar-feeds"] {
            let answer = root.get(path).await;
            check_status(&answer, 403, path);
            assert!(answer.text().contains("Not shown while you look as somebody else"), "{path}");
        }
        root.get("/live").await.expect(204);
        let page = root.get(&ta).await.expect(200);
        assert!(!page.text().contains("zqhalfwritten"), "what somebody typed and did not send is theirs");
        root.get("/portal/articles/KB9999999?mark=abcdefgh").await;
        assert_eq!(world.state().await, before.0, "something was changed");
        assert_eq!(world.browser("a1").get("/inbox/count").await.text(), unread, "it was marked as read");
        assert!(!world.browser("a1").get("/recent").await.text().contains(&fixture.ta.record.number), "it counts as opened");
        // What is refused is noted with the name of who asked.
        root.get(&world.tb()).await.expect(404);
        let noted = security(fixture).await;
        assert!(noted.iter().all(|(actor, action, _)| action != "access" || *actor != fixture.people["a1"].0), "{noted:?}");
        assert!(noted.iter().any(|(actor, _, detail)| *actor == fixture.people["root"].0 && detail.contains(&format!("looking as {}", fixture.people["a1"]))), "{noted:?}");
        // The use cases refuse as well, whatever the door would let through.
        let shown = Actor { viewed_by: Some(fixture.people["root"]), ..fixture.server.actor(fixture.people["root"]).await };
        let door = steward_app::records::Origin::door(steward_model::event::Door::Page);
        let change = steward_app::records::Request::Command(Command::Update(Update { fields: Input::new(), organisation: None, base: None }));
        let moved = steward_app::records::Request::Command(Command::Transition(Transition { key: "start".to_owned(), ..Transition::default() }));
        for request in [change, moved] {
            let refused = fixture.server.app.execute(&shown, &fixture.ta.kind, &fixture.ta.record.number, &request, &door).await;
            assert!(matches!(refused, Err(steward_app::error::Error::Forbidden { .. })), "{refused:?}");
        }
    }

    async fn sec_088_who_may_and_as_whom(db: TestDatabase) {
        let world = World::build(db).await;
        let fixture = &world.fixture;
        let people = &fixture.people;
        // One of A who holds a role everywhere, and one who runs A as oa does.
        let wide = fixture.server.person("wide", ("Wide", "Reach"), fixture.a, &[("agent", None)]).await;
        let peer = fixture.server.person("peer", ("Peer", "Of Oa"), fixture.a, &[("administrator", Some(fixture.a)), ("requester", Some(fixture.a))]).await;
        let left = fixture.server.person("left", ("Has", "Left"), fixture.a, &[("requester", Some(fixture.a))]).await;
        let kind = fixture.server.app.kind("person").unwrap().clone();
        let view: RecordView = fixture.server.app.get(&Actor::system(), &kind, &left.to_string(), None).await.unwrap();
        fixture.server.transition(&view, "leave", serde_json::json!({ "leave_on": "2026-01-01" })).await;
        let before = world.state().await;
        let tries = [
            ("a1", people["a2"], 404), ("am", people["a1"], 403), ("g1", people["a1"], 403), ("g1", people["root"], 403),
            ("oa", people["root"], 404), ("oa", people["g1"], 404), ("oa", people["b1"], 404), ("oa", wide, 403),
            ("oa", people["oa"], 403), ("root", people["root"], 403), ("root", left, 403),
        ];
        for (actor, person, expected) in tries {
            let browser = world.browser(actor);
            let path = format!("/people/{person}/view-as");
            let answer = browser.post(&path, &[("reason", "to see")]).await;
            check_status(&answer, expected, &format!("{actor} as {person}"));
            fixture.sweep(actor, &answer);
            assert!(!browser.get("/").await.text().contains("minutes left"), "{actor} as {person}");
        }
        let root = world.browser("root");
        let person = format!("/people/{}/view-as", people["a1"]);
        for (values, words) in [
            (&[("reason", " ")][..], "is required"),
            (&[("reason", "x"), ("minutes", "61")][..], "must be from 1 to 60"),
            (&[("reason", "x"), ("minutes", "0")][..], "must be from 1 to 60"),
            (&[("reason", "x"), ("minutes", "soon")][..], "must be a whole number"),
        ] {
            let answer = root.post(&person, values).await.expect(422);
            assert!(answer.text().contains(words), "{}", answer.text());
        }
        root.get(&person).await.expect(200);
        world.browser("g1").get(&person).await.expect(403);
        assert_eq!(world.state().await, before);
        assert!(journal_of(fixture, people["a1"]).await.iter().all(|event| !matches!(event.act, Act::ViewedAs { .. })));
        // As those who hold no more than oneself.
        let path = format!("/people/{peer}/view-as");
        world.browser("oa").post(&path, &[("reason", "to compare"), ("minutes", "60")]).await.expect(303);
        assert!(world.browser("oa").get("/").await.text().contains("60 minutes left"));
    }

    async fn sec_088_it_ends_with_time_session_and_right(db: TestDatabase) {
        let world = World::build(db).await;
        let fixture = &world.fixture;
        let another = world.another("root").await;
        let root = world.browser("root");
        begin(fixture, root, "a1", &[("reason", "to help"), ("minutes", "5")]).await.expect(303);
        // Other sessions and tokens of the same person know nothing of it.
        another.get(&world.tb()).await.expect(200);
        fixture.client("root").get(&format!("/api/v1{}", world.tb())).await.expect(200);
        root.get(&world.tb()).await.expect(404);
        fixture.server.clock.advance(299);
        root.get(&world.tb()).await.expect(404);
        fixture.server.clock.advance(1);
        root.get(&world.tb()).await.expect(200);
        root.post(&format!("{}/comments", world.tb()), &[("body", "as myself again")]).await.expect(303);
        // A new session begins as oneself, and the end of one is the end of it.
        begin(fixture, root, "a1", &[("reason", "to help")]).await.expect(303);
        root.post("/sign-out", &[]).await.expect(303);
        root.get(&world.ta()).await.expect(303);
        let again = world.another("root").await;
        again.get(&world.tb()).await.expect(200);
        // Who loses the right sees as themselves at once.
        begin(fixture, &again, "a1", &[("reason", "to help")]).await.expect(303);
        let kind = fixture.server.app.kind("person").unwrap().clone();
        let person: RecordView = fixture.server.app.get(&Actor::system(), &kind, &fixture.people["root"].to_string(), None).await.unwrap();
        let roles = serde_json::json!({ "roles": [{ "role": "auditor" }] });
        let serde_json::Value::Object(fields) = roles else { panic!() };
        let request = steward_app::records::Request::Update { fields, organisation: None, base: None };
        fixture.server.act(&Actor::system(), &person, request).await;
        let page = again.get(&world.tb()).await.expect(200);
        assert!(!page.text().contains("minutes left"));
    }
}
