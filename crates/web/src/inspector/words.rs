//! Conditions and actions in words.

use maud::{Markup, html};
use serde_json::Value as Json;
use steward_model::access::{Action, Clause, Says};
use steward_model::filter::{Attribute, Filter, Operand, Path, Test};
use steward_model::kind::{FieldType, Kind, Registry};
use steward_ui::access::Condition;
use steward_words::{t, t_with};

use crate::values::text;

/// An action in a word.
pub(crate) fn action(action: Action) -> &'static str {
    match action {
        Action::Read => t("action-read"),
        Action::Create => t("action-create"),
        Action::Update => t("action-update"),
        Action::Transition => t("action-transition"),
        Action::Comment => t("action-comment"),
        Action::Note => t("action-note"),
        Action::Work => t("action-work"),
        Action::Attach => t("action-attach"),
        Action::Link => t("action-link"),
        Action::Watch => t("action-watch"),
        Action::Transfer => t("action-transfer"),
        Action::Order => t("action-order"),
        Action::Inspect => t("action-inspect"),
        Action::ViewAs => t("action-view-as"),
    }
}

/// A condition with how its parts stand on a record.
pub(super) fn judged(clause: &Clause, kind: &Kind, registry: &Registry) -> Condition {
    let inner = |parts: &[Clause]| parts.iter().map(|part| judged(part, kind, registry)).collect();
    let holds = Some(clause.holds);
    match &clause.says {
        Says::Test(filter) => Condition { text: said(filter, kind, registry), holds, parts: Vec::new() },
        Says::All(parts) => Condition { text: html! { (t("condition-all")) }, holds, parts: inner(parts) },
        Says::Any(parts) => Condition { text: html! { (t("condition-any")) }, holds, parts: inner(parts) },
        Says::Not(part) => match &part.says {
            // What is denied is told in one line where it can be.
            Says::Test(filter) if denied(filter, kind).is_some() => {
                Condition { text: html! { (denied(filter, kind).unwrap_or_default()) }, holds, parts: Vec::new() }
            }
            _ => Condition { text: html! { (t("condition-not")) }, holds, parts: vec![judged(part, kind, registry)] },
        },
    }
}

/// A condition without a record.
pub(super) fn stated(filter: &Filter, kind: &Kind, registry: &Registry) -> Condition {
    let inner = |parts: &[Filter]| parts.iter().map(|part| stated(part, kind, registry)).collect();
    match filter {
        Filter::And(parts) => Condition { text: html! { (t("condition-all")) }, holds: None, parts: inner(parts) },
        Filter::Or(parts) => Condition { text: html! { (t("condition-any")) }, holds: None, parts: inner(parts) },
        Filter::Not(part) => match denied(part, kind) {
            Some(text) => Condition { text: html! { (text) }, holds: None, parts: Vec::new() },
            None => Condition {
                text: html! { (t("condition-not")) },
                holds: None,
                parts: vec![stated(part, kind, registry)],
            },
        },
        leaf => Condition { text: said(leaf, kind, registry), holds: None, parts: Vec::new() },
    }
}

/// A test in words; in the language of filters where it has none.
fn said(filter: &Filter, kind: &Kind, registry: &Registry) -> Markup {
    let words = match filter {
        Filter::Everything => Some(t("condition-always").to_owned()),
        Filter::Nothing => Some(t("condition-never").to_owned()),
        Filter::Test { path, test } => tested(path, test, kind),
        _ => None,
    };
    match words {
        Some(words) => html! { (words) },
        None => html! { code { (filter.to_cel(kind, registry)) } },
    }
}

/// What it means that a test does not hold.
fn denied(filter: &Filter, kind: &Kind) -> Option<String> {
    let Filter::Test { path, test } = filter else { return None };
    let label = label(path, kind)?;
    match test {
        Test::Empty => Some(t_with("condition-filled", &[("field", (&label).into())])),
        Test::Equal(Operand::Value(value)) => {
            let value = value_words(path, value, kind);
            Some(t_with("condition-is-not", &[("field", (&label).into()), ("value", (&value).into())]))
        }
        _ => None,
    }
}

fn tested(path: &Path, test: &Test, kind: &Kind) -> Option<String> {
    let label = label(path, kind)?;
    let with = |id: &'static str| t_with(id, &[("field", (&label).into())]);
    let among = |values: &[&Json]| {
        let values: Vec<String> = values.iter().map(|value| value_words(path, value, kind)).collect();
        let id = if values.len() == 1 { "condition-is" } else { "condition-among" };
        t_with(id, &[("field", (&label).into()), ("value", (&values.join(", ")).into())])
    };
    Some(match test {
        Test::Empty => with("condition-empty"),
        Test::Equal(Operand::Me) if is_list(path, kind) => with("condition-names-me"),
        Test::Equal(Operand::Me) => with("condition-me"),
        Test::Equal(Operand::MyOrganisation) if is_list(path, kind) => with("condition-names-organisation"),
        Test::Equal(Operand::MyOrganisation) => with("condition-own-organisation"),
        Test::Equal(Operand::Value(value)) => among(&[value]),
        Test::GreaterOrEqual(Operand::Today(0)) => with("condition-not-over"),
        Test::In(operands) => match operands.as_slice() {
            [Operand::MyTeams] => with("condition-teams"),
            [Operand::MyOrganisations] => with("condition-organisations"),
            [Operand::MyOrganisationsAbove] => with("condition-organisations-above"),
            [Operand::MyLocations] => with("condition-locations"),
            [Operand::MyStanding] => with("condition-standing"),
            several => among(&several.iter().map(Operand::value).collect::<Option<Vec<&Json>>>()?),
        },
        _ => return None,
    })
}

fn is_list(path: &Path, kind: &Kind) -> bool {
    match &path.attribute {
        Attribute::Watchers => true,
        Attribute::Field(key) => {
            kind.field(key).is_some_and(|field| matches!(field.field_type.value_type(), FieldType::References { .. }))
        }
        _ => false,
    }
}

/// What is looked at; nothing for what lies behind references, which no role asks for.
fn label(path: &Path, kind: &Kind) -> Option<String> {
    if !path.hops.is_empty() {
        return None;
    }
    Some(match &path.attribute {
        Attribute::Field(key) => kind.field(key)?.label.clone(),
        Attribute::Id => kind.label.clone(),
        Attribute::State => t("state").to_owned(),
        Attribute::Organisation => t("organisation").to_owned(),
        Attribute::CreatedBy => t("access-created-by").to_owned(),
        Attribute::Watchers => t("access-watchers").to_owned(),
        Attribute::Number => t("number").to_owned(),
        Attribute::Category
        | Attribute::CreatedAt
        | Attribute::UpdatedAt
        | Attribute::NextDue
        | Attribute::BreachAt => return None,
    })
}

fn value_words(path: &Path, value: &Json, kind: &Kind) -> String {
    let key = value.as_str().unwrap_or_default();
    match &path.attribute {
        Attribute::State => kind.lifecycle.state(key).map_or_else(|| key.to_owned(), |state| state.label.clone()),
        Attribute::Field(name) => match kind.field(name) {
            Some(field) => match (field.field_type.value_type(), value) {
                (FieldType::Boolean, Json::Bool(true)) => t("yes").to_owned(),
                (FieldType::Boolean, Json::Bool(false)) => t("no").to_owned(),
                (other, _) => match other.choices().and_then(|choices| choices.find(key)) {
                    Some(choice) => choice.label.clone(),
                    None => text::text(field, value),
                },
            },
            None => key.to_owned(),
        },
        _ => value.as_str().map_or_else(|| value.to_string(), str::to_owned),
    }
}
