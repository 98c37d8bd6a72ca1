//! A round of questions and answers: stages one after the other, the questions of a stage together, and for each what
//! must come together. All of it stands in two tables of the approval's record.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};
use steward_model::id::RecordId;
use steward_model::moment::Moment;
use steward_model::record::{Fields, Record};

/// How many of those who are asked must agree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Need {
    /// One.
    #[default]
    Any,
    /// Each.
    All,
    /// So many, or all where fewer are asked.
    Number(i64),
    /// So many per cent, rounded up.
    Share(i64),
}

/// What follows when nobody answers in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Late {
    /// Nothing.
    #[default]
    Wait,
    /// The managers of those who are late are asked as well.
    PassOn,
    /// It counts as refused.
    Refuse,
}

impl Late {
    /// The way with this key; waiting for any other.
    pub fn named(key: &str) -> Self {
        match key {
            "pass_on" => Self::PassOn,
            "refuse" => Self::Refuse,
            _ => Self::Wait,
        }
    }

    fn key(self) -> &'static str {
        match self {
            Self::Wait => "wait",
            Self::PassOn => "pass_on",
            Self::Refuse => "refuse",
        }
    }
}

/// A question to some people.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ask {
    /// Its place in the round, from 1.
    pub ask: i64,
    /// The stage that it belongs to.
    pub stage: i64,
    /// Who is asked, or why, in words.
    pub name: String,
    /// How many must agree.
    pub need: Need,
    /// Whether one refusal ends it.
    pub ends_at_once: bool,
    /// Whether a reason is needed with agreement as well.
    pub always_reason: bool,
    /// Whether who answers gives their password once more.
    pub sign: bool,
    /// Seconds within which it is to be answered.
    pub within: Option<i64>,
    /// Seconds between reminders.
    pub remind_every: Option<i64>,
    /// What follows when it is late.
    pub when_late: Late,
    /// When its stage began.
    pub asked_at: Option<Moment>,
    /// By when an answer is wanted.
    pub due_at: Option<Moment>,
    /// The last reminder.
    pub reminded_at: Option<Moment>,
    /// The policy that it follows from.
    pub policy: Option<RecordId>,
}

/// What somebody said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said {
    /// Nothing yet.
    Waiting,
    /// That they agree.
    Approved,
    /// That they do not.
    Refused,
    /// Their answer is not needed any more.
    Released,
}

impl Said {
    /// The word of storage and interface.
    pub fn key(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Approved => "approved",
            Self::Refused => "refused",
            Self::Released => "released",
        }
    }

    fn named(key: &str) -> Self {
        match key {
            "approved" => Self::Approved,
            "refused" => Self::Refused,
            "released" => Self::Released,
            _ => Self::Waiting,
        }
    }
}

/// The answer of one person to one question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Place of the question.
    pub ask: i64,
    /// Who is asked.
    pub person: RecordId,
    /// What they said.
    pub said: Said,
    /// Who said it, where that was somebody who stood in.
    pub by: Option<RecordId>,
    /// When.
    pub at: Option<Moment>,
    /// Why.
    pub reason: String,
    /// Whether the password was given once more with it.
    pub signed: bool,
}

/// How a round stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Somebody must still answer.
    Open,
    /// Everything that was needed came together.
    Approved,
    /// It cannot come together any more.
    Refused,
}

/// Why an answer is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// They answered before.
    Answered,
    /// They are asked in a later stage, or not needed any more.
    NotNow,
    /// They are not asked.
    NotAsked,
    /// A reason is needed.
    Reason,
}

/// Questions and answers of one approval.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Round {
    /// The questions, by place.
    pub asks: Vec<Ask>,
    /// The answers, in the order in which people were asked.
    pub answers: Vec<Answer>,
}

impl Round {
    /// Reads the tables of an approval.
    pub fn of(approval: &Record) -> Self {
        let rows = |key: &str| approval.field(key).and_then(Json::as_array).cloned().unwrap_or_default();
        Self {
            asks: rows("asks").iter().map(ask_of).collect(),
            answers: rows("answers").iter().filter_map(answer_of).collect(),
        }
    }

    /// Adds a question to some people, each once.
    pub fn add(&mut self, ask: Ask, people: &[RecordId]) {
        let place = self.asks.iter().map(|ask| ask.ask).max().unwrap_or_default() + 1;
        self.asks.push(Ask { ask: place, ..ask });
        self.ask_also(place, people);
    }

    /// Asks more people a question that is there; those who are asked it already are not asked twice.
    pub fn ask_also(&mut self, ask: i64, people: &[RecordId]) {
        for person in people {
            if !self.answers.iter().any(|answer| answer.ask == ask && answer.person == *person) {
                let (person, said) = (*person, Said::Waiting);
                let reason = String::new();
                self.answers.push(Answer { ask, person, said, by: None, at: None, reason, signed: false });
            }
        }
    }

