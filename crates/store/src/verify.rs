//! Proving that the database holds what was once written, and nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use steward_model::apply::apply;
use steward_model::chain::{Hash, MerkleTree, link_hash, seal_hash};
use steward_model::event::{Act, Event};
use steward_model::id::{RecordId, Revision};
use steward_model::record::Record;
use steward_model::work::{Booking, follow};

use crate::blob::Blobs;
use crate::boxed;
use crate::commit::audience_key;
use crate::connection::{Connection, Row};
use crate::error::StoreError;
use crate::journal::{Position, position, read_rows};
use crate::rows::{loaded, record_columns};
use crate::seal::{PAGE, Seal, all_seals};
use crate::sql::{Bind, Dialect, placeholders};
use crate::store::Store;
use crate::worklog;

/// Entries and records read at once; together with one record's fold, all the memory that this takes.
const CHECKED: usize = 2_000;

/// Faults told at most; the first is the one that matters.
const TOLD: usize = 100;

/// What a verification found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct VerifyReport {
    /// Entries looked at.
    pub entries: u64,
    /// Records looked at.
    pub records: u64,
    /// Seals looked at.
    pub seals: u64,
    /// Attachments looked at.
    pub attachments: u64,
    /// What is wrong, in the order found: by record and place in its journal, then by seal. At most 100.
    pub faults: Vec<Fault>,
}

/// Something that is not as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where.
    pub place: Place,
    /// What is wrong, for people.
    pub what: String,
}

/// Where a fault lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// An entry of a record's journal.
    Entry {
        /// The record.
        record: RecordId,
        /// Place in its journal.
        seq: Revision,
    },
    /// The stored form of a record.
    Record(RecordId),
    /// A seal, by number.
    Seal(i64),
    /// The database file as such.
    Database,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.place {
            Place::Entry { record, seq } => write!(f, "entry {seq} of record {record}: {}", self.what),
            Place::Record(record) => write!(f, "record {record}: {}", self.what),
            Place::Seal(number) => write!(f, "seal {number}: {}", self.what),
            Place::Database => write!(f, "database: {}", self.what),
        }
    }
}

impl VerifyReport {
    /// Whether nothing is wrong.
    pub fn is_good(&self) -> bool {
        self.faults.is_empty()
    }

    pub(crate) fn tell(&mut self, place: Place, what: impl Into<String>) {
        if self.faults.len() < TOLD {
            self.faults.push(Fault { place, what: what.into() });
        }
    }
}

impl Store {
    /// Checks hash chains, columns against entries, stored records against the fold of their journals, and seals, on
    /// one snapshot of the database. `progress` hears how many entries were looked at.
    ///
    /// `exported` is a seal kept elsewhere: whoever can rewrite the whole database can rewrite its seals, but not this.
    ///
    /// # Errors
    /// What the database answered. What is wrong with the data is in the report.
    pub async fn verify(
        &self,
        exported: Option<&Seal>,
        mut progress: impl FnMut(u64) + Send,
    ) -> Result<VerifyReport, StoreError> {
        self.verify_and_tell(exported, &mut progress).await
    }

    #[boxed]
    async fn verify_and_tell(
        &self,
        exported: Option<&Seal>,
        progress: &mut (dyn FnMut(u64) + Send),
    ) -> Result<VerifyReport, StoreError> {
        let mut connection = self.read_snapshot().await?;
        let mut report = VerifyReport::default();
        check_pages(&mut connection, &mut report).await?;
        check_journals(&mut connection, &mut report, progress).await?;
        check_orphans(&mut connection, &mut report).await?;
        check_seals(&mut connection, &mut report, exported).await?;
        Ok(report)
    }

    /// Checks every attachment that the journal names against what lists of files are made from and, when `blobs` is
    /// given, its content against its hash.
    ///
    /// # Errors
    /// As [`Self::verify`].
    #[boxed]
    pub async fn verify_attachments(&self, blobs: Option<&Blobs>, report: &mut VerifyReport) -> Result<(), StoreError> {
        check_attachments(&mut self.read_snapshot().await?, blobs, report).await
    }

    /// A connection that sees the database as it is now until it is dropped, and then is closed.
    pub(crate) async fn read_snapshot(&self) -> Result<Connection, StoreError> {
        let mut connection = self.read().await?;
        connection.discard();
        match self.dialect() {
            Dialect::Sqlite => connection.execute_script("begin").await?,
            Dialect::Postgres => {
                connection
                    .execute_script("begin isolation level repeatable read read only; set local statement_timeout = 0")
                    .await?;
            }
        }
        // SQLite takes its snapshot with the first read.
        connection.fetch_integer("select count(*) from meta", &[]).await?;
        Ok(connection)
    }
}

/// Has SQLite look at its pages and indexes; PostgreSQL checks its pages whenever it reads them.
async fn check_pages(connection: &mut Connection, report: &mut VerifyReport) -> Result<(), StoreError> {
    if connection.dialect() == Dialect::Postgres {
        return Ok(());
    }
    for row in connection.fetch_all("pragma integrity_check(20)", &[]).await? {
        let said = row.text(0)?;
        if said != "ok" {
            report.tell(Place::Database, said);
        }
    }
    Ok(())
}

