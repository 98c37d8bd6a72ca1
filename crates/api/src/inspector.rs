//! Who may see and do what, and why: of a record, a person, a role and a kind.

use std::collections::BTreeSet;

use axum::Json;
use axum::extract::{RawQuery, State};
use serde_json::{Value, json};
use steward_app::inspector::{Basis, PersonOn, PersonReach, RoleAccount, WhoPage, WhoRequest, level_key};
use steward_app::list::COUNT_MAX;
use steward_app::view::Labels;
use steward_model::access::{Action, Clause, Role, Says};
use steward_model::id::RecordId;
use steward_model::kind::{Kind, Level, Registry};

use crate::Api;
use crate::caller::{Caller, Segments};
use crate::problem::Problem;
use crate::query::Query;
use crate::wire::reference;

/// People of a page where no limit is named.
const LIMIT: usize = 50;

pub(crate) async fn who(
    State(api): State<Api>,
    Caller(actor): Caller,
    Segments((kinds, name)): Segments<(String, String)>,
    RawQuery(raw): RawQuery,
) -> Result<Json<Value>, Problem> {
    let kind = api.app().kind_by_plural(&kinds)?;
    let query = Query::parse(raw.as_deref(), &["q", "action", "person", "after", "limit"])?;
    if let Some(person) = query.get("person") {
        let on = api.app().person_on(&actor, kind, &name, person).await?;
        return Ok(Json(one(kind, api.app().registry(), &on)));
    }
    let action = match query.get("action") {
        None => None,
        Some(key) => Some(
            serde_json::from_value::<Action>(json!(key)).map_err(|_| Problem::bad_request("`action` is not known"))?,
        ),
    };
    let request = WhoRequest {
        search: query.get("q").map(str::to_owned),
        action,
        after: after(&query)?,
        limit: query.integer("limit", LIMIT, 1, steward_app::inspector::PAGE_MAX)?,
    };
    let page = api.app().who_sees(&actor, kind, &name, &request).await?;
    Ok(Json(all(&page)))
}

pub(crate) async fn reach(
    State(api): State<Api>,
    Caller(actor): Caller,
    Segments(name): Segments<String>,
) -> Result<Json<Value>, Problem> {
    let reach = api.app().reach_of(&actor, &name).await?;
    Ok(Json(reached(&reach)))
}

pub(crate) async fn roles(State(api): State<Api>, Caller(actor): Caller) -> Result<Json<Value>, Problem> {
    let (roles, kinds) = api.app().roles_and_kinds(&actor)?;
    let kinds: Vec<&str> = kinds.iter().map(|kind| kind.key.as_str()).collect();
    Ok(Json(json!({ "roles": roles.iter().map(|role| role_wire(role)).collect::<Vec<_>>(), "kinds": kinds })))
}

pub(crate) async fn role(
    State(api): State<Api>,
    Caller(actor): Caller,
    Segments(key): Segments<String>,
    RawQuery(raw): RawQuery,
) -> Result<Json<Value>, Problem> {
    let query = Query::parse(raw.as_deref(), &["after", "limit"])?;
    let limit = query.integer("limit", LIMIT, 1, steward_app::inspector::PAGE_MAX)?;
    let RoleAccount { role, grants, holders, labels, next } =
        api.app().role_account(&actor, &key, after(&query)?, limit).await?;
    let grants: Vec<Value> = grants
        .iter()
        .map(|grant| {
            json!({
                "grant": grant.name,
                "kinds": grant.kinds,
                "actions": grant.actions,
                "read": level_key(grant.read),
                "scope": grant.scope,
            })
        })
        .collect();
    let holders: Vec<Value> = holders
        .iter()
        .map(|holder| {
            let within: Vec<Value> = holder.within.iter().map(|place| within(*place, &labels)).collect();
            json!({ "person": { "number": holder.label.number, "label": holder.label.label }, "within": within })
        })
        .collect();
    let mut wire = role_wire(&role);
    if let Some(wire) = wire.as_object_mut() {
        wire.insert("grants".to_owned(), grants.into());
        wire.insert("holders".to_owned(), holders.into());
        wire.insert("next".to_owned(), json!(next.map(|id| id.to_string())));
    }
    Ok(Json(wire))
}

pub(crate) async fn kind(
    State(api): State<Api>,
    Caller(actor): Caller,
    Segments(key): Segments<String>,
) -> Result<Json<Value>, Problem> {
    let account = api.app().kind_account(&actor, &key)?;
    let roles: Vec<Value> = account
        .roles
        .iter()
        .map(|one| {
            let grants = one.grants.iter().map(|(actions, read, scope)| granted(actions, *read, scope));
            json!({ "role": one.role.key, "label": one.role.label, "grants": grants.collect::<Vec<_>>() })
        })
        .collect();
    Ok(Json(json!({ "kind": account.kind.key, "roles": roles })))
}

fn after(query: &Query) -> Result<Option<RecordId>, Problem> {
    let parse = |text: &str| text.parse().map_err(|_| Problem::bad_request("`after` is not one that an answer gave"));
    query.get("after").map(parse).transpose()
}

