//! Links for calendar programs: one's own, on a page; and what they lead to.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Redirect, Response};
use jiff::tz::TimeZone;
use maud::{Markup, html};
use steward_app::error::Error;
use steward_app::feeds::{FeedFilter, FeedView, FeedWords};
use steward_model::kind::TimeKind;
use steward_practices::calendar::CALENDAR;
use steward_ui::button::{Button, Look, Submit, submit};
use steward_ui::field::{Control, Credential, Field, field};
use steward_ui::form::{Form as FormParts, form, form_actions, form_section};
use steward_ui::header::{Header, header as head};
use steward_ui::message::{Notice, notice};
use steward_ui::tone::Tone;
use steward_ui::words::sentence;
use steward_words::t;

use crate::Web;
use crate::error::WebError;
use crate::files::Segments;
use crate::form::{Form, Posted, Query};
use crate::frame::{Place, frame};
use crate::operations::words;
use crate::settings;
use crate::values::time;
use crate::visitor::{Visitor, client};

/// The page of one's links.
pub(crate) const ADDRESS: &str = "/calendar-feeds";
/// What a link leads to, within the pages; people know it as `/calendars/….ics`.
pub(crate) const ROUTE: &str = "/calendar-feeds/{feed}/calendar";

/// Leads `/calendars/….ics` to what answers it: the first part of the address belongs to the kind of calendars.
pub(crate) fn through_the_door(mut request: Request) -> Request {
    let inner = request
        .uri()
        .path()
        .strip_prefix("/calendars/")
        .and_then(|name| name.strip_suffix(".ics"))
        .filter(|token| !token.contains('/'))
        .map(|token| ROUTE.replace("{feed}", token));
    if let Some(uri) = inner.and_then(|path| path.parse::<Uri>().ok()) {
        *request.uri_mut() = uri;
    }
    request
}

/// The calendar behind a link.
pub(crate) async fn fetch(
    State(web): State<Web>,
    Segments(token): Segments<String>,
    request: Request,
) -> Result<Response, WebError> {
    let (parts, _) = request.into_parts();
    let address = client(&parts, &web).address;
    let told = FeedWords { time: &|time: TimeKind| words::mark(time).label, no_end: &|| t("time-open") };
    let found = web.app().fetch_feed(&token, &address, told).await?;
    let tag = format!("\"{}\"", found.digest);
    let value = |text: &str| HeaderValue::from_str(text).map_err(Error::internal);
    let mut headers = HeaderMap::new();
    headers.insert(header::ETAG, value(&tag)?);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    headers.insert(HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex, nofollow"));
    if let Some(at) = found.changed_at {
        let told = at.timestamp().to_zoned(TimeZone::UTC).strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
        headers.insert(header::LAST_MODIFIED, value(&told)?);
    }
    let known = parts.headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if known.split(',').any(|one| one.trim().trim_start_matches("W/") == tag) {
        return Ok((StatusCode::NOT_MODIFIED, headers).into_response());
    }
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/calendar; charset=utf-8"));
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static("inline; filename=\"steward.ics\""));
    Ok((headers, found.text).into_response())
}

/// What a form or the address of the page says of the link to be made.
#[derive(Debug, Clone, Default)]
struct Wanted {
    name: String,
    calendar: String,
    time: String,
    service: String,
    organisation: String,
}

impl Wanted {
    fn of(form: &Form) -> Self {
        let said = |name: &str| form.text(name).unwrap_or_default().to_owned();
        Self {
            name: said("name"),
            calendar: said("calendar"),
            time: said("time"),
            service: said("service"),
            organisation: said("organisation"),
        }
    }
}

/// What came of the form.
#[derive(Debug, Default)]
struct Outcome {
    wanted: Wanted,
    faults: Vec<(String, String)>,
    address: Option<String>,
}

