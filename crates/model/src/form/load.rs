//! Reading a form from its text: every fault at once, each with its line and question.
//!
//! Two phases, as with kinds: first all questions, then the conditions. A condition may look at questions before its own
//! only, so that one pass from the first to the last question decides what is asked.

use std::collections::BTreeSet;
use std::ops::Range;

use regex::RegexBuilder;
use serde_json::Value as Json;

use super::document::{Document, QuestionItem, Word};
use super::{Form, FormError, GROUP_ROWS_MAX, QUESTIONS_MAX, Question, Rules, Section, Sort, TEXT_MAX};
use crate::filter::{Attribute, Filter};
use crate::kind::{
    ATTRIBUTES, Category, Choice, Choices, Default, FILTER_WORDS, Field, FieldType, Kind, Level, Lifecycle, Numbering,
    Registry, Requirement, State, Unfit,
};
use crate::value::{NoReferences, parse_value};

/// Kinds that a question may ask for.
const TARGETS: [&str; 4] = ["configuration_item", "person", "location", "service"];
/// Longest line and longest text, in characters; also the longest stored answer.
const LINE_MAX: usize = 300;
const TEXT_ANSWER_MAX: usize = 4000;
/// Names of what is asked with every order, and of what every form sends.
const TAKEN: [&str; 5] = ["csrf_token", "revision", "comment", "form", "do"];
const TAKEN_PREFIX: &str = "order_";
/// Most memory of a pattern when it is compiled, in bytes.
const PATTERN_SIZE: usize = 1 << 18;

impl Form {
    /// Reads a form. An empty text is a form without questions.
    ///
    /// # Errors
    /// Every fault found, with line and question.
    pub fn parse(text: &str, registry: &Registry) -> Result<Self, Vec<FormError>> {
        let mut faults = Faults { text, found: Vec::new() };
        if text.len() > TEXT_MAX {
            faults.add(0..0, "", format!("a form has at most {TEXT_MAX} bytes"));
            return Err(faults.found);
        }
        let document = match toml::from_str::<Document>(text) {
            Ok(document) => document,
            Err(error) => {
                faults.add(error.span().unwrap_or_default(), "", error.message().trim_end().to_owned());
                return Err(faults.found);
            }
        };
        let mut parts: Vec<(Section, Option<&Word>, &[QuestionItem])> = Vec::new();
        if !document.question.is_empty() {
            parts.push((section("", ""), None, &document.question));
        }
        for item in &document.section {
            parts.push((section(&item.title, &item.help), item.show_when.as_ref(), &item.question));
        }
        let mut seen = BTreeSet::new();
        for (section, _, items) in &mut parts {
            for item in *items {
                if let Some(question) = build(item, false, registry, &mut faults) {
                    check_key(item, &question, &mut seen, &mut faults);
                    section.questions.push(question);
                }
            }
        }
        let count = parts.iter().flat_map(|(section, ..)| &section.questions).map(|one| 1 + one.columns.len());
        if count.sum::<usize>() > QUESTIONS_MAX {
            faults.add(0..0, "", format!("a form has at most {QUESTIONS_MAX} questions"));
        }
        if !faults.found.is_empty() {
            return Err(faults.found);
        }
        add_conditions(&mut parts, registry, &mut faults);
        let sections: Vec<Section> = parts.into_iter().map(|(section, ..)| section).collect();
        let kind = blank_kind(sections.iter().flat_map(|section| &section.questions).flat_map(fields_of).collect());
        if faults.found.is_empty() { Ok(Self { sections, kind }) } else { Err(faults.found) }
    }
}

fn section(title: &str, help: &str) -> Section {
    Section { title: title.to_owned(), help: help.to_owned(), show_when: None, questions: Vec::new() }
}

struct Faults<'a> {
    text: &'a str,
    found: Vec<FormError>,
}

impl Faults<'_> {
    fn add(&mut self, at: Range<usize>, question: &str, message: String) {
        let line = 1 + self.text.bytes().take(at.start).filter(|byte| *byte == b'\n').count();
        self.found.push(FormError { line, question: question.to_owned(), message });
    }
}

/// The fields that stand for the answer of a question: one, or for a multiple choice one for each choice.
pub(super) fn fields_of(question: &Question) -> Vec<Field> {
    match (question.sort, question.choices()) {
        (Sort::MultipleChoice, Some(choices)) => choices
            .0
            .iter()
            .map(|choice| Field {
                key: question.choice_key(&choice.key),
                label: choice.label.clone(),
                field_type: FieldType::Boolean,
                required: Requirement::Never,
                default: None,
                ..question.field.clone()
            })
            .collect(),
        _ => vec![question.field.clone()],
    }
}

