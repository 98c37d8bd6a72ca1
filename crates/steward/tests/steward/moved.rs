//! A journal that moves to another PostgreSQL cluster, whose transaction ids start afresh.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::sync::mpsc;
use std::time::Duration;

use serde_json::json;

use crate::client::Client;
use crate::cluster::{Cluster, Database, program};
use crate::installation::{Installation, outcome};

/// Ids and record numbers of events after a place, until as many came as wanted.
fn follow(client: &Client, after: &str, wanted: usize) -> Vec<(String, String)> {
    let body = client.open("GET", &format!("/api/v1/events?after={after}"), &[], Vec::new()).unwrap().into_body();
    let (found, events) = mpsc::channel();
    std::thread::spawn(move || {
        let mut id = String::new();
        for line in BufReader::new(body.into_reader()).lines().map_while(Result::ok) {
            if let Some(text) = line.strip_prefix("id: ") {
                text.clone_into(&mut id);
            } else if let Some(text) = line.strip_prefix("data: ") {
                let data: serde_json::Value = serde_json::from_str(text).unwrap();
                let event = (id.clone(), format!("{} {}", data["record"]["number"].as_str().unwrap(), data["seq"]));
                if found.send(event).is_err() {
                    return;
                }
            }
        }
    });
    let mut seen = Vec::new();
    let mut limit = Duration::from_secs(10);
    // A little longer than what is wanted, so that an event too many shows.
    while let Ok(event) = events.recv_timeout(limit) {
        seen.push(event);
        if seen.len() >= wanted {
            limit = Duration::from_millis(500);
        }
    }
    seen
}

fn create(client: &Client, count: usize) {
    for number in 0..count {
        let body = json!({"fields": {"title": format!("record {number}")}});
        client.post("/api/v1/incidents", &body).unwrap().expect(201);
    }
}

#[test]
fn rel_020_events_are_delivered_once_after_a_move_to_another_cluster() {
    let (old_cluster, new_cluster) = (Cluster::start(), Cluster::start());
    let old = Installation::on(Database::on(&old_cluster));
    // So that the transaction ids of the journal lie ahead of those of the other cluster.
    let burn = "do $$ begin for i in 1..5000 loop perform pg_current_xact_id(); commit; end loop; end $$";
    old.database().execute(burn);
    let server = old.serve();
    create(&server.client(), 20);
    let seen = follow(&server.client(), "0", 20);
    let before = seen.len();
    let (place, _) = seen.last().unwrap().clone();
    create(&server.client(), 15);
    let pending = follow(&server.client(), &place, 15);
    server.stop();

    let new = Installation::like(&old, Some(Database::on(&new_cluster)));
    let mut dump = std::process::Command::new(program("pg_dump"));
    dump.args(["--no-owner", "-d", &old.database().url()]);
    let dump = outcome(dump, "").succeeded();
    let mut restore = std::process::Command::new(program("psql"));
    restore.args(["-qX", "-v", "ON_ERROR_STOP=1", "-d", &new.database().url()]);
    outcome(restore, &dump).succeeded();
    std::fs::create_dir_all(&new.data).unwrap();
    std::fs::copy(old.data.join("secret.key"), new.data.join("secret.key")).unwrap();
    for entry in std::fs::read_dir(&old.data).unwrap() {
        let entry = entry.unwrap();
        // The index of texts is each node's own, made anew from the database.
        let known = ["blobs", "search", "secret.key"];
        assert!(known.contains(&entry.file_name().to_str().unwrap()), "{entry:?} stays behind");
    }
    let server = new.serve();
    create(&server.client(), 12);
    let after = follow(&server.client(), &place, 15 + 12);
    assert_eq!(after[..pending.len()], pending[..], "what was pending comes first, under the same ids");
    assert_eq!(after.len(), pending.len() + 12);
    let mut delivered = BTreeMap::new();
    for (_, event) in seen.iter().chain(&after) {
        *delivered.entry(event).or_insert(0) += 1;
    }
    assert_eq!(delivered.values().filter(|count| **count != 1).count(), 0, "{delivered:?}");
    assert_eq!(follow(&server.client(), "0", delivered.len()).len(), before + after.len());
    server.stop();
    new.check_verified();
}
