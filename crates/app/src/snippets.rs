//! Canned texts: which are offered on a record, and what becomes of their variables there.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use steward_model::access::{Action, Actor, rights};
use steward_model::event::Audience;
use steward_model::id::RecordId;
use steward_model::kind::{Field, FieldType, Kind};
use steward_model::moment::Moment;
use steward_model::record::Record;
use steward_model::value::display_value;
pub use steward_model::variables::Filled;
use steward_model::variables::{fill, variables};

use crate::App;
use crate::boxed;
use crate::error::Error;
use crate::list::{Counting, ListRequest};
use crate::view::{RecordView, visible};

/// The kind of canned texts.
const KIND: &str = "snippet";
/// Canned texts looked at for one answer.
const LOOKED_AT: usize = 300;
/// Offered at once.
const OFFERED: usize = 12;
/// Use counts for so many days.
const USE_DAYS: i64 = 90;
const DAY: i64 = 86_400_000_000;

/// A canned text on offer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offered {
    /// Its number.
    pub number: String,
    /// What it is called.
    pub title: String,
    /// How it begins.
    pub beginning: String,
}

impl App {
    /// Canned texts for a record in whose title or text all words of `wanted` stand, most used first.
    ///
    /// # Errors
    /// [`Error::NotFound`] for who may not see the record, [`Error::Forbidden`] for who may say nothing there.
    #[boxed]
    pub async fn snippets(
        &self,
        actor: &Actor,
        kind: &Arc<Kind>,
        name: &str,
        (wanted, audience): (&str, Audience),
    ) -> Result<Vec<Offered>, Error> {
        let view = self.get(actor, kind, name, None).await?;
        let own = &view.rights;
        if !(own.may(Action::Comment) || own.may(Action::Note)) {
            return Err(Error::Forbidden { action: Action::Comment });
        }
        let Some(texts) = self.registry().kind(KIND).cloned() else { return Ok(Vec::new()) };
        if self.readable_level(actor, &texts).is_none() {
            return Ok(Vec::new());
        }
        let request = ListRequest {
            filter: Some("state == 'active'".to_owned()),
            sort: Some("title".to_owned()),
            limit: LOOKED_AT,
            count: Counting::Off,
            ..ListRequest::default()
        };
        let found = self.list(actor, &texts, &request).await?.records;
        let words: Vec<String> = wanted.split_whitespace().map(str::to_lowercase).collect();
        let mut found: Vec<Record> = found
            .into_iter()
            .map(|view| view.record)
            .filter(|record| is_for(record, &kind.key, audience) && says(record, &words))
            .collect();
        let ids: Vec<RecordId> = found.iter().map(|record| record.id).collect();
        let uses: HashMap<RecordId, i64> =
            self.store().snippet_uses(&ids, day(self.now()) - USE_DAYS).await?.into_iter().collect();
        let language = match view.record.reference("requester").filter(|_| audience == Audience::Public) {
            Some(requester) => self.language_of(requester).await?,
            None => None,
        };
        found.sort_by_key(|record| {
            let used = uses.get(&record.id).copied().unwrap_or_default();
            (language_place(record, language.as_deref()), std::cmp::Reverse(used))
        });
        Ok(found.iter().take(OFFERED).map(offered).collect())
    }

    /// A canned text for a record, with what the actor may read of the record, of what it refers to and of themselves in
    /// place of its variables. Its use is counted.
    ///
    /// # Errors
    /// [`Error::NotFound`] for who may not see the record or the text.
    #[boxed]
    pub async fn fill_snippet(
        &self,
        actor: &Actor,
        kind: &Arc<Kind>,
        name: &str,
        snippet: &str,
    ) -> Result<Filled, Error> {
        let view = self.get(actor, kind, name, None).await?;
        let texts = self.kind(KIND)?.clone();
        let text = self.get(actor, &texts, snippet, None).await?.record;
        let filled = self.fill_text(actor, &view, text.text("text")).await?;
        self.store().count_snippet(text.id, day(self.now())).await?;
        Ok(filled)
    }

    /// A text with what the actor may read of a record, of what it refers to and of themselves in place of its variables.
    ///
    /// # Errors
    /// When the database is away.
    pub(crate) async fn fill_text(&self, actor: &Actor, view: &RecordView, text: &str) -> Result<Filled, Error> {
        self.fill_text_or(actor, view, text, None).await
    }

