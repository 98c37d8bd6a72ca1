//! Who answers for a team now.

use std::collections::BTreeSet;

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

impl App {
    /// Who is on call for the team of a record now, each once; `None` for a step that does not tell them.
    pub(super) async fn on_call_for(&self, step: &Step, record: &Record) -> Result<Option<BTreeSet<RecordId>>, Error> {
        if step.action != StepAction::NotifyOnCall {
            return Ok(None);
        }
        let (Some(team), Ok(kind)) = (record.reference("team"), self.kind(ROTA).cloned()) else {
            return Ok(Some(BTreeSet::new()));
        };
        let filter = format!("state == \"active\" && team == {}", json!(team.to_string()));
        let request = ListRequest { filter: Some(filter), ..ListRequest::default() };
        let duties = self.all_matching(&Actor::system(), &kind, &request, MOST).await?;
        let (now, soon) = (self.now().timestamp(), self.now().plus_seconds(1).timestamp());
        let is_now = |duty: &&Record| Window::of(duty).is_ok_and(|window| !window.between(now, soon, TURNS).is_empty());
        Ok(Some(duties.iter().filter(is_now).filter_map(|duty| duty.reference("person")).collect()))
    }
}
