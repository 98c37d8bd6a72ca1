//! What people correct by hand, with what the matrix and the routing could learn from it.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use steward_app::calibration::{CalibrationReport, DAYS_MAX};
use steward_app::view::Labels;
use steward_model::id::RecordId;
use steward_model::kind::Kind;
use steward_practices::calibration::{Cell, Returned, Route};
use steward_ui::header::{Header, header};
use steward_ui::icon::{Icon, icon};
use steward_ui::message::{Empty, empty};
use steward_ui::value::nothing;
use steward_words::{formats, number, t, t_with};

use crate::error::WebError;
use crate::form::Query;
use crate::frame::{Place, frame};
use crate::visitor::Visitor;
use crate::{Web, address};

/// Where it stands.
pub(crate) const ADDRESS: &str = "/calibration";
/// Days looked back when nothing else is asked.
const DAYS: i64 = 90;
/// Rows of each table.
const ROWS: usize = 50;

pub(crate) async fn page(State(web): State<Web>, visitor: Visitor, Query(query): Query) -> Result<Response, WebError> {
    let kind = web.app().kind(query.text("kind").unwrap_or("incident"))?.clone();
    let days = query.get("days").and_then(|days| days.parse().ok()).unwrap_or(DAYS).clamp(1, DAYS_MAX);
    let report = web.app().calibration(visitor.actor(), &kind, days).await?;
    let kinds = web.app().calibrated_kinds(visitor.actor());
    let title = t("calibration-title");
    let detail = t_with("calibration-detail", &[("kind", (&kind.label_plural).into()), ("days", days.into())]);
    let told = Told { web: &web, visitor: &visitor, kind: &kind, labels: &report.labels };
    let main = html! {
        (header(&Header { title, detail: &detail, ..Header::default() }, html! {}))
        div.page-body {
            form.try-form method="get" action=(ADDRESS) {
                div.field {
                    label.field__label for="kind" { (t("report-kind")) }
                    select.input id="kind" name="kind" {
                        @for one in &kinds { option value=(one.key) selected[one.key == kind.key] { (one.label_plural) } }
                    }
                }
                div.field {
                    label.field__label for="days" { (t("try-days")) }
                    input.input id="days" name="days" value=(days) inputmode="numeric" autocomplete="off";
                }
                button."button button--main" type="submit" { span { (t("report-show")) } }
            }
            @if report.is_cut { p.clock-story__text { (t("calibration-cut")) } }
            @if report.found.records == 0 {
                (empty(&Empty { icon: Icon::Scale, title: t("calibration-empty"), text: t("calibration-empty-help") }, html! {}))
            } @else {
                (told.matrix(&report))
                (told.routes(&report))
                (told.returned(&report))
            }
        }
    };
    Ok(frame(&web, &visitor, Place { title, current: ADDRESS, ..Place::default() }, main).into_response())
}

/// What tells the figures.
struct Told<'a> {
    web: &'a Web,
    visitor: &'a Visitor,
    kind: &'a Kind,
    labels: &'a Labels,
}

