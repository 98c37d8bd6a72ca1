use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::{References, display_value, parse_value, reference_texts, render_value};
use crate::id::RecordId;
use crate::kind::{Choice, Choices, Field, FieldType, Level, Requirement, Unfit};

/// Knows records 1 to 99 by id and Anna by login.
struct Directory;

impl References for Directory {
    fn resolve(&self, _kinds: &[String], text: &str) -> Option<RecordId> {
        let id = if text == "anna" { 7 } else { text.parse().ok()? };
        (1..100).contains(&id).then_some(RecordId(id))
    }
}

fn field(key: &str, field_type: FieldType) -> Field {
    Field {
        key: key.into(),
        label: key.into(),
        help: String::new(),
        required: Requirement::Never,
        visible_when: None,
        locked_when: None,
        default: None,
        indexed: false,
        unique: false,
        audience: Level::Agent,
        write: Some(Level::Agent),
        class: None,
        was: Vec::new(),
        unfit: Unfit::Refused,
        field_type,
    }
}

fn impact() -> FieldType {
    let choice = |key: &str, label: &str| Choice {
        key: key.into(),
        label: label.into(),
        parent: None,
        inactive: false,
        was: Vec::new(),
    };
    FieldType::Choice(Choices(vec![choice("high", "High"), choice("medium", "Medium"), choice("low", "Low")]))
}

fn person() -> Vec<String> {
    vec!["person".into()]
}

fn lines() -> FieldType {
    let mut item = field("item", FieldType::Text { max_length: 10 });
    item.required = Requirement::Always;
    FieldType::Table {
        fields: vec![
            item,
            field("amount", FieldType::Decimal),
            field("buyer", FieldType::Reference { kinds: person() }),
        ],
    }
}

#[track_caller]
fn check(field_type: FieldType, input: Json, expected: Json) {
    let expected = Some(expected).filter(|value| !value.is_null());
    assert_eq!(parse_value(&field("lines", field_type), &input, &Directory), Ok(expected), "{input}");
}

#[track_caller]
fn refuse(field_type: FieldType, input: Json, message: &str) {
    assert_eq!(parse_value(&field("lines", field_type), &input, &Directory), Err(message.into()), "{input}");
}

#[test]
fn empty_is_absent() {
    let text = FieldType::Text { max_length: 5 };
    for (field_type, input) in [
        (text.clone(), json!(null)),
        (text, json!("  ")),
        (FieldType::Markdown, json!("\n\n")),
        (FieldType::Date, json!("")),
        (FieldType::Integer { min: None, max: None }, json!("")),
        (FieldType::References { kinds: person() }, json!([])),
        (lines(), json!([])),
        (FieldType::Secret, json!("")),
        (impact(), json!("")),
    ] {
        check(field_type, input, json!(null));
    }
}

#[test]
fn text_is_strict() {
    let text = || FieldType::Text { max_length: 5 };
    check(text(), json!(" häuf "), json!("häuf"));
    refuse(text(), json!("häufig"), "must be at most 5 characters, this has 6");
    refuse(text(), json!(5), "must be text, this is a number");
    refuse(text(), json!("a\nb"), "must be one line without control characters");
    refuse(text(), json!("a\u{202e}b"), "must not hold characters that turn the direction of writing");
    check(FieldType::Markdown, json!("a\r\nb\tc\r"), json!("a\nb\tc\n"));
    check(FieldType::Markdown, json!("\u{202e}shown"), json!("\u{202e}shown"));
    refuse(FieldType::Markdown, json!("a\0"), "must not hold control characters other than tab and end of line");
    refuse(FieldType::Markdown, json!("x".repeat(100_001)), "must be at most 100000 characters, this has 100001");
    refuse(FieldType::Secret, json!("a\0"), "must not hold the character NUL");
    check(FieldType::Secret, json!(" key\r\n"), json!(" key\r\n"));
}

#[test]
fn numbers_are_exact() {
    let digit = || FieldType::Integer { min: Some(0), max: Some(9) };
    check(digit(), json!(9), json!(9));
    refuse(digit(), json!(10), "must be from 0 to 9");
    refuse(digit(), json!("9"), "must be a whole number");
    refuse(digit(), json!(1.5), "must be a whole number");
    check(FieldType::Decimal, json!("12.50"), json!(12_500_000));
    check(FieldType::Decimal, json!(12.5), json!(12_500_000));
    check(FieldType::Decimal, json!(0.1), json!(100_000));
    check(FieldType::Decimal, json!("-0.000001"), json!(-1));
    check(FieldType::Decimal, json!(-3), json!(-3_000_000));
    refuse(FieldType::Decimal, json!("1.0000001"), "has at most six digits after the point");
    refuse(FieldType::Decimal, json!("1,5"), "must be a decimal number such as 12.50");
    refuse(FieldType::Decimal, json!("1e3"), "must be a decimal number such as 12.50");
    refuse(FieldType::Decimal, json!("--1"), "must be a decimal number such as 12.50");
    refuse(FieldType::Decimal, json!("9223372036855"), "is beyond the largest number that can be kept, 9223372036854");
    check(FieldType::Boolean, json!(false), json!(false));
    refuse(FieldType::Boolean, json!("true"), "must be true or false");
}

