//! What rules did, for those who ask why: of a record, and of a rule.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use steward_model::access::{Action, Actor, Rights, may, rights};
use steward_model::filter::{Attribute, Filter, Path};
use steward_model::id::RecordId;
use steward_model::kind::{Kind, Registry};
use steward_model::moment::Moment;
use steward_model::record::Record;
use steward_rule::RULE;
use steward_rule::definition::{AnyName, Rule};
use steward_rule::examples;
use steward_rule::trace::{Because, Outcome, Sent, Trace};
use steward_store::rules::{NewRun, StoredRun};

use super::around::{Around, target};
use crate::App;
use crate::boxed;
use crate::error::Error;
use crate::view::Labels;

/// Rules whose examples are tried in one go.
const TRIED: usize = 5_000;
/// Lines of a log at once.
const LINES: usize = 50;
/// Seconds that outcomes are counted over.
const DAY: i64 = 24 * 3600;
/// Seconds that lines of the log are kept.
const KEPT: i64 = 90 * DAY;

/// A line of the log as somebody may see it.
#[derive(Debug, Clone)]
pub struct RunView {
    /// Its number, to ask for those before it.
    pub id: i64,
    /// The rule's number and title; `None` when the reader may not see the rule.
    pub rule: Option<(String, String)>,
    /// The rule's revision then.
    pub version: i64,
    /// The record's kind and number.
    pub record: (Arc<Kind>, String),
    /// What the record is called.
    pub title: String,
    /// The entry that was answered.
    pub seq: Option<i64>,
    /// The first entry that was made.
    pub made: Option<i64>,
    /// When.
    pub at: Moment,
    /// What came of it.
    pub outcome: Outcome,
    /// More about it.
    pub trace: Trace,
}

/// Lines of a log with names for the ids in them.
#[derive(Debug, Clone, Default)]
pub struct RunPage {
    /// The lines that the reader may see, newest first.
    pub runs: Vec<RunView>,
    /// Names.
    pub labels: Labels,
    /// From before which line there is more; `None` at the end. Also where the reader may see nothing of this page.
    pub next_before: Option<i64>,
}

/// How a rule stands: whether it acts, and what came of it lately.
#[derive(Debug, Clone, Default)]
pub struct Standing {
    /// Why it cannot act though it is in force.
    pub fault: Option<String>,
    /// Outcomes of the last day.
    pub day: BTreeMap<&'static str, i64>,
    /// When it last was at its limit within the last hour.
    pub limited_at: Option<Moment>,
    /// How its examples come out.
    pub examples: Vec<examples::Outcome>,
    /// The rule as it is read; `None` for one that cannot be.
    pub rule: Option<Rule>,
}

/// Records of a log as their reader may see them.
type Seen = HashMap<RecordId, (Arc<Kind>, Record, Rights)>;

/// Parts of conditions, by kind and text, with the records that they look at.
struct Asked {
    conditions: HashMap<(String, String), Filter>,
    around: Around,
}

impl Asked {
    /// Whether somebody may read what a condition looks at, all the way to it.
    fn may_know(
        &self,
        path: &Path,
        (kind, record, own): (&Arc<Kind>, &Record, &Rights),
        registry: &Registry,
        actor: &Actor,
        now: Moment,
    ) -> bool {
        let may_read = |kind: &Kind, own: &Rights, attribute: &Attribute| match attribute {
            Attribute::Field(key) => kind.field(key).is_some_and(|field| own.may_read(field)),
            _ => true,
        };
        let (mut kind, mut record, mut own) = (kind, record, own.clone());
        for hop in &path.hops {
            if !may_read(kind, &own, &Attribute::named(&hop.field)) {
                return false;
            }
            // That nothing is there may be known.
            let Some(next) = target(record, &hop.field) else { return true };
            let Some(next) = self.around.get(&next) else { return false };
            let Some(next_kind) = registry.kind(&next.kind) else { return false };
            own = rights(actor, next_kind, next, now);
            if !own.may(Action::Read) {
                return false;
            }
            (kind, record) = (next_kind, next);
        }
        may_read(kind, &own, &path.attribute)
    }
}

