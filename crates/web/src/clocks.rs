//! Service-level clocks on pages: in words, as a picture, and why they are as they are.

use axum::extract::State as FromState;
use axum::response::{IntoResponse, Response};
use jiff::tz::TimeZone;
use maud::{Markup, html};
use steward_app::clocks::{ClockView, Considered, Explained, PromiseLink};
use steward_app::view::RecordView;
use steward_clock::book::Verdict;
use steward_clock::clock::{Mark, State, What};
use steward_clock::definition::{Metric, Sort};
use steward_clock::hours::GapReason;
use steward_model::event::Cause;
use steward_model::moment::Moment;
use steward_model::record::Record;
use steward_ui::clock::{
    ClockLine, ClockMark, ClockReason, ClockSpan, ClockState, clock_badge, clock_legend, clock_lines, clock_picture,
    clock_reasons, clock_trace,
};
use steward_ui::icon::{Icon, icon};
use steward_ui::record::{RailSection, rail_section};
use steward_ui::time::Time;
use steward_words::{duration, t, t_with, working_time};

use crate::Web;
use crate::error::WebError;
use crate::files::Segments;
use crate::values::shown::Reader;
use crate::values::time;
use crate::visitor::Visitor;

/// A step of escalation in words, from its key: `75%:notify` is “75 % used: tells the assignee”.
pub(crate) fn step_words(key: &str) -> String {
    let (when, action) = key.split_once(':').unwrap_or((key, ""));
    let moment = match when.strip_suffix('%') {
        Some(percent) => t_with("step-at-percent", &[("percent", percent.into())]),
        None => match when.trim_end_matches('m').parse::<i64>().unwrap_or_default() {
            0 => t("step-at-due").to_owned(),
            before if before < 0 => t_with("step-before", &[("time", (&duration(-before * 60)).into())]),
            after => t_with("step-after", &[("time", (&duration(after * 60)).into())]),
        },
    };
    let (verb, object) = action.split_once(':').unwrap_or((action, ""));
    let action = match verb {
        "notify_team" => t("step-notify-team").to_owned(),
        "notify_lead" => t("step-notify-lead").to_owned(),
        "notify_on_call" => t("step-notify-on-call").to_owned(),
        "raise_priority" => t("step-raise-priority").to_owned(),
        "reassign" => t("step-reassign").to_owned(),
        "transition" => t_with("step-transition", &[("step", object.into())]),
        _ => t("step-notify").to_owned(),
    };
    format!("{moment}: {action}")
}

/// Nearer than this is soon, in seconds; scripts have the same.
const SOON: i64 = 4 * 3600;
/// Gaps of a calendar named at most.
const GAPS: usize = 40;

/// The next due moment of a record, in lists.
pub(crate) fn next_due(record: &Record, now: Moment, zone: &TimeZone) -> Option<Markup> {
    let due = record.dues.next_due?;
    let is_broken = record.dues.breach_at.is_some_and(|breach| breach < now);
    let state = if is_broken { running(due.min(record.dues.breach_at?), now) } else { running(due, now) };
    Some(badge(state, Some(due), now, zone))
}

