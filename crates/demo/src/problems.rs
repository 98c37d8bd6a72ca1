//! Problems and the known errors that come of them.

use anyhow::Context;
use serde::Deserialize;
use serde_json::json;

use crate::calendar::{Calendar, moved};
use crate::chance::Chance;
use crate::script::{Deed, Script, create, go, note, page};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Problem {
    key: String,
    title: String,
    service: String,
    team: String,
    assignee: String,
    items: Vec<String>,
    impact: String,
    urgency: String,
    until: String,
    /// Days ago that it was opened.
    days: i64,
    description: String,
    symptoms: String,
    investigation: String,
    root_cause: String,
    workaround: String,
    fix_plan: String,
    #[serde(default)]
    fix_notes: String,
    task: Vec<String>,
    findings: String,
    known_error: bool,
    error_code: String,
    vendor: String,
    shown_to: String,
}

#[derive(Deserialize)]
struct Problems {
    problem: Vec<Problem>,
}

/// The order of the stages that lead to the end.
const STAGES: [&str; 6] = ["new", "assess", "root_cause_analysis", "fix_in_progress", "resolved", "closed"];

/// Writes all of them.
pub(crate) fn write(script: &mut Script, calendar: &Calendar, seed: u64) -> anyhow::Result<()> {
    let read: Problems = toml::from_str(include_str!("../data/problems.toml")).context("problems.toml")?;
    let mut chance = Chance::new(seed, "problems");
    for problem in &read.problem {
        one(script, problem, calendar, &mut chance);
    }
    Ok(())
}

fn one(script: &mut Script, problem: &Problem, calendar: &Calendar, chance: &mut Chance) {
    let record = format!("problem:{}", problem.key);
    let katja = page("katja");
    let assignee = page(&problem.assignee);
    let items: Vec<String> = problem.items.iter().map(|item| format!("@item:{item}")).collect();
    let mut at = calendar.at(calendar.working_day(-problem.days), 560 + chance.between(0, 300));
    let reach = match problem.until.as_str() {
        "risk" => 2,
        "cancelled" => 1,
        until => STAGES.iter().position(|stage| *stage == until).unwrap_or(0),
    };
    let fields = json!({
        "title": problem.title,
        "description": problem.description,
        "symptoms": problem.symptoms,
        "service": format!("@service:{}", problem.service),
        "configuration_items": items,
        "impact": problem.impact,
        "urgency": problem.urgency,
        "origin": if problem.key == "leavers" { "proactive" } else { "reactive" },
        "team": format!("@team:{}", problem.team),
        "coordinator": "@person:katja",
        "channel": "direct",
    });
    script.add(at, katja.clone(), &record, create("problem", fields));
    if reach < 1 {
        return;
    }
    at = calendar.after(at, chance.between(60, 700));
    let fields = json!({ "assignee": format!("@person:{}", problem.assignee) });
    script.add(at, katja.clone(), &record, go("assess", fields));
    tasks(script, problem, &record, at, calendar, chance);
    if problem.until == "cancelled" {
        at = calendar.after(at, chance.between(700, 1_500));
        script.add(at, assignee, &record, note(problem.investigation.clone()));
        let fields = json!({ "resolution_code": "not_a_problem", "investigation": problem.investigation });
        script.add(at.plus_seconds(600), katja, &record, go("cancel", fields));
        return;
    }
    if reach < 2 {
        return;
    }
    at = calendar.after(at, chance.between(300, 1_500));
    script.add(at, assignee.clone(), &record, go("analyse", json!({})));
    at = calendar.after(at, chance.between(600, 2_000));
    let fields = json!({ "investigation": problem.investigation, "root_cause": problem.root_cause });
    script.add(at, assignee.clone(), &record, Deed::Update(fields));
    script.add(
        at.plus_seconds(100),
        assignee.clone(),
        &record,
        Deed::Work(90, "Reading logs, talking to the maker".to_owned()),
    );
    if !problem.workaround.is_empty() {
        at = calendar.after(at, chance.between(60, 300));
        let fields = json!({ "workaround": problem.workaround });
        script.add(at, katja.clone(), &record, go("publish_workaround", fields));
    }
    if problem.known_error {
        known_error(script, problem, &record, at, calendar);
    }
    if problem.until == "risk" {
        at = calendar.after(at, 1_300);
        let fields = json!({
            "risk_acceptance": "Happens three times a year, and the way around takes a minute. A replacement of the product would cost 40,000 €. Accepted by the service owner until the next contract.",
            "risk_owner": "@person:uta",
            "risk_review_on": moved(calendar.day(0), 160).to_string(),
        });
        script.add(at, katja, &record, go("accept_risk", fields));
        return;
    }
    if reach < 3 {
        return;
    }
    at = calendar.after(at, chance.between(600, 1_800));
    let fields = json!({ "root_cause": problem.root_cause, "fix_plan": problem.fix_plan });
    script.add(at, assignee.clone(), &record, go("fix", fields));
    if reach < 4 {
        return;
    }
    at = calendar.after(at, chance.between(4_000, 7_000));
    script.add(at, assignee, &record, go("resolve", json!({ "fix_notes": problem.fix_notes })));
    if problem.known_error {
        let known = format!("known_error:{}", problem.key);
        let fields = json!({ "solution": problem.fix_notes });
        script.add(at.plus_seconds(1_200), katja.clone(), &known, go("fix", fields));
    }
    if reach >= 5 {
        at = calendar.after(at, 3_000);
        script.add(at, katja, &record, go("close", json!({})));
    }
}

