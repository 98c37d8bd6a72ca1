//! What goes over, what does not, and the way back.

use serde_json::json;

use super::*;
use crate::event::Door;
use crate::id::Revision;
use crate::kind::{Registry, Source};

const KIND: &str = r#"key = "sample"
plural = "samples"
description = "A sample"
icon = "flask"
numbering = { prefix = "SAM" }
label_field = "title"
initial = "new"
field = [{ key = "title", type = "text", required = true }, FIELDS]
state = [{ key = "new", category = "new" }]
"#;

fn load(fields: &str) -> Result<Registry, String> {
    let text = KIND.replace("FIELDS", fields);
    let source = Source { path: "lab/sample.toml".to_owned(), text };
    Registry::load(&[source])
        .map_err(|faults| faults.iter().map(|fault| fault.message.clone()).collect::<Vec<_>>().join("; "))
}

fn between(old: &str, new: &str) -> Vec<Move> {
    let (old, new) = (load(old).expect("sound"), load(new).expect("sound"));
    moves(old.kind("sample").expect("there"), new.kind("sample").expect("there"))
}

/// Records by number.
struct Numbers;

impl References for Numbers {
    fn resolve(&self, _kinds: &[String], text: &str) -> Option<RecordId> {
        text.strip_prefix("SAM").and_then(|id| id.parse().ok()).map(RecordId)
    }
}

impl Named for Numbers {
    fn number(&self, id: RecordId) -> Option<String> {
        (id.0 < 100).then(|| format!("SAM{id}"))
    }
}

#[track_caller]
fn check(old: &str, value: Json, new: &str, expected: Result<Json, &str>) {
    let moves = between(&format!("{{ key = \"a\", {old} }}"), &format!("{{ key = \"b\", was = \"a\", {new} }}"));
    let [one] = moves.as_slice() else { panic!("{moves:?}") };
    let converted = one.convert(&value, &Numbers);
    assert_eq!(
        converted.as_ref().map_err(|misfit| misfit.message.as_str()),
        expected.as_ref().map_err(|told| *told),
        "{old} {value} {new}"
    );
}

#[test]
fn values_become_others_where_that_means_the_same() {
    let (text, markdown, integer) = ("type = \"text\"", "type = \"markdown\"", "type = \"integer\", min = 0");
    let choice = "type = \"choice\", choices = [\"water\", { key = \"soil\", label = \"Top soil\" }]";
    let (one, many) = ("type = \"reference\", target = \"sample\"", "type = \"references\", target = \"sample\"");
    let millions: i64 = 1_000_000;
    for (old, value, new, expected) in [
        (text, json!("x"), text, Ok(json!("x"))),
        (text, json!("x"), markdown, Ok(json!("x"))),
        (markdown, json!("one\ntwo"), text, Err("must be one line without control characters")),
        (text, json!("long"), "type = \"text\", max_length = 3", Err("must be at most 3 characters, this has 4")),
        (text, json!(" 007 "), integer, Ok(json!(7))),
        (text, json!("-7"), integer, Err("must be at least 0")),
        (text, json!("seven"), integer, Err("is no whole number")),
        (integer, json!(7), text, Ok(json!("7"))),
        (integer, json!(7), "type = \"decimal\"", Ok(json!(7 * millions))),
        (text, json!("12.5"), "type = \"decimal\"", Ok(json!(12_500_000))),
        ("type = \"decimal\"", json!(7 * millions), integer, Ok(json!(7))),
        ("type = \"decimal\"", json!(7_500_000), integer, Err("is no whole number")),
        ("type = \"decimal\"", json!(7_500_000), text, Ok(json!("7.5"))),
        (text, json!("2026-02-30"), "type = \"date\"", Err("must be a day of the calendar such as 2026-03-31")),
        (text, json!("2026-03-31"), "type = \"date\"", Ok(json!("2026-03-31"))),
        ("type = \"date\"", json!("1970-01-02"), "type = \"moment\"", Ok(json!(86_400 * millions))),
        ("type = \"moment\"", json!(86_400 * millions + 5), "type = \"date\"", Ok(json!("1970-01-02"))),
        ("type = \"duration\"", json!(5400), text, Ok(json!("1h 30m"))),
        (text, json!("1h 30m"), "type = \"duration\"", Ok(json!(5400))),
        (text, json!("yes"), "type = \"boolean\"", Ok(json!(true))),
        (text, json!("perhaps"), "type = \"boolean\"", Err("is neither yes nor no")),
        (text, json!("TOP SOIL"), choice, Ok(json!("soil"))),
        (text, json!("water"), choice, Ok(json!("water"))),
        (text, json!("sand"), choice, Err("must be one of water, soil")),
        (choice, json!("soil"), text, Ok(json!("Top soil"))),
        (
            choice,
            json!("soil"),
            "type = \"choice\", choices = [{ key = \"earth\", was = \"soil\" }]",
            Ok(json!("earth")),
        ),
        (choice, json!("water"), "type = \"choice\", choices = [\"soil\"]", Err("must be one of soil")),
        (text, json!("SAM7"), one, Ok(json!(7))),
        (text, json!("SAM7, SAM8"), many, Ok(json!([7, 8]))),
        (text, json!("7"), one, Err("names no sample that you can see: \"7\"")),
        (one, json!(7), many, Ok(json!([7]))),
        (many, json!([7]), one, Err("names no sample that you can see: \"7\"")),
        (many, json!([7, 8]), one, Err("names several records, of which only one can be kept")),
        (many, json!([7, 8]), text, Ok(json!("SAM7, SAM8"))),
        (one, json!(700), text, Err("names a record that is not there")),
        (one, json!(7), integer, Err("is of type reference, of which none of type integer can be made")),
        (text, json!("12 EUR"), "type = \"money\"", Err("is of type text, of which none of type money can be made")),
    ] {
        check(old, value, new, expected);
    }
}

