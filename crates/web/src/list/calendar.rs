//! A list as a calendar: a month of records by a date of theirs, or by the span between two.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{Span, ToSpan};
use maud::{Markup, html};
use serde_json::json;
use steward_app::error::Error;
use steward_app::list::{Counting, ListPage, ListRequest};
use steward_app::view::RecordView;
use steward_model::kind::{Field, FieldType, Kind};
use steward_model::moment::Moment;
use steward_ui::calendar::{Calendar, Day, Entry, calendar};
use steward_ui::message::{Notice, notice};
use steward_ui::tone::Tone;
use steward_words::{FirstDay, formats, t_with};

use super::table::title;
use super::{Layout, Listing, Opened, Said, open};
use crate::Web;
use crate::address;
use crate::error::WebError;
use crate::files::Segments;
use crate::form::Query;
use crate::values::shown::state;
use crate::visitor::Visitor;

/// Records of a month at most; more are said to be left out.
const MONTH_MAX: usize = 1000;
/// Records of one day that are shown; the others are a link.
const EACH: usize = 4;
/// Dates that people plan by, best first.
const USUAL: [&str; 6] = ["planned_start_at", "planned_start_on", "begin_at", "needed_by", "due_at", "review_on"];
/// Words in the key of a field where something begins, with the word in the key of the field where it ends.
const ENDS: [(&str, &str); 3] = [("start", "end"), ("begin", "end"), ("from", "until")];

pub(crate) async fn page(
    State(web): State<Web>,
    Segments(kinds): Segments<String>,
    visitor: Visitor,
    Query(query): Query,
) -> Result<Response, WebError> {
    let mut opened = open(&web, &visitor, &kinds, &query).await?;
    opened.asked.said.cursor = None;
    let zone = visitor.preferences.zone.clone();
    let today = web.app().now().timestamp().to_zoned(zone.clone()).date();
    let month = match query.text("month") {
        None => today.first_of_month(),
        Some(text) => month_of(text).ok_or_else(|| WebError::bad_request("`month` must be such as 2026-11"))?,
    };
    let by = chosen(&opened, query.text("by")).ok_or(Error::NotFound)?;
    let grid = Grid::of(month);
    let sheet = Sheet { opened: &opened, by: &by, zone: &zone, month, today, grid };
    let (found, fault) = match web.app().list(visitor.actor(), &opened.kind, &sheet.request()).await {
        Ok(page) => (page, None),
        Err(Error::Filter(error)) => {
            (ListPage { records: Vec::new(), next: None, total: None, groups: None }, Some(error.to_string()))
        }
        Err(error) => return Err(error.into()),
    };
    if query.get("part") == Some("calendar") && fault.is_none() {
        return Ok(sheet.draw(&found).into_response());
    }
    let status = if fault.is_some() { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    let notice = |text: &str| html! { div.page-note { (notice(&Notice { tone: Tone::Warning, text }, html! {})) } };
    let body = html! {
        @if let Some(fault) = &fault { (notice(fault)) }
        @else {
            @if found.next.is_some() { (notice(&t_with("calendar-too-many", &[("count", MONTH_MAX.into())]))) }
            (sheet.draw(&found))
        }
    };
    let listing = Listing { web: &web, visitor: &visitor, opened: &opened, layout: Layout::Calendar(&by.from.key) };
    let counted = ListPage { total: Some(found.records.len()), ..found };
    Ok((status, listing.around(&counted, body)).into_response())
}

/// What places records on days.
struct By<'a> {
    /// Where it begins.
    from: &'a Field,
    /// Where it ends, when it lasts.
    until: Option<&'a Field>,
}

/// The dates of a kind that the reader may go by, best first.
pub(super) fn dates(opened: &Opened) -> Vec<&Field> {
    let is_end = |field: &Field| ENDS.iter().any(|(_, end)| field.key.split('_').any(|word| word == *end));
    let mut dates: Vec<&Field> = opened
        .kind
        .fields
        .iter()
        .filter(|field| matches!(field.field_type, FieldType::Date | FieldType::Moment))
        .filter(|field| field.audience <= opened.level && !is_end(field))
        .collect();
    let place = |field: &Field| USUAL.iter().position(|key| *key == field.key).unwrap_or(USUAL.len());
    dates.sort_by_key(|field| place(field));
    dates
}

fn chosen<'a>(opened: &'a Opened, by: Option<&str>) -> Option<By<'a>> {
    let dates = dates(opened);
    let from = match by {
        None => *dates.first()?,
        Some(key) => *dates.iter().find(|field| field.key == key)?,
    };
    Some(By { from, until: end_of(&opened.kind, from).filter(|field| field.audience <= opened.level) })
}

