//! What somebody who works on a record wants to know beside it: who asked and how to handle it, what is down, what is
//! known, and what changed lately on the same things or on those that they depend on.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use steward_model::access::{Actor, rights};
use steward_model::id::RecordId;
use steward_model::kind::{Category, Kind};
use steward_model::moment::Moment;
use steward_model::record::Record;

use steward_store::article_reads::ArticleFigures;

use crate::App;
use crate::boxed;
use crate::deflection::ReadBefore;
use crate::error::Error;
use crate::list::{Counting, ListRequest};
use crate::view::{Label, RecordView, label_of, visible};

/// Matches of one sort.
const SHOWN: usize = 5;
/// Open outages looked at.
const OUTAGES: usize = 50;
/// Records that name the same things, looked at.
const LOOKED_AT: usize = 400;
/// Things that a record is about and that these depend on.
const THINGS_MAX: usize = 200;
/// Steps along what things depend on.
const STEPS: usize = 2;
/// A change counts as recent for so long after it, and so long before it is planned to begin, in seconds.
const RECENT: i64 = 14 * 24 * 3600;
const SOON: i64 = 3 * 24 * 3600;
/// Links that lead from a thing to one that it needs.
const NEEDS: [&str; 8] =
    ["depends_on", "runs_on", "hosted_in", "part_of", "member_of", "uses", "installed_on", "secured_by"];
/// Kinds of records that explain others.
const EXPLAINING: [&str; 4] = ["outage", "known_error", "problem", "change"];

/// What shows at once: who asked, what to mind, what is down.
#[derive(Debug, Clone, Default)]
pub struct Head {
    /// The requester, as far as the actor may read them.
    pub requester: Option<(Arc<Kind>, Record)>,
    /// Notes on how to handle the requester, their organisation and the items concerned.
    pub notes: Vec<HandlingNote>,
    /// Outages that go on, on the same service or items.
    pub outages: Vec<Match>,
    /// Articles that the requester had read before reporting it.
    pub read_before: Vec<ReadBefore>,
    /// Of an article: how often it was read from reports, and spared them.
    pub figures: Option<ArticleFigures>,
}

/// A note on how to handle somebody or something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandlingNote {
    /// Whom or what it is about.
    pub about: Label,
    /// Markdown.
    pub text: String,
}

/// A record that has to do with another one.
#[derive(Debug, Clone)]
pub struct Match {
    /// Its kind.
    pub kind: Arc<Kind>,
    /// The record, without values that the actor may not read.
    pub record: Record,
    /// How it is called.
    pub label: Label,
    /// Why it is here, in words that follow its name.
    pub reason: String,
}

/// What takes longer to find.
#[derive(Debug, Clone, Default)]
pub struct Around {
    /// Records that are part of it, those that changed last first, and how many there are.
    pub parts: (Vec<RecordView>, usize),
    /// What the requester asked for lately, newest first.
    pub recent: Vec<RecordView>,
    /// Items that the requester uses.
    pub items: Vec<RecordView>,
    /// Known errors that could explain the record.
    pub known_errors: Vec<Match>,
    /// Open problems.
    pub problems: Vec<Match>,
    /// Changes made lately or about to be made.
    pub changes: Vec<Match>,
}

/// A thing that a record is about, or that such a thing needs.
struct Thing {
    /// Name, where the actor may see it.
    label: Option<String>,
    /// Steps from the record.
    steps: usize,
    /// The thing that needs it.
    needed_by: Option<RecordId>,
}

impl App {
    /// What shows at once beside a record, for staff.
    ///
    /// # Errors
    /// When the database is away.
    #[boxed]
    pub async fn context_head(&self, actor: &Actor, view: &RecordView) -> Result<Head, Error> {
        let record = &view.record;
        let requester = record.reference("requester").filter(|_| view.kind.key != "person");
        let own = things_of(record);
        let mut ids: BTreeSet<RecordId> = own.iter().copied().take(SHOWN).collect();
        ids.extend(requester);
        ids.insert(record.organisation);
        let outages = async { if own.is_empty() { Ok(Vec::new()) } else { self.outages_on(actor, view, &own).await } };
        let found = async { self.readable_records(actor, ids.into_iter().collect()).await };
        let read_before = self.read_before(actor, view);
        let (found, outages, read_before) = tokio::try_join!(found, outages, read_before)?;
        let mut notes: Vec<HandlingNote> = Vec::new();
        // Of people first, then of where they belong, then of things.
        let order = |id: &RecordId| (Some(*id) != requester, *id != record.organisation, *id);
        let mut ordered: Vec<&(Arc<Kind>, Record)> = found.values().collect();
        ordered.sort_by_key(|(_, one)| order(&one.id));
        for (kind, one) in ordered {
            let text = one.text("agent_notes").trim();
            if !text.is_empty() && one.id != record.id {
                notes.push(HandlingNote { about: label_of(kind, one), text: text.to_owned() });
            }
        }
        let requester = requester.and_then(|id| found.get(&id).cloned());
        Ok(Head { requester, notes, outages, read_before, figures: None })
    }

