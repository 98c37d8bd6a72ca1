//! The whole server on a test database, without a network.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use serde_json::{Value as Json, json};
use steward_app::clock::FixedClock;
use steward_app::definitions::{Base, Definitions};
use steward_app::records::{NewRecord, Origin, Request};
use steward_app::view::RecordView;
use steward_app::{App, Parts};
use steward_http::{Doors, doors};
use steward_model::access::{Actor, TokenLimits};
use steward_model::command::{Command, Transition};
use steward_model::event::Door;
use steward_model::id::RecordId;
use steward_model::kind::Source;
use steward_model::moment::Moment;
use steward_search::document::Catalogue;
use steward_search::index::Search;
use steward_store::blob::Blobs;
use steward_store::connection::Connection;
use tokio::task::AbortHandle;

use crate::boxed;
use crate::client::Client;
use crate::database::TestDatabase;
use crate::outside::Elsewhere;

/// Where the clock of every test server stands at first: 2026-01-05T09:00:00Z, a Monday.
pub const MORNING: Moment = Moment(1_767_603_600_000_000);

/// Limits of a token that may do all that its owner may.
pub const UNLIMITED: TokenLimits = TokenLimits { read_only: false, kinds: Vec::new(), teams: Vec::new() };

/// Use cases and router on a test database, with a clock that moves only when told to.
pub struct Server {
    /// The use cases.
    pub app: App,
    /// The interface.
    pub router: Router,
    /// The clock.
    pub clock: Arc<FixedClock>,
    /// All other systems.
    pub elsewhere: Arc<Elsewhere>,
    /// The task that feeds the index, once somebody searches.
    feeding: Feeding,
    /// The database, dropped with the server.
    pub database: TestDatabase,
}

/// A task that ends with the server.
#[derive(Default)]
struct Feeding(Mutex<Option<AbortHandle>>);

impl Drop for Feeding {
    fn drop(&mut self) {
        if let Some(task) = self.0.lock().unwrap().take() {
            task.abort();
        }
    }
}

impl Server {
    /// A server with the shipped kinds and roles.
    #[boxed]
    pub async fn start(database: TestDatabase) -> Self {
        Self::start_with(database, &[], &[]).await
    }

    /// A server with more kinds and roles, each written in TOML.
    #[boxed]
    pub async fn start_with(database: TestDatabase, kinds: &[&str], roles: &[&str]) -> Self {
        Self::start_as(database, (kinds, roles), Doors::default(), steward_web::Settings::default()).await
    }

    /// A server as an operator may have set it up, with more kinds and roles, each written in TOML.
    pub async fn start_as(
        database: TestDatabase,
        (kinds, roles): (&[&str], &[&str]),
        doors: Doors,
        settings: steward_web::Settings,
    ) -> Self {
        let base = Base {
            kinds: with(steward_practices::sources(), kinds),
            roles: with(steward_practices::roles(), roles),
            clashes: steward_web::clashes,
        };
        let definitions = Definitions::load(Arc::new(base), Vec::new()).unwrap_or_else(|faults| panic!("{faults:?}"));
        let clock = Arc::new(FixedClock::at(MORNING));
        let search = Search::in_memory(Catalogue::new(definitions.kinds(), definitions.policy())).unwrap();
        let app = App::new(Parts {
            store: database.store.clone(),
            blobs: Blobs::open(&database.folder.path().join("blobs")).unwrap(),
            definitions,
            clock: clock.clone(),
            key: [7; 32],
            search: Some(search),
        });
        let elsewhere = Arc::new(Elsewhere::default());
        app.set_outside(elsewhere.clone());
        app.begin_definitions().await.unwrap();
        let router = router(&app, doors, settings);
        Self { router, app, clock, elsewhere, feeding: Feeding::default(), database }
    }

    /// A client that nobody knows, of another node: what it has in memory is its own.
    pub fn on_another_node(&self) -> Client {
        self.another_node().0
    }

