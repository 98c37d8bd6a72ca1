//! Migrations: forward only, embedded, run at open by whichever node comes first.

use crate::connection::Connection;
use crate::error::StoreError;
use crate::sql::{Bind, Dialect};

/// Every step, oldest first. A released one is never edited; a new one is added at the end.
pub(crate) const STEPS: &[&str] = &[
    include_str!("../migrations/0001_ground.sql"),
    include_str!("../migrations/0002_sessions.sql"),
    include_str!("../migrations/0003_bulk_edits.sql"),
    include_str!("../migrations/0004_drafts.sql"),
    include_str!("../migrations/0005_saved_views.sql"),
    include_str!("../migrations/0006_inbox.sql"),
    include_str!("../migrations/0007_article_reads.sql"),
    include_str!("../migrations/0009_knowledge.sql"),
    include_str!("../migrations/0010_handling_notes.sql"),
    include_str!("../migrations/0012_person_settings.sql"),
    include_str!("../migrations/0013_visits.sql"),
    include_str!("../migrations/0016_clocks.sql"),
    include_str!("../migrations/0014_intervals.sql"),
    include_str!("../migrations/0015_calendar_feeds.sql"),
    include_str!("../migrations/0018_rules.sql"),
    include_str!("../migrations/0019_rule_replays.sql"),
    include_str!("../migrations/0020_outbox.sql"),
    include_str!("../migrations/0021_viewing.sql"),
    include_str!("../migrations/0022_holiday_feeds.sql"),
    include_str!("../migrations/0023_webhooks.sql"),
    include_str!("../migrations/0024_worklogs.sql"),
    include_str!("../migrations/0025_rule_groups.sql"),
    include_str!("../migrations/0026_file_scans.sql"),
    include_str!("../migrations/0027_rule_runs_counted.sql"),
];

/// Key of the advisory lock that nodes take on PostgreSQL while they migrate: "steward" in ASCII.
const LOCK: i64 = 0x0073_7465_7761_7264;

/// The statements that a database of this version is made of: one that was made of the same need not be made anew.
pub fn schema() -> String {
    STEPS.concat()
}

/// Version of the schema that this program makes.
pub(crate) fn newest() -> usize {
    STEPS.len()
}

/// Brings the schema to this program's version and returns the epoch of the journal.
///
/// # Errors
/// [`StoreError::Refused`] when the schema is newer than this program; else what the database answered.
pub(crate) async fn migrate(connection: &mut Connection) -> Result<i64, StoreError> {
    let begin = match connection.dialect() {
        Dialect::Sqlite => "begin immediate",
        Dialect::Postgres => "begin",
    };
    connection.execute_script(begin).await?;
    match migrate_locked(connection).await {
        Ok(epoch) => {
            connection.execute_script("commit").await?;
            Ok(epoch)
        }
        Err(error) => {
            if connection.execute_script("rollback").await.is_err() {
                connection.discard();
            }
            Err(error)
        }
    }
}

/// Refuses a database whose schema is not this program's, for a process that works beside the one that may migrate.
///
/// # Errors
/// [`StoreError::Refused`]; else what the database answered.
pub(crate) async fn require_newest(connection: &mut Connection) -> Result<(), StoreError> {
    let found = get_meta(connection, "schema").await?;
    if found.as_deref() == Some(STEPS.len().to_string().as_str()) {
        return Ok(());
    }
    let reason = "the running server has another version than this program; use the same for both";
    Err(StoreError::Refused(reason.into()))
}

async fn migrate_locked(connection: &mut Connection) -> Result<i64, StoreError> {
    let dialect = connection.dialect();
    if dialect == Dialect::Postgres {
        // Another node's migration may take its time, but a lock held by strangers must not stop a running service.
        connection.execute_script("set local statement_timeout = 0; set local lock_timeout = 0").await?;
        connection.fetch_all(&format!("select pg_advisory_xact_lock({LOCK})"), &[]).await?;
        connection.execute_script("set local lock_timeout = '2s'").await?;
    }
    let meta = "create table if not exists meta (key {text} primary key, value {text} not null)";
    connection.execute_script(&dialect.schema(meta)).await?;
    let found = get_meta(connection, "schema").await?.and_then(|text| text.parse::<usize>().ok()).unwrap_or(0);
    if found > STEPS.len() {
        return Err(StoreError::Refused(format!(
            "the database has schema {found}, this program knows up to {}; start a newer program, or restore the backup taken before the upgrade",
            STEPS.len()
        )));
    }
    for (index, step) in STEPS.iter().enumerate().skip(found) {
        connection.execute_script(&dialect.schema(step)).await?;
        set_meta(connection, "schema", &(index + 1).to_string()).await?;
        tracing::info!(schema = index + 1, "database migrated");
    }
    match dialect {
        Dialect::Sqlite => Ok(0),
        Dialect::Postgres => current_epoch(connection).await,
    }
}

/// The epoch in which new journal entries are written. It rises when the cluster's transaction ids lie below those in
/// the journal, which happens after a logical restore into another cluster; entries of older epochs then count as
/// finished, whatever their transaction ids.
async fn current_epoch(connection: &mut Connection) -> Result<i64, StoreError> {
    let epoch = get_meta(connection, "epoch").await?.and_then(|text| text.parse().ok()).unwrap_or(0);
    let behind = connection
        .fetch_integer(
            "select cast(1 as bigint) where (select xid from journal where epoch = $1 order by epoch desc, xid desc limit 1) \
             >= pg_current_xact_id()::text::bigint",
            &[Bind::Integer(epoch)],
        )
        .await?;
    if behind.is_none() {
        return Ok(epoch);
    }
    set_meta(connection, "epoch", &(epoch + 1).to_string()).await?;
    tracing::warn!(epoch = epoch + 1, "the journal comes from another database cluster; a new epoch begins");
    Ok(epoch + 1)
}

/// A value of `meta`.
pub(crate) async fn get_meta(connection: &mut Connection, key: &str) -> Result<Option<String>, StoreError> {
    let row = connection.fetch_optional("select value from meta where key = $1", &[Bind::Text(key.into())]).await?;
    Ok(row.map(|row| row.text(0)).transpose()?)
}

/// Sets a value of `meta`.
pub(crate) async fn set_meta(connection: &mut Connection, key: &str, value: &str) -> Result<(), StoreError> {
    connection
        .execute(
            "insert into meta (key, value) values ($1, $2) on conflict (key) do update set value = excluded.value",
            &[Bind::Text(key.into()), Bind::Text(value.into())],
        )
        .await?;
    Ok(())
}
