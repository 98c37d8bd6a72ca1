//! Rounds as pages and the interface show them beside the record that they are about.

use std::collections::BTreeSet;

use steward_model::access::{Action, Actor, may};
use steward_model::id::RecordId;
use steward_model::moment::Moment;
use steward_model::record::Record;
use steward_practices::approval::{APPROVAL, Answer, Ask, Round};

use crate::App;
use crate::boxed;
use crate::error::Error;
use crate::view::Labels;

/// Rounds shown beside a record.
const SHOWN: usize = 5;

/// A round, as somebody may see it.
#[derive(Debug)]
pub struct ApprovalSeen {
    /// Its record.
    pub record: Record,
    /// Its questions, by stage.
    pub asks: Vec<AskSeen>,
    /// Names of people.
    pub labels: Labels,
    /// Whether the reader can decide it now.
    pub is_theirs: bool,
    /// Who stands in today for somebody who is asked and away: the one asked, and who stands in.
    pub stand_ins: Vec<(RecordId, RecordId)>,
}

/// A question with its answers.
#[derive(Debug)]
pub struct AskSeen {
    /// The question.
    pub ask: Ask,
    /// What was said.
    pub answers: Vec<Answer>,
    /// Whether it is asked now.
    pub is_present: bool,
}

impl ApprovalSeen {
    /// By when an answer is wanted.
    pub fn due_at(&self) -> Option<Moment> {
        self.record.field("due_at").and_then(serde_json::Value::as_i64).map(Moment)
    }
}

impl App {
    /// The rounds about a record that somebody may see, the newest first.
    ///
    /// # Errors
    /// When the database is away.
    #[boxed]
    pub async fn approvals_on(&self, actor: &Actor, subject: RecordId) -> Result<Vec<ApprovalSeen>, Error> {
        let Some(kind) = self.registry().kind(APPROVAL).cloned() else { return Ok(Vec::new()) };
        let now = self.now();
        let mut seen = Vec::new();
        for record in self.approvals_about(subject).await?.into_iter().take(SHOWN) {
            if may(actor, Action::Read, &kind, &record, now) {
                seen.push(self.approval_seen(actor, record).await?);
            }
        }
        Ok(seen)
    }

    /// A round with the names of those in it.
    ///
    /// # Errors
    /// When the database is away.
    #[boxed]
    pub async fn approval_seen(&self, actor: &Actor, record: Record) -> Result<ApprovalSeen, Error> {
        let round = Round::of(&record);
        let present: Vec<i64> = round.present().map(|ask| ask.ask).collect();
        let stand_ins: Vec<(RecordId, RecordId)> = match record.state.as_str() {
            "open" => {
                let found = self.stand_ins(&round.pending(), &record.references("excluded")).await?;
                found.into_iter().flat_map(|(by, whose)| whose.into_iter().map(move |one| (one, by))).collect()
            }
            _ => Vec::new(),
        };
        let mut people: BTreeSet<RecordId> =
            round.answers.iter().flat_map(|answer| [Some(answer.person), answer.by]).flatten().collect();
        people.extend(stand_ins.iter().map(|(_, by)| *by));
        let labels = self.labels(actor, people.clone(), &people).await?;
        let is_open = record.state == "open";
        let mut asks: Vec<AskSeen> = round
            .asks
            .iter()
            .map(|ask| AskSeen {
                ask: ask.clone(),
                answers: round.answers.iter().filter(|answer| answer.ask == ask.ask).cloned().collect(),
                is_present: is_open && present.contains(&ask.ask),
            })
            .collect();
        asks.sort_by_key(|seen| (seen.ask.stage, seen.ask.ask));
        let is_theirs = is_open && record.references("pending").contains(&actor.person);
        Ok(ApprovalSeen { record, asks, labels, is_theirs, stand_ins })
    }
}
