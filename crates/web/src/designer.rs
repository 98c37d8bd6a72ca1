//! The designer: kinds of one's own and additions to others, said in a form, worked on as text, with what they would do to
//! what is here beside them.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde_json::{Map, Value as Json};
use steward_app::definitions::{Effect, IN_FORCE, OVERLAY, Prospect, What};
use steward_app::error::Error;
use steward_app::records::{NewRecord, Origin, Request};
use steward_app::view::{Labels, RecordView};
use steward_model::access::Action;
use steward_model::command::{Command, Input, Transition};
use steward_model::event::Door;
use steward_model::kind::{Kind, Level};
use steward_ui::button::{Button, Look, Submit, link_button, submit};
use steward_ui::field::{Control, Field as Frame, field as draw_field};
use steward_ui::form::{Form as FormParts, form, form_actions};
use steward_ui::header::{Header, header};
use steward_ui::icon::Icon;
use steward_ui::message::{Notice, notice};
use steward_ui::reference::Crumb;
use steward_ui::tone::Tone;
use steward_words::{refusal, t, t_with};

use crate::create::asked;
use crate::error::WebError;
use crate::files::Segments;
use crate::form::{Form, Posted};
use crate::frame::{Place, frame};
use crate::kind_form::{Faults, Filling};
use crate::values::input;
use crate::visitor::Visitor;
use crate::{Web, address};

/// Where one begins.
pub(crate) const ADDRESS: &str = "/designer";
/// Faults and effects shown.
const SHOWN: usize = 50;

/// Where the text of a definition is worked on.
pub(crate) fn editor_address(number: &str) -> String {
    format!("{ADDRESS}/{}", address::part(number))
}

pub(crate) async fn begin(State(web): State<Web>, visitor: Visitor) -> Result<Response, WebError> {
    let kind = web.app().design_form(visitor.actor())?;
    Ok(first_page(&web, &visitor, &kind, &usual(), &Faults::default()).into_response())
}

/// What stands in the form to begin with: the states that most work has.
fn usual() -> Input {
    let state = |label: &str, category: &str| serde_json::json!({ "label": label, "category": category });
    let states =
        [state(t("designer-new"), "new"), state(t("designer-in-work"), "active"), state(t("designer-done"), "done")];
    Map::from_iter([("states".to_owned(), states.into_iter().collect::<Json>())])
}

