//! PostgreSQL: a database on the server that tests share, or a server of one's own that may be killed.

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use tempfile::TempDir;

use crate::installation::{outcome, signal};

/// A database; dropped at the end when it is on the shared server.
pub(crate) struct Database {
    server: String,
    name: String,
    /// Keeps a cluster of one's own alive as long as its database is in use.
    cluster: Option<Arc<Cluster>>,
}

impl Database {
    /// A fresh, empty one on the server that `STEWARD_TEST_POSTGRES` names.
    pub(crate) fn shared() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let server = std::env::var("STEWARD_TEST_POSTGRES").unwrap_or_else(|_| {
            panic!("run ./test, or start one with scripts/test-postgres and set STEWARD_TEST_POSTGRES")
        });
        let name = format!("steward_rel_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        psql(&server, &format!("drop database if exists {name} with (force)"));
        psql(&server, &format!("create database {name}"));
        Self { server, name, cluster: None }
    }

    /// A fresh, empty one on a server of one's own.
    pub(crate) fn on(cluster: &Arc<Cluster>) -> Self {
        let server = format!("postgres://steward@127.0.0.1:{}/postgres", cluster.port);
        psql(&server, "create database steward");
        Self { server, name: "steward".to_owned(), cluster: Some(cluster.clone()) }
    }

    /// Its address.
    pub(crate) fn url(&self) -> String {
        let (before, _) = self.server.rsplit_once('/').unwrap();
        format!("{before}/{}", self.name)
    }

    /// Runs a statement in it.
    pub(crate) fn execute(&self, sql: &str) -> String {
        psql(&self.url(), sql)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if self.cluster.is_none() {
            let sql = format!("drop database if exists {} with (force)", self.name);
            let _ = Command::new(program("psql")).args(["-qX", "-d", &self.server, "-c", &sql]).status();
        }
    }
}

fn psql(url: &str, sql: &str) -> String {
    let mut command = Command::new(program("psql"));
    command.args(["-qAtX", "-v", "ON_ERROR_STOP=1", "-d", url, "-c", sql]);
    outcome(command, "").succeeded()
}

/// A program of the newest PostgreSQL on this machine.
pub(crate) fn program(name: &str) -> PathBuf {
    let mut found: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .map(|versions| versions.map(|version| version.unwrap().path().join("bin").join(name)).collect())
        .unwrap_or_default();
    found.retain(|path| path.exists());
    found.sort();
    found.pop().unwrap_or_else(|| PathBuf::from(name))
}

/// A server of one's own, with every safeguard of a real one.
pub(crate) struct Cluster {
    folder: TempDir,
    port: u16,
}

impl Cluster {
    pub(crate) fn start() -> Arc<Self> {
        let folder = tempfile::tempdir().unwrap();
        if is_root() {
            let owned = Command::new("chown").arg("postgres").arg(folder.path()).status().unwrap();
            assert!(owned.success());
        }
        // Free when asked for; another process could take it in between, which then shows.
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let cluster = Self { folder, port };
        let data = cluster.data();
        let data = data.to_str().unwrap();
        let initdb = ["-D", data, "-U", "steward", "--auth=trust", "--encoding=UTF8", "--locale=C"];
        outcome(as_owner("initdb", &initdb), "").succeeded();
        cluster.go();
        Arc::new(cluster)
    }

    /// Starts the server, after a kill as well, and waits until it takes connections.
    pub(crate) fn go(&self) {
        let (data, log) = (self.data(), self.folder.path().join("log"));
        let options = format!(
            "-p {} -k {} -c listen_addresses=127.0.0.1 -c max_connections=100 -c shared_buffers=16MB",
            self.port,
            self.folder.path().display()
        );
        let arguments =
            ["-D", data.to_str().unwrap(), "-l", log.to_str().unwrap(), "-w", "-t", "30", "start", "-o", &options];
        let mut command = as_owner("pg_ctl", &arguments);
        let status = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap();
        assert!(status.success(), "{}", std::fs::read_to_string(log).unwrap_or_default());
    }

    /// Ends the server and all its processes as a crash of the machine would.
    pub(crate) fn kill(&self) {
        let text = std::fs::read_to_string(self.data().join("postmaster.pid")).unwrap();
        let postmaster: u32 = text.lines().next().unwrap().parse().unwrap();
        let mut processes = children(postmaster);
        processes.insert(0, postmaster);
        signal("KILL", &processes);
        while processes.iter().any(|process| is_alive(*process)) {
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        // After a crash of the machine no process has the old number; here it may linger as a zombie that nobody reaped,
        // which PostgreSQL takes for a running server.
        std::fs::remove_file(self.data().join("postmaster.pid")).unwrap();
    }

    /// Ends the server at once by its own means.
    pub(crate) fn abort(&self) {
        let data = self.data();
        outcome(as_owner("pg_ctl", &["-D", data.to_str().unwrap(), "-m", "immediate", "-w", "stop"]), "").succeeded();
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let data = self.data();
        let mut command = as_owner("pg_ctl", &["-D", data.to_str().unwrap(), "-m", "immediate", "-w", "stop"]);
        let _ = command.stdout(Stdio::null()).stderr(Stdio::null()).status();
    }
}

/// PostgreSQL refuses to run as root, so root hands over to the user that the package made.
fn as_owner(name: &str, arguments: &[&str]) -> Command {
    let mut command = if is_root() {
        let mut command = Command::new("runuser");
        command.args(["-u", "postgres", "--"]).arg(program(name));
        command
    } else {
        Command::new(program(name))
    };
    command.args(arguments).current_dir("/");
    command
}

/// Whether the tests run as root.
pub(crate) fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata("/proc/self").unwrap().uid() == 0
}

fn children(parent: u32) -> Vec<u32> {
    let stat = |id: u32| std::fs::read_to_string(format!("/proc/{id}/stat")).ok();
    let processes = std::fs::read_dir("/proc").unwrap();
    let ids = processes.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    // The fourth word, counted behind the name in parentheses, is the parent.
    ids.filter(|id: &u32| {
        let text = stat(*id).unwrap_or_default();
        let rest = text.rsplit_once(')').map_or("", |(_, rest)| rest);
        rest.split_whitespace().nth(1).and_then(|word| word.parse().ok()) == Some(parent)
    })
    .collect()
}

fn is_alive(process: u32) -> bool {
    let text = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    let state = text.rsplit_once(')').and_then(|(_, rest)| rest.split_whitespace().next().map(str::to_owned));
    state.is_some_and(|state| state != "Z" && state != "X")
}
