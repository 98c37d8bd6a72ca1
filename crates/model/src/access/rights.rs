//! The decision: which records, which actions, which fields.

use std::cell::RefCell;
use std::collections::BTreeSet;

use super::{Action, Actor, Assignment, Grant, Reach, Role};
use crate::filter::{Attribute, Environment, Filter, Operand, Test};
use crate::id::RecordId;
use crate::kind::{Field, Kind, Level};
use crate::moment::Moment;
use crate::record::Record;

/// The actions that set fields.
const WRITING: [Action; 3] = [Action::Create, Action::Update, Action::Transition];

/// The actions that change nothing, which a token that only reads is good for.
const READING: [Action; 2] = [Action::Read, Action::Inspect];

/// What an actor may do with one record.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rights {
    /// Actions allowed. Without [`Action::Read`] the record is not there for the actor.
    pub actions: BTreeSet<Action>,
    /// Fields up to this level may be read; none when `None`.
    pub read: Option<Level>,
    /// Fields up to this level may be written; none when `None`.
    pub write: Option<Level>,
    /// Keys of the roles that allow any of it here.
    pub roles: BTreeSet<String>,
}

impl Rights {
    /// Everything: the rights of Steward itself.
    pub fn all() -> Self {
        Self {
            actions: Action::ALL.into_iter().collect(),
            read: Some(Level::Owner),
            write: Some(Level::Owner),
            roles: BTreeSet::new(),
        }
    }

    /// Whether an action is allowed.
    pub fn may(&self, action: Action) -> bool {
        self.actions.contains(&action)
    }

    /// Whether a field may be read.
    pub fn may_read(&self, field: &Field) -> bool {
        self.read.is_some_and(|level| field.audience <= level)
    }

    /// Whether a field may be written.
    pub fn may_write(&self, field: &Field) -> bool {
        matches!((self.write, field.write), (Some(level), Some(needed)) if needed <= level)
    }

    /// Whether work notes, internal files and work logs may be read.
    pub fn may_read_internal(&self) -> bool {
        self.read.is_some_and(|level| level >= Level::Agent)
    }

    /// Takes over what a grant allows whose condition holds.
    fn add(&mut self, actor: &Actor, role: &Role, grant: &Grant) {
        self.actions.extend(grant.actions.iter().filter(|action| token_allows(actor, **action)));
        if !self.roles.contains(&role.key) {
            self.roles.insert(role.key.clone());
        }
        self.read = self.read.max(grant.reads());
        self.write = self.write.max(grant.writes());
    }

    /// Whether a grant would add nothing, so that its condition need not be asked.
    fn has(&self, actor: &Actor, role: &Role, grant: &Grant) -> bool {
        self.roles.contains(&role.key)
            && self.read >= grant.reads()
            && self.write >= grant.writes()
            && grant.actions.iter().all(|action| self.may(*action) || !token_allows(actor, *action))
    }

    /// What one may not see one may not touch; creating is decided before the record can be seen.
    fn closed(mut self) -> Self {
        if !self.may(Action::Read) {
            self.actions.retain(|action| *action == Action::Create);
            self.read = None;
        }
        self
    }
}

impl Grant {
    /// The level of fields that it lets read.
    fn reads(&self) -> Option<Level> {
        self.actions.contains(&Action::Read).then_some(self.read)
    }

    /// The level of fields that it lets write. A grant that only reads must not lift what another one may write.
    fn writes(&self) -> Option<Level> {
        self.actions.iter().any(|action| WRITING.contains(action)).then_some(self.write)
    }
}

/// Why something is allowed or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// The answer.
    pub allowed: bool,
    /// The grants that allow it, or what is missing; sentences for a reader.
    pub reasons: Vec<String>,
}

/// The records of a kind on which an actor may do something, as a filter with nothing relative left in it.
///
/// With `level`, only records on which fields of that level may be read: a condition on a staff-only field must not
/// answer for records that the actor sees as a requester.
pub fn scope(actor: &Actor, action: Action, kind: &Kind, level: Level, now: Moment) -> Filter {
    if actor.is_system() {
        return Filter::Everything;
    }
    let mut alternatives = Vec::new();
    for (assignment, grant, filter) in grants_for(actor, action, kind) {
        if grant.read < level {
            continue;
        }
        match bound(filter, actor, assignment, now) {
            Filter::Nothing => {}
            Filter::Everything => {
                alternatives = vec![Filter::Everything];
                break;
            }
            filter if alternatives.contains(&filter) => {}
            filter => alternatives.push(filter),
        }
    }
    limited_by_token(factored(widest(alternatives)), actor, kind)
}

