//! Recurring work: records that are made on their days, once each, whoever runs and however often.
//!
//! A turn writes the new record and the schedule's place in one transaction, on the condition that the schedule is still
//! as it was read. So two nodes that take the same turn have its effect once, and a node that dies in between leaves
//! either both or nothing. One job looks for what is due and asks for its next run in the commit that ends it.

use std::sync::Arc;

use serde_json::Value as Json;
use steward_model::access::Actor;
use steward_model::command::{Command, Input, Transition, Update};
use steward_model::event::{Cause, Door};
use steward_model::kind::Kind;
use steward_model::moment::Moment;
use steward_model::record::{Fields, Record};
use steward_model::value::typed_value;
use steward_practices::desk::values;
use steward_practices::schedule::{Plan, SCHEDULE, Turn, filled};
use steward_store::change::{ChangeSet, RecordChange};
use steward_store::error::CommitError;

use crate::App;
use crate::boxed;
use crate::deciding::folded;
use crate::error::Error;
use crate::jobs::Round;
use crate::list::ListRequest;
use crate::records::{NewRecord, Origin, Request};

/// The job that looks for what is due.
pub(crate) const ROUND: Round = Round { job: "schedule.turns", kind: SCHEDULE, every: 15 };
/// Schedules seen to in one run; the rest come with the next.
const AT_ONCE: usize = 500;
/// Turns of one schedule in one run.
const TURNS: usize = 100;
/// A turn that is later than this was missed, in seconds.
const LATE: i64 = 900;

/// What came of a turn.
enum Outcome {
    /// A record is to be made.
    Make,
    /// Nothing is, and why.
    Skip(String),
}

/// A record that was decided and is not yet written.
type Made = Option<(RecordChange, String)>;

impl App {
    /// Makes what schedules have due.
    ///
    /// # Errors
    /// When the database is away. A schedule that cannot be carried out says so on its record, and keeps no other one
    /// from its turn.
    #[boxed]
    pub async fn run_schedules(&self) -> Result<(), Error> {
        let kind = self.kind(SCHEDULE)?.clone();
        let filter = "state == 'active' && (!has(next_run_at) || next_run_at <= now)";
        let request = ListRequest { filter: Some(filter.to_owned()), ..ListRequest::default() };
        for schedule in self.all_matching(&Actor::system(), &kind, &request, AT_ONCE).await? {
            for _ in 0..TURNS {
                match self.take_turn(&kind, &schedule.id.to_string()).await {
                    Ok(true) => {}
                    Ok(false) => break,
                    Err(Error::Unavailable) => return Err(Error::Unavailable),
                    Err(error) => {
                        tracing::warn!(%error, schedule = schedule.number, "recurring work could not be seen to");
                        break;
                    }
                }
            }
        }
        Ok(())
    }

    /// The next turns of a schedule, for its page; none for one that has no more.
    ///
    /// # Errors
    /// [`Error::Invalid`] for one whose turns cannot be worked out.
    #[boxed]
    pub async fn next_turns(&self, schedule: &Record, most: usize) -> Result<Vec<Turn>, Error> {
        let plan = self.plan_of(schedule).await?;
        let Some(first) = plan.first_after(self.now().timestamp()) else { return Ok(Vec::new()) };
        let turns = plan.from(first.planned, u16::try_from(most).unwrap_or(u16::MAX));
        Ok(turns)
    }

    async fn plan_of(&self, schedule: &Record) -> Result<Plan, Error> {
        let working = match schedule.reference("calendar") {
            Some(calendar) => Some(self.compiled(calendar).await?),
            None => None,
        };
        Plan::of(schedule, working).map_err(Error::Invalid)
    }

    /// One step of a schedule: works out its first turn, or takes the one that is due. `false` when nothing is left to do.
    async fn take_turn(&self, kind: &Arc<Kind>, name: &str) -> Result<bool, Error> {
        let loaded = self.find(&Actor::system(), kind, name).await?;
        let schedule = &loaded.record;
        if schedule.state != "active" {
            return Ok(false);
        }
        let now = self.now();
        let plan = match self.plan_of(schedule).await {
            Ok(plan) => plan,
            Err(error @ (Error::Invalid(_) | Error::NotFound)) => {
                let outcome = format!("could not be worked out: {}", told(&error));
                self.write(kind, &loaded, &[("last_outcome", outcome.into())], None).await?;
                return Ok(false);
            }
            Err(error) => return Err(error),
        };
        let (turn, following) = match moment_of(schedule, "next_planned_at") {
            Some(planned) => plan.planned_for(planned.timestamp()),
            None => (None, plan.first_after(now.timestamp())),
        };
        let Some(turn) = turn else {
            return match following {
                Some(first) => {
                    self.write(kind, &loaded, &next_fields(Some(&first)), None).await?;
                    Ok(first.at <= now.timestamp())
                }
                None => {
                    let step = Transition { key: "end".to_owned(), ..Transition::default() };
                    let request = Request::Command(Command::Transition(step));
                    self.execute(&Actor::system(), kind, name, &request, &self.by_time("no_further_turn")).await?;
                    Ok(false)
                }
            };
        };
        if turn.at > now.timestamp() {
            self.write(kind, &loaded, &next_fields(Some(&turn)), None).await?;
            return Ok(false);
        }
        let is_last_due = following.as_ref().is_none_or(|next| next.at > now.timestamp());
        let (outcome, made) = match self.outcome(schedule, &plan, &turn, is_last_due).await? {
            Outcome::Skip(reason) => (format!("{}: nothing made, {reason}", turn.planned.date()), None),
            Outcome::Make => match self.make(schedule, &turn).await {
                Ok((change, number)) => (format!("{}: {number} made", turn.planned.date()), Some((change, number))),
                Err(Error::Unavailable) => return Err(Error::Unavailable),
                Err(error) => (format!("{}: nothing made, {}", turn.planned.date(), told(&error)), None),
            },
        };
        let mut fields = next_fields(following.as_ref());
        fields.push(("last_run_at", Moment::from(turn.at).0.into()));
        fields.push(("last_outcome", outcome.chars().take(600).collect::<String>().into()));
        if let Some((change, _)) = &made {
            fields.push(("last_record", change.after.id.0.into()));
        }
        self.write(kind, &loaded, &fields, made).await
    }

