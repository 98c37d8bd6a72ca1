//! What happened to a record, as its page tells it: words as entries, changes as lines, many changes folded.

use std::collections::HashMap;

use maud::{Markup, html};
use steward_app::pages::RecordPage;
use steward_app::view::Label;
use steward_model::event::{Act, Audience, Called, Carried, Cause, Change, Door, Event, Reached};
use steward_model::id::RecordId;
use steward_model::kind::{FieldType, Kind};
use steward_model::work::Work;
use steward_ui::button::{Button, Look, link_button};
use steward_ui::icon::{Icon, icon};
use steward_ui::partial::Partial;
use steward_ui::record::Live;
use steward_ui::time::Time;
use steward_ui::timeline::{
    Change as Line, Entry, EntryKind, change as draw_line, changed, entry as draw_entry, folded, story as draw_story,
    timeline as draw,
};
use steward_ui::words::sentence;
use steward_words::{duration, in_sentence, refusal, t, t_with};

use crate::address;
use crate::kind_form::plain;
use crate::markdown;
use crate::values::shown::Reader;
use crate::values::time;

/// So many changes in a row are folded under one line.
const FOLD: usize = 4;
/// Longest value shown in a line, in characters.
const VALUE_MAX: usize = 80;

/// The timeline of a page. `split` is where something that was said becomes a record of its own, up to its place.
pub(crate) fn timeline(
    page: &RecordPage,
    reader: &Reader<'_>,
    mentioned: &HashMap<String, Label>,
    live: Option<Live<'_>>,
    split: Option<&str>,
) -> Markup {
    let names = markdown::Names { registry: reader.registry, mentioned };
    let teller = Teller { kind: &page.view.kind, page, reader, names, mark: "", split };
    draw(t("what-happened"), live, teller.items())
}

/// What happened to a record that became part of another, on the page of that one.
pub(crate) fn story(page: &RecordPage, reader: &Reader<'_>, mentioned: &HashMap<String, Label>) -> Markup {
    let names = markdown::Names { registry: reader.registry, mentioned };
    let mark = format!("{}-", page.view.record.number);
    let teller = Teller { kind: &page.view.kind, page, reader, names, mark: &mark, split: None };
    draw_story(&page.view.record.number, teller.items())
}

/// Entries that belong together.
enum Group<'a> {
    /// Somebody said something or booked time.
    Said(&'a Event),
    /// Changes in a row.
    Done(&'a [Event]),
}

fn groups(events: &[Event]) -> Vec<Group<'_>> {
    let said = |event: &Event| matches!(event.act, Act::Commented { .. } | Act::Worked { .. });
    let mut groups = Vec::new();
    for chunk in events.chunk_by(|a, b| !said(a) && !said(b)) {
        match chunk {
            [one] if said(one) => groups.push(Group::Said(one)),
            many => groups.push(Group::Done(many)),
        }
    }
    groups
}

/// An entry of time in words.
#[derive(Default)]
struct Booked {
    /// How long it was, with what was said first.
    spent: String,
    note: String,
    /// What sort of work it was, and whether it is billable.
    detail: String,
    /// The way to put it right.
    correct: Option<Markup>,
}

struct Teller<'a> {
    kind: &'a Kind,
    page: &'a RecordPage,
    reader: &'a Reader<'a>,
    names: markdown::Names<'a>,
    /// What stands before the places of entries, so that each is there once on a page.
    mark: &'a str,
    split: Option<&'a str>,
}

