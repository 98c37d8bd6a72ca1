//! Menus: actions behind a button. `<details>` opens them; scripts add arrows, Escape and closing from outside.

use maud::{Markup, html};
use steward_words::t;

use crate::icon::{Icon, icon};
use crate::partial::Partial;

/// One line of a menu.
#[derive(Debug, Clone, Copy)]
pub struct MenuItem<'a> {
    /// What it says.
    pub label: &'a str,
    /// Icon before the words.
    pub icon: Option<Icon>,
    /// What it does.
    pub action: MenuAction<'a>,
    /// Whether it destroys something.
    pub is_danger: bool,
    /// Key that presses it.
    pub key: Option<&'a str>,
    /// Whether it is the chosen one of its kind.
    pub is_chosen: bool,
}

/// What a line of a menu does.
#[derive(Debug, Clone, Copy)]
pub enum MenuAction<'a> {
    /// Goes to an address, or asks for a part of the page when scripts run.
    Link {
        /// The address.
        address: &'a str,
        /// What it asks for instead.
        partial: Partial<'a>,
    },
    /// Posts a form.
    Post {
        /// The address.
        address: &'a str,
        /// Values to send, the `csrf_token` among them.
        values: &'a [(&'a str, &'a str)],
    },
    /// Submits the form with this id, adding a value; for bulk actions.
    Submit {
        /// Id of the form.
        form: &'a str,
        /// Name of the value.
        name: &'a str,
        /// The value.
        value: &'a str,
    },
    /// A line between groups; label and icon are not shown.
    Separator,
}

/// How the button of a menu looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MenuButton<'a> {
    /// Three dots.
    #[default]
    Dots,
    /// The label with an arrow.
    Label(&'a str),
    /// An icon and the label, with an arrow.
    IconLabel(Icon, &'a str),
}

/// A menu; `name` is what screen readers say of the three dots.
pub fn menu(name: &str, button: MenuButton, items: &[MenuItem]) -> Markup {
    html! {
        details.menu data-menu name="menu" {
            @match button {
                MenuButton::Dots => summary.icon-button title=(name) aria-label=(if name.is_empty() { t("more-actions") } else { name }) { (icon(Icon::Dots)) },
                MenuButton::Label(label) => summary."button button--plain" { span { (label) } (icon(Icon::ChevronDown)) },
                MenuButton::IconLabel(symbol, label) => summary."button button--plain" { (icon(symbol)) span { (label) } (icon(Icon::ChevronDown)) },
            }
            div.menu__panel { ul.menu__list { @for item in items { (line(item)) } } }
        }
    }
}

fn line(item: &MenuItem) -> Markup {
    let class = if item.is_danger { "menu__item menu__item--danger" } else { "menu__item" };
    let content = html! {
        @if let Some(symbol) = item.icon { (icon(symbol)) }
        span { (item.label) }
        @if item.is_chosen { span.menu__chosen { (icon(Icon::Check)) } }
        @if let Some(key) = item.key { kbd aria-hidden="true" { (key.to_uppercase()) } }
    };
    let current = item.is_chosen.then_some("true");
    html! {
        @match item.action {
            MenuAction::Link { address, partial } => li {
                a class=(class) href=(address) aria-current=[current] data-key=[item.key]
                    hx-get=[partial.get] hx-post=[partial.post] hx-target=[partial.target] hx-swap=[partial.swap] { (content) }
            },
            MenuAction::Post { address, values } => li {
                form method="post" action=(address) {
                    @for (name, value) in values { input type="hidden" name=(name) value=(value); }
                    button class=(class) type="submit" aria-current=[current] data-key=[item.key] { (content) }
                }
            },
            MenuAction::Submit { form, name, value } => li {
                button class=(class) type="submit" form=(form) name=(name) value=(value) aria-current=[current] data-key=[item.key] { (content) }
            },
            MenuAction::Separator => li.menu__separator aria-hidden="true" {},
        }
    }
}
