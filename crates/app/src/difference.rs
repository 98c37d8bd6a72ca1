//! What a record was at one moment beside what it was at another.

use std::sync::Arc;

use steward_model::access::Actor;
use steward_model::kind::Kind;
use steward_model::moment::Moment;
use steward_model::record::Record;

use crate::App;
use crate::boxed;
use crate::error::Error;
use crate::view::{LinkView, RecordView};

/// A record at two moments, as one reader may see it now.
#[derive(Debug)]
pub struct Difference {
    /// The earlier moment.
    pub from: Moment,
    /// The later one.
    pub to: Moment,
    /// The record at the earlier moment.
    pub before: RecordView,
    /// The record at the later one.
    pub after: RecordView,
    /// Keys of what differs: `state`, `organisation`, and fields in the order of the kind.
    pub differs: Vec<String>,
}

impl Difference {
    /// Links that were there later and not before.
    pub fn begun(&self) -> impl Iterator<Item = &LinkView> {
        self.after.links.iter().filter(|link| !has(&self.before, link))
    }

    /// Links that were there before and not later.
    pub fn ended(&self) -> impl Iterator<Item = &LinkView> {
        self.before.links.iter().filter(|link| !has(&self.after, link))
    }
}

impl App {
    /// What differs between a record at two moments; from its beginning, and until now, where nothing else is said.
    ///
    /// # Errors
    /// [`Error::NotFound`] also when the actor may not see it, or when it did not exist at the earlier moment; that the
    /// moments are the wrong way round.
    #[boxed]
    pub async fn difference(
        &self,
        actor: &Actor,
        kind: &Arc<Kind>,
        name: &str,
        (from, to): (Option<Moment>, Option<Moment>),
    ) -> Result<Difference, Error> {
        let record = self.find(actor, kind, name).await?.record;
        let (from, to) = (from.unwrap_or(record.created_at), to.unwrap_or_else(|| self.now()));
        if to < from {
            return Err(Error::BadRequest("`from` must not lie after `to`".to_owned()));
        }
        let [before, after] =
            [self.then(actor, kind, &record, from).await?, self.then(actor, kind, &record, to).await?];
        let differs = differing(kind, &before.record, &after.record);
        Ok(Difference { from, to, before, after, differs })
    }

    async fn then(&self, actor: &Actor, kind: &Arc<Kind>, now: &Record, at: Moment) -> Result<RecordView, Error> {
        let then = self.record_at(now.id, at).await?.ok_or(Error::NotFound)?;
        self.view_as_of(actor, kind, now, then, at).await
    }
}

/// Keys of what differs between two states of a record.
pub(crate) fn differing(kind: &Kind, before: &Record, after: &Record) -> Vec<String> {
    let state = (before.state != after.state).then(|| "state".to_owned());
    let organisation = (before.organisation != after.organisation).then(|| "organisation".to_owned());
    let fields = kind.fields.iter().filter(|field| before.field(&field.key) != after.field(&field.key));
    state.into_iter().chain(organisation).chain(fields.map(|field| field.key.clone())).collect()
}

fn has(view: &RecordView, link: &LinkView) -> bool {
    view.links.iter().any(|one| (&one.link, one.inverse, one.other) == (&link.link, link.inverse, link.other))
}
