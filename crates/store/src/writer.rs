//! The one writer of SQLite: takes all waiting writes, runs each in a savepoint, and commits them together, so that
//! many clients share one sync of the disk.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use futures_util::future::BoxFuture;
use tokio::runtime::Handle;
use tokio::sync::{Mutex, mpsc, oneshot};

use crate::connection::Connection;
use crate::error::{CommitError, Meaning, StoreError, meaning};

/// A write waits no longer than this for its turn.
const LONGEST_WAIT: Duration = Duration::from_secs(2);

/// Writes waiting at most.
const QUEUE: usize = 1024;

/// Writes in one commit at most, so that the first one is not kept waiting by a crowd.
const GROUP: usize = 128;

/// A write, called with an open transaction. PostgreSQL may call it again after a serialization failure.
pub(crate) trait Body<T>:
    for<'c> FnMut(&'c mut Connection) -> BoxFuture<'c, Result<T, CommitError>> + Send + 'static
{
}

impl<T, F> Body<T> for F where
    F: for<'c> FnMut(&'c mut Connection) -> BoxFuture<'c, Result<T, CommitError>> + Send + 'static
{
}

/// Hands writes to the thread that writes.
#[derive(Debug)]
pub(crate) struct Writer {
    queue: mpsc::Sender<Message>,
    stopped: Arc<AtomicBool>,
    /// Becomes ready when the thread has ended.
    ended: Mutex<Option<oneshot::Receiver<()>>>,
}

enum Message {
    Write(Request),
    /// No new requests from here on; those that wait still come out.
    Close,
}

/// A write without its type.
trait Work: Send {
    fn run<'c>(&'c mut self, connection: &'c mut Connection) -> BoxFuture<'c, Result<(), CommitError>>;
    fn answer(self: Box<Self>, outcome: Result<(), CommitError>);
}

struct Request {
    work: Box<dyn Work>,
    asked: Instant,
}

struct Task<T, F> {
    body: F,
    value: Option<T>,
    answer: oneshot::Sender<Result<T, CommitError>>,
}

impl<T: Send + 'static, F: Body<T>> Work for Task<T, F> {
    fn run<'c>(&'c mut self, connection: &'c mut Connection) -> BoxFuture<'c, Result<(), CommitError>> {
        Box::pin(async move {
            self.value = Some((self.body)(connection).await?);
            Ok(())
        })
    }

    fn answer(self: Box<Self>, outcome: Result<(), CommitError>) {
        let answer = match (outcome, self.value) {
            (Ok(()), Some(value)) => Ok(value),
            (Ok(()), None) => Err(CommitError::Stopped),
            (Err(error), _) => Err(error),
        };
        // Whoever asked may be gone; what was written stays written.
        let _ = self.answer.send(answer);
    }
}

impl Writer {
    /// Starts the thread; it ends, and closes the connection, when the last handle is dropped.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub(crate) fn start(connection: Connection) -> std::io::Result<Self> {
        let (queue, requests) = mpsc::channel(QUEUE);
        let stopped = Arc::new(AtomicBool::new(false));
        let (ending, ended) = oneshot::channel();
        let (connection, flag, runtime) = (connection.on_own_thread(), stopped.clone(), Handle::current());
        std::thread::Builder::new().name("steward-writer".to_owned()).spawn(move || {
            runtime.block_on(write_all(connection, requests, flag));
            // Nobody may be waiting.
            let _ = ending.send(());
        })?;
        Ok(Self { queue, stopped, ended: Mutex::new(Some(ended)) })
    }

    /// Lets the writer do what waits, and then end. Returns once its connection is closed.
    pub(crate) async fn close(&self) {
        // It fails when the thread has ended already, as after a panic.
        let _ = self.queue.send(Message::Close).await;
        if let Some(ended) = self.ended.lock().await.take() {
            let _ = ended.await;
        }
    }

    /// Whether the disk failed and nothing is written any more.
    pub(crate) fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Acquire)
    }

    /// Runs a write and returns once it is on disk.
    pub(crate) async fn write<T: Send + 'static>(&self, body: impl Body<T>) -> Result<T, CommitError> {
        if self.is_stopped() {
            return Err(CommitError::Stopped);
        }
        let (answer, answered) = oneshot::channel();
        let request = Request { work: Box::new(Task { body, value: None, answer }), asked: Instant::now() };
        match tokio::time::timeout(LONGEST_WAIT, self.queue.send(Message::Write(request))).await {
            Err(_) => return Err(CommitError::Busy),
            Ok(Err(_)) => return Err(CommitError::Stopped),
            Ok(Ok(())) => {}
        }
        answered.await.unwrap_or(Err(CommitError::Stopped))
    }
}

