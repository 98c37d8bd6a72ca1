//! Building lifecycles: states, the moves between them, and the moves that comments make.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use super::document::{TransitionItem, Word};
use super::faults::{Faults, hint, is_key, label_of};
use super::fields::json;
use super::merge::{Draft, In};
use super::{check_field, words};
use crate::filter::Filter;
use crate::kind::{
    Category, CommentRule, Field, FieldType, Guard, Level, Lifecycle, Limit, OnComment, Requirement, State, Transition,
};
use crate::value::{NoReferences, parse_value};

/// States and transitions, with conditions still open.
pub(super) fn build_lifecycle(draft: &Draft<'_>, fields: &[Field], faults: &mut Faults<'_>) -> Lifecycle {
    for In { file, item } in &draft.states {
        let key = item.key.get_ref();
        if !is_key(key) {
            faults.add(*file, item.key.span(), format!("state `{key}` must be lower-case words with underscores"));
        }
        if item.category.is_none() {
            let message = format!("state `{key}` has no `category`: new, active, waiting, done or cancelled");
            faults.add(*file, item.key.span(), message);
        }
    }
    if let Some(In { file, item }) = draft.initial {
        check_state(draft, file, item, "`initial`", faults);
    }
    let states = draft.states.iter().map(|state| state.item);
    let lifecycle = Lifecycle {
        initial: draft.initial.map(|initial| initial.item.get_ref().clone()).unwrap_or_default(),
        states: states
            .map(|state| State {
                key: state.key.get_ref().clone(),
                label: state.label.clone().unwrap_or_else(|| label_of(state.key.get_ref())),
                category: state.category.unwrap_or(Category::New),
            })
            .collect(),
        transitions: draft
            .transitions
            .iter()
            .map(|transition| build_transition(draft, fields, transition.file, transition.item, faults))
            .collect(),
    };
    check_reachable(draft, &lifecycle, faults);
    lifecycle
}

/// Moves that comments make, with conditions still open.
pub(super) fn build_on_comment(draft: &Draft<'_>, faults: &mut Faults<'_>) -> Vec<OnComment> {
    let keys = || draft.transitions.iter().map(|transition| transition.item.key.get_ref().as_str());
    for In { file, item } in &draft.on_comment {
        let name = item.transition.get_ref();
        if keys().all(|key| key != name) {
            let near = hint(name, keys());
            faults.add(*file, item.transition.span(), format!("unknown transition `{name}`{near}"));
        }
    }
    let items = draft.on_comment.iter().map(|item| item.item);
    items
        .map(|item| OnComment {
            key: item.key.get_ref().clone(),
            audience: item.audience,
            by: item.by,
            when: None,
            transition: item.transition.get_ref().clone(),
        })
        .collect()
}

fn build_transition(
    draft: &Draft<'_>,
    fields: &[Field],
    file: usize,
    item: &TransitionItem,
    faults: &mut Faults<'_>,
) -> Transition {
    let key = item.key.get_ref();
    let who = format!("transition `{key}`");
    if !is_key(key) {
        faults.add(file, item.key.span(), format!("{who} must be lower-case words with underscores"));
    }
    if item.from.0.is_empty() {
        faults.add(file, item.key.span(), format!("{who} starts from no state"));
    }
    let to = (!item.to.get_ref().is_empty()).then_some(&item.to);
    if to.is_none() {
        faults.add(file, item.key.span(), format!("{who} leads to no state: it has no `to`"));
    }
    for state in item.from.0.iter().chain(to) {
        check_state(draft, file, state, &who, faults);
    }
    check_written(draft, fields, file, item, faults);
    if let Some(lone) = item.guard.as_ref().xor(item.message.as_ref()) {
        faults.add(file, lone.span(), format!("{who} needs `guard` and `message` together"));
    }
    if let Some(when) = item.comment_when.as_ref().filter(|_| item.comment.is_none()) {
        faults.add(file, when.span(), format!("{who} has `comment_when` without `comment`, the audience of it"));
    }
    let asked = item.requires.iter().chain(item.fields.iter().filter(|field| !item.requires.contains(field)));
    let guard = item.guard.as_ref().zip(item.message.as_ref());
    Transition {
        key: key.clone(),
        label: item.label.clone().unwrap_or_else(|| label_of(key)),
        recorded_as: item.label.clone().unwrap_or_else(|| label_of(key)),
        from: words(&item.from.0),
        to: item.to.get_ref().clone(),
        guard: guard.map(|(_, message)| Guard { filter: Filter::Nothing, message: message.get_ref().clone() }),
        requires: words(&item.requires),
        fields: asked.map(|field| field.get_ref().clone()).collect(),
        roles: item.roles.clone(),
        level: item.level.unwrap_or(Level::Agent),
        automatic: item.automatic,
        signature: item.signature,
        limits: item
            .limits
            .iter()
            .map(|limit| Limit { level: limit.level, when: Filter::Nothing, message: limit.message.clone() })
            .collect(),
        comment: item.comment.map(|audience| CommentRule { audience, when: None }),
        stamp: words(&item.stamp),
        stamp_person: words(&item.stamp_person),
        clear: words(&item.clear),
        increment: words(&item.increment),
        set: build_set(draft, fields, file, item, faults),
        copy: build_copy(draft, fields, file, item, faults),
        copy_when: None,
        when: None,
    }
}

