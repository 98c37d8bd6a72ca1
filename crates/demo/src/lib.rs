//! The demonstration organisation: data as text, made into records by the same commands that people give.
//!
//! An energy company with its subsidiary and a customer, 120 people, and ninety days of work that end now. The words
//! lie in `data/`; the modules put them into a script of steps, which is played in the order of time.

mod absences;
mod agreements;
mod approvals;
mod article_files;
mod articles;
mod badday;
mod calendar;
mod chance;
mod changes;
mod devices;
mod files;
mod flows;
mod foundation;
mod incidents;
mod items;
mod knowledge;
mod notices;
mod offers;
mod operations;
mod play;
mod problems;
mod requests;
mod rules;
mod script;
mod stories;
mod sundry;
mod table;
mod time;
mod world;

use std::collections::BTreeSet;

use anyhow::Context;
use rand::seq::IndexedRandom;
use serde_json::json;
use steward_app::App;
use steward_app::list::{Counting, ListRequest};
use steward_model::access::Actor;
use steward_model::event::Door;
use steward_model::moment::Moment;

use crate::calendar::Calendar;
use crate::play::Player;
use crate::script::{Script, Step, create, go, steward};
use crate::stories::Phrases;
use crate::world::World;

/// The seed of what `steward demo` loads.
pub const SEED: u64 = 1;

/// Title of the task that stands open while the demonstration is loaded.
pub const TASK: &str = "Load the demonstration organisation";

/// Days before now at which the installation began.
const FOUNDED: i64 = 190;

/// Who can sign in, and what for.
const LOGINS: [(&str, &str); 12] = [
    ("ada", "administrator"),
    ("ben", "service desk agent"),
    ("chloe", "agent in the network team"),
    ("dev", "change manager"),
    ("ella", "requester in Berlin"),
    ("finn", "requester in Hamburg"),
    ("greta", "incident manager"),
    ("hugo", "organisation manager of the customer Clairmont"),
    ("ines", "auditor"),
    ("jonas", "knowledge manager"),
    ("katja", "problem manager"),
    ("luis", "configuration and catalogue manager"),
];

/// Words of the passphrase that all demonstration accounts share.
const WORDS: [&str; 24] = [
    "amber", "basalt", "cedar", "delta", "ember", "fjord", "garnet", "harbor", "indigo", "juniper", "kelp", "lagoon",
    "meadow", "nectar", "orchid", "pebble", "quartz", "ribbon", "saffron", "tundra", "umber", "velvet", "willow",
    "zephyr",
];

/// An account that can sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Login {
    /// Name for signing in.
    pub login: String,
    /// Name of the person.
    pub name: String,
    /// What the account shows.
    pub role: String,
}

/// What was loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loaded {
    /// Who can sign in.
    pub logins: Vec<Login>,
    /// Their passphrase, random in each installation.
    pub passphrase: String,
}

/// Loads the demonstration into an empty database; `None` when it holds people already, the demonstration's or others.
/// `progress` hears how many steps are done, and of how many.
///
/// # Errors
/// What refused a step; and when an earlier load broke off, since what it left is neither empty nor whole.
pub async fn load_when_empty(
    app: &App,
    seed: u64,
    progress: &mut (dyn FnMut(usize, usize) + Send),
) -> anyhow::Result<Option<Loaded>> {
    if is_unfinished(app).await? {
        anyhow::bail!(
            "loading the demonstration broke off before its end; delete the data folder, or the PostgreSQL database, \
             and start again"
        );
    }
    if !is_empty(app, "person", None).await? {
        return Ok(None);
    }
    load(app, seed, progress).await.map(Some).context("the demonstration could not be loaded")
}