pub(crate) async fn page(State(web): State<Web>, visitor: Visitor, Query(query): Query) -> Result<Response, WebError> {
    let outcome = Outcome { wanted: Wanted::of(&query), ..Outcome::default() };
    Ok(show(&web, &visitor, &outcome).await?.into_response())
}

pub(crate) async fn create(State(web): State<Web>, headers: HeaderMap, posted: Posted) -> Result<Response, WebError> {
    let Posted { visitor, form } = posted;
    let wanted = Wanted::of(&form);
    let make = async {
        let actor = visitor.actor();
        let find = async |kind: &'static str, name: &str| match name {
            "" => Ok(None),
            name => match web.app().find_reference(actor, kind, name).await? {
                Some(id) => Ok(Some(id)),
                None => Err(Error::invalid("name", format!("`{name}` leads nowhere; choose again on the calendar"))),
            },
        };
        let filter = FeedFilter {
            times: wanted.time.split(',').filter(|time| !time.is_empty()).map(str::to_owned).collect(),
            service: find("service", &wanted.service).await?,
            organisation: find("organisation", &wanted.organisation).await?,
        };
        if !web.app().is_proved(&visitor.session) {
            let given = form.get("current_password").unwrap_or_default();
            web.app().prove(&visitor.session, given, &visitor.client.address).await?;
        }
        let calendar = Some(wanted.calendar.as_str()).filter(|calendar| !calendar.is_empty());
        web.app().add_feed(actor, &wanted.name, calendar, filter).await
    };
    let (status, outcome) = match make.await {
        Ok((_, token)) => {
            let address = format!("{}/calendars/{token}.ics", origin(&web, &headers));
            (StatusCode::OK, Outcome { address: Some(address), ..Outcome::default() })
        }
        Err(Error::Invalid(faults)) => {
            let faults = faults.into_iter().map(|fault| (fault.field, fault.message)).collect();
            (StatusCode::UNPROCESSABLE_ENTITY, Outcome { wanted, faults, address: None })
        }
        Err(Error::TooMany { retry_after }) => {
            let message = format!("was wrong too often; wait {retry_after} seconds");
            let faults = vec![("current_password".to_owned(), message)];
            (StatusCode::UNPROCESSABLE_ENTITY, Outcome { wanted, faults, address: None })
        }
        Err(error) => return Err(error.into()),
    };
    Ok((status, show(&web, &visitor, &outcome).await?).into_response())
}

pub(crate) async fn revoke(
    State(web): State<Web>,
    Segments(feed): Segments<i64>,
    posted: Posted,
) -> Result<Response, WebError> {
    web.app().revoke_feed(posted.visitor.actor(), feed).await?;
    Ok(Redirect::to(ADDRESS).into_response())
}

/// Scheme and host under which people know us: as the operator says, or as the page that sent the form was reached.
fn origin(web: &Web, headers: &HeaderMap) -> String {
    let sent = || headers.get(header::ORIGIN).and_then(|value| value.to_str().ok()).filter(|origin| *origin != "null");
    web.doors().public_address().or_else(sent).unwrap_or_default().to_owned()
}

