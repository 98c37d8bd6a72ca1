//! The service catalogue: what somebody may order, how it is found, and what is asked with it.
//!
//! What is on offer to somebody is decided by the right to [`Action::Order`] on the item, as the roles grant it; an item
//! that one may read (as staff do with drafts) but not order is as good as not there here.

mod order;

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value as Json;
use steward_model::access::{Action, Actor, may};
use steward_model::command::Input;
use steward_model::filter::{Filter, SortKey, Test};
use steward_model::form::{Answered, Form, Referred, Stray};
use steward_model::id::RecordId;
use steward_model::kind::{Kind, Registry};
use steward_model::record::Record;
use steward_model::value::References;

pub use order::{ANSWERS, Order};

use crate::App;
use crate::boxed;
use crate::error::Error;
use crate::lookup::Found;
use crate::view::{Labels, RecordView};

/// The kind of what can be ordered.
pub const ITEM: &str = "catalogue_item";
/// The kind of the groups in which it is found.
pub const CATEGORY: &str = "catalogue_category";
/// Items looked at for one answer; a larger catalogue shows its first ones.
const ITEMS_MAX: usize = 2000;
/// Categories likewise.
const CATEGORIES_MAX: usize = 200;

/// Something on offer, with what is asked when it is ordered.
#[derive(Debug, Clone)]
pub struct Offer {
    /// The item, as its reader may see it.
    pub view: RecordView,
    /// The questions.
    pub form: Form,
}

/// A form with answers, and the names of the records in them.
#[derive(Debug, Clone)]
pub struct AnsweredForm {
    /// The answers, what is asked, and what is wrong.
    pub answered: Answered,
    /// Names of the records that the answers refer to.
    pub labels: Labels,
}

/// A catalogue as somebody else sees it.
#[derive(Debug, Clone)]
pub struct Preview {
    /// Who.
    pub person: RecordView,
    /// Items that they may order.
    pub offered: Vec<RecordView>,
    /// Published items that they may not, each with what keeps them from it.
    pub withheld: Vec<(RecordView, &'static str)>,
}

impl App {
    /// All items that somebody may order, in the order of the catalogue.
    ///
    /// # Errors
    /// When the database is away.
    #[boxed]
    pub async fn offers(&self, actor: &Actor) -> Result<Vec<RecordView>, Error> {
        let Some(kind) = self.registry().kind(ITEM).cloned() else { return Ok(Vec::new()) };
        self.first_for(actor, Action::Order, &kind, &Filter::Everything, &in_order(&kind, "name")?, ITEMS_MAX).await
    }

    /// The groups of the catalogue that somebody may see, in order; also those without anything for them.
    ///
    /// # Errors
    /// When the database is away.
    #[boxed]
    pub async fn catalogue_categories(&self, actor: &Actor) -> Result<Vec<RecordView>, Error> {
        let Some(kind) = self.registry().kind(CATEGORY).cloned() else { return Ok(Vec::new()) };
        let active = Filter::Test {
            path: steward_model::filter::Path { hops: Vec::new(), attribute: steward_model::filter::Attribute::State },
            test: Test::Equal(steward_model::filter::Operand::Value(Json::from("active"))),
        };
        self.first_of(actor, &kind, &active, &in_order(&kind, "name")?, CATEGORIES_MAX).await
    }

    /// An item that somebody may order, with its form.
    ///
    /// # Errors
    /// [`Error::NotFound`] where it is not on offer to them.
    #[boxed]
    pub async fn offer(&self, actor: &Actor, name: &str) -> Result<Offer, Error> {
        let (kind, record) = self.orderable(actor, name).await?;
        let form = self.form_of(&record)?;
        Ok(Offer { view: self.view(actor, &kind, record, None).await?, form })
    }

