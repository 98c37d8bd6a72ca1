//! Lists: filtered, sorted, paged by keyset, counted; only what the actor may see.

mod levels;

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::Arc;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::Value as Json;
use steward_model::access::{Action, Actor, scope};
use steward_model::filter::{Attribute, Filter, FilterError, Shape, SortKey};
use steward_model::id::RecordId;
use steward_model::kind::{Kind, Level, Registry};
use steward_model::moment::Moment;
use steward_model::record::Record;
use steward_model::value::References;
use steward_store::filter_sql::{Reach, Unlimited, compile};
use steward_store::list::ListQuery;
use steward_store::order::{Cursor, after_predicate, order_by};
use steward_store::sql::Bind;

use crate::App;
use crate::boxed;
use crate::error::Error;
use crate::list::levels::{Levels, highest_level};
use crate::lookup::Found;
use crate::view::RecordView;

/// Most records in one answer.
pub const LIMIT_MAX: usize = 1000;
/// Counting ends here; more is said as "10 000+".
pub const COUNT_MAX: usize = 10_000;
/// Most parts of one condition. Planning a statement takes longer than running it when it asks for thousands of things.
const PARTS_MAX: usize = 100;
/// Records to read in one go where all of a kind are wanted.
const BATCH: usize = 1000;
/// Most reasons to see a record that are counted one by one.
const REASONS_MAX: usize = 8;
/// The alias of the record table in conditions.
const ALIAS: &str = "r";

/// What to list.
#[derive(Debug, Clone, Default)]
pub struct ListRequest {
    /// Condition in CEL.
    pub filter: Option<String>,
    /// Condition in the search box's notation.
    pub search: Option<String>,
    /// Condition as JSON tree.
    pub tree: Option<Json>,
    /// Order, such as `-priority,updated_at`; newest change first when `None`.
    pub sort: Option<String>,
    /// Records at most, 1 to [`LIMIT_MAX`].
    pub limit: usize,
    /// Where the page before ended.
    pub cursor: Option<String>,
    /// How far to count.
    pub count: Counting,
    /// The attribute by which it is grouped, before everything else in its order. Only lists of at most [`COUNT_MAX`]
    /// records are; longer ones come ungrouped.
    pub group: Option<String>,
}

/// How far a list is counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Counting {
    /// Up to [`COUNT_MAX`].
    #[default]
    Capped,
    /// Up to this number; one more stands for more than that.
    UpTo(usize),
    /// To the end.
    Exact,
    /// Not at all.
    Off,
}

/// One page of a list.
#[derive(Debug, Clone)]
pub struct ListPage {
    /// The records.
    pub records: Vec<RecordView>,
    /// Where the next page begins; `None` at the end.
    pub next: Option<String>,
    /// How many there are; one more than the cap stands for "more than the cap".
    pub total: Option<usize>,
    /// How many records each group has, by stored value, `null` for those without; `None` where it is not grouped.
    pub groups: Option<Vec<(Json, usize)>>,
}

impl App {
    /// One page of records of a kind.
    ///
    /// # Errors
    /// [`Error::Filter`] with the place of the fault; also for fields that the actor may not read.
    #[boxed]
    pub async fn list(&self, actor: &Actor, kind: &Arc<Kind>, request: &ListRequest) -> Result<ListPage, Error> {
        let mut sort = SortKey::parse(request.sort.as_deref().unwrap_or("-updated_at"), kind)?;
        let filter = self.filter_of(actor, kind, request).await?;
        let limit = request.limit.clamp(1, LIMIT_MAX);
        let groups = match &request.group {
            None => None,
            Some(group) => self.group(actor, kind, &filter, group, &mut sort).await?,
        };
        let mut query = self.query(actor, kind, &filter, &sort, limit + 1)?;
        if let Some(text) = &request.cursor {
            let cursor = decode_cursor(text)?;
            let after = after_predicate(&sort, &cursor, kind, self.store().dialect(), ALIAS, &mut query.binds)
                .map_err(|error| Error::BadRequest(error.to_string()))?;
            query.condition = format!("({}) and ({after})", query.condition);
        }
        let cap = match request.count {
            Counting::Off => None,
            Counting::Capped => Some(COUNT_MAX + 1),
            Counting::UpTo(most) => Some(most + 1),
            Counting::Exact => Some(usize::MAX >> 1),
        };
        let count = async {
            match cap {
                Some(cap) => self.count(actor, kind, &filter, &sort, cap).await.map(Some),
                None => Ok(None),
            }
        };
        let page = async { Ok(self.store().list(&query).await?) };
        // On two connections at once: neither needs the other.
        let (total, loaded) = tokio::try_join!(count, page)?;
        let mut records: Vec<Record> = loaded.into_iter().map(|loaded| loaded.record).collect();
        let more = records.len() > limit;
        records.truncate(limit);
        let next = records.last().filter(|_| more).map(|last| encode_cursor(last, &sort, kind)).transpose()?;
        Ok(ListPage { records: self.views(actor, kind, records).await?, next, total, groups })
    }

