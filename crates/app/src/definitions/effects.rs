//! What changed definitions would do to what is here: looked at before they are put in force.

use std::fmt;

use steward_clock::definition::{TARGET, Target};
use steward_flow::FLOW;
use steward_flow::definition::Flow;
use steward_model::access::Actor;
use steward_model::carry::{Move, is_same_sort, moves, successor};
use steward_model::decide::FieldError;
use steward_model::filter::{Filter, Operand, Test};
use steward_model::kind::{Category, Field, Kind, Registry, Requirement};
use steward_model::record::Record;
use steward_practices::approval::{POLICY, Policy};
use steward_rule::RULE;
use steward_rule::definition::{AnyName, Rule};

use crate::App;
use crate::error::Error;

/// Records counted at most.
pub(super) const COUNTED: usize = 10_000;
/// Rules, targets, policies or flows looked at.
const DEPENDENTS: usize = 5_000;

/// Something that changed definitions would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Effect {
    /// Key of the kind.
    pub kind: String,
    /// What it is.
    pub what: What,
    /// Label of the kind, field, choice or state that it is about; number and name of what would no longer work.
    pub name: String,
    /// Records concerned, counted to 10,000.
    pub records: usize,
    /// Further words, such as the fault of what would no longer work.
    pub detail: String,
}

/// What changed definitions do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// A kind comes.
    KindAdded,
    /// A kind goes.
    KindGone,
    /// The numbers of a kind change.
    NumberingChanged,
    /// A field comes.
    FieldAdded,
    /// A field goes.
    FieldGone,
    /// A field is of another type.
    TypeChanged,
    /// Others may read a field.
    AudienceChanged,
    /// Values of a field must differ from each other.
    Unique,
    /// A field must be filled from now on; the records are those open ones that do not have it.
    Required,
    /// Values of a field go over to one with another key, the key of the first in the detail.
    FieldCarried,
    /// Values that the other field cannot take, with examples; they stand in the way.
    Unfit,
    /// As [`Self::Unfit`], where the definition says that such values stay in the journal.
    LeftBehind,
    /// A choice gets another key, the one before in the detail.
    ChoiceCarried,
    /// A choice comes.
    ChoiceAdded,
    /// A choice goes.
    ChoiceGone,
    /// A state comes.
    StateAdded,
    /// A state goes.
    StateGone,
    /// A step of the lifecycle comes.
    TransitionAdded,
    /// A step of the lifecycle goes.
    TransitionGone,
    /// Something that rests on it would no longer work.
    Broken,
}

impl Effect {
    /// Whether it stands in the way: records would be orphaned, or something would stop working.
    pub fn is_refused(&self) -> bool {
        match self.what {
            What::Broken => true,
            What::KindGone
            | What::NumberingChanged
            | What::FieldGone
            | What::TypeChanged
            | What::AudienceChanged
            | What::Unique
            | What::Unfit
            | What::ChoiceGone
            | What::StateGone => self.records > 0,
            _ => false,
        }
    }
}

impl fmt::Display for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, what, name, records, detail } = self;
        match what {
            What::KindAdded => write!(f, "the kind {name} is new"),
            What::KindGone => write!(f, "the kind {name} would go, and has {records} records"),
            What::NumberingChanged => write!(f, "{kind}: numbers would change, and {records} records have theirs"),
            What::FieldAdded => write!(f, "{kind}: the field {name} is new"),
            What::FieldGone => write!(f, "{kind}: the field {name} would go, and {records} records have a value in it"),
            What::TypeChanged => {
                write!(
                    f,
                    "{kind}: the type of {name} would change, and {records} records have a value in it; give it another \
                     key and say what it `was`"
                )
            }
            What::FieldCarried => {
                write!(f, "{kind}: {name} takes the place of `{detail}`, with the values of {records} records")
            }
            What::Unfit => write!(f, "{kind}: {records} values do not fit {name}: {detail}"),
            What::LeftBehind => {
                write!(f, "{kind}: {records} values do not fit {name} and stay in the journal: {detail}")
            }
            What::ChoiceCarried => {
                write!(f, "{kind}: the choice {name} takes the place of `{detail}`, in {records} records")
            }
            What::AudienceChanged => {
                write!(f, "{kind}: others would read {name}, and {records} records have a value in it")
            }
            What::Unique => {
                write!(f, "{kind}: {name} would have to be unique, and {records} records have a value in it")
            }
            What::Required => write!(f, "{kind}: {name} must be filled; {records} open records do not have it"),
            What::ChoiceAdded => write!(f, "{kind}: {name} can be chosen"),
            What::ChoiceGone => write!(f, "{kind}: the choice {name} would go, and {records} records have it"),
            What::StateAdded => write!(f, "{kind}: the state {name} is new"),
            What::StateGone => write!(f, "{kind}: the state {name} would go, and {records} records are in it"),
            What::TransitionAdded => write!(f, "{kind}: the step {name} is new"),
            What::TransitionGone => write!(f, "{kind}: the step {name} goes"),
            What::Broken => write!(f, "{name} would no longer work: {detail}"),
        }
    }
}

