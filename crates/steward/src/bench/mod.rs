//! `steward bench`: makes its data by seed, puts a server of its own under load over HTTP, and prints what it measured.

mod automation;
mod client;
mod fill;
mod incidents;
mod lists;
mod machine;
mod pages;
mod report;
mod search;
mod server;
mod world;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use serde_json::json;
use steward_app::files::policy::FilePolicy;
use steward_app::import::ImportRequest;
use steward_http::address::Proxies;
use steward_model::id::RecordId;
use steward_outbound::allow::Allow;
use steward_store::store::Store;

use crate::arguments::Bench;
use crate::bench::client::{Call, Client};
use crate::bench::incidents::{Depth, Maker};
use crate::bench::machine::{Machine, resident_bytes};
use crate::bench::report::{Bar, Figure, Report, Settings};
use crate::bench::server::{Server, folder_bytes};
use crate::bench::world::World;
use crate::config::Config;
use crate::{explain, import, wiring};

/// Records at which memory at rest and start are measured.
const AT_REST: usize = 100_000;
/// Records of a quick run.
const QUICK: usize = 20_000;
/// Clients that create at once.
const CREATORS: usize = 8;
/// Journal entries of the record that is read.
const LONG_JOURNAL: i64 = 200;
/// How long the server is left alone before its memory is looked at.
const REST: Duration = Duration::from_secs(2);

/// `steward bench`.
pub(crate) async fn run(config: &Config, options: &Bench) -> anyhow::Result<()> {
    let scratch = tempfile::Builder::new().prefix("steward-bench-").tempdir()?;
    let data = scratch.path().join("data");
    let own = config.database_url.starts_with("sqlite:");
    let database_url =
        if own { format!("sqlite:{}", data.join("steward.db").display()) } else { config.database_url.clone() };
    let config = Config {
        data,
        database_url,
        kinds: None,
        log: Some("warn".to_owned()),
        listen: String::new(),
        drain_seconds: 0,
        public_address: None,
        proxies: Proxies::default(),
        mail_folder: None,
        mail_from: config.mail_from.clone(),
        outbound_allow: Allow::default(),
        scanner: None,
        files: FilePolicy::default(),
    };
    let machine = Machine::look(scratch.path())?;
    let records = if options.quick { QUICK } else { options.records };
    let seconds = if options.quick { 1 } else { options.seconds };
    let mut run = Run { config, records, seconds, seed: options.seed, figures: Vec::new() };
    let settings = run.all().await?;
    if let Some(log) = &options.event_log {
        run.event_log(log, &options.profile).await?;
    }
    let report = Report { machine, settings, figures: run.figures };
    println!("{}", report.table());
    if let Some(path) = &options.json {
        std::fs::write(path, serde_json::to_string_pretty(&report)?)
            .with_context(|| format!("{} cannot be written", path.display()))?;
    }
    Ok(())
}

struct Run {
    config: Config,
    records: usize,
    seconds: u64,
    seed: u64,
    figures: Vec<Figure>,
}

impl Run {
    async fn all(&mut self) -> anyhow::Result<Settings> {
        let (maker, long) = self.import().await?;
        self.serve_few(&maker.world, &long).await?;
        let settings = self.grow(&maker).await?;
        progress("lists");
        let server = Server::start(&self.config).await?;
        let name = format!("start on {} incidents to ready", self.records);
        self.value(name, server.start.as_secs_f64(), "s", None);
        self.figures.extend(search::measure(&server, &maker.world, self.records, self.seconds).await?);
        self.figures.extend(lists::measure(&server, &maker.world, self.seconds).await?);
        progress("pages");
        self.figures.extend(pages::measure(&server, &maker.world, &long, self.seconds).await?);
        self.value("memory after lists", mebibytes(resident_bytes(server.process()?)?), "MiB", None);
        progress("rules and flows");
        let token = &maker.world.callers[0].token;
        let creation = creation(&maker.world);
        // It comes last and takes longest; what was measured before is told in any case.
        if let Err(error) = automation::measure(&server, token, self.seconds, creation, &mut self.figures).await {
            eprintln!("bench: rules and flows were not measured to their end: {error:#}");
        }
        server.stop().await?;
        Ok(settings)
    }

