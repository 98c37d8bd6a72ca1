//! Configuration: flags, then `STEWARD_*` variables, then `steward.toml`; the same names in all three.

use std::path::PathBuf;

use anyhow::Context;
use serde::Deserialize;

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
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    data: Option<PathBuf>,
    database_url: Option<String>,
    kinds: Option<PathBuf>,
    log: Option<String>,
    listen: Option<String>,
}

impl Config {
    /// Puts flags, variables and file together.
    pub(crate) fn read(settings: &Settings) -> anyhow::Result<Self> {
        let file = read_file(settings)?;
        let data = settings.data.clone().or(file.data).unwrap_or_else(|| PathBuf::from("steward-data"));
        let database_url = settings.database_url.clone().or(file.database_url);
        Ok(Self {
            database_url: database_url.unwrap_or_else(|| format!("sqlite:{}", data.join("steward.db").display())),
            data,
            kinds: settings.kinds.clone().or(file.kinds),
            log: settings.log.clone().or(file.log),
            listen: settings.listen.clone().or(file.listen).unwrap_or_else(|| "127.0.0.1:8080".to_owned()),
        })
    }

    /// Folder of attachment contents.
    pub(crate) fn blobs(&self) -> PathBuf {
        self.data.join("blobs")
    }
}

fn read_file(settings: &Settings) -> anyhow::Result<File> {
    let (path, named) = match &settings.config {
        Some(path) => (path.clone(), true),
        None => (PathBuf::from("steward.toml"), false),
    };
    match std::fs::read_to_string(&path) {
        Ok(text) => toml::from_str(&text).with_context(|| format!("{} cannot be used", path.display())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && !named => Ok(File::default()),
        Err(error) => Err(error).with_context(|| format!("{} cannot be read", path.display())),
    }
}
