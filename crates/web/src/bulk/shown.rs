//! The page of a bulk edit: what it would do, how far it is, what became of each record, and the way back.

use std::borrow::Cow;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use steward_app::bulk::{BulkAction, BulkEdit, Outcome, Progress, Rows, StoredRow};
use steward_app::view::Labels;
use steward_model::event::Audience;
use steward_model::id::RecordId;
use steward_model::kind::Kind;
use steward_model::record::Fields;
use steward_ui::bulk::{Fate, Figure, Reason, fates, progress, reasons, tally};
use steward_ui::button::{Button, Look, Submit, button_row, link_button, submit};
use steward_ui::header::{Header, header};
use steward_ui::icon::Icon;
use steward_ui::list::{Pager, pager};
use steward_ui::message::{Empty, Notice, empty, notice};
use steward_ui::reference::Crumb;
use steward_ui::tabs::{Tab, tabs};
use steward_ui::tone::Tone;
use steward_words::{in_sentence, refusal, t, t_with};

use crate::error::WebError;
use crate::files::Segments;
use crate::form::Query;
use crate::frame::{Place, frame};
use crate::kind_form::plain;
use crate::list::counted;
use crate::values::time;
use crate::visitor::Visitor;
use crate::{Web, address};

/// Rows of a page.
const ROWS: usize = 100;
/// Bulk edits in the list of one's own.
const EDITS: usize = 100;
/// Refused rows looked at for examples.
const LOOKED_AT: usize = 200;
/// Examples of each reason.
const EXAMPLES: usize = 5;

pub(crate) async fn page(
    State(web): State<Web>,
    Segments(id): Segments<i64>,
    visitor: Visitor,
    Query(query): Query,
) -> Result<Response, WebError> {
    let app = web.app();
    let actor = visitor.actor();
    let edit = app.bulk_edit(actor, id).await?;
    let only = query.get("only").and_then(Outcome::named);
    let after = query.text("after").and_then(|after| after.parse().ok()).unwrap_or(0);
    let rows = app.bulk_edit_rows(actor, id, only, after, ROWS).await?;
    let refused = if edit.count(Outcome::Refused) == 0 {
        Rows { rows: Vec::new(), labels: Labels::new(), more: false }
    } else {
        app.bulk_edit_rows(actor, id, Some(Outcome::Refused), 0, LOOKED_AT).await?
    };
    let (values, named) = app.bulk_edit_values(actor, &edit).await?;
    let people = app.names(actor, [edit.person].into()).await?;
    let sheet = Sheet { visitor: &visitor, edit: &edit, values, named, people, rows, refused, only, after };
    if query.get("part") == Some("progress") {
        return Ok(sheet.part().into_response());
    }
    Ok(sheet.page(&web).into_response())
}

/// The bulk edits that somebody started.
pub(crate) async fn all(State(web): State<Web>, visitor: Visitor) -> Result<Response, WebError> {
    let edits = web.app().bulk_edits(visitor.actor(), EDITS).await?;
    let lines: Vec<(&BulkEdit, String)> =
        edits.iter().map(|edit| (edit, format!("{}: {}", edit.kind.label_plural, what(edit, None)))).collect();
    let (now, zone) = (web.app().now(), &visitor.preferences.zone);
    let main = html! {
        (header(&Header { title: t("your-bulk-edits"), ..Header::default() }, html! {}))
        div.page-body {
            @if lines.is_empty() {
                (empty(&Empty { icon: Icon::Checks, title: t("no-bulk-edit"), text: t("no-bulk-edit-help") }, html! {}))
            } @else {
                ul.plain-list {
                    @for (edit, what) in &lines {
                        li.plain-list__item {
                            span.plain-list__text {
                                a href={ "/bulk-edits/" (edit.id) } { (what) }
                                br;
                                span.plain-list__detail { (records(&edit.kind, edit.total)) " · " (state_words(edit.progress)) " · " (time::ago(edit.created_at, now, zone)) }
                            }
                        }
                    }
                }
            }
        }
    };
    let place = Place { title: t("your-bulk-edits"), ..Place::default() };
    Ok(frame(&web, &visitor, place, main).into_response())
}

/// Number and address of a record.
type Link<'a> = (&'a str, String);

/// A bulk edit on its way to markup.
struct Sheet<'a> {
    visitor: &'a Visitor,
    edit: &'a BulkEdit,
    values: Fields,
    named: Labels,
    people: Labels,
    rows: Rows,
    refused: Rows,
    only: Option<Outcome>,
    after: i64,
}

