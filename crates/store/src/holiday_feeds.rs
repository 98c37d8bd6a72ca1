//! How fetching the outside calendars that calendars name went.

use steward_model::id::RecordId;
use steward_model::moment::Moment;

use crate::boxed;
use crate::connection::Row;
use crate::error::StoreError;
use crate::sql::Bind;
use crate::store::Store;

/// How fetching for one calendar went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredHolidayFeed {
    /// The calendar.
    pub calendar: RecordId,
    /// A keyed hash of the address that the rest is about.
    pub address: Vec<u8>,
    /// `ETag` of the document that was taken over.
    pub etag: Option<String>,
    /// `Last-Modified` of it.
    pub last_modified: Option<String>,
    /// When it was last asked for.
    pub tried_at: Moment,
    /// When it was last found to be in order.
    pub fetched_at: Option<Moment>,
    /// When it is asked for again.
    pub next_at: Moment,
    /// Failures since it last went well.
    pub failures: i64,
    /// What went wrong last; `None` when all is well.
    pub fault: Option<String>,
    /// Events in it.
    pub events: i64,
}

const COLUMNS: &str = "calendar, address, etag, last_modified, tried_at, fetched_at, next_at, failures, fault, events";

impl Store {
    /// How fetching for a calendar went; `None` when it never was tried.
    ///
    /// # Errors
    /// What the database answered.
    #[boxed]
    pub async fn holiday_feed(&self, calendar: RecordId) -> Result<Option<StoredHolidayFeed>, StoreError> {
        let sql = format!("select {COLUMNS} from holiday_feed where calendar = $1");
        let row = self.read().await?.fetch_optional(&sql, &[Bind::Integer(calendar.0)]).await?;
        row.as_ref().map(stored).transpose()
    }

    /// How fetching went for all calendars that were ever tried.
    ///
    /// # Errors
    /// What the database answered.
    #[boxed]
    pub async fn holiday_feeds(&self) -> Result<Vec<StoredHolidayFeed>, StoreError> {
        let sql = format!("select {COLUMNS} from holiday_feed order by calendar");
        self.read().await?.fetch_all(&sql, &[]).await?.iter().map(stored).collect()
    }

    /// Keeps how it went, in place of what was known.
    ///
    /// # Errors
    /// As [`Store::write`].
    #[boxed]
    pub async fn keep_holiday_feed(&self, feed: &StoredHolidayFeed) -> Result<(), StoreError> {
        let sql = format!(
            "insert into holiday_feed ({COLUMNS}) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) \
             on conflict (calendar) do update set address = excluded.address, etag = excluded.etag, \
             last_modified = excluded.last_modified, tried_at = excluded.tried_at, fetched_at = excluded.fetched_at, \
             next_at = excluded.next_at, failures = excluded.failures, fault = excluded.fault, events = excluded.events"
        );
        let binds = vec![
            Bind::Integer(feed.calendar.0),
            Bind::Bytes(feed.address.clone()),
            Bind::OptionalText(feed.etag.clone()),
            Bind::OptionalText(feed.last_modified.clone()),
            Bind::Integer(feed.tried_at.0),
            Bind::OptionalInteger(feed.fetched_at.map(|at| at.0)),
            Bind::Integer(feed.next_at.0),
            Bind::Integer(feed.failures),
            Bind::OptionalText(feed.fault.clone()),
            Bind::Integer(feed.events),
        ];
        self.change(sql, binds).await
    }
}

fn stored(row: &Row) -> Result<StoredHolidayFeed, StoreError> {
    Ok(StoredHolidayFeed {
        calendar: RecordId(row.integer(0)?),
        address: row.bytes(1)?.to_vec(),
        etag: row.optional_text(2)?,
        last_modified: row.optional_text(3)?,
        tried_at: row.moment(4)?,
        fetched_at: row.optional_integer(5)?.map(Moment),
        next_at: row.moment(6)?,
        failures: row.integer(7)?,
        fault: row.optional_text(8)?,
        events: row.integer(9)?,
    })
}
