//! Identities. Newtypes, so that a record's id never stands where a revision belongs.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Identity of a record of any kind: positive, unique in one installation, meaningless otherwise.
///
/// On the wire it is a decimal string, since JSON readers in browsers lose integers beyond 2^53.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RecordId(pub i64);

impl RecordId {
    /// The actor of what Steward does by itself: timers, migrations, first start. No stored record has this id.
    pub const SYSTEM: Self = Self(0);
}

impl fmt::Display for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for RecordId {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

/// How many events a record has seen; the revision of a record that was just created is 1.
pub type Revision = i64;
