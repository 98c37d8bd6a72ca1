//! What people do to a record: move it, say something, book time, watch, link.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde_json::Value as Json;
use steward_app::error::Error;
use steward_app::records::{Origin, Request};
use steward_app::view::{RecordView, collect_references};
use steward_model::command::{Command, Input, NewComment, Transition as Move};
use steward_model::decide::{FieldError, transition_fields};
use steward_model::event::{Audience, Door};
use steward_model::id::RecordId;
use steward_model::kind::{Field, Kind, Transition};
use steward_ui::dialog::dialog_content;
use steward_ui::field::{Control, Credential, Field as Frame, field as draw_field};
use steward_ui::form::Form as FormParts;
use steward_ui::header::{Header, header};
use steward_ui::partial::Partial;
use steward_ui::reference::Crumb;
use steward_ui::transition::{Transition as TransitionParts, transition as draw_transition};
use steward_ui::watch::{Watch, watch as draw_watch};
use steward_words::{refusal, t, t_with};

use crate::drafts::{self, FormDraft};
use crate::error::WebError;
use crate::files::{Segments, audience};
use crate::form::{Form, Posted, Query};
use crate::frame::{Place, frame};
use crate::kind_form::{Faults, Filling, one, sentence};
use crate::record::{Unsent, again};
use crate::values::input;
use crate::visitor::Visitor;
use crate::{Web, address, files};

type RecordName = Segments<(String, String)>;

pub(crate) async fn transition_form(
    State(web): State<Web>,
    Segments((kinds, name, key)): Segments<(String, String, String)>,
    visitor: Visitor,
    Query(query): Query,
) -> Result<Response, WebError> {
    let (view, index) = found(&web, &visitor, &kinds, &name, &key).await?;
    possible(&view, &view.kind.lifecycle.transitions[index])?;
    let view = with_names(&web, &visitor, view).await?;
    let draft = FormDraft::find(&web, &visitor, &view.kind, &view.record.number, &drafts::of_move(&key)).await?;
    let transition = &view.kind.lifecycle.transitions[index];
    let typed = draft.typed().map(|form| moved(&view.kind, transition, form, &visitor));
    let typed = typed.or_else(|| suggested(transition, &query));
    let signs = web.app().wants_signature(visitor.actor(), &view, &key).await?;
    let filled =
        Filled { typed: typed.as_ref(), faults: &Faults::default(), draft: &draft, back: query.get("back"), signs };
    let content = move_form(&visitor, &view, transition, &filled);
    let title = view.kind.lifecycle.transitions[index].label.clone();
    Ok(dialog_or_page(&web, &visitor, &view.kind, &name, &title, content).into_response())
}

