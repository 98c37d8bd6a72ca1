//! Links by which somebody decides one question for approval once.

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
pub struct NewApprovalLink {
    /// What is kept of its text.
    pub hash: Hash,
    /// The round that it decides.
    pub approval: RecordId,
    /// Who decides by it.
    pub person: RecordId,
    /// When it was made.
    pub created_at: Moment,
    /// When it ends.
    pub expires_at: Moment,
}

/// A link that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredApprovalLink {
    /// The round that it decides.
    pub approval: RecordId,
    /// Who decides by it.
    pub person: RecordId,
    /// When it ends.
    pub expires_at: Moment,
    /// When it was used.
    pub used_at: Option<Moment>,
}

impl Store {
    /// Keeps a link; those that ended before a moment are removed, whoever's they are.
    ///
    /// # Errors
    /// As [`Store::write`].
    #[boxed]
    pub async fn add_approval_link(&self, link: NewApprovalLink, forget: Moment) -> Result<(), StoreError> {
        let written = self.write(move |connection| {
            let link = link.clone();
            Box::pin(async move {
                let old = "delete from approval_link where expires_at < $1";
                connection.execute(old, &[Bind::Integer(forget.0)]).await?;
                let sql = "insert into approval_link (hash, approval, person, created_at, expires_at) \
                           values ($1, $2, $3, $4, $5)";
                let binds = [
                    Bind::Bytes(link.hash.0.to_vec()),
                    Bind::Integer(link.approval.0),
                    Bind::Integer(link.person.0),
                    Bind::Integer(link.created_at.0),
                    Bind::Integer(link.expires_at.0),
                ];
                connection.execute(sql, &binds).await?;
                Ok(())
            })
        });
        Ok(written.await?)
    }

    /// The link with this hash, also one that was used or has ended.
    ///
    /// # Errors
    /// What the database answered.
    #[boxed]
    pub async fn find_approval_link(&self, hash: &Hash) -> Result<Option<StoredApprovalLink>, StoreError> {
        let sql = "select approval, person, expires_at, used_at from approval_link where hash = $1";
        let row = self.read_few().await?.fetch_optional(sql, &[Bind::Bytes(hash.0.to_vec())]).await?;
        row.as_ref().map(link).transpose()
    }

    /// How many links of somebody to a round can still be used.
    ///
    /// # Errors
    /// What the database answered.
    #[boxed]
    pub async fn open_approval_links(
        &self,
        approval: RecordId,
        person: RecordId,
        now: Moment,
    ) -> Result<i64, StoreError> {
        let sql = "select count(*) from approval_link \
                   where approval = $1 and person = $2 and used_at is null and expires_at > $3";
        let binds = [approval.0, person.0, now.0].map(Bind::Integer);
        let row = self.read_few().await?.fetch_optional(sql, &binds).await?;
        Ok(row.map(|row| row.integer(0)).transpose()?.unwrap_or_default())
    }

    /// Uses a link up; whether that was still to be done. Of two at the same moment one does.
    ///
    /// # Errors
    /// As [`Store::write`].
    #[boxed]
    pub async fn use_approval_link(&self, hash: Hash, now: Moment) -> Result<bool, StoreError> {
        let written = self.write(move |connection| {
            Box::pin(async move {
                let sql =
                    "update approval_link set used_at = $1 where hash = $2 and used_at is null and expires_at > $1";
                Ok(connection.execute(sql, &[Bind::Integer(now.0), Bind::Bytes(hash.0.to_vec())]).await?)
            })
        });
        Ok(written.await? > 0)
    }

    /// Gives back a link whose use came to nothing: a reason was missing, or the password was another.
    ///
    /// # Errors
    /// As [`Store::write`].
    #[boxed]
    pub async fn give_back_approval_link(&self, hash: Hash) -> Result<(), StoreError> {
        let sql = "update approval_link set used_at = null where hash = $1";
        self.run(sql, vec![Bind::Bytes(hash.0.to_vec())]).await
    }
}

fn link(row: &Row) -> Result<StoredApprovalLink, StoreError> {
    Ok(StoredApprovalLink {
        approval: RecordId(row.integer(0)?),
        person: RecordId(row.integer(1)?),
        expires_at: row.moment(2)?,
        used_at: row.optional_integer(3)?.map(Moment),
    })
}