async fn load(app: &App, seed: u64, progress: &mut (dyn FnMut(usize, usize) + Send)) -> anyhow::Result<Loaded> {
    let world = World::read()?;
    let logins = LOGINS
        .into_iter()
        .map(|(login, role)| {
            let name = world.person(login)?.name();
            Ok(Login { login: login.to_owned(), name, role: role.to_owned() })
        })
        .collect::<anyhow::Result<Vec<Login>>>()?;
    let now = app.now();
    let steps = write(world, now, seed)?;
    let total = steps.len() + LOGINS.len();
    let mut player = Player::new(app);
    player.play(&steps, &mut |done| progress(done, total)).await?;
    notices::choose(app, player.id_of("person:chloe").context("everybody is there")?).await?;
    let passphrase = passphrase();
    for (done, (login, _)) in LOGINS.into_iter().enumerate() {
        let person = player.id_of(&format!("person:{login}")).context("everybody is there")?;
        app.set_password(person, &passphrase).await?;
        progress(steps.len() + done + 1, total);
    }
    // Only now is it whole.
    let done = Step {
        at: now,
        by: steward(Door::System),
        record: "task:load".to_owned(),
        deed: go("complete", json!({ "close_notes": format!("{} steps, seed {seed}.", steps.len()) })),
    };
    player.play(&[done], &mut |_| {}).await?;
    Ok(Loaded { logins, passphrase })
}

/// The whole script.
fn write(mut world: World, now: Moment, seed: u64) -> anyhow::Result<Vec<Step>> {
    let calendar = Calendar::new(now);
    let start = calendar.at(calendar.working_day(-FOUNDED), 8 * 60);
    let stories = stories::read()?;
    let phrases = Phrases::read()?;
    let mut script = Script::new(now);
    foundation::write(&mut script, &world, &calendar, seed, start)?;
    // After the companies and before everybody else: from here on a load that breaks off can be told.
    let task =
        json!({ "title": TASK, "description": "Stands open until the last record of the demonstration is there." });
    script.add_at_once(start.plus_seconds(60), steward(Door::System), "task:load", create("task", task));
    let items_at = start.plus_seconds(4 * 3600);
    let named = items::write(&mut script, &calendar, seed, items_at)?;
    devices::write(&mut script, &mut world, &calendar, seed, items_at.plus_seconds(600), named);
    agreements::write(&mut script, start);
    time::write(&mut script, start);
    approvals::write(&mut script, start, now);
    offers::write(&mut script, &world, &calendar, items_at.plus_seconds(3 * 3600))?;
    articles::write(&mut script, &calendar, seed)?;
    knowledge::write(&mut script, &calendar, seed);
    problems::write(&mut script, &calendar, seed)?;
    changes::write(&mut script, &calendar, seed)?;
    operations::write(&mut script, &calendar, start);
    sundry::write(&mut script, &calendar, seed)?;
    rules::write(&mut script, &calendar)?;
    notices::write(&mut script, &calendar)?;
    absences::write(&mut script, &calendar);
    flows::write(&mut script, &world, &calendar)?;
    badday::write(&mut script, &world, &calendar, &phrases, seed)?;
    incidents::Desk::new(&mut script, &mut world, &calendar, &stories, &phrases, seed).write()?;
    requests::write(&mut script, &mut world, &calendar, &phrases, seed)?;
    Ok(whole(script.into_steps()))
}

/// The steps without those that would name a record that does not come to be before now.
fn whole(steps: Vec<Step>) -> Vec<Step> {
    let mut there: BTreeSet<String> = BTreeSet::new();
    let mut kept = Vec::with_capacity(steps.len());
    for step in steps {
        if step.deed.is_birth() {
            there.insert(step.record.clone());
        }
        if there.contains(&step.record) {
            kept.push(step);
        }
    }
    kept
}

async fn is_unfinished(app: &App) -> anyhow::Result<bool> {
    Ok(!is_empty(app, "task", Some(format!("title == \"{TASK}\" && state == \"open\""))).await?)
}

