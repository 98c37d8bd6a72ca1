//! What happened to a record, as its page tells it: words as entries, changes as lines, many changes folded.

use std::collections::HashMap;

use maud::{Markup, html};
use steward_app::pages::RecordPage;
use steward_app::view::Label;
use steward_model::event::{Act, Audience, Cause, Change, Door, Event};
use steward_model::kind::{FieldType, Kind};
use steward_model::value::display_duration_text;
use steward_ui::icon::Icon;
use steward_ui::record::Live;
use steward_ui::time::Time;
use steward_ui::timeline::{
    Change as Line, Entry, EntryKind, change as draw_line, changed, entry as draw_entry, folded, timeline as draw,
};

use crate::kind_form::plain;
use crate::markdown;
use crate::values::shown::Reader;
use crate::values::time;

/// So many changes in a row are folded under one line.
const FOLD: usize = 4;
/// Longest value shown in a line, in characters.
const VALUE_MAX: usize = 80;

/// The timeline of a page.
pub(crate) fn timeline(
    page: &RecordPage,
    reader: &Reader<'_>,
    mentioned: &HashMap<String, Label>,
    live: Option<Live<'_>>,
) -> Markup {
    let kind = &page.view.kind;
    let names = markdown::Names { registry: reader.registry, mentioned };
    let teller = Teller { kind, page, reader, names };
    let items = html! {
        @for group in groups(&page.entries) {
            @match group {
                Group::Said(event) => (teller.said(event)),
                Group::Done(events) if events.len() >= FOLD => (folded(&teller.summary(events), html! { @for event in events { (teller.done(event)) } })),
                Group::Done(events) => @for event in events { (teller.done(event)) },
            }
        }
    };
    draw("What happened", live, items)
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

struct Teller<'a> {
    kind: &'a Kind,
    page: &'a RecordPage,
    reader: &'a Reader<'a>,
    names: markdown::Names<'a>,
}

