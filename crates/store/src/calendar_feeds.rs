//! Links under which calendar programs fetch a calendar.

use steward_model::chain::Hash;
use steward_model::id::RecordId;
use steward_model::moment::Moment;

use crate::boxed;
use crate::connection::Row;
use crate::error::StoreError;
use crate::sql::Bind;
use crate::store::Store;

/// A link to be kept; its text is known to its owner only.
#[derive(Debug, Clone)]
pub struct NewFeed {
    /// With whose rights it is answered.
    pub person: RecordId,
    /// What is kept of its text.
    pub hash: Hash,
    /// What its owner calls it.
    pub name: String,
    /// The calendar record that it shows; the operations calendar when `None`.
    pub calendar: Option<RecordId>,
    /// What the operations calendar is narrowed to, as the page's address writes it.
    pub query: String,
    /// When it was made.
    pub created_at: Moment,
}

/// A link as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredFeed {
    /// Identity.
    pub id: i64,
    /// Whose it is.
    pub person: RecordId,
    /// What its owner calls it.
    pub name: String,
    /// The calendar record that it shows.
    pub calendar: Option<RecordId>,
    /// What the operations calendar is narrowed to.
    pub query: String,
    /// When it was made.
    pub created_at: Moment,
    /// When it was last fetched, to the hour.
    pub fetched_at: Option<Moment>,
    /// When it was ended.
    pub revoked_at: Option<Moment>,
}

const COLUMNS: &str = "id, person, name, calendar, query, created_at, fetched_at, revoked_at";

impl Store {
    /// Keeps a link and gives its id.
    ///
    /// # Errors
    /// As [`Store::write`].
    #[boxed]
    pub async fn add_feed(&self, feed: NewFeed) -> Result<i64, StoreError> {
        let written = self.write(move |connection| {
            let feed = feed.clone();
            Box::pin(async move {
                let sql = "insert into calendar_feed (person, hash, name, calendar, query, created_at) \
                           values ($1, $2, $3, $4, $5, $6) returning id";
                let binds = [
                    Bind::Integer(feed.person.0),
                    Bind::Bytes(feed.hash.0.to_vec()),
                    Bind::Text(feed.name),
                    Bind::OptionalInteger(feed.calendar.map(|id| id.0)),
                    Bind::Text(feed.query),
                    Bind::Integer(feed.created_at.0),
                ];
                Ok(connection.fetch_integer(sql, &binds).await?.unwrap_or_default())
            })
        });
        Ok(written.await?)
    }

    /// The link with this hash, also one that was revoked.
    ///
    /// # Errors
    /// What the database answered.
    #[boxed]
    pub async fn find_feed(&self, hash: &Hash) -> Result<Option<StoredFeed>, StoreError> {
        let sql = format!("select {COLUMNS} from calendar_feed where hash = $1");
        let binds = [Bind::Bytes(hash.0.to_vec())];
        let row = self.read_few().await?.fetch_optional(&sql, &binds).await?;
        row.as_ref().map(feed).transpose()
    }

    /// The links of a person that were not revoked, made last first.
    ///
    /// # Errors
    /// What the database answered.
    #[boxed]
    pub async fn feeds_of(&self, person: RecordId, limit: usize) -> Result<Vec<StoredFeed>, StoreError> {
        let sql = format!(
            "select {COLUMNS} from calendar_feed where person = $1 and revoked_at is null \
             order by created_at desc, id desc limit $2"
        );
        let binds = [Bind::Integer(person.0), Bind::Integer(i64::try_from(limit).unwrap_or(i64::MAX))];
        self.read_few().await?.fetch_all(&sql, &binds).await?.iter().map(feed).collect()
    }

    /// Ends a link of a person; one of somebody else, or none, is left as it is. Whether there was one to end.
    ///
    /// # Errors
    /// As [`Store::write`].
    #[boxed]
    pub async fn revoke_feed(&self, person: RecordId, id: i64, now: Moment) -> Result<bool, StoreError> {
        let written = self.write(move |connection| {
            Box::pin(async move {
                let sql =
                    "update calendar_feed set revoked_at = $1 where id = $2 and person = $3 and revoked_at is null";
                Ok(connection.execute(sql, &[now.0, id, person.0].map(Bind::Integer)).await?)
            })
        });
        Ok(written.await? > 0)
    }

    /// Ends all links of a person.
    ///
    /// # Errors
    /// As [`Store::write`].
    #[boxed]
    pub async fn revoke_feeds_of(&self, person: RecordId, now: Moment) -> Result<(), StoreError> {
        let sql = "update calendar_feed set revoked_at = $1 where person = $2 and revoked_at is null";
        self.change(sql.to_owned(), [now.0, person.0].map(Bind::Integer).to_vec()).await
    }

    /// Keeps that a link was fetched, once an hour at most, since programs fetch often.
    ///
    /// # Errors
    /// As [`Store::write`].
    #[boxed]
    pub async fn note_fetch(&self, id: i64, now: Moment) -> Result<(), StoreError> {
        let sql = "update calendar_feed set fetched_at = $1 where id = $2 and (fetched_at is null or fetched_at < $3)";
        let binds = [now.0, id, now.plus_seconds(-3600).0].map(Bind::Integer).to_vec();
        self.change(sql.to_owned(), binds).await
    }
}

fn feed(row: &Row) -> Result<StoredFeed, StoreError> {
    Ok(StoredFeed {
        id: row.integer(0)?,
        person: RecordId(row.integer(1)?),
        name: row.text(2)?,
        calendar: row.optional_integer(3)?.map(RecordId),
        query: row.text(4)?,
        created_at: row.moment(5)?,
        fetched_at: row.optional_integer(6)?.map(Moment),
        revoked_at: row.optional_integer(7)?.map(Moment),
    })
}
