//! What a rule does to a record: decided step by step with the rights of whoever keeps it, on the record as the step
//! before left it; all of it or nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

use steward_model::access::{Action as Doing, Actor, rights};
use steward_model::command::{Command, Input, NewComment, Transition};
use steward_model::decide::transition_fields;
use steward_model::event::{Automation, Cause, Door, EntryAt, Event};
use steward_model::filter::Attribute;
use steward_model::id::{RecordId, Revision};
use steward_model::kind::Kind;
use steward_model::record::Record;
use steward_model::value::typed_value;
use steward_model::variables::{fill, variables};
use steward_practices::desk::TEMPLATE;
use steward_rule::action::{Action, ORIGIN, Told};
use steward_rule::book::Chain;
use steward_rule::definition::{Rule, link_to};
use steward_rule::trace::{Did, Outcome, Trace};
use steward_store::change::RecordChange;
use steward_store::notifications::NewNotification;
use steward_store::webhooks::StoredWebhook;

use crate::App;
use crate::deciding::folded;
use crate::error::Error;
use crate::records::{NewRecord, Origin, Request};
use crate::view::RecordView;

/// What a rule does to a record, not yet written.
pub(crate) struct Acted {
    /// The record afterwards.
    pub(crate) record: Record,
    /// What happened to it.
    pub(crate) events: Vec<Event>,
    /// Records that were made.
    pub(crate) made: Vec<RecordChange>,
    /// Whom to tell.
    pub(crate) news: Vec<NewNotification>,
    /// Documents for other systems.
    pub(crate) webhooks: Vec<StoredWebhook>,
    /// Other records that changed: related ones, and questions for approval.
    pub(crate) others: Vec<RecordChange>,
    /// What came of each related record.
    pub(crate) each: Vec<OnOther>,
    /// Who got the record, where people get them in turn.
    pub(crate) last: Option<RecordId>,
    /// What was done.
    pub(crate) trace: Trace,
}

/// What came of a rule on a record that is related to the one that it answers.
pub(crate) struct OnOther {
    /// The related record.
    pub(crate) record: RecordId,
    /// What came of it.
    pub(crate) outcome: Outcome,
    /// The first entry of its journal that was made.
    pub(crate) made: Option<Revision>,
    /// More about it.
    pub(crate) trace: Trace,
}

/// What surrounds an act.
#[derive(Default)]
pub(crate) struct Around<'a> {
    /// The rules that led to it.
    pub(crate) chain: Chain,
    /// Changes of other records that rules before it made and that are not written yet.
    pub(crate) midway: &'a [RecordChange],
    /// How many related records it may act on.
    pub(crate) room: usize,
}

impl Acted {
    pub(super) fn of(record: Record) -> Self {
        Self {
            record,
            events: Vec::new(),
            made: Vec::new(),
            news: Vec::new(),
            webhooks: Vec::new(),
            others: Vec::new(),
            each: Vec::new(),
            last: None,
            trace: Trace::default(),
        }
    }

    /// Takes what was done to another record besides its own events.
    pub(super) fn take_besides(&mut self, other: &mut Self) {
        self.made.append(&mut other.made);
        self.webhooks.append(&mut other.webhooks);
        let news = std::mem::take(&mut other.news);
        self.news.extend(news.into_iter().filter(|one| !is_told(&self.news, one)).collect::<Vec<_>>());
        put(&mut self.others, std::mem::take(&mut other.others));
    }
    /// Whether anything would be written but a line of the log.
    pub(super) fn is_nothing(&self) -> bool {
        let is_silent = self.made.is_empty() && self.news.is_empty() && self.webhooks.is_empty();
        is_silent && self.events.is_empty() && self.others.is_empty()
    }
}

/// Whether somebody is told of a record already.
pub(super) fn is_told(news: &[NewNotification], one: &NewNotification) -> bool {
    news.iter().any(|told| (told.person, told.record) == (one.person, one.record))
}

/// Puts changes beside others, each record once: a later one of the same record stands for both.
pub(super) fn put(changes: &mut Vec<RecordChange>, more: Vec<RecordChange>) {
    for change in more {
        match changes.iter_mut().find(|known| known.after.id == change.after.id) {
            Some(known) => *known = change,
            None => changes.push(change),
        }
    }
}

