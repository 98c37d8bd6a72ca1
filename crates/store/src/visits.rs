//! Which records people opened, and which they want at hand.

use steward_model::id::RecordId;
use steward_model::moment::Moment;

use crate::boxed;
use crate::connection::Row;
use crate::error::StoreError;
use crate::sql::Bind;
use crate::store::Store;

/// A record that somebody opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Visit {
    /// The record.
    pub record: RecordId,
    /// When they last opened it.
    pub seen_at: Moment,
    /// Whether they want it at hand.
    pub is_pinned: bool,
}

impl Store {
    /// Keeps that somebody opened a record; an earlier moment than the one that is kept changes nothing.
    ///
    /// # Errors
    /// As [`Store::write`].
    #[boxed]
    pub async fn note_visit(&self, person: RecordId, record: RecordId, at: Moment) -> Result<(), StoreError> {
        let sql = "insert into visit (person, record, seen_at) values ($1, $2, $3) on conflict (person, record) \
                   do update set seen_at = excluded.seen_at where visit.seen_at < excluded.seen_at";
        self.change(sql.to_owned(), [person.0, record.0, at.0].map(Bind::Integer).to_vec()).await
    }

    /// Puts a record at somebody's hand, or away from it.
    ///
    /// # Errors
    /// As [`Store::write`].
    #[boxed]
    pub async fn pin_record(
        &self,
        person: RecordId,
        record: RecordId,
        pinned: bool,
        at: Moment,
    ) -> Result<(), StoreError> {
        let sql = "insert into visit (person, record, seen_at, pinned_at) values ($1, $2, $3, $4) \
                   on conflict (person, record) do update set pinned_at = excluded.pinned_at";
        let pinned_at = Bind::OptionalInteger(pinned.then_some(at.0));
        let binds = vec![Bind::Integer(person.0), Bind::Integer(record.0), Bind::Integer(at.0), pinned_at];
        self.change(sql.to_owned(), binds).await
    }

    /// When somebody last opened a record.
    ///
    /// # Errors
    /// What the database answered.
    #[boxed]
    pub async fn last_visit(&self, person: RecordId, record: RecordId) -> Result<Option<Moment>, StoreError> {
        let sql = "select seen_at from visit where person = $1 and record = $2";
        let binds = [person.0, record.0].map(Bind::Integer);
        Ok(self.read().await?.fetch_integer(sql, &binds).await?.map(Moment))
    }

    /// What somebody opened last, newest first.
    ///
    /// # Errors
    /// What the database answered.
    #[boxed]
    pub async fn recent_visits(&self, person: RecordId, limit: usize) -> Result<Vec<Visit>, StoreError> {
        self.visits("person = $1 order by seen_at desc", person, limit).await
    }

    /// What somebody wants at hand, in the order in which they asked for it.
    ///
    /// # Errors
    /// What the database answered.
    #[boxed]
    pub async fn pinned_records(&self, person: RecordId, limit: usize) -> Result<Vec<Visit>, StoreError> {
        self.visits("person = $1 and pinned_at is not null order by pinned_at", person, limit).await
    }

    /// What changed after somebody last opened it, newest change first, among the records that they opened since a moment.
    ///
    /// # Errors
    /// What the database answered.
    #[boxed]
    pub async fn changed_since_visit(
        &self,
        person: RecordId,
        since: Moment,
        limit: usize,
    ) -> Result<Vec<Visit>, StoreError> {
        let sql = "select v.record, v.seen_at, v.pinned_at from visit v join record r on r.id = v.record \
                   where v.person = $1 and v.seen_at >= $2 and r.updated_at > v.seen_at \
                   order by r.updated_at desc limit $3";
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let binds = [person.0, since.0, limit].map(Bind::Integer);
        self.read().await?.fetch_all(sql, &binds).await?.iter().map(visit).collect()
    }

    /// Forgets visits from before a moment, pinned records left out.
    ///
    /// # Errors
    /// As [`Store::write`].
    #[boxed]
    pub async fn forget_visits(&self, before: Moment) -> Result<(), StoreError> {
        let sql = "delete from visit where pinned_at is null and seen_at < $1";
        self.change(sql.to_owned(), vec![Bind::Integer(before.0)]).await
    }

    async fn visits(&self, which: &str, person: RecordId, limit: usize) -> Result<Vec<Visit>, StoreError> {
        let sql = format!("select record, seen_at, pinned_at from visit where {which} limit $2");
        let binds = [Bind::Integer(person.0), Bind::Integer(i64::try_from(limit).unwrap_or(i64::MAX))];
        self.read().await?.fetch_all(&sql, &binds).await?.iter().map(visit).collect()
    }
}

fn visit(row: &Row) -> Result<Visit, StoreError> {
    Ok(Visit {
        record: RecordId(row.integer(0)?),
        seen_at: Moment(row.integer(1)?),
        is_pinned: row.optional_integer(2)?.is_some(),
    })
}
