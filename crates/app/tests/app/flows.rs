//! Plans: where they begin, what their steps become, once each, what keeps a record open, and how people change them.

use serde_json::{Value as Json, json};
use steward_app::App;
use steward_app::error::Error;
use steward_app::flows::PlanSeen;
use steward_app::list::ListRequest;
use steward_app::records::{NewRecord, Origin, Request};
use steward_app::view::RecordView;
use steward_flow::progress::State;
use steward_model::access::{Actor, TokenLimits};
use steward_model::command::{Command, Transition};
use steward_model::event::{Act, Cause, Door};
use steward_model::record::Record;
use steward_testkit::database::TestDatabase;
use steward_testkit::fixture::Fixture;
use steward_testkit::on_both;

const HOUR: i64 = 3600;

pub(crate) struct World(pub(crate) Fixture);

impl World {
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
        self.0.server.followed("flows", async || self.app().flow_on().await.unwrap()).await;
    }

    pub(crate) async fn try_flow(&self, by: &str, steps: Json, more: Json) -> Result<RecordView, Error> {
        let mut all = json!({
            "title": "Laptop", "for_kind": "service_request", "begins": "always", "begin_states": "submitted",
            "steps": steps,
        });
        all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let actor = self.actor(by).await;
        let kind = self.app().kind("flow").unwrap().clone();
        let organisation = Some(self.0.provider.to_string());
        let new = NewRecord { fields: all.as_object().unwrap().clone(), organisation, links: Vec::new() };
        self.app().create(&actor, &kind, &new, &Origin::door(Door::Api)).await
    }

    pub(crate) async fn flow(&self, steps: Json, more: Json) -> RecordView {
        let draft = self.try_flow("root", steps, more).await.unwrap_or_else(|error| panic!("{error:?}"));
        self.step("root", &draft, "activate", json!({})).await.unwrap_or_else(|error| panic!("{error:?}"))
    }

    pub(crate) async fn step(
        &self,
        by: &str,
        record: &RecordView,
        key: &str,
        fields: Json,
    ) -> Result<RecordView, Error> {
        let fields = fields.as_object().unwrap().clone();
        let step =
            Request::Command(Command::Transition(Transition { key: key.to_owned(), fields, ..Transition::default() }));
        let actor = self.actor(by).await;
        self.app().execute(&actor, &record.kind, &record.record.number, &step, &Origin::door(Door::Api)).await
    }

    /// A request that was submitted, with what follows from it.
    pub(crate) async fn request(&self) -> RecordView {
        let draft = self
            .0
            .server
            .make(
                "service_request",
                self.0.a,
                json!({
                    "title": "A laptop", "requester": self.0.people["a1"].to_string(),
                    "requested_for": self.0.people["a1"].to_string(), "team": self.0.desk.to_string(),
                }),
            )
            .await;
        let request = self.0.server.transition(&draft, "submit", json!({})).await;
        self.settle().await;
        request
    }

    pub(crate) async fn now(&self, record: &RecordView) -> Record {
        self.app().get(&Actor::system(), &record.kind, &record.record.number, None).await.unwrap().record
    }

    pub(crate) async fn all(&self, kind: &str) -> Vec<RecordView> {
        let kind = self.app().kind(kind).unwrap().clone();
        let request = ListRequest { limit: 100, ..ListRequest::default() };
        let page = self.app().list(&Actor::system(), &kind, &request).await.unwrap();
        let mut views = page.records;
        views.sort_by_key(|view| view.record.id);
        views
    }

    async fn task(&self, title: &str) -> RecordView {
        let mut found: Vec<RecordView> =
            self.all("request_task").await.into_iter().filter(|one| one.record.text("title") == title).collect();
        assert_eq!(found.len(), 1, "{title}");
        found.remove(0)
    }

    async fn titles(&self) -> Vec<String> {
        self.all("request_task").await.iter().map(|one| one.record.text("title").to_owned()).collect()
    }

    async fn complete(&self, title: &str) {
        let task = self.task(title).await;
        self.step("g1", &task, "complete", json!({})).await.unwrap();
        self.settle().await;
    }

    pub(crate) async fn plan(&self, of: &RecordView) -> PlanSeen {
        let root = self.actor("root").await;
        let view = self.app().get(&root, &of.kind, &of.record.number, None).await.unwrap();
        self.app().plans_on(&root, &view).await.unwrap().into_iter().next_back().unwrap()
    }

    pub(crate) async fn plan_view(&self, of: &RecordView) -> RecordView {
        let plan = self.plan(of).await.record;
        let kind = self.app().kind("plan").unwrap().clone();
        self.app().get(&Actor::system(), &kind, &plan.number, None).await.unwrap()
    }

    pub(crate) async fn states(&self, of: &RecordView) -> Vec<State> {
        self.plan(of).await.steps.iter().map(|step| step.progress.state).collect()
    }
}

pub(crate) fn refusal(result: Result<RecordView, Error>) -> String {
    match result {
        Err(Error::Illegal { message, .. }) => message,
        Err(Error::Invalid(faults)) => {
            faults.iter().map(|fault| format!("{}: {}", fault.field, fault.message)).collect::<Vec<_>>().join("\n")
        }
        other => panic!("{other:?}"),
    }
}

