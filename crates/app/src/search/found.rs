//! From candidates of the index to records that the actor may read.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use steward_model::access::{Action, Actor, KindRights, Rights, scope};
use steward_model::filter::Filter;
use steward_model::id::RecordId;
use steward_model::kind::{Kind, Level};
use steward_model::record::Record;
use steward_search::find::{Candidate, Candidates, Question, Wanted};
use steward_search::reach::Access;
use steward_search::words::Words;

use crate::App;
use crate::error::Error;
use crate::view::visible;

/// Candidates of the first look.
const FIRST_LOOK: usize = 60;
/// Candidates looked at for one answer at most: the index tells nearly exactly who may read what, so far fewer do.
const MOST: usize = 2_000;
/// Records loaded at once.
const LOADED: usize = 200;

/// A question to the index.
pub(super) struct Ask {
    pub(super) likeness: Likeness,
    pub(super) kinds: Vec<Arc<Kind>>,
    pub(super) open_only: bool,
    pub(super) limit: usize,
    /// A record that is no answer.
    pub(super) leave_out: Option<RecordId>,
}

/// What makes a record an answer.
pub(super) enum Likeness {
    /// All of these words.
    All(Words),
    /// All of these words in what names it.
    Named(Words),
    /// Some telling words of this text.
    Some(String),
}

/// The answers.
pub(super) struct Answers {
    /// Best first.
    pub(super) records: Vec<Found>,
    /// Whether the actor may read more of them.
    pub(super) more: bool,
}

/// A record found, without values that the actor may not read.
pub(super) struct Found {
    pub(super) kind: Arc<Kind>,
    pub(super) record: Record,
    pub(super) rights: Rights,
}

impl App {
    /// The records that answer a question and that the actor may read, as they are now.
    pub(super) async fn found(&self, actor: &Actor, ask: Ask) -> Result<Answers, Error> {
        let index = self.index()?;
        let search = index.search.clone();
        let now = self.now();
        let scopes: Vec<(Arc<Kind>, [Filter; 3])> = ask
            .kinds
            .iter()
            .map(|kind| {
                let levels = [Level::Requester, Level::Agent, Level::Owner];
                (kind.clone(), levels.map(|level| scope(actor, Action::Read, kind, level, now)))
            })
            .filter(|(_, scopes)| scopes.iter().any(|scope| *scope != Filter::Nothing))
            .collect();
        let question = Arc::new((ask.likeness, scopes));
        let limit = ask.limit;
        let mut checking =
            Checking { app: self, actor, rights: HashMap::new(), seen: HashSet::new(), out: ask.leave_out };
        let mut records = Vec::new();
        let mut most = FIRST_LOOK.max(limit * 2);
        loop {
            let (search, question, open_only) = (search.clone(), question.clone(), ask.open_only);
            let turn = index.looking.acquire().await.map_err(Error::internal)?;
            let looking = tokio::task::spawn_blocking(move || -> Result<Candidates, Error> {
                let accesses: Vec<Access<'_>> =
                    question.1.iter().map(|(kind, scopes)| Access { kind, scopes: scopes.clone() }).collect();
                let wanted = match &question.0 {
                    Likeness::All(words) => Wanted::All(words),
                    Likeness::Named(words) => Wanted::Named(words),
                    Likeness::Some(text) => Wanted::Like(text),
                };
                search.find(&Question { wanted, accesses: &accesses, open_only, now, most }).map_err(Error::internal)
            });
            let candidates = looking.await.map_err(Error::internal)??;
            drop(turn);
            for some in candidates.found.chunks(LOADED.min(limit * 2)) {
                records.extend(checking.check(some).await?);
                if records.len() > limit {
                    break;
                }
            }
            if records.len() > limit || candidates.all || most >= MOST {
                let more = records.len() > limit;
                records.truncate(limit);
                return Ok(Answers { records, more });
            }
            most = (most * 4).min(MOST);
        }
    }
}

/// Who asks, and what was looked at already.
struct Checking<'a> {
    app: &'a App,
    actor: &'a Actor,
    rights: HashMap<String, KindRights<'a>>,
    /// Candidates looked at, and records found.
    seen: HashSet<(RecordId, Option<Level>)>,
    out: Option<RecordId>,
}

impl Checking<'_> {
    /// Those that the actor may read on the level on which the words stand.
    async fn check(&mut self, candidates: &[Candidate]) -> Result<Vec<Found>, Error> {
        let new: Vec<Candidate> = candidates
            .iter()
            .filter(|candidate| {
                Some(candidate.id) != self.out && self.seen.insert((candidate.id, Some(candidate.level)))
            })
            .copied()
            .collect();
        let ids: Vec<RecordId> = new.iter().map(|candidate| candidate.id).collect();
        let loaded = self.app.store().get_records(&ids).await?;
        let mut records: HashMap<RecordId, Record> =
            loaded.into_iter().map(|loaded| (loaded.record.id, loaded.record)).collect();
        let mut found = Vec::new();
        for candidate in new {
            let Some(record) = records.get(&candidate.id) else { continue };
            let Some(kind) = self.app.registry().kind(&record.kind) else { continue };
            let on_kind = self
                .rights
                .entry(record.kind.clone())
                .or_insert_with(|| KindRights::new(self.actor, kind, self.app.now()));
            let rights = on_kind.on(record);
            let readable = rights.may(Action::Read) && rights.read.is_some_and(|level| candidate.level <= level);
            if readable
                && self.seen.insert((candidate.id, None))
                && let Some(record) = records.remove(&candidate.id)
            {
                found.push(Found { kind: kind.clone(), record: visible(kind, record, &rights), rights });
            }
        }
        Ok(found)
    }
}
