//! Importing event logs.

mod real;
