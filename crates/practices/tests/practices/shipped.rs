//! The shipped definitions hold together.

use std::collections::BTreeSet;

use steward_model::kind::{Field, FieldType, Kind, Level, Registry, Requirement, Source};
use steward_practices::sources;

fn shipped() -> Registry {
    Registry::load(&sources())
        .unwrap_or_else(|errors| panic!("{}", errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")))
}

/// States that lead, by some way of moves, to one that `is_goal`.
fn leading_to(kind: &Kind, is_goal: impl Fn(&str) -> bool) -> BTreeSet<&str> {
    let states = kind.lifecycle.states.iter().map(|state| state.key.as_str());
    let mut found: BTreeSet<&str> = states.filter(|state| is_goal(state)).collect();
    loop {
        let before = found.len();
        for transition in &kind.lifecycle.transitions {
            if found.contains(transition.to.as_str()) {
                found.extend(transition.from.iter().map(String::as_str));
            }
        }
        if found.len() == before {
            return found;
        }
    }
}

#[test]
fn every_kind_is_there_under_its_address() {
    let registry = shipped();
    let plurals: BTreeSet<&str> = registry.kinds().iter().map(|kind| kind.plural.as_str()).collect();
    let promised = "absences incidents service-requests request-items request-tasks problems problem-tasks known-errors changes \
                    change-tasks releases knowledge-articles outages overlays tasks incident-tasks organisations people teams \
                    locations services service-offerings configuration-items priority-matrices snippets catalogue-items catalogue-categories \
                     article-feedback calendars schedules handling-notes macros record-templates agreements service-level-targets \
                     approvals approval-policies breach-exclusions service-level-reports freezes maintenance-windows rotas rules flows plans notice-templates activities rates";
    assert_eq!(plurals, promised.split(' ').collect());
}

#[test]
fn open_states_can_end() {
    for kind in shipped().kinds() {
        let ending = leading_to(kind, |state| !kind.lifecycle.category(state).is_open());
        for state in &kind.lifecycle.states {
            assert!(ending.contains(state.key.as_str()), "{}: `{}` never ends", kind.key, state.key);
        }
    }
}

#[test]
fn every_state_is_reached() {
    for kind in shipped().kinds() {
        for state in &kind.lifecycle.states {
            let before = leading_to(kind, |candidate| candidate == state.key);
            assert!(before.contains(kind.lifecycle.initial.as_str()), "{}: `{}`", kind.key, state.key);
        }
    }
}

#[test]
fn incident_keeps_the_contract() {
    let registry = shipped();
    let incident = registry.kind("incident").expect("there");
    let states: Vec<&str> = incident.lifecycle.states.iter().map(|state| state.key.as_str()).collect();
    assert_eq!(states, ["new", "in_progress", "on_hold", "resolved", "closed", "cancelled"]);
    for key in [
        "title",
        "description",
        "requester",
        "assignee",
        "team",
        "service",
        "configuration_items",
        "impact",
        "urgency",
        "priority",
        "channel",
        "category",
    ] {
        assert!(incident.field(key).is_some(), "{key}");
    }
    let keys = |field: &str| -> Vec<&str> {
        let choices = incident.field(field).and_then(|field| field.field_type.choices()).expect("choices");
        choices.0.iter().map(|choice| choice.key.as_str()).collect()
    };
    assert_eq!(keys("impact"), ["high", "medium", "low"]);
    assert_eq!(keys("priority"), ["critical", "high", "moderate", "low"]);
    let resolve = incident.lifecycle.transition("resolve").expect("there");
    assert_eq!(resolve.requires, ["resolution_code", "resolution_notes"]);
    assert_eq!(resolve.fields[..2], ["resolution_code", "resolution_notes"]);
    let hold = incident.lifecycle.transition("hold").expect("there");
    assert!(hold.comment.as_ref().is_some_and(|rule| rule.when.is_some()));
    assert!(matches!(incident.field("priority_override_reason").expect("there").required, Requirement::When(_)));
}

/// What requesters may write is a list that somebody has to think about.
#[test]
fn requesters_write_only_what_they_may() {
    let registry = shipped();
    let check = |kind: &str, expected: &str| {
        let kind = registry.kind(kind).expect("there");
        let written = kind.fields.iter().filter(|field| field.write == Some(Level::Requester));
        let written: BTreeSet<&str> = written.map(|field| field.key.as_str()).collect();
        assert_eq!(written, expected.split_whitespace().collect(), "{}", kind.key);
    };
    let shared = "title description service service_offering configuration_items location category impact urgency";
    check("incident", &format!("{shared} affected_user contact symptom cancel_reason satisfaction"));
    check(
        "service_request",
        &format!(
            "{shared} requested_for delivery_address cost_centre needed_by receipt_confirmed cancel_reason satisfaction"
        ),
    );
    check("change", &format!("{shared} change_type reason justification requested_for requested_by_on cancel_reason"));
    for kind in ["person", "organisation", "team", "service", "configuration_item", "priority_matrix", "known_error"] {
        check(kind, "");
    }
}

#[test]
fn staff_fields_are_hidden_from_requesters() {
    let registry = shipped();
    let audience =
        |kind: &str, field: &str| registry.kind(kind).and_then(|kind| kind.field(field)).map(|field| field.audience);
    for (kind, field, level) in [
        ("incident", "cause_code", Level::Agent),
        ("incident", "cost", Level::Agent),
        ("incident", "handling_notes", Level::Agent),
        ("change", "risk", Level::Agent),
        ("change", "backout_plan", Level::Agent),
        ("person", "roles", Level::Owner),
        ("incident", "resolution_notes", Level::Requester),
    ] {
        assert_eq!(audience(kind, field), Some(level), "{kind}.{field}");
    }
}

/// Somebody who makes a first record must not meet a field that the form leaves out.
#[test]
fn required_fields_are_on_the_form() {
    for kind in shipped().kinds() {
        let placed: BTreeSet<&str> = kind.form.iter().flat_map(|section| &section.fields).map(String::as_str).collect();
        let has_default = |field: &Field| field.default.is_some();
        for field in kind.fields.iter().filter(|field| field.required == Requirement::Always && !has_default(field)) {
            assert!(placed.contains(field.key.as_str()), "{}: {}", kind.key, field.key);
        }
    }
}

#[test]
fn references_that_lists_filter_by_are_indexed() {
    for kind in shipped().kinds() {
        for key in ["requester", "assignee", "team", "service"] {
            let Some(field) = kind.field(key) else { continue };
            assert!(field.indexed && matches!(field.field_type, FieldType::Reference { .. }), "{}.{key}", kind.key);
        }
    }
}

#[test]
fn classes_have_fields_of_their_own_and_from_above() {
    let registry = shipped();
    let kind = registry.kind("configuration_item").expect("there");
    let check = |class: &str, field: &str, expected: bool| {
        let field = kind.field(field).expect("there");
        assert_eq!(kind.has_field(field, class), expected, "{class} {}", field.key);
    };
    check("laptop", "cpu", true);
    check("laptop", "serial_number", true);
    check("server", "cpu", false);
    check("certificate", "serial_number", false);
    check("web_server", "port", true);
    check("certificate", "name", true);
}

/// The example that the documentation gives must load beside what we ship.
#[test]
fn the_documented_example_loads() {
    let text = include_str!("../../../../docs/reference/kinds.md");
    let (_, rest) = text.split_once("```toml\n").expect("an example");
    let (example, _) = rest.split_once("```").expect("its end");
    let mut all = sources();
    all.push(Source { path: "reception/visit.toml".into(), text: example.into() });
    let registry = Registry::load(&all).expect("sound");
    assert_eq!(registry.kind("visit").map(|kind| kind.practice.as_str()), Some("reception"));
}

/// A requester who may make a move must be able to fill in what it asks for: the move lets them write it, but they must
/// see it.
#[test]
fn requesters_can_make_their_moves() {
    let registry = shipped();
    for kind in registry.kinds() {
        for transition in kind.lifecycle.transitions.iter().filter(|move_| move_.level == Level::Requester) {
            for field in transition.requires.iter().filter_map(|key| kind.field(key)) {
                let fits = field.write.is_some() && field.audience == Level::Requester;
                assert!(fits, "{}: {} asks for {}", kind.key, transition.key, field.key);
            }
        }
    }
}

#[test]
fn every_word_has_german_and_french() {
    let registry = shipped();
    let policy = steward_model::access::Policy::load(&steward_practices::roles(), &registry);
    let policy = policy.unwrap_or_else(|errors| panic!("{errors:?}"));
    let mut missing = Vec::new();
    for language in ["de", "fr"] {
        let words = registry.untranslated(language);
        missing
            .extend(words.iter().map(|word| format!("{language} {}/{}: {}", word.practice, word.sort, word.english)));
        let stays = |role: &str| registry.word(language, "role", role) == role && (language, role) != ("fr", "Agent");
        let roles = policy.roles().iter().filter(|role| stays(&role.label));
        missing.extend(roles.map(|role| format!("{language} role: {}", role.label)));
    }
    assert!(missing.is_empty(), "{} words are missing:\n{}", missing.len(), missing.join("\n"));
    for language in ["de", "fr"] {
        let translated = registry.in_language(language);
        let same = |kind: &Kind| {
            let other = translated.kind(&kind.key).unwrap_or_else(|| panic!("{}", kind.key));
            let keys = |kind: &Kind| kind.fields.iter().map(|field| field.key.clone()).collect::<Vec<_>>();
            keys(kind) == keys(other) && kind.lifecycle.initial == other.lifecycle.initial
        };
        assert!(registry.kinds().iter().all(|kind| same(kind)), "{language}: keys are the same");
    }
    let german = registry.in_language("de");
    let incident = german.kind("incident").unwrap_or_else(|| panic!("incident"));
    assert_eq!(incident.label_plural, "Störungen");
    assert_eq!(incident.lifecycle.state("on_hold").map(|state| state.label.as_str()), Some("Wartend"));
    let resolve = incident.lifecycle.transition("resolve").unwrap_or_else(|| panic!("resolve"));
    assert_eq!(
        (resolve.label.as_str(), resolve.recorded_as.as_str()),
        ("Lösen", "Resolve"),
        "the journal knows no language"
    );
}

#[test]
fn a_kind_brings_its_own_words() {
    let mut all = sources();
    all.push(Source {
        path: "own/visitor.toml".to_owned(),
        text: r#"
            key = "visitor"
            plural = "visitors"
            description = "Somebody who comes by"
            icon = "user"
            numbering = { prefix = "VIS" }
            label_field = "name"
            initial = "new"
            field = [{ key = "name", type = "text", required = true }]
            state = [{ key = "new", category = "new" }]
            [translation.de.kind]
            Visitor = "Gast"
            Visitors = "Gäste"
            [translation.de.state]
            New = "Angemeldet"
        "#
        .to_owned(),
    });
    let german = Registry::load(&all).unwrap_or_else(|errors| panic!("{errors:?}")).in_language("de");
    let visitor = german.kind("visitor").unwrap_or_else(|| panic!("visitor"));
    assert_eq!((visitor.label.as_str(), visitor.lifecycle.states[0].label.as_str()), ("Gast", "Angemeldet"));
    assert_eq!(visitor.field("name").map(|field| field.label.as_str()), Some("Name"), "from the shipped words");
    assert_eq!(visitor.description, "Somebody who comes by", "what nobody translated stays");
}
