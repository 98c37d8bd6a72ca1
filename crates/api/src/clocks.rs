//! Service-level clocks over the wire: how they stand, and why.

use axum::Json;
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use steward_app::clocks::{ClockView, Considered, Explained, MOST_DAYS, Outcome, REPORT_DAYS, ReportBy};
use steward_app::error::Error;
use steward_app::forecast::at_least;
use steward_app::view::Labels;
use steward_clock::clock::Mark;
use steward_clock::forecast::{SHARE_PERCENT, WINDOW_DAYS};
use steward_model::moment::Moment;

use crate::body::{self, Body};
use crate::caller::{Caller, Segments};
use crate::problem::Problem;
use crate::query::Query;
use crate::{Api, wire};

/// The clocks of a record with their traces, and why these and no others.
pub(crate) async fn explain(
    State(api): State<Api>,
    Caller(actor): Caller,
    Segments((kinds, name)): Segments<(String, String)>,
) -> Result<Response, Problem> {
    let kind = api.app().kind_by_plural(&kinds)?;
    let explained = api.app().explain_clocks(&actor, kind, &name).await?;
    Ok(Json(explanation(&explained)).into_response())
}

/// When a record will be done, as most records like it were.
pub(crate) async fn forecast(
    State(api): State<Api>,
    Caller(actor): Caller,
    Segments((kinds, name)): Segments<(String, String)>,
) -> Result<Response, Problem> {
    let kind = api.app().kind_by_plural(&kinds)?;
    let forecast = api.app().forecast_for(&actor, kind, &name).await?;
    let forecast = forecast.map(|found| {
        json!({
            "from": found.from.to_string(),
            "middle": found.middle.to_string(),
            "until": found.until.to_string(),
            "share_percent": SHARE_PERCENT,
            "same": found.basis.fields(),
            "records_at_least": at_least(found.done),
            "days": WINDOW_DAYS,
        })
    });
    Ok(Json(json!({ "at": api.app().now().to_string(), "forecast": forecast })).into_response())
}

/// How each target was kept by month, customer, service, team or person, as far as the caller sees the records.
pub(crate) async fn report(
    State(api): State<Api>,
    Caller(actor): Caller,
    RawQuery(raw): RawQuery,
) -> Result<Response, Problem> {
    let query = Query::parse(raw.as_deref(), &["kind", "by", "days"])?;
    let kind = api.app().kind(query.get("kind").unwrap_or("incident"))?.clone();
    let by = match query.get("by") {
        None => ReportBy::default(),
        Some(word) => ReportBy::parse(word).ok_or_else(|| {
            let known = ReportBy::ALL.map(ReportBy::key).join(", ");
            Problem::bad_request(format!("`by` must be one of {known}"))
        })?,
    };
    let days = query.integer("days", 90, 1, REPORT_DAYS)?;
    let lines = api.app().compliance(&actor, &kind, by, days).await?;
    // Shares are exact to a millionth of a per cent.
    let percent = |millionths: Option<i64>| millionths.map(|share| share as f64 / 1e6);
    let lines = lines.iter().map(|line| {
        json!({
            by.key(): line.part,
            "agreement": line.agreement,
            "target": line.target,
            "kept": line.kept,
            "broken": line.broken,
            "open": line.open,
            "share_percent": percent(line.share()),
            "agreed_percent": percent(line.agreed),
            "mean_seconds": line.mean_seconds,
            "excluded": line.excluded,
            "share_that_counts_percent": percent(line.share_that_counts()),
        })
    });
    Ok(Json(Value::from_iter(lines)).into_response())
}

/// How many records came back after they were done, as far as the caller sees the records.
pub(crate) async fn reopenings(
    State(api): State<Api>,
    Caller(actor): Caller,
    RawQuery(raw): RawQuery,
) -> Result<Response, Problem> {
    let query = Query::parse(raw.as_deref(), &["kind", "days"])?;
    let kind = api.app().kind(query.get("kind").unwrap_or("incident"))?.clone();
    let days = query.integer("days", 90, 1, REPORT_DAYS)?;
    let found = api.app().reopenings(&actor, &kind, days).await?;
    let share = found.share().map(|share| (share / 10_000) as f64 / 100.0);
    let told = json!({
        "kind": kind.key, "days": days, "done": found.done, "reopened": found.reopened, "share_percent": share,
    });
    Ok(Json(told).into_response())
}

/// What agreements credit for the months of the last days, as far as the caller may read what they credit.
pub(crate) async fn credits(
    State(api): State<Api>,
    Caller(actor): Caller,
    RawQuery(raw): RawQuery,
) -> Result<Response, Problem> {
    let query = Query::parse(raw.as_deref(), &["kind", "days"])?;
    // Named by older callers; credits are over all kinds.
    api.app().kind(query.get("kind").unwrap_or("incident"))?;
    let days = query.integer("days", 90, 1, REPORT_DAYS)?;
    let credits = api.app().service_credits(&actor, days).await?;
    let credits = credits.iter().map(|credit| {
        json!({
            "agreement": credit.agreement,
            "month": credit.month,
            "share_that_counts_percent": credit.share as f64 / 1e6,
            "credit_percent": credit.credit as f64 / 1e6,
            "amount": credit.amount_text().map(|(amount, currency)| json!({ "amount": amount, "currency": currency })),
        })
    });
    Ok(Json(Value::from_iter(credits)).into_response())
}

