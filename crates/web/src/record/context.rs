//! What stands beside a record for its staff: who asked, what to mind, what is down, and what else has to do with it.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde_json::json;
use steward_app::context::{Around, Head, Match};
use steward_app::error::Error;
use steward_app::records::{Origin, Request};
use steward_app::view::{Label, RecordView, label_of};
use steward_model::access::Action;
use steward_model::event::Door;
use steward_model::kind::Kind;
use steward_model::record::Record;
use steward_ui::context::{
    Related, Requester, apply_workaround, context_place, handling_note, outage, related, requester as draw_requester,
};
use steward_ui::record::{RailSection, rail_section};
use steward_ui::reference::Reference;
use steward_words::{refusal, t, t_with};

use crate::drafts;
use crate::error::WebError;
use crate::files::Segments;
use crate::form::Posted;
use crate::markdown;
use crate::record::Parts;
use crate::values::shown::category;
use crate::values::text;
use crate::visitor::Visitor;
use crate::{Web, address};

impl Parts<'_> {
    /// Outages that go on, over what was said.
    pub(super) fn outages(&self) -> Markup {
        html! { @for one in &self.head.outages { (matched(one, |record| outage(record, &refusal(&one.reason)))) } }
    }

    /// Who asked, and how to handle them and what they ask about.
    pub(super) fn requester(&self) -> Markup {
        let Head { requester, notes, .. } = &self.head;
        if requester.is_none() && notes.is_empty() && self.notes.is_empty() {
            return html! {};
        }
        rail_section(
            &RailSection {
                label: if requester.is_some() { t("requester") } else { t("mind-title") },
                ..RailSection::default()
            },
            html! {
                @if let Some((kind, person)) = requester { (self.person(kind, person)) }
                (self.notes.beside())
                @for note in notes { (handling_note(&note.about.label, markdown::render(&note.text))) }
            },
        )
    }

    /// The place of what takes longer to find.
    pub(super) fn around(&self) -> Markup {
        let view = self.view();
        if !self.is_now() || !self.is_staffed() {
            return html! {};
        }
        context_place(&address::of_record(&view.kind, &view.record, "context"))
    }

    fn person(&self, kind: &Kind, person: &Record) -> Markup {
        let label = label_of(kind, person);
        let address = address::record(kind, &person.number);
        let phones: Vec<&str> =
            ["phone", "mobile_phone"].map(|key| person.text(key)).into_iter().filter(|text| !text.is_empty()).collect();
        let shown = |key: &str, words: &'static str, name: &'static str| {
            let field = kind.field(key)?;
            let stored = person.field(key)?;
            Some(t_with(words, &[(name, (&text::text(field, stored)).into())]))
        };
        let details: Vec<String> =
            [shown("preferred_channel", "prefers", "channel"), shown("absent_until", "absent-until", "day")]
                .into_iter()
                .flatten()
                .collect();
        let details: Vec<&str> = details.iter().map(String::as_str).collect();
        draw_requester(&Requester {
            name: &label.label,
            address: &address,
            title: person.text("title"),
            is_vip: person.field("vip") == Some(&serde_json::Value::Bool(true)),
            mail: person.text("mail"),
            phones: &phones,
            details: &details,
        })
    }
}