pub(crate) async fn transition(
    State(web): State<Web>,
    Segments((kinds, name, key)): Segments<(String, String, String)>,
    posted: Posted,
) -> Result<Response, WebError> {
    let Posted { visitor, form } = posted;
    let (view, index) = found(&web, &visitor, &kinds, &name, &key).await?;
    let transition = &view.kind.lifecycle.transitions[index];
    let mut typed = moved(&view.kind, transition, &form, &visitor);
    typed.remove("comment");
    let comment = form.text("comment").map(|body| NewComment {
        audience: transition.comment.as_ref().map_or(Audience::Public, |rule| rule.audience),
        body: body.replace("\r\n", "\n"),
    });
    let base = form.text("revision").and_then(|text| text.parse().ok());
    let fields = crate::kind_form::changed(&view.kind, &view.record, typed, &view.labels);
    let signs = web.app().wants_signature(visitor.actor(), &view, &key).await?;
    let request = Request::Command(Command::Transition(Move { key, fields, comment, base }));
    let moved_on = async {
        if signs {
            let password = form.get("current_password").unwrap_or_default();
            web.app().prove(&visitor.session, password, &visitor.client.address).await?;
        }
        let origin = Origin { signed: signs, ..Origin::door(Door::Page) };
        web.app().execute(visitor.actor(), &view.kind, &name, &request, &origin).await
    };
    match moved_on.await {
        Ok(after) => {
            drafts::sent(&web, &visitor, &form, &after.kind, &after.record.number).await;
            Ok(match form.get("back") {
                Some(back) => led(&visitor, address::local(Some(back))),
                None => done(&visitor, &after),
            })
        }
        Err(error) => {
            let faults = Faults::of_change(&web, &visitor, &view, error).await?;
            let typed = moved(&view.kind, transition, &form, &visitor);
            let draft =
                FormDraft::find(&web, &visitor, &view.kind, &view.record.number, &drafts::of_move(&transition.key))
                    .await?;
            let back = form.get("back");
            let filled = Filled { typed: Some(&typed), faults: &faults, draft: &draft, back, signs };
            let content = move_form(&visitor, &view, transition, &filled);
            let page = dialog_or_page(&web, &visitor, &view.kind, &name, &transition.label, content);
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
    }
}

/// Values of fields of a move that the address which led to it suggests.
fn suggested(transition: &Transition, query: &Form) -> Option<Input> {
    let named = transition_fields(transition).into_iter();
    let values: Input = named.filter_map(|key| Some((key.to_owned(), query.text(key)?.into()))).collect();
    (!values.is_empty()).then_some(values)
}

/// What the form of a move sent, or kept as a draft.
fn moved(kind: &Kind, transition: &Transition, form: &Form, visitor: &Visitor) -> Input {
    let mut typed = input::read(kind, form, &visitor.preferences.zone);
    typed.retain(|field, _| transition_fields(transition).contains(&field.as_str()));
    if let Some(text) = form.text("comment") {
        typed.insert("comment".to_owned(), text.into());
    }
    typed
}

/// The record with the names that a form offers by itself besides those of the record: one's own and of one's teams.
async fn with_names(web: &Web, visitor: &Visitor, view: RecordView) -> Result<RecordView, Error> {
    let mut ids: BTreeSet<RecordId> = visitor.actor().teams.iter().copied().chain([visitor.actor().person]).collect();
    for field in &view.kind.fields {
        if let Some(stored) = view.record.field(&field.key) {
            collect_references(field, stored, &mut ids);
        }
    }
    let labels = web.app().names(visitor.actor(), ids).await?;
    Ok(RecordView { labels, ..view })
}

/// What a move's form has in it where the record has nothing: staff who take up work take it themselves, in their team.
fn offered(visitor: &Visitor, field: &Field) -> Option<Json> {
    let actor = visitor.actor();
    match field.key.as_str() {
        "assignee" if actor.is_staff() => Some(actor.person.0.into()),
        "team" if actor.is_staff() => actor.teams.first().map(|team| team.0.into()),
        _ => None,
    }
}

/// The record and the place of a transition in its lifecycle.
async fn found(
    web: &Web,
    visitor: &Visitor,
    kinds: &str,
    name: &str,
    key: &str,
) -> Result<(RecordView, usize), WebError> {
    let kind = web.app().kind_by_plural(kinds)?.clone();
    let view = web.app().get(visitor.actor(), &kind, name, None).await?;
    let index =
        kind.lifecycle.transitions.iter().position(|transition| transition.key == key).ok_or(Error::NotFound)?;
    Ok((view, index))
}

/// Refuses a move that somebody may never make, or not as the record is now.
fn possible(view: &RecordView, transition: &Transition) -> Result<(), Error> {
    if view.allowed_transitions.contains(&transition.key) {
        return Ok(());
    }
    if let Some((_, message)) = view.barred_transitions.iter().find(|(key, _)| *key == transition.key) {
        return Err(Error::Illegal { message: message.clone(), allowed: view.allowed_transitions.clone() });
    }
    let action = steward_model::access::Action::Transition;
    if !view.rights.may(action) || transition.starts(&view.kind, &view.record) {
        return Err(Error::Forbidden { action });
    }
    let state = view.kind.lifecycle.state(&view.record.state).map_or(view.record.state.as_str(), |state| &state.label);
    let message = t_with("not-possible-now", &[("move", (&transition.label).into()), ("state", state.into())]);
    Err(Error::Illegal { message, allowed: view.allowed_transitions.clone() })
}

/// What a move's form has in it besides what the record holds.
struct Filled<'a> {
    /// What was typed, in the form that comes back or in its draft.
    typed: Option<&'a Input>,
    faults: &'a Faults,
    draft: &'a FormDraft,
    /// Where the move leads, when not to the record.
    back: Option<&'a str>,
    /// Whether the move is signed with the password.
    signs: bool,
}

