//! Copies of what the database holds that nearly every request asks for.
//!
//! A copy is at most [`FRESH_SECONDS`] old, so what another node writes is seen here within that time. What this node
//! writes is seen at once: whoever writes forgets the copies before the answer is given, and a copy that was read before
//! that is not kept after it.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};

use steward_model::moment::Moment;

/// How long a copy is used without asking the database again.
pub(crate) const FRESH_SECONDS: i64 = 2;

/// Copies by key.
pub(crate) struct Fresh<K, V> {
    copies: Mutex<Copies<K, V>>,
    most: usize,
}

struct Copies<K, V> {
    by_key: HashMap<K, (Moment, V)>,
    /// Rises whenever something is forgotten.
    generation: u64,
}

/// A moment before something is read, to keep a copy of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Before {
    generation: u64,
    now: Moment,
}

impl<K: Eq + Hash, V: Clone> Fresh<K, V> {
    /// Room for so many copies; when it is full, all are given up.
    pub(crate) fn new(most: usize) -> Self {
        Self { copies: Mutex::new(Copies { by_key: HashMap::new(), generation: 0 }), most }
    }

    /// A copy that is young enough.
    pub(crate) fn get(&self, key: &K, now: Moment) -> Option<V> {
        self.copies().find(key, now).cloned()
    }

    /// A copy that is young enough, or what `read` gives, which is kept.
    ///
    /// # Errors
    /// Those of `read`; nothing is kept then.
    pub(crate) async fn get_or<E>(
        &self,
        key: K,
        now: Moment,
        read: impl Future<Output = Result<V, E>>,
    ) -> Result<V, E> {
        if let Some(copy) = self.get(&key, now) {
            return Ok(copy);
        }
        let before = self.before(now);
        let value = read.await?;
        self.keep(before, [(key, value.clone())]);
        Ok(value)
    }

    /// Those of many keys that are here and young enough, handed to `take`; gives the other keys.
    pub(crate) fn get_many(&self, keys: Vec<K>, now: Moment, mut take: impl FnMut(&K, &V)) -> Vec<K> {
        let copies = self.copies();
        let mut missing = keys;
        missing.retain(|key| match copies.find(key, now) {
            Some(value) => {
                take(key, value);
                false
            }
            None => true,
        });
        missing
    }

    /// To be called before the database is asked.
    pub(crate) fn before(&self, now: Moment) -> Before {
        Before { generation: self.copies().generation, now }
    }

    /// Keeps copies of what was read since, unless something was forgotten meanwhile.
    pub(crate) fn keep(&self, before: Before, read: impl IntoIterator<Item = (K, V)>) {
        let mut copies = self.copies();
        if copies.generation != before.generation {
            return;
        }
        for (key, value) in read {
            if copies.by_key.len() >= self.most {
                copies.by_key.clear();
            }
            copies.by_key.insert(key, (before.now, value));
        }
    }

    /// Forgets the copies under some keys.
    pub(crate) fn forget<'k>(&self, keys: impl IntoIterator<Item = &'k K>)
    where
        K: 'k,
    {
        let mut copies = self.copies();
        copies.generation += 1;
        for key in keys {
            copies.by_key.remove(key);
        }
    }

    /// Forgets all copies.
    pub(crate) fn forget_all(&self) {
        let mut copies = self.copies();
        copies.generation += 1;
        copies.by_key.clear();
    }

    fn copies(&self) -> MutexGuard<'_, Copies<K, V>> {
        self.copies.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Eq + Hash, V> Copies<K, V> {
    fn find(&self, key: &K, now: Moment) -> Option<&V> {
        let (at, value) = self.by_key.get(key)?;
        (0..=FRESH_SECONDS * 1_000_000).contains(&(now.0 - at.0)).then_some(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Moment = Moment(1_700_000_000_000_000);

    #[test]
    fn a_copy_ends_with_its_time_and_when_it_is_forgotten() {
        let copies: Fresh<i64, &str> = Fresh::new(10);
        copies.keep(copies.before(START), [(1, "a"), (2, "b")]);
        assert_eq!(copies.get(&1, START.plus_seconds(FRESH_SECONDS)), Some("a"));
        assert_eq!(copies.get(&1, Moment(START.0 + FRESH_SECONDS * 1_000_000 + 1)), None);
        assert_eq!(copies.get(&1, START.plus_seconds(-1)), None, "a clock that was set back");
        copies.forget([&1]);
        assert_eq!((copies.get(&1, START), copies.get(&2, START)), (None, Some("b")));
        assert_eq!(copies.get_many(vec![1, 2, 3], START, |_, value| assert_eq!(*value, "b")), [1, 3]);
        copies.forget_all();
        assert_eq!(copies.get(&2, START), None);
    }

    #[test]
    fn what_was_read_before_a_write_is_not_kept_after_it() {
        let copies: Fresh<i64, &str> = Fresh::new(10);
        let before = copies.before(START);
        copies.forget([&1]);
        copies.keep(before, [(1, "old")]);
        assert_eq!(copies.get(&1, START), None);
    }

    #[test]
    fn copies_do_not_grow_without_bound() {
        let copies: Fresh<i64, i64> = Fresh::new(3);
        copies.keep(copies.before(START), (0..100).map(|number| (number, number)));
        assert!(copies.copies().by_key.len() <= 3);
    }
}
