//! Where an attribute's value stands in the `record` table, as an SQL expression.

use serde_json::Value as Json;
use steward_model::filter::{Attribute, Shape};
use steward_model::kind::{Field, FieldType, Kind};

use crate::sql::{Bind, Dialect};

/// An SQL expression for an attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Column {
    pub(crate) sql: String,
    pub(crate) value: ValueType,
    pub(crate) is_nullable: bool,
    /// A table field's JSON: it is empty when the list in it is.
    is_list: bool,
}

/// The SQL type of an attribute's values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ValueType {
    Integer,
    Text,
    Boolean,
    /// Only whether it is there can be asked.
    Opaque,
}

impl Column {
    fn new(sql: String, value: ValueType, is_nullable: bool) -> Self {
        Self { sql, value, is_nullable, is_list: false }
    }

    pub(crate) fn text(sql: String, is_nullable: bool) -> Self {
        Self::new(sql, ValueType::Text, is_nullable)
    }

    /// The value as bind; `None` when it is of another type, and so equal to nothing.
    pub(crate) fn bind(&self, value: &Json) -> Option<Bind> {
        match self.value {
            ValueType::Integer => value.as_i64().map(Bind::Integer),
            ValueType::Text => {
                value.as_str().filter(|text| !text.contains('\0')).map(|text| Bind::Text(text.to_owned()))
            }
            ValueType::Boolean => value.as_bool().map(Bind::Boolean),
            ValueType::Opaque => None,
        }
    }

    /// A test, which if negated (not `holds`) also holds for an empty value.
    pub(crate) fn or_null(&self, test: String, holds: bool) -> String {
        if holds || !self.is_nullable { test } else { format!("({test} or {} is null)", self.sql) }
    }

    /// Whether nothing is there (or, unless `holds`, something).
    pub(crate) fn empty(&self, holds: bool) -> String {
        let sql = &self.sql;
        match (self.is_nullable, holds, self.is_list) {
            (false, true, _) => "(1 = 0)".to_owned(),
            (false, false, _) => "(1 = 1)".to_owned(),
            (true, true, false) => format!("{sql} is null"),
            (true, false, false) => format!("{sql} is not null"),
            (true, true, true) => format!("({sql} is null or {sql} = '[]')"),
            (true, false, true) => format!("({sql} is not null and {sql} <> '[]')"),
        }
    }
}

/// The expression of an attribute of `kind` in `record as {alias}`; `None` for fields that the kind does not have, and
/// for lists of references, which have a table of their own.
pub(crate) fn attribute_column(attribute: &Attribute, kind: &Kind, alias: &str, dialect: Dialect) -> Option<Column> {
    let integer = |name: &str| Some(Column::new(format!("{alias}.{name}"), ValueType::Integer, false));
    let text = |name: &str| Some(Column::text(collated(format!("{alias}.{name}"), dialect), false));
    match attribute {
        Attribute::Field(key) => field_column(kind, key, alias, dialect),
        Attribute::Id => integer("id"),
        Attribute::Number => text("number"),
        Attribute::State => Some(Column::text(format!("{alias}.state"), false)),
        Attribute::Category => Some(Column::text(format!("{alias}.category"), false)),
        Attribute::Organisation => integer("organisation"),
        Attribute::CreatedAt => integer("created_at"),
        Attribute::UpdatedAt => integer("updated_at"),
        Attribute::CreatedBy => integer("created_by"),
        Attribute::NextDue => Some(Column::new(format!("{alias}.next_due_at"), ValueType::Integer, true)),
        Attribute::BreachAt => Some(Column::new(format!("{alias}.breach_at"), ValueType::Integer, true)),
        Attribute::Watchers => None,
    }
}

/// As [`attribute_column`], for a field.
pub(crate) fn field_column(kind: &Kind, key: &str, alias: &str, dialect: Dialect) -> Option<Column> {
    let field = kind.field(key)?;
    let shape = Shape::of(kind, &Attribute::Field(key.to_owned()))?;
    let value = value_type(&shape)?;
    let promoted = match (&shape, key) {
        (Shape::Text, key) if key == kind.label_field => Some(collated(format!("{alias}.title"), dialect)),
        (Shape::Reference(_), "requester" | "assignee" | "team" | "service")
        | (Shape::Choice(_), "priority")
        | (Shape::Moment, "opened_at" | "resolved_at" | "closed_at" | "due_at") => Some(format!("{alias}.{key}")),
        _ => None,
    };
    let sql = promoted.unwrap_or_else(|| field_expression(field, alias, dialect));
    let is_list = matches!(field.field_type.value_type(), FieldType::Table { .. });
    Some(Column { sql, value, is_nullable: true, is_list })
}

fn value_type(shape: &Shape<'_>) -> Option<ValueType> {
    match shape {
        Shape::Id | Shape::Integer | Shape::Decimal | Shape::Moment | Shape::Duration | Shape::Reference(_) => {
            Some(ValueType::Integer)
        }
        Shape::Text | Shape::Date | Shape::Choice(_) | Shape::State(_) | Shape::Category => Some(ValueType::Text),
        Shape::Boolean => Some(ValueType::Boolean),
        Shape::Opaque => Some(ValueType::Opaque),
        Shape::References(_) => None,
    }
}

/// The expression that takes a field out of the JSON of `record as {alias}` (of the bare table when that is empty), as
/// filters, orders and expression indexes must all write it. Text has the "C" collation on PostgreSQL.
///
/// A key that is not made of lower-case letters, digits and underscores has no expression but `null`: it cannot come
/// from a checked kind, and is kept away from SQL.
pub fn field_expression(field: &Field, alias: &str, dialect: Dialect) -> String {
    let key = &field.key;
    let is_key = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    if key.is_empty() || !key.bytes().all(is_key) {
        return "null".to_owned();
    }
    let fields = if alias.is_empty() { "fields".to_owned() } else { format!("{alias}.fields") };
    match dialect {
        Dialect::Sqlite => format!("json_extract({fields}, '$.{key}')"),
        Dialect::Postgres => match field.field_type.value_type() {
            FieldType::Integer { .. }
            | FieldType::Decimal
            | FieldType::Moment
            | FieldType::Duration
            | FieldType::Reference { .. } => format!("({fields}->>'{key}')::bigint"),
            FieldType::Boolean => format!("({fields}->>'{key}')::boolean"),
            FieldType::Text { .. }
            | FieldType::Markdown
            | FieldType::Url
            | FieldType::Mail
            | FieldType::Phone
            | FieldType::Date
            | FieldType::Choice(_) => format!("({fields}->>'{key}') collate \"C\""),
            FieldType::Money
            | FieldType::References { .. }
            | FieldType::Table { .. }
            | FieldType::Secret
            | FieldType::Computed { .. } => format!("({fields}->>'{key}')"),
        },
    }
}

/// Text in the order of code points, whatever collation the database was made with.
pub(crate) fn collated(sql: String, dialect: Dialect) -> String {
    match dialect {
        Dialect::Sqlite => sql,
        Dialect::Postgres => format!("{sql} collate \"C\""),
    }
}
