//! Who may do what: the shipped roles, as tables.

use serde_json::json;
use steward_model::access::{
    Action, Actor, KindRights, Policy, Reach, TokenLimits, account, explain, may, may_assign, may_concern_strangers,
    rights, scope,
};
use steward_model::decide::Rejection;
use steward_model::filter::Filter;
use steward_model::id::RecordId;
use steward_model::kind::{Level, Source};
use steward_model::moment::Moment;
use steward_model::record::Record;

use crate::desk::{ANNA, BEN, CUSTOMER, DESK, Desk, GUS, NETWORK, OTHER_CUSTOMER, faults, in_progress};

/// Checks which actions an actor has on Anna's incident, which team Desk works on.
fn check_actions(actor: impl Fn(&Desk) -> Actor, expected: &[Action]) {
    let desk = in_progress();
    let actor = actor(&desk);
    let rights = rights(&actor, desk.kind(), desk.record.as_ref().unwrap(), desk.now);
    assert_eq!(rights.actions.into_iter().collect::<Vec<_>>(), expected, "{}", actor.label);
    for action in Action::ALL {
        let explanation = explain(&actor, action, desk.kind(), desk.record.as_ref().unwrap(), desk.now);
        assert_eq!(explanation.allowed, expected.contains(&action));
        assert!(!explanation.reasons.is_empty(), "every answer has a reason");
    }
}

#[test]
fn asking_for_one_action_or_one_record_answers_as_asking_for_all() {
    let desk = in_progress();
    let record = desk.record.as_ref().unwrap();
    let read_only = TokenLimits { read_only: true, kinds: vec![], teams: vec![DESK] };
    let mut allowed = 0;
    for role in desk.policy.roles() {
        for (person, organisation) in [(ANNA, CUSTOMER), (BEN, CUSTOMER), (BEN, OTHER_CUSTOMER)] {
            for reach in [Reach::Everywhere, Reach::Organisations(vec![CUSTOMER]), Reach::Organisations(vec![])] {
                for (teams, limits) in [(&[DESK][..], None), (&[NETWORK], None), (&[], Some(read_only.clone()))] {
                    let mut actor = desk.actor(person, organisation, teams, &[role.key.as_str(), "requester"]);
                    actor.assignments[0].reach = reach.clone();
                    actor.limits = limits;
                    let all = KindRights::new(&actor, desk.kind(), desk.now).on(record);
                    assert_eq!(rights(&actor, desk.kind(), record, desk.now), all, "{} {reach:?}", role.key);
                    for action in Action::ALL {
                        let one = may(&actor, action, desk.kind(), record, desk.now);
                        assert_eq!(one, all.may(action), "{} {reach:?} {action:?}", role.key);
                        allowed += usize::from(one);
                    }
                }
            }
        }
    }
    assert!(allowed > 100, "{allowed}");
}

#[test]
fn a_requester_sees_and_answers_what_is_theirs_only() {
    use Action::{Attach, Comment, Create, Read, Transition, Watch};
    check_actions(Desk::anna, &[Read, Create, Transition, Comment, Attach, Watch]);
    check_actions(|desk| desk.actor(BEN, CUSTOMER, &[], &["requester"]), &[]);
    check_actions(|desk| desk.actor(BEN, CUSTOMER, &[], &["organisation_manager"]), &[Read, Comment, Watch]);
    check_actions(|desk| desk.actor(ANNA, OTHER_CUSTOMER, &[], &["requester"]), &[]);
    check_actions(|desk| desk.actor(BEN, CUSTOMER, &[], &[]), &[]);
}

#[test]
fn an_agent_works_in_their_teams() {
    use Action::{Attach, Comment, Create, Inspect, Link, Note, Read, Transition, Update, Watch, Work};
    let all = [Read, Create, Update, Transition, Comment, Note, Work, Attach, Link, Watch];
    check_actions(|desk| desk.actor(BEN, CUSTOMER, &[DESK], &["agent"]), &all);
    check_actions(|desk| desk.actor(BEN, CUSTOMER, &[NETWORK], &["agent"]), &[]);
    check_actions(|desk| desk.actor(BEN, CUSTOMER, &[], &["auditor"]), &[Read, Inspect]);
}

