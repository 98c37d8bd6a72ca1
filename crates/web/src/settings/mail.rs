//! How one is told, by inbox and mail, and when mail comes: out of the form and on the page.

use std::collections::BTreeSet;

use maud::{Markup, html};
use steward_app::inbox::Reason;
use steward_app::notices::MailStanding;
use steward_app::notices::choices::{DAY_MINUTES, Every, Mailing, Mode, Quiet};
use steward_ui::field::Control;
use steward_ui::form::{field_row, form_section};
use steward_ui::message::{Notice, notice};
use steward_ui::notices::{Ways, ways, weekdays};
use steward_ui::tone::Tone;
use steward_words::{t, t_with, weekday};

use super::shown::Sheet;
use crate::form::Form;
use crate::{Web, outbox};

/// What the form says of mail. What it does not have stays.
pub(super) fn read(form: &Form, mailing: &mut Mailing, faults: &mut Vec<(String, String)>) {
    for reason in Reason::ALL {
        if let Some(key) = form.get(&format!("mail.{}", reason.key())) {
            match Mode::parse(key) {
                Some(mode) => mailing.set_mode(reason, mode),
                None => faults.push((format!("mail.{}", reason.key()), t("settings-choice-unknown").to_owned())),
            }
        }
    }
    let mut time = |name: &str, before: u16| match form.text(name) {
        None => before,
        Some(text) => minutes(text).unwrap_or_else(|| {
            faults.push((name.to_owned(), t("mail-time-wrong").to_owned()));
            before
        }),
    };
    mailing.digest.at = time("digest_at", mailing.digest.at);
    let quiet = mailing.quiet.clone().unwrap_or_default();
    let (from, until) = (time("quiet_from", quiet.from), time("quiet_until", quiet.until));
    if let Some(every) = form.get("digest_every").and_then(Every::parse) {
        mailing.digest.every = every;
    }
    let day = |text: &str| text.parse::<i8>().ok().filter(|day| (1..=7).contains(day));
    if let Some(day) = form.get("digest_day").and_then(day) {
        mailing.digest.weekday = day;
    }
    if form.has("quiet_on") {
        let days: BTreeSet<i8> = form.all("quiet_days").filter_map(day).collect();
        let but_critical = form.all("quiet_critical").last().map_or(quiet.but_critical, |value| value == "true");
        let days = if form.has("quiet_days") { days } else { quiet.days };
        let is_on = form.all("quiet_on").last() == Some("true") && !days.is_empty();
        mailing.quiet = is_on.then_some(Quiet { from, until, days, but_critical });
    }
}

/// Minutes after midnight of a time of day such as `08:00` or `8.30`.
fn minutes(text: &str) -> Option<u16> {
    let (hours, minutes) = text.split_once([':', '.']).unwrap_or((text, "0"));
    let part = |text: &str| text.trim().parse::<u16>().ok();
    let (hours, minutes) = (part(hours)?, part(minutes)?);
    (hours <= 24 && minutes < 60 && hours * 60 + minutes <= DAY_MINUTES).then(|| (hours * 60 + minutes) % DAY_MINUTES)
}

fn written(minutes: u16) -> String {
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

/// What a reason is called where one chooses.
pub(crate) fn reason_label(reason: Reason) -> &'static str {
    match reason {
        Reason::Mention => t("tell-mention"),
        Reason::Assigned => t("tell-assigned"),
        Reason::Answer => t("tell-answer"),
        Reason::Progress => t("tell-progress"),
        Reason::Reply => t("tell-reply"),
        Reason::Team => t("tell-team"),
        Reason::Review => t("tell-review"),
        Reason::Approval => t("tell-approval"),
        Reason::Due => t("tell-due"),
        Reason::File => t("tell-file"),
        Reason::Rule => t("tell-rule"),
        Reason::Viewed => t("did-view"),
    }
}

/// Days of the week from Monday, by their number.
fn days() -> impl Iterator<Item = (i8, &'static str)> {
    // A Monday and the days after it.
    (0..7_i8).map(|day| (day + 1, weekday(jiff::civil::date(2026, 3, 2 + day))))
}

