//! A creation with an idempotency key happens once, however often it is sent.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::client::{Answer, Client};
use crate::installation::Installation;

fn create(client: &Client, key: &str, title: &str) -> Answer {
    let headers = [("content-type", "application/json"), ("idempotency-key", key)];
    let body = json!({"fields": {"title": title}}).to_string();
    client.send("POST", "/api/v1/incidents", &headers, body.into_bytes()).unwrap()
}

fn number(answer: &Value) -> String {
    answer["number"].as_str().unwrap().to_owned()
}

/// Sends one creation a hundred times at once to all nodes, then again after a restart.
fn check_once(installation: &Installation, nodes: usize) {
    let servers: Vec<_> = (0..nodes).map(|_| installation.serve()).collect();
    let clients: Vec<Client> = servers.iter().map(|server| server.client()).collect();
    let numbers: BTreeSet<String> = std::thread::scope(|scope| {
        let sent: Vec<_> = (0..100)
            .map(|count| {
                let client = &clients[count % nodes];
                scope.spawn(move || number(&create(client, "one-key", "once").expect(201)))
            })
            .collect();
        sent.into_iter().map(|sent| sent.join().unwrap()).collect()
    });
    assert_eq!(numbers.len(), 1, "{numbers:?}");
    assert_eq!(create(&clients[0], "one-key", "something else").status, 422);
    servers.into_iter().for_each(|server| server.kill());
    let server = installation.serve();
    assert_eq!(number(&create(&server.client(), "one-key", "once").expect(201)), *numbers.first().unwrap());
    let all = crate::ledger::all_incidents(&server.client());
    assert_eq!(all.len(), 1, "{all:#?}");
    assert_ne!(number(&create(&server.client(), "another-key", "once").expect(201)), *numbers.first().unwrap());
    server.stop();
    installation.check_verified();
}

#[test]
fn rel_025_one_record_for_one_key_on_sqlite() {
    check_once(&Installation::sqlite(), 1);
}

#[test]
fn rel_025_one_record_for_one_key_on_two_nodes() {
    check_once(&Installation::postgres(), 2);
}