impl Told<'_> {
    fn matrix(&self, report: &CalibrationReport) -> Markup {
        let word = |field: &str, key: &str| {
            let choice = self.kind.field(field).and_then(|field| field.field_type.value_type().choices()?.find(key));
            choice.map_or_else(|| key.to_owned(), |choice| choice.label.clone())
        };
        let proposed = |cell: &Cell| {
            let (impact, urgency) = (word("impact", &cell.impact), word("urgency", &cell.urgency));
            let given = cell.given.as_ref().map_or(0, |(_, count)| *count);
            cell.proposal().map(|priority| {
                let priority = word("priority", priority);
                t_with(
                    "calibration-propose-priority",
                    &[
                        ("impact", (&impact).into()),
                        ("urgency", (&urgency).into()),
                        ("priority", (&priority).into()),
                        ("count", given.into()),
                        ("records", cell.records.into()),
                    ],
                )
            })
        };
        let proposals: Vec<String> = report.found.cells.iter().filter_map(proposed).collect();
        let matrices = self
            .web
            .app()
            .kind("priority_matrix")
            .ok()
            .filter(|kind| self.web.app().readable_level(self.visitor.actor(), kind).is_some());
        part(
            "calibration-matrix",
            html! {
                @if !proposals.is_empty() {
                    ul.plain-list { @for text in &proposals {
                        li.plain-list__item { (icon(Icon::Bulb)) div.plain-list__text {
                            (text) " "
                            @if let Some(kind) = matrices { a href=(address::list(kind)) { (kind.label_plural) } }
                        } }
                    } }
                }
                (table("calibration-matrix", &["calibration-impact", "calibration-urgency", "calibration-priority"], &["calibration-records", "calibration-overridden", "calibration-broken", "calibration-reopened"], html! {
                    @for cell in report.found.cells.iter().take(ROWS) {
                        tr {
                            td { (word("impact", &cell.impact)) }
                            td data-label=(t("calibration-urgency")) { (word("urgency", &cell.urgency)) }
                            td data-label=(t("calibration-priority")) { @match &cell.priority { Some(priority) => (word("priority", priority)), None => (nothing()) } }
                            td.is-number data-label=(t("calibration-records")) { (count(cell.records)) }
                            td.is-number data-label=(t("calibration-overridden")) {
                                (count(cell.overridden))
                                @if let Some((given, _)) = &cell.given { span.quiet { " · " (word("priority", given)) } }
                            }
                            td.is-number data-label=(t("calibration-broken")) { (count(cell.broken)) }
                            td.is-number data-label=(t("calibration-reopened")) { (count(cell.reopened)) }
                        }
                    }
                }))
            },
        )
    }

    fn routes(&self, report: &CalibrationReport) -> Markup {
        let rules = self
            .web
            .app()
            .kind("rule")
            .ok()
            .filter(|kind| self.web.app().creatable_level(self.visitor.actor(), kind).is_some());
        part(
            "calibration-routes",
            html! {
                @if report.found.routes.is_empty() { p.quiet { (t("calibration-no-routes")) } } @else {
                    (table("calibration-routes", &["calibration-about", "calibration-first", "calibration-last"], &["calibration-went", "calibration-came"], html! {
                        @for route in report.found.routes.iter().take(ROWS) {
                            tr {
                                td {
                                    (self.about(route))
                                    @if let Some(rules) = rules.filter(|_| route.is_proposed()) {
                                        " · " a href=(self.rule(rules, route)) { (t("calibration-make-rule")) }
                                    }
                                }
                                td data-label=(t("calibration-first")) { (self.name(route.first)) }
                                td data-label=(t("calibration-last")) { (self.name(route.last)) }
                                td.is-number data-label=(t("calibration-went")) { (count(route.records)) }
                                td.is-number data-label=(t("calibration-came")) { (count(route.came)) }
                            }
                        }
                    }))
                }
            },
        )
    }

    fn returned(&self, report: &CalibrationReport) -> Markup {
        let share = |one: &Returned| {
            let tenths = one.reopened * 1000 / one.finished.max(1);
            let text = format!("{}.{}", tenths / 10, tenths % 10);
            t_with("report-percent", &[("percent", (&steward_words::decimal(&text, formats())).into())])
        };
        part(
            "calibration-returned",
            html! {
                @if report.found.returned.is_empty() { p.quiet { (t("calibration-none-finished")) } } @else {
                    (table("calibration-returned", &["calibration-team"], &["calibration-finished", "calibration-reopened", "calibration-share"], html! {
                        @for one in report.found.returned.iter().take(ROWS) {
                            tr {
                                td { @match one.team { Some(team) => (self.name(team)), None => (t("calibration-no-team")) } }
                                td.is-number data-label=(t("calibration-finished")) { (count(one.finished)) }
                                td.is-number data-label=(t("calibration-reopened")) { (count(one.reopened)) }
                                td.is-number data-label=(t("calibration-share")) { (share(one)) }
                            }
                        }
                    }))
                }
            },
        )
    }

    fn name(&self, id: RecordId) -> &str {
        self.labels.get(&id).map_or(t("not-visible"), |label| label.label.as_str())
    }

    /// What a way that work takes is told apart by: the field and its value.
    fn about(&self, route: &Route) -> String {
        let field = self.kind.field(route.field);
        let label = field.map_or(route.field, |field| field.label.as_str());
        let value = match route.value.as_i64() {
            Some(id) => self.name(RecordId(id)).to_owned(),
            None => {
                let key = route.value.as_str().unwrap_or_default();
                let choice = field.and_then(|field| field.field_type.value_type().choices()?.find(key));
                choice.map_or_else(|| key.to_owned(), |choice| choice.label.clone())
            }
        };
        format!("{label}: {value}")
    }

    /// The form of a rule that sends such work to the last team at once.
    fn rule(&self, rules: &Kind, route: &Route) -> String {
        let number = |id: RecordId| self.labels.get(&id).map_or_else(|| id.to_string(), |label| label.number.clone());
        let value = match route.value.as_i64() {
            Some(id) => number(RecordId(id)),
            None => route.value.as_str().unwrap_or_default().to_owned(),
        };
        let title = t_with(
            "calibration-rule-title",
            &[("about", (&self.about(route)).into()), ("team", self.name(route.last).into())],
        );
        let condition = format!("{} == {}", route.field, serde_json::Value::from(value));
        let team = number(route.last);
        let values = [
            ("title", title.as_str()),
            ("for_kind", &self.kind.key),
            ("trigger", "created"),
            ("notation", "expression"),
            ("condition", &condition),
            ("assign_by", "team"),
            ("assign_team", &team),
        ];
        let values: Vec<String> = values.iter().map(|(key, value)| format!("{key}={}", address::part(value))).collect();
        format!("{}?{}", address::new(rules), values.join("&"))
    }
}

fn part(title: &'static str, content: Markup) -> Markup {
    html! {
        section.report-part aria-labelledby={ (title) "-title" } {
            h2.report-part__title id={ (title) "-title" } { (t(title)) }
            (content)
        }
    }
}

fn table(title: &'static str, words: &[&'static str], numbers: &[&'static str], rows: Markup) -> Markup {
    html! {
        div.table-scroll tabindex="0" role="region" aria-labelledby={ (title) "-title" } {
            table.figures-table {
                thead { tr {
                    @for word in words { th scope="col" { (t(word)) } }
                    @for word in numbers { th.is-number scope="col" { (t(word)) } }
                } }
                tbody { (rows) }
            }
        }
    }
}

fn count(count: usize) -> String {
    number(i64::try_from(count).unwrap_or(i64::MAX), formats())
}