impl Sheet<'_> {
    fn page(&self, web: &Web) -> Markup {
        let kind = &self.edit.kind;
        let title = what(self.edit, Some((&self.values, &self.named)));
        let list = address::list(kind);
        let crumbs = [
            Crumb { label: &kind.label_plural, address: &list },
            Crumb { label: t("bulk-edits"), address: "/bulk-edits" },
        ];
        let detail = records(kind, self.edit.total);
        let main = html! {
            (header(&Header { title: &title, crumbs: &crumbs, detail: &detail, ..Header::default() }, html! {}))
            div.page-body { (self.part()) }
        };
        frame(web, self.visitor, Place { title: &title, current: &list, ..Place::default() }, main)
    }

    /// What changes while it is at work; asked for again until it has ended.
    fn part(&self) -> Markup {
        let edit = self.edit;
        let source = format!("/bulk-edits/{}?part=progress", edit.id);
        let at_work = matches!(edit.progress, Progress::Waiting | Progress::Running);
        html! {
            div.bulk-part id="bulk-edit" data-poll=[at_work.then_some(source.as_str())] {
                @match edit.progress {
                    Progress::Preview => (self.preview()),
                    Progress::Waiting | Progress::Running => (self.at_work()),
                    Progress::Finished | Progress::Failed => (self.ended()),
                }
            }
        }
    }

    fn preview(&self) -> Markup {
        let edit = self.edit;
        let changing = edit.count(Outcome::Changed);
        let figures = self.figures([t("will-change"), t("are-so-already"), t("will-be-left")]);
        let back = address::list(&edit.kind);
        let lead = match &edit.action {
            BulkAction::Comment(_) => t("words-stay"),
            BulkAction::Transition { comment: Some(_), .. } => t("undo-move"),
            _ => t("undo-this"),
        };
        let label = t_with(verb(&edit.action), &[("count", (&records(&edit.kind, changing)).into())]);
        html! {
            (self.words_said())
            (figures)
            (self.missing())
            (self.reasons())
            @if changing == 0 {
                (notice(&Notice { tone: Tone::Info, text: t("nothing-would-change") }, html! {}))
                (button_row(html! { (link_button(&Button { label: t("back-to-list"), ..Button::default() }, &back)) }))
            } @else {
                form method="post" action={ "/bulk-edits/" (edit.id) "/start" } data-form {
                    input type="hidden" name="csrf_token" value=(self.visitor.csrf_token);
                    (button_row(html! {
                        (submit(&Button { label: &label, look: Look::Main, ..Button::default() }, &Submit::default()))
                        (link_button(&Button { label: t("cancel"), look: Look::Quiet, ..Button::default() }, &back))
                    }))
                }
                p.bulk-part__lead { (lead) }
            }
            (self.fates())
        }
    }

    fn at_work(&self) -> Markup {
        let edit = self.edit;
        let done = edit.done();
        html! {
            p.bulk-part__lead role="status" {
                (t_with("bulk-progress", &[("done", done.into()), ("total", (&records(&edit.kind, edit.total)).into())]))
                noscript { " " (t("load-anew")) }
            }
            (progress(t("records-done"), done, edit.total))
            (self.figures([t("changed"), t("were-so-already"), t("left-as-they-are")]))
            (self.reasons())
        }
    }

    fn ended(&self) -> Markup {
        let edit = self.edit;
        let open = edit.total.saturating_sub(edit.done());
        html! {
            @if let Some(of) = edit.undo_of {
                (notice(&Notice { tone: Tone::Info, text: t("set-back") }, html! { a href={ "/bulk-edits/" (of) } { (t("what-was-undone")) } }))
            }
            @if let Some(undo) = edit.undone_by {
                (notice(&Notice { tone: Tone::Info, text: t("was-undone") }, html! { a href={ "/bulk-edits/" (undo) } { (t("what-came-of-undo")) } }))
            }
            @if edit.progress == Progress::Failed {
                (notice(&Notice { tone: Tone::Danger, text: &t_with("ended-early", &[("count", (&records(&edit.kind, open)).into())]) }, html! {}))
            }
            (self.words_said())
            (self.figures([t("changed"), t("were-so-already"), t("left-as-they-are")]))
            (self.missing())
            (self.undo())
            (self.reasons())
            (self.fates())
        }
    }

    fn undo(&self) -> Markup {
        let edit = self.edit;
        let Some(until) = edit.undo_until else { return html! {} };
        let label = t_with("undo-count", &[("count", (&records(&edit.kind, edit.count(Outcome::Changed))).into())]);
        html! {
            form method="post" action={ "/bulk-edits/" (edit.id) "/undo" } data-form {
                input type="hidden" name="csrf_token" value=(self.visitor.csrf_token);
                (button_row(html! {
                    (submit(&Button { label: &label, icon: Some(Icon::ArrowBackUp), ..Button::default() }, &Submit::default()))
                }))
            }
            p.bulk-part__lead {
                (t_with("undo-until", &[("moment", (&time::exact(until, &self.visitor.preferences.zone)).into())]))
            }
        }
    }

    fn figures(&self, [changed, unchanged, refused]: [&str; 3]) -> Markup {
        let figures = [(Outcome::Changed, changed), (Outcome::Unchanged, unchanged), (Outcome::Refused, refused)];
        let counts: Vec<(usize, String, &str)> = figures
            .into_iter()
            .map(|(outcome, label)| (self.edit.count(outcome), label))
            .map(|(count, label)| (count, counted(Some(count)), label))
            .collect();
        let figures: Vec<Figure<'_>> =
            counts.iter().map(|(count, said, label)| Figure { label, count: said, is_none: *count == 0 }).collect();
        tally(&figures)
    }

    fn missing(&self) -> Markup {
        let text = match self.edit.missing {
            0 => return html! {},
            1 => t("chosen-gone-one").to_owned(),
            many => t_with("chosen-gone-many", &[("count", many.into())]),
        };
        notice(&Notice { tone: Tone::Warning, text: &text }, html! {})
    }

    /// Why records are left as they are.
    fn reasons(&self) -> Markup {
        let preview = self.edit.progress == Progress::Preview;
        let of = |row: &StoredRow| if preview { Some(row.expected) } else { row.outcome };
        let mut counts: Vec<(&str, usize)> = Vec::new();
        for count in &self.edit.counts {
            let outcome = if preview { Some(count.expected) } else { count.outcome };
            if outcome != Some(Outcome::Refused) {
                continue;
            }
            match counts.iter_mut().find(|(reason, _)| *reason == count.reason) {
                Some((_, sum)) => *sum += count.count,
                None => counts.push((&count.reason, count.count)),
            }
        }
        if counts.is_empty() {
            return html! {};
        }
        let shown: Vec<(String, Cow<'_, str>, Vec<Link<'_>>)> = counts
            .iter()
            .map(|(reason, count)| {
                let rows =
                    self.refused.rows.iter().filter(|row| of(row) == Some(Outcome::Refused) && row.reason == *reason);
                let examples = rows.filter_map(|row| self.link(&self.refused.labels, row.record)).take(EXAMPLES);
                (counted(Some(*count)), refusal(reason), examples.collect())
            })
            .collect();
        let shown: Vec<Reason<'_>> = shown
            .iter()
            .map(|(count, text, examples)| Reason {
                count,
                text,
                examples: examples.iter().map(|(number, address)| (*number, address.as_str())).collect(),
            })
            .collect();
        html! {
            h2.bulk-part__title { (t("why-left")) }
            (reasons(&shown))
        }
    }

    fn link<'b>(&self, labels: &'b Labels, record: RecordId) -> Option<Link<'b>> {
        let label = labels.get(&record)?;
        Some((&label.number, address::record(&self.edit.kind, &label.number)))
    }

    /// What became of each record, with tabs for each outcome.
    fn fates(&self) -> Markup {
        let here = |only: Option<Outcome>, after: i64| {
            let only = only.map(|only| format!("only={}", only.key()));
            let after = Some(after).filter(|after| *after > 0).map(|after| format!("after={after}"));
            let query: Vec<String> = only.into_iter().chain(after).collect();
            let mark = if query.is_empty() { "" } else { "?" };
            format!("/bulk-edits/{}{mark}{}", self.edit.id, query.join("&"))
        };
        let all = [None, Some(Outcome::Changed), Some(Outcome::Unchanged), Some(Outcome::Refused)];
        let shown: Vec<(&str, String, String, bool)> = all
            .into_iter()
            .map(|only| {
                let (label, count) = match only {
                    None => (t("all"), self.edit.total),
                    Some(outcome) if self.edit.progress == Progress::Preview => {
                        (expected_words(outcome).0, self.edit.count(outcome))
                    }
                    Some(outcome) => (outcome_words(outcome).0, self.edit.count(outcome)),
                };
                (label, here(only, 0), counted(Some(count)), only == self.only)
            })
            .collect();
        let shown: Vec<Tab<'_>> = shown
            .iter()
            .map(|(label, address, count, is_current)| Tab {
                label,
                address,
                count: Some(count),
                is_current: *is_current,
            })
            .collect();
        let lines: Vec<(Option<Link<'_>>, &str, Cow<'_, str>, &StoredRow)> = self
            .rows
            .rows
            .iter()
            .map(|row| {
                let title = self.rows.labels.get(&row.record).map_or(t("unseen-record"), |label| &label.label);
                (self.link(&self.rows.labels, row.record), title, refusal(&row.reason), row)
            })
            .collect();
        let lines: Vec<Fate<'_>> = lines
            .iter()
            .map(|(link, title, reason, row)| {
                let (outcome, tone) = match (self.edit.progress, row.outcome) {
                    (Progress::Preview, _) => expected_words(row.expected),
                    (_, Some(outcome)) => outcome_words(outcome),
                    (_, None) => (t("not-done"), Tone::Muted),
                };
                Fate {
                    number: link.as_ref().map_or("", |(number, _)| number),
                    title,
                    address: link.as_ref().map(|(_, address)| address.as_str()),
                    outcome,
                    tone,
                    reason,
                }
            })
            .collect();
        let last = self.rows.rows.last().map_or(0, |row| row.place);
        let (first, next) = (here(self.only, 0), here(self.only, last));
        html! {
            (tabs(t("outcomes"), &shown))
            @if lines.is_empty() { p.bulk-part__lead { (t("none-full")) } } @else { (fates(&lines)) }
            @if self.rows.more || self.after > 0 {
                (pager(&Pager { range: "", first: (self.after > 0).then_some(&first), previous: None, next: self.rows.more.then_some(&next) }))
            }
        }
    }

    /// The words that are said on each record, and who asked when that was somebody else.
    fn words_said(&self) -> Markup {
        let said = match &self.edit.action {
            BulkAction::Comment(words) => Some(words),
            BulkAction::Transition { comment, .. } => comment.as_ref(),
            _ => None,
        };
        let other = (self.edit.person != self.visitor.actor().person)
            .then(|| self.people.get(&self.edit.person).map_or(t("somebody-else"), |label| label.label.as_str()));
        html! {
            @if let Some(name) = other { p.bulk-part__lead { (t_with("asked-for-by", &[("name", name.into())])) "." } }
            @if let Some(words) = said { blockquote.article { (crate::markdown::render(&words.body)) } }
        }
    }
}

