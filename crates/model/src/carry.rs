//! Values that go over to fields with other keys, because the definition of a kind changed.
//!
//! A key stands for values of one type for as long as it is in use: what gets another type gets another key as well. So a
//! value goes over by one entry of its record's journal that empties the one field and fills the other, and whatever reads
//! a field finds values of its type there, or nothing.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::Value as Json;

use crate::event::{Act, Carried, Change, Event, Why};
use crate::id::RecordId;
use crate::kind::{Choices, Field, FieldType, Kind, Unfit};
use crate::moment::Moment;
use crate::record::Record;
use crate::value::{NoReferences, References, display_value, parse_value, reference_texts, render_value};

/// The rule named in the journal where a value did not fit.
pub const RULE: &str = "definition";

/// One field whose values go over.
#[derive(Debug, Clone, PartialEq)]
pub struct Move {
    /// As it is now.
    pub from: Field,
    /// As it will be; with the same key where only choices get other keys.
    pub to: Field,
    /// Whether this is the way back: values that were not changed since become again what they were before.
    pub is_back: bool,
}

/// A value that the new field cannot take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misfit {
    /// The value, in words.
    pub value: String,
    /// Why not, to follow the name of a field.
    pub message: String,
}

/// What goes over in a record.
#[derive(Debug, Clone, PartialEq)]
pub struct Carriage {
    /// From where to where.
    pub fields: Vec<Carried>,
    /// The values, by field key ascending.
    pub changes: Vec<Change>,
}

/// Knows the records that values name.
pub trait Named: References {
    /// The number of a record.
    fn number(&self, id: RecordId) -> Option<String>;
}

/// The fields whose values go over when one definition of a kind takes the place of another.
pub fn moves(old: &Kind, new: &Kind) -> Vec<Move> {
    let mut moves: Vec<Move> = Vec::new();
    for to in &new.fields {
        let found = match old.field(&to.key) {
            Some(before) => rechosen(before, to).map(|is_back| (before, is_back)),
            None => predecessor(old, new, to),
        };
        let Some((from, is_back)) = found else { continue };
        if !moves.iter().any(|other| other.from.key == from.key) {
            moves.push(Move { from: from.clone(), to: to.clone(), is_back });
        }
    }
    moves
}

/// The field that a new one takes the place of, and whether that is the way back.
fn predecessor<'a>(old: &'a Kind, new: &Kind, to: &Field) -> Option<(&'a Field, bool)> {
    let goes = |field: &&Field| new.field(&field.key).is_none();
    let is_back = |from: &Field| from.was.contains(&to.key);
    let named = to.was.iter().find_map(|key| old.field_named(key)).filter(goes);
    let found = named.or_else(|| {
        // A definition of before says nothing of what came after it.
        let claimed = |from: &Field| new.fields.iter().any(|other| other.was.contains(&from.key));
        old.fields.iter().filter(goes).find(|from| is_back(from) && !claimed(from))
    })?;
    Some((found, is_back(found)))
}

/// Whether choices of a field get other keys, and if so, whether that is the way back.
fn rechosen(before: &Field, after: &Field) -> Option<bool> {
    let (old, new) = (before.field_type.choices()?, after.field_type.choices()?);
    let mut gone = old.0.iter().filter(|choice| new.find(&choice.key).is_none());
    let is_rechosen = gone.clone().any(|choice| successor(old, new, &choice.key).is_some());
    is_rechosen.then(|| gone.any(|choice| choice.was.iter().any(|earlier| new.find(earlier).is_some())))
}

/// The choice that stands for one of before: the same, one that was it, or one that it was.
pub fn successor<'a>(old: &Choices, new: &'a Choices, key: &str) -> Option<&'a str> {
    let found = new.find_named(key).or_else(|| {
        let was = &old.find(key)?.was;
        was.iter().find_map(|earlier| new.find(earlier))
    });
    found.map(|choice| choice.key.as_str())
}

