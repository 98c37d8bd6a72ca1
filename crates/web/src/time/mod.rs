//! Time spent: booked on a record and corrected there, measured by a clock, and seen over many records.

pub(crate) mod report;
pub(crate) mod sheet;
pub(crate) mod timer;

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use steward_app::error::Error;
use steward_app::records::Request;
use steward_app::time::{Activity, Sum, TimeOnRecord, WorkChange, WorkRequest};
use steward_app::view::RecordView;
use steward_model::access::Action;
use steward_model::id::Revision;
use steward_model::kind::Kind;
use steward_model::moment::Moment;
use steward_model::value::{display_duration_text, parse_duration_text};
use steward_model::work::Booking;
use steward_ui::button::{Button, Look, Submit, link_button, submit};
use steward_ui::field::{ChoiceOption, Control, Field as Frame, field as draw_field};
use steward_ui::form::{Form as FormParts, form as draw_form};
use steward_ui::header::{Header, header};
use steward_ui::icon::Icon;
use steward_ui::message::{Notice, notice};
use steward_ui::partial::Partial;
use steward_ui::reference::Crumb;
use steward_ui::tone::Tone;
use steward_ui::transition::{Transition as TransitionParts, transition as draw_transition};
use steward_words::{duration, t, t_with};

use crate::actions::{dialog_or_page, done, execute};
use crate::error::WebError;
use crate::files::Segments;
use crate::form::{Form, Posted, Query};
use crate::frame::{Place, frame};
use crate::kind_form::Faults;
use crate::values::{input, time};
use crate::visitor::Visitor;
use crate::{Web, address};

type RecordName = Segments<(String, String)>;
type EntryName = Segments<(String, String, String)>;

/// Names of the form's fields, as faults name them.
const FIELDS: [&str; 5] = ["duration", "activity", "billable", "started_at", "note"];

/// What stands in the form.
#[derive(Debug, Default)]
struct Typed {
    duration: String,
    activity: String,
    billable: String,
    started_at: String,
    note: String,
    reason: String,
    /// Whether the clock is what it is booked from, which ends with it.
    from_timer: bool,
}

impl Typed {
    fn of(form: &Form) -> Self {
        let text = |name: &str| form.text(name).unwrap_or_default().to_owned();
        Self {
            duration: text("duration"),
            activity: text("activity"),
            billable: form.all("billable").last().unwrap_or_default().to_owned(),
            started_at: text("started_at"),
            note: text("note"),
            reason: text("reason"),
            from_timer: form.get("timer") == Some("true"),
        }
    }

    fn of_booking(booking: &Booking, visitor: &Visitor) -> Self {
        let work = &booking.work;
        Self {
            duration: display_duration_text(work.seconds),
            activity: work.activity.map(|activity| activity.to_string()).unwrap_or_default(),
            billable: work.billable.to_string(),
            started_at: time::for_control(work.started_at, &visitor.preferences.zone),
            note: work.note.clone(),
            ..Self::default()
        }
    }

    fn seconds(&self) -> Result<i64, Error> {
        parse_duration_text(&self.duration).map_err(|message| Error::invalid("duration", message))
    }

    fn started_at(&self, visitor: &Visitor) -> Result<Option<Moment>, Error> {
        if self.started_at.trim().is_empty() {
            return Ok(None);
        }
        let instant = input::moment(self.started_at.trim(), &visitor.preferences.zone);
        let wrong = || Error::invalid("started_at", "must be a moment such as 2026-03-01T09:30:00Z");
        Moment::parse(&instant).map(Some).ok_or_else(wrong)
    }

    fn billable(&self) -> Option<bool> {
        match self.billable.as_str() {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        }
    }

    fn booked(&self, visitor: &Visitor) -> Result<Request, Error> {
        Ok(Request::Work(WorkRequest {
            seconds: self.seconds()?,
            started_at: self.started_at(visitor)?,
            note: self.note.clone(),
            activity: Some(self.activity.clone()).filter(|name| !name.is_empty()),
            billable: self.billable(),
        }))
    }

