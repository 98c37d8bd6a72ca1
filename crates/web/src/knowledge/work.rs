//! Articles beside the record that somebody works on: found, used, and made from what solved it.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde_json::json;
use steward_app::error::Error;
use steward_app::knowledge::ARTICLE;
use steward_app::knowledge::{Fit, Use};
use steward_app::records::Origin;
use steward_app::view::{RecordView, label_of};
use steward_model::access::{Action, Rights};
use steward_model::event::Door;
use steward_model::kind::Kind;
use steward_ui::button::{Button, Submit, submit};
use steward_ui::form::{Form as FormParts, form};
use steward_ui::icon::Icon;
use steward_ui::knowledge::{FitLine, Fits, fit_search, fits};
use steward_ui::reference::Reference;
use steward_words::{t, t_with};

use super::{language_name, plain};
use crate::actions::{dialog_or_page, led};
use crate::drafts;
use crate::error::WebError;
use crate::files::Segments;
use crate::form::{Posted, Query};
use crate::values::shown::category;
use crate::visitor::Visitor;
use crate::{Web, address};

/// What stands in the record's rail; `None` where nobody looks for articles.
pub(crate) fn section(web: &Web, visitor: &Visitor, view: &RecordView) -> Option<Markup> {
    let articles = web.app().registry().kind(ARTICLE)?;
    let of_knowledge = view.kind.practice == articles.practice;
    let works = visitor.actor().is_staff() && view.rights.may_read_internal();
    if !works || of_knowledge || view.kind.field("description").is_none() || view.kind.field("requester").is_none() {
        return None;
    }
    web.app().readable_level(visitor.actor(), articles)?;
    let source = address::of_record(&view.kind, &view.record, "articles");
    let make = address::of_record(&view.kind, &view.record, "article");
    Some(html! {
        (fit_search(&source, "", None))
        noscript { p { a href=(source) { (t("article-like-this")) } } }
        @if web.app().may_make_article(visitor.actor(), view) {
            (form(&FormParts { action: &make, csrf_token: &visitor.csrf_token, ..FormParts::default() },
                submit(&Button { icon: Some(Icon::Book), ..plain(t("article-make")) }, &Submit::default())))
        }
    })
}

pub(crate) async fn search(
    State(web): State<Web>,
    Segments((kinds, name)): Segments<(String, String)>,
    visitor: Visitor,
    Query(query): Query,
) -> Result<Response, WebError> {
    let kind = web.app().kind_by_plural(&kinds)?.clone();
    let (record, rights) = web.app().rights_on(visitor.actor(), &kind, &name).await?;
    let words = query.text("q").unwrap_or_default();
    let found = web.app().articles_for(visitor.actor(), &kind, &name, words).await?;
    let lines = lines(&visitor, &kind, &record.number, &rights, &found, words);
    if visitor.partial {
        return Ok(lines.into_response());
    }
    let source = format!("{}/articles", address::record(&kind, &record.number));
    let content = fit_search(&source, words, Some(lines));
    Ok(dialog_or_page(&web, &visitor, &kind, &record.number, t("article-articles"), content).into_response())
}

