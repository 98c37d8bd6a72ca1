//! Importing event logs of other systems: each row becomes one event of its case's record, at its historic moment.
//!
//! Reading, deciding and writing run side by side: while one batch is written, the next is understood. A batch is one
//! transaction and holds whole cases with the records that they name, so that whatever stops an import, no case is
//! there by half, and the next run goes on where it stopped.

mod fold;
mod plan;
mod profile;
mod references;
mod report;
mod rows;
mod source;
mod template;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use steward_model::id::RecordId;
use steward_model::kind::Kind;
use steward_store::change::{ChangeSet, RecordChange};
use steward_store::error::CommitError;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

pub use profile::{
    Column, Counter, ExtraRule, FieldRule, Known, Moments, Named, Profile, Referenced, ReferencedField, StateRule,
    States,
};
pub use report::{ImportReport, Irregular, LeftOut, OtherPriority, Progress, Unusable};
pub use template::Template;

use crate::App;
use crate::boxed;
use crate::error::Error;
use crate::import::fold::{Due, Folder, Stored};
use crate::import::plan::Plan;
use crate::import::references::{Maker, Supply};
use crate::import::rows::{Batch, Log};

/// Ids taken at once, so that taking them does not wait behind the batch that is just being written.
const IDS: usize = 5_000;

/// Batches that are read ahead.
const AHEAD: usize = 2;

/// What to import.
#[derive(Debug, Clone)]
pub struct ImportRequest {
    /// The log: CSV with a header, plain or packed with xz or gzip.
    pub path: PathBuf,
    /// What its columns mean.
    pub profile: Profile,
    /// Name, code, number or id of the organisation that the records belong to; the first one when `None`.
    pub organisation: Option<String>,
    /// Where rows that cannot be used are written, with line and reason. Taken away again when there are none.
    pub errors: Option<PathBuf>,
}

impl App {
    /// Imports an event log. Rows that were imported before are left alone, so that it can be run again, also with a
    /// log that has grown.
    ///
    /// # Errors
    /// [`Error::BadRequest`] when the profile does not fit the file, or the file cannot be read; what was written until
    /// then stays, and consists of whole cases.
    #[boxed]
    pub async fn import_event_log(
        &self,
        request: ImportRequest,
        progress: &mut (dyn FnMut(Progress) + Send),
    ) -> Result<ImportReport, Error> {
        let started = Instant::now();
        refuse_same_file(&request)?;
        let organisation = self.import_organisation(request.organisation.as_deref()).await?;
        let world = Arc::new(self.world_for(organisation).await?);
        let (log, plan) = self.open_log(request.path.clone(), request.profile).await?;
        let rows = log.rows;
        let plan = Arc::new(plan);
        let folder = Folder::new(plan.clone(), world, organisation, request.errors.as_deref())?;
        let mut run = Run {
            app: self,
            folder: Some(folder),
            pending: None,
            ids: Vec::new(),
            highest: HashMap::new(),
            done: Progress { of_rows: rows, ..Progress::default() },
        };
        let outcome = run.all(read_ahead(log, plan), progress).await;
        // Numbers that were kept must never be given to somebody else, also when the import stopped half-way.
        let settled = run.settle_numbers().await;
        let folder = run.folder.take();
        outcome?;
        settled?;
        let mut folder = folder.ok_or(Error::Unavailable)?;
        folder.finish()?;
        let mut report = folder.report;
        report.rows = rows;
        report.irregular = folder.irregular.iter().map(|(what, count)| Irregular::new(what, *count)).collect();
        report.irregular.sort_by_key(|irregular| std::cmp::Reverse(irregular.count));
        report.error_file = kept_errors(request.errors, report.unusable_rows)?;
        report.seconds = started.elapsed().as_secs_f64();
        Ok(report)
    }

