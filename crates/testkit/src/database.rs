//! A fresh database for each test, gone when the test ends.

use std::sync::atomic::{AtomicU32, Ordering};

use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use steward_store::config::StoreConfig;
use steward_store::journal::Position;
use steward_store::store::Store;
use tempfile::TempDir;

use crate::boxed;
use crate::ground;

/// A fresh database with a store on it.
#[derive(Debug)]
pub struct TestDatabase {
    /// How to open it once more, as another node would.
    pub config: StoreConfig,
    /// The store.
    pub store: Store,
    /// Room for files of the test, and the SQLite database.
    pub folder: TempDir,
    /// Address of the server and name of the database to drop.
    dropped: Option<(String, String)>,
}

impl TestDatabase {
    /// A SQLite file in a folder of its own.
    #[boxed]
    pub async fn sqlite() -> Self {
        Self::sqlite_with(|_| {}).await
    }

    /// As [`Self::sqlite`], with another configuration.
    pub async fn sqlite_with(configure: impl FnOnce(&mut StoreConfig)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut config = StoreConfig::new(format!("sqlite:{}", folder.path().join("data/steward.db").display()));
        configure(&mut config);
        ground::copy_sqlite(&folder.path().join("data/steward.db")).await;
        let store = Store::open(&config).await.unwrap();
        Self { config, store, folder, dropped: None }
    }

    /// A database on the server that `STEWARD_TEST_POSTGRES` names.
    #[boxed]
    pub async fn postgres() -> Self {
        Self::postgres_with(|_| {}).await
    }

    /// As [`Self::postgres`], with another configuration.
    pub async fn postgres_with(configure: impl FnOnce(&mut StoreConfig)) -> Self {
        let server = server();
        let ground = ground::on_postgres(&server).await;
        let (name, url) = create_postgres(&server, &ground).await;
        let mut config = StoreConfig { connections: 8, ..StoreConfig::new(url) };
        configure(&mut config);
        let store = Store::open(&config).await.unwrap();
        Self { config, store, folder: tempfile::tempdir().unwrap(), dropped: Some((server, name)) }
    }

    /// Another store on the same database, as a second node has it. Only PostgreSQL allows it.
    #[boxed]
    pub async fn second_node(&self) -> Store {
        Store::open(&self.config).await.unwrap()
    }

    /// The place of the last entry of the journal, whether or not readers may see it yet.
    #[boxed]
    pub async fn last_place(&self) -> Position {
        let mut connection = self.store.read().await.unwrap();
        let sql = "select epoch, xid, position from journal order by epoch desc, xid desc, position desc limit 1";
        let row = connection.fetch_optional(sql, &[]).await.unwrap();
        row.map_or(Position::default(), |row| Position {
            epoch: row.integer(0).unwrap(),
            xid: row.integer(1).unwrap(),
            position: row.integer(2).unwrap(),
        })
    }

    /// An empty database of the same sort, as yet without tables.
    #[boxed]
    pub async fn empty_twin(&self) -> EmptyDatabase {
        let folder = tempfile::tempdir().unwrap();
        let (url, dropped) = match &self.dropped {
            None => (format!("sqlite:{}", folder.path().join("twin/steward.db").display()), None),
            Some(_) => {
                let server = server();
                let (name, url) = create_postgres(&server, "template1").await;
                (url, Some((server, name)))
            }
        };
        EmptyDatabase { config: StoreConfig { url, ..self.config.clone() }, folder, dropped }
    }
}

/// A database that nobody opened yet.
#[derive(Debug)]
pub struct EmptyDatabase {
    /// How to open it.
    pub config: StoreConfig,
    /// Room for files.
    pub folder: TempDir,
    dropped: Option<(String, String)>,
}

fn server() -> String {
    std::env::var("STEWARD_TEST_POSTGRES")
        .unwrap_or_else(|_| panic!("run ./test, or start one with scripts/test-postgres and set STEWARD_TEST_POSTGRES"))
}

/// A database of this test alone, as a copy of another one: its name and its address.
async fn create_postgres(server: &str, ground: &str) -> (String, String) {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let name = format!("steward_test_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let mut connection = PgConnection::connect(server).await.unwrap();
    run(&mut connection, format!("drop database if exists {name} with (force)")).await;
    // Files are copied as they are, which costs a third of writing each page to the log.
    run(&mut connection, format!("create database {name} template {ground} strategy file_copy")).await;
    let url = address(server, &name);
    (name, url)
}

/// Address of another database on the same server.
pub(crate) fn address(server: &str, name: &str) -> String {
    let (before, _) = server.rsplit_once('/').unwrap();
    format!("{before}/{name}")
}

pub(crate) async fn run(connection: &mut PgConnection, sql: String) {
    sqlx::query(AssertSqlSafe(sql)).execute(connection).await.unwrap();
}

fn drop_database(dropped: Option<(String, String)>) {
    let Some((server, name)) = dropped else { return };
    // A thread, since a runtime cannot be blocked on inside another one.
    let dropping = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut connection = PgConnection::connect(&server).await.unwrap();
            run(&mut connection, format!("drop database if exists {name} with (force)")).await;
        });
    });
    // A failure to tidy up must not turn a failed test into an abort.
    let _ = dropping.join();
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        drop_database(self.dropped.take());
    }
}

impl Drop for EmptyDatabase {
    fn drop(&mut self) {
        drop_database(self.dropped.take());
    }
}

/// Writes each test once and runs it twice, as `name::sqlite` and `name::postgres`.
///
/// ```text
/// on_both! {
///     async fn records_come_back(db: TestDatabase) { … }
/// }
/// ```
#[macro_export]
macro_rules! on_both {
    ($($(#[$meta:meta])* async fn $name:ident($db:ident: TestDatabase) $body:block)*) => {$(
        async fn $name($db: $crate::database::TestDatabase) $body

        $(#[$meta])*
        mod $name {
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                super::$name($crate::database::TestDatabase::sqlite().await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                super::$name($crate::database::TestDatabase::postgres().await).await;
            }
        }
    )*};
}
