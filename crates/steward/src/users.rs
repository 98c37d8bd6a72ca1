//! `steward user …`: accounts from the command line.

use std::io::Read;

use anyhow::Context;
use steward_app::setup::NewUser;
use steward_model::access::TokenLimits;

use crate::arguments::User;
use crate::config::Config;
use crate::{explain, wiring};

/// Runs one of the account commands.
pub(crate) async fn run(config: &Config, command: &User) -> anyhow::Result<()> {
    let app = wiring::wire(config, wiring::Alone::No).await?.app;
    match command {
        User::Add(options) => {
            // Read before anything is made, so that a missing password leaves no half account.
            let password = options.password_stdin.then(read_password).transpose()?;
            let user = NewUser {
                login: options.login.clone(),
                name: options.name.clone(),
                mail: options.mail.clone(),
                roles: options.roles.clone(),
                organisation: options.organisation.clone(),
                within_organisation: options.within_organisation,
            };
            if let Some(password) = &password {
                app.check_password(password, &user).map_err(explain::explained)?;
            }
            let person = app.add_user(&user).await.map_err(explain::explained)?;
            if let Some(password) = password {
                app.set_password(person, &password).await.map_err(explain::explained)?;
            }
            println!("Added {} ({})", options.name, options.login);
        }
        User::Password(options) => {
            let person = app.person_by_login(&options.login).await.map_err(|_| unknown(&options.login))?;
            app.set_password(person, &read_password()?).await.map_err(explain::explained)?;
            println!("Set the password of {}", options.login);
        }
        User::Token(options) => {
            let person = app.person_by_login(&options.login).await.map_err(|_| unknown(&options.login))?;
            let limits = TokenLimits { read_only: options.read_only, kinds: options.kinds.clone(), teams: Vec::new() };
            let token =
                app.add_token(person, &options.label, &limits, options.days).await.map_err(explain::explained)?;
            println!("{token}");
        }
    }
    Ok(())
}

fn unknown(login: &str) -> anyhow::Error {
    anyhow::anyhow!("nobody has the login {login}; make the account with `steward user add`")
}

fn read_password() -> anyhow::Result<String> {
    let mut text = String::new();
    std::io::stdin().take(4096).read_to_string(&mut text).context("the password on standard input cannot be read")?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}
