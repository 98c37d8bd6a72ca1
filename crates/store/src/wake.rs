//! Waking those who follow the journal: signalled after local commits and, on PostgreSQL, by other nodes. And words for
//! whoever listens now on any node, which are kept nowhere.

use std::sync::Arc;
use std::time::Duration;

use sqlx::PgPool;
use sqlx::postgres::PgListener;
use tokio::sync::{Notify, broadcast, mpsc, watch};
use tokio::task::AbortHandle;

use crate::store::Store;

/// Channel of `listen` and `notify`.
const CHANNEL: &str = "steward_journal";

/// Channel of words.
const WORDS: &str = "steward_words";
/// Words that wait for a slow listener, or for the database; older ones are lost.
const WORDS_WAITING: usize = 1_024;
/// Bytes of one notification: PostgreSQL takes 8,000.
const WORDS_MAX: usize = 7_000;

/// Commits within this time make one notification to other nodes.
const GATHER: Duration = Duration::from_millis(20);

/// The signal and, on PostgreSQL, the tasks that carry it between nodes.
#[derive(Debug)]
pub(crate) struct Wake {
    signal: watch::Sender<u64>,
    outward: Arc<Notify>,
    words: broadcast::Sender<Arc<str>>,
    /// To other nodes; `None` where there are none.
    words_outward: Option<mpsc::Sender<String>>,
    tasks: Vec<AbortHandle>,
}

impl Wake {
    /// For a database that only this process writes to.
    pub(crate) fn local() -> Self {
        Self {
            signal: watch::Sender::new(0),
            outward: Arc::default(),
            words: broadcast::Sender::new(WORDS_WAITING),
            words_outward: None,
            tasks: Vec::new(),
        }
    }

    /// For a database that other nodes write to as well.
    pub(crate) fn listening(pool: PgPool) -> Self {
        let mut wake = Self::local();
        // A node hears its own notifications as well, and knows them by this.
        let node = format!("{:016x}", rand::random::<u64>());
        let (sender, receiver) = mpsc::channel(WORDS_WAITING);
        let inward = tokio::spawn(listen(pool.clone(), wake.signal.clone(), wake.words.clone(), node.clone()));
        let outward = tokio::spawn(notify(pool.clone(), wake.outward.clone()));
        let words = tokio::spawn(tell(pool, receiver, node));
        wake.words_outward = Some(sender);
        wake.tasks = [inward, outward, words].iter().map(tokio::task::JoinHandle::abort_handle).collect();
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

    /// Says a word (one line) to whoever listens now, here and on every other node. It is kept nowhere, and lost where a
    /// link is down or a listener slow; so it is for what shows again by itself or is soon no longer true.
    pub fn announce(&self, word: &str) {
        // Nobody listening is no fault.
        let _ = self.wake().words.send(word.into());
        if let Some(outward) = &self.wake().words_outward
            && outward.try_send(word.to_owned()).is_err()
        {
            tracing::debug!("a word for other nodes was lost: too many wait");
        }
    }

    /// Words that are said from now on, here and on other nodes.
    pub fn announcements(&self) -> broadcast::Receiver<Arc<str>> {
        self.wake().words.subscribe()
    }
}

fn bump(signal: &watch::Sender<u64>) {
    signal.send_modify(|count| *count = count.wrapping_add(1));
}

/// Rings for every notification of another node, and after each reconnection, since some may have been missed.
async fn listen(pool: PgPool, signal: watch::Sender<u64>, words: broadcast::Sender<Arc<str>>, node: String) {
    loop {
        if let Ok(mut listener) = PgListener::connect_with(&pool).await
            && listener.listen(CHANNEL).await.is_ok()
            && listener.listen(WORDS).await.is_ok()
        {
            bump(&signal);
            // `try_recv` answers `None` when the link was lost and made anew.
            while let Ok(notification) = listener.try_recv().await {
                match notification {
                    Some(notification) if notification.channel() == WORDS => {
                        let mut lines = notification.payload().lines();
                        if lines.next() != Some(node.as_str()) {
                            lines.for_each(|word| drop(words.send(word.into())));
                        }
                    }
                    _ => bump(&signal),
                }
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

/// Tells other nodes what is said here, several words in one notification.
async fn tell(pool: PgPool, mut words: mpsc::Receiver<String>, node: String) {
    let mut next = None;
    loop {
        let Some(first) = (match next.take() {
            Some(word) => Some(word),
            None => words.recv().await,
        }) else {
            return;
        };
        let mut payload = format!("{node}\n{first}");
        while let Ok(word) = words.try_recv() {
            if payload.len() + word.len() >= WORDS_MAX {
                next = Some(word);
                break;
            }
            payload.push('\n');
            payload.push_str(&word);
        }
        if let Err(error) = sqlx::query("select pg_notify($1, $2)").bind(WORDS).bind(payload).execute(&pool).await {
            tracing::debug!(%error, "words did not reach other nodes");
        }
    }
}