fn known_error(
    script: &mut Script,
    problem: &Problem,
    record: &str,
    at: steward_model::moment::Moment,
    calendar: &Calendar,
) {
    let known = format!("known_error:{}", problem.key);
    let items: Vec<String> = problem.items.iter().map(|item| format!("@item:{item}")).collect();
    let at = calendar.after(at, 45);
    let fields = json!({
        "title": problem.title,
        "description": problem.description,
        "symptom": problem.symptoms,
        "error_code": problem.error_code,
        "root_cause": problem.root_cause,
        "workaround": problem.workaround,
        "problem": format!("@{record}"),
        "service": format!("@service:{}", problem.service),
        "configuration_items": items,
        "domain": "software",
        "vendor": problem.vendor,
        "team": format!("@team:{}", problem.team),
        "owner": "@person:katja",
    });
    script.add(at, page("katja"), &known, create("known_error", fields));
    let fields = json!({ "shown_to": problem.shown_to, "valid_until": moved(calendar.day(0), 120).to_string() });
    script.add(at.plus_seconds(1_500), page("katja"), &known, go("publish", fields));
    let fields = json!({ "known_error": true, "known_error_record": format!("@{known}") });
    script.add(at.plus_seconds(1_560), page("katja"), record, Deed::Update(fields));
}

fn tasks(
    script: &mut Script,
    problem: &Problem,
    record: &str,
    at: steward_model::moment::Moment,
    calendar: &Calendar,
    chance: &mut Chance,
) {
    for (place, title) in problem.task.iter().enumerate() {
        let task = format!("{record}/task:{place}");
        let begun = calendar.after(at, 20 + i64::try_from(place).unwrap_or(0) * 5);
        let fields = json!({
            "title": title,
            "description": format!("Belongs to “{}”. Write what you find, also if it is nothing.", problem.title),
            "problem": format!("@{record}"),
            "type": if place == 0 { "root_cause" } else { "general" },
            "team": format!("@team:{}", problem.team),
            "assignee": format!("@person:{}", problem.assignee),
            "planned_effort": "PT4H",
            "due_at": calendar.after(begun, 3_150).to_string(),
        });
        script.add(begun, page("katja"), &task, create("problem_task", fields));
        let who = page(&problem.assignee);
        let start = calendar.after(begun, chance.between(100, 900));
        script.add(start, who.clone(), &task, go("start", json!({})));
        if problem.findings.is_empty() || place > 0 && problem.until == "root_cause_analysis" {
            continue;
        }
        let end = calendar.after(start, chance.between(300, 1_200));
        script.add(end, who, &task, go("close", json!({ "findings": problem.findings })));
    }
}
