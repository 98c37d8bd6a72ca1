//! From a request to a decision: names looked up, what rules may look at gathered, the pure decision asked for. Nothing of
//! it is written here.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value as Json;
use steward_model::access::{Action, Actor, may};
use steward_model::apply::apply;
use steward_model::command::{Command, Create, Input};
use steward_model::decide::{Birth, Context, Given, World, decide};
use steward_model::event::{Event, LinkTo, Why};
use steward_model::id::RecordId;
use steward_model::kind::Kind;
use steward_model::record::Record;
use steward_practices::people::ABSENCE;

use crate::App;
use crate::clocks::REPORT;
use crate::error::Error;
use crate::flows::given_by_move;
use crate::lookup::Found;
use crate::outside::ADDRESSES;
use crate::records::{NewRecord, Origin, Request};

/// Entries looked at for conflicts at most; who saw a revision older than that reads the record again.
const MOST_SINCE: usize = 10_000;

impl App {
    /// The event that makes a record, and the record; nothing of it written.
    pub(crate) async fn decide_creation(
        &self,
        actor: &Actor,
        kind: &Arc<Kind>,
        new: &NewRecord,
        origin: &Origin,
        found: &Found,
    ) -> Result<(Event, Record), Error> {
        let named = new.organisation.as_deref().map(|name| found.resolve_organisation(name)).transpose()?;
        let organisation = self.home_organisation(actor, kind, &new.fields, found, named).await?;
        let id = first(self.store().next_ids(1).await?)?;
        let number = first(self.store().next_numbers(kind, 1).await?)?;
        let birth = Birth { id, number, organisation };
        let command = Command::Create(Create {
            organisation: named,
            fields: self.sealed(kind, &new.fields)?,
            links: links_of(&new.links, found)?,
        });
        let world = self.world_for(named.unwrap_or(organisation)).await?;
        let given = Box::pin(self.given_at_birth(actor, kind, new, found)).await?;
        let ctx = Context { birth: Some(birth), given, ..self.context(actor, origin, found, &world) };
        let event = first(decide(kind, None, &command, &ctx)?)?;
        let after = apply(None, &event).map_err(Error::internal)?;
        self.check_addresses(None, &after)?;
        Ok((event, after))
    }

