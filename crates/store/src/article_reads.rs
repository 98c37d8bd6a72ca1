//! Articles that people read while they wrote a report, and which of them answered it.

use steward_model::id::RecordId;
use steward_model::moment::Moment;

use crate::boxed;
use crate::error::StoreError;
use crate::sql::{Bind, integer_list};
use crate::store::Store;

/// Articles that one person is noted to have read in a day, at most.
const A_DAY: i64 = 300;
const DAY: i64 = 86_400_000_000;

/// How often an article was read from the form of a report, and how often it spared one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ArticleFigures {
    /// Times that it was read.
    pub read: i64,
    /// Times that it answered what was to be reported.
    pub solved: i64,
}

impl Store {
    /// Notes that somebody read an article from a form, and whether it answered them. Once noted, it is not taken back.
    ///
    /// # Errors
    /// As [`Store::write`].
    #[boxed]
    pub async fn note_article_read(
        &self,
        person: RecordId,
        mark: &str,
        article: RecordId,
        solved: bool,
        at: Moment,
    ) -> Result<(), StoreError> {
        // The upsert of a statement with a select needs its `where`, or SQLite takes `on conflict` for a join.
        let sql = "insert into article_read (person, mark, article, read_at, solved_at) \
                   select $1, $2, $3, $4, $5 \
                   where (select count(*) from article_read where person = $1 and read_at > $6) < $7 \
                   on conflict (person, mark, article) do update set \
                   solved_at = coalesce(article_read.solved_at, excluded.solved_at)";
        let sql = match self.dialect() {
            crate::sql::Dialect::Sqlite => sql.to_owned(),
            // The types of values in a select are not known from the table.
            crate::sql::Dialect::Postgres => sql.replace(
                "select $1, $2, $3, $4, $5 ",
                "select $1::bigint, $2::text, $3::bigint, $4::bigint, $5::bigint ",
            ),
        };
        let binds = vec![
            Bind::Integer(person.0),
            Bind::Text(mark.to_owned()),
            Bind::Integer(article.0),
            Bind::Integer(at.0),
            Bind::OptionalInteger(solved.then_some(at.0)),
            Bind::Integer(at.0 - DAY),
            Bind::Integer(A_DAY),
        ];
        self.run(&sql, binds).await
    }

    /// Says which record came of the form on which somebody read articles.
    ///
    /// # Errors
    /// As [`Store::write`].
    #[boxed]
    pub async fn article_reads_led_to(&self, person: RecordId, mark: &str, record: RecordId) -> Result<(), StoreError> {
        let sql = "update article_read set record = $1 where person = $2 and mark = $3 and record is null";
        let binds = vec![Bind::Integer(record.0), Bind::Integer(person.0), Bind::Text(mark.to_owned())];
        self.run(sql, binds).await
    }

    /// The articles that were read before a record was made, first read first.
    ///
    /// # Errors
    /// What the database answered.
    #[boxed]
    pub async fn articles_read_before(
        &self,
        record: RecordId,
        limit: i64,
    ) -> Result<Vec<(RecordId, Moment)>, StoreError> {
        let sql = "select article, read_at from article_read where record = $1 order by read_at, article limit $2";
        let rows = self.read_few().await?.fetch_all(sql, &[Bind::Integer(record.0), Bind::Integer(limit)]).await?;
        rows.iter().map(|row| Ok((RecordId(row.integer(0)?), row.moment(1)?))).collect()
    }

    /// How often articles were read since a moment, and how often they spared a report.
    ///
    /// # Errors
    /// What the database answered.
    #[boxed]
    pub async fn article_figures(
        &self,
        articles: &[RecordId],
        since: Moment,
    ) -> Result<Vec<(RecordId, ArticleFigures)>, StoreError> {
        if articles.is_empty() {
            return Ok(Vec::new());
        }
        let ids: Vec<i64> = articles.iter().map(|article| article.0).collect();
        let (list, bind) = integer_list(&ids, 1, self.dialect());
        let sql = format!(
            "select article, count(*), count(solved_at) from article_read where article in {list} and read_at >= $2 \
             group by article"
        );
        let rows = self.read_few().await?.fetch_all(&sql, &[bind, Bind::Integer(since.0)]).await?;
        rows.iter()
            .map(|row| {
                Ok((RecordId(row.integer(0)?), ArticleFigures { read: row.integer(1)?, solved: row.integer(2)? }))
            })
            .collect()
    }

    /// The articles that spared most reports since a moment.
    ///
    /// # Errors
    /// What the database answered.
    #[boxed]
    pub async fn most_solving_articles(
        &self,
        since: Moment,
        limit: i64,
    ) -> Result<Vec<(RecordId, ArticleFigures)>, StoreError> {
        let sql = "select article, count(*), count(solved_at) from article_read where read_at >= $1 group by article \
                   order by count(solved_at) desc, count(*) desc, article limit $2";
        let rows = self.read().await?.fetch_all(sql, &[Bind::Integer(since.0), Bind::Integer(limit)]).await?;
        rows.iter()
            .map(|row| {
                Ok((RecordId(row.integer(0)?), ArticleFigures { read: row.integer(1)?, solved: row.integer(2)? }))
            })
            .collect()
    }
}