    /// Sorts by a group before all else and counts each; `None`, with the order as it was, where there are too many
    /// records for that.
    pub(crate) async fn group(
        &self,
        actor: &Actor,
        kind: &Arc<Kind>,
        filter: &Filter,
        group: &str,
        sort: &mut Vec<SortKey>,
    ) -> Result<Option<Vec<(Json, usize)>>, Error> {
        let refused = || Error::BadRequest(format!("lists of {} are not grouped by `{group}`", kind.label_plural));
        let attribute = group_attribute(kind, group).ok_or_else(refused)?;
        let mut grouped = vec![SortKey { attribute: attribute.clone(), descending: false }];
        grouped.extend(sort.iter().filter(|key| key.attribute != attribute).cloned());
        let query = self.query(actor, kind, filter, &grouped, 1)?;
        let counts = self.store().count_by(&query, &attribute, kind, COUNT_MAX + 1).await?.ok_or_else(refused)?;
        if counts.iter().map(|(_, count)| count).sum::<usize>() > COUNT_MAX {
            return Ok(None);
        }
        *sort = grouped;
        Ok(Some(counts))
    }

    /// The first records that meet a condition, in order.
    pub(crate) async fn first_of(
        &self,
        actor: &Actor,
        kind: &Arc<Kind>,
        filter: &Filter,
        sort: &[SortKey],
        limit: usize,
    ) -> Result<Vec<RecordView>, Error> {
        self.first_for(actor, Action::Read, kind, filter, sort, limit).await
    }

    /// The first records that meet a condition and to which somebody may do something besides reading them, in order.
    pub(crate) async fn first_for(
        &self,
        actor: &Actor,
        action: Action,
        kind: &Arc<Kind>,
        filter: &Filter,
        sort: &[SortKey],
        limit: usize,
    ) -> Result<Vec<RecordView>, Error> {
        let mut wanted = self.wanted(actor, kind, filter, (sort, Level::Requester))?;
        if action != Action::Read {
            let level = wanted.levels.level(&kind.key);
            let doing = scope(actor, action, kind, Level::Requester, wanted.now);
            wanted.scope = Filter::all([scope(actor, Action::Read, kind, level, wanted.now), doing]);
        }
        let query = self.query_of(actor, kind, &wanted, sort, limit);
        let loaded = self.store().list(&query).await?;
        self.views(actor, kind, loaded.into_iter().map(|loaded| loaded.record).collect()).await
    }

    /// The first records that meet a condition for somebody, in order, with values that they may not read: to decide on,
    /// not to show. Only those on which they read fields of a level.
    pub(crate) async fn first_as_stored(
        &self,
        actor: &Actor,
        kind: &Arc<Kind>,
        filter: &Filter,
        (sort, least): (&[SortKey], Level),
        limit: usize,
    ) -> Result<Vec<Record>, Error> {
        let wanted = self.wanted(actor, kind, filter, (sort, least))?;
        let query = self.query_of(actor, kind, &wanted, sort, limit);
        Ok(self.store().list(&query).await?.into_iter().map(|loaded| loaded.record).collect())
    }

    /// How many records a list holds, up to `cap` and one more.
    ///
    /// # Errors
    /// As [`Self::list`].
    #[boxed]
    pub async fn count_list(
        &self,
        actor: &Actor,
        kind: &Arc<Kind>,
        request: &ListRequest,
        cap: usize,
    ) -> Result<usize, Error> {
        let filter = self.filter_of(actor, kind, request).await?;
        self.count(actor, kind, &filter, &[], cap + 1).await
    }

    /// Whether a list could be made: a condition and an order that can be used, and that the actor may ask for.
    pub(crate) async fn check_list(&self, actor: &Actor, kind: &Arc<Kind>, request: &ListRequest) -> Result<(), Error> {
        let sort = SortKey::parse(request.sort.as_deref().unwrap_or("-updated_at"), kind)?;
        let filter = self.filter_of(actor, kind, request).await?;
        Levels::of(&filter, &sort, kind, self.registry()).check(actor, self.registry(), self.now())
    }

