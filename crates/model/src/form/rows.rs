//! Answers as they are kept on a record: one row for each, in words for people and as a value for reports.

use serde_json::{Map, Value as Json, json};

use super::{Answered, Form, Question, Sort};
use crate::id::RecordId;
use crate::kind::Field;
use crate::value::display_value;

/// Columns of the rows, as the kinds that keep answers define them.
pub fn answer_fields() -> [&'static str; 10] {
    ["question", "answer", "key", "type", "row", "choice", "number", "day", "truth", "record"]
}

impl Form {
    /// The rows of the field `answers`, in stored form. `name` gives the name of a record. A multiple choice has a row
    /// for each choice, a group one for each answer of each of its rows; what was not answered has none.
    pub fn rows(&self, answered: &Answered, name: &dyn Fn(RecordId) -> String) -> Vec<Json> {
        let mut rows = Vec::new();
        let shown = self.questions().filter(|question| answered.shown.contains(&question.field.key));
        for question in shown {
            let key = &question.field.key;
            match (question.sort, answered.record.field(key)) {
                (Sort::MultipleChoice, _) => {
                    let choices = question.choices().map(|choices| choices.0.as_slice()).unwrap_or_default();
                    for choice in choices {
                        if answered.record.field(&question.choice_key(&choice.key)).is_some() {
                            let mut row = row(key, &question.field.label, &choice.label, question.sort);
                            row.insert("choice".to_owned(), json!(choice.key));
                            rows.push(Json::Object(row));
                        }
                    }
                }
                (Sort::Group, Some(Json::Array(lines))) => {
                    for (index, line) in lines.iter().enumerate() {
                        for column in &question.columns {
                            let Some(value) = line.get(&column.field.key) else { continue };
                            let key = format!("{key}.{}", column.field.key);
                            let label = format!("{} {}: {}", question.field.label, index + 1, column.field.label);
                            let mut row = one(column, &key, &label, value, name);
                            row.insert("row".to_owned(), json!(index + 1));
                            rows.push(Json::Object(row));
                        }
                    }
                }
                (_, Some(value)) => rows.push(Json::Object(one(question, key, &question.field.label, value, name))),
                (_, None) => {}
            }
        }
        rows
    }
}

fn row(key: &str, label: &str, answer: &str, sort: Sort) -> Map<String, Json> {
    let mut row = Map::new();
    row.insert("question".to_owned(), json!(label.chars().take(300).collect::<String>()));
    row.insert("answer".to_owned(), json!(answer));
    row.insert("key".to_owned(), json!(key));
    row.insert("type".to_owned(), json!(sort.key()));
    row
}

fn one(
    question: &Question,
    key: &str,
    label: &str,
    value: &Json,
    name: &dyn Fn(RecordId) -> String,
) -> Map<String, Json> {
    let words = words(&question.field, question.sort, value, name);
    let mut row = row(key, label, &words, question.sort);
    let typed = match question.sort {
        Sort::Choice | Sort::MultipleChoice => Some("choice"),
        Sort::Integer | Sort::Decimal => Some("number"),
        Sort::Date => Some("day"),
        Sort::Boolean => Some("truth"),
        Sort::Reference => Some("record"),
        Sort::Text | Sort::LongText | Sort::Group => None,
    };
    let value = match (question.sort, value.as_i64()) {
        // Numbers are kept as decimals, in millionths.
        (Sort::Integer, Some(number)) => number.checked_mul(1_000_000).map(Json::from),
        _ => Some(value.clone()),
    };
    if let Some((column, value)) = typed.zip(value) {
        row.insert(column.to_owned(), value);
    }
    row
}

fn words(field: &Field, sort: Sort, value: &Json, name: &dyn Fn(RecordId) -> String) -> String {
    match (sort, value) {
        (Sort::Boolean, Json::Bool(true)) => "Yes".to_owned(),
        (Sort::Boolean, _) => "No".to_owned(),
        (Sort::Reference, Json::Number(id)) => name(RecordId(id.as_i64().unwrap_or_default())),
        (Sort::LongText, Json::String(text)) => text.split_whitespace().collect::<Vec<_>>().join(" "),
        _ => display_value(field, value),
    }
}
