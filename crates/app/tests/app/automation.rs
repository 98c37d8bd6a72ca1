//! Automation rules: what they answer, once each, with whose rights, and where they end.

use serde_json::{Value as Json, json};
use steward_app::App;
use steward_app::automation::RunView;
use steward_app::error::Error;
use steward_app::records::{NewRecord, Origin, Request};
use steward_app::view::RecordView;
use steward_model::access::Actor;
use steward_model::command::{Command, NewComment, Transition};
use steward_model::event::{Act, Audience, Cause, Door, Event};
use steward_model::id::RecordId;
use steward_rule::trace::{Because, Outcome};
use steward_store::change::ChangeSet;
use steward_store::rules::{NewRun, RuleEffects};
use steward_testkit::database::TestDatabase;
use steward_testkit::fixture::Fixture;
use steward_testkit::on_both;

pub(crate) struct World(pub(crate) Fixture);

impl World {
    /// With the follower at the end of the journal, as on a server that runs.
    pub(crate) async fn build(db: TestDatabase) -> Self {
        let world = Self(Fixture::build(db).await);
        world.settle().await;
        world
    }

    pub(crate) fn app(&self) -> &App {
        &self.0.server.app
    }

    pub(crate) async fn actor(&self, name: &str) -> Actor {
        self.0.server.actor(self.0.people[name]).await
    }

    /// Has all there is followed.
    pub(crate) async fn settle(&self) {
        self.0.server.followed("rules", async || self.app().answer_next().await.unwrap()).await;
    }

    /// A draft by somebody, or why not.
    pub(crate) async fn try_rule(&self, by: &str, fields: Json) -> Result<RecordView, Error> {
        let mut all = json!({ "title": "Rule", "for_kind": "incident", "trigger": "created", "condition": "true" });
        all.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        let actor = self.actor(by).await;
        let kind = self.app().kind("rule").unwrap().clone();
        let organisation = Some(self.0.provider.to_string());
        let new = NewRecord { fields: all.as_object().unwrap().clone(), organisation, links: Vec::new() };
        self.app().create(&actor, &kind, &new, &Origin::door(Door::Api)).await
    }

    /// A rule in force.
    pub(crate) async fn rule(&self, by: &str, fields: Json) -> RecordView {
        let draft = self.try_rule(by, fields).await.unwrap_or_else(|error| panic!("{error:?}"));
        self.step(by, &draft, "activate").await.unwrap_or_else(|error| panic!("{error:?}"))
    }

    pub(crate) async fn step(&self, by: &str, record: &RecordView, key: &str) -> Result<RecordView, Error> {
        let step = Request::Command(Command::Transition(Transition { key: key.to_owned(), ..Transition::default() }));
        let actor = self.actor(by).await;
        self.app().execute(&actor, &record.kind, &record.record.number, &step, &Origin::door(Door::Api)).await
    }

    pub(crate) async fn incident(&self, fields: Json) -> RecordView {
        let mut all = json!({ "title": "It broke", "requester": self.0.people["a1"].to_string() });
        all.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        self.0.server.make("incident", self.0.a, all).await
    }

    pub(crate) async fn update(&self, record: &RecordView, fields: Json) {
        let request = Request::Update { fields: fields.as_object().unwrap().clone(), organisation: None, base: None };
        self.0.server.act(&self.actor("root").await, record, request).await;
    }

    pub(crate) async fn now(&self, record: &RecordView) -> RecordView {
        self.app().get(&Actor::system(), &record.kind, &record.record.number, None).await.unwrap()
    }

    pub(crate) async fn journal(&self, record: &RecordView) -> Vec<Event> {
        let entries = self.0.server.database.store.journal_of(record.record.id, 0, 1000).await.unwrap();
        entries.into_iter().map(|entry| entry.event).collect()
    }

    pub(crate) async fn runs(&self, rule: &RecordView) -> Vec<RunView> {
        let root = self.actor("root").await;
        self.app().runs_of_rule(&root, &rule.record.number, None).await.unwrap().runs
    }

    pub(crate) async fn outcomes(&self, rule: &RecordView) -> Vec<Outcome> {
        self.runs(rule).await.into_iter().map(|run| run.outcome).collect()
    }
}

pub(crate) fn set(field: &str, value: &str) -> Json {
    json!([{ "action": "set", "target": field, "value": value }])
}

pub(crate) fn faults(result: Result<RecordView, Error>) -> Vec<(String, String)> {
    match result {
        Err(Error::Invalid(faults)) => faults.into_iter().map(|fault| (fault.field, fault.message)).collect(),
        other => panic!("{other:?}"),
    }
}

