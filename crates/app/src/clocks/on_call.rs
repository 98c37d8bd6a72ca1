//! Who answers for a team now.

use serde_json::json;
use steward_clock::definition::{Step, StepAction};
use steward_model::access::Actor;
use steward_model::id::RecordId;
use steward_model::record::Record;
use steward_practices::maintenance::{ROTA, Window};

use crate::App;
use crate::error::Error;
use crate::list::ListRequest;

/// Duties of one team that are looked at.
const MOST: usize = 200;

/// Turns of one duty that may go on at once: those of a month that begin every day.
const TURNS: u16 = 64;

/// Who is on call, with their names.
#[derive(Debug, Clone, Default)]
pub(super) struct OnCall {
    /// Whether a step asked for them.
    pub(super) was_asked: bool,
    /// Those who are, each once.
    pub(super) people: Vec<(RecordId, String)>,
}

impl App {
    /// Who is on call for the team of a record now, where a step tells them.
    pub(super) async fn on_call_for(&self, step: &Step, record: &Record) -> Result<OnCall, Error> {
        if step.action != StepAction::NotifyOnCall {
            return Ok(OnCall::default());
        }
        let mut found = OnCall { was_asked: true, ..OnCall::default() };
        let (Some(team), Ok(kind)) = (record.reference("team"), self.kind(ROTA).cloned()) else { return Ok(found) };
        let filter = format!("state == \"active\" && team == {}", json!(team.to_string()));
        let request = ListRequest { filter: Some(filter), ..ListRequest::default() };
        let duties = self.all_matching(&Actor::system(), &kind, &request, MOST).await?;
        let (now, soon) = (self.now().timestamp(), self.now().plus_seconds(1).timestamp());
        let is_now = |duty: &&Record| Window::of(duty).is_ok_and(|window| !window.between(now, soon, TURNS).is_empty());
        let mut people: Vec<RecordId> =
            duties.iter().filter(is_now).filter_map(|duty| duty.reference("person")).collect();
        people.sort_unstable();
        people.dedup();
        let names = self.names(&Actor::system(), people.iter().copied().collect()).await?;
        let name = |id: &RecordId| names.get(id).map(|label| label.label.clone()).unwrap_or_default();
        found.people = people.into_iter().map(|person| (person, name(&person))).collect();
        Ok(found)
    }
}