fn move_form(visitor: &Visitor, view: &RecordView, transition: &Transition, filled: &Filled<'_>) -> Markup {
    let &Filled { typed, faults, draft, back: place, signs } = filled;
    let kind = &view.kind;
    let action = address::transition(kind, &view.record, &transition.key);
    let back = address::record(kind, &view.record.number);
    let fields: Vec<&Field> = transition_fields(transition)
        .into_iter()
        .filter_map(|key| kind.field(key))
        .filter(|field| view.rights.may_read(field) || view.rights.may_write(field))
        .collect();
    // What is offered stands in the form as if it were the record's; it is compared with the record when it comes back.
    let mut record = view.record.clone();
    for field in fields.iter().filter(|field| typed.is_none() && view.record.field(&field.key).is_none()) {
        if let Some(value) = offered(visitor, field) {
            record.fields.insert(field.key.clone(), value);
        }
    }
    let filling = Filling {
        record: Some(&record),
        typed,
        labels: &view.labels,
        zone: &visitor.preferences.zone,
        is_refreshed: false,
    };
    let mut shown: Vec<&str> = fields.iter().map(|field| field.key.as_str()).collect();
    shown.push("comment");
    shown.push("current_password");
    let parts = TransitionParts {
        label: &transition.label,
        help: "",
        form: FormParts {
            action: &action,
            partial: Partial { get: None, post: Some(&action), target: Some("#dialog"), swap: Some("innerHTML") },
            csrf_token: &visitor.csrf_token,
            revision: u64::try_from(view.record.revision).ok(),
            draft: Some(draft.parts()),
            ..FormParts::default()
        },
        back: &back,
        is_danger: false,
    };
    let comment = typed.and_then(|typed| typed.get("comment")).and_then(|text| text.as_str()).unwrap_or_default();
    let asked = transition.comment.as_ref();
    let needed = asked.is_some_and(|rule| rule.when.is_none());
    let (label, help) = match asked.map(|rule| rule.audience) {
        Some(Audience::Internal) => (t("note-for-staff"), ""),
        _ => (t("message-to-requester"), if needed { "" } else { t("optional-message") }),
    };
    let may_say = view.rights.may(match asked.map(|rule| rule.audience) {
        Some(Audience::Internal) => steward_model::access::Action::Note,
        _ => steward_model::access::Action::Comment,
    });
    draw_transition(
        &parts,
        html! {
            (faults.summary(kind, &shown))
            @if let Some(place) = place { input type="hidden" name="back" value=(place); }
            @for (index, field) in fields.iter().enumerate() {
                (one(field, &filling, faults, transition.requires.contains(&field.key), index == 0))
            }
            @if may_say && (asked.is_some() || kind.field("requester").is_some()) {
                (draw_field(
                    &Frame { name: "comment", label, help, is_required: needed, is_first: fields.is_empty(), errors: faults.on("comment"), ..Frame::default() },
                    &Control::Markdown { value: comment },
                ))
            }
            @if signs {
                (draw_field(
                    &Frame { name: "current_password", label: t("your-password"), help: t("sign-help"), is_required: true, errors: faults.on("current_password"), ..Frame::default() },
                    &Control::Credential { value: "", kind: Credential::Password },
                ))
            }
        },
    )
}