/// The clocks beside a record.
pub(crate) fn section(view: &RecordView, reader: &Reader<'_>, address: &str, is_now: bool) -> Markup {
    if view.clocks.is_empty() || !is_now {
        return html! {};
    }
    struct Said {
        label: String,
        used: String,
        detail: String,
        due: Option<(String, String, String, bool)>,
    }
    let said: Vec<Said> = view
        .clocks
        .iter()
        .map(|clock| Said {
            label: label(clock),
            used: t_with(
                "clock-used",
                &[
                    ("used", (&working_time(clock.standing.elapsed)).into()),
                    ("value", (&working_time(clock.clock.value)).into()),
                ],
            ),
            detail: clock
                .next_step
                .as_ref()
                .map(|(step, at)| {
                    let when = time::words(*at, reader.now, reader.zone).0;
                    t_with("clock-next-step", &[("step", (&step_words(step)).into()), ("when", (&when).into())])
                })
                .unwrap_or_default(),
            due: clock.clock.due_at.map(|due| {
                let (shown, relative) = time::words(due, reader.now, reader.zone);
                (due.to_string(), shown, time::exact(due, reader.zone), relative)
            }),
        })
        .collect();
    let lines: Vec<ClockLine<'_>> = view
        .clocks
        .iter()
        .zip(&said)
        .map(|(clock, said)| ClockLine {
            label: &said.label,
            agreement: &clock.agreement,
            state: state(clock, reader.now),
            due: said.due.as_ref().map(|(machine, shown, exact, is_relative)| Time {
                machine,
                shown,
                exact,
                is_relative: *is_relative,
            }),
            used: &said.used,
            percent: percent(clock),
            detail: &said.detail,
        })
        .collect();
    let why = format!("{address}/clocks");
    rail_section(&RailSection { label: t("clocks-title"), ..RailSection::default() }, clock_lines(&lines, &why))
}

/// How the clocks of a record count, and why these and no others.
pub(crate) async fn explain(
    FromState(web): FromState<Web>,
    Segments((kinds, name)): Segments<(String, String)>,
    visitor: Visitor,
) -> Result<Response, WebError> {
    let kind = web.app().kind_by_plural(&kinds)?.clone();
    let explained = web.app().explain_clocks(visitor.actor(), &kind, &name).await?;
    let zone = &visitor.preferences.zone;
    let content = html! {
        @if explained.clocks.is_empty() { p { (t("no-clocks")) } }
        @else { (clock_legend()) }
        @for clock in &explained.clocks { (story(clock, &explained, zone)) }
        @if !explained.considered.is_empty() { (reasons(&explained.considered)) }
    };
    Ok(crate::actions::dialog_or_page(&web, &visitor, &kind, &name, t("clock-explain"), content).into_response())
}

/// One clock: its picture, what it counts in, and everything that happened to it.
fn story(view: &ClockView, explained: &Explained, zone: &TimeZone) -> Markup {
    let clock = &view.clock;
    let (now, label) = (explained.now, label(view));
    let end = clock.ended_at.unwrap_or(now).max(clock.due_at.unwrap_or(now));
    let (from, to) = (time::exact(clock.started_at, zone), time::exact(end, zone));
    let said = t_with("clock-picture", &[("from", (&from).into()), ("to", (&to).into())]);
    let scale = |at: Moment| {
        let (length, place) = ((end.0 - clock.started_at.0).max(1), (at.0 - clock.started_at.0).max(0));
        u32::try_from(i128::from(place) * 1000 / i128::from(length)).unwrap_or(1000).min(1000)
    };
    let spans: Vec<ClockSpan> = view
        .segments
        .iter()
        .map(|segment| ClockSpan {
            from: scale(segment.from),
            to: scale(segment.to),
            state: match segment.state {
                State::Paused => ClockState::Paused,
                State::Handed => ClockState::Handed,
                _ if segment.is_breached => ClockState::Over,
                _ => ClockState::Far,
            },
        })
        .collect();
    let counts = match clock.calendar.and_then(|id| explained.labels.get(&id)) {
        Some(calendar) => t_with("clock-counts-calendar", &[("calendar", (&calendar.label).into())]),
        None => t("clock-counts-always").to_owned(),
    };
    let used = t_with(
        "clock-used",
        &[("used", (&working_time(view.standing.elapsed)).into()), ("value", (&working_time(clock.value)).into())],
    );
    html! {
        section.clock-story {
            div.clock-story__head { h2 { (label) } (badge(state(view, now), clock.due_at, now, zone)) }
            p.clock-story__text { (view.agreement) " · " (used) " · " (counts) }
            @if clock.kept + clock.missed > 0 {
                p.clock-story__text { (t_with("clock-rounds", &[("kept", i64::from(clock.kept).into()), ("missed", i64::from(clock.missed).into())])) }
            }
            (clock_picture(&spans, clock.due_at.map(scale), &said))
            @if !clock.marks.is_empty() { (trace(view, &format!("{label}: {}", t("clock-trace")), explained, zone)) }
            @if !view.gaps.is_empty() { (gaps(view, zone)) }
        }
    }
}

