//! Recurring work: made on its days, once, with the rights of whoever asked for it, and told on the schedule.

use serde_json::{Value as Json, json};
use steward_app::list::ListRequest;
use steward_app::view::RecordView;
use steward_model::access::Actor;
use steward_testkit::markup::Page;
use steward_testkit::on_both;

use crate::world::{World, check_status, location};

const DAY: i64 = 86_400;

fn words(html: &str) -> String {
    Page::parse(html).text().split_whitespace().collect::<Vec<_>>().join(" ")
}

impl World {
    /// A schedule of root's, which begins on Monday 5 January 2026 at 12:00 UTC, three hours from now.
    async fn schedule(&self, more: Json) -> RecordView {
        let server = &self.fixture.server;
        let mut fields = json!({
            "title": "Check backups", "repeat": "daily", "starts_on": "2026-01-05", "at_time": "12:00", "for_kind": "task",
            "skip_if_open": false,
            "values": [{ "field": "title", "value": "Check backups of {{date}} in {{week}}" }],
        });
        fields.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let root = server.actor(self.fixture.people["root"]).await;
        let kind = server.app.kind("schedule").unwrap().clone();
        let new = steward_app::records::NewRecord {
            fields: fields.as_object().unwrap().clone().into_iter().collect(),
            organisation: Some(self.fixture.provider.to_string()),
            links: Vec::new(),
        };
        server
            .app
            .create(&root, &kind, &new, &steward_app::records::Origin::door(steward_model::event::Door::Api))
            .await
            .unwrap()
    }

    /// Titles of all tasks that were made, oldest first.
    async fn made(&self) -> Vec<String> {
        let app = &self.fixture.server.app;
        let kind = app.kind("task").unwrap().clone();
        let request = ListRequest { sort: Some("number".to_owned()), limit: 100, ..ListRequest::default() };
        let page = app.list(&Actor::system(), &kind, &request).await.unwrap();
        let titles = page.records.iter().map(|view| view.record.text("title").to_owned());
        titles.filter(|title| title.starts_with("Check backups")).collect()
    }

    async fn now_of(&self, schedule: &RecordView) -> RecordView {
        let app = &self.fixture.server.app;
        let kind = app.kind("schedule").unwrap().clone();
        app.get(&Actor::system(), &kind, &schedule.record.number, None).await.unwrap()
    }
}

