//! Words and marks of kinds of time, and of what stands in the way of a change.

use maud::{Markup, html};
use steward_app::intervals::{Conflict, IntervalView};
use steward_model::kind::TimeKind;
use steward_practices::intervals::Collision;
use steward_ui::icon::Icon;
use steward_ui::time_mark::TimeMark;
use steward_ui::words::sentence;
use steward_words::{t, t_with};

use crate::address;

/// The kinds of time that records take up today, in the order in which a day shows them.
pub(crate) const SHOWN: [TimeKind; 8] = [
    TimeKind::Freeze,
    TimeKind::Holiday,
    TimeKind::Maintenance,
    TimeKind::Change,
    TimeKind::Release,
    TimeKind::Outage,
    TimeKind::Contract,
    TimeKind::PlannedWork,
];

/// The mark of a kind of time.
pub(crate) fn mark(time: TimeKind) -> TimeMark<'static> {
    let (icon, label) = match time {
        TimeKind::Freeze => (Icon::Snowflake, t("time-freeze")),
        TimeKind::Maintenance => (Icon::Tool, t("time-maintenance")),
        TimeKind::Change => (Icon::ArrowsExchange, t("time-change")),
        TimeKind::Release => (Icon::Package, t("time-release")),
        TimeKind::Outage => (Icon::PlugConnectedX, t("time-outage")),
        TimeKind::PlannedWork => (Icon::CalendarRepeat, t("time-planned-work")),
        TimeKind::Rota => (Icon::Headset, t("time-rota")),
        TimeKind::Reservation => (Icon::CalendarEvent, t("time-reservation")),
        TimeKind::Contract => (Icon::HeartHandshake, t("time-contract")),
        TimeKind::Exercise => (Icon::Flask, t("time-exercise")),
        TimeKind::Holiday => (Icon::Beach, t("time-holiday")),
    };
    TimeMark { key: time.key(), icon, label }
}

/// What stands in the way, in plain words.
pub(super) fn told(conflict: &Conflict) -> String {
    match &conflict.other {
        Some(other) => t_with(message(conflict.collision), &[("what", (&named(other)).into())]),
        None => t(message(conflict.collision)).to_owned(),
    }
}

/// What stands in the way, with a link to it.
pub(crate) fn linked(conflict: &Conflict) -> Markup {
    match &conflict.other {
        Some(other) => {
            let link =
                html! { a href=(address::record(&other.view.kind, &other.view.record.number)) { (named(other)) } };
            sentence(message(conflict.collision), &[("what", link)])
        }
        None => html! { (t(message(conflict.collision))) },
    }
}

fn message(collision: Collision) -> &'static str {
    match collision {
        Collision::Freeze => "conflict-freeze",
        Collision::Change => "conflict-change",
        Collision::Outage => "conflict-outage",
        Collision::OutsideWindow => "conflict-outside",
        Collision::Incomplete => "conflict-incomplete",
    }
}

fn named(other: &IntervalView) -> String {
    format!("{} {}", other.view.record.number, other.title())
}
