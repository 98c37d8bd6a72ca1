//! How dates, times and numbers are written.

use crate::{Language, t, t_with};

/// The order of a date's parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DateOrder {
    /// With the month's name, as the language writes it: `12 Mar 2026`.
    #[default]
    Words,
    /// `2026-03-12`.
    YearFirst,
    /// `12/03/2026`, in German `12.03.2026`.
    DayFirst,
    /// `03/12/2026`.
    MonthFirst,
}

/// Hours of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Clock {
    /// `17:30`.
    #[default]
    Hours24,
    /// `5:30 pm`.
    Hours12,
}

/// What stands between the figures of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Separators {
    /// `1,234.5`.
    #[default]
    CommaPoint,
    /// `1.234,5`.
    PointComma,
    /// `1 234,5`.
    SpaceComma,
    /// `1’234.5`.
    ApostrophePoint,
}

/// The day that a week begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FirstDay {
    /// Monday.
    #[default]
    Monday,
    /// Saturday.
    Saturday,
    /// Sunday.
    Sunday,
}

/// How dates, times and numbers are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Formats {
    /// The order of a date's parts.
    pub date: DateOrder,
    /// Hours of a day.
    pub clock: Clock,
    /// What stands between figures.
    pub numbers: Separators,
    /// The day that a week begins with.
    pub first_day: FirstDay,
}

macro_rules! keys {
    ($type:ty { $($variant:ident => $key:literal),+ $(,)? }) => {
        impl $type {
            /// All of them, in the order in which they are offered.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word in forms and stored settings.
            pub fn key(self) -> &'static str {
                match self { $(Self::$variant => $key),+ }
            }

            /// The one with this key.
            pub fn named(key: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.key() == key)
            }
        }
    };
}

keys!(DateOrder { Words => "words", YearFirst => "year_first", DayFirst => "day_first", MonthFirst => "month_first" });
keys!(Clock { Hours24 => "24", Hours12 => "12" });
keys!(Separators {
    CommaPoint => "comma_point",
    PointComma => "point_comma",
    SpaceComma => "space_comma",
    ApostrophePoint => "apostrophe_point",
});
keys!(FirstDay { Monday => "monday", Saturday => "saturday", Sunday => "sunday" });

impl Formats {
    /// What is usual in a language.
    pub fn of(language: Language) -> Self {
        let numbers = match language {
            Language::English => Separators::CommaPoint,
            Language::German => Separators::PointComma,
            Language::French => Separators::SpaceComma,
        };
        Self { numbers, ..Self::default() }
    }
}

impl Separators {
    /// Between thousands, and before the decimals.
    fn signs(self) -> (char, char) {
        match self {
            Self::CommaPoint => (',', '.'),
            Self::PointComma => ('.', ','),
            Self::SpaceComma => ('\u{202f}', ','),
            Self::ApostrophePoint => ('’', '.'),
        }
    }
}

/// A whole number.
pub fn number(figure: i64, formats: Formats) -> String {
    decimal(&figure.to_string(), formats)
}

/// A number in machine form (`-1234.5`) as it is written; what is no number stays as it is.
pub fn decimal(text: &str, formats: Formats) -> String {
    let (sign, figures) = text.strip_prefix('-').map_or(("", text), |rest| ("-", rest));
    let (whole, rest) = figures.split_once('.').map_or((figures, None), |(whole, rest)| (whole, Some(rest)));
    let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !all_digits(whole) || rest.is_some_and(|rest| !all_digits(rest)) {
        return text.to_owned();
    }
    let (thousands, point) = formats.numbers.signs();
    let mut written = String::with_capacity(text.len() + 4);
    written.push_str(sign);
    for (place, digit) in whole.chars().enumerate() {
        // Four figures are read at a glance; from five on they are parted, in every language alike.
        if place > 0 && (whole.len() - place).is_multiple_of(3) && whole.len() > 3 {
            written.push(thousands);
        }
        written.push(digit);
    }
    if let Some(rest) = rest {
        written.push(point);
        written.push_str(rest);
    }
    written
}

/// The size of a file.
pub fn file_size(bytes: u64, formats: Formats) -> String {
    const KIB: u64 = 1024;
    let one_place = |unit: u64| {
        let tenths = (bytes * 10 + unit / 2) / unit;
        decimal(&format!("{}.{}", tenths / 10, tenths % 10), formats)
    };
    match bytes {
        0..KIB => t_with("size-bytes", &[("count", bytes.into())]),
        KIB..1_048_576 => format!("{} {}", number(((bytes + KIB / 2) / KIB) as i64, formats), t("size-kib")),
        _ => format!("{} {}", one_place(KIB * KIB), t("size-mib")),
    }
}
