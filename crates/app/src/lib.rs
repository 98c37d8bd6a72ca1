//! Use cases: one function each. Every door (pages, REST, mail, command line) calls these and nothing below.
//!
//! Each write takes the same steps: load, look references up, decide (pure), commit one change set; a record that
//! somebody changed in between is loaded and decided again.

pub mod abilities;
pub mod actors;
pub mod approvals;
pub mod authenticate;
pub mod automation;
pub mod board;
pub mod bulk;
pub mod calendars;
pub mod calibration;
pub mod catalogue;
pub mod clock;
pub mod clocks;
mod commit;
pub mod configuration;
pub mod context;
mod deciding;
pub mod definitions;
pub mod deflection;
pub mod difference;
pub mod drafts;
pub mod error;
pub mod facts;
pub mod family;
pub mod feeds;
pub mod files;
pub mod flows;
pub mod follow;
pub mod follow_up;
pub mod forecast;
mod fresh;
pub mod handling;
pub mod holiday_feeds;
pub mod import;
pub mod inbox;
pub mod inspector;
pub mod intervals;
pub mod jobs;
pub mod journal;
pub mod knowledge;
pub mod list;
pub mod lookup;
pub mod mention;
pub mod notices;
pub mod outside;
pub mod pages;
mod password;
pub mod person_settings;
pub mod presence;
pub mod ready;
pub mod records;
mod reference_data;
pub mod saved_views;
pub mod schedules;
pub mod seal;
pub mod search;
mod secrets;
pub mod sessions;
pub mod setup;
pub mod snippets;
mod subscriber;
pub mod time;
pub mod tokens;
pub mod view;
pub mod viewing;
pub mod visits;
pub mod word;

use std::sync::{Arc, OnceLock};

use steward_model::access::{Actor, Policy};
use steward_model::chain::Hash;
use steward_model::id::RecordId;
use steward_model::kind::{Kind, Registry};
use steward_model::moment::Moment;
use steward_model::record::Record;
use steward_practices::rules::PracticeRules;
use steward_search::index::Search;
use steward_store::blob::Blobs;
use steward_store::sessions::StoredSession;
use steward_store::store::Store;
use tokio::sync::{Mutex as AsyncMutex, Notify, Semaphore, watch};

/// Every way into [`App`] returns its future boxed. What lies behind is compiled once, here, instead of in each crate and
/// test that awaits it, and it need not fit on the caller's stack.
pub(crate) use async_recursion::async_recursion as boxed;

use crate::authenticate::{RecentLogins, TokenOwner};
use crate::clock::Clock;
use crate::definitions::{Definitions, Live};
use crate::error::Error;
use crate::fresh::Fresh;
use crate::secrets::SecretKey;
use crate::view::Label;

/// Turns that commands on contended records take; two records share one now and then, which only makes them wait.
const TURNS: usize = 64;

/// Steward without its doors. Cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Inner>);

