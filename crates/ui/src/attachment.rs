//! Files and links on a record.

use maud::{Markup, html};
use steward_words::{t, t_with};

use crate::icon::{Icon, icon};
use crate::partial::Partial;
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
    /// Address where it is shown, for a file that can be.
    pub preview: Option<&'a str>,
    /// Who added it and when; may be empty.
    pub detail: &'a str,
    /// Why it cannot be had: still being checked, or found harmful.
    pub withheld: Option<&'a str>,
}

/// A file: icon, name, size. The link shows it where it can be shown, beside one that downloads it; else it downloads it.
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
                    @if let Some(preview) = file.preview {
                        @let dialog = Partial::dialog(preview);
                        a.attachment__name href=(preview) hx-get=[dialog.get] hx-target=[dialog.target] hx-swap=[dialog.swap] title=(file.name) { (file.name) }
                    } @else {
                        a.attachment__name href=(file.address) download title=(file.name) { (file.name) }
                    }
                    span.attachment__detail { (file.size) @if !file.detail.is_empty() { " · " (file.detail) } }
                }
            }
            @if file.withheld.is_none() && file.preview.is_some() {
                @let save = t_with("download-file", &[("file", file.name.into())]);
                a.icon-button."icon-button--small".attachment__save href=(file.address) download title=(save) aria-label=(save) { (icon(Icon::Download)) }
            }
        }
    }
}

/// What is to be seen of a file.
#[derive(Debug, Clone)]
pub enum Shown<'a> {
    /// A picture at this address.
    Picture(&'a str),
    /// A document at this address, which the browser shows in a frame.
    Document(&'a str),
    /// A text.
    Text(&'a str),
    /// A table, its first row the heads of its columns.
    Table(Vec<Vec<String>>),
    /// Nothing, and why.
    Nothing(&'a str),
}

/// A file that is looked at.
#[derive(Debug, Clone)]
pub struct Preview<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its size.
    pub size: &'a str,
    /// Address to download it.
    pub download: &'a str,
    /// What is to be seen.
    pub shown: Shown<'a>,
    /// That it is not all of it; may be empty.
    pub note: &'a str,
}

/// A file that is looked at, with the way to save it.
pub fn preview(file: &Preview) -> Markup {
    html! {
        div.file-preview {
            @match &file.shown {
                Shown::Picture(address) => img.file-preview__picture src=(address) alt=(file.name);,
                Shown::Document(address) => iframe.file-preview__document src=(address) title=(file.name) {},
                Shown::Text(text) => pre.file-preview__text tabindex="0" role="region" aria-label=(file.name) { (text) },
                Shown::Table(rows) => (table(file.name, rows)),
                Shown::Nothing(why) => p.file-preview__nothing { (why) },
            }
            p.file-preview__foot {
                span { (file.size) @if !file.note.is_empty() { " · " (file.note) } }
                a."button button--plain" href=(file.download) download { (icon(Icon::Download)) span { (t("download")) } }
            }
        }
    }
}

fn table(name: &str, rows: &[Vec<String>]) -> Markup {
    let (head, rest) = rows.split_first().map_or((&[][..], rows), |(head, rest)| (head.as_slice(), rest));
    html! {
        div.small-table.file-preview__table tabindex="0" role="region" aria-label=(name) {
            table {
                thead { tr { @for cell in head { th scope="col" { (cell) } } } }
                tbody { @for row in rest { tr { @for cell in row { td { (cell) } } } } }
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
