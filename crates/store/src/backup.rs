//! Backups: a folder with the database as of one moment, the files it names, and a manifest with every file's hash.
//!
//! The manifest is written last and moved into place, so a backup that was cut short has none and is never good.

use std::fs::OpenOptions;
use std::io::{Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use futures_util::TryStreamExt;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::blob::{self, Blobs};
use crate::boxed;
use crate::config::{self, StoreConfig, make_private_folder};
use crate::connection::Connection;
use crate::error::StoreError;
use crate::migrate;
use crate::sql::{Bind, Dialect};
use crate::store::Store;

/// Form of the backup; another number means that another program is needed.
const FORM: u32 = 1;

const MANIFEST: &str = "manifest.json";
/// Holds the hash of the manifest, so that a flipped byte there shows as well.
const MANIFEST_HASH: &str = "manifest.sha256";
const SQLITE_FILE: &str = "steward.db";
const SERIES_FILE: &str = "number-series.json";

/// Tables of a logical copy, each with its identity column where it has one.
const TABLES: [(&str, Option<&str>); 46] = [
    ("record", None),
    ("journal", Some("position")),
    ("record_link", Some("id")),
    ("reference", None),
    ("unique_value", None),
    ("attachment", None),
    ("file_scan", None),
    ("job", Some("id")),
    ("seal", None),
    ("cursor", None),
    ("counter", None),
    ("credential", None),
    ("token", Some("id")),
    ("attempt", Some("id")),
    ("idempotency", None),
    ("security_event", Some("id")),
    ("draft", None),
    ("notification", Some("id")),
    ("snippet_use", None),
    ("saved_view", Some("id")),
    ("saved_view_pin", None),
    ("list_columns", None),
    ("bulk_edit", Some("id")),
    ("bulk_edit_row", None),
    ("visit", None),
    ("time_interval", None),
    ("interval_concern", None),
    ("calendar_feed", Some("id")),
    ("holiday_feed", None),
    ("person_settings", None),
    ("article_read", None),
    ("article_vote", None),
    ("handling_note_view", None),
    ("clock_book", Some("id")),
    ("clock", None),
    ("rule_run", Some("id")),
    ("webhook_delivery", None),
    ("rule_done", None),
    ("rule_place", None),
    ("rule_group", None),
    ("rule_replay", None),
    ("outbox", Some("id")),
    ("outbox_place", None),
    ("worklog", None),
    ("work_timer", None),
    ("meta", None),
];

/// What a backup holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Form of the backup.
    pub form: u32,
    /// `sqlite` or `postgres`.
    pub database: String,
    /// Version of the schema.
    pub schema: usize,
    /// Every file.
    pub files: Vec<ManifestFile>,
}

/// A file of a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManifestFile {
    /// Path inside the backup, with `/`.
    pub path: String,
    /// Length in bytes.
    pub size: u64,
    /// SHA-256, hex.
    pub sha256: String,
}

impl Store {
    /// Copies the database, as it is at one moment, and every file that it names into a folder that must be absent or
    /// empty. Goes on beside other work.
    ///
    /// # Errors
    /// When anything at all could not be copied or is damaged; the folder then has no manifest and is no backup.
    #[boxed]
    pub async fn backup(&self, target: &Path, blobs: &Blobs) -> Result<Manifest, StoreError> {
        require_empty(target)?;
        make_private_folder(target)?;
        let mut connection = self.read_snapshot().await?;
        let mut files = match self.dialect() {
            Dialect::Sqlite => {
                // It cannot run inside a transaction, and takes a snapshot of its own.
                connection.execute_script("rollback").await?;
                let path = target.join(SQLITE_FILE);
                private_file(&path)?;
                connection.execute("vacuum into $1", &[Bind::Text(path.display().to_string())]).await?;
                vec![blocking(move || sync_and_hash(&path, SQLITE_FILE)).await?]
            }
            Dialect::Postgres => copy_tables(&mut connection, target).await?,
        };
        // Asked after the copy: what was attached since is one file too many, never one too few.
        let rows = connection.fetch_all("select distinct sha256 from attachment order by sha256", &[]).await?;
        drop(connection);
        for row in &rows {
            files.push(copy_blob(blobs.folder(), target, row.text(0)?).await?);
        }
        let database = database_word(self.dialect()).to_owned();
        let manifest = Manifest { form: FORM, database, schema: migrate::newest(), files };
        write_manifest(target, &manifest)?;
        Ok(manifest)
    }
}