impl Teller<'_> {
    fn said(&self, event: &Event) -> Markup {
        let author = self.reader.name(event.actor);
        let requester = self.page.view.record.reference("requester") == Some(event.actor);
        let detail = match (requester, event.door) {
            (true, Door::Mail) => "requester, by mail",
            (true, _) => "requester",
            (false, Door::Mail) => "by mail",
            (false, Door::Api) => "by interface",
            (false, _) => "",
        };
        let spent;
        let (kind, text) = match &event.act {
            Act::Commented { audience: Audience::Public, body } => (EntryKind::Public, body),
            Act::Commented { audience: Audience::Internal, body } => (EntryKind::Internal, body),
            Act::Worked { seconds, note, .. } => {
                spent = display_duration_text(*seconds);
                (EntryKind::Worklog(&spent), note)
            }
            _ => return html! {},
        };
        let id = event.seq.to_string();
        self.at(event, |time| {
            draw_entry(&Entry {
                id: &id,
                author,
                detail,
                time,
                kind,
                body: (!text.is_empty()).then(|| markdown::render_with(text, &self.names)),
                attachments: None,
                actions: None,
            })
        })
    }

    fn done(&self, event: &Event) -> Markup {
        let id = event.seq.to_string();
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
        let label = self.kind.label.to_lowercase();
        let lines: Vec<Markup> =
            event.changes.iter().filter(|change| !self.is_stamp(change)).map(|change| self.change(change)).collect();
        let also = html! {
            @for (index, line) in lines.iter().enumerate() { @if index > 0 { ", " } (line) }
            @if let Some(cause) = self.cause(event) { " " span.change__cause { (cause) } }
        };
        match &event.act {
            Act::Created { .. } => (Some(Icon::Plus), html! { "created this " (label) (by_door(event.door)) }),
            Act::Updated => (
                Some(Icon::Edit),
                if lines.is_empty() {
                    html! { "changed something not shown here" }
                } else {
                    also
                },
            ),
            Act::Transferred { from, to } => {
                let (from, to) = (self.reader.name(*from), self.reader.name(*to));
                (Some(Icon::Building), html! { "moved it from " b { (from) } " to " b { (to) } })
            }
            Act::Moved { from, to, .. } => {
                let name =
                    |key: &str| self.kind.lifecycle.state(key).map_or(key.to_owned(), |state| state.label.clone());
                let rest = html! { @if !lines.is_empty() { ": " (also) } @else { (also) } };
                (Some(Icon::ArrowRight), html! { "moved it from " b { (name(from)) } " to " b { (name(to)) } (rest) })
            }
            Act::Attached(file) => (
                Some(Icon::Paperclip),
                html! { "attached " b { (file.name) } @if file.audience == Audience::Internal { " for staff" } },
            ),
            Act::Detached { .. } => (Some(Icon::Paperclip), html! { "took a file off" }),
            Act::Linked(link) | Act::Unlinked(link) => {
                let verb = if matches!(event.act, Act::Linked(_)) { "linked it" } else { "ended a link" };
                let word = self.reader.registry.link(&link.link).map_or(link.link.as_str(), |link| link.label.as_str());
                (Some(Icon::Link), html! { (verb) ": " (word) " " (self.reader.reference(link.target)) })
            }
            Act::Watched { person } if *person == event.actor => (Some(Icon::Eye), html! { "began to watch" }),
            Act::Unwatched { person } if *person == event.actor => (Some(Icon::EyeOff), html! { "stopped watching" }),
            Act::Watched { person } => (Some(Icon::Eye), html! { "had " b { (self.reader.name(*person)) } " watch" }),
            Act::Unwatched { person } => {
                (Some(Icon::EyeOff), html! { "had " b { (self.reader.name(*person)) } " watch no more" })
            }
            Act::Commented { .. } | Act::Worked { .. } => (None, html! {}),
        }
    }

    /// Whether a change only notes when and by whom the move was made, which the line says already.
    fn is_stamp(&self, change: &Change) -> bool {
        let by_move = change.why.as_ref().is_some_and(|why| why.rule.starts_with("transition:"));
        let field = self.kind.field(&change.field);
        by_move
            && field.is_some_and(|field| {
                matches!(field.field_type.value_type(), FieldType::Moment | FieldType::Duration)
                    || field.field_type.target_kinds().is_some_and(|kinds| kinds == ["person"]) && field.write.is_none()
            })
    }

    fn change(&self, change: &Change) -> Markup {
        let Some(field) = self.kind.field(&change.field) else { return changed(&change.field, "", "") };
        let shown = |stored: &Option<serde_json::Value>| match (field.field_type.value_type(), stored) {
            (_, None) => String::new(),
            (FieldType::Markdown | FieldType::Table { .. }, Some(_)) => String::new(),
            (FieldType::Moment, Some(stored)) => {
                let moment = steward_model::moment::Moment(stored.as_i64().unwrap_or_default());
                time::exact(moment, self.reader.zone)
            }
            (_, Some(stored)) => shortened(&plain(field, stored, &self.page.labels)),
        };
        let line = changed(&field.label.to_lowercase(), &shown(&change.from), &shown(&change.to));
        match &change.why {
            Some(why) => html! { span title=(why.detail) { (line) } },
            None => line,
        }
    }

    /// The rule or event that led to an entry.
    fn cause(&self, event: &Event) -> Option<String> {
        match event.cause.as_ref()? {
            Cause::Rule(rule) => Some(format!("by the rule {rule}")),
            Cause::Import(run) => Some(format!("from {run}")),
            Cause::Macro(named) => Some(format!("by macro {named}")),
            Cause::BulkEdit(id) => Some(format!("in bulk edit {id}")),
            Cause::Event { .. } => None,
        }
    }

    fn summary(&self, events: &[Event]) -> String {
        let mut names: Vec<&str> = events.iter().map(|event| self.reader.name(event.actor)).collect();
        names.sort_unstable();
        names.dedup();
        let who = match names.as_slice() {
            [] => String::new(),
            [one] => format!(" by {one}"),
            [one, two] => format!(" by {one} and {two}"),
            [one, rest @ ..] => format!(" by {one} and {} others", rest.len()),
        };
        format!("{} changes{who}", events.len())
    }
}

fn by_door(door: Door) -> &'static str {
    match door {
        Door::Mail => " by mail",
        Door::Api => " by interface",
        Door::Alert => " from an alert",
        Door::Import => " in an import",
        Door::Page | Door::Timer | Door::Rule | Door::Command | Door::System => "",
    }
}

fn shortened(text: &str) -> String {
    let mut short: String = text.chars().take(VALUE_MAX).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}
