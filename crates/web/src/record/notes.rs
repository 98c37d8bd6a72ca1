//! Handling notes on a record's page: popping up once in a session, always beside the record; and, on the page of a note,
//! before whom it was put.

use maud::{Markup, html};
use steward_app::handling::{Note, Shown};
use steward_app::view::{Label, Labels, RecordView};
use steward_ui::context::handling_note;
use steward_ui::knowledge::{PopUp, pop_up};
use steward_ui::record::{RailSection, rail_section};
use steward_ui::reference::{Reference, reference};
use steward_words::{t, t_with};

use crate::error::WebError;
use crate::markdown;
use crate::values::time;
use crate::visitor::Visitor;
use crate::{Web, address};

/// Views of a note that its page shows.
const VIEWS: usize = 50;

/// What is gathered for a page.
#[derive(Default)]
pub(super) struct Notes {
    /// All that concern the record.
    all: Vec<Note>,
    /// Those that pop up now.
    fresh: Vec<Note>,
    /// Before whom the note was put whose page it is.
    views: Option<(Vec<Shown>, Labels)>,
}

/// Notes for a whole page of the present. A page that only asks for a part of itself pops nothing up.
pub(super) async fn gather(web: &Web, visitor: &Visitor, view: &RecordView, pops_up: bool) -> Result<Notes, WebError> {
    let (app, actor) = (web.app(), visitor.actor());
    if view.kind.key == "handling_note" {
        let views = app.note_views(actor, &view.kind, &view.record.number, VIEWS).await?;
        return Ok(Notes { views: Some(views), ..Notes::default() });
    }
    let all = app.handling_notes(actor, view).await?;
    let fresh =
        if pops_up { app.pop_up_notes(actor, visitor.session.id, view.record.id, &all).await? } else { Vec::new() };
    Ok(Notes { all, fresh, views: None })
}

fn about(labels: &[Label]) -> String {
    labels.iter().map(|label| label.label.as_str()).collect::<Vec<_>>().join(", ")
}

impl Notes {
    /// Those that pop up, over everything else.
    pub(super) fn pop_up(&self) -> Markup {
        if self.fresh.is_empty() {
            return html! {};
        }
        let whom: Vec<String> = self.fresh.iter().map(|note| about(&note.about)).collect();
        let shown: Vec<PopUp<'_>> = self
            .fresh
            .iter()
            .zip(&whom)
            .map(|(note, about)| PopUp {
                about,
                title: note.record.text("title"),
                text: markdown::render(note.record.text("text")),
            })
            .collect();
        pop_up(&shown)
    }

    /// All of them, beside the record.
    pub(super) fn beside(&self) -> Markup {
        html! {
            @for note in &self.all {
                @let address = format!("/handling-notes/{}", address::part(&note.record.number));
                (handling_note(&about(&note.about), html! {
                    p { a href=(address) { (note.record.text("title")) } }
                    (markdown::render(note.record.text("text")))
                    @if !note.record.text("until").is_empty() { p { (t_with("note-until", &[("day", (&time::day(note.record.text("until"))).into())])) } }
                }))
            }
        }
    }

    /// Whether any concerns the record.
    pub(super) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Before whom the note was put whose page it is.
    pub(super) fn audit(&self, web: &Web, visitor: &Visitor) -> Markup {
        let Some((views, labels)) = &self.views else { return html! {} };
        let (now, zone) = (web.app().now(), &visitor.preferences.zone);
        rail_section(
            &RailSection { label: t("note-shown-to"), ..RailSection::default() },
            html! {
                @if views.is_empty() { p.rail-section__note { (t("note-not-shown")) } }
                ul.plain-list {
                    @for view in views {
                        li.plain-list__item { div.plain-list__text {
                            (labels.get(&view.person).map_or(t("somebody"), |label| label.label.as_str())) " · " (time::ago(view.at, now, zone))
                            @if let Some(label) = labels.get(&view.record) {
                                @let kind = web.app().registry().kind(&label.kind);
                                @let at = kind.map(|kind| address::record(kind, &label.number));
                                div.plain-list__detail { (reference(&Reference { number: &label.number, address: at.as_deref(), ..Reference::default() })) }
                            }
                        } }
                    }
                }
            },
        )
    }
}
