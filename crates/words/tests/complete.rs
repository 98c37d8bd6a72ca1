//! Nothing is said that a language does not have, nothing is there that nobody says, and no page says anything else.
#![allow(clippy::unwrap_used, reason = "in tests a panic is the message")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement};
use steward_words::{AREAS, Language};

/// Ids of a language's messages with the names of their values.
fn messages(language: Language) -> BTreeMap<String, BTreeSet<String>> {
    let mut messages = BTreeMap::new();
    for area in AREAS {
        let resource = fluent_syntax::parser::parse(area.text(language))
            .unwrap_or_else(|(_, errors)| panic!("{language:?} {}: {errors:?}", area.name));
        for entry in resource.body {
            let Entry::Message(message) = entry else { continue };
            let mut values = BTreeSet::new();
            if let Some(pattern) = &message.value {
                values_of(pattern, &mut values);
            }
            let before = messages.insert(message.id.name.to_owned(), values);
            assert!(before.is_none(), "{language:?}: `{}` stands twice", message.id.name);
        }
    }
    messages
}

fn values_of(pattern: &Pattern<&str>, values: &mut BTreeSet<String>) {
    for element in &pattern.elements {
        let PatternElement::Placeable { expression } = element else { continue };
        match expression {
            Expression::Inline(InlineExpression::VariableReference { id }) => drop(values.insert(id.name.to_owned())),
            Expression::Inline(_) => {}
            Expression::Select { selector, variants } => {
                if let InlineExpression::VariableReference { id } = selector {
                    values.insert(id.name.to_owned());
                }
                variants.iter().for_each(|variant| values_of(&variant.value, values));
            }
        }
    }
}

/// All sources below a folder with their texts, tests cut off.
fn sources(folder: &Path, into: &mut Vec<(PathBuf, String)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            let end = text.find("#[cfg(test)]\nmod tests").unwrap_or(text.len());
            into.push((path, text[..end].to_owned()));
        }
    }
}

fn crate_sources(names: &[&str]) -> Vec<(PathBuf, String)> {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut all = Vec::new();
    names.iter().for_each(|name| sources(&crates.join(name).join("src"), &mut all));
    all
}

#[test]
fn every_language_has_the_messages_of_english_with_the_same_values() {
    let english = messages(Language::English);
    for language in [Language::German, Language::French] {
        let own = messages(language);
        let missing: Vec<_> = english.keys().filter(|id| !own.contains_key(*id)).collect();
        let beyond: Vec<_> = own.keys().filter(|id| !english.contains_key(*id)).collect();
        assert!(missing.is_empty() && beyond.is_empty(), "{language:?} lacks {missing:?} and has beyond {beyond:?}");
        for (id, values) in &english {
            assert_eq!(values, &own[id], "{language:?}: values of `{id}`");
        }
    }
}

#[test]
fn every_message_is_said_and_every_id_is_there() {
    let english = messages(Language::English);
    let mut said: BTreeSet<String> = BTreeSet::new();
    let mut unknown = Vec::new();
    for (path, text) in crate_sources(&["ui", "web", "words", "app"]) {
        for literal in literals(&text) {
            said.insert(literal.text.to_owned());
        }
        for call in ["t(\"", "t_with(\"", "sentence(\"", "parts(\""] {
            for (place, _) in text.match_indices(call) {
                let before = text[..place].chars().next_back().unwrap_or(' ');
                let id = text[place + call.len()..].split('"').next().unwrap_or_default();
                if !before.is_alphanumeric() && !matches!(before, '_' | '.' | ':') && !english.contains_key(id) {
                    unknown.push(format!("{}: {id}", path.display()));
                }
            }
        }
    }
    assert!(unknown.is_empty(), "not in English: {unknown:#?}");
    let unused: Vec<_> =
        english.keys().filter(|id| !id.starts_with("refusal-") && !said.contains(id.as_str())).collect();
    assert!(unused.is_empty(), "nobody says {unused:?}");
}

/// A string in a source.
struct Literal<'a> {
    text: &'a str,
    line: usize,
    /// Whether it stands in markup, as text or as the value of an attribute.
    in_markup: bool,
}

