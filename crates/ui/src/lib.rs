//! Components of pages: markup from typed arguments, with the styles, scripts and icons that they need.
//!
//! Each component is a function from a small argument struct to markup. It knows nothing of records, requests or
//! databases: what it shows comes in as text, already in the reader's language and time zone. Everything works without
//! scripts; `data-` attributes let the scripts under `assets/scripts` make it smoother.

pub mod as_of;
pub mod assets;
pub mod attachment;
pub mod badge;
pub mod button;
pub mod chart;
pub mod composer;
pub mod dialog;
pub mod field;
pub mod filter;
pub mod form;
pub mod gallery;
pub mod header;
pub mod icon;
pub mod keys;
pub mod list;
pub mod menu;
pub mod message;
pub mod page;
pub mod partial;
pub mod person;
pub mod record;
pub mod reference;
pub mod results;
pub mod sheet;
pub mod shell;
pub mod tabs;
pub mod time;
pub mod timeline;
pub mod tone;
pub mod transition;
pub mod value;
pub mod watch;
pub mod words;
