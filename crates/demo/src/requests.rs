//! Service requests: ordered, approved or not, fulfilled in steps.

use anyhow::Context;
use serde::Deserialize;
use serde_json::{Value as Json, json};
use steward_model::event::Door;
use steward_model::moment::Moment;

use crate::calendar::{Calendar, moved};
use crate::chance::Chance;
use crate::script::{Deed, Script, create, go, go_saying, note, page, say, steward};
use crate::stories::Phrases;
use crate::world::{Person, World};

/// How many are finished, and how many are somewhere on their way.
const PAST: usize = 66;
const OPEN: usize = 34;

/// Something that people ask for.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wish {
    key: String,
    #[serde(default = "english")]
    lang: String,
    service: String,
    team: String,
    category: String,
    approval: bool,
    /// Working days until it is delivered.
    days: i64,
    #[serde(default)]
    companies: Vec<String>,
    titles: Vec<String>,
    texts: Vec<String>,
    /// What, price, price each month.
    items: Vec<[String; 3]>,
    /// What is done, by which team.
    steps: Vec<[String; 2]>,
    done: Vec<String>,
    why_not: String,
}

fn english() -> String {
    "en".to_owned()
}

#[derive(Deserialize)]
struct Catalogue {
    wish: Vec<Wish>,
}

/// How far a request comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Until {
    Draft,
    Submitted,
    Approval,
    Approved,
    Work,
    Waiting(&'static str),
    Fulfilled,
    Closed,
    Reopened,
    Rejected,
    Cancelled,
}

struct Shop<'a> {
    script: &'a mut Script,
    world: &'a mut World,
    calendar: &'a Calendar,
    phrases: &'a Phrases,
    chance: Chance,
}

/// Writes all of them.
pub(crate) fn write(
    script: &mut Script,
    world: &mut World,
    calendar: &Calendar,
    phrases: &Phrases,
    seed: u64,
) -> anyhow::Result<()> {
    let catalogue: Catalogue = toml::from_str(include_str!("../data/catalogue.toml")).context("catalogue.toml")?;
    let mut shop = Shop { script, world, calendar, phrases, chance: Chance::new(seed, "requests") };
    for number in 1..=PAST {
        let at = calendar.report(&mut shop.chance, -88, -16);
        let until = match shop.chance.weighted(&[78, 8, 8, 6]) {
            0 => Until::Closed,
            1 => Until::Rejected,
            2 => Until::Cancelled,
            _ => Until::Reopened,
        };
        shop.request(&catalogue, number, at, until)?;
    }
    const OPEN_ONES: [Until; 12] = [
        Until::Work,
        Until::Submitted,
        Until::Approval,
        Until::Waiting("awaiting_stock"),
        Until::Work,
        Until::Draft,
        Until::Approved,
        Until::Waiting("awaiting_requester"),
        Until::Work,
        Until::Fulfilled,
        Until::Waiting("awaiting_supplier"),
        Until::Submitted,
    ];
    for index in 0..OPEN {
        let until = OPEN_ONES[index % OPEN_ONES.len()];
        let minutes = match until {
            Until::Draft | Until::Submitted => shop.chance.between(10, 600),
            Until::Approval | Until::Approved => shop.chance.between(500, 1_500),
            Until::Fulfilled => shop.chance.between(4_500, 6_000),
            _ => shop.chance.between(1_500, 5_000),
        };
        shop.request(&catalogue, PAST + 1 + index, calendar.before_now(minutes), until)?;
    }
    Ok(())
}

