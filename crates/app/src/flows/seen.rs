//! Plans as pages and the interface show them beside their record.

use std::collections::{BTreeSet, HashMap};

use serde_json::Value as Json;
use steward_flow::graph;
use steward_flow::outlook::outlook;
use steward_flow::progress::{self, Progress, State};
use steward_flow::step::{Sort, Step};
use steward_model::access::{Action, Actor, may};
use steward_model::filter::Filter;
use steward_model::id::RecordId;
use steward_model::kind::Kind;
use steward_model::moment::Moment;
use steward_model::record::Record;

use super::OPEN;
use crate::App;
use crate::boxed;
use crate::error::Error;
use crate::view::{Labels, RecordView};

/// Plans shown beside a record.
const SHOWN: usize = 10;

/// A plan, as somebody may see it who may read its record.
#[derive(Debug)]
pub struct PlanSeen {
    /// Its record.
    pub record: Record,
    /// When all was to be done.
    pub promised_at: Option<Moment>,
    /// When all will be done, or was.
    pub expected_at: Option<Moment>,
    /// Its steps, in their order; none for those who only wait for the record.
    pub steps: Vec<StepSeen>,
    /// Names of teams, people and records of steps.
    pub labels: Labels,
    /// Steps that count for whoever waits, and how many of them are over.
    pub count: PlanShown,
    /// Whether the reader may skip steps, try them again and change the plan.
    pub may_move: bool,
}

/// How far a plan is, for whoever waits for it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PlanShown {
    /// Steps that are over.
    pub done: usize,
    /// Steps in all, without those that are left out.
    pub of: usize,
}

/// A step with how it stands.
#[derive(Debug)]
pub struct StepSeen {
    /// The step.
    pub step: Step,
    /// How it stands.
    pub progress: Progress,
    /// When it is to be over, or was.
    pub ends_at: Option<Moment>,
    /// Whether a delay of it delays all.
    pub is_critical: bool,
    /// Whether it begins only when what was done is taken back.
    pub is_undoing: bool,
    /// Who has its record now.
    pub assignee: Option<RecordId>,
    /// The team that has its record, or will.
    pub team: Option<RecordId>,
    /// Its column in a drawing.
    pub layer: usize,
    /// The steps that it comes after, by place.
    pub before: Vec<usize>,
}

impl PlanSeen {
    /// Whether it goes on.
    pub fn is_open(&self) -> bool {
        OPEN.contains(&self.record.state.as_str())
    }

    /// Whether it will be later than was promised, by more than a minute.
    pub fn is_late(&self) -> bool {
        self.promised_at.zip(self.expected_at).is_some_and(|(promised, expected)| expected > promised.plus_seconds(60))
    }
}

impl App {
    /// The plans of a record that somebody may read, the newest first.
    ///
    /// # Errors
    /// When the database is away.
    #[boxed]
    pub async fn plans_on(&self, actor: &Actor, view: &RecordView) -> Result<Vec<PlanSeen>, Error> {
        if steward_flow::subject(&view.kind.key).is_none() {
            return Ok(Vec::new());
        }
        let mut plans = self.plans_about(&[view.record.id], Filter::Everything).await?;
        if plans.is_empty() {
            return Ok(Vec::new());
        }
        plans.sort_by_key(|plan| std::cmp::Reverse(plan.id));
        // Conditions and days are asked of the whole record, whatever the reader may see of it.
        let Some(subject) = self.store().get_record(view.record.id).await? else { return Ok(Vec::new()) };
        let is_staff = actor.is_staff() && view.rights.may_read_internal();
        let mut seen = Vec::new();
        for plan in plans.into_iter().take(SHOWN) {
            if is_staff || plan.reference("part_of").is_none() {
                seen.push(self.plan_seen(actor, plan, &view.kind, &subject.record, is_staff).await?);
            }
        }
        Ok(seen)
    }

