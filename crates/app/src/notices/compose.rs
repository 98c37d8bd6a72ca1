//! Writing a message at the moment at which it is sent or looked at: rights are asked again for each record, entry and
//! field, and what its receiver may not read is left out.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use steward_model::access::{Action, Actor, Rights, rights};
use steward_model::event::Event;
use steward_model::id::{RecordId, Revision};
use steward_model::kind::Kind;
use steward_model::moment::Moment;
use steward_model::record::Record;
use steward_practices::notice::TEMPLATE;
use steward_store::outbox::{MailPlace, StoredMail};
use steward_words::{Language, Reader, within};

use super::choices::{Mailing, Mode};
use super::write::{Letter, Written, one_line, write};
use crate::App;
use crate::error::Error;
use crate::inbox::Reason;
use crate::journal::readable;
use crate::view::{Labels, visible};

/// Places of one message that are written out; of the rest it says how many there are.
const PLACES: usize = 100;
/// Entries of journals read in one statement.
const ENTRIES: usize = 200;
/// The fields of a record whose names messages tell.
const NAMED: [&str; 4] = ["requester", "assignee", "team", "service"];

/// Why nothing is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// The receiver may not act any more.
    NotActive,
    /// There is no address of the receiver.
    NoAddress,
    /// The receiver may read nothing of it any more.
    NoRight,
    /// The receiver does not want it any more.
    Unwanted,
    /// It was due too long ago.
    Old,
}

impl Why {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::NotActive, Self::NoAddress, Self::NoRight, Self::Unwanted, Self::Old];

    /// The word for it in storage and interface.
    pub fn key(self) -> &'static str {
        match self {
            Self::NotActive => "not_active",
            Self::NoAddress => "no_address",
            Self::NoRight => "no_right",
            Self::Unwanted => "unwanted",
            Self::Old => "old",
        }
    }

    /// The one of a word.
    pub fn parse(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|why| why.key() == key)
    }
}

/// A message as it stands at this moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Composed {
    /// Name of the receiver, in one line.
    pub name: String,
    /// Address of the receiver.
    pub address: String,
    /// Subject, in one line.
    pub subject: String,
    /// The text.
    pub text: String,
    /// Why the receiver gets it.
    pub because: String,
    /// What it has in common with others of the same conversation.
    pub thread: String,
    /// The language that it is written in.
    pub language: Language,
    /// How many things it tells.
    pub count: usize,
    /// Whether something of it is left out here, since whoever looks may not read it.
    pub is_partial: bool,
}

/// Somebody who is mailed.
#[derive(Debug, Clone)]
pub(super) struct Receiver {
    pub(super) actor: Actor,
    pub(super) name: String,
    pub(super) given_name: String,
    pub(super) address: String,
    pub(super) language: Language,
    mailing: Mailing,
}

/// A record with what is told of it.
#[derive(Debug, Clone)]
pub(super) struct About {
    pub(super) kind: Arc<Kind>,
    /// Without what may not be read.
    pub(super) record: Record,
    /// Whether the receiver watches it.
    pub(super) is_watched: bool,
    pub(super) told: Vec<Told>,
}

/// An entry that is told.
#[derive(Debug, Clone)]
pub(super) struct Told {
    pub(super) reason: Reason,
    pub(super) actor: RecordId,
    /// Without what may not be read.
    pub(super) event: Event,
}

/// What some messages are made of, looked up with the same few questions for all.
pub(super) struct Material {
    pub(super) receivers: HashMap<RecordId, Result<Receiver, Why>>,
    records: HashMap<RecordId, Record>,
    events: HashMap<(RecordId, Revision), Event>,
    places: BTreeMap<i64, (Vec<MailPlace>, i64)>,
    templates: Arc<Vec<Record>>,
}

/// What a receiver, and perhaps somebody who looks over their shoulder, may read of a message.
struct Chosen {
    abouts: Vec<About>,
    is_partial: bool,
}

impl App {
    /// Looks up what some messages are made of.
    pub(super) async fn material(&self, mails: &[&StoredMail]) -> Result<Material, Error> {
        let ids: Vec<i64> = mails.iter().map(|mail| mail.id).collect();
        let places = self.store().mail_places(&ids, PLACES).await?;
        let all = || places.values().flat_map(|(places, _)| places);
        let records: BTreeSet<RecordId> = all().map(|place| place.record).collect();
        let loaded = self.store().get_records(&records.into_iter().collect::<Vec<_>>()).await?;
        let at: BTreeSet<(RecordId, Revision)> = all().map(|place| (place.record, place.seq)).collect();
        let at: Vec<(RecordId, Revision)> = at.into_iter().collect();
        let mut events = HashMap::with_capacity(at.len());
        for chunk in at.chunks(ENTRIES) {
            let found = self.store().entries_at(chunk).await?;
            events.extend(found.into_iter().map(|event| ((event.record, event.seq), event)));
        }
        Ok(Material {
            receivers: self.receivers(mails.iter().map(|mail| mail.person).collect()).await?,
            records: loaded.into_iter().map(|loaded| (loaded.record.id, loaded.record)).collect(),
            events,
            places,
            templates: self.notice_templates().await?,
        })
    }

