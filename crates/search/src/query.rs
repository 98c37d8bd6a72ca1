//! Words as a query of the index, scored alike whatever other records hold.

use std::ops::Bound;

use tantivy::query::{
    Bm25StatisticsProvider, BooleanQuery, BoostQuery, ConstScoreQuery, InvertedIndexRangeQuery, Occur, Query, TermQuery,
};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{Searcher, Term};

use crate::schema::Fields;
use crate::words::Words;

/// A word in what names the record counts so many times as much as elsewhere.
const NAME_BOOST: f32 = 3.0;
/// A word that is the record's number, or the digits of it.
const NUMBER_SCORE: f32 = 100.0;
/// A word that only begins as asked for, in the text and in the name.
const BEGINNING_SCORE: f32 = 2.0;
/// Words of a text by which similar records are looked for.
const TELLING_MAX: usize = 10;
/// Share of them that a similar record has at least, in percent.
const TELLING_SHARE: usize = 30;
/// Places in the index that a search for similar records may look at.
const TELLING_PLACES: u64 = 400_000;
/// Words in fewer records than this count as equally rare, so that no single record changes what others see.
const CROWD: u64 = 64;

type Clause = (Occur, Box<dyn Query>);

/// Statistics that are the same for every word and every index: an order that followed how often a word stands in
/// other records would tell of records that the reader may not read.
#[derive(Debug)]
pub(crate) struct Alike;

impl Bm25StatisticsProvider for Alike {
    fn total_num_tokens(&self, _field: Field) -> tantivy::Result<u64> {
        Ok(50_000_000)
    }

    fn total_num_docs(&self) -> tantivy::Result<u64> {
        Ok(1_000_000)
    }

    fn doc_freq(&self, _term: &Term) -> tantivy::Result<u64> {
        Ok(10_000)
    }
}

fn word(field: Field, word: &str) -> Box<dyn Query> {
    Box::new(TermQuery::new(Term::from_field_text(field, word), IndexRecordOption::WithFreqs))
}

fn beginning(field: Field, beginning: &str) -> Box<dyn Query> {
    let first = Term::from_field_text(field, beginning);
    let after = Term::from_field_text(field, &format!("{beginning}{}", char::MAX));
    let words = InvertedIndexRangeQuery::new(Bound::Included(first), Bound::Excluded(after));
    Box::new(ConstScoreQuery::new(Box::new(words), BEGINNING_SCORE))
}

/// All words stand in the text of a level (or in what names the record, with `names_only`).
pub(crate) fn all_of(words: &Words, level: usize, names_only: bool, fields: &Fields) -> Box<dyn Query> {
    let names = fields.names[level];
    let within = if names_only { names } else { fields.texts[level] };
    let mut clauses: Vec<Clause> = Vec::new();
    for term in &words.whole {
        clauses.push((Occur::Must, word(within, term)));
    }
    if let Some(start) = &words.beginning {
        let either: Vec<Clause> = vec![(Occur::Should, word(within, start)), (Occur::Should, beginning(within, start))];
        clauses.push((Occur::Must, Box::new(BooleanQuery::new(either))));
        clauses.push((Occur::Should, beginning(names, start)));
    }
    for term in words.whole.iter().chain(&words.beginning) {
        if !names_only {
            clauses.push((Occur::Should, Box::new(BoostQuery::new(word(names, term), NAME_BOOST))));
        }
        if term.bytes().any(|byte| byte.is_ascii_digit()) {
            let number = ConstScoreQuery::new(word(fields.number, term), NUMBER_SCORE);
            clauses.push((Occur::Should, Box::new(number)));
        }
    }
    Box::new(BooleanQuery::new(clauses))
}

/// Some words stand in the text of a level; rarer ones count more.
pub(crate) fn some_of(words: &[(String, f32)], level: usize, fields: &Fields) -> Box<dyn Query> {
    let clauses = words.iter().map(|(term, weight)| {
        let query: Box<dyn Query> = Box::new(BoostQuery::new(word(fields.texts[level], term), *weight));
        (Occur::Should, query)
    });
    let least = (words.len() * TELLING_SHARE).div_ceil(100).max(1);
    Box::new(BooleanQuery::with_minimum_required_clauses(clauses.collect(), least))
}

/// The words of a text that tell most about it, with their weights: the rarest, as far as the index may look.
pub(crate) fn telling(terms: Vec<String>, searcher: &Searcher, fields: &Fields) -> tantivy::Result<Vec<(String, f32)>> {
    let documents = searcher.num_docs().max(1);
    let mut known: Vec<(u64, String)> = Vec::new();
    for term in terms.into_iter().filter(|term| term.chars().count() > 1) {
        if known.iter().any(|(_, other)| *other == term) {
            continue;
        }
        let frequency = searcher.doc_freq(&Term::from_field_text(fields.texts[0], &term))?;
        known.push((crowd(frequency), term));
    }
    known.sort_by_key(|(frequency, _)| *frequency);
    known.truncate(TELLING_MAX);
    let mut places = 0;
    let mut telling = Vec::new();
    for (frequency, term) in known {
        places += frequency;
        if places > TELLING_PLACES && telling.len() > 2 {
            break;
        }
        let weight = (1.0 + documents as f32 / frequency as f32).ln();
        telling.push((term, weight));
    }
    Ok(telling)
}

/// A frequency without what single records add to it: a power of four, and never below [`CROWD`].
fn crowd(frequency: u64) -> u64 {
    let mut step = CROWD;
    while step < frequency {
        step *= 4;
    }
    step
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn single_records_change_no_frequency() {
        let of = [0, 1, 63, 64, 65, 256, 257].map(crowd);
        assert_eq!(of, [64, 64, 64, 64, 256, 256, 1024]);
    }
}
