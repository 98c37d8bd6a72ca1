//! What was there before the first record of work: companies, places, people, teams, services, priority matrices.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context;
use serde::Deserialize;
use serde_json::{Value as Json, json};
use steward_model::event::Door;
use steward_model::moment::Moment;

use crate::calendar::{Calendar, moved};
use crate::chance::Chance;
use crate::script::{Deed, Script, go, page, steward};
use crate::table::{Row, cell};
use crate::world::{Person, World};

/// Who manages whom where the table does not say: the head of a place or company.
const HEADS: [(&str, &str); 12] = [
    ("ber-1", "ada"),
    ("ber-2", "william.ashworth"),
    ("ber-3", "marcus.thornbury"),
    ("ber-4", "michael.osullivan"),
    ("ber-5", "anneliese.doernbergrautenkranz"),
    ("ham-1", "ada"),
    ("ham-2", "lotte.bakker"),
    ("lei-1", "andrej.petrovic"),
    ("lei-2", "dorothea.winkelmann"),
    ("dessau", "andrej.petrovic"),
    ("lyo-1", "amelie.girard"),
    ("lyo-w", "bastien.lefevre"),
];

#[derive(Deserialize)]
struct Services {
    service: Vec<Service>,
}

/// A service and what is offered of it.
#[derive(Deserialize)]
struct Service {
    key: String,
    name: String,
    #[serde(rename = "type")]
    sort: String,
    family: String,
    owner: String,
    team: String,
    criticality: String,
    hours: String,
    availability: String,
    users: i64,
    depends_on: Vec<String>,
    description: String,
    value: String,
    offering: Vec<Offering>,
}

#[derive(Deserialize)]
struct Offering {
    name: String,
    level: String,
    price: String,
    unit: String,
    response: String,
    delivery: String,
    description: String,
}

/// Writes the steps, from `start` on.
pub(crate) fn write(
    script: &mut Script,
    world: &World,
    calendar: &Calendar,
    seed: u64,
    start: Moment,
) -> anyhow::Result<()> {
    let mut chance = Chance::new(seed, "foundation");
    let at = |minute: i64| start.plus_seconds(minute * 60);
    companies(script, world, at(0));
    places(script, world, at(20));
    people(script, world, calendar, &mut chance, at(40))?;
    teams(script, world, at(90));
    services(script, world, calendar, &mut chance, at(120))?;
    matrices(script, at(180));
    Ok(())
}

fn new(kind: &'static str, company: &str, fields: Json) -> Deed {
    Deed::Create { kind, company: company.to_owned(), fields, links: Vec::new() }
}

fn companies(script: &mut Script, world: &World, at: Moment) {
    for row in &world.companies {
        let key = cell(row, "key");
        let parent = Some(cell(row, "part of")).filter(|parent| !parent.is_empty());
        let fields = json!({
            "name": cell(row, "name"),
            "code": cell(row, "code"),
            "type": cell(row, "type"),
            "parent": parent.map(|parent| format!("@org:{parent}")),
            "domains": [{ "domain": cell(row, "domain") }],
            "language": cell(row, "language"),
            "time_zone": cell(row, "time zone"),
            "website": cell(row, "website"),
            "phone": cell(row, "phone"),
            "mail": cell(row, "mail"),
            "address": cell(row, "address"),
            "delivery_model": cell(row, "delivery model"),
            "agent_notes": cell(row, "notes"),
            "review_cycle": if key == "clm" { "quarterly" } else { "half_yearly" },
            "health_score": if key == "clm" { 74 } else { 88 },
        });
        script.add_at_once(at, steward(Door::System), &format!("org:{key}"), new("organisation", "", fields));
    }
}

fn places(script: &mut Script, world: &World, at: Moment) {
    for row in &world.places {
        let parent = Some(cell(row, "part of")).filter(|parent| !parent.is_empty());
        let fields = json!({
            "name": cell(row, "name"),
            "code": cell(row, "code"),
            "type": cell(row, "type"),
            "parent": parent.map(|parent| format!("@place:{parent}")),
            "city": cell(row, "city"),
            "postal_code": cell(row, "postal code"),
            "country": cell(row, "country"),
            "address": cell(row, "address"),
            "time_zone": if cell(row, "country") == "France" { "Europe/Paris" } else { "Europe/Berlin" },
        });
        let handle = format!("place:{}", cell(row, "key"));
        script.add_at_once(at, steward(Door::System), &handle, new("location", cell(row, "company"), fields));
    }
}

