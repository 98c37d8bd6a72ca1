//! All kinds and link types of an installation.

use std::sync::Arc;

use super::translation::Translation;
use super::{DefinitionError, Kind, Level, Source};
use crate::access::Action;

/// Every kind and link type, by key.
#[derive(Debug, Clone, std::default::Default)]
pub struct Registry {
    pub(super) kinds: Vec<Arc<Kind>>,
    pub(super) links: Vec<LinkType>,
    pub(super) translations: Arc<Vec<Translation>>,
    pub(super) grants: Vec<OwnGrant>,
}

/// What a definition gives to holders of roles, on records of its kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnGrant {
    /// Key of the kind.
    pub kind: String,
    /// Keys of the roles.
    pub roles: Vec<String>,
    /// What may be done.
    pub actions: Vec<Action>,
    /// Condition on the record.
    pub scope: String,
    /// Fields up to this level may be read.
    pub read: Level,
    /// Fields up to this level may be written.
    pub write: Level,
    /// Path of the file.
    pub path: String,
    /// Line of the condition, from 1.
    pub line: usize,
}

/// A type of edge between records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkType {
    /// Key, such as `caused_by`.
    pub key: String,
    /// Words from source to target: "caused by".
    pub label: String,
    /// Words from target to source: "causes".
    pub inverse_label: String,
    /// Kinds that it may start from; any when empty.
    pub from: Vec<String>,
    /// Kinds that it may lead to; any when empty.
    pub to: Vec<String>,
}

impl Registry {
    /// A registry of kinds that were made by code, as tests do; the loader checks what it reads, this does not.
    pub fn from_parts(kinds: Vec<Kind>, links: Vec<LinkType>) -> Self {
        Self { kinds: kinds.into_iter().map(Arc::new).collect(), links, ..Self::default() }
    }

    /// Builds kinds and link types from definition files.
    ///
    /// # Errors
    /// Every fault found, each with file and line.
    pub fn load(sources: &[Source]) -> Result<Self, Vec<DefinitionError>> {
        super::load::load(sources)
    }

    /// The same with the copies of `other` in place of kinds that are the same there.
    #[must_use]
    pub fn sharing(mut self, other: &Self) -> Self {
        for kind in &mut self.kinds {
            if let Some(known) = other.kind(&kind.key).filter(|known| *known == kind) {
                *kind = known.clone();
            }
        }
        if self.translations == other.translations {
            self.translations = other.translations.clone();
        }
        self
    }

    /// What definitions give to roles beside what the roles themselves say.
    pub fn grants(&self) -> &[OwnGrant] {
        &self.grants
    }

    /// The kind with this key.
    pub fn kind(&self, key: &str) -> Option<&Arc<Kind>> {
        self.kinds.iter().find(|kind| kind.key == key)
    }

    /// The kind with this word in addresses.
    pub fn kind_by_plural(&self, plural: &str) -> Option<&Arc<Kind>> {
        self.kinds.iter().find(|kind| kind.plural == plural)
    }

    /// All kinds, by key.
    pub fn kinds(&self) -> &[Arc<Kind>] {
        &self.kinds
    }

    /// The link type with this key.
    pub fn link(&self, key: &str) -> Option<&LinkType> {
        self.links.iter().find(|link| link.key == key)
    }

    /// All link types, by key.
    pub fn links(&self) -> &[LinkType] {
        &self.links
    }
}
