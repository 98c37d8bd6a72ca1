//! Who reads: the language and the formats of the request that is being answered.

use std::borrow::Cow;
use std::cell::Cell;

use crate::{Formats, Language};

/// Who reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Reader {
    /// The language.
    pub language: Language,
    /// How dates, times and numbers are written.
    pub formats: Formats,
    /// Shows pages as if their language ran from right to left, for those who develop Steward.
    pub is_mirrored: bool,
}

impl Reader {
    /// Somebody who reads a language, with the formats that are usual in it.
    pub fn of(language: Language) -> Self {
        Self { language, formats: Formats::of(language), is_mirrored: false }
    }

    /// The way pages run, for `dir` attributes.
    pub fn direction(self) -> &'static str {
        if self.is_mirrored { "rtl" } else { self.language.direction() }
    }
}

tokio::task_local! {
    static READER: Cell<Reader>;
}

/// Runs a future for a reader. Within it [`set`] may say better who reads.
pub async fn scope<F: Future>(reader: Reader, future: F) -> F::Output {
    READER.scope(Cell::new(reader), future).await
}

/// Runs a function for a reader.
pub fn within<T>(reader: Reader, work: impl FnOnce() -> T) -> T {
    READER.sync_scope(Cell::new(reader), work)
}

/// Says who reads, from here to the end of the [`scope`]; nothing happens outside of one.
pub fn set(reader: Reader) {
    let _ = READER.try_with(|cell| cell.set(reader));
}

/// Who reads; somebody English outside of a [`scope`].
pub fn reader() -> Reader {
    READER.try_with(Cell::get).unwrap_or_default()
}

/// The language of who reads.
pub fn language() -> Language {
    reader().language
}

/// The formats of who reads.
pub fn formats() -> Formats {
    reader().formats
}

/// A label within a sentence: nouns keep their capital in German and lose it in English and French, unless they are
/// written in capitals altogether.
pub fn in_sentence(label: &str) -> Cow<'_, str> {
    let mut letters = label.chars();
    match (language(), letters.next(), letters.next()) {
        (Language::German, ..) => label.into(),
        (_, Some(_), Some(second)) if second.is_uppercase() => label.into(),
        (_, Some(first), _) if first.is_uppercase() => {
            first.to_lowercase().chain(label.chars().skip(1)).collect::<String>().into()
        }
        _ => label.into(),
    }
}
