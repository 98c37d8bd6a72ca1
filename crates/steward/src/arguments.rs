//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// IT service management in one binary.
#[derive(Debug, Parser)]
#[command(name = "steward", version, after_help = "Example: steward serve --demo")]
pub(crate) struct Arguments {
    /// Settings that every command takes.
    #[command(flatten)]
    pub(crate) settings: Settings,
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Settings: a flag counts before a variable, a variable before `steward.toml`.
#[derive(Debug, Args)]
pub(crate) struct Settings {
    /// Configuration file [default: steward.toml, when it is there]
    #[arg(long, global = true, env = "STEWARD_CONFIG")]
    pub(crate) config: Option<PathBuf>,
    /// Folder for database, files and keys [default: steward-data]
    #[arg(long, global = true, env = "STEWARD_DATA")]
    pub(crate) data: Option<PathBuf>,
    /// Database, such as postgres://user:password@host/steward [default: SQLite in the data folder]
    #[arg(long, global = true, env = "STEWARD_DATABASE_URL", hide_env_values = true)]
    pub(crate) database_url: Option<String>,
    /// Folder of further kind definitions in TOML
    #[arg(long, global = true, env = "STEWARD_KINDS")]
    pub(crate) kinds: Option<PathBuf>,
    /// What to log, such as warn or steward=debug
    #[arg(long, global = true, env = "STEWARD_LOG")]
    pub(crate) log: Option<String>,
    /// Address to listen on [default: 127.0.0.1:8080]
    #[arg(long, global = true, env = "STEWARD_LISTEN")]
    pub(crate) listen: Option<String>,
    /// Address under which people reach this installation, such as <https://desk.example.org>
    #[arg(long, global = true, env = "STEWARD_PUBLIC_ADDRESS")]
    pub(crate) public_address: Option<String>,
    /// Addresses of proxies whose X-Forwarded-For is believed, with commas between them
    #[arg(long, global = true, env = "STEWARD_PROXIES")]
    pub(crate) proxies: Option<String>,
    /// Folder to which mail is written, a file for each message; without it no mail leaves
    #[arg(long, global = true, env = "STEWARD_MAIL_FOLDER")]
    pub(crate) mail_folder: Option<PathBuf>,
    /// From whom mail comes, such as "Service desk <desk@example.org>"
    #[arg(long, global = true, env = "STEWARD_MAIL_FROM")]
    pub(crate) mail_from: Option<String>,
    /// Hosts and networks besides the public internet that addresses which people type in may lead to, with commas between
    /// them
    #[arg(long, global = true, env = "STEWARD_OUTBOUND_ALLOW", value_delimiter = ',')]
    pub(crate) outbound_allow: Option<Vec<String>>,
    /// Malware scanner that looks at files, such as clamd://localhost:3310 or clamd:///run/clamav/clamd.ctl; without it
    /// none does
    #[arg(long, global = true, env = "STEWARD_SCANNER")]
    pub(crate) scanner: Option<String>,
    /// Seconds that the scanner may take for a file [default: 60]
    #[arg(long, global = true, env = "STEWARD_SCANNER_SECONDS")]
    pub(crate) scanner_seconds: Option<u64>,
    /// Largest file, in MiB [default: 25]
    #[arg(long, global = true, env = "STEWARD_FILE_MAX_MIB")]
    pub(crate) file_max_mib: Option<usize>,
    /// Endings of names of files that are refused, with commas between them [default: those that systems run when they are
    /// opened, such as exe]
    #[arg(long, global = true, env = "STEWARD_FILE_REFUSED_ENDINGS", value_delimiter = ',')]
    pub(crate) file_refused_endings: Option<Vec<String>>,
    /// Contents of files that are refused whatever they are called, with commas between them: program, shortcut, macros,
    /// encrypted_archive, html [default: program,shortcut]
    #[arg(long, global = true, env = "STEWARD_FILE_REFUSED_CONTENTS", value_delimiter = ',')]
    pub(crate) file_refused_contents: Option<Vec<String>>,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run the server
    #[command(after_help = "Example: steward serve --listen 0.0.0.0:8080")]
    Serve(Serve),
    /// Manage accounts
    #[command(subcommand)]
    User(User),
    /// Load the demonstration organisation into an empty database
    #[command(after_help = "Example: steward demo --data /tmp/steward")]
    Demo,
    /// Import data of other systems
    #[command(subcommand)]
    Import(Import),
    /// Print figures
    #[command(subcommand)]
    Report(Report),
    /// Look after automation rules
    #[command(subcommand)]
    Rule(Rule),
    /// Prove that the journal is whole and that every record and file is as its journal says
    #[command(
        after_help = "Examples: steward verify --head head.json\n          steward verify --backup /var/backups/steward/monday"
    )]
    Verify(Verify),
    /// Write a consistent, checked backup, whether the server runs or not
    #[command(after_help = "Example: steward backup /var/backups/steward/monday")]
    Backup(Backup),
    /// Restore a backup into an empty data folder or database
    #[command(after_help = "Example: steward restore /var/backups/steward/monday --data /srv/steward")]
    Restore(Restore),
    /// Write all records and their journal as JSON lines
    #[command(after_help = "Example: steward export all.jsonl")]
    Export(Export),
    /// Keep configuration as text: policies, agreements, calendars, catalogue, templates and whatever else says how it works
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Measure this machine: import, creation, lists, reading, memory, start
    #[command(
        after_help = "Example: steward bench --quick --json figures.json\n\nWithout --database-url it makes a SQLite database in the folder for temporary files (TMPDIR). \\
                      With one, that database must be empty, and keeps the data afterwards."
    )]
    Bench(Bench),
}

