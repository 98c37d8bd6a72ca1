//! What signing in goes by: password hashes, tokens, failed tries; and the security journal.

use steward_model::chain::Hash;
use steward_model::id::RecordId;
use steward_model::moment::Moment;

use crate::boxed;
use crate::change::{KeptAnswer, SecurityEvent};
use crate::connection::Connection;
use crate::error::{CommitError, StoreError};
use crate::sql::Bind;
use crate::store::Store;

/// An API token to store; its text is known to its owner only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewToken {
    /// Its owner.
    pub person: RecordId,
    /// SHA-256 of its text.
    pub hash: Hash,
    /// What its owner calls it.
    pub label: String,
    /// Limits as JSON.
    pub scopes: String,
    /// When it was made.
    pub created_at: Moment,
    /// When it ends.
    pub expires_at: Moment,
}

/// A token that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredToken {
    /// Its owner.
    pub person: RecordId,
    /// Limits as JSON.
    pub scopes: String,
    /// When it ends.
    pub expires_at: Moment,
    /// When it was revoked; `None` while it was not.
    pub revoked_at: Option<Moment>,
}

/// A token as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedToken {
    /// Its number.
    pub id: i64,
    /// What its owner calls it.
    pub label: String,
    /// When it was made.
    pub created_at: Moment,
    /// When it ends.
    pub expires_at: Moment,
}

/// Failed tries of one subject in a span of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempts {
    /// How many.
    pub count: i64,
    /// When the last one was; `None` when there was none.
    pub last: Option<Moment>,
}

impl Store {
    /// The password hash of a person; `None` when they have no password.
    ///
    /// # Errors
    /// What the database answered.
    #[boxed]
    pub async fn get_credential(&self, person: RecordId) -> Result<Option<String>, StoreError> {
        let sql = "select hash from credential where person = $1";
        let row = self.read_few().await?.fetch_optional(sql, &[Bind::Integer(person.0)]).await?;
        Ok(row.map(|row| row.text(0)).transpose()?)
    }

    /// Sets the password hash of a person.
    ///
    /// # Errors
    /// As [`Store::write`].
    #[boxed]
    pub async fn set_credential(&self, person: RecordId, hash: &str, now: Moment) -> Result<(), StoreError> {
        let sql = "insert into credential (person, hash, changed_at) values ($1, $2, $3) \
                   on conflict (person) do update set hash = excluded.hash, changed_at = excluded.changed_at";
        self.run(sql, vec![Bind::Integer(person.0), Bind::Text(hash.to_owned()), Bind::Integer(now.0)]).await
    }

    /// Stores a token.
    ///
    /// # Errors
    /// As [`Store::write`].
    #[boxed]
    pub async fn add_token(&self, token: NewToken) -> Result<(), StoreError> {
        let sql = "insert into token (person, hash, label, scopes, created_at, expires_at) \
                   values ($1, $2, $3, $4, $5, $6)";
        let sql = match self.dialect() {
            crate::sql::Dialect::Sqlite => sql.to_owned(),
            crate::sql::Dialect::Postgres => sql.replace("$4", "cast($4 as json)"),
        };
        let binds = vec![
            Bind::Integer(token.person.0),
            Bind::Bytes(token.hash.0.to_vec()),
            Bind::Text(token.label),
            Bind::Text(token.scopes),
            Bind::Integer(token.created_at.0),
            Bind::Integer(token.expires_at.0),
        ];
        self.run(&sql, binds).await
    }

    /// The token with this hash, revoked and ended ones too.
    ///
    /// # Errors
    /// What the database answered.
    #[boxed]
    pub async fn find_token(&self, hash: &Hash) -> Result<Option<StoredToken>, StoreError> {
        let sql = "select person, cast(scopes as text), expires_at, revoked_at from token where hash = $1";
        let row = self.read_few().await?.fetch_optional(sql, &[Bind::Bytes(hash.0.to_vec())]).await?;
        row.map(|row| {
            Ok(StoredToken {
                person: RecordId(row.integer(0)?),
                scopes: row.text(1)?,
                expires_at: row.moment(2)?,
                revoked_at: row.optional_integer(3)?.map(Moment),
            })
        })
        .transpose()
    }

