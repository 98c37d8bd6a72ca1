//! A record as a form holds it so far, for forms that show what applies.

use crate::command::Input;
use crate::id::RecordId;
use crate::kind::{Default, Kind};
use crate::moment::Moment;
use crate::record::{Dues, Fields, Record};
use crate::value::{References, parse_value};

/// A record of a kind as it would be begun: fixed defaults, and over them what can be read of the input. Nothing is
/// checked and nothing looked up: a reference stands for some record, so a condition can ask whether one is named, but
/// not which.
pub fn sketch(kind: &Kind, input: &Input) -> Record {
    let mut fields = Fields::new();
    for field in &kind.fields {
        let given = input.get(&field.key).map(|value| parse_value(field, value, &Somebody));
        let value = match (given, &field.default) {
            (Some(Ok(Some(value))), _) => value,
            (Some(_), _) => continue,
            (None, Some(Default::Value(value))) => value.clone(),
            (None, _) => continue,
        };
        fields.insert(field.key.clone(), value);
    }
    Record {
        id: RecordId::SYSTEM,
        kind: kind.key.clone(),
        number: String::new(),
        revision: 0,
        state: kind.lifecycle.initial.clone(),
        organisation: RecordId::SYSTEM,
        created_at: Moment(0),
        updated_at: Moment(0),
        created_by: RecordId::SYSTEM,
        fields,
        watchers: Vec::new(),
        dues: Dues::default(),
    }
}

/// Finds a record under every name.
struct Somebody;

impl References for Somebody {
    fn resolve(&self, _kinds: &[String], _text: &str) -> Option<RecordId> {
        Some(RecordId::SYSTEM)
    }
}
