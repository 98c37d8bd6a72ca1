//! Bulk edits: what is foreseen comes true, each record once, with the rights of the moment, and is set back for a day.

use serde_json::json;
use steward_app::bulk::{BulkAction, BulkComment, BulkEdit, Outcome, Progress, Selection, UNDO_WITHIN};
use steward_app::error::Error;
use steward_app::list::ListRequest;
use steward_app::records::{NewRecord, Request};
use steward_app::view::RecordView;
use steward_model::access::Actor;
use steward_model::command::Command;
use steward_model::event::{Act, Audience, Cause, Door};
use steward_testkit::database::TestDatabase;
use steward_testkit::fixture::Fixture;
use steward_testkit::on_both;

struct Desk(Fixture);

impl Desk {
    async fn build(db: TestDatabase) -> Self {
        Self(Fixture::build(db).await)
    }

    async fn actor(&self, name: &str) -> Actor {
        self.0.server.actor(self.0.people[name]).await
    }

    /// Incidents of A in the desk's hands.
    async fn incidents(&self, count: usize) -> Vec<RecordView> {
        let mut made = Vec::new();
        for place in 0..count {
            let fields = json!({
                "title": format!("bulk {place}"),
                "requester": self.0.people["a1"].to_string(),
                "team": self.0.desk.to_string(),
            });
            made.push(self.0.server.make("incident", self.0.a, fields).await);
        }
        made
    }

    async fn now(&self, record: &RecordView) -> RecordView {
        let app = &self.0.server.app;
        app.get(&Actor::system(), &record.kind, &record.record.number, None).await.unwrap()
    }

    async fn plan(&self, actor: &Actor, records: &[RecordView], action: &BulkAction) -> steward_app::bulk::Plan {
        let names = records.iter().map(|view| view.record.id.to_string()).collect();
        let kind = &self.0.ta.kind;
        self.0.server.app.plan_bulk_edit(actor, kind, &Selection::Records(names), action).await.unwrap()
    }

    /// Plans, keeps, starts and works off.
    async fn run(&self, actor: &Actor, records: &[RecordView], action: &BulkAction) -> BulkEdit {
        let plan = self.plan(actor, records, action).await;
        let id = self.0.server.app.keep_bulk_edit(actor, &plan, Door::Page, true).await.unwrap();
        self.work_off().await;
        self.0.server.app.bulk_edit(actor, id).await.unwrap()
    }

    async fn work_off(&self) {
        while self.0.server.app.run_due_job("test").await.unwrap() {}
    }

    async fn undo(&self, actor: &Actor, id: i64) -> BulkEdit {
        let id = self.0.server.app.undo_bulk_edit(actor, id, Door::Page).await.unwrap();
        self.work_off().await;
        self.0.server.app.bulk_edit(actor, id).await.unwrap()
    }

    async fn update(&self, actor: &Actor, record: &RecordView, fields: serde_json::Value) {
        let serde_json::Value::Object(fields) = fields else { panic!() };
        let request = Request::Update { fields, organisation: None, base: None };
        self.0.server.act(actor, record, request).await;
    }
}

fn set(field: &str, value: impl Into<serde_json::Value>) -> BulkAction {
    let fields = serde_json::Map::from_iter([(field.to_owned(), value.into())]);
    BulkAction::Update { fields }
}

fn counts(edit: &BulkEdit) -> (usize, usize, usize) {
    (edit.count(Outcome::Changed), edit.count(Outcome::Unchanged), edit.count(Outcome::Refused))
}

