use serde_json::{Value as Json, json};

use super::*;
use crate::access::Belonging;
use crate::filter::Environment;
use crate::id::RecordId;
use crate::kind::{Registry, Requirement};
use crate::moment::Moment;
use crate::record::Record;
use crate::value::References;

const LAPTOP: &str = r#"
[[question]]
key = "job"
type = "choice"
label = "What do you do?"
choices = ["office", { key = "development", label = "Software development" }]
required = true

[[section]]
title = "Device"

[[section.question]]
key = "model"
type = "choice"
label = "Which model?"
choices = ["light", "pro"]
default = "light"

[[section.question]]
key = "memory"
type = "integer"
label = "Memory in GB"
min = 16
max = 64
show_when = 'job == "development"'
required_when = 'model == "pro"'

[[section.question]]
key = "extras"
type = "multiple_choice"
label = "Anything with it?"
choices = ["dock", "bag"]

[[section.question]]
key = "bag_colour"
type = "text"
label = "Colour of the bag"
show_when = 'extras_bag'
pattern = "[a-z]+"
message = "must be one word in small letters"

[[section.question]]
key = "needed_on"
type = "date"
label = "From when?"
valid_when = 'needed_on >= today'
message = "must not lie in the past"

[[section.question]]
key = "users"
type = "group"
label = "Who else uses it?"
max_rows = 2
[[section.question.question]]
key = "name"
type = "text"
label = "Name"
required = true
[[section.question.question]]
key = "floor"
type = "integer"
label = "Floor"
"#;

struct Nobody;

impl References for Nobody {
    fn resolve(&self, _: &[String], _: &str) -> Option<RecordId> {
        None
    }
}

impl Referred for Nobody {
    fn referred(&self, _: RecordId) -> Option<(&Record, &Kind)> {
        None
    }
}

fn parse(text: &str) -> Form {
    Form::parse(text, &Registry::default()).unwrap()
}

fn faults(text: &str) -> Vec<String> {
    Form::parse(text, &Registry::default()).unwrap_err().iter().map(ToString::to_string).collect()
}

fn asking() -> Environment {
    Environment {
        now: Moment::parse("2026-03-02T09:00:00Z").unwrap(),
        me: RecordId(1),
        my_teams: Vec::new(),
        my_organisation: RecordId(2),
        my_organisations: Vec::new(),
        belongs: Belonging::default(),
    }
}

fn answer(input: Json, stray: Stray) -> Answered {
    let Json::Object(input) = input else { panic!("an object") };
    parse(LAPTOP).answer(&input, &Nobody, &asking(), stray)
}

fn told(input: Json) -> Vec<(String, String)> {
    answer(input, Stray::Refused).errors.into_iter().map(|error| (error.field, error.message)).collect()
}

#[test]
fn a_question_is_asked_only_where_the_answers_before_it_call_for_it() {
    let office = answer(json!({ "job": "office", "memory": 32 }), Stray::Dropped);
    assert!(!office.shown.contains("memory") && office.record.field("memory").is_none(), "{office:?}");
    assert_eq!(office.record.text("model"), "light", "the default");
    assert!(office.errors.is_empty());
    let developer = answer(json!({ "job": "development", "model": "pro" }), Stray::Dropped);
    assert!(developer.required.contains("memory"));
    assert_eq!(developer.errors.len(), 1, "{:?}", developer.errors);
    // What is hidden takes what follows from it along.
    let bag = answer(json!({ "job": "office", "extras": ["bag"], "bag_colour": "blue" }), Stray::Refused);
    assert!(bag.errors.is_empty() && bag.shown.contains("bag_colour"), "{bag:?}");
}

