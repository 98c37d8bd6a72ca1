//! The first page of the portal: one question, what waits for the reader, what is down, what can be ordered.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use steward_app::error::Error;
use steward_app::list::{Counting, ListRequest};
use steward_app::view::RecordView;
use steward_model::id::RecordId;
use steward_ui::icon::{Icon, icon};
use steward_ui::message::{Empty, Notice, empty, notice};
use steward_ui::portal::{Card, Hero, cards, hero, portal_section};
use steward_ui::tone::Tone;
use steward_words::{t, t_with};

use super::pictures::picture;
use super::requests::{Wanted, find, follows};
use super::{ANSWERS, ARTICLES, CATALOGUE, HOME, REPORT, REQUESTS, article_address, page};
use crate::Web;
use crate::error::WebError;
use crate::values::time;
use crate::visitor::Visitor;

/// Open requests and articles on the page.
const OPEN: usize = 6;
const ARTICLES_SHOWN: usize = 6;
const OUTAGES: usize = 5;

pub(crate) async fn home(State(web): State<Web>, visitor: Visitor) -> Result<Response, WebError> {
    Ok(show(&web, &visitor).await?.into_response())
}

/// The page.
pub(crate) async fn show(web: &Web, visitor: &Visitor) -> Result<Markup, Error> {
    let (open, waiting, outages, categories, articles) = tokio::try_join!(
        find(web, visitor, Wanted::MyOpen, OPEN),
        waiting(web, visitor),
        outages(web, visitor),
        categories(web, visitor),
        super::articles::some(web, visitor, None, ARTICLES_SHOWN),
    )?;
    let name = visitor.actor().label.split_whitespace().next().unwrap_or_default().to_owned();
    let question = t_with("portal-question-name", &[("name", (&name).into())]);
    let ways: Vec<Card<'_>> = ways(web, visitor);
    let content = html! {
        (hero(&Hero { question: &question, address: ANSWERS, value: "", hint: t("portal-question-hint") }, html! {}))
        @for (text, detail) in &outages {
            (notice(&Notice { tone: Tone::Warning, text }, html! { span { (detail) } }))
        }
        @if !waiting.is_empty() {
            (portal_section(t("portal-waiting-for-you"), None, follows(web, visitor, &waiting)))
        }
        (cards(&ways))
        @if !categories.is_empty() {
            (portal_section(t("portal-order"), Some((t("portal-whole-catalogue"), CATALOGUE)), category_cards(&categories)))
        }
        (portal_section(t("portal-asked-for"), Some((t("portal-all-requests"), REQUESTS)), html! {
            @if open.is_empty() {
                (empty(&Empty { icon: Icon::Checks, title: t("portal-nothing-open"), text: t("portal-nothing-open-text") }, html! {}))
            } @else { (follows(web, visitor, &open)) }
        }))
        @if !articles.is_empty() {
            (portal_section(t("portal-good-to-know"), Some((t("portal-all-articles"), ARTICLES)), html! {
                ul.article-list {
                    @for view in &articles {
                        li { a href=(article_address(&view.record.number, None)) { (icon(Icon::Book)) span { (view.record.text("title")) } } }
                    }
                }
            }))
        }
    };
    Ok(page(web, visitor, t("portal"), HOME, content))
}

fn ways(web: &Web, visitor: &Visitor) -> Vec<Card<'static>> {
    let may = |key: &str| {
        let kind = web.app().registry().kind(key)?;
        web.app().creatable_level(visitor.actor(), kind)
    };
    let mut ways = Vec::new();
    if may("incident").is_some() {
        ways.push(Card {
            address: REPORT,
            icon: Icon::AlertCircle,
            title: t("portal-does-not-work"),
            text: t("portal-report-text"),
            detail: "",
        });
    }
    if may("service_request").is_some() {
        ways.push(Card {
            address: "/service-requests/new",
            icon: Icon::Message,
            title: t("portal-something-else"),
            text: t("portal-something-else-text"),
            detail: "",
        });
    }
    ways
}

/// Cards of categories with how much each holds.
pub(super) fn category_cards(categories: &[(RecordView, usize)]) -> Markup {
    let texts: Vec<(String, String)> = categories
        .iter()
        .map(|(view, count)| {
            let things = t_with("portal-things", &[("count", (*count).into())]);
            (format!("{CATALOGUE}/{}", crate::address::part(&view.record.number)), things)
        })
        .collect();
    let list: Vec<Card<'_>> = categories
        .iter()
        .zip(&texts)
        .map(|((view, _), (address, things))| Card {
            address,
            icon: picture(&view.record),
            title: view.record.text("name"),
            text: view.record.text("description"),
            detail: things,
        })
        .collect();
    cards(&list)
}

/// The categories in which somebody may order something, with how many things.
pub(super) async fn categories(web: &Web, visitor: &Visitor) -> Result<Vec<(RecordView, usize)>, Error> {
    let (all, offers) =
        tokio::try_join!(web.app().catalogue_categories(visitor.actor()), web.app().offers(visitor.actor()),)?;
    let mut counts: BTreeMap<RecordId, usize> = BTreeMap::new();
    for category in offers.iter().filter_map(|offer| offer.record.reference("category")) {
        *counts.entry(category).or_default() += 1;
    }
    let filled = all.into_iter().filter_map(|view| {
        let count = *counts.get(&view.record.id)?;
        Some((view, count))
    });
    Ok(filled.collect())
}

/// What the reader has to do: approve, answer, confirm.
async fn waiting(web: &Web, visitor: &Visitor) -> Result<Vec<RecordView>, Error> {
    let (mut approvals, asked) = tokio::try_join!(
        find(web, visitor, Wanted::MyApprovals, OPEN),
        find(web, visitor, Wanted::AnswersFromMe, OPEN),
    )?;
    approvals.extend(asked);
    Ok(approvals)
}

/// What is down now or will be, in words, as far as the reader hears of it.
async fn outages(web: &Web, visitor: &Visitor) -> Result<Vec<(String, String)>, Error> {
    let Some(kind) = web.app().registry().kind("outage").cloned() else { return Ok(Vec::new()) };
    if web.app().readable_level(visitor.actor(), &kind).is_none() {
        return Ok(Vec::new());
    }
    let request = ListRequest {
        filter: Some("state == 'ongoing' && begin_at <= now".to_owned()),
        sort: Some("-begin_at".to_owned()),
        limit: OUTAGES,
        count: Counting::Off,
        ..ListRequest::default()
    };
    let found = web.app().list(visitor.actor(), &kind, &request).await?.records;
    let told = found.iter().map(|view| {
        let record = &view.record;
        let title = record.text("title").to_owned();
        let end = record.field("expected_end_at").and_then(serde_json::Value::as_i64);
        let end = end.map(|micros| {
            let words = time::words(steward_model::moment::Moment(micros), web.app().now(), &visitor.preferences.zone);
            t_with("portal-outage-end", &[("when", (&words.0).into())])
        });
        (title, end.unwrap_or_else(|| t("portal-outage-open").to_owned()))
    });
    Ok(told.collect())
}
