//! Reports on one month of an agreement: figures that are counted once and stand still when somebody has signed them.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{ToSpan as _, Zoned};
use serde_json::{Value as Json, json};
use sha2::{Digest as _, Sha256};
use steward_clock::definition::AGREEMENT;
use steward_model::access::Actor;
use steward_model::command::{Command, Input};
use steward_model::decide::Given;
use steward_model::event::Why;
use steward_model::filter::{Filter, Operand, Test};
use steward_model::id::RecordId;
use steward_model::kind::Kind;
use steward_model::moment::Moment;
use steward_model::record::{Fields, Record};
use steward_model::value::References as _;

use super::compliance::{Compliance, REPORT_DAYS, ReportBy};
use super::exclusions::{EXCLUSION, amount_of, credit_of, steps_of};
use crate::App;
use crate::error::Error;
use crate::list::ListRequest;
use crate::lookup::{Found, text_of};

/// The kind of these reports.
pub const REPORT: &str = "service_level_report";
/// The move that counts a draft anew.
const RECOUNT: &str = "recount";
/// The move that signs it.
const SIGN: &str = "sign";
/// Why its values are what they are.
const RULE: &str = "service_level_report";
/// How a month is written.
const FORM: &str = "%Y-%m";

/// What a report is about.
struct Subject<'a> {
    agreement: &'a Record,
    customer: Option<RecordId>,
    month: Month,
}

/// A month that is over, in the time of Greenwich, as reports count.
struct Month {
    /// As `2026-10`.
    text: String,
    begins: Moment,
}

impl App {
    /// What stands in a new report; nothing where what it is about was not found, which is refused elsewhere.
    pub(crate) async fn given_to_report(&self, fields: &Input, found: &Found) -> Result<Option<Given>, Error> {
        let named = |key: &str, kind: &str| {
            let text = fields.get(key).and_then(text_of)?;
            found.resolve(&[kind.to_owned()], &text)
        };
        let month = fields.get("month").and_then(Json::as_str).unwrap_or_default();
        self.report(named("agreement", AGREEMENT), named("customer", "organisation"), month).await
    }

    /// What a move of a report gives it: counted anew, its figures as they are now.
    pub(crate) async fn given_by_report_move(
        &self,
        kind: &Kind,
        record: &Record,
        command: &Command,
    ) -> Result<Option<Given>, Error> {
        let Command::Transition(asked) = command else { return Ok(None) };
        if kind.key != REPORT {
            return Ok(None);
        }
        match asked.key.as_str() {
            RECOUNT => {
                self.report(record.reference("agreement"), record.reference("customer"), record.text("month")).await
            }
            SIGN => self.check_signed_once(record).await.map(|()| None),
            _ => Ok(None),
        }
    }

    async fn report(
        &self,
        agreement: Option<RecordId>,
        customer: Option<RecordId>,
        month: &str,
    ) -> Result<Option<Given>, Error> {
        let agreements = self.reference_records(AGREEMENT).await?;
        let Some(agreement) = agreements.iter().find(|one| Some(one.id) == agreement) else { return Ok(None) };
        let month = Month::read(month.trim(), self.now())?;
        let subject = Subject { agreement, customer, month };
        let fields = self.report_figures(&subject).await?;
        let why = Why { rule: RULE.to_owned(), detail: format!("{}, {}", agreement.number, subject.month.text) };
        Ok(Some(Given { fields, why }))
    }

