//! Time that records take up: what overlaps with a span, what stands in the way of a change, links for calendar programs.

use axum::Json;
use axum::extract::{RawQuery, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::tz::TimeZone;
use serde_json::{Map, Value, json};
use steward_app::calendars::FILE_MAX;
use steward_app::error::Error;
use steward_app::feeds::{FeedFilter, FeedView};
use steward_app::holiday_feeds::HolidayFeed;
use steward_app::intervals::{Conflict, IntervalRequest, IntervalView, LIMIT_MAX};
use steward_app::records::Origin;
use steward_model::access::Actor;
use steward_model::event::Door;
use steward_model::id::RecordId;
use steward_model::kind::TimeKind;
use steward_model::moment::Moment;

use crate::body::{self, Body};
use crate::caller::{Caller, Segments};
use crate::problem::Problem;
use crate::query::Query;
use crate::{Api, wire};

/// Intervals when no limit is named.
const LIMIT: usize = 500;
/// Longest span that is asked for, in seconds: two years.
const SPAN_MAX: i64 = 2 * 366 * 86_400;

/// What overlaps with a span, of what the caller may see.
pub(crate) async fn list(
    State(api): State<Api>,
    Caller(actor): Caller,
    RawQuery(raw): RawQuery,
) -> Result<Response, Problem> {
    let known = ["from", "until", "kinds", "service", "configuration_item", "organisation", "record", "zone", "limit"];
    let query = Query::parse(raw.as_deref(), &known)?;
    let moment = |name: &str| {
        let text = query.get(name).ok_or_else(|| Problem::bad_request(format!("`{name}` is needed")))?;
        let wrong = || Problem::bad_request(format!("`{name}` must be a moment such as 2026-03-01T09:30:00Z"));
        Moment::parse(text).ok_or_else(wrong)
    };
    let (from, until) = (moment("from")?, moment("until")?);
    if until <= from || until.seconds_since(from) > SPAN_MAX {
        return Err(Problem::bad_request("`until` must lie after `from`, at most two years later"));
    }
    let zone = match query.get("zone") {
        None => TimeZone::UTC,
        Some(name) => {
            TimeZone::get(name).map_err(|_| Problem::bad_request("`zone` must be a name such as Europe/Vienna"))?
        }
    };
    let mut request = IntervalRequest::between(from, until, zone);
    request.limit = query.integer("limit", LIMIT, 1, LIMIT_MAX)?;
    if let Some(kinds) = query.get("kinds") {
        request.times = Some(kinds.split(',').map(time_kind).collect::<Result<_, _>>()?);
    }
    let mut about: Option<Vec<RecordId>> = None;
    for kind in ["service", "configuration_item"] {
        if let Some(name) = query.get(kind) {
            about.get_or_insert_default().push(named(&api, &actor, kind, name).await?);
        }
    }
    request.about = about;
    if let Some(name) = query.get("organisation") {
        request.organisation = Some(named(&api, &actor, "organisation", name).await?);
    }
    if let Some(id) = query.get("record") {
        // One that is not there, or that the caller may not see, has no times.
        request.record = Some(id.parse().map_err(|_| Problem::bad_request("`record` must be the id of a record"))?);
    }
    let page = api.app().overlapping(&actor, &request).await?;
    let intervals: Vec<Value> = page.intervals.iter().map(interval).collect();
    Ok(Json(json!({ "intervals": intervals, "more": page.is_cut })).into_response())
}

/// What stands in the way of a record where it is planned.
pub(crate) async fn conflicts(
    State(api): State<Api>,
    Caller(actor): Caller,
    Segments(name): Segments<String>,
) -> Result<Response, Problem> {
    let kind = api.app().kind("change")?.clone();
    let found = api.app().conflicts_of(&actor, &kind, &name).await?;
    Ok(Json(Value::from_iter(found.iter().map(conflict))).into_response())
}

/// Takes an iCalendar file as the holidays of a calendar.
pub(crate) async fn holidays(
    State(api): State<Api>,
    Caller(actor): Caller,
    Segments(name): Segments<String>,
    request: Request,
) -> Result<Response, Problem> {
    let file = body::read(request, &api, FILE_MAX).await?;
    let kind = api.app().kind("calendar")?.clone();
    let origin = Origin::door(Door::Api);
    let (view, days) = api.app().import_holidays(&actor, &kind, &name, &file, &origin).await?;
    Ok(Json(json!({ "events": days, "record": wire::record(&view, None) })).into_response())
}

/// How fetching the outside calendar of a calendar stands.
pub(crate) async fn holiday_feed(
    State(api): State<Api>,
    Caller(actor): Caller,
    Segments(name): Segments<String>,
) -> Result<Response, Problem> {
    let kind = api.app().kind("calendar")?.clone();
    let feed = api.app().holiday_feed(&actor, &kind, &name).await?.ok_or(Error::NotFound)?;
    Ok(Json(holiday_feed_json(&feed)).into_response())
}

/// Fetches the outside calendar of a calendar now.
pub(crate) async fn fetch_holiday_feed(
    State(api): State<Api>,
    Caller(actor): Caller,
    Segments(name): Segments<String>,
) -> Result<Response, Problem> {
    let kind = api.app().kind("calendar")?.clone();
    let feed = api.app().fetch_holiday_feed(&actor, &kind, &name, Door::Api).await?;
    Ok(Json(holiday_feed_json(&feed)).into_response())
}

fn holiday_feed_json(feed: &HolidayFeed) -> Value {
    let moment = |at: Option<Moment>| at.map(|at| at.to_string());
    let mut shown = json!({
        "tried_at": moment(feed.tried_at),
        "fetched_at": moment(feed.fetched_at),
        "next_at": moment(feed.next_at),
        "fault": feed.fault,
        "events": feed.events,
    });
    if let Some(address) = &feed.address {
        shown["address"] = address.as_str().into();
    }
    shown
}

/// The caller's links for calendar programs.
pub(crate) async fn feeds(State(api): State<Api>, Caller(actor): Caller) -> Result<Response, Problem> {
    let feeds = api.app().feeds(&actor).await?;
    Ok(Json(Value::from_iter(feeds.iter().map(feed))).into_response())
}

/// Makes a link; its address is in this answer and in no other.
pub(crate) async fn add_feed(State(api): State<Api>, Caller(actor): Caller, body: Body) -> Result<Response, Problem> {
    let mut map = body.only(&["name", "calendar", "kinds", "service", "organisation"])?;
    let name = text(&mut map, "name")?.unwrap_or_default();
    let calendar = text(&mut map, "calendar")?;
    let times = match map.remove("kinds") {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(kinds)) => {
            let words = kinds.iter().map(|kind| Ok(time_kind(kind.as_str().unwrap_or_default())?.key().to_owned()));
            words.collect::<Result<_, Problem>>()?
        }
        Some(_) => return Err(Problem(Error::invalid("kinds", "must be a list of kinds of time"))),
    };
    let mut filter = FeedFilter { times, ..FeedFilter::default() };
    if let Some(name) = text(&mut map, "service")? {
        filter.service = Some(named(&api, &actor, "service", &name).await?);
    }
    if let Some(name) = text(&mut map, "organisation")? {
        filter.organisation = Some(named(&api, &actor, "organisation", &name).await?);
    }
    let (id, token) = api.app().add_feed(&actor, &name, calendar.as_deref(), filter).await?;
    let public = api.doors().public_address().unwrap_or_default();
    let made = json!({ "id": id.to_string(), "address": format!("{public}/calendars/{token}.ics") });
    Ok((StatusCode::CREATED, Json(made)).into_response())
}

