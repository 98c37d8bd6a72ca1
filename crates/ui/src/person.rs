//! People: a round mark with initials, and the name.

use maud::{Markup, html};

/// Number of hues that avatars share, as classes in the stylesheet.
const HUES: u32 = 8;

/// Somebody, as lists and fields show them.
#[derive(Debug, Clone, Copy, Default)]
pub struct Person<'a> {
    /// Full name.
    pub name: &'a str,
    /// Address of their page; plain text without it.
    pub address: Option<&'a str>,
}

/// A round mark with initials, in a hue that stays the same for a name. Hidden from screen readers: the name stands beside it.
pub fn avatar(name: &str) -> Markup {
    html! { span.avatar.{ "avatar--" (hue(name)) } aria-hidden="true" { (initials(name)) } }
}

/// A person with mark and name.
pub fn person(person: &Person) -> Markup {
    html! {
        @if let Some(address) = person.address {
            a.person href=(address) { (avatar(person.name)) span.person__name { (person.name) } }
        } @else {
            span.person { (avatar(person.name)) span.person__name { (person.name) } }
        }
    }
}

/// Marks of several people, overlapping; more than four as a number. Screen readers hear the names.
pub fn people(names: &[&str]) -> Markup {
    html! {
        span.people title=(names.join(", ")) {
            @for name in names.iter().take(4) { (avatar(name)) }
            @if names.len() > 4 { span.avatar."avatar--more" aria-hidden="true" { "+" (names.len() - 4) } }
            span.hidden-text { (names.join(", ")) }
        }
    }
}

/// First letters of the first and the last word.
fn initials(name: &str) -> String {
    let mut words = name.split_whitespace().filter_map(|word| word.chars().find(|letter| letter.is_alphanumeric()));
    let first = words.next();
    first.into_iter().chain(words.next_back()).flat_map(char::to_uppercase).collect()
}

/// FNV-1a over the name: the same hue on every page and in every release.
fn hue(name: &str) -> u32 {
    name.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)) % HUES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_are_those_of_first_and_last_word() {
        for (name, expected) in [
            ("Ada Okafor", "AO"),
            ("Prince", "P"),
            ("  jan  van der Berg ", "JB"),
            ("", ""),
            ("李 小龙", "李小"),
            ("(ext) Šárka", "EŠ"),
        ] {
            assert_eq!(initials(name), expected);
        }
    }
}
