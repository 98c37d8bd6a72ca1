//! Macros on pages: which there are for a record, what one would do, and doing it.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use steward_app::error::Error;
use steward_app::ready::Plan;
use steward_app::records::Origin;
use steward_model::event::{Audience, Door};
use steward_model::kind::Kind;
use steward_ui::form::Form as FormParts;
use steward_ui::icon::{Icon, icon};
use steward_ui::message::{Notice, notice};
use steward_ui::partial::Partial;
use steward_ui::tone::Tone;
use steward_ui::transition::{Transition, transition};
use steward_words::{in_sentence, t, t_with};

use crate::actions::{dialog_or_page, led};
use crate::error::{WebError, words};
use crate::files::Segments;
use crate::form::Posted;
use crate::kind_form::{plain, sentence};
use crate::visitor::Visitor;
use crate::{Web, address, markdown};

pub(crate) async fn offered(
    State(web): State<Web>,
    Segments((kinds, name)): Segments<(String, String)>,
    visitor: Visitor,
) -> Result<Response, WebError> {
    let kind = web.app().kind_by_plural(&kinds)?.clone();
    let found = web.app().macros_for(visitor.actor(), &kind, &name).await?;
    let content = html! {
        @if found.is_empty() {
            p { (t_with("macro-none", &[("kinds", (&in_sentence(&kind.label_plural)).into())])) }
        } @else {
            ul.choice-list {
                @for one in &found {
                    @let at = format!("{}/macros/{}", address::record(&kind, &name), address::part(&one.number));
                    @let partial = Partial::dialog(&at);
                    li { a.choice-list__item href=(at) hx-get=[partial.get] hx-target=[partial.target] hx-swap=[partial.swap] { (icon(Icon::PlayerPlay)) span { (one.title) } span.choice-list__detail { (one.number) } } }
                }
            }
        }
    };
    Ok(dialog_or_page(&web, &visitor, &kind, &name, t("macro-apply-one"), content).into_response())
}

pub(crate) async fn preview(
    State(web): State<Web>,
    Segments((kinds, name, number)): Segments<(String, String, String)>,
    visitor: Visitor,
) -> Result<Response, WebError> {
    let kind = web.app().kind_by_plural(&kinds)?.clone();
    let plan = web.app().plan_macro(visitor.actor(), &kind, &name, &number).await?;
    Ok(dialog_or_page(&web, &visitor, &kind, &name, &plan.title, shown(&visitor, &kind, &name, &plan, None))
        .into_response())
}

pub(crate) async fn apply(
    State(web): State<Web>,
    Segments((kinds, name, number)): Segments<(String, String, String)>,
    posted: Posted,
) -> Result<Response, WebError> {
    let Posted { visitor, form } = posted;
    let kind = web.app().kind_by_plural(&kinds)?.clone();
    let seen = form.text("revision").and_then(|text| text.parse().ok());
    let origin = Origin::door(Door::Page);
    match web.app().apply_macro(visitor.actor(), &kind, &name, &number, seen, &origin).await {
        Ok(view) => Ok(led(&visitor, &address::record(&kind, &view.record.number))),
        Err(error @ (Error::Illegal { .. } | Error::Invalid(_))) => {
            let plan = web.app().plan_macro(visitor.actor(), &kind, &name, &number).await?;
            let content = shown(&visitor, &kind, &name, &plan, Some(&error));
            let page = dialog_or_page(&web, &visitor, &kind, &name, &plan.title, content);
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

/// What would happen, with the button that lets it.
fn shown(visitor: &Visitor, kind: &Kind, name: &str, plan: &Plan, error: Option<&Error>) -> Markup {
    let action = format!("{}/macros/{}", address::record(kind, name), address::part(&plan.number));
    let back = address::record(kind, name);
    let refusal = error.or(plan.refusal.as_ref()).map(|error| sentence(&words(error)));
    let state = |key: &str| kind.lifecycle.state(key).map_or(key.to_owned(), |state| state.label.clone());
    let changed = kind.fields.iter().filter(|field| plan.before.field(&field.key) != plan.after.field(&field.key));
    // What follows from the rest is told by it: stamps, sums, priorities.
    let changed: Vec<(&str, String, String)> = changed
        .filter(|field| field.write.is_some())
        .map(|field| {
            let value = |stored: Option<&serde_json::Value>| {
                stored.map_or_else(|| t("conflict-nothing").to_owned(), |stored| plain(field, stored, &plan.labels))
            };
            (field.label.as_str(), value(plan.before.field(&field.key)), value(plan.after.field(&field.key)))
        })
        .collect();
    let will = html! {
        ul.macro-steps {
            @for (label, before, after) in &changed { li { (icon(Icon::Edit)) span { strong { (label) } ": " (before) " → " (after) } } }
            @for (audience, text) in &plan.said {
                li.{ "macro-steps__said--" (if *audience == Audience::Internal { "internal" } else { "public" }) } {
                    (icon(if *audience == Audience::Internal { Icon::Lock } else { Icon::Messages }))
                    div { strong { @if *audience == Audience::Internal { (t("internal-note")) } @else { (t("macro-reply")) } } div.article { (markdown::render(text)) } }
                }
            }
            @if plan.before.state != plan.after.state { li { (icon(Icon::ArrowRight)) span { (steward_ui::words::sentence("macro-moves", &[("before", html! { strong { (state(&plan.before.state)) } }), ("after", html! { strong { (state(&plan.after.state)) } })])) } } }
        }
    };
    let nothing = changed.is_empty() && plan.said.is_empty() && plan.before.state == plan.after.state;
    html! {
        @if let Some(text) = &refusal { (notice(&Notice { tone: Tone::Danger, text }, html! {})) }
        @if plan.refusal.is_some() {
            p { (t("macro-nothing-changed")) }
        } @else if nothing {
            p { (t("macro-changes-nothing")) }
        } @else {
            (transition(
                &Transition {
                    label: t("macro-apply"),
                    help: t("macro-apply-help"),
                    form: FormParts { action: &action, csrf_token: &visitor.csrf_token, revision: u64::try_from(plan.revision).ok(), partial: Partial { post: Some(&action), target: Some("#dialog"), swap: Some("innerHTML"), get: None }, ..FormParts::default() },
                    back: &back,
                    is_danger: false,
                },
                will,
            ))
        }
    }
}
