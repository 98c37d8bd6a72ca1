//! The three notations of the filter language: what they mean, and what they say when they do not.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

use proptest::prelude::{any, prop, prop_assert_eq, proptest};
use proptest::strategy::{Just, Strategy, Union};
use serde_json::json;
use steward_model::filter::{Filter, FilterError, SortKey};
use steward_model::id::RecordId;
use steward_model::kind::Registry;
use steward_testkit::filter_kinds;

fn resolver(kinds: &[String], name: &str) -> Option<RecordId> {
    (name == "anna" && kinds.iter().any(|kind| kind == "person")).then_some(RecordId(7))
}

fn with_incident<T>(run: impl FnOnce(&steward_model::kind::Kind, &Registry) -> T) -> T {
    let registry = filter_kinds::registry();
    run(registry.kind("incident").unwrap(), &registry)
}

fn cel(text: &str) -> Result<Filter, FilterError> {
    with_incident(|kind, registry| Filter::parse_cel_with(text, kind, registry, &resolver))
}

fn search_box(text: &str) -> Result<Filter, FilterError> {
    with_incident(|kind, registry| Filter::parse_search_box(text, kind, registry, &resolver))
}

/// `text` means the same as `printed`, its canonical spelling.
fn check_cel(text: &str, printed: &str) {
    let filter = cel(text).unwrap_or_else(|error| panic!("{text}: {error:?}"));
    with_incident(|kind, registry| assert_eq!(filter.to_cel(kind, registry), printed, "{text}"));
    assert_eq!(cel(printed).as_ref(), Ok(&filter), "{printed}");
}

/// A search means the same as a condition of the filter language.
fn check_search(text: &str, printed: &str) {
    let filter = search_box(text).unwrap_or_else(|error| panic!("{text}: {error:?}"));
    with_incident(|kind, registry| assert_eq!(filter.to_cel(kind, registry), printed, "{text}"));
}

/// `place` is the part of `text` that the error points at.
fn check_error(found: Result<Filter, FilterError>, text: &str, message: &str, place: &str, suggestion: Option<&str>) {
    let error = found.expect_err(text);
    let pointed = text.get(error.position.clone()).unwrap_or("(outside)");
    assert_eq!((error.message.as_str(), pointed, error.suggestion.as_deref()), (message, place, suggestion), "{text}");
}

fn check_cel_error(text: &str, message: &str, place: &str, suggestion: Option<&str>) {
    check_error(cel(text), text, message, place, suggestion);
}

fn check_search_error(text: &str, message: &str, place: &str, suggestion: Option<&str>) {
    check_error(search_box(text), text, message, place, suggestion);
}

#[test]
fn conditions_are_read_and_printed() {
    check_cel("", "true");
    check_cel("state == 'new'", "state == \"new\"");
    check_cel(
        "state == \"new\" && (assignee == me || team in my_teams)",
        "state == \"new\" && (assignee == me || team in my_teams)",
    );
    check_cel("!(state in [\"new\", \"resolved\"])", "!(state in [\"new\", \"resolved\"])");
    check_cel("!!major", "major == true");
    check_cel("count == 1 || true", "true");
    check_cel("5 < count", "count > 5");
    check_cel("created_at > now - duration(\"24h\")", "created_at > now - duration(\"1d\")");
    check_cel("now > due_at", "due_at < now");
    check_cel("due_at < today + duration('7d')", "due_at < today + duration(\"1w\")");
    check_cel("day >= today - duration('P1D')", "day >= today - duration(\"1d\")");
    check_cel("due_at >= timestamp('2026-03-01T10:30:00+01:00')", "due_at >= timestamp(\"2026-03-01T09:30:00Z\")");
    check_cel("effort > duration('90m')", "effort > duration(\"90m\")");
    check_cel("cost >= 12.5", "cost >= 12.5");
    check_cel("cost == '-9223372036854.775807'", "cost == \"-9223372036854.775807\"");
    check_cel("priority <= 'high'", "priority in [\"critical\", \"high\"]");
    check_cel("has(service) && service.owner != null", "service != null && service.owner != null");
    check_cel("me in watchers && watchers != null", "me in watchers && watchers != null");
    check_cel("3 in affected || !(affected in [3, 4])", "3 in affected || !(affected in [3, 4])");
    check_cel(
        "under(category, 'hardware') && category.under('laptop')",
        "category.under(\"hardware\") && category.under(\"laptop\")",
    );
    check_cel(
        "title.contains('ü\"') && title.starts_with('A')",
        "title.contains(\"ü\\\"\") && title.startsWith(\"A\")",
    );
    check_cel("text('mail server') && !text('x')", "text(\"mail server\") && !text(\"x\")");
    check_cel(
        "linked('caused_by') || linked_from('caused_by', '12') || linked()",
        "linked(\"caused_by\") || linked_from(\"caused_by\", 12) || linked()",
    );
    check_cel("assignee == 'anna' && assignee == '12'", "assignee == 7 && assignee == 12");
    check_cel(
        "organisation in my_organisations && organisation.name == 'X'",
        "organisation in my_organisations && organisation.name == \"X\"",
    );
    check_cel("subject.owner == me && subject.login == 'x'", "subject.owner == me && subject.login == \"x\"");
    check_cel(
        "state_category == 'waiting' && number == 'INC0000001' && id == 5",
        "state_category == \"waiting\" && number == \"INC0000001\" && id == 5",
    );
    check_cel("title < 'b' // in the first half\n && token != null", "title < \"b\" && token != null");
}

