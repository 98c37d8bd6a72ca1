//! Calendars: what the fields of a record say as a definition of working time, and whether that can be.

use serde_json::Value as Json;
use steward_calendar::{Day, Definition, Effect, Exception, Holiday, HolidaySet, Minute, Rule, WeekSpan, WorkingTime};
use steward_model::decide::{Context, FieldError};
use steward_model::event::Why;
use steward_model::id::RecordId;
use steward_model::record::Record;

/// The kind of calendars.
pub const CALENDAR: &str = "calendar";
/// Calendars that may be based upon each other.
const DEEPEST: usize = 10;

/// The fields that say when a calendar is open; with the list in a definition to which each belongs.
const FIELDS: [(&str, &str); 7] = [
    ("zone", "zone"),
    ("week", "hours"),
    ("sets", "holiday_sets"),
    ("holidays", "holidays"),
    ("worked", "worked_holidays"),
    ("exceptions", "exceptions"),
    ("parent", "parent"),
];

/// What a calendar says together with those that it is based on. `all` holds the calendars among which these are.
///
/// # Errors
/// The faults of the fields, each with the field's key.
pub fn definition(calendar: &Record, all: &[Record]) -> Result<Definition, Vec<FieldError>> {
    let line = ancestry(calendar, all)?;
    let mut whole = Definition::default();
    for record in line.into_iter().rev() {
        let own = own_definition(record).map_err(|errors| match record.id == calendar.id {
            true => errors,
            // A fault above is none of this record's fields; it is told where it is reached.
            false => errors.into_iter().map(|error| FieldError::new("parent", error.message)).collect(),
        })?;
        whole = own.over(&whole);
    }
    Ok(whole)
}

/// A calendar and those that it is based on, nearest first.
///
/// # Errors
/// When it is based on itself, on one that is away, or on too many.
pub fn ancestry<'r>(calendar: &'r Record, all: &'r [Record]) -> Result<Vec<&'r Record>, Vec<FieldError>> {
    let fault = |message: &str| vec![FieldError::new("parent", message.to_owned())];
    let mut line = vec![calendar];
    let mut next = calendar.reference("parent");
    while let Some(id) = next {
        if line.iter().any(|record| record.id == id) {
            return Err(fault("a calendar cannot be based on itself, nor on one that is based on it"));
        }
        if line.len() >= DEEPEST {
            return Err(fault("at most ten calendars may be based upon each other"));
        }
        let parent = all.iter().find(|record| record.id == id);
        let parent = parent.ok_or_else(|| fault("the calendar that it is based on is not there"))?;
        line.push(parent);
        next = parent.reference("parent");
    }
    Ok(line)
}

/// Days of a feed go with its address.
pub(crate) fn follow(before: Option<&Record>, after: &Record) -> Vec<(&'static str, Option<Json>, Why)> {
    let had = before.is_some_and(|before| !before.text("feed_address").trim().is_empty());
    let has = !after.text("feed_address").trim().is_empty();
    match had && !has && after.field("feed_text").is_some() {
        true => vec![("feed_text", None, Why { rule: format!("{CALENDAR}.feed"), detail: String::new() })],
        false => Vec::new(),
    }
}

/// Refuses calendars that cannot be, and changes that would break those that are based on this one.
pub(crate) fn check(before: Option<&Record>, after: &Record, ctx: &Context<'_>) -> Vec<FieldError> {
    let says = |record: &Record, key: &str| record.field(key).cloned();
    let is_changed = |key: &str| before.is_none_or(|before| says(before, key) != says(after, key));
    if !FIELDS.iter().any(|(_, key)| is_changed(key)) && !is_changed("holiday_text") && !is_changed("feed_text") {
        return Vec::new();
    }
    let others = ctx.world.related.get(CALENDAR).map(|records| records.as_slice()).unwrap_or_default();
    let mut all: Vec<Record> = others.iter().filter(|record| record.id != after.id).cloned().collect();
    all.push(after.clone());
    if let Err(errors) = compile(after, &all) {
        return errors;
    }
    let heirs = all.iter().filter(|record| record.id != after.id && rests_on(record, after.id, &all));
    heirs
        .filter_map(|heir| Some((heir, compile(heir, &all).err()?)))
        .take(5)
        .map(|(heir, errors)| {
            let fault = errors.first().map(|error| error.message.as_str()).unwrap_or_default();
            FieldError::new(
                "name",
                format!("the calendar {} that is based on this one could not be: {fault}", heir.number),
            )
        })
        .collect()
}

fn rests_on(record: &Record, id: RecordId, all: &[Record]) -> bool {
    ancestry(record, all).is_ok_and(|line| line.iter().skip(1).any(|above| above.id == id))
}

