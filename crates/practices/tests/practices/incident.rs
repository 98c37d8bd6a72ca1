//! Incidents: life cycle, priority, resolution data (IN-1, IN-2, IN-8).

use std::sync::Arc;

use serde_json::json;
use steward_model::command::{Command, NewWork};
use steward_model::decide::Rejection;
use steward_model::event::{Act, Audience, Cause};
use steward_model::id::RecordId;
use steward_model::moment::Moment;
use steward_model::record::Record;

use crate::desk::{BEN, CUSTOMER, Desk, MAIL_SERVICE, OTHER_CUSTOMER, faults, in_progress};

#[test]
fn in_1_a_hold_needs_a_reason_and_words_for_the_requester() {
    let mut desk = in_progress();
    let gus = desk.gus();
    assert_eq!(faults(desk.go(&gus, "hold", json!({}))), ["on_hold_reason: On hold reason is needed for this step"]);
    let waiting = json!({ "on_hold_reason": "awaiting_requester" });
    let silent = faults(desk.go(&gus, "hold", waiting.clone()));
    assert!(silent[0].starts_with("comment: a public comment is needed"), "{silent:?}");
    let internal = Some((Audience::Internal, "waiting"));
    assert!(
        desk.go_saying(&gus, "hold", waiting.clone(), internal).is_err(),
        "a work note does not reach the requester"
    );
    desk.go_saying(&gus, "hold", waiting, Some((Audience::Public, "Which mailbox is it?"))).unwrap();
    assert_eq!(desk.state(), "on_hold");
}

#[test]
fn in_1_the_requesters_reply_ends_the_hold() {
    let mut desk = in_progress();
    let (gus, anna) = (desk.gus(), desk.anna());
    let waiting = json!({ "on_hold_reason": "awaiting_requester" });
    desk.go_saying(&gus, "hold", waiting, Some((Audience::Public, "Which one?"))).unwrap();
    desk.say(&gus, Audience::Public, "Still there?").unwrap();
    assert_eq!(desk.state(), "on_hold", "only the requester's own words end it");
    desk.say(&anna, Audience::Public, "The shared one.").unwrap();
    assert_eq!(desk.state(), "in_progress");
    assert_eq!(desk.field("on_hold_reason"), json!(null));
    assert_eq!(desk.events.last().unwrap().cause, Some(Cause::Rule("incident.resume_on_reply".to_owned())));
}

#[test]
fn in_1_a_hold_for_a_vendor_outlasts_the_requesters_words() {
    let mut desk = in_progress();
    let (gus, anna) = (desk.gus(), desk.anna());
    desk.go(&gus, "hold", json!({ "on_hold_reason": "awaiting_vendor" })).unwrap();
    desk.say(&anna, Audience::Public, "Any news?").unwrap();
    assert_eq!(desk.state(), "on_hold");
}

#[test]
fn in_8_resolving_asks_for_code_and_notes_and_stamps_who_and_when() {
    let mut desk = in_progress();
    let gus = desk.gus();
    let missing = faults(desk.go(&gus, "resolve", json!({})));
    assert_eq!(missing.len(), 2, "{missing:?}");
    assert!(missing[0].starts_with("resolution_code") && missing[1].starts_with("resolution_notes"), "{missing:?}");
    let wrong = faults(desk.go(&gus, "resolve", json!({ "resolution_code": "magic", "resolution_notes": "done" })));
    assert!(wrong[0].starts_with("resolution_code: must be one of"), "{wrong:?}");
    desk.now = desk.now.plus_seconds(3600);
    desk.go(&gus, "resolve", json!({ "resolution_code": "fixed", "resolution_notes": "Restarted." })).unwrap();
    assert_eq!(desk.field("resolved_by"), json!(gus.person.0));
    assert_eq!(desk.field("resolved_at"), json!(desk.now.0));
    assert_eq!(desk.field("time_to_resolve"), json!(3600));
}

#[test]
fn in_1_reopening_by_the_requester_counts_and_clears() {
    let mut desk = in_progress();
    let (gus, anna) = (desk.gus(), desk.anna());
    desk.go(&gus, "resolve", json!({ "resolution_code": "fixed", "resolution_notes": "Restarted." })).unwrap();
    let words = Some((Audience::Public, "It is slow again."));
    desk.go_saying(&anna, "reopen", json!({}), words).unwrap();
    assert_eq!((desk.state(), desk.field("reopen_count")), ("in_progress", json!(1)));
    assert_eq!(desk.field("resolution_code"), json!(null));
    assert_eq!(desk.field("resolution_notes"), json!("Restarted."), "what was tried stays");
    desk.go(&gus, "resolve", json!({ "resolution_code": "fixed", "resolution_notes": "Replaced." })).unwrap();
    desk.go_saying(&anna, "reopen", json!({}), words).unwrap();
    assert_eq!(desk.field("reopen_count"), json!(2));
}

