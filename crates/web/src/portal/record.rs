//! One request as its asker follows it.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde_json::Value as Json;
use steward_app::approvals::ApprovalSeen;
use steward_app::error::Error;
use steward_app::pages::RecordPage;
use steward_app::records::{Origin, Request};
use steward_clock::forecast::Forecast;
use steward_model::access::Action;
use steward_model::command::{Command, NewComment};
use steward_model::event::{Act, Audience, Door};
use steward_model::kind::{Level, Transition};
use steward_model::moment::Moment;
use steward_model::record::Record;
use steward_ui::button::{Button, Look, link_button};
use steward_ui::composer::{Composer, composer};
use steward_ui::message::{Notice, notice};
use steward_ui::partial::Partial;
use steward_ui::portal::{PortalHead, answer_list, milestones, portal_facts, portal_head, portal_section};
use steward_ui::tone::Tone;
use steward_words::{refusal, t, t_with};

use super::pictures::words;
use super::words::{Standing, worker};
use super::{REQUESTS, kind_of, page, record_address};
use crate::error::WebError;
use crate::files::Segments;
use crate::form::{Posted, Query};
use crate::record::approval;
use crate::timeline::timeline;
use crate::values::shown::Reader;
use crate::values::time;
use crate::visitor::Visitor;
use crate::{Web, address, file_list, markdown};

/// Entries shown; older ones are on the full page.
const ENTRIES: usize = 200;

/// Moves as those who ask call them, with the messages that say so.
const NAMES: [(&str, &str); 6] = [
    ("cancel", "portal-withdraw"),
    ("close", "portal-confirm"),
    ("reopen", "portal-reopen"),
    ("submit", "portal-send-off"),
    ("approve", "portal-approve"),
    ("reject", "portal-reject"),
];

pub(crate) async fn record(
    State(web): State<Web>,
    Segments(number): Segments<String>,
    visitor: Visitor,
    Query(query): Query,
) -> Result<Response, WebError> {
    let done = match (query.get("ordered"), query.get("reported"), query.get("followed")) {
        (Some(_), ..) => Some(t("portal-ordered")),
        (_, Some(_), _) => Some(t("portal-reported")),
        (.., Some(_)) => Some(t("portal-followed")),
        _ => None,
    };
    let kind = kind_of(&web, &number)?;
    let view = web.app().get(visitor.actor(), &kind, &number, None).await?;
    if let Some(into) = crate::record::family::elsewhere(&web, &visitor, &view).await? {
        return Ok(Redirect::to(&record_address(&into.number)).into_response());
    }
    let page = show(&web, &visitor, &number, done, ("", &[])).await?;
    Ok(page.into_response())
}

async fn show(
    web: &Web,
    visitor: &Visitor,
    number: &str,
    done: Option<&str>,
    (body, errors): (&str, &[String]),
) -> Result<Markup, WebError> {
    let kind = kind_of(web, number)?;
    let mut found = web.app().record_page(visitor.actor(), &kind, number, None, (None, ENTRIES)).await?;
    // Here is what was said to the one who asked; where it stands is told by its steps, how it was worked on by the full
    // page.
    found.entries.retain(|event| match &event.act {
        Act::Commented { audience, .. } => *audience == Audience::Public,
        Act::Attached(file) => file.audience == Audience::Public,
        _ => false,
    });
    let mut visitor = visitor.clone();
    visitor.unread = crate::inbox::opened(web, &visitor, found.view.record.id).await;
    let title = title(&found);
    let approvals = approval::gather(web, &visitor, &found.view).await?;
    let plans = web.app().plans_on(visitor.actor(), &found.view).await?;
    let plan = plans.iter().find(|plan| plan.is_open() && plan.count.of > 0);
    let progress = plan.map(|plan| progress(plan, &visitor)).unwrap_or_default();
    let forecast = match waits_for_requester(&found.view.record) {
        // When they answer, nobody knows.
        true => None,
        // A plan knows better.
        false if !progress.is_empty() => None,
        false => web.app().forecast(&found.view).await?,
    };
    let ahead = Ahead { progress, forecast };
    let content = content(web, &visitor, &found, (&approvals, &ahead), done, (body, errors));
    Ok(page(web, &visitor, &title, REQUESTS, content))
}