    fn corrected(&self, booking: &Booking, visitor: &Visitor) -> Result<Request, Error> {
        // The control holds minutes; what nobody touched keeps its seconds.
        let untouched = Self::of_booking(booking, visitor);
        let started_at = if self.started_at == untouched.started_at { None } else { self.started_at(visitor)? };
        Ok(Request::Rework {
            entry: booking.seq,
            to: Some(WorkChange {
                seconds: Some(self.seconds()?),
                started_at,
                note: Some(self.note.clone()),
                activity: Some(Some(self.activity.clone()).filter(|name| !name.is_empty())),
                billable: self.billable(),
            }),
            reason: self.reason.clone(),
        })
    }
}

/// The form that books time; on a page of its own with what is booked already.
pub(crate) async fn page(
    State(web): State<Web>,
    Segments((kinds, name)): RecordName,
    visitor: Visitor,
    Query(query): Query,
) -> Result<Response, WebError> {
    let kind = web.app().kind_by_plural(&kinds)?.clone();
    let view = web.app().get(visitor.actor(), &kind, &name, None).await?;
    let may_book = view.rights.may(Action::Work);
    if !may_book && !view.rights.may_read_internal() {
        return Err(Error::Forbidden { action: Action::Work }.into());
    }
    let timer = web.app().timer(visitor.actor()).await?.filter(|timer| timer.record == view.record.id);
    let typed = match &timer {
        Some(timer) => Typed {
            duration: display_duration_text(timer.seconds),
            started_at: time::for_control(timer.started_at, &visitor.preferences.zone),
            from_timer: true,
            ..Typed::default()
        },
        None => Typed::default(),
    };
    let activities = web.app().activities(visitor.actor()).await?;
    let form = Booker { visitor: &visitor, view: &view, activities: &activities };
    let content = if may_book {
        form.draw(&typed, &Faults::default())
    } else {
        html! {}
    };
    if visitor.partial {
        return Ok(dialog_or_page(&web, &visitor, &kind, &name, t("book-time"), content).into_response());
    }
    let booked = web.app().time_on(visitor.actor(), &kind, &name).await?;
    let (list, back) = (address::list(&kind), address::record(&kind, &view.record.number));
    let crumbs =
        [Crumb { label: &kind.label_plural, address: &list }, Crumb { label: &view.record.number, address: &back }];
    let title = t("time-on-record");
    let main = html! {
        (header(&Header { title, crumbs: &crumbs, ..Header::default() }, html! {}))
        div.page-body."page-body--form" {
            @if query.get("running").is_some() && timer.is_some() {
                (notice(&Notice { tone: Tone::Info, text: t("timer-other") }, html! {}))
            }
            (content)
            (entries(&booked, &view, &visitor))
        }
    };
    let tab = format!("{title} · {}", view.record.number);
    Ok(frame(&web, &visitor, Place { title: &tab, current: &list, ..Place::default() }, main).into_response())
}

pub(crate) async fn book(
    State(web): State<Web>,
    Segments((kinds, name)): RecordName,
    posted: Posted,
) -> Result<Response, WebError> {
    let Posted { visitor, form } = posted;
    let kind = web.app().kind_by_plural(&kinds)?.clone();
    let typed = Typed::of(&form);
    let booked = match typed.booked(&visitor) {
        Ok(request) => execute(&web, &visitor, &kind, &name, &request).await,
        Err(error) => Err(error),
    };
    match booked {
        Ok(after) => {
            if typed.from_timer {
                let running = web.app().timer(visitor.actor()).await?;
                if running.is_some_and(|timer| timer.record == after.record.id) {
                    web.app().stop_timer(visitor.actor()).await?;
                }
            }
            if form.get("then") == Some(sheet::ADDRESS) {
                return Ok(Redirect::to(sheet::ADDRESS).into_response());
            }
            Ok(done(&visitor, &after))
        }
        Err(error) => {
            let view = web.app().get(visitor.actor(), &kind, &name, None).await?;
            refused(&web, &visitor, &view, None, &typed, error).await
        }
    }
}

