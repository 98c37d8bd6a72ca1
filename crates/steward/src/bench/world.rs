//! The organisation that the benchmark serves: customers, teams, services, people.

use futures_util::{StreamExt, TryStreamExt, stream};
use serde_json::{Value, json};
use steward_app::App;
use steward_app::records::{NewRecord, Origin};
use steward_app::setup::NewUser;
use steward_model::access::{Actor, TokenLimits};
use steward_model::event::Door;
use steward_model::id::RecordId;

use crate::explain;

/// Regions, each with [`CUSTOMERS`] below it.
const REGIONS: usize = 3;
/// Customers of each region.
const CUSTOMERS: usize = 6;
/// Teams.
const TEAMS: usize = 40;
/// Teams that each agent belongs to.
const TEAMS_OF_AGENT: usize = 3;
/// Services.
const SERVICES: usize = 50;
/// People who work.
const AGENTS: usize = 200;
/// People who ask.
const REQUESTERS: usize = 2_000;
/// Creations at once, which share syncs.
const AT_ONCE: usize = 32;

/// Whom and what incidents name.
#[derive(Debug)]
pub(super) struct World {
    /// All organisations but the one on top.
    pub(super) organisations: Vec<RecordId>,
    /// Name of one organisation.
    pub(super) customer: String,
    /// Teams.
    pub(super) teams: Vec<RecordId>,
    /// Services.
    pub(super) services: Vec<RecordId>,
    /// People who work; those who call during the benchmark come first.
    pub(super) agents: Vec<RecordId>,
    /// People who ask.
    pub(super) requesters: Vec<RecordId>,
    /// The callers, with their tokens.
    pub(super) callers: Vec<Caller>,
}

/// Somebody who calls during the benchmark.
#[derive(Debug, Clone)]
pub(super) struct Caller {
    /// The role held.
    pub(super) role: &'static str,
    /// An API token.
    pub(super) token: String,
    /// The password, for pages.
    pub(super) password: String,
}

/// Role, and whether it holds in one region only.
const CALLERS: [(&str, bool); 3] = [("administrator", false), ("agent", true), ("service_desk_agent", true)];

impl World {
    /// Makes it in an empty database.
    ///
    /// # Errors
    /// When a record is refused.
    pub(super) async fn make(app: &App) -> anyhow::Result<Self> {
        let home = app.ensure_organisation("Benchmark provider").await?;
        let regions = many(
            app,
            "organisation",
            REGIONS,
            |place| json!({ "name": format!("Region {place}"), "parent": home.to_string() }),
        );
        let regions = regions.await?;
        let customer = |place: usize| format!("Customer {place}");
        let customers = many(
            app,
            "organisation",
            REGIONS * CUSTOMERS,
            |place| json!({ "name": customer(place), "parent": regions[place / CUSTOMERS].to_string() }),
        );
        let customers = customers.await?;
        let mut agents = Vec::new();
        let mut callers = Vec::new();
        for (role, regional) in CALLERS {
            let user = NewUser {
                login: role.to_owned(),
                name: format!("Bench {role}"),
                mail: None,
                roles: vec![role.to_owned()],
                organisation: regional.then(|| regions[0].to_string()),
                within_organisation: regional,
            };
            let person = app.add_user(&user).await.map_err(explain::explained)?;
            let limits = TokenLimits { read_only: false, kinds: Vec::new(), teams: Vec::new() };
            let token = app.add_token(person, "benchmark", &limits, 1).await.map_err(explain::explained)?;
            let password = format!("benchmark {:032x}", rand::random::<u128>());
            app.set_password(person, &password).await.map_err(explain::explained)?;
            agents.push(person);
            callers.push(Caller { role, token, password });
        }
        let more = many(
            app,
            "person",
            AGENTS - agents.len(),
            |place| json!({ "given_name": "Agent", "family_name": format!("Number {place}"), "login": format!("agent{place}") }),
        );
        agents.extend(more.await?);
        let teams = many(app, "team", TEAMS, |place| {
            let members = (0..AGENTS).filter(|agent| (0..TEAMS_OF_AGENT).any(|step| (agent + step) % TEAMS == place));
            let members: Vec<String> = members.map(|agent| agents[agent].to_string()).collect();
            json!({ "name": format!("Team {place}"), "members": members })
        });
        let teams = teams.await?;
        let services = many(app, "service", SERVICES, |place| json!({ "name": format!("Service {place}") })).await?;
        let requesters = many(app, "person", REQUESTERS, |place| {
            json!({
                "given_name": "Requester",
                "family_name": format!("Number {place}"),
                "mail": format!("requester{place}@example.org"),
            })
        });
        let requesters = requesters.await?;
        let organisations = regions.into_iter().chain(customers).collect();
        Ok(Self { organisations, customer: customer(1), teams, services, agents, requesters, callers })
    }
}

/// Makes so many records of a kind from a description of each, in order.
async fn many(app: &App, kind: &str, count: usize, fields: impl Fn(usize) -> Value) -> anyhow::Result<Vec<RecordId>> {
    let (kind, system) = (app.kind(kind)?, Actor::system());
    let inputs: Vec<Value> = (0..count).map(fields).collect();
    stream::iter(inputs)
        .map(|input| async {
            let Value::Object(fields) = input else { anyhow::bail!("fields must be an object") };
            let new = NewRecord { organisation: None, fields, links: Vec::new() };
            let view = app.create(&system, kind, &new, &Origin::door(Door::System)).await;
            Ok(view.map_err(explain::explained)?.record.id)
        })
        .buffered(AT_ONCE)
        .try_collect()
        .await
}
