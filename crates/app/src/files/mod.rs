//! Attachments: content goes to the blob store first, then the event that names it; a crash in between leaves a blob
//! that nothing names, never a name without content. Which files are taken says [`policy`]; whether they can be had is for
//! the malware scanner to say ([`scan`]), where there is one.

pub mod policy;
pub mod quarantine;
pub mod scan;
mod sniff;

use std::sync::Arc;

use bytes::Bytes;
use steward_model::access::{Action, Actor, rights};
use steward_model::command::Command;
use steward_model::event::{Attachment, Audience};
use steward_model::id::Revision;
use steward_model::kind::Kind;
pub use steward_store::file_scans::ScanState;
use steward_store::graph::StoredAttachment;

use crate::App;
use crate::boxed;
use crate::error::Error;
use crate::records::{Origin, Request};
use crate::view::RecordView;

/// A file as it came in.
#[derive(Debug, Clone)]
pub struct NewFile {
    /// Name as given.
    pub name: String,
    /// For whom.
    pub audience: Audience,
    /// Its content.
    pub content: Bytes,
}

/// A file on a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileView {
    /// Its identity on the record: the place of the event that added it.
    pub seq: Revision,
    /// What is known of it.
    pub attachment: Attachment,
    /// What the malware scanner says of it; `None` when it was never to be asked.
    pub scan: Option<ScanState>,
    /// The name of what was found in it.
    pub finding: Option<String>,
    /// Whether nobody gets it for now.
    pub is_withheld: bool,
}

impl FileView {
    /// Whether browsers may be asked to draw this content, which is its own.
    pub fn is_drawable(&self, content: &[u8]) -> bool {
        sniff::is_drawable(&self.attachment.media_type, content)
    }
}

impl App {
    /// Adds a file to a record.
    ///
    /// # Errors
    /// [`Error::TooLarge`], [`Error::Invalid`] for a file that is not taken here, and as [`App::execute`].
    #[boxed]
    pub async fn attach(
        &self,
        actor: &Actor,
        kind: &Arc<Kind>,
        name: &str,
        file: NewFile,
        origin: &Origin,
    ) -> Result<RecordView, Error> {
        if file.content.len() > self.file_policy().max() {
            return Err(self.file_policy().too_large());
        }
        // Asked before the content is stored: who may not attach must not fill the disk.
        let record = self.find(actor, kind, name).await?.record;
        let needed = if file.audience == Audience::Public { Action::Attach } else { Action::Note };
        let rights = rights(actor, kind, &record, self.now());
        if !(rights.may(needed) && rights.may(Action::Attach)) {
            return self.noted(actor, kind, name, Err(Error::Forbidden { action: needed })).await;
        }
        self.file_policy().check("file", &file.name, &file.content)?;
        let clean = clean_name(&file.name).ok_or_else(|| Error::invalid("name", "must be a file name"))?;
        let size = i64::try_from(file.content.len()).map_err(Error::internal)?;
        let media_type = sniff::media_type(&file.content).to_owned();
        let sha256 = self.blobs().put(file.content).await?;
        let attachment = Attachment { name: clean, media_type, size, sha256, audience: file.audience };
        let request = Request::Command(Command::Attach(attachment));
        let attached = self.execute(actor, kind, name, &request, origin).await;
        self.wake_scans();
        attached
    }

    /// Takes a file off a record. Its content stays in the journal's reach.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the record has no such file that the actor may see.
    #[boxed]
    pub async fn detach(
        &self,
        actor: &Actor,
        kind: &Arc<Kind>,
        name: &str,
        seq: Revision,
        origin: &Origin,
    ) -> Result<RecordView, Error> {
        self.file(actor, kind, name, seq).await?;
        let record = self.find(actor, kind, name).await?.record;
        let attached = self.store().journal_of(record.id, seq - 1, 1).await?.into_iter().next();
        let by = attached.filter(|entry| entry.event.seq == seq).ok_or(Error::NotFound)?.event.actor;
        self.execute(actor, kind, name, &Request::Command(Command::Detach { attachment: seq, by }), origin).await
    }

    /// The files on a record that the actor may see.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    #[boxed]
    pub async fn files(&self, actor: &Actor, kind: &Arc<Kind>, name: &str) -> Result<Vec<FileView>, Error> {
        let record = self.find(actor, kind, name).await?.record;
        let internal = rights(actor, kind, &record, self.now()).may_read_internal();
        Ok(self.file_views(self.store().attachments_of(record.id).await?, internal))
    }

    /// Files as somebody may see them, those for staff where `internal`.
    pub(crate) fn file_views(&self, files: Vec<StoredAttachment>, internal: bool) -> Vec<FileView> {
        // What was never looked at is withheld as long as somebody is there to look at it; what was found stays so.
        let has_scanner = self.scanner().is_some();
        files
            .into_iter()
            .filter(|file| file.detached_seq.is_none() && (file.file.audience == Audience::Public || internal))
            .map(|file| FileView {
                seq: file.seq,
                attachment: file.file,
                is_withheld: match file.scan {
                    None | Some(ScanState::Clean) => false,
                    Some(ScanState::Pending | ScanState::Failed) => has_scanner,
                    Some(ScanState::Infected) => true,
                },
                scan: file.scan,
                finding: file.finding,
            })
            .collect()
    }

    /// What is known of one file on a record.
    ///
    /// # Errors
    /// [`Error::NotFound`] also when the file belongs to another record or the actor may not see it.
    #[boxed]
    pub async fn file(&self, actor: &Actor, kind: &Arc<Kind>, name: &str, seq: Revision) -> Result<FileView, Error> {
        self.files(actor, kind, name).await?.into_iter().find(|file| file.seq == seq).ok_or(Error::NotFound)
    }

    /// A file with its content, checked against its hash.
    ///
    /// # Errors
    /// As [`App::file`]; [`Error::Withheld`] until the malware scanner found nothing in it; an internal error when the
    /// content is damaged, never the damaged content.
    #[boxed]
    pub async fn file_content(
        &self,
        actor: &Actor,
        kind: &Arc<Kind>,
        name: &str,
        seq: Revision,
    ) -> Result<(FileView, Bytes), Error> {
        let file = self.file(actor, kind, name, seq).await?;
        if let Some(state) = file.scan.filter(|_| file.is_withheld) {
            return Err(Error::Withheld { state, finding: file.finding });
        }
        let content = self.blobs().get(&file.attachment.sha256).await?;
        Ok((file, content))
    }
}

/// A file name without path, control and direction characters, and not longer than file systems take.
pub(crate) fn clean_name(name: &str) -> Option<String> {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let clean: String = last
        .chars()
        .filter(|c| !c.is_control() && !matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}'))
        .take(200)
        .collect();
    let clean = clean.trim().trim_start_matches('.').trim();
    (!clean.is_empty()).then(|| clean.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_name(given: &str, clean: Option<&str>) {
        assert_eq!(clean_name(given).as_deref(), clean, "{given:?}");
    }

    #[test]
    fn sec_037_names_lose_paths_and_tricks() {
        check_name("report.pdf", Some("report.pdf"));
        check_name("../../etc/passwd", Some("passwd"));
        check_name("C:\\temp\\x.txt", Some("x.txt"));
        check_name("a\u{202e}fdp.exe", Some("afdp.exe"));
        check_name("\0\r\nname", Some("name"));
        check_name("..", None);
        check_name("...hidden", Some("hidden"));
        check_name("", None);
    }
}
