//! No sequence of commands leads a record of any kind anywhere that its definition does not know.

use proptest::prelude::*;
use serde_json::{Map, Value, json};
use steward_model::access::Actor;
use steward_model::command::{Command, Create, NewComment, Transition, Update};
use steward_model::event::Audience;
use steward_model::kind::{Field, FieldType, Kind, Requirement};

use crate::desk::Desk;

/// A step chosen by numbers, so that failures shrink.
#[derive(Debug, Clone)]
struct Step {
    sort: u8,
    pick: usize,
    value: i64,
    with_fields: bool,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = (0_u8..4, any::<usize>(), -5_i64..50, any::<bool>()).prop_map(|(sort, pick, value, with_fields)| Step {
        sort,
        pick,
        value,
        with_fields,
    });
    prop::collection::vec(step, 0..25)
}

/// A value for a field, right for its type most of the time.
fn value_for(field: &Field, number: i64) -> Value {
    match &field.field_type {
        FieldType::Text { .. } | FieldType::Markdown => json!(format!("text {number}")),
        FieldType::Integer { .. } | FieldType::Decimal | FieldType::Duration => json!(number),
        FieldType::Money => json!({ "amount": number.to_string(), "currency": "EUR" }),
        FieldType::Boolean => json!(number % 2 == 0),
        FieldType::Date => json!(format!("2026-03-{:02}", number.rem_euclid(33))),
        FieldType::Moment => json!(format!("2026-03-{:02}T10:00:00Z", number.rem_euclid(33))),
        FieldType::Choice(choices) => match choices.0.len() {
            0 => Value::Null,
            count => json!(choices.0[usize::try_from(number.unsigned_abs()).unwrap() % count].key),
        },
        FieldType::Reference { kinds } if kinds.iter().any(|kind| kind == "person") => json!("anna"),
        FieldType::Reference { kinds } if kinds.iter().any(|kind| kind == "team") => json!("Desk"),
        FieldType::Url => json!("https://example.org/"),
        FieldType::Mail => json!("anna@example.org"),
        FieldType::Phone => json!("+49 30 1234567"),
        _ => Value::Null,
    }
}

fn fields_for(kind: &Kind, keys: &[&str], number: i64) -> Map<String, Value> {
    keys.iter().filter_map(|key| Some(((*key).to_owned(), value_for(kind.field(key)?, number)))).collect()
}

fn command_for(kind: &Kind, step: &Step) -> Command {
    let writable: Vec<&str> =
        kind.fields.iter().filter(|field| field.write.is_some()).map(|field| field.key.as_str()).collect();
    match step.sort {
        0 => {
            let key = writable[step.pick % writable.len()];
            let fields = fields_for(kind, &[key], step.value);
            Command::Update(Update { fields, organisation: None, base: None })
        }
        1 => Command::Comment(NewComment { audience: Audience::Public, body: "words".to_owned() }),
        _ => {
            let transitions = &kind.lifecycle.transitions;
            let transition = &transitions[step.pick % transitions.len()];
            let asked: Vec<&str> = steward_model::decide::transition_fields(transition);
            let fields = if step.with_fields { fields_for(kind, &asked, step.value) } else { Map::new() };
            let comment = step.with_fields.then(|| NewComment {
                audience: transition.comment.as_ref().map_or(Audience::Internal, |rule| rule.audience),
                body: "why".to_owned(),
            });
            Command::Transition(Transition { key: transition.key.clone(), fields, comment, base: None })
        }
    }
}

fn check_sequence(kind_key: &'static str, steps: &[Step]) {
    let mut desk = Desk::new();
    desk.kind = kind_key;
    let system = Actor::system();
    let kind = desk.registry.kind(kind_key).unwrap().clone();
    let required: Vec<&str> = kind
        .fields
        .iter()
        .filter(|field| field.write.is_some() && !matches!(field.required, Requirement::Never))
        .map(|field| field.key.as_str())
        .collect();
    let create = Create { organisation: None, fields: fields_for(&kind, &required, 3), links: Vec::new() };
    if desk.give(&system, Command::Create(create)).is_err() {
        return;
    }
    for step in steps {
        let before = desk.record.clone();
        desk.now = desk.now.plus_seconds(60);
        let outcome = desk.give(&system, command_for(&kind, step));
        if outcome.is_err() {
            assert_eq!(desk.record, before, "a refused command changes nothing");
        }
        let record = desk.record.as_ref().unwrap();
        assert!(kind.lifecycle.state(&record.state).is_some(), "{} is no state of {kind_key}", record.state);
        for field in &kind.fields {
            let class = record.text("class");
            if kind.has_field(field, class) && matches!(field.required, Requirement::Always) {
                assert!(record.field(&field.key).is_some(), "{kind_key}.{} was emptied", field.key);
            }
        }
        assert_eq!(record.revision, i64::try_from(desk.events.len()).unwrap());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn every_kind_stays_within_its_definition(steps in steps(), place in any::<usize>()) {
        let kinds: Vec<String> =
            Desk::new().registry.kinds().iter().map(|kind| kind.key.clone()).collect();
        let key: &'static str = kinds[place % kinds.len()].clone().leak();
        check_sequence(key, &steps);
    }

    #[test]
    fn incidents_stay_within_their_definition(steps in steps()) {
        check_sequence("incident", &steps);
    }
}
