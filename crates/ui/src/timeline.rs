//! What happened to a record, and what was said about it.

use maud::{Markup, html};
use steward_words::t;

use crate::icon::{Icon, icon};
use crate::person::avatar;
use crate::record::Live;
use crate::time::{Time, time};
use crate::words::sentence;

/// What was said, by whom.
#[derive(Debug, Clone, Default)]
pub struct Entry<'a> {
    /// Id of the entry; becomes the id of its element, `entry-{id}`.
    pub id: &'a str,
    /// Who.
    pub author: &'a str,
    /// Beside the name: `requester`, `by mail`.
    pub detail: &'a str,
    /// When.
    pub time: Time<'a>,
    /// Public comment, internal note, or time spent.
    pub kind: EntryKind<'a>,
    /// Safe markup of the text.
    pub body: Option<Markup>,
    /// Attachments, as [`crate::attachment::attachment`].
    pub attachments: Option<Markup>,
    /// Actions on it, usually a menu.
    pub actions: Option<Markup>,
}

/// What kind of entry it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum EntryKind<'a> {
    /// Seen by the requester.
    #[default]
    Public,
    /// Seen by staff only.
    Internal,
    /// Time spent: how much, such as `1 h 15 min`.
    Worklog(&'a str),
}

/// A line about something that the system or a person did.
#[derive(Debug, Clone, Default)]
pub struct Change<'a> {
    /// Id of the entry.
    pub id: &'a str,
    /// Icon; a dot without it.
    pub icon: Option<Icon>,
    /// Who did it; the system when empty.
    pub author: &'a str,
    /// What: safe markup such as `set <b>Priority</b> to High`, see [`changed`].
    pub what: Markup,
    /// When.
    pub time: Time<'a>,
}

/// The timeline of [`entry`], [`change`] and [`folded`] items. Follows changes when it has a source.
pub fn timeline(name: &str, live: Option<Live>, items: Markup) -> Markup {
    html! {
        ol.timeline #timeline aria-label=(name) data-live-record=[live.map(|live| live.record)] data-live-source=[live.map(|live| live.source)] { (items) }
    }
}

/// The same as a part of another page, which has a timeline of its own.
pub fn story(name: &str, items: Markup) -> Markup {
    html! { ol.timeline aria-label=(name) { (items) } }
}

/// Something that was said.
pub fn entry(entry: &Entry) -> Markup {
    let (class, mark) = match entry.kind {
        EntryKind::Public => ("public", None),
        EntryKind::Internal => ("internal", Some((Icon::Lock, t("internal-note")))),
        EntryKind::Worklog(_) => ("worklog", Some((Icon::Clock, t("time-spent")))),
    };
    html! {
        li.entry.{ "entry--" (class) } id={ "entry-" (entry.id) } {
            (avatar(entry.author))
            article.entry__card {
                header.entry__head {
                    span.entry__author { (entry.author) }
                    @if !entry.detail.is_empty() { span.entry__detail { (entry.detail) } }
                    @if let Some((symbol, word)) = mark { span.entry__mark { (icon(symbol)) (word) } }
                    @if let EntryKind::Worklog(spent) = entry.kind { span.entry__spent { (spent) } }
                    a.entry__time href={ "#entry-" (entry.id) } { (time(&entry.time)) }
                    @if let Some(actions) = &entry.actions { span.entry__actions { (actions) } }
                }
                @if let Some(body) = &entry.body { div.entry__body.article { (body) } }
                @if let Some(attachments) = &entry.attachments { div.entry__attachments { (attachments) } }
            }
        }
    }
}

/// Something that was done: one muted line.
pub fn change(change: &Change) -> Markup {
    html! {
        li.change id={ "entry-" (change.id) } {
            span.change__icon { (icon(change.icon.unwrap_or(Icon::Point))) }
            p.change__text {
                @if !change.author.is_empty() { span.change__author { (change.author) } " " }
                (change.what)
                " " span.change__time { (time(&change.time)) }
            }
        }
    }
}

/// Many changes, folded under one line: `12 changes by Ada and the system`.
pub fn folded(summary: &str, changes: Markup) -> Markup {
    html! {
        li.folded {
            details {
                summary.folded__summary { (icon(Icon::ChevronRight)) span { (summary) } }
                ol.folded__list { (changes) }
            }
        }
    }
}

/// What a change did to a field: `set Priority from Low to High`. Empty `before` or `after` means there was or is none.
pub fn changed(field: &str, before: &str, after: &str) -> Markup {
    let value = |text: &str| html! { span.change__value { (text) } };
    let id = match (before.is_empty(), after.is_empty()) {
        (true, false) => "set-field-to",
        (false, true) => "cleared-field",
        (true, true) => "changed-field",
        (false, false) => "changed-field-from",
    };
    sentence(id, &[("field", html! { b { (field) } }), ("before", value(before)), ("after", value(after))])
}
