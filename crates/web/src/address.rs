//! Addresses of pages: each built by one function, so that a route has one place where it is written for links.

use std::fmt::Display;

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use steward_model::kind::Kind;
use steward_model::record::Record;

/// What must be encoded in a part of a path or query.
const PART: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'&')
    .add(b'+')
    .add(b'/')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'=')
    .add(b'`')
    .add(b'{')
    .add(b'}');

/// A text as one part of an address.
pub(crate) fn part(text: &str) -> String {
    utf8_percent_encode(text, PART).to_string()
}

/// The list of a kind.
pub(crate) fn list(kind: &Kind) -> String {
    format!("/{}", kind.plural)
}

/// The list of a kind with a condition in the search box.
pub(crate) fn list_with(kind: &Kind, search: &str) -> String {
    format!("/{}?q={}", kind.plural, part(search))
}

/// The list that somebody saved under a name.
pub(crate) fn saved_view(kind: &Kind, id: i64) -> String {
    format!("/{}?view={id}", kind.plural)
}

/// The form for a new record.
pub(crate) fn new(kind: &Kind) -> String {
    format!("/{}/new", kind.plural)
}

/// Where the drafts of a record's forms are kept, or with `new` as its number those of a new record.
pub(crate) fn draft(kind: &Kind, number: &str) -> String {
    format!("/{}/{}/draft", kind.plural, part(number))
}

/// Who is at a record.
pub(crate) fn presence(kind: &Kind, record: &Record) -> String {
    of_record(kind, record, "presence")
}

/// A record's page.
pub(crate) fn record(kind: &Kind, number: &str) -> String {
    format!("/{}/{}", kind.plural, part(number))
}

/// What hangs on a record, such as `comments`.
pub(crate) fn of_record(kind: &Kind, record: &Record, rest: &str) -> String {
    format!("/{}/{}/{rest}", kind.plural, part(&record.number))
}

/// A move of a record.
pub(crate) fn transition(kind: &Kind, record: &Record, key: &str) -> String {
    of_record(kind, record, &format!("transitions/{}", part(key)))
}

/// One field of a record, to be changed in place.
pub(crate) fn field(kind: &Kind, record: &Record, key: &str) -> String {
    of_record(kind, record, &format!("fields/{}", part(key)))
}

/// A file of a record.
pub(crate) fn file(kind: &Kind, record: &Record, seq: impl Display) -> String {
    of_record(kind, record, &format!("attachments/{seq}"))
}

/// Choices for a field that refers to records of these kinds.
pub(crate) fn pick<'a>(kinds: impl IntoIterator<Item = &'a str>) -> String {
    let kinds: Vec<String> = kinds.into_iter().map(|kind| format!("kind={}", part(kind))).collect();
    format!("/pick?{}", kinds.join("&"))
}

/// The sign-in page, which leads on to where somebody wanted to go.
pub(crate) fn sign_in(next: &str) -> String {
    if next == "/" || next.is_empty() { "/sign-in".to_owned() } else { format!("/sign-in?next={}", part(next)) }
}

/// An address to go on to that came from outside: only a path of ours is taken, anything else leads home.
pub(crate) fn local(next: Option<&str>) -> &str {
    let Some(next) = next else { return "/" };
    let plain = next.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    let decoded = percent_encoding::percent_decode_str(next).decode_utf8_lossy();
    let ours = |path: &str| path.starts_with('/') && !path.starts_with("//") && !path.contains('\\');
    if plain && ours(next) && ours(&decoded) { next } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sec_093_only_local_paths_are_followed() {
        for good in ["/incidents", "/incidents?q=is:open&sort=-priority", "/incidents/INC0000042#comment-3"] {
            assert_eq!(local(Some(good)), good);
        }
        for bad in [
            "//evil.example",
            "/\\evil.example",
            "https:evil.example",
            "https://evil.example",
            "\\\\evil.example",
            "/%2fevil.example",
            "/%5cevil.example",
            "/%09/evil.example\t",
            "javascript:alert(1)",
            "user@evil.example",
            "/ x",
            "",
        ] {
            assert_eq!(local(Some(bad)), "/", "{bad}");
        }
        assert_eq!(local(None), "/");
    }

    #[test]
    fn parts_hold_no_syntax() {
        assert_eq!(part("a/b?c#d&e=f%"), "a%2Fb%3Fc%23d%26e%3Df%25");
    }
}
