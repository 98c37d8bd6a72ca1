//! Moments and lengths of time in words, in the reader's zone.

use jiff::tz::TimeZone;
use maud::Markup;
use steward_model::moment::Moment;
use steward_ui::time::{Time, due as draw_due, time as draw_time};
use steward_ui::tone::Tone;

/// Nearer than this is soon, in seconds.
const SOON: i64 = 4 * 3600;
const DAY: i64 = 86_400;

/// A moment, relative while that is shorter to grasp.
pub(crate) fn ago(moment: Moment, now: Moment, zone: &TimeZone) -> Markup {
    draw(moment, now, zone, draw_time)
}

/// A moment by which something is due; how near it is shows while the work is open.
pub(crate) fn due(moment: Moment, now: Moment, zone: &TimeZone, open: bool) -> Markup {
    let left = moment.seconds_since(now);
    let tone = match (open, left) {
        (true, ..0) => Tone::Danger,
        (true, 0..SOON) => Tone::Warning,
        _ => Tone::Neutral,
    };
    draw(moment, now, zone, |time| draw_due(time, tone))
}

/// A moment in words, and whether they tell a distance from now.
pub(crate) fn words(moment: Moment, now: Moment, zone: &TimeZone) -> (String, bool) {
    match near(moment.seconds_since(now)) {
        Some(words) => (words, true),
        None => (short_date(moment, now, zone), false),
    }
}

fn draw(moment: Moment, now: Moment, zone: &TimeZone, component: impl Fn(&Time) -> Markup) -> Markup {
    let (shown, is_relative) = words(moment, now, zone);
    let (machine, exact) = (moment.to_string(), exact(moment, zone));
    component(&Time { machine: &machine, shown: &shown, exact: &exact, is_relative })
}

/// A moment in full, for those who want to know.
pub(crate) fn exact(moment: Moment, zone: &TimeZone) -> String {
    moment.timestamp().to_zoned(zone.clone()).strftime("%a %-d %b %Y, %H:%M %Z").to_string()
}

/// Day and month, with the year when it is another one.
fn short_date(moment: Moment, now: Moment, zone: &TimeZone) -> String {
    let (then, today) = (moment.timestamp().to_zoned(zone.clone()), now.timestamp().to_zoned(zone.clone()));
    then.strftime(if then.year() == today.year() { "%-d %b" } else { "%-d %b %Y" }).to_string()
}

/// The distance in words: less than a week either way, else `None`.
fn near(seconds: i64) -> Option<String> {
    let (distance, past) = (seconds.abs(), seconds < 0);
    let words = match distance {
        0..45 => return Some(if past || seconds == 0 { "just now" } else { "in a moment" }.to_owned()),
        45..3570 => format!("{} min", (distance + 30) / 60),
        3570..DAY => format!("{} h", (distance + 1800) / 3600),
        DAY..604_800 => format!("{} d", distance / DAY),
        _ => return None,
    };
    Some(if past { format!("{words} ago") } else { format!("in {words}") })
}

/// A moment as a form's control holds it.
pub(crate) fn for_control(moment: Moment, zone: &TimeZone) -> String {
    moment.timestamp().to_zoned(zone.clone()).strftime("%Y-%m-%dT%H:%M").to_string()
}

/// A day as people write it.
pub(crate) fn day(text: &str) -> String {
    text.parse::<jiff::civil::Date>().map_or_else(|_| text.to_owned(), |date| date.strftime("%-d %b %Y").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_moments_are_told_by_distance() {
        for (seconds, words) in [
            (0, Some("just now")),
            (-44, Some("just now")),
            (30, Some("in a moment")),
            (-90, Some("2 min ago")),
            (3600, Some("in 1 h")),
            (-86_399, Some("24 h ago")),
            (-3 * DAY, Some("3 d ago")),
            (-8 * DAY, None),
        ] {
            assert_eq!(near(seconds).as_deref(), words, "{seconds}");
        }
    }
}
