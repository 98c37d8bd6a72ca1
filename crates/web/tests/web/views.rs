//! Saved views: made, shared, pinned; who sees them, and who may change them.

use steward_model::access::Actor;
use steward_testkit::client::Answer;
use steward_testkit::markup::Page;
use steward_testkit::on_both;

use crate::world::{World, check_status, location};

impl World {
    /// Saves a view of incidents by the form, and gives its address.
    async fn save_view(&self, who: &str, name: &str, audience: &str, q: &str) -> Answer {
        let values = [("name", name), ("audience", audience), ("q", q), ("pinned", "true"), ("group", "state")];
        self.browser(who).post("/incidents/views", &values).await
    }
}

fn words(answer: &Answer) -> String {
    Page::parse(&answer.text()).text()
}

fn id_of(address: &str) -> &str {
    address.rsplit('=').next().unwrap()
}

on_both! {
    async fn a_view_is_saved_from_a_list_and_found_again(db: TestDatabase) {
        let world = World::build(db).await;
        let g1 = world.browser("g1");
        let form = g1.form("/incidents/views/new?view=open&q=team:mine&sort=-created_at", "/incidents/views").await;
        assert_eq!(form.get("q"), Some("is:open team:mine"));
        let saved = g1.submit(&form.with("name", "Ours").with("pinned", "true")).await.expect(303);
        let path = location(&saved).to_owned();
        let page = g1.get(&path).await.expect(200);
        assert!(words(&page).contains("Ours") && page.text().contains(&world.fixture.ta.record.number));
        assert!(!words(&page).contains("Differs from"));
        assert!(words(&g1.get(&format!("{path}&q=printer")).await).contains("Differs from “Ours”"));
        // Faults stand beside their fields, and nothing is saved.
        let wrong = g1.post("/incidents/views", &[("name", ""), ("q", "nonsense:1")]).await.expect(422);
        let shown = words(&wrong);
        assert!(shown.contains("must have 1 to 80 characters") && shown.contains("cannot be used"), "{shown}");
    }

    async fn sec_029_a_view_is_seen_and_changed_by_those_it_is_for(db: TestDatabase) {
        let world = World::build(db).await;
        let desk = format!("team:{}", world.fixture.desk);
        let own = location(&world.save_view("g1", "My own", "owner", "is:open").await.expect(303)).to_owned();
        let team = location(&world.save_view("g1", "Of the desk", &desk, "is:open").await.expect(303)).to_owned();
        // g2 is of another team, root of none; a1 asks for help.
        let seen = |answer: &Answer, name: &str| words(answer).contains(name);
        for (who, sees_team) in [("g1", true), ("g2", false), ("root", false), ("a1", false)] {
            let list = world.browser(who).get("/incidents?view=all").await.expect(200);
            assert_eq!(seen(&list, "Of the desk"), sees_team, "{who}");
            assert_eq!(seen(&list, "My own"), who == "g1", "{who}");
        }
        // Shared with all by who manages, and by nobody else.
        for who in ["a1", "g1", "oa"] {
            check_status(&world.save_view(who, "For all", "everybody", "").await, 403, who);
        }
        check_status(&world.save_view("g1", "Others'", &format!("team:{}", world.fixture.hr), "").await, 422, "not one's team");
        let all = location(&world.save_view("root", "For all", "everybody", "").await.expect(303)).to_owned();
        for who in ["a1", "b1", "g1", "g2"] {
            let browser = world.browser(who);
            let page = browser.get(&all).await.expect(200);
            assert!(seen(&page, "For all"), "{who}");
            world.fixture.sweep(who, &page);
            let path = format!("/incidents/views/{}", id_of(&all));
            check_status(&browser.get(&format!("{path}/edit")).await, 403, who);
            check_status(&browser.post(&format!("{path}/edit"), &[("name", "mine now")]).await, 403, who);
            check_status(&browser.post(&format!("{path}/remove"), &[]).await, 403, who);
            // It may stand in anybody's navigation.
            browser.post(&format!("{path}/pin"), &[("pinned", "true")]).await.expect(303);
            for foreign in [&own, &team].into_iter().filter(|_| who != "g1") {
                let path = format!("/incidents/views/{}", id_of(foreign));
                check_status(&browser.get(&format!("{path}/edit")).await, 404, who);
                check_status(&browser.post(&format!("{path}/edit"), &[("name", "mine now")]).await, 404, who);
                check_status(&browser.post(&format!("{path}/remove"), &[]).await, 404, who);
                check_status(&browser.post(&format!("{path}/pin"), &[]).await, 404, who);
            }
        }
        // Each has the count of what they may see.
        let count = |answer: Answer| serde_json::from_str::<serde_json::Value>(&answer.text()).unwrap()[id_of(&all)].clone();
        assert_eq!(count(world.browser("b1").get("/views/counts").await.expect(200)), "1");
        assert_eq!(count(world.browser("g2").get("/views/counts").await.expect(200)), "0");
        // Who leaves the team loses its views.
        let app = &world.fixture.server.app;
        let kind = app.kind("team").unwrap();
        let fields = serde_json::json!({ "members": [] }).as_object().unwrap().clone();
        let empty = steward_app::records::Request::Update { fields, organisation: None, base: None };
        let origin = steward_app::records::Origin::door(steward_model::event::Door::System);
        app.execute(&Actor::system(), kind, &world.fixture.desk.to_string(), &empty, &origin).await.unwrap();
        let list = world.browser("g1").get("/incidents?view=all").await.expect(200);
        assert!(seen(&list, "Of the desk"), "it is still one's own");
    }

    async fn columns_are_chosen_by_each_for_themselves(db: TestDatabase) {
        let world = World::build(db).await;
        let (g1, a1) = (world.browser("g1"), world.browser("a1"));
        g1.post("/incidents/columns", &[("column", "title"), ("column", "impact"), ("column", "number")]).await.expect(303);
        let heads = |answer: &Answer| {
            let text = answer.text();
            let head = text.split("<thead").nth(1).unwrap().split("</thead>").next().unwrap().to_owned();
            Page::parse(&format!("<table><thead{head}</thead></table>")).text()
        };
        let list = g1.get("/incidents?view=all").await.expect(200);
        assert_eq!(heads(&list).split_whitespace().collect::<Vec<_>>(), ["Title", "Impact", "Number"]);
        assert!(heads(&a1.get("/incidents?view=all").await.expect(200)).contains("State"), "others keep theirs");
        // A requester who asks for what only staff may read does not get it.
        a1.post("/incidents/columns", &[("column", "handling_notes"), ("column", "title")]).await.expect(303);
        let list = a1.get("/incidents?view=all").await.expect(200);
        world.fixture.sweep("a1", &list);
        assert!(!heads(&list).contains("Handling"));
        // Without scripts a row moves by its button, and reset gives the kind's back.
        let moved = g1.post("/incidents/columns", &[("column", "title"), ("column", "number"), ("move", "up:number")]).await.expect(200);
        let text = moved.text();
        assert!(text.find("value=\"number\"").unwrap() < text.find("value=\"title\"").unwrap());
        g1.post("/incidents/columns", &[("reset", "yes")]).await.expect(303);
        assert!(heads(&g1.get("/incidents?view=all").await).contains("Priority"));
    }

    async fn groups_have_their_counts(db: TestDatabase) {
        let world = World::build(db).await;
        let ticket = world.fixture.twin_of_ta().await;
        world.fixture.server.transition(&ticket, "cancel", serde_json::json!({ "cancel_reason": "gone" })).await;
        for who in ["g1", "root", "a1", "b1"] {
            for group in ["state", "priority", "assignee", "team", "service", "impact"] {
                let page = world.browser(who).get(&format!("/incidents?view=all&group={group}")).await;
                // Some fields are not for requesters, who hear the same as of one that is not there.
                if page.status != 400 {
                    check_status(&page, 200, &format!("{who} {group}"));
                    assert!(page.text().contains("list__group"), "{who} {group}");
                }
                world.fixture.sweep(who, &page);
            }
        }
        let page = world.browser("g1").get("/incidents?view=all&group=state").await.expect(200);
        let shown = words(&page);
        assert!(shown.contains("Cancelled 1") && shown.contains("New 2"), "{shown}");
        check_status(&world.browser("g1").get("/incidents?group=title").await, 400, "no group");
    }
}