fn trace(view: &ClockView, name: &str, explained: &Explained, zone: &TimeZone) -> Markup {
    let moments: Vec<(String, String)> =
        view.clock.marks.iter().map(|mark| (mark.at.to_string(), time::exact(mark.at, zone))).collect();
    let words: Vec<[String; 4]> = view
        .clock
        .marks
        .iter()
        .map(|mark| {
            let length = |seconds: i64| if seconds == 0 { String::new() } else { working_time(seconds) };
            let due = mark.due_at.map(|due| time::exact(due, zone)).unwrap_or_default();
            [mark_words(&mark.what), length(mark.worked), length(mark.paused), due]
        })
        .collect();
    let marks: Vec<ClockMark<'_>> = view
        .clock
        .marks
        .iter()
        .zip(&moments)
        .zip(&words)
        .map(|((mark, (machine, exact)), [what, worked, paused, due])| ClockMark {
            time: Time { machine, shown: exact, exact, is_relative: false },
            what,
            who: who(mark, explained),
            worked,
            paused,
            due,
        })
        .collect();
    clock_trace(name, &marks)
}

/// Who brought a mark about, with the entry of the journal and the rule behind it.
fn who(mark: &Mark, explained: &Explained) -> Markup {
    if mark.seq == 0 {
        return html! { (t("clock-by-itself")) };
    }
    let name = match explained.labels.get(&mark.actor) {
        Some(label) => label.label.as_str(),
        None => "Steward",
    };
    let cause = match &mark.cause {
        Some(Cause::Rule(rule)) => Some(t_with("by-rule", &[("rule", rule.into())])),
        Some(Cause::Automation(one)) => Some(t_with("by-rule", &[("rule", (&one.named).into())])),
        Some(Cause::Macro(named)) => Some(t_with("by-macro", &[("macro", named.into())])),
        Some(Cause::Import(run)) => Some(t_with("from-import", &[("run", run.into())])),
        _ => None,
    };
    html! {
        (name) ", " (t_with("clock-entry", &[("seq", (&mark.seq.to_string()).into())]))
        @if let Some(cause) = cause { ", " (cause) }
    }
}

fn gaps(view: &ClockView, zone: &TimeZone) -> Markup {
    html! {
        details.clock-gaps {
            summary { (t("clock-gaps")) }
            ul {
                @for gap in view.gaps.iter().take(GAPS) {
                    li { (time::exact(gap.from, zone)) " – " (time::exact(gap.to, zone)) ": " (gap_words(&gap.why)) }
                }
            }
        }
    }
}

fn gap_words(why: &GapReason) -> String {
    match why {
        GapReason::OutsideHours => t("gap-outside").to_owned(),
        GapReason::ClosedDay => t("gap-closed").to_owned(),
        GapReason::Holiday { name } => t_with("gap-holiday", &[("name", name.into())]),
        GapReason::Exception { name } => t_with("gap-exception", &[("name", name.into())]),
    }
}

