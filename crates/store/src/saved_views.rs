//! Lists that people saved under a name, and how they want lists to be.

use serde_json::Value as Json;
use steward_model::id::RecordId;
use steward_model::moment::Moment;

use crate::boxed;
use crate::connection::Row;
use crate::error::StoreError;
use crate::sql::{Bind, Dialect, integer_list};
use crate::store::Store;

const COLUMNS: &str = "v.id, v.kind, v.name, v.owner, v.audience, v.team, cast(v.definition as text), v.updated_at, \
                       (select count(*) from saved_view_pin p where p.saved_view = v.id and p.person = $1)";

/// Who sees a saved view besides its owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ViewAudience {
    /// Nobody.
    Owner,
    /// The members of a team.
    Team(RecordId),
    /// Everybody who may read records of the kind.
    Everybody,
}

impl ViewAudience {
    /// The word in the database and on the wire.
    pub fn key(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Team(_) => "team",
            Self::Everybody => "everybody",
        }
    }

    fn team(self) -> Option<i64> {
        match self {
            Self::Team(team) => Some(team.0),
            Self::Owner | Self::Everybody => None,
        }
    }
}

/// A saved view to keep.
#[derive(Debug, Clone, PartialEq)]
pub struct NewSavedView {
    /// Key of the kind of its records.
    pub kind: String,
    /// What it is called.
    pub name: String,
    /// Whose it is.
    pub owner: RecordId,
    /// Who sees it.
    pub audience: ViewAudience,
    /// Condition, order, columns and more, as JSON.
    pub definition: Json,
    /// When.
    pub at: Moment,
}

/// A saved view.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredSavedView {
    /// Its number.
    pub id: i64,
    /// Key of the kind of its records.
    pub kind: String,
    /// What it is called.
    pub name: String,
    /// Whose it is.
    pub owner: RecordId,
    /// Who sees it.
    pub audience: ViewAudience,
    /// Condition, order, columns and more, as JSON.
    pub definition: Json,
    /// When it last changed.
    pub updated_at: Moment,
    /// Whether whoever looks wants it at hand.
    pub is_pinned: bool,
}

impl Store {
    /// Keeps a view and answers its number.
    ///
    /// # Errors
    /// As [`Store::write`].
    #[boxed]
    pub async fn add_saved_view(&self, new: NewSavedView) -> Result<i64, StoreError> {
        let sql = format!(
            "insert into saved_view (kind, name, owner, audience, team, definition, created_at, updated_at) \
             values ($1, $2, $3, $4, $5, $6{}, $7, $7) returning id",
            self.as_json()
        );
        let written = self.write(move |connection| {
            let (sql, new) = (sql.clone(), new.clone());
            Box::pin(async move {
                let binds = [
                    Bind::Text(new.kind),
                    Bind::Text(new.name),
                    Bind::Integer(new.owner.0),
                    Bind::Text(new.audience.key().to_owned()),
                    Bind::OptionalInteger(new.audience.team()),
                    Bind::Text(new.definition.to_string()),
                    Bind::Integer(new.at.0),
                ];
                Ok(connection.fetch_integer(&sql, &binds).await?)
            })
        });
        Ok(written.await?.unwrap_or_default())
    }

    /// Writes a view over the one with this number; its owner stays.
    ///
    /// # Errors
    /// As [`Store::write`].
    #[boxed]
    pub async fn set_saved_view(&self, id: i64, new: NewSavedView) -> Result<(), StoreError> {
        let sql = format!(
            "update saved_view set name = $2, audience = $3, team = $4, definition = $5{}, updated_at = $6 where id = $1",
            self.as_json()
        );
        let binds = vec![
            Bind::Integer(id),
            Bind::Text(new.name),
            Bind::Text(new.audience.key().to_owned()),
            Bind::OptionalInteger(new.audience.team()),
            Bind::Text(new.definition.to_string()),
            Bind::Integer(new.at.0),
        ];
        self.change(sql, binds).await
    }

    /// Removes a view, for everybody.
    ///
    /// # Errors
    /// As [`Store::write`].
    #[boxed]
    pub async fn remove_saved_view(&self, id: i64) -> Result<(), StoreError> {
        self.change("delete from saved_view_pin where saved_view = $1".to_owned(), vec![Bind::Integer(id)]).await?;
        self.change("delete from saved_view where id = $1".to_owned(), vec![Bind::Integer(id)]).await
    }

    /// Puts a view at somebody's hand, or away from it.
    ///
    /// # Errors
    /// As [`Store::write`].
    #[boxed]
    pub async fn pin_saved_view(&self, person: RecordId, id: i64, pinned: bool) -> Result<(), StoreError> {
        let sql = match pinned {
            true => "insert into saved_view_pin (person, saved_view) values ($1, $2) on conflict do nothing",
            false => "delete from saved_view_pin where person = $1 and saved_view = $2",
        };
        self.change(sql.to_owned(), vec![Bind::Integer(person.0), Bind::Integer(id)]).await
    }

    /// The view with this number, as somebody has it.
    ///
    /// # Errors
    /// What the database answered.
    #[boxed]
    pub async fn find_saved_view(&self, person: RecordId, id: i64) -> Result<Option<StoredSavedView>, StoreError> {
        let sql = format!("select {COLUMNS} from saved_view v where v.id = $2");
        let binds = [Bind::Integer(person.0), Bind::Integer(id)];
        self.read_few().await?.fetch_optional(&sql, &binds).await?.as_ref().map(stored).transpose()
    }

