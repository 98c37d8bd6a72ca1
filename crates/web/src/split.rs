//! Something that was said on a record becomes a record of its own.

use maud::{Markup, html};
use serde_json::Value as Json;
use steward_app::error::Error;
use steward_app::view::RecordView;
use steward_model::command::Input;
use steward_model::event::{Act, Audience};
use steward_model::kind::{Field, FieldType, Kind, Level};

use crate::Web;
use crate::form::Form;
use crate::visitor::Visitor;

/// The link from what was split off to where it came from.
const LINK: &str = "split_from";
/// Longest title that is made of words, in characters.
const TITLE_MAX: usize = 120;
/// What a part shares with the whole that it is split off from.
const SHARED: [&str; 6] = ["requester", "service", "service_offering", "configuration_items", "location", "category"];

/// What is split off: the record, and the entry of its journal.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Part<'a> {
    record: &'a str,
    entry: i64,
}

impl<'a> Part<'a> {
    /// As an address or a form names it.
    pub(crate) fn named(form: &'a Form) -> Option<Self> {
        Some(Self { record: form.text("split")?, entry: form.text("entry")?.parse().ok()? })
    }

    /// The values with which the form of the new record begins: what was said, and what both have in common.
    ///
    /// # Errors
    /// [`Error::NotFound`] where the reader sees no such record or no such words.
    pub(crate) async fn values(
        self,
        web: &Web,
        visitor: &Visitor,
        kind: &std::sync::Arc<Kind>,
        level: Level,
    ) -> Result<Input, Error> {
        let whole = web.app().get(visitor.actor(), kind, self.record, None).await?;
        let before = self.entry.saturating_sub(1).max(0);
        let page = web.app().journal(visitor.actor(), kind, self.record, before, 1).await?;
        let event = page.entries.into_iter().find(|event| event.seq == self.entry).ok_or(Error::NotFound)?;
        let Act::Commented { body, audience: Audience::Public } = &event.act else { return Err(Error::NotFound) };
        let mut values = Input::new();
        let mut put = |key: &str, value: Json| {
            let may = kind.field(key).is_some_and(|field| field.write.is_some_and(|needed| needed <= level));
            if may {
                values.insert(key.to_owned(), value);
            }
        };
        put(&kind.label_field, Json::from(title(body)));
        put("description", Json::from(body.as_str()));
        for key in SHARED {
            if let Some(value) = kind.field(key).and_then(|field| shared(&whole, field)) {
                put(key, value);
            }
        }
        Ok(values)
    }

    /// Keeps with the form where it came from.
    pub(crate) fn hidden(self) -> Markup {
        html! {
            input type="hidden" name="split" value=(self.record);
            input type="hidden" name="entry" value=(self.entry);
        }
    }
}

/// The links of a new record that was split off.
pub(crate) fn links(form: &Form) -> Vec<(String, String)> {
    Part::named(form).map(|part| (LINK.to_owned(), part.record.to_owned())).into_iter().collect()
}

/// A value as a form takes it: references by number.
fn shared(whole: &RecordView, field: &Field) -> Option<Json> {
    let stored = whole.record.field(&field.key)?;
    let number = |id: &Json| {
        let label = whole.labels.get(&steward_model::id::RecordId(id.as_i64()?))?;
        Some(Json::from(label.number.as_str()))
    };
    match field.field_type {
        FieldType::Reference { .. } => number(stored),
        FieldType::References { .. } => Some(Json::from_iter(stored.as_array()?.iter().filter_map(number))),
        _ => Some(stored.clone()),
    }
}

/// The first line of what was said.
fn title(body: &str) -> String {
    let line = body.lines().map(|line| line.trim_start_matches(['#', '>', '*', '-', ' ']).trim());
    let line = line.into_iter().find(|line| !line.is_empty()).unwrap_or_default();
    match line.char_indices().nth(TITLE_MAX) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}
