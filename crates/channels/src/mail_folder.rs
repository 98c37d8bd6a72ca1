//! Messages as files in a folder: for a mail system that picks them up, and for who wants to see what leaves.

use std::io::{Error, ErrorKind};
use std::path::{Path, PathBuf};

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use steward_app::notices::{Outgoing, Transport, TransportError};
use tokio::fs;
use tokio::io::AsyncWriteExt as _;

use crate::letter::{Sender, written};

/// Writes each message as a file that ends in `.eml`. A message that is handed over again gets the same name, so it is
/// there once; files appear whole or not at all.
#[derive(Debug, Clone)]
pub struct MailFolder {
    folder: PathBuf,
    sender: Sender,
}

impl MailFolder {
    /// Writes to a folder, which is made when it is not there.
    ///
    /// # Errors
    /// Why it cannot be made.
    pub fn open(folder: &Path, sender: Sender) -> std::io::Result<Self> {
        std::fs::create_dir_all(folder)?;
        Ok(Self { folder: folder.to_owned(), sender })
    }

    async fn write(&self, message: &Outgoing) -> std::io::Result<()> {
        let content = written(message, &self.sender)?;
        let name = format!("{:020}-{}", message.at.0, message.id);
        // What begins with a dot is none of those who pick up.
        let part = self.folder.join(format!(".{name}.part"));
        let mut file = fs::File::create(&part).await?;
        file.write_all(&content).await?;
        file.sync_all().await?;
        drop(file);
        fs::rename(&part, self.folder.join(format!("{name}.eml"))).await?;
        // The name as well survives a loss of power.
        fs::File::open(&self.folder).await?.sync_all().await
    }
}

impl Transport for MailFolder {
    fn send<'a>(&'a self, message: &'a Outgoing) -> BoxFuture<'a, Result<(), TransportError>> {
        async move {
            let told = |error: Error| match error.kind() {
                ErrorKind::InvalidInput => TransportError::Refused(error.to_string()),
                _ => TransportError::Passing(format!("the mail folder {}: {error}", self.folder.display())),
            };
            self.write(message).await.map_err(told)
        }
        .boxed()
    }
}
