//! Tabs: links between views of one thing.

use maud::{Markup, html};

/// One view.
#[derive(Debug, Clone, Copy)]
pub struct Tab<'a> {
    /// Its name.
    pub label: &'a str,
    /// Its address.
    pub address: &'a str,
    /// How much is in it.
    pub count: Option<&'a str>,
    /// Whether it is the one shown.
    pub is_current: bool,
}

/// Links between views; `name` says to screen readers what they are views of.
pub fn tabs(name: &str, tabs: &[Tab]) -> Markup {
    html! {
        nav.tabs aria-label=(name) {
            ul.tabs__list {
                @for tab in tabs {
                    li {
                        a.tabs__tab href=(tab.address) aria-current=[tab.is_current.then_some("page")] {
                            (tab.label)
                            @if let Some(count) = tab.count { span.tabs__count { (count) } }
                        }
                    }
                }
            }
        }
    }
}
