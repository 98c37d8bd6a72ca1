//! `steward import …` and `steward report …`.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Context;
use steward_app::clocks::ReportBy;
use steward_app::forecast::{AGES, Held, is_forecast};
use steward_app::import::{ImportRequest, Profile};
use steward_model::access::Actor;

use crate::arguments::{EventLog, FactsOptions, ForecastOptions, ServiceLevelOptions};
use crate::config::Config;
use crate::{explain, wiring};

/// Between two words on progress.
const TELL_EVERY: Duration = Duration::from_secs(2);

/// Imports an event log and prints what came of it.
pub(crate) async fn event_log(config: &Config, options: &EventLog) -> anyhow::Result<()> {
    let profile = read_profile(&options.profile)?;
    let app = wiring::wire(config, wiring::Alone::No).await?.app;
    let errors = options.errors.clone().unwrap_or_else(|| {
        let mut name = options.file.clone().into_os_string();
        name.push(".errors.csv");
        name.into()
    });
    let request = ImportRequest {
        path: options.file.clone(),
        profile,
        organisation: options.organisation.clone(),
        errors: Some(errors),
    };
    let mut told = Instant::now();
    let mut tell = |progress: steward_app::import::Progress| {
        if told.elapsed() >= TELL_EVERY {
            told = Instant::now();
            eprintln!("{} of {} rows, {} events", progress.rows, progress.of_rows, progress.events);
        }
    };
    let report = app.import_event_log(request, &mut tell).await.map_err(explain::explained)?;
    if options.json {
        println!("{}", serde_json::to_string_pretty(&report)?);
    } else {
        println!("{report}");
    }
    app.keep_house().await?;
    Ok(())
}

/// Prints the facts in the records of a kind and their journal.
pub(crate) async fn facts(config: &Config, options: &FactsOptions) -> anyhow::Result<()> {
    let app = wiring::wire(config, wiring::Alone::No).await?.app;
    let known = || {
        let kinds: Vec<&str> = app.registry().kinds().iter().map(|kind| kind.key.as_str()).collect();
        format!("there is no kind {}; there are {}", options.kind, kinds.join(", "))
    };
    let kind = app.kind(&options.kind).ok().with_context(known)?.clone();
    let facts = app.facts(&kind).await.map_err(explain::explained)?;
    if options.json {
        println!("{}", serde_json::to_string_pretty(&facts)?);
    } else {
        println!("{facts}");
    }
    Ok(())
}

/// A shipped profile by name, or one from a file.
pub(crate) fn read_profile(name: &str) -> anyhow::Result<Profile> {
    if !name.ends_with(".toml") {
        return Profile::shipped(name).map_err(explain::explained);
    }
    let text = std::fs::read_to_string(Path::new(name)).with_context(|| format!("{name} cannot be read"))?;
    Profile::parse(&text).map_err(explain::explained).with_context(|| format!("{name} cannot be used"))
}

/// Prints how promises were kept, or which promises agree best with what another system said.
pub(crate) async fn service_levels(config: &Config, options: &ServiceLevelOptions) -> anyhow::Result<()> {
    let wired = wiring::wire(config, wiring::Alone::No).await?;
    if let Some(flag) = &options.compare {
        let begun = std::time::Instant::now();
        let fits = wired.app.fit_service_levels(&options.kind, flag).await?;
        println!("{} ways of counting replayed in {:.1} s", fits.len(), begun.elapsed().as_secs_f64());
        for fit in &fits {
            let share = |part: usize| 100.0 * part as f64 / fit.records.max(1) as f64;
            println!(
                "{}, stands still: {}: {} records, {:.2} % as `{flag}` says; kept {:.2} %, `{flag}` {:.2} %",
                fit.calendar,
                fit.pauses,
                fit.records,
                share(fit.agreeing),
                share(fit.kept),
                share(fit.said_kept)
            );
            for (priority, (value, records, agreeing)) in &fit.values {
                println!("    {priority:<10} {:>8.1} h   {agreeing} of {records} agree", *value as f64 / 3600.0);
            }
        }
        return Ok(());
    }
    let kind = wired.app.kind(&options.kind)?.clone();
    let lines = wired.app.compliance(&Actor::system(), &kind, ReportBy::Month, options.since_days).await?;
    for line in lines {
        let share = line.share().map_or_else(|| "–".to_owned(), |share| format!("{:.2} %", share as f64 / 1e6));
        println!(
            "{} · {} · {}: {} kept, {} broken ({share}), {} running",
            line.part.unwrap_or_default(),
            line.agreement,
            line.target,
            line.kept,
            line.broken,
            line.open
        );
    }
    Ok(())
}

/// Prints how often forecasts of the past held, by age at the forecast and by priority.
pub(crate) async fn forecasts(config: &Config, options: &ForecastOptions) -> anyhow::Result<()> {
    let app = wiring::wire(config, wiring::Alone::No).await?.app;
    let kind = app.kind(&options.kind)?.clone();
    if !is_forecast(&kind) {
        anyhow::bail!("records of {} have no forecast: nothing says when they were done", kind.label_plural);
    }
    let begun = std::time::Instant::now();
    let found = app.backtest_forecasts(&kind, usize::try_from(options.every)?).await?;
    println!("{} records were done; gone through in {:.1} s", found.records, begun.elapsed().as_secs_f64());
    println!("overall: {}", said(&found.overall()));
    for age in AGES {
        println!("{:>3} h old: {}", age / 3600, said(&found.at_age(age)));
    }
    let priorities: std::collections::BTreeSet<&String> = found.held.keys().map(|(_, priority)| priority).collect();
    for priority in priorities {
        let name = if priority.is_empty() { "without priority" } else { priority };
        println!("{name}: {}", said(&found.of_priority(priority)));
    }
    Ok(())
}

fn said(held: &Held) -> String {
    let Some(percent) = held.percent() else { return format!("no forecast for {}", held.unknown) };
    format!(
        "{percent:.1} % of {} within the range, {} before, {} after; range of {:.0} h in the middle; no forecast for {}",
        held.made(),
        held.before,
        held.after,
        held.middle_length().unwrap_or_default() as f64 / 3600.0,
        held.unknown
    )
}
