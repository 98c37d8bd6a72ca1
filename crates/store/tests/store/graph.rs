//! Finding records, their edges and their lists.

use serde_json::json;
use steward_model::event::{Act, Attachment, Audience};
use steward_model::id::RecordId;
use steward_store::list::ListQuery;
use steward_store::sql::Bind;
use steward_testkit::records::{START, acted, commit, create, created, link, updated};
use steward_testkit::{kinds, on_both};

on_both! {
    async fn links_hold_from_making_to_ending(db: TestDatabase) {
        let kind = kinds::incident();
        let other = create(&db.store, &kind, "INC1", json!({"title": "a"})).await.record.id;
        let mut loaded = create(&db.store, &kind, "INC2", json!({"title": "b"})).await;
        let id = loaded.record.id;
        for act in [Act::Linked(link("caused_by", other)), Act::Unlinked(link("caused_by", other)), Act::Linked(link("caused_by", other))] {
            commit(&db.store, vec![acted(&kind, &loaded, act)]).await;
            loaded = db.store.get_record(id).await.unwrap().unwrap();
        }
        let check = async |at, expected: usize| {
            for end in [id, other] {
                let links = db.store.links_of(end, at).await.unwrap();
                assert_eq!(links.len(), expected, "{end} at {at:?}");
                assert!(links.iter().all(|link| (link.source, link.target) == (id, other)));
            }
        };
        check(Some(START), 0).await;
        check(Some(START.plus_seconds(1)), 1).await;
        check(Some(START.plus_seconds(2)), 0).await;
        check(None, 1).await;
    }

    async fn files_stay_known_after_they_were_taken_off(db: TestDatabase) {
        let kind = kinds::incident();
        let loaded = create(&db.store, &kind, "INC1", json!({"title": "a"})).await;
        let file = Attachment { name: "log.txt".into(), media_type: "text/plain".into(), size: 3, sha256: "ab".into(), audience: Audience::Internal };
        commit(&db.store, vec![acted(&kind, &loaded, Act::Attached(file.clone()))]).await;
        let now = db.store.get_record(loaded.record.id).await.unwrap().unwrap();
        commit(&db.store, vec![acted(&kind, &now, Act::Detached { attachment: 2 })]).await;
        let files = db.store.attachments_of(loaded.record.id).await.unwrap();
        assert_eq!(files.len(), 1);
        assert_eq!((&files[0].file, files[0].seq, files[0].detached_seq), (&file, 2, Some(3)));
    }

    async fn teams_and_watchers_follow_their_members(db: TestDatabase) {
        let kind = kinds::team();
        let team = create(&db.store, &kind, "TEAM1", json!({"name": "Service desk", "members": [7, 8]})).await;
        create(&db.store, &kind, "TEAM2", json!({"name": "Network", "members": [8]})).await;
        assert_eq!(db.store.teams_of(&[RecordId(7)]).await.unwrap(), [(RecordId(7), team.record.id)]);
        assert_eq!(db.store.teams_of(&[RecordId(8)]).await.unwrap().len(), 2);
        commit(&db.store, vec![updated(&kind, &team, json!({"members": [8]}))]).await;
        assert_eq!(db.store.teams_of(&[RecordId(7)]).await.unwrap(), []);
        let team = db.store.get_record(team.record.id).await.unwrap().unwrap();
        commit(&db.store, vec![acted(&kind, &team, Act::Watched { person: RecordId(9) })]).await;
        assert_eq!(db.store.referring("watchers", RecordId(9)).await.unwrap(), [team.record.id]);
        assert_eq!(db.store.teams_of(&[RecordId(8)]).await.unwrap().len(), 2, "watching keeps the members");
    }

    async fn organisations_below_another_are_found_even_in_a_circle(db: TestDatabase) {
        let kind = kinds::organisation();
        let at = |id: i64, parent: i64| created(&kind, RecordId(id), &format!("ORG{id}"), json!({"name": "x", "parent": parent}));
        commit(&db.store, vec![at(1, 3), at(2, 1), at(3, 2), at(4, 2), at(5, 9)]).await;
        let below = db.store.organisations_below(RecordId(2)).await.unwrap();
        assert_eq!(below, [1, 2, 3, 4].map(RecordId));
        assert_eq!(db.store.organisations_below(RecordId(4)).await.unwrap(), [RecordId(4)]);
    }

    async fn texts_lead_to_records_by_id_number_and_unique_value(db: TestDatabase) {
        let anna = create(&db.store, &kinds::person(), "PER0000001", json!({"name": "Anna", "login": "anna", "mail": "Anna@Example.org"})).await;
        let id = anna.record.id.to_string();
        let texts = [id.as_str(), "per0000001", "anna", "ANNA@example.org", "nobody"];
        let found = db.store.resolve(&texts).await.unwrap();
        assert!(found.iter().all(|found| found.id == anna.record.id && found.kind == "person"));
        let mut answered: Vec<&str> = found.iter().map(|found| found.text.as_str()).collect();
        answered.sort_by_key(|text| texts.iter().position(|given| given == text));
        assert_eq!(answered, texts[..4]);
        assert_eq!(db.store.find_by_number("person", "PER0000001").await.unwrap(), Some(anna));
    }

    async fn lists_are_ordered_limited_and_counted(db: TestDatabase) {
        let kind = kinds::incident();
        let priorities = ["low", "critical", "high", "moderate"];
        let records = (1..=40).map(|id| created(&kind, RecordId(id), &format!("INC{id}"), json!({"title": "a", "priority": priorities[id as usize % 4], "team": id % 2})));
        commit(&db.store, records.collect()).await;
        let query = ListQuery {
            condition: "r.team = $1".into(),
            binds: vec![Bind::Integer(1)],
            order: "r.priority_rank, r.id".into(),
            ..ListQuery::of_kind("incident", 12)
        };
        let found = db.store.list(&query).await.unwrap();
        let found: Vec<(&str, i64)> = found.iter().map(|loaded| (loaded.record.text("priority"), loaded.record.id.0)).collect();
        assert_eq!(found[..2], [("critical", 1), ("critical", 5)]);
        assert_eq!((found[9].0, found[10], found.len()), ("critical", ("moderate", 3), 12));
        assert_eq!(db.store.count(&query, 1000).await.unwrap(), 20);
        assert_eq!(db.store.count(&query, 15).await.unwrap(), 15);
        assert_eq!(db.store.count(&ListQuery::of_kind("person", 5), 15).await.unwrap(), 0);
    }
}
