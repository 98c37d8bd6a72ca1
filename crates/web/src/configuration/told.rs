//! What files would do, said as a list: values before and after, faults with their lines.

use maud::{Markup, html};
use serde_json::Value as Json;
use similar::{ChangeTag, TextDiff};
use steward_app::configuration::{Difference, FileError, Planned, What};
use steward_model::kind::{FieldType, Kind};
use steward_ui::message::{Notice, notice};
use steward_ui::tone::Tone;
use steward_words::{refusal, t, t_with};

use super::Answer;
use crate::Web;

/// Longest value shown at once, in characters.
const SHOWN: usize = 400;

/// What a text would do to its record, or what is wrong with it.
pub(super) fn answer(web: &Web, kind: &Kind, text: &str, answer: &Answer) -> Markup {
    html! {
        section #text-plan.clock-story aria-live="polite" {
            h2.clock-story__title { (t("configuration-would")) }
            @match answer {
                Answer::Overtaken => (notice(&Notice { tone: Tone::Warning, text: t("configuration-overtaken") }, html! {})),
                Answer::Faulty(faults) => {
                    (notice(&Notice { tone: Tone::Danger, text: t("configuration-faulty") }, html! {}))
                    (self::faults(web, faults, Some(text)))
                }
                Answer::Planned(What::Changed(differs)) => (differences(kind, differs)),
                Answer::Planned(_) => p.clock-story__text { (t("configuration-same")) },
            }
        }
    }
}

/// What is wrong with files, with the line where it is a line of the text that the reader has before them.
pub(super) fn faults(web: &Web, faults: &[FileError], text: Option<&str>) -> Markup {
    html! {
        ul.designer__lines {
            @for fault in faults {
                @let line = text.and_then(|text| fault.line(text));
                li {
                    @match (line, text) {
                        (Some(line), _) => strong { (t_with("configuration-line", &[("line", line.into())])) ": " },
                        (None, None) => { code { (fault.file) } " " }
                        (None, Some(_)) => {}
                    }
                    span.configuration-fault { (words(web, fault)) }
                }
            }
        }
    }
}

/// A fault in the reader's language, with the label of its field.
fn words(web: &Web, fault: &FileError) -> String {
    if let Some((key, said)) = fault.message.strip_prefix('`').and_then(|rest| rest.split_once("` ")) {
        let plural = fault.file.split('/').next().unwrap_or_default();
        let kind = web.app().kind_by_plural(plural).ok();
        let label = kind.and_then(|kind| kind.field(key)).map_or(key, |field| field.label.as_str());
        return format!("{label} {}", refusal(said));
    }
    refusal(&fault.message).into_owned()
}

/// Values before and after.
pub(super) fn differences(kind: &Kind, differs: &[Difference]) -> Markup {
    html! {
        dl.configuration-changes {
            @for (key, from, to) in differs {
                dt { (label(kind, key)) }
                dd {
                    @for line in changed_lines(&shown(kind, key, from.as_ref()), &shown(kind, key, to.as_ref())) { (line) }
                }
            }
        }
    }
}

/// What becomes of each record, those that stay as they are left out.
pub(super) fn plan(web: &Web, planned: &[Planned]) -> Markup {
    let told = |one: &&Planned| matches!(one.what, What::Created | What::Changed(_));
    html! {
        @for one in planned.iter().filter(told) {
            section.configuration-record {
                @let kind = web.app().registry().kind(&one.kind);
                h3 { (one.name) " " span.quiet { (kind.map_or("", |kind| kind.label.as_str())) } }
                @match (&one.what, kind) {
                    (What::Changed(differs), Some(kind)) => (differences(kind, differs)),
                    _ => p.quiet { (t("configuration-made")) },
                }
            }
        }
    }
}

fn label<'a>(kind: &'a Kind, key: &'a str) -> &'a str {
    match key {
        "state" => t("state"),
        "organisation" => t("organisation"),
        key => kind.field(key).map_or(key, |field| field.label.as_str()),
    }
}

/// A value as files have it, choices and states by their labels.
fn shown(kind: &Kind, key: &str, value: Option<&Json>) -> String {
    let Some(value) = value.filter(|value| !value.is_null()) else { return String::new() };
    match value {
        Json::String(text) if key == "state" => {
            kind.lifecycle.state(text).map_or(text.as_str(), |state| state.label.as_str()).to_owned()
        }
        Json::String(text) => {
            let field = kind.field(key).filter(|field| matches!(field.field_type, FieldType::Choice { .. }));
            let choice = field.and_then(|field| field.field_type.choices()?.find(text));
            choice.map_or(text.as_str(), |choice| choice.label.as_str()).to_owned()
        }
        Json::Bool(truth) => t(if *truth { "yes" } else { "no" }).to_owned(),
        Json::Array(items) => items.iter().map(one_line).collect::<Vec<_>>().join("\n"),
        other => one_line(other),
    }
}

fn one_line(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        Json::Object(cells) => {
            let cells = cells.iter().filter(|(_, cell)| !cell.is_null());
            cells.map(|(key, cell)| format!("{key}: {}", one_line(cell))).collect::<Vec<_>>().join(", ")
        }
        Json::Array(items) => items.iter().map(one_line).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

/// The lines that go and those that come; what stays is left out.
fn changed_lines(from: &str, to: &str) -> Vec<Markup> {
    let lines = |text: &str| -> Vec<String> {
        match text.is_empty() {
            true => vec![t("configuration-empty").to_owned()],
            false => text.lines().map(shortened).collect(),
        }
    };
    let (old, new) = (lines(from), lines(to));
    let (old, new): (Vec<&str>, Vec<&str>) =
        (old.iter().map(String::as_str).collect(), new.iter().map(String::as_str).collect());
    let compared = TextDiff::from_slices(&old, &new);
    let drawn = compared.iter_all_changes().filter_map(|change| match change.tag() {
        ChangeTag::Delete => Some(html! { del { (change.value()) } }),
        ChangeTag::Insert => Some(html! { ins { (change.value()) } }),
        ChangeTag::Equal => None,
    });
    drawn.collect()
}

fn shortened(line: &str) -> String {
    match line.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}
