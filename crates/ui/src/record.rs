//! The page of a record: head, timeline in the middle, fields beside it.

use maud::{Markup, html};
use steward_words::{t, t_with};

use crate::badge::{Category, state_dot};
use crate::draft::{Draft, draft};
use crate::header::crumbs;
use crate::icon::{Icon, icon};
use crate::reference::Crumb;
use crate::tabs::{Tab, tabs};
use crate::value::{Shown, shown};

/// Where a part of a page comes from, so that it follows changes of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Live<'a> {
    /// Id of the record.
    pub record: &'a str,
    /// Address that answers the part again, as the same markup with the same id.
    pub source: &'a str,
}

/// The head of a record's page.
#[derive(Debug, Clone, Default)]
pub struct RecordHeader<'a> {
    /// Id of its element, so that changes find it: `record-header`.
    pub id: &'a str,
    /// Follows changes.
    pub live: Option<Live<'a>>,
    /// The list above it.
    pub crumbs: &'a [Crumb<'a>],
    /// Number.
    pub number: &'a str,
    /// Title.
    pub title: &'a str,
    /// Address of the form that changes the title; without it the title cannot be changed.
    pub edit_title: Option<&'a str>,
    /// Small marks beside the number: priority, `Major`, confidentiality.
    pub marks: Option<Markup>,
    /// Its way through its states.
    pub steps: &'a [Step<'a>],
    /// Views of it; may be empty.
    pub tabs: &'a [Tab<'a>],
}

/// One state on the way of a record.
#[derive(Debug, Clone, Copy, Default)]
pub struct Step<'a> {
    /// Name of the state.
    pub label: &'a str,
    /// Category of the state.
    pub category: Category,
    /// Where it stands against the record.
    pub place: StepPlace,
    /// Under the name: when it was reached, or how long it lasts.
    pub detail: &'a str,
}

/// Where a step stands against the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum StepPlace {
    /// The record was there.
    Passed,
    /// The record is there.
    Current,
    /// The record has not been there.
    #[default]
    Ahead,
}

/// The head, with `actions`: the main transition as [`crate::button::Look::Main`], the watch toggle, a menu of the rest.
pub fn record_header(header: &RecordHeader, actions: Markup) -> Markup {
    html! {
        header.page-header.record-header id=[(!header.id.is_empty()).then_some(header.id)] data-live-record=[header.live.map(|live| live.record)] data-live-source=[header.live.map(|live| live.source)] {
            div.record-header__top {
                @if !header.crumbs.is_empty() { (crumbs(header.crumbs)) }
                span.record-header__number {
                    (header.number)
                    button.icon-button."icon-button--small".script-only type="button" data-copy=(header.number) title=(t("copy-number")) aria-label=(t("copy-number")) { (icon(Icon::Copy)) }
                }
                @if let Some(marks) = &header.marks { span.record-header__marks { (marks) } }
                div.page-header__actions { (actions) }
            }
            (record_title(header.title, header.edit_title))
            @if !header.steps.is_empty() { (steps(header.steps)) }
            @if !header.tabs.is_empty() { (tabs(t("views"), header.tabs)) }
        }
    }
}

/// The title; a click on it asks `edit` for a form that takes its place.
pub fn record_title(title: &str, edit: Option<&str>) -> Markup {
    html! {
        div.record-title {
            h1.record-title__text { (title) }
            @if let Some(address) = edit {
                a.icon-button.record-title__edit href=(address) hx-get=(address) hx-target="closest .record-title" hx-swap="outerHTML" data-key="e" title=(t("edit")) aria-label=(t("edit-title")) { (icon(Icon::Edit)) }
            }
        }
    }
}

/// The way of a record through its states.
pub fn steps(steps: &[Step]) -> Markup {
    html! {
        ol.steps aria-label=(t("states")) {
            @for step in steps {
                li.steps__step.{ "steps__step--" (match step.place { StepPlace::Passed => "passed", StepPlace::Current => "current", StepPlace::Ahead => "ahead" }) }.{ "state--" (step.category.key()) }
                    aria-current=[(step.place == StepPlace::Current).then_some("step")] {
                    (state_dot(step.category))
                    span.steps__label { (step.label) }
                    @if !step.detail.is_empty() { span.steps__detail { (step.detail) } }
                }
            }
        }
    }
}

