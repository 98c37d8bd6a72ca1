//! How configuration stands: what differs from what files last made of it, its versions, and the way back to one.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use steward_app::configuration::{Drifted, FileError, Planned, State as Standing, Version, What};
use steward_model::event::Door;
use steward_model::id::RecordId;
use steward_model::moment::Moment;
use steward_ui::button::{Button, Look, Submit, link_button, submit};
use steward_ui::form::{Form as FormParts, form, form_actions};
use steward_ui::header::{Header, header};
use steward_ui::message::{Notice, notice};
use steward_ui::reference::Crumb;
use steward_ui::tone::Tone;
use steward_words::{t, t_with};

use super::told;
use crate::error::WebError;
use crate::form::{Posted, Query};
use crate::frame::{Place, frame};
use crate::values::time;
use crate::visitor::Visitor;
use crate::{Web, address};

/// Where it stands.
pub(crate) const ADDRESS: &str = "/configuration";
/// Where one goes back.
pub(crate) const ROLL_BACK: &str = "/configuration/roll-back";
/// Records of a version that are named.
const NAMED: usize = 5;

pub(crate) async fn state(State(web): State<Web>, visitor: Visitor) -> Result<Response, WebError> {
    let standing = web.app().configuration_state(visitor.actor()).await?;
    let shown = Shown { web: &web, visitor: &visitor, standing: &standing };
    let main = html! {
        (header(&Header { title: t("configuration-title"), ..Header::default() }, html! {}))
        div.page-body {
            p.quiet.configuration-help { (t("configuration-help")) " " a href="/help/configuration" { (t("configuration-read-on")) } }
            (shown.drift())
            (shown.versions())
        }
    };
    let place = Place { title: t("configuration-title"), current: ADDRESS, ..Place::default() };
    Ok(frame(&web, &visitor, place, main).into_response())
}

struct Shown<'a> {
    web: &'a Web,
    visitor: &'a Visitor,
    standing: &'a Standing,
}

impl Shown<'_> {
    fn drift(&self) -> Markup {
        html! {
            section.report-part aria-labelledby="drift-title" {
                h2.report-part__title #drift-title { (t("configuration-drift")) }
                @match &self.standing.applied {
                    None => p.quiet { (t("configuration-never")) },
                    Some(applied) => {
                        p { (t_with("configuration-applied", &[("moment", (&self.exact(applied.at)).into()), ("person", self.name(applied.actor).into())])) }
                        @if self.standing.drifted.is_empty() { p.quiet { (t("configuration-no-drift")) } }
                        @for one in &self.standing.drifted { (self.drifted(one, applied.at)) }
                    }
                }
            }
        }
    }

    fn drifted(&self, one: &Drifted, since: Moment) -> Markup {
        let Some(kind) = self.web.app().registry().kind(&one.now.item.kind) else { return html! {} };
        let of_record = address::record(kind, &one.now.number);
        let text = format!("{of_record}/text");
        html! {
            section.configuration-record {
                h3 { a href=(of_record) { (self.name(one.now.id)) } " " span.quiet { (kind.label) " · " (one.now.number) } }
                @if let Some((actor, at)) = one.last {
                    p.quiet { (t_with("configuration-by", &[("person", self.name(actor).into()), ("moment", (&self.exact(at)).into())])) }
                }
                @match &one.differs {
                    Some(differs) => {
                        (told::differences(kind, differs))
                        p.configuration-record__ways {
                            a href=(text) { (t("configuration-as-text")) } " "
                            a href={ (text) "?as_of=" (since) } { (t("configuration-set-back")) }
                        }
                    }
                    None => {
                        p { (t("configuration-made-since")) }
                        p.configuration-record__ways { a href=(text) { (t("configuration-as-text")) } }
                    }
                }
            }
        }
    }

    fn versions(&self) -> Markup {
        html! {
            section.report-part.configuration-versions {
                h2.report-part__title #versions-title { (t("configuration-versions")) }
                @if self.standing.versions.is_empty() { p.quiet { (t("configuration-no-versions")) } }
                @else {
                    div.table-scroll tabindex="0" role="region" aria-labelledby="versions-title" {
                        table.figures-table {
                            thead { tr { @for word in ["configuration-when", "configuration-who", "configuration-what", "configuration-way"] { th scope="col" { (t(word)) } } } }
                            tbody { @for (place, version) in self.standing.versions.iter().enumerate() { (self.version(version, place == 0)) } }
                        }
                    }
                }
            }
        }
    }

    fn version(&self, version: &Version, is_now: bool) -> Markup {
        let back = format!("{ROLL_BACK}?to={}", version.at);
        html! {
            tr {
                td { (self.exact(version.at)) }
                td data-label=(t("configuration-who")) { (self.name(version.actor)) @if version.is_applied { br; span.quiet { (t("configuration-by-files")) } } }
                td data-label=(t("configuration-what")) {
                    ul.configuration-names {
                        @for id in version.records.iter().take(NAMED) { li { (self.link(*id)) } }
                        @if version.records.len() > NAMED { li.quiet { (t_with("designer-more", &[("count", (version.records.len() - NAMED).into())])) } }
                    }
                }
                td {
                    @if is_now { span.quiet { (t("configuration-is-now")) } }
                    @else { a href=(back) { (t("configuration-roll-back")) } }
                }
            }
        }
    }

    fn link(&self, id: RecordId) -> Markup {
        let label = self.standing.labels.get(&id);
        let kind = label.and_then(|label| self.web.app().registry().kind(&label.kind));
        match (label, kind) {
            (Some(label), Some(kind)) => html! { a href=(address::record(kind, &label.number)) { (label.label) } },
            _ => html! { (t("not-visible")) },
        }
    }

    fn name(&self, id: RecordId) -> &str {
        match id {
            RecordId::SYSTEM => t("steward"),
            id => self.standing.labels.get(&id).map_or(t("not-visible"), |label| label.label.as_str()),
        }
    }

    fn exact(&self, at: Moment) -> String {
        time::exact(at, &self.visitor.preferences.zone)
    }
}

