//! Calibration: what people correct by hand again and again tells where the matrix and the routing are wrong. Pure.

use std::collections::BTreeMap;

use serde_json::Value as Json;
use steward_model::event::{Act, Event};
use steward_model::id::RecordId;
use steward_model::record::Record;

/// Corrections of one sort from which on they are worth a proposal.
pub const LEAST: usize = 5;
/// Share of a cell's records, in per cent, from which on another priority is proposed.
const OVERRIDDEN: usize = 30;
/// Share of what came to a team, in per cent, from which on another team is proposed.
const REROUTED: usize = 50;
/// The fields by which work finds its team.
pub const ROUTED_BY: [&str; 2] = ["service", "category"];

/// A record with what happened to it.
#[derive(Debug, Clone, Copy)]
pub struct Case<'a> {
    /// The record, without values that the reader may not see.
    pub record: &'a Record,
    /// Its journal where it was given to others, empty otherwise; `None` where it was given to others and how is not
    /// known.
    pub journal: Option<&'a [Event]>,
    /// Whether a promise to its customer was broken.
    pub is_broken: bool,
}

/// Records of one impact and urgency.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cell {
    /// How much is affected.
    pub impact: String,
    /// How soon it is felt.
    pub urgency: String,
    /// How many there are.
    pub records: usize,
    /// The priority that the matrix gave most of them; `None` where all were overridden.
    pub priority: Option<String>,
    /// How many got another priority by hand.
    pub overridden: usize,
    /// The priority that was given most often by hand, and how often.
    pub given: Option<(String, usize)>,
    /// How many broke a promise.
    pub broken: usize,
    /// How many were reopened.
    pub reopened: usize,
}

impl Cell {
    /// The priority that the matrix should give instead.
    pub fn proposal(&self) -> Option<&str> {
        let (given, count) = self.given.as_ref()?;
        let is_other = self.priority.as_ref() != Some(given);
        (is_other && *count >= LEAST && count * 100 >= self.records * OVERRIDDEN).then_some(given)
    }
}

/// Work that came to one team first and ended with another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// The field that tells it apart, one of [`ROUTED_BY`].
    pub field: &'static str,
    /// Its stored value.
    pub value: Json,
    /// The team that had it first.
    pub first: RecordId,
    /// The team that had it last.
    pub last: RecordId,
    /// How many went that way.
    pub records: usize,
    /// How many with that value came to the first team.
    pub came: usize,
}

impl Route {
    /// Whether it should come to the last team at once.
    pub fn is_proposed(&self) -> bool {
        self.records >= LEAST && self.records * 100 >= self.came * REROUTED
    }
}

/// What a team finished, and what came back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Returned {
    /// The team; `None` for what no team had.
    pub team: Option<RecordId>,
    /// How many were finished or came back.
    pub finished: usize,
    /// How many came back at least once.
    pub reopened: usize,
}

/// What a period tells.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Calibration {
    /// How many records were looked at.
    pub records: usize,
    /// By impact and urgency, in the order of the words.
    pub cells: Vec<Cell>,
    /// Ways that work took, the most trodden first, those of fewer than two records left out.
    pub routes: Vec<Route>,
    /// By team, the highest share of what came back first.
    pub returned: Vec<Returned>,
}

