//! The page of a record: head with its moves, what was said in the middle, values beside it.

pub(crate) mod approval;
mod asked;
pub(crate) mod begin;
mod conflicts;
pub(crate) mod context;
pub(crate) mod difference;
pub(crate) mod family;
mod head;
mod middle;
mod notes;
pub(crate) mod plan;
mod rail;
mod similar;
pub(crate) mod trial;
mod turns;
mod usage;
mod working;

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use steward_app::clocks::PromiseLink;
use steward_app::context::Head;
use steward_app::pages::RecordPage;
use steward_app::view::{Label, RecordView};
use steward_clock::definition::AGREEMENT;
use steward_model::access::Action;
use steward_model::event::{Act, Audience};
use steward_model::kind::{FieldType, Kind};
use steward_model::moment::Moment;
use steward_ui::icon::Icon;
use steward_ui::message::{Notice, notice};
use steward_ui::presence::presence;
use steward_ui::record::{Live, record_layout};
use steward_ui::tone::Tone;
use steward_words::{refusal, t, t_with};

use crate::drafts::{self, FormDraft};
use crate::error::WebError;
use crate::files::Segments;
use crate::form::Query;
use crate::frame::{Place, frame};
use crate::knowledge::reading;
pub(crate) use crate::record::rail::side;
use crate::values::shown::Reader;
use crate::values::time;
use crate::visitor::Visitor;
use crate::{Web, address, markdown};

/// Entries of the timeline at once.
const ENTRIES: usize = 100;

pub(crate) async fn page(
    State(web): State<Web>,
    Segments((kinds, name)): Segments<(String, String)>,
    visitor: Visitor,
    Query(query): Query,
    headers: HeaderMap,
) -> Result<Response, WebError> {
    let kind = web.app().kind_by_plural(&kinds)?.clone();
    let as_of = query
        .text("as_of")
        .map(|text| {
            Moment::parse(text)
                .ok_or_else(|| WebError::bad_request("`as_of` must be a moment such as 2026-03-01T09:30:00Z"))
        })
        .transpose()?;
    if query.get("part") == Some("similar") {
        return similar_part(&web, &visitor, &kind, &name).await;
    }
    let before = query.text("before").and_then(|text| text.parse().ok());
    let shown = show(&web, &visitor, &kind, &name, as_of, before).await?;
    if query.get("part").is_none()
        && as_of.is_none()
        && query.get("language").is_none()
        && let Some(elsewhere) = reading::elsewhere(&web, &visitor, &shown.view, &headers).await?
    {
        return Ok(Redirect::to(&elsewhere).into_response());
    }
    if query.get("part").is_none()
        && as_of.is_none()
        && query.get(family::ITSELF).is_none()
        && let Some(into) = family::elsewhere(&web, &visitor, &shown.view).await?
    {
        return Ok(Redirect::to(&address::record(&kind, &into.number)).into_response());
    }
    let mentioned = mentioned(&web, &visitor, &shown).await?;
    let mut visitor = visitor;
    if !visitor.partial && query.get("part").is_none() {
        visitor.unread = crate::inbox::opened(&web, &visitor, shown.view.record.id).await;
    } else {
        visitor.pinned_records = web.app().pinned_records(visitor.actor()).await?;
    }
    if as_of.is_none() {
        web.app().note_visit(visitor.actor(), shown.view.record.id, shown.changed_at);
    }
    let parts = Parts { mentioned, ..Parts::new(&web, &visitor, &shown, as_of) };
    Ok(match query.get("part") {
        Some("header") => parts.header(),
        Some("timeline") => parts.timeline(),
        Some("fields") => parts.fields(),
        Some("approval") => {
            Parts { approvals: approval::gather(&web, &visitor, &shown.view).await?, ..parts }.approval()
        }
        Some("plans") => Parts { plans: plan::gather(&web, &visitor, &shown.view).await?, ..parts }.plans(),
        _ => {
            let draft = FormDraft::find(&web, &visitor, &kind, &shown.view.record.number, drafts::COMMENT);
            let next = query.get("show") == Some("next");
            let article = async {
                if as_of.is_some() { Ok(None) } else { reading::gather(&web, &visitor, &shown.view, next).await }
            };
            let notes = async {
                if as_of.is_some() {
                    Ok(notes::Notes::default())
                } else {
                    notes::gather(&web, &visitor, &shown.view, !visitor.partial).await
                }
            };
            let uses = usage::gather(&web, &shown.view);
            let staffed = visitor.actor().is_staff() && shown.view.rights.may_read_internal();
            let chain = match staffed && as_of.is_none() && kind.key == AGREEMENT {
                true => web.app().promise_chain(shown.view.record.id).await?,
                false => Vec::new(),
            };
            let working = async {
                if as_of.is_some() { Ok(None) } else { working::gather(&web, &visitor, &shown.view, &query).await }
            };
            let approvals = async {
                if as_of.is_some() { Ok(Vec::new()) } else { approval::gather(&web, &visitor, &shown.view).await }
            };
            let plans = async {
                if as_of.is_some() {
                    Ok(plan::Gathered::default())
                } else {
                    plan::gather(&web, &visitor, &shown.view).await
                }
            };
            let turns = async { if as_of.is_some() { Ok(None) } else { turns::gather(&web, &shown.view).await } };
            let rules = async {
                match as_of {
                    Some(_) => Ok(crate::automation::as_it_was(&web, &shown.view)),
                    None => crate::automation::gather(&web, &visitor, &shown.view).await,
                }
            };
            let forecast = async { if as_of.is_some() { Ok(None) } else { web.app().forecast(&shown.view).await } };
            let context = head_context(&web, &visitor, &shown, as_of);
            let in_the_way = async {
                if as_of.is_some() { Ok(Vec::new()) } else { conflicts::gather(&web, &visitor, &shown.view).await }
            };
            let merged = async {
                if as_of.is_some() {
                    Ok(family::Merged::default())
                } else {
                    family::gather(&web, &visitor, &shown.view).await
                }
            };
            let (
                draft,
                head,
                article,
                notes,
                uses,
                working,
                turns,
                approvals,
                in_the_way,
                rules,
                plans,
                merged,
                forecast,
            ) = tokio::join!(
                draft, context, article, notes, uses, working, turns, approvals, in_the_way, rules, plans, merged,
                forecast
            );
            let (head, article, notes, uses, working, turns) = (head?, article?, notes?, uses?, working?, turns?);
            let (approvals, in_the_way, rules, plans) = (approvals?, in_the_way?, rules?, plans?);
            let (merged, forecast) = (merged?, forecast?);
            Parts {
                draft: Some(draft?),
                head,
                article,
                notes,
                uses,
                forecast,
                working,
                chain,
                turns,
                approvals,
                in_the_way,
                rules,
                merged,
                plans,
                ..parts
            }
            .whole()
        }
    }
    .into_response())
}

