//! Rules that wait for so many records within some time: on which they act, once, and what they cost others.

use serde_json::{Value as Json, json};
use steward_app::view::RecordView;
use steward_rule::trace::Outcome;
use steward_testkit::on_both;

use crate::automation::{World, faults};

const WHEN: &str = "threshold";

fn three(more: &Json) -> Json {
    let mut fields = json!({
        "trigger": WHEN, "threshold_count": 3, "threshold_minutes": 60, "threshold_field": "category",
        "actions": [{ "action": "note", "value": "Many" }],
    });
    fields.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    fields
}

impl World {
    async fn printers(&self, count: usize, minutes_between: i64) -> Vec<RecordView> {
        let mut made = Vec::new();
        for _ in 0..count {
            self.0.server.clock.advance(minutes_between * 60);
            made.push(self.incident(json!({ "category": "printer" })).await);
        }
        made
    }
}

on_both! {
    async fn the_record_that_makes_it_so_many_is_acted_on_once_in_this_time(db: TestDatabase) {
        let world = World::build(db).await;
        let rule = world.rule("root", three(&json!({ "condition": "urgency != 'low'" }))).await;
        world.incident(json!({ "category": "server" })).await;
        world.incident(json!({ "category": "printer", "urgency": "low" })).await;
        let printers = world.printers(5, 1).await;
        world.incident(json!({})).await;
        // All are there before any is looked at: it is the third all the same, and the fourth and fifth are none.
        world.settle().await;
        let runs = world.runs(&rule).await;
        let acted: Vec<(&str, Outcome)> = runs.iter().map(|run| (run.record.1.as_str(), run.outcome)).collect();
        assert_eq!(acted, [(printers[2].record.number.as_str(), Outcome::Done)]);
        assert_eq!(runs[0].trace.counted, Some(3));
        // After the time it counts anew: those of before are too old.
        world.0.server.clock.advance(3600);
        let later = world.printers(3, 1).await;
        world.settle().await;
        let runs = world.runs(&rule).await;
        assert_eq!((runs.len(), runs[0].record.1.as_str()), (2, later[2].record.number.as_str()));
        // Another value counts by itself, and a change makes one count.
        let others = [world.incident(json!({})).await, world.incident(json!({})).await];
        world.incident(json!({ "category": "server" })).await;
        world.settle().await;
        for other in &others {
            world.update(other, json!({ "category": "server" })).await;
            world.settle().await;
        }
        assert_eq!(world.runs(&rule).await[0].record.1, others[1].record.number);
    }

    async fn slow_ones_are_not_many(db: TestDatabase) {
        let world = World::build(db).await;
        let rule = world.rule("root", three(&json!({}))).await;
        world.printers(6, 31).await;
        world.settle().await;
        assert_eq!(world.outcomes(&rule).await, []);
    }

    async fn the_past_tells_the_same_and_today_says_where(db: TestDatabase) {
        let world = World::build(db).await;
        let printers = world.printers(7, 10).await;
        let draft = world.try_rule("root", three(&json!({}))).await.unwrap();
        let root = world.actor("root").await;
        let replayed = world.app().replay_rule(&root, &draft.record.number, 30).await.unwrap();
        // The third after 20 minutes; an hour later only the ninth would be.
        assert_eq!((replayed.acts, replayed.told[0].record), (1, printers[2].record.id), "{replayed:?}");
        let preview = world.app().preview_rule(&root, &draft.record.number).await.unwrap();
        let groups: Vec<(&str, usize)> = preview.groups.iter().map(|group| (group.label.as_str(), group.most)).collect();
        assert_eq!((groups.len(), groups[0].1), (1, 6));
        assert!(!groups[0].0.is_empty());
        let g2 = world.actor("g2").await;
        let seen = world.app().preview_rule(&g2, &draft.record.number).await.unwrap();
        assert!(seen.groups.iter().all(|group| group.most <= 6));
    }

    async fn what_is_counted_is_checked_and_proved(db: TestDatabase) {
        let world = World::build(db).await;
        let table = [
            (json!({ "threshold_count": null }), "threshold_count", "needed"),
            (json!({ "threshold_minutes": null }), "threshold_minutes", "needed"),
            (json!({ "threshold_field": "nothing" }), "threshold_field", "no field"),
            (json!({ "threshold_field": "configuration_items" }), "threshold_field", "single value"),
        ];
        for (more, field, words) in table {
            let found = faults(world.try_rule("root", three(&more)).await);
            assert!(found.iter().any(|(at, message)| at == field && message.contains(words)), "{more}: {found:?}");
        }
        let examples = |count: i64| format!(
            "[[example]]\nname = \"Enough\"\ngiven = {{ category = \"printer\" }}\ncount = {count}\n\
             [[example]]\nname = \"Too few\"\ngiven = {{ category = \"printer\" }}\ncount = 2\nacts = false\n"
        );
        let wrong = world.try_rule("root", three(&json!({ "examples": examples(2) }))).await.unwrap();
        let found = faults(world.step("root", &wrong, "activate").await);
        assert_eq!(found[0].1, "do not hold: “Enough”: it does not act: 2 of 3 records are there");
        let right = world.try_rule("root", three(&json!({ "examples": examples(3) }))).await.unwrap();
        world.step("root", &right, "activate").await.unwrap();
        let other = world.try_rule("root", json!({ "actions": [{ "action": "note", "value": "x" }], "examples": examples(3) })).await.unwrap();
        assert!(faults(world.step("root", &other, "activate").await)[0].1.contains("count records"));
    }
}
