//! Ways in and out besides pages and interface: messages leave as files, for a mail system that picks them up; documents
//! are fetched from addresses and handed over to others, through the guard of `steward-outbound`; files are looked at by a
//! malware scanner.

pub mod clamd;
pub mod letter;
pub mod mail_folder;
pub mod outside;
