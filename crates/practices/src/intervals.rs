//! Times that records say in other ways than by two fields, and what stands in the way of what.

use std::collections::BTreeSet;

use jiff::{Span as Length, Timestamp};
use steward_calendar::{Day, DayKind, Minute, WeekSpan, WorkingTime};
use steward_model::id::RecordId;
use steward_model::kind::{Span, TimeKind};
use steward_model::moment::Moment;
use steward_model::record::Record;

use crate::maintenance::Window;
use crate::{calendar, schedule};

/// The rules that definitions of intervals may name.
pub const RULES: [&str; 3] = ["maintenance_window", "schedule_turns", "calendar_holidays"];
/// Times of one record at most.
const MOST: u16 = 1_000;
/// How long a turn of recurring work is shown to last, in seconds: it is the moment at which something is made.
const TURN: i64 = 900;

/// The times that a record has by a rule within a span; none where the record cannot be understood. `working` is the
/// working time of its calendar, if it has one.
pub fn expand(
    rule: &str,
    record: &Record,
    working: Option<std::sync::Arc<WorkingTime>>,
    from: Timestamp,
    until: Timestamp,
) -> Vec<Span> {
    match rule {
        "maintenance_window" => Window::of(record).map(|window| window.between(from, until, MOST)).unwrap_or_default(),
        "schedule_turns" => turns(record, working, from, until),
        "calendar_holidays" => holidays(record, from, until),
        _ => Vec::new(),
    }
}

fn turns(
    record: &Record,
    working: Option<std::sync::Arc<WorkingTime>>,
    from: Timestamp,
    until: Timestamp,
) -> Vec<Span> {
    let Ok(plan) = schedule::Plan::of(record, working) else { return Vec::new() };
    let local = from.to_zoned(plan.zone().clone()).datetime();
    let turns = plan.from(local, MOST).into_iter().filter(|turn| !turn.is_closed);
    let within = turns.map(|turn| Moment::from(turn.at)).take_while(|at| *at < until.into());
    within.map(|at| Span::moments(at, at.plus_seconds(TURN))).collect()
}

/// The holidays and closures that a calendar says itself; those of the calendar that it is based on stand there.
fn holidays(record: &Record, from: Timestamp, until: Timestamp) -> Vec<Span> {
    let Ok(mut own) = calendar::own_definition(record) else { return Vec::new() };
    own.zone = Some("UTC".to_owned());
    // Open at all times otherwise, so that what is closed is so for a reason.
    let whole = |day| WeekSpan { day, from: Minute::MIDNIGHT, to: Minute::END };
    own.week = Day::ALL.map(whole).to_vec();
    // It may work on holidays that its parent has, of which it knows nothing by itself.
    own.worked = own.worked_among_own();
    let Ok(working) = WorkingTime::compile(&own) else { return Vec::new() };
    let date = |at: Timestamp| at.to_zoned(jiff::tz::TimeZone::UTC).date();
    let mut spans: Vec<Span> = Vec::new();
    let (mut day, last) = (date(from), date(until));
    while day < last && spans.len() < usize::from(MOST) {
        let plan = working.day(day);
        let name = match &plan.kind {
            DayKind::Holiday(name) => Some(name.to_string()),
            DayKind::Exception(name) if plan.open.is_empty() => Some(name.to_string()),
            _ => None,
        };
        if let (Some(name), Some(span)) = (name, Span::days(day, day)) {
            let name = Some(name).filter(|name| !name.is_empty());
            match spans.last_mut().filter(|before| before.end == span.begin && before.name == name) {
                Some(before) => before.end = span.end,
                None => spans.push(Span { name, ..span }),
            }
        }
        let Ok(next) = day.checked_add(Length::new().days(1)) else { break };
        day = next;
    }
    spans
}

/// A stretch of time with what decides whether it collides with others.
#[derive(Debug, Clone)]
pub struct Busy<'r> {
    /// The record that takes it up.
    pub record: &'r Record,
    /// What it is taken up by.
    pub time: TimeKind,
    /// From when to when.
    pub span: Span,
    /// What it is about.
    pub concerns: &'r [RecordId],
}

