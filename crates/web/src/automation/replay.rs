//! Trying a rule on the past: asked for here, done by a job, told here when it is done.

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use steward_app::automation::{REPLAY_DAYS, Replay, Replayed};
use steward_app::error::Error;
use steward_model::access::Action;
use steward_model::kind::Kind;
use steward_rule::RULE;
use steward_ui::chart::{Tile, tiles};
use steward_ui::header::{Header, header};
use steward_ui::message::{Notice, notice};
use steward_ui::reference::{Crumb, Reference, reference};
use steward_ui::tone::Tone;
use steward_words::{formats, number, refusal, t, t_with};

use crate::error::WebError;
use crate::files::Segments;
use crate::form::{Posted, Query};
use crate::frame::{Place, frame};
use crate::values::time;
use crate::visitor::Visitor;
use crate::{Web, address};

/// Days looked back when nothing else is asked.
const DAYS: i64 = 30;

/// The form, and what the last replay of the reader found.
pub(crate) async fn page(
    State(web): State<Web>,
    Segments((kinds, name)): Segments<(String, String)>,
    visitor: Visitor,
    Query(query): Query,
) -> Result<Response, WebError> {
    let kind = rules(&web, &kinds)?;
    let view = web.app().get(visitor.actor(), &kind, &name, None).await?;
    if !view.rights.may(Action::Update) {
        return Err(Error::Forbidden { action: Action::Update }.into());
    }
    let replay = web.app().last_replay(visitor.actor(), &name).await?;
    let target = web.app().kind(view.record.text("for_kind")).ok().cloned();
    let (list, back) = (address::list(&kind), address::record(&kind, &view.record.number));
    let part = part(&web, &visitor, &back, replay.as_ref(), target.as_deref());
    if query.get("part") == Some("found") {
        return Ok(part.into_response());
    }
    let crumbs =
        [Crumb { label: &kind.label_plural, address: &list }, Crumb { label: &view.record.number, address: &back }];
    let title = t_with("rule-replay-title", &[("rule", (&view.record.number).into())]).to_string();
    let days = replay.as_ref().map_or(DAYS, |replay| replay.days).to_string();
    let main = html! {
        (header(&Header { title: &title, detail: view.record.text("title"), crumbs: &crumbs, ..Header::default() }, html! {}))
        div.page-body {
            p.rule-part__text { (t("rule-replay-help")) }
            form.try-form method="post" action={ (back) "/replay" } data-form {
                input type="hidden" name="csrf_token" value=(visitor.csrf_token);
                div.field {
                    label.field__label for="days" { (t("rule-replay-days")) }
                    input.input id="days" name="days" value=(days) inputmode="numeric" autocomplete="off";
                }
                button."button button--main" type="submit" { span { (t("rule-replay")) } }
            }
            (part)
        }
    };
    let place = Place { title: &title, current: &list, kind: Some(&kind), ..Place::default() };
    Ok(frame(&web, &visitor, place, main).into_response())
}

/// Asks for a replay.
pub(crate) async fn ask(
    State(web): State<Web>,
    Segments((kinds, name)): Segments<(String, String)>,
    posted: Posted,
) -> Result<Response, WebError> {
    let kind = rules(&web, &kinds)?;
    let days = posted.form.text("days").and_then(|days| days.trim().parse().ok()).unwrap_or(DAYS);
    web.app().ask_replay(posted.visitor.actor(), &name, days.clamp(1, REPLAY_DAYS)).await?;
    Ok(Redirect::to(&format!("{}/replay", address::record(&kind, &name))).into_response())
}

fn rules(web: &Web, kinds: &str) -> Result<std::sync::Arc<Kind>, WebError> {
    let kind = web.app().kind_by_plural(kinds)?.clone();
    if kind.key == RULE { Ok(kind) } else { Err(Error::NotFound.into()) }
}

/// What was found; asked for again while it runs.
fn part(web: &Web, visitor: &Visitor, back: &str, replay: Option<&Replay>, kind: Option<&Kind>) -> Markup {
    let source = format!("{back}/replay?part=found");
    let at_work = replay.is_some_and(|replay| replay.found.is_none());
    html! {
        div id="replay" data-poll=[at_work.then_some(source.as_str())] {
            @if let Some(replay) = replay {
                @let asked = time::words(replay.asked_at, web.app().now(), &visitor.preferences.zone).0;
                p.rule-part__text {
                    (t_with("rule-replay-of", &[("days", (&replay.days.to_string()).into()), ("version", (&replay.version.to_string()).into()), ("when", (&asked).into())]))
                }
                @match &replay.found {
                    None => p role="status" { (t("rule-replay-works")) },
                    Some(Err(why)) => {
                        @let said = t_with("rule-replay-failed", &[("why", (&*refusal(why)).into())]);
                        (notice(&Notice { tone: Tone::Danger, text: &said }, html! {}))
                    }
                    Some(Ok(found)) => (told(visitor, replay, found, kind)),
                }
            }
        }
    }
}

fn told(visitor: &Visitor, replay: &Replay, found: &Replayed, kind: Option<&Kind>) -> Markup {
    let count = |count: usize| number(i64::try_from(count).unwrap_or(i64::MAX), formats());
    let (records, asked) = (count(found.records), count(found.entries));
    let (acts, acted_on) = (count(found.acts), count(found.acted_on));
    let shown = [
        Tile { label: t("rule-replay-records"), value: &records, ..Tile::default() },
        Tile { label: t("rule-replay-asked"), value: &asked, ..Tile::default() },
        Tile { label: t("rule-replay-acts"), value: &acts, ..Tile::default() },
        Tile { label: t("rule-replay-acted-on"), value: &acted_on, ..Tile::default() },
    ];
    html! {
        (tiles(&shown))
        @if found.is_cut { p.rule-part__text { (t("rule-replay-cut")) } }
        @if found.told.is_empty() { p.rule-part__text { (t("rule-replay-none")) } }
        @else {
            div.small-table.rule-runs tabindex="0" role="region" aria-label=(t("rule-replay-acted-on")) {
                table {
                    thead { tr { th scope="col" { (t("rule-record")) } th scope="col" { (t("rule-replay-first")) } th scope="col" { (t("rule-replay-times")) } } }
                    tbody {
                        @for one in &found.told {
                            @if let (Some(label), Some(kind)) = (replay.labels.get(&one.record), kind) {
                                @let at = address::record(kind, &label.number);
                                tr {
                                    td { (reference(&Reference { number: &label.number, label: &label.label, address: Some(&at), ..Reference::default() })) }
                                    td { (time::exact(one.at, &visitor.preferences.zone)) }
                                    td { (one.times) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
