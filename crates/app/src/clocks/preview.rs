//! What a promise means for the latest real records, while it is written: which fall under it, when they are due, and how
//! many would have been kept. Nothing is written.

use std::collections::BTreeSet;
use std::sync::Arc;

use steward_clock::book::Book;
use steward_clock::clock::{Clock, State};
use steward_clock::definition::{AGREEMENT, Agreement, TARGET};
use steward_model::access::{Action, Actor, may};
use steward_model::command::Input;
use steward_model::event::Event;
use steward_model::filter::{Attribute, Filter, SortKey};
use steward_model::id::RecordId;
use steward_model::kind::{Kind, Level};
use steward_model::moment::Moment;
use steward_model::record::Record;

use super::definitions::{Definitions, essence};
use crate::App;
use crate::boxed;
use crate::error::Error;
use crate::list::ListRequest;

/// Days looked back.
pub const PREVIEW_DAYS: i64 = 30;
/// Records of one kind that are looked at, the latest.
const MOST: usize = 200;
/// Kinds that are looked at.
const KINDS: usize = 4;
/// Records shown.
const SHOWN: usize = 8;
/// Entries read for them at most.
const ENTRIES: usize = 50_000;

/// How a promise comes out on a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PreviewState {
    /// In time.
    Kept,
    /// Too late, ended or not.
    Broken,
    /// Not over yet.
    Open,
}

/// A record under a promise.
#[derive(Debug, Clone)]
pub struct Previewed {
    /// Its kind.
    pub kind: Arc<Kind>,
    /// Its number.
    pub number: String,
    /// Its title.
    pub title: String,
    /// Name of the target.
    pub target: String,
    /// When the clock begins.
    pub started_at: Moment,
    /// When it is due; `None` while it stands still.
    pub due_at: Option<Moment>,
    /// Seconds promised.
    pub value: i64,
    /// Seconds of working time used.
    pub elapsed: i64,
    /// How it comes out.
    pub state: PreviewState,
}

/// What a promise means for the records of the last days.
#[derive(Debug, Clone, Default)]
pub struct PromisePreview {
    /// Records looked at.
    pub records: usize,
    /// Whether there were more.
    pub is_cut: bool,
    /// Clocks that it would have: kept, broken, open.
    pub counts: (usize, usize, usize),
    /// What the promise that is in force now for the same measure of the same records gives: kept, broken.
    pub before: (usize, usize),
    /// Some of the records that fall under it, the latest.
    pub shown: Vec<Previewed>,
}

impl PromisePreview {
    /// Clocks that it would have.
    pub fn clocks(&self) -> usize {
        self.counts.0 + self.counts.1 + self.counts.2
    }
}

/// Targets that are looked at, under the book in force and under the one with the change.
struct Books {
    present: Arc<Book>,
    would: Book,
    targets: BTreeSet<RecordId>,
}

impl App {
    /// What an agreement or a target means for the latest records that somebody works on, with some values changed. Those
    /// that they see as a requester alone are left out: conditions look at fields that are hidden there.
    ///
    /// # Errors
    /// [`Error::NotFound`] for other kinds and for what the actor may not see; what is wrong with the values, as the
    /// change itself would say; that the actor may not change it, where values are given.
    #[boxed]
    pub async fn preview_promise(
        &self,
        actor: &Actor,
        kind: &Arc<Kind>,
        name: &str,
        fields: &Input,
    ) -> Result<PromisePreview, Error> {
        if kind.key != AGREEMENT && kind.key != TARGET {
            return Err(Error::NotFound);
        }
        let stored = self.find(actor, kind, name).await?.record;
        let changed = match fields.is_empty() {
            true => stored,
            false if !may(actor, Action::Update, kind, &stored, self.now()) => {
                return Err(Error::Forbidden { action: Action::Update });
            }
            false => self.tried(actor, kind, &stored, fields).await?,
        };
        let (definitions, targets) = self.with_promise(changed).await?;
        let kinds: BTreeSet<String> = definitions
            .targets
            .iter()
            .filter(|one| targets.contains(&one.id))
            .map(|one| one.text("for_kind").to_owned())
            .collect();
        let books = Books { present: self.book().await?, would: definitions.compile(0, self.registry()), targets };
        let books = Arc::new(books);
        let mut found = PromisePreview::default();
        for kind in kinds.iter().take(KINDS) {
            // Who may not read a kind sees none of its records.
            if let Ok(kind) = self.kind(kind).cloned()
                && self.readable_level(actor, &kind).is_some()
            {
                self.add_preview(actor, &kind, &books, &mut found).await?;
            }
        }
        found.shown.sort_by_key(|one| std::cmp::Reverse(one.started_at));
        found.shown.truncate(SHOWN);
        Ok(found)
    }

