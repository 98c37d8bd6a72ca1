//! Parts and wholes, and records that became one: what goes on to whom, once, and what never goes in a circle.

use serde_json::{Value as Json, json};
use steward_app::App;
use steward_app::error::Error;
use steward_app::records::{Origin, Request};
use steward_app::view::RecordView;
use steward_model::access::Actor;
use steward_model::command::{Command, NewComment, Transition};
use steward_model::event::{Act, Audience, Cause, Door, Event};
use steward_testkit::database::TestDatabase;
use steward_testkit::fixture::Fixture;
use steward_testkit::on_both;

struct World(Fixture);

impl World {
    /// With the follower at the end of the journal, as on a server that runs.
    async fn build(db: TestDatabase) -> Self {
        let world = Self(Fixture::build(db).await);
        world.settle().await;
        world
    }

    fn app(&self) -> &App {
        &self.0.server.app
    }

    /// Has all there is followed.
    async fn settle(&self) {
        self.0.server.followed("family", async || self.app().pass_on_next().await.unwrap()).await;
    }

    async fn incident(&self, requester: &str, fields: Json) -> RecordView {
        let mut all = json!({ "title": "It broke", "requester": self.0.people[requester].to_string() });
        all.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        self.0.server.make("incident", self.0.a, all).await
    }

    async fn part_of(&self, whole: &RecordView) -> RecordView {
        self.incident("a1", json!({ "parent_incident": whole.record.number })).await
    }

    async fn tried(&self, by: &str, record: &RecordView, request: Request) -> Result<RecordView, Error> {
        let actor = self.0.server.actor(self.0.people[by]).await;
        self.app().execute(&actor, &record.kind, &record.record.number, &request, &Origin::door(Door::Api)).await
    }

    async fn step(&self, record: &RecordView, key: &str, fields: Json) -> Result<RecordView, Error> {
        let comment = (key == "reopen").then(|| NewComment { audience: Audience::Public, body: "Again".to_owned() });
        let fields = fields.as_object().unwrap().clone();
        let step = Transition { key: key.to_owned(), fields, comment, ..Transition::default() };
        self.tried("root", record, Request::Command(Command::Transition(step))).await
    }

    async fn update(&self, record: &RecordView, fields: Json) -> Result<RecordView, Error> {
        let fields = fields.as_object().unwrap().clone();
        self.tried("root", record, Request::Update { fields, organisation: None, base: None }).await
    }

    async fn say(&self, record: &RecordView, audience: Audience, body: &str) -> Result<RecordView, Error> {
        let comment = NewComment { audience, body: body.to_owned() };
        self.tried("root", record, Request::Command(Command::Comment(comment))).await
    }

    async fn resolve(&self, record: &RecordView) {
        let fields = json!({ "resolution_code": "fixed", "resolution_notes": "The core switch was replaced" });
        self.step(record, "resolve", fields).await.unwrap();
        self.settle().await;
    }

    async fn now(&self, record: &RecordView) -> RecordView {
        self.app().get(&Actor::system(), &record.kind, &record.record.number, None).await.unwrap()
    }

    async fn state(&self, record: &RecordView) -> String {
        self.now(record).await.record.state
    }

    async fn journal(&self, record: &RecordView) -> Vec<Event> {
        let entries = self.0.server.database.store.journal_of(record.record.id, 0, 1000).await.unwrap();
        entries.into_iter().map(|entry| entry.event).collect()
    }

    async fn words(&self, record: &RecordView) -> Vec<String> {
        let said = |event: Event| match event.act {
            Act::Commented { body, .. } => Some(body),
            _ => None,
        };
        self.journal(record).await.into_iter().filter_map(said).collect()
    }
}

fn told(result: Result<RecordView, Error>) -> String {
    match result.unwrap_err() {
        Error::Invalid(faults) => faults.iter().map(|fault| format!("{} {}", fault.field, fault.message)).collect(),
        Error::Illegal { message, .. } => message,
        other => panic!("{other:?}"),
    }
}

