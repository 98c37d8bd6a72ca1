//! The operations calendar: everything that takes up time, in one place, as far as its reader may see the records.

mod asked;
mod drawn;
pub(crate) mod words;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use steward_app::error::Error;
use steward_app::intervals::{IntervalRequest, LIMIT_MAX};
use steward_app::list::{Counting, ListRequest};
use steward_model::access::Actor;
use steward_model::kind::TimeKind;
use steward_ui::button::{Button, Submit, submit};
use steward_ui::header::{Header, header};
use steward_ui::icon::Icon;
use steward_ui::message::{Empty, Notice, empty, notice};
use steward_ui::tabs::Tab;
use steward_ui::time_mark::{TimeChoice, time_choices};
use steward_ui::tone::Tone;
use steward_words::{t, t_with};

use self::asked::{Asked, Layout};
use self::drawn::Sheet;
use crate::Web;
use crate::error::WebError;
use crate::form::Query;
use crate::frame::{Place, frame};
use crate::visitor::Visitor;

/// Where it stands.
pub(crate) const ADDRESS: &str = "/operations-calendar";
/// Services and organisations to choose from at most; more are named in the address.
const CHOICES: usize = 500;

pub(crate) async fn page(State(web): State<Web>, visitor: Visitor, Query(query): Query) -> Result<Response, WebError> {
    let (app, actor) = (web.app(), visitor.actor());
    let zone = visitor.preferences.zone.clone();
    let today = app.now().timestamp().to_zoned(zone.clone()).date();
    let asked = Asked::of(&query, today);
    // Where no layout was named, the page holds both, and the width of the window decides.
    let on_telephones = asked.is_unsaid.then(|| Asked { layout: Layout::Agenda, ..asked.clone() });
    let (mut from, mut until) = asked.span(&zone);
    if let Some(agenda) = &on_telephones {
        let (first, last) = agenda.span(&zone);
        (from, until) = (from.min(first), until.max(last));
    }
    let mut request = IntervalRequest::between(from, until, zone.clone());
    request.times = (!asked.times.is_empty()).then(|| asked.times.clone());
    // A name that leads nowhere narrows to nothing, as it does in lists.
    if !asked.service.is_empty() {
        request.about = Some(app.find_reference(actor, "service", &asked.service).await?.into_iter().collect());
    }
    let mut is_nowhere = false;
    if !asked.organisation.is_empty() {
        request.organisation = app.find_reference(actor, "organisation", &asked.organisation).await?;
        is_nowhere = request.organisation.is_none();
    }
    if is_nowhere {
        request.about = Some(Vec::new());
    }
    let found = app.overlapping(actor, &request).await?;
    let conflicts = app.conflicts_among(actor, &found.intervals).await?;
    let (services, organisations) =
        tokio::try_join!(choices(&web, actor, "service"), choices(&web, actor, "organisation"))?;
    let title = t("operations-calendar");
    let detail = match conflicts.records() {
        0 => String::new(),
        count => t_with("operations-conflicts", &[("count", count.into())]),
    };
    let subscribe = format!("{}?{}", crate::feeds::ADDRESS, asked.narrowed().trim_start_matches('&'));
    let laid_out = |asked: &Asked| {
        let sheet = Sheet { asked, zone: &zone, today, intervals: &found.intervals, conflicts: &conflicts };
        let addresses: Vec<String> =
            Layout::ALL.iter().map(|layout| Asked { layout: *layout, ..asked.clone() }.address()).collect();
        let names = [t("layout-month"), t("layout-week"), t("layout-agenda")];
        let tabs: Vec<Tab<'_>> = Layout::ALL
            .iter()
            .zip(names.iter().zip(&addresses))
            .map(|(layout, (label, address))| Tab { label, address, count: None, is_current: *layout == asked.layout })
            .collect();
        html! {
            (header(
                &Header { title, detail: &detail, tabs: &tabs, ..Header::default() },
                html! { a."button button--plain" href=(subscribe) { span { (t("feed-subscribe")) } } },
            ))
            (kinds_of_time(asked))
            (filter_form(asked, &services, &organisations))
            @if found.is_cut {
                div.calendar-cut { (notice(&Notice { tone: Tone::Warning, text: &t_with("operations-cut", &[("count", LIMIT_MAX.into())]) }, html! {})) }
            }
            (sheet.draw())
            @if asked.layout == Layout::Agenda && found.intervals.is_empty() {
                (empty(&Empty { icon: Icon::CalendarEvent, title: t("operations-empty"), text: t("operations-empty-help") }, html! {}))
            }
        }
    };
    let main = match &on_telephones {
        None => laid_out(&asked),
        Some(agenda) => html! {
            div.calendar-wide { (laid_out(&asked)) }
            div.calendar-narrow { (laid_out(agenda)) }
        },
    };
    Ok(frame(&web, &visitor, Place { title, current: ADDRESS, ..Place::default() }, main).into_response())
}

