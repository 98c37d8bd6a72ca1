//! Who can see a record, and what one person may do with it.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use steward_app::inspector::{Basis, FieldOn, MoveOn, PersonOn, WhoPage, WhoRequest, level_key};
use steward_app::view::RecordView;
use steward_model::access::Action;
use steward_model::kind::Level;
use steward_ui::access::{condition, verdict};
use steward_ui::button::{Button, Look, Submit, link_button, submit};
use steward_ui::header::{Header, header};
use steward_ui::icon::Icon;
use steward_ui::message::{Empty, empty};
use steward_ui::reference::Crumb;
use steward_words::{refusal, t, t_with};

use super::words::{action, judged};
use super::{actions, level, place_held, role_held, role_name};
use crate::error::WebError;
use crate::files::Segments;
use crate::form::{Form, Query};
use crate::frame::{Place, frame};
use crate::visitor::Visitor;
use crate::{Web, address};

/// People of a page.
const PEOPLE: usize = 50;

pub(crate) async fn who(
    State(web): State<Web>,
    Segments((kinds, name)): Segments<(String, String)>,
    visitor: Visitor,
    Query(query): Query,
) -> Result<Response, WebError> {
    let kind = web.app().kind_by_plural(&kinds)?.clone();
    if let Some(person) = query.text("person") {
        let on = web.app().person_on(visitor.actor(), &kind, &name, person).await?;
        return Ok(one(&web, &visitor, &on).into_response());
    }
    let request = WhoRequest {
        search: query.text("q").map(str::to_owned),
        action: query.text("may").and_then(|key| Action::ALL.into_iter().find(|one| key_of(*one) == key)),
        after: query.text("after").and_then(|text| text.parse().ok()),
        limit: PEOPLE,
    };
    let page = web.app().who_sees(visitor.actor(), &kind, &name, &request).await?;
    Ok(all(&web, &visitor, &query, &page).into_response())
}

/// The word for an action in addresses.
fn key_of(action: Action) -> String {
    serde_json::to_value(action).ok().and_then(|key| key.as_str().map(str::to_owned)).unwrap_or_default()
}

fn all(web: &Web, visitor: &Visitor, query: &Form, page: &WhoPage) -> Markup {
    let view = &page.view;
    let here = address::of_record(&view.kind, &view.record, "who");
    let (search, may) = (query.text("q").unwrap_or_default(), query.text("may").unwrap_or_default());
    let asked = web.app().policy().actions_on(&view.kind.key);
    let offered = asked.into_iter().filter(|one| !matches!(one, Action::Create | Action::Read));
    let next =
        page.next.map(|after| format!("{here}?q={}&may={}&after={after}", address::part(search), address::part(may)));
    let (back, label) = (address::record(&view.kind, &view.record.number), view.record.number.as_str());
    let main = html! {
        (header(&Header { crumbs: &[Crumb { address: &back, label }], title: t("who-sees"), detail: view.record.text(&view.kind.label_field), ..Header::default() }, html! {}))
        div.page-body {
            p.quiet { (t("who-sees-help")) }
            form.try-form method="get" action=(here) role="search" {
                div.field {
                    label.field__label for="q" { (t("who-name")) }
                    input.input type="search" id="q" name="q" value=(search) autocomplete="off";
                }
                div.field {
                    label.field__label for="may" { (t("who-may")) }
                    select.input id="may" name="may" {
                        option value="" { (action(Action::Read)) }
                        @for one in offered { option value=(key_of(one)) selected[key_of(one) == may] { (action(one)) } }
                    }
                }
                (submit(&Button { label: t("show"), look: Look::Main, ..Button::default() }, &Submit::default()))
            }
            @if page.people.is_empty() {
                (empty(&Empty { icon: Icon::Users, title: t("who-nobody"), text: t(if page.next.is_some() { "who-nobody-yet" } else { "who-nobody-help" }) }, html! {}))
            } @else {
                (people(web, &here, page))
            }
            @if page.has_others { p.quiet { (t("who-others")) } }
            @if let Some(next) = &next { p { (link_button(&Button { label: t("who-next"), ..Button::default() }, next)) } }
        }
    };
    frame(web, visitor, Place { title: t("who-sees"), current: &address::list(&view.kind), ..Place::default() }, main)
}

