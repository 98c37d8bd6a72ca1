//! The page of settings.

use jiff::civil::{Date, Time};
use maud::{Markup, html};
use steward_app::inbox::Reason;
use steward_app::person_settings::PersonSettings;
use steward_ui::button::{Button, Look, Submit, submit};
use steward_ui::field::{ChoiceOption, Control, Field, field};
use steward_ui::form::{ErrorSummary, Form as FormParts, error_summary, field_row, form, form_actions, form_section};
use steward_ui::header::{Header, header};
use steward_ui::keys::{KeyMap, SHORTCUTS};
use steward_ui::message::{Notice, notice};
use steward_ui::page::{Density, Theme};
use steward_ui::tone::Tone;
use steward_words::{
    Clock, DateOrder, FirstDay, Formats, Language, Reader, Separators, date, decimal, t, t_with, time_of_day, within,
};

use super::ADDRESS;
use super::read::AUTO;
use crate::Web;
use crate::frame::{Place, frame};
use crate::values::time;
use crate::visitor::Visitor;

/// What the page is made from.
struct Sheet<'a> {
    settings: &'a PersonSettings,
    faults: &'a [(String, String)],
}

/// The page, with what was typed and what is wrong with it, or that it was saved.
pub(super) fn page(
    web: &Web,
    visitor: &Visitor,
    settings: &PersonSettings,
    faults: &[(String, String)],
    saved: bool,
) -> Markup {
    let sheet = Sheet { settings, faults };
    let parts = FormParts { action: ADDRESS, csrf_token: &visitor.csrf_token, ..FormParts::default() };
    let now = time::exact(web.app().now(), &visitor.preferences.zone);
    let errors: Vec<(String, String)> = faults.to_vec();
    let main = html! {
        (header(
            &Header { title: t("settings"), detail: &visitor.actor().label, ..Header::default() },
            html! { a."button button--plain" href=(crate::feeds::ADDRESS) { span { (t("feeds")) } } },
        ))
        div.page-body."page-body--narrow" {
            @if saved { (notice(&Notice { tone: Tone::Success, text: t("settings-saved") }, html! {})) }
            @if !errors.is_empty() { (error_summary(&ErrorSummary { title: t("some-faults"), errors: &errors })) }
            div.settings data-settings {
                (form(&parts, html! {
                    (sheet.profile(&now))
                    (sheet.looks())
                    (sheet.formats())
                    (sheet.keys())
                    (sheet.notifications())
                    (form_actions(html! {
                        (submit(&Button { label: t("save"), look: Look::Main, ..Button::default() }, &Submit::default()))
                        (submit(&Button { label: t("settings-keys-reset"), look: Look::Quiet, ..Button::default() }, &Submit { name: Some("keys_reset"), value: Some("true"), ..Submit::default() }))
                    }))
                }))
            }
            section.form-section #security {
                h2.form-section__label { (t("settings-section-security")) }
                p.form-section__help { (t("settings-to-account-help")) }
                p { a href="/account" { (t("settings-to-account")) } }
            }
        }
    };
    frame(web, visitor, Place { title: t("settings"), current: ADDRESS, ..Place::default() }, main)
}

