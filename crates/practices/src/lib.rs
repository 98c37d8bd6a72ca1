//! The practices of service management: one folder each, TOML first, Rust where data cannot say it.
