//! Plans beside the record that they are about, a plan on its own page, and the steps of a flow beside its form.

use jiff::tz::TimeZone;
use maud::{Markup, html};
use steward_app::error::Error;
use steward_app::flows::{FlowTrouble, PlanSeen, StepSeen};
use steward_app::view::{Labels, RecordView};
use steward_flow::definition::Flow;
use steward_flow::progress::State;
use steward_flow::step::{Step, Who};
use steward_flow::{FLOW, PLAN, graph};
use steward_model::kind::{Field, FieldType, Registry};
use steward_model::moment::Moment;
use steward_rule::definition::AnyName;
use steward_ui::button::{Button, Look, link_button};
use steward_ui::icon::Icon;
use steward_ui::message::{Notice, notice};
use steward_ui::partial::Partial;
use steward_ui::plan::{Plan, PlanStep, Stands, plan};
use steward_ui::tone::Tone;
use steward_ui::words::sentence;
use steward_words::{refusal, short_date, t, t_with};

use crate::error::WebError;
use crate::record::{Parts, trial};
use crate::values::time;
use crate::visitor::Visitor;
use crate::{Web, address};

/// What the page of a record shows of plans.
#[derive(Default)]
pub(crate) struct Gathered {
    /// Plans about the record, or the one that the page is of.
    pub(crate) plans: Vec<PlanSeen>,
    /// The steps of a flow, with the names of teams and people.
    flow: Option<(Vec<Step>, Labels)>,
    /// What keeps a flow from being put to work.
    faults: Vec<String>,
    /// Why the flow that was chosen for the record does not begin.
    trouble: Option<FlowTrouble>,
    /// Whether the reader may begin a flow by hand.
    may_begin: bool,
}

/// What there is to show.
pub(crate) async fn gather(web: &Web, visitor: &Visitor, view: &RecordView) -> Result<Gathered, WebError> {
    let (app, actor) = (web.app(), visitor.actor());
    if view.kind.key == PLAN {
        return match app.plan_alone(actor, &view.record).await {
            Ok(seen) => Ok(Gathered { plans: vec![seen], ..Gathered::default() }),
            // A plan about nothing has nothing to show.
            Err(Error::NotFound) => Ok(Gathered::default()),
            Err(error) => Err(error.into()),
        };
    }
    if view.kind.key == FLOW {
        let steps = Step::read_all(view.record.field("steps"));
        let read = Flow::read(&view.record, app.registry(), &|_, name| Some(AnyName::id(name)));
        let faults = read.err().unwrap_or_default();
        let faults = faults.iter().map(|fault| format!("{} {}", fault.field, refusal(&fault.message))).collect();
        return Ok(Gathered { flow: Some((steps, view.labels.clone())), faults, ..Gathered::default() });
    }
    if !actor.is_staff() || !view.rights.may_read_internal() {
        return Ok(Gathered::default());
    }
    let (trouble, may_begin) = (app.flow_trouble(view).await?, app.may_begin_flow(actor, view).await?);
    Ok(Gathered { plans: app.plans_on(actor, view).await?, trouble, may_begin, ..Gathered::default() })
}

/// Whether a field is told by the drawing of the plan instead of by itself.
pub(super) fn is_told(kind: &str, field: &Field) -> bool {
    let told = ["outcome", "subject_kind", "look_at", "nested", "step", "reason"];
    let is_table = matches!(field.field_type, FieldType::Table { .. });
    kind == FLOW && is_table || kind == PLAN && (is_table || told.contains(&field.key.as_str()))
}

impl Parts<'_> {
    pub(super) fn plans(&self) -> Markup {
        let source = self.source("plans");
        let gathered = &self.plans;
        let first = gathered.plans.first().map(|seen| seen.record.id.to_string());
        let live = first.as_deref().and_then(|id| self.live(&source).map(|live| (id, live.source)));
        html! {
            @if !gathered.plans.is_empty() {
                div #record-plans data-live-record=[live.map(|(id, _)| id)] data-live-source=[live.map(|(_, source)| source)] {
                    @for seen in &gathered.plans { (draw(self.web, self.visitor, seen, &self.address, self.view().kind.key == PLAN)) }
                }
            }
            @if let Some(trouble) = &gathered.trouble { (told_trouble(trouble)) }
            @if gathered.may_begin && self.is_now() {
                @let flows = address::of_record(&self.view().kind, &self.view().record, "flows");
                p.page-link { (link_button(&Button { label: t("plan-begin"), icon: Some(Icon::Route), look: Look::Quiet, ..Button::default() }, &flows)) }
            }
            @if let Some((steps, labels)) = &gathered.flow {
                @if !gathered.faults.is_empty() {
                    (notice(&Notice { tone: Tone::Warning, text: t("plan-faults") }, html! { ul { @for fault in &gathered.faults { li { (fault) } } } }))
                }
                @if !steps.is_empty() { (defined(self.web.app().registry(), steps, labels)) }
                @if !steps.is_empty() && gathered.faults.is_empty() && self.is_now() {
                    @let trial = address::of_record(&self.view().kind, &self.view().record, trial::ROUTE_END);
                    p.page-link { (link_button(&Button { label: t("trial"), icon: Some(Icon::Flask), look: Look::Quiet, ..Button::default() }, &trial)) }
                }
            }
        }
    }
}

