//! The server: listen, work in the background, stop in order.

use std::future::IntoFuture;
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Context;
use steward_app::App;
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::arguments::Serve;
use crate::config::Config;
use crate::{demo, wiring};

/// Between two seals of the journal.
const SEAL_EVERY: Duration = Duration::from_secs(600);
/// How long requests that began may take after the signal to stop.
const STOP_WITHIN: Duration = Duration::from_secs(30);

/// Runs the server until it is told to stop.
pub(crate) async fn serve(config: &Config, options: &Serve) -> anyhow::Result<()> {
    let wired = wiring::wire(config, wiring::Alone::Yes).await?;
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
    let (stop, stopping) = watch::channel(false);
    let housekeeping = tokio::spawn(keep_house(app.clone(), stopping.clone()));
    let router = steward_api::router(app.clone()).into_make_service_with_connect_info::<SocketAddr>();
    let server = axum::serve(listener, router).with_graceful_shutdown(stopped(stopping.clone()));
    let mut running = tokio::spawn(server.into_future());
    tokio::select! {
        signal = signalled() => signal?,
        ended = &mut running => ended??,
    }
    tracing::info!("stopping");
    let _ = stop.send(true);
    if tokio::time::timeout(STOP_WITHIN, running).await.is_err() {
        tracing::warn!("some requests did not end in time");
    }
    let _ = tokio::time::timeout(STOP_WITHIN, housekeeping).await;
    tracing::info!("stopped");
    Ok(())
}

/// Seals the journal from time to time, and once more at the end.
async fn keep_house(app: App, mut stopping: watch::Receiver<bool>) {
    loop {
        let ended = tokio::time::timeout(SEAL_EVERY, stopping.wait_for(|stop| *stop)).await.is_ok();
        if let Err(error) = app.keep_house().await {
            tracing::error!(%error, "housekeeping failed; it is tried again");
        }
        if ended {
            return;
        }
    }
}

async fn stopped(mut stopping: watch::Receiver<bool>) {
    let _ = stopping.wait_for(|stop| *stop).await;
}

async fn signalled() -> anyhow::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}
