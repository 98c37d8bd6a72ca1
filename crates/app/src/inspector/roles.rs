//! What a role allows and who holds it; which roles reach a kind.

use std::collections::BTreeSet;
use std::sync::Arc;

use steward_model::access::{Action, Actor, KindRights, Role};
use steward_model::id::RecordId;
use steward_model::kind::{Kind, Level};
use steward_practices::people::roles_of;

use super::{ACTING, BATCH, LOOKED_AT_MAX, PAGE_MAX};
use crate::App;
use crate::boxed;
use crate::error::Error;
use crate::view::{Label, Labels, label_of};

/// A role: what it allows and who holds it.
#[derive(Debug, Clone)]
pub struct RoleAccount {
    /// The role.
    pub role: Arc<Role>,
    /// Its grants, those of the roles that it includes among them.
    pub grants: Vec<RoleGrant>,
    /// Who holds it, as far as whoever asks may ask of them.
    pub holders: Vec<Holder>,
    /// Names of the organisations for which it is held.
    pub labels: Labels,
    /// Where the next holders begin; `None` at the end.
    pub next: Option<RecordId>,
}

/// A grant of a role.
#[derive(Debug, Clone)]
pub struct RoleGrant {
    /// Its place in the definition, such as `agent[2]`.
    pub name: String,
    /// The kinds that it is for, by key; `None` for all of them.
    pub kinds: Option<Vec<String>>,
    /// What it allows.
    pub actions: BTreeSet<Action>,
    /// Fields up to this level may be read by it.
    pub read: Level,
    /// Its condition as written.
    pub scope: String,
}

/// Somebody who holds a role.
#[derive(Debug, Clone)]
pub struct Holder {
    /// Who.
    pub label: Label,
    /// The organisations for which they hold it; everywhere where `None` is among them.
    pub within: Vec<Option<RecordId>>,
}

/// A kind: which roles reach it.
#[derive(Debug, Clone)]
pub struct KindAccount {
    /// The kind.
    pub kind: Arc<Kind>,
    /// The roles that grant anything on it.
    pub roles: Vec<RoleOnKind>,
}

/// What a role allows on a kind.
#[derive(Debug, Clone)]
pub struct RoleOnKind {
    /// The role.
    pub role: Arc<Role>,
    /// Its grants on the kind: what each allows, up to which level of fields, and where.
    pub grants: Vec<(BTreeSet<Action>, Level, String)>,
}

/// All roles, and the kinds that somebody may ask about.
pub type RolesAndKinds = (Vec<Arc<Role>>, Vec<Arc<Kind>>);

impl App {
    /// All roles and the kinds that somebody may ask about.
    ///
    /// # Errors
    /// [`Error::Denied`] for who may look into no rights.
    pub fn roles_and_kinds(&self, asker: &Actor) -> Result<RolesAndKinds, Error> {
        self.check_inspects(asker)?;
        let kinds = self.registry().kinds().iter().filter(|kind| self.may_inspect(asker, kind)).cloned().collect();
        Ok((self.policy().roles().to_vec(), kinds))
    }

    /// What a role allows, and who holds it.
    ///
    /// # Errors
    /// [`Error::Denied`] for who may look into no rights, [`Error::NotFound`] for a role that there is not.
    #[boxed]
    pub async fn role_account(
        &self,
        asker: &Actor,
        key: &str,
        after: Option<RecordId>,
        limit: usize,
    ) -> Result<RoleAccount, Error> {
        self.check_inspects(asker)?;
        let role = self.policy().role(key).ok_or(Error::NotFound)?.clone();
        let limit = limit.clamp(1, PAGE_MAX);
        let people = self.kind("person")?.clone();
        let (mut holders, mut next) = (Vec::new(), None);
        if self.may_inspect(asker, &people) {
            let filter = steward_model::filter::Filter::parse_cel(ACTING, &people, self.registry())?;
            let (mut after, mut looked_at) = (after, 0);
            'people: loop {
                let page = self.page_of(asker, &people, &filter, after, BATCH).await?;
                let is_last = page.len() < BATCH;
                looked_at += page.len();
                let own = KindRights::new(asker, &people, self.now());
                for person in page {
                    if holders.len() == limit {
                        next = after;
                        break 'people;
                    }
                    after = Some(person.id);
                    let rights = own.on(&person);
                    let held = roles_of(&person).into_iter().filter(|(held, _)| *held == key);
                    let within: Vec<Option<RecordId>> = held.map(|(_, within)| within).collect();
                    if !within.is_empty() && rights.may(Action::Inspect) {
                        holders.push(Holder { label: label_of(&people, &person), within });
                    }
                }
                if is_last {
                    break;
                }
                if looked_at >= LOOKED_AT_MAX {
                    next = after;
                    break;
                }
            }
        }
        let ids = holders.iter().flat_map(|holder| holder.within.iter().flatten().copied()).collect();
        let labels = self.labels(asker, ids, &BTreeSet::new()).await?;
        Ok(RoleAccount { grants: self.grants_of(&role), role, holders, labels, next })
    }

    fn grants_of(&self, role: &Role) -> Vec<RoleGrant> {
        let all = self.registry().kinds().len();
        let grants = role.grants.iter().map(|grant| RoleGrant {
            name: grant.name.clone(),
            kinds: (grant.scopes.len() < all).then(|| grant.scopes.keys().cloned().collect()),
            actions: grant.actions.clone(),
            read: grant.read,
            scope: grant.scope_text.clone(),
        });
        grants.collect()
    }

    /// Which roles reach a kind.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a kind of which the asker may read nothing, [`Error::Denied`] for one of which they may
    /// not ask.
    pub fn kind_account(&self, asker: &Actor, key: &str) -> Result<KindAccount, Error> {
        let kind = self.kind(key)?.clone();
        if !self.may_inspect(asker, &kind) {
            let is_known = self.readable_level(asker, &kind).is_some();
            return Err(if is_known { Error::Denied("look into who may do what") } else { Error::NotFound });
        }
        let roles = self.policy().roles().iter().filter_map(|role| {
            let mut grants: Vec<(BTreeSet<Action>, Level, String)> = Vec::new();
            for grant in role.grants.iter().filter(|grant| grant.scopes.contains_key(key)) {
                let one = (grant.actions.clone(), grant.read, grant.scope_text.clone());
                if !grants.contains(&one) {
                    grants.push(one);
                }
            }
            (!grants.is_empty()).then(|| RoleOnKind { role: role.clone(), grants })
        });
        Ok(KindAccount { roles: roles.collect(), kind })
    }
}
