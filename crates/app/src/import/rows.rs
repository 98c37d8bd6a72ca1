//! Reading rows, putting those of one case together, and turning them into values.

use std::collections::HashMap;
use std::path::Path;

use csv::{ByteRecord, StringRecord};
use serde_json::{Value as Json, json};
use steward_model::id::RecordId;
use steward_model::kind::Kind;
use steward_model::moment::Moment;

use super::plan::{Plan, Source};
use super::source;
use crate::error::Error;

/// Rows in one batch at least, when there are as many: one write transaction.
pub(crate) const BATCH_ROWS: usize = 2_000;

/// One row, understood.
#[derive(Debug)]
pub(crate) struct Line {
    /// Its line in the file, from 1.
    pub(crate) line: u64,
    /// Its place among the rows of the case, from 1, unusable ones counted.
    pub(crate) place: usize,
    pub(crate) at: Moment,
    pub(crate) state: String,
    /// Name of the actor among the profile's reference, when there is one.
    pub(crate) actor: Option<Name>,
    /// In the order of the plan's fields.
    pub(crate) values: Vec<Cell>,
    /// As it stands in the file.
    pub(crate) raw: StringRecord,
}

/// What a row says of a field.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cell {
    /// Nothing: it stays as it is.
    Silent,
    /// That it is empty, or not known yet.
    Empty,
    /// A value in stored form.
    Value(Json),
    /// Another record.
    Reference(Name),
}

/// The name of a record that the log speaks of.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Name {
    /// Place in the plan's references.
    pub(crate) reference: usize,
    /// Its name there.
    pub(crate) text: String,
    /// The cell.
    pub(crate) value: String,
}

/// All rows of a case.
#[derive(Debug)]
pub(crate) struct Case {
    pub(crate) key: String,
    pub(crate) number: String,
    pub(crate) lines: Vec<Line>,
}

/// A row that cannot be used.
#[derive(Debug, Clone)]
pub(crate) struct BadRow {
    pub(crate) line: u64,
    pub(crate) reason: String,
    pub(crate) raw: StringRecord,
}

/// Cases that are written together.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    pub(crate) cases: Vec<Case>,
    pub(crate) bad: Vec<BadRow>,
    /// Rows of the file that these are.
    pub(crate) rows: u64,
}

/// A log whose columns are known and whose rows are counted.
pub(crate) struct Log {
    reader: csv::Reader<Box<dyn std::io::Read + Send>>,
    header: StringRecord,
    /// Rows of each case that are still to come.
    awaited: HashMap<Vec<u8>, usize>,
    open: HashMap<Vec<u8>, Vec<Raw>>,
    /// Rows in the file.
    pub(crate) rows: u64,
}

struct Raw {
    line: u64,
    place: usize,
    record: Result<StringRecord, ByteRecord>,
}

impl Log {
    /// Opens a log and counts the rows of each case, so that a case is complete when its last row was read, wherever
    /// in the file that stands.
    pub(crate) fn open(path: &Path, case_columns: &[String]) -> Result<Self, Error> {
        let mut counting = reader(path)?;
        let header = counting.headers().map_err(unreadable)?.clone();
        let columns = places(&header, case_columns)?;
        let (mut awaited, mut rows) = (HashMap::<Vec<u8>, usize>::new(), 0);
        let mut record = ByteRecord::new();
        while counting.read_byte_record(&mut record).map_err(unreadable)? {
            *awaited.entry(case_bytes(&record, &columns)).or_default() += 1;
            rows += 1;
        }
        let mut reader = reader(path)?;
        reader.headers().map_err(unreadable)?;
        Ok(Self { reader, header, awaited, open: HashMap::new(), rows })
    }

    /// Names of the columns.
    pub(crate) fn header(&self) -> &StringRecord {
        &self.header
    }

