//! Whoever changes the database behind Steward's back is found out.

use serde_json::json;
use steward_model::event::{Act, Audience};
use steward_model::id::RecordId;
use steward_store::sql::Dialect;
use steward_store::store::Store;
use steward_store::verify::{Place, VerifyReport};
use steward_testkit::database::TestDatabase;
use steward_testkit::records::{START, acted, commit, create, read_journal};
use steward_testkit::{kinds, on_both};

/// Three records with four entries each, sealed, then two unsealed entries.
async fn filled(store: &Store) -> Vec<RecordId> {
    let kind = kinds::incident();
    let mut ids = Vec::new();
    for number in 1..=3 {
        let id = create(
            store,
            &kind,
            &format!("INC{number}"),
            json!({"title": "a", "cost": {"amount": 1, "currency": "EUR"}}),
        )
        .await
        .record
        .id;
        for body in ["one", "two", "three"] {
            comment(store, id, body).await;
        }
        ids.push(id);
    }
    read_journal(store, 12).await;
    assert_eq!(store.seal(START).await.unwrap().unwrap().entries, 12);
    comment(store, ids[0], "four").await;
    comment(store, ids[0], "five").await;
    read_journal(store, 14).await;
    assert_eq!(store.seal(START).await.unwrap().unwrap().entries, 2);
    ids
}

async fn comment(store: &Store, id: RecordId, body: &str) {
    let loaded = store.get_record(id).await.unwrap().unwrap();
    let act = Act::Commented { audience: Audience::Public, body: body.into() };
    commit(store, vec![acted(&kinds::incident(), &loaded, act)]).await;
}

/// Changes the database with statements that each must hit something.
async fn tamper(store: &Store, statements: Vec<String>) {
    store
        .write(move |connection| {
            let statements = statements.clone();
            Box::pin(async move {
                for sql in &statements {
                    assert!(connection.execute(sql, &[]).await? > 0, "{sql} hits nothing");
                }
                Ok(())
            })
        })
        .await
        .unwrap();
}

async fn verify(store: &Store) -> VerifyReport {
    store.verify(None, |_| {}).await.unwrap()
}

/// Tampers and expects the first fault at a place.
async fn check(db: &TestDatabase, statements: &[String], first: Place) {
    tamper(&db.store, statements.to_vec()).await;
    let report = verify(&db.store).await;
    assert_eq!(report.faults.first().map(|fault| fault.place), Some(first), "{:?}", report.faults);
}

/// SQL that replaces text inside an entry.
fn edit(store: &Store, id: RecordId, seq: i64, from: &str, to: &str) -> String {
    let cast = match store.dialect() {
        Dialect::Sqlite => "",
        Dialect::Postgres => "::json",
    };
    format!(
        "update journal set data = replace(cast(data as text), '{from}', '{to}'){cast} where record = {id} and seq = {seq}"
    )
}

on_both! {
    async fn an_untouched_database_is_good(db: TestDatabase) {
        filled(&db.store).await;
        let report = verify(&db.store).await;
        assert!(report.is_good(), "{:?}", report.faults);
        assert_eq!((report.entries, report.records, report.seals), (14, 3, 2));
        assert_eq!(db.store.seal(START).await.unwrap(), None, "nothing new to seal");
    }

    async fn sec_112_a_changed_entry_is_named(db: TestDatabase) {
        let ids = filled(&db.store).await;
        let sql = edit(&db.store, ids[1], 3, "two", "2");
        check(&db, &[sql], Place::Entry { record: ids[1], seq: 3 }).await;
    }

    async fn a_changed_column_is_named(db: TestDatabase) {
        let ids = filled(&db.store).await;
        let sql = format!("update journal set actor = 77 where record = {} and seq = 2", ids[0]);
        check(&db, &[sql], Place::Entry { record: ids[0], seq: 2 }).await;
    }

    async fn sec_112_a_removed_entry_is_named_by_its_successor(db: TestDatabase) {
        let ids = filled(&db.store).await;
        let sql = format!("delete from journal where record = {} and seq = 3", ids[2]);
        check(&db, &[sql], Place::Entry { record: ids[2], seq: 4 }).await;
    }

    async fn sec_112_swapped_entries_are_named(db: TestDatabase) {
        let ids = filled(&db.store).await;
        let id = ids[1];
        let swap = [("-3", "3"), ("3", "4"), ("4", "-3")];
        let statements = swap.map(|(to, from)| format!("update journal set seq = {to} where record = {id} and seq = {from}"));
        check(&db, &statements, Place::Entry { record: id, seq: 3 }).await;
    }

    async fn sec_112_an_inserted_entry_is_named(db: TestDatabase) {
        let ids = filled(&db.store).await;
        let sql = format!(
            "insert into journal (epoch, record, seq, kind, at, actor, door, type, data, hash) \
             select epoch, record, seq + 1, kind, at, actor, door, type, data, hash from journal where record = {} and seq = 4", ids[1]
        );
        check(&db, &[sql], Place::Entry { record: ids[1], seq: 5 }).await;
    }

    async fn sec_112_a_cut_tail_is_named_by_its_record(db: TestDatabase) {
        let ids = filled(&db.store).await;
        let sql = format!("delete from journal where record = {} and seq = 4", ids[1]);
        check(&db, &[sql], Place::Record(ids[1])).await;
    }

    async fn a_changed_record_is_named(db: TestDatabase) {
        let ids = filled(&db.store).await;
        let sql = format!("update record set state = 'resolved' where id = {}", ids[2]);
        check(&db, &[sql], Place::Record(ids[2])).await;
    }

    async fn a_record_out_of_nowhere_is_named(db: TestDatabase) {
        let ids = filled(&db.store).await;
        let sql = format!("delete from journal where record = {}", ids[1]);
        check(&db, &[sql], Place::Record(ids[1])).await;
    }

    async fn a_record_that_vanished_with_its_journal_breaks_the_seal(db: TestDatabase) {
        let ids = filled(&db.store).await;
        let sql = ["journal where record", "record where id"].map(|what| format!("delete from {what} = {}", ids[1]));
        check(&db, &sql, Place::Seal(1)).await;
    }

    async fn sec_112_a_tail_cut_with_its_seal_shows_against_the_exported_seal(db: TestDatabase) {
        let ids = filled(&db.store).await;
        let exported = db.store.last_seal().await.unwrap().unwrap();
        assert!(db.store.verify(Some(&exported), |_| {}).await.unwrap().is_good());
        let id = ids[0];
        tamper(&db.store, vec![
            format!("delete from journal where record = {id} and seq > 4"),
            "delete from seal where id = 2".into(),
            format!("update record set revision = 4, updated_at = (select at from journal where record = {id} and seq = 4), \
                     head = (select hash from journal where record = {id} and seq = 4) where id = {id}"),
        ]).await;
        assert!(verify(&db.store).await.is_good(), "the database alone cannot tell");
        let report = db.store.verify(Some(&exported), |_| {}).await.unwrap();
        assert_eq!(report.faults.iter().map(|fault| fault.place).collect::<Vec<_>>(), [Place::Seal(2)]);
    }
}