/// Ends one of the caller's links.
pub(crate) async fn revoke_feed(
    State(api): State<Api>,
    Caller(actor): Caller,
    Segments(feed): Segments<i64>,
) -> Result<StatusCode, Problem> {
    api.app().revoke_feed(&actor, feed).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn text(map: &mut Map<String, Value>, key: &str) -> Result<Option<String>, Problem> {
    match map.remove(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(Problem(Error::invalid(key, "must be a text"))),
    }
}

fn time_kind(word: &str) -> Result<TimeKind, Problem> {
    TimeKind::parse(word).ok_or_else(|| {
        let known = TimeKind::ALL.map(TimeKind::key).join(", ");
        Problem(Error::invalid("kinds", format!("must be among {known}")))
    })
}

async fn named(api: &Api, actor: &Actor, kind: &str, name: &str) -> Result<RecordId, Problem> {
    let found = api.app().find_reference(actor, kind, name).await?;
    found.ok_or_else(|| Problem(Error::invalid(kind, "leads to nothing that you may see")))
}

fn interval(interval: &IntervalView) -> Value {
    let (record, span) = (&interval.view.record, &interval.span);
    let at = |moment: Moment| match span.all_day {
        true => moment.timestamp().to_zoned(TimeZone::UTC).date().to_string(),
        false => moment.to_string(),
    };
    json!({
        "kind": interval.time.key(),
        "part": interval.part,
        "title": interval.title(),
        "begin": at(span.begin),
        "end": if span.is_open() { Value::Null } else { Value::from(at(span.end)) },
        "all_day": span.all_day,
        "record": {
            "id": record.id.to_string(),
            "kind": record.kind,
            "number": record.number,
            "state": record.state,
        },
    })
}

fn conflict(conflict: &Conflict) -> Value {
    json!({ "reason": conflict.collision.key(), "with": conflict.other.as_ref().map(interval) })
}

fn feed(feed: &FeedView) -> Value {
    let filter = feed.filter.as_ref();
    json!({
        "id": feed.id.to_string(),
        "name": feed.name,
        "calendar": feed.calendar.map(|id| id.to_string()),
        "kinds": filter.map(|filter| &filter.times),
        "service": filter.and_then(|filter| filter.service).map(|id| id.to_string()),
        "organisation": filter.and_then(|filter| filter.organisation).map(|id| id.to_string()),
        "created_at": feed.created_at.to_string(),
        "fetched_at": feed.fetched_at.map(|at| at.to_string()),
    })
}
