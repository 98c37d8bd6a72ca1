//! What is wrong with a filter, where, and what may have been meant.

use std::ops::Range;

/// A filter that was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct FilterError {
    /// What is wrong, in words fit for its writer.
    pub message: String,
    /// Bytes of the text that it is about; empty at 0 for the JSON notation, whose messages name the place.
    pub position: Range<usize>,
    /// The word that may have been meant.
    pub suggestion: Option<String>,
}

impl FilterError {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), position: 0..0, suggestion: None }
    }

    pub(super) fn at(mut self, position: Range<usize>) -> Self {
        self.position = position;
        self
    }

    /// Adds the nearest of `known` to a wrong `word`, when one is near enough to be a slip.
    pub(super) fn suggest<'a>(mut self, word: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        // A word far longer than any key is no slip, and the distance costs the product of both lengths.
        if word.len() <= 64 {
            let farthest = (word.chars().count() / 3).max(1);
            let distances = known.into_iter().map(|known| (strsim::damerau_levenshtein(word, known), known));
            let nearest = distances.filter(|(distance, _)| *distance <= farthest).min();
            self.suggestion = nearest.map(|(_, known)| known.to_owned());
        }
        self
    }
}
