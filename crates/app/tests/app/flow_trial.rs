//! Dry runs of flows on real records: they tell what would happen, and nothing does.

use serde_json::{Value as Json, json};
use steward_app::error::Error;
use steward_app::flows::{Hindrance, Trial};
use steward_app::records::{NewRecord, Origin, Request};
use steward_app::view::RecordView;
use steward_flow::progress::State;
use steward_model::event::{Audience, Door};
use steward_testkit::on_both;

use crate::flows::World;

const HOUR: i64 = 3600;

impl World {
    async fn trial(&self, by: &str, flow: &RecordView, on: &RecordView) -> Result<Trial, Error> {
        let actor = self.actor(by).await;
        self.app().try_flow(&actor, &flow.record.number, &on.kind, &on.record.number).await
    }

    fn budget(&self, approver: &str) -> Json {
        let (desk, approver) = (self.0.desk.to_string(), self.0.people[approver].to_string());
        json!([
            { "key": "hasten", "type": "automation", "title": "Hasten", "action": "set", "target": "urgency", "value": "high" },
            { "key": "is_urgent", "type": "condition", "title": "Urgent?", "condition": "urgency == 'high'", "after": "hasten" },
            { "key": "is_usual", "type": "condition", "title": "Usual?", "condition": "urgency != 'high'", "after": "hasten" },
            { "key": "budget", "type": "approval", "title": "Budget", "who": "person", "person": approver, "lead": "4h", "after": "is_urgent" },
            { "key": "queue", "type": "task", "title": "Queue", "team": desk, "after": "is_usual" },
            { "key": "buy", "type": "task", "title": "Buy", "team": desk, "lead": "8h", "after": "budget, queue" },
            { "key": "note", "type": "automation", "title": "Note", "action": "comment", "value": "Yours, {{number}}", "after": "buy" },
            { "key": "tell", "type": "notify", "title": "Tell the desk", "target": "team", "after": "note" },
        ])
    }
}

fn states(trial: &Trial) -> Vec<State> {
    trial.steps.iter().map(|step| step.progress.state).collect()
}

