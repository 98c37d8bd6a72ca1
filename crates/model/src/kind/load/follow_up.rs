//! What follows a record that cannot be reopened any more: that the transition and the fields are there.

use super::faults::{Faults, hint};
use super::merge::{Draft, In};
use super::{check_field, words};
use crate::kind::FollowUp;

const WHO: &str = "`follow_up`";

/// How a record is followed up, where its kind says so.
pub(super) fn build_follow_up(draft: &Draft<'_>, faults: &mut Faults<'_>) -> Option<FollowUp> {
    let In { file, item } = draft.follow_up?;
    let wanted = item.instead_of.get_ref();
    let keys = || draft.transitions.iter().map(|transition| transition.item.key.get_ref().as_str());
    if keys().all(|key| key != wanted) {
        let near = hint(wanted, keys());
        faults.add(file, item.instead_of.span(), format!("{WHO} names unknown transition `{wanted}`{near}"));
    }
    for field in &item.copy {
        check_field(draft, file, field, WHO, faults);
    }
    Some(FollowUp {
        instead_of: wanted.clone(),
        kind: item.kind.as_ref().map(|kind| kind.get_ref().clone()),
        copy: words(&item.copy),
    })
}
