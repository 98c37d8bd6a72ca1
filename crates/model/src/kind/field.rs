//! Fields: what a record of a kind may hold, and the stored form of each type of value.

use serde::{Deserialize, Serialize};

use crate::filter::Filter;

/// One field of a kind.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// Key, unique in the kind: lower-case words with underscores.
    pub key: String,
    /// Name for people.
    pub label: String,
    /// Help under the field; may be empty.
    pub help: String,
    /// Type of its values.
    pub field_type: FieldType,
    /// When it must not be empty.
    pub required: Requirement,
    /// When it is offered; always when `None`. A value that is there stays when the condition turns false.
    pub visible_when: Option<Filter>,
    /// While it holds on the record as it is, nobody writes the field, but with a transition that asks for it.
    pub locked_when: Option<Filter>,
    /// Value of a new record when none is given, in stored form, or a marker.
    pub default: Option<Default>,
    /// Whether lists sort and filter by it through an index.
    pub indexed: bool,
    /// Whether no two records of the kind may hold the same value (compared without case); such a value names the record in references.
    pub unique: bool,
    /// Who may read it.
    pub audience: Level,
    /// Who may write it; `None` when only Steward does (derived, stamped by transitions).
    pub write: Option<Level>,
    /// The class (and its descendants) that has this field; every class when `None`.
    pub class: Option<String>,
    /// Keys that it had before: its values go over from there, and it is still found under them.
    pub was: Vec<String>,
    /// What becomes of values that do not fit when they go over.
    pub unfit: Unfit,
}

/// What becomes of a value that a field of another type cannot take when it goes over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Unfit {
    /// The definition is not put in force.
    #[default]
    Refused,
    /// It stays in the journal of its record, with an entry that says so.
    Journal,
}

/// How close to the work one has to be. Each level includes those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// The person who asked, and others of the customer.
    Requester,
    /// Staff who work on records.
    Agent,
    /// Those responsible for the practice or the data: administrators, practice managers.
    Owner,
}

/// When a field must not be empty.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Requirement {
    /// Never.
    #[default]
    Never,
    /// Always.
    Always,
    /// While the condition holds on the record.
    When(Filter),
}

/// A default value.
#[derive(Debug, Clone, PartialEq)]
pub enum Default {
    /// This stored value.
    Value(serde_json::Value),
    /// The person who creates the record.
    Me,
    /// The moment (or, for a date, the day in UTC) of creation.
    Now,
}

/// The type of a field, with the form in which its values are stored as JSON.
#[derive(Debug, Clone, PartialEq)]
pub enum FieldType {
    /// One line of text. Stored as string.
    Text {
        /// Longest value in characters.
        max_length: usize,
    },
    /// Markdown. Stored as string.
    Markdown,
    /// Whole number. Stored as number.
    Integer {
        /// Smallest value.
        min: Option<i64>,
        /// Largest value.
        max: Option<i64>,
    },
    /// Exact decimal with six places. Stored as whole number of millionths.
    Decimal,
    /// Amount with currency. Stored as `{"amount": millionths, "currency": "EUR"}`.
    Money,
    /// Yes or no. Stored as boolean.
    Boolean,
    /// Day of the civil calendar. Stored as `YYYY-MM-DD`.
    Date,
    /// Instant. Stored as microseconds since 1970 UTC.
    Moment,
    /// Length of time. Stored as whole seconds.
    Duration,
    /// One of a list or tree of choices. Stored as the choice's key.
    Choice(Choices),
    /// One record of one of these kinds. Stored as its id.
    Reference {
        /// Kinds that it may name.
        kinds: Vec<String>,
    },
    /// Any number of records of these kinds, each once. Stored as array of ids in the order given.
    References {
        /// Kinds that it may name.
        kinds: Vec<String>,
    },
    /// Web address, `http` or `https` only. Stored as string.
    Url,
    /// Mail address. Stored as string.
    Mail,
    /// Telephone number. Stored as string.
    Phone,
    /// Any number of rows with fields of their own (no tables within). Stored as array of objects.
    Table {
        /// The columns.
        fields: Vec<Field>,
    },
    /// Text that is never shown again; only that it is there. Stored sealed.
    Secret,
    /// Worked out from other fields at each change.
    Computed {
        /// Type of the value.
        value: Box<FieldType>,
        /// How it is worked out.
        by: Computation,
    },
}

