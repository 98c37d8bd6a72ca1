//! What steps become: tasks, questions for approval, further plans, things that Steward does; and their end with the plan.

use serde_json::{Value as Json, json};
use steward_flow::progress::State;
use steward_flow::step::{Sort, Step, Who};
use steward_flow::{MOST_NESTED, subject};
use steward_model::command::{Command, Input, Transition};
use steward_model::event::{Event, Why};
use steward_model::filter::Filter;
use steward_model::id::RecordId;
use steward_model::kind::{Category, FieldType, Kind, Registry};
use steward_model::record::{Fields, Record};
use steward_model::variables::variables;
use steward_practices::approval::ASKED;
use steward_rule::book::Chain;
use steward_rule::definition::{Action, Rule, Told, action};
use steward_rule::trigger::Trigger;

use super::Doing;
use super::conditions::Held;
use super::go::{Way, is_to_begin};
use crate::App;
use crate::approvals::{Going, ids, nothing};
use crate::automation::Around;
use crate::automation::{is_passing, told};
use crate::error::Error;

impl App {
    /// Begins the steps that go on and have not been begun; whether there were any.
    pub(super) async fn begin_steps(&self, doing: &mut Doing, way: &mut Way, held: &Held) -> Result<bool, Error> {
        let mut begun = false;
        for place in 0..way.steps.len() {
            if !is_to_begin(&way.steps[place], &way.progress[place]) {
                continue;
            }
            begun = true;
            let made = match held.broken.get(&place) {
                Some(why) => Err(Error::BadRequest(why.clone())),
                None => self.begin_step(doing, way, place).await,
            };
            let now = self.now();
            match made {
                Ok(Some(record)) => way.progress[place].record = Some(record),
                Ok(None) => way.progress[place].end(State::Done, now, ""),
                Err(error) if is_passing(&error) => return Err(error),
                Err(error) => {
                    if let Error::Internal(source) = &error {
                        tracing::error!(%source, plan = way.plan.number, "a step could not begin");
                    }
                    way.progress[place].end(State::Failed, now, &told(&error));
                }
            }
        }
        Ok(begun)
    }

    /// Begins one step: the record that it becomes, or `None` where it is done with that.
    async fn begin_step(&self, doing: &mut Doing, way: &Way, place: usize) -> Result<Option<RecordId>, Error> {
        let step = &way.steps[place];
        let going = self.going(doing, way.subject).await?.ok_or(Error::NotFound)?;
        let (kind, record) = (going.kind.clone(), going.after.clone());
        match step.sort {
            Sort::Task => {
                let change = self.task_of(way, place, &kind, &record).await?;
                let id = change.after.id;
                doing.made.push(change);
                Ok(Some(id))
            }
            Sort::Approval => {
                let people = self.asked_in(step, &record).await?;
                let asked = self.ask_for_step((&kind, &record), (way.plan.id, step), &people).await?;
                let change = asked.ok_or_else(|| Error::BadRequest("nobody is there who may decide it".to_owned()))?;
                let (id, people) = (change.after.id, change.after.references("approvers"));
                doing.made.push(change);
                self.let_see(doing, way, people).await?;
                Ok(Some(id))
            }
            Sort::Flow => {
                let flow = step.flow.ok_or(Error::NotFound)?;
                let change = self.plan_within(flow, &way.plan, &record).await?;
                let id = change.after.id;
                doing.made.push(change);
                Ok(Some(id))
            }
            Sort::Automation | Sort::Notify => {
                let action = action_of(step, &kind, self.registry())?;
                self.do_to(doing, way, &kind, vec![action]).await?;
                Ok(None)
            }
            Sort::Wait | Sort::Condition => Ok(None),
        }
    }

    /// Has Steward do something to the record, with the rights of whoever keeps the flow.
    pub(super) async fn do_to(
        &self,
        doing: &mut Doing,
        way: &Way,
        kind: &Kind,
        actions: Vec<Action>,
    ) -> Result<(), Error> {
        let going = self.going(doing, way.subject).await?.ok_or(Error::NotFound)?;
        let rule = Rule {
            id: way.plan.reference("flow").unwrap_or(way.plan.id),
            number: way.plan.number.clone(),
            title: way.plan.text("title").to_owned(),
            version: way.plan.field("flow_version").and_then(Json::as_i64).unwrap_or_default(),
            kind: kind.key.clone(),
            order: 0,
            organisation: way.plan.organisation,
            trigger: Trigger::Created,
            condition: Filter::Everything,
            is_fixed: true,
            is_local: true,
            routing: None,
            actions,
            stops: false,
            once: false,
            most_per_hour: i64::MAX,
            in_force_since: None,
            keeper: way.keeper,
        };
        let (kind, record) = (going.kind.clone(), going.after.clone());
        let fired = self.origins_of(&record).await?.ok_or_else(|| {
            Error::BadRequest(format!("flows and rules made records of records more than {MOST_NESTED} times"))
        })?;
        let around = Around { chain: Chain { links: fired.len(), fired }, ..Around::default() };
        let acted = self.act(&rule, &kind, &record, None, around).await?;
        let going = self.going(doing, way.subject).await?.ok_or(Error::NotFound)?;
        going.take(acted.events)?;
        doing.made.extend(acted.made);
        let known: Vec<RecordId> = doing.news.iter().map(|one| one.person).collect();
        doing.news.extend(acted.news.into_iter().filter(|one| !known.contains(&one.person)));
        Ok(())
    }

