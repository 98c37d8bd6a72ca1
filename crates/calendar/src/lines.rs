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
    fn the_line_that_is_wrong_is_named() {
        check("BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:a\n b\nEND:VEVENT\nEND:VCALENDAR\n", "events on [2]");
        check("BEGIN:VCALENDAR\nBEGIN:VEVENT\nnonsense\nEND:VEVENT\nEND:VCALENDAR", "3: “nonsense” has no name with a colon after it");
        check("BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VCALENDAR", "3: VCALENDAR ends while VEVENT of line 2 is still open");
        check("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nEND:VEVENT", "1: VCALENDAR begins here and never ends");
        check("END:VEVENT", "1: VEVENT ends and was never begun");
        check("BEGIN:VCALENDAR\nDTSTART;TZID=\"a:b\":20260101\nEND:VCALENDAR", "events on []");
    }
}
