//! The practices of service management: one folder each, TOML first, Rust where data cannot say it.

pub mod approval;
pub mod calendar;
pub mod calibration;
mod catalogue;
pub mod desk;
mod flow;
pub mod intervals;
mod keeper;
pub mod knowledge;
pub mod maintenance;
pub mod notice;
pub mod people;
mod priority;
pub mod rate;
mod rule;
pub mod rules;
pub mod schedule;
mod service_level;

use steward_model::kind::Source;

/// Each definition file as path within `practices/` and text.
const DEFINITIONS: &[(&str, &str)] = &[
    ("approval/approval.toml", include_str!("../practices/approval/approval.toml")),
    ("approval/approval_policy.toml", include_str!("../practices/approval/approval_policy.toml")),
    ("approval/de.toml", include_str!("../practices/approval/de.toml")),
    ("approval/fr.toml", include_str!("../practices/approval/fr.toml")),
    ("automation/de.toml", include_str!("../practices/automation/de.toml")),
    ("automation/fr.toml", include_str!("../practices/automation/fr.toml")),
    ("automation/overlay.toml", include_str!("../practices/automation/overlay.toml")),
    ("automation/rule.toml", include_str!("../practices/automation/rule.toml")),
    ("change/change.toml", include_str!("../practices/change/change.toml")),
    ("change/change_task.toml", include_str!("../practices/change/change_task.toml")),
    ("change/de.toml", include_str!("../practices/change/de.toml")),
    ("change/fr.toml", include_str!("../practices/change/fr.toml")),
    ("configuration/configuration_item.toml", include_str!("../practices/configuration/configuration_item.toml")),
    ("configuration/de.toml", include_str!("../practices/configuration/de.toml")),
    ("configuration/fr.toml", include_str!("../practices/configuration/fr.toml")),
    ("desk/de.toml", include_str!("../practices/desk/de.toml")),
    ("desk/fr.toml", include_str!("../practices/desk/fr.toml")),
    ("desk/handling_note.toml", include_str!("../practices/desk/handling_note.toml")),
    ("desk/macro.toml", include_str!("../practices/desk/macro.toml")),
    ("desk/record_template.toml", include_str!("../practices/desk/record_template.toml")),
    ("desk/snippet.toml", include_str!("../practices/desk/snippet.toml")),
    ("flow/de.toml", include_str!("../practices/flow/de.toml")),
    ("flow/flow.toml", include_str!("../practices/flow/flow.toml")),
    ("flow/fr.toml", include_str!("../practices/flow/fr.toml")),
    ("flow/plan.toml", include_str!("../practices/flow/plan.toml")),
    ("incident/de.toml", include_str!("../practices/incident/de.toml")),
    ("incident/fr.toml", include_str!("../practices/incident/fr.toml")),
    ("incident/incident.toml", include_str!("../practices/incident/incident.toml")),
    ("incident/incident_task.toml", include_str!("../practices/incident/incident_task.toml")),
    ("knowledge/article_feedback.toml", include_str!("../practices/knowledge/article_feedback.toml")),
    ("knowledge/de.toml", include_str!("../practices/knowledge/de.toml")),
    ("knowledge/fr.toml", include_str!("../practices/knowledge/fr.toml")),
    ("knowledge/knowledge_article.toml", include_str!("../practices/knowledge/knowledge_article.toml")),
    ("links.toml", include_str!("../practices/links.toml")),
    ("notification/de.toml", include_str!("../practices/notification/de.toml")),
    ("notification/fr.toml", include_str!("../practices/notification/fr.toml")),
    ("notification/notice_template.toml", include_str!("../practices/notification/notice_template.toml")),
    ("operations/de.toml", include_str!("../practices/operations/de.toml")),
    ("operations/fr.toml", include_str!("../practices/operations/fr.toml")),
    ("operations/freeze.toml", include_str!("../practices/operations/freeze.toml")),
    ("operations/rota.toml", include_str!("../practices/operations/rota.toml")),
    ("operations/maintenance_window.toml", include_str!("../practices/operations/maintenance_window.toml")),
    ("organisation/absence.toml", include_str!("../practices/organisation/absence.toml")),
    ("organisation/de.toml", include_str!("../practices/organisation/de.toml")),
    ("organisation/fr.toml", include_str!("../practices/organisation/fr.toml")),
    ("organisation/location.toml", include_str!("../practices/organisation/location.toml")),
    ("organisation/organisation.toml", include_str!("../practices/organisation/organisation.toml")),
    ("organisation/person.toml", include_str!("../practices/organisation/person.toml")),
    ("organisation/team.toml", include_str!("../practices/organisation/team.toml")),
    ("outage/de.toml", include_str!("../practices/outage/de.toml")),
    ("outage/fr.toml", include_str!("../practices/outage/fr.toml")),
    ("outage/outage.toml", include_str!("../practices/outage/outage.toml")),
    ("problem/de.toml", include_str!("../practices/problem/de.toml")),
    ("problem/fr.toml", include_str!("../practices/problem/fr.toml")),
    ("problem/known_error.toml", include_str!("../practices/problem/known_error.toml")),
    ("problem/problem.toml", include_str!("../practices/problem/problem.toml")),
    ("problem/problem_task.toml", include_str!("../practices/problem/problem_task.toml")),
    ("release/de.toml", include_str!("../practices/release/de.toml")),
    ("release/fr.toml", include_str!("../practices/release/fr.toml")),
    ("release/release.toml", include_str!("../practices/release/release.toml")),
    ("request/catalogue_category.toml", include_str!("../practices/request/catalogue_category.toml")),
    ("request/catalogue_item.toml", include_str!("../practices/request/catalogue_item.toml")),
    ("request/de.toml", include_str!("../practices/request/de.toml")),
    ("request/fr.toml", include_str!("../practices/request/fr.toml")),
    ("request/request_item.toml", include_str!("../practices/request/request_item.toml")),
    ("request/request_task.toml", include_str!("../practices/request/request_task.toml")),
    ("request/schedule.de.toml", include_str!("../practices/request/schedule.de.toml")),
    ("request/schedule.fr.toml", include_str!("../practices/request/schedule.fr.toml")),
    ("request/schedule.toml", include_str!("../practices/request/schedule.toml")),
    ("request/service_request.toml", include_str!("../practices/request/service_request.toml")),
    ("service/de.toml", include_str!("../practices/service/de.toml")),
    ("service/fr.toml", include_str!("../practices/service/fr.toml")),
    ("service/priority_matrix.toml", include_str!("../practices/service/priority_matrix.toml")),
    ("service/service.toml", include_str!("../practices/service/service.toml")),
    ("service/service_offering.toml", include_str!("../practices/service/service_offering.toml")),
    ("service_level/agreement.toml", include_str!("../practices/service_level/agreement.toml")),
    ("service_level/breach_exclusion.toml", include_str!("../practices/service_level/breach_exclusion.toml")),
    ("service_level/de.toml", include_str!("../practices/service_level/de.toml")),
    ("service_level/fr.toml", include_str!("../practices/service_level/fr.toml")),
    ("service_level/service_level_report.toml", include_str!("../practices/service_level/service_level_report.toml")),
    ("service_level/service_level_target.toml", include_str!("../practices/service_level/service_level_target.toml")),
    ("service_level/calendar.de.toml", include_str!("../practices/service_level/calendar.de.toml")),
    ("service_level/calendar.fr.toml", include_str!("../practices/service_level/calendar.fr.toml")),
    ("service_level/calendar.toml", include_str!("../practices/service_level/calendar.toml")),
    ("shared/de.toml", include_str!("../practices/shared/de.toml")),
    ("shared/fr.toml", include_str!("../practices/shared/fr.toml")),
    ("shared/prioritised.toml", include_str!("../practices/shared/prioritised.toml")),
    ("shared/step_work.toml", include_str!("../practices/shared/step_work.toml")),
    ("shared/task_work.toml", include_str!("../practices/shared/task_work.toml")),
    ("shared/work.toml", include_str!("../practices/shared/work.toml")),
    ("task/de.toml", include_str!("../practices/task/de.toml")),
    ("task/fr.toml", include_str!("../practices/task/fr.toml")),
    ("task/task.toml", include_str!("../practices/task/task.toml")),
    ("time/activity.toml", include_str!("../practices/time/activity.toml")),
    ("time/de.toml", include_str!("../practices/time/de.toml")),
    ("time/fr.toml", include_str!("../practices/time/fr.toml")),
    ("time/rate.toml", include_str!("../practices/time/rate.toml")),
];

/// The definitions that Steward ships, for [`steward_model::kind::Registry::load`]. A customer's own kinds are more
/// sources beside these.
pub fn sources() -> Vec<Source> {
    DEFINITIONS.iter().map(|(path, text)| Source { path: (*path).to_owned(), text: (*text).to_owned() }).collect()
}

/// The roles that Steward ships, for [`steward_model::access::Policy::load`].
pub fn roles() -> Vec<Source> {
    vec![Source { path: "practices/roles.toml".to_owned(), text: include_str!("../practices/roles.toml").to_owned() }]
}
