//! Ordering: from answers to a service request, with all that follows from the catalogue.
//!
//! What a request says of item, answers, price and team comes from here alone: these fields are not the requester's to
//! write, so a request that names a catalogue item was ordered by its form.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::civil::{Date, Weekday};
use jiff::{Span, tz::TimeZone};
use serde_json::{Map, Value as Json, json};
use steward_model::access::{Action, Actor, may};
use steward_model::apply::apply;
use steward_model::chain::Hash;
use steward_model::command::{Command, Create, Input, Transition};
use steward_model::decide::{Birth, Context, FieldError, Given, decide};
use steward_model::event::{Cause, Door, Event, Why};
use steward_model::form::Stray;
use steward_model::id::{RecordId, Revision};
use steward_model::kind::Kind;
use steward_model::record::{Fields, Record};
use steward_model::value::{MAX_ROWS, References};
use steward_store::change::{ChangeSet, KeptAnswer, RecordChange};
use steward_store::error::CommitError;

use super::Seen;
use crate::App;
use crate::boxed;
use crate::deciding::folded;
use crate::error::Error;
use crate::lookup::Found;
use crate::records::Origin;
use crate::view::RecordView;

/// Put before the keys of questions in faults of an order: `answers.model`.
pub const ANSWERS: &str = "answers.";
/// The kind that an order becomes.
const REQUEST: &str = "service_request";
/// How often an order is tried anew when numbers were taken meanwhile.
const TRIES: usize = 8;
/// Longest note with an order, in characters.
const NOTE_MAX: usize = 4000;

/// An order as it came in.
#[derive(Debug, Clone, Default)]
pub struct Order {
    /// Answers by key of their question, in the form of the interface.
    pub answers: Input,
    /// How many; one when `None`.
    pub quantity: Option<i64>,
    /// Name of the one who gets it; who orders when `None`.
    pub requested_for: Option<String>,
    /// Day by which it is needed.
    pub needed_by: Option<String>,
    /// Who pays.
    pub cost_centre: Option<String>,
    /// What else there is to say.
    pub note: Option<String>,
    /// The revision of the item whose form was answered, when that is known.
    pub revision: Option<Revision>,
    /// Whether answers to questions that are not asked are left out instead of refused.
    pub drops_stray: bool,
}

impl App {
    /// Orders an item of the catalogue.
    ///
    /// # Errors
    /// [`Error::NotFound`] where it is not on offer, [`Error::Invalid`] with faults of answers under `answers.` and the
    /// question's key.
    #[boxed]
    pub async fn order(&self, actor: &Actor, item: &str, order: &Order, origin: &Origin) -> Result<RecordView, Error> {
        let (_, item) = self.orderable(actor, item).await?;
        let kind = self.kind(REQUEST)?.clone();
        let made = self.order_or_refuse(actor, &kind, &item, order, origin).await;
        self.noted(actor, &kind, "", made).await
    }

    async fn order_or_refuse(
        &self,
        actor: &Actor,
        kind: &Arc<Kind>,
        item: &Record,
        order: &Order,
        origin: &Origin,
    ) -> Result<RecordView, Error> {
        let hash = request_hash(item, order);
        if let Some(done) = self.answered_before(actor, kind, hash, origin).await? {
            return Ok(done);
        }
        let (given, approvers) = self.given(actor, item, order, origin.door).await?;
        for _ in 0..TRIES {
            let (events, after) = self.decide_order(actor, kind, item, order, (&given, &approvers), origin).await?;
            let change = RecordChange { kind: kind.clone(), before: None, after: after.clone(), events };
            let mut set = ChangeSet { records: vec![change], ..ChangeSet::default() };
            set.idempotency = origin.idempotency_key.as_ref().map(|key| KeptAnswer {
                actor: actor.person,
                key: key.clone(),
                request_hash: hash,
                status: 201,
                response: after.id.to_string(),
                created_at: self.now(),
            });
            match self.commit_shown(set, after).await {
                Ok(after) => return self.view_of_new(actor, kind, after, false).await,
                Err(CommitError::NumberTaken) => {}
                Err(CommitError::KeyUsed) => {
                    if let Some(done) = self.answered_before(actor, kind, hash, origin).await? {
                        return Ok(done);
                    }
                }
                Err(error) => return Err(error.into()),
            }
        }
        Err(Error::Unavailable)
    }