    /// Whether a turn that is due is taken.
    async fn outcome(&self, schedule: &Record, plan: &Plan, turn: &Turn, is_last_due: bool) -> Result<Outcome, Error> {
        let late = self.now().timestamp().as_second() - turn.at.as_second();
        let is_missed = late > LATE;
        let last = moment_of(schedule, "last_run_at").map(|at| at.timestamp());
        let last_day = last.map(|at| at.to_zoned(plan.zone().clone()).date());
        let skip = |reason: &str| Ok(Outcome::Skip(reason.to_owned()));
        if turn.is_closed {
            return skip("for the day is closed");
        }
        let is_moved = turn.day != turn.planned.date();
        if last == Some(turn.at) || is_moved && last_day == Some(turn.day) {
            return skip("for it falls on the day of another turn");
        }
        match schedule.text("catch_up") {
            "none" if is_missed => return skip("for it was missed"),
            "last" if is_missed && !is_last_due => return skip("for it was missed, and a later one is due"),
            _ => {}
        }
        if schedule.field("skip_if_open") == Some(&Json::Bool(true))
            && let Some(last) = schedule.reference("last_record")
            && let Some(last) = self.store().get_records(&[last]).await?.into_iter().next()
            && let Some(kind) = self.registry().kind(&last.record.kind)
            && kind.lifecycle.category(&last.record.state).is_open()
        {
            return Ok(Outcome::Skip(format!("for {} is still open", last.record.number)));
        }
        Ok(Outcome::Make)
    }

    /// Decides the record of a turn, with the rights of whoever answers for the schedule.
    async fn make(&self, schedule: &Record, turn: &Turn) -> Result<(RecordChange, String), Error> {
        let owner = schedule.reference("runs_as").ok_or(Error::Unauthenticated)?;
        let actor = self.actor(owner, None).await?;
        let kind = self.kind(schedule.text("for_kind"))?.clone();
        let fields: Input = values(schedule)
            .into_iter()
            .filter_map(|(key, text)| {
                let field = kind.field_named(key)?;
                Some((field.key.clone(), typed_value(field, &filled(text, turn.day), &actor)))
            })
            .collect();
        let organisation = Some(schedule.organisation.to_string());
        let new = NewRecord { fields, organisation, links: Vec::new() };
        let cause = Some(Cause::Schedule(format!("{} {}", schedule.number, schedule.text("title"))));
        let origin = Origin { door: Door::Timer, cause, idempotency_key: None, signed: false };
        let found = self.look_up_input(&actor, &kind, &new.fields, new.organisation.clone()).await?;
        let (event, after) = self.decide_creation(&actor, &kind, &new, &origin, &found).await?;
        let number = after.number.clone();
        Ok((RecordChange { kind, before: None, after, events: vec![event] }, number))
    }

    /// Writes values of a schedule, and with them the record that was made. `true` when it was written; somebody else
    /// was faster otherwise.
    async fn write(
        &self,
        kind: &Arc<Kind>,
        loaded: &steward_store::rows::Loaded,
        fields: &[(&str, Json)],
        made: Made,
    ) -> Result<bool, Error> {
        let fields: Fields = fields.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect();
        let nothing = Command::Update(Update::default());
        let cause = Cause::Rule(format!("{SCHEDULE}.turn"));
        let events = self.consequence(kind, &loaded.record, &nothing, fields, cause).await?;
        if events.is_empty() {
            return Ok(false);
        }
        let after = folded(loaded.record.clone(), &events)?;
        let before = Some((loaded.record.revision, loaded.head));
        let own = RecordChange { kind: kind.clone(), before, after, events };
        let records = made.into_iter().map(|(change, _)| change).chain([own]).collect();
        match self.commit(ChangeSet { records, ..ChangeSet::default() }).await {
            Ok(()) => Ok(true),
            Err(CommitError::Stale { .. }) => Ok(false),
            // The number was taken meanwhile: the turn is still due and is taken again.
            Err(CommitError::NumberTaken) => Ok(true),
            Err(error) => Err(error.into()),
        }
    }

    fn by_time(&self, rule: &str) -> Origin {
        Origin {
            door: Door::Timer,
            cause: Some(Cause::Rule(format!("{SCHEDULE}.{rule}"))),
            idempotency_key: None,
            signed: false,
        }
    }
}

fn next_fields(next: Option<&Turn>) -> Vec<(&'static str, Json)> {
    let moment = |at: jiff::Timestamp| Json::from(Moment::from(at).0);
    vec![
        ("next_planned_at", next.map_or(Json::Null, |turn| moment(turn.planned_at))),
        ("next_run_at", next.map_or(Json::Null, |turn| moment(turn.at))),
    ]
}

fn moment_of(record: &Record, key: &str) -> Option<Moment> {
    record.field(key).and_then(Json::as_i64).map(Moment)
}

/// An error in the words that stand on the schedule.
fn told(error: &Error) -> String {
    match error {
        Error::Invalid(faults) => {
            let said: Vec<String> = faults.iter().map(|fault| format!("{} {}", fault.field, fault.message)).collect();
            said.join("; ")
        }
        Error::Unauthenticated => "for the person with whose rights it is made may not act any more".to_owned(),
        other => other.to_string(),
    }
}
