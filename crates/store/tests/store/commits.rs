//! Writing change sets: all or nothing, never over somebody else's change.

use serde_json::json;
use steward_model::chain::{Hash, canonical_text, link_hash};
use steward_model::event::Act;
use steward_model::id::RecordId;
use steward_store::change::{ChangeSet, KeptAnswer};
use steward_store::error::CommitError;
use steward_testkit::records::{START, acted, commit, create, created, read_journal, updated};
use steward_testkit::{kinds, on_both};

on_both! {
    async fn a_record_comes_back_as_it_was_written(db: TestDatabase) {
        let kind = kinds::incident();
        let fields = json!({
            "title": "Drucker \u{1F525} \"brennt\"\n", "priority": "high", "requester": 7, "cost": {"amount": 9_007_199_254_740_993_i64, "currency": "EUR"},
            "steps": [{"name": "löschen"}], "configuration_items": [9, 8], "major": true,
        });
        let change = created(&kind, RecordId(1), "INC0000001", fields);
        let heads = commit(&db.store, vec![change.clone()]).await.heads;
        let loaded = db.store.get_record(RecordId(1)).await.unwrap().unwrap();
        assert_eq!(loaded.record, change.after);
        assert_eq!(loaded.head, link_hash(&Hash::ZERO, &canonical_text(&change.events[0]).unwrap()));
        assert_eq!(heads[0].hash, loaded.head);
        let journal = read_journal(&db.store, 1).await;
        assert_eq!(journal.iter().map(|entry| &entry.event).collect::<Vec<_>>(), [&change.events[0]]);
    }

    async fn a_second_writer_of_the_same_revision_is_refused(db: TestDatabase) {
        let kind = kinds::incident();
        let loaded = create(&db.store, &kind, "INC1", json!({"title": "a"})).await;
        commit(&db.store, vec![updated(&kind, &loaded, json!({"title": "b"}))]).await;
        let late = ChangeSet { records: vec![updated(&kind, &loaded, json!({"title": "c"}))], ..ChangeSet::default() };
        let refused = db.store.commit(late).await;
        assert!(matches!(refused, Err(CommitError::Stale { record }) if record == loaded.record.id), "{refused:?}");
        let now = db.store.get_record(loaded.record.id).await.unwrap().unwrap();
        assert_eq!((now.record.text("title"), now.record.revision), ("b", 2));
        assert_eq!(db.store.journal_of(loaded.record.id, 0, 10).await.unwrap().len(), 2);
    }

    async fn nothing_of_a_refused_change_set_stays(db: TestDatabase) {
        let person = kinds::person();
        create(&db.store, &person, "PER1", json!({"name": "Anna", "login": "Anna"})).await;
        let records = vec![
            created(&kinds::incident(), RecordId(900), "INC1", json!({"title": "a"})),
            created(&person, RecordId(901), "PER2", json!({"name": "Other", "login": "aNNa"})),
        ];
        let refused = db.store.commit(ChangeSet { records, ..ChangeSet::default() }).await;
        let Err(CommitError::NotUnique { kind, field, value }) = &refused else { panic!("{refused:?}") };
        assert_eq!((kind.as_str(), field.as_str(), value.as_str()), ("person", "login", "anna"));
        assert_eq!(db.store.get_record(RecordId(900)).await.unwrap(), None);
        assert_eq!(db.store.journal_of(RecordId(900), 0, 10).await.unwrap(), []);
    }

    async fn a_unique_value_is_free_again_once_its_holder_gave_it_up(db: TestDatabase) {
        let kind = kinds::person();
        let anna = create(&db.store, &kind, "PER1", json!({"name": "Anna", "login": "anna"})).await;
        commit(&db.store, vec![updated(&kind, &anna, json!({"login": "anna.b"}))]).await;
        let other = create(&db.store, &kind, "PER2", json!({"name": "Other", "login": "anna"})).await;
        let found = db.store.find_by_unique(&["person"], "ANNA").await.unwrap();
        assert_eq!(found, [other]);
    }

    async fn a_number_is_given_once(db: TestDatabase) {
        let kind = kinds::incident();
        create(&db.store, &kind, "INC1", json!({"title": "a"})).await;
        let records = vec![created(&kind, RecordId(900), "INC1", json!({"title": "b"}))];
        let refused = db.store.commit(ChangeSet { records, ..ChangeSet::default() }).await;
        assert!(matches!(refused, Err(CommitError::NumberTaken)), "{refused:?}");
    }

    async fn an_event_that_skips_a_place_is_refused(db: TestDatabase) {
        let kind = kinds::incident();
        let loaded = create(&db.store, &kind, "INC1", json!({"title": "a"})).await;
        let mut change = acted(&kind, &loaded, Act::Updated);
        change.events[0].seq = 3;
        let refused = db.store.commit(ChangeSet { records: vec![change], ..ChangeSet::default() }).await;
        assert!(matches!(refused, Err(CommitError::OutOfOrder { seq: 3, .. })), "{refused:?}");
    }

    async fn an_idempotency_key_takes_effect_once(db: TestDatabase) {
        let kind = kinds::incident();
        let set = |id, number: &str| ChangeSet {
            records: vec![created(&kind, RecordId(id), number, json!({"title": "a"}))],
            idempotency: Some(KeptAnswer {
                actor: RecordId(5), key: "k".into(), request_hash: Hash::of(b"r"), status: 201, response: "{}".into(), created_at: START,
            }),
            ..ChangeSet::default()
        };
        let (one, two) = tokio::join!(db.store.commit(set(1, "INC1")), db.store.commit(set(2, "INC2")));
        let (won, lost) = if one.is_ok() { (one, two) } else { (two, one) };
        assert!(won.is_ok() && matches!(lost, Err(CommitError::KeyUsed)), "{won:?} {lost:?}");
        assert_eq!(read_journal(&db.store, 1).await.len(), 1);
    }

    async fn an_import_of_thousands_of_records_is_one_commit(db: TestDatabase) {
        let kind = kinds::incident();
        let records = (1..=3000).map(|id| created(&kind, RecordId(id), &format!("INC{id:07}"), json!({"title": "a", "configuration_items": [1, 2]})));
        commit(&db.store, records.collect()).await;
        let ids: Vec<RecordId> = (1..=3001).map(RecordId).collect();
        assert_eq!(db.store.get_records(&ids).await.unwrap().len(), 3000);
        assert_eq!(read_journal(&db.store, 3000).await.len(), 3000);
    }
}
