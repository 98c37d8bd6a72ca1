//! Identities and numbers of new records.

use std::collections::{BTreeMap, VecDeque};
use std::ops::Range;
use std::time::{Duration, Instant};

use steward_model::id::RecordId;
use steward_model::kind::{Kind, Numbering};
use tokio::sync::Mutex;

use crate::boxed;
use crate::connection::Connection;
use crate::error::{CommitError, StoreError};
use crate::sql::{Bind, Dialect, quoted};
use crate::store::Store;

/// Ids taken from the database at once; what is left when the process ends is never used.
const BLOCK: i64 = 1000;

/// Places of a series taken ahead on PostgreSQL at most; what is left when the process ends is a gap.
const AHEAD: usize = 64;

/// A series whose last places were taken within this time is asked all the time.
const BUSY: Duration = Duration::from_secs(1);

/// What this process has in hand.
#[derive(Debug, Default)]
pub(crate) struct Numbers {
    ids: Mutex<Range<i64>>,
    /// SQLite only, where one process writes: last place given out, by counter name.
    places: Mutex<BTreeMap<String, i64>>,
    /// PostgreSQL only: places taken from a sequence ahead of need, by its name.
    ahead: Mutex<BTreeMap<String, Ahead>>,
}

/// Places of a series in hand. A series that is asked once in a while has none, so its numbers follow each other on all
/// nodes; one that is asked all the time takes more and more at once, up to [`AHEAD`], and spares a round trip each.
#[derive(Debug, Default)]
struct Ahead {
    places: VecDeque<i64>,
    /// How many were taken last, and when.
    taken: Option<(usize, Instant)>,
}

impl Ahead {
    /// How many to take now when `count` are needed.
    fn wanted(&self, count: usize) -> usize {
        match self.taken {
            Some((before, at)) if at.elapsed() < BUSY => count.max((before * 2).min(AHEAD)),
            _ => count,
        }
    }
}

impl Store {
    /// Identities for `count` new records, ascending, never given out again.
    ///
    /// # Errors
    /// Why no new block could be taken.
    #[boxed]
    pub async fn next_ids(&self, count: usize) -> Result<Vec<RecordId>, StoreError> {
        let count = i64::try_from(count).map_err(|_| StoreError::Refused("too many ids at once".into()))?;
        let mut ids = self.numbers().ids.lock().await;
        if ids.end - ids.start < count {
            let wanted = count.max(BLOCK);
            let last = self
                .write(move |connection| {
                    Box::pin(async move {
                        let sql = "insert into counter (name, value) values ('record', $1) \
                                   on conflict (name) do update set value = counter.value + excluded.value returning value";
                        Ok(connection.fetch_integer(sql, &[Bind::Integer(wanted)]).await?.unwrap_or(wanted))
                    })
                })
                .await?;
            *ids = last - wanted + 1..last + 1;
        }
        let first = ids.start;
        ids.start += count;
        Ok((first..first + count).map(RecordId).collect())
    }

    /// The next `count` free numbers of a kind. Numbers of records that are never committed leave gaps on PostgreSQL;
    /// on SQLite they are given out again after a restart.
    ///
    /// # Errors
    /// What the database answered; on PostgreSQL also when [`Store::sync_kinds`] never saw the kind.
    #[boxed]
    pub async fn next_numbers(&self, kind: &Kind, count: usize) -> Result<Vec<String>, StoreError> {
        let places: Vec<i64> = match self.dialect() {
            Dialect::Sqlite => {
                let mut places = self.numbers().places.lock().await;
                let last = self.last_place(&mut places, &kind.numbering).await?;
                let first = *last + 1;
                *last += i64::try_from(count).unwrap_or(0);
                (first..=*last).collect()
            }
            Dialect::Postgres => {
                let sequence = sequence(&kind.numbering);
                let mut ahead = self.numbers().ahead.lock().await;
                let ahead = ahead.entry(sequence.clone()).or_default();
                if ahead.places.len() < count {
                    let wanted = ahead.wanted(count - ahead.places.len());
                    let sql = format!("select nextval('{sequence}') from generate_series(1, $1)");
                    let bind = Bind::Integer(i64::try_from(wanted).unwrap_or(0));
                    let rows = self.read().await?.fetch_all(&sql, &[bind]).await?;
                    let taken = rows.iter().map(|row| row.integer(0)).collect::<Result<Vec<_>, _>>()?;
                    ahead.places.extend(taken);
                    ahead.taken = Some((wanted, Instant::now()));
                }
                let count = count.min(ahead.places.len());
                ahead.places.drain(..count).collect()
            }
        };
        Ok(places.into_iter().map(|place| kind.numbering.format(place)).collect())
    }

    /// Says that numbers up to `place` are in use, as after an import that kept its numbers.
    ///
    /// # Errors
    /// What the database answered.
    #[boxed]
    pub async fn numbers_used(&self, kind: &Kind, place: i64) -> Result<(), StoreError> {
        match self.dialect() {
            Dialect::Sqlite => {
                let name = counter(&kind.numbering);
                let raised = BTreeMap::from([(name, place)]);
                self.raise_places(&raised).await?;
                self.write(move |connection| {
                    let raised = raised.clone();
                    Box::pin(async move { keep_places(connection, &raised).await })
                })
                .await?;
            }
            Dialect::Postgres => {
                let sequence = sequence(&kind.numbering);
                if let Some(ahead) = self.numbers().ahead.lock().await.get_mut(&sequence) {
                    ahead.places.retain(|ahead| *ahead > place);
                }
                let sql = format!("select setval('{sequence}', $1) from {sequence} where last_value < $1");
                self.read().await?.fetch_all(&sql, &[Bind::Integer(place)]).await?;
            }
        }
        Ok(())
    }

    /// Gives up places that were taken ahead of need.
    pub(crate) async fn drop_numbers_ahead(&self) {
        self.numbers().ahead.lock().await.clear();
    }

    /// Raises the places in memory.
    pub(crate) async fn raise_places(&self, raised: &BTreeMap<String, i64>) -> Result<(), StoreError> {
        let mut places = self.numbers().places.lock().await;
        for (name, place) in raised {
            if let Some(last) = places.get_mut(name) {
                *last = (*last).max(*place);
            }
        }
        Ok(())
    }

    async fn last_place<'a>(
        &self,
        places: &'a mut BTreeMap<String, i64>,
        numbering: &Numbering,
    ) -> Result<&'a mut i64, StoreError> {
        let name = counter(numbering);
        let stored = if places.contains_key(&name) {
            0
        } else {
            let sql = "select value from counter where name = $1";
            self.read_few().await?.fetch_integer(sql, &[Bind::Text(name.clone())]).await?.unwrap_or(0)
        };
        Ok(places.entry(name).or_insert(stored))
    }
}

/// Keeps the highest committed place of each series in the database (SQLite).
pub(crate) async fn keep_places(
    connection: &mut Connection,
    raised: &BTreeMap<String, i64>,
) -> Result<(), CommitError> {
    for (name, place) in raised {
        connection
            .execute(
                "insert into counter (name, value) values ($1, $2) \
                 on conflict (name) do update set value = max(value, excluded.value)",
                &[Bind::Text(name.clone()), Bind::Integer(*place)],
            )
            .await?;
    }
    Ok(())
}

/// Name of the counter of a series in SQLite.
pub(crate) fn counter(numbering: &Numbering) -> String {
    format!("number:{}", numbering.prefix)
}

/// Name of the sequence of a series in PostgreSQL, as identifier.
pub(crate) fn sequence(numbering: &Numbering) -> String {
    quoted(&format!("number_{}", numbering.prefix.to_lowercase()))
}