pub(crate) async fn roll_back_plan(
    State(web): State<Web>,
    visitor: Visitor,
    Query(query): Query,
) -> Result<Response, WebError> {
    let to = moment(query.text("to"))?;
    let planned = web.app().plan_rollback(visitor.actor(), to).await?;
    Ok(plan_page(&web, &visitor, to, &planned).into_response())
}

pub(crate) async fn roll_back(State(web): State<Web>, posted: Posted) -> Result<Response, WebError> {
    let Posted { visitor, form } = posted;
    let to = moment(form.text("to"))?;
    let done = web.app().roll_back_configuration(visitor.actor(), to, Door::Page).await?;
    Ok(match done {
        Ok(_) => Redirect::to(ADDRESS).into_response(),
        Err(_) => (StatusCode::UNPROCESSABLE_ENTITY, plan_page(&web, &visitor, to, &done)).into_response(),
    })
}

fn moment(text: Option<&str>) -> Result<Moment, WebError> {
    let found = text.and_then(Moment::parse);
    found.ok_or_else(|| WebError::bad_request("`to` must be a moment such as 2026-03-01T09:30:00Z"))
}

fn plan_page(web: &Web, visitor: &Visitor, to: Moment, planned: &Result<Vec<Planned>, Vec<FileError>>) -> Markup {
    let at = time::exact(to, &visitor.preferences.zone);
    let title = t_with("configuration-back-to", &[("moment", (&at).into())]);
    let crumbs = [Crumb { label: t("configuration-title"), address: ADDRESS }];
    let parts = FormParts { action: ROLL_BACK, csrf_token: &visitor.csrf_token, ..FormParts::default() };
    let main = html! {
        (header(&Header { title: &title, crumbs: &crumbs, ..Header::default() }, html! {}))
        div.page-body {
            @match planned {
                Err(faults) => {
                    (notice(&Notice { tone: Tone::Danger, text: t("configuration-back-refused") }, html! {}))
                    (told::faults(web, faults, None))
                }
                Ok(planned) => {
                    @let changes = planned.iter().filter(|one| matches!(one.what, What::Changed(_) | What::Created)).count();
                    @let stay = planned.iter().filter(|one| one.what == What::Unmentioned).count();
                    @if changes == 0 { p { (t("configuration-back-nothing")) } }
                    @else {
                        p { (t_with("configuration-back-count", &[("count", changes.into())])) }
                        (told::plan(web, planned))
                    }
                    @if stay > 0 { p.quiet { (t_with("configuration-back-stay", &[("count", stay.into())])) } }
                    @if changes > 0 {
                        (form(&parts, html! {
                            input type="hidden" name="to" value=(to);
                            (form_actions(html! {
                                (submit(&Button { label: t("configuration-roll-back"), look: Look::Main, ..Button::default() }, &Submit::default()))
                                (link_button(&Button { label: t("cancel"), look: Look::Quiet, ..Button::default() }, ADDRESS))
                            }))
                        }))
                    }
                }
            }
        }
    };
    frame(web, visitor, Place { title: &title, current: ADDRESS, ..Place::default() }, main)
}