/// Draws a match as a reference.
fn matched(one: &Match, draw: impl FnOnce(&Reference<'_>) -> Markup) -> Markup {
    pointed(&one.kind, &one.record, &one.label, draw)
}

fn pointed(kind: &Kind, record: &Record, label: &Label, draw: impl FnOnce(&Reference<'_>) -> Markup) -> Markup {
    let address = address::record(kind, &record.number);
    let state = kind.lifecycle.state(&record.state).map_or("", |state| state.label.as_str());
    draw(&Reference {
        number: &record.number,
        label: if label.label == record.number { "" } else { &label.label },
        address: Some(&address),
        icon: None,
        state: Some((category(kind, &record.state), state)),
    })
}

pub(crate) async fn part(
    State(web): State<Web>,
    Segments((kinds, name)): Segments<(String, String)>,
    visitor: Visitor,
) -> Result<Response, WebError> {
    let kind = web.app().kind_by_plural(&kinds)?.clone();
    let around = web.app().context_around(visitor.actor(), &kind, &name).await?;
    let sections = sections(&visitor, &kind, &name, &around);
    if visitor.partial {
        return Ok(sections.into_response());
    }
    let title = t("around");
    Ok(crate::actions::dialog_or_page(&web, &visitor, &kind, &name, title, sections).into_response())
}

fn sections(visitor: &Visitor, kind: &Arc<Kind>, name: &str, around: &Around) -> Markup {
    let apply = format!("{}/workaround", address::record(kind, name));
    let line = |one: &Match| {
        let usable = one.kind.key == "known_error" && !one.record.text("workaround").trim().is_empty();
        let action = usable.then(|| apply_workaround(&apply, &one.record.number, &visitor.csrf_token));
        matched(one, |record| related(&[Related { record: *record, reason: &refusal(&one.reason), action }]))
    };
    let plain = |view: &RecordView| {
        let label = label_of(&view.kind, &view.record);
        pointed(&view.kind, &view.record, &label, |record| {
            related(&[Related { record: *record, reason: "", action: None }])
        })
    };
    let matches = [
        (t("known-errors"), &around.known_errors),
        (t("open-problems"), &around.problems),
        (t("recent-changes"), &around.changes),
    ];
    let records = [(t("lately-asked"), &around.recent), (t("items-used"), &around.items)];
    let (parts, total) = &around.parts;
    let all = kind.family.as_ref().map(|family| address::list_with(kind, &format!("{}:{name}", family.parent)));
    html! {
        @if !parts.is_empty() {
            (rail_section(&RailSection { label: t("parts-of"), ..RailSection::default() }, html! {
                @for view in parts { (plain(view)) }
                @if let Some(all) = all.filter(|_| *total > parts.len()) { p { a href=(all) { (t_with("parts-all", &[("count", (*total).into())])) } } }
            }))
        }
        @for (label, found) in matches {
            @if !found.is_empty() { (rail_section(&RailSection { label, ..RailSection::default() }, html! { @for one in found { (line(one)) } })) }
        }
        @for (label, found) in records {
            @if !found.is_empty() { (rail_section(&RailSection { label, ..RailSection::default() }, html! { @for view in found { (plain(view)) } })) }
        }
    }
}

/// Links a known error to a record and puts its workaround into the reply: into the box on the page where scripts run,
/// into the reply's draft where they do not.
pub(crate) async fn apply(
    State(web): State<Web>,
    Segments((kinds, name)): Segments<(String, String)>,
    posted: Posted,
) -> Result<Response, WebError> {
    let Posted { visitor, form } = posted;
    let kind = web.app().kind_by_plural(&kinds)?.clone();
    let (record, rights) = web.app().rights_on(visitor.actor(), &kind, &name).await?;
    if !(rights.may(Action::Comment) || rights.may(Action::Note)) {
        return Err(Error::Forbidden { action: Action::Comment }.into());
    }
    let errors = web.app().kind("known_error")?.clone();
    let number = form.text("known_error").unwrap_or_default();
    let known = web.app().get(visitor.actor(), &errors, number, None).await?.record;
    let text = known.text("workaround").trim().to_owned();
    if rights.may(Action::Link) {
        let explains = web.app().registry().link("explained_by");
        let fits = explains.is_some_and(|link| link.from.is_empty() || link.from.contains(&kind.key));
        let link = if fits { "explained_by" } else { "relates_to" };
        let request = Request::Link { link: link.to_owned(), target: known.number.clone(), end: false };
        let linked = web.app().execute(visitor.actor(), &kind, &name, &request, &Origin::door(Door::Page)).await;
        match linked {
            // Linked before is as good.
            Ok(_) | Err(Error::Invalid(_) | Error::Forbidden { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    if visitor.partial {
        return Ok(Json(json!({ "text": text, "number": known.number })).into_response());
    }
    drafts::append(&web, &visitor, &kind, &record.number, &text).await?;
    Ok(Redirect::to(&format!("{}#composer", address::record(&kind, &record.number))).into_response())
}