    /// The kinds of which an actor may read records somewhere, with the highest level of fields it may read there.
    pub fn readable_kinds(&self, actor: &Actor) -> Vec<(Arc<Kind>, Level)> {
        let kinds = self.registry().kinds().iter();
        kinds.filter_map(|kind| Some((kind.clone(), highest_level(actor, kind, self.now())?))).collect()
    }

    /// The highest level of fields that an actor may read on some record of a kind; `None` when it reads no record.
    pub fn readable_level(&self, actor: &Actor, kind: &Kind) -> Option<Level> {
        if actor.is_system() { Some(Level::Owner) } else { highest_level(actor, kind, self.now()) }
    }

    /// All records of a kind that meet a condition, for Steward itself.
    pub(crate) async fn all_records(&self, kind: &str, filter: &Filter, most: usize) -> Result<Vec<Record>, Error> {
        let kind = self.kind(kind)?.clone();
        self.all_of(&Actor::system(), &kind, filter, most).await
    }

    /// The records that a list holds for somebody, up to `most`, in the order of their ids and with values that they may
    /// not read: to decide on, not to show.
    pub(crate) async fn all_matching(
        &self,
        actor: &Actor,
        kind: &Arc<Kind>,
        request: &ListRequest,
        most: usize,
    ) -> Result<Vec<Record>, Error> {
        let filter = self.filter_of(actor, kind, request).await?;
        self.all_of(actor, kind, &filter, most).await
    }

    /// As [`Self::all_matching`], only of records on which the actor reads what those read who work on them: what follows
    /// from a field tells its value.
    pub(crate) async fn all_worked_on(
        &self,
        actor: &Actor,
        kind: &Arc<Kind>,
        request: &ListRequest,
        most: usize,
    ) -> Result<Vec<Record>, Error> {
        let filter = self.filter_of(actor, kind, request).await?;
        self.all_at(actor, kind, (&filter, Level::Agent), most).await
    }

    /// The records that meet a condition for somebody, as [`Self::all_matching`].
    pub(crate) async fn all_of(
        &self,
        actor: &Actor,
        kind: &Arc<Kind>,
        filter: &Filter,
        most: usize,
    ) -> Result<Vec<Record>, Error> {
        self.all_at(actor, kind, (filter, Level::Requester), most).await
    }

    async fn all_at(
        &self,
        actor: &Actor,
        kind: &Arc<Kind>,
        asked: (&Filter, Level),
        most: usize,
    ) -> Result<Vec<Record>, Error> {
        let mut records: Vec<Record> = Vec::new();
        loop {
            let after = records.last().map(|last| last.id);
            let page = self.page_at(actor, kind, asked, after, BATCH.min(most)).await?;
            let ended = page.len() < BATCH;
            records.extend(page);
            if ended || records.len() >= most {
                records.truncate(most);
                return Ok(records);
            }
        }
    }

    /// The next records that meet a condition for somebody, up to `limit` with higher ids than `after`, as
    /// [`Self::all_matching`]: for those who go through any number of them without holding them all.
    pub(crate) async fn page_of(
        &self,
        actor: &Actor,
        kind: &Arc<Kind>,
        filter: &Filter,
        after: Option<RecordId>,
        limit: usize,
    ) -> Result<Vec<Record>, Error> {
        self.page_at(actor, kind, (filter, Level::Requester), after, limit).await
    }

    async fn page_at(
        &self,
        actor: &Actor,
        kind: &Arc<Kind>,
        (filter, least): (&Filter, Level),
        after: Option<RecordId>,
        limit: usize,
    ) -> Result<Vec<Record>, Error> {
        let sort = Vec::new();
        let wanted = self.wanted(actor, kind, filter, (&sort, least))?;
        let mut query = self.query_of(actor, kind, &wanted, &sort, limit);
        if let Some(id) = after {
            let cursor = Cursor { values: Vec::new(), id };
            let after = after_predicate(&sort, &cursor, kind, self.store().dialect(), ALIAS, &mut query.binds)
                .map_err(Error::internal)?;
            query.condition = format!("({}) and ({after})", query.condition);
        }
        Ok(self.store().list(&query).await?.into_iter().map(|loaded| loaded.record).collect())
    }