    async fn import_organisation(&self, name: Option<&str>) -> Result<RecordId, Error> {
        let Some(name) = name else { return self.ensure_organisation("Home organisation").await };
        let found = self.store().resolve(&[name]).await?;
        let organisation = found.iter().find(|resolved| resolved.kind == "organisation");
        organisation
            .map(|resolved| resolved.id)
            .ok_or_else(|| Error::BadRequest(format!("there is no organisation `{name}`")))
    }

    async fn open_log(&self, path: PathBuf, profile: Profile) -> Result<(Log, Plan), Error> {
        profile.check(self.registry())?;
        let registry = self.registry().clone();
        let opening = tokio::task::spawn_blocking(move || {
            let case: Vec<String> = profile.case.columns().map(str::to_owned).collect();
            let log = Log::open(&path, &case)?;
            let plan = Plan::new(profile, log.header(), &registry)?;
            Ok((log, plan))
        });
        opening.await.map_err(Error::internal)?
    }

    /// What is stored of cases, by number.
    async fn stored_cases(&self, kind: &str, batch: &Batch) -> Result<BTreeMap<String, Stored>, Error> {
        let numbers: Vec<&str> = batch.cases.iter().map(|case| case.number.as_str()).collect();
        let found = self.store().find_by_numbers(kind, &numbers).await?;
        if found.is_empty() {
            return Ok(BTreeMap::new());
        }
        let ids: Vec<RecordId> = found.iter().map(|loaded| loaded.record.id).collect();
        let mut imported: HashMap<RecordId, HashSet<_>> = HashMap::new();
        for entry in self.store().imports_of(&ids).await? {
            imported.entry(entry.record).or_default().insert((entry.cause, entry.at));
        }
        let stored = found.into_iter().map(|loaded| {
            let imported = imported.remove(&loaded.record.id).unwrap_or_default();
            (loaded.record.number.clone(), Stored { loaded, imported })
        });
        Ok(stored.collect())
    }
}

/// An import under way.
struct Run<'a> {
    app: &'a App,
    /// Lent to the thread that folds.
    folder: Option<Folder>,
    /// The batch that is being written, and how far the import is with it.
    pending: Option<(JoinHandle<Result<(), CommitError>>, Progress)>,
    ids: Vec<RecordId>,
    /// Highest place in each number series that the log gave, by kind.
    highest: HashMap<String, (Arc<Kind>, i64)>,
    done: Progress,
}