    /// The values that follow from item and answers, and who must approve.
    async fn given(
        &self,
        actor: &Actor,
        item: &Record,
        order: &Order,
        door: Door,
    ) -> Result<(Fields, Vec<RecordId>), Error> {
        let form = self.form_of(item)?;
        self.check_form_unchanged(actor, item, order).await?;
        let mut texts: BTreeSet<String> = form.reference_texts(&order.answers);
        texts.extend(order.requested_for.clone());
        let found = self.look_up(actor, texts).await?;
        let seen = Seen { found: &found, registry: self.registry() };
        let stray = if order.drops_stray { Stray::Dropped } else { Stray::Refused };
        let answered = form.answer(&order.answers, &seen, &actor.environment(self.now()), stray);
        let mut errors: Vec<FieldError> = answered
            .errors
            .iter()
            .map(|error| FieldError::new(&format!("{ANSWERS}{}", error.field), error.message.clone()))
            .collect();
        let quantity = order.quantity.unwrap_or(1);
        let most = item.field("max_quantity").and_then(Json::as_i64).unwrap_or(1);
        if !(1..=most).contains(&quantity) {
            errors.push(FieldError::new("quantity", format!("must be from 1 to {most}")));
        }
        if order.note.as_ref().is_some_and(|note| note.chars().count() > NOTE_MAX) {
            errors.push(FieldError::new("note", format!("may have at most {NOTE_MAX} characters")));
        }
        let recipient = match self.recipient(actor, item, order, &found).await {
            Ok(recipient) => Some(recipient),
            Err(Error::Invalid(faults)) => {
                errors.extend(faults);
                None
            }
            Err(other) => return Err(other),
        };
        let names = found.all().collect::<BTreeSet<_>>();
        let labels = self.labels(actor, names.clone(), &names).await?;
        let rows = form.rows(&answered, &|id| labels.get(&id).map(|label| label.label.clone()).unwrap_or_default());
        if rows.len() > MAX_ROWS {
            errors.push(FieldError::new("answers", format!("are more than {MAX_ROWS} in all; order in parts")));
        }
        let Some(recipient) = recipient.filter(|_| errors.is_empty()) else { return Err(Error::Invalid(errors)) };
        let approvers = self.approvers_for(actor, item, &recipient).await?;
        let mut fields = Fields::new();
        let mut put = |key: &str, value: Option<Json>| {
            if let Some(value) = value {
                fields.insert(key.to_owned(), value);
            }
        };
        let copied = |key: &str| item.field(key).cloned();
        put("title", Some(title(item, quantity, actor, &recipient).into()));
        put("catalogue_item", Some(item.id.0.into()));
        put("catalogue_item_revision", Some(item.revision.into()));
        put("requested_for", Some(recipient.id.0.into()));
        put("location", recipient.field("location").cloned());
        for key in ["service", "service_offering", "team"] {
            put(key, copied(key));
        }
        put("lines", Some(json!([line(item, quantity)])));
        put("answers", Some(rows).filter(|rows| !rows.is_empty()).map(Json::from));
        for key in ["price", "recurring_price"] {
            put(key, item.field(key).and_then(|price| times(price, quantity)));
        }
        put("channel", Some(if door == Door::Api { "api" } else { "portal" }.into()));
        match approvers.as_slice() {
            // Where a flow delivers it, its plan says when.
            [] if item.text("approval") == "none" && item.field("flow").is_none() => {
                let days = item.field("delivery_days").and_then(Json::as_i64);
                put("promised_on", days.and_then(|days| self.promise(days)));
            }
            [] => {}
            some => put("approvers", Some(some.iter().map(|id| id.0).collect::<Vec<_>>().into())),
        }
        Ok((fields, approvers))
    }