/// The strings of a source. Markup is what stands within `html!`, outside of brackets that hold expressions.
fn literals(source: &str) -> Vec<Literal<'_>> {
    let bytes = source.as_bytes();
    let mut found = Vec::new();
    // For each open bracket whether what stands in it is markup.
    let mut open: Vec<bool> = Vec::new();
    let (mut at, mut line, mut word_start) = (0, 1, 0);
    while at < bytes.len() {
        match bytes[at] {
            b'\n' => line += 1,
            b'/' if bytes.get(at + 1) == Some(&b'/') => {
                at += source[at..].find('\n').unwrap_or(source.len() - at);
                continue;
            }
            b'\'' => {
                // A character, not a lifetime.
                if let Some(length) = character(&source[at..]) {
                    at += length;
                    continue;
                }
            }
            b'r' if matches!(bytes.get(at + 1), Some(b'"' | b'#')) && (at == 0 || !is_word(bytes[at - 1])) => {
                let hashes = source[at + 1..].bytes().take_while(|byte| *byte == b'#').count();
                if bytes.get(at + 1 + hashes) == Some(&b'"') {
                    let end = format!("\"{}", "#".repeat(hashes));
                    let start = at + 2 + hashes;
                    let length = source[start..].find(&end).unwrap_or(0);
                    line += source[start..start + length].matches('\n').count();
                    at = start + length + end.len();
                    continue;
                }
            }
            b'"' => {
                let mut end = at + 1;
                while end < bytes.len() && bytes[end] != b'"' {
                    end += if bytes[end] == b'\\' { 2 } else { 1 };
                }
                let text = &source[at + 1..end.min(source.len())];
                found.push(Literal { text, line, in_markup: open.last().copied().unwrap_or(false) });
                line += text.matches('\n').count();
                at = end + 1;
                continue;
            }
            b'{' => {
                let before = source[word_start..at].trim_end();
                open.push(before.ends_with("html!") || open.last().copied().unwrap_or(false));
            }
            b'(' | b'[' => open.push(false),
            b'}' | b')' | b']' => drop(open.pop()),
            _ => {}
        }
        if bytes[at].is_ascii_whitespace()
            && at + 1 < bytes.len()
            && !bytes[at + 1].is_ascii_whitespace()
            && bytes[at + 1] != b'{'
        {
            word_start = at + 1;
        }
        at += 1;
    }
    found
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// The length of a character literal at the start of a text.
fn character(text: &str) -> Option<usize> {
    let mut letters = text.char_indices().skip(1);
    let (_, first) = letters.next()?;
    if first == '\\' {
        return text[2..].find('\'').map(|end| end + 3);
    }
    let (end, quote) = letters.next()?;
    (quote == '\'').then_some(end + 1)
}

/// English in markup that is no text for people, or the same in every language.
const ALLOWED: &[&str] = &[
    "Steward",
    "VIP",
    "Ctrl K",
    // What makes a part of a page ask anew.
    "input changed delay:250ms",
    "input changed delay:500ms, change",
    "input changed delay:600ms, change",
    "submit, input changed delay:250ms from:#article-words",
];

/// Whether a string in markup looks like words for people: a capital and small letters, or several words.
fn is_for_people(text: &str) -> bool {
    let text = text.trim();
    let mut letters = text.chars();
    let capital = letters.next().is_some_and(char::is_uppercase) && letters.next().is_some_and(char::is_lowercase);
    let words = text.split(' ').filter(|word| word.len() > 1 && word.chars().all(|c| c.is_ascii_alphabetic())).count();
    capital || words > 1
}

#[test]
fn markup_says_nothing_but_messages() {
    let technical = |text: &str| {
        // Classes, conditions and other words of HTML.
        text.contains("button")
            || text.contains("--")
            || text.contains('=')
            || text.contains("__")
            || ["closest ", "noopener", "light dark", "width=", "menu"].iter().any(|start| text.starts_with(start))
    };
    let mut wrong = Vec::new();
    for (path, text) in crate_sources(&["ui", "web"]) {
        // The gallery shows samples to those who develop Steward.
        if path.components().any(|part| part.as_os_str() == "gallery") {
            continue;
        }
        for literal in literals(&text) {
            if literal.in_markup
                && is_for_people(literal.text)
                && !technical(literal.text)
                && !ALLOWED.contains(&literal.text.trim())
            {
                wrong.push(format!("{}:{}: {:?}", path.display(), literal.line, literal.text));
            }
        }
    }
    assert!(wrong.is_empty(), "say these by messages (crates/words/words/en), or allow them here: {wrong:#?}");
}

#[test]
fn english_in_markup_is_found() {
    let found = |source: &'static str| -> Vec<&str> {
        literals(source)
            .into_iter()
            .filter(|one| one.in_markup && is_for_people(one.text))
            .map(|one| one.text)
            .collect()
    };
    assert_eq!(found(r#"html! { p { "Some words" (t("save")) } }"#), ["Some words"]);
    assert_eq!(found(r#"html! { a title="Close" { (name("Not Markup")) } }"#), ["Close"]);
    assert_eq!(found(r#"let x = "Plain Rust"; // "A comment"#), Vec::<&str>::new());
}