/// Configuration as text.
#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Write it to a folder, one file a record
    #[command(after_help = "Example: steward config export configuration && git -C configuration diff")]
    Export(ConfigExport),
    /// Show what applying a folder would change here, and what would be refused
    #[command(after_help = "Example: steward config plan configuration --as anna")]
    Plan(ConfigFolder),
    /// Make everything as a folder says, in one transaction
    #[command(after_help = "Example: steward config apply configuration --as anna")]
    Apply(ConfigFolder),
    /// Make everything as it was at a moment
    #[command(after_help = "Example: steward config rollback --to 2026-11-27T09:00:00Z --as anna")]
    Rollback(ConfigRollback),
}

/// Options of `config export`.
#[derive(Debug, Args)]
pub(crate) struct ConfigExport {
    /// The folder; files of an earlier export in it are replaced
    pub(crate) folder: PathBuf,
    /// As it was at a moment, such as 2026-11-27T09:00:00Z [default: now]
    #[arg(long)]
    pub(crate) at: Option<String>,
}

/// Options of `config plan` and `config apply`.
#[derive(Debug, Args)]
pub(crate) struct ConfigFolder {
    /// The folder
    pub(crate) folder: PathBuf,
    /// Login of the person whose rights count and who answers for it
    #[arg(long = "as")]
    pub(crate) person: String,
}

/// Options of `config rollback`.
#[derive(Debug, Args)]
pub(crate) struct ConfigRollback {
    /// The moment, such as 2026-11-27T09:00:00Z
    #[arg(long)]
    pub(crate) to: String,
    /// Login of the person whose rights count and who answers for it
    #[arg(long = "as")]
    pub(crate) person: String,
    /// Only show what would change
    #[arg(long)]
    pub(crate) plan: bool,
}

/// Options of `serve`.
#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// Seconds between the signal to stop and the end of listening, for balancers to see that it is not ready [default: 0]
    #[arg(long, env = "STEWARD_DRAIN_SECONDS")]
    pub(crate) drain_seconds: Option<u64>,
    /// Load the demonstration organisation when the database is empty, and print its logins
    #[arg(long)]
    pub(crate) demo: bool,
    /// Show the page of all components at /dev/components, for those who develop Steward
    #[arg(long, hide = true)]
    pub(crate) components: bool,
}