/// The kinds of time, as marks with their meaning and as ways to narrow.
fn kinds_of_time(asked: &Asked) -> Markup {
    let addresses: Vec<String> = words::SHOWN.iter().map(|time| asked.toggled(*time).address()).collect();
    let all: Vec<TimeChoice<'_>> = words::SHOWN
        .iter()
        .zip(&addresses)
        .map(|(time, address)| TimeChoice { mark: words::mark(*time), address, is_chosen: asked.times.contains(time) })
        .collect();
    let clear = Asked { times: Vec::new(), ..asked.clone() }.address();
    time_choices(&all, (!asked.times.is_empty()).then_some(clear.as_str()))
}

fn filter_form(asked: &Asked, services: &[(String, String)], organisations: &[(String, String)]) -> Markup {
    let times: Vec<&str> = asked.times.iter().map(|time| TimeKind::key(*time)).collect();
    let choice = |name: &str, label: &str, chosen: &str, all: &[(String, String)]| {
        // What is chosen stays so, also where it is not among those offered.
        let is_offered = chosen.is_empty() || all.iter().any(|(number, _)| number == chosen);
        html! {
            div.field {
                @let id = format!("{}-{name}", asked.layout.key());
                label.field__label for=(id) { (label) }
                select.input id=(id) name=(name) {
                    option value="" selected[chosen.is_empty()] { (t("all")) }
                    @if !is_offered { option value=(chosen) selected { (chosen) } }
                    @for (number, name) in all { option value=(number) selected[number == chosen] { (name) } }
                }
            }
        }
    };
    html! {
        form.calendar-filter method="get" action=(ADDRESS) {
            input type="hidden" name="view" value=(asked.layout.key());
            input type="hidden" name="at" value=(asked.at);
            @if !times.is_empty() { input type="hidden" name="time" value=(times.join(",")); }
            (choice("service", t("operations-service"), &asked.service, services))
            @if organisations.len() > 1 { (choice("organisation", t("organisation"), &asked.organisation, organisations)) }
            (submit(&Button { label: t("show"), ..Button::default() }, &Submit::default()))
        }
    }
}

/// Records of a kind to choose from, by name: number and name.
async fn choices(web: &Web, actor: &Actor, kind: &str) -> Result<Vec<(String, String)>, Error> {
    let Ok(kind) = web.app().kind(kind) else { return Ok(Vec::new()) };
    let kind = kind.clone();
    if web.app().readable_level(actor, &kind).is_none() {
        return Ok(Vec::new());
    }
    let sort = Some(kind.label_field.clone());
    let request = ListRequest { sort, limit: CHOICES, count: Counting::Off, ..ListRequest::default() };
    let page = web.app().list(actor, &kind, &request).await?;
    let named = page.records.into_iter().map(|view| {
        let name = view.record.text(&kind.label_field).to_owned();
        (view.record.number.clone(), if name.is_empty() { view.record.number } else { name })
    });
    Ok(named.collect())
}
