//! Whether one condition contains another, as far as that shows without looking at records.

use super::{Filter, Operand, Test};

impl Filter {
    /// Whether every record that meets this bound condition meets the other one as well. `false` when it is not plain to
    /// see.
    pub fn implies(&self, other: &Self) -> bool {
        if self == other {
            return true;
        }
        match (self, other) {
            (Self::Nothing, _) | (_, Self::Everything) => true,
            (Self::Or(members), _) => members.iter().all(|member| member.implies(other)),
            (_, Self::And(members)) => members.iter().all(|member| self.implies(member)),
            (Self::And(members), _) if members.iter().any(|member| member.implies(other)) => true,
            (_, Self::Or(members)) => members.iter().any(|member| self.implies(member)),
            (Self::Test { path, test }, Self::Test { path: other_path, test: Test::In(allowed) }) => {
                path == other_path
                    && match test {
                        Test::Equal(operand) => is_among(operand, allowed),
                        Test::In(operands) => operands.iter().all(|operand| is_among(operand, allowed)),
                        _ => false,
                    }
            }
            _ => false,
        }
    }
}

/// Whether a plain value is in a list. Of relative ones only the same is known to be.
fn is_among(operand: &Operand, allowed: &[Operand]) -> bool {
    allowed.contains(operand)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn equal(field: &str, value: i64) -> Filter {
        Filter::field_test(field, Test::Equal(Operand::Value(json!(value))))
    }

    fn among(field: &str, values: &[i64]) -> Filter {
        Filter::field_test(field, Test::In(values.iter().map(|value| Operand::Value(json!(value))).collect()))
    }

    fn check(narrow: &Filter, wide: &Filter, expected: bool) {
        assert_eq!(narrow.implies(wide), expected, "{narrow:?} within {wide:?}");
    }

    #[test]
    fn a_narrower_condition_implies_a_wider_one() {
        let and = |a: &Filter, b: &Filter| Filter::And(vec![a.clone(), b.clone()]);
        let or = |a: &Filter, b: &Filter| Filter::Or(vec![a.clone(), b.clone()]);
        let (one, two, both) = (equal("team", 1), equal("team", 2), among("team", &[1, 2]));
        let other = equal("service", 1);
        check(&one, &both, true);
        check(&both, &one, false);
        check(&both, &among("team", &[2, 3, 1]), true);
        check(&one, &equal("service", 1), false);
        check(&and(&one, &other), &both, true);
        check(&both, &and(&one, &other), false);
        check(&or(&one, &two), &both, true);
        check(&or(&one, &other), &both, false);
        check(&one, &or(&other, &one), true);
        check(&one, &and(&both, &among("team", &[1, 5])), true);
        check(&and(&one, &other), &and(&other, &one), true);
        check(&and(&one, &other), &or(&and(&one, &other), &two), true);
        check(&Filter::Nothing, &one, true);
        check(&one, &Filter::Everything, true);
        check(&Filter::Everything, &one, false);
        check(&Filter::Not(Box::new(one.clone())), &both, false);
        check(&Filter::field_test("team", Test::Empty), &both, false);
    }
}
