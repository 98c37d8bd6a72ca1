//! Who may read what, written down once more from the words of the roles, without asking the code that decides it.

use steward_model::id::RecordId;
use steward_testkit::fixture::Fixture;

/// What the oracle knows of a record.
#[derive(Debug, Clone, Default)]
pub(crate) struct Thing {
    pub(crate) kinds: &'static str,
    pub(crate) id: i64,
    pub(crate) organisation: i64,
    pub(crate) state: &'static str,
    pub(crate) requester: Option<i64>,
    pub(crate) team: Option<i64>,
    pub(crate) assignee: Option<i64>,
    pub(crate) watcher: Option<i64>,
    pub(crate) used_by: Option<i64>,
    pub(crate) shown_to: &'static str,
    pub(crate) only: Option<i64>,
}

/// What the oracle knows of a person.
struct Who {
    id: i64,
    organisation: i64,
    team: Option<i64>,
    role: &'static str,
    /// Organisations that the role is held for; all when empty.
    reach: Vec<i64>,
}

fn who(fixture: &Fixture, actor: &str) -> Who {
    let RecordId(id) = fixture.people[actor];
    let (p, a, b) = (fixture.provider.0, fixture.a.0, fixture.b.0);
    let (organisation, team, role, reach) = match actor {
        "a1" | "a2" => (a, None, "requester", vec![]),
        "b1" => (b, None, "requester", vec![]),
        "am" => (a, None, "manager", vec![a]),
        "g1" => (p, Some(fixture.desk.0), "agent", vec![p, a, b]),
        "g2" => (p, Some(fixture.hr.0), "agent", vec![p, a, b]),
        "oa" => (a, None, "administrator", vec![a]),
        "root" => (p, None, "administrator", vec![p, a, b]),
        other => panic!("who is {other}?"),
    };
    Who { id, organisation, team, role, reach }
}

/// Whether an actor may read a thing.
pub(crate) fn may_read(fixture: &Fixture, actor: &str, thing: &Thing) -> bool {
    let who = who(fixture, actor);
    as_requester(&who, thing) || (who.reach.contains(&thing.organisation) && as_role(&who, thing))
}

/// Everybody may ask for things, and follow what they asked for.
fn as_requester(who: &Who, thing: &Thing) -> bool {
    let home = thing.organisation == who.organisation;
    let mine = thing.requester == Some(who.id);
    match thing.kinds {
        "incidents" | "service-requests" => home && (mine || thing.watcher == Some(who.id)),
        "problems" | "changes" => home && mine,
        "people" => thing.id == who.id,
        "organisations" | "locations" => home,
        "configuration-items" => home && thing.used_by == Some(who.id),
        "services" => home && thing.state == "live",
        "knowledge-articles" => {
            let for_us = thing.only.is_none_or(|only| only == who.organisation);
            thing.state == "published" && (thing.shown_to == "everyone" || (thing.shown_to == "requesters" && for_us))
        }
        _ => false,
    }
}

/// What the role adds, within its reach.
fn as_role(who: &Who, thing: &Thing) -> bool {
    let mine = thing.assignee == Some(who.id) || (thing.team.is_some() && thing.team == who.team);
    let nobodys = thing.team.is_none() && thing.assignee.is_none();
    match (who.role, thing.kinds) {
        ("administrator", _) => true,
        ("manager", kinds) => {
            ["incidents", "service-requests", "people", "locations", "configuration-items"].contains(&kinds)
        }
        ("agent", "incidents" | "service-requests" | "problems") => mine || nobodys,
        ("agent", "changes") => mine,
        ("agent", _) => true,
        _ => false,
    }
}