impl Sheet<'_> {
    fn part(&self, name: &str, label: &str, help: &str, control: &Control<'_>) -> Markup {
        let own = self.faults.iter().filter(|(field, _)| field == name);
        let errors: Vec<String> = own.map(|(_, message)| message.clone()).collect();
        field(&Field { name, label, help, errors: &errors, ..Field::default() }, control)
    }

    /// A choice of which one is what the browser, the system or the language says.
    fn choice(&self, name: &str, label: &str, help: &str, chosen: Option<&str>, options: &[(&str, String)]) -> Markup {
        let options: Vec<ChoiceOption<'_>> =
            options.iter().map(|(key, label)| ChoiceOption { key, label, ..ChoiceOption::default() }).collect();
        let own = self.faults.iter().filter(|(field, _)| field == name);
        let errors: Vec<String> = own.map(|(_, message)| message.clone()).collect();
        let value = chosen.unwrap_or(AUTO);
        // Something is always chosen, so there is no empty choice.
        let frame = Field { name, label, help, errors: &errors, ..Field::default() };
        field(&frame, &Control::Select { value, options: &options })
    }

    fn profile(&self, now: &str) -> Markup {
        let mut languages = vec![(AUTO, t("settings-as-browser").to_owned())];
        languages.extend(Language::ALL.map(|language| (language.code(), language.name().to_owned())));
        let names: Vec<String> = zones();
        let mut zones = vec![(AUTO, t("settings-zone-browser").to_owned())];
        zones.extend(names.iter().map(|name| (name.as_str(), name.replace('_', " "))));
        let zone_help = t_with("settings-zone-help", &[("now", now.into())]);
        form_section(
            t("settings-section-profile"),
            "",
            html! {
                (self.choice("language", t("settings-language"), t("settings-language-help"), self.settings.language.as_deref(), &languages))
                (self.choice("zone", t("settings-zone"), &zone_help, self.settings.zone.as_deref(), &zones))
            },
        )
    }

    fn looks(&self) -> Markup {
        let themes = [
            (Theme::Auto, "settings-theme-system"),
            (Theme::Light, "theme-light"),
            (Theme::Dark, "theme-dark"),
            (Theme::Contrast, "settings-theme-contrast"),
        ]
        .map(|(theme, label)| (theme.key(), t(label).to_owned()));
        let densities = [
            (Density::Comfortable, "density-comfortable"),
            (Density::Normal, "density-normal"),
            (Density::Compact, "density-compact"),
        ]
        .map(|(density, label)| (density.key(), t(label).to_owned()));
        let density = self.settings.density.as_deref().unwrap_or(Density::Normal.key());
        form_section(
            t("settings-section-looks"),
            "",
            field_row(html! {
                (self.choice("theme", t("settings-theme"), "", self.settings.theme.as_deref(), &themes))
                (self.choice("density", t("settings-density"), "", Some(density), &densities))
            }),
        )
    }

    fn formats(&self) -> Markup {
        let reader = steward_words::reader();
        let as_written = |formats: Formats, write: &dyn Fn() -> String| within(Reader { formats, ..reader }, write);
        let day = Date::new(2026, 3, 12).unwrap_or_default();
        let afternoon = Time::new(17, 30, 0, 0).unwrap_or_default();
        let dates: Vec<(&str, String)> = DateOrder::ALL
            .iter()
            .map(|order| (order.key(), as_written(Formats { date: *order, ..reader.formats }, &|| date(day, None))))
            .collect();
        let clocks: Vec<(&str, String)> = Clock::ALL
            .iter()
            .map(|clock| {
                let example = as_written(Formats { clock: *clock, ..reader.formats }, &|| time_of_day(afternoon));
                let label = if *clock == Clock::Hours24 { "settings-clock-24" } else { "settings-clock-12" };
                (clock.key(), t_with(label, &[("example", (&example).into())]))
            })
            .collect();
        let example = |numbers: Separators| decimal("12345.67", Formats { numbers, ..reader.formats });
        let usual = example(Formats::of(reader.language).numbers);
        let mut numbers = vec![(AUTO, t_with("settings-numbers-language", &[("example", (&usual).into())]))];
        numbers.extend(Separators::ALL.iter().map(|one| (one.key(), example(*one))));
        let first_days: Vec<(&str, String)> = FirstDay::ALL
            .iter()
            .map(|day| {
                let label = match day {
                    FirstDay::Monday => "settings-monday",
                    FirstDay::Saturday => "settings-saturday",
                    FirstDay::Sunday => "settings-sunday",
                };
                (day.key(), t(label).to_owned())
            })
            .collect();
        let first_day = self.settings.first_day.as_deref().unwrap_or(FirstDay::Monday.key());
        let date_chosen = self.settings.date.as_deref().unwrap_or(DateOrder::Words.key());
        let clock_chosen = self.settings.clock.as_deref().unwrap_or(Clock::Hours24.key());
        form_section(
            t("settings-section-formats"),
            "",
            html! {
                (field_row(html! {
                    (self.choice("date", t("settings-date"), "", Some(date_chosen), &dates))
                    (self.choice("first_day", t("settings-first-day"), "", Some(first_day), &first_days))
                }))
                (field_row(html! {
                    (self.choice("clock", t("settings-clock"), "", Some(clock_chosen), &clocks))
                    (self.choice("numbers", t("settings-numbers"), "", self.settings.numbers.as_deref(), &numbers))
                }))
            },
        )
    }

    fn keys(&self) -> Markup {
        let mut map = KeyMap::default();
        self.settings.keys.iter().for_each(|(name, key)| map.set(name, *key));
        form_section(
            t("settings-section-keys"),
            t("settings-keys-help"),
            html! {
                (self.part("keys_on", t("settings-keys-off"), t("settings-keys-off-help"), &Control::Boolean { value: !self.settings.keys_off }))
                div.settings__keys {
                    @for (place, shortcut) in SHORTCUTS.iter().enumerate() {
                        @let key = map.key(place).to_string();
                        @let usual = t_with("settings-keys-usual", &[("key", (&shortcut.usual.to_string()).into())]);
                        @let help = if map.key(place) == shortcut.usual { "" } else { usual.as_str() };
                        (self.part(&format!("key.{}", shortcut.name), t(shortcut.label), help, &Control::Text { value: &key, max_length: Some(1) }))
                    }
                }
            },
        )
    }

    fn notifications(&self) -> Markup {
        let label = |reason: Reason| match reason {
            Reason::Mention => t("tell-mention"),
            Reason::Assigned => t("tell-assigned"),
            Reason::Answer => t("tell-answer"),
            Reason::Reply => t("tell-reply"),
            Reason::Team => t("tell-team"),
            Reason::Review => t("tell-review"),
            Reason::Approval => t("tell-approval"),
            Reason::Due => t("tell-due"),
            Reason::Rule => t("tell-rule"),
            // It cannot be turned off, and so is not on the page.
            Reason::Viewed => t("did-view"),
        };
        form_section(
            t("settings-section-notifications"),
            t("settings-tell-help"),
            html! {
                p.settings__lead { (t("settings-tell-me")) }
                @for reason in Reason::ALL.into_iter().filter(|reason| reason.is_optional()) {
                    (self.part(&format!("tell.{}", reason.key()), label(reason), "", &Control::Boolean { value: self.settings.hears(reason) }))
                }
            },
        )
    }
}

/// Time zones by region and place; names of old and those that only repeat others are left out.
fn zones() -> Vec<String> {
    const REGIONS: [&str; 10] = [
        "Africa/",
        "America/",
        "Antarctica/",
        "Arctic/",
        "Asia/",
        "Atlantic/",
        "Australia/",
        "Europe/",
        "Indian/",
        "Pacific/",
    ];
    let mut names: Vec<String> = jiff::tz::db()
        .available()
        .map(|name| name.as_str().to_owned())
        .filter(|name| REGIONS.iter().any(|region| name.starts_with(region)))
        .collect();
    names.sort_unstable();
    names.dedup();
    names.insert(0, "UTC".to_owned());
    names
}