    /// All that is counted, over whoever may see the records: what was kept does not depend on who asks.
    async fn report_figures(&self, subject: &Subject<'_>) -> Result<Fields, Error> {
        let of = self.of_customer(subject.customer).await?;
        let now = self.now();
        let days = now.seconds_since(subject.month.begins) / 86_400 + 1;
        if days > REPORT_DAYS {
            return Err(Error::invalid("month", "must be one of the last ten years"));
        }
        let mut lines: Vec<(String, Compliance)> = Vec::new();
        let mut exclusions = BTreeSet::new();
        for kind in self.promised_kinds().await? {
            // What is promised for a kind that is no longer there is kept by nobody.
            let Ok(kind) = self.kind(&kind).cloned() else { continue };
            let all = self.compliance_of(&Actor::system(), &kind, ReportBy::Month, days, &of).await?;
            let is_told = |line: &Compliance| {
                line.agreement_id == subject.agreement.id && line.part.as_deref() == Some(&subject.month.text)
            };
            lines.extend(all.into_iter().filter(is_told).map(|line| (kind.label_plural.clone(), line)));
            let left_out = self.excluded_breaches(&Actor::system(), &kind, subject.month.begins, &of).await?;
            exclusions.extend(
                left_out
                    .iter()
                    .filter(|one| one.is_of(subject.agreement.id, &subject.month.text))
                    .map(|one| one.exclusion),
            );
        }
        let mut fields = figures(&lines);
        fields.extend(credit(subject.agreement, &lines));
        fields.insert("exclusions".to_owned(), self.told_exclusions(exclusions).await?);
        let customer = match subject.customer {
            Some(id) => self.reference_records("organisation").await?.iter().find(|one| one.id == id).cloned(),
            None => None,
        };
        let name = subject.agreement.text("name");
        // Many agreements are named after their one customer.
        let whose = customer.as_ref().map(|one| one.text("name")).filter(|whose| !name.contains(whose));
        let whose = whose.map(|whose| format!(", {whose}")).unwrap_or_default();
        let title = format!("{name}{whose}, {}", subject.month.text);
        fields.insert("title".to_owned(), title.into());
        fields.insert("month".to_owned(), subject.month.text.as_str().into());
        fields.insert("agreed".to_owned(), subject.agreement.field("compliance_target").cloned().unwrap_or(Json::Null));
        fields.insert("counted_at".to_owned(), now.0.into());
        fields.insert("digest".to_owned(), digest(subject, &fields).into());
        Ok(fields)
    }

    /// The records of a customer and of all below it; all where none is named.
    async fn of_customer(&self, customer: Option<RecordId>) -> Result<ListRequest, Error> {
        let Some(customer) = customer else { return Ok(ListRequest::default()) };
        let below = self.organisations_below(customer).await?;
        let organisations = self.reference_records("organisation").await?;
        let numbers =
            organisations.iter().filter(|one| below.contains(&one.id)).map(|one| format!("\"{}\"", one.number));
        let filter = format!("organisation in [{}]", numbers.collect::<Vec<_>>().join(", "));
        Ok(ListRequest { filter: Some(filter), ..ListRequest::default() })
    }

    /// Rows of the decisions by which breaches do not count.
    async fn told_exclusions(&self, ids: BTreeSet<RecordId>) -> Result<Json, Error> {
        if ids.is_empty() {
            return Ok(Json::Null);
        }
        let kind = self.kind(EXCLUSION)?.clone();
        let ids: Vec<RecordId> = ids.into_iter().collect();
        let decisions: Vec<Record> =
            self.store().get_records(&ids).await?.into_iter().map(|loaded| loaded.record).collect();
        let about: Vec<RecordId> = decisions.iter().filter_map(|one| one.reference("record")).collect();
        let records: BTreeMap<RecordId, String> =
            self.store().get_records(&about).await?.into_iter().map(|one| (one.record.id, one.record.number)).collect();
        let cause = |decision: &Record| {
            let choices = kind.field("cause").and_then(|field| field.field_type.choices());
            let chosen = choices.and_then(|choices| choices.find(decision.text("cause")));
            chosen.map_or_else(String::new, |choice| choice.label.clone())
        };
        let rows = decisions.iter().map(|decision| {
            json!({
                "record": decision.reference("record").and_then(|id| records.get(&id)),
                "cause": cause(decision),
                "reason": decision.text("reason"),
                "decision": decision.number,
            })
        });
        Ok(rows.collect())
    }

