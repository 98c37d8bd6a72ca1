//! Jobs: an effect happens once, a dead worker's job is taken over, a late one is fenced off.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::json;
use steward_model::id::RecordId;
use steward_model::moment::Moment;
use steward_store::change::ChangeSet;
use steward_store::error::CommitError;
use steward_store::jobs::{JobClaim, NewJob};
use steward_store::store::Store;
use steward_testkit::database::TestDatabase;
use steward_testkit::records::{START, created};
use steward_testkit::{kinds, on_both};

fn job(number: i64) -> NewJob {
    NewJob {
        kind: "effect".into(),
        unique_key: Some(number.to_string()),
        payload: json!({"number": number}),
        run_at: START,
        max_attempts: 3,
        created_at: START,
    }
}

/// The effect of a job: a record that bears its number.
fn effect(claim: &JobClaim) -> ChangeSet {
    let number = claim.payload["number"].as_i64().unwrap();
    ChangeSet {
        records: vec![created(&kinds::incident(), RecordId(number), &format!("INC{number}"), json!({"title": "done"}))],
        finish: Some(claim.clone()),
        ..ChangeSet::default()
    }
}

async fn claim(store: &Store, worker: &str, limit: usize) -> Vec<JobClaim> {
    store.claim(worker, &["effect"], limit, START).await.unwrap()
}

/// Works until nothing is left; returns how many effects this worker had.
async fn work(store: Store, worker: &'static str) -> usize {
    let mut done = 0;
    loop {
        let claims = claim(&store, worker, 7).await;
        if claims.is_empty() {
            return done;
        }
        for claim in claims {
            store.commit(effect(&claim)).await.unwrap();
            done += 1;
        }
    }
}

/// A database on which a lease runs out as soon as it is given: what time would do, without waiting for it.
async fn with_short_leases(postgres: bool) -> TestDatabase {
    let configure = |config: &mut steward_store::config::StoreConfig| config.job_lease = Duration::ZERO;
    if postgres { TestDatabase::postgres_with(configure).await } else { TestDatabase::sqlite_with(configure).await }
}

async fn check_takeover(db: TestDatabase) {
    db.store.enqueue(vec![job(1)]).await.unwrap();
    let dead = claim(&db.store, "dead", 5).await.remove(0);
    let heir = claim(&db.store, "heir", 5).await.remove(0);
    assert_eq!((heir.id, heir.attempt), (dead.id, 2));
    assert!(!db.store.renew(&dead).await.unwrap(), "a worker that slept cannot prolong what it lost");
    let late = db.store.commit(effect(&dead)).await;
    assert!(matches!(late, Err(CommitError::Fenced)), "{late:?}");
    assert_eq!(db.store.get_record(RecordId(1)).await.unwrap(), None, "nothing of the late effect stays");
    assert!(!db.store.fail(&dead, "late", START).await.unwrap());
    db.store.commit(effect(&heir)).await.unwrap();
    assert!(claim(&db.store, "third", 5).await.is_empty(), "done is done");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lease_that_ran_out_is_taken_over_and_the_sleeper_fenced_off_sqlite() {
    check_takeover(with_short_leases(false).await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lease_that_ran_out_is_taken_over_and_the_sleeper_fenced_off_postgres() {
    check_takeover(with_short_leases(true).await).await;
}

on_both! {
    async fn two_workers_bring_about_each_effect_once(db: TestDatabase) {
        db.store.enqueue((1..=100).map(job).collect()).await.unwrap();
        let (one, two) = tokio::join!(tokio::spawn(work(db.store.clone(), "one")), tokio::spawn(work(db.store.clone(), "two")));
        assert_eq!(one.unwrap() + two.unwrap(), 100);
        let ids: Vec<RecordId> = (1..=100).map(RecordId).collect();
        assert_eq!(db.store.get_records(&ids).await.unwrap().len(), 100);
    }

    async fn a_job_in_hand_is_nobody_elses(db: TestDatabase) {
        db.store.enqueue(vec![job(1)]).await.unwrap();
        let mine = claim(&db.store, "one", 5).await;
        assert_eq!(mine.len(), 1);
        assert!(claim(&db.store, "two", 5).await.is_empty());
        assert!(db.store.renew(&mine[0]).await.unwrap());
        db.store.release("one").await.unwrap();
        assert_eq!(claim(&db.store, "two", 5).await[0].attempt, 1, "a job given back in good order is not a failure");
    }

    async fn a_job_is_not_claimed_before_its_time(db: TestDatabase) {
        db.store.enqueue(vec![NewJob { run_at: START.plus_seconds(60), ..job(1) }, job(2)]).await.unwrap();
        let due = |seconds| db.store.claim("one", &["effect"], 9, START.plus_seconds(seconds));
        assert_eq!(due(59).await.unwrap().iter().map(|claim| claim.payload["number"].as_i64()).collect::<Vec<_>>(), [Some(2)]);
        assert_eq!(due(60).await.unwrap().len(), 1);
        assert!(db.store.claim("one", &["other"], 9, Moment(i64::MAX)).await.unwrap().is_empty());
    }

    async fn a_unique_key_keeps_a_second_job_out_until_the_first_is_done(db: TestDatabase) {
        db.store.enqueue(vec![job(1), job(1)]).await.unwrap();
        db.store.enqueue(vec![job(1)]).await.unwrap();
        let claims = claim(&db.store, "one", 9).await;
        assert_eq!(claims.len(), 1);
        assert!(db.store.complete(&claims[0]).await.unwrap());
        db.store.enqueue(vec![job(1)]).await.unwrap();
        assert_eq!(claim(&db.store, "one", 9).await.len(), 1);
    }

    async fn a_job_that_fails_too_often_is_set_aside_and_can_be_revived(db: TestDatabase) {
        db.store.enqueue(vec![job(1), job(2)]).await.unwrap();
        let mut attempts = BTreeMap::new();
        for _ in 0..5 {
            for claim in claim(&db.store, "one", 9).await {
                attempts.insert(claim.id, claim.attempt);
                assert!(db.store.fail(&claim, "no route", START).await.unwrap());
            }
        }
        assert_eq!(attempts.values().copied().collect::<Vec<_>>(), [3, 3]);
        let dead = db.store.dead_jobs(9).await.unwrap();
        assert_eq!(dead.iter().map(|job| (job.attempts, job.error.as_str())).collect::<Vec<_>>(), [(3, "no route"); 2]);
        assert!(db.store.revive(dead[0].id, START).await.unwrap());
        assert_eq!(claim(&db.store, "one", 9).await[0].attempt, 1);
    }
}