fn people(web: &Web, here: &str, page: &WhoPage) -> Markup {
    html! {
        div.table-scroll tabindex="0" role="region" aria-label=(t("who-sees")) {
            table.figures-table {
                thead { tr { @for head in ["who-person", "organisation", "who-level", "who-actions", "who-because"] { th scope="col" { (t(head)) } } } }
                tbody { @for one in &page.people {
                    tr {
                        td {
                            a href={ (here) "?person=" (one.id) } { (one.label.label) }
                            @if one.is_named { " " span.quiet { (t("who-named")) } }
                        }
                        td data-label=(t("organisation")) { (page.labels.get(&one.organisation).map_or(t("not-visible"), |label| label.label.as_str())) }
                        td data-label=(t("who-level")) { @if let Some(read) = one.rights.read { (level(read)) } }
                        td data-label=(t("who-actions")) { (actions(&one.rights.actions)) }
                        td data-label=(t("who-because")) {
                            @for (index, (key, within)) in one.roles.iter().enumerate() {
                                @if index > 0 { "; " }
                                (role_held(web, key, within, &page.labels))
                            }
                        }
                    }
                } }
            }
        }
    }
}

fn one(web: &Web, visitor: &Visitor, on: &PersonOn) -> Markup {
    let view = &on.view;
    let (back, label) = (address::record(&view.kind, &view.record.number), view.record.number.as_str());
    let here = address::of_record(&view.kind, &view.record, "who");
    let title = t_with("who-one", &[("name", (&on.label.label).into())]);
    let crumbs = [Crumb { address: &back, label }, Crumb { address: &here, label: t("who-sees") }];
    let standing = match (on.acts, on.rights.read) {
        (false, _) => t("who-left").to_owned(),
        (true, None) => t("who-sees-not").to_owned(),
        (true, Some(read)) => t_with("who-sees-as", &[("level", level(read).into())]),
    };
    let person = web.app().kind("person").ok().map(|kind| address::record(kind, &on.label.number));
    let main = html! {
        (header(&Header { crumbs: &crumbs, title: &title, detail: view.record.text(&view.kind.label_field), ..Header::default() }, html! {
            @if let Some(person) = &person { (link_button(&Button { label: &on.label.label, icon: Some(Icon::User), ..Button::default() }, person)) }
        }))
        div.page-body {
            p { strong { (standing) } }
            (part("who-actions-title", html! { dl.access-list { @for (one, allowed) in &on.actions { (verdict(*allowed, html! { (action(*one)) }, why(web, on, *one, *allowed))) } } }))
            (part("who-grants-title", grants(web, on)))
            // Of what somebody does not see there is nothing more to tell.
            @if on.rights.read.is_some() {
                (part("who-moves-title", moves(web, on)))
                (part("who-fields-title", fields(on)))
            }
        }
    };
    frame(web, visitor, Place { title: &title, current: &address::list(&view.kind), ..Place::default() }, main)
}

fn part(title: &'static str, content: Markup) -> Markup {
    html! { section.access-part { h2 id=(title) { (t(title)) } (content) } }
}

/// The roles that allow an action, or those that would.
fn why(web: &Web, on: &PersonOn, action: Action, allowed: bool) -> Markup {
    let granting = on.grants.iter().filter(|basis| basis.actions.contains(&action));
    let (holding, others): (Vec<&Basis>, Vec<&Basis>) = granting.partition(|basis| basis.condition.holds);
    let is_granted = !holding.is_empty() || !others.is_empty();
    let (holding, others) = (each_role(holding), each_role(others));
    html! {
        @if allowed {
            (t("who-by")) " "
            @for (index, basis) in holding.iter().enumerate() { @if index > 0 { "; " } (named(web, on, basis)) }
        } @else if !is_granted {
            (t("who-no-role"))
        } @else if holding.is_empty() {
            (t("who-would")) " "
            @for (index, basis) in others.iter().enumerate() { @if index > 0 { "; " } (named(web, on, basis)) }
        } @else {
            // It is granted here, but not the sight of the record.
            (t("who-not-seen"))
        }
    }
}

/// The first grant of each role as it is held: a role may allow the same for several reasons.
fn each_role(bases: Vec<&Basis>) -> Vec<&Basis> {
    let mut first: Vec<&Basis> = Vec::new();
    for basis in bases {
        if !first.iter().any(|known| known.role.key == basis.role.key && known.within == basis.within) {
            first.push(basis);
        }
    }
    first
}

fn named(web: &Web, on: &PersonOn, basis: &Basis) -> Markup {
    html! { a href={ "#" (basis.grant) } { (role_name(web, &basis.role)) } " " (place_held(basis.within, &on.labels)) }
}

