//! How people want pages and notices to be.

use std::collections::HashMap;

use steward_model::id::RecordId;

use crate::boxed;
use crate::error::StoreError;
use crate::sql::{Bind, integer_list};
use crate::store::Store;

impl Store {
    /// The settings of some people, as they were kept; those who never chose anything are left out.
    ///
    /// # Errors
    /// What the database answered.
    #[boxed]
    pub async fn person_settings(&self, people: &[RecordId]) -> Result<HashMap<RecordId, String>, StoreError> {
        if people.is_empty() {
            return Ok(HashMap::new());
        }
        let ids: Vec<i64> = people.iter().map(|person| person.0).collect();
        let (list, bind) = integer_list(&ids, 1, self.dialect());
        let sql = format!("select person, settings from person_settings where person in {list}");
        let rows = self.read_few().await?.fetch_all(&sql, &[bind]).await?;
        rows.iter().map(|row| Ok((RecordId(row.integer(0)?), row.text(1)?))).collect()
    }

    /// Keeps the settings of a person.
    ///
    /// # Errors
    /// As [`Store::write`].
    #[boxed]
    pub async fn set_person_settings(&self, person: RecordId, settings: &str) -> Result<(), StoreError> {
        let binds = vec![Bind::Integer(person.0), Bind::Text(settings.to_owned())];
        let written = self.write(move |connection| {
            let binds = binds.clone();
            Box::pin(async move {
                let sql = "insert into person_settings (person, settings) values ($1, $2) \
                           on conflict (person) do update set settings = excluded.settings";
                connection.execute(sql, &binds).await?;
                Ok(())
            })
        });
        Ok(written.await?)
    }
}
