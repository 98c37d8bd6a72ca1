//! What every HTTP door shares: request ids, addresses of clients, counters, status codes of errors.

pub mod address;
pub mod counters;
pub mod doors;
pub mod headers;
pub mod request;
pub mod status;

use std::sync::Arc;

use crate::address::Proxies;
use crate::counters::Counters;

/// What the operator set for all doors, and what they count together. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Doors(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    proxies: Proxies,
    public_address: Option<String>,
    counters: Counters,
}

impl Doors {
    /// Doors behind these proxies, known to people under this address, such as `https://desk.example.org`.
    pub fn new(proxies: Proxies, public_address: Option<String>) -> Self {
        let public_address = public_address.map(|address| address.trim_end_matches('/').to_owned());
        Self(Arc::new(Inner { proxies, public_address, counters: Counters::default() }))
    }

    /// The proxies whose word on the address of a client counts.
    pub fn proxies(&self) -> &Proxies {
        &self.0.proxies
    }

    /// Scheme and host under which people know this installation; `None` when the operator named none.
    pub fn public_address(&self) -> Option<&str> {
        self.0.public_address.as_deref()
    }

    /// Counters of all requests.
    pub fn counters(&self) -> &Counters {
        &self.0.counters
    }
}
