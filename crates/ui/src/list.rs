//! Lists of records: rows that are links, with a checkbox each, that change in place while one looks at them.

use maud::{Markup, html};
use steward_words::{t, t_with};

use crate::icon::{Icon, icon};
use crate::value::{Shown, shown};

/// A list.
#[derive(Debug, Clone, Copy, Default)]
pub struct List<'a> {
    /// Said to screen readers: `Incidents`.
    pub name: &'a str,
    /// Kind whose changes may concern it; the list stays as loaded without it.
    pub live_kind: Option<&'a str>,
    /// Address that answers this list again, as the same markup.
    pub live_source: Option<&'a str>,
    /// The columns; cells of rows stand in the same order.
    pub columns: &'a [Column<'a>],
    /// The rows.
    pub rows: &'a [Row<'a>],
    /// Id of the form that takes ticked rows as `record`; without it rows have no checkbox.
    pub selection_form: Option<&'a str>,
}

/// A column.
#[derive(Debug, Clone, Copy, Default)]
pub struct Column<'a> {
    /// Heading.
    pub label: &'a str,
    /// What it is for, which decides width and place.
    pub role: ColumnRole,
    /// Whether and how it sorts.
    pub sort: Sort<'a>,
    /// Key of the field that is changed in place here.
    pub edits: Option<&'a str>,
}

/// What a column is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ColumnRole {
    /// The title: takes the room, holds the link. Exactly one in a list.
    Title,
    /// The record's number.
    Number,
    /// A glyph and a short word.
    Mark,
    /// Text of some length, cut off when too long. Goes first when room is short.
    #[default]
    Text,
    /// A person; only the mark when room is short.
    Person,
    /// A time or a figure, at the right.
    Figure,
}

impl ColumnRole {
    fn key(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Number => "number",
            Self::Mark => "mark",
            Self::Text => "text",
            Self::Person => "person",
            Self::Figure => "figure",
        }
    }
}

/// Whether and how a column sorts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sort<'a> {
    /// It does not.
    #[default]
    No,
    /// It would, by this address.
    Offered(&'a str),
    /// It does, smallest first; the address turns it round.
    Ascending(&'a str),
    /// It does, largest first; the address turns it round.
    Descending(&'a str),
}

/// A row.
#[derive(Debug, Clone, Default)]
pub struct Row<'a> {
    /// Id of the record: with it changes find the row, and it is what a ticked row sends.
    pub record: &'a str,
    /// Address of the record.
    pub address: &'a str,
    /// Title, for the link and the checkbox.
    pub title: &'a str,
    /// Small marks after the title: badges, counts.
    pub marks: Option<Markup>,
    /// Values in the order of the columns; what stands for the title's column is not shown.
    pub cells: Vec<Shown<'a>>,
    /// Whether there is something in it that the reader has not seen.
    pub is_unread: bool,
    /// The head of the group that begins with it.
    pub heading: Option<GroupHeading<'a>>,
}

/// The head of a group of rows.
#[derive(Debug, Clone, Default)]
pub struct GroupHeading<'a> {
    /// What the rows have in common.
    pub shown: Markup,
    /// How many there are, on other pages too.
    pub count: &'a str,
}

/// A list. Show [`crate::message::empty`] instead when there are no rows.
pub fn list(list: &List) -> Markup {
    html! {
        div.list data-list data-live-list=[list.live_kind] data-live-source=[list.live_source] {
            table.list__table aria-label=(list.name) {
                thead.list__head {
                    tr {
                        @if let Some(form) = list.selection_form {
                            th.list__check scope="col" {
                                label.list__tick { input.check__box type="checkbox" data-select-all form=(form) aria-label=(t("select-all")); }
                            }
                        }
                        @for column in list.columns { (heading(column)) }
                    }
                }
                tbody {
                    @for row in list.rows {
                        @if let Some(heading) = &row.heading { (group(list, heading)) }
                        (self::row(list, row))
                    }
                }
            }
        }
    }
}

fn heading(column: &Column) -> Markup {
    let (address, order, symbol) = match column.sort {
        Sort::No => (None, None, None),
        Sort::Offered(address) => (Some(address), None, None),
        Sort::Ascending(address) => (Some(address), Some("ascending"), Some(Icon::ArrowUp)),
        Sort::Descending(address) => (Some(address), Some("descending"), Some(Icon::ArrowDown)),
    };
    html! {
        th.list__heading.{ "list__heading--" (column.role.key()) } scope="col" aria-sort=[order] data-edits=[column.edits] {
            @if let Some(address) = address {
                a.list__sort href=(address) { (column.label) @if let Some(symbol) = symbol { (icon(symbol)) } }
            } @else { (column.label) }
        }
    }
}