    pub(super) async fn notice_templates(&self) -> Result<Arc<Vec<Record>>, Error> {
        match self.registry().kind(TEMPLATE) {
            Some(_) => self.reference_records(TEMPLATE).await,
            None => Ok(Arc::default()),
        }
    }

    /// People as they are mailed now.
    pub(super) async fn receivers(
        &self,
        people: BTreeSet<RecordId>,
    ) -> Result<HashMap<RecordId, Result<Receiver, Why>>, Error> {
        let ids: Vec<RecordId> = people.iter().copied().collect();
        let mut settings = self.settings_of(&ids).await?;
        let records: HashMap<RecordId, Record> =
            self.store().get_records(&ids).await?.into_iter().map(|one| (one.record.id, one.record)).collect();
        let mut actors = self.actors_of(people).await?;
        let receiver = |id: RecordId| {
            let (Some(actor), Some(person)) = (actors.remove(&id), records.get(&id)) else {
                return Err(Why::NotActive);
            };
            let settings = settings.remove(&id).unwrap_or_default();
            let language = settings.language.as_deref().and_then(Language::named);
            let language = language.or_else(|| Language::named(person.text("language"))).unwrap_or_default();
            Ok(Receiver {
                actor,
                name: one_line(person.text("name")),
                given_name: one_line(person.text("given_name")),
                address: person.text("mail").to_owned(),
                language,
                mailing: settings.mailing,
            })
        };
        Ok(ids.into_iter().map(receiver_of(receiver)).collect())
    }

    /// A message as its receiver gets it now; with `viewer`, only what whoever looks may read as well. Why nothing would
    /// be sent otherwise.
    pub(super) async fn compose(
        &self,
        mail: &StoredMail,
        material: &Material,
        viewer: Option<&Actor>,
    ) -> Result<Result<Composed, Why>, Error> {
        let receiver = match material.receivers.get(&mail.person) {
            Some(Ok(receiver)) => receiver,
            Some(Err(why)) => return Ok(Err(*why)),
            None => return Ok(Err(Why::NotActive)),
        };
        if !is_address(&receiver.address) {
            return Ok(Err(Why::NoAddress));
        }
        let nothing = (Vec::new(), 0);
        let (places, total) = material.places.get(&mail.id).unwrap_or(&nothing);
        // Words of kinds are those of the language in which they are asked for.
        let speaking = Reader::of(receiver.language);
        let chosen = within(speaking, || self.choose(places, material, receiver, viewer));
        let Chosen { abouts, is_partial } = match chosen {
            Ok(chosen) => chosen,
            Err(why) => return Ok(Err(why)),
        };
        let thread = match mail.record {
            Some(record) => format!("record-{record}"),
            None => format!("digest-{}", mail.person),
        };
        let (name, address, language) = (receiver.name.clone(), receiver.address.clone(), receiver.language);
        if abouts.is_empty() {
            let (subject, text, because) = Default::default();
            let hidden = Composed { name, address, subject, text, because, thread, language, count: 0, is_partial };
            return Ok(Ok(hidden));
        }
        let names = self.names_in_mail(&abouts, &receiver.actor, viewer).await?;
        let post = self.post();
        let letter = Letter {
            receiver,
            abouts: &abouts,
            names: &names,
            address: &post.address,
            is_digest: mail.record.is_none(),
            more: usize::try_from(*total).unwrap_or(usize::MAX).saturating_sub(places.len()),
        };
        let written = within(speaking, || write(&letter, &material.templates, None));
        let Written { subject, text, because, count } = written;
        Ok(Ok(Composed { name, address, subject, text, because, thread, language, count, is_partial }))
    }

