//! What time does to rounds: reminders, the end of patience, and absences that begin and end.
//!
//! Each thing it does is guarded by what stands in the round, so a run that broke off is done again without harm.

use std::collections::BTreeSet;

use steward_model::access::Actor;
use steward_model::event::Cause;
use steward_model::id::RecordId;
use steward_model::moment::Moment;
use steward_model::record::Record;
use steward_practices::approval::{APPROVAL, Late, Round, Said};
use steward_store::change::ChangeSet;
use steward_store::error::CommitError;

use super::people::Acquainted;
use super::{Going, nothing};
use crate::App;
use crate::boxed;
use crate::error::Error;
use crate::jobs::Round as JobRound;
use crate::list::ListRequest;

/// The job that looks at open rounds.
pub(crate) const ROUND: JobRound = JobRound { job: "approval.care", kind: APPROVAL, every: 30 };
/// The cause of entries that remind those who are asked.
pub(crate) const REMINDER: &str = "approval.reminder";
/// Rounds seen to in one run.
const AT_ONCE: usize = 2_000;

impl App {
    /// Minds what time does to open rounds.
    ///
    /// # Errors
    /// When the database is away. A round that cannot be seen to keeps no other one waiting.
    #[boxed]
    pub async fn care_for_approvals(&self) -> Result<(), Error> {
        let kind = self.kind(APPROVAL)?.clone();
        let request = ListRequest { filter: Some("state == 'open'".to_owned()), ..ListRequest::default() };
        let open = self.all_matching(&Actor::system(), &kind, &request, AT_ONCE).await?;
        let waiting: BTreeSet<RecordId> = open.iter().flat_map(|approval| Round::of(approval).waiting()).collect();
        // One look at all people: most rounds want nothing.
        let known = self.with_substitutes(&waiting.into_iter().collect::<Vec<_>>()).await?;
        for approval in open.into_iter().filter(|approval| self.wants_care(approval, &known)) {
            match self.care_for(approval.id).await {
                Ok(()) => {}
                Err(Error::Unavailable) => return Err(Error::Unavailable),
                Err(error) => tracing::warn!(%error, approval = approval.number, "an approval could not be seen to"),
            }
        }
        Ok(())
    }

    /// Whether time has brought something about: a date, an absence that began or ended, somebody who left.
    fn wants_care(&self, approval: &Record, known: &Acquainted) -> bool {
        let round = Round::of(approval);
        let stand_ins = known.stand_ins(&round.pending(), &approval.references("excluded"), self.now());
        is_due(approval, self.now())
            || round.waiting().into_iter().any(|person| !known.acts(person))
            || round.deciders(&stand_ins) != approval.references("pending")
    }

    async fn care_for(&self, id: RecordId) -> Result<(), Error> {
        let Some(loaded) = self.store().get_record(id).await?.filter(|loaded| loaded.record.state == "open") else {
            return Ok(());
        };
        let mut going = Going::new(self.kind(APPROVAL)?.clone(), loaded);
        let approval = going.after.clone();
        let excluded = approval.references("excluded");
        let mut round = Round::of(&approval);
        let mut rule = self.pass_time(&approval, &mut round, &excluded).await?;
        if self.replace_who_left(&mut round, &excluded).await? {
            rule = "approval.replaced";
        }
        let verdict = round.settle(self.now());
        let (mut fields, pending) = self.fields_of(&round, &excluded).await?;
        fields.retain(|key, value| approval.field(key).unwrap_or(&serde_json::Value::Null) != value);
        if fields.is_empty() {
            return Ok(());
        }
        let cause = Cause::Rule(rule.to_owned());
        let events = self.consequence(&going.kind.clone(), &approval, &nothing(), fields, cause).await?;
        going.take(events)?;
        let mut records = Vec::new();
        if let Some(mut about) = self.about(&going).await? {
            self.follow_up(&mut going, &mut about, &round, verdict, &pending).await?;
            records.extend(Some(about).filter(|about| !about.events.is_empty()).map(Going::change));
        }
        records.push(going.change());
        match self.commit(ChangeSet { records, ..ChangeSet::default() }).await {
            // Somebody answered at the same moment; the next run looks again.
            Ok(()) | Err(CommitError::Stale { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// What is due by now happens to the round; the name of it.
    async fn pass_time(
        &self,
        approval: &Record,
        round: &mut Round,
        excluded: &[RecordId],
    ) -> Result<&'static str, Error> {
        let now = self.now();
        let mut rule = "approval.absence";
        if !is_due(approval, now) {
            return Ok(rule);
        }
        let present: Vec<i64> = round.present().map(|ask| ask.ask).collect();
        for place in present {
            let waiting: Vec<RecordId> = round
                .answers
                .iter()
                .filter(|answer| answer.ask == place && answer.said == Said::Waiting)
                .map(|answer| answer.person)
                .collect();
            let Some(ask) = round.asks.iter_mut().find(|ask| ask.ask == place) else { continue };
            let is_late = ask.due_at.is_some_and(|due| due <= now);
            let last = ask.reminded_at.or(ask.asked_at);
            let reminds = ask.remind_every.zip(last).is_some_and(|(every, last)| last.plus_seconds(every) <= now);
            if reminds {
                ask.reminded_at = Some(now);
                rule = REMINDER;
            }
            if is_late && ask.when_late == Late::PassOn {
                // Once is enough.
                ask.when_late = Late::Wait;
                rule = "approval.passed_on";
                let managers = self.managers_of(&waiting, excluded).await?;
                round.ask_also(place, &managers);
            } else if is_late && ask.when_late == Late::Refuse {
                ask.when_late = Late::Wait;
                rule = "approval.late";
                round.lapse(place, "Not answered in time", now);
            }
        }
        Ok(rule)
    }

    /// Asks the managers of those who left in their place; whether anybody did.
    async fn replace_who_left(&self, round: &mut Round, excluded: &[RecordId]) -> Result<bool, Error> {
        let waiting = round.waiting();
        let known = self.with_substitutes(&waiting).await?;
        let gone: Vec<RecordId> = waiting.into_iter().filter(|person| !known.acts(*person)).collect();
        for person in &gone {
            let manager = self.managers_of(&[*person], excluded).await?.into_iter().next();
            round.replace(*person, manager);
        }
        Ok(!gone.is_empty())
    }
}

/// Whether the moment has come at which a round is looked at again.
fn is_due(approval: &Record, now: Moment) -> bool {
    approval.field("look_at").and_then(serde_json::Value::as_i64).is_some_and(|at| at <= now.0)
}
