//! A small world of kinds, built by hand, with a field of every type.

use steward_model::filter::Filter;
use steward_model::kind::{
    Category, Choice, Choices, Field, FieldType, Kind, Level, Lifecycle, LinkType, Numbering, Registry, Requirement,
    State, Unfit,
};

/// People, teams, organisations, services and incidents, with the link types `caused_by` (incident to any kind) and
/// `uses` (service to service).
pub fn registry() -> Registry {
    let text = || FieldType::Text { max_length: 200 };
    let reference = |kind: &str| FieldType::Reference { kinds: vec![kind.to_owned()] };
    let person = kind(
        "person",
        "name",
        vec![
            field("name", text()),
            field("login", text()),
            field("active", FieldType::Boolean),
            field("manager", reference("person")),
        ],
    );
    let team = kind("team", "name", vec![field("name", text())]);
    let organisation = kind("organisation", "name", vec![field("name", text())]);
    let service = kind(
        "service",
        "name",
        vec![
            field("name", text()),
            field("owner", reference("person")),
            field("hidden", FieldType::Boolean),
            field("rank", FieldType::Integer { min: None, max: None }),
        ],
    );
    let mut internal_notes = field("internal_notes", FieldType::Markdown);
    internal_notes.audience = Level::Agent;
    let mut count = field("count", FieldType::Integer { min: None, max: None });
    count.indexed = true;
    let mut urgency = field("urgency", FieldType::Choice(flat(&["high", "medium", "low"])));
    urgency.indexed = true;
    let mut day = field("day", FieldType::Date);
    day.indexed = true;
    let incident = kind(
        "incident",
        "title",
        vec![
            field("title", text()),
            field("description", FieldType::Markdown),
            internal_notes,
            field("requester", reference("person")),
            field("assignee", reference("person")),
            field("team", reference("team")),
            field("service", reference("service")),
            field("subject", FieldType::Reference { kinds: vec!["person".to_owned(), "service".to_owned()] }),
            field("priority", FieldType::Choice(flat(&["critical", "high", "moderate", "low"]))),
            urgency,
            field("category", FieldType::Choice(tree())),
            count,
            field("cost", FieldType::Decimal),
            field("price", FieldType::Money),
            field("major", FieldType::Boolean),
            day,
            field("due_at", FieldType::Moment),
            field("seen_at", FieldType::Moment),
            field("effort", FieldType::Duration),
            field("affected", FieldType::References { kinds: vec!["service".to_owned()] }),
            field("rows", FieldType::Table { fields: vec![field("name", text())] }),
            field("token", FieldType::Secret),
        ],
    );
    let links = vec![link("caused_by", "incident", ""), link("uses", "service", "service")];
    Registry::from_parts(vec![person, team, organisation, service, incident], links)
}

/// A field that everybody reads and agents write.
pub fn field(key: &str, field_type: FieldType) -> Field {
    Field {
        key: key.to_owned(),
        label: key.to_owned(),
        help: String::new(),
        field_type,
        required: Requirement::Never,
        visible_when: None::<Filter>,
        locked_when: None::<Filter>,
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

/// A kind with these fields and the states `new`, `in_progress`, `on_hold` and `resolved`.
pub fn kind(key: &str, label_field: &str, fields: Vec<Field>) -> Kind {
    let state = |key: &str, category| State { key: key.to_owned(), label: key.to_owned(), category };
    Kind {
        key: key.to_owned(),
        plural: format!("{key}s"),
        label: key.to_owned(),
        label_plural: format!("{key}s"),
        description: String::new(),
        practice: key.to_owned(),
        icon: String::new(),
        numbering: Numbering { prefix: key[..3].to_ascii_uppercase(), digits: 7 },
        label_field: label_field.to_owned(),
        label_public: true,
        navigation: true,
        configuration: false,
        automatic: false,
        fields,
        classes: Vec::new(),
        lifecycle: Lifecycle {
            initial: "new".to_owned(),
            states: vec![
                state("new", Category::New),
                state("in_progress", Category::Active),
                state("on_hold", Category::Waiting),
                state("resolved", Category::Done),
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
    }
}

fn link(key: &str, from: &str, to: &str) -> LinkType {
    let kinds = |kind: &str| if kind.is_empty() { Vec::new() } else { vec![kind.to_owned()] };
    LinkType {
        key: key.to_owned(),
        label: key.to_owned(),
        inverse_label: key.to_owned(),
        from: kinds(from),
        to: kinds(to),
    }
}

fn choice(key: &str, parent: Option<&str>) -> Choice {
    Choice {
        key: key.to_owned(),
        label: key.to_owned(),
        parent: parent.map(str::to_owned),
        inactive: false,
        was: Vec::new(),
    }
}

fn flat(keys: &[&str]) -> Choices {
    Choices(keys.iter().map(|key| choice(key, None)).collect())
}

fn tree() -> Choices {
    Choices(vec![
        choice("hardware", None),
        choice("laptop", Some("hardware")),
        choice("dock", Some("laptop")),
        choice("software", None),
    ])
}
