//! Articles in the portal: by category, and one to read.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use steward_app::deflection::ARTICLE;
use steward_app::error::Error;
use steward_app::list::{Counting, ListRequest};
use steward_app::view::RecordView;
use steward_model::kind::FieldType;
use steward_ui::button::{Button, Look, Submit, link_button, submit};
use steward_ui::icon::{Icon, icon};
use steward_ui::message::{Empty, empty};
use steward_ui::portal::{PortalHead, portal_head, portal_section};
use steward_words::t;

use super::{ARTICLES, REPORT, article_address, page};
use crate::Web;
use crate::error::WebError;
use crate::files::Segments;
use crate::form::{Posted, Query};
use crate::visitor::Visitor;
use crate::{address, markdown};

/// Articles on the page.
const SHOWN: usize = 200;
/// What the reader of an article sees of it, in this order.
const TEXTS: [&str; 4] = ["issue", "environment", "cause", "resolution"];

/// Published articles, of a category or of all, by title.
pub(super) async fn some(
    web: &Web,
    visitor: &Visitor,
    category: Option<&str>,
    limit: usize,
) -> Result<Vec<RecordView>, Error> {
    let Some(kind) = web.app().registry().kind(ARTICLE).cloned() else { return Ok(Vec::new()) };
    if web.app().readable_level(visitor.actor(), &kind).is_none() {
        return Ok(Vec::new());
    }
    let known = kind.field("category").and_then(|field| field.field_type.choices());
    let mut filter = "state == 'published'".to_owned();
    if let Some(choice) = category.and_then(|key| known?.find(key)) {
        filter.push_str(&format!(" && category == '{}'", choice.key));
    }
    let request = ListRequest {
        filter: Some(filter),
        sort: Some("-updated_at".to_owned()),
        limit,
        count: Counting::Off,
        ..ListRequest::default()
    };
    Ok(web.app().list(visitor.actor(), &kind, &request).await?.records)
}

pub(crate) async fn articles(
    State(web): State<Web>,
    visitor: Visitor,
    Query(query): Query,
) -> Result<Response, WebError> {
    let found = some(&web, &visitor, query.text("category"), SHOWN).await?;
    let kind = web.app().kind(ARTICLE)?.clone();
    let field = kind.field("category");
    let choices = match field.map(|field| &field.field_type) {
        Some(FieldType::Choice(choices)) => choices.0.as_slice(),
        _ => &[],
    };
    let of = |key: &str| found.iter().filter(|view| view.record.text("category") == key).collect::<Vec<_>>();
    let content = html! {
        (portal_head(&PortalHead { title: t("portal-articles"), text: t("portal-articles-text"), ..PortalHead::default() }, html! {}))
        @if found.is_empty() {
            (empty(&Empty { icon: Icon::Book, title: t("portal-no-articles"), text: t("portal-no-articles-text") }, html! {}))
        }
        @for (key, label) in choices.iter().map(|choice| (choice.key.as_str(), choice.label.as_str())).chain([("", t("portal-more"))]) {
            @let own = of(key);
            @if !own.is_empty() {
                (portal_section(label, None, html! {
                    ul.article-list {
                        @for view in own {
                            li { a href=(article_address(&view.record.number, None)) { (icon(Icon::Book)) span { (view.record.text("title")) } } }
                        }
                    }
                }))
            }
        }
    };
    Ok(page(&web, &visitor, t("portal-articles"), ARTICLES, content).into_response())
}

pub(crate) async fn article(
    State(web): State<Web>,
    Segments(name): Segments<String>,
    visitor: Visitor,
    Query(query): Query,
) -> Result<Response, WebError> {
    let mark = query.text("mark");
    let view = web.app().read_article(visitor.actor(), &name, mark).await?;
    Ok(page(&web, &visitor, view.record.text("title"), ARTICLES, text(&visitor, &view, mark)).into_response())
}

fn text(visitor: &Visitor, view: &RecordView, mark: Option<&str>) -> Markup {
    let record = &view.record;
    let back = match mark {
        Some(mark) => (t("portal-back-to-report"), format!("{REPORT}?mark={}", address::part(mark))),
        None => (t("portal-articles"), ARTICLES.to_owned()),
    };
    let solved = format!("{ARTICLES}/{}/solved", address::part(&record.number));
    html! {
        (portal_head(&PortalHead {
            back: Some((back.0, &back.1)),
            title: record.text("title"),
            text: record.text("summary"),
            ..PortalHead::default()
        }, html! {}))
        @for key in TEXTS {
            @let body = record.text(key);
            @if !body.is_empty() {
                section {
                    @if key != "resolution" || !record.text("issue").is_empty() {
                        @if let Some(field) = view.kind.field(key) { h2.portal-section__title { (field.label) } }
                    }
                    div.article { (markdown::render(body)) }
                }
            }
        }
        @if let Some(mark) = mark {
            form.portal-solved method="post" action=(solved) {
                input type="hidden" name="csrf_token" value=(visitor.csrf_token);
                input type="hidden" name="mark" value=(mark);
                p { (t("portal-did-it-answer")) }
                (submit(&Button { label: t("portal-solved-yes"), icon: Some(Icon::Check), look: Look::Main, ..Button::default() }, &Submit::default()))
                (link_button(&Button { label: t("portal-solved-no"), ..Button::default() }, &back.1))
            }
        }
        p.portal-barred { (record.number) }
    }
}

/// An article answered what was to be reported.
pub(crate) async fn solved(
    State(web): State<Web>,
    Segments(name): Segments<String>,
    posted: Posted,
) -> Result<Response, WebError> {
    let Posted { visitor, form } = posted;
    let view = web.app().solved_by_article(visitor.actor(), &name, form.text("mark").unwrap_or_default()).await?;
    let content = html! {
        (portal_head(&PortalHead { title: t("portal-good-to-hear"), text: t("portal-good-to-hear-text"), ..PortalHead::default() }, html! {}))
        p { a href=(article_address(&view.record.number, None)) { (view.record.text("title")) } }
        div.portal-head__actions {
            (link_button(&Button { label: t("portal-to-portal"), look: Look::Main, ..Button::default() }, super::HOME))
            (link_button(&Button { label: t("portal-report-else"), ..Button::default() }, REPORT))
        }
    };
    Ok(page(&web, &visitor, t("portal-solved"), ARTICLES, content).into_response())
}
