//! Beginning a flow on a record by hand: those in force for it, with their steps.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use steward_app::error::Error;
use steward_app::flows::{FlowOffer, Hindrance};
use steward_app::view::RecordView;
use steward_flow::FLOW;
use steward_model::access::Action;
use steward_model::event::Door;
use steward_model::kind::Kind;
use steward_ui::button::{Button, Look, Submit, submit};
use steward_ui::form::{Form as FormParts, form};
use steward_ui::header::{Header, header};
use steward_ui::message::{Notice, notice};
use steward_ui::reference::Crumb;
use steward_ui::tone::Tone;
use steward_words::{refusal, t, t_with};

use super::plan::defined;
use super::trial;
use crate::error::WebError;
use crate::files::Segments;
use crate::form::Posted;
use crate::frame::{Place, frame};
use crate::visitor::Visitor;
use crate::{Web, address};

pub(crate) async fn page(
    State(web): State<Web>,
    Segments((kinds, name)): Segments<(String, String)>,
    visitor: Visitor,
) -> Result<Response, WebError> {
    let view = found(&web, &visitor, &kinds, &name).await?;
    Ok(offered(&web, &visitor, &view, &[]).await?.into_response())
}

pub(crate) async fn begin(
    State(web): State<Web>,
    Segments((kinds, name)): Segments<(String, String)>,
    posted: Posted,
) -> Result<Response, WebError> {
    let Posted { visitor, form } = posted;
    let kind = web.app().kind_by_plural(&kinds)?.clone();
    let flow = form.text("flow").unwrap_or_default();
    match web.app().begin_flow(visitor.actor(), &kind, &name, flow, Door::Page).await {
        Ok(_) => {
            let view = found(&web, &visitor, &kinds, &name).await?;
            Ok(Redirect::to(&address::record(&kind, &view.record.number)).into_response())
        }
        Err(Error::Invalid(faults)) => {
            let view = found(&web, &visitor, &kinds, &name).await?;
            let faults: Vec<String> = faults.iter().map(|fault| refusal(&fault.message).into_owned()).collect();
            Ok((StatusCode::UNPROCESSABLE_ENTITY, offered(&web, &visitor, &view, &faults).await?).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

async fn found(web: &Web, visitor: &Visitor, kinds: &str, name: &str) -> Result<RecordView, WebError> {
    let kind = web.app().kind_by_plural(kinds)?.clone();
    let view = web.app().get(visitor.actor(), &kind, name, None).await?;
    match view.rights.may(Action::Update) {
        true => Ok(view),
        false => Err(Error::Forbidden { action: Action::Update }.into()),
    }
}

async fn offered(web: &Web, visitor: &Visitor, view: &RecordView, faults: &[String]) -> Result<Markup, WebError> {
    let offers = web.app().flows_offered(visitor.actor(), view).await?;
    let (kind, record) = (&view.kind, &view.record);
    let (list, here) = (address::list(kind), address::record(kind, &record.number));
    let crumbs = [Crumb { label: &kind.label_plural, address: &list }, Crumb { label: &record.number, address: &here }];
    let title = t("plan-begin");
    let main = html! {
        (header(&Header { title, crumbs: &crumbs, ..Header::default() }, html! {}))
        div.page-body {
            @for fault in faults { (notice(&Notice { tone: Tone::Danger, text: fault }, html! {})) }
            @if offers.is_empty() { p.quiet { (t("plan-begin-none")) } } @else { p.quiet { (t("plan-begin-help")) } }
            @for offer in &offers { (one(web, visitor, view, offer)) }
        }
    };
    Ok(frame(web, visitor, Place { title, current: &list, kind: Some(kind), ..Place::default() }, main))
}

fn one(web: &Web, visitor: &Visitor, view: &RecordView, offer: &FlowOffer) -> Markup {
    let action = address::of_record(&view.kind, &view.record, "flows");
    let parts = FormParts { action: &action, csrf_token: &visitor.csrf_token, ..FormParts::default() };
    let why = offer.hindrance.as_ref().map(|hindrance| hindered(&view.kind, hindrance));
    let button = Button { label: t("plan-begin-this"), look: Look::Main, ..Button::default() };
    html! {
        section.flow-offer {
            h2 { (offer.flow.title) " " span.quiet { (offer.flow.number) } }
            @match why {
                Some(why) => p.quiet { (why) },
                None => (form(&parts, html! {
                    (submit(&button, &Submit { name: Some("flow"), value: Some(&offer.flow.number), ..Submit::default() }))
                })),
            }

            @if let Some(flows) = web.app().registry().kind(FLOW) {
                p { a href={ (trial::of_flow(flows, &offer.flow.number)) "?on=" (address::part(&view.record.number)) } { (t("trial-on-this")) } }
            }
            (defined(web.app().registry(), &offer.flow.steps, &offer.labels))
        }
    }
}

/// What keeps a flow from beginning, in words.
pub(super) fn hindered(kind: &Kind, hindrance: &Hindrance) -> String {
    match hindrance {
        Hindrance::State(states) => {
            let labels = states.iter().filter_map(|key| kind.lifecycle.state(key)).map(|state| state.label.as_str());
            t_with("plan-not-in-state", &[("states", (&labels.collect::<Vec<_>>().join(", ")).into())])
        }
        Hindrance::Condition => t("plan-not-for-it").to_owned(),
        Hindrance::Organisation => t("plan-of-another-organisation").to_owned(),
        Hindrance::Broken(why) => refusal(why).into_owned(),
    }
}
