//! Requests to servers of this machine, which the tests list as allowed where they are to be reached.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "in tests a panic is the message")]

use std::collections::VecDeque;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use rustls::RootCertStore;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use steward_outbound::allow::Allow;
use steward_outbound::client::{Answer, Client, Known, Limits};
use steward_outbound::error::Error;
use steward_outbound::range::Range;
use steward_outbound::resolve::Resolver;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const QUICK: Limits = Limits { connect: Duration::from_secs(5), total: Duration::from_secs(20), size: 1000 };

/// Answers names in turn, and counts how often it was asked; the last answer stays.
#[derive(Debug, Default)]
struct Names(Mutex<(VecDeque<Vec<IpAddr>>, usize)>);

impl Names {
    fn of<const N: usize>(answers: [&[&str]; N]) -> Arc<Self> {
        let read = |answer: &&[&str]| answer.iter().map(|address| address.parse().expect("an address")).collect();
        Arc::new(Self(Mutex::new((answers.iter().map(read).collect(), 0))))
    }

    fn asked(&self) -> usize {
        self.0.lock().expect("no panic").1
    }
}

impl Resolver for Names {
    fn addresses<'a>(&'a self, _host: &'a str) -> BoxFuture<'a, Vec<IpAddr>> {
        let (answers, asked) = &mut *self.0.lock().expect("no panic");
        *asked += 1;
        let answer = if answers.len() > 1 { answers.pop_front() } else { answers.front().cloned() };
        std::future::ready(answer.unwrap_or_default()).boxed()
    }
}

/// A server that answers each connection with the next text, and tells what it was sent.
struct Server {
    at: SocketAddr,
    heard: UnboundedReceiver<String>,
}

impl Server {
    async fn start(answers: Vec<String>) -> Self {
        let listener = TcpListener::bind((HERE, 0)).await.expect("a port");
        let at = listener.local_addr().expect("an address");
        let (tell, heard) = unbounded_channel();
        tokio::spawn(async move {
            for answer in answers {
                let (stream, _) = listener.accept().await.expect("a connection");
                let tell = tell.clone();
                tokio::spawn(async move { converse(stream, answer, |said| drop(tell.send(said))).await });
            }
        });
        Self { at, heard }
    }

    async fn heard(&mut self) -> String {
        self.heard.recv().await.expect("a request")
    }

    fn was_asked(&mut self) -> bool {
        self.heard.try_recv().is_ok()
    }
}

/// Reads a request, tells it, and answers; an answer that ends in `…` goes on for ever, one in `~` never ends.
async fn converse<T: AsyncRead + AsyncWrite + Unpin>(mut stream: T, answer: String, tell: impl Fn(String)) {
    let mut taken = Vec::new();
    let mut part = [0; 1024];
    loop {
        let count = stream.read(&mut part).await.unwrap_or(0);
        taken.extend_from_slice(&part[..count]);
        let text = String::from_utf8_lossy(&taken).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length =
                head.to_ascii_lowercase().lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
            if body.len() >= length.unwrap_or(0) {
                tell(text);
                break;
            }
        }
        if count == 0 {
            return;
        }
    }
    let written = answer.trim_end_matches(['…', '~']);
    let _ = stream.write_all(written.as_bytes()).await;
    if answer.ends_with('…') {
        while stream.write_all(&[b'x'; 512]).await.is_ok() {}
    }
    if answer.ends_with('~') {
        std::future::pending::<()>().await;
    }
    let _ = stream.shutdown().await;
}

fn ok(body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len())
}

fn to(location: &str) -> String {
    format!("HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n")
}

fn client(allow: &[&str], names: &Arc<Names>) -> Client {
    limited(allow, names, QUICK)
}

fn limited(allow: &[&str], names: &Arc<Names>, limits: Limits) -> Client {
    Client::with(Allow::parse(allow).expect("entries"), names.clone(), RootCertStore::empty(), limits)
}

async fn fetch(client: &Client, address: &str) -> Result<Answer, Error> {
    client.fetch(address, "text/calendar", &Known::default()).await
}

#[tokio::test]
async fn what_stands_at_an_address_comes_with_what_it_is_recognised_by() {
    let answer = "HTTP/1.1 200 OK\r\nETag: \"a1\"\r\nLast-Modified: Sat, 01 Jan 2028 00:00:00 GMT\r\nContent-Length: 2\r\n\r\nhi";
    let mut server = Server::start(vec![answer.to_owned(), "HTTP/1.1 304 Not Modified\r\n\r\n".to_owned()]).await;
    let client = client(&["127.0.0.1"], &Names::of([]));
    let address = format!("http://{}/days.ics?key=secret#part", server.at);
    let first = fetch(&client, &address).await.expect("an answer");
    assert_eq!((first.status, first.body.as_ref()), (200, b"hi".as_slice()));
    let asked = server.heard().await;
    assert!(asked.starts_with("GET /days.ics?key=secret HTTP/1.1\r\n"), "{asked}");
    assert!(!asked.to_lowercase().contains("if-none-match"), "{asked}");
    let second = client.fetch(&address, "text/calendar", &first.known).await.expect("an answer");
    assert_eq!(second.status, 304);
    let asked = server.heard().await.to_lowercase();
    assert!(asked.contains("if-none-match: \"a1\"\r\n"), "{asked}");
    assert!(asked.contains("if-modified-since: sat, 01 jan 2028 00:00:00 gmt\r\n"), "{asked}");
    assert!(asked.contains("accept-encoding: identity\r\n"), "{asked}");
}

