//! Reading kind definitions from TOML.
//!
//! Two phases: first every kind with all its fields, then the conditions, since a condition may look at fields of
//! other kinds. Faults are collected and told together; conditions are looked at only when the rest is sound, or one
//! misspelt field would be told many times over.

mod approval;
mod conditions;
mod document;
mod family;
mod faults;
mod fields;
mod follow_up;
mod intervals;
mod lifecycle;
mod merge;
mod overlay;
mod types;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use self::approval::build_approval;
use self::conditions::add_conditions;
use self::document::{Document, Word};
use self::family::{build_family, build_merging};
use self::faults::{Faults, hint, is_key, label_of, nearest};
pub(crate) use self::fields::FILTER_WORDS;
use self::fields::build_fields;
use self::follow_up::build_follow_up;
use self::intervals::build_intervals;
use self::lifecycle::{build_lifecycle, build_on_comment};
use self::merge::{Draft, In, merge};
use super::translation::{SORTS, Translation};
use super::{Class, FieldType, FormSection, Kind, LinkType, Numbering, OwnGrant, Registry};

/// A definition file.
#[derive(Debug, Clone)]
pub struct Source {
    /// Path named in errors, such as `practices/incident/incident.toml`. The folder that the file stands in names the
    /// practice.
    pub path: String,
    /// Its text.
    pub text: String,
}

/// What is wrong with a definition, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct DefinitionError {
    /// Path of the file.
    pub path: String,
    /// Line, from 1.
    pub line: usize,
    /// What is wrong and what would be right.
    pub message: String,
}

impl fmt::Display for DefinitionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.message)
    }
}

/// Attributes that every record has; no field may take their names.
pub(crate) const ATTRIBUTES: [&str; 13] = [
    "id",
    "number",
    "state",
    "kind",
    "organisation",
    "created_at",
    "updated_at",
    "created_by",
    "revision",
    "watchers",
    "links",
    "next_due",
    "breach_at",
];

/// Attributes that a list may show as a column beside the fields.
const LIST_ATTRIBUTES: [&str; 7] =
    ["number", "state", "organisation", "created_at", "updated_at", "created_by", "next_due"];

/// Reads all sources into one registry.
pub(super) fn load(sources: &[Source]) -> Result<Registry, Vec<DefinitionError>> {
    let mut faults = Faults::new(sources);
    let mut documents = read(sources, &mut faults);
    overlay::complete(&mut documents, &mut faults);
    let drafts = merge(&documents, &mut faults);
    let known: BTreeSet<&str> = drafts.iter().map(|draft| draft.key.get_ref().as_str()).collect();
    let mut kinds: Vec<Kind> =
        drafts.iter().filter_map(|draft| build_kind(draft, sources, &known, &mut faults)).collect();
    check_distinct(&drafts, &mut faults);
    let mut links = build_links(&documents, &known, &mut faults);
    links.sort_by(|a, b| a.key.cmp(&b.key));
    if faults.is_empty() {
        let registry = Registry::from_parts(kinds.clone(), links.clone());
        add_conditions(&mut kinds, &drafts, &registry, &mut faults);
    }
    let translations = translations(&documents, sources, &mut faults);
    if faults.is_empty() {
        let grants = grants(&documents, sources, &faults);
        let translations = Arc::new(translations);
        Ok(Registry { translations, grants, ..Registry::from_parts(kinds, links) })
    } else {
        Err(faults.into_errors())
    }
}

/// Reads each file's shape. The reader stops at the first fault of a file.
fn read(sources: &[Source], faults: &mut Faults<'_>) -> Vec<(usize, Document)> {
    let mut documents = Vec::with_capacity(sources.len());
    for (file, source) in sources.iter().enumerate() {
        match toml::from_str::<Document>(&source.text) {
            Ok(document) => {
                let says_something = document.key.is_some()
                    || document.overlay.is_some()
                    || !document.link.is_empty()
                    || !document.translation.is_empty();
                if !says_something {
                    let message = "has neither the `key` of a kind, nor the kind that it is an `overlay` of, nor a [[link]] \
                                   nor a [translation]";
                    faults.add(file, 0..0, message);
                }
                if document.key.is_none() && document.overlay.is_none() && !document.grant.is_empty() {
                    faults.add(file, 0..0, "has a [[grant]] and no kind that it is for");
                }
                documents.push((file, document));
            }
            Err(error) => faults.add(file, error.span().unwrap_or_default(), explain(error.message())),
        }
    }
    documents
}

