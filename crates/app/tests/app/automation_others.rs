//! Rules on related records and on questions for approval: each by itself, with whose rights, and what is got round.

use serde_json::{Value as Json, json};
use steward_app::records::{NewRecord, Origin, Request};
use steward_app::view::RecordView;
use steward_model::access::Actor;
use steward_model::event::{Act, Cause, Door};
use steward_rule::trace::Outcome;
use steward_testkit::on_both;

use crate::automation::{World, faults};

impl World {
    /// Incidents that are linked to a record as caused by it.
    async fn caused(&self, by: &RecordView, count: usize) -> Vec<RecordView> {
        let mut made = Vec::new();
        for _ in 0..count {
            let incident = self.incident(json!({})).await;
            self.link(&incident, "caused_by", by).await;
            made.push(incident);
        }
        made
    }

    async fn link(&self, from: &RecordView, link: &str, to: &RecordView) {
        let request = Request::Link { link: link.to_owned(), target: to.record.number.clone(), end: false };
        self.0.server.act(&self.actor("root").await, from, request).await;
    }

    async fn notes(&self, record: &RecordView) -> Vec<String> {
        let said = self.journal(record).await.into_iter().filter_map(|event| match event.act {
            Act::Commented { body, .. } => Some(body),
            _ => None,
        });
        said.collect()
    }

    async fn create(&self, by: &str, kind: &str, fields: Json) -> RecordView {
        let kind = self.app().kind(kind).unwrap().clone();
        let fields = fields.as_object().unwrap().clone();
        let new = NewRecord { fields, organisation: Some(self.0.a.to_string()), links: Vec::new() };
        self.app().create(&self.actor(by).await, &kind, &new, &Origin::door(Door::Api)).await.unwrap()
    }

    /// An emergency change that somebody made and that waits for authorization.
    async fn waiting(&self, by: &str) -> RecordView {
        let change = self.create(
            by,
            "change",
            json!({
                "title": "Mend the gate", "change_type": "emergency", "justification": "It is open",
                "requester": self.0.people["a1"].to_string(), "impact": "medium", "urgency": "medium",
                "planned_start_at": "2026-01-05T09:00:00Z", "planned_end_at": "2026-01-05T10:00:00Z",
            }),
        );
        let change = change.await;
        self.step("root", &change, "expedite").await.unwrap_or_else(|error| panic!("{error:?}"))
    }

    async fn policy(&self, fields: Json) -> RecordView {
        let mut all = json!({ "for_kind": "change", "name": "Somebody" });
        all.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        let policy = self.0.server.make("approval_policy", self.0.provider, all).await;
        self.step("root", &policy, "activate").await.unwrap_or_else(|error| panic!("{error:?}"))
    }

    fn names(&self, names: &[&str]) -> Json {
        names.iter().map(|name| self.0.people[*name].to_string()).collect()
    }

    /// The rounds of approval, the newest first.
    async fn rounds(&self) -> Vec<RecordView> {
        let kind = self.app().kind("approval").unwrap().clone();
        let request = steward_app::list::ListRequest { sort: Some("-number".to_owned()), ..Default::default() };
        self.app().list(&Actor::system(), &kind, &request).await.unwrap().records
    }
}

