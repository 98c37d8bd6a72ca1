//! Forms made from kinds: which fields, in which sections, with what is in them and what is wrong.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use maud::{Markup, html};
use serde_json::Value as Json;
use steward_app::error::Error;
use steward_app::view::{Labels, RecordView};
use steward_model::command::Input;
use steward_model::decide::{FieldConflict, FieldError};
use steward_model::id::RecordId;
use steward_model::kind::{Field, FieldType, Kind, Requirement};
use steward_model::record::Record;
use steward_ui::form::{ErrorSummary, error_summary, folded_section, form_section};
use steward_words::{refusal, t, t_with};

use crate::Web;
use crate::values::control::{Around, Drawing, Held, control};
use crate::values::text;
use crate::visitor::Visitor;

/// What a form has in it when it appears.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Filling<'a> {
    /// The record, when there is one.
    pub(crate) record: Option<&'a Record>,
    /// What was typed, when the form comes back, or what an address asked to fill in.
    pub(crate) typed: Option<&'a Input>,
    /// Names of the records that values refer to.
    pub(crate) labels: &'a Labels,
    /// The reader's zone.
    pub(crate) zone: &'a TimeZone,
    /// Whether it takes the place of a form in which somebody is typing: the focus stays where it is.
    pub(crate) is_refreshed: bool,
}

/// What is wrong with a form, by field; under the empty key what concerns no field of it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Faults(BTreeMap<String, Vec<String>>);

impl Faults {
    /// The faults of a use case, or the error itself when it is of another sort.
    pub(crate) fn of(error: Error, kind: &Kind, labels: &Labels) -> Result<Self, Error> {
        let mut faults = Self::default();
        match error {
            Error::Invalid(errors) => errors
                .into_iter()
                .for_each(|FieldError { field, message }| faults.add(&field, refusal(&message).into_owned())),
            Error::Illegal { message, .. } => faults.add("", sentence(&refusal(&message))),
            Error::Conflict { fields, .. } => {
                for conflict in &fields {
                    faults.add(&conflict.field, conflict_words(kind, conflict, labels));
                }
            }
            other => return Err(other),
        }
        Ok(faults)
    }

    /// The faults of a change to a record, with the names of those who were first.
    pub(crate) async fn of_change(
        web: &Web,
        visitor: &Visitor,
        view: &RecordView,
        error: Error,
    ) -> Result<Self, Error> {
        let mut labels = view.labels.clone();
        if let Error::Conflict { fields, .. } = &error {
            labels = labels.and(&web.app().conflict_labels(visitor.actor(), &view.kind, fields).await?);
        }
        Self::of(error, &view.kind, &labels)
    }

    /// Whether anything is wrong beside this one field.
    pub(crate) fn beyond(&self, field: &str) -> bool {
        self.0.keys().any(|key| key != field)
    }

    fn add(&mut self, field: &str, message: String) {
        self.0.entry(field.to_owned()).or_default().push(message);
    }

    /// What is wrong with one field.
    pub(crate) fn on(&self, field: &str) -> &[String] {
        self.0.get(field).map(Vec::as_slice).unwrap_or_default()
    }

    /// What is wrong, at the head of the form, with links to its fields.
    pub(crate) fn summary(&self, kind: &Kind, shown: &[&str]) -> Markup {
        if self.0.is_empty() {
            return html! {};
        }
        let named = |field: &str| match (kind.field(field), field) {
            (Some(field), _) => field.label.clone(),
            (None, "current_password") => t("your-password").to_owned(),
            (None, "comment") => t("comment").to_owned(),
            (None, other) => other.to_owned(),
        };
        let lines: Vec<(String, String)> = self
            .0
            .iter()
            .flat_map(|(field, messages)| messages.iter().map(move |message| (field, message)))
            .map(|(field, message)| {
                let id = if shown.contains(&field.as_str()) { field.clone() } else { String::new() };
                let message = if field.is_empty() || field == "files" {
                    sentence(message)
                } else {
                    t_with("field-fault", &[("field", (&named(field)).into()), ("fault", message.into())])
                };
                (id, message)
            })
            .collect();
        let title = if lines.len() == 1 { t("one-fault") } else { t("some-faults") };
        error_summary(&ErrorSummary { title, errors: &lines })
    }
}

/// Somebody else changed what one was about to change.
fn conflict_words(kind: &Kind, conflict: &FieldConflict, labels: &Labels) -> String {
    let value = |stored: &Option<Json>| match (kind.field(&conflict.field), stored) {
        (_, None) => t("conflict-nothing").to_owned(),
        (Some(field), Some(stored)) => plain(field, stored, labels),
        (None, Some(stored)) => stored.to_string(),
    };
    let who = labels.get(&conflict.by).map_or(t("conflict-somebody"), |label| &label.label);
    let (theirs, yours) = (value(&conflict.theirs), value(&conflict.yours));
    t_with("conflict", &[("theirs", (&theirs).into()), ("who", who.into()), ("yours", (&yours).into())])
}

/// A stored value as plain text, records by name where the reader may see it.
pub(crate) fn plain(field: &Field, stored: &Json, labels: &Labels) -> String {
    let named = |id: i64| labels.get(&RecordId(id)).map_or(t("not-visible-value"), |label| label.label.as_str());
    match (field.field_type.value_type(), stored) {
        (FieldType::Reference { .. }, Json::Number(id)) => named(id.as_i64().unwrap_or_default()).to_owned(),
        (FieldType::References { .. }, Json::Array(ids)) => {
            ids.iter().filter_map(Json::as_i64).map(named).collect::<Vec<_>>().join(", ")
        }
        _ => text::text(field, stored),
    }
}

