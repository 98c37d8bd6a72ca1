//! Filters and orders give the same answer in memory, on SQLite and on PostgreSQL.

mod database;
mod orders;
mod plans;
mod same_answer;
mod world;
