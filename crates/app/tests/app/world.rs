//! An application with the shipped kinds on a test database.

use std::sync::Arc;

use steward_app::clock::FixedClock;
use steward_app::definitions::{Base, Definitions};
use steward_app::{App, Parts};
use steward_model::moment::Moment;
use steward_search::index::Search;
use steward_store::blob::Blobs;
use steward_testkit::database::TestDatabase;

/// The moment at which the clock of every test stands: 2026-03-02T09:00:00Z.
pub(crate) const NOW: Moment = Moment(1_772_442_000_000_000);

/// An application on a fresh database.
pub(crate) async fn app(db: &TestDatabase) -> App {
    app_with(db, None).await
}

/// An application on a database, with an index.
pub(crate) async fn app_with(db: &TestDatabase, search: Option<Search>) -> App {
    let definitions =
        Definitions::load(Arc::new(Base::shipped()), Vec::new()).map_err(|faults| faults[0].to_string()).unwrap();
    let app = App::new(Parts {
        store: db.store.clone(),
        blobs: Blobs::open(&db.folder.path().join("blobs")).unwrap(),
        definitions,
        clock: Arc::new(FixedClock::at(NOW)),
        key: [7; 32],
        search,
    });
    app.begin_definitions().await.unwrap();
    app
}
