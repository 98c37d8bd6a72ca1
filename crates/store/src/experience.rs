//! How long records took: the few columns that forecasts are made from.

use steward_model::id::RecordId;
use steward_model::kind::Kind;
use steward_model::moment::Moment;

use crate::boxed;
use crate::columns::field_column;
use crate::connection::Row;
use crate::error::StoreError;
use crate::sql::{Bind, literal};
use crate::store::Store;

/// A record that is open, was done or was withdrawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Took {
    /// When it was opened.
    pub opened_at: Moment,
    /// When it was done or withdrawn; `None` while it is open.
    pub left_at: Option<Moment>,
    /// Whether it was done.
    pub is_done: bool,
    /// Its catalogue item, else its service offering.
    pub offering: Option<RecordId>,
    /// Its service.
    pub service: Option<RecordId>,
    /// Its team.
    pub team: Option<RecordId>,
    /// Its priority.
    pub priority: Option<String>,
}

impl Store {
    /// Records of a kind that are open or were changed since a moment, without those that nobody has sent yet: of both the
    /// `most` that changed last, and whether there were no more that ended.
    ///
    /// # Errors
    /// What the database answered.
    #[boxed]
    pub async fn experience(&self, kind: &Kind, since: Moment, most: usize) -> Result<(Vec<Took>, bool), StoreError> {
        let open =
            self.took(kind, "r.category in ('new', 'active', 'waiting') and r.state <> 'draft'", &[], most).await?;
        let ended = "r.category in ('done', 'cancelled') and r.updated_at >= $1";
        let ended = self.took(kind, ended, &[Bind::Integer(since.0)], most).await?;
        let is_whole = ended.len() < most;
        Ok((open.into_iter().chain(ended).collect(), is_whole))
    }

    async fn took(&self, kind: &Kind, condition: &str, binds: &[Bind], most: usize) -> Result<Vec<Took>, StoreError> {
        let field = |key: &str| {
            field_column(kind, key, "r", self.dialect()).map_or_else(|| "null".to_owned(), |column| column.sql)
        };
        let first = |keys: &[&str]| {
            let known: Vec<String> =
                keys.iter().filter(|key| kind.field(key).is_some()).map(|key| field(key)).collect();
            match known.as_slice() {
                [] => "cast(null as bigint)".to_owned(),
                [one] => one.clone(),
                many => format!("coalesce({})", many.join(", ")),
            }
        };
        let sql = format!(
            "select coalesce(r.opened_at, r.created_at), r.category, coalesce({}, r.updated_at), {}, r.service, r.team, \
             r.priority from record r where r.kind = {} and {condition} order by r.updated_at desc limit {most}",
            first(&["resolved_at", "fulfilled_at", "closed_at"]),
            first(&["catalogue_item", "service_offering"]),
            literal(&kind.key),
        );
        self.read().await?.fetch_all(&sql, binds).await?.iter().map(took).collect()
    }
}

fn took(row: &Row) -> Result<Took, StoreError> {
    let category = row.text(1)?;
    let is_open = !matches!(category.as_str(), "done" | "cancelled");
    let id = |place| row.optional_integer(place).map(|id| id.map(RecordId));
    Ok(Took {
        opened_at: Moment(row.integer(0)?),
        left_at: if is_open { None } else { Some(Moment(row.integer(2)?)) },
        is_done: category == "done",
        offering: id(3)?,
        service: id(4)?,
        team: id(5)?,
        priority: row.optional_text(6)?,
    })
}