async fn show(web: &Web, visitor: &Visitor, outcome: &Outcome) -> Result<Markup, WebError> {
    let feeds = web.app().feeds(visitor.actor()).await?;
    let wanted = &outcome.wanted;
    let part = |name: &'static str, label: &'static str, help: &str, control: &Control<'_>| {
        let is_own = |field: &str| field == name || name == "name" && field != "current_password";
        let errors: Vec<String> = outcome
            .faults
            .iter()
            .filter(|(field, _)| is_own(field))
            .map(|(_, message)| steward_words::refusal(message).to_string())
            .collect();
        field(&Field { name, label, help, errors: &errors, is_required: true, ..Field::default() }, control)
    };
    let hidden = [
        ("calendar", &wanted.calendar),
        ("time", &wanted.time),
        ("service", &wanted.service),
        ("organisation", &wanted.organisation),
    ];
    let make = FormParts { action: ADDRESS, csrf_token: &visitor.csrf_token, ..FormParts::default() };
    let title = t("feeds");
    let main = html! {
        (head(&Header { title, detail: &visitor.actor().label, ..Header::default() }, html! {}))
        div.page-body."page-body--narrow" {
            @if let Some(address) = &outcome.address {
                (notice(&Notice { tone: Tone::Success, text: t("feed-once") }, html! {}))
                code.feed-address { (address) }
            }
            section.form-section {
                h2.form-section__label { (t("feeds-yours")) }
                p.form-section__help { (t("feeds-help")) }
                @if feeds.is_empty() { p.form-section__help { (t("feeds-none")) } }
                ul.plain-list { @for feed in &feeds { (listed(web, visitor, feed)) } }
            }
            (form(&make, form_section(t("feed-new"), t("feed-new-help"), html! {
                @for (name, value) in hidden { @if !value.is_empty() { input type="hidden" name=(name) value=(value); } }
                p.form-section__help { (t("feed-shows")) " " strong { (shows(wanted)) } }
                (part("name", t("feed-name"), t("feed-name-help"), &Control::Text { value: &wanted.name, max_length: Some(100) }))
                @if !web.app().is_proved(&visitor.session) {
                    (part("current_password", t("your-password"), t("feed-password-help"), &Control::Credential { value: "", kind: Credential::Password }))
                }
                (form_actions(submit(&Button { label: t("feed-make"), look: Look::Main, ..Button::default() }, &Submit::default())))
            })))
        }
    };
    Ok(frame(web, visitor, Place { title, current: settings::ADDRESS, ..Place::default() }, main))
}

fn listed(web: &Web, visitor: &Visitor, feed: &FeedView) -> Markup {
    let (now, zone) = (web.app().now(), &visitor.preferences.zone);
    let revoke = format!("{ADDRESS}/{}/revoke", feed.id);
    let parts = FormParts { action: &revoke, csrf_token: &visitor.csrf_token, ..FormParts::default() };
    let fetched = match feed.fetched_at {
        Some(at) => sentence("feed-fetched", &[("moment", time::ago(at, now, zone))]),
        None => html! { (t("feed-not-fetched")) },
    };
    let what = match (&feed.calendar, &feed.filter) {
        (Some(_), _) => t("feed-one-calendar").to_owned(),
        (None, None) => t("feed-shows-nothing").to_owned(),
        (None, Some(filter)) if filter.times.is_empty() => t("operations-calendar").to_owned(),
        (None, Some(filter)) => named(filter.times.iter().map(String::as_str)),
    };
    html! {
        li.plain-list__item {
            div.plain-list__text {
                strong { (feed.name) }
                " · " (what)
                @for about in &feed.about { " · " (about) }
                div.plain-list__detail { (sentence("feed-made", &[("moment", time::ago(feed.created_at, now, zone))])) " · " (fetched) }
            }
            (form(&parts, submit(&Button { label: t("revoke"), ..Button::default() }, &Submit::default())))
        }
    }
}

/// What a link will show, in words.
fn shows(wanted: &Wanted) -> String {
    if !wanted.calendar.is_empty() {
        return wanted.calendar.clone();
    }
    let times = wanted.time.split(',').filter(|time| !time.is_empty());
    let times = named(times);
    let mut parts = vec![if times.is_empty() { t("operations-calendar").to_owned() } else { times }];
    parts.extend([&wanted.service, &wanted.organisation].into_iter().filter(|name| !name.is_empty()).cloned());
    parts.join(" · ")
}

fn named<'t>(times: impl Iterator<Item = &'t str>) -> String {
    let known = times.filter_map(TimeKind::parse);
    known.map(|time| words::mark(time).label).collect::<Vec<_>>().join(", ")
}

/// The address on which a link to a calendar record is made; `None` for other kinds.
pub(crate) fn of_calendar(kind: &str, number: &str) -> Option<String> {
    (kind == CALENDAR).then(|| format!("{ADDRESS}?calendar={}", crate::address::part(number)))
}
