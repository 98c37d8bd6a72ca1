//! Looking as somebody else: the bar on every page while it lasts, and the door that lets nothing be written meanwhile.

use axum::extract::{Request, State};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use steward_app::error::Error;
use steward_app::sessions::BrowserSession;
use steward_app::view::RecordView;
use steward_app::viewing::{DEFAULT_MINUTES, Look as Asked, MAX_MINUTES};
use steward_model::moment::Moment;
use steward_ui::button::{Button, Look, Submit, link_button, submit};
use steward_ui::field::{Control, Field as Frame, field as draw_field};
use steward_ui::form::{Form as FormParts, form, form_actions};
use steward_ui::viewing::ViewingBar;
use steward_words::{refusal, t, t_with};

use crate::error::WebError;
use crate::files::Segments;
use crate::form::{Form, Posted, Query};
use crate::values::time;
use crate::visitor::{Visitor, session_secret};
use crate::{Web, address, csrf, live};

/// Where looking as somebody else ends.
pub(crate) const END: &str = "/view-as/end";
/// What may be posted meanwhile: the end of it, and what ends the session.
const OPEN: [&str; 3] = [END, "/sign-out", "/sign-in"];
/// Pages of credentials and of what belongs to a person alone; those below them too.
const CLOSED: [&str; 4] = ["/account", "/settings", "/calendar-feeds", "/set-up"];
/// Characters of a reason that the bar shows.
const REASON_SHOWN: usize = 120;

/// What every page says meanwhile.
#[derive(Debug, Clone)]
pub(crate) struct Shown {
    by: String,
    person: String,
    reason: String,
    until: Moment,
    now: Moment,
    csrf_token: String,
}

tokio::task_local! {
    static SHOWN: Option<Shown>;
}

/// Lets nothing be written while somebody looks as another person, whatever a handler would do, and has pages say so.
pub(crate) async fn guard(State(web): State<Web>, request: Request, next: Next) -> Response {
    let secret = session_secret(&web, request.headers()).map(str::to_owned);
    let session = match secret {
        Some(secret) if !request.uri().path().starts_with("/assets/") => web.app().viewing_session(&secret).await,
        _ => Ok(None),
    };
    let shown = match session {
        Ok(session) => session.and_then(|session| shown(&web, &session)),
        Err(error) => return WebError::from(error).into_response(),
    };
    let Some(shown) = shown else { return next.run(request).await };
    SHOWN.scope(Some(shown), answer(request, next)).await
}

async fn answer(request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    if !reads && !OPEN.contains(&path) {
        let text = t("viewing-no-writing-text");
        return crate::error::refusal(StatusCode::FORBIDDEN, t("viewing-no-writing"), text).into_response();
    }
    // What is told live goes to the one who is signed in.
    if path == live::ROUTE {
        return StatusCode::NO_CONTENT.into_response();
    }
    let is_closed =
        |closed: &str| path.strip_prefix(closed).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    // A link for calendar programs is known by its token and asks for no session.
    let by_token = path.starts_with("/calendar-feeds/");
    if reads && !by_token && CLOSED.into_iter().any(is_closed) {
        let text = t("viewing-closed-text");
        return crate::error::refusal(StatusCode::FORBIDDEN, t("viewing-closed"), text).into_response();
    }
    next.run(request).await
}

fn shown(web: &Web, session: &BrowserSession) -> Option<Shown> {
    let viewing = session.viewing.as_ref()?;
    Some(Shown {
        by: viewing.by.label.clone(),
        person: session.actor.label.clone(),
        reason: viewing.reason.clone(),
        until: viewing.until,
        now: web.app().now(),
        csrf_token: csrf::token(web.app(), session),
    })
}

