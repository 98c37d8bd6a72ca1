//! Contents of files, each kept once under its SHA-256, never served when damaged.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{Stream, StreamExt, TryStreamExt};
use object_store::local::LocalFileSystem;
use object_store::path::Path as Location;
use object_store::{MultipartUpload, ObjectStore, ObjectStoreExt, PutPayload};
use sha2::{Digest, Sha256};

use crate::config::make_private_folder;
use crate::error::StoreError;

/// Folder of uploads in the making.
const INCOMING: &str = "incoming";

/// Bytes handed to the store at once while a content streams in.
const PART: usize = 256 * 1024;

/// Why a content was not stored or not given.
#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    /// There is no content with this hash.
    #[error("content {0} is missing")]
    Missing(String),
    /// What is stored is not what was once written.
    #[error("content {0} is damaged")]
    Damaged(String),
    /// It is longer than allowed.
    #[error("the content is longer than {limit} bytes")]
    TooLarge {
        /// Bytes allowed.
        limit: u64,
    },
    /// Whoever sent it stopped before its end.
    #[error("the content broke off")]
    BrokenOff(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// This is no hash.
    #[error("{0:?} is no SHA-256")]
    NoHash(String),
    /// The disk is full.
    #[error("the disk for files is full")]
    Full,
    /// The file store failed.
    #[error("the file store failed")]
    Failed(#[source] object_store::Error),
}

/// A content that was stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredBlob {
    /// SHA-256, hex.
    pub sha256: String,
    /// Length in bytes.
    pub size: u64,
}

/// The contents. Clones share everything.
#[derive(Debug, Clone)]
pub struct Blobs {
    store: Arc<dyn ObjectStore>,
    /// Folder, when they lie on a disk of this machine.
    folder: PathBuf,
}

impl Blobs {
    /// Opens a folder of contents, made for the owner alone when it is missing.
    ///
    /// # Errors
    /// [`StoreError::File`] when the folder cannot be made or used.
    pub fn open(folder: &Path) -> Result<Self, StoreError> {
        make_private_folder(folder)?;
        let failed =
            |error| StoreError::File { path: folder.display().to_string(), source: std::io::Error::other(error) };
        // Content and name are on disk before an upload counts as done, so that no committed event names a lost file.
        let store = LocalFileSystem::new_with_prefix(folder).map_err(failed)?.with_fsync(true);
        Ok(Self { store: Arc::new(store), folder: folder.to_owned() })
    }

    /// The folder that holds the contents.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Stores a content that is in memory and returns its hash.
    ///
    /// # Errors
    /// As [`Self::put_stream`].
    pub async fn put(&self, content: Bytes) -> Result<String, BlobError> {
        let limit = u64::try_from(content.len()).unwrap_or(u64::MAX);
        let parts = futures_util::stream::iter([Ok::<_, std::convert::Infallible>(content)]);
        Ok(self.put_stream(parts, limit).await?.sha256)
    }

    /// Stores a content as it streams in. Its name is its hash, so it lies under a temporary name until the end; a
    /// content that is there already is not written twice.
    ///
    /// # Errors
    /// [`BlobError::TooLarge`] as soon as the limit is passed; nothing stays behind then, nor when it breaks off.
    pub async fn put_stream<E>(
        &self,
        mut parts: impl Stream<Item = Result<Bytes, E>> + Unpin + Send,
        limit: u64,
    ) -> Result<StoredBlob, BlobError>
    where
        E: std::error::Error + Send + Sync + 'static,
    {
        let temporary = Location::from(format!("{INCOMING}/{}", hex::encode(rand::random::<[u8; 16]>())));
        let mut upload = self.store.put_multipart(&temporary).await.map_err(failed)?;
        match receive(upload.as_mut(), &mut parts, limit).await {
            Ok(stored) => match upload.complete().await {
                Ok(_) => self.settle(&temporary, &stored).await.map(|()| stored),
                Err(error) => Err(give_up(upload.as_mut(), failed(error)).await),
            },
            Err(error) => Err(give_up(upload.as_mut(), error).await),
        }
    }

    /// A content, whole and checked against its hash.
    ///
    /// # Errors
    /// [`BlobError::Damaged`] when it is not what was stored, [`BlobError::Missing`] when it is not there.
    pub async fn get(&self, sha256: &str) -> Result<Bytes, BlobError> {
        let found = self.store.get(&location(sha256)?).await.map_err(|error| not_there(sha256, error))?;
        let content = found.bytes().await.map_err(failed)?;
        match hex::encode(Sha256::digest(&content)) == sha256 {
            true => Ok(content),
            false => Err(BlobError::Damaged(sha256.to_owned())),
        }
    }

