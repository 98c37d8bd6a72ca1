//! Records that somebody opened last, and those that they pinned.

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use steward_app::visits::Visited;
use steward_ui::header::{Header, header};
use steward_ui::icon::Icon;
use steward_ui::message::{Empty, empty};
use steward_ui::results::{Found, results};
use steward_ui::value::Shown;
use steward_words::t;

use crate::error::WebError;
use crate::files::Segments;
use crate::form::Posted;
use crate::frame::{Place, frame};
use crate::values::time;
use crate::visitor::Visitor;
use crate::{Web, address};

/// Address of the page.
pub(crate) const ADDRESS: &str = "/recent";
/// Records opened last.
const RECENT: usize = 50;

pub(crate) async fn page(State(web): State<Web>, visitor: Visitor) -> Result<Response, WebError> {
    let pinned = web.app().pinned_records(visitor.actor()).await?;
    let recent = web.app().recent(visitor.actor(), RECENT).await?;
    let main = html! {
        (header(&Header { title: t("recent"), ..Header::default() }, html! {}))
        div.page-body {
            @if !pinned.is_empty() {
                section.home-section {
                    h2.home-section__title { (t("group-pinned")) }
                    (listed(&web, &visitor, &pinned))
                }
            }
            section.home-section {
                @if !pinned.is_empty() { h2.home-section__title { (t("recent-opened")) } }
                @if recent.is_empty() {
                    (empty(&Empty { icon: Icon::Clock, title: t("recent-nothing"), text: t("recent-nothing-help") }, html! {}))
                } @else { (listed(&web, &visitor, &recent)) }
            }
        }
    };
    let place = Place { title: t("recent"), current: ADDRESS, ..Place::default() };
    Ok(frame(&web, &visitor, place, main).into_response())
}

/// Pins a record to the reader's navigation, or takes it away.
pub(crate) async fn pin(
    State(web): State<Web>,
    Segments((kinds, name)): Segments<(String, String)>,
    posted: Posted,
) -> Result<Response, WebError> {
    let Posted { visitor, form } = posted;
    let kind = web.app().kind_by_plural(&kinds)?.clone();
    let pinned = form.get("pinned") != Some("false");
    web.app().pin_record(visitor.actor(), &kind, &name, pinned).await?;
    Ok(Redirect::to(&address::record(&kind, &name)).into_response())
}

fn listed(web: &Web, visitor: &Visitor, records: &[Visited]) -> Markup {
    let (now, zone) = (web.app().now(), &visitor.preferences.zone);
    let addresses: Vec<String> = records.iter().map(|one| address::record(&one.kind, &one.label.number)).collect();
    let found: Vec<Found<'_>> = records
        .iter()
        .zip(&addresses)
        .map(|(one, address)| Found {
            icon: Icon::named(&one.kind.icon),
            kind: &one.kind.label,
            number: &one.label.number,
            title: html! { (one.label.label) },
            excerpt: None,
            address,
            facts: vec![Shown::Other(time::ago(one.seen_at, now, zone))],
        })
        .collect();
    results(&found)
}