/// A calendar as it answers questions.
///
/// # Errors
/// The faults of its fields.
pub fn compile(calendar: &Record, all: &[Record]) -> Result<WorkingTime, Vec<FieldError>> {
    let definition = definition(calendar, all)?;
    WorkingTime::compile(&definition).map_err(|error| {
        let (list, row) = match error.field().and_then(|field| field.split_once('[')) {
            Some((list, row)) => (list, row.trim_end_matches(']').parse::<usize>().ok()),
            None => (error.field().unwrap_or("hours"), None),
        };
        let key = FIELDS.iter().find(|(part, _)| *part == list).map_or("hours", |(_, key)| key);
        // Rows from above stand before the own ones in the definition that was put together.
        let own = rows(calendar, key).len();
        let total = match list {
            "week" => definition.week.len(),
            "sets" => definition.sets.len(),
            "holidays" => definition.holidays.len(),
            "worked" => definition.worked.len(),
            _ => definition.exceptions.len(),
        };
        let own_row = row.and_then(|row| row.checked_sub(total.saturating_sub(own))).filter(|row| *row < own);
        let message = match error {
            steward_calendar::Error::Impossible { reason, way_out, .. } => format!("{reason}. {way_out}"),
            beyond => beyond.to_string(),
        };
        match own_row {
            Some(row) => vec![FieldError::new(&format!("{key}[{row}]"), message)],
            None => vec![FieldError::new(key, message)],
        }
    })
}

/// What the record itself says.
pub(crate) fn own_definition(record: &Record) -> Result<Definition, Vec<FieldError>> {
    let mut errors = Vec::new();
    let mut keep = |key: &str, row: usize, message: String| {
        errors.push(FieldError::new(&format!("{key}[{row}]"), message));
    };
    let mut definition = Definition {
        zone: Some(record.text("zone").trim().to_owned()).filter(|zone| !zone.is_empty()),
        ..Definition::default()
    };
    for (index, row) in rows(record, "hours").iter().enumerate() {
        match week_span(row) {
            Ok(span) => definition.week.push(span),
            Err(message) => keep("hours", index, message),
        }
    }
    for row in rows(record, "holiday_sets") {
        definition.sets.push(HolidaySet {
            country: cell(row, "country").to_uppercase(),
            region: Some(cell(row, "region").to_uppercase()).filter(|region| !region.is_empty()),
        });
    }
    for (index, row) in rows(record, "holidays").iter().enumerate() {
        match holiday(row) {
            Ok(holiday) => definition.holidays.push(holiday),
            Err(message) => keep("holidays", index, message),
        }
    }
    definition.worked = rows(record, "worked_holidays").iter().map(|row| cell(row, "name").to_owned()).collect();
    for (index, row) in rows(record, "exceptions").iter().enumerate() {
        match exception(row) {
            Ok(exception) => definition.exceptions.push(exception),
            Err(message) => keep("exceptions", index, message),
        }
    }
    for key in ["holiday_text", "feed_text"] {
        let text = record.text(key);
        if !text.trim().is_empty() {
            if let Err(error) = steward_calendar::calendar_events(key, text) {
                errors.push(FieldError::new(key, error.to_string()));
            }
            definition.holidays.push(Holiday::new(record.text("name"), Rule::Calendar { text: text.to_owned() }));
        }
    }
    if errors.is_empty() { Ok(definition) } else { Err(errors) }
}

fn week_span(row: &Json) -> Result<WeekSpan, String> {
    let day = Day::ALL.into_iter().find(|day| day.name() == cell(row, "day")).ok_or("is no day of the week")?;
    Ok(WeekSpan { day, from: time(row, "opens")?, to: time(row, "closes")? })
}

fn holiday(row: &Json) -> Result<Holiday, String> {
    let date = cell(row, "date").parse::<jiff::civil::Date>().ok();
    let every_year = row.get("every_year").and_then(Json::as_bool).unwrap_or(false);
    let easter = row.get("easter_days").and_then(Json::as_i64);
    let rule = cell(row, "rule");
    let rule = match (date, easter, rule) {
        (Some(date), None, "") if every_year => Rule::Yearly { month: date.month(), day: date.day() },
        (Some(date), None, "") => Rule::On { date },
        (None, Some(days), "") => Rule::Easter { days: i16::try_from(days).map_err(|error| error.to_string())? },
        (start, None, rule) if !rule.is_empty() => {
            let start = start.unwrap_or(jiff::civil::date(steward_calendar::FIRST_YEAR, 1, 1));
            Rule::Recurring { start, rule: rule.to_owned() }
        }
        (None, None, _) => return Err("is on no day. Give a date, days after Easter, or a recurrence rule".to_owned()),
        _ => return Err("has two rules. Give either a date, days after Easter, or a recurrence rule".to_owned()),
    };
    Ok(Holiday::new(cell(row, "name"), rule))
}

fn exception(row: &Json) -> Result<Exception, String> {
    let date = |column: &str| cell(row, column).parse::<jiff::civil::Date>().ok();
    let effect = match cell(row, "effect") {
        "hours" => Effect::Hours,
        "extra" => Effect::Extra,
        _ => Effect::Closed,
    };
    let hours = match (cell(row, "opens"), cell(row, "closes")) {
        ("", "") if effect == Effect::Closed => None,
        ("", "") => return Err("has no hours. Give from and until".to_owned()),
        ("", _) | (_, "") => return Err("has half of its hours. Give both from and until, or neither".to_owned()),
        _ => Some((time(row, "opens")?, time(row, "closes")?)),
    };
    Ok(Exception {
        first: date("first").ok_or("has no first day")?,
        last: date("last"),
        hours,
        effect,
        name: cell(row, "name").to_owned(),
    })
}

fn time(row: &Json, column: &str) -> Result<Minute, String> {
    cell(row, column).parse()
}

fn rows<'r>(record: &'r Record, key: &str) -> &'r [Json] {
    record.field(key).and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default()
}

fn cell<'r>(row: &'r Json, column: &str) -> &'r str {
    row.get(column).and_then(Json::as_str).unwrap_or_default()
}