/// Whether values of one type can be kept as they are under the other.
pub fn is_same_sort(before: &FieldType, after: &FieldType) -> bool {
    let (one, other) = (before.value_type(), after.value_type());
    match (one, other) {
        (FieldType::Text { .. }, FieldType::Markdown) => true,
        (FieldType::Table { fields }, FieldType::Table { fields: now }) => fields.iter().all(|column| {
            let kept = now.iter().find(|other| other.key == column.key);
            kept.is_some_and(|kept| is_same_sort(&column.field_type, &kept.field_type))
        }),
        _ => one.key() == other.key(),
    }
}

impl Move {
    /// Whether texts must be looked up before values can go over.
    pub fn names_records(&self) -> bool {
        let is_reference = |field: &Field| field.field_type.target_kinds().is_some();
        let (one, other) = (self.from.field_type.value_type(), self.to.field_type.value_type());
        one != other && (is_reference(&self.from) || is_reference(&self.to))
    }

    /// Whether values change their type.
    pub fn converts(&self) -> bool {
        !is_same_sort(&self.from.field_type, &self.to.field_type)
    }

    /// The texts that must be looked up before a value can go over.
    pub fn texts(&self, value: &Json) -> Vec<String> {
        match wished(&self.from, value, &self.to) {
            Ok(Wished::Parse(input)) => reference_texts(&self.to, &input),
            Ok(Wished::Numbers(ids)) => ids.iter().map(ToString::to_string).collect(),
            Ok(Wished::Keep(_)) | Err(_) => Vec::new(),
        }
    }

    /// The value as the new field holds it.
    ///
    /// # Errors
    /// Why it cannot.
    pub fn convert(&self, value: &Json, named: &dyn Named) -> Result<Json, Misfit> {
        let parse = |input: &Json| match parse_value(&self.to, input, named) {
            Ok(Some(value)) => Ok(value),
            Ok(None) => Err("must not be empty".to_owned()),
            Err(message) => Err(message),
        };
        let converted = wished(&self.from, value, &self.to).and_then(|wished| match wished {
            Wished::Keep(value) => Ok(value),
            Wished::Parse(input) => parse(&input),
            Wished::Numbers(ids) => {
                let numbers: Option<Vec<String>> = ids.iter().map(|id| named.number(RecordId(*id))).collect();
                let numbers = numbers.ok_or_else(|| "names a record that is not there".to_owned())?;
                parse(&Json::String(numbers.join(", ")))
            }
        });
        converted.map_err(|message| Misfit { value: display_value(&self.from, value), message })
    }
}

/// What goes over in a record; `None` where nothing does. `past` holds the entries of its journal by which values went
/// over before, for the way back. `unfit` says what becomes of values that do not fit, if not what their fields say.
///
/// # Errors
/// The first value that does not fit, where that is refused.
pub fn carriage(
    moves: &[Move],
    record: &Record,
    past: &[Event],
    named: &dyn Named,
    unfit: Option<Unfit>,
) -> Result<Option<Carriage>, Misfit> {
    let mut fields = Vec::new();
    let mut changes: BTreeMap<&str, Change> = BTreeMap::new();
    for one in moves {
        let (from, to) = (one.from.key.as_str(), one.to.key.as_str());
        let held = record.field(from);
        let before = one.is_back.then(|| before_that(past, from, to, held)).flatten();
        let before = before.filter(|value| holds(&one.to, value));
        let (becomes, why) = match (before, held) {
            (Some(before), _) => (Some(before), None),
            (None, None) => continue,
            (None, Some(value)) => match one.convert(value, named) {
                Ok(value) => (Some(value), None),
                Err(misfit) if unfit.unwrap_or(one.to.unfit) == Unfit::Refused => return Err(misfit),
                Err(Misfit { value, message }) => {
                    (None, Some(Why { rule: RULE.to_owned(), detail: format!("“{value}” {message}") }))
                }
            },
        };
        if from == to {
            if held != becomes.as_ref() {
                let change = Change { field: to.to_owned(), from: held.cloned(), to: becomes, why };
                changes.insert(to, change);
                fields.push(Carried { from: from.to_owned(), to: to.to_owned() });
            }
            continue;
        }
        if held.is_some() {
            changes.insert(from, Change { field: from.to_owned(), from: held.cloned(), to: None, why });
        }
        if becomes.is_some() && record.field(to) != becomes.as_ref() {
            let change = Change { field: to.to_owned(), from: record.field(to).cloned(), to: becomes, why: None };
            changes.insert(to, change);
        }
        fields.push(Carried { from: from.to_owned(), to: to.to_owned() });
    }
    Ok((!changes.is_empty()).then(|| Carriage { fields, changes: changes.into_values().collect() }))
}