    /// The next cases that are complete; `None` at the end.
    pub(crate) fn next_batch(&mut self, plan: &Plan) -> Result<Option<Batch>, Error> {
        let mut batch = Batch::default();
        let mut record = ByteRecord::new();
        let mut complete = 0;
        while complete < BATCH_ROWS && self.reader.read_byte_record(&mut record).map_err(unreadable)? {
            let line = record.position().map_or(0, csv::Position::line);
            let case = case_bytes(&record, &plan.case_columns);
            let raws = self.open.entry(case.clone()).or_default();
            raws.push(Raw {
                line,
                place: raws.len() + 1,
                record: StringRecord::from_byte_record(record.clone()).map_err(|error| error.into_byte_record()),
            });
            let awaited = self.awaited.get_mut(&case).ok_or_else(changed)?;
            *awaited = awaited.checked_sub(1).ok_or_else(changed)?;
            if *awaited == 0 {
                self.awaited.remove(&case);
                let raws = self.open.remove(&case).unwrap_or_default();
                complete += raws.len();
                batch.rows += u64::try_from(raws.len()).unwrap_or(0);
                understand(raws, plan, &mut batch);
            }
        }
        if complete == 0 {
            return if self.open.is_empty() { Ok(None) } else { Err(changed()) };
        }
        Ok(Some(batch))
    }
}

fn changed() -> Error {
    Error::BadRequest("the file changed while it was read; what was read before is imported, run it again".to_owned())
}

fn reader(path: &Path) -> Result<csv::Reader<Box<dyn std::io::Read + Send>>, Error> {
    let opened =
        source::open(path).map_err(|error| Error::BadRequest(format!("{} cannot be read: {error}", path.display())))?;
    Ok(csv::ReaderBuilder::new().flexible(true).from_reader(opened))
}

fn unreadable(error: csv::Error) -> Error {
    Error::BadRequest(format!("the file cannot be read: {error}"))
}

/// Places of columns in the header.
pub(crate) fn places(header: &StringRecord, columns: &[String]) -> Result<Vec<usize>, Error> {
    let place = |column: &String| {
        header.iter().position(|name| name == column).ok_or_else(|| {
            Error::BadRequest(format!(
                "the file has no column `{column}`; it has {}",
                header.iter().collect::<Vec<_>>().join(", ")
            ))
        })
    };
    columns.iter().map(place).collect()
}

/// What rows are put together by: the cells that make up the case.
fn case_bytes(record: &ByteRecord, columns: &[usize]) -> Vec<u8> {
    let cells: Vec<&[u8]> = columns.iter().map(|column| record.get(*column).unwrap_or_default()).collect();
    cells.join(&0)
}

/// Turns the rows of one case into lines.
fn understand(raws: Vec<Raw>, plan: &Plan, batch: &mut Batch) {
    let last = raws.len();
    let mut lines = Vec::with_capacity(raws.len());
    let mut names = None;
    for Raw { line, place, record } in raws {
        let record = match record {
            Ok(record) => record,
            Err(bytes) => {
                let raw = bytes.iter().map(String::from_utf8_lossy).collect::<Vec<_>>();
                let raw = StringRecord::from(raw.iter().map(AsRef::as_ref).collect::<Vec<&str>>());
                batch.bad.push(BadRow { line, reason: "it is not UTF-8".to_owned(), raw });
                continue;
            }
        };
        match understand_row(&record, plan, lines.is_empty(), place == last) {
            Ok(row) => {
                names.get_or_insert((row.case, row.number));
                lines.push(Line {
                    line,
                    place,
                    at: row.at,
                    state: row.state,
                    actor: row.actor,
                    values: row.values,
                    raw: record,
                });
            }
            Err(reason) => batch.bad.push(BadRow { line, reason, raw: record }),
        }
    }
    if let Some((key, number)) = names {
        batch.cases.push(Case { key, number, lines });
    }
}

struct Row {
    case: String,
    number: String,
    at: Moment,
    state: String,
    actor: Option<Name>,
    values: Vec<Cell>,
}

