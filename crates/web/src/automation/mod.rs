//! Automation rules on pages: what a rule means, what it did, and what it would have done.

mod replay;
mod runs;
mod story;
mod webhooks;

use maud::{Markup, html};
use steward_app::automation::{Group, Preview, RunPage, RunView, Standing};
use steward_app::error::Error;
use steward_app::view::{Labels, RecordView};
use steward_model::access::Action;
use steward_model::event::{Automation, Event};
use steward_rule::RULE;
use steward_rule::definition::{AnyName, Rule};
use steward_rule::examples::Fault;
use steward_rule::trace::Outcome;
use steward_rule::trigger::Trigger;
use steward_ui::icon::{Icon, icon};
use steward_ui::message::{Notice, notice};
use steward_ui::record::{RailSection, rail_section};
use steward_ui::reference::{Reference, reference};
use steward_ui::tone::Tone;
use steward_words::{formats, number, refusal, t, t_with};

use crate::error::WebError;
use crate::list::counted;
use crate::values::time;
use crate::visitor::Visitor;
use crate::{Web, address, error};

pub(crate) use replay::{ask, page as replay_page};
pub(crate) use runs::page as log_page;
pub(crate) use webhooks::{page as test_page, send as send_again, test as send_test};

/// Lines of a log beside a record.
const BESIDE: usize = 3;
/// Lines of a log on the page of a rule.
const ON_PAGE: usize = 10;

/// What an entry came of, with the way to the rule as it was then.
pub(crate) fn cause(automation: &Automation, event: &Event) -> Markup {
    let number = automation.named.split(' ').next().unwrap_or_default();
    // What a step of a plan does is done as rules do things, and led to by the plan.
    if number.starts_with("PLN") {
        let said = t_with("by-plan", &[("plan", (&automation.named).into())]);
        return html! { a href={ "/plans/" (address::part(number)) } { (said) } };
    }
    let said = t_with(
        "by-rule-version",
        &[("rule", (&automation.named).into()), ("version", (&automation.version.to_string()).into())],
    );
    let then = format!("/rules/{}?as_of={}", address::part(number), event.at);
    html! { a href=(then) { (said) } }
}

/// What the page of a record shows of rules.
pub(crate) enum Gathered {
    /// It is a rule.
    Rule(Box<OfRule>),
    /// It is a rule as it was at some moment.
    Then(Box<Rule>),
    /// Rules acted on it.
    Record(Vec<RunView>, Labels),
}

/// What the page of a rule shows besides its fields.
pub(crate) struct OfRule {
    standing: Standing,
    preview: Result<Preview, String>,
    runs: Vec<RunView>,
    labels: Labels,
}

/// What there is to show; `None` for records on which no rule acted, and for readers who do not work on them.
pub(crate) async fn gather(web: &Web, visitor: &Visitor, view: &RecordView) -> Result<Option<Gathered>, WebError> {
    let (app, actor, number) = (web.app(), visitor.actor(), view.record.number.as_str());
    if !actor.is_staff() || !view.rights.may_read_internal() {
        return Ok(None);
    }
    if view.kind.key != RULE {
        let RunPage { mut runs, labels, .. } = app.runs_on_record(actor, &view.kind, number, None).await?;
        runs.truncate(BESIDE);
        return Ok((!runs.is_empty()).then_some(Gathered::Record(runs, labels)));
    }
    let standing = app.rule_standing(actor, number).await?;
    let preview = match app.preview_rule(actor, number).await {
        Ok(preview) => Ok(preview),
        Err(fault @ (Error::Filter(_) | Error::Invalid(_) | Error::BadRequest(_) | Error::NotFound)) => {
            Err(error::words(&fault))
        }
        Err(fault) => return Err(fault.into()),
    };
    let RunPage { mut runs, labels, .. } = app.runs_of_rule(actor, number, None).await?;
    runs.truncate(ON_PAGE);
    Ok(Some(Gathered::Rule(Box::new(OfRule { standing, preview, runs, labels }))))
}