fn build_copy(
    draft: &Draft<'_>,
    fields: &[Field],
    file: usize,
    item: &TransitionItem,
    faults: &mut Faults<'_>,
) -> BTreeMap<String, String> {
    let who = format!("transition `{}`", item.key.get_ref());
    if let Some(when) = item.copy_when.as_ref().filter(|_| item.copy.is_empty()) {
        faults.add(file, when.span(), format!("{who} has `copy_when` without `copy`"));
    }
    for (to, from) in &item.copy {
        check_field(draft, file, to, &who, faults);
        check_field(draft, file, from, &who, faults);
        let of = |name: &Word| fields.iter().find(|field| field.key == *name.get_ref());
        if let (Some(to_field), Some(from_field)) = (of(to), of(from)) {
            let is_computed = matches!(to_field.field_type, FieldType::Computed { .. });
            // A value that is more private than its new place would be shown to whom it was not meant for; that is the
            // purpose of a publication, so only the type is checked.
            if is_computed || to_field.field_type != from_field.field_type {
                let message =
                    format!("{who} cannot copy `{}` to `{}`: they differ in type", from.get_ref(), to.get_ref());
                faults.add(file, from.span(), message);
            }
        }
    }
    item.copy.iter().map(|(to, from)| (to.get_ref().clone(), from.get_ref().clone())).collect()
}

/// Checks every field that a transition names, and its type where the move gives it a value.
fn check_written(draft: &Draft<'_>, fields: &[Field], file: usize, item: &TransitionItem, faults: &mut Faults<'_>) {
    let who = format!("transition `{}`", item.key.get_ref());
    let mut check = |names: &[Word], wanted: &str, fits: &dyn Fn(&Field) -> bool| {
        for name in names {
            check_field(draft, file, name, &who, faults);
            if fields.iter().find(|field| field.key == *name.get_ref()).is_some_and(|field| !fits(field)) {
                faults.add(file, name.span(), format!("{who} needs {wanted}, `{}` is not", name.get_ref()));
            }
        }
    };
    let is_person = |field: &Field| match &field.field_type {
        FieldType::Reference { kinds } => kinds.iter().any(|kind| kind == "person"),
        _ => false,
    };
    let is_plain = |field: &Field| !matches!(field.field_type, FieldType::Computed { .. });
    check(&item.stamp, "a moment to stamp", &|field| field.field_type == FieldType::Moment);
    check(&item.stamp_person, "a reference to a person to stamp", &is_person);
    check(&item.increment, "a whole number to increment", &|field| {
        matches!(field.field_type, FieldType::Integer { .. })
    });
    check(&item.clear, "a field that may be empty to clear", &|field| {
        is_plain(field) && field.required != Requirement::Always
    });
    check(&item.fields, "a field that somebody may write to ask for", &|field| field.write.is_some());
    let given: Vec<&str> = item.stamp.iter().chain(&item.stamp_person).map(|name| name.get_ref().as_str()).collect();
    check(&item.requires, "a field that somebody may write to require", &|field| {
        field.write.is_some() || !is_plain(field) || given.contains(&field.key.as_str())
    });
}

fn build_set(
    draft: &Draft<'_>,
    fields: &[Field],
    file: usize,
    item: &TransitionItem,
    faults: &mut Faults<'_>,
) -> BTreeMap<String, Json> {
    let mut set = BTreeMap::new();
    let who = format!("transition `{}`", item.key.get_ref());
    for (name, value) in &item.set {
        check_field(draft, file, name, &who, faults);
        let Some(field) = fields.iter().find(|field| field.key == *name.get_ref()) else { continue };
        let refused = match (&field.field_type, parse_value(field, &json(value.get_ref()), &NoReferences)) {
            (FieldType::Computed { .. }, _) => Some("it is computed".to_owned()),
            (_, Err(message)) => Some(format!("it {message}")),
            (_, Ok(None)) => Some("use `clear` to empty it".to_owned()),
            (_, Ok(Some(value))) => {
                set.insert(field.key.clone(), value);
                None
            }
        };
        if let Some(reason) = refused {
            faults.add(file, value.span(), format!("{who} cannot set `{}`: {reason}", field.key));
        }
    }
    set
}

fn check_state(draft: &Draft<'_>, file: usize, state: &Word, who: &str, faults: &mut Faults<'_>) {
    let key = state.get_ref();
    if draft.state_keys().all(|known| known != key) {
        let near = hint(key, draft.state_keys());
        faults.add(file, state.span(), format!("{who} names unknown state `{key}`{near}"));
    }
}

/// Every state must be reached from the first one by some way of moves.
fn check_reachable(draft: &Draft<'_>, lifecycle: &Lifecycle, faults: &mut Faults<'_>) {
    let mut reached: BTreeSet<&str> = BTreeSet::from([lifecycle.initial.as_str()]);
    let mut open = vec![lifecycle.initial.as_str()];
    while let Some(state) = open.pop() {
        for transition in lifecycle.transitions_from(state) {
            if reached.insert(&transition.to) {
                open.push(&transition.to);
            }
        }
    }
    for In { file, item } in &draft.states {
        let key = item.key.get_ref();
        // With no first state nothing is reached; that fault is told already.
        if draft.initial.is_some() && !reached.contains(key.as_str()) {
            let message =
                format!("state `{key}` is never reached from `{}`; add a transition to it", lifecycle.initial);
            faults.add(*file, item.key.span(), message);
        }
    }
}
