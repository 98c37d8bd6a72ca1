//! Opening: who may, in what state, and what is made ready.

use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;

use serde_json::json;
use steward_model::id::RecordId;
use steward_model::kind::{FieldType, Registry};
use steward_store::error::StoreError;
use steward_store::list::ListQuery;
use steward_store::sql::Bind;
use steward_store::store::Store;
use steward_testkit::database::TestDatabase;
use steward_testkit::records::{START, commit, create, created};
use steward_testkit::{kinds, on_both};

/// The first column of the first row, as text.
async fn ask(store: &Store, sql: &str) -> Option<String> {
    let sql = format!("select cast(({sql}) as text)");
    store.read().await.unwrap().fetch_optional(&sql, &[]).await.unwrap().unwrap().optional_text(0).unwrap()
}

on_both! {
    async fn an_open_store_answers(db: TestDatabase) {
        db.store.ping().await.unwrap();
        let stats = db.store.pool_stats();
        assert!(stats.open >= 1 && stats.open <= stats.limit, "{stats:?}");
    }

    async fn a_schema_of_a_newer_program_is_refused_in_one_line(db: TestDatabase) {
        db.store.write(|connection| Box::pin(async move {
            Ok(connection.execute("update meta set value = '99' where key = 'schema'", &[]).await?)
        })).await.unwrap();
        db.store.close().await;
        let refused = Store::open(&db.config).await.unwrap_err();
        let StoreError::Refused(message) = &refused else { panic!("{refused:?}") };
        assert!(message.contains("schema 99") && !message.contains('\n'), "{message}");
    }

    async fn each_kind_has_a_view_with_typed_columns(db: TestDatabase) {
        db.store.sync_kinds(&kinds::registry()).await.unwrap();
        let fields = json!({
            "title": "it's", "major": true, "confidence": 2_500_000, "cost": {"amount": 1_990_000, "currency": "EUR"},
            "planned_on": "2026-03-01", "opened_at": START.0, "reopen_count": 3, "access_code": "sealed",
        });
        create(&db.store, &kinds::incident(), "INC1", fields).await;
        create(&db.store, &kinds::person(), "PER1", json!({"name": "Anna"})).await;
        let check = async |column: &str, expected: &str| {
            let found = ask(&db.store, &format!("select {column} from \"incident\"")).await.unwrap_or_default();
            assert!(found.starts_with(expected), "{column}: {found}");
        };
        check("title", "it's").await;
        check("state_category", "new").await;
        check("confidence", "2.5").await;
        check("cost", "1.99").await;
        check("cost_currency", "EUR").await;
        check("reopen_count + 1", "4").await;
        check("planned_on", "2026-03-01").await;
        check("substr(cast(opened_at as text), 1, 10)", "2026-01-01").await;
        check("(select count(*) from person)", "1").await;
        assert!(db.store.read().await.unwrap().fetch_all("select access_code from incident", &[]).await.is_err(), "secrets stay out");
    }

    async fn an_indexed_field_of_a_large_kind_is_found_by_its_index(db: TestDatabase) {
        db.store.sync_kinds(&kinds::registry()).await.unwrap();
        let names = match db.config.sqlite_path() {
            Some(_) => "select name from sqlite_master where type = 'index' and name like 'ix_incident_%'",
            None => "select indexname::text from pg_indexes where indexname like 'ix_incident_%'",
        };
        let count = async || db.store.read().await.unwrap().fetch_all(names, &[]).await.unwrap().len();
        assert_eq!(count().await, 0, "a small kind needs none");
        create_many(&db.store, 0..1_000).await;
        db.store.index_large_kinds(&kinds::registry()).await.unwrap();
        assert_eq!(count().await, 2);
        db.store.sync_kinds(&kinds::registry()).await.unwrap();
        assert_eq!(count().await, 2, "a second time changes nothing");
        remove_but(&db.store, 600).await;
        db.store.sync_kinds(&kinds::registry()).await.unwrap();
        assert_eq!(count().await, 2, "a kind that shrinks a little keeps its indexes");
        let mut kind = Arc::unwrap_or_clone(kinds::incident());
        kind.fields.retain(|field| field.key != "reopen_count");
        kind.fields.push(kinds::field("added", FieldType::Markdown));
        db.store.sync_kinds(&Registry::from_parts(vec![kind], Vec::new())).await.unwrap();
        assert_eq!(count().await, 1, "the index of a field that went is dropped");
        assert_eq!(ask(&db.store, "select count(added) from incident").await.as_deref(), Some("0"));
        assert!(db.store.read().await.unwrap().fetch_all("select * from person", &[]).await.is_err(), "the view of a kind that went is dropped");
        remove_but(&db.store, 400).await;
        db.store.sync_kinds(&kinds::registry()).await.unwrap();
        assert_eq!(count().await, 0, "a kind that became small loses them");
    }
}

