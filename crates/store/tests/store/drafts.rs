//! Drafts on both databases: what the store promises of them beyond what pages show.

use steward_model::id::RecordId;
use steward_model::moment::Moment;
use steward_store::drafts::{DraftBounds, Keeping, NewDraft};
use steward_testkit::on_both;

const BOUNDS: DraftBounds = DraftBounds { count: 2, size: 20 };

fn new(person: i64, place: &str, content: &str, mark: &str) -> NewDraft {
    let text = str::to_owned;
    NewDraft {
        person: RecordId(person),
        place: text(place),
        content: text(content),
        mark: text(mark),
        base: String::new(),
        replaces: false,
        at: Moment(1_000),
    }
}

on_both! {
    async fn a_draft_is_kept_within_bounds_and_by_the_page_that_went_on_with_it(db: TestDatabase) {
        let store = &db.store;
        let keep = async |draft| store.keep_draft(draft, BOUNDS).await.unwrap();
        assert_eq!(keep(new(1, "a", "one", "m")).await, Keeping::Kept);
        assert_eq!(keep(new(1, "a", "other", "n")).await, Keeping::Newer(Moment(1_000)));
        assert_eq!(keep(NewDraft { base: "m".to_owned(), ..new(1, "a", "more", "n") }).await, Keeping::Kept);
        assert_eq!(store.find_draft(RecordId(1), "a").await.unwrap().unwrap().content, "more");
        assert_eq!(store.find_draft(RecordId(2), "a").await.unwrap(), None);
        // Characters count, not bytes, and the place's own draft does not.
        assert_eq!(keep(new(1, "b", &"ü".repeat(16), "m")).await, Keeping::Kept);
        assert_eq!(keep(new(1, "b", &"ü".repeat(17), "m")).await, Keeping::Full);
        assert_eq!(keep(new(1, "c", "x", "m")).await, Keeping::Full);
        assert_eq!(keep(new(2, "c", "x", "m")).await, Keeping::Kept);
        store.end_draft(RecordId(1), "b", "m", Moment(2_000)).await.unwrap();
        assert_eq!(keep(new(1, "b", "late", "m")).await, Keeping::Sent);
        assert_eq!(keep(new(1, "c", "x", "m")).await, Keeping::Kept);
        assert_eq!(store.drafts_of(RecordId(1), 10).await.unwrap().len(), 2);
        store.forget_drafts(Moment(1_000), Moment(3_000)).await.unwrap();
        assert_eq!(keep(new(1, "b", "new", "m")).await, Keeping::Full, "what was forgotten is the word that it was sent");
        store.forget_drafts(Moment(1_001), Moment(3_000)).await.unwrap();
        assert!(store.drafts_of(RecordId(1), 10).await.unwrap().is_empty());
    }
}
