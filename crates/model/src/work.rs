//! Time that people spent on records, as the journal tells of it: booked, corrected, withdrawn.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::event::{Act, Event};
use crate::id::{RecordId, Revision};
use crate::moment::Moment;

/// The field of a kind that holds the time spent on a record, where the kind has it.
pub const SPENT: &str = "time_spent";

/// What somebody did for how long.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Work {
    /// Time spent, in seconds.
    pub seconds: i64,
    /// When the work began.
    pub started_at: Moment,
    /// What sort of work it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub activity: Option<RecordId>,
    /// Whether it is to be charged.
    #[serde(default, skip_serializing_if = "is_false")]
    pub billable: bool,
    /// What was done, plain text; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// An entry of time as it stands: with all its corrections, and not withdrawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Booking {
    /// Place in the record's journal of the entry that booked it.
    pub seq: Revision,
    /// Who worked.
    pub person: RecordId,
    /// For which of their teams.
    pub team: Option<RecordId>,
    /// What they did.
    pub work: Work,
    /// The entry that corrected it last.
    pub corrected: Option<Revision>,
}

/// Has the bookings of a record, by the place of their entries, follow an event of its journal.
pub fn follow(bookings: &mut BTreeMap<Revision, Booking>, event: &Event) {
    match &event.act {
        Act::Worked { seconds, started_at, person, note, activity, billable, team } => {
            let (activity, billable, note) = (*activity, *billable, note.clone());
            let work = Work { seconds: *seconds, started_at: *started_at, activity, billable, note };
            let booking = Booking { seq: event.seq, person: *person, team: *team, work, corrected: None };
            bookings.insert(event.seq, booking);
        }
        Act::WorkCorrected { entry, to, .. } => {
            if let Some(booking) = bookings.get_mut(entry) {
                booking.work.clone_from(to);
                booking.corrected = Some(event.seq);
            }
        }
        Act::WorkWithdrawn { entry, .. } => {
            bookings.remove(entry);
        }
        _ => {}
    }
}

/// For serde, which asks with a reference.
pub(crate) fn is_false(value: &bool) -> bool {
    !*value
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::chain::canonical_text;

    fn event(seq: Revision, act: serde_json::Value) -> Event {
        let event = json!({ "record": 7, "seq": seq, "at": 5_000_000, "actor": 3, "door": "page", "act": act });
        serde_json::from_value(event).unwrap()
    }

    fn booked() -> Event {
        event(2, json!({ "type": "worked", "seconds": 1800, "started_at": 1, "person": 3, "note": "looked" }))
    }

    #[test]
    fn an_entry_from_before_activities_reads_and_hashes_as_it_did() {
        let text = canonical_text(&booked()).unwrap();
        let act = r#""act":{"type":"worked","seconds":1800,"started_at":1,"person":3,"note":"looked"}"#;
        assert!(text.contains(act), "{text}");
    }

    #[test]
    fn the_last_correction_counts_and_what_is_withdrawn_is_gone() {
        let mut bookings = BTreeMap::new();
        follow(&mut bookings, &booked());
        follow(
            &mut bookings,
            &event(3, json!({ "type": "worked", "seconds": 60, "started_at": 9, "person": 4, "note": "" })),
        );
        let from = json!({ "seconds": 1800, "started_at": 1, "note": "looked" });
        let to = json!({ "seconds": 3600, "started_at": 1, "activity": 11, "billable": true });
        let corrected = json!({ "type": "work_corrected", "entry": 2, "person": 3, "from": from, "to": to });
        follow(&mut bookings, &event(4, corrected));
        let first = &bookings[&2];
        assert_eq!((first.work.seconds, first.work.billable, first.corrected), (3600, true, Some(4)));
        assert_eq!((first.work.activity, first.work.note.as_str()), (Some(RecordId(11)), ""));
        let withdrawn = json!({ "type": "work_withdrawn", "entry": 3, "person": 4, "from": from });
        follow(&mut bookings, &event(5, withdrawn));
        assert_eq!(bookings.keys().copied().collect::<Vec<_>>(), [2]);
    }
}
