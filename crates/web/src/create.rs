//! New records.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use steward_app::definitions::OVERLAY;
use steward_app::error::Error;
use steward_app::records::{NewRecord, Origin};
use steward_app::snippets::Offered;
use steward_app::view::Labels;
use steward_model::access::Action;
use steward_model::chain::Hash;
use steward_model::command::Input;
use steward_model::decide::sketch;
use steward_model::event::Door;
use steward_model::kind::{Field, FieldType, Kind, Level};
use steward_ui::button::{Button, Look, Submit, link_button, submit};
use steward_ui::composer::file_field;
use steward_ui::form::{Form as FormParts, form, form_actions};
use steward_ui::header::{Header, header};
use steward_ui::reference::Crumb;
use steward_words::{in_sentence, t, t_with};

use crate::drafts::{self, FormDraft};
use crate::error::WebError;
use crate::files::Segments;
use crate::form::{Posted, Query};
use crate::frame::{Place, frame};
use crate::kind_form::{Faults, Filling, sections};
use crate::naming::new_record;
use crate::split;
use crate::values::input;
use crate::visitor::Visitor;
use crate::{Web, address};

pub(crate) async fn page(
    State(web): State<Web>,
    Segments(kinds): Segments<String>,
    visitor: Visitor,
    Query(query): Query,
) -> Result<Response, WebError> {
    let kind = web.app().kind_by_plural(&kinds)?.clone();
    let level = creatable(&web, &visitor, &kind)?;
    if kind.key == OVERLAY && query.names().next().is_none() {
        // Few want to begin with the text.
        return Ok(Redirect::to(crate::designer::ADDRESS).into_response());
    }
    // Links may fill fields in: `/incidents/new?title=…`.
    let draft = FormDraft::find(&web, &visitor, &kind, drafts::NEW, drafts::NEW).await?;
    let is_asked = query.names().next().is_some();
    let filled = draft.typed().filter(|_| !is_asked).unwrap_or(&query);
    let mut typed = input::read(&kind, filled, &visitor.preferences.zone);
    let template = query.text("template").unwrap_or_default();
    let part = split::Part::named(&query);
    let begun = Begun { offered: templates(&web, &visitor, &kind).await?, chosen: template, part };
    if let Some(part) = part {
        for (key, value) in part.values(&web, &visitor, &kind, level).await? {
            typed.entry(key).or_insert(value);
        }
    }
    if !template.is_empty() {
        let values = web.app().template(visitor.actor(), &kind, template).await?.ok_or(Error::NotFound)?;
        let may = |key: &str| kind.field(key).is_some_and(|field| field.write.is_some_and(|needed| needed <= level));
        // What the address says counts more than what the template does.
        for (key, value) in values.into_iter().filter(|(key, _)| may(key)) {
            typed.entry(key).or_insert(value);
        }
    }
    if level > Level::Requester && kind.field("requester").is_some() && !typed.contains_key("requester") {
        typed.remove("requester");
    }
    Ok(show(&web, &visitor, &kind, level, (&typed, &Faults::default()), &draft, &begun).into_response())
}

