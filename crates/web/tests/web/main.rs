//! The pages as browsers meet them, on both databases.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "in tests a panic is the message")]

mod answers;
mod board;
mod bulk;
mod calendar;
mod context;
mod decide;
mod drafts;
mod export;
mod family;
mod flows;
mod forged;
mod forms;
mod hostile;
mod inbox;
mod inspector;
mod kinds;
mod knowledge;
mod languages;
mod markup;
mod matrix;
mod objects;
mod operations;
mod portal;
mod presence;
mod ready;
mod rules;
mod schedules;
mod service_levels;
mod sessions;
mod snippets;
mod viewing;
mod views;
mod visits;
mod working_time;
mod world;