/// The words of other languages that stand in the files.
fn translations(documents: &[(usize, Document)], sources: &[Source], faults: &mut Faults<'_>) -> Vec<Translation> {
    let mut translations = Vec::new();
    for (file, document) in documents {
        let kind = document.key.as_ref().or(document.overlay.as_ref()).map(|key| key.get_ref().clone());
        for (language, sorts) in &document.translation {
            let mut words = BTreeMap::new();
            for (sort, own) in sorts {
                let name = sort.get_ref();
                if SORTS.contains(&name.as_str()) {
                    words.insert(name.clone(), own.clone());
                } else {
                    let message = format!("there is no sort of words `{name}`; there are {}", SORTS.join(", "));
                    faults.add(*file, sort.span(), message);
                }
            }
            let practice = practice(sources, *file, kind.as_deref().unwrap_or_default());
            translations.push(Translation {
                language: language.get_ref().clone(),
                practice,
                kind: kind.clone(),
                words,
            });
        }
    }
    translations
}

/// What files give to roles on records of their kinds.
fn grants(documents: &[(usize, Document)], sources: &[Source], faults: &Faults<'_>) -> Vec<OwnGrant> {
    let mut grants = Vec::new();
    for (file, document) in documents {
        let Some(kind) = document.key.as_ref().or(document.overlay.as_ref()) else { continue };
        grants.extend(document.grant.iter().map(|item| OwnGrant {
            kind: kind.get_ref().clone(),
            roles: words(&item.roles.0),
            actions: item.actions.clone(),
            scope: item.scope.get_ref().clone(),
            read: item.read,
            write: item.write.unwrap_or(item.read),
            path: sources.get(*file).map(|source| source.path.clone()).unwrap_or_default(),
            line: faults.line(*file, item.scope.span().start),
        }));
    }
    grants
}

/// The reader's message in our words where it lists every key that there is.
fn explain(message: &str) -> String {
    let mut quoted = message.split('`').skip(1).step_by(2);
    match quoted.next() {
        Some(unknown) if message.starts_with("unknown field") => match nearest(unknown, quoted.clone()) {
            Some(near) => format!("unknown key `{unknown}`; did you mean `{near}`?"),
            None => format!("unknown key `{unknown}`; the keys here are {}", quoted.collect::<Vec<_>>().join(", ")),
        },
        _ => message.trim_end().to_owned(),
    }
}

fn build_kind(draft: &Draft<'_>, sources: &[Source], known: &BTreeSet<&str>, faults: &mut Faults<'_>) -> Option<Kind> {
    let (file, own, at) = (draft.file, draft.own, draft.key.span());
    let key = draft.key.get_ref();
    if !is_key(key) {
        faults.add(file, at.clone(), format!("key `{key}` must be lower-case words with underscores"));
    }
    let mut need = |there: bool, what: &str| {
        if !there {
            faults.add(file, at.clone(), format!("kind `{key}` has no {what}"));
        }
    };
    need(own.plural.is_some(), "`plural`, the word for it in addresses");
    need(own.numbering.is_some(), "`numbering`");
    need(draft.description.is_some(), "`description`");
    need(draft.icon.is_some(), "`icon`");
    need(draft.label_field.is_some(), "`label_field`, the field that names a record");
    need(draft.initial.is_some(), "`initial`, the state of a new record");
    need(!draft.states.is_empty(), "[[state]]");
    check_head(draft, faults);
    let classes = build_classes(draft, faults);
    let fields = build_fields(draft, known, faults);
    let lifecycle = build_lifecycle(draft, &fields, faults);
    let on_comment = build_on_comment(draft, faults);
    let approval = build_approval(draft, &fields, faults);
    let family = build_family(draft, &fields, faults);
    let merging = build_merging(draft, &fields, faults);
    let follow_up = build_follow_up(draft, faults);
    let form = build_form(draft, faults);
    let intervals = build_intervals(draft, &fields, faults);
    check_presentation(draft, &fields, faults);
    let plural = own.plural.as_ref()?.get_ref().clone();
    Some(Kind {
        key: key.clone(),
        label: text(draft.label, || label_of(key)),
        label_plural: text(draft.label_plural, || label_of(&plural)),
        plural,
        description: text(draft.description, String::new),
        practice: practice(sources, file, key),
        icon: text(draft.icon, String::new),
        numbering: own.numbering.as_ref()?.get_ref().clone(),
        label_field: draft.label_field?.item.get_ref().clone(),
        label_public: draft.label_public,
        navigation: own.navigation.unwrap_or(true),
        configuration: own.configuration.unwrap_or(false),
        automatic: own.automatic.unwrap_or(false),
        fields,
        classes,
        lifecycle,
        on_comment,
        approval,
        family,
        merging,
        follow_up,
        form,
        list_columns: draft.list_columns.map(|columns| words(columns.item)).unwrap_or_default(),
        board_column: draft.board_column.map(|column| column.item.get_ref().clone()),
        intervals,
    })
}

