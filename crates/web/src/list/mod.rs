//! Lists of records of a kind: views, search, order, pages.

pub(crate) mod asked;
mod bar;
pub(crate) mod board;
pub(crate) mod calendar;
pub(crate) mod chooser;
pub(crate) mod columns;
mod filters;
mod table;
mod views_menu;

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use steward_app::error::Error;
use steward_app::knowledge;
use steward_app::list::{COUNT_MAX, Counting, ListPage};
use steward_clock::definition::AGREEMENT;
use steward_model::kind::{Kind, Level};
use steward_practices::approval::APPROVAL;
use steward_ui::button::{Button, Look, link_button};
use steward_ui::header::{Header, header};
use steward_ui::icon::Icon;
use steward_ui::list::{Pager, pager};
use steward_ui::menu::{MenuAction, MenuButton, MenuItem, menu};
use steward_ui::message::{Empty, Notice, empty, notice};
use steward_ui::partial::Partial;
use steward_ui::tabs::Tab;
use steward_ui::tone::Tone;
use steward_words::{formats, in_sentence, number, t, t_with};

use crate::Web;
use crate::address;
use crate::error::WebError;
use crate::files::Segments;
use crate::form::{Form, Query};
use crate::frame::{Place, frame};
use crate::list::asked::{Asked, Said, View, built_in};
use crate::naming::new_record;
use crate::visitor::Visitor;

/// Rows of a page.
const ROWS: usize = 50;

pub(crate) async fn page(
    State(web): State<Web>,
    Segments(kinds): Segments<String>,
    visitor: Visitor,
    Query(query): Query,
) -> Result<Response, WebError> {
    let opened = open(&web, &visitor, &kinds, &query).await?;
    let request = opened.asked.request(&opened.kind, ROWS, Counting::Capped);
    let (found, fault) = match web.app().list(visitor.actor(), &opened.kind, &request).await {
        Ok(page) => (page, None),
        Err(Error::Filter(error)) => {
            (ListPage { records: Vec::new(), next: None, total: None, groups: None }, Some(error.to_string()))
        }
        Err(error) => return Err(error.into()),
    };
    let listing = Listing { web: &web, visitor: &visitor, opened: &opened, layout: Layout::Rows };
    if query.get("part") == Some("list") && fault.is_none() {
        return Ok(listing.table(&found).into_response());
    }
    let status = if fault.is_some() { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    Ok((status, listing.page(&found, fault.as_deref())).into_response())
}

/// A list that somebody may look at, and what of it was asked for.
pub(crate) struct Opened {
    /// The kind.
    pub(crate) kind: Arc<Kind>,
    /// The highest level of fields that the reader may read on some of its records.
    pub(crate) level: Level,
    /// Its views.
    pub(crate) views: Vec<View>,
    /// What is asked for.
    pub(crate) asked: Asked,
}

/// The list that an address names.
///
/// # Errors
/// [`Error::NotFound`] also for who may read no record of the kind.
pub(crate) async fn open(web: &Web, visitor: &Visitor, kinds: &str, query: &Form) -> Result<Opened, Error> {
    let kind = web.app().kind_by_plural(kinds)?.clone();
    let level = web.app().readable_level(visitor.actor(), &kind).ok_or(Error::NotFound)?;
    let app = web.app();
    let actor = visitor.actor();
    let (saved, own_columns) = tokio::try_join!(app.saved_views(actor, Some(&kind)), app.list_columns(actor, &kind))?;
    let mut views = built_in(&kind, actor);
    views.extend(saved.into_iter().map(View::from));
    let asked = Asked::of(Said::of(query), &views, own_columns).ok_or(Error::NotFound)?;
    Ok(Opened { kind, level, views, asked })
}

/// A list on its way to markup.
struct Listing<'a> {
    web: &'a Web,
    visitor: &'a Visitor,
    opened: &'a Opened,
    layout: Layout<'a>,
}

/// How the records of a list are laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Layout<'a> {
    /// One below the other.
    Rows,
    /// In columns by this.
    Board(&'a str),
    /// On days by this.
    Calendar(&'a str),
}

impl Layout<'_> {
    /// What follows the address of the list.
    fn rest(self) -> &'static str {
        match self {
            Self::Rows => "",
            Self::Board(_) => "/board",
            Self::Calendar(_) => "/calendar",
        }
    }
}

