//! A question for approval: its stages, who is asked in each, and what they said.
//!
//! What somebody said shows by shape and word as well as by colour.

use maud::{Markup, html};
use steward_words::{t, t_with};

use crate::icon::{Icon, icon};
use crate::person::avatar;
use crate::record::Live;

/// What somebody said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Said {
    /// They are asked now.
    #[default]
    Asked,
    /// They are asked in a later stage.
    Later,
    /// They agree.
    Agreed,
    /// They do not.
    Refused,
    /// Their answer is not needed any more.
    Released,
}

impl Said {
    fn key(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Later => "later",
            Self::Agreed => "agreed",
            Self::Refused => "refused",
            Self::Released => "released",
        }
    }

    fn symbol(self) -> Icon {
        match self {
            Self::Asked => Icon::Hourglass,
            Self::Later => Icon::Circle,
            Self::Agreed => Icon::CircleCheck,
            Self::Refused => Icon::CircleX,
            Self::Released => Icon::Ban,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Asked => t("approval-asked"),
            Self::Later => t("approval-later"),
            Self::Agreed => t("approval-agreed"),
            Self::Refused => t("approval-refused"),
            Self::Released => t("approval-released"),
        }
    }
}

/// Somebody who is asked.
#[derive(Debug, Clone, Default)]
pub struct Asked<'a> {
    /// Name.
    pub name: &'a str,
    /// What they said.
    pub said: Said,
    /// Who said it in their place; empty when they did.
    pub by: &'a str,
    /// Who can say it in their place while they are away; empty when nobody does.
    pub stand_in: &'a str,
    /// When.
    pub at: Option<Markup>,
    /// Why; may be empty.
    pub reason: &'a str,
    /// Whether they signed it with their password.
    pub is_signed: bool,
}

/// A question to some people.
#[derive(Debug, Clone, Default)]
pub struct Question<'a> {
    /// The stage that it belongs to.
    pub stage: i64,
    /// What it is called.
    pub name: &'a str,
    /// How many must agree, in words.
    pub need: &'a str,
    /// Whether it is asked now.
    pub is_present: bool,
    /// By when an answer is wanted.
    pub due: Option<Markup>,
    /// Who is asked.
    pub asked: &'a [Asked<'a>],
}

/// A round of questions.
#[derive(Debug, Clone, Default)]
pub struct Approval<'a> {
    /// Follows changes.
    pub live: Option<Live<'a>>,
    /// Its number.
    pub number: &'a str,
    /// Address of its page; none on the page itself.
    pub address: Option<&'a str>,
    /// How it stands, in words: the name of its state.
    pub state: &'a str,
    /// What came of it; may be empty.
    pub outcome: &'a str,
    /// The questions, by stage.
    pub questions: &'a [Question<'a>],
}

/// The round, with `actions` for whoever can decide it now.
pub fn approval(approval: &Approval, actions: Option<Markup>) -> Markup {
    html! {
        section.approval #record-approval aria-label={ (t("approval")) " " (approval.number) } data-live-record=[approval.live.map(|live| live.record)] data-live-source=[approval.live.map(|live| live.source)] {
            header.approval__head {
                h2.approval__title { (t("approval")) }
                @match approval.address {
                    Some(address) => a.approval__number href=(address) { (approval.number) },
                    None => span.approval__number { (approval.number) },
                }
                span.approval__state { (approval.state) }
            }
            @if !approval.outcome.is_empty() { p.approval__outcome { (approval.outcome) } }
            ol.approval__questions {
                @for question in approval.questions { (self::question(question)) }
            }
            @if let Some(actions) = actions { div.approval__actions { (actions) } }
        }
    }
}

fn question(question: &Question) -> Markup {
    html! {
        li.approval__question.approval__question--present[question.is_present] {
            p.approval__ask {
                span.approval__stage { (t_with("approval-stage", &[("stage", question.stage.into())])) }
                strong { (question.name) }
                @if !question.need.is_empty() { span.approval__need { (question.need) } }
                @if let Some(due) = &question.due { span.approval__due { (due) } }
            }
            @if question.asked.is_empty() { p.approval__nobody { (icon(Icon::AlertTriangle)) span { (t("approval-nobody")) } } }
            ul.approval__people {
                @for one in question.asked {
                    li.approval__person data-said=(one.said.key()) {
                        (avatar(one.name))
                        span.approval__name { (one.name) }
                        span.approval__said { (icon(one.said.symbol())) span { (one.said.word()) } }
                        @if !one.stand_in.is_empty() { span.approval__by { (t_with("approval-stands-in", &[("person", one.stand_in.into())])) } }
                        @if one.is_signed { span.approval__by { (t("approval-signed")) } }
                        @if !one.by.is_empty() { span.approval__by { (t_with("approval-by", &[("person", one.by.into())])) } }
                        @if let Some(at) = &one.at { span.approval__at { (at) } }
                        @if !one.reason.is_empty() { q.approval__reason { (one.reason) } }
                    }
                }
            }
        }
    }
}
