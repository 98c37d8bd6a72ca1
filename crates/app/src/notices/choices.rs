//! What people want mailed, and when: kept with their settings.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::inbox::Reason;

/// Minutes of a day.
pub const DAY_MINUTES: u16 = 24 * 60;

/// How somebody is mailed of something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Not at all.
    Never,
    /// At once, together with what happens to the record within the next minutes.
    AtOnce,
    /// In the next digest.
    Digest,
}

impl Mode {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Never, Self::AtOnce, Self::Digest];

    /// The word in forms.
    pub fn key(self) -> &'static str {
        match self {
            Self::Never => "never",
            Self::AtOnce => "at_once",
            Self::Digest => "digest",
        }
    }

    /// The mode of a word.
    pub fn parse(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.key() == key)
    }

    /// What is usual: at once what waits for somebody and what becomes of their own requests, nothing else.
    pub fn usual(reason: Reason) -> Self {
        match reason {
            Reason::Mention
            | Reason::Assigned
            | Reason::Answer
            | Reason::Progress
            | Reason::Approval
            | Reason::File
            | Reason::Viewed => Self::AtOnce,
            Reason::Reply | Reason::Team | Reason::Review | Reason::Due | Reason::Rule => Self::Never,
        }
    }
}

/// How often a digest comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Every {
    /// At each full hour.
    Hour,
    /// Once a day.
    #[default]
    Day,
    /// Once a week.
    Week,
}

impl Every {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Hour, Self::Day, Self::Week];

    /// The word in forms.
    pub fn key(self) -> &'static str {
        match self {
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Week => "week",
        }
    }

    /// The one of a word.
    pub fn parse(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|every| every.key() == key)
    }
}

/// When digests come, in the zone of the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Digest {
    /// How often.
    pub every: Every,
    /// Minutes after midnight; not for those of each hour.
    pub at: u16,
    /// Day of the week from 1, Monday; only for those of each week.
    pub weekday: i8,
}

impl Default for Digest {
    fn default() -> Self {
        Self { every: Every::Day, at: 8 * 60, weekday: 1 }
    }
}

/// Hours in which no mail comes, in the zone of the person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Quiet {
    /// Minutes after midnight at which they begin.
    pub from: u16,
    /// Minutes after midnight at which they end: on the next day when not after their beginning.
    pub until: u16,
    /// Days of the week on which they begin, from 1, Monday.
    pub days: BTreeSet<i8>,
    /// Whether what is about critical records comes nevertheless.
    pub but_critical: bool,
}

impl Default for Quiet {
    fn default() -> Self {
        Self { from: 20 * 60, until: 7 * 60, days: (1..=7).collect(), but_critical: true }
    }
}

/// What somebody wants mailed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Mailing {
    /// By key of the reason, where it is not as usual.
    pub modes: BTreeMap<String, Mode>,
    /// When digests come.
    pub digest: Digest,
    /// When no mail comes.
    pub quiet: Option<Quiet>,
}

impl Mailing {
    /// How the person is mailed of what happens for a reason.
    pub fn mode(&self, reason: Reason) -> Mode {
        self.modes.get(reason.key()).copied().unwrap_or_else(|| Mode::usual(reason))
    }

    /// Keeps how the person wants to be mailed for a reason; nothing is kept of what is usual.
    pub fn set_mode(&mut self, reason: Reason, mode: Mode) {
        if mode == Mode::usual(reason) {
            self.modes.remove(reason.key());
        } else {
            self.modes.insert(reason.key().to_owned(), mode);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_usual_takes_no_room() {
        let mut mailing = Mailing::default();
        for reason in Reason::ALL {
            mailing.set_mode(reason, Mode::usual(reason));
        }
        assert_eq!(mailing, Mailing::default());
        mailing.set_mode(Reason::Reply, Mode::Digest);
        assert_eq!((mailing.mode(Reason::Reply), mailing.mode(Reason::Mention)), (Mode::Digest, Mode::AtOnce));
    }

    #[test]
    fn all_that_can_be_chosen_fits_the_settings() {
        let mut mailing = Mailing { quiet: Some(Quiet::default()), ..Mailing::default() };
        for reason in Reason::ALL {
            mailing.modes.insert(reason.key().to_owned(), Mode::AtOnce);
        }
        let text = serde_json::to_string(&mailing).unwrap_or_default();
        assert!(text.len() < 600, "{} bytes", text.len());
    }
}