    /// Fills an empty database; gives the number of a record with a long journal as well.
    async fn import(&mut self) -> anyhow::Result<(Maker, String)> {
        progress("import");
        let wired = wiring::wire(&self.config, wiring::Alone::Yes).await?;
        if wired.store.count(&everything(), 1).await? > 0 {
            bail!("the database holds records already; name an empty one with --database-url");
        }
        let world = World::make(&wired.app).await.context("the organisation of the benchmark was refused")?;
        let maker = Maker {
            kind: wired.app.kind("incident")?.clone(),
            world: Arc::new(world),
            seed: self.seed,
            total: self.records,
        };
        let few = AT_REST.min(self.records);
        let filled = fill::fill(&wired.store, &maker, 0..few, Depth::Full).await?;
        let rate = filled.events as f64 / filled.elapsed.as_secs_f64();
        self.value(format!("import of {} events", filled.events), rate, "/s", Bar::at_least(20_000.0));
        fill::fill(&wired.store, &maker, few..few + 1, Depth::Entries(LONG_JOURNAL)).await?;
        let long = wired.store.list(&newest()).await?.pop().context("nothing was written")?.record.number;
        let begun = Instant::now();
        let verified = wired.store.verify(None, |_| ()).await?;
        if !verified.is_good() {
            bail!("what was written does not verify: {}", verified.faults[0]);
        }
        let rate = verified.entries as f64 / begun.elapsed().as_secs_f64();
        self.value(format!("verify of {} events", verified.entries), rate, "/s", None);
        wired.store.close().await;
        Ok((maker, long))
    }

    /// What does not depend on a million records: memory, start, creating, reading.
    async fn serve_few(&mut self, world: &World, long: &str) -> anyhow::Result<()> {
        progress("start, memory, creating, reading");
        let token = &world.callers[0].token;
        let few = AT_REST.min(self.records);
        let server = Server::start(&self.config).await?;
        search::complete(server.address, token).await?;
        self.value("memory once the search index is made", mebibytes(resident_bytes(server.process()?)?), "MiB", None);
        server.stop().await?;
        let server = Server::start(&self.config).await?;
        self.value(format!("start on {few} incidents to ready"), server.start.as_secs_f64(), "s", Bar::below(0.2));
        Client::connect(server.address, token).await?.call(&Call::get("/api/v1/incidents")).await?;
        search::complete(server.address, token).await?;
        tokio::time::sleep(REST).await;
        let memory = mebibytes(resident_bytes(server.process()?)?);
        self.value(format!("memory at rest, {few} incidents and their index"), memory, "MiB", Bar::below(100.0));
        self.load(
            "create, 8 clients",
            &server,
            token,
            CREATORS,
            creation(world),
            Some(Bar { at_least: Some(2_000.0), below: Some(20.0) }),
        )
        .await?;
        self.load("create, 1 client", &server, token, 1, creation(world), None).await?;
        for (what, name) in [("read record with 200 entries", ""), ("journal of 200 entries", "/journal")] {
            let path = format!("/api/v1/incidents/{long}{name}?limit=200");
            let path = if name.is_empty() { path.replace("?limit=200", "") } else { path };
            self.load(what, &server, token, 1, move |_| Call::get(path.clone()), Bar::below(10.0)).await?;
        }
        tokio::time::sleep(REST).await;
        let memory = mebibytes(resident_bytes(server.process()?)?);
        self.value("memory after creating and reading", memory, "MiB", None);
        server.stop().await
    }

    /// Fills up to the number of records that lists choose from.
    async fn grow(&mut self, maker: &Maker) -> anyhow::Result<Settings> {
        progress("growing");
        let wired = wiring::wire(&self.config, wiring::Alone::Yes).await?;
        let few = AT_REST.min(self.records) + 1;
        if few < self.records {
            let filled = fill::fill(&wired.store, maker, few..self.records, Depth::Brief).await?;
            let rate = filled.events as f64 / filled.elapsed.as_secs_f64();
            self.value(format!("import of {} events in short histories", filled.events), rate, "/s", None);
        }
        let settings = self.settings(&wired.store).await?;
        wired.store.close().await;
        Ok(settings)
    }

