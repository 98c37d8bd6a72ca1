//! Recurring work: on which days it falls, and whether a schedule can be.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use serde_json::Value as Json;
use steward_calendar::{Day, LAST_YEAR, Minute, Recurrence, WorkingTime};
use steward_model::decide::{Context, FieldError};
use steward_model::event::Why;
use steward_model::record::Record;

use crate::{calendar, desk};

use crate::keeper;

/// The kind of schedules.
pub const SCHEDULE: &str = "schedule";
/// The kinds of records that schedules make.
pub const MAKES: [&str; 6] = ["incident", "service_request", "problem", "change", "task", "service_level_report"];
/// Days looked at for one that is open.
const LOOKED_AT: i64 = 366;

/// The fields that say when something is made, and what: who changes one of these answers for what follows.
const DECIDING: [&str; 16] = [
    "repeat",
    "every",
    "weekdays",
    "month_day",
    "rule",
    "starts_on",
    "ends_on",
    "at_time",
    "zone",
    "calendar",
    "when_closed",
    "for_kind",
    "values",
    "skip_if_open",
    "catch_up",
    "runs_as",
];

/// When a schedule has its turns.
#[derive(Debug, Clone)]
pub struct Plan {
    recurrence: Recurrence,
    ends_on: Option<Date>,
    zone: TimeZone,
    when_closed: WhenClosed,
    working: Option<std::sync::Arc<WorkingTime>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum WhenClosed {
    Same,
    Next,
    Previous,
    Skip,
}

/// One turn of a schedule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// When the rule has it, on the clocks of the schedule's zone.
    pub planned: DateTime,
    /// The same as a moment.
    pub planned_at: Timestamp,
    /// When it is made, after closed days are minded.
    pub at: Timestamp,
    /// The day on which it is made.
    pub day: Date,
    /// Whether it is left out because its day is closed.
    pub is_closed: bool,
}

impl Plan {
    /// Reads a schedule. `working` is the working time of its calendar, if it has one.
    ///
    /// # Errors
    /// The faults of its fields.
    pub fn of(record: &Record, working: Option<std::sync::Arc<WorkingTime>>) -> Result<Plan, Vec<FieldError>> {
        let fault = |field: &str, message: String| vec![FieldError::new(field, message)];
        let time: Minute = record.text("at_time").parse().map_err(|message| fault("at_time", message))?;
        let time = match time {
            Minute::END => return Err(fault("at_time", "24:00 is 00:00 of the next day; write 00:00".to_owned())),
            time => i8::try_from(time.since_midnight() / 60)
                .and_then(|hour| i8::try_from(time.since_midnight() % 60).map(|minute| (hour, minute)))
                .ok()
                .and_then(|(hour, minute)| Time::new(hour, minute, 0, 0).ok())
                .unwrap_or(Time::midnight()),
        };
        let start: Date = record
            .text("starts_on")
            .parse()
            .map_err(|_| fault("starts_on", "is no day; write such as 2026-11-27".to_owned()))?;
        let ends_on = record.text("ends_on").parse::<Date>().ok();
        if ends_on.is_some_and(|end| end < start) {
            return Err(fault("ends_on", "lies before the first day".to_owned()));
        }
        let zone = match (record.text("zone"), &working) {
            ("", Some(working)) => working.time_zone().clone(),
            ("", None) => TimeZone::UTC,
            (name, _) => TimeZone::get(name).map_err(|_| {
                fault("zone", format!("“{name}” is no time zone that is known here; write such as Europe/Vienna"))
            })?,
        };
        let when_closed = match record.text("when_closed") {
            "next" => WhenClosed::Next,
            "previous" => WhenClosed::Previous,
            "skip" => WhenClosed::Skip,
            _ => WhenClosed::Same,
        };
        if when_closed != WhenClosed::Same && working.is_none() {
            return Err(fault(
                "calendar",
                "is needed to know closed days; name one, or make it all the same".to_owned(),
            ));
        }
        let rule = rule_of(record);
        let field = if record.text("repeat") == "rule" { "rule" } else { "repeat" };
        let recurrence = Recurrence::parse(field, &rule, start.to_datetime(time))
            .map_err(|error| fault(field, error.to_string()))?;
        let plan = Plan { recurrence, ends_on, zone, when_closed, working };
        if plan.from(start.to_datetime(Time::midnight()), 1).is_empty() {
            return Err(fault(field, "never has a turn; change the rule, the first day or the last".to_owned()));
        }
        Ok(plan)
    }

    /// The zone on whose clocks it is planned.
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// The turns that are planned from a time of the clock on, in order, at most `most`.
    pub fn from(&self, first: DateTime, most: u16) -> Vec<Turn> {
        let end = jiff::civil::date(LAST_YEAR + 1, 1, 1).at(0, 0, 0, 0);
        self.recurrence
            .between(first, end, most)
            .into_iter()
            .filter(|planned| self.ends_on.is_none_or(|end| planned.date() <= end))
            .filter_map(|planned| self.turn(planned))
            .collect()
    }

    /// The first turn that is made after a moment.
    pub fn first_after(&self, moment: Timestamp) -> Option<Turn> {
        // A turn that is moved is planned before or after the day on which it is made.
        let days = if self.when_closed == WhenClosed::Next { LOOKED_AT } else { 0 };
        let local = moment.to_zoned(self.zone.clone()).datetime();
        let from = local.checked_sub(Span::new().days(days)).unwrap_or(local);
        let near = self.from(from, 800);
        near.into_iter().find(|turn| turn.at > moment)
    }