    /// The stage that is asked now; `None` when all came together.
    pub fn stage(&self) -> Option<i64> {
        self.asks.iter().filter(|ask| !self.is_met(ask)).map(|ask| ask.stage).min()
    }

    /// The questions of the present stage that want answers.
    pub fn present(&self) -> impl Iterator<Item = &Ask> {
        let stage = self.stage();
        self.asks.iter().filter(move |ask| Some(ask.stage) == stage && !self.is_met(ask))
    }

    /// Who is asked now, each once.
    pub fn pending(&self) -> Vec<RecordId> {
        let present: Vec<i64> = self.present().map(|ask| ask.ask).collect();
        let waiting =
            self.answers.iter().filter(|answer| answer.said == Said::Waiting && present.contains(&answer.ask));
        distinct(waiting.map(|answer| answer.person))
    }

    /// Everybody who is or will be asked, each once.
    pub fn people(&self) -> Vec<RecordId> {
        distinct(self.answers.iter().map(|answer| answer.person))
    }

    /// Takes an answer to each question of the present stage that waits for one of these people: somebody and those for
    /// whom they stand in. Where a number is needed, nobody answers twice, in whose place ever.
    ///
    /// # Errors
    /// [`Refused`], and nothing is taken.
    pub fn answer(
        &mut self,
        people: &[RecordId],
        by: RecordId,
        agrees: bool,
        reason: &str,
        now: Moment,
    ) -> Result<(), Refused> {
        let votes: Vec<(usize, bool)> = self
            .present()
            .flat_map(|ask| self.votes(ask, people, by).into_iter().map(|place| (place, ask.always_reason)))
            .collect();
        if votes.is_empty() {
            let mine = || self.answers.iter().filter(|answer| people.contains(&answer.person));
            return Err(match (mine().count(), mine().any(|answer| answer.at.is_some())) {
                (0, _) => Refused::NotAsked,
                (_, true) => Refused::Answered,
                (_, false) if self.answers.iter().any(|answer| answer.by == Some(by)) => Refused::Answered,
                (_, false) => Refused::NotNow,
            });
        }
        let needs_reason = !agrees || votes.iter().any(|(_, always)| *always);
        if needs_reason && reason.trim().is_empty() {
            return Err(Refused::Reason);
        }
        for (place, _) in votes {
            let answer = &mut self.answers[place];
            answer.said = if agrees { Said::Approved } else { Said::Refused };
            answer.by = Some(by).filter(|by| *by != answer.person);
            answer.at = Some(now);
            reason.trim().clone_into(&mut answer.reason);
        }
        Ok(())
    }

    /// Whether an answer of somebody, for themselves and for those for whom they stand in, is to be signed.
    pub fn wants_signature(&self, people: &[RecordId], by: RecordId) -> bool {
        self.present().any(|ask| ask.sign && !self.votes(ask, people, by).is_empty())
    }

    /// Notes that what somebody answered at a moment was signed.
    pub fn sign(&mut self, by: RecordId, now: Moment) {
        let is_theirs = |answer: &&mut Answer| answer.at == Some(now) && answer.by.unwrap_or(answer.person) == by;
        self.answers.iter_mut().filter(is_theirs).for_each(|answer| answer.signed = true);
    }

    /// Has a question count as refused by those who did not answer it.
    pub fn lapse(&mut self, ask: i64, reason: &str, now: Moment) {
        for answer in self.answers.iter_mut().filter(|answer| answer.ask == ask && answer.said == Said::Waiting) {
            answer.said = Said::Refused;
            answer.at = Some(now);
            reason.clone_into(&mut answer.reason);
        }
        if let Some(ask) = self.asks.iter_mut().find(|one| one.ask == ask) {
            ask.ends_at_once = true;
        }
    }

    /// Asks somebody in the place of one who is there no more; nobody, where there is nobody.
    pub fn replace(&mut self, gone: RecordId, by: Option<RecordId>) {
        let places: Vec<i64> = self.asks.iter().map(|ask| ask.ask).collect();
        for ask in places {
            let is_theirs =
                |answer: &Answer| answer.ask == ask && answer.person == gone && answer.said == Said::Waiting;
            if self.answers.iter().any(is_theirs) {
                self.answers.retain(|answer| !is_theirs(answer));
                self.ask_also(ask, by.as_slice());
            }
        }
    }

