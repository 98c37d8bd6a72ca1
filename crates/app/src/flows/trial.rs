//! A dry run of a flow on a real record: who would be asked to do what and when, which conditions hold, and what would
//! become of the record. Everything is decided as it would be, and nothing of it is written.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use steward_flow::advance::{Standing, advance, standing};
use steward_flow::definition::Flow;
use steward_flow::outlook::outlook;
use steward_flow::progress::{self, Progress, State};
use steward_flow::step::{Sort, Step};
use steward_flow::{FLOW, PLAN, graph};
use steward_model::access::{Action as Does, Actor};
use steward_model::event::{Act, Audience};
use steward_model::filter::{Filter, Operand, SortKey, Test};
use steward_model::id::RecordId;
use steward_model::kind::{Field, FieldType, Kind};
use steward_model::moment::Moment;
use steward_model::record::Record;
use steward_rule::action::Action;

use super::begin::plan_fields;
use super::by_hand::Hindrance;
use super::go::{Way, failure, is_to_begin};
use super::seen::StepSeen;
use super::work::action_of;
use super::{Doing, conditions::Held};
use crate::App;
use crate::approvals::Going;
use crate::automation::{is_passing, told, within};
use crate::boxed;
use crate::difference::differing;
use crate::error::Error;
use crate::list::ListRequest;
use crate::view::{Labels, RecordView};

/// Turns in which steps begin or end at most: each step does so once, a flow has at most [`steward_flow::MOST_STEPS`].
const MOST_TURNS: usize = 4 * steward_flow::MOST_STEPS;

/// Records offered to try a flow on.
const SHOWN: usize = 10;

/// What would come of a flow on a record.
#[derive(Debug)]
pub struct Trial {
    /// Number of the flow.
    pub number: String,
    /// What it is called.
    pub title: String,
    /// Why it would not begin as the record stands; the rest is what would come of it if it did.
    pub hindrance: Option<Hindrance>,
    /// Whether no step would begin before the record is approved.
    pub is_asked: bool,
    /// Its steps as they would end; those that would never come to an end are active or waiting.
    pub steps: Vec<StepSeen>,
    /// When all would be over; `None` where it would stand still.
    pub ends_at: Option<Moment>,
    /// Why it would stand still or be taken back, or the record not be moved on; may be empty.
    pub outcome: String,
    /// The record as it is.
    pub before: RecordView,
    /// The record as it would be.
    pub after: RecordView,
    /// Keys of what would differ: `state`, and fields in the order of the kind.
    pub differs: Vec<String>,
    /// What would be written to it, and for whom.
    pub comments: Vec<(Audience, String)>,
    /// Who would be told.
    pub told: Vec<RecordId>,
    /// Names of teams and people.
    pub labels: Labels,
}

/// Who would have a step.
#[derive(Default)]
struct Given {
    team: Option<RecordId>,
    people: Vec<RecordId>,
}

impl App {
    /// Records to try a flow on: those that it would begin on as they stand, as far as the actor may see them, the ones that
    /// changed last first. Its kind of records comes with them.
    ///
    /// # Errors
    /// [`Error::NotFound`] where the actor may not see the flow, [`Error::Invalid`] for faults of it.
    #[boxed]
    pub async fn records_to_try(&self, actor: &Actor, flow: &str) -> Result<(Arc<Kind>, Vec<RecordView>), Error> {
        let found = self.find(actor, self.kind(FLOW)?, flow).await?.record;
        let found = kept_by(actor, found);
        let flow = self.flow_of(&found).await?;
        let kind = self.kind(flow.subject.kind)?.clone();
        let states = flow.states.iter().map(|state| Operand::Value(state.as_str().into())).collect();
        let reach = within(&self.organisations_below(flow.organisation).await?);
        // Asked with the actor's own eyes: what they may not look at must not show by which records are here.
        let condition = Some(found.text("condition").trim()).filter(|text| !text.is_empty()).map(str::to_owned);
        let request = ListRequest { filter: condition, ..ListRequest::default() };
        let condition = self.filter_of(actor, &kind, &request).await?;
        let filter = Filter::all([Filter::field_test("state", Test::In(states)), condition, reach]);
        let sort = SortKey::parse("-updated_at", &kind)?;
        let records = self.first_of(actor, &kind, &filter, &sort, SHOWN).await?;
        Ok((kind, records))
    }

