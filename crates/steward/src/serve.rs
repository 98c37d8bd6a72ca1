//! The server: listen, work in the background, stop in order.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use futures_util::future::BoxFuture;
use steward_app::App;
use steward_app::notices::{Post, Transport};
use steward_channels::mail_folder::MailFolder;
use steward_http::{Doors, doors};
use steward_store::blob::Blobs;
use steward_web::Settings;
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::task::JoinSet;

use crate::arguments::Serve;
use crate::config::Config;
use crate::listen::Listening;
use crate::{demo, wiring};

/// Between two seals of the journal.
const SEAL_EVERY: Duration = Duration::from_secs(600);
/// How long requests that began may take after the signal to stop.
const STOP_WITHIN: Duration = Duration::from_secs(30);
/// Jobs of this node at once.
const RUNNERS: usize = 2;
/// Uploads in the making that are older than this belong to a process that is gone.
const UPLOAD_AGE: Duration = Duration::from_secs(3600);

/// Runs the server until it is told to stop.
pub(crate) async fn serve(config: &Config, options: &Serve) -> anyhow::Result<()> {
    // Heard from the very start, so that a signal in the middle of it still leads to an end in order.
    let mut signals = Signals::listen()?;
    let wired = wiring::wire_server(config).await?;
    let app = wired.app;
    if options.demo {
        demo::load_when_empty(&app).await?;
    }
    let listener = TcpListener::bind(&config.listen)
        .await
        .with_context(|| format!("cannot listen on {}; choose another address with --listen", config.listen))?;
    let address = listener.local_addr()?;
    println!("Steward listens on http://{address}");
    tracing::info!(%address, database = config.database_url.split(':').next(), "started");
    let base = config.public_address.clone().map(|address| address.trim_end_matches('/').to_owned());
    let base = base.unwrap_or_else(|| format!("http://{address}"));
    app.set_post(Post { transport: transport(config)?, address: base.clone() });
    let housekeeping = tokio::spawn(keep_house(app.clone(), wired.blobs));
    let feeding = tokio::spawn({
        let app = app.clone();
        async move { app.feed_search().await }
    });
    let runners = JoinSet::from_iter((0..RUNNERS).map(|place| {
        let app = app.clone();
        // Named by chance: two nodes may share machine and process number in containers.
        let worker = format!("{:016x}/{place}", rand::random::<u64>());
        async move { app.run_jobs(&worker).await }
    }));
    tokio::spawn({
        let app = app.clone();
        async move { app.hear_nodes().await }
    });
    // All that goes along the journal, or waits for a moment: each keeps its own place.
    let mut followers = JoinSet::new();
    let mut follow = |what: fn(App) -> BoxFuture<'static, ()>| drop(followers.spawn(what(app.clone())));
    follow(|app| Box::pin(async move { app.feed_inboxes().await }));
    follow(|app| Box::pin(async move { app.follow_rules().await }));
    follow(|app| Box::pin(async move { app.follow_families().await }));
    follow(|app| Box::pin(async move { app.follow_flows().await }));
    follow(|app| Box::pin(async move { app.watch_clocks().await }));
    follow(|app| Box::pin(async move { app.follow_definitions().await }));
    follow(|app| Box::pin(async move { app.run_webhooks().await }));
    for _ in 0..RUNNERS {
        follow(|app| {
            Box::pin(async move { app.run_file_scans(&format!("{:016x}/files", rand::random::<u64>())).await })
        });
    }
    let set_up_secret = set_up_secret(&app).await?;
    if let Some(secret) = &set_up_secret {
        println!("Nobody can sign in yet. Set it up here, once: {base}/set-up?secret={secret}");
    }
    let settings = Settings { set_up_secret, components: options.components, demonstration: options.demo };
    let listening = Listening::start(listener, router(&app, config, settings));
    signals.any().await;
    let drain = options.drain_seconds.unwrap_or(config.drain_seconds);
    tracing::info!(drain_seconds = drain, "stopping");
    app.stop();
    tokio::time::sleep(Duration::from_secs(drain)).await;
    if tokio::time::timeout(STOP_WITHIN, listening.finish()).await.is_err() {
        tracing::warn!("some requests did not end in time");
    }
    if tokio::time::timeout(STOP_WITHIN, runners.join_all()).await.is_err() {
        tracing::warn!("some jobs did not stop in time; they go on after the next start");
    }
    if tokio::time::timeout(STOP_WITHIN, feeding).await.is_err() {
        tracing::warn!("the search index was not written in time; it catches up after the next start");
    }
    if tokio::time::timeout(STOP_WITHIN, followers.join_all()).await.is_err() {
        tracing::warn!("what follows the journal did not catch up in time; it does after the next start");
    }
    if tokio::time::timeout(STOP_WITHIN, housekeeping).await.is_err() {
        tracing::warn!("the last seal of the journal was not written in time");
    }
    if tokio::time::timeout(STOP_WITHIN, wired.store.close()).await.is_err() {
        tracing::warn!("the database was not closed in time");
    }
    tracing::info!("stopped");
    Ok(())
}

/// The way by which mail leaves.
fn transport(config: &Config) -> anyhow::Result<Option<Arc<dyn Transport>>> {
    let Some(folder) = &config.mail_folder else { return Ok(None) };
    let folder = MailFolder::open(folder, config.mail_from.clone())
        .with_context(|| format!("the mail folder {} cannot be made", folder.display()))?;
    Ok(Some(Arc::new(folder)))
}

/// Both doors: the interface for programs, and the pages.
fn router(app: &App, config: &Config, settings: Settings) -> axum::Router {
    let doors = Doors::new(config.proxies.clone(), config.public_address.clone());
    if config.public_address.as_deref().is_some_and(|address| address.starts_with("http://")) {
        tracing::warn!("the public address has no TLS: passwords and sessions cross the network in the open");
    }
    let pages = steward_web::router(app.clone(), doors.clone(), settings);
    doors::together(steward_api::router(app.clone(), doors), pages)
}

/// What opens the set-up page, while nobody can sign in.
async fn set_up_secret(app: &App) -> anyhow::Result<Option<String>> {
    let random: [u8; 32] = rand::random();
    Ok(app.awaits_set_up().await?.then(|| random.iter().map(|byte| format!("{byte:02x}")).collect()))
}

/// Seals the journal and tidies up from time to time, and seals once more at the end.
async fn keep_house(app: App, blobs: Blobs) {
    let mut stopping = app.stopping();
    loop {
        if let Err(error) = blobs.sweep(UPLOAD_AGE).await {
            tracing::error!(%error, "uploads that broke off could not be removed; it is tried again");
        }
        let ended = tokio::time::timeout(SEAL_EVERY, stopping.wait_for(|stop| *stop)).await.is_ok();
        if let Err(error) = app.keep_house().await {
            tracing::error!(%error, "housekeeping failed; it is tried again");
        }
        if ended {
            return;
        }
    }
}

/// The signals that tell the server to stop.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn listen() -> std::io::Result<Self> {
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    /// Returns when one came, also if that was some time ago.
    async fn any(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}
