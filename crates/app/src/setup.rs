//! The first organisation and the first people.

use std::sync::Arc;

use serde_json::{Value as Json, json};
use steward_model::access::Actor;
use steward_model::decide::FieldError;
use steward_model::event::Door;
use steward_model::filter::Filter;
use steward_model::id::RecordId;
use steward_model::kind::Kind;

use crate::App;
use crate::boxed;
use crate::error::Error;
use crate::records::{NewRecord, Origin};
use crate::sessions::Client;

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

/// What the first person gives to set an installation up.
#[derive(Debug, Clone)]
pub struct FirstSteps {
    /// Name of the organisation that runs it.
    pub organisation: String,
    /// Full name of the first administrator.
    pub name: String,
    /// Login.
    pub login: String,
    /// Mail address.
    pub mail: String,
    /// Password.
    pub password: String,
}

/// What can be done once only.
const SET_UP: &str = "set_up";

impl App {
    /// Whether nobody can sign in yet, so that the set-up page is open to who holds its secret.
    ///
    /// # Errors
    /// When the database is away.
    #[boxed]
    pub async fn awaits_set_up(&self) -> Result<bool, Error> {
        Ok(!self.store().has_credentials().await?)
    }

    /// Makes the organisation and its first administrator, once, and signs them in: gives what their browser is to hold.
    ///
    /// # Errors
    /// [`Error::Invalid`] naming each fault; [`Error::NotFound`] when somebody can sign in already.
    #[boxed]
    pub async fn set_up(&self, first: &FirstSteps, client: &Client) -> Result<String, Error> {
        let user = NewUser {
            login: first.login.trim().to_owned(),
            name: first.name.trim().to_owned(),
            mail: Some(first.mail.trim().to_owned()),
            roles: vec!["administrator".to_owned()],
            organisation: None,
            within_organisation: false,
        };
        self.check_first_steps(first, &user)?;
        if !self.awaits_set_up().await? || !self.store().take_once(SET_UP).await? {
            return Err(Error::NotFound);
        }
        let made = async {
            self.ensure_organisation(first.organisation.trim()).await?;
            let person = self.add_user(&user).await?;
            self.set_password(person, &first.password).await?;
            Ok(person)
        };
        match made.await {
            Ok(person) => self.open_session(person, client).await,
            Err(error) => {
                self.store().give_back(SET_UP).await?;
                Err(error)
            }
        }
    }

    fn check_first_steps(&self, first: &FirstSteps, user: &NewUser) -> Result<(), Error> {
        let mut faults = Vec::new();
        for (field, value) in [
            ("organisation", first.organisation.trim()),
            ("name", user.name.as_str()),
            ("login", user.login.as_str()),
            ("mail", first.mail.trim()),
        ] {
            if value.is_empty() {
                faults.push(FieldError::new(field, "is required".to_owned()));
            }
        }
        if let Err(Error::Invalid(more)) = self.check_password(&first.password, user) {
            faults.extend(more);
        }
        if faults.is_empty() { Ok(()) } else { Err(Error::Invalid(faults)) }
    }

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
    #[boxed]
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
    #[boxed]
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
