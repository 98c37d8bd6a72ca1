//! One installation: a data folder, a database, commands and servers on them.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::client::Client;
use crate::cluster::Database;

/// How long a server may take to be ready again.
pub(crate) const READY_WITHIN: Duration = Duration::from_secs(5);

/// An installation with one account that may do everything.
pub(crate) struct Installation {
    /// Dropped last: servers and databases go before their files.
    pub(crate) folder: TempDir,
    /// Where database, files and key lie.
    pub(crate) data: PathBuf,
    database: Option<Database>,
    token: String,
}

impl Installation {
    /// On SQLite.
    pub(crate) fn sqlite() -> Self {
        Self::new(None)
    }

    /// On a fresh database of the shared PostgreSQL server.
    pub(crate) fn postgres() -> Self {
        Self::new(Some(Database::shared()))
    }

    /// On a PostgreSQL database.
    pub(crate) fn on(database: Database) -> Self {
        Self::new(Some(database))
    }

    /// With its data in a folder that is there.
    pub(crate) fn within(data: &Path) -> Self {
        let empty = Self::empty(None);
        Self { data: data.to_owned(), ..empty }.with_account()
    }

    /// Nobody has been here.
    pub(crate) fn empty(database: Option<Database>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { data: folder.path().join("data"), folder, database, token: String::new() }
    }

    /// What another one was restored to: its accounts are there already.
    pub(crate) fn like(other: &Self, database: Option<Database>) -> Self {
        Self { token: other.token.clone(), ..Self::empty(database) }
    }

    fn new(database: Option<Database>) -> Self {
        Self::empty(database).with_account()
    }

    fn with_account(mut self) -> Self {
        let roles = ["--role", "administrator", "--role", "service_desk_agent"];
        let add = ["user", "add", "--login", "root", "--name", "Root Admin"].into_iter().chain(roles);
        self.run(add).succeeded();
        self.token = self.run(["user", "token", "--login", "root"]).succeeded().trim().to_owned();
        self
    }

    /// The SQLite file.
    pub(crate) fn sqlite_file(&self) -> PathBuf {
        self.data.join("steward.db")
    }

    /// The PostgreSQL database.
    pub(crate) fn database(&self) -> &Database {
        self.database.as_ref().unwrap()
    }

    /// A command of the binary, with nothing of our own surroundings but this installation.
    pub(crate) fn command<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_steward"));
        command.args(arguments);
        self.surround(&mut command);
        command
    }

    /// Gives a process the settings of this installation.
    pub(crate) fn surround(&self, command: &mut Command) {
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("STEWARD_")) {
            command.env_remove(name);
        }
        command.current_dir(self.folder.path()).env("STEWARD_DATA", &self.data).env("STEWARD_LISTEN", "127.0.0.1:0");
        if let Some(database) = &self.database {
            command.env("STEWARD_DATABASE_URL", database.url());
        }
    }

    /// Runs a command to its end.
    pub(crate) fn run<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Outcome {
        self.run_with(arguments, "")
    }

    /// Runs a command to its end with a text on standard input.
    pub(crate) fn run_with<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>, input: &str) -> Outcome {
        outcome(self.command(arguments), input)
    }

    /// Starts a server and waits until it is ready.
    pub(crate) fn serve(&self) -> Server {
        self.serve_with(self.command(["serve"]))
    }

    /// Starts a server by a command of one's own and waits until it is ready.
    pub(crate) fn serve_with(&self, command: Command) -> Server {
        let server = Server::start(command, &self.token);
        server.await_ready(READY_WITHIN);
        server
    }

    /// `steward verify` finds nothing.
    pub(crate) fn check_verified(&self) {
        let said = self.run(["verify"]).succeeded();
        assert!(said.contains("everything is as it was written"), "{said}");
    }
}

/// What a command said and how it ended.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Outcome {
    /// What it printed, when it ended well.
    #[track_caller]
    pub(crate) fn succeeded(self) -> String {
        assert_eq!(self.code, Some(0), "{self:#?}");
        self.stdout
    }

    /// It failed, and said why and what to do in one line.
    #[track_caller]
    pub(crate) fn check_one_line(&self, expected: &str) {
        assert_eq!(self.code, Some(1), "{self:#?}");
        // A server also logs what it does, as JSON.
        let lines: Vec<&str> = self.stderr.lines().filter(|line| !line.starts_with('{')).collect();
        assert!(lines.len() == 1 && lines[0].starts_with("steward: "), "not one line: {self:#?}");
        assert!(lines[0].contains(expected), "no word of {expected:?}: {self:#?}");
    }
}