struct Inner {
    store: Store,
    blobs: Blobs,
    /// Kinds and roles.
    definitions: Live,
    /// Whether the definitions are tried out: decided under, and not yet in force.
    is_staged: bool,
    /// Held while changed definitions are taken over.
    renewing: AsyncMutex<()>,
    rules: PracticeRules,
    clock: Arc<dyn Clock>,
    key: SecretKey,
    /// `None` in commands that do not search.
    index: Option<search::Index>,
    /// By person; forgotten with each write to people, teams or organisations.
    actors: Fresh<RecordId, Actor>,
    /// All records of a small kind; forgotten with each write to it.
    reference_data: Fresh<&'static str, Arc<Vec<Record>>>,
    /// Names of records of kinds with public labels; forgotten with each write to the record.
    labels: Fresh<RecordId, Arc<Label>>,
    /// Calendars that answer questions.
    calendars: calendars::Compiled,
    /// Tokens that hold, by hash; forgotten when revoked.
    tokens: Fresh<Hash, TokenOwner>,
    /// Addresses from which tokens are taken, for too few tries from there failed; forgotten with each that fails.
    trusted_addresses: Fresh<String, ()>,
    recent_logins: RecentLogins,
    /// Sessions that were not ended, by the hash of what the browser holds; forgotten with each write to them.
    sessions: Fresh<Hash, StoredSession>,
    /// How much people have not read; forgotten with each word that an inbox changed.
    unread: Fresh<RecordId, inbox::Unread>,
    /// Counts of lists, by what was counted; forgotten with each write to a record.
    counts: Fresh<String, usize>,
    /// What pages of lists ask about views.
    views: saved_views::ViewCopies,
    /// What pages ask about records that people opened.
    visits: visits::VisitCopies,
    /// What people chose for themselves; forgotten with each write.
    settings: Fresh<RecordId, Arc<person_settings::PersonSettings>>,
    /// Who is at which record just now.
    presence: presence::Presence,
    /// As many password hashes at once as there are cores: each takes 19 MiB and a core.
    hashing: Semaphore,
    /// Held while a command that lost against another one on the same record tries again.
    turns: [AsyncMutex<()>; TURNS],
    /// What clocks are computed by.
    books: clocks::Books,
    /// What forecasts rest on, by kind.
    experiences: forecast::Experiences,
    /// Rules in force.
    automation: automation::Rules,
    /// How mail leaves; said by whoever starts the process, where it does.
    post: OnceLock<notices::Post>,
    /// The way to the outside; said by whoever starts the process.
    outside: OnceLock<Arc<dyn outside::Outside>>,
    /// The malware scanner; said by whoever starts the process, where there is one.
    scanner: OnceLock<Arc<dyn files::scan::Scanner>>,
    /// Which files are taken; said by whoever starts the process, or as by default.
    file_policy: OnceLock<files::policy::FilePolicy>,
    /// Wakes runners of this node when a job was added here.
    jobs: Notify,
    /// Wakes those of this node who have files looked at.
    scans: Notify,
    /// Turns true once, when the process was told to stop.
    stopping: watch::Sender<bool>,
}

/// What an [`App`] is made of.
pub struct Parts {
    /// The database.
    pub store: Store,
    /// Contents of attachments.
    pub blobs: Blobs,
    /// Kinds and roles, as the program brings them along.
    pub definitions: Definitions,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// The key that seals secret fields: 32 random bytes kept outside the database.
    pub key: [u8; 32],
    /// The index of texts; nothing can be searched without.
    pub search: Option<Search>,
}

impl App {
    /// Puts the parts together.
    pub fn new(parts: Parts) -> Self {
        let key = SecretKey::new(parts.key);
        let definitions = Live::new(parts.definitions);
        Self::of(parts.store, parts.blobs, (definitions, false), parts.clock, key, parts.search)
    }

    /// The same parts under other definitions, to decide what would be; nothing is to be written with it.
    pub(crate) fn staged(&self, definitions: Definitions) -> Self {
        let Inner { store, blobs, clock, key, .. } = &*self.0;
        let app =
            Self::of(store.clone(), blobs.clone(), (Live::new(definitions), true), clock.clone(), key.clone(), None);
        self.as_told(app)
    }

    /// The same parts with another clock, and with copies of its own in memory and without an index: for acts at moments of the past. What
    /// one of the two writes, the other knows after two seconds of its own clock at the latest.
    #[must_use]
    pub fn with_clock(&self, clock: Arc<dyn Clock>) -> Self {
        let Inner { store, blobs, definitions, key, .. } = &*self.0;
        let app = Self::of(store.clone(), blobs.clone(), (definitions.another(), false), clock, key.clone(), None);
        self.as_told(app)
    }