#[test]
fn the_way_back_is_found_without_being_said() {
    let pairs = |old: &str, new: &str| -> Vec<(String, String, bool)> {
        between(old, new).into_iter().map(|one| (one.from.key, one.to.key, one.is_back)).collect()
    };
    let went = |from: &str, to: &str, is_back| vec![(from.to_owned(), to.to_owned(), is_back)];
    let text = |key: &str, was: &str| format!("{{ key = \"{key}\", type = \"text\"{was} }}");
    assert_eq!(pairs(&text("a", ""), &text("b", ", was = \"a\"")), went("a", "b", false));
    assert_eq!(pairs(&text("b", ", was = \"a\""), &text("a", "")), went("b", "a", true));
    assert_eq!(pairs(&text("b", ", was = \"a\""), &text("a", ", was = \"b\"")), went("b", "a", true));
    assert_eq!(pairs(&text("b", ", was = \"a\""), &text("c", ", was = [\"b\", \"a\"]")), went("b", "c", false));
    assert_eq!(
        pairs(&text("b", ", was = \"a\""), &text("c", ", was = \"a\"")),
        went("b", "c", false),
        "by the name of before"
    );
    assert_eq!(pairs(&text("a", ""), &text("b", "")), []);
    // Nothing goes over twice.
    assert_eq!(pairs(&text("b", ", was = \"a\""), &text("b", ", was = \"a\"")), []);
}

#[test]
fn what_cannot_be_is_told() {
    let told = |fields: &str| load(fields).map(drop).expect_err("refused");
    for (fields, expected) in [
        (
            "{ key = \"b\", type = \"text\", was = \"title\" }",
            "field `b` says that it was `title`, which is there; take one of the two out",
        ),
        (
            "{ key = \"b\", type = \"text\", was = \"a\" }, { key = \"c\", type = \"text\", was = \"a\" }",
            "field `b` says that it was `a` already",
        ),
        (
            "{ key = \"b\", type = \"text\", was = \"A b\" }",
            "`was` names a key, and `A b` is none: lower-case words with underscores",
        ),
        (
            "{ key = \"b\", type = \"text\", unfit = \"journal\" }",
            "field `b` takes no values over, so `unfit` says nothing; say what it `was`",
        ),
        (
            "{ key = \"b\", type = \"choice\", choices = [\"x\", { key = \"y\", was = \"x\" }] }",
            "choice `y` says that it was `x`, which is there; take one of the two out",
        ),
    ] {
        assert_eq!(told(fields), expected, "{fields}");
    }
}

fn event(seq: Revision, act: Act, changes: Vec<Change>) -> Event {
    Event {
        record: RecordId(1),
        seq,
        at: Moment(seq),
        actor: RecordId::SYSTEM,
        door: Door::System,
        cause: None,
        act,
        changes,
    }
}

