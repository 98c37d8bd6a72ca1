//! Putting a kind together from its file and the bases that it extends.

use std::collections::BTreeMap;

use super::document::{
    ApprovalItem, ChoiceItem, ClassItem, Document, FamilyItem, FieldItem, FollowUpItem, IntervalItem, MergingItem,
    OnCommentItem, SectionItem, StateItem, TransitionItem, Word,
};
use super::faults::{Faults, hint};

/// Something with the file that it stands in.
#[derive(Debug)]
pub(super) struct In<'a, T> {
    pub(super) file: usize,
    pub(super) item: &'a T,
}

impl<T> Clone for In<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for In<'_, T> {}

/// A kind as written: its own file with everything inherited, not yet checked.
pub(super) struct Draft<'a> {
    pub(super) file: usize,
    pub(super) key: &'a Word,
    /// The kind's own file, for what is not inherited.
    pub(super) own: &'a Document,
    pub(super) label: Option<In<'a, Word>>,
    pub(super) label_plural: Option<In<'a, Word>>,
    pub(super) description: Option<In<'a, Word>>,
    pub(super) icon: Option<In<'a, Word>>,
    pub(super) label_field: Option<In<'a, Word>>,
    pub(super) label_public: bool,
    pub(super) initial: Option<In<'a, Word>>,
    pub(super) list_columns: Option<In<'a, Vec<Word>>>,
    pub(super) board_column: Option<In<'a, Word>>,
    pub(super) choices: BTreeMap<&'a str, In<'a, Vec<ChoiceItem>>>,
    pub(super) classes: Vec<In<'a, ClassItem>>,
    pub(super) fields: Vec<In<'a, FieldItem>>,
    pub(super) states: Vec<In<'a, StateItem>>,
    pub(super) transitions: Vec<In<'a, TransitionItem>>,
    pub(super) on_comment: Vec<In<'a, OnCommentItem>>,
    pub(super) approval: Option<In<'a, ApprovalItem>>,
    pub(super) family: Option<In<'a, FamilyItem>>,
    pub(super) merging: Option<In<'a, MergingItem>>,
    pub(super) follow_up: Option<In<'a, FollowUpItem>>,
    pub(super) sections: Vec<In<'a, SectionItem>>,
    pub(super) intervals: Vec<In<'a, IntervalItem>>,
}

impl Draft<'_> {
    pub(super) fn field(&self, key: &str) -> Option<&FieldItem> {
        self.fields.iter().map(|field| field.item).find(|field| field.key.get_ref() == key)
    }

    pub(super) fn field_keys(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().map(|field| field.item.key.get_ref().as_str())
    }

    pub(super) fn class_keys(&self) -> impl Iterator<Item = &str> {
        self.classes.iter().map(|class| class.item.key.get_ref().as_str())
    }

    pub(super) fn state_keys(&self) -> impl Iterator<Item = &str> {
        self.states.iter().map(|state| state.item.key.get_ref().as_str())
    }
}

/// An item of a list that the extending file may replace.
pub(super) trait Keyed {
    fn key(&self) -> &Word;
}

macro_rules! keyed {
    ($($item:ty: $field:ident),*) => {
        $(impl Keyed for $item { fn key(&self) -> &Word { &self.$field } })*
    };
}
keyed!(ClassItem: key, FieldItem: key, StateItem: key, TransitionItem: key, OnCommentItem: key, SectionItem: label, IntervalItem: key);

/// Drafts of all kinds that are not abstract.
pub(super) fn merge<'a>(documents: &'a [(usize, Document)], faults: &mut Faults<'_>) -> Vec<Draft<'a>> {
    let mut by_key: BTreeMap<&str, (usize, &Document)> = BTreeMap::new();
    for (file, document) in documents {
        let Some(key) = &document.key else { continue };
        if let Some((first, earlier)) = by_key.get(key.get_ref().as_str()) {
            let place = faults.place(*first, earlier.key.as_ref().map(Word::span).unwrap_or_default());
            faults.add(*file, key.span(), format!("kind `{}` is defined already in {place}", key.get_ref()));
        } else {
            by_key.insert(key.get_ref(), (*file, document));
        }
    }
    let mut drafts = Vec::new();
    for (file, document) in by_key.values() {
        let mut line = Vec::new();
        ancestry(&by_key, *file, document, &mut Vec::new(), &mut line, faults);
        if let Some(key) = document.key.as_ref().filter(|_| !document.r#abstract) {
            line.extend(overlays(documents, key.get_ref()));
            drafts.push(draft(*file, key, document, &line, faults));
        }
    }
    drafts
}

/// What adds to a kind, in the order of the files.
pub(super) fn overlays<'a>(
    documents: &'a [(usize, Document)],
    kind: &str,
) -> impl Iterator<Item = (usize, &'a Document)> {
    let on = move |document: &Document| document.overlay.as_ref().is_some_and(|target| target.get_ref() == kind);
    documents.iter().filter(move |(_, document)| on(document)).map(|(file, document)| (*file, document))
}

