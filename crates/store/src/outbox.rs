//! What is to be mailed: messages with the places in journals that they are about, and what became of each.

use std::collections::BTreeMap;

use steward_model::id::{RecordId, Revision};
use steward_model::moment::Moment;

use crate::boxed;
use crate::bulk::Target;
use crate::connection::{Connection, Row};
use crate::error::{CommitError, StoreError};
use crate::sql::{Bind, Dialect, integer_list, literal};
use crate::store::Store;

const MESSAGE: Target = Target {
    table: "outbox",
    columns: &["person", "record", "state", "due_at", "created_at", "tries", "fence"],
    jsonb: &[],
    json: &[],
    // What is urgent takes along what waits already.
    suffix: "on conflict (person, record) where state = 'waiting' do update set \
             due_at = case when excluded.due_at < outbox.due_at then excluded.due_at else outbox.due_at end \
             returning id, person, record",
};
const PLACE: Target = Target {
    table: "outbox_place",
    columns: &["message", "record", "seq", "reason", "actor", "internal", "at"],
    jsonb: &[],
    json: &[],
    suffix: "on conflict do nothing",
};
const COLUMNS: &str = "id, person, record, state, due_at, created_at, done_at, tries, why, error";
/// Messages of one statement.
const CHUNK: usize = 256;
/// Rows removed at once.
const BATCH: i64 = 5_000;

/// How a message stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MailState {
    /// It waits for its moment and takes in what else happens until then.
    Waiting,
    /// It is to be sent as it is.
    Ready,
    /// A node is about to send it.
    Sending,
    /// It was handed over.
    Sent,
    /// Nothing was sent, for a reason.
    Withheld,
    /// It would be sent if there were a way.
    Held,
    /// It could not be handed over, and will be tried again.
    Failed,
    /// It was tried too often.
    Dead,
}

impl MailState {
    /// All of them.
    pub const ALL: [Self; 8] =
        [Self::Waiting, Self::Ready, Self::Sending, Self::Sent, Self::Withheld, Self::Held, Self::Failed, Self::Dead];

    /// The word in the database.
    pub fn key(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Ready => "ready",
            Self::Sending => "sending",
            Self::Sent => "sent",
            Self::Withheld => "withheld",
            Self::Held => "held",
            Self::Failed => "failed",
            Self::Dead => "dead",
        }
    }

    fn named(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.key() == key)
    }
}

/// A place in a journal that a message is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailPlace {
    /// The record.
    pub record: RecordId,
    /// The entry of its journal.
    pub seq: Revision,
    /// Why the person is told.
    pub reason: String,
    /// Who did it.
    pub actor: RecordId,
    /// Whether only staff may know of it.
    pub internal: bool,
    /// When it happened.
    pub at: Moment,
}

/// Something to mail: it joins the message to the same person about the same record, or their digest, that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewMail {
    /// Who gets it.
    pub person: RecordId,
    /// Whether it waits for the person's digest.
    pub in_digest: bool,
    /// Not before this moment.
    pub due_at: Moment,
    /// When it was asked for.
    pub created_at: Moment,
    /// What it is about.
    pub place: MailPlace,
}

/// A message as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredMail {
    /// Its number; later ones have higher numbers.
    pub id: i64,
    /// Who gets it.
    pub person: RecordId,
    /// The record that it is about; `None` for a digest.
    pub record: Option<RecordId>,
    /// How it stands.
    pub state: MailState,
    /// When it is due.
    pub due_at: Moment,
    /// When the first thing in it happened, or was told.
    pub created_at: Moment,
    /// When it was sent, withheld, held or given up.
    pub done_at: Option<Moment>,
    /// How often it was tried.
    pub tries: i64,
    /// Why nothing was sent, as a word.
    pub why: Option<String>,
    /// What went wrong last.
    pub error: Option<String>,
}

/// A message in the hands of a node, until its lease runs out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailClaim {
    /// The message.
    pub mail: StoredMail,
    /// Rises with each claim; who does not hold the latest lost the message.
    pub fence: i64,
}

/// What became of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailEnd {
    /// How it stands now.
    pub state: MailState,
    /// Why nothing was sent, as a word.
    pub why: Option<String>,
    /// What went wrong.
    pub error: Option<String>,
    /// When it is tried again; `None` when it is done.
    pub retry_at: Option<Moment>,
    /// When.
    pub at: Moment,
}

/// What messages to list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MailQuery {
    /// Only of this person.
    pub person: Option<RecordId>,
    /// Only in one of these states; all when empty.
    pub states: Vec<MailState>,
    /// Only those with lower numbers.
    pub before: Option<i64>,
    /// At most.
    pub limit: usize,
}