#[test]
fn a_name_that_nothing_has_is_equal_to_nothing() {
    check_cel("assignee == 'nobody'", "false");
    check_cel("assignee != 'nobody'", "true");
    check_cel("assignee in ['nobody', 'anna']", "assignee in [7]");
    let asked = with_incident(|kind, registry| {
        Filter::reference_texts_cel("assignee == 'bo' && service == 3 && team == 'T'", kind, registry)
    });
    let person = (vec!["person".to_owned()], "bo".to_owned());
    assert_eq!(asked, Ok(vec![person, (vec!["team".to_owned()], "T".to_owned())]));
    let unresolved = with_incident(|kind, registry| Filter::parse_cel("assignee == 'anna'", kind, registry));
    check_error(
        unresolved,
        "assignee == 'anna'",
        "`anna` cannot be looked up here: name the record by its id",
        "'anna'",
        None,
    );
}

#[test]
fn faults_are_pointed_at() {
    check_cel_error("asignee == me", "incident has no field `asignee`", "asignee", Some("assignee"));
    check_cel_error(
        "state == 'new' && service.ownr == me",
        "service has no field `ownr`",
        "service.ownr",
        Some("owner"),
    );
    check_cel_error("title < 5", "`title` is text and cannot be compared with a whole number", "5", None);
    check_cel_error(
        "title == 'ü' && count == \"x\"",
        "`count` is a whole number and cannot be compared with text",
        "\"x\"",
        None,
    );
    check_cel_error("state == 'nw'", "`state` has no value `nw`", "'nw'", Some("new"));
    check_cel_error(
        "priority in ['high', 'critcal']",
        "`priority` has no value `critcal`",
        "'critcal'",
        Some("critical"),
    );
    check_cel_error("category.under('hardwar')", "`category` has no value `hardwar`", "'hardwar'", Some("hardware"));
    check_cel_error(
        "assignee == my_organisation",
        "`assignee`: this refers to person: compare it with an id or name of one",
        "my_organisation",
        None,
    );
    check_cel_error("title", "`title` is text: compare it with a value", "title", None);
    check_cel_error("count == 99999999999999999999", "this number is too large", "9", None);
    check_cel_error("cost == 10000000000000", "10000000000000 is too large for a decimal", "10000000000000", None);
    check_cel_error("state = 'new'", "`=` compares nothing here: write `==`", "=", Some("=="));
    check_cel_error("count ==", "the condition ends too early", "", None);
    check_cel_error("(count == 1", "a bracket is not closed", "", None);
    check_cel_error("title == 'abc", "a string is not closed", "'abc", None);
    check_cel_error("title == 'a\\u0000'", "text must not hold the NUL character", "'a\\u0000'", None);
    check_cel_error("price == 5", "`price` is not comparable and cannot be compared with a whole number", "5", None);
    check_cel_error("team == my_teams", "that is a list: ask whether `team` is in it", "my_teams", Some("in"));
    check_cel_error("linked('causd_by')", "there is no link type `causd_by`", "linked('causd_by')", Some("caused_by"));
    check_cel_error("resolved(5)", "`resolved` has no meaning in a filter", "resolved(5)", None);
    check_cel_error("count > effort", "compare `count` with a value, not with another field", "effort", None);
    check_cel_error(
        "due_at < now + duration('1y')",
        "this is not a duration like 30m, 24h or 7d",
        "duration('1y')",
        None,
    );
    check_cel_error("day == now", "`day` is a date and cannot be compared with a moment", "now", Some("today"));
}

