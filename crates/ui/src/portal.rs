//! The portal: roomier and plainer than the desk, for those who ask.

use maud::{Markup, html};
use steward_words::t;

use crate::badge::{Category, state};
use crate::icon::{Icon, icon, large_icon};

/// The room of a portal page.
pub fn portal_page(content: Markup) -> Markup {
    html! { div.portal { (content) } }
}

/// The one question at the top of the portal, with the box that answers while one types.
#[derive(Debug, Clone, Copy, Default)]
pub struct Hero<'a> {
    /// The question: `What do you need?`
    pub question: &'a str,
    /// Where the words go without scripts, as `q`; the same address answers a part of a page while one types.
    pub address: &'a str,
    /// What was typed.
    pub value: &'a str,
    /// Said in the empty box.
    pub hint: &'a str,
}

/// The question with its box; answers appear under it, in `answers`.
pub fn hero(hero: &Hero, answers: Markup) -> Markup {
    html! {
        section.portal-hero {
            h1.portal-hero__question { (hero.question) }
            form.search-form."search-form--large" role="search" method="get" action=(hero.address) {
                (icon(Icon::Search))
                input.input type="search" name="q" value=(hero.value) autocomplete="off" aria-label=(hero.question) placeholder=(hero.hint)
                    hx-get=(hero.address) hx-trigger="input changed delay:250ms" hx-target="#answers" hx-swap="outerHTML";
            }
            (portal_answers(answers))
        }
    }
}

/// The place where answers appear while one types; read out as it changes.
pub fn portal_answers(content: Markup) -> Markup {
    html! { div #answers.portal-answers aria-live="polite" { (content) } }
}

/// A way on: an item of the catalogue, a category, something to do.
#[derive(Debug, Clone, Copy)]
pub struct Card<'a> {
    /// Where it leads.
    pub address: &'a str,
    /// Picture.
    pub icon: Icon,
    /// What it is.
    pub title: &'a str,
    /// One line about it; may be empty.
    pub text: &'a str,
    /// At its foot: a price, a number of things; may be empty.
    pub detail: &'a str,
}

/// Cards side by side where there is room.
pub fn cards(list: &[Card]) -> Markup {
    html! {
        ul.cards {
            @for card in list {
                li {
                    a.way href=(card.address) {
                        span.way__icon { (large_icon(card.icon)) }
                        span.way__title { (card.title) }
                        @if !card.text.is_empty() { span.way__text { (card.text) } }
                        @if !card.detail.is_empty() { span.way__detail { (card.detail) } }
                    }
                }
            }
        }
    }
}

/// A part of a portal page under a heading, with a link to all of it at the end of the heading's line.
pub fn portal_section(title: &str, more: Option<(&str, &str)>, content: Markup) -> Markup {
    html! {
        section.portal-section {
            header.portal-section__head {
                h2.portal-section__title { (title) }
                @if let Some((label, address)) = more { a.portal-section__more href=(address) { (label) } }
            }
            (content)
        }
    }
}

/// Where the page stands, and what it is about.
#[derive(Debug, Clone, Copy, Default)]
pub struct PortalHead<'a> {
    /// What stands above it: words and address.
    pub back: Option<(&'a str, &'a str)>,
    /// Picture beside the title.
    pub icon: Option<Icon>,
    /// Title.
    pub title: &'a str,
    /// A line under it; may be empty.
    pub text: &'a str,
}

/// The head of a portal page.
pub fn portal_head(head: &PortalHead, actions: Markup) -> Markup {
    html! {
        header.portal-head {
            @if let Some((label, address)) = head.back {
                nav.portal-head__back aria-label=(label) { a href=(address) { (icon(Icon::ArrowLeft)) span { (label) } } }
            }
            div.portal-head__line {
                @if let Some(symbol) = head.icon { span.way__icon { (large_icon(symbol)) } }
                div.portal-head__words {
                    h1.portal-head__title { (head.title) }
                    @if !head.text.is_empty() { p.portal-head__text { (head.text) } }
                }
                div.portal-head__actions { (actions) }
            }
        }
    }
}

