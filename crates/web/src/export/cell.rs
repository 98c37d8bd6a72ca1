//! One value of a list as a cell of a file: typed where programs calculate with it, in words where people read it.

use serde_json::Value as Json;
use steward_app::view::RecordView;
use steward_model::kind::{Field, FieldType, Kind};
use steward_model::moment::Moment;
use steward_model::value::render_value;
use steward_words::t;

use crate::kind_form::plain;
use crate::list::columns::Shape;

/// A cell.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cell {
    /// Nothing.
    Nothing,
    /// Words.
    Text(String),
    /// A number.
    Number(f64),
    /// An instant.
    Moment(Moment),
    /// A day, `YYYY-MM-DD`.
    Day(String),
}

/// What stands over the columns.
pub(super) fn headings(kind: &Kind, columns: &[Shape<'_>]) -> Vec<String> {
    let title = kind.field(&kind.label_field).map_or(t("title"), |field| field.label.as_str());
    columns.iter().map(|shape| if *shape == Shape::Title { title } else { shape.label() }.to_owned()).collect()
}

/// A record as cells.
pub(super) fn cells(kind: &Kind, columns: &[Shape<'_>], view: &RecordView) -> Vec<Cell> {
    let record = &view.record;
    let cell = |shape: &Shape<'_>| match shape {
        Shape::Title => Cell::Text(record.text(&kind.label_field).to_owned()),
        Shape::Number => Cell::Text(record.number.clone()),
        Shape::State => {
            let state = kind.lifecycle.state(&record.state);
            Cell::Text(state.map_or_else(|| record.state.clone(), |state| state.label.clone()))
        }
        Shape::Organisation => {
            view.labels.get(&record.organisation).map_or(Cell::Nothing, |label| Cell::Text(label.label.clone()))
        }
        Shape::Updated => Cell::Moment(record.updated_at),
        Shape::Created => Cell::Moment(record.created_at),
        Shape::Due => record.dues.next_due.map_or(Cell::Nothing, Cell::Moment),
        Shape::Field(field) => record.field(&field.key).map_or(Cell::Nothing, |stored| of_field(field, stored, view)),
    };
    columns.iter().map(cell).collect()
}

fn of_field(field: &Field, stored: &Json, view: &RecordView) -> Cell {
    let words = || Cell::Text(plain(field, stored, &view.labels));
    match (field.field_type.value_type(), stored) {
        (FieldType::Integer { .. }, Json::Number(number)) => number.as_f64().map_or_else(words, Cell::Number),
        (FieldType::Decimal, stored) => {
            let text = render_value(field, stored);
            text.as_str().and_then(|text| text.parse().ok()).map_or_else(words, Cell::Number)
        }
        (FieldType::Moment, Json::Number(micros)) => Cell::Moment(Moment(micros.as_i64().unwrap_or_default())),
        (FieldType::Date, Json::String(day)) => Cell::Day(day.clone()),
        (FieldType::Secret, _) => Cell::Nothing,
        _ => words(),
    }
}