/// The alternatives that no other one contains: a role that includes a narrower one would have both asked of every row.
fn widest(alternatives: Vec<Filter>) -> Vec<Filter> {
    let mut kept: Vec<Filter> = Vec::new();
    for filter in alternatives {
        if kept.iter().any(|other| filter.implies(other)) {
            continue;
        }
        kept.retain(|other| !other.implies(&filter));
        kept.push(filter);
    }
    kept
}

/// The alternatives, with a condition that all of them contain put before them: an index tests it alone.
fn factored(alternatives: Vec<Filter>) -> Filter {
    let members = |filter: &Filter| match filter {
        Filter::And(members) => members.clone(),
        other => vec![other.clone()],
    };
    let in_all = |member: &Filter| alternatives.iter().all(|filter| filter.implies(member));
    let common = alternatives.iter().flat_map(members).find(in_all).filter(|_| alternatives.len() > 1);
    let Some(common) = common else { return Filter::any(alternatives) };
    let rest =
        alternatives.iter().map(|filter| Filter::all(members(filter).into_iter().filter(|member| *member != common)));
    Filter::all([common.clone(), Filter::any(rest)])
}

/// What an actor may do with a record.
pub fn rights(actor: &Actor, kind: &Kind, record: &Record, now: Moment) -> Rights {
    if actor.is_system() {
        return Rights::all();
    }
    let mut rights = Rights::default();
    if !token_admits(actor, kind, record) {
        return rights;
    }
    for (assignment, grant, filter) in widest_first(&|| grants_on(actor, kind)) {
        if !rights.has(actor, &assignment.role, grant) && holds(filter, actor, assignment, kind, record, now) {
            rights.add(actor, &assignment.role, grant);
        }
    }
    rights.closed()
}

/// Whether an actor may do one thing with a record: as [`rights`] say, asked no further than the answer needs.
pub fn may(actor: &Actor, action: Action, kind: &Kind, record: &Record, now: Moment) -> bool {
    let granted = |action| {
        widest_first(&|| grants_for(actor, action, kind))
            .any(|(assignment, _, filter)| holds(filter, actor, assignment, kind, record, now))
    };
    actor.is_system()
        || token_admits(actor, kind, record)
            && granted(action)
            && (matches!(action, Action::Read | Action::Create) || granted(Action::Read))
}

/// A grant with who holds it and its scope on the kind in question.
type Held<'a> = (&'a Assignment, &'a Grant, &'a Filter);

/// Grants, with those first that ask for nothing but the organisation: they are the quickest to ask, and mostly leave
/// nothing that others could add.
fn widest_first<'a, I: Iterator<Item = Held<'a>>>(grants: &impl Fn() -> I) -> impl Iterator<Item = Held<'a>> {
    let wide = grants().filter(|(_, _, filter)| is_own_organisations(filter));
    wide.chain(grants().filter(|(_, _, filter)| !is_own_organisations(filter)))
}

fn holds(filter: &Filter, actor: &Actor, assignment: &Assignment, kind: &Kind, record: &Record, now: Moment) -> bool {
    Condition::bind(filter, actor, assignment, now).is_some_and(|condition| condition.holds(record, kind))
}

/// What an actor may do with records of one kind at one moment: bound once, asked for many records.
#[derive(Debug)]
pub struct KindRights<'a> {
    actor: &'a Actor,
    kind: &'a Kind,
    /// Each with the place of its condition.
    grants: Vec<(&'a Assignment, &'a Grant, usize)>,
    /// Every condition once: most grants of a role have the same.
    conditions: Vec<Condition<'a>>,
    /// What followed from the conditions that a record met. Records of a list meet few sets of them.
    known: RefCell<Vec<(Vec<bool>, Rights)>>,
}

/// A bound scope.
#[derive(Debug, PartialEq)]
enum Condition<'a> {
    Everything,
    /// The organisations of a role, which most scopes ask for and nothing else.
    Within(&'a [RecordId]),
    Other(Filter),
}

