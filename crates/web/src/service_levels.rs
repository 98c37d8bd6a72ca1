//! The report on service levels: how promises were kept by month, customer, service, team or person.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use steward_app::clocks::{Compliance, Credit, EXCLUSION, REPORT, REPORT_DAYS, Reopenings, ReportBy};
use steward_app::error::Error;
use steward_app::view::RecordView;
use steward_clock::definition::{AGREEMENT, TARGET};
use steward_model::access::Actor;
use steward_ui::header::{Header, header};
use steward_ui::icon::Icon;
use steward_ui::message::{Empty, empty};
use steward_ui::reference::Crumb;
use steward_ui::tabs::Tab;
use steward_ui::value::nothing;
use steward_words::{formats, number, t, t_with, working_time};

use crate::error::WebError;
use crate::export::table_file;
use crate::form::Query;
use crate::frame::{Place, frame};
use crate::values::shown::Reader;
use crate::visitor::Visitor;
use crate::{Web, address};

/// Where the report stands.
pub(crate) const ADDRESS: &str = "/service-levels";
/// Days looked back when nothing else is asked.
const DAYS: i64 = 90;
/// Rows of the page; the file has all.
const ROWS: usize = 500;

pub(crate) async fn report(
    State(web): State<Web>,
    visitor: Visitor,
    Query(query): Query,
) -> Result<Response, WebError> {
    let asked = Asked::of(&query);
    let kind = web.app().kind(&asked.kind)?.clone();
    let lines = web.app().compliance(visitor.actor(), &kind, asked.by, asked.days).await?;
    if query.get("format") == Some("csv") {
        return file(&asked, &lines).map_err(WebError::from);
    }
    let exclusions = web.app().exclusions(visitor.actor(), &kind, asked.days).await?;
    let credits = match asked.by {
        ReportBy::Month => web.app().service_credits(visitor.actor(), asked.days).await?,
        _ => Vec::new(),
    };
    let reopenings = match kind.field("reopen_count") {
        Some(_) => Some(web.app().reopenings(visitor.actor(), &kind, asked.days).await?),
        None => None,
    };
    let of_exclusions = web.app().kind(EXCLUSION)?.clone();
    let exclusion_list = address::list(&of_exclusions);
    let readable = web.app().readable_kinds(visitor.actor());
    let of_reports = readable.into_iter().map(|(kind, _)| kind).find(|kind| kind.key == REPORT);
    let reports = of_reports.map(|kind| (kind.label_plural.clone(), address::list(&kind)));
    let agreements = web.app().kind(AGREEMENT)?.clone();
    let list = address::list(&agreements);
    let crumbs = [Crumb { label: &agreements.label_plural, address: &list }];
    let addresses: Vec<String> =
        ReportBy::ALL.iter().map(|by| Asked { by: *by, ..asked.clone() }.address("")).collect();
    let tabs: Vec<Tab<'_>> = ReportBy::ALL
        .into_iter()
        .zip(&addresses)
        .map(|(by, address)| Tab { label: label(by), address, count: None, is_current: by == asked.by })
        .collect();
    let detail = t_with("report-detail", &[("kind", (&kind.label_plural).into()), ("days", asked.days.into())]);
    let title = t("report-title");
    let kinds = kinds(&web, visitor.actor()).await?;
    let main = html! {
        (header(
            &Header { title, detail: &detail, crumbs: &crumbs, tabs: &tabs },
            html! {
                @if let Some((label, address)) = &reports { a."button button--plain" href=(address) { span { (label) } } }
                a."button button--plain" href=(exclusion_list) { span { (of_exclusions.label_plural) } }
                a."button button--plain" href=(asked.address("csv")) { span { (t("report-file")) } }
            },
        ))
        div.page-body {
            (asked.form(&kinds))
            @if lines.is_empty() {
                (empty(&Empty { icon: Icon::Clock, title: t("report-empty"), text: t("report-empty-help") }, html! {}))
            } @else { (table(&asked, &lines)) }
            @if lines.len() > ROWS { p.clock-story__text { (t_with("report-cut", &[("rows", ROWS.into())])) } }
            @if let Some(told) = reopenings.as_ref().and_then(reopened) { p.clock-story__text { (told) } }
            (credited(&credits))
            (left_out(&web, &visitor, &exclusions))
        }
    };
    Ok(frame(&web, &visitor, Place { title, current: &list, ..Place::default() }, main).into_response())
}