/// Checks every file of a backup against its manifest.
///
/// # Errors
/// [`StoreError::Damaged`] naming the first file that is not as it was written; [`StoreError::Refused`] when the folder
/// holds no complete backup.
pub async fn verify_backup(folder: &Path) -> Result<Manifest, StoreError> {
    let manifest = read_manifest(folder)?;
    for file in &manifest.files {
        let (path, wanted) = (folder.join(&file.path), file.clone());
        let found = blocking(move || hash_file(&path, &wanted.path)).await?;
        if found != *file {
            return Err(StoreError::Damaged(format!("{} in the backup is not as it was written", file.path)));
        }
    }
    Ok(manifest)
}

/// Brings a backup back into a database and a folder for files that are both still empty. The backup is verified first.
///
/// # Errors
/// [`StoreError::Refused`] when the target is not empty or of the other sort, [`StoreError::Damaged`] when the backup is
/// not as it was written; else what went wrong on the way.
pub async fn restore(folder: &Path, config: &StoreConfig, blobs: &Path) -> Result<Manifest, StoreError> {
    let manifest = verify_backup(folder).await?;
    if manifest.schema > migrate::newest() {
        return Err(StoreError::Refused("the backup was made by a newer program; restore it with that one".into()));
    }
    require_empty(blobs)?;
    match (config.sqlite_path(), manifest.database.as_str()) {
        (Some(path), "sqlite") => {
            require_absent(&path)?;
            restore_files(folder, &manifest, blobs).await?;
            restore_sqlite(folder, &path).await?;
        }
        (None, "postgres") => {
            restore_files(folder, &manifest, blobs).await?;
            restore_postgres(folder, config, &manifest).await?;
        }
        _ => return Err(StoreError::Refused(format!("the backup is one of {}", manifest.database))),
    }
    Ok(manifest)
}

/// Files come before the database, so that a restore that was cut short leaves none that names files not there.
async fn restore_files(folder: &Path, manifest: &Manifest, blobs: &Path) -> Result<(), StoreError> {
    make_private_folder(blobs)?;
    for file in manifest.files.iter().filter_map(|file| Some((file, file.path.strip_prefix("blobs/")?))) {
        let (from, to) = (folder.join(&file.0.path), blobs.join(file.1));
        blocking(move || copy_file(&from, &to, "")).await?;
    }
    Ok(())
}

fn require_absent(path: &Path) -> Result<(), StoreError> {
    match path.exists() {
        false => Ok(()),
        true => {
            let reason = format!("{} is there already; a backup goes into an empty place", path.display());
            Err(StoreError::Refused(reason))
        }
    }
}

/// The database gets its name when it is whole.
async fn restore_sqlite(folder: &Path, path: &Path) -> Result<(), StoreError> {
    let (from, to) = (folder.join(SQLITE_FILE), path.to_owned());
    let unfinished = to.with_extension("unfinished");
    blocking(move || {
        if unfinished.exists() {
            std::fs::remove_file(&unfinished).map_err(|source| file_error(&unfinished, source))?;
        }
        copy_file(&from, &unfinished, "")?;
        std::fs::rename(&unfinished, &to).map_err(|source| file_error(&to, source))?;
        sync_folder_of(&to)
    })
    .await
}

async fn restore_postgres(folder: &Path, config: &StoreConfig, manifest: &Manifest) -> Result<(), StoreError> {
    if manifest.schema != migrate::newest() {
        return Err(StoreError::Refused(
            "the backup was made by an older program; restore it with that one, then upgrade".into(),
        ));
    }
    let pool = config::open_postgres(config).await?;
    let mut connection = Connection::postgres(pool.acquire().await?, 0);
    connection.discard();
    let tables = "select count(*) from information_schema.tables where table_schema = current_schema()";
    if connection.fetch_integer(tables, &[]).await? != Some(0) {
        return Err(StoreError::Refused("the database is not empty; a backup goes into an empty one".into()));
    }
    migrate::migrate(&mut connection).await?;
    connection.execute_script("begin; set local statement_timeout = 0; delete from meta").await?;
    for (table, identity) in TABLES {
        copy_in(&mut connection, table, &folder.join(table_path(table))).await?;
        if let Some(column) = identity {
            let sql = format!(
                "select setval(pg_get_serial_sequence('{table}', '{column}'), max({column})) from {table} having max({column}) > 0"
            );
            connection.fetch_all(&sql, &[]).await?;
        }
    }
    // Views, indexes and stamps of kinds are made anew at the next start.
    connection.execute_script("delete from meta where key like 'kind:%'").await?;
    restore_series(&mut connection, folder).await?;
    connection.execute_script("commit").await?;
    Ok(())
}

