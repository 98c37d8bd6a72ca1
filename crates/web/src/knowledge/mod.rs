//! Articles on pages: read, written, compared and judged, and found beside the work on other records.

mod overview;
pub(crate) mod reading;
mod said;
mod versions;
pub(crate) mod work;
mod write;

use std::sync::Arc;

use steward_app::error::Error;
use steward_app::knowledge::ARTICLE;
use steward_app::view::RecordView;
use steward_model::kind::Kind;
use steward_model::record::Record;
use steward_ui::button::Button;

use crate::Web;
use crate::visitor::Visitor;

pub(crate) use overview::{quality, translations as translation_gaps};
pub(crate) use said::{flag, flag_form, helpful};
pub(crate) use versions::{page as versions, restore};
pub(crate) use write::{begin_translation, page as write, save, translation_form};

/// The kind of articles, for an address of one.
fn article_kind(web: &Web, kinds: &str) -> Result<Arc<Kind>, Error> {
    let kind = web.app().kind_by_plural(kinds)?;
    if kind.key == ARTICLE { Ok(kind.clone()) } else { Err(Error::NotFound) }
}

/// The name of a language in itself.
fn language_name<'k>(kind: &'k Kind, language: &'k str) -> &'k str {
    let choices = kind.field("language").and_then(|field| field.field_type.choices());
    choices.and_then(|choices| choices.find(language)).map_or(language, |choice| &choice.label)
}

/// The label of a part of an article.
fn part_name<'k>(kind: &'k Kind, key: &'k str) -> &'k str {
    kind.field(key).map_or(key, |field| &field.label)
}

/// An article by the number in the address, as the visitor may see it.
async fn article(web: &Web, visitor: &Visitor, kinds: &str, name: &str) -> Result<RecordView, Error> {
    let kind = article_kind(web, kinds)?;
    web.app().get(visitor.actor(), &kind, name, None).await
}

/// Whether the record is an article.
pub(crate) fn is_article(record: &Record) -> bool {
    record.kind == ARTICLE
}

/// A plain button that says this.
fn plain(label: &str) -> Button<'_> {
    Button { label, ..Button::default() }
}
