//! The files that messages stand in.

use fluent_bundle::FluentResource;
use fluent_syntax::ast::Entry;

use crate::Language;

/// Messages of one part of the interface.
#[derive(Debug, Clone, Copy)]
pub struct Area {
    /// Name of its files.
    pub name: &'static str,
    texts: [&'static str; 3],
}

impl Area {
    /// Its file in a language.
    pub fn text(&self, language: Language) -> &'static str {
        self.texts[language.place()]
    }

    /// Ids of its English messages.
    pub fn ids(&self) -> Vec<&'static str> {
        let text: &'static str = self.text(Language::English);
        let Ok(resource) = FluentResource::try_new(text.to_owned()) else { return Vec::new() };
        let ids = resource.entries().filter_map(|entry| match entry {
            // Found again in the text, which lives as long as the process.
            Entry::Message(message) => text
                .find(&format!("{} =", message.id.name))
                .and_then(|start| text.get(start..start + message.id.name.len())),
            _ => None,
        });
        ids.collect()
    }
}

macro_rules! area {
    ($name:literal) => {
        Area {
            name: $name,
            texts: [
                include_str!(concat!("../words/en/", $name, ".ftl")),
                include_str!(concat!("../words/de/", $name, ".ftl")),
                include_str!(concat!("../words/fr/", $name, ".ftl")),
            ],
        }
    };
}

/// What rules say when they refuse; see [`crate::refusal`].
pub(crate) const REFUSALS: Area = area!("refusals");

/// All parts. A new file needs a line here.
pub const AREAS: &[Area] = &[
    area!("common"),
    area!("configuration"),
    area!("designer"),
    area!("files"),
    area!("formats"),
    area!("shell"),
    area!("calibration"),
    area!("time"),
    area!("clocks"),
    area!("list"),
    area!("views"),
    area!("operations"),
    area!("bulk"),
    area!("record"),
    area!("forms"),
    area!("account"),
    area!("access"),
    area!("sign-in"),
    area!("search"),
    area!("inbox"),
    area!("notices"),
    area!("errors"),
    area!("plans"),
    area!("portal"),
    area!("knowledge"),
    area!("working-time"),
    area!("automation"),
    area!("scripts"),
    REFUSALS,
];
