//! Files and links on a record.

use maud::{Markup, html};
use steward_words::{t, t_with};

use crate::icon::{Icon, icon};
use crate::reference::{Reference, reference};

/// A file.
#[derive(Debug, Clone, Copy, Default)]
pub struct Attachment<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its size: `2.4 MB`.
    pub size: &'a str,
    /// Its media type, which chooses the icon.
    pub media_type: &'a str,
    /// Address to download it.
    pub address: &'a str,
    /// Who added it and when; may be empty.
    pub detail: &'a str,
    /// Why it cannot be had: still being checked, or found harmful.
    pub withheld: Option<&'a str>,
}

/// A file: icon, name, size. The link downloads it.
pub fn attachment(file: &Attachment) -> Markup {
    let symbol = match file.media_type.split('/').next() {
        _ if file.withheld.is_some() => Icon::ShieldLock,
        Some("image") => Icon::Photo,
        Some("text") => Icon::FileText,
        _ if file.media_type.contains("zip") || file.media_type.contains("compressed") => Icon::FileZip,
        _ if file.media_type.contains("pdf") || file.media_type.contains("document") => Icon::FileText,
        _ => Icon::File,
    };
    html! {
        div.attachment {
            (icon(symbol))
            span.attachment__about {
                @if let Some(reason) = file.withheld {
                    span.attachment__name title=(file.name) { (file.name) }
                    span.attachment__detail { (reason) }
                } @else {
                    a.attachment__name href=(file.address) download title=(file.name) { (file.name) }
                    span.attachment__detail { (file.size) @if !file.detail.is_empty() { " · " (file.detail) } }
                }
            }
        }
    }
}

/// A link to another record.
#[derive(Debug, Clone, Copy, Default)]
pub struct Link<'a> {
    /// How it is related, read from this side: `Caused by`.
    pub relation: &'a str,
    /// The other record.
    pub record: Reference<'a>,
    /// Address that takes the link away when posted to; cannot be taken away without it.
    pub remove: Option<&'a str>,
    /// Token, sent as `csrf_token`.
    pub csrf_token: &'a str,
}

/// A link to another record.
pub fn link(link: &Link) -> Markup {
    html! {
        div.link-item {
            span.link-item__relation { (link.relation) }
            (reference(&link.record))
            @if let Some(address) = link.remove {
                form.link-item__remove method="post" action=(address) {
                    input type="hidden" name="csrf_token" value=(link.csrf_token);
                    button.icon-button."icon-button--small" type="submit" title=(t("remove")) aria-label=(t_with("remove-record", &[("number", link.record.number.into()), ("label", link.record.label.into())])) { (icon(Icon::X)) }
                }
            }
        }
    }
}
