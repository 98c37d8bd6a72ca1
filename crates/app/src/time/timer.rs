//! The clock that somebody has running on a record: one for each person, kept in the database until it is stopped.
//!
//! A second one is not started beside it: whoever starts one elsewhere stops the first by booking it or throws it away,
//! so that no time is lost without a word. Stopping only says how long it ran; the time is booked by whoever reads it.

use std::sync::Arc;

use steward_model::access::{Action, Actor, may};
use steward_model::id::RecordId;
use steward_model::kind::Kind;
use steward_model::moment::Moment;
use steward_store::worklog::Running;

use crate::App;
use crate::boxed;
use crate::error::Error;
use crate::view::{Label, label_of};

/// Time is rounded up to this, in seconds, when a clock stops.
const STEP: i64 = 60;

/// A clock that runs.
#[derive(Debug, Clone)]
pub struct Timer {
    /// The kind of the record.
    pub kind: Arc<Kind>,
    /// The record.
    pub record: RecordId,
    /// How it is called.
    pub label: Label,
    /// Since when it runs.
    pub started_at: Moment,
    /// How long it ran, in whole minutes begun.
    pub seconds: i64,
}

impl App {
    /// The clock that somebody has running, while they may still see its record.
    ///
    /// # Errors
    /// When the database is away.
    #[boxed]
    pub async fn timer(&self, actor: &Actor) -> Result<Option<Timer>, Error> {
        let Some(running) = self.store().timer_of(actor.person).await? else { return Ok(None) };
        let Some(loaded) = self.store().get_record(running.record).await? else { return Ok(None) };
        let Some(kind) = self.registry().kind(&loaded.record.kind) else { return Ok(None) };
        if !may(actor, Action::Read, kind, &loaded.record, self.now()) {
            return Ok(None);
        }
        let started_at = running.started_at;
        let label = label_of(kind, &loaded.record);
        let seconds = rounded(self.now().seconds_since(started_at));
        Ok(Some(Timer { kind: kind.clone(), record: loaded.record.id, label, started_at, seconds }))
    }

    /// Starts one's clock on a record; on the record on which it runs, nothing happens.
    ///
    /// # Errors
    /// [`Error::Invalid`] while one's clock runs on another record; [`Error::Forbidden`] for who may not book time.
    #[boxed]
    pub async fn start_timer(&self, actor: &Actor, kind: &Arc<Kind>, name: &str) -> Result<Timer, Error> {
        let record = self.find(actor, kind, name).await?.record;
        if actor.is_viewed() || !may(actor, Action::Work, kind, &record, self.now()) {
            return self.noted(actor, kind, name, Err(Error::Forbidden { action: Action::Work })).await;
        }
        let started = Running { record: record.id, started_at: self.now() };
        if !self.store().start_timer(actor.person, &started).await? {
            match self.timer(actor).await? {
                Some(other) if other.record != record.id => {
                    let message =
                        format!("your clock runs on {} already; stop or discard it first", other.label.number);
                    return Err(Error::invalid("timer", message));
                }
                Some(running) => return Ok(running),
                // It ran on what they may not see any more, and nobody else can end it.
                None => {
                    self.drop_timer(actor).await?;
                    self.store().start_timer(actor.person, &started).await?;
                }
            }
        }
        self.timer(actor).await?.ok_or(Error::NotFound)
    }

    /// Ends one's clock and says how long it ran; nothing is booked by that.
    ///
    /// # Errors
    /// [`Error::NotFound`] when none runs.
    #[boxed]
    pub async fn stop_timer(&self, actor: &Actor) -> Result<Timer, Error> {
        if actor.is_viewed() {
            return Err(Error::Forbidden { action: Action::Work });
        }
        let timer = self.timer(actor).await?.ok_or(Error::NotFound)?;
        self.drop_timer(actor).await?;
        Ok(timer)
    }

    async fn drop_timer(&self, actor: &Actor) -> Result<(), Error> {
        if let Some(running) = self.store().timer_of(actor.person).await? {
            self.store().end_timer(actor.person, &running).await?;
        }
        Ok(())
    }
}

/// Time as it is offered for booking: whole minutes, the one that was begun with them.
fn rounded(seconds: i64) -> i64 {
    (seconds.max(1) + STEP - 1) / STEP * STEP
}

#[cfg(test)]
mod tests {
    use super::rounded;

    #[test]
    fn a_minute_begun_counts_as_one() {
        assert_eq!([-5, 0, 1, 60, 61, 3599].map(rounded), [60, 60, 60, 60, 120, 3600]);
    }
}