#[test]
fn a_role_reaches_as_far_as_it_was_given() {
    let within = |organisations: Vec<RecordId>| {
        move |desk: &Desk| {
            let mut actor = desk.actor(BEN, CUSTOMER, &[], &["service_desk_agent"]);
            actor.assignments[0].reach = Reach::Organisations(organisations.clone());
            actor
        }
    };
    check_actions(within(vec![OTHER_CUSTOMER]), &[]);
    let others = [Action::Order, Action::Inspect, Action::ViewAs];
    let all: Vec<Action> = Action::ALL.into_iter().filter(|action| !others.contains(action)).collect();
    check_actions(within(vec![CUSTOMER, OTHER_CUSTOMER]), &all);
}

#[test]
fn sec_027_a_token_never_exceeds_its_limits_nor_its_owner() {
    use Action::Read;
    let limited = |limits: TokenLimits| move |desk: &Desk| Actor { limits: Some(limits.clone()), ..desk.gus() };
    check_actions(limited(TokenLimits { read_only: true, kinds: vec![], teams: vec![] }), &[Read]);
    check_actions(limited(TokenLimits { read_only: true, kinds: vec!["problem".into()], teams: vec![] }), &[]);
    check_actions(limited(TokenLimits { read_only: true, kinds: vec![], teams: vec![DESK] }), &[Read]);
    check_actions(limited(TokenLimits { read_only: true, kinds: vec![], teams: vec![NETWORK] }), &[]);
}

#[test]
fn sec_020_a_requester_cannot_set_what_is_not_theirs() {
    let mut desk = Desk::new();
    let anna = desk.anna();
    let refused = faults(desk.create(
        &anna,
        json!({ "title": "x", "assignee": "gus", "team": "Desk", "priority": "critical", "requester": "ben",
                "opened_at": "2020-01-01T00:00:00Z", "handling_notes": "vip", "number": "INC1" }),
    ));
    let fields: Vec<&str> = refused.iter().filter_map(|fault| fault.split_once(':')).map(|(field, _)| field).collect();
    assert_eq!(fields, ["assignee", "handling_notes", "number", "opened_at", "priority", "requester", "team"]);
    assert!(desk.record.is_none());
}

#[test]
fn sec_026_who_only_sees_cannot_act() {
    let mut desk = in_progress();
    let auditor = desk.actor(BEN, CUSTOMER, &[], &["auditor"]);
    assert!(matches!(desk.update(&auditor, json!({ "title": "y" })), Err(Rejection::Forbidden { .. })));
    let stranger = desk.actor(BEN, CUSTOMER, &[NETWORK], &["agent"]);
    assert!(matches!(desk.update(&stranger, json!({ "title": "y" })), Err(Rejection::NotFound)));
}

#[test]
fn sec_024_roles_are_given_up_to_ones_own_rank_and_reach() {
    let desk = Desk::new();
    let role = |key: &str| desk.policy.role(key).unwrap().clone();
    let mut local = desk.actor(GUS, CUSTOMER, &[], &["administrator"]);
    local.assignments[0].reach = Reach::Organisations(vec![CUSTOMER]);
    assert!(may_assign(&local, &role("agent"), Some(CUSTOMER)));
    assert!(!may_assign(&local, &role("agent"), Some(OTHER_CUSTOMER)));
    assert!(!may_assign(&local, &role("agent"), None));
    let manager = desk.actor(GUS, CUSTOMER, &[], &["manager"]);
    assert!(!may_assign(&manager, &role("administrator"), Some(CUSTOMER)));
}

fn check_scope_of(scope_line: &str) -> Filter {
    let desk = Desk::new();
    let text = format!(
        "[[role]]\nkey = \"test\"\nlabel = \"Test\"\nrank = 1\n[[role.grant]]\nkinds = [\"incident\"]\n\
         actions = [\"read\"]\n{scope_line}\nread = \"owner\"\n"
    );
    let source = Source { path: "roles.toml".to_owned(), text };
    let policy = Policy::load(&[source], &desk.registry).unwrap();
    let mut actor = desk.actor(GUS, CUSTOMER, &[], &["agent"]);
    actor.assignments[0].role = policy.role("test").unwrap().clone();
    scope(&actor, Action::Read, desk.kind(), Level::Requester, Moment(0))
}

#[test]
fn sec_014_a_grant_without_scope_grants_nothing() {
    assert_eq!(check_scope_of(""), Filter::Nothing);
    assert_eq!(check_scope_of("scope = \"true\""), Filter::Everything);
}

