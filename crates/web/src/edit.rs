//! Changing a record: one field in place, or all that one may write on a page.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use steward_app::error::Error;
use steward_app::records::{Origin, Request};
use steward_app::view::RecordView;
use steward_model::access::Action;
use steward_model::command::Input;
use steward_model::event::Door;
use steward_model::id::Revision;
use steward_model::kind::{Field, FieldType, Kind};
use steward_ui::button::{Button, Look, Submit, link_button, submit};
use steward_ui::field::{Control, Credential, Field as Frame, field as draw_field};
use steward_ui::form::{Form as FormParts, form, form_actions};
use steward_ui::header::{Header, header};
use steward_ui::record::{SideForm, side_form};
use steward_ui::reference::Crumb;
use steward_words::{in_sentence, t, t_with};

use crate::drafts::{self, FormDraft};
use crate::error::WebError;
use crate::files::Segments;
use crate::form::{Form, Posted, Query};
use crate::frame::{Place, frame};
use crate::kind_form::{Faults, Filling, changed, one, sections, shows_whole};
use crate::record::side;
use crate::values::input;
use crate::visitor::Visitor;
use crate::{Web, address, edit_few, promise};

/// Fields of a person that a found browser must not be enough to change (SEC-080).
const PROVED: [&str; 3] = ["roles", "login", "mail"];

pub(crate) async fn page(
    State(web): State<Web>,
    Segments((kinds, name)): Segments<(String, String)>,
    visitor: Visitor,
    Query(query): Query,
) -> Result<Response, WebError> {
    let view = editable(&web, &visitor, &kinds, &name).await?;
    if edit_few::is_asked(&query) {
        return Ok(edit_few::page(&web, &visitor, &view, &query).await?.into_response());
    }
    let filled = Filled::drafted(&web, &visitor, &view, drafts::EDIT).await?;
    Ok(whole_page(&web, &visitor, &view, &filled).into_response())
}

