//! Who is told of an entry of a journal, and why: pure, over what was looked up before.

use std::collections::BTreeMap;

use serde_json::Value as Json;
use steward_flow::PLAN;
use steward_model::event::{Act, Audience, Cause, Event};
use steward_model::id::RecordId;
use steward_model::kind::Kind;
use steward_model::record::Record;
use steward_practices::approval::APPROVAL;

use crate::approvals::REMINDER;

/// The field that says of which review an owner was reminded.
const REVIEW: &str = "review_reminded_for";
/// The field of a question for approval that says who can decide it now.
const ASKED: &str = "pending";
/// The field that says when those were reminded.
const QUESTIONS: &str = "asks";
/// Members of a team that are told at most.
pub(super) const MEMBERS_MAX: usize = 200;

/// Why somebody is told, the most telling reason first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// Somebody named them, or their team.
    Mention,
    /// The record was given to them.
    Assigned,
    /// Their own request was answered, or is done.
    Answer,
    /// Their own request is in another state.
    Progress,
    /// Something was said where they work or watch.
    Reply,
    /// The record was given to their team and to nobody in it.
    Team,
    /// The day has come on which they wanted to look at it again.
    Review,
    /// It waits for their approval.
    Approval,
    /// A clock of the record is about to run out, or did.
    Due,
    /// Something harmful was found in a file that they attached, or that is where they work.
    File,
    /// An automation rule says so.
    Rule,
    /// Somebody looked at Steward as they do.
    Viewed,
}

impl Reason {
    /// All reasons.
    pub const ALL: [Self; 12] = [
        Self::Mention,
        Self::Assigned,
        Self::Answer,
        Self::Progress,
        Self::Reply,
        Self::Team,
        Self::Review,
        Self::Approval,
        Self::Due,
        Self::File,
        Self::Rule,
        Self::Viewed,
    ];

    /// The word for it in storage and interface.
    pub fn key(self) -> &'static str {
        match self {
            Self::Mention => "mention",
            Self::Assigned => "assigned",
            Self::Answer => "answer",
            Self::Progress => "progress",
            Self::Reply => "reply",
            Self::Team => "team",
            Self::Review => "review",
            Self::Approval => "approval",
            Self::Due => "due",
            Self::File => "file",
            Self::Rule => "rule",
            Self::Viewed => "viewed",
        }
    }

    /// Whether people may choose not to be told for it.
    pub fn is_optional(self) -> bool {
        self != Self::Viewed
    }

    /// The reason of a word.
    pub fn parse(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.key() == key)
    }
}

/// Whom the names of a text mean: people, and teams with their members.
#[derive(Debug, Clone, Default)]
pub(super) struct Named {
    /// People mentioned themselves.
    pub(super) people: Vec<RecordId>,
    /// Teams.
    pub(super) teams: Vec<RecordId>,
}

/// Whether an entry may concern anybody.
pub(super) fn concerns(event: &Event) -> bool {
    match &event.act {
        Act::Commented { .. } | Act::Moved { .. } | Act::ViewedAs { .. } => true,
        Act::Created { fields, .. } => ["assignee", "team", ASKED].iter().any(|field| fields.contains_key(*field)),
        Act::Updated | Act::Transferred { .. } => {
            event.changes.iter().any(|change| ["assignee", "team", REVIEW, ASKED, QUESTIONS].contains(&change.field.as_str()))
        }
        Act::FileChecked(check) => check.finding.is_some(),
        Act::Worked { .. }
        | Act::WorkCorrected { .. }
        | Act::WorkWithdrawn { .. }
        | Act::Attached(_)
        | Act::Detached { .. }
        | Act::Linked(_)
        | Act::Unlinked(_)
        | Act::Watched { .. }
        | Act::Unwatched { .. }
        | Act::Carried { .. }
        // Whom a step of escalation tells is decided where it is taken.
        | Act::Escalated { .. } => false,
    }
}

/// Teams whose members an entry may concern.
pub(super) fn teams_of(event: &Event, named: &Named) -> Vec<RecordId> {
    named.teams.iter().copied().chain(given(event, "team")).collect()
}

