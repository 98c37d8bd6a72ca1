//! Drafts: what somebody has typed and not sent yet, kept on the server for nobody but its writer.
//!
//! A draft is no part of a record: no journal, no search, no list and no export ever sees it. It belongs to a person and a
//! place, a form on a record or for a new one, and goes when the form was sent.

use steward_model::access::Actor;
use steward_model::moment::Moment;
use steward_store::drafts::{DraftBounds, Keeping, NewDraft, StoredDraft};

use crate::App;
use crate::boxed;
use crate::error::Error;

/// Most drafts of one person.
pub const DRAFTS_MAX: usize = 100;
/// Largest draft, in bytes: a comment of the greatest length, encoded as a form sends it.
pub const DRAFT_MAX: usize = 512 * 1024;
/// All drafts of one person together, in characters.
const ALL_MAX: i64 = 4 * 1024 * 1024;
/// How long a draft is kept, in days.
pub const KEEP_DAYS: i64 = 30;
/// How long it is remembered that one was sent, in seconds: longer than any page's late word takes.
const REMEMBER: i64 = 24 * 3600;
/// Longest name of a place or a page, in bytes.
const NAME_MAX: usize = 200;

/// A draft as its writer sees it.
pub type Draft = StoredDraft;

/// A text to keep.
#[derive(Debug, Clone, Default)]
pub struct Typed {
    /// Where it is written, such as `incident/INC0000042/comment`.
    pub place: String,
    /// What was typed, in whatever form the door reads it back.
    pub content: String,
    /// A word by which the page it is written on is known.
    pub mark: String,
    /// The mark of the draft that the page began with.
    pub base: String,
    /// Whether it replaces a newer one that was written elsewhere.
    pub replaces: bool,
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// Kept.
    Yes,
    /// Not kept: its page sent or discarded it already.
    Sent,
    /// Not kept: the same person wrote something else there since, at this moment.
    Newer(Moment),
}

impl App {
    /// Keeps what somebody typed. The door asks first whether they may write there.
    ///
    /// # Errors
    /// [`Error::TooLarge`] when it is too long, or they keep too much already.
    #[boxed]
    pub async fn keep_draft(&self, actor: &Actor, typed: Typed) -> Result<Kept, Error> {
        crate::viewing::refuse_viewed(actor)?;
        let Typed { place, content, mark, base, replaces } = typed;
        if [&place, &mark, &base].iter().any(|name| name.len() > NAME_MAX) || mark.is_empty() || place.is_empty() {
            return Err(Error::BadRequest("a draft needs its place and mark".to_owned()));
        }
        if content.len() > DRAFT_MAX {
            return Err(Error::TooLarge(format!("a draft may have at most {} KiB", DRAFT_MAX / 1024)));
        }
        let bounds = DraftBounds { count: i64::try_from(DRAFTS_MAX).unwrap_or(i64::MAX), size: ALL_MAX };
        let new = NewDraft { person: actor.person, place, content, mark, base, replaces, at: self.now() };
        match self.store().keep_draft(new, bounds).await? {
            Keeping::Kept => Ok(Kept::Yes),
            Keeping::Sent => Ok(Kept::Sent),
            Keeping::Newer(at) => Ok(Kept::Newer(at)),
            Keeping::Full => Err(Error::TooLarge(format!(
                "you keep {DRAFTS_MAX} drafts or 4 MiB of them, which is the most; send or discard some"
            ))),
        }
    }

    /// What somebody typed at a place and has not sent.
    ///
    /// # Errors
    /// When the database is away.
    #[boxed]
    pub async fn draft(&self, actor: &Actor, place: &str) -> Result<Option<Draft>, Error> {
        // What somebody typed and did not send is nobody else's to read.
        if actor.is_viewed() {
            return Ok(None);
        }
        let kept_since = self.now().plus_seconds(-KEEP_DAYS * 24 * 3600);
        Ok(self.store().find_draft(actor.person, place).await?.filter(|draft| draft.saved_at >= kept_since))
    }

    /// All that somebody typed and has not sent, latest first.
    ///
    /// # Errors
    /// When the database is away.
    #[boxed]
    pub async fn drafts(&self, actor: &Actor) -> Result<Vec<Draft>, Error> {
        if actor.is_viewed() {
            return Ok(Vec::new());
        }
        Ok(self.store().drafts_of(actor.person, DRAFTS_MAX).await?)
    }

    /// Says that what was typed on a page was sent or discarded.
    ///
    /// # Errors
    /// When the database is away.
    #[boxed]
    pub async fn end_draft(&self, actor: &Actor, place: &str, mark: &str) -> Result<(), Error> {
        crate::viewing::refuse_viewed(actor)?;
        if mark.len() > NAME_MAX || place.len() > NAME_MAX {
            return Err(Error::BadRequest("a draft needs its place and mark".to_owned()));
        }
        Ok(self.store().end_draft(actor.person, place, mark, self.now()).await?)
    }

    /// Removes what nobody came back to.
    pub(crate) async fn forget_drafts(&self) -> Result<(), Error> {
        let now = self.now();
        Ok(self.store().forget_drafts(now.plus_seconds(-KEEP_DAYS * 24 * 3600), now.plus_seconds(-REMEMBER)).await?)
    }
}
