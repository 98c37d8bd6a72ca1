//! A plan goes on: as far as it can from where it stands, with all that follows.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::civil::Date;
use serde_json::Value as Json;
use steward_calendar::WorkingTime;
use steward_flow::PLAN;
use steward_flow::advance::{Ended, Facts, Standing, advance, cancel, standing, take_back, wakes_at};
use steward_flow::outlook::{Outlook, outlook};
use steward_flow::progress::{self, Progress, State};
use steward_flow::step::{IfFailed, Sort, Step, words};
use steward_model::access::Actor;
use steward_model::command::{Command, Transition};
use steward_model::event::Cause;
use steward_model::id::RecordId;
use steward_model::kind::{Category, Kind};
use steward_model::moment::Moment;
use steward_model::record::{Fields, Record};
use steward_store::error::CommitError;

use super::begin::ended_with;
use super::conditions::Held;
use super::{Doing, OPEN};
use crate::App;
use crate::approvals::nothing;
use crate::automation::is_passing;
use crate::boxed;
use crate::error::Error;
use crate::jobs::Round;
use crate::list::ListRequest;

/// The job that looks at plans that wait for a moment.
pub(crate) const ROUND: Round = Round { job: "flow.turns", kind: PLAN, every: 20 };
/// Plans seen to in one run; the rest follow in the next.
const AT_ONCE: usize = 2_000;
/// How often a plan takes itself further in one go: each time at least one step begins or ends.
const MOST_ROUNDS: usize = 200;
/// Between two looks at a condition that depends on the present moment, in seconds.
const LOOK_AGAIN: i64 = 300;
/// Longest words about what came of a plan, in characters.
pub(super) const OUTCOME_MAX: usize = 600;

/// A plan on its way: what stands in its record, read.
pub(super) struct Way {
    pub(super) plan: Record,
    pub(super) kind: Arc<Kind>,
    pub(super) subject: RecordId,
    pub(super) steps: Vec<Step>,
    pub(super) progress: Vec<Progress>,
    pub(super) keeper: Option<RecordId>,
    pub(super) outcome: String,
}

impl Way {
    /// The cause of what follows from it.
    pub(super) fn cause(&self) -> Cause {
        Cause::Flow(format!("{} {}", self.plan.number, self.plan.text("title")))
    }
}

/// What a plan needs to know of time.
pub(super) struct Times {
    pub(super) goal: Option<Date>,
    pub(super) working: Arc<WorkingTime>,
    pub(super) now: Moment,
}

impl Times {
    pub(super) fn facts<'a>(&'a self, ended: &'a HashMap<usize, Ended>, held: &'a Held) -> Facts<'a> {
        let Held { holds, broken, .. } = held;
        Facts { ended, holds, broken, may_begin: true, goal: self.goal, working: &self.working, now: self.now }
    }
}

impl App {
    /// Looks at plans that wait for a moment that has come.
    ///
    /// # Errors
    /// When the database is away. A plan that cannot go on keeps no other one waiting.
    #[boxed]
    pub async fn run_plan_turns(&self) -> Result<(), Error> {
        let Some(kind) = self.registry().kind(PLAN).cloned() else { return Ok(()) };
        let filter = format!("state in ['running', 'undoing'] && look_at <= timestamp('{}')", self.now());
        let request = ListRequest { filter: Some(filter), ..ListRequest::default() };
        for plan in self.all_matching(&Actor::system(), &kind, &request, AT_ONCE).await? {
            let mut doing = Doing::default();
            match self.go_on(&mut doing, plan.id).await {
                Ok(()) if doing.is_nothing() => {}
                Ok(()) => match self.write_doing(doing, None).await {
                    // Somebody was faster; the next run looks again.
                    Ok(()) | Err(CommitError::Stale { .. } | CommitError::NumberTaken) => {}
                    Err(error) => {
                        let error = Error::from(error);
                        if is_passing(&error) {
                            return Err(error);
                        }
                        tracing::warn!(%error, plan = plan.number, "what follows for a plan cannot be written");
                        drop(self.write_failure(vec![plan.id], &error, None).await?);
                    }
                },
                Err(error) if is_passing(&error) => return Err(error),
                Err(error) => {
                    tracing::warn!(%error, plan = plan.number, "a plan could not be seen to");
                    drop(self.write_failure(vec![plan.id], &error, None).await?);
                }
            }
        }
        Ok(())
    }

