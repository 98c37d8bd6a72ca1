//! Changes: when their implementation may begin.

use serde_json::json;
use steward_model::decide::{Rejection, is_likely};
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

/// The moves from the record's state that pages offer first, by key.
fn likely(desk: &Desk) -> Vec<String> {
    let (kind, record, asking) = (desk.kind(), desk.record.as_ref().unwrap(), desk.gus().environment(desk.now));
    let moves = kind.lifecycle.transitions.iter().filter(|one| one.starts(kind, record));
    moves.filter(|one| is_likely(one, kind, record, &asking)).map(|one| one.key.clone()).collect()
}

#[test]
fn what_a_change_of_its_type_cannot_take_is_not_offered_first() {
    let mut desk = Desk::new();
    desk.kind = "change";
    let gus = desk.gus();
    desk.create(&gus, json!({ "title": "Cables", "change_type": "emergency", "team": "Desk" })).unwrap();
    assert_eq!(likely(&desk), ["expedite", "cancel"]);
    desk.update(&gus, json!({ "change_type": "standard" })).unwrap();
    assert_eq!(likely(&desk), ["schedule", "cancel"]);
}

#[test]
fn what_a_move_asks_for_may_still_come_with_it() {
    // Before the planned time the reason is asked for with the move.
    assert_eq!(likely(&planned("09:00")), ["ask_again", "replan", "implement", "cancel"]);
}
