//! Who gets a record: from a team and its people, with the reason for everybody who was passed over. Pure.

use serde::{Deserialize, Serialize};
use steward_model::id::RecordId;

/// How somebody is chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strategy {
    /// A team that the rule names; nobody in it.
    Team,
    /// The team that supports the record's service.
    ServiceTeam,
    /// The team that supports the first configuration item.
    ItemTeam,
    /// Who owns the first configuration item.
    ItemOwner,
    /// The members of a team in turn.
    RoundRobin,
    /// The member of a team who has the fewest open records.
    LeastLoaded,
    /// The member of a team with a skill, the best first, then who has the fewest open records.
    Skill,
}

impl Strategy {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Team,
        Self::ServiceTeam,
        Self::ItemTeam,
        Self::ItemOwner,
        Self::RoundRobin,
        Self::LeastLoaded,
        Self::Skill,
    ];

    /// The word for it.
    pub fn key(self) -> &'static str {
        match self {
            Self::Team => "team",
            Self::ServiceTeam => "service_team",
            Self::ItemTeam => "item_team",
            Self::ItemOwner => "item_owner",
            Self::RoundRobin => "round_robin",
            Self::LeastLoaded => "least_loaded",
            Self::Skill => "skill",
        }
    }

    /// The strategy of a word.
    pub fn named(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|strategy| strategy.key() == key)
    }

    /// Whether it chooses among the members of a team.
    pub fn is_among_members(self) -> bool {
        matches!(self, Self::RoundRobin | Self::LeastLoaded | Self::Skill)
    }
}

/// What a rule says about who gets the record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Routing {
    /// How somebody is chosen.
    pub strategy: Strategy,
    /// The team among whose members one is chosen; that of the record when `None`.
    pub team: Option<RecordId>,
    /// The skill that is needed; may hold variables.
    pub skill: String,
    /// Open records at which a person gets no more.
    pub capacity: Option<i64>,
}

/// A member of the team, as the choice needs to know them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The person.
    pub person: RecordId,
    /// Whether they work here.
    pub is_active: bool,
    /// Whether they are away today.
    pub is_absent: bool,
    /// Open records in their hands.
    pub load: i64,
    /// How well they know what is needed, from 1; 0 when they do not.
    pub skill: u8,
}

/// Why somebody did not get the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Passed {
    /// They do not work here any more, or not yet.
    Inactive,
    /// They are away.
    Absent,
    /// They have as many open records as the rule allows.
    Full,
    /// They lack the skill.
    Unskilled,
    /// Others have fewer open records.
    Busier,
    /// Others know it better.
    LessSkilled,
    /// Their turn comes later.
    LaterTurn,
}

/// Who was chosen, and who was not and why.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choice {
    /// Who gets it; nobody when `None`.
    pub person: Option<RecordId>,
    /// The others.
    pub passed: Vec<(RecordId, Passed)>,
}

/// Chooses among the members of a team. `last` is who was chosen the last time, for those that go in turn.
pub fn choose(routing: &Routing, candidates: &[Candidate], last: Option<RecordId>) -> Choice {
    let mut choice = Choice::default();
    let mut fit: Vec<&Candidate> = Vec::new();
    for candidate in candidates {
        let passed = if !candidate.is_active {
            Some(Passed::Inactive)
        } else if candidate.is_absent {
            Some(Passed::Absent)
        } else if routing.strategy == Strategy::Skill && candidate.skill == 0 {
            Some(Passed::Unskilled)
        } else if routing.capacity.is_some_and(|most| candidate.load >= most) {
            Some(Passed::Full)
        } else {
            None
        };
        match passed {
            Some(why) => choice.passed.push((candidate.person, why)),
            None => fit.push(candidate),
        }
    }
    fit.sort_by_key(|candidate| candidate.person);
    let chosen = match routing.strategy {
        Strategy::RoundRobin => {
            let next = last.and_then(|last| fit.iter().find(|candidate| candidate.person > last));
            next.or(fit.first()).copied()
        }
        Strategy::Skill => fit.iter().min_by_key(|one| (std::cmp::Reverse(one.skill), one.load, one.person)).copied(),
        _ => fit.iter().min_by_key(|one| (one.load, one.person)).copied(),
    };
    if let Some(chosen) = chosen {
        choice.person = Some(chosen.person);
        let others = fit.iter().filter(|one| one.person != chosen.person);
        choice.passed.extend(others.map(|one| {
            let why = match routing.strategy {
                Strategy::RoundRobin => Passed::LaterTurn,
                Strategy::Skill if one.skill < chosen.skill => Passed::LessSkilled,
                _ => Passed::Busier,
            };
            (one.person, why)
        }));
    }
    choice
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(id: i64, load: i64, skill: u8) -> Candidate {
        Candidate { person: RecordId(id), is_active: true, is_absent: false, load, skill }
    }

    fn routing(strategy: Strategy, capacity: Option<i64>) -> Routing {
        Routing { strategy, team: None, skill: String::new(), capacity }
    }

    #[test]
    fn turns_go_round_and_leave_out_who_is_away() {
        let mut people = vec![person(3, 9, 0), person(1, 0, 0), person(2, 0, 0)];
        let by = routing(Strategy::RoundRobin, None);
        let next = |people: &[Candidate], last: Option<i64>| choose(&by, people, last.map(RecordId)).person.unwrap().0;
        assert_eq!(
            [next(&people, None), next(&people, Some(1)), next(&people, Some(2)), next(&people, Some(3))],
            [1, 2, 3, 1]
        );
        people[2].is_absent = true;
        let choice = choose(&by, &people, Some(RecordId(1)));
        assert_eq!(choice.person, Some(RecordId(3)));
        assert!(choice.passed.contains(&(RecordId(2), Passed::Absent)));
        assert!(choice.passed.contains(&(RecordId(1), Passed::LaterTurn)));
    }

    #[test]
    fn the_least_loaded_gets_it_and_nobody_when_all_are_full() {
        let people = [person(1, 4, 0), person(2, 2, 0), person(3, 5, 0)];
        let choice = choose(&routing(Strategy::LeastLoaded, Some(4)), &people, None);
        assert_eq!(choice.person, Some(RecordId(2)));
        assert_eq!(choice.passed, [(RecordId(1), Passed::Full), (RecordId(3), Passed::Full)]);
        let choice = choose(&routing(Strategy::LeastLoaded, Some(2)), &people, None);
        assert_eq!((choice.person, choice.passed.len()), (None, 3));
    }

    #[test]
    fn skill_comes_before_load() {
        let mut gone = person(4, 0, 3);
        gone.is_active = false;
        let people = [person(1, 0, 0), person(2, 1, 2), person(3, 7, 3), gone];
        let choice = choose(&routing(Strategy::Skill, None), &people, None);
        assert_eq!(choice.person, Some(RecordId(3)));
        let why: Vec<Passed> = choice.passed.iter().map(|(_, why)| *why).collect();
        assert_eq!(why, [Passed::Unskilled, Passed::Inactive, Passed::LessSkilled]);
    }
}
