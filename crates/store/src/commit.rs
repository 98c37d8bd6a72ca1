//! Writing a change set.

use std::collections::BTreeMap;
use std::sync::Arc;

use steward_model::chain::{Hash, canonical_text, link_hash};
use steward_model::event::{Act, Event, LinkTo};
use steward_model::id::RecordId;
use steward_model::kind::Kind;

use crate::boxed;
use crate::bulk::Target;
use crate::bulk_edits;
use crate::change::{ChangeSet, Committed, CursorMove, Head, KeptAnswer, RecordChange, SecurityEvent};
use crate::connection::Connection;
use crate::error::{CommitError, StoreError};
use crate::numbers::{self, counter};
use crate::rows::{JOURNAL, RECORD, is_references, journal_row, record_row, reference_rows, unique_values};
use crate::sql::{Bind, Dialect};
use crate::store::Store;
use crate::{clocks, file_scans, intervals, jobs, notifications, outbox, rules, worklog};

const REFERENCE: Target = Target {
    table: "reference",
    columns: &["record", "field", "target"],
    jsonb: &[],
    json: &[],
    suffix: "on conflict do nothing",
};
const UNIQUE_VALUE: Target = Target {
    table: "unique_value",
    columns: &["kind", "field", "value", "record"],
    jsonb: &[],
    json: &[],
    suffix: "on conflict do nothing",
};
const LINK: Target = Target {
    table: "record_link",
    columns: &["link", "source", "target", "since_at", "since_seq"],
    jsonb: &[],
    json: &[],
    suffix: "on conflict do nothing",
};
const ATTACHMENT: Target = Target {
    table: "attachment",
    columns: &["record", "seq", "name", "media_type", "size", "sha256", "audience"],
    jsonb: &[],
    json: &[],
    suffix: "",
};

impl Store {
    /// Writes a change set: everything in it, in one transaction, or nothing.
    ///
    /// # Errors
    /// The variants of [`CommitError`] say what stood in the way.
    #[boxed]
    pub async fn commit(&self, changes: ChangeSet) -> Result<Committed, CommitError> {
        let rows = Rows::of(&changes)?;
        let heads = rows.heads.clone();
        let (grew, places) = (!rows.journal.is_empty(), rows.places.clone());
        let is_one_statement = self.dialect() == Dialect::Postgres && is_one_event(&changes, &rows);
        let work = Arc::new((changes, rows));
        let written = if is_one_statement {
            self.write_one_statement(move |connection| {
                let work = Arc::clone(&work);
                Box::pin(async move { write_one_event(connection, &work.1).await })
            })
            .await
        } else {
            self.write(move |connection| {
                let work = Arc::clone(&work);
                Box::pin(async move { write(connection, &work.0, &work.1).await })
            })
            .await
        };
        if matches!(written, Err(CommitError::NumberTaken)) {
            // Somebody else raised the series; those in hand may be taken as well.
            self.drop_numbers_ahead().await;
        }
        written?;
        if self.dialect() == Dialect::Sqlite {
            self.raise_places(&places).await?;
        }
        if grew {
            self.wake().ring();
        }
        Ok(Committed { heads })
    }
}

/// The rows of a change set, made before the transaction begins, since SQLite has only one writer.
#[derive(Debug, Default)]
pub(crate) struct Rows {
    inserts: Vec<Vec<Bind>>,
    /// Ordered by record, so that two transactions never wait for each other in a circle.
    updates: BTreeMap<RecordId, (i64, Vec<Bind>)>,
    journal: Vec<Vec<Bind>>,
    references: Vec<Vec<Bind>>,
    stale_references: Vec<RecordId>,
    unique: Vec<Vec<Bind>>,
    stale_unique: Vec<RecordId>,
    edges: Vec<Edge>,
    attachments: Vec<Vec<Bind>>,
    detached: Vec<[i64; 3]>,
    checked: Vec<[Bind; 3]>,
    work: Vec<worklog::Step>,
    pub(crate) heads: Vec<Head>,
    /// Highest place of each number series among new records.
    places: BTreeMap<String, i64>,
}