#[test]
fn faults_name_the_question_and_what_would_be_right() {
    let check = |input: Json, question: &str, words: &str| {
        let found = told(input.clone());
        assert!(found.iter().any(|(key, message)| key == question && message.contains(words)), "{input}: {found:?}");
    };
    check(json!({}), "job", "is required");
    check(json!({ "job": "boss" }), "job", "must be one of office, development");
    check(json!({ "job": "office", "memory": 32 }), "memory", "does not apply");
    check(json!({ "job": "development", "memory": 8 }), "memory", "16");
    check(json!({ "job": "office", "color": "red" }), "color", "is no question of this form");
    check(json!({ "job": "office", "extras": ["hat"] }), "extras", "must be of dock, bag");
    check(json!({ "job": "office", "extras": ["bag"], "bag_colour": "Blue 7" }), "bag_colour", "one word");
    check(json!({ "job": "office", "needed_on": "2026-03-01" }), "needed_on", "must not lie in the past");
    check(json!({ "job": "office", "users": [{ "floor": 2 }] }), "users", "must not be empty");
    let three = json!([{ "name": "a" }, { "name": "b" }, { "name": "c" }]);
    check(json!({ "job": "office", "users": three }), "users", "at most 2 rows");
}

#[test]
fn answers_are_kept_in_words_and_as_values() {
    let given = json!({
        "job": "development", "memory": 32, "extras": ["dock", "bag"], "bag_colour": "blue", "needed_on": "2026-04-01",
        "users": [{ "name": "Ann", "floor": 3 }],
    });
    let answered = answer(given, Stray::Refused);
    assert_eq!(answered.errors, Vec::new());
    let rows = parse(LAPTOP).rows(&answered, &|_| String::new());
    let find = |key: &str| rows.iter().filter(|row| row["key"] == key).collect::<Vec<_>>();
    assert_eq!(find("job")[0]["choice"], "development");
    assert_eq!(find("job")[0]["answer"], "Software development");
    assert_eq!(find("memory")[0]["number"], 32_000_000, "decimals are kept in millionths");
    assert_eq!(find("needed_on")[0]["day"], "2026-04-01");
    assert_eq!(find("extras").len(), 2, "a row for each choice");
    let floor = find("users.floor")[0];
    assert_eq!((&floor["row"], &floor["question"]), (&json!(1), &json!("Who else uses it? 1: Floor")));
    for row in &rows {
        assert!(row.as_object().unwrap().keys().all(|column| answer_fields().contains(&column.as_str())));
    }
}

#[test]
fn a_definition_is_refused_with_line_and_question() {
    let one = |body: &str| format!("[[question]]\nkey = \"a\"\nlabel = \"A\"\n{body}\n");
    let check = |text: &str, line: usize, words: &str| {
        let found = faults(text);
        let place = format!("line {line}");
        assert!(found.iter().any(|fault| fault.starts_with(&place) && fault.contains(words)), "{text}: {found:?}");
    };
    check(&one("type = \"number\""), 4, "unknown type `number`");
    check(&one("type = \"choice\""), 2, "has no `choices`");
    check(&one("type = \"text\"\nmin = 3"), 5, "does not go with");
    check(&one("type = \"text\"\nshow_when = 'b == \"x\"'"), 5, "there is no earlier question `b`");
    check(&one("type = \"text\"\nshow_when = 'a == \"x\"'"), 5, "there is no earlier question `a`");
    check(&one("type = \"text\"\npattern = \"(\"\nmessage = \"m\""), 5, "no regular expression");
    check(&one("type = \"text\"\npattern = \"x\""), 2, "needs a `message`");
    check(&one("type = \"text\"\ncolour = 1"), 5, "colour");
    check(&one("type = \"reference\"\ntarget = \"invoice\""), 5, "must be one of");
    check("[[question]]\nkey = \"order_x\"\nlabel = \"A\"\ntype = \"text\"", 2, "a meaning of its own");
    check("[[question]]\nkey = \"now\"\nlabel = \"A\"\ntype = \"text\"", 2, "a meaning of its own");
    check(&format!("{}{}", one("type = \"text\""), one("type = \"date\"")), 6, "is there already");
    // A condition may not look at the record behind the answers.
    check(&one("type = \"text\"\nvalid_when = 'organisation == 3'\nmessage = \"m\""), 5, "earlier questions only");
}

#[test]
fn an_empty_text_asks_nothing() {
    let form = parse("");
    assert_eq!(form.questions().count(), 0);
    assert!(form.answer(&serde_json::Map::new(), &Nobody, &asking(), Stray::Refused).errors.is_empty());
    assert!(matches!(parse(LAPTOP).question("job").unwrap().field.required, Requirement::Always));
}