/// Whether a stored value is one of a field.
fn holds(field: &Field, value: &Json) -> bool {
    match field.field_type.value_type() {
        FieldType::Reference { .. } => value.is_i64(),
        FieldType::References { .. } | FieldType::Table { .. } => value.is_array(),
        FieldType::Secret => value.is_string(),
        _ => parse_value(field, &render_value(field, value), &NoReferences) == Ok(Some(value.clone())),
    }
}

/// What a value was before it went over the other way, where nobody changed it since.
fn before_that(past: &[Event], from: &str, to: &str, held: Option<&Json>) -> Option<Json> {
    let way = |event: &Event| match &event.act {
        Act::Carried { fields } => fields.iter().rev().find_map(|one| match (one.from.as_str(), one.to.as_str()) {
            (before, after) if (before, after) == (to, from) => Some(true),
            (before, after) if (before, after) == (from, to) => Some(false),
            _ => None,
        }),
        _ => None,
    };
    // What came back already is not brought back again over what was written since.
    let (entry, _) =
        past.iter().rev().find_map(|event| Some((event, way(event)?))).filter(|(_, was_there)| *was_there)?;
    let change = |key: &str| entry.changes.iter().find(|change| change.field == key);
    if from == to {
        return change(to).filter(|change| change.to.as_ref() == held)?.from.clone();
    }
    let given = change(from).and_then(|change| change.to.as_ref());
    change(to).filter(|_| given == held)?.from.clone()
}

/// A record of earlier days under the keys that its fields have now. `later` holds the entries since by which values went
/// over, ascending. A value is left out where it was of another type and is not known to have become another one.
pub fn record_in_present_words(kind: &Kind, record: &mut Record, later: &[Event]) {
    for event in later {
        let Act::Carried { fields } = &event.act else { continue };
        for Carried { from, to } in fields {
            let change = |key: &str| event.changes.iter().find(|change| change.field == key);
            let Some(held) = record.fields.remove(from) else { continue };
            let before = change(from).and_then(|change| change.from.as_ref());
            let after = change(to).and_then(|change| change.to.as_ref());
            let becomes = match after {
                Some(after) if before == Some(&held) => after.clone(),
                None => continue,
                Some(after) if std::mem::discriminant(after) != std::mem::discriminant(&held) => continue,
                Some(_) => held,
            };
            record.fields.insert(to.clone(), becomes);
        }
    }
    // What was emptied before anything went over has no entry that tells of it.
    for field in &kind.fields {
        for was in field.was.iter().filter(|was| kind.field(was).is_none()) {
            if let Some(held) = record.fields.remove(was).filter(|held| holds(field, held)) {
                record.fields.entry(field.key.clone()).or_insert(held);
            }
        }
    }
}

