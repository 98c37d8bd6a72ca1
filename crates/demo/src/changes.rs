//! Changes: plans that are used for one item or for several, each in the way of its type; and their planned outages.

use anyhow::Context;
use serde::Deserialize;
use serde_json::{Value as Json, json};
use steward_model::moment::Moment;

use crate::calendar::{Calendar, moved};
use crate::chance::Chance;
use crate::script::{Deed, Script, create, go, note, page};

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Plan {
    title: String,
    #[serde(rename = "type")]
    sort: String,
    service: String,
    team: String,
    by: String,
    reason: String,
    risk: String,
    minutes: i64,
    items: Vec<String>,
    /// How long the service is away.
    outage: Option<String>,
    /// Why it is taken back.
    cancelled: Option<String>,
    why: String,
    steps: String,
    test: String,
    back: String,
    template: Option<String>,
}

#[derive(Deserialize)]
struct Plans {
    plan: Vec<Plan>,
}

/// Days from now at which changes are planned, beside those spread over the past. The one of yesterday awaits its
/// review.
const AHEAD: [i64; 9] = [-1, 0, 1, 2, 5, 6, 7, 9, 13];

struct Writer<'a> {
    script: &'a mut Script,
    calendar: &'a Calendar,
    chance: Chance,
}

/// A change while it is written.
struct Writing<'p> {
    record: String,
    plan: &'p Plan,
    item: String,
    start: Moment,
    end: Moment,
    is_reviewed: bool,
}

/// Writes all of them.
pub(crate) fn write(script: &mut Script, calendar: &Calendar, seed: u64) -> anyhow::Result<()> {
    let read: Plans = toml::from_str(include_str!("../data/changes.toml")).context("changes.toml")?;
    let mut chance = Chance::new(seed, "changes");
    let mut all: Vec<(&Plan, &String)> =
        read.plan.iter().flat_map(|plan| plan.items.iter().map(move |item| (plan, item))).collect();
    chance.shuffle(&mut all);
    // What must not wait or was found lies in the past; of the rest, some lie ahead.
    let (mut planned, past): (Vec<_>, Vec<_>) =
        all.into_iter().partition(|(plan, _)| plan.sort == "normal" && plan.cancelled.is_none());
    let ahead: Vec<_> = planned.split_off(planned.len().saturating_sub(AHEAD.len()));
    let past: Vec<_> = past.into_iter().chain(planned).collect();
    let mut writer = Writer { script, calendar, chance };
    let count = i64::try_from(past.len()).unwrap_or(1).max(1);
    for (place, (plan, item)) in past.into_iter().enumerate() {
        let day = -83 + i64::try_from(place).unwrap_or(0) * 80 / count;
        writer.change(&format!("change:{}", place + 1), plan, item, day);
    }
    for (place, (plan, item)) in ahead.into_iter().enumerate() {
        writer.change(&format!("change:ahead-{place}"), plan, item, AHEAD[place]);
    }
    Ok(())
}

