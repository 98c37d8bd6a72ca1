//! The rules in force, compiled and kept while none of them changes.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use steward_model::access::Actor;
use steward_model::decide::FieldError;
use steward_model::filter::Filter;
use steward_model::id::{RecordId, Revision};
use steward_model::moment::Moment;
use steward_model::record::Record;
use steward_model::value::References as _;
use steward_rule::RULE;
use steward_rule::action::Action;
use steward_rule::book::{Book, Entry};
use steward_rule::definition::Rule;
use steward_rule::trigger::Trigger;

use crate::App;
use crate::error::Error;
use crate::fresh::Fresh;
use crate::list::ListRequest;

/// Rules in force at most.
const MOST: usize = 5_000;
/// Seconds after which rules are compiled anew though none changed: other nodes may have changed what they name.
const STALE: i64 = 60;

/// What was compiled when.
#[derive(Debug, Clone)]
struct Last {
    of: Vec<(RecordId, Revision)>,
    at: Moment,
    compiled: Arc<Compiled>,
}

/// Copies of the rules.
pub(crate) struct Rules {
    /// Forgotten with each write to a rule.
    present: Fresh<(), Arc<Compiled>>,
    /// The last that were compiled, which stay for a while if no rule changes.
    last: Mutex<Option<Last>>,
}

impl Default for Rules {
    fn default() -> Self {
        Self { present: Fresh::new(1), last: Mutex::default() }
    }
}

impl Rules {
    /// Has the next one who asks look again.
    pub(crate) fn forget(&self) {
        self.present.forget_all();
    }

    /// Has rules be compiled anew: what they reach depends on organisations, what they name on other records.
    pub(crate) fn compile_anew(&self) {
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = None;
        self.present.forget_all();
    }
}

/// Rules in force, and those that cannot act with the reason.
#[derive(Debug, Default)]
pub(crate) struct Compiled {
    pub(super) book: Book,
    pub(super) broken: Vec<(RecordId, String)>,
}

impl App {
    /// The rules that are in force.
    pub(super) async fn rules(&self) -> Result<Arc<Compiled>, Error> {
        self.0.automation.present.get_or((), self.now(), Box::pin(self.compile_rules())).await
    }

    async fn compile_rules(&self) -> Result<Arc<Compiled>, Error> {
        let Some(kind) = self.registry().kind(RULE) else { return Ok(Arc::default()) };
        let active = Filter::parse_cel("state == 'active'", kind, self.registry())?;
        let records = self.all_records(RULE, &active, MOST).await?;
        let names: Vec<(RecordId, Revision)> = records.iter().map(|record| (record.id, record.revision)).collect();
        let now = self.now();
        let known = self.0.automation.last.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(last) = known.filter(|last| last.of == names && now.seconds_since(last.at) < STALE) {
            return Ok(last.compiled);
        }
        let (mut entries, mut broken) = (Vec::new(), Vec::new());
        let mut reaches: HashMap<RecordId, Vec<RecordId>> = HashMap::new();
        for record in &records {
            match self.compile_rule(record).await {
                Ok(rule) => {
                    let reach = match reaches.get(&rule.organisation) {
                        Some(reach) => reach.clone(),
                        None => self.organisations_below(rule.organisation).await?,
                    };
                    reaches.insert(rule.organisation, reach.clone());
                    entries.push(Entry { rule, reach });
                }
                Err(error) if super::is_passing(&error) => return Err(error),
                Err(error) => broken.push((record.id, super::told(&error))),
            }
        }
        let compiled = Arc::new(Compiled { book: Book::new(entries), broken });
        *self.0.automation.last.lock().unwrap_or_else(PoisonError::into_inner) =
            Some(Last { of: names, at: now, compiled: compiled.clone() });
        Ok(compiled)
    }

    /// A rule with the records that its condition names, as far as whoever keeps it may see them.
    pub(super) async fn compile_rule(&self, record: &Record) -> Result<Rule, Error> {
        let keeper = match record.reference("runs_as") {
            Some(person) => self.actor(person, None).await?,
            None => return Err(Error::Unauthenticated),
        };
        self.compile_rule_for(&keeper, record).await
    }

    /// As [`Self::compile_rule`], with the eyes of somebody else.
    pub(super) async fn compile_rule_for(&self, actor: &Actor, record: &Record) -> Result<Rule, Error> {
        let names = RefCell::new(BTreeSet::new());
        let first = Rule::read(record, self.registry(), &|_, name| {
            names.borrow_mut().insert(name.to_owned());
            None
        });
        let names = names.into_inner();
        let rule = if names.is_empty() {
            first
        } else {
            let found = self.look_up(actor, names).await?;
            Rule::read(record, self.registry(), &|kinds, name| {
                if kinds.is_empty() { found.any(name) } else { found.resolve(kinds, name) }
            })
        };
        let rule = rule.map_err(Error::Invalid)?;
        let kind = self.kind(&rule.kind)?.clone();
        // A field that its keeper may read nowhere must not be told by what the rule does.
        self.check_list(actor, &kind, &condition_of(record)).await.map_err(|error| faulty("condition", error))?;
        for action in &rule.actions {
            let Action::ForEach(each) = action else { continue };
            let kind = self.kind(&each.kind)?.clone();
            let which = Some(each.condition.clone()).filter(|text| !text.is_empty());
            let checked = self.check_list(actor, &kind, &ListRequest { filter: which, ..ListRequest::default() }).await;
            checked.map_err(|error| faulty("actions", error))?;
        }
        if let Trigger::Threshold { field: Some(field), .. } = &rule.trigger
            && kind.field(field).is_some()
        {
            let filter = Some(format!("has({field})"));
            let checked = self.check_list(actor, &kind, &ListRequest { filter, ..ListRequest::default() }).await;
            checked.map_err(|error| faulty("threshold_field", error))?;
        }
        Ok(rule)
    }
}

/// What is wrong with a condition, at the field where it stands.
fn faulty(field: &str, error: Error) -> Error {
    match error {
        Error::Filter(fault) => Error::Invalid(vec![FieldError::new(field, fault.message)]),
        other => other,
    }
}

/// The condition of a rule as a list takes it.
pub(super) fn condition_of(record: &Record) -> ListRequest {
    let text = Some(record.text("condition").to_owned());
    match record.text("notation") {
        "search" => ListRequest { search: text, ..ListRequest::default() },
        "tree" => {
            ListRequest { tree: text.and_then(|text| serde_json::from_str(&text).ok()), ..ListRequest::default() }
        }
        _ => ListRequest { filter: text, ..ListRequest::default() },
    }
}