async fn check_attachments(
    connection: &mut Connection,
    blobs: Option<&Blobs>,
    report: &mut VerifyReport,
) -> Result<(), StoreError> {
    let sql = "select j.record, j.seq, cast(j.data as text), a.name, a.media_type, a.size, a.sha256, a.audience \
               from journal j left join attachment a on a.record = j.record and a.seq = j.seq \
               where j.type = 'attached' and (j.record, j.seq) > ($1, $2) order by j.record, j.seq limit $3";
    let limit = i64::try_from(CHECKED).unwrap_or(i64::MAX);
    let mut last = (i64::MIN, i64::MIN);
    // One content may hang on many records.
    let mut sound = BTreeSet::new();
    loop {
        let rows = connection.fetch_all(sql, &[last.0, last.1, limit].map(Bind::Integer)).await?;
        for row in &rows {
            last = (row.integer(0)?, row.integer(1)?);
            let place = Place::Entry { record: RecordId(last.0), seq: last.1 };
            // An entry that cannot be read is told where the chain is checked.
            let Ok(Event { act: Act::Attached(file), .. }) = serde_json::from_str(&row.text(2)?) else { continue };
            report.attachments += 1;
            let listed = match row.optional_text(3)? {
                None => false,
                Some(name) => {
                    (name, row.text(4)?, row.integer(5)?, row.text(6)?, row.text(7)?)
                        == (
                            file.name,
                            file.media_type,
                            file.size,
                            file.sha256.clone(),
                            audience_key(file.audience).to_owned(),
                        )
                }
            };
            if !listed {
                report.tell(place, "its file is listed otherwise than it says");
            }
            if let Some(blobs) = blobs
                && !sound.contains(&file.sha256)
            {
                match blobs.check(&file.sha256).await {
                    Ok(_) => drop(sound.insert(file.sha256)),
                    Err(error) => report.tell(place, error.to_string()),
                }
            }
        }
        if rows.len() < CHECKED {
            break;
        }
    }
    let sql = "select a.record, a.seq from attachment a left join journal j \
               on j.record = a.record and j.seq = a.seq and j.type = 'attached' where j.record is null limit 100";
    for row in connection.fetch_all(sql, &[]).await? {
        let place = Place::Entry { record: RecordId(row.integer(0)?), seq: row.integer(1)? };
        report.tell(place, "a file is listed that no entry names");
    }
    Ok(())
}

/// A record's journal, as far as it was read.
#[derive(Debug)]
struct Chain {
    id: RecordId,
    seq: Revision,
    hash: Hash,
    /// `None` before the first entry, and after one that does not fold.
    record: Option<Record>,
    /// Time spent, as the entries tell of it.
    work: BTreeMap<Revision, Booking>,
    /// Whether the fold is worth comparing.
    folds: bool,
}

async fn check_journals(
    connection: &mut Connection,
    report: &mut VerifyReport,
    progress: &mut (dyn FnMut(u64) + Send),
) -> Result<(), StoreError> {
    let sql = "select record, seq, kind, at, actor, door, type, cast(data as text), hash from journal \
               where (record, seq) > ($1, $2) order by record, seq limit $3";
    let limit = i64::try_from(CHECKED).unwrap_or(i64::MAX);
    let mut last = (i64::MIN, i64::MIN);
    let mut current: Option<Chain> = None;
    let mut finished = Vec::new();
    loop {
        let rows = connection.fetch_all(sql, &[last.0, last.1, limit].map(Bind::Integer)).await?;
        for row in &rows {
            last = (row.integer(0)?, row.integer(1)?);
            let id = RecordId(last.0);
            if let Some(done) = current.take_if(|chain| chain.id != id) {
                finished.push(done);
            }
            let chain = current.get_or_insert(Chain {
                id,
                seq: 0,
                hash: Hash::ZERO,
                record: None,
                work: BTreeMap::new(),
                folds: true,
            });
            check_entry(row, chain, report)?;
            report.entries += 1;
        }
        let end = rows.len() < CHECKED;
        if end {
            finished.extend(current.take());
        }
        check_records(connection, &std::mem::take(&mut finished), report).await?;
        progress(report.entries);
        if end {
            return Ok(());
        }
    }
}

fn check_entry(row: &Row, chain: &mut Chain, report: &mut VerifyReport) -> Result<(), StoreError> {
    let seq = row.integer(1)?;
    let place = Place::Entry { record: chain.id, seq };
    let (text, stored) = (row.text(7)?, row.hash(8)?);
    if seq != chain.seq + 1 {
        report.tell(place, format!("entry {} before it is missing", chain.seq + 1));
        chain.folds = false;
    } else if link_hash(&chain.hash, &text) != stored {
        report.tell(place, "its content, its hash or the entry before it was changed");
        chain.folds = false;
    }
    // Going on from the stored hash names what was changed alone, not everything after it.
    (chain.seq, chain.hash) = (seq, stored);
    let event: Event = match serde_json::from_str(&text) {
        Ok(event) => event,
        Err(error) => {
            report.tell(place, format!("it cannot be read: {error}"));
            chain.folds = false;
            return Ok(());
        }
    };
    let columns = (row.integer(0)?, seq, row.integer(3)?, row.integer(4)?, row.text(5)?, row.text(6)?);
    let said =
        (event.record.0, event.seq, event.at.0, event.actor.0, event.door.key().to_owned(), event.act.key().to_owned());
    if columns != said {
        report.tell(place, "its columns differ from its content");
        chain.folds = false;
    }
    follow(&mut chain.work, &event);
    if chain.folds {
        match apply(chain.record.take(), &event) {
            Ok(record) => {
                if record.kind != row.text(2)? {
                    report.tell(place, "its kind differs from its record's");
                }
                chain.record = Some(record);
            }
            Err(error) => {
                report.tell(place, error.to_string());
                chain.folds = false;
            }
        }
    }
    Ok(())
}

