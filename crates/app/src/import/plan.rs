//! A profile laid over a file: which cell becomes which field.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use csv::StringRecord;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde_json::Value as Json;
use steward_model::kind::{Field, FieldType, Kind, Registry};
use steward_model::moment::Moment;
use steward_model::value::parse_value;

use super::profile::{
    Counter, EXTRA_FIELD, FieldRule, Known, Profile, Referenced, ReferencedField, StateRule, names_many, stored,
};
use super::report::LeftOut;
use super::rows::{Cells, NoReferences, places};
use super::template::Template;
use crate::error::Error;

/// Columns that error files have beside those of the log, so that such a file can be imported once it is put right.
pub(crate) const ERROR_COLUMNS: [&str; 2] = ["error_line", "error_reason"];

/// What is done with each row.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) profile: Profile,
    pub(crate) kind: Arc<Kind>,
    /// Names of the columns, in order.
    pub(crate) columns: Vec<String>,
    pub(crate) places: HashMap<String, usize>,
    pub(crate) case_columns: Vec<usize>,
    pub(crate) moment: usize,
    /// Column and reference.
    pub(crate) actor: Option<(usize, usize)>,
    pub(crate) references: Vec<PlannedReference>,
    pub(crate) fields: Vec<PlannedField>,
    /// Columns without a field.
    pub(crate) left_out: Vec<LeftOut>,
    time_zone: TimeZone,
}

/// Where records that the log names are found, and how they are made.
#[derive(Debug)]
pub(crate) struct PlannedReference {
    pub(crate) kind: Arc<Kind>,
    pub(crate) matching: String,
    pub(crate) name: Template,
    pub(crate) fields: Vec<(String, InnerField)>,
    pub(crate) state: Option<String>,
}

#[derive(Debug)]
pub(crate) enum InnerField {
    Text(Template),
    /// Reference and column.
    Reference(usize, usize),
}

/// A field and what fills it.
#[derive(Debug)]
pub(crate) struct PlannedField {
    pub(crate) key: String,
    pub(crate) source: Source,
    pub(crate) once: bool,
    pub(crate) known: Option<PlannedKnown>,
    /// Place in the plan's references.
    pub(crate) reference: Option<usize>,
    pub(crate) many: bool,
    field: Field,
    map: HashMap<String, Json>,
}

#[derive(Debug)]
pub(crate) enum Source {
    Column(usize),
    Text(Template),
    Moment,
    Count(Counter),
    /// What the state brings with it.
    State,
    Extra(Vec<Extra>),
}

/// A column kept by name.
#[derive(Debug)]
pub(crate) struct Extra {
    pub(crate) name: String,
    pub(crate) column: usize,
    pub(crate) known: Option<PlannedKnown>,
}

#[derive(Debug, Clone)]
pub(crate) struct PlannedKnown {
    pub(crate) states: Vec<String>,
    not_before: Option<usize>,
}

impl PlannedKnown {
    /// Whether the value is known in a row.
    pub(crate) fn holds(&self, state: &str, at: Moment, cells: &Cells<'_>) -> Result<bool, String> {
        if !self.states.iter().any(|known| known == state) {
            return Ok(false);
        }
        let Some((column, text)) = self.not_before.and_then(|column| Some((column, cells.at(column)?))) else {
            return Ok(true);
        };
        let since = cells.plan.moment(text).map_err(|fault| format!("{}: {fault}", cells.plan.columns[column]))?;
        Ok(since <= at)
    }
}

