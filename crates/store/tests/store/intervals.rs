//! What overlaps with a span: the same as when every row is looked at, and found by the index.

use std::collections::BTreeSet;

use serde_json::json;
use steward_model::id::RecordId;
use steward_model::kind::Span;
use steward_model::moment::Moment;
use steward_store::intervals::{IntervalQuery, IntervalRow, IntervalsChange, KindCondition};
use steward_testkit::records::created;
use steward_testkit::{kinds, on_both};

const HOUR: i64 = 3600;

fn at(hours: i64) -> Moment {
    Moment(1_760_000_000_000_000).plus_seconds(hours * HOUR)
}

fn query(from: i64, until: i64) -> IntervalQuery {
    let span = (at(from), at(until));
    IntervalQuery {
        span,
        days: span,
        kinds: vec![KindCondition { kind: "incident".into(), parts: vec!["span".into()], condition: "1 = 1".into() }],
        binds: Vec::new(),
        times: None,
        about: None,
        everywhere: None,
        organisations: None,
        record: None,
        limit: 10_000,
        latest: false,
    }
}

/// Lengths in hours of every class, by chance that is the same each time.
fn spans() -> Vec<(i64, i64)> {
    let lengths = [1, 5, 24, 47, 48, 49, 100, 240, 241, 1_000, 2_399, 2_400, 2_401, 9_000, 40_000];
    (0..300_i64).map(|n| ((n * 7_919) % 12_000 - 6_000, lengths[usize::try_from(n).unwrap() % lengths.len()])).collect()
}

on_both! {
    async fn what_overlaps_is_what_a_look_at_all_finds(db: TestDatabase) {
        let kind = kinds::incident();
        let mut set = steward_store::change::ChangeSet::default();
        for (place, (begin, length)) in (1_i64..).zip(spans()) {
            set.records.push(created(&kind, RecordId(place), &format!("INC{place}"), json!({"title": "x"})));
            let span = Span::moments(at(begin), at(begin + length));
            let rows = vec![IntervalRow { part: "span".into(), time: "change".into(), span }];
            let concerns = vec![RecordId(10_000 + place % 7)];
            set.intervals.push(IntervalsChange { record: RecordId(place), rows, concerns });
        }
        db.store.commit(set).await.unwrap();
        for (from, until) in [(0, 1), (0, 24), (-3_000, -2_990), (100, 900), (-6_000, 6_000), (5_999, 50_000), (-50_000, -5_999), (90_000, 90_001)] {
            let expected: BTreeSet<i64> = (1..).zip(spans()).filter(|(_, (begin, length))| *begin < until && begin + length > from).map(|(place, _)| place).collect();
            let found = db.store.intervals(&query(from, until)).await.unwrap();
            let begins: Vec<Moment> = found.iter().map(|one| one.row.span.begin).collect();
            assert!(begins.is_sorted());
            assert_eq!(found.iter().map(|one| one.loaded.record.id.0).collect::<BTreeSet<_>>(), expected, "{from} {until}");
            assert_eq!(found.len(), expected.len(), "each once");
            let about = IntervalQuery { about: Some(vec![RecordId(10_003)]), ..query(from, until) };
            let found = db.store.intervals(&about).await.unwrap();
            let wanted: BTreeSet<i64> = expected.iter().copied().filter(|place| place % 7 == 3).collect();
            assert_eq!(found.iter().map(|one| one.loaded.record.id.0).collect::<BTreeSet<_>>(), wanted, "{from} {until}");
        }
        for nothing in [
            IntervalQuery { kinds: Vec::new(), ..query(0, 24) },
            IntervalQuery { about: Some(Vec::new()), ..query(0, 24) },
            IntervalQuery { times: Some(vec!["freeze".into()]), ..query(0, 24) },
            IntervalQuery { organisations: Some(vec![RecordId(77)]), ..query(0, 24) },
            IntervalQuery { kinds: vec![KindCondition { kind: "incident".into(), parts: vec!["other".into()], condition: "1 = 1".into() }], ..query(0, 24) },
        ] {
            assert_eq!(db.store.intervals(&nothing).await.unwrap(), Vec::new());
        }
        assert_eq!(db.store.intervals(&IntervalQuery { limit: 3, ..query(-6_000, 6_000) }).await.unwrap().len(), 3);
        let mut begins: Vec<i64> = spans().iter().map(|(begin, _)| *begin).collect();
        begins.sort_unstable_by(|a, b| b.cmp(a));
        let latest = db.store.intervals(&IntervalQuery { limit: 3, latest: true, ..query(-6_000, 6_000) }).await.unwrap();
        let found: Vec<Moment> = latest.iter().map(|one| one.row.span.begin).collect();
        assert_eq!(found, begins[..3].iter().map(|begin| at(*begin)).collect::<Vec<_>>());
    }

    async fn times_are_put_right_only_while_the_record_is_as_it_was_read(db: TestDatabase) {
        let kind = kinds::incident();
        let set = steward_store::change::ChangeSet { records: vec![created(&kind, RecordId(5), "INC5", json!({"title": "x"}))], ..Default::default() };
        db.store.commit(set).await.unwrap();
        let rows = vec![IntervalRow { part: "span".into(), time: "change".into(), span: Span::moments(at(0), at(1)) }];
        let change = IntervalsChange { record: RecordId(5), rows, concerns: vec![RecordId(9)] };
        db.store.replace_intervals(vec![(2, change.clone())]).await.unwrap();
        assert_eq!(db.store.intervals_of(&[RecordId(5)]).await.unwrap(), Vec::new(), "of a revision that it has not");
        db.store.replace_intervals(vec![(1, change.clone())]).await.unwrap();
        db.store.replace_intervals(vec![(1, change.clone())]).await.unwrap();
        assert_eq!(db.store.intervals_of(&[RecordId(5)]).await.unwrap().len(), 1);
        assert_eq!(db.store.interval_concerns(&[RecordId(5)]).await.unwrap(), [(RecordId(5), RecordId(9))]);
        let none = IntervalsChange { rows: Vec::new(), ..change };
        db.store.replace_intervals(vec![(1, none)]).await.unwrap();
        assert_eq!(db.store.interval_concerns(&[RecordId(5)]).await.unwrap(), Vec::new());
    }
}