    /// The form of an item whatever its state, for those who may change it.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`].
    #[boxed]
    pub async fn offer_to_edit(&self, actor: &Actor, name: &str) -> Result<RecordView, Error> {
        let kind = self.kind(ITEM)?.clone();
        let view = self.get(actor, &kind, name, None).await?;
        if !view.rights.may(Action::Update) {
            return Err(Error::Forbidden { action: Action::Update });
        }
        Ok(view)
    }

    /// A form as a text, with answers: what is asked next, and what is wrong so far.
    ///
    /// # Errors
    /// When the database is away.
    #[boxed]
    pub async fn answer_form(
        &self,
        actor: &Actor,
        form: &Form,
        input: &Input,
        stray: Stray,
    ) -> Result<AnsweredForm, Error> {
        let found = self.look_up(actor, form.reference_texts(input)).await?;
        let seen = Seen { found: &found, registry: self.registry() };
        let answered = form.answer(input, &seen, &actor.environment(self.now()), stray);
        let named: BTreeSet<RecordId> = found.all().collect();
        Ok(AnsweredForm { answered, labels: self.labels(actor, named.clone(), &named).await? })
    }

    /// Records that a question of an item's form can be answered with, whose names begin so.
    ///
    /// # Errors
    /// [`Error::NotFound`] for an item that is not on offer, or a question that asks for no record.
    #[boxed]
    pub async fn answers_to_choose(
        &self,
        actor: &Actor,
        item: &str,
        key: &str,
        (beginning, limit): (&str, usize),
    ) -> Result<Vec<RecordView>, Error> {
        let (_, record) = self.orderable(actor, item).await?;
        let form = self.form_of(&record)?;
        let (key, column) = key.split_once('.').map_or((key, None), |(key, column)| (key, Some(column)));
        let question = form.question(key).ok_or(Error::NotFound)?;
        let question = match column {
            None => question,
            Some(column) => question.columns.iter().find(|one| one.field.key == column).ok_or(Error::NotFound)?,
        };
        let target = question.field.field_type.target_kinds().and_then(|kinds| kinds.first()).ok_or(Error::NotFound)?;
        let kind = self.kind(target)?.clone();
        if self.readable_level(actor, &kind).is_none() {
            return Ok(Vec::new());
        }
        let label = kind.field(&kind.label_field).map(|field| field.key.clone()).ok_or(Error::NotFound)?;
        let limited = question.rules.limit.as_ref().map_or(Filter::Everything, |(_, limit)| limit.clone());
        let named = match beginning.trim() {
            "" => Filter::Everything,
            text => Filter::any([
                Filter::field_test(&label, Test::Contains(text.to_owned())),
                Filter::field_test("number", Test::StartsWith(text.to_owned())),
            ]),
        };
        let sort = SortKey::parse(&label, &kind).or_else(|_| SortKey::parse("-updated_at", &kind))?;
        match self.first_of(actor, &kind, &Filter::all([limited, named]), &sort, limit).await {
            // The limit looks at a field that this reader may read on no record of the kind.
            Err(Error::Filter(_)) => Ok(Vec::new()),
            found => found,
        }
    }

    /// What somebody else is offered, for those who keep the catalogue.
    ///
    /// # Errors
    /// [`Error::Denied`] for others, [`Error::NotFound`] for a person that one may not see or who may not sign in.
    #[boxed]
    pub async fn preview_catalogue(&self, actor: &Actor, person: &str) -> Result<Preview, Error> {
        let kind = self.kind(ITEM)?.clone();
        if !self.keeps_catalogue(actor) {
            return Err(Error::Denied("see the catalogue as somebody else"));
        }
        let people = self.kind("person")?.clone();
        let id = self.find_reference(actor, "person", person).await?.ok_or(Error::NotFound)?;
        let view = self.get(actor, &people, &id.to_string(), None).await?;
        let other = self.load_actors(&[id]).await?.into_iter().next().ok_or(Error::NotFound)?;
        let published = Filter::parse_cel("state == 'published'", &kind, self.registry())?;
        let all = self.first_of(actor, &kind, &published, &in_order(&kind, "name")?, ITEMS_MAX).await?;
        let ids: Vec<RecordId> = all.iter().map(|view| view.record.id).collect();
        // Rights are asked of the whole record, whatever the one who looks may read of it.
        let whole: std::collections::HashMap<RecordId, Record> = (self.store().get_records(&ids).await?)
            .into_iter()
            .map(|loaded| (loaded.record.id, loaded.record))
            .collect();
        let mut preview = Preview { person: view, offered: Vec::new(), withheld: Vec::new() };
        for item in all {
            let Some(record) = whole.get(&item.record.id) else { continue };
            if may(&other, Action::Order, &kind, record, self.now()) {
                preview.offered.push(item);
            } else {
                let why = withheld(&other, record);
                preview.withheld.push((item, why));
            }
        }
        Ok(preview)
    }

