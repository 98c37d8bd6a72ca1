//! What forecasts are made from, on both databases.

use std::sync::Arc;

use serde_json::json;
use steward_model::id::RecordId;
use steward_model::kind::{Category, Kind, State};
use steward_model::moment::Moment;
use steward_testkit::kinds;
use steward_testkit::on_both;
use steward_testkit::records::{commit, created};

on_both! {
    async fn what_nobody_has_sent_yet_does_not_wait(db: TestDatabase) {
        let sent = kinds::incident();
        let mut kind = Kind::clone(&sent);
        kind.lifecycle.states.push(State { key: "draft".into(), label: "Draft".into(), category: Category::New });
        kind.lifecycle.initial = "draft".into();
        let unsent = Arc::new(kind);
        commit(&db.store, vec![
            created(&sent, RecordId(1), "INC1", json!({ "title": "Sent" })),
            created(&unsent, RecordId(2), "INC2", json!({ "title": "Not sent" })),
        ]).await;
        let (took, is_whole) = db.store.experience(&sent, Moment(0), 10).await.unwrap();
        assert_eq!((took.len(), is_whole), (1, true), "{took:?}");
    }
}
