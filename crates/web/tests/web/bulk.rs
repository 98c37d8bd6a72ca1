//! Many records at once, by forms alone: tick, choose, look, start, undo.

use steward_model::id::RecordId;
use steward_testkit::client::Answer;
use steward_testkit::markup::Page;
use steward_testkit::on_both;

use crate::world::{World, check_status, location};

impl World {
    async fn assignee(&self, number: &str) -> Option<RecordId> {
        let root = self.fixture.server.actor(self.fixture.people["root"]).await;
        let view = self.fixture.server.app.get(&root, &self.fixture.ta.kind, number, None).await.unwrap();
        view.record.reference("assignee")
    }

    async fn work_off(&self) {
        while self.fixture.server.app.run_due_job("test").await.unwrap() {}
    }
}

fn words(answer: &Answer) -> String {
    Page::parse(&answer.text()).text()
}

on_both! {
    async fn a_reassignment_by_forms_alone_and_its_undo(db: TestDatabase) {
        let world = World::build(db).await;
        let g1 = world.browser("g1");
        let one = world.fixture.twin_of_ta().await;
        let two = world.fixture.twin_of_ta().await;
        let numbers = [one.record.number.as_str(), two.record.number.as_str()];
        let before = [world.assignee(numbers[0]).await, world.assignee(numbers[1]).await];
        let list = g1.get("/incidents?view=all").await.expect(200);
        assert!(list.text().contains("name=\"record\"") && list.text().contains("value=\"set:assignee\""));
        let choose = format!(
            "/incidents/bulk-edits/new?view=all&record={}&record={}&record=987654321&action=set%3Aassignee",
            one.record.id, two.record.id
        );
        let form = g1.form(&choose, "/incidents/bulk-edits").await;
        let root = world.fixture.people["root"];
        // A name that leads nowhere comes back beside the field, with the rows still chosen.
        let wrong = g1.submit(&form.clone().with("assignee", "nobody at all")).await.expect(422);
        let again = Page::parse(&wrong.text()).form("/incidents/bulk-edits").unwrap();
        assert_eq!(again.values.iter().filter(|(name, _)| name == "record").count(), 3);
        assert!(wrong.text().contains("aria-invalid=\"true\""));
        let made = g1.submit(&form.with("assignee", &root.to_string())).await.expect(303);
        let path = location(&made).to_owned();
        let preview = g1.get(&path).await.expect(200);
        assert!(words(&preview).contains("Change 2 incidents"), "{}", words(&preview));
        assert!(words(&preview).contains("One record that was chosen is not there any more"));
        assert_eq!(world.assignee(numbers[0]).await, before[0], "nothing changed yet");
        // Nobody else sees it, starts it or undoes it.
        for actor in ["a1", "am", "b1", "g2", "oa"] {
            let other = world.browser(actor);
            check_status(&other.get(&path).await, 404, actor);
            check_status(&other.post(&format!("{path}/start"), &[]).await, 404, actor);
            check_status(&other.post(&format!("{path}/undo"), &[]).await, 404, actor);
        }
        g1.post(&format!("{path}/start"), &[]).await.expect(303);
        let waiting = g1.get(&path).await.expect(200);
        assert!(waiting.text().contains("data-poll"), "it tells of itself while it works");
        world.work_off().await;
        let done = g1.get(&path).await.expect(200);
        assert!(!done.text().contains("data-poll") && words(&done).contains("Undo 2 incidents"), "{}", words(&done));
        assert_eq!(world.assignee(numbers[0]).await, Some(root));
        let mine = g1.get("/bulk-edits").await.expect(200);
        assert!(mine.text().contains(&format!("href=\"{path}\"")));
        let undone = location(&g1.post(&format!("{path}/undo"), &[]).await.expect(303)).to_owned();
        assert_ne!(undone, path);
        world.work_off().await;
        let told = g1.get(&undone).await.expect(200);
        assert!(words(&told).contains("What was undone"));
        assert_eq!([world.assignee(numbers[0]).await, world.assignee(numbers[1]).await], before);
        // An administrator sees it as well.
        let told = world.browser("root").get(&path).await.expect(200);
        assert!(words(&told).contains("This was undone"));
    }

    async fn all_of_a_list_is_all_that_one_sees_of_it(db: TestDatabase) {
        let world = World::build(db).await;
        let b1 = world.browser("b1");
        let form = b1.form("/incidents/bulk-edits/new?view=all&all=yes&action=watch", "/incidents/bulk-edits").await;
        let path = location(&b1.submit(&form).await.expect(303)).to_owned();
        let preview = b1.get(&path).await.expect(200);
        world.fixture.sweep("b1", &preview);
        assert!(words(&preview).contains("1 incident"), "{}", words(&preview));
        // Fields that b1 may not write are not on offer, and not taken either.
        for action in ["set:team", "set:nothing", "set:assignee"] {
            let path = format!("/incidents/bulk-edits/new?view=all&all=yes&action={action}");
            check_status(&b1.get(&path).await, 404, action);
            check_status(&b1.post("/incidents/bulk-edits", &[("action", action), ("all", "yes")]).await, 404, action);
        }
        check_status(&b1.get("/incidents/bulk-edits/new?action=explode").await, 400, "explode");
        check_status(&b1.get("/problems/bulk-edits/new?action=watch").await, 200, "a kind of which one may see some");
        check_status(&b1.get("/teams/bulk-edits/new?action=watch").await, 404, "a kind of which one sees nothing");
    }

    async fn what_opens_accounts_is_not_for_many_at_once(db: TestDatabase) {
        let world = World::build(db).await;
        let root = world.browser("root");
        for field in ["roles", "login", "mail"] {
            let path = format!("/people/bulk-edits/new?view=all&all=yes&action=set:{field}");
            check_status(&root.get(&path).await, 404, field);
        }
        root.get("/people/bulk-edits/new?view=all&all=yes&action=set").await.expect(200);
    }

    async fn every_word_and_move_has_its_form(db: TestDatabase) {
        let world = World::build(db).await;
        let g1 = world.browser("g1");
        let ticket = world.fixture.twin_of_ta().await;
        for action in ["set", "set:impact", "set:due_at", "move:resolve", "move:hold", "comment:public", "comment:internal", "watch", "unwatch"] {
            let path = format!("/incidents/bulk-edits/new?record={}&action={action}", ticket.record.id);
            let whole = g1.get(&path).await.expect(200);
            assert!(whole.text().contains("<html") && whole.text().contains(&ticket.record.id.to_string()), "{action}");
            assert!(!g1.part(&path).await.expect(200).text().contains("<html"), "{action}");
        }
        // What a move needs is asked for before anything is kept.
        let resolve = format!("/incidents/bulk-edits/new?record={}&action=move:start", ticket.record.id);
        let form = g1.form(&resolve, "/incidents/bulk-edits").await;
        assert!(words(&g1.submit(&form).await.expect(422)).contains("Team is needed for this step"));
        let form = form.with("team", &world.fixture.desk.to_string());
        let path = location(&g1.submit(&form).await.expect(303)).to_owned();
        g1.post(&format!("{path}/start"), &[]).await.expect(303);
        world.work_off().await;
        let resolve = format!("/incidents/bulk-edits/new?record={}&action=move:resolve", ticket.record.id);
        let form = g1.form(&resolve, "/incidents/bulk-edits").await;
        let missing = g1.submit(&form).await.expect(422);
        assert!(words(&missing).contains("needed for this step"), "{}", words(&missing));
        let said = form.with("resolution_code", "fixed").with("resolution_notes", "by hand");
        g1.submit(&said).await.expect(303);
    }
}
