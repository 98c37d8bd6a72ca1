//! Disks that are full or fail.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::json;

use crate::client::Client;
use crate::cluster::is_root;
use crate::installation::Installation;
use crate::ledger::{Load, check_ledger};

/// A small disk of its own, in memory; gone when dropped.
struct SmallDisk {
    folder: tempfile::TempDir,
}

impl SmallDisk {
    /// `None`, with a word about it, where no disk may be mounted.
    fn mount(size: &str) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let options = format!("size={size},mode=700");
        let mut command = Command::new("mount");
        command.args(["-t", "tmpfs", "-o", &options, "tmpfs"]).arg(folder.path());
        let mounted = is_root() && command.stderr(Stdio::null()).status().is_ok_and(|status| status.success());
        if !mounted {
            eprintln!("skipped: only root, where it may mount a tmpfs, can fill a disk of its own");
            return None;
        }
        Some(Self { folder })
    }

    fn filler(&self) -> PathBuf {
        self.folder.path().join("filler")
    }

    /// Takes all the room that is left.
    fn fill(&self) {
        let mut file = File::create(self.filler()).unwrap();
        for size in [1 << 16, 1 << 12] {
            while file.write_all(&vec![1; size]).is_ok() {}
        }
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.folder.path()).status();
    }
}

fn create(client: &Client, title: &str) -> u16 {
    let body = json!({"fields": {"title": title, "description": "x".repeat(20_000)}});
    client.post("/api/v1/incidents", &body).unwrap().status
}

#[test]
fn rel_007_full_disk() {
    let Some(disk) = SmallDisk::mount("24m") else { return };
    let installation = Installation::within(&disk.folder.path().join("data"));
    let server = installation.serve();
    let client = server.client();
    assert_eq!(create(&client, "before"), 201);
    let load = Load::start(&client);
    load.await_acknowledged(50);
    disk.fill();
    // The log-ahead file may hold some room yet.
    let refused = (0..2_000).map(|_| create(&client, "while full")).find(|status| *status != 201);
    assert_eq!(refused, Some(507));
    let (ledger, statuses) = load.finish();
    let unexpected = statuses.keys().find(|status| !matches!(status, 200 | 201 | 507));
    assert_eq!(unexpected, None, "{statuses:?} {:#?}", server.log());
    check_ledger(&client, &ledger);
    let attached = client.send("POST", "/api/v1/incidents/INC0000001/attachments?name=a", &[], vec![7; 1 << 20]);
    assert_eq!(attached.unwrap().status, 507);
    assert_eq!(client.get("/readyz").unwrap().status, 200, "it can be read");
    fs::remove_file(disk.filler()).unwrap();
    assert_eq!(create(&client, "after"), 201, "{:#?}", server.log());
    let attached = client.send("POST", "/api/v1/incidents/INC0000001/attachments?name=a", &[], vec![7; 1 << 20]);
    assert_eq!(attached.unwrap().status, 201);
    check_ledger(&client, &ledger);
    assert_eq!(left_in(&installation.data.join("blobs/incoming")), 0, "a file of a refused upload");
    server.stop();
    installation.check_verified();
}

fn left_in(folder: &Path) -> usize {
    fs::read_dir(folder).map_or(0, |entries| entries.count())
}

/// A limit on file sizes makes writes of the log-ahead file fail as a broken disk does.
#[test]
fn rel_006_write_error_ends_writing_for_good() {
    let installation = Installation::sqlite();
    let mut command = Command::new("bash");
    let limited = "trap '' XFSZ; ulimit -f 2048; exec \"$0\" \"$@\"";
    command.args(["-c", limited, env!("CARGO_BIN_EXE_steward"), "serve"]);
    installation.surround(&mut command);
    let server = installation.serve_with(command);
    let client = server.client();
    let mut acknowledged = 0;
    let refused = loop {
        match create(&client, &format!("record {acknowledged}")) {
            201 => acknowledged += 1,
            status => break status,
        }
        assert!(acknowledged < 2_000, "the limit is never reached");
    };
    assert_eq!(refused, 503, "{:#?}", server.log());
    for _ in 0..5 {
        assert_eq!(create(&client, "later"), 503, "a failed write is never taken up again");
    }
    assert_eq!(client.get("/readyz").unwrap().status, 503);
    assert_eq!(client.get("/api/v1/incidents?limit=1").unwrap().status, 200);
    assert!(server.log().iter().any(|line| line.contains("writing stops")), "{:#?}", server.log());
    server.kill();
    let server = installation.serve();
    let all = crate::ledger::all_incidents(&server.client());
    let titles: Vec<&str> = all.iter().map(|record| record["fields"]["title"].as_str().unwrap()).collect();
    let missing = (0..acknowledged).find(|count| !titles.contains(&format!("record {count}").as_str()));
    assert_eq!(missing, None, "acknowledged before the disk failed, lost after");
    server.stop();
    installation.check_verified();
}
