//! Days on which people of the desk are away, as they entered them.

use serde_json::json;

use crate::calendar::Calendar;
use crate::script::{Deed, Script, page};

/// Who is away, from and until how many days from now, who stands in, and why.
const AWAY: [(&str, i64, i64, &str, &str); 2] =
    [("dev", -41, -37, "ben", "Hiking in the Alps"), ("ben", 20, 27, "dev", "Holiday")];
/// Days before its first day at which an absence was entered.
const AHEAD: i64 = 24;

/// Enters them.
pub(crate) fn write(script: &mut Script, calendar: &Calendar) {
    for (login, from, until, substitute, note) in AWAY {
        let fields = json!({
            "from_on": calendar.day(from).to_string(),
            "until_on": calendar.day(until).to_string(),
            "substitute": substitute,
            "note": note,
        });
        let made = Deed::Create { kind: "absence", company: "nwe".to_owned(), fields, links: Vec::new() };
        let at = calendar.at(calendar.working_day(from - AHEAD), 610);
        script.add(at, page(login), &format!("absence:{login}"), made);
    }
}
