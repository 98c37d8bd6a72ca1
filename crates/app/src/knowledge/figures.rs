//! What is counted of articles: how often they helped with records, what readers think, what is still to be seen to.

use std::collections::HashMap;

use steward_model::access::Actor;
use steward_model::id::RecordId;
use steward_practices::knowledge::{ANSWERED_WITH, FEEDBACK};

use crate::App;
use crate::boxed;
use crate::error::Error;
use crate::list::ListRequest;

/// Articles asked for at once in one condition.
const AT_ONCE: usize = 90;
/// Open feedback looked at for one set of articles.
const FEEDBACK_MAX: usize = 5_000;

/// What is counted of an article.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Figures {
    /// Records that were answered with it, each once.
    pub uses: i64,
    /// People whom it helped.
    pub helpful: i64,
    /// People whom it did not help.
    pub unhelpful: i64,
    /// Feedback that nobody has seen to yet.
    pub open: i64,
}

impl Figures {
    /// How many in a hundred found it helpful; `None` while nobody said anything.
    pub fn helpful_percent(&self) -> Option<i64> {
        let all = self.helpful + self.unhelpful;
        (all > 0).then(|| (self.helpful * 100 + all / 2) / all)
    }
}

impl App {
    /// What is counted of articles. Figures are sums over all records, also those that whoever asks may not read: they
    /// name none of them.
    ///
    /// # Errors
    /// When the database is away.
    #[boxed]
    pub async fn figures_of(&self, articles: &[RecordId]) -> Result<HashMap<RecordId, Figures>, Error> {
        let mut figures: HashMap<RecordId, Figures> =
            articles.iter().map(|article| (*article, Figures::default())).collect();
        let Some(kind) = self.registry().kind(FEEDBACK).cloned().filter(|_| !articles.is_empty()) else {
            return Ok(figures);
        };
        let (votes, uses) =
            tokio::try_join!(self.store().votes(articles), self.store().links_to(ANSWERED_WITH, articles))?;
        for vote in votes {
            if let Some(of) = figures.get_mut(&vote.article) {
                (of.helpful, of.unhelpful) = (vote.helpful, vote.unhelpful);
            }
        }
        for (article, count) in uses {
            if let Some(of) = figures.get_mut(&article) {
                of.uses = count;
            }
        }
        // Few articles are asked for by name; for many it is cheaper to look at all that is open.
        let named = if articles.len() <= AT_ONCE {
            let ids: Vec<String> = articles.iter().map(|id| format!("\"{id}\"")).collect();
            format!(" && article in [{}]", ids.join(", "))
        } else {
            String::new()
        };
        let request = ListRequest {
            filter: Some(format!("state == \"open\" && reason != \"praise\"{named}")),
            ..ListRequest::default()
        };
        for open in self.all_matching(&Actor::system(), &kind, &request, FEEDBACK_MAX).await? {
            if let Some(of) = open.reference("article").and_then(|article| figures.get_mut(&article)) {
                of.open += 1;
            }
        }
        Ok(figures)
    }

    /// What is counted of one article.
    ///
    /// # Errors
    /// When the database is away.
    #[boxed]
    pub async fn figures_of_article(&self, article: RecordId) -> Result<Figures, Error> {
        Ok(self.figures_of(&[article]).await?.remove(&article).unwrap_or_default())
    }
}
