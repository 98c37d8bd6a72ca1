//! The practices of service management: one folder each, TOML first, Rust where data cannot say it.

pub mod desk;
pub mod knowledge;
pub mod people;
mod priority;
pub mod rules;

use steward_model::kind::Source;

/// Each definition file as path within `practices/` and text.
const DEFINITIONS: &[(&str, &str)] = &[
    ("change/change.toml", include_str!("../practices/change/change.toml")),
    ("change/change_task.toml", include_str!("../practices/change/change_task.toml")),
    ("configuration/configuration_item.toml", include_str!("../practices/configuration/configuration_item.toml")),
    ("desk/handling_note.toml", include_str!("../practices/desk/handling_note.toml")),
    ("desk/macro.toml", include_str!("../practices/desk/macro.toml")),
    ("desk/record_template.toml", include_str!("../practices/desk/record_template.toml")),
    ("desk/snippet.toml", include_str!("../practices/desk/snippet.toml")),
    ("incident/incident.toml", include_str!("../practices/incident/incident.toml")),
    ("incident/incident_task.toml", include_str!("../practices/incident/incident_task.toml")),
    ("knowledge/article_feedback.toml", include_str!("../practices/knowledge/article_feedback.toml")),
    ("knowledge/knowledge_article.toml", include_str!("../practices/knowledge/knowledge_article.toml")),
    ("links.toml", include_str!("../practices/links.toml")),
    ("organisation/location.toml", include_str!("../practices/organisation/location.toml")),
    ("organisation/organisation.toml", include_str!("../practices/organisation/organisation.toml")),
    ("organisation/person.toml", include_str!("../practices/organisation/person.toml")),
    ("organisation/team.toml", include_str!("../practices/organisation/team.toml")),
    ("outage/outage.toml", include_str!("../practices/outage/outage.toml")),
    ("problem/known_error.toml", include_str!("../practices/problem/known_error.toml")),
    ("problem/problem.toml", include_str!("../practices/problem/problem.toml")),
    ("problem/problem_task.toml", include_str!("../practices/problem/problem_task.toml")),
    ("release/release.toml", include_str!("../practices/release/release.toml")),
    ("request/request_item.toml", include_str!("../practices/request/request_item.toml")),
    ("request/request_task.toml", include_str!("../practices/request/request_task.toml")),
    ("request/service_request.toml", include_str!("../practices/request/service_request.toml")),
    ("service/priority_matrix.toml", include_str!("../practices/service/priority_matrix.toml")),
    ("service/service.toml", include_str!("../practices/service/service.toml")),
    ("service/service_offering.toml", include_str!("../practices/service/service_offering.toml")),
    ("shared/prioritised.toml", include_str!("../practices/shared/prioritised.toml")),
    ("shared/task_work.toml", include_str!("../practices/shared/task_work.toml")),
    ("shared/work.toml", include_str!("../practices/shared/work.toml")),
    ("task/task.toml", include_str!("../practices/task/task.toml")),
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
