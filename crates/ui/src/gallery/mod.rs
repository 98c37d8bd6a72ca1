//! Every component with sample data, in every state: to look at, and for tests to hold.

mod access;
mod approvals;
mod automation;
mod fields;
mod knowledge;
mod lists;
mod marks;
mod messages;
mod notices;
mod operations;
mod plans;
mod portal;
mod records;
mod working_time;

use maud::{Markup, html};

/// A name too long for most places.
const LONG_NAME: &str = "Maximiliane-Charlotte von Hohenstein-Wittgenbach";
/// A German title with words that do not break by themselves.
const GERMAN: &str =
    "Rechtsschutzversicherungsgesellschaften: Datenübertragungsschnittstellenkonfiguration fehlgeschlagen";
/// Text that would be markup if it were not escaped.
const HOSTILE: &str = "<script>alert(1)</script>\"' onmouseover=\"alert(2)\" & <img src=x onerror=alert(3)>";

/// The components by name.
pub fn parts() -> Vec<(&'static str, Markup)> {
    [
        marks::parts(),
        fields::parts(),
        lists::parts(),
        records::parts(),
        access::parts(),
        approvals::parts(),
        plans::parts(),
        knowledge::parts(),
        messages::parts(),
        portal::parts(),
        working_time::parts(),
        operations::parts(),
        automation::parts(),
        notices::parts(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The content of a page that shows them all.
pub fn gallery() -> Markup {
    html! {
        main.gallery {
            @for (name, part) in parts() {
                section.gallery__part {
                    h2.gallery__name { (name) }
                    (part)
                }
            }
        }
    }
}