/// What a rule meant at the moment that the page shows; `None` for other records.
pub(crate) fn as_it_was(web: &Web, view: &RecordView) -> Option<Gathered> {
    if view.kind.key != RULE {
        return None;
    }
    let rule = Rule::read(&view.record, web.app().registry(), &|_, name| Some(AnyName::id(name)));
    rule.ok().map(|rule| Gathered::Then(Box::new(rule)))
}

impl Gathered {
    /// What a rule means, over its texts; nothing for other records.
    pub(crate) fn story(&self, web: &Web, visitor: &Visitor, view: &RecordView) -> Markup {
        match self {
            Self::Rule(rule) => rule.story(web, visitor, view),
            Self::Then(rule) => story::draw(web, view, rule),
            Self::Record(..) => html! {},
        }
    }

    /// How its examples come out, what it holds on today, and what it did.
    pub(crate) fn proof(&self, web: &Web, visitor: &Visitor, view: &RecordView) -> Markup {
        let Self::Rule(rule) = self else { return html! {} };
        html! { (rule.examples()) (rule.matches(view)) (rule.log(web, visitor, view)) }
    }

    /// What rules did last, beside a record.
    pub(crate) fn beside(&self, web: &Web, visitor: &Visitor, view: &RecordView) -> Markup {
        let Self::Record(runs, labels) = self else { return html! {} };
        let (now, zone) = (web.app().now(), &visitor.preferences.zone);
        let all = address::of_record(&view.kind, &view.record, "runs");
        let content = html! {
            ul.rule-list {
                @for run in runs {
                    li {
                        (runs::rule_of(run))
                        span { (runs::outcome(run.outcome).mark()) " " (time::ago(run.at, now, zone)) }
                        @for line in runs::lines(web, run, labels) { span { (line) } }
                    }
                }
            }
            a href=(all) { (t("rule-log-all")) }
        };
        rail_section(&RailSection { label: t("rule-log-record"), ..RailSection::default() }, content)
    }
}

/// What came otherwise than an example expects.
fn otherwise(fault: &Fault) -> String {
    match fault {
        Fault::Acts => t("rule-example-acts").to_owned(),
        Fault::AnswersNot => t("rule-example-answers-not").to_owned(),
        Fault::ActsNot => t("rule-example-acts-not").to_owned(),
        Fault::HoldsNot(part) => t_with("rule-example-holds-not", &[("part", part.into())]).to_string(),
        Fault::TooFew { wanted, count } => {
            t_with("rule-example-too-few", &[("wanted", (*wanted).into()), ("count", (*count).into())]).to_string()
        }
        Fault::SetsNot(field) => t_with("rule-example-sets-not", &[("field", field.into())]).to_string(),
        Fault::SetsOther { field, value, wanted } => {
            let said = [("field", field.into()), ("value", value.into()), ("wanted", wanted.into())];
            t_with("rule-example-sets-other", &said).to_string()
        }
        Fault::Written(message) => refusal(message).into_owned(),
    }
}

impl OfRule {
    fn story(&self, web: &Web, visitor: &Visitor, view: &RecordView) -> Markup {
        let (now, zone) = (web.app().now(), &visitor.preferences.zone);
        html! {
            section.rule-part aria-label=(t("rule-story")) {
                @if let Some(fault) = &self.standing.fault {
                    (notice(&Notice { tone: Tone::Danger, text: &format!("{} {}", t("rule-cannot-act"), refusal(fault)) }, html! {}))
                }
                @if let Some(at) = self.standing.limited_at {
                    @let said = t_with("rule-is-limited", &[("when", (&time::words(at, now, zone).0).into())]);
                    (notice(&Notice { tone: Tone::Warning, text: &said }, html! {}))
                }
                @match &self.standing.rule {
                    Some(rule) => (story::draw(web, view, rule)),
                    None => p.rule-part__text { (t("rule-unreadable")) },
                }
            }
        }
    }