#[test]
fn costly_conditions_are_refused() {
    let deep = format!("{}count == 1{}", "(".repeat(40), ")".repeat(40));
    assert_eq!(cel(&deep).unwrap_err().message, "brackets nest at most 32 levels");
    assert_eq!(
        cel(&format!("count == {}1", "-".repeat(5_000))).unwrap_err().message,
        "too many operators in a row; group with `&&` and `||`"
    );
    assert_eq!(cel(&"a.".repeat(5_000)).unwrap_err().message, "too many operators in a row; group with `&&` and `||`");
    assert_eq!(cel(&"x".repeat(20_000)).unwrap_err().message, "a filter is at most 16384 bytes long");
    assert_eq!(
        cel(&vec!["major"; 1_001].join("||")).unwrap_err().message,
        "a filter holds at most 1000 tests and listed values"
    );
    assert!(cel(&vec!["major"; 1_000].join("||")).is_ok());
    let message = "a filter follows references, lists of references and links at most 64 times";
    assert_eq!(cel(&vec!["service.owner.active"; 33].join("||")).unwrap_err().message, message);
    let nested =
        (0..40).fold(json!({"field": "major", "is": true}), |inner, _| json!({"and": [{"text": "a"}, {"not": inner}]}));
    with_incident(|kind, registry| assert!(Filter::from_json(&nested, kind, registry, &resolver).is_err()));
}

#[test]
fn long_nonsense_is_refused() {
    for scrap in [
        "a = 1 ",
        "1 2 3 ",
        "!a && ",
        "[[",
        "a ? b : ",
        "a in [1, ",
        "\u{e9} ",
        "\"a\" \"b\" ",
        "a.b(c).d(",
        "-1 || ",
        "== ",
        "{a: 1}, ",
    ] {
        let text = scrap.repeat(16_000 / scrap.len());
        assert!(cel(&text).is_err(), "{scrap}");
    }
}

#[test]
fn searches_mean_conditions() {
    check_search("state:open assignee:me", "state_category in [\"new\", \"active\", \"waiting\"] && assignee == me");
    check_search("is:closed", "state_category in [\"done\", \"cancelled\"]");
    check_search("state:new is:waiting", "state == \"new\" && state_category == \"waiting\"");
    check_search("-priority:low not team:mine", "priority != \"low\" && !(team in my_teams)");
    check_search("priority:high,critical", "priority in [\"high\", \"critical\"]");
    check_search("assignee:none due:any", "assignee == null && due_at != null");
    check_search(
        "title:\"mail server\" printer \"two words\" -gone",
        "title.contains(\"mail server\") && text(\"printer\") && text(\"two words\") && !text(\"gone\")",
    );
    check_search(
        "updated:<7d created:>2w",
        "updated_at > now - duration(\"1w\") && created_at < now - duration(\"2w\")",
    );
    check_search("created:>2026-01-01", "created_at >= timestamp(\"2026-01-02T00:00:00Z\")");
    check_search(
        "created:2026-01-01",
        "created_at >= timestamp(\"2026-01-01T00:00:00Z\") && created_at < timestamp(\"2026-01-02T00:00:00Z\")",
    );
    check_search("due:<now+2d day:<=today", "due_at < now + duration(\"2d\") && day <= today");
    check_search(
        "count:>=3 org:mine number:inc0000001",
        "count >= 3 && organisation in my_organisations && number == \"INC0000001\"",
    );
    check_search("requester:anna service.owner:me", "requester == 7 && service.owner == me");
    check_search(
        "http://example.org/x 10:30 not",
        "text(\"http://example.org/x\") && text(\"10:30\") && text(\"not\")",
    );
    check_search("assignee:me,none", "assignee == me || assignee == null");
    check_search("   ", "true");
}

#[test]
fn faults_of_a_search_are_pointed_at() {
    check_search_error("printer asignee:me", "incident has no field `asignee`", "asignee:me", Some("assignee"));
    check_search_error("priority:high,lw", "`priority` has no value `lw`", "lw", Some("low"));
    check_search_error("state:opn", "`state` has no value `opn`", "opn", Some("open"));
    check_search_error("title:\"open", "a phrase is not closed: add `\"`", "\"open", None);
    check_search_error("count:many", "`many` is not a whole number", "many", None);
    check_search_error("title:", "a value is missing after `title:`", "title:", None);
}

