//! What time is booked on, and what an hour of it costs.

use serde_json::json;
use steward_model::moment::Moment;

use crate::script::{Script, create, go, page};

/// Activities: handle, title, whether they are billable, what belongs to them.
const ACTIVITIES: [(&str, &str, bool, &str); 5] = [
    ("analysis", "Analysis", true, "Finding out what is wrong: logs, tests, questions to makers."),
    ("telephone", "Telephone", false, "Talking to the person who asked."),
    ("remote", "Remote session", true, "Work on a device from afar."),
    ("onsite", "On site", true, "Work at the desk of somebody, with the way there and back."),
    ("travel", "Travel", false, "Ways of more than an hour."),
];

/// The activity that words of the demonstration speak of.
pub(crate) fn activity_of(words: &str) -> &'static str {
    match words {
        "On the telephone with the user" => "activity:telephone",
        "Remote session" => "activity:remote",
        "At the desk" => "activity:onsite",
        _ => "activity:analysis",
    }
}

/// Writes activities and rates, in force from the beginning.
pub(crate) fn write(script: &mut Script, start: Moment) {
    let mut at = start.plus_seconds(5 * 3600 + 1200);
    let mut next = || {
        at = at.plus_seconds(15);
        at
    };
    for (place, (key, title, billable, description)) in (1..).zip(ACTIVITIES) {
        let fields = json!({ "title": title, "billable": billable, "description": description, "order": place * 10 });
        script.add_at_once(next(), page("ada"), &format!("activity:{key}"), create("activity", fields));
    }
    let from = start.to_string()[..10].to_owned();
    let rates = [
        ("standard", json!({ "title": "Standard hour", "per_hour": { "amount": "92.00", "currency": "EUR" } })),
        (
            "onsite",
            json!({ "title": "Hour on site", "activity": "@activity:onsite", "per_hour": { "amount": "118.00", "currency": "EUR" } }),
        ),
        (
            "clairmont",
            json!({ "title": "Clairmont, as agreed", "customer": "@org:clm", "per_hour": { "amount": "84.00", "currency": "EUR" } }),
        ),
    ];
    for (key, mut fields) in rates {
        let handle = format!("rate:{key}");
        fields["valid_from"] = from.clone().into();
        script.add_at_once(next(), page("ada"), &handle, create("rate", fields));
        script.add_at_once(next(), page("ada"), &handle, go("put_in_force", json!({})));
    }
}