/// Runs a command to its end, at most half a minute.
pub(crate) fn outcome(mut command: Command, input: &str) -> Outcome {
    let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = child.spawn().unwrap();
    // Who does not read its input may have gone already.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let (stdout, stderr) = (collect(child.stdout.take().unwrap()), collect(child.stderr.take().unwrap()));
    let status = wait(&mut child, Duration::from_secs(30));
    Outcome { code: status.code(), stdout: stdout.join().unwrap(), stderr: stderr.join().unwrap() }
}

fn collect(mut stream: impl Read + Send + 'static) -> std::thread::JoinHandle<String> {
    std::thread::spawn(move || {
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        text
    })
}

fn wait(child: &mut Child, limit: Duration) -> ExitStatus {
    let begun = Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status;
        }
        if begun.elapsed() > limit {
            child.kill().unwrap();
            child.wait().unwrap();
            panic!("a process did not end within {limit:?}");
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// A running server; killed when dropped.
pub(crate) struct Server {
    child: Child,
    address: String,
    token: String,
    log: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// Starts a server and waits until it listens.
    fn start(mut command: Command, token: &str) -> Self {
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let log = Arc::new(Mutex::new(Vec::new()));
        let (lines, kept) = (BufReader::new(child.stderr.take().unwrap()).lines(), log.clone());
        std::thread::spawn(move || lines.map_while(Result::ok).for_each(|line| kept.lock().unwrap().push(line)));
        let mut said = BufReader::new(child.stdout.take().unwrap()).lines();
        let address = said
            .by_ref()
            .map_while(Result::ok)
            .find_map(|line| line.strip_prefix("Steward listens on http://").map(str::to_owned));
        // Whatever it says later must not block it.
        std::thread::spawn(move || said.for_each(drop));
        let Some(address) = address else {
            child.kill().unwrap();
            child.wait().unwrap();
            panic!("the server did not start: {:#?}", log.lock().unwrap());
        };
        Self { child, address, token: token.to_owned(), log }
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// A client of the account.
    pub(crate) fn client(&self) -> Client {
        Client::new(&self.address, &self.token)
    }

    /// Waits until it says that it is ready.
    #[track_caller]
    pub(crate) fn await_ready(&self, limit: Duration) {
        let (client, begun) = (self.client(), Instant::now());
        while client.get("/readyz").map(|answer| answer.status) != Ok(200) {
            assert!(begun.elapsed() < limit, "not ready within {limit:?}: {:#?}", self.log());
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// What it logged so far.
    pub(crate) fn log(&self) -> Vec<String> {
        self.log.lock().unwrap().clone()
    }

    /// Waits for a line in its log, which reaches us a little after the answer that it is about.
    #[track_caller]
    pub(crate) fn await_log(&self, is_it: impl Fn(&str) -> bool) {
        let begun = Instant::now();
        while !self.log().iter().any(|line| is_it(line)) {
            assert!(begun.elapsed() < READY_WITHIN, "no such line in the log: {:#?}", self.log());
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Whether it is still there.
    pub(crate) fn is_running(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// Its process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Ends it without warning.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        let status = self.child.wait().unwrap();
        assert_eq!(status.signal(), Some(9), "it ended by itself: {status}, {:#?}", self.log());
    }

    /// Tells it to stop.
    pub(crate) fn terminate(&self) {
        signal("TERM", &[self.id()]);
    }

    /// Waits for its end after [`Self::terminate`]; returns its log.
    #[track_caller]
    pub(crate) fn await_end(mut self) -> Vec<String> {
        let status = wait(&mut self.child, Duration::from_secs(30));
        assert_eq!(status.code(), Some(0), "{:#?}", self.log());
        self.log()
    }

    /// Stops it in order.
    #[track_caller]
    pub(crate) fn stop(self) {
        self.terminate();
        self.await_end();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may be gone, as the test wanted.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Sends a signal to processes; those that are gone are no fault.
pub(crate) fn signal(name: &str, processes: &[u32]) {
    let ids = processes.iter().map(ToString::to_string);
    let _ = Command::new("kill").arg(format!("-{name}")).args(ids).stderr(Stdio::null()).status().unwrap();
}
