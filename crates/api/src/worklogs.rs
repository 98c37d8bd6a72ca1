//! Time spent: booked, corrected, listed with its sums, measured by a clock, reported over many records.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::{Map, Value, json};
use steward_app::error::Error;
use steward_app::records::Request;
use steward_app::time::report::{Group, TimeFilter, TimeReport, TimeRow, start_of};
use steward_app::time::timer::Timer;
use steward_app::time::{Sum, WorkChange, WorkRequest};
use steward_app::view::Labels;
use steward_model::access::Actor;
use steward_model::id::{RecordId, Revision};
use steward_model::kind::{Field, FieldType, Level, Requirement, Unfit};
use steward_model::moment::Moment;
use steward_model::value::{NoReferences, parse_value, render_value};
use steward_model::work::Booking;

use crate::Api;
use crate::body::{self, Body};
use crate::caller::{Caller, Segments};
use crate::problem::Problem;
use crate::query::Query;
use crate::records::changed;
use crate::wire::reference;

/// Days of one report at most: a leap year.
const DAYS_MAX: i32 = 366;

pub(crate) async fn list(
    State(api): State<Api>,
    Caller(actor): Caller,
    Segments((kinds, name)): Segments<(String, String)>,
) -> Result<Response, Problem> {
    let kind = api.app().kind_by_plural(&kinds)?.clone();
    let time = api.app().time_on(&actor, &kind, &name).await?;
    let entries: Vec<Value> = time.entries.iter().map(|(booking, _)| entry(booking, &time.labels)).collect();
    let mut answer = sum(time.own);
    answer.insert("with_parts".to_owned(), sum(time.with_parts).into());
    answer.insert("parts".to_owned(), time.parts.into());
    answer.insert("entries".to_owned(), entries.into());
    Ok(Json(Value::Object(answer)).into_response())
}

pub(crate) async fn book(
    State(api): State<Api>,
    Caller(actor): Caller,
    Segments((kinds, name)): Segments<(String, String)>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let mut map = body.only(&["duration", "started_at", "note", "activity", "billable"])?;
    let seconds =
        duration(&mut map)?.ok_or_else(|| Problem(Error::invalid("duration", "is required, such as PT30M")))?;
    let request = Request::Work(WorkRequest {
        seconds,
        started_at: started_at(&mut map)?,
        note: body::string(&mut map, "note")?.unwrap_or_default(),
        activity: body::name(&mut map, "activity")?,
        billable: truth(&mut map, "billable")?,
    });
    let kind = api.app().kind_by_plural(&kinds)?;
    changed(api.app(), &actor, kind, &name, &request, &headers).await
}

pub(crate) async fn correct(
    State(api): State<Api>,
    Caller(actor): Caller,
    Segments((kinds, name, entry)): Segments<(String, String, String)>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let mut map = body.only(&["duration", "started_at", "note", "activity", "billable", "reason"])?;
    let reason = body::string(&mut map, "reason")?.unwrap_or_default();
    let activity = if map.contains_key("activity") { Some(body::name(&mut map, "activity")?) } else { None };
    let to = WorkChange {
        seconds: duration(&mut map)?,
        started_at: started_at(&mut map)?,
        note: body::string(&mut map, "note")?,
        activity,
        billable: truth(&mut map, "billable")?,
    };
    let request = Request::Rework { entry: place(&entry)?, to: Some(to), reason };
    let kind = api.app().kind_by_plural(&kinds)?;
    changed(api.app(), &actor, kind, &name, &request, &headers).await
}

pub(crate) async fn withdraw(
    State(api): State<Api>,
    Caller(actor): Caller,
    Segments((kinds, name, entry)): Segments<(String, String, String)>,
    RawQuery(raw): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let query = Query::parse(raw.as_deref(), &["reason"])?;
    let reason = query.get("reason").unwrap_or_default().to_owned();
    let request = Request::Rework { entry: place(&entry)?, to: None, reason };
    let kind = api.app().kind_by_plural(&kinds)?;
    changed(api.app(), &actor, kind, &name, &request, &headers).await
}

