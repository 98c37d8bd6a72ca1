//! What the last days would have been under a target with other values: tried on real records before it is switched on.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use serde_json::{Value as Json, json};
use steward_app::clocks::{Difference, MOST_DAYS, Outcome, Simulated};
use steward_app::error::Error;
use steward_app::view::RecordView;
use steward_clock::definition::TARGET;
use steward_model::command::Input;
use steward_model::record::Record;
use steward_model::value::render_value;
use steward_ui::chart::{Tile, tiles};
use steward_ui::header::{Header, header};
use steward_ui::message::{Notice, notice};
use steward_ui::reference::Crumb;
use steward_ui::tone::Tone;
use steward_words::{formats, number, refusal, t, t_with, working_time};

use crate::error::WebError;
use crate::files::Segments;
use crate::form::Query;
use crate::frame::{Place, frame};
use crate::visitor::Visitor;
use crate::{Web, address};

/// Days looked back when nothing else is asked.
const DAYS: i64 = 30;

pub(crate) async fn page(
    State(web): State<Web>,
    Segments((kinds, name)): Segments<(String, String)>,
    visitor: Visitor,
    Query(query): Query,
) -> Result<Response, WebError> {
    let kind = web.app().kind_by_plural(&kinds)?.clone();
    if kind.key != TARGET {
        return Err(Error::NotFound.into());
    }
    let view = web.app().get(visitor.actor(), &kind, &name, None).await?;
    let days = query.text("days").and_then(|days| days.parse().ok()).unwrap_or(DAYS).clamp(1, MOST_DAYS);
    let asked = Asked::of(&view, &query, days);
    // The first look asks for the present values; a form that was sent asks for what stands in it.
    let result = match query.get("days") {
        None => None,
        Some(_) => Some(web.app().simulate_target(visitor.actor(), &name, &asked.fields(&view), days).await),
    };
    let result = match result {
        Some(Err(Error::Invalid(errors))) => Some(Err(errors
            .iter()
            .map(|error| format!("{}: {}", error.field, refusal(&error.message)))
            .collect::<Vec<String>>())),
        Some(Err(error)) => return Err(error.into()),
        Some(Ok(found)) => Some(Ok(found)),
        None => None,
    };
    let (list, back) = (address::list(&kind), address::record(&kind, &view.record.number));
    let crumbs =
        [Crumb { label: &kind.label_plural, address: &list }, Crumb { label: &view.record.number, address: &back }];
    let title = t_with("try-target", &[("target", view.record.text("name").into())]);
    let main = html! {
        (header(&Header { title: &title, crumbs: &crumbs, ..Header::default() }, html! {}))
        div.page-body {
            p.clock-story__text { (t("try-target-help")) }
            (asked.form(&back))
            @match &result {
                None => {}
                Some(Err(faults)) => { @for fault in faults { (notice(&Notice { tone: Tone::Danger, text: fault }, html! {})) } }
                Some(Ok(found)) => (told(found, view.record.text("for_kind"), &web)),
            }
        }
    };
    let place = Place { title: &title, current: &list, kind: Some(&kind), ..Place::default() };
    Ok(frame(&web, &visitor, place, main).into_response())
}

/// What stands in the form: hours as people write them.
struct Asked {
    days: i64,
    /// The value for all, and those of rows by their place with what they are for.
    value: String,
    rows: Vec<(usize, String, String)>,
}

impl Asked {
    fn of(view: &RecordView, query: &crate::form::Form, days: i64) -> Self {
        let typed = |key: &str, seconds: Option<i64>| match query.get(key) {
            Some(text) => text.trim().to_owned(),
            None => seconds.map(hours).unwrap_or_default(),
        };
        let rows = rows(&view.record).iter().enumerate().map(|(place, row)| {
            let label = match row.get("priority").and_then(Json::as_str) {
                Some(priority) => priority.to_owned(),
                None => t_with("try-row", &[("place", (place + 1).into())]),
            };
            (place, label, typed(&format!("row{place}"), row.get("value").and_then(Json::as_i64)))
        });
        let value = typed("value", view.record.field("value").and_then(Json::as_i64));
        Self { days, value, rows: rows.collect() }
    }

