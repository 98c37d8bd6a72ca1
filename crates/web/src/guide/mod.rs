//! The guide under `/help`: the same texts as in `docs/`, from the binary, and a search over them.

mod sections;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use steward_app::error::Error;
use steward_ui::header::{Header, header};
use steward_ui::icon::{Icon, icon};
use steward_ui::message::{Empty, empty};
use steward_ui::reference::Crumb;
use steward_ui::results::{Found, results};
use steward_words::{t, t_with};

use crate::error::WebError;
use crate::files::Segments;
use crate::form::Query;
use crate::frame::{Place, frame};
use crate::visitor::Visitor;
use crate::{Web, markdown};

/// A page of the guide.
struct Text {
    /// Address below `/help`, as the file is below `docs/` without its ending.
    path: &'static str,
    /// Its Markdown; the first line is its title.
    text: &'static str,
}

/// All pages in the order of the contents.
const PAGES: &[Text] = &[
    Text { path: "index", text: include_str!("../../../../docs/index.md") },
    Text { path: "installation", text: include_str!("../../../../docs/installation.md") },
    Text { path: "first-hour", text: include_str!("../../../../docs/first-hour.md") },
    Text { path: "first-hour/requester", text: include_str!("../../../../docs/first-hour/requester.md") },
    Text { path: "first-hour/agent", text: include_str!("../../../../docs/first-hour/agent.md") },
    Text { path: "first-hour/manager", text: include_str!("../../../../docs/first-hour/manager.md") },
    Text { path: "first-hour/auditor", text: include_str!("../../../../docs/first-hour/auditor.md") },
    Text { path: "first-hour/integrator", text: include_str!("../../../../docs/first-hour/integrator.md") },
    Text { path: "portal", text: include_str!("../../../../docs/portal.md") },
    Text { path: "desk", text: include_str!("../../../../docs/desk.md") },
    Text { path: "knowledge", text: include_str!("../../../../docs/knowledge.md") },
    Text { path: "service-levels", text: include_str!("../../../../docs/service-levels.md") },
    Text { path: "macros", text: include_str!("../../../../docs/macros.md") },
    Text { path: "calibration", text: include_str!("../../../../docs/calibration.md") },
    Text { path: "approvals", text: include_str!("../../../../docs/approvals.md") },
    Text { path: "parts-and-duplicates", text: include_str!("../../../../docs/parts-and-duplicates.md") },
    Text { path: "time", text: include_str!("../../../../docs/time.md") },
    Text { path: "files", text: include_str!("../../../../docs/files.md") },
    Text { path: "recurring-work", text: include_str!("../../../../docs/recurring-work.md") },
    Text { path: "flows", text: include_str!("../../../../docs/flows.md") },
    Text { path: "own-kinds", text: include_str!("../../../../docs/own-kinds.md") },
    Text { path: "rules", text: include_str!("../../../../docs/rules.md") },
    Text { path: "calendars", text: include_str!("../../../../docs/calendars.md") },
    Text { path: "operations-calendar", text: include_str!("../../../../docs/operations-calendar.md") },
    Text { path: "lists", text: include_str!("../../../../docs/lists.md") },
    Text { path: "catalogue", text: include_str!("../../../../docs/catalogue.md") },
    Text { path: "settings", text: include_str!("../../../../docs/settings.md") },
    Text { path: "notifications", text: include_str!("../../../../docs/notifications.md") },
    Text { path: "demo", text: include_str!("../../../../docs/demo.md") },
    Text { path: "configuration", text: include_str!("../../../../docs/configuration.md") },
    Text { path: "access", text: include_str!("../../../../docs/access.md") },
    Text { path: "operating", text: include_str!("../../../../docs/operating.md") },
    Text { path: "reference/kinds", text: include_str!("../../../../docs/reference/kinds.md") },
    Text { path: "reference/forms", text: include_str!("../../../../docs/reference/forms.md") },
    Text { path: "reference/languages", text: include_str!("../../../../docs/reference/languages.md") },
    Text { path: "reference/filters", text: include_str!("../../../../docs/reference/filters.md") },
    Text { path: "reference/search", text: include_str!("../../../../docs/reference/search.md") },
    Text { path: "reference/api", text: include_str!("../../../../docs/reference/api.md") },
    Text { path: "reference/roles", text: include_str!("../../../../docs/reference/roles.md") },
    Text { path: "reference/import", text: include_str!("../../../../docs/reference/import.md") },
];

/// Sections found at once.
const FOUND: usize = 30;

pub(crate) async fn start(State(web): State<Web>, visitor: Visitor, Query(query): Query) -> Result<Response, WebError> {
    match query.text("q") {
        Some(text) if !text.is_empty() => Ok(search(&web, &visitor, text).into_response()),
        _ => page(State(web), Segments("index".to_owned()), visitor).await,
    }
}

pub(crate) async fn page(
    State(web): State<Web>,
    Segments(path): Segments<String>,
    visitor: Visitor,
) -> Result<Response, WebError> {
    let found = PAGES.iter().find(|page| page.path == path).ok_or(Error::NotFound)?;
    let (title, text) = titled(found.text);
    let crumbs = [Crumb { label: t("help"), address: "/help" }];
    let main = html! {
        (header(&Header { title, crumbs: if found.path == "index" { &[] } else { &crumbs }, ..Header::default() }, html! {}))
        div.page-body."page-body--guide" {
            (contents(found.path, ""))
            div.article."article--guide" { (markdown::render_guide(text, move |url| guide_address(found.path, url))) }
        }
    };
    Ok(frame(&web, &visitor, Place { title, current: "/help", ..Place::default() }, main).into_response())
}

