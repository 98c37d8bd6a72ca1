//! What a definition of kinds and fields would do, over the wire.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use steward_app::definitions::{Effect, Fault};

use crate::Api;
use crate::body::{Body, string};
use crate::caller::{Caller, Segments};
use crate::problem::Problem;

/// What it would be to have a text in force as the definition of an overlay; the text that it has when none is sent.
pub(crate) async fn prospect(
    State(api): State<Api>,
    Caller(actor): Caller,
    Segments(name): Segments<String>,
    body: Body,
) -> Result<Response, Problem> {
    let mut map = body.only(&["definition"])?;
    let view = api.app().overlay_to_edit(&actor, &name).await?;
    let text = string(&mut map, "definition")?.unwrap_or_else(|| view.record.text("definition").to_owned());
    let prospect = api.app().prospect_for(&actor, &view.record, &text).await?;
    Ok(Json(json!({
        "possible": prospect.is_possible(),
        "faults": Value::from_iter(prospect.faults.iter().map(fault)),
        "effects": match prospect.is_limited {
            true => Value::Null,
            false => Value::from_iter(prospect.effects.iter().map(effect)),
        },
    }))
    .into_response())
}

fn fault(fault: &Fault) -> Value {
    json!({
        "overlay": (!fault.overlay.is_empty()).then_some(&fault.overlay),
        "line": (fault.line > 0).then_some(fault.line),
        "message": fault.message,
    })
}

fn effect(effect: &Effect) -> Value {
    json!({
        "kind": effect.kind,
        "name": effect.name,
        "records": effect.records,
        "in_the_way": effect.is_refused(),
        "message": effect.to_string(),
    })
}
