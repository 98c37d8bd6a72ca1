//! Dialogs, for what must be answered before one goes on. What can happen in place should.

use maud::{Markup, html};
use steward_words::t;

use crate::icon::{Icon, icon};

/// The content of the page's dialog `#dialog`: the answer to [`crate::partial::Partial::dialog`]. Opens when it arrives.
pub fn dialog_content(title: &str, content: Markup) -> Markup {
    html! {
        div.dialog__head {
            h2.dialog__title #dialog-title { (title) }
            form method="dialog" { button.icon-button type="submit" title=(t("close")) aria-label=(t("close")) { (icon(Icon::X)) } }
        }
        div.dialog__body { (content) }
    }
}

/// A dialog that is in the page from the start; [`crate::button::opener`] opens it.
pub fn dialog(id: &str, title: &str, content: Markup) -> Markup {
    html! {
        dialog.dialog id=(id) data-dialog aria-labelledby={ (id) "-title" } {
            div.dialog__head {
                h2.dialog__title id={ (id) "-title" } { (title) }
                form method="dialog" { button.icon-button type="submit" title=(t("close")) aria-label=(t("close")) { (icon(Icon::X)) } }
            }
            div.dialog__body { (content) }
        }
    }
}

/// A button that closes the dialog around it without doing anything.
pub fn dismiss(label: &str) -> Markup {
    html! { button."button button--plain" type="button" data-dismiss { span { (label) } } }
}
