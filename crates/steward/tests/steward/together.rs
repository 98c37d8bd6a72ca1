//! Several people, or nodes, at one record or one series of numbers.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::client::Client;
use crate::installation::{Installation, Server};

const EDITS: usize = 300;
const EDITORS: usize = 30;
const CREATORS: usize = 64;

fn create(client: &Client, title: &str) -> String {
    let made = client.post("/api/v1/incidents", &json!({"fields": {"title": title}})).unwrap().expect(201);
    made["number"].as_str().unwrap().to_owned()
}

fn check_stale_versions(client: &Client) {
    let path = format!("/api/v1/incidents/{}", create(client, "first"));
    let edit = |tag: &str, fields: Value| {
        let headers = [("content-type", "application/json"), ("if-match", tag)];
        client.send("PATCH", &path, &headers, json!({"fields": fields}).to_string().into_bytes()).unwrap()
    };
    edit("\"1\"", json!({"title": "second"})).expect(200);
    let refused = edit("\"1\"", json!({"title": "third"})).expect(412);
    let conflict = &refused["conflicts"][0];
    assert_eq!(
        (&conflict["field"], &conflict["yours"], &conflict["theirs"]),
        (&json!("title"), &json!("third"), &json!("second")),
        "{refused}"
    );
    let body = json!({"fields": {"title": "third"}, "revision": 1});
    let refused = client.patch(&path, &body).unwrap().expect(409);
    assert_eq!(refused["conflicts"][0]["theirs"], "second", "{refused}");
    let both = edit("\"1\"", json!({"description": "by somebody else"})).expect(200);
    assert_eq!(
        (&both["fields"]["title"], &both["fields"]["description"]),
        (&json!("second"), &json!("by somebody else"))
    );
}

/// All edits of one record, spread over editors and nodes, are in its journal.
fn check_edits_add_up(servers: &[Server]) {
    let client = servers[0].client();
    let path = format!("/api/v1/incidents/{}", create(&client, "edited"));
    std::thread::scope(|scope| {
        for editor in 0..EDITORS {
            let (client, path) = (servers[editor % servers.len()].client(), &path);
            scope.spawn(move || {
                for edit in 0..EDITS / EDITORS {
                    let fields = json!({"title": format!("editor {editor} edit {edit}")});
                    client.patch(path, &json!({"fields": fields})).unwrap().expect(200);
                }
            });
        }
    });
    let revision = client.get(&path).unwrap().expect(200)["revision"].as_u64();
    assert_eq!(revision, Some(1 + EDITS as u64));
    let journal = client.get(&format!("{path}/journal?limit=1000")).unwrap().expect(200);
    let titles: BTreeSet<&str> =
        journal.as_array().unwrap().iter().filter_map(|entry| entry["changes"][0]["to"].as_str()).collect();
    assert_eq!(titles.len(), EDITS, "each edit is there once");
}

fn check_numbers_unique(servers: &[Server]) {
    let numbers: Vec<String> = std::thread::scope(|scope| {
        let creators: Vec<_> = (0..CREATORS)
            .map(|creator| {
                let client = servers[creator % servers.len()].client();
                scope.spawn(move || (0..5).map(|_| create(&client, "numbered")).collect::<Vec<_>>())
            })
            .collect();
        creators.into_iter().flat_map(|creator| creator.join().unwrap()).collect()
    });
    let distinct: BTreeSet<&String> = numbers.iter().collect();
    assert_eq!((numbers.len(), distinct.len()), (CREATORS * 5, CREATORS * 5));
}

fn check_together(installation: &Installation, nodes: usize) {
    let servers: Vec<Server> = (0..nodes).map(|_| installation.serve()).collect();
    check_stale_versions(&servers[0].client());
    check_edits_add_up(&servers);
    check_numbers_unique(&servers);
    servers.into_iter().for_each(Server::stop);
    installation.check_verified();
}

#[test]
fn rel_026_nothing_is_overwritten_unseen_on_sqlite() {
    check_together(&Installation::sqlite(), 1);
}

#[test]
fn rel_026_nothing_is_overwritten_unseen_on_two_nodes() {
    check_together(&Installation::postgres(), 2);
}
