//! What the malware scanner says of contents, each once whatever records hold it.

use steward_model::event::Audience;
use steward_model::id::{RecordId, Revision};
use steward_model::moment::Moment;

use crate::boxed;
use crate::bulk::Target;
use crate::connection::{Connection, Row};
use crate::error::{CommitError, StoreError};
use crate::jobs::{self, NewJob};
use crate::sql::Bind;
use crate::store::Store;

const SCAN: Target = Target {
    table: "file_scan",
    columns: &["sha256", "state", "asked_at", "failures"],
    jsonb: &[],
    json: &[],
    suffix: "on conflict do nothing",
};
const COLUMNS: &str = "s.sha256, s.state, s.asked_at, s.tried_at, s.failures, s.fault, s.finding";

/// What the scanner says of a content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ScanState {
    /// It was not asked yet.
    Pending,
    /// Nothing was found.
    Clean,
    /// Something was found.
    Infected,
    /// It gave no verdict, and is asked again.
    Failed,
}

impl ScanState {
    /// The word for it in storage and interface.
    pub fn key(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Clean => "clean",
            Self::Infected => "infected",
            Self::Failed => "failed",
        }
    }

    pub(crate) fn parse(word: &str) -> Result<Self, StoreError> {
        [Self::Pending, Self::Clean, Self::Infected, Self::Failed]
            .into_iter()
            .find(|state| state.key() == word)
            .ok_or_else(|| StoreError::Damaged(format!("`{word}` is no state of a file")))
    }
}

/// A content that the scanner is to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewScan {
    /// Its hash.
    pub sha256: String,
    /// When it came.
    pub asked_at: Moment,
}

/// What is known of a content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredScan {
    /// Its hash.
    pub sha256: String,
    /// What the scanner says.
    pub state: ScanState,
    /// When it was first to be looked at.
    pub asked_at: Moment,
    /// When the scanner was last asked.
    pub tried_at: Option<Moment>,
    /// Tries that gave no verdict since.
    pub failures: i64,
    /// What went wrong last.
    pub fault: Option<String>,
    /// The name of what was found.
    pub finding: Option<String>,
}

/// A file that holds a content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// Its content.
    pub sha256: String,
    /// The record.
    pub record: RecordId,
    /// The `seq` of the event that attached it.
    pub seq: Revision,
    /// Its name.
    pub name: String,
    /// For whom it is.
    pub audience: Audience,
    /// Whether its record says that something was found in it.
    pub is_told: bool,
    /// Whether it was taken off.
    pub is_detached: bool,
}

impl Store {
    /// What is known of a content; `None` when the scanner was never to be asked.
    ///
    /// # Errors
    /// What the database answered.
    #[boxed]
    pub async fn file_scan(&self, sha256: &str) -> Result<Option<StoredScan>, StoreError> {
        let sql = format!("select {COLUMNS} from file_scan s where s.sha256 = $1");
        let row = self.read_few().await?.fetch_optional(&sql, &[Bind::Text(sha256.to_owned())]).await?;
        row.as_ref().map(scan).transpose()
    }

    /// Keeps a verdict, or that there was none. A verdict that stands already stays.
    ///
    /// # Errors
    /// As [`Store::write`].
    #[boxed]
    pub async fn keep_scan(&self, after: &StoredScan) -> Result<(), StoreError> {
        let sql = "update file_scan set state = $2, tried_at = $3, failures = $4, fault = $5, finding = $6 \
                   where sha256 = $1 and state in ('pending', 'failed')";
        let binds = vec![
            Bind::Text(after.sha256.clone()),
            Bind::Text(after.state.key().to_owned()),
            Bind::OptionalInteger(after.tried_at.map(|at| at.0)),
            Bind::Integer(after.failures),
            Bind::OptionalText(after.fault.clone()),
            Bind::OptionalText(after.finding.clone()),
        ];
        self.change(sql.to_owned(), binds).await
    }

