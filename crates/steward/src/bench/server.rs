//! The server under load: a child process of the same binary.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use rustix::process::{Pid, Signal, kill_process};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::bench::client::{Call, Client};
use crate::config::Config;

/// How long a server may take to start or stop.
const PATIENCE: Duration = Duration::from_secs(120);

/// A running server.
pub(super) struct Server {
    child: Child,
    /// Where it listens.
    pub(super) address: SocketAddr,
    /// From the start of the process to the first answer of `/readyz`.
    pub(super) start: Duration,
}

impl Server {
    /// Starts a server and waits until it is ready.
    ///
    /// # Errors
    /// When it does not start.
    pub(super) async fn start(config: &Config) -> anyhow::Result<Self> {
        let begun = Instant::now();
        let mut child = Command::new(std::env::current_exe()?)
            .arg("serve")
            .current_dir(&config.data)
            .env("STEWARD_DATA", &config.data)
            .env("STEWARD_DATABASE_URL", &config.database_url)
            .env("STEWARD_LISTEN", "127.0.0.1:0")
            .env("STEWARD_LOG", "warn")
            .env_remove("STEWARD_CONFIG")
            .env_remove("STEWARD_KINDS")
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let output = child.stdout.take().context("the server has no output")?;
        let mut lines = BufReader::new(output).lines();
        let address = tokio::time::timeout(PATIENCE, async {
            while let Some(line) = lines.next_line().await? {
                if let Some((_, address)) = line.split_once("http://") {
                    return Ok(address.trim().parse::<SocketAddr>()?);
                }
            }
            bail!("the server ended before it listened")
        });
        let address = address.await.context("the server did not start in time")??;
        let mut client = Client::connect(address, "").await?;
        while client.call(&Call::get("/readyz")).await.is_err() {
            if begun.elapsed() > PATIENCE {
                bail!("the server listens but is not ready");
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        Ok(Self { child, address, start: begun.elapsed() })
    }

    /// Number of its process.
    ///
    /// # Errors
    /// When it ended.
    pub(super) fn process(&self) -> anyhow::Result<u32> {
        self.child.id().context("the server ended")
    }

    /// Stops it in order and waits for its end.
    ///
    /// # Errors
    /// When it does not stop.
    pub(super) async fn stop(mut self) -> anyhow::Result<()> {
        let process = i32::try_from(self.process()?).ok().and_then(Pid::from_raw);
        kill_process(process.context("the server has no process")?, Signal::TERM)?;
        let status = tokio::time::timeout(PATIENCE, self.child.wait()).await.context("the server did not stop")??;
        if !status.success() {
            bail!("the server ended with {status}");
        }
        Ok(())
    }
}

/// Bytes of all files in a folder, without those in folders within.
pub(super) fn folder_bytes(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.metadata().ok()).filter(|file| file.is_file()).map(|file| file.len()).sum()
}
