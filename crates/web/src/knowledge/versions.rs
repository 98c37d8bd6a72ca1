//! The versions of an article, any two of them compared, and an old one begun anew.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use steward_app::knowledge::{Compared, Version, compare};
use steward_app::knowledge::{TEXTS, has_draft};
use steward_app::records::Origin;
use steward_app::view::{Labels, RecordView};
use steward_model::access::Action;
use steward_model::event::Door;
use steward_ui::button::{Button, Look, Submit, link_button, submit};
use steward_ui::form::{Form as FormParts, form};
use steward_ui::header::{Header, header};
use steward_ui::knowledge::{Piece, comparison};
use steward_ui::reference::Crumb;
use steward_words::{in_sentence, t, t_with};

use super::{article_kind, part_name, plain};
use crate::actions::led;
use crate::error::WebError;
use crate::files::Segments;
use crate::form::{Posted, Query};
use crate::frame::{Place, frame};
use crate::values::time;
use crate::visitor::Visitor;
use crate::{Web, address};

/// What stands for the version that is being written.
const NEXT: &str = "next";

pub(crate) async fn page(
    State(web): State<Web>,
    Segments((kinds, name)): Segments<(String, String)>,
    visitor: Visitor,
    Query(query): Query,
) -> Result<Response, WebError> {
    article_kind(&web, &kinds)?;
    let (view, versions, labels) = web.app().article_versions(visitor.actor(), &name).await?;
    let kind = &view.kind;
    let (list, back) = (address::list(kind), address::record(kind, &view.record.number));
    // Without choice the last two are compared.
    let chosen = |name: &str, place: usize| {
        let asked = query.text(name).and_then(|text| versions.iter().find(|version| key(version) == text));
        asked.or_else(|| versions.get(place))
    };
    let (newer, older) = (chosen("to", 0), chosen("from", 1));
    let crumbs =
        [Crumb { label: &kind.label_plural, address: &list }, Crumb { label: &view.record.number, address: &back }];
    let main = html! {
        (header(&Header { title: t("article-versions"), detail: view.record.text("title"), crumbs: &crumbs, ..Header::default() }, html! {}))
        div.page-body {
            @if versions.is_empty() { p { (t("article-no-version")) } } @else {
                (table(&web, &visitor, &view, &versions, &labels, (older, newer)))
                @if let (Some(older), Some(newer)) = (older, newer) { (compared(&view, older, newer)) }
            }
        }
    };
    let title = t_with("article-versions-of", &[("number", (&view.record.number).into())]);
    Ok(frame(&web, &visitor, Place { title: &title, current: &list, ..Place::default() }, main).into_response())
}

fn key(version: &Version) -> String {
    version.number.map_or_else(|| NEXT.to_owned(), |number| number.to_string())
}

fn name(version: &Version) -> String {
    match version.number {
        Some(number) => t_with("article-version-number", &[("number", number.into())]),
        None => t("article-being-written").to_owned(),
    }
}

/// All versions, two of them to be chosen.
fn table(
    web: &Web,
    visitor: &Visitor,
    view: &RecordView,
    versions: &[Version],
    labels: &Labels,
    (older, newer): (Option<&Version>, Option<&Version>),
) -> Markup {
    let action = address::of_record(&view.kind, &view.record, "versions");
    let (now, zone) = (web.app().now(), &visitor.preferences.zone);
    let is = |one: Option<&Version>, other: &Version| {
        one.is_some_and(|one| one.revision == other.revision && one.number == other.number)
    };
    let may_restore = view.rights.may(Action::Transition)
        && !has_draft(&view.record)
        && view.allowed_transitions.iter().any(|key| key == "revise");
    let current = versions.iter().find_map(|version| version.number);
    html! {
        form #versions method="get" action=(action) {}
        div.table-scroll {
            table.figures-table {
                thead { tr { th scope="col" { (t("article-version")) } th scope="col" { (t("article-version-older")) } th scope="col" { (t("article-version-newer")) } th scope="col" { (t("article-when")) } th scope="col" { (t("article-who")) } th scope="col" { (t("article-what-changed")) } th scope="col" { span.hidden-text { (t("article-actions")) } } } }
                tbody {
                    @for version in versions {
                        tr {
                            td { (name(version)) @if version.number.is_some() && version.number == current { " " (t("article-readers-see-this")) } }
                            td data-label=(t("article-version-older")) { label.version-list__choice { input type="radio" form="versions" name="from" value=(key(version)) checked[is(older, version)] aria-label=(t_with("article-choose-older", &[("version", (&name(version)).into())])); } }
                            td data-label=(t("article-version-newer")) { label.version-list__choice { input type="radio" form="versions" name="to" value=(key(version)) checked[is(newer, version)] aria-label=(t_with("article-choose-newer", &[("version", (&name(version)).into())])); } }
                            td data-label=(t("article-when")) { (time::ago(version.at, now, zone)) }
                            td data-label=(t("article-who")) { (labels.get(&version.by).map_or(t("steward"), |label| label.label.as_str())) }
                            td { (version.note) }
                            td {
                                @if let Some(number) = version.number.filter(|number| may_restore && Some(*number) != current) {
                                    @let restore = address::of_record(&view.kind, &view.record, &format!("versions/{number}/restore"));
                                    (form(&FormParts { action: &restore, csrf_token: &visitor.csrf_token, ..FormParts::default() }, submit(&Button { look: Look::Quiet, ..plain(t("article-restore")) }, &Submit::default())))
                                }
                            }
                        }
                    }
                }
            }
        }
        div.button-row {
            (submit(&plain(t("article-compare")), &Submit { form: Some("versions"), ..Submit::default() }))
            (link_button(&Button { look: Look::Quiet, ..plain(t("article-back")) }, &address::record(&view.kind, &view.record.number)))
        }
    }
}

/// Two versions, part by part.
fn compared(view: &RecordView, older: &Version, newer: &Version) -> Markup {
    let text = |version: &Version, key: &str| {
        version.parts.iter().find(|part| part.key == key).map(|part| part.text.clone()).unwrap_or_default()
    };
    html! {
        h2.comparison__label { (t_with("list-and", &[("first", (&name(older)).into()), ("last", (&in_sentence(&name(newer))).into())])) }
        @for (key, _) in TEXTS {
            @let (before, after) = (text(older, key), text(newer, key));
            @if !(before.is_empty() && after.is_empty()) {
                @let pieces = compare(&before, &after);
                (comparison(part_name(&view.kind, key), &drawn(&pieces)))
            }
        }
    }
}

/// Pieces as the component takes them.
pub(super) fn drawn(pieces: &[Compared]) -> Vec<Piece<'_>> {
    pieces
        .iter()
        .map(|piece| match piece {
            Compared::Same(text) => Piece::Same(text),
            Compared::Removed(text) => Piece::Removed(text),
            Compared::Added(text) => Piece::Added(text),
        })
        .collect()
}

pub(crate) async fn restore(
    State(web): State<Web>,
    Segments((kinds, name, version)): Segments<(String, String, i64)>,
    posted: Posted,
) -> Result<Response, WebError> {
    article_kind(&web, &kinds)?;
    let visitor = posted.visitor;
    let view = web.app().restore_version(visitor.actor(), &name, version, &Origin::door(Door::Page)).await?;
    Ok(led(&visitor, &address::of_record(&view.kind, &view.record, "write")))
}
