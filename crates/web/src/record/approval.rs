//! Approval beside the record that waits for it, and on the page of the round itself.

use maud::{Markup, html};
use steward_app::approvals::{ApprovalSeen, AskSeen};
use steward_model::kind::{Field, FieldType};
use steward_model::moment::Moment;
use steward_practices::approval::{APPROVAL, APPROVE, Need, REFUSE, Said as Answered};
use steward_ui::approval::{Approval, Asked, Question, Said, approval};
use steward_ui::button::{Button, Look, Submit, link_button, submit};
use steward_ui::form::{Form as FormParts, form};
use steward_ui::partial::Partial;
use steward_words::{t, t_with};

use crate::error::WebError;
use crate::record::Parts;
use crate::values::time;
use crate::visitor::Visitor;
use crate::{Web, address};

/// The rounds about a record, or the one that the page is of.
pub(crate) async fn gather(
    web: &Web,
    visitor: &Visitor,
    view: &steward_app::view::RecordView,
) -> Result<Vec<ApprovalSeen>, WebError> {
    if view.kind.key == APPROVAL {
        return Ok(vec![web.app().approval_seen(visitor.actor(), view.record.clone()).await?]);
    }
    match view.kind.approval {
        Some(_) => Ok(web.app().approvals_on(visitor.actor(), view.record.id).await?),
        None => Ok(Vec::new()),
    }
}

/// Where a round is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stands {
    /// Beside the record that it is about.
    Beside,
    /// On its own page.
    Alone,
    /// In the portal, where the ways to decide stand in the head.
    Portal,
}

/// Whether a field is told by the picture of the round instead of by itself.
pub(super) fn is_told(kind: &str, field: &Field) -> bool {
    let told = ["outcome", "approvers", "subject_kind", "look_at"];
    kind == APPROVAL && (matches!(field.field_type, FieldType::Table { .. }) || told.contains(&field.key.as_str()))
}

impl Parts<'_> {
    pub(super) fn approval(&self) -> Markup {
        let view = self.view();
        let source = self.source("approval");
        html! {
            @for (place, seen) in self.approvals.iter().enumerate() {
                @if place == 0 { (draw(self.web, self.visitor, seen, (if view.kind.key == APPROVAL { Stands::Alone } else { Stands::Beside }, &self.address), self.live(&source))) }
                @else { (self.earlier(seen)) }
            }
        }
    }

    fn earlier(&self, seen: &ApprovalSeen) -> Markup {
        let Some(kind) = self.web.app().registry().kind(APPROVAL) else { return html! {} };
        html! {
            p.approval__earlier {
                a href=(address::record(kind, &seen.record.number)) { (seen.record.number) }
                " " (state(self.web, seen)) @if !seen.record.text("outcome").is_empty() { ": " (seen.record.text("outcome")) }
            }
        }
    }
}

/// A round as a picture of its stages, with the ways to decide it for whoever can.
pub(crate) fn draw(
    web: &Web,
    visitor: &Visitor,
    seen: &ApprovalSeen,
    (place, here): (Stands, &str),
    live: Option<steward_ui::record::Live<'_>>,
) -> Markup {
    let Some(kind) = web.app().registry().kind(APPROVAL) else { return html! {} };
    let zone = &visitor.preferences.zone;
    let now = web.app().now();
    let name = |id| seen.labels.get(&id).map(|label| label.label.as_str()).unwrap_or_default();
    // One who is asked alone needs no rule.
    let words = |one: &AskSeen| if one.answers.len() > 1 { need(one.ask.need) } else { String::new() };
    let needs: Vec<String> = seen.asks.iter().map(words).collect();
    let asked: Vec<Vec<Asked<'_>>> = seen
        .asks
        .iter()
        .map(|one| {
            one.answers
                .iter()
                .map(|answer| Asked {
                    name: name(answer.person),
                    said: said(answer.said, one),
                    by: answer.by.map(name).unwrap_or_default(),
                    at: answer.at.map(|at| time::ago(at, now, zone)),
                    reason: &answer.reason,
                    is_signed: answer.signed,
                    stand_in: match said(answer.said, one) {
                        Said::Asked => seen
                            .stand_ins
                            .iter()
                            .find(|(whose, _)| *whose == answer.person)
                            .map_or("", |(_, by)| name(*by)),
                        _ => "",
                    },
                })
                .collect()
        })
        .collect();
    let questions: Vec<Question<'_>> = seen
        .asks
        .iter()
        .zip(asked.iter().zip(&needs))
        .map(|(one, (asked, need))| Question {
            stage: one.ask.stage,
            name: &one.ask.name,
            need,
            is_present: one.is_present,
            due: one.ask.due_at.filter(|_| one.is_present).map(|due: Moment| time::due(due, now, zone, true)),
            asked,
        })
        .collect();
    let page = address::record(kind, &seen.record.number);
    let actions = (seen.is_theirs && place != Stands::Portal).then(|| {
        let back = format!("?back={}", address::part(here));
        html! {
            @for (key, label, look) in [(APPROVE, t("approval-approve"), Look::Main), (REFUSE, t("approval-refuse"), Look::Plain)] {
                @let address = format!("{}{back}", address::transition(kind, &seen.record, key));
                (link_button(&Button { label, look, partial: Partial::dialog(&address), ..Button::default() }, &address))
            }
            @if place == Stands::Alone {
                @let link = address::of_record(kind, &seen.record, "link");
                (form(&FormParts { action: &link, csrf_token: &visitor.csrf_token, ..FormParts::default() }, submit(&Button { label: t("approval-link"), look: Look::Quiet, ..Button::default() }, &Submit::default())))
            }
        }
    });
    approval(
        &Approval {
            live,
            number: &seen.record.number,
            address: (place == Stands::Beside).then_some(&page),
            state: state(web, seen),
            outcome: seen.record.text("outcome"),
            questions: &questions,
        },
        actions,
    )
}

fn state<'a>(web: &'a Web, seen: &'a ApprovalSeen) -> &'a str {
    let kind = web.app().registry().kind(APPROVAL);
    let state = kind.and_then(|kind| kind.lifecycle.state(&seen.record.state));
    state.map_or(seen.record.state.as_str(), |state| state.label.as_str())
}

fn need(need: Need) -> String {
    match need {
        Need::Any => t("approval-need-any").to_owned(),
        Need::All => t("approval-need-all").to_owned(),
        Need::Number(number) => t_with("approval-need-number", &[("number", number.into())]),
        Need::Share(share) => t_with("approval-need-share", &[("number", share.into())]),
    }
}

fn said(answer: Answered, ask: &AskSeen) -> Said {
    match answer {
        Answered::Waiting if ask.is_present => Said::Asked,
        Answered::Waiting => Said::Later,
        Answered::Approved => Said::Agreed,
        Answered::Refused => Said::Refused,
        Answered::Released => Said::Released,
    }
}
