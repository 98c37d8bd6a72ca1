//! Related records on which a rule acts: which they are, and which of them count.

use steward_model::filter::{Filter, Resolver};
use steward_model::kind::{Field, FieldType, Kind, Registry};

use crate::RULE;
use crate::action::Action;
use crate::definition::read_condition;

/// Related records on which a rule acts at once at most.
pub const MOST_EACH: usize = 100;

/// Related records, and what is done on each.
#[derive(Debug, Clone, PartialEq)]
pub struct Each {
    /// How they are related to the record.
    pub relation: Relation,
    /// As it is written.
    pub written: String,
    /// Their kind.
    pub kind: String,
    /// Which of them count.
    pub which: Filter,
    /// As that is written; all when empty.
    pub condition: String,
    /// What is done on each, in order.
    pub actions: Vec<Action>,
}

/// How records are related to the one that a rule answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Relation {
    /// It refers to them by this field.
    Field(String),
    /// They refer to it by this field.
    Referring(String),
    /// A link of this type leads to them, or from them to it.
    Linked {
        /// Type of the link.
        link: String,
        /// Whether it leads from them to the record.
        inverse: bool,
    },
}

/// What is wrong, with the column.
type Fault = (&'static str, String);

impl Each {
    /// Reads a row: `configuration_items`, `incident_task.incident` or `incident linked_from caused_by`, and a condition.
    ///
    /// # Errors
    /// The column at fault and what is wrong with it.
    pub(crate) fn read(
        target: &str,
        value: &str,
        kind: &Kind,
        registry: &Registry,
        resolver: &Resolver<'_>,
    ) -> Result<Self, Fault> {
        let words: Vec<&str> = target.split_whitespace().collect();
        let (relation, of) = match words.as_slice() {
            [] => return Err(("target", how())),
            [one] => match one.split_once('.') {
                Some((other, field)) => referring(other, field, kind, registry)?,
                None => referred(one, kind, registry)?,
            },
            [other, way @ ("linked" | "linked_from"), link] => {
                linked(other, *way == "linked_from", link, kind, registry)?
            }
            _ => return Err(("target", how())),
        };
        if of.key == RULE || of.automatic {
            let message = format!("leads to {}, on which rules do not act", of.label_plural.to_lowercase());
            return Err(("target", message));
        }
        let which = match value {
            "" => Filter::Everything,
            text => read_condition(text, "expression", of, registry, resolver).map_err(|message| ("value", message))?,
        };
        Ok(Self {
            relation,
            written: words.join(" "),
            kind: of.key.clone(),
            which,
            condition: value.to_owned(),
            actions: Vec::new(),
        })
    }
}

fn how() -> String {
    "does not say which; write a field such as configuration_items, a kind and its field such as \
     incident_task.incident, or a kind and a link such as incident linked_from caused_by"
        .to_owned()
}

fn named<'r>(key: &str, registry: &'r Registry) -> Result<&'r Kind, Fault> {
    let unknown = || ("target", format!("names `{key}`, which is no kind of records"));
    registry.kind(key).map(AsRef::as_ref).ok_or_else(unknown)
}

/// Records to which the record refers.
fn referred<'r>(key: &str, kind: &Kind, registry: &'r Registry) -> Result<(Relation, &'r Kind), Fault> {
    let targets = kind.field(key).filter(|field| is_stored(field)).and_then(|field| field.field_type.target_kinds());
    match targets {
        None => Err(("target", how())),
        Some([one]) => Ok((Relation::Field(key.to_owned()), named(one, registry)?)),
        Some(_) => {
            let message = "refers to records of several kinds; a rule acts on those of one kind".to_owned();
            Err(("target", message))
        }
    }
}

/// Records that refer to the record.
fn referring<'r>(other: &str, key: &str, kind: &Kind, registry: &'r Registry) -> Result<(Relation, &'r Kind), Fault> {
    let other = named(other, registry)?;
    let field = other.field(key).filter(|field| is_stored(field));
    let targets = field.and_then(|field| field.field_type.target_kinds()).unwrap_or_default();
    if !targets.contains(&kind.key) {
        let fits = |field: &&Field| field.field_type.target_kinds().is_some_and(|kinds| kinds.contains(&kind.key));
        let known: Vec<&str> = other.fields.iter().filter(fits).map(|field| field.key.as_str()).collect();
        let message = format!(
            "names `{key}`, by which {} do not refer to {}; there are {}",
            other.label_plural.to_lowercase(),
            kind.label_plural.to_lowercase(),
            if known.is_empty() { "none".to_owned() } else { known.join(", ") }
        );
        return Err(("target", message));
    }
    Ok((Relation::Referring(key.to_owned()), other))
}

/// Records with a link to the record or from it.
fn linked<'r>(
    other: &str,
    inverse: bool,
    link: &str,
    kind: &Kind,
    registry: &'r Registry,
) -> Result<(Relation, &'r Kind), Fault> {
    let other = named(other, registry)?;
    let (from, to) = if inverse { (&other.key, &kind.key) } else { (&kind.key, &other.key) };
    let fits = |kinds: &Vec<String>, key: &String| kinds.is_empty() || kinds.contains(key);
    let known: Vec<&str> = registry
        .links()
        .iter()
        .filter(|one| fits(&one.from, from) && fits(&one.to, to))
        .map(|one| one.key.as_str())
        .collect();
    match known.contains(&link) {
        true => Ok((Relation::Linked { link: link.to_owned(), inverse }, other)),
        false => Err(("target", format!("is no type of link that fits; there are {}", known.join(", ")))),
    }
}

/// Whether a field refers to records itself, and not by working it out.
fn is_stored(field: &Field) -> bool {
    !matches!(field.field_type, FieldType::Computed { .. })
}