impl Listing<'_> {
    fn kind(&self) -> &Arc<Kind> {
        &self.opened.kind
    }

    fn asked(&self) -> &Asked {
        &self.opened.asked
    }

    /// The whole page.
    fn page(&self, found: &ListPage, fault: Option<&str>) -> Markup {
        let body = html! {
            @if let Some(fault) = fault {
                div.page-note {
                    (notice(&Notice { tone: Tone::Danger, text: fault }, html! { a href="/help/reference/filters" { (t("filter-help")) } }))
                }
            } @else if found.records.is_empty() {
                (self.empty())
            } @else {
                (self.table(found))
                (self.pager(found))
                (self.bulk_bar(found))
            }
        };
        self.around(found, body)
    }

    /// What stands around the rows, or around a board.
    fn around(&self, found: &ListPage, body: Markup) -> Markup {
        let kind = self.kind();
        let shown = |view: &&View| {
            let at_hand = view.saved.as_ref().is_none_or(|saved| saved.is_pinned);
            at_hand || view.key == self.asked().view.key
        };
        let views: Vec<&View> = self.opened.views.iter().filter(shown).collect();
        let addresses: Vec<String> = views.iter().map(|view| self.view_address(view)).collect();
        let tabs: Vec<Tab<'_>> = views
            .iter()
            .zip(&addresses)
            .map(|(view, address)| Tab {
                label: &view.label,
                address,
                count: None,
                is_current: view.key == self.asked().view.key,
            })
            .collect();
        let detail = counted(found.total);
        let may_create = self.web.app().creatable_level(self.visitor.actor(), kind).is_some();
        let new = new_record(kind);
        let new_address = address::new(kind);
        let actions = html! {
            @for (label, address) in overviews(kind) { a."button button--plain" href=(address) { span { (t(label)) } } }
            (self.more())
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
            (header(&head, actions))
            (self.filters())
            (body)
        };
        let view = &self.asked().view;
        let current = match view.saved.as_ref().filter(|saved| saved.is_pinned) {
            Some(saved) => address::saved_view(kind, saved.id),
            None => address::list(kind),
        };
        let title = match &view.saved {
            Some(saved) => format!("{} · {}", saved.name, kind.label_plural),
            None => kind.label_plural.clone(),
        };
        let place = Place { title: &title, current: &current, kind: Some(kind), ..Place::default() };
        frame(self.web, self.visitor, place, main)
    }

    /// What can be done with the list as a whole.
    fn more(&self) -> Markup {
        let said = &self.asked().said;
        let whole = Said { cursor: None, ..said.clone() };
        let export = |format: &str| {
            let address = whole.address(self.kind(), "/export");
            format!("{address}{}format={format}", if address.contains('?') { '&' } else { '?' })
        };
        let (csv, xlsx) = (export("csv"), export("xlsx"));
        let link = |label, symbol, address| MenuItem {
            label,
            icon: Some(symbol),
            action: MenuAction::Link { address, partial: Partial::NONE },
            is_danger: false,
            key: None,
            is_chosen: false,
        };
        let mut items = vec![
            link(t("export-excel"), Icon::Download, xlsx.as_str()),
            link(t("export-csv"), Icon::FileText, csv.as_str()),
        ];
        if self.visitor.actor().is_staff() {
            items.push(link(t("your-bulk-edits"), Icon::Checks, "/bulk-edits"));
        }
        menu(t("more-for-list"), MenuButton::Dots, &items)
    }

    fn pager(&self, found: &ListPage) -> Markup {
        let said = &self.asked().said;
        let first = Said { cursor: None, ..said.clone() }.address(self.kind(), "");
        let next = found
            .next
            .as_ref()
            .map(|cursor| Said { cursor: Some(cursor.clone()), ..said.clone() }.address(self.kind(), ""));
        if said.cursor.is_none() && next.is_none() {
            return html! {};
        }
        let range = match said.cursor {
            None => t_with(
                "range-first",
                &[("shown", found.records.len().into()), ("total", (&counted(found.total)).into())],
            ),
            Some(_) => t_with(
                "range-more",
                &[("shown", found.records.len().into()), ("total", (&counted(found.total)).into())],
            ),
        };
        pager(&Pager {
            range: &range,
            first: said.cursor.as_ref().map(|_| first.as_str()),
            previous: None,
            next: next.as_deref(),
        })
    }

    fn empty(&self) -> Markup {
        let kind = self.kind();
        let may_create = self.web.app().creatable_level(self.visitor.actor(), kind).is_some();
        let (new, new_address) = (new_record(kind), address::new(kind));
        let create = may_create.then_some((new.as_str(), new_address.as_str()));
        let plural = in_sentence(&kind.label_plural);
        let narrowed = !self.asked().said.search.is_empty();
        let title = t_with(if narrowed { "no-match" } else { "none-here" }, &[("kinds", (&plural).into())]);
        let text = if narrowed { t("no-match-help").to_owned() } else { kind.description.clone() };
        let all = self.searching("");
        let actions = html! {
            @if narrowed { (link_button(&Button { label: t("show-all"), ..Button::default() }, &all)) }
            @else if let Some((label, address)) = create { (link_button(&Button { label, ..Button::default() }, address)) }
        };
        empty(&Empty { icon: Icon::named(&kind.icon), title: &title, text: &text }, actions)
    }

    /// Another view, with the same further conditions.
    fn view_address(&self, view: &View) -> String {
        let search = self.asked().said.search.clone();
        Said { view: view.key.clone(), search, ..Said::default() }.address(self.kind(), self.layout.rest())
    }

    /// This list with another search.
    fn searching(&self, search: &str) -> String {
        let said = Said { search: search.trim().to_owned(), cursor: None, ..self.asked().said.clone() };
        said.address(self.kind(), self.layout.rest())
    }
}

/// A count as it is said: `2,314`, or `10,000+` beyond the cap.
pub(crate) fn counted(total: Option<usize>) -> String {
    match total {
        None => String::new(),
        Some(total) if total > COUNT_MAX => format!("{}+", number(COUNT_MAX as i64, formats())),
        Some(total) => number(total as i64, formats()),
    }
}

/// Pages that look at the records of a kind as a whole: word and address.
fn overviews(kind: &Kind) -> &'static [(&'static str, &'static str)] {
    match kind.key.as_str() {
        knowledge::ARTICLE => &[("article-quality", "/knowledge/quality")],
        APPROVAL => &[("approval-policies", "/approval-policies")],
        "change" | "maintenance_window" | "freeze" => &[("operations-calendar", crate::operations::ADDRESS)],
        AGREEMENT => &[("report-title", crate::service_levels::ADDRESS)],
        "priority_matrix" | steward_rule::RULE => &[("calibration-title", crate::calibration::ADDRESS)],
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_counts_are_told_as_such() {
        for (total, shown) in [(0, "0"), (999, "999"), (1000, "1,000"), (10_000, "10,000"), (10_001, "10,000+")] {
            assert_eq!(counted(Some(total)), shown);
        }
    }
}
