//! A file shown without being saved: pictures and documents by the browser, from an address where nothing in them can act;
//! texts and tables by us.

use std::borrow::Cow;

use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use steward_app::error::Error;
use steward_app::files::FileView;
use steward_model::id::Revision;
use steward_ui::attachment::{Preview, Shown, preview};
use steward_words::{file_size, formats, t};

use crate::error::WebError;
use crate::files::{Segments, disposition};
use crate::visitor::Visitor;
use crate::{Web, actions, address};

/// Most of a text that is shown, in bytes.
const TEXT_MAX: usize = 200_000;
/// Most rows and columns of a table.
const ROWS_MAX: usize = 500;
const COLUMNS_MAX: usize = 50;
/// Endings of names whose contents are tables, with what parts their cells.
const TABLES: [(&str, u8); 2] = [("csv", b','), ("tsv", b'\t')];
/// Endings of names whose contents may be read as they are.
const TEXTS: &str = "bat cfg cmd conf css diff eml htm html ics ini js json log md out patch properties ps1 py sh sql svg \
                     toml txt xml yaml yml";
/// Nothing in it runs, loads or leads anywhere; only our own pages may hold it.
const POLICY: &str = "default-src 'none'; sandbox; frame-ancestors 'self'";

/// How a file may be shown, by what is known without its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Picture,
    Document,
    Table(u8),
    Text,
}

fn way(file: &FileView) -> Option<Way> {
    match file.attachment.media_type.as_str() {
        "image/png" | "image/jpeg" | "image/gif" | "image/webp" => return Some(Way::Picture),
        "application/pdf" => return Some(Way::Document),
        _ => {}
    }
    let (_, ending) = file.attachment.name.rsplit_once('.')?;
    let ending = ending.to_lowercase();
    if let Some((_, between)) = TABLES.iter().find(|(table, _)| *table == ending) {
        return Some(Way::Table(*between));
    }
    TEXTS.split(' ').any(|text| text == ending).then_some(Way::Text)
}

/// Whether a file can be looked at here.
pub(crate) fn can_show(file: &FileView) -> bool {
    !file.is_withheld && way(file).is_some()
}

/// A file on a page of its own, or in the dialog of the record's.
pub(crate) async fn show(
    State(web): State<Web>,
    Segments((kinds, name, seq)): Segments<(String, String, Revision)>,
    visitor: Visitor,
) -> Result<Response, WebError> {
    let kind = web.app().kind_by_plural(&kinds)?.clone();
    let (file, content) = web.app().file_content(visitor.actor(), &kind, &name, seq).await?;
    let record = web.app().get(visitor.actor(), &kind, &name, None).await?.record;
    let download = address::file(&kind, &record, seq);
    let raw = format!("{download}/view");
    let text = text_of(&content);
    let shown = match way(&file) {
        Some(Way::Picture) if file.is_drawable(&content) => Shown::Picture(&raw),
        Some(Way::Picture) => Shown::Nothing(t("preview-picture-too-large")),
        Some(Way::Document) => Shown::Document(&raw),
        Some(Way::Text) if text.is_some() => Shown::Text(text.as_deref().unwrap_or_default()),
        Some(Way::Table(between)) if text.is_some() => Shown::Table(rows(text.as_deref().unwrap_or_default(), between)),
        Some(Way::Text | Way::Table(_)) => Shown::Nothing(t("preview-no-text")),
        None => Shown::Nothing(t("preview-not-here")),
    };
    let is_cut = match &shown {
        Shown::Text(_) => content.len() > TEXT_MAX,
        Shown::Table(rows) => content.len() > TEXT_MAX || rows.len() >= ROWS_MAX,
        Shown::Picture(_) | Shown::Document(_) | Shown::Nothing(_) => false,
    };
    let size = file_size(u64::try_from(file.attachment.size).unwrap_or_default(), formats());
    let drawn: Markup = preview(&Preview {
        name: &file.attachment.name,
        size: &size,
        download: &download,
        shown,
        note: if is_cut { t("preview-cut") } else { "" },
    });
    let title = &file.attachment.name;
    Ok(actions::dialog_or_page(&web, &visitor, &kind, &name, title, html! { (drawn) }).into_response())
}

