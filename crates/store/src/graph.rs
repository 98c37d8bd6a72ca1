//! Edges between records: links, references to many, teams, the tree of organisations; and files on records.

use steward_model::event::{Attachment, Audience, LinkTo};
use steward_model::id::{RecordId, Revision};
use steward_model::moment::Moment;

use crate::boxed;
use crate::connection::Row;
use crate::error::StoreError;
use crate::file_scans::ScanState;
use crate::sql::{Bind, Dialect, integer_list, literal};
use crate::store::Store;

/// A link between two records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Key of the link type.
    pub link: String,
    /// Record that it starts from, in whose journal it stands.
    pub source: RecordId,
    /// Record that it leads to.
    pub target: RecordId,
    /// When it was made.
    pub since_at: Moment,
    /// When it ended; `None` while it holds.
    pub until_at: Option<Moment>,
}

/// A file on a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredAttachment {
    /// The `seq` of the event that attached it.
    pub seq: Revision,
    /// The file.
    pub file: Attachment,
    /// The `seq` of the event that took it off; `None` while it is there.
    pub detached_seq: Option<Revision>,
    /// What the malware scanner says of its content; `None` when it was never to be asked.
    pub scan: Option<ScanState>,
    /// What it found.
    pub finding: Option<String>,
}

impl Store {
    /// Links from and to a record that hold now, or that held at a moment. By link type, then source, then target.
    ///
    /// # Errors
    /// What the database answered.
    #[boxed]
    pub async fn links_of(&self, record: RecordId, at: Option<Moment>) -> Result<Vec<Link>, StoreError> {
        let mut binds = vec![Bind::Integer(record.0)];
        let holds = match at {
            None => "until_at is null",
            Some(at) => {
                binds.push(Bind::Integer(at.0));
                "since_at <= $2 and (until_at is null or until_at > $2)"
            }
        };
        // Two probes of two indexes; a link of a record to itself stands in the first alone.
        let sql = format!(
            "select link, source, target, since_at, until_at from record_link where source = $1 and {holds} \
             union all select link, source, target, since_at, until_at from record_link \
             where target = $1 and source <> $1 and {holds} order by 1, 2, 3"
        );
        self.read_few().await?.fetch_all(&sql, &binds).await?.iter().map(link).collect()
    }

    /// Whether a link holds now.
    ///
    /// # Errors
    /// What the database answered.
    #[boxed]
    pub async fn is_linked(&self, source: RecordId, to: &LinkTo) -> Result<bool, StoreError> {
        let sql = "select 1 from record_link where link = $1 and source = $2 and target = $3 and until_at is null";
        let binds = [Bind::Text(to.link.clone()), Bind::Integer(source.0), Bind::Integer(to.target.0)];
        Ok(self.read_few().await?.fetch_optional(sql, &binds).await?.is_some())
    }

    /// Files that were ever attached to a record, in the order of attaching.
    ///
    /// # Errors
    /// What the database answered.
    #[boxed]
    pub async fn attachments_of(&self, record: RecordId) -> Result<Vec<StoredAttachment>, StoreError> {
        let sql = "select a.seq, a.name, a.media_type, a.size, a.sha256, a.audience, a.detached_seq, s.state, s.finding \
                   from attachment a left join file_scan s on s.sha256 = a.sha256 where a.record = $1 order by a.seq";
        self.read_few().await?.fetch_all(sql, &[Bind::Integer(record.0)]).await?.iter().map(attachment).collect()
    }

    /// People with the teams that name each among their `members`, ascending.
    ///
    /// # Errors
    /// What the database answered.
    #[boxed]
    pub async fn teams_of(&self, people: &[RecordId]) -> Result<Vec<(RecordId, RecordId)>, StoreError> {
        let ids: Vec<i64> = people.iter().map(|person| person.0).collect();
        let (list, bind) = integer_list(&ids, 1, self.dialect());
        let sql = format!(
            "select f.target, r.id from reference f join record r on r.id = f.record \
             where f.target in {list} and f.field = 'members' and r.kind = 'team' order by f.target, r.id"
        );
        let rows = self.read_some(people.len()).await?.fetch_all(&sql, &[bind]).await?;
        rows.iter().map(|row| Ok((RecordId(row.integer(0)?), RecordId(row.integer(1)?)))).collect()
    }

