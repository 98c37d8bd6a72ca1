//! Boards: a list in columns, one for each value of its state or of a field.

use std::sync::Arc;

use futures_util::future::try_join_all;
use serde_json::Value as Json;
use steward_model::access::Actor;
use steward_model::filter::{Filter, Operand, Path, SortKey, Test};
use steward_model::kind::Kind;

use crate::App;
use crate::boxed;
use crate::error::Error;
use crate::list::{ListRequest, group_attribute};
use crate::view::RecordView;

/// Columns at most; a field with more values makes no board.
pub const COLUMNS_MAX: usize = 40;

/// A board.
#[derive(Debug, Clone)]
pub struct Board {
    /// Columns that hold records, in no order.
    pub columns: Vec<Column>,
}

/// A column.
#[derive(Debug, Clone)]
pub struct Column {
    /// The stored value that its records share; `null` where they have none.
    pub value: Json,
    /// How many there are.
    pub count: usize,
    /// The first of them, in the list's order.
    pub records: Vec<RecordView>,
}

impl App {
    /// A list in columns by its `group`, each with its first records. `None` when there are too many records or columns
    /// for a board.
    ///
    /// # Errors
    /// As [`Self::list`].
    #[boxed]
    pub async fn board(
        &self,
        actor: &Actor,
        kind: &Arc<Kind>,
        request: &ListRequest,
        each: usize,
    ) -> Result<Option<Board>, Error> {
        let name = request.group.as_deref().unwrap_or("state");
        let attribute = group_attribute(kind, name)
            .ok_or_else(|| Error::BadRequest(format!("a board cannot have a column for each `{name}`")))?;
        let sort = SortKey::parse(request.sort.as_deref().unwrap_or("-updated_at"), kind)?;
        let filter = self.filter_of(actor, kind, request).await?;
        let Some(counts) = self.group(actor, kind, &filter, name, &mut sort.clone()).await? else { return Ok(None) };
        if counts.len() > COLUMNS_MAX {
            return Ok(None);
        }
        let columns = counts.into_iter().map(|(value, count)| {
            let test = if value.is_null() { Test::Empty } else { Test::Equal(Operand::Value(value.clone())) };
            let within = Filter::Test { path: Path { hops: Vec::new(), attribute: attribute.clone() }, test };
            let wanted = Filter::all([filter.clone(), within]);
            let sort = &sort;
            async move {
                let records = self.first_of(actor, kind, &wanted, sort, each).await?;
                Ok::<_, Error>(Column { value, count, records })
            }
        });
        Ok(Some(Board { columns: try_join_all(columns).await? }))
    }
}