async fn write_all(mut connection: Connection, mut requests: mpsc::Receiver<Message>, stopped: Arc<AtomicBool>) {
    let mut group = Vec::with_capacity(GROUP);
    while requests.recv_many(&mut group, GROUP).await > 0 {
        let mut timely = Vec::with_capacity(group.len());
        for message in group.drain(..) {
            match message {
                Message::Close => requests.close(),
                Message::Write(request) if stopped.load(Ordering::Acquire) => {
                    request.work.answer(Err(CommitError::Stopped));
                }
                Message::Write(request) if request.asked.elapsed() > LONGEST_WAIT => {
                    request.work.answer(Err(CommitError::Busy));
                }
                Message::Write(request) => timely.push(request),
            }
        }
        write_group(&mut connection, timely, &stopped).await;
    }
    if let Err(error) = connection.close() {
        tracing::warn!(%error, "the database was not closed in good order");
    }
}

/// Writes a group in one transaction and answers everybody in it.
async fn write_group(connection: &mut Connection, group: Vec<Request>, stopped: &AtomicBool) {
    if group.is_empty() {
        return;
    }
    if let Err(error) = connection.execute("begin immediate", &[]).await {
        return refuse(connection, group.into_iter().map(|request| request.work), &error, stopped).await;
    }
    let mut written = Vec::with_capacity(group.len());
    let mut waiting = group.into_iter().map(|request| request.work);
    while let Some(mut work) = waiting.next() {
        match write_one(connection, work.as_mut()).await {
            Ok(Ok(())) => written.push(work),
            Ok(Err(refused)) => work.answer(Err(refused)),
            Err(error) => {
                let all = written.into_iter().chain([work]).chain(waiting);
                return refuse(connection, all, &error, stopped).await;
            }
        }
    }
    match connection.execute("commit", &[]).await {
        Ok(_) => written.into_iter().for_each(|work| work.answer(Ok(()))),
        Err(error) => refuse(connection, written.into_iter(), &error, stopped).await,
    }
}

/// Runs one write in a savepoint. The inner error is that write's own; the outer one concerns the whole transaction,
/// which SQLite may have rolled back already (disk full, disk failure).
async fn write_one(connection: &mut Connection, work: &mut dyn Work) -> Result<Result<(), CommitError>, sqlx::Error> {
    connection.execute("savepoint one", &[]).await?;
    let outcome = work.run(connection).await;
    match outcome {
        Ok(()) => {
            connection.execute("release one", &[]).await?;
            Ok(Ok(()))
        }
        Err(CommitError::Full) => Err(sqlx::Error::Io(std::io::ErrorKind::StorageFull.into())),
        Err(CommitError::Failed(StoreError::Database(error))) if meaning(&error) == Meaning::DiskFailed => Err(error),
        Err(refused) => {
            connection.execute("rollback to one", &[]).await?;
            connection.execute("release one", &[]).await?;
            Ok(Err(refused))
        }
    }
}

/// Gives up a transaction. A disk that failed once is not trusted again: SQLite would go on as if the pages that the
/// failed sync dropped were written.
async fn refuse(
    connection: &mut Connection,
    group: impl Iterator<Item = Box<dyn Work>>,
    error: &sqlx::Error,
    stopped: &AtomicBool,
) {
    let full = matches!(error, sqlx::Error::Io(reason) if reason.kind() == std::io::ErrorKind::StorageFull)
        || meaning(error) == Meaning::Full;
    let reason = if full { Meaning::Full } else { meaning(error) };
    if matches!(reason, Meaning::DiskFailed | Meaning::Unavailable) {
        stopped.store(true, Ordering::Release);
        tracing::error!(%error, "the disk failed under the database: writing stops until the next start");
    } else {
        tracing::warn!(%error, "a transaction was given up");
    }
    // Fails when SQLite rolled back by itself, which is as good.
    let _ = connection.execute("rollback", &[]).await;
    group.for_each(|work| {
        work.answer(Err(match reason {
            Meaning::Full => CommitError::Full,
            Meaning::Busy | Meaning::Retry => CommitError::Busy,
            Meaning::DiskFailed | Meaning::Unavailable => CommitError::Stopped,
            Meaning::Other => CommitError::Failed(StoreError::Refused(error.to_string())),
        }));
    });
}