    /// Takes a plan as far as it goes; adds all that follows to `doing`.
    pub(super) async fn go_on(&self, doing: &mut Doing, plan: RecordId) -> Result<(), Error> {
        let Some(mut way) = self.way(doing, plan).await? else { return Ok(()) };
        let Some(subject) = self.going(doing, way.subject).await? else { return Ok(()) };
        let (kind, record) = (subject.kind.clone(), subject.after.clone());
        let times = self.times(&way.plan, &kind, &record).await?;
        self.take_up_again(&mut way).await?;
        let ended = self.what_became(&way).await?;
        let is_asked = self.is_asked(&way, &kind, &record).await?;
        if is_asked && way.plan.field("progress").is_none() {
            return Ok(());
        }
        if way.plan.field("progress").is_none() && !way.plan.text("first_move").is_empty() {
            self.move_subject(doing, &mut way, "first_move").await?;
        }
        let failed: Vec<bool> = way.progress.iter().map(|one| one.state == State::Failed).collect();
        let is_over = kind.lifecycle.category(&record.state) == Category::Cancelled;
        let mut undoing = way.plan.state == "undoing";
        if is_over && !undoing {
            undoing = true;
            way.outcome = ended_with(&record);
        }
        if is_asked && !undoing {
            way.outcome = format!("{} waits for approval; no step begins until it is there", record.number);
        }
        let (mut over, mut is_stuck) = (None, false);
        for _ in 0..MOST_ROUNDS {
            let held = self.held_now(doing, &way).await?;
            let facts = Facts { may_begin: !is_asked, ..times.facts(&ended, &held) };
            let is_back = if undoing {
                cancel(&way.steps, &mut way.progress, &facts);
                take_back(&way.steps, &mut way.progress, &facts)
            } else {
                advance(&way.steps, &mut way.progress, &facts);
                false
            };
            let begun = self.begin_steps(doing, &mut way, &held).await?;
            if begun {
                continue;
            }
            match standing(&way.steps, &way.progress) {
                _ if undoing => over = is_back.then_some("end"),
                Standing::Fails => {
                    way.outcome = failure(&way);
                    undoing = true;
                    continue;
                }
                Standing::Done if !is_asked => over = Some("complete"),
                Standing::Done => {}
                Standing::Stuck => {
                    way.outcome = failure(&way);
                    is_stuck = true;
                }
                Standing::Running => {}
            }
            break;
        }
        let stops = |place: usize| way.progress[place].state == State::Failed && !failed[place];
        if is_stuck && (0..way.steps.len()).any(stops) {
            self.tell_stuck(doing, &way, &kind).await?;
        }
        self.end_leftovers(doing, &way).await?;
        let has_end = over == Some("complete") && !way.plan.text("last_move").is_empty();
        if has_end && !self.move_subject(doing, &mut way, "last_move").await? {
            // It is tried again when something happens to the record or to its tasks.
            over = None;
        }
        let held = self.held_now(doing, &way).await?;
        let facts = times.facts(&ended, &held);
        let ahead = outlook(&way.steps, &way.progress, &facts);
        let is_timed = held.is_timed;
        self.note_way(doing, &way, (&ahead, is_timed, &times), (undoing, over)).await
    }

    /// Whether the record waits for its approval, which has come open again since the plan began.
    pub(super) async fn is_asked(&self, way: &Way, kind: &Kind, record: &Record) -> Result<bool, Error> {
        let Some(point) = kind.approval.as_ref().filter(|point| point.state == record.state) else { return Ok(false) };
        // A flow may be meant for records that wait, to prepare what is decided.
        let flow = match way.plan.reference("flow") {
            Some(flow) => self.store().get_record(flow).await?,
            None => None,
        };
        Ok(flow.is_none_or(|flow| !words(flow.record.text("begin_states")).contains(&point.state)))
    }

    pub(super) async fn held_now(&self, doing: &mut Doing, way: &Way) -> Result<Held, Error> {
        let Some(subject) = self.going(doing, way.subject).await? else { return Ok(Held::default()) };
        let (kind, record) = (subject.kind.clone(), subject.after.clone());
        self.held(way.keeper, (&kind, &record), &way.steps, &way.progress).await
    }

