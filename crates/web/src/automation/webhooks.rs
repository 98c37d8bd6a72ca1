//! Webhooks of rules by hand: a call that was given up sent again, and a test of whether the receiver answers.

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use steward_app::automation::{Ping, RunView};
use steward_app::error::Error;
use steward_app::view::RecordView;
use steward_model::access::Action;
use steward_rule::RULE;
use steward_rule::trace::Outcome;
use steward_ui::button::{Button, Submit, submit};
use steward_ui::form::{Form as FormParts, form};
use steward_ui::header::{Header, header};
use steward_ui::message::{Notice, notice};
use steward_ui::reference::Crumb;
use steward_ui::tone::Tone;
use steward_words::{refusal, t, t_with};

use crate::error::WebError;
use crate::files::Segments;
use crate::form::Posted;
use crate::frame::{Place, frame};
use crate::visitor::Visitor;
use crate::{Web, address};

/// The way to a test, where a rule has a webhook and its reader may change it.
pub(super) fn test_of(view: &RecordView) -> Option<String> {
    let has_address = !view.record.text("webhook_address").trim().is_empty();
    let may_test = has_address && view.rights.may(Action::Update);
    may_test.then(|| address::of_record(&view.kind, &view.record, "webhook-test"))
}

/// The button that sends a call again, on the line that says it was given up.
pub(super) fn again(visitor: &Visitor, rule: &str, run: &RunView) -> Option<Markup> {
    let mut calls = run.trace.did.iter().filter(|_| run.outcome == Outcome::Undelivered);
    let call = calls.find(|did| did.sent.as_ref().is_some_and(|sent| sent.state == "given_up"))?.delivery.as_ref()?;
    let action = format!("{rule}/webhooks/{}/send", address::part(call));
    let parts = FormParts { action: &action, csrf_token: &visitor.csrf_token, ..FormParts::default() };
    Some(form(&parts, submit(&Button { label: t("rule-webhook-send-again"), ..Button::default() }, &Submit::default())))
}

/// Sends a call again.
pub(crate) async fn send(
    State(web): State<Web>,
    Segments((kinds, name, call)): Segments<(String, String, String)>,
    posted: Posted,
) -> Result<Response, WebError> {
    let kind = web.app().kind_by_plural(&kinds)?.clone();
    if kind.key != RULE {
        return Err(Error::NotFound.into());
    }
    web.app().send_webhook_again(posted.visitor.actor(), &name, &call).await?;
    Ok(Redirect::to(&format!("{}/runs", address::record(&kind, &name))).into_response())
}

/// What a test is, and the button for it.
pub(crate) async fn page(
    State(web): State<Web>,
    Segments((kinds, name)): Segments<(String, String)>,
    visitor: Visitor,
) -> Result<Response, WebError> {
    draw(&web, &visitor, (&kinds, &name), None).await
}

/// Sends a test; what came of it.
pub(crate) async fn test(
    State(web): State<Web>,
    Segments((kinds, name)): Segments<(String, String)>,
    posted: Posted,
) -> Result<Response, WebError> {
    if web.app().kind_by_plural(&kinds)?.key != RULE {
        return Err(Error::NotFound.into());
    }
    let found = web.app().ping_webhook(posted.visitor.actor(), &name).await?;
    draw(&web, &posted.visitor, (&kinds, &name), Some(&found)).await
}

async fn draw(
    web: &Web,
    visitor: &Visitor,
    (kinds, name): (&str, &str),
    found: Option<&Ping>,
) -> Result<Response, WebError> {
    let kind = web.app().kind_by_plural(kinds)?.clone();
    if kind.key != RULE {
        return Err(Error::NotFound.into());
    }
    let view = web.app().get(visitor.actor(), &kind, name, None).await?;
    let Some(action) = test_of(&view) else {
        return Err(match view.rights.may(Action::Update) {
            true => Error::NotFound.into(),
            false => Error::Forbidden { action: Action::Update }.into(),
        });
    };
    let (list, back) = (address::list(&kind), address::record(&kind, &view.record.number));
    let crumbs =
        [Crumb { label: &kind.label_plural, address: &list }, Crumb { label: &view.record.number, address: &back }];
    let title = t_with("rule-webhook-test-title", &[("rule", (&view.record.number).into())]).to_string();
    let parts = FormParts { action: &action, csrf_token: &visitor.csrf_token, ..FormParts::default() };
    let button = Button { label: t("rule-webhook-test-send"), ..Button::default() };
    let main = html! {
        (header(&Header { title: &title, detail: view.record.text("title"), crumbs: &crumbs, ..Header::default() }, html! {}))
        div.page-body {
            p.rule-part__text { (t_with("rule-webhook-test-help", &[("address", view.record.text("webhook_address").into())])) }
            @if let Some(found) = found { (told(found)) }
            (form(&parts, submit(&button, &Submit::default())))
        }
    };
    let place = Place { title: &title, current: &list, kind: Some(&kind), ..Place::default() };
    Ok(frame(web, visitor, place, main).into_response())
}

/// What came of a test.
fn told(found: &Ping) -> Markup {
    let status = found.status.map(|status| status.to_string()).unwrap_or_default();
    let (tone, said) = match &found.fault {
        None => (Tone::Success, t_with("rule-webhook-test-taken", &[("status", (&status).into())]).to_string()),
        Some(fault) => {
            let fault = refusal(fault);
            (Tone::Danger, t_with("rule-webhook-test-not", &[("fault", (&*fault).into())]).to_string())
        }
    };
    notice(&Notice { tone, text: &said }, html! {})
}