/// What cases tell.
pub fn calibrate<'a>(cases: impl IntoIterator<Item = Case<'a>>) -> Calibration {
    let mut records = 0;
    let mut cells: BTreeMap<(String, String), Counts> = BTreeMap::new();
    let mut came: BTreeMap<(&'static str, String, RecordId), BTreeMap<RecordId, usize>> = BTreeMap::new();
    let mut returned: BTreeMap<Option<RecordId>, (usize, usize)> = BTreeMap::new();
    for case in cases {
        records += 1;
        let record = case.record;
        let reopened = record.field("reopen_count").and_then(Json::as_i64).is_some_and(|count| count > 0);
        let key = (record.text("impact").to_owned(), record.text("urgency").to_owned());
        cells.entry(key).or_default().add(&case, reopened);
        let team = record.reference("team");
        if reopened || record.field("resolved_at").or_else(|| record.field("fulfilled_at")).is_some() {
            let entry = returned.entry(team).or_default();
            entry.0 += 1;
            entry.1 += usize::from(reopened);
        }
        if let (Some(first), Some(last)) = (first_team(&case), team) {
            for field in ROUTED_BY {
                if let Some(value) = record.field(field) {
                    *came.entry((field, value.to_string(), first)).or_default().entry(last).or_default() += 1;
                }
            }
        }
    }
    let mut returned: Vec<Returned> =
        returned.into_iter().map(|(team, (finished, reopened))| Returned { team, finished, reopened }).collect();
    // By share without division: a/b before c/d where a·d > c·b.
    returned.sort_by(|a, b| (b.reopened * a.finished).cmp(&(a.reopened * b.finished)).then(a.team.cmp(&b.team)));
    let cells = cells.into_iter().map(|((impact, urgency), counts)| counts.cell(impact, urgency)).collect();
    Calibration { records, cells, routes: routes(came), returned }
}

/// What is counted of one impact and urgency.
#[derive(Default)]
struct Counts {
    records: usize,
    by_matrix: BTreeMap<String, usize>,
    by_hand: BTreeMap<String, usize>,
    broken: usize,
    reopened: usize,
}

impl Counts {
    fn add(&mut self, case: &Case<'_>, reopened: bool) {
        self.records += 1;
        self.broken += usize::from(case.is_broken);
        self.reopened += usize::from(reopened);
        match case.record.text("priority_override") {
            "" => *self.by_matrix.entry(case.record.text("priority").to_owned()).or_default() += 1,
            given => *self.by_hand.entry(given.to_owned()).or_default() += 1,
        }
    }

    fn cell(self, impact: String, urgency: String) -> Cell {
        Cell {
            impact,
            urgency,
            records: self.records,
            priority: most(&self.by_matrix).map(|(priority, _)| priority).filter(|priority| !priority.is_empty()),
            overridden: self.by_hand.values().sum(),
            given: most(&self.by_hand),
            broken: self.broken,
            reopened: self.reopened,
        }
    }
}

/// The word that was counted most often; of equals the first.
fn most(counts: &BTreeMap<String, usize>) -> Option<(String, usize)> {
    let best = counts.iter().max_by(|a, b| a.1.cmp(b.1).then(b.0.cmp(a.0)))?;
    Some((best.0.clone(), *best.1))
}

/// The team that had a record first; `None` also where that is not known.
fn first_team(case: &Case<'_>) -> Option<RecordId> {
    let id = |value: &Json| value.as_i64().map(RecordId);
    let named = case.journal?.iter().find_map(|event| match &event.act {
        Act::Created { fields, .. } => fields.get("team").and_then(id),
        _ => event.changes.iter().find(|change| change.field == "team")?.to.as_ref().and_then(id),
    });
    named.or_else(|| case.record.reference("team"))
}

fn routes(came: BTreeMap<(&'static str, String, RecordId), BTreeMap<RecordId, usize>>) -> Vec<Route> {
    let mut routes = Vec::new();
    for ((field, value, first), by_last) in came {
        let all: usize = by_last.values().sum();
        for (last, records) in by_last {
            if last != first && records > 1 {
                let value = serde_json::from_str(&value).unwrap_or(Json::Null);
                routes.push(Route { field, value, first, last, records, came: all });
            }
        }
    }
    routes.sort_by_key(|route| (std::cmp::Reverse(route.records), route.field, route.first, route.last));
    routes
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use steward_model::event::{Change, Door};
    use steward_model::moment::Moment;
    use steward_model::record::Dues;

    use super::*;

    fn record(fields: Json) -> Record {
        Record {
            id: RecordId(1),
            kind: "incident".into(),
            number: "INC1".into(),
            revision: 1,
            state: "closed".into(),
            organisation: RecordId(2),
            created_at: Moment(0),
            updated_at: Moment(0),
            created_by: RecordId(0),
            fields: fields.as_object().expect("an object").clone().into_iter().collect(),
            watchers: Vec::new(),
            dues: Dues::default(),
        }
    }

    fn case(record: &Record) -> Case<'_> {
        Case { record, journal: Some(&[]), is_broken: false }
    }

    #[test]
    fn what_is_overridden_again_and_again_is_proposed() {
        let plain = record(json!({"impact": "high", "urgency": "low", "priority": "moderate"}));
        let raised =
            record(json!({"impact": "high", "urgency": "low", "priority": "high", "priority_override": "high"}));
        let proposed = |plain_ones: usize, raised_ones: usize| {
            let cases = std::iter::repeat_n(&plain, plain_ones).chain(std::iter::repeat_n(&raised, raised_ones));
            let found = calibrate(cases.map(case)).cells.remove(0);
            assert_eq!((found.records, found.overridden), (plain_ones + raised_ones, raised_ones));
            found.proposal().map(str::to_owned)
        };
        assert_eq!(proposed(10, 5), Some("high".to_owned()));
        // Too few, or too small a part.
        assert_eq!(proposed(4, 4), None);
        assert_eq!(proposed(12, 5), None);
        // Where the matrix gives it already there is nothing to propose.
        let same = record(json!({"impact": "high", "urgency": "low", "priority": "high"}));
        let cases = std::iter::repeat_n(&same, 5).chain(std::iter::repeat_n(&raised, 5));
        assert_eq!(calibrate(cases.map(case)).cells[0].proposal(), None);
    }

    #[test]
    fn work_that_always_ends_elsewhere_is_proposed_to_go_there() {
        let team = |seq: i64, from: Json, to: Json| Event {
            record: RecordId(1),
            seq,
            at: Moment(0),
            actor: RecordId(3),
            door: Door::Page,
            cause: None,
            act: Act::Updated,
            changes: vec![Change { field: "team".into(), from: Some(from), to: Some(to), why: None }],
        };
        let journal = [team(2, Json::Null, json!(7)), team(3, json!(7), json!(8)), team(4, json!(8), json!(9))];
        let moved = record(json!({"service": 40, "team": 9}));
        let stayed = record(json!({"service": 40, "team": 7}));
        let found = |moved_ones: usize, stayed_ones: usize| {
            let went = Case { journal: Some(&journal), ..case(&moved) };
            let cases = std::iter::repeat_n(went, moved_ones).chain(std::iter::repeat_n(case(&stayed), stayed_ones));
            calibrate(cases).routes
        };
        let route = &found(6, 2)[0];
        assert_eq!(
            (route.field, &route.value, route.first, route.last),
            ("service", &json!(40), RecordId(7), RecordId(9))
        );
        assert_eq!((route.records, route.came, route.is_proposed()), (6, 8, true));
        assert!(!found(6, 7)[0].is_proposed());
        assert!(!found(4, 0)[0].is_proposed());
        assert!(found(1, 0).is_empty());
        // What went from hand to hand without being known how came to nobody first.
        let unread = std::iter::repeat_n(Case { journal: None, ..case(&moved) }, 4);
        let went = std::iter::repeat_n(Case { journal: Some(&journal), ..case(&moved) }, 6);
        let routes = calibrate(went.chain(unread)).routes;
        assert_eq!(
            routes.iter().map(|route| (route.last, route.records, route.came)).collect::<Vec<_>>(),
            [(RecordId(9), 6, 6)]
        );
        let last = calibrate(std::iter::repeat_n(Case { journal: None, ..case(&moved) }, 4));
        assert_eq!((last.records, last.routes), (4, Vec::new()));
    }

    #[test]
    fn teams_whose_work_comes_back_stand_first() {
        let one = |team: i64, reopened: i64| record(json!({"team": team, "resolved_at": 5, "reopen_count": reopened}));
        let (good, bad, worse) = (one(7, 0), one(8, 1), one(9, 2));
        let open = record(json!({"team": 9}));
        let found = calibrate([&good, &good, &bad, &good, &worse, &one(8, 0), &open].map(case)).returned;
        let told: Vec<(i64, usize, usize)> =
            found.iter().map(|one| (one.team.map_or(0, |id| id.0), one.reopened, one.finished)).collect();
        assert_eq!(told, [(9, 1, 1), (8, 1, 2), (7, 0, 3)]);
    }
}
