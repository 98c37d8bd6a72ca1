//! Records of configuration as files say them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json};
use steward_model::filter::Filter;
use steward_model::id::RecordId;
use steward_model::kind::{Field, FieldType, Kind, Requirement};
use steward_model::moment::Moment;
use steward_model::record::Record;
use steward_model::value::render_value;

use super::text::is_kept;
use super::{Item, Present};
use crate::App;
use crate::boxed;
use crate::error::Error;

/// Records of one kind of configuration.
const MOST: usize = 20_000;

impl App {
    /// Every record of configuration, as it is or as it was at a moment; by kind and name.
    ///
    /// # Errors
    /// When the database is away.
    #[boxed]
    pub async fn configuration(&self, as_of: Option<Moment>) -> Result<Vec<Present>, Error> {
        let mut found: Vec<Record> = Vec::new();
        for kind in self.registry().kinds().iter().filter(|kind| kind.configuration) {
            for record in self.all_records(&kind.key, &Filter::Everything, MOST).await? {
                match as_of {
                    None => found.push(record),
                    Some(at) => found.extend(self.record_at(record.id, at).await?),
                }
            }
        }
        let names = self.names_for(&found).await?;
        let mut all: Vec<Present> = found.iter().filter_map(|record| self.as_file(record, &names)).collect();
        all.sort_by(|a, b| {
            let of = |one: &Present| (one.item.kind.clone(), one.item.file.clone(), one.id);
            of(a).cmp(&of(b))
        });
        distinct_files(&mut all);
        Ok(all)
    }

    /// A record as its file says it.
    pub(super) fn as_file(&self, record: &Record, names: &BTreeMap<RecordId, String>) -> Option<Present> {
        let kind = self.registry().kind(&record.kind)?;
        let name = |id: RecordId| names.get(&id).cloned().unwrap_or_else(|| id.to_string());
        let mut fields = Map::new();
        for field in kind.fields.iter().filter(|field| is_kept(&field.field_type) && field.write.is_some()) {
            if let Some(stored) = record.field(&field.key) {
                fields.insert(field.key.clone(), named(field, stored, &name));
            }
        }
        // Parts of something bear its name as well: two agreements may have a target of one name.
        let whole = owners(kind).filter_map(|field| record.reference(&field.key)).map(name);
        let own = record.text(&kind.label_field).to_owned();
        let known_by: Vec<String> = whole.map(|name| bare(&name).to_owned()).chain([own]).collect();
        let file = format!("{}/{}.toml", kind.plural, slug(&known_by.join(" ")));
        let organisation = names.get(&record.organisation).map(|name| bare(name).to_owned()).unwrap_or_default();
        let item = Item { file, kind: kind.key.clone(), organisation, state: record.state.clone(), fields };
        Some(Present { id: record.id, number: record.number.clone(), item })
    }

    /// The names of all records that some records refer to: `team:Network`, `person:ada`.
    async fn names_for(&self, records: &[Record]) -> Result<BTreeMap<RecordId, String>, Error> {
        let mut ids: BTreeSet<RecordId> = BTreeSet::new();
        for record in records {
            ids.insert(record.organisation);
            let Some(kind) = self.registry().kind(&record.kind) else { continue };
            for field in &kind.fields {
                if let Some(stored) = record.field(&field.key) {
                    references(field, stored, &mut ids);
                }
            }
        }
        let ids: Vec<RecordId> = ids.into_iter().collect();
        let mut names = BTreeMap::new();
        for chunk in ids.chunks(1_000) {
            for loaded in self.store().get_records(chunk).await? {
                let Some(kind) = self.registry().kind(&loaded.record.kind) else { continue };
                names.insert(loaded.record.id, name_of(kind, &loaded.record));
            }
        }
        Ok(names)
    }
}

/// The name by which files know a record: what is unique before what only says it, the number last.
pub(super) fn name_of(kind: &Kind, record: &Record) -> String {
    let known_by = match kind.key.as_str() {
        "person" => ["login", "mail", ""],
        _ => [kind.label_field.as_str(), "", ""],
    };
    let name = known_by.into_iter().map(|key| record.text(key)).find(|name| !name.is_empty());
    format!("{}:{}", kind.key, name.unwrap_or(&record.number))
}

/// The fields by which records of a kind are part of others: references that they must have.
pub(super) fn owners(kind: &Kind) -> impl Iterator<Item = &Field> {
    let must = |field: &&Field| {
        field.required == Requirement::Always && matches!(field.field_type, FieldType::Reference { .. })
    };
    kind.fields.iter().filter(must)
}

/// A name without its kind.
pub(super) fn bare(name: &str) -> &str {
    name.split_once(':').map_or(name, |(_, name)| name)
}

pub(super) fn references(field: &Field, stored: &Json, ids: &mut BTreeSet<RecordId>) {
    match (&field.field_type, stored) {
        (FieldType::Reference { .. }, Json::Number(id)) => ids.extend(id.as_i64().map(RecordId)),
        (FieldType::References { .. }, Json::Array(all)) => {
            ids.extend(all.iter().filter_map(Json::as_i64).map(RecordId))
        }
        (FieldType::Table { fields }, Json::Array(rows)) => {
            for (row, column) in rows.iter().flat_map(|row| fields.iter().map(move |column| (row, column))) {
                if let Some(cell) = row.get(&column.key) {
                    references(column, cell, ids);
                }
            }
        }
        _ => {}
    }
}

/// A stored value in the form of files.
fn named(field: &Field, stored: &Json, name: &dyn Fn(RecordId) -> String) -> Json {
    match (&field.field_type, stored) {
        (FieldType::Reference { .. }, Json::Number(id)) => id.as_i64().map(|id| name(RecordId(id))).into(),
        (FieldType::References { .. }, Json::Array(all)) => {
            let mut names: Vec<String> = all.iter().filter_map(Json::as_i64).map(|id| name(RecordId(id))).collect();
            // People are a set, and another installation has other numbers.
            names.sort();
            names.into()
        }
        (FieldType::Table { fields }, Json::Array(rows)) => rows
            .iter()
            .map(|row| {
                let cells = fields.iter().filter_map(|column| Some((column, row.get(&column.key)?)));
                Json::Object(cells.map(|(column, cell)| (column.key.clone(), named(column, cell, name))).collect())
            })
            .collect(),
        _ => render_value(field, stored),
    }
}

/// Two records with the same name have files of their own.
fn distinct_files(all: &mut [Present]) {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for present in all {
        let count = seen.entry(present.item.file.clone()).or_default();
        *count += 1;
        if *count > 1 {
            present.item.file = present.item.file.replace(".toml", &format!("-{count}.toml"));
        }
    }
}

/// A name as that of a file: lower-case letters and digits, with dashes between words.
fn slug(name: &str) -> String {
    let mut slug = String::new();
    for letter in name.chars().flat_map(char::to_lowercase) {
        match letter {
            letter if letter.is_ascii_alphanumeric() => slug.push(letter),
            'ä' => slug.push_str("ae"),
            'ö' => slug.push_str("oe"),
            'ü' => slug.push_str("ue"),
            'ß' => slug.push_str("ss"),
            _ if slug.ends_with('-') || slug.is_empty() => {}
            _ => slug.push('-'),
        }
    }
    let slug: String = slug.trim_end_matches('-').chars().take(80).collect();
    if slug.is_empty() { "unnamed".to_owned() } else { slug }
}
