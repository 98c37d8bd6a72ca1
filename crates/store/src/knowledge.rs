//! What is counted of articles, and which handling notes were put before whom.

use steward_model::id::RecordId;
use steward_model::moment::Moment;

use crate::boxed;
use crate::error::StoreError;
use crate::sql::{Bind, integer_list};
use crate::store::Store;

/// What somebody thought of an article.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Vote {
    /// The article.
    pub article: RecordId,
    /// Who.
    pub person: RecordId,
    /// The version that they read.
    pub version: i64,
    /// Whether it helped.
    pub helpful: bool,
    /// When.
    pub at: Moment,
}

/// How often an article was found helpful, and how often not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Votes {
    /// The article.
    pub article: RecordId,
    /// Helped.
    pub helpful: i64,
    /// Did not help.
    pub unhelpful: i64,
}

/// That a handling note was put before somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoteView {
    /// The note.
    pub note: RecordId,
    /// The session of the browser.
    pub session: i64,
    /// Who saw it.
    pub person: RecordId,
    /// The record that they opened.
    pub record: RecordId,
    /// When.
    pub at: Moment,
}

impl Store {
    /// Keeps what somebody thought of an article, over what they thought before.
    ///
    /// # Errors
    /// As [`Store::write`].
    #[boxed]
    pub async fn vote(&self, vote: Vote) -> Result<(), StoreError> {
        let sql = "insert into article_vote (article, person, version, helpful, at) values ($1, $2, $3, $4, $5) \
                   on conflict (article, person) do update set \
                   version = excluded.version, helpful = excluded.helpful, at = excluded.at";
        let binds = [vote.article.0, vote.person.0, vote.version, vote.helpful.into(), vote.at.0].map(Bind::Integer);
        self.run(sql, binds.to_vec()).await
    }

    /// What somebody thought of an article; `None` when they said nothing.
    ///
    /// # Errors
    /// What the database answered.
    #[boxed]
    pub async fn vote_of(&self, article: RecordId, person: RecordId) -> Result<Option<bool>, StoreError> {
        let sql = "select helpful from article_vote where article = $1 and person = $2";
        let binds = [article.0, person.0].map(Bind::Integer);
        let row = self.read_few().await?.fetch_optional(sql, &binds).await?;
        Ok(row.map(|row| row.integer(0)).transpose()?.map(|helpful| helpful == 1))
    }

    /// Votes on articles, for those that have any.
    ///
    /// # Errors
    /// What the database answered.
    #[boxed]
    pub async fn votes(&self, articles: &[RecordId]) -> Result<Vec<Votes>, StoreError> {
        let ids: Vec<i64> = articles.iter().map(|article| article.0).collect();
        let (list, bind) = integer_list(&ids, 1, self.dialect());
        let sql = format!(
            "select article, cast(sum(helpful) as bigint), cast(sum(1 - helpful) as bigint) from article_vote \
             where article in {list} group by article"
        );
        let rows = self.read_some(articles.len()).await?.fetch_all(&sql, &[bind]).await?;
        rows.iter()
            .map(|row| {
                let article = RecordId(row.integer(0)?);
                Ok(Votes { article, helpful: row.integer(1)?, unhelpful: row.integer(2)? })
            })
            .collect()
    }

    /// From how many records an active link of a type leads to each of some records, for those to which any does.
    ///
    /// # Errors
    /// What the database answered.
    #[boxed]
    pub async fn links_to(&self, link: &str, targets: &[RecordId]) -> Result<Vec<(RecordId, i64)>, StoreError> {
        let ids: Vec<i64> = targets.iter().map(|target| target.0).collect();
        let (list, bind) = integer_list(&ids, 2, self.dialect());
        let sql = format!(
            "select target, count(distinct source) from record_link \
             where link = $1 and target in {list} and until_at is null group by target"
        );
        let binds = [Bind::Text(link.to_owned()), bind];
        let rows = self.read_some(targets.len()).await?.fetch_all(&sql, &binds).await?;
        rows.iter().map(|row| Ok((RecordId(row.integer(0)?), row.integer(1)?))).collect()
    }

    /// Notes that it was put before somebody; `false` when it was already in this session.
    ///
    /// # Errors
    /// As [`Store::write`].
    #[boxed]
    pub async fn note_seen(&self, view: NoteView) -> Result<bool, StoreError> {
        let sql = "insert into handling_note_view (note, session, person, record, at) values ($1, $2, $3, $4, $5) \
                   on conflict (note, session) do nothing";
        let binds = [view.note.0, view.session, view.person.0, view.record.0, view.at.0].map(Bind::Integer);
        let written = self.write(move |connection| {
            let binds = binds.clone();
            Box::pin(async move { Ok(connection.execute(sql, &binds).await?) })
        });
        Ok(written.await.map_err(StoreError::from)? > 0)
    }

    /// Those of some handling notes that were put before somebody in a session already.
    ///
    /// # Errors
    /// What the database answered.
    #[boxed]
    pub async fn notes_seen(&self, session: i64, notes: &[RecordId]) -> Result<Vec<RecordId>, StoreError> {
        let ids: Vec<i64> = notes.iter().map(|note| note.0).collect();
        let (list, bind) = integer_list(&ids, 2, self.dialect());
        let sql = format!("select note from handling_note_view where session = $1 and note in {list}");
        let rows = self.read_some(notes.len()).await?.fetch_all(&sql, &[Bind::Integer(session), bind]).await?;
        rows.iter().map(|row| Ok(RecordId(row.integer(0)?))).collect()
    }

    /// Before whom a handling note was put, latest first.
    ///
    /// # Errors
    /// What the database answered.
    #[boxed]
    pub async fn views_of_note(&self, note: RecordId, limit: usize) -> Result<Vec<NoteView>, StoreError> {
        let sql = "select note, session, person, record, at from handling_note_view where note = $1 \
                   order by at desc, session desc limit $2";
        let binds = [note.0, i64::try_from(limit).unwrap_or(i64::MAX)].map(Bind::Integer);
        let rows = self.read().await?.fetch_all(sql, &binds).await?;
        rows.iter()
            .map(|row| {
                Ok(NoteView {
                    note: RecordId(row.integer(0)?),
                    session: row.integer(1)?,
                    person: RecordId(row.integer(2)?),
                    record: RecordId(row.integer(3)?),
                    at: row.moment(4)?,
                })
            })
            .collect()
    }
}
