//! Roles and grants, read from TOML and checked against the kinds.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use serde::Deserialize;
use toml::Spanned;

use super::Action;
use crate::filter::Filter;
use crate::kind::{Kind, Level, OwnGrant, Registry, Source};

/// A role that people can hold.
#[derive(Debug, Clone, PartialEq)]
pub struct Role {
    /// Key, such as `change_manager`.
    pub key: String,
    /// Name for people.
    pub label: String,
    /// What it is for, one sentence.
    pub description: String,
    /// Whether its holders work here, as opposed to being served.
    pub staff: bool,
    /// Rank among roles: one may only give away roles below or equal to one's own highest.
    pub rank: u8,
    /// What it allows.
    pub grants: Vec<Grant>,
}

/// One permission of a role.
#[derive(Debug, Clone, PartialEq)]
pub struct Grant {
    /// Where it stands in the definition, named in explanations: `agent[2]`.
    pub name: String,
    /// Scope by kind; a kind that is not here is not granted.
    pub scopes: BTreeMap<String, Filter>,
    /// The scope as written, for explanations.
    pub scope_text: String,
    /// What may be done.
    pub actions: BTreeSet<Action>,
    /// Fields up to this level may be read.
    pub read: Level,
    /// Fields up to this level may be written.
    pub write: Level,
}

/// All roles.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    roles: Vec<Arc<Role>>,
}