impl<'a> Condition<'a> {
    fn bind(filter: &Filter, actor: &Actor, assignment: &'a Assignment, now: Moment) -> Option<Self> {
        match (&assignment.reach, is_own_organisations(filter)) {
            (Reach::Everywhere, true) => return Some(Self::Everything),
            (Reach::Organisations(ids), true) => return (!ids.is_empty()).then_some(Self::Within(ids)),
            (Reach::Everywhere | Reach::Organisations(_), false) => {}
        }
        match bound(filter, actor, assignment, now) {
            Filter::Nothing => None,
            Filter::Everything => Some(Self::Everything),
            filter => Some(Self::Other(filter)),
        }
    }

    fn holds(&self, record: &Record, kind: &Kind) -> bool {
        match self {
            Self::Everything => true,
            Self::Within(ids) => ids.binary_search(&record.organisation).is_ok(),
            Self::Other(filter) => filter.matches_local(record, kind),
        }
    }
}

impl<'a> KindRights<'a> {
    /// Binds the scopes of all grants.
    pub fn new(actor: &'a Actor, kind: &'a Kind, now: Moment) -> Self {
        let mut rights =
            Self { actor, kind, grants: Vec::new(), conditions: Vec::new(), known: RefCell::new(Vec::new()) };
        for (assignment, grant, filter) in grants_on(actor, kind) {
            if let Some(condition) = Condition::bind(filter, actor, assignment, now) {
                let place = rights.place(condition);
                rights.grants.push((assignment, grant, place));
            }
        }
        rights
    }

    fn place(&mut self, condition: Condition<'a>) -> usize {
        self.conditions.iter().position(|known| *known == condition).unwrap_or_else(|| {
            self.conditions.push(condition);
            self.conditions.len() - 1
        })
    }

    /// What the actor may do with a record of the kind.
    pub fn on(&self, record: &Record) -> Rights {
        if self.actor.is_system() {
            return Rights::all();
        }
        if !token_admits(self.actor, self.kind, record) {
            return Rights::default();
        }
        let met: Vec<bool> = self.conditions.iter().map(|condition| condition.holds(record, self.kind)).collect();
        let mut known = self.known.borrow_mut();
        if let Some((_, rights)) = known.iter().find(|(conditions, _)| *conditions == met) {
            return rights.clone();
        }
        let rights = self.granted(&met);
        known.push((met, rights.clone()));
        rights
    }

    /// What follows when these conditions are met and no others.
    fn granted(&self, met: &[bool]) -> Rights {
        let mut rights = Rights::default();
        for (assignment, grant, condition) in &self.grants {
            if met[*condition] {
                rights.add(self.actor, &assignment.role, grant);
            }
        }
        rights.closed()
    }
}

/// Whether an actor may do something with a record, and why.
pub fn explain(actor: &Actor, action: Action, kind: &Kind, record: &Record, now: Moment) -> Explanation {
    if actor.is_system() {
        return Explanation { allowed: true, reasons: vec!["Steward itself may do everything".to_owned()] };
    }
    let allowed = rights(actor, kind, record, now).may(action);
    let mut reasons = Vec::new();
    for (assignment, grant, filter) in grants_for(actor, action, kind) {
        let matches = bound(filter, actor, assignment, now).matches_local(record, kind);
        if matches == allowed {
            reasons.push(sentence(assignment, grant, matches));
        }
    }
    if actor.limits.is_some() && !(token_allows(actor, action) && token_admits(actor, kind, record)) {
        reasons.push("the token in use does not reach this far".to_owned());
    }
    if reasons.is_empty() {
        reasons.push(format!("no role held grants {} on {}", action.verb(), kind.label_plural.to_lowercase()));
    }
    Explanation { allowed, reasons }
}

/// Whether an actor may give somebody a role in an organisation (everywhere when `None`): only with a role of the same
/// rank or above that allows all that the other does and reaches as far.
pub fn may_assign(actor: &Actor, role: &Role, organisation: Option<RecordId>) -> bool {
    actor.is_system()
        || actor.assignments.iter().any(|held| {
            held.role.rank >= role.rank
                && role.grants.iter().all(|grant| held.role.grants.iter().any(|own| covers(own, grant)))
                && match organisation {
                    None => held.reach == Reach::Everywhere,
                    Some(id) => held.reach.covers(id),
                }
        })
}

