//! The outside calendar that a calendar names: how fetching it went, and fetching it now.

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use steward_app::error::Error;
use steward_app::holiday_feeds::HolidayFeed;
use steward_model::event::Door;
use steward_model::moment::Moment;
use steward_practices::calendar::CALENDAR;
use steward_ui::button::{Button, Submit, submit};
use steward_ui::form::{Form as FormParts, form};
use steward_ui::message::{Notice, notice};
use steward_ui::tone::Tone;
use steward_words::{refusal, t, t_with};

use crate::error::WebError;
use crate::files::Segments;
use crate::form::Posted;
use crate::values::time;
use crate::visitor::Visitor;
use crate::{Web, address};

pub(crate) async fn fetch(
    State(web): State<Web>,
    Segments((kinds, name)): Segments<(String, String)>,
    posted: Posted,
) -> Result<Response, WebError> {
    let kind = web.app().kind_by_plural(&kinds)?.clone();
    if kind.key != CALENDAR {
        return Err(Error::NotFound.into());
    }
    // How it went stands on the page; that it was asked for a moment ago too.
    match web.app().fetch_holiday_feed(posted.visitor.actor(), &kind, &name, Door::Page).await {
        Ok(_) | Err(Error::TooMany { .. }) => {}
        Err(error) => return Err(error.into()),
    }
    Ok(Redirect::to(&format!("{}#holiday-feed", address::record(&kind, &name))).into_response())
}

/// How it stands, on the page of the calendar.
pub(crate) fn draw(feed: &HolidayFeed, now: Moment, visitor: &Visitor, calendar: &str) -> Markup {
    let zone = &visitor.preferences.zone;
    let action = format!("{calendar}/feed");
    let parts = FormParts { action: &action, csrf_token: &visitor.csrf_token, ..FormParts::default() };
    html! {
        section.working-feed id="holiday-feed" aria-labelledby="holiday-feed-title" {
            h3.working-feed__title id="holiday-feed-title" { (t("holiday-feed-title")) }
            @if let Some(fault) = &feed.fault {
                @let said = t_with("holiday-feed-fault", &[("fault", (&refusal(fault)).into())]);
                (notice(&Notice { tone: Tone::Warning, text: &said }, html! {}))
            }
            p.working-feed__state {
                @match feed.fetched_at {
                    Some(at) => { (t_with("holiday-feed-events", &[("count", feed.events.into())])) " " span { (t("holiday-feed-fetched")) " " (time::ago(at, now, zone)) } },
                    None => { (t("holiday-feed-never")) },
                }
                @if let Some(at) = feed.next_at { " " span { (t("holiday-feed-next")) " " (time::ago(at, now, zone)) } }
            }
            @if feed.may_fetch {
                (form(&parts, submit(&Button { label: t("holiday-feed-fetch"), ..Button::default() }, &Submit::default())))
            }
        }
    }
}
