//! Writing an article: its words on one page, beside those of the source where it is a translation.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use serde_json::Value as Json;
use steward_app::error::Error;
use steward_app::knowledge::Family;
use steward_app::knowledge::{TEXTS, has_draft, version, working};
use steward_app::records::{Origin, Request};
use steward_app::view::RecordView;
use steward_model::access::Action;
use steward_model::command::{Command, Input, Transition as Move};
use steward_model::event::Door;
use steward_model::id::Revision;
use steward_ui::button::{Button, Look, Submit, link_button, submit};
use steward_ui::field::{ChoiceOption, Control, Field, field};
use steward_ui::form::{Form as FormParts, form, form_actions};
use steward_ui::header::{Header, header};
use steward_ui::message::{Notice, notice};
use steward_ui::reference::Crumb;
use steward_ui::tone::Tone;
use steward_ui::transition::{Transition, transition};
use steward_words::{in_sentence, t, t_with};

use super::{article, language_name, part_name, plain};
use crate::actions::{dialog_or_page, led};
use crate::drafts::{self, FormDraft};
use crate::error::WebError;
use crate::files::Segments;
use crate::form::{Form, Posted, Query};
use crate::frame::{Place, frame};
use crate::kind_form::Faults;
use crate::visitor::Visitor;
use crate::{Web, address, markdown};

pub(crate) async fn page(
    State(web): State<Web>,
    Segments((kinds, name)): Segments<(String, String)>,
    visitor: Visitor,
    Query(query): Query,
) -> Result<Response, WebError> {
    let view = writable(&web, &visitor, &kinds, &name).await?;
    let draft = FormDraft::find(&web, &visitor, &view.kind, &view.record.number, drafts::WRITE).await?;
    let family = web.app().article_family(visitor.actor(), &view.record).await?;
    let typed = draft.typed().cloned();
    let filled = Filled { typed: typed.as_ref(), faults: &Faults::default(), draft: &draft, from: query.text("from") };
    Ok(shown(&web, &visitor, &view, &family, &filled).into_response())
}

/// The article, where the visitor may write it.
async fn writable(web: &Web, visitor: &Visitor, kinds: &str, name: &str) -> Result<RecordView, WebError> {
    let view = article(web, visitor, kinds, name).await?;
    if web.app().may_write_article(&view) {
        return Ok(view);
    }
    if !view.rights.may(Action::Update) {
        return Err(Error::Forbidden { action: Action::Update }.into());
    }
    let state = view.kind.lifecycle.state(&view.record.state).map_or("", |state| &state.label);
    let state = in_sentence(state);
    let message = format!("an article that is {state} is not written on; return it to its author or restore it first");
    Err(Error::Illegal { message, allowed: view.allowed_transitions }.into())
}

/// What the form has in it besides the article.
struct Filled<'a> {
    typed: Option<&'a Form>,
    faults: &'a Faults,
    draft: &'a FormDraft,
    /// The record on which somebody found what is to be bettered.
    from: Option<&'a str>,
}

