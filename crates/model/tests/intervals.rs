//! What times a record has, by what its kind says.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "in tests a panic is the message")]

use serde_json::{Value as Json, json};
use steward_model::id::RecordId;
use steward_model::kind::{Level, Registry, Source, Span};
use steward_model::moment::Moment;
use steward_model::record::Record;

const WORK: &str = r#"
key = "work"
plural = "works"
description = "Something is done."
icon = "tool"
numbering = { prefix = "WRK" }
label_field = "title"
initial = "open"
field = [
  { key = "title", type = "text" },
  { key = "begin_at", type = "moment", audience = "requester" },
  { key = "end_at", type = "moment", audience = "requester" },
  { key = "expected_at", type = "moment", audience = "requester" },
  { key = "first", type = "date" },
  { key = "last", type = "date" },
  { key = "part_of", type = "reference", target = "work" },
  { key = "others", type = "references", target = "work", audience = "owner", write = "owner" },
]
state = [{ key = "open", category = "active" }, { key = "void", category = "cancelled" }]
transition = [{ key = "void", from = "open", to = "void" }]

[[interval]]
key = "span"
kind = "outage"
from = "begin_at"
to = ["end_at", "expected_at"]
open = true
when = "state != 'void'"
concerns = ["part_of", "others"]

[[interval]]
key = "days"
kind = "holiday"
from = "first"
to = "last"
"#;

fn registry() -> Registry {
    Registry::load(&[Source { path: "work/work.toml".into(), text: WORK.into() }]).unwrap()
}

fn record(fields: Json) -> Record {
    Record {
        id: RecordId(1),
        kind: "work".into(),
        number: "WRK1".into(),
        revision: 1,
        state: "open".into(),
        organisation: RecordId(2),
        created_at: Moment(0),
        updated_at: Moment(0),
        created_by: RecordId(0),
        fields: fields.as_object().unwrap().clone().into_iter().collect(),
        watchers: Vec::new(),
        dues: Default::default(),
    }
}

#[track_caller]
fn check(key: &str, fields: Json, expected: &str) {
    let registry = registry();
    let kind = registry.kind("work").unwrap();
    let interval = kind.intervals.iter().find(|interval| interval.key == key).unwrap();
    let told = match interval.span_of(kind, &record(fields.clone())) {
        None => "none".to_owned(),
        Some(span) if span.is_open() => format!("{} open", span.begin),
        Some(span) => format!("{} {}{}", span.begin, span.end, if span.all_day { " days" } else { "" }),
    };
    assert_eq!(told, expected, "{fields}");
}

#[test]
fn the_first_end_that_is_there_counts() {
    let (nine, ten, noon) = (9 * 3_600_000_000_i64, 10 * 3_600_000_000_i64, 12 * 3_600_000_000_i64);
    check("span", json!({}), "none");
    check("span", json!({"end_at": ten}), "none");
    check(
        "span",
        json!({"begin_at": nine, "end_at": ten, "expected_at": noon}),
        "1970-01-01T09:00:00Z 1970-01-01T10:00:00Z",
    );
    check("span", json!({"begin_at": nine, "expected_at": noon}), "1970-01-01T09:00:00Z 1970-01-01T12:00:00Z");
    check("span", json!({"begin_at": nine}), "1970-01-01T09:00:00Z open");
    // Turned around it is a minute, not nothing and not negative.
    check("span", json!({"begin_at": ten, "end_at": nine}), "1970-01-01T10:00:00Z 1970-01-01T10:01:00Z");
}

#[test]
fn what_goes_on_is_not_over_because_it_was_expected_to_be() {
    let text = WORK
        .replace("to = [\"end_at\", \"expected_at\"]\nopen = true", "to = [\"end_at\"]\nexpected = \"expected_at\"")
        .replace(
            "state = [",
            "state = [{ key = \"new\", category = \"new\" }, { key = \"over\", category = \"done\" }, ",
        )
        .replace("to = \"void\" }]", "to = \"void\" }, { key = \"plan\", from = \"open\", to = \"new\" }, { key = \"over\", from = [\"new\", \"open\"], to = \"over\" }]");
    let registry = Registry::load(&[Source { path: "work/work.toml".into(), text }]).unwrap();
    let kind = registry.kind("work").unwrap();
    let span = &kind.intervals[0];
    let (nine, ten, noon) = (9 * 3_600_000_000_i64, 10 * 3_600_000_000_i64, 12 * 3_600_000_000_i64);
    let fields = json!({"begin_at": nine, "expected_at": noon});
    for (state, fields, expected) in [
        ("open", fields.clone(), Span::OPEN_END),
        ("new", fields.clone(), Moment(noon)),
        ("over", fields, Moment(noon)),
        ("open", json!({"begin_at": nine, "expected_at": noon, "end_at": ten}), Moment(ten)),
        ("open", json!({"begin_at": nine}), Moment(nine).plus_seconds(60)),
    ] {
        let record = Record { state: state.into(), ..record(fields.clone()) };
        assert_eq!(span.span_of(kind, &record).unwrap().end, expected, "{state} {fields}");
    }
    assert!(span.is_touched(&["expected_at"], false) && span.is_touched(&[], true));
    assert_eq!(span.level(kind, false), Level::Requester);
}

#[test]
fn an_open_end_is_a_day_on_every_clock() {
    for zone in ["UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago"] {
        let local = Span::OPEN_END.timestamp().to_zoned(jiff::tz::TimeZone::get(zone).unwrap());
        assert_eq!(local.year(), 9999, "{zone}");
    }
    assert_eq!(Span::OPEN_END.to_string(), "9999-12-30T00:00:00Z");
}

#[test]
fn the_last_day_is_included() {
    check("days", json!({"first": "2026-12-24"}), "2026-12-24T00:00:00Z 2026-12-25T00:00:00Z days");
    check(
        "days",
        json!({"first": "2026-12-24", "last": "2026-12-26"}),
        "2026-12-24T00:00:00Z 2026-12-27T00:00:00Z days",
    );
    check(
        "days",
        json!({"first": "2026-12-24", "last": "2026-12-20"}),
        "2026-12-24T00:00:00Z 2026-12-25T00:00:00Z days",
    );
}

#[test]
fn only_what_it_looks_at_touches_it() {
    let registry = registry();
    let kind = registry.kind("work").unwrap();
    let [span, days] = kind.intervals.as_slice() else { panic!("two") };
    for (changed, moved, expected) in [
        (vec!["title"], false, false),
        (vec!["expected_at"], false, true),
        (vec!["others"], false, true),
        (vec![], true, true),
    ] {
        assert_eq!(span.is_touched(&changed, moved), expected, "{changed:?}");
    }
    assert!(!days.is_touched(&["begin_at"], true), "it has no condition");
    assert!(!span.holds(kind, &Record { state: "void".into(), ..record(json!({})) }));
}

#[test]
fn who_may_not_know_what_it_is_about_may_know_when_it_is() {
    let registry = registry();
    let kind = registry.kind("work").unwrap();
    assert_eq!(kind.intervals[0].level(kind, false), Level::Requester);
    assert_eq!(kind.intervals[0].level(kind, true), Level::Owner);
    assert_eq!(kind.intervals[1].level(kind, false), Level::Agent);
    let about = record(json!({"part_of": 7, "others": [9, 8, 7]}));
    assert_eq!(kind.intervals[0].concerned(kind, &about), [7, 8, 9].map(RecordId));
    assert_eq!(
        Span::days("2026-01-02".parse().unwrap(), "2026-01-01".parse().unwrap()).map(|span| span.end.to_string()),
        Some("2026-01-03T00:00:00Z".into())
    );
}