impl Plan {
    /// Lays a checked profile over the columns of a file.
    pub(crate) fn new(profile: Profile, header: &StringRecord, registry: &Registry) -> Result<Self, Error> {
        profile.check(registry)?;
        let columns: Vec<String> = header.iter().map(str::to_owned).collect();
        let layout = Layout { header, keys: profile.reference.keys().map(String::as_str).collect() };
        let kind = registry.kind(&profile.kind).ok_or(Error::NotFound)?.clone();
        let time_zone = TimeZone::get(&profile.moments.time_zone)
            .map_err(|_| Error::BadRequest(format!("there is no time zone `{}`", profile.moments.time_zone)))?;
        let references = profile
            .reference
            .values()
            .map(|referenced| layout.reference(referenced, registry))
            .collect::<Result<Vec<_>, _>>()?;
        layout.all_there(profile.state.text.columns().chain(profile.number.iter().flat_map(Template::columns)))?;
        let mut fields = profile
            .field
            .iter()
            .filter_map(|(key, rule)| Some((rule, kind.field(key)?)))
            .map(|(rule, field)| layout.field(rule, field))
            .collect::<Result<Vec<_>, _>>()?;
        fields.extend(state_fields(&profile, &kind));
        if let Some(field) = kind.field(EXTRA_FIELD).filter(|_| !profile.extra.is_empty()) {
            let extras = profile.extra.iter().map(|(name, rule)| {
                Ok(Extra { name: name.clone(), column: layout.place(name)?, known: layout.known(rule.known.as_ref())? })
            });
            fields.push(PlannedField::plain(field, Source::Extra(extras.collect::<Result<_, Error>>()?)));
        }
        let case: Vec<String> = profile.case.columns().map(str::to_owned).collect();
        let actor = profile.actor.as_ref();
        Ok(Self {
            case_columns: places(header, &case)?,
            moment: layout.place(&profile.moment.0)?,
            actor: actor
                .map(|actor| Ok::<_, Error>((layout.place(&actor.column)?, layout.key(&actor.reference))))
                .transpose()?,
            left_out: left_out(&profile, &columns),
            places: columns.iter().cloned().zip(0..).collect(),
            columns,
            references,
            fields,
            kind,
            time_zone,
            profile,
        })
    }

    /// Reads a moment as the log writes it.
    pub(crate) fn moment(&self, text: &str) -> Result<Moment, String> {
        let fault = || format!("`{text}` is not a moment{}", self.expected());
        let Some(format) = &self.profile.moments.format else {
            return Moment::parse(text).ok_or_else(fault);
        };
        let parsed = jiff::fmt::strtime::parse(format, text).map_err(|_| fault())?;
        if let Ok(timestamp) = parsed.to_timestamp() {
            return Ok(timestamp.into());
        }
        // A day without a time is its beginning.
        let civil = parsed.to_datetime().or_else(|_| parsed.to_date().map(DateTime::from)).map_err(|_| fault())?;
        Ok(self.time_zone.to_timestamp(civil).map_err(|_| fault())?.into())
    }

    fn expected(&self) -> String {
        self.profile.moments.format.as_ref().map_or_else(String::new, |format| format!(" written as {format}"))
    }

    /// A cell as a stored value; `None` when it is empty.
    pub(crate) fn convert(&self, planned: &PlannedField, text: &str) -> Result<Option<Json>, String> {
        if !planned.map.is_empty() {
            let mapped = planned.map.get(text).ok_or_else(|| format!("`{text}` is not in the profile's map"))?;
            return Ok(Some(mapped.clone()));
        }
        let whole = || text.trim().parse::<i64>().map_err(|_| format!("`{text}` is not a whole number"));
        let input = match planned.field.field_type.value_type() {
            FieldType::Moment => return Ok(Some(Json::from(self.moment(text)?.0))),
            FieldType::Integer { .. } => Json::from(whole()?),
            FieldType::Boolean => match text.trim().to_lowercase().as_str() {
                "true" | "yes" | "1" => Json::from(true),
                "false" | "no" | "0" => Json::from(false),
                _ => return Err(format!("`{text}` is neither true nor false")),
            },
            _ => Json::from(text),
        };
        parse_value(&planned.field, &input, &NoReferences).map_err(|fault| format!("`{text}` {fault}"))
    }

    /// The value that a state brings for a field.
    pub(crate) fn state_value(&self, rule: Option<&StateRule>, key: &str) -> Option<Json> {
        rule?.fields().find(|(field, _)| *field == key).and_then(|(_, value)| stored(value))
    }
}

impl PlannedField {
    fn plain(field: &Field, source: Source) -> Self {
        Self {
            key: field.key.clone(),
            source,
            once: false,
            known: None,
            reference: None,
            many: false,
            field: field.clone(),
            map: HashMap::new(),
        }
    }
}

/// Fields that some state of the profile sets.
fn state_fields(profile: &Profile, kind: &Kind) -> Vec<PlannedField> {
    let keys: BTreeSet<&str> = profile.state.map.values().flat_map(StateRule::fields).map(|(key, _)| key).collect();
    keys.into_iter().filter_map(|key| kind.field(key)).map(|field| PlannedField::plain(field, Source::State)).collect()
}

/// Columns of the file that become nothing, with the reason.
fn left_out(profile: &Profile, columns: &[String]) -> Vec<LeftOut> {
    let used = used_columns(profile);
    columns
        .iter()
        .filter(|column| !used.contains(column.as_str()) && !ERROR_COLUMNS.contains(&column.as_str()))
        .map(|column| LeftOut {
            column: column.clone(),
            reason: profile.ignore.get(column).map_or("the profile does not speak of it", String::as_str).to_owned(),
        })
        .collect()
}