/// What a bulk edit does, in words; with the values that it sets where they were looked up.
fn what(edit: &BulkEdit, values: Option<(&Fields, &Labels)>) -> String {
    let set = |fields: &steward_model::command::Input| {
        let each = fields.keys().map(|key| {
            let field = edit.kind.field(key);
            let label = in_sentence(field.map_or(key, |field| &field.label)).into_owned();
            match (field, values.map(|(values, named)| (values.get(key), named))) {
                (Some(field), Some((Some(stored), named))) => {
                    t_with("set-to", &[("label", (&label).into()), ("value", (&plain(field, stored, named)).into())])
                }
                (_, Some(_)) => t_with("set-to-nothing", &[("label", (&label).into())]),
                (_, None) => label,
            }
        });
        each.collect::<Vec<_>>().join(", ")
    };
    match &edit.action {
        BulkAction::Update { fields } => t_with("set-field", &[("field", (&set(fields)).into())]),
        BulkAction::Transition { transition, .. } => {
            edit.kind.lifecycle.transition(transition).map_or(transition.clone(), |transition| transition.label.clone())
        }
        BulkAction::Comment(words) if words.audience == Audience::Internal => t("note-for-staff").to_owned(),
        BulkAction::Comment(_) => t("reply-to-all").to_owned(),
        BulkAction::Watch { end: false } => t("watch").to_owned(),
        BulkAction::Watch { end: true } => t("stop-watching").to_owned(),
        BulkAction::Undo { of } => t_with("undo-of", &[("id", (&of.to_string()).into())]),
    }
}

