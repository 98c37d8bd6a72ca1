//! Plans of problems: their steps become problem tasks, whose own lifecycle they follow.

use serde_json::json;
use steward_app::view::RecordView;
use steward_flow::progress::State;
use steward_testkit::on_both;

use crate::flows::{World, refusal};

impl World {
    async fn problem_task(&self, title: &str) -> RecordView {
        self.all("problem_task").await.into_iter().find(|one| one.record.text("title") == title).unwrap()
    }

    async fn take(&self, title: &str, key: &str, fields: serde_json::Value) {
        let task = self.problem_task(title).await;
        self.step("root", &task, key, fields).await.unwrap();
        self.settle().await;
    }
}

on_both! {
    async fn a_problem_is_worked_through_by_a_plan(db: TestDatabase) {
        let world = World::build(db).await;
        let desk = world.0.desk.to_string();
        world.flow(json!([
            { "key": "timeline", "type": "task", "title": "Timeline", "team": desk, "lead": "4h" },
            { "key": "logs", "type": "task", "title": "Logs", "team": desk, "lead": "2h" },
            { "key": "test", "type": "task", "title": "Test", "team": desk, "lead": "8h", "after": "timeline, logs" },
        ]), json!({ "for_kind": "problem", "begin_states": "", "first_move": "analyse" })).await;
        let problem = world.0.server.make("problem", world.0.provider, json!({
            "title": "It drops", "team": desk, "assignee": world.0.people["g1"].to_string(),
        })).await;
        world.settle().await;
        assert!(world.all("plan").await.is_empty(), "it begins once the problem is assessed");
        world.0.server.transition(&problem, "assess", json!({})).await;
        world.settle().await;
        assert_eq!(world.now(&problem).await.state, "root_cause_analysis");
        let timeline = world.problem_task("Timeline").await.record;
        assert_eq!((timeline.reference("problem"), timeline.reference("team")), (Some(problem.record.id), Some(world.0.desk)));
        assert_eq!((timeline.text("plan_step"), timeline.field("mandatory")), ("timeline", Some(&json!(true))));
        assert_eq!(timeline.field("due_at"), Some(&json!(world.app().now().plus_seconds(4 * 3600).0)));

        // What is closed is done, what is skipped is passed, and what is cancelled stops the plan.
        world.take("Timeline", "start", json!({})).await;
        world.take("Timeline", "close", json!({ "findings": "At noon" })).await;
        world.take("Logs", "skip", json!({ "close_notes": "There are none" })).await;
        assert_eq!(world.states(&problem).await, [State::Done, State::Skipped, State::Active]);
        assert_eq!(world.plan(&problem).await.steps[1].progress.note, "There are none");
        let now = world.now(&problem).await;
        assert_eq!(now.state, "root_cause_analysis");
        world.step("root", &problem, "fix", json!({ "root_cause": "Cache", "fix_plan": "Clear it" })).await.unwrap();
        let early = world.step("root", &problem, "resolve", json!({ "fix_notes": "Cleared" })).await;
        let test = world.problem_task("Test").await.record.number;
        assert_eq!(refusal(early), format!("Mandatory tasks are still open: {test}. Complete them, or skip them with a reason"));
        let plan = world.plan_view(&problem).await;
        world.step("root", &plan, "skip", json!({ "step": "test", "reason": "It is plain" })).await.unwrap();
        world.settle().await;
        assert_eq!(world.problem_task("Test").await.record.state, "closed_skipped");
        assert_eq!(world.plan(&problem).await.record.state, "done");
        world.step("root", &problem, "resolve", json!({ "fix_notes": "Cleared" })).await.unwrap();
    }

    async fn a_cancelled_task_of_a_problem_stops_its_plan(db: TestDatabase) {
        let world = World::build(db).await;
        let desk = world.0.desk.to_string();
        world.flow(json!([{ "key": "logs", "type": "task", "title": "Logs", "team": desk }]), json!({ "for_kind": "problem", "begin_states": "new" })).await;
        let problem = world.0.server.make("problem", world.0.provider, json!({ "title": "It drops", "team": desk })).await;
        world.settle().await;
        let task = world.problem_task("Logs").await;
        let cancel = steward_model::command::Transition {
            key: "cancel".to_owned(),
            comment: Some(steward_model::command::NewComment { audience: steward_model::event::Audience::Internal, body: "No access".to_owned() }),
            ..Default::default()
        };
        let cancel = steward_app::records::Request::Command(steward_model::command::Command::Transition(cancel));
        world.0.server.act(&world.actor("root").await, &task, cancel).await;
        world.settle().await;
        assert_eq!(world.states(&problem).await, [State::Failed]);
        // Taken up again, it goes on.
        world.step("root", &world.plan_view(&problem).await, "retry", json!({ "step": "logs" })).await.unwrap();
        world.settle().await;
        assert_eq!(world.states(&problem).await, [State::Active]);
    }
}
