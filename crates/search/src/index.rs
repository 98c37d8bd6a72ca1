//! The index itself: where it lies, what is written to it, and how far it has come.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tantivy::directory::INDEX_WRITER_LOCK;
use tantivy::directory::error::LockError;
use tantivy::indexer::{IndexWriterOptions, LogMergePolicy};
use tantivy::{Index, IndexReader, IndexWriter, ReloadPolicy, Searcher, TantivyError, Term};

use crate::document::{Catalogue, Document};
use crate::schema::{ANALYZER, Fields, schema};
use crate::words::analyzer;

/// Memory in which documents are gathered before they go to the disk, in bytes: about the least that the index allows,
/// since a server at rest keeps it.
const WRITER_MEMORY: usize = 16 * 1024 * 1024;
/// Documents in a part of the index that is merged with others. A search begins with the part changed last, so parts
/// stay small enough for that to mean something, and merging never takes long.
const PART_MAX: usize = 60_000;
/// Processes that may share one data folder: each has an index of its own.
const PLACES: usize = 16;

/// Why the index cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// A file or folder cannot be read or written.
    #[error("the search index at {path}: {source}")]
    File {
        /// Where.
        path: String,
        /// What the system answered.
        source: std::io::Error,
    },
    /// Every place in the folder is in use.
    #[error("{0} is in use by {PLACES} other processes")]
    Busy(String),
    /// What the index itself answered.
    #[error("the search index: {0}")]
    Index(#[from] TantivyError),
}

/// The index of this process. Clones share it and cost nothing.
#[derive(Clone)]
pub struct Search {
    inner: Arc<Inner>,
}

struct Inner {
    fields: Fields,
    catalogue: Catalogue,
    reader: IndexReader,
    writer: Mutex<IndexWriter>,
    /// What was said with the last commit.
    saved: Mutex<Option<String>>,
}

impl Search {
    /// Opens the index in a folder that is for it alone; makes it when it is missing, broken or made under another
    /// catalogue. Blocks.
    ///
    /// # Errors
    /// [`SearchError`].
    pub fn open(folder: &Path, catalogue: Catalogue) -> Result<Self, SearchError> {
        make_folder(folder)?;
        for place in 0..PLACES {
            let own = folder.join(place.to_string());
            let current = own.join(catalogue.fingerprint());
            remove_others(&own, catalogue.fingerprint())?;
            make_folder(&current)?;
            match Self::open_in(&current, catalogue.clone()) {
                Err(SearchError::Index(TantivyError::LockFailure(LockError::LockBusy, _))) => {}
                Err(error) => {
                    tracing::warn!(%error, "the search index cannot be read; it is made anew");
                    fs::remove_dir_all(&current).map_err(failed(&current))?;
                    make_folder(&current)?;
                    return Self::open_in(&current, catalogue);
                }
                opened => return opened,
            }
        }
        Err(SearchError::Busy(folder.display().to_string()))
    }

    /// An index that lives as long as the process: for tests. Blocks.
    ///
    /// # Errors
    /// [`SearchError`].
    pub fn in_memory(catalogue: Catalogue) -> Result<Self, SearchError> {
        Self::on(Index::create_in_ram(schema().0), catalogue)
    }

    fn open_in(folder: &Path, catalogue: Catalogue) -> Result<Self, SearchError> {
        let directory = tantivy::directory::MmapDirectory::open(folder).map_err(TantivyError::from)?;
        Self::on(Index::open_or_create(directory, schema().0)?, catalogue)
    }

