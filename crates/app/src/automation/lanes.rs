//! Which calls of other systems go on at the same time: so many of one node, and few of them to the same address, so that
//! a receiver that is slow holds up nobody but itself.

use std::collections::HashMap;

/// Calls that one node has on their way at the same time.
pub(super) const TOGETHER: usize = 32;
/// Of these to the same address.
const TO_ONE: usize = 2;
/// Milliseconds after which one that found no room is looked at again; one more for each that waits before it.
const STEP: i64 = 250;
/// The longest of these waits, in milliseconds.
const LONGEST: i64 = 60_000;

/// Calls on their way, by where they go.
#[derive(Debug, Default)]
pub(super) struct Lanes(HashMap<String, Lane>);

#[derive(Debug, Default)]
struct Lane {
    going: usize,
    put_back: i64,
}

impl Lanes {
    /// Takes up room on the way to an address.
    ///
    /// # Errors
    /// There is none; after how many milliseconds to look again.
    pub(super) fn enter(&mut self, to: &str) -> Result<(), i64> {
        let lane = self.0.entry(to.to_owned()).or_default();
        if lane.going < TO_ONE {
            lane.going += 1;
            return Ok(());
        }
        lane.put_back += 1;
        Err((lane.put_back * STEP).min(LONGEST))
    }

    /// Gives the room back.
    pub(super) fn leave(&mut self, to: &str) {
        let Some(lane) = self.0.get_mut(to) else { return };
        lane.going = lane.going.saturating_sub(1);
        lane.put_back = (lane.put_back - 1).max(0);
        if lane.going == 0 {
            self.0.remove(to);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_holds_up_no_other() {
        let mut lanes = Lanes::default();
        let slow: Vec<Result<(), i64>> = (0..4).map(|_| lanes.enter("https://slow.example")).collect();
        assert_eq!(slow, [Ok(()), Ok(()), Err(250), Err(500)]);
        assert_eq!(lanes.enter("https://fast.example"), Ok(()));
        lanes.leave("https://slow.example");
        assert_eq!(lanes.enter("https://slow.example"), Ok(()));
        assert_eq!(lanes.enter("https://slow.example"), Err(500));
        for _ in 0..1_000 {
            let _ = lanes.enter("https://slow.example");
        }
        assert_eq!(lanes.enter("https://slow.example"), Err(60_000));
        lanes.leave("https://slow.example");
        lanes.leave("https://slow.example");
        assert_eq!(lanes.enter("https://slow.example"), Ok(()), "what is empty is forgotten");
    }
}
