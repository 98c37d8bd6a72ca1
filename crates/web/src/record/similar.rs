//! Records like the one shown, for those who work on it. Looking for them takes longer than all the rest of a page, so the
//! page comes first and asks for them then.

use std::sync::Arc;

use maud::{Markup, html};
use steward_model::kind::Kind;
use steward_ui::record::{RailSection, rail_section};
use steward_ui::reference::{Reference, reference};
use steward_words::t;

use crate::error::WebError;
use crate::values::shown::category;
use crate::visitor::Visitor;
use crate::{Web, address};

/// Records shown.
const SHOWN: usize = 5;
/// The kind besides the record's own that may hold an answer; articles have a section of their own.
const ANSWERS: &str = "known_error";

/// The place of the section, which fills itself; without scripts it is a link to it. `None` where nobody looks for them.
pub(super) fn place(visitor: &Visitor, kind: &Kind, record_address: &str) -> Option<Markup> {
    if !visitor.actor().is_staff() || kind.field("description").is_none() {
        return None;
    }
    let source = format!("{record_address}?part=similar");
    let content = html! {
        div hx-get=(source) hx-trigger="load" hx-swap="outerHTML" {
            a href=(source) { (t("look-for-similar")) }
        }
    };
    Some(rail_section(&RailSection { label: t("similar"), ..RailSection::default() }, content))
}

/// What stands in the section.
pub(super) async fn list(web: &Web, visitor: &Visitor, kind: &Arc<Kind>, name: &str) -> Result<Markup, WebError> {
    let registry = web.app().registry();
    let others = Some(ANSWERS).filter(|key| *key != kind.key && registry.kind(key).is_some());
    let kinds: Vec<String> = std::iter::once(kind.key.as_str()).chain(others).map(str::to_owned).collect();
    let found = web.app().similar(visitor.actor(), kind, name, &kinds, SHOWN).await?;
    Ok(html! {
        @if found.hits.is_empty() {
            p.rail-section__note { (t("nothing-similar")) }
        } @else {
            ul.references {
                @for hit in &found.hits {
                    @let address = address::record(&hit.kind, &hit.label.number);
                    @let state = hit.kind.lifecycle.state(&hit.record.state).map_or("", |state| state.label.as_str());
                    li { (reference(&Reference { number: &hit.label.number, label: &hit.label.label, address: Some(&address), icon: None, state: Some((category(&hit.kind, &hit.record.state), state)) })) }
                }
            }
        }
    })
}
