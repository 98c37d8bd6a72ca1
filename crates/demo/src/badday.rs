//! The bad day: an outage with the incidents, the changes and the problem that came of it.

use anyhow::Context;
use jiff::civil::Weekday;
use serde::Deserialize;
use serde_json::{Value as Json, json};
use steward_model::event::Door;
use steward_model::moment::Moment;

use crate::calendar::{Calendar, last, moved};
use crate::chance::Chance;
use crate::script::{Deed, Script, create, go, go_saying, mail, note, page, say, steward};
use crate::stories::Phrases;
use crate::world::World;

#[derive(Deserialize)]
struct BadDay {
    outage_title: String,
    outage_text: String,
    alert_title: String,
    alert_text: String,
    voice: Vec<Voice>,
    journal: Vec<Note>,
    update: Vec<Update>,
}

/// Somebody who reports it.
#[derive(Deserialize)]
struct Voice {
    minute: i64,
    login: String,
    title: String,
    text: String,
}

/// What the team wrote down meanwhile.
#[derive(Deserialize)]
struct Note {
    minute: i64,
    who: String,
    note: String,
}

/// What everybody was told.
#[derive(Deserialize)]
struct Update {
    minute: i64,
    text: String,
}

const MAJOR: &str = "incident:major";
const PROBLEM: &str = "problem:storage";
const KNOWN: &str = "known_error:storage";
const FIRST_AID: &str = "change:storage-first-aid";
const CURE: &str = "change:storage-cure";
const ARRAY: &str = "@item:sto-ber-01";

/// Minutes after the beginning at which the array is back, and everything else.
const BACK: i64 = 96;
const OVER: i64 = 141;

struct Day<'a> {
    script: &'a mut Script,
    world: &'a World,
    calendar: &'a Calendar,
    phrases: &'a Phrases,
    chance: Chance,
    start: Moment,
}

/// Writes it.
pub(crate) fn write(
    script: &mut Script,
    world: &World,
    calendar: &Calendar,
    phrases: &Phrases,
    seed: u64,
) -> anyhow::Result<()> {
    let read: BadDay = toml::from_str(include_str!("../data/badday.toml")).context("badday.toml")?;
    let date = last(Weekday::Tuesday, calendar.day(-33));
    let start = calendar.at(date, 9 * 60 + 42).plus_seconds(17);
    let mut day = Day { script, world, calendar, phrases, chance: Chance::new(seed, "badday"), start };
    day.problem();
    day.first_aid();
    day.cure();
    day.major(&read);
    day.outages(&read);
    for (place, voice) in read.voice.iter().enumerate() {
        day.voice(place, voice)?;
    }
    Ok(())
}

