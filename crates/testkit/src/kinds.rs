//! Kinds built by hand, with one field of each sort that storage treats on its own.

use std::sync::Arc;

use steward_model::kind::{
    Category, Choice, Choices, Field, FieldType, Kind, Level, Lifecycle, LinkType, Numbering, Registry, Requirement,
    State, Unfit,
};

/// A registry of `incident`, `person`, `team`, `organisation` and `service`, with the link type `caused_by`.
pub fn registry() -> Registry {
    let links = vec![LinkType {
        key: "caused_by".into(),
        label: "caused by".into(),
        inverse_label: "causes".into(),
        from: Vec::new(),
        to: Vec::new(),
    }];
    let kinds = [incident(), person(), team(), organisation(), service()];
    Registry::from_parts(kinds.into_iter().map(Arc::unwrap_or_clone).collect(), links)
}

/// A kind with most types of fields.
pub fn incident() -> Arc<Kind> {
    let priority = Choices(["critical", "high", "moderate", "low"].map(choice).into());
    let fields = vec![
        text("title"),
        field("description", FieldType::Markdown),
        reference("requester", "person"),
        reference("assignee", "person"),
        reference("team", "team"),
        reference("service", "service"),
        field("priority", FieldType::Choice(priority)),
        Field { indexed: true, ..text("external_reference") },
        Field { indexed: true, ..field("reopen_count", FieldType::Integer { min: None, max: None }) },
        field("cost", FieldType::Money),
        field("confidence", FieldType::Decimal),
        field("major", FieldType::Boolean),
        field("planned_on", FieldType::Date),
        field("opened_at", FieldType::Moment),
        field("resolved_at", FieldType::Moment),
        field("closed_at", FieldType::Moment),
        field("due_at", FieldType::Moment),
        field("effort", FieldType::Duration),
        field("configuration_items", FieldType::References { kinds: vec!["service".into()] }),
        field("steps", FieldType::Table { fields: vec![text("name")] }),
        field("access_code", FieldType::Secret),
    ];
    kind("incident", "INC", "title", fields)
}

/// People, with a unique login and mail address.
pub fn person() -> Arc<Kind> {
    let fields = vec![
        text("name"),
        Field { unique: true, ..text("login") },
        Field { unique: true, ..field("mail", FieldType::Mail) },
    ];
    kind("person", "PER", "name", fields)
}

/// Teams, with their members.
pub fn team() -> Arc<Kind> {
    let members = field("members", FieldType::References { kinds: vec!["person".into()] });
    kind("team", "TEAM", "name", vec![text("name"), members])
}

/// Organisations, one under another.
pub fn organisation() -> Arc<Kind> {
    kind("organisation", "ORG", "name", vec![text("name"), reference("parent", "organisation")])
}

/// Services.
pub fn service() -> Arc<Kind> {
    kind("service", "SRV", "name", vec![text("name")])
}

/// A kind with the usual lifecycle.
pub fn kind(key: &str, prefix: &str, label_field: &str, fields: Vec<Field>) -> Arc<Kind> {
    let state = |key: &str, category| State { key: key.into(), label: key.into(), category };
    Arc::new(Kind {
        key: key.into(),
        plural: format!("{key}s"),
        label: key.into(),
        label_plural: format!("{key}s"),
        description: String::new(),
        practice: key.into(),
        icon: "circle".into(),
        numbering: Numbering { prefix: prefix.into(), digits: 7 },
        label_field: label_field.into(),
        label_public: true,
        navigation: true,
        configuration: false,
        automatic: false,
        fields,
        classes: Vec::new(),
        lifecycle: Lifecycle {
            initial: "new".into(),
            states: vec![
                state("new", Category::New),
                state("in_progress", Category::Active),
                state("on_hold", Category::Waiting),
                state("resolved", Category::Done),
                state("cancelled", Category::Cancelled),
            ],
            transitions: Vec::new(),
        },
        on_comment: Vec::new(),
        approval: None,
        family: None,
        merging: None,
        follow_up: None,
        form: Vec::new(),
        list_columns: Vec::new(),
        board_column: None,
        intervals: Vec::new(),
    })
}

/// A field that everybody may read and agents may write.
pub fn field(key: &str, field_type: FieldType) -> Field {
    Field {
        key: key.into(),
        label: key.into(),
        help: String::new(),
        field_type,
        required: Requirement::Never,
        visible_when: None,
        locked_when: None,
        default: None,
        indexed: false,
        unique: false,
        audience: Level::Requester,
        write: Some(Level::Agent),
        class: None,
        was: Vec::new(),
        unfit: Unfit::Refused,
    }
}

fn text(key: &str) -> Field {
    field(key, FieldType::Text { max_length: 200 })
}

fn reference(key: &str, kind: &str) -> Field {
    field(key, FieldType::Reference { kinds: vec![kind.into()] })
}

fn choice(key: &str) -> Choice {
    Choice { key: key.into(), label: key.into(), parent: None, inactive: false, was: Vec::new() }
}