    /// As [`Self::on_another_node`], with the use cases of that node.
    pub fn another_node(&self) -> (Client, App) {
        let app = self.app.with_clock(self.clock.clone());
        (Client::anonymous(router(&app, Doors::default(), steward_web::Settings::default())), app)
    }

    /// A client that nobody knows.
    pub fn anonymous(&self) -> Client {
        Client::anonymous(self.router.clone())
    }

    /// A client with a token of a person that may do all that the person may.
    pub async fn client_of(&self, person: RecordId) -> Client {
        let token = self.app.add_token(person, "test", &UNLIMITED, 90).await.unwrap();
        self.anonymous().bearer(&token)
    }

    /// Makes a record, as Steward itself.
    #[boxed]
    pub async fn make(&self, kind: &str, organisation: RecordId, fields: Json) -> RecordView {
        let kind = self.app.kind(kind).unwrap();
        let Json::Object(fields) = fields else { panic!("fields are an object") };
        let organisation = Some(organisation.to_string()).filter(|_| organisation != RecordId::SYSTEM);
        let new = NewRecord { organisation, fields, links: Vec::new() };
        self.app.create(&Actor::system(), kind, &new, &Origin::door(Door::System)).await.unwrap()
    }

    /// Does something to a record, as somebody.
    #[boxed]
    pub async fn act(&self, actor: &Actor, record: &RecordView, request: Request) -> RecordView {
        let name = record.record.number.as_str();
        self.app.execute(actor, &record.kind, name, &request, &Origin::door(Door::System)).await.unwrap()
    }

    /// Moves a record, as Steward itself.
    #[boxed]
    pub async fn transition(&self, record: &RecordView, key: &str, fields: Json) -> RecordView {
        let Json::Object(fields) = fields else { panic!("fields are an object") };
        let transition = Transition { key: key.to_owned(), fields, ..Transition::default() };
        self.act(&Actor::system(), record, Request::Command(Command::Transition(transition))).await
    }

    /// Makes a person with roles, each for an organisation and those below it, or everywhere.
    pub async fn person(
        &self,
        login: &str,
        names: (&str, &str),
        organisation: RecordId,
        roles: &[(&str, Option<RecordId>)],
    ) -> RecordId {
        let roles: Vec<Json> = roles
            .iter()
            .map(|(role, within)| match within {
                None => json!({ "role": role }),
                Some(id) => json!({ "role": role, "organisation": id.to_string() }),
            })
            .collect();
        let fields = json!({
            "given_name": names.0,
            "family_name": names.1,
            "login": login,
            "mail": format!("{login}@example.org"),
            "roles": roles,
        });
        self.make("person", organisation, fields).await.record.id
    }

    /// The actor that a person is.
    #[boxed]
    pub async fn actor(&self, person: RecordId) -> Actor {
        self.app.actor(person, None).await.unwrap()
    }

    /// Tells everybody of everything that happened so far.
    pub async fn told(&self) {
        self.followed("inbox", async || self.app.tell_next().await.unwrap()).await;
    }