    fn examples(&self) -> Markup {
        html! {
            @if !self.standing.examples.is_empty() {
                section.rule-part {
                    header.rule-part__head { h2 { (t("rule-examples")) } }
                    ul.clock-reasons {
                        @for one in &self.standing.examples {
                            li.clock-reason.{ "clock-reason--" (if one.fault.is_none() { "applies" } else { "broken" }) } {
                                (icon(if one.fault.is_none() { Icon::Check } else { Icon::CircleX }))
                                span { strong { (one.name) } ": " (one.fault.as_ref().map_or_else(|| t("rule-example-holds").to_owned(), otherwise)) }
                            }
                        }
                    }
                }
            }
        }
    }

    fn matches(&self, view: &RecordView) -> Markup {
        let replay = address::of_record(&view.kind, &view.record, "replay");
        let said = |preview: &Preview| match preview.count {
            0 => t("rule-matches-none").to_owned(),
            1 => t("rule-matches-one").to_owned(),
            count => t_with("rule-matches-count", &[("count", (&counted(Some(count))).into())]).to_string(),
        };
        html! {
            section.rule-part id="matches" {
                header.rule-part__head {
                    h2 { (t("rule-matches")) }
                    @if view.rights.may(Action::Update) { a href=(replay) { (t("rule-replay-run")) } }
                }
                @match &self.preview {
                    Err(why) => p.rule-part__text { (t_with("rule-matches-fault", &[("why", why.into())])) },
                    Ok(preview) => {
                        p.rule-part__text { (said(preview)) }
                        ul.rule-list {
                            @for (place, one) in preview.records.iter().enumerate() {
                                @let at = address::record(&one.kind, &one.record.number);
                                li {
                                    (reference(&Reference { number: &one.record.number, label: one.record.text(&one.kind.label_field), address: Some(&at), ..Reference::default() }))
                                    @if let Some(count) = preview.related.get(place) {
                                        span { (t_with("rule-matches-related", &[("count", (&counted(Some(*count))).into())])) }
                                    }
                                }
                            }
                        }
                        (self.groups(preview))
                    }
                }
            }
        }
    }

    /// Where so many came within the last day, of a rule that counts.
    fn groups(&self, preview: &Preview) -> Markup {
        let is_counting =
            self.standing.rule.as_ref().is_some_and(|rule| matches!(rule.trigger, Trigger::Threshold { .. }));
        let said = |group: &Group| {
            let label = if group.label.is_empty() { t("rule-matches-group-all") } else { &group.label };
            t_with("rule-matches-group", &[("label", label.into()), ("count", group.most.into())]).to_string()
        };
        html! {
            @if is_counting {
                @if preview.groups.is_empty() { p.rule-part__text { (t("rule-matches-groups-none")) } }
                @else {
                    h3.rule-part__title { (t("rule-matches-groups")) }
                    ul.rule-list { @for group in &preview.groups { li { (said(group)) } } }
                }
            }
        }
    }

    fn log(&self, web: &Web, visitor: &Visitor, view: &RecordView) -> Markup {
        let all = address::of_record(&view.kind, &view.record, "runs");
        let own = view.rights.may(Action::Update).then(|| address::record(&view.kind, &view.record.number));
        let counts: Vec<String> = Outcome::ALL
            .into_iter()
            .filter_map(|outcome| {
                let count = *self.standing.day.get(outcome.key())?;
                Some(format!("{}: {}", runs::word(outcome), number(count, formats())))
            })
            .collect();
        html! {
            section.rule-part id="log" {
                header.rule-part__head {
                    h2 { (t("rule-log")) }
                    span.rule-part__ways {
                        @if let Some(test) = webhooks::test_of(view) { a href=(test) { (t("rule-webhook-test")) } }
                        @if !self.runs.is_empty() { a href=(all) { (t("rule-log-all")) } }
                    }
                }
                @if !counts.is_empty() { p.rule-part__text { (t("rule-standing")) " · " (counts.join(" · ")) } }
                @if self.runs.is_empty() { p.rule-part__text { (t("rule-log-none")) } }
                @else { (runs::table(web, visitor, (&self.runs, &self.labels), (true, own.as_deref()))) }
            }
        }
    }
}
