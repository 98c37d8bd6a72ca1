//! What people are told of: places in journals, one row for each person.

use steward_model::event::Event;
use steward_model::id::{RecordId, Revision};
use steward_model::moment::Moment;

use crate::boxed;
use crate::bulk::Target;
use crate::connection::{Connection, Row};
use crate::error::StoreError;
use crate::journal::{self, JournalEntry};
use crate::sql::{Bind, integer_list};
use crate::store::Store;

const NOTIFICATION: Target = Target {
    table: "notification",
    columns: &["person", "record", "seq", "reason", "actor", "internal", "at", "read_at"],
    jsonb: &[],
    json: &[],
    suffix: "on conflict do nothing",
};
const COLUMNS: &str = "id, record, seq, reason, actor, internal, at, read_at";
/// Rows removed at once.
const BATCH: i64 = 5_000;
/// People whose oldest rows are removed at once.
const PEOPLE: i64 = 200;

/// Something to tell somebody. Of one entry of a journal each person is told once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewNotification {
    /// Who is told.
    pub person: RecordId,
    /// The record.
    pub record: RecordId,
    /// The entry of its journal.
    pub seq: Revision,
    /// Why.
    pub reason: String,
    /// Who did it.
    pub actor: RecordId,
    /// Whether only staff may know of it.
    pub internal: bool,
    /// When it happened.
    pub at: Moment,
    /// When it was read; `None` while it is news.
    pub read_at: Option<Moment>,
    /// Whether it comes to the inbox.
    pub inbox: bool,
    /// Whether it is mailed, as the person has chosen. What is no news is not.
    pub mail: bool,
}

/// Something that somebody was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredNotification {
    /// Its number; later ones have higher numbers.
    pub id: i64,
    /// The record.
    pub record: RecordId,
    /// The entry of its journal.
    pub seq: Revision,
    /// Why.
    pub reason: String,
    /// Who did it.
    pub actor: RecordId,
    /// Whether only staff may know of it.
    pub internal: bool,
    /// When it happened.
    pub at: Moment,
    /// When it was read; `None` while it is news.
    pub read_at: Option<Moment>,
}

/// What to mark as read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Which {
    /// All.
    All,
    /// Those with these numbers.
    These(Vec<i64>),
    /// Those of a record.
    Of(RecordId),
}

/// Writes what people are told, each once.
pub(crate) async fn add(connection: &mut Connection, new: &[NewNotification]) -> Result<u64, sqlx::Error> {
    let rows: Vec<Vec<Bind>> = new
        .iter()
        .filter(|new| new.inbox)
        .map(|new| {
            vec![
                Bind::Integer(new.person.0),
                Bind::Integer(new.record.0),
                Bind::Integer(new.seq),
                Bind::Text(new.reason.clone()),
                Bind::Integer(new.actor.0),
                Bind::Integer(new.internal.into()),
                Bind::Integer(new.at.0),
                Bind::OptionalInteger(new.read_at.map(|at| at.0)),
            ]
        })
        .collect();
    NOTIFICATION.insert(connection, &rows).await
}

impl Store {
    /// What somebody was told, newest first, from before a number on; with `unread` what they have not read.
    ///
    /// # Errors
    /// What the database answered.
    #[boxed]
    pub async fn notifications_of(
        &self,
        person: RecordId,
        unread: bool,
        before: Option<i64>,
        limit: usize,
    ) -> Result<Vec<StoredNotification>, StoreError> {
        let condition = if unread { "and read_at is null" } else { "" };
        let sql = format!(
            "select {COLUMNS} from notification where person = $1 and id < $2 {condition} order by id desc limit $3"
        );
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let binds = [person.0, before.unwrap_or(i64::MAX), limit].map(Bind::Integer);
        self.read_few().await?.fetch_all(&sql, &binds).await?.iter().map(stored).collect()
    }

    /// Marks as read what somebody was told.
    ///
    /// # Errors
    /// As [`Store::write`].
    #[boxed]
    pub async fn mark_read(&self, person: RecordId, which: &Which, at: Moment) -> Result<(), StoreError> {
        let mut binds = vec![Bind::Integer(at.0), Bind::Integer(person.0)];
        let which = match which {
            Which::All => String::new(),
            Which::Of(record) => {
                binds.push(Bind::Integer(record.0));
                "and record = $3".to_owned()
            }
            Which::These(ids) => {
                let (list, bind) = integer_list(ids, 3, self.dialect());
                binds.push(bind);
                format!("and id in {list}")
            }
        };
        let sql = format!("update notification set read_at = $1 where person = $2 and read_at is null {which}");
        self.run(&sql, binds).await
    }

