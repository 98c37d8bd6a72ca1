//! Configuration as text: records of kinds that say how Steward works here, written to files, compared with files, and
//! made as files say.
//!
//! A file names its record by kind, organisation and name, and other records by kind and name, so that it means the same
//! in another installation. A plan is an application that is not written: it tells what would be refused as well.

mod apply;
mod gather;
mod one;
mod text;
mod versions;

use serde_json::{Map, Value as Json};
use steward_model::id::RecordId;

pub use apply::{Difference, Planned, What};
pub use one::{OneText, Refused};
pub use text::{FileError, Place, read, write};
pub use versions::{Drifted, State, Version};

/// A record of configuration, as a file says it.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// The file, as it is named in errors; that of the record when it was written.
    pub file: String,
    /// Key of the kind.
    pub kind: String,
    /// Name of the organisation that it belongs to.
    pub organisation: String,
    /// The state that it is in.
    pub state: String,
    /// Values in the form of the interface, with names such as `team:Network` in place of records.
    pub fields: Map<String, Json>,
}

/// A record of configuration that is here, with what a file would say of it.
#[derive(Debug, Clone)]
pub struct Present {
    /// The record.
    pub id: RecordId,
    /// Its number.
    pub number: String,
    /// What a file says of it.
    pub item: Item,
}
