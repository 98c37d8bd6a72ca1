//! Stored values as people read them.

use jiff::tz::TimeZone;
use maud::{Markup, html};
use serde_json::Value as Json;
use steward_app::view::{Label, Labels};
use steward_model::id::RecordId;
use steward_model::kind::{Field, FieldType, Kind, Registry};
use steward_model::moment::Moment;
use steward_model::record::Record;
use steward_ui::badge::{Category, Priority};
use steward_ui::icon::Icon;
use steward_ui::person::Person;
use steward_ui::reference::Reference;
use steward_ui::value::{Shown, shown as draw};
use steward_words::t;

use crate::values::{text, time};
use crate::{address, markdown};

/// What showing a value goes by besides the value.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reader<'a> {
    /// All kinds.
    pub(crate) registry: &'a Registry,
    /// Names of records that the reader may see.
    pub(crate) labels: &'a Labels,
    /// The reader's zone.
    pub(crate) zone: &'a TimeZone,
    /// The present moment.
    pub(crate) now: Moment,
}

impl Reader<'_> {
    /// A field of a record.
    pub(crate) fn field(&self, kind: &Kind, record: &Record, field: &Field) -> Markup {
        match record.field(&field.key) {
            None => draw(&Shown::Nothing),
            Some(stored) if field.key == "due_at" => match stored.as_i64() {
                Some(micros) => {
                    let open = kind.lifecycle.category(&record.state).is_open();
                    time::due(Moment(micros), self.now, self.zone, open)
                }
                None => draw(&Shown::Nothing),
            },
            Some(stored) => self.value(field, stored),
        }
    }

    /// A stored value of a field.
    pub(crate) fn value(&self, field: &Field, stored: &Json) -> Markup {
        let plain = || text::text(field, stored);
        match (field.field_type.value_type(), stored) {
            (FieldType::Markdown, Json::String(text)) => draw(&Shown::Article(markdown::render(text))),
            (FieldType::Boolean, Json::Bool(value)) => draw(&Shown::Boolean(*value)),
            (FieldType::Date, Json::String(text)) => draw(&Shown::Text(&time::day(text))),
            (FieldType::Moment, Json::Number(micros)) => {
                time::ago(Moment(micros.as_i64().unwrap_or_default()), self.now, self.zone)
            }
            (FieldType::Integer { .. } | FieldType::Decimal | FieldType::Money | FieldType::Duration, _) => {
                draw(&Shown::Number(&plain()))
            }
            (FieldType::Choice(_), Json::String(key)) if is_priority(field) => {
                draw(&Shown::Priority(Priority::named(key), &plain()))
            }
            (FieldType::Reference { .. }, Json::Number(id)) => {
                self.reference(RecordId(id.as_i64().unwrap_or_default()))
            }
            (FieldType::References { .. }, Json::Array(ids)) => html! {
                ul.references {
                    @for id in ids.iter().filter_map(Json::as_i64) { li { (self.reference(RecordId(id))) } }
                }
            },
            (FieldType::Table { fields }, Json::Array(rows)) => self.table(fields, rows),
            (FieldType::Secret, _) => draw(&Shown::Secret(true)),
            (FieldType::Url, Json::String(text)) => draw(&Shown::Url(text)),
            (FieldType::Mail, Json::String(text)) => draw(&Shown::Mail(text)),
            (FieldType::Phone, Json::String(text)) => draw(&Shown::Phone(text)),
            _ => draw(&Shown::Text(&plain())),
        }
    }

    /// Another record: a person as person, others with icon, number and name.
    pub(crate) fn reference(&self, id: RecordId) -> Markup {
        if id == RecordId::SYSTEM {
            return draw(&Shown::Text(t("steward")));
        }
        let Some(label) = self.labels.get(&id) else { return draw(&Shown::Muted(t("not-visible"))) };
        let Some(kind) = self.registry.kind(&label.kind) else { return draw(&Shown::Text(&label.label)) };
        let address = address::record(kind, &label.number);
        if label.kind == "person" {
            return draw(&Shown::Person(Person { name: &label.label, address: Some(&address) }));
        }
        draw(&Shown::Reference(labelled(kind, label, &address)))
    }

    /// A person's name without link, for lines that are links themselves.
    pub(crate) fn name(&self, id: RecordId) -> &str {
        if id == RecordId::SYSTEM {
            t("steward")
        } else {
            self.labels.get(&id).map_or(t("somebody"), |label| &label.label)
        }
    }

    fn table(&self, columns: &[Field], rows: &[Json]) -> Markup {
        let rows = rows.iter().map(|row| {
            let cell = |column: &Field| {
                row.get(&column.key).map_or(Shown::Nothing, |cell| Shown::Other(self.value(column, cell)))
            };
            columns.iter().map(cell).collect()
        });
        draw(&Shown::Table {
            columns: columns.iter().map(|column| column.label.as_str()).collect(),
            rows: rows.collect(),
        })
    }
}

/// A reference to a record of a kind; the number stands with it only where the name alone would not do.
pub(crate) fn labelled<'a>(kind: &Kind, label: &'a Label, address: &'a str) -> Reference<'a> {
    let number = if kind.label_public || label.number == label.label { "" } else { label.number.as_str() };
    Reference { number, label: &label.label, address: Some(address), icon: Some(Icon::named(&kind.icon)), state: None }
}

/// The state of a record.
pub(crate) fn state(kind: &Kind, key: &str) -> Markup {
    let label = kind.lifecycle.state(key).map_or(key, |state| state.label.as_str());
    draw(&Shown::State(category(kind, key), label))
}

/// The category of a state for its mark.
pub(crate) fn category(kind: &Kind, key: &str) -> Category {
    Category::named(kind.lifecycle.category(key).key())
}

fn is_priority(field: &Field) -> bool {
    matches!(field.key.as_str(), "priority" | "priority_override")
}