/// The form once more, with what is wrong with what was typed: that which books, or the one of an entry.
async fn refused(
    web: &Web,
    visitor: &Visitor,
    view: &RecordView,
    entry: Option<&Booking>,
    typed: &Typed,
    error: Error,
) -> Result<Response, WebError> {
    let faults = Faults::of(error, &view.kind, &view.labels)?;
    let activities = web.app().activities(visitor.actor()).await?;
    let booker = Booker { visitor, view, activities: &activities };
    let (title, content) = match entry {
        None => (t("book-time"), booker.draw(typed, &faults)),
        Some(booking) => (t("correct-time"), booker.correct(booking, typed, &faults)),
    };
    let page = dialog_or_page(web, visitor, &view.kind, &view.record.number, title, content);
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

pub(crate) async fn correction(
    State(web): State<Web>,
    Segments((kinds, name, entry)): EntryName,
    visitor: Visitor,
) -> Result<Response, WebError> {
    let kind = web.app().kind_by_plural(&kinds)?.clone();
    let (view, booking) = found(&web, &visitor, &kind, &name, &entry).await?;
    let activities = web.app().activities(visitor.actor()).await?;
    let booker = Booker { visitor: &visitor, view: &view, activities: &activities };
    let content = booker.correct(&booking, &Typed::of_booking(&booking, &visitor), &Faults::default());
    Ok(dialog_or_page(&web, &visitor, &kind, &name, t("correct-time"), content).into_response())
}

pub(crate) async fn correct(
    State(web): State<Web>,
    Segments((kinds, name, entry)): EntryName,
    posted: Posted,
) -> Result<Response, WebError> {
    let Posted { visitor, form } = posted;
    let kind = web.app().kind_by_plural(&kinds)?.clone();
    let (view, booking) = found(&web, &visitor, &kind, &name, &entry).await?;
    let typed = Typed::of(&form);
    let corrected = match typed.corrected(&booking, &visitor) {
        Ok(request) => execute(&web, &visitor, &kind, &name, &request).await,
        Err(error) => Err(error),
    };
    match corrected {
        Ok(after) => Ok(done(&visitor, &after)),
        Err(error) => refused(&web, &visitor, &view, Some(&booking), &typed, error).await,
    }
}

pub(crate) async fn withdraw(
    State(web): State<Web>,
    Segments((kinds, name, entry)): EntryName,
    posted: Posted,
) -> Result<Response, WebError> {
    let Posted { visitor, form } = posted;
    let kind = web.app().kind_by_plural(&kinds)?.clone();
    let (_, booking) = found(&web, &visitor, &kind, &name, &entry).await?;
    let reason = form.text("reason").unwrap_or_default().to_owned();
    let request = Request::Rework { entry: booking.seq, to: None, reason };
    let after = execute(&web, &visitor, &kind, &name, &request).await?;
    Ok(done(&visitor, &after))
}

/// An entry that the visitor may put right, with its record.
async fn found(
    web: &Web,
    visitor: &Visitor,
    kind: &Arc<Kind>,
    name: &str,
    entry: &str,
) -> Result<(RecordView, Booking), Error> {
    let view = web.app().get(visitor.actor(), kind, name, None).await?;
    if !view.rights.may(Action::Work) {
        return Err(Error::Forbidden { action: Action::Work });
    }
    let entry: Revision = entry.parse().map_err(|_| Error::NotFound)?;
    let booked = web.app().time_on(visitor.actor(), kind, name).await?;
    match booked.entries.into_iter().find(|(booking, _)| booking.seq == entry) {
        Some((booking, true)) => Ok((view, booking)),
        Some((_, false)) => Err(Error::Forbidden { action: Action::Work }),
        None => Err(Error::NotFound),
    }
}

/// The forms of a record.
struct Booker<'a> {
    visitor: &'a Visitor,
    view: &'a RecordView,
    activities: &'a [Activity],
}