    fn on(index: Index, catalogue: Catalogue) -> Result<Self, SearchError> {
        index.tokenizers().register(ANALYZER, analyzer());
        // Merging rests most of the time; one thread for each task keeps the rest of the server at work.
        let options = IndexWriterOptions::builder()
            .num_worker_threads(1)
            .num_merge_threads(1)
            .memory_budget_per_thread(WRITER_MEMORY)
            .build();
        let writer = index.writer_with_options(options)?;
        let mut merging = LogMergePolicy::default();
        merging.set_max_docs_before_merge(PART_MAX);
        writer.set_merge_policy(Box::new(merging));
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        let saved = Mutex::new(index.load_metas()?.payload);
        let inner = Inner { fields: schema().1, catalogue, reader, writer: Mutex::new(writer), saved };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// What decides what documents hold.
    pub fn catalogue(&self) -> &Catalogue {
        &self.inner.catalogue
    }

    /// What [`Self::commit`] was told last, by this process or the one before it.
    pub fn saved(&self) -> Option<String> {
        self.inner.saved.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Takes documents in; those of the same records fall out. Nothing is found until the next commit. Blocks.
    ///
    /// # Errors
    /// [`SearchError`].
    pub fn put(&self, documents: Vec<Document>) -> Result<(), SearchError> {
        let writer = self.writer();
        for document in documents {
            writer.delete_term(Term::from_field_i64(self.inner.fields.id, document.id.0));
            writer.add_document(document.into_index(&self.inner.fields))?;
        }
        Ok(())
    }

    /// Takes in documents of records that the index does not hold yet, which is faster. Blocks.
    ///
    /// # Errors
    /// [`SearchError`].
    pub fn add(&self, documents: Vec<Document>) -> Result<(), SearchError> {
        let writer = self.writer();
        for document in documents {
            writer.add_document(document.into_index(&self.inner.fields))?;
        }
        Ok(())
    }

    /// Takes everything out; effective with the next commit. Blocks.
    ///
    /// # Errors
    /// [`SearchError`].
    pub fn clear(&self) -> Result<(), SearchError> {
        self.writer().delete_all_documents()?;
        Ok(())
    }

    /// Forgets what was taken in since the last commit. Blocks.
    ///
    /// # Errors
    /// [`SearchError`].
    pub fn roll_back(&self) -> Result<(), SearchError> {
        self.writer().rollback()?;
        Ok(())
    }

    /// Makes everything taken in findable, together with a note of how far that is, or nothing of it. Blocks.
    ///
    /// # Errors
    /// [`SearchError`].
    pub fn commit(&self, saved: &str) -> Result<(), SearchError> {
        let mut writer = self.writer();
        let mut prepared = writer.prepare_commit()?;
        prepared.set_payload(saved);
        prepared.commit()?;
        drop(writer);
        self.inner.reader.reload()?;
        *self.inner.saved.lock().unwrap_or_else(PoisonError::into_inner) = Some(saved.to_owned());
        Ok(())
    }

    /// Documents that can be found, deleted ones left out.
    pub fn documents(&self) -> u64 {
        self.searcher().num_docs()
    }

    pub(crate) fn searcher(&self) -> Searcher {
        self.inner.reader.searcher()
    }

    pub(crate) fn fields(&self) -> &Fields {
        &self.inner.fields
    }

    /// A writer is whole after any panic: what was taken in stays uncommitted.
    fn writer(&self) -> MutexGuard<'_, IndexWriter> {
        self.inner.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn failed(path: &Path) -> impl FnOnce(std::io::Error) -> SearchError {
    let path = path.display().to_string();
    move |source| SearchError::File { path, source }
}

/// Makes a folder that its owner alone may enter: the index holds text of records.
fn make_folder(folder: &Path) -> Result<(), SearchError> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(failed(folder))
}

/// Removes indexes made under other catalogues, but for those that another process still uses while nodes are upgraded.
fn remove_others(folder: &Path, current: &str) -> Result<(), SearchError> {
    let Ok(entries) = fs::read_dir(folder) else { return Ok(()) };
    let others: Vec<PathBuf> =
        entries.flatten().filter(|entry| entry.file_name() != current).map(|entry| entry.path()).collect();
    for other in others.into_iter().filter(|other| !is_used(other)) {
        tracing::info!(folder = %other.display(), "an index of another version is removed");
        fs::remove_dir_all(&other).map_err(failed(&other))?;
    }
    Ok(())
}

/// Whether a process holds the lock of the index in a folder.
fn is_used(folder: &Path) -> bool {
    let lock = folder.join(INDEX_WRITER_LOCK.filepath.as_path());
    fs::File::open(lock).is_ok_and(|lock| matches!(lock.try_lock(), Err(fs::TryLockError::WouldBlock)))
}
