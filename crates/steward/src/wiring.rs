//! Putting the program together from its parts.

use std::fs;
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, bail};
use steward_app::clock::SystemClock;
use steward_app::definitions::{Base, Definitions};
use steward_app::{App, Parts};
use steward_channels::outside::Guarded;
use steward_model::kind::Source;
use steward_outbound::client::Client;
use steward_search::document::Catalogue;
use steward_search::index::Search;
use steward_store::blob::Blobs;
use steward_store::config::StoreConfig;
use steward_store::store::Store;

use crate::config::Config;

/// The program, wired, with the database for those who operate it.
pub(crate) struct Wired {
    /// The use cases.
    pub(crate) app: App,
    /// The database.
    pub(crate) store: Store,
    /// Contents of attachments.
    pub(crate) blobs: Blobs,
}

/// Opens everything, the search index too.
pub(crate) async fn wire_server(config: &Config) -> anyhow::Result<Wired> {
    wire_with(config, Alone::Yes, true).await
}

/// Whether no other process may have the SQLite database open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Alone {
    /// A server, or work on all data.
    Yes,
    /// A command that works beside a server.
    No,
}

/// Opens everything but the search index, which only servers use; makes what is missing.
pub(crate) async fn wire(config: &Config, alone: Alone) -> anyhow::Result<Wired> {
    wire_with(config, alone, false).await
}

async fn wire_with(config: &Config, alone: Alone, with_search: bool) -> anyhow::Result<Wired> {
    make_data_folder(&config.data)?;
    let definitions = load_definitions(config)?;
    let store_config = StoreConfig { exclusive: alone == Alone::Yes, ..StoreConfig::new(&config.database_url) };
    let store = Store::open(&store_config).await?;
    let blobs = Blobs::open(&config.blobs())?;
    // What an installation lays over the definitions comes with values of its own, so an index need not be made anew.
    let (registry, policy) = (definitions.kinds(), definitions.policy());
    let search =
        if with_search { Some(Search::open(&config.search(), Catalogue::new(registry, policy))?) } else { None };
    let app = App::new(Parts {
        store: store.clone(),
        blobs: blobs.clone(),
        definitions,
        clock: Arc::new(SystemClock),
        key: read_key(&config.data.join("secret.key"))?,
        search,
    });
    app.set_outside(Arc::new(Guarded(Client::new(config.outbound_allow.clone()))));
    app.set_file_policy(config.files.clone());
    if let Some(scanner) = &config.scanner {
        app.set_scanner(Arc::new(scanner.clone()));
    }
    app.begin_definitions().await?;
    Ok(Wired { app, store, blobs })
}

/// The shipped kinds and roles, and the kinds of the customer's folder.
pub(crate) fn load_definitions(config: &Config) -> anyhow::Result<Definitions> {
    let mut base = Base { clashes: steward_web::clashes, ..Base::shipped() };
    if let Some(folder) = &config.kinds {
        base.kinds.extend(own_kinds(folder)?);
    }
    Definitions::load(Arc::new(base), Vec::new()).map_err(|faults| {
        let lines: Vec<String> = faults.iter().map(ToString::to_string).collect();
        anyhow::anyhow!("definitions of kinds and roles cannot be used:\n{}", lines.join("\n"))
    })
}

fn own_kinds(folder: &Path) -> anyhow::Result<Vec<Source>> {
    let mut sources = Vec::new();
    let entries = fs::read_dir(folder).with_context(|| format!("{} cannot be read", folder.display()))?;
    for entry in entries {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            let text = fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))?;
            sources.push(Source { path: path.display().to_string(), text });
        }
    }
    sources.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(sources)
}

fn make_data_folder(folder: &Path) -> anyhow::Result<()> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .with_context(|| format!("the data folder {} cannot be made", folder.display()))?;
    let mode = fs::metadata(folder)?.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        fs::set_permissions(folder, fs::Permissions::from_mode(0o700))?;
        tracing::warn!(folder = %folder.display(), "the data folder was open to others; closed it");
    }
    Ok(())
}

/// The key that seals secret fields; made at the first start. Keep it with the backups, but not in them.
fn read_key(path: &Path) -> anyhow::Result<[u8; 32]> {
    match fs::read(path) {
        Ok(bytes) => {
            let mode = fs::metadata(path)?.permissions().mode() & 0o777;
            if mode & 0o077 != 0 {
                fs::set_permissions(path, fs::Permissions::from_mode(0o600))?;
                tracing::warn!(file = %path.display(), "the key was open to others; closed it");
            }
            match bytes.try_into() {
                Ok(key) => Ok(key),
                Err(_) => bail!("{} is no key of 32 bytes; restore it from where you keep it", path.display()),
            }
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let key: [u8; 32] = rand::random();
            let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
            file.write_all(&key)?;
            file.sync_all()?;
            Ok(key)
        }
        Err(error) => Err(error).with_context(|| format!("{} cannot be read", path.display())),
    }
}