    /// Refuses an order whose form was another one when it was opened.
    async fn check_form_unchanged(&self, actor: &Actor, item: &Record, order: &Order) -> Result<(), Error> {
        let Some(revision) = order.revision.filter(|revision| *revision != item.revision) else { return Ok(()) };
        let kind = self.kind(super::ITEM)?.clone();
        let then = match self.record_at_revision(actor, &kind, &item.number, revision).await {
            Ok(then) => then,
            Err(Error::NotFound) => return Err(Error::invalid("revision", "is no revision of this item")),
            Err(error) => return Err(error),
        };
        let counts = ["form", "price", "recurring_price"];
        if counts.iter().all(|key| then.field(key) == item.field(key)) {
            return Ok(());
        }
        let message = "was changed while you filled it in; look through your answers and order again";
        Err(Error::invalid("revision", message))
    }

    /// Who gets it.
    async fn recipient(&self, actor: &Actor, item: &Record, order: &Order, found: &Found) -> Result<Record, Error> {
        let name = order.requested_for.as_deref().map(str::trim).filter(|name| !name.is_empty());
        let person = match name {
            None => actor.person,
            Some(name) => found
                .resolve(&["person".to_owned()], name)
                .ok_or_else(|| Error::invalid("requested_for", format!("names nobody that you can see: \"{name}\"")))?,
        };
        let loaded = self.store().get_record(person).await?.ok_or(Error::NotFound)?.record;
        if person == actor.person {
            return Ok(loaded);
        }
        if item.field("for_others") != Some(&Json::Bool(true)) {
            return Err(Error::invalid(
                "requested_for",
                "cannot be somebody else: everybody orders this for themselves",
            ));
        }
        // Somebody who has not begun yet has no rights; those of who orders must do.
        let other = self.load_actors(&[person]).await?.into_iter().next();
        let kind = self.kind(super::ITEM)?;
        if other.is_some_and(|other| !may(&other, Action::Order, kind, item, self.now())) {
            return Err(Error::invalid("requested_for", "is somebody to whom this is not offered"));
        }
        Ok(loaded)
    }

    /// Who may approve: never who orders or who gets it.
    async fn approvers_for(&self, actor: &Actor, item: &Record, recipient: &Record) -> Result<Vec<RecordId>, Error> {
        let is_other = |id: &RecordId| *id != actor.person && *id != recipient.id;
        let named = || item.references("approvers").into_iter().filter(is_other).collect::<Vec<_>>();
        match item.text("approval") {
            "named" => Ok(named()),
            "manager" => {
                // One step up, and one more where that is who orders.
                let mut next = recipient.reference("manager");
                for _ in 0..3 {
                    let Some(manager) = next else { break };
                    let Some(loaded) = self.store().get_record(manager).await? else { break };
                    let acts = ["active", "on_leave"].contains(&loaded.record.state.as_str());
                    if is_other(&manager) && acts {
                        return Ok(vec![manager]);
                    }
                    next = loaded.record.reference("manager");
                }
                Ok(named())
            }
            _ => Ok(Vec::new()),
        }
    }

    /// The day after so many working days, as far as weekends go.
    fn promise(&self, days: i64) -> Option<Json> {
        let now = jiff::Timestamp::from_microsecond(self.now().0).ok()?;
        let today = now.to_zoned(TimeZone::UTC).date();
        Some(after_working_days(today, days)?.to_string().into())
    }

