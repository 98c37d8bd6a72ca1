//! Starts that must not happen, or must happen once.

use std::net::TcpListener;
use std::process::Stdio;
use std::time::Duration;

use sqlx::Connection as _;

use crate::cluster::Database;
use crate::installation::{Installation, Server};

/// Has the database say another version of its schema; gives the one it said before.
fn set_schema(installation: &Installation, to: &str) -> String {
    let sql = format!("update meta set value = '{to}' where key = 'schema'");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut connection =
            sqlx::SqliteConnection::connect(installation.sqlite_file().to_str().unwrap()).await.unwrap();
        let before = sqlx::query_scalar("select value from meta where key = 'schema'");
        let before: String = before.fetch_one(&mut connection).await.unwrap();
        sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
        before
    })
}

#[test]
fn rel_033_a_newer_schema_is_refused_on_sqlite() {
    let installation = Installation::sqlite();
    let own = set_schema(&installation, "99");
    for command in ["serve", "verify"] {
        installation.run([command]).check_one_line("the database has schema 99");
    }
    set_schema(&installation, &own);
    installation.check_verified();
}

#[test]
fn rel_033_a_newer_schema_is_refused_on_postgres() {
    let installation = Installation::postgres();
    installation.database().execute("update meta set value = '99' where key = 'schema'");
    installation.run(["serve"]).check_one_line("start a newer program");
}

#[test]
fn rel_038_one_server_for_one_sqlite_file() {
    let installation = Installation::sqlite();
    let server = installation.serve();
    installation.run(["serve"]).check_one_line("in use by another process");
    let token = installation.run(["user", "token", "--login", "root"]).succeeded();
    let beside = crate::client::Client::new(server.address(), token.trim());
    assert_eq!(beside.get("/api/v1/me").unwrap().status, 200, "a token made beside the server opens it");
    installation.check_verified();
    installation.run(["backup", "copy"]).succeeded();
    installation.run(["export", "all.jsonl"]).succeeded();
    server.stop();
    installation.serve().stop();
}

#[test]
fn rel_039_without_its_database_it_says_so_and_ends() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let installation = Installation::empty(None);
    let url = format!("postgres://steward:secret-word@127.0.0.1:{port}/steward");
    let outcome = installation.run(["serve", "--database-url", &url]);
    outcome.check_one_line("check that it runs");
    assert!(!outcome.stderr.contains("secret-word"), "{outcome:?}");
    installation.run(["serve", "--database-url", "mysql://a"]).check_one_line("must begin with sqlite: or postgres://");
}

#[test]
fn rel_039_bad_configuration_is_one_line() {
    let installation = Installation::empty(None);
    let check = |text: &str, expected: &str| {
        std::fs::write(installation.folder.path().join("steward.toml"), text).unwrap();
        installation.run(["serve"]).check_one_line(expected);
    };
    check("listen = 8080", "steward.toml");
    check("lissten = \"127.0.0.1:8080\"", "lissten");
    check("listen = ", "steward.toml");
    std::fs::remove_file(installation.folder.path().join("steward.toml")).unwrap();
    installation.run(["serve", "--config", "absent.toml"]).check_one_line("absent.toml");
    installation.run(["serve", "--listen", "nowhere"]).check_one_line("cannot listen on nowhere");
    installation.run(["serve", "--log", "steward=loud"]).check_one_line("steward=loud");
    std::fs::create_dir_all(&installation.data).unwrap();
    std::fs::write(installation.data.join("secret.key"), "short").unwrap();
    installation.run(["serve"]).check_one_line("no key of 32 bytes");
}

#[test]
fn rel_039_two_nodes_migrate_an_empty_database_once() {
    let first = Installation::empty(Some(Database::shared()));
    let logs: Vec<String> = std::thread::scope(|scope| {
        let nodes: Vec<_> = (0..2).map(|_| scope.spawn(|| first.serve())).collect();
        let nodes: Vec<Server> = nodes.into_iter().map(|node| node.join().unwrap()).collect();
        nodes
            .into_iter()
            .flat_map(|node| {
                node.terminate();
                node.await_end()
            })
            .collect()
    });
    let steps: Vec<&String> = logs.iter().filter(|line| line.contains("database migrated")).collect();
    let each: std::collections::BTreeSet<Option<&str>> =
        steps.iter().map(|line| line.split("\"schema\":").nth(1)?.split('}').next()).collect();
    assert!(!steps.is_empty() && each.len() == steps.len(), "each step once: {logs:#?}");
    first.check_verified();
}

/// Whoever sends nothing but a signal in the first moment must not leave a half-made database.
#[test]
fn rel_001_killed_while_it_starts() {
    for _ in 0..crate::rounds() {
        let installation = Installation::empty(None);
        let mut child = installation.command(["serve"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(rand::random_range(1..150)));
        child.kill().unwrap();
        child.wait().unwrap();
        installation.serve().stop();
        installation.check_verified();
    }
}