    /// The entries at some places of journals, in no order; fewer when one is not there.
    ///
    /// # Errors
    /// As [`Store::read_journal`].
    #[boxed]
    pub async fn entries_at(&self, places: &[(RecordId, Revision)]) -> Result<Vec<Event>, StoreError> {
        if places.is_empty() {
            return Ok(Vec::new());
        }
        let conditions: Vec<String> = (0..places.len())
            .map(|place| format!("(record = ${} and seq = ${})", 2 * place + 1, 2 * place + 2))
            .collect();
        let sql = format!("select {} from journal where {}", journal::COLUMNS, conditions.join(" or "));
        let binds: Vec<Bind> =
            places.iter().flat_map(|(record, seq)| [Bind::Integer(record.0), Bind::Integer(*seq)]).collect();
        let rows = self.read_some(places.len()).await?.fetch_all(&sql, &binds).await?;
        let entries: Vec<JournalEntry> = rows.iter().map(journal::entry).collect::<Result<_, _>>()?;
        Ok(entries.into_iter().map(|entry| entry.event).collect())
    }

    /// Removes a bounded number of what people were told before a moment, and for some of those who were told more than
    /// `most` things the oldest.
    ///
    /// # Errors
    /// As [`Store::write`].
    #[boxed]
    pub async fn forget_notifications(&self, before: Moment, most: i64) -> Result<(), StoreError> {
        let sql =
            "delete from notification where id in (select id from notification where at < $1 order by at limit $2)";
        self.run(sql, vec![Bind::Integer(before.0), Bind::Integer(BATCH)]).await?;
        let sql = "select person from notification group by person having count(*) > $1 limit $2";
        let rows = self.read().await?.fetch_all(sql, &[Bind::Integer(most), Bind::Integer(PEOPLE)]).await?;
        for row in rows {
            let sql = "delete from notification where person = $1 and id <= \
                       (select id from notification where person = $1 order by id desc limit 1 offset $2)";
            self.run(sql, vec![Bind::Integer(row.integer(0)?), Bind::Integer(most)]).await?;
        }
        Ok(())
    }

    /// Counts that a canned text was used on a day, in days since 1970.
    ///
    /// # Errors
    /// As [`Store::write`].
    #[boxed]
    pub async fn count_snippet(&self, record: RecordId, day: i64) -> Result<(), StoreError> {
        let sql = "insert into snippet_use (record, day, times) values ($1, $2, 1) \
                   on conflict (record, day) do update set times = snippet_use.times + 1";
        self.run(sql, vec![Bind::Integer(record.0), Bind::Integer(day)]).await
    }

    /// How often canned texts were used since a day, for those that were.
    ///
    /// # Errors
    /// What the database answered.
    #[boxed]
    pub async fn snippet_uses(&self, records: &[RecordId], since: i64) -> Result<Vec<(RecordId, i64)>, StoreError> {
        let ids: Vec<i64> = records.iter().map(|record| record.0).collect();
        let (list, bind) = integer_list(&ids, 1, self.dialect());
        let sql = format!(
            "select record, cast(sum(times) as bigint) from snippet_use where record in {list} and day >= $2 group by record"
        );
        let rows = self.read_some(records.len()).await?.fetch_all(&sql, &[bind, Bind::Integer(since)]).await?;
        rows.iter().map(|row| Ok((RecordId(row.integer(0)?), row.integer(1)?))).collect()
    }
}

fn stored(row: &Row) -> Result<StoredNotification, StoreError> {
    Ok(StoredNotification {
        id: row.integer(0)?,
        record: RecordId(row.integer(1)?),
        seq: row.integer(2)?,
        reason: row.text(3)?,
        actor: RecordId(row.integer(4)?),
        internal: row.integer(5)? != 0,
        at: row.moment(6)?,
        read_at: row.optional_integer(7)?.map(Moment),
    })
}