    /// What else has to do with a record, for those who work on it.
    ///
    /// # Errors
    /// [`Error::NotFound`] for who may not see the record, [`Error::Denied`] for who is not among its staff.
    #[boxed]
    pub async fn context_around(&self, actor: &Actor, kind: &Arc<Kind>, name: &str) -> Result<Around, Error> {
        let record = self.find(actor, kind, name).await?.record;
        let own = rights(actor, kind, &record, self.now());
        if !actor.is_staff() || !own.may_read_internal() {
            return Err(Error::Denied("see what else has to do with this record"));
        }
        let record = visible(kind, record, &own);
        let person = if kind.key == "person" { Some(record.id) } else { record.reference("requester") };
        let (parts, recent, items, matches) = tokio::try_join!(
            self.parts_of(actor, kind, &record),
            self.recent_of(actor, person, record.id),
            self.items_of(actor, person),
            self.explaining(actor, &record),
        )?;
        let of = |key: &str| -> Vec<Match> {
            matches.iter().filter(|one| one.kind.key == key).take(SHOWN).cloned().collect()
        };
        Ok(Around {
            parts,
            recent,
            items,
            known_errors: of("known_error"),
            problems: of("problem"),
            changes: of("change"),
        })
    }

    async fn parts_of(
        &self,
        actor: &Actor,
        kind: &Arc<Kind>,
        record: &Record,
    ) -> Result<(Vec<RecordView>, usize), Error> {
        let Some(family) = &kind.family else { return Ok((Vec::new(), 0)) };
        let search = Some(format!("{}:{}", family.parent, record.id));
        let request = ListRequest { search, limit: SHOWN, ..ListRequest::default() };
        let page = self.list(actor, kind, &request).await?;
        Ok((page.records, page.total.unwrap_or(0)))
    }

    /// Outages that go on and name the record's service or one of its items.
    async fn outages_on(&self, actor: &Actor, view: &RecordView, own: &[RecordId]) -> Result<Vec<Match>, Error> {
        let found = self.listed(actor, "outage", "is:open".to_owned(), OUTAGES).await?;
        let matches = found.into_iter().filter(|outage| {
            outage.record.id != view.record.id && category(&outage.kind, &outage.record) == Category::Active
        });
        let matches = matches.filter_map(|outage| {
            let named = things_of(&outage.record).into_iter().find(|id| own.contains(id))?;
            let name = outage.labels.get(&named).or_else(|| view.labels.get(&named));
            let reason = name.map_or_else(|| "on the same thing".to_owned(), |label| format!("on {}", label.label));
            let label = label_of(&outage.kind, &outage.record);
            Some(Match { kind: outage.kind, record: outage.record, label, reason })
        });
        Ok(matches.take(SHOWN).collect())
    }

    /// What a person asked for lately, besides one record.
    async fn recent_of(
        &self,
        actor: &Actor,
        person: Option<RecordId>,
        besides: RecordId,
    ) -> Result<Vec<RecordView>, Error> {
        let Some(person) = person else { return Ok(Vec::new()) };
        let mut found = Vec::new();
        for kind in ["incident", "service_request"] {
            found.extend(self.listed(actor, kind, format!("requester:{person}"), SHOWN + 1).await?);
        }
        found.retain(|view| view.record.id != besides);
        found.sort_by_key(|view| std::cmp::Reverse(view.record.updated_at));
        found.truncate(SHOWN);
        Ok(found)
    }

    async fn items_of(&self, actor: &Actor, person: Option<RecordId>) -> Result<Vec<RecordView>, Error> {
        let Some(person) = person else { return Ok(Vec::new()) };
        self.listed(actor, "configuration_item", format!("used_by:{person}"), SHOWN).await
    }