#[tokio::test]
async fn a_document_is_handed_over_with_its_heads_and_leads_nowhere() {
    let mut target = Server::start(vec![ok("")]).await;
    let mut server = Server::start(vec![to(&format!("http://{}/", target.at))]).await;
    let client = client(&["127.0.0.1"], &Names::of([]));
    let heads = [("steward-delivery", "4711".to_owned())];
    let sent =
        client.deliver(&format!("http://{}/hook", server.at), "application/json", &heads, Bytes::from("{}")).await;
    assert_eq!(sent.expect("an answer").status, 302);
    let heard = server.heard().await;
    assert!(heard.starts_with("POST /hook HTTP/1.1\r\n") && heard.ends_with("\r\n\r\n{}"), "{heard}");
    assert!(heard.contains("steward-delivery: 4711\r\n"), "{heard}");
    assert!(!target.was_asked());
    let broken = [("steward-delivery", "a\r\nb: c".to_owned())];
    let sent = client.deliver(&format!("http://{}/", server.at), "application/json", &broken, Bytes::new()).await;
    assert_eq!(sent, Err(Error::Garbled));
}

#[tokio::test]
async fn a_name_that_leads_inside_is_refused_and_nothing_leaves() {
    for inside in ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "::ffff:127.0.0.1", "fd00::1", "100.64.0.1"] {
        let mut server = Server::start(vec![ok("")]).await;
        let names = Names::of([&["93.184.215.14", inside]]);
        let address = format!("https://calendar.example:{}/", server.at.port());
        let refused = fetch(&client(&[], &names), &address).await;
        assert!(matches!(refused, Err(Error::Inside(_))), "{inside}: {refused:?}");
        assert!(!server.was_asked());
    }
    assert_eq!(fetch(&client(&[], &Names::of([])), "https://nowhere.example/").await, Err(Error::Unknown));
}

#[tokio::test]
async fn the_address_that_was_looked_at_is_the_one_that_is_asked() {
    // The name changes its address after the first look, to one that is refused.
    let mut server = Server::start(vec![ok("seen"), ok("never")]).await;
    let names = Names::of([&["127.0.0.1"], &["127.0.0.2"]]);
    let client = client(&["calendar.example", "127.0.0.1"], &names);
    let address = format!("http://calendar.example:{}/", server.at.port());
    assert_eq!(fetch(&client, &address).await.expect("an answer").body, "seen");
    assert_eq!(names.asked(), 1);
    assert!(server.heard().await.to_lowercase().contains(&format!("host: calendar.example:{}\r\n", server.at.port())));
}

#[tokio::test]
async fn a_name_that_changes_while_it_leads_on_is_looked_at_again() {
    let names = Names::of([&["127.0.0.1"], &["127.0.0.2"]]);
    // The network is listed and not the name, so that what the name leads to counts; by TLS, as it must be then.
    let client = tls_client(&["127.0.0.1"], &names);
    let mut secure = secure_server("host.pem", vec![to("/again"), ok("never")]).await;
    let refused = fetch(&client, &format!("https://calendar.example:{}/", secure.at.port())).await;
    assert_eq!(refused, Err(Error::LeadsTo(Box::new(Error::Inside(Range::Loopback)))));
    assert_eq!(names.asked(), 2);
    assert!(secure.heard().await.starts_with("GET / "));
    assert!(!secure.was_asked());
}

#[tokio::test]
async fn leading_on_is_followed_three_times_and_never_inside() {
    let names = Names::of([]);
    let client = client(&["127.0.0.1"], &names);
    let server = Server::start(vec![to("/1"), to("/2"), to("/3"), ok("end")]).await;
    assert_eq!(fetch(&client, &format!("http://{}/", server.at)).await.expect("an answer").body, "end");
    let server = Server::start(vec![to("/1"), to("/2"), to("/3"), to("/4"), ok("end")]).await;
    assert_eq!(fetch(&client, &format!("http://{}/", server.at)).await, Err(Error::Redirects(3)));
    for (location, why) in [
        ("http://127.0.0.2/", Error::Inside(Range::Loopback)),
        ("http://0x7f.0.0.2/", Error::Inside(Range::Loopback)),
        ("//localhost/", Error::Inside(Range::Loopback)),
        ("https://[::1]/", Error::Inside(Range::Loopback)),
        ("http://169.254.169.254/latest/", Error::Inside(Range::Metadata)),
        ("http://example.org/", Error::Plain),
        ("file:///etc/passwd", Error::Scheme("file".to_owned())),
        ("https://a:b@example.org/", Error::Credentials),
    ] {
        let server = Server::start(vec![to(location)]).await;
        let refused = fetch(&client, &format!("http://{}/", server.at)).await;
        assert_eq!(refused, Err(Error::LeadsTo(Box::new(why))), "{location}");
    }
    assert_eq!(names.asked(), 0);
}

