//! Looking for words: the best candidates among the records that somebody may read, as far as the index can tell.

use std::cmp::Ordering;
use std::collections::{BinaryHeap, HashMap};
use std::ops::Range;

use steward_model::id::RecordId;
use steward_model::kind::{Category, Level};
use steward_model::moment::Moment;
use tantivy::query::{EnableScoring, Query, Weight};
use tantivy::{DocId, DocSet, SegmentReader};

use crate::document::{category_number, word_hash};
use crate::index::{Search, SearchError};
use crate::query::{Alike, all_of, some_of, telling};
use crate::reach::{Access, Columns, Condition};
use crate::schema::LEVELS;
use crate::words::{Words, terms};

/// Records within reach that are weighed against each other on one level at most, those indexed last first: among so
/// many the words tell nothing. Records out of reach do not count, or they would hide others.
const WEIGHED: usize = 20_000;
/// Records passed over on one level at most.
const PASSED: usize = 5_000_000;
/// Documents that are looked at in the order of the index; of such blocks the last comes first.
const BLOCK: DocId = 1 << 15;
/// An open record counts so many times as much.
const OPEN_BOOST: f32 = 1.2;
/// What a record changed just now counts more; half of it after [`HALF_LIFE_DAYS`].
const RECENT_BOOST: f32 = 0.3;
const HALF_LIFE_DAYS: f32 = 30.0;
const DAY: f32 = 86_400_000_000.0;

/// What to look for.
#[derive(Debug, Clone, Copy)]
pub enum Wanted<'a> {
    /// Records with all of these words.
    All(&'a Words),
    /// Records with all of these words in what names them: label, number, login, mail, other unique values.
    Named(&'a Words),
    /// Records that share telling words with this text.
    Like(&'a str),
}

/// A question.
#[derive(Debug, Clone)]
pub struct Question<'a> {
    /// What to look for.
    pub wanted: Wanted<'a>,
    /// What the one who asks may read; other kinds are not looked at.
    pub accesses: &'a [Access<'a>],
    /// Leaves finished records out.
    pub open_only: bool,
    /// The present moment.
    pub now: Moment,
    /// Candidates at most.
    pub most: usize,
}

/// A record that may be an answer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Candidate {
    /// The record.
    pub id: RecordId,
    /// The level in whose text the words stand: who may not read it here has no hit.
    pub level: Level,
    /// How well it fits.
    pub score: f32,
}

/// The candidates of a question.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Candidates {
    /// Best first. A record may come twice, for two levels.
    pub found: Vec<Candidate>,
    /// Whether there are no others.
    pub all: bool,
}

impl Eq for Candidate {}

impl Ord for Candidate {
    fn cmp(&self, other: &Self) -> Ordering {
        self.score.total_cmp(&other.score).then_with(|| (self.id, self.level).cmp(&(other.id, other.level)))
    }
}

impl PartialOrd for Candidate {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Search {
    /// Candidates for a question. Blocks for as long as it takes to look.
    ///
    /// # Errors
    /// [`SearchError`].
    pub fn find(&self, question: &Question<'_>) -> Result<Candidates, SearchError> {
        let kinds = self.reaches(question.accesses);
        let searcher = self.searcher();
        let telling = match question.wanted {
            Wanted::Like(text) => {
                let terms = terms(text).into_iter().map(|(_, term)| term).collect();
                telling(terms, &searcher, self.fields())?
            }
            Wanted::All(_) | Wanted::Named(_) => Vec::new(),
        };
        let is_empty = match question.wanted {
            Wanted::All(words) | Wanted::Named(words) => words.is_empty(),
            Wanted::Like(_) => telling.is_empty(),
        };
        if is_empty || kinds.is_empty() {
            return Ok(Candidates { found: Vec::new(), all: true });
        }
        let top = kinds.values().filter_map(|reach| reach.highest()).max().unwrap_or(0);
        let mut segments: Vec<Segment<'_>> = Vec::new();
        for reader in searcher.segment_readers() {
            segments.push(Segment::open(reader)?);
        }
        segments.sort_by_key(|segment| std::cmp::Reverse(segment.columns.updated_at.max_value()));
        let mut best = Best::new(question.most);
        let mut looked_at_all = true;
        for (level, readers_level) in LEVELS.into_iter().enumerate().take(top + 1) {
            let query: Box<dyn Query> = match question.wanted {
                Wanted::All(words) => all_of(words, level, false, self.fields()),
                Wanted::Named(words) => all_of(words, level, true, self.fields()),
                Wanted::Like(_) => some_of(&telling, level, self.fields()),
            };
            let weight = query.weight(EnableScoring::enabled_from_statistics_provider(&Alike, &searcher))?;
            // Each level has its share, or the records without notes would hide those with them.
            let (mut weighed, mut passed) = (0, 0);
            for segment in &mut segments {
                for block in segment.blocks(weight.as_ref())? {
                    if weighed >= WEIGHED || passed >= PASSED {
                        break;
                    }
                    let mut scorer = weight.scorer(segment.reader, 1.0)?;
                    let mut doc = if scorer.doc() < block.start { scorer.seek(block.start) } else { scorer.doc() };
                    while doc < block.end && weighed < WEIGHED && passed < PASSED {
                        passed += 1;
                        if segment.accepts(doc, level, &kinds, question.open_only) {
                            weighed += 1;
                            let score = scorer.score() * weight_of(&segment.columns, doc, question.now);
                            let id = RecordId(segment.columns.id.first(doc).unwrap_or_default());
                            best.offer(Candidate { id, level: readers_level, score });
                        }
                        doc = scorer.advance();
                    }
                }
            }
            looked_at_all &= weighed < WEIGHED && passed < PASSED;
        }
        Ok(best.into_candidates(looked_at_all))
    }