/// Who manages somebody.
pub(crate) fn manager<'w>(world: &'w World, person: &Person) -> Option<&'w str> {
    let title = person.title.as_str();
    let head = match title {
        "Chief Executive Officer" => return None,
        _ if title.starts_with("HR ") || title == "Recruiter" => "sven.albrecht",
        _ if ["Content Editor", "Event Manager", "Designer"].contains(&title) => "hanna.lehtonen",
        _ if title.starts_with("Managing Director") || title.starts_with("Chief") || title.starts_with("Head of") => {
            match person.company.as_str() {
                "clm" if title == "Managing Director" => return None,
                "clm" => "amelie.girard",
                "ngs" if title != "Managing Director" => "dorothea.winkelmann",
                _ if person.login == "ada" => "nadia.elkhatib",
                _ => "anneliese.doernbergrautenkranz",
            }
        }
        "Service Desk Agent" => "priya",
        _ if title.starts_with("Control Room") || title.starts_with("Grid Technician") => "andrej.petrovic",
        _ => HEADS.iter().find(|(place, _)| *place == person.place).map(|(_, head)| *head)?,
    };
    world
        .people
        .iter()
        .find(|other| other.login == head && other.login != person.login)
        .map(|other| other.login.as_str())
}

fn people(
    script: &mut Script,
    world: &World,
    calendar: &Calendar,
    chance: &mut Chance,
    at: Moment,
) -> anyhow::Result<()> {
    let mut waiting: Vec<&Person> = world.people.iter().collect();
    let mut made = BTreeSet::new();
    while !waiting.is_empty() {
        let before = waiting.len();
        let mut later = Vec::new();
        for person in waiting {
            let manager = manager(world, person);
            if manager.is_some_and(|manager| !made.contains(manager)) {
                later.push(person);
                continue;
            }
            made.insert(person.login.as_str());
            let fields = person_fields(world, person, manager, calendar, chance);
            let handle = format!("person:{}", person.login);
            script.add_at_once(at, steward(Door::Import), &handle, new("person", &person.company, fields));
        }
        anyhow::ensure!(later.len() < before, "people manage each other in a circle");
        waiting = later;
    }
    Ok(())
}

fn person_fields(
    world: &World,
    person: &Person,
    manager: Option<&str>,
    calendar: &Calendar,
    chance: &mut Chance,
) -> Json {
    let place: BTreeMap<&str, &Row> = world.places.iter().map(|row| (cell(row, "key"), row)).collect();
    let country = place.get(person.place.as_str()).map(|row| cell(row, "country")).unwrap_or_default();
    let domain = world.companies.iter().find(|row| cell(row, "key") == person.company);
    let number = chance.between(1000, 9899);
    let roles: Vec<Json> = person
        .roles
        .iter()
        .map(|(role, company)| match company.as_str() {
            "" => json!({ "role": role }),
            company => json!({ "role": role, "organisation": format!("@org:{company}") }),
        })
        .collect();
    json!({
        "given_name": person.given,
        "family_name": person.family,
        "login": person.login,
        "mail": format!("{}@{}", person.login, domain.map(|row| cell(row, "domain")).unwrap_or_default()),
        "phone": if country == "France" { format!("+33 4 78 55 {number}") } else { format!("+49 30 555 {number}") },
        "title": person.title,
        "manager": manager.map(|login| format!("@person:{login}")),
        "location": format!("@place:{}", person.place),
        "cost_centre": (4700 + chance.between(1, 89)).to_string(),
        "language": person.language,
        "time_zone": if country == "France" { "Europe/Paris" } else { "Europe/Berlin" },
        "preferred_channel": chance.text(&["mail", "portal", "phone", "chat"]),
        "vip": person.title.starts_with("Chief") || person.title.starts_with("Managing Director"),
        "start_on": moved(calendar.day(0), -chance.between(240, 5000)).to_string(),
        "roles": roles,
    })
}

