//! Answers while one types: articles, things on offer, one's own requests.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use steward_app::error::Error;
use steward_app::search::{Hit, SearchRequest};
use steward_app::view::RecordView;
use steward_ui::icon::{Icon, icon};
use steward_ui::portal::{Hero, hero, portal_answers};
use steward_ui::words::sentence;
use steward_words::t;

use super::catalogue::matching;
use super::pictures::{picture, terms};
use super::{ANSWERS, FOLLOWED, HOME, article_address, item_address, page, record_address};
use crate::Web;
use crate::error::WebError;
use crate::form::Query;
use crate::visitor::Visitor;

/// Answers of one sort.
const SHOWN: usize = 5;

pub(crate) async fn answers(
    State(web): State<Web>,
    visitor: Visitor,
    Query(query): Query,
) -> Result<Response, WebError> {
    let text = query.text("q").unwrap_or_default();
    let content = found(&web, &visitor, text).await?;
    if visitor.partial {
        return Ok(portal_answers(content).into_response());
    }
    let whole = hero(
        &Hero { question: t("portal-question"), address: ANSWERS, value: text, hint: t("portal-question-hint") },
        content,
    );
    Ok(page(&web, &visitor, t("search"), HOME, whole).into_response())
}

async fn found(web: &Web, visitor: &Visitor, text: &str) -> Result<Markup, Error> {
    if text.is_empty() {
        return Ok(html! {});
    }
    let own = async {
        let kinds = FOLLOWED.iter().filter(|key| web.app().registry().kind(key).is_some());
        let request = SearchRequest {
            text: text.to_owned(),
            kinds: Some(kinds.map(|key| (*key).to_owned()).collect()),
            open_only: false,
            limit: SHOWN,
        };
        web.app().search(visitor.actor(), &request).await
    };
    let (articles, offers, own) =
        tokio::try_join!(web.app().answers_for(visitor.actor(), text, SHOWN), web.app().offers(visitor.actor()), own,)?;
    let offers: Vec<&RecordView> = matching(&offers, text).into_iter().take(SHOWN).collect();
    if articles.is_empty() && offers.is_empty() && own.hits.is_empty() {
        let report = html! { a href=(super::REPORT) { (t("portal-report")) } };
        let words = sentence("portal-nothing-found-for", &[("text", html! { (text) }), ("report", report)]);
        return Ok(html! { p.portal-barred { (words) } });
    }
    Ok(html! {
        @if !offers.is_empty() {
            (group(t("portal-group-offers"), html! { @for view in &offers {
                (line(&item_address(&view.record.number), picture(&view.record), view.record.text("name"), &terms(view)))
            } }))
        }
        @if !articles.is_empty() { (group(t("portal-answers"), articles_as_lines(&articles, None))) }
        @if !own.hits.is_empty() {
            (group(t("portal-group-requests"), html! { @for hit in &own.hits {
                @let state = hit.kind.lifecycle.state(&hit.record.state).map_or("", |state| state.label.as_str());
                (line(&record_address(&hit.label.number), Icon::named(&hit.kind.icon), &hit.label.label, &format!("{} · {state}", hit.label.number)))
            } }))
        }
    })
}

/// Articles, each with the mark of the form that it is read from.
pub(super) fn articles_as_lines(hits: &[Hit], mark: Option<&str>) -> Markup {
    html! {
        @for hit in hits {
            (line(&article_address(&hit.label.number, mark), Icon::Book, &hit.label.label, hit.record.text("summary")))
        }
    }
}

pub(super) fn group(title: &str, lines: Markup) -> Markup {
    html! {
        section.portal-answers__group {
            h2.portal-answers__title { (title) }
            ul.portal-answers__list { (lines) }
        }
    }
}

fn line(address: &str, symbol: Icon, title: &str, detail: &str) -> Markup {
    html! {
        li {
            a.portal-answers__link href=(address) {
                (icon(symbol)) span { (title) }
                @if !detail.is_empty() { span.portal-answers__detail { (detail) } }
            }
        }
    }
}