/// The steps of a rule on a record, on their way.
pub(super) struct Acting<'a> {
    pub(super) app: &'a App,
    pub(super) rule: &'a Rule,
    pub(super) keeper: &'a Actor,
    pub(super) kind: &'a Arc<Kind>,
    pub(super) origin: Origin,
    pub(super) acted: Acted,
    /// The record that the rule answers, where this is another one.
    pub(super) of: Option<&'a RecordView>,
    /// Changes of other records that are not written yet.
    pub(super) midway: Vec<&'a [RecordChange]>,
    pub(super) room: usize,
    /// Values and words that wait for a move that may ask for them.
    values: Input,
    words: Vec<NewComment>,
}

impl App {
    /// Decides what a rule does to a record because of an entry, or because it is time.
    ///
    /// # Errors
    /// What was refused, in which case nothing of it is to be written.
    pub(crate) async fn act(
        &self,
        rule: &Rule,
        kind: &Arc<Kind>,
        record: &Record,
        event: Option<&Event>,
        around: Around<'_>,
    ) -> Result<Acted, Error> {
        let keeper = self.actor(rule.keeper.ok_or(Error::Unauthenticated)?, None).await?;
        let own = rights(&keeper, kind, record, self.now());
        if !own.may(Doing::Read) {
            return Err(Error::NotFound);
        }
        for path in rule.condition.fields_used().iter().filter(|path| path.hops.is_empty()) {
            if let Attribute::Field(key) = &path.attribute
                && kind.field(key).is_some_and(|field| !own.may_read(field))
            {
                return Err(Error::Forbidden { action: Doing::Read });
            }
        }
        let answered = event.map(|event| EntryAt { record: event.record, seq: event.seq });
        let Chain { fired, links } = around.chain;
        let links = Some(links).filter(|links| *links < fired.len());
        let cause =
            Automation { rule: rule.id, version: rule.version, named: rule.named(), answered, chain: fired, links };
        let origin =
            Origin { door: Door::Rule, cause: Some(Cause::Automation(cause)), idempotency_key: None, signed: false };
        let acted = Acted::of(record.clone());
        let (midway, room) = (vec![around.midway], around.room);
        let acting = Acting::new((self, rule, &keeper), kind, origin, acted, (None, midway, room));
        acting.all(&rule.actions, event).await
    }
}

