//! Automation rules, and the template that one of them uses.

use anyhow::Context;
use serde::Deserialize;
use serde_json::{Value as Json, json};

use crate::calendar::Calendar;
use crate::script::{Deed, Script, go, page};

/// Days before now at which rules came into force.
const SINCE: i64 = 7;

#[derive(Deserialize)]
struct Rules {
    rule: Vec<Rule>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    key: String,
    title: String,
    text: String,
    order: i64,
    trigger: String,
    changed: Option<String>,
    step: Option<String>,
    audience: Option<String>,
    by: Option<String>,
    clock: Option<String>,
    at: Option<String>,
    zone: Option<String>,
    notation: Option<String>,
    condition: String,
    assign: Option<String>,
    team: Option<String>,
    capacity: Option<i64>,
    actions: Vec<[String; 3]>,
    #[serde(default)]
    once: bool,
    #[serde(default)]
    draft: bool,
    examples: Option<String>,
}

/// Writes them: by the incident manager, who answers for them.
pub(crate) fn write(script: &mut Script, calendar: &Calendar) -> anyhow::Result<()> {
    let rules: Rules = toml::from_str(include_str!("../data/rules.toml")).context("rules.toml")?;
    let day = calendar.working_day(-SINCE);
    let template = json!({
        "title": "Review of a major incident",
        "for_kind": "task",
        "values": [
            { "field": "title", "value": "Review {{number}}: {{title}}" },
            { "field": "description", "value": "What happened, what helped, what would have prevented it." },
        ],
    });
    script.add(calendar.at(day, 480), page("ada"), "template:review", made("record_template", template));
    // A kind of one's own to look at, and to put in force by whoever tries the designer.
    let vehicles = json!({
        "title": "Vehicle bookings",
        "description": "The car pool asked for it; still to be agreed with facility management.",
        "definition": include_str!("../data/vehicles.toml"),
    });
    script.add(calendar.at(day, 490), page("ada"), "overlay:vehicles", made("overlay", vehicles));
    for (place, rule) in (0..).zip(&rules.rule) {
        let at = calendar.at(day, 500 + 4 * place);
        let record = format!("rule:{}", rule.key);
        script.add(at, page("greta"), &record, made("rule", fields(rule)));
        if !rule.draft {
            script.add(at.plus_seconds(90), page("greta"), &record, go("activate", json!({})));
        }
    }
    Ok(())
}

/// A record of the provider.
fn made(kind: &'static str, fields: Json) -> Deed {
    Deed::Create { kind, company: "nwe".to_owned(), fields, links: Vec::new() }
}

fn fields(rule: &Rule) -> Json {
    let row = |[action, target, value]: &[String; 3]| json!({ "action": action, "target": target, "value": value });
    let mut fields = json!({
        "title": rule.title,
        "description": rule.text,
        "for_kind": "incident",
        "order": rule.order,
        "trigger": rule.trigger,
        "notation": rule.notation.as_deref().unwrap_or("expression"),
        "condition": rule.condition,
        "actions": rule.actions.iter().map(row).collect::<Vec<_>>(),
        "once": rule.once,
    });
    let more = [
        ("changed_fields", &rule.changed),
        ("transition", &rule.step),
        ("comment_audience", &rule.audience),
        ("comment_by", &rule.by),
        ("clock_step", &rule.clock),
        ("at_times", &rule.at),
        ("zone", &rule.zone),
        ("assign_by", &rule.assign),
        ("examples", &rule.examples),
    ];
    for (key, value) in more {
        if let Some(value) = value {
            fields[key] = json!(value);
        }
    }
    if let Some(team) = &rule.team {
        fields["assign_team"] = json!(format!("@team:{team}"));
    }
    if let Some(most) = rule.capacity {
        fields["assign_capacity"] = json!(most);
    }
    fields
}

/// Whether a step puts a rule in force: from then on rules answer what happens.
pub(crate) fn begins(record: &str, deed: &Deed) -> bool {
    record.starts_with("rule:") && matches!(deed, Deed::Move { .. })
}
