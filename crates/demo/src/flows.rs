//! Flows of the catalogue, and orders that go through them just now.

use anyhow::Context;
use serde_json::{Value as Json, json};

use crate::calendar::{Calendar, moved};
use crate::script::{Deed, Script, create, go, page};
use crate::world::World;

/// Working days before now at which flows came into force.
const SINCE: i64 = 3;

/// How a flow of the demonstration stands.
enum Stands {
    /// Not in force yet.
    Draft,
    /// Begins wherever its condition holds.
    Everywhere,
    /// Begins where the catalogue item of the same key is ordered.
    Offered,
}

fn all() -> [(&'static str, Json, Stands); 5] {
    [
        ("laptop", laptop(), Stands::Offered),
        ("joiner", joiner(), Stands::Offered),
        ("risky", risky(), Stands::Everywhere),
        ("emergency", emergency(), Stands::Everywhere),
        ("patch", patch(), Stands::Draft),
    ]
}

/// Writes them: by the catalogue manager, who answers for them.
pub(crate) fn write(script: &mut Script, world: &World, calendar: &Calendar) -> anyhow::Result<()> {
    let day = calendar.working_day(-SINCE);
    for (place, (key, flow, stands)) in (0..).zip(all()) {
        let at = calendar.at(day, 485 + 3 * place);
        let record = format!("flow:{key}");
        script.add(at, page("ada"), &record, create("flow", flow));
        if matches!(stands, Stands::Draft) {
            continue;
        }
        script.add(at.plus_seconds(40), page("ada"), &record, go("activate", json!({})));
        if matches!(stands, Stands::Offered) {
            let named = json!({ "flow": format!("@flow:{key}") });
            script.add(at.plus_seconds(80), page("ada"), &format!("offer:{key}"), Deed::Update(named));
        }
    }
    laptops(script, world, calendar)?;
    joiners(script, world, calendar)
}

/// Whether a step puts a flow in force: from then on plans begin.
pub(crate) fn begins(record: &str, deed: &Deed) -> bool {
    record.starts_with("flow:") && matches!(deed, Deed::Move { .. })
}

fn laptop() -> Json {
    json!({
        "title": "Laptop, from the budget to handing it over",
        "description": "Begins when the line manager has agreed. The device is ordered while the profile is prepared.",
        "for_kind": "service_request",
        "begins": "chosen",
        "calendar": "@calendar:desk",
        "first_move": "start",
        "last_move": "fulfil",
        "last_words": "Your laptop is handed over and ready to work, {{requested_for.name}}.",
        "steps": [
            { "key": "budget", "type": "approval", "title": "Budget", "who": "person", "person": "@person:ada", "lead": "8h" },
            { "key": "order", "type": "task", "title": "Take from stock or order", "after": "budget", "team": "@team:workplace", "lead": "24h", "text": "For {{requested_for.name}}. Note the serial number here.", "undone_by": "send_back" },
            { "key": "profile", "type": "task", "title": "Prepare the profile", "after": "budget", "team": "@team:infra", "lead": "4h" },
            { "key": "install", "type": "task", "title": "Install and enrol", "after": "order, profile", "team": "@team:workplace", "lead": "8h" },
            { "key": "hand_over", "type": "task", "title": "Hand over, take back the old device", "after": "install", "team": "@team:desk", "lead": "4h" },
            { "key": "send_back", "type": "task", "title": "Put back into stock or return to the supplier", "team": "@team:workplace" },
        ],
    })
}

fn joiner() -> Json {
    json!({
        "title": "Somebody joins: everything before the first day",
        "description": "Dates count back from the day by which it is needed, the first working day.",
        "for_kind": "service_request",
        "begins": "chosen",
        "begin_states": "in_fulfilment",
        "calendar": "@calendar:desk",
        "goal": "needed_by",
        "last_move": "fulfil",
        "last_words": "Account, laptop, badge and desk were ready on the first day.",
        "steps": [
            { "key": "account", "type": "task", "title": "Create the account with its role", "team": "@team:security", "days_before": 4, "lead": "4h", "undone_by": "close_account" },
            { "key": "device", "type": "task", "title": "Prepare the laptop", "after": "account", "team": "@team:workplace", "days_before": 2, "lead": "8h" },
            { "key": "place", "type": "task", "title": "Badge and place of work", "team": "@team:desk", "days_before": 1, "lead": "2h" },
            { "key": "first_day", "type": "wait", "title": "First day", "after": "device, place", "days_before": 0 },
            { "key": "welcome", "type": "task", "title": "Ask whether everything works", "after": "first_day", "team": "@team:desk", "lead": "4h", "optional": true },
            { "key": "close_account", "type": "task", "title": "Close the account", "team": "@team:security" },
        ],
    })
}

/// What a change of high risk asks for once it is authorized; the approval itself is a matter of policies.
fn risky() -> Json {
    json!({
        "title": "Normal change of high risk: rehearse, tell, carry out, look at it",
        "description": "Who must agree says the table of approval policies. What comes after that stands here.",
        "for_kind": "change",
        "begins": "always",
        "begin_states": "scheduled",
        "condition": "change_type == \"normal\" && risk in [\"high\", \"very_high\"]",
        "calendar": "@calendar:desk",
        "steps": [
            { "key": "rehearse", "type": "task", "title": "Rehearse it, with the way back", "team": "@team:infra", "lead": "8h", "text": "In the test environment, by the implementation plan. Note how long each part took." },
            { "key": "tell", "type": "task", "title": "Tell key users", "team": "@team:desk", "lead": "4h" },
            { "key": "begun", "type": "wait", "title": "Implementation begins", "after": "rehearse, tell", "condition": "state == \"implement\"" },
            { "key": "carry_out", "type": "task", "title": "Carry it out", "after": "begun", "team": "@team:infra", "lead": "2h" },
            { "key": "look", "type": "task", "title": "Test services, ask key users", "after": "carry_out", "team": "@team:apps", "lead": "2h" },
            { "key": "done", "type": "notify", "title": "Tell the team that it may be ended", "after": "look", "target": "team" },
        ],
    })
}

/// What is easily forgotten when it burns.
fn emergency() -> Json {
    json!({
        "title": "Emergency change: carry out, test, write down",
        "description": "One of two decides by telephone and in Steward. What is left out then is made up for here before it can be closed.",
        "for_kind": "change",
        "begins": "always",
        "begin_states": "implement",
        "condition": "change_type == \"emergency\"",
        "steps": [
            { "key": "carry_out", "type": "task", "title": "Carry it out", "team": "@team:infra", "lead": "1h" },
            { "key": "test", "type": "task", "title": "Test with those who reported it", "after": "carry_out", "team": "@team:desk", "lead": "1h" },
            { "key": "write_down", "type": "task", "title": "Bring configuration items up to date", "after": "carry_out", "team": "@team:infra", "lead": "24h" },
        ],
    })
}

/// Not in force yet: what a change manager works on.
fn patch() -> Json {
    json!({
        "title": "Standard change: patches of servers",
        "for_kind": "change",
        "begins": "always",
        "begin_states": "implement",
        "condition": "change_type == \"standard\"",
        "calendar": "@calendar:desk",
        "steps": [
            { "key": "snapshot", "type": "task", "title": "Take snapshots", "team": "@team:infra", "lead": "1h" },
            { "key": "patch", "type": "task", "title": "Install patches", "after": "snapshot", "team": "@team:infra", "lead": "2h" },
            { "key": "test", "type": "task", "title": "Test services", "after": "patch", "team": "@team:apps", "lead": "1h" },
            { "key": "tell", "type": "notify", "title": "Tell the team", "after": "test", "target": "team" },
        ],
    })
}

fn laptops(script: &mut Script, world: &World, calendar: &Calendar) -> anyhow::Result<()> {
    let lead = |team: &str| -> anyhow::Result<String> {
        let found = world.teams.iter().find(|one| one.key == team).map(|team| team.lead.clone());
        found.context("a team has a lead")
    };
    let answers = json!({ "work": "office", "model": "standard", "replaces": false });
    let answers = answers.as_object().cloned().unwrap_or_default();
    // One is on its way, one waits for the budget.
    let all = [
        ("finn", 2, "The fan of mine is louder than the telephone."),
        ("ben", 0, "Mine gets no updates any more, says the inventory."),
    ];
    for (place, (who, steps, note)) in all.into_iter().enumerate() {
        let record = format!("flowing:{place}");
        let person = world.person(who)?;
        let manager = crate::foundation::manager(world, person).context("a manager approves")?.to_owned();
        let at = calendar.at(calendar.working_day(-2), 500 + 20 * i64::try_from(place).unwrap_or_default());
        let deed = Deed::Order {
            item: "offer:laptop".to_owned(),
            answers: answers.clone(),
            quantity: None,
            note: Some(note.to_owned()),
        };
        script.add(at, page(who), &record, deed);
        let at = calendar.after(at, 60);
        script.add(at, page(&manager), &record, go("approve", json!({})));
        if steps == 0 {
            continue;
        }
        let at = calendar.after(at, 90);
        script.add(at, page("ada"), &record, Deed::Step("Budget", "approve"));
        let at = calendar.after(at, 120);
        script.add(at, page(&lead("infra")?), &record, Deed::Step("Prepare the profile", "complete"));
        let at = calendar.after(at, 30);
        script.add(at, page(&lead("workplace")?), &record, Deed::Step("Take from stock or order", "start"));
    }
    Ok(())
}

fn joiners(script: &mut Script, world: &World, calendar: &Calendar) -> anyhow::Result<()> {
    let record = "flowing:joiner";
    let person = world.person("hugo")?;
    let at = calendar.at(calendar.working_day(-2), 530);
    let first = moved(calendar.date(at), 12).to_string();
    let answers = json!({
        "given_name": "Noor", "family_name": "Haddad", "first_day": first, "employment": "permanent", "needs": ["laptop", "badge"],
    });
    let answers = answers.as_object().cloned().unwrap_or_default();
    let deed = Deed::Order {
        item: "offer:joiner".to_owned(),
        answers,
        quantity: None,
        note: Some("Noor comes from the Lyon site and keeps her telephone number.".to_owned()),
    };
    script.add(at, page(&person.login), record, deed);
    let at = calendar.after(at, 40);
    script.add(at, page("ben"), record, Deed::Update(json!({ "needed_by": first })));
    script.add(at.plus_seconds(60), page("ben"), record, go("start", json!({ "assignee": "@person:ben" })));
    let place = calendar.after(at, 200);
    script.add(place, page("ben"), record, Deed::Step("Badge and place of work", "start"));
    Ok(())
}
