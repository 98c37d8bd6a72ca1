//! Sessions of browsers: begun with a password, ended by time, by hand, and by whatever takes the right to act.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use steward_model::access::Actor;
use steward_model::chain::Hash;
use steward_model::id::RecordId;
use steward_model::moment::Moment;
use steward_store::sessions::{NewSession, StoredSession};

use crate::App;
use crate::authenticate::Credentials;
use crate::boxed;
use crate::error::Error;
use crate::viewing::Viewing;

/// How long a session of staff lasts unused, and at most, in seconds.
const STAFF: (i64, i64) = (30 * 60, 12 * 3600);
/// The same for customers.
const CUSTOMERS: (i64, i64) = (2 * 3600, 24 * 3600);
/// Sessions of one person at a time.
const MOST: i64 = 10;
/// Use is noted once in this time, in seconds; a session may so end that much earlier than it should, never later.
const NOTE_EVERY: i64 = 60;
/// How long giving the password counts as fresh proof, in seconds.
const PROOF_SECONDS: i64 = 10 * 60;
/// A clock that went back further than this makes a session's times worthless, in seconds.
const CLOCK_SLACK: i64 = 300;
/// Characters kept of what a browser says it is.
const AGENT_MAX: usize = 200;

/// Where a browser is.
#[derive(Debug, Clone)]
pub struct Client {
    /// Its address.
    pub address: String,
    /// What it says it is.
    pub agent: String,
}

/// What a request with a session is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// A person did something: the session is in use.
    Person,
    /// The page asked by itself, which must not keep a session alive.
    Page,
}

/// A session that holds now.
#[derive(Debug, Clone)]
pub struct BrowserSession {
    /// Whose Steward is shown, with the rights of now: who is signed in, or as whom they look.
    pub actor: Actor,
    /// That who is signed in looks as somebody else; nothing is written while that lasts.
    pub viewing: Option<Viewing>,
    /// Hash of what the browser holds.
    pub hash: Hash,
    /// Its number.
    pub id: i64,
    /// When the person last gave the password.
    pub proved_at: Moment,
}

impl BrowserSession {
    /// Who is signed in, as whomever they look.
    pub fn owner(&self) -> &Actor {
        self.viewing.as_ref().map_or(&self.actor, |viewing| &viewing.by)
    }
}

/// A session as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionView {
    /// Its number.
    pub id: i64,
    /// When it began.
    pub created_at: Moment,
    /// When it was last used, to the minute.
    pub seen_at: Moment,
    /// Address at the beginning.
    pub address: String,
    /// What the browser says it is.
    pub agent: String,
}

impl App {
    /// Signs a person in and gives what their browser is to hold: 256 random bits as text.
    ///
    /// # Errors
    /// As [`App::authenticate`].
    #[boxed]
    pub async fn sign_in(&self, login: &str, password: &str, client: &Client) -> Result<String, Error> {
        let credentials = Credentials::Password { login: login.to_owned(), password: password.to_owned() };
        let actor = self.authenticate(&credentials, &client.address).await?;
        self.open_session(actor.person, client).await
    }

    /// Begins a session for a person whose identity was proved.
    pub(crate) async fn open_session(&self, person: RecordId, client: &Client) -> Result<String, Error> {
        let bytes: [u8; 32] = rand::random();
        let secret = BASE64_URL_SAFE_NO_PAD.encode(bytes);
        let now = self.now();
        let new = NewSession {
            person,
            hash: Hash::of(secret.as_bytes()),
            at: now,
            address: client.address.clone(),
            agent: client.agent.chars().filter(|c| !c.is_control()).take(AGENT_MAX).collect(),
        };
        self.store().add_session(new, MOST, now.plus_seconds(-CUSTOMERS.1)).await?;
        self.note_security(person, &client.address, "sign_in", "done").await?;
        Ok(secret)
    }

    /// The session that a browser holds.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] when there is none, it ended, or the person may not act any more.
    #[boxed]
    pub async fn session(&self, secret: &str, purpose: Purpose) -> Result<BrowserSession, Error> {
        self.session_by_hash(Hash::of(secret.as_bytes()), purpose).await
    }

    pub(crate) async fn session_by_hash(&self, hash: Hash, purpose: Purpose) -> Result<BrowserSession, Error> {
        let now = self.now();
        let stored = self.stored_session(&hash, now).await?.ok_or(Error::Unauthenticated)?;
        let actor = self.actor(stored.person, None).await?;
        let (idle, whole) = if actor.is_staff() { STAFF } else { CUSTOMERS };
        let (unused, age) = (now.seconds_since(stored.seen_at), now.seconds_since(stored.created_at));
        if unused >= idle || age >= whole || unused < -CLOCK_SLACK || age < -CLOCK_SLACK {
            self.store().end_session(stored.person, stored.id, now).await?;
            self.0.sessions.forget([&hash]);
            return Err(Error::Unauthenticated);
        }
        if purpose == Purpose::Person && unused >= NOTE_EVERY {
            self.store().touch_session(stored.id, now).await?;
            self.0.sessions.forget([&hash]);
        }
        let (id, proved_at) = (stored.id, stored.proved_at);
        let Some(viewing) = stored.viewing else {
            return Ok(BrowserSession { actor, viewing: None, hash, id, proved_at });
        };
        Ok(match self.viewed(&actor, viewing).await? {
            Some((shown, viewing)) => BrowserSession { actor: shown, viewing: Some(viewing), hash, id, proved_at },
            None => BrowserSession { actor, viewing: None, hash, id, proved_at },
        })
    }

