//! Easter of the western churches.

use jiff::civil::Date;

/// Easter Sunday of a year of the Gregorian calendar, by the anonymous algorithm that Nature printed in 1876
/// (Meeus, “Astronomical Algorithms”, chapter 8). None outside of the years that dates know.
pub fn easter(year: i16) -> Option<Date> {
    let y = i32::from(year);
    let (a, b, c) = (y % 19, y / 100, y % 100);
    let (d, e) = (b / 4, b % 4);
    let f = (b + 8) / 25;
    let g = (b - f + 1) / 3;
    let h = (19 * a + b - d - g + 15) % 30;
    let (i, k) = (c / 4, c % 4);
    let l = (32 + 2 * e + 2 * i - h - k) % 7;
    let m = (a + 11 * h + 22 * l) / 451;
    let n = h + l - 7 * m + 114;
    Date::new(year, i8::try_from(n / 31).ok()?, i8::try_from(n % 31 + 1).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::easter;

    /// Dates of the table of the United States Census Bureau, “Easter Dates 1600–2099”, with the earliest and the
    /// latest day that are possible.
    #[test]
    fn easter_is_where_the_table_has_it() {
        for expected in [
            date(1818, 3, 22),
            date(1943, 4, 25),
            date(2000, 4, 23),
            date(2008, 3, 23),
            date(2016, 3, 27),
            date(2024, 3, 31),
            date(2025, 4, 20),
            date(2026, 4, 5),
            date(2027, 3, 28),
            date(2038, 4, 25),
            date(2049, 4, 18),
        ] {
            assert_eq!(easter(expected.year()), Some(expected));
        }
    }
}
