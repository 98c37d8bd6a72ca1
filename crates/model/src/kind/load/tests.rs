mod overlays;

use super::{Source, load};
use crate::filter::Filter;
use crate::kind::{Computation, Default, FieldType, Level, Registry, Requirement};

/// A kind that is right, for tests to put one fault into. Headers of tables have their line beside them.
const SOUND: &str = r#"key = "visit"
plural = "visits"
description = "Somebody comes."
icon = "door"
numbering = { prefix = "VIS" }
label_field = "title"
initial = "expected"
list_columns = ["number", "title"]

[[field]] # 10
key = "title"
type = "text"
required = true

[[field]] # 15
key = "host"
type = "reference"
target = "person"

[[field]] # 20
key = "seen_at"
type = "moment"

[[field]] # 24
key = "purpose"
type = "choice"
choices = ["meeting", "delivery"]

[[state]] # 29
key = "expected"
category = "new"

[[state]] # 33
key = "over"
category = "done"

[[transition]] # 37
key = "end"
from = "expected"
to = "over"
stamp = ["seen_at"]
"#;

const PERSON: &str = r#"key = "person"
plural = "people"
description = "Somebody."
icon = "user"
numbering = { prefix = "PER" }
label_field = "name"
initial = "active"
field = [{ key = "name", type = "text" }]
state = [{ key = "active", category = "active" }]
"#;

