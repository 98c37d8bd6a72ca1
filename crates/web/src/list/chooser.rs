//! Which columns a list has, and in which order: kept for each person and kind, or with a view.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use steward_app::saved_views::COLUMNS_MAX;
use steward_model::kind::{FieldType, Kind, Level};
use steward_ui::button::{Button, Look, Submit, submit};
use steward_ui::icon::{Icon, icon};
use steward_words::{in_sentence, t, t_with};

use super::columns::{Shape, shown};
use super::{Opened, Said, open};
use crate::Web;
use crate::actions::{led, on_list};
use crate::error::WebError;
use crate::files::Segments;
use crate::form::{Posted, Query};
use crate::visitor::Visitor;

/// The form.
pub(crate) async fn form(
    State(web): State<Web>,
    Segments(kinds): Segments<String>,
    visitor: Visitor,
    Query(query): Query,
) -> Result<Response, WebError> {
    let opened = open(&web, &visitor, &kinds, &query).await?;
    let chosen = shown(&opened.kind, opened.level, &opened.asked.columns());
    let chosen: Vec<String> = chosen.iter().map(|shape| shape.key(&opened.kind).to_owned()).collect();
    Ok(page(&web, &visitor, &opened, &chosen).into_response())
}

/// Keeps the choice: with the person, or, in a view that somebody saved, in the address, from where it is saved.
pub(crate) async fn save(
    State(web): State<Web>,
    Segments(kinds): Segments<String>,
    posted: Posted,
) -> Result<Response, WebError> {
    let Posted { visitor, form } = posted;
    let opened = open(&web, &visitor, &kinds, &form).await?;
    let kind = &opened.kind;
    let mut chosen: Vec<String> = form.all("column").map(str::to_owned).collect();
    if let Some((way, key)) = form.get("move").and_then(|moved| moved.split_once(':')) {
        moved(&mut chosen, way, key);
        return Ok((StatusCode::OK, page(&web, &visitor, &opened, &chosen)).into_response());
    }
    if form.get("reset") == Some("yes") {
        chosen.clear();
    }
    let said = Said { columns: None, cursor: None, ..opened.asked.said.clone() };
    let back = if opened.asked.view.saved.is_some() {
        Said { columns: (!chosen.is_empty()).then(|| chosen.join(",")), ..said }.address(kind, "")
    } else {
        web.app().set_list_columns(visitor.actor(), kind, &chosen).await?;
        said.address(kind, "")
    };
    Ok(led(&visitor, &back))
}

fn page(web: &Web, visitor: &Visitor, opened: &Opened, chosen: &[String]) -> Markup {
    let kind = &opened.kind;
    let said = Said { columns: None, cursor: None, ..opened.asked.said.clone() };
    let back = opened.asked.said.address(kind, "");
    let action = format!("/{}/columns", kind.plural);
    let on = chosen.iter().filter_map(|key| super::columns::named(kind, opened.level, key));
    let rest = all(kind, opened).into_iter().filter(|shape| !chosen.iter().any(|key| key == shape.key(kind)));
    let lead = match &opened.asked.view.saved {
        Some(saved) => t_with("columns-for-view", &[("view", (&saved.name).into())]),
        None => t_with("columns-for-kind", &[("kinds", (&in_sentence(&kind.label_plural)).into())]),
    };
    let content = html! {
        form.form method="post" action=(action) data-form hx-post=(action) hx-target="#dialog" hx-swap="innerHTML" {
            input type="hidden" name="csrf_token" value=(visitor.csrf_token);
            @for (name, value) in said.pairs() { input type="hidden" name=(name) value=(value); }
            p.form__lead { (lead) " " (t_with("columns-most", &[("count", COLUMNS_MAX.into())])) }
            ul.column-choice {
                @for shape in on { (item(kind, &shape, true)) }
                @for shape in rest { (item(kind, &shape, false)) }
            }
            div.form-actions {
                (submit(&Button { label: t("columns-use"), look: Look::Main, ..Button::default() }, &Submit::default()))
                (submit(&Button { label: t("columns-reset"), ..Button::default() }, &Submit { name: Some("reset"), value: Some("yes"), ..Submit::default() }))
            }
        }
    };
    on_list(web, visitor, kind, t("columns"), &back, content)
}

fn item(kind: &Kind, shape: &Shape<'_>, checked: bool) -> Markup {
    let key = shape.key(kind);
    let title = kind.field(&kind.label_field).map_or(t("title"), |field| field.label.as_str());
    let label = if *shape == Shape::Title { title } else { shape.label() };
    let way = |way: &str, symbol: Icon, id: &'static str| {
        let name = t_with(id, &[("column", label.into())]);
        html! {
            button.icon-button type="submit" name="move" value={ (way) ":" (key) } data-move=(way) title=(name) aria-label=(name) { (icon(symbol)) }
        }
    };
    html! {
        li.column-choice__item {
            label { input.check__box type="checkbox" name="column" value=(key) checked[checked]; span { (label) } }
            (way("up", Icon::ArrowUp, "further-left"))
            (way("down", Icon::ArrowDown, "further-right"))
        }
    }
}

/// Every column that there could be: what stands in a line.
fn all<'a>(kind: &'a Kind, opened: &Opened) -> Vec<Shape<'a>> {
    let fixed =
        [Shape::Title, Shape::Number, Shape::State, Shape::Organisation, Shape::Created, Shape::Updated, Shape::Due];
    let fields = kind.fields.iter().filter(|field| field.audience <= opened.level && field.key != kind.label_field);
    let short = fields.filter(|field| {
        !matches!(field.field_type.value_type(), FieldType::Table { .. } | FieldType::Secret | FieldType::Markdown)
    });
    let may_know = |shape: &Shape<'a>| *shape != Shape::Due || opened.level >= Level::Agent;
    fixed.into_iter().filter(may_know).chain(short.map(Shape::Field)).collect()
}

/// One of the chosen columns a place further up or down.
fn moved(chosen: &mut [String], way: &str, key: &str) {
    let Some(place) = chosen.iter().position(|other| other == key) else { return };
    let other = if way == "up" { place.checked_sub(1) } else { Some(place + 1).filter(|next| *next < chosen.len()) };
    if let Some(other) = other {
        chosen.swap(place, other);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_moves_within_the_chosen_ones() {
        let mut chosen: Vec<String> = ["a", "b", "c"].map(str::to_owned).to_vec();
        for (way, key, expected) in
            [("up", "b", "bac"), ("down", "a", "bca"), ("up", "b", "bca"), ("down", "a", "bca"), ("up", "x", "bca")]
        {
            moved(&mut chosen, way, key);
            assert_eq!(chosen.concat(), expected);
        }
    }
}