impl App {
    /// What a rule did, newest first, on records that the actor may see, with names for the ids in it.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the actor may not see the rule.
    #[boxed]
    pub async fn runs_of_rule(&self, actor: &Actor, name: &str, before: Option<i64>) -> Result<RunPage, Error> {
        let kind = self.kind(RULE)?.clone();
        let rule = self.find(actor, &kind, name).await?.record;
        let runs = self.store().runs_of_rule(rule.id, before, LINES).await?;
        self.shown_runs(actor, runs).await
    }

    /// What rules did to a record, newest first: for those who work on it.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the actor may not see the record, [`Error::Denied`] when it is not among its staff.
    #[boxed]
    pub async fn runs_on_record(
        &self,
        actor: &Actor,
        kind: &Arc<Kind>,
        name: &str,
        before: Option<i64>,
    ) -> Result<RunPage, Error> {
        let record = self.find(actor, kind, name).await?.record;
        if !actor.is_staff() || !rights(actor, kind, &record, self.now()).may_read_internal() {
            return Err(Error::Denied("see what rules did here"));
        }
        let runs = self.store().runs_on_record(record.id, before, LINES).await?;
        self.shown_runs(actor, runs).await
    }

    async fn shown_runs(&self, actor: &Actor, runs: Vec<StoredRun>) -> Result<RunPage, Error> {
        let next_before = runs.last().filter(|_| runs.len() == LINES).map(|last| last.id);
        let runs: Vec<(i64, NewRun, Trace)> = runs
            .into_iter()
            .map(|StoredRun { id, run }| {
                let trace = serde_json::from_value(run.detail.clone()).unwrap_or_default();
                (id, run, trace)
            })
            .collect();
        let runs = self.with_webhooks(runs).await?;
        let passed =
            |trace: &Trace| trace.passed.iter().flat_map(|one| [Some(one.rule), one.by]).flatten().collect::<Vec<_>>();
        let ids: BTreeSet<RecordId> =
            runs.iter().flat_map(|(_, run, trace)| [vec![run.rule, run.record], passed(trace)].concat()).collect();
        let ids: Vec<RecordId> = ids.into_iter().collect();
        let now = self.now();
        let mut seen = Seen::new();
        for loaded in self.store().get_records(&ids).await? {
            let Some(kind) = self.registry().kind(&loaded.record.kind) else { continue };
            let own = rights(actor, kind, &loaded.record, now);
            if own.may(Action::Read) && own.may_read_internal() {
                let record = crate::view::visible(kind, loaded.record, &own);
                seen.insert(record.id, (kind.clone(), record, own));
            }
        }
        let asked = self.conditions_of(&runs, &seen).await?;
        let mut views = Vec::new();
        let mut named = BTreeSet::new();
        for (id, run, mut trace) in runs {
            let Some((kind, record, own)) = seen.get(&run.record) else { continue };
            let Some(outcome) = Outcome::named(&run.outcome) else { continue };
            // Of rules that the reader may not see there is nothing to tell.
            trace.passed.retain(|one| seen.contains_key(&one.rule));
            for one in &mut trace.passed {
                let may_know = match one.because {
                    Because::Threshold => true,
                    Because::LastRule => one.by.is_some_and(|by| seen.contains_key(&by)),
                    Because::Condition => {
                        asked.conditions.get(&(kind.key.clone(), one.why.clone())).is_some_and(|part| {
                            let may_know =
                                |path: &Path| asked.may_know(path, (kind, record, own), self.registry(), actor, now);
                            part.fields_used().iter().all(may_know)
                        })
                    }
                };
                if !may_know {
                    one.why.clear();
                    one.by = None;
                }
            }
            named.extend(trace.origin);
            if let Some(routed) = &trace.routed {
                named.extend(routed.team.iter().chain(&routed.person).copied());
                named.extend(routed.passed.iter().map(|(person, _)| *person));
            }
            let rule = seen.get(&run.rule).map(|(_, rule, _)| (rule.number.clone(), rule.text("title").to_owned()));
            views.push(RunView {
                id,
                rule,
                version: run.version,
                record: (kind.clone(), record.number.clone()),
                title: record.text(&kind.label_field).to_owned(),
                seq: run.seq,
                made: run.made,
                at: run.at,
                outcome,
                trace,
            });
        }
        let labels = self.labels(actor, named, &BTreeSet::new()).await?;
        Ok(RunPage { runs: views, labels, next_before })
    }