async fn copy_tables(connection: &mut Connection, target: &Path) -> Result<Vec<ManifestFile>, StoreError> {
    make_private_folder(&target.join("tables"))?;
    let mut files = Vec::with_capacity(TABLES.len() + 1);
    for (table, _) in TABLES {
        let name = table_path(table);
        let path = target.join(&name);
        copy_out(connection, table, &path).await?;
        files.push(blocking(move || sync_and_hash(&path, &name)).await?);
    }
    let sql = "select sequencename::text, last_value from pg_sequences \
               where schemaname = current_schema() and sequencename like 'number\\_%' and last_value is not null order by 1";
    let rows = connection.fetch_all(sql, &[]).await?;
    let series: Vec<(String, i64)> =
        rows.iter().map(|row| Ok((row.text(0)?, row.integer(1)?))).collect::<Result<_, sqlx::Error>>()?;
    let text = serde_json::to_string(&series).map_err(|error| StoreError::Damaged(error.to_string()))?;
    let path = target.join(SERIES_FILE);
    write_file(&path, text.as_bytes())?;
    files.push(blocking(move || sync_and_hash(&path, SERIES_FILE)).await?);
    Ok(files)
}

async fn restore_series(connection: &mut Connection, folder: &Path) -> Result<(), StoreError> {
    let path = folder.join(SERIES_FILE);
    let text = std::fs::read_to_string(&path).map_err(|source| file_error(&path, source))?;
    let series: Vec<(String, i64)> =
        serde_json::from_str(&text).map_err(|error| StoreError::Damaged(format!("{SERIES_FILE}: {error}")))?;
    for (name, last) in series {
        let name = crate::sql::quoted(&name);
        connection.execute_script(&format!("create sequence if not exists {name}")).await?;
        connection
            .fetch_all(&format!("select setval({}, $1)", crate::sql::literal(&name)), &[Bind::Integer(last)])
            .await?;
    }
    Ok(())
}

async fn copy_out(connection: &mut Connection, table: &str, path: &Path) -> Result<(), StoreError> {
    let Some(link) = connection.as_postgres() else { return Ok(()) };
    let mut file = private_file(path)?;
    let mut rows = link.copy_out_raw(&format!("copy {table} to stdout")).await?;
    while let Some(part) = rows.try_next().await? {
        file.write_all(&part).map_err(|source| file_error(path, source))?;
    }
    Ok(())
}

async fn copy_in(connection: &mut Connection, table: &str, path: &Path) -> Result<(), StoreError> {
    let Some(link) = connection.as_postgres() else { return Ok(()) };
    let mut file = std::fs::File::open(path).map_err(|source| file_error(path, source))?;
    let mut copy = link.copy_in_raw(&format!("copy {table} from stdin")).await?;
    let mut part = vec![0; 1 << 16];
    loop {
        let length = file.read(&mut part).map_err(|source| file_error(path, source))?;
        if length == 0 {
            break;
        }
        copy.send(&part[..length]).await?;
    }
    copy.finish().await?;
    Ok(())
}

async fn copy_blob(from: &Path, target: &Path, sha256: String) -> Result<ManifestFile, StoreError> {
    let relative = blob::relative_path(&sha256)?;
    let (from, name) = (from.join(&relative), format!("blobs/{relative}"));
    let to = target.join(&name);
    let copied = blocking(move || copy_file(&from, &to, &name)).await?;
    match copied.sha256 == sha256 {
        true => Ok(copied),
        false => Err(StoreError::Damaged(format!("content {sha256} is not as it was written"))),
    }
}

fn table_path(table: &str) -> String {
    format!("tables/{table}.copy")
}

fn database_word(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Sqlite => "sqlite",
        Dialect::Postgres => "postgres",
    }
}

fn write_manifest(target: &Path, manifest: &Manifest) -> Result<(), StoreError> {
    let text = serde_json::to_string_pretty(manifest).map_err(|error| StoreError::Damaged(error.to_string()))?;
    write_file(&target.join(MANIFEST_HASH), hex::encode(Sha256::digest(&text)).as_bytes())?;
    let (unfinished, finished) = (target.join("manifest.unfinished"), target.join(MANIFEST));
    write_file(&unfinished, text.as_bytes())?;
    std::fs::rename(&unfinished, &finished).map_err(|source| file_error(&finished, source))?;
    sync_folder_of(&finished)
}