/// Records like this one: for the section that fills itself, or on a page of their own.
async fn similar_part(web: &Web, visitor: &Visitor, kind: &Arc<Kind>, name: &str) -> Result<Response, WebError> {
    let list = similar::list(web, visitor, kind, name).await?;
    if visitor.partial {
        return Ok(list.into_response());
    }
    Ok(crate::actions::dialog_or_page(web, visitor, kind, name, t("similar-records"), list).into_response())
}

async fn show(
    web: &Web,
    visitor: &Visitor,
    kind: &Arc<Kind>,
    name: &str,
    as_of: Option<Moment>,
    before: Option<i64>,
) -> Result<RecordPage, WebError> {
    Ok(web.app().record_page(visitor.actor(), kind, name, as_of, (before, ENTRIES)).await?)
}

/// What staff see at once beside a record of the present.
async fn head_context(
    web: &Web,
    visitor: &Visitor,
    page: &RecordPage,
    as_of: Option<Moment>,
) -> Result<Head, WebError> {
    if as_of.is_some() || !visitor.actor().is_staff() || !page.view.rights.may_read_internal() {
        return Ok(Head::default());
    }
    let mut head = web.app().context_head(visitor.actor(), &page.view).await?;
    head.figures = web.app().article_figures(&page.view, asked::DAYS).await?;
    Ok(head)
}

