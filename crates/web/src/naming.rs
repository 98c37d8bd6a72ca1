//! Words about kinds and lists of names.

use steward_model::kind::Kind;
use steward_words::{in_sentence, t_with};

/// What one presses to record something new of a kind.
pub(crate) fn new_record(kind: &Kind) -> String {
    t_with("new-record", &[("kind", (&in_sentence(&kind.label)).into())])
}
