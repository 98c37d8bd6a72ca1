//! Full text over records: an index per node, made from the database and thrown away without loss.
//!
//! It knows the model alone: somebody hands it records with what was said on them ([`document`]) and keeps its place in
//! the journal for it ([`index`]). It answers with candidates ([`find`]): records in which the words stand in text of a
//! level, as far as the index can tell who may read them ([`reach`]). Whoever asked must still look at the records
//! themselves before anybody sees anything.
//!
//! Text lies apart by the level that may read it, and each record is scored by the text that the reader may read and by
//! nothing else: how often a word stands in other records changes no order, or the order would tell.

pub mod document;
pub mod find;
pub mod index;
mod query;
pub mod reach;
mod schema;
pub mod words;