/// The field where that ends which begins with another.
fn end_of<'a>(kind: &'a Kind, from: &Field) -> Option<&'a Field> {
    ENDS.iter().find_map(|(begin, end)| {
        let words: Vec<&str> = from.key.split('_').map(|word| if word == *begin { *end } else { word }).collect();
        kind.field(&words.join("_")).filter(|field| field.key != from.key && field.field_type == from.field_type)
    })
}

fn month_of(text: &str) -> Option<Date> {
    let (year, month) = text.split_once('-')?;
    Date::new(year.parse().ok().filter(|year| (1970..=2200).contains(year))?, month.parse().ok()?, 1).ok()
}

/// The days that a calendar shows; those of a month are whole weeks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Grid {
    pub(crate) first: Date,
    pub(crate) days: usize,
}

impl Grid {
    pub(crate) fn of(month: Date) -> Self {
        Self::beginning(month, first_weekday())
    }

    fn beginning(month: Date, weekday: Weekday) -> Self {
        let before = month.weekday().since(weekday);
        let weeks = (i32::from(before) + i32::from(month.days_in_month()) + 6) / 7;
        let first = month.checked_sub(i64::from(before).days()).unwrap_or(month);
        Self { first, days: usize::try_from(weeks * 7).unwrap_or(42) }
    }

    pub(crate) fn day(&self, place: usize) -> Date {
        let step: Span = i64::try_from(place).unwrap_or_default().days();
        self.first.checked_add(step).unwrap_or(self.first)
    }

    /// The first day that is no longer shown.
    pub(crate) fn end(&self) -> Date {
        self.day(self.days)
    }
}

pub(crate) fn first_weekday() -> Weekday {
    match formats().first_day {
        FirstDay::Monday => Weekday::Monday,
        FirstDay::Saturday => Weekday::Saturday,
        FirstDay::Sunday => Weekday::Sunday,
    }
}

/// A month on its way to markup.
struct Sheet<'a> {
    opened: &'a Opened,
    by: &'a By<'a>,
    zone: &'a TimeZone,
    month: Date,
    today: Date,
    grid: Grid,
}

