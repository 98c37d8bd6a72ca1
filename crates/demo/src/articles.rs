//! Knowledge articles: Markdown files with a head between `+++` lines, parts under first-level headings.

use anyhow::Context;
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};

use crate::calendar::{Calendar, moved};
use crate::chance::Chance;
use crate::knowledge;
use crate::script::{Deed, Script, go, page, say};

use crate::article_files::ARTICLES;

/// The head of an article.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Head {
    title: String,
    summary: String,
    #[serde(rename = "type")]
    sort: String,
    shown_to: String,
    category: String,
    service: Option<String>,
    keywords: String,
    language: String,
    team: String,
    author: String,
    /// Key of the article that it translates.
    translation_of: Option<String>,
    /// How far it has come, when it is not published: draft, review, scheduled, outdated, retired.
    state: Option<String>,
    /// The only companies that see it.
    companies: Option<Vec<String>>,
}

/// Writes the steps: authors write, the knowledge manager publishes.
pub(crate) fn write(script: &mut Script, calendar: &Calendar, seed: u64) -> anyhow::Result<()> {
    let mut chance = Chance::new(seed, "articles");
    for (place, (key, text)) in ARTICLES.iter().enumerate() {
        let (head, parts) = parse(text).with_context(|| format!("article {key}"))?;
        let handle = format!("article:{key}");
        let resolution = parts.iter().find(|(part, _)| part == "resolution").map_or("", |(_, text)| text).to_owned();
        let is_new = matches!(head.state.as_deref(), Some("draft" | "review" | "scheduled"));
        let days = if is_new { -chance.between(4, 9) } else { -150 + i64::try_from(place).unwrap_or(0) };
        // Later in the day too, since two days may be the same working day: a translation follows what it translates.
        let minute = 540 + i64::try_from(place).unwrap_or(0) * 6 + chance.between(0, 5);
        let begun = calendar.at(calendar.working_day(days), minute);
        let mut fields: Map<String, Json> = parts.into_iter().map(|(key, text)| (key, json!(text))).collect();
        let more = json!({
            "title": head.title,
            "summary": head.summary,
            "type": head.sort,
            "shown_to": head.shown_to,
            "shown_to_organisations":
                head.companies.unwrap_or_default().iter().map(|key| format!("@org:{key}")).collect::<Vec<_>>(),
            "category": head.category,
            "service": head.service.map(|key| format!("@service:{key}")),
            "keywords": head.keywords,
            "language": head.language,
            "team": format!("@team:{}", head.team),
            "owner": "@person:jonas",
            "translated_version": head.translation_of.is_some().then_some(1),
            "translation_of": head.translation_of.map(|key| format!("@article:{key}")),
            "review_on": moved(calendar.day(0), chance.between(-12, 300)).to_string(),
            "confidence": if is_new { "not_validated" } else { "validated" },
        });
        fields.extend(more.as_object().cloned().unwrap_or_default());
        let create = Deed::Create {
            kind: "knowledge_article",
            company: "nwe".to_owned(),
            fields: fields.into(),
            links: Vec::new(),
        };
        script.add(begun, page(&head.author), &handle, create);
        let mut at = begun;
        let mut next = |minutes: i64| {
            at = calendar.after(at, minutes);
            at
        };
        let state = head.state.as_deref().unwrap_or("published");
        if state == "draft" {
            continue;
        }
        script.add(next(40), page("jonas"), &handle, go("submit", json!({ "reviewers": ["@person:jonas"] })));
        match state {
            "review" => {
                script.add(
                    next(30),
                    page("jonas"),
                    &handle,
                    say("Reads well. Please add a picture of the second step."),
                );
                continue;
            }
            "scheduled" => {
                let from = moved(calendar.day(0), 7).to_string();
                script.add(next(60), page("jonas"), &handle, go("schedule", json!({ "valid_from": from })));
                continue;
            }
            _ => script.add(next(400), page("jonas"), &handle, go("publish", json!({}))),
        }
        match state {
            "outdated" => script.add(next(20_000), page("jonas"), &handle, go("outdate", json!({}))),
            "retired" => {
                let reason =
                    json!({ "retire_reason": "The system is gone; the newer article tells of its successor." });
                script.add(next(15_000), page("jonas"), &handle, go("propose_retirement", reason));
                script.add(next(2_000), page("jonas"), &handle, go("retire", json!({})));
            }
            _ => knowledge::versions(script, calendar, key, &resolution),
        }
    }
    Ok(())
}

/// How many there are.
#[cfg(test)]
pub(crate) fn count() -> usize {
    ARTICLES.len()
}

/// Head and parts of an article. Text before the first first-level heading is the resolution.
fn parse(text: &str) -> anyhow::Result<(Head, Vec<(String, String)>)> {
    let rest = text.strip_prefix("+++\n").context("begins with +++")?;
    let (head, body) = rest.split_once("\n+++\n").context("the head ends with +++")?;
    let head: Head = toml::from_str(head)?;
    let mut parts: Vec<(String, String)> = vec![("resolution".to_owned(), String::new())];
    for line in body.lines() {
        let part = match line {
            "# Issue" => "issue",
            "# Environment" => "environment",
            "# Cause" => "cause",
            "# Resolution" => "resolution",
            "# Internal notes" => "internal_notes",
            line => {
                if let Some((_, text)) = parts.last_mut() {
                    text.push_str(line);
                    text.push('\n');
                }
                continue;
            }
        };
        parts.push((part.to_owned(), String::new()));
    }
    for (_, text) in &mut parts {
        *text = text.trim().to_owned();
    }
    parts.retain(|(_, text)| !text.is_empty());
    Ok((head, parts))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_article_is_worth_reading() {
        let mut titles = std::collections::BTreeSet::new();
        for (key, text) in ARTICLES {
            let (head, parts) = parse(text).unwrap_or_else(|error| panic!("{key}: {error:#}"));
            assert!(titles.insert(head.title.clone()), "{key}: two articles are called {}", head.title);
            let resolution = parts.iter().find(|(part, _)| part == "resolution").map(|(_, text)| text.len());
            assert!(resolution.unwrap_or(0) > 250, "{key} is too short");
            assert!(head.summary.len() > 20, "{key} needs a summary");
        }
        assert!(count() >= 38, "there are {}", count());
    }
}
