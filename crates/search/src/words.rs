//! Words: how text becomes the terms of the index, what somebody looks for, and where it stands in a text.

use std::ops::Range;

use tantivy::tokenizer::{
    AsciiFoldingFilter, LowerCaser, RemoveLongFilter, SimpleTokenizer, TextAnalyzer, TokenStream,
};

/// Words of one question at most; further ones are left out.
pub const WORDS_MAX: usize = 12;
/// Bytes of a question at most; what follows is left out.
const QUESTION_MAX: usize = 1_000;
/// Letters of the last word from which on it also stands for words that begin with it.
const PREFIX_MIN: usize = 2;
/// Bytes of one term at most; longer ones are left out, in texts and questions alike: they are no words but data.
const TERM_MAX: usize = 80;

/// The analyzer: letters and digits, without case and accents (`Größe` is `grosse`).
pub(crate) fn analyzer() -> TextAnalyzer {
    TextAnalyzer::builder(SimpleTokenizer::default())
        .filter(RemoveLongFilter::limit(TERM_MAX))
        .filter(LowerCaser)
        .filter(AsciiFoldingFilter)
        .build()
}

/// The terms of a text, each with its place.
pub fn terms(text: &str) -> Vec<(Range<usize>, String)> {
    let mut analyzer = analyzer();
    let mut stream = analyzer.token_stream(text);
    let mut terms = Vec::new();
    while let Some(token) = stream.next() {
        terms.push((token.offset_from..token.offset_to, token.text.clone()));
    }
    terms
}

/// What somebody looks for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Words {
    /// Terms that must stand there, each once, in the order given.
    pub(crate) whole: Vec<String>,
    /// The beginning of a term, from the last word, which may not be finished.
    pub(crate) beginning: Option<String>,
}

impl Words {
    /// The words of a question. The last one may be the beginning of a word, unless a blank or sign follows it.
    pub fn parse(text: &str) -> Self {
        let text = &text[..text.floor_char_boundary(QUESTION_MAX)];
        let found = terms(text);
        let open_end = found.last().is_some_and(|(place, _)| place.end == text.len());
        let mut words: Vec<String> = Vec::new();
        for (_, term) in found {
            if !words.contains(&term) {
                words.push(term);
            }
        }
        words.truncate(WORDS_MAX);
        let long = |word: &String| word.chars().count() >= PREFIX_MIN;
        let beginning = if open_end { words.pop_if(|word| long(word)) } else { None };
        Self { whole: words, beginning }
    }

    /// Whether there is nothing to look for.
    pub fn is_empty(&self) -> bool {
        self.whole.is_empty() && self.beginning.is_none()
    }

    /// Whether a term is one of these words.
    fn matches(&self, term: &str) -> bool {
        self.whole.iter().any(|word| word == term)
            || self.beginning.as_ref().is_some_and(|beginning| term.starts_with(beginning.as_str()))
    }

    /// Where the words stand in a text, ascending.
    pub fn marks(&self, text: &str) -> Vec<Range<usize>> {
        terms(text).into_iter().filter(|(_, term)| self.matches(term)).map(|(place, _)| place).collect()
    }
}

/// What a record's number is also found by: itself, its digits, and their end.
pub(crate) fn number_terms(number: &str) -> Vec<String> {
    let whole = number.to_lowercase();
    let digits = &number[number.trim_end_matches(|c: char| c.is_ascii_digit()).len()..];
    let plain = digits.trim_start_matches('0');
    let mut terms = vec![whole];
    // From four digits on, the end of a number says enough to be worth looking for.
    let ends = (1..plain.len().saturating_sub(3)).map(|start| &plain[start..]);
    for term in [digits, plain].into_iter().chain(ends) {
        if !term.is_empty() && !terms.iter().any(|known| known == term) {
            terms.push(term.to_owned());
        }
    }
    terms
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_terms(text: &str, expected: &[&str]) {
        assert_eq!(terms(text).into_iter().map(|(_, term)| term).collect::<Vec<_>>(), expected, "{text}");
    }

    #[test]
    fn words_lose_case_accents_and_signs() {
        check_terms("Drucker im 3. Stock", &["drucker", "im", "3", "stock"]);
        check_terms("Größe ändern", &["grosse", "andern"]);
        check_terms("L'imprimante est hors-ligne", &["l", "imprimante", "est", "hors", "ligne"]);
        check_terms("anna.b@example.org", &["anna", "b", "example", "org"]);
        check_terms("  ", &[]);
        check_terms("日本", &["日本"]);
    }

    fn check_words(text: &str, whole: &[&str], beginning: Option<&str>) {
        let words = Words::parse(text);
        assert_eq!(
            (words.whole.iter().map(String::as_str).collect::<Vec<_>>(), words.beginning.as_deref()),
            (whole.to_vec(), beginning),
            "{text}"
        );
    }

    #[test]
    fn the_last_word_may_be_unfinished() {
        check_words("printer bl", &["printer"], Some("bl"));
        check_words("printer bl ", &["printer", "bl"], None);
        check_words("printer p", &["printer", "p"], None);
        check_words("printer printer", &[], Some("printer"));
        check_words("", &[], None);
        check_words("?!", &[], None);
    }

    #[test]
    fn long_questions_are_cut() {
        let many: String = (0..100).map(|word| format!("w{word} ")).collect();
        assert_eq!(Words::parse(&many).whole.len(), WORDS_MAX);
        assert!(Words::parse(&"ä".repeat(5_000)).is_empty());
    }

    #[test]
    fn marks_lie_on_the_words_of_the_text() {
        let text = "Die Größe des Druckers";
        let marked: Vec<&str> =
            Words::parse("grösse druck").marks(text).into_iter().map(|place| &text[place]).collect();
        assert_eq!(marked, ["Größe", "Druckers"]);
    }

    #[test]
    fn numbers_are_found_by_their_end() {
        assert_eq!(number_terms("INC0000042"), ["inc0000042", "0000042", "42"]);
        assert_eq!(number_terms("INC0123456"), ["inc0123456", "0123456", "123456", "23456", "3456"]);
        assert_eq!(number_terms("X"), ["x"]);
    }
}
