//! Incidents of ninety days: reported, talked about, held, solved, some of them again.

use serde_json::{Map, Value as Json, json};
use steward_model::event::Door;
use steward_model::moment::Moment;

use crate::calendar::Calendar;
use crate::chance::Chance;
use crate::files;
use crate::script::{By, Deed, Script, create, go, go_saying, mail, note, page, say, steward};
use crate::stories::{Phrases, Story};
use crate::world::{Person, World};

/// How many have run their course, are being worked on, and came in this morning.
const PAST: usize = 262;
const OPEN: usize = 58;
const FRESH: usize = 15;

/// How it goes with an incident.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// Nobody has looked at it yet.
    New,
    /// It is with a team that has not begun.
    Waiting,
    /// It is being worked on.
    Active,
    /// It is on hold, for this reason.
    Held(&'static str),
    /// It is solved straight away on the telephone.
    FirstContact,
    /// It is solved.
    Solved,
    /// It is solved after a question.
    Asked,
    /// It is solved after a pause for this reason.
    Paused(&'static str),
    /// It comes back once.
    Reopened,
    /// Its requester takes it back.
    Withdrawn,
    /// Another one tells of the same.
    Duplicate,
}

/// The parts that all incidents are written from.
pub(crate) struct Desk<'a> {
    pub(crate) script: &'a mut Script,
    pub(crate) world: &'a mut World,
    pub(crate) calendar: &'a Calendar,
    pub(crate) stories: &'a [Story],
    pub(crate) phrases: &'a Phrases,
    pub(crate) chance: Chance,
    /// The last incident of each story that stayed one, and the company of who told it.
    last_of_story: std::collections::HashMap<String, (String, String)>,
}

impl<'a> Desk<'a> {
    /// The parts put together.
    pub(crate) fn new(
        script: &'a mut Script,
        world: &'a mut World,
        calendar: &'a Calendar,
        stories: &'a [Story],
        phrases: &'a Phrases,
        seed: u64,
    ) -> Self {
        let chance = Chance::new(seed, "incidents");
        Self { script, world, calendar, stories, phrases, chance, last_of_story: Default::default() }
    }

    /// Writes all of them.
    pub(crate) fn write(&mut self) -> anyhow::Result<()> {
        let mut number = 0;
        let mut moments: Vec<Moment> = (0..PAST).map(|_| self.calendar.report(&mut self.chance, -90, -3)).collect();
        moments.sort_unstable();
        for at in moments {
            number += 1;
            let fate = match self.chance.weighted(&[42, 17, 16, 4, 3, 3, 2, 7, 4, 2]) {
                0 => Fate::Solved,
                1 => Fate::FirstContact,
                2 => Fate::Asked,
                3 => Fate::Paused("awaiting_vendor"),
                4 => Fate::Paused("awaiting_change"),
                5 => Fate::Paused("awaiting_evidence"),
                6 => Fate::Paused("awaiting_problem"),
                7 => Fate::Reopened,
                8 => Fate::Withdrawn,
                _ => Fate::Duplicate,
            };
            self.incident(number, at, fate)?;
        }
        const HOLDS: [&str; 5] =
            ["awaiting_requester", "awaiting_vendor", "awaiting_change", "awaiting_problem", "awaiting_evidence"];
        for index in 0..OPEN {
            number += 1;
            let fate = match index % 5 {
                0 | 1 | 3 => Fate::Active,
                _ => Fate::Held(HOLDS[(index / 5 * 2 + index % 5 / 4) % HOLDS.len()]),
            };
            let minutes = match fate {
                Fate::Active => self.chance.between(150, 3_200),
                _ => self.chance.between(500, 7_000),
            };
            self.incident(number, self.calendar.before_now(minutes), fate)?;
        }
        for index in 0..FRESH {
            number += 1;
            let fate = if index % 5 == 4 { Fate::Waiting } else { Fate::New };
            let at = self.calendar.before_now(self.chance.between(4, 230));
            self.incident(number, at, fate)?;
        }
        Ok(())
    }

