//! A rule in words.

use maud::Markup;
use steward_app::view::RecordView;
use steward_model::event::Audience;
use steward_model::filter::Filter;
use steward_model::kind::{Field, Kind};
use steward_rule::action::{Action, Told};
use steward_rule::definition::Rule;
use steward_rule::each::{Each, MOST_EACH, Relation};
use steward_rule::route::{Routing, Strategy};
use steward_rule::trigger::{Trigger, Writer};
use steward_rule::turns::Turns;
use steward_ui::automation::{Step, Story, story};
use steward_words::{t, t_with};

use crate::Web;

/// Characters of a text that are shown.
const SHORT: usize = 160;

/// The rule as three lines.
pub(super) fn draw(web: &Web, view: &RecordView, rule: &Rule) -> Markup {
    let registry = web.app().registry();
    let Some(kind) = registry.kind(&rule.kind) else { return maud::html! {} };
    let team = |routing: &Routing| match routing.team.and_then(|team| view.labels.get(&team)) {
        Some(label) => label.label.clone(),
        None => t("rule-own-team").to_owned(),
    };
    let mut then: Vec<Step> = rule.routing.iter().map(|routing| route(routing, &team(routing)).into()).collect();
    then.extend(rule.actions.iter().map(|action| step(action, kind, web)));
    let mut limits = Vec::new();
    if let Some(most) = rule.routing.as_ref().and_then(|routing| routing.capacity) {
        limits.push(t_with("rule-limit-capacity", &[("count", most.into())]).to_string());
    }
    if rule.once {
        limits.push(t("rule-limit-once").to_owned());
    }
    if rule.stops {
        limits.push(t("rule-limit-stop").to_owned());
    }
    if matches!(rule.trigger, Trigger::Threshold { .. }) {
        limits.push(t("rule-limit-threshold").to_owned());
    }
    if rule.actions.iter().any(|action| matches!(action, Action::ForEach(_))) {
        limits.push(t_with("rule-limit-each", &[("count", MOST_EACH.into())]).to_string());
    }
    limits.push(t_with("rule-limit-hour", &[("count", rule.most_per_hour.into())]).to_string());
    let condition = match rule.condition {
        Filter::Everything => "",
        _ => view.record.text("condition"),
    };
    story(&Story {
        kind: &kind.label_plural,
        when: &when(&rule.trigger, kind, view),
        condition,
        then: &then,
        limits: &limits,
    })
}

fn when(trigger: &Trigger, kind: &Kind, view: &RecordView) -> String {
    match trigger {
        Trigger::Created => t("rule-when-created").to_owned(),
        Trigger::Changed { fields, or_created } => {
            let label = |key: &String| kind.field(key).map_or_else(|| key.clone(), |field| field.label.clone());
            let fields = fields.iter().map(label).collect::<Vec<_>>().join(", ");
            match (fields.is_empty(), or_created) {
                (true, false) => t("rule-when-changed-any").to_owned(),
                (true, true) => t("rule-when-saved-any").to_owned(),
                (false, false) => t_with("rule-when-changed", &[("fields", (&fields).into())]).to_string(),
                (false, true) => t_with("rule-when-saved", &[("fields", (&fields).into())]).to_string(),
            }
        }
        Trigger::Moved { transition, to } => {
            let step = transition.as_ref().and_then(|key| kind.lifecycle.transition(key));
            let state = to.as_ref().and_then(|key| kind.lifecycle.state(key));
            match (step, state) {
                (Some(step), _) => t_with("rule-when-moved-step", &[("step", (&step.label).into())]).to_string(),
                (None, Some(state)) => t_with("rule-when-moved-to", &[("state", (&state.label).into())]).to_string(),
                (None, None) => t("rule-when-moved-any").to_owned(),
            }
        }
        Trigger::Commented { audience, by } => {
            let who = match by {
                Writer::Anyone => t("rule-who-anyone"),
                Writer::Requester => t("rule-who-requester"),
                Writer::Staff => t("rule-who-staff"),
            };
            let who = [("who", who.into())];
            match audience {
                None => t_with("rule-when-commented", &who).to_string(),
                Some(Audience::Public) => t_with("rule-when-commented-public", &who).to_string(),
                Some(Audience::Internal) => t_with("rule-when-commented-internal", &who).to_string(),
            }
        }
        Trigger::Escalated { step } if step.is_empty() => t("rule-when-escalated-any").to_owned(),
        Trigger::Escalated { step } => t_with("rule-when-escalated", &[("step", step.into())]).to_string(),
        Trigger::Threshold { count, minutes, field } => {
            let count = ("count", (*count).into());
            let time = steward_words::duration(minutes * 60);
            let time = ("time", (&time).into());
            match field {
                None => t_with("rule-when-threshold", &[count, time]).to_string(),
                Some(key) => {
                    let label = attribute(key, kind);
                    t_with("rule-when-threshold-by", &[count, time, ("field", (&label).into())]).to_string()
                }
            }
        }
        Trigger::Timed(Turns::Every(minutes)) => {
            t_with("rule-when-every", &[("minutes", (&minutes.to_string()).into())]).to_string()
        }
        Trigger::Timed(Turns::At(_, zone)) => {
            let times = view.record.text("at_times");
            let zone = zone.iana_name().unwrap_or("UTC");
            t_with("rule-when-at", &[("times", times.into()), ("zone", zone.into())]).to_string()
        }
    }
}

