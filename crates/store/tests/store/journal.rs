//! Readers of the journal miss nothing and see nothing twice, whatever writers do.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::json;
use sqlx::{PgPool, Row as _};
use steward_model::event::Act;
use steward_model::id::RecordId;
use steward_store::change::{ChangeSet, CursorMove};
use steward_store::error::CommitError;
use steward_store::journal::Position;
use steward_store::store::Store;
use steward_testkit::database::TestDatabase;
use steward_testkit::records::{START, acted, commit, create, created, read_journal};
use steward_testkit::{kinds, on_both};

const WRITERS: i64 = 8;
const COMMITS: i64 = 125;
const EVENTS_PER_COMMIT: i64 = 10;
const EVENTS: usize = (WRITERS * COMMITS * EVENTS_PER_COMMIT) as usize;

/// A reader that may be wrong: SQL that gives positions of entries after the last position it saw.
struct Naive {
    pool: PgPool,
    sql: &'static str,
    last: i64,
    seen: BTreeSet<i64>,
}

impl Naive {
    async fn read(&mut self) {
        for row in sqlx::query(self.sql).bind(self.last).fetch_all(&self.pool).await.unwrap() {
            let position: i64 = row.get(0);
            self.last = position;
            self.seen.insert(position);
        }
    }
}

/// Entries of slow writers: the position is taken when the statement runs, the commit comes later.
async fn write_slowly(pool: PgPool, writer: i64) {
    for commit in 0..COMMITS {
        let mut transaction = pool.begin().await.unwrap();
        for event in 0..EVENTS_PER_COMMIT {
            sqlx::query(
                "insert into journal (epoch, record, seq, kind, at, actor, door, type, data, hash) \
                 values (0, $1, $2, 'incident', 0, 0, 'system', 'updated', $3::json, ''::bytea)",
            )
            .bind(1_000 + writer)
            .bind(commit * EVENTS_PER_COMMIT + event + 1)
            .bind(json!({"record": 1000 + writer, "seq": commit, "at": 0, "actor": 0, "door": "system", "act": {"type": "updated"}}).to_string())
            .execute(&mut *transaction)
            .await
            .unwrap();
            if event % 5 == 0 {
                tokio::time::sleep(Duration::from_micros(rand::random_range(0..3_000))).await;
            }
        }
        tokio::time::sleep(Duration::from_micros(rand::random_range(0..5_000))).await;
        transaction.commit().await.unwrap();
    }
}

