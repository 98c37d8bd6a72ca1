//! Time that records take up: kept with each write, seen by whom the records concern, collisions found.

use serde_json::{Value as Json, json};
use steward_app::outside::OutsideError;
use steward_model::id::RecordId;
use steward_store::jobs::NewJob;
use steward_testkit::client::Client;
use steward_testkit::fixture::Fixture;
use steward_testkit::on_both;

/// Titles of what overlaps with January 2026, with further parameters.
async fn titles(client: &Client, more: &str) -> Vec<String> {
    let path = format!("/api/v1/intervals?from=2026-01-01T00:00:00Z&until=2026-02-01T00:00:00Z{more}");
    let page = client.get(&path).await.expect(200).json();
    page["intervals"].as_array().unwrap().iter().map(|one| one["title"].as_str().unwrap().to_owned()).collect()
}

async fn made(client: &Client, kinds: &str, fields: Json, organisation: RecordId) -> Json {
    let body = json!({ "fields": fields, "organisation": organisation.to_string() });
    client.post(&format!("/api/v1/{kinds}"), body).await.expect(201).json()
}

fn at(record: &Json, kinds: &str) -> String {
    format!("/api/v1/{kinds}/{}", record["number"].as_str().unwrap())
}

/// A change from ten to twelve o'clock on a day of January, on an item.
fn change(title: &str, day: u8, item: &str) -> Json {
    json!({
        "title": title, "configuration_items": [item],
        "planned_start_at": format!("2026-01-{day:02}T10:00:00Z"), "planned_end_at": format!("2026-01-{day:02}T12:00:00Z"),
    })
}

async fn reasons(client: &Client, change: &Json) -> Vec<String> {
    let found = client.get(&format!("{}/conflicts", at(change, "changes"))).await.expect(200).json();
    let told = found.as_array().unwrap().iter().map(|conflict| {
        let other = conflict["with"]["title"].as_str().map(|title| format!(" {title}")).unwrap_or_default();
        format!("{}{other}", conflict["reason"].as_str().unwrap())
    });
    told.collect()
}

/// What is kept with writes is what is worked out anew from all records.
async fn sound(fixture: &Fixture) {
    let before = fixture.server.intervals().await;
    assert_ne!(before, Vec::<String>::new());
    fixture.server.forget_intervals().await;
    fixture.server.app.renew_intervals().await.unwrap();
    assert_eq!(fixture.server.intervals().await, before);
}