fn teams(script: &mut Script, world: &World, at: Moment) {
    for team in &world.teams {
        let members: Vec<String> = team.members.iter().map(|login| format!("@person:{login}")).collect();
        let fields = json!({
            "name": team.name,
            "description": team.description,
            "type": team.sort,
            "support_level": team.support_level,
            "parent": team.parent.as_ref().map(|parent| format!("@team:{parent}")),
            "lead": format!("@person:{}", team.lead),
            "members": members,
            "mail": team.mail,
            "phone": team.phone,
            "queue_rules": team.queue_rules,
            "time_zone": "Europe/Berlin",
        });
        script.add_at_once(at, steward(Door::System), &format!("team:{}", team.key), new("team", "nwe", fields));
    }
}

fn services(
    script: &mut Script,
    world: &World,
    calendar: &Calendar,
    chance: &mut Chance,
    at: Moment,
) -> anyhow::Result<()> {
    let read: Services = toml::from_str(include_str!("../data/services.toml")).context("services.toml")?;
    let everybody: Vec<String> = world.companies.iter().map(|row| format!("@org:{}", cell(row, "key"))).collect();
    // A service that others depend on comes first.
    let mut waiting: Vec<&Service> = read.service.iter().collect();
    let mut made: BTreeSet<&str> = BTreeSet::new();
    while !waiting.is_empty() {
        let (ready, later): (Vec<&Service>, Vec<&Service>) =
            waiting.iter().partition(|service| service.depends_on.iter().all(|key| made.contains(key.as_str())));
        anyhow::ensure!(!ready.is_empty(), "services depend on each other in a circle");
        for service in ready {
            made.insert(&service.key);
            let own = service.key == "erp" || service.key == "portal";
            let customers = if own { everybody[..1].to_vec() } else { everybody.clone() };
            let since = moved(calendar.day(0), -chance.between(300, 2400)).to_string();
            write_service(script, service, &customers, &since, at);
        }
        waiting = later;
    }
    Ok(())
}

fn write_service(script: &mut Script, service: &Service, customers: &[String], since: &str, at: Moment) {
    let handle = format!("service:{}", service.key);
    let needed: Vec<String> = service.depends_on.iter().map(|key| format!("@service:{key}")).collect();
    let links = service.depends_on.iter().map(|key| ("depends_on".to_owned(), format!("service:{key}"))).collect();
    let fields = json!({
        "name": service.name,
        "description": service.description,
        "value": service.value,
        "type": service.sort,
        "family": service.family,
        "owner": format!("@person:{}", service.owner),
        "support_team": format!("@team:{}", service.team),
        "change_team": format!("@team:{}", service.team),
        "provider": "@org:nwe",
        "customers": customers,
        "depends_on": needed,
        "criticality": service.criticality,
        "user_count": service.users,
        "hours": service.hours,
        "availability_target": service.availability,
        "recovery_time": if service.criticality == "critical" { "PT4H" } else { "PT24H" },
        "recovery_point": "PT24H",
    });
    let create = Deed::Create { kind: "service", company: "nwe".to_owned(), fields, links };
    script.add_at_once(at, page("luis"), &handle, create);
    script.add_at_once(at.plus_seconds(1200), page("luis"), &handle, go("go_live", json!({ "live_since": since })));
    for offering in &service.offering {
        let name = format!("offering:{}", offering.name);
        let fields = json!({
            "name": offering.name,
            "service": format!("@{handle}"),
            "description": offering.description,
            "level": offering.level,
            "hours": service.hours,
            "availability": service.availability,
            "maintenance_window": "Thursdays 19:00–23:00",
            "response_time": offering.response,
            "delivery_time": offering.delivery,
            "support_team": format!("@team:{}", service.team),
            "price": { "amount": offering.price, "currency": "EUR" },
            "price_unit": offering.unit,
            "entitled_organisations": customers,
        });
        script.add_at_once(at.plus_seconds(1800), page("luis"), &name, new("service_offering", "nwe", fields));
        script.add_at_once(at.plus_seconds(2400), page("luis"), &name, go("publish", json!({})));
    }
}