/// Adds what is to be mailed, within the transaction of what is told: a statement for all messages and one for all places.
pub(crate) async fn add(connection: &mut Connection, new: &[NewMail]) -> Result<(), CommitError> {
    if new.is_empty() {
        return Ok(());
    }
    let group = |mail: &NewMail| (mail.person.0, if mail.in_digest { 0 } else { mail.place.record.0 });
    let mut due: BTreeMap<(i64, i64), (Moment, Moment)> = BTreeMap::new();
    for mail in new {
        let known = due.entry(group(mail)).or_insert((mail.due_at, mail.created_at));
        known.0 = known.0.min(mail.due_at);
    }
    let rows: Vec<Vec<Bind>> = due
        .iter()
        .map(|((person, record), (due_at, created_at))| {
            vec![
                Bind::Integer(*person),
                Bind::Integer(*record),
                Bind::Text(MailState::Waiting.key().to_owned()),
                Bind::Integer(due_at.0),
                Bind::Integer(created_at.0),
                Bind::Integer(0),
                Bind::Integer(0),
            ]
        })
        .collect();
    let mut messages: BTreeMap<(i64, i64), i64> = BTreeMap::new();
    for chunk in rows.chunks(CHUNK) {
        let sql = MESSAGE.sql(connection.dialect(), chunk.len());
        let binds: Vec<Bind> = chunk.iter().flatten().cloned().collect();
        for row in connection.fetch_all(&sql, &binds).await? {
            messages.insert((row.integer(1)?, row.integer(2)?), row.integer(0)?);
        }
    }
    let places: Vec<Vec<Bind>> = new
        .iter()
        .filter_map(|mail| {
            let message = messages.get(&group(mail))?;
            Some(vec![
                Bind::Integer(*message),
                Bind::Integer(mail.place.record.0),
                Bind::Integer(mail.place.seq),
                Bind::Text(mail.place.reason.clone()),
                Bind::Integer(mail.place.actor.0),
                Bind::Integer(mail.place.internal.into()),
                Bind::Integer(mail.place.at.0),
            ])
        })
        .collect();
    PLACE.insert(connection, &places).await?;
    Ok(())
}

impl Store {
    /// Takes messages that are due, longest due first, among them those whose node let the lease run out; with `only` no
    /// other than that one. `now` decides what is due; leases, `lease` seconds long, go by the clock of the database.
    ///
    /// # Errors
    /// As [`Store::write`].
    #[boxed]
    pub async fn claim_mail(
        &self,
        now: Moment,
        lease: i64,
        limit: usize,
        only: Option<i64>,
    ) -> Result<Vec<MailClaim>, StoreError> {
        let of_database = self.dialect().now();
        let skip = if self.dialect() == Dialect::Postgres { "for update skip locked" } else { "" };
        let which = if only.is_some() { "and id = $4" } else { "" };
        let sql = format!(
            "update outbox set state = 'sending', leased_until = {of_database} + $1, tries = tries + 1, \
             fence = fence + 1 where id in (select id from outbox \
             where state in ('waiting', 'ready', 'failed', 'sending') and due_at <= $2 \
             and (state <> 'sending' or leased_until <= {of_database}) {which} \
             order by due_at, id limit $3 {skip}) returning {COLUMNS}, fence"
        );
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let numbers = [lease.saturating_mul(1_000_000), now.0, limit].into_iter().chain(only);
        let binds: Vec<Bind> = numbers.map(Bind::Integer).collect();
        let claimed = self.write(move |connection| {
            let (sql, binds) = (sql.clone(), binds.clone());
            Box::pin(async move { Ok(connection.fetch_all(&sql, &binds).await?) })
        });
        let rows = claimed.await?;
        let claim = |row: &Row| Ok(MailClaim { mail: stored(row)?, fence: row.integer(10)? });
        let mut claims = rows.iter().map(claim).collect::<Result<Vec<_>, StoreError>>()?;
        claims.sort_by_key(|claim| (claim.mail.due_at, claim.mail.id));
        Ok(claims)
    }

    /// Notes what became of a message; `false` when another node has it by now.
    ///
    /// # Errors
    /// As [`Store::write`].
    #[boxed]
    pub async fn end_mail(&self, claim: &MailClaim, end: &MailEnd) -> Result<bool, StoreError> {
        let sql = "update outbox set state = $1, why = $2, error = $3, due_at = $4, done_at = $5, leased_until = null \
                   where id = $6 and fence = $7 and state = 'sending'";
        let binds = vec![
            Bind::Text(end.state.key().to_owned()),
            Bind::OptionalText(end.why.clone()),
            Bind::OptionalText(end.error.clone()),
            Bind::Integer(end.retry_at.unwrap_or(claim.mail.due_at).0),
            Bind::OptionalInteger(end.retry_at.is_none().then_some(end.at.0)),
            Bind::Integer(claim.mail.id),
            Bind::Integer(claim.fence),
        ];
        self.count_changed(sql.to_owned(), binds).await.map(|changed| changed > 0)
    }