    /// Has contents looked at again, whatever was said of them; what else is known of them is forgotten.
    ///
    /// # Errors
    /// As [`Store::write`].
    #[boxed]
    pub async fn scan_again(&self, scan: NewScan, job: NewJob) -> Result<(), StoreError> {
        let sql = "update file_scan set state = 'pending', failures = 0, fault = null where sha256 = $1";
        let written = self.write(move |connection| {
            let (scan, job) = (scan.clone(), job.clone());
            Box::pin(async move {
                add(connection, std::slice::from_ref(&scan)).await?;
                connection.execute(sql, &[Bind::Text(scan.sha256)]).await?;
                jobs::enqueue_all(connection, &[job]).await
            })
        });
        Ok(written.await?)
    }

    /// Files with any of these contents, in the order of records and attaching.
    ///
    /// # Errors
    /// What the database answered.
    #[boxed]
    pub async fn holders(&self, contents: &[String]) -> Result<Vec<Holder>, StoreError> {
        if contents.is_empty() {
            return Ok(Vec::new());
        }
        let sql = format!(
            "select sha256, record, seq, name, audience, withheld_seq, detached_seq from attachment \
             where sha256 in ({}) order by record, seq",
            crate::sql::placeholders(1, contents.len())
        );
        let binds: Vec<Bind> = contents.iter().map(|sha256| Bind::Text(sha256.clone())).collect();
        self.read().await?.fetch_all(&sql, &binds).await?.iter().map(holder).collect()
    }

    /// Contents that are not known to be clean, those that came last first; before a place, where one is given.
    ///
    /// # Errors
    /// What the database answered.
    #[boxed]
    pub async fn withheld(&self, before: Option<(Moment, &str)>, limit: usize) -> Result<Vec<StoredScan>, StoreError> {
        let limit = Bind::Integer(i64::try_from(limit).unwrap_or(i64::MAX));
        let (after, binds) = match before {
            None => ("", vec![limit]),
            Some((at, sha256)) => (
                "and (s.asked_at < $2 or (s.asked_at = $2 and s.sha256 < $3))",
                vec![limit, Bind::Integer(at.0), Bind::Text(sha256.to_owned())],
            ),
        };
        let sql = format!(
            "select {COLUMNS} from file_scan s where s.state <> 'clean' {after} \
             order by s.asked_at desc, s.sha256 desc limit $1"
        );
        self.read().await?.fetch_all(&sql, &binds).await?.iter().map(scan).collect()
    }
}

/// Notes contents that the scanner is to look at; those that it knows stay as they are.
pub(crate) async fn add(connection: &mut Connection, scans: &[NewScan]) -> Result<(), CommitError> {
    let rows: Vec<Vec<Bind>> = scans
        .iter()
        .map(|scan| {
            vec![
                Bind::Text(scan.sha256.clone()),
                Bind::Text(ScanState::Pending.key().to_owned()),
                Bind::Integer(scan.asked_at.0),
                Bind::Integer(0),
            ]
        })
        .collect();
    SCAN.insert(connection, &rows).await?;
    Ok(())
}

fn scan(row: &Row) -> Result<StoredScan, StoreError> {
    Ok(StoredScan {
        sha256: row.text(0)?,
        state: ScanState::parse(&row.text(1)?)?,
        asked_at: row.moment(2)?,
        tried_at: row.optional_integer(3)?.map(Moment),
        failures: row.integer(4)?,
        fault: row.optional_text(5)?,
        finding: row.optional_text(6)?,
    })
}

fn holder(row: &Row) -> Result<Holder, StoreError> {
    let audience = if row.text(4)? == "public" { Audience::Public } else { Audience::Internal };
    Ok(Holder {
        sha256: row.text(0)?,
        record: RecordId(row.integer(1)?),
        seq: row.integer(2)?,
        name: row.text(3)?,
        audience,
        is_told: row.optional_integer(5)?.is_some(),
        is_detached: row.optional_integer(6)?.is_some(),
    })
}
