//! What a manager would check with a pencil.

use serde_json::json;
use steward_clock::book::Verdict;
use steward_clock::clock::{Clock, State, What};
use steward_clock::definition::Target;
use steward_model::id::RecordId;

use crate::world::{
    CUSTOMER, DESK, MAIL, NETWORK, OFFICE, Story, agreement, at, book, incident, record, registry, target,
};

const HOUR: i64 = 3600;

fn clock<'c>(clocks: &'c [Clock], slot: &str) -> &'c Clock {
    clocks.iter().find(|clock| clock.slot == slot).unwrap_or_else(|| panic!("no {slot} in {clocks:?}"))
}

fn hold(story: &mut Story, after: i64, reason: &str) {
    story.moved(after, "on_hold", &[("on_hold_reason", json!(reason))]);
}

#[test]
fn lv_2_working_time_counts_and_a_wait_for_the_requester_does_not() {
    let book = book(
        vec![agreement(1, json!({ "sort": "sla", "calendar": OFFICE.0 }))],
        vec![target(2, 1, json!({ "metric": "resolution", "value": 8 * HOUR }))],
    );
    // Opened Monday 08:00, an hour before the office opens.
    let mut story = Story::opened(0, json!({}));
    let due = |story: &Story| clock(&book.fold(incident(), &story.events).unwrap(), "sla/resolution").due_at;
    assert_eq!(due(&story), Some(at(9 * HOUR)), "Monday 17:00");
    hold(&mut story, 3 * HOUR, "awaiting_requester");
    assert_eq!(due(&story), None, "it stands still");
    story.moved(27 * HOUR, "in_progress", &[("on_hold_reason", json!(null))]);
    assert_eq!(due(&story), Some(at(24 * HOUR + 9 * HOUR)), "Tuesday 11:00 and six hours left");
    hold(&mut story, 28 * HOUR, "awaiting_vendor");
    assert_eq!(due(&story), Some(at(33 * HOUR)), "a vendor's delay is ours");
    story.moved(33 * HOUR, "resolved", &[]);
    let clocks = book.fold(incident(), &story.events).unwrap();
    let done = clock(&clocks, "sla/resolution");
    assert_eq!((done.state, done.elapsed, done.paused), (State::Achieved, 8 * HOUR, 24 * HOUR));
    let said: Vec<(&What, i64)> = done.marks.iter().map(|mark| (&mark.what, mark.worked)).collect();
    assert_eq!(
        said,
        [
            (&What::Started { value: 8 * HOUR, retroactive: false }, 0),
            (&What::Paused, 2 * HOUR),
            (&What::Resumed, 0),
            (&What::Stopped, 6 * HOUR),
        ]
    );
}

#[test]
fn lv_3_another_priority_keeps_what_was_used_and_paused() {
    let values = json!([{ "priority": "critical", "value": HOUR }, { "priority": "low", "value": 10 * HOUR }]);
    let book = book(
        vec![agreement(1, json!({ "sort": "sla" }))],
        vec![target(2, 1, json!({ "metric": "resolution", "values": values }))],
    );
    let mut story = Story::opened(0, json!({ "priority": "low" }));
    hold(&mut story, HOUR / 2, "awaiting_requester");
    story.moved(2 * HOUR, "in_progress", &[]);
    story.updated(2 * HOUR + HOUR / 4, &[("priority", json!("critical"))]);
    let clocks = book.fold(incident(), &story.events).unwrap();
    let now = clock(&clocks, "sla/resolution");
    assert_eq!((now.elapsed, now.paused), (HOUR * 3 / 4, HOUR * 3 / 2));
    assert_eq!(now.due_at, Some(at(2 * HOUR + HOUR / 2)), "a quarter of an hour is left");
    // Twice as much as an hour is used when it is raised: broken at once, whole again when it is lowered.
    let mut late = Story::opened(0, json!({ "priority": "low" }));
    late.updated(2 * HOUR, &[("priority", json!("critical"))]);
    let broken = book.fold(incident(), &late.events).unwrap();
    assert_eq!(clock(&broken, "sla/resolution").breached_at, Some(at(2 * HOUR)));
    late.updated(3 * HOUR, &[("priority", json!("low"))]);
    late.moved(4 * HOUR, "resolved", &[]);
    let whole = book.fold(incident(), &late.events).unwrap();
    assert_eq!(clock(&whole, "sla/resolution").state, State::Achieved);
}

#[test]
fn d18_another_agreement_keeps_what_was_paused() {
    for retroactive in [true, false] {
        let book = book(
            vec![agreement(1, json!({ "sort": "sla" })), agreement(2, json!({ "sort": "sla", "services": [MAIL.0] }))],
            vec![
                target(3, 1, json!({ "metric": "resolution", "value": 10 * HOUR, "retroactive": retroactive })),
                target(4, 2, json!({ "metric": "resolution", "value": 4 * HOUR, "retroactive": retroactive })),
            ],
        );
        let mut story = Story::opened(0, json!({}));
        hold(&mut story, HOUR, "awaiting_requester");
        story.moved(6 * HOUR, "in_progress", &[]);
        story.updated(7 * HOUR, &[("service", json!(MAIL.0))]);
        let clocks = book.fold(incident(), &story.events).unwrap();
        let now = clock(&clocks, "sla/resolution");
        assert_eq!(now.target, RecordId(4));
        let standing = now.standing(at(7 * HOUR), |from, to| to.seconds_since(from));
        assert_eq!((standing.elapsed, standing.paused), (2 * HOUR, 5 * HOUR), "retroactive {retroactive}");
        assert_eq!(now.due_at, Some(at(9 * HOUR)));
    }
}