    /// The change that is tried.
    fn fields(&self, view: &RecordView) -> Input {
        let mut fields = Input::new();
        let value = if self.value.is_empty() { Json::Null } else { Json::from(length(&self.value)) };
        fields.insert("value".to_owned(), value);
        if let (Some(field), Some(stored)) = (view.kind.field("values"), view.record.field("values")) {
            let mut shown = render_value(field, stored);
            for (place, _, typed) in &self.rows {
                if let Some(row) = shown.get_mut(*place) {
                    row["value"] = json!(length(typed));
                    // References go as ids.
                    for key in ["service", "organisation"] {
                        if let Some(id) = stored.get(*place).and_then(|row| row.get(key)?.as_i64()) {
                            row[key] = json!(id.to_string());
                        }
                    }
                }
            }
            fields.insert("values".to_owned(), shown);
        }
        fields
    }

    fn form(&self, record: &str) -> Markup {
        let input = |id: &str, label: &str, value: &str| {
            html! {
                div.field {
                    label.field__label for=(id) { (label) }
                    input.input id=(id) name=(id) value=(value) inputmode="decimal" autocomplete="off";
                }
            }
        };
        html! {
            form.try-form method="get" action={ (record) "/simulation" } {
                (input("value", t("try-value"), &self.value))
                @for (place, label, value) in &self.rows { (input(&format!("row{place}"), &t_with("try-value-for", &[("what", label.into())]), value)) }
                (input("days", t("try-days"), &self.days.to_string()))
                button."button button--main" type="submit" { span { (t("try-replay")) } }
            }
        }
    }
}

/// Hours and minutes, as the form takes them: `4` or `1:30`.
fn hours(seconds: i64) -> String {
    match seconds / 60 % 60 {
        0 => (seconds / 3600).to_string(),
        minutes => format!("{}:{minutes:02}", seconds / 3600),
    }
}

/// What somebody typed as a length: hours, hours and minutes, or a length as the interface takes it.
fn length(text: &str) -> String {
    let parts: Vec<&str> = text.split(':').collect();
    match parts.as_slice() {
        [hours] if hours.parse::<u32>().is_ok() => format!("PT{hours}H"),
        [hours, minutes] if hours.parse::<u32>().is_ok() && minutes.parse::<u32>().is_ok() => {
            format!("PT{hours}H{minutes}M")
        }
        _ => text.to_owned(),
    }
}

fn rows(record: &Record) -> &[Json] {
    record.field("values").and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default()
}

fn told(found: &Simulated, kind: &str, web: &Web) -> Markup {
    let count = |count: usize| number(i64::try_from(count).unwrap_or(i64::MAX), formats());
    let (records, differing) = (count(found.records), count(found.differing));
    let (before, after) = (count(found.before.1), count(found.after.1));
    let of = |(kept, broken): (usize, usize)| t_with("try-of", &[("count", (&count(kept + broken)).into())]);
    let (of_before, of_after) = (of(found.before), of(found.after));
    let shown = [
        Tile { label: t("try-records"), value: &records, ..Tile::default() },
        Tile { label: t("try-broken-now"), value: &before, detail: &of_before, ..Tile::default() },
        Tile { label: t("try-broken-then"), value: &after, detail: &of_after, ..Tile::default() },
        Tile { label: t("try-differing"), value: &differing, ..Tile::default() },
    ];
    let plural = web.app().kind(kind).map(|kind| kind.plural.clone()).unwrap_or_default();
    html! {
        (tiles(&shown))
        @if found.is_cut { p.clock-story__text { (t("try-cut")) } }
        @if !found.differences.is_empty() {
            div.small-table.clock-trace tabindex="0" role="region" aria-label=(t("try-differing")) {
                table {
                    thead { tr { th scope="col" { (t("number")) } th scope="col" { (t("title")) } th scope="col" { (t("try-now")) } th scope="col" { (t("try-then")) } } }
                    tbody { @for one in &found.differences { (line(one, &plural)) } }
                }
            }
        }
    }
}

fn line(one: &Difference, plural: &str) -> Markup {
    let said = |outcome: &Option<Outcome>| match outcome {
        None => t("try-no-clock").to_owned(),
        Some(outcome) => {
            let word = if outcome.is_broken { t("clock-breached") } else { t("clock-achieved") };
            let used = t_with(
                "clock-used",
                &[("used", (&working_time(outcome.elapsed)).into()), ("value", (&working_time(outcome.value)).into())],
            );
            format!("{word}: {used}")
        }
    };
    html! {
        tr {
            td { a href={ "/" (plural) "/" (one.number) "/clocks" } { (one.number) } }
            td { (one.title) }
            td { (said(&one.before)) }
            td { (said(&one.after)) }
        }
    }
}
