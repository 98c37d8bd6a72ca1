//! Variables of texts, such as `{{requester.name}}`: found, and filled in once. What is filled in is never read again, so
//! braces that stand in a record stay what they are.

use std::collections::BTreeSet;

/// A text that was filled in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filled {
    /// The text.
    pub text: String,
    /// Variables that had no value, as written.
    pub left: Vec<String>,
}

/// The variables of a text, without braces and blanks.
pub fn variables(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    fill(text, |path| {
        found.insert(path.to_owned());
        None
    });
    found
}

/// The text with values in place of its variables; those without a value stay as they are.
pub fn fill(text: &str, mut value: impl FnMut(&str) -> Option<String>) -> Filled {
    let mut filled = Filled { text: String::with_capacity(text.len()), left: Vec::new() };
    let mut rest = text;
    while let Some(begin) = rest.find("{{") {
        let Some(end) = rest[begin..].find("}}").map(|end| begin + end + 2) else { break };
        filled.text.push_str(&rest[..begin]);
        let written = &rest[begin..end];
        let path = written[2..written.len() - 2].trim();
        match value(path) {
            Some(value) => filled.text.push_str(&value),
            None => {
                filled.text.push_str(written);
                if !filled.left.iter().any(|left| left == written) {
                    filled.left.push(written.to_owned());
                }
            }
        }
        rest = &rest[end..];
    }
    filled.text.push_str(rest);
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, wanted: &str, left: &[&str]) {
        let value = |path: &str| match path {
            "number" => Some("INC1".to_owned()),
            "requester.name" => Some("Ada {{number}}".to_owned()),
            _ => None,
        };
        let filled = fill(text, value);
        assert_eq!((filled.text.as_str(), filled.left), (wanted, left.iter().map(|&left| left.to_owned()).collect()));
    }

    #[test]
    fn variables_are_filled_in_once_and_unknown_ones_stay() {
        check("Dear {{ requester.name }}, {{number}}.", "Dear Ada {{number}}, INC1.", &[]);
        check("{{nothing}} and {{nothing}} {{number}}", "{{nothing}} and {{nothing}} INC1", &["{{nothing}}"]);
        check("{{ {number}} {{", "{{ {number}} {{", &["{{ {number}}"]);
        check("no end {{number", "no end {{number", &[]);
        check("", "", &[]);
    }
}