pub(crate) async fn comment(
    State(web): State<Web>,
    Segments((kinds, name)): RecordName,
    posted: Posted,
) -> Result<Response, WebError> {
    let kind = web.app().kind_by_plural(&kinds)?.clone();
    let audience = audience(posted.form.get("audience"))?;
    let body = posted.form.text("body").unwrap_or_default().replace("\r\n", "\n");
    match say(&web, &posted, &kind, &name, NewComment { audience, body: body.clone() }).await {
        Ok(()) => {
            drafts::sent(&web, &posted.visitor, &posted.form, &kind, &name).await;
            Ok(Redirect::to(&format!("{}#composer", address::record(&kind, &name))).into_response())
        }
        Err(error) => {
            let errors = match error {
                Error::Invalid(faults) => faults.into_iter().map(|fault| said_wrong(&fault)).collect(),
                Error::TooLarge(message) => vec![sentence(&refusal(&message))],
                other => return Err(other.into()),
            };
            let unsent = Unsent { body: &body, audience, errors: &errors };
            let page = again(&web, &posted.visitor, &kind, &name, &unsent).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
    }
}

/// What is wrong with something that somebody wants to say. Files are named by their names.
pub(crate) fn said_wrong(fault: &FieldError) -> String {
    let refused = refusal(&fault.message);
    match fault.field == "files" {
        true => sentence(&refused),
        false => sentence(&t_with("this-fault", &[("fault", (&refused).into())])),
    }
}

async fn say(web: &Web, posted: &Posted, kind: &Arc<Kind>, name: &str, comment: NewComment) -> Result<(), Error> {
    if comment.body.is_empty() && posted.form.files.is_empty() {
        // Asked first, so that who may not see the record hears nothing else.
        web.app().get(posted.visitor.actor(), kind, name, None).await?;
        return Err(Error::invalid("body", "is empty: write something or attach a file"));
    }
    // Files first: words that speak of them must not stand there without them.
    files::add(web, posted, kind, name, comment.audience).await?;
    if !comment.body.is_empty() {
        execute(web, &posted.visitor, kind, name, &Request::Command(Command::Comment(comment))).await?;
    }
    Ok(())
}

pub(crate) async fn watch(
    State(web): State<Web>,
    Segments((kinds, name)): RecordName,
    posted: Posted,
) -> Result<Response, WebError> {
    let Posted { visitor, form } = posted;
    let kind = web.app().kind_by_plural(&kinds)?.clone();
    let end = form.get("watch") == Some("false");
    let view = execute(&web, &visitor, &kind, &name, &Request::Watch { person: None, end }).await?;
    if !visitor.partial {
        return Ok(Redirect::to(&address::record(&kind, &name)).into_response());
    }
    let action = address::of_record(&kind, &view.record, "watch");
    let toggle = Watch {
        action: &action,
        is_watching: !end,
        watchers: view.record.watchers.len(),
        csrf_token: &visitor.csrf_token,
    };
    Ok(draw_watch(&toggle).into_response())
}

pub(crate) async fn link(
    State(web): State<Web>,
    Segments((kinds, name)): RecordName,
    posted: Posted,
) -> Result<Response, WebError> {
    let kind = web.app().kind_by_plural(&kinds)?.clone();
    let text = |name: &str| posted.form.text(name).unwrap_or_default().to_owned();
    let request = Request::Link { link: text("link"), target: text("target"), end: false };
    execute(&web, &posted.visitor, &kind, &name, &request).await?;
    Ok(Redirect::to(&address::record(&kind, &name)).into_response())
}

pub(crate) async fn unlink(
    State(web): State<Web>,
    Segments((kinds, name, link, target)): Segments<(String, String, String, String)>,
    posted: Posted,
) -> Result<Response, WebError> {
    let kind = web.app().kind_by_plural(&kinds)?.clone();
    execute(&web, &posted.visitor, &kind, &name, &Request::Link { link, target, end: true }).await?;
    Ok(Redirect::to(&address::record(&kind, &name)).into_response())
}

pub(crate) async fn execute(
    web: &Web,
    visitor: &Visitor,
    kind: &Arc<Kind>,
    name: &str,
    request: &Request,
) -> Result<RecordView, Error> {
    web.app().execute(visitor.actor(), kind, name, request, &Origin::door(Door::Page)).await
}

/// Back to the record after something was done: the whole page anew, since nearly all of it may have changed.
pub(crate) fn done(visitor: &Visitor, after: &RecordView) -> Response {
    led(visitor, &address::record(&after.kind, &after.record.number))
}

/// On to another page, from a page or from the dialog.
pub(crate) fn led(visitor: &Visitor, address: &str) -> Response {
    if visitor.partial {
        return ([("hx-redirect", address.to_owned())], StatusCode::NO_CONTENT).into_response();
    }
    Redirect::to(address).into_response()
}

/// As [`dialog_or_page`], for what belongs to a list.
pub(crate) fn on_list(web: &Web, visitor: &Visitor, kind: &Kind, title: &str, back: &str, content: Markup) -> Markup {
    if visitor.partial {
        return dialog_content(title, content);
    }
    let crumbs = [Crumb { label: &kind.label_plural, address: back }];
    let main = html! {
        (header(&Header { title, crumbs: &crumbs, ..Header::default() }, html! {}))
        div.page-body."page-body--form" { (content) }
    };
    frame(web, visitor, Place { title, current: &address::list(kind), ..Place::default() }, main)
}

/// Content for the page's dialog, or a page of its own for who came without scripts.
pub(crate) fn dialog_or_page(
    web: &Web,
    visitor: &Visitor,
    kind: &Kind,
    name: &str,
    title: &str,
    content: Markup,
) -> Markup {
    if visitor.partial {
        return dialog_content(title, content);
    }
    let (list, back) = (address::list(kind), address::record(kind, name));
    let crumbs = [Crumb { label: &kind.label_plural, address: &list }, Crumb { label: name, address: &back }];
    let main = html! {
        (header(&Header { title, crumbs: &crumbs, ..Header::default() }, html! {}))
        div.page-body."page-body--form" { (content) }
    };
    let tab = format!("{title} · {name}");
    frame(web, visitor, Place { title: &tab, current: &list, ..Place::default() }, main)
}
