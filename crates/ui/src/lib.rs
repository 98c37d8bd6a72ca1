//! Components of pages: markup from typed arguments, with the styles, scripts and icons that they need.
