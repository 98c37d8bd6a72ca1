//! Records that go on as new ones: what is over and cannot be reopened any more is followed up by a record of its own,
//! linked to it, with values that its kind names.

use std::sync::Arc;

use serde_json::Value as Json;
use steward_model::access::{Action, Actor};
use steward_model::command::Input;
use steward_model::event::{Cause, Event, LinkTo};
use steward_model::kind::{FollowUp, Kind, Level};
use steward_model::record::Record;
use steward_model::value::render_value;

use crate::App;
use crate::boxed;
use crate::deciding::folded;
use crate::error::Error;
use crate::records::{NewRecord, Origin, Request};
use crate::view::{RecordView, collect_references};

/// The link from the new record to the one before.
pub const FOLLOWS_UP: &str = "follows_up";
/// Characters of what is said at most; the field takes more.
const LONGEST: usize = 20_000;
/// What the link follows from.
const RULE: &str = "follow_up@1";

/// How a record can be followed up by somebody.
#[derive(Debug, Clone)]
pub struct Followable {
    /// Kind of the new record.
    pub kind: Arc<Kind>,
    /// Whether it takes the place of reopening, which is over for them.
    pub is_instead: bool,
}

impl App {
    /// Whether somebody may follow a record up: it is over, and they may either not reopen it any more or work on it.
    pub fn followable(&self, actor: &Actor, view: &RecordView) -> Option<Followable> {
        let follow_up = view.kind.follow_up.as_ref()?;
        let transition = view.kind.lifecycle.transition(&follow_up.instead_of)?;
        let is_over = transition.from.contains(&view.record.state);
        let may_reopen = view.allowed_transitions.contains(&transition.key);
        let is_barred = view.barred_transitions.iter().any(|(key, _)| *key == transition.key);
        if !is_over || !(is_barred || may_reopen && view.rights.may_read_internal()) {
            return None;
        }
        let kind = self.target_of(&view.kind, follow_up)?;
        self.creatable_level(actor, &kind)?;
        Some(Followable { kind, is_instead: is_barred })
    }

    fn target_of(&self, kind: &Arc<Kind>, follow_up: &FollowUp) -> Option<Arc<Kind>> {
        match &follow_up.kind {
            None => Some(kind.clone()),
            Some(key) => self.registry().kind(key).cloned(),
        }
    }

    /// Makes the record that follows one which is over, with what somebody says as its description.
    ///
    /// # Errors
    /// [`Error::NotFound`] also when the actor may not see the record; that it can still be reopened or is not over; what
    /// is wrong with what was said.
    #[boxed]
    pub async fn follow_up_record(
        &self,
        actor: &Actor,
        kind: &Arc<Kind>,
        name: &str,
        said: &str,
        origin: &Origin,
    ) -> Result<RecordView, Error> {
        let view = self.get(actor, kind, name, None).await?;
        let Some(followable) = self.followable(actor, &view) else {
            let may_ever = kind.follow_up.is_some() && self.creatable_level(actor, kind).is_some();
            return match may_ever {
                true => Err(Error::invalid("text", "cannot be taken: this is not over, or can still be reopened")),
                false => self.noted(actor, kind, name, Err(Error::Forbidden { action: Action::Create })).await,
            };
        };
        let said = said.trim();
        if said.is_empty() {
            return Err(Error::invalid("text", "is empty: say what is wrong now"));
        }
        if said.chars().count() > LONGEST {
            return Err(Error::invalid("text", format!("is longer than {LONGEST} characters")));
        }
        let level = self.creatable_level(actor, &followable.kind).unwrap_or(Level::Requester);
        let mut fields =
            kind.follow_up.as_ref().map(|of| copied(of, &view, &followable.kind, level)).unwrap_or_default();
        if followable.kind.field("description").is_some() {
            fields.insert("description".to_owned(), Json::from(said));
        }
        let new = NewRecord { organisation: None, fields, links: Vec::new() };
        let led = [LinkTo { link: FOLLOWS_UP.to_owned(), target: view.record.id }];
        self.create_led(actor, &followable.kind, &new, origin, &led).await
    }

    /// The entries of links that Steward makes with a new record, whatever its maker may link.
    pub(crate) async fn led_links(
        &self,
        kind: &Arc<Kind>,
        mut after: Record,
        origin: &Origin,
        led: &[LinkTo],
    ) -> Result<(Vec<Event>, Record), Error> {
        let mut all = Vec::new();
        let origin = Origin { cause: Some(Cause::Rule(RULE.to_owned())), idempotency_key: None, ..origin.clone() };
        for link in led {
            let system = Actor::system();
            let request = Request::Link { link: link.link.clone(), target: link.target.to_string(), end: false };
            let (command, found) = self.command_of(&system, kind, &after, &request).await?;
            let events = self.decide_on(&system, kind, &after, &command, &origin, &found).await?;
            after = folded(after, &events)?;
            all.extend(events);
        }
        Ok((all, after))
    }
}

/// The values that the new record begins with: those that its maker sees on the old one, that its kind has and that they
/// may write. Records that they may not see are not named.
fn copied(follow_up: &FollowUp, view: &RecordView, kind: &Kind, level: Level) -> Input {
    let mut fields = Input::new();
    for key in &follow_up.copy {
        let (Some(from), Some(to)) = (view.kind.field(key), kind.field(key)) else { continue };
        let Some(stored) = view.record.field(key) else { continue };
        let mut named = std::collections::BTreeSet::new();
        collect_references(from, stored, &mut named);
        let may_write = to.write.is_some_and(|needed| needed <= level);
        if may_write && named.iter().all(|id| view.labels.contains_key(id)) {
            fields.insert(key.clone(), render_value(from, stored));
        }
    }
    fields
}
