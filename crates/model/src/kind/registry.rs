//! All kinds and link types of an installation.

use std::sync::Arc;

use super::translation::Translation;
use super::{DefinitionError, Kind, Source};

/// Every kind and link type, by key.
#[derive(Debug, Clone, std::default::Default)]
pub struct Registry {
    pub(super) kinds: Vec<Arc<Kind>>,
    pub(super) links: Vec<LinkType>,
    pub(super) translations: Vec<Translation>,
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
        Self { kinds: kinds.into_iter().map(Arc::new).collect(), links, translations: Vec::new() }
    }

    /// Builds kinds and link types from definition files.
    ///
    /// # Errors
    /// Every fault found, each with file and line.
    pub fn load(sources: &[Source]) -> Result<Self, Vec<DefinitionError>> {
        super::load::load(sources)
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
