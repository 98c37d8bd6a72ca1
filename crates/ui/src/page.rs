//! The document around everything: head, theme, what the scripts need to know.

use maud::{DOCTYPE, Markup, html};

use crate::assets::{Asset, address};

/// Light, dark, or as the system is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    /// As the system is set.
    #[default]
    Auto,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl Theme {
    /// The word in attributes and stored preferences.
    pub fn key(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

/// Height of rows and controls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Density {
    /// Rows of 44 px.
    Comfortable,
    /// Rows of 36 px.
    #[default]
    Normal,
    /// Rows of 28 px.
    Compact,
}

impl Density {
    /// The word in attributes and stored preferences.
    pub fn key(self) -> &'static str {
        match self {
            Self::Comfortable => "comfortable",
            Self::Normal => "normal",
            Self::Compact => "compact",
        }
    }
}

/// A document.
#[derive(Debug, Clone, Copy, Default)]
pub struct Page<'a> {
    /// Title of the tab, most particular part first: `INC0000042 · Printer jams · Steward`.
    pub title: &'a str,
    /// Language of the page, such as `en`.
    pub language: &'a str,
    /// Colours.
    pub theme: Theme,
    /// Row height.
    pub density: Density,
    /// Token that scripts send with every changing request as `X-CSRF-Token`.
    pub csrf_token: Option<&'a str>,
    /// Address of the stream of changes (`/live`); without it the page stays as it was loaded.
    pub live: Option<&'a str>,
    /// Who is signed in: an opaque word that keeps drafts of several people in one browser apart.
    pub viewer: Option<&'a str>,
}

/// A whole document around `body`.
pub fn page(page: &Page, body: Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang=(if page.language.is_empty() { "en" } else { page.language }) data-theme=(page.theme.key()) data-density=(page.density.key()) {
            head {
                meta charset="utf-8";
                title { (page.title) }
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                // Of failures only 422 is swapped: it answers the form with its messages. The others are told beside what failed.
                // The built-in stylesheet of htmx would be one more source of style; history is left to the browser.
                meta name="htmx-config" content=r#"{"includeIndicatorCSS":false,"history":"reload","defaultSettleDelay":0,"noSwap":[204,304,401,403,404,405,409,410,412,413,415,428,429,"5xx"],"extensions":"steward"}"#;
                @if let Some(token) = page.csrf_token { meta name="csrf-token" content=(token); }
                link rel="preload" href=(address(Asset::FontLatin)) as="font" type="font/woff2" crossorigin;
                link rel="stylesheet" href=(address(Asset::Styles));
                link rel="manifest" href="/manifest.webmanifest";
                link rel="icon" href=(address(Asset::Mark)) type="image/svg+xml";
                script type="module" src=(address(Asset::Script)) {}
            }
            body data-live=[page.live] data-viewer=[page.viewer] { (body) }
        }
    }
}
