//! What Steward says: every word of the interface, in the language and the formats of whoever reads it.
//!
//! Texts are messages of Project Fluent, one file for each part of the interface and language (`words/{en,de,fr}/*.ftl`).
//! [`t`] says one, [`t_with`] one with values in it:
//!
//! ```
//! use steward_words::{Language, Reader, t, t_with, within};
//!
//! assert_eq!(t("save"), "Save");
//! let german = Reader::of(Language::German);
//! assert_eq!(within(german, || t("save")), "Speichern");
//! assert_eq!(within(german, || t_with("select-record", &[("title", "X".into())])), "X auswählen");
//! ```
//!
//! Who reads is said once for a request ([`scope`], [`set`]), so that nothing between hands a language through. Outside
//! of a request it is English. A message that a language does not have is said in English; tests see to it that there is
//! none.

mod catalogue;
mod formats;
mod language;
mod moments;
mod reader;
mod refusal;
mod said;
mod sources;

pub use catalogue::{Part, is_known, parts, t, t_with};
pub use formats::{Clock, DateOrder, FirstDay, Formats, Separators, decimal, file_size, number};
pub use language::Language;
pub use moments::{
    date, duration, exact, month_and_year, near, short_date, time_of_day, weekday, weekday_and_date, working_time,
    zone_name,
};
pub use reader::{Reader, formats, in_sentence, language, reader, scope, set, within};
pub use refusal::refusal;
pub use said::Said;
pub use sources::AREAS;
