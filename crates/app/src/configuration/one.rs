//! The text of one record, as an export would write it: shown, looked at with changes, and applied.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use steward_model::access::{Action, Actor, rights};
use steward_model::event::Door;
use steward_model::id::{RecordId, Revision};
use steward_model::kind::Kind;
use steward_model::moment::Moment;
use steward_model::record::Record;

use super::apply::Applying;
use super::gather::{name_of, references};
use super::text::{FileError, Place, is_kept};
use super::{What, read, write};
use crate::App;
use crate::boxed;
use crate::error::Error;
use crate::records::Origin;
use crate::view::{Labels, RecordView};

/// A record of configuration with its text.
#[derive(Debug)]
pub struct OneText {
    /// The record.
    pub view: RecordView,
    /// The file that an export writes, with its folder.
    pub file: String,
    /// Its text, as far as the reader may know it.
    pub text: String,
    /// Whether values are left out of it, since the reader may not see them or what they name.
    pub is_partial: bool,
}

impl OneText {
    /// Whether the reader may change the record by its text.
    pub fn may_apply(&self) -> bool {
        self.view.rights.may(Action::Update) && !self.is_partial
    }
}

/// Why a text was not applied.
#[derive(Debug)]
pub enum Refused {
    /// Something is wrong with it.
    Faulty(Vec<FileError>),
    /// Something else.
    Other(Error),
}

impl<E: Into<Error>> From<E> for Refused {
    fn from(error: E) -> Self {
        Self::Other(error.into())
    }
}

impl App {
    /// The text of a record of configuration, as it is or as it was at a moment.
    ///
    /// # Errors
    /// [`Error::NotFound`], also for records that are no configuration.
    #[boxed]
    pub async fn text_of_record(
        &self,
        actor: &Actor,
        kind: &Arc<Kind>,
        name: &str,
        as_of: Option<Moment>,
    ) -> Result<OneText, Error> {
        let view = self.get(actor, kind, name, as_of).await?;
        if !kind.configuration {
            return Err(Error::NotFound);
        }
        let (names, hides_names) = self.names_seen(actor, kind, &view.record, &view.labels).await?;
        let hidden = kind.fields.iter().filter(|field| is_kept(&field.field_type) && field.write.is_some());
        let hides_values = hidden.into_iter().any(|field| !view.rights.may_read(field));
        let present = self.as_file(&view.record, &names).ok_or(Error::NotFound)?;
        let text = write(&present.item, kind);
        Ok(OneText { view, file: present.item.file, text, is_partial: hides_names || hides_values })
    }

    /// What a text would make of its record; nothing is written.
    ///
    /// # Errors
    /// What is wrong with the text, or that the actor may not change the record.
    #[boxed]
    pub async fn plan_text(&self, actor: &Actor, kind: &Arc<Kind>, name: &str, text: &str) -> Result<What, Refused> {
        self.applied_text(actor, kind, (name, text, None), None).await
    }

    /// Makes of a record what its text says, if it still is as it was at the revision that was seen.
    ///
    /// # Errors
    /// As [`Self::plan_text`]; [`Error::Conflict`] when the record changed since.
    #[boxed]
    pub async fn apply_text(
        &self,
        actor: &Actor,
        kind: &Arc<Kind>,
        name: &str,
        (text, base): (&str, Option<Revision>),
        door: Door,
    ) -> Result<What, Refused> {
        self.applied_text(actor, kind, (name, text, base), Some(door)).await
    }

    async fn applied_text(
        &self,
        actor: &Actor,
        kind: &Arc<Kind>,
        (name, text, base): (&str, &str, Option<Revision>),
        door: Option<Door>,
    ) -> Result<What, Refused> {
        let now = self.text_of_record(actor, kind, name, None).await?;
        let may = if now.may_apply() { Ok(()) } else { Err(Error::Forbidden { action: Action::Update }) };
        self.noted(actor, kind, name, may).await?;
        let current = now.view.record.revision;
        if base.is_some_and(|base| base != current) {
            return Err(Error::Conflict { current, fields: Vec::new() }.into());
        }
        let text = text.replace("\r\n", "\n");
        let said: Option<toml::Table> = text.parse().ok();
        if said.is_some_and(|table| table.get("kind").is_some_and(|said| said.as_str() != Some(&kind.key))) {
            let message = format!("`kind` must stay `{}`; another one is another record", kind.key);
            let place = Place::Value("kind".to_owned(), None);
            return Err(Refused::Faulty(vec![FileError::new(&now.file, message).at(place)]));
        }
        let item = read(&now.file, &text, self.registry()).map_err(|fault| Refused::Faulty(vec![fault]))?;
        let origin = Origin::door(door.unwrap_or(Door::Page));
        let applying = Applying { actor, origin: &origin, only: Some((now.view.record.id, current)) };
        let (planned, records) = Box::pin(self.decide_all(applying, &[item])).await.map_err(Refused::Faulty)?;
        if door.is_some() {
            self.write_all(records).await.map_err(Refused::Faulty)?;
        }
        Ok(planned.into_iter().find(|one| one.what != What::Unmentioned).map_or(What::Same, |one| one.what))
    }

    /// The names of what a record refers to, each as far as the actor may know it, and whether some are kept from them.
    async fn names_seen(
        &self,
        actor: &Actor,
        kind: &Kind,
        record: &Record,
        labels: &Labels,
    ) -> Result<(BTreeMap<RecordId, String>, bool), Error> {
        let mut ids = BTreeSet::from([record.organisation]);
        for field in &kind.fields {
            if let Some(stored) = record.field(&field.key) {
                references(field, stored, &mut ids);
            }
        }
        let all: Vec<RecordId> = ids.iter().copied().collect();
        let mut names = BTreeMap::new();
        for loaded in self.store().get_records(&all).await? {
            let Some(kind) = self.registry().kind(&loaded.record.kind) else { continue };
            let on_it = rights(actor, kind, &loaded.record, self.now());
            let known_by = |key: &str| kind.field(key).is_none_or(|field| on_it.may_read(field));
            let may_name = match kind.key.as_str() {
                "person" => known_by("login") && known_by("mail"),
                _ => known_by(&kind.label_field),
            };
            if on_it.may(Action::Read) && may_name {
                names.insert(loaded.record.id, name_of(kind, &loaded.record));
            } else if labels.contains_key(&loaded.record.id) {
                names.insert(loaded.record.id, format!("{}:{}", kind.key, loaded.record.number));
            }
        }
        let hides = ids.iter().any(|id| !names.contains_key(id));
        Ok((names, hides))
    }
}