    /// The condition of a request, with names looked up.
    pub(crate) async fn filter_of(&self, actor: &Actor, kind: &Kind, request: &ListRequest) -> Result<Filter, Error> {
        let parse = |resolver: &steward_model::filter::Resolver<'_>| -> Result<Filter, FilterError> {
            let registry = self.registry();
            let mut parts = Vec::new();
            if let Some(text) = &request.filter {
                parts.push(Filter::parse_cel_with(text, kind, registry, resolver)?);
            }
            if let Some(text) = &request.search {
                parts.push(Filter::parse_search_box(text, kind, registry, resolver)?);
            }
            if let Some(tree) = &request.tree {
                parts.push(Filter::from_json(tree, kind, registry, resolver)?);
            }
            Ok(Filter::all(parts))
        };
        // The first pass hears which names there are, the second has them looked up.
        let names = RefCell::new(BTreeSet::new());
        let filter = parse(&|_, name| {
            names.borrow_mut().insert(name.to_owned());
            None
        })?;
        if parts_of(&filter) > PARTS_MAX {
            return Err(Error::BadRequest(format!("a condition may have at most {PARTS_MAX} parts")));
        }
        let names = names.into_inner();
        if names.is_empty() {
            return Ok(filter);
        }
        let found: Found = self.look_up(actor, names).await?;
        Ok(parse(&|kinds, name| if kinds.is_empty() { found.any(name) } else { found.resolve(kinds, name) })?)
    }

    /// What a request asks for of what the actor may read, as the database takes it, in no order.
    pub(crate) async fn list_query(
        &self,
        actor: &Actor,
        kind: &Arc<Kind>,
        request: &ListRequest,
    ) -> Result<ListQuery, Error> {
        let filter = self.filter_of(actor, kind, request).await?;
        self.query(actor, kind, &filter, &[], usize::MAX >> 1)
    }

    fn query(
        &self,
        actor: &Actor,
        kind: &Arc<Kind>,
        filter: &Filter,
        sort: &[SortKey],
        limit: usize,
    ) -> Result<ListQuery, Error> {
        let wanted = self.wanted(actor, kind, filter, (sort, Level::Requester))?;
        Ok(self.query_of(actor, kind, &wanted, sort, limit))
    }

    fn query_of(&self, actor: &Actor, kind: &Kind, wanted: &Wanted, sort: &[SortKey], limit: usize) -> ListQuery {
        let (conditions, binds) =
            self.compiled_filters(actor, kind, wanted, &[Filter::all([wanted.scope(), wanted.filter()])]);
        ListQuery {
            kind: Some(kind.key.clone()),
            condition: conditions.into_iter().next().unwrap_or_default(),
            binds,
            order: order_by(sort, kind, self.store().dialect(), ALIAS),
            limit,
        }
    }

    /// How many records a list has, up to `cap`.
    ///
    /// Who sees records for several reasons (one's team, oneself, nobody yet) would have every record of the kind
    /// looked at. Each reason alone has an index, so each is asked by itself, and what several find counts once.
    pub(crate) async fn count(
        &self,
        actor: &Actor,
        kind: &Arc<Kind>,
        filter: &Filter,
        sort: &[SortKey],
        cap: usize,
    ) -> Result<usize, Error> {
        let wanted = self.wanted(actor, kind, filter, (sort, Level::Requester))?;
        let reasons = reasons(&wanted.scope).unwrap_or_else(|| vec![wanted.scope()]);
        let parts = reasons.into_iter().map(|reason| Filter::all([reason, wanted.filter()]).simplified());
        let parts: Vec<Filter> = parts.filter(|part| *part != Filter::Nothing).collect();
        if parts.is_empty() {
            return Ok(0);
        }
        let (conditions, binds) = self.compiled_filters(actor, kind, &wanted, &parts);
        let key = format!("{} {cap} {conditions:?} {binds:?}", kind.key);
        let read = self.store().count_any(&kind.key, &conditions, &binds, cap);
        Ok(self.0.counts.get_or(key, self.now(), read).await?)
    }

    /// What a list asks for, bound to whoever asks.
    fn wanted(
        &self,
        actor: &Actor,
        kind: &Arc<Kind>,
        filter: &Filter,
        (sort, least): (&[SortKey], Level),
    ) -> Result<Wanted, Error> {
        let now = self.now();
        let levels = Levels::of(filter, sort, kind, self.registry());
        levels.check(actor, self.registry(), now)?;
        let environment = actor.environment(now);
        let scope = scope(actor, Action::Read, kind, levels.level(&kind.key).max(least), now);
        Ok(Wanted { scope, filter: filter.bind(&environment).simplified(), levels, now })
    }

    /// Conditions as SQL, and the values of all.
    fn compiled_filters(
        &self,
        actor: &Actor,
        kind: &Kind,
        wanted: &Wanted,
        filters: &[Filter],
    ) -> (Vec<String>, Vec<Bind>) {
        let (registry, dialect) = (self.registry(), self.store().dialect());
        let reach = ActorReach { actor, registry, levels: &wanted.levels, now: wanted.now };
        let reach: &dyn Reach = if actor.is_system() { &Unlimited } else { &reach };
        let mut binds = Vec::new();
        let compiled = filters.iter().map(|filter| compile(filter, kind, registry, dialect, ALIAS, &mut binds, reach));
        (compiled.collect(), binds)
    }
}

