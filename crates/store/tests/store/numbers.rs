//! Ids and numbers are given out once, whoever asks.

use std::collections::BTreeSet;

use serde_json::json;
use steward_model::id::RecordId;
use steward_store::store::Store;
use steward_testkit::database::TestDatabase;
use steward_testkit::records::{commit, created};
use steward_testkit::{kinds, on_both};

/// Numbers and ids that many creators get at the same time from these nodes.
async fn draw(nodes: Vec<Store>, creators: usize, each: usize) -> (BTreeSet<String>, BTreeSet<RecordId>) {
    let mut tasks = tokio::task::JoinSet::new();
    for creator in 0..creators {
        let store = nodes[creator % nodes.len()].clone();
        tasks.spawn(async move {
            let (mut numbers, mut ids) = (Vec::new(), Vec::new());
            for _ in 0..each {
                numbers.extend(store.next_numbers(&kinds::incident(), 1).await.unwrap());
                ids.extend(store.next_ids(3).await.unwrap());
            }
            (numbers, ids)
        });
    }
    let (mut numbers, mut ids) = (BTreeSet::new(), BTreeSet::new());
    while let Some(drawn) = tasks.join_next().await {
        let drawn = drawn.unwrap();
        numbers.extend(drawn.0);
        ids.extend(drawn.1);
    }
    (numbers, ids)
}

on_both! {
    async fn sixty_four_creators_get_different_numbers(db: TestDatabase) {
        db.store.sync_kinds(&kinds::registry()).await.unwrap();
        let mut nodes = vec![db.store.clone()];
        if db.config.sqlite_path().is_none() {
            nodes.push(db.second_node().await);
        }
        let (numbers, ids) = draw(nodes, 64, 20).await;
        assert_eq!((numbers.len(), ids.len()), (64 * 20, 64 * 20 * 3));
        assert!(numbers.first().unwrap() == "INC0000001" && ids.first() == Some(&RecordId(1)));
    }

    async fn numbers_go_on_after_imported_ones(db: TestDatabase) {
        db.store.sync_kinds(&kinds::registry()).await.unwrap();
        let kind = kinds::incident();
        assert_eq!(db.store.next_numbers(&kind, 2).await.unwrap(), ["INC0000001", "INC0000002"]);
        commit(&db.store, vec![created(&kind, RecordId(1), "INC0000045", json!({"title": "a"}))]).await;
        db.store.numbers_used(&kind, 45).await.unwrap();
        assert_eq!(db.store.next_numbers(&kind, 1).await.unwrap(), ["INC0000046"]);
        db.store.numbers_used(&kind, 3).await.unwrap();
        assert_eq!(db.store.next_numbers(&kind, 1).await.unwrap(), ["INC0000047"]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite_remembers_committed_numbers_over_a_restart() {
    let db = TestDatabase::sqlite().await;
    let kind = kinds::incident();
    let number = db.store.next_numbers(&kind, 5).await.unwrap().remove(4);
    commit(&db.store, vec![created(&kind, RecordId(1), &number, json!({"title": "a"}))]).await;
    let TestDatabase { config, store, folder: _folder, .. } = &db;
    store.close().await;
    let reopened = Store::open(config).await.unwrap();
    assert_eq!(reopened.next_numbers(&kind, 1).await.unwrap(), ["INC0000006"]);
}
