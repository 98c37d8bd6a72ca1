//! Lists of records of a kind: views, search, order, pages.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use steward_app::error::Error;
use steward_app::list::{COUNT_MAX, Counting, ListPage, ListRequest};
use steward_app::view::RecordView;
use steward_model::access::Actor;
use steward_model::filter::SortKey;
use steward_model::kind::{Field, FieldType, Kind, Level};
use steward_ui::button::{Button, Look, link_button};
use steward_ui::filter::{Chip, FilterLine, filter_line};
use steward_ui::header::{Header, header};
use steward_ui::icon::Icon;
use steward_ui::list::{Column, ColumnRole, List, Pager, Row, Sort, list, pager};
use steward_ui::menu::{MenuAction, MenuButton, MenuItem, menu};
use steward_ui::message::{Empty, Notice, empty, notice};
use steward_ui::partial::Partial;
use steward_ui::tabs::Tab;
use steward_ui::tone::Tone;
use steward_ui::value::Shown;

use crate::Web;
use crate::address::{self, part};
use crate::error::WebError;
use crate::files::Segments;
use crate::form::Form;
use crate::frame::{Place, frame};
use crate::values::shown::{Reader, state};
use crate::values::time;
use crate::visitor::Visitor;

/// Rows of a page.
const ROWS: usize = 50;

/// A list that is there without being made: a name and a condition in the search box's notation.
struct View {
    key: &'static str,
    label: &'static str,
    search: &'static str,
}

/// Views of work, for those who do it.
const DESK: [View; 5] = [
    View { key: "open", label: "Open", search: "is:open" },
    View { key: "mine", label: "Mine", search: "is:open assignee:me" },
    View { key: "teams", label: "My teams", search: "is:open team:mine" },
    View { key: "unassigned", label: "Unassigned", search: "is:open assignee:none" },
    View { key: "all", label: "All", search: "" },
];
/// Views of what one asked for.
const ASKED: [View; 2] =
    [View { key: "open", label: "Open", search: "is:open" }, View { key: "all", label: "All", search: "" }];
/// Everything else has one.
const PLAIN: [View; 1] = [View { key: "all", label: "All", search: "" }];

/// What the address asks for.
#[derive(Debug, Clone)]
struct Asked {
    view: usize,
    search: String,
    sort: Option<String>,
    cursor: Option<String>,
    only_list: bool,
}

pub(crate) async fn page(
    State(web): State<Web>,
    Segments(kinds): Segments<String>,
    visitor: Visitor,
    RawQuery(raw): RawQuery,
) -> Result<Response, WebError> {
    let kind = web.app().kind_by_plural(&kinds)?.clone();
    let Some(level) = web.app().readable_level(visitor.actor(), &kind) else { return Err(Error::NotFound.into()) };
    let query = Form::parse(raw.unwrap_or_default().as_bytes());
    let views = views(&kind, visitor.actor());
    let asked = Asked {
        view: query.get("view").and_then(|key| views.iter().position(|view| view.key == key)).unwrap_or(0),
        search: query.text("q").unwrap_or_default().to_owned(),
        sort: query.text("sort").map(str::to_owned),
        cursor: query.text("cursor").map(str::to_owned),
        only_list: query.get("part") == Some("list"),
    };
    let found = find(&web, &visitor, &kind, views, &asked).await;
    let (found, fault) = match found {
        Ok(page) => (page, None),
        Err(Error::Filter(error)) => {
            (ListPage { records: Vec::new(), next: None, total: None }, Some(error.to_string()))
        }
        Err(error) => return Err(error.into()),
    };
    let listing = Listing { web: &web, visitor: &visitor, kind: &kind, level, views, asked: &asked };
    if asked.only_list && fault.is_none() {
        return Ok(listing.table(&found).into_response());
    }
    let status = if fault.is_some() { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    Ok((status, listing.page(&found, fault.as_deref())).into_response())
}

async fn find(
    web: &Web,
    visitor: &Visitor,
    kind: &Arc<Kind>,
    views: &[View],
    asked: &Asked,
) -> Result<ListPage, Error> {
    let search = format!("{} {}", views[asked.view].search, asked.search);
    let request = ListRequest {
        search: Some(search.trim().to_owned()).filter(|search| !search.is_empty()),
        sort: Some(
            asked.sort.clone().unwrap_or_else(|| usual_order(visitor.actor(), kind, views[asked.view].key).to_owned()),
        ),
        limit: ROWS,
        cursor: asked.cursor.clone(),
        count: Counting::Capped,
        ..ListRequest::default()
    };
    web.app().list(visitor.actor(), kind, &request).await
}

/// The order of a list that nobody sorted. For those who do the work what matters most comes first, and of that what
/// waits longest, which is also the order that an index holds; everything else by what changed last.
pub(crate) fn usual_order(actor: &Actor, kind: &Kind, view: &str) -> &'static str {
    let ranked = kind.field("priority").is_some_and(|field| field.indexed);
    if actor.is_staff() && ranked && view != "all" { "priority,updated_at" } else { "-updated_at" }
}

