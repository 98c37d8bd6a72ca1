//! The first page: for staff what is theirs to do, for everybody else the portal.

mod desk;

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use maud::Markup;
use steward_app::error::Error;
use steward_app::list::{Counting, ListPage, ListRequest};
use steward_app::view::RecordView;
use steward_model::kind::Kind;
use steward_ui::list::{Column, ColumnRole, List, Row, list};
use steward_ui::value::Shown;
use steward_words::t;

use crate::error::WebError;
use crate::list::asked::{NEWEST, usual_order};
use crate::values::shown::{Reader, state};
use crate::values::time;
use crate::visitor::Visitor;
use crate::{Web, address};

/// Rows of one list on the page.
const ROWS: usize = 15;

pub(crate) async fn page(State(web): State<Web>, visitor: Visitor) -> Result<Response, WebError> {
    let page = if visitor.actor().is_staff() {
        desk::page(&web, &visitor).await?
    } else {
        crate::portal::show_home(&web, &visitor).await?
    };
    Ok(page.into_response())
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
        (t("number"), ColumnRole::Number, true),
        (t("title"), ColumnRole::Title, true),
        (t("state"), ColumnRole::Mark, true),
        (t("priority"), ColumnRole::Mark, staff),
        (t("requester"), ColumnRole::Person, staff),
        (t("due"), ColumnRole::Figure, true),
        (t("updated"), ColumnRole::Figure, true),
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
