//! Where records of a kind wait for approval: that the states, transitions and fields are there and fit.

use super::document::Word;
use super::faults::{Faults, hint};
use super::merge::{Draft, In};
use super::{check_field, words};
use crate::kind::{ApprovalPoint, Field, FieldType};

const WHO: &str = "`approval`";

/// The point of approval, where the kind has one.
pub(super) fn build_approval(draft: &Draft<'_>, fields: &[Field], faults: &mut Faults<'_>) -> Option<ApprovalPoint> {
    let In { file, item } = draft.approval?;
    for (transition, leads) in [(Some(&item.approve), false), (Some(&item.reject), false), (item.again.as_ref(), true)]
    {
        if let Some(transition) = transition {
            check_transition(draft, file, transition, item.state.get_ref(), leads, faults);
        }
    }
    if draft.states.iter().all(|state| state.item.key.get_ref() != item.state.get_ref()) {
        let near = hint(item.state.get_ref(), draft.states.iter().map(|state| state.item.key.get_ref().as_str()));
        faults.add(file, item.state.span(), format!("{WHO} names unknown state `{}`{near}", item.state.get_ref()));
    }
    for key in [ApprovalPoint::ASKED, ApprovalPoint::PENDING] {
        if draft.field(key).is_none() {
            faults.add(
                file,
                item.state.span(),
                format!("{WHO} needs the field `{key}`, with the people who are asked"),
            );
        }
    }
    let is_person = |field: &FieldType| matches!(field, FieldType::Reference { .. } | FieldType::References { .. });
    let mut check = |word: &Word, fits: &dyn Fn(&FieldType) -> bool, needed: &str| {
        check_field(draft, file, word, WHO, faults);
        let found = fields.iter().find(|field| field.key == *word.get_ref());
        if found.is_some_and(|field| !fits(field.field_type.value_type())) {
            faults.add(file, word.span(), format!("{WHO} needs {needed}, `{}` is none", word.get_ref()));
        }
    };
    for word in &item.plan {
        check(word, &|_| true, "a field");
    }
    for word in &item.never {
        check(word, &is_person, "a field with people");
    }
    if let Some(word) = &item.reason {
        check(word, &|field| matches!(field, FieldType::Text { .. } | FieldType::Markdown), "a text");
    }
    if let Some(word) = &item.amount {
        check(word, &|field| matches!(field, FieldType::Money), "a sum of money");
    }
    let text = |word: &Word| word.get_ref().clone();
    Some(ApprovalPoint {
        state: text(&item.state),
        approve: text(&item.approve),
        reject: text(&item.reject),
        reason: item.reason.as_ref().map(text),
        again: item.again.as_ref().map(text),
        plan: words(&item.plan),
        never: words(&item.never),
        amount: item.amount.as_ref().map(text),
    })
}

/// Notes a fault unless the transition is there and starts from the state, or with `leads` ends in it.
fn check_transition(
    draft: &Draft<'_>,
    file: usize,
    transition: &Word,
    state: &str,
    leads: bool,
    faults: &mut Faults<'_>,
) {
    let keys = || draft.transitions.iter().map(|transition| transition.item.key.get_ref().as_str());
    let Some(found) = draft.transitions.iter().find(|known| known.item.key.get_ref() == transition.get_ref()) else {
        let near = hint(transition.get_ref(), keys());
        faults.add(file, transition.span(), format!("{WHO} names unknown transition `{}`{near}", transition.get_ref()));
        return;
    };
    if found.item.signature && !leads {
        let message = format!(
            "transition `{}` is an answer; whether it is signed is said by the approval policy, not by `signature`",
            transition.get_ref()
        );
        faults.add(file, transition.span(), message);
    }
    let starts = found.item.from.0.iter().any(|from| from.get_ref() == state);
    if !leads && !starts {
        let message = format!("transition `{}` does not start from `{state}`, where it waits", transition.get_ref());
        faults.add(file, transition.span(), message);
    }
    if leads && found.item.to.get_ref() != state {
        let message = format!("transition `{}` does not lead to `{state}`, where it waits", transition.get_ref());
        faults.add(file, transition.span(), message);
    }
}
