//! Lists saved under a name: one's own, shared with a team, or for everybody; pinned ones stand in the navigation.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use steward_model::access::{Action, Actor, Reach};
use steward_model::decide::FieldError;
use steward_model::id::RecordId;
use steward_model::kind::Kind;
use steward_store::error::StoreError;
use steward_store::saved_views::{NewSavedView, StoredSavedView};

pub use steward_store::saved_views::ViewAudience;

use crate::App;
use crate::boxed;
use crate::error::Error;
use crate::fresh::Fresh;
use crate::list::{ListRequest, group_attribute};

/// Longest name, in characters.
const NAME_MAX: usize = 80;
/// Longest condition, in characters.
const SEARCH_MAX: usize = 2000;
/// Most columns of a list.
pub const COLUMNS_MAX: usize = 20;
/// Most views that somebody owns.
const OWNED_MAX: usize = 200;
/// Most views in one answer: of one kind or of all.
const LISTED_MAX: usize = 500;
/// Most views in the navigation.
pub const PINNED_MAX: usize = 8;
/// Largest limit of a board's column.
const WORK_MAX: u32 = 10_000;
/// From this rank on staff may share with everybody.
const SHARING_RANK: u32 = 4;

/// What a saved view shows, and how.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ViewDefinition {
    /// Condition in the search box's notation.
    #[serde(default)]
    pub q: String,
    /// Order; the list's usual one when `None`.
    #[serde(default)]
    pub sort: Option<String>,
    /// Keys of the columns; the kind's when empty.
    #[serde(default)]
    pub columns: Vec<String>,
    /// The field by which it is grouped.
    #[serde(default)]
    pub group: Option<String>,
    /// Most records that should stand in a column of its board, by the column's key.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub limits: BTreeMap<String, u32>,
}

/// A view to save.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewView {
    /// What it is called.
    pub name: String,
    /// Who sees it.
    pub audience: ViewAudience,
    /// What it shows.
    pub definition: ViewDefinition,
}

/// A saved view, as somebody has it.
#[derive(Debug, Clone)]
pub struct SavedView {
    /// Its number.
    pub id: i64,
    /// The kind of its records.
    pub kind: Arc<Kind>,
    /// What it is called.
    pub name: String,
    /// Whose it is.
    pub owner: RecordId,
    /// Who sees it.
    pub audience: ViewAudience,
    /// What it shows.
    pub definition: ViewDefinition,
    /// Whether it stands in the navigation of whoever looks.
    pub is_pinned: bool,
    /// Whether whoever looks may change it.
    pub may_change: bool,
}

/// Copies of what every page of a list asks about views; forgotten with each write to a view. What a reader may see of
/// them is decided each time.
pub(crate) struct ViewCopies {
    shown: Fresh<(RecordId, Shown), Arc<Vec<StoredSavedView>>>,
    /// By person and key of the kind.
    columns: Fresh<(RecordId, String), Vec<String>>,
}

/// Which views of a person.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Shown {
    /// Of a kind, or all.
    Of(Option<String>),
    Pinned,
}

impl Default for ViewCopies {
    fn default() -> Self {
        Self { shown: Fresh::new(10_000), columns: Fresh::new(10_000) }
    }
}

impl App {
    /// The views that an actor sees, of one kind or of all, by name.
    ///
    /// # Errors
    /// When the database is away.
    #[boxed]
    pub async fn saved_views(&self, actor: &Actor, kind: Option<&Kind>) -> Result<Vec<SavedView>, Error> {
        let kind = kind.map(|kind| kind.key.as_str());
        let key = (actor.person, Shown::Of(kind.map(str::to_owned)));
        let read = async {
            let stored = self.store().saved_views(actor.person, &actor.teams, kind, LISTED_MAX).await?;
            Ok::<_, Error>(Arc::new(stored))
        };
        let stored = self.0.views.shown.get_or(key, self.now(), read).await?;
        Ok(stored.iter().filter_map(|stored| self.seen(actor, stored)).collect())
    }

    /// The views in an actor's navigation, by name.
    ///
    /// # Errors
    /// When the database is away.
    #[boxed]
    pub async fn pinned_views(&self, actor: &Actor) -> Result<Vec<SavedView>, Error> {
        let read = async {
            let stored = self.store().pinned_views(actor.person, &actor.teams, PINNED_MAX).await?;
            Ok::<_, Error>(Arc::new(stored))
        };
        let stored = self.0.views.shown.get_or((actor.person, Shown::Pinned), self.now(), read).await?;
        Ok(stored.iter().filter_map(|stored| self.seen(actor, stored)).collect())
    }

