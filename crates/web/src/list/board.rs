//! A list as a board: columns by state, or by a field that holds one choice or one record.

use std::collections::BTreeSet;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use serde_json::Value as Json;
use steward_app::board::Board;
use steward_app::error::Error;
use steward_app::list::{Counting, ListPage};
use steward_app::view::{Labels, RecordView};
use steward_model::id::RecordId;
use steward_model::kind::{Field, FieldType, Kind, Transition};
use steward_ui::board::{Board as Parts, Card, Column, Move, board as draw_board};
use steward_ui::message::{Notice, notice};
use steward_ui::tone::Tone;
use steward_ui::value::{Shown, shown as draw};
use steward_words::{in_sentence, t, t_with};

use super::columns::{Shape, named};
use super::table::title;
use super::{Layout, Listing, Opened, Said, counted, open};
use crate::Web;
use crate::address::{self, part};
use crate::edit::may_edit;
use crate::error::WebError;
use crate::files::Segments;
use crate::form::Query;
use crate::kind_form::plain;
use crate::values::shown::state;
use crate::visitor::Visitor;

/// Cards of a column; the rest is a link.
const EACH: usize = 50;
/// Columns of a field's board that are offered as ways out of a card.
const WAYS: usize = 15;

pub(crate) async fn page(
    State(web): State<Web>,
    Segments(kinds): Segments<String>,
    visitor: Visitor,
    Query(query): Query,
) -> Result<Response, WebError> {
    let mut opened = open(&web, &visitor, &kinds, &query).await?;
    opened.asked.said.cursor = None;
    let usual = opened.kind.board_column.clone().unwrap_or_else(|| "state".to_owned());
    let by = opened.asked.group().map_or(usual, str::to_owned);
    let mut request = opened.asked.request(&opened.kind, EACH, Counting::Off);
    request.group = Some(by.clone());
    let (found, fault) = match web.app().board(visitor.actor(), &opened.kind, &request, EACH).await {
        Ok(Some(board)) => (board, None),
        Ok(None) => {
            let text = t("board-too-large");
            (Board { columns: Vec::new() }, Some(text.to_owned()))
        }
        Err(Error::Filter(error)) => (Board { columns: Vec::new() }, Some(error.to_string())),
        Err(error) => return Err(error.into()),
    };
    let names = names(&web, &visitor, &opened, &by, &found).await?;
    let listing = Listing { web: &web, visitor: &visitor, opened: &opened, layout: Layout::Board(&by) };
    let sheet = Sheet { listing: &listing, by: &by, found: &found, names };
    if query.get("part") == Some("board") && fault.is_none() {
        return Ok(sheet.board().into_response());
    }
    let status = if fault.is_some() { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    let body = match fault {
        Some(fault) => html! { div.page-note { (notice(&Notice { tone: Tone::Warning, text: &fault }, html! {})) } },
        None => sheet.board(),
    };
    let total = found.columns.iter().map(|column| column.count).sum();
    let page = ListPage { records: Vec::new(), next: None, total: Some(total), groups: None };
    Ok((status, listing.around(&page, body)).into_response())
}

/// Names of the records that columns stand for.
async fn names(web: &Web, visitor: &Visitor, opened: &Opened, by: &str, found: &Board) -> Result<Labels, Error> {
    let is_reference = opened.kind.field(by).is_some_and(|field| field.field_type.target_kinds().is_some());
    if !is_reference && by != "organisation" {
        return Ok(Labels::new());
    }
    let ids: BTreeSet<RecordId> =
        found.columns.iter().filter_map(|column| column.value.as_i64()).map(RecordId).collect();
    web.app().names(visitor.actor(), ids).await
}

/// A board on its way to markup.
struct Sheet<'a> {
    listing: &'a Listing<'a>,
    by: &'a str,
    found: &'a Board,
    names: Labels,
}

/// A column before its cards: key, name, stored value, count, records.
struct Place<'a> {
    key: String,
    label: String,
    head: Markup,
    count: usize,
    records: &'a [RecordView],
    /// What a form sends to bring a card here.
    value: String,
}

