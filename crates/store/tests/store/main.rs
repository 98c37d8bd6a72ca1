//! Both databases keep the same promises: every test here runs on each.

mod commits;
mod graph;
mod jobs;
mod journal;
mod numbers;
mod tamper;
