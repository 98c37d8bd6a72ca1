//! Files that are withheld, for those who look after the installation.

use std::collections::{BTreeMap, BTreeSet};

use steward_model::access::Actor;
use steward_model::id::RecordId;
use steward_store::change::SecurityEvent;
use steward_store::file_scans::{Holder, NewScan, StoredScan};

use crate::App;
use crate::boxed;
use crate::error::Error;
use crate::view::Label;

/// Contents of one page at most.
const PAGE_MAX: usize = 100;
/// Who looks after files.
const KEEPER: &str = "administrator";

/// A content that is withheld.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Withheld {
    /// What is known of it.
    pub scan: StoredScan,
    /// The files that hold it, on records that the reader may see.
    pub files: Vec<WithheldFile>,
}

/// A file that holds such a content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WithheldFile {
    /// Its name.
    pub name: String,
    /// Its record.
    pub record: RecordId,
    /// What that is called.
    pub label: Label,
}

/// A page of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WithheldPage {
    /// Those that came last first.
    pub contents: Vec<Withheld>,
    /// The hash before which the next page goes on.
    pub next_before: Option<String>,
}

impl App {
    /// Whether somebody looks after withheld files, and there can be any.
    pub fn keeps_files(&self, actor: &Actor) -> bool {
        actor.has_role_everywhere(KEEPER)
    }

    /// Whether files are looked at by a malware scanner.
    pub fn scans_files(&self) -> bool {
        self.scanner().is_some()
    }

    /// Contents that are withheld, those that came last first; before one, where its hash is given.
    ///
    /// # Errors
    /// [`Error::Denied`] for those who do not look after files; [`Error::NotFound`] for a hash that is not known.
    #[boxed]
    pub async fn withheld_files(
        &self,
        actor: &Actor,
        before: Option<&str>,
        limit: usize,
    ) -> Result<WithheldPage, Error> {
        self.require_keeper(actor)?;
        let limit = limit.clamp(1, PAGE_MAX);
        let place = match before {
            Some(sha256) => Some(self.store().file_scan(sha256).await?.ok_or(Error::NotFound)?.asked_at),
            None => None,
        };
        let scans = self.store().withheld(place.zip(before), limit).await?;
        let next_before = scans.last().filter(|_| scans.len() == limit).map(|last| last.sha256.clone());
        let hashes: Vec<String> = scans.iter().map(|scan| scan.sha256.clone()).collect();
        let holders = self.store().holders(&hashes).await?;
        let holders: Vec<Holder> = holders.into_iter().filter(|holder| !holder.is_detached).collect();
        let records: BTreeSet<RecordId> = holders.iter().map(|holder| holder.record).collect();
        let labels = self.labels(actor, records, &BTreeSet::new()).await?;
        let mut files: BTreeMap<String, Vec<WithheldFile>> = BTreeMap::new();
        for holder in holders {
            let Some(label) = labels.get(&holder.record) else { continue };
            let file = WithheldFile { name: holder.name, record: holder.record, label: label.clone() };
            files.entry(holder.sha256).or_default().push(file);
        }
        let contents = scans
            .into_iter()
            .map(|scan| Withheld { files: files.remove(&scan.sha256).unwrap_or_default(), scan })
            .collect();
        Ok(WithheldPage { contents, next_before })
    }

    /// Has a content looked at again now: after the scanner was mended, or learned that it was wrong.
    ///
    /// # Errors
    /// [`Error::Denied`] for those who do not look after files; [`Error::NotFound`] for a content that the scanner was
    /// never to look at; [`Error::Illegal`] where there is no scanner.
    #[boxed]
    pub async fn scan_file_again(&self, actor: &Actor, sha256: &str, address: &str) -> Result<(), Error> {
        self.require_keeper(actor)?;
        let known = self.store().file_scan(sha256).await?.ok_or(Error::NotFound)?;
        if !self.scans_files() {
            let message = "no malware scanner is set up; name one with the setting `scanner`".to_owned();
            return Err(Error::Illegal { message, allowed: Vec::new() });
        }
        let scan = NewScan { sha256: known.sha256.clone(), asked_at: known.asked_at };
        self.store().scan_again(scan, self.scan_job(sha256)).await?;
        self.wake_scans();
        let asked = SecurityEvent {
            at: self.now(),
            actor: actor.person,
            address: address.to_owned(),
            action: "file.scan_again".to_owned(),
            outcome: "success".to_owned(),
            detail: format!("{} was {}", known.sha256, known.state.key()),
        };
        Ok(self.store().add_security_event(asked).await?)
    }

    fn require_keeper(&self, actor: &Actor) -> Result<(), Error> {
        match self.keeps_files(actor) {
            true => Ok(()),
            false => Err(Error::Denied("look after withheld files")),
        }
    }
}