pub(crate) async fn save(
    State(web): State<Web>,
    Segments((kinds, name)): Segments<(String, String)>,
    posted: Posted,
) -> Result<Response, WebError> {
    let Posted { visitor, form } = posted;
    let view = editable(&web, &visitor, &kinds, &name).await?;
    if edit_few::is_asked(&form) {
        return edit_few::save(&web, &visitor, &view, &form).await;
    }
    match update(&web, &visitor, &view, &form, None).await? {
        Ok(view) => {
            drafts::sent(&web, &visitor, &form, &view.kind, &view.record.number).await;
            Ok(Redirect::to(&address::record(&view.kind, &view.record.number)).into_response())
        }
        Err((typed, faults)) => {
            let filled = Filled::refused(&web, &visitor, &view, drafts::EDIT, (typed, faults)).await?;
            let page = whole_page(&web, &visitor, &view, &filled);
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
    }
}

pub(crate) async fn field(
    State(web): State<Web>,
    Segments((kinds, name, key)): Segments<(String, String, String)>,
    visitor: Visitor,
    Query(query): Query,
) -> Result<Response, WebError> {
    let kind = web.app().kind_by_plural(&kinds)?.clone();
    let view = web.app().get(visitor.actor(), &kind, &name, None).await?;
    let field = kind.field(&key).filter(|field| view.rights.may_read(field)).ok_or(Error::NotFound)?;
    if query.get("part") == Some("shown") {
        return Ok(side(&web, &visitor, &view, field).into_response());
    }
    if !may_edit(&view, field) {
        return Err(Error::Forbidden { action: Action::Update }.into());
    }
    let filled = Filled::drafted(&web, &visitor, &view, &drafts::of_field(&key)).await?;
    if visitor.partial {
        return Ok(in_place(&visitor, &view, field, &filled).into_response());
    }
    Ok(field_page(&web, &visitor, &view, field, &filled).into_response())
}

pub(crate) async fn save_field(
    State(web): State<Web>,
    Segments((kinds, name, key)): Segments<(String, String, String)>,
    posted: Posted,
) -> Result<Response, WebError> {
    let Posted { visitor, form } = posted;
    let view = editable(&web, &visitor, &kinds, &name).await?;
    let kind = view.kind.clone();
    let field = kind.field(&key).filter(|field| view.rights.may_read(field)).ok_or(Error::NotFound)?;
    match update(&web, &visitor, &view, &form, Some(&[field])).await? {
        Ok(after) => {
            drafts::sent(&web, &visitor, &form, &kind, &after.record.number).await;
            if visitor.partial {
                return Ok(side(&web, &visitor, &after, field).into_response());
            }
            Ok(Redirect::to(&address::record(&kind, &name)).into_response())
        }
        Err(refused) => {
            let filled = Filled::refused(&web, &visitor, &view, &drafts::of_field(&key), refused).await?;
            let again = if visitor.partial {
                in_place(&visitor, &view, field, &filled)
            } else {
                field_page(&web, &visitor, &view, field, &filled)
            };
            Ok((StatusCode::UNPROCESSABLE_ENTITY, again).into_response())
        }
    }
}

/// What a form has in it besides the record.
pub(crate) struct Filled {
    pub(crate) typed: Option<Input>,
    pub(crate) faults: Faults,
    /// The revision that what was typed goes by.
    pub(crate) revision: u64,
    pub(crate) draft: FormDraft,
    /// What the values mean, where that was asked for.
    pub(crate) preview: Option<Markup>,
}

impl Filled {
    /// A form as it first appears: with what was typed before and not sent, on the revision that it was typed on.
    pub(crate) async fn drafted(web: &Web, visitor: &Visitor, view: &RecordView, place: &str) -> Result<Self, Error> {
        let draft = FormDraft::find(web, visitor, &view.kind, &view.record.number, place).await?;
        let typed = draft.typed().map(|form| input::read(&view.kind, form, &visitor.preferences.zone));
        let seen = draft.typed().and_then(|form| form.text("revision")?.parse().ok());
        Ok(Self {
            typed,
            faults: Faults::default(),
            revision: seen.unwrap_or_else(|| revision(view)),
            draft,
            preview: None,
        })
    }

    /// A form that comes back with what is wrong with it.
    pub(crate) async fn refused(
        web: &Web,
        visitor: &Visitor,
        view: &RecordView,
        place: &str,
        (typed, faults): (Input, Faults),
    ) -> Result<Self, Error> {
        let draft = FormDraft::find(web, visitor, &view.kind, &view.record.number, place).await?;
        Ok(Self { typed: Some(typed), faults, revision: revision(view), draft, preview: None })
    }
}

pub(crate) async fn editable(web: &Web, visitor: &Visitor, kinds: &str, name: &str) -> Result<RecordView, WebError> {
    let kind = web.app().kind_by_plural(kinds)?.clone();
    let view = web.app().get(visitor.actor(), &kind, name, None).await?;
    if !view.rights.may(Action::Update) {
        return Err(Error::Forbidden { action: Action::Update }.into());
    }
    Ok(view)
}

/// Whether somebody may change a field of a record by hand.
pub(crate) fn may_edit(view: &RecordView, field: &Field) -> bool {
    let class = view.record.text("class");
    view.rights.may(Action::Update)
        && view.rights.may_write(field)
        && view.kind.has_field(field, class)
        && !field.locked_when.as_ref().is_some_and(|when| when.matches_local(&view.record, &view.kind))
        && !matches!(field.field_type, FieldType::Computed { .. })
        && shows_whole(field, view.record.field(&field.key), &view.labels)
}

/// Writes what differs from the record as the form's writer saw it. Inner error: what was typed and what is wrong.
pub(crate) async fn update(
    web: &Web,
    visitor: &Visitor,
    view: &RecordView,
    form: &Form,
    only: Option<&[&Field]>,
) -> Result<Result<RecordView, (Input, Faults)>, WebError> {
    let kind: &Arc<Kind> = &view.kind;
    let name = view.record.number.as_str();
    let base = base_of(form);
    let (typed, fields) = changes(web, visitor, view, form, only).await?;
    if fields.is_empty() {
        return Ok(Ok(view.clone()));
    }
    if let Some(fault) = prove(web, visitor, kind, form, &fields).await? {
        return Ok(Err((typed, fault)));
    }
    let request = Request::Update { fields, organisation: None, base };
    match web.app().execute(visitor.actor(), kind, name, &request, &Origin::door(Door::Page)).await {
        Ok(view) => Ok(Ok(view)),
        Err(error) => {
            let faults = Faults::of_change(web, visitor, view, error).await?;
            Ok(Err((typed, faults)))
        }
    }
}

/// The revision that a form was made from.
fn base_of(form: &Form) -> Option<Revision> {
    form.text("revision").and_then(|text| text.parse().ok())
}

/// What a form says, and what of it differs from the record as the form's writer saw it.
pub(crate) async fn changes(
    web: &Web,
    visitor: &Visitor,
    view: &RecordView,
    form: &Form,
    only: Option<&[&Field]>,
) -> Result<(Input, Input), WebError> {
    let kind: &Arc<Kind> = &view.kind;
    let mut typed = input::read(kind, form, &visitor.preferences.zone);
    typed.retain(|key, _| {
        let field = kind.field(key);
        field.is_some_and(|field| may_edit(view, field))
            && only.is_none_or(|only| only.iter().any(|field| field.key == *key))
    });
    let seen = match base_of(form) {
        Some(base) => web.app().record_at_revision(visitor.actor(), kind, &view.record.number, base).await?,
        None => view.record.clone(),
    };
    let fields = changed(kind, &seen, typed.clone(), &view.labels);
    Ok((typed, fields))
}

/// The form with what was typed, and with what that would mean; nothing was saved.
pub(crate) async fn previewed(
    web: &Web,
    visitor: &Visitor,
    view: &RecordView,
    given: (Input, Faults),
    answer: Markup,
) -> Result<Markup, Error> {
    let filled = Filled::refused(web, visitor, view, drafts::EDIT, given).await?;
    Ok(whole_page(web, visitor, view, &Filled { preview: Some(answer), ..filled }))
}

/// What opens an account to somebody is changed only by who gave the password lately, or gives it now.
async fn prove(
    web: &Web,
    visitor: &Visitor,
    kind: &Kind,
    form: &Form,
    fields: &Input,
) -> Result<Option<Faults>, WebError> {
    let touches = kind.key == "person" && fields.keys().any(|key| PROVED.contains(&key.as_str()));
    if !touches || web.app().is_proved(&visitor.session) {
        return Ok(None);
    }
    let given = form.get("current_password").unwrap_or_default();
    match web.app().prove(&visitor.session, given, &visitor.client.address).await {
        Ok(()) => Ok(None),
        Err(Error::Invalid(_)) => {
            let message = "give your own password below: login, mail address and roles open an account";
            let error = Error::invalid("", message);
            Ok(Some(Faults::of(error, kind, &steward_app::view::Labels::default())?))
        }
        Err(error) => Err(error.into()),
    }
}

/// The password once more, where a form could need it.
fn proof(web: &Web, visitor: &Visitor, kind: &Kind) -> Markup {
    if kind.key != "person" || web.app().is_proved(&visitor.session) {
        return html! {};
    }
    let help = t("password-for-change");
    let frame = Frame { name: "current_password", label: t("your-password"), help, ..Frame::default() };
    draw_field(&frame, &Control::Credential { value: "", kind: Credential::Password })
}

pub(crate) fn filling<'a>(visitor: &'a Visitor, view: &'a RecordView, filled: &'a Filled) -> Filling<'a> {
    Filling {
        record: Some(&view.record),
        typed: filled.typed.as_ref(),
        labels: &view.labels,
        zone: &visitor.preferences.zone,
        is_refreshed: false,
    }
}