/// What keeps a record from its work under some kinds.
type FaultsOf = fn(&Record, &Registry) -> Vec<String>;

/// An effect before records are counted, with the condition on those that it concerns.
struct Found {
    effect: Effect,
    concerned: Option<Filter>,
}

impl App {
    /// What definitions would do in place of those in force.
    ///
    /// # Errors
    /// When the database is away.
    pub(super) async fn effects_of(&self, new: &Registry) -> Result<Vec<Effect>, Error> {
        let old = self.registry();
        let mut effects = Vec::new();
        let mut takes_away = forgets_names(old, new);
        for found in differences(old, new) {
            let Found { mut effect, concerned } = found;
            takes_away |= matches!(
                effect.what,
                What::KindGone
                    | What::FieldGone
                    | What::TypeChanged
                    | What::ChoiceGone
                    | What::StateGone
                    | What::TransitionGone
                    | What::FieldCarried
                    | What::ChoiceCarried
            );
            if let Some((filter, kind)) = concerned.zip(old.kind(&effect.kind)) {
                effect.records = self.count(&Actor::system(), kind, &filter, &[], COUNTED).await?;
            }
            effects.push(effect);
        }
        effects.extend(self.misfits(old, new).await?);
        if takes_away {
            effects.extend(self.broken_by(new).await?);
        }
        Ok(effects)
    }

    /// What works now, and would not under other definitions.
    async fn broken_by(&self, new: &Registry) -> Result<Vec<Effect>, Error> {
        let read: [(&str, &str, FaultsOf); 4] = [
            (RULE, "active", |record, registry| {
                faults(Rule::read(record, registry, &|_, name| Some(AnyName::id(name))).err())
            }),
            (FLOW, "active", |record, registry| {
                faults(Flow::read(record, registry, &|_, name| Some(AnyName::id(name))).err())
            }),
            (POLICY, "active", |record, registry| faults(Policy::of(record, registry).err())),
            (TARGET, "active", |record, registry| {
                let faults = Target::of(record, registry).err().unwrap_or_default();
                faults.into_iter().map(|fault| format!("{} {}", fault.field, fault.message)).collect()
            }),
        ];
        let mut broken = Vec::new();
        for (key, state, fault_of) in read {
            if self.registry().kind(key).is_none() {
                continue;
            }
            let in_use = in_state(state);
            for record in self.all_records(key, &in_use, DEPENDENTS).await? {
                let told = fault_of(&record, new);
                if !told.is_empty() && fault_of(&record, self.registry()).is_empty() {
                    broken.push(Effect {
                        kind: key.to_owned(),
                        what: What::Broken,
                        name: format!("{} {}", record.number, record.text("title")),
                        records: 0,
                        detail: told.join("; "),
                    });
                }
            }
        }
        Ok(broken)
    }
}

fn faults(faults: Option<Vec<FieldError>>) -> Vec<String> {
    faults.unwrap_or_default().into_iter().map(|fault| format!("{} {}", fault.field, fault.message)).collect()
}

fn differences(old: &Registry, new: &Registry) -> Vec<Found> {
    let mut found = Vec::new();
    let of_kind = |kind: &Kind, what, concerned| {
        let name = kind.label_plural.clone();
        Found { effect: Effect { kind: kind.key.clone(), what, name, records: 0, detail: String::new() }, concerned }
    };
    for kind in old.kinds().iter().filter(|kind| new.kind(&kind.key).is_none()) {
        found.push(of_kind(kind, What::KindGone, Some(Filter::Everything)));
    }
    for kind in new.kinds() {
        match old.kind(&kind.key) {
            None => found.push(of_kind(kind, What::KindAdded, None)),
            Some(before) if before != kind => {
                if before.numbering.prefix != kind.numbering.prefix {
                    found.push(of_kind(kind, What::NumberingChanged, Some(Filter::Everything)));
                }
                of_fields(before, kind, &mut found);
                of_lifecycle(before, kind, &mut found);
            }
            Some(_) => {}
        }
    }
    found
}

/// Whether a name under which a field or a choice is found now leads nowhere any more.
fn forgets_names(old: &Registry, new: &Registry) -> bool {
    let pairs = old.kinds().iter().filter_map(|kind| Some((kind, new.kind(&kind.key)?)));
    let mut fields = pairs.flat_map(|(kind, after)| kind.fields.iter().map(move |field| (field, after)));
    fields.any(|(field, after)| {
        let Some(now) = after.field_named(&field.key) else { return false };
        let choices = field.field_type.choices().zip(now.field_type.choices());
        field.was.iter().any(|name| after.field_named(name).is_none())
            || choices.is_some_and(|(old, new)| {
                old.0.iter().flat_map(|choice| &choice.was).any(|name| new.find_named(name).is_none())
            })
    })
}