/// The attribute that a list of a kind is grouped by under this name: the state, the organisation, or a field that holds
/// one choice or one record.
pub fn group_attribute(kind: &Kind, name: &str) -> Option<Attribute> {
    let attribute = Attribute::named(name);
    let is_group = matches!(Shape::of(kind, &attribute)?, Shape::State(_) | Shape::Choice(_) | Shape::Reference(_));
    is_group.then_some(attribute)
}

/// What a list asks for.
struct Wanted {
    /// What the actor may see.
    scope: Filter,
    /// What was asked, with nothing relative left in it.
    filter: Filter,
    levels: Levels,
    now: Moment,
}

impl Wanted {
    fn scope(&self) -> Filter {
        self.scope.clone()
    }

    fn filter(&self) -> Filter {
        self.filter.clone()
    }
}

/// The reasons for which a scope shows records, any of which is enough; `None` when there is one, or too many to be
/// counted apart.
fn reasons(scope: &Filter) -> Option<Vec<Filter>> {
    let reasons = alternatives(scope);
    (2..=REASONS_MAX).contains(&reasons.len()).then_some(reasons)
}

/// A condition as alternatives: `a and (b or c)` is `a and b` or `a and c`.
fn alternatives(filter: &Filter) -> Vec<Filter> {
    match filter {
        Filter::Or(members) => members.iter().flat_map(alternatives).collect(),
        Filter::And(members) => {
            let mut all = vec![Filter::Everything];
            for member in members {
                let several = alternatives(member);
                let with =
                    |one: &Filter| several.iter().map(|other| Filter::all([one.clone(), other.clone()])).collect();
                all = all.iter().flat_map::<Vec<Filter>, _>(with).collect();
                if all.len() > REASONS_MAX {
                    return vec![filter.clone()];
                }
            }
            all
        }
        other => vec![other.clone()],
    }
}

/// What an actor may look into behind references.
struct ActorReach<'a> {
    actor: &'a Actor,
    registry: &'a Registry,
    levels: &'a Levels,
    now: Moment,
}

impl Reach for ActorReach<'_> {
    fn scope(&self, kind: &str) -> Filter {
        match self.registry.kind(kind) {
            Some(kind) => scope(self.actor, Action::Read, kind, self.levels.level(&kind.key), self.now),
            None => Filter::Nothing,
        }
    }
}

/// How many tests a condition makes.
fn parts_of(filter: &Filter) -> usize {
    match filter {
        Filter::And(parts) | Filter::Or(parts) => parts.iter().map(parts_of).sum(),
        Filter::Not(inner) => parts_of(inner),
        Filter::Linked { other, .. } => 1 + usize::from(other.is_some()),
        Filter::Everything | Filter::Nothing | Filter::Test { .. } | Filter::Text(_) => 1,
    }
}

fn encode_cursor(last: &Record, sort: &[SortKey], kind: &Kind) -> Result<String, Error> {
    let values: Vec<Json> = sort.iter().map(|key| key.value_of(last, kind)).collect();
    let text = serde_json::to_vec(&(values, last.id)).map_err(Error::internal)?;
    Ok(BASE64_URL_SAFE_NO_PAD.encode(text))
}

fn decode_cursor(text: &str) -> Result<Cursor, Error> {
    let unreadable = || Error::BadRequest("the cursor is not one that a list gave".to_owned());
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).map_err(|_| unreadable())?;
    let (values, id): (Vec<Json>, RecordId) = serde_json::from_slice(&bytes).map_err(|_| unreadable())?;
    Ok(Cursor { values, id })
}
