//! Parts and wholes of a kind, and records that become one: that the fields, states and transitions are there and fit.

use super::check_field;
use super::document::Word;
use super::faults::{Faults, hint};
use super::merge::{Draft, In};
use super::words;
use crate::kind::{Family, Field, FieldType, Merging};

/// How parts follow their whole, where the kind says so.
pub(super) fn build_family(draft: &Draft<'_>, fields: &[Field], faults: &mut Faults<'_>) -> Option<Family> {
    const WHO: &str = "`family`";
    let In { file, item } = draft.family?;
    for word in [&item.parent, &item.with] {
        check_own(draft, (file, word), fields, WHO, faults);
    }
    for word in [&item.updates, &item.moves] {
        check_field(draft, file, word, WHO, faults);
        let found = fields.iter().find(|field| field.key == *word.get_ref());
        if found.is_some_and(|field| !matches!(field.field_type, FieldType::Boolean)) {
            faults.add(file, word.span(), format!("{WHO} needs a yes or no, `{}` is none", word.get_ref()));
        }
    }
    for word in &item.fields {
        check_field(draft, file, word, WHO, faults);
    }
    for word in [&item.finish, &item.resume] {
        let keys = || draft.transitions.iter().map(|transition| transition.item.key.get_ref().as_str());
        if keys().all(|key| key != word.get_ref()) {
            let near = hint(word.get_ref(), keys());
            faults.add(file, word.span(), format!("{WHO} names unknown transition `{}`{near}", word.get_ref()));
        }
    }
    let text = |word: &Word| word.get_ref().clone();
    Some(Family {
        parent: text(&item.parent),
        updates: text(&item.updates),
        moves: text(&item.moves),
        finish: text(&item.finish),
        resume: text(&item.resume),
        with: text(&item.with),
        fields: words(&item.fields),
    })
}

/// How records become one, where the kind says so.
pub(super) fn build_merging(draft: &Draft<'_>, fields: &[Field], faults: &mut Faults<'_>) -> Option<Merging> {
    const WHO: &str = "`merging`";
    let In { file, item } = draft.merging?;
    check_own(draft, (file, &item.into), fields, WHO, faults);
    let keys = || draft.states.iter().map(|state| state.item.key.get_ref().as_str());
    if keys().all(|key| key != item.state.get_ref()) {
        let near = hint(item.state.get_ref(), keys());
        faults.add(file, item.state.span(), format!("{WHO} names unknown state `{}`{near}", item.state.get_ref()));
    }
    Some(Merging { state: item.state.get_ref().clone(), into: item.into.get_ref().clone() })
}

/// Notes a fault unless a field refers to records of the kind itself.
fn check_own(draft: &Draft<'_>, (file, word): (usize, &Word), fields: &[Field], who: &str, faults: &mut Faults<'_>) {
    check_field(draft, file, word, who, faults);
    let fits = |field: &Field| matches!(&field.field_type, FieldType::Reference { kinds } if kinds == std::slice::from_ref(draft.key.get_ref()));
    if fields.iter().any(|field| field.key == *word.get_ref() && !fits(field)) {
        let message = format!("{who} needs a reference to the kind itself, `{}` is none", word.get_ref());
        faults.add(file, word.span(), message);
    }
}
