//! Icons: Tabler's outline set, as one sprite of those that are listed in `assets/icons.txt`.

use maud::{Markup, html};

use crate::assets::{self, Asset};

include!(concat!(env!("OUT_DIR"), "/icon.rs"));

impl Icon {
    /// The icon of this name in the set, such as the `icon` of a kind; a circle when it is not among ours.
    pub fn named(name: &str) -> Self {
        Self::ALL.iter().copied().find(|icon| icon.name() == name).unwrap_or(Self::Circle)
    }
}

/// An icon beside a word that says the same; hidden from screen readers. 16 px.
pub fn icon(icon: Icon) -> Markup {
    html! { svg.icon aria-hidden="true" focusable="false" { use href={ (assets::address(Asset::Icons)) "#" (icon.name()) } {} } }
}

/// The same at 20 px.
pub fn large_icon(icon: Icon) -> Markup {
    html! { svg.icon."icon--large" aria-hidden="true" focusable="false" { use href={ (assets::address(Asset::Icons)) "#" (icon.name()) } {} } }
}

/// An icon that stands alone: screen readers say `name`, and it shows as a hint under the pointer.
pub fn named_icon(icon: Icon, name: &str) -> Markup {
    html! {
        span.icon-named title=(name) {
            svg.icon aria-hidden="true" focusable="false" { use href={ (assets::address(Asset::Icons)) "#" (icon.name()) } {} }
            span.hidden-text { (name) }
        }
    }
}