#[test]
fn d19_a_teams_clock_stands_still_while_another_team_has_the_record_and_goes_on_after() {
    let book = book(
        vec![
            agreement(1, json!({ "sort": "ola", "team": DESK.0 })),
            agreement(2, json!({ "sort": "ola", "team": NETWORK.0 })),
        ],
        vec![
            target(3, 1, json!({ "metric": "resolution", "value": 2 * HOUR })),
            target(4, 2, json!({ "metric": "resolution", "value": 4 * HOUR, "retroactive": false })),
        ],
    );
    let mut story = Story::opened(0, json!({ "team": DESK.0 }));
    story.updated(HOUR, &[("team", json!(NETWORK.0))]);
    story.updated(4 * HOUR, &[("team", json!(DESK.0))]);
    let clocks = book.fold(incident(), &story.events).unwrap();
    let (desk, network) = (clock(&clocks, "ola/30/resolution"), clock(&clocks, "ola/31/resolution"));
    assert_eq!((desk.state, desk.elapsed, desk.due_at), (State::Running, HOUR, Some(at(5 * HOUR))));
    assert_eq!((network.state, network.elapsed, network.due_at), (State::Handed, 3 * HOUR, None));
    story.moved(6 * HOUR, "resolved", &[]);
    let clocks = book.fold(incident(), &story.events).unwrap();
    assert_eq!(clock(&clocks, "ola/30/resolution").state, State::Breached);
    assert_eq!(clock(&clocks, "ola/31/resolution").state, State::Achieved);
}

#[test]
fn lv_3_a_pause_ends_at_its_limit_without_an_event() {
    let book = book(
        vec![agreement(1, json!({ "sort": "sla" }))],
        vec![target(2, 1, json!({ "metric": "resolution", "value": 4 * HOUR, "pause_limit": 2 * HOUR }))],
    );
    let mut story = Story::opened(0, json!({}));
    hold(&mut story, HOUR, "awaiting_requester");
    let paused = book.fold(incident(), &story.events).unwrap();
    assert_eq!(clock(&paused, "sla/resolution").due_at, Some(at(6 * HOUR)), "known though it stands still");
    story.moved(8 * HOUR, "resolved", &[]);
    let clocks = book.fold(incident(), &story.events).unwrap();
    let done = clock(&clocks, "sla/resolution");
    assert_eq!((done.state, done.paused, done.breached_at), (State::Breached, 2 * HOUR, Some(at(6 * HOUR))));
    assert!(done.marks.iter().any(|mark| mark.what == What::PauseLimit && mark.at == at(3 * HOUR)));
}

#[test]
fn in_3_reopening_goes_on_or_begins_anew() {
    for (restart, elapsed, kept) in [("continue", 3 * HOUR, 0), ("anew", HOUR, 1)] {
        let book = book(
            vec![agreement(1, json!({ "sort": "sla" }))],
            vec![target(2, 1, json!({ "metric": "resolution", "value": 4 * HOUR, "restart": restart }))],
        );
        let mut story = Story::opened(0, json!({}));
        story.moved(2 * HOUR, "resolved", &[]);
        story.moved(20 * HOUR, "in_progress", &[]);
        story.moved(21 * HOUR, "resolved", &[]);
        let clocks = book.fold(incident(), &story.events).unwrap();
        let done = clock(&clocks, "sla/resolution");
        assert_eq!((done.state, done.elapsed, done.kept), (State::Achieved, elapsed, kept), "{restart}");
    }
}

#[test]
fn lv_1_updates_are_counted_from_word_to_word() {
    let book = book(
        vec![agreement(1, json!({ "sort": "sla" }))],
        vec![target(2, 1, json!({ "metric": "update", "value": 2 * HOUR }))],
    );
    let mut story = Story::opened(0, json!({}));
    story.said(HOUR);
    story.said(5 * HOUR);
    story.moved(6 * HOUR, "resolved", &[]);
    let clocks = book.fold(incident(), &story.events).unwrap();
    let done = clock(&clocks, "sla/update");
    assert_eq!((done.kept, done.missed, done.state), (1, 1, State::Achieved));
}

