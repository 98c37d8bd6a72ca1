//! The practices do what their definitions and the field's handbooks say.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "in tests a panic is the message")]

mod change;
mod desk;
mod incident;
mod roles;
mod sequences;
mod shipped;
