//! Answers before questions: articles offered while somebody writes a report, which of them were read, and which spared
//! the report.

use std::collections::BTreeSet;
use std::sync::Arc;

use steward_model::access::{Action, Actor, may};
use steward_model::id::RecordId;
use steward_model::moment::Moment;
use steward_model::record::Record;
use steward_store::article_reads::ArticleFigures;

use crate::App;
use crate::boxed;
use crate::error::Error;
use crate::search::{Hit, SearchRequest};
use crate::view::{Label, RecordView, label_of};

/// The kind of articles.
pub const ARTICLE: &str = "knowledge_article";
/// Shorter texts say too little to look for.
const LEAST: usize = 4;
/// Articles told of one report.
const TOLD: i64 = 20;
/// Longest mark of a form.
const MARK_MAX: usize = 64;
const DAY: i64 = 86_400_000_000;

/// An article that the requester of a record had read before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadBefore {
    /// Which.
    pub article: Label,
    /// When.
    pub at: Moment,
}

impl App {
    /// Published articles that could answer what somebody writes: those with all words first, then those that share
    /// telling ones.
    ///
    /// # Errors
    /// As [`App::search`].
    #[boxed]
    pub async fn answers_for(&self, actor: &Actor, text: &str, limit: usize) -> Result<Vec<Hit>, Error> {
        let text = text.trim();
        if text.chars().count() < LEAST {
            return Ok(Vec::new());
        }
        let kinds = vec![ARTICLE.to_owned()];
        let request = SearchRequest { text: text.to_owned(), kinds: Some(kinds.clone()), open_only: false, limit };
        let mut hits = self.search(actor, &request).await?.hits;
        let mut seen: BTreeSet<RecordId> = hits.iter().map(|hit| hit.record.id).collect();
        for hit in self.similar_to_text(actor, &kinds, text, limit).await?.hits {
            if seen.insert(hit.record.id) {
                hits.push(hit);
            }
        }
        // Staff read drafts too; what is offered as an answer is published.
        hits.retain(|hit| hit.record.state == "published");
        hits.truncate(limit);
        Ok(hits)
    }

    /// A published article, and the note that it was read from a form with this mark.
    ///
    /// # Errors
    /// [`Error::NotFound`] also for one that is not published.
    #[boxed]
    pub async fn read_article(&self, actor: &Actor, name: &str, mark: Option<&str>) -> Result<RecordView, Error> {
        let kind = self.kind(ARTICLE)?.clone();
        let view = self.get(actor, &kind, name, None).await?;
        if view.record.state != "published" {
            return Err(Error::NotFound);
        }
        if let Some(mark) = mark.filter(|mark| is_mark(mark) && !actor.is_viewed()) {
            self.store().note_article_read(actor.person, mark, view.record.id, false, self.now()).await?;
        }
        Ok(view)
    }

    /// Notes that an article answered what somebody was about to report.
    ///
    /// # Errors
    /// As [`Self::read_article`]; [`Error::BadRequest`] for a mark that no form has.
    #[boxed]
    pub async fn solved_by_article(&self, actor: &Actor, name: &str, mark: &str) -> Result<RecordView, Error> {
        if !is_mark(mark) {
            return Err(Error::BadRequest("the mark of the form is missing".to_owned()));
        }
        let view = self.read_article(actor, name, None).await?;
        self.store().note_article_read(actor.person, mark, view.record.id, true, self.now()).await?;
        Ok(view)
    }

    /// Says which record came of a form on which somebody had read articles.
    ///
    /// # Errors
    /// When the database is away.
    #[boxed]
    pub async fn reported_after_reading(&self, actor: &Actor, mark: &str, record: RecordId) -> Result<(), Error> {
        if !is_mark(mark) {
            return Ok(());
        }
        Ok(self.store().article_reads_led_to(actor.person, mark, record).await?)
    }

    /// The articles that a record's requester had read before reporting it, for those who work on the record and as far
    /// as they may read them.
    ///
    /// # Errors
    /// When the database is away.
    #[boxed]
    pub async fn read_before(&self, actor: &Actor, view: &RecordView) -> Result<Vec<ReadBefore>, Error> {
        if !view.rights.may_read_internal() {
            return Ok(Vec::new());
        }
        let reads = self.store().articles_read_before(view.record.id, TOLD).await?;
        if reads.is_empty() {
            return Ok(Vec::new());
        }
        let seen = self.articles(actor, reads.iter().map(|(article, _)| *article).collect()).await?;
        let told = reads.into_iter().filter_map(|(id, at)| {
            let (label, _) = seen.iter().find(|(_, record)| record.id == id)?;
            Some(ReadBefore { article: label.clone(), at })
        });
        Ok(told.collect())
    }

    /// How often an article was read from forms of reports in the last days, and how often it spared one; for staff.
    ///
    /// # Errors
    /// When the database is away.
    #[boxed]
    pub async fn article_figures(&self, view: &RecordView, days: i64) -> Result<Option<ArticleFigures>, Error> {
        if view.kind.key != ARTICLE || !view.rights.may_read_internal() {
            return Ok(None);
        }
        let since = Moment(self.now().0.saturating_sub(days.saturating_mul(DAY)));
        let found = self.store().article_figures(&[view.record.id], since).await?;
        Ok(Some(found.first().map(|(_, figures)| *figures).unwrap_or_default()))
    }

    /// The articles that spared most reports in the last days, as far as somebody on the staff may read them.
    ///
    /// # Errors
    /// [`Error::Denied`] for who is not.
    #[boxed]
    pub async fn most_solving_articles(
        &self,
        actor: &Actor,
        days: i64,
        limit: i64,
    ) -> Result<Vec<(Label, ArticleFigures)>, Error> {
        if !actor.is_staff() {
            return Err(Error::Denied("see how often articles helped"));
        }
        let since = Moment(self.now().0.saturating_sub(days.saturating_mul(DAY)));
        let most = self.store().most_solving_articles(since, limit).await?;
        let seen = self.articles(actor, most.iter().map(|(article, _)| *article).collect()).await?;
        let named = most.into_iter().filter_map(|(id, figures)| {
            let (label, _) = seen.iter().find(|(_, record)| record.id == id)?;
            Some((label.clone(), figures))
        });
        Ok(named.collect())
    }

    /// Articles that somebody may read, by name.
    async fn articles(&self, actor: &Actor, ids: Vec<RecordId>) -> Result<Vec<(Label, Record)>, Error> {
        let kind: Arc<_> = self.kind(ARTICLE)?.clone();
        let now = self.now();
        let loaded = self.store().get_records(&ids).await?.into_iter().map(|loaded| loaded.record);
        let seen = loaded.filter(|record| may(actor, Action::Read, &kind, record, now));
        Ok(seen.map(|record| (label_of(&kind, &record), record)).collect())
    }
}

/// Whether a text can be the mark of a form.
fn is_mark(text: &str) -> bool {
    !text.is_empty() && text.len() <= MARK_MAX && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}