/// The two zones under the head: `main` (timeline, composer) and `rail` (fields, related things).
pub fn record_layout(header: Markup, main: Markup, rail: Markup) -> Markup {
    html! {
        article.record {
            (header)
            nav.record__jump aria-label=(t("on-this-page")) { a href="#composer" { (t("write")) } a href="#record-fields" { (t("fields")) } }
            div.record__zones {
                div.record__main { (main) }
                aside.record__rail #record-fields aria-label=(t("fields")) { (rail) }
            }
        }
    }
}

/// A group of values in the rail.
#[derive(Debug, Clone, Copy, Default)]
pub struct RailSection<'a> {
    /// Heading.
    pub label: &'a str,
    /// Id of its element, so that changes find it.
    pub id: Option<&'a str>,
    /// Follows changes.
    pub live: Option<Live<'a>>,
    /// Whether it is folded when the page appears.
    pub is_folded: bool,
}

/// A group in the rail, of [`side_field`]s or anything else.
pub fn rail_section(section: &RailSection, content: Markup) -> Markup {
    html! {
        details.rail-section id=[section.id] open[!section.is_folded] data-live-record=[section.live.map(|live| live.record)] data-live-source=[section.live.map(|live| live.source)] {
            summary.rail-section__label { h2 { (section.label) } (icon(Icon::ChevronDown)) }
            div.rail-section__body { (content) }
        }
    }
}

/// A value in the rail that can be changed in place.
#[derive(Debug, Clone, Default)]
pub struct SideField<'a> {
    /// Key of the field; part of the id of its element, `side-{key}`.
    pub key: &'a str,
    /// Label.
    pub label: &'a str,
    /// Value.
    pub value: Shown<'a>,
    /// Address of the form that changes it: fetched in place with scripts, a page of its own without. Cannot be changed without it.
    pub edit: Option<&'a str>,
    /// Help, under the pointer.
    pub help: &'a str,
}

/// A value in the rail: label, value, and a button to change it.
pub fn side_field(field: &SideField) -> Markup {
    html! {
        div.side-field id={ "side-" (field.key) } {
            span.side-field__label title=[(!field.help.is_empty()).then_some(field.help)] { (field.label) }
            div.side-field__value { (shown(&field.value)) }
            @if let Some(address) = field.edit {
                @let edit_this = t_with("edit-what", &[("what", field.label.into())]);
                a.side-field__edit href=(address) hx-get=(address) hx-target={ "#side-" (field.key) } hx-swap="outerHTML" aria-label=(edit_this) title=(edit_this) { (icon(Icon::Edit)) }
            }
        }
    }
}

/// The form that takes the place of a [`side_field`]; its answer should be the field again.
#[derive(Debug, Clone, Copy, Default)]
pub struct SideForm<'a> {
    /// Key of the field.
    pub key: &'a str,
    /// Address it posts to.
    pub action: &'a str,
    /// Address that answers the field as it was; Escape and the button go there.
    pub cancel: &'a str,
    /// Token, sent as `csrf_token`.
    pub csrf_token: &'a str,
    /// Revision that the reader saw, sent as `revision`.
    pub revision: u64,
    /// What was typed before and not sent; without it nothing is kept.
    pub draft: Option<Draft<'a>>,
}

/// The form, around a [`crate::field::field`].
pub fn side_form(form: &SideForm, field: Markup) -> Markup {
    html! {
        form.side-form id={ "side-" (form.key) } method="post" action=(form.action) novalidate data-form hx-sync="this:drop" data-side-form data-draft=[form.draft.map(|draft| draft.address)] hx-post=(form.action) hx-target="this" hx-swap="outerHTML" {
            input type="hidden" name="csrf_token" value=(form.csrf_token);
            input type="hidden" name="revision" value=(form.revision);
            (field)
            div.button-row {
                button."button button--main" type="submit" { span { (t("save")) } }
                a."button button--quiet" href=(form.cancel) hx-get=(form.cancel) hx-target={ "#side-" (form.key) } hx-swap="outerHTML" data-side-cancel { span { (t("cancel")) } }
            }
            @if let Some(kept) = &form.draft { (draft(kept)) }
        }
    }
}
