//! Finding who gets a record: what the choice needs to know is gathered here, the choice itself is pure.

use std::collections::HashMap;

use serde_json::{Value as Json, json};
use steward_model::access::Actor;
use steward_model::filter::Attribute;
use steward_model::id::RecordId;
use steward_model::kind::Kind;
use steward_model::record::Record;
use steward_rule::definition::Rule;
use steward_rule::route::{Candidate, Routing, Strategy, choose};
use steward_rule::trace::Routed;

use crate::App;
use crate::error::Error;
use crate::list::ListRequest;

/// Members of a team that are looked at.
const MEMBERS: usize = 500;
/// People with open records that are counted at most.
const COUNTED: usize = 10_000;

impl App {
    /// Who gets a record by the routing of a rule. `skill` is the skill with variables filled in.
    pub(super) async fn route(
        &self,
        rule: &Rule,
        routing: &Routing,
        skill: &str,
        kind: &Kind,
        record: &Record,
    ) -> Result<Routed, Error> {
        let item = record.references("configuration_items").into_iter().next();
        let mut routed = Routed { strategy: routing.strategy, team: None, person: None, passed: Vec::new() };
        match routing.strategy {
            Strategy::Team => routed.team = routing.team,
            Strategy::ServiceTeam => routed.team = self.referred(record.reference("service"), "support_team").await?,
            Strategy::ItemTeam | Strategy::ItemOwner => {
                routed.team = self.referred(item, "support_team").await?;
            }
            Strategy::RoundRobin | Strategy::LeastLoaded | Strategy::Skill => {
                routed.team = routing.team.or_else(|| record.reference("team"));
            }
        }
        // A team that is no more gets nothing, and neither does anybody in it.
        let team = match routed.team {
            Some(team) => self.store().get_record(team).await?.filter(|team| team.record.state == "active"),
            None => None,
        };
        routed.team = team.as_ref().map(|team| team.record.id);
        let people: Vec<RecordId> = match (routing.strategy, &team) {
            (Strategy::ItemOwner, _) => self.referred(item, "owner").await?.into_iter().collect(),
            (by, Some(team)) if by.is_among_members() => {
                team.record.references("members").into_iter().take(MEMBERS).collect()
            }
            _ => Vec::new(),
        };
        if !people.is_empty() {
            let candidates = self.candidates(&people, skill, kind).await?;
            let (_, last) = self.store().rule_place(rule.id).await?;
            let choice = choose(routing, &candidates, last);
            routed.person = choice.person;
            routed.passed = choice.passed;
        }
        Ok(routed)
    }

    async fn referred(&self, from: Option<RecordId>, field: &str) -> Result<Option<RecordId>, Error> {
        let Some(from) = from else { return Ok(None) };
        Ok(self.store().get_record(from).await?.and_then(|loaded| loaded.record.reference(field)))
    }

    /// People as a choice needs to know them.
    async fn candidates(&self, people: &[RecordId], skill: &str, kind: &Kind) -> Result<Vec<Candidate>, Error> {
        let loads = self.open_work(kind, people).await?;
        let people = self.store().get_records(people).await?;
        let today: String = self.now().to_string().chars().take(10).collect();
        let candidate = |person: &Record| Candidate {
            person: person.id,
            is_active: person.state == "active",
            is_absent: is_absent(person, &today),
            load: loads.get(&person.id).copied().unwrap_or_default(),
            skill: skill_of(person, skill, &today),
        };
        Ok(people.iter().map(|loaded| candidate(&loaded.record)).collect())
    }

    /// How many open records of a kind people have in their hands, in the eyes of Steward.
    async fn open_work(&self, kind: &Kind, people: &[RecordId]) -> Result<HashMap<RecordId, i64>, Error> {
        let names: Vec<String> = people.iter().map(ToString::to_string).collect();
        if names.is_empty() {
            return Ok(HashMap::new());
        }
        let kind = self.kind(&kind.key)?.clone();
        let open = format!("state_category in ['new', 'active', 'waiting'] && assignee in {}", json!(names));
        let request = ListRequest { filter: Some(open), ..ListRequest::default() };
        let query = self.list_query(&Actor::system(), &kind, &request).await?;
        let assignee = Attribute::named("assignee");
        let counts = self.store().count_by(&query, &assignee, &kind, COUNTED).await?.unwrap_or_default();
        let counted = counts.into_iter().filter_map(|(person, count)| {
            let person = person.as_i64().or_else(|| person.as_str()?.parse().ok())?;
            Some((RecordId(person), i64::try_from(count).unwrap_or(i64::MAX)))
        });
        Ok(counted.collect())
    }
}

/// Whether somebody said to be away on a day.
fn is_absent(person: &Record, today: &str) -> bool {
    let (from, until) = (person.text("absent_from"), person.text("absent_until"));
    (!from.is_empty() || !until.is_empty())
        && (from.is_empty() || from <= today)
        && (until.is_empty() || today <= until)
}

/// How well somebody knows something, from 1; 0 when they do not, or not any more.
fn skill_of(person: &Record, wanted: &str, today: &str) -> u8 {
    if wanted.is_empty() {
        return 0;
    }
    let rows = person.field("skills").and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
    let text = |row: &Json, key: &str| row.get(key).and_then(Json::as_str).unwrap_or_default().to_owned();
    rows.iter()
        .filter(|row| text(row, "skill").to_lowercase() == wanted.to_lowercase())
        .filter(|row| text(row, "expires_on").is_empty() || text(row, "expires_on").as_str() >= today)
        .map(|row| match text(row, "level").as_str() {
            "expert" => 3,
            "proficient" => 2,
            _ => 1,
        })
        .max()
        .unwrap_or_default()
}
