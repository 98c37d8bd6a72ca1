//! The catalogue: categories, and what is in one.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use steward_app::error::Error;
use steward_app::view::RecordView;
use steward_ui::icon::Icon;
use steward_ui::message::{Empty, empty};
use steward_ui::portal::{Card, PortalHead, cards, portal_head, portal_section};
use steward_words::t;

use super::home::{categories, category_cards};
use super::pictures::{picture, terms};
use super::{CATALOGUE, item_address, page};
use crate::Web;
use crate::error::WebError;
use crate::files::Segments;
use crate::form::Query;
use crate::visitor::Visitor;

pub(crate) async fn catalogue(
    State(web): State<Web>,
    visitor: Visitor,
    Query(query): Query,
) -> Result<Response, WebError> {
    let offers = web.app().offers(visitor.actor()).await?;
    if let Some(text) = query.text("q") {
        let found: Vec<&RecordView> = matching(&offers, text);
        let content = html! {
            (portal_head(&PortalHead { back: Some((t("portal-catalogue"), CATALOGUE)), title: t("portal-in-catalogue"), text, ..PortalHead::default() }, html! {}))
            (items(&found))
        };
        return Ok(page(&web, &visitor, t("portal-catalogue"), CATALOGUE, content).into_response());
    }
    let all = categories(&web, &visitor).await?;
    let seen: Vec<_> = all.iter().map(|(view, _)| view.record.id).collect();
    let other: Vec<&RecordView> = offers
        .iter()
        .filter(|offer| offer.record.reference("category").is_none_or(|category| !seen.contains(&category)))
        .collect();
    let content = html! {
        (portal_head(&PortalHead { title: t("portal-order"), text: t("portal-order-text"), ..PortalHead::default() }, manager_links(&web, &visitor)))
        form.search-form."search-form--large" role="search" method="get" action=(CATALOGUE) {
            (steward_ui::icon::icon(Icon::Search))
            input.input type="search" name="q" aria-label=(t("portal-search-catalogue")) placeholder=(t("portal-search-catalogue"));
        }
        @if all.is_empty() && other.is_empty() {
            (empty(&Empty { icon: Icon::ShoppingCart, title: t("portal-no-offers"), text: t("portal-no-offers-text") }, html! {}))
        } @else { (category_cards(&all)) }
        @if !other.is_empty() { (portal_section(t("portal-more"), None, items(&other))) }
    };
    Ok(page(&web, &visitor, t("portal-catalogue"), CATALOGUE, content).into_response())
}

fn manager_links(web: &Web, visitor: &Visitor) -> Markup {
    html! {
        @if web.app().keeps_catalogue(visitor.actor()) {
            a."button button--plain" href="/portal/preview" { span { (t("portal-see-as-other")) } }
            a."button button--plain" href="/catalogue-items" { span { (t("portal-keep-catalogue")) } }
        }
    }
}

pub(crate) async fn category(
    State(web): State<Web>,
    Segments(name): Segments<String>,
    visitor: Visitor,
) -> Result<Response, WebError> {
    let kind = web.app().kind(steward_app::catalogue::CATEGORY)?.clone();
    let view = web.app().get(visitor.actor(), &kind, &name, None).await?;
    let offers = web.app().offers(visitor.actor()).await?;
    let own: Vec<&RecordView> =
        offers.iter().filter(|offer| offer.record.reference("category") == Some(view.record.id)).collect();
    // A category with nothing for the reader is as good as not there; who keeps the catalogue sees that it is empty.
    if own.is_empty() && !web.app().keeps_catalogue(visitor.actor()) {
        return Err(Error::NotFound.into());
    }
    let content = html! {
        (portal_head(&PortalHead {
            back: Some((t("portal-catalogue"), CATALOGUE)),
            icon: Some(picture(&view.record)),
            title: view.record.text("name"),
            text: view.record.text("description"),
        }, html! {}))
        (items(&own))
    };
    Ok(page(&web, &visitor, view.record.text("name"), CATALOGUE, content).into_response())
}

/// Cards of items.
pub(super) fn items(offers: &[&RecordView]) -> Markup {
    if offers.is_empty() {
        return empty(
            &Empty { icon: Icon::Search, title: t("search-nothing"), text: t("portal-nothing-found-text") },
            html! {},
        );
    }
    let texts: Vec<(String, String)> =
        offers.iter().map(|view| (item_address(&view.record.number), terms(view))).collect();
    let list: Vec<Card<'_>> = offers
        .iter()
        .zip(&texts)
        .map(|(view, (address, terms))| Card {
            address,
            icon: picture(&view.record),
            title: view.record.text("name"),
            text: view.record.text("short_description"),
            detail: terms,
        })
        .collect();
    cards(&list)
}

/// The items in whose words all words of a text begin some word; those with it in their name first.
pub(super) fn matching<'a>(offers: &'a [RecordView], text: &str) -> Vec<&'a RecordView> {
    let wanted: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
    let holds = |text: &str| {
        let text = text.to_lowercase();
        let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
        wanted.iter().all(|wanted| words.iter().any(|word| word.starts_with(wanted.as_str())))
    };
    let by_name = |view: &&RecordView| holds(view.record.text("name"));
    let by_rest = |view: &&RecordView| {
        let record = &view.record;
        let texts = ["name", "short_description", "keywords"].map(|key| record.text(key));
        holds(&texts.join(" "))
    };
    let mut found: Vec<&RecordView> = offers.iter().filter(by_name).collect();
    let rest = offers.iter().filter(|view| !by_name(view) && by_rest(view));
    found.extend(rest);
    found
}