on_both! {
    async fn a_dry_run_tells_what_would_happen_and_nothing_does(db: TestDatabase) {
        let world = World::build(db).await;
        let request = world.request().await;
        // In force since after it was submitted, so it has not begun.
        let flow = world.flow(world.budget("am"), json!({ "first_move": "start", "last_move": "fulfil" })).await;
        world.settle().await;
        let before = (world.0.server.rows().await, world.now(&request).await);
        let trial = world.trial("root", &flow, &request).await.unwrap();
        world.settle().await;
        assert_eq!((world.0.server.rows().await, world.now(&request).await), before);

        assert_eq!((trial.hindrance.as_ref(), trial.outcome.as_str()), (None, ""));
        // Conditions are asked of the record as the steps before would leave it.
        let (done, out) = (State::Done, State::LeftOut);
        assert_eq!(states(&trial), [done, done, out, done, out, done, done, done]);
        let now = world.app().now();
        assert_eq!(trial.ends_at, Some(now.plus_seconds(12 * HOUR)));
        let ended = |place: usize| trial.steps[place].progress.ended_at;
        assert_eq!((ended(0), ended(3), ended(5)), (Some(now), Some(now.plus_seconds(4 * HOUR)), trial.ends_at));
        assert_eq!(trial.steps[3].assignee, Some(world.0.people["am"]));
        assert_eq!(trial.steps[5].team, Some(world.0.desk));
        let critical: Vec<bool> = trial.steps.iter().map(|step| step.is_critical).collect();
        assert_eq!(critical, [true, true, false, true, false, true, true, true]);
        assert_eq!(trial.comments, [(Audience::Public, format!("Yours, {}", request.record.number))]);
        assert!(trial.told.contains(&world.0.people["g1"]), "{:?}", trial.told);
        assert_eq!((trial.before.record.state.as_str(), trial.after.record.state.as_str()), ("submitted", "fulfilled"));
        for key in ["state", "urgency", "fulfilment_notes"] {
            assert!(trial.differs.iter().any(|one| one == key), "{key} is not in {:?}", trial.differs);
        }
        // The flow goes the way that was foretold.
        world.app().begin_flow(&world.actor("root").await, &request.kind, &request.record.number, &flow.record.number, Door::Api).await.unwrap();
        world.settle().await;
        assert_eq!(world.now(&request).await.text("urgency"), "high");
        assert_eq!(world.all("approval").await[0].record.references("approvers"), [world.0.people["am"]]);
    }

    async fn a_dry_run_tells_where_it_would_stand_still(db: TestDatabase) {
        let world = World::build(db).await;
        let request = world.request().await;
        // Who gets the thing does not decide about it, and the approval has nobody else.
        let draft = world.try_flow("root", world.budget("a1"), json!({ "begin_states": "approved" })).await.unwrap();
        let trial = world.trial("root", &draft, &request).await.unwrap();
        assert_eq!(trial.hindrance, Some(Hindrance::State(vec!["approved".to_owned()])));
        assert_eq!(trial.steps[3].progress.state, State::Failed);
        assert_eq!(trial.outcome, "Budget: nobody is there who may decide it");
        assert_eq!(trial.ends_at, None);
        // A wait for what nobody brings about has no end either.
        let waits = json!([
            { "key": "wait", "type": "wait", "title": "Wait", "condition": "urgency == 'high'" },
            { "key": "buy", "type": "task", "title": "Buy", "team": world.0.desk.to_string(), "after": "wait" },
        ]);
        let waits = world.try_flow("root", waits, json!({})).await.unwrap();
        let trial = world.trial("root", &waits, &request).await.unwrap();
        assert_eq!((states(&trial), trial.ends_at), (vec![State::Active, State::Waiting], None));
    }

    async fn a_dry_run_is_for_those_who_may_change_the_record_and_see_the_flow(db: TestDatabase) {
        let world = World::build(db).await;
        let request = world.request().await;
        let draft = world.try_flow("root", world.budget("am"), json!({})).await.unwrap();
        for by in ["a1", "am", "b1", "g2"] {
            let refused = world.trial(by, &draft, &request).await.map(|trial| trial.number);
            assert!(matches!(refused, Err(Error::NotFound | Error::Forbidden { .. })), "{by}: {refused:?}");
        }
        let flow = world.step("root", &draft, "activate", json!({})).await.unwrap();
        assert!(world.trial("g1", &flow, &request).await.is_ok(), "what is in force may be seen by staff");
        let incident = &world.0.ta;
        let other = world.trial("root", &flow, incident).await.map(|trial| trial.number);
        assert!(matches!(other, Err(Error::Invalid(_))), "{other:?}");
        // One that is kept for another organisation says so.
        let draft = NewRecord {
            fields: json!({ "title": "B's", "for_kind": "service_request", "begin_states": "submitted", "steps": world.budget("am") }).as_object().unwrap().clone(),
            organisation: Some(world.0.b.to_string()),
            links: Vec::new(),
        };
        let root = world.actor("root").await;
        let kind = world.app().kind("flow").unwrap().clone();
        let of_b = world.app().create(&root, &kind, &draft, &Origin::door(Door::Api)).await.unwrap();
        assert_eq!(world.trial("root", &of_b, &request).await.unwrap().hindrance, Some(Hindrance::Organisation));
        // What somebody may not look at shows in no dry run: their own eyes choose the records that are offered.
        let (kind, offered) = world.app().records_to_try(&root, &flow.record.number).await.unwrap();
        assert_eq!((kind.key.as_str(), offered.len()), ("service_request", 1));
        assert_eq!(offered[0].record.number, request.record.number);
        let cancel = Request::Command(steward_model::command::Command::Transition(steward_model::command::Transition {
            key: "cancel".to_owned(), fields: json!({ "cancel_reason": "x" }).as_object().unwrap().clone(), ..Default::default()
        }));
        world.app().execute(&root, &request.kind, &request.record.number, &cancel, &Origin::door(Door::Api)).await.unwrap();
        assert!(world.app().records_to_try(&root, &flow.record.number).await.unwrap().1.is_empty());
    }
}
