//! What people do with forms: made, changed, moved, said; and what comes back when something is wrong.

use serde_json::json;
use steward_model::record::Record;
use steward_testkit::markup::Page;
use steward_testkit::on_both;

use crate::world::{World, check_status, location};

impl World {
    /// An incident as it is, to everybody's eyes.
    pub(crate) async fn incident(&self, address: &str) -> Record {
        let root = self.fixture.server.actor(self.fixture.people["root"]).await;
        let number = address.rsplit('/').next().unwrap();
        self.fixture.server.app.get(&root, &self.fixture.ta.kind, number, None).await.unwrap().record
    }

    async fn incidents(&self) -> i64 {
        self.fixture.server.rows().await[0]
    }
}

on_both! {
    async fn a_form_that_follows_a_choice_leaves_the_focus_where_it_is(db: TestDatabase) {
        let world = World::build(db).await;
        let root = world.browser("root");
        let whole = root.get("/rules/new").await.expect(200).text();
        assert!(whole.contains(" autofocus"), "one may begin to type");
        let part = root.post_part("/rules", &[("trigger", "moved"), ("title", "Half a tit")]).await;
        check_status(&part, 200, "a choice on which fields depend");
        let part = part.text();
        assert!(part.contains("name=\"transition\"") && part.contains("Half a tit") && !part.contains("autofocus"), "{part}");
    }

    async fn a_form_makes_one_record_however_often_it_is_sent(db: TestDatabase) {
        let world = World::build(db).await;
        let a1 = world.browser("a1");
        let form = a1.form("/incidents/new", "/incidents").await.with("title", "Printer on fire").with("description", "It **burns**");
        let before = world.incidents().await;
        let (first, second) = tokio::join!(a1.submit(&form), a1.submit(&form));
        let third = a1.submit(&form).await;
        let path = location(&first).to_owned();
        assert!(path.starts_with("/incidents/INC"), "{}", first.text());
        assert_eq!((location(&second), location(&third)), (path.as_str(), path.as_str()));
        assert_eq!(world.incidents().await, before + 1);
        let page = a1.get(&path).await.expect(200).text();
        assert!(page.contains("Printer on fire") && page.contains("<strong>burns</strong>"));
        // Its files come once as well.
        let form = a1.form("/incidents/new", "/incidents").await.with("title", "With a file");
        let values: Vec<(String, String)> = form.values.clone();
        let mut paths = Vec::new();
        for _ in 0..2 {
            let call = a1.own_call("POST", "/incidents").multipart(&values, &[("files", "log.txt", b"burning")]);
            paths.push(location(&a1.send(call).await.expect(303)).to_owned());
        }
        assert_eq!(paths[0], paths[1]);
        assert_eq!(world.incident(&paths[0]).await.revision, 2, "made, and one file");
        // Another text under the same mark is no second try.
        let other = a1.submit(&form.with("title", "Something else")).await;
        assert!([422, 303].contains(&other.status.as_u16()), "{}", other.text());
    }

    async fn a_new_record_is_asked_for_what_applies(db: TestDatabase) {
        let world = World::build(db).await;
        let root = world.browser("root");
        let has = |page: &str, name: &str| page.contains(&format!("name=\"{name}\"")) || page.contains(&format!("name=\"{name}."));
        let page = root.get("/schedules/new").await.expect(200).text();
        assert!(has(&page, "weekdays") && has(&page, "every") && !has(&page, "rule") && !has(&page, "month_day"), "weekly is the default");
        let typed = [("title", "Generator"), ("repeat", "rule"), ("for_kind", "task"), ("starts_on", "2026-01-09"), ("at_time", "08:00")];
        let part = root.post_part("/schedules", &typed).await.expect(200).text();
        assert!(has(&part, "rule") && !has(&part, "weekdays") && part.contains("Generator"), "{part}");
        assert!(!part.contains("<html"), "only the fields come");
        let page = root.post("/schedules", &[typed.as_slice(), &[("do", "look")]].concat()).await.expect(200).text();
        assert!(has(&page, "rule") && page.contains("<html"), "the same without scripts");
        assert_eq!(root.get("/schedules").await.expect(200).text().matches("Generator").count(), 0, "a look makes nothing");
        // Without the rule it comes back with the field that lacks; what no longer applies is left out.
        let refused = root.post("/schedules", &[typed.as_slice(), &[("do", "create")]].concat()).await.expect(422).text();
        assert!(has(&refused, "rule"), "{refused}");
        let rest = [
            ("do", "create"), ("rule", "FREQ=MONTHLY;BYDAY=1MO"), ("weekdays.0.day", "friday"),
            ("values.0.field", "title"), ("values.0.value", "Look at the generator"),
        ];
        check_status(&root.post("/schedules", &[typed.as_slice(), rest.as_slice()].concat()).await, 303, "made");
        // What depends on the state comes with it.
        let page = root.get("/incidents/new").await.expect(200).text();
        assert!(!has(&page, "on_hold_reason") && !has(&page, "on_hold_until"));
        let agreement = [("name", "Desk"), ("sort", "ola"), ("valid_from", "2026-01-01")];
        assert!(has(&root.post_part("/agreements", &agreement).await.expect(200).text(), "team"));
    }

    async fn a_refused_form_comes_back_with_what_was_typed(db: TestDatabase) {
        let world = World::build(db).await;
        let g1 = world.browser("g1");
        let before = world.state().await;
        let form = g1.form("/incidents/new", "/incidents").await.with("description", "typed & kept <b>").with("requester", "nobody at all");
        let answer = g1.submit(&form).await.expect(422);
        let again = Page::parse(&answer.text());
        let back = again.form("/incidents").unwrap();
        assert_eq!(back.get("description"), Some("typed & kept <b>"));
        assert_eq!(back.get("requester"), Some("nobody at all"));
        let summary: Vec<&str> = again.elements().filter_map(|element| element.get("href")).filter(|href| href.starts_with('#')).collect();
        assert!(summary.contains(&"#title") && summary.contains(&"#requester"), "{summary:?}");
        let title = again.elements().find(|element| element.get("name") == Some("title")).unwrap();
        assert_eq!(title.get("aria-invalid"), Some("true"));
        // The same in place, as part of a page and as a page of its own.
        let field = format!("{}/fields/title", world.ta());
        let part = g1.post_part(&field, &[("title", "")]).await.expect(422);
        assert!(!part.text().contains("<html") && part.text().contains("aria-invalid"), "{}", part.text());
        let whole = g1.post(&field, &[("title", "")]).await.expect(422);
        assert!(whole.text().contains("<html") && whole.text().contains("aria-invalid"));
        // A move keeps what was typed beside what is missing.
        let resolve = format!("{}/transitions/resolve", world.ta());
        let answer = g1.post_part(&resolve, &[("resolution_notes", "half done"), ("resolution_code", ""), ("comment", "hello there")]).await.expect(422);
        assert!(answer.text().contains("half done") && answer.text().contains("hello there"), "{}", answer.text());
        let work = g1.post(&format!("{}/worklogs", world.ta()), &[("duration", "a while"), ("note", "kept note")]).await.expect(422);
        assert!(work.text().contains("a while") && work.text().contains("kept note"));
        // So does what is said.
        let long = format!("begins here {}", "x".repeat(200_000));
        for (audience, who) in [("internal", "g1"), ("public", "a1")] {
            let answer = world.browser(who).post(&format!("{}/comments", world.ta()), &[("body", &long), ("audience", audience)]).await.expect(422);
            let page = Page::parse(&answer.text());
            let composer = page.form(&format!("{}/comments", world.ta())).unwrap();
            assert_eq!(composer.get("body"), Some(long.as_str()));
            assert_eq!(composer.get("audience"), Some(audience));
            assert!(answer.text().contains("may have at most"), "the reason is named");
        }
        let empty = g1.post(&format!("{}/comments", world.ta()), &[("body", "  ")]).await.expect(422);
        assert!(empty.text().contains("write something or attach a file"));
        assert_eq!(world.state().await, before);
    }

    async fn two_people_who_change_different_fields_both_win(db: TestDatabase) {
        let world = World::build(db).await;
        let (g1, root, ta) = (world.browser("g1"), world.browser("root"), world.ta());
        let edit = format!("{ta}/edit");
        let (one, two) = (g1.form(&edit, &edit).await, root.form(&edit, &edit).await);
        g1.submit(&one.clone().with("title", "by g1")).await.expect(303);
        root.submit(&two.clone().with("description", "by root")).await.expect(303);
        let record = world.incident(&ta).await;
        assert_eq!((record.text("title"), record.text("description")), ("by g1", "by root"));
        // The same field: both values are shown, and saving again sets one's own.
        let answer = root.submit(&two.with("title", "by root")).await.expect(422);
        let text = Page::parse(&answer.text()).text();
        assert!(text.contains("by g1") && text.contains("by root") && text.contains("save again"), "{text}");
        let again = Page::parse(&answer.text()).form(&edit).unwrap();
        assert_eq!(again.get("title"), Some("by root"));
        assert_eq!(world.incident(&ta).await.text("title"), "by g1");
        root.submit(&again).await.expect(303);
        assert_eq!(world.incident(&ta).await.text("title"), "by root");
        // In place as well.
        let field = format!("{ta}/fields/title");
        let old = Page::parse(&g1.part(&field).await.expect(200).text()).form(&field).unwrap_or_else(|| panic!("no form in place"));
        root.post(&field, &[("title", "newer")]).await.expect(303);
        let revision = old.get("revision").unwrap().to_owned();
        let conflict = g1.post_part(&field, &[("title", "mine"), ("revision", &revision)]).await.expect(422);
        assert!(conflict.text().contains("newer") && conflict.text().contains("mine"), "{}", conflict.text());
    }

    async fn a_form_that_nobody_touched_writes_nothing(db: TestDatabase) {
        let world = World::build(db).await;
        let ta = world.ta();
        let before = world.incident(&ta).await.revision;
        for zone in ["UTC", "Europe/Berlin", "Asia/Kathmandu"] {
            let g1 = world.another("g1").await;
            g1.set_cookie("steward_zone", zone);
            let edit = format!("{ta}/edit");
            let form = g1.form(&edit, &edit).await;
            let done = g1.submit(&form).await;
            check_status(&done, 303, zone);
            for key in ["title", "description", "priority_override", "due_at", "requester", "configuration_items", "team"] {
                let field = format!("{ta}/fields/{key}");
                let part = g1.part(&field).await.expect(200);
                let form = Page::parse(&part.text()).form(&field);
                let form = form.unwrap_or_else(|| panic!("no form for {key} in {}", part.text()));
                let done = g1.submit(&form).await;
                check_status(&done, 303, key);
            }
            assert_eq!(world.incident(&ta).await.revision, before, "{zone}");
        }
    }

    async fn the_way_of_an_incident_by_forms_alone(db: TestDatabase) {
        let world = World::build(db).await;
        let (a1, g1) = (world.browser("a1"), world.browser("g1"));
        let form = a1.form("/incidents/new", "/incidents").await;
        for hidden in ["assignee", "team", "handling_notes", "priority_override", "requester"] {
            assert_eq!(form.get(hidden), None, "a requester is asked for {hidden}");
        }
        let path = location(&a1.submit(&form.with("title", "Way")).await.expect(303)).to_owned();
        let shown = a1.get(&path).await.expect(200).text();
        assert!(!shown.contains("/edit\"") && !shown.contains("/worklogs") && !shown.contains("transitions/start") && shown.contains("transitions/cancel"));
        g1.post(&format!("{path}/fields/team"), &[("team", &world.fixture.desk.to_string())]).await.expect(303);
        let start = format!("{path}/transitions/start");
        let dialog = g1.part(&start).await.expect(200);
        assert!(!dialog.text().contains("<html"));
        let form = Page::parse(&dialog.text()).form(&start).unwrap();
        let done = g1.submit(&form).await.expect(303);
        assert_eq!(location(&done), path);
        assert_eq!(world.incident(&path).await.state, "in_progress");
        // A second press, or a press by somebody else meanwhile, says so and keeps what was typed.
        let late = g1.post_part(&start, &[("comment", "typed before")]).await.expect(422);
        assert!(late.text().contains("typed before"), "{}", late.text());
        g1.get(&start).await.expect(409);
        a1.get(&start).await.expect(409);
        a1.post(&format!("{path}/transitions/resolve"), &[]).await.expect(403);
        let hold = g1.post(&format!("{path}/transitions/hold"), &[("on_hold_reason", "awaiting_requester"), ("comment", "Which printer?")]).await.expect(303);
        assert_eq!(location(&hold), path);
        assert_eq!(world.incident(&path).await.state, "on_hold");
        let said = a1.post(&format!("{path}/comments"), &[("body", "The red one\r\nby the door")]).await.expect(303);
        assert_eq!(location(&said), format!("{path}#composer"));
        assert_eq!(world.incident(&path).await.state, "in_progress", "the reply ends the hold");
        g1.post(&format!("{path}/worklogs"), &[("duration", "1 h 30 min"), ("note", "looked")]).await.expect(303);
        let watch = g1.post_part(&format!("{path}/watch"), &[("watch", "true")]).await.expect(200);
        assert!(!watch.text().contains("<html"));
        assert_eq!(world.incident(&path).await.watchers, [world.fixture.people["g1"]]);
        g1.post(&format!("{path}/watch"), &[("watch", "false")]).await.expect(303);
        assert!(world.incident(&path).await.watchers.is_empty());
        let ca = &world.fixture.ca.record.number;
        g1.post(&format!("{path}/links"), &[("link", "affects"), ("target", ca)]).await.expect(303);
        let page = g1.page(&path).await;
        let end = page.forms().into_iter().find(|form| form.action.contains("/links/affects/")).expect("the link can be ended");
        g1.submit(&end).await.expect(303);
        g1.post(&format!("{path}/links"), &[("link", "affects"), ("target", "CI9999999")]).await.expect(422);
        a1.post_files(&format!("{path}/comments"), &[("body", "see file")], &[("files", "a.txt", b"a"), ("files", "b.txt", b"b")]).await.expect(303);
        let page = a1.page(&path).await;
        let remove = page.forms().into_iter().find(|form| form.action.ends_with("/remove")).expect("one's file can be taken off");
        a1.submit(&remove).await.expect(303);
        a1.get(remove.action.strip_suffix("/remove").unwrap()).await.expect(404);
        // As it was, with nothing to do.
        let then = g1.get(&format!("{path}?as_of=2026-01-05T09:00:00Z")).await.expect(200).text();
        assert!(then.contains("This is how it was") && !then.contains("/transitions/"));
        let compared = g1.get(&format!("{path}/difference")).await.expect(200).text();
        assert!(compared.contains("Two moments compared") && compared.contains("<option value=\"2026-01-05T09:00:00Z\""), "{compared}");
        g1.get(&format!("{path}/difference?from=2020-01-01T00:00:00Z")).await.expect(404);
        g1.get(&format!("{path}/difference?from=yesterday")).await.expect(400);
        g1.get(&format!("{path}?as_of=2020-01-01T00:00:00Z")).await.expect(404);
        g1.get(&format!("{path}?as_of=yesterday")).await.expect(400);
        let resolved = g1.post_part(&format!("{path}/transitions/resolve"), &[("resolution_code", "fixed"), ("resolution_notes", "done")]).await;
        if resolved.status.as_u16() == 204 {
            assert_eq!(resolved.header("hx-redirect"), path);
            a1.get(&format!("{path}/transitions/close")).await.expect(200);
        } else {
            check_status(&resolved, 422, "a code that is not on the list");
        }
    }

    async fn lists_are_sorted_searched_and_turned(db: TestDatabase) {
        let world = World::build(db).await;
        let g1 = world.browser("g1");
        for index in 0..60 {
            world.fixture.server.make("incident", world.fixture.provider, json!({"title": format!("row {index:02}"), "team": world.fixture.desk.to_string()})).await;
        }
        let numbers = |page: &Page| -> Vec<String> {
            let links = page.elements().filter(|element| element.name == "a").filter_map(|element| element.get("href"));
            let mut found: Vec<String> = links.filter_map(|href| href.strip_prefix("/incidents/INC")).filter(|rest| rest.bytes().all(|b| b.is_ascii_digit())).map(str::to_owned).collect();
            found.dedup();
            found
        };
        let mut seen = Vec::new();
        let mut next = Some("/incidents?view=all&q=row&sort=title".to_owned());
        while let Some(path) = next {
            let page = g1.page(&path).await;
            seen.extend(numbers(&page));
            next = page.elements().filter_map(|element| element.get("href")).find(|href| href.contains("cursor=")).filter(|href| seen.len() < 60 && !href.is_empty()).map(str::to_owned);
        }
        assert_eq!(seen.len(), 60, "{seen:?}");
        let mut sorted = seen.clone();
        sorted.sort();
        assert_eq!(seen, sorted, "titles rise with numbers");
        let reversed = numbers(&g1.page("/incidents?view=all&q=row&sort=-title").await);
        assert_eq!(reversed.first(), seen.last());
        let part = g1.part("/incidents?view=all&q=row&part=list").await.expect(200);
        assert!(!part.text().contains("<html"));
        for (path, word) in [("/incidents?q=nonsense:x", "nonsense"), ("/incidents?sort=nonsense", "nonsense"), ("/incidents?q=priority:purple", "purple")] {
            let answer = g1.get(path).await.expect(400);
            assert!(answer.text().contains(word) && answer.text().contains("How to search in lists") && answer.text().contains("<html"), "{path}");
            let form = Page::parse(&answer.text()).elements().any(|element| element.get("name") == Some("q"));
            assert!(form, "the search can be mended");
        }
        let cursor = g1.get("/incidents?cursor=nonsense").await;
        assert_eq!(cursor.status.as_u16(), 400, "{}", cursor.text());
        assert!(numbers(&world.browser("b1").page("/incidents?view=all&q=row").await).is_empty());
        assert!(g1.page("/incidents?q=zzzzqqqq").await.text().contains("No incidents match"));
    }
}