    /// Reads a plan that goes on.
    pub(super) async fn way(&self, doing: &mut Doing, plan: RecordId) -> Result<Option<Way>, Error> {
        let Some(going) = self.going(doing, plan).await? else { return Ok(None) };
        let (plan, kind) = (going.after.clone(), going.kind.clone());
        let Some(subject) = plan.reference("subject").filter(|_| OPEN.contains(&plan.state.as_str())) else {
            return Ok(None);
        };
        let steps = Step::read_all(plan.field("steps"));
        let progress = progress::read(&steps, plan.field("progress"));
        let keeper = plan.reference("runs_as");
        // What was in the way may be so no more; why it is taken back stays so.
        let outcome = if plan.state == "undoing" { plan.text("outcome").to_owned() } else { String::new() };
        Ok(Some(Way { outcome, plan, kind, subject, steps, progress, keeper }))
    }

    /// The working time of a plan, and the day that it works towards.
    pub(super) async fn times(&self, plan: &Record, kind: &Kind, subject: &Record) -> Result<Times, Error> {
        let working = match plan.reference("calendar") {
            Some(calendar) => match self.compiled(calendar).await {
                Ok(working) => working,
                Err(error) if is_passing(&error) => return Err(error),
                // A calendar that is no more: lead times count around the clock rather than not at all.
                Err(_) => Arc::new(WorkingTime::around_the_clock()),
            },
            None => Arc::new(WorkingTime::around_the_clock()),
        };
        let goal = match kind.field(plan.text("goal")).and_then(|field| subject.field(&field.key)) {
            Some(Json::String(day)) => day.parse().ok(),
            Some(moment) => {
                let at = moment.as_i64().map(|at| Moment(at).timestamp().to_zoned(working.time_zone().clone()));
                at.map(|at| at.date())
            }
            None => None,
        };
        Ok(Times { goal, working, now: self.now() })
    }

    /// Steps that failed go on where their task was opened again.
    async fn take_up_again(&self, way: &mut Way) -> Result<(), Error> {
        let failed = |one: &&Progress| one.state == State::Failed;
        let ids: Vec<RecordId> = way.progress.iter().filter(failed).filter_map(|one| one.record).collect();
        if ids.is_empty() {
            return Ok(());
        }
        for loaded in self.store().get_records(&ids).await? {
            let record = loaded.record;
            let kind = self.registry().kind(&record.kind);
            if !kind.is_some_and(|kind| kind.lifecycle.category(&record.state).is_open()) {
                continue;
            }
            for one in way.progress.iter_mut().filter(|one| one.record == Some(record.id)) {
                one.state = State::Active;
                one.ended_at = None;
                one.note.clear();
            }
        }
        Ok(())
    }

    /// What became of the records of steps that go on.
    async fn what_became(&self, way: &Way) -> Result<HashMap<usize, Ended>, Error> {
        let open = |one: &&Progress| one.state == State::Active;
        let ids: Vec<RecordId> = way.progress.iter().filter(open).filter_map(|one| one.record).collect();
        let mut became = HashMap::new();
        if ids.is_empty() {
            return Ok(became);
        }
        for loaded in self.store().get_records(&ids).await? {
            let record = loaded.record;
            let Some(kind) = self.registry().kind(&record.kind) else { continue };
            let Some(place) = way.progress.iter().position(|one| one.record == Some(record.id)) else { continue };
            let words = ["close_notes", "outcome", "reason"].into_iter().map(|key| record.text(key));
            let words = words.into_iter().find(|text| !text.is_empty()).unwrap_or_default().to_owned();
            let ended = match (kind.lifecycle.category(&record.state), record.state.as_str()) {
                (Category::Done, "closed_incomplete" | "refused") => Ended::Failed(words),
                (Category::Done, _) => Ended::Done,
                (Category::Cancelled, "closed_skipped") => Ended::Skipped(words),
                (Category::Cancelled, _) => Ended::Failed(words),
                _ => continue,
            };
            became.insert(place, ended);
        }
        Ok(became)
    }