#[test]
fn in_1_moves_that_the_lifecycle_does_not_know_are_refused_with_those_that_it_does() {
    let mut desk = in_progress();
    let gus = desk.gus();
    match desk.go(&gus, "reopen", json!({})) {
        Err(Rejection::Illegal { message, allowed }) => {
            assert_eq!(message, "`reopen` does not start from the state In progress");
            assert_eq!(allowed, ["hold", "resolve", "cancel", "merge"]);
        }
        other => panic!("{other:?}"),
    }
    assert!(matches!(desk.go(&gus, "fly", json!({})), Err(Rejection::Illegal { .. })));
}

fn check_priority(impact: &str, urgency: &str, expected: &str) {
    let mut desk = Desk::new();
    let gus = desk.gus();
    desk.create(&gus, json!({ "title": "x", "impact": impact, "urgency": urgency })).unwrap();
    assert_eq!(desk.field("priority"), json!(expected), "{impact} × {urgency}");
    assert_eq!(desk.why("priority"), format!("impact {impact} × urgency {urgency} in “Default matrix”"));
}

#[test]
fn in_2_priority_follows_from_impact_and_urgency() {
    check_priority("high", "high", "critical");
    check_priority("high", "medium", "high");
    check_priority("high", "low", "moderate");
    check_priority("medium", "high", "high");
    check_priority("medium", "medium", "moderate");
    check_priority("medium", "low", "low");
    check_priority("low", "high", "moderate");
    check_priority("low", "medium", "low");
    check_priority("low", "low", "low");
}

#[test]
fn in_2_priority_cannot_be_written_and_an_override_needs_a_reason() {
    let mut desk = in_progress();
    let gus = desk.gus();
    let written = faults(desk.update(&gus, json!({ "priority": "critical" })));
    assert_eq!(written, ["priority: is set by Steward and cannot be written"]);
    let silent = faults(desk.update(&gus, json!({ "priority_override": "critical" })));
    assert_eq!(silent, ["priority_override_reason: is required"]);
    desk.update(&gus, json!({ "priority_override": "critical", "priority_override_reason": "Board meeting" })).unwrap();
    assert_eq!(desk.field("priority"), json!("critical"));
    assert_eq!(desk.why("priority"), "overridden: Board meeting");
    desk.update(&gus, json!({ "priority_override": null, "priority_override_reason": null })).unwrap();
    assert_eq!(desk.field("priority"), json!("moderate"), "without the override the matrix counts again");
}

/// A matrix that makes medium × medium critical.
fn matrix(id: i64, name: &str, fields: serde_json::Value) -> Record {
    let mut stored = json!({
        "name": name,
        "rows": [{ "impact": "medium", "urgency": "medium", "priority": "critical" }],
    });
    stored.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    let at = Moment(0);
    Record {
        id: RecordId(id),
        kind: "priority_matrix".to_owned(),
        number: format!("PMX{id}"),
        revision: 1,
        state: "active".to_owned(),
        organisation: CUSTOMER,
        created_at: at,
        updated_at: at,
        created_by: RecordId::SYSTEM,
        fields: serde_json::from_value(stored).unwrap(),
        watchers: Vec::new(),
        dues: steward_model::record::Dues::default(),
    }
}

fn check_matrix(matrices: Vec<Record>, expected: &str) {
    let mut desk = Desk::new();
    let gus = desk.gus();
    desk.world.related.insert("priority_matrix".to_owned(), Arc::new(matrices));
    desk.create(&gus, json!({ "title": "x", "service": "Mail" })).unwrap();
    assert!(desk.why("priority").ends_with(&format!("in “{expected}”")), "{}", desk.why("priority"));
}