/// How many came back, in words; nothing where none was done.
fn reopened(found: &Reopenings) -> Option<String> {
    let count = |count: usize| number(i64::try_from(count).unwrap_or(i64::MAX), formats());
    let share = percent(found.share()?);
    let (done, reopened) = (count(found.done), count(found.reopened));
    Some(t_with(
        "report-reopened",
        &[("done", (&done).into()), ("reopened", (&reopened).into()), ("share", (&share).into())],
    ))
}

/// What is asked for.
#[derive(Debug, Clone)]
struct Asked {
    kind: String,
    by: ReportBy,
    days: i64,
}

impl Asked {
    fn of(query: &crate::form::Form) -> Self {
        Self {
            kind: query.text("kind").unwrap_or("incident").to_owned(),
            by: query.get("by").and_then(ReportBy::parse).unwrap_or_default(),
            days: query.get("days").and_then(|days| days.parse().ok()).unwrap_or(DAYS).clamp(1, REPORT_DAYS),
        }
    }

    fn address(&self, format: &str) -> String {
        let format = if format.is_empty() { String::new() } else { format!("&format={format}") };
        format!("{ADDRESS}?kind={}&by={}&days={}{format}", address::part(&self.kind), self.by.key(), self.days)
    }

    fn form(&self, kinds: &[(String, String)]) -> Markup {
        html! {
            form.try-form method="get" action=(ADDRESS) {
                input type="hidden" name="by" value=(self.by.key());
                div.field {
                    label.field__label for="kind" { (t("report-kind")) }
                    select.input id="kind" name="kind" {
                        @for (key, label) in kinds { option value=(key) selected[*key == self.kind] { (label) } }
                    }
                }
                div.field {
                    label.field__label for="days" { (t("try-days")) }
                    input.input id="days" name="days" value=(self.days) inputmode="numeric" autocomplete="off";
                }
                button."button button--main" type="submit" { span { (t("report-show")) } }
            }
        }
    }
}

/// The kinds that targets are for and of which somebody may read records.
async fn kinds(web: &Web, actor: &Actor) -> Result<Vec<(String, String)>, Error> {
    let promised = web.app().promised_kinds().await?;
    let readable = web.app().readable_kinds(actor).into_iter().map(|(kind, _)| kind);
    let of = readable.filter(|kind| promised.contains(&kind.key) && kind.key != TARGET);
    Ok(of.map(|kind| (kind.key.clone(), kind.label_plural.clone())).collect())
}

fn label(by: ReportBy) -> &'static str {
    match by {
        ReportBy::Month => t("report-by-month"),
        ReportBy::Customer => t("report-by-customer"),
        ReportBy::Service => t("report-by-service"),
        ReportBy::Team => t("report-by-team"),
        ReportBy::Person => t("report-by-person"),
    }
}

fn table(asked: &Asked, lines: &[Compliance]) -> Markup {
    html! {
        div.table-scroll tabindex="0" role="region" aria-label=(t("report-title")) {
            table.figures-table {
                thead { tr {
                    th scope="col" { (t("report-target")) }
                    th scope="col" { (label(asked.by)) }
                    @for word in ["clock-achieved", "clock-breached", "report-open", "report-share", "report-excluded", "report-counts", "report-agreed", "report-mean"] {
                        th.is-number scope="col" { (t(word)) }
                    }
                } }
                tbody { @for line in lines.iter().take(ROWS) { (row(asked, line)) } }
            }
        }
    }
}

fn row(asked: &Asked, line: &Compliance) -> Markup {
    html! {
        tr {
            td { (line.target) span.quiet { " · " (line.agreement) } }
            td.is-whole[asked.by == ReportBy::Month] data-label=(label(asked.by)) { @match &line.part { Some(part) => (part), None => (t("report-none")) } }
            td.is-number data-label=(t("clock-achieved")) { (number(line.kept, formats())) }
            td.is-number data-label=(t("clock-breached")) { (number(line.broken, formats())) }
            td.is-number data-label=(t("report-open")) { (number(line.open, formats())) }
            td.is-number data-label=(t("report-share")) {
                @match line.share() { Some(share) => (percent(share)), None => (nothing()) }
            }
            td.is-number data-label=(t("report-excluded")) { (number(line.excluded, formats())) }
            td.is-number data-label=(t("report-counts")) {
                @match line.share_that_counts() { Some(share) => (percent(share)), None => (nothing()) }
                @if line.is_below() { " · " strong { (t("report-below")) } }
            }
            td.is-number data-label=(t("report-agreed")) { @match line.agreed { Some(agreed) => (percent(agreed)), None => (nothing()) } }
            td.is-number data-label=(t("report-mean")) { @match line.mean_seconds { Some(mean) => (working_time(mean)), None => (nothing()) } }
        }
    }
}

