//! A policy: a row of the table that says who must agree to what.

use serde_json::Value as Json;
use steward_model::decide::{Context, FieldError};
use steward_model::filter::Filter;
use steward_model::id::RecordId;
use steward_model::kind::{FieldType, Kind, Registry};
use steward_model::record::Record;

use super::round::{Ask, Late, Need};

/// Whom a policy asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AskWhom {
    /// These people.
    People(Vec<RecordId>),
    /// The members of a team.
    Team(RecordId),
    /// Those who hold a role that reaches the record's organisation.
    Role(String),
    /// The manager of whoever gets what is asked for, or of whoever asks.
    Manager,
    /// The lead of the record's team.
    TeamLead,
    /// The owner of the record's service.
    ServiceOwner,
    /// The owners of the record's configuration items.
    ItemOwner,
    /// The people in a field of the record.
    Field(String),
}

/// A policy that can be applied.
#[derive(Debug, Clone)]
pub struct Policy {
    /// The record.
    pub id: RecordId,
    /// Its number.
    pub number: String,
    /// The organisation for which it holds, with those below.
    pub organisation: RecordId,
    /// Which records it is for.
    pub condition: Filter,
    /// The least sum of money that it is for, as it is stored.
    pub amount_from: Option<Json>,
    /// Whom it asks.
    pub whom: AskWhom,
    /// Who is asked where nobody is found.
    pub stand_in: Vec<RecordId>,
    /// The question, without those who are asked.
    pub ask: Ask,
}

impl Policy {
    /// Reads a policy.
    ///
    /// # Errors
    /// Its faults, each with its field.
    pub fn of(record: &Record, registry: &Registry) -> Result<Self, Vec<FieldError>> {
        let fault = |field: &str, message: String| vec![FieldError::new(field, message)];
        let Some(kind) = registry.kind(record.text("for_kind")).filter(|kind| kind.approval.is_some()) else {
            return Err(fault("for_kind", "is no kind of records that wait for approval".to_owned()));
        };
        let condition = match record.text("condition").trim() {
            "" => Filter::Everything,
            text => match Filter::parse_cel(text, kind, registry) {
                Ok(filter) if filter.is_local() => filter,
                Ok(_) => return Err(fault("condition", "may look at the record alone, not at others".to_owned())),
                Err(error) => return Err(fault("condition", format!("cannot be used: {error}"))),
            },
        };
        let whom = match record.text("ask") {
            "team" => match record.reference("team") {
                Some(team) => AskWhom::Team(team),
                None => return Err(fault("team", "is required".to_owned())),
            },
            "role" => match record.text("role").trim() {
                "" => return Err(fault("role", "is required".to_owned())),
                key => AskWhom::Role(key.to_owned()),
            },
            "manager" => AskWhom::Manager,
            "team_lead" => AskWhom::TeamLead,
            "service_owner" => AskWhom::ServiceOwner,
            "item_owner" => AskWhom::ItemOwner,
            "field" => AskWhom::Field(people_field(kind, record.text("field"))?),
            _ => AskWhom::People(record.references("people")),
        };
        let integer = |key: &str| record.field(key).and_then(Json::as_i64);
        let number = integer("how_many").unwrap_or(1);
        let need = match record.text("need") {
            "all" => Need::All,
            "number" => Need::Number(number),
            "share" if number > 100 => return Err(fault("how_many", "cannot be more than 100 per cent".to_owned())),
            "share" => Need::Share(number),
            _ => Need::Any,
        };
        let when_late = Late::named(record.text("when_late"));
        let within = integer("within");
        if within.is_none() && when_late != Late::Wait {
            return Err(fault("within", "is needed to know when it is late".to_owned()));
        }
        for (key, value) in [("within", within), ("remind_every", integer("remind_every"))] {
            if value.is_some_and(|seconds| seconds < 60) {
                return Err(fault(key, "must be a minute or more".to_owned()));
            }
        }
        let ask = Ask {
            stage: integer("stage").unwrap_or(1),
            name: record.text("name").to_owned(),
            need,
            ends_at_once: record.field("ends_at_once") != Some(&Json::Bool(false)),
            always_reason: record.text("reason") == "always",
            sign: record.field("sign") == Some(&Json::Bool(true)),
            within,
            remind_every: integer("remind_every"),
            when_late,
            policy: Some(record.id),
            ..Ask::default()
        };
        Ok(Self {
            id: record.id,
            number: record.number.clone(),
            organisation: record.organisation,
            condition,
            amount_from: record.field("amount_from").cloned(),
            whom,
            stand_in: record.references("stand_in"),
            ask,
        })
    }
}

impl Policy {
    /// Whether it is for a sum of money: as much as it names, or in another currency, since no rate is known here. A
    /// record without a sum is about none.
    pub fn reaches(&self, amount: Option<&Json>) -> bool {
        let Some(from) = &self.amount_from else { return true };
        let Some(amount) = amount else { return false };
        let number = |money: &Json| money.get("amount").and_then(Json::as_i64);
        amount.get("currency") != from.get("currency") || number(amount) >= number(from)
    }
}

fn people_field(kind: &Kind, key: &str) -> Result<String, Vec<FieldError>> {
    let is_people = |targets: &[String]| targets.iter().any(|target| target == "person");
    let fits = kind.field(key).is_some_and(|field| match field.field_type.value_type() {
        FieldType::Reference { kinds } | FieldType::References { kinds } => is_people(kinds),
        _ => false,
    });
    match fits {
        true => Ok(key.to_owned()),
        false => {
            let message = format!("names no field of {} with people", kind.label_plural.to_lowercase());
            Err(vec![FieldError::new("field", message)])
        }
    }
}

/// Faults of a policy, told where it is written.
pub(crate) fn check(before: Option<&Record>, after: &Record, ctx: &Context<'_>) -> Vec<FieldError> {
    if before.is_some_and(|before| before.fields == after.fields) {
        return Vec::new();
    }
    match Policy::of(after, ctx.registry) {
        Ok(Policy { whom: AskWhom::Role(key), .. }) => unknown_role(&key, ctx).into_iter().collect(),
        Ok(_) => Vec::new(),
        Err(faults) => faults,
    }
}

/// What is wrong with a role that is asked: it must be there, and one of staff, since all who ask hold those of others.
fn unknown_role(key: &str, ctx: &Context<'_>) -> Option<FieldError> {
    let staff = || ctx.policy.roles().iter().filter(|role| role.staff).map(|role| role.key.as_str());
    if staff().any(|known| known == key) {
        return None;
    }
    let known: Vec<&str> = staff().collect();
    Some(FieldError::new("role", format!("`{key}` is no role of staff; there are {}", known.join(", "))))
}