    fn incident(&mut self, number: usize, at: Moment, fate: Fate) -> anyhow::Result<()> {
        let (story, person, title, text) = self.tell(fate)?;
        let record = format!("incident:{number}");
        let agent = self.world.desk_agent(&person.language, &mut self.chance).to_owned();
        let by_phone = !story.alert
            && !matches!(fate, Fate::New | Fate::Waiting | Fate::Withdrawn)
            && (fate == Fate::FirstContact || self.chance.percent(if story.phone { 60 } else { 14 }));
        let mut telling = Telling { record, story, person, agent, at, by_phone };
        self.report(&mut telling, title, text, fate);
        if fate == Fate::New {
            if self.chance.percent(25) && !telling.story.alert {
                let words = self.phrases.say(&telling.person.language, "nudge", &mut self.chance).to_owned();
                let at = self.calendar.after(telling.at, self.chance.between(20, 90));
                self.script.add(at, page(&telling.person.login), &telling.record, say(words));
            }
            return Ok(());
        }
        self.course(&mut telling, fate);
        if fate != Fate::Duplicate {
            let last = (telling.record, telling.person.company);
            self.last_of_story.insert(telling.story.key, last);
        }
        Ok(())
    }

    /// A story with somebody to tell it, in words that nobody used before.
    fn tell(&mut self, fate: Fate) -> anyhow::Result<(Story, Person, String, String)> {
        for _ in 0..400 {
            let Some(story) = self.chance.pick(self.stories).cloned() else { break };
            let unfit = match fate {
                Fate::Asked | Fate::Held("awaiting_requester") => story.ask.is_empty(),
                Fate::FirstContact => story.alert || story.team != "desk" && !self.chance.percent(30),
                Fate::Withdrawn | Fate::Reopened => story.alert,
                Fate::Duplicate => !self.last_of_story.contains_key(&story.key),
                Fate::Held("awaiting_problem") | Fate::Paused("awaiting_problem") => story.known_error.is_none(),
                _ => false,
            };
            // Monitoring speaks up less often than people do.
            if unfit || story.alert && self.chance.percent(45) {
                continue;
            }
            let person = self.world.requester(&story.companies, &story.lang, &mut self.chance)?.clone();
            let needs_device = story.device.as_deref().is_some_and(|class| matches!(class, "tablet" | "smartphone"));
            let class = story.device.as_deref().unwrap_or_default();
            if needs_device && self.world.device_for(&person, class).is_none_or(|device| device.user != person.login) {
                continue;
            }
            let (title, text) = (self.chance.text(&story.titles), self.chance.text(&story.texts));
            let title = self.world.fill(title, &person, &mut self.chance);
            let text = self.world.fill(text, &person, &mut self.chance);
            if self.world.is_fresh(&format!("{title}\n{}", self.chance_free_prefix(&text))) {
                return Ok((story, person, title, text));
            }
        }
        anyhow::bail!("there are not enough stories")
    }