    /// What would come of a flow on a record if each task were done when it is due and each approval given. The flow need
    /// not be in force; one that is not acts with the rights of whoever tries it.
    ///
    /// # Errors
    /// [`Error::NotFound`] where the actor may not see the flow or the record, [`Error::Forbidden`] where they may not
    /// change the record, [`Error::Invalid`] for faults of the flow and records of another kind.
    #[boxed]
    pub async fn try_flow(&self, actor: &Actor, flow: &str, kind: &Arc<Kind>, name: &str) -> Result<Trial, Error> {
        let view = self.get(actor, kind, name, None).await?;
        let may = match view.rights.may(Does::Update) && actor.is_staff() && view.rights.may_read_internal() {
            true => Ok(()),
            false => Err(Error::Forbidden { action: Does::Update }),
        };
        self.noted(actor, kind, name, may).await?;
        let record = self.store().get_record(view.record.id).await?.ok_or(Error::NotFound)?.record;
        let mut found = match self.flow_in_force(actor, &record, flow).await? {
            Some(found) => found,
            None => self.find(actor, self.kind(FLOW)?, flow).await?.record,
        };
        found = kept_by(actor, found);
        if found.text("for_kind") != kind.key {
            let message =
                format!("is a {}, and the flow works on records of the kind `{}`", kind.key, found.text("for_kind"));
            return Err(Error::invalid("on", message));
        }
        let flow = self.flow_of(&found).await?;
        let hindrance = match self.organisations_above(record.organisation).await?.contains(&found.organisation) {
            true => self.hindrance(&flow, kind, &record).await?,
            false => Some(Hindrance::Organisation),
        };
        let way = self.way_of(&flow, &found, &record)?;
        self.walk(actor, flow, way, hindrance, (kind, record)).await
    }

    /// The plan that would be made, of which nothing is begun.
    fn way_of(&self, flow: &Flow, found: &Record, record: &Record) -> Result<Way, Error> {
        let kind = self.kind(PLAN)?.clone();
        let fields = plan_fields(flow, found, record, None);
        // It has no number and no place among records: it is of use only here.
        let plan = Record {
            id: RecordId(0),
            kind: PLAN.to_owned(),
            number: flow.number.clone(),
            state: kind.lifecycle.initial.clone(),
            fields,
            ..record.clone()
        };
        let progress = progress::read(&flow.steps, None);
        let keeper = plan.reference("runs_as");
        let outcome = String::new();
        Ok(Way { plan, kind, subject: record.id, steps: flow.steps.clone(), progress, keeper, outcome })
    }

    async fn walk(
        &self,
        actor: &Actor,
        flow: Flow,
        mut way: Way,
        hindrance: Option<Hindrance>,
        (kind, record): (&Arc<Kind>, Record),
    ) -> Result<Trial, Error> {
        let mut doing = Doing::default();
        doing.going.insert(record.id, Going::midway(kind.clone(), record.clone()));
        let is_asked = self.is_asked(&way, kind, &record).await?;
        let mut times = self.times(&way.plan, kind, &record).await?;
        if !way.plan.text("first_move").is_empty() {
            self.move_subject(&mut doing, &mut way, "first_move").await?;
        }
        let nothing = HashMap::new();
        let mut given: HashMap<usize, Given> = HashMap::new();
        let mut stands = Standing::Running;
        for _ in 0..MOST_TURNS {
            let held = self.held_now(&mut doing, &way).await?;
            advance(&way.steps, &mut way.progress, &times.facts(&nothing, &held));
            if self.try_steps(&mut doing, &mut way, &held, &mut given, times.now).await? {
                continue;
            }
            stands = standing(&way.steps, &way.progress);
            if stands != Standing::Running || !end_next(&way.steps, &mut way.progress, &mut times.now) {
                break;
            }
        }
        match stands {
            Standing::Done if !way.plan.text("last_move").is_empty() => {
                self.move_subject(&mut doing, &mut way, "last_move").await?;
            }
            Standing::Stuck | Standing::Fails => way.outcome = failure(&way),
            Standing::Done | Standing::Running => {}
        }
        let held = Held::default();
        let ahead = outlook(&way.steps, &way.progress, &times.facts(&nothing, &held));
        let ends_at = (stands == Standing::Done).then_some(ahead.end).flatten();
        let going = doing.going.remove(&record.id).ok_or(Error::NotFound)?;
        let before = self.view(actor, kind, record, None).await?;
        let after = self.view(actor, kind, going.after.clone(), None).await?;
        let mut differs = differing(kind, &before.record, &after.record);
        // When something happened is stamped with the moment of the trial, which says nothing.
        let is_stamp = |field: &Field| field.write.is_none() && field.field_type == FieldType::Moment;
        differs.retain(|key| !kind.field(key).is_some_and(is_stamp));
        let comments = going.events.iter().filter_map(|event| match &event.act {
            Act::Commented { audience, body } => Some((*audience, body.clone())),
            _ => None,
        });
        let told: Vec<RecordId> = doing.news.iter().map(|one| one.person).collect();
        let named = given.values().flat_map(|one| one.people.iter().chain(&one.team)).chain(&told).copied();
        let named: BTreeSet<RecordId> = named.collect();
        Ok(Trial {
            number: flow.number,
            title: flow.title,
            hindrance,
            is_asked,
            ends_at,
            comments: comments.collect(),
            labels: self.labels(actor, named.clone(), &named).await?,
            steps: seen(way.steps, way.progress, &given, (&ahead.ends, &ahead.critical)),
            outcome: way.outcome,
            before,
            after,
            differs,
            told,
        })
    }