impl Sheet<'_> {
    fn kind(&self) -> &Kind {
        self.listing.kind()
    }

    fn board(&self) -> Markup {
        let kind = self.kind();
        let places = self.places();
        let said = &self.listing.asked().said;
        let source = said.address(kind, "/board");
        let source = format!("{source}{}part=board", if source.contains('?') { '&' } else { '?' });
        let limits = self.listing.asked().view.saved.as_ref().map(|saved| &saved.definition.limits);
        let counts: Vec<(String, Option<String>, bool, String)> = places
            .iter()
            .map(|place| {
                let limit = limits.and_then(|limits| limits.get(&place.key)).copied();
                let is_over = limit.is_some_and(|limit| place.count > limit as usize);
                let word = if place.value.is_empty() { "none" } else { &place.value };
                let search = format!("{} {}:{word}", said.search, self.by);
                let more = Said { search, ..said.clone() }.address(kind, "");
                (counted(Some(place.count)), limit.map(|limit| limit.to_string()), is_over, more)
            })
            .collect();
        let cards: Vec<Vec<CardTexts<'_>>> = places
            .iter()
            .map(|place| place.records.iter().map(|view| self.texts(view, &places, &place.key)).collect())
            .collect();
        let columns: Vec<Column<'_>> = places
            .iter()
            .zip(&counts)
            .zip(&cards)
            .map(|((place, (count, limit, is_over, more)), cards)| Column {
                key: &place.key,
                label: &place.label,
                head: place.head.clone(),
                count,
                limit: limit.as_deref(),
                is_over: *is_over,
                cards: cards.iter().map(CardTexts::card).collect(),
                more: (place.count > place.records.len()).then_some(more),
            })
            .collect();
        draw_board(&Parts {
            name: &kind.label_plural,
            live_kind: Some(&kind.key),
            live_source: Some(&source),
            columns: &columns,
        })
    }

    /// The columns in their order: states as the lifecycle has them, choices as the field has them, others by name.
    fn places(&self) -> Vec<Place<'_>> {
        let kind = self.kind();
        let found = |value: &Json| self.found.columns.iter().find(|column| column.value == *value);
        let place = |key: String, label: String, head: Markup, value: &Json, sent: String| {
            let column = found(value);
            Place {
                key,
                label,
                head,
                count: column.map_or(0, |column| column.count),
                records: column.map_or(&[], |column| &column.records),
                value: sent,
            }
        };
        if self.by == "state" {
            let states = kind.lifecycle.states.iter();
            return states
                .map(|each| {
                    let key = each.key.clone();
                    place(key.clone(), each.label.clone(), state(kind, &key), &Json::from(key.clone()), key.clone())
                })
                .collect();
        }
        let field = kind.field(self.by);
        let none = in_sentence(field.map_or(self.by, |field| field.label.as_str()));
        let nobody = t_with("no-value", &[("field", (&none).into())]);
        let mut places = vec![place("none".to_owned(), nobody.clone(), html! { (nobody) }, &Json::Null, String::new())];
        if let Some(choices) = field.and_then(|field| field.field_type.choices()) {
            for choice in
                choices.0.iter().filter(|choice| !choice.inactive || found(&choice.key.clone().into()).is_some())
            {
                let value = Json::from(choice.key.clone());
                let head = html! { (choice.label) };
                places.push(place(choice.key.clone(), choice.label.clone(), head, &value, choice.key.clone()));
            }
            return places;
        }
        let mut others: Vec<Place<'_>> = Vec::new();
        for column in self.found.columns.iter().filter(|column| !column.value.is_null()) {
            let id = RecordId(column.value.as_i64().unwrap_or_default());
            let label = self.names.get(&id);
            let name = label.map_or(t("not-visible"), |label| &label.label).to_owned();
            let sent = label.map(|label| label.number.clone()).unwrap_or_default();
            others.push(place(id.to_string(), name.clone(), html! { (name) }, &column.value, sent));
        }
        others.sort_by(|a, b| a.label.cmp(&b.label));
        places.extend(others);
        places
    }

    fn texts<'b>(&'b self, view: &'b RecordView, places: &[Place<'_>], here: &str) -> CardTexts<'b> {
        let kind = self.kind();
        let back = self.listing.asked().said.address(kind, "/board");
        let moves = match (self.by, kind.field(self.by)) {
            ("state", _) => self.transitions(view, &back),
            (_, Some(field)) if may_edit(view, field) => ways(view, field, places, here),
            _ => Vec::new(),
        };
        let marks = ["priority", "requester", "assignee", "due_at"].into_iter().filter(|key| *key != self.by);
        let mut marks: Vec<Shown<'_>> = marks
            .filter_map(|key| named(kind, self.listing.opened.level, key))
            .map(|shape| self.listing.cell(&shape, view))
            .collect();
        if self.by != "state" {
            marks.insert(0, self.listing.cell(&Shape::State, view));
        }
        CardTexts {
            record: view.record.id.to_string(),
            address: address::record(kind, &view.record.number),
            title: title(kind, view),
            number: &view.record.number,
            marks,
            moves,
        }
    }

    /// The steps that the lifecycle and one's rights allow. One that needs more than the step opens its form.
    fn transitions(&self, view: &RecordView, back: &str) -> Vec<Way> {
        let kind = self.kind();
        let allowed = view.allowed_transitions.iter().filter_map(|key| kind.lifecycle.transition(key));
        allowed
            .map(|transition| {
                let to = address::transition(kind, &view.record, &transition.key);
                let target = kind.lifecycle.state(&transition.to).map_or("", |state| state.label.as_str());
                Way {
                    label: format!("{} → {target}", transition.label),
                    to: transition.to.clone(),
                    form: format!("{to}?back={}", part(back)),
                    direct: is_plain(transition, view).then_some(to),
                    value: None,
                }
            })
            .collect()
    }
}