pub(crate) async fn make(State(web): State<Web>, posted: Posted) -> Result<Response, WebError> {
    let Posted { visitor, form } = posted;
    let kind = web.app().design_form(visitor.actor())?;
    let said = input::read(&kind, &form, &visitor.preferences.zone);
    if form.get("do").is_none() && visitor.partial {
        let labels = Labels::default();
        let zone = &visitor.preferences.zone;
        let filling = Filling { record: None, typed: Some(&said), labels: &labels, zone, is_refreshed: true };
        return Ok(asked((&kind, ADDRESS), Level::Owner, &filling, &Faults::default()).into_response());
    }
    if form.get("do") != Some("make") {
        return Ok(first_page(&web, &visitor, &kind, &said, &Faults::default()).into_response());
    }
    match written(&web, &visitor, &said).await {
        Ok(view) => Ok(Redirect::to(&editor_address(&view.record.number)).into_response()),
        Err(Error::Invalid(errors)) => {
            let page = first_page(
                &web,
                &visitor,
                &kind,
                &said,
                &Faults::of(Error::Invalid(errors), &kind, &Labels::default())?,
            );
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

async fn written(web: &Web, visitor: &Visitor, said: &Input) -> Result<RecordView, Error> {
    let (title, definition) = web.app().designed(said).await?;
    let fields =
        Map::from_iter([("title".to_owned(), Json::from(title)), ("definition".to_owned(), Json::from(definition))]);
    let new = NewRecord { organisation: None, fields, links: Vec::new() };
    let overlay = web.app().kind(OVERLAY)?.clone();
    web.app().create(visitor.actor(), &overlay, &new, &Origin::door(Door::Page)).await
}

fn first_page(web: &Web, visitor: &Visitor, kind: &Arc<Kind>, said: &Input, faults: &Faults) -> Markup {
    let list = overlays(web);
    let labels = Labels::default();
    let zone = &visitor.preferences.zone;
    let filling = Filling { record: None, typed: Some(said), labels: &labels, zone, is_refreshed: false };
    let parts = FormParts { action: ADDRESS, csrf_token: &visitor.csrf_token, ..FormParts::default() };
    let shown: Vec<&str> = kind.fields.iter().map(|field| field.key.as_str()).collect();
    let title = t("designer-title");
    let crumbs = [Crumb { label: overlays_label(web), address: &list }];
    let main = html! {
        (header(&Header { title, detail: "", crumbs: &crumbs, ..Header::default() }, html! {}))
        div.page-body."page-body--form" {
            p.clock-story__text { (t("designer-help")) " " a href={ (list) "/new?as=text" } { (t("designer-as-text")) } }
            (faults.summary(kind, &shown))
            (form(&parts, html! {
                (asked((kind, ADDRESS), Level::Owner, &filling, faults))
                (form_actions(html! {
                    (submit(&Button { label: t("designer-make"), look: Look::Main, ..Button::default() }, &Submit { name: Some("do"), value: Some("make"), ..Submit::default() }))
                    noscript { (submit(&Button { label: t("continue"), ..Button::default() }, &Submit { name: Some("do"), value: Some("look"), ..Submit::default() })) }
                    (link_button(&Button { label: t("cancel"), look: Look::Quiet, ..Button::default() }, &list))
                }))
            }))
        }
    };
    frame(web, visitor, Place { title, current: &list, ..Place::default() }, main)
}

fn overlays(web: &Web) -> String {
    web.app().registry().kind(OVERLAY).map(|kind| address::list(kind)).unwrap_or_default()
}

fn overlays_label(web: &Web) -> &str {
    web.app().registry().kind(OVERLAY).map_or("", |kind| kind.label_plural.as_str())
}

pub(crate) async fn edit(
    State(web): State<Web>,
    Segments(name): Segments<String>,
    visitor: Visitor,
) -> Result<Response, WebError> {
    let view = web.app().overlay_to_edit(visitor.actor(), &name).await?;
    let text = view.record.text("definition").to_owned();
    let prospect = web.app().prospect_for(visitor.actor(), &view.record, &text).await?;
    Ok(editor(&web, &visitor, &view, &text, &prospect, &[]).into_response())
}

pub(crate) async fn save(
    State(web): State<Web>,
    Segments(name): Segments<String>,
    posted: Posted,
) -> Result<Response, WebError> {
    let Posted { visitor, form } = posted;
    let view = web.app().overlay_to_edit(visitor.actor(), &name).await?;
    let text = form.get("definition").unwrap_or_default().replace("\r\n", "\n");
    let outcome = match form.get("do") {
        Some("save") => keep(&web, &visitor, &view, &text, &form).await.map(|_| editor_address(&view.record.number)),
        Some("force") => match keep(&web, &visitor, &view, &text, &form).await {
            Ok(()) => force(&web, &visitor, &view).await.map(|()| address::record(&view.kind, &view.record.number)),
            Err(error) => Err(error),
        },
        _ => {
            let prospect = web.app().prospect_for(visitor.actor(), &view.record, &text).await?;
            let told = told(&web, &prospect);
            return Ok(match visitor.partial {
                true => told.into_response(),
                false => editor(&web, &visitor, &view, &text, &prospect, &[]).into_response(),
            });
        }
    };
    match outcome {
        Ok(address) => Ok(Redirect::to(&address).into_response()),
        Err(Error::Invalid(errors)) => {
            // A part of it may have been kept: the page goes on from there.
            let view = web.app().overlay_to_edit(visitor.actor(), &name).await?;
            let errors: Vec<String> = errors.iter().map(|error| refusal(&error.message).into_owned()).collect();
            let prospect = web.app().prospect_for(visitor.actor(), &view.record, &text).await?;
            let page = editor(&web, &visitor, &view, &text, &prospect, &errors);
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

async fn keep(web: &Web, visitor: &Visitor, view: &RecordView, text: &str, form: &Form) -> Result<(), Error> {
    if text == view.record.text("definition") {
        return Ok(());
    }
    let fields = Map::from_iter([("definition".to_owned(), Json::from(text))]);
    let base = form.text("revision").and_then(|text| text.parse().ok());
    let request = Request::Update { fields, organisation: None, base };
    act(web, visitor, view, &request).await
}

async fn force(web: &Web, visitor: &Visitor, view: &RecordView) -> Result<(), Error> {
    if view.record.state == IN_FORCE {
        return Ok(());
    }
    let step = Transition { key: "put_in_force".to_owned(), ..Transition::default() };
    act(web, visitor, view, &Request::Command(Command::Transition(step))).await
}

async fn act(web: &Web, visitor: &Visitor, view: &RecordView, request: &Request) -> Result<(), Error> {
    let origin = Origin::door(Door::Page);
    web.app().execute(visitor.actor(), &view.kind, &view.record.number, request, &origin).await.map(drop)
}

/// What stands on the page of the record: why it is not in force though it should be, and the way to work on it.
pub(crate) fn beside(web: &Web, view: &RecordView) -> Markup {
    if view.kind.key != OVERLAY {
        return html! {};
    }
    let left_out = web.app().definitions().left_out(view.record.text("title"));
    let trouble = web.app().definitions_trouble().filter(|_| view.rights.may(Action::Update));
    html! {
        @if let Some(trouble) = trouble {
            (notice(&Notice { tone: Tone::Danger, text: &t_with("designer-trouble", &[("fault", (&trouble).into())]) }, html! {}))
        }
        @for fault in left_out.into_iter().flatten().take(SHOWN) {
            (notice(&Notice { tone: Tone::Danger, text: &t_with("designer-left-out", &[("fault", (&fault.to_string()).into())]) }, html! {}))
        }
        @if view.rights.may(Action::Update) {
            p.page-link { (link_button(&Button { label: t("designer-open"), icon: Some(Icon::Tool), ..Button::default() }, &editor_address(&view.record.number))) }
        }
    }
}

fn editor(
    web: &Web,
    visitor: &Visitor,
    view: &RecordView,
    text: &str,
    prospect: &Prospect,
    errors: &[String],
) -> Markup {
    let address = editor_address(&view.record.number);
    let (list, record) = (overlays(web), address::record(&view.kind, &view.record.number));
    let parts = FormParts {
        action: &address,
        csrf_token: &visitor.csrf_token,
        revision: u64::try_from(view.record.revision).ok(),
        ..FormParts::default()
    };
    let title = view.record.text("title");
    let crumbs =
        [Crumb { label: overlays_label(web), address: &list }, Crumb { label: &view.record.number, address: &record }];
    let in_force = view.record.state == IN_FORCE;
    let state = view.kind.lifecycle.state(&view.record.state).map_or("", |state| state.label.as_str());
    let main = html! {
        (header(&Header { title, detail: state, crumbs: &crumbs, ..Header::default() }, html! {
            (link_button(&Button { label: t("designer-notation"), ..Button::default() }, "/help/reference/kinds"))
        }))
        div.page-body {
            (form(&parts, html! {
                div.promise-columns {
                    div.promise-columns__form.designer__text hx-post=(address) hx-sync="this:replace" hx-trigger="input changed delay:600ms, change" hx-include="closest form" hx-target="#prospect" hx-swap="outerMorph" {
                        (draw_field(&Frame { name: "definition", label: t("designer-definition"), help: t("designer-definition-help"), errors, ..Frame::default() }, &Control::Markdown { value: text }))
                    }
                    div.promise-columns__answer { (told(web, prospect)) }
                }
                (form_actions(html! {
                    @if in_force {
                        (submit(&Button { label: t("designer-change"), look: Look::Main, ..Button::default() }, &Submit { name: Some("do"), value: Some("force"), ..Submit::default() }))
                    } @else {
                        (submit(&Button { label: t("designer-force"), look: Look::Main, ..Button::default() }, &Submit { name: Some("do"), value: Some("force"), ..Submit::default() }))
                        (submit(&Button { label: t("designer-save"), ..Button::default() }, &Submit { name: Some("do"), value: Some("save"), ..Submit::default() }))
                    }
                    (submit(&Button { label: t("preview"), look: Look::Quiet, ..Button::default() }, &Submit { name: Some("do"), value: Some("preview"), ..Submit::default() }))
                }))
            }))
        }
    };
    frame(web, visitor, Place { title, current: &list, ..Place::default() }, main)
}

/// What is wrong with a definition, or what it would do.
fn told(web: &Web, prospect: &Prospect) -> Markup {
    let (refused, done): (Vec<&Effect>, Vec<&Effect>) = prospect.effects.iter().partition(|effect| effect.is_refused());
    html! {
        section #prospect.clock-story aria-live="polite" {
            h2.clock-story__title { (t("designer-prospect")) }
            @if !prospect.faults.is_empty() {
                (notice(&Notice { tone: Tone::Danger, text: t("designer-faulty") }, html! {}))
                ul.designer__lines { @for fault in prospect.faults.iter().take(SHOWN) { li { (fault) } } }
            } @else if prospect.is_limited {
                p.clock-story__text { (t("designer-limited")) }
            } @else if prospect.effects.is_empty() {
                p.clock-story__text { (t("designer-nothing")) }
            } @else {
                @if !refused.is_empty() {
                    (notice(&Notice { tone: Tone::Danger, text: t("designer-refused") }, html! {}))
                    ul.designer__lines { @for effect in refused.iter().take(SHOWN) { li { (effect_line(web, effect)) } } }
                }
                ul.designer__lines { @for effect in done.iter().take(SHOWN) { li { (effect_line(web, effect)) } } }
                @if done.len() > SHOWN { p.clock-story__text { (t_with("designer-more", &[("count", (done.len() - SHOWN).into())])) } }
            }
        }
    }
}

fn effect_line(web: &Web, effect: &Effect) -> String {
    let kind = web.app().registry().kind(&effect.kind).map_or(effect.kind.as_str(), |kind| kind.label_plural.as_str());
    let id = match effect.what {
        What::KindAdded => "effect-kind-added",
        What::KindGone => "effect-kind-gone",
        What::NumberingChanged => "effect-numbering-changed",
        What::FieldAdded => "effect-field-added",
        What::FieldGone => "effect-field-gone",
        What::TypeChanged => "effect-type-changed",
        What::AudienceChanged => "effect-audience-changed",
        What::Unique => "effect-unique",
        What::Required => "effect-required",
        What::FieldCarried => "effect-field-carried",
        What::Unfit => "effect-unfit",
        What::LeftBehind => "effect-left-behind",
        What::ChoiceCarried => "effect-choice-carried",
        What::ChoiceAdded => "effect-choice-added",
        What::ChoiceGone => "effect-choice-gone",
        What::StateAdded => "effect-state-added",
        What::StateGone => "effect-state-gone",
        What::TransitionAdded => "effect-transition-added",
        What::TransitionGone => "effect-transition-gone",
        What::Broken => "effect-broken",
    };
    let fault = refusal(&effect.detail);
    let values = [
        ("kind", kind.into()),
        ("name", effect.name.as_str().into()),
        ("count", effect.records.into()),
        ("fault", fault.as_ref().into()),
        ("before", effect.detail.as_str().into()),
    ];
    t_with(id, &values)
}
