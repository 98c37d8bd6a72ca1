//! Search: what words lead to, among the records and texts that the actor may read.
//!
//! The index gives candidates; each is loaded and looked at before it becomes a hit, as the record is now. What the
//! actor may not read neither shows nor counts.

mod feed;
mod found;
mod snippet;

use std::ops::Range;
use std::sync::Arc;

use steward_model::access::Actor;
use steward_model::kind::Kind;
use steward_model::record::Record;
use steward_search::index::Search;
use steward_search::words::Words;
use steward_store::journal::Position;
use tokio::sync::{Semaphore, watch};

use crate::App;
use crate::boxed;
use crate::error::Error;
use crate::search::found::{Ask, Likeness};
use crate::view::{Label, label_of};

/// Most hits in one answer.
pub const HITS_MAX: usize = 100;

/// The index, with how far it has come.
pub(crate) struct Index {
    pub(crate) search: Search,
    progress: watch::Sender<Progress>,
    /// As many searches at once as there are cores, so that costly ones do not take them from everybody else.
    looking: Semaphore,
}

/// How far the index has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Progress {
    /// Whether every record is in it, but for news of the last moment.
    complete: bool,
    /// The last entry of the journal that is found.
    position: Position,
}

impl Index {
    pub(crate) fn new(search: Search) -> Self {
        let progress = Progress { complete: false, position: Position::default() };
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self { search, progress: watch::Sender::new(progress), looking: Semaphore::new(cores) }
    }
}

/// What to search for.
#[derive(Debug, Clone, Default)]
pub struct SearchRequest {
    /// Words, all of which must stand in a record; the last one may be unfinished.
    pub text: String,
    /// Keys of the kinds to search; all when `None`.
    pub kinds: Option<Vec<String>>,
    /// Leaves finished records out.
    pub open_only: bool,
    /// Hits at most, 1 to [`HITS_MAX`].
    pub limit: usize,
}

/// What was found.
#[derive(Debug, Clone)]
pub struct SearchPage {
    /// The hits, best first.
    pub hits: Vec<Hit>,
    /// Whether there are more that the actor may read.
    pub more: bool,
    /// Whether all records were searched; not so while the index is being made.
    pub complete: bool,
}

/// A record that was found.
#[derive(Debug, Clone)]
pub struct Hit {
    /// Its kind.
    pub kind: Arc<Kind>,
    /// The record, without values that the actor may not read.
    pub record: Record,
    /// How it is called.
    pub label: Label,
    /// Where the words stand in its label, in bytes.
    pub label_marks: Vec<Range<usize>>,
    /// Where else the words stand; `None` when the label says it all, or number and label.
    pub snippet: Option<Snippet>,
}

/// A piece of text in which the words stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snippet {
    /// Where it comes from: the label of a field, or what was said.
    pub source: String,
    /// The text.
    pub text: String,
    /// Where the words stand in it, in bytes.
    pub marks: Vec<Range<usize>>,
}

impl App {
    /// Records in which all words of a text stand, as far as the actor may read them.
    ///
    /// # Errors
    /// [`Error::BadRequest`] for a kind that is none, [`Error::Unavailable`] without an index.
    #[boxed]
    pub async fn search(&self, actor: &Actor, request: &SearchRequest) -> Result<SearchPage, Error> {
        let words = Words::parse(&request.text);
        let ask = Ask {
            likeness: Likeness::All(words.clone()),
            kinds: self.searched(request.kinds.as_deref())?,
            open_only: request.open_only,
            limit: request.limit.clamp(1, HITS_MAX),
            leave_out: None,
        };
        let found = self.found(actor, ask).await?;
        let hits = self.hits(found.records, &words).await?;
        Ok(SearchPage { hits, more: found.more, complete: self.search_is_complete() })
    }

