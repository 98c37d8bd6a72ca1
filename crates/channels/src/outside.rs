//! Documents of other systems, fetched and handed over through the guard that keeps addresses from leading inside.

use bytes::Bytes;
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use steward_app::outside::{Document, Outside, OutsideError, Seal, Seen};
use steward_outbound::client::{Client, Known};
use steward_outbound::error::Error;

/// The way to the outside that asks the guard first.
#[derive(Debug, Clone)]
pub struct Guarded(pub Client);

impl Outside for Guarded {
    fn check(&self, address: &str) -> Result<String, String> {
        self.0.check(address).map(|address| address.origin()).map_err(|error| error.to_string())
    }

    fn fetch<'a>(
        &'a self,
        address: &'a str,
        accept: &'static str,
        seal: &'a Seal,
    ) -> BoxFuture<'a, Result<Seen, OutsideError>> {
        async move {
            let known = Known { etag: seal.etag.clone(), last_modified: seal.last_modified.clone() };
            let answer = self.0.fetch(address, accept, &known).await.map_err(told)?;
            match answer.status {
                200 => Ok(Seen::Document(Document {
                    body: answer.body.to_vec(),
                    seal: Seal { etag: answer.known.etag, last_modified: answer.known.last_modified },
                })),
                304 => Ok(Seen::Unchanged),
                status => Err(OutsideError::Status(status)),
            }
        }
        .boxed()
    }

    fn deliver<'a>(
        &'a self,
        address: &'a str,
        heads: &'a [(&'static str, String)],
        body: Vec<u8>,
    ) -> BoxFuture<'a, Result<u16, OutsideError>> {
        async move {
            let answer = self.0.deliver(address, "application/json", heads, Bytes::from(body)).await.map_err(told)?;
            match answer.status {
                status @ 200..=299 => Ok(status),
                status => Err(OutsideError::Status(status)),
            }
        }
        .boxed()
    }
}

fn told(error: Error) -> OutsideError {
    match error.is_passing() {
        true => OutsideError::Passing(error.to_string()),
        false => OutsideError::Refused(error.to_string()),
    }
}
