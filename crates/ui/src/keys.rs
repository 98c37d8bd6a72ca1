//! The overview of keys, opened with `?`.

use maud::{Markup, html};

use crate::icon::{Icon, icon};
use crate::words;

/// Keys beyond those that work everywhere.
#[derive(Debug, Clone, Copy, Default)]
pub struct Keys<'a> {
    /// Key and what it does.
    pub more: &'a [(&'a str, &'a str)],
}

const EVERYWHERE: &[(&str, &str)] = &[
    ("Ctrl K", "Search"),
    ("?", "Show this overview"),
    ("C", "Record something new"),
    ("I", "Inbox"),
    ("Esc", "Close, or let go"),
];
const LIST: &[(&str, &str)] =
    &[("J", "Next row"), ("K", "Previous row"), ("Enter", "Open row"), ("/", "Search in the list")];
const RECORD: &[(&str, &str)] = &[("R", "Reply"), ("N", "Internal note"), ("E", "Edit title"), ("Ctrl Enter", "Send")];

/// The dialog; every page of the shell has it.
pub fn keys(keys: &Keys) -> Markup {
    html! {
        dialog.dialog.keys #keys data-dialog data-keys aria-labelledby="keys-title" {
            div.dialog__head {
                h2.dialog__title #keys-title { "Keys" }
                form method="dialog" { button.icon-button type="submit" title=(words::CLOSE) aria-label=(words::CLOSE) { (icon(Icon::X)) } }
            }
            div.dialog__body.keys__groups {
                (group("Everywhere", EVERYWHERE))
                (group("In a list", LIST))
                (group("On a record", RECORD))
                @if !keys.more.is_empty() { (group("Here", keys.more)) }
            }
        }
    }
}

fn group(label: &str, keys: &[(&str, &str)]) -> Markup {
    html! {
        section.keys__group {
            h3.keys__label { (label) }
            dl.keys__list { @for (key, what) in keys { div { dt { @for part in key.split(' ') { kbd { (part) } } } dd { (what) } } } }
        }
    }
}
