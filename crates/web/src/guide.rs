//! The guide under `/help`: the same texts as in `docs/`, from the binary.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use maud::html;
use steward_app::error::Error;
use steward_ui::header::{Header, header};
use steward_ui::reference::Crumb;

use crate::error::WebError;
use crate::files::Segments;
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
    Text { path: "index", text: include_str!("../../../docs/index.md") },
    Text { path: "demo", text: include_str!("../../../docs/demo.md") },
    Text { path: "installation", text: include_str!("../../../docs/installation.md") },
    Text { path: "first-hour", text: include_str!("../../../docs/first-hour.md") },
    Text { path: "desk", text: include_str!("../../../docs/desk.md") },
    Text { path: "lists", text: include_str!("../../../docs/lists.md") },
    Text { path: "demo", text: include_str!("../../../docs/demo.md") },
    Text { path: "operating", text: include_str!("../../../docs/operating.md") },
    Text { path: "reference/kinds", text: include_str!("../../../docs/reference/kinds.md") },
    Text { path: "reference/filters", text: include_str!("../../../docs/reference/filters.md") },
    Text { path: "reference/search", text: include_str!("../../../docs/reference/search.md") },
    Text { path: "reference/api", text: include_str!("../../../docs/reference/api.md") },
    Text { path: "reference/roles", text: include_str!("../../../docs/reference/roles.md") },
    Text { path: "reference/import", text: include_str!("../../../docs/reference/import.md") },
];

pub(crate) async fn start(state: State<Web>, visitor: Visitor) -> Result<Response, WebError> {
    page(state, Segments("index".to_owned()), visitor).await
}

pub(crate) async fn page(
    State(web): State<Web>,
    Segments(path): Segments<String>,
    visitor: Visitor,
) -> Result<Response, WebError> {
    let found = PAGES.iter().find(|page| page.path == path).ok_or(Error::NotFound)?;
    let (title, text) = titled(found.text);
    let main = html! {
        (header(&Header {
            title,
            crumbs: if found.path == "index" { &[] } else { &[Crumb { label: "Help", address: "/help" }] },
            ..Header::default()
        }, html! {}))
        div.page-body."page-body--guide" {
            nav.guide-contents aria-label="Contents" {
                ul {
                    @for page in PAGES {
                        li { a href={ "/help/" (page.path) } aria-current=[(page.path == found.path).then_some("page")] { (titled(page.text).0) } }
                    }
                }
            }
            div.article."article--guide" { (markdown::render_guide(text, move |url| guide_address(found.path, url))) }
        }
    };
    Ok(frame(&web, &visitor, Place { title, current: "/help", ..Place::default() }, main).into_response())
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
        for page in PAGES {
            for link in page.text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
                let address = guide_address(page.path, link);
                if let Some(path) = address.strip_prefix("/help/") {
                    let path = path.split('#').next().unwrap_or_default();
                    assert!(PAGES.iter().any(|page| page.path == path), "{} links to {link}", page.path);
                }
            }
        }
    }
}
