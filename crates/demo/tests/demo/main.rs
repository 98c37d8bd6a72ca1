//! The demonstration on a real database: what it holds, that it is the same each time, and who sees what.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "in tests a panic is the message")]

use std::collections::BTreeMap;
use std::sync::Arc;

use steward_app::clock::FixedClock;
use steward_app::definitions::{Base, Definitions, Laid};
use steward_app::list::{Counting, ListRequest};
use steward_app::view::RecordView;
use steward_app::{App, Parts};
use steward_demo::{SEED, load_when_empty};
use steward_model::access::Actor;
use steward_model::moment::Moment;
use steward_store::blob::Blobs;
use steward_store::error::StoreError;
use steward_testkit::database::TestDatabase;
use steward_testkit::on_both;

/// 2026-03-02T09:20:00Z, a Monday.
const NOW: Moment = Moment(1_772_443_200_000_000);

async fn app(db: &TestDatabase) -> App {
    let definitions =
        Definitions::load(Arc::new(Base::shipped()), Vec::new()).map_err(|faults| faults[0].to_string()).unwrap();
    let app = App::new(Parts {
        store: db.store.clone(),
        blobs: Blobs::open(&db.folder.path().join("blobs")).unwrap(),
        definitions,
        clock: Arc::new(FixedClock::at(NOW)),
        key: [7; 32],
        search: None,
    });
    app.begin_definitions().await.unwrap();
    app
}

/// Everything of a kind that an actor sees.
async fn all(app: &App, actor: &Actor, kind: &str) -> Vec<RecordView> {
    let kind = app.kind(kind).unwrap().clone();
    let mut records = Vec::new();
    let mut cursor = None;
    loop {
        let request = ListRequest {
            sort: Some("number".to_owned()),
            limit: 500,
            cursor,
            count: Counting::Off,
            ..ListRequest::default()
        };
        let page = app.list(actor, &kind, &request).await.unwrap();
        records.extend(page.records);
        match page.next {
            Some(next) => cursor = Some(next),
            None => return records,
        }
    }
}

/// How many records of a kind there are in each state.
async fn states(app: &App, kind: &str) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for view in all(app, &Actor::system(), kind).await {
        *counts.entry(view.record.state.clone()).or_default() += 1;
    }
    counts
}

async fn load(app: &App) {
    let mut last = (0, 0);
    let loaded = load_when_empty(app, SEED, &mut |done, of| last = (done, of)).await;
    let loaded = loaded.unwrap_or_else(|error| panic!("{error:#}")).expect("the database was empty");
    assert_eq!(last.0, last.1, "progress ends at the end");
    assert!(loaded.logins.iter().any(|login| login.login == "ada"));
}

/// What everybody would call the same: number, state, title and moments of every record.
async fn facts(app: &App) -> Vec<String> {
    let mut facts = Vec::new();
    for kind in app.registry().kinds() {
        for view in all(app, &Actor::system(), &kind.key).await {
            let record = view.record;
            facts.push(format!(
                "{} {} {} {:?} {} {} {:?}",
                record.id,
                record.number,
                record.state,
                record.organisation,
                record.created_at,
                record.updated_at,
                record.fields
            ));
        }
    }
    facts
}

on_both! {
    async fn the_demonstration_is_whole(db: TestDatabase) {
        let app = app(&db).await;
        load(&app).await;
        let mut work = 0;
        for kind in app.registry().kinds() {
            let counts = states(&app, &kind.key).await;
            assert!(!counts.is_empty(), "there is no {}", kind.label);
            if kind.field("title").is_some() && kind.key != "knowledge_article" {
                work += counts.values().sum::<usize>();
            }
        }
        assert!(work >= 600, "{work} records of work");
        let count = async |kind: &str| states(&app, kind).await.values().sum::<usize>();
        assert_eq!(count("person").await, 120);
        let draft = all(&app, &Actor::system(), "overlay").await.remove(0);
        let prospect = app.prospect(Some(Laid::of(&draft.record)), None).await.unwrap();
        assert!(prospect.is_possible() && !prospect.effects.is_empty(), "{prospect:?}");
        // Three companies, and the carrier that promises repairs of lines.
        assert_eq!(count("organisation").await, 4);
        assert_eq!(count("service").await, 12);
        assert_eq!(count("configuration_item").await, 300);
        for kind in ["incident", "service_request", "change", "problem", "task"] {
            let there = states(&app, kind).await;
            for state in &app.kind(kind).unwrap().lifecycle.states {
                assert!(there.contains_key(&state.key), "no {kind} is {}; there are {there:?}", state.key);
            }
        }
        every_reason_to_hold_occurs(&app).await;
        titles_with_texts_are_told_once(&app).await;

        app.seal().await.unwrap();
        let mut report = db.store.verify(None, |_| {}).await.unwrap();
        let blobs = Blobs::open(&db.folder.path().join("blobs")).unwrap();
        db.store.verify_attachments(Some(&blobs), &mut report).await.unwrap();
        assert!(report.is_good(), "{:?}", report.faults);
        assert!(report.attachments > 10, "{} attachments", report.attachments);
        let mut last = Moment(i64::MIN);
        db.store
            .whole_journal(|entry| -> Result<(), StoreError> {
                assert!(entry.event.at <= NOW, "{} lies ahead", entry.event.at);
                assert!(last <= entry.event.at, "{} comes after {last}", entry.event.at);
                last = entry.event.at;
                Ok(())
            })
            .await
            .unwrap();
        assert_eq!(last, NOW, "the load ends now");

        people_see_what_is_theirs(&app).await;
        assert_eq!(load_when_empty(&app, SEED, &mut |_, _| {}).await.unwrap(), None, "a second time nothing happens");
    }
}