    /// A view.
    ///
    /// # Errors
    /// [`Error::NotFound`] also for who does not see it.
    #[boxed]
    pub async fn saved_view(&self, actor: &Actor, id: i64) -> Result<SavedView, Error> {
        let stored = self.store().find_saved_view(actor.person, id).await?.ok_or(Error::NotFound)?;
        self.seen(actor, &stored).ok_or(Error::NotFound)
    }

    /// Saves a view.
    ///
    /// # Errors
    /// [`Error::Invalid`] with every fault; [`Error::Denied`] for who may not share it so.
    #[boxed]
    pub async fn add_saved_view(&self, actor: &Actor, kind: &Arc<Kind>, new: &NewView) -> Result<i64, Error> {
        writes(actor)?;
        self.readable_level(actor, kind).ok_or(Error::NotFound)?;
        self.check_view(actor, kind, new, None).await?;
        if self.store().count_saved_views(actor.person).await? >= OWNED_MAX {
            return Err(Error::invalid("name", format!("you have {OWNED_MAX} views; remove one first")));
        }
        let new = self.kept(actor, kind, new)?;
        self.writing_views(self.store().add_saved_view(new)).await
    }

    /// Changes a view.
    ///
    /// # Errors
    /// As [`Self::add_saved_view`]; [`Error::Denied`] for who sees it and does not own it.
    #[boxed]
    pub async fn set_saved_view(&self, actor: &Actor, id: i64, new: &NewView) -> Result<(), Error> {
        let view = self.changeable(actor, id).await?;
        self.check_view(actor, &view.kind, new, Some(view.audience)).await?;
        let new = self.kept(actor, &view.kind, new)?;
        self.writing_views(self.store().set_saved_view(id, new)).await
    }

    /// Removes a view, for everybody who sees it.
    ///
    /// # Errors
    /// As [`Self::set_saved_view`].
    #[boxed]
    pub async fn remove_saved_view(&self, actor: &Actor, id: i64) -> Result<(), Error> {
        self.changeable(actor, id).await?;
        self.writing_views(self.store().remove_saved_view(id)).await
    }

    /// Puts a view into the actor's navigation, or takes it out.
    ///
    /// # Errors
    /// [`Error::NotFound`] for who does not see it; [`Error::Invalid`] when the navigation is full.
    #[boxed]
    pub async fn pin_saved_view(&self, actor: &Actor, id: i64, pinned: bool) -> Result<(), Error> {
        writes(actor)?;
        let view = self.saved_view(actor, id).await?;
        if pinned && !view.is_pinned && self.pinned_views(actor).await?.len() >= PINNED_MAX {
            let message = format!("at most {PINNED_MAX} views stand in the navigation; take one out first");
            return Err(Error::invalid("pinned", message));
        }
        self.writing_views(self.store().pin_saved_view(actor.person, id, pinned)).await
    }

    /// The columns that an actor chose for lists of a kind; none where the kind's are meant.
    ///
    /// # Errors
    /// When the database is away.
    #[boxed]
    pub async fn list_columns(&self, actor: &Actor, kind: &Kind) -> Result<Vec<String>, Error> {
        let read = self.store().list_columns(actor.person, &kind.key);
        Ok(self.0.views.columns.get_or((actor.person, kind.key.clone()), self.now(), read).await?)
    }

    /// Keeps the columns that an actor wants in lists of a kind; none for the kind's.
    ///
    /// # Errors
    /// [`Error::Invalid`] for what is no column.
    #[boxed]
    pub async fn set_list_columns(&self, actor: &Actor, kind: &Kind, columns: &[String]) -> Result<(), Error> {
        writes(actor)?;
        self.readable_level(actor, kind).ok_or(Error::NotFound)?;
        match check_columns(kind, columns) {
            Some(message) => Err(Error::invalid("columns", message)),
            None => self.writing_views(self.store().set_list_columns(actor.person, &kind.key, columns)).await,
        }
    }

    /// Whether an actor may share views of a kind with everybody: managers and administrators of the whole installation,
    /// since the name of a view and its condition are then read by all.
    pub fn may_share_with_all(&self, actor: &Actor, kind: &Kind) -> bool {
        let manages = actor.assignments.iter().any(|held| {
            held.role.staff && u32::from(held.role.rank) >= SHARING_RANK && held.reach == Reach::Everywhere
        });
        actor.is_system() || manages && self.writable_level(actor, Action::Update, kind).is_some()
    }

    /// Writes something about views, and forgets the copies of all.
    async fn writing_views<T>(&self, write: impl Future<Output = Result<T, StoreError>>) -> Result<T, Error> {
        let written = write.await;
        self.0.views.shown.forget_all();
        self.0.views.columns.forget_all();
        Ok(written?)
    }