impl Sheet<'_> {
    /// By which ways one is told of what.
    pub(super) fn notifications(&self, web: &Web, mail: &MailStanding) -> Markup {
        let settings = self.settings;
        // What one is told in any case is not asked.
        let rows: Vec<Ways<'_>> = Reason::ALL
            .into_iter()
            .filter(|reason| reason.is_optional())
            .map(|reason| Ways {
                key: reason.key(),
                label: reason_label(reason),
                inbox: settings.hears(reason),
                mail: settings.mailing.mode(reason).key(),
            })
            .collect();
        let modes = Mode::ALL.map(|mode| {
            let label = match mode {
                Mode::Never => t("mail-mode-never"),
                Mode::AtOnce => t("mail-mode-at-once"),
                Mode::Digest => t("mail-mode-digest"),
            };
            (mode.key(), label)
        });
        let goes = match &mail.address {
            Some(address) => t_with("mail-goes-to", &[("address", address.into()), ("zone", (&mail.zone).into())]),
            None => t("mail-no-address").to_owned(),
        };
        form_section(
            t("settings-section-notifications"),
            t("settings-tell-help"),
            html! {
                @if !web.app().can_mail() { (notice(&Notice { tone: Tone::Info, text: t("mail-not-set-up") }, html! {})) }
                (ways(&rows, &modes))
                p.settings__lead { (goes) " " a href={ (outbox::ADDRESS) "?person=me" } { (t("mail-mine")) } }
            },
        )
    }

    /// When digests come.
    pub(super) fn digest(&self) -> Markup {
        let digest = &self.settings.mailing.digest;
        let every = Every::ALL.map(|every| {
            let label = match every {
                Every::Hour => t("mail-every-hour"),
                Every::Day => t("mail-every-day"),
                Every::Week => t("mail-every-week"),
            };
            (every.key(), label.to_owned())
        });
        let days: Vec<(String, String)> = days().map(|(day, name)| (day.to_string(), name.to_owned())).collect();
        let days: Vec<(&str, String)> = days.iter().map(|(day, name)| (day.as_str(), name.clone())).collect();
        let (at, weekday) = (written(digest.at), digest.weekday.to_string());
        form_section(
            t("mail-section-digest"),
            t("mail-section-digest-help"),
            field_row(html! {
                (self.choice("digest_every", t("mail-every"), "", Some(digest.every.key()), &every))
                (self.part("digest_at", t("mail-digest-at"), t("mail-digest-at-help"), &Control::Text { value: &at, max_length: Some(5) }))
                (self.choice("digest_day", t("mail-digest-day"), t("mail-digest-day-help"), Some(&weekday), &days))
            }),
        )
    }

    /// When no mail comes.
    pub(super) fn quiet_hours(&self) -> Markup {
        let is_on = self.settings.mailing.quiet.is_some();
        let quiet = self.settings.mailing.quiet.clone().unwrap_or_default();
        let (from, until) = (written(quiet.from), written(quiet.until));
        let days: Vec<(String, &str, bool)> =
            days().map(|(day, name)| (day.to_string(), name, quiet.days.contains(&day))).collect();
        form_section(
            t("mail-section-quiet"),
            t("mail-section-quiet-help"),
            html! {
                (self.part("quiet_on", t("mail-quiet-on"), "", &Control::Boolean { value: is_on }))
                (field_row(html! {
                    (self.part("quiet_from", t("mail-quiet-from"), "", &Control::Text { value: &from, max_length: Some(5) }))
                    (self.part("quiet_until", t("mail-quiet-until"), t("mail-quiet-until-help"), &Control::Text { value: &until, max_length: Some(5) }))
                }))
                (weekdays("quiet_days", t("mail-quiet-days"), &days))
                (self.part("quiet_critical", t("mail-quiet-critical"), "", &Control::Boolean { value: quiet.but_critical }))
            },
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_of(text: &str) -> (Mailing, Vec<String>) {
        let (mut mailing, mut faults) = (Mailing::default(), Vec::new());
        read(&Form::parse(text.as_bytes()), &mut mailing, &mut faults);
        (mailing, faults.into_iter().map(|(field, _)| field).collect())
    }

    #[test]
    fn a_form_without_mail_changes_nothing() {
        assert_eq!(read_of("theme=dark"), (Mailing::default(), Vec::new()));
    }

    #[test]
    fn ways_digest_and_quiet_hours_are_taken() {
        let text = "mail.reply=digest&mail.mention=never&digest_every=week&digest_at=7:30&digest_day=5&quiet_on=false&quiet_on=true\
                    &quiet_from=22:00&quiet_until=06.15&quiet_days=&quiet_days=1&quiet_days=9&quiet_critical=false";
        let (mailing, faults) = read_of(text);
        assert!(faults.is_empty(), "{faults:?}");
        assert_eq!((mailing.mode(Reason::Reply), mailing.mode(Reason::Mention)), (Mode::Digest, Mode::Never));
        assert_eq!((mailing.digest.every, mailing.digest.at, mailing.digest.weekday), (Every::Week, 450, 5));
        let quiet = Quiet { from: 1320, until: 375, days: [1].into(), but_critical: false };
        assert_eq!(mailing.quiet, Some(quiet));
        assert_eq!(read_of("quiet_on=true&quiet_days=").0.quiet, None, "without a day nothing is quiet");
        assert_eq!(read_of("quiet_on=false").0.quiet, None);
    }

    #[test]
    fn times_are_times_of_day() {
        for (text, wanted) in [
            ("08:00", Some(480)),
            ("8", Some(480)),
            ("0:05", Some(5)),
            ("24:00", Some(0)),
            ("24:01", None),
            ("8:60", None),
            ("-1", None),
            ("x", None),
        ] {
            assert_eq!(minutes(text), wanted, "{text}");
        }
        assert_eq!(
            read_of("digest_at=25:00&quiet_from=x&mail.reply=loud").1,
            ["mail.reply", "digest_at", "quiet_from"]
        );
    }
}