/// Why the flow that was chosen does not begin.
fn told_trouble(trouble: &FlowTrouble) -> Markup {
    let flow = ("flow", (&trouble.named).into());
    let text = match (&trouble.state, &trouble.fault) {
        (Some(state), _) => t_with("plan-flow-not-in-force", &[flow, ("state", state.into())]),
        (None, fault) => {
            let fault = fault.as_deref().unwrap_or_default();
            t_with("plan-flow-faulty", &[flow, ("fault", fault.into())])
        }
    };
    notice(&Notice { tone: Tone::Warning, text: &text }, html! {})
}

/// A plan with its steps, and what its reader may do with it.
fn draw(web: &Web, visitor: &Visitor, seen: &PlanSeen, here: &str, is_alone: bool) -> Markup {
    let registry = web.app().registry();
    let Some(kind) = registry.kind(PLAN) else { return html! {} };
    let (zone, now) = (&visitor.preferences.zone, web.app().now());
    // A day that is promised is told as a day.
    let words = |at: Moment| short_date(at.timestamp(), now.timestamp(), zone);
    let mut facts =
        vec![html! { (t_with("plan-count", &[("done", seen.count.done.into()), ("of", seen.count.of.into())])) }];
    if let Some(at) = seen.promised_at {
        facts.push(html! { (t_with("plan-promised", &[("when", (&words(at)).into())])) });
    }
    match seen.expected_at.map(|at| (words(at), seen.is_open(), seen.is_late())) {
        Some((when, true, true)) => {
            facts.push(html! { span.plan__late { (t_with("plan-late", &[("when", (&when).into())])) } });
        }
        Some((when, true, false)) => facts.push(html! { (t_with("plan-expected", &[("when", (&when).into())])) }),
        Some((when, false, _)) => facts.push(html! { (t_with("plan-ended", &[("when", (&when).into())])) }),
        None => {}
    }
    let undoing = if seen.record.state == "undoing" { "_undoing" } else { "" };
    let link = |key: &str, label: &'static str, step: &str| {
        let step = if step.is_empty() { String::new() } else { format!("step={}&", address::part(step)) };
        let to = format!("{}?{step}back={}", address::transition(kind, &seen.record, key), address::part(here));
        link_button(&Button { label, partial: Partial::dialog(&to), ..Button::default() }, &to)
    };
    let about: Vec<About> = seen.steps.iter().map(|one| About::of(registry, &seen.labels, one)).collect();
    let steps: Vec<PlanStep<'_>> = seen
        .steps
        .iter()
        .zip(&about)
        .map(|(one, about)| {
            let state = one.progress.state;
            let is_open = state.is_open() && (is_alone || state != State::Waiting);
            let actions = (seen.may_move && is_open && (state != State::Waiting || !one.is_undoing)).then(|| {
                html! {
                    @if state == State::Failed { (link(&format!("retry{undoing}"), t("plan-retry"), &one.step.key)) }
                    (link(&format!("skip{undoing}"), t("plan-skip"), &one.step.key))
                }
            });
            PlanStep {
                title: &one.step.title,
                sort: &about.sort,
                // What takes back is not to come while all goes well.
                stands: if one.is_undoing && state == State::Waiting { Stands::Defined } else { stands(state) },
                who: &about.who,
                when: when(one, now, zone),
                note: &one.progress.note,
                is_critical: one.is_critical && state.is_open(),
                is_undoing: one.is_undoing,
                record: about.record.as_ref().map(|(number, address)| (number.as_str(), address.as_str())),
                actions,
                layer: one.layer,
                before: &one.before,
            }
        })
        .collect();
    let state = kind.lifecycle.state(&seen.record.state).map_or("", |state| state.label.as_str());
    let page = address::record(kind, &seen.record.number);
    let actions = (seen.may_move && seen.record.state == "running").then(|| {
        html! { (link("change", t("plan-change"), "")) (link("cancel", t("plan-give-up"), "")) }
    });
    plan(
        &Plan {
            label: t("plan"),
            live: None,
            page: (!is_alone).then_some((seen.record.number.as_str(), page.as_str())),
            title: if is_alone { "" } else { seen.record.text("title") },
            state,
            facts: &facts,
            outcome: seen.record.text("outcome"),
            steps: &steps,
        },
        actions,
    )
}

