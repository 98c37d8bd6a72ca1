//! The OpenAPI document, made from the routes and the live kinds; it shows a caller the kinds and fields it may read.

use axum::Json;
use axum::extract::State;
use serde_json::{Map, Value, json};
use steward_model::kind::{Kind, Level};

use crate::Api;
use crate::caller::Caller;
use crate::routes::{Route, routes};
use crate::schemas::{
    bulk_edit_schema, fields_schema, hits_schema, order_schema, problem_content, problem_schema, record_schema,
    reference_schema, view_schema,
};

pub(crate) async fn document(State(api): State<Api>, Caller(actor): Caller) -> Json<Value> {
    let kinds = api.app().readable_kinds(&actor);
    let kinds: Vec<(&Kind, Level)> = kinds.iter().map(|(kind, level)| (kind.as_ref(), *level)).collect();
    Json(build(&kinds))
}

/// The document for some kinds.
fn build(kinds: &[(&Kind, Level)]) -> Value {
    let mut paths = Map::new();
    let mut schemas = Map::new();
    for (kind, level) in kinds {
        schemas.insert(format!("{}_fields", kind.key), fields_schema(kind, *level));
        schemas.insert(kind.key.clone(), record_schema(kind));
    }
    schemas.insert("problem".to_owned(), problem_schema());
    schemas.insert("reference".to_owned(), reference_schema());
    schemas.insert("hits".to_owned(), hits_schema());
    schemas.insert("view".to_owned(), view_schema());
    schemas.insert("bulk_edit".to_owned(), bulk_edit_schema());
    for route in routes() {
        if !route.path.contains("{kinds}") {
            add_operation(&mut paths, &route, route.path, None);
            continue;
        }
        for (kind, _) in kinds.iter().filter(|(kind, _)| is_for(&route, kind)) {
            add_operation(&mut paths, &route, &route.path.replace("{kinds}", &kind.plural), Some(kind));
        }
    }
    json!({
        "openapi": "3.1.0",
        "info": { "title": "Steward", "version": "1", "description": "IT service management: records, journal and more." },
        "security": [{ "bearer": [] }, { "basic": [] }],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "bearer": { "type": "http", "scheme": "bearer" },
                "basic": { "type": "http", "scheme": "basic" },
            },
        },
    })
}

/// Whether a route leads anywhere for records of a kind.
fn is_for(route: &Route, kind: &Kind) -> bool {
    let part = route.path.split("/{record}/").nth(1).unwrap_or_default();
    match part.split('/').next() {
        Some("text") => kind.configuration,
        Some("trial") => kind.key == steward_flow::FLOW,
        _ => true,
    }
}

fn add_operation(paths: &mut Map<String, Value>, route: &Route, path: &str, kind: Option<&Kind>) {
    let method = route.method.as_str().to_lowercase();
    let parameters: Vec<Value> = path
        .split('/')
        .filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'))
        .map(|name| json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } }))
        .chain(query_parameters(route))
        .collect();
    let mut operation = json!({
        "summary": route.summary,
        "operationId": format!("{method}_{}", path.trim_start_matches('/').replace(['/', '{', '}', '-', '.'], "_")),
        "parameters": parameters,
        "responses": {
            "2XX": response(route, kind),
            "4XX": { "description": "What is wrong with the request", "content": problem_content() },
            "5XX": { "description": "What the server cannot do just now", "content": problem_content() },
        },
    });
    if let Value::Object(operation) = &mut operation {
        if route.open {
            operation.insert("security".to_owned(), json!([]));
        }
        if let Some(body) = request_body(route, kind) {
            operation.insert("requestBody".to_owned(), body);
        }
        if let Some(kind) = kind {
            operation.insert("tags".to_owned(), json!([kind.label_plural]));
        }
    }
    if let Some(Value::Object(item)) = Some(paths.entry(path.to_owned()).or_insert_with(|| json!({}))) {
        item.insert(method, operation);
    }
}

