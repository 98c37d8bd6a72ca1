//! What time does to articles: published on their day, out of date after their last, and their owners reminded of
//! reviews. One job for all, which follows itself; what it did it finds done when it runs twice.

use serde_json::Value as Json;
use steward_model::access::Actor;
use steward_model::command::{Command, Input, Transition};
use steward_model::event::{Cause, Door};
use steward_model::id::RecordId;
use steward_model::record::Record;
use steward_practices::knowledge::ARTICLE;

use super::App;
use crate::boxed;
use crate::error::Error;
use crate::jobs::Round;
use crate::list::ListRequest;
use crate::records::{Origin, Request};

/// The job that looks for it.
pub(crate) const ROUND: Round = Round { job: "knowledge.care", kind: ARTICLE, every: 300 };
/// Articles seen to in one run; the rest come with the next.
const AT_ONCE: usize = 500;

impl App {
    /// Does to articles what is due.
    ///
    /// # Errors
    /// When the database is away.
    #[boxed]
    pub async fn care_for_articles(&self) -> Result<(), Error> {
        for article in self.due("state == 'scheduled' && valid_from <= today").await? {
            self.moved_by_time(&article, "publish", "published_on_its_day").await?;
        }
        for article in self.due("state == 'published' && valid_until < today").await? {
            self.moved_by_time(&article, "outdate", "outdated_after_its_last_day").await?;
        }
        for article in self.due("state == 'published' && review_on <= today").await? {
            if article.field("review_on") != article.field("review_reminded_for") {
                let review_on = article.field("review_on").cloned().unwrap_or_default();
                let fields = Input::from_iter([("review_reminded_for".to_owned(), review_on)]);
                let request = Request::Update { fields, organisation: None, base: None };
                self.done_by_time(&article, request, "review_due").await?;
            }
        }
        self.follow_service_customers().await
    }

    /// Keeps with each article that is meant for customers of its service who these are.
    async fn follow_service_customers(&self) -> Result<(), Error> {
        let articles = self.due("only_service_customers == true && has(service)").await?;
        let services: Vec<RecordId> = articles.iter().filter_map(|article| article.reference("service")).collect();
        let services = self.store().get_records(&services).await?;
        for article in articles {
            let service = services.iter().find(|loaded| Some(loaded.record.id) == article.reference("service"));
            let Some(service) = service.map(|loaded| &loaded.record) else { continue };
            let mut customers = service.references("customers");
            customers.push(service.organisation);
            customers.sort_unstable();
            customers.dedup();
            if customers != article.references("service_customers") {
                let names: Vec<String> = customers.iter().map(ToString::to_string).collect();
                let fields = Input::from_iter([("service_customers".to_owned(), Json::from(names))]);
                let request = Request::Update { fields, organisation: None, base: None };
                self.done_by_time(&article, request, "customers_of_the_service").await?;
            }
        }
        Ok(())
    }

    async fn due(&self, filter: &str) -> Result<Vec<Record>, Error> {
        let kind = self.kind(ARTICLE)?.clone();
        let request = ListRequest { filter: Some(filter.to_owned()), ..ListRequest::default() };
        self.all_matching(&Actor::system(), &kind, &request, AT_ONCE).await
    }

    async fn moved_by_time(&self, article: &Record, key: &str, rule: &str) -> Result<(), Error> {
        let step = Transition { key: key.to_owned(), ..Transition::default() };
        self.done_by_time(article, Request::Command(Command::Transition(step)), rule).await
    }

    async fn done_by_time(&self, article: &Record, request: Request, rule: &str) -> Result<(), Error> {
        let kind = self.kind(ARTICLE)?.clone();
        let cause = Some(Cause::Rule(format!("{ARTICLE}.{rule}")));
        let origin = Origin { door: Door::Timer, cause, idempotency_key: None, signed: false };
        match self.execute(&Actor::system(), &kind, &article.id.to_string(), &request, &origin).await {
            Ok(_) => Ok(()),
            // Somebody was faster, or it lacks something that a person must see to; the others must not wait for it.
            Err(error @ (Error::NotFound | Error::Invalid(_) | Error::Illegal { .. } | Error::Conflict { .. })) => {
                tracing::warn!(%error, article = article.number, rule, "an article could not be seen to");
                Ok(())
            }
            Err(error) => Err(error),
        }
    }
}
