//! A dry run of a flow on a real record: what would be done by whom and when, and what would become of the record.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use steward_app::error::Error;
use steward_app::flows::{StepSeen, Trial};
use steward_app::view::RecordView;
use steward_flow::FLOW;
use steward_flow::progress::State as Stand;
use steward_model::event::Audience;
use steward_model::kind::Kind;
use steward_model::moment::Moment;
use steward_ui::button::{Button, Look, Submit, submit};
use steward_ui::header::{Header, header};
use steward_ui::message::{Notice, notice};
use steward_ui::plan::{Plan, PlanStep, Stands, plan};
use steward_ui::reference::Crumb;
use steward_ui::tone::Tone;
use steward_ui::words::sentence;
use steward_words::{refusal, t, t_with};

use super::begin::hindered;
use super::difference::table;
use super::plan::{About, stands};
use crate::error::WebError;
use crate::files::Segments;
use crate::form::Query;
use crate::frame::{Place, frame};
use crate::values::time;
use crate::visitor::Visitor;
use crate::{Web, address};

/// The end of its address.
pub(super) const ROUTE_END: &str = "trial";

/// Its address on the page of a flow.
pub(super) fn of_flow(kind: &Kind, number: &str) -> String {
    format!("{}/{}/{ROUTE_END}", address::list(kind), address::part(number))
}

pub(crate) async fn page(
    State(web): State<Web>,
    Segments((kinds, name)): Segments<(String, String)>,
    visitor: Visitor,
    Query(query): Query,
) -> Result<Response, WebError> {
    let kind = web.app().kind_by_plural(&kinds)?.clone();
    if kind.key != FLOW {
        return Err(Error::NotFound.into());
    }
    let (of_kind, offered) = match web.app().records_to_try(visitor.actor(), &name).await {
        Ok((of_kind, records)) => (of_kind, Ok(records)),
        Err(Error::Invalid(faults)) => {
            let faults: Vec<String> =
                faults.iter().map(|fault| format!("{}: {}", fault.field, refusal(&fault.message))).collect();
            (kind.clone(), Err(faults))
        }
        Err(error) => return Err(error.into()),
    };
    // Of flows in force that they may not read, staff may know what they are called.
    let titled = match web.app().get(visitor.actor(), &kind, &name, None).await {
        Ok(view) => view.record.text(&kind.label_field).to_owned(),
        Err(Error::NotFound) => String::new(),
        Err(error) => return Err(error.into()),
    };
    let on = query.text("on").unwrap_or_default().trim();
    let tried = match offered.is_ok() && !on.is_empty() {
        true => Some(tried(&web, &visitor, &name, &of_kind, on).await?),
        false => None,
    };
    let (list, own) = (address::list(&kind), address::record(&kind, &name));
    let crumbs = [Crumb { label: &kind.label_plural, address: &list }, Crumb { label: &name, address: &own }];
    let title = t("trial");
    let main = html! {
        (header(&Header { title, detail: &titled, crumbs: &crumbs, ..Header::default() }, html! {}))
        div.page-body {
            p.quiet { (t("trial-help")) }
            @match &offered {
                Err(faults) => (notice(&Notice { tone: Tone::Warning, text: t("plan-faults") }, html! { ul { @for fault in faults { li { (fault) } } } })),
                Ok(records) => (asked(&kind, &name, &of_kind, records, on)),
            }
            @match &tried {
                None => {}
                Some(Err(fault)) => (notice(&Notice { tone: Tone::Danger, text: fault }, html! {})),
                Some(Ok(trial)) => (told(&web, &visitor, trial)),
            }
        }
    };
    let place = Place { title, current: &list, kind: Some(&kind), ..Place::default() };
    Ok(frame(&web, &visitor, place, main).into_response())
}

/// What came of it, or what is wrong with the record that was named.
async fn tried(
    web: &Web,
    visitor: &Visitor,
    flow: &str,
    kind: &Arc<Kind>,
    on: &str,
) -> Result<Result<Trial, String>, WebError> {
    match web.app().try_flow(visitor.actor(), flow, kind, on).await {
        Ok(trial) => Ok(Ok(trial)),
        Err(Error::NotFound) => {
            let kinds = kind.label_plural.to_lowercase();
            Ok(Err(t_with("trial-no-record", &[("number", on.into()), ("kinds", (&kinds).into())])))
        }
        Err(Error::Invalid(faults)) => {
            let faults: Vec<String> = faults.iter().map(|fault| refusal(&fault.message).into_owned()).collect();
            Ok(Err(faults.join(", ")))
        }
        Err(error) => Err(error.into()),
    }
}

