//! Words that nodes say to each other and to open pages: what is true now and kept nowhere.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use steward_model::id::RecordId;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

use crate::App;
use crate::boxed;
use crate::presence::Beat;

/// A word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Word {
    /// Somebody is at a record, or left it.
    Presence(Beat),
    /// Something came into the inboxes of these people, or was read there.
    Inbox(BTreeSet<RecordId>),
}

/// Hears words from now on.
pub struct Words(Receiver<std::sync::Arc<str>>);

impl Words {
    /// The next word; `None` when there will be no more. Words that came faster than they were taken are lost.
    pub async fn next(&mut self) -> Option<Word> {
        loop {
            match self.0.recv().await {
                // What cannot be read was said by a newer version on another node.
                Ok(text) => {
                    if let Ok(word) = serde_json::from_str(&text) {
                        return Some(word);
                    }
                }
                Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return None,
            }
        }
    }
}

impl App {
    /// Hears what is said from now on, on this and on other nodes.
    pub fn words(&self) -> Words {
        Words(self.store().announcements())
    }

    pub(crate) fn say(&self, word: &Word) {
        if let Ok(text) = serde_json::to_string(word) {
            self.store().announce(&text);
        }
    }

    /// Takes in what other nodes say, until the process is told to stop.
    #[boxed]
    pub async fn hear_nodes(&self) {
        let (mut words, mut stopping) = (self.words(), self.stopping());
        loop {
            let word = tokio::select! {
                word = words.next() => word,
                _ = stopping.wait_for(|stopping| *stopping) => return,
            };
            match word {
                Some(Word::Presence(beat)) => drop(self.presence().take(&beat, self.now())),
                Some(Word::Inbox(people)) => self.forget_unread(&people),
                None => return,
            }
        }
    }
}
