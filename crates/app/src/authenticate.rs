//! Who is asking: passwords and tokens, with limits on guessing.

use std::collections::HashMap;
use std::sync::Mutex;

use steward_model::access::{Action, Actor, TokenLimits};
use steward_model::chain::Hash;
use steward_model::id::RecordId;
use steward_model::kind::Kind;
use steward_model::moment::Moment;
use steward_store::change::SecurityEvent;
use steward_store::identity::Attempts;

use crate::App;
use crate::boxed;
use crate::error::Error;
use crate::password;
use crate::sessions::{BrowserSession, Purpose};
use crate::setup::NewUser;

/// What a request carries to say who asks.
#[derive(Debug, Clone)]
pub enum Credentials {
    /// Login and password.
    Password {
        /// The login.
        login: String,
        /// The password.
        password: String,
    },
    /// An API token.
    Token(String),
}

/// An actor with what proved who they are, for answers that go on for long.
#[derive(Debug, Clone)]
pub struct Session {
    /// The actor, with the rights of the last look.
    pub actor: Actor,
    proof: Proof,
}

#[derive(Debug, Clone)]
enum Proof {
    /// Hash of the token.
    Token(Hash),
    /// Hash of what was stored of the password then, so that a new password ends the session.
    Password(Hash),
    /// Hash of what the browser holds.
    Browser(Hash),
}

/// Whose a token is, what it is good for, and until when.
#[derive(Debug, Clone)]
pub(crate) struct TokenOwner {
    person: RecordId,
    limits: TokenLimits,
    expires_at: Moment,
}

/// Failures of one account in [`WINDOW_SECONDS`] before one has to wait.
const ACCOUNT_FAILURES: i64 = 5;
/// Failures from one address in [`WINDOW_SECONDS`].
pub(crate) const ADDRESS_FAILURES: i64 = 20;
/// Longest login that is looked up, in bytes; no account has a longer one.
const LOGIN_MAX: usize = 400;
/// Length of the window, in seconds.
const WINDOW_SECONDS: i64 = 15 * 60;
/// How long a verified password of API clients is remembered, in seconds; spares an Argon2 hash a request.
const REMEMBER_SECONDS: i64 = 5;
/// First characters of every token, so that leaked ones are recognised by scanners.
pub const TOKEN_PREFIX: &str = "stw_";

/// Passwords verified lately: keyed hash of login and password, never the password.
#[derive(Default)]
pub(crate) struct RecentLogins(Mutex<HashMap<[u8; 32], (Moment, RecordId)>>);

impl App {
    /// The actor behind credentials that came from an address.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] whatever was wrong with them; [`Error::TooMany`] after too many failures.
    #[boxed]
    pub async fn authenticate(&self, credentials: &Credentials, address: &str) -> Result<Actor, Error> {
        match credentials {
            Credentials::Token(token) => self.authenticate_token(token, address).await,
            Credentials::Password { login, password } => self.authenticate_password(login, password, address).await,
        }
    }

    /// As [`App::authenticate`], for an answer that goes on for long and has to be renewed.
    ///
    /// # Errors
    /// As [`App::authenticate`].
    #[boxed]
    pub async fn begin_session(&self, credentials: &Credentials, address: &str) -> Result<Session, Error> {
        let actor = self.authenticate(credentials, address).await?;
        let proof = match credentials {
            Credentials::Token(token) => Proof::Token(hash_token(token)),
            Credentials::Password { .. } => Proof::Password(self.password_stamp(actor.person).await?),
        };
        Ok(Session { actor, proof })
    }

    /// Loads the rights of a session's actor anew.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] once the token was revoked or has ended, the password was changed, or the person may
    /// not act any more.
    #[boxed]
    pub async fn renew(&self, session: &mut Session) -> Result<(), Error> {
        let (person, limits) = match &session.proof {
            Proof::Token(hash) => self.token_owner(hash).await?.ok_or(Error::Unauthenticated)?,
            Proof::Password(stamp) if *stamp == self.password_stamp(session.actor.person).await? => {
                (session.actor.person, None)
            }
            Proof::Password(_) => return Err(Error::Unauthenticated),
            Proof::Browser(hash) => {
                session.actor = self.session_by_hash(*hash, Purpose::Page).await?.actor;
                return Ok(());
            }
        };
        session.actor = self.actor(person, limits).await?;
        Ok(())
    }

    /// A browser's session, for an answer that goes on for long.
    pub fn long_session(&self, session: &BrowserSession) -> Session {
        Session { actor: session.actor.clone(), proof: Proof::Browser(session.hash) }
    }

    async fn password_stamp(&self, person: RecordId) -> Result<Hash, Error> {
        let stored = self.store().get_credential(person).await?.ok_or(Error::Unauthenticated)?;
        Ok(Hash::of(stored.as_bytes()))
    }

