//! Versions of articles: each publication is one, and the journal holds its words for good.

use std::sync::Arc;

use serde_json::Value as Json;
use similar::{ChangeTag, TextDiff};
use steward_model::access::{Actor, rights};
use steward_model::apply::apply;
use steward_model::command::{Command, Input, Transition};
use steward_model::id::{RecordId, Revision};
use steward_model::kind::Kind;
use steward_model::moment::Moment;
use steward_model::record::Record;
use steward_practices::knowledge::{TEXTS, has_draft, version};

use super::App;
use crate::boxed;
use crate::error::Error;
use crate::records::{Origin, Request};
use crate::view::{Labels, RecordView, visible};

/// Entries of an article's journal that are looked at.
const ENTRIES_MAX: usize = 20_000;
/// Words of both sides above which texts are compared line by line.
const WORDS_MAX: usize = 20_000;

/// A published version, or what is being written now.
#[derive(Debug, Clone)]
pub struct Version {
    /// Its number, from 1; `None` for what is being written.
    pub number: Option<i64>,
    /// The article's revision with it.
    pub revision: Revision,
    /// When it was published, or last changed.
    pub at: Moment,
    /// Who published it, or changed it last.
    pub by: RecordId,
    /// What changed, as its writers said.
    pub note: String,
    /// The words of each part that has any, in the order of the article.
    pub parts: Vec<Part>,
}

/// A part of an article.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Key of the field that readers see it in.
    pub key: &'static str,
    /// Its words: Markdown, but plain for title and summary.
    pub text: String,
}

/// A piece of a comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Compared {
    /// In both.
    Same(String),
    /// Only in the older one.
    Removed(String),
    /// Only in the newer one.
    Added(String),
}

/// Two texts, word by word.
pub fn compare(older: &str, newer: &str) -> Vec<Compared> {
    let words = |text: &str| text.split_whitespace().count();
    let diff = if words(older) + words(newer) > WORDS_MAX {
        TextDiff::from_lines(older, newer)
    } else {
        TextDiff::from_words(older, newer)
    };
    let mut pieces: Vec<Compared> = Vec::new();
    for change in diff.iter_all_changes() {
        let text = change.value();
        match (change.tag(), pieces.last_mut()) {
            (ChangeTag::Equal, Some(Compared::Same(last)))
            | (ChangeTag::Delete, Some(Compared::Removed(last)))
            | (ChangeTag::Insert, Some(Compared::Added(last))) => last.push_str(text),
            (ChangeTag::Equal, _) => pieces.push(Compared::Same(text.to_owned())),
            (ChangeTag::Delete, _) => pieces.push(Compared::Removed(text.to_owned())),
            (ChangeTag::Insert, _) => pieces.push(Compared::Added(text.to_owned())),
        }
    }
    readable(pieces)
}

/// Blanks that both have between two changes belong to the changes: three words that were replaced read as one change.
fn readable(pieces: Vec<Compared>) -> Vec<Compared> {
    let mut out: Vec<Compared> = Vec::new();
    let (mut removed, mut added) = (String::new(), String::new());
    let mut pieces = pieces.into_iter().peekable();
    while let Some(piece) = pieces.next() {
        match piece {
            Compared::Removed(text) => removed.push_str(&text),
            Compared::Added(text) => added.push_str(&text),
            Compared::Same(text) => {
                let is_gap = !text.contains('\n') && text.trim().is_empty();
                if is_gap && !(removed.is_empty() && added.is_empty()) && pieces.peek().is_some() {
                    removed.push_str(&text);
                    added.push_str(&text);
                    continue;
                }
                flush(&mut out, &mut removed, &mut added);
                out.push(Compared::Same(text));
            }
        }
    }
    flush(&mut out, &mut removed, &mut added);
    out
}

fn flush(out: &mut Vec<Compared>, removed: &mut String, added: &mut String) {
    let (removed, added) = (std::mem::take(removed), std::mem::take(added));
    if !removed.trim().is_empty() {
        out.push(Compared::Removed(removed));
    }
    if !added.is_empty() {
        out.push(Compared::Added(added));
    }
}

impl App {
    /// The versions of an article, newest first, with what is being written before them; with the names of who published
    /// them. Staff only: readers see the version that holds.
    ///
    /// # Errors
    /// [`Error::NotFound`] for who may not see the article, [`Error::Denied`] for who is not among its staff.
    #[boxed]
    pub async fn article_versions(
        &self,
        actor: &Actor,
        name: &str,
    ) -> Result<(RecordView, Vec<Version>, Labels), Error> {
        let (kind, record) = self.article(actor, name).await?;
        let own = rights(actor, &kind, &record, self.now());
        if !actor.is_staff() || !own.may_read_internal() {
            return Err(Error::Denied("see earlier versions of this article"));
        }
        let mut versions = self.published_versions(&kind, &record).await?;
        if has_draft(&record) || version(&record) == 0 {
            versions.push(Version {
                number: None,
                revision: record.revision,
                at: record.updated_at,
                by: record.references("writers").last().copied().unwrap_or(record.created_by),
                note: record.text("change_note").to_owned(),
                parts: parts(&record, true),
            });
        }
        versions.reverse();
        let people = versions.iter().map(|version| version.by).collect();
        let labels = self.names(actor, people).await?;
        Ok((self.view(actor, &kind, record, None).await?, versions, labels))
    }

