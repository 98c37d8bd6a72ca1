//! What the records of a kind and their journals add up to.