fn lines(visitor: &Visitor, kind: &Arc<Kind>, number: &str, rights: &Rights, found: &[Fit], words: &str) -> Markup {
    if found.is_empty() {
        let text = if words.is_empty() { t("article-none-like-this") } else { t("article-none-with-words") };
        return html! { p.rail-section__note { (text) } };
    }
    let action = format!("{}/articles", address::record(kind, number));
    let drawn: Vec<(String, String, Vec<String>, String, String)> = found
        .iter()
        .map(|fit| {
            let at = address::record(&fit.kind, &fit.record.number);
            let flag = format!("{at}/flag?about={}", address::part(&format!("{}/{number}", kind.key)));
            let fix = format!("{at}/write?from={}", address::part(number));
            (at, label_of(&fit.kind, &fit.record).label, details(fit), flag, fix)
        })
        .collect();
    let lines: Vec<FitLine<'_>> = found
        .iter()
        .zip(&drawn)
        .map(|(fit, (at, label, details, flag, fix))| {
            let state = fit.kind.lifecycle.state(&fit.record.state).map_or("", |state| state.label.as_str());
            FitLine {
                article: Reference {
                    number: &fit.record.number,
                    label,
                    address: Some(at),
                    icon: None,
                    state: Some((category(&fit.kind, &fit.record.state), state)),
                },
                number: &fit.record.number,
                details,
                is_used: fit.is_used,
                flag,
                fix: if fit.record.state == "published" || fit.record.state == "draft" { fix } else { "" },
            }
        })
        .collect();
    let shared = Fits {
        action: &action,
        csrf_token: &visitor.csrf_token,
        may_write: rights.may(Action::Comment) || rights.may(Action::Note),
        may_link: rights.may(Action::Link),
    };
    fits(&shared, &lines)
}

fn details(fit: &Fit) -> Vec<String> {
    let mut details = Vec::new();
    if fit.figures.uses > 0 {
        details.push(t_with("article-times-used", &[("count", fit.figures.uses.into())]));
    }
    if let Some(percent) = fit.figures.helpful_percent() {
        details.push(t_with("article-percent-helpful", &[("percent", percent.into())]));
    }
    if fit.figures.open > 0 {
        details.push(t_with("article-open-flags", &[("count", fit.figures.open.into())]));
    }
    details.push(language_name(&fit.kind, fit.record.text("language")).to_owned());
    if !fit.is_for_requesters {
        details.push(t("staff-only").to_owned());
    }
    details
}

/// Notes that an article helped and puts its words into the reply: into the box on the page where scripts run, into the
/// reply's draft where they do not.
pub(crate) async fn apply(
    State(web): State<Web>,
    Segments((kinds, name)): Segments<(String, String)>,
    posted: Posted,
) -> Result<Response, WebError> {
    let Posted { visitor, form } = posted;
    let kind = web.app().kind_by_plural(&kinds)?.clone();
    let how = match form.get("do") {
        Some("text") => Use::Text,
        Some("reference") => Use::Reference,
        Some("link") | None => Use::Link,
        Some(_) => return Err(WebError::bad_request("`do` must be text, reference or link")),
    };
    let article = form.text("article").unwrap_or_default();
    let written = web.app().use_article(visitor.actor(), &kind, &name, article, how, &Origin::door(Door::Page)).await?;
    if visitor.partial {
        let said = match how {
            Use::Link => "article-noted",
            Use::Text => "article-words-put",
            Use::Reference => "article-link-put",
        };
        let said = t_with(said, &[("number", (&written.number).into())]);
        return Ok(Json(json!({ "text": written.text, "number": written.number, "said": said })).into_response());
    }
    let at = address::record(&kind, &name);
    if how == Use::Link {
        return Ok(Redirect::to(&at).into_response());
    }
    let (record, _) = web.app().rights_on(visitor.actor(), &kind, &name).await?;
    drafts::append(&web, &visitor, &kind, &record.number, &written.text).await?;
    Ok(Redirect::to(&format!("{at}#composer")).into_response())
}

/// Makes an article from how the record was solved, and leads to where it is written.
pub(crate) async fn make(
    State(web): State<Web>,
    Segments((kinds, name)): Segments<(String, String)>,
    posted: Posted,
) -> Result<Response, WebError> {
    let visitor = posted.visitor;
    let kind = web.app().kind_by_plural(&kinds)?.clone();
    if kind.key == ARTICLE {
        return Err(Error::NotFound.into());
    }
    let made = web.app().article_from(visitor.actor(), &kind, &name, &Origin::door(Door::Page)).await?;
    Ok(led(&visitor, &address::of_record(&made.kind, &made.record, "write")))
}
