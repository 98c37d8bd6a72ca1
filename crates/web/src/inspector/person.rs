//! What one person can see and do.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use steward_app::error::Error;
use steward_app::inspector::{KindReach, PersonReach};
use steward_app::list::COUNT_MAX;
use steward_ui::access::condition;
use steward_ui::button::{Button, link_button};
use steward_ui::header::{Header, header};
use steward_ui::icon::{Icon, icon};
use steward_ui::message::{Empty, empty};
use steward_ui::reference::Crumb;
use steward_words::{formats, number, refusal, t, t_with};

use super::words::stated;
use super::{actions, kind_address, level, place_held, role_address, role_name};
use crate::error::WebError;
use crate::files::Segments;
use crate::frame::{Place, frame};
use crate::visitor::Visitor;
use crate::{Web, address};

pub(crate) async fn reach(
    State(web): State<Web>,
    Segments((kinds, name)): Segments<(String, String)>,
    visitor: Visitor,
) -> Result<Response, WebError> {
    let kind = web.app().kind_by_plural(&kinds)?.clone();
    if kind.key != "person" {
        // That the record is not there is found first.
        web.app().get(visitor.actor(), &kind, &name, None).await?;
        return Err(Error::NotFound.into());
    }
    let reach = web.app().reach_of(visitor.actor(), &name).await?;
    Ok(shown(&web, &visitor, &reach).into_response())
}

fn shown(web: &Web, visitor: &Visitor, reach: &PersonReach) -> Markup {
    let view = &reach.view;
    let back = address::record(&view.kind, &view.record.number);
    let view_as = address::of_record(&view.kind, &view.record, "view-as");
    let crumbs = [Crumb { address: &back, label: view.record.text("name") }];
    let main = html! {
        (header(&Header { crumbs: &crumbs, title: t("reach-of"), detail: view.record.text("name"), ..Header::default() }, html! {
            @if reach.no_view.is_none() { (link_button(&Button { label: t("viewing-see-as"), icon: Some(Icon::Eye), ..Button::default() }, &view_as)) }
        }))
        div.page-body {
            @if !reach.acts { p { strong { (t("who-left")) } } }
            (roles(web, reach))
            @if let Some(why) = &reach.no_view { p.quiet { (t("reach-no-view")) " " (refusal(why)) "." } }
            @if reach.reaches_beyond { p.quiet { (t("reach-beyond")) } }
            @if reach.kinds.is_empty() {
                (empty(&Empty { icon: Icon::ShieldLock, title: t("reach-nothing"), text: t("reach-nothing-help") }, html! {}))
            } @else {
                (kinds(web, reach, &view_as))
            }
        }
    };
    frame(web, visitor, Place { title: t("reach-of"), current: &address::list(&view.kind), ..Place::default() }, main)
}

fn roles(web: &Web, reach: &PersonReach) -> Markup {
    html! {
        section.access-part {
            h2 id="roles-title" { (t("access-roles")) }
            @if reach.roles.is_empty() { p.quiet { (t("reach-no-roles")) } }
            ul.plain-list { @for held in &reach.roles {
                li.plain-list__item {
                    div.plain-list__text {
                        @match &held.role {
                            Some(role) => { a href=(role_address(&role.key)) { (role_name(web, role)) } " " (place_held(held.within, &reach.labels)) },
                            None => { code { (held.key) } " " (t("reach-role-gone")) },
                        }
                        @if let Some(role) = &held.role { div.plain-list__detail { (super::role_word(web, &role.description)) } }
                    }
                }
            } }
            @if !reach.teams.is_empty() {
                p { (t("reach-teams")) " "
                    @for (index, team) in reach.teams.iter().enumerate() { @if index > 0 { ", " } (reach.labels.get(team).map_or(t("not-visible"), |label| label.label.as_str())) }
                }
            }
            @if !reach.standing.is_empty() { p.quiet { (t_with("reach-standing", &[("words", (&reach.standing.join(", ")).into())])) } }
        }
    }
}

fn kinds(web: &Web, reach: &PersonReach, view_as: &str) -> Markup {
    html! {
        section.access-part {
            h2 id="kinds-title" { (t("reach-kinds")) }
            div.table-scroll tabindex="0" role="region" aria-labelledby="kinds-title" {
                table.figures-table {
                    thead { tr {
                        @for head in ["access-kind", "who-level", "who-actions"] { th scope="col" { (t(head)) } }
                        th.is-number scope="col" { (t("reach-count")) }
                        th scope="col" { (t("reach-where")) }
                    } }
                    tbody { @for one in &reach.kinds { (kind(web, reach, view_as, one)) } }
                }
            }
        }
    }
}

fn kind(web: &Web, reach: &PersonReach, view_as: &str, one: &KindReach) -> Markup {
    let count = one.count.map(|count| {
        let shown = number(i64::try_from(count.min(COUNT_MAX)).unwrap_or(i64::MAX), formats());
        if count > COUNT_MAX { format!("{shown}+") } else { shown }
    });
    let as_they_see = format!("{view_as}?next={}", address::part(&address::list(&one.kind)));
    html! {
        tr {
            td { a href=(kind_address(&one.kind)) { (one.kind.label_plural) } }
            td data-label=(t("who-level")) { @match one.read { Some(read) => (level(read)), None => (t("no")) } }
            td data-label=(t("who-actions")) { (actions(&one.actions)) }
            td.is-number data-label=(t("reach-count")) {
                @match &count {
                    Some(count) if reach.no_view.is_none() => { a href=(as_they_see) title=(t("reach-list")) { (count) } },
                    Some(count) => (count),
                    None => "–",
                }
            }
            td data-label=(t("reach-where")) {
                details.access-where {
                    summary { (icon(Icon::ChevronRight)) " " (t_with("reach-conditions", &[("count", one.grants.len().into())])) }
                    @for (role, allowed, scope) in &one.grants {
                        div.grant {
                            div.grant__head { (web.app().policy().role(role).map_or_else(|| role.clone(), |role| role_name(web, role))) }
                            p.grant__detail { (actions(allowed)) }
                            (conditions(web, one, scope))
                        }
                    }
                }
            }
        }
    }
}

fn conditions(web: &Web, one: &KindReach, scope: &str) -> Markup {
    match steward_model::filter::Filter::parse_cel(scope, &one.kind, web.app().registry()) {
        Ok(filter) => condition(&stated(&filter, &one.kind, web.app().registry())),
        Err(_) => html! { code { (scope) } },
    }
}