/// Accounts.
#[derive(Debug, Subcommand)]
pub(crate) enum User {
    /// Make a person who can sign in
    #[command(
        after_help = "Example: printf '%s' \"$PASSWORD\" | steward user add --login anna --name 'Anna Berg' --role administrator --password-stdin"
    )]
    Add(UserAdd),
    /// Set a person's password, read from standard input
    #[command(after_help = "Example: printf '%s' \"$PASSWORD\" | steward user password --login anna --password-stdin")]
    Password(UserPassword),
    /// Make an API token and print it
    #[command(after_help = "Example: steward user token --login anna --days 30 --read-only")]
    Token(UserToken),
}

/// Options of `user add`.
#[derive(Debug, Args)]
pub(crate) struct UserAdd {
    /// Login
    #[arg(long)]
    pub(crate) login: String,
    /// Full name
    #[arg(long)]
    pub(crate) name: String,
    /// Mail address
    #[arg(long)]
    pub(crate) mail: Option<String>,
    /// Role; may be given several times
    #[arg(long = "role", required = true)]
    pub(crate) roles: Vec<String>,
    /// Organisation by name or number [default: the first one]
    #[arg(long)]
    pub(crate) organisation: Option<String>,
    /// Have the roles hold for the organisation and those below it only
    #[arg(long)]
    pub(crate) within_organisation: bool,
    /// Read a password from standard input; without it the person cannot sign in with one
    #[arg(long)]
    pub(crate) password_stdin: bool,
}

/// Options of `user password`.
#[derive(Debug, Args)]
pub(crate) struct UserPassword {
    /// Login
    #[arg(long)]
    pub(crate) login: String,
    /// Read the password from standard input
    #[arg(long, required = true)]
    pub(crate) password_stdin: bool,
}

/// Options of `user token`.
#[derive(Debug, Args)]
pub(crate) struct UserToken {
    /// Login
    #[arg(long)]
    pub(crate) login: String,
    /// What the token is for
    #[arg(long, default_value = "command line")]
    pub(crate) label: String,
    /// Days that it holds, 1 to 365
    #[arg(long, default_value_t = steward_app::tokens::DEFAULT_DAYS)]
    pub(crate) days: i64,
    /// Let it read only
    #[arg(long)]
    pub(crate) read_only: bool,
    /// Kind that it is good for; may be given several times [default: all]
    #[arg(long = "kind", id = "kind_of_token")]
    pub(crate) kinds: Vec<String>,
}

/// Imports.
#[derive(Debug, Subcommand)]
pub(crate) enum Import {
    /// Recreate records from the event log of another system, each row as an event at its moment by its actor
    #[command(after_help = "Example: steward import event-log incident_event_log.csv.xz --profile uci")]
    EventLog(EventLog),
}

/// Options of `import event-log`.
#[derive(Debug, Args)]
pub(crate) struct EventLog {
    /// The log: CSV with a header, plain or packed with xz or gzip
    pub(crate) file: PathBuf,
    /// What its columns mean: the name of a shipped profile, or a TOML file
    #[arg(long)]
    pub(crate) profile: String,
    /// Organisation that the records belong to, by name or number [default: the first one]
    #[arg(long)]
    pub(crate) organisation: Option<String>,
    /// Where rows that cannot be used are written, with line and reason [default: beside the log, with .errors.csv]
    #[arg(long)]
    pub(crate) errors: Option<PathBuf>,
    /// Print the report as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// Automation rules.
#[derive(Debug, Subcommand)]
pub(crate) enum Rule {
    /// Try the examples of rules; ends with an error when one does not hold
    #[command(after_help = "Example: steward rule test RUL0000002")]
    Test {
        /// Numbers of rules; all that are not retired when none is named
        rules: Vec<String>,
    },
}

/// Reports.
#[derive(Debug, Subcommand)]
pub(crate) enum Report {
    /// Counts per state, priority, channel and team, reopenings, reassignments, first and last dates, times
    #[command(after_help = "Example: steward report facts --kind incident")]
    Facts(FactsOptions),
    /// How service levels were kept, by month and target; or which targets agree best with an imported flag
    #[command(
        after_help = "Examples: steward report service-levels --since-days 90\n          steward report service-levels --compare made_sla"
    )]
    ServiceLevels(ServiceLevelOptions),
    /// Whether forecasts hold: goes through the past as though it were the present
    #[command(after_help = "Example: steward report forecast --backtest --kind incident")]
    Forecast(ForecastOptions),
}