    fn choose(
        &self,
        places: &[MailPlace],
        material: &Material,
        receiver: &Receiver,
        viewer: Option<&Actor>,
    ) -> Result<Chosen, Why> {
        let now = self.now();
        let (mut is_wanted, mut is_readable, mut is_partial) = (false, false, false);
        let mut abouts: Vec<About> = Vec::new();
        for place in places {
            let Some(reason) = Reason::parse(&place.reason) else { continue };
            if receiver.mailing.mode(reason) == Mode::Never {
                continue;
            }
            is_wanted = true;
            let found = material.records.get(&place.record).zip(material.events.get(&(place.record, place.seq)));
            let Some((record, event)) = found else { continue };
            let Some(kind) = self.registry().kind(&record.kind) else { continue };
            let own = rights(&receiver.actor, kind, record, now);
            if shown(kind, event, place, &own).is_none() {
                continue;
            }
            is_readable = true;
            let both = match viewer {
                Some(viewer) => both(own, rights(viewer, kind, record, now)),
                None => own,
            };
            let Some(event) = shown(kind, event, place, &both) else {
                is_partial = true;
                continue;
            };
            let told = Told { reason, actor: place.actor, event };
            match abouts.iter_mut().find(|about| about.record.id == record.id) {
                Some(about) => about.told.push(told),
                None => {
                    let is_watched = record.watchers.contains(&receiver.actor.person)
                        && (viewer.is_none() || both.may_read_internal());
                    let record = visible(kind, record.clone(), &both);
                    abouts.push(About { kind: kind.clone(), record, is_watched, told: vec![told] });
                }
            }
        }
        match (is_wanted, is_readable) {
            (false, _) => Err(Why::Unwanted),
            (true, false) => Err(Why::NoRight),
            (true, true) => Ok(Chosen { abouts, is_partial }),
        }
    }

    /// Names of who and what messages tell of, as far as both may know them.
    pub(super) async fn names_in_mail(
        &self,
        abouts: &[About],
        receiver: &Actor,
        viewer: Option<&Actor>,
    ) -> Result<Names, Error> {
        let mut ids: BTreeSet<RecordId> = abouts.iter().flat_map(|about| &about.told).map(|told| told.actor).collect();
        for about in abouts {
            ids.insert(about.record.organisation);
            ids.extend(NAMED.iter().filter_map(|field| about.record.reference(field)));
        }
        let of_viewer = match viewer {
            Some(viewer) => Some(self.names(viewer, ids.clone()).await?),
            None => None,
        };
        Ok(Names { of_receiver: self.names(receiver, ids).await?, of_viewer })
    }
}

/// Names as far as both who gets a message and who looks at it may know them.
pub(super) struct Names {
    of_receiver: Labels,
    of_viewer: Option<Labels>,
}

impl Names {
    /// The name of a record, in one line.
    pub(super) fn get(&self, id: &RecordId) -> Option<String> {
        let label = self.of_receiver.get(id)?;
        let is_known = self.of_viewer.as_ref().is_none_or(|labels| labels.contains_key(id));
        is_known.then(|| one_line(&label.label))
    }
}

/// Each key with what is found of it.
fn receiver_of<T>(mut find: impl FnMut(RecordId) -> T) -> impl FnMut(RecordId) -> (RecordId, T) {
    move |id| (id, find(id))
}

/// An entry as it may be read; `None` when it may not.
fn shown(kind: &Kind, event: &Event, place: &MailPlace, rights: &Rights) -> Option<Event> {
    if !rights.may(Action::Read) || (place.internal && !rights.may_read_internal()) {
        return None;
    }
    readable(kind, event.clone(), rights)
}

/// What both may do.
fn both(one: Rights, other: Rights) -> Rights {
    Rights {
        actions: one.actions.intersection(&other.actions).copied().collect(),
        read: one.read.min(other.read),
        write: one.write.min(other.write),
        roles: BTreeSet::new(),
    }
}

/// Whether a text is one address of mail and nothing else: no name, no second address, no line.
pub(super) fn is_address(text: &str) -> bool {
    let is_plain = text.chars().all(|letter| !letter.is_control() && !letter.is_whitespace());
    let (local, host) = text.rsplit_once('@').unwrap_or_default();
    is_plain
        && !text.contains(['<', '>', ',', ';', ':', '"', '(', ')', '[', ']', '\\'])
        && !local.is_empty()
        && !local.contains('@')
        && host.contains('.')
        && text.len() <= 254
}

/// Whether a message was due so long ago that it is not sent by itself any more.
pub(super) fn is_old(mail: &StoredMail, now: Moment, oldest: i64) -> bool {
    now.seconds_since(mail.due_at) > oldest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sec_035_an_address_is_one_address() {
        for good in ["ada@example.org", "a.b+c@mail.example.org"] {
            assert!(is_address(good), "{good}");
        }
        for bad in [
            "",
            "ada",
            "ada@host",
            "ada@example.org\r\nBcc: eve@example.org",
            "ada@example.org,eve@example.org",
            "Ada <ada@example.org>",
            "ada@b@example.org",
            "ada @example.org",
            "@example.org",
        ] {
            assert!(!is_address(bad), "{bad}");
        }
    }

    #[test]
    fn two_who_look_see_what_both_may() {
        use steward_model::kind::Level;
        let of = |read| Rights { actions: [Action::Read].into(), read, ..Rights::default() };
        assert_eq!(both(of(Some(Level::Owner)), of(Some(Level::Requester))).read, Some(Level::Requester));
        assert_eq!(both(of(Some(Level::Owner)), of(None)).read, None);
        assert!(!both(of(Some(Level::Owner)), Rights::default()).may(Action::Read));
    }
}
