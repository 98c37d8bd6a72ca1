//! Boards: what one sees in columns, with the ways that the lifecycle and one's rights leave.

use steward_testkit::client::Answer;
use steward_testkit::markup::Page;
use steward_testkit::on_both;

use crate::world::{World, check_status, location};

/// The column of a board, as markup.
fn column(answer: &Answer, key: &str) -> String {
    let text = answer.text();
    let begin = format!("data-column=\"{key}\"");
    let rest = text.split(&begin).nth(1).unwrap_or_else(|| panic!("no column {key}")).to_owned();
    rest.split("data-column=").next().unwrap().to_owned()
}

on_both! {
    async fn a_board_shows_what_one_sees_and_where_it_may_go(db: TestDatabase) {
        let world = World::build(db).await;
        let ticket = world.fixture.twin_of_ta().await;
        world.fixture.server.transition(&ticket, "start", serde_json::json!({ "team": world.fixture.desk.to_string() })).await;
        for who in ["a1", "am", "b1", "g1", "g2", "oa", "root"] {
            for group in ["state", "priority", "assignee", "team"] {
                let board = world.browser(who).get(&format!("/incidents/board?view=all&group={group}")).await;
                if board.status != 400 {
                    check_status(&board, 200, &format!("{who} {group}"));
                }
                world.fixture.sweep(who, &board);
            }
        }
        let board = world.browser("g1").get("/incidents/board?view=all&group=state").await.expect(200);
        let (new, active) = (column(&board, "new"), column(&board, "in_progress"));
        assert!(new.contains(&world.fixture.ta.record.number) && active.contains(&ticket.record.number));
        assert!(new.contains("data-to=\"in_progress\"") && !active.contains("data-to=\"new\""));
        // A requester sees the ticket and may only withdraw it.
        let own = world.browser("a1").get("/incidents/board?view=all&group=state").await.expect(200);
        let new = column(&own, "new");
        assert!(new.contains("data-to=\"cancelled\"") && !new.contains("data-to=\"in_progress\""));
        for (path, status) in [("/incidents/board?group=title", 400), ("/incidents/board?q=nonsense:1", 400), ("/teams/board", 404)] {
            check_status(&world.browser("a1").get(path).await, status, path);
        }
    }

    async fn a_move_from_a_board_leads_back_to_it(db: TestDatabase) {
        let world = World::build(db).await;
        let g1 = world.browser("g1");
        let ticket = world.fixture.twin_of_ta().await;
        let number = &ticket.record.number;
        let start = format!("/incidents/{number}/transitions/start");
        let form = g1.form(&format!("{start}?back=%2Fincidents%2Fboard%3Fview%3Dall"), &start).await;
        let done = g1.submit(&form.with("team", &world.fixture.desk.to_string())).await.expect(303);
        assert_eq!(location(&done), "/incidents/board?view=all");
        let board = g1.get("/incidents/board?view=all&group=state").await.expect(200);
        assert!(column(&board, "in_progress").contains(number));
        // Nowhere else, whatever the form says.
        let hold = format!("/incidents/{number}/transitions/resolve");
        let values = [("resolution_code", "fixed"), ("resolution_notes", "x"), ("back", "https://evil.example/")];
        assert_eq!(location(&g1.post(&hold, &values).await.expect(303)), "/");
    }

    async fn limits_are_kept_with_the_view(db: TestDatabase) {
        let world = World::build(db).await;
        let g1 = world.browser("g1");
        let wrong = g1.post("/incidents/views", &[("name", "Mine"), ("limits", "new:many")]).await.expect(422);
        assert!(Page::parse(&wrong.text()).text().contains("must lie between 1 and"));
        let saved = g1.post("/incidents/views", &[("name", "Mine"), ("group", "state"), ("limits", "new:1, on_hold:3")]).await.expect(303);
        let id = location(&saved).rsplit('=').next().unwrap().to_owned();
        let board = g1.get(&format!("/incidents/board?view={id}")).await.expect(200);
        assert!(column(&board, "new").contains("more than there should be"));
        assert!(!column(&board, "on_hold").contains("more than there should be"));
        let form = g1.form(&format!("/incidents/views/{id}/edit?view={id}"), &format!("/incidents/views/{id}/edit")).await;
        assert_eq!(form.get("limits"), Some("new:1, on_hold:3"));
    }
}
