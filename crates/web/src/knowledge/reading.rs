//! An article as its page shows it: what readers see, in their language, with what staff know of it.

use std::collections::BTreeSet;

use axum::http::{HeaderMap, header};
use maud::{Markup, html};
use serde_json::Value as Json;
use steward_app::knowledge::{Family, Figures, accepted};
use steward_app::knowledge::{TEXTS, has_draft, is_live, version};
use steward_app::view::{Labels, RecordView};
use steward_model::access::Action;
use steward_model::id::RecordId;
use steward_model::moment::Moment;
use steward_ui::button::{Button, link_button};
use steward_ui::icon::Icon;
use steward_ui::knowledge::{Figure, Helpful, LanguageLink, Reading, ReadingPart, figures, helpful, reading};
use steward_ui::message::{Notice, notice};
use steward_ui::partial::Partial;
use steward_ui::tone::Tone;
use steward_words::{formats, in_sentence, number, t, t_with};

use super::{is_article, language_name, part_name, plain};
use crate::error::WebError;
use crate::values::time;
use crate::visitor::Visitor;
use crate::{Web, address, markdown};

/// What is gathered for the page of an article.
pub(crate) struct Gathered {
    family: Family,
    vote: Option<bool>,
    /// `None` for who is not among its staff.
    figures: Option<Figures>,
    names: Labels,
    /// Whether what is being written is shown instead of what readers see.
    next: bool,
}

/// What the page of an article shows besides the record; `None` for other records.
pub(crate) async fn gather(
    web: &Web,
    visitor: &Visitor,
    view: &RecordView,
    next: bool,
) -> Result<Option<Gathered>, WebError> {
    if !is_article(&view.record) {
        return Ok(None);
    }
    let (app, actor) = (web.app(), visitor.actor());
    let staff = app.is_knowledge_staff(actor, view);
    let counted = async { if staff { app.figures_of_article(view.record.id).await.map(Some) } else { Ok(None) } };
    let (family, vote, figures) =
        tokio::try_join!(app.article_family(actor, &view.record), app.own_vote(actor, view.record.id), counted)?;
    let mut people: BTreeSet<RecordId> = view.record.references("writers").into_iter().collect();
    people.extend(["author", "published_by"].iter().filter_map(|key| view.record.reference(key)));
    let names = app.names(actor, people).await?;
    Ok(Some(Gathered { family, vote, figures, names, next: next && staff && has_draft(&view.record) }))
}

/// Where a reader who is no staff is led instead: to the same article in their language. `None` when they are there.
pub(crate) async fn elsewhere(
    web: &Web,
    visitor: &Visitor,
    view: &RecordView,
    headers: &HeaderMap,
) -> Result<Option<String>, WebError> {
    if !is_article(&view.record) || visitor.actor().is_staff() {
        return Ok(None);
    }
    let mut languages: Vec<String> = web.app().language_of(visitor.actor().person).await?.into_iter().collect();
    let header = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    languages.extend(accepted(header));
    let family = web.app().article_family(visitor.actor(), &view.record).await?;
    // Who reads nothing but the language that is shown, or said nothing, stays.
    let best = family.best(&languages).filter(|best| best.id != view.record.id && languages.contains(&best.language));
    let own = view.record.text("language");
    let place = |language: &str| languages.iter().position(|one| one == language).unwrap_or(usize::MAX);
    Ok(best
        .filter(|best| place(&best.language) < place(own))
        .map(|best| in_language(&address::record(&view.kind, &best.label.number), &best.language)))
}

/// The address of an article that stays in this language, whatever its reader usually wants.
fn in_language(address: &str, language: &str) -> String {
    format!("{address}?language={}", address::part(language))
}