on_both! {
    async fn a_rule_acts_as_steward_and_says_why(db: TestDatabase) {
        let world = World::build(db).await;
        let rule = world.rule("root", json!({
            "title": "Printers are urgent", "condition": "category == 'printer'",
            "actions": [
                { "action": "set", "target": "urgency", "value": "high" },
                { "action": "note", "value": "{{number}} of {{requester.name}}{{service.name}} is about {{title}}" },
            ],
        })).await;
        let printer = world.incident(json!({ "category": "printer", "title": "Smoke {{number}}" })).await;
        let other = world.incident(json!({ "category": "server" })).await;
        world.settle().await;
        let after = world.now(&printer).await.record;
        assert_eq!(after.text("urgency"), "high");
        assert_ne!(world.now(&other).await.record.text("urgency"), "high");
        let journal = world.journal(&printer).await;
        let [_, updated, noted] = journal.as_slice() else { panic!("{journal:?}") };
        assert_eq!((updated.actor, updated.door), (RecordId::SYSTEM, Door::Rule));
        for event in [updated, noted] {
            let Some(Cause::Automation(cause)) = &event.cause else { panic!("{:?}", event.cause) };
            assert_eq!((cause.rule, cause.version, cause.answered.unwrap().seq), (rule.record.id, rule.record.revision, 1));
            assert_eq!(cause.named, format!("{} Printers are urgent", rule.record.number));
        }
        let a1 = world.0.server.database.store.get_record(world.0.people["a1"]).await.unwrap().unwrap().record;
        let Act::Commented { body, audience: Audience::Internal } = &noted.act else { panic!("{noted:?}") };
        // What stands in the record is not read again: its braces stay.
        assert_eq!(body, &format!("{} of {} is about Smoke {{{{number}}}}", printer.record.number, a1.text("name")));
        let runs = world.runs(&rule).await;
        assert_eq!(runs.len(), 1);
        assert_eq!((runs[0].outcome, runs[0].seq, runs[0].made), (Outcome::Done, Some(1), Some(2)));
        let did: Vec<&str> = runs[0].trace.did.iter().map(|did| did.action.as_str()).collect();
        assert_eq!(did, ["set", "note"]);
    }

    async fn two_nodes_answer_once(db: TestDatabase) {
        let world = World::build(db).await;
        let rule = world.rule("root", json!({ "actions": [{ "action": "note", "value": "Seen" }] })).await;
        let mut made = Vec::new();
        for _ in 0..5 {
            made.push(world.incident(json!({})).await);
        }
        let (_, other) = world.0.server.another_node();
        for _ in 0..40 {
            let (one, two) = tokio::join!(world.app().answer_next(), other.answer_next());
            one.unwrap();
            two.unwrap();
        }
        world.settle().await;
        for incident in &made {
            let notes = world.journal(incident).await.iter().filter(|event| matches!(event.act, Act::Commented { .. })).count();
            assert_eq!(notes, 1, "{}", incident.record.number);
        }
        assert_eq!(world.outcomes(&rule).await, [Outcome::Done; 5]);
    }

    async fn rules_do_not_chase_each_other(db: TestDatabase) {
        let world = World::build(db).await;
        let there = world.rule("root", json!({
            "trigger": "changed", "changed_fields": "urgency", "condition": "urgency == 'low'", "actions": set("urgency", "high"),
        })).await;
        let back = world.rule("root", json!({
            "trigger": "changed", "changed_fields": "urgency", "condition": "urgency == 'high'", "actions": set("urgency", "low"),
        })).await;
        let incident = world.incident(json!({})).await;
        world.update(&incident, json!({ "urgency": "low" })).await;
        world.settle().await;
        // Each acts once on the record in the chain; then the first would come again.
        assert_eq!(world.now(&incident).await.record.text("urgency"), "low");
        let outcomes = world.outcomes(&there).await;
        assert_eq!(outcomes.iter().filter(|outcome| **outcome == Outcome::Done).count(), 1, "{outcomes:?}");
        assert_eq!(outcomes[0], Outcome::Looped);
        assert_eq!(world.outcomes(&back).await, [Outcome::Done]);
        // What a person does next begins a new chain.
        world.update(&incident, json!({ "urgency": "high" })).await;
        world.settle().await;
        let done = world.outcomes(&back).await.into_iter().filter(|outcome| *outcome == Outcome::Done).count();
        assert_eq!((done, world.outcomes(&there).await.len() < 6), (2, true));
    }

    async fn rules_that_answer_the_same_act_stand_side_by_side_and_those_that_follow_end(db: TestDatabase) {
        let world = World::build(db).await;
        let note = json!([{ "action": "note", "value": "Seen" }]);
        let mut beside = Vec::new();
        for order in 0..12 {
            beside.push(world.rule("root", json!({ "order": order, "actions": note })).await);
        }
        world.rule("root", json!({ "order": 50, "actions": set("title", "step 0") })).await;
        let mut steps = Vec::new();
        for step in 0..12 {
            steps.push(world.rule("root", json!({
                // The later the sooner, so that each waits for an entry of the one before it.
                "order": 20 - step, "trigger": "changed", "changed_fields": "title",
                "condition": format!("title == 'step {step}'"),
                "actions": set("title", &format!("step {}", step + 1)),
            })).await);
        }
        let incident = world.incident(json!({})).await;
        world.settle().await;
        for rule in &beside {
            assert_eq!(world.outcomes(rule).await, [Outcome::Done], "{}", rule.record.number);
        }
        // The one that answered the person is the first of eight.
        assert_eq!(world.now(&incident).await.record.text("title"), "step 7");
        assert_eq!(world.outcomes(&steps[6]).await, [Outcome::Done]);
        assert_eq!(world.outcomes(&steps[7]).await, [Outcome::Looped]);
        assert!(world.outcomes(&steps[8]).await.is_empty());
    }

    async fn the_last_of_contradicting_rules_stands_and_a_last_rule_ends_it(db: TestDatabase) {
        let world = World::build(db).await;
        let first = world.rule("root", json!({ "title": "First", "order": 10, "actions": set("urgency", "high") })).await;
        world.rule("root", json!({ "title": "Second", "order": 20, "actions": set("urgency", "low") })).await;
        let incident = world.incident(json!({})).await;
        world.settle().await;
        assert_eq!(world.now(&incident).await.record.text("urgency"), "low");
        world.step("root", &first, "suspend").await.unwrap();
        let stop = Request::Update { fields: json!({ "stop": true }).as_object().unwrap().clone(), organisation: None, base: None };
        world.0.server.act(&world.actor("root").await, &first, stop).await;
        let first = world.step("root", &first, "activate").await.unwrap();
        let incident = world.incident(json!({})).await;
        world.settle().await;
        assert_eq!(world.now(&incident).await.record.text("urgency"), "high");
        let run = world.runs(&first).await.remove(0);
        assert_eq!(run.trace.passed.len(), 1);
        let passed = &run.trace.passed[0];
        assert_eq!((passed.because, &passed.why), (Because::LastRule, &first.record.number));
    }

    async fn a_rule_can_do_no_more_than_its_keeper(db: TestDatabase) {
        let world = World::build(db).await;
        // The administrator of A keeps a rule for everybody; of B's records it changes none.
        let kind = world.app().kind("rule").unwrap().clone();
        let oa = world.actor("oa").await;
        let fields = json!({ "title": "Of A", "for_kind": "incident", "trigger": "created", "condition": "true", "actions": set("urgency", "high") });
        let new = NewRecord { fields: fields.as_object().unwrap().clone(), organisation: Some(world.0.a.to_string()), links: Vec::new() };
        let draft = world.app().create(&oa, &kind, &new, &Origin::door(Door::Api)).await.unwrap();
        let rule = world.step("oa", &draft, "activate").await.unwrap();
        let of_b = world.0.server.make("incident", world.0.b, json!({ "title": "B", "requester": world.0.people["b1"].to_string() })).await;
        let of_a = world.incident(json!({})).await;
        world.settle().await;
        assert_eq!(world.now(&of_a).await.record.text("urgency"), "high");
        assert_ne!(world.now(&of_b).await.record.text("urgency"), "high");
        // Who loses the rights takes them from the rule.
        let people = world.app().kind("person").unwrap().clone();
        let person = world.app().get(&Actor::system(), &people, &world.0.people["oa"].to_string(), None).await.unwrap();
        world.update(&person, json!({ "roles": [{ "role": "requester" }] })).await;
        let incident = world.incident(json!({})).await;
        world.settle().await;
        assert_ne!(world.now(&incident).await.record.text("urgency"), "high");
        let root = world.actor("root").await;
        let standing = world.app().rule_standing(&root, &rule.record.number).await.unwrap();
        let outcomes = world.outcomes(&rule).await;
        assert!(standing.fault.is_some() || outcomes[0] == Outcome::Refused, "{standing:?} {outcomes:?}");
        // And who does not work here any more has it stand still, which it says.
        world.0.server.transition(&person, "leave", json!({ "leave_on": "2026-01-05" })).await;
        let standing = world.app().rule_standing(&root, &rule.record.number).await.unwrap();
        assert!(standing.fault.as_deref().is_some_and(|fault| fault.contains("may not act any more")), "{standing:?}");
    }

    async fn what_is_refused_is_noted_and_holds_nothing_up(db: TestDatabase) {
        let world = World::build(db).await;
        let refused = world.rule("root", json!({
            "order": 1,
            "actions": [{ "action": "set", "target": "urgency", "value": "high" }, { "action": "move", "target": "resolve" }],
        })).await;
        let good = world.rule("root", json!({ "order": 2, "actions": set("impact", "high") })).await;
        let incident = world.incident(json!({})).await;
        world.settle().await;
        let after = world.now(&incident).await.record;
        assert_eq!((after.state.as_str(), after.text("impact")), ("new", "high"));
        assert_ne!(after.text("urgency"), "high", "all of a rule or nothing");
        let run = world.runs(&refused).await.remove(0);
        assert_eq!(run.outcome, Outcome::Refused);
        assert!(run.trace.reason.contains("needed for this step"), "{}", run.trace.reason);
        assert_eq!(world.outcomes(&good).await, [Outcome::Done]);
    }

    async fn a_rule_that_matches_everything_ends_at_its_limit(db: TestDatabase) {
        let world = World::build(db).await;
        let rule = world.rule("root", json!({ "most_per_hour": 3, "actions": [{ "action": "note", "value": "Hello" }] })).await;
        for _ in 0..6 {
            world.incident(json!({})).await;
        }
        world.settle().await;
        let outcomes = world.outcomes(&rule).await;
        assert_eq!(outcomes, [Outcome::Limited, Outcome::Done, Outcome::Done, Outcome::Done]);
        let root = world.actor("root").await;
        let standing = world.app().rule_standing(&root, &rule.record.number).await.unwrap();
        assert!(standing.limited_at.is_some());
        world.0.server.clock.advance(3700);
        world.incident(json!({})).await;
        world.settle().await;
        assert_eq!(world.outcomes(&rule).await[0], Outcome::Done);
    }

    async fn broken_definitions_are_refused_with_the_way_out(db: TestDatabase) {
        let world = World::build(db).await;
        let table = [
            (json!({ "condition": "priorty == 'high'", "actions": set("urgency", "high") }), "condition", "priority"),
            (json!({ "condition": "priority ==", "actions": set("urgency", "high") }), "condition", "cannot be used"),
            (json!({ "condition": " ", "actions": set("urgency", "high") }), "condition", "required"),
            (json!({ "for_kind": "incidents", "actions": set("urgency", "high") }), "for_kind", "no kind"),
            (json!({ "for_kind": "rule", "actions": set("title", "x") }), "for_kind", "cannot be rules"),
            (json!({ "for_kind": "approval", "condition": "state == 'open'", "actions": [{ "action": "move", "target": "approve" }] }), "for_kind", "only Steward makes"),
            (json!({ "actions": [] }), "actions", ""),
            (json!({ "actions": set("urgency", "enormous") }), "actions[0].value", ""),
            (json!({ "actions": set("opened_at", "2026-01-01") }), "actions[0].target", "cannot be set"),
            (json!({ "actions": [{ "action": "note", "value": "{{secret}}" }] }), "actions[0].value", "no variable"),
            (json!({ "actions": [{ "action": "note", "value": "{{requester.password}}" }] }), "actions[0].value", "no variable"),
            (json!({ "actions": [{ "action": "move", "target": "explode" }] }), "actions[0].target", "resolve"),
            (json!({ "actions": [{ "action": "link", "target": "likes", "value": "INC1" }] }), "actions[0].target", "no type of link"),
            (json!({ "trigger": "time", "actions": set("urgency", "high") }), "every_minutes", "needed"),
            (json!({ "trigger": "time", "every_minutes": 15, "actions": [{ "action": "notify", "target": "team" }] }), "actions", "Once per record"),
            (json!({ "trigger": "time", "every_minutes": 15, "assign_by": "round_robin" }), "assign_by", "Once per record"),
            (json!({ "trigger": "changed", "changed_fields": "nothing", "actions": set("urgency", "high") }), "changed_fields", "no field"),
            (json!({ "assign_by": "team" }), "assign_team", "needed"),
            (json!({ "condition": "linked('caused_by')", "actions": set("urgency", "high") }), "condition", ""),
        ];
        for (fields, field, words) in table {
            let found = faults(world.try_rule("root", fields.clone()).await);
            let fits = |(at, message): &(String, String)| at == field && message.contains(words);
            assert!(found.iter().any(fits), "{fields}: {found:?}");
        }
        let loops = "a".repeat(20_000);
        let found = world.try_rule("root", json!({ "condition": loops, "actions": set("urgency", "high") })).await;
        assert!(found.is_err());
    }

    async fn examples_are_proved_before_a_rule_is_in_force(db: TestDatabase) {
        let world = World::build(db).await;
        let examples = |expected: &str| format!(
            "[[example]]\nname = \"Printers\"\ngiven = {{ category = \"printer\" }}\nset = {{ urgency = \"{expected}\" }}\n\
             [[example]]\nname = \"Others\"\ngiven = {{ category = \"server\" }}\nacts = false\n"
        );
        let fields = |expected: &str| json!({ "condition": "category == 'printer'", "actions": set("urgency", "high"), "examples": examples(expected) });
        let wrong = world.try_rule("root", fields("low")).await.unwrap();
        let found = faults(world.step("root", &wrong, "activate").await);
        assert_eq!(found, [("examples".to_owned(), "do not hold: “Printers”: it sets `urgency` to `high`, not to `low`".to_owned())]);
        let right = world.try_rule("root", fields("high")).await.unwrap();
        world.step("root", &right, "activate").await.unwrap();
        let unreadable = world.try_rule("root", json!({ "actions": set("urgency", "high"), "examples": "[[example]]\nnam = 1" })).await;
        assert!(faults(unreadable)[0].1.contains("line 2"));
    }

    async fn work_finds_who_takes_it(db: TestDatabase) {
        let world = World::build(db).await;
        let people = world.app().kind("person").unwrap().clone();
        let kind = world.app().kind("team").unwrap().clone();
        let both = [world.0.people["g1"].to_string(), world.0.people["g2"].to_string()];
        let desk = world.app().get(&Actor::system(), &kind, &world.0.desk.to_string(), None).await.unwrap();
        world.update(&desk, json!({ "members": both })).await;
        let rule = world.rule("root", json!({
            "title": "Round", "condition": "!has(assignee) && !has(team)",
            "assign_by": "round_robin", "assign_team": world.0.desk.to_string(), "actions": [],
        })).await;
        let mut got = Vec::new();
        for _ in 0..3 {
            let incident = world.incident(json!({})).await;
            world.settle().await;
            got.push(world.now(&incident).await.record.reference("assignee").unwrap());
        }
        assert!(got[0] == got[2] && got[0] != got[1], "{got:?}");
        // Who is away is passed over, and the log says so.
        let g2 = world.app().get(&Actor::system(), &people, &both[1], None).await.unwrap();
        world.update(&g2, json!({ "absent_from": "2026-01-01", "absent_until": "2026-12-31" })).await;
        for _ in 0..2 {
            let incident = world.incident(json!({})).await;
            world.settle().await;
            assert_eq!(world.now(&incident).await.record.reference("assignee"), Some(world.0.people["g1"]));
        }
        let routed = world.runs(&rule).await.remove(0).trace.routed.unwrap();
        assert_eq!(routed.team, Some(world.0.desk));
        assert!(routed.passed.iter().any(|(person, why)| *person == world.0.people["g2"] && format!("{why:?}") == "Absent"), "{routed:?}");
        world.step("root", &rule, "retire").await.unwrap();
        // The least loaded, up to what they may have.
        world.update(&g2, json!({ "absent_from": null, "absent_until": null })).await;
        world.rule("root", json!({
            "assign_by": "least_loaded", "assign_team": world.0.desk.to_string(), "assign_capacity": 3,
        })).await;
        let mut got = Vec::new();
        for _ in 0..5 {
            let incident = world.incident(json!({})).await;
            world.settle().await;
            got.push(world.now(&incident).await.record.reference("assignee"));
        }
        let (g1, g2) = (Some(world.0.people["g1"]), Some(world.0.people["g2"]));
        assert_eq!(got.iter().filter(|one| **one == g2).count(), 2, "{got:?}");
        assert!(got.iter().all(|one| *one != g1), "g1 has more than three: {got:?}");
        assert_eq!(got[4], None);
    }

    async fn skills_and_items_route_too(db: TestDatabase) {
        let world = World::build(db).await;
        let kind = world.app().kind("team").unwrap().clone();
        let people = world.app().kind("person").unwrap().clone();
        let both = [world.0.people["g1"].to_string(), world.0.people["g2"].to_string()];
        let desk = world.app().get(&Actor::system(), &kind, &world.0.desk.to_string(), None).await.unwrap();
        world.update(&desk, json!({ "members": both })).await;
        let g2 = world.app().get(&Actor::system(), &people, &both[1], None).await.unwrap();
        world.update(&g2, json!({ "skills": [{ "skill": "Printer", "level": "expert" }, { "skill": "server", "expires_on": "2020-01-01" }] })).await;
        world.rule("root", json!({
            "condition": "!has(configuration_items)",
            "assign_by": "skill", "assign_skill": "{{category}}", "assign_team": world.0.desk.to_string(),
        })).await;
        world.rule("root", json!({ "condition": "has(configuration_items)", "assign_by": "item_team" })).await;
        let printer = world.incident(json!({ "category": "printer" })).await;
        let server = world.incident(json!({ "category": "server" })).await;
        world.update(&world.0.ca, json!({ "support_team": world.0.hr.to_string() })).await;
        let item = world.incident(json!({ "configuration_items": [world.0.ca.record.id.to_string()] })).await;
        world.settle().await;
        assert_eq!(world.now(&printer).await.record.reference("assignee"), Some(world.0.people["g2"]));
        let server = world.now(&server).await.record;
        assert_eq!((server.reference("team"), server.reference("assignee")), (Some(world.0.desk), None), "the certificate is of the past");
        assert_eq!(world.now(&item).await.record.reference("team"), Some(world.0.hr));
    }

    async fn rules_look_behind_references_and_answer_words(db: TestDatabase) {
        let world = World::build(db).await;
        let people = world.app().kind("person").unwrap().clone();
        let a1 = world.app().get(&Actor::system(), &people, &world.0.people["a1"].to_string(), None).await.unwrap();
        world.update(&a1, json!({ "vip": true })).await;
        world.rule("root", json!({ "condition": "requester.vip == true", "actions": set("urgency", "high") })).await;
        let reopened = world.rule("root", json!({
            "trigger": "commented", "comment_by": "requester", "comment_audience": "public",
            "notation": "search", "condition": "state:new", "actions": [{ "action": "notify", "value": world.0.people["a2"].to_string() }, { "action": "set", "target": "escalated", "value": "yes" }, { "action": "set", "target": "escalation_reason", "value": "They asked again" }],
        })).await;
        let incident = world.incident(json!({})).await;
        world.settle().await;
        assert_eq!(world.now(&incident).await.record.text("urgency"), "high");
        let comment = NewComment { audience: Audience::Public, body: "Any news?".to_owned() };
        world.0.server.act(&world.actor("a1").await, &incident, Request::Command(Command::Comment(comment.clone()))).await;
        world.settle().await;
        assert_eq!(world.now(&incident).await.record.field("escalated"), Some(&Json::Bool(true)));
        // a2 may not read it and hears nothing.
        assert_eq!(world.runs(&reopened).await[0].trace.did[0].count, Some(0));
        // What staff write is answered by none.
        world.0.server.act(&world.actor("root").await, &incident, Request::Command(Command::Comment(comment))).await;
        world.settle().await;
        assert_eq!(world.outcomes(&reopened).await.len(), 1);
    }

    async fn turns_of_time_come_once_to_each_record(db: TestDatabase) {
        let world = World::build(db).await;
        let rule = world.rule("root", json!({
            "trigger": "time", "every_minutes": 30, "once": true, "condition": "state == 'new' && updated_at < now - duration('2h')",
            "actions": [{ "action": "note", "value": "Nobody looked at this" }],
        })).await;
        let old = world.incident(json!({})).await;
        world.app().run_rule_turns().await.unwrap();
        world.0.server.clock.advance(3 * 3600);
        let young = world.incident(json!({})).await;
        let (_, other) = world.0.server.another_node();
        let (one, two) = tokio::join!(world.app().run_rule_turns(), other.run_rule_turns());
        one.unwrap();
        two.unwrap();
        world.0.server.clock.advance(4 * 3600);
        world.app().run_rule_turns().await.unwrap();
        let notes = |events: Vec<Event>| events.iter().filter(|event| matches!(event.act, Act::Commented { .. })).count();
        assert_eq!((notes(world.journal(&old).await), notes(world.journal(&young).await)), (1, 1));
        let outcomes = world.outcomes(&rule).await;
        assert!(outcomes.iter().all(|outcome| *outcome == Outcome::Done), "{outcomes:?}");
    }

    async fn a_replay_tells_what_would_have_been_and_writes_nothing(db: TestDatabase) {
        let world = World::build(db).await;
        for place in 0..4 {
            let incident = world.incident(json!({ "category": if place % 2 == 0 { "printer" } else { "server" } })).await;
            world.update(&incident, json!({ "urgency": "high" })).await;
        }
        let draft = world.try_rule("root", json!({
            "trigger": "changed", "changed_fields": "urgency", "condition": "category == 'printer' && urgency == 'high'", "actions": set("impact", "high"),
        })).await.unwrap();
        let before = world.0.server.rows().await;
        let root = world.actor("root").await;
        let replayed = world.app().replay_rule(&root, &draft.record.number, 30).await.unwrap();
        assert_eq!((replayed.acts, replayed.acted_on), (2, 2), "{replayed:?}");
        let preview = world.app().preview_rule(&root, &draft.record.number).await.unwrap();
        assert_eq!((preview.count, preview.records.len()), (2, 2));
        assert_eq!(world.0.server.rows().await, before);
        // Somebody else sees of it what they may see.
        let g2 = world.actor("g2").await;
        assert!(matches!(world.app().replay_rule(&g2, &draft.record.number, 30).await, Err(Error::Forbidden { .. })));
        assert!(world.app().preview_rule(&g2, &draft.record.number).await.unwrap().count <= 2);
    }

    async fn a_record_is_made_from_a_template(db: TestDatabase) {
        let world = World::build(db).await;
        let template = world.0.server.make("record_template", world.0.provider, json!({
            "title": "Check", "for_kind": "task", "values": [{ "field": "title", "value": "Look after {{number}}" }],
        })).await;
        world.rule("root", json!({
            "trigger": "moved", "to_state": "cancelled",
            "actions": [{ "action": "create", "target": "relates_to", "value": template.record.number.clone() }],
        })).await;
        let incident = world.incident(json!({})).await;
        world.0.server.transition(&incident, "cancel", json!({ "cancel_reason": "gone" })).await;
        world.settle().await;
        let tasks = world.app().kind("task").unwrap().clone();
        let request = steward_app::list::ListRequest { limit: 10, ..steward_app::list::ListRequest::default() };
        let page = world.app().list(&Actor::system(), &tasks, &request).await.unwrap();
        assert_eq!(page.records.len(), 1);
        assert_eq!(page.records[0].record.text("title"), format!("Look after {}", incident.record.number));
        assert_eq!(world.now(&incident).await.links.len(), 1);
    }

    async fn who_changes_a_rule_answers_for_it(db: TestDatabase) {
        let world = World::build(db).await;
        let rule = world.rule("root", json!({ "actions": set("urgency", "high") })).await;
        // Agents read rules and change none.
        let fields = json!({ "condition": "false" }).as_object().unwrap().clone();
        let change = Request::Update { fields, organisation: None, base: None };
        let g1 = world.actor("g1").await;
        let origin = Origin::door(Door::Api);
        let refused = world.app().execute(&g1, &rule.kind, &rule.record.number, &change, &origin).await;
        assert!(matches!(refused, Err(Error::Forbidden { .. })), "{refused:?}");
        assert!(matches!(world.step("g1", &rule, "retire").await, Err(Error::Forbidden { .. })));
        // Nobody writes whose rights it has; it follows from who changes it.
        let forged = json!({ "runs_as": world.0.people["oa"].to_string() }).as_object().unwrap().clone();
        let forged = Request::Update { fields: forged, organisation: None, base: None };
        let root = world.actor("root").await;
        assert!(world.app().execute(&root, &rule.kind, &rule.record.number, &forged, &origin).await.is_err());
        assert_eq!(world.now(&rule).await.record.reference("runs_as"), Some(world.0.people["root"]));
        // A token that is good for rules alone would lend a rule all that its owner may.
        let limits = steward_model::access::TokenLimits { read_only: false, kinds: vec!["rule".to_owned()], teams: Vec::new() };
        let limited = Actor { limits: Some(limits), ..root };
        let refused = world.app().execute(&limited, &rule.kind, &rule.record.number, &change, &origin).await;
        assert!(faults(refused)[0].1.contains("limited token"));
    }

    async fn a_node_that_dies_leaves_all_or_nothing(db: TestDatabase) {
        let world = World::build(db).await;
        let rule = world.rule("root", json!({ "once": true, "actions": [{ "action": "note", "value": "Seen" }] })).await;
        let mut made = Vec::new();
        for _ in 0..6 {
            made.push(world.incident(json!({})).await);
        }
        // Nodes that are cut off in the midst of it, again and again.
        for micros in [50_u64, 500, 1_500, 3_000, 6_000, 9_000, 14_000, 20_000] {
            let (_, node) = world.0.server.another_node();
            let cut = std::time::Duration::from_micros(micros);
            drop(tokio::time::timeout(cut, async move { while node.answer_next().await.unwrap() {} }).await);
        }
        world.settle().await;
        for incident in &made {
            let notes = world.journal(incident).await.iter().filter(|event| matches!(event.act, Act::Commented { .. })).count();
            assert_eq!(notes, 1, "{}", incident.record.number);
        }
        assert_eq!(world.outcomes(&rule).await, [Outcome::Done; 6]);
    }

    async fn refusals_that_are_not_noted_any_more_hold_no_turn_up(db: TestDatabase) {
        let world = World::build(db).await;
        let rule = world.rule("root", json!({
            "trigger": "time", "every_minutes": 1440, "condition": "title == 'It broke'",
            "actions": [{ "action": "set", "target": "cancel_reason", "value": "gone" }, { "action": "move", "target": "cancel" }],
        })).await;
        world.app().run_rule_turns().await.unwrap();
        let first = world.incident(json!({})).await;
        world.0.server.transition(&first, "cancel", json!({ "cancel_reason": "gone" })).await;
        let second = world.incident(json!({})).await;
        world.0.server.clock.advance(25 * 3600);
        let run = NewRun {
            rule: rule.record.id,
            version: rule.record.revision,
            record: first.record.id,
            seq: None,
            made: None,
            at: world.app().now(),
            outcome: "refused".to_owned(),
            detail: json!({}),
        };
        let rules = RuleEffects { runs: vec![run; 500], ..RuleEffects::default() };
        world.0.server.database.store.commit(ChangeSet { rules, ..ChangeSet::default() }).await.unwrap();
        world.app().run_rule_turns().await.unwrap();
        assert_eq!(world.now(&second).await.record.state, "cancelled");
    }

    async fn a_turn_goes_on_until_every_record_had_it(db: TestDatabase) {
        let world = World::build(db).await;
        let fields = |limit: i64| json!({
            "trigger": "time", "every_minutes": 1440, "condition": "title == 'It broke'", "most_per_hour": limit,
            "actions": [{ "action": "note", "value": "Seen" }],
        });
        let rule = world.rule("root", fields(100)).await;
        world.app().run_rule_turns().await.unwrap();
        for _ in 0..5 {
            world.incident(json!({})).await;
        }
        world.0.server.clock.advance(25 * 3600);
        for acts in [2, 4, 5, 5] {
            world.app().run_some_rule_turns(2).await.unwrap();
            assert_eq!(world.outcomes(&rule).await.len(), acts);
        }
        world.step("root", &rule, "retire").await.unwrap();
        // A rule at its limit goes on with the same turn when it may act again.
        let rule = world.rule("root", fields(3)).await;
        world.app().run_rule_turns().await.unwrap();
        world.0.server.clock.advance(24 * 3600);
        world.app().run_rule_turns().await.unwrap();
        assert_eq!(world.outcomes(&rule).await[0], Outcome::Limited);
        world.0.server.clock.advance(3700);
        world.app().run_rule_turns().await.unwrap();
        let done = world.outcomes(&rule).await.into_iter().filter(|outcome| *outcome == Outcome::Done).count();
        assert_eq!(done, 5);
    }

    async fn nothing_to_do_does_not_use_up_the_one_time(db: TestDatabase) {
        let world = World::build(db).await;
        let rule = world.rule("root", json!({
            "trigger": "changed", "changed_fields": "impact", "once": true, "actions": set("urgency", "high"),
        })).await;
        let incident = world.incident(json!({ "urgency": "high", "impact": "low" })).await;
        world.update(&incident, json!({ "impact": "medium" })).await;
        world.settle().await;
        world.update(&incident, json!({ "impact": "high", "urgency": "low" })).await;
        world.settle().await;
        assert_eq!(world.now(&incident).await.record.text("urgency"), "high");
        world.update(&incident, json!({ "impact": "low", "urgency": "low" })).await;
        world.settle().await;
        assert_eq!(world.now(&incident).await.record.text("urgency"), "low");
        assert_eq!(world.outcomes(&rule).await, [Outcome::Done, Outcome::Nothing]);
    }

    async fn what_happened_before_a_rule_was_in_force_is_not_answered(db: TestDatabase) {
        let world = World::build(db).await;
        let draft = world.try_rule("root", json!({ "actions": set("urgency", "high") })).await.unwrap();
        let before = world.incident(json!({})).await;
        world.0.server.clock.advance(60);
        world.step("root", &draft, "activate").await.unwrap();
        world.0.server.clock.advance(60);
        let after = world.incident(json!({})).await;
        world.settle().await;
        assert_ne!(world.now(&before).await.record.text("urgency"), "high");
        assert_eq!(world.now(&after).await.record.text("urgency"), "high");
        // A rule of time that rested does not take the turn that came meanwhile.
        let timed = world.rule("root", json!({
            "trigger": "time", "every_minutes": 1440, "condition": "title == 'It broke'", "actions": set("impact", "high"),
        })).await;
        world.app().run_rule_turns().await.unwrap();
        world.step("root", &timed, "suspend").await.unwrap();
        world.0.server.clock.advance(25 * 3600);
        world.step("root", &timed, "activate").await.unwrap();
        world.app().run_rule_turns().await.unwrap();
        assert_ne!(world.now(&before).await.record.text("impact"), "high");
        world.0.server.clock.advance(24 * 3600);
        world.app().run_rule_turns().await.unwrap();
        assert_eq!(world.now(&before).await.record.text("impact"), "high");
    }

    async fn work_goes_to_nobody_who_is_away_and_to_no_team_that_is_no_more(db: TestDatabase) {
        let world = World::build(db).await;
        let (teams, people) = (world.app().kind("team").unwrap().clone(), world.app().kind("person").unwrap().clone());
        let g2 = world.app().get(&Actor::system(), &people, &world.0.people["g2"].to_string(), None).await.unwrap();
        world.update(&world.0.ca, json!({ "support_team": world.0.hr.to_string(), "owner": g2.record.id.to_string() })).await;
        let owner = world.rule("root", json!({ "condition": "has(configuration_items)", "assign_by": "item_owner" })).await;
        let of_item = json!({ "configuration_items": [world.0.ca.record.id.to_string()] });
        let first = world.incident(of_item.clone()).await;
        world.settle().await;
        assert_eq!(world.now(&first).await.record.reference("assignee"), Some(g2.record.id));
        world.update(&g2, json!({ "absent_from": "2026-01-01", "absent_until": "2026-12-31" })).await;
        let second = world.incident(of_item).await;
        world.settle().await;
        let second = world.now(&second).await.record;
        assert_eq!((second.reference("team"), second.reference("assignee")), (Some(world.0.hr), None));
        assert_eq!(world.runs(&owner).await[0].trace.routed.as_ref().unwrap().passed.len(), 1);
        // A team that is no more gets nothing, and neither do its members.
        let desk = world.app().get(&Actor::system(), &teams, &world.0.desk.to_string(), None).await.unwrap();
        world.update(&desk, json!({ "members": [world.0.people["g1"].to_string()] })).await;
        world.rule("root", json!({
            "condition": "!has(configuration_items)", "assign_by": "round_robin", "assign_team": world.0.desk.to_string(),
        })).await;
        world.0.server.transition(&desk, "deactivate", json!({})).await;
        let third = world.incident(json!({})).await;
        world.settle().await;
        let third = world.now(&third).await.record;
        assert_eq!((third.reference("team"), third.reference("assignee")), (None, None));
    }

    async fn people_are_told_of_entries_that_they_may_read(db: TestDatabase) {
        let world = World::build(db).await;
        let root = world.0.people["root"];
        let rule = world.rule("root", json!({
            "trigger": "commented", "comment_audience": "internal",
            "actions": [{ "action": "notify", "target": "requester" }, { "action": "notify", "value": root.to_string() }, { "action": "notify", "value": root.to_string() }],
        })).await;
        let incident = world.incident(json!({})).await;
        let note = NewComment { audience: Audience::Internal, body: "They must not know".to_owned() };
        world.0.server.act(&world.actor("g1").await, &incident, Request::Command(Command::Comment(note))).await;
        world.settle().await;
        let told = async |person: RecordId| {
            let told = world.0.server.database.store.notifications_of(person, false, None, 10).await.unwrap();
            told.into_iter().filter(|one| one.record == incident.record.id).map(|one| (one.seq, one.internal)).collect::<Vec<_>>()
        };
        let noted = world.journal(&incident).await.last().unwrap().seq;
        assert_eq!(told(world.0.people["a1"]).await, [(1, false)], "who asked may read that it was created");
        assert_eq!(told(root).await, [(noted, true)]);
        let counts: Vec<Option<usize>> = world.runs(&rule).await[0].trace.did.iter().map(|did| did.count).collect();
        assert_eq!(counts, [Some(1), Some(1), Some(0)], "each is told once");
    }
}
