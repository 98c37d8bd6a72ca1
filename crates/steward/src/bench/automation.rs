//! What rules and flows cost: a creation that many rules look at, one on which a hundred act, the replay of a month, and
//! ten thousand plans that wait.

use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use serde_json::{Value, json};

use crate::bench::client::{self, Call, Client};
use crate::bench::machine::processor_time;
use crate::bench::report::{Bar, Figure};
use crate::bench::server::Server;

/// Rules of which none holds.
const IDLE_RULES: usize = 500;
/// Rules that act on one record.
const ACTING_RULES: usize = 100;
/// Records on which they act.
const ACTED_ON: usize = 20;
/// Records that a replay reads, at least.
const REPLAYED: usize = 10_000;
/// Plans that wait.
const PLANS: usize = 10_000;
/// Clients that create.
const CREATORS: usize = 8;
/// How long the server is watched while nothing happens.
const REST: Duration = Duration::from_secs(5);
/// How long anything that goes on by itself may take.
const PATIENCE: Duration = Duration::from_secs(600);
/// Between two looks at what goes on by itself.
const LOOK: Duration = Duration::from_millis(20);

/// Title of the records on which the acting rules act.
const ACTED: &str = "A hundred rules";
/// Title of the records that get a plan.
const PLANNED: &str = "A plan that waits";

/// Measures all of it, with the token of somebody who may make rules and flows; what was measured until something failed
/// stays among the figures.
///
/// # Errors
/// When something is refused, or does not come to an end.
pub(super) async fn measure(
    server: &Server,
    token: &str,
    seconds: u64,
    creation: impl Fn(u64) -> Call + Clone + Send + Sync + 'static,
    figures: &mut Vec<Figure>,
) -> anyhow::Result<()> {
    let mut on = On { server, token, client: Client::connect(server.address, token).await? };
    let mut made = 0;
    let mut create = async |name: &str| {
        let times = client::run(server, token, CREATORS, seconds, creation.clone()).await?;
        made += times.each.len();
        let each = times.processor.as_secs_f64() * 1e3 / times.each.len().max(1) as f64;
        figures.push(Figure::load(name, times, None));
        anyhow::Ok(each)
    };
    let before = create("create, 8 clients, no rules").await?;
    for place in 0..IDLE_RULES {
        on.rule(&format!("title == \"nobody writes this {place}\"")).await?;
    }
    let with = create("create, 8 clients, 500 rules that do not hold").await?;
    figures.push(Figure::value("processor time that 500 rules add", with - before, "ms", Bar::below(0.2)));

    on.begin("rules that act").await?;
    on.create(ACTED).await?;
    let alone = on.settled(ACTED_ON, ACTED, 1).await?;
    for _ in 0..ACTING_RULES {
        on.rule(&format!("title == \"{ACTED}\"")).await?;
    }
    let acted = on.settled(ACTED_ON, ACTED, 1 + ACTING_RULES).await?;
    let added = (acted.as_secs_f64() - alone.as_secs_f64()).max(0.0) * 1e3 / ACTED_ON as f64;
    figures.push(Figure::value("processor time of 100 rules that act", added, "ms", Bar::below(10.0)));

    while made < REPLAYED {
        made += client::run(server, token, CREATORS, 1, creation.clone()).await?.each.len();
    }
    on.begin("replay").await?;
    figures.push(Figure::value("replay of 30 days", on.replay().await?.as_secs_f64(), "s", Bar::below(10.0)));

    on.begin("plans").await?;
    let before = on.at_rest().await?;
    on.begin("plans that wait").await?;
    on.plans().await?;
    let with = on.at_rest().await?;
    figures.push(Figure::value("processor time at rest", per_second(before), "ms/s", None));
    figures.push(Figure::value("processor time at rest, 10000 plans", per_second(with), "ms/s", None));
    Ok(())
}

fn per_second(spent: Duration) -> f64 {
    spent.as_secs_f64() * 1e3 / REST.as_secs_f64()
}

struct On<'a> {
    server: &'a Server,
    token: &'a str,
    client: Client,
}

