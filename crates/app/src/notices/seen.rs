//! The outbox as it is looked at: one's own messages, and those of people whose records one may read up to what is for
//! owners alone. Nobody sees through it what they may not read themselves.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use steward_model::access::{Action, Actor, Rights, rights, scope};
use steward_model::filter::Filter as Condition;
use steward_model::id::RecordId;
use steward_model::kind::{Kind, Level};
use steward_model::moment::Moment;
use steward_store::outbox::{MailQuery, MailState, StoredMail};

use super::compose::{Composed, Why, is_address};
use super::queue::zone_of;
use crate::App;
use crate::boxed;
use crate::error::Error;
use crate::view::{Label, label_of, visible};

/// Most messages in one answer.
const PAGE_MAX: usize = 100;
/// Pages of messages of others that are passed over in search of those that may be seen.
const LOOKED_AT: usize = 10;
/// The kind of people.
const PERSON: &str = "person";

/// How a message stands, for who looks at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It waits for its moment.
    Waiting,
    /// It would be sent if there were a way for mail.
    Held,
    /// It was handed over.
    Sent,
    /// Nothing was sent, for a reason.
    Withheld,
    /// It could not be handed over, and will be tried again.
    Failed,
    /// It was tried too often.
    Dead,
}

impl Standing {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::Waiting, Self::Held, Self::Sent, Self::Withheld, Self::Failed, Self::Dead];

    /// The word in interface and addresses.
    pub fn key(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Held => "held",
            Self::Sent => "sent",
            Self::Withheld => "withheld",
            Self::Failed => "failed",
            Self::Dead => "dead",
        }
    }

    /// The one of a word.
    pub fn parse(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|standing| standing.key() == key)
    }

    fn of(state: MailState) -> Self {
        match state {
            MailState::Waiting | MailState::Ready | MailState::Sending => Self::Waiting,
            MailState::Held => Self::Held,
            MailState::Sent => Self::Sent,
            MailState::Withheld => Self::Withheld,
            MailState::Failed => Self::Failed,
            MailState::Dead => Self::Dead,
        }
    }

    fn states(self) -> Vec<MailState> {
        MailState::ALL.into_iter().filter(|state| Self::of(*state) == self).collect()
    }
}

/// Which messages are asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Of one person, by id, number, login or mail address.
    pub person: Option<String>,
    /// How they stand.
    pub standing: Option<Standing>,
    /// Only those with lower numbers.
    pub before: Option<i64>,
    /// At most.
    pub limit: usize,
}

/// A message in a list.
#[derive(Debug, Clone)]
pub struct MailView {
    /// Its number.
    pub id: i64,
    /// Who gets it.
    pub person: Label,
    /// The person's id.
    pub person_id: RecordId,
    /// Whether it is a digest.
    pub is_digest: bool,
    /// The record that it is about; `None` for a digest, and where who looks may not read it.
    pub record: Option<(Arc<Kind>, Label)>,
    /// How it stands.
    pub standing: Standing,
    /// When it is due.
    pub due_at: Moment,
    /// When it was asked for.
    pub created_at: Moment,
    /// When it was sent, withheld, held or given up.
    pub done_at: Option<Moment>,
    /// How often it was tried.
    pub tries: i64,
    /// Why nothing was sent.
    pub why: Option<Why>,
    /// What went wrong last, for those who keep the outbox.
    pub error: Option<String>,
    /// Whether who looks may have it sent at once.
    pub may_send: bool,
}

/// A page of messages.
#[derive(Debug, Clone, Default)]
pub struct MailPage {
    /// Newest first.
    pub mails: Vec<MailView>,
    /// From before which number there may be more.
    pub next_before: Option<i64>,
    /// Whether messages of others may be among them.
    pub is_of_others: bool,
}

/// A message that is looked at.
#[derive(Debug, Clone)]
pub struct Look {
    /// What is kept of it.
    pub mail: MailView,
    /// As its receiver would get it now, as far as who looks may read it too; or why nothing would be sent.
    pub composed: Result<Composed, Why>,
}

/// Where mail to somebody goes, and by which clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailStanding {
    /// Their address; `None` when there is none that mail could go to.
    pub address: Option<String>,
    /// Name of the zone in which their hours are meant.
    pub zone: String,
}

/// What somebody may do with the messages of a person.
#[derive(Debug, Clone, Copy)]
struct Reach {
    is_keeper: bool,
    may_send: bool,
}

impl App {
    /// Where mail to the actor goes, and by which clock.
    ///
    /// # Errors
    /// When the database is away.
    #[boxed]
    pub async fn mail_standing(&self, actor: &Actor) -> Result<MailStanding, Error> {
        let settings = self.settings(actor).await?;
        let person = self.store().get_record(actor.person).await?.map(|loaded| loaded.record);
        let zone = zone_of(&settings, person.as_ref());
        let address = person.map(|person| person.text("mail").to_owned()).filter(|address| is_address(address));
        Ok(MailStanding { address, zone: zone.iana_name().unwrap_or("UTC").to_owned() })
    }

    /// Whether somebody may see messages of others.
    pub fn keeps_outbox(&self, actor: &Actor) -> bool {
        let Some(kind) = self.registry().kind(PERSON) else { return false };
        scope(actor, Action::Read, kind, Level::Owner, self.now()) != Condition::Nothing
    }

