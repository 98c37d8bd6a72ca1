//! Lists: filtered, sorted, paged by keyset, counted; only what the actor may see.

use std::collections::HashMap;
use std::sync::Arc;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::Value as Json;
use steward_model::access::{Action, Actor, scope};
use steward_model::filter::{Attribute, Environment, Filter, FilterError, Path, SortKey};
use steward_model::id::RecordId;
use steward_model::kind::{Kind, Level, Registry};
use steward_model::record::Record;
use steward_store::filter_sql::{self, Reach};
use steward_store::ListQuery;

use crate::App;
use crate::error::Error;
use crate::view::RecordView;

/// Most records in one answer.
pub const LIMIT_MAX: i64 = 1000;
/// Counting ends here; more is said as "10 000+".
pub const COUNT_MAX: i64 = 10_000;

/// What to list.
#[derive(Debug, Clone, Default)]
pub struct ListRequest {
    /// Condition in CEL.
    pub filter: Option<String>,
    /// Condition in the search box's notation.
    pub search: Option<String>,
    /// Condition as JSON tree.
    pub tree: Option<Json>,
    /// Order, such as `-priority,updated_at`; newest change first when `None`.
    pub sort: Option<String>,
    /// Records at most.
    pub limit: i64,
    /// Where the page before ended.
    pub cursor: Option<String>,
    /// How far to count.
    pub count: Counting,
}

/// How far a list is counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Counting {
    /// Up to [`COUNT_MAX`].
    #[default]
    Capped,
    /// To the end.
    Exact,
    /// Not at all.
    Off,
}

/// One page of a list.
#[derive(Debug, Clone)]
pub struct ListPage {
    /// The records.
    pub records: Vec<RecordView>,
    /// Where the next page begins; `None` at the end.
    pub next: Option<String>,
    /// How many there are; one more than the cap stands for "more than the cap".
    pub total: Option<i64>,
}

impl App {
    /// One page of records of a kind.
    ///
    /// # Errors
    /// [`Error::Filter`] with the place of the fault; also for fields that the actor may not read.
    pub async fn list(&self, actor: &Actor, kind: &Arc<Kind>, request: &ListRequest) -> Result<ListPage, Error> {
        let sort = SortKey::parse_list(request.sort.as_deref().unwrap_or("-updated_at"), kind)?;
        let filter = self.filter_of(actor, kind, request).await?;
        let mut query = self.query(actor, kind, &filter, &sort)?;
        let total = match request.count {
            Counting::Off => None,
            Counting::Capped => Some(self.store().count(&query, Some(COUNT_MAX + 1)).await?),
            Counting::Exact => Some(self.store().count(&query, None).await?),
        };
        let limit = request.limit.clamp(1, LIMIT_MAX);
        if let Some(cursor) = &request.cursor {
            let values = decode_cursor(cursor, &sort)?;
            query.after(&filter_sql::after_predicate(&sort, &values, kind, self.store().dialect(), "record", &mut query.binds.clone()));
        }
        let _ = &mut query;
        let mut records = self.store().list(&query, limit + 1).await?;
        let more = i64::try_from(records.len()).unwrap_or(i64::MAX) > limit;
        records.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        let next = records.last().filter(|_| more).map(|last| encode_cursor(last, &sort));
        Ok(ListPage { records: self.views(actor, kind, records).await?, next, total })
    }
}
