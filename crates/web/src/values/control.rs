//! Fields as controls of a form, made from the kind: one place for every type.

use jiff::tz::TimeZone;
use maud::Markup;
use serde_json::Value as Json;
use steward_app::view::Labels;
use steward_model::id::RecordId;
use steward_model::kind::{Choices, Field, FieldType, Requirement};
use steward_model::moment::Moment;
use steward_model::value::{display_value, render_value};
use steward_ui::field::{ChoiceOption, Control, Field as Frame, Picked, TableColumn, field as draw};
use steward_words::t;

use crate::address;
use crate::values::time;

/// Currencies on offer; one that a record holds is offered besides.
const CURRENCIES: [&str; 7] = ["EUR", "USD", "GBP", "CHF", "SEK", "NOK", "DKK"];

/// What drawing a control goes by besides field and value.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Drawing<'a> {
    /// Names of the records that values refer to.
    pub(crate) labels: &'a Labels,
    /// The reader's zone, and its name.
    pub(crate) zone: &'a TimeZone,
    /// Put before names in ids.
    pub(crate) scope: &'a str,
}

/// Around a control.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Around<'a> {
    /// Whether it must not be empty.
    pub(crate) is_required: bool,
    /// Whether the cursor stands in it.
    pub(crate) is_first: bool,
    /// What is wrong with it.
    pub(crate) errors: &'a [String],
}

/// A value of a control: stored in a record, or as it was typed and refused.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Held<'a> {
    /// None.
    Nothing,
    /// In the stored form.
    Stored(&'a Json),
    /// In the form that a form sent.
    Typed(&'a Json),
}

/// The field of a kind as part of a form.
pub(crate) fn control<'a>(field: &'a Field, held: Held<'a>, around: Around<'_>, drawing: &Drawing<'a>) -> Markup {
    let frame = Frame {
        name: &field.key,
        scope: drawing.scope,
        label: &field.label,
        help: &field.help,
        is_required: around.is_required,
        is_first: around.is_first,
        errors: around.errors,
    };
    let texts = Texts::of(field, held, drawing);
    draw(&frame, &texts.control())
}

/// A control with the texts that it borrows.
#[derive(Debug)]
struct Texts<'a> {
    field: &'a Field,
    value: String,
    currency: String,
    source: String,
    zone: String,
    picked: Vec<Picked<'a>>,
    options: Vec<ChoiceOption<'a>>,
    columns: Vec<TableColumn<'a>>,
    rows: Vec<Vec<Texts<'a>>>,
    empty: Vec<Texts<'a>>,
}

impl<'a> Texts<'a> {
    fn of(field: &'a Field, held: Held<'a>, drawing: &Drawing<'a>) -> Self {
        let mut texts = Self {
            field,
            value: String::new(),
            currency: "EUR".to_owned(),
            source: String::new(),
            zone: drawing.zone.iana_name().unwrap_or("UTC").to_owned(),
            picked: Vec::new(),
            options: Vec::new(),
            columns: Vec::new(),
            rows: Vec::new(),
            empty: Vec::new(),
        };
        match &field.field_type {
            FieldType::Choice(choices) => {
                texts.options = options(choices);
                texts.value = text(held);
            }
            FieldType::Money => texts.money(held),
            FieldType::Reference { kinds } | FieldType::References { kinds } => {
                texts.source = address::pick(kinds.iter().map(String::as_str));
                texts.picked = picked(held, drawing.labels);
            }
            FieldType::Table { fields } => texts.table(fields, held, drawing),
            FieldType::Secret => {}
            FieldType::Moment => texts.value = moment(held, drawing.zone),
            FieldType::Duration => {
                texts.value = match held {
                    Held::Stored(stored) => display_value(field, stored),
                    other => text(other),
                }
            }
            _ => {
                texts.value = match held {
                    Held::Stored(stored) => plain(&render_value(field, stored)),
                    other => text(other),
                }
            }
        }
        if matches!(field.field_type, FieldType::Secret) && matches!(held, Held::Stored(_)) {
            texts.value = "set".to_owned();
        }
        texts
    }

    fn money(&mut self, held: Held<'_>) {
        let rendered = match held {
            Held::Stored(stored) => render_value(self.field, stored),
            Held::Typed(typed) => typed.clone(),
            Held::Nothing => return,
        };
        self.value = rendered.get("amount").map(plain).unwrap_or_default();
        if let Some(currency) = rendered.get("currency").and_then(Json::as_str) {
            currency.clone_into(&mut self.currency);
        }
    }

