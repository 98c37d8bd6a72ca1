//! The first organisation and the first people.

use std::sync::Arc;

use serde_json::{Value as Json, json};
use steward_model::access::Actor;
use steward_model::event::Door;
use steward_model::filter::Filter;
use steward_model::id::RecordId;
use steward_model::kind::Kind;

use crate::App;
use crate::error::Error;
use crate::records::{NewRecord, Origin};

/// A person who can sign in.
#[derive(Debug, Clone)]
pub struct NewUser {
    /// Login, unique.
    pub login: String,
    /// Full name.
    pub name: String,
    /// Mail address.
    pub mail: Option<String>,
    /// Keys of the roles held.
    pub roles: Vec<String>,
    /// Name of the organisation; the first one when `None`.
    pub organisation: Option<String>,
    /// Whether the roles hold for that organisation only, and those below it.
    pub within_organisation: bool,
}

impl App {
    /// The organisation at the top: the oldest without a parent.
    pub(crate) async fn root_organisation(&self) -> Result<Option<RecordId>, Error> {
        let kind = self.kind("organisation")?;
        let roots = Filter::parse_cel("parent == null", kind, self.registry())?;
        Ok(self.all_records("organisation", &roots, 1).await?.first().map(|record| record.id))
    }

    /// Makes the first organisation when there is none, and gives its id.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn ensure_organisation(&self, name: &str) -> Result<RecordId, Error> {
        if let Some(root) = self.root_organisation().await? {
            return Ok(root);
        }
        let kind: &Arc<Kind> = self.kind("organisation")?;
        let mut fields = serde_json::Map::new();
        fields.insert("name".to_owned(), json!(name));
        let new = NewRecord { organisation: None, fields, links: Vec::new() };
        let view = self.create(&Actor::system(), kind, &new, &Origin::door(Door::System)).await?;
        Ok(view.record.id)
    }

    /// Makes a person who can sign in, as the command line does. The password is set apart from this.
    ///
    /// # Errors
    /// When the login is taken, a role is not defined, or the organisation is not found.
    pub async fn add_user(&self, user: &NewUser) -> Result<RecordId, Error> {
        for role in &user.roles {
            if self.policy().role(role).is_none() {
                let known: Vec<&str> = self.policy().roles().iter().map(|role| role.key.as_str()).collect();
                return Err(Error::invalid("role", format!("`{role}` is no role; there are {}", known.join(", "))));
            }
        }
        let home = self.ensure_organisation("Home organisation").await?;
        let organisation = user.organisation.clone().unwrap_or_else(|| home.to_string());
        let (given, family) = user.name.rsplit_once(' ').unwrap_or(("", &user.name));
        let roles: Vec<Json> = user
            .roles
            .iter()
            .map(|role| {
                if user.within_organisation {
                    json!({"role": role, "organisation": organisation})
                } else {
                    json!({"role": role})
                }
            })
            .collect();
        let mut fields = serde_json::Map::new();
        fields.insert("given_name".to_owned(), json!(given));
        fields.insert("family_name".to_owned(), json!(family));
        fields.insert("login".to_owned(), json!(user.login));
        fields.insert("mail".to_owned(), json!(user.mail));
        fields.insert("roles".to_owned(), Json::Array(roles));
        let kind = self.kind("person")?;
        let new = NewRecord { organisation: Some(organisation), fields, links: Vec::new() };
        let view = self.create(&Actor::system(), kind, &new, &Origin::door(Door::Command)).await?;
        Ok(view.record.id)
    }
}
