//! Articles for who answers for them: how good each is, and which translations lack or fell behind.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::Value as Json;
use steward_model::access::Actor;
use steward_model::id::RecordId;
use steward_model::moment::Moment;
use steward_model::record::Record;
use steward_practices::knowledge::{ARTICLE, is_live, version};

use super::{App, Figures};
use crate::boxed;
use crate::error::Error;
use crate::list::ListRequest;
use crate::view::{Label, Labels, label_of};

/// Articles looked at.
const MOST: usize = 5_000;

/// An article with what is known of its quality.
#[derive(Debug, Clone)]
pub struct Measured {
    /// The article.
    pub record: Record,
    /// How it is called.
    pub label: Label,
    /// What is counted of it.
    pub figures: Figures,
    /// Days since somebody found it right or published it; since it was made where nobody ever did.
    pub unreviewed_days: i64,
    /// Whether its day of review has come.
    pub is_review_due: bool,
}

/// An order of articles by their quality, the most telling first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// What needs somebody most: open flags, then low helpfulness, then age.
    #[default]
    Need,
    /// Most used first.
    Uses,
    /// Least helpful first; those of which nobody said anything last.
    Helpful,
    /// Most open flags first.
    Open,
    /// Longest unreviewed first.
    Age,
}

impl Order {
    /// All orders.
    pub const ALL: [Self; 5] = [Self::Need, Self::Uses, Self::Helpful, Self::Open, Self::Age];

    /// The word for it in addresses.
    pub fn key(self) -> &'static str {
        match self {
            Self::Need => "need",
            Self::Uses => "uses",
            Self::Helpful => "helpful",
            Self::Open => "flags",
            Self::Age => "age",
        }
    }

    /// The order of a word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|order| order.key() == word)
    }
}

/// A translation that lacks or fell behind.
#[derive(Debug, Clone)]
pub struct Gap {
    /// The source.
    pub source: Label,
    /// Version of the source.
    pub version: i64,
    /// Key of the language.
    pub language: String,
    /// The translation that fell behind, with the version that it says the same as; `None` where there is none.
    pub stale: Option<(Label, i64)>,
}

impl App {
    /// Articles that readers see, with their quality, and the names of their owners.
    ///
    /// # Errors
    /// [`Error::Denied`] for who is no staff.
    #[boxed]
    pub async fn article_quality(&self, actor: &Actor, order: Order) -> Result<(Vec<Measured>, Labels), Error> {
        let articles = self.live_articles(actor).await?;
        let ids: Vec<RecordId> = articles.iter().map(|article| article.id).collect();
        let figures = self.figures_of(&ids).await?;
        let kind = self.kind(ARTICLE)?.clone();
        let now = self.now();
        let today: String = now.to_string().chars().take(10).collect();
        let mut measured: Vec<Measured> = articles
            .into_iter()
            .map(|record| {
                let moment = |key: &str| record.field(key).and_then(Json::as_i64).map(Moment);
                let seen = moment("reviewed_at").or_else(|| moment("published_at")).unwrap_or(record.created_at);
                let review_on = record.text("review_on");
                Measured {
                    label: label_of(&kind, &record),
                    figures: figures.get(&record.id).copied().unwrap_or_default(),
                    unreviewed_days: now.seconds_since(seen) / 86_400,
                    is_review_due: !review_on.is_empty() && review_on <= today.as_str(),
                    record,
                }
            })
            .collect();
        sort(&mut measured, order);
        let owners = measured.iter().filter_map(|one| one.record.reference("owner")).collect();
        let labels = self.names(actor, owners).await?;
        Ok((measured, labels))
    }

    /// Translations that lack or fell behind, of articles that are meant for readers.
    ///
    /// # Errors
    /// [`Error::Denied`] for who is no staff.
    #[boxed]
    pub async fn translation_gaps(&self, actor: &Actor) -> Result<Vec<Gap>, Error> {
        let articles = self.live_articles(actor).await?;
        let kind = self.kind(ARTICLE)?.clone();
        let mut translations: HashMap<RecordId, Vec<&Record>> = HashMap::new();
        for article in &articles {
            if let Some(source) = article.reference("translation_of") {
                translations.entry(source).or_default().push(article);
            }
        }
        // Languages that somebody translates into at all.
        let languages: BTreeSet<&str> = articles.iter().map(|article| article.text("language")).collect();
        let mut gaps = Vec::new();
        for source in articles.iter().filter(|article| article.reference("translation_of").is_none()) {
            let there: BTreeMap<&str, &Record> = translations
                .get(&source.id)
                .into_iter()
                .flatten()
                .map(|translation| (translation.text("language"), *translation))
                .collect();
            for language in languages.iter().filter(|language| **language != source.text("language")) {
                let translated =
                    |record: &Record| record.field("translated_version").and_then(Json::as_i64).unwrap_or(0);
                let stale = match there.get(language) {
                    Some(translation) if translated(translation) >= version(source) => continue,
                    Some(translation) => Some((label_of(&kind, translation), translated(translation))),
                    // What only staff read needs no other language.
                    None if matches!(source.text("shown_to"), "agents" | "team") => continue,
                    None => None,
                };
                gaps.push(Gap {
                    source: label_of(&kind, source),
                    version: version(source),
                    language: (*language).to_owned(),
                    stale,
                });
            }
        }
        gaps.sort_by(|a, b| {
            (a.stale.is_none(), &a.language, &a.source.label).cmp(&(b.stale.is_none(), &b.language, &b.source.label))
        });
        Ok(gaps)
    }

    /// Articles that readers see, among those that a member of staff may read as such.
    async fn live_articles(&self, actor: &Actor) -> Result<Vec<Record>, Error> {
        let kind = self.kind(ARTICLE)?.clone();
        if !actor.is_staff() {
            return Err(Error::Denied("see what is counted of articles"));
        }
        // A condition on a field for staff: on what one reads as a requester only, one is no staff.
        let request = ListRequest { filter: Some("has(shown_to)".to_owned()), ..ListRequest::default() };
        let articles = match self.all_matching(actor, &kind, &request, MOST).await {
            Ok(articles) => articles,
            Err(Error::Filter(_)) => return Err(Error::Denied("see what is counted of articles")),
            Err(error) => return Err(error),
        };
        Ok(articles.into_iter().filter(is_live).collect())
    }
}

fn sort(measured: &mut [Measured], order: Order) {
    // Of what nobody said anything nothing is known; it stands between good and bad.
    let helpful = |one: &Measured| one.figures.helpful_percent();
    measured.sort_by_key(|one| {
        let Figures { uses, open, .. } = one.figures;
        let months = one.unreviewed_days / 30;
        // Smaller comes first.
        let key: (i64, i64, i64) = match order {
            Order::Need => (-open, helpful(one).unwrap_or(75), -months),
            Order::Uses => (-uses, 0, 0),
            Order::Helpful => (helpful(one).unwrap_or(101), -(one.figures.helpful + one.figures.unhelpful), 0),
            Order::Open => (-open, 0, 0),
            Order::Age => (-one.unreviewed_days, 0, 0),
        };
        (key, Reverse(uses), one.record.id)
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_have_words_of_their_own() {
        for order in Order::ALL {
            assert_eq!(Order::parse(order.key()), Some(order));
        }
        assert_eq!(Order::parse("nonsense"), None);
    }
}
