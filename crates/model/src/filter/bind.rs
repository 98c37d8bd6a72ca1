//! Replaces what depends on who asks and when by plain values.

use serde_json::Value as Json;

use super::literal::{day_from_number, day_number};
use super::{Environment, Filter, Operand, Test};

impl Filter {
    /// The same condition with every relative operand replaced by its value for this person and moment. Only a bound
    /// filter can be compiled or matched.
    #[must_use]
    pub fn bind(&self, env: &Environment) -> Self {
        match self {
            Self::Everything | Self::Nothing | Self::Text(_) => self.clone(),
            Self::And(members) => Self::And(members.iter().map(|member| member.bind(env)).collect()),
            Self::Or(members) => Self::Or(members.iter().map(|member| member.bind(env)).collect()),
            Self::Not(inner) => Self::Not(Box::new(inner.bind(env))),
            Self::Test { path, test } => Self::Test { path: path.clone(), test: test.bind(env) },
            Self::Linked { link, inverse, other } => {
                let other = other.as_ref().and_then(|operand| operand.bind(env).pop());
                Self::Linked { link: link.clone(), inverse: *inverse, other }
            }
        }
    }
}

impl Test {
    fn bind(&self, env: &Environment) -> Self {
        // An operand that stands for several values is one of them nowhere but in a list, and parsers see to that.
        let bind = |operand: &Operand| operand.bind(env).pop().unwrap_or(Operand::Value(Json::Null));
        match self {
            Self::Empty | Self::Contains(_) | Self::StartsWith(_) | Self::Under(_) => self.clone(),
            Self::Equal(operand) => Self::Equal(bind(operand)),
            Self::Less(operand) => Self::Less(bind(operand)),
            Self::LessOrEqual(operand) => Self::LessOrEqual(bind(operand)),
            Self::Greater(operand) => Self::Greater(bind(operand)),
            Self::GreaterOrEqual(operand) => Self::GreaterOrEqual(bind(operand)),
            Self::In(operands) => Self::In(operands.iter().flat_map(|operand| operand.bind(env)).collect()),
        }
    }
}

impl Operand {
    fn bind(&self, env: &Environment) -> Vec<Self> {
        let ids = |ids: &[crate::id::RecordId]| ids.iter().map(|id| Self::Value(Json::from(id.0))).collect();
        match self {
            Self::Value(_) => vec![self.clone()],
            Self::Me => ids(&[env.me]),
            Self::MyTeams => ids(&env.my_teams),
            Self::MyOrganisation => ids(&[env.my_organisation]),
            Self::MyOrganisations => ids(&env.my_organisations),
            Self::MyOrganisationsAbove => ids(&env.belongs.organisations_above),
            Self::MyLocations => ids(&env.belongs.locations),
            Self::MyStanding => {
                env.belongs.standing.iter().map(|word| Self::Value(Json::from(word.as_str()))).collect()
            }
            Self::Now(seconds) => vec![Self::Value(Json::from(env.now.plus_seconds(*seconds).0))],
            Self::Today(days) => {
                let day = day_from_number(day_number(env.now).saturating_add(*days));
                vec![Self::Value(Json::from(day.to_string()))]
            }
            Self::Midnight(days) => {
                let day = day_number(env.now).saturating_add(*days);
                vec![Self::Value(Json::from(day.saturating_mul(86_400_000_000)))]
            }
        }
    }
}