impl Booker<'_> {
    fn draw(&self, typed: &Typed, faults: &Faults) -> Markup {
        let (action, back) = (address::of_record(&self.view.kind, &self.view.record, "worklogs"), self.back());
        let fields = html! {
            @if typed.from_timer { input type="hidden" name="timer" value="true"; }
            (self.fields(typed, faults, true))
        };
        html! {
            (draw_transition(&self.parts(&action, &back, t("book-time")), fields))
            @if typed.from_timer {
                (draw_form(
                    &FormParts { action: timer::DISCARD, csrf_token: &self.visitor.csrf_token, ..FormParts::default() },
                    html! { (submit(&Button { label: t("timer-discard"), look: Look::Quiet, ..Button::default() }, &Submit::default())) },
                ))
            }
        }
    }

    fn correct(&self, booking: &Booking, typed: &Typed, faults: &Faults) -> Markup {
        let action = address::of_record(&self.view.kind, &self.view.record, &format!("worklogs/{}", booking.seq));
        let (withdraw, back) = (format!("{action}/withdraw"), self.back());
        let fields = html! {
            (self.fields(typed, faults, false))
            (draw_field(
                &Frame { name: "reason", label: t("correct-reason"), help: t("correct-reason-help"), errors: faults.on("reason"), ..Frame::default() },
                &Control::Text { value: &typed.reason, max_length: Some(500) },
            ))
        };
        html! {
            (draw_transition(&self.parts(&action, &back, t("correct-time")), fields))
            (draw_form(
                &FormParts { action: &withdraw, csrf_token: &self.visitor.csrf_token, ..FormParts::default() },
                html! { (submit(&Button { label: t("withdraw-time"), look: Look::Danger, ..Button::default() }, &Submit::default())) },
            ))
        }
    }

    fn back(&self) -> String {
        address::record(&self.view.kind, &self.view.record.number)
    }

    fn parts<'p>(&'p self, action: &'p str, back: &'p str, label: &'p str) -> TransitionParts<'p> {
        TransitionParts {
            label,
            help: "",
            form: FormParts {
                action,
                partial: Partial { get: None, post: Some(action), target: Some("#dialog"), swap: Some("innerHTML") },
                csrf_token: &self.visitor.csrf_token,
                ..FormParts::default()
            },
            back,
            is_danger: false,
        }
    }

    fn fields(&self, typed: &Typed, faults: &Faults, is_new: bool) -> Markup {
        let frame = |name, label, help, is_first| Frame {
            name,
            label,
            help,
            errors: faults.on(name),
            is_first,
            ..Frame::default()
        };
        let ids = keys(self.activities);
        let mut options = options(self.activities, &ids);
        // What an entry has already stays to be chosen, in use or not.
        if !typed.activity.is_empty() && !ids.contains(&typed.activity) {
            options.push(ChoiceOption {
                key: &typed.activity,
                label: t("activity-retired"),
                ..ChoiceOption::default()
            });
        }
        let yes_no = [
            ChoiceOption { key: "true", label: t("billable-yes"), ..ChoiceOption::default() },
            ChoiceOption { key: "false", label: t("billable-no"), ..ChoiceOption::default() },
        ];
        let zone = self.visitor.preferences.zone.iana_name().unwrap_or("UTC");
        html! {
            (faults.summary(&self.view.kind, &FIELDS))
            (draw_field(&frame("duration", t("time-spent"), t("time-spent-help"), true), &Control::Duration { value: &typed.duration }))
            @if !options.is_empty() {
                (draw_field(&frame("activity", t("activity"), "", false), &Control::Choice { value: &typed.activity, options: &options }))
            }
            @if is_new {
                (draw_field(&frame("billable", t("billable"), t("billable-help"), false), &Control::Choice { value: &typed.billable, options: &yes_no }))
            } @else {
                (draw_field(&frame("billable", t("billable"), "", false), &Control::Boolean { value: typed.billable == "true" }))
            }
            (draw_field(&frame("started_at", t("work-began"), if is_new { t("work-began-help") } else { "" }, false), &Control::Moment { value: &typed.started_at, zone }))
            (draw_field(&frame("note", t("what-was-done"), "", false), &Control::Text { value: &typed.note, max_length: Some(1000) }))
        }
    }
}

