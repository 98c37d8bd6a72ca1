//! The middle of a record's page: its longer texts, what was said, and where one writes.

use maud::{Markup, html};
use steward_model::access::Action;
use steward_model::event::Audience;
use steward_model::kind::FieldType;
use steward_ui::composer::{Audience as WriterAudience, Composer, composer};
use steward_ui::icon::Icon;
use steward_ui::partial::Partial;
use steward_words::t_with;

use super::{Parts, rail};
use crate::drafts::FormDraft;
use crate::edit::may_edit;
use crate::timeline::timeline;
use crate::values::shown::Reader;
use crate::{address, markdown};

impl Parts<'_> {
    /// Longer texts of the record, and tables that would be narrow beside it, over the timeline.
    pub(super) fn texts(&self) -> Markup {
        let view = self.view();
        let names = self.names();
        let long = view
            .kind
            .fields
            .iter()
            .filter(|field| matches!(field.field_type, FieldType::Markdown) || rail::is_wide(&view.kind, field))
            .filter(|field| view.rights.may_read(field));
        html! {
            div #record-texts.record-texts {
                @for field in long {
                    @let edit = address::field(&view.kind, &view.record, &field.key);
                    @let editable = self.is_now() && may_edit(view, field);
                    @let stored = view.record.field(&field.key);
                    @if stored.is_some() && rail::is_wide(&view.kind, field) {
                        section.record-text {
                            header.record-text__head { h2.record-text__label { (field.label) } }
                            (self.reader().field(&view.kind, &view.record, field))
                        }
                    }
                    @if let Some(text) = stored.and_then(|stored| stored.as_str()) {
                        section.record-text id={ "side-" (field.key) } {
                            header.record-text__head {
                                h2.record-text__label { (field.label) }
                                @if editable {
                                    @let edit_this = t_with("edit-what", &[("what", (&field.label).into())]);
                                    a.icon-button."icon-button--small" href=(edit) hx-get=(edit) hx-target={ "#side-" (field.key) } hx-swap="outerHTML" title=(edit_this) aria-label=(edit_this) { (steward_ui::icon::icon(Icon::Edit)) }
                                }
                            }
                            @if let Some(form) = self.source_text(field, text) { (form) }
                            @else { div.article { (markdown::render_with(text, &names)) } }
                        }
                    }
                }
            }
        }
    }

    pub(super) fn timeline(&self) -> Markup {
        let source = self.source("timeline");
        let reader = Reader { labels: &self.page.labels, ..self.reader() };
        let kind = &self.view().kind;
        let may_split = self.is_now()
            && self.is_staffed()
            && kind.merging.is_some()
            && self.web.app().creatable_level(self.visitor.actor(), kind).is_some();
        let split = format!("{}?split={}&entry=", address::new(kind), address::part(&self.view().record.number));
        timeline(self.page, &reader, &self.mentioned, self.live(&source), may_split.then_some(&split))
    }

    pub(super) fn composer(&self) -> Markup {
        let view = self.view();
        let (may_comment, may_note) = (view.rights.may(Action::Comment), view.rights.may(Action::Note));
        if !may_comment && !may_note {
            return html! {};
        }
        let action = address::of_record(&view.kind, &view.record, "comments");
        let mentions = address::of_record(&view.kind, &view.record, "mentions");
        let snippets = address::of_record(&view.kind, &view.record, "snippets");
        let texts = self.web.app().registry().kind("snippet");
        let has_snippets =
            texts.is_some_and(|kind| self.web.app().readable_level(self.visitor.actor(), kind).is_some());
        let typed = self.draft.as_ref().and_then(FormDraft::typed);
        let body = self.unsent.map_or_else(|| typed.and_then(|form| form.get("body")), |unsent| Some(unsent.body));
        let internal = match self.unsent {
            Some(unsent) => unsent.audience == Audience::Internal,
            None => typed.and_then(|form| form.get("audience")) == Some("internal"),
        };
        let requester = view.record.reference("requester").and_then(|id| view.labels.get(&id));
        composer(
            &Composer {
                action: &action,
                partial: Partial::NONE,
                csrf_token: &self.visitor.csrf_token,
                draft: self.draft.as_ref().map(FormDraft::parts),
                mentions: Some(&mentions),
                snippets: has_snippets.then_some(&snippets),
                audience: if may_comment && !(internal && may_note) {
                    WriterAudience::Public
                } else {
                    WriterAudience::Internal
                },
                may_note,
                readers: requester.map_or("", |label| &label.label),
                body: body.unwrap_or_default(),
                errors: self.unsent.map_or(&[], |unsent| unsent.errors),
            },
            html! {},
        )
    }
}
