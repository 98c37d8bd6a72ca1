//! A record at one moment beside what it was at another.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use steward_app::difference::Difference;
use steward_app::view::{LinkView, RecordView};
use steward_model::moment::Moment;
use steward_ui::button::{Button, Submit, submit};
use steward_ui::header::{Header, header};
use steward_ui::icon::Icon;
use steward_ui::message::{Empty, empty};
use steward_ui::reference::Crumb;
use steward_ui::value::{Shown, shown as draw};
use steward_words::{t, t_with};

use super::{Parts, show};
use crate::error::WebError;
use crate::files::Segments;
use crate::form::{Form, Query};
use crate::frame::{Place, frame};
use crate::values::shown::{Reader, labelled, state};
use crate::values::time;
use crate::visitor::Visitor;
use crate::{Web, address};

/// The end of its address.
pub(super) const ROUTE_END: &str = "difference";

pub(crate) async fn page(
    State(web): State<Web>,
    Segments((kinds, name)): Segments<(String, String)>,
    visitor: Visitor,
    Query(query): Query,
) -> Result<Response, WebError> {
    let kind = web.app().kind_by_plural(&kinds)?.clone();
    let moments = (moment(&query, "from")?, moment(&query, "to")?);
    let difference = web.app().difference(visitor.actor(), &kind, &name, moments).await?;
    // The moments that there are to choose from.
    let record = show(&web, &visitor, &kind, &name, None, None).await?;
    let mut choices = Parts::new(&web, &visitor, &record, None).moments();
    for at in [moments.0, moments.1].into_iter().flatten() {
        if choices.iter().all(|(machine, ..)| *machine != at.to_string()) {
            choices.push((at.to_string(), time::exact(at, &visitor.preferences.zone), String::new()));
        }
    }
    choices.sort();
    let view = &record.view;
    let (list, own) = (address::list(&kind), address::record(&kind, &view.record.number));
    let crumbs =
        [Crumb { label: &kind.label_plural, address: &list }, Crumb { label: &view.record.number, address: &own }];
    let action = address::of_record(&kind, &view.record, ROUTE_END);
    let title = t("difference-title");
    let main = html! {
        (header(&Header { title, detail: view.record.text(&kind.label_field), crumbs: &crumbs, ..Header::default() }, html! {}))
        div.page-body {
            form.try-form method="get" action=(action) {
                (choice("from", t("difference-from"), &choices, moments.0, None))
                (choice("to", t("difference-to"), &choices, moments.1, Some(t("now"))))
                (submit(&Button { label: t("show"), ..Button::default() }, &Submit::default()))
            }
            (told(&web, &visitor, &difference))
        }
    };
    Ok(frame(&web, &visitor, Place { title, current: &list, ..Place::default() }, main).into_response())
}

fn moment(query: &Form, key: &str) -> Result<Option<Moment>, WebError> {
    let wrong = || WebError::bad_request("`from` and `to` must be moments such as 2026-03-01T09:30:00Z");
    query.text(key).map(|text| Moment::parse(text).ok_or_else(wrong)).transpose()
}

/// One of the two moments; nothing chosen is the beginning, or `end`.
fn choice(
    name: &str,
    label: &str,
    choices: &[(String, String, String)],
    chosen: Option<Moment>,
    end: Option<&str>,
) -> Markup {
    let chosen = chosen.map(|at| at.to_string());
    html! {
        div.field {
            label.field__label for=(name) { (label) }
            select.input id=(name) name=(name) {
                @if end.is_none() { option value="" selected[chosen.is_none()] { (t("difference-beginning")) } }
                @for (machine, label, what) in choices {
                    option value=(machine) selected[chosen.as_deref() == Some(machine)] { (label) @if !what.is_empty() { " — " (what) } }
                }
                @if let Some(end) = end { option value="" selected[chosen.is_none()] { (end) } }
            }
        }
    }
}

fn told(web: &Web, visitor: &Visitor, difference: &Difference) -> Markup {
    let (begun, ended): (Vec<_>, Vec<_>) = (difference.begun().collect(), difference.ended().collect());
    if difference.differs.is_empty() && begun.is_empty() && ended.is_empty() {
        let (title, text) = (t("difference-none"), t("difference-none-help"));
        return empty(&Empty { icon: Icon::History, title, text }, html! {});
    }
    let zone = &visitor.preferences.zone;
    let heads = [time::exact(difference.from, zone), time::exact(difference.to, zone)];
    let (before, after) = (&difference.before, &difference.after);
    html! {
        (table(web, visitor, [before, after], &difference.differs, [&heads[0], &heads[1]]))
        (links(web, t("difference-links-begun"), after, &begun))
        (links(web, t("difference-links-ended"), before, &ended))
        p.clock-story__text { (t_with("difference-rights", &[("kind", (&after.kind.label).into())])) }
    }
}

/// What differs between two states of a record, each beside the other.
pub(super) fn table(
    web: &Web,
    visitor: &Visitor,
    [before, after]: [&RecordView; 2],
    differs: &[String],
    heads: [&str; 2],
) -> Markup {
    html! {
        div.table-scroll tabindex="0" role="region" aria-label=(t("difference-title")) {
            table.figures-table {
                thead { tr {
                    th scope="col" { (t("difference-field")) }
                    @for head in heads { th scope="col" { (head) } }
                } }
                tbody {
                    @for key in differs {
                        tr {
                            td { (label(after, key)) }
                            td.is-whole data-label=(heads[0]) { (value(&reader(web, visitor, before), before, key)) }
                            td.is-whole data-label=(heads[1]) { (value(&reader(web, visitor, after), after, key)) }
                        }
                    }
                }
            }
        }
    }
}

fn reader<'a>(web: &'a Web, visitor: &'a Visitor, view: &'a RecordView) -> Reader<'a> {
    Reader {
        registry: web.app().registry(),
        labels: &view.labels,
        zone: &visitor.preferences.zone,
        now: web.app().now(),
    }
}

fn label<'a>(view: &'a RecordView, key: &'a str) -> &'a str {
    match key {
        "state" => t("state"),
        "organisation" => t("organisation"),
        _ => view.kind.field(key).map_or(key, |field| field.label.as_str()),
    }
}

fn value(reader: &Reader<'_>, view: &RecordView, key: &str) -> Markup {
    match key {
        "state" => state(&view.kind, &view.record.state),
        "organisation" => reader.reference(view.record.organisation),
        _ => match view.kind.field(key) {
            Some(field) if view.record.field(key).is_some() => reader.field(&view.kind, &view.record, field),
            _ => draw(&Shown::Nothing),
        },
    }
}

fn links(web: &Web, title: &str, view: &RecordView, links: &[&LinkView]) -> Markup {
    if links.is_empty() {
        return html! {};
    }
    let registry = web.app().registry();
    html! {
        section.report-part {
            h2.report-part__title { (title) }
            ul.plain-list {
                @for item in links {
                    @if let Some((label, kind)) = view.labels.get(&item.other).and_then(|label| Some((label, registry.kind(&label.kind)?))) {
                        @let word = registry.link(&item.link).map_or(item.link.as_str(), |link| if item.inverse { &link.inverse_label } else { &link.label });
                        @let address = address::record(kind, &label.number);
                        li.plain-list__item { div.plain-list__text { (word) " " (draw(&Shown::Reference(labelled(kind, label, &address)))) } }
                    }
                }
            }
        }
    }
}
