//! Rows of fields. Without scripts three empty rows wait at the end; with them a button adds rows.

use maud::{Markup, html};
use steward_words::{t, t_with};

use super::{Control, Wiring, draw};
use crate::icon::{Icon, icon};

/// Empty rows on offer.
const SPARE: usize = 3;

/// A column of a table field.
#[derive(Debug, Clone, Copy, Default)]
pub struct TableColumn<'a> {
    /// Its key: the last part of the names of its cells.
    pub key: &'a str,
    /// Its label.
    pub label: &'a str,
    /// Whether a row needs it.
    pub is_required: bool,
}

pub(super) fn rows(wiring: &Wiring, columns: &[TableColumn], rows: &[Vec<Control>], empty: &[Control]) -> Markup {
    html! {
        div.rows id=(wiring.id) data-rows {
            div.rows__scroll {
                table.rows__table {
                    thead {
                        tr {
                            @for column in columns {
                                th scope="col" { (column.label) @if column.is_required { " " span.field__required { (t("required")) } } }
                            }
                            th { span.hidden-text { (t("remove")) } }
                        }
                    }
                    tbody {
                        @for (index, row) in rows.iter().enumerate() { (line(wiring, columns, row, index, false)) }
                        @for spare in 0..SPARE { (line(wiring, columns, empty, rows.len() + spare, true)) }
                    }
                }
            }
            button.button."button--quiet".rows__add type="button" data-rows-add hidden { (icon(Icon::Plus)) span { (t("add-row")) } }
        }
    }
}

fn line(wiring: &Wiring, columns: &[TableColumn], row: &[Control], index: usize, is_spare: bool) -> Markup {
    html! {
        tr data-rows-row data-rows-spare[is_spare] {
            @for (column, control) in columns.iter().zip(row) {
                @let name = format!("{}.{index}.{}", wiring.name, column.key);
                @let cell = Wiring {
                    name: &name,
                    id: format!("{}.{index}.{}", wiring.id, column.key),
                    described: wiring.described.clone(),
                    is_required: false,
                    is_first: false,
                    is_invalid: false,
                };
                td { label.hidden-text for=(cell.id) { (column.label) " " (index + 1) } (draw(&cell, control)) }
            }
            td.rows__end { button.icon-button type="button" data-rows-remove hidden aria-label=(t_with("remove-row", &[("row", (index + 1).into())])) { (icon(Icon::X)) } }
        }
    }
}
