//! All messages of a language, read once and ready to be said.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::LazyLock;

use fluent_bundle::bundle::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement};
use intl_memoizer::concurrent::IntlLangMemoizer;

use crate::sources::AREAS;
use crate::{Language, Said, formats, language, number};

/// A piece of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// Text.
    Text(String),
    /// The place of a value.
    Value(&'static str),
}

/// A message as it is kept: most are plain text, and saying those must cost nothing.
enum Message {
    Plain(&'static str),
    Parts(Vec<Part>),
    /// One that chooses among forms, by Fluent.
    Chosen,
}

type Bundle = FluentBundle<&'static FluentResource, IntlLangMemoizer>;

struct Catalogue {
    messages: HashMap<&'static str, Message>,
    bundle: Bundle,
}

static CATALOGUES: LazyLock<[Catalogue; 3]> = LazyLock::new(|| Language::ALL.map(Catalogue::read));

impl Catalogue {
    /// Messages of a language over those of English, which stand in for what it does not have.
    fn read(language: Language) -> Self {
        let tag = language.code().parse().unwrap_or_default();
        let mut bundle: Bundle = FluentBundle::new_concurrent(vec![tag]);
        bundle.set_use_isolating(false);
        bundle.set_formatter(Some(|value, _| match value {
            FluentValue::Number(figure) => Some(number(figure.value as i64, formats())),
            _ => None,
        }));
        let mut messages = HashMap::new();
        let mut read = |of: Language| {
            for area in AREAS {
                let resource = match FluentResource::try_new(area.text(of).to_owned()) {
                    Ok(resource) | Err((resource, _)) => resource,
                };
                // Read once for the life of the process, so that what is said needs no copy.
                let resource: &'static FluentResource = Box::leak(Box::new(resource));
                for entry in resource.entries() {
                    if let Entry::Message(message) = entry
                        && let Some(pattern) = &message.value
                    {
                        messages.insert(message.id.name, Message::of(pattern));
                    }
                }
                bundle.add_resource_overriding(resource);
            }
        };
        read(Language::English);
        if language != Language::English {
            read(language);
        }
        Self { messages, bundle }
    }

    fn chosen(&self, id: &str, values: &[(&'static str, Said<'_>)]) -> Option<String> {
        let pattern = self.bundle.get_message(id)?.value()?;
        let mut given = FluentArgs::with_capacity(values.len());
        for (name, value) in values {
            match value {
                Said::Text(text) => given.set(*name, *text),
                Said::Number(figure) => given.set(*name, *figure),
            }
        }
        Some(self.bundle.format_pattern(pattern, Some(&given), &mut Vec::new()).into_owned())
    }
}

impl Message {
    fn of(pattern: &Pattern<&'static str>) -> Self {
        let mut parts: Vec<Part> = Vec::new();
        for element in &pattern.elements {
            let text = match element {
                PatternElement::TextElement { value } => *value,
                PatternElement::Placeable {
                    expression: Expression::Inline(InlineExpression::StringLiteral { value }),
                } => *value,
                PatternElement::Placeable {
                    expression: Expression::Inline(InlineExpression::VariableReference { id }),
                } => {
                    parts.push(Part::Value(id.name));
                    continue;
                }
                PatternElement::Placeable { .. } => return Self::Chosen,
            };
            match parts.last_mut() {
                Some(Part::Text(before)) => before.push_str(text),
                _ => parts.push(Part::Text(text.to_owned())),
            }
        }
        match parts.as_slice() {
            [] => Self::Plain(""),
            [Part::Text(text)] => Self::Plain(Box::leak(text.clone().into_boxed_str())),
            _ => Self::Parts(parts),
        }
    }
}

fn here() -> &'static Catalogue {
    &CATALOGUES[language().place()]
}

/// Says a message that has no values. One that is not known is said by its id.
pub fn t(id: &'static str) -> &'static str {
    match here().messages.get(id) {
        Some(Message::Plain(text)) => text,
        _ => id,
    }
}

/// Says a message with values.
pub fn t_with(id: &'static str, values: &[(&'static str, Said<'_>)]) -> String {
    let catalogue = here();
    match catalogue.messages.get(id) {
        Some(Message::Plain(text)) => (*text).to_owned(),
        Some(Message::Parts(parts)) => {
            let mut said = String::with_capacity(64);
            for part in parts {
                match part {
                    Part::Text(text) => said.push_str(text),
                    Part::Value(name) => match values.iter().find(|(given, _)| given == name) {
                        Some((_, Said::Text(text))) => said.push_str(text),
                        Some((_, Said::Number(figure))) => said.push_str(&number(*figure, formats())),
                        None => {
                            let _ = write!(said, "{{${name}}}");
                        }
                    },
                }
            }
            said
        }
        Some(Message::Chosen) => catalogue.chosen(id, values).unwrap_or_else(|| id.to_owned()),
        None => id.to_owned(),
    }
}

/// The pieces of a message, for who puts markup in the places of its values. One that chooses among forms has none.
pub fn parts(id: &'static str) -> Vec<Part> {
    match here().messages.get(id) {
        Some(Message::Parts(parts)) => parts.clone(),
        Some(Message::Plain(text)) => vec![Part::Text((*text).to_owned())],
        _ => vec![Part::Text(id.to_owned())],
    }
}

/// Whether there is such a message.
pub fn is_known(id: &str) -> bool {
    here().messages.contains_key(id)
}
