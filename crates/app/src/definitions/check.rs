//! Whether an overlay can be put in force, and what that would do.

use std::sync::Arc;

use steward_model::access::{Action, Actor, may};
use steward_model::command::Input;
use steward_model::decide::FieldError;
use steward_model::event::Event;
use steward_model::kind::Kind;
use steward_model::record::Record;

use super::follow::MOST;
use super::{Definitions, Effect, Fault, IN_FORCE, Laid, OVERLAY, design};
use crate::App;
use crate::boxed;
use crate::error::Error;
use crate::view::RecordView;

/// Longest key of a kind: PostgreSQL keeps names of 63 letters whole, and there are names with more before it.
const KEY_MAX: usize = 50;
/// Numbers tried behind a title that is taken.
const TITLES: usize = 100;
/// Faults told at once.
const TOLD: usize = 20;

/// What definitions would be and do.
#[derive(Debug, Clone, Default)]
pub struct Prospect {
    /// What is wrong with them.
    pub faults: Vec<Fault>,
    /// What they would do, when nothing is wrong.
    pub effects: Vec<Effect>,
    /// Whether whoever asks is not told what they would do.
    pub is_limited: bool,
}

impl Prospect {
    /// Whether they can be put in force.
    pub fn is_possible(&self) -> bool {
        self.faults.is_empty() && !self.effects.iter().any(Effect::is_refused)
    }

    /// Everything that stands in the way, as faults of the definition.
    fn refusals(&self) -> Vec<FieldError> {
        let faults = self.faults.iter().map(ToString::to_string);
        let effects = self.effects.iter().filter(|effect| effect.is_refused()).map(ToString::to_string);
        faults.chain(effects).take(TOLD).map(|told| FieldError::new("definition", told)).collect()
    }
}

impl App {
    /// An overlay, for somebody who may work on it.
    ///
    /// # Errors
    /// [`Error::NotFound`], or [`Error::Forbidden`] for those who only read it.
    #[boxed]
    pub async fn overlay_to_edit(&self, actor: &Actor, name: &str) -> Result<RecordView, Error> {
        let kind = self.kind(OVERLAY)?.clone();
        let view = self.get(actor, &kind, name, None).await?;
        if view.rights.may(Action::Update) { Ok(view) } else { Err(Error::Forbidden { action: Action::Update }) }
    }

    /// What it would be to have a text in force as the definition of an overlay, for somebody who works on it. What it
    /// would do is counted over all organisations, and so told only to those who may put it in force.
    ///
    /// # Errors
    /// When the database is away.
    #[boxed]
    pub async fn prospect_for(&self, actor: &Actor, overlay: &Record, text: &str) -> Result<Prospect, Error> {
        let laid = Laid { text: text.replace("\r\n", "\n"), ..Laid::of(overlay) };
        let instead_of = (overlay.state == IN_FORCE).then(|| laid.title.clone());
        match self.check_definer(actor).await {
            Ok(()) => self.prospect(Some(laid), instead_of.as_deref()).await,
            Err(Error::Denied(_)) => {
                let all = self.laid_with(Some(laid), instead_of.as_deref()).await?;
                let (faults, _) = self.put_together(all).await?;
                Ok(Prospect { faults, is_limited: true, ..Prospect::default() })
            }
            Err(error) => Err(error),
        }
    }

    /// What it would be to have an overlay in force in place of the one with the title `instead_of`.
    ///
    /// # Errors
    /// When the database is away.
    #[boxed]
    pub async fn prospect(&self, laid: Option<Laid>, instead_of: Option<&str>) -> Result<Prospect, Error> {
        let all = self.laid_with(laid, instead_of).await?;
        self.prospect_of(all).await.map(|(prospect, _)| prospect)
    }

    async fn laid_with(&self, laid: Option<Laid>, instead_of: Option<&str>) -> Result<Vec<Laid>, Error> {
        let mut all = self.laid_in_force().await?;
        all.retain(|one| Some(one.title.as_str()) != instead_of);
        all.extend(laid);
        Ok(all)
    }

    /// What it would be to have just these overlays in force, and the definitions that they make.
    pub(crate) async fn prospect_of(&self, all: Vec<Laid>) -> Result<(Prospect, Option<Definitions>), Error> {
        let (faults, definitions) = self.put_together(all).await?;
        let effects = match &definitions {
            Some(definitions) => self.effects_of(definitions.registry(steward_words::language())).await?,
            None => Vec::new(),
        };
        Ok((Prospect { faults, effects, is_limited: false }, definitions))
    }

    /// The definitions that overlays make, or what is wrong with them.
    async fn put_together(&self, all: Vec<Laid>) -> Result<(Vec<Fault>, Option<Definitions>), Error> {
        if all.len() > MOST {
            let message = format!("at most {MOST} definitions can be in force");
            return Ok((vec![Fault { overlay: String::new(), line: 0, message }], None));
        }
        let base = self.definitions().base.clone();
        let loaded = tokio::task::spawn_blocking(move || Definitions::load(base, all)).await;
        match loaded.map_err(Error::internal)? {
            Err(faults) => Ok((faults, None)),
            Ok(definitions) => {
                let faults = self.names_taken(&definitions).await?;
                let definitions = faults.is_empty().then_some(definitions);
                Ok((faults, definitions))
            }
        }
    }