fn used_columns(profile: &Profile) -> BTreeSet<&str> {
    let mut used: BTreeSet<&str> = profile.case.columns().chain(profile.state.text.columns()).collect();
    used.insert(&profile.moment.0);
    used.extend(profile.number.iter().flat_map(Template::columns));
    used.extend(profile.actor.iter().map(|actor| actor.column.as_str()));
    used.extend(profile.extra.keys().map(String::as_str));
    for rule in profile.field.values() {
        used.extend(rule.column.iter().map(String::as_str));
        used.extend(rule.text.iter().flat_map(Template::columns));
    }
    for referenced in profile.reference.values() {
        used.extend(referenced.name.columns());
        for field in referenced.fields.values() {
            match field {
                ReferencedField::Text(template) => used.extend(template.columns()),
                ReferencedField::Reference { column, .. } => {
                    used.insert(column);
                }
            }
        }
    }
    used
}

/// Turns names of columns and references into places.
struct Layout<'a> {
    header: &'a StringRecord,
    keys: Vec<&'a str>,
}

impl Layout<'_> {
    fn place(&self, column: &str) -> Result<usize, Error> {
        Ok(places(self.header, &[column.to_owned()])?[0])
    }

    /// Place of a reference of the profile. The profile was checked, so it is there.
    fn key(&self, reference: &str) -> usize {
        self.keys.iter().position(|key| *key == reference).unwrap_or_default()
    }

    fn all_there<'c>(&self, columns: impl Iterator<Item = &'c str>) -> Result<(), Error> {
        let columns: Vec<String> = columns.filter(|column| *column != "value").map(str::to_owned).collect();
        places(self.header, &columns).map(drop)
    }

    fn known(&self, known: Option<&Known>) -> Result<Option<PlannedKnown>, Error> {
        let Some(known) = known else { return Ok(None) };
        let not_before = known.not_before.as_ref().map(|column| self.place(column)).transpose()?;
        Ok(Some(PlannedKnown { states: known.states.clone(), not_before }))
    }

    fn field(&self, rule: &FieldRule, field: &Field) -> Result<PlannedField, Error> {
        let source = match (&rule.column, &rule.text, rule.count) {
            (Some(column), _, _) => Source::Column(self.place(column)?),
            (None, Some(template), _) => {
                self.all_there(template.columns())?;
                Source::Text(template.clone())
            }
            (None, None, Some(counter)) => Source::Count(counter),
            (None, None, None) => Source::Moment,
        };
        let map: BTreeMap<&String, Option<Json>> = rule.map.iter().map(|(word, value)| (word, stored(value))).collect();
        let map = map
            .into_iter()
            .map(|(word, value)| {
                let value = value.ok_or_else(|| format!("`{word}` must become text, a number or a boolean"))?;
                let checked =
                    parse_value(field, &value, &NoReferences)?.ok_or_else(|| format!("`{word}` becomes nothing"))?;
                Ok((word.clone(), checked))
            })
            .collect::<Result<HashMap<_, _>, String>>()
            .map_err(|fault| Error::BadRequest(format!("the profile cannot be used: field {}: {fault}", field.key)))?;
        Ok(PlannedField {
            once: rule.once,
            known: self.known(rule.known.as_ref())?,
            reference: rule.reference.as_ref().map(|reference| self.key(reference)),
            many: names_many(field),
            map,
            ..PlannedField::plain(field, source)
        })
    }

    fn reference(&self, referenced: &Referenced, registry: &Registry) -> Result<PlannedReference, Error> {
        self.all_there(referenced.name.columns())?;
        let fields = referenced.fields.iter().map(|(key, field)| {
            let field = match field {
                ReferencedField::Text(template) => {
                    self.all_there(template.columns())?;
                    InnerField::Text(template.clone())
                }
                ReferencedField::Reference { reference, column } => {
                    InnerField::Reference(self.key(reference), self.place(column)?)
                }
            };
            Ok((key.clone(), field))
        });
        Ok(PlannedReference {
            kind: registry.kind(&referenced.kind).ok_or(Error::NotFound)?.clone(),
            matching: referenced.matching.clone(),
            name: referenced.name.clone(),
            fields: fields.collect::<Result<_, Error>>()?,
            state: referenced.state.clone(),
        })
    }
}
