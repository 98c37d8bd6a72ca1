//! Articles in several languages: which there are, which fell behind, and which one a reader gets.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Value as Json, json};
use steward_model::access::{Action, Actor, may, rights};
use steward_model::command::Input;
use steward_model::id::RecordId;
use steward_model::kind::Kind;
use steward_model::record::Record;
use steward_practices::knowledge::{ARTICLE, TEXTS, is_live, version};

use super::App;
use crate::boxed;
use crate::error::Error;
use crate::list::ListRequest;
use crate::records::{NewRecord, Origin};
use crate::view::{Label, RecordView, label_of, visible};

/// Translations of one article.
const TRANSLATIONS_MAX: usize = 50;

/// An article in one language.
#[derive(Debug, Clone)]
pub struct Edition {
    /// The article.
    pub label: Label,
    /// Its id.
    pub id: RecordId,
    /// Key of the language, such as `de`.
    pub language: String,
    /// Its state.
    pub state: String,
    /// Whether it is what the others were translated from.
    pub is_source: bool,
    /// Whether readers see it.
    pub is_live: bool,
    /// The version of the source that it says the same as; `None` for the source and where nobody knows.
    pub translated_version: Option<i64>,
    /// Whether the source has a newer version than the one that it says the same as.
    pub is_stale: bool,
}

/// An article with its translations, as far as somebody may read them.
#[derive(Debug, Clone, Default)]
pub struct Family {
    /// The source first, then by language.
    pub editions: Vec<Edition>,
    /// The source, without values that the reader may not read; `None` where they may not see it.
    pub source: Option<Record>,
}

impl Family {
    /// The edition of this article.
    pub fn edition(&self, id: RecordId) -> Option<&Edition> {
        self.editions.iter().find(|edition| edition.id == id)
    }

    /// What a reader of these languages, best first, gets: the first language that is there, else the source, else
    /// anything.
    pub fn best<'f>(&'f self, languages: &[String]) -> Option<&'f Edition> {
        let live = || self.editions.iter().filter(|edition| edition.is_live);
        let wanted = languages.iter().find_map(|language| live().find(|edition| edition.language == *language));
        wanted.or_else(|| live().find(|edition| edition.is_source)).or_else(|| live().next())
    }
}

impl App {
    /// An article with its translations.
    ///
    /// # Errors
    /// When the database is away.
    #[boxed]
    pub async fn article_family(&self, actor: &Actor, article: &Record) -> Result<Family, Error> {
        let kind = self.kind(ARTICLE)?.clone();
        let source_id = article.reference("translation_of").unwrap_or(article.id);
        let request =
            ListRequest { filter: Some(format!("translation_of == \"{source_id}\"")), ..ListRequest::default() };
        let translations = async { self.all_matching(actor, &kind, &request, TRANSLATIONS_MAX).await };
        let source = async { Ok(self.store().get_record(source_id).await?) };
        let (translations, source): (Vec<Record>, _) = tokio::try_join!(translations, source)?;
        let now = self.now();
        let readable = |record: &Record| may(actor, Action::Read, &kind, record, now);
        let source = source.map(|loaded| loaded.record).filter(|record| record.kind == ARTICLE && readable(record));
        let newest = source.as_ref().map(version);
        let mut editions: Vec<Edition> =
            translations.iter().map(|translation| edition(&kind, translation, newest)).collect();
        editions.sort_by(|a, b| (&a.language, a.id).cmp(&(&b.language, b.id)));
        if let Some(source) = &source {
            editions.insert(0, edition(&kind, source, None));
        }
        let source = source.map(|source| {
            let rights = rights(actor, &kind, &source, now);
            visible(&kind, source, &rights)
        });
        Ok(Family { editions, source })
    }

    /// The language that a person wants to read; `None` when they never said.
    ///
    /// # Errors
    /// When the database is away.
    #[boxed]
    pub async fn language_of(&self, person: RecordId) -> Result<Option<String>, Error> {
        let record = self.store().get_record(person).await?.map(|loaded| loaded.record);
        Ok(record.map(|person| person.text("language").to_owned()).filter(|language| !language.is_empty()))
    }