on_both! {
    async fn a_rule_acts_on_each_related_record_that_counts(db: TestDatabase) {
        let world = World::build(db).await;
        let rule = world.rule("root", json!({
            "trigger": "changed", "changed_fields": "urgency", "condition": "urgency == 'high'",
            "actions": [
                { "action": "note", "value": "On itself" },
                { "action": "for_each", "target": "incident linked_from caused_by", "value": "category != 'server'" },
                { "action": "set", "target": "urgency", "value": "high" },
                { "action": "note", "value": "{{number}} follows {{origin.number}}: {{origin.title}}" },
            ],
        })).await;
        let cause = world.incident(json!({ "title": "The root {{number}}" })).await;
        let parts = world.caused(&cause, 2).await;
        let server = world.caused(&cause, 1).await.remove(0);
        world.update(&server, json!({ "category": "server" })).await;
        let stranger = world.incident(json!({})).await;
        world.settle().await;
        let preview = world.app().preview_rule(&world.actor("root").await, &rule.record.number).await.unwrap();
        assert_eq!(preview.count, 0, "nothing is urgent yet");
        world.update(&cause, json!({ "urgency": "high" })).await;
        world.settle().await;
        assert_eq!(world.notes(&cause).await, ["On itself"]);
        for part in &parts {
            assert_eq!(world.now(part).await.record.text("urgency"), "high");
            let wanted = format!("{} follows {}: The root {{{{number}}}}", part.record.number, cause.record.number);
            assert_eq!(world.notes(part).await, [wanted]);
            let journal = world.journal(part).await;
            let Some(Cause::Automation(cause_of)) = &journal.last().unwrap().cause else { panic!("{journal:?}") };
            assert_eq!((cause_of.rule, cause_of.answered.unwrap().record), (rule.record.id, cause.record.id));
        }
        for other in [&server, &stranger] {
            assert_ne!(world.now(other).await.record.text("urgency"), "high");
        }
        // What it did to others does not have it act again, and the log has a line for each.
        let runs = world.runs(&rule).await;
        let done: Vec<&str> = runs.iter().filter(|run| run.outcome == Outcome::Done).map(|run| run.record.1.as_str()).collect();
        assert_eq!(done.len(), 3, "{runs:#?}");
        let own = runs.iter().find(|run| run.record.1 == cause.record.number).unwrap();
        let each = own.trace.did.iter().find(|did| did.action == "for_each").unwrap();
        assert_eq!((each.count, each.beyond), (Some(2), None));
        let other = runs.iter().find(|run| run.record.1 == parts[0].record.number && run.outcome == Outcome::Done).unwrap();
        assert_eq!(other.trace.origin, Some(cause.record.id));
        let preview = world.app().preview_rule(&world.actor("root").await, &rule.record.number).await.unwrap();
        let place = preview.records.iter().position(|view| view.record.id == cause.record.id).unwrap();
        assert_eq!(preview.related[place], 2);
    }

    async fn what_one_related_record_refuses_holds_the_others_up_no_more_than_the_limits_do(db: TestDatabase) {
        let world = World::build(db).await;
        let rule = world.rule("root", json!({
            "trigger": "changed", "changed_fields": "urgency", "condition": "urgency == 'high'", "most_per_hour": 4,
            "actions": [
                { "action": "for_each", "target": "incident linked_from caused_by" },
                { "action": "note", "value": "Before the step" },
                { "action": "set", "target": "cancel_reason", "value": "It is the other one" },
                { "action": "move", "target": "cancel" },
            ],
        })).await;
        let cause = world.incident(json!({})).await;
        let parts = world.caused(&cause, 5).await;
        let refusing = &parts[1];
        world.0.server.transition(refusing, "cancel", json!({ "cancel_reason": "Nothing was wrong" })).await;
        world.settle().await;
        world.update(&cause, json!({ "urgency": "high" })).await;
        world.settle().await;
        assert_eq!(world.notes(refusing).await.len(), 0, "all of it or nothing on each");
        let runs = world.runs(&rule).await;
        let of = |outcome: Outcome| runs.iter().filter(|run| run.outcome == outcome).count();
        // Itself and three others are four in this hour; one is refused, and one is left out.
        assert_eq!((of(Outcome::Refused), of(Outcome::Done)), (1, 3), "{runs:#?}");
        let own = runs.iter().find(|run| run.record.1 == cause.record.number).unwrap();
        let each = own.trace.did.iter().find(|did| did.action == "for_each").unwrap();
        assert_eq!((each.count, each.beyond), (Some(2), Some(2)));
    }

    async fn a_rule_reaches_no_record_that_its_keeper_or_its_organisation_does_not(db: TestDatabase) {
        let world = World::build(db).await;
        let kind = world.app().kind("rule").unwrap().clone();
        let fields = json!({
            "title": "Of A", "for_kind": "incident", "trigger": "changed", "changed_fields": "urgency", "condition": "true",
            "actions": [{ "action": "for_each", "target": "incident linked_from caused_by" }, { "action": "note", "value": "Here" }],
        });
        let new = NewRecord { fields: fields.as_object().unwrap().clone(), organisation: Some(world.0.a.to_string()), links: Vec::new() };
        let draft = world.app().create(&world.actor("oa").await, &kind, &new, &Origin::door(Door::Api)).await.unwrap();
        world.step("oa", &draft, "activate").await.unwrap();
        let cause = world.incident(json!({})).await;
        let own = world.caused(&cause, 1).await.remove(0);
        let foreign = world.0.server.make("incident", world.0.b, json!({ "title": "B", "requester": world.0.people["b1"].to_string() })).await;
        world.link(&foreign, "caused_by", &cause).await;
        world.settle().await;
        world.update(&cause, json!({ "urgency": "high" })).await;
        world.settle().await;
        assert_eq!((world.notes(&own).await.len(), world.notes(&foreign).await.len()), (1, 0));
    }

    async fn two_rules_on_the_same_related_record_both_count(db: TestDatabase) {
        let world = World::build(db).await;
        for word in ["One", "Two"] {
            world.rule("root", json!({
                "trigger": "changed", "changed_fields": "urgency", "condition": "urgency == 'high'",
                "actions": [{ "action": "for_each", "target": "incident linked_from caused_by" }, { "action": "note", "value": word }],
            })).await;
        }
        let cause = world.incident(json!({})).await;
        let part = world.caused(&cause, 1).await.remove(0);
        world.settle().await;
        world.update(&cause, json!({ "urgency": "high" })).await;
        world.settle().await;
        assert_eq!(world.notes(&part).await, ["One", "Two"]);
    }

    async fn rules_for_others_that_cannot_be_are_refused_with_the_way_out(db: TestDatabase) {
        let world = World::build(db).await;
        let note = json!({ "action": "note", "value": "x" });
        let each = |target: &str, value: &str, then: Json| json!({ "actions": [{ "action": "for_each", "target": target, "value": value }, then] });
        let table = [
            (json!({ "actions": [{ "action": "for_each", "target": "incident_task.incident" }] }), "actions[0].action", "followed by nothing"),
            (each("", "", note.clone()), "actions[0].target", "does not say which"),
            (each("nothing.at", "", note.clone()), "actions[0].target", "no kind"),
            (each("incident_task.title", "", note.clone()), "actions[0].target", "there are incident"),
            (each("incident linked_from likes", "", note.clone()), "actions[0].target", "no type of link that fits"),
            (each("incident_task.incident", "titel == 'x'", note.clone()), "actions[0].value", "title"),
            (each("approval.subject", "", note.clone()), "actions[0].target", "do not refer"),
            (each("incident_task.incident", "", json!({ "action": "set", "target": "nothing", "value": "x" })), "actions[1].target", "no field"),
            (each("incident_task.incident", "", json!({ "action": "note", "value": "{{origin.nothing}}" })), "actions[1].value", "no variable"),
            (json!({ "actions": [{ "action": "note", "value": "{{origin.title}}" }] }), "actions[0].value", "no variable"),
            (json!({ "actions": [{ "action": "approve" }] }), "actions[0].action", "do not wait for approval"),
            (json!({ "for_kind": "change", "actions": [{ "action": "refuse" }] }), "actions[0].value", "why"),
            (json!({ "for_kind": "change", "actions": [{ "action": "ask_approval" }] }), "actions[0].value", "policy"),
        ];
        for (fields, field, words) in table {
            let found = faults(world.try_rule("root", fields.clone()).await);
            assert!(found.iter().any(|(at, message)| at == field && message.contains(words)), "{fields}: {found:?}");
        }
        // Examples tell what is set on each.
        let examples = |value: &str| format!("[[example]]\nname = \"One\"\neach = {{ title = \"{value}\" }}\n");
        let fields = |value: &str| json!({
            "actions": [{ "action": "for_each", "target": "incident_task.incident" }, { "action": "set", "target": "title", "value": "Done" }],
            "examples": examples(value),
        });
        let wrong = world.try_rule("root", fields("Other")).await.unwrap();
        assert_eq!(faults(world.step("root", &wrong, "activate").await)[0].0, "examples");
        let right = world.try_rule("root", fields("Done")).await.unwrap();
        world.step("root", &right, "activate").await.unwrap();
    }

    async fn a_rule_approves_where_its_keeper_is_asked_and_nowhere_else(db: TestDatabase) {
        let world = World::build(db).await;
        world.policy(json!({ "people": world.names(&["oa", "g2"]), "need": "all" })).await;
        let kind = world.app().kind("rule").unwrap().clone();
        let fields = json!({
            "title": "Small ones pass", "for_kind": "change", "trigger": "commented", "condition": "true",
            "actions": [{ "action": "approve", "value": "{{number}} is small" }],
        });
        let new = NewRecord { fields: fields.as_object().unwrap().clone(), organisation: Some(world.0.a.to_string()), links: Vec::new() };
        let draft = world.app().create(&world.actor("oa").await, &kind, &new, &Origin::door(Door::Api)).await.unwrap();
        let rule = world.step("oa", &draft, "activate").await.unwrap();
        let change = world.waiting("root").await;
        let say = |record: RecordView| { let world = &world; async move {
            let said = steward_model::command::NewComment { audience: steward_model::event::Audience::Internal, body: "Look".to_owned() };
            world.0.server.act(&world.actor("root").await, &record, Request::Command(steward_model::command::Command::Comment(said))).await;
            world.settle().await;
        } };
        say(change.clone()).await;
        let round = world.rounds().await.remove(0);
        let answers = round.record.field("answers").and_then(Json::as_array).unwrap().clone();
        let of = |name: &str| answers.iter().find(|row| row["person"] == json!(world.0.people[name].0)).unwrap().clone();
        assert_eq!((of("oa")["answer"].as_str(), of("g2")["answer"].as_str()), (Some("approved"), Some("waiting")));
        assert_eq!(of("oa")["reason"], json!(format!("{} is small", change.record.number)));
        assert_eq!(world.now(&change).await.record.state, "authorize", "the other one is still asked");
        let journal = world.journal(&round).await;
        let Some(Cause::Automation(cause)) = &journal.last().unwrap().cause else { panic!("{journal:?}") };
        assert_eq!(cause.rule, rule.record.id);
        let run = world.runs(&rule).await.remove(0);
        assert_eq!((run.outcome, run.trace.did[0].what.as_str()), (Outcome::Done, round.record.number.as_str()));
        // Again is refused, and so is what its keeper made.
        say(change.clone()).await;
        assert_eq!(world.outcomes(&rule).await[0], Outcome::Refused);
        let own = world.waiting("oa").await;
        say(own.clone()).await;
        let run = world.runs(&rule).await.remove(0);
        assert!(run.outcome == Outcome::Refused && run.trace.reason.contains("its keeper asked for"), "{run:?}");
        assert_eq!(world.now(&own).await.record.state, "authorize");
        // And where the keeper is not asked, or has to sign.
        world.policy(json!({ "name": "Sign", "people": world.names(&["oa"]), "sign": true, "stage": 1 })).await;
        let signed = world.waiting("root").await;
        say(signed.clone()).await;
        let run = world.runs(&rule).await.remove(0);
        assert!(run.outcome == Outcome::Refused && run.trace.reason.contains("password"), "{run:?}");
    }

    async fn the_last_answer_of_a_rule_moves_the_record_and_nothing_changes_with_it(db: TestDatabase) {
        let world = World::build(db).await;
        world.policy(json!({ "people": world.names(&["root"]) })).await;
        let sly = world.rule("root", json!({
            "title": "Sly", "order": 1, "for_kind": "change", "trigger": "changed", "changed_fields": "category", "condition": "true",
            "actions": [{ "action": "approve" }, { "action": "set", "target": "risk", "value": "low" }],
        })).await;
        let plain = world.rule("root", json!({
            "title": "Plain", "order": 2, "for_kind": "change", "trigger": "changed", "changed_fields": "title", "condition": "true",
            "actions": [{ "action": "refuse", "value": "Not now" }],
        })).await;
        let change = world.waiting("oa").await;
        world.settle().await;
        let category = world.now(&change).await.kind.field("category").and_then(|field| field.field_type.choices().map(|choices| choices.0[0].key.clone()));
        world.update(&change, json!({ "category": category })).await;
        world.settle().await;
        let run = world.runs(&sly).await.remove(0);
        assert!(run.trace.reason.contains("changes in the same act"), "{run:?}");
        assert_eq!(world.now(&change).await.record.state, "authorize");
        world.update(&change, json!({ "title": "Mend the gate at once" })).await;
        world.settle().await;
        assert_eq!(world.outcomes(&plain).await, [Outcome::Done], "{:?}", world.runs(&plain).await);
        let after = world.now(&change).await.record;
        assert_eq!((after.state.as_str(), after.text("rejection_reason")), ("new", "Not now"));
        assert_eq!(world.rounds().await[0].record.state, "refused");
    }

    async fn a_rule_asks_those_of_a_policy_besides(db: TestDatabase) {
        let world = World::build(db).await;
        world.policy(json!({ "people": world.names(&["g2"]) })).await;
        let besides = world.policy(json!({ "name": "Besides", "condition": "false", "people": world.names(&["oa"]) })).await;
        let rule = world.rule("root", json!({
            "for_kind": "change", "trigger": "changed", "changed_fields": "title", "condition": "true",
            "actions": [{ "action": "ask_approval", "value": besides.record.number }],
        })).await;
        let change = world.waiting("root").await;
        world.update(&change, json!({ "title": "Mend both gates" })).await;
        world.settle().await;
        assert_eq!(world.outcomes(&rule).await, [Outcome::Done], "{:?}", world.runs(&rule).await);
        let pending = |record: &RecordView| record.record.references("pending").len();
        let rounds = world.rounds().await;
        assert_eq!((rounds.len(), pending(&rounds[0])), (1, 2));
        assert_eq!(world.now(&change).await.record.references("pending_approvers").len(), 2);
        // They are not asked twice.
        world.update(&change, json!({ "title": "Mend both gates now" })).await;
        world.settle().await;
        assert_eq!((world.outcomes(&rule).await[0], pending(&world.rounds().await[0])), (Outcome::Nothing, 2));
        // Where nothing waits there is nobody to ask.
        let other = world.create("root", "change", json!({ "title": "Another", "change_type": "normal", "requester": world.0.people["a1"].to_string() })).await;
        world.update(&other, json!({ "title": "Another one" })).await;
        world.settle().await;
        let run = world.runs(&rule).await.remove(0);
        assert!(run.trace.reason.contains("does not wait for approval"), "{run:?}");
    }
}
