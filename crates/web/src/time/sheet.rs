//! A week of somebody's time, or of a team's: days across, records or people down, and what is booked quickly.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::ToSpan;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use maud::{Markup, html};
use steward_app::error::Error;
use steward_app::records::{Origin, Request};
use steward_app::time::report::{TimeFilter, TimeReport, start_of};
use steward_app::time::{Activity, WorkRequest};
use steward_model::event::Door;
use steward_model::id::RecordId;
use steward_model::value::parse_duration_text;
use steward_ui::button::{Button, Look, Submit, link_button, submit};
use steward_ui::field::{Control, Field as Frame, Picked, field as draw_field};
use steward_ui::form::{Form as FormParts, form as draw_form};
use steward_ui::header::{Header, header};
use steward_ui::icon::Icon;
use steward_ui::message::{Empty, empty};
use steward_ui::tabs::Tab;
use steward_words::{refusal, t, t_with};

use super::{hours, report};
use crate::error::WebError;
use crate::form::{Form, Posted, Query};
use crate::frame::{Place, frame};
use crate::list::calendar::first_weekday;
use crate::values::input;
use crate::visitor::Visitor;
use crate::{Web, address};

/// Where it stands.
pub(crate) const ADDRESS: &str = "/time";

/// Whose week it is.
#[derive(Debug, Clone, Default)]
struct Asked {
    person: String,
    team: String,
}

impl Asked {
    fn of(query: &Form) -> Self {
        let text = |name: &str| query.text(name).unwrap_or_default().to_owned();
        Self { person: text("person"), team: text("team") }
    }

    fn address(&self, week: Date) -> String {
        let mut address = format!("{ADDRESS}?week={week}");
        for (name, value) in [("person", &self.person), ("team", &self.team)] {
            if !value.is_empty() {
                address.push_str(&format!("&{name}={}", address::part(value)));
            }
        }
        address
    }
}

pub(crate) async fn page(State(web): State<Web>, visitor: Visitor, Query(query): Query) -> Result<Response, WebError> {
    let main = draw(&web, &visitor, &query, &Form::default(), &[]).await?;
    Ok(frame(&web, &visitor, Place { title: t("time-title"), current: ADDRESS, ..Place::default() }, main)
        .into_response())
}

