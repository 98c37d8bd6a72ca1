//! What the desk keeps ready: values that a new record begins with, and several steps on a record at once.
//!
//! A macro is decided step by step, each with the rights of whoever applies it, on the record as the step before left
//! it, and written in one transaction or not at all.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::json;
use steward_model::access::{Action, Actor};
use steward_model::command::{Command, Input, NewComment, Transition};
use steward_model::decide::transition_fields;
use steward_model::event::{Audience, Cause, Event};
use steward_model::filter::{Environment, Filter};
use steward_model::id::{RecordId, Revision};
use steward_model::kind::Kind;
use steward_model::record::Record;
use steward_model::value::typed_value;
use steward_practices::desk::{MACRO, TEMPLATE, values};
use steward_store::change::{ChangeSet, RecordChange};
use steward_store::error::CommitError;

use crate::App;
use crate::boxed;
use crate::deciding::folded;
use crate::error::Error;
use crate::list::{Counting, ListRequest};
use crate::records::{Origin, Request};
use crate::snippets::{Offered, day};
use crate::view::{Labels, RecordView, collect_references};

/// Looked at for one answer.
const LOOKED_AT: usize = 300;
/// Use counts for so many days.
const USE_DAYS: i64 = 90;

/// What a macro would do to a record.
#[derive(Debug)]
pub struct Plan {
    /// The macro.
    pub number: String,
    /// What it is called.
    pub title: String,
    /// The record's revision that the plan goes by.
    pub revision: Revision,
    /// The record before.
    pub before: Record,
    /// The record afterwards; as before where the macro is refused.
    pub after: Record,
    /// What would be said, as it would stand there.
    pub said: Vec<(Audience, String)>,
    /// Names of records in values.
    pub labels: Labels,
    /// Why it cannot be applied; `None` when it can.
    pub refusal: Option<Error>,
}

/// A decided macro.
struct Decided {
    events: Vec<Event>,
    after: Record,
}

impl App {
    /// Templates for a new record of a kind, most used first.
    ///
    /// # Errors
    /// When the database is away.
    #[boxed]
    pub async fn templates_for(&self, actor: &Actor, kind: &Kind) -> Result<Vec<Offered>, Error> {
        self.kept_ready(actor, TEMPLATE, &kind.key, |_| true).await
    }

    /// Values that a new record begins with, in the form that a door reads; `None` when there is no such template for
    /// the kind.
    ///
    /// # Errors
    /// When the database is away.
    #[boxed]
    pub async fn template(&self, actor: &Actor, kind: &Kind, number: &str) -> Result<Option<Input>, Error> {
        let templates = self.kind(TEMPLATE)?.clone();
        let template = match self.get(actor, &templates, number, None).await {
            Ok(view) if view.record.text("for_kind") == kind.key && view.record.state == "active" => view.record,
            Ok(_) | Err(Error::NotFound) => return Ok(None),
            Err(error) => return Err(error),
        };
        let today: String = self.now().to_string().chars().take(10).collect();
        let filled = |text: &str| {
            text.replace("{{me.name}}", &actor.label).replace("{{me}}", &actor.label).replace("{{today}}", &today)
        };
        let fields = values(&template).into_iter().filter_map(|(key, text)| {
            let field = kind.field_named(key)?;
            Some((field.key.clone(), typed_value(field, &filled(text), actor)))
        });
        Ok(Some(fields.collect()))
    }

