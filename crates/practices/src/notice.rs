//! Words of messages that are mailed: which variables there are, and which templates can be.

use steward_model::decide::{Context, FieldError};
use steward_model::record::Record;
use steward_model::variables::variables;

/// The kind of templates.
pub const TEMPLATE: &str = "notice_template";
/// The reason of templates for what is told together.
pub const DIGEST: &str = "digest";

/// Variables of one line that every message has.
const OF_ALL: [&str; 3] = ["recipient.name", "recipient.given_name", "count"];
/// Variables of one line that messages about one record have.
const OF_RECORD: [&str; 11] = [
    "actor.name",
    "number",
    "title",
    "kind",
    "state",
    "priority",
    "organisation.name",
    "requester.name",
    "assignee.name",
    "team.name",
    "service.name",
];
/// Variables that stand in texts, not in subjects.
const OF_TEXT: [&str; 2] = ["happened", "link"];

/// The variables that there are: in a digest or in a message about one record, in its subject or in its text.
pub fn known(is_digest: bool, is_subject: bool) -> Vec<&'static str> {
    let mut known = OF_ALL.to_vec();
    if !is_digest {
        known.extend(OF_RECORD);
    }
    if !is_subject {
        known.extend(OF_TEXT);
    }
    known
}

/// Faults of a template: a kind that is not there, variables that nothing is known of.
pub(crate) fn check(before: Option<&Record>, after: &Record, ctx: &Context<'_>) -> Vec<FieldError> {
    let same = |key: &str| before.is_some_and(|before| before.field(key) == after.field(key));
    let mut faults = Vec::new();
    let for_kind = after.text("for_kind");
    if !same("for_kind") && !for_kind.is_empty() && ctx.registry.kind(for_kind).is_none() {
        faults.push(FieldError::new("for_kind", "is no kind of records; write its key, such as incident".to_owned()));
    }
    let is_digest = after.text("reason") == DIGEST;
    for (key, is_subject) in [("subject", true), ("text", false)] {
        if same(key) && same("reason") {
            continue;
        }
        let known = known(is_digest, is_subject);
        let unknown: Vec<String> = variables(after.text(key))
            .into_iter()
            .filter(|name| !known.contains(&name.as_str()))
            .map(|name| format!("{{{{{name}}}}}"))
            .collect();
        if !unknown.is_empty() {
            let (unknown, known) = (unknown.join(", "), known.join(", "));
            faults.push(FieldError::new(key, format!("names what there is not: {unknown}; there are {known}")));
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_of_one_record_is_not_in_a_digest() {
        assert!(known(false, false).contains(&"title") && !known(true, false).contains(&"title"));
        assert!(known(true, false).contains(&"happened") && !known(false, true).contains(&"happened"));
    }
}