    /// The turn that was planned for a moment, and the one after it.
    pub fn planned_for(&self, moment: Timestamp) -> (Option<Turn>, Option<Turn>) {
        // A time that clocks skip is planned before the one that they show instead.
        let local = moment.to_zoned(self.zone.clone()).datetime();
        let from = local.checked_sub(Span::new().hours(3)).unwrap_or(local);
        let mut turns = self.from(from, 60).into_iter().filter(|turn| turn.planned_at >= moment);
        (turns.next(), turns.next())
    }

    fn turn(&self, planned: DateTime) -> Option<Turn> {
        let moment = |day: Date| self.zone.to_timestamp(day.to_datetime(planned.time())).ok();
        let planned_at = moment(planned.date())?;
        let is_open = |day: Date| self.working.as_ref().is_none_or(|working| !working.day(day).open.is_empty());
        let usual = planned.date();
        let step = match self.when_closed {
            WhenClosed::Next => 1,
            WhenClosed::Previous => -1,
            WhenClosed::Same | WhenClosed::Skip => 0,
        };
        let day = (0..LOOKED_AT)
            .filter_map(|days| usual.checked_add(Span::new().days(step * days)).ok())
            .find(|day| step == 0 || is_open(*day))?;
        let is_closed = self.when_closed == WhenClosed::Skip && !is_open(usual);
        Some(Turn { planned, planned_at, at: moment(day)?, day, is_closed })
    }
}

/// The recurrence rule that the form's fields say.
pub(crate) fn rule_of(record: &Record) -> String {
    let every = record.field("every").and_then(Json::as_i64).unwrap_or(1);
    match record.text("repeat") {
        "once" => "FREQ=DAILY;COUNT=1".to_owned(),
        "daily" => format!("FREQ=DAILY;INTERVAL={every}"),
        "monthly" => match record.field("month_day").and_then(Json::as_i64) {
            Some(day) => format!("FREQ=MONTHLY;INTERVAL={every};BYMONTHDAY={day}"),
            None => format!("FREQ=MONTHLY;INTERVAL={every}"),
        },
        "yearly" => format!("FREQ=YEARLY;INTERVAL={every}"),
        "rule" => record.text("rule").to_owned(),
        _ => {
            let rows = record.field("weekdays").and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
            let days: Vec<String> = Day::ALL
                .into_iter()
                .filter(|day| rows.iter().any(|row| row.get("day").and_then(Json::as_str) == Some(day.name())))
                .map(|day| day.name()[..2].to_uppercase())
                .collect();
            match days.is_empty() {
                true => format!("FREQ=WEEKLY;INTERVAL={every}"),
                false => format!("FREQ=WEEKLY;INTERVAL={every};BYDAY={}", days.join(",")),
            }
        }
    }
}

/// A text with the variables of a turn filled in: `{{date}}`, `{{week}}` (of ISO 8601), `{{month}}`, `{{year}}`.
pub fn filled(text: &str, day: Date) -> String {
    let week = day.iso_week_date();
    text.replace("{{date}}", &day.to_string())
        .replace("{{week}}", &format!("{:04}-W{:02}", week.year(), week.week()))
        .replace("{{month}}", &format!("{:04}-{:02}", day.year(), day.month()))
        .replace("{{year}}", &day.year().to_string())
}

/// Who changes what a schedule makes, or when, answers for it from then on; and its next turn is worked out anew.
pub(crate) fn follow(
    before: Option<&Record>,
    after: &Record,
    ctx: &Context<'_>,
) -> Vec<(&'static str, Option<Json>, Why)> {
    let is_changed = DECIDING.iter().any(|key| before.is_none_or(|before| before.field(key) != after.field(key)));
    if !is_changed || ctx.actor.is_system() {
        return Vec::new();
    }
    let why = |detail: &str| Why { rule: "schedule.runs_as".to_owned(), detail: detail.to_owned() };
    vec![
        keeper::answers("schedule", "whoever changed last what it makes, or when", ctx),
        ("next_planned_at", None, why("is worked out anew")),
        ("next_run_at", None, why("is worked out anew")),
    ]
}

/// Refuses schedules that cannot be.
pub(crate) fn check(before: Option<&Record>, after: &Record, ctx: &Context<'_>) -> Vec<FieldError> {
    if !DECIDING.iter().any(|key| before.is_none_or(|before| before.field(key) != after.field(key))) {
        return Vec::new();
    }
    let kind = after.text("for_kind");
    if !MAKES.contains(&kind) {
        return vec![FieldError::new(
            "for_kind",
            format!("cannot be made by a schedule; write one of {}", MAKES.join(", ")),
        )];
    }
    let mut faults = desk::check(before, after, ctx);
    let made = ctx.registry.kind(kind).and_then(|kind| kind.field("title"));
    let is_titled = made.is_some_and(|title| title.write.is_some());
    if is_titled && !desk::values(after).iter().any(|(key, _)| *key == "title") {
        faults.push(FieldError::new("values", "have no title; add a row for the field title".to_owned()));
    }
    let calendars = ctx.world.related.get(calendar::CALENDAR).map(|all| all.as_slice()).unwrap_or_default();
    let working = after
        .reference("calendar")
        .and_then(|id| calendars.iter().find(|calendar| calendar.id == id))
        .and_then(|found| calendar::compile(found, calendars).ok())
        .map(std::sync::Arc::new);
    if let Err(errors) = Plan::of(after, working) {
        faults.extend(errors);
    }
    faults
}
