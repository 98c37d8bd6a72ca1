//! Releases, tasks and canned texts.

use anyhow::Context;
use serde::Deserialize;
use serde_json::json;
use steward_model::event::Audience;

use crate::calendar::{Calendar, moved};
use crate::chance::Chance;
use crate::script::{Deed, Script, create, go, note, page};

#[derive(Deserialize)]
struct Releases {
    release: Vec<Release>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Release {
    title: String,
    version: String,
    #[serde(rename = "type")]
    sort: String,
    service: String,
    team: String,
    until: String,
    days: i64,
    #[serde(default)]
    hold: String,
    problem: Option<String>,
    notes: String,
    tests: String,
    rollback: String,
    build: String,
    lessons: String,
}

#[derive(Deserialize)]
struct Tasks {
    task: Vec<Task>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Task {
    title: String,
    text: String,
    team: String,
    who: String,
    #[serde(rename = "type")]
    sort: String,
    days: i64,
    left: i64,
    state: String,
}

#[derive(Deserialize)]
struct Snippets {
    snippet: Vec<Snippet>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Snippet {
    title: String,
    text: String,
    use_in: String,
    for_kinds: String,
    team: Option<String>,
    language: Option<String>,
}

/// Writes all of them.
pub(crate) fn write(script: &mut Script, calendar: &Calendar, seed: u64) -> anyhow::Result<()> {
    let mut chance = Chance::new(seed, "sundry");
    let releases: Releases = toml::from_str(include_str!("../data/releases.toml")).context("releases.toml")?;
    for (place, release) in releases.release.iter().enumerate() {
        write_release(script, &format!("release:{place}"), release, calendar, &mut chance);
    }
    let tasks: Tasks = toml::from_str(include_str!("../data/tasks.toml")).context("tasks.toml")?;
    for (place, task) in tasks.task.iter().enumerate() {
        write_task(script, &format!("task:{place}"), task, calendar, &mut chance);
    }
    let snippets: Snippets = toml::from_str(include_str!("../data/snippets.toml")).context("snippets.toml")?;
    for (place, snippet) in snippets.snippet.iter().enumerate() {
        write_snippet(script, &format!("snippet:{place}"), snippet, calendar);
    }
    Ok(())
}

fn write_snippet(script: &mut Script, record: &str, snippet: &Snippet, calendar: &Calendar) {
    let fields = json!({
        "title": snippet.title,
        "text": snippet.text,
        "use_in": snippet.use_in,
        "for_kinds": snippet.for_kinds,
        "team": snippet.team.as_ref().map(|team| format!("@team:{team}")),
        "language": snippet.language.as_deref().unwrap_or("en"),
    });
    let deed = Deed::Create { kind: "snippet", company: "nwe".to_owned(), fields, links: Vec::new() };
    script.add(calendar.at(calendar.working_day(-80), 600), page("jonas"), record, deed);
}

fn write_release(script: &mut Script, record: &str, release: &Release, calendar: &Calendar, chance: &mut Chance) {
    const WAY: [&str; 7] = ["planning", "build", "test", "ready", "deploying", "early_life_support", "completed"];
    let dev = page("dev");
    let reach = match release.until.as_str() {
        "on_hold" => 1,
        "cancelled" => 0,
        until => WAY.iter().position(|state| *state == until).unwrap_or(0),
    };
    let mut at = calendar.at(calendar.working_day(-release.days), 600 + chance.between(0, 200));
    let begin = calendar.date(at);
    let fields = json!({
        "title": release.title,
        "description": release.notes,
        "release_notes": release.notes,
        "version": release.version,
        "type": release.sort,
        "service": format!("@service:{}", release.service),
        "team": format!("@team:{}", release.team),
        "assignee": "@person:dev",
        "problems": release.problem.iter().map(|key| format!("@problem:{key}")).collect::<Vec<_>>(),
        "planned_start_on": moved(begin, 10).to_string(),
        "planned_end_on": moved(begin, 45).to_string(),
        "rollback_plan": release.rollback,
        "gates": [{ "phase": "test", "check": "No open fault of high priority" }, { "phase": "deploy", "check": "Service desk knows the news", "passed": reach > 3 }],
        "channel": "direct",
    });
    script.add(at, dev.clone(), record, create("release", fields));
    let step = release.days * 630 / 12;
    let moves = [
        ("build", json!({})),
        ("test", json!({})),
        ("pass", json!({ "test_results": release.tests })),
        ("deploy", json!({ "build_reference": release.build })),
        ("hand_over", json!({ "early_life_support_until": moved(calendar.day(0), 9).to_string() })),
        ("complete", json!({ "lessons": release.lessons })),
    ];
    for (key, fields) in moves.into_iter().take(reach) {
        at = calendar.after(at, chance.between(step / 3, step / 2));
        script.add(at, dev.clone(), record, go(key, fields));
    }
    at = calendar.after(at, 300);
    match release.until.as_str() {
        "on_hold" => script.add(at, dev, record, go("hold", json!({ "on_hold_reason": release.hold }))),
        "cancelled" => script.add(at, dev, record, go("cancel", json!({ "cancel_reason": release.hold }))),
        _ => script.add(at, dev, record, note("Talked through in the weekly round, nothing in the way.")),
    }
}

fn write_task(script: &mut Script, record: &str, task: &Task, calendar: &Calendar, chance: &mut Chance) {
    let mut at = calendar.at(calendar.working_day(-task.days), 540 + chance.between(0, 420));
    let due = calendar.at(calendar.day(task.left), 17 * 60);
    let fields = json!({
        "title": task.title,
        "description": task.text,
        "type": task.sort,
        "team": format!("@team:{}", task.team),
        "assignee": format!("@person:{}", task.who),
        "due_at": due.to_string(),
        "planned_effort": "PT3H",
        "urgency": if task.left < 1 { "high" } else { "medium" },
        "impact": "low",
        "checklist": [{ "step": "Agreed with those concerned" }, { "step": "Done" }, { "step": "Written down" }],
        "channel": "direct",
    });
    let who = page(&task.who);
    script.add(at, page("priya"), record, create("task", fields));
    if task.state == "open" {
        return;
    }
    at = calendar.after(at, chance.between(100, 700));
    script.add(at, who.clone(), record, go("start", json!({})));
    script.add(at.plus_seconds(60), who.clone(), record, Deed::Work(chance.between(4, 24) * 5, "Begun".to_owned()));
    at = calendar.after(at, chance.between(100, 500));
    let words = json!({ "close_notes": "Done, see the notes." });
    match task.state.as_str() {
        "pending" => {
            script.add(at, who, record, go("hold", json!({ "pending_reason": "Waits for an answer from outside." })))
        }
        "closed_complete" => script.add(at, who, record, go("complete", words)),
        "closed_incomplete" => {
            let words =
                json!({ "close_notes": "Two of three offers were complete; taken up again with the next budget." });
            script.add(at, who, record, go("close_incomplete", words));
        }
        "closed_skipped" => script.add(at, who, record, go("skip", json!({ "close_notes": "Not needed any more." }))),
        _ => script.add(at, who, record, Deed::Say(Audience::Internal, "Half way through.".to_owned())),
    }
}
