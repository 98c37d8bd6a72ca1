//! Collecting what is wrong with definitions, each with file and line.

use std::ops::Range;

use toml::Spanned;

use super::{DefinitionError, Source};

/// What is wrong so far. Files are named by their index in the sources.
pub(super) struct Faults<'a> {
    sources: &'a [Source],
    found: Vec<(usize, DefinitionError)>,
}

impl<'a> Faults<'a> {
    pub(super) fn new(sources: &'a [Source]) -> Self {
        Self { sources, found: Vec::new() }
    }

    /// Notes a fault at a place in a file.
    pub(super) fn add(&mut self, file: usize, at: Range<usize>, message: impl Into<String>) {
        let path = self.sources.get(file).map(|source| source.path.clone()).unwrap_or_default();
        self.found.push((file, DefinitionError { path, line: self.line(file, at.start), message: message.into() }));
    }

    /// Notes a fault at a byte of a text, which may run over lines.
    pub(super) fn add_within(&mut self, file: usize, text: &Spanned<String>, byte: usize, message: impl Into<String>) {
        let span = text.span();
        let raw = self.sources.get(file).and_then(|source| source.text.get(span.clone())).unwrap_or_default();
        // Not found when the text is written with escapes; then the line that it begins on must do.
        let at = raw.find(text.get_ref().as_str()).map_or(span.start, |start| span.start + start + byte);
        self.add(file, at..span.end, message);
    }

    /// Path and line, for faults that name a second place.
    pub(super) fn place(&self, file: usize, at: Range<usize>) -> String {
        let path = self.sources.get(file).map(|source| source.path.as_str()).unwrap_or_default();
        format!("{path}:{}", self.line(file, at.start))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// All faults in reading order. What several kinds inherit from one base is told once.
    pub(super) fn into_errors(mut self) -> Vec<DefinitionError> {
        self.found.sort_by(|(file, a), (other, b)| (file, a.line, &a.message).cmp(&(other, b.line, &b.message)));
        self.found.dedup();
        self.found.into_iter().map(|(_, error)| error).collect()
    }

    /// The line of a place, from 1.
    pub(super) fn line(&self, file: usize, offset: usize) -> usize {
        let text = self.sources.get(file).map(|source| source.text.as_str()).unwrap_or_default();
        1 + text.bytes().take(offset).filter(|byte| *byte == b'\n').count()
    }
}

/// ``; did you mean `x`?`` when a known word is near, else nothing.
pub(super) fn hint<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    nearest(word, known).map(|near| format!("; did you mean `{near}`?")).unwrap_or_default()
}

/// The known word that somebody who wrote `word` may have meant.
pub(super) fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    const NEAR: f64 = 0.8;
    let scored = known.into_iter().map(|candidate| (strsim::jaro_winkler(word, candidate), candidate));
    scored.filter(|(score, _)| *score >= NEAR).max_by(|(a, _), (b, _)| a.total_cmp(b)).map(|(_, candidate)| candidate)
}

/// Lower-case words with underscores, as keys are.
pub(super) fn is_key(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

/// The label of a key that was given none: `opened_at` is "Opened at".
pub(super) fn label_of(key: &str) -> String {
    let words = key.replace(['_', '-'], " ");
    let mut chars = words.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}
