//! The inbox of whoever is signed in.

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use steward_app::error::Error;
use steward_app::inbox::{InboxPage, Notification, Reason, UNREAD_MAX, Which};
use steward_model::id::RecordId;
use steward_ui::button::{Button, Submit, submit};
use steward_ui::form::{Form as FormParts, form as draw_form};
use steward_ui::header::{Header, header as head};
use steward_ui::icon::Icon;
use steward_ui::inbox::{Inbox, Item, inbox as draw};
use steward_ui::message::{Empty, empty};
use steward_ui::tabs::Tab;
use steward_ui::time::Time;
use steward_words::t;

use crate::error::WebError;
use crate::form::{Posted, Query};
use crate::frame::{Place, frame};
use crate::values::time;
use crate::visitor::Visitor;
use crate::{Web, address};

/// Its address.
pub(crate) const ADDRESS: &str = "/inbox";
/// Where the number of unread ones is asked for.
pub(crate) const COUNT: &str = "/inbox/count";
const READ: &str = "/inbox/read";
/// Lines of one page.
const LINES: usize = 50;

pub(crate) async fn page(State(web): State<Web>, visitor: Visitor, Query(query): Query) -> Result<Response, WebError> {
    let all = query.get("show") == Some("all");
    let before = query.text("before").and_then(|text| text.parse().ok());
    let page = web.app().inbox(visitor.actor(), !all, before, LINES).await?;
    let list = list(&web, &visitor, &page, all);
    if query.get("part") == Some("list") {
        return Ok(list.into_response());
    }
    let unread = web.app().unread(visitor.actor()).await?.count;
    let count = told(unread);
    let views = [
        Tab { label: t("inbox-unread"), address: ADDRESS, count: (unread > 0).then_some(&count), is_current: !all },
        Tab { label: t("all"), address: "/inbox?show=all", count: None, is_current: all },
    ];
    let parts = FormParts { action: READ, csrf_token: &visitor.csrf_token, ..FormParts::default() };
    let older =
        page.next_before.map(|before| format!("{ADDRESS}?{}before={before}", if all { "show=all&" } else { "" }));
    let main = html! {
        (head(&Header { title: t("inbox"), tabs: &views, ..Header::default() }, html! {
            @if unread > 0 { (draw_form(&parts, submit(&Button { label: t("mark-all-read"), icon: Some(Icon::Checks), ..Button::default() }, &Submit::default()))) }
        }))
        (list)
        @if let Some(older) = &older { p.inbox__more { a href=(older) { (t("older")) } } }
    };
    Ok(frame(&web, &visitor, Place { title: t("inbox"), current: ADDRESS, ..Place::default() }, main).into_response())
}

/// How many are unread, as a number for scripts.
pub(crate) async fn count(State(web): State<Web>, visitor: Visitor) -> Result<Response, WebError> {
    let unread = web.app().unread(visitor.actor()).await?.count;
    Ok(([(header::CACHE_CONTROL, "no-store")], told(unread)).into_response())
}

pub(crate) async fn read(State(web): State<Web>, posted: Posted) -> Result<Response, WebError> {
    let Posted { visitor, form } = posted;
    let ids: Result<Vec<i64>, _> = form.all("id").map(str::parse).collect();
    let ids = ids.map_err(|_| WebError::bad_request("`id` must be the number of a notification"))?;
    let which = if form.has("id") { Which::These(ids) } else { Which::All };
    web.app().mark_read(visitor.actor(), which).await?;
    if visitor.partial {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    Ok(Redirect::to(ADDRESS).into_response())
}

/// Marks as read what concerns a record that its reader has opened; how much is unread then. That it failed is no reason
/// not to show the page.
pub(crate) async fn opened(web: &Web, visitor: &Visitor, record: RecordId) -> Option<usize> {
    let outcome: Result<usize, Error> = async {
        if !visitor.actor().is_viewed() && web.app().unread(visitor.actor()).await?.records.contains(&record) {
            web.app().mark_read(visitor.actor(), Which::Of(record)).await?;
        }
        Ok(web.app().unread(visitor.actor()).await?.count)
    }
    .await;
    if let Err(error) = &outcome {
        tracing::warn!(%error, "what a record's page shows could not be marked as read");
    }
    outcome.ok()
}

/// A number of unread ones in few letters.
pub(crate) fn told(count: usize) -> String {
    if count >= UNREAD_MAX { format!("{}+", UNREAD_MAX - 1) } else { count.to_string() }
}

fn list(web: &Web, visitor: &Visitor, page: &InboxPage, all: bool) -> Markup {
    let (now, zone) = (web.app().now(), &visitor.preferences.zone);
    struct Texts {
        id: String,
        address: String,
        machine: String,
        exact: String,
        shown: (String, bool),
    }
    let texts: Vec<Texts> = page
        .notifications
        .iter()
        .map(|one| Texts {
            id: one.id.to_string(),
            address: format!("{}#entry-{}", address::record(&one.kind, &one.record.number), one.seq),
            machine: one.at.to_string(),
            exact: time::exact(one.at, zone),
            shown: time::words(one.at, now, zone),
        })
        .collect();
    let items: Vec<Item<'_>> = page
        .notifications
        .iter()
        .zip(&texts)
        .map(|(one, texts)| {
            let (icon, what) = words(one);
            Item {
                id: &texts.id,
                icon,
                actor: &one.actor,
                what,
                number: &one.record.number,
                title: if one.record.label == one.record.number { "" } else { &one.record.label },
                address: &texts.address,
                excerpt: &one.excerpt,
                is_internal: one.internal,
                time: Time {
                    machine: &texts.machine,
                    shown: &texts.shown.0,
                    exact: &texts.exact,
                    is_relative: texts.shown.1,
                },
                is_read: one.is_read,
            }
        })
        .collect();
    let source = if all { "/inbox?show=all&part=list" } else { "/inbox?part=list" };
    let nothing = if all {
        Empty { icon: Icon::Inbox, title: t("inbox-empty"), text: t("inbox-help") }
    } else {
        Empty { icon: Icon::Checks, title: t("inbox-read-all"), text: t("inbox-help") }
    };
    draw(&Inbox { items: &items, read: READ, csrf_token: &visitor.csrf_token, source }, empty(&nothing, html! {}))
}

/// The icon of a reason, and what the one who did it did.
fn words(one: &Notification) -> (Icon, &'static str) {
    match one.reason {
        Reason::Mention => (Icon::At, t("did-mention")),
        Reason::Assigned => (Icon::UserCheck, t("did-assign")),
        Reason::Answer => (Icon::Messages, t("did-answer")),
        Reason::Progress => (Icon::ArrowRight, t("did-progress")),
        Reason::Reply => (Icon::Message, t("did-reply")),
        Reason::Team => (Icon::Users, t("did-give-team")),
        Reason::Review => (Icon::Book, t("did-ask-review")),
        Reason::Approval => (Icon::UserCheck, t("did-ask-approval")),
        Reason::Due => (Icon::Clock, t("did-say-due")),
        Reason::File => (Icon::ShieldLock, t("did-say-file")),
        Reason::Rule => (Icon::Bolt, t("did-say-rule")),
        Reason::Viewed => (Icon::Eye, t("did-view")),
    }
}