    /// Lines with how far the documents have come that they handed over.
    async fn with_webhooks(&self, mut runs: Vec<(i64, NewRun, Trace)>) -> Result<Vec<(i64, NewRun, Trace)>, Error> {
        let named = |runs: &[(i64, NewRun, Trace)]| -> Vec<String> {
            runs.iter().flat_map(|(_, _, trace)| &trace.did).filter_map(|did| did.delivery.clone()).collect()
        };
        let found = self.store().webhooks(&named(&runs)).await?;
        for did in runs.iter_mut().flat_map(|(_, _, trace)| &mut trace.did) {
            let one = found.iter().find(|one| Some(&one.id) == did.delivery.as_ref());
            did.sent = one.map(|one| Sent {
                state: one.state.clone(),
                tries: one.tries,
                status: one.status,
                fault: one.fault.clone(),
            });
        }
        Ok(runs)
    }

    /// The parts of conditions that did not hold, read again, and the records that they look at behind references.
    async fn conditions_of(&self, runs: &[(i64, NewRun, Trace)], seen: &Seen) -> Result<Asked, Error> {
        let mut conditions = HashMap::new();
        for (_, run, trace) in runs {
            let Some((kind, _, _)) = seen.get(&run.record) else { continue };
            for one in trace.passed.iter().filter(|one| one.because == Because::Condition) {
                // One that cannot be read any more is told to nobody.
                if let Ok(part) = Filter::parse_cel(&one.why, kind, self.registry()) {
                    conditions.insert((kind.key.clone(), one.why.clone()), part);
                }
            }
        }
        let parts: Vec<&Filter> = conditions.values().collect();
        let records: BTreeSet<RecordId> = runs.iter().map(|(_, run, _)| run.record).collect();
        let records: Vec<&Record> = records.iter().filter_map(|id| Some(&seen.get(id)?.1)).collect();
        let around = self.around(&parts, &records).await?;
        Ok(Asked { conditions, around })
    }

    /// How a rule stands.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the actor may not see the rule.
    #[boxed]
    pub async fn rule_standing(&self, actor: &Actor, name: &str) -> Result<Standing, Error> {
        let kind = self.kind(RULE)?.clone();
        let record = self.find(actor, &kind, name).await?.record;
        let now = self.now();
        // What it did to records that one does not see is counted too, for those who answer for it alone.
        let counted = match may(actor, Action::Update, &kind, &record, now) {
            true => self.store().outcomes_of(record.id, now.plus_seconds(-DAY)).await?,
            false => Vec::new(),
        };
        let day = counted.into_iter().filter_map(|(key, count)| Some((Outcome::named(&key)?.key(), count)));
        let limited = self.store().last_run(record.id, Outcome::Limited.key()).await?;
        let fault = match record.state.as_str() {
            "active" => self.rules().await?.broken.iter().find(|(id, _)| *id == record.id).map(|(_, why)| why.clone()),
            _ => None,
        };
        Ok(Standing {
            fault,
            day: day.collect(),
            limited_at: limited.filter(|at| now.seconds_since(*at) < 3600),
            examples: examples::run(&record, self.registry()).unwrap_or_default(),
            rule: Rule::read(&record, self.registry(), &|_, name| Some(AnyName::id(name))).ok(),
        })
    }

    /// How the examples of rules come out, by number and title of the rule: of those named, or of all that are not
    /// retired; of a rule that cannot be read, or its examples, what is wrong with it. For the command line.
    ///
    /// # Errors
    /// [`Error::NotFound`] when one that is named is not there.
    #[boxed]
    pub async fn try_rule_examples(&self, numbers: &[String]) -> Result<Vec<(String, examples::Tried)>, Error> {
        let kind = self.kind(RULE)?.clone();
        let mut records = Vec::new();
        for number in numbers {
            records.push(self.find(&Actor::system(), &kind, number).await?.record);
        }
        if numbers.is_empty() {
            let used = Filter::parse_cel("state != 'retired'", &kind, self.registry())?;
            records = self.all_records(RULE, &used, TRIED).await?;
        }
        Ok(examples::run_all(&records, self.registry()))
    }

    /// Forgets what rules did long ago.
    pub(crate) async fn forget_rule_runs(&self) -> Result<(), Error> {
        Ok(self.store().forget_runs(self.now().plus_seconds(-KEPT)).await?)
    }
}
