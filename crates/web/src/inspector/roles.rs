//! What a role allows and who holds it; which roles reach a kind.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use steward_app::error::Error;
use steward_app::inspector::{RoleAccount, RoleGrant};
use steward_model::filter::Filter;
use steward_ui::access::condition;
use steward_ui::button::{Button, link_button};
use steward_ui::header::{Header, header};
use steward_ui::reference::Crumb;
use steward_words::{t, t_with};

use super::words::stated;
use super::{ADDRESS, actions, kind_address, level, place_held, role_address, role_name, role_word};
use crate::error::WebError;
use crate::files::Segments;
use crate::form::Query;
use crate::frame::{Place, frame};
use crate::visitor::Visitor;
use crate::{Web, address};

/// Holders of a page.
const HOLDERS: usize = 100;

pub(crate) async fn overview(State(web): State<Web>, visitor: Visitor) -> Result<Response, WebError> {
    let (roles, kinds) = web.app().roles_and_kinds(visitor.actor())?;
    let main = html! {
        (header(&Header { title: t("access-title"), ..Header::default() }, html! {}))
        div.page-body {
            p.quiet { (t("access-help")) }
            section.access-part {
                h2 id="roles-title" { (t("access-roles")) }
                div.table-scroll tabindex="0" role="region" aria-labelledby="roles-title" {
                    table.figures-table {
                        thead { tr { @for head in ["access-role", "access-for-what", "access-staff"] { th scope="col" { (t(head)) } } th.is-number scope="col" { (t("access-rank")) } } }
                        tbody { @for role in &roles {
                            tr {
                                td { a href=(role_address(&role.key)) { (role_name(&web, role)) } }
                                td data-label=(t("access-for-what")) { (role_word(&web, &role.description)) }
                                td data-label=(t("access-staff")) { (t(if role.staff { "yes" } else { "no" })) }
                                td.is-number data-label=(t("access-rank")) { (role.rank) }
                            }
                        } }
                    }
                }
            }
            section.access-part {
                h2 id="kinds-title" { (t("access-kinds")) }
                ul.access-names { @for kind in &kinds { li { a href=(kind_address(kind)) { (kind.label_plural) } } } }
            }
        }
    };
    let place = Place { title: t("access-title"), current: ADDRESS, ..Place::default() };
    Ok(frame(&web, &visitor, place, main).into_response())
}

pub(crate) async fn role(
    State(web): State<Web>,
    Segments(key): Segments<String>,
    visitor: Visitor,
    Query(query): Query,
) -> Result<Response, WebError> {
    let after = query.text("after").and_then(|text| text.parse().ok());
    let account = web.app().role_account(visitor.actor(), &key, after, HOLDERS).await?;
    let title = role_name(&web, &account.role);
    let next = account.next.map(|after| format!("{}?after={after}", role_address(&key)));
    let main = html! {
        (header(&Header { crumbs: &[Crumb { address: ADDRESS, label: t("access-title") }], title: &title, ..Header::default() }, html! {}))
        div.page-body {
            p { (role_word(&web, &account.role.description)) }
            (holders(&web, &account))
            @if let Some(next) = &next { p { (link_button(&Button { label: t("who-next"), ..Button::default() }, next)) } }
            section.access-part {
                h2 id="grants-title" { (t("access-allows")) }
                @for grant in &account.grants { (granted(&web, grant)) }
            }
        }
    };
    let place = Place { title: &title, current: ADDRESS, ..Place::default() };
    Ok(frame(&web, &visitor, place, main).into_response())
}

fn holders(web: &Web, account: &RoleAccount) -> Markup {
    let people = web.app().kind("person").ok();
    html! {
        section.access-part {
            h2 id="holders-title" { (t("access-holders")) }
            @if account.holders.is_empty() { p.quiet { (t("access-no-holders")) } }
            ul.plain-list { @for holder in &account.holders {
                li.plain-list__item {
                    div.plain-list__text {
                        @match people {
                            Some(kind) => { a href={ (address::record(kind, &holder.label.number)) "/reach" } { (holder.label.label) } },
                            None => (holder.label.label),
                        }
                        @for place in &holder.within { " " span.quiet { (place_held(*place, &account.labels)) } }
                    }
                }
            } }
        }
    }
}

fn granted(web: &Web, grant: &RoleGrant) -> Markup {
    let registry = web.app().registry();
    let kinds: Option<Vec<&str>> = grant
        .kinds
        .as_ref()
        .map(|keys| keys.iter().filter_map(|key| registry.kind(key)).map(|kind| kind.label_plural.as_str()).collect());
    let first = grant.kinds.as_ref().and_then(|keys| keys.first()).and_then(|key| registry.kind(key));
    let kind = first.or_else(|| registry.kinds().first());
    let said = kind.and_then(|kind| Some((kind, Filter::parse_cel(&grant.scope, kind, registry).ok()?)));
    html! {
        div.grant {
            div.grant__head {
                @match &kinds { Some(kinds) => (kinds.join(", ")), None => (t("access-all-kinds")) }
                code { (grant.name) }
            }
            p.grant__detail { (t_with("grant-allows", &[("actions", (&actions(&grant.actions)).into()), ("level", level(grant.read).into())])) }
            @match said {
                Some((kind, filter)) => (condition(&stated(&filter, kind, registry))),
                None => { code { (grant.scope) } },
            }
        }
    }
}

pub(crate) async fn kind(
    State(web): State<Web>,
    Segments(key): Segments<String>,
    visitor: Visitor,
) -> Result<Response, WebError> {
    if key.is_empty() {
        return Err(Error::NotFound.into());
    }
    let account = web.app().kind_account(visitor.actor(), &key)?;
    let registry = web.app().registry();
    let title = account.kind.label_plural.clone();
    let main = html! {
        (header(&Header { crumbs: &[Crumb { address: ADDRESS, label: t("access-title") }], title: &title, detail: t("access-kind-detail"), ..Header::default() }, html! {}))
        div.page-body {
            @for one in &account.roles {
                section.access-part {
                    h2 { a href=(role_address(&one.role.key)) { (role_name(&web, &one.role)) } }
                    @for (allowed, read, scope) in &one.grants {
                        div.grant {
                            p.grant__detail { (t_with("grant-allows", &[("actions", (&actions(allowed)).into()), ("level", level(*read).into())])) }
                            @match Filter::parse_cel(scope, &account.kind, registry) {
                                Ok(filter) => (condition(&stated(&filter, &account.kind, registry))),
                                Err(_) => { code { (scope) } },
                            }
                        }
                    }
                }
            }
        }
    };
    let place = Place { title: &title, current: ADDRESS, ..Place::default() };
    Ok(frame(&web, &visitor, place, main).into_response())
}