fn query_parameters(route: &Route) -> Vec<Value> {
    let names: &[(&str, &str)] = match (route.method.as_str(), route.path) {
        ("GET", "/api/v1/{kinds}") => &[
            ("filter", "Condition in CEL"),
            ("q", "Condition in the notation of the search box"),
            ("tree", "Condition as JSON tree"),
            ("sort", "Fields to sort by, descending with a minus"),
            ("fields", "Fields to give"),
            ("limit", "Records at most, 1 to 1000"),
            ("cursor", "Where the page before ended"),
            ("count", "capped, exact or off"),
        ],
        ("GET", "/api/v1/{kinds}/{record}") => &[("as_of", "Moment in the past"), ("fields", "Fields to give")],
        ("GET", "/api/v1/search") => &[
            ("q", "Words, all of which must stand in a record; the last may be unfinished"),
            ("kind", "Kinds to search, by key, with commas between"),
            ("open", "true leaves finished records out"),
            ("limit", "Hits at most, 1 to 100"),
        ],
        ("GET", "/api/v1/{kinds}/{record}/similar") => &[
            ("kind", "Kinds to look among, by key; the record's own when missing"),
            ("limit", "Hits at most, 1 to 100"),
        ],
        ("GET", "/api/v1/{kinds}/{record}/journal") => {
            &[("after", "Entries after this one"), ("limit", "Entries at most")]
        }
        ("GET", "/api/v1/{kinds}/{record}/difference") => {
            &[("from", "The earlier moment; the beginning when missing"), ("to", "The later moment; now when missing")]
        }
        ("GET", "/api/v1/{kinds}/{record}/trial") => &[("on", "Number of the record that the flow is tried on")],
        ("GET", "/api/v1/{kinds}/{record}/access") => {
            &[("action", "What to ask for"), ("person", "Whose right to explain")]
        }
        ("GET", "/api/v1/{kinds}/{record}/who") => &[
            ("q", "Part of a name"),
            ("action", "Only who may do this besides seeing it"),
            ("person", "Number or id of one person, of whom everything is told"),
            ("after", "Where the page before ended"),
            ("limit", "People at most, 1 to 200"),
        ],
        ("GET", "/api/v1/access/roles/{role}") => {
            &[("after", "Where the page before ended"), ("limit", "Holders at most, 1 to 200")]
        }
        ("POST", "/api/v1/{kinds}/{record}/attachments") => {
            &[("name", "Name of the file"), ("audience", "public or internal")]
        }
        ("GET", "/api/v1/views") => &[("kind", "Key of the kind whose views are wanted; all when missing")],
        ("GET", "/api/v1/bulk-edits/{edit}") => &[
            ("outcome", "Only rows that were changed, unchanged or refused"),
            ("after", "Rows after this place"),
            ("limit", "Rows at most, 1 to 1000"),
        ],
        ("GET", "/api/v1/notifications") => &[
            ("unread", "true leaves out what was read"),
            ("before", "Only those before this id"),
            ("limit", "Notifications at most, 1 to 100"),
        ],
        ("GET", "/api/v1/outbox") => &[
            ("person", "Only to this person, by id, number, login or mail address; me for the caller"),
            ("state", "waiting, held, sent, withheld, failed or dead"),
            ("before", "Only those before this id"),
            ("limit", "Messages at most, 1 to 100"),
        ],
        ("GET", "/api/v1/withheld-files") => {
            &[("before", "Only those that came before the one with this hash"), ("limit", "Files at most, 1 to 100")]
        }
        ("GET", "/api/v1/service-levels") => &[
            ("kind", "Key of the kind; incident when missing"),
            ("by", "month, customer, service, team or person"),
            ("days", "Days looked back"),
        ],
        ("GET", "/api/v1/calibration") => {
            &[("kind", "Key of the kind; incident when missing"), ("days", "Days looked back, 1 to 366")]
        }
        ("GET", "/api/v1/service-credits") => {
            &[("kind", "Key of the kind; incident when missing"), ("days", "Days looked back")]
        }
        ("GET", "/api/v1/intervals") => &[
            ("from", "The first moment"),
            ("until", "The first moment after the span"),
            ("kinds", "Kinds of time, with commas between"),
            ("service", "Only what is about this service"),
            ("configuration_item", "Only what is about this item"),
            ("organisation", "Only of this organisation and those below it"),
            ("record", "Only of the record with this id"),
            ("zone", "Zone in whose days whole days are looked for; UTC when missing"),
            ("limit", "Intervals at most, 1 to 2000"),
        ],
        ("GET", "/api/v1/events") => &[("after", "Id of the last event seen")],
        _ => &[],
    };
    names
        .iter()
        .map(|(name, description)| {
            json!({ "name": name, "in": "query", "description": description, "schema": { "type": "string" } })
        })
        .collect()
}

fn response(route: &Route, kind: Option<&Kind>) -> Value {
    if route.path == "/api/v1/search" || route.path.ends_with("/similar") {
        let schema = json!({ "$ref": "#/components/schemas/hits" });
        return json!({ "description": route.summary, "content": { "application/json": { "schema": schema } } });
    }
    if route.path.starts_with("/api/v1/views") && route.method.as_str() != "DELETE" {
        let one = json!({ "$ref": "#/components/schemas/view" });
        let is_list = route.method.as_str() == "GET" && route.path.ends_with("/views");
        let schema = if is_list { json!({ "type": "array", "items": one }) } else { one };
        return json!({ "description": route.summary, "content": { "application/json": { "schema": schema } } });
    }
    if route.path.ends_with("/{item}/order") {
        let schema = json!({ "$ref": "#/components/schemas/service_request" });
        return json!({ "description": route.summary, "content": { "application/json": { "schema": schema } } });
    }
    if route.path.ends_with("/{item}/form") {
        let schema = json!({ "type": "object" });
        return json!({ "description": route.summary, "content": { "application/json": { "schema": schema } } });
    }
    if route.path.contains("/bulk-edits") {
        let schema = json!({ "$ref": "#/components/schemas/bulk_edit" });
        return json!({ "description": route.summary, "content": { "application/json": { "schema": schema } } });
    }
    let Some(kind) = kind else { return json!({ "description": route.summary }) };
    let record = json!({ "$ref": format!("#/components/schemas/{}", kind.key) });
    let schema = match (route.method.as_str(), route.path) {
        ("GET", "/api/v1/{kinds}") => json!({ "type": "array", "items": record }),
        (_, path)
            if path.ends_with("/journal")
                || path.contains("/attachments")
                || path.ends_with("/difference")
                || path.ends_with("/access")
                || path.ends_with("/who") =>
        {
            json!({})
        }
        _ => record,
    };
    json!({ "description": route.summary, "content": { "application/json": { "schema": schema } } })
}

