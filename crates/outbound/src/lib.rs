//! Requests to the outside, to addresses that people typed in: fetched by GET, delivered by POST.
//!
//! Nobody who may type an address gets a way into the network that this server stands in. Each address is looked at
//! before anything leaves: its scheme, its spelling, its port, and every network address that its name has. The
//! connection goes to exactly what was looked at, so that a name that changes its address in between leads nowhere
//! (DNS rebinding). What the operator lists in the configuration ([`allow::Allow`]) is reached besides. Everything is
//! bounded in size and time. No proxy is asked, whatever the environment says: it would look the name up anew.

pub mod address;
pub mod allow;
pub mod client;
pub mod error;
mod exchange;
pub mod range;
pub mod resolve;
