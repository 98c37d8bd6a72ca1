//! Columns of lists: which there are, which are shown, what they say.

use steward_model::kind::{Field, FieldType, Kind, Level};
use steward_ui::list::ColumnRole;
use steward_words::t;

/// What a column shows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Shape<'a> {
    /// The title, which is the link.
    Title,
    /// The number.
    Number,
    /// The state.
    State,
    /// The organisation it belongs to.
    Organisation,
    /// When it last changed.
    Updated,
    /// When it was made.
    Created,
    /// When the next promise of its clocks is to be kept.
    Due,
    /// A field.
    Field(&'a Field),
}

impl<'a> Shape<'a> {
    /// The key that sorts by it, and names it in addresses.
    pub(crate) fn key(&self, kind: &'a Kind) -> &'a str {
        match self {
            Self::Title => &kind.label_field,
            Self::Number => "number",
            Self::State => "state",
            Self::Organisation => "organisation",
            Self::Updated => "updated_at",
            Self::Created => "created_at",
            Self::Due => "next_due",
            Self::Field(field) => &field.key,
        }
    }

    /// Its heading; empty for the title, whose heading the kind knows.
    pub(crate) fn label(&self) -> &'a str {
        match self {
            Self::Title => "",
            Self::Number => t("number"),
            Self::State => t("state"),
            Self::Organisation => t("organisation"),
            Self::Updated => t("updated"),
            Self::Created => t("created"),
            Self::Due => t("next-due"),
            Self::Field(field) => &field.label,
        }
    }

    /// What it is for.
    pub(crate) fn role(&self) -> ColumnRole {
        match self {
            Self::Title => ColumnRole::Title,
            Self::Number => ColumnRole::Number,
            Self::State => ColumnRole::Mark,
            Self::Organisation => ColumnRole::Text,
            Self::Updated | Self::Created | Self::Due => ColumnRole::Figure,
            Self::Field(field) if field.key == "priority" => ColumnRole::Mark,
            Self::Field(field) => match field.field_type.value_type() {
                FieldType::Reference { kinds } if kinds == &["person"] => ColumnRole::Person,
                FieldType::Moment
                | FieldType::Date
                | FieldType::Integer { .. }
                | FieldType::Money
                | FieldType::Duration => ColumnRole::Figure,
                _ => ColumnRole::Text,
            },
        }
    }
}

/// A column by its key, when there is one that may be read at this level.
pub(crate) fn named<'a>(kind: &'a Kind, level: Level, key: &str) -> Option<Shape<'a>> {
    match (key, kind.field_named(key)) {
        (key, _) if key == kind.label_field => Some(Shape::Title),
        ("number", _) => Some(Shape::Number),
        ("state", _) => Some(Shape::State),
        ("organisation", _) => Some(Shape::Organisation),
        ("updated_at", _) => Some(Shape::Updated),
        ("created_at", _) => Some(Shape::Created),
        // Promises among teams count as well, which requesters do not know of.
        ("next_due", _) if level >= Level::Agent => Some(Shape::Due),
        (_, Some(field)) if field.audience <= level => Some(Shape::Field(field)),
        _ => None,
    }
}

/// The columns that a reader sees: those chosen, else the kind's, the title's among them.
pub(crate) fn shown<'a>(kind: &'a Kind, level: Level, chosen: &[String]) -> Vec<Shape<'a>> {
    let keys = if chosen.is_empty() { &kind.list_columns } else { chosen };
    let mut columns: Vec<Shape<'a>> = Vec::new();
    for key in keys {
        if let Some(shape) = named(kind, level, key).filter(|shape| !columns.contains(shape)) {
            columns.push(shape);
        }
    }
    if !columns.contains(&Shape::Title) {
        columns.insert(columns.len().min(1), Shape::Title);
    }
    columns
}
