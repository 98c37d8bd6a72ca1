//! The hash chain over a record's journal, and the Merkle root that seals many journals at once.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};

use crate::event::Event;

/// A SHA-256 digest.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Hash(pub [u8; 32]);

impl Hash {
    /// What the first event of a record, and the first seal, follow: 32 zero bytes.
    pub const ZERO: Self = Self([0; 32]);

    /// The digest of some bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// Takes a digest as stored; `None` when it is not 32 bytes long.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }
}

/// The text of an event that is stored and hashed: its JSON without blanks, keys of maps ascending.
///
/// # Errors
/// Never for an event built from JSON values; `serde_json` can fail only on maps with keys that are no text.
pub fn canonical_text(event: &Event) -> serde_json::Result<String> {
    serde_json::to_string(event)
}

/// The hash of an event: over the hash of its predecessor on the same record, followed by its canonical text.
#[must_use]
pub fn link_hash(previous: &Hash, text: &str) -> Hash {
    let mut digest = Sha256::new();
    digest.update(previous.0);
    digest.update(text.as_bytes());
    Hash(digest.finalize().into())
}

/// The hash of a seal: over the hash of the seal before it, followed by the Merkle root of what it covers.
#[must_use]
pub fn seal_hash(previous: &Hash, root: &Hash) -> Hash {
    let mut digest = Sha256::new();
    digest.update(previous.0);
    digest.update(root.0);
    Hash(digest.finalize().into())
}

/// A Merkle tree that grows leaf by leaf and keeps only one node of each height, so that its memory is logarithmic.
///
/// The shape and the prefixes (0 for leaves, 1 for inner nodes) are those of RFC 6962 section 2.1, so that no inner
/// node can pass for a leaf.
#[derive(Debug, Clone, Default)]
pub struct MerkleTree {
    /// Roots of the complete subtrees so far, with their number of leaves, largest first.
    peaks: Vec<(u64, Hash)>,
}

impl MerkleTree {
    /// Adds a leaf.
    pub fn push(&mut self, leaf: &Hash) {
        let mut digest = Sha256::new();
        digest.update([0]);
        digest.update(leaf.0);
        let mut node = (1, Hash(digest.finalize().into()));
        while let Some(&(leaves, left)) = self.peaks.last()
            && leaves == node.0
        {
            self.peaks.pop();
            node = (leaves * 2, inner_node(&left, &node.1));
        }
        self.peaks.push(node);
    }

    /// The root over all leaves so far; the digest of nothing when there are none.
    #[must_use]
    pub fn root(&self) -> Hash {
        let mut peaks = self.peaks.iter().rev().map(|(_, hash)| *hash);
        let Some(last) = peaks.next() else { return Hash::of(&[]) };
        peaks.fold(last, |right, left| inner_node(&left, &right))
    }
}

/// The Merkle root over some leaves.
#[must_use]
pub fn merkle_root<'a>(leaves: impl IntoIterator<Item = &'a Hash>) -> Hash {
    let mut tree = MerkleTree::default();
    leaves.into_iter().for_each(|leaf| tree.push(leaf));
    tree.root()
}

fn inner_node(left: &Hash, right: &Hash) -> Hash {
    let mut digest = Sha256::new();
    digest.update([1]);
    digest.update(left.0);
    digest.update(right.0);
    Hash(digest.finalize().into())
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Hash {
    type Err = hex::FromHexError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes)?;
        Ok(Self(bytes))
    }
}

impl Serialize for Hash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Hash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaves(count: u8) -> Vec<Hash> {
        (0..count).map(|byte| Hash::of(&[byte])).collect()
    }

    /// The definition of RFC 6962, word for word: split at the largest power of two below the number of leaves.
    fn root_by_definition(leaves: &[Hash]) -> Hash {
        match leaves {
            [] => Hash::of(&[]),
            [leaf] => Hash::of(&[&[0], leaf.0.as_slice()].concat()),
            _ => {
                let split = leaves.len().next_power_of_two() / 2;
                inner_node(&root_by_definition(&leaves[..split]), &root_by_definition(&leaves[split..]))
            }
        }
    }

    #[test]
    fn the_growing_tree_has_the_root_that_rfc_6962_defines() {
        for count in 0..70 {
            let leaves = leaves(count);
            assert_eq!(merkle_root(&leaves), root_by_definition(&leaves), "{count} leaves");
        }
    }

    #[test]
    fn any_change_of_leaves_changes_the_root() {
        let root = merkle_root(&leaves(9));
        let check = |changed: &[Hash], what: &str| assert_ne!(merkle_root(changed), root, "{what}");
        let mut swapped = leaves(9);
        swapped.swap(3, 4);
        check(&swapped, "two leaves swapped");
        check(&leaves(9)[..8], "last leaf cut");
        check(&leaves(10), "leaf added");
        check(&[leaves(9), vec![leaves(9)[8]]].concat(), "last leaf doubled");
    }

    #[test]
    fn the_chain_depends_on_the_predecessor_and_the_text() {
        let first = link_hash(&Hash::ZERO, "a");
        assert_ne!(link_hash(&first, "b"), link_hash(&Hash::ZERO, "b"));
        assert_ne!(link_hash(&first, "b"), link_hash(&first, "c"));
        assert_eq!(first, Hash::of(&[[0; 32].as_slice(), b"a"].concat()));
    }

    #[test]
    fn hashes_survive_text_and_json() {
        let hash = Hash::of(b"steward");
        assert_eq!(hash.to_string().parse(), Ok(hash));
        let json = serde_json::to_string(&hash).unwrap();
        assert_eq!(serde_json::from_str::<Hash>(&json).unwrap(), hash);
        assert!("abc".parse::<Hash>().is_err());
    }
}