fn matrices(script: &mut Script, at: Moment) {
    let levels = ["high", "medium", "low"];
    let rows = |priorities: [&str; 9]| -> Vec<Json> {
        let pairs = levels.iter().flat_map(|impact| levels.iter().map(move |urgency| (impact, urgency)));
        pairs
            .zip(priorities)
            .map(|((impact, urgency), priority)| json!({ "impact": impact, "urgency": urgency, "priority": priority }))
            .collect()
    };
    let standard = ["critical", "high", "moderate", "high", "moderate", "low", "moderate", "low", "low"];
    let grid = ["critical", "critical", "high", "critical", "high", "moderate", "high", "moderate", "low"];
    let all = json!({
        "name": "Standard",
        "description": "For everything without a matrix of its own.",
        "rows": rows(standard),
    });
    script.add_at_once(at, page("greta"), "matrix:standard", new("priority_matrix", "nwe", all));
    let field = json!({
        "name": "Grid operation",
        "description": "Technicians in the field must not wait: one step higher than the standard.",
        "for_service": "@service:field",
        "kinds": [{ "kind": "incident" }],
        "rows": rows(grid),
    });
    script.add_at_once(at, page("greta"), "matrix:grid", new("priority_matrix", "nwe", field));
    calendars(script, at);
}

/// When people work: the office in Berlin, the one in Lyon that is based on nothing of it, the control room at night.
fn calendars(script: &mut Script, at: Moment) {
    let week = |days: &[&str], hours: &[(&str, &str)]| -> Vec<Json> {
        let spans = |day: &&str| -> Vec<Json> {
            hours.iter().map(|(opens, closes)| json!({ "day": day, "opens": opens, "closes": closes })).collect()
        };
        days.iter().flat_map(spans).collect()
    };
    let workdays = ["monday", "tuesday", "wednesday", "thursday", "friday"];
    let every_day = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let berlin = json!({
        "name": "Office hours Berlin",
        "description": "When offices are staffed and most promises are counted.",
        "zone": "Europe/Berlin",
        "hours": week(&workdays, &[("08:00", "17:00")]),
        "holiday_sets": [{ "country": "de", "region": "be" }],
        "holidays": [
            { "name": "Heiligabend", "date": "2020-12-24", "every_year": true },
            { "name": "Silvester", "date": "2020-12-31", "every_year": true },
        ],
    });
    let desk = json!({
        "name": "Service desk",
        "description": "The desk opens earlier and closes later than the offices; half of it works between the years.",
        "parent": "@calendar:berlin",
        "hours": week(&workdays, &[("07:00", "19:00")]),
        "exceptions": [
            { "first": "2026-12-28", "last": "2026-12-30", "effect": "hours", "opens": "09:00", "closes": "13:00", "name": "Between the years" },
        ],
    });
    let lyon = json!({
        "name": "Office hours Lyon",
        "zone": "Europe/Paris",
        "hours": week(&workdays, &[("09:00", "12:30"), ("14:00", "18:00")]),
        "holiday_sets": [{ "country": "fr" }],
    });
    let night = json!({
        "name": "Control room, night shift",
        "description": "Every night, holidays or not. In the night in which clocks change it has seven hours or nine.",
        "zone": "Europe/Berlin",
        "hours": week(&every_day, &[("22:00", "06:00")]),
    });
    for (key, fields) in [("berlin", berlin), ("desk", desk), ("lyon", lyon), ("night", night)] {
        script.add_at_once(at, page("greta"), &format!("calendar:{key}"), new("calendar", "nwe", fields));
    }
    schedules(script, at);
}

/// What is done again and again.
fn schedules(script: &mut Script, at: Moment) {
    let backups = json!({
        "title": "Check last week's backups",
        "description": "Restore one file from each backup set and note how long it took.",
        "repeat": "weekly",
        "weekdays": [{ "day": "monday" }],
        "starts_on": "2026-01-05",
        "at_time": "08:00",
        "calendar": "@calendar:berlin",
        "when_closed": "next",
        "for_kind": "task",
        "values": [{ "field": "title", "value": "Check backups of {{week}}" }],
    });
    let accounts = json!({
        "title": "Review privileged accounts",
        "description": "Each quarter: who has administrative rights, and do they still need them?",
        "repeat": "rule",
        "rule": "FREQ=MONTHLY;INTERVAL=3;BYDAY=1TU",
        "starts_on": "2026-01-01",
        "at_time": "09:00",
        "calendar": "@calendar:berlin",
        "when_closed": "next",
        "for_kind": "task",
        "values": [{ "field": "title", "value": "Review privileged accounts, {{month}}" }],
    });
    for (key, fields) in [("backups", backups), ("accounts", accounts)] {
        script.add_at_once(at, page("greta"), &format!("schedule:{key}"), new("schedule", "nwe", fields));
    }
}
