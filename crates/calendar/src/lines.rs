//! Lines of an iCalendar text: where it goes wrong, and where its events stand.

/// What a look at the lines of a text finds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Lines {
    /// The lines on which events begin, from 1.
    pub(crate) events: Vec<usize>,
    /// The first line that cannot be, with the reason, without a full stop.
    pub(crate) fault: Option<(usize, String)>,
}

/// Looks at each line by itself: its shape, and that what begins also ends.
pub(crate) fn look_at(text: &str) -> Lines {
    let mut lines = Lines::default();
    let mut open: Vec<(usize, String)> = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        // A line that begins with a blank goes on from the one before.
        if line.trim().is_empty() || number > 1 && line.starts_with([' ', '\t']) {
            continue;
        }
        let Some((name, value)) = parts(line) else {
            let shown: String = line.chars().filter(|c| !c.is_control()).take(40).collect();
            lines.fault = Some((number, format!("“{shown}” has no name with a colon after it")));
            return lines;
        };
        let value = value.trim().to_ascii_uppercase();
        match name.to_ascii_uppercase().as_str() {
            "BEGIN" => {
                if value == "VEVENT" {
                    lines.events.push(number);
                }
                open.push((number, value));
            }
            "END" => match open.pop() {
                Some((_, begun)) if begun == value => {}
                Some((at, begun)) => {
                    lines.fault = Some((number, format!("{value} ends while {begun} of line {at} is still open")));
                    return lines;
                }
                None => {
                    lines.fault = Some((number, format!("{value} ends and was never begun")));
                    return lines;
                }
            },
            _ => {}
        }
    }
    if let Some((at, begun)) = open.pop() {
        lines.fault = Some((at, format!("{begun} begins here and never ends")));
    }
    lines
}

/// What is kept of events where only their days matter.
const KEPT: [&str; 9] =
    ["SUMMARY", "UID", "DTSTART", "DTEND", "DURATION", "RRULE", "EXDATE", "STATUS", "RECURRENCE-ID"];

/// A calendar with nothing but its events, and of these only name and time: files of holidays carry ten times that.
/// Look at the text with [`crate::calendar_events`] before.
pub fn lean_calendar(text: &str) -> String {
    let mut lean = String::from("BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//Steward//Holidays//EN\n");
    let mut within: Vec<String> = Vec::new();
    for line in unfolded(text) {
        let Some((name, value)) = parts(&line) else { continue };
        let name = name.to_ascii_uppercase();
        let is_event = |within: &[String]| within.last().is_some_and(|part| part == "VEVENT");
        match name.as_str() {
            "BEGIN" => {
                within.push(value.trim().to_ascii_uppercase());
                if is_event(&within) {
                    lean.push_str("BEGIN:VEVENT\n");
                }
            }
            "END" => {
                if is_event(&within) {
                    lean.push_str("END:VEVENT\n");
                }
                within.pop();
            }
            // Nothing longer than a line is any name of a day.
            name if is_event(&within) && KEPT.contains(&name) && line.len() <= 2_000 => {
                lean.push_str(&line);
                lean.push('\n');
            }
            _ => {}
        }
    }
    lean.push_str("END:VCALENDAR\n");
    lean
}

/// Lines with those that go on joined to the one before.
fn unfolded(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for line in text.trim_start_matches('\u{feff}').lines() {
        match (lines.last_mut(), line.strip_prefix([' ', '\t'])) {
            (Some(before), Some(rest)) => before.push_str(rest),
            _ => lines.push(line.trim_end_matches('\r').to_owned()),
        }
    }
    lines
}

/// Name and value of a line, parameters left out; `None` for a line of another shape.
fn parts(line: &str) -> Option<(&str, &str)> {
    let end = line.find([':', ';'])?;
    let (name, rest) = line.split_at(end);
    let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.".contains(&byte));
    // A colon may stand within the quotes of a parameter.
    let mut quoted = false;
    let colon = rest.char_indices().find(|(_, c)| {
        quoted ^= *c == '"';
        *c == ':' && !quoted
    })?;
    is_name.then(|| (name, &rest[colon.0 + 1..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let found = look_at(text);
        let told = match &found.fault {
            Some((line, reason)) => format!("{line}: {reason}"),
            None => format!("events on {:?}", found.events),
        };
        assert_eq!(told, expected);
    }

    #[test]
    fn of_events_only_name_and_time_are_kept() {
        let text = "BEGIN:VCALENDAR\r\nX-A:b\r\nBEGIN:VTIMEZONE\r\nTZID:x\r\nDTSTART:19700101T000000\r\nEND:VTIMEZONE\r\n\
                    BEGIN:VEVENT\r\nSUMMARY:New\r\n  Year\r\nDESCRIPTION:long\r\nDTSTART;VALUE=DATE:20270101\r\n\
                    BEGIN:VALARM\r\nUID:no\r\nEND:VALARM\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
        let lean = lean_calendar(text);
        assert_eq!(
            lean,
            "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//Steward//Holidays//EN\nBEGIN:VEVENT\nSUMMARY:New Year\n\
             DTSTART;VALUE=DATE:20270101\nEND:VEVENT\nEND:VCALENDAR\n"
        );
        assert_eq!(crate::calendar_events("text", &lean), crate::calendar_events("text", text));
    }

    #[test]
    fn how_long_events_last_is_kept() {
        let text = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:Works holiday\nDTSTART;VALUE=DATE:20271227\nDURATION:P3D\n\
                    END:VEVENT\nEND:VCALENDAR\n";
        let read = crate::calendar_events("text", &lean_calendar(text)).expect("a calendar");
        assert_eq!(read[0].end.to_string(), "2027-12-30T00:00:00");
    }

    #[test]
    fn the_line_that_is_wrong_is_named() {
        check("BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:a\n b\nEND:VEVENT\nEND:VCALENDAR\n", "events on [2]");
        check(
            "BEGIN:VCALENDAR\nBEGIN:VEVENT\nnonsense\nEND:VEVENT\nEND:VCALENDAR",
            "3: “nonsense” has no name with a colon after it",
        );
        check("BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VCALENDAR", "3: VCALENDAR ends while VEVENT of line 2 is still open");
        check("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nEND:VEVENT", "1: VCALENDAR begins here and never ends");
        check("END:VEVENT", "1: VEVENT ends and was never begun");
        check("BEGIN:VCALENDAR\nDTSTART;TZID=\"a:b\":20260101\nEND:VCALENDAR", "events on []");
    }
}
