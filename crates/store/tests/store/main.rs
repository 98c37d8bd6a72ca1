//! Both databases keep the same promises: every test here runs on each.

mod backup;
mod blobs;
mod commits;
mod graph;
mod jobs;
mod journal;
mod numbers;
mod open;
mod tamper;