    async fn published_versions(&self, kind: &Arc<Kind>, record: &Record) -> Result<Vec<Version>, Error> {
        let mut versions = Vec::new();
        let mut then: Option<Record> = None;
        for entry in self.store().journal_of(record.id, 0, ENTRIES_MAX).await? {
            let event = entry.event;
            let publishes = event.changes.iter().any(|change| change.field == "version");
            let after = apply(then.take(), &event).map_err(Error::internal)?;
            if publishes {
                let seen = visible(kind, after.clone(), &steward_model::access::Rights::all());
                versions.push(Version {
                    number: Some(version(&seen)),
                    revision: event.seq,
                    at: event.at,
                    by: event.actor,
                    note: seen.text("change_note").to_owned(),
                    parts: parts(&seen, false),
                });
            }
            then = Some(after);
        }
        Ok(versions)
    }

    /// Begins a new version of an article with the words of an earlier one.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such version; [`Error::Illegal`] while another new version is being written.
    #[boxed]
    pub async fn restore_version(
        &self,
        actor: &Actor,
        name: &str,
        number: i64,
        origin: &Origin,
    ) -> Result<RecordView, Error> {
        let (view, versions, _) = self.article_versions(actor, name).await?;
        let old = versions.iter().find(|version| version.number == Some(number)).ok_or(Error::NotFound)?;
        if has_draft(&view.record) {
            let message = "a new version is being written already; publish or discard it first".to_owned();
            return Err(Error::Illegal { message, allowed: view.allowed_transitions });
        }
        let mut fields = texts(|key| old.parts.iter().find(|part| part.key == key).map(|part| part.text.as_str()));
        fields.insert("change_note".to_owned(), Json::from(format!("Version {number} once more")));
        self.begin_version(actor, &view, fields, origin).await
    }

    /// Begins the next version of an article with these values.
    pub(crate) async fn begin_version(
        &self,
        actor: &Actor,
        view: &RecordView,
        fields: Input,
        origin: &Origin,
    ) -> Result<RecordView, Error> {
        let begin = Transition { key: "revise".to_owned(), fields, comment: None, base: Some(view.record.revision) };
        let request = Request::Command(Command::Transition(begin));
        self.execute(actor, &view.kind, &view.record.number, &request, origin).await
    }

    /// Writes words into an article: into the next version, which begins with it where there is none yet.
    ///
    /// # Errors
    /// As [`App::execute`].
    #[boxed]
    pub async fn write_article(
        &self,
        actor: &Actor,
        view: &RecordView,
        written: &[(String, String)],
        more: Input,
        base: Option<Revision>,
        origin: &Origin,
    ) -> Result<RecordView, Error> {
        let is_next = version(&view.record) > 0;
        let mut fields = more;
        for (published, draft) in TEXTS {
            let Some((_, text)) = written.iter().find(|(key, _)| key == published) else { continue };
            let key = if is_next { draft } else { published };
            fields.insert(key.to_owned(), if text.trim().is_empty() { Json::Null } else { Json::from(text.as_str()) });
        }
        if is_next && !has_draft(&view.record) {
            return self.begin_version(actor, view, fields, origin).await;
        }
        let request = Request::Update { fields, organisation: None, base };
        self.execute(actor, &view.kind, &view.record.number, &request, origin).await
    }
}

/// The parts of an article as readers see them, or as they are being written.
pub(crate) fn parts(record: &Record, is_working: bool) -> Vec<Part> {
    let draft = is_working && has_draft(record);
    let texts =
        TEXTS.iter().map(|(published, working)| (published, record.text(if draft { working } else { published })));
    texts.filter(|(_, text)| !text.trim().is_empty()).map(|(key, text)| Part { key, text: text.to_owned() }).collect()
}

/// Values for the fields of the next version.
fn texts<'t>(text: impl Fn(&str) -> Option<&'t str>) -> Input {
    TEXTS
        .iter()
        .map(|(published, draft)| ((*draft).to_owned(), text(published).map_or(Json::Null, Json::from)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(older: &str, newer: &str, wanted: &str) {
        let text: String = compare(older, newer)
            .iter()
            .map(|piece| match piece {
                Compared::Same(text) => text.clone(),
                Compared::Removed(text) => format!("[-{text}-]"),
                Compared::Added(text) => format!("[+{text}+]"),
            })
            .collect();
        assert_eq!(text, wanted);
    }

    #[test]
    fn words_that_changed_read_as_one_change() {
        check("Press the red button", "Press the green button", "Press the [-red-][+green+] button");
        check(
            "Press the old red knob now",
            "Press any other button now",
            "Press [-the old red knob-][+any other button+] now",
        );
        check("one\ntwo\n", "one\nthree\n", "one\n[-two-][+three+]\n");
        check("", "new words", "[+new words+]");
        check("gone", "", "[-gone-]");
        check("same", "same", "same");
    }
}
