//! Forms as data: the questions of a catalogue item, with conditions, and the typed answers to them.
//!
//! A form is read from TOML (see `docs/reference/forms.md`). Its questions become the fields of a kind of their own, so
//! that values, conditions and controls are those of records: one filter language, one parser of values.

mod answer;
mod document;
mod load;
mod rows;

use std::fmt;

use regex::Regex;

pub use answer::{Answered, Referred, Stray};
pub use rows::answer_fields;

use crate::filter::Filter;
use crate::kind::{Choices, Field, Kind};

/// Longest text of a form, in bytes.
pub const TEXT_MAX: usize = 60_000;
/// Most questions of a form, columns of groups included.
pub const QUESTIONS_MAX: usize = 150;
/// Most rows of a repeatable group.
pub const GROUP_ROWS_MAX: usize = 50;

/// A form that was checked; only [`Form::parse`] builds one.
#[derive(Debug, Clone)]
pub struct Form {
    /// Its sections in order; at least one when there are questions.
    pub sections: Vec<Section>,
    /// A kind with a field for each answer, which conditions are written on.
    pub(crate) kind: Kind,
}

/// Questions under a heading.
#[derive(Debug, Clone)]
pub struct Section {
    /// Heading; may be empty.
    pub title: String,
    /// Words under it; may be empty.
    pub help: String,
    /// When it is there; always when `None`.
    pub show_when: Option<Filter>,
    /// Its questions.
    pub questions: Vec<Question>,
}

/// One question.
#[derive(Debug, Clone)]
pub struct Question {
    /// Key, words, type of the answer, default and requirement. A multiple choice has the type of a choice.
    pub field: Field,
    /// Which sort of answer it takes.
    pub sort: Sort,
    /// When it is asked; always when `None`.
    pub show_when: Option<Filter>,
    /// What an answer must be beyond its type.
    pub rules: Rules,
    /// Columns of a repeatable group, each a question without conditions.
    pub columns: Vec<Question>,
}

/// Sorts of answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// One line.
    Text,
    /// Several lines.
    LongText,
    /// Whole number.
    Integer,
    /// Decimal number.
    Decimal,
    /// Day.
    Date,
    /// One of a list.
    Choice,
    /// Any number of a list.
    MultipleChoice,
    /// Yes or no.
    Boolean,
    /// Another record.
    Reference,
    /// Rows with questions of their own.
    Group,
}

impl Sort {
    /// All sorts with their words in definitions.
    pub const ALL: [(&'static str, Self); 10] = [
        ("text", Self::Text),
        ("long_text", Self::LongText),
        ("integer", Self::Integer),
        ("decimal", Self::Decimal),
        ("date", Self::Date),
        ("choice", Self::Choice),
        ("multiple_choice", Self::MultipleChoice),
        ("boolean", Self::Boolean),
        ("reference", Self::Reference),
        ("group", Self::Group),
    ];

    /// The word in definitions and stored answers.
    pub fn key(self) -> &'static str {
        Self::ALL.iter().find(|(_, sort)| *sort == self).map_or("text", |(key, _)| key)
    }
}

/// What an answer must be beyond its type.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    /// Fewest characters.
    pub min_length: usize,
    /// Most characters of a long text.
    pub max_length: Option<usize>,
    /// A pattern that the whole text must have.
    pub pattern: Option<Regex>,
    /// What must hold of the answers so far when this one is given.
    pub valid_when: Option<Filter>,
    /// What to tell when pattern or condition do not hold.
    pub message: String,
    /// What the record that a reference names must be, and the condition as written.
    pub limit: Option<(String, Filter)>,
    /// Fewest rows of a group.
    pub min_rows: usize,
    /// Most rows of a group.
    pub max_rows: usize,
}

/// What is wrong with a form, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct FormError {
    /// Line, from 1.
    pub line: usize,
    /// Key of the question; empty where it concerns none.
    pub question: String,
    /// What is wrong and what would be right.
    pub message: String,
}

impl fmt::Display for FormError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.question.as_str() {
            "" => write!(f, "line {}: {}", self.line, self.message),
            question => write!(f, "line {}, question `{question}`: {}", self.line, self.message),
        }
    }
}

impl Form {
    /// A form without questions.
    pub fn empty() -> Self {
        Self { sections: Vec::new(), kind: load::blank_kind(Vec::new()) }
    }

    /// All questions in order.
    pub fn questions(&self) -> impl Iterator<Item = &Question> {
        self.sections.iter().flat_map(|section| &section.questions)
    }

    /// The question with this key.
    pub fn question(&self, key: &str) -> Option<&Question> {
        self.questions().find(|question| question.field.key == key)
    }
}

impl Question {
    /// Choices of a choice or multiple choice.
    pub fn choices(&self) -> Option<&Choices> {
        self.field.field_type.choices()
    }

    /// Key of the field that stands for one choice of a multiple choice in conditions.
    fn choice_key(&self, choice: &str) -> String {
        format!("{}_{choice}", self.field.key)
    }
}

#[cfg(test)]
mod tests;