fn title(page: &RecordPage) -> String {
    match page.view.record.text(&page.view.kind.label_field) {
        "" => page.view.record.number.clone(),
        title => title.to_owned(),
    }
}

/// What is told of the time to come.
struct Ahead {
    /// How far the plan is that fulfils it; empty without.
    progress: String,
    /// When those like it were done.
    forecast: Option<Forecast>,
}

fn content(
    web: &Web,
    visitor: &Visitor,
    page: &RecordPage,
    (approvals, Ahead { progress, forecast }): (&[ApprovalSeen], &Ahead),
    done: Option<&str>,
    (body, errors): (&str, &[String]),
) -> Markup {
    let view = &page.view;
    let record = &view.record;
    let standing = Standing::of(web, visitor, view);
    let title = title(page);
    let about = format!("{} · {}", record.number, standing.state);
    let answers: Vec<(&str, &str)> = rows(record.field("answers"))
        .iter()
        .map(|row| {
            let text = |key: &str| row.get(key).and_then(Json::as_str).unwrap_or_default();
            (text("question"), text("answer"))
        })
        .collect();
    let reader = Reader {
        registry: web.app().registry(),
        labels: &page.labels,
        zone: &visitor.preferences.zone,
        now: web.app().now(),
    };
    let description = record.text("description");
    let me = Some(visitor.actor().person);
    let is_own = record.reference("requester") == me || Some(record.created_by) == me;
    let outcome = ["resolution_notes", "fulfilment_notes", "workaround"];
    let action = format!("{}/comments", record_address(&record.number));
    let goes_on = web.app().followable(visitor.actor(), view).filter(|followable| followable.is_instead);
    html! {
        (portal_head(&PortalHead { back: Some((t("portal-requests"), REQUESTS)), title: &title, text: &about, ..PortalHead::default() }, moves(view)))
        @if let Some(words) = done { (notice(&Notice { tone: Tone::Success, text: words }, html! {})) }
        (milestones(&standing.milestones()))
        div.portal-columns {
            div.portal-columns__main {
                div.portal-next {
                    p.portal-next__title { (t("portal-what-next")) }
                    p.portal-next__text { (standing.next) }
                    @if !progress.is_empty() { p.portal-next__text { (progress) } }
                    @if !standing.expected.is_empty() { p.portal-next__text { strong { (standing.expected) } } }
                    @if let Some(forecast) = forecast {
                        @let range = crate::forecast::range(forecast, web.app().now(), &visitor.preferences.zone);
                        p.portal-next__text { strong { (t_with("forecast-for-requester", &[("range", (&range).into())])) } }
                        p.portal-next__why { (crate::forecast::why(forecast)) }
                    }
                    (crate::follow_up::neighbours(view, record_address))
                    @for message in too_late(view) { p.portal-barred { (refusal(message)) "." } }
                }
                @if let Some(seen) = approvals.first() {
                    // A question of a step of the plan is answered where it stands, not by a move of the record.
                    @let stands = if seen.record.reference("plan").is_some() { approval::Stands::Beside } else { approval::Stands::Portal };
                    (approval::draw(web, visitor, seen, (stands, &record_address(&record.number)), None))
                }
                @for key in outcome {
                    @let text = record.text(key);
                    @if !text.is_empty() {
                        @if let Some(field) = view.kind.field(key) { (portal_section(&field.label, None, html! { div.article { (markdown::render(text)) } })) }
                    }
                }
                @if !description.is_empty() {
                    (portal_section(if is_own { t("portal-you-told") } else { t("portal-was-asked") }, None, html! { div.article { (markdown::render(description)) } }))
                }
                @if !answers.is_empty() { (portal_section(if is_own { t("portal-your-answers") } else { t("portal-answers") }, None, answer_list(&answers))) }
                (portal_section(t("portal-messages"), None, html! {
                    (timeline(page, &reader, &std::collections::HashMap::new(), None, None))
                    @if goes_on.is_some() { p.portal-barred { (t("portal-goes-on")) } }
                    @if goes_on.is_some() || view.rights.may(Action::Comment) {
                        (composer(&Composer {
                            action: &action,
                            csrf_token: &visitor.csrf_token,
                            readers: t("portal-service-desk"),
                            body,
                            errors,
                            ..Composer::default()
                        }, html! {}))
                    }
                }))
            }
            aside.portal-side aria-label=(t("portal-details")) {
                (facts(web, visitor, page, &standing))
            }
        }
        @if visitor.actor().is_staff() {
            p.portal-barred { a href=(address::record(&view.kind, &record.number)) { (t("portal-open-as-staff")) } }
        }
    }
}