/// Why something cannot well be where it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Collision {
    /// It lies in a freeze.
    Freeze,
    /// Another change touches the same service or item at the same time.
    Change,
    /// What it is about is away or tested at that time.
    Outage,
    /// It lies outside of the maintenance windows of what it is about.
    OutsideWindow,
    /// So much lies around it that not all was looked at; nothing is said of windows then.
    Incomplete,
}

/// What is known of maintenance windows.
#[derive(Debug, Clone)]
pub struct Windows {
    /// Services and items that have any.
    pub of: BTreeSet<RecordId>,
    /// From when to when they are worked out.
    pub known: (Moment, Moment),
    /// Whether some of what lies around was left out.
    pub is_cut: bool,
}

impl Collision {
    /// The word on the wire.
    pub fn key(self) -> &'static str {
        match self {
            Self::Freeze => "freeze",
            Self::Change => "change",
            Self::Outage => "outage",
            Self::OutsideWindow => "outside_window",
            Self::Incomplete => "incomplete",
        }
    }
}

/// What stands in the way of a change: the collision with the place of the other one among `others`, none for what has no
/// other. `above` says whether the organisation of one record is that of another, or above it.
pub fn collisions(
    change: &Busy<'_>,
    others: &[Busy<'_>],
    windows: &Windows,
    above: &dyn Fn(RecordId, RecordId) -> bool,
) -> Vec<(Collision, Option<usize>)> {
    if change.time != TimeKind::Change {
        return Vec::new();
    }
    let shares = |other: &Busy<'_>| other.concerns.iter().any(|id| change.concerns.contains(id));
    let mut found = Vec::new();
    for (place, other) in others.iter().enumerate() {
        if other.record.id == change.record.id || !overlap(&change.span, &other.span) {
            continue;
        }
        let collision = match other.time {
            TimeKind::Freeze if freezes(other, change, shares(other), above) => Collision::Freeze,
            TimeKind::Change if shares(other) => Collision::Change,
            // An outage that was planned for this very change is no surprise.
            TimeKind::Outage | TimeKind::Exercise
                if shares(other) && other.record.reference("change") != Some(change.record.id) =>
            {
                Collision::Outage
            }
            _ => continue,
        };
        found.push((collision, Some(place)));
    }
    let is_known = windows.known.0 <= change.span.begin && change.span.end <= windows.known.1;
    if windows.is_cut {
        found.push((Collision::Incomplete, None));
    } else if is_known && change.concerns.iter().any(|id| windows.of.contains(id)) {
        let holds = |window: &&Busy<'_>| {
            window.time == TimeKind::Maintenance
                && window.span.begin <= change.span.begin
                && window.span.end >= change.span.end
                && shares(window)
        };
        if !others.iter().any(|other| holds(&other)) {
            found.push((Collision::OutsideWindow, None));
        }
    }
    found.sort_unstable();
    found
}

fn freezes(freeze: &Busy<'_>, change: &Busy<'_>, shares: bool, above: &dyn Fn(RecordId, RecordId) -> bool) -> bool {
    let emergency = change.record.text("change_type") == "emergency"
        && freeze.record.field("emergency_allowed").and_then(serde_json::Value::as_bool).unwrap_or(false);
    let excepted = freeze.record.references("excepted_changes").contains(&change.record.id);
    let holds_for = match freeze.concerns.is_empty() {
        true => above(freeze.record.organisation, change.record.organisation),
        false => shares,
    };
    holds_for && !emergency && !excepted
}

