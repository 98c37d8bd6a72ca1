//! API tokens: made, listed, revoked.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use steward_model::access::TokenLimits;
use steward_model::id::RecordId;
use steward_model::moment::Moment;
use steward_store::identity::NewToken;

use crate::App;
use crate::authenticate::{TOKEN_PREFIX, hash_token};
use crate::boxed;
use crate::error::Error;

/// A token as its owner sees it; its text was shown once.
pub type TokenView = steward_store::identity::ListedToken;

/// Days that a token holds when nothing else is said.
pub const DEFAULT_DAYS: i64 = 90;
/// Days that a token may hold at most.
pub const MAX_DAYS: i64 = 365;
/// Longest name of a token, in characters.
const LABEL_MAX: usize = 100;

impl App {
    /// Makes a token for a person and gives its text, which is shown this once.
    ///
    /// # Errors
    /// [`Error::Invalid`] when it would hold longer than allowed or its name is too long; [`Error::NotFound`] when there is no such person.
    #[boxed]
    pub async fn add_token(
        &self,
        person: RecordId,
        label: &str,
        limits: &TokenLimits,
        days: i64,
    ) -> Result<String, Error> {
        if !(1..=MAX_DAYS).contains(&days) {
            return Err(Error::invalid("days", format!("must lie between 1 and {MAX_DAYS}")));
        }
        if label.chars().count() > LABEL_MAX || label.contains('\0') {
            return Err(Error::invalid("label", format!("may have at most {LABEL_MAX} characters")));
        }
        self.actor(person, None).await.map_err(|_| Error::NotFound)?;
        let bytes: [u8; 32] = rand::random();
        let token = format!("{TOKEN_PREFIX}{}", BASE64_URL_SAFE_NO_PAD.encode(bytes));
        let now = self.now();
        let new = NewToken {
            person,
            hash: hash_token(&token),
            label: label.to_owned(),
            scopes: serde_json::to_string(limits).map_err(Error::internal)?,
            created_at: now,
            expires_at: now.plus_seconds(days * 86_400),
        };
        self.store().add_token(new).await?;
        self.note_security(person, "", "token_made", "done").await?;
        Ok(token)
    }

    /// Ends a token at once, on every node.
    ///
    /// # Errors
    /// When the database is away.
    #[boxed]
    pub async fn revoke_token(&self, token: &str) -> Result<(), Error> {
        let now: Moment = self.now();
        let hash = hash_token(token);
        let revoked = self.store().revoke_token(&hash, now).await;
        self.0.tokens.forget([&hash]);
        Ok(revoked?)
    }

    /// The tokens of a person that still hold, made last first.
    ///
    /// # Errors
    /// When the database is away.
    #[boxed]
    pub async fn tokens_of(&self, person: RecordId) -> Result<Vec<TokenView>, Error> {
        Ok(self.store().tokens_of(person, self.now()).await?)
    }

    /// Ends one of a person's tokens; one of others, or none, is left as it is.
    ///
    /// # Errors
    /// When the database is away.
    #[boxed]
    pub async fn revoke_token_of(&self, person: RecordId, id: i64) -> Result<(), Error> {
        self.store().revoke_token_of(person, id, self.now()).await?;
        self.0.tokens.forget_all();
        self.note_security(person, "", "token_revoked", "done").await
    }

    /// The person with this login.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    #[boxed]
    pub async fn person_by_login(&self, login: &str) -> Result<RecordId, Error> {
        self.account(login).await?.ok_or(Error::NotFound)
    }
}
