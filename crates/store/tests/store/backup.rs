//! A backup restored elsewhere is the same database; a damaged one is never called good.

use std::path::{Path, PathBuf};

use bytes::Bytes;
use serde_json::json;
use steward_model::event::{Act, Attachment, Audience};
use steward_store::backup::{restore, verify_backup};
use steward_store::blob::Blobs;
use steward_store::error::StoreError;
use steward_store::store::Store;
use steward_testkit::database::TestDatabase;
use steward_testkit::records::{START, acted, commit, create, read_journal};
use steward_testkit::{kinds, on_both};

/// Some records, one with a file, and a seal.
async fn filled(db: &TestDatabase) -> Blobs {
    let store = &db.store;
    store.sync_kinds(&kinds::registry()).await.unwrap();
    let blobs = Blobs::open(&db.folder.path().join("blobs")).unwrap();
    let sha256 = blobs.put(Bytes::from_static(b"content\tof\\a file")).await.unwrap();
    let kind = kinds::incident();
    let number = store.next_numbers(&kind, 1).await.unwrap().remove(0);
    let loaded = create(store, &kind, &number, json!({"title": "tab\tnew\nline \\N \u{1F525}"})).await;
    let file =
        Attachment { name: "a".into(), media_type: "text/plain".into(), size: 17, sha256, audience: Audience::Public };
    commit(store, vec![acted(&kind, &loaded, Act::Attached(file))]).await;
    create(store, &kinds::person(), "PER0000001", json!({"name": "Anna", "login": "anna"})).await;
    read_journal(store, 3).await;
    store.seal(START).await.unwrap();
    blobs
}

fn files_under(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files_under(&path) } else { vec![path] }).collect()
}

on_both! {
    async fn a_restored_backup_is_the_same_database(db: TestDatabase) {
        let blobs = filled(&db).await;
        let folder = db.folder.path().join("backup");
        let made = db.store.backup(&folder, &blobs).await.unwrap();
        assert_eq!(verify_backup(&folder).await.unwrap(), made);
        let twin = db.empty_twin().await;
        let twin_blobs = twin.folder.path().join("blobs");
        restore(&folder, &twin.config, &twin_blobs).await.unwrap();
        let restored = Store::open(&twin.config).await.unwrap();
        let seal = db.store.last_seal().await.unwrap();
        let report = restored.verify(seal.as_ref(), |_| {}).await.unwrap();
        assert!(report.is_good() && report.entries == 3, "{report:?}");
        assert_eq!(read_journal(&restored, 3).await, read_journal(&db.store, 3).await);
        let sha256 = &restored.attachments_of(steward_model::id::RecordId(1)).await.unwrap()[0].file.sha256;
        assert_eq!(Blobs::open(&twin_blobs).unwrap().check(sha256).await.unwrap(), 17);
        restored.sync_kinds(&kinds::registry()).await.unwrap();
        assert_eq!(restored.next_numbers(&kinds::incident(), 1).await.unwrap(), ["INC0000002"]);
        assert_eq!(restored.next_ids(1).await.unwrap()[0].0, 1001, "ids go on behind the block that was taken");
        create(&restored, &kinds::incident(), "INC0000002", json!({"title": "after"})).await;
        assert_eq!(read_journal(&restored, 4).await.len(), 4);
        let again = restore(&folder, &twin.config, &db.folder.path().join("fresh")).await;
        assert!(matches!(again, Err(StoreError::Refused(_))), "a target that holds something: {again:?}");
    }

    async fn every_flipped_byte_of_a_backup_is_found(db: TestDatabase) {
        let blobs = filled(&db).await;
        let folder = db.folder.path().join("backup");
        db.store.backup(&folder, &blobs).await.unwrap();
        for path in files_under(&folder) {
            let good = std::fs::read(&path).unwrap();
            for place in (0..good.len()).step_by(good.len() / 40 + 1) {
                let mut bad = good.clone();
                bad[place] ^= 1;
                std::fs::write(&path, &bad).unwrap();
                assert!(verify_backup(&folder).await.is_err(), "{} byte {place}", path.display());
            }
            std::fs::write(&path, &good).unwrap();
        }
        verify_backup(&folder).await.unwrap();
    }

    async fn a_backup_without_all_files_is_none(db: TestDatabase) {
        let blobs = filled(&db).await;
        for file in files_under(blobs.folder()) {
            std::fs::write(file, "damaged").unwrap();
        }
        let folder = db.folder.path().join("backup");
        let made = db.store.backup(&folder, &blobs).await;
        assert!(matches!(made, Err(StoreError::Damaged(_))), "{made:?}");
        assert!(matches!(verify_backup(&folder).await, Err(StoreError::Refused(_))));
    }
}