fn group(list: &List, heading: &GroupHeading) -> Markup {
    let columns = list.columns.len() + usize::from(list.selection_form.is_some());
    html! {
        tr.list__group { th.list__group-cell scope="colgroup" colspan=(columns) { (heading.shown) span.list__group-count { (heading.count) } } }
    }
}

/// One row, as the list draws it; answers to live changes of a single record use it too.
pub fn row(list: &List, row: &Row) -> Markup {
    html! {
        tr.list__row."list__row--unread"[row.is_unread] id={ "row-" (row.record) } data-live-record=(row.record) data-row {
            @if let Some(form) = list.selection_form {
                td.list__check {
                    label.list__tick { input.check__box type="checkbox" name="record" value=(row.record) form=(form) data-select aria-label=(t_with("select-record", &[("title", row.title.into())])); }
                }
            }
            @for (column, cell) in list.columns.iter().zip(&row.cells) {
                td.list__cell.{ "list__cell--" (column.role.key()) } {
                    @if column.role == ColumnRole::Title {
                        span.list__title-line {
                            @if row.is_unread { span.list__unread title=(t("not-read")) { span.hidden-text { (t("not-read")) } } }
                            a.list__link href=(row.address) title=(row.title) { (row.title) }
                            @if let Some(marks) = &row.marks { span.list__marks { (marks) } }
                        }
                    } @else { (shown(cell)) }
                }
            }
        }
    }
}

/// The form that takes ticked rows; rises from below when a row is ticked.
#[derive(Debug, Clone, Copy, Default)]
pub struct BulkBar<'a> {
    /// Id of the form, as in [`List::selection_form`].
    pub form: &'a str,
    /// Address that asks what to do with them; nothing is changed by it.
    pub action: &'a str,
    /// Values of the list's address, for who takes all of it.
    pub keep: &'a [(&'a str, &'a str)],
    /// How many the whole list has, as it is said and as a number, when it is more than the rows shown and all of it may be
    /// taken.
    pub all: Option<(&'a str, usize)>,
}

/// The bulk bar with `actions`: submit buttons, menus of [`crate::menu::MenuAction::Submit`].
pub fn bulk_bar(bar: &BulkBar, actions: Markup) -> Markup {
    html! {
        form.bulk id=(bar.form) method="get" action=(bar.action) data-bulk hx-get=(bar.action) hx-target="#dialog" hx-swap="innerHTML" {
            @for (name, value) in bar.keep { input type="hidden" name=(name) value=(value); }
            span.bulk__count role="status" { span data-bulk-count { "0" } " " (t("selected-count")) }
            @if let Some((said, count)) = bar.all {
                label.bulk__all { input.check__box type="checkbox" name="all" value="yes" data-bulk-all=(count); span { (t_with("all-count", &[("count", said.into())])) } }
            }
            div.bulk__actions { (actions) }
            button.icon-button type="reset" data-bulk-clear title=(t("clear-selection")) aria-label=(t("clear-selection")) { (icon(Icon::X)) }
        }
    }
}

/// The end of a list that goes on.
#[derive(Debug, Clone, Copy, Default)]
pub struct Pager<'a> {
    /// What is shown: `1–50 of 2,314`.
    pub range: &'a str,
    /// Address of the first page, when this is not it.
    pub first: Option<&'a str>,
    /// Address of the page before.
    pub previous: Option<&'a str>,
    /// Address of the page after.
    pub next: Option<&'a str>,
}

/// The end of a list.
pub fn pager(pager: &Pager) -> Markup {
    html! {
        nav.pager aria-label=(t("pages")) {
            span.pager__range { (pager.range) }
            @if let Some(address) = pager.first { a."button button--quiet" href=(address) { span { (t("first-page")) } } }
            @if let Some(address) = pager.previous { a."button button--plain" href=(address) rel="prev" { (icon(Icon::ChevronLeft)) span { (t("previous-page")) } } }
            @if let Some(address) = pager.next { a."button button--plain" href=(address) rel="next" { span { (t("next-page")) } (icon(Icon::ChevronRight)) } }
        }
    }
}
