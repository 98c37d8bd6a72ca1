//! The catalogue for programs: what is asked with an item, and ordering it.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use steward_app::catalogue::Order;
use steward_app::error::Error;
use steward_app::records::Origin;
use steward_model::event::Door;
use steward_model::form::{Question, Sort};
use steward_model::kind::{Default, FieldType, Requirement};
use steward_model::value::render_value;

use crate::body::{self, Body};
use crate::caller::{Caller, Segments};
use crate::problem::Problem;
use crate::records::{etag, idempotency_key, insert};
use crate::{Api, wire};

/// The questions of an item that the caller may order.
pub(crate) async fn form(
    State(api): State<Api>,
    Caller(actor): Caller,
    Segments(item): Segments<String>,
) -> Result<Json<Value>, Problem> {
    let offer = api.app().offer(&actor, &item).await?;
    let sections: Vec<Value> = offer
        .form
        .sections
        .iter()
        .map(|section| {
            json!({
                "title": section.title,
                "help": section.help,
                "conditional": section.show_when.is_some(),
                "questions": section.questions.iter().map(question).collect::<Vec<_>>(),
            })
        })
        .collect();
    Ok(Json(json!({ "item": offer.view.record.number, "revision": offer.view.record.revision, "sections": sections })))
}

fn question(question: &Question) -> Value {
    let field = &question.field;
    let mut answer = json!({
        "key": field.key,
        "type": question.sort.key(),
        "label": field.label,
        "help": field.help,
        "required": match field.required {
            Requirement::Always => json!(true),
            Requirement::Never => json!(false),
            Requirement::When(_) => json!("sometimes"),
        },
        "conditional": question.show_when.is_some(),
    });
    let Value::Object(members) = &mut answer else { return answer };
    if let Some(choices) = question.choices() {
        let choices = choices.0.iter().map(|choice| json!({ "key": choice.key, "label": choice.label }));
        members.insert("choices".to_owned(), choices.collect());
    }
    if let FieldType::Integer { min, max } = field.field_type {
        members.insert("min".to_owned(), json!(min));
        members.insert("max".to_owned(), json!(max));
    }
    if let Some(kinds) = field.field_type.target_kinds() {
        members.insert("target".to_owned(), json!(kinds.first()));
    }
    if let Some(Default::Value(value)) = &field.default {
        members.insert("default".to_owned(), render_value(field, value));
    }
    if question.sort == Sort::Group {
        members.insert("questions".to_owned(), question.columns.iter().map(self::question).collect());
        members.insert("min_rows".to_owned(), json!(question.rules.min_rows));
        members.insert("max_rows".to_owned(), json!(question.rules.max_rows));
    }
    answer
}

/// Orders an item; the answer is the service request that came of it.
pub(crate) async fn order(
    State(api): State<Api>,
    Caller(actor): Caller,
    Segments(item): Segments<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let known = ["answers", "quantity", "requested_for", "needed_by", "cost_centre", "note", "revision"];
    let mut map = body.only(&known)?;
    let integer = |value: Option<Value>, key: &str| match value {
        None | Some(Value::Null) => Ok(None),
        Some(value) => {
            let number = value.as_i64().ok_or_else(|| Problem(Error::invalid(key, "must be a whole number")));
            number.map(Some)
        }
    };
    let order = Order {
        answers: body::object(&mut map, "answers")?,
        quantity: integer(map.remove("quantity"), "quantity")?,
        requested_for: body::name(&mut map, "requested_for")?,
        needed_by: body::string(&mut map, "needed_by")?,
        cost_centre: body::string(&mut map, "cost_centre")?,
        note: body::string(&mut map, "note")?,
        revision: integer(map.remove("revision"), "revision")?,
        drops_stray: false,
    };
    let mut origin = Origin::door(Door::Api);
    origin.idempotency_key = idempotency_key(&headers)?;
    let view = api.app().order(&actor, &item, &order, &origin).await?;
    let mut response = (StatusCode::CREATED, Json(wire::Record { view: &view, fields: None })).into_response();
    let location = format!("/api/v1/{}/{}", view.kind.plural, view.record.number);
    insert(response.headers_mut(), header::LOCATION, &location);
    insert(response.headers_mut(), header::ETAG, &etag(&view));
    Ok(response)
}