/// The article, over what was said about it.
pub(crate) fn main(
    web: &Web,
    visitor: &Visitor,
    view: &RecordView,
    gathered: &Gathered,
    names: &markdown::Names<'_>,
) -> Markup {
    let (record, kind) = (&view.record, &view.kind);
    let is_staff = gathered.figures.is_some();
    let text = |published: &str, draft: &str| record.text(if gathered.next { draft } else { published }).to_owned();
    let languages: Vec<(String, String)> = gathered
        .family
        .editions
        .iter()
        .filter(|edition| edition.is_live || is_staff || edition.id == record.id)
        .map(|edition| {
            let at = address::record(kind, &edition.label.number);
            let detail = match (edition.is_stale, edition.is_live) {
                (_, false) => t("article-not-published"),
                (true, true) => t("article-older"),
                (false, true) => "",
            };
            (in_language(&at, &edition.language), detail.to_owned())
        })
        .collect();
    let shown =
        gathered.family.editions.iter().filter(|edition| edition.is_live || is_staff || edition.id == record.id);
    let links: Vec<LanguageLink<'_>> = shown
        .zip(&languages)
        .map(|(edition, (address, detail))| LanguageLink {
            label: language_name(kind, &edition.language),
            key: &edition.language,
            address,
            is_current: edition.id == record.id,
            detail,
        })
        .collect();
    let parts = TEXTS.iter().skip(2).filter_map(|(published, draft)| {
        let text = text(published, draft);
        let label = part_name(kind, published);
        (!text.trim().is_empty()).then(|| ReadingPart {
            key: published,
            label,
            text: markdown::render_with(&text, names),
            is_internal: false,
        })
    });
    let notes = Some(record.text("internal_notes")).filter(|text| is_staff && !text.trim().is_empty());
    let notes = notes.map(|text| ReadingPart {
        key: "internal_notes",
        label: part_name(kind, "internal_notes"),
        text: markdown::render_with(text, names),
        is_internal: true,
    });
    let facts = facts(web, visitor, view, gathered);
    let summary = text("summary", "draft_summary");
    let article = Reading {
        language: record.text("language"),
        summary: &summary,
        facts: &facts,
        languages: &links,
        parts: parts.chain(notes).collect(),
    };
    let action = address::of_record(kind, record, "helpful");
    html! {
        (notices(view, gathered))
        @if gathered.next { h2.comparison__label { (record.text("draft_title")) } }
        (reading(&article))
        @if is_staff { (known(visitor, view, gathered)) }
        @if is_live(record) { (helpful(&Helpful { action: &action, csrf_token: &visitor.csrf_token, said: gathered.vote })) }
    }
}

/// What is to be minded before one reads.
fn notices(view: &RecordView, gathered: &Gathered) -> Markup {
    let (record, kind) = (&view.record, &view.kind);
    let at = address::record(kind, &record.number);
    let own = gathered.family.edition(record.id);
    let source = gathered.family.editions.iter().find(|edition| edition.is_source && edition.id != record.id);
    let stale = own.filter(|own| own.is_stale).zip(source);
    let is_staff = gathered.figures.is_some();
    let state = kind.lifecycle.state(&record.state).map_or(record.state.as_str(), |state| &state.label);
    let state = in_sentence(state);
    html! {
        @if let Some((own, source)) = stale {
            @let text = match own.translated_version.filter(|_| is_staff) {
                Some(version) => t_with("article-stale-version", &[("version", version.into())]),
                None => t("article-stale").to_owned(),
            };
            @let leads = in_language(&address::record(kind, &source.label.number), &source.language);
            (notice(&Notice { tone: Tone::Warning, text: &text }, html! { a href=(leads) { (t("article-read-source")) } }))
        }
        @if is_staff && has_draft(record) && !gathered.next {
            @let text = t_with("article-in-works", &[("state", (&state).into()), ("seen", (&seen_by_readers(view)).into())]);
            (notice(&Notice { tone: Tone::Info, text: &text }, html! { a href={ (at) "?show=next" } { (t("article-read-new")) } }))
        } @else if gathered.next {
            @let text = t_with("article-is-new", &[("state", (&state).into()), ("seen", (&seen_by_readers(view)).into())]);
            (notice(&Notice { tone: Tone::Info, text: &text }, html! { a href=(at) { (t("article-show-seen")) } }))
        } @else if is_staff && version(record) == 0 {
            (notice(&Notice { tone: Tone::Info, text: t("article-never-published") }, html! {}))
        } @else if is_staff && !is_live(record) {
            (notice(&Notice { tone: Tone::Warning, text: &t_with("article-not-seen", &[("state", (&state).into())]) }, html! {}))
        }
    }
}

fn seen_by_readers(view: &RecordView) -> String {
    match (is_live(&view.record), version(&view.record)) {
        (true, version) => t_with("article-readers-see", &[("version", version.into())]),
        (false, _) => t("article-readers-see-nothing").to_owned(),
    }
}

