//! Playing the script: each step becomes a command to the use cases, at its moment and by its actor.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use anyhow::Context;
use futures_util::future::try_join_all;
use serde_json::{Map, Value as Json};
use steward_app::App;
use steward_app::catalogue::Order;
use steward_app::clock::Clock;
use steward_app::error::Error;
use steward_app::files::NewFile;
use steward_app::knowledge::{Flag, Said};
use steward_app::list::ListRequest;
use steward_app::records::{NewRecord, Origin, Request};
use steward_app::time::WorkRequest;
use steward_model::access::Actor;
use steward_model::command::{Command, NewComment, Transition};
use steward_model::event::Audience;
use steward_model::id::RecordId;
use steward_model::kind::Kind;
use steward_model::moment::Moment;

use crate::script::{Deed, Step};

/// Steps at one moment on different records that go at the same time.
const TOGETHER: usize = 24;

/// A clock that stands at the moment of the step being played.
#[derive(Debug)]
pub(crate) struct StepClock(AtomicI64);

impl Clock for StepClock {
    fn now(&self) -> Moment {
        Moment(self.0.load(Ordering::SeqCst))
    }
}

struct Known {
    kind: Arc<Kind>,
    id: RecordId,
    number: String,
}

/// Plays steps.
pub(crate) struct Player {
    app: App,
    clock: Arc<StepClock>,
    known: HashMap<String, Known>,
    actors: HashMap<String, Actor>,
    /// Whether there are rules that answer what happens.
    rules: bool,
    /// Whether there are flows that begin plans.
    flows: bool,
}

impl Player {
    /// A player on the parts of an application, with a clock of its own.
    pub(crate) fn new(app: &App) -> Self {
        let clock = Arc::new(StepClock(AtomicI64::new(app.now().0)));
        Self {
            app: app.with_clock(clock.clone()),
            clock,
            known: HashMap::new(),
            actors: HashMap::new(),
            rules: false,
            flows: false,
        }
    }

    /// Plays steps in their order; `progress` hears how many are done.
    pub(crate) async fn play(
        &mut self,
        steps: &[Step],
        progress: &mut (dyn FnMut(usize) + Send),
    ) -> anyhow::Result<()> {
        let mut done = 0;
        while let Some(step) = steps.get(done) {
            self.clock.0.store(step.at.0, Ordering::SeqCst);
            // What clocks of service levels would have done by then.
            self.app.take_due_steps().await?;
            if self.rules {
                self.app.run_rule_turns().await?;
            } else if crate::rules::begins(&step.record, &step.deed) {
                // What happened before is answered by none.
                self.app.answer_all().await?;
                self.rules = true;
            }
            if self.flows {
                self.app.run_plan_turns().await?;
            } else if crate::flows::begins(&step.record, &step.deed) {
                self.app.flow_all().await?;
                self.flows = true;
            }
            let group = together(&steps[done..]);
            if group <= 1 {
                self.play_one(step).await?;
            } else {
                for step in &steps[done..done + group] {
                    self.know_actor(&step.by.who).await?;
                }
                let player = &*self;
                try_join_all(steps[done..done + group].iter().map(|step| player.execute(step))).await?;
            }
            if self.rules {
                self.app.answer_all().await?;
            }
            if self.flows {
                self.app.flow_all().await?;
            }
            done += group.max(1);
            progress(done);
        }
        Ok(())
    }

    /// Identity of a record that was made.
    pub(crate) fn id_of(&self, handle: &str) -> Option<RecordId> {
        self.known.get(handle).map(|known| known.id)
    }

    async fn play_one(&mut self, step: &Step) -> anyhow::Result<()> {
        self.know_actor(&step.by.who).await?;
        if let Deed::Create { kind, company, fields, links } = &step.deed {
            self.create(step, kind, company, fields, links).await?;
            // Who somebody is follows from these.
            if matches!(*kind, "person" | "team" | "organisation") {
                self.actors.clear();
            }
            return Ok(());
        }
        if let Deed::Order { item, answers, quantity, note } = &step.deed {
            let answers = self.object(&Json::Object(answers.clone()))?;
            let order = Order { answers, quantity: *quantity, note: note.clone(), ..Order::default() };
            let number = self.find(item)?.number.clone();
            let origin = Origin::door(step.by.door);
            let view = self.app.order(self.actor(&step.by.who)?, &number, &order, &origin).await;
            let view = view.map_err(|error| refused(step, error))?;
            let known = Known { kind: view.kind, id: view.record.id, number: view.record.number };
            self.known.insert(step.record.clone(), known);
            return Ok(());
        }
        self.execute(step).await
    }