    /// Writes where a plan stands, where that differs from what stands there.
    async fn note_way(
        &self,
        doing: &mut Doing,
        way: &Way,
        (ahead, is_timed, times): (&Outlook, bool, &Times),
        (undoing, over): (bool, Option<&str>),
    ) -> Result<(), Error> {
        let cause = way.cause();
        let moment = |at: Option<Moment>| at.map_or(Json::Null, |at| at.0.into());
        let wakes = wakes_at(&way.steps, &way.progress);
        // A look at which nothing came of it is not written down: the moment stays, and the next round looks again.
        let next = times.now.plus_seconds(LOOK_AGAIN);
        let known = way.plan.field("look_at").and_then(Json::as_i64).map(Moment);
        let again = is_timed.then(|| known.filter(|at| *at <= next).unwrap_or(next));
        let wakes = wakes.into_iter().chain(again).min().filter(|_| over.is_none());
        let outcome: String = way.outcome.chars().take(OUTCOME_MAX).collect();
        let team = self.going(doing, way.subject).await?.and_then(|subject| subject.after.field("team").cloned());
        let mut fields = Fields::new();
        fields.insert("progress".to_owned(), progress::table(&way.progress));
        fields.insert("look_at".to_owned(), moment(wakes));
        fields.insert("expected_at".to_owned(), moment(ahead.end.filter(|_| !undoing)));
        fields.insert("team".to_owned(), team.unwrap_or_default());
        if over.is_none() || !outcome.is_empty() {
            fields.insert("outcome".to_owned(), if outcome.is_empty() { Json::Null } else { outcome.into() });
        }
        if way.plan.field("promised_at").is_none() {
            fields.insert("promised_at".to_owned(), moment(ahead.end));
            self.promise_day(doing, way, ahead.end, times).await?;
        }
        let begins_undoing = undoing && way.plan.state == "running";
        fields.retain(|key, value| way.plan.field(key).unwrap_or(&Json::Null) != value);
        let is_late = way.plan.field("expected_at").and_then(Json::as_i64).is_some_and(|at| at <= times.now.0);
        if is_timed && is_late && fields.keys().all(|key| key == "expected_at") {
            fields.clear();
        }
        let steps: Vec<&str> = begins_undoing.then_some("undo").into_iter().chain(over).collect();
        if fields.is_empty() && steps.is_empty() {
            return Ok(());
        }
        let Some(going) = self.going(doing, way.plan.id).await? else { return Ok(()) };
        let mut given = Some(fields);
        for key in steps {
            let step = Command::Transition(Transition { key: key.to_owned(), ..Transition::default() });
            let fields = given.take().unwrap_or_default();
            let events = self.consequence(&way.kind, &going.after.clone(), &step, fields, cause.clone()).await?;
            going.take(events)?;
        }
        if let Some(fields) = given {
            let events = self.consequence(&way.kind, &going.after.clone(), &nothing(), fields, cause).await?;
            going.take(events)?;
        }
        Ok(())
    }

    /// Promises the day to whoever waits for the record, where nobody promised one before.
    async fn promise_day(&self, doing: &mut Doing, way: &Way, end: Option<Moment>, times: &Times) -> Result<(), Error> {
        let Some(end) = end.filter(|_| way.plan.reference("part_of").is_none()) else { return Ok(()) };
        let Some(going) = self.going(doing, way.subject).await? else { return Ok(()) };
        if going.kind.field("promised_on").is_none() || going.after.field("promised_on").is_some() {
            return Ok(());
        }
        let day = end.timestamp().to_zoned(times.working.time_zone().clone()).date();
        let fields = Fields::from([("promised_on".to_owned(), day.to_string().into())]);
        let events = self.consequence(&going.kind, &going.after.clone(), &nothing(), fields, way.cause()).await?;
        going.take(events)
    }
}

/// Why a plan is taken back, in words.
pub(super) fn failure(way: &Way) -> String {
    let stops = |(step, one): &(&Step, &Progress)| one.state == State::Failed && step.if_failed != IfFailed::GoOn;
    let failed = way.steps.iter().zip(&way.progress).find(stops);
    failed.map(|(step, one)| format!("{}: {}", step.title, one.note)).unwrap_or_default()
}

/// Whether a step that goes on has not been begun: nothing was made for it.
pub(super) fn is_to_begin(step: &Step, one: &Progress) -> bool {
    one.state == State::Active && one.record.is_none() && !matches!(step.sort, Sort::Wait | Sort::Condition)
}
