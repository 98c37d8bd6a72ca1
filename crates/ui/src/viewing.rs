//! The bar at the foot of every page while somebody looks as another person.

use maud::{Markup, html};
use steward_words::t;

use crate::icon::{Icon, icon};

/// What the bar says.
#[derive(Debug, Clone, Copy)]
pub struct ViewingBar<'a> {
    /// Who looks as whom, in words.
    pub who: &'a str,
    /// Why, and until when, in words.
    pub why: &'a str,
    /// Address that ends it when posted to.
    pub end: &'a str,
    /// Token for the form.
    pub csrf_token: &'a str,
}

/// The bar. It stands before the page's own content for those who do not see it, and over the foot of the page for
/// those who do.
pub fn viewing_bar(bar: &ViewingBar) -> Markup {
    html! {
        aside.viewing-bar aria-label=(t("viewing-bar")) {
            (icon(Icon::Eye))
            p.viewing-bar__text { strong { (bar.who) } " " span { (bar.why) } }
            form method="post" action=(bar.end) {
                input type="hidden" name="csrf_token" value=(bar.csrf_token);
                button.button."button--plain" type="submit" { span { (t("viewing-end")) } }
            }
        }
    }
}