    /// Ends the session that a browser holds.
    ///
    /// # Errors
    /// When the database is away.
    #[boxed]
    pub async fn sign_out(&self, session: &BrowserSession) -> Result<(), Error> {
        self.store().end_session(session.owner().person, session.id, self.now()).await?;
        self.0.sessions.forget([&session.hash]);
        self.note_security(session.owner().person, "", "sign_out", "done").await
    }

    /// The sessions of the person who asks, used last first.
    ///
    /// # Errors
    /// When the database is away.
    #[boxed]
    pub async fn sessions(&self, session: &BrowserSession) -> Result<Vec<SessionView>, Error> {
        let stored = self.store().sessions_of(session.owner().person).await?;
        Ok(stored
            .into_iter()
            .map(|stored| SessionView {
                id: stored.id,
                created_at: stored.created_at,
                seen_at: stored.seen_at,
                address: stored.address,
                agent: stored.agent,
            })
            .collect())
    }

    /// Ends one of one's own sessions; one of others, or none, is left as it is.
    ///
    /// # Errors
    /// When the database is away.
    #[boxed]
    pub async fn end_session(&self, session: &BrowserSession, id: i64) -> Result<(), Error> {
        self.store().end_session(session.owner().person, id, self.now()).await?;
        self.0.sessions.forget_all();
        self.note_security(session.owner().person, "", "session_ended", "done").await
    }

    /// Whether the person gave the password within the last ten minutes.
    pub fn is_proved(&self, session: &BrowserSession) -> bool {
        (-CLOCK_SLACK..PROOF_SECONDS).contains(&self.now().seconds_since(session.proved_at))
    }

    /// Takes the password once more, before something that a found browser must not be enough for.
    ///
    /// # Errors
    /// [`Error::Invalid`] when it is another; [`Error::TooMany`] after too many tries.
    #[boxed]
    pub async fn prove(&self, session: &BrowserSession, password: &str, address: &str) -> Result<(), Error> {
        if password.is_empty() {
            // A field left empty is no try, so it does not lock the owner out.
            return Err(Error::invalid("current_password", "is needed once more"));
        }
        self.give_password(session.owner().person, password, address).await?;
        self.store().prove_session(session.id, self.now()).await?;
        self.0.sessions.forget([&session.hash]);
        Ok(())
    }

    /// Takes the password of a person once more, for one act.
    ///
    /// # Errors
    /// As [`Self::prove`].
    #[boxed]
    pub async fn give_password(&self, person: RecordId, password: &str, address: &str) -> Result<(), Error> {
        if password.is_empty() {
            return Err(Error::invalid("current_password", "is needed once more"));
        }
        let record = self.store().get_record(person).await?.ok_or(Error::Unauthenticated)?.record;
        let credentials =
            Credentials::Password { login: record.text("login").to_owned(), password: password.to_owned() };
        match self.authenticate(&credentials, address).await {
            Ok(actor) if actor.person == person => Ok(()),
            Ok(_) | Err(Error::Unauthenticated) => Err(Error::invalid("current_password", "is not your password")),
            Err(error) => Err(error),
        }
    }

    /// Sets one's own password. All other sessions end; this one goes on.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the password is not good enough.
    #[boxed]
    pub async fn change_password(&self, session: &BrowserSession, password: &str) -> Result<(), Error> {
        self.set_password_keeping(session.owner().person, password, Some(session.id)).await
    }

    /// Ends the sessions of a person but the one to keep.
    pub(crate) async fn end_sessions_of(&self, person: RecordId, keep: Option<i64>) -> Result<(), Error> {
        self.store().end_sessions(person, keep, self.now()).await?;
        self.0.sessions.forget_all();
        Ok(())
    }

    pub(crate) async fn stored_session(&self, hash: &Hash, now: Moment) -> Result<Option<StoredSession>, Error> {
        if let Some(stored) = self.0.sessions.get(hash, now) {
            return Ok(Some(stored));
        }
        let before = self.0.sessions.before(now);
        let found = self.store().find_session(hash).await?;
        self.0.sessions.keep(before, found.clone().map(|stored| (*hash, stored)));
        Ok(found)
    }
}
