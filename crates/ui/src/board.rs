//! Boards: records as cards in columns. A card's menu moves it; scripts let it be dragged to where the menu leads.

use maud::{Markup, html};
use steward_words::{t, t_with};

use crate::icon::{Icon, icon};
use crate::value::{Shown, shown};

/// A board.
#[derive(Debug, Clone, Copy, Default)]
pub struct Board<'a> {
    /// Said to screen readers: `Incidents`.
    pub name: &'a str,
    /// Kind whose changes may concern it.
    pub live_kind: Option<&'a str>,
    /// Address that answers this board again, as the same markup.
    pub live_source: Option<&'a str>,
    /// Its columns.
    pub columns: &'a [Column<'a>],
}

/// A column.
#[derive(Debug, Clone, Default)]
pub struct Column<'a> {
    /// Its key, by which moves name it.
    pub key: &'a str,
    /// Its name, for screen readers and scripts.
    pub label: &'a str,
    /// Its head.
    pub head: Markup,
    /// How many there are, also those without room: `37`.
    pub count: &'a str,
    /// How many there should be at most: `5`.
    pub limit: Option<&'a str>,
    /// Whether there are more than that.
    pub is_over: bool,
    /// Its cards.
    pub cards: Vec<Card<'a>>,
    /// Address of the list of all of them, when some have no room.
    pub more: Option<&'a str>,
}

/// A card.
#[derive(Debug, Clone, Default)]
pub struct Card<'a> {
    /// Id of the record.
    pub record: &'a str,
    /// Address of the record.
    pub address: &'a str,
    /// Title.
    pub title: &'a str,
    /// Number.
    pub number: &'a str,
    /// Small values below the title.
    pub marks: Vec<Shown<'a>>,
    /// Where it can go.
    pub moves: Vec<Move<'a>>,
}

/// A way out of a column.
#[derive(Debug, Clone, Copy, Default)]
pub struct Move<'a> {
    /// What it is called.
    pub label: &'a str,
    /// Key of the column that it leads to; empty for one that leads nowhere in particular.
    pub to: &'a str,
    /// Address of the form that it takes.
    pub form: &'a str,
    /// Address that takes it at once, when nothing more is needed.
    pub direct: Option<&'a str>,
    /// Name and value that `direct` takes.
    pub value: Option<(&'a str, &'a str)>,
}

/// A board.
pub fn board(board: &Board) -> Markup {
    html! {
        div.board data-list data-board role="group" aria-label=(board.name) data-live-list=[board.live_kind] data-live-source=[board.live_source] {
            @for column in board.columns { (self::column(column)) }
        }
    }
}

fn column(column: &Column) -> Markup {
    html! {
        section.board__column data-column=(column.key) data-label=(column.label) aria-label=(column.label) {
            h2.board__head {
                (column.head)
                span.board__count."board__count--over"[column.is_over] {
                    (column.count)
                    @if let Some(limit) = column.limit { " / " (limit) @if column.is_over { (icon(Icon::AlertTriangle)) span.hidden-text { " " (t("over-limit")) } } }
                }
            }
            ul.board__cards {
                @for card in &column.cards { (self::card(card)) }
                @if let Some(address) = column.more { li.board__more { a href=(address) { (t_with("all-count", &[("count", column.count.into())])) } } }
            }
        }
    }
}

fn card(card: &Card) -> Markup {
    html! {
        li.card id={ "card-" (card.record) } data-live-record=(card.record) data-card draggable=[(!card.moves.is_empty()).then_some("true")] {
            div.card__head {
                span.card__number { (card.number) }
                @if !card.moves.is_empty() {
                    @let move_this = t_with("move-record", &[("number", card.number.into())]);
                    details.menu.card__menu data-menu name="menu" {
                        summary.icon-button title=(move_this) aria-label=(move_this) { (icon(Icon::Dots)) }
                        div.menu__panel {
                            ul.menu__list {
                                @for way in &card.moves {
                                    li {
                                        a.menu__item href=(way.form) hx-get=(way.form) hx-target="#dialog" hx-swap="innerHTML"
                                            data-to=(way.to) data-direct=[way.direct] data-name=[way.value.map(|(name, _)| name)] data-value=[way.value.map(|(_, value)| value)] { span { (way.label) } }
                                    }
                                }
                            }
                        }
                    }
                }
            }
            a.card__link.list__link href=(card.address) title=(card.title) { (card.title) }
            div.card__marks { @for mark in &card.marks { span.card__mark { (shown(mark)) } } }
        }
    }
}
