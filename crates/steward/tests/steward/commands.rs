//! The command line: help, exit codes, configuration, accounts, rights of files, export.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};
use steward_model::apply::apply;
use steward_model::event::Event;
use steward_model::record::Record;

use crate::client::Client;
use crate::installation::Installation;
use crate::ledger::{Load, all_incidents};

#[test]
fn every_command_has_help_with_an_example() {
    let installation = Installation::empty(None);
    let check = |arguments: &[&str]| {
        let arguments: Vec<&str> = arguments.iter().copied().chain(["--help"]).collect();
        let help = installation.run(&arguments).succeeded();
        assert!(
            help.contains("Example: steward ") || help.contains("| steward ") || help.contains("Examples: "),
            "{arguments:?}: {help}"
        );
        assert!(help.contains("Usage: steward"), "{arguments:?}: {help}");
    };
    check(&[]);
    for command in ["serve", "demo", "verify", "backup", "restore", "export"] {
        check(&[command]);
    }
    for command in ["add", "password", "token"] {
        check(&["user", command]);
    }
    assert!(!installation.data.exists(), "help makes nothing");
}

#[test]
fn exit_codes_tell_wrong_use_from_failure() {
    let installation = Installation::empty(None);
    let check = |arguments: &[&str], code: i32, expected: &str| {
        let outcome = installation.run(arguments);
        assert_eq!(outcome.code, Some(code), "{arguments:?}: {outcome:?}");
        assert!(outcome.stderr.contains(expected), "{arguments:?}: {outcome:?}");
    };
    check(&["reboot"], 2, "unrecognized subcommand 'reboot'");
    check(&["servee"], 2, "serve");
    check(&["serve", "--lissten", "a"], 2, "--listen");
    check(&[], 2, "Usage");
    check(&["user", "add", "--login", "a", "--name", "b"], 2, "--role");
    check(&["user", "token", "--login", "nobody"], 1, "steward user add");
    check(&["user", "add", "--login", "a", "--name", "b", "--role", "king"], 1, "administrator");
    check(&["restore", "absent"], 1, "holds no complete backup");
    check(&["export", "absent/file"], 1, "absent/file");
    installation.run(["--version"]).succeeded();
}

#[test]
fn accounts_are_made_from_the_command_line() {
    let installation = Installation::empty(None);
    let add = ["user", "add", "--login", "anna", "--name", "Anna Berg", "--role", "administrator", "--password-stdin"];
    let weak = installation.run_with(add, "short\n");
    assert_eq!(weak.code, Some(1), "{weak:?}");
    let good = "correct horse battery staple mountain";
    installation.run_with(add, &format!("{good}\n")).succeeded();
    assert_eq!(installation.run_with(add, good).code, Some(1), "the login is taken");
    let token = installation.run(["user", "token", "--login", "anna", "--read-only", "--days", "3"]).succeeded();
    let server = installation.serve();
    let reader = Client::new(server.address(), token.trim());
    assert_eq!(reader.get("/api/v1/me").unwrap().expect(200)["label"], "Anna Berg");
    let body = json!({"fields": {"title": "a"}});
    assert_eq!(reader.post("/api/v1/incidents", &body).unwrap().status, 403);
    let new = "another horse of the seven mountains";
    let arguments = ["user", "password", "--login", "anna", "--password-stdin"];
    installation.run_with(arguments, new).succeeded();
    let status = |password: &str| {
        let nobody = Client::new(server.address(), "");
        let basic = format!("Basic {}", BASE64_STANDARD.encode(format!("anna:{password}")));
        nobody.send_as(&basic, "/api/v1/me").unwrap().status
    };
    assert_eq!((status(new), status(good)), (200, 401));
    server.stop();
}

#[test]
fn flags_count_before_variables_before_the_file() {
    let installation = Installation::empty(None);
    let folder = installation.folder.path();
    std::fs::write(folder.join("steward.toml"), "data = \"from-file\"\n").unwrap();
    let made = |name: &str| folder.join(name).join("steward.db").exists();
    let run = |variable: Option<&str>, flag: &[&str]| {
        let mut command = installation.command(["verify"]);
        command.args(flag).env_remove("STEWARD_DATA");
        if let Some(variable) = variable {
            command.env("STEWARD_DATA", variable);
        }
        crate::installation::outcome(command, "").succeeded();
    };
    run(None, &[]);
    assert!(made("from-file") && !made("steward-data"));
    run(Some("from-variable"), &[]);
    assert!(made("from-variable"));
    run(Some("unused"), &["--data", "from-flag"]);
    assert!(made("from-flag") && !made("unused"));
}