fn shown(web: &Web, visitor: &Visitor, view: &RecordView, family: &Family, filled: &Filled<'_>) -> Markup {
    let (record, kind) = (&view.record, &view.kind);
    let (list, back) = (address::list(kind), address::record(kind, &record.number));
    let action = address::of_record(kind, record, "write");
    let is_new_version = version(record) > 0;
    let title = match (is_new_version, has_draft(record)) {
        (false, _) => t("article-write"),
        (true, false) => t("article-write-new"),
        (true, true) => t("article-go-on-new"),
    };
    let source = family.source.as_ref().filter(|source| source.id != record.id);
    let seen = filled.typed.and_then(|form| form.text("revision")?.parse().ok());
    let revision = seen.unwrap_or_else(|| u64::try_from(record.revision).unwrap_or_default());
    let parts = FormParts {
        action: &action,
        csrf_token: &visitor.csrf_token,
        revision: Some(revision),
        draft: Some(filled.draft.parts()),
        ..FormParts::default()
    };
    let found_on = |number: &str| t_with("article-found-on", &[("number", number.into())]) + " ";
    let from = filled.from.map(found_on).unwrap_or_default();
    let kept = if is_new_version && !has_draft(record) { "" } else { record.text("change_note") };
    let note =
        filled.typed.and_then(|form| form.get("change_note")).unwrap_or(if from.is_empty() { kept } else { &from });
    let names = markdown::Names { registry: web.app().registry(), mentioned: &std::collections::HashMap::new() };
    let crumbs = [Crumb { label: &kind.label_plural, address: &list }, Crumb { label: &record.number, address: &back }];
    let shown_fields: Vec<&str> = TEXTS.iter().map(|(key, _)| *key).chain(["change_note"]).collect();
    let may_publish = licensed(view);
    let detail = record.text("title");
    let main = html! {
        (header(&Header { title, detail, crumbs: &crumbs, ..Header::default() }, html! {}))
        div.page-body {
            @if is_new_version && !has_draft(record) {
                (notice(&Notice { tone: Tone::Info, text: t("article-present-stays") }, html! {}))
            }
            (filled.faults.summary(kind, &shown_fields))
            (form(&parts, html! {
                div.write-form {
                    @for (place, (published, draft)) in TEXTS.iter().enumerate() {
                        @let stored = working(record, published, draft).and_then(Json::as_str).unwrap_or_default();
                        @let value = filled.typed.and_then(|form| form.get(published)).unwrap_or(stored);
                        @let errors: Vec<String> = filled.faults.on(published).iter().chain(filled.faults.on(draft)).cloned().collect();
                        @let described = kind.field(published);
                        @let frame = Field { name: published, label: part_name(kind, published), help: described.map_or("", |field| &field.help), is_required: published == &"title", is_first: place == 0, errors: &errors, ..Field::default() };
                        @let control = if place < 2 { Control::Text { value, max_length: Some(if place == 0 { 200 } else { 500 }) } } else { Control::Markdown { value } };
                        @let beside = source.map(|source| source.text(published)).filter(|text| !text.trim().is_empty());
                        div.write-pair."write-pair--alone"[beside.is_none()] {
                            (field(&frame, &control))
                            @if let Some(text) = beside {
                                div.write-pair__source lang=(source.map_or("", |source| source.text("language"))) {
                                    p.write-pair__label { (t_with("article-in-source", &[("part", part_name(kind, published).into())])) }
                                    div.article { (markdown::render_with(text, &names)) }
                                }
                            }
                        }
                    }
                    div.write-pair."write-pair--alone" {
                        (field(&Field { name: "change_note", label: part_name(kind, "change_note"), help: t("article-change-note-help"), errors: filled.faults.on("change_note"), ..Field::default() }, &Control::Text { value: note, max_length: Some(500) }))
                        @if let Some(source) = source {
                            @let own = record.field("translated_version").and_then(Json::as_i64).unwrap_or(0);
                            @let says = t_with("article-same-as-source", &[("version", version(source).into())]);
                            input type="hidden" name="source_version" value=(version(source));
                            (field(&Field { name: "is_up_to_date", label: &says, ..Field::default() }, &Control::Boolean { value: own >= version(source) }))
                        }
                    }
                }
                (form_actions(html! {
                    (submit(&Button { look: Look::Main, ..plain(t("article-save-draft")) }, &Submit::default()))
                    @if may_publish { (submit(&plain(t("article-save-publish")), &Submit { name: Some("publish"), value: Some("true"), ..Submit::default() })) }
                    (link_button(&Button { look: Look::Quiet, ..plain(t("cancel")) }, &back))
                }))
            }))
        }
    };
    let title = format!("{title} · {}", record.number);
    frame(web, visitor, Place { title: &title, current: &list, ..Place::default() }, main)
}

/// Whether one of the roles that publish without review holds on the article.
fn licensed(view: &RecordView) -> bool {
    let publish = view.kind.lifecycle.transition("publish_directly");
    let held = publish.is_some_and(|publish| publish.roles.iter().any(|role| view.rights.roles.contains(role)));
    held && view.record.text("governance") != "compliance_based"
}

