//! What a rule does besides: on related records, each by itself, and on questions for approval.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use steward_model::access::{Action as Doing, Actor, rights};
use steward_model::event::{Cause, Fired};
use steward_model::filter::{Filter, Operand, Test};
use steward_model::id::RecordId;
use steward_model::kind::Kind;
use steward_model::record::Record;
use steward_practices::approval::APPROVAL;
use steward_rule::definition::Rule;
use steward_rule::each::{Each, MOST_EACH, Relation};
use steward_rule::trace::{Outcome, Trace};
use steward_store::change::RecordChange;

use super::act::{Acted, Acting, OnOther, put};
use super::turns::within;
use super::{is_passing, told};
use crate::App;
use crate::approvals::Going;
use crate::error::Error;
use crate::list::COUNT_MAX;

/// Links of a record looked at.
const LINKS_MOST: usize = 1_000;

impl App {
    /// The related records on which a rule acts: their kind, and what holds on them and on no other. `None` where there
    /// are none.
    pub(super) async fn related(
        &self,
        rule: &Rule,
        each: &Each,
        record: &Record,
    ) -> Result<Option<(Arc<Kind>, Filter)>, Error> {
        let kind = self.kind(&each.kind)?.clone();
        let one_of = |ids: Vec<RecordId>| {
            let ids = ids.into_iter().filter(|id| *id != record.id);
            let ids: Vec<Operand> = ids.take(LINKS_MOST).map(|id| Operand::Value(id.0.into())).collect();
            (!ids.is_empty()).then(|| Filter::field_test("id", Test::In(ids)))
        };
        let related = match &each.relation {
            Relation::Field(key) => one_of(record.reference(key).into_iter().chain(record.references(key)).collect()),
            Relation::Referring(key) => {
                let refers = Filter::field_test(key, Test::Equal(Operand::Value(record.id.0.into())));
                let itself = Filter::field_test("id", Test::Equal(Operand::Value(record.id.0.into())));
                Some(Filter::all([refers, Filter::Not(Box::new(itself))]))
            }
            Relation::Linked { link, inverse } => {
                let links = self.store().links_of(record.id, None).await?;
                let of_type = links.into_iter().filter(|one| one.link == *link);
                one_of(match inverse {
                    true => of_type.filter(|one| one.target == record.id).map(|one| one.source).collect(),
                    false => of_type.filter(|one| one.source == record.id).map(|one| one.target).collect(),
                })
            }
        };
        let Some(related) = related else { return Ok(None) };
        let reach = within(&self.organisations_below(rule.organisation).await?);
        Ok(Some((kind, Filter::all([related, each.which.clone(), reach]))))
    }

    /// On how many related records a rule would act, as somebody sees them; one more than [`COUNT_MAX`] stands for more.
    pub(super) async fn count_related(
        &self,
        actor: &Actor,
        rule: &Rule,
        each: &Each,
        record: &Record,
    ) -> Result<usize, Error> {
        match self.related(rule, each, record).await? {
            Some((kind, filter)) => self.count(actor, &kind, &filter, &[], COUNT_MAX + 1).await,
            None => Ok(0),
        }
    }
}