/// The keys of activities, for [`options`].
fn keys(activities: &[Activity]) -> Vec<String> {
    activities.iter().map(|activity| activity.id.to_string()).collect()
}

/// Activities to choose from.
fn options<'a>(activities: &'a [Activity], keys: &'a [String]) -> Vec<ChoiceOption<'a>> {
    let each = activities.iter().zip(keys);
    each.map(|(activity, key)| ChoiceOption { key, label: &activity.title, ..ChoiceOption::default() }).collect()
}

/// What is booked on a record, with its sums.
fn entries(time_on: &TimeOnRecord, view: &RecordView, visitor: &Visitor) -> Markup {
    let name = |id| time_on.labels.get(&id).map_or("", |label| label.label.as_str());
    let zone = &visitor.preferences.zone;
    html! {
        section.time-entries aria-labelledby="time-entries" {
            h2.time-entries__title #time-entries { (t("time-booked")) }
            @if time_on.entries.is_empty() { p.quiet { (t("time-none")) } } @else {
                div.table-scroll tabindex="0" role="region" aria-labelledby="time-entries" {
                    table.figures-table {
                        thead { tr {
                            th scope="col" { (t("time-who")) }
                            th scope="col" { (t("work-began")) }
                            th scope="col" { (t("activity")) }
                            th.is-number scope="col" { (t("time-spent")) }
                            th scope="col" { (t("billable")) }
                            th scope="col" { span.hidden-text { (t("correct-time")) } }
                        } }
                        tbody {
                            @for (booking, may) in &time_on.entries {
                                @let address = address::of_record(&view.kind, &view.record, &format!("worklogs/{}", booking.seq));
                                tr {
                                    td { (name(booking.person)) @if !booking.work.note.is_empty() { div.quiet { (booking.work.note) } } }
                                    td.is-whole { (time::exact(booking.work.started_at, zone)) }
                                    td { @if let Some(activity) = booking.work.activity { (name(activity)) } }
                                    td.is-number { (duration(booking.work.seconds)) @if booking.corrected.is_some() { div.quiet { (t("time-corrected")) } } }
                                    td { @if booking.work.billable { (t("billable-yes")) } @else { (t("billable-no")) } }
                                    td { @if *may { (link_button(&Button { label: t("correct-time"), icon: Some(Icon::Edit), look: Look::Quiet, partial: Partial::dialog(&address), ..Button::default() }, &address)) } }
                                }
                            }
                        }
                    }
                }
            }
            (sums(time_on.own, time_on.with_parts, time_on.parts))
        }
    }
}

/// Sums in words: one's own, and with parts where there are any.
pub(crate) fn sums(own: Sum, with_parts: Sum, parts: usize) -> Markup {
    let told = |sum: Sum| {
        let (all, billable) = (duration(sum.seconds), duration(sum.billable));
        t_with("time-sum", &[("time", (&all).into()), ("billable", (&billable).into())])
    };
    html! {
        p.time-sums { b { (t("time-own")) } " " (told(own)) }
        @if parts > 0 {
            p.time-sums { b { (t_with("time-with-parts", &[("count", parts.into())])) } " " (told(with_parts)) }
        }
    }
}

/// Seconds as hours and minutes: `41:30`.
pub(crate) fn hours(seconds: i64) -> String {
    let minutes = (seconds + 30) / 60;
    format!("{}:{:02}", minutes / 60, minutes % 60)
}
