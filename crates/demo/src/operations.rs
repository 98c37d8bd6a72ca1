//! What the operations calendar lives on: maintenance windows, freezes, and changes that are planned into them.

use serde_json::json;
use steward_model::moment::Moment;

use crate::calendar::{Calendar, moved};
use crate::script::{Deed, Script, create, go, page};

const HOUR: i64 = 3600;

/// Writes windows from the beginning on, and freezes and changes for the weeks to come.
pub(crate) fn write(script: &mut Script, calendar: &Calendar, start: Moment) {
    windows(script, calendar, start.plus_seconds(7 * HOUR));
    duties(script, calendar, start.plus_seconds(8 * HOUR));
    freezes(script, calendar);
    collisions(script, calendar);
    exclusions(script, calendar);
    reports(script, calendar);
}

/// What was kept for a customer in the month before the last, signed, and in the last one, still a draft.
fn reports(script: &mut Script, calendar: &Calendar) {
    let this = calendar.day(0).first_of_month();
    let last = moved(this, -1).first_of_month();
    for (place, first) in [last, this].into_iter().enumerate() {
        let report = format!("report:{place}");
        let at = calendar.at(moved(first, 1), 9 * 60 + 20);
        let fields = json!({ "agreement": "@agreement:clairmont", "customer": "@org:clm" });
        script.add(at, page("ada"), &report, create("service_level_report", fields));
        if first < this {
            let statement = "What made us late were tickets that waited for a part from the carrier. From next month on the carrier names a day within four hours.";
            script.add(at.plus_seconds(HOUR), page("ada"), &report, go("sign", json!({ "statement": statement })));
        }
    }
}

/// A breach that does not count, and one of which it is not decided yet.
fn exclusions(script: &mut Script, calendar: &Calendar) {
    let proposed = calendar.at(calendar.working_day(-3), 14 * 60);
    let all = [
        ("incident:bad-0", "agreed", "Word was given every half hour on the major incident, which all had before them"),
        ("incident:bad-2", "agreed", "The trading floor was kept informed by telephone, see the major incident"),
    ];
    for (place, (record, cause, reason)) in (0_i64..).zip(all) {
        let fields = json!({ "record": format!("@{record}"), "cause": cause, "reason": reason });
        let at = proposed.plus_seconds(place * 300);
        script.add(at, page("ben"), &format!("exclusion:{place}"), create("breach_exclusion", fields));
    }
    script.add(proposed.plus_seconds(HOUR), page("ada"), "exclusion:0", go("accept", json!({})));
}

fn windows(script: &mut Script, calendar: &Calendar, at: Moment) {
    let first = calendar.date(at).to_string();
    let weekdays: Vec<_> =
        ["monday", "tuesday", "wednesday", "thursday", "friday"].iter().map(|day| json!({ "day": day })).collect();
    let windows = [
        (
            "evening",
            json!({
                "title": "Evening window for network and storage",
                "description": "Short work that users hardly notice. Say it on the status page when a service is away.",
                "services": ["@service:network", "@service:files", "@service:identity"],
                "repeat": "weekly", "weekdays": weekdays, "at_time": "18:30", "until_time": "01:30", "owner": "@person:victor",
                "team": "@team:infra",
            }),
        ),
        (
            "erp",
            json!({
                "title": "Meridian maintenance weekend",
                "description": "Second weekend of the month: Meridian may be away from Saturday evening to Sunday noon.",
                "services": ["@service:erp"],
                "repeat": "rule", "rule": "FREQ=MONTHLY;BYDAY=2SA", "at_time": "20:00", "until_time": "12:00",
                "owner": "@person:dev",
            }),
        ),
        (
            "mail",
            json!({
                "title": "Mail servers, first Sunday",
                "services": ["@service:mail"],
                "repeat": "rule", "rule": "FREQ=MONTHLY;BYDAY=1SU", "at_time": "01:00", "until_time": "05:00",
                "owner": "@person:victor", "team": "@team:infra",
            }),
        ),
    ];
    for (place, (key, mut fields)) in (0_i64..).zip(windows) {
        fields["starts_on"] = json!(first);
        fields["zone"] = json!("Europe/Berlin");
        let at = at.plus_seconds(place * 60);
        script.add_at_once(at, page("dev"), &format!("window:{key}"), create("maintenance_window", fields));
    }
}