    /// Ends a token.
    ///
    /// # Errors
    /// As [`Store::write`].
    #[boxed]
    pub async fn revoke_token(&self, hash: &Hash, now: Moment) -> Result<(), StoreError> {
        let sql = "update token set revoked_at = $1 where hash = $2 and revoked_at is null";
        self.run(sql, vec![Bind::Integer(now.0), Bind::Bytes(hash.0.to_vec())]).await
    }

    /// The tokens of a person that hold at a moment, made last first.
    ///
    /// # Errors
    /// What the database answered.
    #[boxed]
    pub async fn tokens_of(&self, person: RecordId, now: Moment) -> Result<Vec<ListedToken>, StoreError> {
        let sql = "select id, label, created_at, expires_at from token where person = $1 and revoked_at is null \
                   and expires_at > $2 order by id desc limit 1000";
        let rows = self.read().await?.fetch_all(sql, &[Bind::Integer(person.0), Bind::Integer(now.0)]).await?;
        rows.iter()
            .map(|row| {
                Ok(ListedToken {
                    id: row.integer(0)?,
                    label: row.text(1)?,
                    created_at: row.moment(2)?,
                    expires_at: row.moment(3)?,
                })
            })
            .collect()
    }

    /// Ends a token of a person.
    ///
    /// # Errors
    /// As [`Store::write`].
    #[boxed]
    pub async fn revoke_token_of(&self, person: RecordId, id: i64, now: Moment) -> Result<(), StoreError> {
        let sql = "update token set revoked_at = $1 where id = $2 and person = $3 and revoked_at is null";
        self.run(sql, vec![Bind::Integer(now.0), Bind::Integer(id), Bind::Integer(person.0)]).await
    }

    /// Whether anybody has a password.
    ///
    /// # Errors
    /// What the database answered.
    #[boxed]
    pub async fn has_credentials(&self) -> Result<bool, StoreError> {
        let row = self.read().await?.fetch_optional("select person from credential limit 1", &[]).await?;
        Ok(row.is_some())
    }

    /// Takes something that can be taken once only, on any node; says whether this caller got it.
    ///
    /// # Errors
    /// As [`Store::write`].
    #[boxed]
    pub async fn take_once(&self, what: &str) -> Result<bool, StoreError> {
        let key = format!("once:{what}");
        let taken = self.write(move |connection| {
            let key = key.clone();
            Box::pin(async move {
                let sql = "insert into meta (key, value) values ($1, 'taken') on conflict (key) do nothing";
                Ok(connection.execute(sql, &[Bind::Text(key)]).await?)
            })
        });
        Ok(taken.await.map_err(StoreError::from)? == 1)
    }

    /// Gives back what [`Store::take_once`] took, since nothing came of it.
    ///
    /// # Errors
    /// As [`Store::write`].
    #[boxed]
    pub async fn give_back(&self, what: &str) -> Result<(), StoreError> {
        self.run("delete from meta where key = $1", vec![Bind::Text(format!("once:{what}"))]).await
    }

    /// Failed tries of a subject since a moment.
    ///
    /// # Errors
    /// What the database answered.
    #[boxed]
    pub async fn attempts(&self, subject: &str, since: Moment) -> Result<Attempts, StoreError> {
        let sql = "select count(*), max(at) from attempt where subject = $1 and at >= $2";
        let binds = [Bind::Text(subject.to_owned()), Bind::Integer(since.0)];
        let row = self.read_few().await?.fetch_optional(sql, &binds).await?;
        Ok(match row {
            Some(row) => Attempts { count: row.integer(0)?, last: row.optional_integer(1)?.map(Moment) },
            None => Attempts { count: 0, last: None },
        })
    }

    /// Notes a try of each subject, and forgets those before `keep_since`.
    ///
    /// # Errors
    /// As [`Store::write`].
    #[boxed]
    pub async fn add_attempts(&self, subjects: &[String], now: Moment, keep_since: Moment) -> Result<(), StoreError> {
        let subjects = subjects.to_vec();
        self.changing(move |connection| {
            let subjects = subjects.clone();
            Box::pin(async move {
                for subject in subjects {
                    let old = [Bind::Text(subject.clone()), Bind::Integer(keep_since.0)];
                    connection.execute("delete from attempt where subject = $1 and at < $2", &old).await?;
                    let new = [Bind::Text(subject), Bind::Integer(now.0)];
                    connection.execute("insert into attempt (subject, at) values ($1, $2)", &new).await?;
                }
                Ok(())
            })
        })
        .await
    }