    /// Creation, submission, and the question for approval where there is one, as one change.
    async fn decide_order(
        &self,
        actor: &Actor,
        kind: &Arc<Kind>,
        item: &Record,
        order: &Order,
        (given, approvers): (&Fields, &[RecordId]),
        origin: &Origin,
    ) -> Result<(Vec<Event>, Record), Error> {
        let mut fields = Map::new();
        let texts =
            [("description", &order.note), ("needed_by", &order.needed_by), ("cost_centre", &order.cost_centre)];
        for (key, text) in texts {
            if let Some(text) = text.as_ref().filter(|text| !text.trim().is_empty()) {
                fields.insert(key.to_owned(), Json::from(text.as_str()));
            }
        }
        let detail = format!("{} ({}, revision {})", item.text("name"), item.number, item.revision);
        let why = Why { rule: "catalogue".to_owned(), detail };
        let id = self.store().next_ids(1).await?.into_iter().next().ok_or(Error::Unavailable)?;
        let number = self.store().next_numbers(kind, 1).await?.into_iter().next().ok_or(Error::Unavailable)?;
        let organisation = actor.organisation;
        let given = Some(Given { fields: given.clone(), why });
        let birth = Birth { id, number, organisation };
        let found = Found::default();
        let world = self.world_for(organisation).await?;
        let ctx = Context { birth: Some(birth), given, ..self.context(actor, origin, &found, &world) };
        let command = Command::Create(Create { organisation: None, fields, links: Vec::new() });
        let mut events = decide(kind, None, &command, &ctx)?;
        let created = events.first().ok_or(Error::Unavailable)?;
        let mut record = apply(None, created).map_err(Error::internal)?;
        let ctx = self.context(actor, origin, &found, &world);
        for event in decide(kind, Some(&record.clone()), &moved("submit"), &ctx)? {
            record = folded(record, std::slice::from_ref(&event))?;
            events.push(event);
        }
        if !approvers.is_empty() {
            let steward = Actor::system();
            let cause = Some(Cause::Rule("catalogue.approval".to_owned()));
            let ctx = Context { cause, ..self.context(&steward, origin, &found, &world) };
            for event in decide(kind, Some(&record.clone()), &moved("request_approval"), &ctx)? {
                record = folded(record, std::slice::from_ref(&event))?;
                events.push(event);
            }
        }
        Ok((events, record))
    }
}

fn moved(key: &str) -> Command {
    Command::Transition(Transition { key: key.to_owned(), ..Transition::default() })
}

fn request_hash(item: &Record, order: &Order) -> Hash {
    let Order { answers, quantity, requested_for, needed_by, cost_centre, note, .. } = order;
    let text = json!(["order", item.id.0, answers, quantity, requested_for, needed_by, cost_centre, note]).to_string();
    Hash::of(text.as_bytes())
}

fn title(item: &Record, quantity: i64, actor: &Actor, recipient: &Record) -> String {
    let count = if quantity > 1 { format!("{quantity} × ") } else { String::new() };
    let whom = match recipient.text("name") {
        name if recipient.id != actor.person && !name.is_empty() => format!(" for {name}"),
        _ => String::new(),
    };
    format!("{count}{}{whom}", item.text("name"))
}

fn line(item: &Record, quantity: i64) -> Json {
    let mut line = Map::new();
    line.insert("item".to_owned(), item.text("name").into());
    line.insert("catalogue_item".to_owned(), item.id.0.into());
    line.insert("quantity".to_owned(), quantity.into());
    for key in ["price", "recurring_price"] {
        if let Some(price) = item.field(key) {
            line.insert(key.to_owned(), price.clone());
        }
    }
    Json::Object(line)
}

/// So many times a price; `None` where that is too much to be counted.
fn times(price: &Json, quantity: i64) -> Option<Json> {
    let amount = price.get("amount")?.as_i64()?.checked_mul(quantity)?;
    Some(json!({ "amount": amount, "currency": price.get("currency")? }))
}

fn after_working_days(from: Date, days: i64) -> Option<Date> {
    let mut day = from;
    let mut left = days;
    while left > 0 || is_weekend(day) {
        day = day.checked_add(Span::new().days(1)).ok()?;
        if !is_weekend(day) && left > 0 {
            left -= 1;
        }
    }
    Some(day)
}

fn is_weekend(day: Date) -> bool {
    matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn working_days_leave_weekends_out() {
        let check = |from: &str, days: i64, to: &str| {
            assert_eq!(after_working_days(from.parse().unwrap(), days).unwrap().to_string(), to, "{from} + {days}");
        };
        check("2026-03-02", 0, "2026-03-02");
        check("2026-03-02", 3, "2026-03-05");
        check("2026-03-05", 2, "2026-03-09");
        check("2026-03-06", 1, "2026-03-09");
        check("2026-03-07", 0, "2026-03-09");
        check("2026-03-07", 1, "2026-03-09");
        check("2026-03-02", 10, "2026-03-16");
    }

    #[test]
    fn prices_are_multiplied_or_not_told() {
        let price = json!({ "amount": 1_240_000_000_i64, "currency": "EUR" });
        assert_eq!(times(&price, 3), Some(json!({ "amount": 3_720_000_000_i64, "currency": "EUR" })));
        assert_eq!(times(&json!({ "amount": i64::MAX, "currency": "EUR" }), 2), None);
    }
}