    /// Who can answer now: those who are asked, and those who stand in for them (each with those for whom), as far as
    /// their word still counts.
    pub fn deciders(&self, stand_ins: &BTreeMap<RecordId, Vec<RecordId>>) -> Vec<RecordId> {
        let able = |person: &RecordId| {
            let people: Vec<RecordId> =
                std::iter::once(*person).chain(stand_ins.get(person).into_iter().flatten().copied()).collect();
            self.present().any(|ask| !self.votes(ask, &people, *person).is_empty())
        };
        distinct(self.pending().into_iter().chain(stand_ins.keys().copied()).filter(able))
    }

    /// Everybody from whom an answer is still wanted, in this stage or a later one, each once.
    pub fn waiting(&self) -> Vec<RecordId> {
        distinct(self.answers.iter().filter(|answer| answer.said == Said::Waiting).map(|answer| answer.person))
    }

    /// The places of the answers to a question that somebody may give, for themselves and for those for whom they stand in.
    fn votes(&self, ask: &Ask, people: &[RecordId], by: RecordId) -> Vec<usize> {
        let mut open: Vec<usize> = (0..self.answers.len())
            .filter(|place| {
                let answer = &self.answers[*place];
                answer.ask == ask.ask && answer.said == Said::Waiting && people.contains(&answer.person)
            })
            .collect();
        if matches!(ask.need, Need::Number(_) | Need::Share(_)) {
            // Several heads are wanted, and one head has one.
            let spoke = |answer: &Answer| answer.at.is_some() && answer.by.unwrap_or(answer.person) == by;
            if self.answers_to(ask).any(spoke) {
                return Vec::new();
            }
            open.sort_by_key(|place| self.answers[*place].person != by);
            open.truncate(1);
        }
        open
    }

    /// Brings the round up to date after answers, people or time: who is not needed is released, and a stage that begins
    /// gets its dates.
    pub fn settle(&mut self, now: Moment) -> Verdict {
        let verdict = self.verdict();
        let stage = self.stage();
        let asks = self.asks.clone();
        for ask in &asks {
            if verdict != Verdict::Open || self.is_met(ask) {
                let waiting = |answer: &&mut Answer| answer.ask == ask.ask && answer.said == Said::Waiting;
                self.answers.iter_mut().filter(waiting).for_each(|answer| answer.said = Said::Released);
            }
        }
        if verdict == Verdict::Open {
            for ask in self.asks.iter_mut().filter(|ask| Some(ask.stage) == stage && ask.asked_at.is_none()) {
                ask.asked_at = Some(now);
                ask.due_at = ask.within.map(|within| now.plus_seconds(within));
            }
        }
        verdict
    }

    /// How it stands.
    pub fn verdict(&self) -> Verdict {
        if self.asks.iter().any(|ask| self.is_lost(ask)) {
            Verdict::Refused
        } else if self.stage().is_none() {
            Verdict::Approved
        } else {
            Verdict::Open
        }
    }

    /// The first reason of a refusal, and who gave it.
    pub fn refusal(&self) -> Option<&Answer> {
        self.answers.iter().find(|answer| answer.said == Said::Refused)
    }

    /// The last one who agreed.
    pub fn last_approval(&self) -> Option<&Answer> {
        let agreed = self.answers.iter().filter(|answer| answer.said == Said::Approved);
        agreed.max_by_key(|answer| answer.at)
    }

    /// When it is to be looked at again: the next reminder or end of time of the present stage.
    pub fn look_at(&self) -> Option<Moment> {
        let late = self.present().filter(|ask| ask.when_late != Late::Wait).filter_map(|ask| ask.due_at);
        let reminders = self.present().filter_map(|ask| {
            let last = ask.reminded_at.or(ask.asked_at)?;
            Some(last.plus_seconds(ask.remind_every?))
        });
        late.chain(reminders).min()
    }

    /// By when the first answer of the present stage is wanted.
    pub fn due_at(&self) -> Option<Moment> {
        self.present().filter_map(|ask| ask.due_at).min()
    }

    /// The values of the record that the round makes, all but who stands in.
    pub fn fields(&self) -> Fields {
        let moment = |at: Option<Moment>| at.map_or(Json::Null, |at| Json::from(at.0));
        let people = |ids: Vec<RecordId>| match ids.is_empty() {
            true => Json::Null,
            false => ids.iter().map(|id| id.0).collect::<Vec<_>>().into(),
        };
        let rows = |rows: Vec<Json>| if rows.is_empty() { Json::Null } else { Json::from(rows) };
        let mut fields = Fields::new();
        fields.insert("asks".to_owned(), rows(self.asks.iter().map(ask_row).collect()));
        fields.insert("answers".to_owned(), rows(self.answers.iter().map(answer_row).collect()));
        fields.insert("pending".to_owned(), people(self.pending()));
        fields.insert("approvers".to_owned(), people(self.people()));
        fields.insert("due_at".to_owned(), moment(self.due_at()));
        fields.insert("look_at".to_owned(), moment(self.look_at()));
        fields
    }

