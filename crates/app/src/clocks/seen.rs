//! Clocks as somebody may see them, and why they are as they are.

use std::collections::BTreeSet;
use std::sync::Arc;

use steward_clock::book::{Book, Verdict};
use steward_clock::clock::{Clock, Standing, State};
use steward_clock::definition::Sort;
use steward_clock::hours::Gap;
use steward_clock::segments::Segment;
use steward_model::access::{Actor, Rights, rights};
use steward_model::id::RecordId;
use steward_model::kind::Kind;
use steward_model::moment::Moment;
use steward_model::record::Record;

use super::follow::{dues_of, fired_key, read};
use crate::App;
use crate::boxed;
use crate::error::Error;
use crate::view::{Labels, RecordView};

/// Gaps of a calendar told for one clock at most.
const GAPS: usize = 100;

/// A clock as it stands now.
#[derive(Debug, Clone)]
pub struct ClockView {
    /// The clock; without marks and steps for those who may not know of them.
    pub clock: Clock,
    /// How it stands.
    pub standing: Standing,
    /// Name of its agreement.
    pub agreement: String,
    /// Name of its target.
    pub target: String,
    /// The next step of escalation and when it comes.
    pub next_step: Option<(String, Moment)>,
    /// The spans of its life.
    pub segments: Vec<Segment>,
    /// Time that did not count while it ran, where that was asked for.
    pub gaps: Vec<Gap>,
}

/// A target that was considered for a record.
#[derive(Debug, Clone)]
pub struct Considered {
    /// The target.
    pub target: RecordId,
    /// Its number.
    pub target_number: String,
    /// Its name.
    pub target_name: String,
    /// Its agreement.
    pub agreement: RecordId,
    /// Name of that.
    pub agreement_name: String,
    /// Number of that.
    pub agreement_number: String,
    /// Sort of that.
    pub sort: Sort,
    /// Whether it applies, and why or why not.
    pub verdict: Verdict,
}

/// The clocks of a record with all that they follow from.
#[derive(Debug, Clone)]
pub struct Explained {
    /// The clocks.
    pub clocks: Vec<ClockView>,
    /// Targets for such records; empty for those who may not know of them.
    pub considered: Vec<Considered>,
    /// Names of people, teams, calendars that are spoken of.
    pub labels: Labels,
    /// The moment of it.
    pub now: Moment,
}

impl App {
    /// Fills in the clocks of some records, with one question for all.
    ///
    /// # Errors
    /// When the database is away.
    #[boxed]
    pub async fn with_clocks(&self, views: &mut [RecordView]) -> Result<(), Error> {
        let book = self.book().await?;
        let ids: Vec<RecordId> =
            views.iter().filter(|view| book.knows(&view.kind.key)).map(|view| view.record.id).collect();
        if ids.is_empty() {
            return Ok(());
        }
        let mut stored = self.store().clocks_of(&ids).await?;
        for view in views {
            let own = stored.extract_if(.., |stored| stored.record == view.record.id);
            let kept = own.map(|stored| read(&stored)).collect::<Result<Vec<_>, _>>()?;
            let mut clocks = Vec::new();
            for kept in kept {
                clocks.extend(self.clock_view(&book, kept, &view.rights).await?);
            }
            if !view.rights.may_read_internal() {
                view.record.dues = dues_of(clocks.iter().map(|view| &view.clock));
            }
            view.clocks = clocks;
        }
        Ok(())
    }

    async fn clock_view(
        &self,
        book: &Arc<Book>,
        kept: super::follow::Kept,
        rights: &Rights,
    ) -> Result<Option<ClockView>, Error> {
        let is_staff = rights.may_read_internal();
        // What teams and suppliers promise each other is not for customers.
        if !is_staff && kept.clock.sort != Sort::Sla {
            return Ok(None);
        }
        let own = match kept.book == book.id {
            true => book.clone(),
            false => self.book_of(kept.book).await?.unwrap_or_else(|| book.clone()),
        };
        let now = self.now();
        let mut clock = kept.clock;
        let hours = own.hours(clock.calendar);
        let standing = clock.standing(now, |from, to| hours.between(from, to));
        let target = own.target(clock.target);
        let next_step = target.filter(|_| is_staff).and_then(|target| {
            let is_done = |key: &str| kept.fired.contains(&fired_key(clock.round, key));
            steward_clock::steps::next(&target.steps, &clock, hours, is_done).map(|(step, at)| (step.key.clone(), at))
        });
        let segments = clock.segments(now);
        let (agreement, target) = (
            own.agreement(clock.agreement).map(|agreement| agreement.name.clone()).unwrap_or_default(),
            target.map(|target| target.name.clone()).unwrap_or_default(),
        );
        if !is_staff {
            clock.marks.clear();
            clock.reached.clear();
        }
        let gaps = Vec::new();
        Ok(Some(ClockView { clock, standing, agreement, target, next_step, segments, gaps }))
    }

    /// The clocks of a record with their traces, and why these and no others.
    ///
    /// # Errors
    /// [`Error::NotFound`] also when the actor may not see the record.
    #[boxed]
    pub async fn explain_clocks(&self, actor: &Actor, kind: &Arc<Kind>, name: &str) -> Result<Explained, Error> {
        let record = self.find(actor, kind, name).await?.record;
        let rights = rights(actor, kind, &record, self.now());
        self.explained(actor, kind, &record, &rights).await
    }

    pub(crate) async fn explained(
        &self,
        actor: &Actor,
        kind: &Arc<Kind>,
        record: &Record,
        rights: &Rights,
    ) -> Result<Explained, Error> {
        let book = self.book().await?;
        let mut clocks = Vec::new();
        for stored in self.store().clocks_of(&[record.id]).await? {
            let Some(mut view) = self.clock_view(&book, read(&stored)?, rights).await? else { continue };
            let hours = book.hours(view.clock.calendar);
            let now = self.now();
            for segment in view.segments.iter().filter(|segment| segment.state == State::Running) {
                let left = GAPS.saturating_sub(view.gaps.len());
                view.gaps.extend(hours.gaps(segment.from, segment.to.min(now), left));
            }
            clocks.push(view);
        }
        let judged = if rights.may_read_internal() { book.explain(kind, record) } else { Vec::new() };
        let considered = judged.into_iter().map(|(target, verdict)| considered(&book, target, verdict)).collect();
        let mut named: BTreeSet<RecordId> = BTreeSet::new();
        for view in &clocks {
            named.extend(view.clock.marks.iter().map(|mark| mark.actor));
            named.extend(view.clock.calendar);
        }
        let labels = self.names(actor, named).await?;
        Ok(Explained { clocks, considered, labels, now: self.now() })
    }
}

fn considered(book: &Book, target: &steward_clock::definition::Target, verdict: Verdict) -> Considered {
    let agreement = book.agreement(target.agreement);
    Considered {
        target: target.id,
        target_number: target.number.clone(),
        target_name: target.name.clone(),
        agreement: target.agreement,
        agreement_name: agreement.map(|agreement| agreement.name.clone()).unwrap_or_default(),
        agreement_number: agreement.map(|agreement| agreement.number.clone()).unwrap_or_default(),
        sort: agreement.map_or(Sort::Own, |agreement| agreement.sort),
        verdict,
    }
}