/// Makes sure that the name of a file is on disk.
fn sync_folder_of(path: &Path) -> Result<(), StoreError> {
    let Some(folder) = path.parent() else { return Ok(()) };
    let synced = std::fs::File::open(folder).and_then(|folder| folder.sync_all());
    synced.map_err(|source| file_error(folder, source))
}

fn read_manifest(folder: &Path) -> Result<Manifest, StoreError> {
    let read = |name: &str| std::fs::read(folder.join(name));
    let (Ok(text), Ok(hash)) = (read(MANIFEST), read(MANIFEST_HASH)) else {
        return Err(StoreError::Refused(format!("{} holds no complete backup", folder.display())));
    };
    if hex::encode(Sha256::digest(&text)).as_bytes() != hash {
        return Err(StoreError::Damaged("the manifest of the backup is not as it was written".into()));
    }
    let manifest: Manifest =
        serde_json::from_slice(&text).map_err(|error| StoreError::Damaged(format!("the manifest: {error}")))?;
    match manifest.form {
        FORM => Ok(manifest),
        form => Err(StoreError::Refused(format!("the backup has form {form}, this program knows {FORM}"))),
    }
}

fn require_empty(folder: &Path) -> Result<(), StoreError> {
    match std::fs::read_dir(folder).map(|mut entries| entries.next().is_none()) {
        Ok(true) => Ok(()),
        Ok(false) => Err(StoreError::Refused(format!("{} is not empty", folder.display()))),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(source) => Err(file_error(folder, source)),
    }
}

fn private_file(path: &Path) -> Result<std::fs::File, StoreError> {
    let open = OpenOptions::new().create_new(true).write(true).mode(0o600).open(path);
    open.map_err(|source| file_error(path, source))
}

fn write_file(path: &Path, content: &[u8]) -> Result<(), StoreError> {
    let mut file = private_file(path)?;
    file.write_all(content).and_then(|()| file.sync_all()).map_err(|source| file_error(path, source))
}

/// Copies a file for the owner alone and returns what was written.
fn copy_file(from: &Path, to: &Path, name: &str) -> Result<ManifestFile, StoreError> {
    if let Some(folder) = to.parent() {
        make_private_folder(folder)?;
    }
    let mut source = std::fs::File::open(from).map_err(|error| file_error(from, error))?;
    let mut target = private_file(to)?;
    std::io::copy(&mut source, &mut target).map_err(|error| file_error(to, error))?;
    sync_and_hash(to, name)
}

/// Makes sure that a file is on disk, then reads it back.
fn sync_and_hash(path: &Path, name: &str) -> Result<ManifestFile, StoreError> {
    let synced = std::fs::File::open(path).and_then(|file| file.sync_all());
    synced.map_err(|source| file_error(path, source))?;
    hash_file(path, name)
}

fn hash_file(path: &Path, name: &str) -> Result<ManifestFile, StoreError> {
    let failed = |source| file_error(path, source);
    let mut file = std::fs::File::open(path).map_err(failed)?;
    let (mut digest, mut size, mut part) = (Sha256::new(), 0, vec![0; 1 << 16]);
    loop {
        let length = file.read(&mut part).map_err(failed)?;
        if length == 0 {
            return Ok(ManifestFile { path: name.to_owned(), size, sha256: hex::encode(digest.finalize()) });
        }
        digest.update(&part[..length]);
        size += u64::try_from(length).unwrap_or(0);
    }
}

fn file_error(path: &Path, source: std::io::Error) -> StoreError {
    match source.kind() {
        std::io::ErrorKind::StorageFull => StoreError::Full,
        _ => StoreError::File { path: path.display().to_string(), source },
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|error| Err(StoreError::Refused(error.to_string())))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::TABLES;
    use crate::migrate::STEPS;

    /// Whoever is signed in signs in again after a restore, and makes links that decide anew: a copy must open none.
    const LEFT_OUT: [&str; 2] = ["approval_link", "session"];

    #[test]
    fn a_logical_copy_has_every_table_that_a_migration_makes() {
        let words: Vec<&str> = STEPS.iter().flat_map(|step| step.split_whitespace()).collect();
        let made: BTreeSet<&str> =
            words.windows(3).filter(|three| three[..2] == ["create", "table"]).map(|three| three[2]).collect();
        let copied = TABLES.iter().map(|(table, _)| *table).filter(|table| *table != "meta");
        assert_eq!(made, copied.chain(LEFT_OUT).collect());
    }
}
