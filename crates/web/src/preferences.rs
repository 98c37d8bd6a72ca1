//! How a person wants pages to be, kept in their browser: colours, density, time zone.

use axum::http::HeaderMap;
use jiff::tz::TimeZone;
use steward_ui::keys::KeyMap;
use steward_ui::page::{Density, Theme};

use crate::visitor::cookie;

/// Name of the cookie of colours.
pub(crate) const THEME: &str = "steward_theme";
/// Name of the cookie of density.
pub(crate) const DENSITY: &str = "steward_density";
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
}

impl Preferences {
    /// What the browser says; the usual where it says nothing that is known.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let zone = cookie(headers, ZONE).map(|name| percent_encoding::percent_decode_str(name).decode_utf8_lossy());
        Self {
            theme: cookie(headers, THEME).and_then(theme).unwrap_or_default(),
            density: cookie(headers, DENSITY).and_then(density).unwrap_or_default(),
            zone: zone.and_then(|name| TimeZone::get(&name).ok()).unwrap_or(TimeZone::UTC),
            keys: KeyMap::default(),
        }
    }
}

/// The colours of this name.
pub(crate) fn theme(name: &str) -> Option<Theme> {
    [Theme::Auto, Theme::Light, Theme::Dark, Theme::Contrast].into_iter().find(|theme| theme.key() == name)
}

/// The density of this name.
pub(crate) fn density(name: &str) -> Option<Density> {
    [Density::Comfortable, Density::Normal, Density::Compact].into_iter().find(|density| density.key() == name)
}