    /// Records of some kinds that name one of these among their `configuration_items`, or as their service. No order.
    ///
    /// # Errors
    /// What the database answered.
    #[boxed]
    pub async fn naming_any(
        &self,
        targets: &[RecordId],
        kinds: &[&str],
        limit: usize,
    ) -> Result<Vec<RecordId>, StoreError> {
        let ids: Vec<i64> = targets.iter().map(|target| target.0).collect();
        let (list, bind) = integer_list(&ids, 1, self.dialect());
        let kinds = kinds.iter().map(|kind| literal(kind)).collect::<Vec<_>>().join(", ");
        let limit = Bind::Integer(i64::try_from(limit).unwrap_or(i64::MAX));
        let mut found = Vec::new();
        for sql in [
            format!(
                "select r.id from reference f join record r on r.id = f.record where f.target in {list} \
                 and f.field = 'configuration_items' and r.kind in ({kinds}) limit $2"
            ),
            format!(
                "select r.id from record r where r.service in {list} and r.kind in ({kinds}) \
                 order by r.updated_at desc limit $2"
            ),
        ] {
            let rows = self.read().await?.fetch_all(&sql, &[bind.clone(), limit.clone()]).await?;
            for row in rows {
                found.push(RecordId(row.integer(0)?));
            }
        }
        found.sort_unstable();
        found.dedup();
        Ok(found)
    }

    /// Links of some types that start from any of these and hold now: source and target.
    ///
    /// # Errors
    /// What the database answered.
    #[boxed]
    pub async fn links_from_any(
        &self,
        sources: &[RecordId],
        links: &[&str],
        limit: usize,
    ) -> Result<Vec<(RecordId, RecordId)>, StoreError> {
        let ids: Vec<i64> = sources.iter().map(|source| source.0).collect();
        let (list, bind) = integer_list(&ids, 1, self.dialect());
        let links = links.iter().map(|link| literal(link)).collect::<Vec<_>>().join(", ");
        let sql = format!(
            "select source, target from record_link where source in {list} and link in ({links}) and until_at is null \
             order by source, target limit $2"
        );
        let binds = [bind, Bind::Integer(i64::try_from(limit).unwrap_or(i64::MAX))];
        let rows = self.read_some(sources.len()).await?.fetch_all(&sql, &binds).await?;
        rows.iter().map(|row| Ok((RecordId(row.integer(0)?), RecordId(row.integer(1)?)))).collect()
    }

    /// Records that refer to a record in this field of many references, ascending.
    ///
    /// # Errors
    /// What the database answered.
    #[boxed]
    pub async fn referring(&self, field: &str, target: RecordId) -> Result<Vec<RecordId>, StoreError> {
        let sql = "select record from reference where target = $1 and field = $2 order by record";
        let rows =
            self.read_few().await?.fetch_all(sql, &[Bind::Integer(target.0), Bind::Text(field.to_owned())]).await?;
        rows.iter().map(|row| Ok(RecordId(row.integer(0)?))).collect()
    }

    /// An organisation and all below it by their field `parent`, ascending. A circle of parents does no harm.
    ///
    /// # Errors
    /// What the database answered.
    #[boxed]
    pub async fn organisations_below(&self, organisation: RecordId) -> Result<Vec<RecordId>, StoreError> {
        let parent = match self.dialect() {
            Dialect::Sqlite => "json_extract(r.fields, '$.parent')",
            Dialect::Postgres => "(r.fields->>'parent')::bigint",
        };
        let sql = format!(
            "with recursive below (id) as (select cast($1 as bigint) \
             union select r.id from record r join below b on {parent} = b.id where r.kind = 'organisation') \
             select id from below order by id"
        );
        self.ids(&sql, organisation).await
    }

    async fn ids(&self, sql: &str, of: RecordId) -> Result<Vec<RecordId>, StoreError> {
        let rows = self.read_few().await?.fetch_all(sql, &[Bind::Integer(of.0)]).await?;
        rows.iter().map(|row| Ok(RecordId(row.integer(0)?))).collect()
    }
}

fn link(row: &Row) -> Result<Link, StoreError> {
    Ok(Link {
        link: row.text(0)?,
        source: RecordId(row.integer(1)?),
        target: RecordId(row.integer(2)?),
        since_at: row.moment(3)?,
        until_at: row.optional_integer(4)?.map(Moment),
    })
}

fn attachment(row: &Row) -> Result<StoredAttachment, StoreError> {
    let audience = match row.text(5)?.as_str() {
        "public" => Audience::Public,
        _ => Audience::Internal,
    };
    Ok(StoredAttachment {
        seq: row.integer(0)?,
        file: Attachment {
            name: row.text(1)?,
            media_type: row.text(2)?,
            size: row.integer(3)?,
            sha256: row.text(4)?,
            audience,
        },
        detached_seq: row.optional_integer(6)?,
        scan: row.optional_text(7)?.map(|word| ScanState::parse(&word)).transpose()?,
        finding: row.optional_text(8)?,
    })
}