#[test]
fn money_has_a_currency() {
    const RULE: &str = r#"must be an amount with its currency such as {"amount": "12.50", "currency": "EUR"}"#;
    check(
        FieldType::Money,
        json!({"amount": "12.50", "currency": "EUR"}),
        json!({"amount": 12_500_000, "currency": "EUR"}),
    );
    refuse(FieldType::Money, json!("12.50"), RULE);
    refuse(FieldType::Money, json!({"amount": "12.50"}), RULE);
    refuse(FieldType::Money, json!({"amount": 1, "currency": "EUR", "rate": 2}), RULE);
    refuse(
        FieldType::Money,
        json!({"amount": 1, "currency": "eur"}),
        "currency must be a code of three capital letters such as EUR",
    );
    refuse(
        FieldType::Money,
        json!({"amount": "x", "currency": "EUR"}),
        "amount must be a decimal number such as 12.50",
    );
}

#[test]
fn time_is_exact() {
    const DATE: &str = "must be a day of the calendar such as 2026-03-31";
    check(FieldType::Date, json!("2024-02-29"), json!("2024-02-29"));
    for wrong in
        [json!("2026-02-29"), json!("20260301"), json!("2026-03-01T00:00:00Z"), json!(20260301), json!("01.03.2026")]
    {
        refuse(FieldType::Date, wrong, DATE);
    }
    check(FieldType::Moment, json!("1970-01-01T01:00:01.000001+01:00"), json!(1_000_001));
    refuse(
        FieldType::Moment,
        json!("2026-03-31T09:30:00"),
        "must be a moment with its offset from UTC such as 2026-03-31T09:30:00Z",
    );
    refuse(FieldType::Moment, json!(5), "must be a moment with its offset from UTC such as 2026-03-31T09:30:00Z");
    for ninety_minutes in [json!("PT1H30M"), json!("1h30m"), json!("1h 30m"), json!(5400), json!("PT90M")] {
        check(FieldType::Duration, ninety_minutes, json!(5400));
    }
    check(FieldType::Duration, json!("P1DT1H"), json!(90_000));
    const LENGTH: &str = "must be a length of time such as PT1H30M, 1h30m or 5400 (seconds)";
    for wrong in [json!("P1M"), json!("soon"), json!(1.5), json!("PT0.5S")] {
        refuse(FieldType::Duration, wrong, LENGTH);
    }
    refuse(FieldType::Duration, json!(-1), "must not be negative");
    refuse(FieldType::Duration, json!("-PT1H"), "must not be negative");
    refuse(FieldType::Duration, json!(4_000_000_000_i64), "must be a hundred years at most");
}

#[test]
fn choices_name_the_way_out() {
    check(impact(), json!("high"), json!("high"));
    refuse(impact(), json!("huge"), "must be one of high, medium, low");
    refuse(impact(), json!("High"), "must be one of high, medium, low");
    let many = (0..20).map(|n| Choice {
        key: format!("choice_{n}"),
        label: String::new(),
        parent: None,
        inactive: n == 3,
        was: Vec::new(),
    });
    let many = FieldType::Choice(Choices(many.collect()));
    refuse(many.clone(), json!("choice_x"), "must be one of its 19 choices; did you mean choice_9?");
    check(many, json!("choice_3"), json!("choice_3"));
}

#[test]
fn references_are_looked_up() {
    let one = || FieldType::Reference { kinds: person() };
    for anna in [json!(7), json!("7"), json!("anna"), json!({"id": "7", "label": "Anna"}), json!({"id": 7})] {
        check(one(), anna, json!(7));
    }
    refuse(one(), json!("bert"), "names no person that you can see: \"bert\"");
    refuse(one(), json!(["7"]), "must name one record by id, number or unique name, this is a list");
    refuse(one(), json!({"id": {"id": 7}}), "must name one record by id, number or unique name, this is an object");
    let many = || FieldType::References { kinds: person() };
    check(many(), json!(["anna", 3, {"id": "7"}, 3]), json!([7, 3]));
    refuse(many(), json!("anna"), "must be a list of records, this is text");
    let input = json!([{"item": "a", "buyer": "anna"}, {"buyer": {"id": 3}}]);
    assert_eq!(reference_texts(&field("lines", lines()), &input), ["anna", "3"]);
    assert_eq!(reference_texts(&field("x", many()), &json!(["anna", 3])), ["anna", "3"]);
    assert_eq!(reference_texts(&field("x", impact()), &json!("high")), Vec::<String>::new());
}