    /// Records of some kinds whose label, number, login, mail or other unique value begins so: for choosing one.
    ///
    /// # Errors
    /// As [`Self::search`].
    #[boxed]
    pub async fn suggest(
        &self,
        actor: &Actor,
        kinds: &[String],
        beginning: &str,
        limit: usize,
    ) -> Result<Vec<Hit>, Error> {
        let words = Words::parse(beginning);
        let ask = Ask {
            likeness: Likeness::Named(words.clone()),
            kinds: self.searched(Some(kinds))?,
            open_only: false,
            limit: limit.clamp(1, HITS_MAX),
            leave_out: None,
        };
        let found = self.found(actor, ask).await?;
        Ok(found.records.into_iter().map(|found| hit_named(found, &words)).collect())
    }

    /// Records of some kinds that share telling words with a text, best first.
    ///
    /// # Errors
    /// As [`Self::search`].
    #[boxed]
    pub async fn similar_to_text(
        &self,
        actor: &Actor,
        kinds: &[String],
        text: &str,
        limit: usize,
    ) -> Result<SearchPage, Error> {
        let ask = self.likeness(text.to_owned(), kinds, limit)?;
        self.similar_page(actor, ask).await
    }

    /// Records of some kinds (of its own when there are none) that share telling words with what the actor may read of
    /// a record's label and description, best first, without the record itself.
    ///
    /// # Errors
    /// As [`Self::search`]; [`Error::NotFound`] for a record that the actor may not read.
    #[boxed]
    pub async fn similar(
        &self,
        actor: &Actor,
        kind: &Arc<Kind>,
        name: &str,
        kinds: &[String],
        limit: usize,
    ) -> Result<SearchPage, Error> {
        let record = self.find(actor, kind, name).await?.record;
        let id = record.id;
        let rights = steward_model::access::rights(actor, kind, &record, self.now());
        let record = crate::view::visible(kind, record, &rights);
        let text = format!("{}\n{}", record.text(&kind.label_field), record.text("description"));
        let own = [kind.key.clone()];
        let mut ask = self.likeness(text, if kinds.is_empty() { &own } else { kinds }, limit)?;
        ask.leave_out = Some(id);
        self.similar_page(actor, ask).await
    }

    fn likeness(&self, text: String, kinds: &[String], limit: usize) -> Result<Ask, Error> {
        let (kinds, limit) = (self.searched(Some(kinds))?, limit.clamp(1, HITS_MAX));
        Ok(Ask { likeness: Likeness::Some(text), kinds, open_only: false, limit, leave_out: None })
    }

    async fn similar_page(&self, actor: &Actor, ask: Ask) -> Result<SearchPage, Error> {
        let found = self.found(actor, ask).await?;
        let none = Words::default();
        let hits = found.records.into_iter().map(|found| hit_named(found, &none)).collect();
        Ok(SearchPage { hits, more: found.more, complete: self.search_is_complete() })
    }

    /// Whether every record can be found, but for news of the last moment.
    pub fn search_is_complete(&self) -> bool {
        self.index().is_ok_and(|index| index.progress.borrow().complete)
    }

    /// Returns once everything up to a place in the journal can be found.
    ///
    /// # Errors
    /// [`Error::Unavailable`] without an index.
    #[boxed]
    pub async fn search_reached(&self, position: Position) -> Result<(), Error> {
        let mut progress = self.index()?.progress.subscribe();
        let reached = progress.wait_for(|progress| progress.complete && progress.position >= position).await;
        reached.map(|_| ()).map_err(|_| Error::Unavailable)
    }

    pub(crate) fn index(&self) -> Result<&Index, Error> {
        self.0.index.as_ref().ok_or(Error::Unavailable)
    }

    fn searched(&self, keys: Option<&[String]>) -> Result<Vec<Arc<Kind>>, Error> {
        let Some(keys) = keys else { return Ok(self.registry().kinds().to_vec()) };
        let unknown = |key: &String| Error::BadRequest(format!("there is no kind `{key}`"));
        keys.iter().map(|key| self.registry().kind(key).cloned().ok_or_else(|| unknown(key))).collect()
    }
}

/// A hit that shows its label only.
fn hit_named(found: found::Found, words: &Words) -> Hit {
    let label = label_of(&found.kind, &found.record);
    let label_marks = words.marks(&label.label);
    Hit { kind: found.kind, record: found.record, label, label_marks, snippet: None }
}