on_both! {
    async fn lv_7_the_report_on_the_last_month_is_made_by_itself(db: TestDatabase) {
        let world = World::build(db).await;
        let root = world.fixture.client("root");
        let fields = json!({ "name": "Gold", "sort": "sla", "valid_from": "2020-01-01" });
        let agreement = root.post("/api/v1/agreements", json!({ "fields": fields })).await.expect(201).json();
        world.schedule(json!({
            "for_kind": "service_level_report", "repeat": "monthly", "month_day": 2,
            "values": [{ "field": "agreement", "value": agreement["number"] }],
        })).await;
        let (app, clock) = (&world.fixture.server.app, &world.fixture.server.clock);
        app.run_schedules().await.unwrap();
        clock.advance(28 * DAY + 3 * 3600);
        app.run_schedules().await.unwrap();
        let made = root.get("/api/v1/service-level-reports").await.expect(200).json();
        let told = (&made[0]["fields"]["title"], &made[0]["state"], made.as_array().map(Vec::len));
        assert_eq!(told, (&json!("Gold, 2026-01"), &json!("draft"), Some(1)), "{made}");
    }

    async fn work_is_made_on_its_day_and_once(db: TestDatabase) {
        let world = World::build(db).await;
        let (app, clock) = (&world.fixture.server.app, &world.fixture.server.clock);
        let schedule = world.schedule(json!({})).await;
        app.run_schedules().await.unwrap();
        assert_eq!(world.made().await, Vec::<String>::new(), "three hours too early");
        clock.advance(3 * 3600);
        // Two nodes at the same time, both again, and a node that was started anew.
        let (_, other) = world.fixture.server.another_node();
        let (one, two) = tokio::join!(app.run_schedules(), other.run_schedules());
        one.unwrap();
        two.unwrap();
        let (one, two) = tokio::join!(app.run_schedules(), other.run_schedules());
        one.unwrap();
        two.unwrap();
        let (_, restarted) = world.fixture.server.another_node();
        restarted.run_schedules().await.unwrap();
        assert_eq!(world.made().await, ["Check backups of 2026-01-05 in 2026-W02"], "{:?}", world.now_of(&schedule).await.record.fields);
        let now = world.now_of(&schedule).await;
        assert!(now.record.text("last_outcome").starts_with("2026-01-05: TASK"), "{}", now.record.text("last_outcome"));
        // Who reads the task sees what it comes from, and the schedule what it made and makes next.
        let root = world.another("root").await;
        let task = root.get("/tasks").await.expect(200).text();
        let at = Page::parse(&task).elements().filter_map(|element| element.get("href").map(str::to_owned)).find(|href| href.starts_with("/tasks/TASK")).unwrap();
        let page = words(&root.get(&at).await.expect(200).text());
        assert!(page.contains(&format!("by recurring work {} Check backups", schedule.record.number)), "{page}");
        let page = words(&root.get(&format!("/schedules/{}", schedule.record.number)).await.expect(200).text());
        for wanted in ["Next turns", "Tue 6 Jan", "Sat 10 Jan", "2026-01-05: TASK"] {
            assert!(page.contains(wanted), "{wanted} in {page}");
        }
        clock.advance(DAY);
        app.run_schedules().await.unwrap();
        assert_eq!(world.made().await.len(), 2);
    }

    async fn jobs_of_two_nodes_make_it_once(db: TestDatabase) {
        let world = World::build(db).await;
        let clock = &world.fixture.server.clock;
        world.schedule(json!({})).await;
        world.fixture.server.app.run_schedules().await.unwrap();
        let (_, other) = world.fixture.server.another_node();
        let app = world.fixture.server.app.clone();
        let nodes = [("a", app.clone()), ("b", other.clone())].map(|(name, node)| tokio::spawn(async move { node.run_jobs(name).await }));
        let until = |count: usize| {
            let world = &world;
            async move {
                for _ in 0..400 {
                    if world.made().await.len() >= count { return; }
                    clock.advance(5);
                    tokio::time::sleep(std::time::Duration::from_millis(25)).await;
                }
                panic!("{:?} were made, not {count}", world.made().await);
            }
        };
        clock.advance(3 * 3600);
        until(1).await;
        clock.advance(DAY);
        until(2).await;
        app.stop();
        other.stop();
        for node in nodes { node.await.unwrap(); }
        let made = world.made().await;
        assert_eq!(made, ["Check backups of 2026-01-05 in 2026-W02", "Check backups of 2026-01-06 in 2026-W02"]);
    }

    async fn an_open_one_and_a_pause_hold_the_next(db: TestDatabase) {
        let world = World::build(db).await;
        let (app, clock, server) = (&world.fixture.server.app, &world.fixture.server.clock, &world.fixture.server);
        let schedule = world.schedule(json!({ "skip_if_open": true })).await;
        app.run_schedules().await.unwrap();
        clock.advance(3 * 3600);
        app.run_schedules().await.unwrap();
        clock.advance(DAY);
        app.run_schedules().await.unwrap();
        assert_eq!(world.made().await.len(), 1, "the first is still open");
        let now = world.now_of(&schedule).await;
        assert!(now.record.text("last_outcome").contains("is still open"), "{}", now.record.text("last_outcome"));
        let task = app.get(&Actor::system(), &app.kind("task").unwrap().clone(), &now.record.reference("last_record").unwrap().to_string(), None).await.unwrap();
        server.transition(&task, "complete", json!({})).await;
        clock.advance(DAY);
        app.run_schedules().await.unwrap();
        assert_eq!(world.made().await.len(), 2);
        // Paused: nothing, and what fell into the pause is not made up for.
        let now = server.transition(&world.now_of(&schedule).await, "pause", json!({})).await;
        clock.advance(5 * DAY);
        app.run_schedules().await.unwrap();
        server.transition(&now, "resume", json!({})).await;
        app.run_schedules().await.unwrap();
        assert_eq!(world.made().await.len(), 2);
        let next = world.now_of(&schedule).await.record.field("next_run_at").and_then(Json::as_i64).unwrap();
        assert_eq!(steward_model::moment::Moment(next).to_string(), "2026-01-13T12:00:00Z");
    }

    async fn a_standstill_is_made_up_for_as_asked(db: TestDatabase) {
        let world = World::build(db).await;
        let (app, clock) = (&world.fixture.server.app, &world.fixture.server.clock);
        let mut schedules = Vec::new();
        for policy in ["all", "last", "none"] {
            schedules.push(world.schedule(json!({ "title": policy, "catch_up": policy, "values": [{ "field": "title", "value": format!("Check backups {policy} {{{{date}}}}") }] })).await);
        }
        app.run_schedules().await.unwrap();
        // Nothing runs from Monday 09:00 to Thursday 13:00: four turns are over.
        clock.advance(3 * DAY + 4 * 3600);
        app.run_schedules().await.unwrap();
        app.run_schedules().await.unwrap();
        let made = world.made().await;
        let of = |policy: &str| -> Vec<String> { made.iter().filter(|title| title.contains(policy)).cloned().collect() };
        assert_eq!(of("all"), [5, 6, 7, 8].map(|day| format!("Check backups all 2026-01-0{day}")), "{:?}", world.now_of(&schedules[0]).await.record.fields);
        assert_eq!(of("last"), ["Check backups last 2026-01-08"]);
        assert_eq!(of("none"), Vec::<String>::new());
        clock.advance(DAY);
        app.run_schedules().await.unwrap();
        // On time again (an hour late: missed for the strict one).
        clock.advance(DAY - 3600);
        app.run_schedules().await.unwrap();
        assert!(world.made().await.iter().any(|title| title == "Check backups none 2026-01-10"), "{:?}", world.made().await);
    }

    async fn closed_days_are_minded(db: TestDatabase) {
        let world = World::build(db).await;
        let server = &world.fixture.server;
        let week: Vec<Json> = ["monday", "tuesday", "wednesday", "thursday", "friday"].iter().map(|day| json!({ "day": day, "opens": "08:00", "closes": "17:00" })).collect();
        let calendar = server.make("calendar", world.fixture.provider, json!({ "name": "Office", "zone": "Europe/Vienna", "hours": week, "holiday_sets": [{ "country": "at" }] })).await.record.number;
        for when in ["next", "previous", "skip"] {
            world.schedule(json!({ "title": when, "calendar": calendar, "when_closed": when, "catch_up": "all", "values": [{ "field": "title", "value": format!("Check backups {when} {{{{date}}}}") }] })).await;
        }
        server.app.run_schedules().await.unwrap();
        // From Monday 5 to Tuesday 13 January; Tuesday 6 is a holiday, 10 and 11 are the weekend. 12:00 in Vienna is 11:00.
        for _ in 0..9 {
            server.clock.advance(DAY);
            server.app.run_schedules().await.unwrap();
        }
        let made = world.made().await;
        let of = |when: &str| -> Vec<String> { made.iter().filter(|title| title.contains(when)).map(|title| title[title.len() - 2..].to_owned()).collect() };
        assert_eq!(of("skip"), ["05", "07", "08", "09", "12", "13"]);
        assert_eq!(of("next"), ["05", "07", "08", "09", "12", "13"]);
        assert_eq!(of("previous"), ["05", "07", "08", "09", "12", "13"]);
    }

    async fn it_runs_with_the_rights_of_who_asked(db: TestDatabase) {
        let world = World::build(db).await;
        let (app, clock) = (&world.fixture.server.app, &world.fixture.server.clock);
        let desk = world.fixture.server.person("desk", ("Dana", "Desk"), world.fixture.provider, &[("service_desk_agent", Some(world.fixture.provider))]).await;
        let dana = desk;
        let desk = world.fixture.server.browser_of(dana).await;
        check_status(&world.browser("g1").post("/schedules", &[("title", "x")]).await, 403, "agents of teams may not");
        let form = [("title", "Change it"), ("repeat", "weekly"), ("every", "1"), ("weekdays.0.day", "monday"), ("starts_on", "2026-01-05"), ("at_time", "12:00"), ("when_closed", "same"), ("catch_up", "last"), ("for_kind", "problem"), ("skip_if_open", "false"), ("values.0.field", "title"), ("values.0.value", "Check backups")];
        let made = desk.post("/schedules", &form).await;
        check_status(&made, 303, "agents of the desk may ask for it");
        app.run_schedules().await.unwrap();
        clock.advance(4 * 3600);
        app.run_schedules().await.unwrap();
        let at = location(&made).split('?').next().unwrap().to_owned();
        let page = words(&world.another("root").await.get(&at).await.expect(200).text());
        assert!(page.contains("2026-01-05: PRB0000001 made"), "{page}");
        // Who left makes nothing any more, and the schedule says so.
        let people = app.kind("person").unwrap().clone();
        let person = app.get(&Actor::system(), &people, &dana.to_string(), None).await.unwrap();
        world.fixture.server.transition(&person, "leave", json!({ "leave_on": "2026-01-05" })).await;
        clock.advance(7 * DAY);
        app.run_schedules().await.unwrap();
        let page = words(&world.another("root").await.get(&at).await.expect(200).text());
        assert!(page.contains("nothing made, for the person with whose rights it is made may not act any more"), "{page}");
        // Requesters neither see nor make schedules.
        let a1 = world.another("a1").await;
        check_status(&a1.get(&at).await, 404, "not for requesters");
        check_status(&a1.post("/schedules", &form).await, 404, "not for requesters");
        // What cannot be is refused with its field.
        let root = world.another("root").await;
        for (name, value, says) in [("for_kind", "person", "cannot be made by a schedule"), ("at_time", "25:00", "no time of day"), ("zone", "Mars/Olympus", "no time zone"), ("values.0.field", "nonsense", "is no field of"), ("when_closed", "next", "is needed to know closed days"), ("ends_on", "2025-01-01", "lies before the first day"), ("rule", "FREQ=SECONDLY", "more often than once a day"), ("rule", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "never has a turn")] {
            let mut wrong = form.to_vec();
            wrong.retain(|(field, _)| *field != name && !(name == "rule" && *field == "repeat"));
            wrong.push((name, value));
            if name == "rule" { wrong.push(("repeat", "rule")); }
            let answer = root.post("/schedules", &wrong).await;
            check_status(&answer, 422, value);
            assert!(words(&answer.text()).contains(says), "{says} in {}", words(&answer.text()));
        }
    }
}
