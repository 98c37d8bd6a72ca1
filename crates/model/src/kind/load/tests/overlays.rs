//! What overlays add and alter, and what they may not.

use super::{PERSON, SOUND, read};
use crate::access::Policy;
use crate::kind::{Level, Registry, Requirement, Source};

fn laid(overlays: &[&str]) -> Result<Registry, String> {
    let paths: Vec<String> = (1..=overlays.len()).map(|place| format!("own/o{place}.toml")).collect();
    let mut files = vec![("reception/visit.toml", SOUND), ("people/person.toml", PERSON)];
    files.extend(paths.iter().map(String::as_str).zip(overlays.iter().copied()));
    read(&files)
}

#[track_caller]
fn check(overlay: &str, expected: &str) {
    let told = laid(&[&format!("overlay = \"visit\"\n{overlay}")]).map(drop).expect_err("refused");
    assert_eq!(told.replace("own/o1.toml", "o"), expected, "{overlay}");
}

#[test]
fn what_is_not_said_stays() {
    let overlay = r#"
overlay = "visit"
label = "Guest"
list_columns = ["number", "title", "badge"]
field = [
  { key = "badge", type = "text", indexed = true },
  { key = "purpose", label = "Why", choices = ["interview", { key = "delivery", label = "Parcel", inactive = true }] },
  { key = "host", required = true, help = "Whom they see" },
]
state = [{ key = "waiting", category = "waiting" }, { key = "over", label = "Gone" }]
transition = [
  { key = "sit_down", from = "expected", to = "waiting", level = "requester" },
  { key = "end", from = "waiting", requires = ["badge"], limits = [{ level = "agent", when = "has(host)", message = "Say whom." }] },
]
section = [{ label = "More", fields = ["badge"] }]
[translation.de.field]
Badge = "Ausweis"
"#;
    let registry = laid(&[overlay]).expect("sound");
    let kind = registry.kind("visit").expect("there");
    assert_eq!(
        (kind.label.as_str(), kind.label_plural.as_str(), kind.practice.as_str()),
        ("Guest", "Visits", "reception")
    );
    assert_eq!(kind.list_columns, ["number", "title", "badge"]);
    let host = kind.field("host").expect("there");
    assert_eq!(
        (&host.required, host.help.as_str(), host.label.as_str()),
        (&Requirement::Always, "Whom they see", "Host")
    );
    assert!(matches!(&host.field_type, crate::kind::FieldType::Reference { kinds } if kinds == &["person"]));
    let purpose = kind.field("purpose").expect("there");
    assert_eq!(purpose.label, "Why");
    let choices = &purpose.field_type.choices().expect("a choice").0;
    let told: Vec<(&str, &str, bool)> =
        choices.iter().map(|one| (one.key.as_str(), one.label.as_str(), one.inactive)).collect();
    assert_eq!(told, [("meeting", "Meeting", false), ("delivery", "Parcel", true), ("interview", "Interview", false)]);
    assert_eq!(
        kind.lifecycle.state("over").map(|state| (state.label.as_str(), state.category.key())),
        Some(("Gone", "done"))
    );
    let end = kind.lifecycle.transition("end").expect("there");
    assert_eq!(
        (end.from.as_slice(), end.to.as_str()),
        (["expected".to_owned(), "waiting".to_owned()].as_slice(), "over")
    );
    assert_eq!((end.stamp.len(), end.requires.len(), end.limits.len(), end.level), (1, 1, 1, Level::Agent));
    let german = registry.in_language("de");
    assert_eq!(
        german.kind("visit").and_then(|kind| kind.field("badge")).map(|badge| badge.label.as_str()),
        Some("Ausweis")
    );
}

#[test]
fn an_overlay_asks_for_a_signature_and_takes_none_away() {
    let asks = "overlay = \"visit\"\ntransition = [{ key = \"end\", signature = true }]";
    let not = "overlay = \"visit\"\ntransition = [{ key = \"end\", signature = false }]";
    let signs = |texts: &[&str]| {
        let registry = laid(texts).expect("sound");
        registry.kind("visit").and_then(|kind| kind.lifecycle.transition("end")).is_some_and(|end| end.signature)
    };
    assert_eq!((signs(&[not]), signs(&[asks]), signs(&[asks, not])), (false, true, true));
}

