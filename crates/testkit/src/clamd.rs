//! A malware scanner that tests tell what to do: it speaks as the daemon of ClamAV does, on a port of this machine.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use steward_app::files::scan::{ScanError, Scanner, Verdict};
use steward_channels::clamd::Clamd;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::AbortHandle;

/// A content in which it finds something.
pub const HARMFUL: &str = "X5O!P%@AP harmful for tests only";
/// What it finds.
pub const FINDING: &str = "Test.Harmful-1";

/// How it behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mood {
    /// It answers.
    Well,
    /// It answers, and finds nothing in anything.
    Blind,
    /// It takes what it is given and never answers.
    Silent,
    /// It says that a file is too large.
    Refusing,
    /// Nobody is there.
    Down,
}

#[derive(Debug)]
struct Known {
    mood: Mood,
    looked_at: usize,
}

/// The scanner, with the daemon behind it.
#[derive(Debug)]
pub struct FakeClamd {
    port: u16,
    known: Arc<Mutex<Known>>,
    serving: AbortHandle,
}

impl Drop for FakeClamd {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl FakeClamd {
    /// Starts the daemon.
    pub async fn start() -> Arc<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let known = Arc::new(Mutex::new(Known { mood: Mood::Well, looked_at: 0 }));
        let serving = tokio::spawn(serve(listener, known.clone())).abort_handle();
        Arc::new(Self { port, known, serving })
    }

    /// Says how it behaves from now on.
    pub fn be(&self, mood: Mood) {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).mood = mood;
    }

    /// How many contents it was given to the end.
    pub fn looked_at(&self) -> usize {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).looked_at
    }

    fn mood(&self) -> Mood {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).mood
    }
}

impl Scanner for FakeClamd {
    fn scan(&self, content: Bytes) -> BoxFuture<'_, Result<Verdict, ScanError>> {
        Box::pin(async move {
            // Long where an answer comes, short where none does: no test waits, and none fails for being slow.
            let within = if self.mood() == Mood::Silent { 50 } else { 60_000 };
            // Nobody listens on the lowest port.
            let port = if self.mood() == Mood::Down { 1 } else { self.port };
            let address = format!("clamd://127.0.0.1:{port}");
            Clamd::parse(&address, Duration::from_millis(within)).unwrap().scan(content).await
        })
    }
}

async fn serve(listener: TcpListener, known: Arc<Mutex<Known>>) {
    while let Ok((connection, _)) = listener.accept().await {
        let known = known.clone();
        tokio::spawn(async move { answer(connection, known).await });
    }
}

/// One command on one connection, as clamd(8) says.
async fn answer(mut connection: TcpStream, known: Arc<Mutex<Known>>) -> std::io::Result<()> {
    let mut command = [0; 10];
    connection.read_exact(&mut command).await?;
    assert_eq!(&command, b"zINSTREAM\0");
    let mut content = Vec::new();
    loop {
        let mut chunk = vec![0; usize::try_from(connection.read_u32().await?).unwrap()];
        if chunk.is_empty() {
            break;
        }
        connection.read_exact(&mut chunk).await?;
        content.extend(chunk);
    }
    let mood = {
        let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
        known.looked_at += 1;
        known.mood
    };
    let is_harmful = content.windows(HARMFUL.len()).any(|window| window == HARMFUL.as_bytes());
    let said = match mood {
        Mood::Silent | Mood::Down => return std::future::pending().await,
        Mood::Refusing => "INSTREAM size limit exceeded. ERROR\0".to_owned(),
        Mood::Well if is_harmful => format!("stream: {FINDING} FOUND\0"),
        Mood::Well | Mood::Blind => "stream: OK\0".to_owned(),
    };
    connection.write_all(said.as_bytes()).await
}