fn of_moves(moves: &[Move], after: &Kind, found: &mut Vec<Found>) {
    let mut add = |what, name: &str, detail: &str, concerned| {
        let (kind, name, detail) = (after.key.clone(), name.to_owned(), detail.to_owned());
        found.push(Found { effect: Effect { kind, what, name, records: 0, detail }, concerned: Some(concerned) });
    };
    for one in moves {
        let (from, to) = (&one.from, &one.to);
        if let Some((old, new)) = from.field_type.choices().zip(to.field_type.choices()) {
            for choice in old.0.iter().filter(|choice| new.find(&choice.key).is_none()) {
                let Some(now) = successor(old, new, &choice.key).and_then(|key| new.find(key)) else { continue };
                let has = Filter::field_test(&from.key, Test::Equal(Operand::Value(choice.key.as_str().into())));
                add(What::ChoiceCarried, &format!("{}: {}", to.label, now.label), &choice.key, has);
            }
        }
        if from.key == to.key {
            continue;
        }
        add(What::FieldCarried, &to.label, &from.key, filled(from));
        if from.audience != to.audience {
            add(What::AudienceChanged, &to.label, "", filled(from));
        }
        if to.unique && (!from.unique || one.converts()) {
            add(What::Unique, &to.label, "", filled(from));
        }
        if to.required == Requirement::Always && from.required != Requirement::Always {
            let lacking = Filter::all([is_open(), Filter::field_test(&from.key, Test::Empty)]);
            add(What::Required, &to.label, "", lacking);
        }
    }
}

fn of_fields(before: &Kind, after: &Kind, found: &mut Vec<Found>) {
    let moves = moves(before, after);
    of_moves(&moves, after, found);
    let goes_over = |field: &Field| moves.iter().any(|one| one.from.key == field.key && one.to.key != field.key);
    let takes_over = |field: &Field| moves.iter().any(|one| one.to.key == field.key);
    let mut add = |what, name: &str, concerned| {
        let effect = Effect { kind: after.key.clone(), what, name: name.to_owned(), records: 0, detail: String::new() };
        found.push(Found { effect, concerned });
    };
    for field in before.fields.iter().filter(|field| !goes_over(field)) {
        let Some(now) = after.field(&field.key) else {
            add(What::FieldGone, &field.label, Some(filled(field)));
            continue;
        };
        if !is_same_sort(&field.field_type, &now.field_type) {
            add(What::TypeChanged, &field.label, Some(filled(field)));
            continue;
        }
        if field.audience != now.audience {
            add(What::AudienceChanged, &now.label, Some(filled(field)));
        }
        if now.unique && !field.unique {
            add(What::Unique, &now.label, Some(filled(field)));
        }
        if now.required == Requirement::Always && field.required != Requirement::Always {
            add(
                What::Required,
                &now.label,
                Some(Filter::all([is_open(), Filter::field_test(&field.key, Test::Empty)])),
            );
        }
        let (Some(choices), Some(others)) = (field.field_type.choices(), now.field_type.choices()) else { continue };
        let stays = |key: &str| successor(choices, others, key).is_some();
        for choice in choices.0.iter().filter(|choice| !stays(&choice.key)) {
            let has = Test::Equal(Operand::Value(choice.key.as_str().into()));
            add(What::ChoiceGone, &choice.label, Some(Filter::field_test(&field.key, has)));
        }
        for choice in others.0.iter().filter(|choice| successor(others, choices, &choice.key).is_none()) {
            add(What::ChoiceAdded, &format!("{}: {}", now.label, choice.label), None);
        }
    }
    for field in after.fields.iter().filter(|field| before.field(&field.key).is_none() && !takes_over(field)) {
        add(What::FieldAdded, &field.label, None);
    }
}

fn of_lifecycle(before: &Kind, after: &Kind, found: &mut Vec<Found>) {
    let mut add = |what, name: &str, concerned| {
        let effect = Effect { kind: after.key.clone(), what, name: name.to_owned(), records: 0, detail: String::new() };
        found.push(Found { effect, concerned });
    };
    for state in before.lifecycle.states.iter().filter(|state| after.lifecycle.state(&state.key).is_none()) {
        add(What::StateGone, &state.label, Some(in_state(&state.key)));
    }
    for state in after.lifecycle.states.iter().filter(|state| before.lifecycle.state(&state.key).is_none()) {
        add(What::StateAdded, &state.label, None);
    }
    let (old, new) = (&before.lifecycle, &after.lifecycle);
    for step in old.transitions.iter().filter(|step| new.transition(&step.key).is_none()) {
        add(What::TransitionGone, &step.label, None);
    }
    for step in new.transitions.iter().filter(|step| old.transition(&step.key).is_none()) {
        add(What::TransitionAdded, &step.label, None);
    }
}

fn in_state(key: &str) -> Filter {
    Filter::field_test("state", Test::Equal(Operand::Value(key.into())))
}

fn is_open() -> Filter {
    let open = [Category::New, Category::Active, Category::Waiting];
    let open = open.map(|category| Operand::Value(category.key().into()));
    Filter::field_test("state_category", Test::In(open.to_vec()))
}

/// Records that have a value in a field.
pub(super) fn filled(field: &Field) -> Filter {
    Filter::Not(Box::new(Filter::field_test(&field.key, Test::Empty)))
}
