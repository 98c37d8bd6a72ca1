//! Answers, and what follows from them: the round goes on or ends, and with its end the record moves on.

use serde_json::Value as Json;
use steward_model::access::Actor;
use steward_model::command::{Command, Input, Transition};
use steward_model::decide::{Context, FieldError, Given, decide};
use steward_model::event::{Cause, Event, Why};
use steward_model::id::RecordId;
use steward_model::kind::{ApprovalPoint, FieldType, Kind};
use steward_model::record::{Fields, Record};
use steward_practices::approval::{APPROVAL, APPROVE, ASK_ALSO, REFUSE, Refused, Round, Verdict};
use steward_store::change::RecordChange;

use super::{Going, ids};
use crate::App;
use crate::boxed;
use crate::error::Error;
use crate::lookup::Found;
use crate::records::{Origin, Request};
use crate::view::RecordView;

/// A step in a round, by whatever door it came.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    /// The round.
    approval: RecordId,
    /// What is done.
    act: Act,
}

#[derive(Debug, Clone)]
enum Act {
    /// On the round itself.
    Answer {
        agrees: bool,
        reason: String,
    },
    /// By a transition of the record; words for its readers stay there.
    AnswerThere {
        agrees: bool,
        reason: String,
        reason_field: String,
    },
    AskAlso,
}

impl App {
    /// The step in a round that a request means: on the round itself, or by the transitions of the record that it is about.
    pub(crate) async fn approval_step(
        &self,
        actor: &Actor,
        kind: &Kind,
        record: &Record,
        request: &Request,
    ) -> Result<Option<Step>, Error> {
        let Request::Command(Command::Transition(move_)) = request else { return Ok(None) };
        let text = |key: &str| move_.fields.get(key).and_then(Json::as_str).unwrap_or_default().to_owned();
        if kind.key == APPROVAL && record.state == "open" {
            let act = match move_.key.as_str() {
                APPROVE => Act::Answer { agrees: true, reason: text("reason") },
                REFUSE => Act::Answer { agrees: false, reason: text("reason") },
                ASK_ALSO => Act::AskAlso,
                _ => return Ok(None),
            };
            return Ok(Some(Step { approval: record.id, act }));
        }
        let Some(point) = kind.approval.as_ref().filter(|point| record.state == point.state) else { return Ok(None) };
        let agrees = move_.key == point.approve;
        if actor.is_system() || !agrees && move_.key != point.reject {
            return Ok(None);
        }
        // A round in which nobody can be asked leaves it to those who answer for the record.
        let open = self.open_approval(record.id).await?.filter(|open| !open.references("pending").is_empty());
        let Some(open) = open else { return Ok(None) };
        // Somebody decides on what they saw.
        let command = Command::Transition(move_.clone());
        let since = self.changed_since(record, &command).await?;
        if point.plan.iter().any(|key| since.contains_key(key)) {
            let message = "What is decided has changed since you opened it; look at it again".to_owned();
            return Err(Error::Illegal { message, allowed: Vec::new() });
        }
        // What came along would be lost, or change what the others decide on.
        let faults: Vec<FieldError> = move_
            .fields
            .iter()
            .filter(|(key, value)| Some(*key) != point.reason.as_ref() && !value.is_null())
            .map(|(key, _)| {
                FieldError::new(key, "is what is decided; change it on the record first, which asks anew".to_owned())
            })
            .collect();
        if !faults.is_empty() {
            return Err(Error::Invalid(faults));
        }
        let comment = || move_.comment.as_ref().map(|comment| comment.body.clone()).unwrap_or_default();
        let said = point.reason.as_deref().map(text).filter(|reason| !reason.is_empty());
        let reason = said.unwrap_or_else(comment);
        let reason_field = point.reason.clone().filter(|_| !agrees).unwrap_or_else(|| "comment".to_owned());
        Ok(Some(Step { approval: open.id, act: Act::AnswerThere { agrees, reason, reason_field } }))
    }

