//! Articles for who answers for them: how good each is, and which translations lack or fell behind.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use steward_app::knowledge::ARTICLE;
use steward_app::knowledge::Order;
use steward_ui::button::{Button, Submit, submit};
use steward_ui::form::{Form as FormParts, form};
use steward_ui::header::{Header, header};
use steward_ui::icon::Icon;
use steward_ui::message::{Empty, empty};
use steward_ui::reference::{Crumb, Reference, reference};
use steward_ui::value::nothing;
use steward_ui::words::sentence;
use steward_words::{formats, number, t, t_with};

use super::{language_name, plain};
use crate::error::WebError;
use crate::form::Query;
use crate::frame::{Place, frame};
use crate::visitor::Visitor;
use crate::{Web, address};

/// Rows of a page.
const ROWS: usize = 200;

pub(crate) async fn quality(
    State(web): State<Web>,
    visitor: Visitor,
    Query(query): Query,
) -> Result<Response, WebError> {
    let order = query.get("sort").and_then(Order::parse).unwrap_or_default();
    let kind = web.app().kind(ARTICLE)?.clone();
    let (measured, owners) = web.app().article_quality(visitor.actor(), order).await?;
    let list = address::list(&kind);
    let column = |label: &str, by: Order, number: bool| {
        let is_current = order == by;
        html! {
            th scope="col" class=[number.then_some("is-number")] aria-sort=[is_current.then_some(if by == Order::Helpful { "ascending" } else { "descending" })] {
                a href={ "/knowledge/quality?sort=" (by.key()) } { (label) }
            }
        }
    };
    let detail = if measured.len() > ROWS {
        t_with("article-published-first", &[("shown", ROWS.into()), ("count", measured.len().into())])
    } else {
        t_with("article-published-count", &[("count", measured.len().into())])
    };
    let main = html! {
        (head(false, &detail, &kind.label_plural, &list))
        div.page-body {
            @if measured.is_empty() {
                (empty(&Empty { icon: Icon::Book, title: t("article-none-published"), text: t("article-none-published-help") }, html! {}))
            } @else {
                div.table-scroll tabindex="0" role="region" aria-label=(t("article-articles")) {
                    table.figures-table {
                        thead { tr {
                            (column(t("article-article"), Order::Need, false))
                            th scope="col" { (t("article-owner")) }
                            (column(t("article-used"), Order::Uses, true))
                            (column(t("article-helpful"), Order::Helpful, true))
                            (column(t("article-flags"), Order::Open, true))
                            (column(t("article-age"), Order::Age, true))
                        } }
                        tbody {
                            @for one in measured.iter().take(ROWS) {
                                @let at = address::record(&kind, &one.label.number);
                                @let open = format!("/article-feedback?q={}", address::part(&format!("article:{} is:open", one.label.number)));
                                tr {
                                    td { (reference(&Reference { number: &one.label.number, label: &one.label.label, address: Some(&at), ..Reference::default() })) }
                                    td data-label=(t("article-owner")) { @match one.record.reference("owner").and_then(|id| owners.get(&id)) { Some(owner) => (owner.label), None => (nothing()) } }
                                    td.is-number data-label=(t("article-used")) { (number(one.figures.uses, formats())) }
                                    td.is-number data-label=(t("article-helpful")) { @match one.figures.helpful_percent() { Some(percent) => { (t_with("article-helpful-of", &[("percent", percent.into()), ("count", (one.figures.helpful + one.figures.unhelpful).into())])) } None => (nothing()) } }
                                    td.is-number data-label=(t("article-flags")) { @if one.figures.open > 0 { a href=(open) { (one.figures.open) } } @else { "0" } }
                                    td.is-number data-label=(t("article-age")) { (number(one.unreviewed_days, formats())) @if one.is_review_due { " · " (t("article-review-due")) } }
                                }
                            }
                        }
                    }
                }
            }
        }
    };
    Ok(frame(&web, &visitor, Place { title: t("article-quality"), current: &list, ..Place::default() }, main)
        .into_response())
}

pub(crate) async fn translations(State(web): State<Web>, visitor: Visitor) -> Result<Response, WebError> {
    let kind = web.app().kind(ARTICLE)?.clone();
    let gaps = web.app().translation_gaps(visitor.actor()).await?;
    let list = address::list(&kind);
    let detail = t_with("article-gaps-count", &[("count", gaps.len().into())]);
    let main = html! {
        (head(true, &detail, &kind.label_plural, &list))
        div.page-body {
            @if gaps.is_empty() {
                (empty(&Empty { icon: Icon::Language, title: t("article-no-gaps"), text: t("article-no-gaps-help") }, html! {}))
            } @else {
                div.table-scroll tabindex="0" role="region" aria-label=(t("article-translations")) {
                    table.figures-table {
                        thead { tr { th scope="col" { (t("article-article")) } th scope="col" { (t("article-language")) } th scope="col" { (t("article-gap")) } th scope="col" { span.hidden-text { (t("article-actions")) } } } }
                        tbody {
                            @for gap in gaps.iter().take(ROWS) {
                                @let source = address::record(&kind, &gap.source.number);
                                tr {
                                    td { (reference(&Reference { number: &gap.source.number, label: &gap.source.label, address: Some(&source), ..Reference::default() })) }
                                    td data-label=(t("article-language")) { (language_name(&kind, &gap.language)) }
                                    @match &gap.stale {
                                        Some((label, version)) => {
                                            @let at = address::record(&kind, &label.number);
                                            @let article = reference(&Reference { number: &label.number, address: Some(&at), ..Reference::default() });
                                            td { (sentence("article-gap-stale", &[("own", html! { (version) }), ("source", html! { (gap.version) }), ("article", article)])) }
                                            td { a."button button--plain" href={ (at) "/write" } { span { (t("article-bring-up")) } } }
                                        }
                                        None => {
                                            td { (t("article-gap-none")) }
                                            td { (form(&FormParts { action: &format!("{source}/translations"), csrf_token: &visitor.csrf_token, ..FormParts::default() }, submit(&Button { ..plain(t("article-translate")) }, &Submit { name: Some("language"), value: Some(&gap.language), ..Submit::default() }))) }
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    };
    Ok(frame(&web, &visitor, Place { title: t("article-translations"), current: &list, ..Place::default() }, main)
        .into_response())
}

/// The head of both pages, with a way to the other.
fn head(of_translations: bool, detail: &str, articles: &str, list: &str) -> Markup {
    let crumbs = [Crumb { label: articles, address: list }];
    let (quality, translations) = (t("article-quality"), t("article-translations"));
    let title = if of_translations { translations } else { quality };
    header(
        &Header { title, detail, crumbs: &crumbs, ..Header::default() },
        html! {
            @if of_translations { a."button button--plain" href="/knowledge/quality" { span { (quality) } } }
            @else { a."button button--plain" href="/knowledge/translations" { span { (translations) } } }
        },
    )
}
