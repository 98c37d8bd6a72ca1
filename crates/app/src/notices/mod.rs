//! Mail about what people are told: what each wants mailed and when, the outbox, and the messages in it as they are read.
//!
//! What is to be mailed is written with what people are told (`queue`); its words are written when it is sent or looked
//! at (`compose`), never before.

pub mod choices;
pub mod compose;
mod preview;
mod queue;
mod seen;
mod transport;
mod turn;
mod when;
mod write;

use std::sync::OnceLock;

use crate::App;
use crate::error::Error;

pub use preview::{PreviewedIn, TemplatePreview};
pub(crate) use queue::ways;
pub use seen::{Filter, Look, MailPage, MailStanding, MailView, Standing};
pub use transport::{Outgoing, Post, Transport, TransportError};
pub(crate) use turn::ROUND;
pub use when::BURST;

/// How long messages are kept, in days.
pub const KEEP_DAYS: i64 = 30;

impl App {
    /// Says how this process mails; the first word counts.
    pub fn set_post(&self, post: Post) {
        if self.0.post.set(post).is_err() {
            tracing::warn!("how mail leaves was said twice; the first word counts");
        }
    }

    /// How this process mails.
    pub(crate) fn post(&self) -> &Post {
        static NONE: OnceLock<Post> = OnceLock::new();
        self.0.post.get().unwrap_or_else(|| NONE.get_or_init(Post::default))
    }

    /// Whether there is a way for mail.
    pub fn can_mail(&self) -> bool {
        self.post().transport.is_some()
    }

    pub(crate) async fn forget_mail(&self) -> Result<(), Error> {
        Ok(self.store().forget_mail(self.now().plus_seconds(-KEEP_DAYS * 24 * 3600)).await?)
    }
}