/// Whether a step takes nothing but itself.
fn is_plain(transition: &Transition, view: &RecordView) -> bool {
    let met = transition.requires.iter().all(|field| view.record.field(field).is_some());
    met && transition.comment.is_none()
}

/// The other columns of a field's board.
fn ways(view: &RecordView, field: &Field, places: &[Place<'_>], here: &str) -> Vec<Way> {
    let address = address::field(&view.kind, &view.record, &field.key);
    let is_reference = matches!(field.field_type.value_type(), FieldType::Reference { .. });
    let way = |label: String, to: String, value: Option<String>| Way {
        label,
        to,
        form: address.clone(),
        direct: value.is_some().then(|| address.clone()),
        value: value.map(|value| (field.key.clone(), value)),
    };
    let others = places.iter().filter(|place| place.key != here && (!place.value.is_empty() || place.key == "none"));
    let mut ways: Vec<Way> =
        others.take(WAYS).map(|place| way(place.label.clone(), place.key.clone(), Some(place.value.clone()))).collect();
    if is_reference {
        let now = view.record.field(&field.key).map(|stored| plain(field, stored, &view.labels));
        let label = if now.is_some() { t("something-else") } else { t("choose") };
        ways.push(way(label.to_owned(), String::new(), None));
    }
    ways
}

/// A card with the texts that it borrows.
struct CardTexts<'a> {
    record: String,
    address: String,
    title: &'a str,
    number: &'a str,
    marks: Vec<Shown<'a>>,
    moves: Vec<Way>,
}

struct Way {
    label: String,
    to: String,
    form: String,
    direct: Option<String>,
    value: Option<(String, String)>,
}

impl CardTexts<'_> {
    fn card(&self) -> Card<'_> {
        Card {
            record: &self.record,
            address: &self.address,
            title: self.title,
            number: self.number,
            marks: self.marks.iter().map(|mark| Shown::Other(draw(mark))).collect(),
            moves: self
                .moves
                .iter()
                .map(|way| Move {
                    label: &way.label,
                    to: &way.to,
                    form: &way.form,
                    direct: way.direct.as_deref(),
                    value: way.value.as_ref().map(|(name, value)| (name.as_str(), value.as_str())),
                })
                .collect(),
        }
    }
}
