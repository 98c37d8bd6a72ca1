//! How a person wants pages and notices to be. What the words mean is for the pages that offer them; here they are kept.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use steward_model::access::Actor;
use steward_model::id::RecordId;

use crate::App;
use crate::boxed;
use crate::error::Error;
use crate::inbox::Reason;
use crate::notices::choices::Mailing;

/// Most bytes that settings take when kept.
const SIZE_MAX: usize = 4096;

/// What a person chose; what is absent goes by the browser or the language.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PersonSettings {
    /// Tag of the language, such as `de`.
    pub language: Option<String>,
    /// Name of the time zone, such as `Europe/Berlin`.
    pub zone: Option<String>,
    /// Colours.
    pub theme: Option<String>,
    /// Height of rows.
    pub density: Option<String>,
    /// Order of a date's parts.
    pub date: Option<String>,
    /// Hours of a day.
    pub clock: Option<String>,
    /// What stands between the figures of numbers.
    pub numbers: Option<String>,
    /// The day that a week begins with.
    pub first_day: Option<String>,
    /// Whether single keys do nothing.
    pub keys_off: bool,
    /// Other keys than the usual, by name of the shortcut.
    pub keys: BTreeMap<String, char>,
    /// Reasons for which nothing comes to the inbox.
    pub quiet: BTreeSet<String>,
    /// What is mailed, and when.
    pub mailing: Mailing,
}

impl PersonSettings {
    /// Whether what happens for a reason comes to the inbox.
    pub fn hears(&self, reason: Reason) -> bool {
        // That somebody looked as them is told to everybody.
        !reason.is_optional() || !self.quiet.contains(reason.key())
    }
}

impl App {
    /// What the actor chose.
    ///
    /// # Errors
    /// What the database answered.
    #[boxed]
    pub async fn settings(&self, actor: &Actor) -> Result<Arc<PersonSettings>, Error> {
        let now = self.now();
        if let Some(copy) = self.0.settings.get(&actor.person, now) {
            return Ok(copy);
        }
        let before = self.0.settings.before(now);
        let read = self.settings_of(&[actor.person]).await?.remove(&actor.person).unwrap_or_default();
        let read = Arc::new(read);
        self.0.settings.keep(before, [(actor.person, read.clone())]);
        Ok(read)
    }

    /// Keeps what the actor chose.
    ///
    /// # Errors
    /// [`Error::Denied`] for a token that only reads.
    #[boxed]
    pub async fn set_settings(&self, actor: &Actor, settings: &PersonSettings) -> Result<(), Error> {
        if actor.limits.as_ref().is_some_and(|limits| limits.read_only) {
            return Err(Error::Denied("change anything with this token"));
        }
        crate::viewing::refuse_viewed(actor)?;
        let text = serde_json::to_string(settings).map_err(Error::internal)?;
        if text.len() > SIZE_MAX {
            return Err(Error::TooLarge("settings may have at most 4 KiB".to_owned()));
        }
        self.store().set_person_settings(actor.person, &text).await?;
        self.0.settings.forget([&actor.person]);
        Ok(())
    }

    /// What some people chose. What cannot be read counts as nothing chosen: a later version may have written it.
    pub(crate) async fn settings_of(&self, people: &[RecordId]) -> Result<HashMap<RecordId, PersonSettings>, Error> {
        let kept = self.store().person_settings(people).await?;
        Ok(kept.into_iter().map(|(person, text)| (person, serde_json::from_str(&text).unwrap_or_default())).collect())
    }
}