impl On<'_> {
    /// Says what begins, on a connection of its own: the server ends those that rest.
    async fn begin(&mut self, what: &str) -> anyhow::Result<()> {
        super::progress(what);
        self.client = Client::connect(self.server.address, self.token).await?;
        Ok(())
    }

    async fn post(&mut self, path: &str, body: Value) -> anyhow::Result<Value> {
        self.client.read(&Call { path: path.to_owned(), body: Some(body) }).await
    }

    /// Makes a record and puts it in force; gives its number.
    async fn in_force(&mut self, plural: &str, fields: Value) -> anyhow::Result<String> {
        let made = self.post(&format!("/api/v1/{plural}"), json!({ "fields": fields })).await?;
        let number = made["number"].as_str().context("a record without number")?.to_owned();
        self.post(&format!("/api/v1/{plural}/{number}/transitions/activate"), json!({})).await?;
        Ok(number)
    }

    /// A rule in force that writes a note on new incidents on which a condition holds.
    async fn rule(&mut self, condition: &str) -> anyhow::Result<String> {
        let note = json!([{ "action": "note", "value": "Seen: {{number}}" }]);
        self.in_force(
            "rules",
            json!({
                "title": "Benchmark", "for_kind": "incident", "trigger": "created", "condition": condition,
                "actions": note, "most_per_hour": 100_000,
            }),
        )
        .await
    }

    async fn create(&mut self, title: &str) -> anyhow::Result<String> {
        let fields = json!({ "title": title, "impact": "medium", "urgency": "high" });
        let made = self.post("/api/v1/incidents", json!({ "fields": fields })).await?;
        Ok(made["number"].as_str().context("an incident without number")?.to_owned())
    }

    /// Processor time from making so many records until each has so many entries. The same looks are made at each, so
    /// that they cost the same whatever there is to wait for.
    async fn settled(&mut self, records: usize, title: &str, entries: usize) -> anyhow::Result<Duration> {
        let process = self.server.process()?;
        let begun = processor_time(process)?;
        for _ in 0..records {
            let number = self.create(title).await?;
            let path = format!("/api/v1/incidents/{number}");
            let asked = Instant::now();
            tokio::time::sleep(LOOK * 10).await;
            while self.client.read(&Call::get(&path)).await?["revision"].as_u64() < Some(entries as u64) {
                if asked.elapsed() > PATIENCE {
                    bail!("{number} has fewer entries than {entries} after {PATIENCE:?}");
                }
                tokio::time::sleep(LOOK).await;
            }
        }
        Ok(processor_time(process)?.saturating_sub(begun))
    }

    /// From asking for a replay of 30 days until it is done.
    async fn replay(&mut self) -> anyhow::Result<Duration> {
        let rule = self.rule("impact == \"medium\" && title.contains(\"prints blank\")").await?;
        let path = format!("/api/v1/rules/{rule}/replay");
        let begun = Instant::now();
        self.post(&path, json!({ "days": 30 })).await?;
        loop {
            let answer = self.client.read(&Call::get(&path)).await?;
            match answer["state"].as_str() {
                Some("done") if answer["records"].as_u64() < Some(REPLAYED as u64) => {
                    bail!("the replay read {} records, not {REPLAYED}", answer["records"])
                }
                Some("done") => return Ok(begun.elapsed()),
                Some("failed") => bail!("the replay failed: {}", answer["fault"]),
                _ if begun.elapsed() > PATIENCE => bail!("the replay took more than {PATIENCE:?}"),
                _ => tokio::time::sleep(LOOK).await,
            }
        }
    }

    /// Has so many plans begin, which wait for what never comes.
    async fn plans(&mut self) -> anyhow::Result<()> {
        let steps = json!([
            { "key": "wait", "type": "wait", "title": "Until it is urgent no more", "condition": "urgency == \"low\"" },
            { "key": "note", "type": "automation", "title": "A note", "after": "wait", "action": "note", "value": "Over" },
        ]);
        let fields = json!({
            "title": "Benchmark", "for_kind": "incident", "begins": "always", "steps": steps,
            "condition": format!("title == \"{PLANNED}\""),
        });
        self.in_force("flows", fields).await?;
        let begun = Instant::now();
        for _ in 0..PLANS {
            self.create(PLANNED).await?;
        }
        let waiting = Call::query("/api/v1/plans", &[("limit", "1"), ("count", "exact")]);
        loop {
            tokio::time::sleep(REST / 5).await;
            let count = self.client.count(&waiting).await?;
            if count >= PLANS as u64 {
                break;
            }
            if begun.elapsed() > PATIENCE {
                bail!("there are {count} plans after {PATIENCE:?}, not {PLANS}");
            }
        }
        // Until what was begun meanwhile has come to rest.
        loop {
            let process = self.server.process()?;
            let before = processor_time(process)?;
            tokio::time::sleep(REST).await;
            if processor_time(process)?.saturating_sub(before) < REST / 20 {
                return Ok(());
            }
            if begun.elapsed() > PATIENCE {
                bail!("the server did not come to rest within {PATIENCE:?}");
            }
        }
    }

    /// Processor time while nobody asks for anything.
    async fn at_rest(&self) -> anyhow::Result<Duration> {
        let process = self.server.process()?;
        tokio::time::sleep(REST).await;
        let before = processor_time(process)?;
        tokio::time::sleep(REST).await;
        Ok(processor_time(process)?.saturating_sub(before))
    }
}
