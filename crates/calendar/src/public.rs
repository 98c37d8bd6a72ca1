//! Public holidays that come with Steward: one file for each country under `holidays/`, with the law as its source.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::{Error, Holiday, HolidaySet};

/// A country whose public holidays are known.
#[derive(Debug, Deserialize)]
pub struct Country {
    /// ISO 3166-1 code, such as `AT`.
    pub code: String,
    /// Its English name.
    pub name: String,
    /// The laws that say so.
    pub source: String,
    /// Regions with holidays of their own; empty if all keep the same.
    #[serde(default)]
    pub regions: Vec<Region>,
    holidays: Vec<Kept>,
}

/// A part of a country.
#[derive(Debug, Deserialize)]
pub struct Region {
    /// Its code within the country (the second part of ISO 3166-2), such as `BY`.
    pub code: String,
    /// Its name.
    pub name: String,
    /// The law that says so, if it is not that of the country.
    #[serde(default)]
    pub source: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Kept {
    /// Codes of the regions that keep it; none for the whole country.
    #[serde(default)]
    regions: Vec<String>,
    #[serde(flatten)]
    holiday: Holiday,
}

/// The files, read once. A file that cannot be read is a fault of this crate, which a test finds; it is left out here.
static COUNTRIES: LazyLock<Vec<Country>> =
    LazyLock::new(|| SOURCES.iter().filter_map(|text| toml::from_str(text).ok()).collect());

const SOURCES: [&str; 8] = [
    include_str!("../holidays/at.toml"),
    include_str!("../holidays/ch.toml"),
    include_str!("../holidays/de.toml"),
    include_str!("../holidays/fr.toml"),
    include_str!("../holidays/gb.toml"),
    include_str!("../holidays/it.toml"),
    include_str!("../holidays/nl.toml"),
    include_str!("../holidays/us.toml"),
];

/// The countries whose public holidays are known, by code.
pub fn countries() -> &'static [Country] {
    &COUNTRIES
}

/// The holidays of a set, or what is wrong with it.
pub(crate) fn holidays_of(field: &str, set: &HolidaySet) -> Result<Vec<&'static Holiday>, Error> {
    let country =
        COUNTRIES.iter().find(|country| country.code.eq_ignore_ascii_case(&set.country)).ok_or_else(|| {
            let known: Vec<&str> = COUNTRIES.iter().map(|country| country.code.as_str()).collect();
            Error::impossible(
                field,
                format!("the holidays of “{}” do not come with Steward", set.country),
                format!("Use one of {}, or give the holidays as an iCalendar text", known.join(", ")),
            )
        })?;
    if let Some(code) = &set.region
        && !country.regions.iter().any(|region| region.code.eq_ignore_ascii_case(code))
    {
        let known: Vec<&str> = country.regions.iter().map(|region| region.code.as_str()).collect();
        let way_out = match known.is_empty() {
            true => "Leave the region out: all keep the same holidays".to_owned(),
            false => format!("Use one of {}", known.join(", ")),
        };
        return Err(Error::impossible(field, format!("{} has no region “{code}”", country.name), way_out));
    }
    let kept = |kept: &&Kept| {
        kept.regions.is_empty()
            || set.region.as_ref().is_some_and(|code| kept.regions.iter().any(|other| other.eq_ignore_ascii_case(code)))
    };
    Ok(country.holidays.iter().filter(kept).map(|kept| &kept.holiday).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_can_be_read_and_names_its_source() {
        for text in SOURCES {
            let country: Country = toml::from_str(text).unwrap();
            assert!(country.source.len() > 20, "{}", country.code);
            for kept in &country.holidays {
                for code in &kept.regions {
                    assert!(country.regions.iter().any(|region| &region.code == code), "{} {code}", country.code);
                }
            }
        }
    }
}
