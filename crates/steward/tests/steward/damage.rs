//! Bytes that changed on the disk are told, never served.

use std::fs;
use std::path::PathBuf;

use serde_json::json;

use crate::installation::Installation;
use crate::ledger::Load;

fn filled() -> Installation {
    let installation = Installation::sqlite();
    let server = installation.serve();
    let load = Load::start(&server.client());
    load.await_acknowledged(100);
    load.finish();
    server.stop();
    assert!(!installation.data.join("steward.db-wal").exists(), "after a stop in order one file holds everything");
    installation
}

#[test]
fn rel_037_a_damaged_file_is_never_served() {
    let installation = Installation::sqlite();
    let server = installation.serve();
    let client = server.client();
    let made = client.post("/api/v1/incidents", &json!({"fields": {"title": "a"}})).unwrap().expect(201);
    let path = format!("/api/v1/incidents/{}/attachments", made["number"].as_str().unwrap());
    let content = vec![9; 5_000];
    let file = client.send("POST", &format!("{path}?name=a.bin"), &[], content.clone()).unwrap().expect(201);
    let address = format!("{path}/{}", file["id"].as_str().unwrap());
    assert_eq!(client.get(&address).unwrap().bytes, content);
    let sha256 = file["sha256"].as_str().unwrap();
    let stored = installation.data.join("blobs").join(&sha256[..2]).join(&sha256[2..4]).join(sha256);
    let mut bad = content.clone();
    bad[4_000] ^= 1;
    for bytes in [&bad[..], &content[..4_999], &[]] {
        fs::write(&stored, bytes).unwrap();
        let refused = client.get(&address).unwrap();
        let problem = refused.expect(500);
        assert_eq!(problem["title"], "Internal error", "{problem}");
        let id = refused.headers["x-request-id"].to_str().unwrap();
        assert_eq!(problem["request_id"], id);
        server.await_log(|line| line.contains(id) && line.contains("damaged"));
        let outcome = installation.run(["verify"]);
        assert_eq!(outcome.code, Some(1), "{outcome:?}");
        assert!(outcome.stdout.contains(&format!("content {sha256} is damaged")), "{outcome:?}");
        let skipped = installation.run(["verify", "--skip-files"]).succeeded();
        assert!(skipped.contains("1 attachments"), "{skipped}");
    }
    fs::remove_file(&stored).unwrap();
    assert_eq!(client.get(&address).unwrap().status, 500);
    assert_eq!(installation.run(["verify"]).code, Some(1));
    let again = client.send("POST", &format!("{path}?name=b.bin"), &[], content.clone()).unwrap();
    again.expect(201);
    assert_eq!(client.get(&address).unwrap().bytes, content, "an upload of the same content heals it");
    server.stop();
    installation.check_verified();
}

/// A flipped byte in the database file is found, or lies where it changes nothing that is told to anybody.
#[test]
fn rel_037_flipped_bytes_in_the_database_are_told() {
    let installation = filled();
    let path = installation.sqlite_file();
    let export = |name: &str| {
        let file: PathBuf = installation.folder.path().join(name);
        let _ = fs::remove_file(&file);
        let outcome = installation.run(["export", file.to_str().unwrap()]);
        (outcome.stderr, fs::read_to_string(&file).unwrap())
    };
    let (_, before) = export("before.jsonl");
    let good = fs::read(&path).unwrap();
    let mut found = 0;
    let flips = 8 * crate::rounds();
    for _ in 0..flips {
        let mut bad = good.clone();
        let place = rand::random_range(0..bad.len());
        bad[place] ^= 1 << rand::random_range(0..8);
        for leftover in ["steward.db-wal", "steward.db-shm"] {
            let _ = fs::remove_file(installation.data.join(leftover));
        }
        fs::write(&path, &bad).unwrap();
        let verified = installation.run(["verify"]);
        assert!(matches!(verified.code, Some(0 | 1)), "byte {place}: {verified:?}");
        if verified.code == Some(1) {
            found += 1;
        } else {
            let (said, after) = export("after.jsonl");
            let changed = before.lines().zip(after.lines()).find(|(was, is)| was != is);
            assert!(before == after, "byte {place} unseen: {changed:#?} {said}");
        }
    }
    println!("{found} of {flips} flips told; the others changed nothing");
    assert!(found > 0);
}
