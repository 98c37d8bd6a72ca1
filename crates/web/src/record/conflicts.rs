//! What stands in the way of a change where it is planned, on its page.

use jiff::tz::TimeZone;
use maud::{Markup, html};
use serde_json::Value as Json;
use steward_app::App;
use steward_app::intervals::Conflict;
use steward_app::view::RecordView;
use steward_model::moment::Moment;
use steward_ui::agenda::conflicts;
use steward_words::t;

use crate::Web;
use crate::error::WebError;
use crate::operations::{self, words};
use crate::visitor::Visitor;

/// What stands in the way of a record that is still to be carried out, as far as the reader may see it.
pub(super) async fn gather(web: &Web, visitor: &Visitor, view: &RecordView) -> Result<Vec<Conflict>, WebError> {
    let (kind, record) = (&view.kind, &view.record);
    if !App::has_conflicts(kind) || !kind.lifecycle.category(&record.state).is_open() {
        return Ok(Vec::new());
    }
    Ok(web.app().conflicts_of(visitor.actor(), kind, &record.number).await?)
}

/// The same, over the record's texts.
pub(super) fn shown(view: &RecordView, found: &[Conflict], zone: &TimeZone) -> Markup {
    if found.is_empty() {
        return html! {};
    }
    let lines: Vec<Markup> = found.iter().map(words::linked).collect();
    let begin = view.record.field("planned_start_at").and_then(Json::as_i64).map(Moment);
    html! {
        section.conflicts aria-labelledby="conflicts-title" {
            h2.conflicts__title id="conflicts-title" { (t("conflict-title")) }
            (conflicts(&lines))
            @if let Some(begin) = begin {
                @let day = begin.timestamp().to_zoned(zone.clone()).date();
                p { a href={ (operations::ADDRESS) "?view=week&at=" (day) } { (t("conflict-calendar")) } }
            }
        }
    }
}