/// The form that takes the place of a value.
fn in_place(visitor: &Visitor, view: &RecordView, field: &Field, filled: &Filled) -> Markup {
    let action = address::field(&view.kind, &view.record, &field.key);
    let cancel = format!("{action}?part=shown");
    let parts = SideForm {
        key: &field.key,
        action: &action,
        cancel: &cancel,
        csrf_token: &visitor.csrf_token,
        revision: filled.revision,
        draft: Some(filled.draft.parts()),
    };
    side_form(
        &parts,
        html! {
            @if filled.faults.beyond(&field.key) { (filled.faults.summary(&view.kind, &[&field.key])) }
            (one(field, &filling(visitor, view, filled), &filled.faults, false, true))
        },
    )
}

fn field_page(web: &Web, visitor: &Visitor, view: &RecordView, field: &Field, filled: &Filled) -> Markup {
    let title = t_with("change-field", &[("field", (&in_sentence(&field.label)).into())]);
    let action = address::field(&view.kind, &view.record, &field.key);
    form_page(web, visitor, view, &title, &action, filled, &[field])
}

fn whole_page(web: &Web, visitor: &Visitor, view: &RecordView, filled: &Filled) -> Markup {
    let fields: Vec<&Field> = view.kind.fields.iter().filter(|field| is_offered(view, field)).collect();
    let action = address::of_record(&view.kind, &view.record, "edit");
    form_page(web, visitor, view, t("edit"), &action, filled, &fields)
}

