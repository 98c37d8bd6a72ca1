//! What everybody who follows the journal shares: waiting for entries, and a place that moves in a transaction.

use std::time::{Duration, Instant};

use steward_store::change::{ChangeSet, CursorMove};
use steward_store::error::CommitError;
use steward_store::journal::Position;
use steward_store::notifications::NewNotification;

use crate::App;
use crate::error::Error;

/// From one look at the journal to the next at least. Who was at rest looks at once; under load one look takes up what
/// many commits wrote, instead of each commit waking every follower.
pub(crate) const PACE: Duration = Duration::from_millis(50);
/// Between two looks at the journal when nothing wakes the follower.
const LOOK_AGAIN: Duration = Duration::from_secs(2);
/// After a failure.
const TRY_AGAIN: Duration = Duration::from_secs(5);

/// What a follower waits for before it looks again.
enum Rest {
    /// There may be more.
    Pace,
    /// It reached the end.
    Woken,
    /// It failed.
    Failed,
}

impl App {
    /// Takes steps along the journal until the process is told to stop. `next` says whether there may be more at once.
    /// Failures are logged and tried again.
    pub(crate) async fn follow_as<F, Step>(&self, subscriber: &str, next: F)
    where
        F: Fn() -> Step,
        Step: Future<Output = Result<bool, Error>>,
    {
        let (mut wake, mut stopping) = (self.journal_wake(), self.stopping());
        while !*stopping.borrow() {
            wake.borrow_and_update();
            let looked = Instant::now();
            let rest = match next().await {
                Ok(true) => Rest::Pace,
                Ok(false) => Rest::Woken,
                Err(error) => {
                    tracing::error!(%error, source = ?std::error::Error::source(&error), subscriber, "a follower of the journal fell behind; it is tried again");
                    Rest::Failed
                }
            };
            let rested = async {
                match rest {
                    Rest::Pace => {}
                    Rest::Woken => drop(tokio::time::timeout(LOOK_AGAIN, wake.changed()).await),
                    Rest::Failed => tokio::time::sleep(TRY_AGAIN).await,
                }
                tokio::time::sleep(PACE.saturating_sub(looked.elapsed())).await;
            };
            tokio::select! {
                () = rested => {}
                _ = stopping.wait_for(|stopping| *stopping) => {}
            }
        }
    }

    /// Writes the place that a subscriber reached, with what people are told on the way and what of it is mailed; whether it was this node that did.
    pub(crate) async fn move_on(
        &self,
        subscriber: &str,
        from: Option<Position>,
        to: Position,
        notifications: Vec<NewNotification>,
    ) -> Result<bool, Error> {
        let cursor = Some(CursorMove { subscriber: subscriber.to_owned(), from, to });
        let mail = self.mail_for(&notifications).await?;
        match self.store().commit(ChangeSet { cursor, notifications, mail, ..ChangeSet::default() }).await {
            Ok(_) => Ok(true),
            // Another node was faster, and did the same.
            Err(CommitError::Fenced) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}
