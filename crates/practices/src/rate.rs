//! What an hour of work costs: which rate applies to an entry of time, and what the entry comes to.
//!
//! Nothing of it is kept with the time: a rate in force is fixed and holds from day to day, so the same entries give the
//! same amounts whenever they are asked for. Of the rates that fit, the most particular one counts: what was agreed with
//! the customer (the nearest organisation above the record) before what a person costs, that before an activity, that
//! before a team; among equals the one that began last, then the one that was made first.

use std::cmp::Reverse;

use serde_json::Value as Json;
use steward_model::decide::{Context, FieldError};
use steward_model::id::RecordId;
use steward_model::moment::Moment;
use steward_model::record::Record;

/// The kind of rates.
pub const RATE: &str = "rate";
/// The kind of activities.
pub const ACTIVITY: &str = "activity";
/// The field with the amount: whoever may read it sees what time comes to.
pub const PER_HOUR: &str = "per_hour";
/// The state of a rate that counts.
const IN_FORCE: &str = "in_force";
/// The millionths of one hundredth of a currency: amounts of entries are rounded to it.
const HUNDREDTH: i128 = 10_000;

/// What an hour costs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rate {
    /// The record.
    pub id: RecordId,
    /// Millionths of the currency.
    pub per_hour: i64,
    /// The currency, such as `EUR`.
    pub currency: String,
    /// First day, as `2026-03-01`.
    from: String,
    /// Last day; open when empty.
    until: String,
    customer: Option<RecordId>,
    person: Option<RecordId>,
    activity: Option<RecordId>,
    team: Option<RecordId>,
}

/// An entry of time, as far as rates go by it.
#[derive(Debug, Clone, Copy)]
pub struct Case<'a> {
    /// When the work began.
    pub started_at: Moment,
    /// Who worked.
    pub person: RecordId,
    /// For which team.
    pub team: Option<RecordId>,
    /// What sort of work it was.
    pub activity: Option<RecordId>,
    /// The organisation of the record and those above it, nearest first.
    pub customers: &'a [RecordId],
}

impl Rate {
    /// The rate that a record says; `None` where it is not in force.
    pub fn of(record: &Record) -> Option<Self> {
        if record.state != IN_FORCE {
            return None;
        }
        let money = record.field(PER_HOUR)?;
        Some(Self {
            id: record.id,
            per_hour: money.get("amount").and_then(Json::as_i64)?,
            currency: money.get("currency").and_then(Json::as_str)?.to_owned(),
            from: record.text("valid_from").to_owned(),
            until: record.text("valid_until").to_owned(),
            customer: record.reference("customer"),
            person: record.reference("person"),
            activity: record.reference("activity"),
            team: record.reference("team"),
        })
    }

    /// What so much time comes to, in millionths of the currency: to the nearest hundredth, halves up.
    pub fn amount(&self, seconds: i64) -> i64 {
        let exact = i128::from(self.per_hour) * i128::from(seconds);
        let unit = 3600 * HUNDREDTH;
        let hundredths = (exact + unit / 2).div_euclid(unit);
        i64::try_from(hundredths * HUNDREDTH).unwrap_or(i64::MAX)
    }

    fn fits(&self, case: &Case<'_>) -> bool {
        let day = day_of(case.started_at);
        let is = |wanted: Option<RecordId>, there: Option<RecordId>| wanted.is_none() || wanted == there;
        self.from <= day
            && (self.until.is_empty() || day <= self.until)
            && self.customer.is_none_or(|customer| case.customers.contains(&customer))
            && is(self.person, Some(case.person))
            && is(self.activity, case.activity)
            && is(self.team, case.team)
    }
}

/// The rate that applies to an entry; `None` where none does.
pub fn applying<'r>(rates: &'r [Rate], case: &Case<'_>) -> Option<&'r Rate> {
    let place = |rate: &Rate| {
        let nearness = rate.customer.and_then(|customer| case.customers.iter().position(|one| *one == customer));
        (
            nearness.unwrap_or(usize::MAX),
            rate.person.is_none(),
            rate.activity.is_none(),
            rate.team.is_none(),
            Reverse(rate.from.clone()),
            rate.id,
        )
    };
    rates.iter().filter(|rate| rate.fits(case)).min_by_key(|rate| place(rate))
}

