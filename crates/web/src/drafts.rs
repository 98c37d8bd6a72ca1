//! Drafts of forms: kept while somebody types, put back into the form when they come again.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use steward_app::drafts::{Draft, KEEP_DAYS, Kept, Typed};
use steward_app::error::Error;
use steward_app::knowledge::ARTICLE;
use steward_model::access::Action;
use steward_model::kind::{FieldType, Kind};
use steward_ui::button::{Button, Submit, submit};
use steward_ui::draft::{Draft as DraftParts, KeptDraft};
use steward_ui::form::{Form as FormParts, form};
use steward_ui::time::Time;
use steward_words::{t, t_with};

use crate::error::WebError;
use crate::files::Segments;
use crate::form::{Form, Posted};
use crate::values::time;
use crate::visitor::Visitor;
use crate::{Web, address};

/// Which form it is, among those of a record.
pub(crate) const COMMENT: &str = "comment";
pub(crate) const EDIT: &str = "edit";
/// The form in which an article is written.
pub(crate) const WRITE: &str = "write";
/// The form for a new record, and what stands in its address instead of a number.
pub(crate) const NEW: &str = "new";

/// The place of the form that changes one field.
pub(crate) fn of_field(key: &str) -> String {
    format!("field.{key}")
}

/// The place of the form of a move.
pub(crate) fn of_move(key: &str) -> String {
    format!("move.{key}")
}

/// A form's draft, as the form begins with it.
#[derive(Debug)]
pub(crate) struct FormDraft {
    address: String,
    place: String,
    kept: Option<(Draft, Form, Times)>,
}

#[derive(Debug)]
struct Times {
    machine: String,
    shown: (String, bool),
    exact: String,
}

impl FormDraft {
    /// The draft of a form of a record, or with [`NEW`] as its number of one for a new record.
    pub(crate) async fn find(
        web: &Web,
        visitor: &Visitor,
        kind: &Kind,
        number: &str,
        place: &str,
    ) -> Result<Self, Error> {
        let kept = web.app().draft(visitor.actor(), &stored_place(kind, number, place)).await?;
        let (now, zone) = (web.app().now(), &visitor.preferences.zone);
        let kept = kept.map(|draft| {
            let at = draft.saved_at;
            let times =
                Times { machine: at.to_string(), shown: time::words(at, now, zone), exact: time::exact(at, zone) };
            let form = Form::parse(draft.content.as_bytes());
            (draft, form, times)
        });
        Ok(Self { address: address::draft(kind, number), place: place.to_owned(), kept })
    }

    /// What was typed, when there is something.
    pub(crate) fn typed(&self) -> Option<&Form> {
        self.kept.as_ref().map(|(_, form, _)| form)
    }

    /// What the form shows of it.
    pub(crate) fn parts(&self) -> DraftParts<'_> {
        let kept = self.kept.as_ref().map(|(draft, _, times)| KeptDraft {
            mark: &draft.mark,
            time: Time {
                machine: &times.machine,
                shown: &times.shown.0,
                exact: &times.exact,
                is_relative: times.shown.1,
            },
        });
        DraftParts { address: &self.address, place: &self.place, kept }
    }
}

fn stored_place(kind: &Kind, number: &str, place: &str) -> String {
    format!("{}/{number}/{place}", kind.key)
}

/// Keeps what is typed into a form, or with `draft_end` forgets it.
pub(crate) async fn keep(
    State(web): State<Web>,
    Segments((kinds, name)): Segments<(String, String)>,
    posted: Posted,
) -> Result<Response, WebError> {
    let Posted { visitor, form } = posted;
    let kind = web.app().kind_by_plural(&kinds)?.clone();
    let place = form.text("draft_place").unwrap_or_default();
    let number = writable(&web, &visitor, &kind, &name, place).await?;
    let stored = stored_place(&kind, &number, place);
    if form.has("draft_end") {
        web.app().end_draft(visitor.actor(), &stored, form.text("draft_mark").unwrap_or_default()).await?;
        if visitor.partial {
            return Ok(StatusCode::NO_CONTENT.into_response());
        }
        let back = if number == NEW { address::new(&kind) } else { address::record(&kind, &number) };
        return Ok(Redirect::to(&back).into_response());
    }
    let text = |name: &str| form.text(name).unwrap_or_default().to_owned();
    let typed = Typed {
        place: stored,
        content: form.encoded(|name| !is_secret(&kind, name)),
        mark: text("draft_mark"),
        base: text("draft_base"),
        replaces: form.has("draft_replace"),
    };
    Ok(match web.app().keep_draft(visitor.actor(), typed).await? {
        // What a page says of a form that was sent meanwhile is no news.
        Kept::Yes | Kept::Sent => StatusCode::NO_CONTENT.into_response(),
        Kept::Newer(_) => {
            let text = t("newer-draft-text");
            crate::error::refusal(StatusCode::CONFLICT, t("newer-draft"), text).into_response()
        }
    })
}

/// Puts a text at the end of the reply that somebody has not sent yet.
pub(crate) async fn append(web: &Web, visitor: &Visitor, kind: &Kind, number: &str, text: &str) -> Result<(), Error> {
    let place = stored_place(kind, number, COMMENT);
    let before = web.app().draft(visitor.actor(), &place).await?;
    let form = Form::parse(before.as_ref().map_or(&[], |draft| draft.content.as_bytes()));
    let body = match form.text("body") {
        Some(body) => format!("{body}\n\n{text}"),
        None => text.to_owned(),
    };
    let audience = form.get("audience").unwrap_or("public");
    let content = form_urlencoded::Serializer::new(String::new())
        .append_pair("audience", audience)
        .append_pair("body", &body)
        .finish();
    let mark = format!("page-{:032x}", rand::random::<u128>());
    let typed = Typed { place, content, mark, replaces: true, ..Typed::default() };
    web.app().keep_draft(visitor.actor(), typed).await.map(drop)
}

