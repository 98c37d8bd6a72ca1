//! Articles: who wrote the words of a version, and what a translation must say.

use serde_json::Value as Json;
use steward_model::decide::{Context, FieldError};
use steward_model::event::Why;
use steward_model::id::RecordId;
use steward_model::record::Record;

/// The kind of articles.
pub const ARTICLE: &str = "knowledge_article";
/// The kind of what readers said of articles.
pub const FEEDBACK: &str = "article_feedback";
/// The link from a record to an article that helped with it.
pub const ANSWERED_WITH: &str = "answered_with";

/// The fields that readers see as the text of an article, each with the one that the next version is written in.
pub const TEXTS: [(&str, &str); 6] = [
    ("title", "draft_title"),
    ("summary", "draft_summary"),
    ("issue", "draft_issue"),
    ("environment", "draft_environment"),
    ("cause", "draft_cause"),
    ("resolution", "draft_resolution"),
];

/// Whether a next version is being written beside the published one.
pub fn has_draft(article: &Record) -> bool {
    article.field("draft_title").is_some()
}

/// The version that readers see or saw last; 0 before the first publication.
pub fn version(article: &Record) -> i64 {
    article.field("version").and_then(Json::as_i64).unwrap_or(0)
}

/// Whether readers see the article, as far as it is meant for them.
pub fn is_live(article: &Record) -> bool {
    article.field("live") == Some(&Json::Bool(true)) || article.state == "published"
}

/// The value that is being worked on: of the next version where there is one, else of the only one.
pub fn working<'r>(article: &'r Record, published: &str, draft: &str) -> Option<&'r Json> {
    if has_draft(article) { article.field(draft) } else { article.field(published) }
}

/// Adds whoever changes the text that is being worked on to those who wrote it. A publication changes it for nobody: it
/// moves the same words.
pub(crate) fn writers(
    before: Option<&Record>,
    after: &Record,
    ctx: &Context<'_>,
) -> Vec<(&'static str, Option<Json>, Why)> {
    let is_changed = TEXTS.iter().any(|(published, draft)| {
        before.and_then(|before| working(before, published, draft)) != working(after, published, draft)
    });
    let is_discarded =
        before.is_some_and(|before| has_draft(before) && version(before) == version(after)) && !has_draft(after);
    if !is_changed || is_discarded || ctx.actor.is_system() {
        return Vec::new();
    }
    let mut writers = after.references("writers");
    if writers.contains(&ctx.actor.person) {
        return Vec::new();
    }
    writers.push(ctx.actor.person);
    writers.sort_unstable();
    let ids: Vec<i64> = writers.iter().map(|RecordId(id)| *id).collect();
    let why = Why {
        rule: "knowledge.writers".to_owned(),
        detail: "whoever changes the text is among its writers".to_owned(),
    };
    vec![("writers", Some(Json::from(ids)), why)]
}

/// A translation is of another article; one that was translated from a translation would be stale twice.
pub(crate) fn check_translation(before: Option<&Record>, after: &Record) -> Vec<FieldError> {
    let source = after.reference("translation_of");
    if source.is_some()
        && source == Some(after.id)
        && before.and_then(|before| before.reference("translation_of")) != source
    {
        return vec![FieldError::new("translation_of", "an article cannot translate itself".to_owned())];
    }
    Vec::new()
}
