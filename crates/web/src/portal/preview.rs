//! The catalogue as somebody else sees it, for those who keep it.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use steward_app::error::Error;
use steward_app::view::RecordView;
use steward_ui::button::{Button, Look, Submit, submit};
use steward_ui::field::{Control, Field as Frame, Picked, field as draw_field};
use steward_ui::portal::{PortalHead, portal_head, portal_section};
use steward_words::{refusal, t, t_with};

use super::catalogue::items;
use super::{CATALOGUE, page};
use crate::error::WebError;
use crate::form::Query;
use crate::visitor::Visitor;
use crate::{Web, address};

pub(crate) async fn preview(
    State(web): State<Web>,
    visitor: Visitor,
    Query(query): Query,
) -> Result<Response, WebError> {
    if !web.app().keeps_catalogue(visitor.actor()) {
        return Err(Error::Denied("see the catalogue as somebody else").into());
    }
    let person = query.text("person");
    let seen = match person {
        None => None,
        Some(person) => Some(web.app().preview_catalogue(visitor.actor(), person).await?),
    };
    let name = seen.as_ref().map_or("", |seen| seen.person.record.text("name"));
    let value = person.map(|person| Picked { value: person, label: name });
    let content = html! {
        (portal_head(&PortalHead {
            back: Some((t("portal-catalogue"), CATALOGUE)),
            title: t("portal-preview"),
            text: t("portal-preview-text"),
            ..PortalHead::default()
        }, html! {}))
        form.form method="get" action="/portal/preview" {
            (draw_field(&Frame { name: "person", label: t("portal-person"), is_required: true, ..Frame::default() }, &Control::Reference { value, source: "/pick?kind=person", hint: t("portal-name") }))
            div { (submit(&Button { label: t("show"), look: Look::Main, ..Button::default() }, &Submit::default())) }
        }
        @if let Some(seen) = &seen {
            @let offered: Vec<&RecordView> = seen.offered.iter().collect();
            (portal_section(&t_with("portal-may-order", &[("name", name.into()), ("count", offered.len().into())]), None, items(&offered)))
            @if !seen.withheld.is_empty() { (portal_section(&t_with("portal-not-offered", &[("count", seen.withheld.len().into())]), None, withheld(&seen.withheld))) }
        }
    };
    Ok(page(&web, &visitor, t("portal-preview-short"), CATALOGUE, content).into_response())
}

fn withheld(items: &[(RecordView, &'static str)]) -> Markup {
    html! {
        ul.portal-answers__list {
            @for (view, why) in items {
                li {
                    a.portal-answers__link href=(address::record(&view.kind, &view.record.number)) {
                        (steward_ui::icon::icon(super::pictures::picture(&view.record))) span { (view.record.text("name")) }
                        span.portal-answers__detail { (refusal(why)) }
                    }
                }
            }
        }
    }
}