impl Acting<'_> {
    /// Acts on each related record; on how many, and how many more there are.
    pub(super) fn for_each<'s>(&'s mut self, each: &'s Each) -> BoxFuture<'s, Result<(usize, usize), Error>> {
        Box::pin(async move {
            let record = self.acted.record.clone();
            let Some((kind, filter)) = self.app.related(self.rule, each, &record).await? else { return Ok((0, 0)) };
            let most = MOST_EACH.min(self.room);
            let mut found = self.app.page_of(self.keeper, &kind, &filter, None, most + 1).await?;
            let beyond = match found.len() > most {
                true => self.app.count(self.keeper, &kind, &filter, &[], COUNT_MAX + 1).await?.max(most + 1) - most,
                false => 0,
            };
            found.truncate(most);
            let view = self.app.view(self.keeper, self.kind, record.clone(), None).await?;
            let mut count = 0;
            for other in found {
                let (outcome, made, trace) = match self.on_other(each, &kind, &other, &view).await {
                    Ok(acted) => acted,
                    Err(error) if is_passing(&error) => return Err(error),
                    Err(error) => (Outcome::Refused, None, Trace { reason: told(&error), ..Trace::default() }),
                };
                if outcome == Outcome::Done {
                    count += 1;
                }
                if outcome != Outcome::Nothing {
                    let trace = Trace { origin: Some(record.id), ..trace };
                    self.acted.each.push(OnOther { record: other.id, outcome, made, trace });
                }
            }
            self.room -= count.min(self.room);
            Ok((count, beyond))
        })
    }

    /// Acts on one related record: all of it, or nothing.
    async fn on_other(
        &mut self,
        each: &Each,
        kind: &Arc<Kind>,
        found: &Record,
        view: &crate::view::RecordView,
    ) -> Result<(Outcome, Option<i64>, Trace), Error> {
        let Some(Cause::Automation(cause)) = &self.origin.cause else { return Err(Error::internal("no rule acts")) };
        if cause.chain.contains(&Fired { rule: self.rule.id, record: found.id }) {
            let reason = "it acted on this record in the same chain of rules already".to_owned();
            return Ok((Outcome::Looped, None, Trace { reason, ..Trace::default() }));
        }
        let mut midway = vec![self.acted.others.as_slice()];
        midway.extend(&self.midway);
        let on_its_way = midway.iter().flat_map(|changes| changes.iter()).find(|one| one.after.id == found.id);
        let mut change = match on_its_way {
            Some(change) => change.clone(),
            None => {
                let loaded = self.app.store().get_record(found.id).await?.ok_or(Error::NotFound)?;
                let before = Some((loaded.record.revision, loaded.head));
                RecordChange { kind: kind.clone(), before, after: loaded.record, events: Vec::new() }
            }
        };
        if !rights(self.keeper, kind, &change.after, self.app.now()).may(Doing::Read) {
            return Err(Error::NotFound);
        }
        let by = (self.app, self.rule, self.keeper);
        let acted = Acted::of(change.after.clone());
        let acting = Acting::new(by, kind, self.origin.clone(), acted, (Some(view), midway, 0));
        let mut acted = acting.all(&each.actions, None).await?;
        if acted.is_nothing() {
            return Ok((Outcome::Nothing, None, acted.trace));
        }
        self.acted.take_besides(&mut acted);
        let made = acted.events.first().map(|event| event.seq);
        if made.is_some() {
            change.events.extend(acted.events);
            change.after = acted.record;
            put(&mut self.acted.others, vec![change]);
        }
        Ok((Outcome::Done, made, acted.trace))
    }

    /// Answers the open question for approval; its number.
    pub(super) async fn answer(&mut self, agrees: bool, reason: &str) -> Result<String, Error> {
        let mut about = Going::midway(self.kind.clone(), self.acted.record.clone());
        let midway = self.all_midway();
        let change = self.app.answer_by_rule(self.keeper, &mut about, &midway, (agrees, reason), &self.origin).await?;
        drop(midway);
        let number = change.after.number.clone();
        put(&mut self.acted.others, vec![change]);
        self.went_on(about);
        Ok(number)
    }

    /// Has further people be asked for approval; 0 where they are already.
    pub(super) async fn ask_approval(&mut self, policy: &str) -> Result<usize, Error> {
        let mut about = Going::midway(self.kind.clone(), self.acted.record.clone());
        let midway = self.all_midway();
        let change = self.app.ask_by_rule(self.keeper, &mut about, &midway, policy, &self.origin).await?;
        drop(midway);
        let Some(change) = change else { return Ok(0) };
        match change.before {
            Some(_) => put(&mut self.acted.others, vec![change]),
            None => self.acted.made.push(change),
        }
        self.went_on(about);
        Ok(1)
    }

    /// Takes over what an approval made of the record. It belongs to the same chain of rules.
    fn went_on(&mut self, about: Going) {
        let mut events = about.events;
        events.iter_mut().for_each(|event| event.cause.clone_from(&self.origin.cause));
        self.acted.events.extend(events);
        self.acted.record = about.after;
    }

    fn all_midway(&self) -> Vec<&[RecordChange]> {
        let own = [self.acted.others.as_slice(), self.acted.made.as_slice()];
        own.into_iter().chain(self.midway.iter().copied()).collect()
    }

    /// Refuses to change what is decided in the act that decides it, or asks for it.
    pub(super) fn check_decided(&self) -> Result<(), Error> {
        let Some(point) = &self.kind.approval else { return Ok(()) };
        let id = Some(self.acted.record.id);
        let is_decided = self
            .all_midway()
            .into_iter()
            .flatten()
            .any(|change| change.kind.key == APPROVAL && change.after.reference("subject") == id);
        let changes = |key: &String| {
            let changed = self.acted.events.iter().flat_map(|event| &event.changes);
            changed.into_iter().any(|change| change.field == *key && change.from != change.to)
        };
        match is_decided && point.plan.iter().any(changes) {
            true => {
                let message = "A rule does not decide what changes in the same act".to_owned();
                Err(Error::Illegal { message, allowed: Vec::new() })
            }
            false => Ok(()),
        }
    }
}