/// What is wrong with a role definition, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct PolicyError {
    /// Path of the file.
    pub path: String,
    /// Line, from 1.
    pub line: usize,
    /// What is wrong.
    pub message: String,
}

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.message)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RolesFile {
    role: Vec<RawRole>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRole {
    key: Spanned<String>,
    label: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    staff: bool,
    rank: u8,
    /// Roles whose grants it has too.
    #[serde(default)]
    includes: Vec<Spanned<String>>,
    #[serde(default)]
    grant: Vec<RawGrant>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawGrant {
    kinds: Vec<Spanned<String>>,
    actions: Vec<Action>,
    scope: Option<Spanned<String>>,
    read: Level,
    write: Option<Level>,
}

impl Policy {
    /// Reads role definitions. A role's `includes` must stand before it.
    ///
    /// `kinds = ["*"]` means every kind; a scope is checked against each kind it is for, and must not look at other
    /// records, since it is applied to every row of every list.
    ///
    /// # Errors
    /// Every fault found, each with file and line.
    pub fn load(sources: &[Source], registry: &Registry) -> Result<Self, Vec<PolicyError>> {
        let mut policy = Self::default();
        let mut errors = Vec::new();
        for source in sources {
            match toml::from_str::<RolesFile>(&source.text) {
                Ok(file) => {
                    for raw in file.role {
                        policy.add(raw, source, registry, &mut errors);
                    }
                }
                Err(error) => {
                    let start = error.span().map_or(0, |span| span.start);
                    errors.push(fault(source, start, error.message().to_owned()));
                }
            }
        }
        for grant in registry.grants() {
            for role in grant.roles.iter().filter(|role| policy.role(role).is_none()) {
                let known: Vec<&str> = policy.roles.iter().map(|role| role.key.as_str()).collect();
                let message = format!("there is no role `{role}`; there are {}", known.join(", "));
                errors.push(PolicyError { path: grant.path.clone(), line: grant.line, message });
            }
        }
        // A role that several include tells the same fault again.
        errors.dedup();
        if errors.is_empty() { Ok(policy) } else { Err(errors) }
    }

    /// The same with the copies of `other` in place of roles that are the same there.
    #[must_use]
    pub fn sharing(mut self, other: &Self) -> Self {
        for role in &mut self.roles {
            if let Some(known) = other.role(&role.key).filter(|known| *known == role) {
                *role = known.clone();
            }
        }
        self
    }

    /// The role with this key.
    pub fn role(&self, key: &str) -> Option<&Arc<Role>> {
        self.roles.iter().find(|role| role.key == key)
    }

    /// The actions that some role grants on a kind: what can be asked about at all.
    pub fn actions_on(&self, kind: &str) -> BTreeSet<Action> {
        let grants = self.roles.iter().flat_map(|role| &role.grants).filter(|grant| grant.scopes.contains_key(kind));
        grants.flat_map(|grant| grant.actions.iter().copied()).collect()
    }

    /// All roles, in the order defined.
    pub fn roles(&self) -> &[Arc<Role>] {
        &self.roles
    }

    fn add(&mut self, raw: RawRole, source: &Source, registry: &Registry, errors: &mut Vec<PolicyError>) {
        let key = raw.key.get_ref().clone();
        if self.role(&key).is_some() {
            errors.push(fault(source, raw.key.span().start, format!("role `{key}` is defined twice")));
        }
        let mut grants = Vec::new();
        for included in &raw.includes {
            match self.role(included.get_ref()) {
                Some(role) => grants.extend(role.grants.iter().cloned()),
                None => errors.push(fault(
                    source,
                    included.span().start,
                    format!("role `{}` is not defined before this one", included.get_ref()),
                )),
            }
        }
        for (index, grant) in raw.grant.into_iter().enumerate() {
            let name = format!("{key}[{}]", index + 1);
            grants.push(grant_of(grant, name, source, registry, errors));
        }
        let of_kinds = registry.grants().iter().filter(|grant| grant.roles.contains(&key));
        grants.extend(of_kinds.filter_map(|grant| own_grant(grant, registry, errors)));
        self.roles.push(Arc::new(Role {
            key,
            label: raw.label,
            description: raw.description,
            staff: raw.staff,
            rank: raw.rank,
            grants,
        }));
    }
}

fn grant_of(raw: RawGrant, name: String, source: &Source, registry: &Registry, errors: &mut Vec<PolicyError>) -> Grant {
    let mut scopes = BTreeMap::new();
    for kind in kinds_named(&raw.kinds, source, registry, errors) {
        let filter = match &raw.scope {
            None => Filter::Nothing,
            Some(text) => match parse_scope(text.get_ref(), kind, registry) {
                Ok(filter) => filter,
                Err(message) => {
                    errors.push(fault(source, text.span().start, format!("for kind `{}`: {message}", kind.key)));
                    Filter::Nothing
                }
            },
        };
        scopes.insert(kind.key.clone(), filter);
    }
    Grant {
        name,
        scopes,
        scope_text: raw.scope.map(Spanned::into_inner).unwrap_or_default(),
        actions: raw.actions.into_iter().collect(),
        read: raw.read,
        write: raw.write.unwrap_or(raw.read),
    }
}

/// What the definition of a kind gives to a role.
fn own_grant(own: &OwnGrant, registry: &Registry, errors: &mut Vec<PolicyError>) -> Option<Grant> {
    let kind = registry.kind(&own.kind)?;
    let mut refuse = |message: String| {
        errors.push(PolicyError { path: own.path.clone(), line: own.line, message });
        None
    };
    if own.write > own.read {
        return refuse("a grant may not write what it does not read; lower `write` or raise `read`".to_owned());
    }
    let filter = match parse_scope(&own.scope, kind, registry) {
        Ok(filter) => filter,
        Err(message) => return refuse(format!("scope: {message}")),
    };
    Some(Grant {
        name: format!("{}[{}]", own.kind, own.line),
        scopes: BTreeMap::from([(own.kind.clone(), filter)]),
        scope_text: own.scope.clone(),
        actions: own.actions.iter().copied().collect(),
        read: own.read,
        write: own.write,
    })
}

fn kinds_named<'r>(
    names: &[Spanned<String>],
    source: &Source,
    registry: &'r Registry,
    errors: &mut Vec<PolicyError>,
) -> Vec<&'r Kind> {
    let mut kinds = Vec::new();
    for name in names {
        match (name.get_ref().as_str(), registry.kind(name.get_ref())) {
            ("*", _) => kinds.extend(registry.kinds().iter().map(AsRef::as_ref)),
            (_, Some(kind)) => kinds.push(kind.as_ref()),
            (unknown, None) => {
                errors.push(fault(source, name.span().start, format!("there is no kind `{unknown}`")));
            }
        }
    }
    kinds
}

fn parse_scope(text: &str, kind: &Kind, registry: &Registry) -> Result<Filter, String> {
    let filter = Filter::parse_cel(text, kind, registry).map_err(|error| error.to_string())?;
    if filter.is_local() { Ok(filter) } else { Err("a scope may not look at other records or links".to_owned()) }
}

fn fault(source: &Source, offset: usize, message: String) -> PolicyError {
    let line = source.text[..offset.min(source.text.len())].matches('\n').count() + 1;
    PolicyError { path: source.path.clone(), line, message }
}