/// Links made or ended, in the order of events.
#[derive(Debug)]
enum Edge {
    Made(Vec<Bind>),
    Ended(Vec<Bind>),
}

impl Rows {
    pub(crate) fn of(changes: &ChangeSet) -> Result<Self, CommitError> {
        let mut rows = Self::default();
        for change in &changes.records {
            let damaged = |error| {
                CommitError::Failed(StoreError::Damaged(format!("record {} is no JSON: {error}", change.after.id)))
            };
            let head = rows.add_events(change)?;
            let row = record_row(&change.kind, &change.after, &head).map_err(damaged)?;
            rows.heads.push(Head { record: change.after.id, revision: change.after.revision, hash: head });
            match change.before {
                None => rows.add_new(change, row),
                Some((revision, _)) => rows.add_changed(change, revision, row),
            }
        }
        Ok(rows)
    }

    /// Chains the events of a record and returns the hash of the last.
    fn add_events(&mut self, change: &RecordChange) -> Result<Hash, CommitError> {
        let (mut seq, mut hash) = change.before.unwrap_or((0, Hash::ZERO));
        for event in &change.events {
            seq += 1;
            if event.seq != seq || event.record != change.after.id {
                return Err(CommitError::OutOfOrder { record: change.after.id, seq: event.seq });
            }
            let text = canonical_text(event)
                .map_err(|error| CommitError::Failed(StoreError::Damaged(format!("event is no JSON: {error}"))))?;
            hash = link_hash(&hash, &text);
            self.journal.push(journal_row(&change.kind, event, text, &hash));
            self.add_act(event);
        }
        if change.after.revision != seq {
            return Err(CommitError::OutOfOrder { record: change.after.id, seq: change.after.revision });
        }
        Ok(hash)
    }

    fn add_act(&mut self, event: &Event) {
        match &event.act {
            Act::Created { links, .. } => links.iter().for_each(|link| self.edges.push(made(event, link))),
            Act::Linked(link) => self.edges.push(made(event, link)),
            Act::Unlinked(link) => self.edges.push(Edge::Ended(vec![
                Bind::Integer(event.at.0),
                Bind::Integer(event.seq),
                Bind::Integer(event.record.0),
                Bind::Text(link.link.clone()),
                Bind::Integer(link.target.0),
            ])),
            Act::Attached(file) => self.attachments.push(vec![
                Bind::Integer(event.record.0),
                Bind::Integer(event.seq),
                Bind::Text(file.name.clone()),
                Bind::Text(file.media_type.clone()),
                Bind::Integer(file.size),
                Bind::Text(file.sha256.clone()),
                Bind::Text(audience_key(file.audience).to_owned()),
            ]),
            Act::Worked { .. } | Act::WorkCorrected { .. } | Act::WorkWithdrawn { .. } => {
                self.work.extend(worklog::step(event));
            }
            Act::Detached { attachment } => self.detached.push([event.seq, event.record.0, *attachment]),
            Act::FileChecked(check) => self.checked.push([
                Bind::OptionalInteger(check.finding.is_some().then_some(event.seq)),
                Bind::Integer(event.record.0),
                Bind::Integer(check.attachment),
            ]),
            Act::Updated
            | Act::Carried { .. }
            | Act::Transferred { .. }
            | Act::Moved { .. }
            | Act::Commented { .. }
            | Act::Watched { .. }
            | Act::Unwatched { .. }
            | Act::Escalated { .. }
            | Act::ViewedAs { .. } => {}
        }
    }

    fn add_new(&mut self, change: &RecordChange, row: Vec<Bind>) {
        self.inserts.push(row);
        self.references.extend(reference_rows(&change.kind, &change.after));
        self.add_unique(&change.kind, change);
        if let Some(place) = change.kind.numbering.place(&change.after.number) {
            let last = self.places.entry(counter(&change.kind.numbering)).or_default();
            *last = (*last).max(place);
        }
    }

