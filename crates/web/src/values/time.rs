//! Moments and lengths of time in words, in the reader's zone.

use jiff::tz::TimeZone;
use maud::Markup;
use steward_model::moment::Moment;
use steward_ui::time::{Time, due as draw_due, time as draw_time};
use steward_ui::tone::Tone;
use steward_words::{near, short_date};

/// Nearer than this is soon, in seconds.
const SOON: i64 = 4 * 3600;

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
        None => (short_date(moment.timestamp(), now.timestamp(), zone), false),
    }
}

fn draw(moment: Moment, now: Moment, zone: &TimeZone, component: impl Fn(&Time) -> Markup) -> Markup {
    let (shown, is_relative) = words(moment, now, zone);
    let (machine, exact) = (moment.to_string(), exact(moment, zone));
    component(&Time { machine: &machine, shown: &shown, exact: &exact, is_relative })
}

/// A moment in full, for those who want to know.
pub(crate) fn exact(moment: Moment, zone: &TimeZone) -> String {
    steward_words::exact(moment.timestamp(), zone)
}

/// A moment as a form's control holds it.
pub(crate) fn for_control(moment: Moment, zone: &TimeZone) -> String {
    moment.timestamp().to_zoned(zone.clone()).strftime("%Y-%m-%dT%H:%M").to_string()
}

/// A day as people write it.
pub(crate) fn day(text: &str) -> String {
    text.parse::<jiff::civil::Date>().map_or_else(|_| text.to_owned(), |date| steward_words::date(date, None))
}