    fn reaches(&self, accesses: &[Access<'_>]) -> HashMap<u64, Reach> {
        let reach = |access: &Access<'_>| {
            let conditions = access.scopes.iter().map(|scope| Condition::of(scope, access.kind, self.catalogue()));
            (word_hash(&access.kind.key), Reach(conditions.collect()))
        };
        accesses.iter().map(reach).filter(|(_, reach)| reach.highest().is_some()).collect()
    }
}

/// The conditions of one kind, by level.
struct Reach(Vec<Condition>);

impl Reach {
    fn highest(&self) -> Option<usize> {
        self.0.iter().rposition(|condition| condition.test != crate::reach::Node::None)
    }
}

/// A part of the index, with what was found out about its documents.
struct Segment<'a> {
    reader: &'a SegmentReader,
    columns: Columns,
    /// Levels by whose text each document is to be looked at, a bit each, with [`KNOWN`] once they are worked out.
    levels: Vec<u8>,
}

/// The levels of this document are worked out.
const KNOWN: u8 = 1 << 7;

impl<'a> Segment<'a> {
    fn open(reader: &'a SegmentReader) -> Result<Self, SearchError> {
        Ok(Self { reader, columns: Columns::open(reader)?, levels: vec![0; reader.max_doc() as usize] })
    }

    /// Ranges of documents, the last first. Where few documents have the words there is only one.
    fn blocks(&self, weight: &dyn Weight) -> Result<Vec<Range<DocId>>, SearchError> {
        let end = self.reader.max_doc();
        let few = weight.scorer(self.reader, 1.0)?.size_hint() <= BLOCK;
        let step = if few { end.max(1) } else { BLOCK };
        Ok((0..end).step_by(step as usize).map(|start| start..end.min(start + step)).rev().collect())
    }

    fn accepts(&mut self, doc: DocId, level: usize, kinds: &HashMap<u64, Reach>, open_only: bool) -> bool {
        let Some(levels) = self.levels.get_mut(doc as usize) else { return false };
        if *levels & KNOWN == 0 {
            *levels = KNOWN;
            if !self.reader.is_deleted(doc) && (!open_only || is_open(&self.columns, doc)) {
                *levels |= levels_of(&self.columns, doc, kinds);
            }
        }
        *levels & (1 << level) != 0
    }
}

/// The levels by whose text a document is to be looked at, a bit each: the highest that its reader may read and that it
/// has. Where a condition is wider than the truth, it is looked at by lower levels too.
fn levels_of(columns: &Columns, doc: DocId, kinds: &HashMap<u64, Reach>) -> u8 {
    let Some(reach) = columns.kind.first(doc).and_then(|kind| kinds.get(&kind)) else { return 0 };
    let top = columns.top.first(doc).and_then(|top| usize::try_from(top).ok()).unwrap_or(0);
    let mut levels = 0;
    for (readable, condition) in reach.0.iter().enumerate().rev() {
        if columns.holds(&condition.test, doc) {
            levels |= 1 << readable.min(top);
            if condition.exact {
                break;
            }
        }
    }
    levels
}

fn is_open(columns: &Columns, doc: DocId) -> bool {
    let category = columns.category.first(doc);
    [Category::New, Category::Active, Category::Waiting].into_iter().any(|open| category == Some(category_number(open)))
}

fn weight_of(columns: &Columns, doc: DocId, now: Moment) -> f32 {
    let changed = columns.updated_at.first(doc).unwrap_or(0);
    let days = now.0.saturating_sub(changed).max(0) as f32 / DAY;
    let recent = 1.0 + RECENT_BOOST * HALF_LIFE_DAYS / (HALF_LIFE_DAYS + days);
    if is_open(columns, doc) { recent * OPEN_BOOST } else { recent }
}

/// The best candidates seen so far.
struct Best {
    most: usize,
    heap: BinaryHeap<std::cmp::Reverse<Candidate>>,
    dropped: bool,
}

impl Best {
    fn new(most: usize) -> Self {
        Self { most, heap: BinaryHeap::with_capacity(most + 1), dropped: false }
    }

    fn offer(&mut self, candidate: Candidate) {
        if self.heap.len() < self.most {
            self.heap.push(std::cmp::Reverse(candidate));
            return;
        }
        self.dropped = true;
        if let Some(mut worst) = self.heap.peek_mut()
            && candidate > worst.0
        {
            *worst = std::cmp::Reverse(candidate);
        }
    }

    fn into_candidates(self, all_looked_at: bool) -> Candidates {
        let found = self.heap.into_sorted_vec().into_iter().map(|candidate| candidate.0).collect();
        Candidates { found, all: all_looked_at && !self.dropped }
    }
}