    fn add_changed(&mut self, change: &RecordChange, revision: i64, row: Vec<Bind>) {
        self.updates.insert(change.after.id, (revision, row));
        let touches = |matches: &dyn Fn(&str) -> bool| {
            change.events.iter().flat_map(|event| &event.changes).any(|change| matches(&change.field))
        };
        let watched =
            change.events.iter().any(|event| matches!(event.act, Act::Watched { .. } | Act::Unwatched { .. }));
        if watched || touches(&|key| change.kind.field(key).is_some_and(|field| is_references(&field.field_type))) {
            self.stale_references.push(change.after.id);
            self.references.extend(reference_rows(&change.kind, &change.after));
        }
        if touches(&|key| change.kind.field(key).is_some_and(|field| field.unique)) {
            self.stale_unique.push(change.after.id);
            self.add_unique(&change.kind, change);
        }
    }

    fn add_unique(&mut self, kind: &Kind, change: &RecordChange) {
        self.unique.extend(unique_values(kind, &change.after).map(|(field, value)| {
            vec![
                Bind::Text(kind.key.clone()),
                Bind::Text(field.to_owned()),
                Bind::Text(value),
                Bind::Integer(change.after.id.0),
            ]
        }));
    }
}

fn made(event: &Event, link: &LinkTo) -> Edge {
    Edge::Made(vec![
        Bind::Text(link.link.clone()),
        Bind::Integer(event.record.0),
        Bind::Integer(link.target.0),
        Bind::Integer(event.at.0),
        Bind::Integer(event.seq),
    ])
}

/// The word for an audience in the database.
pub(crate) fn audience_key(audience: steward_model::event::Audience) -> &'static str {
    match audience {
        steward_model::event::Audience::Public => "public",
        steward_model::event::Audience::Internal => "internal",
    }
}

/// Writes a change set in the transaction that is open.
pub(crate) async fn write(connection: &mut Connection, changes: &ChangeSet, rows: &Rows) -> Result<(), CommitError> {
    if let Some(answer) = &changes.idempotency {
        keep_answer(connection, answer).await?;
    }
    if let Some(claim) = &changes.finish {
        jobs::finish(connection, claim).await?;
    }
    if let Some(effect) = &changes.bulk_row {
        bulk_edits::finish_row(connection, effect).await?;
    }
    if let Some(step) = &changes.cursor {
        move_cursor(connection, step).await?;
    }
    rules::write(connection, &changes.rules).await?;
    let inserted = RECORD.insert(connection, &rows.inserts).await?;
    if usize::try_from(inserted).ok() != Some(rows.inserts.len()) {
        return Err(CommitError::NumberTaken);
    }
    update_records(connection, &rows.updates).await?;
    write_journal(connection, &rows.journal).await?;
    for record in &rows.stale_references {
        connection.execute("delete from reference where record = $1", &[Bind::Integer(record.0)]).await?;
    }
    REFERENCE.insert(connection, &rows.references).await?;
    write_unique(connection, rows).await?;
    write_edges(connection, &rows.edges).await?;
    ATTACHMENT.insert(connection, &rows.attachments).await?;
    for detached in &rows.detached {
        let sql = "update attachment set detached_seq = $1 where record = $2 and seq = $3";
        connection.execute(sql, &detached.map(Bind::Integer)).await?;
    }
    for checked in &rows.checked {
        let sql = "update attachment set withheld_seq = $1 where record = $2 and seq = $3";
        connection.execute(sql, checked).await?;
    }
    file_scans::add(connection, &changes.scans).await?;
    worklog::write(connection, &rows.work).await?;
    if connection.dialect() == Dialect::Sqlite {
        numbers::keep_places(connection, &rows.places).await?;
    }
    clocks::write(connection, &changes.clocks, &changes.gone_clocks, &changes.dues).await?;
    intervals::write(connection, &changes.intervals).await?;
    jobs::enqueue_all(connection, &changes.jobs).await?;
    notifications::add(connection, &changes.notifications).await?;
    outbox::add(connection, &changes.mail).await?;
    write_security_events(connection, &changes.security_events).await
}