    /// What a decision on an existing record that names no revision may look at.
    pub(crate) fn context<'a>(
        &'a self,
        actor: &'a Actor,
        origin: &Origin,
        found: &'a Found,
        world: &'a World,
    ) -> Context<'a> {
        Context {
            now: self.now(),
            actor,
            door: origin.door,
            cause: origin.cause.clone(),
            registry: self.registry(),
            policy: self.policy(),
            references: found,
            rules: &self.0.rules,
            world,
            changed_since: BTreeMap::new(),
            birth: None,
            given: None,
        }
    }

    /// Who a new absence is of.
    fn absent(actor: &Actor, kind: &Kind, fields: &Input, found: &Found) -> Option<RecordId> {
        let named = || fields.get("person").and_then(crate::lookup::text_of).and_then(|text| found.any(&text));
        (kind.key == ABSENCE).then(|| named().unwrap_or(actor.person))
    }

    /// Values that a new record gets beside its command: who the person of an absence reports to sees it, and a report on
    /// an agreement tells what was kept.
    async fn given_at_birth(
        &self,
        actor: &Actor,
        kind: &Kind,
        new: &NewRecord,
        found: &Found,
    ) -> Result<Option<Given>, Error> {
        if kind.key == REPORT {
            return self.given_to_report(&new.fields, found).await;
        }
        let Some(person) = Self::absent(actor, kind, &new.fields, found) else { return Ok(None) };
        let manager = self.references_of(&[person], "manager").await?.into_iter().next();
        let fields = [("manager".to_owned(), manager.map_or(Json::Null, |id| id.0.into()))].into();
        let why = Why { rule: "absence".to_owned(), detail: String::new() };
        Ok(Some(Given { fields, why }))
    }

    /// The organisation of a new record: the one named, else the requester's, else the actor's.
    async fn home_organisation(
        &self,
        actor: &Actor,
        kind: &Kind,
        fields: &Input,
        found: &Found,
        named: Option<RecordId>,
    ) -> Result<RecordId, Error> {
        if let Some(away) = Self::absent(actor, kind, fields, found).and_then(|id| found.record(id)) {
            return Ok(away.organisation);
        }
        let requester = kind.field("requester").and(fields.get("requester")).and_then(crate::lookup::text_of);
        let requester = requester.and_then(|text| found.any(&text)).and_then(|id| found.record(id));
        match (requester, named) {
            (Some(person), _) => Ok(person.organisation),
            (None, _) if !actor.is_system() => Ok(actor.organisation),
            (None, Some(named)) => Ok(named),
            (None, None) => Ok(self.root_organisation().await?.unwrap_or(RecordId::SYSTEM)),
        }
    }

    pub(crate) async fn decide_on(
        &self,
        actor: &Actor,
        kind: &Arc<Kind>,
        record: &Record,
        command: &Command,
        origin: &Origin,
        found: &Found,
    ) -> Result<Vec<Event>, Error> {
        let organisation = match command {
            Command::Update(update) => update.organisation.unwrap_or(record.organisation),
            _ => record.organisation,
        };
        let world = self.world_for(organisation).await?;
        let changed_since = self.changed_since(record, command).await?;
        let events = {
            let given = match given_by_move(kind, record, command, self.now())? {
                Some(given) => Some(given),
                None => Box::pin(self.given_by_report_move(kind, record, command)).await?,
            };
            let ctx = Context { changed_since, given, ..self.context(actor, origin, found, &world) };
            decide(kind, Some(record), command, &ctx)?
        };
        if !actor.is_system() {
            check_signature(kind, command, origin)?;
            Box::pin(self.check_asked(kind, record, command, &events)).await?;
            Box::pin(self.check_unfinished(kind, record, &events, origin)).await?;
        }
        if ADDRESSES.iter().any(|(key, _)| *key == kind.key) {
            self.check_addresses(Some(record), &folded(record.clone(), &events)?)?;
        }
        Box::pin(self.check_family(actor, kind, record, &events)).await?;
        // Boxed, as what few commands need would make the future of each of them large.
        Box::pin(self.check_defined(actor, kind, record, &events)).await?;
        Ok(events)
    }

    /// Who changed which field after the revision that the actor saw.
    pub(crate) async fn changed_since(
        &self,
        record: &Record,
        command: &Command,
    ) -> Result<BTreeMap<String, RecordId>, Error> {
        let base = match command {
            Command::Update(update) => update.base,
            Command::Transition(transition) => transition.base,
            _ => None,
        };
        let mut changed = BTreeMap::new();
        if let Some(base) = base.filter(|base| *base < record.revision) {
            for entry in self.store().journal_of(record.id, base, MOST_SINCE).await? {
                for change in entry.event.changes {
                    changed.insert(change.field, entry.event.actor);
                }
            }
        }
        Ok(changed)
    }

    pub(crate) async fn command_of(
        &self,
        actor: &Actor,
        kind: &Arc<Kind>,
        record: &Record,
        request: &Request,
    ) -> Result<(Command, Found), Error> {
        match request {
            Request::Command(Command::Transition(transition)) => {
                let found = self.look_up_input(actor, kind, &transition.fields, None).await?;
                let fields = self.sealed(kind, &transition.fields)?;
                Ok((Command::Transition(steward_model::command::Transition { fields, ..transition.clone() }), found))
            }
            Request::Work(asked) => Ok((self.work_command(actor, record, asked).await?, Found::default())),
            Request::Rework { entry, to, reason } => {
                let command = self.rework_command(actor, record, *entry, to.as_ref(), reason).await?;
                Ok((command, Found::default()))
            }
            Request::Command(command) => Ok((command.clone(), Found::default())),
            Request::Update { fields, organisation, base } => {
                let found = self.look_up_input(actor, kind, fields, organisation.clone()).await?;
                let organisation = organisation.as_deref().map(|name| found.resolve_organisation(name)).transpose()?;
                let fields = self.sealed(kind, fields)?;
                Ok((Command::Update(steward_model::command::Update { fields, organisation, base: *base }), found))
            }
            Request::Link { link, target, end } => {
                let found = self.look_up(actor, [target.clone()].into()).await?;
                let target = found.any(target).ok_or_else(|| Error::invalid("target", "was not found"))?;
                if self.registry().link(link).is_none() {
                    return Err(Error::invalid("link", "is no link type"));
                }
                let link = LinkTo { link: link.clone(), target };
                if *end && !self.store().is_linked(record.id, &link).await? {
                    return Err(Error::NotFound);
                }
                if !*end && self.store().is_linked(record.id, &link).await? {
                    return Err(Error::invalid("target", "is linked in this way already"));
                }
                Ok((if *end { Command::Unlink(link) } else { Command::Link(link) }, found))
            }
            Request::Watch { person, end } => {
                let texts = person.iter().cloned().collect();
                let found = self.look_up(actor, texts).await?;
                let person = match person {
                    None => actor.person,
                    Some(name) => found
                        .any(name)
                        .filter(|id| found.record(*id).is_some_and(|record| record.kind == "person"))
                        .ok_or_else(|| Error::invalid("person", "was not found"))?,
                };
                if person != actor.person && !may(actor, Action::Update, kind, record, self.now()) {
                    return Err(Error::Forbidden { action: Action::Watch });
                }
                Ok((if *end { Command::Unwatch { person } } else { Command::Watch { person } }, found))
            }
            Request::Revert { seq } => {
                let entry = self.store().journal_of(record.id, seq - 1, 1).await?.into_iter().next();
                let event = entry.filter(|entry| entry.event.seq == *seq).ok_or(Error::NotFound)?.event;
                Ok((Command::Revert(Box::new(event)), Found::default()))
            }
        }
    }
}

impl Found {
    fn resolve_organisation(&self, name: &str) -> Result<RecordId, Error> {
        self.any(name)
            .filter(|id| self.record(*id).is_some_and(|record| record.kind == "organisation"))
            .ok_or_else(|| Error::invalid("organisation", "was not found"))
    }
}

/// A record after some events.
pub(crate) fn folded(record: Record, events: &[Event]) -> Result<Record, Error> {
    events.iter().try_fold(record, |record, event| apply(Some(record), event)).map_err(Error::internal)
}

/// That who makes a move which is signed gave their password for it.
fn check_signature(kind: &Kind, command: &Command, origin: &Origin) -> Result<(), Error> {
    let Command::Transition(asked) = command else { return Ok(()) };
    let signs = kind.lifecycle.transition(&asked.key).is_some_and(|transition| transition.signature);
    if signs && !origin.signed {
        return Err(Error::invalid("current_password", "is needed once more"));
    }
    Ok(())
}

fn first<T>(items: Vec<T>) -> Result<T, Error> {
    items.into_iter().next().ok_or_else(|| Error::internal("nothing came where one was due"))
}

fn links_of(links: &[(String, String)], found: &Found) -> Result<Vec<LinkTo>, Error> {
    links
        .iter()
        .map(|(link, target)| {
            let target =
                found.any(target).ok_or_else(|| Error::invalid("links", format!("`{target}` was not found")))?;
            Ok(LinkTo { link: link.clone(), target })
        })
        .collect()
}