pub(crate) async fn create(
    State(web): State<Web>,
    Segments(kinds): Segments<String>,
    posted: Posted,
) -> Result<Response, WebError> {
    let kind = web.app().kind_by_plural(&kinds)?.clone();
    let Posted { visitor, form } = posted;
    let level = creatable(&web, &visitor, &kind)?;
    let typed = input::read(&kind, &form, &visitor.preferences.zone);
    match (form.get("do"), visitor.partial) {
        (None, true) => {
            // A value changed on which other fields depend.
            let labels = Labels::default();
            let filling = Filling {
                record: None,
                typed: Some(&typed),
                labels: &labels,
                zone: &visitor.preferences.zone,
                is_refreshed: true,
            };
            return Ok(asked((&kind, &address::list(&kind)), level, &filling, &Faults::default()).into_response());
        }
        (Some(LOOK), _) => {
            let draft = FormDraft::find(&web, &visitor, &kind, drafts::NEW, drafts::NEW).await?;
            let chosen = form.text("template").unwrap_or_default();
            let part = split::Part::named(&form);
            let begun = Begun { offered: templates(&web, &visitor, &kind).await?, chosen, part };
            let page = show(&web, &visitor, &kind, level, (&typed, &Faults::default()), &draft, &begun);
            return Ok(page.into_response());
        }
        _ => {}
    }
    let mut fields: Input = typed.clone();
    // What is left empty is as good as not said, so that defaults hold.
    fields.retain(|_, value| {
        !(value.is_null()
            || value.as_str().is_some_and(|text| text.trim().is_empty())
            || value.as_array().is_some_and(Vec::is_empty))
    });
    fields.retain(|key, value| {
        let field = kind.field(key);
        let untouched = value == &serde_json::Value::Bool(false) && field.is_some_and(|field| field.default.is_none());
        field.is_some_and(|field| field.write.is_some_and(|needed| needed <= level)) && !untouched
    });
    // What was filled in before another value made it pointless.
    let offered: Vec<&str> = self::fields(&kind, level, &typed).iter().map(|field| field.key.as_str()).collect();
    let pointless = |key: &str| early(&kind, level).iter().any(|field| field.key == key) && !offered.contains(&key);
    fields.retain(|key, _| !pointless(key));
    let new =
        NewRecord { organisation: form.text("organisation").map(str::to_owned), fields, links: split::links(&form) };
    let mut origin = Origin::door(Door::Page);
    origin.idempotency_key = form.text("once").filter(|key| is_key(key)).map(str::to_owned);
    // Files first: what is not taken must not leave a record without them.
    let made = match web.app().check_files(&form.files) {
        Ok(()) => web.app().create(visitor.actor(), &kind, &new, &origin).await,
        Err(refused) => Err(refused),
    };
    match made {
        Ok(view) => {
            let address = address::record(&kind, &view.record.number);
            drafts::sent(&web, &visitor, &form, &kind, drafts::NEW).await;
            if let Some(template) = form.text("template") {
                web.app().count_template(visitor.actor(), template).await?;
            }
            let mut posted = Posted { visitor, form };
            // A form sent twice makes one record, and brings its files once.
            let present = web.app().files(posted.visitor.actor(), &kind, &view.record.number).await?;
            let is_there =
                |content: &[u8]| present.iter().any(|file| file.attachment.sha256 == Hash::of(content).to_string());
            posted.form.files.retain(|(_, content)| !is_there(content));
            crate::files::add(&web, &posted, &kind, &view.record.number, steward_model::event::Audience::Public)
                .await?;
            Ok(Redirect::to(&address).into_response())
        }
        Err(error) => {
            let faults = Faults::of(error, &kind, &Labels::default())?;
            let draft = FormDraft::find(&web, &visitor, &kind, drafts::NEW, drafts::NEW).await?;
            let chosen = form.text("template").unwrap_or_default();
            let part = split::Part::named(&form);
            let begun = Begun { offered: templates(&web, &visitor, &kind).await?, chosen, part };
            let page = show(&web, &visitor, &kind, level, (&typed, &faults), &draft, &begun);
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
    }
}

/// Whether a text can be the mark by which a form that is sent twice is known.
fn is_key(text: &str) -> bool {
    text.len() <= 64 && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// The level up to which somebody may fill in a new record.
pub(crate) fn creatable(web: &Web, visitor: &Visitor, kind: &Kind) -> Result<Level, Error> {
    let level = web.app().creatable_level(visitor.actor(), kind);
    level.ok_or_else(|| match web.app().readable_level(visitor.actor(), kind) {
        Some(_) => Error::Forbidden { action: Action::Create },
        None => Error::NotFound,
    })
}

/// What the button says that asks for the fields that apply now, where no script does.
const LOOK: &str = "look";

/// The fields of a new record's form: those that may be written, that make sense before there is a record, and that apply
/// as the others stand.
fn fields<'a>(kind: &'a Kind, level: Level, typed: &Input) -> Vec<&'a Field> {
    let so_far = sketch(kind, typed);
    let mut offered = early(kind, level);
    offered.retain(|field| field.visible_when.as_ref().is_none_or(|when| when.matches_local(&so_far, kind)));
    offered
}

/// The fields that a new record's form may ever have. Of those that apply under a condition only such as look at other
/// fields of the form: what depends on the state comes with it.
fn early(kind: &Kind, level: Level) -> Vec<&Field> {
    let early = |field: &&Field| {
        field.write.is_some_and(|needed| needed <= level)
            && !matches!(field.field_type, FieldType::Computed { .. })
            && field.class.is_none()
            && !kind.lifecycle.transitions.iter().any(|transition| {
                transition.requires.contains(&field.key)
                    && field.required != steward_model::kind::Requirement::Always
                    && !kind.list_columns.contains(&field.key)
            })
    };
    let fields: Vec<&Field> = kind.fields.iter().filter(early).collect();
    let always: Vec<&str> =
        fields.iter().filter(|field| field.visible_when.is_none()).map(|field| field.key.as_str()).collect();
    let depends = |field: &&Field| {
        field.visible_when.as_ref().is_none_or(|when| {
            let used = when.fields_used();
            !used.is_empty() && used.iter().all(|path| always.contains(&path.name().as_str()))
        })
    };
    fields.into_iter().filter(depends).collect()
}