/// Whether a change set is one event of one record that touches no other table: most of them.
fn is_one_event(changes: &ChangeSet, rows: &Rows) -> bool {
    let alone = changes.jobs.is_empty()
        && changes.clocks.is_empty()
        && changes.gone_clocks.is_empty()
        && changes.dues.is_empty()
        && changes.intervals.is_empty()
        && changes.security_events.is_empty()
        && changes.notifications.is_empty()
        && changes.mail.is_empty()
        && changes.rules.is_empty()
        && changes.scans.is_empty()
        && changes.idempotency.is_none()
        && changes.finish.is_none()
        && changes.bulk_row.is_none()
        && changes.cursor.is_none();
    alone
        && rows.inserts.len() + rows.updates.len() == 1
        && rows.journal.len() == 1
        && rows.references.is_empty()
        && rows.stale_references.is_empty()
        && rows.unique.is_empty()
        && rows.stale_unique.is_empty()
        && rows.edges.is_empty()
        && rows.attachments.is_empty()
        && rows.detached.is_empty()
        && rows.checked.is_empty()
        && rows.work.is_empty()
}

/// Writes one event with its record in one statement, which PostgreSQL runs as a transaction of its own: one round trip
/// instead of four. The entry of the journal is made only when the record was written.
async fn write_one_event(connection: &mut Connection, rows: &Rows) -> Result<(), CommitError> {
    let dialect = connection.dialect();
    let (record, mut binds, missed) = match (rows.inserts.first(), rows.updates.first_key_value()) {
        (Some(row), _) => (RECORD.sql(dialect, 1), row.clone(), CommitError::NumberTaken),
        (None, Some((record, (revision, row)))) => {
            let mut binds = row.clone();
            binds.push(Bind::Integer(*revision));
            (update_sql(dialect), binds, CommitError::Stale { record: *record })
        }
        (None, None) => return Ok(()),
    };
    let first = binds.len() + 1;
    binds.push(Bind::Integer(connection.epoch));
    binds.extend(rows.journal.iter().flatten().cloned());
    let values = JOURNAL.columns.iter().zip(first..).map(|(column, place)| match JOURNAL.json.contains(column) {
        true => format!("${place}::json"),
        false => format!("${place}"),
    });
    let sql = format!(
        "with written as ({record} returning id) insert into journal ({}) select {} from written",
        JOURNAL.columns.join(", "),
        values.collect::<Vec<_>>().join(", ")
    );
    match connection.execute(&sql, &binds).await? {
        0 => Err(missed),
        _ => Ok(()),
    }
}

/// Writes a record over the revision before, which is the value after those of the row.
fn update_sql(dialect: Dialect) -> String {
    let columns = RECORD.columns.iter().enumerate().skip(1);
    let set: Vec<String> = columns
        .map(|(index, column)| match RECORD.jsonb.contains(column) {
            true => format!("{column} = {}", dialect.json_placeholder(index + 1)),
            false => format!("{column} = ${}", index + 1),
        })
        .collect();
    let last = RECORD.columns.len() + 1;
    format!("update record set {} where id = $1 and revision = ${last}", set.join(", "))
}

async fn update_records(
    connection: &mut Connection,
    updates: &BTreeMap<RecordId, (i64, Vec<Bind>)>,
) -> Result<(), CommitError> {
    if updates.is_empty() {
        return Ok(());
    }
    let sql = update_sql(connection.dialect());
    for (record, (revision, row)) in updates {
        let mut binds = row.clone();
        binds.push(Bind::Integer(*revision));
        if connection.execute(&sql, &binds).await? == 0 {
            return Err(CommitError::Stale { record: *record });
        }
    }
    Ok(())
}

async fn write_journal(connection: &mut Connection, rows: &[Vec<Bind>]) -> Result<(), CommitError> {
    let epoch = Bind::Integer(connection.epoch);
    // Chunked here as well, so that a large import does not hold every text twice.
    for chunk in rows.chunks(512) {
        let rows: Vec<Vec<Bind>> =
            chunk.iter().map(|row| std::iter::once(&epoch).chain(row).cloned().collect()).collect();
        JOURNAL.insert(connection, &rows).await?;
    }
    Ok(())
}