    /// Decides a step in a round, and what follows from it for the record; nothing of it written.
    pub(crate) async fn decide_step(
        &self,
        actor: &Actor,
        step: &Step,
        request: &Request,
        origin: &Origin,
    ) -> Result<Vec<RecordChange>, Error> {
        let kind = self.kind(APPROVAL)?.clone();
        let loaded = self.find(actor, &kind, &step.approval.to_string()).await?;
        let mut going = Going::new(kind, loaded);
        let approval = going.after.clone();
        if approval.state != "open" {
            let outcome = approval.text("outcome");
            let message =
                format!("It was decided already: {}", if outcome.is_empty() { &approval.state } else { outcome });
            return Err(Error::Illegal { message, allowed: Vec::new() });
        }
        let nothing = Transition::default();
        let asked = match request {
            Request::Command(Command::Transition(move_)) => move_,
            _ => &nothing,
        };
        let mut round = Round::of(&approval);
        let excluded = approval.references("excluded");
        let (key, fields) = match &step.act {
            Act::Answer { agrees, reason } | Act::AnswerThere { agrees, reason, .. } => {
                let taken = self.take_answer(actor, &approval, &mut round, (*agrees, reason), origin.signed).await?;
                taken.map_err(|refused| not_taken(refused, step))?;
                let mut fields = Input::new();
                if !reason.is_empty() {
                    fields.insert("reason".to_owned(), reason.as_str().into());
                }
                (if *agrees { APPROVE } else { REFUSE }, fields)
            }
            Act::AskAlso => {
                self.ask_more(actor, &going.kind, &mut round, &asked.fields, &excluded).await?;
                (ASK_ALSO, asked.fields.clone())
            }
        };
        let verdict = round.settle(self.now());
        let (given, pending) = self.fields_of(&round, &excluded).await?;
        // What was said with the move stays where it was said.
        let is_there = matches!(step.act, Act::AnswerThere { .. });
        let comment = asked.comment.clone();
        let (here, there) = if is_there { (None, comment) } else { (comment, None) };
        let move_ = Transition { key: key.to_owned(), fields, comment: here, ..Transition::default() };
        let events = self.answered(actor, &going, move_, given, origin).await?;
        going.take(events)?;
        let Some(mut about) = self.about(&going).await? else { return Ok(vec![going.change()]) };
        if let Some(comment) = there {
            let command = Command::Comment(comment);
            let record = about.after.clone();
            let said = self.decide_on(actor, &about.kind, &record, &command, origin, &Found::default()).await?;
            about.take(said)?;
        }
        self.follow_up(&mut going, &mut about, &round, verdict, &pending).await?;
        Ok([going, about].into_iter().filter(|one| !one.events.is_empty()).map(Going::change).collect())
    }

    async fn take_answer(
        &self,
        actor: &Actor,
        approval: &Record,
        round: &mut Round,
        (agrees, reason): (bool, &str),
        signed: bool,
    ) -> Result<Result<(), Refused>, Error> {
        let excluded = approval.references("excluded");
        if excluded.contains(&actor.person) {
            return Err(illegal("Nobody decides what they asked for, will get or carry out themselves"));
        }
        let stand_ins = self.stand_ins(&round.pending(), &excluded).await?;
        let mut people = vec![actor.person];
        people.extend(stand_ins.get(&actor.person).into_iter().flatten());
        if round.wants_signature(&people, actor.person) && !signed {
            return Err(Error::invalid("current_password", "is needed once more"));
        }
        let taken = round.answer(&people, actor.person, agrees, reason, self.now());
        if taken.is_ok() && signed {
            round.sign(actor.person, self.now());
        }
        Ok(taken)
    }