impl World {
    fn laptop(&self) -> Json {
        let desk = self.0.desk.to_string();
        json!([
            { "key": "order", "type": "task", "title": "Order", "team": desk, "lead": "8h", "text": "For {{requested_for.name}}" },
            { "key": "account", "type": "task", "title": "Account", "team": desk, "lead": "1h" },
            { "key": "install", "type": "task", "title": "Install", "team": desk, "after": "order, account", "lead": "2h" },
            { "key": "hand_over", "type": "task", "title": "Hand over", "team": desk, "after": "install", "lead": "1h" },
        ])
    }
}

on_both! {
    async fn a_request_goes_from_its_first_task_to_fulfilled(db: TestDatabase) {
        let world = World::build(db).await;
        let flow = world.flow(world.laptop(), json!({
            "first_move": "start", "last_move": "fulfil", "last_words": "Enjoy it, {{requested_for.name}}.",
        })).await;
        let request = world.request().await;
        let begun = world.now(&request).await;
        assert_eq!(begun.state, "in_fulfilment");
        let plan = world.plan(&request).await;
        let now = world.app().now();
        assert_eq!((plan.promised_at, plan.expected_at), (Some(now.plus_seconds(11 * HOUR)), Some(now.plus_seconds(11 * HOUR))));
        assert_eq!((plan.count.done, plan.count.of), (0, 4));
        let critical: Vec<bool> = plan.steps.iter().map(|step| step.is_critical).collect();
        assert_eq!(critical, [true, false, true, true]);
        assert_eq!(begun.text("promised_on"), &plan.promised_at.unwrap().to_string()[..10]);
        assert_eq!(plan.record.field("flow_version"), Some(&json!(flow.record.revision)));
        let order = world.task("Order").await.record;
        assert_eq!(order.reference("team"), Some(world.0.desk));
        assert_eq!(order.reference("service_request"), Some(request.record.id));
        assert_eq!(order.field("due_at"), Some(&json!(now.plus_seconds(8 * HOUR).0)));
        let a1 = world.0.server.database.store.get_record(world.0.people["a1"]).await.unwrap().unwrap().record;
        assert_eq!(order.text("description"), format!("For {}", a1.text("name")));
        let journal = world.0.server.database.store.journal_of(order.id, 0, 10).await.unwrap();
        let Some(Cause::Flow(named)) = &journal[0].event.cause else { panic!("{journal:?}") };
        assert_eq!(named, &format!("{} Laptop", plan.record.number));
        assert_eq!(world.titles().await, ["Order", "Account"]);
        world.0.server.told().await;
        let news = world.0.server.database.store.notifications_of(world.0.people["g1"], false, None, 50).await.unwrap();
        assert!(news.iter().any(|one| one.record == order.id), "{news:?}");
        assert!(news.iter().all(|one| one.record != plan.record.id), "of the plan itself nobody needs to hear");

        world.complete("Order").await;
        assert_eq!(world.titles().await.len(), 2);
        // It cannot be finished over the heads of those who still work on it.
        let early = world.step("g1", &request, "fulfil", json!({ "fulfilment_notes": "Done" })).await;
        let account = world.task("Account").await.record.number;
        assert_eq!(refusal(early), format!("Mandatory tasks are still open: {account}. Complete them, or skip them with a reason"));
        world.complete("Account").await;
        world.complete("Install").await;
        assert_eq!(world.plan(&request).await.count.done, 3);
        world.complete("Hand over").await;
        let after = world.now(&request).await;
        assert_eq!((after.state.as_str(), after.text("fulfilment_notes")), ("fulfilled", format!("Enjoy it, {}.", a1.text("name")).as_str()));
        assert_eq!(world.plan(&request).await.record.state, "done");
    }

    async fn two_nodes_take_each_step_once(db: TestDatabase) {
        let world = World::build(db).await;
        world.flow(world.laptop(), json!({ "first_move": "start", "last_move": "fulfil" })).await;
        let (_, other) = world.0.server.another_node();
        let request = {
            let draft = world.0.server.make("service_request", world.0.a, json!({
                "title": "A laptop", "requester": world.0.people["a1"].to_string(), "team": world.0.desk.to_string(),
                "requested_for": world.0.people["a1"].to_string(),
            })).await;
            world.0.server.transition(&draft, "submit", json!({})).await
        };
        for titles in [&["Order", "Account"][..], &["Install"], &["Hand over"], &[]] {
            for _ in 0..20 {
                let (one, two) = tokio::join!(world.app().flow_on(), other.flow_on());
                one.unwrap();
                two.unwrap();
            }
            world.settle().await;
            for title in titles {
                let task = world.task(title).await;
                world.step("g1", &task, "complete", json!({})).await.unwrap();
            }
        }
        assert_eq!(world.titles().await, ["Order", "Account", "Install", "Hand over"]);
        assert_eq!(world.all("plan").await.len(), 1);
        let journal = world.0.server.database.store.journal_of(request.record.id, 0, 100).await.unwrap();
        let fulfilled = journal.iter().filter(|entry| matches!(&entry.event.act, Act::Moved { to, .. } if to == "fulfilled"));
        assert_eq!(fulfilled.count(), 1);
    }

    async fn a_plan_stays_on_the_version_that_it_was_begun_with(db: TestDatabase) {
        let world = World::build(db).await;
        let flow = world.flow(world.laptop(), json!({})).await;
        world.request().await;
        let mut steps = world.laptop();
        steps[2]["title"] = "Install by hand".into();
        let request_fields = json!({ "steps": steps }).as_object().unwrap().clone();
        let change = Request::Update { fields: request_fields, organisation: None, base: None };
        world.0.server.act(&world.actor("root").await, &flow, change).await;
        world.complete("Order").await;
        world.complete("Account").await;
        assert!(world.titles().await.contains(&"Install".to_owned()));
        let next = world.request().await;
        assert!(world.plan(&next).await.steps.iter().any(|step| step.step.title == "Install by hand"));
    }

    async fn branches_automation_approval_and_words_to_people(db: TestDatabase) {
        let world = World::build(db).await;
        let (desk, am) = (world.0.desk.to_string(), world.0.people["am"].to_string());
        world.flow(json!([
            { "key": "is_urgent", "type": "condition", "title": "Urgent?", "condition": "urgency == 'high'" },
            { "key": "is_usual", "type": "condition", "title": "Usual?", "condition": "urgency != 'high'" },
            { "key": "run", "type": "task", "title": "Run", "team": desk, "after": "is_urgent" },
            { "key": "note", "type": "automation", "title": "Note it", "action": "note", "value": "No hurry with {{number}}", "after": "is_usual" },
            { "key": "budget", "type": "approval", "title": "Budget", "who": "person", "person": am, "after": "run, note" },
            { "key": "tell", "type": "notify", "title": "Tell the desk", "target": "team", "after": "budget" },
            { "key": "buy", "type": "task", "title": "Buy", "team": desk, "after": "tell" },
        ]), json!({})).await;
        let request = world.request().await;
        assert_eq!(world.states(&request).await, [
            State::LeftOut, State::Done, State::LeftOut, State::Done, State::Active, State::Waiting, State::Waiting,
        ]);
        let approvals = world.all("approval").await;
        assert_eq!(approvals.len(), 1);
        // Who is asked sees what it is about, though it stays where it is in its lifecycle.
        let am = world.actor("am").await;
        assert!(world.app().get(&am, &request.kind, &request.record.number, None).await.is_ok());
        world.step("am", &approvals[0], "approve", json!({})).await.unwrap();
        world.settle().await;
        assert_eq!(world.now(&request).await.state, "submitted");
        assert_eq!(world.titles().await, ["Buy"]);
        let told: Vec<_> = world.0.server.database.store.journal_of(request.record.id, 0, 100).await.unwrap();
        let number = &request.record.number;
        let note = told.iter().find_map(|entry| match &entry.event.act {
            Act::Commented { body, .. } => Some(body.clone()),
            _ => None,
        });
        assert_eq!(note, Some(format!("No hurry with {number}")));
    }

    async fn a_refusal_stops_the_plan_until_somebody_tries_again_or_skips(db: TestDatabase) {
        let world = World::build(db).await;
        let (desk, am) = (world.0.desk.to_string(), world.0.people["am"].to_string());
        world.flow(json!([
            { "key": "budget", "type": "approval", "title": "Budget", "who": "person", "person": am },
            { "key": "buy", "type": "task", "title": "Buy", "team": desk, "after": "budget" },
            { "key": "hand_over", "type": "task", "title": "Hand over", "team": desk, "after": "buy" },
        ]), json!({})).await;
        let request = world.request().await;
        let first = world.all("approval").await.remove(0);
        world.step("am", &first, "refuse", json!({ "reason": "Too dear" })).await.unwrap();
        world.settle().await;
        assert_eq!(world.states(&request).await, [State::Failed, State::Waiting, State::Waiting]);
        assert_eq!(world.plan(&request).await.steps[0].progress.note, "Too dear");
        // Somebody hears that it waits for them, and the plan says why.
        assert_eq!(world.plan(&request).await.record.text("outcome"), "Budget: Too dear");
        let news = world.0.server.database.store.notifications_of(world.0.people["g1"], false, None, 50).await.unwrap();
        let told = news.iter().filter(|one| one.record == request.record.id && one.reason == "rule").count();
        assert_eq!(told, 1, "{news:?}");
        let plan = world.plan_view(&request).await;
        // Requesters and strangers have no say in it.
        assert!(matches!(world.step("a1", &plan, "retry", json!({ "step": "budget" })).await, Err(Error::NotFound)));
        assert!(refusal(world.step("g1", &plan, "retry", json!({ "step": "buy" })).await).contains("did not fail"));
        assert!(refusal(world.step("g1", &plan, "skip", json!({ "step": "bye", "reason": "x" })).await).contains("there are budget, buy"));
        world.step("g1", &plan, "retry", json!({ "step": "budget" })).await.unwrap();
        world.settle().await;
        assert_eq!(world.all("approval").await.len(), 2);
        assert!(refusal(world.step("g1", &plan, "skip", json!({ "step": "budget" })).await).contains("reason"));
        world.step("g1", &plan, "skip", json!({ "step": "budget", "reason": "The contract covers it" })).await.unwrap();
        world.settle().await;
        assert_eq!(world.states(&request).await, [State::Skipped, State::Active, State::Waiting]);
        let open = world.all("approval").await.iter().filter(|one| one.record.state == "open").count();
        assert_eq!(open, 0, "nobody is asked any more what was skipped");
        // A task that cannot be done is a step that failed; one that is skipped is a step that is passed.
        let buy = world.task("Buy").await;
        world.step("g1", &buy, "close_incomplete", json!({ "close_notes": "Out of stock" })).await.unwrap();
        world.settle().await;
        let seen = world.plan(&request).await;
        assert_eq!((seen.steps[1].progress.state, seen.steps[1].progress.note.as_str()), (State::Failed, "Out of stock"));
        let early = refusal(world.step("g1", &request, "start", json!({})).await.and(world.step("g1", &request, "fulfil", json!({ "fulfilment_notes": "x" })).await));
        assert!(early.contains("“Buy” is still to come"), "{early}");
    }

    async fn a_failed_task_that_is_opened_again_takes_its_step_up_again(db: TestDatabase) {
        let world = World::build(db).await;
        world.flow(world.laptop(), json!({})).await;
        let request = world.request().await;
        let first = world.titles().await.remove(0);
        let task = world.task(&first).await;
        world.step("g1", &task, "close_incomplete", json!({ "close_notes": "Out of stock" })).await.unwrap();
        world.settle().await;
        assert_eq!(world.states(&request).await[0], State::Failed);
        world.step("g1", &task, "start", json!({})).await.unwrap();
        world.settle().await;
        let seen = world.plan(&request).await;
        assert_eq!((seen.steps[0].progress.state, seen.steps[0].progress.note.as_str()), (State::Active, ""));
        assert_eq!(seen.record.text("outcome"), "", "nothing is in the way any more");
        world.complete(&first).await;
        assert_eq!(world.states(&request).await[0], State::Done);
        assert_eq!(world.all("plan").await.len(), 1);
    }

    async fn somebody_begins_a_flow_by_hand(db: TestDatabase) {
        let world = World::build(db).await;
        let flow = world.flow(world.laptop(), json!({ "begins": "chosen" })).await;
        let other = world.flow(world.laptop(), json!({ "begins": "chosen", "condition": "title == 'Else'" })).await;
        let request = world.request().await;
        assert!(world.all("plan").await.is_empty());
        let (g1, a1) = (world.actor("g1").await, world.actor("a1").await);
        let app = world.app();
        let view = app.get(&g1, &request.kind, &request.record.number, None).await.unwrap();
        let offers = app.flows_offered(&g1, &view).await.unwrap();
        let told: Vec<(&str, bool)> =
            offers.iter().map(|offer| (offer.flow.number.as_str(), offer.hindrance.is_none())).collect();
        assert_eq!(told, [(flow.record.number.as_str(), true), (other.record.number.as_str(), false)]);
        let begin = async |actor: &Actor, flow: &RecordView| {
            app.begin_flow(actor, &request.kind, &request.record.number, &flow.record.number, Door::Page).await
        };
        assert!(matches!(begin(&a1, &flow).await, Err(Error::Forbidden { .. })), "who asked does not begin it");
        assert!(matches!(begin(&g1, &other).await, Err(Error::Invalid(_))), "its condition does not hold");
        // Two at the same moment make one plan.
        let (one, another) = futures_util::join!(begin(&g1, &flow), begin(&g1, &flow));
        assert!(one.is_ok() != another.is_ok(), "{one:?} {another:?}");
        let plan = one.or(another).unwrap();
        assert_eq!(plan.created_by, world.0.people["g1"]);
        world.settle().await;
        assert_eq!(world.states(&request).await[0], State::Active);
        // It goes on; another one does not begin beside it.
        assert!(matches!(begin(&g1, &flow).await, Err(Error::Invalid(_))));
        assert!(app.flows_offered(&g1, &view).await.unwrap().is_empty());
        assert_eq!(world.all("plan").await.len(), 1);
    }

    async fn a_rule_begins_a_flow_once(db: TestDatabase) {
        let world = World::build(db).await;
        let flow = world.flow(world.laptop(), json!({ "begins": "chosen" })).await;
        let kind = world.app().kind("rule").unwrap().clone();
        let root = world.actor("root").await;
        let rule = async |fields: Json| {
            let new = NewRecord {
                fields: fields.as_object().unwrap().clone(),
                organisation: Some(world.0.provider.to_string()),
                links: Vec::new(),
            };
            world.app().create(&root, &kind, &new, &Origin::door(Door::Api)).await
        };
        let action = json!([{ "action": "start_flow", "value": flow.record.number }]);
        let wrong = rule(json!({ "title": "Wrong", "for_kind": "problem", "trigger": "created", "condition": "true", "actions": action })).await;
        assert!(refusal(wrong).contains("flows do not work on problems"));
        let made = rule(json!({
            "title": "Begin", "for_kind": "service_request", "trigger": "moved", "to_state": "submitted", "condition": "true", "actions": action,
        }))
        .await
        .unwrap_or_else(|error| panic!("{error:?}"));
        world.step("root", &made, "activate", json!({})).await.unwrap();
        world.0.server.followed("rules", async || world.app().answer_next().await.unwrap()).await;
        let request = world.request().await;
        world.0.server.followed("rules", async || world.app().answer_next().await.unwrap()).await;
        world.settle().await;
        let plans = world.all("plan").await;
        assert_eq!(plans.len(), 1);
        assert_eq!(plans[0].record.reference("subject"), Some(request.record.id));
        assert_eq!(world.states(&request).await[0], State::Active);
    }

    async fn a_chosen_flow_that_is_not_in_force_is_told_on_the_record(db: TestDatabase) {
        let world = World::build(db).await;
        let flow = world.flow(world.laptop(), json!({ "begins": "chosen" })).await;
        let service = world.0.server.make("service", world.0.provider, json!({ "name": "Workplace" })).await;
        let offering = world
            .0
            .server
            .make("service_offering", world.0.provider, json!({ "name": "Laptops", "service": service.record.id.to_string(), "flow": flow.record.id.to_string() }))
            .await;
        world.step("root", &flow, "suspend", json!({})).await.unwrap();
        let a1 = world.0.people["a1"].to_string();
        let draft = world
            .0
            .server
            .make("service_request", world.0.a, json!({
                "title": "A laptop", "requester": a1, "requested_for": a1, "team": world.0.desk.to_string(),
                "service": service.record.id.to_string(), "service_offering": offering.record.id.to_string(),
            }))
            .await;
        let request = world.0.server.transition(&draft, "submit", json!({})).await;
        world.settle().await;
        let trouble = world.app().flow_trouble(&request).await.unwrap().unwrap();
        assert_eq!((trouble.flow, trouble.state.as_deref()), (flow.record.id, Some("Draft")));
        world.step("root", &flow, "activate", json!({})).await.unwrap();
        assert_eq!(world.app().flow_trouble(&request).await.unwrap(), None);
    }

    async fn what_is_left_of_a_plan_is_changed_with_a_reason(db: TestDatabase) {
        let world = World::build(db).await;
        world.flow(world.laptop(), json!({})).await;
        let request = world.request().await;
        let plan = world.plan_view(&request).await;
        let mut steps = world.laptop();
        steps.as_array_mut().unwrap().remove(3);
        steps.as_array_mut().unwrap().push(json!({ "key": "ship", "type": "task", "title": "Ship", "team": world.0.desk.to_string(), "after": "install", "lead": "20h" }));
        let without = world.step("g1", &plan, "change", json!({ "steps": steps })).await;
        assert!(refusal(without).contains("reason"));
        let mut begun = steps.clone();
        begun[0]["title"] = "Order two".into();
        let begun = world.step("g1", &plan, "change", json!({ "steps": begun, "reason": "x" })).await;
        assert!(refusal(begun).contains("“Order”, which has begun"));
        let mut circle = steps.clone();
        circle[2]["after"] = "order, account, ship".into();
        let circle = refusal(world.step("g1", &plan, "change", json!({ "steps": circle, "reason": "x" })).await);
        assert!(circle.contains("circle"), "{circle}");
        world.step("g1", &plan, "change", json!({ "steps": steps, "reason": "It goes to Graz" })).await.unwrap();
        world.settle().await;
        let seen = world.plan(&request).await;
        assert_eq!(seen.promised_at, Some(world.app().now().plus_seconds(30 * HOUR)));
        for title in ["Order", "Account", "Install"] {
            world.complete(title).await;
        }
        assert!(world.titles().await.contains(&"Ship".to_owned()));
    }

    async fn a_cancelled_record_ends_its_tasks_and_takes_back_what_was_done(db: TestDatabase) {
        let world = World::build(db).await;
        let desk = world.0.desk.to_string();
        world.flow(json!([
            { "key": "order", "type": "task", "title": "Order", "team": desk, "undone_by": "send_back" },
            { "key": "account", "type": "task", "title": "Account", "team": desk },
            { "key": "send_back", "type": "task", "title": "Send back", "team": desk },
        ]), json!({})).await;
        let request = world.request().await;
        world.complete("Order").await;
        world.step("a1", &request, "cancel", json!({ "cancel_reason": "Found one" })).await.unwrap();
        world.settle().await;
        assert_eq!(world.task("Account").await.record.state, "closed_skipped");
        assert_eq!(world.plan(&request).await.record.state, "undoing");
        world.complete("Send back").await;
        assert_eq!(world.plan(&request).await.record.state, "cancelled");
        assert_eq!(world.states(&request).await, [State::Undone, State::Cancelled, State::Done]);
    }

    async fn a_flow_within_a_flow_is_a_step_of_it(db: TestDatabase) {
        let world = World::build(db).await;
        let desk = world.0.desk.to_string();
        let inner = world.flow(json!([{ "key": "badge", "type": "task", "title": "Badge", "team": desk }]), json!({ "begins": "chosen", "title": "Access" })).await;
        world.flow(json!([
            { "key": "access", "type": "flow", "title": "Access", "flow": inner.record.id.to_string() },
            { "key": "greet", "type": "task", "title": "Greet", "team": desk, "after": "access" },
        ]), json!({})).await;
        let request = world.request().await;
        assert_eq!(world.titles().await, ["Badge"]);
        world.complete("Badge").await;
        assert_eq!(world.titles().await, ["Badge", "Greet"]);
        assert_eq!(world.states(&request).await, [State::Done, State::Active]);
        // A plan that is given up takes the plans within it along.
        let other = world.request().await;
        world.step("a1", &other, "cancel", json!({ "cancel_reason": "Found one" })).await.unwrap();
        world.settle().await;
        let third = world.request().await;
        let plan = world.plan_view(&third).await;
        world.step("g1", &plan, "cancel", json!({ "reason": "Not like this" })).await.unwrap();
        world.settle().await;
        let plans = world.all("plan").await;
        let states: Vec<&str> = plans.iter().map(|plan| plan.record.state.as_str()).collect();
        assert_eq!(states, ["running", "done", "cancelled", "cancelled", "cancelled", "cancelled"]);
        let open = world.all("request_task").await.into_iter().filter(|task| task.record.state == "open").count();
        assert_eq!(open, 1, "only what the first request still needs");
    }

    async fn waits_end_when_their_time_comes_or_what_they_wait_for(db: TestDatabase) {
        let world = World::build(db).await;
        let desk = world.0.desk.to_string();
        world.flow(json!([
            { "key": "pause", "type": "wait", "title": "Pause", "lead": "2h" },
            { "key": "place", "type": "wait", "title": "Where?", "condition": "has(delivery_address)" },
            { "key": "go", "type": "task", "title": "Go", "team": desk, "after": "pause, place" },
        ]), json!({})).await;
        let request = world.request().await;
        let before = world.plan(&request).await.record.revision;
        world.app().run_plan_turns().await.unwrap();
        assert_eq!(world.plan(&request).await.record.revision, before, "at rest nothing is written");
        world.0.server.clock.advance(2 * HOUR);
        let (_, other) = world.0.server.another_node();
        let (one, two) = tokio::join!(world.app().run_plan_turns(), other.run_plan_turns());
        one.unwrap();
        two.unwrap();
        assert_eq!(world.states(&request).await, [State::Done, State::Active, State::Waiting]);
        let fields = json!({ "delivery_address": "Attic" }).as_object().unwrap().clone();
        world.0.server.act(&world.actor("root").await, &request, Request::Update { fields, organisation: None, base: None }).await;
        world.settle().await;
        assert_eq!(world.titles().await, ["Go"]);
    }

    async fn flows_that_cannot_be_are_refused_with_the_step_and_the_way_out(db: TestDatabase) {
        let world = World::build(db).await;
        let desk = world.0.desk.to_string();
        let a = json!({ "key": "a", "type": "task", "title": "A", "team": desk });
        let check = async |steps: Json, said: &str| {
            let refused = refusal(world.try_flow("root", steps, json!({})).await);
            assert!(refused.contains(said), "{refused}");
        };
        check(json!([
            { "key": "a", "type": "task", "title": "A", "team": desk, "after": "b" },
            { "key": "b", "type": "task", "title": "B", "team": desk, "after": "a" },
        ]), "steps[1].after: go in a circle: b → a → b").await;
        check(json!([a, { "key": "b", "type": "task", "title": "B", "team": desk, "after": "c" }]), "steps[1].after: of “B” names `c`, which is no step; there are a").await;
        check(json!([a, { "key": "b", "type": "condition", "title": "Dear?", "condition": "has(price)", "after": "a" }]), "of “Dear?” leads nowhere").await;
        check(json!([{ "key": "b", "type": "task", "title": "B" }]), "steps[0].team: of “B” is needed").await;
        check(json!([a, a]), "is there twice: `a`").await;
        check(json!([{ "key": "b", "type": "automation", "title": "B", "action": "move", "target": "fly" }]), "steps[0].target: of “B” is no step").await;
        check(json!([{ "key": "b", "type": "wait", "title": "B" }]), "waits for nothing").await;
        check(json!([{ "key": "b", "type": "task", "title": "B", "team": desk, "condition": "colour == 1" }]), "steps[0].condition: of “B” cannot be used").await;
        check(json!([{ "key": "a", "type": "task", "title": "A", "team": desk, "undone_by": "b" }, { "key": "b", "type": "task", "title": "B", "team": desk }, { "key": "c", "type": "task", "title": "C", "team": desk, "after": "b" }]), "never reached").await;
        // Who may not keep rules may not keep flows.
        assert!(matches!(world.try_flow("g1", json!([a]), json!({})).await, Err(Error::Forbidden { .. } | Error::Denied(_))));
    }

    async fn who_changes_a_plan_answers_for_it(db: TestDatabase) {
        let world = World::build(db).await;
        world.flow(world.laptop(), json!({})).await;
        let request = world.request().await;
        let plan = world.plan_view(&request).await;
        assert_eq!(plan.record.reference("runs_as"), Some(world.0.people["root"]));
        let mut steps = world.laptop();
        steps[3] = json!({ "key": "mine", "type": "automation", "title": "Mine", "action": "set", "target": "urgency", "value": "high", "after": "install" });
        let change = |steps: &Json| {
            let fields = json!({ "steps": steps, "reason": "x" }).as_object().unwrap().clone();
            Request::Command(Command::Transition(Transition { key: "change".to_owned(), fields, ..Transition::default() }))
        };
        let mut limited = world.actor("g1").await;
        limited.limits = Some(TokenLimits { read_only: false, kinds: ["plan", "team", "service_request"].map(str::to_owned).to_vec(), teams: Vec::new() });
        let refused = world.app().execute(&limited, &plan.kind, &plan.record.number, &change(&steps), &Origin::door(Door::Api)).await;
        let refused = refusal(refused);
        assert!(refused.contains("limited token"), "{refused}");
        world.step("g1", &plan, "change", json!({ "steps": steps, "reason": "x" })).await.unwrap();
        assert_eq!(world.plan_view(&request).await.record.reference("runs_as"), Some(world.0.people["g1"]));
        // Skipping a step changes nothing of what it does.
        world.step("root", &plan, "skip", json!({ "step": "order", "reason": "x" })).await.unwrap();
        assert_eq!(world.plan_view(&request).await.record.reference("runs_as"), Some(world.0.people["g1"]));
    }

    async fn a_flow_does_not_begin_on_what_it_made_itself(db: TestDatabase) {
        let world = World::build(db).await;
        let desk = world.0.desk.to_string();
        for title in ["One", "Two"] {
            let more = json!({ "title": title, "for_kind": "task", "begin_states": "open" });
            world.flow(json!([{ "key": "more", "type": "task", "title": title, "team": desk }]), more).await;
        }
        world.0.server.make("task", world.0.a, json!({ "title": "First", "team": desk })).await;
        let settled = tokio::time::timeout(std::time::Duration::from_secs(60), world.settle()).await;
        assert!(settled.is_ok(), "flows made tasks of tasks without end");
        let mut titles: Vec<String> = world.all("task").await.iter().map(|one| one.record.text("title").to_owned()).collect();
        titles.retain(|title| title == "One" || title == "Two");
        titles.sort();
        assert_eq!(titles, ["One", "One", "Two", "Two"], "each on the first task, and on the one that the other made");
    }

    async fn a_flow_within_a_flow_is_for_the_record_and_does_not_come_back(db: TestDatabase) {
        let world = World::build(db).await;
        let desk = world.0.desk.to_string();
        let badge = json!([{ "key": "badge", "type": "task", "title": "Badge", "team": desk }]);
        let dear = world.flow(badge.clone(), json!({ "begins": "chosen", "title": "Dear", "condition": "urgency == 'high'" })).await;
        let inner = world.flow(badge, json!({ "begins": "chosen", "title": "Access" })).await;
        let outer = world.flow(json!([
            { "key": "access", "type": "flow", "title": "Access", "flow": inner.record.id.to_string() },
            { "key": "dear", "type": "flow", "title": "Dear", "flow": dear.record.id.to_string() },
        ]), json!({})).await;
        let steps = json!({ "steps": [{ "key": "again", "type": "flow", "title": "Again", "flow": outer.record.id.to_string() }] });
        let fields = steps.as_object().unwrap().clone();
        world.0.server.act(&world.actor("root").await, &inner, Request::Update { fields, organisation: None, base: None }).await;
        let request = world.request().await;
        let plans = world.all("plan").await;
        assert_eq!(plans.len(), 2, "the outer one and the one within it");
        let note = |plan: &RecordView, place: usize| plan.record.field("progress").unwrap()[place]["note"].as_str().unwrap_or_default().to_owned();
        assert!(note(&plans[1], 0).contains("begin within itself"), "{}", note(&plans[1], 0));
        assert!(note(&plans[0], 1).contains("its condition does not hold"), "{}", note(&plans[0], 1));
        assert_eq!(world.now(&request).await.state, "submitted");
    }

    async fn nobody_takes_the_place_of_a_keeper_who_has_left(db: TestDatabase) {
        let world = World::build(db).await;
        let desk = world.0.desk.to_string();
        world.flow(json!([
            { "key": "place", "type": "wait", "title": "Where?", "condition": "has(delivery_address)" },
            { "key": "go", "type": "task", "title": "Go", "team": desk, "after": "place" },
        ]), json!({})).await;
        let request = world.request().await;
        let people = world.app().kind("person").unwrap().clone();
        let root = world.0.server.database.store.get_record(world.0.people["root"]).await.unwrap().unwrap().record;
        let root = world.app().get(&Actor::system(), &people, &root.number, None).await.unwrap();
        world.0.server.transition(&root, "leave", json!({ "leave_on": "2026-01-05" })).await;
        let fields = json!({ "delivery_address": "Attic" }).as_object().unwrap().clone();
        world.0.server.act(&Actor::system(), &request, Request::Update { fields, organisation: None, base: None }).await;
        world.settle().await;
        let plan = world.all("plan").await.remove(0).record;
        let first = &plan.field("progress").unwrap()[0];
        assert_eq!((first["state"].as_str(), first["note"].as_str()), (Some("failed"), Some("the person with whose rights it acts may not act any more")));
        assert!(world.titles().await.is_empty());
    }

    async fn while_a_record_waits_for_approval_again_no_step_begins(db: TestDatabase) {
        let world = World::build(db).await;
        let desk = world.0.desk.to_string();
        world.flow(json!([
            { "key": "order", "type": "task", "title": "Order", "team": desk },
            { "key": "install", "type": "task", "title": "Install", "team": desk, "after": "order" },
        ]), json!({ "begin_states": "approved" })).await;
        let request = world.request().await;
        let am = world.0.people["am"].to_string();
        world.0.server.transition(&request, "request_approval", json!({ "approvers": [am] })).await;
        let approval = world.all("approval").await.remove(0);
        world.step("am", &approval, "approve", json!({})).await.unwrap();
        world.settle().await;
        assert_eq!(world.titles().await, ["Order"]);
        let fields = json!({ "requested_for": world.0.people["a2"].to_string() }).as_object().unwrap().clone();
        world.0.server.act(&Actor::system(), &request, Request::Update { fields, organisation: None, base: None }).await;
        world.settle().await;
        assert_eq!(world.now(&request).await.state, "awaiting_approval");
        world.complete("Order").await;
        assert_eq!(world.titles().await, ["Order"]);
        assert!(world.plan(&request).await.record.text("outcome").contains("waits for approval"));
        let approval = world.all("approval").await.pop().unwrap();
        world.step("am", &approval, "refuse", json!({ "reason": "Too dear" })).await.unwrap();
        world.settle().await;
        assert_eq!(world.plan(&request).await.record.state, "cancelled");
        // Submitted anew it is fulfilled anew.
        world.0.server.transition(&request, "submit", json!({})).await;
        world.0.server.transition(&request, "request_approval", json!({ "approvers": [world.0.people["am"].to_string()] })).await;
        let approval = world.all("approval").await.pop().unwrap();
        world.step("am", &approval, "approve", json!({})).await.unwrap();
        world.settle().await;
        assert_eq!(world.titles().await, ["Order", "Order"]);
    }

    async fn a_question_of_a_step_does_not_stand_for_the_approval_of_the_record(db: TestDatabase) {
        let world = World::build(db).await;
        let am = world.0.people["am"].to_string();
        world.flow(json!([
            { "key": "budget", "type": "approval", "title": "Budget", "who": "person", "person": am },
            { "key": "ask", "type": "automation", "title": "Ask", "action": "move", "target": "request_approval" },
        ]), json!({})).await;
        let draft = world.0.server.make("service_request", world.0.a, json!({
            "title": "A laptop", "requester": world.0.people["a1"].to_string(), "approvers": [am],
            "requested_for": world.0.people["a1"].to_string(), "team": world.0.desk.to_string(),
        })).await;
        let request = world.0.server.transition(&draft, "submit", json!({})).await;
        world.settle().await;
        assert_eq!(world.now(&request).await.state, "awaiting_approval");
        let of_steps: Vec<bool> = world.all("approval").await.iter().map(|one| one.record.reference("plan").is_some()).collect();
        assert_eq!(of_steps.len(), 2, "its own, and that of the step");
        assert_eq!(of_steps.iter().filter(|of_step| **of_step).count(), 1);
    }

    async fn skipping_the_last_step_finishes_the_record_and_a_refused_end_is_tried_again(db: TestDatabase) {
        let world = World::build(db).await;
        let desk = world.0.desk.to_string();
        world.flow(json!([{ "key": "order", "type": "task", "title": "Order", "team": desk }]), json!({ "first_move": "start", "last_move": "fulfil" })).await;
        let request = world.request().await;
        let plan = world.plan_view(&request).await;
        world.step("g1", &plan, "skip", json!({ "step": "order", "reason": "It was there" })).await.unwrap();
        world.settle().await;
        assert_eq!((world.now(&request).await.state.as_str(), world.plan(&request).await.record.state.as_str()), ("fulfilled", "done"));
        let other = world.request().await;
        let extra = world.0.server.make("request_task", world.0.a, json!({ "title": "Extra", "service_request": other.record.id.to_string(), "mandatory": true, "team": desk })).await;
        let plan = world.plan_view(&other).await;
        world.step("g1", &plan, "skip", json!({ "step": "order", "reason": "It was there" })).await.unwrap();
        world.settle().await;
        let stays = world.plan(&other).await.record;
        assert_eq!(stays.state, "running");
        assert!(stays.text("outcome").contains(&extra.record.number), "{}", stays.text("outcome"));
        world.complete("Extra").await;
        assert_eq!((world.now(&other).await.state.as_str(), world.plan(&other).await.record.state.as_str()), ("fulfilled", "done"));
    }

    async fn a_wait_for_another_record_is_looked_at_and_leaves_no_trace_at_rest(db: TestDatabase) {
        let world = World::build(db).await;
        let desk = world.0.desk.to_string();
        world.flow(json!([
            { "key": "boss", "type": "wait", "title": "Boss", "condition": "requested_for.title == 'Boss'" },
            { "key": "go", "type": "task", "title": "Go", "team": desk, "after": "boss" },
        ]), json!({})).await;
        let request = world.request().await;
        let before = world.plan(&request).await.record.revision;
        for _ in 0..3 {
            world.0.server.clock.advance(400);
            world.app().run_plan_turns().await.unwrap();
        }
        assert_eq!(world.plan(&request).await.record.revision, before, "at rest nothing is written");
        let people = world.app().kind("person").unwrap().clone();
        let a1 = world.0.server.database.store.get_record(world.0.people["a1"]).await.unwrap().unwrap().record;
        let a1 = world.app().get(&Actor::system(), &people, &a1.number, None).await.unwrap();
        let fields = json!({ "title": "Boss" }).as_object().unwrap().clone();
        world.0.server.act(&Actor::system(), &a1, Request::Update { fields, organisation: None, base: None }).await;
        world.app().run_plan_turns().await.unwrap();
        assert_eq!(world.titles().await, ["Go"]);
    }
}
