//! How the columns of an event log become the fields of a kind: a TOML file that anybody can write.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value as Json;
use steward_model::kind::{Field, FieldType, Kind, Registry};

use super::template::Template;
use crate::error::Error;

/// The table field of the work kinds that keeps what no other field fits.
pub(crate) const EXTRA_FIELD: &str = "imported";

/// The profiles that Steward ships, by name.
const SHIPPED: &[(&str, &str)] =
    &[("uci", include_str!("../../profiles/uci.toml")), ("volvo", include_str!("../../profiles/volvo.toml"))];

/// What an event log looks like, and what becomes of it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// Name; it stands in the cause of each event, so it must stay the same from run to run.
    pub name: String,
    /// One sentence about the log.
    #[serde(default)]
    pub description: String,
    /// Key of the kind that its cases are.
    pub kind: String,
    /// What tells a row's case.
    pub case: Template,
    /// The number of a case's record; the case itself when there is none.
    pub number: Option<Template>,
    /// When a row happened.
    pub moment: Column,
    /// Who did it; Steward itself when there is none or the cell is missing.
    pub actor: Option<Named>,
    /// How moments are written.
    #[serde(default)]
    pub moments: Moments,
    /// Cells that stand for "no value". The empty cell always does.
    #[serde(default)]
    pub missing: Vec<String>,
    /// The state after a row.
    pub state: States,
    /// Records that the log names.
    #[serde(default)]
    pub reference: BTreeMap<String, Referenced>,
    /// Fields of the record, by key.
    #[serde(default)]
    pub field: BTreeMap<String, FieldRule>,
    /// Columns kept by name in the field `imported`, for which the kind has no field.
    #[serde(default)]
    pub extra: BTreeMap<String, ExtraRule>,
    /// Columns left out, each with the reason.
    #[serde(default)]
    pub ignore: BTreeMap<String, String>,
}

/// A column by name.
#[derive(Debug, Clone, Deserialize)]
#[serde(transparent)]
pub struct Column(pub String);

/// A column that names a record.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Named {
    /// The column.
    pub column: String,
    /// Key in the profile's `reference`.
    pub reference: String,
}

/// How moments are written in the log.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Moments {
    /// A format of `strptime`, such as `%d/%m/%Y %H:%M`; RFC 3339 with an offset when `None`.
    pub format: Option<String>,
    /// IANA name of the time zone of moments without an offset.
    pub time_zone: String,
}

impl Default for Moments {
    fn default() -> Self {
        Self { format: None, time_zone: "UTC".to_owned() }
    }
}

/// How a row tells its state.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct States {
    /// What tells it, such as `{status} / {sub_status}`.
    pub text: Template,
    /// States of the kind by the log's words. A word that is not here is kept as it is.
    #[serde(default)]
    pub map: BTreeMap<String, StateRule>,
}

/// What a state of the log means.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum StateRule {
    /// A state.
    State(String),
    /// A state, and fields that go with it; they are empty in the others.
    With {
        /// The state.
        state: String,
        /// Field values.
        #[serde(flatten)]
        fields: BTreeMap<String, toml::Value>,
    },
}

/// Records of other kinds that the log names. One that is not there is made when it is first named.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Referenced {
    /// Key of their kind.
    pub kind: String,
    /// What names one: `number`, `label`, or the key of a unique field. A number that is not of the kind's own series
    /// is looked for as a label.
    #[serde(rename = "match")]
    pub matching: String,
    /// Its name there, made of the cell (`{value}`) and other columns.
    #[serde(default = "Template::value")]
    pub name: Template,
    /// Field values of a new one.
    #[serde(default)]
    pub fields: BTreeMap<String, ReferencedField>,
    /// State of a new one; the first of its lifecycle when `None`.
    pub state: Option<String>,
}

/// A field of a record made because the log names it.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum ReferencedField {
    /// Text, or the key of a choice.
    Text(Template),
    /// Another record that the log names.
    Reference {
        /// Key in the profile's `reference`.
        reference: String,
        /// The column that names it.
        column: String,
    },
}

/// Where a field gets its value.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FieldRule {
    /// The column that holds it.
    pub column: Option<String>,
    /// Text made of columns, in place of one column; columns that are missing leave no trace.
    pub text: Option<Template>,
    /// The row's own moment, in place of a column.
    pub moment: bool,
    /// Counted by the import, in place of a column.
    pub count: Option<Counter>,
    /// For a reference: key in the profile's `reference`.
    pub reference: Option<String>,
    /// Values of the field by the log's words; a word that is not there makes the row unusable.
    pub map: BTreeMap<String, toml::Value>,
    /// Taken from the first row of a case only.
    pub once: bool,
    /// From which row on it is known; from the first when `None`.
    pub known: Option<Known>,
}

/// What the import counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Counter {
    /// Moves from a state that counts as done or cancelled back to an open one.
    Reopened,
}

/// When a column that holds its final value on every row becomes known. On the last row of a case it always is.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Known {
    /// In these states of the kind; it is unknown again when the record leaves them.
    pub states: Vec<String>,
    /// Not on rows before the moment in this column: there, the record was in that state for another time.
    pub not_before: Option<String>,
}

/// How a column is kept in `imported`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ExtraRule {
    /// From which row on it is known; from the first when `None`.
    pub known: Option<Known>,
}

impl Profile {
    /// Reads a profile from TOML.
    ///
    /// # Errors
    /// [`Error::BadRequest`] with the place of the fault.
    pub fn parse(text: &str) -> Result<Self, Error> {
        toml::from_str(text).map_err(|error| Error::BadRequest(format!("the profile cannot be used: {error}")))
    }

