//! Query strings: known names only, each once.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::str::FromStr;

use percent_encoding::percent_decode_str;

use crate::problem::Problem;

/// Longest query string, in bytes.
const QUERY_MAX: usize = 8 * 1024;

/// Parameters of a request.
#[derive(Debug, Default)]
pub(crate) struct Query(BTreeMap<String, String>);

impl Query {
    /// Reads a query string, refusing names that the address does not know and names that come twice.
    pub(crate) fn parse(raw: Option<&str>, known: &[&str]) -> Result<Self, Problem> {
        if raw.is_some_and(|raw| raw.len() > QUERY_MAX) {
            return Err(Problem::bad_request(format!("the query string may have at most {QUERY_MAX} characters")));
        }
        let mut parameters = BTreeMap::new();
        for pair in raw.unwrap_or_default().split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let (name, value) = (decode(name)?, decode(value)?);
            if !known.contains(&name.as_str()) {
                let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
                return Err(Problem::bad_request(format!(
                    "the parameter `{name}` is not known here; known are {known}"
                )));
            }
            if parameters.insert(name.clone(), value).is_some() {
                return Err(Problem::bad_request(format!("the parameter `{name}` stands twice")));
            }
        }
        Ok(Self(parameters))
    }

    /// A parameter's value; `None` when it is missing or empty.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// A whole number within bounds, `default` when missing.
    pub(crate) fn integer<N>(&self, name: &str, default: N, min: N, max: N) -> Result<N, Problem>
    where
        N: FromStr + PartialOrd + Display + Copy,
    {
        let Some(text) = self.get(name) else { return Ok(default) };
        text.parse()
            .ok()
            .filter(|value| *value >= min && *value <= max)
            .ok_or_else(|| Problem::bad_request(format!("`{name}` must be a whole number from {min} to {max}")))
    }
}

fn decode(text: &str) -> Result<String, Problem> {
    let spaced = text.replace('+', " ");
    let decoded =
        percent_decode_str(&spaced).decode_utf8().map_err(|_| Problem::bad_request("the query string is not UTF-8"))?;
    if decoded.contains('\0') {
        return Err(Problem::bad_request("the query string holds a NUL character"));
    }
    Ok(decoded.into_owned())
}