    /// A plan by itself, for those who may read it.
    ///
    /// # Errors
    /// [`Error::NotFound`] where its record is no more.
    #[boxed]
    pub async fn plan_alone(&self, actor: &Actor, plan: &Record) -> Result<PlanSeen, Error> {
        let subject = plan.reference("subject").ok_or(Error::NotFound)?;
        let subject = self.store().get_record(subject).await?.ok_or(Error::NotFound)?.record;
        let whole = self.store().get_record(plan.id).await?.ok_or(Error::NotFound)?.record;
        let kind = self.kind(&subject.kind)?.clone();
        self.plan_seen(actor, whole, &kind, &subject, actor.is_staff()).await
    }

    async fn plan_seen(
        &self,
        actor: &Actor,
        plan: Record,
        kind: &std::sync::Arc<Kind>,
        subject: &Record,
        is_staff: bool,
    ) -> Result<PlanSeen, Error> {
        let steps = Step::read_all(plan.field("steps"));
        let progress = progress::read(&steps, plan.field("progress"));
        let times = self.times(&plan, kind, subject).await?;
        let is_open = OPEN.contains(&plan.state.as_str());
        let held = match is_open {
            true => self.held(plan.reference("runs_as"), (kind, subject), &steps, &progress).await?,
            false => super::conditions::Held::default(),
        };
        let ended = HashMap::new();
        let ahead = outlook(&steps, &progress, &times.facts(&ended, &held));
        let moment = |key: &str| plan.field(key).and_then(Json::as_i64).map(Moment);
        let undoing = graph::undoing(&steps);
        let counted = || {
            let all = steps.iter().zip(&progress).enumerate();
            all.filter(|(place, (step, one))| {
                step.sort.counts() && !undoing.contains(place) && one.state != State::LeftOut
            })
        };
        let count =
            PlanShown { done: counted().filter(|(_, (_, one))| !one.state.is_open()).count(), of: counted().count() };
        let ids: Vec<RecordId> = progress.iter().filter_map(|one| one.record).collect();
        let records: HashMap<RecordId, Record> = match ids.is_empty() || !is_staff {
            true => HashMap::new(),
            false => self.store().get_records(&ids).await?.into_iter().map(|one| (one.record.id, one.record)).collect(),
        };
        let (layers, before) = (graph::layers(&steps), graph::before(&steps));
        let is_known = plan.state != "undoing";
        let mut shown = Vec::new();
        if is_staff {
            for (place, (step, one)) in steps.into_iter().zip(progress).enumerate() {
                let made = one.record.and_then(|id| records.get(&id));
                // A question is for people, not for the team that has the record.
                let made = made.filter(|_| step.sort != Sort::Approval);
                let later = step.team.filter(|_| made.is_none());
                shown.push(StepSeen {
                    ends_at: ahead.ends[place],
                    is_critical: is_open && is_known && ahead.critical[place],
                    is_undoing: undoing.contains(&place),
                    assignee: made.map_or(step.person, |made| made.reference("assignee")),
                    team: made.and_then(|made| made.reference("team")).or(later),
                    layer: layers[place],
                    before: before[place].clone(),
                    step,
                    progress: one,
                });
            }
        }
        let named: BTreeSet<RecordId> = shown.iter().flat_map(|one| [one.assignee, one.team]).flatten().collect();
        let all = named.iter().copied().chain(ids.into_iter().filter(|_| is_staff)).collect();
        let labels = self.labels(actor, all, &named).await?;
        let plans = self.kind(steward_flow::PLAN)?;
        let may_move = is_open && may(actor, Action::Transition, plans, &plan, self.now());
        let expected_at = if is_open { ahead.end.filter(|_| is_known) } else { moment("ended_at") };
        Ok(PlanSeen {
            promised_at: moment("promised_at"),
            expected_at,
            steps: shown,
            labels,
            count,
            may_move,
            record: plan,
        })
    }
}
