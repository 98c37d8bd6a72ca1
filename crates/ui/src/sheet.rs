//! Pages without navigation: signing in, set-up, errors before anybody is known.

use maud::{Markup, html};
use steward_words::t;

use crate::page::{Page, page};

/// A sheet in the middle of the page.
#[derive(Debug, Clone, Copy, Default)]
pub struct Sheet<'a> {
    /// Name over it: the organisation's, or the product's.
    pub name: &'a str,
    /// Its title.
    pub title: &'a str,
    /// A sentence under the title; may be empty.
    pub lead: &'a str,
}

/// A whole page with `content` (usually a form) on a sheet, and `foot` (help, terms) under it.
pub fn sheet(document: &Page, sheet: &Sheet, content: Markup, foot: Markup) -> Markup {
    let body = html! {
        a.skip-link href="#main" { (t("skip")) }
        div.sheet {
            header.sheet__brand { (mark()) span { (sheet.name) } }
            main.sheet__main #main tabindex="-1" {
                h1.sheet__title { (sheet.title) }
                @if !sheet.lead.is_empty() { p.sheet__lead { (sheet.lead) } }
                (content)
            }
            footer.sheet__foot { (foot) }
        }
        div.notices #notices role="status" aria-live="polite" {}
    };
    page(document, body)
}

/// Steward's mark, in the colour of the text around it.
pub fn mark() -> Markup {
    html! {
        svg.mark viewBox="0 0 32 32" aria-hidden="true" focusable="false" {
            rect.mark__ground width="32" height="32" rx="8" {}
            path.mark__line d="M21.5 11.2c-1-1.5-2.8-2.4-5.3-2.4-3 0-5.2 1.4-5.2 3.7 0 5 10.9 2.2 10.9 7.3 0 2.3-2.3 3.7-5.5 3.7-2.7 0-4.8-.9-5.9-2.6" {}
        }
    }
}
