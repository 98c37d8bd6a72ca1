//! How promises were kept.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value as Json;
use steward_clock::definition::{AGREEMENT, TARGET};
use steward_model::access::Actor;
use steward_model::id::RecordId;
use steward_model::kind::{Category, Kind};
use steward_model::record::Record;
use steward_store::clocks::{ClockCount, CountedBy};

use crate::App;
use crate::boxed;
use crate::error::Error;
use crate::list::ListRequest;

/// Days that a report looks back at most.
pub const REPORT_DAYS: i64 = 3_660;

/// Records counted at most.
const COUNTED: usize = 1_000_000;

/// What a report on service levels shows for each target.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ReportBy {
    /// Months in which the clocks began.
    #[default]
    Month,
    /// The organisations that the records belong to.
    Customer,
    /// Services.
    Service,
    /// Teams that have the records now.
    Team,
    /// People who have the records now.
    Person,
}

impl ReportBy {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 5] = [Self::Month, Self::Customer, Self::Service, Self::Team, Self::Person];

    /// The word for it in addresses.
    pub fn key(self) -> &'static str {
        match self {
            Self::Month => "month",
            Self::Customer => "customer",
            Self::Service => "service",
            Self::Team => "team",
            Self::Person => "person",
        }
    }

    /// Reads [`Self::key`].
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|by| by.key() == text)
    }

    fn counted(self) -> CountedBy {
        match self {
            Self::Month => CountedBy::Month,
            Self::Customer => CountedBy::Organisation,
            Self::Service => CountedBy::Service,
            Self::Team => CountedBy::Team,
            Self::Person => CountedBy::Assignee,
        }
    }
}

/// How one target was kept in one month, for one customer, or the like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compliance {
    /// The month as `YYYY-MM`, or the name of the customer, service, team or person; nothing where there is none, or
    /// none that the reader may see.
    pub part: Option<String>,
    /// Name of the agreement.
    pub agreement: String,
    /// Name of the target.
    pub target: String,
    /// Clocks that ended in time.
    pub kept: i64,
    /// Clocks that broke the promise, ended or not.
    pub broken: i64,
    /// Clocks that run and can still be kept.
    pub open: i64,
    /// Working seconds that a clock which ended took on average.
    pub mean_seconds: Option<i64>,
    /// The share that the agreement promises, in millionths of a per cent.
    pub agreed: Option<i64>,
    /// Clocks among those that broke the promise which do not count, as was decided.
    pub excluded: i64,
    /// The agreement.
    pub agreement_id: RecordId,
}

impl Compliance {
    /// The share of clocks that kept the promise among those of which it is known, in millionths of a per cent.
    pub fn share(&self) -> Option<i64> {
        share_of(self.kept, self.broken)
    }

    /// As [`Self::share`], without the breaches that do not count.
    pub fn share_that_counts(&self) -> Option<i64> {
        share_of(self.kept, self.broken - self.excluded)
    }

    /// Whether fewer were kept than the agreement promises, of those that count.
    pub fn is_below(&self) -> bool {
        matches!((self.share_that_counts(), self.agreed), (Some(share), Some(agreed)) if share < agreed)
    }
}

/// How many records were done, and how many of these came back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reopenings {
    /// Records that were done at least once.
    pub done: usize,
    /// Those of them that were reopened at least once.
    pub reopened: usize,
}

impl Reopenings {
    /// The share that came back, in millionths of a per cent; `None` when none was done.
    pub fn share(&self) -> Option<i64> {
        let count = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        (self.done > 0).then(|| count(self.reopened).saturating_mul(100_000_000) / count(self.done))
    }
}

impl App {
    /// How many records of a kind, opened in the last days, came back after they were done, as far as somebody may read
    /// them. Counts up to a million.
    ///
    /// # Errors
    /// [`Error::Denied`] for who is no staff; that the kind does not count reopenings.
    #[boxed]
    pub async fn reopenings(&self, actor: &Actor, kind: &Arc<Kind>, days: i64) -> Result<Reopenings, Error> {
        if !actor.is_system() && !actor.is_staff() {
            return Err(Error::Denied("see reports on service levels"));
        }
        if kind.field("reopen_count").is_none() {
            return Err(Error::invalid("kind", "does not count how often its records are reopened"));
        }
        let since = self.now().plus_seconds(-days.clamp(1, REPORT_DAYS) * 86_400);
        let count = async |more: &str| {
            let filter = Some(format!("created_at >= timestamp(\"{since}\") && ({more})"));
            self.count_list(actor, kind, &ListRequest { filter, ..ListRequest::default() }, COUNTED).await
        };
        let reopened = count("reopen_count > 0").await?;
        let over = kind.lifecycle.states.iter().filter(|state| state.category == Category::Done);
        let over: Vec<String> = over.map(|state| format!("\"{}\"", state.key)).collect();
        let done = count(&format!("state in [{}] || reopen_count > 0", over.join(", "))).await?;
        Ok(Reopenings { done, reopened })
    }

