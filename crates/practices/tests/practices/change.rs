//! Changes: when their implementation may begin.

use serde_json::json;
use steward_model::decide::Rejection;
use steward_model::moment::Moment;

use crate::desk::Desk;

/// A standard change that is planned from 10:00 to 11:00, with the clock at a time of that day.
fn planned(time: &str) -> Desk {
    let mut desk = Desk::new();
    desk.kind = "change";
    let gus = desk.gus();
    desk.create(&gus, json!({ "title": "Updates", "change_type": "standard", "team": "Desk" })).unwrap();
    let plan = json!({
        "planned_start_at": "2026-03-02T10:00:00Z",
        "planned_end_at": "2026-03-02T11:00:00Z",
        "implementation_plan": "Install, restart, look",
    });
    desk.go(&gus, "schedule", plan).unwrap();
    desk.now = Moment::parse(&format!("2026-03-02T{time}:00Z")).unwrap();
    desk
}

#[test]
fn implementation_begins_within_the_planned_time() {
    let mut desk = planned("10:20");
    let gus = desk.gus();
    desk.go(&gus, "implement", json!({})).unwrap();
    assert_eq!(desk.state(), "implement");
}

#[test]
fn outside_the_planned_time_it_needs_a_reason() {
    for time in ["09:59", "11:01"] {
        let mut desk = planned(time);
        let gus = desk.gus();
        assert!(matches!(desk.go(&gus, "implement", json!({})), Err(Rejection::Illegal { .. })), "{time}");
        desk.go(&gus, "implement", json!({ "window_override_reason": "The site is closed tomorrow" })).unwrap();
    }
}