/// Why these targets apply and others do not; those that do first.
fn reasons(considered: &[Considered]) -> Markup {
    let said: Vec<(String, String)> = considered
        .iter()
        .map(|one| (format!("/service-level-targets/{}", one.target_number), verdict_words(&one.verdict)))
        .collect();
    let mut reasons: Vec<ClockReason<'_>> = considered
        .iter()
        .zip(&said)
        .map(|(one, (address, reason))| ClockReason {
            target: &one.target_name,
            address,
            agreement: &one.agreement_name,
            sort: sort_words(one.sort),
            applies: matches!(one.verdict, Verdict::Applies { .. }),
            reason,
        })
        .collect();
    reasons.sort_by_key(|reason| !reason.applies);
    html! {
        section.clock-story {
            div.clock-story__head { h2 { (t("why-agreement")) } }
            p.clock-story__text { (t("why-agreement-help")) }
            (clock_reasons(&reasons))
        }
    }
}

fn verdict_words(verdict: &Verdict) -> String {
    let word = match verdict {
        Verdict::Applies { by_offering, by_service, by_customer } => {
            let why = [
                (by_offering, "verdict-by-offering"),
                (by_service, "verdict-by-service"),
                (by_customer, "verdict-by-customer"),
            ];
            let why: Vec<&str> = why.iter().filter(|(holds, _)| **holds).map(|(_, id)| t(id)).collect();
            let why = if why.is_empty() { t("verdict-for-everybody").to_owned() } else { why.join(", ") };
            return format!("{}: {why}", t("verdict-applies"));
        }
        Verdict::LessParticular { .. } => "verdict-less-particular",
        Verdict::TargetInactive => "verdict-target-inactive",
        Verdict::AgreementNotInForce => "verdict-not-in-force",
        Verdict::NotYetValid => "verdict-not-yet",
        Verdict::NoLongerValid => "verdict-no-longer",
        Verdict::OtherCustomer => "verdict-other-customer",
        Verdict::OtherService => "verdict-other-service",
        Verdict::OtherOffering => "verdict-other-offering",
        Verdict::OtherTeam => "verdict-other-team",
        Verdict::OtherSupplier => "verdict-other-supplier",
        Verdict::ConditionNotMet => "verdict-condition",
        Verdict::NoValue => "verdict-no-value",
    };
    t(word).to_owned()
}

fn mark_words(what: &What) -> String {
    let value = |id: &'static str, value: i64| t_with(id, &[("value", (&working_time(value)).into())]);
    let word = match what {
        What::Started { value: promised, retroactive: true } => return value("mark-started-earlier", *promised),
        What::Started { value: promised, .. } => return value("mark-started", *promised),
        What::Switched { value: promised, recounted: true, .. } => return value("mark-switched-recounted", *promised),
        What::Switched { value: promised, .. } => return value("mark-switched", *promised),
        What::Revalued { from, to } => {
            let (from, to) = (working_time(*from), working_time(*to));
            return t_with("mark-revalued", &[("from", (&from).into()), ("to", (&to).into())]);
        }
        What::Paused => "mark-paused",
        What::Resumed => "mark-resumed",
        What::PauseLimit => "mark-pause-limit",
        What::HandedOver => "mark-handed",
        What::Returned => "mark-returned",
        What::CalendarChanged { .. } => "mark-calendar",
        What::Reset => "mark-reset",
        What::Restarted { anew: true } => "mark-restarted-anew",
        What::Restarted { .. } => "mark-restarted",
        What::Breached => "mark-breached",
        What::Stopped => "mark-stopped",
        What::Cancelled => "mark-cancelled",
        What::Unpromised => "mark-unpromised",
    };
    t(word).to_owned()
}

/// What a clock measures, in words; for agreements other than with customers their sort as well.
fn label(view: &ClockView) -> String {
    let metric = match view.clock.metric {
        Metric::Response => t("clock-response"),
        Metric::Resolution => t("clock-resolution"),
        Metric::Update => t("clock-update"),
        Metric::Own => view.target.as_str(),
    };
    match view.clock.sort {
        Sort::Sla | Sort::Own => metric.to_owned(),
        Sort::Ola => format!("{metric} (OLA)"),
        Sort::Uc => format!("{metric} (UC)"),
    }
}