/// Entries of a journal as if fields and choices had always had the keys that they have at its end. What was carried from
/// one to the other stands for the same before and after.
pub fn in_present_words<'a>(kind: &Kind, events: &'a [Event]) -> Cow<'a, [Event]> {
    let was = kind.fields.iter().flat_map(|field| field.was.iter().map(|was| (was.clone(), field.key.clone())));
    let mut keys: BTreeMap<String, String> = was.filter(|(was, _)| kind.field(was).is_none()).collect();
    if keys.is_empty() && !events.iter().any(|event| matches!(event.act, Act::Carried { .. })) {
        return Cow::Borrowed(events);
    }
    // What a key of an entry is called at the end, and what a value of it became; learnt from the last entry to the first.
    let mut values: BTreeMap<String, Vec<(Json, Json)>> = BTreeMap::new();
    let mut retold: Vec<Event> = Vec::with_capacity(events.len());
    for event in events.iter().rev() {
        let mut event = event.clone();
        if let Act::Carried { fields } = &event.act {
            let told = std::mem::take(&mut event.changes);
            for Carried { from, to } in fields {
                let present = keys.get(to).unwrap_or(to).clone();
                let change = |key: &str| told.iter().find(|change| change.field == key);
                let before = change(from).and_then(|change| change.from.clone());
                let after = change(to).and_then(|change| change.to.clone());
                if let Some((before, after)) = before.zip(after) {
                    let after = retell(&values, &present, after);
                    values.entry(present.clone()).or_default().push((before, after.clone()));
                    event.changes.push(Change { field: present.clone(), from: None, to: Some(after), why: None });
                }
                keys.insert(from.clone(), present);
            }
            event.changes.sort_by(|one, other| one.field.cmp(&other.field));
        } else {
            for change in &mut event.changes {
                if let Some(present) = keys.get(&change.field) {
                    change.field.clone_from(present);
                }
                change.from = change.from.take().map(|value| retell(&values, &change.field, value));
                change.to = change.to.take().map(|value| retell(&values, &change.field, value));
            }
            if let Act::Created { fields, .. } = &mut event.act {
                let told = std::mem::take(fields);
                for (key, value) in told {
                    let key = keys.get(&key).cloned().unwrap_or(key);
                    let value = retell(&values, &key, value);
                    fields.insert(key, value);
                }
            }
        }
        retold.push(event);
    }
    retold.reverse();
    Cow::Owned(retold)
}

fn retell(values: &BTreeMap<String, Vec<(Json, Json)>>, key: &str, value: Json) -> Json {
    let became = values.get(key).and_then(|known| known.iter().rev().find(|(before, _)| *before == value));
    became.map_or(value, |(_, after)| after.clone())
}

/// How a value goes over.
enum Wished {
    /// As it is stored.
    Keep(Json),
    /// As if somebody had typed this.
    Parse(Json),
    /// The numbers of these records, as if somebody had typed them.
    Numbers(Vec<i64>),
}

