//! The next turns of recurring work, beside it.

use maud::{Markup, html};
use steward_app::error::Error;
use steward_app::view::RecordView;
use steward_practices::schedule::{SCHEDULE, Turn};
use steward_ui::record::{RailSection, rail_section};
use steward_words::{t, t_with, time_of_day, weekday_and_date};

use crate::Web;
use crate::error::WebError;

/// Turns that are shown.
const SHOWN: usize = 5;

/// The next turns of a schedule; `None` for other records, and for one that makes nothing now.
pub(super) async fn gather(web: &Web, view: &RecordView) -> Result<Option<Vec<Turn>>, WebError> {
    if view.kind.key != SCHEDULE || view.record.state != "active" {
        return Ok(None);
    }
    match web.app().next_turns(&view.record, SHOWN).await {
        Ok(turns) => Ok(Some(turns)),
        // Its record says what is wrong, under what came of it.
        Err(Error::Invalid(_) | Error::NotFound) => Ok(Some(Vec::new())),
        Err(error) => Err(error.into()),
    }
}

/// The turns, beside the record.
pub(super) fn beside(turns: Option<&[Turn]>) -> Markup {
    let Some(turns) = turns else { return html! {} };
    rail_section(
        &RailSection { label: t("next-turns"), ..RailSection::default() },
        html! {
            @if turns.is_empty() { p.rail-section__note { (t("next-turns-none")) } }
            @else { ol.next-turns { @for turn in turns { li { (said(turn)) } } } }
        },
    )
}

fn said(turn: &Turn) -> String {
    let day = |date: jiff::civil::Date| weekday_and_date(date, Some(date.year()));
    let made = format!("{} {}", day(turn.day), time_of_day(turn.planned.time()));
    if turn.is_closed {
        t_with("turn-closed", &[("day", (&made).into())])
    } else if turn.day != turn.planned.date() {
        t_with("turn-moved", &[("day", (&made).into()), ("planned", (&day(turn.planned.date())).into())])
    } else {
        made
    }
}
