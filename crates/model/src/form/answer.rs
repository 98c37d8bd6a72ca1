//! Answering a form: which questions are asked as the answers stand, and what is wrong with them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use super::{Form, Question, Sort};
use crate::command::Input;
use crate::decide::FieldError;
use crate::filter::Environment;
use crate::id::RecordId;
use crate::kind::{Default, Kind, Requirement};
use crate::moment::Moment;
use crate::record::Record;
use crate::value::{References, parse_value, reference_texts};

/// The records that answers name, looked up before.
pub trait Referred: References {
    /// A record that was found, with its kind.
    fn referred(&self, id: RecordId) -> Option<(&Record, &Kind)>;
}

/// What becomes of answers to questions that are not asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stray {
    /// They are left out: a page sends what was typed before another answer hid the question.
    Dropped,
    /// They are faults: a program should know what it asks for.
    Refused,
}

/// A form with answers.
#[derive(Debug, Clone)]
pub struct Answered {
    /// The answers, by key of the field that stands for them; those to questions that are not asked are absent.
    pub record: Record,
    /// Keys of the questions that are asked.
    pub shown: BTreeSet<String>,
    /// Keys of the questions that must be answered.
    pub required: BTreeSet<String>,
    /// What is wrong, by question.
    pub errors: Vec<FieldError>,
}

impl Form {
    /// The texts in an input that name records, to be looked up before [`Form::answer`].
    pub fn reference_texts(&self, input: &Input) -> BTreeSet<String> {
        let given = self.questions().filter_map(|question| Some((question, input.get(&question.field.key)?)));
        given.flat_map(|(question, value)| reference_texts(&question.field, value)).collect()
    }

    /// Goes through the questions in order: each is asked or not by the answers before it, takes its answer or its
    /// default, and is checked.
    pub fn answer(&self, input: &Input, referred: &dyn Referred, asking: &Environment, stray: Stray) -> Answered {
        let mut answered = Answered {
            record: blank(asking.now),
            shown: BTreeSet::new(),
            required: BTreeSet::new(),
            errors: Vec::new(),
        };
        for section in &self.sections {
            let holds = |filter: &crate::filter::Filter, answered: &Answered| {
                filter.bind(asking).matches_local(&answered.record, &self.kind)
            };
            let section_shown = section.show_when.as_ref().is_none_or(|when| holds(when, &answered));
            for question in &section.questions {
                let key = &question.field.key;
                let given = input.get(key);
                let shown = section_shown && question.show_when.as_ref().is_none_or(|when| holds(when, &answered));
                if !shown {
                    if stray == Stray::Refused && given.is_some_and(|value| !is_blank(value)) {
                        answered.fault(key, "does not apply, as the other answers stand".to_owned());
                    }
                    continue;
                }
                answered.shown.insert(key.clone());
                let required = match &question.field.required {
                    Requirement::Always => true,
                    Requirement::When(when) => holds(when, &answered),
                    Requirement::Never => false,
                };
                if required {
                    answered.required.insert(key.clone());
                }
                let there = self.take(question, given, referred, asking, &mut answered);
                let faulty = answered.errors.iter().any(|error| error.field == *key);
                if required && !there && !faulty {
                    let message = match question.sort {
                        Sort::Boolean => "must be ticked",
                        _ => "is required",
                    };
                    answered.fault(key, message.to_owned());
                }
                if let Some(when) = &question.rules.valid_when
                    && there
                    && !faulty
                    && !holds(when, &answered)
                {
                    answered.fault(key, question.rules.message.clone());
                }
            }
        }
        if stray == Stray::Refused {
            for key in input.keys().filter(|key| self.question(key).is_none()) {
                let known: Vec<&str> = self.questions().map(|question| question.field.key.as_str()).collect();
                let message = match known.as_slice() {
                    [] => "is no question of this form, which has none".to_owned(),
                    known => format!("is no question of this form; there are {}", known.join(", ")),
                };
                answered.fault(key, message);
            }
        }
        answered
    }