/// The files that a kind is made of, without what adds to it; empty when there is no such kind.
pub(super) fn files_of<'a>(documents: &'a [(usize, Document)], kind: &str) -> Vec<(usize, &'a Document)> {
    let keyed = documents.iter().filter_map(|(file, document)| {
        let key = document.key.as_ref()?;
        Some((key.get_ref().as_str(), (*file, document)))
    });
    let by_key: BTreeMap<&str, (usize, &Document)> = keyed.collect();
    let mut line = Vec::new();
    if let Some((file, document)) = by_key.get(kind).filter(|(_, document)| !document.r#abstract) {
        // What is wrong with bases is told when the kind itself is put together.
        ancestry(&by_key, *file, document, &mut Vec::new(), &mut line, &mut Faults::new(&[]));
    }
    line
}

/// The files that a kind is made of: bases in the order named, each once and before what extends it; itself last.
fn ancestry<'a>(
    by_key: &BTreeMap<&str, (usize, &'a Document)>,
    file: usize,
    document: &'a Document,
    path: &mut Vec<&'a str>,
    line: &mut Vec<(usize, &'a Document)>,
    faults: &mut Faults<'_>,
) {
    let key = document.key.as_ref().map_or("", |key| key.get_ref());
    if line.iter().any(|(_, known)| std::ptr::eq(*known, document)) {
        return;
    }
    path.push(key);
    for base in &document.extends.0 {
        match by_key.get(base.get_ref().as_str()) {
            None => {
                let near = hint(base.get_ref(), by_key.keys().copied());
                faults.add(file, base.span(), format!("extends unknown kind `{}`{near}", base.get_ref()));
            }
            Some(_) if path.contains(&base.get_ref().as_str()) => {
                let circle = format!("{} extends {}", path.join(" extends "), base.get_ref());
                faults.add(file, base.span(), format!("extends itself: {circle}"));
            }
            Some((base_file, base)) => ancestry(by_key, *base_file, base, path, line, faults),
        }
    }
    path.pop();
    line.push((file, document));
}

fn draft<'a>(
    file: usize,
    key: &'a Word,
    own: &'a Document,
    line: &[(usize, &'a Document)],
    faults: &mut Faults<'_>,
) -> Draft<'a> {
    let mut draft = Draft {
        file,
        key,
        own,
        label: last(line, |document| document.label.as_ref()),
        label_plural: last(line, |document| document.label_plural.as_ref()),
        description: last(line, |document| document.description.as_ref()),
        icon: last(line, |document| document.icon.as_ref()),
        label_field: last(line, |document| document.label_field.as_ref()),
        label_public: last(line, |document| document.label_public.as_ref()).is_some_and(|public| *public.item),
        initial: last(line, |document| document.initial.as_ref()),
        list_columns: last(line, |document| document.list_columns.as_ref()),
        board_column: last(line, |document| document.board_column.as_ref()),
        choices: BTreeMap::new(),
        classes: Vec::new(),
        fields: Vec::new(),
        states: Vec::new(),
        transitions: Vec::new(),
        on_comment: Vec::new(),
        approval: last(line, |document| document.approval.as_ref()),
        family: last(line, |document| document.family.as_ref()),
        merging: last(line, |document| document.merging.as_ref()),
        follow_up: last(line, |document| document.follow_up.as_ref()),
        sections: Vec::new(),
        intervals: Vec::new(),
    };
    for (file, document) in line {
        for (name, list) in &document.choices {
            draft.choices.insert(name.get_ref(), In { file: *file, item: list });
        }
        lay(&mut draft.classes, *file, &document.class, "class", faults);
        lay(&mut draft.fields, *file, &document.field, "field", faults);
        lay(&mut draft.states, *file, &document.state, "state", faults);
        lay(&mut draft.transitions, *file, &document.transition, "transition", faults);
        lay(&mut draft.on_comment, *file, &document.on_comment, "on_comment", faults);
        lay(&mut draft.sections, *file, &document.section, "section", faults);
        lay(&mut draft.intervals, *file, &document.interval, "interval", faults);
    }
    draft
}

/// What the last file in the line says that says anything.
fn last<'a, T>(line: &[(usize, &'a Document)], of: impl Fn(&'a Document) -> Option<&'a T>) -> Option<In<'a, T>> {
    line.iter().rev().find_map(|(file, document)| of(document).map(|item| In { file: *file, item }))
}

/// Lays a file's items over those inherited: one with the same key takes the place of the inherited one.
fn lay<'a, T: Keyed>(merged: &mut Vec<In<'a, T>>, file: usize, items: &'a [T], what: &str, faults: &mut Faults<'_>) {
    for item in items {
        let key = item.key();
        match merged.iter_mut().find(|earlier| earlier.item.key() == key) {
            Some(earlier) if earlier.file == file => {
                let place = faults.place(file, earlier.item.key().span());
                faults.add(file, key.span(), format!("{what} `{}` is there already ({place})", key.get_ref()));
            }
            Some(earlier) => *earlier = In { file, item },
            None => merged.push(In { file, item }),
        }
    }
}
