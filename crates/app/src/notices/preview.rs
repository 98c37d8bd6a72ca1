//! A template as it would look about a real record, which whoever looks may read, and what those get who read other
//! languages.

use steward_model::access::{Action, Actor, may, rights};
use steward_model::event::{Act, Event};
use steward_model::record::Record;
use steward_practices::notice::{DIGEST, TEMPLATE};
use steward_words::{Language, Reader, within};

use super::compose::{About, Names, Receiver, Told};
use super::write::{Letter, write};
use crate::App;
use crate::boxed;
use crate::error::Error;
use crate::inbox::Reason;
use crate::journal::readable;
use crate::list::{Counting, ListRequest};
use crate::view::{Label, label_of, visible};

/// Entries looked back for one that can be shown.
const ENTRIES: usize = 20;

/// What a message would be in a language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreviewedIn {
    /// The language.
    pub language: Language,
    /// The template's number and title; `None` for the words that Steward brings.
    pub template: Option<(String, String)>,
    /// Whether it is the template that is looked at.
    pub is_this: bool,
    /// Subject.
    pub subject: String,
    /// Text.
    pub text: String,
}

/// What a template comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplatePreview {
    /// The record that it is shown with; `None` where there is none to show.
    pub about: Option<Label>,
    /// In each language, that of the template first.
    pub languages: Vec<PreviewedIn>,
}

impl App {
    /// How messages by a template would look that told the actor of the last entry of a record; of one that they may read
    /// where none is named.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the actor may not see the template or the record.
    #[boxed]
    pub async fn preview_template(
        &self,
        actor: &Actor,
        name: &str,
        about: Option<&str>,
    ) -> Result<TemplatePreview, Error> {
        let templates = self.kind(TEMPLATE)?.clone();
        let template = self.get(actor, &templates, name, None).await?.record;
        let of = match template.text("for_kind") {
            "" => "incident",
            kind => kind,
        };
        let Some(record) = self.shown_record(actor, of, about).await? else {
            return Ok(TemplatePreview { about: None, languages: Vec::new() });
        };
        let own = Language::named(template.text("language")).unwrap_or_default();
        let others = Language::ALL.into_iter().filter(|language| *language != own);
        let receiver = self.receivers([actor.person].into()).await?.remove(&actor.person);
        let Some(Ok(mut receiver)) = receiver else { return Err(Error::NotFound) };
        // With the limits of the token in use.
        receiver.actor = actor.clone();
        let reason = Reason::parse(template.text("reason")).unwrap_or(Reason::Reply);
        let told = self.shown_about(actor, &record, reason).await?;
        let names = self.names_in_mail(&told, actor, None).await?;
        let all = self.notice_templates().await?;
        let mut languages = Vec::new();
        for language in std::iter::once(own).chain(others) {
            let forced = (language == own).then_some(&template);
            let letter = Shown { receiver: &receiver, names: &names, address: &self.post().address };
            languages.push(self.previewed(language, &letter, (&told, &template), (&all, forced)));
        }
        let kind = self.kind(&record.kind)?;
        let rights = rights(actor, kind, &record, self.now());
        let label = label_of(kind, &visible(kind, record, &rights));
        Ok(TemplatePreview { about: Some(label), languages })
    }

    /// In one language, by this template or by the one that is chosen there.
    fn previewed(
        &self,
        language: Language,
        shown: &Shown<'_>,
        (told, template): (&[About], &Record),
        (all, forced): (&[Record], Option<&Record>),
    ) -> PreviewedIn {
        within(Reader::of(language), || {
            // The same in the words of the language.
            let told: Vec<About> = told
                .iter()
                .map(|about| About {
                    kind: self.registry().kind(&about.kind.key).unwrap_or(&about.kind).clone(),
                    ..about.clone()
                })
                .collect();
            let letter = Letter {
                receiver: shown.receiver,
                abouts: &told,
                names: shown.names,
                address: shown.address,
                is_digest: template.text("reason") == DIGEST,
                more: 0,
            };
            let by = forced.or_else(|| super::write::chosen(all, &letter));
            let written = write(&letter, all, forced);
            PreviewedIn {
                language,
                template: by.map(|by| (by.number.clone(), by.text("title").to_owned())),
                is_this: by.is_some_and(|by| by.id == template.id),
                subject: written.subject,
                text: written.text,
            }
        })
    }

    /// The record that is named, or the last one of a kind.
    async fn shown_record(&self, actor: &Actor, kind: &str, name: Option<&str>) -> Result<Option<Record>, Error> {
        if let Some(name) = name {
            let found = self.look_up(actor, [name.to_owned()].into()).await?;
            let id = found.any(name).ok_or(Error::NotFound)?;
            let record = self.store().get_record(id).await?.ok_or(Error::NotFound)?.record;
            let kind = self.kind(&record.kind)?;
            return match may(actor, Action::Read, kind, &record, self.now()) {
                true => Ok(Some(record)),
                false => Err(Error::NotFound),
            };
        }
        let kind = self.kind(kind)?.clone();
        let last = ListRequest {
            sort: Some("-updated_at".to_owned()),
            limit: 1,
            count: Counting::Off,
            ..ListRequest::default()
        };
        let found = self.list(actor, &kind, &last).await?.records.into_iter().next();
        match found {
            Some(view) => Ok(self.store().get_record(view.record.id).await?.map(|loaded| loaded.record)),
            None => Ok(None),
        }
    }

    /// The record with its last entry that the actor may read.
    async fn shown_about(&self, actor: &Actor, record: &Record, reason: Reason) -> Result<Vec<About>, Error> {
        let kind = self.kind(&record.kind)?.clone();
        let own = rights(actor, &kind, record, self.now());
        let back = i64::try_from(ENTRIES).unwrap_or(i64::MAX);
        let entries = self.store().journal_of(record.id, (record.revision - back).max(0), ENTRIES).await?;
        let shown: Vec<_> = entries.into_iter().rev().filter_map(|entry| readable(&kind, entry.event, &own)).collect();
        // One with words shows more of a template.
        let is_said = |event: &&Event| matches!(event.act, Act::Commented { .. });
        let last = shown.iter().find(is_said).or(shown.first()).cloned();
        let told = last.map(|event| Told { reason, actor: event.actor, event });
        let is_watched = record.watchers.contains(&actor.person);
        let record = visible(&kind, record.clone(), &own);
        Ok(vec![About { kind, record, is_watched, told: told.into_iter().collect() }])
    }
}

/// What previews in all languages share.
struct Shown<'a> {
    receiver: &'a Receiver,
    names: &'a Names,
    address: &'a str,
}