    /// How many must agree to a question: never more than are asked, and one at least, so that a question to nobody is
    /// never met.
    fn needed(&self, ask: &Ask) -> usize {
        let asked = self.answers_to(ask).count();
        let count = |number: i64| usize::try_from(number).unwrap_or(1);
        let needed = match ask.need {
            Need::Any => 1,
            Need::All => asked,
            Need::Number(number) => count(number).min(asked),
            Need::Share(share) => (asked * count(share)).div_ceil(100),
        };
        needed.max(1)
    }

    fn answers_to<'a>(&'a self, ask: &'a Ask) -> impl Iterator<Item = &'a Answer> {
        self.answers.iter().filter(move |answer| answer.ask == ask.ask)
    }

    fn is_met(&self, ask: &Ask) -> bool {
        self.answers_to(ask).filter(|answer| answer.said == Said::Approved).count() >= self.needed(ask)
    }

    fn is_lost(&self, ask: &Ask) -> bool {
        let refused = self.answers_to(ask).filter(|answer| answer.said == Said::Refused).count();
        let asked = self.answers_to(ask).count();
        refused > 0 && (ask.ends_at_once || asked - refused < self.needed(ask))
    }
}

fn distinct(people: impl Iterator<Item = RecordId>) -> Vec<RecordId> {
    let mut known = Vec::new();
    for person in people {
        if !known.contains(&person) {
            known.push(person);
        }
    }
    known
}

fn ask_of(row: &Json) -> Ask {
    let integer = |key: &str| row.get(key).and_then(Json::as_i64);
    let text = |key: &str| row.get(key).and_then(Json::as_str).unwrap_or_default();
    let number = integer("how_many").unwrap_or(1);
    Ask {
        ask: integer("ask").unwrap_or_default(),
        stage: integer("stage").unwrap_or(1),
        name: text("name").to_owned(),
        need: match text("need") {
            "all" => Need::All,
            "number" => Need::Number(number),
            "share" => Need::Share(number),
            _ => Need::Any,
        },
        ends_at_once: row.get("ends_at_once") != Some(&Json::Bool(false)),
        always_reason: text("reason") == "always",
        sign: row.get("sign") == Some(&Json::Bool(true)),
        within: integer("within"),
        remind_every: integer("remind_every"),
        when_late: Late::named(text("when_late")),
        asked_at: integer("asked_at").map(Moment),
        due_at: integer("due_at").map(Moment),
        reminded_at: integer("reminded_at").map(Moment),
        policy: integer("policy").map(RecordId),
    }
}

fn ask_row(ask: &Ask) -> Json {
    let (need, number) = match ask.need {
        Need::Any => ("any", None),
        Need::All => ("all", None),
        Need::Number(number) => ("number", Some(number)),
        Need::Share(share) => ("share", Some(share)),
    };
    let moment = |at: Option<Moment>| at.map(|at| at.0);
    let row = json!({
        "ask": ask.ask, "stage": ask.stage, "name": ask.name, "need": need, "how_many": number,
        "ends_at_once": ask.ends_at_once, "reason": if ask.always_reason { "always" } else { "refusal" },
        "within": ask.within, "remind_every": ask.remind_every, "when_late": ask.when_late.key(),
        "asked_at": moment(ask.asked_at), "due_at": moment(ask.due_at), "reminded_at": moment(ask.reminded_at),
        "policy": ask.policy.map(|policy| policy.0), "sign": ask.sign.then_some(true),
    });
    without_nulls(row)
}

fn answer_of(row: &Json) -> Option<Answer> {
    let integer = |key: &str| row.get(key).and_then(Json::as_i64);
    let text = |key: &str| row.get(key).and_then(Json::as_str).unwrap_or_default();
    Some(Answer {
        ask: integer("ask")?,
        person: RecordId(integer("person")?),
        said: Said::named(text("answer")),
        by: integer("by").map(RecordId),
        at: integer("at").map(Moment),
        reason: text("reason").to_owned(),
        signed: row.get("signed") == Some(&Json::Bool(true)),
    })
}

fn answer_row(answer: &Answer) -> Json {
    without_nulls(json!({
        "ask": answer.ask, "person": answer.person.0, "answer": answer.said.key(),
        "by": answer.by.map(|by| by.0), "at": answer.at.map(|at| at.0),
        "reason": Some(&answer.reason).filter(|reason| !reason.is_empty()),
        "signed": answer.signed.then_some(true),
    }))
}

/// A row as it is stored: what is empty is not there.
fn without_nulls(row: Json) -> Json {
    match row {
        Json::Object(row) => row.into_iter().filter(|(_, value)| !value.is_null()).collect::<Map<_, _>>().into(),
        other => other,
    }
}

#[cfg(test)]
mod tests;
