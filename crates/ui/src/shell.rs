//! The frame of signed-in pages: navigation beside the page's own content.

use maud::{Markup, html};
use steward_words::t;

use crate::button::{Button, Look, link_button};
use crate::icon::{Icon, icon, large_icon};
use crate::page::{Page, Theme, page};
use crate::partial::Partial;
use crate::person::avatar;
use crate::sheet;
use crate::viewing::{ViewingBar, viewing_bar};

/// The frame.
#[derive(Debug, Clone, Copy, Default)]
pub struct Shell<'a> {
    /// Name at the top: the organisation's, or the product's.
    pub name: &'a str,
    /// Where the name leads.
    pub home: &'a str,
    /// Search.
    pub search: Search<'a>,
    /// The one button at the top, usually to record something new; pressed with `c`.
    pub create: Option<Create<'a>>,
    /// The inbox.
    pub inbox: Option<InboxLink<'a>>,
    /// Links without a heading: my work.
    pub links: &'a [NavigationLink<'a>],
    /// Links under headings: practices, pinned views.
    pub groups: &'a [NavigationGroup<'a>],
    /// Address that answers numbers by name as JSON, asked for after the page is there.
    pub counts: Option<&'a str>,
    /// Links at the bottom: settings.
    pub foot: &'a [NavigationLink<'a>],
    /// The clock that runs.
    pub timer: Option<RunningTimer<'a>>,
    /// Who is signed in.
    pub person: Option<Account<'a>>,
    /// As whom they look, if they do.
    pub viewing: Option<ViewingBar<'a>>,
}

/// The search box in the navigation; focused with Ctrl-K or `/`.
#[derive(Debug, Clone, Copy, Default)]
pub struct Search<'a> {
    /// Address of the results; takes `q`.
    pub address: &'a str,
    /// What was searched for.
    pub value: &'a str,
    /// Address that answers the first few results as JSON for type-ahead (see `data-source` of reference fields).
    pub source: Option<&'a str>,
}

/// A link to the form for a new record.
#[derive(Debug, Clone, Copy)]
pub struct Create<'a> {
    /// Its name.
    pub label: &'a str,
    /// Its address.
    pub address: &'a str,
}

/// A link in the navigation.
#[derive(Debug, Clone, Copy)]
pub struct NavigationLink<'a> {
    /// Its name.
    pub label: &'a str,
    /// Its address.
    pub address: &'a str,
    /// Its icon.
    pub icon: Icon,
    /// A number worth knowing without opening it.
    pub count: Option<&'a str>,
    /// Under which name scripts find the number among those of [`Shell::counts`], where it comes after the page.
    pub counted_as: Option<&'a str>,
    /// Whether the page belongs to it.
    pub is_current: bool,
}

/// The link to the inbox.
#[derive(Debug, Clone, Copy)]
pub struct InboxLink<'a> {
    /// Its address.
    pub address: &'a str,
    /// How much is unread; nothing when empty.
    pub unread: &'a str,
    /// Address that answers that number alone; scripts ask it when something comes.
    pub source: &'a str,
    /// Whether the page is the inbox.
    pub is_current: bool,
}

/// Somebody's clock, running on a record.
#[derive(Debug, Clone, Copy)]
pub struct RunningTimer<'a> {
    /// Number of the record.
    pub number: &'a str,
    /// Its title.
    pub title: &'a str,
    /// Its address.
    pub address: &'a str,
    /// Address of the form that books the time.
    pub stop: &'a str,
    /// How long it has run, in words.
    pub since: &'a str,
}

/// Links under a heading.
#[derive(Debug, Clone, Copy)]
pub struct NavigationGroup<'a> {
    /// The heading.
    pub label: &'a str,
    /// The links.
    pub links: &'a [NavigationLink<'a>],
}

/// Who is signed in, and what they may do about it.
#[derive(Debug, Clone, Copy)]
pub struct Account<'a> {
    /// Full name.
    pub name: &'a str,
    /// Under the name: organisation, team or role.
    pub detail: &'a str,
    /// Further links: profile, help, tokens.
    pub links: &'a [NavigationLink<'a>],
    /// Address that signs out when posted to.
    pub sign_out: &'a str,
    /// Address that takes `theme` when posted to; the switch is left out without it.
    pub theme: Option<&'a str>,
    /// Token for forms without scripts, sent as `csrf_token`.
    pub csrf_token: &'a str,
}

/// A whole page: document, navigation and `main`.
///
/// Brings the page's dialog (`#dialog`, target of [`crate::partial::Partial::dialog`]), the region for notices
/// (`#notices`) and the overview of keys, which scripts open with `?`.
pub fn shell(document: &Page, shell: &Shell, main: Markup) -> Markup {
    let body = html! {
        a.skip-link href="#main" { (t("skip")) }
        @if let Some(bar) = &shell.viewing { (viewing_bar(bar)) }
        div.shell {
            header.shell__bar {
                button.icon-button type="button" popovertarget="navigation" aria-label=(t("navigation")) { (large_icon(Icon::Menu2)) }
                a.shell__name href=(shell.home) { (shell.name) }
                @if let Some(timer) = &shell.timer { a.shell__timer href=(timer.stop) { (icon(Icon::PlayerPlay)) span { (timer.number) } } }
                a.icon-button href=(shell.search.address) aria-label=(t("search")) { (large_icon(Icon::Search)) }
            }
            (navigation(shell, document))
            main.shell__main #main tabindex="-1" { (main) }
        }
        dialog.dialog #dialog data-dialog-host aria-labelledby="dialog-title" {}
        div.notices #notices role="status" aria-live="polite" {}
        (crate::keys::keys(&crate::keys::Keys { map: document.keys, more: &[] }))
    };
    page(document, body)
}