/// Whether a grant allows all that another does.
fn covers(own: &Grant, other: &Grant) -> bool {
    own.actions.is_superset(&other.actions)
        && own.read >= other.read
        && own.write >= other.write
        && other.scopes.iter().all(|(kind, scope)| own.scopes.get(kind) == Some(scope))
}

fn grants_on<'a>(actor: &'a Actor, kind: &'a Kind) -> impl Iterator<Item = Held<'a>> {
    actor.assignments.iter().flat_map(move |assignment| {
        let grants = assignment.role.grants.iter();
        grants.filter_map(move |grant| Some((assignment, grant, grant.scopes.get(&kind.key)?)))
    })
}

fn grants_for<'a>(actor: &'a Actor, action: Action, kind: &'a Kind) -> impl Iterator<Item = Held<'a>> {
    grants_on(actor, kind).filter(move |(_, grant, _)| grant.actions.contains(&action) && token_allows(actor, action))
}

pub(super) fn bound(filter: &Filter, actor: &Actor, assignment: &Assignment, now: Moment) -> Filter {
    let my_organisations = match &assignment.reach {
        Reach::Organisations(ids) => ids.clone(),
        Reach::Everywhere => Vec::new(),
    };
    let environment = Environment {
        now,
        me: actor.person,
        my_teams: actor.teams.clone(),
        my_organisation: actor.organisation,
        my_organisations,
        belongs: actor.belongs.clone(),
    };
    match assignment.reach {
        Reach::Everywhere => everywhere(filter).bind(&environment).simplified(),
        Reach::Organisations(_) => filter.bind(&environment).simplified(),
    }
}

/// Whether a scope is `organisation in my_organisations` and nothing else.
fn is_own_organisations(filter: &Filter) -> bool {
    matches!(filter, Filter::Test { path, test: Test::In(operands) }
        if path.hops.is_empty()
            && path.attribute == Attribute::Organisation
            && matches!(operands.as_slice(), [Operand::MyOrganisations]))
}

/// For a role that holds everywhere, `organisation in my_organisations` is true of every record.
fn everywhere(filter: &Filter) -> Filter {
    match filter {
        Filter::And(parts) => Filter::And(parts.iter().map(everywhere).collect()),
        Filter::Or(parts) => Filter::Or(parts.iter().map(everywhere).collect()),
        Filter::Not(inner) => Filter::Not(Box::new(everywhere(inner))),
        Filter::Test { path, test: Test::In(operands) }
            if path.hops.is_empty()
                && path.attribute == Attribute::Organisation
                && operands.contains(&Operand::MyOrganisations) =>
        {
            Filter::Everything
        }
        other => other.clone(),
    }
}

fn token_allows(actor: &Actor, action: Action) -> bool {
    actor.limits.as_ref().is_none_or(|limits| !limits.read_only || READING.contains(&action))
}

fn token_admits(actor: &Actor, kind: &Kind, record: &Record) -> bool {
    actor.limits.as_ref().is_none_or(|limits| {
        (limits.kinds.is_empty() || limits.kinds.contains(&kind.key))
            && (limits.teams.is_empty() || record.reference("team").is_some_and(|team| limits.teams.contains(&team)))
    })
}

fn limited_by_token(granted: Filter, actor: &Actor, kind: &Kind) -> Filter {
    let Some(limits) = &actor.limits else { return granted };
    if !limits.kinds.is_empty() && !limits.kinds.contains(&kind.key) {
        return Filter::Nothing;
    }
    if limits.teams.is_empty() {
        return granted;
    }
    if kind.field("team").is_none() {
        return Filter::Nothing;
    }
    let teams = limits.teams.iter().map(|team| Operand::Value(team.0.into())).collect();
    Filter::And(vec![granted, Filter::field_test("team", Test::In(teams))]).simplified()
}

fn sentence(assignment: &Assignment, grant: &Grant, matches: bool) -> String {
    let role = &assignment.role.label;
    let scope = if grant.scope_text.is_empty() { "nothing" } else { &grant.scope_text };
    if matches {
        format!("{role} grants it ({}): {scope}", grant.name)
    } else {
        format!("{role} would grant it ({}) where {scope}, which is not so here", grant.name)
    }
}
