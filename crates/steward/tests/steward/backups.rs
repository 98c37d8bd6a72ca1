//! Backups under load, cut short, damaged, restored.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use serde_json::json;

use crate::cluster::Database;
use crate::installation::Installation;
use crate::ledger::{Load, check_ledger};
use crate::rounds;

const FLIPS: usize = 200;

fn check_backup_under_load(installation: &Installation, database: Option<Database>) {
    let server = installation.serve();
    let load = Load::start(&server.client());
    load.await_acknowledged(100);
    let before: Vec<_> = load.so_far().into_iter().filter(|asked| asked.acknowledged).collect();
    installation.run(["backup", "copy"]).succeeded();
    let (ledger, _) = load.finish();
    assert!(ledger.len() > before.len(), "nothing was written meanwhile");
    server.stop();
    let folder = installation.folder.path().join("copy");
    let folder = folder.to_str().unwrap();
    let said = installation.run(["verify", "--backup", folder]).succeeded();
    assert!(said.contains("as they were written"), "{said}");
    let restored = Installation::like(installation, database);
    restored.run(["restore", folder]).succeeded();
    std::fs::copy(installation.data.join("secret.key"), restored.data.join("secret.key")).unwrap();
    restored.check_verified();
    let server = restored.serve();
    check_ledger(&server.client(), &before);
    // What came later is in it as a whole or not at all.
    let later: Vec<_> = ledger.into_iter().map(|asked| crate::ledger::Asked { acknowledged: false, ..asked }).collect();
    check_ledger(&server.client(), &later);
    let new = server.client().post("/api/v1/incidents", &json!({"fields": {"title": "after the restore"}}));
    new.unwrap().expect(201);
    server.stop();
    let again = restored.run(["restore", folder]);
    assert_eq!(again.code, Some(1), "into a place that is in use: {again:?}");
    assert!(again.stderr.contains("empty"), "{again:?}");
    restored.check_verified();
}

#[test]
fn rel_034_backup_under_load_on_sqlite() {
    check_backup_under_load(&Installation::sqlite(), None);
}

#[test]
fn rel_034_backup_under_load_on_postgres() {
    check_backup_under_load(&Installation::postgres(), Some(Database::shared()));
}

/// Some records and files, and a backup of them.
fn backed_up(installation: &Installation) -> PathBuf {
    let server = installation.serve();
    let load = Load::start(&server.client());
    load.await_acknowledged(60);
    load.finish();
    server.stop();
    installation.run(["backup", "good"]).succeeded();
    installation.folder.path().join("good")
}

fn files_under(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files_under(&path) } else { vec![path] }).collect()
}

fn check_flips_found(installation: &Installation) {
    let folder = backed_up(installation);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let files = files_under(&folder);
    for flip in 0..FLIPS {
        let path = &files[flip % files.len()];
        let good = std::fs::read(path).unwrap();
        if good.is_empty() {
            continue;
        }
        let mut bad = good.clone();
        let place = rand::random_range(0..bad.len());
        bad[place] ^= 1 << rand::random_range(0..8);
        std::fs::write(path, &bad).unwrap();
        let found = runtime.block_on(steward_store::backup::verify_backup(&folder)).is_err();
        assert!(found, "byte {place} of {}", path.display());
        if flip == 0 {
            let outcome = installation.run(["verify", "--backup", "good"]);
            assert_eq!(outcome.code, Some(1), "{outcome:?}");
        }
        std::fs::write(path, &good).unwrap();
    }
    installation.run(["verify", "--backup", "good"]).succeeded();
}

#[test]
fn rel_036_every_flipped_byte_is_found_on_sqlite() {
    check_flips_found(&Installation::sqlite());
}

#[test]
fn rel_036_every_flipped_byte_is_found_on_postgres() {
    check_flips_found(&Installation::postgres());
}

#[test]
fn rel_036_a_backup_cut_short_is_none() {
    let installation = Installation::sqlite();
    backed_up(&installation);
    let mut cut = 0;
    for round in 0..rounds() {
        let name = format!("cut {round}");
        let mut child =
            installation.command(["backup", &name]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(rand::random_range(0..120)));
        child.kill().unwrap();
        child.wait().unwrap();
        let folder = installation.folder.path().join(&name);
        let verified = installation.run(["verify", "--backup", &name]);
        if folder.join("manifest.json").exists() {
            verified.succeeded();
            continue;
        }
        cut += 1;
        verified.check_one_line("holds no complete backup");
        let restored = Installation::empty(None);
        restored.run(["restore", folder.to_str().unwrap()]).check_one_line("holds no complete backup");
        assert!(!restored.sqlite_file().exists());
    }
    println!("{cut} of {} cut short", rounds());
    installation.run(["verify", "--backup", "good"]).succeeded();
    installation.run(["backup", "good"]).check_one_line("is not empty");
}
