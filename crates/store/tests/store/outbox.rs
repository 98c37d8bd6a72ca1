//! The outbox: what waits is joined, what is claimed is not, and each message has one end.

use steward_model::id::RecordId;
use steward_model::moment::Moment;
use steward_store::change::ChangeSet;
use steward_store::outbox::{MailClaim, MailEnd, MailPlace, MailQuery, MailState, NewMail, StoredMail};
use steward_store::store::Store;
use steward_testkit::on_both;
use steward_testkit::records::START;

/// Seconds after the start.
fn after(seconds: i64) -> Moment {
    START.plus_seconds(seconds)
}

fn mail(person: i64, record: i64, seq: i64, due: i64) -> NewMail {
    let place = MailPlace {
        record: RecordId(record),
        seq,
        reason: "reply".to_owned(),
        actor: RecordId(7),
        internal: false,
        at: after(seq),
    };
    NewMail { person: RecordId(person), in_digest: false, due_at: after(due), created_at: START, place }
}

async fn add(store: &Store, mail: Vec<NewMail>) {
    store.commit(ChangeSet { mail, ..ChangeSet::default() }).await.unwrap();
}

async fn all(store: &Store) -> Vec<StoredMail> {
    store.mail(&MailQuery { limit: 100, ..MailQuery::default() }).await.unwrap()
}

async fn claim(store: &Store, now: i64, lease: i64) -> Vec<MailClaim> {
    store.claim_mail(after(now), lease, 10, None).await.unwrap()
}

fn sent() -> MailEnd {
    MailEnd { state: MailState::Sent, why: None, error: None, retry_at: None, at: after(100) }
}

on_both! {
    async fn what_waits_for_the_same_person_and_record_is_joined(db: TestDatabase) {
        add(&db.store, vec![mail(1, 10, 1, 60), mail(1, 10, 2, 60), mail(1, 11, 1, 60), mail(2, 10, 1, 60)]).await;
        add(&db.store, vec![mail(1, 10, 2, 90), mail(1, 10, 3, 30)]).await;
        let digest = |record| NewMail { in_digest: true, ..mail(1, record, 1, 500) };
        add(&db.store, vec![digest(10), digest(11)]).await;
        let mails = all(&db.store).await;
        assert_eq!(mails.len(), 4, "{mails:?}");
        let one = mails.iter().find(|mail| mail.person == RecordId(1) && mail.record == Some(RecordId(10))).unwrap();
        assert_eq!(one.due_at, after(30), "what is urgent takes along what waits");
        let digest = mails.iter().find(|mail| mail.record.is_none()).unwrap();
        let places = db.store.mail_places(&[one.id, digest.id], 2).await.unwrap();
        let (of_one, total) = &places[&one.id];
        assert_eq!((of_one.iter().map(|place| place.seq).collect::<Vec<_>>(), *total), (vec![1, 2], 3));
        assert_eq!(places[&digest.id].0.iter().map(|place| place.record.0).collect::<Vec<_>>(), [10, 11]);
        let of_two = db.store.mail(&MailQuery { person: Some(RecordId(2)), states: vec![MailState::Waiting], limit: 5, ..MailQuery::default() }).await.unwrap();
        assert_eq!(of_two.len(), 1);
    }

    async fn a_message_is_claimed_once_and_takes_in_nothing_from_then_on(db: TestDatabase) {
        add(&db.store, vec![mail(1, 10, 1, 60)]).await;
        assert!(claim(&db.store, 59, 600).await.is_empty(), "it is not due");
        let claimed = claim(&db.store, 60, 600).await;
        assert_eq!(claimed.len(), 1);
        assert!(claim(&db.store, 1_000, 600).await.is_empty(), "somebody has it");
        add(&db.store, vec![mail(1, 10, 2, 120)]).await;
        assert_eq!(all(&db.store).await.len(), 2);
        assert!(db.store.end_mail(&claimed[0], &sent()).await.unwrap());
        assert!(!db.store.end_mail(&claimed[0], &sent()).await.unwrap(), "it has its end");
        assert!(!db.store.release_mail(claimed[0].mail.id, after(200)).await.unwrap(), "what was sent is not sent again");
        let second = claim(&db.store, 120, 600).await;
        assert_eq!(second.iter().map(|claim| claim.mail.id).collect::<Vec<_>>(), [all(&db.store).await[0].id]);
    }

    async fn whoever_lets_the_lease_run_out_loses_the_message(db: TestDatabase) {
        add(&db.store, vec![mail(1, 10, 1, 60)]).await;
        let lost = claim(&db.store, 60, -1).await;
        let taken = claim(&db.store, 60, 600).await;
        assert_eq!((taken.len(), taken[0].mail.tries), (1, 2));
        assert!(!db.store.end_mail(&lost[0], &sent()).await.unwrap());
        let failed = MailEnd { state: MailState::Failed, error: Some("full".to_owned()), retry_at: Some(after(300)), ..sent() };
        assert!(db.store.end_mail(&taken[0], &failed).await.unwrap());
        assert!(claim(&db.store, 299, 600).await.is_empty());
        // By hand at once, with all its tries before it.
        assert!(db.store.release_mail(taken[0].mail.id, after(100)).await.unwrap());
        let again = db.store.claim_mail(after(100), 600, 1, Some(taken[0].mail.id)).await.unwrap();
        assert_eq!((again.len(), again[0].mail.tries, again[0].mail.error.clone()), (1, 1, None));
    }

    async fn messages_are_forgotten_with_their_places(db: TestDatabase) {
        add(&db.store, vec![mail(1, 10, 1, 60), NewMail { created_at: after(50), ..mail(2, 10, 1, 60) }]).await;
        db.store.forget_mail(after(10)).await.unwrap();
        let left = all(&db.store).await;
        assert_eq!(left.iter().map(|mail| mail.person.0).collect::<Vec<_>>(), [2]);
        let count = db.store.read().await.unwrap().fetch_integer("select count(*) from outbox_place", &[]).await.unwrap();
        assert_eq!(count, Some(1));
    }
}