#[test]
fn in_2_the_most_particular_matrix_counts() {
    let everyone = matrix(1, "Everyone", json!({}));
    let customer = matrix(2, "Customer", json!({ "for_organisation": CUSTOMER.0 }));
    let other = matrix(3, "Other customer", json!({ "for_organisation": OTHER_CUSTOMER.0 }));
    let service = matrix(4, "Mail", json!({ "for_service": MAIL_SERVICE.0 }));
    let both = matrix(5, "Mail of customer", json!({ "for_service": MAIL_SERVICE.0, "for_organisation": CUSTOMER.0 }));
    let mut resting = both.clone();
    resting.state = "draft".to_owned();
    check_matrix(vec![], "Default matrix");
    check_matrix(vec![other.clone()], "Default matrix");
    check_matrix(vec![everyone.clone()], "Everyone");
    check_matrix(vec![customer.clone(), everyone.clone()], "Customer");
    check_matrix(vec![everyone.clone(), service.clone(), customer.clone()], "Mail");
    check_matrix(vec![both, service.clone(), customer, other], "Mail of customer");
    check_matrix(vec![resting, service], "Mail");
}

#[test]
fn reassignments_are_counted_from_the_second_holder_on() {
    let mut desk = in_progress();
    let gus = desk.gus();
    assert_eq!(desk.field("reassignment_count"), json!(0), "the first team and person are no change");
    desk.update(&gus, json!({ "assignee": "ben" })).unwrap();
    assert_eq!(desk.field("reassignment_count"), json!(1));
    desk.update(&gus, json!({ "title": "Mail is very slow" })).unwrap();
    assert_eq!(desk.field("reassignment_count"), json!(1));
    desk.update(&gus, json!({ "team": "Network", "assignee": null })).unwrap();
    assert_eq!(desk.field("reassignment_count"), json!(2));
}

#[test]
fn two_editors_of_different_fields_both_win() {
    let mut desk = in_progress();
    let gus = desk.gus();
    desk.update_from(&gus, json!({ "title": "Mail is down" }), 1, &["assignee"]).unwrap();
    assert_eq!(desk.field("title"), json!("Mail is down"));
    match desk.update_from(&gus, json!({ "title": "Mail is gone" }), 1, &["title"]) {
        Err(Rejection::Conflict { fields, .. }) => {
            assert_eq!(fields[0].yours, Some(json!("Mail is gone")));
            assert_eq!(fields[0].theirs, Some(json!("Mail is down")));
            assert_eq!(fields[0].by, BEN);
        }
        other => panic!("{other:?}"),
    }
    desk.update_from(&gus, json!({ "title": "Mail is down" }), 1, &["title"]).unwrap();
}

#[test]
fn an_update_that_changes_nothing_makes_no_event() {
    let mut desk = in_progress();
    let gus = desk.gus();
    let before = desk.events.len();
    desk.update(&gus, json!({ "title": "Mail is slow" })).unwrap();
    assert_eq!(desk.events.len(), before);
}

#[test]
fn all_faults_come_at_once_and_nothing_is_applied() {
    let mut desk = in_progress();
    let gus = desk.gus();
    let before = desk.record.clone();
    let found = faults(desk.update(&gus, json!({ "titel": "x", "impact": "huge", "team": "Nobody", "title": null })));
    assert_eq!(found.len(), 4, "{found:?}");
    assert!(found.iter().any(|fault| fault == "titel: is no field of incidents; did you mean `title`?"), "{found:?}");
    assert_eq!(desk.record, before);
}

#[test]
fn work_is_booked_within_bounds() {
    let mut desk = in_progress();
    let gus = desk.gus();
    let work = |seconds| {
        let note = "Looked at the queue".to_owned();
        Command::Work(NewWork { seconds, note, ..NewWork::default() })
    };
    assert!(faults(desk.give(&gus, work(0)))[0].starts_with("duration: must lie between"));
    desk.give(&gus, work(1800)).unwrap();
    match &desk.events.last().unwrap().act {
        Act::Worked { seconds, started_at, person, .. } => {
            assert_eq!((*seconds, *started_at, *person), (1800, desk.now.plus_seconds(-1800), gus.person));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_record_that_lacks_a_required_value_from_before_can_still_be_worked_on() {
    let mut desk = in_progress();
    let gus = desk.gus();
    desk.record.as_mut().unwrap().fields.remove("title");
    if let Act::Created { fields, .. } = &mut desk.events[0].act {
        fields.remove("title");
    }
    desk.update(&gus, json!({ "team": "Network", "assignee": "ben" })).unwrap();
    assert_eq!(desk.field("assignee"), json!(BEN.0));
}
