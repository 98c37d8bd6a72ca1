//! Who can see a record. Everybody is asked of, but nobody is asked of in vain: whom the record names comes first, and of
//! all others only those are looked at whose roles can hold for somebody that it does not name.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use steward_model::access::{Action, Actor, KindRights, Rights, may_concern_strangers, named_in};
use steward_model::filter::{Filter, Test};
use steward_model::id::RecordId;
use steward_model::kind::Kind;
use steward_model::record::Record;
use steward_practices::people::roles_of;

use super::{ACTING, BATCH, LOOKED_AT_MAX, PAGE_MAX};
use crate::App;
use crate::boxed;
use crate::error::Error;
use crate::view::{Label, Labels, RecordView, label_of};

/// What is asked.
#[derive(Debug, Clone, Default)]
pub struct WhoRequest {
    /// Part of a name; everybody when `None`.
    pub search: Option<String>,
    /// Only who may do this besides seeing it.
    pub action: Option<Action>,
    /// Where the page before ended.
    pub after: Option<RecordId>,
    /// People at most.
    pub limit: usize,
}

/// One page of who can see a record.
#[derive(Debug, Clone)]
pub struct WhoPage {
    /// The record, as whoever asks sees it.
    pub view: RecordView,
    /// Those whom it names first, then all others in the order in which they came here.
    pub people: Vec<WhoSees>,
    /// Names of the organisations of people and of where they hold their roles.
    pub labels: Labels,
    /// Whether people whom the asker may not see can see it as well, as far as was looked.
    pub has_others: bool,
    /// Where the next page begins; `None` at the end.
    pub next: Option<RecordId>,
}

/// Somebody who can see a record.
#[derive(Debug, Clone)]
pub struct WhoSees {
    /// Who.
    pub id: RecordId,
    /// Their name.
    pub label: Label,
    /// Where they belong.
    pub organisation: RecordId,
    /// What they may do.
    pub rights: Rights,
    /// The roles that let them see it, by key, each with the organisations for which it is held.
    pub roles: BTreeMap<String, Vec<Option<RecordId>>>,
    /// Whether the record names them.
    pub is_named: bool,
}

impl App {
    /// Who can see a record, by name or all of them, a page at a time.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a record that the asker may not see, [`Error::Forbidden`] for one of which they may not
    /// ask.
    #[boxed]
    pub async fn who_sees(
        &self,
        asker: &Actor,
        kind: &Arc<Kind>,
        name: &str,
        request: &WhoRequest,
    ) -> Result<WhoPage, Error> {
        let record = self.inspected(asker, kind, name).await?;
        let limit = request.limit.clamp(1, PAGE_MAX);
        let named = named_in(kind, &record);
        let mut search =
            Search { app: self, asker, kind, record: &record, request, found: Vec::new(), has_others: false };
        let mut next = None;
        if request.after.is_none() {
            let people: Vec<RecordId> = named.iter().copied().collect();
            let loaded = self.store().get_records(&people).await?.into_iter().map(|loaded| loaded.record);
            let people = loaded.filter(|person| person.kind == "person" && search.is_wanted(person)).collect();
            search.look_at(people, true).await?;
        }
        let first = search.found.len();
        let mut after = request.after.unwrap_or(RecordId(0));
        let mut looked_at = 0;
        let roles = self.roles_of_strangers(kind, &record);
        let people = self.kind("person")?.clone();
        let filter = search.filter(&people)?;
        while !roles.is_empty() {
            let page = self.page_of(&Actor::system(), &people, &filter, Some(after), BATCH).await?;
            let is_last = page.len() < BATCH;
            looked_at += page.len();
            after = page.last().map_or(after, |person| person.id);
            let holds = |person: &Record| roles_of(person).iter().any(|(role, _)| roles.contains(*role));
            let strangers = page.into_iter().filter(|person| !named.contains(&person.id) && holds(person)).collect();
            search.look_at(strangers, false).await?;
            if search.found.len() > first + limit {
                search.found.truncate(first + limit);
                next = search.found.last().map(|last| last.id);
                break;
            }
            if is_last {
                break;
            }
            if looked_at >= LOOKED_AT_MAX {
                next = Some(after);
                break;
            }
        }
        let Search { found, has_others, .. } = search;
        let mut ids: BTreeSet<RecordId> = found.iter().map(|one| one.organisation).collect();
        ids.extend(found.iter().flat_map(|one| one.roles.values().flatten().flatten().copied()));
        let labels = self.labels(asker, ids, &BTreeSet::new()).await?;
        let view = self.view(asker, kind, record, None).await?;
        Ok(WhoPage { view, people: found, labels, has_others, next })
    }