/// Faults of a rate as it would be.
pub(crate) fn check(before: Option<&Record>, after: &Record, ctx: &Context<'_>) -> Vec<FieldError> {
    let mut faults = Vec::new();
    let amount = after.field(PER_HOUR).and_then(|money| money.get("amount")).and_then(Json::as_i64);
    if amount.is_some_and(|amount| amount < 0) {
        faults.push(FieldError::new(PER_HOUR, "must not be negative".to_owned()));
    }
    let until = after.text("valid_until");
    let changed = before.is_none_or(|before| before.text("valid_until") != until);
    if !until.is_empty() && until < after.text("valid_from") {
        faults.push(FieldError::new("valid_until", "must not lie before the first day".to_owned()));
    } else if changed
        && !until.is_empty()
        && until < day_of(ctx.now).as_str()
        && before.is_some_and(|before| before.state == IN_FORCE)
    {
        faults.push(FieldError::new(
            "valid_until",
            "must not lie in the past, or what was worked since would cost something else".to_owned(),
        ));
    }
    faults
}

/// The day of a moment, in UTC.
fn day_of(at: Moment) -> String {
    at.to_string().chars().take(10).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const CUSTOMER: RecordId = RecordId(10);
    const BRANCH: RecordId = RecordId(11);
    const ADA: RecordId = RecordId(20);
    const ON_SITE: RecordId = RecordId(30);
    const DESK: RecordId = RecordId(40);

    /// A rate named by a letter, for `c`ustomer, `b`ranch, `p`erson, `a`ctivity, `t`eam.
    fn rate(id: i64, of: &str, from: &str, until: &str) -> Rate {
        let has = |letter: char, id: RecordId| of.contains(letter).then_some(id);
        Rate {
            id: RecordId(id),
            per_hour: 120_000_000,
            currency: "EUR".to_owned(),
            from: from.to_owned(),
            until: until.to_owned(),
            customer: has('c', CUSTOMER).or(has('b', BRANCH)),
            person: has('p', ADA),
            activity: has('a', ON_SITE),
            team: has('t', DESK),
        }
    }

    fn at(day: &str) -> Moment {
        Moment::parse(&format!("{day}T23:30:00Z")).unwrap()
    }

    fn applies(rates: &[Rate], day: &str, expected: Option<i64>) {
        let customers = [BRANCH, CUSTOMER];
        let case =
            Case { started_at: at(day), person: ADA, team: Some(DESK), activity: Some(ON_SITE), customers: &customers };
        assert_eq!(applying(rates, &case).map(|rate| rate.id.0), expected, "{day}");
    }

    #[test]
    fn the_most_particular_rate_counts_whatever_the_order() {
        let order = ["bpat", "b", "c", "pat", "pa", "p", "at", "a", "t", ""];
        let mut rates: Vec<Rate> = (1..).zip(order).map(|(id, of)| rate(id, of, "2026-01-01", "")).collect();
        for first in 1..=10 {
            applies(&rates, "2026-03-01", Some(first));
            let reversed: Vec<Rate> = rates.iter().rev().cloned().collect();
            applies(&reversed, "2026-03-01", Some(first));
            rates.remove(0);
        }
        applies(&rates, "2026-03-01", None);
    }

    #[test]
    fn a_rate_holds_from_its_first_day_to_its_last() {
        let rates = [rate(1, "", "2026-01-01", "2026-03-31"), rate(2, "", "2026-04-01", "")];
        for (day, expected) in
            [("2025-12-31", None), ("2026-01-01", Some(1)), ("2026-03-31", Some(1)), ("2026-04-01", Some(2))]
        {
            applies(&rates, day, expected);
        }
    }

    #[test]
    fn among_equals_the_one_that_began_last_counts_then_the_first_made() {
        let rates = [rate(3, "a", "2026-01-01", ""), rate(2, "a", "2026-02-01", ""), rate(1, "a", "2026-02-01", "")];
        applies(&rates, "2026-03-01", Some(1));
        applies(&rates, "2026-01-15", Some(3));
    }

    #[test]
    fn what_is_for_others_does_not_count() {
        let strangers = [Rate { person: Some(RecordId(21)), ..rate(1, "", "2026-01-01", "") }];
        applies(&strangers, "2026-03-01", None);
        let elsewhere = [Rate { customer: Some(RecordId(99)), ..rate(1, "", "2026-01-01", "") }];
        applies(&elsewhere, "2026-03-01", None);
    }

    #[test]
    fn amounts_are_to_the_nearest_hundredth() {
        let of = |per_hour, seconds| Rate { per_hour, ..rate(1, "", "", "") }.amount(seconds);
        assert_eq!(of(120_000_000, 1800), 60_000_000);
        assert_eq!(of(100_000_000, 1200), 33_330_000, "33.333…");
        assert_eq!(of(90_000_000, 3), 80_000, "0.075 is rounded up");
        assert_eq!(of(0, 3600), 0);
    }
}
