//! The daemon of ClamAV as malware scanner: contents are handed over on a connection (`INSTREAM` of clamd(8)), so it need
//! not see our files.

use std::path::PathBuf;
use std::time::Duration;

use bytes::Bytes;
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use steward_app::files::scan::{ScanError, Scanner, Verdict};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpStream, UnixStream};
use tokio::time::timeout;

/// Bytes handed over at once.
const CHUNK: usize = 64 * 1024;
/// Longest answer that is read, in bytes.
const ANSWER_MAX: u64 = 4096;

/// Where the daemon is.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Place {
    /// A host and a port.
    Host(String),
    /// A socket in the file system.
    Socket(PathBuf),
}

/// The daemon of ClamAV.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clamd {
    place: Place,
    within: Duration,
}

impl Clamd {
    /// Reads an address: `clamd://host:3310`, or `clamd:///run/clamav/clamd.ctl` for a socket. `within` is how long a file
    /// may take.
    ///
    /// # Errors
    /// What an address looks like.
    pub fn parse(address: &str, within: Duration) -> Result<Self, String> {
        let wrong = || {
            format!(
                "an address such as clamd://localhost:3310 or clamd:///run/clamav/clamd.ctl is needed, this is `{address}`"
            )
        };
        let rest = address.strip_prefix("clamd://").ok_or_else(wrong)?;
        let place = match rest.starts_with('/') {
            true => Place::Socket(PathBuf::from(rest)),
            false => {
                let (host, port) = rest.rsplit_once(':').ok_or_else(wrong)?;
                let is_good = !host.is_empty() && port.parse::<u16>().is_ok() && !rest.contains(['/', '@', ' ']);
                Place::Host(is_good.then(|| rest.to_owned()).ok_or_else(wrong)?)
            }
        };
        Ok(Self { place, within })
    }

    async fn ask(&self, content: &[u8]) -> Result<String, ScanError> {
        let unreachable = |error: std::io::Error| ScanError(format!("the scanner cannot be reached: {error}"));
        match &self.place {
            Place::Host(host) => stream(TcpStream::connect(host).await.map_err(unreachable)?, content).await,
            Place::Socket(path) => stream(UnixStream::connect(path).await.map_err(unreachable)?, content).await,
        }
    }
}

impl Scanner for Clamd {
    fn scan(&self, content: Bytes) -> BoxFuture<'_, Result<Verdict, ScanError>> {
        async move {
            let asked = timeout(self.within, self.ask(&content)).await;
            let late = |_| ScanError(format!("the scanner did not answer within {} seconds", self.within.as_secs()));
            verdict(&asked.map_err(late)??)
        }
        .boxed()
    }
}

/// Hands a content over and reads the answer. The daemon may answer before it has all, and then closes the connection: why
/// says its answer, not the error of writing.
async fn stream(mut connection: impl AsyncRead + AsyncWrite + Unpin, content: &[u8]) -> Result<String, ScanError> {
    let written = hand_over(&mut connection, content).await;
    let mut answer = Vec::new();
    let read = connection.take(ANSWER_MAX).read_to_end(&mut answer).await;
    let answer = String::from_utf8_lossy(&answer).trim_end_matches(['\0', '\n', '\r']).to_owned();
    match (answer.is_empty(), written.and(read)) {
        (false, _) => Ok(answer),
        (true, Ok(_)) => Err(ScanError("the scanner closed the connection without an answer".to_owned())),
        (true, Err(error)) => Err(ScanError(format!("the connection to the scanner broke off: {error}"))),
    }
}

/// The command, then chunks, each after its length, then an empty one.
async fn hand_over(connection: &mut (impl AsyncWrite + Unpin), content: &[u8]) -> std::io::Result<usize> {
    connection.write_all(b"zINSTREAM\0").await?;
    for chunk in content.chunks(CHUNK) {
        let length = u32::try_from(chunk.len()).map_err(std::io::Error::other)?;
        connection.write_all(&length.to_be_bytes()).await?;
        connection.write_all(chunk).await?;
    }
    connection.write_all(&0_u32.to_be_bytes()).await?;
    connection.flush().await?;
    Ok(content.len())
}

/// `stream: OK`, `stream: NAME FOUND`, or what went wrong.
fn verdict(answer: &str) -> Result<Verdict, ScanError> {
    let said = answer.strip_prefix("stream: ").unwrap_or(answer);
    match said.strip_suffix(" FOUND") {
        Some(name) => Ok(Verdict::Infected(name.to_owned())),
        None if said == "OK" => Ok(Verdict::Clean),
        None => Err(ScanError(format!("the scanner says: {said}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn addresses_are_hosts_with_ports_or_sockets() {
        let place = |address: &str| Clamd::parse(address, SECOND).map(|clamd| clamd.place);
        assert_eq!(place("clamd://av.example.org:3310"), Ok(Place::Host("av.example.org:3310".to_owned())));
        assert_eq!(place("clamd://[::1]:3310"), Ok(Place::Host("[::1]:3310".to_owned())));
        assert_eq!(place("clamd:///run/clamav/clamd.ctl"), Ok(Place::Socket("/run/clamav/clamd.ctl".into())));
        for address in ["", "localhost:3310", "clamd://localhost", "clamd://:3310", "clamd://a:b", "http://a:1"] {
            assert!(place(address).unwrap_err().contains("clamd:///run"), "{address}");
        }
    }

    #[test]
    fn only_a_plain_ok_is_clean() {
        assert_eq!(verdict("stream: OK"), Ok(Verdict::Clean));
        assert_eq!(verdict("stream: Win.Test FOUND"), Ok(Verdict::Infected("Win.Test".to_owned())));
        for answer in ["", "OK then", "INSTREAM size limit exceeded. ERROR", "stream: Can't allocate memory ERROR"] {
            assert!(verdict(answer).is_err(), "{answer}");
        }
    }

    #[tokio::test]
    async fn contents_go_through_a_socket_in_chunks_and_an_early_answer_counts() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("clamd.ctl");
        let address = format!("clamd://{}", path.display());
        let clamd = Clamd::parse(&address, Duration::from_secs(60)).unwrap();
        let content = Bytes::from(vec![7; CHUNK + 1]);
        let away = clamd.scan(content.clone()).await.unwrap_err();
        assert!(away.0.contains("cannot be reached"), "{away}");
        let listener = tokio::net::UnixListener::bind(&path).unwrap();
        let daemon = tokio::spawn(async move {
            let (mut connection, _) = listener.accept().await.unwrap();
            let mut taken = vec![0; 10 + 4 + CHUNK + 4 + 1 + 4];
            connection.read_exact(&mut taken).await.unwrap();
            connection.write_all(b"stream: OK\0").await.unwrap();
            drop(connection);
            // The next one is too large before it is all there.
            let (mut connection, _) = listener.accept().await.unwrap();
            connection.read_exact(&mut taken[..100]).await.unwrap();
            connection.write_all(b"INSTREAM size limit exceeded. ERROR\0").await.unwrap();
            drop(connection);
            taken
        });
        assert_eq!(clamd.scan(content.clone()).await, Ok(Verdict::Clean));
        let refused = clamd.scan(content).await.unwrap_err();
        let taken = daemon.await.unwrap();
        assert!(refused.0.contains("size limit exceeded") || refused.0.contains("broke off"), "{refused}");
        assert_eq!(&taken[taken.len() - 9..], [0, 0, 0, 1, 7, 0, 0, 0, 0]);
    }
}