on_both! {
    async fn in_4_parts_follow_their_whole_where_it_says_so(db: TestDatabase) {
        let world = World::build(db).await;
        let whole = world.incident("a1", json!({})).await;
        let silent = world.incident("a1", json!({})).await;
        let of_silent = world.part_of(&silent).await;
        let (open, done) = (world.part_of(&whole).await, world.part_of(&whole).await);
        world.step(&done, "cancel", json!({ "cancel_reason": "Not ours" })).await.unwrap();
        world.update(&whole, json!({ "pass_on_updates": true, "pass_on_resolution": true })).await.unwrap();
        world.say(&whole, Audience::Public, "We work on it").await.unwrap();
        world.say(&whole, Audience::Internal, "It is the core switch").await.unwrap();
        world.say(&silent, Audience::Public, "Something else").await.unwrap();
        world.settle().await;
        assert_eq!(world.words(&open).await, ["We work on it"]);
        assert_eq!(world.words(&done).await, [""; 0], "what is over hears no more");
        assert_eq!(world.words(&of_silent).await, [""; 0], "nobody asked for it");
        let entry = world.journal(&open).await.pop().unwrap();
        assert!(matches!(entry.cause, Some(Cause::Event { record, .. }) if record == whole.record.id), "{entry:?}");
        world.resolve(&whole).await;
        world.resolve(&silent).await;
        let part = world.now(&open).await.record;
        assert_eq!((part.state.as_str(), part.text("resolution_code")), ("resolved", "fixed"));
        assert_eq!(part.text("resolution_notes"), "The core switch was replaced");
        assert_eq!(part.reference("resolved_with"), Some(whole.record.id));
        assert_eq!(part.reference("resolved_by"), Some(world.0.people["root"]));
        assert_eq!(part.reference("requester"), Some(world.0.people["a1"]), "it keeps its own requester");
        assert_eq!(world.state(&done).await, "cancelled");
        assert_eq!(world.state(&of_silent).await, "new");
        // Another that was resolved by itself is not taken up again with the whole.
        let own = world.part_of(&whole).await;
        world.resolve(&own).await;
        world.step(&whole, "reopen", json!({})).await.unwrap();
        world.settle().await;
        let part = world.now(&open).await.record;
        assert_eq!((part.state.as_str(), part.reference("resolved_with")), ("in_progress", None));
        assert_eq!(world.state(&own).await, "resolved");
    }

    async fn in_4_what_goes_on_does_so_once_on_two_nodes_and_through_all_below(db: TestDatabase) {
        let world = World::build(db).await;
        let whole = world.incident("a1", json!({ "pass_on_updates": true })).await;
        let part = world.incident("a1", json!({ "parent_incident": whole.record.number, "pass_on_updates": true })).await;
        let below = world.part_of(&part).await;
        world.settle().await;
        for round in 0..5 {
            world.say(&whole, Audience::Public, &format!("News {round}")).await.unwrap();
        }
        let (_, other) = world.0.server.another_node();
        for _ in 0..20 {
            let (one, two) = tokio::join!(world.app().pass_on_next(), other.pass_on_next());
            one.unwrap();
            two.unwrap();
        }
        world.settle().await;
        let expected: Vec<String> = (0..5).map(|round| format!("News {round}")).collect();
        assert_eq!(world.words(&part).await, expected);
        assert_eq!(world.words(&below).await, expected);
    }

    async fn in_4_nothing_is_part_of_itself(db: TestDatabase) {
        let world = World::build(db).await;
        let whole = world.incident("a1", json!({})).await;
        let part = world.part_of(&whole).await;
        let below = world.part_of(&part).await;
        for (record, parent) in [(&whole, &whole), (&whole, &part), (&whole, &below), (&part, &below)] {
            let refused = world.update(record, json!({ "parent_incident": parent.record.number })).await;
            assert_eq!(told(refused), "parent_incident must not lead back to this record");
        }
        let refused = world.step(&whole, "merge", json!({ "duplicate_of": whole.record.number })).await;
        assert_eq!(told(refused), "duplicate_of must not lead back to this record");
    }

    async fn in_4_a_customers_own_words_and_moves_go_on_to_nobody(db: TestDatabase) {
        let world = World::build(db).await;
        let whole = world.incident("a1", json!({})).await;
        let part = world.incident("a2", json!({ "parent_incident": whole.record.number })).await;
        world.update(&whole, json!({ "pass_on_updates": true, "pass_on_resolution": true })).await.unwrap();
        let words = NewComment { audience: Audience::Public, body: "My number is 555".to_owned() };
        world.tried("a1", &whole, Request::Command(Command::Comment(words))).await.unwrap();
        world.settle().await;
        assert_eq!(world.words(&part).await, [""; 0]);
        world.resolve(&whole).await;
        assert_eq!(world.state(&part).await, "resolved");
        let words = NewComment { audience: Audience::Public, body: "Not for me".to_owned() };
        let again = Transition { key: "reopen".into(), comment: Some(words), ..Transition::default() };
        world.tried("a1", &whole, Request::Command(Command::Transition(again))).await.unwrap();
        world.settle().await;
        assert_eq!((world.state(&whole).await.as_str(), world.state(&part).await.as_str()), ("in_progress", "resolved"));
        // Those who work on it take up all of it, and say why; only the whole counts as reopened.
        world.resolve(&whole).await;
        world.step(&whole, "reopen", json!({})).await.unwrap();
        world.settle().await;
        assert_eq!(world.words(&part).await, ["Again"]);
        let part = world.now(&part).await.record;
        assert_eq!((part.state.as_str(), part.field("reopen_count")), ("in_progress", None));
    }

    async fn in_4_what_is_undone_is_so_for_the_parts_and_open_tasks_hold_one_up(db: TestDatabase) {
        let world = World::build(db).await;
        let whole = world.incident("a1", json!({ "pass_on_resolution": true })).await;
        let (free, held) = (world.part_of(&whole).await, world.part_of(&whole).await);
        let task = json!({ "title": "Look at it", "incident": held.record.number, "mandatory": true, "team": world.0.desk.to_string() });
        world.0.server.make("incident_task", world.0.a, task).await;
        world.resolve(&whole).await;
        assert_eq!((world.state(&free).await.as_str(), world.state(&held).await.as_str()), ("resolved", "new"));
        let seq = world.now(&whole).await.record.revision;
        world.tried("root", &whole, Request::Revert { seq }).await.unwrap();
        world.settle().await;
        assert_eq!(world.state(&whole).await, "new");
        assert_eq!(world.state(&free).await, "in_progress");
    }

    async fn pl_10_nobody_is_let_in_by_a_merge_that_could_not_let_them_in(db: TestDatabase) {
        let world = World::build(db).await;
        let (kept, gone) = (world.incident("a1", json!({})).await, world.incident("a2", json!({})).await);
        let other = json!({ "title": "It broke", "requester": world.0.people["b1"].to_string() });
        let other = world.0.server.make("incident", world.0.b, other).await;
        let refused = world.step(&gone, "merge", json!({ "duplicate_of": other.record.number })).await;
        assert!(told(refused).contains("belongs to another organisation"));
        world.step(&gone, "merge", json!({ "duplicate_of": kept.record.number })).await.unwrap();
        let refused = world.update(&gone, json!({ "duplicate_of": null })).await;
        assert!(told(refused).contains("is fixed once it was merged"));
        let third = world.incident("a1", json!({})).await;
        let refused = world.step(&third, "merge", json!({ "duplicate_of": gone.record.number })).await;
        assert!(told(refused).contains("was merged itself"));
        // Who only reads the other one adds nobody to it.
        let theirs = world.incident("a2", json!({ "team": world.0.desk.to_string() })).await;
        let foreign = world.incident("g2", json!({ "confidentiality": "normal" })).await;
        let refused = world.tried("g2", &theirs, Request::Update { fields: json!({ "duplicate_of": foreign.record.number }).as_object().unwrap().clone(), organisation: None, base: None }).await;
        assert!(refused.is_err());
    }

    async fn pl_10_a_merged_record_leads_to_the_other_and_comes_back(db: TestDatabase) {
        let world = World::build(db).await;
        let (first, second) = (world.incident("a1", json!({})).await, world.incident("a2", json!({})).await);
        let third = world.incident("a1", json!({})).await;
        let watch = Request::Watch { person: Some(world.0.people["root"].to_string()), end: false };
        world.tried("root", &second, watch).await.unwrap();
        world.step(&second, "merge", json!({ "duplicate_of": first.record.number })).await.unwrap();
        world.step(&first, "merge", json!({ "duplicate_of": third.record.number })).await.unwrap();
        world.settle().await;
        let mut watching = world.now(&first).await.record.watchers;
        watching.sort_unstable();
        let mut expected = vec![world.0.people["a2"], world.0.people["root"]];
        expected.sort_unstable();
        assert_eq!(watching, expected, "who asked and who watched come along");
        let root = world.0.server.actor(world.0.people["root"]).await;
        let to = world.app().gave_way(&root, &second.kind, second.record.id).await.unwrap().unwrap();
        assert_eq!(to.into.unwrap().number, third.record.number, "the way goes on to the end");
        let b1 = world.0.server.actor(world.0.people["b1"]).await;
        assert_eq!(world.app().gave_way(&b1, &second.kind, second.record.id).await.unwrap().unwrap().into, None);
        assert!(world.app().gave_way(&root, &third.kind, third.record.id).await.unwrap().is_none());
        let here = world.app().merged_here(&root, &first.kind, first.record.id).await.unwrap();
        assert_eq!(here.iter().map(|one| &one.number).collect::<Vec<_>>(), [&second.record.number]);
        let refused = world.say(&second, Audience::Public, "And another thing").await;
        assert_eq!(told(refused), "This was merged into another record; write there");
        // And back.
        world.step(&second, "separate", json!({})).await.unwrap();
        world.settle().await;
        let back = world.now(&second).await.record;
        assert_eq!((back.state.as_str(), back.reference("duplicate_of")), ("in_progress", None));
        assert_eq!(world.now(&first).await.record.watchers, []);
        assert!(!world.now(&third).await.record.watchers.contains(&world.0.people["a2"]), "nor does a way lead on from there");
        world.say(&second, Audience::Public, "And another thing").await.unwrap();
        // Within the window only.
        world.0.server.clock.advance(15 * 86_400);
        let refused = world.step(&first, "separate", json!({})).await;
        assert_eq!(told(refused), "This was merged more than 14 days ago. Open a new one instead");
    }
}
