//! Configuration: flags, then `STEWARD_*` variables, then `steward.toml`; the same names in all three.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use serde::Deserialize;
use steward_app::files::policy::FilePolicy;
use steward_channels::clamd::Clamd;
use steward_channels::letter::Sender;
use steward_http::address::Proxies;
use steward_outbound::allow::Allow;

use crate::arguments::Settings;

/// The settings in force.
#[derive(Debug, Clone)]
pub(crate) struct Config {
    /// Folder for database, files and keys.
    pub(crate) data: PathBuf,
    /// The database.
    pub(crate) database_url: String,
    /// Folder of further kind definitions.
    pub(crate) kinds: Option<PathBuf>,
    /// What to log.
    pub(crate) log: Option<String>,
    /// Address to listen on.
    pub(crate) listen: String,
    /// Seconds between the signal to stop and the end of listening.
    pub(crate) drain_seconds: u64,
    /// Address under which people reach this installation.
    pub(crate) public_address: Option<String>,
    /// Proxies that may say whom they speak for.
    pub(crate) proxies: Proxies,
    /// Folder to which mail is written.
    pub(crate) mail_folder: Option<PathBuf>,
    /// From whom mail comes.
    pub(crate) mail_from: Sender,
    /// What addresses that people typed in may lead to besides the public internet.
    pub(crate) outbound_allow: Allow,
    /// The malware scanner that looks at files.
    pub(crate) scanner: Option<Clamd>,
    /// Which files are taken.
    pub(crate) files: FilePolicy,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    data: Option<PathBuf>,
    database_url: Option<String>,
    kinds: Option<PathBuf>,
    log: Option<String>,
    listen: Option<String>,
    drain_seconds: Option<u64>,
    public_address: Option<String>,
    proxies: Option<String>,
    mail_folder: Option<PathBuf>,
    mail_from: Option<String>,
    outbound_allow: Option<Vec<String>>,
    scanner: Option<String>,
    scanner_seconds: Option<u64>,
    file_max_mib: Option<usize>,
    file_refused_endings: Option<Vec<String>>,
    file_refused_contents: Option<Vec<String>>,
}

/// Seconds that the scanner may take for a file where nothing else is said.
const SCANNER_SECONDS: u64 = 60;

impl Config {
    /// Puts flags, variables and file together.
    pub(crate) fn read(settings: &Settings) -> anyhow::Result<Self> {
        let file = read_file(settings)?;
        let data = settings.data.clone().or(file.data).unwrap_or_else(|| PathBuf::from("steward-data"));
        let database_url = settings.database_url.clone().or(file.database_url);
        let public_address = settings.public_address.clone().or(file.public_address);
        if let Some(address) = public_address.as_deref().filter(|address| !is_address(address)) {
            anyhow::bail!(
                "public_address must be a scheme and a host such as https://desk.example.org, this is `{address}`"
            );
        }
        let proxies = settings.proxies.clone().or(file.proxies).unwrap_or_default();
        let proxies = Proxies::parse(&proxies)
            .map_err(|part| anyhow::anyhow!("proxies must be addresses such as 10.0.0.1, `{part}` is none"))?;
        let host = public_address.as_deref().and_then(host_of).unwrap_or("localhost");
        let mail_from =
            settings.mail_from.clone().or(file.mail_from).unwrap_or_else(|| format!("Steward <steward@{host}>"));
        let mail_from = Sender::parse(&mail_from).with_context(|| {
            format!("mail_from must be such as `Service desk <desk@example.org>`, this is `{mail_from}`")
        })?;
        let outbound_allow = settings.outbound_allow.clone().or(file.outbound_allow).unwrap_or_default();
        let outbound_allow =
            Allow::parse(&outbound_allow).map_err(|fault| anyhow::anyhow!("outbound_allow cannot be used: {fault}"))?;
        let scanner = scanner(
            settings.scanner.clone().or(file.scanner),
            settings.scanner_seconds.or(file.scanner_seconds).unwrap_or(SCANNER_SECONDS),
        )?;
        let endings = settings.file_refused_endings.clone().or(file.file_refused_endings);
        let contents = settings.file_refused_contents.clone().or(file.file_refused_contents);
        let max_mib = settings.file_max_mib.or(file.file_max_mib);
        let files = FilePolicy::read(max_mib, endings.as_deref(), contents.as_deref()).map_err(anyhow::Error::msg)?;
        Ok(Self {
            outbound_allow,
            scanner,
            files,
            mail_folder: settings.mail_folder.clone().or(file.mail_folder),
            mail_from,
            database_url: database_url.unwrap_or_else(|| format!("sqlite:{}", data.join("steward.db").display())),
            data,
            kinds: settings.kinds.clone().or(file.kinds),
            log: settings.log.clone().or(file.log),
            drain_seconds: file.drain_seconds.unwrap_or(0),
            public_address,
            proxies,
            listen: settings.listen.clone().or(file.listen).unwrap_or_else(|| "127.0.0.1:8080".to_owned()),
        })
    }

    /// Folder of attachment contents.
    pub(crate) fn blobs(&self) -> PathBuf {
        self.data.join("blobs")
    }

    /// Folder of the search index.
    pub(crate) fn search(&self) -> PathBuf {
        self.data.join("search")
    }
}

/// The scanner at an address; none where it is left empty.
fn scanner(address: Option<String>, seconds: u64) -> anyhow::Result<Option<Clamd>> {
    let Some(address) = address.filter(|address| !address.is_empty()) else { return Ok(None) };
    anyhow::ensure!((1..=3600).contains(&seconds), "scanner_seconds must be from 1 to 3600, this is {seconds}");
    let scanner = Clamd::parse(&address, Duration::from_secs(seconds));
    scanner.map(Some).map_err(|fault| anyhow::anyhow!("scanner cannot be used: {fault}"))
}

/// The name of the host in an address, without its port.
fn host_of(address: &str) -> Option<&str> {
    let host = address.split("://").nth(1)?.split(['/', ':']).next()?;
    Some(host).filter(|host| !host.is_empty())
}

/// Whether a text is a scheme of the web and a host, perhaps with a port.
fn is_address(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    rest.map(|rest| rest.trim_end_matches('/'))
        .is_some_and(|host| !host.is_empty() && !host.contains(['/', '?', '#', '@', ' ']))
}

/// The error with its line, but without the picture of it, for logs that keep one line.
fn in_one_line(path: &Path, text: &str, error: &toml::de::Error) -> anyhow::Error {
    let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    let message = error.message().replace('\n', " ");
    anyhow::anyhow!("{} cannot be used: line {line}: {message}", path.display())
}

fn read_file(settings: &Settings) -> anyhow::Result<File> {
    let (path, named) = match &settings.config {
        Some(path) => (path.clone(), true),
        None => (PathBuf::from("steward.toml"), false),
    };
    match std::fs::read_to_string(&path) {
        Ok(text) => toml::from_str(&text).map_err(|error| in_one_line(&path, &text, &error)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && !named => Ok(File::default()),
        Err(error) => Err(error).with_context(|| format!("{} cannot be read", path.display())),
    }
}