fn verb(action: &BulkAction) -> &'static str {
    match action {
        BulkAction::Update { .. } | BulkAction::Undo { .. } => "do-change",
        BulkAction::Transition { .. } => "do-move",
        BulkAction::Comment(_) => "do-write",
        BulkAction::Watch { end: false } => "do-watch",
        BulkAction::Watch { end: true } => "do-unwatch",
    }
}

fn outcome_words(outcome: Outcome) -> (&'static str, Tone) {
    match outcome {
        Outcome::Changed => (t("outcome-changed"), Tone::Success),
        Outcome::Unchanged => (t("outcome-unchanged"), Tone::Muted),
        Outcome::Refused => (t("outcome-refused"), Tone::Danger),
    }
}

fn expected_words(outcome: Outcome) -> (&'static str, Tone) {
    match outcome {
        Outcome::Changed => (t("expect-changed"), Tone::Accent),
        Outcome::Unchanged => (t("expect-unchanged"), Tone::Muted),
        Outcome::Refused => (t("expect-refused"), Tone::Danger),
    }
}

fn state_words(progress: Progress) -> &'static str {
    match progress {
        Progress::Preview => t("progress-preview"),
        Progress::Waiting => t("progress-waiting"),
        Progress::Running => t("progress-running"),
        Progress::Finished => t("progress-done"),
        Progress::Failed => t("progress-failed"),
    }
}

/// So many records of a kind: `1 incident`, `2,314 incidents`.
fn records(kind: &Kind, count: usize) -> String {
    let noun = in_sentence(if count == 1 { &kind.label } else { &kind.label_plural });
    format!("{} {noun}", counted(Some(count)))
}