    /// Has a message sent at once, with all its tries before it: one that waits, is held, failed or was withheld. `false`
    /// when there is none such.
    ///
    /// # Errors
    /// As [`Store::write`].
    #[boxed]
    pub async fn release_mail(&self, id: i64, now: Moment) -> Result<bool, StoreError> {
        let sql = "update outbox set state = 'ready', due_at = $1, tries = 0, why = null, error = null, done_at = null \
                   where id = $2 and state in ('waiting', 'ready', 'held', 'failed', 'dead', 'withheld')";
        self.count_changed(sql.to_owned(), [now.0, id].map(Bind::Integer).to_vec()).await.map(|changed| changed > 0)
    }

    /// Messages, newest first.
    ///
    /// # Errors
    /// What the database answered.
    #[boxed]
    pub async fn mail(&self, query: &MailQuery) -> Result<Vec<StoredMail>, StoreError> {
        let limit = i64::try_from(query.limit).unwrap_or(i64::MAX);
        let mut binds = [query.before.unwrap_or(i64::MAX), limit].map(Bind::Integer).to_vec();
        let mut tests = vec!["id < $1".to_owned()];
        if let Some(person) = query.person {
            binds.push(Bind::Integer(person.0));
            tests.push(format!("person = ${}", binds.len()));
        }
        if !query.states.is_empty() {
            let states: Vec<String> = query.states.iter().map(|state| literal(state.key())).collect();
            tests.push(format!("state in ({})", states.join(", ")));
        }
        let sql = format!("select {COLUMNS} from outbox where {} order by id desc limit $2", tests.join(" and "));
        self.read().await?.fetch_all(&sql, &binds).await?.iter().map(stored).collect()
    }

    /// The message of a number.
    ///
    /// # Errors
    /// What the database answered.
    #[boxed]
    pub async fn one_mail(&self, id: i64) -> Result<Option<StoredMail>, StoreError> {
        let sql = format!("select {COLUMNS} from outbox where id = $1");
        let row = self.read_few().await?.fetch_optional(&sql, &[Bind::Integer(id)]).await?;
        row.as_ref().map(stored).transpose()
    }

    /// What messages are about, by message in the order in which it happened, of each at most so many places; with how
    /// many there are of it in all.
    ///
    /// # Errors
    /// What the database answered.
    #[boxed]
    pub async fn mail_places(
        &self,
        messages: &[i64],
        most: usize,
    ) -> Result<BTreeMap<i64, (Vec<MailPlace>, i64)>, StoreError> {
        let mut found: BTreeMap<i64, (Vec<MailPlace>, i64)> = BTreeMap::new();
        if messages.is_empty() {
            return Ok(found);
        }
        let (list, bind) = integer_list(messages, 1, self.dialect());
        let sql = format!(
            "select message, record, seq, reason, actor, internal, at, total from (\
             select p.*, row_number() over (partition by message order by at, record, seq) as place, \
             count(*) over (partition by message) as total from outbox_place p where message in {list}) placed \
             where place <= $2 order by message, place"
        );
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        for row in self.read().await?.fetch_all(&sql, &[bind, Bind::Integer(most)]).await? {
            let of = found.entry(row.integer(0)?).or_default();
            of.1 = row.integer(7)?;
            of.0.push(MailPlace {
                record: RecordId(row.integer(1)?),
                seq: row.integer(2)?,
                reason: row.text(3)?,
                actor: RecordId(row.integer(4)?),
                internal: row.integer(5)? != 0,
                at: row.moment(6)?,
            });
        }
        Ok(found)
    }

    /// Removes a bounded number of messages from before a moment.
    ///
    /// # Errors
    /// As [`Store::write`].
    #[boxed]
    pub async fn forget_mail(&self, before: Moment) -> Result<(), StoreError> {
        let forgotten = self.write(move |connection| {
            Box::pin(async move {
                let old = "select id from outbox where created_at < $1 order by created_at, id limit $2";
                let binds = [before.0, BATCH].map(Bind::Integer);
                connection.execute(&format!("delete from outbox_place where message in ({old})"), &binds).await?;
                connection.execute(&format!("delete from outbox where id in ({old})"), &binds).await?;
                Ok(())
            })
        });
        Ok(forgotten.await?)
    }

    async fn count_changed(&self, sql: String, binds: Vec<Bind>) -> Result<u64, StoreError> {
        let changed = self.write(move |connection| {
            let (sql, binds) = (sql.clone(), binds.clone());
            Box::pin(async move { Ok(connection.execute(&sql, &binds).await?) })
        });
        Ok(changed.await?)
    }
}

fn stored(row: &Row) -> Result<StoredMail, StoreError> {
    let id = row.integer(0)?;
    let state = row.text(3)?;
    Ok(StoredMail {
        id,
        person: RecordId(row.integer(1)?),
        record: Some(RecordId(row.integer(2)?)).filter(|record| record.0 != 0),
        state: MailState::named(&state)
            .ok_or_else(|| StoreError::Damaged(format!("message {id} in the outbox is `{state}`")))?,
        due_at: row.moment(4)?,
        created_at: row.moment(5)?,
        done_at: row.optional_integer(6)?.map(Moment),
        tries: row.integer(7)?,
        why: row.optional_text(8)?,
        error: row.optional_text(9)?,
    })
}