fn understand_row(record: &StringRecord, plan: &Plan, first: bool, last: bool) -> Result<Row, String> {
    if record.len() != plan.columns.len() {
        return Err(format!("it has {} cells, not {}", record.len(), plan.columns.len()));
    }
    let cells = Cells { record, plan };
    let case = plan.profile.case.fill(|column| cells.named(column)).ok_or("it names no case")?;
    let number = match &plan.profile.number {
        None => case.clone(),
        Some(number) => number.fill(|column| cells.named(column)).ok_or("it gives no number")?,
    };
    let at = cells.at(plan.moment).ok_or_else(|| format!("it has no {}", plan.columns[plan.moment]))?;
    let at = plan.moment(at).map_err(|fault| format!("{}: {fault}", plan.columns[plan.moment]))?;
    let said = plan.profile.state.text.fill(|column| cells.named(column)).ok_or("it gives no state")?;
    let rule = plan.profile.state.map.get(&said);
    let state = rule.map_or(said.as_str(), super::profile::StateRule::state).to_owned();
    let actor = match plan.actor {
        None => None,
        Some((column, reference)) => cells.at(column).map(|value| cells.name(reference, value)).transpose()?,
    };
    let mut values = Vec::with_capacity(plan.fields.len());
    for field in &plan.fields {
        let known = match &field.known {
            None => true,
            Some(known) => last || known.holds(&state, at, &cells)?,
        };
        values.push(match &field.source {
            _ if field.once && !first => Cell::Silent,
            _ if !known => Cell::Empty,
            Source::Column(column) => match cells.at(*column) {
                None => Cell::Empty,
                Some(text) => {
                    cells.convert(field, text).map_err(|fault| format!("{}: {fault}", plan.columns[*column]))?
                }
            },
            Source::Text(template) => {
                let text = template.fill_some(|column| cells.named(column)).unwrap_or_else(|| case.clone());
                cells.convert(field, &text).map_err(|fault| format!("{}: {fault}", field.key))?
            }
            // Of a moment that is known only in some states, the last row outside of them says nothing.
            Source::Moment if field.known.as_ref().is_some_and(|known| !known.states.contains(&state)) => Cell::Empty,
            Source::Moment => Cell::Value(Json::from(at.0)),
            Source::Count(_) => Cell::Silent,
            Source::State => plan.state_value(rule, &field.key).map_or(Cell::Empty, Cell::Value),
            Source::Extra(extras) => extra(extras, &cells, &state, at, last)?,
        });
    }
    Ok(Row { case, number, at, state, actor, values })
}

fn extra(
    extras: &[super::plan::Extra],
    cells: &Cells<'_>,
    state: &str,
    at: Moment,
    last: bool,
) -> Result<Cell, String> {
    let mut rows = Vec::new();
    for extra in extras {
        let known = match &extra.known {
            None => true,
            Some(known) => last || known.holds(state, at, cells)?,
        };
        if let Some(value) = cells.at(extra.column).filter(|_| known) {
            rows.push(json!({ "name": extra.name, "value": value }));
        }
    }
    Ok(if rows.is_empty() { Cell::Empty } else { Cell::Value(Json::Array(rows)) })
}

/// The cells of a row, with those that stand for nothing left out.
pub(crate) struct Cells<'a> {
    pub(crate) record: &'a StringRecord,
    pub(crate) plan: &'a Plan,
}

impl<'a> Cells<'a> {
    /// The cell in a column.
    pub(crate) fn at(&self, column: usize) -> Option<&'a str> {
        let text = self.record.get(column)?;
        (!text.trim().is_empty() && !self.plan.profile.missing.iter().any(|missing| missing == text)).then_some(text)
    }

    /// The cell in the column with this name.
    pub(crate) fn named(&self, column: &str) -> Option<&'a str> {
        self.at(*self.plan.places.get(column)?)
    }

    /// The name of the record that a cell speaks of.
    pub(crate) fn name(&self, reference: usize, value: &str) -> Result<Name, String> {
        let template = &self.plan.references[reference].name;
        let text = template
            .fill(|column| if column == "value" { Some(value) } else { self.named(column) })
            .ok_or_else(|| format!("`{value}` cannot be named, since another column of its name is missing"))?;
        Ok(Name { reference, text, value: value.to_owned() })
    }

    fn convert(&self, field: &super::plan::PlannedField, text: &str) -> Result<Cell, String> {
        match field.reference {
            Some(reference) => Ok(Cell::Reference(self.name(reference, text)?)),
            None => Ok(self.plan.convert(field, text)?.map_or(Cell::Empty, Cell::Value)),
        }
    }
}

/// Looks nothing up: references go another way.
pub(crate) struct NoReferences;

impl steward_model::value::References for NoReferences {
    fn resolve(&self, _kinds: &[String], _text: &str) -> Option<RecordId> {
        None
    }
}

/// Whether a kind has this state among those that count as finished.
pub(crate) fn is_finished(kind: &Kind, state: &str) -> bool {
    kind.lifecycle.state(state).is_some_and(|state| !state.category.is_open())
}