fn role_wire(role: &Role) -> Value {
    json!({
        "role": role.key,
        "label": role.label,
        "description": role.description,
        "staff": role.staff,
        "rank": role.rank,
    })
}

fn granted(actions: &BTreeSet<Action>, read: Level, scope: &str) -> Value {
    json!({ "actions": actions, "read": level_key(read), "scope": scope })
}

/// Where a role is held; null for everywhere.
fn within(place: Option<RecordId>, labels: &Labels) -> Value {
    place.map_or(Value::Null, |id| reference(id, labels))
}

fn all(page: &WhoPage) -> Value {
    let people: Vec<Value> = page
        .people
        .iter()
        .map(|one| {
            let roles: Vec<Value> = one
                .roles
                .iter()
                .map(|(role, places)| {
                    let places: Vec<Value> = places.iter().map(|place| within(*place, &page.labels)).collect();
                    json!({ "role": role, "within": places })
                })
                .collect();
            json!({
                "person": { "id": one.id.to_string(), "number": one.label.number, "label": one.label.label },
                "organisation": reference(one.organisation, &page.labels),
                "read": one.rights.read.map(level_key),
                "write": one.rights.write.map(level_key),
                "actions": one.rights.actions,
                "roles": roles,
                "named": one.is_named,
            })
        })
        .collect();
    json!({ "people": people, "others": page.has_others, "next": page.next.map(|id| id.to_string()) })
}

fn one(kind: &Kind, registry: &Registry, on: &PersonOn) -> Value {
    let actions: Vec<Value> =
        on.actions.iter().map(|(action, allowed)| json!({ "action": action, "allowed": allowed })).collect();
    let grants: Vec<Value> = on.grants.iter().map(|basis| grant(kind, registry, basis, &on.labels)).collect();
    let moves: Vec<Value> = on
        .moves
        .iter()
        .map(|one| {
            let hindrances: Vec<Value> =
                one.hindrances.iter().map(|(key, words)| json!({ "why": key, "words": words })).collect();
            json!({ "transition": one.key, "offered": one.is_offered, "hindrances": hindrances })
        })
        .collect();
    let fields: Vec<Value> = on
        .fields
        .iter()
        .map(|one| {
            let why = one.unwritable.map(|(why, level)| json!({ "why": why, "level": level.map(level_key) }));
            json!({ "field": one.key, "reads": one.reads, "writes": one.unwritable.is_none(), "unwritable": why })
        })
        .collect();
    json!({
        "person": { "id": on.person.to_string(), "number": on.label.number, "label": on.label.label },
        "acts": on.acts,
        "read": on.rights.read.map(level_key),
        "write": on.rights.write.map(level_key),
        "actions": actions,
        "transitions": moves,
        "fields": fields,
        "grants": grants,
    })
}

fn grant(kind: &Kind, registry: &Registry, basis: &Basis, labels: &Labels) -> Value {
    json!({
        "role": basis.role.key,
        "within": within(basis.within, labels),
        "grant": basis.grant,
        "actions": basis.actions,
        "read": level_key(basis.read),
        "write": level_key(basis.write),
        "scope": basis.scope,
        "holds": basis.condition.holds,
        "condition": clause(kind, registry, &basis.condition),
    })
}

fn clause(kind: &Kind, registry: &Registry, one: &Clause) -> Value {
    let parts = |parts: &[Clause]| parts.iter().map(|part| clause(kind, registry, part)).collect::<Vec<_>>();
    match &one.says {
        Says::Test(filter) => json!({ "holds": one.holds, "test": filter.to_cel(kind, registry) }),
        Says::All(inner) => json!({ "holds": one.holds, "all": parts(inner) }),
        Says::Any(inner) => json!({ "holds": one.holds, "any": parts(inner) }),
        Says::Not(inner) => json!({ "holds": one.holds, "not": clause(kind, registry, inner) }),
    }
}

fn reached(reach: &PersonReach) -> Value {
    let roles: Vec<Value> = reach
        .roles
        .iter()
        .map(|held| json!({ "role": held.key, "defined": held.role.is_some(), "within": within(held.within, &reach.labels) }))
        .collect();
    let kinds: Vec<Value> = reach
        .kinds
        .iter()
        .map(|one| {
            let grants = one
                .grants
                .iter()
                .map(|(role, actions, scope)| json!({ "role": role, "actions": actions, "scope": scope }));
            json!({
                "kind": one.kind.key,
                "actions": one.actions,
                "read": one.read.map(level_key),
                "count": one.count.map(|count| count.min(COUNT_MAX)),
                "more": one.count.is_some_and(|count| count > COUNT_MAX),
                "grants": grants.collect::<Vec<_>>(),
            })
        })
        .collect();
    json!({
        "person": {
            "id": reach.view.record.id.to_string(),
            "number": reach.view.record.number,
            "label": reach.view.record.text("name"),
        },
        "acts": reach.acts,
        "roles": roles,
        "teams": reach.teams.iter().map(|team| reference(*team, &reach.labels)).collect::<Vec<_>>(),
        "standing": reach.standing,
        "kinds": kinds,
        "beyond": reach.reaches_beyond,
    })
}