/// One's own clock; null where none runs.
pub(crate) async fn timer(State(api): State<Api>, Caller(actor): Caller) -> Result<Json<Value>, Problem> {
    Ok(Json(api.app().timer(&actor).await?.as_ref().map_or(Value::Null, timer_json)))
}

pub(crate) async fn start_timer(
    State(api): State<Api>,
    Caller(actor): Caller,
    Segments((kinds, name)): Segments<(String, String)>,
    body: Body,
) -> Result<Json<Value>, Problem> {
    body.only(&[])?;
    let kind = api.app().kind_by_plural(&kinds)?.clone();
    Ok(Json(timer_json(&api.app().start_timer(&actor, &kind, &name).await?)))
}

/// Stops one's clock and says how long it ran; nothing is booked by that.
pub(crate) async fn stop_timer(State(api): State<Api>, Caller(actor): Caller) -> Result<Response, Problem> {
    let timer = api.app().stop_timer(&actor).await?;
    Ok((StatusCode::OK, Json(timer_json(&timer))).into_response())
}

/// The time of a period.
pub(crate) async fn report(
    State(api): State<Api>,
    Caller(actor): Caller,
    RawQuery(raw): RawQuery,
) -> Result<Json<Value>, Problem> {
    let known = ["from", "until", "zone", "group", "person", "team", "activity", "organisation"];
    let query = Query::parse(raw.as_deref(), &known)?;
    let zone = match query.get("zone") {
        None => TimeZone::UTC,
        Some(name) => {
            TimeZone::get(name).map_err(|_| Problem::bad_request("`zone` must be a name such as Europe/Vienna"))?
        }
    };
    let (from, until) = (day(&query, "from")?, day(&query, "until")?);
    let days = from.until(until).map_or(i32::MAX, |span| span.get_days());
    if !(0..DAYS_MAX).contains(&days) {
        return Err(Problem::bad_request("`until` is the last day, not before `from` and at most a year after it"));
    }
    let group =
        match query.get("group") {
            None => None,
            Some(key) => Some(Group::parse(key).ok_or_else(|| {
                Problem::bad_request("`group` must be person, team, activity, organisation or record")
            })?),
        };
    let after = until.tomorrow().map_err(|_| Problem::bad_request("`until` lies too far ahead"))?;
    let filter = TimeFilter {
        from: start_of(from, &zone),
        until: start_of(after, &zone),
        person: named(&api, &actor, &query, "person").await?,
        team: named(&api, &actor, &query, "team").await?,
        activity: named(&api, &actor, &query, "activity").await?,
        organisation: named(&api, &actor, &query, "organisation").await?,
    };
    let report = api.app().time_report(&actor, &filter).await?;
    let mut answer = row(&report.total(), report.has_amounts);
    match group {
        Some(group) => {
            let rows = report.grouped(group).into_iter().map(|of| {
                let mut told = row(&of, report.has_amounts);
                told.insert(group.key().to_owned(), of.of.map_or(Value::Null, |id| name_of(&report, group, id)));
                Value::Object(told)
            });
            answer.insert("groups".to_owned(), rows.collect());
        }
        None => {
            answer.insert("entries".to_owned(), entries(&report));
        }
    }
    Ok(Json(Value::Object(answer)))
}

fn entries(report: &TimeReport) -> Value {
    let told = report.entries.iter().map(|one| {
        let mut told = entry(&one.booking, &report.labels);
        if let Value::Object(told) = &mut told {
            told.insert("record".to_owned(), record_of(one.record, &one.label));
            told.insert("organisation".to_owned(), reference(one.organisation, &report.labels));
            if report.has_amounts {
                let amount = one.amount.as_ref().map_or(Value::Null, |(amount, currency)| money(*amount, currency));
                told.insert("amount".to_owned(), amount);
            }
        }
        told
    });
    told.collect()
}

fn record_of(id: RecordId, label: &steward_app::view::Label) -> Value {
    json!({ "id": id.to_string(), "kind": label.kind, "number": label.number, "label": label.label })
}

fn name_of(report: &TimeReport, group: Group, id: RecordId) -> Value {
    let of_record = report.entries.iter().find(|entry| group == Group::Record && entry.record == id);
    of_record.map_or_else(|| reference(id, &report.labels), |entry| record_of(id, &entry.label))
}

