//! `steward config …`: configuration as text.

use std::fs;
use std::path::Path;

use anyhow::{Context, bail};
use serde_json::Value as Json;
use steward_app::App;
use steward_app::configuration::{FileError, Item, Planned, What, read, write};
use steward_model::access::Actor;
use steward_model::moment::Moment;

use crate::arguments::{ConfigCommand, ConfigExport, ConfigFolder, ConfigRollback};
use crate::config::Config;
use crate::{explain, wiring};

/// Longest value shown in a plan, in characters.
const SHOWN: usize = 60;

/// Runs one of the commands.
pub(crate) async fn run(config: &Config, command: &ConfigCommand) -> anyhow::Result<()> {
    let app = wiring::wire(config, wiring::Alone::No).await?.app;
    match command {
        ConfigCommand::Export(options) => export(&app, options).await,
        ConfigCommand::Plan(options) => {
            let (items, actor) = asked(&app, options).await?;
            show(&app.plan_configuration(&actor, &items).await.map_err(refused)?, "would be");
            Ok(())
        }
        ConfigCommand::Apply(options) => {
            let (items, actor) = asked(&app, options).await?;
            show(&app.apply_configuration(&actor, &items).await.map_err(refused)?, "was");
            Ok(())
        }
        ConfigCommand::Rollback(options) => rollback(&app, options).await,
    }
}

async fn export(app: &App, options: &ConfigExport) -> anyhow::Result<()> {
    let at = options.at.as_deref().map(moment).transpose()?;
    let present = app.configuration(at).await.map_err(explain::explained)?;
    let folder = &options.folder;
    let old = files(app, folder).map(|items| items.into_iter().map(|item| item.file).collect::<Vec<_>>());
    for file in old.unwrap_or_default() {
        fs::remove_file(folder.join(&file))
            .with_context(|| format!("{file} of an earlier export cannot be replaced"))?;
    }
    for one in &present {
        let kind = app.registry().kind(&one.item.kind).context("a kind is gone")?;
        let path = folder.join(&one.item.file);
        let parent = path.parent().context("a file has no folder")?;
        fs::create_dir_all(parent).with_context(|| format!("{} cannot be made", parent.display()))?;
        fs::write(&path, write(&one.item, kind)).with_context(|| format!("{} cannot be written", path.display()))?;
    }
    println!("{} records of configuration are in {}", present.len(), folder.display());
    Ok(())
}

async fn rollback(app: &App, options: &ConfigRollback) -> anyhow::Result<()> {
    let then = app.configuration(Some(moment(&options.to)?)).await.map_err(explain::explained)?;
    let items: Vec<Item> = then.into_iter().map(|one| one.item).collect();
    let actor = person(app, &options.person).await?;
    if options.plan {
        show(&app.plan_configuration(&actor, &items).await.map_err(refused)?, "would be");
    } else {
        show(&app.apply_configuration(&actor, &items).await.map_err(refused)?, "was");
    }
    Ok(())
}

async fn asked(app: &App, options: &ConfigFolder) -> anyhow::Result<(Vec<Item>, Actor)> {
    let items = files(app, &options.folder)?;
    if items.is_empty() {
        bail!("{} holds no file of configuration; write some with `steward config export`", options.folder.display());
    }
    Ok((items, person(app, &options.person).await?))
}

async fn person(app: &App, login: &str) -> anyhow::Result<Actor> {
    let person = app.person_by_login(login).await;
    let person = person.map_err(|_| anyhow::anyhow!("nobody has the login {login}; name somebody with `--as`"))?;
    app.actor(person, None).await.map_err(explain::explained)
}

/// The items of a folder, by file; every fault of every file at once.
fn files(app: &App, folder: &Path) -> anyhow::Result<Vec<Item>> {
    let (mut items, mut faults) = (Vec::new(), Vec::new());
    for kind in app.registry().kinds().iter().filter(|kind| kind.configuration) {
        let place = folder.join(&kind.plural);
        if !place.is_dir() {
            continue;
        }
        let entries = fs::read_dir(&place).with_context(|| format!("{} cannot be read", place.display()))?;
        for entry in entries {
            let path = entry?.path();
            if path.extension().is_none_or(|ending| ending != "toml") {
                continue;
            }
            let file = format!("{}/{}", kind.plural, path.file_name().unwrap_or_default().to_string_lossy());
            let text = fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))?;
            match read(&file, &text, app.registry()) {
                Ok(item) if item.kind == kind.key => items.push(item),
                Ok(item) => faults.push(format!("{file}: a file of `{}` belongs into another folder", item.kind)),
                Err(error) => faults.push(error.to_string()),
            }
        }
    }
    if !faults.is_empty() {
        faults.sort();
        bail!("{}", faults.join("\n         "));
    }
    items.sort_by(|a, b| a.file.cmp(&b.file));
    Ok(items)
}

fn moment(text: &str) -> anyhow::Result<Moment> {
    Moment::parse(text).with_context(|| format!("`{text}` is no moment; write such as 2026-11-27T09:00:00Z"))
}

fn refused(faults: Vec<FileError>) -> anyhow::Error {
    let told: Vec<String> = faults.iter().map(ToString::to_string).collect();
    anyhow::anyhow!("nothing was written:\n         {}", told.join("\n         "))
}

fn show(planned: &[Planned], verb: &str) {
    let (mut created, mut changed, mut same, mut others) = (0, 0, 0, 0);
    for one in planned {
        match &one.what {
            What::Created => {
                created += 1;
                println!("+ {} {verb} made", one.file);
            }
            What::Changed(fields) => {
                changed += 1;
                println!("~ {} {verb} changed", one.file);
                for (key, from, to) in fields {
                    println!("    {key}: {} -> {}", short(from.as_ref()), short(to.as_ref()));
                }
            }
            What::Same => same += 1,
            What::Unmentioned => {
                others += 1;
                println!("? {} is here, and no file says it; it stays", one.file);
            }
        }
    }
    println!("{created} made, {changed} changed, {same} as they are, {others} that no file says");
}

fn short(value: Option<&Json>) -> String {
    let text = match value {
        None => return "(empty)".to_owned(),
        Some(Json::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    };
    let line = text.replace('\n', " ");
    if line.chars().count() <= SHOWN { line } else { line.chars().take(SHOWN).chain("…".chars()).collect() }
}
