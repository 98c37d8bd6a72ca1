//! Who else is at a record just now.

use maud::{Markup, html};
use steward_words::{t, t_with};

use crate::icon::{Icon, icon};
use crate::person::avatar;

/// Somebody who is there.
#[derive(Debug, Clone, Copy, Default)]
pub struct Somebody<'a> {
    /// Name; `None` when the reader may not know it.
    pub name: Option<&'a str>,
    /// Whether they type.
    pub is_writing: bool,
}

/// Faces shown at most.
const FACES: usize = 4;

/// The place where it shows, empty until scripts ask `address` (`GET`, and `POST` with `page` and `activity` every twenty
/// seconds). `record` is the record's id in the stream of changes.
pub fn presence(record: &str, address: &str) -> Markup {
    html! { div.presence #presence role="status" data-presence=(record) data-presence-address=(address) {} }
}

/// The answer: who is there besides the reader, and in how many seconds to ask again.
pub fn people(people: &[Somebody], look_again: Option<i64>) -> Markup {
    let writing = people.iter().any(|somebody| somebody.is_writing);
    html! {
        div.presence__people.{ "presence__people--" (if writing { "writing" } else { "viewing" }) } data-look-again=[look_again] hidden[people.is_empty()] {
            @if !people.is_empty() {
                span.presence__faces aria-hidden="true" {
                    @for somebody in people.iter().take(FACES) { (avatar(somebody.name.unwrap_or("?"))) }
                }
                (icon(if writing { Icon::Edit } else { Icon::Eye }))
                span { (words(people)) }
            }
        }
    }
}

/// Who does what: `Ben Okoro is writing, Mei Lin and 2 others are viewing`.
fn words(people: &[Somebody]) -> String {
    let (writing, viewing): (Vec<&Somebody>, Vec<&Somebody>) = people.iter().partition(|somebody| somebody.is_writing);
    let writing = together(&writing, ["is-writing-one", "is-writing-two", "is-writing-many"]);
    let viewing = together(&viewing, ["is-viewing-one", "is-viewing-two", "is-viewing-many"]);
    let parts = [writing, viewing];
    let said: Vec<&str> = parts.iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
    said.join(", ")
}

/// What one, two or more people do, in the message for each.
fn together(people: &[&Somebody], [one, two, many]: [&'static str; 3]) -> String {
    let name = |somebody: &Somebody<'_>| somebody.name.unwrap_or(t("presence-somebody")).to_owned();
    match people {
        [] => String::new(),
        [first] => t_with(one, &[("first", (&name(first)).into())]),
        [first, second] => t_with(two, &[("first", (&name(first)).into()), ("second", (&name(second)).into())]),
        [first, rest @ ..] => t_with(many, &[("first", (&name(first)).into()), ("others", rest.len().into())]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_said_who_does_what() {
        let at = |name, is_writing| Somebody { name: Some(name), is_writing };
        assert_eq!(words(&[at("Ben", true)]), "Ben is writing");
        assert_eq!(words(&[at("Ben", false), Somebody::default()]), "Ben and somebody are viewing");
        let many = [at("Ben", true), at("Mei", false), at("Jan", false), at("Ada", false)];
        assert_eq!(words(&many), "Ben is writing, Mei and 2 others are viewing");
    }
}