impl Sheet<'_> {
    fn kind(&self) -> &Kind {
        &self.opened.kind
    }

    /// What stands on a day of the grid, of what the list holds.
    fn request(&self) -> ListRequest {
        let begin = self.stored(self.by.from, self.grid.first);
        let end = self.stored(self.by.from, self.grid.end());
        let from = self.by.from.key.as_str();
        let within = json!({ "and": [{ "field": from, "at_least": begin }, { "field": from, "less": end }] });
        let tree = match self.by.until {
            None => within,
            Some(until) => json!({ "or": [
                within,
                { "and": [{ "field": from, "less": begin }, { "field": until.key, "at_least": begin }] },
            ] }),
        };
        ListRequest {
            tree: Some(tree),
            group: None,
            sort: Some("-updated_at".to_owned()),
            ..self.opened.asked.request(self.kind(), MONTH_MAX, Counting::Off)
        }
    }

    /// The beginning of a day, as conditions on a field write it.
    fn stored(&self, field: &Field, day: Date) -> String {
        match field.field_type {
            FieldType::Date => day.to_string(),
            _ => match day.to_zoned(self.zone.clone()) {
                Ok(zoned) => zoned.timestamp().to_string(),
                Err(_) => format!("{day}T00:00:00Z"),
            },
        }
    }

    /// The day and time of day of a record's date, in the reader's zone.
    fn at(&self, view: &RecordView, field: &Field) -> Option<(Date, String)> {
        let value = view.record.field(&field.key)?;
        match field.field_type {
            FieldType::Date => Some((value.as_str()?.parse().ok()?, String::new())),
            _ => {
                let local = Moment(value.as_i64()?).timestamp().to_zoned(self.zone.clone());
                Some((local.date(), steward_words::time_of_day(local.time())))
            }
        }
    }

    /// The records on each day, those that begin earlier first.
    fn days<'v>(&self, found: &'v ListPage) -> BTreeMap<Date, Vec<(String, bool, &'v RecordView)>> {
        let mut days: BTreeMap<Date, Vec<(String, bool, &RecordView)>> = BTreeMap::new();
        for view in &found.records {
            let Some((first, time)) = self.at(view, self.by.from) else { continue };
            let last = self.by.until.and_then(|until| self.at(view, until)).map_or(first, |(last, _)| last.max(first));
            let mut day = first.max(self.grid.first);
            while day <= last && day < self.grid.end() {
                let goes_on = day != first;
                let time = if goes_on { String::new() } else { time.clone() };
                days.entry(day).or_default().push((time, goes_on, view));
                let Ok(next) = day.tomorrow() else { break };
                day = next;
            }
        }
        for entries in days.values_mut() {
            entries.sort_by(|a, b| (!a.1, &a.0, a.2.record.id).cmp(&(!b.1, &b.0, b.2.record.id)));
        }
        days
    }

    /// The address of a month of the same list.
    fn address(&self, month: Date) -> String {
        let address = self.opened.asked.said.address(self.kind(), "/calendar");
        let mark = if address.contains('?') { '&' } else { '?' };
        format!("{address}{mark}month={}&by={}", month.strftime("%Y-%m"), self.by.from.key)
    }

    /// The list of all that begins on a day.
    fn list_of(&self, day: Date) -> String {
        let said = &self.opened.asked.said;
        let next = day.tomorrow().unwrap_or(day);
        let key = &self.by.from.key;
        let search = format!("{} {key}:>={day} {key}:<{next}", said.search);
        Said { search: search.trim().to_owned(), ..said.clone() }.address(self.kind(), "")
    }

    fn draw(&self, found: &ListPage) -> Markup {
        let kind = self.kind();
        let by_day = self.days(found);
        struct Texts {
            number: String,
            label: String,
            addresses: Vec<String>,
            more: String,
        }
        let days: Vec<Date> = (0..self.grid.days).map(|place| self.grid.day(place)).collect();
        let on = |day: &Date| by_day.get(day).map(Vec::as_slice).unwrap_or_default();
        let texts: Vec<Texts> = days
            .iter()
            .map(|day| Texts {
                number: day.day().to_string(),
                label: steward_words::weekday_and_date(*day, Some(self.today.year())),
                addresses: on(day)
                    .iter()
                    .take(EACH)
                    .map(|(_, _, view)| address::record(kind, &view.record.number))
                    .collect(),
                more: self.list_of(*day),
            })
            .collect();
        let drawn: Vec<Day<'_>> = days
            .iter()
            .zip(&texts)
            .map(|(day, texts)| {
                let entries = on(day).iter().zip(&texts.addresses).map(|((time, goes_on, view), address)| Entry {
                    address,
                    title: title(kind, view),
                    number: &view.record.number,
                    time,
                    state: state(kind, &view.record.state),
                    goes_on: *goes_on,
                    warning: None,
                });
                let left = on(day).len().saturating_sub(EACH);
                Day {
                    number: &texts.number,
                    label: &texts.label,
                    is_outside: day.month() != self.month.month(),
                    is_today: *day == self.today,
                    entries: entries.collect(),
                    more: (left > 0).then_some((left, texts.more.as_str())),
                }
            })
            .collect();
        let weekdays: Vec<&str> = days.iter().take(7).map(|day| steward_words::weekday(*day)).collect();
        let label = steward_words::month_and_year(self.month);
        let before = self.address(self.month.checked_sub(1.month()).unwrap_or(self.month));
        let after = self.address(self.month.checked_add(1.month()).unwrap_or(self.month));
        let source = format!("{}&part=calendar", self.address(self.month));
        calendar(&Calendar {
            label: &label,
            previous: &before,
            next: &after,
            today: &self.address(self.today.first_of_month()),
            weekdays: &weekdays,
            days: &drawn,
            live_kind: Some(&kind.key),
            live_source: Some(&source),
            ..Calendar::default()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_month_shows_whole_weeks() {
        let monday = |month| Grid::beginning(month, Weekday::Monday);
        // February 2027 begins on a Monday and has 28 days; August 2026 begins on a Saturday and needs six weeks.
        assert_eq!(monday(date(2027, 2, 1)), Grid { first: date(2027, 2, 1), days: 28 });
        assert_eq!(monday(date(2026, 8, 1)), Grid { first: date(2026, 7, 27), days: 42 });
        let sunday = Grid::beginning(date(2026, 11, 1), Weekday::Sunday);
        assert_eq!(sunday, Grid { first: date(2026, 11, 1), days: 35 });
        assert_eq!(sunday.end(), date(2026, 12, 6));
    }

    #[test]
    fn a_month_is_named_by_year_and_number() {
        assert_eq!(month_of("2026-11"), Some(date(2026, 11, 1)));
        for wrong in ["", "2026", "2026-13", "2026-0", "x-1", "99999-1", "1969-12"] {
            assert_eq!(month_of(wrong), None, "{wrong}");
        }
    }
}
