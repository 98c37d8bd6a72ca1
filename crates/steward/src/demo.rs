//! The demonstration organisation: loading it, and telling who can sign in.

use std::io::{IsTerminal, Write};

use steward_app::App;

use crate::config::Config;
use crate::wiring;

/// `steward demo`.
pub(crate) async fn run(config: &Config) -> anyhow::Result<()> {
    let app = wiring::wire(config, wiring::Alone::No).await?.app;
    if !load_when_empty(&app).await? {
        anyhow::bail!("the database holds records already; name an empty one with --data or --database-url");
    }
    Ok(())
}

/// Loads the demonstration into an empty database and prints its logins; says whether it was empty.
pub(crate) async fn load_when_empty(app: &App) -> anyhow::Result<bool> {
    let mut told = 0;
    let mut progress = |done: usize, of: usize| {
        let tenths = done * 10 / of.max(1);
        if tenths > told {
            told = tenths;
            tell(tenths);
        }
    };
    let Some(loaded) = steward_demo::load_when_empty(app, steward_demo::SEED, &mut progress).await? else {
        return Ok(false);
    };
    println!("Demonstration accounts, all with the password: {}", loaded.passphrase);
    for login in loaded.logins {
        println!("  {:<8} {} ({})", login.login, login.name, login.role);
    }
    Ok(true)
}

/// How far it is: on one line of a terminal, on a line each elsewhere.
fn tell(tenths: usize) {
    let mut out = std::io::stderr();
    let ending = if out.is_terminal() && tenths < 10 { "\r" } else { "\n" };
    // A terminal that is gone is no reason to stop loading.
    let _ = write!(out, "Loading the demonstration: {} %{ending}", tenths * 10).and_then(|()| out.flush());
}