    /// A profile that Steward ships.
    ///
    /// # Errors
    /// [`Error::BadRequest`] with the names of those that there are.
    pub fn shipped(name: &str) -> Result<Self, Error> {
        match SHIPPED.iter().find(|(shipped, _)| *shipped == name) {
            Some((_, text)) => Self::parse(text),
            None => {
                let names: Vec<&str> = Self::shipped_names().collect();
                Err(Error::BadRequest(format!("there is no profile `{name}`; there are {}", names.join(", "))))
            }
        }
    }

    /// Names of the profiles that Steward ships.
    pub fn shipped_names() -> impl Iterator<Item = &'static str> {
        SHIPPED.iter().map(|(name, _)| *name)
    }

    /// Checks the profile against the kinds: everything that it names must be there.
    pub(crate) fn check(&self, registry: &Registry) -> Result<(), Error> {
        let mut faults = Vec::new();
        match registry.kind(&self.kind) {
            None => faults.push(format!("there is no kind `{}`", self.kind)),
            Some(kind) => {
                self.check_fields(kind, &mut faults);
                self.check_states(kind, &mut faults);
            }
        }
        self.check_references(registry, &mut faults);
        if faults.is_empty() {
            return Ok(());
        }
        Err(Error::BadRequest(format!("the profile {} cannot be used: {}", self.name, faults.join("; "))))
    }

    fn check_fields(&self, kind: &Kind, faults: &mut Vec<String>) {
        for (key, rule) in &self.field {
            let Some(field) = kind.field(key) else {
                faults.push(format!("{} has no field `{key}`", kind.key));
                continue;
            };
            let sources = [rule.column.is_some(), rule.text.is_some(), rule.moment, rule.count.is_some()];
            if sources.iter().filter(|given| **given).count() != 1 {
                faults.push(format!("field {key}: give one of column, text, moment and count"));
            }
            if let Some(fault) = self.reference_fault(field, rule) {
                faults.push(fault);
            }
        }
        if !self.extra.is_empty() && kind.field(EXTRA_FIELD).is_none_or(|field| field.field_type.key() != "table") {
            faults.push(format!("{} has no table `{EXTRA_FIELD}` to keep extra columns in", kind.key));
        }
    }

    fn reference_fault(&self, field: &Field, rule: &FieldRule) -> Option<String> {
        let key = &field.key;
        match (field.field_type.target_kinds(), &rule.reference) {
            (None, None) => None,
            (None, Some(_)) => Some(format!("field {key}: it is no reference")),
            (Some(_), None) => Some(format!("field {key}: say by which `reference` it is found")),
            (Some(kinds), Some(reference)) => match self.reference.get(reference) {
                None => Some(format!("field {key}: there is no reference.{reference}")),
                Some(referenced) if !kinds.contains(&referenced.kind) => {
                    Some(format!("field {key}: it does not name a {}", referenced.kind))
                }
                Some(_) => None,
            },
        }
    }

    fn check_states(&self, kind: &Kind, faults: &mut Vec<String>) {
        for rule in self.state.map.values() {
            for (key, value) in rule.fields() {
                match kind.field(key) {
                    None => faults.push(format!("state {}: {} has no field `{key}`", rule.state(), kind.key)),
                    Some(_) if stored(value).is_none() => {
                        faults.push(format!("state {}: {key} must be text, a number or a boolean", rule.state()));
                    }
                    Some(_) => {}
                }
            }
        }
    }

    fn check_references(&self, registry: &Registry, faults: &mut Vec<String>) {
        let named = self.actor.iter().map(|actor| &actor.reference);
        let inner =
            self.reference.values().flat_map(|referenced| referenced.fields.values()).filter_map(|field| match field {
                ReferencedField::Reference { reference, .. } => Some(reference),
                ReferencedField::Text(_) => None,
            });
        for reference in named.chain(inner) {
            if !self.reference.contains_key(reference) {
                faults.push(format!("there is no reference.{reference}"));
            }
        }
        for (key, referenced) in &self.reference {
            let Some(kind) = registry.kind(&referenced.kind) else {
                faults.push(format!("reference.{key}: there is no kind `{}`", referenced.kind));
                continue;
            };
            let unique = kind.field(&referenced.matching).is_some_and(|field| field.unique);
            if !unique && !["number", "label"].contains(&referenced.matching.as_str()) {
                faults.push(format!("reference.{key}: match must be number, label or a unique field"));
            }
            for field in referenced.fields.keys().filter(|field| kind.field(field).is_none()) {
                faults.push(format!("reference.{key}: {} has no field `{field}`", kind.key));
            }
            if let Some(state) = referenced.state.as_ref().filter(|state| kind.lifecycle.state(state).is_none()) {
                faults.push(format!("reference.{key}: {} has no state `{state}`", kind.key));
            }
        }
    }
}

impl StateRule {
    /// The state of the kind.
    pub(crate) fn state(&self) -> &str {
        match self {
            Self::State(state) | Self::With { state, .. } => state,
        }
    }

    /// Fields that go with it.
    pub(crate) fn fields(&self) -> impl Iterator<Item = (&str, &toml::Value)> {
        let fields = match self {
            Self::State(_) => None,
            Self::With { fields, .. } => Some(fields),
        };
        fields.into_iter().flatten().map(|(key, value)| (key.as_str(), value))
    }
}

/// A plain TOML value in stored form.
pub(crate) fn stored(value: &toml::Value) -> Option<Json> {
    match value {
        toml::Value::String(text) => Some(Json::from(text.as_str())),
        toml::Value::Integer(number) => Some(Json::from(*number)),
        toml::Value::Boolean(yes) => Some(Json::from(*yes)),
        _ => None,
    }
}

/// Whether a field names many records.
pub(crate) fn names_many(field: &Field) -> bool {
    matches!(field.field_type.value_type(), FieldType::References { .. })
}
