//! Looking at Steward as somebody else: for who runs it, with a reason, for a while, and changing nothing.
//!
//! It belongs to one session of a browser and ends with it. The journal of the person says who looked, why and until
//! when, before anything is shown, and the person is told. While it lasts the session's actor is the other person with
//! [`Actor::viewed_by`] set: they see what that person sees, [`decide`](steward_model::decide::decide) refuses every
//! command, and whatever else would leave a trace in that person's name asks [`refuse_viewed`].

use steward_model::access::{Action, Actor, may, may_assign};
use steward_model::chain::Hash;
use steward_model::command::Command;
use steward_model::event::Door;
use steward_model::id::RecordId;
use steward_model::moment::Moment;
use steward_model::record::Record;
use steward_practices::people::roles_of;
use steward_store::sessions::StoredViewing;

use crate::App;
use crate::boxed;
use crate::error::Error;
use crate::records::{Origin, Request};
use crate::sessions::{BrowserSession, Purpose};
use crate::view::RecordView;

/// How long it lasts unless somebody says otherwise, in minutes.
pub const DEFAULT_MINUTES: i64 = 15;
/// How long it lasts at most, in minutes.
pub const MAX_MINUTES: i64 = 60;

/// That somebody looks as another person.
#[derive(Debug, Clone)]
pub struct Viewing {
    /// Who looks.
    pub by: Actor,
    /// Why.
    pub reason: String,
    /// When it ends at the latest.
    pub until: Moment,
}

/// What somebody asks for who wants to look as another person.
#[derive(Debug, Clone)]
pub struct Look<'a> {
    /// Number or id of the person.
    pub person: &'a str,
    /// Why.
    pub reason: &'a str,
    /// For how long, in minutes.
    pub minutes: i64,
}

/// Refuses whatever would be written in the name of somebody as whom another one looks.
///
/// # Errors
/// [`Error::Denied`].
pub fn refuse_viewed(actor: &Actor) -> Result<(), Error> {
    if actor.is_viewed() { Err(Error::Denied("change anything while you look as somebody else")) } else { Ok(()) }
}

impl App {
    /// Has a session show what another person sees.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a person whom the owner may not see; [`Error::Forbidden`] without the right to look as
    /// them; [`Error::Denied`] for one whose roles reach further, who may not act, or while looking already;
    /// [`Error::Invalid`] for the reason or the time.
    #[boxed]
    pub async fn begin_viewing(&self, session: &BrowserSession, look: &Look<'_>) -> Result<(), Error> {
        refuse_viewed(&session.actor)?;
        let (actor, kind) = (session.owner(), self.kind("person")?.clone());
        let person = self.find(actor, &kind, look.person).await?.record;
        let may = self.check_viewing(actor, &person);
        self.noted(actor, &kind, look.person, may).await?;
        if !(1..=MAX_MINUTES).contains(&look.minutes) {
            return Err(Error::invalid("minutes", format!("must be from 1 to {MAX_MINUTES}")));
        }
        // Who may not act sees nothing either.
        self.actor(person.id, None).await.map_err(|_| Error::Denied("look as somebody who may not sign in"))?;
        let until = self.now().plus_seconds(look.minutes * 60);
        let command = Command::ViewAs { reason: look.reason.to_owned(), until };
        // The journal first: what was shown and is not written there would be worse than the other way round.
        self.execute(actor, &kind, &person.id.to_string(), &Request::Command(command), &Origin::door(Door::Page))
            .await?;
        let reason = look.reason.trim().to_owned();
        self.store().view_in_session(session.id, Some(StoredViewing { person: person.id, reason, until })).await?;
        self.0.sessions.forget([&session.hash]);
        self.note_security(actor.person, "", "view_as_begun", "done").await
    }

    /// Has a session show again what its owner sees. Does nothing where it does already.
    ///
    /// # Errors
    /// When the database is away.
    #[boxed]
    pub async fn end_viewing(&self, session: &BrowserSession) -> Result<(), Error> {
        if session.viewing.is_none() {
            return Ok(());
        }
        self.store().view_in_session(session.id, None).await?;
        self.0.sessions.forget([&session.hash]);
        self.note_security(session.owner().person, "", "view_as_ended", "done").await
    }

    /// The session that a browser holds, where its owner looks as somebody else.
    ///
    /// # Errors
    /// When the database is away.
    #[boxed]
    pub async fn viewing_session(&self, secret: &str) -> Result<Option<BrowserSession>, Error> {
        let hash = Hash::of(secret.as_bytes());
        if self.stored_session(&hash, self.now()).await?.is_none_or(|stored| stored.viewing.is_none()) {
            return Ok(None);
        }
        match self.session_by_hash(hash, Purpose::Page).await {
            Ok(session) => Ok(Some(session).filter(|session| session.viewing.is_some())),
            Err(Error::Unauthenticated) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Whether somebody may look as a person: by the right to, and only where they could give away every role that the
    /// person holds, so that nobody sees more by it than is theirs to give.
    ///
    /// # Errors
    /// [`Error::Forbidden`] and [`Error::Denied`].
    pub fn check_viewing(&self, actor: &Actor, person: &Record) -> Result<(), Error> {
        let kind = self.kind("person")?;
        if !may(actor, Action::ViewAs, kind, person, self.now()) {
            return Err(Error::Forbidden { action: Action::ViewAs });
        }
        if person.id == actor.person {
            return Err(Error::Denied("look as yourself"));
        }
        if self.reaches_beyond(actor, person) {
            return Err(Error::Denied("look as somebody whose roles reach further than yours"));
        }
        Ok(())
    }

    /// As [`Self::check_viewing`], for a person as somebody sees them, whose roles may be hidden from them.
    ///
    /// # Errors
    /// Those of [`Self::check_viewing`]; when the database is away.
    #[boxed]
    pub async fn may_view_as(&self, actor: &Actor, view: &RecordView) -> Result<(), Error> {
        let person = self.person_record(view.record.id).await?.ok_or(Error::NotFound)?;
        refuse_viewed(actor)?;
        self.check_viewing(actor, &person)
    }

    /// Whether a person holds a role that somebody could not give away: of a higher rank, or for more organisations.
    pub(crate) fn reaches_beyond(&self, actor: &Actor, person: &Record) -> bool {
        roles_of(person).into_iter().any(|(role, within)| {
            // A role that is defined no more grants nothing.
            self.policy().role(role).is_some_and(|role| !may_assign(actor, role, within))
        })
    }

    /// The person as whom somebody looks; `None` once that is over, or the right to it is gone.
    pub(crate) async fn viewed(&self, by: &Actor, stored: StoredViewing) -> Result<Option<(Actor, Viewing)>, Error> {
        if stored.until <= self.now() {
            return Ok(None);
        }
        let Some(person) = self.person_record(stored.person).await? else { return Ok(None) };
        if self.check_viewing(by, &person).is_err() {
            return Ok(None);
        }
        let shown = match self.actor(stored.person, None).await {
            Ok(shown) => Actor { viewed_by: Some(by.person), ..shown },
            Err(Error::Unauthenticated) => return Ok(None),
            Err(error) => return Err(error),
        };
        Ok(Some((shown, Viewing { by: by.clone(), reason: stored.reason, until: stored.until })))
    }

    async fn person_record(&self, id: RecordId) -> Result<Option<Record>, Error> {
        let loaded = self.store().get_record(id).await?.map(|loaded| loaded.record);
        Ok(loaded.filter(|record| record.kind == "person"))
    }
}