impl Run<'_> {
    async fn all(
        &mut self,
        mut batches: mpsc::Receiver<Result<Batch, Error>>,
        progress: &mut (dyn FnMut(Progress) + Send),
    ) -> Result<(), Error> {
        while let Some(batch) = batches.recv().await {
            let changes = match batch {
                Ok(batch) => self.decide(batch).await,
                Err(error) => Err(error),
            };
            // What was decided before is written in any case.
            self.written(progress).await?;
            self.write(changes?);
        }
        self.written(progress).await
    }

    /// The changes that a batch brings about.
    async fn decide(&mut self, mut batch: Batch) -> Result<Vec<RecordChange>, Error> {
        let mut folder = self.folder.take().ok_or(Error::Unavailable)?;
        let plan = folder.plan.clone();
        self.done.rows += batch.rows;
        let mut stored = self.app.stored_cases(&plan.kind.key, &batch).await?;
        folder.sift(&mut batch, &mut stored);
        let world = folder.world.clone();
        let maker = Maker { app: self.app, plan: &plan, organisation: folder.organisation, world: &world };
        let made = maker.settle(&mut folder.directory, &batch, self).await?;
        folder.drop_refused(&mut batch);
        for change in &made.changes {
            *folder.report.referenced.entry(change.kind.key.clone()).or_default() += 1;
            self.note_number(&change.kind, &change.after.number);
        }
        let fresh = batch.cases.iter().filter(|case| !stored.contains_key(&case.number)).count();
        let mut fresh = self.ids(fresh).await?.into_iter();
        let mut due = Vec::with_capacity(batch.cases.len());
        for case in batch.cases {
            self.note_number(&plan.kind, &case.number);
            let stored = stored.remove(&case.number);
            let id = match &stored {
                Some(stored) => stored.loaded.record.id,
                None => fresh.next().ok_or(Error::Unavailable)?,
            };
            due.push(Due { case, id, stored });
        }
        let bad = batch.bad;
        let folding = tokio::task::spawn_blocking(move || {
            folder.tell_bad(bad)?;
            let cases = folder.fold(due)?;
            Ok::<_, Error>((folder, cases))
        });
        let (folder, cases) = folding.await.map_err(Error::internal)??;
        self.done.events = folder.report.events;
        self.folder = Some(folder);
        let mut changes = made.changes;
        changes.extend(cases);
        Ok(changes)
    }

    fn write(&mut self, records: Vec<RecordChange>) {
        let app = self.app.clone();
        let writing = tokio::spawn(async move {
            if records.is_empty() {
                return Ok(());
            }
            app.commit(ChangeSet { records, ..ChangeSet::default() }).await
        });
        self.pending = Some((writing, self.done));
    }

    /// Waits for the batch that is being written.
    async fn written(&mut self, progress: &mut (dyn FnMut(Progress) + Send)) -> Result<(), Error> {
        if let Some((writing, done)) = self.pending.take() {
            writing.await.map_err(Error::internal)??;
            progress(done);
        }
        Ok(())
    }

    fn note_number(&mut self, kind: &Arc<Kind>, number: &str) {
        if let Some(place) = kind.numbering.place(number) {
            let highest = self.highest.entry(kind.key.clone()).or_insert_with(|| (kind.clone(), 0));
            highest.1 = highest.1.max(place);
        }
    }

    async fn settle_numbers(&mut self) -> Result<(), Error> {
        for (kind, place) in std::mem::take(&mut self.highest).into_values() {
            self.app.store().numbers_used(&kind, place).await?;
        }
        Ok(())
    }
}

impl Supply for Run<'_> {
    async fn ids(&mut self, count: usize) -> Result<Vec<RecordId>, Error> {
        if self.ids.len() < count {
            self.ids.extend(self.app.store().next_ids(IDS.max(count)).await?);
        }
        let rest = self.ids.split_off(count);
        Ok(std::mem::replace(&mut self.ids, rest))
    }

    async fn numbers(&mut self, kind: &Arc<Kind>, count: usize, kept: Option<i64>) -> Result<Vec<String>, Error> {
        let before = self.highest.get(&kind.key).map(|(_, place)| *place);
        if let Some(place) = kept.max(before) {
            self.app.store().numbers_used(kind, place).await?;
        }
        Ok(self.app.store().next_numbers(kind, count).await?)
    }
}

/// Reads batches on a thread of its own.
fn read_ahead(mut log: Log, plan: Arc<Plan>) -> mpsc::Receiver<Result<Batch, Error>> {
    let (sender, receiver) = mpsc::channel(AHEAD);
    tokio::task::spawn_blocking(move || {
        while let Some(batch) = log.next_batch(&plan).transpose() {
            let failed = batch.is_err();
            // Nobody listens any more when the import stopped.
            if sender.blocking_send(batch).is_err() || failed {
                break;
            }
        }
    });
    receiver
}

/// An error file in the place of the log would wipe it out before it is read.
fn refuse_same_file(request: &ImportRequest) -> Result<(), Error> {
    let Some(errors) = &request.errors else { return Ok(()) };
    let real = |path: &Path| std::fs::canonicalize(path).ok();
    if real(errors).is_some_and(|errors| real(&request.path) == Some(errors)) {
        return Err(Error::BadRequest("the error file must be another file than the log".to_owned()));
    }
    Ok(())
}

fn kept_errors(path: Option<PathBuf>, rows: u64) -> Result<Option<PathBuf>, Error> {
    match path {
        Some(path) if rows == 0 => {
            std::fs::remove_file(&path).map_err(Error::internal)?;
            Ok(None)
        }
        other => Ok(other),
    }
}
