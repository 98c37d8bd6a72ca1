//! Whatever happens: step by step is the same as at once, and no second is lost.

use proptest::prelude::*;
use serde_json::json;
use steward_clock::book::Book;
use steward_clock::clock::{Clock, State};
use steward_clock::fold::Entry;
use steward_model::apply::apply;

use crate::world::{DESK, MAIL, NETWORK, OFFICE, Story, agreement, at, book, incident, target};

#[derive(Debug, Clone)]
enum Act {
    Move(&'static str, &'static str),
    Priority(&'static str),
    Team(i64),
    Service(Option<i64>),
    Say,
}

fn act() -> impl Strategy<Value = Act> {
    let states = ["new", "in_progress", "on_hold", "on_hold", "resolved", "closed", "cancelled"];
    let reasons = ["awaiting_requester", "awaiting_vendor", "awaiting_requester"];
    prop_oneof![
        6 => (prop::sample::select(states.to_vec()), prop::sample::select(reasons.to_vec())).prop_map(|(state, why)| Act::Move(state, why)),
        2 => prop::sample::select(&["critical", "high", "moderate", "low"]).prop_map(Act::Priority),
        2 => prop::sample::select(&[DESK.0, NETWORK.0]).prop_map(Act::Team),
        2 => prop::sample::select(&[None, Some(MAIL.0)]).prop_map(Act::Service),
        1 => Just(Act::Say),
    ]
}

fn story(acts: &[(i64, Act)]) -> Story {
    let mut story = Story::opened(0, json!({ "priority": "low", "team": DESK.0 }));
    let mut now = 0;
    for (gap, act) in acts {
        now += gap;
        match act {
            Act::Move(to, reason) => story.moved(now, to, &[("on_hold_reason", json!(reason))]),
            Act::Priority(priority) => story.updated(now, &[("priority", json!(priority))]),
            Act::Team(team) => story.updated(now, &[("team", json!(team))]),
            Act::Service(service) => story.updated(now, &[("service", json!(service))]),
            Act::Say => story.said(now),
        }
    }
    story
}

fn agreements() -> Vec<steward_clock::definition::Agreement> {
    vec![
        agreement(1, json!({ "sort": "sla", "calendar": OFFICE.0 })),
        agreement(2, json!({ "sort": "sla", "services": [MAIL.0] })),
        agreement(3, json!({ "sort": "ola", "team": DESK.0, "calendar": OFFICE.0 })),
        agreement(4, json!({ "sort": "own" })),
    ]
}

/// Every sort of target; `anew` adds those that begin again at nothing.
fn everything(retroactive: bool, anew: bool) -> Book {
    let values = json!([{ "priority": "critical", "value": 3600 }, { "priority": "high", "value": 14_400 }]);
    let steps = json!([
        { "percent": 50, "action": "notify" }, { "minutes": -30, "action": "notify_team" },
        { "minutes": 20, "action": "raise_priority" },
    ]);
    let mut targets = vec![
        target(
            11,
            1,
            json!({ "metric": "resolution", "value": 90_000, "values": values, "steps": steps, "retroactive": retroactive }),
        ),
        target(
            12,
            2,
            json!({ "metric": "resolution", "value": 30_000, "pauses": "waiting", "pause_limit": 20_000, "retroactive": retroactive }),
        ),
        target(13, 3, json!({ "metric": "resolution", "value": 7_200, "retroactive": retroactive })),
    ];
    if anew {
        targets.extend([
            target(14, 1, json!({ "metric": "update", "value": 7_200, "retroactive": retroactive })),
            target(15, 4, json!({
                "metric": "own", "value": 50_000, "start_when": "state == 'resolved'", "stop_when": "state == 'closed'",
                "cancel_when": "!(state in ['resolved', 'closed'])", "reset_when": "priority == 'high'", "restart": "anew",
            })),
            target(16, 1, json!({ "metric": "response", "value": 3_600, "condition": "priority != 'moderate'" })),
        ]);
    }
    book(agreements(), targets)
}

/// Follows the journal entry by entry, as writes do: each clock goes through its stored form, and only a clock that asks
/// for what came before is computed at once.
fn followed(book: &Book, story: &Story) -> Vec<Clock> {
    let (mut clocks, mut record): (Vec<Clock>, _) = (Vec::new(), None);
    for (place, event) in story.events.iter().enumerate() {
        let after = apply(record.take(), event).unwrap();
        let mut next = clocks.clone();
        if book.advance(incident(), &mut next, &Entry::of(event, &after), None).is_err() {
            next = book.fold(incident(), &story.events[..=place]).unwrap();
        }
        clocks = serde_json::from_str(&serde_json::to_string(&next).unwrap()).unwrap();
        record = Some(after);
    }
    clocks
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn step_by_step_is_the_same_as_at_once(
        acts in prop::collection::vec((0_i64..40_000, act()), 0..25),
        retroactive in any::<bool>(),
    ) {
        let (book, story) = (everything(retroactive, true), story(&acts));
        prop_assert_eq!(followed(&book, &story), book.fold(incident(), &story.events).unwrap());
    }

    #[test]
    fn no_second_is_lost(acts in prop::collection::vec((0_i64..40_000, act()), 0..25), retroactive in any::<bool>()) {
        let (book, story) = (everything(retroactive, false), story(&acts));
        let end = story.events.last().unwrap().at;
        for clock in book.fold(incident(), &story.events).unwrap() {
            // A cancelled clock that came back began at nothing.
            if clock.round > 0 {
                continue;
            }
            let until = clock.ended_at.unwrap_or(end);
            let standing = clock.standing(end, |from, to| book.hours(clock.calendar).between(from, to));
            let handed = clock.handed + if clock.state == State::Handed { end.seconds_since(clock.since) } else { 0 };
            let total = standing.elapsed_wall + standing.paused + handed;
            prop_assert_eq!(total, until.seconds_since(clock.started_at), "{:?}", clock);
            let marked: i64 = clock.marks.iter().map(|mark| mark.worked).sum();
            prop_assert_eq!(marked, clock.marked_elapsed);
            prop_assert!(standing.elapsed <= standing.elapsed_wall);
        }
    }

    #[test]
    fn a_clock_that_runs_is_due_when_its_time_is_used_up(acts in prop::collection::vec((0_i64..40_000, act()), 0..25)) {
        let (book, story) = (everything(true, true), story(&acts));
        for clock in book.fold(incident(), &story.events).unwrap() {
            if let (State::Running, Some(due), None) = (clock.state, clock.due_at, clock.breached_at) {
                let standing = clock.standing(due, |from, to| book.hours(clock.calendar).between(from, to));
                prop_assert_eq!((standing.remaining, standing.is_breached), (0, false));
                prop_assert!(clock.is_breached(due.plus_seconds(1)));
            }
        }
        prop_assert!(at(0) <= story.events.last().unwrap().at);
    }
}