fn row(row: &TimeRow, has_amounts: bool) -> Map<String, Value> {
    let mut told = sum(row.sum);
    told.insert("count".to_owned(), row.entries.into());
    if has_amounts {
        told.insert("amounts".to_owned(), amounts(&row.amounts));
    }
    told
}

fn amounts(amounts: &BTreeMap<String, i64>) -> Value {
    amounts.iter().map(|(currency, amount)| money(*amount, currency)).collect()
}

fn money(amount: i64, currency: &str) -> Value {
    render_value(&field(FieldType::Money), &json!({ "amount": amount, "currency": currency }))
}

fn entry(booking: &Booking, labels: &Labels) -> Value {
    let work = &booking.work;
    json!({
        "entry": booking.seq.to_string(),
        "person": reference(booking.person, labels),
        "team": booking.team.map(|team| reference(team, labels)),
        "activity": work.activity.map(|activity| reference(activity, labels)),
        "started_at": work.started_at.to_string(),
        "seconds": work.seconds,
        "billable": work.billable,
        "note": work.note,
        "corrected_by": booking.corrected.map(|seq| seq.to_string()),
    })
}

fn sum(sum: Sum) -> Map<String, Value> {
    [("seconds".to_owned(), sum.seconds.into()), ("billable_seconds".to_owned(), sum.billable.into())]
        .into_iter()
        .collect()
}

fn timer_json(timer: &Timer) -> Value {
    json!({
        "record": record_of(timer.record, &timer.label),
        "started_at": timer.started_at.to_string(),
        "seconds": timer.seconds,
    })
}

async fn named(api: &Api, actor: &Actor, query: &Query, kind: &str) -> Result<Option<RecordId>, Problem> {
    let Some(name) = query.get(kind) else { return Ok(None) };
    if kind == "person" && name == "me" {
        return Ok(Some(actor.person));
    }
    let missing = || Problem::bad_request(format!("`{kind}` was not found"));
    api.app().find_reference(actor, kind, name).await?.map(Some).ok_or_else(missing)
}

fn day(query: &Query, name: &str) -> Result<Date, Problem> {
    let text = query.get(name).ok_or_else(|| Problem::bad_request(format!("`{name}` is needed")))?;
    text.parse().map_err(|_| Problem::bad_request(format!("`{name}` must be a day such as 2026-03-01")))
}

fn place(text: &str) -> Result<Revision, Problem> {
    text.parse().map_err(|_| Problem(Error::NotFound))
}

fn duration(map: &mut Map<String, Value>) -> Result<Option<i64>, Problem> {
    let Some(given) = map.remove("duration").filter(|given| !given.is_null()) else { return Ok(None) };
    let parsed = parse_value(&field(FieldType::Duration), &given, &NoReferences)
        .map_err(|message| Problem(Error::invalid("duration", message)))?;
    Ok(parsed.and_then(|value| value.as_i64()))
}

fn started_at(map: &mut Map<String, Value>) -> Result<Option<Moment>, Problem> {
    let Some(text) = body::string(map, "started_at")? else { return Ok(None) };
    let wrong = || Problem(Error::invalid("started_at", "must be a moment such as 2026-03-01T09:30:00Z"));
    Moment::parse(&text).map(Some).ok_or_else(wrong)
}

fn truth(map: &mut Map<String, Value>, key: &'static str) -> Result<Option<bool>, Problem> {
    match map.remove(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Bool(given)) => Ok(Some(given)),
        Some(_) => Err(Problem(Error::invalid(key, "must be true or false"))),
    }
}

/// Durations and amounts are written here as in fields of that type.
fn field(field_type: FieldType) -> Field {
    Field {
        key: "duration".to_owned(),
        label: "Duration".to_owned(),
        help: String::new(),
        field_type,
        required: Requirement::Always,
        visible_when: None,
        locked_when: None,
        default: None,
        indexed: false,
        unique: false,
        audience: Level::Agent,
        write: Some(Level::Agent),
        class: None,
        was: Vec::new(),
        unfit: Unfit::Refused,
    }
}
