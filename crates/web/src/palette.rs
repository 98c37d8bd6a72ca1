//! The search box as command palette: what one can do here, where one can go, and what was found.
//!
//! It answers suggestions for what was typed, best first. With nothing typed it offers what can be done with the record
//! that the page shows, and what was opened last.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use steward_app::error::Error;
use steward_app::saved_views::SavedView;
use steward_app::visits::Visited;
use steward_model::access::Action;
use steward_words::{t, t_with};

use crate::error::WebError;
use crate::form::Query;
use crate::frame::kinds;
use crate::visitor::Visitor;
use crate::{Web, address, guide, inbox, naming, portal, search, service_levels, settings, visits};

/// Records found.
const FOUND: usize = 8;
/// Things to do, where something is typed.
const COMMANDS: usize = 5;
/// Things to do with the record of the page, where nothing is typed.
const HERE: usize = 4;
/// Records opened last, where nothing is typed.
const RECENT: usize = 7;
/// Places in the guide.
const IN_HELP: usize = 2;

/// One line of the palette.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Suggestion {
    /// What the search box holds once it is chosen: the number of a record.
    value: String,
    label: String,
    detail: String,
    /// Where it leads.
    address: String,
}

impl Suggestion {
    fn command(label: String, detail: &str, address: String) -> Self {
        Self { value: String::new(), label, detail: detail.to_owned(), address }
    }
}

pub(crate) async fn suggestions(
    State(web): State<Web>,
    visitor: Visitor,
    Query(query): Query,
) -> Result<Response, WebError> {
    let text = query.text("q").unwrap_or_default();
    let here = on_record(&web, &visitor, query.get("at").unwrap_or_default()).await?;
    let suggestions = if text.is_empty() {
        let recent = web.app().recent(visitor.actor(), RECENT).await?;
        here.into_iter().take(HERE).chain(recent.iter().map(visited)).collect()
    } else {
        typed(&web, &visitor, text, here).await?
    };
    Ok(Json(suggestions).into_response())
}

async fn typed(web: &Web, visitor: &Visitor, text: &str, here: Vec<Suggestion>) -> Result<Vec<Suggestion>, WebError> {
    let views = web.app().saved_views(visitor.actor(), None).await?;
    let mut commands = here;
    commands.extend(anywhere(web, visitor, &views));
    commands.retain(|command| matches(&command.label, text));
    commands.truncate(COMMANDS);
    let found = search::find(web, visitor, text, FOUND).await?;
    commands.extend(found.hits.iter().map(|hit| {
        let state = hit.kind.lifecycle.state(&hit.record.state).map_or("", |state| state.label.as_str());
        Suggestion {
            value: hit.label.number.clone(),
            label: hit.label.label.clone(),
            detail: format!("{} · {} · {state}", hit.kind.label, hit.label.number),
            address: address::record(&hit.kind, &hit.label.number),
        }
    }));
    let help = guide::hits(text, IN_HELP);
    commands.extend(help.into_iter().map(|hit| Suggestion::command(hit.title, t("help"), hit.address)));
    Ok(commands)
}

/// Whether each word typed begins a word of the label, whatever the case.
fn matches(label: &str, typed: &str) -> bool {
    let label = label.to_lowercase();
    let words: Vec<&str> = label.split(|c: char| !c.is_alphanumeric()).collect();
    typed.to_lowercase().split_whitespace().all(|part| words.iter().any(|word| word.starts_with(part)))
}

/// What can be done with the record whose page has this address.
async fn on_record(web: &Web, visitor: &Visitor, at: &str) -> Result<Vec<Suggestion>, WebError> {
    let mut parts = at.trim_start_matches('/').splitn(3, '/');
    let (Some(kinds), Some(name), None) = (parts.next(), parts.next(), parts.next()) else { return Ok(Vec::new()) };
    // Every number has a digit; other pages below a list have none.
    if !name.contains(|c: char| c.is_ascii_digit()) {
        return Ok(Vec::new());
    }
    let Ok(kind) = web.app().kind_by_plural(kinds).cloned() else { return Ok(Vec::new()) };
    let view = match web.app().get(visitor.actor(), &kind, name, None).await {
        Ok(view) => view,
        Err(Error::NotFound | Error::Forbidden { .. }) => return Ok(Vec::new()),
        Err(error) => return Err(error.into()),
    };
    let number = view.record.number.as_str();
    let moves = view.allowed_transitions.iter().filter_map(|key| kind.lifecycle.transition(key));
    let mut commands: Vec<Suggestion> = moves
        .map(|step| {
            Suggestion::command(step.label.clone(), number, address::transition(&kind, &view.record, &step.key))
        })
        .collect();
    let ways = [
        (Action::Update, t("edit-all-fields"), "edit"),
        (Action::Work, t("book-time"), "worklogs"),
        (Action::Read, t("why-may-i"), "access"),
        (Action::Inspect, t("who-sees"), "who"),
    ];
    for (action, label, place) in ways {
        if view.rights.may(action) {
            commands.push(Suggestion::command(
                label.to_owned(),
                number,
                address::of_record(&kind, &view.record, place),
            ));
        }
    }
    Ok(commands)
}

/// What can be done and where one can go from anywhere.
fn anywhere(web: &Web, visitor: &Visitor, views: &[SavedView]) -> Vec<Suggestion> {
    let actor = visitor.actor();
    let (mut make, mut go) = (Vec::new(), Vec::new());
    for kind in kinds(web, actor) {
        if web.app().creatable_level(actor, &kind).is_some() {
            make.push(Suggestion::command(naming::new_record(&kind), t("palette-create"), address::new(&kind)));
        }
        if kind.navigation {
            go.push(Suggestion::command(kind.label_plural.clone(), t("palette-go"), address::list(&kind)));
        }
    }
    let saved = views.iter().map(|view| {
        Suggestion::command(view.name.clone(), &view.kind.label_plural, address::saved_view(&view.kind, view.id))
    });
    let home = if actor.is_staff() { t("my-work") } else { t("home") };
    let mut pages = vec![
        (home, "/"),
        (t("inbox"), inbox::ADDRESS),
        (t("recent"), visits::ADDRESS),
        (t("settings"), settings::ADDRESS),
        (t("account"), "/account"),
        (t("help"), "/help"),
    ];
    if actor.is_staff() {
        pages.push((t("portal"), portal::HOME));
        pages.push((t("your-bulk-edits"), "/bulk-edits"));
        pages.push((t("article-quality"), "/knowledge/quality"));
        pages.push((t("report-title"), service_levels::ADDRESS));
        pages.push((t("calibration-title"), crate::calibration::ADDRESS));
    }
    let pages = pages
        .into_iter()
        .map(|(label, place)| Suggestion::command(label.to_owned(), t("palette-go"), place.to_owned()));
    make.into_iter().chain(saved).chain(go).chain(pages).collect()
}

/// A record that was opened before.
fn visited(one: &Visited) -> Suggestion {
    let detail =
        t_with("palette-recent", &[("kind", (&one.kind.label).into()), ("number", (&one.label.number).into())]);
    Suggestion {
        value: one.label.number.clone(),
        label: one.label.label.clone(),
        detail: detail.to_string(),
        address: address::record(&one.kind, &one.label.number),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_begins_words_of_the_label() {
        for typed in ["new inc", "INC", "inc new", "n", ""] {
            assert!(matches("New incident", typed), "{typed}");
        }
        for typed in ["ew", "new incidents", "problem"] {
            assert!(!matches("New incident", typed), "{typed}");
        }
    }
}