    /// Whether somebody keeps a catalogue.
    pub fn keeps_catalogue(&self, actor: &Actor) -> bool {
        self.registry().kind(ITEM).is_some_and(|kind| self.writable_level(actor, Action::Update, kind).is_some())
    }

    /// An item that somebody may order, as it is stored.
    async fn orderable(&self, actor: &Actor, name: &str) -> Result<(Arc<Kind>, Record), Error> {
        let kind = self.kind(ITEM)?.clone();
        let record = self.find(actor, &kind, name).await?.record;
        if may(actor, Action::Order, &kind, &record, self.now()) {
            return Ok((kind, record));
        }
        self.note_refusal(actor, Action::Order, &kind, name).await?;
        Err(Error::NotFound)
    }

    fn form_of(&self, item: &Record) -> Result<Form, Error> {
        Form::parse(item.text("form"), self.registry()).map_err(|errors| {
            let words = errors.first().map(ToString::to_string).unwrap_or_default();
            // Checked when it was written; a kind that a question asks for may be gone since.
            tracing::warn!(item = item.number, error = words, "the form of a catalogue item cannot be used");
            Error::BadRequest(format!(
                "the order form of {} cannot be used just now; tell your service desk",
                item.number
            ))
        })
    }
}

/// What keeps somebody from ordering a published item, in words for who keeps the catalogue.
fn withheld(actor: &Actor, item: &Record) -> &'static str {
    let names = |field: &str| item.references(field);
    let meets = |named: &[RecordId], own: &[RecordId]| named.iter().any(|id| own.contains(id));
    let belongs = &actor.belongs;
    let organisations = names("entitled_organisations");
    let (teams, people) = (names("entitled_teams"), names("entitled_people"));
    let locations = names("entitled_locations");
    let is_limited = !(teams.is_empty() && people.is_empty());
    let is_named = meets(&teams, &actor.teams) || people.contains(&actor.person);
    if !belongs.standing.iter().any(|word| word == item.text("offered_to")) {
        "It is offered to others than this person counts as"
    } else if organisations.is_empty() && !belongs.organisations_above.contains(&item.organisation) {
        "It belongs to another organisation and names none"
    } else if !organisations.is_empty() && !meets(&organisations, &belongs.organisations_above) {
        "It is for other organisations"
    } else if !locations.is_empty() && !meets(&locations, &belongs.locations) {
        "It is for other locations"
    } else if is_limited && !is_named {
        "It is for certain teams and people"
    } else {
        "The person holds no role that may order"
    }
}

fn in_order(kind: &Kind, name: &str) -> Result<Vec<SortKey>, Error> {
    Ok(SortKey::parse(&format!("order,{name}"), kind)?)
}

/// Records that were looked up, with their kinds.
struct Seen<'a> {
    found: &'a Found,
    registry: &'a Registry,
}

impl References for Seen<'_> {
    fn resolve(&self, kinds: &[String], text: &str) -> Option<RecordId> {
        self.found.resolve(kinds, text)
    }
}

impl Referred for Seen<'_> {
    fn referred(&self, id: RecordId) -> Option<(&Record, &Kind)> {
        let record = self.found.record(id)?;
        Some((record, self.registry.kind(&record.kind)?))
    }
}