fn read(files: &[(&str, &str)]) -> Result<Registry, String> {
    let sources: Vec<Source> =
        files.iter().map(|(path, text)| Source { path: (*path).into(), text: (*text).into() }).collect();
    load(&sources).map_err(|errors| errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
}

fn visit(text: &str) -> Result<Registry, String> {
    read(&[("reception/visit.toml", text), ("people/person.toml", PERSON)])
}

/// Puts `new` in the place of `old` in a sound definition and compares what is told.
#[track_caller]
fn check(old: &str, new: &str, expected: &str) {
    assert!(SOUND.contains(old), "`{old}` is not there");
    let told = visit(&SOUND.replacen(old, new, 1)).map(drop).expect_err("refused");
    assert_eq!(told.replace("reception/visit.toml", "v"), expected);
}

#[test]
fn a_kind_never_seen_before_loads() {
    let registry = visit(SOUND).expect("sound");
    let kind = registry.kind_by_plural("visits").expect("there");
    assert_eq!(
        (kind.practice.as_str(), kind.label.as_str(), kind.label_plural.as_str()),
        ("reception", "Visit", "Visits")
    );
    assert_eq!(kind.numbering.format(7), "VIS0000007");
    assert_eq!(kind.field("seen_at").map(|field| field.label.as_str()), Some("Seen at"));
    assert_eq!(
        kind.field("title").map(|field| (field.audience, field.write)),
        Some((Level::Agent, Some(Level::Agent)))
    );
    assert_eq!(kind.lifecycle.transition("end").map(|end| end.label.as_str()), Some("End"));
    assert_eq!(kind.field("purpose").and_then(|field| field.field_type.choices()?.rank("delivery")), Some(2));
}

#[test]
fn faults_of_shape_name_the_line() {
    check("icon =", "icn =", "v:4: unknown key `icn`; did you mean `icon`?");
    check(
        "target = ",
        "points_to = ",
        "v:18: unknown key `points_to`; the keys here are key, type, label, help, required, required_when, visible_when, locked_when, default, indexed, unique, audience, write, class, choices, target, max_length, min, max, fields, compute, value, was, unfit",
    );
    check(
        "\"new\"",
        "\"fresh\"",
        "v:31: unknown variant `fresh`, expected one of `new`, `active`, `waiting`, `done`, `cancelled`",
    );
    check("required = true", "required = 1", "v:13: invalid type: integer `1`, expected a boolean");
    let told = read(&[("x.toml", "label = \"X\"")]).map(drop).expect_err("refused");
    assert_eq!(
        told,
        "x.toml:1: has neither the `key` of a kind, nor the kind that it is an `overlay` of, nor a [[link]] nor a [translation]"
    );
}

/// Adds a time to a sound definition and compares what is told; the time stands on line 43.
#[track_caller]
fn check_interval(text: &str, expected: &str) {
    let whole = format!("{SOUND}\n[[interval]]\n{text}");
    let told = visit(&whole).map(drop).err().unwrap_or_default();
    assert_eq!(told.replace("reception/visit.toml", "v"), expected, "{text}");
}

#[test]
fn times_name_what_can_say_them() {
    check_interval(
        "key = 'a'\nkind = 'reservation'\nfrom = 'seen_at'\nwhen = \"state != 'over'\"\nconcerns = 'host'",
        "",
    );
    check_interval("key = 'a'\nkind = 'planned_work'\nrule = 'turns'", "");
    check_interval(
        "key = 'a'\nkind = 'reservatio'\nfrom = 'seen_at'",
        "v:45: there is no kind of time `reservatio`; did you mean `reservation`?; there are freeze, maintenance, change, release, outage, planned_work, rota, reservation, contract, exercise, holiday",
    );
    check_interval(
        "key = 'a'\nkind = 'change'\nfrom = 'sen_at'",
        "v:46: interval `a` names unknown field `sen_at`; did you mean `seen_at`?",
    );
    check_interval(
        "key = 'a'\nkind = 'change'\nfrom = 'title'",
        "v:46: field `title` of interval `a` must be a date or a moment",
    );
    check_interval(
        "key = 'a'\nkind = 'change'\nfrom = 'seen_at'\nto = 'host'",
        "v:47: field `host` of interval `a` must be a moment, as its beginning is",
    );
    check_interval(
        "key = 'a'\nkind = 'change'\nfrom = 'seen_at'\nconcerns = ['title']",
        "v:47: field `title` of interval `a` must be a reference",
    );
    check_interval(
        "key = 'a'\nkind = 'change'\nfrom = 'seen_at'\nexpected = 'host'",
        "v:47: field `host` of interval `a` must be a moment, and its beginning too",
    );
    let needs = "v:44: interval `a` needs either `from`, with `to` where it has an end, or a `rule`";
    check_interval("key = 'a'\nkind = 'change'", needs);
    check_interval("key = 'a'\nkind = 'change'\nfrom = 'seen_at'\nrule = 'turns'", needs);
    let alone = "v:47: the condition of an interval may look at fields of the record only, not at other records, who asks, or the present";
    for when in ["seen_at < now", "host == me", "host.name == 'x'"] {
        check_interval(&format!("key = 'a'\nkind = 'change'\nfrom = 'seen_at'\nwhen = \"{when}\""), alone);
    }
}

#[test]
fn faults_of_the_head() {
    check("plural = \"visits\"\n", "", "v:1: kind `visit` has no `plural`, the word for it in addresses");
    check("\"visits\"", "\"Visits\"", "v:2: plural `Visits` must be lower-case words with hyphens");
    check("\"visits\"", "\"people\"", "v:2: plural `people` belongs to kind `person` already");
    check("\"VIS\"", "\"PER\"", "v:5: prefix `PER` belongs to kind `person` already");
    check("\"VIS\"", "\"vis\"", "v:5: prefix `vis` must be one to eight capital letters");
    check(
        "label_field = \"title\"",
        "label_field = \"tittle\"",
        "v:6: `label_field` names unknown field `tittle`; did you mean `title`?",
    );
    check(
        "label_field = \"title\"",
        "label_field = \"seen_at\"",
        "v:6: `label_field` must be a text field, `seen_at` is not",
    );
    check("[\"number\", \"title\"]", "[\"numbr\"]", "v:8: `list_columns` names unknown field `numbr`");
    check(
        "list_columns",
        "board_column = \"seen_at\"\nlist_columns",
        "v:8: `board_column` must be a choice or reference, `seen_at` is neither",
    );
    check(
        "\"expected\"\nlist",
        "\"expectd\"\nlist",
        "v:7: `initial` names unknown state `expectd`; did you mean `expected`?\nv:30: state `expected` is never reached from `expectd`; add a transition to it\nv:34: state `over` is never reached from `expectd`; add a transition to it",
    );
}

#[test]
fn faults_of_fields() {
    check(
        "key = \"seen_at\"",
        "key = \"created_at\"",
        "v:21: `created_at` is an attribute of every record; name the field otherwise\nv:41: transition `end` names unknown field `seen_at`",
    );
    check("key = \"purpose\"", "key = \"host\"", "v:25: field `host` is there already (v:16)");
    check("\"choice\"", "\"chioce\"", "v:26: unknown type `chioce`; did you mean `choice`?");
    check("\"person\"", "\"persn\"", "v:18: unknown kind `persn`; did you mean `person`?");
    check("target = \"person\"", "", "v:16: field `host` has no `target`");
    check("required = true", "min = 1", "v:13: `min` does not go with a field of type text");
    check("required = true", "max_length = 9000", "v:13: max_length must be from 1 to 4000; longer text is markdown");
    check(
        "required = true",
        "required = true\nrequired_when = \"has(host)\"",
        "v:11: field `title` is `required` always, so `required_when` says nothing",
    );
    check(
        "required = true",
        "required = true\nwrite = \"never\"",
        "v:11: field `title` is required but nobody may write it",
    );
    check(
        "required = true",
        "write = \"requester\"",
        "v:13: field `title` may be written by some who may not read it; lower `audience`",
    );
    check("required = true", "class = \"big\"", "v:13: field `title` belongs to unknown class `big`");
    check("[\"meeting\", \"delivery\"]", "[\"meeting\", \"meeting\"]", "v:27: choice `meeting` is there already");
    check("[\"meeting\", \"delivery\"]", "\"purposes\"", "v:27: unknown list of choices `purposes`");
    check(
        "[\"meeting\", \"delivery\"]",
        "[{ key = \"a\", parent = \"b\" }, { key = \"b\", parent = \"a\" }]",
        "v:27: choice `a` lies below itself\nv:27: choice `b` lies below itself",
    );
    check("type = \"moment\"", "type = \"moment\"\nunique = true", "v:23: a field of type moment cannot be unique");
    check(
        "key = \"purpose\"",
        "key = \"today\"",
        "v:25: `today` is a word of the filter language; name the field otherwise",
    );
}

#[test]
fn faults_of_defaults() {
    check(
        "\"delivery\"]",
        "\"delivery\"]\ndefault = \"tea\"",
        "v:28: default of field `purpose` must be one of meeting, delivery",
    );
    check(
        "\"delivery\"]",
        "\"delivery\"]\ndefault = 1",
        "v:28: default of field `purpose` must be text, this is a number",
    );
    check(
        "\"delivery\"]",
        "\"delivery\"]\ndefault = { me = true }",
        "v:28: default of field `purpose` can be { me = true } only for a reference to a person",
    );
    check(
        "\"delivery\"]",
        "\"delivery\"]\ndefault = { now = true }",
        "v:28: default of field `purpose` can be { now = true } only for a date or moment",
    );
    check(
        "\"person\"",
        "\"person\"\ndefault = \"PER0000001\"",
        "v:19: default of field `host` cannot name a record; records differ between installations",
    );
    let sound = SOUND
        .replace("target = \"person\"", "target = \"person\"\ndefault = { me = true }")
        .replace("\"delivery\"]", "\"delivery\"]\ndefault = \"meeting\"");
    let registry = visit(&sound).expect("sound");
    let default = |field: &str| registry.kind("visit").and_then(|kind| kind.field(field)?.default.clone());
    assert_eq!(default("host"), Some(Default::Me));
    assert_eq!(default("purpose"), Some(Default::Value("meeting".into())));
}

#[test]
fn faults_of_lifecycles() {
    check(
        "to = \"over\"",
        "to = \"ovr\"",
        "v:34: state `over` is never reached from `expected`; add a transition to it\nv:40: transition `end` names unknown state `ovr`; did you mean `over`?",
    );
    check(
        "[\"seen_at\"]",
        "[\"seen_on\"]",
        "v:41: transition `end` names unknown field `seen_on`; did you mean `seen_at`?",
    );
    check("[\"seen_at\"]", "[\"title\"]", "v:41: transition `end` needs a moment to stamp, `title` is not");
    check(
        "stamp =",
        "stamp_person =",
        "v:41: transition `end` needs a reference to a person to stamp, `seen_at` is not",
    );
    check("stamp =", "increment =", "v:41: transition `end` needs a whole number to increment, `seen_at` is not");
    check(
        "[\"seen_at\"]\n",
        "[\"seen_at\"]\nset = { purpose = \"tea\" }\n",
        "v:42: transition `end` cannot set `purpose`: it must be one of meeting, delivery",
    );
    check(
        "[\"seen_at\"]\n",
        "[\"seen_at\"]\nguard = \"has(host)\"\n",
        "v:42: transition `end` needs `guard` and `message` together",
    );
    check(
        "[\"seen_at\"]\n",
        "[\"seen_at\"]\n[[on_comment]]\nkey = \"x\"\naudience = \"public\"\nby = \"anyone\"\ntransition = \"ende\"\n",
        "v:46: unknown transition `ende`; did you mean `end`?",
    );
    check(
        "[[transition]]",
        "[[section]]\nlabel = \"A\"\nfields = [\"title\", \"hots\"]\n[[section]]\nlabel = \"B\"\nfields = [\"title\"]\n[[transition]]",
        "v:39: the section names unknown field `hots`; did you mean `host`?\nv:42: field `title` stands in section \"A\" already",
    );
    check(
        "stamp = [\"seen_at\"]",
        "clear = [\"title\"]",
        "v:41: transition `end` needs a field that may be empty to clear, `title` is not",
    );
}

#[test]
fn faults_of_conditions_name_their_line() {
    let told = |condition: &str| {
        let text = SOUND.replacen("required = true", &format!("required_when = {condition}"), 1);
        visit(&text).map(drop).expect_err("refused").replace("reception/visit.toml", "v")
    };
    assert!(told("\"has(hots)\"").starts_with("v:13: condition: "), "{}", told("\"has(hots)\""));
    assert!(told("\"has(hots)\"").ends_with("; did you mean `host`?"), "{}", told("\"has(hots)\""));
    assert!(told("'''\nhas(host) &&\n  hots == 1'''").starts_with("v:15: condition: "));
    assert!(told("'state == \"gone\"'").starts_with("v:13: condition: "));
}

#[test]
fn conditions_take_their_places() {
    let text = SOUND
        .replacen("required = true", "required_when = \"has(host)\"\nvisible_when = 'state == \"over\"'", 1)
        .replacen(
            "stamp =",
            "guard = \"has(host)\"\nmessage = \"Say whom\"\ncomment = \"public\"\ncomment_when = \"has(host)\"\nstamp =",
            1,
        );
    let registry = visit(&text).expect("sound");
    let kind = registry.kind("visit").expect("there");
    let has_host = Filter::parse_cel("has(host)", kind, &registry).expect("sound");
    let title = kind.field("title").expect("there");
    assert_eq!(title.required, Requirement::When(has_host.clone()));
    assert_eq!(title.visible_when, Filter::parse_cel("state == \"over\"", kind, &registry).ok());
    let end = kind.lifecycle.transition("end").expect("there");
    assert_eq!(end.guard.as_ref().map(|guard| (&guard.filter, guard.message.as_str())), Some((&has_host, "Say whom")));
    assert_eq!(end.comment.as_ref().and_then(|rule| rule.when.clone()), Some(has_host));
}

#[test]
fn bases_are_laid_below() {
    let base = r#"
        key = "base"
        abstract = true
        field = [{ key = "title", type = "markdown", help = "inherited" }, { key = "note", type = "markdown" }]
        transition = [{ key = "reopen", from = "over", to = "expected" }]
    "#;
    let text = SOUND.replacen("icon", "extends = [\"base\"]\nicon", 1);
    let registry = read(&[("b.toml", base), ("r/v.toml", &text), ("p.toml", PERSON)]).expect("sound");
    let kind = registry.kind("visit").expect("there");
    let keys: Vec<&str> = kind.fields.iter().map(|field| field.key.as_str()).collect();
    assert_eq!(keys, ["title", "note", "host", "seen_at", "purpose"], "an overridden field keeps the base's place");
    assert_eq!(
        kind.field("title").map(|field| (&field.field_type, field.help.as_str())),
        Some((&FieldType::Text { max_length: 200 }, ""))
    );
    assert!(kind.lifecycle.transition("reopen").is_some());
    assert!(registry.kind("base").is_none());
}

#[test]
fn faults_between_files() {
    let told = |files: &[(&str, &str)]| read(files).map(drop).expect_err("refused");
    let abstract_kind = |key: &str, base: &str| format!("key = \"{key}\"\nabstract = true\nextends = \"{base}\"");
    assert_eq!(
        told(&[("a", &abstract_kind("a", "b")), ("b", &abstract_kind("b", "a"))]),
        "a:3: extends itself: b extends a extends b\nb:3: extends itself: a extends b extends a"
    );
    assert_eq!(
        told(&[("a", &abstract_kind("a", "person")), ("p", PERSON), ("q", PERSON)]),
        "q:1: kind `person` is defined already in p:1"
    );
    assert_eq!(
        told(&[("a", &abstract_kind("a", "persn")), ("p", PERSON)]),
        "a:3: extends unknown kind `persn`; did you mean `person`?"
    );
    let links = "[[link]]\nkey = \"knows\"\nlabel = \"knows\"\ninverse_label = \"known by\"\nfrom = \"person\"\nto = [\"persona\"]";
    assert_eq!(told(&[("l", links), ("p", PERSON)]), "l:6: unknown kind `persona`; did you mean `person`?");
    assert_eq!(
        told(&[("k", &links.replace("persona", "person")), ("l", &links.replace("persona", "person")), ("p", PERSON)]),
        "l:2: link type `knows` is there already"
    );
}

#[test]
fn faults_of_all_files_are_told_at_once() {
    let broken = SOUND.replace("\"person\"", "\"persn\"").replace("[\"seen_at\"]", "[\"title\"]");
    let told = read(&[("v", &broken), ("p", &PERSON.replace("icon", "icn"))]).map(drop).expect_err("refused");
    assert_eq!(
        told,
        "v:18: unknown kind `persn`\nv:41: transition `end` needs a moment to stamp, `title` is not\np:4: unknown key `icn`; did you mean `icon`?"
    );
}

#[test]
fn faults_of_classes() {
    let class = |classes: &str| SOUND.replacen("\n[[field]]", &format!("\n{classes}\n[[field]]"), 1);
    let told =
        |classes: &str| visit(&class(classes)).map(drop).expect_err("refused").replace("reception/visit.toml", "v");
    let needs = "a kind with [[class]] needs a required choice field `class` with choices = \"classes\"";
    assert_eq!(told("[[class]]\nkey = \"a\""), format!("v:11: {needs}"));
    let field = "[[field]]\nkey = \"class\"\ntype = \"choice\"\nchoices = \"classes\"\nrequired = true";
    assert_eq!(
        told(&format!("[[class]]\nkey = \"a\"\nparent = \"b\"\n[[class]]\nkey = \"b\"\nparent = \"a\"\n{field}")),
        "v:11: class `a` lies below itself\nv:14: class `b` lies below itself"
    );
    assert_eq!(
        told(&format!("[[class]]\nkey = \"a\"\nparent = \"c\"\n{field}")),
        "v:12: class `a` refines unknown class `c`"
    );
    visit(&class(&format!("[[class]]\nkey = \"a\"\n{field}"))).expect("sound");
}

#[test]
fn computations_are_checked() {
    let with = |compute: &str| {
        SOUND.replacen(
            "\n[[field]]",
            &format!("\n[[field]]\nkey = \"sum\"\ntype = \"computed\"\n{compute}\n\n[[field]]"),
            1,
        )
    };
    let told =
        |compute: &str| visit(&with(compute)).map(drop).expect_err("refused").replace("reception/visit.toml", "v");
    assert_eq!(told("help = \"\""), "v:11: field `sum` has no `compute`");
    assert_eq!(
        told("compute = { template = \"{titel}\" }"),
        "v:13: field `sum` is computed from unknown field `titel`; did you mean `title`?"
    );
    assert_eq!(
        told("compute = { elapsed = [\"seen_at\", \"title\"] }"),
        "v:13: field `sum` is computed from `title`, which must be a moment"
    );
    assert_eq!(
        told("compute = { template = \"{sum}\" }"),
        "v:13: field `sum` is computed from `sum`, which is computed itself"
    );
    assert_eq!(
        told("compute = { product = [\"title\"] }"),
        "v:13: field `sum` is computed from `title`, which must be a whole number"
    );
    assert_eq!(
        told("compute = { template = \"x\" }\nwrite = \"agent\""),
        "v:14: field `sum` is computed, nobody writes it"
    );
    assert!(told("compute = { rule = \"matrix\" }").starts_with("v:13: value must be text for a template"));
    let registry =
        visit(&with("value = \"choice\"\nchoices = [\"a\"]\ncompute = { rule = \"matrix\" }")).expect("sound");
    let field = registry.kind("visit").and_then(|kind| kind.field("sum")).cloned().expect("there");
    assert!(matches!(&field.field_type, FieldType::Computed { by: Computation::Rule(rule), .. } if rule == "matrix"));
    assert_eq!(field.write, None);
}

#[test]
fn tables_are_checked() {
    let with = |column: &str| {
        SOUND.replacen(
            "\n[[field]]",
            &format!("\n[[field]]\nkey = \"lines\"\ntype = \"table\"\nfields = [{column}]\n\n[[field]]"),
            1,
        )
    };
    let told = |column: &str| visit(&with(column)).map(drop).expect_err("refused").replace("reception/visit.toml", "v");
    assert_eq!(told(""), "v:11: field `lines` has no `fields`");
    assert_eq!(
        told("{ key = \"a\", type = \"text\", indexed = true }"),
        "v:13: a column has no `indexed`; that is the table's"
    );
    assert_eq!(told("{ key = \"a\", type = \"secret\" }"), "v:13: a column cannot be of type `secret`");
    assert_eq!(
        told("{ key = \"a\", type = \"text\" }, { key = \"a\", type = \"date\" }"),
        "v:13: column `a` is there already"
    );
    visit(&with("{ key = \"kind\", type = \"text\" }")).expect("a column may have an attribute's name");
}