on_both! {
    async fn n27_times_follow_the_record(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        let root = fixture.client("root");
        let item = fixture.ca.record.number.clone();
        let record = made(root, "changes", change("Move it", 12, &item), fixture.a).await;
        let path = at(&record, "changes");
        assert_eq!(titles(root, "").await, ["Move it"]);
        assert_eq!(titles(root, "&kinds=freeze,release").await, Vec::<String>::new());
        assert_eq!(titles(root, &format!("&configuration_item={item}")).await, ["Move it"]);
        assert_eq!(titles(root, &format!("&configuration_item={}", fixture.cb.record.number)).await, Vec::<String>::new());
        // Of another organisation, of this, of the one above.
        assert_eq!(titles(root, &format!("&organisation={}", fixture.b)).await, Vec::<String>::new());
        assert_eq!(titles(root, &format!("&organisation={}", fixture.provider)).await, ["Move it"]);

        let moved = json!({ "fields": { "planned_start_at": "2026-02-10T10:00:00Z", "planned_end_at": "2026-02-10T12:00:00Z" } });
        root.patch(&path, moved).await.expect(200);
        assert_eq!(titles(root, "").await, Vec::<String>::new());
        let back = json!({ "fields": { "planned_start_at": "2025-12-31T22:00:00Z", "planned_end_at": "2026-01-01T00:00:01Z" } });
        root.patch(&path, back).await.expect(200);
        assert_eq!(titles(root, "").await, ["Move it"]);
        let touching = json!({ "fields": { "planned_end_at": "2026-01-01T00:00:00Z" } });
        root.patch(&path, touching).await.expect(200);
        assert_eq!(titles(root, "").await, Vec::<String>::new(), "what ends where the span begins does not overlap");
        root.patch(&path, json!({ "fields": { "planned_start_at": null, "planned_end_at": null } })).await.expect(200);
        root.patch(&path, json!({ "fields": { "planned_start_at": "2026-01-20T10:00:00Z" } })).await.expect(200);
        assert_eq!(titles(root, "").await, ["Move it"]);
        sound(&fixture).await;
        let cancel = json!({ "fields": { "cancel_reason": "no longer needed" } });
        root.post(&format!("{path}/transitions/cancel"), cancel).await.expect(200);
        assert_eq!(titles(root, "").await, Vec::<String>::new());
    }

    async fn n27_days_are_the_same_dates_in_every_zone(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        let root = fixture.client("root");
        let fields = json!({ "title": "Portal 4", "planned_start_on": "2026-01-15", "planned_end_on": "2026-01-16" });
        made(root, "releases", fields, fixture.provider).await;
        let asked = async |from: &str, until: &str, zone: &str| {
            let path = format!("/api/v1/intervals?from={from}&until={until}&zone={zone}");
            let page = root.get(&path).await.expect(200).json();
            page["intervals"].as_array().unwrap().len()
        };
        // The 15th in Auckland begins at eleven in the morning of the 14th in UTC.
        assert_eq!(asked("2026-01-14T10:00:00Z", "2026-01-14T11:00:00Z", "Pacific/Auckland").await, 0);
        assert_eq!(asked("2026-01-14T11:00:00Z", "2026-01-14T12:00:00Z", "Pacific/Auckland").await, 1);
        assert_eq!(asked("2026-01-14T11:00:00Z", "2026-01-14T12:00:00Z", "UTC").await, 0);
        assert_eq!(asked("2026-01-16T23:00:00Z", "2026-01-17T00:00:00Z", "UTC").await, 1);
        assert_eq!(asked("2026-01-17T00:00:00Z", "2026-01-18T00:00:00Z", "UTC").await, 0);
        let page = root.get("/api/v1/intervals?from=2026-01-15T00:00:00Z&until=2026-01-16T00:00:00Z").await.expect(200).json();
        let one = &page["intervals"][0];
        assert_eq!((&one["begin"], &one["end"], &one["all_day"]), (&json!("2026-01-15"), &json!("2026-01-17"), &json!(true)));
    }

    async fn n27_windows_that_recur_are_each_there_and_move_with_time(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        let root = fixture.client("root");
        let window = json!({
            "title": "Sunday night", "repeat": "weekly", "starts_on": "2026-01-04", "at_time": "22:00", "until_time": "02:00",
            "zone": "Europe/Vienna", "configuration_items": [fixture.ca.record.number],
        });
        let record = made(root, "maintenance-windows", window, fixture.provider).await;
        let page = root.get("/api/v1/intervals?from=2026-03-20T00:00:00Z&until=2026-04-06T00:00:00Z").await.expect(200).json();
        let begins: Vec<&str> = page["intervals"].as_array().unwrap().iter().map(|one| one["begin"].as_str().unwrap()).collect();
        assert_eq!(begins, ["2026-03-22T21:00:00Z", "2026-03-29T20:00:00Z", "2026-04-05T20:00:00Z"]);
        sound(&fixture).await;
        // Some months later its turns of then are there, though nobody touched it.
        let far = "/api/v1/intervals?from=2027-03-02T00:00:00Z&until=2027-04-01T00:00:00Z";
        assert_eq!(root.get(far).await.expect(200).json()["intervals"], json!([]));
        fixture.server.clock.advance(80 * 86_400);
        fixture.server.app.renew_intervals().await.unwrap();
        assert_eq!(root.get(far).await.expect(200).json()["intervals"].as_array().unwrap().len(), 4);
        root.post(&format!("{}/transitions/pause", at(&record, "maintenance-windows")), json!({})).await.expect(200);
        assert_eq!(root.get(far).await.expect(200).json()["intervals"], json!([]));
        let wrong = json!({ "fields": { "title": "x", "at_time": "25:00", "starts_on": "2026-01-04" } });
        let refused = root.post("/api/v1/maintenance-windows", wrong).await.expect(422).json();
        assert_eq!(refused["errors"][0]["field"], "at_time");
    }

    async fn op_3_what_collides_is_told(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        let root = fixture.client("root");
        let item = fixture.ca.record.number.clone();
        let first = made(root, "changes", change("First", 12, &item), fixture.a).await;
        assert_eq!(reasons(root, &first).await, Vec::<String>::new());
        let second = made(root, "changes", change("Second", 12, &item), fixture.a).await;
        let elsewhere = made(root, "changes", change("Elsewhere", 12, &fixture.cb.record.number), fixture.b).await;
        assert_eq!(reasons(root, &first).await, ["change Second"]);
        assert_eq!(reasons(root, &second).await, ["change First"]);
        assert_eq!(reasons(root, &elsewhere).await, Vec::<String>::new());
        let freeze = json!({ "title": "Year end", "reason": "Books are closed", "begin_at": "2026-01-10T00:00:00Z", "end_at": "2026-01-13T00:00:00Z" });
        let freeze = made(root, "freezes", freeze, fixture.a).await;
        assert_eq!(reasons(root, &first).await, ["freeze Year end", "change Second"]);
        // That of A holds for nobody else.
        assert_eq!(reasons(root, &elsewhere).await, Vec::<String>::new());
        let excepted = json!({ "fields": { "excepted_changes": [first["number"]] } });
        root.patch(&at(&freeze, "freezes"), excepted).await.expect(200);
        assert_eq!(reasons(root, &first).await, ["change Second"]);
        assert_eq!(reasons(root, &second).await, ["freeze Year end", "change First"]);
        let window = json!({
            "title": "Nights", "repeat": "daily", "starts_on": "2026-01-04", "at_time": "22:00", "until_time": "02:00",
            "configuration_items": [item],
        });
        made(root, "maintenance-windows", window, fixture.a).await;
        assert_eq!(reasons(root, &first).await, ["change Second", "outside_window"]);
        let night = json!({ "fields": { "planned_start_at": "2026-01-12T22:00:00Z", "planned_end_at": "2026-01-13T01:00:00Z" } });
        root.patch(&at(&first, "changes"), night).await.expect(200);
        assert_eq!(reasons(root, &first).await, Vec::<String>::new());
        sound(&fixture).await;
    }

    async fn n27_an_outage_goes_on_until_it_ends(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        let root = fixture.client("root");
        let item = fixture.ca.record.number.clone();
        let outage = json!({
            "title": "Portal away", "type": "unplanned", "begin_at": "2026-01-05T08:00:00Z",
            "configuration_items": [item],
        });
        let outage = made(root, "outages", outage, fixture.a).await;
        let path = at(&outage, "outages");
        let later = made(root, "changes", change("Later", 20, &item), fixture.a).await;
        assert_eq!(reasons(root, &later).await, ["outage Portal away"]);
        let at_end = async || {
            let page = root.get("/api/v1/intervals?from=2026-01-05T00:00:00Z&until=2026-02-01T00:00:00Z&kinds=outage").await.expect(200).json();
            page["intervals"][0]["end"].clone()
        };
        assert_eq!(at_end().await, Json::Null);
        let now = fixture.server.app.now();
        let expected = now.plus_seconds(3_600).to_string();
        root.patch(&path, json!({ "fields": { "expected_end_at": expected } })).await.expect(200);
        // What is expected holds until it has passed.
        assert_eq!(at_end().await, json!(expected));
        assert_eq!(reasons(root, &later).await, Vec::<String>::new());
        let after = "/api/v1/intervals?from=2026-01-20T00:00:00Z&until=2026-02-01T00:00:00Z&kinds=outage";
        assert_eq!(root.get(after).await.expect(200).json()["intervals"], json!([]));
        fixture.server.clock.advance(2 * 3_600);
        assert_eq!(at_end().await, Json::Null);
        assert_eq!(reasons(root, &later).await, ["outage Portal away"]);
        sound(&fixture).await;
        let end = json!({ "fields": { "end_at": now.plus_seconds(7_200).to_string() } });
        root.post(&format!("{path}/transitions/end"), end).await.expect(200);
        assert_eq!(at_end().await, json!(now.plus_seconds(7_200).to_string()));
        assert_eq!(reasons(root, &later).await, Vec::<String>::new());
        sound(&fixture).await;
    }

    async fn sec_004_nobody_sees_time_of_records_that_they_may_not_read(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        let root = fixture.client("root");
        let (a, b) = (fixture.a, fixture.b);
        let mine = |title: &str, requester: &str, item: &str| {
            let mut fields = change(title, 12, item);
            fields["requester"] = json!(fixture.people[requester].to_string());
            fields
        };
        let of_a1 = made(root, "changes", mine("of a1", "a1", &fixture.ca.record.number), a).await;
        made(root, "changes", mine("of a2", "a2", &fixture.ca.record.number), a).await;
        made(root, "changes", mine("of b1", "b1", &fixture.cb.record.number), b).await;
        let mut desk = mine("of the desk", "b1", &fixture.cb.record.number);
        desk["team"] = json!(fixture.desk.to_string());
        made(root, "changes", desk, b).await;
        let freeze = |title: &str| json!({ "title": title, "reason": "x", "begin_at": "2026-01-12T00:00:00Z", "end_at": "2026-01-13T00:00:00Z" });
        made(root, "freezes", freeze("freeze of A"), a).await;
        made(root, "freezes", freeze("freeze of B"), b).await;
        made(root, "freezes", freeze("freeze of all"), fixture.provider).await;
        for (actor, expected) in [
            ("a1", vec!["of a1"]),
            ("a2", vec!["of a2"]),
            ("am", vec![]),
            ("b1", vec!["of b1", "of the desk"]),
            ("g1", vec!["freeze of A", "freeze of B", "freeze of all", "of the desk"]),
            ("g2", vec!["freeze of A", "freeze of B", "freeze of all"]),
            ("oa", vec!["freeze of A", "of a1", "of a2"]),
            ("root", vec!["freeze of A", "freeze of B", "freeze of all", "of a1", "of a2", "of b1", "of the desk"]),
        ] {
            let mut seen = titles(fixture.client(actor), "").await;
            seen.sort();
            assert_eq!(seen, expected, "{actor}");
            let mut freezes = titles(fixture.client(actor), "&kinds=freeze").await;
            freezes.sort();
            let wanted: Vec<&str> = expected.iter().copied().filter(|title| title.starts_with("freeze")).collect();
            assert_eq!(freezes, wanted, "{actor}");
        }
        // Nor what stands in the way: the requester knows of no freeze and of nobody else's change.
        assert_eq!(reasons(fixture.client("a1"), &of_a1).await, Vec::<String>::new());
        assert_eq!(reasons(fixture.client("oa"), &of_a1).await, ["freeze freeze of A", "change of a2"]);
        fixture.client("b1").get(&format!("{}/conflicts", at(&of_a1, "changes"))).await.expect(404);
        // An item that one may not see names nothing, as one that is not there.
        let path = format!("/api/v1/intervals?from=2026-01-01T00:00:00Z&until=2026-02-01T00:00:00Z&configuration_item={}", fixture.cb.record.number);
        fixture.client("a1").get(&path).await.expect(422);
    }

    async fn sec_027_a_token_makes_no_link_that_would_outlive_it(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        fixture.server.app.set_password(fixture.people["g1"], "violet tram over gravel").await.unwrap();
        let g1 = &fixture.server.anonymous().basic(&fixture.canary("g1.login"), "violet tram over gravel");
        let made = g1.post("/api/v1/calendar-feeds", json!({ "name": "Telephone", "kinds": ["freeze"] })).await.expect(201).json();
        assert!(made["address"].as_str().unwrap().starts_with("/calendars/stc_"));
        let listed = g1.get("/api/v1/calendar-feeds").await.expect(200).json();
        assert_eq!((&listed[0]["name"], &listed[0]["kinds"]), (&json!("Telephone"), &json!(["freeze"])));
        assert!(!listed.to_string().contains("stc_"), "the address is told once");
        assert_eq!(fixture.client("g2").get("/api/v1/calendar-feeds").await.expect(200).json(), json!([]));
        // Somebody else's is left as it is.
        let id = made["id"].as_str().unwrap();
        fixture.client("g2").delete(&format!("/api/v1/calendar-feeds/{id}")).await.expect(204);
        assert_eq!(g1.get("/api/v1/calendar-feeds").await.expect(200).json().as_array().unwrap().len(), 1);
        g1.delete(&format!("/api/v1/calendar-feeds/{id}")).await.expect(204);
        assert_eq!(g1.get("/api/v1/calendar-feeds").await.expect(200).json(), json!([]));
        fixture.client("g1").post("/api/v1/calendar-feeds", json!({ "name": "More" })).await.expect(403);
        assert_eq!(g1.get("/api/v1/calendar-feeds").await.expect(200).json(), json!([]));
    }

    async fn lv_2_holidays_come_from_a_file(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        let root = fixture.client("root");
        let fields = json!({ "name": "Office", "zone": "Europe/Vienna", "hours": [{ "day": "monday", "opens": "08:00", "closes": "17:00" }] });
        let calendar = made(root, "calendars", fields, fixture.provider).await;
        let path = format!("{}/holidays", at(&calendar, "calendars"));
        let send = async |client: &Client, text: &str| {
            client.call("POST", &path).header("content-type", "text/calendar").body(text.to_owned()).send().await
        };
        let file = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nSUMMARY:Works outing\r\nDESCRIPTION:long\r\nDTSTART;VALUE=DATE:20260112\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
        let answer = send(root, file).await.expect(200).json();
        assert_eq!(answer["events"], 1);
        assert!(!answer["record"]["fields"]["holiday_text"].as_str().unwrap().contains("long"));
        assert_eq!(titles(root, "&kinds=holiday").await, ["Works outing · Office"]);
        for (text, told) in [
            (file.replace("DTSTART;VALUE=DATE:20260112\r\n", ""), "line 3: the event “Works outing” has no day"),
            (file.replace("END:VEVENT\r\n", ""), "line 7: VCALENDAR ends while VEVENT of line 3 is still open"),
            (file.replace("DESCRIPTION:long", "nonsense"), "line 5: “nonsense” has no name with a colon after it"),
            ("hello".to_owned(), "the text is no iCalendar"),
        ] {
            let refused = send(root, &text).await.expect(422).json();
            assert_eq!(refused["errors"][0]["field"], "holiday_text");
            let message = refused["errors"][0]["message"].as_str().unwrap();
            assert!(message.starts_with(told), "{message}");
        }
        assert_eq!(titles(root, "&kinds=holiday").await, ["Works outing · Office"], "what was refused changed nothing");
        send(root, &format!("{file}{}", " ".repeat(1024 * 1024))).await.expect(413);
        send(fixture.client("g1"), file).await.expect(403);
        send(fixture.client("a1"), file).await.expect(404);
        sound(&fixture).await;
    }

    async fn holidays_come_from_a_feed(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        let (root, g1, elsewhere) = (fixture.client("root"), fixture.client("g1"), &fixture.server.elsewhere);
        let hours = json!([{ "day": "monday", "opens": "08:00", "closes": "17:00" }]);
        let calendar = made(root, "calendars", json!({ "name": "Office", "zone": "Europe/Vienna", "hours": hours }), fixture.provider).await;
        let (path, feed) = (at(&calendar, "calendars"), format!("{}/feed", at(&calendar, "calendars")));
        root.get(&feed).await.expect(404);
        let told = root.post(&feed, json!({})).await.expect(422).json();
        assert_eq!(told["errors"][0]["field"], "feed_address");
        // What leads inside is refused where it is written, with the record as well as later.
        let name = async |address: &str| root.patch(&path, json!({ "fields": { "feed_address": address } })).await;
        for inside in ["https://127.0.0.1/days.ics", "http://calendar.example/days.ics"] {
            let refused = name(inside).await.expect(422).json();
            assert_eq!(refused["errors"][0]["field"], "feed_address", "{refused}");
        }
        let fields = json!({ "name": "Inside", "zone": "Europe/Vienna", "hours": hours, "feed_address": "https://localhost/" });
        root.post("/api/v1/calendars", json!({ "fields": fields })).await.expect(422);
        assert!(elsewhere.asked().is_empty());
        let address = "https://calendar.example/days.ics?key=zqfeedkey";
        name(address).await.expect(200);
        assert_eq!(root.get(&feed).await.expect(200).json()["fetched_at"], Json::Null);
        let file = |day: &str| format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nSUMMARY:{day}\r\nDESCRIPTION:long\r\nDTSTART;VALUE=DATE:20260112\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n");
        elsewhere.put(address, &file("Works outing"), "1");
        let standing = root.post(&feed, json!({})).await.expect(200).json();
        assert_eq!((&standing["events"], &standing["fault"]), (&json!(1), &Json::Null));
        assert_eq!(standing["address"], address);
        assert_eq!(titles(root, "&kinds=holiday").await, ["Works outing · Office"]);
        let record = root.get(&path).await.expect(200).json();
        assert!(!record["fields"]["feed_text"].as_str().unwrap().contains("long"));
        root.patch(&path, json!({ "fields": { "feed_text": "x" } })).await.expect(422);
        root.post(&feed, json!({})).await.expect(429);
        // Who may not edit sees how it went and never the address, whose key opens the other calendar.
        g1.post(&feed, json!({})).await.expect(403);
        for path in [&feed, &path, &format!("{path}/journal")] {
            let text = g1.get(path).await.expect(200).text();
            assert!(!text.contains("zqfeedkey"), "{text}");
        }
        assert_eq!(g1.get(&feed).await.expect(200).json()["events"], 1);
        fixture.client("a1").get(&feed).await.expect(404);
        fixture.client("a1").post(&feed, json!({})).await.expect(404);
        // The same document is not taken again; another one is; what is no calendar leaves the days as they were.
        let revision = async || root.get(&path).await.expect(200).json()["revision"].clone();
        let before = revision().await;
        fixture.server.clock.advance(60);
        root.post(&feed, json!({})).await.expect(200);
        assert_eq!(elsewhere.asked().last().unwrap().1.etag.as_deref(), Some("1"));
        assert_eq!(revision().await, before);
        elsewhere.put(address, &file("Founders day"), "2");
        fetch_due(&fixture).await;
        assert_eq!(titles(root, "&kinds=holiday").await, ["Works outing · Office"], "the day is not over");
        fixture.server.clock.advance(25 * 3600);
        fetch_due(&fixture).await;
        assert_eq!(titles(root, "&kinds=holiday").await, ["Founders day · Office"]);
        let entry = root.get(&format!("{path}/journal")).await.expect(200).text();
        assert!(entry.contains("calendar.feed"), "{entry}");
        elsewhere.put(address, "<html>sign in</html>", "3");
        fixture.server.clock.advance(25 * 3600);
        fetch_due(&fixture).await;
        let standing = g1.get(&feed).await.expect(200).json();
        assert!(standing["fault"].as_str().unwrap().starts_with("the text is no iCalendar"), "{standing}");
        elsewhere.fail(address, OutsideError::Passing("nobody answers".to_owned()));
        fixture.server.clock.advance(3601);
        fetch_due(&fixture).await;
        let standing = g1.get(&feed).await.expect(200).json();
        assert_eq!(standing["fault"], "nobody answers");
        assert_eq!(titles(root, "&kinds=holiday").await, ["Founders day · Office"]);
        // It waits longer after each failure.
        let asked = elsewhere.asked().len();
        fixture.server.clock.advance(3601);
        fetch_due(&fixture).await;
        assert_eq!(elsewhere.asked().len(), asked);
        fixture.server.clock.advance(3601);
        fetch_due(&fixture).await;
        assert_eq!(elsewhere.asked().len(), asked + 1);
        sound(&fixture).await;
        // Its days go with the address.
        root.patch(&path, json!({ "fields": { "feed_address": null } })).await.expect(200);
        assert_eq!(titles(root, "&kinds=holiday").await, Vec::<String>::new());
        root.get(&feed).await.expect(404);
    }
}

/// Has a runner look for feeds that are due.
async fn fetch_due(fixture: &Fixture) {
    let now = fixture.server.app.now();
    let job = NewJob {
        kind: "calendars.fetch".to_owned(),
        unique_key: Some("all".to_owned()),
        payload: json!({}),
        run_at: now,
        max_attempts: 5,
        created_at: now,
    };
    fixture.server.database.store.enqueue(vec![job]).await.unwrap();
    while fixture.server.app.run_due_job("worker").await.unwrap() {}
}