/// Draws the bar, where somebody looks as another person.
pub(crate) fn with_bar<T>(draw: impl FnOnce(Option<ViewingBar<'_>>) -> T) -> T {
    let Some(shown) = SHOWN.try_with(Clone::clone).ok().flatten() else { return draw(None) };
    let who = t_with("viewing-who", &[("by", (&shown.by).into()), ("person", (&shown.person).into())]);
    let reason = match shown.reason.char_indices().nth(REASON_SHOWN) {
        Some((end, _)) => format!("{}…", &shown.reason[..end]),
        None => shown.reason.clone(),
    };
    // Seconds would only unsettle; a minute begun counts.
    let minutes = (shown.until.seconds_since(shown.now) + 59) / 60;
    let why = t_with("viewing-why", &[("reason", (&reason).into()), ("minutes", minutes.into())]);
    draw(Some(ViewingBar { who: &who, why: &why, end: END, csrf_token: &shown.csrf_token }))
}

pub(crate) async fn page(
    State(web): State<Web>,
    Segments((kinds, name)): Segments<(String, String)>,
    visitor: Visitor,
    Query(query): Query,
) -> Result<Response, WebError> {
    let view = person(&web, &visitor, &kinds, &name).await?;
    web.app().may_view_as(visitor.actor(), &view).await?;
    let next = address::local(query.get("next"));
    let typed = Typed { reason: "", minutes: &DEFAULT_MINUTES.to_string(), next, errors: Vec::new() };
    Ok(shown_form(&web, &visitor, &view, &typed))
}

pub(crate) async fn begin(
    State(web): State<Web>,
    Segments((kinds, name)): Segments<(String, String)>,
    posted: Posted,
) -> Result<Response, WebError> {
    let Posted { visitor, form } = posted;
    let view = person(&web, &visitor, &kinds, &name).await?;
    let next = address::local(form.get("next"));
    let begun = begun(&web, &visitor, &view, &form).await;
    match begun {
        Ok(()) => Ok(Redirect::to(next).into_response()),
        Err(Error::Invalid(errors)) => {
            let errors = errors.into_iter().map(|fault| (fault.field, refusal(&fault.message).into_owned())).collect();
            let typed = Typed {
                reason: form.get("reason").unwrap_or_default(),
                minutes: form.get("minutes").unwrap_or_default(),
                next,
                errors,
            };
            Ok((StatusCode::UNPROCESSABLE_ENTITY, shown_form(&web, &visitor, &view, &typed)).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

async fn begun(web: &Web, visitor: &Visitor, view: &RecordView, form: &Form) -> Result<(), Error> {
    let minutes = form.text("minutes").map_or(Ok(DEFAULT_MINUTES), str::parse);
    let minutes = minutes.map_err(|_| Error::invalid("minutes", "must be a whole number"))?;
    let reason = form.get("reason").unwrap_or_default();
    let look = Asked { person: &view.record.number, reason, minutes };
    web.app().begin_viewing(&visitor.session, &look).await
}

pub(crate) async fn end(State(web): State<Web>, posted: Posted) -> Result<Response, WebError> {
    let person = posted.visitor.session.viewing.as_ref().map(|_| posted.visitor.actor().person.to_string());
    web.app().end_viewing(&posted.visitor.session).await?;
    let back = match (person, web.app().kind("person")) {
        (Some(person), Ok(kind)) => address::record(kind, &person),
        _ => "/".to_owned(),
    };
    Ok(Redirect::to(&back).into_response())
}

async fn person(web: &Web, visitor: &Visitor, kinds: &str, name: &str) -> Result<RecordView, Error> {
    let kind = web.app().kind_by_plural(kinds)?.clone();
    let view = web.app().get(visitor.actor(), &kind, name, None).await?;
    if kind.key == "person" { Ok(view) } else { Err(Error::NotFound) }
}

/// What stands in the form.
struct Typed<'a> {
    reason: &'a str,
    minutes: &'a str,
    next: &'a str,
    errors: Vec<(String, String)>,
}

fn shown_form(web: &Web, visitor: &Visitor, view: &RecordView, typed: &Typed<'_>) -> Response {
    let action = address::of_record(&view.kind, &view.record, "view-as");
    let back = address::record(&view.kind, &view.record.number);
    let parts = FormParts { action: &action, csrf_token: &visitor.csrf_token, ..FormParts::default() };
    let title = t_with("viewing-title", &[("name", view.record.text("name").into())]);
    let of = |name: &str| -> Vec<String> {
        let own = typed.errors.iter().filter(|(field, _)| field == name);
        own.map(|(_, message)| message.clone()).collect()
    };
    let (reason_errors, minutes_errors) = (of("reason"), of("minutes"));
    let other: Vec<&(String, String)> =
        typed.errors.iter().filter(|(field, _)| field != "reason" && field != "minutes").collect();
    let help = t_with("viewing-minutes-help", &[("most", MAX_MINUTES.into())]);
    let content = form(
        &parts,
        html! {
            p.form-section__help { (t("viewing-help")) }
            @for (field, message) in other { p.form-section__help { (field) " " (message) } }
            (draw_field(
                &Frame { name: "reason", label: t("viewing-reason"), help: t("viewing-reason-help"), is_required: true, is_first: true, errors: &reason_errors, ..Frame::default() },
                &Control::Text { value: typed.reason, max_length: Some(steward_model::decide::VIEW_REASON_MAX) },
            ))
            (draw_field(
                &Frame { name: "minutes", label: t("viewing-minutes"), help: &help, is_required: true, errors: &minutes_errors, ..Frame::default() },
                &Control::Integer { value: typed.minutes, min: Some(1), max: Some(MAX_MINUTES) },
            ))
            input type="hidden" name="next" value=(typed.next);
            (form_actions(html! {
                (submit(&Button { label: t("viewing-begin"), look: Look::Main, ..Button::default() }, &Submit::default()))
                (link_button(&Button { label: t("cancel"), look: Look::Quiet, ..Button::default() }, &back))
            }))
        },
    );
    crate::actions::dialog_or_page(web, visitor, &view.kind, &view.record.number, &title, content).into_response()
}

/// Until when a look lasted or lasts, for the journal.
pub(crate) fn line(reason: &str, until: Moment, zone: &jiff::tz::TimeZone) -> Markup {
    let until = time::exact(until, zone);
    steward_ui::words::sentence("viewed-as", &[("reason", html! { b { (reason) } }), ("until", html! { (until) })])
}
