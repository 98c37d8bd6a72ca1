//! A template of mail as it would look about a real record, in its own language and in the others.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use steward_app::error::Error;
use steward_app::notices::PreviewedIn;
use steward_model::kind::Kind;
use steward_practices::notice::TEMPLATE;
use steward_ui::header::{Header, header};
use steward_ui::message::{Notice, notice};
use steward_ui::notices::{Letter, letter};
use steward_ui::reference::Crumb;
use steward_ui::tone::Tone;
use steward_words::{t, t_with};

use crate::error::WebError;
use crate::files::Segments;
use crate::form::Query;
use crate::frame::{Place, frame};
use crate::visitor::Visitor;
use crate::{Web, address};

/// Whether records of a kind are such templates.
pub(crate) fn is_template(kind: &Kind) -> bool {
    kind.key == TEMPLATE
}

/// The link from the page of a template.
pub(crate) fn link(at: &str) -> Markup {
    html! { p.rail-link { a href={ (at) "/preview" } { (t("notice-preview")) } } }
}

pub(crate) async fn page(
    State(web): State<Web>,
    Segments((kinds, name)): Segments<(String, String)>,
    visitor: Visitor,
    Query(query): Query,
) -> Result<Response, WebError> {
    let kind = web.app().kind_by_plural(&kinds)?.clone();
    // That it is there is found first.
    let view = web.app().get(visitor.actor(), &kind, &name, None).await?;
    if !is_template(&kind) {
        return Err(Error::NotFound.into());
    }
    let about = query.text("record");
    let found = web.app().preview_template(visitor.actor(), &view.record.number, about).await?;
    let (list, back) = (address::list(&kind), address::record(&kind, &view.record.number));
    let crumbs =
        [Crumb { label: &kind.label_plural, address: &list }, Crumb { label: &view.record.number, address: &back }];
    let title = t("notice-preview");
    let detail = view.record.text(&kind.label_field);
    let main = html! {
        (header(&Header { title, detail, crumbs: &crumbs, ..Header::default() }, html! {}))
        div.page-body {
            form.try-form method="get" action={ (back) "/preview" } {
                div.field {
                    label.field__label for="record" { (t("notice-preview-with")) }
                    input.input id="record" name="record" value=(about.unwrap_or_default()) autocomplete="off";
                }
                button."button button--main" type="submit" { span { (t("outbox-show")) } }
            }
            @match &found.about {
                None => (notice(&Notice { tone: Tone::Info, text: t("notice-preview-none") }, html! {})),
                Some(record) => {
                    p.settings__lead { (t_with("notice-preview-about", &[("record", (&format!("{} {}", record.number, record.label)).into())])) }
                    @for one in &found.languages { (shown(one)) }
                }
            }
        }
    };
    let place = Place { title, current: &list, kind: Some(&kind), ..Place::default() };
    Ok(frame(&web, &visitor, place, main).into_response())
}

fn shown(one: &PreviewedIn) -> Markup {
    let which = match &one.template {
        Some(_) if one.is_this => t("notice-preview-this").to_owned(),
        Some((number, title)) => t_with("notice-preview-other", &[("number", number.into()), ("title", title.into())]),
        None => t("notice-preview-usual").to_owned(),
    };
    let label = format!("{} · {which}", one.language.name());
    letter(&Letter { label: &label, language: one.language.code(), to: "", subject: &one.subject, text: &one.text })
}
