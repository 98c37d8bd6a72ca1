//! Pages on who may see and do what, and why: of a record, a person, a role, a kind.

mod person;
mod roles;
mod who;
mod words;

use std::collections::BTreeSet;

use maud::{Markup, html};
use steward_app::view::Labels;
use steward_model::access::{Action, Role};
use steward_model::id::RecordId;
use steward_model::kind::{Kind, Level};
use steward_words::{t, t_with};

use crate::{Web, address};

pub(crate) use person::reach;
pub(crate) use roles::{kind, overview, role};
pub(crate) use who::who;
pub(crate) use words::action;

/// Where roles and kinds are told of.
pub(crate) const ADDRESS: &str = "/access";

fn role_address(key: &str) -> String {
    format!("{ADDRESS}/roles/{}", address::part(key))
}

fn kind_address(kind: &Kind) -> String {
    format!("{ADDRESS}/kinds/{}", address::part(&kind.key))
}

/// A word of the definition of roles in the reader's language.
fn role_word<'a>(web: &'a Web, text: &'a str) -> &'a str {
    web.app().registry().word(steward_words::language().code(), "role", text)
}

/// The name of a role.
fn role_name(web: &Web, role: &Role) -> String {
    role_word(web, &role.label).to_owned()
}

/// A role by its key, as a link to what it allows, and where it is held.
fn role_held(web: &Web, key: &str, within: &[Option<RecordId>], labels: &Labels) -> Markup {
    let name = web.app().policy().role(key).map_or_else(|| key.to_owned(), |role| role_name(web, role));
    html! {
        a href=(role_address(key)) { (name) }
        @for (index, place) in within.iter().enumerate() {
            @if index > 0 { "," }
            " " span.quiet { (place_held(*place, labels)) }
        }
    }
}

/// Where a role is held, in words that follow its name.
fn place_held(within: Option<RecordId>, labels: &Labels) -> String {
    match within {
        None => t("access-everywhere").to_owned(),
        Some(id) => match labels.get(&id) {
            Some(label) => t_with("access-within", &[("organisation", (&label.label).into())]),
            None => t("access-within-hidden").to_owned(),
        },
    }
}

/// Actions as words with commas, in the order in which they are usually told.
fn actions(of: &BTreeSet<Action>) -> String {
    let words: Vec<&str> = Action::ALL.into_iter().filter(|one| of.contains(one)).map(action).collect();
    words.join(", ")
}

/// Up to which level fields are read or written.
fn level(level: Level) -> &'static str {
    match level {
        Level::Requester => t("level-requester"),
        Level::Agent => t("level-agent"),
        Level::Owner => t("level-owner"),
    }
}
