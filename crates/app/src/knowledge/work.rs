//! Articles in the work on other records: found from their words, put into the reply, and made from a resolution.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Value as Json, json};
use steward_model::access::{Action, Actor};
use steward_model::command::Input;
use steward_model::id::RecordId;
use steward_model::kind::{Category, Kind};
use steward_model::record::Record;
use steward_practices::knowledge::{ANSWERED_WITH, ARTICLE, is_live};

use super::languages::in_api_form;
use super::{App, Figures};
use crate::boxed;
use crate::error::Error;
use crate::list::ListRequest;
use crate::records::{NewRecord, Origin, Request};
use crate::search::SearchRequest;
use crate::view::{RecordView, label_of};

/// Articles offered at once.
const OFFERED: usize = 6;
/// Candidates looked at, since several may be the same article in several languages.
const CANDIDATES: usize = 18;
/// The link to an article that was made from a record.
const DOCUMENTED_IN: &str = "documented_in";

/// An article on offer.
#[derive(Debug, Clone)]
pub struct Fit {
    /// Its kind.
    pub kind: Arc<Kind>,
    /// The article, without values that the reader may not read.
    pub record: Record,
    /// What is counted of it.
    pub figures: Figures,
    /// Whether the record was answered with it already.
    pub is_used: bool,
    /// Whether the requester may read it, as far as that shows in the article.
    pub is_for_requesters: bool,
}

/// What to do with an article on a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// Note that it helped.
    Link,
    /// That, and its words for the reply.
    Text,
    /// That, and a link to it for the reply.
    Reference,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Words for the reply; empty where it was only linked.
    pub text: String,
    /// The article's number.
    pub number: String,
}

impl App {
    /// Articles for a record: those in which words stand, or without words those that are like it. Of one article in
    /// several languages the requester's is offered.
    ///
    /// # Errors
    /// [`Error::NotFound`] for who may not see the record, [`Error::Denied`] for who is not among its staff.
    #[boxed]
    pub async fn articles_for(
        &self,
        actor: &Actor,
        kind: &Arc<Kind>,
        name: &str,
        words: &str,
    ) -> Result<Vec<Fit>, Error> {
        let view = self.get(actor, kind, name, None).await?;
        if !actor.is_staff() || !view.rights.may_read_internal() {
            return Err(Error::Denied("look for articles here"));
        }
        let articles = self.kind(ARTICLE)?.clone();
        if self.readable_level(actor, &articles).is_none() {
            return Ok(Vec::new());
        }
        let kinds = vec![ARTICLE.to_owned()];
        let found = if words.trim().is_empty() {
            self.similar(actor, kind, name, &kinds, CANDIDATES).await?
        } else {
            let request =
                SearchRequest { text: words.to_owned(), kinds: Some(kinds), open_only: false, limit: CANDIDATES };
            self.search(actor, &request).await?
        };
        let language = match view.record.reference("requester") {
            Some(requester) => self.language_of(requester).await?,
            None => None,
        };
        let found: Vec<Record> =
            found.hits.into_iter().map(|hit| hit.record).filter(|record| is_of_use(&articles, record)).collect();
        let found = self.in_language(actor, &articles, found, language.as_deref()).await?;
        let ids: Vec<RecordId> = found.iter().map(|record| record.id).collect();
        let figures = self.figures_of(&ids).await?;
        let used: BTreeSet<RecordId> = view
            .links
            .iter()
            .filter(|link| link.link == ANSWERED_WITH && !link.inverse)
            .map(|link| link.other)
            .collect();
        Ok(found
            .into_iter()
            .map(|record| Fit {
                kind: articles.clone(),
                figures: figures.get(&record.id).copied().unwrap_or_default(),
                is_used: used.contains(&record.id),
                is_for_requesters: is_live(&record) && matches!(record.text("shown_to"), "requesters" | "everyone"),
                record,
            })
            .collect())
    }