    fn table(&mut self, fields: &'a [Field], held: Held<'a>, drawing: &Drawing<'a>) {
        self.columns = fields
            .iter()
            .map(|column| TableColumn {
                key: &column.key,
                label: &column.label,
                is_required: column.required == Requirement::Always,
            })
            .collect();
        let rows = match held {
            Held::Stored(Json::Array(rows)) | Held::Typed(Json::Array(rows)) => rows.as_slice(),
            _ => &[],
        };
        for row in rows {
            let cells = fields.iter().map(|column| Self::of(column, held.within(row.get(&column.key)), drawing));
            self.rows.push(cells.collect());
        }
        self.empty = fields.iter().map(|column| Self::of(column, Held::Nothing, drawing)).collect();
    }

    fn control(&self) -> Control<'_> {
        let value = self.value.as_str();
        match self.field.field_type.value_type() {
            FieldType::Text { max_length } => Control::Text { value, max_length: Some(*max_length) },
            FieldType::Markdown => Control::Markdown { value },
            FieldType::Integer { min, max } => Control::Integer { value, min: *min, max: *max },
            FieldType::Decimal => Control::Decimal { value },
            FieldType::Money => Control::Money { amount: value, currency: &self.currency, currencies: &CURRENCIES },
            FieldType::Boolean => Control::Boolean { value: value == "true" },
            FieldType::Date => Control::Date { value },
            FieldType::Moment => Control::Moment { value, zone: &self.zone },
            FieldType::Duration => Control::Duration { value },
            FieldType::Choice(_) => Control::Choice { value, options: &self.options },
            FieldType::Reference { .. } => Control::Reference {
                value: self.picked.first().copied(),
                source: &self.source,
                hint: t("name-or-number"),
            },
            FieldType::References { .. } => {
                Control::References { values: &self.picked, source: &self.source, hint: t("name-or-number") }
            }
            FieldType::Url => Control::Url { value },
            FieldType::Mail => Control::Mail { value },
            FieldType::Phone => Control::Phone { value },
            FieldType::Table { .. } => Control::Table {
                columns: &self.columns,
                rows: self.rows.iter().map(|row| row.iter().map(Self::control).collect()).collect(),
                empty: self.empty.iter().map(Self::control).collect(),
            },
            FieldType::Secret | FieldType::Computed { .. } => Control::Secret { is_set: !value.is_empty() },
        }
    }
}

impl<'a> Held<'a> {
    /// A part of the value, held in the same form.
    fn within(self, part: Option<&'a Json>) -> Self {
        match (self, part) {
            (Self::Stored(_), Some(part)) => Self::Stored(part),
            (Self::Typed(_), Some(part)) => Self::Typed(part),
            _ => Self::Nothing,
        }
    }
}

fn text(held: Held<'_>) -> String {
    match held {
        Held::Nothing => String::new(),
        Held::Stored(value) | Held::Typed(value) => plain(value),
    }
}

fn plain(value: &Json) -> String {
    match value {
        Json::Null => String::new(),
        Json::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn moment(held: Held<'_>, zone: &TimeZone) -> String {
    match held {
        Held::Stored(stored) => time::for_control(Moment(stored.as_i64().unwrap_or_default()), zone),
        // What was typed was read as an instant where it could be.
        Held::Typed(Json::String(text)) => {
            Moment::parse(text).map_or_else(|| text.clone(), |moment| time::for_control(moment, zone))
        }
        other => text(other),
    }
}

/// The records that a value names: by number where the reader may see them, as typed otherwise.
fn picked<'a>(held: Held<'a>, labels: &'a Labels) -> Vec<Picked<'a>> {
    let one = |value: &'a Json| match value {
        Json::Number(id) => {
            let label = labels.get(&RecordId(id.as_i64().unwrap_or_default()))?;
            Some(Picked { value: &label.number, label: &label.label })
        }
        Json::String(text) if !text.trim().is_empty() => {
            let known = labels.numbered(text);
            Some(Picked { value: text, label: known.map_or("", |label| &label.label) })
        }
        _ => None,
    };
    match held {
        Held::Nothing => Vec::new(),
        Held::Stored(Json::Array(items)) | Held::Typed(Json::Array(items)) => items.iter().filter_map(one).collect(),
        Held::Stored(value) | Held::Typed(value) => one(value).into_iter().collect(),
    }
}

/// Choices with their depth, each below the one it belongs to.
fn options(choices: &Choices) -> Vec<ChoiceOption<'_>> {
    let mut options = Vec::with_capacity(choices.0.len());
    add_options(choices, None, 0, &mut options);
    options
}

fn add_options<'a>(choices: &'a Choices, parent: Option<&str>, depth: usize, options: &mut Vec<ChoiceOption<'a>>) {
    for choice in choices.0.iter().filter(|choice| choice.parent.as_deref() == parent) {
        options.push(ChoiceOption { key: &choice.key, label: &choice.label, depth, is_inactive: choice.inactive });
        add_options(choices, Some(&choice.key), depth + 1, options);
    }
}
