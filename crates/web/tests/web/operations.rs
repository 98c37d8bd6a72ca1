//! The operations calendar, what stands in the way of a change on its page, links for calendar programs, and files of
//! holidays.

use serde_json::{Value as Json, json};
use steward_app::view::RecordView;
use steward_model::id::RecordId;
use steward_testkit::client::Answer;
use steward_testkit::markup::Page;
use steward_testkit::on_both;

use crate::world::{PASSWORD, World, check_status, location};

fn words(answer: &Answer) -> String {
    Page::parse(&answer.text()).text().split_whitespace().collect::<Vec<_>>().join(" ")
}

impl World {
    pub(crate) async fn record_of(&self, kind: &str, organisation: RecordId, fields: Json) -> RecordView {
        self.fixture.server.make(kind, organisation, fields).await
    }

    /// A change of A from ten to noon on a day of January, on the item of a1.
    async fn change(&self, title: &str, day: u8) -> RecordView {
        let fields = json!({
            "title": title, "configuration_items": [self.fixture.ca.record.number], "requester": self.fixture.people["a1"].to_string(),
            "planned_start_at": format!("2026-01-{day:02}T10:00:00Z"), "planned_end_at": format!("2026-01-{day:02}T12:00:00Z"),
        });
        self.record_of("change", self.fixture.a, fields).await
    }

    async fn freeze(&self, title: &str, first: u8, last: u8) -> RecordView {
        let fields = json!({
            "title": title, "reason": "Books are closed",
            "begin_at": format!("2026-01-{first:02}T08:00:00Z"), "end_at": format!("2026-01-{last:02}T18:00:00Z"),
        });
        self.record_of("freeze", self.fixture.a, fields).await
    }

    /// A link of somebody, made on the page, as calendar programs know it.
    async fn link(&self, actor: &str, values: &[(&str, &str)]) -> String {
        let made = self.browser(actor).post("/calendar-feeds", values).await.expect(200).text();
        let start = made.find("/calendars/stc_").expect("the address is shown");
        made[start..].split('<').next().unwrap().to_owned()
    }
}