    /// Has a follower of the journal take its steps until it reached the end, with what it wrote itself.
    pub async fn followed(&self, subscriber: &str, next: impl AsyncFn() -> bool) {
        // Readers of PostgreSQL wait for older transactions of other tests.
        for _ in 0..3_000 {
            while next().await {}
            let reached = self.database.store.cursor(subscriber).await.unwrap();
            if reached >= Some(self.database.last_place().await) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("the journal was not followed to its end");
    }

    /// Returns once everything written by now can be searched for.
    #[boxed]
    pub async fn searchable(&self) {
        {
            let mut feeding = self.feeding.0.lock().unwrap();
            let app = self.app.clone();
            feeding.get_or_insert_with(|| tokio::spawn(async move { app.feed_search().await }).abort_handle());
        }
        let end = self.database.last_place().await;
        // Readers of PostgreSQL wait for older transactions of other tests, hence the time.
        let reached = tokio::time::timeout(Duration::from_secs(30), self.app.search_reached(end)).await;
        reached.expect("the index never caught up").unwrap();
    }

    /// Waits until readers of the journal may see all that was written: on PostgreSQL they wait for older transactions,
    /// those of other tests too.
    pub async fn settled(&self) {
        let end = self.database.last_place().await;
        let settle = async {
            while self.app.journal_end().await.unwrap() < end {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), settle).await.expect("the journal never settled");
    }

    /// How many rows there are of what a refused request must not make, and the sum of all revisions.
    #[boxed]
    pub async fn rows(&self) -> Vec<i64> {
        let mut connection: Connection = self.database.store.read().await.unwrap();
        let mut counts = Vec::new();
        for table in ["record", "journal", "record_link", "attachment", "reference", "unique_value", "job"] {
            let row = connection.fetch_optional(&format!("select count(*) from {table}"), &[]).await.unwrap().unwrap();
            counts.push(row.integer(0).unwrap());
        }
        let revisions = "select cast(sum(revision) as bigint) from record";
        counts.push(connection.fetch_optional(revisions, &[]).await.unwrap().unwrap().integer(0).unwrap());
        counts
    }

    /// Every interval that is kept, with what it is about, as text.
    pub async fn intervals(&self) -> Vec<String> {
        let mut connection: Connection = self.database.store.read().await.unwrap();
        let sql = "select record, part, time, begin_at, end_at, all_day, reach, name from time_interval order by record, place";
        let mut all = Vec::new();
        for row in connection.fetch_all(sql, &[]).await.unwrap() {
            let numbers: Vec<i64> = [0, 3, 4, 5, 6].iter().map(|column| row.integer(*column).unwrap()).collect();
            let name = row.optional_text(7).unwrap();
            all.push(format!("{numbers:?} {} {} {name:?}", row.text(1).unwrap(), row.text(2).unwrap()));
        }
        let sql = "select record, target from interval_concern order by record, target";
        for row in connection.fetch_all(sql, &[]).await.unwrap() {
            all.push(format!("{} about {}", row.integer(0).unwrap(), row.integer(1).unwrap()));
        }
        all
    }

    /// Runs statements of SQL, as somebody who works on the database beside Steward.
    pub async fn script(&self, sql: &'static str) {
        let ran = self.database.store.write(move |connection| {
            Box::pin(async move {
                connection.execute_script(sql).await?;
                Ok(())
            })
        });
        ran.await.unwrap();
    }

    /// Takes all intervals away, as in a database of a version that had none.
    pub async fn forget_intervals(&self) {
        let forget = self.database.store.write(|connection| {
            Box::pin(async move {
                for table in ["time_interval", "interval_concern"] {
                    connection.execute(&format!("delete from {table}"), &[]).await?;
                }
                connection.execute("delete from meta where key = 'intervals'", &[]).await?;
                Ok(())
            })
        });
        forget.await.unwrap();
    }

    /// What is kept of accounts: sessions and tokens that hold, and passwords, as one text.
    pub async fn accounts(&self) -> String {
        let mut connection: Connection = self.database.store.read().await.unwrap();
        let mut text = String::new();
        for sql in [
            "select count(*) from session where ended_at is null",
            "select coalesce(sum(proved_at), 0) from session",
            "select count(*) from token where revoked_at is null",
            "select count(*) from credential",
        ] {
            let sql = sql.replacen("select ", "select cast(", 1).replacen(" from", " as bigint) from", 1);
            let row = connection.fetch_optional(&sql, &[]).await.unwrap().unwrap();
            text.push_str(&format!("{} ", row.integer(0).unwrap()));
        }
        text
    }
}

fn router(app: &App, doors: Doors, settings: steward_web::Settings) -> Router {
    let pages = steward_web::router(app.clone(), doors.clone(), settings);
    doors::together(steward_api::router(app.clone(), doors), pages)
}

fn with(mut sources: Vec<Source>, more: &[&str]) -> Vec<Source> {
    let more = more.iter().enumerate();
    sources.extend(more.map(|(index, text)| Source { path: format!("test/{index}.toml"), text: (*text).to_owned() }));
    sources
}
