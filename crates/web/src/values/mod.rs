//! Values of fields between forms, pages and use cases.

pub(crate) mod control;
pub(crate) mod input;
pub(crate) mod shown;
pub(crate) mod text;
pub(crate) mod time;