    /// Whether whoever makes a move of a record signs it with their password: because the move is so, or the answer that it
    /// gives.
    ///
    /// # Errors
    /// When the database is away.
    #[boxed]
    pub async fn wants_signature(&self, actor: &Actor, view: &RecordView, key: &str) -> Result<bool, Error> {
        if view.kind.lifecycle.transition(key).is_some_and(|transition| transition.signature) {
            return Ok(true);
        }
        let approval = match &view.kind.approval {
            _ if view.kind.key == APPROVAL && (key == APPROVE || key == REFUSE) => {
                self.store().get_record(view.record.id).await?.map(|loaded| loaded.record)
            }
            Some(point) if view.record.state == point.state && (key == point.approve || key == point.reject) => {
                self.open_approval(view.record.id).await?
            }
            _ => None,
        };
        let Some(approval) = approval.filter(|approval| approval.state == "open") else { return Ok(false) };
        let round = Round::of(&approval);
        let stand_ins = self.stand_ins(&round.pending(), &approval.references("excluded")).await?;
        let mut people = vec![actor.person];
        people.extend(stand_ins.get(&actor.person).into_iter().flatten());
        Ok(round.wants_signature(&people, actor.person))
    }

    async fn ask_more(
        &self,
        actor: &Actor,
        kind: &Kind,
        round: &mut Round,
        fields: &Input,
        excluded: &[RecordId],
    ) -> Result<(), Error> {
        let found = self.look_up_input(actor, kind, fields, None).await?;
        let people: Vec<RecordId> =
            found.all().filter(|id| found.record(*id).is_some_and(|record| record.kind == "person")).collect();
        let able = self.able(&people, excluded).await?;
        if able.len() < people.len() {
            return Err(Error::invalid(
                "also_ask",
                "names somebody who may not decide this: who asked for it, gets it, carries it out, or left",
            ));
        }
        let Some(ask) = round.present().next().map(|ask| ask.ask) else { return Ok(()) };
        round.ask_also(ask, &able);
        Ok(())
    }

    /// The values that a round makes, and who can decide it now.
    pub(super) async fn fields_of(
        &self,
        round: &Round,
        excluded: &[RecordId],
    ) -> Result<(Fields, Vec<RecordId>), Error> {
        let pending = round.deciders(&self.stand_ins(&round.pending(), excluded).await?);
        let mut fields = round.fields();
        fields.insert("pending".to_owned(), ids(&pending));
        // They belong to the answer, and to the next one who is asked nothing is filled in.
        fields.insert("reason".to_owned(), Json::Null);
        fields.insert("also_ask".to_owned(), Json::Null);
        Ok((fields, pending))
    }

    pub(super) async fn answered(
        &self,
        actor: &Actor,
        going: &Going,
        move_: Transition,
        given: Fields,
        origin: &Origin,
    ) -> Result<Vec<Event>, Error> {
        let record = &going.after;
        let found = self.look_up_input(actor, &going.kind, &move_.fields, None).await?;
        let world = self.world_for(record.organisation).await?;
        let given =
            Some(Given { fields: given, why: Why { rule: "approval".to_owned(), detail: record.number.clone() } });
        let ctx = Context { given, ..self.context(actor, origin, &found, &world) };
        Ok(decide(&going.kind, Some(record), &Command::Transition(move_), &ctx)?)
    }

    /// The record that a round is about.
    pub(super) async fn about(&self, going: &Going) -> Result<Option<Going>, Error> {
        let Some(subject) = going.after.reference("subject") else { return Ok(None) };
        let Some(loaded) = self.store().get_record(subject).await? else { return Ok(None) };
        Ok(Some(Going::new(self.kind(&loaded.record.kind)?.clone(), loaded)))
    }

