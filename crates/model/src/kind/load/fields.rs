//! Building fields: everything about them but their conditions, which come later.

use std::collections::BTreeSet;
use std::ops::Range;

use serde_json::Value as Json;
use toml::Spanned;

use super::document::FieldItem;
use super::faults::{Faults, hint, is_key, label_of};
use super::merge::{Draft, In};
use super::types::{build_type, check_computation, check_was};
use super::{ATTRIBUTES, words};
use crate::kind::{Default, Field, FieldType, Level, Requirement, Unfit};
use crate::value::{NoReferences, parse_value};

/// Words that conditions take for something else than a field: relative values, and those that the Common Expression
/// Language reserves.
pub(crate) const FILTER_WORDS: [&str; 30] = [
    "me",
    "my_teams",
    "my_organisation",
    "my_organisations",
    "my_organisations_above",
    "my_locations",
    "my_standing",
    "now",
    "today",
    "true",
    "false",
    "null",
    "in",
    "as",
    "break",
    "const",
    "continue",
    "else",
    "for",
    "function",
    "if",
    "import",
    "let",
    "loop",
    "package",
    "namespace",
    "return",
    "var",
    "void",
    "while",
];

/// What a field may refer to while it is built.
pub(super) struct Scope<'a, 'b> {
    pub(super) draft: &'a Draft<'b>,
    pub(super) known: &'a BTreeSet<&'a str>,
}

/// All fields of a kind. One that is beyond use is left out, with a fault noted.
pub(super) fn build_fields(draft: &Draft<'_>, known: &BTreeSet<&str>, faults: &mut Faults<'_>) -> Vec<Field> {
    let scope = Scope { draft, known };
    let fields: Vec<Field> =
        draft.fields.iter().filter_map(|field| build_field(&scope, field.file, field.item, faults)).collect();
    for In { file, item } in &draft.fields {
        let key = item.key.get_ref().as_str();
        if ATTRIBUTES.contains(&key) {
            let message = format!("`{key}` is an attribute of every record; name the field otherwise");
            faults.add(*file, item.key.span(), message);
        }
        if FILTER_WORDS.contains(&key) {
            let message = format!("`{key}` is a word of the filter language; name the field otherwise");
            faults.add(*file, item.key.span(), message);
        }
        check_computation(*file, item, &fields, faults);
    }
    check_class_field(draft, &fields, faults);
    let items = draft.fields.iter().map(|field| (&field.item.key, &field.item.was));
    if let Some(first) = draft.fields.iter().find(|field| !field.item.was.0.is_empty()) {
        check_was(first.file, items, "field", faults);
    }
    fields
}