/// Who answers for a team outside of its hours: two in turn, a week each, and one on weekday evenings.
fn duties(script: &mut Script, calendar: &Calendar, at: Moment) {
    let first = calendar.date(at);
    let week_later = calendar.date(at.plus_seconds(7 * 24 * HOUR));
    let week = |title: &str, person: &str, from: &str| {
        json!({
            "title": title, "team": "@team:infra", "person": format!("@person:{person}"), "starts_on": from,
            "repeat": "weekly", "every": 2, "at_time": "17:00", "until_time": "17:00", "days_later": 7,
            "description": "May restart and fail over alone. Anything that costs data waits for Dev.",
        })
    };
    let evenings: Vec<_> =
        ["monday", "tuesday", "wednesday", "thursday", "friday"].iter().map(|day| json!({ "day": day })).collect();
    let duties = [
        ("victor", week("Infrastructure on call, even weeks", "victor", &first.to_string())),
        ("wiebke", week("Infrastructure on call, odd weeks", "wiebke", &week_later.to_string())),
        (
            "carlos",
            json!({
                "title": "Network on call, evenings", "team": "@team:network", "person": "@person:carlos",
                "starts_on": first.to_string(), "repeat": "weekly", "weekdays": evenings,
                "at_time": "18:00", "until_time": "22:00",
            }),
        ),
    ];
    for (place, (key, mut fields)) in (0_i64..).zip(duties) {
        fields["zone"] = json!("Europe/Berlin");
        let at = at.plus_seconds(place * 60);
        script.add_at_once(at, page("ada"), &format!("rota:{key}"), create("rota", fields));
    }
}

fn freezes(script: &mut Script, calendar: &Calendar) {
    let decided = calendar.at(calendar.working_day(-20), 10 * 60);
    let closing = json!({
        "title": "Quarter closing in Meridian",
        "reason": "Finance closes the quarter. Every hour in which Meridian is away delays the report to the banks.",
        "begin_at": calendar.at(calendar.day(8), 8 * 60).to_string(),
        "end_at": calendar.at(calendar.day(13), 18 * 60).to_string(),
        "services": ["@service:erp"],
        "emergency_allowed": true,
        "exception_process": "Ask Dev by noon of the day before; finance must agree in writing.",
        "owner": "@person:dev",
    });
    script.add(decided, page("dev"), "freeze:closing", create("freeze", closing));
    let fair = json!({
        "title": "WindEnergy fair in Hamburg",
        "reason": "All customers look at us. Networks and meeting rooms stay as they are.",
        "begin_at": calendar.at(calendar.day(-34), 0).to_string(),
        "end_at": calendar.at(calendar.day(-30), 0).to_string(),
        "services": ["@service:network", "@service:telephony"],
        "emergency_allowed": true,
        "owner": "@person:dev",
    });
    let before = calendar.at(calendar.working_day(-60), 11 * 60);
    script.add(before, page("dev"), "freeze:fair", create("freeze", fair));
}

/// Changes that were planned without a look at the calendar.
fn collisions(script: &mut Script, calendar: &Calendar) {
    let asked = calendar.at(calendar.working_day(-2), 9 * 60 + 20);
    let change = |title: &str, service: &str, item: &str, day: i64, minute: i64, minutes: i64| {
        let start = calendar.at(calendar.day(day), minute);
        json!({
            "title": title, "change_type": "normal", "reason": "maintenance", "risk": "moderate",
            "description": "Planned by the team; the board has not seen it yet.",
            "service": format!("@service:{service}"),
            "configuration_items": [format!("@item:{item}")],
            "team": "@team:infra", "assignee": "@person:victor", "channel": "direct",
            "planned_start_at": start.to_string(),
            "planned_end_at": start.plus_seconds(minutes * 60).to_string(),
        })
    };
    let all = [
        ("frozen", change("Move Meridian to the new storage", "erp", "vm-erp-app-01", 10, 19 * 60, 240)),
        ("first", change("Replace the fans of the storage in Leipzig", "files", "sto-lei-01", 3, 19 * 60, 120)),
        ("second", change("New firmware for the storage in Leipzig", "files", "sto-lei-01", 3, 20 * 60, 120)),
    ];
    for (place, (key, fields)) in (0_i64..).zip(all) {
        let at = asked.plus_seconds(place * 600);
        let record = format!("change:planned-{key}");
        script.add(at, page("victor"), &record, create("change", fields));
        script.add(at.plus_seconds(120), page("victor"), &record, go("request_assessment", json!({})));
    }
    let task = json!({
        "title": "Walk through the Hamburg server room with the cooling company",
        "team": "@team:infra", "assignee": "@person:wiebke",
        "planned_start_at": calendar.at(calendar.day(4), 9 * 60).to_string(),
        "planned_end_at": calendar.at(calendar.day(4), 11 * 60 + 30).to_string(),
    });
    script.add(asked, page("wiebke"), "task:cooling", create("task", task));
    let report = Deed::Link("relates_to", "freeze:closing".to_owned());
    script.add(asked.plus_seconds(3 * HOUR), page("dev"), "change:planned-frozen", report);
}
