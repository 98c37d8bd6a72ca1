//! Request bodies: strict JSON, read the same at every layer (OWASP ASVS 5.0 1.5.3, 15.3.5).

use std::fmt;

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::{StatusCode, header};
use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};
use steward_app::error::Error;
use steward_model::decide::FieldError;

use crate::JSON_MAX;
use crate::problem::Problem;

/// Deepest nesting.
const DEPTH_MAX: usize = 64;

/// A JSON object from the request.
pub(crate) struct Body(pub(crate) Map<String, Value>);

impl<S: Send + Sync> FromRequest<S> for Body {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let content_type = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let media_type = content_type.unwrap_or_default().split(';').next().unwrap_or_default().trim();
        if !media_type.eq_ignore_ascii_case("application/json") {
            return Err(Problem::bad_request("send JSON with the header Content-Type: application/json"));
        }
        let bytes = read(request, state, JSON_MAX).await?;
        match parse(&bytes) {
            Ok(Value::Object(object)) => Ok(Self(object)),
            Ok(_) => Err(Problem::bad_request("the body must be a JSON object")),
            Err(message) => Err(Problem::bad_request(message)),
        }
    }
}

/// Reads a body up to a size.
pub(crate) async fn read<S: Send + Sync>(request: Request, state: &S, most: usize) -> Result<Bytes, Problem> {
    let too_large = || Problem(Error::TooLarge(format!("the body may have at most {} KiB", most / 1024)));
    let declared = request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    if declared.is_some_and(|length: usize| length > most) {
        return Err(too_large());
    }
    let bytes = Bytes::from_request(request, state).await.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => too_large(),
        _ => Problem::bad_request("the body could not be read to its end"),
    })?;
    if bytes.len() > most { Err(too_large()) } else { Ok(bytes) }
}

impl Body {
    /// Refuses members that the address does not know, naming each.
    pub(crate) fn only(self, known: &[&str]) -> Result<Map<String, Value>, Problem> {
        let errors: Vec<FieldError> = self
            .0
            .keys()
            .filter(|key| !known.contains(&key.as_str()))
            .map(|key| FieldError::new(key, format!("is not known here; known are {}", known.join(", "))))
            .collect();
        if errors.is_empty() { Ok(self.0) } else { Err(Problem(Error::Invalid(errors))) }
    }
}

/// A member that must be an object; an empty one when it is missing.
pub(crate) fn object(map: &mut Map<String, Value>, key: &str) -> Result<Map<String, Value>, Problem> {
    match map.remove(key) {
        None | Some(Value::Null) => Ok(Map::new()),
        Some(Value::Object(object)) => Ok(object),
        Some(_) => Err(Problem(Error::invalid(key, "must be an object"))),
    }
}

/// A member that must be a string; `None` when it is missing.
pub(crate) fn string(map: &mut Map<String, Value>, key: &str) -> Result<Option<String>, Problem> {
    match map.remove(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(Problem(Error::invalid(key, "must be a string"))),
    }
}

/// A member that names a record: by id, number or unique value, or by an object with an `id`.
pub(crate) fn name(map: &mut Map<String, Value>, key: &str) -> Result<Option<String>, Problem> {
    match map.remove(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(Value::Number(number)) => Ok(Some(number.to_string())),
        Some(Value::Object(mut object)) => name(&mut object, "id"),
        Some(_) => Err(Problem(Error::invalid(key, "must name a record by id, number or unique value"))),
    }
}

/// Parses JSON, refusing what readers disagree on: repeated keys, deep nesting, trailing text, numbers out of range.
pub(crate) fn parse(bytes: &[u8]) -> Result<Value, String> {
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let value =
        Strict { depth: 0 }.deserialize(&mut deserializer).map_err(|error| format!("not valid JSON: {error}"))?;
    deserializer.end().map_err(|error| format!("not valid JSON: {error}"))?;
    Ok(value)
}

#[derive(Clone, Copy)]
struct Strict {
    depth: usize,
}

impl Strict {
    fn deeper<E: serde::de::Error>(self) -> Result<Self, E> {
        if self.depth >= DEPTH_MAX {
            return Err(E::custom(format!("nested deeper than {DEPTH_MAX}")));
        }
        Ok(Self { depth: self.depth + 1 })
    }
}

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<Value, E> {
        i64::try_from(value).map(Value::from).map_err(|_| E::custom("number out of range"))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value, E> {
        if value.abs() >= 9_007_199_254_740_992.0 {
            return Err(E::custom("number out of range"));
        }
        serde_json::Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("number out of range"))
    }

    fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<Value, E> {
        self.visit_string(value.to_owned())
    }

    fn visit_string<E: serde::de::Error>(self, value: String) -> Result<Value, E> {
        // No database stores it, and what cuts text there would read another text than we did.
        if value.contains('\0') { Err(E::custom("text holds a NUL character")) } else { Ok(value.into()) }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut items = Vec::new();
        while let Some(item) = seq.next_element_seed(inner)? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut object = Map::new();
        while let Some(key) = map.next_key::<String>()? {
            let value = map.next_value_seed(inner)?;
            if key.contains('\0') {
                return Err(A::Error::custom("a key holds a NUL character"));
            }
            if object.contains_key(&key) {
                return Err(A::Error::custom(format!("the key `{key}` is repeated")));
            }
            object.insert(key, value);
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_refused(json: &str, reason: &str) {
        let error = parse(json.as_bytes()).unwrap_err();
        assert!(error.contains(reason), "{json}: {error}");
    }

    #[test]
    fn sec_043_json_that_readers_disagree_on_is_refused() {
        check_refused(r#"{"a":1,"a":2}"#, "`a` is repeated");
        check_refused(r#"{"a":{"b":1,"b":1}}"#, "`b` is repeated");
        check_refused(r#"{"a":1} x"#, "trailing");
        check_refused(r#"{"a":["b\u0000"]}"#, "NUL");
        check_refused(r#"{"a\u0000":1}"#, "NUL");
        check_refused(r#"{"a":1e999}"#, "out of range");
        check_refused(r#"{"a":18446744073709551615}"#, "out of range");
        check_refused(r#"{"a":123456789012345678901234567890}"#, "out of range");
        check_refused(&format!("{}1{}", "[".repeat(65), "]".repeat(65)), "nested deeper");
        check_refused(&"[".repeat(100_000), "nested deeper");
        assert!(parse(format!("{}1{}", "[".repeat(64), "]".repeat(64)).as_bytes()).is_ok());
    }
}