fn views(kind: &Kind, actor: &Actor) -> &'static [View] {
    let has = |key: &str| kind.field(key).is_some();
    if actor.is_staff() && has("assignee") && has("team") {
        &DESK
    } else if has("requester") {
        &ASKED
    } else {
        &PLAIN
    }
}

/// A list on its way to markup.
struct Listing<'a> {
    web: &'a Web,
    visitor: &'a Visitor,
    kind: &'a Arc<Kind>,
    level: Level,
    views: &'a [View],
    asked: &'a Asked,
}

impl Listing<'_> {
    /// The whole page.
    fn page(&self, found: &ListPage, fault: Option<&str>) -> Markup {
        let kind = self.kind;
        let asked = self.asked;
        let addresses: Vec<String> = (0..self.views.len()).map(|view| self.view_address(view)).collect();
        let tabs: Vec<Tab<'_>> = self
            .views
            .iter()
            .zip(&addresses)
            .enumerate()
            .map(|(index, (view, address))| Tab {
                label: view.label,
                address,
                count: None,
                is_current: index == asked.view,
            })
            .collect();
        let detail = counted(found.total);
        let may_create = self.web.app().creatable_level(self.visitor.actor(), kind).is_some();
        let new = format!("New {}", kind.label.to_lowercase());
        let new_address = address::new(kind);
        let create = html! {
            @if may_create {
                (link_button(&Button { label: &new, icon: Some(Icon::Plus), look: Look::Main, ..Button::default() }, &new_address))
            }
        };
        let head = Header {
            title: &kind.label_plural,
            detail: &detail,
            tabs: if tabs.len() > 1 { &tabs } else { &[] },
            ..Header::default()
        };
        let main = html! {
            (header(&head, create))
            (self.filters())
            @if let Some(fault) = fault {
                div.page-note {
                    (notice(&Notice { tone: Tone::Danger, text: fault }, html! { a href="/help/reference/filters" { "How to search in lists" } }))
                }
            } @else if found.records.is_empty() {
                (self.empty(may_create.then_some((new.as_str(), new_address.as_str()))))
            } @else {
                (self.table(found))
                (self.pager(found))
            }
        };
        let place =
            Place { title: &kind.label_plural, current: &address::list(kind), kind: Some(kind), ..Place::default() };
        frame(self.web, self.visitor, place, main)
    }

    /// The rows alone, as they follow changes.
    fn table(&self, found: &ListPage) -> Markup {
        let columns = self.columns();
        let heads: Vec<(Column<'_>, String)> = columns.iter().map(|column| self.heading(column)).collect();
        let sorted: Vec<Column<'_>> = heads.iter().map(|(column, address)| with_address(*column, address)).collect();
        let ids: Vec<String> = found.records.iter().map(|view| view.record.id.to_string()).collect();
        let addresses: Vec<String> =
            found.records.iter().map(|view| address::record(self.kind, &view.record.number)).collect();
        let titles: Vec<&str> = found.records.iter().map(|view| title(self.kind, view)).collect();
        let rows: Vec<Row<'_>> = found
            .records
            .iter()
            .enumerate()
            .map(|(index, view)| Row {
                record: &ids[index],
                address: &addresses[index],
                title: titles[index],
                marks: None,
                cells: columns.iter().map(|column| self.cell(column, view)).collect(),
                is_unread: false,
            })
            .collect();
        let source = format!("{}&part=list", self.address(asked_sort(self.asked), self.asked.cursor.as_deref()));
        list(&List {
            name: &self.kind.label_plural,
            live_kind: Some(&self.kind.key),
            live_source: Some(&source),
            columns: &sorted,
            rows: &rows,
            selection_form: None,
        })
    }

    /// The columns that the reader may see, the title's among them.
    fn columns(&self) -> Vec<Shape<'_>> {
        let kind = self.kind;
        let mut columns: Vec<Shape<'_>> = kind
            .list_columns
            .iter()
            .filter_map(|key| match (key.as_str(), kind.field(key)) {
                (key, _) if key == kind.label_field => Some(Shape::Title),
                ("number", _) => Some(Shape::Number),
                ("state", _) => Some(Shape::State),
                ("organisation", _) => Some(Shape::Organisation),
                ("updated_at", _) => Some(Shape::Updated),
                ("created_at", _) => Some(Shape::Created),
                (_, Some(field)) if field.audience <= self.level => Some(Shape::Field(field)),
                _ => None,
            })
            .collect();
        if !columns.contains(&Shape::Title) {
            columns.insert(columns.len().min(1), Shape::Title);
        }
        columns
    }

    /// A column with the address that sorts by it.
    fn heading<'b>(&'b self, shape: &Shape<'b>) -> (Column<'b>, String) {
        let key = shape.key(self.kind).to_owned();
        let label = match shape {
            Shape::Title => self.kind.field(&self.kind.label_field).map_or("Title", |field| field.label.as_str()),
            other => other.label(),
        };
        let column = Column { label, role: shape.role(), sort: Sort::No };
        let sortable = SortKey::parse(&key, self.kind).is_ok_and(|keys| !keys.is_empty());
        if !sortable {
            return (column, String::new());
        }
        let current = self.asked.sort.as_deref().unwrap_or_default().split(',').next().unwrap_or_default();
        let (sort, next) = if current == key {
            (Sort::Ascending(""), format!("-{key}"))
        } else if current.strip_prefix('-') == Some(&key) {
            (Sort::Descending(""), key)
        } else {
            (Sort::Offered(""), key)
        };
        (Column { sort, ..column }, self.address(Some(&next), None))
    }

    fn cell<'b>(&'b self, shape: &Shape<'b>, view: &'b RecordView) -> Shown<'b> {
        let record = &view.record;
        let (now, zone) = (self.web.app().now(), &self.visitor.preferences.zone);
        let reader = Reader { registry: self.web.app().registry(), labels: &view.labels, zone, now };
        match shape {
            Shape::Title => Shown::Nothing,
            Shape::Number => Shown::RecordNumber(&record.number),
            Shape::State => Shown::Other(state(self.kind, &record.state)),
            Shape::Organisation => Shown::Other(reader.reference(record.organisation)),
            Shape::Updated => Shown::Other(time::ago(record.updated_at, now, zone)),
            Shape::Created => Shown::Other(time::ago(record.created_at, now, zone)),
            Shape::Field(field) => match record.field(&field.key) {
                None => Shown::Nothing,
                Some(_) => Shown::Other(reader.field(self.kind, record, field)),
            },
        }
    }

    fn filters(&self) -> Markup {
        let asked = self.asked;
        let hint = format!("Search in {}", self.kind.label_plural.to_lowercase());
        let view = self.views[asked.view].key;
        let mut keep = vec![("view", view)];
        if let Some(sort) = &asked.sort {
            keep.push(("sort", sort));
        }
        let terms = terms(&asked.search);
        let removals: Vec<String> = (0..terms.len()).map(|index| self.without(&terms, index)).collect();
        let chips: Vec<Chip<'_>> = terms
            .iter()
            .zip(&removals)
            .filter_map(|(term, remove)| {
                let (field, value) = term.split_once(':')?;
                let (relation, field) = field.strip_prefix('-').map_or(("is", field), |field| ("is not", field));
                Some(Chip { label: field, relation, value, remove })
            })
            .collect();
        let line = FilterLine {
            action: &address::list(self.kind),
            query: &asked.search,
            hint: &hint,
            keep: &keep,
            chips: &chips,
            clear: None,
        };
        filter_line(&line, html! { (self.state_menu()) (self.priority_menu()) }, html! {})
    }

    fn state_menu(&self) -> Markup {
        let states = self.kind.lifecycle.states.iter().map(|state| ("state", state.key.as_str(), state.label.as_str()));
        self.narrowing("State", states.collect())
    }

    fn priority_menu(&self) -> Markup {
        let choices = self.kind.field("priority").filter(|field| field.audience <= self.level);
        let choices = choices.and_then(|field| field.field_type.choices());
        let choices = choices.iter().flat_map(|choices| &choices.0);
        self.narrowing(
            "Priority",
            choices.map(|choice| ("priority", choice.key.as_str(), choice.label.as_str())).collect(),
        )
    }

    /// A menu that adds a term to what is searched for.
    fn narrowing(&self, label: &str, values: Vec<(&str, &str, &str)>) -> Markup {
        if values.len() < 2 {
            return html! {};
        }
        let addresses: Vec<String> = values
            .iter()
            .map(|(field, value, _)| self.searching(&format!("{} {field}:{value}", self.asked.search)))
            .collect();
        let items: Vec<MenuItem<'_>> = values
            .iter()
            .zip(&addresses)
            .map(|((_, _, label), address)| MenuItem {
                label,
                icon: None,
                action: MenuAction::Link { address, partial: Partial::NONE },
                is_danger: false,
                key: None,
                is_chosen: false,
            })
            .collect();
        menu(label, MenuButton::Label(label), &items)
    }

    fn pager(&self, found: &ListPage) -> Markup {
        let first = self.address(asked_sort(self.asked), None);
        let next = found.next.as_deref().map(|cursor| self.address(asked_sort(self.asked), Some(cursor)));
        if self.asked.cursor.is_none() && next.is_none() {
            return html! {};
        }
        let range = match self.asked.cursor {
            None => format!("First {} of {}", found.records.len(), counted(found.total)),
            Some(_) => format!("{} more of {}", found.records.len(), counted(found.total)),
        };
        pager(&Pager {
            range: &range,
            first: self.asked.cursor.as_ref().map(|_| first.as_str()),
            previous: None,
            next: next.as_deref(),
        })
    }

    fn empty(&self, create: Option<(&str, &str)>) -> Markup {
        let plural = self.kind.label_plural.to_lowercase();
        let narrowed = !self.asked.search.is_empty();
        let title = if narrowed { format!("No {plural} match") } else { format!("No {plural} here") };
        let text = if narrowed {
            "Take words or conditions away, or look in another view.".to_owned()
        } else {
            self.kind.description.clone()
        };
        let all = self.searching("");
        let actions = html! {
            @if narrowed { (link_button(&Button { label: "Show all", ..Button::default() }, &all)) }
            @else if let Some((label, address)) = create { (link_button(&Button { label, ..Button::default() }, address)) }
        };
        empty(&Empty { icon: Icon::named(&self.kind.icon), title: &title, text: &text }, actions)
    }

    fn view_address(&self, view: usize) -> String {
        let search =
            if self.asked.search.is_empty() { String::new() } else { format!("&q={}", part(&self.asked.search)) };
        format!("/{}?view={}{search}", self.kind.plural, self.views[view].key)
    }

    /// This list with another search.
    fn searching(&self, search: &str) -> String {
        let view = self.views[self.asked.view].key;
        let search = search.trim();
        let sort = self.asked.sort.as_ref().map(|sort| format!("&sort={}", part(sort))).unwrap_or_default();
        let search = if search.is_empty() { String::new() } else { format!("&q={}", part(search)) };
        format!("/{}?view={view}{search}{sort}", self.kind.plural)
    }

    /// This list in another order, or another page of it.
    fn address(&self, sort: Option<&str>, cursor: Option<&str>) -> String {
        let mut address = self.view_address(self.asked.view);
        if let Some(sort) = sort {
            address.push_str(&format!("&sort={}", part(sort)));
        }
        if let Some(cursor) = cursor {
            address.push_str(&format!("&cursor={}", part(cursor)));
        }
        address
    }

    fn without(&self, terms: &[&str], index: usize) -> String {
        let rest: Vec<&str> =
            terms.iter().enumerate().filter(|(place, _)| *place != index).map(|(_, term)| *term).collect();
        self.searching(&rest.join(" "))
    }
}

