//! Automation rules at work.
//!
//! A subscriber of the journal finds the rules that answer each entry (`follow.rs`); what they do is decided with the
//! rights of whoever keeps the rule, and written together with the subscriber's place and a line of the log, so that each
//! entry is answered once, whichever nodes follow. Rules that go by time have their turns in a job (`turns.rs`).

mod act;
mod around;
mod book;
mod by_hand;
mod document;
mod each;
mod follow;
mod lanes;
mod log;
mod news;
mod preview;
mod replay;
mod route;
mod threshold;
mod turns;
mod webhook;

pub(crate) use act::Around;
pub(crate) use around::Seen;
pub(crate) use book::Rules;
pub use by_hand::Ping;
pub use log::{RunPage, RunView, Standing};
pub use preview::Preview;
pub(crate) use replay::JOB as REPLAY_JOB;
pub use replay::{REPLAY_DAYS, Replay, Replayed, ReplayedRecord};
pub use threshold::Group;
pub(crate) use turns::{ROUND, within};

use crate::error::Error;

/// An error in the words that stand in a log.
pub(crate) fn told(error: &Error) -> String {
    match error {
        Error::Invalid(faults) => {
            let said = faults.iter().map(|fault| format!("{} {}", fault.field, fault.message).trim().to_owned());
            said.collect::<Vec<_>>().join("; ")
        }
        Error::Unauthenticated => "the person with whose rights it acts may not act any more".to_owned(),
        Error::NotFound => "it is not there, or the person with whose rights it acts may not see it".to_owned(),
        other => other.to_string(),
    }
}

/// Whether a failure is one of the moment, to be tried again, and not one that would come again for ever.
pub(crate) fn is_passing(error: &Error) -> bool {
    matches!(error, Error::Unavailable | Error::Full)
}
