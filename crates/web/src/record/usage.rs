//! How often something that is kept ready was used: canned texts, templates, macros.

use maud::{Markup, html};
use steward_app::view::RecordView;
use steward_ui::record::{RailSection, rail_section};
use steward_ui::words::sentence;
use steward_words::{formats, number, t};

use crate::Web;
use crate::error::WebError;

/// The kinds of which use is counted.
const KINDS: [&str; 3] = ["snippet", "record_template", "macro"];

/// The number for a page; `None` for other records.
pub(super) async fn gather(web: &Web, view: &RecordView) -> Result<Option<i64>, WebError> {
    if !KINDS.contains(&view.kind.key.as_str()) {
        return Ok(None);
    }
    Ok(Some(web.app().uses_of(view.record.id).await?))
}

/// The number, beside the record.
pub(super) fn beside(uses: Option<i64>) -> Markup {
    let Some(uses) = uses else { return html! {} };
    let count = [("count", html! { strong { (number(uses, formats())) } })];
    let used = if uses == 1 { sentence("template-used-one", &count) } else { sentence("template-used-many", &count) };
    rail_section(
        &RailSection { label: t("template-use"), ..RailSection::default() },
        html! { p.rail-section__note { (used) } },
    )
}