/// Makes incidents with these numbers, in few commits.
async fn create_many(store: &Store, numbers: std::ops::Range<i64>) {
    let kind = kinds::incident();
    let numbers: Vec<i64> = numbers.collect();
    for some in numbers.chunks(250) {
        let records = some.iter().map(|number| {
            created(
                &kind,
                RecordId(10_000 + number),
                &format!("INC{number:07}"),
                json!({"title": "a", "reopen_count": number}),
            )
        });
        commit(store, records.collect()).await;
    }
}

/// Leaves the first so many incidents, which no command can: records are never deleted.
async fn remove_but(store: &Store, count: i64) {
    store
        .write(move |connection| {
            Box::pin(async move {
                let sql = "delete from record where kind = 'incident' and id >= $1";
                Ok(connection.execute(sql, &[Bind::Integer(10_000 + count)]).await?)
            })
        })
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite_files_are_for_one_process_and_one_user() {
    // One that Steward makes itself, not a copy.
    let db = TestDatabase::sqlite().await.empty_twin().await;
    let store = Store::open(&db.config).await.unwrap();
    create(&store, &kinds::incident(), "INC1", json!({"title": "a"})).await;
    let refused = Store::open(&db.config).await.unwrap_err().to_string();
    assert!(refused.contains("in use by another process"), "{refused}");
    let path = db.config.sqlite_path().unwrap();
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(path.parent().unwrap()), 0o700);
    for file in std::fs::read_dir(path.parent().unwrap()).unwrap() {
        let file = file.unwrap().path();
        assert_eq!(mode(&file), 0o600, "{}", file.display());
    }
    store.close().await;
    Store::open(&db.config).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_nodes_on_an_empty_database_migrate_it_once() {
    let db = TestDatabase::postgres().await;
    let twin = db.empty_twin().await;
    let (one, two) = tokio::join!(Store::open(&twin.config), Store::open(&twin.config));
    let (one, two) = (one.unwrap(), two.unwrap());
    create(&one, &kinds::incident(), "INC1", json!({"title": "a"})).await;
    assert!(two.find_by_number("incident", "INC1").await.unwrap().is_some());
}

/// The condition of open records under the alias of lists.
const OPEN_ALIASED: &str = "r.category in ('new', 'active', 'waiting')";

/// A requester has few records, a kind has many: walking all of a kind in order would read nearly all for a page.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite_knows_that_a_kind_is_common_and_a_requester_rare() {
    let db = TestDatabase::sqlite().await;
    let query = ListQuery {
        condition: "r.requester = $1".into(),
        binds: vec![Bind::Integer(7)],
        order: "r.created_at desc, r.id desc".into(),
        ..ListQuery::of_kind("incident", 50)
    };
    let plan = db.store.explain(&query).await.unwrap();
    assert!(plan.contains("record_requester"), "{plan}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite_answers_lists_from_an_index() {
    let db = TestDatabase::sqlite().await;
    let check = async |condition: &str, binds: Vec<Bind>, order: &str, index: &str| {
        let query =
            ListQuery { condition: condition.into(), binds, order: order.into(), ..ListQuery::of_kind("incident", 50) };
        let plan = db.store.explain(&query).await.unwrap();
        assert!(plan.contains(index) && !plan.contains("TEMP B-TREE"), "{condition} by {order}: {plan}");
    };
    let id = || vec![Bind::Integer(7)];
    check("1 = 1", vec![], "r.updated_at desc, r.id desc", "record_updated").await;
    check("1 = 1", vec![], "r.created_at desc, r.id desc", "record_created").await;
    check("1 = 1", vec![], "r.opened_at, r.id", "record_opened").await;
    check("1 = 1", vec![], "r.priority_rank, r.id", "record_priority").await;
    check("r.due_at is not null", vec![], "r.due_at, r.id", "record_due").await;
    check("1 = 1", vec![], "r.number", "record_number").await;
    check("r.assignee = $1", id(), "r.updated_at desc, r.id desc", "record_assignee").await;
    check("r.team = $1", id(), "r.updated_at desc, r.id desc", "record_team").await;
    check("r.requester = $1", id(), "r.updated_at desc, r.id desc", "record_requester").await;
    check(&format!("{OPEN_ALIASED} and r.due_at < 9"), vec![], "r.due_at nulls last, r.id", "record_open_due").await;
    check("r.organisation = $1", id(), "r.updated_at desc, r.id desc", "record_organisation").await;
    check("r.state = 'new'", vec![], "r.updated_at desc, r.id desc", "record_state").await;
    let open = OPEN_ALIASED;
    check(open, vec![], "r.priority_rank, r.updated_at, r.id", "record_open_priority").await;
    check(&format!("{open} and r.team = $1"), id(), "r.priority_rank, r.updated_at, r.id", "record_open_team").await;
}