fn text(given: Option<In<'_, Word>>, otherwise: impl FnOnce() -> String) -> String {
    given.map_or_else(otherwise, |word| word.item.get_ref().clone())
}

fn words(words: &[Word]) -> Vec<String> {
    words.iter().map(|word| word.get_ref().clone()).collect()
}

/// The folder that the file stands in; a kind's own key for a file without one.
fn practice(sources: &[Source], file: usize, key: &str) -> String {
    let path = sources.get(file).map(|source| source.path.replace('\\', "/")).unwrap_or_default();
    path.rsplit('/').nth(1).filter(|folder| !folder.is_empty()).unwrap_or(key).to_owned()
}

fn check_head(draft: &Draft<'_>, faults: &mut Faults<'_>) {
    if let Some(plural) = &draft.own.plural {
        let text = plural.get_ref();
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if !text.starts_with(|c: char| c.is_ascii_lowercase()) || !text.chars().all(fits) {
            faults.add(draft.file, plural.span(), format!("plural `{text}` must be lower-case words with hyphens"));
        }
    }
    if let Some(numbering) = &draft.own.numbering {
        let Numbering { prefix, digits } = numbering.get_ref();
        if prefix.is_empty() || prefix.len() > 8 || !prefix.bytes().all(|byte| byte.is_ascii_uppercase()) {
            let message = format!("prefix `{prefix}` must be one to eight capital letters");
            faults.add(draft.file, numbering.span(), message);
        }
        if !(1..=12).contains(digits) {
            faults.add(draft.file, numbering.span(), "digits must be from 1 to 12");
        }
    }
}

fn build_classes(draft: &Draft<'_>, faults: &mut Faults<'_>) -> Vec<Class> {
    let parents: BTreeMap<&str, &str> = draft
        .classes
        .iter()
        .filter_map(|class| Some((class.item.key.get_ref().as_str(), class.item.parent.as_ref()?.get_ref().as_str())))
        .collect();
    for In { file, item } in &draft.classes {
        let key = item.key.get_ref();
        if !is_key(key) {
            faults.add(*file, item.key.span(), format!("class `{key}` must be lower-case words with underscores"));
        }
        if let Some(parent) =
            item.parent.as_ref().filter(|parent| draft.class_keys().all(|key| key != *parent.get_ref()))
        {
            let near = hint(parent.get_ref(), draft.class_keys());
            faults.add(
                *file,
                parent.span(),
                format!("class `{key}` refines unknown class `{}`{near}", parent.get_ref()),
            );
        }
        if is_in_circle(key, &parents) {
            faults.add(*file, item.key.span(), format!("class `{key}` lies below itself"));
        }
    }
    draft
        .classes
        .iter()
        .map(|class| class.item)
        .map(|class| Class {
            key: class.key.get_ref().clone(),
            label: class.label.clone().unwrap_or_else(|| label_of(class.key.get_ref())),
            parent: class.parent.as_ref().map(|parent| parent.get_ref().clone()),
        })
        .collect()
}

/// Whether following parents from `key` leads back to it.
fn is_in_circle(key: &str, parents: &BTreeMap<&str, &str>) -> bool {
    let mut current = key;
    // As many steps as there are parents lead around any circle.
    for _ in 0..parents.len() {
        match parents.get(current) {
            Some(parent) if *parent == key => return true,
            Some(parent) => current = parent,
            None => return false,
        }
    }
    false
}