/// A field that may be written and has something to say in the record's state.
fn is_offered(view: &RecordView, field: &Field) -> bool {
    let visible = field.visible_when.as_ref().is_none_or(|when| when.matches_local(&view.record, &view.kind));
    may_edit(view, field) && (visible || view.record.field(&field.key).is_some())
}

fn form_page(
    web: &Web,
    visitor: &Visitor,
    view: &RecordView,
    title: &str,
    action: &str,
    filled: &Filled,
    fields: &[&Field],
) -> Markup {
    let kind = &view.kind;
    let shown: Vec<&str> = fields.iter().map(|field| field.key.as_str()).collect();
    let (list, back) = (address::list(kind), address::record(kind, &view.record.number));
    let parts = FormParts {
        action,
        csrf_token: &visitor.csrf_token,
        revision: Some(filled.revision),
        draft: Some(filled.draft.parts()),
        ..FormParts::default()
    };
    let crumbs =
        [Crumb { label: &kind.label_plural, address: &list }, Crumb { label: &view.record.number, address: &back }];
    let main = html! {
        (header(&Header { title, crumbs: &crumbs, ..Header::default() }, html! {}))
        div.page-body."page-body--form" {
            (filled.faults.summary(kind, &shown))
            (form(&parts, html! {
                @let content = sections(kind, fields, &filling(visitor, view, filled), &filled.faults);
                @if promise::is_promise(kind) { (promise::around(&address::of_record(kind, &view.record, "promise-preview"), content, filled.preview.clone())) }
                @else { (content) }
                (proof(web, visitor, kind))
                (form_actions(html! {
                    (submit(&Button { label: t("save"), look: Look::Main, ..Button::default() }, &Submit::default()))
                    (link_button(&Button { label: t("cancel"), look: Look::Quiet, ..Button::default() }, &back))
                }))
            }))
        }
    };
    let title = format!("{title} · {}", view.record.number);
    frame(web, visitor, Place { title: &title, current: &list, ..Place::default() }, main)
}

/// The revision that a form is made from: a conflict was shown with what is there now, so the next try goes by that.
fn revision(view: &RecordView) -> u64 {
    u64::try_from(view.record.revision).unwrap_or_default()
}