    /// The views that a member of these teams sees, of one kind or of all, by name.
    ///
    /// # Errors
    /// What the database answered.
    #[boxed]
    pub async fn saved_views(
        &self,
        person: RecordId,
        teams: &[RecordId],
        kind: Option<&str>,
        limit: usize,
    ) -> Result<Vec<StoredSavedView>, StoreError> {
        let teams: Vec<i64> = teams.iter().map(|team| team.0).collect();
        let (teams, bind) = integer_list(&teams, 2, self.dialect());
        let sql = format!(
            "select {COLUMNS} from saved_view v where (v.owner = $1 or v.audience = 'everybody' or v.team in {teams}) \
             and ($3 = '' or v.kind = $3) order by v.name, v.id limit $4"
        );
        let binds = [
            Bind::Integer(person.0),
            bind,
            Bind::Text(kind.unwrap_or_default().to_owned()),
            Bind::Integer(i64::try_from(limit).unwrap_or(i64::MAX)),
        ];
        self.read().await?.fetch_all(&sql, &binds).await?.iter().map(stored).collect()
    }

    /// The views that somebody wants at hand and, as a member of these teams, still sees; by name.
    ///
    /// # Errors
    /// What the database answered.
    #[boxed]
    pub async fn pinned_views(
        &self,
        person: RecordId,
        teams: &[RecordId],
        limit: usize,
    ) -> Result<Vec<StoredSavedView>, StoreError> {
        let teams: Vec<i64> = teams.iter().map(|team| team.0).collect();
        let (teams, bind) = integer_list(&teams, 2, self.dialect());
        let sql = format!(
            "select {COLUMNS} from saved_view_pin mine join saved_view v on v.id = mine.saved_view \
             where mine.person = $1 and (v.owner = $1 or v.audience = 'everybody' or v.team in {teams}) \
             order by v.name, v.id limit $3"
        );
        let limit = Bind::Integer(i64::try_from(limit).unwrap_or(i64::MAX));
        let binds = [Bind::Integer(person.0), bind, limit];
        self.read_few().await?.fetch_all(&sql, &binds).await?.iter().map(stored).collect()
    }

    /// How many views somebody owns.
    ///
    /// # Errors
    /// What the database answered.
    #[boxed]
    pub async fn count_saved_views(&self, owner: RecordId) -> Result<usize, StoreError> {
        let sql = "select count(*) from saved_view where owner = $1";
        let count = self.read().await?.fetch_integer(sql, &[Bind::Integer(owner.0)]).await?;
        Ok(usize::try_from(count.unwrap_or_default()).unwrap_or_default())
    }

    /// The columns that somebody wants in lists of a kind, by key; none when nothing was chosen.
    ///
    /// # Errors
    /// What the database answered.
    #[boxed]
    pub async fn list_columns(&self, person: RecordId, kind: &str) -> Result<Vec<String>, StoreError> {
        let sql = "select columns from list_columns where person = $1 and kind = $2";
        let binds = [Bind::Integer(person.0), Bind::Text(kind.to_owned())];
        let row = self.read_few().await?.fetch_optional(sql, &binds).await?;
        let text = row.map(|row| row.text(0)).transpose()?.unwrap_or_default();
        Ok(text.split(',').filter(|key| !key.is_empty()).map(str::to_owned).collect())
    }

    /// Keeps the columns that somebody wants in lists of a kind; none for the kind's own.
    ///
    /// # Errors
    /// As [`Store::write`].
    #[boxed]
    pub async fn set_list_columns(&self, person: RecordId, kind: &str, columns: &[String]) -> Result<(), StoreError> {
        let mut binds = vec![Bind::Integer(person.0), Bind::Text(kind.to_owned())];
        if columns.is_empty() {
            return self.change("delete from list_columns where person = $1 and kind = $2".to_owned(), binds).await;
        }
        binds.push(Bind::Text(columns.join(",")));
        let sql = "insert into list_columns (person, kind, columns) values ($1, $2, $3) \
                   on conflict (person, kind) do update set columns = excluded.columns";
        self.change(sql.to_owned(), binds).await
    }

    fn as_json(&self) -> &'static str {
        match self.dialect() {
            Dialect::Sqlite => "",
            Dialect::Postgres => "::json",
        }
    }
}

fn stored(row: &Row) -> Result<StoredSavedView, StoreError> {
    let definition = serde_json::from_str(&row.text(6)?)
        .map_err(|error| StoreError::Damaged(format!("a saved view is no JSON: {error}")))?;
    let team = row.optional_integer(5)?.map(RecordId);
    let audience = match (row.str(4)?, team) {
        ("owner", None) => ViewAudience::Owner,
        ("team", Some(team)) => ViewAudience::Team(team),
        ("everybody", None) => ViewAudience::Everybody,
        (other, _) => return Err(StoreError::Damaged(format!("a saved view is for `{other}`"))),
    };
    Ok(StoredSavedView {
        id: row.integer(0)?,
        kind: row.text(1)?,
        name: row.text(2)?,
        owner: RecordId(row.integer(3)?),
        audience,
        definition,
        updated_at: row.moment(7)?,
        is_pinned: flag(row, 8)?,
    })
}

/// A count as a truth value.
fn flag(row: &Row, column: usize) -> Result<bool, StoreError> {
    Ok(row.integer(column)? != 0)
}
