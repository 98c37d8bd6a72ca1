//! iCalendar texts for others to read (RFC 5545).

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use icalendar::{Calendar, Component, Event, EventLike, Property};
use jiff::Timestamp;

/// An event that is given to others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// What identifies it for ever.
    pub uid: String,
    /// What it is called.
    pub summary: String,
    /// More about it.
    pub description: String,
    /// What it is taken up by, in words.
    pub category: String,
    /// When it begins; midnight of UTC for whole days.
    pub begin: Timestamp,
    /// When it ends, itself not included; midnight of UTC for whole days.
    pub end: Timestamp,
    /// Whether it is whole days.
    pub all_day: bool,
    /// When it last changed.
    pub changed_at: Timestamp,
}

/// The text of a calendar. The same events give the same text.
pub fn calendar_text(name: &str, events: &[Outgoing]) -> String {
    let mut calendar = Calendar::empty();
    for (key, value) in [
        ("VERSION", "2.0"),
        ("PRODID", "-//Steward//Operations calendar//EN"),
        ("CALSCALE", "GREGORIAN"),
        ("METHOD", "PUBLISH"),
        ("X-WR-CALNAME", name),
    ] {
        calendar.append_property(Property::new(key, escaped(key, value)));
    }
    calendar.append_property(Property::new("REFRESH-INTERVAL", "PT1H").add_parameter("VALUE", "DURATION").done());
    for event in events {
        calendar.push(one(event));
    }
    calendar.to_string()
}

/// Values of our own that may hold anything; the others are constants.
fn escaped(key: &str, value: &str) -> String {
    match key {
        "X-WR-CALNAME" => {
            let plain: String = value.chars().filter(|c| !c.is_control()).collect();
            plain.replace('\\', "\\\\").replace(';', "\\;").replace(',', "\\,")
        }
        _ => value.to_owned(),
    }
}

fn one(outgoing: &Outgoing) -> Event {
    let mut event = Event::new();
    // Line breaks but no other controls: some readers refuse a whole file for one.
    let clean = |text: &str| -> String { text.chars().filter(|c| !c.is_control() || *c == '\n').collect() };
    event
        .uid(&outgoing.uid)
        .timestamp(utc(outgoing.changed_at))
        .last_modified(utc(outgoing.changed_at))
        .summary(&clean(&outgoing.summary))
        .description(&clean(&outgoing.description))
        .add_property("CATEGORIES", clean(&outgoing.category).replace(['\n', ','], " "));
    // Programs refuse what does not end after it begins.
    if outgoing.all_day {
        let begin = day(outgoing.begin);
        let next = begin.checked_add_days(Days::new(1)).unwrap_or(begin);
        event.starts(begin).ends(day(outgoing.end).max(next)).add_property("TRANSP", "TRANSPARENT");
    } else {
        let begin = utc(outgoing.begin);
        let next = begin.checked_add_signed(TimeDelta::minutes(1)).unwrap_or(begin);
        let end = utc(outgoing.end);
        event.starts(begin).ends(if end > begin { end } else { next });
    }
    event.done()
}

fn utc(at: Timestamp) -> DateTime<Utc> {
    DateTime::from_timestamp(at.as_second(), 0).unwrap_or(DateTime::UNIX_EPOCH)
}

fn day(at: Timestamp) -> NaiveDate {
    utc(at).date_naive()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar_events;

    fn event(summary: &str) -> Outgoing {
        Outgoing {
            uid: "1-span@steward".to_owned(),
            summary: summary.to_owned(),
            description: "CHG0000001\nScheduled".to_owned(),
            category: "Change".to_owned(),
            begin: "2026-11-27T18:00:00Z".parse().expect("a moment"),
            end: "2026-11-27T20:30:00Z".parse().expect("a moment"),
            all_day: false,
            changed_at: "2026-11-20T08:00:00Z".parse().expect("a moment"),
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        let long = "Äpfel, Birnen; und \\ was sonst noch lange genug ist, dass die Zeile umgebrochen werden muss: ja "
            .repeat(2);
        let holiday = Outgoing {
            begin: "2026-12-25T00:00:00Z".parse().expect("a moment"),
            end: "2026-12-27T00:00:00Z".parse().expect("a moment"),
            all_day: true,
            ..event("Christmas")
        };
        let text = calendar_text("All; of, it", &[event(long.trim()), holiday]);
        let read = calendar_events("text", &text).expect("a calendar");
        assert_eq!(read.len(), 2);
        assert_eq!(read[0].summary, long.trim());
        assert_eq!(
            (read[0].start.to_string(), read[0].zone.as_deref()),
            ("2026-11-27T18:00:00".to_owned(), Some("UTC"))
        );
        assert!(read[1].all_day);
        assert_eq!(read[1].end.to_string(), "2026-12-27T00:00:00");
        assert!(text.lines().all(|line| line.len() <= 76), "{text}");
    }

    #[test]
    fn nothing_in_a_title_makes_a_line_of_its_own() {
        let text = calendar_text("x\r\nBEGIN:VEVENT", &[event("a\r\nEND:VEVENT\nATTACH:file:///etc/passwd")]);
        assert_eq!(calendar_events("text", &text).expect("a calendar").len(), 1);
        assert!(!text.lines().any(|line| line.starts_with("ATTACH")), "{text}");
        assert_eq!(text.lines().filter(|line| line.starts_with("BEGIN:VEVENT")).count(), 1);
    }

    #[test]
    fn nothing_ends_before_it_is_over() {
        let at = |text: &str| text.parse::<Timestamp>().expect("a moment");
        let begin = at("2026-12-25T00:00:00Z");
        for (all_day, end, expected) in [
            (true, begin, "2026-12-26T00:00:00"),
            (true, at("2026-12-25T23:00:00Z"), "2026-12-26T00:00:00"),
            (true, at("2026-12-20T00:00:00Z"), "2026-12-26T00:00:00"),
            (true, at("2026-12-28T00:00:00Z"), "2026-12-28T00:00:00"),
            (false, begin, "2026-12-25T00:01:00"),
            (false, at("2026-12-24T00:00:00Z"), "2026-12-25T00:01:00"),
            (false, at("2026-12-25T00:00:30Z"), "2026-12-25T00:00:30"),
        ] {
            let text = calendar_text("x", &[Outgoing { begin, end, all_day, ..event("a") }]);
            assert!(text.contains("DTEND"), "{text}");
            assert_eq!(calendar_events("text", &text).expect("a calendar")[0].end.to_string(), expected, "{end}");
        }
    }

    #[test]
    fn the_same_events_are_the_same_text() {
        assert_eq!(calendar_text("x", &[event("a")]), calendar_text("x", &[event("a")]));
    }
}
