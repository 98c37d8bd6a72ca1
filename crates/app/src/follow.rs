//! Following the journal from a place onwards for as long as somebody listens: what every open stream does.

use std::time::{Duration, Instant};

use tokio::sync::watch;

use crate::App;
use crate::authenticate::Session;
use crate::journal::{Position, StreamEntry};
use crate::subscriber::PACE;

/// Entries read at once.
const BATCH: usize = 200;
/// Between two looks at the journal when nothing wakes the follower, and between two looks at the listener's rights.
const LOOK_AGAIN: Duration = Duration::from_secs(2);

/// Somebody who listens to the journal.
pub struct Follower {
    app: App,
    session: Session,
    position: Position,
    /// Entries read and not yet told, the next one last.
    waiting: Vec<StreamEntry>,
    looked: Option<Instant>,
    wake: watch::Receiver<u64>,
    stopping: watch::Receiver<bool>,
}

impl App {
    /// Follows the journal after a place, as far as whoever holds the session may read it.
    pub fn follow(&self, session: Session, after: Position) -> Follower {
        let (wake, stopping) = (self.journal_wake(), self.stopping());
        Follower { app: self.clone(), session, position: after, waiting: Vec::new(), looked: None, wake, stopping }
    }
}

impl Follower {
    /// The next entry; `None` ends the stream: when the listener may no longer be here, the database is away or the
    /// server stops. Who comes back names the place that was reached.
    pub async fn next(&mut self) -> Option<StreamEntry> {
        loop {
            if let Some(entry) = self.waiting.pop() {
                return Some(entry);
            }
            if *self.stopping.borrow() {
                return None;
            }
            if let Some(looked) = self.looked {
                // As subscribers do: with many listeners, each commit would have all of them ask the database.
                tokio::time::sleep(PACE.saturating_sub(looked.elapsed())).await;
            }
            self.looked = Some(Instant::now());
            self.wake.borrow_and_update();
            // Session and rights are looked at anew each time, so that who lost one hears nothing more.
            self.app.renew(&mut self.session).await.ok()?;
            let page = self.app.stream(&self.session.actor, self.position, BATCH).await.ok()?;
            self.position = page.position;
            self.waiting = page.entries;
            self.waiting.reverse();
            if self.waiting.is_empty() && !page.more {
                tokio::select! {
                    _ = tokio::time::timeout(LOOK_AGAIN, self.wake.changed()) => {}
                    _ = self.stopping.wait_for(|stopping| *stopping) => {}
                }
            }
        }
    }
}