/// Books time on a record that is named.
pub(crate) async fn add(State(web): State<Web>, posted: Posted) -> Result<Response, WebError> {
    let Posted { visitor, form } = posted;
    match booked(&web, &visitor, &form).await {
        Ok(()) => Ok(Redirect::to(ADDRESS).into_response()),
        Err(Error::Invalid(errors)) => {
            let faults: Vec<(String, String)> =
                errors.into_iter().map(|error| (error.field, refusal(&error.message).into_owned())).collect();
            let main = draw(&web, &visitor, &Form::default(), &form, &faults).await?;
            let page =
                frame(&web, &visitor, Place { title: t("time-title"), current: ADDRESS, ..Place::default() }, main);
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

async fn booked(web: &Web, visitor: &Visitor, form: &Form) -> Result<(), Error> {
    if !visitor.actor().is_staff() {
        return Err(Error::Denied("see the time that people spend"));
    }
    let text = |name: &str| form.text(name).unwrap_or_default();
    let missing = || Error::invalid("record", "was not found");
    let (kind, number) = web.app().find_any(visitor.actor(), text("record")).await?.ok_or_else(missing)?;
    let seconds = parse_duration_text(text("duration")).map_err(|message| Error::invalid("duration", message))?;
    let started_at = match text("started_at").trim() {
        "" => None,
        given => {
            let wrong = || Error::invalid("started_at", "must be a moment such as 2026-03-01T09:30:00Z");
            let instant = input::moment(given, &visitor.preferences.zone);
            Some(steward_model::moment::Moment::parse(&instant).ok_or_else(wrong)?)
        }
    };
    let activity = Some(text("activity").to_owned()).filter(|name| !name.is_empty());
    let request = WorkRequest { seconds, started_at, note: text("note").to_owned(), activity, billable: None };
    web.app().execute(visitor.actor(), &kind, &number, &Request::Work(request), &Origin::door(Door::Page)).await?;
    Ok(())
}

async fn draw(
    web: &Web,
    visitor: &Visitor,
    query: &Form,
    typed: &Form,
    faults: &[(String, String)],
) -> Result<Markup, Error> {
    let (app, actor, zone) = (web.app(), visitor.actor(), &visitor.preferences.zone);
    let today = app.now().timestamp().to_zoned(zone.clone()).date();
    let named = query.text("week").and_then(|text| text.parse::<Date>().ok()).unwrap_or(today);
    let week = begin_of_week(named);
    let asked = Asked::of(query);
    let days: Vec<Date> = (0..8).map(|place| week.saturating_add(place.days())).collect();
    let person = match asked.person.as_str() {
        "" if !asked.team.is_empty() => None,
        "" => Some(actor.person),
        name => Some(app.find_reference(actor, "person", name).await?.ok_or(Error::NotFound)?),
    };
    let team = match asked.team.as_str() {
        "" => None,
        name => Some(app.find_reference(actor, "team", name).await?.ok_or(Error::NotFound)?),
    };
    let filter = TimeFilter {
        from: start_of(days[0], zone),
        until: start_of(days[7], zone),
        person,
        team,
        activity: None,
        organisation: None,
    };
    let found = app.time_report(actor, &filter).await?;
    let grid = Grid::of(&found, &days, zone, team.is_some() && person.is_none());
    let (before, after) = (asked.address(days[0].saturating_sub(7.days())), asked.address(days[7]));
    let now = asked.address(today);
    let whose = person.filter(|id| *id != actor.person).or(team);
    let labels = app.names_of(actor, person.into_iter().chain(team).collect()).await?;
    let name_of =
        |id: Option<RecordId>| id.and_then(|id| labels.get(&id)).map(|label| label.label.clone()).unwrap_or_default();
    let of = name_of(whose);
    let week_words = t_with(
        "time-week",
        &[
            ("from", (&steward_words::date(days[0], None)).into()),
            ("until", (&steward_words::date(days[6], None)).into()),
        ],
    );
    let detail = if of.is_empty() { week_words } else { format!("{of} · {week_words}") };
    let tabs = tabs(false);
    let activities = app.activities(actor).await?;
    Ok(html! {
        (header(&Header { title: t("time-title"), detail: &detail, tabs: &tabs, ..Header::default() }, html! {
            (link_button(&Button { label: t("time-week-before"), icon: Some(Icon::ChevronLeft), look: Look::Quiet, ..Button::default() }, &before))
            (link_button(&Button { label: t("time-week-now"), look: Look::Quiet, ..Button::default() }, &now))
            (link_button(&Button { label: t("time-week-after"), icon: Some(Icon::ChevronRight), look: Look::Quiet, ..Button::default() }, &after))
        }))
        div.page-body.time-week {
            (whose_form(&asked, week, [&name_of(person), &name_of(team)]))
            @if found.entries.is_empty() {
                (empty(&Empty { icon: Icon::Clock, title: t("time-week-empty"), text: t("time-week-empty-help") }, html! {}))
            } @else { (grid.draw(&found, &days, today)) }
            @if whose.is_none() { (quick(visitor, &activities, typed, faults)) }
        }
    })
}

pub(super) fn tabs(is_report: bool) -> [Tab<'static>; 2] {
    [
        Tab { label: t("time-sheet"), address: ADDRESS, count: None, is_current: !is_report },
        Tab { label: t("time-report"), address: report::ADDRESS, count: None, is_current: is_report },
    ]
}

fn begin_of_week(day: Date) -> Date {
    let first = first_weekday();
    (0..7).map(|back| day.saturating_sub(back.days())).find(|one| one.weekday() == first).unwrap_or(day)
}

/// Times by what stands at the left, and by day.
struct Grid {
    /// Seconds of each day, in the order of the first column's keys.
    rows: BTreeMap<RecordId, [i64; 7]>,
    sums: [i64; 7],
    of_people: bool,
}

impl Grid {
    fn of(report: &TimeReport, days: &[Date], zone: &TimeZone, of_people: bool) -> Self {
        let mut grid = Self { rows: BTreeMap::new(), sums: [0; 7], of_people };
        for entry in &report.entries {
            let day = entry.booking.work.started_at.timestamp().to_zoned(zone.clone()).date();
            let Some(place) = days.iter().take(7).position(|one| *one == day) else { continue };
            let key = if of_people { entry.booking.person } else { entry.record };
            grid.rows.entry(key).or_default()[place] += entry.booking.work.seconds;
            grid.sums[place] += entry.booking.work.seconds;
        }
        grid
    }

    fn draw(&self, report: &TimeReport, days: &[Date], today: Date) -> Markup {
        let cell = |day: &Date, seconds: i64| {
            html! { td.is-number data-label=(steward_words::weekday(*day)) { @if seconds > 0 { (hours(seconds)) } } }
        };
        html! {
            div.table-scroll tabindex="0" role="region" aria-label=(t("time-sheet")) {
                table.figures-table.time-sheet {
                    thead { tr {
                        th scope="col" { (if self.of_people { t("time-who") } else { t("time-record") }) }
                        @for day in days.iter().take(7) {
                            th.is-number scope="col" aria-current=[(*day == today).then_some("date")] { (steward_words::weekday(*day)) }
                        }
                        th.is-number scope="col" { (t("time-sum-short")) }
                    } }
                    tbody {
                        @for (id, seconds) in &self.rows {
                            tr {
                                td { (self.name(report, *id)) }
                                @for (day, one) in days.iter().zip(seconds) { (cell(day, *one)) }
                                td.is-number data-label=(t("time-sum-short")) { b { (hours(seconds.iter().sum())) } }
                            }
                        }
                    }
                    tfoot { tr {
                        th scope="row" { (t("time-sum-short")) }
                        @for (day, one) in days.iter().zip(&self.sums) { (cell(day, *one)) }
                        td.is-number data-label=(t("time-sum-short")) { b { (hours(self.sums.iter().sum())) } }
                    } }
                }
            }
        }
    }

    fn name(&self, report: &TimeReport, id: RecordId) -> Markup {
        if self.of_people {
            return html! { (report.labels.get(&id).map_or("", |label| label.label.as_str())) };
        }
        let entry = report.entries.iter().find(|entry| entry.record == id);
        html! {
            @if let Some(entry) = entry {
                a href={ (address::record(&entry.kind, &entry.label.number)) "/worklogs" } { (entry.label.number) }
                @if entry.label.label != entry.label.number { " " (entry.label.label) }
            }
        }
    }
}

/// The choice of another person or team.
fn whose_form(asked: &Asked, week: Date, names: [&str; 2]) -> Markup {
    let person = (!asked.person.is_empty()).then_some(Picked { value: &asked.person, label: names[0] });
    let team = (!asked.team.is_empty()).then_some(Picked { value: &asked.team, label: names[1] });
    let (people, teams) = (address::pick(["person"]), address::pick(["team"]));
    html! {
        form.try-form method="get" action=(ADDRESS) {
            input type="hidden" name="week" value=(week);
            (draw_field(&Frame { name: "person", label: t("time-who"), ..Frame::default() }, &Control::Reference { value: person, source: &people, hint: t("time-me") }))
            (draw_field(&Frame { name: "team", label: t("time-team"), ..Frame::default() }, &Control::Reference { value: team, source: &teams, hint: "" }))
            button."button" type="submit" { span { (t("report-show")) } }
        }
    }
}

fn quick(visitor: &Visitor, activities: &[Activity], typed: &Form, faults: &[(String, String)]) -> Markup {
    let of = |name: &str| -> Vec<String> {
        faults.iter().filter(|(field, _)| field == name).map(|(_, message)| message.clone()).collect()
    };
    let errors = ["record", "duration", "activity", "started_at", "note"].map(of);
    let text = |name: &str| typed.text(name).unwrap_or_default();
    let ids = super::keys(activities);
    let options = super::options(activities, &ids);
    let zone = visitor.preferences.zone.iana_name().unwrap_or("UTC");
    let record = (!text("record").is_empty()).then(|| Picked { value: text("record"), label: text("record") });
    let frame = |name, label, help, errors| Frame { name, label, help, errors, scope: "quick-", ..Frame::default() };
    html! {
        section.time-quick aria-labelledby="time-quick" {
            h2.time-entries__title #time-quick { (t("time-quick")) }
            (draw_form(&FormParts { action: ADDRESS, csrf_token: &visitor.csrf_token, ..FormParts::default() }, html! {
                div.time-quick__fields {
                    (draw_field(&frame("record", t("time-record"), "", &errors[0]), &Control::Reference { value: record, source: "/pick", hint: t("link-hint") }))
                    (draw_field(&frame("duration", t("time-spent"), t("time-spent-help"), &errors[1]), &Control::Duration { value: text("duration") }))
                    @if !options.is_empty() {
                        (draw_field(&frame("activity", t("activity"), "", &errors[2]), &Control::Choice { value: text("activity"), options: &options }))
                    }
                    (draw_field(&frame("started_at", t("work-began"), t("work-began-help"), &errors[3]), &Control::Moment { value: text("started_at"), zone }))
                    (draw_field(&frame("note", t("what-was-done"), "", &errors[4]), &Control::Text { value: text("note"), max_length: Some(1000) }))
                }
                div.form-actions { (submit(&Button { label: t("book-time"), look: Look::Main, ..Button::default() }, &Submit::default())) }
            }))
        }
    }
}