fn created(fields: Json) -> Event {
    let fields = fields.as_object().expect("an object").clone().into_iter().collect();
    let (kind, number, state) = ("sample".to_owned(), "SAM1".to_owned(), "new".to_owned());
    event(
        1,
        Act::Created { kind, number, organisation: RecordId(2), state, fields, why: Vec::new(), links: Vec::new() },
        Vec::new(),
    )
}

/// The entry by which values of a record go over, and the record after it.
fn carry(moves: &[Move], record: &Record, past: &[Event]) -> Option<(Event, Record)> {
    let Carriage { fields, changes } = carriage(moves, record, past, &Numbers, None).expect("fits")?;
    let event = event(record.revision + 1, Act::Carried { fields }, changes);
    let after = crate::apply::apply(Some(record.clone()), &event).expect("follows");
    Some((event, after))
}

#[test]
fn a_journal_folds_to_the_record_and_back_to_what_it_was() {
    let old = "{ key = \"a\", type = \"text\" }";
    let new = "{ key = \"b\", type = \"integer\", was = \"a\", unfit = \"journal\" }";
    let (forth, back) = (between(old, new), between(new, old));
    let (before, after) = (load(old).expect("sound"), load(new).expect("sound"));
    for (value, becomes) in [("007", json!(7)), ("a few", Json::Null)] {
        let begun = created(json!({ "title": "X", "a": value }));
        let first = crate::apply::apply(None, &begun).expect("follows");
        let (carried, second) = carry(&forth, &first, &[]).expect("goes over");
        assert_eq!((second.field("b"), second.field("a")), (Some(&becomes).filter(|one| !one.is_null()), None));
        assert_eq!((second.updated_at, second.revision), (first.updated_at, 2));
        assert!(carry(&forth, &second, &[]).is_none(), "once");
        let past = vec![carried.clone()];
        let (returned, third) = carry(&back, &second, &past).expect("comes back");
        assert_eq!((third.field("a"), third.field("b")), (Some(&json!(value)), None));
        // What is written afterwards is not brought back again.
        let mut emptied = third.clone();
        emptied.fields.remove("a");
        assert!(carry(&back, &emptied, &[carried.clone(), returned.clone()]).is_none());
        // What was changed in between goes by its type.
        let mut changed = second.clone();
        changed.fields.insert("b".to_owned(), json!(8));
        assert_eq!(carry(&back, &changed, &past).expect("comes back").1.field("a"), Some(&json!("8")));
        // Earlier days in the words of now.
        let mut then = first.clone();
        record_in_present_words(after.kind("sample").expect("there"), &mut then, &past);
        assert_eq!(then.field("b"), Some(&becomes).filter(|one| !one.is_null()));
        let journal = [begun, carried, returned];
        assert_eq!(crate::apply::fold(&journal).expect("folds").expect("there"), third);
        let told = in_present_words(before.kind("sample").expect("there"), &journal);
        let values: Vec<Option<Json>> = (1..=3)
            .map(|count| crate::apply::fold(&told[..count]).expect("folds").expect("there").field("a").cloned())
            .collect();
        assert_eq!(values[2], Some(json!(value)));
        assert_eq!(values[0], Some(json!(value)));
    }
}

#[test]
fn choices_that_became_one_part_again() {
    let old = "{ key = \"m\", type = \"choice\", choices = [\"mud\", \"soil\", \"water\"] }";
    let new =
        "{ key = \"m\", type = \"choice\", choices = [{ key = \"earth\", was = [\"mud\", \"soil\"] }, \"water\"] }";
    let (forth, back) = (between(old, new), between(new, old));
    for (value, becomes) in [("mud", "earth"), ("soil", "earth")] {
        let first = crate::apply::apply(None, &created(json!({ "title": "X", "m": value }))).expect("follows");
        let (carried, second) = carry(&forth, &first, &[]).expect("goes over");
        assert_eq!(second.text("m"), becomes);
        assert_eq!(carry(&back, &second, &[carried]).expect("comes back").1.text("m"), value);
    }
    let water = crate::apply::apply(None, &created(json!({ "title": "X", "m": "water" }))).expect("follows");
    assert!(carry(&forth, &water, &[]).is_none());
}
