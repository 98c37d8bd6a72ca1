//! Plans over the wire: the steps of a record's plans, how they stand, and when all will be done.

use axum::Json;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use steward_app::error::Error;
use steward_app::flows::{FlowOffer, Hindrance, PlanSeen, StepSeen, Trial};
use steward_app::view::Labels;
use steward_flow::{FLOW, PLAN};
use steward_model::access::Action;
use steward_model::event::Door;
use steward_model::moment::Moment;

use crate::body::{self, Body};
use crate::caller::{Caller, Segments};
use crate::problem::Problem;
use crate::query::Query;
use crate::{Api, difference, wire};

/// The plans of a record, the newest first; of a plan, the plan itself. Who only waits for the record hears how far they
/// are, without their steps.
pub(crate) async fn of_record(
    State(api): State<Api>,
    Caller(actor): Caller,
    Segments((kinds, name)): Segments<(String, String)>,
) -> Result<Response, Problem> {
    let kind = api.app().kind_by_plural(&kinds)?.clone();
    let view = api.app().get(&actor, &kind, &name, None).await?;
    let plans = match kind.key == PLAN {
        true => vec![api.app().plan_alone(&actor, &view.record).await?],
        false => api.app().plans_on(&actor, &view).await?,
    };
    let mut answer = json!({ "plans": Value::from_iter(plans.iter().map(told)) });
    if actor.is_staff()
        && view.rights.may_read_internal()
        && let Some(trouble) = api.app().flow_trouble(&view).await?
    {
        answer["trouble"] = json!({ "flow": trouble.named, "state": trouble.state, "fault": trouble.fault });
    }
    Ok(Json(answer).into_response())
}

/// The flows in force that could begin on a record, for those who may change it.
pub(crate) async fn offered(
    State(api): State<Api>,
    Caller(actor): Caller,
    Segments((kinds, name)): Segments<(String, String)>,
) -> Result<Response, Problem> {
    let kind = api.app().kind_by_plural(&kinds)?.clone();
    let view = api.app().get(&actor, &kind, &name, None).await?;
    if !view.rights.may(Action::Update) {
        return Err(Error::Forbidden { action: Action::Update }.into());
    }
    let offers = api.app().flows_offered(&actor, &view).await?;
    Ok(Json(json!({ "flows": Value::from_iter(offers.iter().map(offer)) })).into_response())
}

/// Begins the plan of a flow.
pub(crate) async fn begin(
    State(api): State<Api>,
    Caller(actor): Caller,
    Segments((kinds, name)): Segments<(String, String)>,
    body: Body,
) -> Result<Response, Problem> {
    let mut map = body.only(&["flow"])?;
    let kind = api.app().kind_by_plural(&kinds)?.clone();
    let flow = body::name(&mut map, "flow")?.unwrap_or_default();
    let plan = api.app().begin_flow(&actor, &kind, &name, &flow, Door::Api).await?;
    Ok((StatusCode::CREATED, Json(json!({ "id": plan.id.to_string(), "number": plan.number }))).into_response())
}

/// What would come of a flow on a record. Nothing is written.
pub(crate) async fn trial(
    State(api): State<Api>,
    Caller(actor): Caller,
    Segments((kinds, name)): Segments<(String, String)>,
    RawQuery(raw): RawQuery,
) -> Result<Response, Problem> {
    let kind = api.app().kind_by_plural(&kinds)?.clone();
    if kind.key != FLOW {
        return Err(Error::NotFound.into());
    }
    let query = Query::parse(raw.as_deref(), &["on"])?;
    let on = query.get("on").ok_or_else(|| Problem::bad_request("`on` must be the number of a record".to_owned()))?;
    let (of_kind, _) = api.app().records_to_try(&actor, &name).await?;
    let trial = api.app().try_flow(&actor, &name, &of_kind, on).await?;
    Ok(Json(tried(&trial)).into_response())
}

fn tried(trial: &Trial) -> Value {
    let comments = trial.comments.iter().map(|(audience, body)| json!({ "audience": audience, "body": body }));
    let (hindrance, states) = hindered(trial.hindrance.as_ref());
    json!({
        "number": trial.number,
        "title": trial.title,
        "record": trial.before.record.number,
        "possible": trial.hindrance.is_none(),
        "hindrance": hindrance,
        "states": states,
        "waits_for_approval": trial.is_asked,
        "ends_at": moment(trial.ends_at),
        "outcome": trial.outcome,
        "steps": Value::from_iter(trial.steps.iter().map(|one| step(one, &trial.labels))),
        "changes": difference::changes(&trial.before, &trial.after, &trial.differs),
        "comments": Value::from_iter(comments),
        "told": Value::from_iter(trial.told.iter().map(|id| wire::reference(*id, &trial.labels))),
    })
}

fn hindered(hindrance: Option<&Hindrance>) -> (Value, Value) {
    match hindrance {
        None => (Value::Null, Value::Null),
        Some(Hindrance::State(states)) => ("state".into(), json!(states)),
        Some(Hindrance::Condition) => ("condition".into(), Value::Null),
        Some(Hindrance::Organisation) => ("organisation".into(), Value::Null),
        Some(Hindrance::Broken(why)) => (why.as_str().into(), Value::Null),
    }
}

fn offer(offer: &FlowOffer) -> Value {
    let steps = offer.flow.steps.iter().map(|step| {
        json!({ "key": step.key, "type": step.sort.key(), "title": step.title, "after": step.after, "mandatory": step.mandatory })
    });
    let (hindrance, states) = hindered(offer.hindrance.as_ref());
    json!({
        "id": offer.flow.id.to_string(),
        "number": offer.flow.number,
        "title": offer.flow.title,
        "possible": offer.hindrance.is_none(),
        "hindrance": hindrance,
        "states": states,
        "steps": Value::from_iter(steps),
    })
}

fn told(plan: &PlanSeen) -> Value {
    json!({
        "id": plan.record.id.to_string(),
        "number": plan.record.number,
        "title": plan.record.text("title"),
        "state": plan.record.state,
        "promised_at": moment(plan.promised_at),
        "expected_at": moment(plan.expected_at),
        "steps_done": plan.count.done,
        "steps_counted": plan.count.of,
        "steps": Value::from_iter(plan.steps.iter().map(|one| step(one, &plan.labels))),
    })
}

fn step(one: &StepSeen, labels: &Labels) -> Value {
    let named = |id: Option<steward_model::id::RecordId>| {
        id.filter(|id| labels.get(id).is_some()).map(|id| wire::reference(id, labels))
    };
    json!({
        "key": one.step.key,
        "type": one.step.sort.key(),
        "title": one.step.title,
        "after": one.step.after,
        "state": one.progress.state.key(),
        "note": one.progress.note,
        "record": named(one.progress.record),
        "team": named(one.team),
        "assignee": named(one.assignee),
        "begun_at": moment(one.progress.begun_at),
        "due_at": moment(one.progress.due_at),
        "ended_at": moment(one.progress.ended_at),
        "expected_at": moment(one.ends_at),
        "critical": one.is_critical,
        "mandatory": one.step.mandatory,
    })
}

fn moment(at: Option<Moment>) -> Value {
    at.map_or(Value::Null, |at| at.to_string().into())
}
