//! Lists as files: the same records, order and columns as the page shows, to the last page.

pub(crate) mod cell;
mod csv;
mod workbook;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream;
use jiff::tz::TimeZone;
use steward_app::error::Error;
use steward_app::list::{Counting, LIMIT_MAX, ListPage, ListRequest};
use steward_model::access::Actor;

use crate::Web;
use crate::error::WebError;
use crate::files::Segments;
use crate::form::Query;
use crate::list::asked::Said;
use crate::list::columns::shown;
use crate::list::{Opened, open};
use crate::visitor::Visitor;
use cell::{Cell, cells, headings};
use steward_words::{reader, t, t_with, within};

/// Rows of a file at most; what is cut is told in its name.
const ROWS_MAX: usize = 50_000;
/// Says that the list has more rows than the file.
const CUT: HeaderName = HeaderName::from_static("x-steward-cut");

pub(crate) async fn download(
    State(web): State<Web>,
    Segments(kinds): Segments<String>,
    visitor: Visitor,
    Query(query): Query,
) -> Result<Response, WebError> {
    let mut opened = open(&web, &visitor, &kinds, &query).await?;
    // A file holds the list from its beginning, whichever page it was asked from.
    opened.asked.said = Said { cursor: None, ..opened.asked.said };
    let format = query.get("format").unwrap_or("csv").to_owned();
    if !["csv", "xlsx"].contains(&format.as_str()) {
        return Err(WebError::bad_request("`format` must be csv or xlsx"));
    }
    let request = opened.asked.request(&opened.kind, LIMIT_MAX, Counting::UpTo(ROWS_MAX));
    let first = web.app().list(visitor.actor(), &opened.kind, &request).await?;
    let cut = first.total.is_some_and(|total| total > ROWS_MAX);
    let name = match cut {
        true => format!("{}-first-{ROWS_MAX}.{format}", opened.kind.plural),
        false => format!("{}.{format}", opened.kind.plural),
    };
    let zone = visitor.preferences.zone.clone();
    let request = ListRequest { count: Counting::Off, ..request };
    let source = Source { web: web.clone(), actor: visitor.actor().clone(), opened, zone, request };
    let (body, media_type) = if format == "csv" {
        (csv_body(source, first)?, "text/csv; charset=utf-8")
    } else {
        let _turn = web.workbooks().acquire().await.map_err(Error::internal)?;
        let media_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
        (Body::from(workbook_of(source, first, cut).await?), media_type)
    };
    let mut response = as_file(body, media_type, &name)?;
    if cut {
        response.headers_mut().insert(CUT, HeaderValue::from(ROWS_MAX));
    }
    Ok(response)
}

/// A table of texts as a file of comma-separated values, its first row being the headings.
///
/// # Errors
/// When a cell cannot be written, which none of ours is.
pub(crate) fn table_file(name: &str, rows: Vec<Vec<String>>) -> Result<Response, Error> {
    let rows: Vec<Vec<Cell>> = rows.into_iter().map(|row| row.into_iter().map(Cell::Text).collect()).collect();
    let body = csv::lines(&rows, &TimeZone::UTC)?;
    as_file(Body::from(body), "text/csv; charset=utf-8", name)
}

/// A table of cells as a file of comma-separated values, moments in a zone.
///
/// # Errors
/// When a cell cannot be written, which none of ours is.
pub(crate) fn cells_file(name: &str, rows: &[Vec<Cell>], zone: &TimeZone) -> Result<Response, Error> {
    as_file(Body::from(csv::lines(rows, zone)?), "text/csv; charset=utf-8", name)
}

/// A file to be kept, not shown, and by nobody in between.
pub(crate) fn as_file(body: Body, media_type: &'static str, name: &str) -> Result<Response, Error> {
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox"));
    let disposition = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")).map_err(Error::internal)?;
    headers.insert(header::CONTENT_DISPOSITION, disposition);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// Where the rows of a file come from.
struct Source {
    web: Web,
    actor: Actor,
    opened: Opened,
    zone: TimeZone,
    request: ListRequest,
}

impl Source {
    fn headings(&self) -> Vec<String> {
        let columns = shown(&self.opened.kind, self.opened.level, &self.opened.asked.columns());
        headings(&self.opened.kind, &columns)
    }

    fn rows(&self, page: &ListPage) -> Vec<Vec<Cell>> {
        let columns = shown(&self.opened.kind, self.opened.level, &self.opened.asked.columns());
        page.records.iter().map(|view| cells(&self.opened.kind, &columns, view)).collect()
    }

    async fn next(&self, cursor: String) -> Result<ListPage, Error> {
        let request = ListRequest { cursor: Some(cursor), ..self.request.clone() };
        self.web.app().list(&self.actor, &self.opened.kind, &request).await
    }
}

/// The file as it comes into being, page after page. One that cannot be ended breaks off, so that nobody takes a part of it
/// for the whole.
fn csv_body(source: Source, first: ListPage) -> Result<Body, Error> {
    let mut head = csv::lines(&[source.headings().into_iter().map(Cell::Text).collect()], &source.zone)?;
    head.extend(csv::lines(&source.rows(&first), &source.zone)?);
    let state = (source, first.next, first.records.len());
    let rest = stream::try_unfold(state, |(source, next, written)| async move {
        let Some(cursor) = next.filter(|_| written < ROWS_MAX) else { return Ok::<_, Error>(None) };
        let page = source.next(cursor).await?;
        let lines = csv::lines(&source.rows(&page), &source.zone)?;
        let written = written + page.records.len();
        Ok(Some((Bytes::from(lines), (source, page.next, written))))
    });
    let head = stream::once(async move { Ok(Bytes::from(head)) });
    Ok(Body::from_stream(futures_util::StreamExt::chain(head, rest)))
}

async fn workbook_of(source: Source, first: ListPage, cut: bool) -> Result<Vec<u8>, Error> {
    let mut rows = source.rows(&first);
    let mut next = first.next;
    while let Some(cursor) = next.filter(|_| rows.len() < ROWS_MAX) {
        let page = source.next(cursor).await?;
        rows.extend(source.rows(&page));
        next = page.next;
    }
    let about = about(&source, rows.len(), cut);
    let (headings, zone) = (source.headings(), source.zone.clone());
    let sheet = source.opened.kind.label_plural.clone();
    // Another thread, where nobody said who reads.
    let reader = reader();
    tokio::task::spawn_blocking(move || within(reader, || workbook::make(&sheet, &headings, &rows, &about, &zone)))
        .await
        .map_err(Error::internal)?
}

/// What the second sheet says of the first.
fn about(source: &Source, rows: usize, cut: bool) -> Vec<(String, Cell)> {
    let asked = &source.opened.asked;
    let text = |name: &str, value: String| (name.to_owned(), Cell::Text(value));
    let mut about = vec![
        text(t("export-list"), source.opened.kind.label_plural.clone()),
        text(t("export-view"), asked.view.label.clone()),
        text(t("export-condition"), asked.search()),
        text(t("export-order"), asked.sort(&source.opened.kind)),
        text(t("export-for"), source.actor.label.clone()),
        (t("export-at").to_owned(), Cell::Moment(source.web.app().now())),
        (t("layout-rows").to_owned(), Cell::Number(rows as f64)),
    ];
    if cut {
        about.push(text(t("export-cut"), t_with("export-cut-help", &[("count", ROWS_MAX.into())])));
    }
    about
}