async fn write_unique(connection: &mut Connection, rows: &Rows) -> Result<(), CommitError> {
    for record in &rows.stale_unique {
        connection.execute("delete from unique_value where record = $1", &[Bind::Integer(record.0)]).await?;
    }
    let inserted = UNIQUE_VALUE.insert(connection, &rows.unique).await?;
    if usize::try_from(inserted).ok() == Some(rows.unique.len()) {
        return Ok(());
    }
    for row in &rows.unique {
        let sql = "select 1 from unique_value where kind = $1 and field = $2 and value = $3 and record <> $4";
        if connection.fetch_optional(sql, row).await?.is_some()
            && let [Bind::Text(kind), Bind::Text(field), Bind::Text(value), _] = row.as_slice()
        {
            return Err(CommitError::NotUnique { kind: kind.clone(), field: field.clone(), value: value.clone() });
        }
    }
    Ok(())
}

async fn write_edges(connection: &mut Connection, edges: &[Edge]) -> Result<(), CommitError> {
    let mut made = Vec::new();
    for edge in edges {
        match edge {
            Edge::Made(row) => made.push(row.clone()),
            Edge::Ended(row) => {
                LINK.insert(connection, &std::mem::take(&mut made)).await?;
                let sql = "update record_link set until_at = $1, until_seq = $2 \
                           where source = $3 and link = $4 and target = $5 and until_at is null";
                connection.execute(sql, row).await?;
            }
        }
    }
    LINK.insert(connection, &made).await?;
    Ok(())
}

async fn keep_answer(connection: &mut Connection, answer: &KeptAnswer) -> Result<(), CommitError> {
    let sql = "insert into idempotency (actor, key, request_hash, status, response, created_at) \
               values ($1, $2, $3, $4, $5, $6) on conflict do nothing";
    let binds = [
        Bind::Integer(answer.actor.0),
        Bind::Text(answer.key.clone()),
        Bind::Bytes(answer.request_hash.0.to_vec()),
        Bind::Integer(i64::from(answer.status)),
        Bind::Text(answer.response.clone()),
        Bind::Integer(answer.created_at.0),
    ];
    match connection.execute(sql, &binds).await? {
        0 => Err(CommitError::KeyUsed),
        _ => Ok(()),
    }
}

async fn move_cursor(connection: &mut Connection, step: &CursorMove) -> Result<(), CommitError> {
    let to = [step.to.epoch, step.to.xid, step.to.position].map(Bind::Integer);
    let mut binds = vec![Bind::Text(step.subscriber.clone())];
    binds.extend(to);
    let moved = match step.from {
        None => {
            let sql = "insert into cursor (subscriber, epoch, xid, position) values ($1, $2, $3, $4) \
                       on conflict do nothing";
            connection.execute(sql, &binds).await?
        }
        Some(from) => {
            binds.extend([from.epoch, from.xid, from.position].map(Bind::Integer));
            let sql = "update cursor set epoch = $2, xid = $3, position = $4 \
                       where subscriber = $1 and epoch = $5 and xid = $6 and position = $7";
            connection.execute(sql, &binds).await?
        }
    };
    match moved {
        0 => Err(CommitError::Fenced),
        _ => Ok(()),
    }
}

async fn write_security_events(connection: &mut Connection, events: &[SecurityEvent]) -> Result<(), CommitError> {
    for event in events {
        let sql = "insert into security_event (at, actor, address, action, outcome, detail) \
                   values ($1, $2, $3, $4, $5, $6)";
        let binds = [
            Bind::Integer(event.at.0),
            Bind::Integer(event.actor.0),
            Bind::Text(event.address.clone()),
            Bind::Text(event.action.clone()),
            Bind::Text(event.outcome.clone()),
            Bind::Text(event.detail.clone()),
        ];
        connection.execute(sql, &binds).await?;
    }
    Ok(())
}
