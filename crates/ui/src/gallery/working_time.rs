//! Working time.

use maud::Markup;

use super::{GERMAN, HOSTILE};
use crate::working_time::{Mark, Month, Stretch, Unlike, WeekDay, Year, reckoned, week, year};

pub(super) fn parts() -> Vec<(&'static str, Markup)> {
    vec![("Week of working time", sample_week()), ("Year of working time", sample_year()), ("Reckoning", sample_way())]
}

fn sample_week() -> Markup {
    let day = |label, spans: &[(u16, u16)], hours| WeekDay { label, spans: spans.to_vec(), hours };
    week(
        "Typical week",
        &[
            day("Mon", &[(480, 720), (780, 1020)], "08:00–12:00, 13:00–17:00"),
            day("Tue", &[(0, 1440)], "00:00–24:00"),
            day("Wed", &[(0, 360), (1320, 1440)], "00:00–06:00, 22:00–24:00"),
            day("Thu", &[], "Closed"),
        ],
    )
}

fn sample_year() -> Markup {
    let mut days = vec![(Mark::Open, String::new()); 31];
    days[0] = (Mark::Holiday, format!("Fri 1 May: {HOSTILE}"));
    days[1].0 = Mark::Closed;
    days[3] = (Mark::Exception, "Mon 4 May: Inventory".to_owned());
    let unlike = |day: &str, mark, name: &str, hours: &str| Unlike {
        day: day.to_owned(),
        mark,
        name: name.to_owned(),
        hours: hours.to_owned(),
    };
    year(&Year {
        label: "2026",
        previous: Some(("?year=2025".to_owned(), "2025".to_owned())),
        next: None,
        months: vec![Month {
            label: "May 2026".to_owned(),
            weekdays: &["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
            blanks: 4,
            days,
        }],
        unlike: vec![
            unlike("Fri 1 May", Mark::Holiday, GERMAN, "Closed"),
            unlike("Mon 4 May", Mark::Exception, "Inventory", "08:00–12:00"),
        ],
    })
}

fn sample_way() -> Markup {
    let stretch = |from: &str, to: &str, what: &str, length: &str| Stretch {
        from: from.to_owned(),
        to: to.to_owned(),
        what: what.to_owned(),
        length: length.to_owned(),
    };
    reckoned(
        "2 h of working time from Thu 30 Apr 16:00: Mon 4 May 09:00",
        &[
            stretch("Thu 30 Apr 16:00", "Thu 30 Apr 17:00", "Open", "1 h"),
            stretch("Thu 30 Apr 17:00", "Fri 1 May 00:00", "Outside of hours", ""),
            stretch("Fri 1 May 00:00", "Sat 2 May 00:00", "Holiday: Labour Day", ""),
        ],
        Some("12 more stretches are left out."),
    )
}