#[test]
fn addresses_have_their_shape() {
    for right in [
        "https://example.org",
        "HTTP://example.org:8080/a?b=c#d",
        "https://[::1]:80/",
        "http://intranet_host/x@y",
        "https://müller.example/",
    ] {
        check(FieldType::Url, json!(right), json!(right));
    }
    for wrong in [
        "javascript:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "//example.org",
        "ftp://example.org",
        "example.org",
        "https://",
        "https://a@example.org",
        "https://a:b@example.org",
        "https:\\\\example.org",
        "https://exa mple.org",
        "https://example.org:99999",
        "https:///path",
        "https://-x.org",
        " javascript:alert(1)",
        "https://example.org/\"onclick",
    ] {
        assert!(parse_value(&field("x", FieldType::Url), &json!(wrong), &Directory).is_err(), "{wrong}");
    }
    for right in ["anna@example.org", "a.b+c@sub.example.org", "root@localhost", "jürgen@müller.example"] {
        check(FieldType::Mail, json!(right), json!(right));
    }
    for wrong in [
        "anna",
        "@example.org",
        "anna@",
        "a@b@c",
        "a b@c",
        "anna@-x.org",
        "a..b@c",
        "anna@example..org",
        "<anna@example.org>",
    ] {
        refuse(FieldType::Mail, json!(wrong), "must be a mail address such as anna@example.org");
    }
    check(FieldType::Phone, json!("+49 (30) 123-45 x7"), json!("+49 (30) 123-45 x7"));
    refuse(FieldType::Phone, json!("call me"), "must be a telephone number such as +49 30 1234567");
}

#[test]
fn tables_name_the_cell() {
    check(lines(), json!([{"item": "a", "amount": "1.5"}]), json!([{"item": "a", "amount": 1_500_000}]));
    refuse(
        lines(),
        json!([{"item": "a"}, {"item": "b", "amount": true}]),
        "lines[1].amount: must be a decimal number such as 12.50",
    );
    refuse(lines(), json!([{"amount": 1}]), "lines[0].item: must not be empty");
    refuse(
        lines(),
        json!([{"item": "a", "price": 1}]),
        "lines[0].price: is not a column; the columns are item, amount, buyer",
    );
    refuse(lines(), json!([5]), "lines[0]: must be an object of columns, this is a number");
    refuse(lines(), json!({"item": "a"}), "must be a list of rows, this is an object");
    refuse(lines(), json!(vec![json!({"item": "a"}); 501]), "has at most 500 rows, this has 501");
    let optional = FieldType::Table { fields: vec![field("a", FieldType::Boolean)] };
    refuse(optional, json!([{}]), "lines[0]: has nothing in it; leave the row out");
}

#[test]
fn people_read_plain_text() {
    let shown = |field_type: FieldType, stored: Json| display_value(&field("x", field_type), &stored);
    assert_eq!(shown(impact(), json!("high")), "High");
    assert_eq!(shown(impact(), json!("gone")), "gone");
    assert_eq!(shown(FieldType::Decimal, json!(12_500_000)), "12.5");
    assert_eq!(shown(FieldType::Decimal, json!(-1)), "-0.000001");
    assert_eq!(shown(FieldType::Money, json!({"amount": 12_500_000, "currency": "EUR"})), "12.50 EUR");
    assert_eq!(shown(FieldType::Duration, json!(5405)), "1h 30m 5s");
    assert_eq!(shown(FieldType::Duration, json!(0)), "0s");
    assert_eq!(shown(FieldType::Moment, json!(1_000_000)), "1970-01-01T00:00:01Z");
    assert_eq!(shown(FieldType::Boolean, json!(true)), "Yes");
    assert_eq!(shown(FieldType::Secret, json!("sealed")), "•••");
    assert_eq!(
        shown(lines(), json!([{"item": "a", "amount": 2_000_000}, {"item": "b"}])),
        "item: a, amount: 2\nitem: b"
    );
    assert_eq!(render_value(&field("x", FieldType::Secret), &json!("sealed")), json!(true));
}