/// Whom the texts of a page mention, as far as the reader may see them; most pages mention nobody.
async fn mentioned(web: &Web, visitor: &Visitor, page: &RecordPage) -> Result<HashMap<String, Label>, WebError> {
    let said = page.entries.iter().filter_map(|event| match &event.act {
        Act::Commented { body, .. } => Some(body.as_str()),
        Act::Worked { note, .. } => Some(note.as_str()),
        _ => None,
    });
    let kind = &page.view.kind;
    let long = kind.fields.iter().filter(|field| matches!(field.field_type, FieldType::Markdown));
    let texts = long.map(|field| page.view.record.text(&field.key)).chain(said);
    let names: BTreeSet<String> = markdown::names_in(texts);
    Ok(web.app().mentioned(visitor.actor(), &names).await?)
}

/// Words that could not be sent.
pub(crate) struct Unsent<'a> {
    pub(crate) body: &'a str,
    pub(crate) audience: Audience,
    pub(crate) errors: &'a [String],
}

/// The page once more, with words that could not be sent in the box where they were written.
pub(crate) async fn again(
    web: &Web,
    visitor: &Visitor,
    kind: &Arc<Kind>,
    name: &str,
    unsent: &Unsent<'_>,
) -> Result<Markup, WebError> {
    let shown = show(web, visitor, kind, name, None, None).await?;
    let draft = Some(FormDraft::find(web, visitor, kind, &shown.view.record.number, drafts::COMMENT).await?);
    let mentioned = mentioned(web, visitor, &shown).await?;
    let head = head_context(web, visitor, &shown, None).await?;
    let article = reading::gather(web, visitor, &shown.view, false).await?;
    let notes = notes::gather(web, visitor, &shown.view, false).await?;
    Ok(Parts { unsent: Some(unsent), draft, mentioned, head, article, notes, ..Parts::new(web, visitor, &shown, None) }
        .whole())
}

/// A page on its way to markup.
struct Parts<'a> {
    web: &'a Web,
    visitor: &'a Visitor,
    page: &'a RecordPage,
    as_of: Option<Moment>,
    unsent: Option<&'a Unsent<'a>>,
    draft: Option<FormDraft>,
    mentioned: HashMap<String, Label>,
    head: Head,
    /// What the page of an article shows besides.
    article: Option<reading::Gathered>,
    notes: notes::Notes,
    /// How often what is kept ready was used.
    uses: Option<i64>,
    /// Promises of an agreement with those beneath them.
    chain: Vec<PromiseLink>,
    /// When it will be done, as most like it were.
    forecast: Option<steward_clock::forecast::Forecast>,
    /// What a calendar means.
    working: Option<working::Gathered>,
    /// When recurring work comes next.
    turns: Option<Vec<steward_practices::schedule::Turn>>,
    /// Rounds of approval, the newest first.
    approvals: Vec<steward_app::approvals::ApprovalSeen>,
    /// Plans about it.
    plans: plan::Gathered,
    /// What stands in the way of a change.
    in_the_way: Vec<steward_app::intervals::Conflict>,
    /// What rules did to it, or what it does as a rule.
    rules: Option<crate::automation::Gathered>,
    /// What merging made of it.
    merged: family::Merged,
    id: String,
    address: String,
}

impl<'a> Parts<'a> {
    fn new(web: &'a Web, visitor: &'a Visitor, page: &'a RecordPage, as_of: Option<Moment>) -> Self {
        let id = page.view.record.id.to_string();
        let address = address::record(&page.view.kind, &page.view.record.number);
        Self {
            web,
            visitor,
            page,
            as_of,
            unsent: None,
            draft: None,
            mentioned: HashMap::new(),
            head: Head::default(),
            article: None,
            notes: notes::Notes::default(),
            uses: None,
            chain: Vec::new(),
            forecast: None,
            working: None,
            turns: None,
            approvals: Vec::new(),
            plans: plan::Gathered::default(),
            in_the_way: Vec::new(),
            rules: None,
            merged: family::Merged::default(),
            id,
            address,
        }
    }

    fn view(&self) -> &RecordView {
        &self.page.view
    }