    /// Gives another one what this one was told by whoever started the process: the way to the outside, the scanner, which
    /// files are taken.
    fn as_told(&self, app: Self) -> Self {
        if let Some(outside) = self.outside() {
            app.set_outside(outside.clone());
        }
        if let Some(scanner) = self.scanner() {
            app.set_scanner(scanner.clone());
        }
        app.set_file_policy(self.file_policy().clone());
        app
    }

    fn of(
        store: Store,
        blobs: Blobs,
        (definitions, is_staged): (Live, bool),
        clock: Arc<dyn Clock>,
        key: SecretKey,
        search: Option<Search>,
    ) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self(Arc::new(Inner {
            store,
            blobs,
            definitions,
            is_staged,
            renewing: AsyncMutex::default(),
            rules: PracticeRules,
            clock,
            key,
            index: search.map(search::Index::new),
            actors: Fresh::new(10_000),
            reference_data: Fresh::new(100),
            labels: Fresh::new(50_000),
            calendars: calendars::Compiled::default(),
            tokens: Fresh::new(10_000),
            trusted_addresses: Fresh::new(10_000),
            recent_logins: RecentLogins::default(),
            sessions: Fresh::new(10_000),
            unread: Fresh::new(10_000),
            counts: Fresh::new(2_000),
            views: saved_views::ViewCopies::default(),
            visits: visits::VisitCopies::default(),
            settings: Fresh::new(10_000),
            presence: presence::Presence::default(),
            hashing: Semaphore::new(cores),
            turns: std::array::from_fn(|_| AsyncMutex::default()),
            books: clocks::Books::default(),
            experiences: forecast::Experiences::default(),
            automation: automation::Rules::default(),
            post: OnceLock::new(),
            outside: OnceLock::new(),
            scanner: OnceLock::new(),
            file_policy: OnceLock::new(),
            jobs: Notify::new(),
            scans: Notify::new(),
            stopping: watch::Sender::new(false),
        }))
    }

    /// All kinds, with words in the language of who reads ([`steward_words::language`]); in English where nobody does, as
    /// in jobs and through the interface for programs. Keys, conditions and values are the same in all.
    pub fn registry(&self) -> &Registry {
        self.definitions().registry(steward_words::language())
    }

    /// All roles.
    pub fn policy(&self) -> &Policy {
        self.definitions().policy()
    }

    /// The present moment.
    pub fn now(&self) -> Moment {
        self.0.clock.now()
    }

    /// The kind with this word in addresses.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub fn kind_by_plural(&self, plural: &str) -> Result<&Arc<Kind>, Error> {
        self.registry().kind_by_plural(plural).ok_or(Error::NotFound)
    }

    /// The kind with this key.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub fn kind(&self, key: &str) -> Result<&Arc<Kind>, Error> {
        self.registry().kind(key).ok_or(Error::NotFound)
    }

    /// Whether new requests should come here.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the process is stopping or its database cannot be used.
    #[boxed]
    pub async fn ready(&self) -> Result<(), Error> {
        if *self.0.stopping.borrow() {
            return Err(Error::Unavailable);
        }
        Ok(self.store().ping().await?)
    }

    /// Says that the process stops: it is not ready from now on, and streams end. Other requests go on.
    pub fn stop(&self) {
        self.0.stopping.send_replace(true);
    }

    /// Turns true when the process was told to stop.
    pub fn stopping(&self) -> watch::Receiver<bool> {
        self.0.stopping.subscribe()
    }

    /// Connections to the database: open, and of these idle.
    pub fn connections(&self) -> (usize, usize) {
        let pool = self.store().pool_stats();
        (usize::try_from(pool.open).unwrap_or(usize::MAX), usize::try_from(pool.idle).unwrap_or(usize::MAX))
    }

    fn store(&self) -> &Store {
        &self.0.store
    }

    fn presence(&self) -> &presence::Presence {
        &self.0.presence
    }

    fn blobs(&self) -> &Blobs {
        &self.0.blobs
    }
}
