//! What people do to a plan: skip a step, try one again, change what is left. The values that follow from it.

use serde_json::Value as Json;
use steward_flow::PLAN;
use steward_flow::graph::places;
use steward_flow::progress::{self, State};
use steward_flow::step::Step;
use steward_model::command::Command;
use steward_model::decide::Given;
use steward_model::event::Why;
use steward_model::kind::Kind;
use steward_model::moment::Moment;
use steward_model::record::{Fields, Record};

use crate::error::Error;

/// What a move of a plan gives beside what was typed.
///
/// # Errors
/// The step is none, or stands where the move makes no sense.
pub(crate) fn given_by_move(
    kind: &Kind,
    record: &Record,
    command: &Command,
    now: Moment,
) -> Result<Option<Given>, Error> {
    let Command::Transition(asked) = command else { return Ok(None) };
    if kind.key != PLAN {
        return Ok(None);
    }
    let why = Why { rule: format!("plan.{}", asked.key), detail: String::new() };
    if asked.key == "change" {
        // What was promised before is promised no more; the plan as it is now says anew.
        let fields = Fields::from([("promised_at".to_owned(), Json::Null)]);
        return Ok(Some(Given { fields, why }));
    }
    let skips = match asked.key.as_str() {
        "skip" | "skip_undoing" => true,
        "retry" | "retry_undoing" => false,
        _ => return Ok(None),
    };
    // A value that stands there already is not sent again.
    let text = |key: &str| {
        asked.fields.get(key).map_or_else(|| record.text(key), |sent| sent.as_str().unwrap_or_default()).trim()
    };
    let steps = Step::read_all(record.field("steps"));
    let mut progress = progress::read(&steps, record.field("progress"));
    let known = places(&steps);
    let Some(place) = known.get(text("step")).copied() else {
        let keys: Vec<&str> = steps.iter().map(|step| step.key.as_str()).collect();
        return Err(Error::invalid("step", format!("is none of the plan; there are {}", keys.join(", "))));
    };
    let one = &mut progress[place];
    if skips {
        if !one.state.is_open() {
            return Err(Error::invalid("step", "has come to an end already"));
        }
        one.end(State::Skipped, now, text("reason"));
    } else {
        if one.state != State::Failed {
            return Err(Error::invalid("step", "did not fail; only what failed can be tried again"));
        }
        one.state = if record.state == "undoing" { State::Active } else { State::Waiting };
        (one.record, one.begun_at, one.due_at, one.ended_at) = (None, None, None, None);
        one.note.clear();
    }
    let fields = Fields::from([("progress".to_owned(), progress::table(&progress))]);
    Ok(Some(Given { fields, why }))
}