    /// The first words of a text: two texts that differ only further on count as the same beside the same title.
    fn chance_free_prefix<'t>(&self, text: &'t str) -> &'t str {
        text.char_indices().nth(60).map_or(text, |(end, _)| &text[..end])
    }

    fn report(&mut self, telling: &mut Telling, title: String, text: String, fate: Fate) {
        let Telling { story, person, .. } = &telling.clone();
        let mut fields = Map::new();
        fields.insert("title".to_owned(), json!(title));
        fields.insert("description".to_owned(), json!(text));
        let (impact, urgency) = (story.impact.as_deref(), story.urgency.as_deref());
        let own = story.device.as_deref().and_then(|class| self.world.device_for(person, class));
        let own = own.filter(|device| device.user == person.login).map(|device| format!("@item:{}", device.name));
        let mut add = |more: Json| fields.extend(more.as_object().cloned().unwrap_or_default());
        let by = if story.alert {
            add(self.staff_fields(telling, "monitoring"));
            steward(Door::Alert)
        } else if telling.by_phone {
            let channel = ["phone", "walk_up", "chat"][self.chance.weighted(&[60, 25, 15])];
            add(self.staff_fields(telling, channel));
            add(json!({ "requester": format!("@person:{}", person.login) }));
            page(&telling.agent)
        } else if self.chance.percent(38) {
            mail(&person.login)
        } else {
            add(json!({ "symptom": story.symptom, "impact": impact.unwrap_or("medium") }));
            add(json!({ "urgency": urgency.unwrap_or("medium"), "location": format!("@place:{}", person.place) }));
            if self.chance.percent(70) {
                add(json!({ "service": service_for(story, person) }));
            }
            if let Some(own) = own {
                add(json!({ "configuration_items": [own] }));
            }
            if self.chance.percent(20) {
                add(json!({ "contact": "Best by telephone in the afternoon" }));
            }
            page(&person.login)
        };
        self.script.add(telling.at, by.clone(), &telling.record, create("incident", fields.into()));
        if let Some(sort) = story.file.as_deref().filter(|_| !telling.by_phone && self.chance.percent(70)) {
            let at = telling.at.plus_seconds(self.chance.between(8, 240));
            self.script.add(at, by.clone(), &telling.record, files::of(sort, &mut self.chance));
        }
        // Who wrote from a page or by mail has not been asked for anything that only staff knows: that is for the agent.
        if !story.alert && !telling.by_phone && fate != Fate::New {
            let channel = if by.door == Door::Mail { "mail" } else { "portal" };
            telling.at = self.calendar.after(telling.at, self.chance.between(3, 75));
            let fields = self.staff_fields(telling, channel);
            self.script.add(telling.at, page(&telling.agent), &telling.record, crate::script::Deed::Update(fields));
        }
    }

    /// What an agent of the service desk enters when taking it up.
    fn staff_fields(&mut self, telling: &Telling, channel: &str) -> Json {
        let Telling { story, person, .. } = telling;
        let item = story.item.clone();
        let item = item.or_else(|| {
            let class = story.device.as_deref()?;
            self.world.device_for(person, class).map(|device| device.name.clone())
        });
        json!({
            "channel": channel,
            "category": story.category,
            "symptom": story.symptom,
            "service": format!("@service:{}", story.service),
            "team": format!("@team:{}", story.team),
            "configuration_items": item.map(|name| vec![format!("@item:{name}")]).unwrap_or_default(),
            "impact": story.impact.as_deref().unwrap_or("medium"),
            "urgency": story.urgency.as_deref().unwrap_or("medium"),
        })
    }

    /// What happens after it was reported and taken up.
    fn course(&mut self, telling: &mut Telling, fate: Fate) {
        match fate {
            Fate::New | Fate::Waiting => {}
            Fate::FirstContact => {
                let agent = telling.agent.clone();
                self.begin(telling, &agent, 1);
                self.solve(telling, &agent, true);
            }
            Fate::Withdrawn => self.withdraw(telling),
            Fate::Duplicate => self.close_as_duplicate(telling),
            Fate::Solved => {
                let worker = self.work(telling);
                self.solve(telling, &worker, false);
            }
            Fate::Asked => {
                let worker = self.work(telling);
                self.ask(telling, &worker, true);
                self.solve(telling, &worker, false);
            }
            Fate::Paused(reason) => {
                let worker = self.work(telling);
                self.hold(telling, &worker, reason);
                telling.at = self.calendar.after(telling.at, self.chance.between(700, 3_500));
                self.script.add(telling.at, page(&worker), &telling.record, go("resume", json!({})));
                self.solve(telling, &worker, false);
            }
            Fate::Reopened => {
                let worker = self.work(telling);
                self.solve_only(telling, &worker, false);
                telling.at = self.calendar.after(telling.at, self.chance.between(300, 1_500));
                let words = self.phrases.say(&telling.person.language, "reopen", &mut self.chance).to_owned();
                let requester = page(&telling.person.login);
                self.script.add(telling.at, requester, &telling.record, go_saying("reopen", json!({}), words));
                self.notes(telling, &worker);
                self.solve(telling, &worker, false);
            }
            Fate::Active => {
                let worker = self.work(telling);
                self.promise(telling, &worker);
            }
            Fate::Held("awaiting_requester") => {
                let worker = self.work(telling);
                self.ask(telling, &worker, false);
            }
            Fate::Held(reason) => {
                let worker = self.work(telling);
                self.promise(telling, &worker);
                self.hold(telling, &worker, reason);
            }
        }
    }

    /// Begins work, passes it on where it must, and makes some way; gives who works on it.
    fn work(&mut self, telling: &mut Telling) -> String {
        let worker = self.world.member(&telling.story.team, &telling.person.language, &mut self.chance);
        if telling.story.team != "desk" && !telling.story.alert && self.chance.percent(45) {
            let agent = telling.agent.clone();
            self.begin(telling, &agent, 12);
            telling.at = self.calendar.after(telling.at, self.chance.between(10, 120));
            let words = self.phrases.say(&telling.person.language, "passed", &mut self.chance).to_owned();
            self.script.add(telling.at, page(&agent), &telling.record, note(words));
            let to =
                json!({ "assignee": format!("@person:{worker}"), "team": format!("@team:{}", telling.story.team) });
            self.script.add(telling.at, page(&agent), &telling.record, crate::script::Deed::Update(to));
            telling.at = self.calendar.after(telling.at, self.chance.between(10, 200));
        } else {
            self.begin(telling, &worker, 60);
        }
        self.notes(telling, &worker);
        worker
    }

    fn begin(&mut self, telling: &mut Telling, who: &str, minutes: i64) {
        telling.at = self.calendar.after(telling.at, self.chance.between(1, minutes.max(2)));
        let fields = json!({ "assignee": format!("@person:{who}") });
        self.script.add(telling.at, page(who), &telling.record, go("start", fields));
        if !telling.story.alert && !telling.by_phone {
            let given = telling.person.given.clone();
            let words = self.phrases.letter(&telling.person.language, "taking", &given, &mut self.chance);
            self.script.add(telling.at.plus_seconds(50), page(who), &telling.record, say(words));
        }
    }

    /// Work notes, time spent, a word in between.
    fn notes(&mut self, telling: &mut Telling, worker: &str) {
        let Telling { story, person, .. } = &telling.clone();
        telling.at = self.calendar.after(telling.at, self.chance.between(8, 140));
        if self.chance.percent(80) {
            let words = self.chance.text(&story.notes).to_owned();
            let words = self.world.fill(&words, person, &mut self.chance);
            self.script.add(telling.at, page(worker), &telling.record, note(words));
        }
        if self.chance.percent(45) {
            let words =
                self.chance.text(&["Analysis", "On the telephone with the user", "Remote session", "At the desk"]);
            let minutes = self.chance.between(1, 18) * 5;
            let deed = crate::script::Deed::Work(minutes, words.to_owned());
            self.script.add(telling.at.plus_seconds(30), page(worker), &telling.record, deed);
        }
        if !story.alert && self.chance.percent(18) {
            let at = self.calendar.after(telling.at, self.chance.between(30, 200));
            let words = self.phrases.say(&person.language, "nudge", &mut self.chance).to_owned();
            self.script.add(at, page(&person.login), &telling.record, say(words));
            telling.at = self.calendar.after(at, self.chance.between(5, 60));
            let words = self.phrases.letter(&person.language, "progress", &person.given, &mut self.chance);
            self.script.add(telling.at, page(worker), &telling.record, say(words));
        }
        if self.chance.percent(6) {
            self.script.add(telling.at.plus_seconds(90), page(worker), &telling.record, crate::script::Deed::Watch);
        }
    }

    /// A question to the requester, which holds the work until the answer comes.
    fn ask(&mut self, telling: &mut Telling, worker: &str, answered: bool) {
        let Telling { story, person, .. } = &telling.clone();
        let question = self.chance.text(&story.ask).to_owned();
        let question = self.world.fill(&question, person, &mut self.chance);
        telling.at = self.calendar.after(telling.at, self.chance.between(5, 60));
        let until = self.calendar.after(telling.at, 5 * 630);
        let fields = json!({ "on_hold_reason": "awaiting_requester", "on_hold_until": until.to_string() });
        self.script.add(telling.at, page(worker), &telling.record, go_saying("hold", fields, question));
        if answered {
            telling.at = self.calendar.after(telling.at, self.chance.between(10, 700));
            let words = self.chance.text(&story.answer).to_owned();
            let words = self.world.fill(&words, person, &mut self.chance);
            let by: By = if self.chance.percent(50) { mail(&person.login) } else { page(&person.login) };
            self.script.add(telling.at, by, &telling.record, say(words));
        }
    }

    fn hold(&mut self, telling: &mut Telling, worker: &str, reason: &'static str) {
        let occasion = match reason {
            "awaiting_vendor" => "vendor",
            "awaiting_evidence" => "evidence",
            _ => "change",
        };
        let words = self.phrases.letter(&telling.person.language, occasion, &telling.person.given, &mut self.chance);
        telling.at = self.calendar.after(telling.at, self.chance.between(10, 200));
        let until = self.calendar.after(telling.at, self.chance.between(2, 10) * 630);
        let mut fields = json!({ "on_hold_reason": reason, "on_hold_until": until.to_string() });
        let problem = telling.story.known_error.as_ref().map(|key| format!("problem:{key}"));
        if let Some(problem) = problem.filter(|problem| self.script.is_there(problem, telling.at)) {
            fields["problem"] = json!(format!("@{problem}"));
        }
        let deed = if telling.story.alert { go("hold", fields) } else { go_saying("hold", fields, words) };
        self.script.add(telling.at, page(worker), &telling.record, deed);
    }

    /// A date by which it is to be done: some have passed, some come soon.
    fn promise(&mut self, telling: &mut Telling, worker: &str) {
        let now = self.calendar.now;
        let due = match self.chance.weighted(&[30, 35, 35]) {
            0 => now.plus_seconds(-self.chance.between(600, 140_000)),
            1 => now.plus_seconds(self.chance.between(900, 36_000)),
            _ => self.calendar.after(now, self.chance.between(630, 2_500)),
        };
        let due = due.max(telling.at.plus_seconds(1_800));
        let fields = json!({ "due_at": due.to_string() });
        self.script.add(telling.at, page(worker), &telling.record, crate::script::Deed::Update(fields));
        if self.chance.percent(12) {
            let at = self.calendar.after(telling.at, self.chance.between(20, 300));
            let fields = json!({ "escalated": true, "escalation_reason": "The department head has called twice." });
            self.script.add(at, page("greta"), &telling.record, crate::script::Deed::Update(fields));
        }
    }

    fn solve(&mut self, telling: &mut Telling, worker: &str, at_once: bool) {
        self.solve_only(telling, worker, at_once);
        let Telling { story, person, .. } = &telling.clone();
        if story.alert {
            telling.at = self.calendar.after(telling.at, 3 * 630);
            self.script.add(telling.at, steward(Door::Timer), &telling.record, go("close", json!({})));
        } else if self.chance.percent(if at_once { 25 } else { 58 }) {
            telling.at = self.calendar.after(telling.at, self.chance.between(5, 500));
            let words = self.phrases.say(&person.language, "thanks", &mut self.chance).to_owned();
            let stars = [5, 4, 3, 2][self.chance.weighted(&[55, 30, 11, 4])];
            self.script.add(telling.at, page(&person.login), &telling.record, say(words));
            let fields = json!({ "satisfaction": stars });
            self.script.add(telling.at.plus_seconds(40), page(&person.login), &telling.record, go("close", fields));
        } else {
            telling.at = self.calendar.after(telling.at, 5 * 630);
            self.script.add(telling.at, steward(Door::Timer), &telling.record, go("close", json!({})));
        }
    }

    fn solve_only(&mut self, telling: &mut Telling, worker: &str, at_once: bool) {
        let Telling { story, person, .. } = &telling.clone();
        let minutes = if at_once { self.chance.between(3, 14) } else { self.chance.between(20, 900) };
        telling.at = self.calendar.after(telling.at, minutes);
        let words = self.chance.text(&story.solve).to_owned();
        let words = self.world.fill(&words, person, &mut self.chance);
        let mut fields = json!({
            "resolution_code": story.code,
            "resolution_notes": words,
            "cause_code": story.cause,
            "configuration_item_confirmed": story.item.is_some() || story.device.is_some(),
            "first_contact_resolved": at_once,
        });
        if let Some(key) = &story.known_error {
            let (problem, known) = (format!("problem:{key}"), format!("known_error:{key}"));
            if self.script.is_there(&problem, telling.at) {
                fields["problem"] = json!(format!("@{problem}"));
            }
            if self.script.is_there(&known, telling.at) {
                fields["known_error"] = json!(format!("@{known}"));
                fields["resolution_code"] = json!("workaround");
            }
        }
        let article = story.article.as_ref().map(|key| format!("article:{key}"));
        if let Some(article) =
            article.filter(|article| self.script.is_there(article, telling.at) && self.chance.percent(70))
        {
            fields["knowledge_used"] = json!([format!("@{article}")]);
        }
        let used =
            fields["knowledge_used"][0].as_str().and_then(|article| article.strip_prefix('@')).map(str::to_owned);
        self.script.add(telling.at, page(worker), &telling.record, go("resolve", fields));
        if let Some(article) = used {
            self.script.add(telling.at, page(worker), &telling.record, Deed::Link("answered_with", article));
        }
    }

    fn withdraw(&mut self, telling: &mut Telling) {
        let person = telling.person.clone();
        telling.at = self.calendar.after(telling.at, self.chance.between(5, 90));
        let reason = self.phrases.say(&person.language, "cancel", &mut self.chance).to_owned();
        let fields = json!({ "cancel_reason": reason });
        self.script.add(telling.at, page(&person.login), &telling.record, go("cancel", fields));
    }

    fn close_as_duplicate(&mut self, telling: &mut Telling) {
        let Some((first, company)) = self.last_of_story.get(&telling.story.key).cloned() else { return };
        telling.at = self.calendar.after(telling.at, self.chance.between(5, 60));
        let words = format!(
            "Thank you. We know of this already and work on it under {{{{{first}}}}}; you will hear from us there."
        );
        let agent = page(&telling.agent);
        self.script.add(telling.at, agent.clone(), &telling.record, say(words));
        // Who could not read the other one is not led there.
        let step = match company == telling.person.company {
            true => go("merge", json!({ "duplicate_of": format!("@{first}") })),
            false => go("cancel", json!({ "cancel_reason": "The same is told in another incident" })),
        };
        self.script.add(telling.at, agent.clone(), &telling.record, step);
        self.script.add(telling.at, agent, &telling.record, crate::script::Deed::Link("duplicate_of", first));
    }
}

/// An incident while it is written.
#[derive(Clone)]
struct Telling {
    record: String,
    story: Story,
    person: Person,
    /// Who of the service desk takes it up.
    agent: String,
    at: Moment,
    by_phone: bool,
}

/// The service as a requester can name it: two of them are for one company only.
fn service_for(story: &Story, person: &Person) -> Json {
    let own = matches!(story.service.as_str(), "erp" | "portal");
    if own && person.company != "nwe" { Json::Null } else { json!(format!("@service:{}", story.service)) }
}