impl Writer<'_> {
    fn change(&mut self, record: &str, plan: &Plan, item: &str, day: i64) {
        let calendar = self.calendar;
        let (start, end) = match day {
            // One that is under way at this moment.
            0 => (calendar.now.plus_seconds(-5_400), calendar.now.plus_seconds(plan.minutes * 60 + 9_000)),
            _ => {
                let date = calendar.working_day(day);
                let start = calendar.at(date, 19 * 60 + self.chance.between(0, 3) * 15);
                (start, start.plus_seconds(plan.minutes * 60 + 3_600))
            }
        };
        let writing =
            Writing { record: record.to_owned(), plan, item: item.to_owned(), start, end, is_reviewed: day != -1 };
        match plan.sort.as_str() {
            "standard" => self.standard(&writing),
            "normal" => self.normal(&writing, day),
            "emergency" => self.emergency(&writing),
            _ => self.unauthorised(&writing),
        }
    }

    fn fields(&self, writing: &Writing<'_>) -> Json {
        let plan = writing.plan;
        json!({
            "title": plan.title.replace("{item}", &writing.item),
            "description": plan.why,
            "justification": plan.why,
            "change_type": plan.sort,
            "reason": plan.reason,
            "service": format!("@service:{}", plan.service),
            "impacted_services": [format!("@service:{}", plan.service)],
            "configuration_items": [format!("@item:{}", writing.item)],
            "team": format!("@team:{}", plan.team),
            "assignee": format!("@person:{}", plan.by),
            "channel": "direct",
            "impact": if plan.risk == "high" { "high" } else { "medium" },
            "urgency": if plan.sort == "emergency" { "high" } else { "low" },
            "risk": plan.risk,
            "template": plan.template,
            "outage_expected": plan.outage.is_some(),
            "outage_duration": plan.outage,
        })
    }

    fn plans(&self, writing: &Writing<'_>) -> Json {
        let plan = writing.plan;
        json!({
            "implementation_plan": plan.steps,
            "test_plan": plan.test,
            "backout_plan": plan.back,
            "planned_start_at": writing.start.to_string(),
            "planned_end_at": writing.end.to_string(),
        })
    }

    fn standard(&mut self, writing: &Writing<'_>) {
        let by = page(&writing.plan.by);
        let opened = self.calendar.after(earlier(writing.start, self.chance.between(2, 5)), 30);
        self.script.add(opened, by.clone(), &writing.record, create("change", self.fields(writing)));
        self.script.add(opened.plus_seconds(700), by, &writing.record, go("schedule", self.plans(writing)));
        self.carry_out(writing);
    }

    fn normal(&mut self, writing: &Writing<'_>, day: i64) {
        let Writing { record, plan, .. } = writing;
        let by = page(&plan.by);
        let dev = page("dev");
        // Those far ahead have only just been asked for.
        let lead = match day {
            9.. => day + 4,
            6..9 => day + 3,
            _ => self.chance.between(9, 14),
        };
        let mut at = self.calendar.after(earlier(writing.start, lead), 60);
        self.script.add(at, by.clone(), record, create("change", self.fields(writing)));
        if day > 12 {
            return;
        }
        at = self.calendar.after(at, self.chance.between(60, 200));
        self.script.add(at, by.clone(), record, go("request_assessment", json!({})));
        self.script.add(
            at.plus_seconds(300),
            dev.clone(),
            record,
            note("On the agenda of the board. Please add the plan for going back and name the services that suffer."),
        );
        self.tasks(writing, at);
        if let Some(reason) = &plan.cancelled {
            at = self.calendar.after(at, 1_500);
            self.script.add(at, dev, record, go("cancel", json!({ "cancel_reason": reason })));
            return;
        }
        if day > 8 {
            return;
        }
        at = self.calendar.after(at, self.chance.between(200, 500));
        let mut plans = self.plans(writing);
        plans["communication_plan"] =
            json!("Notice on the status page two days before and one hour before; key users by mail.");
        self.script.add(at, by, record, go("request_authorization", plans));
        let board = moved(self.calendar.date(at), 1).to_string();
        let fields = json!({
            "advisory_board_required": true,
            "advisory_board_on": board,
            "conflict_status": "none",
            "risk_score": if plan.risk == "high" { 68 } else if plan.risk == "moderate" { 41 } else { 17 },
            "risk_contributions": [
                { "factor": "Services concerned", "points": 10, "note": plan.service },
                { "factor": "Way back tested", "points": 7 },
            ],
        });
        self.script.add(at.plus_seconds(1_800), dev.clone(), record, Deed::Update(fields));
        if day > 5 {
            return;
        }
        at = self.calendar.after(at, self.chance.between(630, 900));
        let advice =
            json!({ "advisory_board_recommendation": "Recommended. Victor asks for a snapshot before the start." });
        self.script.add(at, dev.clone(), record, Deed::Update(advice));
        if plan.risk == "high" {
            for (minutes, member) in [(8, "victor"), (13, "amir")] {
                self.script.add(at.plus_seconds(minutes * 60), page(member), record, go("authorize", json!({})));
            }
        }
        self.script.add(at.plus_seconds(900), dev, record, go("authorize", json!({})));
        if plan.outage.is_some() {
            self.outage(writing, at.plus_seconds(3_600));
        }
        self.carry_out(writing);
    }

    fn emergency(&mut self, writing: &Writing<'_>) {
        let Writing { record, plan, start, .. } = writing;
        let by = page(&plan.by);
        let opened = start.plus_seconds(-3_000);
        self.script.add(opened, by.clone(), record, create("change", self.fields(writing)));
        self.script.add(opened.plus_seconds(600), by, record, go("expedite", self.plans(writing)));
        self.script.add(
            opened.plus_seconds(1_500),
            page("dev"),
            record,
            note("Asked Ada and Amir by telephone, both agree."),
        );
        self.script.add(opened.plus_seconds(1_600), page("dev"), record, go("authorize", json!({})));
        self.carry_out(writing);
    }

    fn unauthorised(&mut self, writing: &Writing<'_>) {
        let Writing { record, plan, start, .. } = writing;
        let dev = page("dev");
        let opened = self.calendar.after(*start, 60);
        self.script.add(opened, dev.clone(), record, create("change", self.fields(writing)));
        let fields = json!({ "justification": plan.why, "implementation_plan": plan.steps, "backout_plan": plan.back });
        self.script.add(opened.plus_seconds(500), dev.clone(), record, go("expedite", fields));
        let at = self.calendar.after(opened, 400);
        self.script.add(
            at,
            dev.clone(),
            record,
            go("review_unauthorised", json!({ "outcome": "successful_with_issues" })),
        );
        let at = self.calendar.after(at, 900);
        let fields = json!({ "review_notes": "Talked it over with Carlos: right in the matter, but it must be written down the next morning at the latest. The rule is limited and documented." });
        self.script.add(at, dev, record, go("close", fields));
    }

    fn carry_out(&mut self, writing: &Writing<'_>) {
        let Writing { record, plan, start, end, .. } = writing;
        let by = page(&plan.by);
        let begun = start.plus_seconds(self.chance.between(20, 900));
        self.script.add(begun, by.clone(), record, go("implement", json!({})));
        let done = begun.plus_seconds((end.seconds_since(begun) - 600).max(600) * self.chance.between(50, 95) / 100);
        let outcome =
            ["successful", "successful_with_issues", "backed_out", "failed"][self.chance.weighted(&[80, 11, 6, 3])];
        let notes = match outcome {
            "successful" => "As planned.",
            "successful_with_issues" => "Took longer than planned since a package had to be fetched again.",
            "backed_out" => "Test 3 failed, went back to the former state within the window.",
            _ => "The installer broke off; former state restored from the snapshot, a new date is needed.",
        };
        self.script.add(done.plus_seconds(-200), by.clone(), record, note(notes));
        let fields = json!({ "outcome": outcome, "implementation_notes": notes });
        self.script.add(done, by, record, go("complete", fields));
        if !writing.is_reviewed {
            return;
        }
        let closed = self.calendar.after(done, self.chance.between(200, 1_200));
        let fields = match outcome {
            "successful" => json!({}),
            _ => {
                json!({ "review_notes": "Discussed in the board: the way back worked as written. The lesson went into the template." })
            }
        };
        self.script.add(closed, page("dev"), record, go("close", fields));
    }

    /// Tasks of a normal change: prepare, carry out, test.
    fn tasks(&mut self, writing: &Writing<'_>, at: Moment) {
        let steps = [
            ("plan", "Prepare and announce", earlier(writing.start, 1)),
            ("implement", "Carry out as planned", writing.start.plus_seconds(3_000)),
            ("test", "Test and tell the board", writing.start.plus_seconds(writing.plan.minutes * 60)),
        ];
        let what = writing.plan.title.replace("{item}", &writing.item);
        for (place, (sort, title, done)) in steps.into_iter().enumerate() {
            let task = format!("{}/task:{place}", writing.record);
            let at = at.plus_seconds(400 + i64::try_from(place).unwrap_or(0) * 60);
            let fields = json!({
                "title": format!("{title}: {what}"),
                "change": format!("@{}", writing.record),
                "type": sort,
                "order": (place + 1) * 10,
                "team": format!("@team:{}", writing.plan.team),
                "assignee": format!("@person:{}", writing.plan.by),
                "due_at": done.plus_seconds(3_600).to_string(),
                "checklist": [{ "step": "Monitoring silenced" }, { "step": "Key users told" }],
            });
            self.script.add(at, page(&writing.plan.by), &task, create("change_task", fields));
            if writing.plan.cancelled.is_some() {
                let at = self.calendar.after(at, 1_600);
                let notes = json!({ "close_notes": "The change was cancelled." });
                self.script.add(at, page(&writing.plan.by), &task, go("skip", notes));
                continue;
            }
            let by = page(&writing.plan.by);
            self.script.add(done.plus_seconds(-1_200), by.clone(), &task, go("start", json!({})));
            self.script.add(done, by, &task, go("complete", json!({ "close_notes": "Done as planned." })));
        }
    }

    fn outage(&mut self, writing: &Writing<'_>, at: Moment) {
        let record = format!("outage:{}", writing.record);
        let greta = page("greta");
        let title = format!("Maintenance: {}", writing.plan.title.replace("{item}", &writing.item));
        let fields = json!({
            "title": title,
            "description": "The service is away for the time named here. Please save your work before.",
            "type": "planned",
            "service": format!("@service:{}", writing.plan.service),
            "configuration_items": [format!("@item:{}", writing.item)],
            "begin_at": writing.start.to_string(),
            "expected_end_at": writing.end.to_string(),
            "change": format!("@{}", writing.record),
        });
        self.script.add(at, greta.clone(), &record, create("outage", fields));
        self.script.add(at.plus_seconds(60), greta.clone(), &record, go("plan", json!({})));
        self.script.add(writing.start.plus_seconds(60), greta.clone(), &record, go("begin", json!({})));
        let end = writing.end.plus_seconds(-900);
        self.script.add(end, greta, &record, go("end", json!({ "end_at": end.to_string() })));
    }
}

/// So many days before a moment, at the same time of day.
fn earlier(at: Moment, days: i64) -> Moment {
    at.plus_seconds(-days * 86_400)
}
