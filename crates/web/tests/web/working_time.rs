//! Calendars of working time: made by a form, refused when they cannot be, and explained on their page.

use serde_json::json;
use steward_testkit::markup::Page;
use steward_testkit::on_both;

use crate::world::{World, check_status, location};

fn words(html: &str) -> String {
    Page::parse(html).text().split_whitespace().collect::<Vec<_>>().join(" ")
}

const OFFICE: [(&str, &str); 9] = [
    ("name", "Office Vienna"),
    ("zone", "Europe/Vienna"),
    ("hours.0.day", "thursday"),
    ("hours.0.opens", "08:00"),
    ("hours.0.closes", "17:00"),
    ("hours.1.day", "friday"),
    ("hours.1.opens", "08:00"),
    ("hours.1.closes", "15:00"),
    ("holiday_sets.0.country", "at"),
];

on_both! {
    async fn a_calendar_is_made_and_explains_itself(db: TestDatabase) {
        let world = World::build(db).await;
        let root = world.browser("root");
        let made = root.post("/calendars", &OFFICE).await.expect(303);
        let at = location(&made).split('?').next().unwrap().to_owned();
        // Thursday 30 April 2026, 16:00: 1 May is a holiday, and Monday to Wednesday are closed.
        let page = words(&root.get(&format!("{at}?year=2026&from=2026-04-30T16:00&add=2h")).await.expect(200).text());
        for wanted in ["On the clocks of Europe/Vienna", "08:00–17:00", "08:00–15:00", "Fri 1 May", "Staatsfeiertag", "Christtag", "2 h of working time from Thu 30 Apr 16:00: Thu 7 May 09:00", "Holiday: Staatsfeiertag", "Outside of hours"] {
            assert!(page.contains(wanted), "{wanted} in {page}");
        }
        // A child says what differs; it keeps zone and week.
        let number = at.rsplit('/').next().unwrap();
        let child = root.post("/calendars", &[("name", "Half day"), ("parent", number), ("worked_holidays.0.name", "Staatsfeiertag"), ("exceptions.0.first", "2026-04-30"), ("exceptions.0.effect", "hours"), ("exceptions.0.opens", "08:00"), ("exceptions.0.closes", "12:00"), ("exceptions.0.name", "Spring party")]).await.expect(303);
        let below = location(&child).split('?').next().unwrap().to_owned();
        let page = words(&root.get(&format!("{below}?year=2026&from=2026-04-30T11:00&add=2h")).await.expect(200).text());
        assert!(page.contains("Fri 1 May 09:00") && page.contains("Spring party"), "{page}");
        // The parent changes: the child follows at once.
        let seen = root.form(&format!("{at}/edit"), &format!("{at}/edit")).await;
        root.submit(&seen.with("hours.1.opens", "10:00")).await.expect(303);
        let page = words(&root.get(&format!("{below}?year=2026&from=2026-04-30T11:00&add=2h")).await.expect(200).text());
        assert!(page.contains("Fri 1 May 11:00"), "{page}");
        // What it cannot mean is told and nothing else happens.
        for (from, add, says) in [("never", "2h", "such as 2026-11-27T10:00"), ("2026-04-30T16:00", "soon", "such as 8h"), ("2026-04-30T16:00", "9999999h", "at most 20,000 hours"), ("2070-12-30T16:00", "19000h", "lies after 2070")] {
            let page = words(&root.get(&format!("{at}?from={from}&add={add}")).await.expect(200).text());
            assert!(page.contains(says), "{says} in {page}");
        }
    }

    async fn a_calendar_that_cannot_be_is_refused_with_its_row(db: TestDatabase) {
        let world = World::build(db).await;
        let root = world.browser("root");
        let cases: [(&str, &str, &str); 9] = [
            ("zone", "Europe/Wien", "is no time zone that is known here"),
            ("hours.1.day", "thursday", "overlap"),
            ("hours.1.opens", "8 h", "is no time of day"),
            ("holidays.0.rule", "FREQ=SECONDLY", "more often than once a day"),
            ("holidays.0.rule", "FREQ=DAILY", "leave no hour open"),
            ("holidays.0.easter_days", "", "is on no day"),
            ("holiday_text", "hello", "BEGIN:VCALENDAR"),
            ("worked_holidays.0.name", "Nimmerlein", "no holiday of the calendar is called"),
            ("exceptions.0.last", "2026-01-01", "lies before the first day"),
        ];
        let before = world.state().await;
        for (name, value, says) in cases {
            let mut form = OFFICE.to_vec();
            form.retain(|(field, _)| *field != name);
            form.push((name, value));
            if name.starts_with("holidays") { form.push(("holidays.0.name", "Fest")); }
            if name.starts_with("exceptions") { form.extend([("exceptions.0.first", "2026-02-01"), ("exceptions.0.effect", "closed")]); }
            let answer = root.post("/calendars", &form).await;
            check_status(&answer, 422, name);
            assert!(words(&answer.text()).contains(says), "{says} in {}", words(&answer.text()));
        }
        assert_eq!(world.state().await, before, "nothing was made");
        let mut form = OFFICE.to_vec();
        form.retain(|(field, _)| !field.starts_with("hours"));
        let answer = root.post("/calendars", &form).await;
        check_status(&answer, 422, "no hours");
        assert!(words(&answer.text()).contains("never open"), "{}", answer.text());
    }

    async fn a_parent_may_not_break_what_is_based_on_it(db: TestDatabase) {
        let world = World::build(db).await;
        let server = &world.fixture.server;
        let office = server.make("calendar", world.fixture.provider, json!({ "name": "Office", "zone": "UTC", "hours": [{ "day": "monday", "opens": "08:00", "closes": "17:00" }], "holiday_sets": [{ "country": "at" }] })).await.record.number;
        server.make("calendar", world.fixture.provider, json!({ "name": "Child", "parent": office, "worked_holidays": [{ "name": "Neujahr" }] })).await;
        let root = world.browser("root");
        let at = format!("/calendars/{office}");
        let seen = root.form(&format!("{at}/edit"), &format!("{at}/edit")).await;
        let answer = root.submit(&seen.with("holiday_sets.0.country", "")).await;
        check_status(&answer, 422, "the child would name a holiday that is none");
        assert!(words(&answer.text()).contains("based on this one could not be"), "{}", words(&answer.text()));
        // Nor may it rest on itself.
        let answer = root.submit(&root.form(&format!("{at}/edit"), &format!("{at}/edit")).await.with("parent", &office)).await;
        check_status(&answer, 422, "based on itself");
        // Agents read it and change nothing; requesters do not know of it.
        world.browser("g1").get(&at).await.expect(200);
        check_status(&world.browser("g1").post(&format!("{at}/edit"), &[("zone", "Europe/Vienna")]).await, 403, "agents do not write calendars");
        check_status(&world.browser("a1").get(&at).await, 404, "not for requesters");
    }

    async fn a_feed_is_fetched_from_the_page_of_its_calendar(db: TestDatabase) {
        let world = World::build(db).await;
        let elsewhere = &world.fixture.server.elsewhere;
        let root = world.browser("root");
        let address = "https://calendar.example/days.ics?key=zqfeedkey";
        let fields = json!({ "name": "Office", "zone": "Europe/Vienna", "hours": [{ "day": "monday", "opens": "08:00", "closes": "17:00" }], "feed_address": address });
        let calendar = world.record_of("calendar", world.fixture.provider, fields).await;
        let at = format!("/calendars/{}", calendar.record.number);
        let page = words(&root.get(&at).await.expect(200).text());
        assert!(page.contains("Nothing was taken over yet.") && page.contains("Fetch now"), "{page}");
        elsewhere.put(address, "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:Works outing\r\nDTSTART;VALUE=DATE:20260112\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n", "1");
        let done = root.post(&format!("{at}/feed"), &[]).await.expect(303);
        assert_eq!(location(&done), format!("{at}#holiday-feed"));
        let page = words(&root.get(&format!("{at}?year=2026")).await.expect(200).text());
        assert!(page.contains("One event.") && page.contains("Works outing"), "{page}");
        // Right after that nothing is asked again, and the page says how it stands.
        root.post(&format!("{at}/feed"), &[]).await.expect(303);
        assert_eq!(elsewhere.asked().len(), 1);
        elsewhere.put(address, "nonsense", "2");
        world.fixture.server.clock.advance(60);
        root.post(&format!("{at}/feed"), &[]).await.expect(303);
        let page = words(&root.get(&format!("{at}?year=2026")).await.expect(200).text());
        assert!(page.contains("could not be taken over") && page.contains("Works outing"), "{page}");
        // Who may only read sees how it went, not where it comes from.
        let g1 = world.browser("g1");
        let seen = g1.get(&at).await.expect(200).text();
        assert!(words(&seen).contains("could not be taken over") && !seen.contains("zqfeedkey") && !words(&seen).contains("Fetch now"), "{seen}");
        g1.post(&format!("{at}/feed"), &[]).await.expect(403);
        world.browser("a1").post(&format!("{at}/feed"), &[]).await.expect(404);
        // An address that leads inside is refused beside its field.
        let form = root.form(&format!("{at}/edit"), &format!("{at}/edit")).await;
        let refused = root.submit(&form.with("feed_address", "https://127.0.0.1/")).await.expect(422).text();
        assert!(words(&refused).contains("the server itself"), "{refused}");
    }
}
