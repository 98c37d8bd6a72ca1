//! The demonstration organisation, made by the same commands that people give.

use std::sync::Arc;

use anyhow::Context;
use rand::seq::IndexedRandom;
use serde_json::{Map, Value, json};
use steward_app::App;
use steward_app::list::{Counting, ListRequest};
use steward_app::records::{NewRecord, Origin, Request};
use steward_app::setup::NewUser;
use steward_model::access::Actor;
use steward_model::command::{Command, NewComment, Transition};
use steward_model::event::{Audience, Door};

use crate::config::Config;
use crate::{explain, wiring};

/// Login, name, role.
const PEOPLE: [(&str, &str, &str); 6] = [
    ("ada", "Ada Okafor", "administrator"),
    ("ben", "Ben Lindqvist", "service_desk_agent"),
    ("chloe", "Chloe Marchetti", "agent"),
    ("dev", "Dev Raman", "change_manager"),
    ("ella", "Ella Novak", "requester"),
    ("finn", "Finn Aaltonen", "requester"),
];

/// Team, its members by login.
const TEAMS: [(&str, &[&str]); 3] =
    [("Service desk", &["ben"]), ("Network", &["chloe"]), ("Workplace", &["ben", "chloe"])];

/// Service, its owner, what people get from it.
const SERVICES: [(&str, &str, &str); 4] = [
    ("Mail and calendar", "dev", "Send, receive and plan, on every device."),
    ("Office network", "chloe", "Wired and wireless access in all offices."),
    ("Workplace", "ben", "A computer that is ready to work with, and help when it is not."),
    ("Payroll", "dev", "Everybody is paid on the 25th."),
];

/// Item, class, service.
const ITEMS: [(&str, &str, &str); 5] = [
    ("mail-01", "server", "Mail and calendar"),
    ("mail-db", "database", "Mail and calendar"),
    ("sw-berlin-3f", "switch", "Office network"),
    ("payroll-app", "application", "Payroll"),
    ("lap-0417", "laptop", "Workplace"),
];

/// Title, what the requester wrote, requester, service, impact, urgency.
const INCIDENTS: [(&str, &str, &str, &str, &str, &str); 8] = [
    (
        "Mail is slow since this morning",
        "Opening a message takes half a minute.",
        "ella",
        "Mail and calendar",
        "medium",
        "high",
    ),
    (
        "No wireless on the third floor",
        "Nobody on our floor gets a connection.",
        "finn",
        "Office network",
        "high",
        "high",
    ),
    (
        "Laptop does not wake up",
        "The screen stays black after the lid was closed.",
        "ella",
        "Workplace",
        "low",
        "medium",
    ),
    (
        "Calendar invitations arrive twice",
        "Each invitation comes two times.",
        "finn",
        "Mail and calendar",
        "low",
        "low",
    ),
    ("Payslip cannot be opened", "The page says that my session has ended.", "ella", "Payroll", "low", "high"),
    ("Printer queue is stuck", "Twelve jobs wait, nothing prints.", "finn", "Workplace", "medium", "medium"),
    (
        "Shared mailbox is gone",
        "The mailbox of the events team is not shown any more.",
        "ella",
        "Mail and calendar",
        "medium",
        "medium",
    ),
    ("Video calls break off", "After about ten minutes, every time.", "finn", "Office network", "medium", "low"),
];

/// Words of the passphrase that all demonstration accounts share.
const WORDS: [&str; 24] = [
    "amber", "basalt", "cedar", "delta", "ember", "fjord", "garnet", "harbor", "indigo", "juniper", "kelp", "lagoon",
    "meadow", "nectar", "orchid", "pebble", "quartz", "ribbon", "saffron", "tundra", "umber", "velvet", "willow",
    "zephyr",
];

/// `steward demo`.
pub(crate) async fn run(config: &Config) -> anyhow::Result<()> {
    let app = wiring::wire(config, wiring::Alone::No).await?.app;
    if !load_when_empty(&app).await? {
        anyhow::bail!("the database holds records already; name an empty one with --data or --database-url");
    }
    Ok(())
}

/// Loads the demonstration into an empty database and prints its logins; says whether it was empty.
pub(crate) async fn load_when_empty(app: &App) -> anyhow::Result<bool> {
    let people = app.kind("person")?.clone();
    let count = ListRequest { limit: 1, count: Counting::Off, ..ListRequest::default() };
    if !app.list(&Actor::system(), &people, &count).await?.records.is_empty() {
        return Ok(false);
    }
    let password = passphrase();
    let demo = Loader { app: app.clone(), system: Actor::system() };
    demo.load(&password).await.context("the demonstration could not be loaded")?;
    println!("Demonstration accounts, all with the password: {password}");
    for (login, name, role) in PEOPLE {
        println!("  {login:<8} {name} ({role})");
    }
    Ok(true)
}