/// Whether two spans have time in common. Whole days count by the days of UTC where the other one has moments.
fn overlap(one: &Span, other: &Span) -> bool {
    one.begin < other.end && other.begin < one.end
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use serde_json::json;

    /// A record without fields.
    pub(crate) fn record(kind: &str) -> Record {
        Record {
            id: RecordId(1),
            kind: kind.to_owned(),
            number: "X0000001".to_owned(),
            revision: 1,
            state: "active".to_owned(),
            organisation: RecordId(10),
            created_at: Moment(0),
            updated_at: Moment(0),
            created_by: RecordId(0),
            fields: Default::default(),
            watchers: Vec::new(),
            dues: Default::default(),
        }
    }

    fn numbered(id: i64, organisation: i64, fields: serde_json::Value) -> Record {
        let fields = fields.as_object().expect("an object").clone().into_iter().collect();
        Record { id: RecordId(id), organisation: RecordId(organisation), fields, ..record("any") }
    }

    fn hours(from: i64, until: i64) -> Span {
        Span::moments(Moment(0).plus_seconds(from * 3600), Moment(0).plus_seconds(until * 3600))
    }

    /// What stands in the way of a change from 10 to 12 o'clock on service 7 of organisation 10, below 1.
    fn found(
        change: serde_json::Value,
        others: &[(TimeKind, Record, Span, Vec<RecordId>)],
        windowed: &[i64],
    ) -> String {
        found_among(change, others, &windows(windowed))
    }

    fn windows(of: &[i64]) -> Windows {
        let known = (Moment(0), Moment(0).plus_seconds(24 * 3600));
        Windows { of: of.iter().map(|id| RecordId(*id)).collect(), known, is_cut: false }
    }

    fn found_among(
        change: serde_json::Value,
        others: &[(TimeKind, Record, Span, Vec<RecordId>)],
        windows: &Windows,
    ) -> String {
        let change = numbered(100, 10, change);
        let about = [RecordId(7)];
        let asked = Busy { record: &change, time: TimeKind::Change, span: hours(10, 12), concerns: &about };
        let others: Vec<Busy<'_>> = others
            .iter()
            .map(|(time, record, span, concerns)| Busy { record, time: *time, span: span.clone(), concerns })
            .collect();
        let above = |one: RecordId, other: RecordId| one == other || one == RecordId(1);
        let found = collisions(&asked, &others, windows, &above);
        let told = found.iter().map(|(collision, place)| match place {
            Some(place) => format!("{} {place}", collision.key()),
            None => collision.key().to_owned(),
        });
        told.collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn freezes_hold_for_what_lies_below_or_what_they_name() {
        let freeze = |organisation, fields, about: &[i64]| {
            let about = about.iter().map(|id| RecordId(*id)).collect();
            [(TimeKind::Freeze, numbered(5, organisation, fields), hours(0, 24), about)]
        };
        let plain = json!({});
        assert_eq!(found(plain.clone(), &freeze(10, json!({}), &[]), &[]), "freeze 0");
        assert_eq!(found(plain.clone(), &freeze(1, json!({}), &[]), &[]), "freeze 0");
        // That of another customer.
        assert_eq!(found(plain.clone(), &freeze(11, json!({}), &[]), &[]), "");
        assert_eq!(found(plain.clone(), &freeze(1, json!({}), &[7]), &[]), "freeze 0");
        assert_eq!(found(plain.clone(), &freeze(1, json!({}), &[8]), &[]), "");
        assert_eq!(found(plain, &freeze(1, json!({"excepted_changes": [100]}), &[]), &[]), "");
        let emergency = json!({"change_type": "emergency"});
        assert_eq!(found(emergency.clone(), &freeze(1, json!({"emergency_allowed": true}), &[]), &[]), "");
        assert_eq!(found(emergency, &freeze(1, json!({"emergency_allowed": false}), &[]), &[]), "freeze 0");
    }

    #[test]
    fn changes_collide_on_what_they_share() {
        let other = |span, about: i64| (TimeKind::Change, numbered(6, 10, json!({})), span, vec![RecordId(about)]);
        assert_eq!(found(json!({}), &[other(hours(11, 13), 7)], &[]), "change 0");
        assert_eq!(found(json!({}), &[other(hours(12, 13), 7), other(hours(8, 10), 7)], &[]), "");
        assert_eq!(found(json!({}), &[other(hours(11, 13), 8)], &[]), "");
        let itself = (TimeKind::Change, numbered(100, 10, json!({})), hours(10, 12), vec![RecordId(7)]);
        assert_eq!(found(json!({}), &[itself], &[]), "");
    }

    #[test]
    fn what_has_windows_is_changed_within_one() {
        let window =
            |span, about: i64| (TimeKind::Maintenance, numbered(8, 10, json!({})), span, vec![RecordId(about)]);
        assert_eq!(found(json!({}), &[window(hours(10, 12), 7)], &[7]), "");
        assert_eq!(found(json!({}), &[window(hours(11, 14), 7)], &[7]), "outside_window");
        assert_eq!(found(json!({}), &[window(hours(9, 14), 8)], &[7, 8]), "outside_window");
        assert_eq!(found(json!({}), &[], &[8]), "");
    }

    #[test]
    fn nothing_is_said_of_windows_that_are_not_known() {
        let hour = |hour: i64| Moment(0).plus_seconds(hour * 3600);
        for (known, is_cut, expected) in [
            ((hour(10), hour(12)), false, "outside_window"),
            ((hour(0), hour(11)), false, ""),
            ((hour(11), hour(24)), false, ""),
            ((hour(0), hour(24)), true, "incomplete"),
        ] {
            let windows = Windows { known, is_cut, ..windows(&[7]) };
            assert_eq!(found_among(json!({}), &[], &windows), expected, "{known:?} {is_cut}");
        }
        // What was found is told all the same.
        let freeze = [(TimeKind::Freeze, numbered(5, 10, json!({})), hours(0, 24), Vec::new())];
        let windows = Windows { is_cut: true, ..windows(&[7]) };
        assert_eq!(found_among(json!({}), &freeze, &windows), "freeze 0, incomplete");
    }

    #[test]
    fn an_outage_planned_for_the_change_is_none_of_its_collisions() {
        let outage = |fields| (TimeKind::Outage, numbered(9, 10, fields), hours(11, 12), vec![RecordId(7)]);
        assert_eq!(found(json!({}), &[outage(json!({}))], &[]), "outage 0");
        assert_eq!(found(json!({}), &[outage(json!({"change": 100}))], &[]), "");
    }

    #[test]
    fn a_calendar_tells_its_own_days_also_where_it_works_on_a_holiday_of_its_parent() {
        let mut calendar = record("calendar");
        calendar.fields.insert("holiday_sets".into(), json!([{"country": "at"}]));
        let worked = json!([{"name": "Only the parent's"}, {"name": "Stephanitag"}]);
        calendar.fields.insert("worked_holidays".into(), worked);
        let exceptions =
            json!([{"first": "2026-12-28", "last": "2026-12-28", "effect": "closed", "name": "Works holiday"}]);
        calendar.fields.insert("exceptions".into(), exceptions);
        let at = |text: &str| text.parse::<Timestamp>().expect("a moment");
        let found =
            expand("calendar_holidays", &calendar, None, at("2026-12-20T00:00:00Z"), at("2026-12-31T00:00:00Z"));
        let days: Vec<String> = found.iter().map(|span| span.begin.timestamp().strftime("%m-%d").to_string()).collect();
        assert_eq!(days, ["12-25", "12-28"]);
    }

    #[test]
    fn a_calendar_tells_its_own_holidays() {
        let mut calendar = record("calendar");
        calendar.fields.insert("holiday_sets".into(), json!([{"country": "at"}]));
        calendar.fields.insert("worked_holidays".into(), json!([]));
        let exceptions =
            json!([{"first": "2026-12-28", "last": "2026-12-30", "effect": "closed", "name": "Works holiday"}]);
        calendar.fields.insert("exceptions".into(), exceptions);
        let at = |text: &str| text.parse::<Timestamp>().expect("a moment");
        let found =
            expand("calendar_holidays", &calendar, None, at("2026-12-20T00:00:00Z"), at("2027-01-02T00:00:00Z"));
        let told: Vec<String> = found
            .iter()
            .map(|span| {
                let day = |moment: Moment| moment.timestamp().strftime("%m-%d").to_string();
                format!("{}..{} {}", day(span.begin), day(span.end), span.name.as_deref().unwrap_or_default())
            })
            .collect();
        assert!(told.iter().any(|told| told.starts_with("12-25..12-26")), "{told:?}");
        assert!(told.contains(&"12-28..12-31 Works holiday".to_owned()), "{told:?}");
        assert!(found.iter().all(|span| span.all_day));
    }
}
