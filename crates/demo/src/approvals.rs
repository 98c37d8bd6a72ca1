//! Who must agree to what.

use serde_json::{Value as Json, json};
use steward_model::moment::Moment;

use crate::script::{Script, create, go, page};

const HOUR: i64 = 3600;

/// Writes policies: those for changes are in force from the beginning, the one for money since a moment ago.
pub(crate) fn write(script: &mut Script, start: Moment, now: Moment) {
    let mut at = start.plus_seconds(6 * HOUR);
    for (key, policy) in changes() {
        at = at.plus_seconds(30);
        add(script, at, key, policy);
    }
    add(script, now.plus_seconds(-40 * 60), "budget", budget());
}

fn add(script: &mut Script, at: Moment, key: &str, policy: Json) {
    let handle = format!("policy:{key}");
    script.add_at_once(at, page("ada"), &handle, create("approval_policy", policy));
    script.add_at_once(at.plus_seconds(10), page("ada"), &handle, go("activate", json!({})));
}

fn changes() -> [(&'static str, Json); 3] {
    [
        (
            "emergency",
            json!({
                "name": "Emergency: change manager or head of IT", "for_kind": "change",
                "condition": "change_type in ['emergency', 'unauthorised']",
                "ask": "people", "people": ["@person:dev", "@person:ada"], "need": "any",
                "within": "PT1H", "remind_every": "PT30M", "when_late": "pass_on",
                "description": "Asked by telephone, written down here. Whoever is reached first decides.",
            }),
        ),
        (
            "board",
            json!({
                "name": "High risk: two of the advisory board", "for_kind": "change",
                "condition": "change_type == 'normal' && risk in ['high', 'very_high']",
                "ask": "team", "team": "@team:cab", "need": "number", "how_many": 2, "ends_at_once": false,
                "within": "P5D", "remind_every": "P2D",
                "description": "A single refusal does not end it, since the board talks about it; two who agree are needed.",
            }),
        ),
        (
            "manager",
            json!({
                "name": "Every normal change: change manager", "for_kind": "change", "stage": 2,
                "condition": "change_type == 'normal'",
                "ask": "people", "people": ["@person:dev"], "stand_in": ["@person:ada"],
                "within": "P5D", "remind_every": "P2D",
                "description": "Last of all: dates, conflicts and the way back are looked at once more.",
            }),
        ),
    ]
}

fn budget() -> Json {
    json!({
        "name": "1,500 EUR and more: head of IT", "for_kind": "service_request", "stage": 2,
        "amount_from": { "amount": "1500", "currency": "EUR" },
        "ask": "people", "people": ["@person:ada"], "reason": "always",
        "within": "P3D", "remind_every": "P1D",
        "description": "After the line manager. The reason says which budget pays.",
    })
}
