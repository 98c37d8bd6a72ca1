//! Connections: taking them, keeping slow ones from holding on for ever, letting them end in order.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tower::ServiceExt;

/// How long a client may take for the head of a request. An idle connection waits for
/// the next head, so it is closed after the same time.
const HEAD_WITHIN: Duration = Duration::from_secs(10);
/// Largest head of a request, in bytes; what hyper calls its buffer.
const HEAD_MAX: usize = 64 * 1024;
/// After a failure to accept, such as no free file descriptor.
const ACCEPT_AGAIN: Duration = Duration::from_millis(100);

/// A server that takes connections.
pub(crate) struct Listening {
    stop: oneshot::Sender<()>,
    accepting: JoinHandle<GracefulShutdown>,
}

impl Listening {
    /// Begins to take connections.
    pub(crate) fn start(listener: TcpListener, router: Router) -> Self {
        let (stop, stopped) = oneshot::channel();
        Self { stop, accepting: tokio::spawn(accept(listener, router, stopped)) }
    }

    /// Takes no more connections, and returns once the requests on all others are answered.
    pub(crate) async fn finish(self) {
        drop(self.stop);
        if let Ok(connections) = self.accepting.await {
            connections.shutdown().await;
        }
    }
}

/// Ends, and with it the listener, when it is told to; the connections taken live on.
async fn accept(listener: TcpListener, router: Router, mut stopped: oneshot::Receiver<()>) -> GracefulShutdown {
    let connections = GracefulShutdown::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = &mut stopped => return connections,
        };
        match accepted {
            Ok((stream, peer)) => serve_connection(stream, peer, router.clone(), &connections),
            Err(error) => {
                tracing::warn!(%error, "a connection could not be taken");
                tokio::time::sleep(ACCEPT_AGAIN).await;
            }
        }
    }
}

fn serve_connection(stream: TcpStream, peer: SocketAddr, router: Router, connections: &GracefulShutdown) {
    // Answers are written whole, so waiting for more to send only costs time.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "a connection was gone at once");
    }
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        router.clone().oneshot(request.map(Body::new))
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_WITHIN)
        .max_buf_size(HEAD_MAX)
        .serve_connection(TokioIo::new(stream), service);
    let watched = connections.watch(connection);
    tokio::spawn(async move {
        // Clients go away in the middle of things; that is no event for the log of an operator.
        if let Err(error) = watched.await {
            tracing::debug!(%error, %peer, "a connection ended early");
        }
    });
}
