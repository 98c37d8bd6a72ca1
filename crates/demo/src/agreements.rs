//! What is promised: to customers, between teams, by a supplier, and when resolved work closes by itself.

use serde_json::{Value as Json, json};
use steward_model::moment::Moment;

use crate::script::{Deed, Script, create, go, page};

const HOUR: i64 = 3600;

/// Writes agreements and their targets, in force from the beginning.
pub(crate) fn write(script: &mut Script, start: Moment) {
    let mut at = start.plus_seconds(5 * HOUR);
    let mut next = || {
        at = at.plus_seconds(20);
        at
    };
    let carrier = json!({
        "name": "Rheinkabel Carrier", "code": "RKC", "type": "provider", "website": "https://rheinkabel.example/",
        "mail": "noc@rheinkabel.example",
    });
    script.add_at_once(next(), page("ada"), "org:carrier", create("organisation", carrier));
    script.add_at_once(next(), page("ada"), "service:remote", Deed::Update(json!({ "provider": "@org:carrier" })));
    let from = start.to_string()[..10].to_owned();
    for (key, agreement, targets) in promises(&from) {
        let handle = format!("agreement:{key}");
        script.add_at_once(next(), page("ada"), &handle, create("agreement", agreement));
        script.add_at_once(next(), page("ada"), &handle, go("activate", json!({})));
        for (place, mut target) in targets.into_iter().enumerate() {
            let name = format!("target:{key}-{place}");
            target["agreement"] = Json::from(format!("@{handle}"));
            script.add_at_once(next(), page("ada"), &name, create("service_level_target", target));
            script.add_at_once(next(), page("ada"), &name, go("activate", json!({})));
        }
    }
}

fn hours(hours: i64) -> String {
    format!("PT{hours}H")
}

fn by_priority(values: [i64; 4]) -> Json {
    let keys = ["critical", "high", "moderate", "low"];
    keys.iter().zip(values).map(|(key, value)| json!({ "priority": key, "value": hours(value) })).collect()
}

fn promises(from: &str) -> Vec<(&'static str, Json, Vec<Json>)> {
    let ladder = json!([
        { "percent": 75, "action": "notify", "note": "A quarter of the promised time is left" },
        { "minutes": -30, "action": "notify_team", "note": "Half an hour is left" },
        { "percent": 100, "action": "notify_lead", "note": "The promise is broken" },
    ]);
    let respond = |kind: &str, values| json!({ "name": format!("Respond to {kind}"), "for_kind": kind, "metric": "response", "values": by_priority(values) });
    vec![
        (
            "standard",
            json!({
                "name": "Northwind standard service levels", "sort": "sla", "valid_from": from,
                "customers": ["@org:nwe"], "calendar": "@calendar:desk", "compliance_target": "95",
                "description": "What every company of the group and its customers may expect, unless something better was agreed.",
                "reporting": "Monthly to the heads of IT of each company.",
            }),
            vec![
                respond("incident", [1, 2, 4, 8]),
                json!({ "name": "Resolve incidents", "for_kind": "incident", "metric": "resolution", "values": by_priority([4, 8, 20, 50]), "steps": ladder }),
                json!({ "name": "Fulfil service requests", "for_kind": "service_request", "metric": "resolution", "value": hours(50), "pauses": "waiting" }),
                json!({ "name": "Word about critical incidents", "for_kind": "incident", "metric": "update", "condition": "priority == 'critical'", "value": hours(2) }),
            ],
        ),
        (
            "clairmont",
            json!({
                "name": "Clairmont Logistics", "sort": "sla", "valid_from": from, "customers": ["@org:clm"], "calendar": "@calendar:desk",
                "compliance_target": "97",
                "description": "As agreed with Clairmont: faster than the standard where lorries wait.",
                "penalties": "5 % of the monthly price below the target, 10 % below 90 %.",
                "credits": [{ "below": "97", "credit": "5" }, { "below": "90", "credit": "10" }],
                "monthly_charge": { "amount": "8400.00", "currency": "EUR" },
            }),
            vec![
                respond("incident", [1, 1, 4, 8]),
                json!({ "name": "Resolve Clairmont's incidents", "for_kind": "incident", "metric": "resolution", "values": by_priority([2, 6, 12, 30]), "steps": [
                    { "percent": 50, "action": "notify" },
                    { "percent": 90, "action": "raise_priority", "note": "Nearly over: everybody looks" },
                ] }),
            ],
        ),
        (
            "network",
            json!({ "name": "Network team, second level", "sort": "ola", "valid_from": from, "team": "@team:network", "calendar": "@calendar:desk",
                "description": "The network team resolves or hands back within this time of its own." }),
            vec![
                json!({ "name": "Network team resolves", "for_kind": "incident", "metric": "resolution", "retroactive": false, "values": by_priority([2, 6, 14, 40]) }),
            ],
        ),
        (
            "infra",
            json!({ "name": "Infrastructure team, second level", "sort": "ola", "valid_from": from, "team": "@team:infra", "calendar": "@calendar:berlin" }),
            vec![
                json!({ "name": "Infrastructure team resolves", "for_kind": "incident", "metric": "resolution", "retroactive": false, "values": by_priority([3, 7, 16, 45]) }),
            ],
        ),
        (
            "carrier",
            json!({ "name": "Rheinkabel lines", "sort": "uc", "valid_from": from, "supplier": "@org:carrier",
                "description": "Contract 2024/118: the carrier repairs lines around the clock." }),
            vec![
                json!({ "name": "Carrier repairs", "for_kind": "incident", "metric": "resolution", "calendar_from": "always", "pauses": "never", "values": by_priority([6, 8, 24, 48]) }),
            ],
        ),
        (
            "closing",
            json!({ "name": "Closing of resolved incidents", "sort": "own", "valid_from": from,
                "description": "Who says nothing for three weeks is content." }),
            vec![json!({
                "name": "Close three weeks after resolution", "for_kind": "incident", "metric": "own", "value": "P21D",
                "start_when": "state == 'resolved'", "stop_when": "state == 'closed'",
                "cancel_when": "!(state in ['resolved', 'closed'])", "pauses": "never", "retroactive": false,
                "steps": [{ "percent": 100, "action": "transition", "transition": "close" }],
            })],
        ),
    ]
}