    /// Keys of the kinds that targets are for.
    ///
    /// # Errors
    /// When the database is away.
    #[boxed]
    pub async fn promised_kinds(&self) -> Result<BTreeSet<String>, Error> {
        let targets = self.reference_records(TARGET).await?;
        Ok(targets.iter().map(|target| target.text("for_kind").to_owned()).collect())
    }

    /// How each target was kept on the records of a kind that somebody may read, for clocks that began in the last days.
    ///
    /// # Errors
    /// [`Error::Denied`] for who is no staff.
    #[boxed]
    pub async fn compliance(
        &self,
        actor: &Actor,
        kind: &Arc<Kind>,
        by: ReportBy,
        days: i64,
    ) -> Result<Vec<Compliance>, Error> {
        self.compliance_of(actor, kind, by, days, &ListRequest::default()).await
    }

    /// As [`Self::compliance`], on the records of a list alone.
    pub(crate) async fn compliance_of(
        &self,
        actor: &Actor,
        kind: &Arc<Kind>,
        by: ReportBy,
        days: i64,
        of: &ListRequest,
    ) -> Result<Vec<Compliance>, Error> {
        if !actor.is_system() && !actor.is_staff() {
            return Err(Error::Denied("see reports on service levels"));
        }
        let now = self.now();
        let since = now.plus_seconds(-days.clamp(1, REPORT_DAYS) * 86_400);
        let records = self.list_query(actor, kind, of).await?;
        let counts = self.store().clock_counts(&records, by.counted(), since, now).await?;
        let excluded = self.excluded_breaches(actor, kind, since, of).await?;
        let agreements = self.reference_records(AGREEMENT).await?;
        let targets = self.reference_records(TARGET).await?;
        let parts: BTreeSet<RecordId> = counts.iter().filter_map(|count| record_of(by, count)).collect();
        let names = self.names(actor, parts).await?;
        let line = |count: &ClockCount| {
            let agreement = agreements.iter().find(|one| one.id == count.agreement);
            Compliance {
                part: match by {
                    ReportBy::Month => count.part.clone(),
                    _ => record_of(by, count).and_then(|id| names.get(&id)).map(|label| label.label.clone()),
                },
                agreement: agreement.map_or_else(|| count.agreement.to_string(), |one| one.text("name").to_owned()),
                target: name(&targets, count.target),
                kept: count.kept,
                broken: count.broken,
                open: count.open,
                mean_seconds: (count.ended > 0).then(|| count.elapsed / count.ended),
                agreed: agreement.and_then(|one| one.field("compliance_target")).and_then(Json::as_i64),
                excluded: excluded.iter().filter(|one| one.counts_in(count, by)).count().try_into().unwrap_or(0),
                agreement_id: count.agreement,
            }
        };
        let mut lines: Vec<Compliance> = counts.iter().map(line).collect();
        lines.sort_by(|a, b| (&a.agreement, &a.target, &a.part).cmp(&(&b.agreement, &b.target, &b.part)));
        Ok(lines)
    }
}

/// Kept among kept and broken, in millionths of a per cent.
fn share_of(kept: i64, broken: i64) -> Option<i64> {
    let known = kept + broken;
    (known > 0).then(|| kept.saturating_mul(100_000_000) / known)
}

fn record_of(by: ReportBy, count: &ClockCount) -> Option<RecordId> {
    let part = count.part.as_deref().filter(|_| by != ReportBy::Month)?;
    part.parse().ok().map(RecordId)
}

fn name(all: &[Record], id: RecordId) -> String {
    all.iter().find(|one| one.id == id).map_or_else(|| id.to_string(), |one| one.text("name").to_owned())
}
