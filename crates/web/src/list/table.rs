//! The rows of a list.

use maud::{Markup, html};
use serde_json::Value as Json;
use steward_app::list::{ListPage, group_attribute};
use steward_app::view::RecordView;
use steward_model::access::Action;
use steward_model::filter::SortKey;
use steward_model::kind::Kind;
use steward_ui::list::{Column, GroupHeading, List, Row, Sort, list};
use steward_ui::value::{Shown, shown as draw};
use steward_words::{in_sentence, t, t_with};

use super::columns::{Shape, named, shown};
use super::{Listing, Said, counted};
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
        let counts = self.group_counts(found);
        let headings = self.group_headings(found, &counts);
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
                heading: headings.get(index).cloned().flatten(),
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

    /// How many records each group of the page has, as it is said, for the record that begins it.
    fn group_counts(&self, found: &ListPage) -> Vec<Option<String>> {
        let kind = self.kind();
        let attribute = self.asked().group().and_then(|group| group_attribute(kind, group));
        let (Some(groups), Some(attribute)) = (&found.groups, attribute) else { return Vec::new() };
        let value = |view: &RecordView| attribute.value_of(&view.record, kind).map(|value| value.into_owned());
        let mut before = None;
        let begins = found.records.iter().map(|view| {
            let value = value(view).unwrap_or(Json::Null);
            let is_new = before.replace(value.clone()) != Some(value.clone());
            let count = groups.iter().find(|(group, _)| *group == value).map_or(0, |(_, count)| *count);
            is_new.then(|| counted(Some(count)))
        });
        begins.collect()
    }

    /// The heads of groups, for each record that begins one.
    fn group_headings<'b>(&self, found: &ListPage, counts: &'b [Option<String>]) -> Vec<Option<GroupHeading<'b>>> {
        let kind = self.kind();
        let shape = self.asked().group().and_then(|group| named(kind, self.opened.level, group));
        let heading = |(view, count): (&RecordView, &'b Option<String>)| {
            let shown = match shape.as_ref().map(|shape| self.cell(shape, view)) {
                None | Some(Shown::Nothing) => {
                    let label = in_sentence(shape.as_ref().map_or(t("group-unnamed"), |shape| shape.label()));
                    html! { span.value.value--muted { (t_with("no-value", &[("field", (&label).into())])) } }
                }
                Some(cell) => draw(&cell),
            };
            count.as_ref().map(|count| GroupHeading { shown, count })
        };
        found.records.iter().zip(counts).map(heading).collect()
    }

    /// A column with the address that sorts by it.
    fn heading<'b>(&'b self, shape: &Shape<'b>) -> (Column<'b>, String) {
        let kind = self.kind();
        let key = shape.key(kind).to_owned();
        let label = match shape {
            Shape::Title => kind.field(&kind.label_field).map_or(t("title"), |field| field.label.as_str()),
            other => other.label(),
        };
        let edits = match shape {
            Shape::Title => Some(kind.label_field.as_str()),
            Shape::Field(field) => Some(field.key.as_str()),
            _ => None,
        };
        let column = Column { label, role: shape.role(), sort: Sort::No, edits: edits.filter(|_| self.edits()) };
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

    /// Whether the reader may change values of some record of the kind.
    fn edits(&self) -> bool {
        self.web.app().writable_level(self.visitor.actor(), Action::Update, self.kind()).is_some()
    }

    /// A value of a record, as rows and cards show it.
    pub(super) fn cell<'b>(&'b self, shape: &Shape<'b>, view: &'b RecordView) -> Shown<'b> {
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
            Shape::Due => crate::clocks::next_due(record, now, zone).map_or(Shown::Nothing, Shown::Other),
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