/// How a computed field gets its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Computation {
    /// Text with `{field}` in braces replaced by those fields' values; empty parts and the blanks left by them fall away.
    Template(String),
    /// Seconds from one moment field to another; empty while either is.
    Elapsed {
        /// Begin.
        from: String,
        /// End.
        to: String,
    },
    /// Product of whole-number fields; empty while one is.
    Product(Vec<String>),
    /// Sum of a column over the rows of a table field.
    Sum {
        /// The table field.
        table: String,
        /// Its column.
        column: String,
    },
    /// How often one of these fields went from one value to another.
    Changes(Vec<String>),
    /// A rule of a practice, by key, such as `priority_matrix`.
    Rule(String),
}

/// A list or tree of choices, in the order shown (for ranked choices: highest first).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Choices(pub Vec<Choice>);

/// One choice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// Key, unique among the choices of the field.
    pub key: String,
    /// Name for people.
    pub label: String,
    /// Key of the choice above it in a tree.
    #[serde(default)]
    pub parent: Option<String>,
    /// Kept on old records, not offered for new ones.
    #[serde(default)]
    pub inactive: bool,
    /// Keys that it had before: values go over from there, and it is still found under them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub was: Vec<String>,
}

impl Choices {
    /// The choice with this key.
    pub fn find(&self, key: &str) -> Option<&Choice> {
        self.0.iter().find(|choice| choice.key == key)
    }

    /// As [`Self::find`], also by a key that it had before.
    pub fn find_named(&self, key: &str) -> Option<&Choice> {
        self.find(key).or_else(|| self.0.iter().find(|choice| choice.was.iter().any(|was| was == key)))
    }

    /// Place in the list, from 1: the order of ranked choices such as priority.
    pub fn rank(&self, key: &str) -> Option<usize> {
        self.0.iter().position(|choice| choice.key == key).map(|index| index + 1)
    }

    /// The choice with this key and all below it.
    pub fn under(&self, key: &str) -> Vec<&str> {
        self.0.iter().map(|choice| choice.key.as_str()).filter(|candidate| self.is_under(candidate, key)).collect()
    }

    /// Whether `key` is `ancestor` or lies below it. The loader refuses cycles, so the walk ends.
    pub fn is_under(&self, key: &str, ancestor: &str) -> bool {
        let mut current = Some(key);
        while let Some(here) = current {
            if here == ancestor {
                return true;
            }
            current = self.find(here).and_then(|choice| choice.parent.as_deref());
        }
        false
    }
}

impl FieldType {
    /// The type of the values: a computed field's inner type, else the type itself.
    pub fn value_type(&self) -> &FieldType {
        match self {
            Self::Computed { value, .. } => value.value_type(),
            other => other,
        }
    }

    /// Kinds that a reference (single or many) may name.
    pub fn target_kinds(&self) -> Option<&[String]> {
        match self.value_type() {
            Self::Reference { kinds } | Self::References { kinds } => Some(kinds),
            _ => None,
        }
    }

    /// Choices of a choice field.
    pub fn choices(&self) -> Option<&Choices> {
        match self.value_type() {
            Self::Choice(choices) => Some(choices),
            _ => None,
        }
    }

    /// The word for this type in definitions and messages.
    pub fn key(&self) -> &'static str {
        match self {
            Self::Text { .. } => "text",
            Self::Markdown => "markdown",
            Self::Integer { .. } => "integer",
            Self::Decimal => "decimal",
            Self::Money => "money",
            Self::Boolean => "boolean",
            Self::Date => "date",
            Self::Moment => "moment",
            Self::Duration => "duration",
            Self::Choice(_) => "choice",
            Self::Reference { .. } => "reference",
            Self::References { .. } => "references",
            Self::Url => "url",
            Self::Mail => "mail",
            Self::Phone => "phone",
            Self::Table { .. } => "table",
            Self::Secret => "secret",
            Self::Computed { .. } => "computed",
        }
    }
}