/// Asks for the record; those that the flow would begin on stand beside.
fn asked(kind: &Kind, name: &str, of_kind: &Kind, records: &[RecordView], on: &str) -> Markup {
    let action = of_flow(kind, name);
    html! {
        form.try-form method="get" action=(action) {
            div.field {
                label.field__label for="on" { (of_kind.label) }
                input.input id="on" name="on" value=(on) list="trial-records" autocomplete="off" placeholder=[records.first().map(|one| &one.record.number)];
                datalist id="trial-records" {
                    @for one in records { option value=(one.record.number) { (one.record.text(&of_kind.label_field)) } }
                }
            }
            (submit(&Button { label: t("trial-run"), look: Look::Main, ..Button::default() }, &Submit::default()))
        }
        @if on.is_empty() {
            @if records.is_empty() { p.quiet { (t("trial-none")) } }
            @else {
                h2 { (t("trial-begins-on")) }
                ul.plain-list {
                    @for one in records {
                        li.plain-list__item { div.plain-list__text {
                            a href={ (action) "?on=" (address::part(&one.record.number)) } { (one.record.number) " " (one.record.text(&of_kind.label_field)) }
                        } }
                    }
                }
            }
        }
    }
}

fn told(web: &Web, visitor: &Visitor, trial: &Trial) -> Markup {
    let registry = web.app().registry();
    let view = &trial.before;
    let page = address::record(&view.kind, &view.record.number);
    let exact = |at: Moment| time::exact(at, &visitor.preferences.zone);
    let about: Vec<About> = trial.steps.iter().map(|one| About::of(registry, &trial.labels, one)).collect();
    let steps: Vec<PlanStep<'_>> = trial
        .steps
        .iter()
        .zip(&about)
        .map(|(one, about)| PlanStep {
            title: &one.step.title,
            sort: &about.sort,
            stands: stand(one),
            who: &about.who,
            when: one.progress.ended_at.map(|at| sentence("trial-step-over", &[("when", html! { (exact(at)) })])),
            note: &one.progress.note,
            is_critical: one.is_critical,
            is_undoing: one.is_undoing,
            layer: one.layer,
            before: &one.before,
            ..PlanStep::default()
        })
        .collect();
    let facts: Vec<Markup> = trial
        .ends_at
        .map(|at| html! { (t_with("trial-over", &[("when", (&exact(at)).into())])) })
        .into_iter()
        .chain(trial.ends_at.is_none().then(|| html! { (t("trial-stands-still")) }))
        .collect();
    let names: Vec<&str> =
        trial.told.iter().filter_map(|id| trial.labels.get(id)).map(|label| label.label.as_str()).collect();
    html! {
        p { a href=(page) { (view.record.number) " " (view.record.text(&view.kind.label_field)) } }
        @if let Some(why) = &trial.hindrance { (caution(&hindered(&view.kind, why))) }
        @if trial.is_asked { (caution(t("trial-asked"))) }
        (plan(&Plan { label: t("plan-steps"), facts: &facts, outcome: &refusal(&trial.outcome), steps: &steps, ..Plan::default() }, None))
        p.quiet { (t("trial-assumed")) }
        @if !trial.differs.is_empty() {
            h2 { (t("trial-record-after")) }
            (table(web, visitor, [&trial.before, &trial.after], &trial.differs, [t("now"), t("trial-after")]))
        }
        @if !trial.comments.is_empty() {
            h2 { (t("trial-comments")) }
            ul.plain-list { @for (audience, body) in &trial.comments { li.plain-list__item { div.plain-list__text {
                span.quiet { @match audience { Audience::Public => (t("trial-public")), Audience::Internal => (t("trial-internal")) } } " " (body)
            } } } }
        }
        @if !names.is_empty() { p { (t_with("trial-told", &[("names", (&names.join(", ")).into())])) } }
    }
}

fn caution(text: &str) -> Markup {
    notice(&Notice { tone: Tone::Warning, text }, html! {})
}

/// How a step would stand in the end. What takes back does nothing while all goes well.
fn stand(one: &StepSeen) -> Stands {
    if one.is_undoing && one.progress.state == Stand::Waiting { Stands::Defined } else { stands(one.progress.state) }
}
