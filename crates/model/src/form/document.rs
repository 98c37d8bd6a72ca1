//! The shape of a form's text, as serde reads it. What the words mean is told in `docs/reference/forms.md`.

use serde::Deserialize;
use toml::Spanned;

pub(super) type Word = Spanned<String>;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Document {
    #[serde(default)]
    pub(super) question: Vec<QuestionItem>,
    #[serde(default)]
    pub(super) section: Vec<SectionItem>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SectionItem {
    #[serde(default)]
    pub(super) title: String,
    #[serde(default)]
    pub(super) help: String,
    pub(super) show_when: Option<Word>,
    #[serde(default)]
    pub(super) question: Vec<QuestionItem>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct QuestionItem {
    pub(super) key: Word,
    pub(super) r#type: Word,
    pub(super) label: String,
    #[serde(default)]
    pub(super) help: String,
    pub(super) required: Option<Spanned<bool>>,
    pub(super) required_when: Option<Word>,
    pub(super) show_when: Option<Word>,
    pub(super) default: Option<Spanned<toml::Value>>,
    pub(super) choices: Option<Spanned<Vec<toml::Value>>>,
    pub(super) target: Option<Word>,
    pub(super) limit: Option<Word>,
    pub(super) min: Option<Spanned<i64>>,
    pub(super) max: Option<Spanned<i64>>,
    pub(super) min_length: Option<Spanned<usize>>,
    pub(super) max_length: Option<Spanned<usize>>,
    pub(super) pattern: Option<Word>,
    pub(super) valid_when: Option<Word>,
    pub(super) message: Option<Word>,
    pub(super) question: Option<Spanned<Vec<QuestionItem>>>,
    pub(super) min_rows: Option<Spanned<usize>>,
    pub(super) max_rows: Option<Spanned<usize>>,
}

impl QuestionItem {
    /// The keys that only some types take, with their places.
    pub(super) fn particular(&self) -> Vec<(&'static str, std::ops::Range<usize>)> {
        let keys = [
            ("choices", self.choices.as_ref().map(Spanned::span)),
            ("target", self.target.as_ref().map(Spanned::span)),
            ("limit", self.limit.as_ref().map(Spanned::span)),
            ("min", self.min.as_ref().map(Spanned::span)),
            ("max", self.max.as_ref().map(Spanned::span)),
            ("min_length", self.min_length.as_ref().map(Spanned::span)),
            ("max_length", self.max_length.as_ref().map(Spanned::span)),
            ("pattern", self.pattern.as_ref().map(Spanned::span)),
            ("default", self.default.as_ref().map(Spanned::span)),
            ("question", self.question.as_ref().map(Spanned::span)),
            ("min_rows", self.min_rows.as_ref().map(Spanned::span)),
            ("max_rows", self.max_rows.as_ref().map(Spanned::span)),
        ];
        keys.into_iter().filter_map(|(name, at)| Some((name, at?))).collect()
    }
}