#[test]
fn overlays_lie_on_those_before() {
    let first = "overlay = \"visit\"\nfield = [{ key = \"badge\", type = \"text\" }]";
    let second = "overlay = \"visit\"\nfield = [{ key = \"badge\", label = \"Pass\" }]";
    let registry = laid(&[first, second]).expect("sound");
    let label = |registry: &Registry| registry.kind("visit").and_then(|kind| Some(kind.field("badge")?.label.clone()));
    assert_eq!(label(&registry).as_deref(), Some("Pass"));
    assert_eq!(laid(&[second]).map(drop).expect_err("refused"), "own/o1.toml:2: field `badge` has no `type`");
    let twice = laid(&[first, first]).map(drop).expect_err("refused");
    assert_eq!(twice, "own/o2.toml:2: `badge` is there already, and its `type` cannot be altered; leave it out");
    let other = registry.clone().sharing(&registry);
    assert!(std::sync::Arc::ptr_eq(&other.kinds()[0], &registry.kinds()[0]));
    let changed = laid(&[first]).expect("sound").sharing(&registry);
    let same =
        |key: &str| std::sync::Arc::ptr_eq(changed.kind(key).expect("there"), registry.kind(key).expect("there"));
    assert!(same("person") && !same("visit"));
}

#[test]
fn what_others_rest_on_is_refused() {
    check("plural = \"guests\"", "o:1: an overlay cannot say `plural`; that is the kind's own");
    check(
        "field = [{ key = \"title\", type = \"integer\" }]",
        "o:2: `title` is there already, and its `type` cannot be altered; leave it out",
    );
    check("field = [{ key = \"title\", required = false }]", "o:2: `title` is required, and others rest on that");
    check(
        "field = [{ key = \"host\", audience = \"requester\" }]",
        "o:2: `host` is there already, and its `audience` cannot be altered; leave it out",
    );
    check(
        "state = [{ key = \"over\", category = \"active\" }]",
        "o:2: `over` is there already, and its `category` cannot be altered; leave it out",
    );
    check(
        "transition = [{ key = \"end\", to = \"expected\" }]",
        "o:2: `end` is there already, and its `to` cannot be altered; leave it out",
    );
    check(
        "transition = [{ key = \"end\", level = \"requester\" }]",
        "o:2: `end` may be left to fewer, not to more than it is now",
    );
    let told = laid(&["overlay = \"visti\""]).map(drop).expect_err("refused");
    assert_eq!(told, "own/o1.toml:1: there is no kind `visti` to add to; did you mean `visit`?");
}

#[test]
fn a_definition_gives_rights_to_roles_and_to_those_that_include_them() {
    let roles = Source {
        path: "roles.toml".to_owned(),
        text: r#"
[[role]]
key = "porter"
label = "Porter"
rank = 1
staff = true
[[role]]
key = "head_porter"
label = "Head porter"
rank = 2
includes = ["porter"]
"#
        .to_owned(),
    };
    let grant = |text: &str| {
        let registry = laid(&[&format!("overlay = \"visit\"\n[[grant]]\n{text}")]).expect("sound");
        Policy::load(std::slice::from_ref(&roles), &registry)
            .map_err(|errors| errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
    };
    let policy =
        grant("roles = 'porter'\nactions = ['read', 'create']\nscope = 'host == me'\nread = 'agent'").expect("sound");
    for role in ["porter", "head_porter"] {
        let grants = &policy.role(role).expect("there").grants;
        assert_eq!(grants.iter().map(|grant| grant.scope_text.as_str()).collect::<Vec<_>>(), ["host == me"], "{role}");
        assert!(grants[0].scopes.contains_key("visit") && !grants[0].scopes.contains_key("person"));
    }
    let refused = |text: &str| grant(text).map(drop).expect_err("refused");
    assert_eq!(
        refused("roles = 'portr'\nactions = ['read']\nscope = 'true'\nread = 'agent'"),
        "own/o1.toml:5: there is no role `portr`; there are porter, head_porter"
    );
    assert_eq!(
        refused("roles = 'porter'\nactions = ['read']\nscope = 'hots == me'\nread = 'agent'"),
        "own/o1.toml:5: scope: visit has no field `hots`"
    );
    let without = laid(&["overlay = 'visit'\n[[grant]]\nroles = 'porter'\nactions = ['read']\nread = 'agent'"]);
    assert!(without.map(drop).expect_err("refused").contains("missing field `scope`"));
}