on_both! {
    async fn what_is_foreseen_comes_true(db: TestDatabase) {
        let desk = Desk::build(db).await;
        let g1 = desk.actor("g1").await;
        let incidents = desk.incidents(4).await;
        desk.update(&g1, &incidents[1], json!({ "impact": "high" })).await;
        desk.0.server.transition(&incidents[2], "cancel", json!({ "cancel_reason": "gone" })).await;
        let action = BulkAction::Transition {
            transition: "start".to_owned(),
            fields: serde_json::Map::new(),
            comment: None,
        };
        let mut names: Vec<String> = incidents.iter().map(|view| view.record.number.clone()).collect();
        names.extend(["INC9999999".to_owned(), desk.0.ca.record.number.clone()]);
        let app = &desk.0.server.app;
        let plan = app.plan_bulk_edit(&g1, &desk.0.ta.kind, &Selection::Records(names), &action).await.unwrap();
        assert_eq!(plan.missing, 2, "one is not there, one is of another kind");
        let id = app.keep_bulk_edit(&g1, &plan, Door::Page, false).await.unwrap();
        let preview = app.bulk_edit(&g1, id).await.unwrap();
        assert_eq!((preview.progress, counts(&preview)), (Progress::Preview, (3, 0, 1)));
        desk.work_off().await;
        assert_eq!(desk.now(&incidents[0]).await.record.state, "new", "a preview changes nothing");
        app.start_bulk_edit(&g1, id).await.unwrap();
        desk.work_off().await;
        let done = app.bulk_edit(&g1, id).await.unwrap();
        assert_eq!((done.progress, counts(&done), done.done()), (Progress::Finished, (3, 0, 1), 4));
        let refused = app.bulk_edit_rows(&g1, id, Some(Outcome::Refused), 0, 10).await.unwrap();
        assert_eq!(refused.rows[0].record, incidents[2].record.id);
        assert!(refused.rows[0].reason.contains("does not start from the state Cancelled"), "{}", refused.rows[0].reason);
        assert_eq!(desk.now(&incidents[0]).await.record.state, "in_progress");
        // Each entry says which bulk edit it belongs to, and who asked.
        let entries = desk.0.server.database.store.journal_of(incidents[0].record.id, 1, 10).await.unwrap();
        let last = &entries.last().unwrap().event;
        assert_eq!((last.cause.clone(), last.actor), (Some(Cause::BulkEdit(id)), g1.person));
        // Once more it finds all as it should be.
        let again = desk.run(&g1, &incidents[..2], &set("impact", "high")).await;
        assert_eq!(counts(&again), (1, 1, 0));
    }

    async fn a_whole_list_is_what_its_reader_sees(db: TestDatabase) {
        let desk = Desk::build(db).await;
        let request = ListRequest { search: Some("is:open".to_owned()), ..ListRequest::default() };
        let all = Selection::Matching(request);
        let action = BulkAction::Watch { end: false };
        let app = &desk.0.server.app;
        // b1 sees one of the two tickets, g2 none.
        for (name, expected) in [("g1", 2), ("b1", 1), ("g2", 0)] {
            let actor = desk.actor(name).await;
            let plan = app.plan_bulk_edit(&actor, &desk.0.ta.kind, &all, &action).await.unwrap();
            assert_eq!(plan.rows.len(), expected, "{name}");
        }
        let b1 = desk.actor("b1").await;
        let bad = Selection::Matching(ListRequest { search: Some("handling_notes:x".to_owned()), ..ListRequest::default() });
        let refused = app.plan_bulk_edit(&b1, &desk.0.ta.kind, &bad, &action).await;
        assert!(matches!(refused, Err(Error::Filter(_))), "a condition cannot ask for what is not shown");
        // A requester may not set fields by this way either.
        let plan = app.plan_bulk_edit(&b1, &desk.0.ta.kind, &all, &set("impact", "high")).await.unwrap();
        assert_eq!(plan.rows[0].expected, Outcome::Refused);
        assert!(matches!(plan.refusal, Some(Error::Forbidden { .. })));
    }

    async fn a_right_lost_on_the_way_counts_no_more(db: TestDatabase) {
        let desk = Desk::build(db).await;
        let g1 = desk.actor("g1").await;
        let incidents = desk.incidents(2).await;
        let plan = desk.plan(&g1, &incidents, &set("impact", "high")).await;
        let app = &desk.0.server.app;
        let id = app.keep_bulk_edit(&g1, &plan, Door::Page, true).await.unwrap();
        let person = app.get(&Actor::system(), app.kind("person").unwrap(), &g1.person.to_string(), None).await.unwrap();
        desk.update(&Actor::system(), &person, json!({ "roles": [{ "role": "requester" }] })).await;
        desk.work_off().await;
        let edit = app.bulk_edit(&desk.actor("root").await, id).await.unwrap();
        assert_eq!(counts(&edit), (0, 0, 2));
        assert_eq!(desk.now(&incidents[0]).await.record.text("impact"), incidents[0].record.text("impact"));
    }

    async fn sec_029_undo_sets_back_what_nobody_touched_since(db: TestDatabase) {
        let desk = Desk::build(db).await;
        let (g1, g2, root) = (desk.actor("g1").await, desk.actor("g2").await, desk.actor("root").await);
        let incidents = desk.incidents(3).await;
        let edit = desk.run(&g1, &incidents, &set("assignee", g1.person.to_string())).await;
        assert_eq!(counts(&edit), (3, 0, 0));
        desk.update(&root, &incidents[1], json!({ "assignee": desk.0.people["root"].to_string() })).await;
        let app = &desk.0.server.app;
        for stranger in [&g2, &desk.actor("a1").await] {
            assert!(matches!(app.bulk_edit(stranger, edit.id).await, Err(Error::NotFound)));
            assert!(matches!(app.undo_bulk_edit(stranger, edit.id, Door::Page).await, Err(Error::NotFound)));
            assert!(matches!(app.bulk_edit_rows(stranger, edit.id, None, 0, 10).await, Err(Error::NotFound)));
        }
        let undone = desk.undo(&g1, edit.id).await;
        assert_eq!(counts(&undone), (2, 1, 0));
        assert_eq!(undone.undo_of, Some(edit.id));
        assert_eq!(desk.now(&incidents[0]).await.record.field("assignee"), None);
        assert_eq!(desk.now(&incidents[1]).await.record.reference("assignee"), Some(desk.0.people["root"]));
        let left = app.bulk_edit_rows(&g1, undone.id, Some(Outcome::Unchanged), 0, 10).await.unwrap();
        assert_eq!(left.rows[0].reason, "Changed since, so left as it is: Assignee");
        // Once is enough, and an undo can itself be undone.
        assert_eq!(app.undo_bulk_edit(&g1, edit.id, Door::Page).await.unwrap(), undone.id);
        let redone = desk.undo(&root, undone.id).await;
        assert_eq!(counts(&redone), (2, 0, 0));
        assert_eq!(desk.now(&incidents[0]).await.record.reference("assignee"), Some(g1.person));
        // The journal tells all of it, and folds to what is there.
        let report = desk.0.server.database.store.verify(None, |_| ()).await.unwrap();
        assert!(report.is_good(), "{:?}", report.faults);
    }

    async fn a_move_is_set_back_with_all_that_it_brought(db: TestDatabase) {
        let desk = Desk::build(db).await;
        let g1 = desk.actor("g1").await;
        let incidents = desk.incidents(2).await;
        for incident in &incidents {
            desk.0.server.transition(incident, "start", json!({})).await;
        }
        let before = desk.now(&incidents[0]).await.record;
        let resolve = BulkAction::Transition {
            transition: "resolve".to_owned(),
            fields: json!({ "resolution_code": "fixed", "resolution_notes": "all at once" }).as_object().unwrap().clone(),
            comment: Some(BulkComment { audience: Audience::Public, body: "Done.".to_owned() }),
        };
        let edit = desk.run(&g1, &incidents, &resolve).await;
        assert_eq!(counts(&edit), (2, 0, 0), "{:?}", edit.counts);
        assert_eq!(desk.now(&incidents[0]).await.record.state, "resolved");
        desk.0.server.transition(&incidents[1], "close", json!({})).await;
        let undone = desk.undo(&g1, edit.id).await;
        assert_eq!(counts(&undone), (1, 0, 1));
        let after = desk.now(&incidents[0]).await.record;
        assert_eq!((&after.state, &after.fields), (&before.state, &before.fields));
        let refused = desk.0.server.app.bulk_edit_rows(&g1, undone.id, Some(Outcome::Refused), 0, 1).await.unwrap();
        assert_eq!(refused.rows[0].reason, "It was moved on since");
    }

    async fn undo_has_its_time_and_words_stay_said(db: TestDatabase) {
        let desk = Desk::build(db).await;
        let g1 = desk.actor("g1").await;
        let incidents = desk.incidents(1).await;
        let app = &desk.0.server.app;
        let said = desk.run(&g1, &incidents, &BulkAction::Comment(BulkComment { audience: Audience::Internal, body: "noted".to_owned() })).await;
        assert_eq!((counts(&said), said.undo_until), ((1, 0, 0), None));
        assert!(matches!(app.undo_bulk_edit(&g1, said.id, Door::Page).await, Err(Error::Illegal { .. })));
        let edit = desk.run(&g1, &incidents, &set("impact", "high")).await;
        desk.0.server.clock.advance(UNDO_WITHIN + 1);
        assert!(matches!(app.undo_bulk_edit(&g1, edit.id, Door::Page).await, Err(Error::Illegal { .. })));
    }

    async fn rel_a_row_has_its_effect_once(db: TestDatabase) {
        let desk = Desk::build(db).await;
        let g1 = desk.actor("g1").await;
        let incidents = desk.incidents(90).await;
        let action = BulkAction::Comment(BulkComment { audience: Audience::Internal, body: "said once".to_owned() });
        let plan = desk.plan(&g1, &incidents, &action).await;
        let app = &desk.0.server.app;
        let id = app.keep_bulk_edit(&g1, &plan, Door::Page, true).await.unwrap();
        // A second runner that believes to hold the same job: its lease ran out, and it does not know yet.
        let store = &desk.0.server.database.store;
        let claim = store.claim("first", &["bulk_edit"], 1, app.now()).await.unwrap().remove(0);
        let twice = steward_store::jobs::NewJob {
            kind: "bulk_edit".to_owned(),
            unique_key: Some("twice".to_owned()),
            payload: claim.payload.clone(),
            run_at: app.now(),
            max_attempts: 3,
            created_at: app.now(),
        };
        store.fail(&claim, "as if the process had died", app.now()).await.unwrap();
        store.enqueue(vec![twice]).await.unwrap();
        let (one, two) = tokio::join!(app.run_due_job("one"), app.run_due_job("two"));
        assert!(one.unwrap() && two.unwrap());
        let edit = app.bulk_edit(&g1, id).await.unwrap();
        assert_eq!((edit.progress, counts(&edit)), (Progress::Finished, (90, 0, 0)));
        for incident in &incidents {
            let entries = store.journal_of(incident.record.id, 1, 10).await.unwrap();
            let said = entries.iter().filter(|entry| matches!(entry.event.act, Act::Commented { .. })).count();
            assert_eq!(said, 1, "{}", incident.record.number);
        }
    }

    async fn a_node_that_stops_gives_its_job_back(db: TestDatabase) {
        let desk = Desk::build(db).await;
        let g1 = desk.actor("g1").await;
        let incidents = desk.incidents(3).await;
        let plan = desk.plan(&g1, &incidents, &set("impact", "high")).await;
        let app = &desk.0.server.app;
        let id = app.keep_bulk_edit(&g1, &plan, Door::Page, true).await.unwrap();
        let other = app.with_clock(desk.0.server.clock.clone());
        app.stop();
        assert!(app.run_due_job("stopping").await.unwrap());
        let edit = app.bulk_edit(&g1, id).await.unwrap();
        assert_eq!((edit.progress, edit.done()), (Progress::Running, 0));
        assert!(other.run_due_job("other").await.unwrap(), "at once, without waiting for the lease");
        let edit = app.bulk_edit(&g1, id).await.unwrap();
        assert_eq!((edit.progress, counts(&edit)), (Progress::Finished, (3, 0, 0)));
        assert!(!other.run_due_job("other").await.unwrap());
    }

    async fn nobody_has_more_than_a_few_at_work(db: TestDatabase) {
        let desk = Desk::build(db).await;
        let g1 = desk.actor("g1").await;
        let incidents = desk.incidents(1).await;
        let plan = desk.plan(&g1, &incidents, &set("impact", "high")).await;
        let app = &desk.0.server.app;
        for _ in 0..5 {
            app.keep_bulk_edit(&g1, &plan, Door::Page, true).await.unwrap();
        }
        let refused = app.keep_bulk_edit(&g1, &plan, Door::Page, true).await;
        assert!(matches!(refused, Err(Error::TooMany { .. })));
        // A preview is no work, and one takes the place of the other.
        let first = app.keep_bulk_edit(&g1, &plan, Door::Page, false).await.unwrap();
        app.keep_bulk_edit(&g1, &plan, Door::Page, false).await.unwrap();
        assert!(matches!(app.bulk_edit(&g1, first).await, Err(Error::NotFound)));
        desk.work_off().await;
        app.keep_bulk_edit(&g1, &plan, Door::Page, true).await.unwrap();
    }

    async fn only_an_entry_of_the_record_itself_is_set_back(db: TestDatabase) {
        let desk = Desk::build(db).await;
        let g1 = desk.actor("g1").await;
        let incident = desk.incidents(1).await.remove(0);
        let app = &desk.0.server.app;
        let origin = steward_app::records::Origin::door(Door::Page);
        for seq in [0, -1, 99] {
            let refused = app.execute(&g1, &incident.kind, &incident.record.number, &Request::Revert { seq }, &origin).await;
            assert!(matches!(refused, Err(Error::NotFound)), "{seq}");
        }
        let created = app.execute(&g1, &incident.kind, &incident.record.number, &Request::Revert { seq: 1 }, &origin).await;
        assert!(matches!(created, Err(Error::Illegal { .. })), "{created:?}");
        let unknown = Request::Command(Command::Unwatch { person: g1.person });
        app.execute(&g1, &incident.kind, &incident.record.number, &unknown, &origin).await.unwrap();
    }

    async fn sec_024_undoing_lends_nobody_the_rights_of_who_kept_it_before(db: TestDatabase) {
        let desk = Desk::build(db).await;
        let keeper = json!({ "fields": { "roles": [{ "role": "incident_manager" }] } });
        desk.0.client("root").patch(&format!("/api/v1/people/{}", desk.0.people["g1"]), keeper).await.expect(200);
        let (root, g1) = (desk.actor("root").await, desk.actor("g1").await);
        let app = &desk.0.server.app;
        let origin = steward_app::records::Origin::door(Door::Page);
        let kind = app.kind("rule").unwrap().clone();
        let fields = json!({ "title": "Look", "for_kind": "incident", "trigger": "created", "condition": "true",
            "actions": [{ "action": "set", "target": "urgency", "value": "high" }] });
        let new = NewRecord { fields: fields.as_object().unwrap().clone(), ..NewRecord::default() };
        let made = app.create(&root, &kind, &new, &origin).await.unwrap();
        assert_eq!(made.record.reference("runs_as"), Some(root.person));
        let change = |fields: serde_json::Value| Request::Update {
            fields: fields.as_object().unwrap().clone(),
            organisation: None,
            base: None,
        };
        let number = made.record.number.clone();
        let first = app.execute(&root, &kind, &number, &change(json!({ "order": 2 })), &origin).await.unwrap();
        let first = first.record.revision;
        assert_eq!(first, 2);
        // Somebody else changes it, and then what it makes.
        let taken = app.execute(&g1, &kind, &number, &change(json!({ "title": "Look well", "order": 3 })), &origin).await.unwrap();
        assert_eq!(taken.record.reference("runs_as"), Some(g1.person));
        app.execute(&g1, &kind, &number, &change(json!({ "order": 4 })), &origin).await.unwrap();
        let undone = app.execute(&g1, &kind, &number, &Request::Revert { seq: taken.record.revision }, &origin).await.unwrap();
        assert_eq!(undone.record.reference("runs_as"), Some(g1.person), "the rights of before do not come back");
        assert_eq!((undone.record.text("title"), undone.record.field("order")), ("Look", Some(&json!(4))));
    }
}