/// A picture or a document as it is, for the preview. Anything else is only ever saved.
pub(crate) async fn raw(
    State(web): State<Web>,
    Segments((kinds, name, seq)): Segments<(String, String, Revision)>,
    visitor: Visitor,
) -> Result<Response, WebError> {
    let kind = web.app().kind_by_plural(&kinds)?;
    let (file, content) = web.app().file_content(visitor.actor(), kind, &name, seq).await?;
    let is_shown = match way(&file) {
        Some(Way::Picture) => file.is_drawable(&content),
        Some(Way::Document) => true,
        Some(Way::Table(_) | Way::Text) | None => false,
    };
    if !is_shown {
        return Err(Error::NotFound.into());
    }
    let mut response = content.into_response();
    let headers = response.headers_mut();
    let media_type = HeaderValue::from_str(&file.attachment.media_type).map_err(Error::internal)?;
    headers.insert(header::CONTENT_TYPE, media_type);
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(header::CONTENT_DISPOSITION, disposition("inline", &file.attachment.name)?);
    Ok(response)
}

/// The beginning of a content as text: UTF-8, UTF-16 where it says so, else every byte as the letter that it is in western
/// Europe. `None` for what is no text.
fn text_of(content: &[u8]) -> Option<Cow<'_, str>> {
    let begin = &content[..content.len().min(TEXT_MAX)];
    let wide = |from: fn([u8; 2]) -> u16, bytes: &[u8]| {
        let units: Vec<u16> = bytes.as_chunks::<2>().0.iter().map(|unit| from(*unit)).collect();
        Some(Cow::Owned(String::from_utf16_lossy(&units)))
    };
    match begin {
        [0xff, 0xfe, rest @ ..] => return wide(u16::from_le_bytes, rest),
        [0xfe, 0xff, rest @ ..] => return wide(u16::from_be_bytes, rest),
        _ if begin.contains(&0) => return None,
        _ => {}
    }
    let begin = begin.strip_prefix(b"\xef\xbb\xbf").unwrap_or(begin);
    match std::str::from_utf8(begin) {
        Ok(text) => Some(Cow::Borrowed(text)),
        // Cut in the midst of a letter.
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(&begin[..error.valid_up_to()]).ok().map(Cow::Borrowed)
        }
        Err(_) => Some(Cow::Owned(begin.iter().map(|byte| char::from(*byte)).collect())),
    }
}

/// The first rows of a table (RFC 4180). Programs of some countries part cells by semicolons, under the same ending.
fn rows(text: &str, between: u8) -> Vec<Vec<String>> {
    let head = text.lines().next().unwrap_or_default();
    let count = |c: char| head.matches(c).count();
    let between = if between == b',' && count(';') > count(',') { b';' } else { between };
    let mut builder = csv::ReaderBuilder::new();
    builder.has_headers(false).flexible(true).delimiter(between);
    let mut reader = builder.from_reader(text.as_bytes());
    // Text that is UTF-8 is no fault to this reader, whatever its rows are like.
    let rows = reader.records().map_while(Result::ok).take(ROWS_MAX);
    rows.map(|row| row.iter().take(COLUMNS_MAX).map(str::to_owned).collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_read_in_the_ways_that_systems_write_them() {
        assert_eq!(text_of("\u{feff}Grüße".as_bytes()).as_deref(), Some("Grüße"));
        assert_eq!(text_of(b"Gr\xfc\xdfe").as_deref(), Some("Grüße"));
        assert_eq!(text_of(b"\xff\xfeG\0r\0").as_deref(), Some("Gr"));
        assert_eq!(text_of(b"\xfe\xff\0G").as_deref(), Some("G"));
        assert_eq!(text_of(b"PK\x03\x04\0"), None);
        let long = "ü".repeat(TEXT_MAX);
        assert_eq!(text_of(format!("a{long}").as_bytes()).map(|text| text.chars().count()), Some(TEXT_MAX / 2));
    }

    #[test]
    fn tables_are_read_with_their_quotes() {
        let read = |text: &str, between| rows(text, between);
        assert_eq!(read("a,b\r\n\"x, \"\"y\"\"\nz\",2", b','), [vec!["a", "b"], vec!["x, \"y\"\nz", "2"]]);
        assert_eq!(read("a;b\n1,5;2\n", b','), [vec!["a", "b"], vec!["1,5", "2"]]);
        assert_eq!(read("a\tb\n", b'\t'), [vec!["a", "b"]]);
        assert_eq!(read(&"x\n".repeat(2000), b',').len(), ROWS_MAX);
    }
}
