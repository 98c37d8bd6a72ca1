//! Drafts: what people have typed and not sent yet. Only their writers ever read them.

use steward_model::id::RecordId;
use steward_model::moment::Moment;

use crate::boxed;
use crate::connection::{Connection, Row};
use crate::error::{CommitError, StoreError};
use crate::sql::Bind;
use crate::store::Store;

const COLUMNS: &str = "place, content, mark, saved_at";
/// Rows removed at once.
const BATCH: i64 = 1_000;

/// A text on its way to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDraft {
    /// Who writes.
    pub person: RecordId,
    /// Where it is written, such as `incident/INC0000042/comment`.
    pub place: String,
    /// What was typed.
    pub content: String,
    /// The page that it is written on.
    pub mark: String,
    /// The page whose draft this one goes on from.
    pub base: String,
    /// Whether it replaces one that was written elsewhere meanwhile.
    pub replaces: bool,
    /// When.
    pub at: Moment,
}

/// Most that one person keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DraftBounds {
    /// Drafts.
    pub count: i64,
    /// Characters of all together.
    pub size: i64,
}

/// What became of a text that was to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Keeping {
    /// It is kept.
    Kept,
    /// Its page sent or discarded it before.
    Sent,
    /// Another page keeps a newer one there.
    Newer(Moment),
    /// There is no room for it.
    Full,
}

/// A draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredDraft {
    /// Where it is written.
    pub place: String,
    /// What was typed.
    pub content: String,
    /// The page that it was written on.
    pub mark: String,
    /// When it was kept.
    pub saved_at: Moment,
}

impl Store {
    /// Keeps a draft over the one at the same place, within bounds.
    ///
    /// # Errors
    /// As [`Store::write`].
    #[boxed]
    pub async fn keep_draft(&self, new: NewDraft, bounds: DraftBounds) -> Result<Keeping, StoreError> {
        let kept = self.write(move |connection| {
            let new = new.clone();
            Box::pin(async move { keep(connection, new, bounds).await })
        });
        kept.await.map_err(StoreError::from)
    }

    /// A person's draft at a place.
    ///
    /// # Errors
    /// What the database answered.
    #[boxed]
    pub async fn find_draft(&self, person: RecordId, place: &str) -> Result<Option<StoredDraft>, StoreError> {
        let sql = format!("select {COLUMNS} from draft where person = $1 and place = $2 and content <> ''");
        let binds = [Bind::Integer(person.0), Bind::Text(place.to_owned())];
        self.read_few().await?.fetch_optional(&sql, &binds).await?.as_ref().map(stored).transpose()
    }

    /// A person's drafts, latest first.
    ///
    /// # Errors
    /// What the database answered.
    #[boxed]
    pub async fn drafts_of(&self, person: RecordId, limit: usize) -> Result<Vec<StoredDraft>, StoreError> {
        let sql = format!(
            "select {COLUMNS} from draft where person = $1 and content <> '' order by saved_at desc, place limit $2"
        );
        let binds = [person.0, i64::try_from(limit).unwrap_or(i64::MAX)].map(Bind::Integer);
        self.read_few().await?.fetch_all(&sql, &binds).await?.iter().map(stored).collect()
    }

    /// Says that a draft was sent or discarded, so that it is gone and its page brings it back no more.
    ///
    /// # Errors
    /// As [`Store::write`].
    #[boxed]
    pub async fn end_draft(&self, person: RecordId, place: &str, mark: &str, at: Moment) -> Result<(), StoreError> {
        let sql = "insert into draft (person, place, content, mark, saved_at) values ($1, $2, '', $3, $4) \
                   on conflict (person, place) do update set content = '', mark = excluded.mark, saved_at = excluded.saved_at";
        let binds = vec![
            Bind::Integer(person.0),
            Bind::Text(place.to_owned()),
            Bind::Text(mark.to_owned()),
            Bind::Integer(at.0),
        ];
        self.run(sql, binds).await
    }

    /// Removes a bounded number of drafts kept before one moment, and of words that one was sent before another.
    ///
    /// # Errors
    /// As [`Store::write`].
    #[boxed]
    pub async fn forget_drafts(&self, kept_before: Moment, ended_before: Moment) -> Result<(), StoreError> {
        let sql = "delete from draft where (person, place) in (select person, place from draft \
                   where saved_at < $1 or (saved_at < $2 and content = '') order by saved_at limit $3)";
        self.run(sql, [kept_before.0, ended_before.0, BATCH].map(Bind::Integer).to_vec()).await
    }
}

async fn keep(connection: &mut Connection, new: NewDraft, bounds: DraftBounds) -> Result<Keeping, CommitError> {
    let at_place = [Bind::Integer(new.person.0), Bind::Text(new.place.clone())];
    let present = format!("select {COLUMNS} from draft where person = $1 and place = $2");
    let present = connection.fetch_optional(&present, &at_place).await?.as_ref().map(stored).transpose()?;
    if let Some(present) = present {
        let is_own = present.mark == new.mark;
        match present.content.is_empty() {
            true if is_own => return Ok(Keeping::Sent),
            false if !is_own && present.mark != new.base && !new.replaces => {
                return Ok(Keeping::Newer(present.saved_at));
            }
            _ => {}
        }
    }
    let others = "select count(*), cast(coalesce(sum(length(content)), 0) as bigint) from draft \
                  where person = $1 and place <> $2 and content <> ''";
    if let Some(row) = connection.fetch_optional(others, &at_place).await? {
        let length = i64::try_from(new.content.chars().count()).unwrap_or(i64::MAX);
        if row.integer(0)? >= bounds.count || row.integer(1)?.saturating_add(length) > bounds.size {
            return Ok(Keeping::Full);
        }
    }
    let sql = "insert into draft (person, place, content, mark, saved_at) values ($1, $2, $3, $4, $5) \
               on conflict (person, place) do update set content = excluded.content, mark = excluded.mark, \
               saved_at = excluded.saved_at";
    let [person, place] = at_place;
    let binds = [person, place, Bind::Text(new.content), Bind::Text(new.mark), Bind::Integer(new.at.0)];
    connection.execute(sql, &binds).await?;
    Ok(Keeping::Kept)
}

fn stored(row: &Row) -> Result<StoredDraft, StoreError> {
    Ok(StoredDraft { place: row.text(0)?, content: row.text(1)?, mark: row.text(2)?, saved_at: row.moment(3)? })
}
