//! Service-level clocks on pages: in words, as a picture, and why they are as they are.

use steward_words::{duration, t, t_with};

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
        "raise_priority" => t("step-raise-priority").to_owned(),
        "reassign" => t("step-reassign").to_owned(),
        "transition" => t_with("step-transition", &[("step", object.into())]),
        _ => t("step-notify").to_owned(),
    };
    format!("{moment}: {action}")
}