    /// The owner of a token that holds now, and its limits.
    async fn token_owner(&self, hash: &Hash) -> Result<Option<(RecordId, Option<TokenLimits>)>, Error> {
        let now = self.now();
        let owner = match self.0.tokens.get(hash, now) {
            Some(owner) => owner,
            None => {
                let before = self.0.tokens.before(now);
                let found = self.store().find_token(hash).await?;
                let Some(found) = found.filter(|token| token.revoked_at.is_none()) else { return Ok(None) };
                let limits: TokenLimits = serde_json::from_str(&found.scopes).map_err(Error::internal)?;
                let owner = TokenOwner { person: found.person, limits, expires_at: found.expires_at };
                self.0.tokens.keep(before, [(*hash, owner.clone())]);
                owner
            }
        };
        Ok((owner.expires_at > now).then_some((owner.person, Some(owner.limits))))
    }

    /// Whether a password is good enough for somebody who is about to get an account.
    ///
    /// # Errors
    /// [`Error::Invalid`] with the reason.
    pub fn check_password(&self, password: &str, user: &NewUser) -> Result<(), Error> {
        password::check(password, &[&user.login, &user.name])
    }

    /// Sets the password of a person and ends what the old one opened.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the password is not good enough.
    #[boxed]
    pub async fn set_password(&self, person: RecordId, password: &str) -> Result<(), Error> {
        self.set_password_keeping(person, password, None).await
    }

    /// As [`App::set_password`], but one session goes on.
    pub(crate) async fn set_password_keeping(
        &self,
        person: RecordId,
        password: &str,
        session: Option<i64>,
    ) -> Result<(), Error> {
        let record = self.store().get_record(person).await?.ok_or(Error::NotFound)?.record;
        let organisation = self.store().get_record(record.organisation).await?;
        let organisation = organisation.as_ref().map(|loaded| loaded.record.text("name")).unwrap_or_default();
        password::check(password, &[record.text("login"), record.text("family_name"), organisation])?;
        let password = password.to_owned();
        let hash = self.hashing(move || password::hash(&password)).await??;
        self.store().set_credential(person, &hash, self.now()).await?;
        if let Ok(mut recent) = self.0.recent_logins.0.lock() {
            recent.retain(|_, (_, known)| *known != person);
        }
        self.end_sessions_of(person, session).await?;
        // Links for calendar programs were made with it, too.
        self.store().revoke_feeds_of(person, self.now()).await?;
        self.note_security(person, "", "password_set", "done").await
    }

    async fn authenticate_token(&self, token: &str, address: &str) -> Result<Actor, Error> {
        let now = self.now();
        let subject = address_subject(address);
        // A copy is enough here: a token holds too much chance to be guessed. Passwords are always counted anew.
        if self.0.trusted_addresses.get(&subject, now).is_none() {
            let before = self.0.trusted_addresses.before(now);
            self.refuse_after_failures(&subject, ADDRESS_FAILURES, now).await?;
            self.0.trusted_addresses.keep(before, [(subject.clone(), ())]);
        }
        let owner = match token.strip_prefix(TOKEN_PREFIX) {
            Some(_) => self.token_owner(&hash_token(token)).await?,
            None => None,
        };
        let Some((person, limits)) = owner else {
            self.note_failure(&[subject], now).await?;
            return Err(Error::Unauthenticated);
        };
        self.actor(person, limits).await
    }

    async fn authenticate_password(&self, login: &str, password: &str, address: &str) -> Result<Actor, Error> {
        let now = self.now();
        if let Some(person) = self.recently_verified(login, password, now) {
            return self.actor(person, None).await;
        }
        let account = format!("account:{}", login.to_lowercase());
        let address = address_subject(address);
        self.refuse_after_failures(&address, ADDRESS_FAILURES, now).await?;
        if login.len() > LOGIN_MAX || login.contains('\0') {
            self.note_failure(&[address], now).await?;
            return Err(Error::Unauthenticated);
        }
        self.refuse_after_failures(&account, ACCOUNT_FAILURES, now).await?;
        // The failure is noted before the password is looked at, so that parallel tries cannot all pass the limit.
        self.note_failure(&[account.clone(), address.clone()], now).await?;
        let person = self.account(login).await?;
        let stored = match person {
            Some(person) => self.store().get_credential(person).await?,
            None => None,
        };
        let given = password.to_owned();
        let good = self.hashing(move || password::verify(&given, stored.as_deref())).await?;
        let (Some(person), true) = (person, good) else {
            let _ = self.note_security(person.unwrap_or(RecordId::SYSTEM), &address, "login", "refused").await;
            return Err(Error::Unauthenticated);
        };
        let actor = self.actor(person, None).await?;
        self.store().forget_attempt(&[account, address], now).await?;
        if let Ok(mut recent) = self.0.recent_logins.0.lock() {
            recent.retain(|_, (at, _)| now.seconds_since(*at) <= REMEMBER_SECONDS);
            recent.insert(self.0.key.digest(login, password), (now, person));
        }
        Ok(actor)
    }