/// When a step ended, is due or is expected.
fn when(one: &StepSeen, now: Moment, zone: &TimeZone) -> Option<Markup> {
    let said = |id: &'static str, at: Markup| sentence(id, &[("when", at)]);
    let near = |at: Moment| time::ago(at, now, zone);
    match one.progress.state {
        State::Active | State::Failed => {
            one.progress.due_at.map(|at| said("plan-step-due", time::due(at, now, zone, true)))
        }
        State::Waiting => one.ends_at.filter(|_| !one.is_undoing).map(|at| said("plan-step-expected", near(at))),
        _ => one.progress.ended_at.map(|at| said("plan-step-ended", near(at))),
    }
}

pub(super) fn stands(state: State) -> Stands {
    match state {
        State::Waiting => Stands::Waiting,
        State::Active => Stands::Active,
        State::Done => Stands::Done,
        State::Skipped => Stands::Skipped,
        State::LeftOut => Stands::LeftOut,
        State::Failed => Stands::Failed,
        State::Cancelled => Stands::Cancelled,
        State::Undone => Stands::Undone,
    }
}

/// Words about a step.
pub(super) struct About {
    pub(super) sort: String,
    pub(super) who: String,
    record: Option<(String, String)>,
}

impl About {
    pub(super) fn of(registry: &Registry, labels: &Labels, one: &StepSeen) -> Self {
        let name = |id: Option<steward_model::id::RecordId>| {
            id.and_then(|id| labels.get(&id)).map(|label| label.label.clone())
        };
        let record = one.progress.record.and_then(|id| labels.get(&id)).and_then(|label| {
            let kind = registry.kind(&label.kind)?;
            Some((label.number.clone(), address::record(kind, &label.number)))
        });
        Self {
            sort: word(registry, "type", one.step.sort.key()),
            who: name(one.assignee).or_else(|| name(one.team)).unwrap_or_default(),
            record,
        }
    }
}

/// The word for a choice in the table of steps.
fn word(registry: &Registry, column: &str, key: &str) -> String {
    let steps = registry.kind(FLOW).and_then(|kind| kind.field("steps"));
    let Some(FieldType::Table { fields, .. }) = steps.map(|field| &field.field_type) else { return key.to_owned() };
    let choices = fields.iter().find(|field| field.key == column).and_then(|field| field.field_type.choices());
    let found = choices.and_then(|choices| choices.0.iter().find(|choice| choice.key == key));
    found.map_or_else(|| key.to_owned(), |choice| choice.label.clone())
}

/// The steps of a flow.
pub(super) fn defined(registry: &Registry, steps: &[Step], labels: &Labels) -> Markup {
    let (layers, before, undoing) = (graph::layers(steps), graph::before(steps), graph::undoing(steps));
    let about: Vec<(String, String)> = steps
        .iter()
        .map(|step| {
            let named = step.person.or(step.team).and_then(|id| labels.get(&id)).map(|label| label.label.clone());
            let who = match step.who {
                Who::Team | Who::Person => named.unwrap_or_default(),
                other => word(registry, "who", other.key()),
            };
            (word(registry, "type", step.sort.key()), who)
        })
        .collect();
    let shown: Vec<PlanStep<'_>> = steps
        .iter()
        .enumerate()
        .map(|(place, step)| PlanStep {
            title: &step.title,
            sort: &about[place].0,
            who: &about[place].1,
            when: step.lead.map(|lead| html! { (steward_words::duration(lead)) }),
            note: &step.condition,
            is_undoing: undoing.contains(&place),
            layer: layers[place],
            before: &before[place],
            ..PlanStep::default()
        })
        .collect();
    plan(&Plan { label: t("plan-steps"), steps: &shown, ..Plan::default() }, None)
}