    /// Tells whoever works on the record, or its team, that a step failed and the plan waits for somebody.
    pub(super) async fn tell_stuck(&self, doing: &mut Doing, way: &Way, kind: &Kind) -> Result<(), Error> {
        let Some(going) = self.going(doing, way.subject).await? else { return Ok(()) };
        let told = if going.after.reference("assignee").is_some() { Told::Assignee } else { Told::Team };
        match self.do_to(doing, way, kind, vec![Action::Notify(told)]).await {
            Err(error) if is_passing(&error) => Err(error),
            Err(error) => {
                tracing::warn!(%error, plan = way.plan.number, "nobody could be told that a plan does not go on");
                Ok(())
            }
            Ok(()) => Ok(()),
        }
    }

    /// Moves the record as the beginning or the end of the plan says, unless somebody did so already; `false` where it was
    /// refused. What is in the way is told by the plan.
    pub(super) async fn move_subject(&self, doing: &mut Doing, way: &mut Way, field: &str) -> Result<bool, Error> {
        let Some(going) = self.going(doing, way.subject).await? else { return Ok(true) };
        let (kind, record) = (going.kind.clone(), going.after.clone());
        let Some(step) = kind.lifecycle.transition(way.plan.text(field)) else { return Ok(true) };
        if !step.from.contains(&record.state) {
            return Ok(true);
        }
        let words = Some(way.plan.text("last_words")).filter(|words| field == "last_move" && !words.is_empty());
        let is_text = |key: &&String| {
            let kind_of = kind.field(key).map(|field| field.field_type.value_type());
            matches!(kind_of, Some(FieldType::Text { .. } | FieldType::Markdown))
        };
        let empty = step.requires.iter().filter(is_text).filter(|key| record.field(key).is_none());
        let mut actions: Vec<Action> = empty
            .map(|key| Action::Set {
                field: key.clone(),
                value: words.unwrap_or("All steps of the plan are done.").to_owned(),
            })
            .collect();
        actions.push(Action::Move { transition: step.key.clone() });
        match self.do_to(doing, way, &kind, actions).await {
            Ok(()) => Ok(true),
            Err(error) if is_passing(&error) => Err(error),
            Err(error) => {
                way.outcome = format!("{} could not be moved on: {}", record.number, told(&error));
                Ok(false)
            }
        }
    }

    /// The task of a step.
    async fn task_of(
        &self,
        way: &Way,
        place: usize,
        kind: &std::sync::Arc<Kind>,
        record: &Record,
    ) -> Result<steward_store::change::RecordChange, Error> {
        let step = &way.steps[place];
        let of_kind = subject(&record.kind).ok_or(Error::NotFound)?;
        let task = self.kind(of_kind.task)?.clone();
        let (team, people) = self.who_does(step, record).await?;
        let mut fields = Fields::new();
        let mut put = |key: &str, value: Json| {
            if !value.is_null() && task.field(key).is_some() {
                fields.insert(key.to_owned(), value);
            }
        };
        let reference = |id: Option<RecordId>| id.map_or(Json::Null, |id| id.0.into());
        put("title", step.title.clone().into());
        if !step.text.is_empty() {
            put("description", self.filled_in(way.keeper, kind, record, &step.text).await?.into());
        }
        put(of_kind.field, record.id.0.into());
        put("requester", record.field("requester").cloned().unwrap_or_default());
        put("service", record.field("service").cloned().unwrap_or_default());
        put("team", reference(team));
        put("assignee", reference(people.first().copied()));
        put("due_at", way.progress[place].due_at.map_or(Json::Null, |at| at.0.into()));
        put("planned_effort", step.lead.map_or(Json::Null, Json::from));
        put("mandatory", step.mandatory.into());
        put("order", i64::try_from(place + 1).unwrap_or_default().into());
        put("plan", way.plan.id.0.into());
        put("plan_step", step.key.clone().into());
        let why = Why { rule: "flow".to_owned(), detail: way.plan.number.clone() };
        self.consequent(&task, record.organisation, (fields, why), way.cause()).await
    }

