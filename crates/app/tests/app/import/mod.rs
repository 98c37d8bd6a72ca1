//! Importing event logs.

mod real;
mod rules;

use std::path::PathBuf;

use steward_app::App;
use steward_app::error::Error;
use steward_app::import::{ImportReport, ImportRequest, Profile};
use steward_testkit::database::TestDatabase;

/// Writes a file into the test's folder.
fn file(db: &TestDatabase, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
    let path = db.folder.path().join(name);
    std::fs::write(&path, content).unwrap();
    path
}

async fn import(app: &App, path: PathBuf, profile: &Profile, errors: Option<PathBuf>) -> Result<ImportReport, Error> {
    let request = ImportRequest { path, profile: profile.clone(), organisation: None, errors };
    app.import_event_log(request, &mut |_| {}).await
}