/// Compares folds with stored records.
async fn check_records(
    connection: &mut Connection,
    chains: &[Chain],
    report: &mut VerifyReport,
) -> Result<(), StoreError> {
    for chains in chains.chunks(500) {
        let sql = format!(
            "select {} from record r where r.id in ({})",
            record_columns(connection.dialect(), "r"),
            placeholders(1, chains.len())
        );
        let binds: Vec<Bind> = chains.iter().map(|chain| Bind::Integer(chain.id.0)).collect();
        let rows = connection.fetch_all(&sql, &binds).await?;
        let mut stored = BTreeMap::new();
        for row in &rows {
            stored.insert(row.integer(0)?, loaded(row));
        }
        let ids: Vec<RecordId> = chains.iter().map(|chain| chain.id).collect();
        let mut booked = worklog::of(connection, &ids).await?;
        for chain in chains {
            if chain.folds && booked.remove(&chain.id).unwrap_or_default() != chain.work {
                report.tell(Place::Record(chain.id), "its time spent differs from what its journal says");
            }
            report.records += 1;
            let place = Place::Record(chain.id);
            match stored.remove(&chain.id.0) {
                None => report.tell(place, "it has a journal, but is missing"),
                Some(Err(error)) => report.tell(place, error.to_string()),
                Some(Ok(stored)) if stored.record.revision != chain.seq || stored.head != chain.hash => {
                    report.tell(place, format!("its journal ends at {}, not at {}", chain.seq, stored.record.revision));
                }
                Some(Ok(stored)) if chain.folds && !is_fold(chain.record.as_ref(), &stored.record) => {
                    report.tell(place, "it differs from what its journal says");
                }
                Some(Ok(_)) => {}
            }
        }
    }
    Ok(())
}

/// Whether a stored record is what its journal gives; what clocks say of it stands beside the fold.
fn is_fold(folded: Option<&Record>, stored: &Record) -> bool {
    folded.is_some_and(|folded| Record { dues: stored.dues, ..folded.clone() } == *stored)
}

/// Records that have no journal at all.
async fn check_orphans(connection: &mut Connection, report: &mut VerifyReport) -> Result<(), StoreError> {
    let sql = "select r.id from record r where not exists (select 1 from journal j where j.record = r.id) \
               order by r.id limit 100";
    for row in connection.fetch_all(sql, &[]).await? {
        report.tell(Place::Record(RecordId(row.integer(0)?)), "it has no journal");
    }
    Ok(())
}

async fn check_seals(
    connection: &mut Connection,
    report: &mut VerifyReport,
    exported: Option<&Seal>,
) -> Result<(), StoreError> {
    let seals = all_seals(connection).await?;
    let (mut before, mut start) = (Hash::ZERO, Position::default());
    for (number, seal) in (1..).zip(&seals) {
        let (root, entries) = root_between(connection, start, seal.end).await?;
        if seal.id != number {
            report.tell(Place::Seal(number), "the seal is missing");
        } else if (root, entries) != (seal.root, seal.entries) {
            let what =
                format!("entries were changed, removed or added under it: {} sealed, {entries} there", seal.entries);
            report.tell(Place::Seal(seal.id), what);
        } else if seal_hash(&before, &root) != seal.hash {
            report.tell(Place::Seal(seal.id), "the seal or the one before it was changed");
        }
        (before, start) = (seal.hash, seal.end);
        report.seals += 1;
    }
    if let Some(exported) = exported
        && !seals.iter().any(|seal| (seal.id, seal.hash) == (exported.id, exported.hash))
    {
        report.tell(
            Place::Seal(exported.id),
            "the exported seal is not in the database: its end was cut off or rewritten",
        );
    }
    Ok(())
}

async fn root_between(connection: &mut Connection, start: Position, end: Position) -> Result<(Hash, i64), StoreError> {
    let (mut tree, mut entries, mut last) = (MerkleTree::default(), 0, start);
    loop {
        let rows = read_rows(connection, "epoch, xid, position, hash", last, PAGE).await?;
        for row in &rows {
            last = position(row)?;
            if last > end {
                return Ok((tree.root(), entries));
            }
            tree.push(&row.hash(3)?);
            entries += 1;
        }
        if rows.len() < PAGE {
            return Ok((tree.root(), entries));
        }
    }
}