/// Something that somebody asked for, as they follow it.
#[derive(Debug, Clone, Copy)]
pub struct Follow<'a> {
    /// Its page.
    pub address: &'a str,
    /// What it is about.
    pub title: &'a str,
    /// Its number.
    pub number: &'a str,
    /// Where it stands: shape and words.
    pub state: (Category, &'a str),
    /// What happens next, in plain words; may be empty.
    pub next: &'a str,
    /// When it is expected; may be empty.
    pub expected: &'a str,
    /// Whose it is, where that is somebody else; may be empty.
    pub whose: &'a str,
}

/// What somebody follows, one under the other.
pub fn follow_list(list: &[Follow]) -> Markup {
    html! {
        ul.follows {
            @for one in list {
                li.follow {
                    div.follow__words {
                        a.follow__title href=(one.address) { (one.title) }
                        p.follow__next { @if !one.whose.is_empty() { (one.whose) " · " } (one.next) }
                    }
                    div.follow__facts {
                        (state(one.state.0, one.state.1))
                        @if !one.expected.is_empty() { span.follow__expected { (one.expected) } }
                        span.follow__number { (one.number) }
                    }
                }
            }
        }
    }
}

/// A step on the way, in the words of those who wait.
#[derive(Debug, Clone, Copy)]
pub struct Milestone<'a> {
    /// What it is: `We work on it`.
    pub label: &'a str,
    /// Whether it lies behind, is where one is, or lies ahead.
    pub place: Way,
    /// When it was, or what it waits for; may be empty.
    pub detail: &'a str,
}

/// Where a step lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Behind.
    Passed,
    /// Here.
    Here,
    /// Ahead.
    Ahead,
}

/// The way of a request from beginning to end.
pub fn milestones(steps: &[Milestone]) -> Markup {
    html! {
        ol.milestones {
            @for step in steps {
                @let (class, symbol, word) = match step.place {
                    Way::Passed => ("milestone--passed", Icon::CircleCheck, t("portal-step-done")),
                    Way::Here => ("milestone--here", Icon::Point, t("portal-step-now")),
                    Way::Ahead => ("milestone--ahead", Icon::Circle, t("portal-step-ahead")),
                };
                li.milestone.(class) aria-current=[(step.place == Way::Here).then_some("step")] {
                    span.milestone__mark { (icon(symbol)) }
                    span.milestone__label { (step.label) span.hidden-text { " (" (word) ")" } }
                    @if !step.detail.is_empty() { span.milestone__detail { (step.detail) } }
                }
            }
        }
    }
}

/// Facts in two columns: what, and its value as safe markup.
pub fn portal_facts(facts: &[(&str, Markup)]) -> Markup {
    html! {
        dl.portal-facts {
            @for (label, value) in facts {
                div.portal-facts__line { dt { (label) } dd { (value) } }
            }
        }
    }
}

/// Questions of a form with what was answered.
pub fn answer_list(answers: &[(&str, &str)]) -> Markup {
    html! {
        dl.answer-list {
            @for (question, answer) in answers {
                div.answer-list__line { dt { (question) } dd { (answer) } }
            }
        }
    }
}

/// Boxes for any number of choices: a question whose answers are ticked. Each sends `name` with its key; an empty `name`
/// goes before them, so that a question with nothing ticked is told from one that was not asked.
pub fn choice_boxes(field: &crate::field::Field, options: &[(&str, &str, bool)]) -> Markup {
    let id = field.id();
    let (error, help) = (format!("{id}-error"), format!("{id}-help"));
    let described = [(!field.errors.is_empty(), &error), (!field.help.is_empty(), &help)];
    let described: Vec<&str> = described.iter().filter(|(there, _)| *there).map(|(_, id)| id.as_str()).collect();
    html! {
        fieldset.field."field--choices" id=(id) tabindex="-1" aria-describedby=[(!described.is_empty()).then(|| described.join(" "))] {
            legend.field__label { (field.label) @if field.is_required { " " span.field__required { (t("required")) } } }
            input type="hidden" name=(field.name) value="";
            div.portal-choices {
                @for (key, label, chosen) in options {
                    @let box_id = format!("{id}-{key}");
                    span.check {
                        input.check__box type="checkbox" id=(box_id) name=(field.name) value=(key) checked[*chosen];
                        label.check__label for=(box_id) { (label) }
                    }
                }
            }
            @if !field.errors.is_empty() {
                ul.field__errors id=(error) { @for message in field.errors { li { (icon(Icon::AlertCircle)) span { (message) } } } }
            }
            @if !field.help.is_empty() { p.field__help id=(help) { (field.help) } }
        }
    }
}