    /// Records of a kind under a condition of the search box, latest change first; none where the actor reads no record
    /// of the kind.
    async fn listed(&self, actor: &Actor, kind: &str, search: String, limit: usize) -> Result<Vec<RecordView>, Error> {
        let Some(kind) = self.registry().kind(kind).cloned() else { return Ok(Vec::new()) };
        if self.readable_level(actor, &kind).is_none() {
            return Ok(Vec::new());
        }
        let request = ListRequest { search: Some(search), limit, count: Counting::Off, ..ListRequest::default() };
        match self.list(actor, &kind, &request).await {
            Ok(page) => Ok(page.records),
            // A field that this reader may read on no record of the kind.
            Err(Error::Filter(_)) => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    }

    /// Records that could explain one: they name the same things, or things that these need; the nearest first.
    async fn explaining(&self, actor: &Actor, record: &Record) -> Result<Vec<Match>, Error> {
        let things = self.things_around(actor, record).await?;
        if things.is_empty() {
            return Ok(Vec::new());
        }
        let ids: Vec<RecordId> = things.keys().copied().collect();
        let naming = self.store().naming_any(&ids, &EXPLAINING, LOOKED_AT).await?;
        let found = self.readable_records(actor, naming.into_iter().collect()).await?;
        let now = self.now();
        let mut matches: Vec<(usize, Match)> = found
            .into_values()
            .filter(|(kind, one)| one.id != record.id && counts(kind, one, now))
            .filter_map(|(kind, one)| {
                let named = things_of(&one);
                let nearest =
                    named.iter().filter_map(|id| Some((things.get(id)?, *id))).min_by_key(|(one, _)| one.steps)?;
                let label = label_of(&kind, &one);
                let reason = reason(nearest.0, &things);
                Some((nearest.0.steps, Match { kind, record: one, label, reason }))
            })
            .collect();
        matches.sort_by_key(|(steps, one)| (*steps, std::cmp::Reverse(one.record.updated_at), one.record.id));
        Ok(matches.into_iter().map(|(_, one)| one).collect())
    }

    /// The things that a record is about, and those that they need.
    async fn things_around(&self, actor: &Actor, record: &Record) -> Result<BTreeMap<RecordId, Thing>, Error> {
        let mut things: BTreeMap<RecordId, Thing> = BTreeMap::new();
        let mut last: Vec<RecordId> = things_of(record).into_iter().take(THINGS_MAX).collect();
        if ["configuration_item", "service"].contains(&record.kind.as_str()) {
            last.push(record.id);
        }
        for id in &last {
            things.insert(*id, Thing { label: None, steps: 0, needed_by: None });
        }
        for steps in 1..=STEPS {
            if last.is_empty() || things.len() >= THINGS_MAX {
                break;
            }
            let edges = self.store().links_from_any(&last, &NEEDS, THINGS_MAX).await?;
            last.clear();
            for (source, target) in edges {
                if things.len() < THINGS_MAX && !things.contains_key(&target) {
                    things.insert(target, Thing { label: None, steps, needed_by: Some(source) });
                    last.push(target);
                }
            }
        }
        let ids: BTreeSet<RecordId> = things.keys().copied().collect();
        let own: BTreeSet<RecordId> = things_of(record).into_iter().collect();
        let labels = self.labels(actor, ids, &own).await?;
        for (id, thing) in &mut things {
            thing.label = labels.get(id).map(|label| label.label.clone());
        }
        // What the actor may not see leads nowhere: a match by way of it would tell that it is there.
        things.retain(|_, thing| thing.label.is_some());
        Ok(things)
    }
}

/// Services and items that a record names.
fn things_of(record: &Record) -> Vec<RecordId> {
    let mut things = record.references("configuration_items");
    things.extend(record.references("impacted_services"));
    things.extend(record.reference("service"));
    things.sort_unstable();
    things.dedup();
    things
}

fn category(kind: &Kind, record: &Record) -> Category {
    kind.lifecycle.category(&record.state)
}

/// Whether a record is one that could explain another now: known errors that hold, open problems, changes of these days.
fn counts(kind: &Kind, record: &Record, now: Moment) -> bool {
    let category = category(kind, record);
    match kind.key.as_str() {
        "known_error" => category == Category::Active,
        "problem" => category.is_open(),
        "change" => {
            let moment = |field: &str| record.field(field).and_then(serde_json::Value::as_i64).map(Moment);
            let begun = moment("actual_start_at").or_else(|| moment("planned_start_at"));
            let ended = moment("actual_end_at").or_else(|| moment("planned_end_at")).or(begun);
            category != Category::Cancelled
                && begun.is_some_and(|at| at.seconds_since(now) <= SOON)
                && ended.is_some_and(|at| now.seconds_since(at) <= RECENT)
        }
        _ => false,
    }
}

/// Why a record that names a thing is a match.
fn reason(thing: &Thing, things: &BTreeMap<RecordId, Thing>) -> String {
    let name = thing.label.as_deref().unwrap_or_default();
    match thing.needed_by.and_then(|id| things.get(&id)).and_then(|by| by.label.as_deref()) {
        Some(by) => format!("on {name}, which {by} needs"),
        None if thing.steps > 0 => format!("on {name}, which is needed here"),
        None => format!("on {name}, as here"),
    }
}