/// What the last days would have been under a target with other values; nothing is changed.
pub(crate) async fn simulate(
    State(api): State<Api>,
    Caller(actor): Caller,
    Segments(name): Segments<String>,
    body: Body,
) -> Result<Response, Problem> {
    let mut map = body.only(&["fields", "days"])?;
    let fields = body::object(&mut map, "fields")?;
    let days = match map.remove("days") {
        None => 30,
        Some(days) => days
            .as_i64()
            .filter(|days| (1..=MOST_DAYS).contains(days))
            .ok_or_else(|| Problem(Error::invalid("days", format!("must be a whole number from 1 to {MOST_DAYS}"))))?,
    };
    let found = api.app().simulate_target(&actor, &name, &fields, days).await?;
    let outcome = |outcome: &Option<Outcome>| {
        outcome
            .map(|one| json!({ "value_seconds": one.value, "elapsed_seconds": one.elapsed, "breached": one.is_broken }))
    };
    let differences: Vec<Value> = found
        .differences
        .iter()
        .map(|one| {
            json!({
                "number": one.number,
                "title": one.title,
                "clock": one.slot,
                "before": outcome(&one.before),
                "after": outcome(&one.after),
            })
        })
        .collect();
    let counts = |(kept, broken): (usize, usize)| json!({ "kept": kept, "broken": broken });
    Ok(Json(json!({
        "records": found.records,
        "cut": found.is_cut,
        "before": counts(found.before),
        "after": counts(found.after),
        "differing": found.differing,
        "differences": differences,
    }))
    .into_response())
}

/// A clock as it stands.
pub(crate) fn clock(view: &ClockView) -> Value {
    let (clock, standing) = (&view.clock, &view.standing);
    let moment = |at: Option<Moment>| at.map(|at| at.to_string());
    json!({
        "clock": clock.slot,
        "sort": clock.sort.key(),
        "metric": clock.metric.key(),
        "agreement": { "id": clock.agreement.to_string(), "name": view.agreement },
        "target": { "id": clock.target.to_string(), "name": view.target },
        "state": clock.state.key(),
        "value_seconds": clock.value,
        "started_at": clock.started_at.to_string(),
        "due_at": moment(clock.due_at),
        "breached": standing.is_breached,
        "breached_at": moment(clock.breached_at.or_else(|| clock.due_at.filter(|_| standing.is_breached))),
        "ended_at": moment(clock.ended_at),
        "elapsed_seconds": standing.elapsed,
        "elapsed_calendar_seconds": standing.elapsed_wall,
        "paused_seconds": standing.paused,
        "remaining_seconds": standing.remaining,
        "round": clock.round,
        "kept_before": clock.kept,
        "missed_before": clock.missed,
        "next_step": view.next_step.as_ref().map(|(step, at)| json!({ "step": step, "at": at.to_string() })),
    })
}

fn explanation(explained: &Explained) -> Value {
    let clocks: Vec<Value> = explained
        .clocks
        .iter()
        .map(|view| {
            let mut wire = clock(view);
            if let Value::Object(map) = &mut wire {
                let trace = view.clock.marks.iter().map(|entry| mark(entry, &explained.labels)).collect();
                map.insert("trace".to_owned(), Value::Array(trace));
                let reached = view.clock.reached.iter();
                let steps = reached.map(|step| json!({ "step": step.step, "at": step.at.to_string() })).collect();
                map.insert("steps_reached".to_owned(), Value::Array(steps));
                let calendar = view.clock.calendar.map(|id| wire::reference(id, &explained.labels));
                map.insert("calendar".to_owned(), calendar.unwrap_or_default());
            }
            wire
        })
        .collect();
    let considered: Vec<Value> = explained.considered.iter().map(judged).collect();
    json!({ "at": explained.now.to_string(), "clocks": clocks, "considered": considered })
}

fn mark(mark: &Mark, labels: &Labels) -> Value {
    json!({
        "at": mark.at.to_string(),
        "what": mark.what,
        "entry": (mark.seq > 0).then_some(mark.seq),
        "actor": wire::reference(mark.actor, labels),
        "door": mark.door.map(|door| door.key()),
        "cause": mark.cause,
        "worked_seconds": mark.worked,
        "paused_seconds": mark.paused,
        "due_at": mark.due_at.map(|at| at.to_string()),
    })
}

fn judged(considered: &Considered) -> Value {
    json!({
        "target": {
            "id": considered.target.to_string(),
            "number": considered.target_number,
            "name": considered.target_name,
        },
        "agreement": {
            "id": considered.agreement.to_string(),
            "number": considered.agreement_number,
            "name": considered.agreement_name,
        },
        "sort": considered.sort.key(),
        "verdict": considered.verdict,
    })
}