    /// Counts that a record was made from a template.
    ///
    /// # Errors
    /// When the database is away.
    #[boxed]
    pub async fn count_template(&self, actor: &Actor, number: &str) -> Result<(), Error> {
        let templates = self.kind(TEMPLATE)?.clone();
        match self.find(actor, &templates, number).await {
            Ok(template) => Ok(self.store().count_snippet(template.record.id, day(self.now())).await?),
            Err(Error::NotFound) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// How often something that is kept ready was used in the last 90 days.
    ///
    /// # Errors
    /// When the database is away.
    #[boxed]
    pub async fn uses_of(&self, record: RecordId) -> Result<i64, Error> {
        let uses = self.store().snippet_uses(&[record], day(self.now()) - USE_DAYS).await?;
        Ok(uses.first().map_or(0, |(_, times)| *times))
    }

    /// Macros for a record whose condition holds on it, most used first.
    ///
    /// # Errors
    /// [`Error::NotFound`] for who may not see the record, [`Error::Denied`] for who is not among its staff.
    #[boxed]
    pub async fn macros_for(&self, actor: &Actor, kind: &Arc<Kind>, name: &str) -> Result<Vec<Offered>, Error> {
        let view = self.get(actor, kind, name, None).await?;
        works_on(actor, &view)?;
        let environment = Environment {
            now: self.now(),
            me: actor.person,
            my_teams: actor.teams.clone(),
            my_organisation: actor.organisation,
            my_organisations: vec![actor.organisation],
            belongs: actor.belongs.clone(),
        };
        self.kept_ready(actor, MACRO, &kind.key, |one| {
            let condition = one.text("offered_when");
            condition.is_empty()
                || Filter::parse_cel(condition, kind, self.registry()).is_ok_and(|filter| {
                    filter.is_local() && filter.bind(&environment).matches_local(&view.record, kind)
                })
        })
        .await
    }

    async fn kept_ready(
        &self,
        actor: &Actor,
        of: &str,
        for_kind: &str,
        fits: impl Fn(&Record) -> bool,
    ) -> Result<Vec<Offered>, Error> {
        let Some(kind) = self.registry().kind(of).cloned() else { return Ok(Vec::new()) };
        if self.readable_level(actor, &kind).is_none() {
            return Ok(Vec::new());
        }
        let request = ListRequest {
            filter: Some(format!("state == \"active\" && for_kind == {}", json!(for_kind))),
            limit: LOOKED_AT,
            count: Counting::Off,
            ..ListRequest::default()
        };
        let found = match self.list(actor, &kind, &request).await {
            Ok(page) => page.records,
            Err(Error::Filter(_)) => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let mut found: Vec<Record> = found.into_iter().map(|view| view.record).filter(|one| fits(one)).collect();
        let ids: Vec<RecordId> = found.iter().map(|one| one.id).collect();
        let uses = self.store().snippet_uses(&ids, day(self.now()) - USE_DAYS).await?;
        let used = |one: &Record| uses.iter().find(|(id, _)| *id == one.id).map_or(0, |(_, times)| *times);
        found.sort_by(|a, b| (used(b), a.text("title")).cmp(&(used(a), b.text("title"))));
        let offered = |one: &Record| Offered {
            number: one.number.clone(),
            title: one.text("title").to_owned(),
            beginning: String::new(),
        };
        Ok(found.iter().map(offered).collect())
    }

    /// What a macro would do to a record now, nothing of it written.
    ///
    /// # Errors
    /// [`Error::NotFound`] for who may not see the record or the macro, [`Error::Denied`] for who is not among its staff.
    #[boxed]
    pub async fn plan_macro(&self, actor: &Actor, kind: &Arc<Kind>, name: &str, number: &str) -> Result<Plan, Error> {
        let view = self.get(actor, kind, name, None).await?;
        works_on(actor, &view)?;
        let macro_ = self.macro_for(actor, kind, number).await?;
        let (said, left) = self.words_of(actor, &view, &macro_).await?;
        let origin = origin_of(&macro_, &Origin::door(steward_model::event::Door::Page));
        let decided = match left.first() {
            Some(variable) => Err(Error::invalid("", format!("{variable} has no value here"))),
            None => self.decide_macro(actor, kind, &view, &macro_, &said, &origin).await,
        };
        let (after, refusal) = match decided {
            Ok(decided) => (crate::view::visible(kind, decided.after, &view.rights), None),
            Err(error @ (Error::Invalid(_) | Error::Illegal { .. } | Error::Forbidden { .. })) => {
                (view.record.clone(), Some(error))
            }
            Err(error) => return Err(error),
        };
        let mut named = BTreeSet::new();
        for field in &kind.fields {
            for record in [&view.record, &after] {
                if let Some(value) = record.field(&field.key) {
                    collect_references(field, value, &mut named);
                }
            }
        }
        let labels = self.labels(actor, named.clone(), &named).await?;
        Ok(Plan {
            number: macro_.number.clone(),
            title: macro_.text("title").to_owned(),
            revision: view.record.revision,
            before: view.record,
            after,
            said,
            labels,
            refusal,
        })
    }

    /// Applies a macro to a record, all of it or nothing, as one cause. Its use is counted.
    ///
    /// # Errors
    /// As [`App::execute`]; [`Error::Illegal`] when the record changed since `seen`, the revision that was previewed.
    #[boxed]
    pub async fn apply_macro(
        &self,
        actor: &Actor,
        kind: &Arc<Kind>,
        name: &str,
        number: &str,
        seen: Option<Revision>,
        origin: &Origin,
    ) -> Result<RecordView, Error> {
        let view = self.get(actor, kind, name, None).await?;
        works_on(actor, &view)?;
        let macro_ = self.macro_for(actor, kind, number).await?;
        let changed = || Error::Illegal {
            message: "the record changed since you saw what would happen; look again".to_owned(),
            allowed: view.allowed_transitions.clone(),
        };
        if seen.is_some_and(|seen| seen != view.record.revision) {
            return Err(changed());
        }
        let (said, left) = self.words_of(actor, &view, &macro_).await?;
        if let Some(variable) = left.first() {
            return Err(Error::invalid("", format!("{variable} has no value here")));
        }
        let origin = origin_of(&macro_, origin);
        let loaded = self.find(actor, kind, name).await?;
        if loaded.record.revision != view.record.revision {
            return Err(changed());
        }
        let decided = self.decide_macro(actor, kind, &view, &macro_, &said, &origin).await;
        let Decided { events, after } = self.noted(actor, kind, name, decided).await?;
        if events.is_empty() {
            return Ok(view);
        }
        let change = RecordChange {
            kind: kind.clone(),
            before: Some((loaded.record.revision, loaded.head)),
            after: after.clone(),
            events,
        };
        match self.commit(ChangeSet { records: vec![change], ..ChangeSet::default() }).await {
            Ok(()) => {}
            Err(CommitError::Stale { .. }) => return Err(changed()),
            Err(error) => return Err(error.into()),
        }
        self.store().count_snippet(macro_.id, day(self.now())).await?;
        self.view(actor, kind, after, None).await
    }

    async fn macro_for(&self, actor: &Actor, kind: &Kind, number: &str) -> Result<Record, Error> {
        let macros = self.kind(MACRO)?.clone();
        let record = self.get(actor, &macros, number, None).await?.record;
        let fits = record.text("for_kind") == kind.key && record.state == "active";
        if fits { Ok(record) } else { Err(Error::NotFound) }
    }

    /// What a macro says on a record, and variables that have no value there.
    async fn words_of(
        &self,
        actor: &Actor,
        view: &RecordView,
        macro_: &Record,
    ) -> Result<(Vec<(Audience, String)>, Vec<String>), Error> {
        let (mut said, mut left) = (Vec::new(), Vec::new());
        for (key, audience) in [("reply", Audience::Public), ("note", Audience::Internal)] {
            let text = macro_.text(key).trim();
            if text.is_empty() {
                continue;
            }
            let filled = self.fill_text(actor, view, text).await?;
            left.extend(filled.left);
            said.push((audience, filled.text));
        }
        Ok((said, left))
    }

    /// Decides the steps of a macro one after the other: values, words, the move. Words that a move asks for go with it.
    async fn decide_macro(
        &self,
        actor: &Actor,
        kind: &Arc<Kind>,
        view: &RecordView,
        macro_: &Record,
        said: &[(Audience, String)],
        origin: &Origin,
    ) -> Result<Decided, Error> {
        let step = kind.lifecycle.transition(macro_.text("transition"));
        let with_step: Vec<&str> = step.map(transition_fields).unwrap_or_default();
        let (mut alone, mut moved) = (Input::new(), Input::new());
        for (key, text) in values(macro_) {
            let Some(field) = kind.field_named(key) else { continue };
            let text = self.fill_text(actor, view, text).await?.text;
            let to = if with_step.contains(&field.key.as_str()) { &mut moved } else { &mut alone };
            to.insert(field.key.clone(), typed_value(field, &text, actor));
        }
        let mut said: Vec<NewComment> =
            said.iter().map(|(audience, body)| NewComment { audience: *audience, body: body.clone() }).collect();
        let asked = step.and_then(|step| step.comment.as_ref()).map(|rule| rule.audience);
        let comment = asked
            .and_then(|audience| said.iter().position(|comment| comment.audience == audience))
            .map(|place| said.remove(place));
        let mut requests = Vec::new();
        if !alone.is_empty() {
            requests.push(Request::Update { fields: alone, organisation: None, base: None });
        }
        requests.extend(said.into_iter().map(|comment| Request::Command(Command::Comment(comment))));
        if let Some(step) = step {
            let command = Transition { key: step.key.clone(), fields: moved, comment, base: None };
            requests.push(Request::Command(Command::Transition(command)));
        }
        let mut record = self.find(actor, kind, &view.record.number).await?.record;
        let mut events = Vec::new();
        for request in &requests {
            let (command, found) = self.command_of(actor, kind, &record, request).await?;
            let made = self.decide_on(actor, kind, &record, &command, origin, &found).await?;
            record = folded(record, &made)?;
            events.extend(made);
        }
        Ok(Decided { events, after: record })
    }
}

/// Refuses who is not among the staff of a record, or may do nothing to it.
fn works_on(actor: &Actor, view: &RecordView) -> Result<(), Error> {
    let does = [Action::Update, Action::Transition, Action::Comment, Action::Note];
    if actor.is_staff() && view.rights.may_read_internal() && does.iter().any(|action| view.rights.may(*action)) {
        return Ok(());
    }
    Err(Error::Denied("apply macros here"))
}

fn origin_of(macro_: &Record, origin: &Origin) -> Origin {
    let cause = Some(Cause::Macro(format!("{} {}", macro_.number, macro_.text("title"))));
    Origin { cause, ..origin.clone() }
}