    /// Imports a log of another system as `steward import` does, into a SQLite database of its own: the incidents of the
    /// benchmark may bear the numbers of the log.
    async fn event_log(&mut self, log: &Path, profile: &str) -> anyhow::Result<()> {
        progress("event log");
        let request = ImportRequest {
            path: log.to_owned(),
            profile: import::read_profile(profile)?,
            organisation: None,
            errors: None,
        };
        let data = self.config.data.with_file_name("event-log");
        let database_url = format!("sqlite:{}", data.join("steward.db").display());
        let config = Config { data, database_url, ..self.config.clone() };
        let wired = wiring::wire(&config, wiring::Alone::Yes).await?;
        let begun = Instant::now();
        let report = wired.app.import_event_log(request, &mut |_| ()).await.map_err(explain::explained)?;
        let rate = report.events as f64 / begun.elapsed().as_secs_f64();
        let name = format!("import of {} events of {}, SQLite", report.events, log.display());
        self.value(name, rate, "/s", Bar::at_least(20_000.0));
        wired.store.close().await;
        Ok(())
    }

    async fn settings(&self, store: &Store) -> anyhow::Result<Settings> {
        let mut connection = store.read().await?;
        let is_sqlite = store.config().sqlite_path().is_some();
        let (sql, durability) = if is_sqlite {
            ("select 'SQLite ' || sqlite_version(), 0", "write-ahead log, synchronous=FULL".to_owned())
        } else {
            let sql = "select current_setting('fsync') || ', synchronous_commit=' || \
                       current_setting('synchronous_commit')";
            let row = connection.fetch_optional(sql, &[]).await?.context("PostgreSQL tells no settings")?;
            let sql = "select 'PostgreSQL ' || current_setting('server_version'), \
                       pg_database_size(current_database())";
            (sql, format!("fsync={}", row.text(0)?))
        };
        let row = connection.fetch_optional(sql, &[]).await?.context("the database tells no version")?;
        let database_bytes =
            if is_sqlite { folder_bytes(&self.config.data) } else { u64::try_from(row.integer(1)?).unwrap_or(0) };
        Ok(Settings {
            version: env!("CARGO_PKG_VERSION"),
            database: row.text(0)?,
            durability,
            records: self.records,
            database_bytes,
            seconds: self.seconds,
            seed: self.seed,
        })
    }

    async fn load(
        &mut self,
        name: &str,
        server: &Server,
        token: &str,
        clients: usize,
        call: impl Fn(u64) -> Call + Send + Sync + 'static,
        bar: Option<Bar>,
    ) -> anyhow::Result<()> {
        let times = client::run(server, token, clients, self.seconds, call).await?;
        self.figures.push(Figure::load(name, times, bar));
        Ok(())
    }

    fn value(&mut self, name: impl Into<String>, value: f64, unit: &'static str, bar: Option<Bar>) {
        self.figures.push(Figure::value(name, value, unit, bar));
    }
}

/// Creations as a portal makes them: with requester and service by id.
fn creation(world: &World) -> impl Fn(u64) -> Call + Clone + Send + Sync + 'static + use<> {
    let (requesters, services) = (world.requesters.clone(), world.services.clone());
    move |number| {
        let one = |of: &[RecordId]| of[usize::try_from(number).unwrap_or(0) % of.len()].to_string();
        let fields = json!({
            "title": format!("Printer {number} prints blank pages"),
            "description": "It began this morning after the restart. Two colleagues on the same floor see the same.",
            "requester": one(&requesters),
            "service": one(&services),
            "impact": "medium",
            "urgency": "high",
        });
        Call { path: "/api/v1/incidents".to_owned(), body: Some(json!({ "fields": fields })) }
    }
}

fn everything() -> steward_store::list::ListQuery {
    steward_store::list::ListQuery::of_kind("organisation", 1)
}

fn newest() -> steward_store::list::ListQuery {
    let mut query = steward_store::list::ListQuery::of_kind("incident", 1);
    query.order = "r.id desc".to_owned();
    query
}

fn mebibytes(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}

/// Says on standard error what goes on, since a run takes minutes.
fn progress(what: &str) {
    eprintln!("bench: {what}");
}