    /// A record as an actor may see it, with no more than a text needs that is filled in from it: the names that it asks for,
    /// and neither links nor moves.
    pub(crate) async fn view_to_fill(
        &self,
        actor: &Actor,
        kind: &Arc<Kind>,
        record: Record,
        text: &str,
    ) -> Result<RecordView, Error> {
        let rights = rights(actor, kind, &record, self.now());
        let record = visible(kind, record, &rights);
        let named = |path: &String| match path.split('.').next()? {
            "organisation" => Some(record.organisation),
            field => record.reference(&kind.field_named(field)?.key),
        };
        let named: BTreeSet<RecordId> = variables(text).iter().filter_map(named).collect();
        let labels = self.labels(actor, named.clone(), &named).await?;
        let (links, clocks) = (Vec::new(), Vec::new());
        let (allowed_transitions, barred_transitions) = (Vec::new(), Vec::new());
        let kind = kind.clone();
        Ok(RecordView { kind, record, rights, labels, links, allowed_transitions, barred_transitions, clocks })
    }

    /// As [`Self::fill_text`], with `missing` in place of variables that have no value.
    pub(crate) async fn fill_text_or(
        &self,
        actor: &Actor,
        view: &RecordView,
        text: &str,
        missing: Option<&str>,
    ) -> Result<Filled, Error> {
        let paths = variables(text);
        let hops: BTreeSet<RecordId> = paths
            .iter()
            .filter_map(|path| match path.split_once('.') {
                Some(("me", _)) => Some(actor.person),
                Some((field, _)) => view.record.reference(field),
                None => None,
            })
            .collect();
        let hops: Vec<RecordId> = hops.into_iter().collect();
        let records: HashMap<RecordId, Record> =
            self.store().get_records(&hops).await?.into_iter().map(|one| (one.record.id, one.record)).collect();
        let value = |path: &str| {
            let Some((field, rest)) = path.split_once('.') else { return own_value(actor, view, path) };
            let id = if field == "me" { actor.person } else { view.record.reference(field)? };
            let record = records.get(&id)?;
            let kind = self.registry().kind(&record.kind)?;
            let rights = rights(actor, kind, record, self.now());
            // Of oneself one knows the name, whatever one may read of people.
            if field == "me" && rest == "name" {
                return Some(actor.label.clone());
            }
            if !rights.may(Action::Read) {
                let label = view.labels.get(&id)?;
                return (rest == kind.label_field).then(|| label.label.clone());
            }
            let record = visible(kind, record.clone(), &rights);
            plain(kind.field(rest)?, &record)
        };
        Ok(fill(text, |path| value(path).or_else(|| missing.map(str::to_owned))))
    }
}

pub(crate) fn day(at: Moment) -> i64 {
    at.0.div_euclid(DAY)
}

/// A value of the record itself, or a name of who asks.
fn own_value(actor: &Actor, view: &RecordView, path: &str) -> Option<String> {
    match path {
        "me" => Some(actor.label.clone()),
        "number" => Some(view.record.number.clone()),
        "state" => view.kind.lifecycle.state(&view.record.state).map(|state| state.label.clone()),
        "organisation" => view.labels.get(&view.record.organisation).map(|label| label.label.clone()),
        key => {
            let field = view.kind.field_named(key)?;
            match view.record.reference(&field.key).filter(|_| field.field_type.target_kinds().is_some()) {
                Some(id) => view.labels.get(&id).map(|label| label.label.clone()),
                None => plain(field, &view.record),
            }
        }
    }
}

/// A value as text; `None` when there is none, or when it names records, whose names have paths of their own.
fn plain(field: &Field, record: &Record) -> Option<String> {
    let stored = record.field(&field.key)?;
    match field.field_type.value_type() {
        FieldType::Reference { .. } | FieldType::References { .. } | FieldType::Table { .. } | FieldType::Secret => {
            None
        }
        _ => Some(display_value(field, stored)).filter(|text| !text.is_empty()),
    }
}

/// Whether a canned text is meant for a kind and for such readers.
fn is_for(snippet: &Record, kind: &str, audience: Audience) -> bool {
    let kinds = snippet.text("for_kinds");
    let named = kinds.split([',', ' ']).map(str::trim).filter(|key| !key.is_empty()).collect::<Vec<_>>();
    let readers = match snippet.text("use_in") {
        "public" => audience == Audience::Public,
        "internal" => audience == Audience::Internal,
        _ => true,
    };
    readers && (named.is_empty() || named.contains(&kind))
}

/// Texts in the requester's language come first, then those of no language, then the others.
fn language_place(snippet: &Record, language: Option<&str>) -> u8 {
    match (snippet.text("language"), language) {
        (_, None) => 0,
        (own, Some(wanted)) if own == wanted => 0,
        ("", Some(_)) => 1,
        _ => 2,
    }
}

fn says(snippet: &Record, words: &[String]) -> bool {
    let text = format!("{} {}", snippet.text("title"), snippet.text("text")).to_lowercase();
    words.iter().all(|word| text.contains(word))
}

fn offered(snippet: &Record) -> Offered {
    let beginning: Vec<&str> = snippet.text("text").split_whitespace().take(12).collect();
    Offered { number: snippet.number.clone(), title: snippet.text("title").to_owned(), beginning: beginning.join(" ") }
}
