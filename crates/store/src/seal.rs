//! Seals: one digest over everything written so far, to be kept where nobody who can change the database can reach.

use serde::{Deserialize, Serialize};
use steward_model::chain::{Hash, MerkleTree, seal_hash};
use steward_model::moment::Moment;

use crate::boxed;
use crate::connection::{Connection, Row};
use crate::error::StoreError;
use crate::journal::{Position, position, read_rows};
use crate::sql::Bind;
use crate::store::Store;

/// Entries read at once.
pub(crate) const PAGE: usize = 10_000;

/// A seal over the entries of the journal since the seal before it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seal {
    /// Number of the seal, from 1.
    pub id: i64,
    /// When it was set.
    pub at: Moment,
    /// How many entries it covers.
    pub entries: i64,
    /// Merkle root over their hashes, in the order in which readers see them.
    pub root: Hash,
    /// Over the hash of the seal before, and the root.
    pub hash: Hash,
    /// The last entry that it covers.
    #[serde(skip)]
    pub end: Position,
}

const COLUMNS: &str = "epoch, xid, position, id, at, entries, root, hash";

impl Store {
    /// Sets a seal over all that readers can see since the last one. `None` when there is nothing new, or when another
    /// node was faster.
    ///
    /// # Errors
    /// What the database answered.
    #[boxed]
    pub async fn seal(&self, now: Moment) -> Result<Option<Seal>, StoreError> {
        let mut connection = self.read().await?;
        let last = last_seal(&mut connection).await?;
        let (id, mut end, before) =
            last.map_or((1, Position::default(), Hash::ZERO), |seal| (seal.id + 1, seal.end, seal.hash));
        let (mut tree, mut entries) = (MerkleTree::default(), 0);
        loop {
            let rows = read_rows(&mut connection, "epoch, xid, position, hash", end, PAGE).await?;
            for row in &rows {
                tree.push(&row.hash(3)?);
                end = position(row)?;
                entries += 1;
            }
            if rows.len() < PAGE {
                break;
            }
        }
        drop(connection);
        if entries == 0 {
            return Ok(None);
        }
        let root = tree.root();
        let seal = Seal { id, at: now, entries, root, hash: seal_hash(&before, &root), end };
        let row = seal.clone();
        let set = self.write(move |connection| {
            let row = row.clone();
            Box::pin(async move { Ok(insert(connection, &row).await?) })
        });
        Ok((set.await? > 0).then_some(seal))
    }

    /// The last seal, to be kept elsewhere and handed to [`Store::verify`] later; `None` before the first.
    ///
    /// # Errors
    /// What the database answered.
    #[boxed]
    pub async fn last_seal(&self) -> Result<Option<Seal>, StoreError> {
        last_seal(&mut self.read().await?).await
    }
}

async fn insert(connection: &mut Connection, seal: &Seal) -> Result<u64, sqlx::Error> {
    let sql = "insert into seal (id, at, epoch, xid, position, entries, root, hash) \
               values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing";
    let numbers = [seal.id, seal.at.0, seal.end.epoch, seal.end.xid, seal.end.position, seal.entries];
    let hashes = [&seal.root, &seal.hash].map(|hash| Bind::Bytes(hash.0.to_vec()));
    let binds: Vec<Bind> = numbers.map(Bind::Integer).into_iter().chain(hashes).collect();
    connection.execute(sql, &binds).await
}

async fn last_seal(connection: &mut Connection) -> Result<Option<Seal>, StoreError> {
    let sql = format!("select {COLUMNS} from seal order by id desc limit 1");
    connection.fetch_optional(&sql, &[]).await?.as_ref().map(read_seal).transpose()
}

/// All seals, oldest first.
pub(crate) async fn all_seals(connection: &mut Connection) -> Result<Vec<Seal>, StoreError> {
    let sql = format!("select {COLUMNS} from seal order by id");
    connection.fetch_all(&sql, &[]).await?.iter().map(read_seal).collect()
}

fn read_seal(row: &Row) -> Result<Seal, StoreError> {
    Ok(Seal {
        end: position(row)?,
        id: row.integer(3)?,
        at: row.moment(4)?,
        entries: row.integer(5)?,
        root: row.hash(6)?,
        hash: row.hash(7)?,
    })
}
