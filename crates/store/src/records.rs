//! Finding records by what names them.

use std::collections::BTreeMap;

use steward_model::id::RecordId;

use crate::boxed;
use crate::connection::Row;
use crate::error::StoreError;
use crate::rows::{Loaded, loaded, loaded_from, record_columns};
use crate::sql::{Bind, Dialect, integer_list, placeholders};
use crate::store::Store;

/// Values in one `in (…)` at most, below the limits of both databases.
const MANY: usize = 1000;

/// What a text that somebody gave for a reference led to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolved {
    /// The text, as given.
    pub text: String,
    /// The record found.
    pub id: RecordId,
    /// Its kind.
    pub kind: String,
}

/// How a record is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// The record.
    pub id: RecordId,
    /// Its kind.
    pub kind: String,
    /// Its number.
    pub number: String,
    /// Value of its kind's label field as text; `None` when empty.
    pub title: Option<String>,
}

impl Store {
    /// The record with this id.
    ///
    /// # Errors
    /// What the database answered; [`StoreError::Damaged`] when what is stored cannot be read.
    #[boxed]
    pub async fn get_record(&self, id: RecordId) -> Result<Option<Loaded>, StoreError> {
        self.one_record("r.id = $1", &[Bind::Integer(id.0)]).await
    }

    /// The records with these ids, in one query per thousand; absent ones are left out. Ascending by id.
    ///
    /// # Errors
    /// As [`Self::get_record`].
    #[boxed]
    pub async fn get_records(&self, ids: &[RecordId]) -> Result<Vec<Loaded>, StoreError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let mut connection = self.read_some(ids.len()).await?;
        let mut found = Vec::with_capacity(ids.len());
        for chunk in ids.chunks(MANY) {
            let (list, bind) = listed(chunk, self.dialect());
            let sql = format!("select {} from record r where r.id in {list}", record_columns(self.dialect(), "r"));
            for row in connection.fetch_all(&sql, &[bind]).await? {
                found.push(loaded(&row)?);
            }
        }
        found.sort_by_key(|loaded| loaded.record.id);
        found.dedup_by_key(|loaded| loaded.record.id);
        Ok(found)
    }

    /// How the records with these ids are called; absent ones are left out. In no order.
    ///
    /// # Errors
    /// What the database answered.
    #[boxed]
    pub async fn names(&self, ids: &[RecordId]) -> Result<Vec<Name>, StoreError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let mut connection = self.read_some(ids.len()).await?;
        let mut found = Vec::with_capacity(ids.len());
        for chunk in ids.chunks(MANY) {
            let (list, bind) = listed(chunk, self.dialect());
            let sql = format!("select id, kind, number, title from record where id in {list}");
            for row in connection.fetch_all(&sql, &[bind]).await? {
                let (id, kind) = (RecordId(row.integer(0)?), row.text(1)?);
                found.push(Name { id, kind, number: row.text(2)?, title: row.optional_text(3)? });
            }
        }
        Ok(found)
    }

    /// The record of a kind with this number.
    ///
    /// # Errors
    /// As [`Self::get_record`].
    #[boxed]
    pub async fn find_by_number(&self, kind: &str, number: &str) -> Result<Option<Loaded>, StoreError> {
        self.one_record("r.kind = $1 and r.number = $2", &[Bind::Text(kind.into()), Bind::Text(number.into())]).await
    }

    /// Records of these kinds (any when empty) that hold this value in a unique field, case aside. Ascending by id;
    /// more than one when kinds or fields share values.
    ///
    /// # Errors
    /// As [`Self::get_record`].
    #[boxed]
    pub async fn find_by_unique(&self, kinds: &[&str], value: &str) -> Result<Vec<Loaded>, StoreError> {
        let mut binds = vec![Bind::Text(value.to_lowercase())];
        binds.extend(kinds.iter().map(|kind| Bind::Text((*kind).to_owned())));
        let among =
            if kinds.is_empty() { String::new() } else { format!("and kind in ({})", placeholders(2, kinds.len())) };
        let sql = format!(
            "select {} from record r where r.id in (select record from unique_value where value = $1 {among}) order by r.id",
            record_columns(self.dialect(), "r")
        );
        self.read_few().await?.fetch_all(&sql, &binds).await?.iter().map(loaded).collect()
    }

    /// What texts lead to: each as an id, a number or a unique value, in one query per thousand. A text that leads to
    /// several records gives several answers, one that leads nowhere none.
    ///
    /// # Errors
    /// What the database answered.
    #[boxed]
    pub async fn resolve(&self, texts: &[&str]) -> Result<Vec<Resolved>, StoreError> {
        let mut connection = self.read_some(texts.len()).await?;
        let mut found = Vec::new();
        for chunk in texts.chunks(MANY) {
            let (sql, binds) = named_by(chunk);
            for row in connection.fetch_all(&sql, &binds).await? {
                found.extend(resolved(&row, chunk)?);
            }
        }
        Ok(in_order(found))
    }

    /// As [`Self::resolve`], with the records found, each once. Ascending by id.
    ///
    /// # Errors
    /// As [`Self::get_record`].
    #[boxed]
    pub async fn resolve_records(&self, texts: &[&str]) -> Result<(Vec<Resolved>, Vec<Loaded>), StoreError> {
        let mut connection = self.read_some(texts.len()).await?;
        let (mut found, mut records) = (Vec::new(), BTreeMap::new());
        for chunk in texts.chunks(MANY) {
            let (named, binds) = named_by(chunk);
            // The columns by which a record is read come last, so that those before have the same places as above.
            let columns = record_columns(self.dialect(), "r");
            let sql =
                format!("select n.id, n.kind, n.name, n.way, {columns} from ({named}) n join record r on r.id = n.id");
            for row in connection.fetch_all(&sql, &binds).await? {
                found.extend(resolved(&row, chunk)?);
                let loaded = loaded_from(&row, NAMED_BY)?;
                records.insert(loaded.record.id, loaded);
            }
        }
        Ok((in_order(found), records.into_values().collect()))
    }

    async fn one_record(&self, condition: &str, binds: &[Bind]) -> Result<Option<Loaded>, StoreError> {
        let sql = format!("select {} from record r where {condition}", record_columns(self.dialect(), "r"));
        self.read_few().await?.fetch_optional(&sql, binds).await?.as_ref().map(loaded).transpose()
    }
}

