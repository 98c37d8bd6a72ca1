//! Chance that comes out the same for the same seed.

use rand::rngs::StdRng;
use rand::seq::{IndexedRandom, SliceRandom};
use rand::{Rng, SeedableRng};

/// A stream of chance of its own for each part of the demonstration, so that one part can change without the others.
pub(crate) struct Chance(StdRng);

impl Chance {
    /// The stream of a part.
    pub(crate) fn new(seed: u64, part: &str) -> Self {
        // FNV-1a: the standard hasher may differ from one version of Rust to the next.
        let name = part
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
        Self(StdRng::seed_from_u64(seed ^ name))
    }

    /// One of some; `None` only when there are none.
    pub(crate) fn pick<'a, T>(&mut self, of: &'a [T]) -> Option<&'a T> {
        of.choose(&mut self.0)
    }

    /// One of some texts, empty when there are none.
    pub(crate) fn text<'a, T: AsRef<str>>(&mut self, of: &'a [T]) -> &'a str {
        self.pick(of).map(AsRef::as_ref).unwrap_or_default()
    }

    /// A number from `low` to `high`, both included.
    pub(crate) fn between(&mut self, low: i64, high: i64) -> i64 {
        self.0.random_range(low..=high.max(low))
    }

    /// True in so many of a hundred cases.
    pub(crate) fn percent(&mut self, share: u32) -> bool {
        self.0.random_range(0..100) < share
    }

    /// The place of one weight, each as likely as it is heavy.
    pub(crate) fn weighted(&mut self, weights: &[u32]) -> usize {
        let mut rest = self.0.random_range(0..weights.iter().sum::<u32>().max(1));
        for (place, weight) in weights.iter().enumerate() {
            match rest.checked_sub(*weight) {
                Some(left) => rest = left,
                None => return place,
            }
        }
        0
    }

    /// Mixes a list.
    pub(crate) fn shuffle<T>(&mut self, list: &mut [T]) {
        list.shuffle(&mut self.0);
    }
}
