//! Components of pages: markup from typed arguments, with the styles, scripts and icons that they need.
//!
//! Each component is a function from a small argument struct to markup. It knows nothing of records, requests or
//! databases: what it shows comes in as text, already in the reader's language and time zone. Everything works without
//! scripts; `data-` attributes let the scripts under `assets/scripts` make it smoother.
//!
//! # A page
//!
//! [`shell::shell`] makes the whole page of somebody signed in, [`sheet::sheet`] that of somebody who is not. Both take a
//! [`page::Page`]. The server answers `/assets/{name}` with [`assets::find`]; the content policy needs no exception for
//! anything here, and may add `trusted-types steward steward-worker`.
//!
//! # What scripts ask of the server
//!
//! - Requests of htmx and of our own scripts carry `HX-Request: true`, those that change something `X-CSRF-Token` (from
//!   [`page::Page::csrf_token`]); forms without scripts carry `csrf_token`.
//! - Answers below 400 and 422 are swapped in; of others the reader is told, with `X-Request-Id` for 5xx.
//! - `data-source` of a [`field::Control::Reference`]: `GET {source}&q=typed` answers
//!   `[{"value":"PER0000001","label":"Ada Okafor","detail":"PER0000001 · Network"}]`, best first; with an empty `q`
//!   those most likely meant. For [`shell::Search::source`] each also has `"address"`.
//! - [`page::Page::live`] answers an event stream whose messages (unnamed, or named `change`) are
//!   `{"kind":"incident","number":"INC0000042","id":"…","revision":7,"actor":"Ada Okafor"}`. An element with
//!   [`record::Live`] is asked for again when its record changes, a [`list::List`] with a source when one of its kind
//!   does; the answer is the same markup with the same id.
//! - A [`message::toast`] may go along with any swapped answer.

pub mod access;
pub mod agenda;
pub mod approval;
pub mod as_of;
pub mod assets;
pub mod attachment;
pub mod automation;
pub mod badge;
pub mod board;
pub mod bulk;
pub mod button;
pub mod calendar;
pub mod chart;
pub mod clock;
pub mod composer;
pub mod context;
pub mod dialog;
pub mod draft;
pub mod field;
pub mod filter;
pub mod form;
pub mod gallery;
pub mod header;
pub mod icon;
pub mod inbox;
pub mod keys;
pub mod knowledge;
pub mod list;
pub mod menu;
pub mod message;
pub mod notices;
pub mod page;
pub mod partial;
pub mod person;
pub mod plan;
pub mod portal;
pub mod presence;
pub mod record;
pub mod reference;
pub mod results;
pub mod sheet;
pub mod shell;
pub mod tabs;
pub mod time;
pub mod time_mark;
pub mod timeline;
pub mod tone;
pub mod transition;
pub mod value;
pub mod viewing;
pub mod watch;
pub mod words;
pub mod working_time;
