//! The shipped definitions hold together.

use std::collections::BTreeSet;

use steward_model::kind::{Kind, Registry};
use steward_practices::sources;

fn shipped() -> Registry {
    Registry::load(&sources()).unwrap_or_else(|errors| {
        panic!("{}", errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
    })
}

#[test]
fn all_load() {
    assert_eq!(shipped().kinds().len(), 23);
}