/// A kind whose records are answers.
pub(super) fn blank_kind(fields: Vec<Field>) -> Kind {
    let state = State { key: "answered".to_owned(), label: "Answered".to_owned(), category: Category::New };
    Kind {
        key: "answers".to_owned(),
        plural: "answers".to_owned(),
        label: "Answers".to_owned(),
        label_plural: "Answers".to_owned(),
        description: String::new(),
        practice: "request".to_owned(),
        icon: "circle".to_owned(),
        numbering: Numbering { prefix: "A".to_owned(), digits: 1 },
        label_field: String::new(),
        label_public: false,
        navigation: false,
        configuration: false,
        automatic: false,
        fields,
        classes: Vec::new(),
        lifecycle: Lifecycle { initial: "answered".to_owned(), states: vec![state], transitions: Vec::new() },
        on_comment: Vec::new(),
        approval: None,
        family: None,
        merging: None,
        follow_up: None,
        form: Vec::new(),
        list_columns: Vec::new(),
        board_column: None,
        intervals: Vec::new(),
    }
}

/// What each sort takes beyond what all take.
fn takes(sort: Sort) -> &'static [&'static str] {
    match sort {
        Sort::Text | Sort::LongText => &["min_length", "max_length", "pattern", "default"],
        Sort::Integer => &["min", "max", "default"],
        Sort::Decimal | Sort::Date | Sort::Boolean => &["default"],
        Sort::Choice => &["choices", "default"],
        Sort::MultipleChoice => &["choices"],
        Sort::Reference => &["target", "limit"],
        Sort::Group => &["question", "min_rows", "max_rows"],
    }
}

