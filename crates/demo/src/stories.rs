//! Stories of incidents and what people say around them.

use std::collections::BTreeMap;

use anyhow::Context;
use serde::Deserialize;

use crate::chance::Chance;

/// One sort of incident: how it is told, asked about and solved.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Story {
    pub(crate) key: String,
    #[serde(default = "english")]
    pub(crate) lang: String,
    pub(crate) service: String,
    pub(crate) category: String,
    pub(crate) team: String,
    pub(crate) symptom: String,
    /// Class of the requester's device that it is about.
    pub(crate) device: Option<String>,
    /// Name of the item that it is about.
    pub(crate) item: Option<String>,
    pub(crate) impact: Option<String>,
    pub(crate) urgency: Option<String>,
    /// Companies whose people tell it; all when empty.
    #[serde(default)]
    pub(crate) companies: Vec<String>,
    /// Told by monitoring, not by people.
    #[serde(default)]
    pub(crate) alert: bool,
    /// Mostly told by telephone.
    #[serde(default)]
    pub(crate) phone: bool,
    pub(crate) titles: Vec<String>,
    pub(crate) texts: Vec<String>,
    pub(crate) notes: Vec<String>,
    pub(crate) ask: Vec<String>,
    pub(crate) answer: Vec<String>,
    pub(crate) solve: Vec<String>,
    pub(crate) code: String,
    pub(crate) cause: String,
    /// Key of the problem behind it.
    pub(crate) known_error: Option<String>,
    /// Sort of file that comes with it.
    pub(crate) file: Option<String>,
    /// Key of the article that helps.
    pub(crate) article: Option<String>,
}

fn english() -> String {
    "en".to_owned()
}

#[derive(Deserialize)]
struct Stories {
    story: Vec<Story>,
}

/// All stories.
pub(crate) fn read() -> anyhow::Result<Vec<Story>> {
    let files = [
        ("workplace", include_str!("../data/stories/workplace.toml")),
        ("network", include_str!("../data/stories/network.toml")),
        ("mail_and_files", include_str!("../data/stories/mail_and_files.toml")),
        ("access", include_str!("../data/stories/access.toml")),
        ("applications", include_str!("../data/stories/applications.toml")),
    ];
    let mut all = Vec::new();
    for (name, text) in files {
        let read: Stories = toml::from_str(text).with_context(|| format!("stories/{name}.toml"))?;
        all.extend(read.story);
    }
    Ok(all)
}

/// What people say, by language and occasion.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub(crate) struct Phrases(BTreeMap<String, BTreeMap<String, Vec<String>>>);

impl Phrases {
    /// Reads them.
    pub(crate) fn read() -> anyhow::Result<Self> {
        toml::from_str(include_str!("../data/phrases.toml")).context("phrases.toml")
    }

    /// Words for an occasion, in a language or in English where that has none.
    pub(crate) fn say<'p>(&'p self, language: &str, occasion: &str, chance: &mut Chance) -> &'p str {
        let of = |language: &str| self.0.get(language).and_then(|phrases| phrases.get(occasion));
        of(language).or_else(|| of("en")).map_or("", |phrases| chance.text(phrases))
    }

    /// A greeting and words for an occasion.
    pub(crate) fn letter(&self, language: &str, occasion: &str, given: &str, chance: &mut Chance) -> String {
        let greeting = self.say(language, "greeting", chance).replace("{given}", given);
        format!("{greeting}\n\n{}", self.say(language, occasion, chance))
    }
}