/// The columns of a table field.
pub(super) fn build_columns(
    scope: &Scope<'_, '_>,
    file: usize,
    items: &[FieldItem],
    faults: &mut Faults<'_>,
) -> Vec<Field> {
    let mut seen = BTreeSet::new();
    for item in items {
        let key = item.key.get_ref().as_str();
        if !seen.insert(key) {
            faults.add(file, item.key.span(), format!("column `{key}` is there already"));
        }
        for (name, at) in kept_from_columns(item) {
            faults.add(file, at, format!("a column has no `{name}`; that is the table's"));
        }
        if matches!(item.r#type.get_ref().as_str(), "table" | "computed" | "secret") {
            faults.add(file, item.r#type.span(), format!("a column cannot be of type `{}`", item.r#type.get_ref()));
        }
    }
    items.iter().filter_map(|item| build_field(scope, file, item, faults)).collect()
}

fn kept_from_columns(item: &FieldItem) -> Vec<(&'static str, Range<usize>)> {
    let attributes = [
        ("required_when", item.required_when.as_ref().map(Spanned::span)),
        ("visible_when", item.visible_when.as_ref().map(Spanned::span)),
        ("locked_when", item.locked_when.as_ref().map(Spanned::span)),
        ("default", item.default.as_ref().map(Spanned::span)),
        ("indexed", item.indexed.as_ref().map(Spanned::span)),
        ("unique", item.unique.as_ref().map(Spanned::span)),
        ("audience", item.audience.as_ref().map(Spanned::span)),
        ("write", item.write.as_ref().map(Spanned::span)),
        ("class", item.class.as_ref().map(Spanned::span)),
        ("was", item.was.0.first().map(Spanned::span)),
        ("unfit", item.unfit.as_ref().map(Spanned::span)),
    ];
    attributes.into_iter().filter_map(|(name, at)| Some((name, at?))).collect()
}

fn build_field(scope: &Scope<'_, '_>, file: usize, item: &FieldItem, faults: &mut Faults<'_>) -> Option<Field> {
    let key = item.key.get_ref();
    if !is_key(key) {
        faults.add(file, item.key.span(), format!("field `{key}` must be lower-case words with underscores"));
    }
    let field_type = build_type(scope, file, item, faults)?;
    let is_computed = matches!(field_type, FieldType::Computed { .. });
    let audience = item.audience.as_ref().map_or(Level::Agent, |level| *level.get_ref());
    let write = match &item.write {
        Some(write) => write.get_ref().level(),
        None if is_computed => None,
        None => Some(audience.max(Level::Agent)),
    };
    let mut field_type = field_type;
    if let FieldType::Table { fields } = &mut field_type {
        // Who reads and writes a table does so with all of its columns.
        for column in fields {
            (column.audience, column.write) = (audience, write);
        }
    }
    let mut field = Field {
        key: key.clone(),
        label: item.label.clone().unwrap_or_else(|| label_of(key)),
        help: item.help.clone().unwrap_or_default(),
        required: if item.required == Some(true) { Requirement::Always } else { Requirement::Never },
        visible_when: None,
        locked_when: None,
        default: None,
        indexed: item.indexed.as_ref().is_some_and(|indexed| *indexed.get_ref()),
        unique: item.unique.as_ref().is_some_and(|unique| *unique.get_ref()),
        audience,
        write,
        class: item.class.as_ref().map(|class| class.get_ref().clone()),
        was: words(&item.was.0),
        unfit: if item.unfit.is_some() { Unfit::Journal } else { Unfit::Refused },
        field_type,
    };
    field.default = item.default.as_ref().and_then(|default| build_default(&field, file, default, faults));
    check_rights(file, item, &field, faults);
    check_requirement(file, item, &field, faults);
    check_index(file, item, &field, faults);
    check_earlier(file, item, &field, faults);
    if let Some(class) = item.class.as_ref().filter(|class| scope.draft.class_keys().all(|key| key != *class.get_ref()))
    {
        let near = hint(class.get_ref(), scope.draft.class_keys());
        faults.add(file, class.span(), format!("field `{key}` belongs to unknown class `{}`{near}", class.get_ref()));
    }
    Some(field)
}

fn check_rights(file: usize, item: &FieldItem, field: &Field, faults: &mut Faults<'_>) {
    let Some((at, level)) = item.write.as_ref().and_then(|write| Some((write.span(), write.get_ref().level()?))) else {
        return;
    };
    if matches!(field.field_type, FieldType::Computed { .. }) {
        faults.add(file, at, format!("field `{}` is computed, nobody writes it", field.key));
    } else if level < field.audience {
        let message = format!("field `{}` may be written by some who may not read it; lower `audience`", field.key);
        faults.add(file, at, message);
    }
}

fn check_requirement(file: usize, item: &FieldItem, field: &Field, faults: &mut Faults<'_>) {
    let at = item.key.span();
    if item.required == Some(true) && item.required_when.is_some() {
        faults.add(
            file,
            at.clone(),
            format!("field `{}` is `required` always, so `required_when` says nothing", field.key),
        );
    }
    let is_required = item.required == Some(true) || item.required_when.is_some();
    if is_required && field.write.is_none() && field.default.is_none() {
        faults.add(file, at, format!("field `{}` is required but nobody may write it", field.key));
    }
}

fn check_earlier(file: usize, item: &FieldItem, field: &Field, faults: &mut Faults<'_>) {
    let Some(first) = item.was.0.first() else {
        if let Some(unfit) = &item.unfit {
            let message =
                format!("field `{}` takes no values over, so `unfit` says nothing; say what it `was`", field.key);
            faults.add(file, unfit.span(), message);
        }
        return;
    };
    if let FieldType::Computed { .. } = field.field_type {
        faults.add(file, first.span(), format!("field `{}` is computed and takes no values over", field.key));
    }
    for earlier in item.was.0.iter().filter(|earlier| !is_key(earlier.get_ref())) {
        let message =
            format!("`was` names a key, and `{}` is none: lower-case words with underscores", earlier.get_ref());
        faults.add(file, earlier.span(), message);
    }
}

fn check_index(file: usize, item: &FieldItem, field: &Field, faults: &mut Faults<'_>) {
    let value = field.field_type.value_type();
    if let Some(unique) = item.unique.as_ref().filter(|unique| *unique.get_ref()) {
        let fits = matches!(
            value,
            FieldType::Text { .. } | FieldType::Integer { .. } | FieldType::Mail | FieldType::Phone | FieldType::Url
        );
        if !fits {
            faults.add(file, unique.span(), format!("a field of type {} cannot be unique", value.key()));
        }
    }
    if let Some(indexed) = item.indexed.as_ref().filter(|indexed| *indexed.get_ref()) {
        let unfit =
            matches!(value, FieldType::Markdown | FieldType::Table { .. } | FieldType::Secret | FieldType::Money);
        if unfit {
            faults.add(file, indexed.span(), format!("a field of type {} cannot be indexed", value.key()));
        }
    }
}

fn build_default(
    field: &Field,
    file: usize,
    default: &Spanned<toml::Value>,
    faults: &mut Faults<'_>,
) -> Option<Default> {
    let mut refuse = |message: String| {
        faults.add(file, default.span(), format!("default of field `{}` {message}", field.key));
        None
    };
    match (marker(default.get_ref()), &field.field_type) {
        (_, FieldType::Computed { .. }) => refuse("is not possible, it is computed".into()),
        (Some("me"), FieldType::Reference { kinds }) if kinds.iter().any(|kind| kind == "person") => Some(Default::Me),
        (Some("me"), _) => refuse("can be { me = true } only for a reference to a person".into()),
        (Some("now"), FieldType::Date | FieldType::Moment) => Some(Default::Now),
        (Some("now"), _) => refuse("can be { now = true } only for a date or moment".into()),
        (_, FieldType::Reference { .. } | FieldType::References { .. }) => {
            refuse("cannot name a record; records differ between installations".into())
        }
        _ => match parse_value(field, &json(default.get_ref()), &NoReferences) {
            Ok(Some(value)) => Some(Default::Value(value)),
            Ok(None) => refuse("is empty; leave it out".into()),
            Err(message) => refuse(message),
        },
    }
}

/// `me` of `{ me = true }`.
fn marker(value: &toml::Value) -> Option<&str> {
    let (key, value) = value.as_table().filter(|table| table.len() == 1)?.iter().next()?;
    (value.as_bool() == Some(true)).then_some(key)
}

/// The JSON that means the same; dates and times as text.
pub(super) fn json(value: &toml::Value) -> Json {
    match value {
        toml::Value::String(text) => Json::String(text.clone()),
        toml::Value::Integer(number) => Json::from(*number),
        toml::Value::Float(number) => Json::from(*number),
        toml::Value::Boolean(truth) => Json::Bool(*truth),
        toml::Value::Datetime(moment) => Json::String(moment.to_string()),
        toml::Value::Array(items) => items.iter().map(json).collect(),
        toml::Value::Table(table) => {
            Json::Object(table.iter().map(|(key, value)| (key.clone(), json(value))).collect())
        }
    }
}

/// A kind with classes keeps a record's class in its field `class`, and the choices there are the classes.
fn check_class_field(draft: &Draft<'_>, fields: &[Field], faults: &mut Faults<'_>) {
    let Some(first) = draft.classes.first() else { return };
    let classes: BTreeSet<&str> = draft.class_keys().collect();
    let fits = fields.iter().find(|field| field.key == "class").is_some_and(|field| {
        let choices = field.field_type.choices().map(|choices| choices.0.iter().map(|choice| choice.key.as_str()));
        field.required == Requirement::Always
            && choices.is_some_and(|choices| choices.collect::<BTreeSet<_>>() == classes)
    });
    if !fits {
        let message = "a kind with [[class]] needs a required choice field `class` with choices = \"classes\"";
        faults.add(first.file, first.item.key.span(), message);
    }
}

/// Kinds that a reference names, as written.
pub(super) fn target_kinds(
    scope: &Scope<'_, '_>,
    file: usize,
    item: &FieldItem,
    faults: &mut Faults<'_>,
) -> Vec<String> {
    let target = item.target.as_ref().map(|target| target.0.as_slice()).unwrap_or_default();
    for kind in target {
        super::check_kind(scope.known, file, kind, faults);
    }
    words(target)
}
