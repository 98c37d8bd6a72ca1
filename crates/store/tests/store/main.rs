//! Both databases keep the same promises: every test here runs on each.

mod commits;