    /// The team that gets a task, and the people among whom the first one gets it.
    pub(super) async fn who_does(
        &self,
        step: &Step,
        record: &Record,
    ) -> Result<(Option<RecordId>, Vec<RecordId>), Error> {
        let people = match step.who {
            Who::Team => Vec::new(),
            _ => self.asked_in(step, record).await?,
        };
        let team = step.team.or_else(|| record.reference("team"));
        if team.is_none() && people.is_empty() {
            return Err(Error::BadRequest("nobody is there to do it; name a team".to_owned()));
        }
        Ok((team, people))
    }

    /// Words with values of the record in place of their variables, as whoever keeps the flow sees them.
    async fn filled_in(
        &self,
        keeper: Option<RecordId>,
        kind: &std::sync::Arc<Kind>,
        record: &Record,
        text: &str,
    ) -> Result<String, Error> {
        if variables(text).is_empty() {
            return Ok(text.to_owned());
        }
        let keeper = self.keeper(keeper).await?;
        let view = self.view_to_fill(&keeper, kind, record.clone(), text).await?;
        Ok(self.fill_text_or(&keeper, &view, text, Some("")).await?.text)
    }

    /// The people that a step names.
    pub(super) async fn asked_in(&self, step: &Step, record: &Record) -> Result<Vec<RecordId>, Error> {
        match step.who {
            Who::Team => self.references_of(&step.team.into_iter().collect::<Vec<_>>(), "members").await,
            Who::Person => Ok(step.person.into_iter().collect()),
            Who::Assignee => Ok(record.reference("assignee").into_iter().collect()),
            Who::ItemOwner => self.references_of(&record.references("configuration_items"), "owner").await,
            Who::Manager => {
                let whose = record.reference("requested_for").or_else(|| record.reference("requester"));
                self.managers_of(&whose.into_iter().collect::<Vec<_>>(), &[]).await
            }
        }
    }

    /// Lets people who are asked see what they are asked about.
    async fn let_see(&self, doing: &mut Doing, way: &Way, people: Vec<RecordId>) -> Result<(), Error> {
        let Some(going) = self.going(doing, way.subject).await? else { return Ok(()) };
        let mut asked = going.after.references(ASKED);
        asked.extend(people);
        asked.sort_unstable();
        asked.dedup();
        let fields = Fields::from([(ASKED.to_owned(), ids(&asked))]);
        let events = self.consequence(&going.kind, &going.after.clone(), &nothing(), fields, way.cause()).await?;
        going.take(events)
    }

    /// Ends the records of steps that were skipped or cancelled.
    pub(super) async fn end_leftovers(&self, doing: &mut Doing, way: &Way) -> Result<(), Error> {
        for (step, one) in way.steps.iter().zip(&way.progress) {
            let Some(record) = one.record.filter(|_| matches!(one.state, State::Skipped | State::Cancelled)) else {
                continue;
            };
            let Some(going) = self.going(doing, record).await? else { continue };
            let category = going.kind.lifecycle.category(&going.after.state);
            if matches!(category, Category::Done | Category::Cancelled) || going.after.state == "undoing" {
                continue;
            }
            let because = if one.note.is_empty() { "The plan was cancelled" } else { one.note.as_str() };
            let events = self.end_of(step.sort, going, because, way).await?;
            going.take(events)?;
        }
        Ok(())
    }

    async fn end_of(&self, sort: Sort, going: &Going, because: &str, way: &Way) -> Result<Vec<Event>, Error> {
        let (key, fields, given) = match sort {
            Sort::Approval => {
                let given = json!({ "outcome": because, "pending": null, "look_at": null });
                ("withdraw", Input::new(), given.as_object().cloned().unwrap_or_default())
            }
            Sort::Flow => {
                let given = json!({ "outcome": because });
                ("undo", Input::new(), given.as_object().cloned().unwrap_or_default())
            }
            _ => ("skip", Input::from_iter([("close_notes".to_owned(), because.into())]), serde_json::Map::new()),
        };
        let step = Command::Transition(Transition { key: key.to_owned(), fields, ..Transition::default() });
        let given: Fields = given.into_iter().collect();
        self.consequence(&going.kind, &going.after, &step, given, way.cause()).await
    }
}

/// What an automatic step does.
pub(super) fn action_of(step: &Step, kind: &Kind, registry: &Registry) -> Result<Action, Error> {
    let (what, target, value) = &step.action;
    let what = if step.sort == Sort::Notify { "notify" } else { what };
    action(what, target, value, kind, registry).map_err(|(column, message)| Error::invalid(column, message))
}
