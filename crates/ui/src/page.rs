//! The document around everything: head, theme, what the scripts need to know.

use maud::{DOCTYPE, Markup, html};

use steward_words::t;

use crate::assets::{Asset, address};
use crate::keys::KeyMap;

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
    /// High contrast, light or dark as the system is set.
    Contrast,
}

impl Theme {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Auto, Self::Light, Self::Dark, Self::Contrast];

    /// The word in attributes and stored preferences.
    pub fn key(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Light => "light",
            Self::Dark => "dark",
            Self::Contrast => "contrast",
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
    /// Keys of who reads.
    pub keys: KeyMap,
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
    let reader = steward_words::reader();
    html! {
        (DOCTYPE)
        html lang=(reader.language.code()) dir=(reader.direction()) data-theme=(page.theme.key()) data-density=(page.density.key()) {
            head {
                meta charset="utf-8";
                title { (page.title) }
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                // Of failures only 422 is swapped: it answers the form with its messages. The others are told beside what failed.
                // The built-in stylesheet of htmx would be one more source of style; history is left to the browser.
                meta name="htmx-config" content=r#"{"includeIndicatorCSS":false,"history":"reload","defaultSettleDelay":0,"noSwap":[204,304,401,403,404,405,409,410,412,413,415,428,429,"5xx"],"extensions":"steward"}"#;
                @if let Some(token) = page.csrf_token { meta name="csrf-token" content=(token); }
                meta name="words" content=(script_words());
                @if let Some(keys) = page.keys.for_scripts() { meta name="keys" content=(keys); }
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

/// What scripts say, by the names that they know it by (`words.ts`).
const SCRIPT_WORDS: &[(&str, &str)] = &[
    ("workaround-applied", "script-workaround-applied"),
    ("failed", "script-failed"),
    ("moved-to", "script-moved-to"),
    ("move-failed", "script-move-failed"),
    ("move-end", "script-move-end"),
    ("suggestions", "script-suggestions"),
    ("not-filled", "script-not-filled"),
    ("put-in", "script-put-in"),
    ("put-in-failed", "script-put-in-failed"),
    ("draft-kept", "script-draft-kept"),
    ("keep-this", "script-keep-this"),
    ("newer-draft", "script-newer-draft"),
    ("draft-too-long", "script-draft-too-long"),
    ("draft-offline", "script-draft-offline"),
    ("draft-browser", "script-draft-browser"),
    ("401", "script-401"),
    ("403", "script-403"),
    ("404", "script-404"),
    ("409", "script-409"),
    ("413", "script-413"),
    ("429", "script-429"),
    ("nothing-changed", "script-nothing-changed"),
    ("nothing-changed-id", "script-nothing-changed-id"),
    ("offline", "script-offline"),
    ("changed-by", "script-changed-by"),
    ("changed", "script-changed"),
    ("show", "script-show"),
    ("new-changes", "script-new-changes"),
    ("refresh", "script-refresh"),
    ("close", "script-close"),
    ("nothing-found", "script-nothing-found"),
    ("remove", "script-remove"),
    ("theme-not-kept", "script-theme-not-kept"),
    ("just-now", "script-just-now"),
    ("copied", "script-copied"),
    ("not-copied", "script-not-copied"),
    ("not-connected", "script-not-connected"),
];

/// The words of scripts as JSON, in the language of who reads.
fn script_words() -> String {
    let words: serde_json::Map<String, serde_json::Value> =
        SCRIPT_WORDS.iter().map(|(name, id)| ((*name).to_owned(), t(id).into())).collect();
    serde_json::Value::Object(words).to_string()
}
