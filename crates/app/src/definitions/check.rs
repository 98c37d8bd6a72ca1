//! Whether an overlay can be put in force, and what that would do.

use std::sync::Arc;

use steward_model::access::{Action, Actor, rights};
use steward_model::command::Input;
use steward_model::decide::FieldError;
use steward_model::event::Event;
use steward_model::kind::Kind;
use steward_model::record::Record;

use super::follow::MOST;
use super::{Definitions, Effect, Fault, IN_FORCE, Laid, OVERLAY, design};
use crate::App;
use crate::error::Error;

/// Longest key of a kind: PostgreSQL keeps names of 63 letters whole, and there are names with more before it.
const KEY_MAX: usize = 50;
/// Faults told at once.
const TOLD: usize = 20;

/// What definitions would be and do.
#[derive(Debug, Clone, Default)]
pub struct Prospect {
    /// What is wrong with them.
    pub faults: Vec<Fault>,
    /// What they would do, when nothing is wrong.
    pub effects: Vec<Effect>,
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
    /// What it would be to have an overlay in force in place of the one with the title `instead_of`.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn prospect(&self, laid: Option<Laid>, instead_of: Option<&str>) -> Result<Prospect, Error> {
        let mut all = self.laid_in_force().await?;
        all.retain(|one| Some(one.title.as_str()) != instead_of);
        all.extend(laid);
        self.prospect_of(all).await.map(|(prospect, _)| prospect)
    }

    /// What it would be to have just these overlays in force, and the definitions that they make.
    pub(crate) async fn prospect_of(&self, all: Vec<Laid>) -> Result<(Prospect, Option<Definitions>), Error> {
        if all.len() > MOST {
            let message = format!("at most {MOST} definitions can be in force");
            let fault = Fault { overlay: String::new(), line: 0, message };
            return Ok((Prospect { faults: vec![fault], ..Prospect::default() }, None));
        }
        let base = self.definitions().base.clone();
        let put_together = tokio::task::spawn_blocking(move || Definitions::load(base, all)).await;
        match put_together.map_err(Error::internal)? {
            Err(faults) => Ok((Prospect { faults, ..Prospect::default() }, None)),
            Ok(definitions) => {
                let faults = self.names_taken(&definitions).await?;
                if !faults.is_empty() {
                    return Ok((Prospect { faults, ..Prospect::default() }, None));
                }
                let registry = definitions.registry(steward_words::language());
                let effects = self.effects_of(registry).await?;
                Ok((Prospect { faults: Vec::new(), effects }, Some(definitions)))
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
            if !rights(actor, kind, &there, self.now()).may(Action::Update) {
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
    pub fn designed(&self, said: &Input) -> Result<(String, String), Error> {
        design::written(said, self.definitions().kinds()).map_err(Error::Invalid)
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
        let after = crate::records::folded(before.clone(), events)?;
        self.check_definition(actor, kind, Some(before), &after).await
    }
}