/// The fields, which ask the server anew when one changes on which others depend.
pub(crate) fn asked((kind, action): (&Kind, &str), level: Level, filling: &Filling<'_>, faults: &Faults) -> Markup {
    let typed = filling.typed.cloned().unwrap_or_default();
    let fields = fields(kind, level, &typed);
    if !is_conditional(kind, level) {
        return sections(kind, &fields, filling, faults);
    }
    // A change while an answer is awaited asks anew; the answer of before would show what no longer applies.
    html! {
        div #questions.form__asked hx-post=(action) hx-sync="this:replace" hx-trigger="change" hx-include="closest form" hx-target="this" hx-swap="outerMorph" {
            (sections(kind, &fields, filling, faults))
        }
    }
}

fn is_conditional(kind: &Kind, level: Level) -> bool {
    early(kind, level).iter().any(|field| field.visible_when.is_some())
}

/// Templates that a form may begin with.
struct Begun<'a> {
    offered: Vec<Offered>,
    chosen: &'a str,
    part: Option<split::Part<'a>>,
}

impl Begun<'_> {
    fn line(&self, new: &str) -> Markup {
        if self.offered.is_empty() {
            return html! {};
        }
        html! {
            nav.template-line aria-label=(t("template-templates")) {
                span { (t("template-begin")) }
                @for one in self.offered.iter().take(12) {
                    a href={ (new) "?template=" (address::part(&one.number)) } aria-current=[(one.number == self.chosen).then_some("true")] { (one.title) }
                }
            }
        }
    }
}

async fn templates(web: &Web, visitor: &Visitor, kind: &Kind) -> Result<Vec<Offered>, Error> {
    if !visitor.actor().is_staff() {
        return Ok(Vec::new());
    }
    web.app().templates_for(visitor.actor(), kind).await
}

/// Name of the files of a form.
const FILES: &str = "files";

/// Whether the form of a new record takes files: what somebody asks for can come with them.
fn takes_files(web: &Web, visitor: &Visitor, kind: &Kind) -> bool {
    kind.field("requester").is_some() && web.app().writable_level(visitor.actor(), Action::Attach, kind).is_some()
}

fn show(
    web: &Web,
    visitor: &Visitor,
    kind: &Arc<Kind>,
    level: Level,
    (typed, faults): (&Input, &Faults),
    draft: &FormDraft,
    begun: &Begun<'_>,
) -> Markup {
    let fields = fields(kind, level, typed);
    let takes_files = takes_files(web, visitor, kind);
    let mut shown: Vec<&str> = fields.iter().map(|field| field.key.as_str()).collect();
    shown.extend(takes_files.then_some(FILES));
    let title = new_record(kind);
    let list = address::list(kind);
    let labels = Labels::default();
    let filling = Filling {
        record: None,
        typed: Some(typed),
        labels: &labels,
        zone: &visitor.preferences.zone,
        is_refreshed: false,
    };
    let parts = FormParts {
        action: &list,
        csrf_token: &visitor.csrf_token,
        has_files: true,
        draft: Some(draft.parts()),
        ..FormParts::default()
    };
    let once = format!("page-{:032x}", rand::random::<u128>());
    let main = html! {
        (header(&Header {
            title: &title,
            detail: "",
            crumbs: &[Crumb { label: &kind.label_plural, address: &list }],
            ..Header::default()
        }, html! {}))
        div.page-body."page-body--form" {
            (begun.line(&address::new(kind)))
            (faults.summary(kind, &shown))
            (form(&parts, html! {
                input type="hidden" name="once" value=(once);
                @if !begun.chosen.is_empty() { input type="hidden" name="template" value=(begun.chosen); }
                @if let Some(part) = begun.part { (part.hidden()) }
                (asked((kind, &list), level, &filling, faults))
                @if takes_files { (file_field(FILES, t("attach-files"), faults.on(FILES))) }
                (form_actions(html! {
                    (submit(&Button { label: &t_with("create-kind", &[("kind", (&in_sentence(&kind.label)).into())]), look: Look::Main, ..Button::default() }, &Submit { name: Some("do"), value: Some("create"), ..Submit::default() }))
                    @if is_conditional(kind, level) {
                        noscript {
                            (submit(&Button { label: t("continue"), ..Button::default() }, &Submit { name: Some("do"), value: Some(LOOK), ..Submit::default() }))
                        }
                    }
                    (link_button(&Button { label: t("cancel"), look: Look::Quiet, ..Button::default() }, &list))
                }))
            }))
        }
    };
    frame(web, visitor, Place { title: &title, current: &list, kind: Some(kind), ..Place::default() }, main)
}
