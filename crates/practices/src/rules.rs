//! Behaviour of the practices that data cannot say, under the names by which kinds ask for it.

use serde_json::Value as Json;
use steward_clock::definition::{AGREEMENT, TARGET};
use steward_flow::{FLOW, PLAN};
use steward_model::decide::{Context, Derived, FieldError, Rules, World};
use steward_model::event::Why;
use steward_model::kind::Kind;
use steward_model::record::Record;
use steward_rule::RULE;

use crate::approval;
use crate::calendar;
use crate::catalogue;
use crate::desk;
use crate::flow;
use crate::knowledge;
use crate::maintenance;
use crate::notice;
use crate::people;
use crate::priority;
use crate::rate;
use crate::rule;
use crate::schedule;
use crate::service_level;

/// The rules of all practices.
#[derive(Debug, Clone, Copy, Default)]
pub struct PracticeRules;

impl Rules for PracticeRules {
    fn related_kinds(&self) -> &[&'static str] {
        &["calendar", "priority_matrix"]
    }

    fn inputs(&self, rule: &str) -> &[&'static str] {
        match rule {
            priority::RULE => &priority::INPUTS,
            _ => &[],
        }
    }

    fn derive(&self, rule: &str, _kind: &Kind, record: &Record, world: &World) -> Derived {
        match rule {
            priority::RULE => priority::derive(record, world),
            unknown => Derived {
                value: None,
                why: Why { rule: unknown.to_owned(), detail: "no practice knows this rule".to_owned() },
            },
        }
    }

    fn follow(
        &self,
        kind: &Kind,
        before: Option<&Record>,
        after: &Record,
        ctx: &Context<'_>,
    ) -> Vec<(&'static str, Option<Json>, Why)> {
        match kind.key.as_str() {
            calendar::CALENDAR => calendar::follow(before, after),
            knowledge::ARTICLE => knowledge::writers(before, after, ctx),
            FLOW => flow::follow(before, after, ctx),
            PLAN => flow::follow_plan(before, after, ctx),
            RULE => rule::follow(before, after, ctx),
            schedule::SCHEDULE => schedule::follow(before, after, ctx),
            _ => Vec::new(),
        }
    }

    fn check(&self, kind: &Kind, before: Option<&Record>, after: &Record, ctx: &Context<'_>) -> Vec<FieldError> {
        match kind.key.as_str() {
            approval::POLICY => approval::check(before, after, ctx),
            calendar::CALENDAR => calendar::check(before, after, ctx),
            "catalogue_item" => catalogue::check_item(before, after, ctx),
            desk::TEMPLATE | desk::MACRO => desk::check(before, after, ctx),
            knowledge::ARTICLE => knowledge::check_translation(before, after),
            maintenance::MAINTENANCE | maintenance::ROTA => maintenance::check(before, after),
            "freeze" => maintenance::check_freeze(after),
            notice::TEMPLATE => notice::check(before, after, ctx),
            FLOW => flow::check(before, after, ctx),
            PLAN => flow::check_plan(before, after, ctx),
            rate::RATE => rate::check(before, after, ctx),
            RULE => rule::check(before, after, ctx),
            schedule::SCHEDULE => schedule::check(before, after, ctx),
            "person" => people::check_roles(before, after, ctx),
            people::ABSENCE => people::check_absence(after),
            AGREEMENT => service_level::check_agreement(before, after, ctx),
            TARGET => service_level::check_target(before, after, ctx),
            "priority_matrix" => priority::check_matrix(after),
            _ => Vec::new(),
        }
    }
}
