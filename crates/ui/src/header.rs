//! The head of a page: title, views, actions. It sticks to the top.

use maud::{Markup, html};
use steward_words::t;

use crate::icon::{Icon, icon};
use crate::reference::Crumb;
use crate::tabs::{Tab, tabs};

/// The head of a page.
#[derive(Debug, Clone, Copy, Default)]
pub struct Header<'a> {
    /// Where the page stands, from the outside in; may be empty.
    pub crumbs: &'a [Crumb<'a>],
    /// Title.
    pub title: &'a str,
    /// Beside the title, muted: a count such as `2,314 open`.
    pub detail: &'a str,
    /// Views of the same thing; may be empty.
    pub tabs: &'a [Tab<'a>],
}

/// The head with `actions` (buttons, menus) at its end.
pub fn header(header: &Header, actions: Markup) -> Markup {
    html! {
        header.page-header {
            @if !header.crumbs.is_empty() { (crumbs(header.crumbs)) }
            div.page-header__line {
                h1.page-header__title { (header.title) }
                @if !header.detail.is_empty() { span.page-header__detail { (header.detail) } }
                div.page-header__actions { (actions) }
            }
            @if !header.tabs.is_empty() { (tabs(t("views"), header.tabs)) }
        }
    }
}

/// Where the page stands.
pub fn crumbs(crumbs: &[Crumb]) -> Markup {
    html! {
        nav.crumbs aria-label=(t("breadcrumb")) {
            ol.crumbs__list {
                @for crumb in crumbs { li { a.crumbs__link href=(crumb.address) { (crumb.label) } (icon(Icon::ChevronRight)) } }
            }
        }
    }
}