impl Shop<'_> {
    fn request(&mut self, catalogue: &Catalogue, number: usize, at: Moment, until: Until) -> anyhow::Result<()> {
        let (wish, person, title, text) = self.wish(catalogue)?;
        let record = format!("request:{number}");
        let me = page(&person.login);
        let lines: Vec<Json> = wish
            .items
            .iter()
            .map(|[item, price, monthly]| {
                json!({ "item": item, "quantity": 1, "price": euros(price), "recurring_price": euros(monthly) })
            })
            .collect();
        let wanted = moved(self.calendar.date(at), wish.days + self.chance.between(3, 14));
        let fields = json!({
            "title": title,
            "description": text,
            "service": match wish.key.as_str() {
                "erp_access" if person.company != "nwe" => Json::Null,
                _ => json!(format!("@service:{}", wish.service)),
            },
            "category": wish.category,
            "location": format!("@place:{}", person.place),
            "cost_centre": (4700 + self.chance.between(1, 89)).to_string(),
            "urgency": self.chance.text(&["medium", "medium", "low", "high"]),
            "impact": "low",
            "needed_by": wanted.to_string(),
        });
        self.script.add(at, me.clone(), &record, create("service_request", fields));
        if until == Until::Draft {
            return Ok(());
        }
        let mut at = at.plus_seconds(self.chance.between(40, 400));
        self.script.add(at, me.clone(), &record, go("submit", json!({})));
        if until == Until::Submitted && number.is_multiple_of(2) {
            return Ok(());
        }
        let agent = self.world.desk_agent(&person.language, &mut self.chance).to_owned();
        at = self.calendar.after(at, self.chance.between(10, 160));
        let taken = json!({ "channel": "portal", "team": format!("@team:{}", wish.team), "lines": lines });
        self.script.add(at, page(&agent), &record, Deed::Update(taken));
        let words = self.phrases.letter(&person.language, "taking", &person.given, &mut self.chance);
        self.script.add(at.plus_seconds(60), page(&agent), &record, say(words));
        if until == Until::Submitted {
            return Ok(());
        }
        self.decide(&wish, &person, &record, &agent, at, until);
        Ok(())
    }

    fn wish(&mut self, catalogue: &Catalogue) -> anyhow::Result<(Wish, Person, String, String)> {
        for _ in 0..400 {
            let Some(wish) = self.chance.pick(&catalogue.wish).cloned() else { break };
            let person = self.world.requester(&wish.companies, &wish.lang, &mut self.chance)?.clone();
            let (title, text) = (self.chance.text(&wish.titles), self.chance.text(&wish.texts));
            let title = self.world.fill(title, &person, &mut self.chance);
            let text = self.world.fill(text, &person, &mut self.chance);
            if self.world.is_fresh(&format!("{title}\n{text}")) {
                return Ok((wish, person, title, text));
            }
        }
        anyhow::bail!("the catalogue is too small")
    }

    fn decide(&mut self, wish: &Wish, person: &Person, record: &str, agent: &str, at: Moment, until: Until) {
        let mut at = self.calendar.after(at, self.chance.between(5, 60));
        if until == Until::Cancelled {
            let reason = json!({ "cancel_reason": "No longer needed, we found another way." });
            self.script.add(at, page(&person.login), record, go("cancel", reason));
            return;
        }
        let asks = wish.approval || matches!(until, Until::Approval | Until::Approved | Until::Rejected);
        if asks {
            self.script.add(at, page(agent), record, go("request_approval", json!({})));
            if until == Until::Approval {
                return;
            }
            at = self.calendar.after(at, self.chance.between(60, 900));
            if until == Until::Rejected {
                let reason = json!({ "rejection_reason": wish.why_not });
                self.script.add(at, page("priya"), record, go("reject", reason));
                return;
            }
            self.script.add(at, page("priya"), record, note("Cost centre owner agreed by mail, filed."));
            self.script.add(at, page("priya"), record, go("approve", json!({})));
            if until == Until::Approved {
                return;
            }
        }
        self.fulfil(wish, person, record, agent, at, until);
    }

    fn fulfil(&mut self, wish: &Wish, person: &Person, record: &str, agent: &str, at: Moment, until: Until) {
        let mut at = self.calendar.after(at, self.chance.between(20, 300));
        let worker = self.world.member(&wish.team, &person.language, &mut self.chance);
        let promised = moved(self.calendar.date(at), wish.days + 2).to_string();
        let fields = json!({ "assignee": format!("@person:{worker}"), "promised_on": promised });
        self.script.add(at, page(&worker), record, go("start", fields));
        let items: Vec<String> = (0..wish.items.len()).map(|place| format!("{record}/item:{place}")).collect();
        for ([what, price, monthly], item) in wish.items.iter().zip(&items) {
            at = at.plus_seconds(45);
            let fields = json!({
                "title": what,
                "service_request": format!("@{record}"),
                "requester": format!("@person:{}", person.login),
                "requested_for": format!("@person:{}", person.login),
                "team": format!("@team:{}", wish.team),
                "assignee": format!("@person:{worker}"),
                "price": euros(price),
                "recurring_price": euros(monthly),
                "promised_on": promised,
                "stage": "Ordered",
            });
            self.script.add(at, page(agent), item, create("request_item", fields));
            self.script.add(at.plus_seconds(900), page(&worker), item, go("start", json!({})));
        }
        let pause = match until {
            Until::Waiting(reason) => Some(reason),
            _ => None,
        };
        let steps = wish.steps.len();
        for (place, [what, team]) in wish.steps.iter().enumerate() {
            let task = format!("{record}/task:{place}");
            at = at.plus_seconds(30);
            let who = self.world.member(team, &person.language, &mut self.chance);
            let fields = json!({
                "title": what,
                "description": format!("For {} ({}).", person.name(), person.title),
                "service_request": format!("@{record}"),
                "request_item": items.first().map(|item| format!("@{item}")),
                "requester": format!("@person:{}", person.login),
                "team": format!("@team:{team}"),
                "assignee": format!("@person:{who}"),
                "order": (place + 1) * 10,
                "planned_effort": "PT45M",
                "due_at": self.calendar.after(at, wish.days * 630).to_string(),
            });
            self.script.add(at, page(agent), &task, create("request_task", fields));
            let stops = matches!(until, Until::Work | Until::Waiting(_)) && place + 1 == steps;
            let begun = self.calendar.after(at, self.chance.between(60, 500));
            if !stops || self.chance.percent(60) {
                self.script.add(begun, page(&who), &task, go("start", json!({})));
            }
            if stops {
                continue;
            }
            at = self
                .calendar
                .after(begun, self.chance.between(60, wish.days * 630 / i64::try_from(steps).unwrap_or(1)));
            let done = json!({ "close_notes": "Done." });
            self.script.add(at, page(&who), &task, go("complete", done));
        }
        if let Some(reason) = pause {
            at = self.calendar.after(at, 90);
            let words = match reason {
                "awaiting_requester" => "When may we come by? Please name two times this week.",
                "awaiting_stock" => "This model is out of stock; the next delivery is announced for next week.",
                _ => "The supplier has confirmed the order and names a delivery time of ten days.",
            };
            let fields = json!({ "waiting_reason": reason });
            self.script.add(at, page(&worker), record, go_saying("wait", fields, words.to_owned()));
            return;
        }
        if until == Until::Work {
            return;
        }
        for item in &items {
            at = at.plus_seconds(60);
            self.script.add(
                at,
                page(&worker),
                item,
                go("complete", json!({ "close_notes": "Handed over.", "stage": "Delivered" })),
            );
        }
        self.finish(wish, person, record, &worker, at, until);
    }

    fn finish(&mut self, wish: &Wish, person: &Person, record: &str, worker: &str, at: Moment, until: Until) {
        let mut at = self.calendar.after(at, self.chance.between(5, 60));
        let words = self.chance.text(&wish.done).to_owned();
        let fields = json!({ "fulfilment_notes": words, "stage": "Delivered" });
        self.script.add(at, page(worker), record, go("fulfil", fields.clone()));
        if until == Until::Fulfilled {
            return;
        }
        if until == Until::Reopened {
            at = self.calendar.after(at, self.chance.between(60, 600));
            let words = "Thank you, but one part is missing: the second cable.".to_owned();
            self.script.add(at, page(&person.login), record, go_saying("reopen", json!({}), words));
            at = self.calendar.after(at, self.chance.between(60, 600));
            self.script.add(at, page(worker), record, go("fulfil", fields));
        }
        if self.chance.percent(55) {
            at = self.calendar.after(at, self.chance.between(30, 900));
            let words = self.phrases.say(&person.language, "thanks", &mut self.chance).to_owned();
            self.script.add(at, page(&person.login), record, say(words));
            let fields = json!({ "receipt_confirmed": true, "satisfaction": self.chance.between(3, 5) });
            self.script.add(at.plus_seconds(30), page(&person.login), record, go("close", fields));
        } else {
            at = self.calendar.after(at, 5 * 630);
            self.script.add(at, steward(Door::Timer), record, go("close", json!({})));
        }
    }
}

fn euros(amount: &str) -> Json {
    json!({ "amount": amount, "currency": "EUR" })
}