/// Forgets the draft that a form was sent from. What was asked for is done by then, so failing to is not told.
pub(crate) async fn sent(web: &Web, visitor: &Visitor, form: &Form, kind: &Kind, number: &str) {
    let (Some(place), Some(mark)) = (form.text("draft_place"), form.text("draft_mark")) else { return };
    if let Err(error) = web.app().end_draft(visitor.actor(), &stored_place(kind, number, place), mark).await {
        tracing::warn!(%error, "a draft that was sent could not be forgotten");
    }
}

/// What one has typed and not sent, each with where to go on and a button that discards it; nothing when there is none.
pub(crate) async fn own(web: &Web, visitor: &Visitor) -> Result<Markup, Error> {
    let drafts = web.app().drafts(visitor.actor()).await?;
    let (now, zone) = (web.app().now(), &visitor.preferences.zone);
    let lines: Vec<(String, String, String, &Draft)> = drafts
        .iter()
        .filter_map(|draft| {
            let (key, rest) = draft.place.split_once('/')?;
            let (number, place) = rest.rsplit_once('/')?;
            let kind = web.app().registry().kind(key)?;
            let (words, onward) = told(kind, number, place);
            Some((words, onward, address::draft(kind, number), draft))
        })
        .collect();
    Ok(html! {
        @if !lines.is_empty() {
            section.form-section #drafts {
                h2.form-section__label { (t("drafts")) }
                p.form-section__help { (t_with("drafts-help", &[("days", KEEP_DAYS.into())])) }
                ul.plain-list {
                    @for (words, onward, action, draft) in &lines {
                        li.plain-list__item {
                            div.plain-list__text { a href=(onward) { (words) } " · " (time::ago(draft.saved_at, now, zone)) }
                            (form(&FormParts { action, csrf_token: &visitor.csrf_token, ..FormParts::default() }, html! {
                                input type="hidden" name="draft_place" value=(draft.place.rsplit('/').next().unwrap_or_default());
                                input type="hidden" name="draft_mark" value=(draft.mark);
                                input type="hidden" name="draft_end" value="true";
                                (submit(&Button { label: t("discard"), ..Button::default() }, &Submit::default()))
                            }))
                        }
                    }
                }
            }
        }
    })
}

/// What a place is called, and where its form is.
fn told(kind: &Kind, number: &str, place: &str) -> (String, String) {
    let at = address::record(kind, number);
    let onward = |rest: &str| format!("{at}/{rest}");
    match place.split_once('.') {
        _ if number == NEW => (crate::naming::new_record(kind), address::new(kind)),
        None if place == COMMENT => (t_with("draft-reply", &[("number", number.into())]), format!("{at}#composer")),
        Some(("field", key)) => {
            let label = kind.field(key).map_or(key, |field| &field.label);
            (
                t_with("record-named", &[("label", label.into()), ("number", number.into())]),
                onward(&format!("fields/{}", address::part(key))),
            )
        }
        Some(("move", key)) => {
            let label = kind.lifecycle.transition(key).map_or(key, |transition| &transition.label);
            (format!("{label} {number}"), onward(&format!("transitions/{}", address::part(key))))
        }
        None if place == WRITE => (t_with("draft-version", &[("number", number.into())]), onward(WRITE)),
        _ => (t_with("draft-changes", &[("number", number.into())]), onward(EDIT)),
    }
}

/// The number of the record that somebody may write on at a place, or [`NEW`].
async fn writable(web: &Web, visitor: &Visitor, kind: &Kind, name: &str, place: &str) -> Result<String, Error> {
    if name == NEW {
        crate::create::creatable(web, visitor, kind)?;
        return if place == NEW { Ok(NEW.to_owned()) } else { Err(unknown_place()) };
    }
    let (record, rights) = web.app().rights_on(visitor.actor(), kind, name).await?;
    let (allowed, action) = match place.split_once('.') {
        None if place == COMMENT => (rights.may(Action::Comment) || rights.may(Action::Note), Action::Comment),
        None if place == EDIT || place == WRITE && kind.key == ARTICLE => (rights.may(Action::Update), Action::Update),
        Some(("field", key)) if kind.field(key).is_some() => (rights.may(Action::Update), Action::Update),
        Some(("move", key)) if kind.lifecycle.transition(key).is_some() => {
            (rights.may(Action::Transition), Action::Transition)
        }
        _ => return Err(unknown_place()),
    };
    if allowed { Ok(record.number) } else { Err(Error::Forbidden { action }) }
}

fn unknown_place() -> Error {
    Error::BadRequest("`draft_place` must name a form".to_owned())
}

/// Whether a value of a form must not be kept: what proves who sent it, and what is sealed elsewhere.
fn is_secret(kind: &Kind, name: &str) -> bool {
    let ours = name.starts_with("draft_") || ["csrf_token", "once", "current_password"].contains(&name);
    let mut parts = name.split('.');
    let field = parts.next().and_then(|key| kind.field(key));
    let column = parts.nth(1);
    ours || field.is_some_and(|field| match &field.field_type {
        FieldType::Secret => true,
        FieldType::Table { fields } => fields
            .iter()
            .any(|field| matches!(field.field_type, FieldType::Secret) && column == Some(field.key.as_str())),
        _ => false,
    })
}