    async fn create(
        &mut self,
        step: &Step,
        kind: &str,
        company: &str,
        fields: &Json,
        links: &[(String, String)],
    ) -> anyhow::Result<()> {
        let kind = self.app.kind(kind)?.clone();
        let organisation = match company {
            "" => None,
            company => Some(self.find(&format!("org:{company}"))?.id.to_string()),
        };
        let links = links.iter().map(|(link, target)| Ok((link.clone(), self.find(target)?.id.to_string())));
        let links = links.collect::<anyhow::Result<Vec<_>>>()?;
        let new = NewRecord { organisation, fields: self.object(fields)?, links };
        let origin = Origin::door(step.by.door);
        let view = self.app.create(self.actor(&step.by.who)?, &kind, &new, &origin).await;
        let record = view.map_err(|error| refused(step, error))?.record;
        self.known.insert(step.record.clone(), Known { kind, id: record.id, number: record.number });
        Ok(())
    }

    async fn execute(&self, step: &Step) -> anyhow::Result<()> {
        let Known { kind, number, .. } = self.find(&step.record)?;
        let actor = self.actor(&step.by.who)?;
        // Whoever makes a move that is signed gave their password for it.
        let signed = matches!(&step.deed, Deed::Move { key, .. } if kind.lifecycle.transition(key).is_some_and(|transition| transition.signature));
        let origin = Origin { signed, ..Origin::door(step.by.door) };
        let comment = |audience: &Audience, body: &str| -> anyhow::Result<NewComment> {
            Ok(NewComment { audience: *audience, body: self.filled(body)? })
        };
        let request = match &step.deed {
            Deed::Create { .. } | Deed::Order { .. } => anyhow::bail!("a creation is played alone"),
            Deed::Attach(name, content) => {
                let file = NewFile { name: name.clone(), audience: Audience::Public, content: content.clone().into() };
                self.app.attach(actor, kind, number, file, &origin).await.map_err(|error| refused(step, error))?;
                return Ok(());
            }
            Deed::Update(fields) => Request::Update { fields: self.object(fields)?, organisation: None, base: None },
            Deed::Move { key, fields, words } => {
                let comment = words.as_ref().map(|(audience, body)| comment(audience, body)).transpose()?;
                let fields = self.object(fields)?;
                Request::Command(Command::Transition(Transition {
                    key: (*key).to_owned(),
                    fields,
                    comment,
                    base: None,
                }))
            }
            Deed::Say(audience, body) => Request::Command(Command::Comment(comment(audience, body)?)),
            Deed::Work(minutes, words) => {
                let note = self.filled(words)?;
                let activity = Some(self.find(crate::time::activity_of(words))?.id.to_string());
                Request::Work(WorkRequest { seconds: minutes * 60, note, activity, ..WorkRequest::default() })
            }
            Deed::Link(link, target) => {
                Request::Link { link: (*link).to_owned(), target: self.find(target)?.id.to_string(), end: false }
            }
            Deed::Vote { helpful, comment } => {
                let said = Said { helpful: *helpful, comment: comment.clone() };
                let voted = self.app.vote_on_article(actor, number, &said, step.by.door).await;
                return voted.map_err(|error| refused(step, error));
            }
            Deed::Flag { reason, comment } => {
                let flag = Flag { reason: *reason, comment: comment.clone(), about: None };
                let flagged = self.app.flag_article(actor, number, &flag, step.by.door).await;
                return flagged.map(drop).map_err(|error| refused(step, error));
            }
            Deed::Step(title, key) => {
                // What is approved is a question, all else a task.
                let (sort, field) = match *key {
                    "approve" => ("approval", "subject"),
                    _ => ("request_task", "service_request"),
                };
                let tasks = self.app.kind(sort)?.clone();
                let filter = format!(
                    "{field} == \"{number}\" && title == \"{title}\" && state_category in ['new', 'active', 'waiting']"
                );
                let request = ListRequest { filter: Some(filter), limit: 1, ..ListRequest::default() };
                let found = self.app.list(&Actor::system(), &tasks, &request).await?.records;
                let task = found.first().with_context(|| format!("{number} has no task “{title}” yet"))?;
                let move_ = Transition { key: (*key).to_owned(), ..Transition::default() };
                let request = Request::Command(Command::Transition(move_));
                self.app
                    .execute(actor, &tasks, &task.record.number, &request, &origin)
                    .await
                    .map_err(|error| refused(step, error))?;
                return Ok(());
            }
            Deed::Watch => Request::Watch { person: None, end: false },
        };
        self.app.execute(actor, kind, number, &request, &origin).await.map_err(|error| refused(step, error))?;
        Ok(())
    }