/// The team that hears of a harmful file where nobody in it works on the record yet.
pub(super) fn team_of_file(record: &Record, event: &Event) -> Option<RecordId> {
    let is_of_team = matches!(event.act, Act::FileChecked(_)) && record.reference("assignee").is_none();
    record.reference("team").filter(|_| is_of_team)
}

/// Who is told of an entry, before rights are asked. Nobody is told of what they did.
pub(super) fn told(
    kind: &Kind,
    record: &Record,
    event: &Event,
    named: &Named,
    members: &BTreeMap<RecordId, Vec<RecordId>>,
) -> BTreeMap<RecordId, Reason> {
    let mut told: BTreeMap<RecordId, Reason> = BTreeMap::new();
    let mut tell = |person: RecordId, reason: Reason| {
        if person != event.actor && person != RecordId::SYSTEM {
            let known = told.entry(person).or_insert(reason);
            *known = reason.min(*known);
        }
    };
    let members = |team: &RecordId| members.get(team).into_iter().flatten().copied().take(MEMBERS_MAX);
    let requester = record.reference("requester");
    match &event.act {
        Act::Commented { audience, .. } => {
            let of_teams = named.teams.iter().flat_map(members);
            named.people.iter().copied().chain(of_teams).for_each(|person| tell(person, Reason::Mention));
            if *audience == Audience::Public {
                let involved = record.reference("assignee").into_iter().chain(record.watchers.iter().copied());
                involved.for_each(|person| tell(person, Reason::Reply));
                requester.into_iter().for_each(|person| tell(person, Reason::Answer));
            }
        }
        Act::Moved { from, to, .. } => {
            let is_open = |state: &str| kind.lifecycle.category(state).is_open();
            let reason = match (is_open(from), is_open(to)) {
                (true, false) => Some(Reason::Answer),
                // That it is laid aside for good once it is done is no news.
                (false, false) => None,
                _ => Some(Reason::Progress),
            };
            requester.into_iter().zip(reason).for_each(|(person, reason)| tell(person, reason));
        }
        Act::Updated if event.changes.iter().any(|change| change.field == REVIEW && change.to.is_some()) => {
            record.reference("owner").into_iter().for_each(|owner| tell(owner, Reason::Review));
        }
        Act::FileChecked(check) => {
            tell(check.by, Reason::File);
            record.reference("assignee").into_iter().for_each(|person| tell(person, Reason::File));
            team_of_file(record, event).iter().flat_map(members).for_each(|person| tell(person, Reason::File));
        }
        // The record is the person who was looked at.
        Act::ViewedAs { .. } => tell(record.id, Reason::Viewed),
        _ => {}
    }
    if kind.key == APPROVAL {
        asked(record, event).into_iter().for_each(|person| tell(person, Reason::Approval));
    }
    // A plan belongs to the team of its record; whoever has something to do of it hears of that.
    if kind.key == PLAN {
        return told;
    }
    match given(event, "assignee") {
        Some(assignee) => tell(assignee, Reason::Assigned),
        None if record.reference("assignee").is_none() => {
            given(event, "team").iter().flat_map(members).for_each(|person| tell(person, Reason::Team));
        }
        None => {}
    }
    told
}

/// Who is asked by an entry and was not before; all who are asked where it reminds them.
fn asked(record: &Record, event: &Event) -> Vec<RecordId> {
    let people = |value: Option<&Json>| -> Vec<RecordId> {
        let items = value.and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
        items.iter().filter_map(Json::as_i64).map(RecordId).collect()
    };
    let is_reminder = matches!(&event.cause, Some(Cause::Rule(rule)) if rule == REMINDER);
    match &event.act {
        Act::Created { fields, .. } => people(fields.get(ASKED)),
        _ if is_reminder => record.references(ASKED),
        _ => {
            let Some(change) = event.changes.iter().find(|change| change.field == ASKED) else { return Vec::new() };
            let before = people(change.from.as_ref());
            people(change.to.as_ref()).into_iter().filter(|person| !before.contains(person)).collect()
        }
    }
}

/// The person or team that an entry sets in a field.
fn given(event: &Event, field: &str) -> Option<RecordId> {
    let value = match &event.act {
        Act::Created { fields, .. } => fields.get(field),
        _ => event.changes.iter().find(|change| change.field == field).and_then(|change| change.to.as_ref()),
    };
    value.and_then(serde_json::Value::as_i64).map(RecordId)
}
