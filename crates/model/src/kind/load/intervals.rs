//! Times of records: each with fields that can say one, and a word that is known.

use super::faults::{Faults, hint};
use super::merge::{Draft, In};
use crate::kind::interval::is_date;
use crate::kind::{Field, FieldType, Interval, SpanSource, TimeKind};

/// Builds the intervals of a kind; their conditions come in the second phase.
pub(super) fn build_intervals(draft: &Draft<'_>, fields: &[Field], faults: &mut Faults<'_>) -> Vec<Interval> {
    let mut intervals = Vec::new();
    for In { file, item } in &draft.intervals {
        let key = item.key.get_ref();
        let time = TimeKind::parse(item.kind.get_ref());
        if time.is_none() {
            let known: Vec<&str> = TimeKind::ALL.map(TimeKind::key).into();
            let near = hint(item.kind.get_ref(), known.iter().copied());
            let message =
                format!("there is no kind of time `{}`{near}; there are {}", item.kind.get_ref(), known.join(", "));
            faults.add(*file, item.kind.span(), message);
        }
        let mut field = |word: &super::Word, of: &str, is_fit: &dyn Fn(&Field) -> bool| {
            let name = word.get_ref().as_str();
            match fields.iter().find(|field| field.key == name) {
                None => {
                    let near = hint(name, draft.field_keys());
                    faults.add(*file, word.span(), format!("interval `{key}` names unknown field `{name}`{near}"));
                }
                Some(found) if !is_fit(found) => {
                    faults.add(*file, word.span(), format!("field `{name}` of interval `{key}` must be {of}"));
                }
                Some(_) => {}
            }
        };
        let is_time = |field: &Field| matches!(field.field_type, FieldType::Date | FieldType::Moment);
        let mut days = None;
        if let Some(from) = &item.from {
            field(from, "a date or a moment", &is_time);
            days = fields.iter().find(|field| field.key == *from.get_ref()).filter(|f| is_time(f)).map(is_date);
        }
        for to in &item.to.0 {
            let of = if days == Some(true) { "a date, as its beginning is" } else { "a moment, as its beginning is" };
            field(to, of, &|field| is_time(field) && days.is_none_or(|days| days == is_date(field)));
        }
        if let Some(expected) = &item.expected {
            let is_moment = |field: &Field| days != Some(true) && matches!(field.field_type, FieldType::Moment);
            field(expected, "a moment, and its beginning too", &is_moment);
        }
        for concern in &item.concerns.0 {
            let is_reference =
                |field: &Field| matches!(field.field_type, FieldType::Reference { .. } | FieldType::References { .. });
            field(concern, "a reference", &is_reference);
        }
        let span = match (&item.from, &item.rule) {
            (Some(from), None) => SpanSource::Fields {
                from: from.get_ref().clone(),
                to: item.to.0.iter().map(|word| word.get_ref().clone()).collect(),
                open: item.open,
                expected: item.expected.as_ref().map(|word| word.get_ref().clone()),
            },
            (None, Some(rule)) if item.to.0.is_empty() && !item.open && item.expected.is_none() => {
                SpanSource::Rule(rule.get_ref().clone())
            }
            _ => {
                let message =
                    format!("interval `{key}` needs either `from`, with `to` where it has an end, or a `rule`");
                faults.add(*file, item.key.span(), message);
                continue;
            }
        };
        let Some(time) = time else { continue };
        let concerns = item.concerns.0.iter().map(|word| word.get_ref().clone()).collect();
        intervals.push(Interval { key: key.clone(), time, span, when: None, concerns });
    }
    intervals
}