    /// One edition of each article, in this language where there is one, in the order of the first of each.
    async fn in_language(
        &self,
        actor: &Actor,
        kind: &Arc<Kind>,
        found: Vec<Record>,
        language: Option<&str>,
    ) -> Result<Vec<Record>, Error> {
        let source = |record: &Record| record.reference("translation_of").unwrap_or(record.id);
        let mut order: Vec<RecordId> = Vec::new();
        for record in &found {
            if !order.contains(&source(record)) {
                order.push(source(record));
            }
        }
        order.truncate(OFFERED);
        let mut best: BTreeMap<RecordId, Record> = BTreeMap::new();
        let missing: Vec<RecordId> = order
            .iter()
            .copied()
            .filter(|id| !found.iter().any(|one| source(one) == *id && Some(one.text("language")) == language))
            .collect();
        let mut others = Vec::new();
        if let (Some(language), false) = (language, missing.is_empty()) {
            let ids: Vec<String> = missing.iter().map(|id| format!("\"{id}\"")).collect();
            let ids = ids.join(", ");
            let filter = format!("language == {} && (translation_of in [{ids}] || id in [{ids}])", json!(language));
            let request = ListRequest { filter: Some(filter), limit: CANDIDATES * 2, ..ListRequest::default() };
            match self.list(actor, kind, &request).await {
                Ok(page) => others = page.records.into_iter().map(|view| view.record).collect(),
                // A language that no article can have.
                Err(Error::Filter(_)) => {}
                Err(error) => return Err(error),
            }
        }
        let wanted = |record: &Record| Some(record.text("language")) == language && is_live(record);
        for record in found.into_iter().chain(others) {
            let id = source(&record);
            match best.get(&id) {
                Some(there) if wanted(there) || !wanted(&record) => {}
                _ => drop(best.insert(id, record)),
            }
        }
        Ok(order.into_iter().filter_map(|id| best.remove(&id)).collect())
    }

    /// Notes that an article helped with a record, once, and gives its words or a link for the reply.
    ///
    /// # Errors
    /// [`Error::NotFound`] for who may not see the record or the article, [`Error::Forbidden`] for who may neither link
    /// the record nor write on it.
    #[boxed]
    pub async fn use_article(
        &self,
        actor: &Actor,
        kind: &Arc<Kind>,
        name: &str,
        article: &str,
        how: Use,
        origin: &Origin,
    ) -> Result<Written, Error> {
        let view = self.get(actor, kind, name, None).await?;
        let may_write = view.rights.may(Action::Comment) || view.rights.may(Action::Note);
        if !actor.is_staff() || !(view.rights.may(Action::Link) || may_write && how != Use::Link) {
            return self.noted(actor, kind, name, Err(Error::Forbidden { action: Action::Link })).await;
        }
        let (articles, _) = self.article(actor, article).await?;
        let article = self.get(actor, &articles, article, None).await?.record;
        let is_linked = |link: &crate::view::LinkView| link.link == ANSWERED_WITH && link.other == article.id;
        if view.rights.may(Action::Link) && !view.links.iter().any(is_linked) {
            let request = Request::Link { link: ANSWERED_WITH.to_owned(), target: article.id.to_string(), end: false };
            match self.execute(actor, kind, name, &request, origin).await {
                // Linked meanwhile is as good.
                Ok(_) | Err(Error::Invalid(_)) => {}
                Err(error) => return Err(error),
            }
        }
        let title = label_of(&articles, &article).label;
        let text = match how {
            Use::Link => String::new(),
            Use::Text => words_of(&article),
            Use::Reference => format!("[{}](/{}/{})", title.replace(['[', ']'], ""), articles.plural, article.number),
        };
        Ok(Written { text, number: article.number })
    }

    /// Whether an article could be made from a record: it says how something was solved.
    pub fn may_make_article(&self, actor: &Actor, view: &RecordView) -> bool {
        let Some(articles) = self.registry().kind(ARTICLE) else { return false };
        view.kind.key != ARTICLE
            && actor.is_staff()
            && view.rights.may_read_internal()
            && view.rights.may(Action::Link)
            && view.kind.lifecycle.category(&view.record.state) == Category::Done
            && resolution(&view.record).is_some()
            && self.creatable_level(actor, articles).is_some()
    }

