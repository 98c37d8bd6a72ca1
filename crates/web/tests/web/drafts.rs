//! What somebody typed and did not send: kept for nobody else, gone once sent.

use steward_app::drafts::{DRAFT_MAX, DRAFTS_MAX};
use steward_app::records::Request;
use steward_testkit::markup::Page;
use steward_testkit::on_both;

use crate::world::{World, check_status, location};

const SECRET: &str = "zebra crossing";

fn typed<'a>(place: &'a str, mark: &'a str, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    [("draft_place", place), ("draft_mark", mark)].into_iter().chain(more.iter().copied()).collect()
}

/// The text in the composer of a page, and the mark of its draft.
fn composer(page: &str, ta: &str) -> (String, String) {
    let form = Page::parse(page).form(&format!("{ta}/comments")).unwrap();
    let value = |name: &str| form.get(name).unwrap_or_default().to_owned();
    (value("body"), value("draft_mark"))
}

on_both! {
    async fn a_reply_in_the_making_shows_on_another_device_and_is_gone_once_sent(db: TestDatabase) {
        let world = World::build(db).await;
        let (ta, draft) = (world.ta(), format!("{}/draft", world.ta()));
        let (g1, phone) = (world.browser("g1"), world.another("g1").await);
        let before = world.fixture.server.rows().await;
        let body = format!("half of it: {SECRET}");
        g1.post_part(&draft, &typed("comment", "laptop", &[("body", &body), ("audience", "internal")])).await.expect(204);
        world.fixture.server.clock.advance(300);
        let page = phone.get(&ta).await.expect(200).text();
        assert_eq!(composer(&page, &ta), (body.clone(), "laptop".to_owned()));
        let text = Page::parse(&page).text();
        let words: Vec<&str> = text.split_whitespace().collect();
        assert!(words.join(" ").contains("Draft from 5 min"), "{text}");
        let form = Page::parse(&page).form(&format!("{ta}/comments")).unwrap();
        assert_eq!(form.get("audience"), Some("internal"));
        // The telephone goes on with it; what the laptop types after that does not write over it unasked.
        let later = typed("comment", "phone", &[("draft_base", "laptop"), ("body", "all of it")]);
        phone.post_part(&draft, &later).await.expect(204);
        let stale = typed("comment", "laptop", &[("draft_base", "laptop"), ("body", "something else")]);
        g1.post_part(&draft, &stale).await.expect(409);
        assert_eq!(composer(&phone.get(&ta).await.text(), &ta).0, "all of it");
        let asked: Vec<_> = stale.iter().copied().chain([("draft_replace", "true")]).collect();
        g1.post_part(&draft, &asked).await.expect(204);
        assert_eq!(composer(&phone.get(&ta).await.text(), &ta).0, "something else");
        assert_eq!(world.fixture.server.rows().await, before, "a draft is no part of a record");
        // Sent: gone everywhere, and the page's last word does not bring it back.
        let page = g1.form(&ta, &format!("{ta}/comments")).await;
        g1.submit(&page.with("audience", "internal")).await.expect(303);
        assert_eq!(composer(&phone.get(&ta).await.text(), &ta), (String::new(), String::new()));
        g1.post_part(&draft, &typed("comment", "laptop", &[("body", "something else")])).await.expect(204);
        assert_eq!(composer(&phone.get(&ta).await.text(), &ta).0, "");
        phone.post_part(&draft, &typed("comment", "phone", &[("body", "the next one")])).await.expect(204);
        assert_eq!(composer(&g1.get(&ta).await.text(), &ta).0, "the next one");
    }

    async fn sec_009_nobody_else_sees_a_draft(db: TestDatabase) {
        let world = World::build(db).await;
        let ta = world.ta();
        let g1 = world.browser("g1");
        g1.post_part(&format!("{ta}/draft"), &typed("comment", "m", &[("body", SECRET)])).await.expect(204);
        world.fixture.server.searchable().await;
        for actor in ["a1", "am", "oa", "root"] {
            for path in [ta.clone(), format!("{ta}?part=timeline"), "/account".to_owned(), "/search?q=zebra".to_owned(), "/".to_owned()] {
                let answer = world.browser(actor).get(&path).await;
                assert!(!answer.text().contains(SECRET), "{actor} saw it at {path}");
            }
            let interface = world.fixture.client(actor);
            for path in [format!("/api/v1{ta}"), format!("/api/v1{ta}/journal"), "/api/v1/search?q=zebra".to_owned()] {
                assert!(!interface.get(&path).await.text().contains(SECRET), "{actor} saw it at {path}");
            }
        }
        assert!(g1.get(&ta).await.text().contains(SECRET));
        // Its writer sees it no more than the record.
        let assignee = world.fixture.people["root"].to_string();
        let fields = [("team".to_owned(), serde_json::Value::Null), ("assignee".to_owned(), assignee.into())].into_iter().collect();
        let update = Request::Update { fields, organisation: None, base: None };
        world.fixture.server.act(&world.fixture.server.actor(world.fixture.people["root"]).await, &world.fixture.ta, update).await;
        check_status(&g1.get(&ta).await, 404, "the record");
        check_status(&g1.post_part(&format!("{ta}/draft"), &typed("comment", "m", &[("body", "x")])).await, 404, "the draft");
    }

    async fn forms_keep_drafts_on_the_revision_that_they_were_typed_on(db: TestDatabase) {
        let world = World::build(db).await;
        let (g1, root, ta) = (world.browser("g1"), world.browser("root"), world.ta());
        let edit = format!("{ta}/edit");
        let revision = g1.form(&edit, &edit).await.get("revision").unwrap().to_owned();
        let values = [("title", "typed by g1"), ("revision", revision.as_str()), ("csrf_token", "no"), ("current_password", SECRET)];
        g1.post_part(&format!("{ta}/draft"), &typed("edit", "m", &values)).await.expect(204);
        root.post(&edit, &[("title", "set by root")]).await.expect(303);
        let form = g1.form(&edit, &edit).await;
        assert_eq!((form.get("title"), form.get("revision")), (Some("typed by g1"), Some(revision.as_str())));
        let refused = g1.submit(&form).await.expect(422);
        assert!(refused.text().contains("set by root"), "{}", refused.text());
        let again = Page::parse(&refused.text()).form(&edit).unwrap();
        g1.submit(&again).await.expect(303);
        assert_eq!(g1.form(&edit, &edit).await.get("draft_mark"), Some(""));
        // In place, in a move, and for what is yet to be made.
        let field = format!("{ta}/fields/title");
        g1.post_part(&format!("{ta}/draft"), &typed("field.title", "m", &[("title", "in place")])).await.expect(204);
        assert_eq!(g1.form(&field, &field).await.get("title"), Some("in place"));
        let resolve = format!("{ta}/transitions/resolve");
        g1.post_part(&format!("{ta}/draft"), &typed("move.resolve", "m", &[("resolution_notes", "turned it"), ("comment", "bye")])).await.expect(204);
        let form = g1.form(&resolve, &resolve).await;
        assert_eq!((form.get("resolution_notes"), form.get("comment")), (Some("turned it"), Some("bye")));
        let a1 = world.browser("a1");
        a1.post_part("/incidents/new/draft", &typed("new", "m", &[("title", "half a title"), ("once", "page-1")])).await.expect(204);
        let form = a1.form("/incidents/new", "/incidents").await;
        assert_eq!((form.get("title"), form.get("draft_mark")), (Some("half a title"), Some("m")));
        assert!(form.get("once") != Some("page-1"));
        assert_eq!(a1.form("/incidents/new?title=asked", "/incidents").await.get("title"), Some("asked"));
        assert!(location(&a1.submit(&form).await).starts_with("/incidents/INC"));
        assert_eq!(a1.form("/incidents/new", "/incidents").await.get("title"), Some(""));
    }

    async fn a_draft_is_discarded_without_scripts_and_by_time(db: TestDatabase) {
        let world = World::build(db).await;
        let (g1, ta) = (world.browser("g1"), world.ta());
        let draft = format!("{ta}/draft");
        g1.post_part(&draft, &typed("comment", "m", &[("body", SECRET)])).await.expect(204);
        let account = g1.page("/account").await;
        assert!(account.text().contains(&world.fixture.ta.record.number), "{}", account.text());
        let form = account.form(&draft).unwrap();
        assert_eq!(location(&g1.submit(&form).await.expect(303)), ta);
        assert!(!g1.get(&ta).await.text().contains(SECRET));
        g1.post_part(&draft, &typed("comment", "n", &[("body", SECRET)])).await.expect(204);
        world.fixture.server.clock.advance(31 * 24 * 3600);
        let g1 = world.another("g1").await;
        assert!(!g1.get(&ta).await.text().contains(SECRET));
        world.fixture.server.app.keep_house().await.unwrap();
        let mut reader = world.fixture.server.database.store.read().await.unwrap();
        assert_eq!(reader.fetch_integer("select count(*) from draft", &[]).await.unwrap(), Some(0));
    }

    async fn sec_103_drafts_have_bounds_and_others_are_unaffected(db: TestDatabase) {
        let world = World::build(db).await;
        let (a1, ta) = (world.browser("a1"), world.ta());
        let draft = format!("{ta}/draft");
        let long = "x".repeat(DRAFT_MAX);
        check_status(&a1.post_part(&draft, &typed("comment", "m", &[("body", &long)])).await, 413, "too long");
        let actor = world.fixture.server.actor(world.fixture.people["a1"]).await;
        for number in 0..DRAFTS_MAX {
            let typed = steward_app::drafts::Typed { place: format!("p{number}"), content: "x".to_owned(), mark: "m".to_owned(), ..Default::default() };
            world.fixture.server.app.keep_draft(&actor, typed).await.unwrap();
        }
        let full = a1.post_part(&draft, &typed("comment", "m", &[("body", "one more")])).await;
        check_status(&full, 413, "too many");
        assert!(full.text().contains("send or discard some"), "{}", full.text());
        check_status(&world.browser("g1").post_part(&draft, &typed("comment", "m", &[("body", "fine")])).await, 204, "others");
        // What is sent makes room.
        world.fixture.server.app.end_draft(&actor, "p1", "m").await.unwrap();
        check_status(&a1.post_part(&draft, &typed("comment", "m", &[("body", "one more")])).await, 204, "room again");
        check_status(&a1.post_part(&draft, &typed("nowhere", "m", &[])).await, 400, "no such form");
        check_status(&a1.post_part(&draft, &typed("edit", "m", &[("title", "x")])).await, 403, "not theirs to change");
        check_status(&a1.post_part("/releases/new/draft", &typed("new", "m", &[("title", "x")])).await, 404, "no such right");
    }
}
