//! What people opened and pinned, and the search box as palette: only what they may see, as it is now.

use serde_json::Value as Json;
use steward_testkit::markup::Page;
use steward_testkit::on_both;

use crate::world::{World, check_status, location};

impl World {
    /// Opens a record and waits until that is kept.
    async fn open(&self, actor: &str, at: &str) {
        self.browser(actor).get(at).await.expect(200);
        let number = at.rsplit('/').next().unwrap();
        for _ in 0..500 {
            if self.browser(actor).get("/recent").await.expect(200).text().contains(number) {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        panic!("the visit of {at} was not kept");
    }

    async fn suggested(&self, actor: &str, query: &str) -> Vec<(String, String)> {
        let answer = self.browser(actor).get(&format!("/search/suggestions?{query}")).await.expect(200);
        let text = |one: &Json, key: &str| one[key].as_str().unwrap().to_owned();
        let lines: Vec<Json> = serde_json::from_slice(&answer.body).unwrap();
        lines.iter().map(|one| (text(one, "label"), text(one, "address"))).collect()
    }
}

on_both! {
    async fn what_was_opened_is_found_again_by_whoever_opened_it(db: TestDatabase) {
        let world = World::build(db).await;
        world.open("a1", &world.ta()).await;
        let opened = world.suggested("a1", "q=").await;
        assert!(opened.iter().any(|(_, address)| *address == world.ta()), "{opened:?}");
        assert!(world.suggested("g1", "q=").await.is_empty());
        assert!(!world.browser("g1").get("/recent").await.expect(200).text().contains(&world.fixture.ta.record.number));
    }

    async fn what_changed_since_one_looked_is_told_on_the_desk(db: TestDatabase) {
        let world = World::build(db).await;
        world.open("g1", &world.ta()).await;
        let desk = async || Page::parse(&world.browser("g1").get("/").await.expect(200).text()).text();
        assert!(!desk().await.contains("Changed since you looked"));
        world.fixture.server.clock.advance(5);
        world.browser("a1").post(&format!("{}/comments", world.ta()), &[("body", "Any news?")]).await.expect(303);
        assert!(desk().await.contains("Changed since you looked"));
        // Looking again, also after so short a time, has it seen.
        world.fixture.server.clock.advance(5);
        world.browser("g1").get(&world.ta()).await.expect(200);
        for _ in 0..500 {
            if !desk().await.contains("Changed since you looked") {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        panic!("what was looked at is told as changed");
    }

    async fn what_waits_for_approval_stands_on_the_desk_of_whoever_is_asked(db: TestDatabase) {
        let world = World::build(db).await;
        let (root, people) = (world.browser("root"), &world.fixture.people);
        let [asked, requester] = ["g1", "a1"].map(|name| people[name].to_string());
        let made = root.post("/service-requests", &[("title", "Desk lamp"), ("requester", &requester), ("requested_for", &requester)]).await;
        let path = location(&made.expect(303)).to_owned();
        root.post(&format!("{path}/fields/approvers"), &[("approvers", &asked)]).await.expect(303);
        root.post(&format!("{path}/transitions/submit"), &[]).await.expect(303);
        let waits = async |actor: &str| {
            Page::parse(&world.browser(actor).get("/").await.expect(200).text()).text().contains("Waiting for your approval")
        };
        assert!(!waits("g1").await, "nobody was asked yet");
        root.post(&format!("{path}/transitions/request_approval"), &[]).await.expect(303);
        assert!(waits("g1").await);
        assert!(!waits("g2").await && !waits("root").await, "others were not asked");
        world.browser("g1").post(&format!("{path}/transitions/approve"), &[]).await.expect(303);
        assert!(!waits("g1").await);
    }

    async fn a_pinned_record_stands_in_the_navigation_for_as_long_as_one_may_see_it(db: TestDatabase) {
        let world = World::build(db).await;
        let (g1, number) = (world.browser("g1"), world.fixture.ta.record.number.clone());
        let pin = format!("{}/pin", world.ta());
        g1.post(&pin, &[("pinned", "true")]).await.expect(303);
        let navigation = format!("href=\"{}\"", world.ta());
        assert!(g1.get("/inbox").await.expect(200).text().contains(&navigation));
        assert!(!world.browser("oa").get("/inbox").await.expect(200).text().contains(&navigation));
        check_status(&world.browser("b1").post(&pin, &[("pinned", "true")]).await, 404, "another customer's");
        // It goes to a team that g1 is not of.
        let hr = world.fixture.hr.to_string();
        world.browser("root").post(&format!("{}/fields/team", world.ta()), &[("team", &hr)]).await.expect(303);
        world.browser("root").post(&format!("{}/fields/assignee", world.ta()), &[("assignee", "")]).await.expect(303);
        check_status(&g1.get(&world.ta()).await, 404, "no longer g1's");
        let page = g1.get("/recent").await.expect(200).text();
        assert!(!page.contains(&number) && !page.contains(&navigation), "{page}");
    }

    async fn the_palette_offers_what_one_may_do_here_and_anywhere(db: TestDatabase) {
        let world = World::build(db).await;
        let at = format!("q=&at={}", world.ta());
        let labels = |lines: &[(String, String)]| lines.iter().map(|(label, _)| label.clone()).collect::<Vec<_>>();
        let agent = labels(&world.suggested("g1", &at).await);
        assert!(agent.iter().any(|label| label == "Start work"), "{agent:?}");
        let requester = labels(&world.suggested("a1", &at).await);
        assert!(!requester.iter().any(|label| label == "Start work") && !requester.is_empty(), "{requester:?}");
        assert!(world.suggested("b1", &at).await.is_empty(), "what b1 may not see offers nothing");
        let typed = world.suggested("g1", "q=new%20inc").await;
        assert!(typed.contains(&("New incident".to_owned(), "/incidents/new".to_owned())), "{typed:?}");
        let typed = labels(&world.suggested("a1", "q=new%20prob").await);
        assert!(!typed.iter().any(|label| label == "New problem"), "{typed:?}");
    }
}