    /// The definitions with a changed agreement or target as though it were in force, and the targets that are looked at.
    async fn with_promise(&self, mut changed: Record) -> Result<(Definitions, BTreeSet<RecordId>), Error> {
        let present = self.clock_definitions().await?;
        let (mut agreements, mut targets) = (present.agreements, present.targets);
        let own = match changed.kind == TARGET {
            true => changed.reference("agreement").ok_or_else(|| Error::invalid("agreement", "is missing"))?,
            false => changed.id,
        };
        let all = self.reference_records(AGREEMENT).await?;
        let agreement = match changed.kind == TARGET {
            true => all.iter().find(|one| one.id == own).cloned().ok_or(Error::NotFound)?,
            false => changed.clone(),
        };
        agreements.retain(|one| one.id != own);
        let is_in_force = Agreement::of(&agreement).is_some_and(|agreement| agreement.is_in_force());
        let state = if is_in_force { agreement.state.clone() } else { "active".to_owned() };
        agreements.push(Record { state, ..essence(&agreement) });
        agreements.sort_by_key(|one| one.id);
        let looked_at: Vec<Record> = match changed.kind == TARGET {
            true => {
                changed.state = "active".to_owned();
                vec![essence(&changed)]
            }
            false => {
                let all = self.reference_records(TARGET).await?;
                let of_it = all.iter().filter(|one| one.reference("agreement") == Some(own) && one.state != "inactive");
                of_it.map(|one| Record { state: "active".to_owned(), ..essence(one) }).collect()
            }
        };
        let ids: BTreeSet<RecordId> = looked_at.iter().map(|one| one.id).collect();
        targets.retain(|one| !ids.contains(&one.id));
        targets.extend(looked_at);
        targets.sort_by_key(|one| one.id);
        Ok((self.with_surroundings(agreements, targets).await?, ids))
    }

    async fn add_preview(
        &self,
        actor: &Actor,
        kind: &Arc<Kind>,
        books: &Arc<Books>,
        found: &mut PromisePreview,
    ) -> Result<(), Error> {
        let since = self.now().plus_seconds(-PREVIEW_DAYS * 86_400);
        let request =
            ListRequest { filter: Some(format!("created_at >= timestamp(\"{since}\")")), ..ListRequest::default() };
        let filter: Filter = self.filter_of(actor, kind, &request).await?;
        let latest = [SortKey { attribute: Attribute::CreatedAt, descending: true }];
        let mut records = self.first_as_stored(actor, kind, &filter, (&latest, Level::Agent), MOST + 1).await?;
        found.is_cut |= records.len() > MOST;
        records.truncate(MOST);
        let ids: Vec<RecordId> = records.iter().map(|record| record.id).collect();
        let mut journals = self.store().journals_of(&ids, ENTRIES).await?;
        let with_journal = |record: Record| journals.remove(&record.id).map(|events| (record, events));
        let cases: Vec<(Record, Vec<Event>)> = records.into_iter().filter_map(with_journal).collect();
        let (books, kind, now) = (books.clone(), kind.clone(), self.now());
        let folding = tokio::task::spawn_blocking(move || {
            let mut part = PromisePreview::default();
            for (record, events) in &cases {
                part.add(&books, &kind, record, events, now);
            }
            part
        });
        let part = folding.await.map_err(Error::internal)?;
        found.records += part.records;
        let (a, b) = (found.counts, part.counts);
        found.counts = (a.0 + b.0, a.1 + b.1, a.2 + b.2);
        found.before = (found.before.0 + part.before.0, found.before.1 + part.before.1);
        found.shown.extend(part.shown);
        Ok(())
    }
}

impl PromisePreview {
    fn add(&mut self, books: &Books, kind: &Arc<Kind>, record: &Record, events: &[Event], now: Moment) {
        self.records += 1;
        let would = books.would.fold(kind, events).unwrap_or_default();
        let own: Vec<&Clock> = would.iter().filter(|clock| books.targets.contains(&clock.target)).collect();
        if own.is_empty() {
            return;
        }
        let present = books.present.fold(kind, events).unwrap_or_default();
        for clock in own {
            let Some((state, elapsed)) = standing(&books.would, clock, now) else { continue };
            match state {
                PreviewState::Kept => self.counts.0 += 1,
                PreviewState::Broken => self.counts.1 += 1,
                PreviewState::Open => self.counts.2 += 1,
            }
            let same = present.iter().find(|one| one.slot == clock.slot);
            match same.and_then(|one| standing(&books.present, one, now)) {
                Some((PreviewState::Kept, _)) => self.before.0 += 1,
                Some((PreviewState::Broken, _)) => self.before.1 += 1,
                _ => {}
            }
            if self.shown.len() < SHOWN {
                self.shown.push(Previewed {
                    kind: kind.clone(),
                    number: record.number.clone(),
                    title: record.text(&kind.label_field).to_owned(),
                    target: books.would.target(clock.target).map(|one| one.name.clone()).unwrap_or_default(),
                    started_at: clock.started_at,
                    // Of one that ended, when it was due last.
                    due_at: clock.due_at.or_else(|| {
                        clock.marks.iter().rev().find_map(|mark| mark.due_at).filter(|_| clock.state.is_over())
                    }),
                    value: clock.value,
                    elapsed,
                    state,
                });
            }
        }
    }
}

/// How a clock comes out, and the working time that it used; `None` for one that was given up.
fn standing(book: &Book, clock: &Clock, now: Moment) -> Option<(PreviewState, i64)> {
    if clock.state == State::Cancelled {
        return None;
    }
    let hours = book.hours(clock.calendar);
    let standing = clock.standing(now, |from, to| hours.between(from, to));
    let state = match clock.state.is_over() {
        _ if standing.is_breached || clock.missed > 0 => PreviewState::Broken,
        true => PreviewState::Kept,
        false => PreviewState::Open,
    };
    Some((state, standing.elapsed))
}