/// Options of `report forecast`.
#[derive(Debug, Args)]
pub(crate) struct ForecastOptions {
    /// Forecast each record of the past from what was known then, and count how often that held
    #[arg(long, required = true)]
    pub(crate) backtest: bool,
    /// Key of the kind
    #[arg(long, default_value = "incident")]
    pub(crate) kind: String,
    /// Take every so many-th record only
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) every: u32,
}

/// Options of `report service-levels`.
#[derive(Debug, Args)]
pub(crate) struct ServiceLevelOptions {
    /// Key of the kind
    #[arg(long, default_value = "incident")]
    pub(crate) kind: String,
    /// Days looked back
    #[arg(long, default_value_t = 365)]
    pub(crate) since_days: i64,
    /// Name of an imported value that is `true` for what was kept: prints the targets that agree best with it
    #[arg(long)]
    pub(crate) compare: Option<String>,
}

/// Options of `report facts`.
#[derive(Debug, Args)]
pub(crate) struct FactsOptions {
    /// Key of the kind
    #[arg(long)]
    pub(crate) kind: String,
    /// Print as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// Options of `verify`.
#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// File with the seal that an earlier run wrote: shows whether the end of the journal was cut off
    #[arg(long)]
    pub(crate) head: Option<PathBuf>,
    /// Seal the journal and write the seal to this file, to be kept elsewhere
    #[arg(long)]
    pub(crate) write_head: Option<PathBuf>,
    /// Leave out reading the content of every attachment
    #[arg(long)]
    pub(crate) skip_files: bool,
    /// Check this folder with a backup instead of the database
    #[arg(long, value_name = "FOLDER", conflicts_with_all = ["head", "write_head", "skip_files"])]
    pub(crate) backup: Option<PathBuf>,
}

/// Options of `backup`.
#[derive(Debug, Args)]
pub(crate) struct Backup {
    /// Folder to write, which must not exist or be empty
    pub(crate) folder: PathBuf,
}

/// Options of `restore`.
#[derive(Debug, Args)]
pub(crate) struct Restore {
    /// Folder of the backup
    pub(crate) folder: PathBuf,
}

/// Options of `export`.
#[derive(Debug, Args)]
pub(crate) struct Export {
    /// File to write
    pub(crate) file: PathBuf,
}

/// Options of `bench`.
#[derive(Debug, Args)]
pub(crate) struct Bench {
    /// Incidents that lists choose from
    #[arg(long, default_value_t = 1_000_000)]
    pub(crate) records: usize,
    /// Only 20,000 records and a second for each load, for a first impression
    #[arg(long, conflicts_with_all = ["records", "seconds"])]
    pub(crate) quick: bool,
    /// Seconds for each load
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=600))]
    pub(crate) seconds: u64,
    /// Seed of the data; the same seed gives the same data
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// Import this event log as well, such as the UCI incident log, into the database as it is at the end
    #[arg(long)]
    pub(crate) event_log: Option<PathBuf>,
    /// Profile of the event log: a shipped one by name, or a TOML file
    #[arg(long, default_value = "uci", requires = "event_log")]
    pub(crate) profile: String,
    /// Write the figures to this file as JSON
    #[arg(long)]
    pub(crate) json: Option<PathBuf>,
}