    /// Makes a draft of a translation, beside which its source is shown, or gives the one that is there.
    ///
    /// # Errors
    /// What is wrong with the language, or that the actor may make no articles.
    #[boxed]
    pub async fn translate_article(
        &self,
        actor: &Actor,
        name: &str,
        language: &str,
        origin: &Origin,
    ) -> Result<RecordView, Error> {
        let (kind, article) = self.article(actor, name).await?;
        if !actor.is_staff() || !rights(actor, &kind, &article, self.now()).may_read_internal() {
            return Err(Error::Denied("translate this article"));
        }
        let family = self.article_family(actor, &article).await?;
        let source = family.source.as_ref().unwrap_or(&article);
        if let Some(there) = family.editions.iter().find(|edition| edition.language == language) {
            return self.get(actor, &kind, &there.id.to_string(), None).await;
        }
        let mut fields = Input::new();
        let carried = [
            "type",
            "category",
            "service",
            "configuration_items",
            "team",
            "shown_to",
            "shown_to_organisations",
            "only_service_customers",
            "review_on",
            "valid_until",
        ];
        for key in carried {
            if let Some(value) = source.field(key) {
                fields.insert(key.to_owned(), in_api_form(&kind, key, value));
            }
        }
        fields.insert("title".to_owned(), json!(source.text("title")));
        fields.insert("language".to_owned(), json!(language));
        fields.insert("translation_of".to_owned(), json!(source.id.to_string()));
        fields.insert("translated_version".to_owned(), json!(version(source)));
        // The words of the source are what a translator writes over, part by part.
        for (published, _) in TEXTS.iter().skip(1) {
            if let Some(text) = source.field(published) {
                fields.insert((*published).to_owned(), text.clone());
            }
        }
        let new = NewRecord { organisation: Some(source.organisation.to_string()), fields, links: Vec::new() };
        match self.create(actor, &kind, &new, origin).await {
            Err(Error::Invalid(faults)) if faults.iter().any(|fault| fault.field == "organisation") => {
                self.create(actor, &kind, &NewRecord { organisation: None, ..new }, origin).await
            }
            other => other,
        }
    }
}

/// A stored value as the interface takes it: references as names, which ids are.
pub(crate) fn in_api_form(kind: &Kind, key: &str, value: &Json) -> Json {
    let Some(field) = kind.field(key).filter(|field| field.field_type.target_kinds().is_some()) else {
        return value.clone();
    };
    let _ = field;
    match value {
        Json::Number(id) => Json::from(id.to_string()),
        Json::Array(ids) => ids.iter().map(|id| Json::from(id.to_string())).collect::<Vec<_>>().into(),
        other => other.clone(),
    }
}

fn edition(kind: &Arc<Kind>, record: &Record, newest: Option<i64>) -> Edition {
    let translated_version = record.field("translated_version").and_then(Json::as_i64);
    let is_source = record.reference("translation_of").is_none();
    Edition {
        label: label_of(kind, record),
        id: record.id,
        language: record.text("language").to_owned(),
        state: record.state.clone(),
        is_source,
        is_live: is_live(record),
        translated_version: translated_version.filter(|_| !is_source),
        is_stale: !is_source && newest.is_some_and(|newest| newest > translated_version.unwrap_or(0)),
    }
}

/// The languages of an `Accept-Language` header, best first, without their regions.
pub fn accepted(header: &str) -> Vec<String> {
    let mut wanted: Vec<(i32, String)> = Vec::new();
    for part in header.split(',').take(20) {
        let mut words = part.split(';');
        let language = words.next().unwrap_or_default().trim().split('-').next().unwrap_or_default().to_lowercase();
        let quality = words.find_map(|word| word.trim().strip_prefix("q=")?.parse::<f32>().ok()).unwrap_or(1.0);
        if !language.is_empty() && language != "*" && quality > 0.0 {
            wanted.push(((quality.min(1.0) * 1000.0) as i32, language));
        }
    }
    wanted.sort_by_key(|(quality, _)| std::cmp::Reverse(*quality));
    let mut seen = BTreeSet::new();
    wanted.into_iter().map(|(_, language)| language).filter(|language| seen.insert(language.clone())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_come_best_first_and_once() {
        assert_eq!(accepted("fr-CH, fr;q=0.9, en;q=0.8, de;q=0.95, *;q=0.5"), ["fr", "de", "en"]);
        assert!(accepted("").is_empty());
        assert_eq!(accepted(";;q=x,de;q=nonsense,en;q=0"), ["de"]);
    }

    #[test]
    fn a_reader_gets_their_language_then_the_source() {
        let edition = |id, language: &str, is_source, is_live| Edition {
            label: Label { kind: String::new(), number: String::new(), label: String::new() },
            id: RecordId(id),
            language: language.to_owned(),
            state: String::new(),
            is_source,
            is_live,
            translated_version: None,
            is_stale: false,
        };
        let family = Family {
            editions: vec![edition(1, "en", true, true), edition(2, "de", false, true), edition(3, "fr", false, false)],
            source: None,
        };
        let best = |languages: &[&str]| {
            let languages: Vec<String> = languages.iter().map(|&one| one.to_owned()).collect();
            family.best(&languages).map(|edition| edition.id.0)
        };
        assert_eq!(best(&["de", "en"]), Some(2));
        assert_eq!(best(&["fr", "de"]), Some(2), "a draft is nothing to read");
        assert_eq!(best(&["it"]), Some(1));
        assert_eq!(best(&[]), Some(1));
    }
}
