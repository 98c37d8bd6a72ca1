//! Notices and mail.

use maud::{Markup, html};

use super::{GERMAN, HOSTILE, LONG_NAME};
use crate::notices::{Letter, MailLine, MailMark, Ways, letter, outbox, ways, weekdays};

pub(super) fn parts() -> Vec<(&'static str, Markup)> {
    vec![("Ways of being told", sample_ways()), ("Outbox", sample_outbox()), ("Message", sample_letter())]
}

fn sample_ways() -> Markup {
    let modes = [("never", "No mail"), ("at_once", "At once"), ("digest", "In the digest")];
    let reasons = [
        Ways { key: "mention", label: "somebody mentions me", inbox: true, mail: "at_once" },
        Ways { key: "reply", label: GERMAN, inbox: false, mail: "digest" },
    ];
    let days = [("1".to_owned(), "Mon", true), ("2".to_owned(), "Tue", false)];
    html! { (ways(&reasons, &modes)) (weekdays("quiet_days", "Days on which they begin", &days)) }
}

fn sample_outbox() -> Markup {
    let line = |mark, note, person| MailLine {
        address: "#",
        person,
        about: html! { "INC0000042 " (GERMAN) }.into(),
        mark,
        note,
        when: html! { "3 h ago" }.into(),
    };
    let lines = [
        line(MailMark::Waiting, "", LONG_NAME),
        line(MailMark::Held, "", "Ada"),
        line(MailMark::Sent, "", "Ada"),
        line(MailMark::Withheld, "the person may not see any of it any more", "Ada"),
        line(MailMark::Failed, HOSTILE, "Ada"),
        line(MailMark::Dead, "tried 6 times", "Ada"),
    ];
    html! { (outbox(&lines, true)) (outbox(&lines[..1], false)) }
}

fn sample_letter() -> Markup {
    let text =
        format!("Hello Ada,\n\nBen wrote in INC0000042.\n\n> {HOSTILE}\n\n-- \nYou get this because you watch it.\n");
    letter(&Letter { label: "English", language: "en", to: LONG_NAME, subject: GERMAN, text: &text })
}
