//! The whole real logs: what their READMEs say must come out.

use std::path::PathBuf;

use steward_app::import::{ImportReport, ImportRequest, Profile};
use steward_testkit::database::TestDatabase;
use steward_testkit::on_both;

use crate::world::app;

/// A log beside the project; `None`, told clearly, when it is not there.
fn shared(path: &str) -> Option<PathBuf> {
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let root = std::env::var_os("STEWARD_SHARED").map_or(beside, PathBuf::from);
    let file = root.join("data").join(path);
    if !file.exists() {
        eprintln!("SKIPPED: {} is missing; set STEWARD_SHARED to the folder that holds data/", file.display());
        return None;
    }
    Some(file)
}

async fn import(db: &TestDatabase, profile: &str, path: PathBuf) -> ImportReport {
    let app = app(db).await;
    let profile = Profile::shipped(profile).unwrap();
    let request = ImportRequest { path, profile, organisation: None, errors: None };
    let report = app.import_event_log(request, &mut |_| {}).await.unwrap();
    println!("{report}");
    report
}

on_both! {
    async fn every_incident_of_the_uci_log_comes_in(db: TestDatabase) {
        let Some(path) = shared("uci-incident-log/incident_event_log.csv.xz") else { return };
        let report = import(&db, "uci", path.clone()).await;
        assert_eq!((report.rows, report.events, report.created), (141_712, 141_712, 24_918));
        assert_eq!((report.unusable_rows, report.other_priorities), (0, 0));
        let again = import(&db, "uci", path).await;
        assert_eq!((again.events, again.known_rows, again.created), (0, 141_712, 0));
        let verified = db.store.verify(None, |_| {}).await.unwrap();
        assert!(verified.is_good(), "{:?}", verified.faults);
    }

    async fn every_problem_of_the_volvo_log_comes_in(db: TestDatabase) {
        let Some(path) = shared("volvo-problems/problem_events.csv.xz") else { return };
        let report = import(&db, "volvo", path).await;
        assert_eq!((report.rows, report.events, report.created), (6_660, 6_660, 1_487));
    }
}