/// Stored values of a type, each valid.
fn stored(field_type: &FieldType) -> BoxedStrategy<Json> {
    let id = 1..100_i64;
    match field_type {
        FieldType::Text { .. } => "[a-zA-ZäöüßÀ-ž0-9.,:;!?]{1,5}".prop_map(Json::from).boxed(),
        FieldType::Markdown => "[a-z#*\t\n ]{0,30}[a-z]".prop_map(Json::from).boxed(),
        FieldType::Integer { .. } => (0..10_i64).prop_map(Json::from).boxed(),
        FieldType::Decimal => (-i64::MAX / 2..i64::MAX / 2).prop_map(Json::from).boxed(),
        FieldType::Money => (any::<i32>(), "[A-Z]{3}")
            .prop_map(|(amount, currency)| json!({"amount": amount, "currency": currency}))
            .boxed(),
        FieldType::Boolean => any::<bool>().prop_map(Json::from).boxed(),
        FieldType::Date => (1..9999_i16, 1..=12_i8, 1..=28_i8)
            .prop_map(|(year, month, day)| format!("{year:04}-{month:02}-{day:02}").into())
            .boxed(),
        FieldType::Moment => (-62_000_000_000_000_000..250_000_000_000_000_000_i64).prop_map(Json::from).boxed(),
        FieldType::Duration => (0..3_155_760_000_i64).prop_map(Json::from).boxed(),
        FieldType::Choice(choices) => {
            proptest::sample::select(choices.0.iter().map(|choice| Json::from(choice.key.as_str())).collect::<Vec<_>>())
                .boxed()
        }
        FieldType::Reference { .. } => id.prop_map(Json::from).boxed(),
        FieldType::References { .. } => proptest::collection::btree_set(id, 1..9)
            .prop_map(|ids| ids.into_iter().rev().collect::<Vec<_>>().into())
            .boxed(),
        FieldType::Url => {
            "https?://[a-z]{1,9}\\.example(:[1-9][0-9]{0,3})?(/[a-z0-9._~-]{0,9}){0,3}".prop_map(Json::from).boxed()
        }
        FieldType::Mail => "[a-z0-9+_-]{1,9}@[a-z]{1,9}\\.example".prop_map(Json::from).boxed(),
        FieldType::Phone => "\\+[0-9]{3,12}".prop_map(Json::from).boxed(),
        FieldType::Secret => "[!-~]{1,20}".prop_map(Json::from).boxed(),
        FieldType::Computed { value, .. } => stored(value),
        FieldType::Table { fields } => {
            let cells: Vec<_> =
                fields.iter().map(|column| (Just(column.key.clone()), stored(&column.field_type))).collect();
            proptest::collection::vec(cells.prop_map(|cells| Json::Object(cells.into_iter().collect())), 1..5)
                .prop_map(Json::from)
                .boxed()
        }
    }
}

fn every_type() -> Vec<FieldType> {
    let columns = |types: &[FieldType]| {
        types.iter().map(|field_type| field(&format!("a_{}", field_type.key()), field_type.clone())).collect()
    };
    let mut types = vec![
        FieldType::Text { max_length: 5 },
        FieldType::Markdown,
        FieldType::Integer { min: Some(0), max: Some(9) },
        FieldType::Decimal,
        FieldType::Money,
        FieldType::Boolean,
        FieldType::Date,
        FieldType::Moment,
        FieldType::Duration,
        impact(),
        FieldType::Reference { kinds: person() },
        FieldType::References { kinds: person() },
        FieldType::Url,
        FieldType::Mail,
        FieldType::Phone,
    ];
    types.push(FieldType::Table { fields: columns(&types) });
    types
}

proptest! {
    #[test]
    fn what_is_rendered_is_taken_back(
        (field_type, value) in proptest::sample::select(every_type())
            .prop_flat_map(|field_type| { let values = stored(&field_type); (Just(field_type), values) })
    ) {
        let field = field("x", field_type);
        let rendered = render_value(&field, &value);
        prop_assert_eq!(parse_value(&field, &rendered, &Directory), Ok(Some(value)));
    }

    #[test]
    fn no_input_breaks_the_parser(text in any::<String>(), number in any::<f64>()) {
        for field_type in every_type() {
            let field = field("x", field_type);
            for input in [json!(text), json!(number), json!([text, number]), json!({"id": text}), json!([{"a_text": text}])] {
                if let Ok(Some(value)) = parse_value(&field, &input, &Directory) {
                    prop_assert_eq!(parse_value(&field, &render_value(&field, &value), &Directory), Ok(Some(value)));
                }
            }
        }
    }
}