on_both! {
    async fn op_3_a_month_a_week_and_an_agenda_show_what_takes_up_time(db: TestDatabase) {
        let world = World::build(db).await;
        let root = world.browser("root");
        let change = world.change("Move the portal", 12).await;
        world.freeze("Year end closing", 10, 13).await;
        for (query, wanted) in [
            ("?at=2026-01-05", vec!["January 2026", "Year end closing", "Move the portal", "1 change has something in its way"]),
            ("?view=month&at=2026-01-31", vec!["January 2026", "Year end closing", "Move the portal", "Lies in the freeze"]),
            ("?view=week&at=2026-01-12", vec!["12 Jan – 18 Jan", "10:00–12:00", "until 18:00", "Move the portal"]),
            ("?view=agenda&at=2026-01-08", vec!["Sat 10 Jan", "from 08:00", "until Tue 13 Jan 18:00", "Mon 12 Jan", "10:00–12:00", "Lies in the freeze FRZ"]),
            ("?view=month&at=2026-01-05&time=change", vec!["Move the portal", "Lies in the freeze"]),
        ] {
            let page = words(&root.get(&format!("/operations-calendar{query}")).await.expect(200));
            for one in wanted {
                assert!(page.contains(one), "{query}: {one} in {page}");
            }
        }
        for (query, not) in [
            ("?view=month&at=2026-03-05", "Move the portal"),
            ("?view=week&at=2026-01-05", "Move the portal"),
            ("?view=agenda&at=2026-01-05&time=freeze", "Move the portal"),
            ("?view=agenda&at=2026-01-05&service=SVC9999999", "Move the portal"),
            ("?view=agenda&at=2026-01-05&organisation=ORG9999999", "Move the portal"),
        ] {
            let page = words(&root.get(&format!("/operations-calendar{query}")).await.expect(200));
            assert!(!page.contains(not), "{query}: {not} in {page}");
        }
        let nothing = words(&root.get("/operations-calendar?view=agenda&at=2026-07-01").await.expect(200));
        assert!(nothing.contains("Nothing takes up this time"), "{nothing}");
        // Who may see the change and not the freeze learns nothing of it.
        let a1 = words(&world.browser("a1").get("/operations-calendar?view=agenda&at=2026-01-05").await.expect(200));
        assert!(a1.contains("Move the portal") && !a1.contains("freeze") && !a1.contains("Year end"), "{a1}");
        let b1 = words(&world.browser("b1").get("/operations-calendar?view=agenda&at=2026-01-05").await.expect(200));
        assert!(!b1.contains("Move the portal"), "{b1}");

        let page = words(&root.get(&format!("/changes/{}", change.record.number)).await.expect(200));
        assert!(page.contains("In the way") && page.contains("Year end closing"), "{page}");
        let page = words(&world.browser("a1").get(&format!("/changes/{}", change.record.number)).await.expect(200));
        assert!(!page.contains("In the way") && !page.contains("Year end"), "{page}");
        // What is over stands in nobody's way.
        world.fixture.server.transition(&change, "cancel", json!({ "cancel_reason": "no longer needed" })).await;
        let page = words(&root.get(&format!("/changes/{}", change.record.number)).await.expect(200));
        assert!(!page.contains("In the way"), "{page}");
    }

    async fn op_3_what_has_no_end_is_there_on_all_later_days(db: TestDatabase) {
        let world = World::build(db).await;
        let root = world.browser("root");
        let fields = json!({ "title": "Portal away", "type": "unplanned", "begin_at": "2026-01-05T08:00:00Z" });
        world.record_of("outage", world.fixture.provider, fields).await;
        for (query, wanted) in [
            ("?view=agenda&at=2026-01-05", "from 08:00"),
            ("?view=agenda&at=2026-01-05", "no end known"),
            ("?view=agenda&at=2026-03-02", "Portal away"),
            ("?view=week&at=2026-03-02", "Portal away"),
            ("?view=month&at=2026-06-02", "Portal away"),
        ] {
            let page = words(&root.get(&format!("/operations-calendar{query}")).await.expect(200));
            assert!(page.contains(wanted), "{query}: {wanted} in {page}");
        }
    }

    async fn op_3_an_end_at_midnight_is_told_with_the_day_that_begins(db: TestDatabase) {
        let world = World::build(db).await;
        let root = world.browser("root");
        let fields = json!({
            "title": "Year end closing", "reason": "Books are closed",
            "begin_at": "2026-01-12T08:00:00Z", "end_at": "2026-01-15T00:00:00Z",
        });
        world.record_of("freeze", world.fixture.a, fields).await;
        let agenda = words(&root.get("/operations-calendar?view=agenda&at=2026-01-08").await.expect(200));
        assert!(agenda.contains("until Thu 15 Jan 00:00"), "{agenda}");
        let week = words(&root.get("/operations-calendar?view=week&at=2026-01-12").await.expect(200));
        assert!(week.contains("from 08:00") && week.contains("all day") && !week.contains("until 00:00"), "{week}");
    }

    async fn a_link_shows_what_its_owner_may_see_at_that_moment(db: TestDatabase) {
        let world = World::build(db).await;
        let server = &world.fixture.server;
        let change = world.change("Move, the portal; now", 12).await;
        world.freeze("Year end closing", 10, 13).await;
        let everything = world.link("oa", &[("name", "Telephone")]).await;
        let freezes = world.link("oa", &[("name", "Wall"), ("time", "freeze")]).await;
        let of_a1 = world.link("a1", &[("name", "Mine")]).await;
        // Programs have no session.
        let program = world.another("anon").await;
        let text = program.get(&everything).await.expect(200);
        assert_eq!(text.header("content-type"), "text/calendar; charset=utf-8");
        assert_eq!(text.header("x-robots-tag"), "noindex, nofollow");
        assert_eq!(text.header("cache-control"), "private, no-cache");
        let events = steward_calendar::calendar_events("text", &text.text()).unwrap();
        let mut titles: Vec<String> = events.iter().map(|event| event.summary.clone()).collect();
        titles.sort();
        assert_eq!(titles, ["Change: Move, the portal; now", "Freeze: Year end closing"]);
        assert_eq!(events[1].start.to_string(), "2026-01-12T10:00:00");
        let one = program.get(&freezes).await.expect(200).text();
        assert!(one.contains("Year end closing") && !one.contains("Move"), "{one}");
        let mine = program.get(&of_a1).await.expect(200).text();
        assert!(mine.contains("Move") && !mine.contains("Year end"), "{mine}");

        // The same again is not sent again, until something changes.
        let tag = text.header("etag").to_owned();
        let again = async || program.send(program.own_call("GET", &everything).header("if-none-match", &tag)).await;
        let same = again().await;
        check_status(&same, 304, "the same");
        assert!(same.body.is_empty());
        server.transition(&change, "cancel", json!({ "cancel_reason": "no longer needed" })).await;
        let changed = again().await;
        check_status(&changed, 200, "something changed");
        assert!(!changed.text().contains("Move"), "{}", changed.text());

        // Rights are those of now: who is no longer there shows nothing.
        let person = world.fixture.people["oa"].to_string();
        let root = world.browser("root");
        let leave = format!("/people/{person}/transitions/leave");
        root.post(&leave, &[("leave_on", "2026-01-05")]).await.expect(303);
        program.get(&everything).await.expect(404);
        program.get(&of_a1).await.expect(200);

        // Revoked by its owner, and by nobody else.
        let a1 = world.browser("a1");
        let listed = a1.get("/calendar-feeds").await.expect(200).text();
        assert!(listed.contains("Mine") && !listed.contains("stc_"), "{listed}");
        let revoke = Page::parse(&listed).forms().into_iter().find(|form| form.action.ends_with("/revoke")).unwrap().action;
        world.browser("a2").post(&revoke, &[]).await.expect(303);
        program.get(&of_a1).await.expect(200);
        a1.post(&revoke, &[]).await.expect(303);
        program.get(&of_a1).await.expect(404);
    }

    async fn sec_080_a_link_needs_the_password_again_and_cannot_be_guessed(db: TestDatabase) {
        let world = World::build(db).await;
        world.with_password("root").await;
        let browser = world.another("root").await;
        world.fixture.server.clock.advance(601);
        browser.post("/calendar-feeds", &[("name", "Telephone")]).await.expect(422);
        browser.post("/calendar-feeds", &[("name", "Telephone"), ("current_password", "wrong")]).await.expect(422);
        let given = [("name", "Telephone"), ("current_password", PASSWORD)];
        browser.post("/calendar-feeds", &given).await.expect(200);
        for name in ["", "  ", &*"x".repeat(101), "a\nb", "a\u{0}b"] {
            let answer = browser.post("/calendar-feeds", &[("name", name)]).await;
            check_status(&answer, 422, &format!("{name:?}"));
        }
        for (field, value) in [("calendar", "CAL9999999"), ("service", "SVC9999999"), ("time", "weekend")] {
            let answer = browser.post("/calendar-feeds", &[("name", "x"), (field, value)]).await;
            check_status(&answer, 422, field);
        }
        let program = world.another("anon").await.from("203.0.113.9");
        for wrong in ["stc_x", "x", "stw_x", "..", "%2e%2e%2fadmin", "stc_%00"] {
            let answer = program.get(&format!("/calendars/{wrong}.ics")).await;
            check_status(&answer, 404, wrong);
        }
        for _ in 0..20 {
            program.get("/calendars/stc_guess.ics").await;
        }
        program.get("/calendars/stc_guess.ics").await.expect(429);
        // A page of a calendar is still a page.
        browser.get("/calendars/new").await.expect(200);
        browser.get("/calendars/CAL9999999").await.expect(404);
    }

    async fn lv_2_a_file_of_holidays_is_read_and_its_faults_are_told(db: TestDatabase) {
        let world = World::build(db).await;
        let fields = json!({ "name": "Office", "zone": "Europe/Vienna", "hours": [{ "day": "monday", "opens": "08:00", "closes": "17:00" }] });
        let calendar = world.record_of("calendar", world.fixture.provider, fields).await;
        let path = format!("/calendars/{}/holidays", calendar.record.number);
        let root = world.browser("root");
        let sheet = words(&root.get(&path).await.expect(200));
        assert!(sheet.contains("Read holidays from a file"), "{sheet}");
        let file = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:Works outing\r\nDTSTART;VALUE=DATE:20260112\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
        let send = async |actor: &str, text: &[u8]| world.browser(actor).post_files(&path, &[], &[("files", "h.ics", text)]).await;
        let done = send("root", file.as_bytes()).await.expect(303);
        assert_eq!(location(&done), format!("/calendars/{}#working-time", calendar.record.number));
        let month = words(&root.get("/operations-calendar?view=agenda&at=2026-01-05&time=holiday").await.expect(200));
        assert!(month.contains("Works outing · Office"), "{month}");
        let wrong = file.replace("DTSTART", "DTSTARTED");
        let refused = words(&send("root", wrong.as_bytes()).await.expect(422));
        assert!(refused.contains("line 2: the event “Works outing” has no day"), "{refused}");
        let refused = words(&send("root", b"BEGIN:VCALENDAR\n\xff").await.expect(422));
        assert!(refused.contains("line 2: the file is not UTF-8"), "{refused}");
        root.post_files(&path, &[], &[]).await.expect(422);
        world.browser("g1").get(&path).await.expect(403);
        send("g1", file.as_bytes()).await.expect(403);
        world.browser("a1").get(&path).await.expect(404);
        send("a1", file.as_bytes()).await.expect(404);
        // A link to one calendar shows its holidays and nothing else.
        world.freeze("Year end closing", 10, 13).await;
        let link = world.link("root", &[("name", "Office"), ("calendar", &calendar.record.number)]).await;
        let text = world.another("anon").await.get(&link).await.expect(200).text();
        assert!(text.contains("Works outing") && !text.contains("Year end"), "{text}");
        assert!(text.contains("DTSTART;VALUE=DATE:20260112"), "{text}");
    }
}