async fn is_empty(app: &App, kind: &str, filter: Option<String>) -> anyhow::Result<bool> {
    let kind = app.kind(kind)?.clone();
    let request = ListRequest { filter, limit: 1, count: Counting::Off, ..ListRequest::default() };
    Ok(app.list(&Actor::system(), &kind, &request).await?.records.is_empty())
}

/// Five random words: nobody can guess it from another installation's.
fn passphrase() -> String {
    let mut random = rand::rng();
    let words: Vec<&str> = (0..5).filter_map(|_| WORDS.choose(&mut random).copied()).collect();
    words.join("-")
}

#[cfg(test)]
mod tests {
    use serde_json::Value as Json;

    use super::*;
    use crate::script::Deed;

    fn steps(now: &str, seed: u64) -> Vec<Step> {
        write(World::read().unwrap(), Moment::parse(now).unwrap(), seed).unwrap()
    }

    /// Handles that a value names, and those in its texts.
    fn handles(value: &Json, found: &mut Vec<String>) {
        match value {
            Json::String(text) => match text.strip_prefix('@') {
                Some(handle) => found.push(handle.to_owned()),
                None => {
                    // What has no colon is a variable of a canned text.
                    let names = text.split("{{").skip(1).filter_map(|rest| Some(rest.split_once("}}")?.0.to_owned()));
                    found.extend(names.filter(|name| name.contains(':')))
                }
            },
            Json::Array(items) => items.iter().for_each(|item| handles(item, found)),
            Json::Object(fields) => fields.values().for_each(|value| handles(value, found)),
            _ => {}
        }
    }

    /// Every step names only what is there by then, whenever the demonstration is loaded.
    #[test]
    fn steps_come_in_order_and_name_what_is_there() {
        for (now, seed) in [
            ("2026-03-02T09:20:00Z", 1),
            ("2026-03-01T02:00:00Z", 1),
            ("2026-07-15T15:59:00Z", 2),
            ("2026-10-25T00:30:00Z", 3),
            ("2027-01-01T23:10:00Z", 4),
        ] {
            let mut there = BTreeSet::new();
            let mut before = Moment(i64::MIN);
            for step in steps(now, seed) {
                assert!(before <= step.at && step.at <= Moment::parse(now).unwrap(), "{now}: {step:?}");
                before = step.at;
                let mut named = Vec::new();
                match &step.deed {
                    Deed::Create { fields, links, company, .. } => {
                        handles(fields, &mut named);
                        named.extend(links.iter().map(|(_, target)| target.clone()));
                        named.extend(Some(format!("org:{company}")).filter(|_| !company.is_empty()));
                    }
                    Deed::Order { item, answers, .. } => {
                        named.push(item.clone());
                        handles(&Json::Object(answers.clone()), &mut named);
                    }
                    Deed::Update(fields) => handles(fields, &mut named),
                    Deed::Move { fields, words, .. } => {
                        handles(fields, &mut named);
                        handles(&Json::from(words.as_ref().map_or("", |(_, words)| words)), &mut named);
                    }
                    Deed::Say(_, words) | Deed::Work(_, words) => handles(&Json::from(words.as_str()), &mut named),
                    Deed::Link(_, target) => named.push(target.clone()),
                    Deed::Attach(..) | Deed::Watch | Deed::Step(..) | Deed::Vote { .. } | Deed::Flag { .. } => {}
                }
                for handle in named {
                    assert!(there.contains(&handle), "{now}: {handle} is not there yet: {step:?}");
                }
                if step.deed.is_birth() {
                    assert!(there.insert(step.record.clone()), "{now}: {} comes twice", step.record);
                }
                assert!(there.contains(&step.record), "{now}: {step:?}");
            }
        }
    }

    #[test]
    fn the_seed_decides() {
        let text = |seed| format!("{:?}", steps("2026-03-02T09:20:00Z", seed));
        assert_eq!(text(1), text(1));
        assert_ne!(text(1), text(2));
    }
}