#[tokio::test]
async fn an_answer_is_cut_where_it_is_too_large() {
    let client = client(&["127.0.0.1"], &Names::of([]));
    for head in ["HTTP/1.1 200 OK\r\n\r\n…", "HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n…"] {
        let server = Server::start(vec![head.to_owned()]).await;
        assert_eq!(fetch(&client, &format!("http://{}/", server.at)).await, Err(Error::Large(1000)), "{head}");
    }
    let server = Server::start(vec![format!("HTTP/1.1 200 OK\r\nX: {}…", "x".repeat(10))]).await;
    assert_eq!(fetch(&client, &format!("http://{}/", server.at)).await, Err(Error::Garbled));
    let server = Server::start(vec!["HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n…".to_owned()]).await;
    assert_eq!(fetch(&client, &format!("http://{}/", server.at)).await, Err(Error::Compressed));
    let server = Server::start(vec!["HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf".to_owned()]).await;
    assert_eq!(fetch(&client, &format!("http://{}/", server.at)).await, Err(Error::Garbled));
}

#[tokio::test]
async fn an_answer_that_does_not_end_is_not_waited_for() {
    let total = Duration::from_millis(300);
    let client = limited(&["127.0.0.1"], &Names::of([]), Limits { total, ..QUICK });
    for head in ["~", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf~"] {
        let server = Server::start(vec![head.to_owned()]).await;
        assert_eq!(fetch(&client, &format!("http://{}/", server.at)).await, Err(Error::Slow(total)), "{head}");
    }
}

#[tokio::test]
async fn a_closed_port_and_one_that_speaks_something_else_tell_the_same() {
    let client = tls_client(&["127.0.0.1"], &Names::of([]));
    let closed = TcpListener::bind((HERE, 0)).await.expect("a port").local_addr().expect("an address");
    let first = fetch(&client, &format!("https://{closed}/")).await;
    let listener = TcpListener::bind((HERE, 0)).await.expect("a port");
    let other = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.expect("a connection");
        let _ = stream.write_all(b"220 mail.example ESMTP\r\n").await;
    });
    assert_eq!(first, Err(Error::Unreachable));
    assert_eq!(fetch(&client, &format!("https://{other}/")).await, first);
}

#[tokio::test]
async fn only_a_certificate_that_holds_gets_a_request() {
    let names = Names::of([&["127.0.0.1"]]);
    let client = tls_client(&["127.0.0.1"], &names);
    let mut server = secure_server("host.pem", vec![ok("safe")]).await;
    let address = format!("https://calendar.example:{}/", server.at.port());
    assert_eq!(fetch(&client, &address).await.expect("an answer").body, "safe");
    assert!(server.heard().await.starts_with("GET / "));
    for (certificate, host, told) in
        [("host.pem", "other.example", "it is another host's"), ("expired.pem", "calendar.example", "it has expired")]
    {
        let mut server = secure_server(certificate, vec![ok("")]).await;
        let refused = fetch(&client, &format!("https://{host}:{}/", server.at.port())).await;
        assert_eq!(refused, Err(Error::Certificate(told.to_owned())));
        assert!(!server.was_asked());
    }
    let mut server = secure_server("host.pem", vec![ok("")]).await;
    let stranger = client_of(&["127.0.0.1"], &names, RootCertStore::empty());
    let refused = fetch(&stranger, &format!("https://calendar.example:{}/", server.at.port())).await;
    assert_eq!(refused, Err(Error::Certificate("nobody whom this server trusts issued it".to_owned())));
    assert!(!server.was_asked());
}

fn pem(name: &str) -> Vec<u8> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/certificates").join(name);
    std::fs::read(path).expect("a file of the tests")
}

fn tls_client(allow: &[&str], names: &Arc<Names>) -> Client {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(&pem("authority.pem")).expect("a certificate")).expect("an authority");
    client_of(allow, names, roots)
}

fn client_of(allow: &[&str], names: &Arc<Names>, roots: RootCertStore) -> Client {
    Client::with(Allow::parse(allow).expect("entries"), names.clone(), roots, QUICK)
}

async fn secure_server(certificate: &str, answers: Vec<String>) -> Server {
    let chain = vec![CertificateDer::from_pem_slice(&pem(certificate)).expect("a certificate")];
    let key = PrivateKeyDer::from_pem_slice(&pem("host.key")).expect("a key");
    let config = rustls::ServerConfig::builder().with_no_client_auth().with_single_cert(chain, key).expect("a pair");
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind((HERE, 0)).await.expect("a port");
    let at = listener.local_addr().expect("an address");
    let (tell, heard) = unbounded_channel();
    tokio::spawn(async move {
        for answer in answers {
            let (stream, _) = listener.accept().await.expect("a connection");
            let Ok(stream) = acceptor.accept(stream).await else { continue };
            let tell = tell.clone();
            tokio::spawn(async move { converse(stream, answer, |said| drop(tell.send(said))).await });
        }
    });
    Server { at, heard }
}