    /// Kinds for which the database can have no view of their name.
    async fn names_taken(&self, definitions: &Definitions) -> Result<Vec<Fault>, Error> {
        let mut faults = Vec::new();
        for kind in definitions.kinds().kinds().iter().filter(|kind| self.registry().kind(&kind.key).is_none()) {
            let why = match kind.key.len() {
                length if length > KEY_MAX => format!("has more than {KEY_MAX} letters; choose a shorter one"),
                _ if self.store().is_table(&kind.key).await? => {
                    "is a word of Steward's own; choose another one".to_owned()
                }
                _ => continue,
            };
            faults.push(Fault { overlay: String::new(), line: 0, message: format!("the key `{}` {why}", kind.key) });
        }
        Ok(faults)
    }

    /// Refuses what would put definitions in force that cannot be, or that would orphan what is here; and those who are
    /// not administrators of every organisation, since kinds are the same in all of them.
    pub(crate) async fn check_definition(
        &self,
        actor: &Actor,
        kind: &Kind,
        before: Option<&Record>,
        after: &Record,
    ) -> Result<(), Error> {
        if kind.key != OVERLAY || self.0.is_staged {
            return Ok(());
        }
        let in_force = |record: &&Record| record.state == IN_FORCE;
        let was = before.filter(in_force).map(Laid::of);
        let becomes = Some(after).filter(in_force).map(Laid::of);
        if was == becomes {
            return Ok(());
        }
        self.check_definer(actor).await?;
        let prospect = self.prospect(becomes, was.as_ref().map(|laid| laid.title.as_str())).await?;
        let refusals = prospect.refusals();
        if refusals.is_empty() { Ok(()) } else { Err(Error::Invalid(refusals)) }
    }

    /// Refuses who may not put definitions in force: kinds are the same for all organisations, and definitions give
    /// rights.
    pub(crate) async fn check_definer(&self, actor: &Actor) -> Result<(), Error> {
        if actor.is_system() {
            return Ok(());
        }
        if actor.limits.as_ref().is_some_and(|limits| !limits.kinds.is_empty() || !limits.teams.is_empty()) {
            return Err(Error::Denied("put definitions in force with a limited token"));
        }
        let kind = self.kind(OVERLAY)?;
        let organisations = self.reference_records("organisation").await?;
        for top in organisations.iter().filter(|one| one.reference("parent").is_none()) {
            // What an overlay of that organisation would be to them.
            let there = Record { kind: OVERLAY.to_owned(), organisation: top.id, ..Record::clone(top) };
            if !may(actor, Action::Update, kind, &there, self.now()) {
                return Err(Error::Denied(
                    "put definitions in force, which count in all organisations; administrators of all of them may",
                ));
            }
        }
        Ok(())
    }

    /// The form of the designer, in the language of who reads.
    ///
    /// # Errors
    /// [`Error::NotFound`] for those who make no definitions.
    pub fn design_form(&self, actor: &Actor) -> Result<Arc<Kind>, Error> {
        if self.creatable_level(actor, self.kind(OVERLAY)?).is_none() {
            return Err(Error::NotFound);
        }
        let staff = self.policy().roles().iter().filter(|role| role.staff);
        let language = steward_words::language().code();
        let roles: Vec<(String, String)> = staff
            .map(|role| (role.key.clone(), self.registry().word(language, "role", &role.label).to_owned()))
            .collect();
        let form = design::form(self.registry(), &roles).map_err(Error::internal)?;
        form.in_language(language).kind("design").cloned().ok_or(Error::NotFound)
    }

    /// The title and the text of a definition, made of what was said in the form of the designer.
    ///
    /// # Errors
    /// [`Error::Invalid`] with what is missing.
    #[boxed]
    pub async fn designed(&self, said: &Input) -> Result<(String, String), Error> {
        let (title, text) = design::written(said, self.definitions().kinds()).map_err(Error::Invalid)?;
        // Titles are names, and somebody may have begun the same before.
        let mut free = title.clone();
        for place in 2..TITLES {
            if self.store().find_by_unique(&[OVERLAY], &free).await?.is_empty() {
                break;
            }
            free = format!("{title} ({place})");
        }
        Ok((free, text))
    }

    /// As [`Self::check_definition`], for events on a record.
    pub(crate) async fn check_defined(
        &self,
        actor: &Actor,
        kind: &Kind,
        before: &Record,
        events: &[Event],
    ) -> Result<(), Error> {
        if kind.key != OVERLAY {
            return Ok(());
        }
        let after = crate::deciding::folded(before.clone(), events)?;
        self.check_definition(actor, kind, Some(before), &after).await
    }
}