/// Millionths of a per cent as people read them, with one figure after the point.
fn percent(millionths: i64) -> String {
    let tenths = millionths / 100_000;
    let text = format!("{}.{}", tenths / 10, tenths % 10);
    t_with("report-percent", &[("percent", (&steward_words::decimal(&text, formats())).into())])
}

/// What is credited for months that are over; nothing where nothing is.
fn credited(credits: &[Credit]) -> Markup {
    if credits.is_empty() {
        return html! {};
    }
    html! {
        section.report-part {
            h2.report-part__title id="credits-title" { (t("report-credits")) }
            div.table-scroll tabindex="0" role="region" aria-labelledby="credits-title" {
                table.figures-table {
                    thead { tr {
                        th scope="col" { (t("report-agreement")) }
                        th scope="col" { (t("report-by-month")) }
                        th.is-number scope="col" { (t("report-counts")) }
                        th.is-number scope="col" { (t("report-credit")) }
                        th.is-number scope="col" { (t("report-amount")) }
                    } }
                    tbody { @for credit in credits {
                        tr {
                            td { (credit.agreement) }
                            td data-label=(t("report-by-month")) { (credit.month) }
                            td.is-number data-label=(t("report-counts")) { (percent(credit.share)) }
                            td.is-number data-label=(t("report-credit")) { (percent(credit.credit)) }
                            td.is-number data-label=(t("report-amount")) { @match amount(credit) { Some(amount) => (amount), None => (nothing()) } }
                        }
                    } }
                }
            }
        }
    }
}

/// The amount of a credit with its currency.
fn amount(credit: &Credit) -> Option<String> {
    let (amount, currency) = credit.amount_text()?;
    Some(format!("{} {currency}", steward_words::decimal(&amount, formats())))
}

/// The breaches that do not count, each with its reason, who accepted it and when.
fn left_out(web: &Web, visitor: &Visitor, exclusions: &[RecordView]) -> Markup {
    if exclusions.is_empty() {
        return html! {};
    }
    html! {
        section.report-part aria-labelledby="exclusions-title" {
            h2.report-part__title id="exclusions-title" { (t("report-left-out")) }
            ul.plain-list {
                @for view in exclusions {
                    @let reader = Reader { registry: web.app().registry(), labels: &view.labels, zone: &visitor.preferences.zone, now: web.app().now() };
                    li.plain-list__item {
                        div.plain-list__text {
                            @if let Some(record) = view.record.reference("record") { (reader.reference(record)) " · " }
                            a href=(address::record(&view.kind, &view.record.number)) { (view.record.text("reason")) }
                            div.plain-list__detail {
                                @for key in ["cause", "accepted_by", "accepted_at"] {
                                    @if let Some(field) = view.kind.field(key) { span { (reader.field(&view.kind, &view.record, field)) " " } }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The same rows for a spreadsheet, whole.
fn file(asked: &Asked, lines: &[Compliance]) -> Result<Response, Error> {
    let heads = [
        t("report-agreement"),
        t("report-target"),
        label(asked.by),
        t("clock-achieved"),
        t("clock-breached"),
        t("report-open"),
        t("report-share"),
        t("report-agreed"),
        t("report-mean-seconds"),
        t("report-excluded"),
        t("report-counts"),
    ];
    let mut rows = vec![heads.map(str::to_owned).to_vec()];
    let plain =
        |millionths: Option<i64>| millionths.map_or_else(String::new, |share| format!("{:.2}", share as f64 / 1e6));
    rows.extend(lines.iter().map(|line| {
        vec![
            line.agreement.clone(),
            line.target.clone(),
            line.part.clone().unwrap_or_default(),
            line.kept.to_string(),
            line.broken.to_string(),
            line.open.to_string(),
            plain(line.share()),
            plain(line.agreed),
            line.mean_seconds.map_or_else(String::new, |mean| mean.to_string()),
            line.excluded.to_string(),
            plain(line.share_that_counts()),
        ]
    }));
    table_file(&format!("service-levels-by-{}.csv", asked.by.key()), rows)
}
