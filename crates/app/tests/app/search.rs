//! The index between two runs: it goes on where it was, and is made anew where that is no place.

use std::path::Path;
use std::time::Duration;

use serde_json::json;
use steward_app::App;
use steward_app::records::{NewRecord, Origin, Request};
use steward_app::search::SearchRequest;
use steward_model::access::{Actor, Policy};
use steward_model::command::{Command, NewComment};
use steward_model::event::{Audience, Door};
use steward_model::id::RecordId;
use steward_model::kind::Registry;
use steward_search::document::{Catalogue, Document};
use steward_search::index::Search;
use steward_testkit::database::TestDatabase;
use steward_testkit::on_both;
use tokio::task::JoinHandle;

use crate::world::app_with;

fn index(folder: &Path) -> Search {
    let registry = Registry::load(&steward_practices::sources()).unwrap();
    let policy = Policy::load(&steward_practices::roles(), &registry).unwrap();
    Search::open(folder, Catalogue::new(&registry, &policy)).unwrap()
}

/// A node: the application with an index in a folder, and the task that feeds it.
struct Node<'d> {
    db: &'d TestDatabase,
    app: App,
    feeding: JoinHandle<()>,
}

impl<'d> Node<'d> {
    async fn start(db: &'d TestDatabase, folder: &Path) -> Self {
        let app = app_with(db, Some(index(folder))).await;
        let feeding = tokio::spawn({
            let app = app.clone();
            async move { app.feed_search().await }
        });
        Self { db, app, feeding }
    }

    async fn make(&self, title: &str) -> String {
        let fields = json!({ "title": title }).as_object().unwrap().clone();
        let new = NewRecord { fields, ..NewRecord::default() };
        let kind = self.app.kind("task").unwrap();
        let made = self.app.create(&Actor::system(), kind, &new, &Origin::door(Door::System)).await.unwrap();
        made.record.number
    }

    async fn comment(&self, number: &str, body: &str) {
        let comment = NewComment { audience: Audience::Public, body: body.to_owned() };
        let request = Request::Command(Command::Comment(comment));
        let kind = self.app.kind("task").unwrap();
        self.app.execute(&Actor::system(), kind, number, &request, &Origin::door(Door::System)).await.unwrap();
    }

    /// How many records a text is found in, once everything written by now can be found.
    async fn check_found(&self, text: &str, expected: usize) {
        let end = self.db.last_place().await;
        // Readers of PostgreSQL wait for older transactions of other tests, hence the time.
        let reached = tokio::time::timeout(Duration::from_secs(30), self.app.search_reached(end)).await;
        reached.expect("the index never caught up").unwrap();
        let request = SearchRequest { text: text.to_owned(), limit: 10, ..SearchRequest::default() };
        let page = self.app.search(&Actor::system(), &request).await.unwrap();
        assert_eq!((page.hits.len(), page.complete), (expected, true), "{text}");
    }

    async fn stop(self) {
        self.app.stop();
        self.feeding.await.unwrap();
    }

    /// Ends as a process does that is killed: nothing more is written.
    async fn kill(self) {
        self.feeding.abort();
        let _ = self.feeding.await;
    }
}

/// Puts a document into an index at rest that only an index made anew does not have.
fn mark(folder: &Path) {
    let registry = Registry::load(&steward_practices::sources()).unwrap();
    let kind = registry.kind("task").unwrap();
    let search = index(folder);
    let record = steward_model::record::Record {
        id: RecordId(999_999_999),
        kind: "task".to_owned(),
        number: "TASK999".to_owned(),
        revision: 1,
        state: "new".to_owned(),
        organisation: RecordId(1),
        created_at: crate::world::NOW,
        updated_at: crate::world::NOW,
        created_by: RecordId(1),
        fields: [("title".to_owned(), json!("mark"))].into(),
        watchers: Vec::new(),
        dues: steward_model::record::Dues::default(),
    };
    let saved = search.saved().unwrap();
    search.put(vec![Document::new(kind, &record, Vec::new(), search.catalogue())]).unwrap();
    search.commit(&saved).unwrap();
}

fn documents(folder: &Path) -> u64 {
    index(folder).documents()
}

on_both! {
    async fn an_index_goes_on_where_it_was(db: TestDatabase) {
        let folder = db.folder.path().join("search");
        let node = Node::start(&db, &folder).await;
        let first = node.make("first thing").await;
        node.check_found("first", 1).await;
        node.stop().await;
        mark(&folder);
        let made = documents(&folder);
        // Killed at once: what was not committed comes again.
        let node = Node::start(&db, &folder).await;
        node.make("second thing").await;
        node.comment(&first, "said meanwhile").await;
        node.kill().await;
        let node = Node::start(&db, &folder).await;
        node.check_found("second", 1).await;
        node.check_found("meanwhile", 1).await;
        node.check_found("thing", 2).await;
        node.stop().await;
        assert_eq!(documents(&folder), made + 1);
    }

    async fn an_index_of_another_database_is_made_anew(db: TestDatabase) {
        let folder = db.folder.path().join("search");
        let node = Node::start(&db, &folder).await;
        node.make("old thing").await;
        node.check_found("thing", 1).await;
        node.stop().await;
        mark(&folder);
        let other = if db.config.url.starts_with("sqlite") { TestDatabase::sqlite().await } else { TestDatabase::postgres().await };
        let node = Node::start(&other, &folder).await;
        node.make("new thing").await;
        node.check_found("new thing", 1).await;
        node.check_found("thing", 1).await;
        node.stop().await;
        assert_eq!(documents(&folder), 1);
    }

    async fn an_index_that_was_removed_is_made_anew(db: TestDatabase) {
        let folder = db.folder.path().join("search");
        let node = Node::start(&db, &folder).await;
        for number in 0..40 {
            let made = node.make(&format!("thing x{number}")).await;
            node.comment(&made, "remarkable").await;
        }
        node.stop().await;
        std::fs::remove_dir_all(&folder).unwrap();
        let node = Node::start(&db, &folder).await;
        node.check_found("thing x17 ", 1).await;
        node.check_found("remarkable x33 ", 1).await;
        node.stop().await;
        assert_eq!(documents(&folder), 40);
    }

    async fn two_nodes_find_what_either_wrote(db: TestDatabase) {
        let folder = db.folder.path().join("search");
        let one = Node::start(&db, &folder).await;
        let two = Node::start(&db, &folder).await;
        one.make("from one").await;
        two.make("from two").await;
        for node in [&one, &two] {
            node.check_found("from", 2).await;
        }
        one.stop().await;
        two.stop().await;
    }
}