/// Reads on with the reader under test.
async fn follow(store: &Store, last: &mut Position, seen: &mut Vec<i64>) {
    for place in store.read_positions(*last, 500).await.unwrap() {
        *last = place;
        seen.push(place.position);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_events_of_slow_writers_are_read_once_each() {
    let db = TestDatabase::postgres().await;
    let pool = PgPool::connect(&db.config.url).await.unwrap();
    let naive = |sql| Naive { pool: pool.clone(), sql, last: 0, seen: BTreeSet::new() };
    let mut by_id = naive("select position from journal where position > $1 order by position");
    let mut guarded = naive(
        "select position from journal where position > $1 \
         and xid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint order by position",
    );
    let mut writers = tokio::task::JoinSet::new();
    for writer in 0..WRITERS {
        writers.spawn(write_slowly(pool.clone(), writer));
    }
    let (mut last, mut seen) = (Position::default(), Vec::new());
    while !writers.is_empty() {
        by_id.read().await;
        guarded.read().await;
        follow(&db.store, &mut last, &mut seen).await;
        tokio::select! {
            done = writers.join_next() => done.unwrap().unwrap(),
            () = tokio::time::sleep(Duration::from_millis(2)) => {}
        }
    }
    // Transactions of other tests may hide the last entries for a while.
    for _ in 0..2_000 {
        if seen.len() >= EVENTS {
            break;
        }
        follow(&db.store, &mut last, &mut seen).await;
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    by_id.read().await;
    guarded.read().await;
    let distinct: BTreeSet<i64> = seen.iter().copied().collect();
    println!("lost by id {}, lost with guard {}", EVENTS - by_id.seen.len(), EVENTS - guarded.seen.len());
    assert_eq!((seen.len(), distinct.len()), (EVENTS, EVENTS), "read, distinct");
    assert!(by_id.seen.len() < EVENTS, "a reader by id alone should lose events, or this test proves nothing");
    assert!(guarded.seen.len() < EVENTS, "a reader by id behind a guard should lose events");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn entries_of_an_older_cluster_come_before_those_of_this_one() {
    let db = TestDatabase::postgres().await;
    let kind = kinds::incident();
    create(&db.store, &kind, "INC1", json!({"title": "a"})).await;
    // What a logical restore into a younger cluster leaves: transaction ids that lie ahead.
    let pool = PgPool::connect(&db.config.url).await.unwrap();
    sqlx::query("update journal set xid = xid + 1000000000").execute(&pool).await.unwrap();
    let reopened = db.second_node().await;
    let old = reopened.read_journal(Position::default(), 10).await.unwrap();
    assert_eq!(old.iter().map(|entry| entry.position.epoch).collect::<Vec<_>>(), [0], "visible though ahead");
    create(&reopened, &kind, "INC2", json!({"title": "b"})).await;
    let all = read_journal(&reopened, 2).await;
    assert_eq!(all.iter().map(|entry| entry.position.epoch).collect::<Vec<_>>(), [0, 1]);
    assert!(all[1].position > all[0].position);
    let third = db.second_node().await;
    create(&third, &kind, "INC3", json!({"title": "c"})).await;
    assert_eq!(read_journal(&third, 3).await[2].position.epoch, 1, "a plain restart keeps the epoch");
}

on_both! {
    async fn a_reader_that_goes_on_from_its_place_sees_each_entry_once(db: TestDatabase) {
        let kind = kinds::incident();
        commit(&db.store, (1..=25).map(|id| created(&kind, RecordId(id), &format!("INC{id}"), json!({"title": "a"}))).collect()).await;
        read_journal(&db.store, 25).await;
        let (mut last, mut records) = (Position::default(), Vec::new());
        loop {
            let page = db.store.read_journal(last, 7).await.unwrap();
            let Some(entry) = page.last() else { break };
            last = entry.position;
            records.extend(page.iter().map(|entry| entry.event.record.0));
        }
        assert_eq!(records, (1..=25).collect::<Vec<_>>());
        assert_eq!(db.store.journal_end().await.unwrap(), last);
    }

    async fn a_commit_wakes_those_who_wait(db: TestDatabase) {
        let mut woken = db.store.subscribe();
        woken.mark_unchanged();
        create(&db.store, &kinds::incident(), "INC1", json!({"title": "a"})).await;
        tokio::time::timeout(Duration::from_secs(5), woken.changed()).await.unwrap().unwrap();
    }

    async fn the_journal_until_a_moment_is_what_was_known_then(db: TestDatabase) {
        let kind = kinds::incident();
        let mut loaded = create(&db.store, &kind, "INC1", json!({"title": "a"})).await;
        for person in [7, 8] {
            commit(&db.store, vec![acted(&kind, &loaded, Act::Watched { person: RecordId(person) })]).await;
            loaded = db.store.get_record(loaded.record.id).await.unwrap().unwrap();
        }
        let check = async |seconds, expected: &[i64]| {
            let entries = db.store.journal_until(loaded.record.id, START.plus_seconds(seconds)).await.unwrap();
            assert_eq!(entries.iter().map(|entry| entry.event.seq).collect::<Vec<_>>(), expected, "after {seconds} s");
        };
        check(-1, &[]).await;
        check(0, &[1]).await;
        check(1, &[1, 2]).await;
        check(9, &[1, 2, 3]).await;
    }

    async fn a_subscriber_cannot_move_from_a_place_it_has_left(db: TestDatabase) {
        let step = |from, position| ChangeSet {
            cursor: Some(CursorMove {
                subscriber: "search".into(),
                from,
                to: Position { epoch: 0, xid: 0, position },
            }),
            ..ChangeSet::default()
        };
        assert_eq!(db.store.cursor("search").await.unwrap(), None);
        db.store.commit(step(None, 5)).await.unwrap();
        let at_five = db.store.cursor("search").await.unwrap();
        db.store.commit(step(at_five, 9)).await.unwrap();
        for late in [step(None, 7), step(at_five, 7)] {
            let refused = db.store.commit(late).await;
            assert!(matches!(refused, Err(CommitError::Fenced)), "{refused:?}");
        }
        assert_eq!(db.store.cursor("search").await.unwrap().unwrap().position, 9);
    }
}

/// Waits until a node listens: its first signal says so. On a busy machine that came before anybody subscribed.
async fn listens(woken: &mut tokio::sync::watch::Receiver<u64>) {
    let _ = tokio::time::timeout(Duration::from_secs(2), woken.changed()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_on_one_node_wakes_another() {
    let db = TestDatabase::postgres().await;
    let other = db.second_node().await;
    let mut woken = other.subscribe();
    listens(&mut woken).await;
    create(&db.store, &kinds::incident(), "INC1", json!({"title": "a"})).await;
    tokio::time::timeout(Duration::from_secs(5), woken.changed()).await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_one_node_says_others_hear_once() {
    let db = TestDatabase::postgres().await;
    let other = db.second_node().await;
    let (mut here, mut there) = (db.store.announcements(), other.announcements());
    let mut woken = other.subscribe();
    listens(&mut woken).await;
    let long = "x".repeat(5_000);
    for word in ["one", "two", long.as_str(), "it's", long.as_str()] {
        db.store.announce(word);
    }
    for heard in [&mut here, &mut there] {
        for word in ["one", "two", long.as_str(), "it's", long.as_str()] {
            let next = tokio::time::timeout(Duration::from_secs(5), heard.recv()).await.unwrap().unwrap();
            assert_eq!(&*next, word);
        }
    }
    // The first node may not listen yet: nobody woke who could say so.
    let back = async {
        loop {
            other.announce("back");
            if let Ok(word) = tokio::time::timeout(Duration::from_millis(200), here.recv()).await {
                return word.unwrap();
            }
        }
    };
    let next = tokio::time::timeout(Duration::from_secs(5), back).await.unwrap();
    assert_eq!(&*next, "back", "what was said here came back");
}
