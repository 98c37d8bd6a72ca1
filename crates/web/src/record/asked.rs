//! What came with a record from the portal: the answers of an order, the articles that its requester had read.

use maud::{Markup, html};
use serde_json::Value as Json;
use steward_app::catalogue::ITEM;
use steward_app::definitions::OVERLAY;
use steward_model::kind::{Field, FieldType};
use steward_ui::portal::answer_list;
use steward_words::{t, t_with};

use crate::record::Parts;
use crate::values::time;

/// Days that the figures of an article look back.
pub(super) const DAYS: i64 = 90;

/// Whether a field holds questions with their answers, which are read as such instead of as a table.
pub(super) fn is_answers(field: &Field) -> bool {
    let FieldType::Table { fields } = &field.field_type else { return false };
    ["question", "answer", "key"].iter().all(|key| fields.iter().any(|column| column.key == *key))
}

/// How a text for programs stands on the page of its record.
#[derive(Clone, Copy)]
enum Source {
    /// As it is.
    Shown,
    /// Where one asks for it.
    Folded,
    /// Likewise, with a page on which it is worked on.
    Edited,
}

/// Fields that hold texts for programs, by kind and key.
const SOURCES: [(&str, &str, Source); 3] = [
    (steward_rule::RULE, "examples", Source::Folded),
    (ITEM, "form", Source::Edited),
    (OVERLAY, "definition", Source::Shown),
];

impl Parts<'_> {
    /// The answers of an order, in the order asked.
    pub(super) fn answers(&self) -> Markup {
        let view = self.view();
        let fields = view.kind.fields.iter().filter(|field| is_answers(field) && view.rights.may_read(field));
        html! {
            @for field in fields {
                @if let Some(Json::Array(rows)) = view.record.field(&field.key) {
                    @let answers: Vec<(&str, &str)> = rows.iter().map(|row| (text(row, "question"), text(row, "answer"))).collect();
                    section.record-text {
                        header.record-text__head { h2.record-text__label { (field.label) } }
                        (answer_list(&answers))
                    }
                }
            }
        }
    }

    /// The articles that the requester had read before the report.
    pub(super) fn read_before(&self) -> Markup {
        let read = &self.head.read_before;
        let Some(kind) = self.web.app().registry().kind(steward_app::deflection::ARTICLE).filter(|_| !read.is_empty())
        else {
            return html! {};
        };
        html! {
            section.record-text {
                header.record-text__head { h2.record-text__label { (t("portal-has-read")) } }
                ul {
                    @for one in read {
                        li {
                            a href=(crate::address::record(kind, &one.article.number)) { (one.article.label) }
                            " " (time::ago(one.at, self.web.app().now(), &self.visitor.preferences.zone))
                        }
                    }
                }
            }
        }
    }

    /// How often an article answered what people were about to report.
    pub(super) fn figures(&self) -> Markup {
        let Some(figures) = self.head.figures else { return html! {} };
        html! {
            p.portal-barred {
                (t_with("portal-article-figures", &[("days", DAYS.into()), ("read", figures.read.into()), ("solved", figures.solved.into())]))
            }
        }
    }

    /// A text that is for programs and not for readers, with the way to work on it.
    pub(super) fn source_text(&self, field: &Field, text: &str) -> Option<Markup> {
        let view = self.view();
        let editor = match SOURCES.iter().find(|(kind, key, _)| view.kind.key == *kind && field.key == *key)?.2 {
            Source::Shown => return Some(html! { pre.source-text tabindex="0" { code { (text) } } }),
            Source::Folded => None,
            Source::Edited => Some(crate::portal::editor_address(view)),
        };
        Some(html! {
            @if let Some(editor) = editor { p { a href=(editor) { (t("portal-edit-form")) } } }
            details { summary { (t("portal-as-text")) } pre.source-text tabindex="0" { code { (text) } } }
        })
    }
}

fn text<'a>(row: &'a Json, key: &str) -> &'a str {
    row.get(key).and_then(Json::as_str).unwrap_or_default()
}