fn sort_words(sort: Sort) -> &'static str {
    match sort {
        Sort::Sla => t("clock-sort-sla"),
        Sort::Ola => t("clock-sort-ola"),
        Sort::Uc => t("clock-sort-uc"),
        Sort::Own => t("clock-sort-own"),
    }
}

fn percent(view: &ClockView) -> u32 {
    let used = i128::from(view.standing.elapsed) * 100 / i128::from(view.clock.value.max(1));
    u32::try_from(used).unwrap_or(100)
}

fn state(view: &ClockView, now: Moment) -> ClockState {
    match view.clock.state {
        State::Running => view.clock.due_at.map_or(ClockState::Far, |due| running(due, now)),
        State::Paused if view.standing.is_breached => ClockState::Over,
        State::Paused => ClockState::Paused,
        State::Handed => ClockState::Handed,
        State::Achieved => ClockState::Kept,
        State::Breached => ClockState::Broken,
        State::Cancelled => ClockState::GivenUp,
    }
}

fn running(due: Moment, now: Moment) -> ClockState {
    match due.seconds_since(now) {
        ..0 => ClockState::Over,
        0..SOON => ClockState::Soon,
        _ => ClockState::Far,
    }
}

fn badge(state: ClockState, due: Option<Moment>, now: Moment, zone: &TimeZone) -> Markup {
    let Some(due) = due else { return clock_badge(state, None) };
    let (shown, is_relative) = time::words(due, now, zone);
    let (machine, exact) = (due.to_string(), time::exact(due, zone));
    clock_badge(state, Some(&Time { machine: &machine, shown: &shown, exact: &exact, is_relative }))
}

/// Whether each promise of an agreement can be kept from those beneath it; what cannot comes first.
pub(crate) fn chain(links: &[PromiseLink], zone: &TimeZone) -> Markup {
    if links.is_empty() {
        return html! {};
    }
    let mut ordered: Vec<&PromiseLink> = links.iter().collect();
    ordered.sort_by_key(|one| one.link.worst.is_none());
    html! {
        section.clock-story #promise-chain {
            div.clock-story__head { h2.record-text__label { (t("chain-title")) } }
            p.clock-story__text { (t("chain-help")) }
            ul.clock-reasons { @for one in ordered { (chain_link(one, zone)) } }
        }
    }
}

fn chain_link(one: &PromiseLink, zone: &TimeZone) -> Markup {
    let link = &one.link;
    let what = match &link.priority {
        Some(priority) => format!("{} ({priority})", one.target),
        None => one.target.clone(),
    };
    let beneath = format!("{} · {} ({})", one.beneath, one.beneath_agreement, sort_words(link.sort));
    let reason = match (&link.worst, link.beneath_value) {
        (_, None) => t("chain-nothing").to_owned(),
        (None, Some(value)) => t_with("chain-kept", &[("value", (&working_time(value)).into())]),
        (Some((start, promised, allowed)), Some(_)) => {
            let moment = |at: Moment| time::exact(at, zone);
            let allowed = allowed.map_or_else(|| t("chain-never").to_owned(), moment);
            let (start, promised) = (moment(*start), moment(*promised));
            t_with(
                "chain-broken",
                &[("start", (&start).into()), ("promised", (&promised).into()), ("allowed", (&allowed).into())],
            )
        }
    };
    let (applies, sign, word) = match (&link.worst, link.beneath_value) {
        (Some(_), _) => (false, Icon::CircleX, t("chain-impossible")),
        (None, None) => (false, Icon::Ban, t("chain-open")),
        (None, Some(_)) => (true, Icon::Check, t("chain-possible")),
    };
    html! {
        li.clock-reason.clock-reason--applies[applies].clock-reason--broken[link.worst.is_some()] {
            (icon(sign))
            div {
                strong { (word) } " " (what) ": " (working_time(link.value)) " · " (beneath)
                p.clock-line__detail { (reason) }
            }
        }
    }
}
