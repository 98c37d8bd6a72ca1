//! Overlays: what an organisation adds to a kind, and what it alters of it, without touching the kind's own file.
//!
//! An item with a key that the kind has alters it: what it says takes the place, what it leaves out stays, so that what
//! Steward ships can go on changing beneath. What others rest on (types, categories, where a transition leads) cannot be
//! altered. Each overlay is completed with what it alters, over the kind and the overlays before it; afterwards items
//! replace each other as they do between a kind and its base.

use toml::Spanned;

use super::document::{
    ChoiceItem, ChoicesOrName, Document, FieldItem, OneOrMany, SectionItem, StateItem, TransitionItem, Word,
};
use super::faults::{Faults, hint};
use super::merge::{Keyed, files_of, overlays};
use crate::kind::Level;

/// The parts of an overlay that may alter something.
struct Completed {
    fields: Vec<FieldItem>,
    states: Vec<StateItem>,
    transitions: Vec<TransitionItem>,
    sections: Vec<SectionItem>,
}

/// Completes all overlays, in the order of the files.
pub(super) fn complete(documents: &mut [(usize, Document)], faults: &mut Faults<'_>) {
    for place in 0..documents.len() {
        let Some(target) = documents[place].1.overlay.clone() else { continue };
        let file = documents[place].0;
        let mut beneath = files_of(documents, target.get_ref());
        if beneath.is_empty() {
            let known = documents.iter().filter(|(_, document)| !document.r#abstract);
            let near = hint(target.get_ref(), known.filter_map(|(_, one)| Some(one.key.as_ref()?.get_ref().as_str())));
            faults.add(file, target.span(), format!("there is no kind `{}` to add to{near}", target.get_ref()));
            continue;
        }
        beneath.extend(overlays(&documents[..place], target.get_ref()));
        let beneath: Vec<&Document> = beneath.into_iter().map(|(_, document)| document).collect();
        check_head(file, &documents[place].1, faults);
        let completed = over(&beneath, file, &documents[place].1, faults);
        let own = &mut documents[place].1;
        own.field = completed.fields;
        own.state = completed.states;
        own.transition = completed.transitions;
        own.section = completed.sections;
    }
}

/// What only the kind itself may say.
fn check_head(file: usize, own: &Document, faults: &mut Faults<'_>) {
    let words = [
        ("key", own.key.is_some()),
        ("extends", !own.extends.0.is_empty()),
        ("abstract", own.r#abstract),
        ("plural", own.plural.is_some()),
        ("numbering", own.numbering.is_some()),
        ("label_field", own.label_field.is_some()),
        ("label_public", own.label_public.is_some()),
        ("configuration", own.configuration.is_some()),
        ("automatic", own.automatic.is_some()),
        ("initial", own.initial.is_some()),
        ("class", !own.class.is_empty()),
        ("on_comment", !own.on_comment.is_empty()),
        ("approval", own.approval.is_some()),
        ("family", own.family.is_some()),
        ("merging", own.merging.is_some()),
        ("follow_up", own.follow_up.is_some()),
    ];
    let at = own.overlay.as_ref().map(Spanned::span).unwrap_or_default();
    for (word, _) in words.iter().filter(|(_, given)| *given) {
        faults.add(file, at.clone(), format!("an overlay cannot say `{word}`; that is the kind's own"));
    }
}

fn over(beneath: &[&Document], file: usize, own: &Document, faults: &mut Faults<'_>) -> Completed {
    let fields = own.field.iter().map(|item| match find(beneath, |document| &document.field, &item.key) {
        None => item.clone(),
        Some(there) => field_over(beneath, there, file, item, faults),
    });
    let fields = fields.collect();
    let states = own.state.iter().map(|item| match find(beneath, |document| &document.state, &item.key) {
        None => item.clone(),
        Some(there) => {
            refuse(file, &item.key, &[("category", item.category.is_some())], faults);
            StateItem {
                category: there.category,
                label: item.label.clone().or_else(|| there.label.clone()),
                ..item.clone()
            }
        }
    });
    let states = states.collect();
    let transitions =
        own.transition.iter().map(|item| match find(beneath, |document| &document.transition, &item.key) {
            None => item.clone(),
            Some(there) => transition_over(there, file, item, faults),
        });
    let transitions = transitions.collect();
    let sections = own.section.iter().map(|item| match find(beneath, |document| &document.section, &item.label) {
        None => item.clone(),
        Some(there) => SectionItem { label: item.label.clone(), fields: both(&there.fields, &item.fields) },
    });
    let sections = sections.collect();
    Completed { fields, states, transitions, sections }
}

/// The item that stands beneath an overlay under a key: that of the last file that has one.
fn find<'a, T: Keyed>(
    beneath: &[&'a Document],
    list: impl Fn(&'a Document) -> &'a Vec<T>,
    key: &Word,
) -> Option<&'a T> {
    let mut items = beneath.iter().rev().flat_map(|document| list(document));
    items.find(|item| item.key().get_ref() == key.get_ref())
}

/// Notes a fault for each word that may not be altered.
fn refuse(file: usize, key: &Word, words: &[(&str, bool)], faults: &mut Faults<'_>) {
    for (word, _) in words.iter().filter(|(_, given)| *given) {
        let message = format!("`{}` is there already, and its `{word}` cannot be altered; leave it out", key.get_ref());
        faults.add(file, key.span(), message);
    }
}

fn field_over(
    beneath: &[&Document],
    there: &FieldItem,
    file: usize,
    item: &FieldItem,
    faults: &mut Faults<'_>,
) -> FieldItem {
    let fixed = [
        ("type", !item.r#type.get_ref().is_empty()),
        ("unique", item.unique.is_some()),
        ("audience", item.audience.is_some()),
        ("write", item.write.is_some()),
        ("class", item.class.is_some()),
        ("target", item.target.is_some()),
        ("max_length", item.max_length.is_some()),
        ("min", item.min.is_some()),
        ("max", item.max.is_some()),
        ("fields", item.fields.is_some()),
        ("compute", item.compute.is_some()),
        ("value", item.value.is_some()),
        ("was", !item.was.0.is_empty()),
        ("unfit", item.unfit.is_some()),
    ];
    refuse(file, &item.key, &fixed, faults);
    if there.required == Some(true) && (item.required == Some(false) || item.required_when.is_some()) {
        let message = format!("`{}` is required, and others rest on that", item.key.get_ref());
        faults.add(file, item.key.span(), message);
    }
    let choices = match &item.choices {
        None => there.choices.clone(),
        Some(ChoicesOrName::Name(name)) => {
            faults.add(file, name.span(), "choices that are added or altered are a list");
            there.choices.clone()
        }
        Some(ChoicesOrName::List(own)) => {
            let listed = match &there.choices {
                Some(ChoicesOrName::List(list)) => list.clone(),
                Some(ChoicesOrName::Name(name)) => named(beneath, name),
                None => Vec::new(),
            };
            Some(ChoicesOrName::List(choices_over(listed, own)))
        }
    };
    let is_required = item.required == Some(true);
    FieldItem {
        label: item.label.clone().or_else(|| there.label.clone()),
        help: item.help.clone().or_else(|| there.help.clone()),
        required: item.required.or(there.required),
        required_when: item.required_when.clone().or_else(|| there.required_when.clone().filter(|_| !is_required)),
        visible_when: item.visible_when.clone().or_else(|| there.visible_when.clone()),
        locked_when: item.locked_when.clone().or_else(|| there.locked_when.clone()),
        default: item.default.clone().or_else(|| there.default.clone()),
        indexed: item.indexed.clone().or_else(|| there.indexed.clone()),
        choices,
        key: item.key.clone(),
        ..there.clone()
    }
}

/// A list of choices by its name.
fn named(beneath: &[&Document], name: &Word) -> Vec<ChoiceItem> {
    let lists = beneath.iter().rev().flat_map(|document| &document.choices);
    lists
        .filter(|(known, _)| known.get_ref() == name.get_ref())
        .map(|(_, list)| list.clone())
        .next()
        .unwrap_or_default()
}

/// Choices with the same key are altered where they stand, others follow.
fn choices_over(mut list: Vec<ChoiceItem>, own: &[ChoiceItem]) -> Vec<ChoiceItem> {
    for choice in own {
        match list.iter_mut().find(|there| there.key.get_ref() == choice.key.get_ref()) {
            Some(there) => {
                there.label = choice.label.clone().or_else(|| there.label.clone());
                there.inactive = choice.inactive;
            }
            None => list.push(choice.clone()),
        }
    }
    list
}

fn transition_over(
    there: &TransitionItem,
    file: usize,
    item: &TransitionItem,
    faults: &mut Faults<'_>,
) -> TransitionItem {
    let fixed = [
        ("to", !item.to.get_ref().is_empty()),
        ("automatic", item.automatic),
        ("when", item.when.is_some()),
        ("set", !item.set.is_empty()),
        ("stamp", !item.stamp.is_empty()),
        ("stamp_person", !item.stamp_person.is_empty()),
        ("clear", !item.clear.is_empty()),
        ("increment", !item.increment.is_empty()),
        ("copy", !item.copy.is_empty()),
        ("copy_when", item.copy_when.is_some()),
    ];
    refuse(file, &item.key, &fixed, faults);
    let level = |item: &TransitionItem| item.level.unwrap_or(Level::Agent);
    if item.level.is_some() && level(item) < level(there) {
        let message = format!("`{}` may be left to fewer, not to more than it is now", item.key.get_ref());
        faults.add(file, item.key.span(), message);
    }
    if !there.roles.is_empty() {
        refuse(file, &item.key, &[("roles", !item.roles.is_empty())], faults);
    }
    if item.guard.is_some() && there.guard.is_some() {
        let message = format!("`{}` has a guard, and others rest on that; add a `limits` instead", item.key.get_ref());
        faults.add(file, item.key.span(), message);
    }
    TransitionItem {
        key: item.key.clone(),
        label: item.label.clone().or_else(|| there.label.clone()),
        from: OneOrMany(both(&there.from.0, &item.from.0)),
        guard: there.guard.clone().or_else(|| item.guard.clone()),
        message: there.message.clone().or_else(|| item.message.clone()),
        requires: both(&there.requires, &item.requires),
        fields: both(&there.fields, &item.fields),
        roles: if item.roles.is_empty() { there.roles.clone() } else { item.roles.clone() },
        level: item.level.or(there.level),
        signature: there.signature || item.signature,
        limits: there.limits.iter().chain(&item.limits).cloned().collect(),
        comment: item.comment.or(there.comment),
        comment_when: item.comment_when.clone().or_else(|| there.comment_when.clone()),
        ..there.clone()
    }
}

/// The words of one list, and those of the other that are not in it.
fn both(there: &[Word], own: &[Word]) -> Vec<Word> {
    let further = own.iter().filter(|word| there.iter().all(|known| known.get_ref() != word.get_ref()));
    there.iter().chain(further).cloned().collect()
}
