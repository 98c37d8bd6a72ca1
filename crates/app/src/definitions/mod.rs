//! Kinds and roles in force: what Steward ships, with what this installation lays over it.
//!
//! Overlays are records; those in force are laid over the shipped definitions when the program starts, and again whenever
//! one of them changes, on every node and without a restart. Before that, what an overlay would do to the records that are
//! here is looked at (`effects.rs`), and one that would break something is refused (`check.rs`).

mod carry;
mod check;
mod design;
mod effects;
mod follow;

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use serde::{Deserialize, Serialize};
use steward_model::access::Policy;
use steward_model::kind::{Registry, Source};
use steward_model::record::Record;
use steward_words::Language;

pub(crate) use carry::CARRY_JOB;
pub use check::Prospect;
pub use effects::{Effect, What};

/// Key of the kind of overlays.
pub const OVERLAY: &str = "overlay";
/// State of an overlay that is laid over the shipped definitions.
pub const IN_FORCE: &str = "in_force";

/// What the program brings along.
pub struct Base {
    /// Definitions of kinds: those shipped, and those of the operator's folder.
    pub kinds: Vec<Source>,
    /// Definitions of roles.
    pub roles: Vec<Source>,
    /// Kinds that cannot be for reasons of the doors, such as an address that is taken.
    pub clashes: fn(&Registry) -> Vec<String>,
}

impl Base {
    /// What Steward ships, and nothing else.
    pub fn shipped() -> Self {
        Self { kinds: steward_practices::sources(), roles: steward_practices::roles(), clashes: |_| Vec::new() }
    }
}

/// The text of an overlay, as far as it matters to definitions.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Laid {
    /// Overlays are laid in this order.
    pub order: i64,
    /// What it is called.
    pub title: String,
    /// The definition, as TOML.
    pub text: String,
}

impl Laid {
    /// Of a record.
    pub fn of(record: &Record) -> Self {
        let order = record.field("order").and_then(serde_json::Value::as_i64).unwrap_or_default();
        Self { order, title: record.text("title").to_owned(), text: record.text("definition").replace("\r\n", "\n") }
    }

    /// Its path in faults. The folder is the practice of kinds of one's own.
    fn path(&self) -> String {
        format!("own/{}", self.title.replace(['/', '\\'], "-"))
    }
}

/// What is wrong with definitions that are put together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Title of the overlay that it stands in; empty when in none.
    pub overlay: String,
    /// Line, from 1; 0 when in none.
    pub line: usize,
    /// What is wrong, and what would be right.
    pub message: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.overlay.as_str(), self.line) {
            ("", _) => f.write_str(&self.message),
            (overlay, 0) => write!(f, "{overlay}: {}", self.message),
            (overlay, line) => write!(f, "{overlay}, line {line}: {}", self.message),
        }
    }
}

/// Kinds and roles, put together.
pub struct Definitions {
    base: Arc<Base>,
    /// The kinds in each language, in the order of [`Language::ALL`].
    registries: [Registry; Language::ALL.len()],
    policy: Policy,
    /// What is laid over the base.
    laid: Vec<Laid>,
    /// What was to be, and cannot, with the reasons.
    left_out: Vec<(Laid, Vec<Fault>)>,
}

impl Definitions {
    /// Lays overlays over the base.
    ///
    /// # Errors
    /// Every fault found.
    pub fn load(base: Arc<Base>, mut laid: Vec<Laid>) -> Result<Self, Vec<Fault>> {
        laid.sort();
        let mut sources = base.kinds.clone();
        sources.extend(laid.iter().map(|one| Source { path: one.path(), text: one.text.clone() }));
        let title = |path: &str| laid.iter().find(|one| one.path() == path).map(|one| one.title.clone());
        let fault = |path: &str, line: usize, message: &str| match title(path) {
            Some(overlay) => Fault { overlay, line, message: message.to_owned() },
            None => Fault { overlay: String::new(), line: 0, message: format!("{path}:{line}: {message}") },
        };
        let registry = Registry::load(&sources).map_err(|faults| -> Vec<Fault> {
            faults.iter().map(|one| fault(&one.path, one.line, &one.message)).collect()
        })?;
        let clashes = (base.clashes)(&registry);
        if !clashes.is_empty() {
            return Err(clashes
                .into_iter()
                .map(|message| Fault { overlay: String::new(), line: 0, message })
                .collect());
        }
        let policy = Policy::load(&base.roles, &registry).map_err(|faults| -> Vec<Fault> {
            faults.iter().map(|one| fault(&one.path, one.line, &one.message)).collect()
        })?;
        let registries = Language::ALL.map(|language| match language {
            Language::English => registry.clone(),
            other => registry.in_language(other.code()),
        });
        Ok(Self { base, registries, policy, laid, left_out: Vec::new() })
    }