fn wished(from: &Field, value: &Json, to: &Field) -> Result<Wished, String> {
    let (old, new) = (from.field_type.value_type(), to.field_type.value_type());
    let never = || Err(format!("is of type {}, of which none of type {} can be made", old.key(), new.key()));
    let text = || display_value(from, value);
    let parse = |text: String| Ok(Wished::Parse(Json::String(text)));
    match (old, new) {
        (FieldType::Choice(before), FieldType::Choice(choices)) => {
            let key = value.as_str().unwrap_or_default();
            match successor(before, choices, key).or_else(|| by_label(choices, &text())) {
                Some(key) => Ok(Wished::Keep(key.into())),
                None => parse(key.to_owned()),
            }
        }
        (FieldType::Reference { kinds: before }, FieldType::Reference { kinds }) if is_within(before, kinds) => {
            Ok(Wished::Keep(value.clone()))
        }
        (FieldType::References { kinds: before }, FieldType::References { kinds }) if is_within(before, kinds) => {
            Ok(Wished::Keep(value.clone()))
        }
        (FieldType::Reference { kinds: before }, FieldType::References { kinds }) if is_within(before, kinds) => {
            Ok(Wished::Keep(Json::Array(vec![value.clone()])))
        }
        (FieldType::References { .. }, FieldType::Reference { .. }) => match value.as_array().map(Vec::as_slice) {
            Some([one]) => Ok(Wished::Parse(one.clone())),
            _ => Err("names several records, of which only one can be kept".to_owned()),
        },
        (FieldType::Reference { .. }, FieldType::References { .. }) => {
            Ok(Wished::Parse(Json::Array(vec![value.clone()])))
        }
        (
            FieldType::Reference { .. } | FieldType::References { .. },
            FieldType::Reference { .. } | FieldType::References { .. },
        ) => Ok(Wished::Parse(value.clone())),
        (FieldType::Reference { .. } | FieldType::References { .. }, FieldType::Text { .. } | FieldType::Markdown) => {
            let several = value.as_array().map(|ids| ids.iter().filter_map(Json::as_i64).collect());
            Ok(Wished::Numbers(several.unwrap_or_else(|| value.as_i64().into_iter().collect())))
        }
        (FieldType::Text { .. }, FieldType::Text { .. }) => parse(text()),
        _ if is_same_sort(old, new) => Ok(Wished::Keep(value.clone())),
        (
            FieldType::Reference { .. } | FieldType::References { .. } | FieldType::Table { .. } | FieldType::Secret,
            _,
        )
        | (_, FieldType::Table { .. } | FieldType::Secret | FieldType::Money | FieldType::Computed { .. }) => never(),
        (_, FieldType::Text { .. } | FieldType::Markdown | FieldType::Url | FieldType::Mail | FieldType::Phone) => {
            parse(text())
        }
        (_, FieldType::Choice(choices)) => {
            let stored = value.as_str().unwrap_or_default();
            let found = choices.find_named(stored).map(|choice| choice.key.as_str());
            match found.or_else(|| by_label(choices, &text())) {
                Some(key) => Ok(Wished::Keep(key.into())),
                None => parse(text()),
            }
        }
        (_, FieldType::Integer { .. }) => {
            let text = text();
            let number = text.trim().parse::<i64>().map_err(|_| "is no whole number".to_owned())?;
            Ok(Wished::Parse(number.into()))
        }
        (_, FieldType::Decimal) => parse(text()),
        (_, FieldType::Boolean) => match text().trim().to_lowercase().as_str() {
            "yes" | "true" => Ok(Wished::Keep(true.into())),
            "no" | "false" => Ok(Wished::Keep(false.into())),
            _ => Err("is neither yes nor no".to_owned()),
        },
        (FieldType::Moment, FieldType::Date) => {
            let moment = Moment(value.as_i64().unwrap_or_default()).to_string();
            parse(moment.chars().take(10).collect())
        }
        (FieldType::Date, FieldType::Moment) => parse(format!("{}T00:00:00Z", text())),
        (
            FieldType::Text { .. } | FieldType::Markdown | FieldType::Choice(_),
            FieldType::Date | FieldType::Moment | FieldType::Duration | FieldType::Reference { .. },
        ) => parse(text()),
        (FieldType::Text { .. } | FieldType::Markdown | FieldType::Choice(_), FieldType::References { .. }) => {
            let text = text();
            let names = text.split([',', ';', '\n']).map(str::trim).filter(|name| !name.is_empty());
            Ok(Wished::Parse(names.map(Json::from).collect()))
        }
        _ => never(),
    }
}

fn is_within(kinds: &[String], others: &[String]) -> bool {
    kinds.iter().all(|kind| others.contains(kind))
}

fn by_label<'a>(choices: &'a Choices, text: &str) -> Option<&'a str> {
    let text = text.trim().to_lowercase();
    let found = choices.0.iter().find(|choice| choice.key == text || choice.label.to_lowercase() == text);
    found.map(|choice| choice.key.as_str())
}

#[cfg(test)]
mod tests;
