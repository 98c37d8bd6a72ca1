//! One request on one connection to one address that was looked at.

use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper::header::CONTENT_ENCODING;
use hyper::rt::{Read, Write};
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::address::Address;
use crate::client::Limits;
use crate::error::Error;

/// Largest heads of an answer, in bytes.
const HEADS: usize = 64 * 1024;

/// What came back.
pub(crate) struct Exchanged {
    pub(crate) head: http::response::Parts,
    pub(crate) body: Bytes,
}

/// Sends a request to one of the addresses that were looked at, and to no other.
pub(crate) async fn exchange(
    address: &Address,
    checked: &[SocketAddr],
    request: Request<Full<Bytes>>,
    tls: &Arc<ClientConfig>,
    limits: &Limits,
) -> Result<Exchanged, Error> {
    let stream = connect(checked, limits).await?;
    if !address.is_secure() {
        return talk(TokioIo::new(stream), request, limits).await;
    }
    let name = ServerName::try_from(address.name()).map_err(|_| Error::Address("its host is no name".to_owned()))?;
    let stream = TlsConnector::from(Arc::clone(tls)).connect(name, stream).await.map_err(|error| {
        match error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
            Some(rustls::Error::InvalidCertificate(fault)) => Error::Certificate(certificate_fault(fault)),
            // As closed ports: what speaks something else than TLS there is nobody's business.
            _ => Error::Unreachable,
        }
    })?;
    talk(TokioIo::new(stream), request, limits).await
}

fn certificate_fault(fault: &rustls::CertificateError) -> String {
    use rustls::CertificateError as Fault;
    match fault {
        Fault::Expired | Fault::ExpiredContext { .. } => "it has expired",
        Fault::NotValidYet | Fault::NotValidYetContext { .. } => "it is not valid yet",
        Fault::NotValidForName | Fault::NotValidForNameContext { .. } => "it is another host's",
        Fault::UnknownIssuer => "nobody whom this server trusts issued it",
        Fault::Revoked => "it was revoked",
        _ => "it cannot be verified",
    }
    .to_owned()
}

/// Tries the addresses in turn.
async fn connect(checked: &[SocketAddr], limits: &Limits) -> Result<TcpStream, Error> {
    let attempts = async {
        for address in checked {
            if let Ok(stream) = TcpStream::connect(address).await {
                return Ok(stream);
            }
        }
        Err(Error::Unreachable)
    };
    tokio::time::timeout(limits.connect, attempts).await.unwrap_or(Err(Error::Unreachable))
}

async fn talk<T>(stream: T, request: Request<Full<Bytes>>, limits: &Limits) -> Result<Exchanged, Error>
where
    T: Read + Write + Send + Unpin + 'static,
{
    let handshake = http1::Builder::new().max_buf_size(HEADS).handshake(stream);
    let (mut sender, connection) = handshake.await.map_err(|_| Error::Garbled)?;
    // Both go on together, and end together when the time is up.
    let asked = async {
        let answer = sender.send_request(request).await.map_err(|_| Error::Garbled)?;
        read(answer, limits.size).await
    };
    tokio::pin!(asked);
    tokio::pin!(connection);
    tokio::select! {
        answer = &mut asked => answer,
        // The connection may be over before the end of the answer was taken from it.
        _ = &mut connection => asked.await,
    }
}

async fn read(answer: Response<Incoming>, most: usize) -> Result<Exchanged, Error> {
    let (head, mut body) = answer.into_parts();
    // A few bytes can hold gigabytes.
    if head.headers.get(CONTENT_ENCODING).is_some_and(|encoding| encoding != "identity") {
        return Err(Error::Compressed);
    }
    let mut taken = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| Error::Garbled)?;
        let Some(data) = frame.data_ref() else { continue };
        if taken.len() + data.len() > most {
            return Err(Error::Large(most));
        }
        taken.extend_from_slice(data);
    }
    Ok(Exchanged { head, body: Bytes::from(taken) })
}