fn check_private(path: &Path) {
    let mode = std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode & 0o077, 0, "{} has {mode:o}", path.display());
    if path.is_dir() {
        std::fs::read_dir(path).unwrap().for_each(|entry| check_private(&entry.unwrap().path()));
    }
}

#[test]
fn sec_111_all_files_are_for_the_owner_alone() {
    let installation = Installation::sqlite();
    let key = installation.data.join("secret.key");
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).unwrap();
    std::fs::set_permissions(&installation.data, std::fs::Permissions::from_mode(0o755)).unwrap();
    std::fs::set_permissions(installation.sqlite_file(), std::fs::Permissions::from_mode(0o666)).unwrap();
    let server = installation.serve();
    let load = Load::start(&server.client());
    load.await_acknowledged(20);
    load.finish();
    check_private(&installation.data);
    assert_eq!(
        server.log().iter().filter(|line| line.contains("WARN") && line.contains("open to other")).count(),
        3,
        "{:#?}",
        server.log()
    );
    installation.run(["backup", "copy"]).succeeded();
    check_private(&installation.folder.path().join("copy"));
    installation.run(["export", "all.jsonl"]).succeeded();
    check_private(&installation.folder.path().join("all.jsonl"));
    server.stop();
    check_private(&installation.data);
}

/// Every record is the fold of its lines.
fn check_export(installation: &Installation) {
    let server = installation.serve();
    let load = Load::start(&server.client());
    load.await_acknowledged(60);
    load.finish();
    installation.run(["export", "all.jsonl"]).succeeded();
    assert_eq!(installation.run(["export", "all.jsonl"]).code, Some(1), "what is there is not written over");
    let mut folded: BTreeMap<String, Record> = BTreeMap::new();
    for line in std::fs::read_to_string(installation.folder.path().join("all.jsonl")).unwrap().lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        let event: Event = serde_json::from_value(line["event"].clone()).unwrap();
        let id = event.record.to_string();
        let record = apply(folded.remove(&id), &event).unwrap();
        folded.insert(id, record);
    }
    let records = all_incidents(&server.client());
    assert!(!records.is_empty());
    for record in records {
        let fold = &folded[record["id"].as_str().unwrap()];
        assert_eq!(fold.revision, record["revision"].as_i64().unwrap());
        assert_eq!(fold.state, record["state"].as_str().unwrap());
        assert_eq!(fold.text("title"), record["fields"]["title"].as_str().unwrap());
        assert_eq!(fold.text("description"), record["fields"]["description"].as_str().unwrap());
    }
    server.stop();
}

#[test]
fn an_export_folds_back_to_the_records_on_sqlite() {
    check_export(&Installation::sqlite());
}

#[test]
fn an_export_folds_back_to_the_records_on_postgres() {
    check_export(&Installation::postgres());
}

#[test]
fn log_and_answers_bear_the_id_of_the_request() {
    let installation = Installation::sqlite();
    let mut command = installation.command(["serve"]);
    command.env("STEWARD_LOG", "debug");
    let server = installation.serve_with(command);
    let headers = [("x-request-id", "from-the-proxy-7")];
    let answer = server.client().send("GET", "/api/v1/incidents/INC404", &headers, Vec::new()).unwrap();
    assert_eq!(answer.expect(404)["request_id"], "from-the-proxy-7");
    assert_eq!(answer.headers["x-request-id"], "from-the-proxy-7");
    let own = server.client().get("/api/v1/absent/INC1").unwrap();
    assert_eq!(own.expect(404)["request_id"].as_str().unwrap().len(), 32);
    server.terminate();
    let log = server.await_end();
    let lines: Vec<Value> = log.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    let line = lines.iter().find(|line| line["span"]["id"] == "from-the-proxy-7").unwrap();
    assert_eq!(line["fields"]["status"], 404, "{line}");
    assert_eq!(line["span"]["route"], "/api/v1/{kinds}/{record}", "{line}");
    assert!(!log.iter().any(|line| line.contains("INC404")), "addresses hold names: {log:#?}");
}