impl Day<'_> {
    fn at(&self, minute: i64) -> Moment {
        self.start.plus_seconds(minute * 60)
    }

    /// A minute of a later day.
    fn later(&self, days: i64, minute: i64) -> Moment {
        self.calendar.at(moved(self.calendar.date(self.start), days), minute)
    }

    fn major(&mut self, read: &BadDay) {
        let fields = json!({
            "title": read.alert_title,
            "description": read.alert_text,
            "channel": "monitoring",
            "category": "server",
            "symptom": "unavailable",
            "service": "@service:files",
            "impacted_services": ["@service:mail", "@service:files", "@service:erp"],
            "configuration_items": [ARRAY, "@item:hv-ber-01", "@item:hv-ber-02", "@item:hv-ber-03"],
            "location": "@place:ber-dc",
            "team": "@team:infra",
            "impact": "high",
            "urgency": "high",
        });
        self.script.add(self.at(0), steward(Door::Alert), MAJOR, create("incident", fields));
        let start = json!({ "assignee": "@person:wiebke" });
        self.script.add(self.at(3), page("greta"), MAJOR, go("start", start));
        self.script.add(self.at(5), page("greta"), MAJOR, Deed::Update(json!({ "major": true })));
        let tasks = [
            ("Answer the telephones with the agreed text", "desk", "mina"),
            ("Write to all users every half hour", "desk", "jonas"),
            ("Keep the maker on the line", "infra", "wiebke"),
            ("Check file systems before starting machines", "infra", "victor"),
        ];
        // News and notes in the order of time, since a record's steps are added in it.
        let notes = read.journal.iter().map(|entry| (entry.minute, entry.who.as_str(), note(entry.note.clone())));
        let news = read.update.iter().map(|entry| (entry.minute, "jonas", say(entry.text.clone())));
        let mut written: Vec<(i64, &str, Deed)> = notes.chain(news).collect();
        written.sort_by_key(|(minute, ..)| *minute);
        for (minute, who, deed) in written {
            self.script.add(self.at(minute), page(who), MAJOR, deed);
        }
        for (place, (title, team, who)) in tasks.into_iter().enumerate() {
            let task = format!("{MAJOR}/task:{place}");
            let fields = json!({
                "title": title,
                "incident": format!("@{MAJOR}"),
                "team": format!("@team:{team}"),
                "assignee": format!("@person:{who}"),
                "impact": "high",
                "urgency": "high",
            });
            let minute = 8 + i64::try_from(place).unwrap_or(0);
            self.script.add(self.at(minute), page("greta"), &task, create("incident_task", fields));
            self.script.add(self.at(minute + 2), page(who), &task, go("start", json!({})));
            self.script.add(
                self.at(OVER + 3),
                page(who),
                &task,
                go("complete", json!({ "close_notes": "Done until the end of the outage." })),
            );
        }
        self.script.add(
            self.at(OVER),
            page("wiebke"),
            MAJOR,
            Deed::Work(140, "Recovery of the array with the maker".to_owned()),
        );
        let fields = json!({
            "resolution_code": "fixed_by_change",
            "resolution_notes": "The array runs on its second controller with deduplication switched off; all machines are up and checked. The firmware is corrected with {{change:storage-first-aid}} and a second change that follows.",
            "cause_code": "software_defect",
            "configuration_item_confirmed": true,
            "fixed_by_change": format!("@{FIRST_AID}"),
            "outages": ["@outage:bad-mail", "@outage:bad-erp"],
        });
        self.script.add(self.at(OVER + 4), page("wiebke"), MAJOR, go("resolve", fields));
        let fixed = Deed::Link("fixed_by", FIRST_AID.to_owned());
        self.script.add(self.at(OVER + 20), page("greta"), MAJOR, fixed);
        self.script.add(
            self.later(1, 600),
            page("greta"),
            MAJOR,
            Deed::Update(json!({ "problem": format!("@{PROBLEM}") })),
        );
        let caused = Deed::Link("caused_by", PROBLEM.to_owned());
        self.script.add(self.later(1, 601), page("greta"), MAJOR, caused);
        self.script.add(self.later(2, 660), page("greta"), MAJOR, note("Review held with everybody who was there. What went well: the half-hourly news. What did not: the list of machines in their order of starting was a year old."));
        self.script.add(self.later(2, 670), page("greta"), MAJOR, go("close", json!({})));
    }

    fn outages(&mut self, read: &BadDay) {
        let greta = page("greta");
        for (record, service, end) in [("outage:bad-mail", "mail", 124), ("outage:bad-erp", "erp", OVER)] {
            let title = match service {
                "mail" => read.outage_title.clone(),
                _ => "Meridian not available".to_owned(),
            };
            let fields = json!({
                "title": title,
                "description": read.outage_text,
                "type": "unplanned",
                "service": format!("@service:{service}"),
                "configuration_items": [ARRAY],
                "begin_at": self.start.to_string(),
                "expected_end_at": self.at(120).to_string(),
                "incident": format!("@{MAJOR}"),
            });
            self.script.add(self.at(7), greta.clone(), record, create("outage", fields));
            let end_at = json!({ "end_at": self.at(end).to_string() });
            self.script.add(self.at(end + 1), greta.clone(), record, go("end", end_at));
        }
    }

    fn voice(&mut self, place: usize, voice: &Voice) -> anyhow::Result<()> {
        let record = format!("incident:bad-{place}");
        let person = self.world.person(&voice.login)?.clone();
        let text = self.world.fill(&voice.text, &person, &mut self.chance);
        let by = if place % 3 == 1 { mail(&person.login) } else { page(&person.login) };
        let fields = json!({ "title": voice.title, "description": text, "impact": "high", "urgency": "high" });
        self.script.add(self.at(voice.minute), by, &record, create("incident", fields));
        let agent = page(self.world.desk_agent(&person.language, &mut self.chance));
        let minute = voice.minute.max(10) + self.chance.between(2, 9);
        let service = if voice.title.contains("eridian") || voice.text.contains("Meridian") { "erp" } else { "mail" };
        let fields = json!({
            "team": "@team:desk",
            "channel": if place % 3 == 1 { "mail" } else { "portal" },
            "category": "server",
            "symptom": "unavailable",
            "service": format!("@service:{service}"),
            "parent_incident": format!("@{MAJOR}"),
            "outages": [if service == "erp" { "@outage:bad-erp" } else { "@outage:bad-mail" }],
        });
        self.script.add(self.at(minute), agent.clone(), &record, Deed::Update(fields));
        let start = json!({ "assignee": format!("@person:{}", agent.who) });
        self.script.add(self.at(minute), agent.clone(), &record, go("start", start));
        let words = match person.language.as_str() {
            "de" => {
                "wir kennen die Störung und arbeiten mit Hochdruck daran, siehe Statusseite. Bitte den Rechner nicht neu starten, offene Dokumente sind so am sichersten."
            }
            "fr" => {
                "nous connaissons la panne et y travaillons ; les nouvelles sont sur la page d'état toutes les trente minutes."
            }
            _ => {
                "we know of this and work on it with everybody we have. News every half hour on the status page. Please keep your documents open and do not restart."
            }
        };
        let greeting =
            self.phrases.say(&person.language, "greeting", &mut self.chance).replace("{given}", &person.given);
        self.script.add(self.at(minute + 1), agent.clone(), &record, say(format!("{greeting}\n\n{words}")));
        if place.is_multiple_of(4) {
            let words = self.phrases.say(&person.language, "nudge", &mut self.chance).to_owned();
            self.script.add(self.at(minute + 48), page(&person.login), &record, say(words));
        }
        let over = if service == "erp" { OVER } else { 124 };
        let notes = match person.language.as_str() {
            "de" => {
                "Die Störung ist behoben. Bitte Programme, die noch hängen, schließen und neu öffnen. Nichts, was gespeichert war, ging verloren."
            }
            "fr" => {
                "La panne est terminée. Si un programme reste bloqué, fermez-le puis rouvrez-le. Aucune donnée enregistrée n'a été perdue."
            }
            _ => {
                "The outage is over. Close programs that still hang and open them again. Nothing that had been saved was lost."
            }
        };
        let fields = json!({
            "resolution_code": "fixed_by_change",
            "resolution_notes": notes,
            "cause_code": "software_defect",
            "fixed_by_change": format!("@{FIRST_AID}"),
        });
        let solved = over + 6 + self.chance.between(0, 25);
        self.script.add(self.at(solved), agent.clone(), &record, go("resolve", fields));
        if place == 12 {
            let words = "Sorry, half of the files are still read-only for me.".to_owned();
            self.script.add(self.at(over + 60), page(&person.login), &record, go_saying("reopen", json!({}), words));
            let fields = json!({
                "resolution_code": "fixed",
                "resolution_notes": "Your connection to the share was an old one from before the restart. After signing out and in everything is there and writable.",
            });
            self.script.add(self.at(over + 95), agent.clone(), &record, go("resolve", fields));
        }
        self.script.add(
            self.later(1, 610),
            page("greta"),
            &record,
            Deed::Update(json!({ "problem": format!("@{PROBLEM}") })),
        );
        if self.chance.percent(50) {
            let minute = 640 + self.chance.between(0, 200);
            let at = self.later(1, minute);
            let words = self.phrases.say(&person.language, "thanks", &mut self.chance).to_owned();
            self.script.add(at, page(&person.login), &record, say(words));
            let fields = json!({ "satisfaction": self.chance.between(2, 5) });
            self.script.add(at.plus_seconds(20), page(&person.login), &record, go("close", fields));
        } else {
            let at = self.calendar.after(self.at(over + 30), 5 * 630);
            self.script.add(at, steward(Door::Timer), &record, go("close", json!({})));
        }
        Ok(())
    }

    fn first_aid(&mut self) {
        let by = page("wiebke");
        let fields = change_fields(
            "Start controller B of sto-ber-01 with deduplication off",
            "emergency",
            "incident",
            "Mail, files and finance stand still; the maker names this as the only way.",
        );
        self.script.add(self.at(60), by.clone(), FIRST_AID, create("change", fields));
        let plans = self.plans("1. Take controller A out\n2. Boot B with the maker's parameter\n3. Bring volumes online, check\n4. Deduplication stays off", "Paths are seen by all three hosts; a test file is written and read.", "None: the array is down already.", self.at(64), self.at(150));
        self.script.add(self.at(63), by.clone(), FIRST_AID, go("expedite", plans));
        self.script.add(self.at(66), page("dev"), FIRST_AID, note("Ada, Victor and Amir agree on the bridge."));
        self.script.add(self.at(67), page("dev"), FIRST_AID, go("authorize", json!({})));
        self.script.add(self.at(70), by.clone(), FIRST_AID, go("implement", json!({})));
        let fields = json!({ "outcome": "successful", "implementation_notes": "Boot took 19 minutes instead of 6." });
        self.script.add(self.at(BACK + 2), by, FIRST_AID, go("complete", fields));
        let fields = json!({ "review_notes": "Right decision, well written down under pressure. To do: keep the maker's severity-1 number on paper in the emergency handbook." });
        self.script.add(self.later(2, 690), page("dev"), FIRST_AID, go("close", fields));
    }

    fn cure(&mut self) {
        let by = page("wiebke");
        let (start, end) = (self.later(9, 19 * 60), self.later(9, 22 * 60));
        let fields = change_fields(
            "Firmware 9.14.3 on sto-ber-01, deduplication on again",
            "normal",
            "incident",
            "Removes the fault that stopped the array; without it half of the room is lost.",
        );
        self.script.add(self.later(3, 570), by.clone(), CURE, create("change", fields));
        self.script.add(self.later(3, 640), by.clone(), CURE, go("request_assessment", json!({})));
        let plans = self.plans("1. Controller A, wait for takeover\n2. Controller B\n3. Deduplication on for one volume, watch for an hour, then for all", "Takeover in both directions without a pause in I/O above five seconds.", "Return to 9.13.7, which ran for a year without fault.", start, end);
        self.script.add(self.later(3, 700), by.clone(), CURE, go("request_authorization", plans));
        let advice = json!({ "advisory_board_required": true, "advisory_board_recommendation": "Recommended, with the maker on the line.", "conflict_status": "none" });
        self.script.add(self.later(8, 850), page("dev"), CURE, Deed::Update(advice));
        for (minute, member) in [(853, "victor"), (857, "amir")] {
            self.script.add(self.later(8, minute), page(member), CURE, go("authorize", json!({})));
        }
        self.script.add(self.later(8, 860), page("dev"), CURE, go("authorize", json!({})));
        self.script.add(start.plus_seconds(300), by.clone(), CURE, go("implement", json!({})));
        let fields = json!({ "outcome": "successful", "implementation_notes": "Both controllers on 9.14.3, longest pause in I/O two seconds." });
        self.script.add(start.plus_seconds(7_200), by, CURE, go("complete", fields));
        self.script.add(
            self.later(13, 640),
            page("dev"),
            CURE,
            go("close", json!({ "review_notes": "Without any disturbance." })),
        );
    }

    fn problem(&mut self) {
        let katja = page("katja");
        let wiebke = page("wiebke");
        let fields = json!({
            "title": "Storage array stops when deduplication meets a damaged snapshot",
            "description": "Both controllers of sto-ber-01 restarted in turns for an hour and a half; 41 machines stood still.",
            "symptoms": "Panic string “sis_dedup_worker”, loss of all paths on every host within seconds.",
            "service": "@service:files",
            "configuration_items": [ARRAY],
            "impact": "high",
            "urgency": "high",
            "team": "@team:infra",
            "coordinator": "@person:katja",
            "first_reported_by": format!("@{MAJOR}"),
            "major": true,
            "channel": "direct",
        });
        self.script.add(self.later(1, 560), katja.clone(), PROBLEM, create("problem", fields));
        self.script.add(
            self.later(1, 570),
            katja.clone(),
            PROBLEM,
            go("assess", json!({ "assignee": "@person:wiebke" })),
        );
        self.script.add(self.later(1, 575), wiebke.clone(), PROBLEM, go("analyse", json!({})));
        let cause = "A snapshot was made during the firmware update three weeks before and had a wrong reference count. The nightly deduplication of firmware 9.14.1 does not check the count and stops the controller; the partner takes over, meets the same snapshot and stops as well.";
        let fields = json!({
            "root_cause": cause,
            "investigation": "Core dumps of both controllers were read by the maker. The firmware had been updated in the standard way; its release notes did not mention the fault.",
            "causes": [
                { "cause": "Firmware 9.14.1 does not check reference counts", "type": "supplier", "evidence": "Statement of the maker" },
                { "cause": "Both controllers work on the same snapshot", "type": "technical" },
                { "cause": "Order of starting was out of date", "type": "process", "evidence": "Emergency handbook, page 4" },
            ],
        });
        self.script.add(self.later(2, 720), wiebke.clone(), PROBLEM, Deed::Update(fields));
        let workaround = "Leave deduplication off until the firmware is corrected.";
        self.script.add(
            self.later(2, 730),
            katja.clone(),
            PROBLEM,
            go("publish_workaround", json!({ "workaround": workaround })),
        );
        let fields = json!({
            "title": "Storage firmware 9.14.1: both controllers restart during deduplication",
            "symptom": "All paths lost, panic string “sis_dedup_worker”.",
            "error_code": "sis_dedup_worker",
            "root_cause": cause,
            "workaround": workaround,
            "problem": format!("@{PROBLEM}"),
            "service": "@service:files",
            "configuration_items": [ARRAY],
            "domain": "software",
            "vendor": "NetApp",
            "model": "AFF A250",
            "version": "9.14.1",
            "team": "@team:infra",
        });
        self.script.add(self.later(2, 740), katja.clone(), KNOWN, create("known_error", fields));
        self.script.add(self.later(2, 745), katja.clone(), KNOWN, go("publish", json!({})));
        self.script.add(
            self.later(3, 580),
            katja.clone(),
            KNOWN,
            go("schedule_fix", json!({ "fix_change": format!("@{CURE}") })),
        );
        let fields = json!({ "known_error": true, "known_error_record": format!("@{KNOWN}") });
        self.script.add(self.later(3, 581), katja.clone(), PROBLEM, Deed::Update(fields));
        let fields = json!({ "fix_plan": "Firmware 9.14.3, then deduplication volume by volume.", "fix_change": format!("@{CURE}") });
        self.script.add(self.later(3, 590), wiebke.clone(), PROBLEM, go("fix", fields));
        let notes =
            "Firmware 9.14.3 runs on both controllers since the maintenance; deduplication is on again without fault.";
        self.script.add(self.later(13, 600), wiebke, PROBLEM, go("resolve", json!({ "fix_notes": notes })));
        self.script.add(
            self.later(13, 620),
            katja.clone(),
            KNOWN,
            go("fix", json!({ "solution": notes, "fix_version": "9.14.3" })),
        );
        let fields = json!({ "review_outcome": "Firmware of storage waits for six weeks after its release from now on. The order of starting is a runbook article with an owner. A second array is in the budget." });
        self.script.add(self.later(14, 640), katja.clone(), PROBLEM, Deed::Update(fields));
        self.script.add(self.later(14, 650), katja, PROBLEM, go("close", json!({})));
    }

    fn plans(&self, steps: &str, test: &str, back: &str, start: Moment, end: Moment) -> Json {
        json!({
            "implementation_plan": steps,
            "test_plan": test,
            "backout_plan": back,
            "planned_start_at": start.to_string(),
            "planned_end_at": end.to_string(),
        })
    }
}

fn change_fields(title: &str, sort: &str, reason: &str, why: &str) -> Json {
    json!({
        "title": title,
        "description": why,
        "justification": why,
        "change_type": sort,
        "reason": reason,
        "service": "@service:files",
        "impacted_services": ["@service:mail", "@service:files", "@service:erp"],
        "configuration_items": [ARRAY],
        "team": "@team:infra",
        "assignee": "@person:wiebke",
        "impact": "high",
        "urgency": if sort == "emergency" { "high" } else { "medium" },
        "risk": "high",
        "channel": "direct",
    })
}
