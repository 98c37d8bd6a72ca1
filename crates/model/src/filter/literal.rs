//! Values as people write them: decimals, lengths of time, days.

use jiff::civil::Date;
use jiff::{SignedDuration, Span, ToSpan};

use crate::moment::Moment;

const UNITS: [(&str, i64); 5] = [("w", 604_800), ("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)];

/// Decimal text with at most six places, such as `-12.5`, as millionths. `None` when it is not that or too large.
pub fn parse_decimal(text: &str) -> Option<i64> {
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
    let all_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !all_digits(whole) || !all_digits(part) || part.len() > 6 {
        return None;
    }
    let millionths =
        whole.parse::<i128>().ok()?.checked_mul(1_000_000)? + format!("{part:0<6}").parse::<i128>().ok()?;
    i64::try_from(sign * millionths).ok()
}

/// Millionths as decimal text without needless zeros.
pub fn print_decimal(millionths: i64) -> String {
    let sign = if millionths < 0 { "-" } else { "" };
    let (whole, part) = (millionths.unsigned_abs() / 1_000_000, millionths.unsigned_abs() % 1_000_000);
    let part = format!("{part:06}");
    let part = part.trim_end_matches('0');
    if part.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{part}") }
}

/// A length of time in seconds from `30m`, `24h`, `7d`, `2w`, `1h30m`, `90s`, or ISO 8601 such as `P1DT12H`; a day is
/// 24 hours. `None` when it is not that, is finer than a second, or too long.
pub fn parse_seconds(text: &str) -> Option<i64> {
    if text.len() > 64 {
        return None;
    }
    let (sign, body) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    if body.starts_with(['P', 'p']) {
        return parse_iso_seconds(body)?.checked_mul(sign);
    }
    // Wide, so that the least value too can be told after its sign.
    let mut seconds = 0_i128;
    let mut rest = body;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit())?;
        let count: i128 = rest[..end].parse().ok()?;
        let (unit, length) = UNITS.iter().find(|(unit, _)| rest[end..].starts_with(unit))?;
        seconds = seconds.checked_add(count.checked_mul(i128::from(*length))?)?;
        rest = &rest[end + unit.len()..];
    }
    if body.is_empty() { None } else { i64::try_from(seconds.checked_mul(i128::from(sign))?).ok() }
}

fn parse_iso_seconds(text: &str) -> Option<i64> {
    let span: Span = text.parse().ok()?;
    if span.get_months() != 0 || span.get_years() != 0 {
        // Their length depends on the date, which a length of time does not have.
        return None;
    }
    let days = i64::from(span.get_weeks()).checked_mul(7)?.checked_add(i64::from(span.get_days()))?;
    let clock = span.weeks(0).days(0);
    let time = SignedDuration::try_from(clock).ok()?;
    if time.subsec_nanos() != 0 {
        return None;
    }
    days.checked_mul(86_400)?.checked_add(time.as_secs())
}

/// Seconds in the largest unit that divides them.
pub(super) fn print_seconds(seconds: i64) -> String {
    let divides = |(_, length): &(&str, i64)| seconds != 0 && seconds % length == 0;
    let (unit, length) = UNITS.into_iter().find(divides).unwrap_or(("s", 1));
    format!("{}{unit}", seconds / length)
}

/// A day written `YYYY-MM-DD`.
pub(super) fn parse_date(text: &str) -> Option<Date> {
    let is_plain = text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    if is_plain { text.parse().ok().filter(|date: &Date| date.year() >= 0) } else { None }
}

/// The first moment of a day in UTC.
pub(super) fn midnight(date: Date) -> Option<Moment> {
    date.to_zoned(jiff::tz::TimeZone::UTC).ok().map(|zoned| Moment::from(zoned.timestamp()))
}

/// The day after; the same at the end of the calendar.
pub(super) fn next_day(date: Date) -> Date {
    date.saturating_add(1.day())
}

/// An RFC 3339 moment, or a day's first moment.
pub(super) fn parse_moment(text: &str) -> Option<Moment> {
    match parse_date(text) {
        Some(date) => midnight(date),
        None => Moment::parse(text),
    }
}

/// Days from 1970-01-01 to the day (UTC) of a moment.
pub(super) fn day_number(moment: Moment) -> i64 {
    moment.0.div_euclid(86_400_000_000)
}

/// The day so many days after 1970-01-01, at the ends of the calendar held there.
pub(super) fn day_from_number(days: i64) -> Date {
    let days = days.clamp(-719_528, 2_932_896);
    Date::constant(1970, 1, 1).saturating_add(days.days())
}

#[cfg(test)]
mod tests {
    use super::{parse_decimal, parse_seconds, print_decimal, print_seconds};

    fn check_seconds(text: &str, seconds: Option<i64>) {
        assert_eq!(parse_seconds(text), seconds, "{text}");
    }

    #[test]
    fn lengths_of_time_are_read_in_both_notations() {
        check_seconds("30m", Some(1_800));
        check_seconds("24h", Some(86_400));
        check_seconds("7d", Some(604_800));
        check_seconds("2w", Some(1_209_600));
        check_seconds("1h30m", Some(5_400));
        check_seconds("PT1H30M", Some(5_400));
        check_seconds("P1DT12H", Some(129_600));
        check_seconds("-5s", Some(-5));
        check_seconds("P1M", None);
        check_seconds("", None);
        check_seconds("5", None);
        check_seconds("5x", None);
        check_seconds("99999999999999999999d", None);
        check_seconds("9223372036854775807w", None);
    }

    #[test]
    fn lengths_of_time_are_printed_in_the_unit_that_fits() {
        for (seconds, text) in [(86_400, "1d"), (604_800, "1w"), (172_800, "2d"), (90, "90s"), (-60, "-1m"), (0, "0s")]
        {
            assert_eq!(print_seconds(seconds), text);
            check_seconds(text, Some(seconds));
        }
    }

    #[test]
    fn decimals_are_exact() {
        for (text, millionths) in
            [("12.5", 12_500_000), ("-0.000001", -1), ("9223372036854.775807", i64::MAX), ("0", 0)]
        {
            assert_eq!(parse_decimal(text), Some(millionths));
            assert_eq!(print_decimal(millionths), text);
        }
        for text in ["", "-", ".5", "5.", "1.0000001", "9223372036854.775808", "1e5", "١"] {
            assert_eq!(parse_decimal(text), None, "{text}");
        }
    }
}
