//! Settings out of their form.

use jiff::tz::TimeZone;
use steward_app::inbox::Reason;
use steward_app::person_settings::PersonSettings;
use steward_ui::keys::{KeyMap, SHORTCUTS};
use steward_words::{Clock, DateOrder, FirstDay, Language, Separators, t, t_with};

use crate::form::Form;
use crate::preferences::{density, theme};

/// The choice that leaves a setting to the browser, the system or the language.
pub(super) const AUTO: &str = "auto";

/// What the form says, and what is wrong with it by name of its field. A setting that the form does not have stays.
pub(super) fn settings(form: &Form, before: &PersonSettings) -> (PersonSettings, Vec<(String, String)>) {
    let mut faults: Vec<(String, String)> = Vec::new();
    let mut choice = |name: &str, before: &Option<String>, known: &dyn Fn(&str) -> bool, fault: &'static str| match form
        .text(name)
    {
        None if form.has(name) => None,
        None => before.clone(),
        Some(AUTO) => None,
        Some(value) if known(value) => Some(value.to_owned()),
        Some(_) => {
            faults.push((name.to_owned(), t(fault).to_owned()));
            before.clone()
        }
    };
    let unknown = "settings-choice-unknown";
    let mut settings = PersonSettings {
        language: choice("language", &before.language, &|value| Language::named(value).is_some(), unknown),
        zone: choice("zone", &before.zone, &|value| TimeZone::get(value).is_ok(), "settings-zone-unknown"),
        theme: choice("theme", &before.theme, &|value| theme(value).is_some(), unknown),
        density: choice("density", &before.density, &|value| density(value).is_some(), unknown),
        date: choice("date", &before.date, &|value| DateOrder::named(value).is_some(), unknown),
        clock: choice("clock", &before.clock, &|value| Clock::named(value).is_some(), unknown),
        numbers: choice("numbers", &before.numbers, &|value| Separators::named(value).is_some(), unknown),
        first_day: choice("first_day", &before.first_day, &|value| FirstDay::named(value).is_some(), unknown),
        ..before.clone()
    };
    if form.has("keys_on") {
        settings.keys_off = form.all("keys_on").last() != Some("true");
    }
    if form.get("keys_reset") == Some("true") {
        settings.keys.clear();
    } else {
        keys(form, &mut settings, &mut faults);
    }
    for reason in Reason::ALL.into_iter().filter(|reason| reason.is_optional()) {
        let name = format!("tell.{}", reason.key());
        if form.has(&name) {
            if form.all(&name).last() == Some("true") {
                settings.quiet.remove(reason.key());
            } else {
                settings.quiet.insert(reason.key().to_owned());
            }
        }
    }
    super::mail::read(form, &mut settings.mailing, &mut faults);
    (settings, faults)
}

fn keys(form: &Form, settings: &mut PersonSettings, faults: &mut Vec<(String, String)>) {
    for shortcut in SHORTCUTS {
        let name = format!("key.{}", shortcut.name);
        let Some(typed) = form.get(&name).map(str::trim) else { continue };
        let mut signs = typed.chars();
        match (signs.next().map(|sign| sign.to_lowercase().next().unwrap_or(sign)), signs.next()) {
            (None, _) => drop(settings.keys.remove(shortcut.name)),
            (Some(key), None) if key == shortcut.usual => drop(settings.keys.remove(shortcut.name)),
            (Some(key), None) if !key.is_control() && !key.is_whitespace() => {
                settings.keys.insert(shortcut.name.to_owned(), key);
            }
            _ => faults.push((name, t("settings-key-not-one").to_owned())),
        }
    }
    let mut map = KeyMap::default();
    settings.keys.iter().for_each(|(name, key)| map.set(name, *key));
    for (place, other) in map.clashes() {
        // The one that was moved onto the other is told, so that what one typed is what is marked.
        let (moved, taken) =
            if settings.keys.contains_key(SHORTCUTS[place].name) { (place, other) } else { (other, place) };
        let what = t(SHORTCUTS[taken].label);
        let name = format!("key.{}", SHORTCUTS[moved].name);
        faults.push((name, t_with("settings-key-taken", &[("what", what.into())])));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (PersonSettings, Vec<String>) {
        let (settings, faults) = settings(&Form::parse(text.as_bytes()), &PersonSettings::default());
        (settings, faults.into_iter().map(|(field, _)| field).collect())
    }

    #[test]
    fn what_is_known_is_taken() {
        let (settings, faults) =
            read("language=de&zone=Europe/Berlin&clock=12&theme=contrast&numbers=auto&keys_on=false");
        assert!(faults.is_empty(), "{faults:?}");
        assert_eq!(settings.language.as_deref(), Some("de"));
        assert_eq!((settings.clock.as_deref(), settings.numbers, settings.keys_off), (Some("12"), None, true));
        assert_eq!(read("language=xx&zone=Mars/Base").1, ["language", "zone"]);
    }

    #[test]
    fn keys_are_single_and_each_for_one_thing() {
        let (settings, faults) = read("key.create=G&key.reply=");
        assert!(faults.is_empty());
        assert_eq!(settings.keys.get("create"), Some(&'g'));
        assert_eq!(read("key.create=gg").1, ["key.create"]);
        assert_eq!(read("key.reply=n").1, ["key.reply"], "the note has that key");
        assert!(read("key.reply=n&key.note=r").1.is_empty(), "two may change places");
    }
}