    /// Takes back the try of each subject that was noted at a moment, since it was none.
    ///
    /// # Errors
    /// As [`Store::write`].
    #[boxed]
    pub async fn forget_attempt(&self, subjects: &[String], at: Moment) -> Result<(), StoreError> {
        let subjects = subjects.to_vec();
        self.changing(move |connection| {
            let subjects = subjects.clone();
            Box::pin(async move {
                for subject in subjects {
                    let sql =
                        "delete from attempt where id = (select max(id) from attempt where subject = $1 and at = $2)";
                    connection.execute(sql, &[Bind::Text(subject), Bind::Integer(at.0)]).await?;
                }
                Ok(())
            })
        })
        .await
    }

    /// The answer kept for a request with this key.
    ///
    /// # Errors
    /// What the database answered.
    #[boxed]
    pub async fn find_answer(&self, actor: RecordId, key: &str) -> Result<Option<KeptAnswer>, StoreError> {
        let sql = "select request_hash, status, response, created_at from idempotency where actor = $1 and key = $2";
        let binds = [Bind::Integer(actor.0), Bind::Text(key.to_owned())];
        let row = self.read_few().await?.fetch_optional(sql, &binds).await?;
        row.map(|row| {
            Ok(KeptAnswer {
                actor,
                key: key.to_owned(),
                request_hash: row.hash(0)?,
                status: u16::try_from(row.integer(1)?).unwrap_or(200),
                response: row.text(2)?,
                created_at: row.moment(3)?,
            })
        })
        .transpose()
    }

    /// Forgets answers kept before a moment.
    ///
    /// # Errors
    /// As [`Store::write`].
    #[boxed]
    pub async fn forget_answers(&self, before: Moment) -> Result<(), StoreError> {
        self.run("delete from idempotency where created_at < $1", vec![Bind::Integer(before.0)]).await
    }

    /// Writes to the security journal.
    ///
    /// # Errors
    /// As [`Store::write`].
    #[boxed]
    pub async fn add_security_event(&self, event: SecurityEvent) -> Result<(), StoreError> {
        let sql = "insert into security_event (at, actor, address, action, outcome, detail) \
                   values ($1, $2, $3, $4, $5, $6)";
        let binds = vec![
            Bind::Integer(event.at.0),
            Bind::Integer(event.actor.0),
            Bind::Text(event.address),
            Bind::Text(event.action),
            Bind::Text(event.outcome),
            Bind::Text(event.detail),
        ];
        self.run(sql, binds).await
    }

    /// Entries of the security journal since a moment, newest first.
    ///
    /// # Errors
    /// What the database answered.
    #[boxed]
    pub async fn security_events(&self, since: Moment, limit: usize) -> Result<Vec<SecurityEvent>, StoreError> {
        let sql = "select at, actor, address, action, outcome, detail from security_event \
                   where at >= $1 order by at desc, id desc limit $2";
        let binds = [Bind::Integer(since.0), Bind::Integer(i64::try_from(limit).unwrap_or(i64::MAX))];
        let rows = self.read().await?.fetch_all(sql, &binds).await?;
        rows.iter()
            .map(|row| {
                Ok(SecurityEvent {
                    at: row.moment(0)?,
                    actor: RecordId(row.integer(1)?),
                    address: row.text(2)?,
                    action: row.text(3)?,
                    outcome: row.text(4)?,
                    detail: row.text(5)?,
                })
            })
            .collect()
    }

    pub(crate) async fn run(&self, sql: &str, binds: Vec<Bind>) -> Result<(), StoreError> {
        let sql = sql.to_owned();
        self.changing(move |connection| {
            let (sql, binds) = (sql.clone(), binds.clone());
            Box::pin(async move {
                connection.execute(&sql, &binds).await?;
                Ok(())
            })
        })
        .await
    }

    async fn changing<F>(&self, body: F) -> Result<(), StoreError>
    where
        F: for<'c> FnMut(&'c mut Connection) -> futures_util::future::BoxFuture<'c, Result<(), CommitError>>
            + Send
            + 'static,
    {
        self.write(body).await.map_err(StoreError::from)
    }
}