async fn every_reason_to_hold_occurs(app: &App) {
    let held = all(app, &Actor::system(), "incident").await;
    let held = held.iter().filter(|view| view.record.state == "on_hold");
    let reasons: std::collections::BTreeSet<&str> = held.map(|view| view.record.text("on_hold_reason")).collect();
    assert_eq!(reasons.len(), 5, "{reasons:?}");
}

async fn titles_with_texts_are_told_once(app: &App) {
    let mut told = std::collections::BTreeSet::new();
    for kind in ["incident", "service_request", "problem", "change", "task"] {
        for view in all(app, &Actor::system(), kind).await {
            let record = &view.record;
            let text = format!("{}\n{}", record.text("title"), record.text("description"));
            assert!(told.insert(text.clone()), "{} tells again: {text}", record.number);
            assert!(!text.contains(['{', '}']), "{} has a gap: {text}", record.number);
        }
    }
}

async fn people_see_what_is_theirs(app: &App) {
    let person = async |login: &str| {
        let id = app.person_by_login(login).await.unwrap();
        app.actor(id, None).await.unwrap()
    };
    let ella = person("ella").await;
    let hers = all(app, &ella, "incident").await;
    assert!(!hers.is_empty());
    for view in &hers {
        let record = &view.record;
        let is_hers = record.reference("requester") == Some(ella.person) || record.created_by == ella.person;
        assert!(is_hers || record.watchers.contains(&ella.person), "{} is not Ella's", record.number);
    }
    assert_eq!(all(app, &ella, "service").await.len(), 12);
    assert!(all(app, &ella, "problem").await.is_empty());
    // Also one whose next version is being written, whose readers go on reading the last one.
    let is_published = |view: &RecordView| {
        view.record.state == "published" || view.record.field("published_at").is_some_and(|at| !at.is_null())
    };
    let read = all(app, &ella, "knowledge_article").await;
    assert!(read.len() >= 20 && read.iter().all(is_published));

    let hugo = person("hugo").await;
    let of_customer = all(app, &hugo, "incident").await;
    assert!(of_customer.len() > 5);
    assert!(of_customer.iter().all(|view| view.record.organisation == hugo.organisation));
    assert_eq!(all(app, &hugo, "service").await.len(), 10, "two services are not for the customer");

    let ines = person("ines").await;
    assert_eq!(all(app, &ines, "incident").await.len(), states(app, "incident").await.values().sum::<usize>());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_seed_at_the_same_moment_gives_the_same_records() {
    let (one, two) = (
        TestDatabase::sqlite_with(|config| config.sync_each_commit = false).await,
        TestDatabase::sqlite_with(|config| config.sync_each_commit = false).await,
    );
    let (first, second) = (app(&one).await, app(&two).await);
    tokio::join!(load(&first), load(&second));
    let (first, second) = (facts(&first).await, facts(&second).await);
    assert_eq!(first.len(), second.len());
    for (first, second) in first.iter().zip(&second) {
        assert_eq!(first, second);
    }
}

#[tokio::test]
async fn a_load_that_broke_off_is_told() {
    let db = TestDatabase::sqlite_with(|config| config.sync_each_commit = false).await;
    let app = app(&db).await;
    let loading = app.clone();
    // Dropped in the middle, as when the process is killed.
    let (started, mut steps) = tokio::sync::mpsc::unbounded_channel();
    let task = tokio::spawn(async move {
        load_when_empty(&loading, SEED, &mut |done, _| {
            let _ = started.send(done);
        })
        .await
    });
    while steps.recv().await.is_some_and(|done| done < 60) {}
    task.abort();
    assert!(task.await.is_err_and(|error| error.is_cancelled()));
    let error = load_when_empty(&app, SEED, &mut |_, _| {}).await.unwrap_err();
    assert!(error.to_string().contains("delete the data folder"), "{error:#}");
}