fn asked_sort(asked: &Asked) -> Option<&str> {
    asked.sort.as_deref()
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

/// What a column shows.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Shape<'a> {
    Title,
    Number,
    State,
    Organisation,
    Updated,
    Created,
    Field(&'a Field),
}

impl<'a> Shape<'a> {
    fn key(&self, kind: &'a Kind) -> &'a str {
        match self {
            Self::Title => &kind.label_field,
            Self::Number => "number",
            Self::State => "state",
            Self::Organisation => "organisation",
            Self::Updated => "updated_at",
            Self::Created => "created_at",
            Self::Field(field) => &field.key,
        }
    }

    fn label(&self) -> &'a str {
        match self {
            Self::Title => "",
            Self::Number => "Number",
            Self::State => "State",
            Self::Organisation => "Organisation",
            Self::Updated => "Updated",
            Self::Created => "Created",
            Self::Field(field) => &field.label,
        }
    }

    fn role(&self) -> ColumnRole {
        match self {
            Self::Title => ColumnRole::Title,
            Self::Number => ColumnRole::Number,
            Self::State => ColumnRole::Mark,
            Self::Organisation => ColumnRole::Text,
            Self::Updated | Self::Created => ColumnRole::Figure,
            Self::Field(field) if field.key == "priority" => ColumnRole::Mark,
            Self::Field(field) => match field.field_type.value_type() {
                FieldType::Reference { kinds } if kinds == &["person"] => ColumnRole::Person,
                FieldType::Moment
                | FieldType::Date
                | FieldType::Integer { .. }
                | FieldType::Money
                | FieldType::Duration => ColumnRole::Figure,
                _ => ColumnRole::Text,
            },
        }
    }
}

/// What a record is called in lists.
fn title<'a>(kind: &Kind, view: &'a RecordView) -> &'a str {
    match view.record.text(&kind.label_field) {
        "" => &view.record.number,
        title => title,
    }
}