pub(crate) async fn save(
    State(web): State<Web>,
    Segments((kinds, name)): Segments<(String, String)>,
    posted: Posted,
) -> Result<Response, WebError> {
    let Posted { visitor, form } = posted;
    let view = writable(&web, &visitor, &kinds, &name).await?;
    let written: Vec<(String, String)> =
        TEXTS.iter().filter_map(|(key, _)| Some(((*key).to_owned(), form.get(key)?.replace("\r\n", "\n")))).collect();
    let mut more = Input::new();
    if form.has("change_note") {
        more.insert("change_note".to_owned(), form.text("change_note").map_or(Json::Null, Json::from));
    }
    let up_to_date = form.all("is_up_to_date").last() == Some("true");
    if let Some(version) = form.text("source_version").and_then(|text| text.parse::<i64>().ok()).filter(|_| up_to_date)
    {
        more.insert("translated_version".to_owned(), Json::from(version));
    }
    let base: Option<Revision> = form.text("revision").and_then(|text| text.parse().ok());
    let origin = Origin::door(Door::Page);
    let saved = async {
        let after = web.app().write_article(visitor.actor(), &view, &written, more, base, &origin).await?;
        if form.get("publish") != Some("true") {
            return Ok(after);
        }
        let publish = Move { key: "publish_directly".to_owned(), ..Move::default() };
        let request = Request::Command(Command::Transition(publish));
        web.app().execute(visitor.actor(), &after.kind, &after.record.number, &request, &origin).await
    };
    match saved.await {
        Ok(after) => {
            drafts::sent(&web, &visitor, &form, &after.kind, &after.record.number).await;
            let next = if has_draft(&after.record) { "?show=next" } else { "" };
            Ok(led(&visitor, &format!("{}{next}", address::record(&after.kind, &after.record.number))))
        }
        Err(error) => {
            let faults = Faults::of_change(&web, &visitor, &view, error).await?;
            let view = article(&web, &visitor, &kinds, &name).await?;
            let draft = FormDraft::find(&web, &visitor, &view.kind, &view.record.number, drafts::WRITE).await?;
            let family = web.app().article_family(visitor.actor(), &view.record).await?;
            let filled = Filled { typed: Some(&form), faults: &faults, draft: &draft, from: None };
            let page = shown(&web, &visitor, &view, &family, &filled);
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
    }
}

pub(crate) async fn translation_form(
    State(web): State<Web>,
    Segments((kinds, name)): Segments<(String, String)>,
    visitor: Visitor,
) -> Result<Response, WebError> {
    let view = article(&web, &visitor, &kinds, &name).await?;
    if !web.app().is_knowledge_staff(visitor.actor(), &view) {
        return Err(Error::Denied("translate this article").into());
    }
    let family = web.app().article_family(visitor.actor(), &view.record).await?;
    let action = address::of_record(&view.kind, &view.record, "translations");
    let back = address::record(&view.kind, &view.record.number);
    let source = family.editions.iter().find(|edition| edition.is_source);
    let choices = view.kind.field("language").and_then(|field| field.field_type.choices());
    let labels: Vec<(&str, String)> = choices
        .into_iter()
        .flat_map(|choices| &choices.0)
        .filter(|choice| source.is_none_or(|source| source.language != choice.key))
        .map(|choice| {
            let there = family.editions.iter().find(|edition| edition.language == choice.key);
            let language = language_name(&view.kind, &choice.key);
            let label = match there {
                None => language.to_owned(),
                Some(edition) if edition.is_stale => t_with("article-there-stale", &[("language", language.into())]),
                Some(_) => t_with("article-there", &[("language", language.into())]),
            };
            (choice.key.as_str(), label)
        })
        .collect();
    let options: Vec<ChoiceOption<'_>> =
        labels.iter().map(|(key, label)| ChoiceOption { key, label, ..ChoiceOption::default() }).collect();
    let first = options.first().map_or("", |option| option.key);
    let parts = Transition {
        label: t("article-translate"),
        help: t("article-translate-help"),
        form: FormParts { action: &action, csrf_token: &visitor.csrf_token, ..FormParts::default() },
        back: &back,
        is_danger: false,
    };
    let content = transition(
        &parts,
        html! {
            (field(&Field { name: "language", label: t("article-translate-into"), is_required: true, is_first: true, ..Field::default() }, &Control::Choice { value: first, options: &options }))
        },
    );
    let title = t_with("article-translate-title", &[("number", (&view.record.number).into())]);
    Ok(dialog_or_page(&web, &visitor, &view.kind, &view.record.number, &title, content).into_response())
}

pub(crate) async fn begin_translation(
    State(web): State<Web>,
    Segments((kinds, name)): Segments<(String, String)>,
    posted: Posted,
) -> Result<Response, WebError> {
    let Posted { visitor, form } = posted;
    article(&web, &visitor, &kinds, &name).await?;
    let language = form.text("language").unwrap_or_default();
    let made = web.app().translate_article(visitor.actor(), &name, language, &Origin::door(Door::Page)).await?;
    let rest = if web.app().may_write_article(&made) { "/write" } else { "" };
    Ok(led(&visitor, &format!("{}{rest}", address::record(&made.kind, &made.record.number))))
}