fn moves(web: &Web, on: &PersonOn) -> Markup {
    let kind = &on.view.kind;
    let (offered, others): (Vec<&MoveOn>, Vec<&MoveOn>) = on.moves.iter().partition(|one| one.is_offered);
    let label = |key: &str| kind.lifecycle.transition(key).map_or_else(|| key.to_owned(), |one| one.label.clone());
    let line = |one: &MoveOn| {
        let reasons: Vec<String> = one.hindrances.iter().map(|(key, words)| hindrance(web, key, words)).collect();
        verdict(one.is_offered, html! { (label(&one.key)) }, html! { (reasons.join(" ")) })
    };
    html! {
        @if on.moves.is_empty() { p.quiet { (t("who-no-moves")) } }
        dl.access-list { @for one in offered.into_iter().chain(others) { (line(one)) } }
    }
}

fn hindrance(web: &Web, key: &str, words: &[String]) -> String {
    match key {
        "action" => t("hindrance-action").to_owned(),
        "state" => t("hindrance-state").to_owned(),
        "start" => t("hindrance-start").to_owned(),
        "automatic" => t("hindrance-automatic").to_owned(),
        "level" => t_with("hindrance-level", &[("level", level_word(words.first()).into())]),
        "roles" => {
            let names: Vec<String> = words
                .iter()
                .map(|key| web.app().policy().role(key).map_or_else(|| key.clone(), |role| role_name(web, role)))
                .collect();
            t_with("hindrance-roles", &[("roles", (&names.join(", ")).into())])
        }
        "approval" => t("hindrance-approval").to_owned(),
        "guard" => t_with("hindrance-guard", &[("message", (&joined(words)).into())]),
        _ => t_with("hindrance-limit", &[("message", (&joined(words)).into())]),
    }
}

fn joined(words: &[String]) -> String {
    words.iter().map(|one| refusal(one).into_owned()).collect::<Vec<_>>().join(" ")
}

fn level_word(key: Option<&String>) -> &'static str {
    let levels = [Level::Requester, Level::Agent, Level::Owner];
    levels.into_iter().find(|one| key.is_some_and(|key| key == level_key(*one))).map_or("", level)
}

fn fields(on: &PersonOn) -> Markup {
    let kind = &on.view.kind;
    let label = |one: &FieldOn| kind.field(&one.key).map_or_else(|| one.key.clone(), |field| field.label.clone());
    let needed = |one: &FieldOn| kind.field(&one.key).map(|field| field.audience);
    let reads = |one: &FieldOn| match (one.reads, needed(one)) {
        (true, _) => t("yes").to_owned(),
        (false, Some(needed)) => t_with("field-needs", &[("level", level(needed).into())]),
        (false, None) => t("no").to_owned(),
    };
    let writes = |one: &FieldOn| match one.unwritable {
        None => t("yes").to_owned(),
        Some(("derived", _)) => t("field-derived").to_owned(),
        Some(("level", Some(needed))) => t_with("field-needs", &[("level", level(needed).into())]),
        Some(("action", _)) => t("field-action").to_owned(),
        Some(("locked", _)) => t("field-locked").to_owned(),
        Some(_) => t("field-absent").to_owned(),
    };
    html! {
        div.table-scroll tabindex="0" role="region" aria-labelledby="who-fields-title" {
            table.figures-table {
                thead { tr { @for head in ["access-field", "access-reads", "access-writes"] { th scope="col" { (t(head)) } } } }
                tbody { @for one in &on.fields {
                    tr {
                        td { (label(one)) }
                        td data-label=(t("access-reads")) { (reads(one)) }
                        td data-label=(t("access-writes")) { (writes(one)) }
                    }
                } }
            }
        }
    }
}

/// Every grant on the kind with how its condition stands, those that hold first.
fn grants(web: &Web, on: &PersonOn) -> Markup {
    let (holding, others): (Vec<&Basis>, Vec<&Basis>) = on.grants.iter().partition(|basis| basis.condition.holds);
    html! {
        @if on.grants.is_empty() { p.quiet { (t("who-no-role")) } }
        @for basis in holding.into_iter().chain(others) { (grant(web, &on.view, on, basis)) }
    }
}

fn grant(web: &Web, view: &RecordView, on: &PersonOn, basis: &Basis) -> Markup {
    html! {
        div.grant id=(basis.grant) {
            div.grant__head { (role_name(web, &basis.role)) " " (place_held(basis.within, &on.labels)) code { (basis.grant) } }
            p.grant__detail { (t_with("grant-allows", &[("actions", (&actions(&basis.actions)).into()), ("level", level(basis.read).into())])) }
            (condition(&judged(&basis.condition, &view.kind, web.app().registry())))
        }
    }
}