    /// Takes the answer to a question that is asked. Whether there is one.
    fn take(
        &self,
        question: &Question,
        given: Option<&Json>,
        referred: &dyn Referred,
        asking: &Environment,
        answered: &mut Answered,
    ) -> bool {
        let key = &question.field.key;
        if question.sort == Sort::MultipleChoice {
            return take_choices(question, given, answered);
        }
        let value = match (given, &question.field.default) {
            (None, Some(Default::Value(value))) => Some(value.clone()),
            (None, _) => None,
            (Some(given), _) => match parse_value(&question.field, given, referred) {
                Ok(value) => value,
                Err(message) => {
                    answered.fault(key, message);
                    return false;
                }
            },
        };
        let Some(value) = value else { return false };
        if let Err(message) = check(question, &value, referred, asking) {
            answered.fault(key, message);
        }
        // A box that is not ticked is an answer, but not to a question that must be.
        let there = value != Json::Bool(false);
        answered.record.fields.insert(key.clone(), value);
        there
    }
}

impl Answered {
    fn fault(&mut self, question: &str, message: String) {
        self.errors.push(FieldError::new(question, message));
    }
}

fn take_choices(question: &Question, given: Option<&Json>, answered: &mut Answered) -> bool {
    let key = &question.field.key;
    let items = match given {
        None | Some(Json::Null) => &[],
        Some(Json::Array(items)) => items.as_slice(),
        Some(_) => {
            answered.fault(key, "must be a list of choices".to_owned());
            return false;
        }
    };
    let choices = question.choices().map(|choices| choices.0.as_slice()).unwrap_or_default();
    for item in items {
        match item.as_str().and_then(|text| choices.iter().find(|choice| choice.key == text)) {
            Some(choice) => {
                answered.record.fields.insert(question.choice_key(&choice.key), Json::Bool(true));
            }
            None => {
                let known: Vec<&str> = choices.iter().map(|choice| choice.key.as_str()).collect();
                answered.fault(key, format!("must be of {}", known.join(", ")));
                return false;
            }
        }
    }
    !items.is_empty()
}

/// What is wrong with an answer of the right type.
fn check(question: &Question, value: &Json, referred: &dyn Referred, asking: &Environment) -> Result<(), String> {
    let rules = &question.rules;
    match (question.sort, value) {
        (Sort::Text | Sort::LongText, Json::String(text)) => {
            let length = text.chars().count();
            if length < rules.min_length {
                return Err(format!("needs at least {} characters, this has {length}", rules.min_length));
            }
            if let Some(most) = rules.max_length.filter(|most| length > *most) {
                return Err(format!("may have at most {most} characters, this has {length}"));
            }
            if rules.pattern.as_ref().is_some_and(|pattern| !pattern.is_match(text)) {
                return Err(rules.message.clone());
            }
        }
        (Sort::Reference, Json::Number(id)) => {
            let named = id.as_i64().and_then(|id| referred.referred(RecordId(id)));
            let fits = match (&rules.limit, named) {
                (None, _) => true,
                (Some(_), None) => false,
                (Some((_, limit)), Some((record, kind))) => limit.bind(asking).matches_local(record, kind),
            };
            if !fits {
                let message = "is not among those that can be chosen here".to_owned();
                return Err(if rules.message.is_empty() { message } else { rules.message.clone() });
            }
        }
        (Sort::Group, Json::Array(rows)) => {
            if rows.len() < rules.min_rows {
                return Err(format!("needs at least {} rows, this has {}", rules.min_rows, rows.len()));
            }
            if rows.len() > rules.max_rows {
                return Err(format!("has at most {} rows, this has {}", rules.max_rows, rows.len()));
            }
            for (index, row) in rows.iter().enumerate() {
                for column in &question.columns {
                    if let Some(cell) = row.get(&column.field.key) {
                        check(column, cell, referred, asking)
                            .map_err(|message| format!("row {}, {}: {message}", index + 1, column.field.label))?;
                    }
                }
            }
        }
        _ => {}
    }
    Ok(())
}

fn is_blank(value: &Json) -> bool {
    match value {
        Json::Null | Json::Bool(false) => true,
        Json::String(text) => text.trim().is_empty(),
        Json::Array(items) => items.is_empty(),
        _ => false,
    }
}

fn blank(now: Moment) -> Record {
    Record {
        id: RecordId(0),
        kind: "answers".to_owned(),
        number: String::new(),
        revision: 0,
        state: "answered".to_owned(),
        organisation: RecordId(0),
        created_at: now,
        updated_at: now,
        created_by: RecordId(0),
        fields: BTreeMap::new(),
        watchers: Vec::new(),
        dues: crate::record::Dues::default(),
    }
}
