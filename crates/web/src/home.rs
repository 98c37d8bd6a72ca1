//! The first page: for staff what is theirs to do, for everybody else the portal.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use steward_app::error::Error;
use steward_app::list::{Counting, ListPage, ListRequest};
use steward_app::view::RecordView;
use steward_model::kind::Kind;
use steward_ui::chart::{Tile, tiles};
use steward_ui::header::{Header, header};
use steward_ui::icon::Icon;
use steward_ui::list::{Column, ColumnRole, List, Row, list};
use steward_ui::message::{Empty, empty};
use steward_ui::value::Shown;

use crate::error::WebError;
use crate::frame::{Place, frame};
use crate::list::asked::{NEWEST, usual_order};
use crate::list::counted;
use crate::values::shown::{Reader, state};
use crate::values::time;
use crate::visitor::Visitor;
use crate::{Web, address};

/// Rows of one list on the page.
const ROWS: usize = 15;
/// Kinds of work, in the order in which they matter.
const WORK: [&str; 6] = ["incident", "service_request", "problem", "change", "task", "release"];

pub(crate) async fn page(State(web): State<Web>, visitor: Visitor) -> Result<Response, WebError> {
    let page = if visitor.actor().is_staff() {
        desk(&web, &visitor).await?
    } else {
        crate::portal::show_home(&web, &visitor).await?
    };
    Ok(page.into_response())
}

/// What is there for staff to do.
async fn desk(web: &Web, visitor: &Visitor) -> Result<Markup, Error> {
    let mine = gathered(web, visitor, &WORK, "is:open assignee:me").await?;
    let teams = gathered(web, visitor, &["incident", "service_request"], "is:open team:mine assignee:none").await?;
    let mut counts = Vec::new();
    for (label, search) in [
        ("Open incidents", "is:open"),
        ("Critical or high", "is:open priority:critical,high"),
        ("Without a team", "is:open team:none assignee:none"),
        ("Overdue", "is:open due:<now"),
    ] {
        counts.push((label, search, count(web, visitor, "incident", search).await?));
    }
    let incident = web.app().registry().kind("incident").cloned();
    let numbers: Vec<(String, String)> = counts
        .iter()
        .map(|(_, search, total)| {
            (
                counted(*total),
                incident
                    .as_ref()
                    .map(|kind| format!("{}&view=all", address::list_with(kind, search)))
                    .unwrap_or_default(),
            )
        })
        .collect();
    let shown: Vec<Tile<'_>> = counts
        .iter()
        .zip(&numbers)
        .map(|((label, _, _), (value, address))| Tile { label, value, address: Some(address), ..Tile::default() })
        .collect();
    let name = visitor.actor().label.split_whitespace().next().unwrap_or_default().to_owned();
    let main = html! {
        (header(&Header { title: "My work", detail: &name, ..Header::default() }, html! {}))
        div.page-body."page-body--wide" {
            (tiles(&shown))
            section.home-section {
                h2.home-section__title { "Assigned to me" }
                @if mine.is_empty() {
                    (empty(&Empty { icon: Icon::Checks, title: "Nothing is assigned to you", text: "Take something from your teams below, or from the list of incidents." }, html! {}))
                } @else { (work(web, visitor, "Assigned to me", &mine)) }
            }
            section.home-section {
                h2.home-section__title { "In my teams, taken by nobody" }
                @if teams.is_empty() {
                    (empty(&Empty { icon: Icon::Inbox, title: "Your teams have no work that waits", text: "New incidents and requests for your teams show here." }, html! {}))
                } @else { (work(web, visitor, "In my teams", &teams)) }
            }
        }
    };
    Ok(frame(web, visitor, Place { title: "My work", current: "/", ..Place::default() }, main))
}

/// Records of several kinds under one condition, each kind's in its usual order.
async fn gathered(
    web: &Web,
    visitor: &Visitor,
    kinds: &[&str],
    search: &str,
) -> Result<Vec<(Arc<Kind>, RecordView)>, Error> {
    let mut records = Vec::new();
    for key in kinds {
        let Some(kind) = web.app().registry().kind(key).cloned() else { continue };
        if web.app().readable_level(visitor.actor(), &kind).is_none() {
            continue;
        }
        let sort = if visitor.actor().is_staff() { usual_order(&kind, "open") } else { NEWEST };
        let found = ask(web, visitor, &kind, search, sort, Counting::Off, ROWS).await?;
        records.extend(found.records.into_iter().map(|view| (kind.clone(), view)));
    }
    Ok(records)
}

async fn count(web: &Web, visitor: &Visitor, kind: &str, search: &str) -> Result<Option<usize>, Error> {
    let Some(kind) = web.app().registry().kind(kind).cloned() else { return Ok(None) };
    if web.app().readable_level(visitor.actor(), &kind).is_none() {
        return Ok(None);
    }
    Ok(ask(web, visitor, &kind, search, "-updated_at", Counting::Capped, 1).await?.total)
}

async fn ask(
    web: &Web,
    visitor: &Visitor,
    kind: &Arc<Kind>,
    search: &str,
    sort: &str,
    count: Counting,
    limit: usize,
) -> Result<ListPage, Error> {
    let request = ListRequest {
        search: Some(search.to_owned()).filter(|search| !search.is_empty()),
        sort: Some(sort.to_owned()),
        limit,
        count,
        ..ListRequest::default()
    };
    web.app().list(visitor.actor(), kind, &request).await
}

/// Work of several kinds as one list.
fn work(web: &Web, visitor: &Visitor, name: &str, records: &[(Arc<Kind>, RecordView)]) -> Markup {
    let (now, zone) = (web.app().now(), &visitor.preferences.zone);
    // Those who ask know who they are, and have no use for ranks.
    let staff = visitor.actor().is_staff();
    let columns: Vec<Column<'_>> = [
        ("Number", ColumnRole::Number, true),
        ("Title", ColumnRole::Title, true),
        ("State", ColumnRole::Mark, true),
        ("Priority", ColumnRole::Mark, staff),
        ("Requester", ColumnRole::Person, staff),
        ("Due", ColumnRole::Figure, true),
        ("Updated", ColumnRole::Figure, true),
    ]
    .into_iter()
    .filter(|(_, _, shown)| *shown)
    .map(|(label, role, _)| Column { label, role, ..Column::default() })
    .collect();
    let texts: Vec<(String, String)> = records
        .iter()
        .map(|(kind, view)| (view.record.id.to_string(), address::record(kind, &view.record.number)))
        .collect();
    let rows: Vec<Row<'_>> = records
        .iter()
        .zip(&texts)
        .map(|((kind, view), (id, address))| {
            let reader = Reader { registry: web.app().registry(), labels: &view.labels, zone, now };
            let field = |key: &str| match kind.field(key).filter(|field| view.record.field(&field.key).is_some()) {
                Some(field) => Shown::Other(reader.field(kind, &view.record, field)),
                None => Shown::Nothing,
            };
            let mut cells = vec![
                Shown::RecordNumber(&view.record.number),
                Shown::Nothing,
                Shown::Other(state(kind, &view.record.state)),
            ];
            if staff {
                cells.extend([field("priority"), field("requester")]);
            }
            cells.extend([field("due_at"), Shown::Other(time::ago(view.record.updated_at, now, zone))]);
            Row { record: id, address, title: view.record.text(&kind.label_field), cells, ..Row::default() }
        })
        .collect();
    list(&List { name, columns: &columns, rows: &rows, ..List::default() })
}
