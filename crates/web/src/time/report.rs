//! The time of a period in groups, with what it comes to for those who may see rates, and as a file.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use jiff::civil::Date;
use jiff::{Span, ToSpan};
use maud::{Markup, html};
use steward_app::error::Error;
use steward_app::time::report::{Group, TimeFilter, TimeReport, TimeRow, start_of};
use steward_model::id::RecordId;
use steward_ui::button::{Button, link_button};
use steward_ui::field::{Control, Field as Frame, Picked, field as draw_field};
use steward_ui::header::{Header, header};
use steward_ui::icon::Icon;
use steward_ui::message::{Empty, empty};
use steward_words::{decimal, formats, number, t, t_with};

use super::{hours, sheet};
use crate::error::WebError;
use crate::export::cell::Cell;
use crate::export::cells_file;
use crate::form::{Form, Query};
use crate::frame::{Place, frame};
use crate::visitor::Visitor;
use crate::{Web, address};

/// Where it stands.
pub(crate) const ADDRESS: &str = "/time/report";
/// Where its file is.
pub(crate) const FILE: &str = "/time/report.csv";
/// Days of one report at most: a leap year.
const DAYS_MAX: i32 = 366;

/// What the address asks for.
struct Asked {
    from: Date,
    until: Date,
    group: Group,
    names: [(&'static str, String); 4],
}

impl Asked {
    fn of(query: &Form, today: Date) -> Result<Self, Error> {
        let day = |name: &str, other: Date| match query.text(name) {
            None => Ok(other),
            Some(text) => {
                text.parse().map_err(|_| Error::BadRequest(format!("`{name}` must be a day such as 2026-03-01")))
            }
        };
        let (from, until) = (day("from", today.first_of_month())?, day("until", today)?);
        let days = from.until(until).map_or(i32::MAX, |span: Span| span.get_days());
        if !(0..DAYS_MAX).contains(&days) {
            return Err(Error::BadRequest(
                "`until` is the last day, not before `from` and at most a year after it".to_owned(),
            ));
        }
        let group = query.get("group").and_then(Group::parse).unwrap_or(Group::Person);
        let names = ["person", "team", "activity", "organisation"];
        let names = names.map(|name| (name, query.text(name).unwrap_or_default().to_owned()));
        Ok(Self { from, until, group, names })
    }

    fn query(&self) -> String {
        let mut query = format!("from={}&until={}&group={}", self.from, self.until, self.group.key());
        for (name, value) in self.names.iter().filter(|(_, value)| !value.is_empty()) {
            query.push_str(&format!("&{name}={}", address::part(value)));
        }
        query
    }

    async fn filter(&self, web: &Web, visitor: &Visitor) -> Result<TimeFilter, Error> {
        let mut ids: [Option<RecordId>; 4] = [None; 4];
        for (place, (kind, name)) in self.names.iter().enumerate() {
            if !name.is_empty() {
                let found = web.app().find_reference(visitor.actor(), kind, name).await?;
                ids[place] = Some(found.ok_or(Error::NotFound)?);
            }
        }
        let [person, team, activity, organisation] = ids;
        let zone = &visitor.preferences.zone;
        let (from, until) = (start_of(self.from, zone), start_of(self.until.saturating_add(1.day()), zone));
        Ok(TimeFilter { from, until, person, team, activity, organisation })
    }
}

fn asked(web: &Web, visitor: &Visitor, query: &Form) -> Result<Asked, Error> {
    let today = web.app().now().timestamp().to_zoned(visitor.preferences.zone.clone()).date();
    Asked::of(query, today)
}

pub(crate) async fn page(State(web): State<Web>, visitor: Visitor, Query(query): Query) -> Result<Response, WebError> {
    let asked = asked(&web, &visitor, &query)?;
    let filter = asked.filter(&web, &visitor).await?;
    let found = web.app().time_report(visitor.actor(), &filter).await?;
    let file = format!("{FILE}?{}", asked.query());
    let chosen = [filter.person, filter.team, filter.activity, filter.organisation];
    let names = web.app().names_of(visitor.actor(), chosen.into_iter().flatten().collect()).await?;
    let names = chosen.map(|id| id.and_then(|id| names.get(&id)).map(|label| label.label.clone()).unwrap_or_default());
    let tabs = sheet::tabs(true);
    let main = html! {
        (header(&Header { title: t("time-title"), tabs: &tabs, ..Header::default() }, html! {
            (link_button(&Button { label: t("time-csv"), icon: Some(Icon::FileText), ..Button::default() }, &file))
        }))
        div.page-body {
            (form(&asked, &names))
            @if found.entries.is_empty() {
                (empty(&Empty { icon: Icon::Clock, title: t("time-report-empty"), text: t("time-report-empty-help") }, html! {}))
            } @else { (table(&asked, &found)) }
        }
    };
    let place = Place { title: t("time-report"), current: sheet::ADDRESS, ..Place::default() };
    Ok(frame(&web, &visitor, place, main).into_response())
}

/// The entries as a file, one a line.
pub(crate) async fn file(State(web): State<Web>, visitor: Visitor, Query(query): Query) -> Result<Response, WebError> {
    let asked = asked(&web, &visitor, &query)?;
    let found = web.app().time_report(visitor.actor(), &asked.filter(&web, &visitor).await?).await?;
    let mut rows = vec![heads(&found)];
    rows.extend(found.entries.iter().map(|entry| {
        let name =
            |id: RecordId| Cell::Text(found.labels.get(&id).map(|label| label.label.clone()).unwrap_or_default());
        let work = &entry.booking.work;
        let mut row = vec![
            Cell::Moment(work.started_at),
            name(entry.booking.person),
            entry.booking.team.map_or(Cell::Nothing, name),
            Cell::Text(entry.label.number.clone()),
            Cell::Text(entry.label.label.clone()),
            name(entry.organisation),
            work.activity.map_or(Cell::Nothing, name),
            Cell::Number(hundredths(work.seconds)),
            Cell::Text(if work.billable { t("billable-yes") } else { t("billable-no") }.to_owned()),
            Cell::Text(work.note.clone()),
        ];
        if found.has_amounts {
            match &entry.amount {
                Some((amount, currency)) => {
                    row.extend([Cell::Number(in_units(*amount)), Cell::Text(currency.clone())]);
                }
                None => row.extend([Cell::Nothing, Cell::Nothing]),
            }
        }
        row
    }));
    let name = format!("time-{}-{}.csv", asked.from, asked.until);
    Ok(cells_file(&name, &rows, &visitor.preferences.zone)?)
}

fn heads(report: &TimeReport) -> Vec<Cell> {
    let mut heads = vec![
        "work-began",
        "time-who",
        "time-team",
        "time-number",
        "time-record",
        "time-organisation",
        "activity",
        "time-hours",
        "billable",
        "what-was-done",
    ];
    if report.has_amounts {
        heads.extend(["time-amount", "time-currency"]);
    }
    heads.into_iter().map(|head| Cell::Text(t(head).to_owned())).collect()
}

/// Hours, to the hundredth, as programs calculate with them.
#[allow(clippy::cast_precision_loss, reason = "a month of seconds is far below where a double loses one")]
fn hundredths(seconds: i64) -> f64 {
    ((seconds as f64) / 36.0).round() / 100.0
}

/// Millionths as units of a currency, as programs calculate with them.
#[allow(clippy::cast_precision_loss, reason = "amounts are far below where a double loses a hundredth")]
fn in_units(amount: i64) -> f64 {
    (amount as f64) / 1_000_000.0
}

fn word(group: Group) -> &'static str {
    match group {
        Group::Person => t("time-who"),
        Group::Team => t("time-team"),
        Group::Activity => t("activity"),
        Group::Organisation => t("time-organisation"),
        Group::Record => t("time-record"),
    }
}

fn form(asked: &Asked, names: &[String; 4]) -> Markup {
    let (from, until) = (asked.from.to_string(), asked.until.to_string());
    html! {
        form.try-form method="get" action=(ADDRESS) {
            (draw_field(&Frame { name: "from", label: t("time-first-day"), ..Frame::default() }, &Control::Date { value: &from }))
            (draw_field(&Frame { name: "until", label: t("time-last-day"), ..Frame::default() }, &Control::Date { value: &until }))
            div.field {
                label.field__label for="group" { (t("time-by")) }
                select.input id="group" name="group" {
                    @for group in Group::ALL { option value=(group.key()) selected[group == asked.group] { (word(group)) } }
                }
            }
            @for ((name, value), label) in asked.names.iter().zip(names) {
                @let source = address::pick([*name]);
                @let picked = (!value.is_empty()).then(|| Picked { value, label });
                (draw_field(&Frame { name, label: Group::parse(name).map_or("", word), ..Frame::default() }, &Control::Reference { value: picked, source: &source, hint: t("time-all") }))
            }
            button."button button--main" type="submit" { span { (t("report-show")) } }
        }
    }
}

fn table(asked: &Asked, report: &TimeReport) -> Markup {
    let total = report.total();
    html! {
        div.table-scroll tabindex="0" role="region" aria-label=(t("time-report")) {
            table.figures-table {
                thead { tr {
                    th scope="col" { (word(asked.group)) }
                    th.is-number scope="col" { (t("time-entries")) }
                    th.is-number scope="col" { (t("time-hours")) }
                    th.is-number scope="col" { (t("billable")) }
                    th.is-number scope="col" { (t("time-not-billable")) }
                    @if report.has_amounts { th.is-number scope="col" { (t("time-amount")) } }
                } }
                tbody {
                    @for row in report.grouped(asked.group) {
                        tr { td { (name(report, asked.group, &row)) } (figures(&row, report.has_amounts)) }
                    }
                }
                tfoot { tr { th scope="row" { (t("time-sum-short")) } (figures(&total, report.has_amounts)) } }
            }
        }
    }
}

fn figures(row: &TimeRow, has_amounts: bool) -> Markup {
    let entries = i64::try_from(row.entries).unwrap_or(i64::MAX);
    html! {
        td.is-number data-label=(t("time-entries")) { (number(entries, formats())) }
        td.is-number data-label=(t("time-hours")) { (hours(row.sum.seconds)) }
        td.is-number data-label=(t("billable")) { (hours(row.sum.billable)) }
        td.is-number data-label=(t("time-not-billable")) { (hours(row.sum.seconds - row.sum.billable)) }
        @if has_amounts {
            td.is-number data-label=(t("time-amount")) { @for (currency, amount) in &row.amounts { div { (money(*amount, currency)) } } }
        }
    }
}

fn money(amount: i64, currency: &str) -> String {
    // Amounts of entries are whole hundredths, so their sums are.
    let hundredths = amount / 10_000;
    let figures = format!("{}.{:02}", hundredths / 100, hundredths % 100);
    format!("{}\u{a0}{currency}", decimal(&figures, formats()))
}

fn name(report: &TimeReport, group: Group, row: &TimeRow) -> Markup {
    let Some(id) = row.of else {
        return html! { span.quiet { (t_with("time-without", &[("what", word(group).into())])) } };
    };
    if group == Group::Record {
        let entry = report.entries.iter().find(|entry| entry.record == id);
        return html! {
            @if let Some(entry) = entry {
                a href={ (address::record(&entry.kind, &entry.label.number)) "/worklogs" } { (entry.label.number) }
                @if entry.label.label != entry.label.number { " " (entry.label.label) }
            }
        };
    }
    html! { (report.labels.get(&id).map_or("", |label| label.label.as_str())) }
}
