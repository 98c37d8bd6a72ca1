//! Test databases, builders and clients; used by tests and benchmarks only.

pub mod kinds;
