//! The files of a record as its pages list them, with why one cannot be had for now.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use steward_app::files::{FileView, ScanState};
use steward_model::access::Action;
use steward_model::event::Audience;
use steward_model::kind::Kind;
use steward_model::record::Record;
use steward_ui::attachment::{Attachment, attachment};
use steward_ui::form::{Form as FormParts, form};
use steward_ui::icon::{Icon, icon};
use steward_ui::record::{RailSection, rail_section};
use steward_words::{file_size, formats, t, t_with};

use crate::error::WebError;
use crate::files::Segments;
use crate::form::Query;
use crate::visitor::Visitor;
use crate::{Web, actions, address, file_preview};

/// Where a list of files stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// In the rail of a record's page, where files are taken off.
    Rail,
    /// Among the facts of a page of the portal, or on a page of its own.
    Plain,
}

/// The files of a record: a part of its page, or a page of its own.
pub(crate) async fn page(
    State(web): State<Web>,
    Segments((kinds, name)): Segments<(String, String)>,
    visitor: Visitor,
    Query(query): Query,
) -> Result<Response, WebError> {
    let kind = web.app().kind_by_plural(&kinds)?.clone();
    let view = web.app().get(visitor.actor(), &kind, &name, None).await?;
    let files = web.app().files(visitor.actor(), &kind, &name).await?;
    let may_remove = view.rights.may(Action::Attach);
    if visitor.partial {
        let place = if query.get("part") == Some("rail") { Place::Rail } else { Place::Plain };
        return Ok(list(&visitor, (&kind, &view.record), &files, (place, may_remove)).into_response());
    }
    let content = list(&visitor, (&kind, &view.record), &files, (Place::Plain, may_remove));
    Ok(actions::dialog_or_page(&web, &visitor, &kind, &name, t("files"), content).into_response())
}

/// The list, which follows changes of the record, and what the scanner says as long as one of them waits for it.
pub(crate) fn list(
    visitor: &Visitor,
    (kind, record): (&Kind, &Record),
    files: &[FileView],
    (place, may_remove): (Place, bool),
) -> Markup {
    let part = if place == Place::Rail { "rail" } else { "plain" };
    let source = address::of_record(kind, record, &format!("attachments?part={part}"));
    let is_waiting = files.iter().any(|file| file.is_withheld && file.scan == Some(ScanState::Pending));
    let lines = html! {
        @for file in files { (line(visitor, kind, record, file, place == Place::Rail && may_remove)) }
    };
    html! {
        div.file-list #record-files data-live-record=(record.id) data-live-source=(source) data-poll=[is_waiting.then_some(&source)] {
            @if place == Place::Plain { (lines) }
            @else if !files.is_empty() { (rail_section(&RailSection { label: t("files"), ..RailSection::default() }, lines)) }
        }
    }
}

fn line(visitor: &Visitor, kind: &Kind, record: &Record, file: &FileView, may_remove: bool) -> Markup {
    let download = address::file(kind, record, file.seq);
    let preview = format!("{download}/preview");
    let remove = format!("{download}/remove");
    let take_off = t_with("take-off", &[("file", (&file.attachment.name).into())]);
    let withheld = withheld(file);
    html! {
        div.file-line {
            (attachment(&Attachment {
                name: &file.attachment.name,
                size: &file_size(u64::try_from(file.attachment.size).unwrap_or_default(), formats()),
                media_type: &file.attachment.media_type,
                address: &download,
                preview: file_preview::can_show(file).then_some(&preview),
                detail: if file.attachment.audience == Audience::Internal { t("staff-only") } else { "" },
                withheld: withheld.as_deref(),
            }))
            @if may_remove {
                (form(&FormParts { action: &remove, csrf_token: &visitor.csrf_token, ..FormParts::default() }, html! {
                    button.icon-button."icon-button--small" type="submit" title=(take_off) aria-label=(take_off) { (icon(Icon::X)) }
                }))
            }
        }
    }
}

/// Why a file cannot be had for now.
pub(crate) fn withheld(file: &FileView) -> Option<String> {
    let state = file.scan.filter(|_| file.is_withheld)?;
    Some(words(state, file.finding.as_deref()))
}

/// What the scanner says, where it is not that all is well.
pub(crate) fn words(state: ScanState, finding: Option<&str>) -> String {
    match state {
        ScanState::Infected => t_with("file-infected", &[("finding", finding.unwrap_or_default().into())]),
        ScanState::Failed => t("file-unchecked").to_owned(),
        ScanState::Pending | ScanState::Clean => t("file-checking").to_owned(),
    }
}
