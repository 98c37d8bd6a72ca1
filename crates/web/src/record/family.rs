//! Records that became one: the way from the one that gave way, and what was said on it beside the other.

use std::sync::Arc;

use maud::{Markup, html};
use steward_app::family::GaveWay;
use steward_app::pages::RecordPage;
use steward_app::records::RecordName;
use steward_app::view::RecordView;
use steward_model::kind::Kind;
use steward_ui::icon::{Icon, icon};
use steward_ui::message::{Notice, notice};
use steward_ui::tone::Tone;
use steward_words::{t, t_with};

use super::{Parts, mentioned, show};
use crate::error::WebError;
use crate::timeline::story;
use crate::values::shown::Reader;
use crate::visitor::Visitor;
use crate::{Web, address};

/// Merged records whose history is shown in full.
const TOLD: usize = 5;
/// In the address of a page that says it is the merged record itself that is wanted.
pub(super) const ITSELF: &str = "itself";

/// What belongs to a record because of merging.
#[derive(Default)]
pub(super) struct Merged {
    /// That it gave way, and to which.
    gave_way: Option<GaveWay>,
    /// The records that gave way to this one, with what happened to the first of them.
    here: Vec<(RecordName, Option<(RecordPage, Markup)>)>,
}

/// Where the page of a record leads that gave way to another.
pub(crate) async fn elsewhere(web: &Web, visitor: &Visitor, view: &RecordView) -> Result<Option<RecordName>, WebError> {
    Ok(gave_way(web, visitor, view).await?.and_then(|gave_way| gave_way.into))
}

async fn gave_way(web: &Web, visitor: &Visitor, view: &RecordView) -> Result<Option<GaveWay>, WebError> {
    // Only what has ended can have given way; most pages ask nothing.
    match view.kind.merging.as_ref().is_some_and(|merging| merging.state == view.record.state) {
        true => Ok(web.app().gave_way(visitor.actor(), &view.kind, view.record.id).await?),
        false => Ok(None),
    }
}

/// What the page of a record tells of merging.
pub(super) async fn gather(web: &Web, visitor: &Visitor, view: &RecordView) -> Result<Merged, WebError> {
    if view.kind.merging.is_none() {
        return Ok(Merged::default());
    }
    let gave_way = gave_way(web, visitor, view).await?;
    let mut here = Vec::new();
    for one in web.app().merged_here(visitor.actor(), &view.kind, view.record.id).await? {
        let told = if here.len() < TOLD { Some(told(web, visitor, &view.kind, &one.number).await?) } else { None };
        here.push((one, told));
    }
    Ok(Merged { gave_way, here })
}

async fn told(web: &Web, visitor: &Visitor, kind: &Arc<Kind>, number: &str) -> Result<(RecordPage, Markup), WebError> {
    let page = show(web, visitor, kind, number, None, None).await?;
    let mentioned = mentioned(web, visitor, &page).await?;
    let reader = Reader {
        registry: web.app().registry(),
        labels: &page.labels,
        zone: &visitor.preferences.zone,
        now: web.app().now(),
    };
    let story = story(&page, &reader, &mentioned);
    Ok((page, story))
}

impl Merged {
    /// Whether the record gave way, so that nothing is written on it any more.
    pub(super) fn is_merged(&self) -> bool {
        self.gave_way.is_some()
    }
}

impl Parts<'_> {
    /// That the record gave way, over everything else.
    pub(super) fn merged_away(&self) -> Markup {
        let Some(GaveWay { into }) = &self.merged.gave_way else { return html! {} };
        let kind = &self.view().kind;
        let (text, action) = match into {
            Some(into) => (
                t_with("merged-into", &[("number", (&into.number).into())]),
                html! { a href=(address::record(kind, &into.number)) { (t_with("open-what", &[("what", (&into.number).into())])) } },
            ),
            None => (t("merged-elsewhere").to_owned(), html! {}),
        };
        notice(&Notice { tone: Tone::Info, text: &text }, action)
    }

    /// What happened to the records that gave way to this one.
    pub(super) fn merged_here(&self) -> Markup {
        let kind = &self.view().kind;
        html! {
            @for (one, told) in &self.merged.here {
                @let itself = format!("{}?{ITSELF}=1", address::record(kind, &one.number));
                @match told {
                    Some((page, story)) => {
                        details.disclosure.merged {
                            summary.disclosure__summary {
                                (icon(Icon::GitMerge))
                                span { (t_with("merged-here", &[("number", (&one.number).into())])) " · " (page.view.record.text(&kind.label_field)) }
                            }
                            p { a href=(itself) { (t_with("open-what", &[("what", (&one.number).into())])) } }
                            (story)
                        }
                    }
                    None => p { a href=(itself) { (t_with("merged-here", &[("number", (&one.number).into())])) } },
                }
            }
        }
    }
}
