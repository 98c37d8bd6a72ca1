//! What everybody who follows the journal shares: waiting for entries, and a place that moves in a transaction.

use std::time::Duration;

use steward_store::change::{ChangeSet, CursorMove};
use steward_store::error::CommitError;
use steward_store::journal::Position;
use steward_store::notifications::NewNotification;

use crate::App;
use crate::error::Error;

/// Between two looks at the journal when nothing wakes the follower.
const LOOK_AGAIN: Duration = Duration::from_secs(2);
/// After a failure.
const TRY_AGAIN: Duration = Duration::from_secs(5);

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
            let pause = match next().await {
                Ok(true) => continue,
                Ok(false) => LOOK_AGAIN,
                Err(error) => {
                    tracing::error!(%error, source = ?std::error::Error::source(&error), subscriber, "a follower of the journal fell behind; it is tried again");
                    TRY_AGAIN
                }
            };
            let woken = async {
                if pause == LOOK_AGAIN {
                    drop(tokio::time::timeout(pause, wake.changed()).await);
                } else {
                    tokio::time::sleep(pause).await;
                }
            };
            tokio::select! {
                () = woken => {}
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