    /// What follows from a round as it stands: its own end, and what becomes of the record that it is about.
    pub(super) async fn follow_up(
        &self,
        going: &mut Going,
        about: &mut Going,
        round: &Round,
        verdict: Verdict,
        pending: &[RecordId],
    ) -> Result<(), Error> {
        let cause = Cause::Approval(going.after.number.clone());
        // A step of a plan asks beside the lifecycle of the record; the plan goes on by what comes of it.
        let is_step = going.after.reference("plan").is_some();
        if !is_step {
            self.tell_subject(about, pending, cause.clone()).await?;
        }
        let Some(point) = about.kind.approval.clone() else { return Ok(()) };
        if verdict != Verdict::Open {
            let refusal = round.refusal().map(|answer| answer.reason.clone()).unwrap_or_default();
            let mut outcome = match verdict {
                Verdict::Refused => refusal.clone(),
                _ => round.last_approval().map(|answer| answer.reason.clone()).unwrap_or_default(),
            };
            if about.after.state == point.state && !is_step {
                let moved = self.move_on_by(about, &point, round, (verdict, &refusal), cause).await;
                match moved {
                    Ok(events) => about.take(events)?,
                    Err(Error::Unavailable) => return Err(Error::Unavailable),
                    // What was decided stands; whoever answers for the record sees what is in the way.
                    Err(error) => {
                        outcome = format!("decided, but the record could not be moved on: {}", in_words(&error))
                    }
                }
            }
            let key = if verdict == Verdict::Refused { "settle_refused" } else { "settle_approved" };
            let step = Command::Transition(Transition { key: key.to_owned(), ..Transition::default() });
            let outcome: String = outcome.chars().take(600).collect();
            let fields =
                Fields::from([("outcome".to_owned(), if outcome.is_empty() { Json::Null } else { outcome.into() })]);
            let settled = Cause::Rule("approval.settled".to_owned());
            let events = self.consequence(&going.kind.clone(), &going.after.clone(), &step, fields, settled).await?;
            going.take(events)?;
        }
        Ok(())
    }

    /// The move of the record that a decision makes.
    async fn move_on_by(
        &self,
        about: &Going,
        point: &ApprovalPoint,
        round: &Round,
        (verdict, refusal): (Verdict, &str),
        cause: Cause,
    ) -> Result<Vec<Event>, Error> {
        let key = if verdict == Verdict::Refused { &point.reject } else { &point.approve };
        let mut fields = Input::new();
        if let Some(field) = point.reason.as_ref().filter(|_| verdict == Verdict::Refused) {
            fields.insert(field.clone(), cut(&about.kind, field, refusal).into());
        }
        let mut given = Fields::new();
        if let Some(answer) = round.last_approval().filter(|_| verdict == Verdict::Approved) {
            let by = answer.by.unwrap_or(answer.person);
            let stamps = about.kind.lifecycle.transition(key).map(|transition| transition.stamp_person.as_slice());
            given.extend(stamps.unwrap_or_default().iter().map(|field| (field.clone(), Json::from(by.0))));
        }
        let step = Command::Transition(Transition { key: key.clone(), fields, ..Transition::default() });
        self.consequence(&about.kind, &about.after, &step, given, cause).await
    }
}

pub(super) fn illegal(message: &str) -> Error {
    Error::Illegal { message: message.to_owned(), allowed: Vec::new() }
}

/// Why an answer is not taken, at the field where its reason is asked for.
fn not_taken(refused: Refused, step: &Step) -> Error {
    match &step.act {
        Act::AnswerThere { reason_field, .. } => refusal(refused, reason_field),
        Act::Answer { .. } | Act::AskAlso => refusal(refused, "reason"),
    }
}

/// Why an answer is not taken; `reason_field` is where its reason is asked for.
pub(super) fn refusal(refused: Refused, reason_field: &str) -> Error {
    match refused {
        Refused::Answered => illegal("You have answered already"),
        Refused::NotNow => illegal("You are asked in another stage, or your answer is not needed any more"),
        Refused::NotAsked => illegal("Only those who are asked now decide this"),
        Refused::Reason => Error::invalid(reason_field, "is needed: say why"),
    }
}

/// A reason as long as the field takes it.
fn cut(kind: &Kind, field: &str, reason: &str) -> String {
    let most = match kind.field(field).map(|field| field.field_type.value_type()) {
        Some(FieldType::Text { max_length, .. }) => *max_length,
        _ => usize::MAX,
    };
    let reason = reason.trim();
    let reason = if reason.is_empty() { "Refused" } else { reason };
    reason.chars().take(most).collect::<String>().replace('\n', " ")
}

fn in_words(error: &Error) -> String {
    match error {
        Error::Invalid(faults) => {
            faults.iter().map(|fault| format!("{} {}", fault.field, fault.message)).collect::<Vec<_>>().join("; ")
        }
        other => other.to_string(),
    }
}
