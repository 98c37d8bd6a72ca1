//! Records that other things point to.

use maud::{Markup, html};

use crate::badge::{Category, state_dot};
use crate::icon::{Icon, icon};

/// A record that something points to.
#[derive(Debug, Clone, Copy, Default)]
pub struct Reference<'a> {
    /// Its number, such as `INC0000042`; may be empty.
    pub number: &'a str,
    /// Its title or name.
    pub label: &'a str,
    /// Its address; plain text without it, as for what the reader may not open.
    pub address: Option<&'a str>,
    /// Icon of its kind.
    pub icon: Option<Icon>,
    /// Where it stands, with the state's name.
    pub state: Option<(Category, &'a str)>,
}

/// A place above the page.
#[derive(Debug, Clone, Copy)]
pub struct Crumb<'a> {
    /// Its name.
    pub label: &'a str,
    /// Its address.
    pub address: &'a str,
}

/// A link to a record: icon or state, number, name.
pub fn reference(reference: &Reference) -> Markup {
    let content = html! {
        @if let Some((category, label)) = reference.state {
            span.{ "state--" (category.key()) } title=(label) { (state_dot(category)) span.hidden-text { (label) } }
        } @else if let Some(symbol) = reference.icon { (icon(symbol)) }
        @if !reference.number.is_empty() { span.reference__number { (reference.number) } }
        @if !reference.label.is_empty() { span.reference__label { (reference.label) } }
    };
    html! {
        @if let Some(address) = reference.address { a.reference href=(address) { (content) } }
        @else { span.reference { (content) } }
    }
}
