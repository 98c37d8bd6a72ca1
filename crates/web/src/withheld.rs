//! Files that the malware scanner did not let through, for those who look after the installation.

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use steward_app::files::ScanState;
use steward_app::files::quarantine::{Withheld, WithheldPage};
use steward_ui::badge::badge;
use steward_ui::button::{Button, Submit, submit};
use steward_ui::form::{Form as FormParts, form};
use steward_ui::header::{Header, header};
use steward_ui::icon::Icon;
use steward_ui::message::{Empty, Notice, empty, notice};
use steward_ui::tone::Tone;
use steward_words::{t, t_with};

use crate::error::WebError;
use crate::files::Segments;
use crate::form::{Posted, Query};
use crate::frame::{Place, frame};
use crate::values::time;
use crate::visitor::Visitor;
use crate::{Web, address};

/// Its address.
pub(crate) const ADDRESS: &str = "/withheld-files";
/// Lines of one page.
const LINES: usize = 50;

pub(crate) async fn page(State(web): State<Web>, visitor: Visitor, Query(query): Query) -> Result<Response, WebError> {
    let found = web.app().withheld_files(visitor.actor(), query.text("before"), LINES).await?;
    let older = found.next_before.as_ref().map(|before| format!("{ADDRESS}?before={}", address::part(before)));
    let head = Header { title: t("withheld-files"), detail: t("withheld-files-help"), ..Header::default() };
    let main = html! {
        (header(&head, html! {}))
        div.page-body {
            @let help = if web.app().scans_files() { t("withheld-none-help") } else { "" };
            @if !web.app().scans_files() { (notice(&Notice { tone: Tone::Info, text: t("withheld-no-scanner") }, html! {})) }
            @if found.contents.is_empty() {
                (empty(&Empty { icon: Icon::ShieldLock, title: t("withheld-none"), text: help }, html! {}))
            } @else { (lines(&web, &visitor, &found)) }
            @if let Some(older) = &older { p { a href=(older) { (t("older")) } } }
        }
    };
    let place = Place { title: t("withheld-files"), current: ADDRESS, ..Place::default() };
    Ok(frame(&web, &visitor, place, main).into_response())
}

/// Has a content looked at again.
pub(crate) async fn scan(
    State(web): State<Web>,
    Segments(sha256): Segments<String>,
    posted: Posted,
) -> Result<Response, WebError> {
    let visitor = &posted.visitor;
    web.app().scan_file_again(visitor.actor(), &sha256, &visitor.client.address).await?;
    Ok(Redirect::to(ADDRESS).into_response())
}

fn lines(web: &Web, visitor: &Visitor, page: &WithheldPage) -> Markup {
    html! {
        div.small-table tabindex="0" role="region" aria-label=(t("withheld-files")) {
            table {
                thead {
                    tr {
                        th scope="col" { (t("withheld-came")) }
                        th scope="col" { (t("withheld-file")) }
                        th scope="col" { (t("withheld-said")) }
                        th scope="col" { span.hidden-text { (t("withheld-again")) } }
                    }
                }
                tbody { @for content in &page.contents { (line(web, visitor, content)) } }
            }
        }
    }
}

fn line(web: &Web, visitor: &Visitor, content: &Withheld) -> Markup {
    let (now, zone) = (web.app().now(), &visitor.preferences.zone);
    let action = format!("{ADDRESS}/{}/scan", address::part(&content.scan.sha256));
    let parts = FormParts { action: &action, csrf_token: &visitor.csrf_token, ..FormParts::default() };
    html! {
        tr {
            td { (time::ago(content.scan.asked_at, now, zone)) }
            td {
                @if content.files.is_empty() { span.quiet { (t("withheld-on-others")) } }
                @for file in &content.files {
                    div {
                        (file.name) " "
                        @if let Some(kind) = web.app().registry().kind(&file.label.kind) {
                            a href=(address::record(kind, &file.label.number)) { (file.label.number) }
                        }
                    }
                }
            }
            td { (said(content)) }
            td {
                @if web.app().scans_files() && content.scan.state != ScanState::Pending {
                    (form(&parts, submit(&Button { label: t("withheld-again"), ..Button::default() }, &Submit::default())))
                }
            }
        }
    }
}

/// What the scanner said, and why it said nothing.
fn said(content: &Withheld) -> Markup {
    let (word, tone, icon) = match content.scan.state {
        ScanState::Infected => (t("withheld-infected"), Tone::Danger, Icon::Ban),
        ScanState::Failed => (t("withheld-failed"), Tone::Warning, Icon::Refresh),
        ScanState::Pending | ScanState::Clean => (t("withheld-pending"), Tone::Neutral, Icon::Hourglass),
    };
    html! {
        (badge(word, tone, Some(icon)))
        @if let Some(finding) = &content.scan.finding { " " code { (finding) } }
        @if let Some(fault) = &content.scan.fault {
            div.quiet { (fault) " " (t_with("withheld-tries", &[("count", content.scan.failures.into())])) }
        }
    }
}