    /// The view that an actor sees; `None` where it does not.
    fn seen(&self, actor: &Actor, stored: &StoredSavedView) -> Option<SavedView> {
        let kind = self.registry().kind(&stored.kind)?.clone();
        self.readable_level(actor, &kind)?;
        let administers = actor.has_role_everywhere("administrator");
        let own = stored.owner == actor.person;
        let shared = match stored.audience {
            ViewAudience::Owner => false,
            ViewAudience::Team(team) => actor.teams.contains(&team),
            ViewAudience::Everybody => true,
        };
        if !own && !shared {
            return None;
        }
        Some(SavedView {
            id: stored.id,
            kind,
            name: stored.name.clone(),
            owner: stored.owner,
            audience: stored.audience,
            // A view that a newer program saved loses what this one does not know.
            definition: ViewDefinition::deserialize(&stored.definition).unwrap_or_default(),
            is_pinned: stored.is_pinned,
            may_change: own || administers,
        })
    }

    async fn changeable(&self, actor: &Actor, id: i64) -> Result<SavedView, Error> {
        writes(actor)?;
        let view = self.saved_view(actor, id).await?;
        if view.may_change { Ok(view) } else { Err(Error::Denied("change a view of somebody else")) }
    }

    fn kept(&self, actor: &Actor, kind: &Kind, new: &NewView) -> Result<NewSavedView, Error> {
        Ok(NewSavedView {
            kind: kind.key.clone(),
            name: new.name.trim().to_owned(),
            owner: actor.person,
            audience: new.audience,
            definition: serde_json::to_value(&new.definition).map_err(Error::internal)?,
            at: self.now(),
        })
    }

    async fn check_view(
        &self,
        actor: &Actor,
        kind: &Arc<Kind>,
        new: &NewView,
        before: Option<ViewAudience>,
    ) -> Result<(), Error> {
        match new.audience {
            ViewAudience::Owner => {}
            // Whom somebody else shared it with is left so by an administrator who mends it.
            same if before == Some(same) => {}
            ViewAudience::Team(team) if actor.teams.contains(&team) => {}
            ViewAudience::Team(_) => return Err(Error::invalid("team", "must be one of your teams")),
            ViewAudience::Everybody if self.may_share_with_all(actor, kind) => {}
            ViewAudience::Everybody => {
                return Err(Error::Denied("share a view with everybody; managers and administrators may"));
            }
        }
        let mut errors = Vec::new();
        let mut fault = |field: &str, message: String| errors.push(FieldError::new(field, message));
        let name = new.name.trim();
        if name.is_empty() || name.chars().count() > NAME_MAX || name.chars().any(char::is_control) {
            fault("name", format!("must have 1 to {NAME_MAX} characters"));
        }
        let definition = &new.definition;
        if definition.q.chars().count() > SEARCH_MAX {
            fault("q", format!("may have at most {SEARCH_MAX} characters"));
        }
        if let Some(message) = check_columns(kind, &definition.columns) {
            fault("columns", message);
        }
        if definition.group.as_ref().is_some_and(|group| group_attribute(kind, group).is_none()) {
            fault("group", "must be the state, or a field that holds one choice or one record".to_owned());
        }
        if definition.limits.len() > 50 || definition.limits.values().any(|limit| !(1..=WORK_MAX).contains(limit)) {
            fault("limits", format!("must lie between 1 and {WORK_MAX}"));
        }
        let request =
            ListRequest { search: Some(definition.q.clone()), sort: definition.sort.clone(), ..ListRequest::default() };
        match self.check_list(actor, kind, &request).await {
            Ok(()) => {}
            Err(Error::Filter(error)) => fault("q", format!("cannot be used: {error}")),
            Err(Error::BadRequest(message)) => fault("q", format!("cannot be used: {message}")),
            Err(error) => return Err(error),
        }
        if errors.is_empty() { Ok(()) } else { Err(Error::Invalid(errors)) }
    }
}

/// What is wrong with a choice of columns.
fn check_columns(kind: &Kind, columns: &[String]) -> Option<String> {
    let known = |key: &String| {
        ["number", "state", "organisation", "created_at", "updated_at", "next_due"].contains(&key.as_str())
            || kind.field_named(key).is_some()
    };
    if columns.len() > COLUMNS_MAX {
        return Some(format!("may be at most {COLUMNS_MAX}"));
    }
    let unknown = columns.iter().find(|key| !known(key))?;
    Some(format!("`{unknown}` is no column of {}", kind.label_plural.to_lowercase()))
}

/// Refuses a token that may only read.
fn writes(actor: &Actor) -> Result<(), Error> {
    match &actor.limits {
        Some(limits) if limits.read_only => Err(Error::Denied("change anything with this token")),
        _ => Ok(()),
    }
}