    /// Messages: one's own, and those of people whose records one may read up to what is for owners alone.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a person who is not there.
    #[boxed]
    pub async fn outbox(&self, actor: &Actor, filter: &Filter) -> Result<MailPage, Error> {
        let limit = filter.limit.clamp(1, PAGE_MAX);
        let is_of_others = self.keeps_outbox(actor);
        let person = match &filter.person {
            Some(name) => Some(self.addressee(actor, name).await?),
            None if is_of_others => None,
            None => Some(actor.person),
        };
        let mut query = MailQuery {
            person,
            states: filter.standing.map(Standing::states).unwrap_or_default(),
            before: filter.before,
            limit,
        };
        let mut page = MailPage { is_of_others, ..MailPage::default() };
        for _ in 0..LOOKED_AT {
            let stored = self.store().mail(&query).await?;
            page.next_before = stored.last().filter(|_| stored.len() == limit).map(|last| last.id);
            page.mails.extend(self.mail_views(actor, stored).await?);
            if page.next_before.is_none() || page.mails.len() * 2 >= limit {
                break;
            }
            query.before = page.next_before;
        }
        Ok(page)
    }

    /// The person of a name, when the actor may see their messages.
    async fn addressee(&self, actor: &Actor, name: &str) -> Result<RecordId, Error> {
        if name == actor.person.to_string() || name == "me" {
            return Ok(actor.person);
        }
        let kind = self.kind(PERSON)?.clone();
        let found = self.look_up(actor, [name.to_owned()].into()).await?;
        let id = found.any(name).ok_or(Error::NotFound)?;
        let person = self.find(actor, &kind, &id.to_string()).await?.record;
        match id == actor.person || reach(&rights(actor, &kind, &person, self.now())).is_keeper {
            true => Ok(id),
            false => Err(Error::NotFound),
        }
    }

    /// A message with its words.
    ///
    /// # Errors
    /// [`Error::NotFound`] also for those of others that one may not see.
    #[boxed]
    pub async fn one_mail(&self, actor: &Actor, id: i64) -> Result<Look, Error> {
        let stored = self.store().one_mail(id).await?.ok_or(Error::NotFound)?;
        let mut views = self.mail_views(actor, vec![stored.clone()]).await?;
        let mail = views.pop().ok_or(Error::NotFound)?;
        let material = self.material(&[&stored]).await?;
        let viewer = (mail.person_id != actor.person || actor.limits.is_some()).then_some(actor);
        let composed = self.compose(&stored, &material, viewer).await?;
        Ok(Look { mail, composed })
    }

    /// Has a message sent at once: one that waits, was held, withheld or failed. It is written anew, with the rights of now.
    ///
    /// # Errors
    /// [`Error::NotFound`] for who may not see it, [`Error::Denied`] for who may not have it sent.
    #[boxed]
    pub async fn send_mail_now(&self, actor: &Actor, id: i64) -> Result<(), Error> {
        let stored = self.store().one_mail(id).await?.ok_or(Error::NotFound)?;
        let mail = self.mail_views(actor, vec![stored]).await?.pop().ok_or(Error::NotFound)?;
        if !mail.may_send {
            return Err(Error::Denied("have this message sent"));
        }
        if self.store().release_mail(id, self.now()).await? {
            self.send_one_mail(id).await?;
        }
        Ok(())
    }

    /// Messages as somebody may see them; those that they may not see are left out.
    async fn mail_views(&self, actor: &Actor, stored: Vec<StoredMail>) -> Result<Vec<MailView>, Error> {
        let now = self.now();
        let people: BTreeSet<RecordId> = stored.iter().map(|mail| mail.person).collect();
        let records: BTreeSet<RecordId> = stored.iter().filter_map(|mail| mail.record).collect();
        let asked: Vec<RecordId> = people.union(&records).copied().collect();
        let mut reaches: HashMap<RecordId, (Label, Reach)> = HashMap::new();
        let mut about: HashMap<RecordId, (Arc<Kind>, Label)> = HashMap::new();
        for loaded in self.store().get_records(&asked).await? {
            let Some(kind) = self.registry().kind(&loaded.record.kind) else { continue };
            let own = rights(actor, kind, &loaded.record, now);
            let (id, label) = (loaded.record.id, label_of(kind, &loaded.record));
            if people.contains(&id) {
                let is_own = id == actor.person;
                let reach = reach(&own);
                let may_send = match is_own {
                    true => actor.limits.as_ref().is_none_or(|limits| !limits.read_only),
                    false => reach.may_send,
                };
                if is_own || reach.is_keeper {
                    reaches.insert(id, (label.clone(), Reach { may_send, ..reach }));
                }
            }
            if records.contains(&id) && own.may(Action::Read) {
                let seen = visible(kind, loaded.record, &own);
                about.insert(id, (kind.clone(), label_of(kind, &seen)));
            }
        }
        let view = |mail: StoredMail| {
            let (person, reach) = reaches.get(&mail.person)?;
            let standing = Standing::of(mail.state);
            let may_send = reach.may_send && !matches!(mail.state, MailState::Sent | MailState::Sending);
            Some(MailView {
                id: mail.id,
                person: person.clone(),
                person_id: mail.person,
                is_digest: mail.record.is_none(),
                record: mail.record.and_then(|record| about.get(&record).cloned()),
                standing,
                due_at: mail.due_at,
                created_at: mail.created_at,
                done_at: mail.done_at,
                tries: mail.tries,
                why: mail.why.as_deref().and_then(Why::parse),
                error: mail.error.filter(|_| reach.is_keeper),
                may_send,
            })
        };
        Ok(stored.into_iter().filter_map(view).collect())
    }
}

/// What follows from the rights on a person's record.
fn reach(own: &Rights) -> Reach {
    let is_keeper = own.may(Action::Read) && own.read == Some(Level::Owner);
    Reach { is_keeper, may_send: is_keeper && own.may(Action::Update) && own.write == Some(Level::Owner) }
}
