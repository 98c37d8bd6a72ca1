//! Waking those who follow the journal: signalled after local commits and, on PostgreSQL, by other nodes.

use std::sync::Arc;
use std::time::Duration;

use sqlx::PgPool;
use sqlx::postgres::PgListener;
use tokio::sync::{Notify, watch};
use tokio::task::AbortHandle;

use crate::store::Store;

/// Channel of `listen` and `notify`.
const CHANNEL: &str = "steward_journal";

/// Commits within this time make one notification to other nodes.
const GATHER: Duration = Duration::from_millis(20);

/// The signal and, on PostgreSQL, the tasks that carry it between nodes.
#[derive(Debug)]
pub(crate) struct Wake {
    signal: watch::Sender<u64>,
    outward: Arc<Notify>,
    tasks: Vec<AbortHandle>,
}

impl Wake {
    /// For a database that only this process writes to.
    pub(crate) fn local() -> Self {
        Self { signal: watch::Sender::new(0), outward: Arc::default(), tasks: Vec::new() }
    }

    /// For a database that other nodes write to as well.
    pub(crate) fn listening(pool: PgPool) -> Self {
        let mut wake = Self::local();
        let inward = tokio::spawn(listen(pool.clone(), wake.signal.clone()));
        let outward = tokio::spawn(notify(pool, wake.outward.clone()));
        wake.tasks = vec![inward.abort_handle(), outward.abort_handle()];
        wake
    }

    /// Tells everybody that the journal grew.
    pub(crate) fn ring(&self) {
        bump(&self.signal);
        self.outward.notify_one();
    }
}

impl Drop for Wake {
    fn drop(&mut self) {
        self.tasks.iter().for_each(AbortHandle::abort);
    }
}

impl Store {
    /// A value that changes whenever the journal may have grown, here or on another node.
    ///
    /// It is a hint: an entry may stay hidden while an older transaction is open anywhere on PostgreSQL, and a
    /// notification is lost while the link is down. So read after each change and once a second besides.
    pub fn subscribe(&self) -> watch::Receiver<u64> {
        self.wake().signal.subscribe()
    }
}

fn bump(signal: &watch::Sender<u64>) {
    signal.send_modify(|count| *count = count.wrapping_add(1));
}

/// Rings for every notification of another node, and after each reconnection, since some may have been missed.
async fn listen(pool: PgPool, signal: watch::Sender<u64>) {
    loop {
        if let Ok(mut listener) = PgListener::connect_with(&pool).await
            && listener.listen(CHANNEL).await.is_ok()
        {
            bump(&signal);
            // `try_recv` answers `None` when the link was lost and made anew.
            while listener.try_recv().await.is_ok() {
                bump(&signal);
            }
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

/// Notifies other nodes of local commits. Not within their transactions: PostgreSQL commits those that notify one by
/// one, which would undo its group commit.
async fn notify(pool: PgPool, outward: Arc<Notify>) {
    loop {
        outward.notified().await;
        tokio::time::sleep(GATHER).await;
        if let Err(error) = sqlx::query("select pg_notify($1, '')").bind(CHANNEL).execute(&pool).await {
            tracing::debug!(%error, "other nodes could not be notified; they look by themselves within a second");
        }
    }
}