/// How far the plan is, for whoever waits.
fn progress(plan: &steward_app::flows::PlanSeen, visitor: &Visitor) -> String {
    let (done, of) = (plan.count.done.into(), plan.count.of.into());
    match plan.expected_at {
        Some(at) => {
            let day = at.timestamp().to_zoned(visitor.preferences.zone.clone()).date();
            let when = time::day(&day.to_string());
            t_with("plan-progress", &[("done", done), ("of", of), ("when", (&when).into())])
        }
        None => t_with("plan-progress-open", &[("done", done), ("of", of)]),
    }
}

/// Why it cannot be reopened any more, where it once could.
fn too_late(view: &steward_app::view::RecordView) -> impl Iterator<Item = &str> {
    let barred = view.barred_transitions.iter().filter(|(key, _)| key == "reopen");
    barred.map(|(_, message)| message.as_str())
}

fn waits_for_requester(record: &Record) -> bool {
    ["on_hold_reason", "waiting_reason"].iter().any(|key| record.text(key) == "awaiting_requester")
}

fn rows(value: Option<&Json>) -> &[Json] {
    value.and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// The moves that those who ask make, as buttons; the one that is waited for first.
fn moves(view: &steward_app::view::RecordView) -> Markup {
    let allowed = view.allowed_transitions.iter().filter_map(|key| view.kind.lifecycle.transition(key));
    let mut own: Vec<&Transition> =
        allowed.filter(|transition| transition.level == Level::Requester && transition.key != "revise").collect();
    let rank = |transition: &&Transition| match transition.key.as_str() {
        "approve" | "close" | "submit" => 0,
        "reject" | "reopen" => 1,
        _ => 2,
    };
    own.sort_by_key(rank);
    let back = address::part(&record_address(&view.record.number));
    html! {
        @for transition in own {
            @let address = format!("{}?back={back}", address::transition(&view.kind, &view.record, &transition.key));
            @let label = NAMES.iter().find(|(key, _)| *key == transition.key).map_or(transition.label.as_str(), |(_, name)| t(name));
            @let look = if rank(&transition) == 0 { Look::Main } else { Look::Plain };
            (link_button(&Button { label, look, partial: Partial::dialog(&address), ..Button::default() }, &address))
        }
    }
}

fn facts(web: &Web, visitor: &Visitor, page: &RecordPage, standing: &Standing) -> Markup {
    let view = &page.view;
    let (kind, record) = (&view.kind, &view.record);
    let now = web.app().now();
    let text = |words: String| (!words.is_empty()).then(|| html! { (words) });
    let named = |key: &str| {
        let label = record.reference(key).and_then(|id| view.labels.get(&id))?;
        Some(html! { (label.label) })
    };
    let quantity = rows(record.field("lines")).first().and_then(|line| line.get("quantity")).and_then(Json::as_i64);
    let opened = record.field("opened_at").and_then(Json::as_i64).map_or(record.created_at, Moment);
    let files = file_list::list(visitor, (kind, record), &page.files, (file_list::Place::Plain, false));
    let facts: Vec<(&str, Option<Markup>)> = vec![
        (t("number"), text(record.number.clone())),
        (t("portal-asked"), Some(time::ago(opened, now, &visitor.preferences.zone))),
        (
            t("portal-asked-by"),
            named("requester").filter(|_| record.reference("requester") != Some(visitor.actor().person)),
        ),
        (t("portal-for"), named("requested_for")),
        (t("portal-worker"), worker(view).map(|name| html! { (name) })),
        (t("portal-expected"), text(standing.expected.clone())),
        (
            t("portal-needed-by"),
            text(match record.text("needed_by") {
                "" => String::new(),
                day => time::day(day),
            }),
        ),
        (t("portal-quantity"), quantity.filter(|quantity| *quantity > 1).map(|quantity| html! { (quantity) })),
        (t("portal-price"), text(words(kind, record, "price"))),
        (t("portal-each-month"), text(words(kind, record, "recurring_price"))),
        (t("portal-service"), named("service")),
        (t("files"), (!page.files.is_empty()).then_some(files)),
    ];
    let facts: Vec<(&str, Markup)> = facts.into_iter().filter_map(|(label, value)| Some((label, value?))).collect();
    portal_facts(&facts)
}

/// A reply from the portal.
pub(crate) async fn comment(
    State(web): State<Web>,
    Segments(number): Segments<String>,
    posted: Posted,
) -> Result<Response, WebError> {
    let kind = kind_of(&web, &number)?;
    let body = posted.form.text("body").unwrap_or_default().replace("\r\n", "\n");
    let view = web.app().get(posted.visitor.actor(), &kind, &number, None).await?;
    let goes_on = web.app().followable(posted.visitor.actor(), &view).is_some_and(|followable| followable.is_instead);
    let said = match goes_on {
        true => match go_on(&web, &posted, &kind, &number, &body).await {
            Ok(made) => return Ok(Redirect::to(&format!("{}?followed=1", record_address(&made))).into_response()),
            Err(error) => Err(error),
        },
        false => say(&web, &posted, &kind, &number, &body).await,
    };
    match said {
        Ok(()) => Ok(Redirect::to(&format!("{}#composer", record_address(&number))).into_response()),
        Err(Error::Invalid(faults)) => {
            let errors: Vec<String> = faults.iter().map(crate::actions::said_wrong).collect();
            let page = show(&web, &posted.visitor, &number, None, (&body, &errors)).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

/// What is said of something that is over begins a record that follows it; gives its number.
async fn go_on(
    web: &Web,
    posted: &Posted,
    kind: &std::sync::Arc<steward_model::kind::Kind>,
    number: &str,
    body: &str,
) -> Result<String, Error> {
    web.app().check_files(&posted.form.files)?;
    let origin = Origin::door(Door::Page);
    let made = web.app().follow_up_record(posted.visitor.actor(), kind, number, body, &origin).await?;
    crate::files::add(web, posted, &made.kind, &made.record.number, Audience::Public).await?;
    Ok(made.record.number)
}

async fn say(
    web: &Web,
    posted: &Posted,
    kind: &std::sync::Arc<steward_model::kind::Kind>,
    number: &str,
    body: &str,
) -> Result<(), Error> {
    if body.is_empty() && posted.form.files.is_empty() {
        web.app().get(posted.visitor.actor(), kind, number, None).await?;
        return Err(Error::invalid("body", "is empty: write something or attach a file"));
    }
    crate::files::add(web, posted, kind, number, Audience::Public).await?;
    if !body.is_empty() {
        let comment = NewComment { audience: Audience::Public, body: body.to_owned() };
        let request = Request::Command(Command::Comment(comment));
        web.app().execute(posted.visitor.actor(), kind, number, &request, &Origin::door(Door::Page)).await?;
    }
    Ok(())
}