    /// Reads a content through and checks it against its hash, without holding it in memory. Returns its length.
    ///
    /// # Errors
    /// As [`Self::get`].
    pub async fn check(&self, sha256: &str) -> Result<u64, BlobError> {
        let found = self.store.get(&location(sha256)?).await.map_err(|error| not_there(sha256, error))?;
        let (mut parts, mut digest, mut size) = (found.into_stream(), Sha256::new(), 0);
        while let Some(part) = parts.try_next().await.map_err(failed)? {
            digest.update(&part);
            size += u64::try_from(part.len()).unwrap_or(0);
        }
        match hex::encode(digest.finalize()) == sha256 {
            true => Ok(size),
            false => Err(BlobError::Damaged(sha256.to_owned())),
        }
    }

    /// Removes what uploads left behind that ended with their process, and says how many. Only those that nobody wrote
    /// to for as long as `age`: other nodes may use the same folder.
    ///
    /// # Errors
    /// When the folder cannot be read or a file cannot be removed.
    pub async fn sweep(&self, age: Duration) -> Result<usize, StoreError> {
        let folder = self.folder.join(INCOMING);
        let swept = tokio::task::spawn_blocking(move || sweep_folder(&folder, age).map_err(|error| (folder, error)));
        match swept.await {
            Ok(Ok(count)) => Ok(count),
            Ok(Err((folder, source))) => Err(StoreError::File { path: folder.display().to_string(), source }),
            Err(ended) => Err(StoreError::Refused(ended.to_string())),
        }
    }

    /// Moves an upload to its final name.
    async fn settle(&self, temporary: &Location, stored: &StoredBlob) -> Result<(), BlobError> {
        // A damaged copy must not keep a good one out, so "there already" means there and sound.
        let known = self.check(&stored.sha256).await.is_ok();
        if known {
            self.store.delete(temporary).await.map_err(failed)
        } else {
            self.store.rename(temporary, &location(&stored.sha256)?).await.map_err(failed)
        }
    }
}

/// Removes what an upload wrote so far.
async fn give_up(upload: &mut dyn MultipartUpload, error: BlobError) -> BlobError {
    if let Err(left) = upload.abort().await {
        tracing::warn!(error = %left, "an upload that was given up left a file behind");
    }
    error
}

/// Goes over the folder itself, since the store does not list what was not completed.
fn sweep_folder(folder: &Path, age: Duration) -> std::io::Result<usize> {
    let entries = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(0),
        other => other?,
    };
    let mut count = 0;
    for entry in entries {
        let entry = entry?;
        let idle = entry.metadata()?.modified()?.elapsed().unwrap_or_default();
        if idle >= age {
            std::fs::remove_file(entry.path())?;
            count += 1;
        }
    }
    Ok(count)
}

async fn receive<E>(
    upload: &mut dyn MultipartUpload,
    parts: &mut (impl Stream<Item = Result<Bytes, E>> + Unpin + Send),
    limit: u64,
) -> Result<StoredBlob, BlobError>
where
    E: std::error::Error + Send + Sync + 'static,
{
    let (mut digest, mut size, mut waiting) = (Sha256::new(), 0_u64, Vec::new());
    while let Some(part) = parts.next().await {
        let part = part.map_err(|error| BlobError::BrokenOff(Box::new(error)))?;
        size = size.saturating_add(u64::try_from(part.len()).unwrap_or(u64::MAX));
        if size > limit {
            return Err(BlobError::TooLarge { limit });
        }
        digest.update(&part);
        waiting.extend_from_slice(&part);
        if waiting.len() >= PART {
            upload.put_part(PutPayload::from(std::mem::take(&mut waiting))).await.map_err(failed)?;
        }
    }
    if !waiting.is_empty() || size == 0 {
        upload.put_part(PutPayload::from(waiting)).await.map_err(failed)?;
    }
    Ok(StoredBlob { sha256: hex::encode(digest.finalize()), size })
}

fn location(sha256: &str) -> Result<Location, BlobError> {
    relative_path(sha256).map(Location::from)
}

/// `ab/cd/<hash>`: folders stay small.
pub(crate) fn relative_path(sha256: &str) -> Result<String, BlobError> {
    let is_hash = sha256.len() == 64 && sha256.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    match is_hash {
        true => Ok(format!("{}/{}/{sha256}", &sha256[..2], &sha256[2..4])),
        false => Err(BlobError::NoHash(sha256.to_owned())),
    }
}

fn not_there(sha256: &str, error: object_store::Error) -> BlobError {
    match error {
        object_store::Error::NotFound { .. } => BlobError::Missing(sha256.to_owned()),
        other => failed(other),
    }
}

fn failed(error: object_store::Error) -> BlobError {
    let mut source: Option<&(dyn std::error::Error + 'static)> = Some(&error);
    while let Some(cause) = source {
        if cause.downcast_ref::<std::io::Error>().is_some_and(|io| io.kind() == std::io::ErrorKind::StorageFull) {
            return BlobError::Full;
        }
        source = cause.source();
    }
    BlobError::Failed(error)
}

impl From<BlobError> for StoreError {
    fn from(error: BlobError) -> Self {
        match error {
            BlobError::Full => Self::Full,
            BlobError::Missing(_) | BlobError::Damaged(_) => Self::Damaged(error.to_string()),
            other => Self::Refused(other.to_string()),
        }
    }
}