fn build(item: &QuestionItem, is_column: bool, registry: &Registry, faults: &mut Faults<'_>) -> Option<Question> {
    let key = item.key.get_ref().as_str();
    let found = Sort::ALL.iter().find(|(word, _)| word == item.r#type.get_ref());
    let Some((_, sort)) = found else {
        let words: Vec<&str> = Sort::ALL.iter().map(|(word, _)| *word).collect();
        let message = format!("unknown type `{}`; there are {}", item.r#type.get_ref(), words.join(", "));
        faults.add(item.r#type.span(), key, message);
        return None;
    };
    for (name, at) in item.particular() {
        if !takes(*sort).contains(&name) {
            faults.add(at, key, format!("`{name}` does not go with a question of type {}", sort.key()));
        }
    }
    if is_column {
        check_column(item, *sort, faults);
    }
    if item.label.trim().is_empty() || item.label.chars().count() > 200 {
        faults.add(item.key.span(), key, "needs a label of 1 to 200 characters".to_owned());
    }
    let columns: Vec<Question> = match &item.question {
        Some(columns) => columns.get_ref().iter().filter_map(|item| build(item, true, registry, faults)).collect(),
        None => Vec::new(),
    };
    let field_type = field_type(item, *sort, &columns, registry, faults)?;
    let rules = rules(item, *sort, &field_type, registry, faults);
    let required = item.required.as_ref().is_some_and(|required| *required.get_ref());
    let mut field = Field {
        locked_when: None,
        key: key.to_owned(),
        label: item.label.trim().to_owned(),
        help: item.help.clone(),
        field_type,
        required: if required { Requirement::Always } else { Requirement::Never },
        visible_when: None,
        default: None,
        indexed: false,
        unique: false,
        audience: Level::Requester,
        write: Some(Level::Requester),
        class: None,
        was: Vec::new(),
        unfit: Unfit::Refused,
    };
    if let Some(default) = &item.default {
        match parse_value(&field, &json(default.get_ref()), &NoReferences) {
            Ok(value) => field.default = value.map(Default::Value),
            Err(message) => faults.add(default.span(), key, format!("the default {message}")),
        }
    }
    Some(Question { field, sort: *sort, show_when: None, rules, columns })
}

fn check_column(item: &QuestionItem, sort: Sort, faults: &mut Faults<'_>) {
    let key = item.key.get_ref();
    if matches!(sort, Sort::Group | Sort::MultipleChoice) {
        faults.add(item.r#type.span(), key, format!("a question of a group cannot be of type {}", sort.key()));
    }
    let conditions =
        [("show_when", &item.show_when), ("required_when", &item.required_when), ("valid_when", &item.valid_when)];
    for (name, word) in conditions {
        if let Some(word) = word {
            faults.add(word.span(), key, format!("a question of a group has no `{name}`; that is the group's"));
        }
    }
    if let Some(default) = &item.default {
        faults.add(default.span(), key, "a question of a group has no `default`".to_owned());
    }
}

fn field_type(
    item: &QuestionItem,
    sort: Sort,
    columns: &[Question],
    registry: &Registry,
    faults: &mut Faults<'_>,
) -> Option<FieldType> {
    let key = item.key.get_ref();
    Some(match sort {
        Sort::Text => {
            let max_length = item.max_length.as_ref().map_or(LINE_MAX, |length| *length.get_ref());
            if !(1..=TEXT_ANSWER_MAX).contains(&max_length) {
                faults.add(item.key.span(), key, format!("`max_length` must be from 1 to {TEXT_ANSWER_MAX}"));
            }
            FieldType::Text { max_length }
        }
        Sort::LongText => FieldType::Markdown,
        Sort::Integer => {
            let of = |bound: &Option<toml::Spanned<i64>>| bound.as_ref().map(|bound| *bound.get_ref());
            let (min, max) = (of(&item.min), of(&item.max));
            if min.zip(max).is_some_and(|(min, max)| min > max) {
                faults.add(item.key.span(), key, "has a `min` above its `max`".to_owned());
            }
            FieldType::Integer { min, max }
        }
        Sort::Decimal => FieldType::Decimal,
        Sort::Date => FieldType::Date,
        Sort::Boolean => FieldType::Boolean,
        Sort::Choice | Sort::MultipleChoice => {
            let Some(choices) = item.choices.as_ref().filter(|choices| !choices.get_ref().is_empty()) else {
                faults.add(item.key.span(), key, "has no `choices`".to_owned());
                return None;
            };
            FieldType::Choice(choices_of(key, choices, faults))
        }
        Sort::Reference => {
            let Some(target) = &item.target else {
                faults.add(item.key.span(), key, "has no `target`, the kind of record that it asks for".to_owned());
                return None;
            };
            let kind = target.get_ref();
            if !TARGETS.contains(&kind.as_str()) || registry.kind(kind).is_none() {
                faults.add(target.span(), key, format!("`target` must be one of {}", TARGETS.join(", ")));
                return None;
            }
            FieldType::Reference { kinds: vec![kind.clone()] }
        }
        Sort::Group => {
            if columns.is_empty() {
                faults.add(item.key.span(), key, "a group has no `question` in it".to_owned());
                return None;
            }
            let mut seen = BTreeSet::new();
            for column in columns {
                if !is_key(&column.field.key) || !seen.insert(column.field.key.as_str()) {
                    let message = format!("`{}` is no key, or is there already", column.field.key);
                    faults.add(item.key.span(), key, message);
                }
            }
            FieldType::Table { fields: columns.iter().map(|column| column.field.clone()).collect() }
        }
    })
}

fn choices_of(key: &str, list: &toml::Spanned<Vec<toml::Value>>, faults: &mut Faults<'_>) -> Choices {
    let mut choices: Vec<Choice> = Vec::new();
    for value in list.get_ref() {
        let (choice, label) = match value {
            toml::Value::String(text) => (Some(text.as_str()), None),
            toml::Value::Table(table) if table.keys().all(|word| ["key", "label"].contains(&word.as_str())) => {
                (table.get("key").and_then(toml::Value::as_str), table.get("label").and_then(toml::Value::as_str))
            }
            _ => (None, None),
        };
        let Some(choice) = choice else {
            let message = "a choice is a key, or { key = \"…\", label = \"…\" }".to_owned();
            faults.add(list.span(), key, message);
            continue;
        };
        if !is_key(choice) {
            faults.add(list.span(), key, format!("choice `{choice}` must be lower-case words with underscores"));
        }
        if choices.iter().any(|other| other.key == choice) {
            faults.add(list.span(), key, format!("choice `{choice}` is there already"));
        }
        let label = label.map_or_else(|| label_of(choice), str::to_owned);
        choices.push(Choice { key: choice.to_owned(), label, parent: None, inactive: false, was: Vec::new() });
    }
    Choices(choices)
}

fn rules(
    item: &QuestionItem,
    sort: Sort,
    field_type: &FieldType,
    registry: &Registry,
    faults: &mut Faults<'_>,
) -> Rules {
    let key = item.key.get_ref();
    let size = |size: &Option<toml::Spanned<usize>>| size.as_ref().map(|size| *size.get_ref());
    let mut rules = Rules {
        min_length: size(&item.min_length).unwrap_or(0),
        max_length: match sort {
            Sort::LongText => Some(size(&item.max_length).unwrap_or(2000).clamp(1, TEXT_ANSWER_MAX)),
            _ => None,
        },
        message: item.message.as_ref().map(|word| word.get_ref().clone()).unwrap_or_default(),
        min_rows: size(&item.min_rows).unwrap_or(0),
        max_rows: size(&item.max_rows).unwrap_or(GROUP_ROWS_MAX),
        ..Rules::default()
    };
    if rules.max_rows > GROUP_ROWS_MAX || rules.min_rows > rules.max_rows {
        faults.add(item.key.span(), key, format!("`min_rows` and `max_rows` go up to {GROUP_ROWS_MAX}, in this order"));
    }
    if let Some(pattern) = &item.pattern {
        match RegexBuilder::new(&format!("^(?:{})$", pattern.get_ref())).size_limit(PATTERN_SIZE).build() {
            Ok(built) => rules.pattern = Some(built),
            Err(_) => faults.add(pattern.span(), key, "`pattern` is no regular expression that can be used".to_owned()),
        }
    }
    if (item.pattern.is_some() || item.valid_when.is_some()) && rules.message.is_empty() {
        let message = "needs a `message` that says what would be right".to_owned();
        faults.add(item.key.span(), key, message);
    }
    let kind = field_type.target_kinds().and_then(|kinds| registry.kind(kinds.first()?));
    if let (Some(limit), Some(kind)) = (&item.limit, kind) {
        match Filter::parse_cel(limit.get_ref(), kind, registry) {
            Ok(filter) if filter.is_local() => rules.limit = Some((limit.get_ref().clone(), filter)),
            Ok(_) => faults.add(limit.span(), key, "a limit may not look at other records or links".to_owned()),
            Err(error) => faults.add(limit.span(), key, format!("`limit`: {error}")),
        }
    }
    rules
}

fn check_key(item: &QuestionItem, question: &Question, seen: &mut BTreeSet<String>, faults: &mut Faults<'_>) {
    let key = item.key.get_ref().as_str();
    let mut fault = |message: String| faults.add(item.key.span(), key, message);
    if !is_key(key) || key.len() > 50 {
        fault("the key must be lower-case words with underscores, 50 characters at most".to_owned());
    }
    if ATTRIBUTES.contains(&key) || FILTER_WORDS.contains(&key) || TAKEN.contains(&key) || key.starts_with(TAKEN_PREFIX)
    {
        fault(format!("`{key}` has a meaning of its own; name the question otherwise"));
    }
    for field in fields_of(question) {
        if !seen.insert(field.key.clone()) {
            fault(format!("`{}` is there already", field.key));
        }
    }
}

/// Parses every condition against the questions before its own.
fn add_conditions(
    parts: &mut [(Section, Option<&Word>, &[QuestionItem])],
    registry: &Registry,
    faults: &mut Faults<'_>,
) {
    let mut before: Vec<Field> = Vec::new();
    for (section, show_when, items) in parts {
        section.show_when = condition(*show_when, "", &before, registry, faults);
        for (question, item) in section.questions.iter_mut().zip(*items) {
            let key = question.field.key.clone();
            question.show_when = condition(item.show_when.as_ref(), &key, &before, registry, faults);
            if let Some(filter) = condition(item.required_when.as_ref(), &key, &before, registry, faults) {
                question.field.required = Requirement::When(filter);
            }
            before.extend(fields_of(question));
            question.rules.valid_when = condition(item.valid_when.as_ref(), &key, &before, registry, faults);
        }
    }
}

fn condition(
    word: Option<&Word>,
    question: &str,
    before: &[Field],
    registry: &Registry,
    faults: &mut Faults<'_>,
) -> Option<Filter> {
    let word = word?;
    let kind = blank_kind(before.to_vec());
    match Filter::parse_cel(word.get_ref(), &kind, registry) {
        Ok(filter) => {
            let is_answer = |name: &Attribute| matches!(name, Attribute::Field(_));
            if filter.is_local() && filter.fields_used().iter().all(|path| is_answer(&path.attribute)) {
                return Some(filter);
            }
            let message = "a condition looks at answers to earlier questions only".to_owned();
            faults.add(word.span(), question, message);
        }
        Err(error) => {
            let near = error.suggestion.as_ref().map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            let message = error.message.replace("answers has no field", "there is no earlier question");
            faults.add(word.span(), question, format!("condition: {message}{near}"));
        }
    }
    None
}

fn is_key(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

fn label_of(key: &str) -> String {
    let text = key.replace('_', " ");
    let mut letters = text.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().collect::<String>()).unwrap_or_default();
    format!("{first}{}", letters.as_str())
}

fn json(value: &toml::Value) -> Json {
    match value {
        toml::Value::String(text) => Json::from(text.as_str()),
        toml::Value::Integer(number) => Json::from(*number),
        toml::Value::Float(number) => Json::from(number.to_string()),
        toml::Value::Boolean(truth) => Json::from(*truth),
        toml::Value::Datetime(moment) => Json::from(moment.to_string()),
        toml::Value::Array(items) => items.iter().map(json).collect(),
        toml::Value::Table(table) => table.iter().map(|(key, value)| (key.clone(), json(value))).collect(),
    }
}
