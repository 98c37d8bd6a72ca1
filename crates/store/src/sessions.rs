//! Sessions of browsers: only a hash of what the browser holds is kept.

use steward_model::chain::Hash;
use steward_model::id::RecordId;
use steward_model::moment::Moment;

use crate::boxed;
use crate::connection::Row;
use crate::error::StoreError;
use crate::sql::Bind;
use crate::store::Store;

const COLUMNS: &str = "id, person, created_at, seen_at, proved_at, address, agent, view_as, view_reason, view_until";

/// A session to begin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSession {
    /// Who signed in.
    pub person: RecordId,
    /// SHA-256 of what the browser holds.
    pub hash: Hash,
    /// When.
    pub at: Moment,
    /// Address of the browser.
    pub address: String,
    /// What the browser says it is.
    pub agent: String,
}

/// A session that was not ended; whether it still counts depends on the times.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredSession {
    /// Its number.
    pub id: i64,
    /// Who signed in.
    pub person: RecordId,
    /// When it began.
    pub created_at: Moment,
    /// When it was last used, to the minute.
    pub seen_at: Moment,
    /// When the person last gave the password.
    pub proved_at: Moment,
    /// Address of the browser at the beginning.
    pub address: String,
    /// What the browser says it is.
    pub agent: String,
    /// As whom its owner looks at Steward, if they do.
    pub viewing: Option<StoredViewing>,
}

/// That the owner of a session looks at Steward as somebody else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredViewing {
    /// As whom.
    pub person: RecordId,
    /// Why.
    pub reason: String,
    /// When it ends at the latest.
    pub until: Moment,
}

impl Store {
    /// Begins a session. Of the person's others only the `most - 1` used last stay; those not used since `idle_since` are
    /// removed, whoever's they are.
    ///
    /// # Errors
    /// As [`Store::write`].
    #[boxed]
    pub async fn add_session(&self, new: NewSession, most: i64, idle_since: Moment) -> Result<(), StoreError> {
        self.write(move |connection| {
            let new = new.clone();
            Box::pin(async move {
                let old = "delete from session where seen_at < $1";
                connection.execute(old, &[Bind::Integer(idle_since.0)]).await?;
                let many = "update session set ended_at = $1 where person = $2 and ended_at is null and id not in \
                            (select id from session where person = $2 and ended_at is null \
                             order by seen_at desc, id desc limit $3)";
                let binds = [Bind::Integer(new.at.0), Bind::Integer(new.person.0), Bind::Integer(most - 1)];
                connection.execute(many, &binds).await?;
                let insert = "insert into session (person, hash, created_at, seen_at, proved_at, address, agent) \
                              values ($1, $2, $3, $3, $3, $4, $5)";
                let binds = [
                    Bind::Integer(new.person.0),
                    Bind::Bytes(new.hash.0.to_vec()),
                    Bind::Integer(new.at.0),
                    Bind::Text(new.address),
                    Bind::Text(new.agent),
                ];
                connection.execute(insert, &binds).await?;
                Ok(())
            })
        })
        .await
        .map_err(StoreError::from)
    }

    /// The session with this hash; `None` when there is none or it was ended.
    ///
    /// # Errors
    /// What the database answered.
    #[boxed]
    pub async fn find_session(&self, hash: &Hash) -> Result<Option<StoredSession>, StoreError> {
        let sql = format!("select {COLUMNS} from session where hash = $1 and ended_at is null");
        let row = self.read().await?.fetch_optional(&sql, &[Bind::Bytes(hash.0.to_vec())]).await?;
        row.as_ref().map(stored).transpose()
    }

    /// The sessions of a person that were not ended, used last first.
    ///
    /// # Errors
    /// What the database answered.
    #[boxed]
    pub async fn sessions_of(&self, person: RecordId) -> Result<Vec<StoredSession>, StoreError> {
        let sql = format!(
            "select {COLUMNS} from session where person = $1 and ended_at is null order by seen_at desc, id desc limit 100"
        );
        let rows = self.read().await?.fetch_all(&sql, &[Bind::Integer(person.0)]).await?;
        rows.iter().map(stored).collect()
    }

    /// Notes that a session was used.
    ///
    /// # Errors
    /// As [`Store::write`].
    #[boxed]
    pub async fn touch_session(&self, id: i64, now: Moment) -> Result<(), StoreError> {
        let sql = "update session set seen_at = $1 where id = $2 and seen_at < $1";
        self.run(sql, vec![Bind::Integer(now.0), Bind::Integer(id)]).await
    }

    /// Notes that the person gave the password once more.
    ///
    /// # Errors
    /// As [`Store::write`].
    #[boxed]
    pub async fn prove_session(&self, id: i64, now: Moment) -> Result<(), StoreError> {
        let sql = "update session set proved_at = $1, seen_at = $1 where id = $2 and ended_at is null";
        self.run(sql, vec![Bind::Integer(now.0), Bind::Integer(id)]).await
    }

    /// Has the owner of a session look as somebody else, or end that.
    ///
    /// # Errors
    /// As [`Store::write`].
    #[boxed]
    pub async fn view_in_session(&self, id: i64, viewing: Option<StoredViewing>) -> Result<(), StoreError> {
        let sql =
            "update session set view_as = $1, view_reason = $2, view_until = $3 where id = $4 and ended_at is null";
        let binds = vec![
            Bind::OptionalInteger(viewing.as_ref().map(|viewing| viewing.person.0)),
            Bind::OptionalText(viewing.as_ref().map(|viewing| viewing.reason.clone())),
            Bind::OptionalInteger(viewing.as_ref().map(|viewing| viewing.until.0)),
            Bind::Integer(id),
        ];
        self.run(sql, binds).await
    }

    /// Ends a session of a person.
    ///
    /// # Errors
    /// As [`Store::write`].
    #[boxed]
    pub async fn end_session(&self, person: RecordId, id: i64, now: Moment) -> Result<(), StoreError> {
        let sql = "update session set ended_at = $1 where id = $2 and person = $3 and ended_at is null";
        self.run(sql, vec![Bind::Integer(now.0), Bind::Integer(id), Bind::Integer(person.0)]).await
    }

    /// Ends all sessions of a person but the one to keep.
    ///
    /// # Errors
    /// As [`Store::write`].
    #[boxed]
    pub async fn end_sessions(&self, person: RecordId, keep: Option<i64>, now: Moment) -> Result<(), StoreError> {
        let sql = "update session set ended_at = $1 where person = $2 and id <> $3 and ended_at is null";
        let binds = vec![Bind::Integer(now.0), Bind::Integer(person.0), Bind::Integer(keep.unwrap_or_default())];
        self.run(sql, binds).await
    }
}

fn stored(row: &Row) -> Result<StoredSession, StoreError> {
    Ok(StoredSession {
        id: row.integer(0)?,
        person: RecordId(row.integer(1)?),
        created_at: row.moment(2)?,
        seen_at: row.moment(3)?,
        proved_at: row.moment(4)?,
        address: row.text(5)?,
        agent: row.text(6)?,
        viewing: match (row.optional_integer(7)?, row.optional_text(8)?, row.optional_integer(9)?) {
            (Some(person), Some(reason), Some(until)) => {
                Some(StoredViewing { person: RecordId(person), reason, until: Moment(until) })
            }
            _ => None,
        },
    })
}
