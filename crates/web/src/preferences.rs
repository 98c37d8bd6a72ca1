//! How a person wants pages to be: what they chose, else what their browser says.

use axum::http::{HeaderMap, header};
use jiff::tz::TimeZone;
use steward_app::person_settings::PersonSettings;
use steward_ui::keys::KeyMap;
use steward_ui::page::{Density, Theme};
use steward_words::{Clock, DateOrder, FirstDay, Language, Reader, Separators};

use crate::visitor::cookie;

/// Name of the cookie of colours, for pages before one is signed in.
pub(crate) const THEME: &str = "steward_theme";
/// Name of the cookie of density.
pub(crate) const DENSITY: &str = "steward_density";
/// Name of the cookie of the language, for pages before one is signed in.
pub(crate) const LANGUAGE: &str = "steward_language";
/// Name of the cookie in which a script notes the browser's time zone.
const ZONE: &str = "steward_zone";

/// How a person wants pages to be.
#[derive(Debug, Clone)]
pub(crate) struct Preferences {
    /// Colours.
    pub(crate) theme: Theme,
    /// Height of rows.
    pub(crate) density: Density,
    /// Zone in which moments are shown and taken.
    pub(crate) zone: TimeZone,
    /// Their keys.
    pub(crate) keys: KeyMap,
    /// Their language and formats.
    pub(crate) reader: Reader,
}

impl Preferences {
    /// What the browser says; the usual where it says nothing that is known.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        Self::chosen(headers, &PersonSettings::default())
    }

    /// What a person chose, over what the browser says.
    pub(crate) fn chosen(headers: &HeaderMap, settings: &PersonSettings) -> Self {
        let noted = cookie(headers, ZONE).map(|name| percent_encoding::percent_decode_str(name).decode_utf8_lossy());
        let zone = |name: &str| TimeZone::get(name).ok();
        let mut reader =
            Reader::of(settings.language.as_deref().and_then(Language::named).unwrap_or_else(|| language(headers)));
        let formats = &mut reader.formats;
        formats.date = settings.date.as_deref().and_then(DateOrder::named).unwrap_or(formats.date);
        formats.clock = settings.clock.as_deref().and_then(Clock::named).unwrap_or(formats.clock);
        formats.numbers = settings.numbers.as_deref().and_then(Separators::named).unwrap_or(formats.numbers);
        formats.first_day = settings.first_day.as_deref().and_then(FirstDay::named).unwrap_or(formats.first_day);
        let mut keys = KeyMap::default();
        keys.is_on = !settings.keys_off;
        for (name, key) in &settings.keys {
            keys.set(name, *key);
        }
        let look = settings.theme.as_deref().and_then(theme);
        let height = settings.density.as_deref().and_then(density);
        Self {
            theme: look.or_else(|| cookie(headers, THEME).and_then(theme)).unwrap_or_default(),
            density: height.or_else(|| cookie(headers, DENSITY).and_then(density)).unwrap_or_default(),
            zone: settings
                .zone
                .as_deref()
                .and_then(zone)
                .or_else(|| noted.and_then(|name| zone(&name)))
                .unwrap_or(TimeZone::UTC),
            keys,
            reader,
        }
    }
}

/// The language that a browser has chosen, or asks for.
pub(crate) fn language(headers: &HeaderMap) -> Language {
    let asked = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    cookie(headers, LANGUAGE).and_then(Language::named).or_else(|| asked.map(Language::accepted)).unwrap_or_default()
}

/// The colours of this name.
pub(crate) fn theme(name: &str) -> Option<Theme> {
    Theme::ALL.into_iter().find(|theme| theme.key() == name)
}

/// The density of this name.
pub(crate) fn density(name: &str) -> Option<Density> {
    [Density::Comfortable, Density::Normal, Density::Compact].into_iter().find(|density| density.key() == name)
}
