//! Refusals in the reader's language.
//!
//! The rules of service management say in English what is wrong, for programs, logs and journals as much as for people, and
//! know of no reader. Where a page shows it, the sentence is recognised by the English messages of `refusals.ftl` and said
//! again in the reader's language. A sentence that is not among them stays as it is.

use std::borrow::Cow;
use std::sync::LazyLock;

use crate::catalogue::{Part, parts};
use crate::sources::REFUSALS;
use crate::{Language, Reader, Said, language, t_with, within};

static PATTERNS: LazyLock<Vec<(&'static str, Vec<Part>)>> =
    LazyLock::new(|| within(Reader::default(), || REFUSALS.ids().into_iter().map(|id| (id, parts(id))).collect()));

/// Most words that the name of a field has.
const NAME_WORDS: usize = 6;

/// A sentence of a rule, in the reader's language.
pub fn refusal(sentence: &str) -> Cow<'_, str> {
    if language() == Language::English { Cow::Borrowed(sentence) } else { translated(sentence, 0) }
}

/// Values of a sentence may be such sentences themselves, a few deep.
fn translated(sentence: &str, depth: usize) -> Cow<'_, str> {
    let best = PATTERNS
        .iter()
        .filter_map(|(id, parts)| Some((*id, literal(parts), captures(parts, sentence)?)))
        .max_by_key(|(_, literal, _)| *literal);
    let Some((id, _, values)) = best else { return after_a_name(sentence, depth) };
    let values: Vec<(&'static str, Cow<'_, str>)> = values
        .into_iter()
        .map(|(name, value)| (name, if depth < 3 { translated(value, depth + 1) } else { Cow::Borrowed(value) }))
        .collect();
    let said: Vec<(&'static str, Said<'_>)> = values.iter().map(|(name, value)| (*name, value.into())).collect();
    Cow::Owned(t_with(id, &said))
}

/// A sentence that begins with the name of a field, as those that are kept with a bulk edit do.
fn after_a_name(sentence: &str, depth: usize) -> Cow<'_, str> {
    let spaces = sentence.match_indices(' ').map(|(place, _)| place).take(NAME_WORDS);
    let mut halves = spaces.filter_map(|place| Some((sentence.get(..place)?, sentence.get(place + 1..)?)));
    let known = |rest: &str| PATTERNS.iter().any(|(_, parts)| captures(parts, rest).is_some());
    match halves.find(|(_, rest)| known(rest)) {
        Some((name, rest)) => Cow::Owned(format!("{name} {}", translated(rest, depth + 1))),
        None => Cow::Borrowed(sentence),
    }
}

/// How much of a pattern is text.
fn literal(parts: &[Part]) -> usize {
    parts.iter().map(|part| if let Part::Text(text) = part { text.len() } else { 0 }).sum()
}

/// The values in a sentence, when it has the pattern's text in order and nothing else.
fn captures<'a>(pattern: &[Part], sentence: &'a str) -> Option<Vec<(&'static str, &'a str)>> {
    let mut values = Vec::new();
    let mut rest = sentence;
    for (place, part) in pattern.iter().enumerate() {
        match part {
            Part::Text(text) => rest = rest.strip_prefix(text.as_str())?,
            Part::Value(name) => {
                let end = match pattern.get(place + 1) {
                    None => rest.len(),
                    // The last text must end the sentence; others end at the first place they are found.
                    Some(Part::Text(text)) if place + 2 == pattern.len() => {
                        rest.len().checked_sub(text.len()).filter(|_| rest.ends_with(text.as_str()))?
                    }
                    Some(Part::Text(text)) => rest.find(text.as_str())?,
                    Some(Part::Value(_)) => return None,
                };
                let (value, after) = rest.split_at(end);
                if value.is_empty() {
                    return None;
                }
                values.push((*name, value));
                rest = after;
            }
        }
    }
    rest.is_empty().then_some(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_told_in_the_readers_language() {
        let german = |sentence: &str| within(Reader::of(Language::German), || refusal(sentence).into_owned());
        assert_eq!(german("is required"), "ist erforderlich");
        assert_eq!(german("may have at most 200 characters"), "darf höchstens 200 Zeichen haben");
        assert_eq!(german("a sentence of a customer's own rule"), "a sentence of a customer's own rule");
        assert_eq!(german("Lösungscode is required"), "Lösungscode ist erforderlich");
        assert_eq!(refusal("is required"), "is required");
        // Values that are sentences themselves are said again too.
        let step = "of “Order” is needed: who gets the task";
        assert_eq!(german(step), "von „Order“ ist nötig: wer bekommt die Aufgabe?");
        let open = "Mandatory tasks are still open: RTSK1, RTSK2 and 3 more. Complete them, or skip them with a reason";
        assert!(
            german(open).starts_with("Noch offene Pflichtaufgaben: RTSK1, RTSK2 und 3 weitere."),
            "{}",
            german(open)
        );
    }

    #[test]
    fn values_are_found_between_texts() {
        let text = |text: &str| Part::Text(text.to_owned());
        let pattern = [text("between "), Part::Value("low"), text(" and "), Part::Value("high"), text(".")];
        assert_eq!(captures(&pattern, "between 1 and 5."), Some(vec![("low", "1"), ("high", "5")]));
        assert_eq!(captures(&pattern, "between 1 and 5"), None);
        assert_eq!(captures(&pattern, "between  and 5."), None);
        assert_eq!(captures(&[Part::Value("all")], "ö"), Some(vec![("all", "ö")]));
    }
}