/// The line of facts: version, when and by whom, until when.
fn facts(web: &Web, visitor: &Visitor, view: &RecordView, gathered: &Gathered) -> Vec<String> {
    let record = &view.record;
    let (now, zone) = (web.app().now(), &visitor.preferences.zone);
    let name = |id: Option<RecordId>| id.and_then(|id| gathered.names.get(&id)).map(|label| label.label.as_str());
    let moment = |key: &str| record.field(key).and_then(Json::as_i64).map(|at| time::words(Moment(at), now, zone).0);
    let mut facts = Vec::new();
    if version(record) > 0 {
        facts.push(t_with("article-version-number", &[("number", version(record).into())]));
    }
    if let Some(at) = moment("published_at") {
        facts.push(match name(record.reference("published_by")) {
            Some(name) => t_with("article-published-by", &[("moment", (&at).into()), ("name", name.into())]),
            None => t_with("article-published", &[("moment", (&at).into())]),
        });
    }
    let writers: Vec<&str> = record.references("writers").into_iter().filter_map(|id| name(Some(id))).collect();
    match (writers.as_slice(), name(record.reference("author"))) {
        ([], Some(author)) => facts.push(t_with("article-by", &[("name", author.into())])),
        ([], None) => {}
        (writers, _) => facts.push(t_with("article-written-by", &[("names", (&writers.join(", ")).into())])),
    }
    if let Some(at) = moment("reviewed_at").filter(|at| Some(at) != moment("published_at").as_ref()) {
        facts.push(t_with("article-found-right", &[("moment", (&at).into())]));
    }
    let until = record.text("valid_until");
    if !until.is_empty() {
        facts.push(t_with("article-valid-until", &[("day", (&time::day(until)).into())]));
    }
    facts
}

/// What staff know of the article, and what they can do about it.
fn known(visitor: &Visitor, view: &RecordView, gathered: &Gathered) -> Markup {
    let (record, kind) = (&view.record, &view.kind);
    let Figures { uses, helpful, unhelpful, open } = gathered.figures.unwrap_or_default();
    let percent = gathered.figures.unwrap_or_default().helpful_percent();
    let of = |rest: &str| address::of_record(kind, record, rest);
    let (versions, flag, translate, write) = (of("versions"), of("flag"), of("translations"), of("write"));
    let feedback = format!("/article-feedback?q={}", address::part(&format!("article:{} is:open", record.number)));
    let [uses_text, open_text] = [uses, open].map(|figure| number(figure, formats()));
    let helped = t_with("article-found-helpful", &[("helpful", helpful.into()), ("all", (helpful + unhelpful).into())]);
    let percent_text = percent.map_or_else(|| "–".to_owned(), |percent| format!("{percent} %"));
    let numbers = [
        Figure {
            value: &uses_text,
            label: &t_with("article-label-times-used", &[("count", uses.into())]),
            address: "",
            tone: Tone::Neutral,
        },
        Figure {
            value: &percent_text,
            label: if percent.is_some() { &helped } else { t("article-nobody-said") },
            address: "",
            tone: if percent.is_some_and(|percent| percent < 60) { Tone::Warning } else { Tone::Neutral },
        },
        Figure {
            value: &open_text,
            label: &t_with("article-label-open-flags", &[("count", open.into())]),
            address: if open > 0 { &feedback } else { "" },
            tone: if open > 0 { Tone::Warning } else { Tone::Neutral },
        },
    ];
    let may_write = view.rights.may(Action::Update)
        && (record.state == "draft" || view.allowed_transitions.iter().any(|key| key == "revise"));
    let _ = visitor;
    html! {
        (figures(&numbers))
        div.button-row {
            @if may_write {
                (link_button(&Button { icon: Some(Icon::Edit), ..plain(if version(record) > 0 && !has_draft(record) { t("article-write-new") } else { t("article-go-on") }) }, &write))
            }
            (link_button(&Button { icon: Some(Icon::Versions), ..plain(t("article-versions")) }, &versions))
            (link_button(&Button { icon: Some(Icon::Language), partial: Partial::dialog(&translate), ..plain(t("article-translate")) }, &translate))
            (link_button(&Button { icon: Some(Icon::Flag), partial: Partial::dialog(&flag), ..plain(t("article-flag")) }, &flag))
        }
    }
}