impl Teller<'_> {
    fn items(&self) -> Markup {
        html! {
            @for group in groups(&self.page.entries) {
                @match group {
                    Group::Said(event) => (self.said(event)),
                    Group::Done(events) if events.len() >= FOLD => (folded(&self.summary(events), html! { @for event in events { (self.done(event)) } })),
                    Group::Done(events) => @for event in events { (self.done(event)) },
                }
            }
        }
    }

    fn said(&self, event: &Event) -> Markup {
        let author = self.reader.name(event.actor);
        let requester = self.page.view.record.reference("requester") == Some(event.actor);
        let detail = match (requester, event.door) {
            (true, Door::Mail) => t("requester-by-mail"),
            (true, _) => t("as-requester"),
            (false, Door::Mail) => t("by-mail"),
            (false, Door::Api) => t("by-interface"),
            (false, _) => "",
        };
        let booked = self.booked(event);
        let (kind, text) = match &event.act {
            Act::Commented { audience: Audience::Public, body } => (EntryKind::Public, body),
            Act::Commented { audience: Audience::Internal, body } => (EntryKind::Internal, body),
            Act::Worked { .. } => (EntryKind::Worklog(&booked.spent), &booked.note),
            _ => return html! {},
        };
        let id = format!("{}{}", self.mark, event.seq);
        let split = self.split.filter(|_| matches!(event.act, Act::Commented { audience: Audience::Public, .. }));
        let split = split.map(|address| {
            let address = format!("{address}{}", event.seq);
            html! { a.icon-button."icon-button--small" href=(address) title=(t("split-off")) aria-label=(t("split-off")) { (icon(Icon::GitBranch)) } }
        });
        let detail = if booked.detail.is_empty() { detail } else { &booked.detail };
        let actions = split.or(booked.correct);
        self.at(event, |time| {
            draw_entry(&Entry {
                id: &id,
                author,
                detail,
                time,
                kind,
                body: (!text.is_empty()).then(|| {
                    let words = markdown::render_with(text, &self.names);
                    match &event.cause {
                        Some(Cause::Automation(_) | Cause::Event { .. }) => {
                            html! { (words) p.entry__cause { (self.cause_of(event)) } }
                        }
                        _ => words,
                    }
                }),
                attachments: None,
                actions,
            })
        })
    }

    /// What an entry of time says as it stands, with what it said first where that is something else.
    fn booked(&self, event: &Event) -> Booked {
        let Act::Worked { seconds, note, activity, billable, .. } = &event.act else { return Booked::default() };
        let first = duration(*seconds);
        let standing = self.page.bookings.as_ref().map(|bookings| bookings.get(&event.seq));
        let (work, may_correct) = match standing {
            None => ((*seconds, *activity, *billable, note), false),
            Some(Some((booking, may))) => {
                let work = &booking.work;
                ((work.seconds, work.activity, work.billable, &work.note), *may)
            }
            Some(None) => {
                let spent = t_with("time-withdrawn", &[("time", (&first).into())]);
                return Booked { spent, note: note.clone(), ..Booked::default() };
            }
        };
        let (now, activity, billable, note) = work;
        let now = duration(now);
        let spent = match now == first {
            true => now,
            false => t_with("time-was", &[("time", (&now).into()), ("before", (&first).into())]),
        };
        let name = activity.and_then(|id| self.page.labels.get(&id)).map(|label| label.label.clone());
        let detail = name.into_iter().chain(billable.then(|| t("billable-mark").to_owned()));
        let view = &self.page.view;
        let address = address::of_record(&view.kind, &view.record, &format!("worklogs/{}", event.seq));
        let correct = may_correct.then(|| {
            let button = Button {
                label: t("correct-time"),
                look: Look::Quiet,
                partial: Partial::dialog(&address),
                ..Button::default()
            };
            link_button(&button, &address)
        });
        Booked { spent, note: note.clone(), detail: detail.collect::<Vec<_>>().join(" · "), correct }
    }

    /// What a correction changed, as changes of values are told.
    fn reworked(&self, from: &Work, to: &Work) -> Vec<Markup> {
        let name = |id: Option<RecordId>| {
            id.and_then(|id| self.page.labels.get(&id)).map(|label| label.label.clone()).unwrap_or_default()
        };
        let billable = |work: &Work| t(if work.billable { "billable-yes" } else { "billable-no" }).to_owned();
        let began = |work: &Work| time::exact(work.started_at, self.reader.zone);
        let told: [(&str, String, String); 5] = [
            ("time-spent", duration(from.seconds), duration(to.seconds)),
            ("activity", name(from.activity), name(to.activity)),
            ("billable", billable(from), billable(to)),
            ("work-began", began(from), began(to)),
            ("what-was-done", shortened(&from.note), shortened(&to.note)),
        ];
        let differing = told.into_iter().filter(|(_, before, after)| before != after);
        differing.map(|(key, before, after)| changed(&in_sentence(t(key)), &before, &after)).collect()
    }

    fn done(&self, event: &Event) -> Markup {
        let id = format!("{}{}", self.mark, event.seq);
        let (icon, what) = self.what(event);
        let author = self.reader.name(event.actor);
        self.at(event, |time| draw_line(&Line { id: &id, icon, author, what, time }))
    }

    fn at(&self, event: &Event, draw: impl FnOnce(Time<'_>) -> Markup) -> Markup {
        let (machine, exact) = (event.at.to_string(), time::exact(event.at, self.reader.zone));
        let shown = time::words(event.at, self.reader.now, self.reader.zone);
        draw(Time { machine: &machine, shown: &shown.0, exact: &exact, is_relative: shown.1 })
    }

    /// What an entry did, in words that follow the name of who did it.
    fn what(&self, event: &Event) -> (Option<Icon>, Markup) {
        let label = in_sentence(&self.kind.label);
        let lines: Vec<Markup> =
            event.changes.iter().filter(|change| !self.is_stamp(change)).map(|change| self.change(change)).collect();
        let also = html! {
            @for (index, line) in lines.iter().enumerate() { @if index > 0 { ", " } (line) }
            (self.cause_of(event))
        };
        match &event.act {
            Act::Created { .. } => (
                Some(Icon::Plus),
                html! { (t_with(created(event.door), &[("kind", (&label).into())])) (self.cause_of(event)) },
            ),
            Act::Updated => (
                Some(Icon::Edit),
                if lines.is_empty() {
                    html! { (t("changed-hidden")) }
                } else {
                    also
                },
            ),
            Act::Carried { fields } => {
                let lines: Vec<Markup> = fields.iter().map(|one| self.carried(event, one)).collect();
                let lines = html! { @for (index, line) in lines.iter().enumerate() { @if index > 0 { ", " } (line) } };
                (Some(Icon::Versions), html! { (t("carried-over")) ": " (lines) (self.cause_of(event)) })
            }
            Act::Transferred { from, to } => {
                let (from, to) = (self.reader.name(*from), self.reader.name(*to));
                (
                    Some(Icon::Building),
                    sentence("moved-from-to", &[("from", html! { b { (from) } }), ("to", html! { b { (to) } })]),
                )
            }
            // A step that leaves it where it is is told by its name.
            Act::Moved { from, to, transition: Some(key) } if from == to => {
                let label = self.kind.lifecycle.transition(key).map_or(key.as_str(), |step| step.label.as_str());
                let rest = html! { @if !lines.is_empty() { ": " (also) } @else { (also) } };
                let taken = sentence("took-step", &[("step", html! { b { (label) } })]);
                (Some(Icon::Check), html! { (taken) (rest) })
            }
            Act::Moved { from, to, .. } => {
                let name =
                    |key: &str| self.kind.lifecycle.state(key).map_or(key.to_owned(), |state| state.label.clone());
                let rest = html! { @if !lines.is_empty() { ": " (also) } @else { (also) } };
                let moved = sentence(
                    "moved-from-to",
                    &[("from", html! { b { (name(from)) } }), ("to", html! { b { (name(to)) } })],
                );
                (Some(Icon::ArrowRight), html! { (moved) (rest) })
            }
            Act::Attached(file) => (
                Some(Icon::Paperclip),
                sentence(
                    if file.audience == Audience::Internal { "attached-for-staff" } else { "attached-file" },
                    &[("file", html! { b { (file.name) } })],
                ),
            ),
            Act::FileChecked(check) => {
                let file = ("file", html! { b { (check.name) } });
                let said = match &check.finding {
                    Some(finding) => sentence("found-in-file", &[file, ("finding", html! { b { (finding) } })]),
                    None => sentence("found-nothing-in-file", &[file]),
                };
                (Some(Icon::ShieldLock), said)
            }
            Act::Detached { .. } => (Some(Icon::Paperclip), html! { (t("took-file-off")) }),
            Act::Linked(link) | Act::Unlinked(link) => {
                let verb = if matches!(event.act, Act::Linked(_)) { "linked-it" } else { "ended-link" };
                let word = self.reader.registry.link(&link.link).map_or(link.link.as_str(), |link| link.label.as_str());
                (
                    Some(Icon::Link),
                    sentence(verb, &[("relation", html! { (word) }), ("record", self.reader.reference(link.target))]),
                )
            }
            Act::Watched { person } if *person == event.actor => (Some(Icon::Eye), html! { (t("began-to-watch")) }),
            Act::Unwatched { person } if *person == event.actor => {
                (Some(Icon::EyeOff), html! { (t("stopped-watching")) })
            }
            Act::Watched { person } => {
                (Some(Icon::Eye), sentence("had-watch", &[("name", html! { b { (self.reader.name(*person)) } })]))
            }
            Act::Unwatched { person } => (
                Some(Icon::EyeOff),
                sentence("had-watch-no-more", &[("name", html! { b { (self.reader.name(*person)) } })]),
            ),
            Act::Escalated { step, due_at, note, called, .. } => {
                let due = due_at.map(|due| time::exact(due, self.reader.zone)).unwrap_or_default();
                (
                    Some(Icon::Clock),
                    html! {
                        (t_with("escalated-step", &[("step", (&crate::clocks::step_words(step)).into()), ("due", (&due).into())]))
                        @if !note.is_empty() { ": " (note) }
                        @if let Some(called) = called { " (" (self.called(called)) ")" }
                    },
                )
            }
            Act::ViewedAs { reason, until } => {
                (Some(Icon::Eye), crate::viewing::line(reason, *until, self.reader.zone))
            }
            Act::WorkCorrected { entry, from, to, reason, .. } => {
                let lines = self.reworked(from, to);
                let what = html! {
                    a href={ "#entry-" (self.mark) (entry) } { (t("corrected-time")) }
                    @for (index, line) in lines.iter().enumerate() { @if index == 0 { ": " } @else { ", " } (line) }
                    @if !reason.is_empty() { " (" (reason) ")" }
                };
                (Some(Icon::Clock), what)
            }
            Act::WorkWithdrawn { entry, from, reason, .. } => {
                let spent = duration(from.seconds);
                let what = html! {
                    a href={ "#entry-" (self.mark) (entry) } { (t_with("withdrew-time", &[("time", (&spent).into())])) }
                    @if !reason.is_empty() { " (" (reason) ")" }
                };
                (Some(Icon::Clock), what)
            }
            Act::Commented { .. } | Act::Worked { .. } => (None, html! {}),
        }
    }

    /// Who was on call and who was told, as far as the reader may know them.
    fn called(&self, called: &Called) -> Markup {
        let names = html! {
            @for (place, person) in called.people.iter().enumerate() {
                @if place > 0 { ", " }
                (self.reader.name(*person))
            }
        };
        let key = match (called.people.is_empty(), called.told) {
            (false, Reached::OnCall) => "called-on-call",
            (false, Reached::Team) => "called-team-instead",
            (false, Reached::Nobody) => "called-in-vain",
            (true, Reached::OnCall) => "called-nobody",
            (true, Reached::Team) => "called-team",
            (true, Reached::Nobody) => "called-nobody-at-all",
        };
        if called.people.is_empty() {
            html! { (t(key)) }
        } else {
            sentence(key, &[("names", names)])
        }
    }

    /// Whether a change only notes when and by whom the move was made, which the line says already.
    fn is_stamp(&self, change: &Change) -> bool {
        let by_move = change.why.as_ref().is_some_and(|why| why.rule.starts_with("transition:"));
        let field = self.kind.field_named(&change.field);
        by_move
            && field.is_some_and(|field| {
                matches!(field.field_type.value_type(), FieldType::Moment | FieldType::Duration)
                    || field.field_type.target_kinds().is_some_and(|kinds| kinds == ["person"]) && field.write.is_none()
            })
    }

    fn change(&self, change: &Change) -> Markup {
        let Some(field) = self.kind.field_named(&change.field) else { return changed(&change.field, "", "") };
        let shown = |stored: &Option<serde_json::Value>| match (field.field_type.value_type(), stored) {
            (_, None) => String::new(),
            (FieldType::Markdown | FieldType::Table { .. }, Some(_)) => String::new(),
            (FieldType::Moment, Some(stored)) => {
                let moment = steward_model::moment::Moment(stored.as_i64().unwrap_or_default());
                time::exact(moment, self.reader.zone)
            }
            (_, Some(stored)) => shortened(&plain(field, stored, &self.page.labels)),
        };
        let line = changed(&in_sentence(&field.label), &shown(&change.from), &shown(&change.to));
        match &change.why {
            Some(why) => {
                let step = why.rule.strip_prefix("transition:").and_then(|key| self.kind.lifecycle.transition(key));
                let detail = step.map_or_else(|| refusal(&why.detail), |step| step.label.as_str().into());
                html! { span title=(detail) { (line) } }
            }
            None => line,
        }
    }

    /// What became of a value that went over to another field.
    fn carried(&self, event: &Event, one: &Carried) -> Markup {
        let change = |key: &str| event.changes.iter().find(|change| change.field == key);
        let Some(field) = self.kind.field_named(&one.to) else { return html! { (one.to) } };
        let words = |value: Option<&serde_json::Value>| match (field.field_type.value_type(), value) {
            (FieldType::Markdown | FieldType::Table { .. }, _) | (_, None) => String::new(),
            (_, Some(stored)) => shortened(&plain(field, stored, &self.page.labels)),
        };
        let before = change(&one.from);
        let after = change(&one.to).and_then(|change| change.to.as_ref());
        match (after, before.and_then(|change| change.why.as_ref())) {
            (None, Some(why)) => {
                let label = in_sentence(&field.label);
                let values = [("field", label.as_ref().into()), ("fault", why.detail.as_str().into())];
                html! { (t_with("carried-left", &values)) }
            }
            _ => {
                let (from, to) = (words(before.and_then(|change| change.from.as_ref())), words(after));
                let label = in_sentence(&field.label);
                html! { @if from == to { b { (label) } } @else { (changed(&label, &from, &to)) } }
            }
        }
    }

    /// The rule or event that led to an entry.
    /// What an entry came of, after what it says.
    fn cause_of(&self, event: &Event) -> Markup {
        if let Some(Cause::Automation(automation)) = &event.cause {
            return html! { " " span.change__cause { (crate::automation::cause(automation, event)) } };
        }
        if let Some(Cause::Event { record, .. }) = &event.cause
            && *record != event.record
        {
            let following = sentence("following-record", &[("record", self.reader.reference(*record))]);
            return html! { " " span.change__cause { (following) } };
        }
        html! { @if let Some(cause) = self.cause(event) { " " span.change__cause { (cause) } } }
    }

    fn cause(&self, event: &Event) -> Option<String> {
        match event.cause.as_ref()? {
            Cause::Rule(rule) => Some(t_with("by-rule", &[("rule", rule.into())])),
            Cause::Import(run) => Some(t_with("from-import", &[("run", run.into())])),
            Cause::Macro(named) => Some(t_with("by-macro", &[("macro", named.into())])),
            Cause::Approval(number) => Some(t_with("by-approval", &[("approval", number.into())])),
            Cause::Flow(named) => Some(t_with("by-plan", &[("plan", named.into())])),
            Cause::Schedule(named) => Some(t_with("by-schedule", &[("schedule", named.into())])),
            Cause::BulkEdit(id) => Some(t_with("in-bulk-edit", &[("id", (&id.to_string()).into())])),
            Cause::Threshold(step) => {
                let step = step.split_once(':').map_or(step.as_str(), |(_, step)| step);
                Some(t_with("by-threshold", &[("step", (&crate::clocks::step_words(step)).into())]))
            }
            Cause::Event { .. } | Cause::Automation(_) => None,
        }
    }

    fn summary(&self, events: &[Event]) -> String {
        let mut names: Vec<&str> = events.iter().map(|event| self.reader.name(event.actor)).collect();
        names.sort_unstable();
        names.dedup();
        let count = ("count", events.len().into());
        match names.as_slice() {
            [] => t_with("changes-count", &[count]),
            [one] => t_with("changes-by-one", &[count, ("first", (*one).into())]),
            [one, two] => t_with("changes-by-two", &[count, ("first", (*one).into()), ("second", (*two).into())]),
            [one, rest @ ..] => {
                t_with("changes-by-many", &[count, ("first", (*one).into()), ("others", rest.len().into())])
            }
        }
    }
}

/// The message for a new record, by the way it came.
fn created(door: Door) -> &'static str {
    match door {
        Door::Mail => "created-by-mail",
        Door::Api => "created-by-interface",
        Door::Alert => "created-from-alert",
        Door::Import => "created-in-import",
        Door::Page | Door::Timer | Door::Rule | Door::Command | Door::System => "created-this",
    }
}

fn shortened(text: &str) -> String {
    let mut short: String = text.chars().take(VALUE_MAX).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}
