//! What readers say of an article: whether it helped, and what is wrong with it.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use steward_app::error::Error;
use steward_app::knowledge::{Flag, FlagReason, Said};
use steward_app::view::RecordView;
use steward_model::event::Door;
use steward_ui::field::{ChoiceOption, Control, Field, field};
use steward_ui::form::Form as FormParts;
use steward_ui::transition::{Transition, transition};
use steward_words::{t, t_with};

use super::article;
use crate::actions::{dialog_or_page, led};
use crate::error::WebError;
use crate::files::Segments;
use crate::form::{Form, Posted, Query};
use crate::kind_form::Faults;
use crate::visitor::Visitor;
use crate::{Web, address};

pub(crate) async fn helpful(
    State(web): State<Web>,
    Segments((kinds, name)): Segments<(String, String)>,
    posted: Posted,
) -> Result<Response, WebError> {
    let Posted { visitor, form } = posted;
    let view = article(&web, &visitor, &kinds, &name).await?;
    let helpful = match form.get("helpful") {
        Some("yes") => true,
        Some("no") => false,
        _ => return Err(WebError::bad_request("`helpful` must be yes or no")),
    };
    let comment = form.text("comment").unwrap_or_default().replace("\r\n", "\n");
    web.app().vote_on_article(visitor.actor(), &name, &Said { helpful, comment }, Door::Page).await?;
    let back = format!(
        "{}?language={}#helpful-title",
        address::record(&view.kind, &view.record.number),
        address::part(view.record.text("language"))
    );
    Ok(Redirect::to(&back).into_response())
}

pub(crate) async fn flag_form(
    State(web): State<Web>,
    Segments((kinds, name)): Segments<(String, String)>,
    visitor: Visitor,
    Query(query): Query,
) -> Result<Response, WebError> {
    let view = article(&web, &visitor, &kinds, &name).await?;
    if !web.app().is_knowledge_staff(visitor.actor(), &view) {
        return Err(Error::Denied("flag this article").into());
    }
    Ok(shown(&web, &visitor, &view, &query, &Faults::default()).into_response())
}

pub(crate) async fn flag(
    State(web): State<Web>,
    Segments((kinds, name)): Segments<(String, String)>,
    posted: Posted,
) -> Result<Response, WebError> {
    let Posted { visitor, form } = posted;
    let view = article(&web, &visitor, &kinds, &name).await?;
    let reason = form.get("reason").unwrap_or_default();
    let reason = FlagReason::ALL.into_iter().find(|one| one.key() == reason).unwrap_or(FlagReason::Wrong);
    let about = form.text("about").and_then(|about| about.split_once('/'));
    let flag = Flag {
        reason,
        comment: form.text("comment").unwrap_or_default().replace("\r\n", "\n"),
        about: about.map(|(kind, number)| (kind.to_owned(), number.to_owned())),
    };
    match web.app().flag_article(visitor.actor(), &name, &flag, Door::Page).await {
        Ok(_) => {
            let back = match about {
                Some((kind, number)) => address::record(web.app().kind(kind)?, number),
                None => address::record(&view.kind, &view.record.number),
            };
            Ok(led(&visitor, &back))
        }
        Err(error) => {
            let faults = Faults::of(error, &view.kind, &view.labels)?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, shown(&web, &visitor, &view, &form, &faults)).into_response())
        }
    }
}

fn shown(web: &Web, visitor: &Visitor, view: &RecordView, typed: &Form, faults: &Faults) -> Markup {
    let action = address::of_record(&view.kind, &view.record, "flag");
    let back = address::record(&view.kind, &view.record.number);
    let reasons = [
        ("wrong", t("article-flag-wrong")),
        ("outdated", t("article-flag-outdated")),
        ("unclear", t("article-flag-unclear")),
    ]
    .map(|(key, label)| ChoiceOption { key, label, ..ChoiceOption::default() });
    let parts = Transition {
        label: t("article-flag-it"),
        help: t("article-flag-help"),
        form: FormParts { action: &action, csrf_token: &visitor.csrf_token, ..FormParts::default() },
        back: &back,
        is_danger: false,
    };
    let comment = typed.get("comment").unwrap_or_default();
    let content = transition(
        &parts,
        html! {
            @if let Some(about) = typed.text("about") { input type="hidden" name="about" value=(about); }
            (field(&Field { name: "reason", label: t("article-flag-what"), is_required: true, ..Field::default() }, &Control::Choice { value: typed.get("reason").unwrap_or("wrong"), options: &reasons }))
            (field(&Field { name: "comment", label: t("article-flag-comment"), help: t("article-flag-comment-help"), is_required: true, is_first: true, errors: faults.on("comment"), ..Field::default() }, &Control::Markdown { value: comment }))
        },
    );
    let title = t_with("article-flag-title", &[("number", (&view.record.number).into())]);
    dialog_or_page(web, visitor, &view.kind, &view.record.number, &title, content)
}