    /// Makes a draft of an article from how a record was solved, linked to it; the one that this person made before
    /// where there is one.
    ///
    /// # Errors
    /// As [`App::create`].
    #[boxed]
    pub async fn article_from(
        &self,
        actor: &Actor,
        kind: &Arc<Kind>,
        name: &str,
        origin: &Origin,
    ) -> Result<RecordView, Error> {
        let view = self.get(actor, kind, name, None).await?;
        if !actor.is_staff() || !view.rights.may(Action::Link) {
            return self.noted(actor, kind, name, Err(Error::Forbidden { action: Action::Link })).await;
        }
        let articles = self.kind(ARTICLE)?.clone();
        if !self.may_make_article(actor, &view) {
            let message = "an article is made from something that was solved, by somebody who may write articles";
            return Err(Error::Illegal { message: message.to_owned(), allowed: Vec::new() });
        }
        let record = &view.record;
        let mut fields = Input::new();
        let title: String = record.text(&kind.label_field).chars().take(200).collect();
        fields.insert("title".to_owned(), json!(title));
        let mut put = |key: &str, value: Option<&Json>| {
            if let Some(value) = value.filter(|_| articles.field(key).is_some()) {
                fields.insert(key.to_owned(), in_api_form(&articles, key, value));
            }
        };
        put("issue", record.field("description").or_else(|| record.field("symptom")));
        put("resolution", resolution(record).as_ref());
        put("cause", record.field("root_cause"));
        put("service", record.field("service"));
        put("configuration_items", record.field("configuration_items"));
        // Choices of one kind are not those of another: of a finer one the article has the coarser.
        let category = record.text("category");
        let choices = articles.field("category").and_then(|field| field.field_type.choices());
        let of_record = kind.field("category").and_then(|field| field.field_type.choices());
        let coarse = choices.into_iter().flat_map(|choices| &choices.0).find(|choice| {
            choice.key == category
                || of_record.is_some_and(|tree| tree.find(category).is_some() && tree.is_under(category, &choice.key))
        });
        put("category", coarse.map(|choice| json!(choice.key)).as_ref());
        put("type", Some(&json!(if kind.key == "problem" { "known_error" } else { "how_to" })));
        put("team", actor.teams.first().map(|team| json!(team.0)).as_ref());
        fields.insert("change_note".to_owned(), json!(format!("From {}", record.number)));
        let new = NewRecord { organisation: None, fields, links: Vec::new() };
        let key = Some(format!("article-from-{}", record.id));
        let made = self.create(actor, &articles, &new, &Origin { idempotency_key: key, ..origin.clone() }).await;
        let made = match made {
            // Made before, from what it said then.
            Err(Error::KeyReused) => self.create(actor, &articles, &new, origin).await?,
            other => other?,
        };
        if !view.links.iter().any(|link| link.link == DOCUMENTED_IN && link.other == made.record.id) {
            let request =
                Request::Link { link: DOCUMENTED_IN.to_owned(), target: made.record.id.to_string(), end: false };
            match self.execute(actor, kind, name, &request, origin).await {
                Ok(_) | Err(Error::Invalid(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(made)
    }
}

/// How a record was solved, in words.
fn resolution(record: &Record) -> Option<Json> {
    let fields = ["resolution_notes", "fix_notes", "fulfilment_notes", "workaround", "close_notes"];
    fields
        .iter()
        .find_map(|key| record.field(key).filter(|text| text.as_str().is_some_and(|text| !text.trim().is_empty())))
        .cloned()
}

/// The words of an article for a reply: what to do, under what it is about.
fn words_of(article: &Record) -> String {
    let parts = ["summary", "resolution"].map(|key| article.text(key).trim());
    let parts: Vec<&str> = parts.into_iter().filter(|text| !text.is_empty()).collect();
    parts.join("\n\n")
}

/// Whether an article still helps: not given up, or never finished but there.
fn is_of_use(kind: &Kind, record: &Record) -> bool {
    kind.lifecycle.category(&record.state).is_open() || is_live(record)
}