impl<'a> Acting<'a> {
    pub(super) fn new(
        (app, rule, keeper): (&'a App, &'a Rule, &'a Actor),
        kind: &'a Arc<Kind>,
        origin: Origin,
        acted: Acted,
        (of, midway, room): (Option<&'a RecordView>, Vec<&'a [RecordChange]>, usize),
    ) -> Self {
        let (values, words) = (Input::new(), Vec::new());
        Self { app, rule, keeper, kind, origin, acted, of, midway, room, values, words }
    }

    /// Does some actions in their order.
    pub(super) async fn all(mut self, actions: &[Action], event: Option<&Event>) -> Result<Acted, Error> {
        if self.of.is_none() {
            self.route().await?;
        }
        for action in actions {
            self.take(action, event).await?;
        }
        self.flush().await?;
        self.check_decided()?;
        Ok(self.acted)
    }
    async fn route(&mut self) -> Result<(), Error> {
        let Some(routing) = &self.rule.routing else { return Ok(()) };
        let skill = self.filled(&routing.skill).await?;
        let routed = self.app.route(self.rule, routing, &skill, self.kind, &self.acted.record).await?;
        if let Some(team) = routed.team {
            let person = routed.person.map_or(serde_json::Value::Null, |person| person.to_string().into());
            let fields =
                Input::from_iter([("team".to_owned(), team.to_string().into()), ("assignee".to_owned(), person)]);
            self.decide(&Request::Update { fields, organisation: None, base: None }).await?;
            self.acted.last = routed.person.filter(|_| routing.strategy.is_among_members());
        } else if let Some(person) = routed.person {
            let fields = Input::from_iter([("assignee".to_owned(), person.to_string().into())]);
            self.decide(&Request::Update { fields, organisation: None, base: None }).await?;
        }
        self.acted.trace.routed = Some(routed);
        Ok(())
    }

    async fn take(&mut self, action: &Action, event: Option<&Event>) -> Result<(), Error> {
        let mut did = Did { action: action.key().to_owned(), what: String::new(), ..Did::default() };
        match action {
            Action::Set { field, value } => {
                let value = self.filled(value).await?;
                if let Some(known) = self.kind.field(field) {
                    self.values.insert(field.clone(), typed_value(known, &value, self.keeper));
                }
                did.what.clone_from(field);
            }
            Action::Comment { audience, body } => {
                let body = self.filled(body).await?;
                self.words.push(NewComment { audience: *audience, body });
            }
            Action::Move { transition } => {
                self.step(transition).await?;
                did.what.clone_from(transition);
            }
            Action::Notify(told) => {
                self.flush().await?;
                let mut news = self.news(told, event).await?;
                news.retain(|one| !is_told(&self.acted.news, one));
                did.count = Some(news.len());
                did.what = match told {
                    Told::Assignee => "assignee".to_owned(),
                    Told::Team => "team".to_owned(),
                    Told::Lead => "lead".to_owned(),
                    Told::Requester => "requester".to_owned(),
                    Told::Watchers => "watchers".to_owned(),
                    Told::Named(name) => name.clone(),
                };
                self.acted.news.extend(news);
            }
            Action::Create { template, link } => {
                self.flush().await?;
                did.what = self.create(template, link).await?;
            }
            Action::Webhook => {
                self.flush().await?;
                let (origin, webhook) = self.webhook(event).await?;
                did.what = origin;
                did.delivery = Some(webhook.id.clone());
                self.acted.webhooks.push(webhook);
            }
            Action::Answer { agrees, reason } => {
                self.flush().await?;
                let reason = self.filled(reason).await?;
                did.what = self.answer(*agrees, &reason).await?;
            }
            Action::AskApproval { policy } => {
                self.flush().await?;
                did.count = Some(self.ask_approval(policy).await?);
                did.what.clone_from(policy);
            }
            Action::ForEach(each) => {
                self.flush().await?;
                let (count, beyond) = self.for_each(each).await?;
                did.what.clone_from(&each.written);
                (did.count, did.beyond) = (Some(count), (beyond > 0).then_some(beyond));
            }
            Action::StartFlow { flow } => {
                self.flush().await?;
                let cause = self.origin.cause.clone().unwrap_or_else(|| Cause::Flow(self.rule.named()));
                let begun = self.app.plan_by_rule(self.keeper, flow, self.kind, &self.acted.record, cause).await?;
                did.what = begun.as_ref().map_or_else(String::new, |plan| plan.after.number.clone());
                self.acted.made.extend(begun);
            }
            Action::Link { link, target } => {
                self.flush().await?;
                let found = self.app.look_up(self.keeper, [target.clone()].into()).await?;
                let other = link_to(link, found.any(target).ok_or_else(|| Error::invalid("target", "was not found"))?);
                let is_there = match &other {
                    Some(other) => self.app.store().is_linked(self.acted.record.id, other).await?,
                    None => true,
                };
                if !is_there {
                    self.decide(&Request::Link { link: link.clone(), target: target.clone(), end: false }).await?;
                }
                did.what.clone_from(target);
            }
        }
        self.acted.trace.did.push(did);
        Ok(())
    }

    /// Writes values and words that wait for nothing any more.
    pub(super) async fn flush(&mut self) -> Result<(), Error> {
        let fields = std::mem::take(&mut self.values);
        if !fields.is_empty() {
            self.decide(&Request::Update { fields, organisation: None, base: None }).await?;
        }
        for comment in std::mem::take(&mut self.words) {
            self.decide(&Request::Command(Command::Comment(comment))).await?;
        }
        Ok(())
    }

    /// Moves the record; values and words that the move asks for go with it.
    async fn step(&mut self, key: &str) -> Result<(), Error> {
        let Some(step) = self.kind.lifecycle.transition(key) else { return Ok(()) };
        let asked = transition_fields(step);
        let (with, before): (Input, Input) =
            std::mem::take(&mut self.values).into_iter().partition(|(key, _)| asked.contains(&key.as_str()));
        self.values = before;
        let audience = step.comment.as_ref().map(|rule| rule.audience);
        let place = audience.and_then(|wanted| self.words.iter().position(|words| words.audience == wanted));
        let comment = place.map(|place| self.words.remove(place));
        self.flush().await?;
        let command = Transition { key: key.to_owned(), fields: with, comment, base: None };
        self.decide(&Request::Command(Command::Transition(command))).await
    }

    async fn decide(&mut self, request: &Request) -> Result<(), Error> {
        let record = &self.acted.record;
        let (command, found) = self.app.command_of(self.keeper, self.kind, record, request).await?;
        let mut made = self.app.decide_on(self.keeper, self.kind, record, &command, &self.origin, &found).await?;
        // What the kind's own rules add belongs to the same chain.
        made.iter_mut().for_each(|event| event.cause.clone_from(&self.origin.cause));
        self.acted.record = folded(record.clone(), &made)?;
        self.acted.events.extend(made);
        Ok(())
    }

    /// Makes a record from a template, for the same organisation and requester; its number.
    async fn create(&mut self, template: &str, link: &str) -> Result<String, Error> {
        let templates = self.app.kind(TEMPLATE)?.clone();
        let found = self.app.get(self.keeper, &templates, template, None).await;
        let found = found.map_err(|error| match error {
            Error::NotFound => Error::invalid("template", format!("`{template}` was not found")),
            other => other,
        })?;
        let kind = self.app.kind(found.record.text("for_kind"))?.clone();
        let missing = || Error::invalid("template", format!("`{template}` is not in use any more"));
        let mut fields = self.app.template(self.keeper, &kind, template).await?.ok_or_else(missing)?;
        for value in fields.values_mut() {
            if let Some(text) = value.as_str().filter(|text| !variables(text).is_empty()) {
                *value = self.filled(text).await?.into();
            }
        }
        if kind.field("requester").is_some()
            && !fields.contains_key("requester")
            && let Some(requester) = self.acted.record.reference("requester")
        {
            fields.insert("requester".to_owned(), requester.to_string().into());
        }
        let record = &self.acted.record;
        let links = if link.is_empty() { Vec::new() } else { vec![(link.to_owned(), record.id.to_string())] };
        let new = NewRecord { organisation: Some(record.organisation.to_string()), fields, links };
        let named = new.links.iter().map(|(_, target)| target.clone()).chain(new.organisation.clone());
        let found = self.app.look_up_input(self.keeper, &kind, &new.fields, named).await?;
        let (event, after) = self.app.decide_creation(self.keeper, &kind, &new, &self.origin, &found).await?;
        let number = after.number.clone();
        self.acted.made.push(RecordChange { kind, before: None, after, events: vec![event] });
        Ok(number)
    }

    /// Puts down that the record as it is by now is handed over, and to which host.
    async fn webhook(&self, event: Option<&Event>) -> Result<(String, StoredWebhook), Error> {
        let rule = self.app.store().get_record(self.rule.id).await?.ok_or(Error::NotFound)?.record;
        let outside = self.app.outside().ok_or(Error::Unavailable)?;
        let origin = outside.check(rule.text("webhook_address").trim());
        let origin = origin.map_err(|fault| Error::invalid("webhook_address", fault))?;
        let webhook = StoredWebhook {
            id: format!("whk_{:032x}", rand::random::<u128>()),
            rule: self.rule.id,
            version: self.rule.version,
            record: self.acted.record.id,
            revision: self.acted.record.revision,
            seq: event.map(|event| event.seq),
            created_at: self.app.now(),
            state: "waiting".to_owned(),
            tries: 0,
            status: None,
            fault: None,
        };
        Ok((origin, webhook))
    }

    /// A text with values of the record in place of its variables; those without a value are left out. After `origin.`
    /// stand variables of the record that the rule answers.
    async fn filled(&self, text: &str) -> Result<String, Error> {
        let paths = variables(text);
        if paths.is_empty() {
            return Ok(text.to_owned());
        }
        let view = self.app.view_to_fill(self.keeper, self.kind, self.acted.record.clone(), text).await?;
        let Some(of) = self.of else {
            return Ok(self.app.fill_text_or(self.keeper, &view, text, Some("")).await?.text);
        };
        let mut values = BTreeMap::new();
        for path in paths {
            let (view, own) = match path.split_once('.') {
                Some((ORIGIN, rest)) => (of, rest),
                _ => (&view, path.as_str()),
            };
            let value = self.app.fill_text_or(self.keeper, view, &format!("{{{{{own}}}}}"), Some("")).await?.text;
            values.insert(path.clone(), value);
        }
        // Filled in at once, so that what stands in a record is never read again.
        Ok(fill(text, |path| values.get(path).cloned()).text)
    }
}
