//! The second phase: parsing conditions, once every kind is known.

use super::document::Word;
use super::faults::Faults;
use super::merge::{Draft, In};
use crate::filter::Filter;
use crate::kind::{Kind, Registry, Requirement};

/// Parses every condition of every kind and puts it in its place.
pub(super) fn add_conditions(kinds: &mut [Kind], drafts: &[Draft<'_>], registry: &Registry, faults: &mut Faults<'_>) {
    for kind in kinds {
        let Some(draft) = drafts.iter().find(|draft| *draft.key.get_ref() == kind.key) else { continue };
        let Some(known) = registry.kind(&kind.key) else { continue };
        let mut condition = |file, text: Option<&Word>| parse_condition(file, text?, known, registry, faults);
        for In { file, item } in &draft.fields {
            let Some(field) = kind.fields.iter_mut().find(|field| field.key == *item.key.get_ref()) else { continue };
            field.visible_when = condition(*file, item.visible_when.as_ref());
            field.locked_when = condition(*file, item.locked_when.as_ref());
            if let Some(filter) = condition(*file, item.required_when.as_ref()) {
                field.required = Requirement::When(filter);
            }
        }
        for (transition, In { file, item }) in kind.lifecycle.transitions.iter_mut().zip(&draft.transitions) {
            if let Some((guard, filter)) = transition.guard.as_mut().zip(condition(*file, item.guard.as_ref())) {
                guard.filter = filter;
            }
            for (limit, raw) in transition.limits.iter_mut().zip(&item.limits) {
                if let Some(filter) = condition(*file, Some(&raw.when)) {
                    limit.when = filter;
                }
            }
            transition.when = condition(*file, item.when.as_ref());
            transition.copy_when = condition(*file, item.copy_when.as_ref());
            if let Some(rule) = &mut transition.comment {
                rule.when = condition(*file, item.comment_when.as_ref());
            }
        }
        for (move_, In { file, item }) in kind.on_comment.iter_mut().zip(&draft.on_comment) {
            move_.when = condition(*file, item.when.as_ref());
        }
        for (interval, In { file, item }) in kind.intervals.iter_mut().zip(&draft.intervals) {
            interval.when = condition(*file, item.when.as_ref());
        }
        check_intervals(kind, draft, faults);
    }
}

/// What times a record has is kept with its writes, so it may depend on nothing but the record.
fn check_intervals(kind: &Kind, draft: &Draft<'_>, faults: &mut Faults<'_>) {
    for (interval, In { file, item }) in kind.intervals.iter().zip(&draft.intervals) {
        let Some(word) = &item.when else { continue };
        if interval.when.as_ref().is_some_and(|when| !when.is_local() || when.is_relative()) {
            let message = "the condition of an interval may look at fields of the record only, not at other records, \
                           who asks, or the present";
            faults.add(*file, word.span(), message);
        }
    }
}

fn parse_condition(
    file: usize,
    text: &Word,
    kind: &Kind,
    registry: &Registry,
    faults: &mut Faults<'_>,
) -> Option<Filter> {
    match Filter::parse_cel(text.get_ref(), kind, registry) {
        Ok(filter) => Some(filter),
        Err(error) => {
            let hint = error.suggestion.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            faults.add_within(file, text, error.position.start, format!("condition: {}{hint}", error.message));
            None
        }
    }
}