fn build_form(draft: &Draft<'_>, faults: &mut Faults<'_>) -> Vec<FormSection> {
    let mut placed: BTreeMap<&str, &str> = BTreeMap::new();
    for In { file, item } in &draft.sections {
        for field in &item.fields {
            let key = field.get_ref().as_str();
            check_field(draft, *file, field, "the section", faults);
            if let Some(earlier) = placed.insert(key, item.label.get_ref()) {
                faults.add(*file, field.span(), format!("field `{key}` stands in section \"{earlier}\" already"));
            }
        }
    }
    let sections = draft.sections.iter().map(|section| section.item);
    sections
        .map(|section| FormSection { label: section.label.get_ref().clone(), fields: words(&section.fields) })
        .collect()
}

/// Notes a fault unless the kind has the field.
fn check_field(draft: &Draft<'_>, file: usize, field: &Word, who: &str, faults: &mut Faults<'_>) {
    let key = field.get_ref();
    if draft.field(key).is_none() {
        let near = hint(key, draft.field_keys());
        faults.add(file, field.span(), format!("{who} names unknown field `{key}`{near}"));
    }
}

fn check_presentation(draft: &Draft<'_>, fields: &[super::Field], faults: &mut Faults<'_>) {
    let find = |word: &Word| fields.iter().find(|field| field.key == *word.get_ref());
    if let Some(In { file, item }) = draft.label_field {
        check_field(draft, file, item, "`label_field`", faults);
        if find(item).is_some_and(|field| !matches!(field.field_type.value_type(), FieldType::Text { .. })) {
            faults.add(file, item.span(), format!("`label_field` must be a text field, `{}` is not", item.get_ref()));
        }
    }
    if let Some(In { file, item }) = draft.list_columns {
        for column in item.iter().filter(|column| !LIST_ATTRIBUTES.contains(&column.get_ref().as_str())) {
            check_field(draft, file, column, "`list_columns`", faults);
        }
    }
    if let Some(In { file, item }) = draft.board_column {
        check_field(draft, file, item, "`board_column`", faults);
        let fits = |field: &super::Field| {
            matches!(field.field_type.value_type(), FieldType::Choice(_) | FieldType::Reference { .. })
        };
        if find(item).is_some_and(|field| !fits(field)) {
            let message = format!("`board_column` must be a choice or reference, `{}` is neither", item.get_ref());
            faults.add(file, item.span(), message);
        }
    }
}

/// No two kinds may share the word in addresses or the prefix of numbers.
fn check_distinct(drafts: &[Draft<'_>], faults: &mut Faults<'_>) {
    let mut plurals: BTreeMap<&str, &str> = BTreeMap::new();
    let mut prefixes: BTreeMap<&str, &str> = BTreeMap::new();
    for draft in drafts {
        let key = draft.key.get_ref().as_str();
        if let Some(plural) = &draft.own.plural
            && let Some(other) = plurals.insert(plural.get_ref(), key)
        {
            let message = format!("plural `{}` belongs to kind `{other}` already", plural.get_ref());
            faults.add(draft.file, plural.span(), message);
        }
        if let Some(numbering) = &draft.own.numbering
            && let Some(other) = prefixes.insert(&numbering.get_ref().prefix, key)
        {
            let message = format!("prefix `{}` belongs to kind `{other}` already", numbering.get_ref().prefix);
            faults.add(draft.file, numbering.span(), message);
        }
    }
}

fn build_links(documents: &[(usize, Document)], known: &BTreeSet<&str>, faults: &mut Faults<'_>) -> Vec<LinkType> {
    let mut links: Vec<LinkType> = Vec::new();
    for (file, document) in documents {
        for item in &document.link {
            let key = item.key.get_ref();
            if !is_key(key) {
                faults.add(*file, item.key.span(), format!("link `{key}` must be lower-case words with underscores"));
            }
            if links.iter().any(|link| link.key == *key) {
                faults.add(*file, item.key.span(), format!("link type `{key}` is there already"));
            }
            for kind in item.from.0.iter().chain(&item.to.0) {
                check_kind(known, *file, kind, faults);
            }
            links.push(LinkType {
                key: key.clone(),
                label: item.label.clone(),
                inverse_label: item.inverse_label.clone(),
                from: words(&item.from.0),
                to: words(&item.to.0),
            });
        }
    }
    links
}

/// Notes a fault unless there is such a kind.
fn check_kind(known: &BTreeSet<&str>, file: usize, kind: &Word, faults: &mut Faults<'_>) {
    if !known.contains(kind.get_ref().as_str()) {
        let near = hint(kind.get_ref(), known.iter().copied());
        faults.add(file, kind.span(), format!("unknown kind `{}`{near}", kind.get_ref()));
    }
}

#[cfg(test)]
mod tests;
