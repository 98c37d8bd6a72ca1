//! Ways in and out besides pages and interface. For now messages leave as files, for a mail system that picks them up.

pub mod letter;
pub mod mail_folder;