#[test]
fn json_faults_name_the_place() {
    let check = |json: serde_json::Value, message: &str, suggestion: Option<&str>| {
        let error = with_incident(|kind, registry| Filter::from_json(&json, kind, registry, &resolver)).unwrap_err();
        assert_eq!((error.message.as_str(), error.suggestion.as_deref()), (message, suggestion));
    };
    check(
        json!({"and": [{"field": "asignee", "is": "me"}]}),
        "at /and/0/field: incident has no field `asignee`",
        Some("assignee"),
    );
    check(json!({"field": "count", "is": 1, "less": 2}), "at /: beside `field` stands exactly one test", None);
    check(json!({"field": "count", "iss": 1}), "at /iss: there is no test `iss`", Some("is"));
    check(json!({"not": {"or": 5}}), "at /not: `or` holds a list of conditions", None);
    check(json!({"text": "a", "field": "b"}), "at /: `field` has no meaning here", None);
    check(json!({"field": "count", "is": 18446744073709551615_u64}), "at /is: 18446744073709551615 is too large", None);
}

#[test]
fn fields_used_hold_the_way_there() {
    let filter = cel("service.owner.login == 'x' && service != null").unwrap();
    let names: Vec<String> = filter.fields_used().iter().map(|path| path.name()).collect();
    assert_eq!(names, ["service", "service.owner", "service.owner.login"]);
}

#[test]
fn orders_are_checked() {
    with_incident(|kind, _| {
        let keys = SortKey::parse("-priority, updated_at", kind).unwrap();
        assert_eq!(
            keys.iter().map(|key| (key.attribute.name(), key.descending)).collect::<Vec<_>>(),
            [("priority", true), ("updated_at", false)]
        );
        let check = |text: &str, message: &str| assert_eq!(SortKey::parse(text, kind).unwrap_err().message, message);
        check("description", "lists do not sort by `description`: it is not indexed");
        check("affected", "`affected` has no order");
        check("updated_at,-updated_at", "`updated_at` stands twice");
        check("priorty", "incident has no field `priorty`");
    });
}

fn scraps() -> impl Strategy<Value = String> {
    let words = [
        "state",
        "title",
        "assignee",
        "count",
        "service.owner",
        "==",
        "!=",
        "<",
        " in ",
        "&&",
        "||",
        "!",
        "(",
        ")",
        "[",
        "]",
        ",",
        "\"",
        "'",
        "\\",
        "now",
        "duration(\"1d\")",
        "- ",
        "5",
        "1e9",
        "me",
        "has(",
        "text(\"a\")",
        ":",
        "-",
        "not ",
        "r'",
        "\"\"\"",
        "é",
        "//",
        "\n",
        "?",
        "{",
        "}",
        ".",
        "true",
    ];
    let word = Union::new(words.map(|word| Just(word.to_owned()).boxed()).into_iter().chain([any::<String>().boxed()]));
    prop::collection::vec(word, 0..24).prop_map(|parts| parts.concat())
}

proptest! {
    #[test]
    fn no_text_makes_a_parser_panic(text in scraps()) {
        let parsed = cel(&text);
        if let Err(error) = &parsed {
            assert!(text.get(error.position.clone()).is_some(), "{error:?} points outside of {text:?}");
        }
        if let Ok(filter) = parsed {
            let printed = with_incident(|kind, registry| filter.to_cel(kind, registry));
            prop_assert_eq!(cel(&printed), Ok(filter));
        }
        if let Err(error) = search_box(&text) {
            assert!(text.get(error.position.clone()).is_some(), "{error:?} points outside of {text:?}");
        }
        if let Ok(json) = serde_json::from_str(&text) {
            let _ = with_incident(|kind, registry| Filter::from_json(&json, kind, registry, &resolver));
        }
        let _ = with_incident(|kind, _| SortKey::parse(&text, kind));
    }

    #[test]
    fn no_json_makes_the_reader_panic(key in "and|or|not|field|is|in|text|linked|other|less", value in "[a-z0-9-]{0,6}", number in any::<i64>()) {
        let json = json!({ "field": "count", key: [number, value, { "field": "due_at", "is": number }] });
        let _ = with_incident(|kind, registry| Filter::from_json(&json, kind, registry, &resolver));
    }
}
