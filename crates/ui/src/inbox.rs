//! The inbox: what somebody was told, newest first.

use maud::{Markup, html};
use steward_words::{t, t_with};

use crate::icon::{Icon, icon};
use crate::time::{Time, time};

/// One thing that somebody was told.
#[derive(Debug, Clone, Copy)]
pub struct Item<'a> {
    /// Its number, sent as `id`.
    pub id: &'a str,
    /// Icon of the reason.
    pub icon: Icon,
    /// Who did it.
    pub actor: &'a str,
    /// What they did, after the name: `mentioned you in`.
    pub what: &'a str,
    /// Number of the record.
    pub number: &'a str,
    /// Its title.
    pub title: &'a str,
    /// Where it leads.
    pub address: &'a str,
    /// What was said; may be empty.
    pub excerpt: &'a str,
    /// Whether only staff may know of it.
    pub is_internal: bool,
    /// When.
    pub time: Time<'a>,
    /// Whether it was read.
    pub is_read: bool,
}

/// The list.
#[derive(Debug, Clone, Copy, Default)]
pub struct Inbox<'a> {
    /// Newest first.
    pub items: &'a [Item<'a>],
    /// Address that marks as read what is posted to it as `id`.
    pub read: &'a str,
    /// Token, sent as `csrf_token`.
    pub csrf_token: &'a str,
    /// Address that answers the list again; scripts ask when something comes.
    pub source: &'a str,
}

/// The list, with `empty` where there is nothing in it.
pub fn inbox(inbox: &Inbox, empty: Markup) -> Markup {
    html! {
        div.inbox #inbox data-inbox data-inbox-source=(inbox.source) {
            @if inbox.items.is_empty() { (empty) } @else {
                ol.inbox__list aria-label=(t("inbox-list")) { @for one in inbox.items { (line(one, inbox)) } }
            }
        }
    }
}

fn line(item: &Item, inbox: &Inbox) -> Markup {
    html! {
        li.inbox__item.{ "inbox__item--" (if item.is_read { "read" } else { "unread" }) } data-inbox-item {
            span.inbox__icon { (icon(item.icon)) }
            div.inbox__text {
                p.inbox__line {
                    @if !item.is_read { span.hidden-text { (t("inbox-is-unread")) " " } }
                    strong.inbox__actor { (item.actor) } " " (item.what) " "
                    a.inbox__link href=(item.address) { span.inbox__number { (item.number) } " " span.inbox__title { (item.title) } }
                }
                @if !item.excerpt.is_empty() {
                    p.inbox__excerpt { @if item.is_internal { (icon(Icon::Lock)) span.hidden-text { (t("inbox-is-internal")) " " } } (item.excerpt) }
                }
            }
            span.inbox__time { (time(&item.time)) }
            @if !item.is_read {
                form.inbox__read method="post" action=(inbox.read) {
                    input type="hidden" name="csrf_token" value=(inbox.csrf_token);
                    button.icon-button."icon-button--small" type="submit" name="id" value=(item.id) data-inbox-read title=(t("mark-read")) aria-label=(t_with("mark-read-what", &[("number", item.number.into())])) { (icon(Icon::Check)) }
                }
            }
        }
    }
}
