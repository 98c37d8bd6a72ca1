//! The search index of a real process: it outlives a kill, and comes back when it is removed.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::client::Client;
use crate::installation::Installation;

/// How long a text may take until it is found; a bound for tests, far above what is promised.
const FOUND_WITHIN: Duration = Duration::from_secs(20);

fn create(client: &Client, title: &str) {
    client.post("/api/v1/incidents", &json!({"fields": {"title": title}})).unwrap().expect(201);
}

/// Asks until so many are found in a whole index.
fn await_found(client: &Client, text: &str, expected: usize) {
    let begun = Instant::now();
    loop {
        let page = client.get(&format!("/api/v1/search?q={text}")).unwrap().expect(200);
        let found = page["hits"].as_array().unwrap().len();
        if page["complete"] == json!(true) && found == expected {
            return;
        }
        assert!(begun.elapsed() < FOUND_WITHIN, "{text}: {page}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn check_outlives(installation: &Installation) {
    let server = installation.serve();
    create(&server.client(), "before the kill");
    await_found(&server.client(), "kill", 1);
    create(&server.client(), "right before the kill");
    server.kill();
    let server = installation.serve();
    await_found(&server.client(), "kill", 2);
    create(&server.client(), "after the kill");
    await_found(&server.client(), "kill", 3);
    server.stop();
    std::fs::remove_dir_all(installation.data.join("search")).unwrap();
    let server = installation.serve();
    await_found(&server.client(), "kill", 3);
    // Commands beside it leave the index alone.
    installation.run(["user", "token", "--login", "root"]).succeeded();
    create(&server.client(), "the last kill");
    await_found(&server.client(), "kill", 4);
    server.stop();
    assert!(!installation.data.join("search/1").exists(), "one process, one index");
}

#[test]
fn the_index_outlives_a_kill_on_sqlite() {
    check_outlives(&Installation::sqlite());
}

#[test]
fn the_index_outlives_a_kill_on_postgres() {
    check_outlives(&Installation::postgres());
}