fn request_body(route: &Route, kind: Option<&Kind>) -> Option<Value> {
    if route.path.starts_with("/api/v1/views") && ["POST", "PATCH"].contains(&route.method.as_str()) {
        let schema = json!({ "$ref": "#/components/schemas/view" });
        return Some(json!({ "required": true, "content": { "application/json": { "schema": schema } } }));
    }
    let text = json!({ "type": "string" });
    if route.path == "/api/v1/notifications/read" {
        let ids = json!({ "type": "array", "items": text });
        let schema = json!({ "type": "object", "properties": { "ids": ids, "all": { "type": "boolean" } } });
        return Some(json!({ "required": true, "content": { "application/json": { "schema": schema } } }));
    }
    if route.path.ends_with("/{item}/order") {
        let schema = order_schema();
        return Some(json!({ "required": true, "content": { "application/json": { "schema": schema } } }));
    }
    if route.path == "/api/v1/calendar-feeds" && route.method.as_str() == "POST" {
        let kinds = json!({ "type": "array", "items": text });
        let properties =
            json!({ "name": text, "calendar": text, "kinds": kinds, "service": text, "organisation": text });
        let schema = json!({ "type": "object", "additionalProperties": false, "properties": properties });
        return Some(json!({ "required": true, "content": { "application/json": { "schema": schema } } }));
    }
    if route.path.ends_with("/{record}/holidays") {
        return Some(json!({ "required": true, "content": { "text/calendar": { "schema": text } } }));
    }
    let fields = json!({ "$ref": format!("#/components/schemas/{}_fields", kind?.key) });
    let audience = json!({ "type": "string", "enum": ["public", "internal"] });
    let comment = json!({ "type": "object", "properties": { "body": text, "audience": audience } });
    let properties = match (route.method.as_str(), route.path) {
        ("POST", "/api/v1/{kinds}") => json!({
            "fields": fields,
            "organisation": text,
            "links": { "type": "array", "items": { "type": "object", "properties": { "link": text, "target": text } } },
        }),
        ("POST" | "PATCH", path) if path.contains("/worklogs") => worklog_properties(route.method.as_str()),
        ("PATCH", _) => json!({ "fields": fields, "organisation": text, "revision": { "type": "integer" } }),
        (_, path) if path.ends_with("/transitions/{key}") => {
            json!({ "fields": fields, "comment": comment, "revision": { "type": "integer" } })
        }
        (_, path) if path.ends_with("/bulk-edits") => json!({
            "records": { "type": "array", "items": text, "maxItems": 10_000, "description": "Ids or numbers" },
            "filter": text,
            "q": text,
            "tree": {},
            "dry_run": { "type": "boolean", "description": "Only say what would come of it" },
            "action": { "type": "string", "enum": ["update", "transition", "comment", "watch"] },
            "fields": fields,
            "transition": text,
            "comment": comment,
            "body": text,
            "audience": audience,
            "end": { "type": "boolean", "description": "No longer watch" },
        }),
        (_, path) if path.ends_with("/comments") => json!({ "body": text, "audience": audience }),
        ("POST", path) if path.ends_with("/timer") => json!({}),
        ("POST", path) if path.ends_with("/links") => json!({ "link": text, "target": text }),
        ("POST", path) if path.ends_with("/watchers") => json!({ "person": text }),
        _ => return None,
    };
    let schema = json!({ "type": "object", "additionalProperties": false, "properties": properties });
    Some(json!({ "required": true, "content": { "application/json": { "schema": schema } } }))
}

/// What an entry of time says; with a correction only what is to change.
fn worklog_properties(method: &str) -> Value {
    let mut properties = json!({
        "duration": { "type": "string", "description": "Such as PT30M or 1 h 30 min" },
        "started_at": { "type": "string", "format": "date-time", "description": "So long before now when missing" },
        "note": { "type": "string", "maxLength": 2000 },
        "activity": { "type": ["string", "null"], "description": "Id, number or title of an activity" },
        "billable": { "type": "boolean", "description": "As the activity says when missing" },
    });
    if method == "PATCH" {
        properties["reason"] = json!({ "type": "string", "maxLength": 500, "description": "Why it is corrected" });
    }
    properties
}
