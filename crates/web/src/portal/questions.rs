//! The questions of a form as a page shows and reads them.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use maud::{Markup, html};
use serde_json::Value as Json;
use steward_app::catalogue::AnsweredForm;
use steward_model::command::Input;
use steward_model::form::{Form, Question, Sort};
use steward_ui::field::{Control, Field as Frame, Picked, field as draw_field};
use steward_ui::form::form_section;
use steward_ui::portal::choice_boxes;
use steward_words::t;

use crate::address;
use crate::form::Form as Sent;
use crate::values::control::{Around, Drawing, Held, control};
use crate::values::input;

/// What is wrong, by question.
pub(super) type Wrong = BTreeMap<String, Vec<String>>;

/// The answers that a form sent; questions that it did not have are absent.
pub(super) fn read(form: &Form, sent: &Sent, zone: &TimeZone) -> Input {
    form.questions()
        .filter_map(|question| {
            let key = &question.field.key;
            let value = match question.sort {
                Sort::MultipleChoice => {
                    let chosen = sent.all(key).filter(|text| !text.is_empty()).map(Json::from);
                    sent.has(key).then(|| chosen.collect())
                }
                _ => input::read_field(&question.field, key, sent, zone),
            };
            Some((key.clone(), value?))
        })
        .collect()
}

/// The questions that are asked as the answers stand. `source` answers suggestions for questions that ask for records.
pub(super) fn draw(
    form: &Form,
    answered: &AnsweredForm,
    typed: &Input,
    wrong: &Wrong,
    (source, zone): (&str, &TimeZone),
) -> Markup {
    html! {
        @for section in &form.sections {
            @let asked: Vec<&Question> = section.questions.iter().filter(|question| answered.answered.shown.contains(&question.field.key)).collect();
            @if !asked.is_empty() {
                (form_section(&section.title, &section.help, html! {
                    @for question in asked { (one(question, answered, typed, wrong, (source, zone))) }
                }))
            }
        }
    }
}

fn one(
    question: &Question,
    answered: &AnsweredForm,
    typed: &Input,
    wrong: &Wrong,
    (source, zone): (&str, &TimeZone),
) -> Markup {
    let key = &question.field.key;
    let errors = wrong.get(key).map(Vec::as_slice).unwrap_or_default();
    let is_required = answered.answered.required.contains(key);
    let frame = Frame {
        name: key,
        label: &question.field.label,
        help: &question.field.help,
        is_required,
        errors,
        ..Frame::default()
    };
    let held = match typed.get(key) {
        Some(typed) => Held::Typed(typed),
        None => answered.answered.record.field(key).map_or(Held::Nothing, Held::Stored),
    };
    match question.sort {
        Sort::MultipleChoice => {
            let chosen = |choice: &str| match typed.get(key) {
                Some(Json::Array(items)) => items.iter().any(|item| item.as_str() == Some(choice)),
                _ => false,
            };
            let choices = question.choices().map(|choices| choices.0.as_slice()).unwrap_or_default();
            let options: Vec<(&str, &str, bool)> = choices
                .iter()
                .map(|choice| (choice.key.as_str(), choice.label.as_str(), chosen(&choice.key)))
                .collect();
            choice_boxes(&frame, &options)
        }
        Sort::Reference => {
            let source = format!("{source}?question={}", address::part(key));
            let text = match held {
                Held::Typed(Json::String(text)) => text.as_str(),
                _ => "",
            };
            let label = answered.labels.numbered(text).map_or("", |label| label.label.as_str());
            let value = (!text.is_empty()).then_some(Picked { value: text, label });
            draw_field(&frame, &Control::Reference { value, source: &source, hint: t("name-or-number") })
        }
        _ => {
            let drawing = Drawing { labels: &answered.labels, zone, scope: "" };
            control(&question.field, held, Around { is_required, is_first: false, errors }, &drawing)
        }
    }
}
