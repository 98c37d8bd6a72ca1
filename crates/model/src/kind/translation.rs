//! Kinds in other languages: the same keys, conditions and values, with other words for people.
//!
//! Translations stand beside the kinds, by sort of word and by the English word, so that what several kinds share is said
//! once. Those of a kind's own file come first, then those of its practice, then those of the others.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{Choices, Field, FieldType, Kind, LinkType, Registry};

/// Words by sort and English.
pub(super) type Words = BTreeMap<String, BTreeMap<String, String>>;

/// Translations of one file into one language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Translation {
    /// Tag of the language, such as `de`.
    pub(super) language: String,
    /// Folder of the file.
    pub(super) practice: String,
    /// The kind of the file, when it defines one.
    pub(super) kind: Option<String>,
    /// The words.
    pub(super) words: Words,
}

/// The sorts of words that there are.
pub(super) const SORTS: [&str; 11] =
    ["kind", "description", "field", "help", "state", "transition", "choice", "section", "message", "link", "role"];

/// A word that a language does not have.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Untranslated {
    /// Practice of the kind that says it.
    pub practice: String,
    /// Sort, as in translations: `field`, `state`, ….
    pub sort: &'static str,
    /// The English.
    pub english: String,
}

impl Registry {
    /// The same kinds with the words of another language; what it does not have stays English.
    #[must_use]
    pub fn in_language(&self, language: &str) -> Self {
        self.translated(language).0
    }

    /// The words that a language lacks, each once.
    pub fn untranslated(&self, language: &str) -> BTreeSet<Untranslated> {
        self.translated(language).1
    }

    /// A word that belongs to no kind, such as a role's, in another language.
    pub fn word<'a>(&'a self, language: &str, sort: &str, english: &'a str) -> &'a str {
        let of_language = self.translations.iter().filter(|translation| translation.language == language);
        of_language
            .filter_map(|translation| translation.words.get(sort)?.get(english))
            .next()
            .map_or(english, String::as_str)
    }

    fn translated(&self, language: &str) -> (Self, BTreeSet<Untranslated>) {
        let all: Vec<&Translation> =
            self.translations.iter().filter(|translation| translation.language == language).collect();
        let mut missing = BTreeSet::new();
        let kinds = self
            .kinds
            .iter()
            .map(|kind| {
                let mut nearest = all.clone();
                nearest.sort_by_key(|translation| {
                    (
                        translation.kind.as_deref() != Some(kind.key.as_str()),
                        translation.practice != kind.practice,
                        translation.practice != "shared",
                    )
                });
                let mut translator = Translator { nearest, practice: &kind.practice, missing: &mut missing };
                Arc::new(translator.kind(kind))
            })
            .collect();
        let mut translator = Translator { nearest: all, practice: "", missing: &mut missing };
        let links = self.links.iter().map(|link| translator.link(link)).collect();
        (Self { kinds, links, translations: self.translations.clone(), grants: self.grants.clone() }, missing)
    }
}

struct Translator<'a> {
    /// Nearest to the kind first.
    nearest: Vec<&'a Translation>,
    practice: &'a str,
    missing: &'a mut BTreeSet<Untranslated>,
}

impl Translator<'_> {
    fn put(&mut self, sort: &'static str, text: &mut String) {
        if text.is_empty() {
            return;
        }
        match self.nearest.iter().find_map(|translation| translation.words.get(sort)?.get(text.as_str())) {
            Some(word) => text.clone_from(word),
            None => {
                let practice = self.practice.to_owned();
                self.missing.insert(Untranslated { practice, sort, english: text.clone() });
            }
        }
    }

    fn kind(&mut self, kind: &Kind) -> Kind {
        let mut kind = kind.clone();
        self.put("kind", &mut kind.label);
        self.put("kind", &mut kind.label_plural);
        self.put("description", &mut kind.description);
        for class in &mut kind.classes {
            self.put("choice", &mut class.label);
        }
        for field in &mut kind.fields {
            self.field(field);
        }
        for state in &mut kind.lifecycle.states {
            self.put("state", &mut state.label);
        }
        for transition in &mut kind.lifecycle.transitions {
            self.put("transition", &mut transition.label);
            if let Some(guard) = &mut transition.guard {
                self.put("message", &mut guard.message);
            }
            transition.limits.iter_mut().for_each(|limit| self.put("message", &mut limit.message));
        }
        for section in &mut kind.form {
            self.put("section", &mut section.label);
        }
        kind
    }

    fn field(&mut self, field: &mut Field) {
        self.put("field", &mut field.label);
        self.put("help", &mut field.help);
        self.field_type(&mut field.field_type);
    }

    fn field_type(&mut self, field_type: &mut FieldType) {
        match field_type {
            FieldType::Choice(Choices(choices)) => {
                choices.iter_mut().for_each(|choice| self.put("choice", &mut choice.label));
            }
            FieldType::Table { fields } => fields.iter_mut().for_each(|field| self.field(field)),
            FieldType::Computed { value, .. } => self.field_type(value),
            _ => {}
        }
    }

    fn link(&mut self, link: &LinkType) -> LinkType {
        let mut link = link.clone();
        self.put("link", &mut link.label);
        self.put("link", &mut link.inverse_label);
        link
    }
}