    async fn know_actor(&mut self, who: &str) -> anyhow::Result<()> {
        if self.actors.contains_key(who) {
            return Ok(());
        }
        let actor = match who {
            "" => Actor::system(),
            who => self.app.actor(self.find(&format!("person:{who}"))?.id, None).await?,
        };
        self.actors.insert(who.to_owned(), actor);
        Ok(())
    }

    fn actor(&self, who: &str) -> anyhow::Result<&Actor> {
        self.actors.get(who).with_context(|| format!("`{who}` was not looked up"))
    }

    fn find(&self, handle: &str) -> anyhow::Result<&Known> {
        self.known.get(handle).with_context(|| format!("`{handle}` is not there yet"))
    }

    fn object(&self, fields: &Json) -> anyhow::Result<Map<String, Json>> {
        match self.named(fields)? {
            Json::Object(fields) => Ok(fields),
            _ => anyhow::bail!("fields must be an object"),
        }
    }

    /// A value with handles replaced by identities.
    fn named(&self, value: &Json) -> anyhow::Result<Json> {
        Ok(match value {
            Json::String(text) => match text.strip_prefix('@') {
                Some(handle) => Json::from(self.find(handle)?.id.to_string()),
                None => Json::from(self.filled(text)?),
            },
            Json::Array(items) => items.iter().map(|item| self.named(item)).collect::<anyhow::Result<Vec<_>>>()?.into(),
            Json::Object(fields) => {
                let fields = fields.iter().map(|(key, value)| Ok((key.clone(), self.named(value)?)));
                Json::Object(fields.collect::<anyhow::Result<_>>()?)
            }
            other => other.clone(),
        })
    }

    /// A text with numbers of records in place of `{{handle}}`. Handles have a colon; what has none is a variable of a
    /// canned text.
    fn filled(&self, text: &str) -> anyhow::Result<String> {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("{{") {
            let (handle, after) = after.split_once("}}").context("`{{` without `}}`")?;
            out.push_str(before);
            if handle.contains(':') {
                out.push_str(&self.find(handle)?.number);
            } else {
                out.push_str(&format!("{{{{{handle}}}}}"));
            }
            rest = after;
        }
        out.push_str(rest);
        Ok(out)
    }
}

/// How many of the next steps can go at once: at the same moment, on different records, none of them making one.
fn together(steps: &[Step]) -> usize {
    let Some(first) = steps.first() else { return 0 };
    let mut records = std::collections::HashSet::new();
    steps
        .iter()
        .take(TOGETHER)
        .take_while(|step| step.at == first.at && !step.deed.is_birth() && records.insert(step.record.as_str()))
        .count()
}

fn refused(step: &Step, error: Error) -> anyhow::Error {
    let reason = match error {
        Error::Invalid(errors) => {
            let lines: Vec<String> = errors.iter().map(|error| format!("{} {}", error.field, error.message)).collect();
            anyhow::anyhow!("{}", lines.join("; "))
        }
        other => other.into(),
    };
    reason.context(format!("{:?} by `{}` on {} at {} was refused", step.deed, step.by.who, step.record, step.at))
}