/// A text with a capital at its beginning.
pub(crate) fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().collect::<String>()).unwrap_or_default();
    format!("{first}{}", letters.as_str())
}

/// The fields of a form in their sections: the first section and those with something required or wrong stand open.
pub(crate) fn sections<'a>(kind: &'a Kind, fields: &[&'a Field], filling: &Filling<'a>, faults: &Faults) -> Markup {
    let mut left: Vec<&Field> = fields.to_vec();
    let mut parts: Vec<(&str, Vec<&'a Field>)> = Vec::new();
    for section in &kind.form {
        let own: Vec<&Field> =
            section.fields.iter().filter_map(|key| fields.iter().find(|field| field.key == *key)).copied().collect();
        left.retain(|field| !own.iter().any(|other| other.key == field.key));
        if !own.is_empty() {
            parts.push((&section.label, own));
        }
    }
    if !left.is_empty() {
        parts.push((t("more"), left));
    }
    let first_fault = fields.iter().find(|field| !faults.on(&field.key).is_empty()).map(|field| field.key.as_str());
    html! {
        @for (index, (label, own)) in parts.iter().enumerate() {
            @let content = html! {
                @for (place, field) in own.iter().enumerate() {
                    @let focus = !filling.is_refreshed && first_fault.map_or(index == 0 && place == 0, |fault| fault == field.key);
                    (one(field, filling, faults, is_required(kind, field, filling.record), focus))
                }
            };
            @let open = index == 0 || own.iter().any(|field| is_required(kind, field, filling.record) || !faults.on(&field.key).is_empty());
            @if open { (form_section(label, "", content)) } @else { (folded_section(label, false, content)) }
        }
    }
}

/// One field of a form.
pub(crate) fn one<'a>(
    field: &'a Field,
    filling: &Filling<'a>,
    faults: &Faults,
    required: bool,
    is_first: bool,
) -> Markup {
    let held = match filling.typed.and_then(|typed| typed.get(&field.key)) {
        Some(typed) => Held::Typed(typed),
        None => filling.record.and_then(|record| record.field(&field.key)).map_or(Held::Nothing, Held::Stored),
    };
    let held = match (held, filling.record, &field.default) {
        (Held::Nothing, None, Some(steward_model::kind::Default::Value(value))) => Held::Stored(value),
        (held, _, _) => held,
    };
    let drawing = Drawing { labels: filling.labels, zone: filling.zone, scope: "" };
    control(field, held, Around { is_required: required, is_first, errors: faults.on(&field.key) }, &drawing)
}

/// Whether a field must not be empty on a record as it is.
fn is_required(kind: &Kind, field: &Field, record: Option<&Record>) -> bool {
    match (&field.required, record) {
        (Requirement::Always, _) => true,
        (Requirement::When(condition), Some(record)) => condition.matches_local(record, kind),
        (Requirement::When(_) | Requirement::Never, _) => false,
    }
}

/// Whether every record that a value names has a name that the reader may see; a form with it would drop the others.
pub(crate) fn shows_whole(field: &Field, stored: Option<&Json>, labels: &Labels) -> bool {
    let Some(stored) = stored else { return true };
    let mut named = std::collections::BTreeSet::new();
    steward_app::view::collect_references(field, stored, &mut named);
    named.iter().all(|id| labels.contains_key(id))
}

/// The values that differ from those of the record that the form was made from.
pub(crate) fn changed(kind: &Kind, record: &Record, sent: Input, labels: &Labels) -> Input {
    sent.into_iter()
        .filter(|(key, value)| {
            let Some(field) = kind.field(key) else { return true };
            let before = record.field(key);
            !is_same(field, before, value, labels)
        })
        .collect()
}

/// Whether a value from a form says what is stored: compared in the form that the control would have sent.
fn is_same(field: &Field, before: Option<&Json>, sent: &Json, labels: &Labels) -> bool {
    use steward_model::value::{NoReferences, parse_value};
    let number = |id: i64| labels.get(&RecordId(id)).map(|label| label.number.clone());
    match (field.field_type.value_type(), before) {
        (FieldType::Reference { .. }, before) => {
            let before = before.and_then(Json::as_i64).and_then(number).unwrap_or_default();
            sent.as_str().unwrap_or_default().trim() == before
        }
        (FieldType::References { .. }, before) => {
            let ids = before.and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
            let before: Vec<Json> = ids.iter().filter_map(Json::as_i64).filter_map(number).map(Json::from).collect();
            sent.as_array().map(Vec::as_slice).unwrap_or_default() == before
        }
        // An unticked box is as good as nothing.
        (FieldType::Boolean, None) => *sent == Json::Bool(false),
        (FieldType::Moment, Some(before)) => {
            // Controls of moments go to the minute.
            let minute = |micros: i64| micros.div_euclid(60_000_000);
            let sent = parse_value(field, sent, &NoReferences).ok().flatten().and_then(|sent| sent.as_i64());
            sent.map(minute) == before.as_i64().map(minute)
        }
        (FieldType::Table { fields }, before) => {
            let rows = before.and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
            let sent = sent.as_array().map(Vec::as_slice).unwrap_or_default();
            rows.len() == sent.len()
                && rows.iter().zip(sent).all(|(row, sent)| {
                    fields.iter().all(|column| {
                        let sent = sent.get(&column.key).unwrap_or(&Json::Null);
                        is_same(column, row.get(&column.key), sent, labels)
                    })
                })
        }
        (_, before) => match parse_value(field, sent, &NoReferences) {
            Ok(sent) => sent.as_ref() == before,
            Err(_) => false,
        },
    }
}