pub(crate) fn counted(total: Option<usize>) -> String {
    match total {
        None => String::new(),
        Some(total) if total > COUNT_MAX => "10,000+".to_owned(),
        Some(total) if total >= 1000 => format!("{},{:03}", total / 1000, total % 1000),
        Some(total) => total.to_string(),
    }
}

/// The terms of a search, phrases in quotes kept whole.
fn terms(search: &str) -> Vec<&str> {
    let mut terms = Vec::new();
    let mut start = None;
    let mut quoted = false;
    for (index, letter) in search.char_indices() {
        quoted ^= letter == '"';
        match (letter.is_whitespace() && !quoted, start) {
            (true, Some(begin)) => {
                terms.push(&search[begin..index]);
                start = None;
            }
            (false, None) => start = Some(index),
            _ => {}
        }
    }
    terms.extend(start.map(|begin| &search[begin..]));
    terms
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phrases_stay_whole() {
        assert_eq!(terms(" is:open  title:\"mail server\" -x "), ["is:open", "title:\"mail server\"", "-x"]);
        assert!(terms("  ").is_empty());
    }

    #[test]
    fn large_counts_are_told_as_such() {
        for (total, shown) in [(0, "0"), (999, "999"), (1000, "1,000"), (10_000, "10,000"), (10_001, "10,000+")] {
            assert_eq!(counted(Some(total)), shown);
        }
    }
}