    fn reader(&self) -> Reader<'_> {
        Reader {
            registry: self.web.app().registry(),
            labels: &self.view().labels,
            zone: &self.visitor.preferences.zone,
            now: self.web.app().now(),
        }
    }

    fn whole(&self) -> Markup {
        let kind = &self.view().kind;
        let list = address::list(kind);
        let title = format!("{} · {}", self.view().record.number, self.title());
        let place = Place { title: &title, current: &list, kind: Some(kind), ..Place::default() };
        frame(self.web, self.visitor, place, record_layout(self.header(), self.main(), self.rail()))
    }

    fn title(&self) -> &str {
        match self.view().record.text(&self.view().kind.label_field) {
            "" => &self.view().record.number,
            title => title,
        }
    }

    /// Whether the page shows the present, so that things can be done.
    fn is_now(&self) -> bool {
        self.as_of.is_none()
    }

    /// Whether the reader is among those who work on the record.
    fn is_staffed(&self) -> bool {
        self.visitor.actor().is_staff() && self.view().rights.may_read_internal()
    }

    fn source(&self, part: &str) -> String {
        format!("{}?part={part}", self.address)
    }

    fn live<'b>(&'b self, source: &'b str) -> Option<Live<'b>> {
        self.is_now().then_some(Live { record: &self.id, source })
    }

    fn main(&self) -> Markup {
        let view = self.view();
        html! {
            @if self.is_staffed() && self.is_now() { (presence(&self.id, &address::presence(&view.kind, &view.record))) }
            @if let Some(at) = self.as_of {
                @let text = t_with("as-it-was-on", &[("moment", (&time::exact(at, &self.visitor.preferences.zone)).into())]);
                (notice(&Notice { tone: Tone::Info, text: &text }, html! { a href=(self.address) { (t("back-to-now")) } }))
            }
            (self.merged_away())
            (self.notes.pop_up())
            (self.approval())
            (crate::designer::beside(self.web, &self.page.view))
            (self.plans())
            (self.outages())
            (conflicts::shown(self.view(), &self.in_the_way, &self.visitor.preferences.zone))
            (self.figures())
            @if let Some(rules) = &self.rules { (rules.story(self.web, self.visitor, view)) }
            @if let Some(article) = &self.article { (reading::main(self.web, self.visitor, view, article, &self.names())) }
            @else { (self.texts()) }
            @if let Some(working) = &self.working { (working.draw()) }
            @if let Some(rules) = &self.rules { (rules.proof(self.web, self.visitor, view)) }
            @if self.is_now() && crate::notice_preview::is_template(&view.kind) { (crate::notice_preview::link(&self.address)) }
            @if self.is_now() && self.is_staffed() && crate::promise::is_promise(&view.kind) { (crate::promise::later(&self.address)) }
            (crate::clocks::chain(&self.chain, &self.visitor.preferences.zone))
            (self.answers())
            (self.read_before())
            @if self.page.older {
                @let first = self.page.entries.first().map_or(0, |event| event.seq);
                p.timeline-older { a href={ (self.address) "?before=" (first) "#timeline" } { (t("show-before")) } }
            }
            (self.timeline())
            (self.merged_here())
            @if self.is_now() && !self.merged.is_merged() { (self.composer()) }
        }
    }

    fn names(&self) -> markdown::Names<'_> {
        markdown::Names { registry: self.web.app().registry(), mentioned: &self.mentioned }
    }
}

/// Why the reader may do what with the record.
pub(crate) async fn access(
    State(web): State<Web>,
    Segments((kinds, name)): Segments<(String, String)>,
    visitor: Visitor,
) -> Result<Response, WebError> {
    let kind = web.app().kind_by_plural(&kinds)?.clone();
    let mut lines = Vec::new();
    let asked = web.app().policy().actions_on(&kind.key);
    for action in asked.into_iter().filter(|action| *action != Action::Create) {
        let explanation = web.app().explain(visitor.actor(), visitor.actor(), action, &kind, &name).await?;
        lines.push((action, explanation));
    }
    let content = html! {
        dl.access-list {
            @for (action, explanation) in &lines {
                div.access-list__line {
                    dt { (steward_ui::icon::icon(if explanation.allowed { Icon::Check } else { Icon::Ban })) " " (t_with(if explanation.allowed { "you-may" } else { "you-may-not" }, &[("action", (&refusal(action.verb())).into())])) }
                    @for reason in &explanation.reasons { dd { (refusal(reason)) } }
                }
            }
        }
    };
    Ok(crate::actions::dialog_or_page(&web, &visitor, &kind, &name, t("why-may-i"), content).into_response())
}
