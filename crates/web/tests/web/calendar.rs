//! Lists as calendars, and values changed over a list.

use steward_testkit::markup::Page;
use steward_testkit::on_both;

use crate::world::{World, check_status};

impl World {
    /// The text of each day on which something stands, of a calendar of incidents by due time.
    async fn days(&self, actor: &str, query: &str) -> String {
        let answer =
            self.browser(actor).get(&format!("/incidents/calendar?view=all&by=due_at{query}")).await.expect(200);
        self.fixture.sweep(actor, &answer);
        answer.text()
    }
}

on_both! {
    async fn a_record_stands_on_the_day_of_its_date_in_the_readers_zone(db: TestDatabase) {
        let world = World::build(db).await;
        let title = world.fixture.ta.record.text("title").to_owned();
        let set = [("due_at", "2031-03-31T23:30")];
        world.browser("root").post(&format!("{}/fields/due_at", world.ta()), &set).await.expect(303);
        let march = world.days("g1", "&month=2031-03").await;
        assert!(march.contains(&title) && march.contains("March 2031") && march.contains("23:30"), "{march}");
        assert!(!world.days("g1", "&month=2031-01").await.contains(&title));
        // The last days of the month before are shown as well, since weeks are whole.
        assert!(world.days("g1", "&month=2031-04").await.contains(&title));
        assert!(!world.days("b1", "&month=2031-03").await.contains(&title), "another customer's");
        assert!(!world.days("g1", "&month=2031-03&q=title:nothing-like-it").await.contains(&title));
        for wrong in ["&month=2031-13", "&month=x"] {
            let answer = world.browser("g1").get(&format!("/incidents/calendar?by=due_at{wrong}")).await;
            check_status(&answer, 400, wrong);
        }
        check_status(&world.browser("g1").get("/incidents/calendar?by=title").await, 404, "no date");
        // The week begins where one wants it to.
        let weekdays = |page: &str| ["Mon</th>", "Sun</th>"].map(|day| page.find(day).unwrap());
        let [monday, sunday] = weekdays(&march);
        assert!(monday < sunday);
        world.browser("g1").post("/settings", &[("first_day", "sunday")]).await.expect(303);
        let [monday, sunday] = weekdays(&world.days("g1", "&month=2031-03").await);
        assert!(sunday < monday);
        check_status(&world.browser("g1").post("/settings", &[("first_day", "friday")]).await, 422, "no such beginning");
        // What a requester may not read is no date for them.
        let review = "/knowledge-articles/calendar?by=review_on";
        check_status(&world.browser("a1").get(review).await, 404, "not theirs to read");
        check_status(&world.browser("g1").get(review).await, 200, "theirs to read");
    }

    async fn a_few_values_are_changed_over_the_list(db: TestDatabase) {
        let world = World::build(db).await;
        let g1 = world.browser("g1");
        let at = format!("{}/edit", world.ta());
        let form = g1.form(&format!("{at}?field=title&field=impact"), &at).await;
        assert_eq!(form.get("title"), Some(world.fixture.ta.record.text("title")));
        assert_eq!(form.get("urgency"), None, "only what was asked for");
        g1.submit(&form.with("title", "Changed over the list")).await.expect(303);
        let page = g1.get(&world.ta()).await.expect(200);
        assert!(Page::parse(&page.text()).text().contains("Changed over the list"));
        // What is wrong comes back with what was typed, and a field that was not asked for is not written.
        let wrong = g1.post(&at, &[("field", "title"), ("title", ""), ("description", "smuggled")]).await.expect(422);
        assert!(wrong.text().contains("name=\"title\""));
        g1.post(&at, &[("field", "title"), ("title", "Once more"), ("description", "smuggled")]).await.expect(303);
        assert!(!g1.get(&world.ta()).await.expect(200).text().contains("smuggled"));
        check_status(&g1.get(&format!("{at}?field=number")).await, 403, "nobody changes numbers");
    }
}
