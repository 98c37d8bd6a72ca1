//! From names of hosts to addresses.

use std::net::IpAddr;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;

/// Looks names up. Asked once for each connection.
pub trait Resolver: Send + Sync + std::fmt::Debug {
    /// The addresses of a host; none when nobody knows it.
    fn addresses<'a>(&'a self, host: &'a str) -> BoxFuture<'a, Vec<IpAddr>>;
}

/// Looks names up as the system does.
#[derive(Debug, Clone, Copy, Default)]
pub struct System;

impl Resolver for System {
    fn addresses<'a>(&'a self, host: &'a str) -> BoxFuture<'a, Vec<IpAddr>> {
        async move {
            // A name that nobody knows is an error to the system, and so is a resolver that is away.
            let found = tokio::net::lookup_host((host, 0)).await;
            found.map(|found| found.map(|address| address.ip()).collect()).unwrap_or_default()
        }
        .boxed()
    }
}