    /// That no other report on the same is signed.
    async fn check_signed_once(&self, record: &Record) -> Result<(), Error> {
        let equals = |key: &str, value: Option<Json>| match value {
            Some(value) => Filter::field_test(key, Test::Equal(Operand::Value(value))),
            None => Filter::field_test(key, Test::Empty),
        };
        let same = Filter::And(vec![
            equals("agreement", record.field("agreement").cloned()),
            equals("customer", record.field("customer").cloned()),
            equals("month", record.field("month").cloned()),
            equals("state", Some("signed".into())),
        ]);
        let kind = self.kind(REPORT)?.clone();
        match self.all_of(&Actor::system(), &kind, &same, 1).await?.first() {
            None => Ok(()),
            Some(other) => {
                let message = format!("{} is signed for this month already; withdraw it first", other.number);
                Err(Error::invalid("month", message))
            }
        }
    }
}

impl Month {
    /// Reads a month; the last one where nothing is written.
    fn read(text: &str, now: Moment) -> Result<Self, Error> {
        let wrong = || Error::invalid("month", "must be a month that is over, such as 2026-10");
        let this = now.timestamp().to_zoned(TimeZone::UTC).date().first_of_month();
        let first = match text {
            "" => this.checked_sub(1.month()).map_err(|_| wrong())?,
            text => Date::strptime("%Y-%m-%d", format!("{text}-01")).map_err(|_| wrong())?,
        };
        if first >= this {
            return Err(wrong());
        }
        let begins: Zoned = first.to_zoned(TimeZone::UTC).map_err(|_| wrong())?;
        Ok(Self { text: first.strftime(FORM).to_string(), begins: Moment::from(begins.timestamp()) })
    }
}

/// A row for each target, and the share over all.
fn figures(lines: &[(String, Compliance)]) -> Fields {
    let row = |(kind, line): &(String, Compliance)| {
        json!({
            "target": line.target,
            "for_kind": kind,
            "kept": line.kept,
            "broken": line.broken,
            "open": line.open,
            "excluded": line.excluded,
            "share": line.share().map(to_hundredths),
            "share_that_counts": line.share_that_counts().map(to_hundredths),
            "mean": line.mean_seconds,
        })
    };
    let rows: Json = lines.iter().map(row).collect();
    let share = share(lines).map(to_hundredths).map_or(Json::Null, Json::from);
    Fields::from([
        ("figures".to_owned(), if lines.is_empty() { Json::Null } else { rows }),
        ("share".to_owned(), share),
    ])
}

/// Millionths with two figures after the point, half of the last one up.
pub(super) fn to_hundredths(millionths: i64) -> i64 {
    (millionths + 5_000) / 10_000 * 10_000
}

/// The share that counts over all targets, in millionths of a per cent.
fn share(lines: &[(String, Compliance)]) -> Option<i64> {
    let kept: i64 = lines.iter().map(|(_, line)| line.kept).sum();
    let counted: i64 = lines.iter().map(|(_, line)| line.kept + line.broken - line.excluded).sum();
    (counted > 0).then(|| kept.saturating_mul(100_000_000) / counted)
}

/// What the agreement credits for such a share.
fn credit(agreement: &Record, lines: &[(String, Compliance)]) -> Fields {
    let credit = share(lines).and_then(|share| credit_of(share, &steps_of(agreement)));
    let amount = credit.and_then(|credit| amount_of(agreement, credit));
    let amount = amount.map_or(Json::Null, |(amount, currency)| json!({ "amount": amount, "currency": currency }));
    Fields::from([("credit".to_owned(), credit.map_or(Json::Null, Json::from)), ("credit_amount".to_owned(), amount)])
}

/// What identifies the contents: SHA-256 over them as JSON with sorted keys, in hexadecimal.
fn digest(subject: &Subject<'_>, fields: &Fields) -> String {
    let told: BTreeMap<&str, &Json> = ["title", "month", "figures", "share", "agreed", "exclusions", "counted_at"]
        .into_iter()
        .filter_map(|key| Some((key, fields.get(key)?)))
        .collect();
    let whole = json!({
        "agreement": subject.agreement.number,
        "customer": subject.customer.map(|id| id.0),
        "told": told,
    });
    hex::encode(Sha256::digest(whole.to_string()))
}