    /// Roles of which some grant may hold on a record for somebody that it does not name.
    fn roles_of_strangers(&self, kind: &Kind, record: &Record) -> BTreeSet<String> {
        let now = self.now();
        let roles = self.policy().roles().iter().filter(|role| {
            let mut scopes = role.grants.iter().filter_map(|grant| grant.scopes.get(&kind.key));
            scopes.any(|scope| may_concern_strangers(scope, kind, record, now))
        });
        roles.map(|role| role.key.clone()).collect()
    }
}

struct Search<'a> {
    app: &'a App,
    asker: &'a Actor,
    kind: &'a Arc<Kind>,
    record: &'a Record,
    request: &'a WhoRequest,
    found: Vec<WhoSees>,
    has_others: bool,
}

impl Search<'_> {
    fn words(&self) -> Option<&str> {
        self.request.search.as_deref().map(str::trim).filter(|words| !words.is_empty())
    }

    fn filter(&self, people: &Kind) -> Result<Filter, Error> {
        let acting = Filter::parse_cel(ACTING, people, self.app.registry())?;
        let named = self.words().map(|words| Filter::field_test("name", Test::Contains(words.to_owned())));
        Ok(Filter::all(std::iter::once(acting).chain(named)))
    }

    fn is_wanted(&self, person: &Record) -> bool {
        let name = person.text("name").to_ascii_lowercase();
        self.words().is_none_or(|words| name.contains(&words.to_ascii_lowercase()))
    }

    /// Asks of some people whether they see the record: a few questions for all of them together.
    async fn look_at(&mut self, people: Vec<Record>, is_named: bool) -> Result<(), Error> {
        let ids: Vec<RecordId> = people.iter().map(|person| person.id).collect();
        let actors: HashMap<RecordId, Actor> =
            self.app.load_actors(&ids).await?.into_iter().map(|actor| (actor.person, actor)).collect();
        let now = self.app.now();
        let kind_of_people = self.app.kind("person")?.clone();
        let own = KindRights::new(self.asker, &kind_of_people, now);
        for person in people {
            let Some(actor) = actors.get(&person.id) else { continue };
            let rights = KindRights::new(actor, self.kind, now).on(self.record);
            if !rights.may(Action::Read) || !self.request.action.is_none_or(|action| rights.may(action)) {
                continue;
            }
            if !own.on(&person).may(Action::Read) {
                self.has_others = true;
                continue;
            }
            let roles = self.roles(actor, &person);
            self.found.push(WhoSees {
                id: person.id,
                label: label_of(&kind_of_people, &person),
                organisation: person.organisation,
                rights,
                roles,
                is_named,
            });
        }
        Ok(())
    }

    /// The roles by which somebody sees the record.
    fn roles(&self, actor: &Actor, person: &Record) -> BTreeMap<String, Vec<Option<RecordId>>> {
        let places = super::places_held(self.app, person);
        let mut roles: BTreeMap<String, Vec<Option<RecordId>>> = BTreeMap::new();
        for held in steward_model::access::account(actor, self.kind, self.record, self.app.now()) {
            if held.condition.holds && held.grant.actions.contains(&Action::Read) {
                let within = places.get(held.place).copied().flatten();
                let known = roles.entry(held.assignment.role.key.clone()).or_default();
                if !known.contains(&within) {
                    known.push(within);
                }
            }
        }
        roles
    }
}