#[test]
fn lv_6_steps_are_reached_once_and_in_order() {
    let steps = json!([
        { "percent": 50, "action": "notify" },
        { "minutes": -30, "action": "notify_team" },
        { "minutes": 15, "action": "raise_priority" },
    ]);
    let values = json!([{ "priority": "low", "value": 4 * HOUR }, { "priority": "high", "value": 2 * HOUR }]);
    let book = book(
        vec![agreement(1, json!({ "sort": "sla" }))],
        vec![target(2, 1, json!({ "metric": "resolution", "values": values, "steps": steps }))],
    );
    let mut story = Story::opened(0, json!({ "priority": "low" }));
    story.updated(3 * HOUR / 2, &[("priority", json!("high"))]);
    story.moved(5 * HOUR, "resolved", &[]);
    let clocks = book.fold(incident(), &story.events).unwrap();
    let reached: Vec<(&str, i64)> = clock(&clocks, "sla/resolution")
        .reached
        .iter()
        .map(|reached| (reached.step.as_str(), reached.at.seconds_since(at(0))))
        .collect();
    assert_eq!(
        reached,
        [
            // Half of two hours was over when the priority rose.
            ("50%:notify", 3 * HOUR / 2),
            ("-30m:notify_team", 3 * HOUR / 2),
            ("15m:raise_priority", 2 * HOUR + HOUR / 4),
        ]
    );
}

#[test]
fn lv_4_which_agreement_applies_says_why_and_why_not() {
    let book = book(
        vec![
            agreement(1, json!({ "sort": "sla" })),
            agreement(2, json!({ "sort": "sla", "customers": [CUSTOMER.0], "services": [MAIL.0] })),
            agreement(3, json!({ "sort": "sla", "customers": [77] })),
            agreement(4, json!({ "sort": "sla", "valid_from": "2026-03-03" })),
            agreement(5, json!({ "sort": "ola", "team": NETWORK.0 })),
        ],
        vec![
            target(11, 1, json!({ "metric": "resolution", "value": HOUR })),
            target(12, 2, json!({ "metric": "resolution", "value": HOUR })),
            target(13, 3, json!({ "metric": "resolution", "value": HOUR })),
            target(14, 4, json!({ "metric": "resolution", "value": HOUR })),
            target(15, 5, json!({ "metric": "resolution", "value": HOUR })),
            target(16, 2, json!({ "metric": "response", "value": HOUR, "condition": "impact == 'high'" })),
        ],
    );
    let story = Story::opened(0, json!({ "service": MAIL.0, "impact": "low", "team": DESK.0 }));
    let verdicts: Vec<(i64, Verdict)> =
        book.explain(incident(), story.record()).into_iter().map(|(target, verdict)| (target.id.0, verdict)).collect();
    assert_eq!(
        verdicts,
        [
            (11, Verdict::LessParticular { than: RecordId(12) }),
            (12, Verdict::Applies { by_offering: false, by_service: true, by_customer: true }),
            (13, Verdict::OtherCustomer),
            (14, Verdict::NotYetValid),
            (15, Verdict::OtherTeam),
            (16, Verdict::ConditionNotMet),
        ]
    );
}

#[test]
fn targets_that_cannot_be_are_refused_with_every_fault() {
    let fields = json!({
        "agreement": 1, "for_kind": "incident", "metric": "own", "start_when": "state == 'nowhere'",
        "pauses": "condition", "pause_when": "updated_at < now",
        "values": [{ "priority": "low", "value": 0 }, { "priority": "low", "value": 5 }],
        "steps": [{ "action": "notify" }, { "percent": 50, "action": "reassign" }, { "percent": 50, "action": "transition", "transition": "fly" }],
    });
    let faults = Target::of(&record(9, "service_level_target", "draft", fields), registry()).unwrap_err();
    let fields: Vec<&str> = faults.iter().map(|fault| fault.field.as_str()).collect();
    assert_eq!(
        fields,
        [
            "start_when",
            "pause_when",
            "stop_when",
            "values[0].value",
            "values[1]",
            "steps[0].percent",
            "steps[1].team",
            "steps[2].transition"
        ]
    );
}

#[test]
fn n5_a_promise_around_the_clock_cannot_be_kept_from_office_hours() {
    let sla = agreement(1, json!({ "sort": "sla" }));
    let ola = agreement(2, json!({ "sort": "ola", "team": DESK.0, "calendar": OFFICE.0 }));
    let values = |critical: i64, low: i64| json!([{ "priority": "critical", "value": critical * HOUR }, { "priority": "low", "value": low * HOUR }]);
    let book = book(
        vec![sla, ola],
        vec![
            target(3, 1, json!({ "metric": "resolution", "values": values(4, 96) })),
            target(4, 2, json!({ "metric": "resolution", "values": values(2, 8) })),
        ],
    );
    let links = book.chain(RecordId(1), at(0));
    let critical = links.iter().find(|link| link.priority.as_deref() == Some("critical")).unwrap();
    let (start, promised, allowed) = critical.worst.unwrap();
    // On Friday at four an hour of work is left; the second is over on Monday at ten.
    assert_eq!(start, at(4 * 24 * HOUR + 8 * HOUR));
    assert_eq!((promised, allowed), (start.plus_seconds(4 * HOUR), Some(at(7 * 24 * HOUR + 2 * HOUR))));
    let low = links.iter().find(|link| link.priority.as_deref() == Some("low")).unwrap();
    assert_eq!(low.worst, None, "four days are enough for one day of work");
}