#[test]
fn sec_014_a_scope_that_cannot_be_read_is_refused_with_its_line() {
    let desk = Desk::new();
    let text = "[[role]]\nkey = \"x\"\nlabel = \"X\"\nrank = 1\n[[role.grant]]\nkinds = [\"incident\"]\n\
                actions = [\"read\"]\nscope = \"teem == me\"\nread = \"agent\"\n";
    let source = Source { path: "roles.toml".to_owned(), text: text.to_owned() };
    let errors = Policy::load(&[source], &desk.registry).unwrap_err();
    assert_eq!(errors[0].to_string(), "roles.toml:8: for kind `incident`: incident has no field `teem`");
}

/// A record of a kind that belongs to nobody who asks, with customers in a field.
fn provided(kind: &str, state: &str, field: &str, customers: &[RecordId]) -> Record {
    let ids: Vec<i64> = customers.iter().map(|id| id.0).collect();
    Record {
        id: RecordId(40),
        kind: kind.to_owned(),
        number: "X1".to_owned(),
        revision: 1,
        state: state.to_owned(),
        organisation: RecordId(9),
        created_at: Moment(0),
        updated_at: Moment(0),
        created_by: RecordId::SYSTEM,
        fields: [(field.to_owned(), json!(ids))].into(),
        watchers: Vec::new(),
        dues: steward_model::record::Dues::default(),
    }
}

#[test]
fn a_requester_sees_the_services_that_their_organisation_is_a_customer_of() {
    let desk = Desk::new();
    let check = |kind: &str, state: &str, field: &str, customers: &[RecordId], expected: bool| {
        let record = provided(kind, state, field, customers);
        let rights = rights(&desk.anna(), desk.registry.kind(kind).unwrap(), &record, desk.now);
        assert_eq!(rights.may(Action::Read), expected, "{kind} {state} for {customers:?}");
    };
    for (kind, state, field) in
        [("service", "live", "customers"), ("service_offering", "published", "entitled_organisations")]
    {
        check(kind, state, field, &[CUSTOMER], true);
        check(kind, state, field, &[OTHER_CUSTOMER, CUSTOMER], true);
        check(kind, state, field, &[OTHER_CUSTOMER], false);
        check(kind, state, field, &[], false);
        check(kind, "retired", field, &[CUSTOMER], false);
    }
}

#[test]
fn the_account_of_a_decision_is_the_decision() {
    let desk = in_progress();
    let record = desk.record.as_ref().unwrap();
    let keys: Vec<String> = desk.policy.roles().iter().map(|role| role.key.clone()).collect();
    let mut allowed = 0;
    for key in &keys {
        for (person, home, teams) in
            [(ANNA, CUSTOMER, &[][..]), (BEN, CUSTOMER, &[DESK][..]), (BEN, OTHER_CUSTOMER, &[NETWORK][..])]
        {
            let mut actor = desk.actor(person, home, teams, &[key]);
            for reach in [Reach::Everywhere, Reach::Organisations(vec![home]), Reach::Organisations(Vec::new())] {
                actor.assignments[0].reach = reach;
                let rights = rights(&actor, desk.kind(), record, desk.now);
                let held = account(&actor, desk.kind(), record, desk.now);
                let grants = |action: Action| {
                    held.iter().any(|held| held.condition.holds && held.grant.actions.contains(&action))
                };
                for action in Action::ALL {
                    let seen = action == Action::Create || grants(Action::Read);
                    assert_eq!(rights.may(action), seen && grants(action), "{key} of {person} {action:?}");
                    allowed += usize::from(rights.may(action));
                }
                // Whom the record does not name sees it by no grant that cannot hold for such people.
                if person == BEN {
                    for held in held.iter().filter(|held| held.condition.holds) {
                        let scope = &held.grant.scopes["incident"];
                        assert!(may_concern_strangers(scope, desk.kind(), record, desk.now), "{}", held.grant.name);
                    }
                }
            }
        }
    }
    assert!(allowed > 100, "{allowed} rights prove little");
    let own = &desk.policy.role("requester").unwrap().grants[0].scopes["incident"];
    assert!(!may_concern_strangers(own, desk.kind(), record, desk.now), "one's own report is nobody else's");
}