/// Columns of [`named_by`].
const NAMED_BY: usize = 4;

/// The query that finds what texts name: id, kind, the name that led there, and in which way it did.
fn named_by(texts: &[&str]) -> (String, Vec<Bind>) {
    let ids: Vec<Bind> = texts.iter().filter_map(|text| text.parse().ok()).map(Bind::Integer).collect();
    let numbers: Vec<Bind> = texts.iter().map(|text| Bind::Text(text.to_uppercase())).collect();
    let values: Vec<Bind> = texts.iter().map(|text| Bind::Text(text.to_lowercase())).collect();
    let by_id = match ids.len() {
        0 => String::new(),
        count => format!(
            "select id, kind, cast(id as text) as name, 'id' as way from record where id in ({}) union all ",
            placeholders(1, count)
        ),
    };
    let sql = format!(
        "{by_id}select r.id, r.kind, r.number as name, 'number' as way from record r where r.number in ({}) \
         union all select u.record, u.kind, u.value, 'value' from unique_value u where u.value in ({})",
        placeholders(1 + ids.len(), numbers.len()),
        placeholders(1 + ids.len() + numbers.len(), values.len())
    );
    (sql, ids.into_iter().chain(numbers).chain(values).collect())
}

fn in_order(mut found: Vec<Resolved>) -> Vec<Resolved> {
    found.sort_by(|a, b| (&a.text, a.id).cmp(&(&b.text, b.id)));
    found.dedup();
    found
}

fn listed(ids: &[RecordId], dialect: Dialect) -> (String, Bind) {
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    integer_list(&ids, 1, dialect)
}

/// The texts among `given` that a row of the query answers.
fn resolved(row: &Row, given: &[&str]) -> Result<Vec<Resolved>, StoreError> {
    let (id, kind, key, way) = (RecordId(row.integer(0)?), row.text(1)?, row.text(2)?, row.text(3)?);
    let matches = |text: &&&str| match way.as_str() {
        "id" => text.parse::<i64>() == Ok(id.0),
        "number" => text.to_uppercase() == key,
        _ => text.to_lowercase() == key,
    };
    let answer = |text: &&str| Resolved { text: (*text).to_owned(), id, kind: kind.clone() };
    Ok(given.iter().filter(matches).map(answer).collect())
}
