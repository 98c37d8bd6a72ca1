//! The rows of a list.

use maud::Markup;
use steward_app::list::ListPage;
use steward_app::view::RecordView;
use steward_model::filter::SortKey;
use steward_model::kind::Kind;
use steward_ui::list::{Column, List, Row, Sort, list};
use steward_ui::value::Shown;

use super::columns::{Shape, shown};
use super::{Listing, Said};
use crate::address;
use crate::values::shown::{Reader, state};
use crate::values::time;

/// Id of the form that takes ticked rows.
pub(super) const SELECTION: &str = "bulk";

impl Listing<'_> {
    /// The rows alone, as they follow changes.
    pub(super) fn table(&self, found: &ListPage) -> Markup {
        let kind = self.kind();
        let columns = shown(kind, self.opened.level, &self.asked().columns());
        let heads: Vec<(Column<'_>, String)> = columns.iter().map(|column| self.heading(column)).collect();
        let sorted: Vec<Column<'_>> = heads.iter().map(|(column, address)| with_address(*column, address)).collect();
        let ids: Vec<String> = found.records.iter().map(|view| view.record.id.to_string()).collect();
        let addresses: Vec<String> =
            found.records.iter().map(|view| address::record(kind, &view.record.number)).collect();
        let rows: Vec<Row<'_>> = found
            .records
            .iter()
            .enumerate()
            .map(|(index, view)| Row {
                record: &ids[index],
                address: &addresses[index],
                title: title(kind, view),
                marks: None,
                cells: columns.iter().map(|column| self.cell(column, view)).collect(),
                is_unread: false,
            })
            .collect();
        let source = self.asked().said.address(kind, "");
        let source = format!("{source}{}part=list", if source.contains('?') { '&' } else { '?' });
        list(&List {
            name: &kind.label_plural,
            live_kind: Some(&kind.key),
            live_source: Some(&source),
            columns: &sorted,
            rows: &rows,
            selection_form: self.has_bulk_actions().then_some(SELECTION),
        })
    }

    /// A column with the address that sorts by it.
    fn heading<'b>(&'b self, shape: &Shape<'b>) -> (Column<'b>, String) {
        let kind = self.kind();
        let key = shape.key(kind).to_owned();
        let label = match shape {
            Shape::Title => kind.field(&kind.label_field).map_or("Title", |field| field.label.as_str()),
            other => other.label(),
        };
        let column = Column { label, role: shape.role(), sort: Sort::No };
        if !SortKey::parse(&key, kind).is_ok_and(|keys| !keys.is_empty()) {
            return (column, String::new());
        }
        let chosen = self.asked().said.sort.as_deref().or(self.asked().view.sort.as_deref());
        let current = chosen.unwrap_or_default().split(',').next().unwrap_or_default();
        let (sort, next) = if current == key {
            (Sort::Ascending(""), format!("-{key}"))
        } else if current.strip_prefix('-') == Some(&key) {
            (Sort::Descending(""), key)
        } else {
            (Sort::Offered(""), key)
        };
        let said = Said { sort: Some(next), cursor: None, ..self.asked().said.clone() };
        (Column { sort, ..column }, said.address(kind, ""))
    }

    fn cell<'b>(&'b self, shape: &Shape<'b>, view: &'b RecordView) -> Shown<'b> {
        let record = &view.record;
        let (now, zone) = (self.web.app().now(), &self.visitor.preferences.zone);
        let reader = Reader { registry: self.web.app().registry(), labels: &view.labels, zone, now };
        match shape {
            Shape::Title => Shown::Nothing,
            Shape::Number => Shown::RecordNumber(&record.number),
            Shape::State => Shown::Other(state(self.kind(), &record.state)),
            Shape::Organisation => Shown::Other(reader.reference(record.organisation)),
            Shape::Updated => Shown::Other(time::ago(record.updated_at, now, zone)),
            Shape::Created => Shown::Other(time::ago(record.created_at, now, zone)),
            Shape::Field(field) => match record.field(&field.key) {
                None => Shown::Nothing,
                Some(_) => Shown::Other(reader.field(self.kind(), record, field)),
            },
        }
    }
}

fn with_address<'a>(column: Column<'a>, address: &'a str) -> Column<'a> {
    let sort = match column.sort {
        Sort::No => Sort::No,
        Sort::Offered(_) => Sort::Offered(address),
        Sort::Ascending(_) => Sort::Ascending(address),
        Sort::Descending(_) => Sort::Descending(address),
    };
    Column { sort, ..column }
}

/// What a record is called in lists.
pub(crate) fn title<'a>(kind: &Kind, view: &'a RecordView) -> &'a str {
    match view.record.text(&kind.label_field) {
        "" => &view.record.number,
        title => title,
    }
}