    /// Tries the steps that begin now; whether there were any.
    async fn try_steps(
        &self,
        doing: &mut Doing,
        way: &mut Way,
        held: &Held,
        given: &mut HashMap<usize, Given>,
        now: Moment,
    ) -> Result<bool, Error> {
        let mut begun = false;
        for place in 0..way.steps.len() {
            if !is_to_begin(&way.steps[place], &way.progress[place]) || given.contains_key(&place) {
                continue;
            }
            begun = true;
            let tried = match held.broken.get(&place) {
                Some(why) => Err(Error::BadRequest(why.clone())),
                None => self.try_step(doing, way, place).await,
            };
            match tried {
                Ok(Some(one)) => drop(given.insert(place, one)),
                Ok(None) => way.progress[place].end(State::Done, now, ""),
                Err(error) if is_passing(&error) => return Err(error),
                Err(error) => way.progress[place].end(State::Failed, now, &told(&error)),
            }
        }
        Ok(begun)
    }

    /// Tries one step: who would have it, or `None` where Steward is done with it at once.
    async fn try_step(&self, doing: &mut Doing, way: &Way, place: usize) -> Result<Option<Given>, Error> {
        let step = &way.steps[place];
        let going = self.going(doing, way.subject).await?.ok_or(Error::NotFound)?;
        let (kind, record) = (going.kind.clone(), going.after.clone());
        match step.sort {
            Sort::Task => {
                let (team, people) = self.who_does(step, &record).await?;
                Ok(Some(Given { team, people: people.into_iter().take(1).collect() }))
            }
            Sort::Approval => {
                let asked = self.asked_in(step, &record).await?;
                let people = self.able_for_step(&kind, &record, &asked).await?;
                match people.is_empty() {
                    true => Err(Error::BadRequest("nobody is there who may decide it".to_owned())),
                    false => Ok(Some(Given { team: None, people })),
                }
            }
            Sort::Flow => {
                self.flow_within(step.flow.ok_or(Error::NotFound)?, &way.plan, &record).await?;
                Ok(Some(Given::default()))
            }
            Sort::Automation | Sort::Notify => {
                match action_of(step, &kind, self.registry())? {
                    // What would make other records or reach them and other systems is left to the real run.
                    Action::Create { .. }
                    | Action::Webhook
                    | Action::StartFlow { .. }
                    | Action::Answer { .. }
                    | Action::AskApproval { .. }
                    | Action::ForEach(_) => {}
                    action => self.do_to(doing, way, &kind, vec![action]).await?,
                }
                Ok(None)
            }
            Sort::Wait | Sort::Condition => Ok(None),
        }
    }
}

/// A flow as it would act: one that is not in force acts as whoever tries it, for they would put it in force.
fn kept_by(actor: &Actor, mut flow: Record) -> Record {
    if flow.state != "active" {
        flow.fields.insert("runs_as".to_owned(), actor.person.0.into());
    }
    flow
}

/// Ends what would be over next, and goes to that moment; `false` where nothing would ever be over.
fn end_next(steps: &[Step], progress: &mut [Progress], now: &mut Moment) -> bool {
    let begun = *now;
    let over = |place: &usize| {
        let due = progress[*place].due_at.map(|due| due.max(begun));
        // What waits for something to hold and names no time waits until then, however long that is.
        if steps[*place].sort == Sort::Wait { due } else { Some(due.unwrap_or(begun)) }
    };
    let active = (0..steps.len()).filter(|place| progress[*place].state == State::Active);
    let Some((at, place)) = active.filter_map(|place| Some((over(&place)?, place))).min() else { return false };
    *now = at;
    progress[place].end(State::Done, at, "");
    true
}

fn seen(
    steps: Vec<Step>,
    progress: Vec<Progress>,
    given: &HashMap<usize, Given>,
    (ends, critical): (&[Option<Moment>], &[bool]),
) -> Vec<StepSeen> {
    let (layers, before) = (graph::layers(&steps), graph::before(&steps));
    let undoing: HashSet<usize> = graph::undoing(&steps);
    let all = steps.into_iter().zip(progress).enumerate();
    let of = |(place, (step, progress)): (usize, (Step, Progress))| {
        let one = given.get(&place);
        StepSeen {
            ends_at: ends[place],
            is_critical: critical[place] && progress.state == State::Done,
            is_undoing: undoing.contains(&place),
            assignee: one.and_then(|one| one.people.first().copied()),
            team: one.and_then(|one| one.team),
            layer: layers[place],
            before: before[place].clone(),
            step,
            progress,
        }
    };
    all.map(of).collect()
}