fn route(routing: &Routing, team: &str) -> String {
    let team = ("team", team.into());
    match routing.strategy {
        Strategy::Team => t_with("rule-route-team", &[team]).to_string(),
        Strategy::ServiceTeam => t("rule-route-service").to_owned(),
        Strategy::ItemTeam => t("rule-route-item").to_owned(),
        Strategy::ItemOwner => t("rule-route-owner").to_owned(),
        Strategy::RoundRobin => t_with("rule-route-turn", &[team]).to_string(),
        Strategy::LeastLoaded => t_with("rule-route-least", &[team]).to_string(),
        Strategy::Skill => t_with("rule-route-skill", &[team, ("skill", (&routing.skill).into())]).to_string(),
    }
}

/// A field by its label, or what every record has.
fn attribute(key: &str, kind: &Kind) -> String {
    match kind.field(key) {
        Some(field) => field.label.clone(),
        None if key == "organisation" => t("organisation").to_owned(),
        None => key.to_owned(),
    }
}

fn step(action: &Action, kind: &Kind, web: &Web) -> Step {
    let Action::ForEach(each) = action else { return said(action, kind, web).into() };
    let registry = web.app().registry();
    let other = registry.kind(&each.kind).map_or(kind, AsRef::as_ref);
    Step { text: whom(each, kind, other, web), each: each.actions.iter().map(|one| said(one, other, web)).collect() }
}

/// The related records on which a rule acts.
fn whom(each: &Each, kind: &Kind, other: &Kind, web: &Web) -> String {
    let kinds = ("kinds", (&other.label_plural).into());
    let all = match &each.relation {
        Relation::Field(key) => {
            t_with("rule-then-each-field", &[("field", (&attribute(key, kind)).into())]).to_string()
        }
        Relation::Referring(key) => {
            t_with("rule-then-each-referring", &[kinds, ("field", (&attribute(key, other)).into())]).to_string()
        }
        Relation::Linked { link, inverse } => {
            let known = web.app().registry().link(link);
            // Said as the record would say it of them.
            let label = known.map_or(link.as_str(), |link| if *inverse { &link.inverse_label } else { &link.label });
            t_with("rule-then-each-linked", &[kinds, ("link", label.into())]).to_string()
        }
    };
    match each.condition.is_empty() {
        true => all,
        false => {
            let said = [("each", (&all).into()), ("condition", (&each.condition).into())];
            t_with("rule-then-each-which", &said).to_string()
        }
    }
}

fn said(action: &Action, kind: &Kind, web: &Web) -> String {
    match action {
        Action::ForEach(each) => {
            whom(each, kind, web.app().registry().kind(&each.kind).map_or(kind, AsRef::as_ref), web)
        }
        Action::Answer { agrees: true, reason } if reason.is_empty() => t("rule-then-approve").to_owned(),
        Action::Answer { agrees, reason } => {
            let said = if *agrees { "rule-then-approve-reason" } else { "rule-then-refuse" };
            t_with(said, &[("text", (&short(reason)).into())]).to_string()
        }
        Action::AskApproval { policy } => t_with("rule-then-ask-approval", &[("policy", policy.into())]).to_string(),
        Action::Set { field, value } => {
            let known = kind.field(field);
            let label = known.map_or(field.as_str(), |field| field.label.as_str());
            match value.is_empty() {
                true => t_with("rule-then-clear", &[("field", label.into())]).to_string(),
                false => {
                    let value = known.map_or_else(|| value.clone(), |field| shown(field, value));
                    t_with("rule-then-set", &[("field", label.into()), ("value", (&value).into())]).to_string()
                }
            }
        }
        Action::Comment { audience: Audience::Public, body } => {
            t_with("rule-then-comment", &[("text", (&short(body)).into())]).to_string()
        }
        Action::Comment { audience: Audience::Internal, body } => {
            t_with("rule-then-note", &[("text", (&short(body)).into())]).to_string()
        }
        Action::Notify(told) => {
            let whom = match told {
                Told::Assignee => t("rule-told-assignee"),
                Told::Team => t("rule-told-team"),
                Told::Lead => t("rule-told-lead"),
                Told::Requester => t("rule-told-requester"),
                Told::Watchers => t("rule-told-watchers"),
                Told::Named(name) => name,
            };
            t_with("rule-then-notify", &[("whom", whom.into())]).to_string()
        }
        Action::Create { template, .. } => t_with("rule-then-create", &[("template", template.into())]).to_string(),
        Action::Link { link, target } => {
            let label = web.app().registry().link(link).map_or(link.as_str(), |link| link.label.as_str());
            t_with("rule-then-link", &[("link", label.into()), ("target", target.into())]).to_string()
        }
        Action::StartFlow { flow } => t_with("rule-then-start-flow", &[("flow", flow.into())]).to_string(),
        Action::Move { transition } => {
            let label = kind.lifecycle.transition(transition).map_or(transition.as_str(), |step| step.label.as_str());
            t_with("rule-then-move", &[("step", label.into())]).to_string()
        }
        Action::Webhook => t("rule-then-webhook").to_owned(),
    }
}

/// A value as it is shown: the label of a choice, else as it was written.
fn shown(field: &Field, value: &str) -> String {
    let choice = field.field_type.choices().and_then(|choices| choices.find(value));
    choice.map_or_else(|| short(value), |choice| choice.label.clone())
}

fn short(text: &str) -> String {
    let mut short: String = text.chars().take(SHORT).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}