/// Where in the guide some words stand.
fn search(web: &Web, visitor: &Visitor, text: &str) -> Markup {
    let hits = hits(text, FOUND);
    let crumbs = [Crumb { label: t("help"), address: "/help" }];
    let detail = t_with("search-found", &[("count", hits.len().into())]);
    let main = html! {
        (header(&Header { title: t("search-in-help"), detail: &detail, crumbs: &crumbs, ..Header::default() }, html! {}))
        div.page-body."page-body--guide" {
            (contents("", text))
            div {
                @if hits.is_empty() {
                    (empty(&Empty { icon: Icon::Search, title: t("search-nothing-in-help"), text: t("search-nothing-in-help-text") }, html! {}))
                } @else { (listed(&hits)) }
            }
        }
    };
    frame(web, visitor, Place { title: t("search-in-help"), current: "/help", ..Place::default() }, main)
}

fn contents(current: &str, asked: &str) -> Markup {
    html! {
        nav.guide-contents aria-label=(t("contents")) {
            div.guide-contents__stay {
                form.search-form role="search" action="/help" method="get" {
                    (icon(Icon::Search))
                    input.input type="search" name="q" value=(asked) aria-label=(t("search-in-help")) placeholder=(t("search-in-help"));
                }
                ul {
                    @for page in PAGES {
                        li { a href={ "/help/" (page.path) } aria-current=[(page.path == current).then_some("page")] { (titled(page.text).0) } }
                    }
                }
            }
        }
    }
}

/// A place in the guide where words were found.
pub(crate) struct Hit {
    /// Where it is.
    pub(crate) address: String,
    /// Page and heading.
    pub(crate) title: String,
    /// The line in which they stand; may be empty.
    pub(crate) line: &'static str,
}

/// The places where all words of a text stand, best first.
pub(crate) fn hits(text: &str, most: usize) -> Vec<Hit> {
    let hit = |found: sections::FoundSection| {
        let section = found.section;
        let hash = if section.anchor.is_empty() { "" } else { "#" };
        let between = if section.heading.is_empty() { "" } else { " › " };
        Hit {
            address: format!("/help/{}{hash}{}", section.page, section.anchor),
            title: format!("{}{between}{}", section.title, section.heading),
            line: found.line,
        }
    };
    sections::find(text, most).into_iter().map(hit).collect()
}

/// Places in the guide as results.
pub(crate) fn listed(hits: &[Hit]) -> Markup {
    let found = hits.iter().map(|hit| Found {
        icon: Icon::Help,
        kind: t("help"),
        number: t("help"),
        title: html! { (hit.title) },
        excerpt: (!hit.line.is_empty()).then(|| html! { (hit.line) }),
        address: &hit.address,
        facts: Vec::new(),
    });
    results(&found.collect::<Vec<_>>())
}

/// The title of a page and what follows it.
fn titled(text: &str) -> (&str, &str) {
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    (first.trim_start_matches('#').trim(), rest)
}

/// Where a link in a page of the guide leads: to another page of it, or on as it was.
fn guide_address(from: &str, url: &str) -> String {
    let (path, fragment) = url.split_once('#').unwrap_or((url, ""));
    let Some(path) = path.strip_suffix(".md").filter(|path| !path.contains("://")) else { return url.to_owned() };
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in path.split('/') {
        match part {
            "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    let hash = if fragment.is_empty() { "" } else { "#" };
    format!("/help/{}{hash}{fragment}", parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_lead_to_pages_of_the_guide() {
        assert_eq!(guide_address("index", "reference/filters.md"), "/help/reference/filters");
        assert_eq!(guide_address("reference/api", "filters.md#cel"), "/help/reference/filters#cel");
        assert_eq!(guide_address("reference/api", "../operating.md"), "/help/operating");
        assert_eq!(guide_address("index", "https://example.org/a.md"), "https://example.org/a.md");
    }

    #[test]
    fn every_link_of_the_guide_leads_somewhere() {
        let has_heading = |page: &Text, id: &str| {
            let html = markdown::render_guide(page.text, str::to_owned).into_string();
            html.contains(&format!(" id=\"{id}\""))
        };
        for page in PAGES {
            for link in page.text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
                let address = guide_address(page.path, link);
                if let Some(path) = address.strip_prefix("/help/") {
                    let (path, heading) = path.split_once('#').unwrap_or((path, ""));
                    let found = PAGES.iter().find(|page| page.path == path);
                    let found = found.unwrap_or_else(|| panic!("{} links to {link}", page.path));
                    assert!(heading.is_empty() || has_heading(found, heading), "{} links to {link}", page.path);
                }
            }
        }
    }

    #[test]
    fn pages_are_listed_once() {
        for (place, page) in PAGES.iter().enumerate() {
            assert!(PAGES[..place].iter().all(|other| other.path != page.path), "{}", page.path);
        }
    }
}
