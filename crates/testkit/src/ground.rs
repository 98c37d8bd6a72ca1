//! What the databases of tests begin as: the schema, and what the shipped kinds ask of it. Made once by whichever test
//! comes first and then copied, which takes a tenth of the time of making it. Its name tells the definitions that it was
//! made of, so others are never met; what else may have changed a server puts in order as it begins.

use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::{Connection as _, PgConnection};
use steward_model::chain::Hash;
use steward_model::kind::Registry;
use steward_store::config::StoreConfig;
use steward_store::store::Store;

use crate::database::{address, run};

/// Key of the advisory lock that is held while a ground is made: "ground" in ASCII.
const LOCK: i64 = 0x6772_6f75_6e64;
/// Until the connections of the store that made it are seen to be gone.
const WAIT: Duration = Duration::from_millis(20);

/// Name of the database on the server that others are made of.
pub(crate) async fn on_postgres(server: &str) -> String {
    let name = format!("steward_ground_{}", digest());
    let mut connection = PgConnection::connect(server).await.unwrap();
    if !exists(&mut connection, &name).await {
        // The lock ends with the connection.
        run(&mut connection, format!("select pg_advisory_lock({LOCK})")).await;
        if !exists(&mut connection, &name).await {
            make_on_postgres(server, &mut connection, &name).await;
        }
    }
    name
}

async fn make_on_postgres(server: &str, connection: &mut PgConnection, name: &str) {
    let making = format!("{name}_making");
    run(connection, format!("drop database if exists {making} with (force)")).await;
    run(connection, format!("create database {making}")).await;
    prepare(&StoreConfig { connections: 2, ..StoreConfig::new(address(server, &making)) }).await;
    while has_guests(connection, &making).await {
        tokio::time::sleep(WAIT).await;
    }
    run(connection, format!("alter database {making} rename to {name}")).await;
}

async fn exists(connection: &mut PgConnection, name: &str) -> bool {
    let sql = "select 1 from pg_database where datname = $1";
    sqlx::query(sql).bind(name).fetch_optional(connection).await.unwrap().is_some()
}

async fn has_guests(connection: &mut PgConnection, name: &str) -> bool {
    let sql = "select 1 from pg_stat_activity where datname = $1";
    sqlx::query(sql).bind(name).fetch_optional(connection).await.unwrap().is_some()
}

/// Puts a ground where a SQLite database is to be.
pub(crate) async fn copy_sqlite(to: &Path) {
    let ground = std::env::temp_dir().join(format!("steward-ground-{}.db", digest()));
    if !ground.exists() {
        make_sqlite(&ground).await;
    }
    std::fs::create_dir_all(to.parent().unwrap()).unwrap();
    std::fs::copy(ground, to).unwrap();
}

async fn make_sqlite(ground: &PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let making = folder.path().join("ground.db");
    prepare(&StoreConfig { sync_each_commit: false, ..StoreConfig::new(format!("sqlite:{}", making.display())) }).await;
    // Copied beside its place first, which may lie on another disk; of two that come at the same moment one stays.
    let beside = tempfile::NamedTempFile::new_in(ground.parent().unwrap()).unwrap();
    std::fs::copy(making, beside.path()).unwrap();
    beside.persist(ground).unwrap();
}

async fn prepare(config: &StoreConfig) {
    let store = Store::open(config).await.unwrap();
    let registry = Registry::load(&steward_practices::sources()).unwrap_or_else(|faults| panic!("{faults:?}"));
    store.sync_kinds(&registry).await.unwrap();
    store.close().await;
}

/// What a ground is made of, in a few characters.
fn digest() -> String {
    let mut text = steward_store::schema();
    for source in steward_practices::sources() {
        text.push_str(&source.text);
    }
    Hash::of(text.as_bytes()).to_string().chars().take(16).collect()
}