    /// As [`Self::load`], without overlays that cannot be: one that was in force must not keep the program from its work
    /// when what it rests on is gone, or Steward ships a field of the same name.
    fn load_what_can_be(base: &Arc<Base>, laid: Vec<Laid>) -> Result<Self, Vec<Fault>> {
        let (mut kept, mut left_out) = (laid, Vec::new());
        loop {
            let faults = match Self::load(base.clone(), kept.clone()) {
                Ok(loaded) => return Ok(Self { left_out, ..loaded }),
                Err(faults) => faults,
            };
            let Some(last) =
                kept.iter().map(|one| &one.title).rfind(|title| faults.iter().any(|one| one.overlay == **title))
            else {
                // Not told of one of them: the last goes, which may be the one that takes an address.
                let Some(last) = kept.pop() else { return Err(faults) };
                left_out.push((last, faults));
                continue;
            };
            let last = last.clone();
            let of_last = faults.into_iter().filter(|fault| fault.overlay == last).collect();
            if let Some(place) = kept.iter().position(|one| one.title == last) {
                left_out.push((kept.remove(place), of_last));
            }
        }
    }

    /// The kinds with words in a language.
    pub fn registry(&self, language: Language) -> &Registry {
        let place = Language::ALL.iter().position(|one| *one == language);
        &self.registries[place.unwrap_or_default()]
    }

    /// The kinds in English: for what is kept, and where nobody reads.
    pub fn kinds(&self) -> &Registry {
        self.registry(Language::English)
    }

    /// All roles.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Why an overlay that is in force by its record is not laid over the others.
    pub fn left_out(&self, title: &str) -> Option<&[Fault]> {
        self.left_out.iter().find(|(one, _)| one.title == title).map(|(_, faults)| faults.as_slice())
    }

    /// Takes the copies of `before` in place of kinds and roles that are the same there.
    fn sharing(self, before: &Self) -> Self {
        let Self { base, registries, policy, laid, left_out } = self;
        let mut of_language = before.registries.iter();
        let registries = registries.map(|registry| match of_language.next() {
            Some(known) => registry.sharing(known),
            None => registry,
        });
        Self { base, registries, policy: policy.sharing(&before.policy), laid, left_out }
    }

    /// What was asked to be laid over the base.
    fn asked(&self) -> Vec<Laid> {
        let mut asked: Vec<Laid> = self.laid.iter().chain(self.left_out.iter().map(|(one, _)| one)).cloned().collect();
        asked.sort();
        asked
    }
}

/// The definitions in force, which change while the program runs.
///
/// Earlier ones are never freed: whoever works with a kind holds a reference into them for as long as it takes, without a
/// lock and without counting. Kinds and roles that stay the same are shared, so an overlay that is put in force costs some
/// ten to hundred kilobytes until the next start.
pub(crate) struct Live {
    present: RwLock<&'static Definitions>,
    /// Why what is in force by its records could not be taken over, while that is so.
    trouble: RwLock<Option<String>>,
}

impl Live {
    pub(crate) fn new(definitions: Definitions) -> Self {
        Self::of(Box::leak(Box::new(definitions)))
    }

    fn of(definitions: &'static Definitions) -> Self {
        Self { present: RwLock::new(definitions), trouble: RwLock::default() }
    }

    /// The same as of now, which then goes its own way.
    pub(crate) fn another(&self) -> Self {
        Self::of(self.present())
    }

    pub(crate) fn present(&self) -> &'static Definitions {
        *self.present.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn trouble(&self) -> Option<String> {
        self.trouble.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn note_trouble(&self, trouble: Option<String>) {
        *self.trouble.write().unwrap_or_else(PoisonError::into_inner) = trouble;
    }

    fn replace(&self, definitions: Definitions) {
        let shared: &'static Definitions = Box::leak(Box::new(definitions.sharing(self.present())));
        *self.present.write().unwrap_or_else(PoisonError::into_inner) = shared;
    }
}
