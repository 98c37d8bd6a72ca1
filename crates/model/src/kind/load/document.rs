//! The shape of a definition file, as serde reads it. What the words mean is told in `docs/reference/kinds.md`.
//!
//! Everything that a later check may find fault with is [`Spanned`], so that the fault is told with its line.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use toml::Spanned;

use crate::access::Action;
use crate::event::Audience;
use crate::kind::{Category, Commenter, Level, Numbering};

/// Text with its place.
pub(super) type Word = Spanned<String>;

/// A word that was not written.
fn absent() -> Word {
    Word::new(0..0, String::new())
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Document {
    pub(super) key: Option<Word>,
    /// The kind that the file adds to.
    pub(super) overlay: Option<Word>,
    #[serde(default)]
    pub(super) r#abstract: bool,
    #[serde(default)]
    pub(super) extends: OneOrMany,
    pub(super) plural: Option<Word>,
    pub(super) label: Option<Word>,
    pub(super) label_plural: Option<Word>,
    pub(super) description: Option<Word>,
    pub(super) icon: Option<Word>,
    pub(super) numbering: Option<Spanned<Numbering>>,
    pub(super) label_field: Option<Word>,
    pub(super) label_public: Option<bool>,
    pub(super) navigation: Option<bool>,
    pub(super) configuration: Option<bool>,
    pub(super) automatic: Option<bool>,
    pub(super) initial: Option<Word>,
    pub(super) list_columns: Option<Vec<Word>>,
    pub(super) board_column: Option<Word>,
    #[serde(default)]
    pub(super) choices: BTreeMap<Word, Vec<ChoiceItem>>,
    #[serde(default)]
    pub(super) class: Vec<ClassItem>,
    #[serde(default)]
    pub(super) field: Vec<FieldItem>,
    #[serde(default)]
    pub(super) state: Vec<StateItem>,
    #[serde(default)]
    pub(super) transition: Vec<TransitionItem>,
    #[serde(default)]
    pub(super) on_comment: Vec<OnCommentItem>,
    pub(super) approval: Option<ApprovalItem>,
    pub(super) family: Option<FamilyItem>,
    pub(super) merging: Option<MergingItem>,
    pub(super) follow_up: Option<FollowUpItem>,
    #[serde(default)]
    pub(super) section: Vec<SectionItem>,
    #[serde(default)]
    pub(super) interval: Vec<IntervalItem>,
    #[serde(default)]
    pub(super) link: Vec<LinkItem>,
    #[serde(default)]
    pub(super) grant: Vec<GrantItem>,
    /// By language, sort of word and English.
    #[serde(default)]
    pub(super) translation: BTreeMap<Word, BTreeMap<Word, BTreeMap<String, String>>>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ClassItem {
    pub(super) key: Word,
    pub(super) label: Option<String>,
    pub(super) parent: Option<Word>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FieldItem {
    pub(super) key: Word,
    /// Empty where an overlay alters a field that is there.
    #[serde(default = "absent")]
    pub(super) r#type: Word,
    pub(super) label: Option<String>,
    pub(super) help: Option<String>,
    pub(super) required: Option<bool>,
    pub(super) required_when: Option<Word>,
    pub(super) visible_when: Option<Word>,
    pub(super) locked_when: Option<Word>,
    pub(super) default: Option<Spanned<toml::Value>>,
    pub(super) indexed: Option<Spanned<bool>>,
    pub(super) unique: Option<Spanned<bool>>,
    pub(super) audience: Option<Spanned<Level>>,
    pub(super) write: Option<Spanned<Write>>,
    pub(super) class: Option<Word>,
    pub(super) choices: Option<ChoicesOrName>,
    pub(super) target: Option<OneOrMany>,
    pub(super) max_length: Option<Spanned<usize>>,
    pub(super) min: Option<Spanned<i64>>,
    pub(super) max: Option<Spanned<i64>>,
    pub(super) fields: Option<Spanned<Vec<FieldItem>>>,
    pub(super) compute: Option<Spanned<Compute>>,
    pub(super) value: Option<Word>,
    #[serde(default)]
    pub(super) was: OneOrMany,
    pub(super) unfit: Option<Spanned<UnfitWord>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum UnfitWord {
    Journal,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Write {
    Requester,
    Agent,
    Owner,
    Never,
}

impl Write {
    pub(super) fn level(self) -> Option<Level> {
        match self {
            Self::Requester => Some(Level::Requester),
            Self::Agent => Some(Level::Agent),
            Self::Owner => Some(Level::Owner),
            Self::Never => None,
        }
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Compute {
    pub(super) template: Option<Word>,
    pub(super) elapsed: Option<Vec<Word>>,
    pub(super) product: Option<Vec<Word>>,
    pub(super) sum: Option<Word>,
    pub(super) changes: Option<Vec<Word>>,
    pub(super) rule: Option<Word>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StateItem {
    pub(super) key: Word,
    pub(super) label: Option<String>,
    /// Absent where an overlay alters a state that is there.
    pub(super) category: Option<Category>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TransitionItem {
    pub(super) key: Word,
    pub(super) label: Option<String>,
    #[serde(default)]
    pub(super) from: OneOrMany,
    /// Empty where an overlay alters a transition that is there.
    #[serde(default = "absent")]
    pub(super) to: Word,
    pub(super) guard: Option<Word>,
    pub(super) message: Option<Word>,
    #[serde(default)]
    pub(super) requires: Vec<Word>,
    #[serde(default)]
    pub(super) fields: Vec<Word>,
    #[serde(default)]
    pub(super) roles: Vec<String>,
    pub(super) level: Option<Level>,
    #[serde(default)]
    pub(super) automatic: bool,
    #[serde(default)]
    pub(super) signature: bool,
    #[serde(default)]
    pub(super) limits: Vec<LimitItem>,
    pub(super) comment: Option<Audience>,
    pub(super) comment_when: Option<Word>,
    #[serde(default)]
    pub(super) stamp: Vec<Word>,
    #[serde(default)]
    pub(super) stamp_person: Vec<Word>,
    #[serde(default)]
    pub(super) clear: Vec<Word>,
    #[serde(default)]
    pub(super) increment: Vec<Word>,
    #[serde(default)]
    pub(super) copy: BTreeMap<Word, Word>,
    pub(super) copy_when: Option<Word>,
    pub(super) when: Option<Word>,
    #[serde(default)]
    pub(super) set: BTreeMap<Word, Spanned<toml::Value>>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LimitItem {
    pub(super) level: Level,
    pub(super) when: Word,
    pub(super) message: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OnCommentItem {
    pub(super) key: Word,
    pub(super) audience: Audience,
    pub(super) by: Commenter,
    pub(super) when: Option<Word>,
    pub(super) transition: Word,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ApprovalItem {
    pub(super) state: Word,
    pub(super) approve: Word,
    pub(super) reject: Word,
    pub(super) reason: Option<Word>,
    pub(super) again: Option<Word>,
    #[serde(default)]
    pub(super) plan: Vec<Word>,
    #[serde(default)]
    pub(super) never: Vec<Word>,
    pub(super) amount: Option<Word>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FollowUpItem {
    pub(super) instead_of: Word,
    pub(super) kind: Option<Word>,
    pub(super) copy: Vec<Word>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SectionItem {
    pub(super) label: Word,
    pub(super) fields: Vec<Word>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct IntervalItem {
    pub(super) key: Word,
    pub(super) kind: Word,
    pub(super) from: Option<Word>,
    #[serde(default)]
    pub(super) to: OneOrMany,
    #[serde(default)]
    pub(super) open: bool,
    pub(super) expected: Option<Word>,
    pub(super) rule: Option<Word>,
    pub(super) when: Option<Word>,
    #[serde(default)]
    pub(super) concerns: OneOrMany,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LinkItem {
    pub(super) key: Word,
    pub(super) label: String,
    pub(super) inverse_label: String,
    #[serde(default)]
    pub(super) from: OneOrMany,
    #[serde(default)]
    pub(super) to: OneOrMany,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct GrantItem {
    pub(super) roles: OneOrMany,
    pub(super) actions: Vec<Action>,
    pub(super) scope: Word,
    pub(super) read: Level,
    pub(super) write: Option<Level>,
}

/// `"a"` or `["a", "b"]`.
#[derive(Debug, Clone, Default)]
pub(super) struct OneOrMany(pub(super) Vec<Word>);

/// A choice: a bare key, or a table with label, parent and `inactive`.
#[derive(Debug, Clone)]
pub(super) struct ChoiceItem {
    pub(super) key: Word,
    pub(super) label: Option<String>,
    pub(super) parent: Option<Word>,
    pub(super) inactive: bool,
    pub(super) was: OneOrMany,
}

/// The name of a shared list of choices, or the list.
#[derive(Debug, Clone)]
pub(super) enum ChoicesOrName {
    Name(Word),
    List(Vec<ChoiceItem>),
}

/// A value that may be written as bare text or, in full, as a `T`.
enum Short<T> {
    Text(String),
    Full(T),
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Short<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // Not serde's `untagged`: that would lose the places within, and tell faults as "did not match any variant".
        struct ShortVisitor<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for ShortVisitor<T> {
            type Value = Short<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("text, a list or a table")
            }

            fn visit_str<E>(self, text: &str) -> Result<Short<T>, E> {
                Ok(Short::Text(text.to_owned()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Short<T>, A::Error> {
                T::deserialize(SeqAccessDeserializer::new(list)).map(Short::Full)
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Short<T>, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(Short::Full)
            }
        }
        deserializer.deserialize_any(ShortVisitor(PhantomData))
    }
}

impl<'de> Deserialize<'de> for OneOrMany {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let short = Spanned::<Short<Vec<Word>>>::deserialize(deserializer)?;
        let span = short.span();
        Ok(match short.into_inner() {
            Short::Text(text) => Self(vec![Spanned::new(span, text)]),
            Short::Full(words) => Self(words),
        })
    }
}

impl<'de> Deserialize<'de> for ChoicesOrName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let short = Spanned::<Short<Vec<ChoiceItem>>>::deserialize(deserializer)?;
        let span = short.span();
        Ok(match short.into_inner() {
            Short::Text(text) => Self::Name(Spanned::new(span, text)),
            Short::Full(choices) => Self::List(choices),
        })
    }
}

impl<'de> Deserialize<'de> for ChoiceItem {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Full {
            key: Word,
            label: Option<String>,
            parent: Option<Word>,
            #[serde(default)]
            inactive: bool,
            #[serde(default)]
            was: OneOrMany,
        }
        let short = Spanned::<Short<Full>>::deserialize(deserializer)?;
        let span = short.span();
        Ok(match short.into_inner() {
            Short::Text(text) => Self {
                key: Spanned::new(span, text),
                label: None,
                parent: None,
                inactive: false,
                was: OneOrMany::default(),
            },
            Short::Full(Full { key, label, parent, inactive, was }) => Self { key, label, parent, inactive, was },
        })
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FamilyItem {
    pub(super) parent: Word,
    pub(super) updates: Word,
    pub(super) moves: Word,
    pub(super) finish: Word,
    pub(super) resume: Word,
    pub(super) with: Word,
    #[serde(default)]
    pub(super) fields: Vec<Word>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MergingItem {
    pub(super) state: Word,
    pub(super) into: Word,
}
