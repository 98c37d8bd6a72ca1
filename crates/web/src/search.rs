//! Search over everything that the reader may see.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use std::ops::Range;

use steward_app::error::Error;
use steward_app::search::{Hit, SearchPage, SearchRequest};
use steward_ui::header::{Header, header};
use steward_ui::icon::Icon;
use steward_ui::message::{Empty, Notice, empty, notice};
use steward_ui::results::{Found, results};
use steward_ui::tone::Tone;
use steward_ui::value::Shown;
use steward_words::{t, t_with};

use crate::error::WebError;
use crate::form::Query;
use crate::frame::{Place, frame};
use crate::values::shown::state;
use crate::values::time;
use crate::visitor::Visitor;
use crate::{Web, address, guide};

/// Results of a page.
const RESULTS: usize = 50;
/// Places in the guide on the page.
const IN_HELP_PAGE: usize = 5;

pub(crate) async fn page(State(web): State<Web>, visitor: Visitor, Query(query): Query) -> Result<Response, WebError> {
    let text = query.text("q").unwrap_or_default();
    let found = find(&web, &visitor, text, RESULTS).await?;
    let help = guide::hits(text, IN_HELP_PAGE);
    let title = if text.is_empty() { t("search").to_owned() } else { t_with("search-for", &[("text", text.into())]) };
    let detail = match (text.is_empty(), found.more) {
        (true, _) => String::new(),
        (_, true) => t_with("search-more-than", &[("count", found.hits.len().into())]),
        (_, false) => t_with("search-found", &[("count", found.hits.len().into())]),
    };
    let main = html! {
        (header(&Header { title: t("search"), detail: &detail, ..Header::default() }, html! {}))
        div.page-body {
            form.search-form role="search" action="/search" method="get" {
                (steward_ui::icon::icon(Icon::Search))
                input.input type="search" name="q" value=(text) aria-label=(t("search")) placeholder=(t("search-hint")) autofocus[text.is_empty()];
            }
            @if !found.complete {
                (notice(&Notice { tone: Tone::Info, text: t("search-incomplete") }, html! {}))
            }
            @if text.is_empty() {
                (empty(&Empty { icon: Icon::Search, title: t("search-ask"), text: t("search-ask-help") }, html! {}))
            } @else if found.hits.is_empty() {
                (empty(&Empty { icon: Icon::Search, title: t("search-nothing"), text: t("search-nothing-help") }, html! {}))
            } @else {
                (listed(&web, &visitor, &found.hits))
            }
            @if !help.is_empty() {
                section.search-help {
                    h2.search-help__title { (t("search-in-help-results")) }
                    (guide::listed(&help))
                }
            }
        }
    };
    let place = Place { title: &title, current: "/search", search: text, ..Place::default() };
    Ok(frame(&web, &visitor, place, main).into_response())
}

/// What a search finds; nothing for no text.
pub(crate) async fn find(web: &Web, visitor: &Visitor, text: &str, limit: usize) -> Result<SearchPage, Error> {
    if text.is_empty() {
        return Ok(SearchPage { hits: Vec::new(), more: false, complete: true });
    }
    let request = SearchRequest { text: text.to_owned(), limit, ..SearchRequest::default() };
    web.app().search(visitor.actor(), &request).await
}

/// Hits as a list.
pub(crate) fn listed(web: &Web, visitor: &Visitor, hits: &[Hit]) -> Markup {
    let (now, zone) = (web.app().now(), &visitor.preferences.zone);
    let addresses: Vec<String> = hits.iter().map(|hit| address::record(&hit.kind, &hit.label.number)).collect();
    let found: Vec<Found<'_>> = hits
        .iter()
        .zip(&addresses)
        .map(|(hit, address)| Found {
            icon: Icon::named(&hit.kind.icon),
            kind: &hit.kind.label,
            number: &hit.label.number,
            title: marked(&hit.label.label, &hit.label_marks),
            excerpt: hit
                .snippet
                .as_ref()
                .map(|snippet| html! { (snippet.source) ": " (marked(&snippet.text, &snippet.marks)) }),
            address,
            facts: vec![
                Shown::Other(state(&hit.kind, &hit.record.state)),
                Shown::Other(time::ago(hit.record.updated_at, now, zone)),
            ],
        })
        .collect();
    results(&found)
}

/// A text with pieces of it marked; pieces that do not fit are left unmarked.
fn marked(text: &str, marks: &[Range<usize>]) -> Markup {
    let mut pieces: Vec<(&str, bool)> = Vec::new();
    let mut end = 0;
    for mark in marks {
        let (Some(before), Some(found)) = (text.get(end..mark.start), text.get(mark.clone())) else { continue };
        pieces.push((before, false));
        pieces.push((found, true));
        end = mark.end;
    }
    pieces.push((text.get(end..).unwrap_or_default(), false));
    html! { @for (piece, found) in pieces { @if found { mark { (piece) } } @else { (piece) } } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_stand_around_what_was_found_and_nothing_else_is_markup() {
        assert_eq!(marked("a <b> mail", std::slice::from_ref(&(6..10))).into_string(), "a &lt;b&gt; <mark>mail</mark>");
        assert_eq!(marked("über", std::slice::from_ref(&(1..2))).into_string(), "über");
        assert_eq!(marked("x", std::slice::from_ref(&(0..5))).into_string(), "x");
    }
}