fn navigation(shell: &Shell, document: &Page) -> Markup {
    html! {
        nav.nav #navigation popover aria-label=(t("navigation")) {
            div.nav__head {
                a.nav__name href=(shell.home) { (sheet::mark()) span { (shell.name) } }
                button.icon-button.nav__close type="button" popovertarget="navigation" popovertargetaction="hide" aria-label=(t("close")) { (icon(Icon::X)) }
            }
            form.nav__search role="search" aria-label=(t("search-all")) action=(shell.search.address) method="get" {
                (icon(Icon::Search))
                input.nav__search-input type="search" name="q" value=(shell.search.value) aria-label=(t("search")) placeholder=(t("search")) autocomplete="off" data-search data-source=[shell.search.source];
                kbd.nav__key aria-hidden="true" { (t("key-ctrl-k")) }
            }
            @if let Some(create) = &shell.create {
                a.nav__create href=(create.address) data-key="c" { (icon(Icon::Plus)) span { (create.label) } @if document.keys.is_on { kbd aria-hidden="true" { (document.keys.shown('c')) } } }
            }
            @if let Some(timer) = &shell.timer { (running(timer)) }
            div.nav__body data-counts=[shell.counts] {
                @if let Some(inbox) = &shell.inbox { (inbox_link(inbox)) }
                @if !shell.links.is_empty() { (links(shell.links)) }
                @for group in shell.groups {
                    h2.nav__heading { (group.label) }
                    (links(group.links))
                }
            }
            div.nav__foot {
                @if !shell.foot.is_empty() { (links(shell.foot)) }
                @if let Some(account) = &shell.person { (account_menu(account, document.theme)) }
            }
        }
    }
}

/// The clock, with the way to its end: the form that books the time.
fn running(timer: &RunningTimer) -> Markup {
    html! {
        div.nav__timer role="group" aria-label=(t("timer-running")) {
            (icon(Icon::PlayerPlay))
            a.nav__timer-record href=(timer.address) title=(timer.title) { (timer.number) }
            span.nav__timer-since { (timer.since) }
            (link_button(&Button { label: t("timer-stop"), look: Look::Quiet, partial: Partial::dialog(timer.stop), ..Button::default() }, timer.stop))
        }
    }
}

fn inbox_link(inbox: &InboxLink) -> Markup {
    html! {
        ul.nav__list {
            li {
                a.nav__link href=(inbox.address) aria-current=[inbox.is_current.then_some("page")] data-key="i" {
                    (icon(Icon::Inbox))
                    span.nav__label { (t("inbox")) }
                    span.nav__count."nav__count--unread" data-inbox-count=(inbox.source) hidden[inbox.unread.is_empty()] { (inbox.unread) }
                }
            }
        }
    }
}

fn links(links: &[NavigationLink]) -> Markup {
    html! {
        ul.nav__list {
            @for link in links {
                li {
                    a.nav__link href=(link.address) aria-current=[link.is_current.then_some("page")] {
                        (icon(link.icon))
                        span.nav__label { (link.label) }
                        @if let Some(count) = link.count { span.nav__count { (count) } }
                        @else if let Some(name) = link.counted_as { span.nav__count data-count=(name) {} }
                    }
                }
            }
        }
    }
}

fn account_menu(account: &Account, theme: Theme) -> Markup {
    html! {
        details.menu."menu--up".nav__account data-menu name="menu" {
            summary.nav__person {
                (avatar(account.name))
                span.nav__person-name { (account.name) }
                (icon(Icon::ChevronUp))
            }
            div.menu__panel {
                div.menu__about { strong { (account.name) } @if !account.detail.is_empty() { span { (account.detail) } } }
                @if let Some(address) = account.theme {
                    form.switch method="post" action=(address) data-theme-switch aria-label=(t("theme")) {
                        input type="hidden" name="csrf_token" value=(account.csrf_token);
                        @for (value, label, symbol) in [(Theme::Light, t("theme-light"), Icon::Sun), (Theme::Dark, t("theme-dark"), Icon::Moon), (Theme::Auto, t("theme-system"), Icon::DeviceDesktop)] {
                            button.switch__option type="submit" name="theme" value=(value.key()) aria-pressed=(if value == theme { "true" } else { "false" }) { (icon(symbol)) span { (label) } }
                        }
                    }
                }
                ul.menu__list {
                    @for link in account.links {
                        li { a.menu__item href=(link.address) { (icon(link.icon)) span { (link.label) } } }
                    }
                    li {
                        form method="post" action=(account.sign_out) {
                            input type="hidden" name="csrf_token" value=(account.csrf_token);
                            button.menu__item type="submit" { (icon(Icon::Logout)) span { (t("sign-out")) } }
                        }
                    }
                }
            }
        }
    }
}
