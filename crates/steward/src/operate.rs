//! Verify, backup, restore, export.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use anyhow::{Context, bail};
use serde_json::json;
use steward_store::backup;
use steward_store::config::StoreConfig;

use crate::arguments::{Backup, Export, Restore, Verify};
use crate::config::Config;
use crate::wiring;

/// Checks everything, and says the first thing that is wrong.
pub(crate) async fn verify(config: &Config, options: &Verify) -> anyhow::Result<()> {
    if let Some(folder) = &options.backup {
        return verify_backup(folder).await;
    }
    let wired = wiring::wire(config, wiring::Alone::No).await?;
    let head = match &options.head {
        None => None,
        Some(path) => {
            let text = std::fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
            Some(serde_json::from_str(&text).with_context(|| format!("{} holds no seal", path.display()))?)
        }
    };
    let mut report = wired
        .store
        .verify(head.as_ref(), |entries| {
            if entries % 100_000 == 0 && entries > 0 {
                eprintln!("{entries} entries checked");
            }
        })
        .await?;
    let contents = (!options.skip_files).then_some(&wired.blobs);
    wired.store.verify_attachments(contents, &mut report).await?;
    println!(
        "{} entries, {} records, {} attachments, {} seals checked",
        report.entries, report.records, report.attachments, report.seals
    );
    let clocks = wired.app.verify_clocks().await?;
    println!("{} service-level clocks computed again from their journals", clocks.clocks);
    for fault in &report.faults {
        println!("{fault}");
    }
    for difference in &clocks.differences {
        println!("{difference}");
    }
    if !report.is_good() || !clocks.differences.is_empty() {
        bail!("not everything is as it was written; the first fault is named above");
    }
    println!("everything is as it was written");
    if let Some(path) = &options.write_head {
        wired.app.seal().await?;
        let seal = wired.store.last_seal().await?;
        std::fs::write(path, serde_json::to_string_pretty(&seal)?)
            .with_context(|| format!("{} cannot be written", path.display()))?;
        println!("the last seal is in {}; keep it elsewhere", path.display());
    }
    Ok(())
}

async fn verify_backup(folder: &Path) -> anyhow::Result<()> {
    let manifest = backup::verify_backup(folder).await?;
    println!("{} files are as they were written: {}", manifest.files.len(), folder.display());
    Ok(())
}

/// Writes a backup.
pub(crate) async fn backup(config: &Config, options: &Backup) -> anyhow::Result<()> {
    let wired = wiring::wire(config, wiring::Alone::No).await?;
    let manifest = wired.store.backup(&options.folder, &wired.blobs).await?;
    let bytes: u64 = manifest.files.iter().map(|file| file.size).sum();
    println!("{} files, {} MiB, checked: {}", manifest.files.len(), bytes / 1024 / 1024, options.folder.display());
    println!("{} is not in it: keep that file apart", config.data.join("secret.key").display());
    Ok(())
}

/// Restores a backup.
pub(crate) async fn restore(config: &Config, options: &Restore) -> anyhow::Result<()> {
    let store = StoreConfig::new(&config.database_url);
    let manifest = backup::restore(&options.folder, &store, &config.blobs()).await?;
    println!("{} files restored; run `steward verify`, then start the server", manifest.files.len());
    Ok(())
}

/// Writes every record and every entry of the journal as one JSON object a line.
pub(crate) async fn export(config: &Config, options: &Export) -> anyhow::Result<()> {
    let wired = wiring::wire(config, wiring::Alone::No).await?;
    let file = File::create_new(&options.file)
        .with_context(|| format!("{} cannot be made; it must not exist yet", options.file.display()))?;
    let mut out = BufWriter::new(file);
    let mut count = 0_u64;
    wired
        .store
        .whole_journal(|entry| -> anyhow::Result<()> {
            let line = json!({ "kind": entry.kind, "hash": entry.hash.to_string(), "event": entry.event });
            writeln!(out, "{line}")?;
            count += 1;
            Ok(())
        })
        .await?;
    out.into_inner()?.sync_all()?;
    println!("{count} entries of the journal in {}; each record is the fold of its entries", options.file.display());
    Ok(())
}

/// Tries the examples of rules, and says which do not hold.
pub(crate) async fn test_rules(config: &Config, rules: &[String]) -> anyhow::Result<()> {
    let wired = wiring::wire(config, wiring::Alone::No).await?;
    let (mut held, mut failed) = (0, 0);
    for (named, tried) in wired.app.try_rule_examples(rules).await? {
        let outcomes = tried.unwrap_or_else(|fault| {
            failed += 1;
            println!("{named}: {fault}");
            Vec::new()
        });
        for outcome in outcomes {
            match outcome.fault {
                None => held += 1,
                Some(fault) => {
                    failed += 1;
                    println!("{named}: {}: {fault}", outcome.name);
                }
            }
        }
    }
    println!("{held} examples hold, {failed} do not or cannot be tried");
    if failed > 0 {
        bail!("not all examples hold");
    }
    Ok(())
}