/// Five random words: nobody can guess it from another installation's.
fn passphrase() -> String {
    let mut random = rand::rng();
    let words: Vec<&str> = (0..5).filter_map(|_| WORDS.choose(&mut random).copied()).collect();
    words.join("-")
}

struct Loader {
    app: App,
    system: Actor,
}

impl Loader {
    async fn load(&self, password: &str) -> anyhow::Result<()> {
        self.app.ensure_organisation("Northwind Energy").await?;
        for (login, name, role) in PEOPLE {
            let user = NewUser {
                login: login.to_owned(),
                name: name.to_owned(),
                mail: Some(format!("{login}@example.org")),
                roles: vec![role.to_owned()],
                organisation: None,
                within_organisation: false,
            };
            let person = self.app.add_user(&user).await.map_err(explain::explained)?;
            self.app.set_password(person, password).await.map_err(explain::explained)?;
        }
        for (name, members) in TEAMS {
            self.create("team", json!({ "name": name, "members": members })).await?;
        }
        let mut services = Map::new();
        for (name, owner, description) in SERVICES {
            let number =
                self.create("service", json!({ "name": name, "owner": owner, "description": description })).await?;
            services.insert(name.to_owned(), json!(number));
        }
        let mut items = Vec::new();
        for (name, class, service) in ITEMS {
            let fields = json!({ "name": name, "class": class, "service": services[service] });
            items.push((service, self.create("configuration_item", fields).await?));
        }
        for (place, incident) in INCIDENTS.iter().enumerate() {
            self.incident(place, incident, &services, &items).await?;
        }
        Ok(())
    }

    async fn incident(
        &self,
        place: usize,
        (title, description, requester, service, impact, urgency): &(&str, &str, &str, &str, &str, &str),
        services: &Map<String, Value>,
        items: &[(&str, String)],
    ) -> anyhow::Result<()> {
        let affected: Vec<&String> = items.iter().filter(|(of, _)| of == service).map(|(_, number)| number).collect();
        let number = self
            .create(
                "incident",
                json!({
                    "title": title,
                    "description": description,
                    "requester": requester,
                    "service": services[*service],
                    "configuration_items": affected,
                    "impact": impact,
                    "urgency": urgency,
                    "channel": "portal",
                    "team": if *service == "Office network" { "Network" } else { "Service desk" },
                }),
            )
            .await?;
        if place % 4 == 3 {
            return Ok(());
        }
        let agent = self.app.person_by_login("ben").await?;
        let agent = self.app.actor(agent, None).await?;
        self.transition(&agent, &number, "start", json!({ "assignee": "ben" })).await?;
        let comment = NewComment { audience: Audience::Public, body: "Thank you, I am looking at it now.".to_owned() };
        self.execute(&agent, &number, Request::Command(Command::Comment(comment))).await?;
        if place % 4 == 1 {
            let note = NewComment {
                audience: Audience::Internal,
                body: "Same pattern as last week, see the problem.".to_owned(),
            };
            self.execute(&agent, &number, Request::Command(Command::Comment(note))).await?;
        }
        if place % 4 == 2 {
            let fields = json!({
                "resolution_code": "fixed",
                "resolution_notes": "Restarted the service and watched it for an hour.",
                "configuration_item_confirmed": true,
            });
            self.transition(&agent, &number, "resolve", fields).await?;
        }
        Ok(())
    }

    async fn create(&self, kind: &str, fields: Value) -> anyhow::Result<String> {
        let kind = self.app.kind(kind)?.clone();
        let Value::Object(fields) = fields else { anyhow::bail!("fields must be an object") };
        let new = NewRecord { organisation: None, fields, links: Vec::new() };
        let view = self.app.create(&self.system, &kind, &new, &Origin::door(Door::System)).await;
        Ok(view.map_err(explain::explained).with_context(|| format!("a {} was refused", kind.label))?.record.number)
    }

    async fn transition(&self, actor: &Actor, number: &str, key: &str, fields: Value) -> anyhow::Result<()> {
        let Value::Object(fields) = fields else { anyhow::bail!("fields must be an object") };
        let transition = Transition { key: key.to_owned(), fields, comment: None, base: None };
        self.execute(actor, number, Request::Command(Command::Transition(transition))).await
    }

    async fn execute(&self, actor: &Actor, number: &str, request: Request) -> anyhow::Result<()> {
        let kind: Arc<_> = self.app.kind("incident")?.clone();
        self.app
            .execute(actor, &kind, number, &request, &Origin::door(Door::Page))
            .await
            .map_err(explain::explained)
            .with_context(|| format!("a step of {number} was refused"))?;
        Ok(())
    }
}
