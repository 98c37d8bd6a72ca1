//! What of a record is shown with a hit: label and a piece of text, with the words marked.

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;

use steward_model::event::{Act, Audience, Event};
use steward_model::id::RecordId;
use steward_model::kind::{FieldType, Kind};
use steward_model::record::Record;
use steward_search::words::Words;

use super::found::Found;
use super::{Hit, Snippet, hit_named};
use crate::App;
use crate::error::Error;

/// Bytes shown before the first word.
const BEFORE: usize = 60;
/// Bytes shown in all.
const LENGTH: usize = 200;
/// Bytes of remarks looked through for each hit that shows the words nowhere else.
const REMARKS_MAX: usize = 64 * 1024;

impl App {
    /// Hits with the text in which the words stand, out of what the actor may read.
    pub(super) async fn hits(&self, found: Vec<Found>, words: &Words) -> Result<Vec<Hit>, Error> {
        let mut hits = Vec::with_capacity(found.len());
        let mut unseen: HashMap<RecordId, (usize, bool)> = HashMap::new();
        for found in found {
            let internal = found.rights.may_read_internal();
            let mut hit = hit_named(found, words);
            hit.snippet = best_field(&hit.kind, &hit.record, words);
            if hit.snippet.is_none() && hit.record.revision > 1 {
                unseen.insert(hit.record.id, (hits.len(), internal));
            }
            hits.push(hit);
        }
        // The label may say only some of the words; what was said on the record has the others.
        let ids: Vec<RecordId> = unseen.keys().copied().collect();
        for event in self.store().remarks_of(&ids, REMARKS_MAX).await? {
            let Some((place, internal)) = unseen.get(&event.record) else { continue };
            if let Some(snippet) = remark(&event, *internal).and_then(|(source, text)| cut(source, text, words)) {
                // Later ones take the place of earlier ones.
                hits[*place].snippet = Some(snippet);
            }
        }
        Ok(hits)
    }
}

/// The field, other than the label, in which most of the words stand.
fn best_field(kind: &Kind, record: &Record, words: &Words) -> Option<Snippet> {
    let mut best: Option<(usize, Snippet)> = None;
    for field in kind.fields.iter().filter(|field| field.key != kind.label_field) {
        let is_text = matches!(
            field.field_type.value_type(),
            FieldType::Text { .. } | FieldType::Markdown | FieldType::Url | FieldType::Mail | FieldType::Phone
        );
        let text = record.text(&field.key);
        if !is_text || text.is_empty() {
            continue;
        }
        let different: BTreeSet<String> =
            words.marks(text).into_iter().map(|place| text[place].to_lowercase()).collect();
        if different.len() > best.as_ref().map_or(0, |(count, _)| *count)
            && let Some(snippet) = cut(&field.label, text, words)
        {
            best = Some((different.len(), snippet));
        }
    }
    best.map(|(_, snippet)| snippet)
}

/// What was said, for those who may read it.
fn remark(event: &Event, internal: bool) -> Option<(&'static str, &str)> {
    match &event.act {
        Act::Commented { audience: Audience::Public, body } => Some(("Comment", body)),
        Act::Commented { audience: Audience::Internal, body } if internal => Some(("Work note", body)),
        Act::Worked { note, .. } if internal => Some(("Work", note)),
        Act::WorkCorrected { to, .. } if internal => Some(("Work", &to.note)),
        Act::Attached(file) if internal || file.audience == Audience::Public => Some(("File", &file.name)),
        _ => None,
    }
}

/// The piece of a text around the first word; `None` when no word stands in it.
fn cut(source: &str, text: &str, words: &Words) -> Option<Snippet> {
    let marks = words.marks(text);
    let first = marks.first()?.clone();
    let blank_before = |place: usize| text[..place].rfind(char::is_whitespace).map_or(0, |blank| blank + 1);
    let start = match first.start.checked_sub(BEFORE) {
        None => 0,
        // Whole words only; a text without blanks is cut anywhere.
        Some(place) => {
            let place = text.floor_char_boundary(place);
            let word = text[place..first.start].find(char::is_whitespace).map_or(place, |blank| place + blank);
            word + text[word..].len() - text[word..].trim_start().len()
        }
    };
    let start = start.min(first.start);
    let end = if text.len() <= start + LENGTH {
        text.len()
    } else {
        let place = text.floor_char_boundary(start + LENGTH);
        blank_before(place).max(first.end).min(text.len())
    };
    let within = |place: &Range<usize>| place.start >= start && place.end <= end;
    let shown = text[start..end].trim_end();
    let marks =
        marks.iter().filter(|place| within(place)).map(|place| place.start - start..place.end - start).collect();
    // One character for another, so that places stay.
    let line = shown.replace(['\n', '\r', '\t'], " ");
    let (open, close) =
        (if start > 0 { "… " } else { "" }, if start + shown.len() < text.trim_end().len() { " …" } else { "" });
    let moved = |marks: Vec<Range<usize>>| {
        marks.into_iter().map(|place| place.start + open.len()..place.end + open.len()).collect()
    };
    Some(Snippet { source: source.to_owned(), text: format!("{open}{line}{close}"), marks: moved(marks) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, words: &str, expected: Option<&str>) {
        let snippet = cut("field", text, &Words::parse(words));
        let shown = snippet.map(|snippet| {
            let mut shown = snippet.text.clone();
            for mark in snippet.marks.iter().rev() {
                shown.insert(mark.end, ']');
                shown.insert(mark.start, '[');
            }
            shown
        });
        assert_eq!(shown.as_deref(), expected, "{text}");
    }

    #[test]
    fn words_are_marked_in_their_surroundings() {
        check("The printer prints\nblank pages", "print blank ", Some("The printer prints [blank] pages"));
        check("The printer prints\nblank pages", "blank print", Some("The [printer] [prints] [blank] pages"));
        check("nothing", "blank", None);
        let long = format!("{}the printer is blank {}", "word ".repeat(100), "tail ".repeat(100));
        let snippet = cut("field", &long, &Words::parse("printer")).unwrap();
        assert!(snippet.text.starts_with("… word") && snippet.text.ends_with("tail …"), "{}", snippet.text);
        assert!(snippet.text.len() < LENGTH + 10);
        assert_eq!(&snippet.text[snippet.marks[0].clone()], "printer");
    }

    #[test]
    fn texts_without_blanks_are_cut_between_characters() {
        let long = format!("{} größe {}", "ä".repeat(300), "ö".repeat(300));
        let snippet = cut("field", &long, &Words::parse("grösse")).unwrap();
        assert_eq!(&snippet.text[snippet.marks[0].clone()], "größe");
    }
}
