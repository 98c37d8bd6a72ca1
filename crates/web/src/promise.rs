//! What a promise means for the latest real records, beside the form in which it is written and on its page.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use steward_app::clocks::{PREVIEW_DAYS, PreviewState, Previewed, PromisePreview};
use steward_app::error::Error;
use steward_clock::definition::{AGREEMENT, TARGET};
use steward_model::command::Input;
use steward_model::kind::Kind;
use steward_ui::button::{Button, Submit, submit};
use steward_ui::chart::{Tile, tiles};
use steward_ui::clock::{ClockState, PromiseLine, promise_lines};
use steward_words::{formats, number, t, t_with, working_time};

use crate::error::WebError;
use crate::files::Segments;
use crate::form::Posted;
use crate::kind_form::Faults;
use crate::values::time;
use crate::visitor::Visitor;
use crate::{Web, address, edit};

/// Where the answer stands.
const PLACE: &str = "promise-preview";

/// Whether records of a kind promise something.
pub(crate) fn is_promise(kind: &Kind) -> bool {
    kind.key == AGREEMENT || kind.key == TARGET
}

/// The fields of a form, which ask what they mean while they change, and the answer.
pub(crate) fn around(action: &str, fields: Markup, answer: Option<Markup>) -> Markup {
    let trigger = match answer {
        None => "load, input changed delay:600ms, change",
        Some(_) => "input changed delay:600ms, change",
    };
    html! {
        div.promise-columns {
            div.promise-columns__form hx-post=(action) hx-sync="this:replace" hx-trigger=(trigger) hx-include="closest form" hx-target={ "#" (PLACE) } hx-swap="outerMorph" {
                (fields)
            }
            div.promise-columns__answer {
                (answer.unwrap_or_else(|| place(html! {})))
                p { (submit(&Button { label: t("promise-show"), ..Button::default() }, &Submit { action: Some(action), ..Submit::default() })) }
            }
        }
    }
}

/// What it means as it is, filled in once the page is shown; a link where no script runs.
pub(crate) fn later(address: &str) -> Markup {
    let source = format!("{address}/promise-preview");
    html! {
        section.clock-story #(PLACE) hx-get=(source) hx-trigger="load" hx-swap="outerHTML" {
            p.rail-link { a href=(source) { (t("promise-show")) } }
        }
    }
}

/// As it is.
pub(crate) async fn page(
    State(web): State<Web>,
    Segments((kinds, name)): Segments<(String, String)>,
    visitor: Visitor,
) -> Result<Response, WebError> {
    let kind = web.app().kind_by_plural(&kinds)?.clone();
    let found = web.app().preview_promise(visitor.actor(), &kind, &name, &Input::new()).await?;
    let answer = place(told(&web, &visitor, &found));
    if visitor.partial {
        return Ok(answer.into_response());
    }
    Ok(crate::actions::dialog_or_page(&web, &visitor, &kind, &name, t("promise-title"), answer).into_response())
}

/// With what stands in its form.
pub(crate) async fn typed(
    State(web): State<Web>,
    Segments((kinds, name)): Segments<(String, String)>,
    posted: Posted,
) -> Result<Response, WebError> {
    let Posted { visitor, form } = posted;
    if !is_promise(web.app().kind_by_plural(&kinds)?) {
        return Err(Error::NotFound.into());
    }
    let view = edit::editable(&web, &visitor, &kinds, &name).await?;
    let (typed, fields) = edit::changes(&web, &visitor, &view, &form, None).await?;
    let (faults, answer) = match web.app().preview_promise(visitor.actor(), &view.kind, &name, &fields).await {
        Ok(found) => (Faults::default(), told(&web, &visitor, &found)),
        Err(error) => {
            let faults = Faults::of_change(&web, &visitor, &view, error).await?;
            let summary = faults.summary(&view.kind, &[]);
            (faults, summary)
        }
    };
    if visitor.partial {
        return Ok(place(answer).into_response());
    }
    Ok(edit::previewed(&web, &visitor, &view, (typed, faults), place(answer)).await?.into_response())
}

fn place(content: Markup) -> Markup {
    html! { section.clock-story #(PLACE) aria-live="polite" { (content) } }
}

fn told(web: &Web, visitor: &Visitor, found: &PromisePreview) -> Markup {
    let count = |count: usize| number(i64::try_from(count).unwrap_or(i64::MAX), formats());
    let (kept, broken, open) = found.counts;
    let days = t_with("promise-days", &[("days", PREVIEW_DAYS.into())]);
    let of = t_with("try-of", &[("count", (&count(found.clocks())).into())]);
    let before = t_with("promise-before", &[("count", (&count(found.before.1)).into())]);
    let (records, kept, broken, open) = (count(found.records), count(kept), count(broken), count(open));
    let shown = [
        Tile { label: t("promise-looked-at"), value: &records, detail: &days, ..Tile::default() },
        Tile { label: t("clock-achieved"), value: &kept, detail: &of, ..Tile::default() },
        Tile { label: t("clock-breached"), value: &broken, detail: &before, ..Tile::default() },
        Tile { label: t("report-open"), value: &open, ..Tile::default() },
    ];
    html! {
        div.clock-story__head { h2.record-text__label { (t("promise-title")) } }
        p.clock-story__text { (t("promise-help")) @if found.is_cut { " " (t("promise-cut")) } }
        @if found.records == 0 { p.clock-story__text { strong { (t("promise-no-records")) } } }
        @else if found.clocks() == 0 { p.clock-story__text { strong { (t("promise-none")) } } }
        @else {
            (tiles(&shown))
            (lines(web, visitor, &found.shown))
        }
    }
}

fn lines(web: &Web, visitor: &Visitor, shown: &[Previewed]) -> Markup {
    let (now, zone) = (web.app().now(), &visitor.preferences.zone);
    let said: Vec<[String; 4]> = shown
        .iter()
        .map(|one| {
            let due = one.due_at.map_or_else(|| t("promise-stands-still").to_owned(), |due| time::exact(due, zone));
            let used = t_with(
                "clock-used",
                &[("used", (&working_time(one.elapsed)).into()), ("value", (&working_time(one.value)).into())],
            );
            let address = format!("{}/{}", address::list(&one.kind), address::part(&one.number));
            [address, time::words(one.started_at, now, zone).0, due, used]
        })
        .collect();
    let lines: Vec<PromiseLine<'_>> = shown
        .iter()
        .zip(&said)
        .map(|(one, [address, opened, due, used])| PromiseLine {
            number: &one.number,
            address,
            title: &one.title,
            target: &one.target,
            opened,
            due,
            used,
            state: match one.state {
                PreviewState::Kept => ClockState::Kept,
                PreviewState::Broken => ClockState::Broken,
                PreviewState::Open => ClockState::Far,
            },
        })
        .collect();
    promise_lines(t("promise-records"), &lines)
}
