//! Values as they are read: in rows of lists, beside a record, in place of a field that may not be changed.

use maud::{Markup, html};
use steward_words::t;

use crate::badge::{Category, Priority, badge, priority, state};
use crate::icon::{Icon, icon};
use crate::person::{Person, people, person};
use crate::reference::{Reference, reference};
use crate::time::{Time, due, time};
use crate::tone::Tone;

/// A value, ready to be read.
#[derive(Debug, Clone, Default)]
pub enum Shown<'a> {
    /// There is none.
    #[default]
    Nothing,
    /// Text.
    Text(&'a str),
    /// Text that is not what one looks for: a number, a count.
    Muted(&'a str),
    /// A number, amount, length of time: figures of one width.
    Number(&'a str),
    /// The number of a record.
    RecordNumber(&'a str),
    /// Markdown that has been turned into safe markup.
    Article(Markup),
    /// Yes or no.
    Boolean(bool),
    /// A moment.
    Time(Time<'a>),
    /// A moment by which something is due, and how near it is.
    Due(Time<'a>, Tone),
    /// A state.
    State(Category, &'a str),
    /// A priority.
    Priority(Priority, &'a str),
    /// Somebody.
    Person(Person<'a>),
    /// Several people, as marks.
    People(Vec<&'a str>),
    /// A record.
    Reference(Reference<'a>),
    /// Several records.
    References(Vec<Reference<'a>>),
    /// A word in a box.
    Badge(&'a str, Tone),
    /// Web address. Only `http` and `https` become links.
    Url(&'a str),
    /// Mail address.
    Mail(&'a str),
    /// Telephone number.
    Phone(&'a str),
    /// Rows of values under headings.
    Table {
        /// Headings.
        columns: Vec<&'a str>,
        /// Rows.
        rows: Vec<Vec<Shown<'a>>>,
    },
    /// Text that is never shown: whether it is there.
    Secret(bool),
    /// Anything else.
    Other(Markup),
}

/// A value.
pub fn shown(value: &Shown) -> Markup {
    html! {
        @match value {
            Shown::Nothing => (nothing()),
            Shown::Text(text) => @if text.is_empty() { (nothing()) } @else { span.value { (text) } },
            Shown::Muted(text) => span.value.value--muted { (text) },
            Shown::Number(text) => span.value.value--number { (text) },
            Shown::RecordNumber(text) => span.value.value--record { (text) },
            Shown::Article(markup) => div.article { (markup) },
            Shown::Boolean(true) => span.value { (icon(Icon::Check)) (t("yes")) },
            Shown::Boolean(false) => span.value.value--muted { (t("no")) },
            Shown::Time(moment) => (time(moment)),
            Shown::Due(moment, tone) => (due(moment, *tone)),
            Shown::State(category, label) => (state(*category, label)),
            Shown::Priority(level, label) => (priority(*level, label)),
            Shown::Person(somebody) => (person(somebody)),
            Shown::People(names) => (people(names)),
            Shown::Reference(record) => (reference(record)),
            Shown::References(records) => ul.references { @for record in records { li { (reference(record)) } } },
            Shown::Badge(label, tone) => (badge(label, *tone, None)),
            Shown::Url(address) => @if is_web(address) {
                a.value.value--link href=(address) rel="noopener noreferrer" target="_blank" { (address.split_once("://").map_or(*address, |parts| parts.1)) (icon(Icon::ExternalLink)) }
            } @else { span.value { (address) } },
            Shown::Mail(address) => a.value.value--link href={ "mailto:" (address) } { (address) },
            Shown::Phone(number) => a.value.value--link.value--number href={ "tel:" (number.chars().filter(|sign| !sign.is_whitespace()).collect::<String>()) } { (number) },
            Shown::Table { columns, rows } => (table(columns, rows)),
            Shown::Secret(true) => span.value.value--muted { (icon(Icon::ShieldLock)) (t("secret-set")) },
            Shown::Secret(false) => (nothing()),
            Shown::Other(markup) => (markup),
        }
    }
}

/// That there is no value.
pub fn nothing() -> Markup {
    html! { span.value.value--nothing { span aria-hidden="true" { "—" } span.hidden-text { (t("nothing")) } } }
}

fn table(columns: &[&str], rows: &[Vec<Shown>]) -> Markup {
    html! {
        div.small-table tabindex="0" role="region" aria-label=(columns.join(", ")) {
            table {
                thead { tr { @for column in columns { th scope="col" { (column) } } } }
                tbody { @for row in rows { tr { @for cell in row { td { (shown(cell)) } } } } }
            }
        }
    }
}

/// Whether an address may become a link: nothing but the web, so that no stored text runs as script.
fn is_web(address: &str) -> bool {
    let start = address.get(..8).unwrap_or(address).to_ascii_lowercase();
    start.starts_with("http://") || start.starts_with("https://")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_web_addresses_become_links() {
        for (address, expected) in [
            ("https://example.org/a", true),
            ("HTTP://example.org", true),
            ("javascript:alert(1)", false),
            ("data:text/html,x", false),
            (" https://example.org", false),
            ("http:", false),
            ("äöüäöüäöü", false),
        ] {
            assert_eq!(is_web(address), expected, "{address}");
            assert_eq!(shown(&Shown::Url(address)).into_string().contains("href"), expected, "{address}");
        }
    }
}