    /// The person with this login, whatever their state.
    pub(crate) async fn account(&self, login: &str) -> Result<Option<RecordId>, Error> {
        if login.contains('\0') {
            return Ok(None);
        }
        let found = self.store().find_by_unique(&["person"], login).await?;
        let person = found.into_iter().find(|loaded| loaded.record.text("login").eq_ignore_ascii_case(login));
        Ok(person.map(|loaded| loaded.record.id))
    }

    fn recently_verified(&self, login: &str, password: &str, now: Moment) -> Option<RecordId> {
        let recent = self.0.recent_logins.0.lock().ok()?;
        let (at, person) = recent.get(&self.0.key.digest(login, password))?;
        (0..=REMEMBER_SECONDS).contains(&now.seconds_since(*at)).then_some(*person)
    }

    /// Refuses when the subject failed too often: each failure past the limit doubles the wait, from 1 s to 15 min.
    pub(crate) async fn refuse_after_failures(&self, subject: &str, limit: i64, now: Moment) -> Result<(), Error> {
        let since = now.plus_seconds(-WINDOW_SECONDS);
        let Attempts { count, last } = self.store().attempts(subject, since).await?;
        let Some(last) = last.filter(|_| count >= limit) else { return Ok(()) };
        let doublings = u32::try_from((count - limit).min(10)).unwrap_or(10);
        let wait = (1_i64 << doublings).min(WINDOW_SECONDS);
        let retry_after = wait - now.seconds_since(last);
        if retry_after > 0 { Err(Error::TooMany { retry_after }) } else { Ok(()) }
    }

    pub(crate) async fn note_failure(&self, subjects: &[String], now: Moment) -> Result<(), Error> {
        let noted = self.store().add_attempts(subjects, now, now.plus_seconds(-WINDOW_SECONDS)).await;
        self.0.trusted_addresses.forget(subjects);
        Ok(noted?)
    }

    /// Writes to the security journal, which nobody can switch off.
    pub(crate) async fn note_security(
        &self,
        actor: RecordId,
        address: &str,
        action: &str,
        outcome: &str,
    ) -> Result<(), Error> {
        self.note_security_about(actor, address, (action, outcome), String::new()).await
    }

    /// Writes to the security journal that somebody was refused something, and to what.
    pub(crate) async fn note_refusal(
        &self,
        actor: &Actor,
        action: Action,
        kind: &Kind,
        name: &str,
    ) -> Result<(), Error> {
        if actor.is_system() {
            return Ok(());
        }
        let name: String = name.chars().filter(|c| !c.is_control()).take(100).collect();
        let mut detail = format!("{} {} {name}", action.verb(), kind.key);
        // Whoever looks as somebody else asked for it; that person did not.
        let asked = actor.viewed_by.unwrap_or(actor.person);
        if actor.is_viewed() {
            detail.push_str(&format!(", looking as {}", actor.person));
        }
        self.note_security_about(asked, "", ("access", "refused"), detail).await
    }

    async fn note_security_about(
        &self,
        actor: RecordId,
        address: &str,
        (action, outcome): (&str, &str),
        detail: String,
    ) -> Result<(), Error> {
        let event = SecurityEvent {
            at: self.now(),
            actor,
            address: address.to_owned(),
            action: action.to_owned(),
            outcome: outcome.to_owned(),
            detail,
        };
        Ok(self.store().add_security_event(event).await?)
    }

    /// Runs slow hashing on the blocking pool, as many at once as there are cores.
    async fn hashing<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
        let _permit = self.0.hashing.acquire().await.map_err(Error::internal)?;
        tokio::task::spawn_blocking(work).await.map_err(Error::internal)
    }
}

/// What is stored of a token: it holds 256 random bits, so a plain hash is enough.
pub(crate) fn hash_token(token: &str) -> Hash {
    Hash::of(token.as_bytes())
}

/// Subject under which failures from an address are counted: an IPv6 address by its /64, which one household holds.
pub(crate) fn address_subject(address: &str) -> String {
    match address.parse::<std::net::IpAddr>() {
        Ok(std::net::IpAddr::V6(v6)) if v6.to_ipv4_mapped().is_none() => {
            let [a, b, c, d, ..] = v6.segments();
            format!("address:{a:x}:{b:x}:{c:x}:{d:x}")
        }
        _ => format!("address:{address}"),
    }
}
