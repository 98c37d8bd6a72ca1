//! The page of a record: head with its moves, what was said in the middle, values beside it.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use steward_app::pages::RecordPage;
use steward_app::search::Hit;
use steward_app::view::RecordView;
use steward_model::access::Action;
use steward_model::event::{Act, Audience};
use steward_model::id::RecordId;
use steward_model::kind::{Field, FieldType, Kind, State as KindState, Transition};
use steward_model::moment::Moment;
use steward_ui::as_of::{AsOf, AsOfMoment, as_of};
use steward_ui::attachment::{Attachment, Link, attachment, link};
use steward_ui::badge::{Priority, priority};
use steward_ui::button::{Button, Look, Submit, link_button, submit};
use steward_ui::composer::{Audience as WriterAudience, Composer, composer};
use steward_ui::field::{ChoiceOption, Control, Field as Frame, field as draw_field};
use steward_ui::form::{Form as FormParts, form};
use steward_ui::icon::Icon;
use steward_ui::menu::{MenuAction, MenuButton, MenuItem, menu};
use steward_ui::message::{Notice, notice};
use steward_ui::partial::Partial;
use steward_ui::record::{
    Live, RailSection, RecordHeader, SideField, Step, StepPlace, rail_section, record_header, record_layout, side_field,
};
use steward_ui::reference::{Crumb, Reference, reference};
use steward_ui::tone::Tone;
use steward_ui::value::Shown;
use steward_ui::watch::{Watch, watch};

use crate::edit::may_edit;
use crate::error::WebError;
use crate::files::Segments;
use crate::form::Form;
use crate::frame::{Place, frame};
use crate::timeline::timeline;
use crate::values::shown::{Reader, category, labelled};
use crate::values::time;
use crate::visitor::Visitor;
use crate::{Web, address, markdown};

/// Entries of the timeline at once.
const ENTRIES: usize = 100;
/// Similar records shown.
const SIMILAR: usize = 5;

pub(crate) async fn page(
    State(web): State<Web>,
    Segments((kinds, name)): Segments<(String, String)>,
    visitor: Visitor,
    RawQuery(raw): RawQuery,
) -> Result<Response, WebError> {
    let kind = web.app().kind_by_plural(&kinds)?.clone();
    let query = Form::parse(raw.unwrap_or_default().as_bytes());
    let as_of = query
        .text("as_of")
        .map(|text| {
            Moment::parse(text)
                .ok_or_else(|| WebError::bad_request("`as_of` must be a moment such as 2026-03-01T09:30:00Z"))
        })
        .transpose()?;
    let before = query.text("before").and_then(|text| text.parse().ok());
    let shown = show(&web, &visitor, &kind, &name, as_of, before).await?;
    let parts = Parts::new(&web, &visitor, &shown, as_of, Vec::new());
    Ok(match query.get("part") {
        Some("header") => parts.header().into_response(),
        Some("timeline") => parts.timeline().into_response(),
        Some("fields") => parts.fields().into_response(),
        _ => {
            let similar = similar(&web, &visitor, &shown).await;
            Parts { similar, ..parts }.whole().into_response()
        }
    })
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

/// Records like this one, for those who work on it; without an index there are none.
async fn similar(web: &Web, visitor: &Visitor, page: &RecordPage) -> Vec<Hit> {
    let kind = &page.view.kind;
    if !visitor.actor().is_staff() || kind.field("description").is_none() {
        return Vec::new();
    }
    let mut kinds = vec![kind.key.clone()];
    kinds.extend(
        ["known_error", "knowledge_article"]
            .map(str::to_owned)
            .into_iter()
            .filter(|key| *key != kind.key && web.app().registry().kind(key).is_some()),
    );
    let number = &page.view.record.number;
    let found = web.app().similar(visitor.actor(), kind, number, &kinds, SIMILAR).await;
    found.map(|page| page.hits).unwrap_or_default()
}

/// One value of the rail, as it stands there and as it comes back after a change.
pub(crate) fn side(web: &Web, visitor: &Visitor, view: &RecordView, field: &Field) -> Markup {
    let reader = Reader {
        registry: web.app().registry(),
        labels: &view.labels,
        zone: &visitor.preferences.zone,
        now: web.app().now(),
    };
    if field.key == view.kind.label_field {
        let edit = address::field(&view.kind, &view.record, &field.key);
        return steward_ui::record::record_title(view.record.text(&field.key), may_edit(view, field).then_some(&edit));
    }
    let edit = address::field(&view.kind, &view.record, &field.key);
    side_field(&SideField {
        key: &field.key,
        label: &field.label,
        value: Shown::Other(reader.field(&view.kind, &view.record, field)),
        edit: may_edit(view, field).then_some(&edit),
        help: &field.help,
    })
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
    Ok(Parts { unsent: Some(unsent), ..Parts::new(web, visitor, &shown, None, Vec::new()) }.whole())
}

/// A page on its way to markup.
struct Parts<'a> {
    web: &'a Web,
    visitor: &'a Visitor,
    page: &'a RecordPage,
    as_of: Option<Moment>,
    similar: Vec<Hit>,
    unsent: Option<&'a Unsent<'a>>,
    id: String,
    address: String,
}

impl<'a> Parts<'a> {
    fn new(web: &'a Web, visitor: &'a Visitor, page: &'a RecordPage, as_of: Option<Moment>, similar: Vec<Hit>) -> Self {
        let id = page.view.record.id.to_string();
        let address = address::record(&page.view.kind, &page.view.record.number);
        Self { web, visitor, page, as_of, similar, unsent: None, id, address }
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

    fn source(&self, part: &str) -> String {
        format!("{}?part={part}", self.address)
    }

    fn live<'b>(&'b self, source: &'b str) -> Option<Live<'b>> {
        self.is_now().then_some(Live { record: &self.id, source })
    }

    fn header(&self) -> Markup {
        let view = self.view();
        let kind = &view.kind;
        let list = address::list(kind);
        let source = self.source("header");
        let steps = self.steps();
        let edit_title = address::field(kind, &view.record, &kind.label_field);
        let may_edit_title = self.is_now() && kind.field(&kind.label_field).is_some_and(|field| may_edit(view, field));
        record_header(
            &RecordHeader {
                id: "record-header",
                live: self.live(&source),
                crumbs: &[Crumb { label: &kind.label_plural, address: &list }],
                number: &view.record.number,
                title: self.title(),
                edit_title: may_edit_title.then_some(&edit_title),
                marks: self.marks(),
                steps: &steps,
                tabs: &[],
            },
            self.actions(),
        )
    }

    fn marks(&self) -> Option<Markup> {
        let view = self.view();
        let field = view.kind.field("priority").filter(|field| view.rights.may_read(field))?;
        let key = view.record.text("priority");
        let label = field.field_type.choices()?.find(key)?.label.as_str();
        Some(priority(Priority::named(key), label))
    }

    /// The states on the usual way, with the one where the record is.
    fn steps(&self) -> Vec<Step<'_>> {
        let view = self.view();
        let lifecycle = &view.kind.lifecycle;
        let current = view.record.state.as_str();
        let path = usual_way(lifecycle.states.as_slice(), current);
        let place_of = |key: &str| path.iter().position(|state| state.key == key);
        let here = place_of(current);
        let step = |(index, state): (usize, &'_ KindState)| {
            let place = match here {
                Some(here) if index < here => StepPlace::Passed,
                Some(here) if index == here => StepPlace::Current,
                _ => StepPlace::Ahead,
            };
            (index, place, state.key.clone())
        };
        let shapes: Vec<(usize, StepPlace, String)> = path.iter().copied().enumerate().map(step).collect();
        let mut steps: Vec<Step<'_>> = Vec::new();
        for (index, place, key) in shapes {
            let label = lifecycle.state(path[index].key.as_str()).map_or("", |state| state.label.as_str());
            steps.push(Step { label, category: category(&view.kind, &key), place, detail: "" });
        }
        if here.is_none() {
            steps.push(Step {
                label: current,
                category: category(&view.kind, current),
                place: StepPlace::Current,
                detail: "",
            });
        }
        steps
    }

    fn actions(&self) -> Markup {
        if !self.is_now() {
            return html! {};
        }
        let view = self.view();
        let kind = &view.kind;
        let moves: Vec<&Transition> =
            view.allowed_transitions.iter().filter_map(|key| kind.lifecycle.transition(key)).collect();
        let main = next_move(kind, &view.record.state, &moves);
        let rest: Vec<&Transition> =
            moves.iter().copied().filter(|other| main.is_none_or(|main| main.key != other.key)).collect();
        let main_address = main.map(|main| address::transition(kind, &view.record, &main.key));
        let addresses: Vec<String> =
            rest.iter().map(|other| address::transition(kind, &view.record, &other.key)).collect();
        let mut items: Vec<MenuItem<'_>> =
            rest.iter().zip(&addresses).map(|(other, address)| item(&other.label, None, address, true)).collect();
        let edit = address::of_record(kind, &view.record, "edit");
        let work = address::of_record(kind, &view.record, "worklogs");
        let access = address::of_record(kind, &view.record, "access");
        let separator = MenuItem { action: MenuAction::Separator, ..item("", None, "", false) };
        if !items.is_empty() {
            items.push(separator);
        }
        if view.rights.may(Action::Update) {
            items.push(item("Edit all fields", Some(Icon::Edit), &edit, false));
        }
        if view.rights.may(Action::Work) {
            items.push(item("Book time", Some(Icon::Clock), &work, true));
        }
        items.push(item("Why may I see this?", Some(Icon::Key), &access, true));
        let watch_address = address::of_record(kind, &view.record, "watch");
        html! {
            @if let (Some(main), Some(address)) = (main, &main_address) {
                (link_button(&Button { label: &main.label, look: Look::Main, partial: Partial::dialog(address), ..Button::default() }, address))
            }
            @if view.rights.may(Action::Watch) { (self.watch(&watch_address)) }
            (menu("More actions", MenuButton::Dots, &items))
        }
    }

    fn watch(&self, address: &str) -> Markup {
        let record = &self.view().record;
        watch(&Watch {
            action: address,
            is_watching: record.watchers.contains(&self.visitor.actor().person),
            watchers: record.watchers.len(),
            csrf_token: &self.visitor.csrf_token,
        })
    }

    fn main(&self) -> Markup {
        html! {
            @if let Some(at) = self.as_of {
                @let text = format!("This is how it was on {}.", time::exact(at, &self.visitor.preferences.zone));
                (notice(&Notice { tone: Tone::Info, text: &text }, html! { a href=(self.address) { "Back to now" } }))
            }
            (self.texts())
            @if self.page.older {
                @let first = self.page.entries.first().map_or(0, |event| event.seq);
                p.timeline-older { a href={ (self.address) "?before=" (first) "#timeline" } { "Show what happened before" } }
            }
            (self.timeline())
            @if self.is_now() { (self.composer()) }
        }
    }

    /// Longer texts of the record, over the timeline.
    fn texts(&self) -> Markup {
        let view = self.view();
        let long = view
            .kind
            .fields
            .iter()
            .filter(|field| matches!(field.field_type, FieldType::Markdown) && view.rights.may_read(field));
        html! {
            div #record-texts.record-texts {
                @for field in long {
                    @let edit = address::field(&view.kind, &view.record, &field.key);
                    @let editable = self.is_now() && may_edit(view, field);
                    @if let Some(text) = view.record.field(&field.key).and_then(|stored| stored.as_str()) {
                        section.record-text id={ "side-" (field.key) } {
                            header.record-text__head {
                                h2.record-text__label { (field.label) }
                                @if editable {
                                    a.icon-button."icon-button--small" href=(edit) hx-get=(edit) hx-target={ "#side-" (field.key) } hx-swap="outerHTML" title={ "Edit " (field.label) } aria-label={ "Edit " (field.label) } { (steward_ui::icon::icon(Icon::Edit)) }
                                }
                            }
                            div.article { (markdown::render(text)) }
                        }
                    }
                }
            }
        }
    }

    fn timeline(&self) -> Markup {
        let source = self.source("timeline");
        let reader = Reader { labels: &self.page.labels, ..self.reader() };
        timeline(self.page, &reader, self.live(&source))
    }

    fn composer(&self) -> Markup {
        let view = self.view();
        let (may_comment, may_note) = (view.rights.may(Action::Comment), view.rights.may(Action::Note));
        if !may_comment && !may_note {
            return html! {};
        }
        let action = address::of_record(&view.kind, &view.record, "comments");
        let draft = format!("{}/{}/comment", view.kind.key, view.record.number);
        let internal = self.unsent.is_some_and(|unsent| unsent.audience == Audience::Internal);
        let requester = view.record.reference("requester").and_then(|id| view.labels.get(&id));
        composer(
            &Composer {
                action: &action,
                partial: Partial::NONE,
                csrf_token: &self.visitor.csrf_token,
                draft: &draft,
                audience: if may_comment && !internal { WriterAudience::Public } else { WriterAudience::Internal },
                may_note,
                readers: requester.map_or("", |label| &label.label),
                body: self.unsent.map_or("", |unsent| unsent.body),
                errors: self.unsent.map_or(&[], |unsent| unsent.errors),
            },
            html! {},
        )
    }

    fn rail(&self) -> Markup {
        html! {
            (self.fields())
            (self.files())
            (self.links())
            (self.similar())
            (self.history())
        }
    }

    /// Values beside the record: those that it has, and those that one looks for even when empty.
    fn fields(&self) -> Markup {
        let view = self.view();
        let kind = &view.kind;
        let source = self.source("fields");
        let class = view.record.text("class");
        let shown = |field: &&Field| {
            !matches!(field.field_type, FieldType::Markdown)
                && field.key != kind.label_field
                && view.rights.may_read(field)
                && kind.has_field(field, class)
                && field.visible_when.as_ref().is_none_or(|when| when.matches_local(&view.record, kind))
                && (view.record.field(&field.key).is_some() || kind.list_columns.contains(&field.key))
        };
        let mut left: Vec<&Field> = kind.fields.iter().filter(shown).collect();
        let mut sections: Vec<(&str, Vec<&Field>)> = Vec::new();
        for section in &kind.form {
            let own: Vec<&Field> = left.iter().filter(|field| section.fields.contains(&field.key)).copied().collect();
            left.retain(|field| !section.fields.contains(&field.key));
            if !own.is_empty() {
                sections.push((&section.label, own));
            }
        }
        if !left.is_empty() {
            sections.push(("More", left));
        }
        let live = self.live(&source);
        html! {
            div #record-fields data-live-record=[live.map(|live| live.record)] data-live-source=[live.map(|live| live.source)] {
                @for (index, (label, fields)) in sections.iter().enumerate() {
                    (rail_section(&RailSection { label, id: None, live: None, is_folded: index > 3 }, html! {
                        @for field in fields {
                            @if self.is_now() { (side(self.web, self.visitor, view, field)) }
                            @else { (side_field(&SideField { key: &field.key, label: &field.label, value: Shown::Other(self.reader().field(kind, &view.record, field)), edit: None, help: &field.help })) }
                        }
                        @if index == 0 { (self.organisation()) }
                    }))
                }
            }
        }
    }

    fn organisation(&self) -> Markup {
        let view = self.view();
        let value = Shown::Other(self.reader().reference(view.record.organisation));
        side_field(&SideField { key: "organisation", label: "Organisation", value, edit: None, help: "" })
    }

    fn files(&self) -> Markup {
        if self.page.files.is_empty() {
            return html! {};
        }
        let view = self.view();
        let may_remove = self.is_now() && view.rights.may(Action::Attach);
        rail_section(
            &RailSection { label: "Files", ..RailSection::default() },
            html! {
                @for file in &self.page.files {
                    @let download = address::file(&view.kind, &view.record, file.seq);
                    @let remove = format!("{download}/remove");
                    div.file-line {
                        (attachment(&Attachment {
                            name: &file.attachment.name,
                            size: &size(file.attachment.size),
                            media_type: &file.attachment.media_type,
                            address: &download,
                            detail: if file.attachment.audience == Audience::Internal { "staff only" } else { "" },
                            withheld: None,
                        }))
                        @if may_remove {
                            (form(&FormParts { action: &remove, csrf_token: &self.visitor.csrf_token, ..FormParts::default() }, html! {
                                button.icon-button."icon-button--small" type="submit" title={ "Take off " (file.attachment.name) } aria-label={ "Take off " (file.attachment.name) } { (steward_ui::icon::icon(Icon::X)) }
                            }))
                        }
                    }
                }
            },
        )
    }

    fn links(&self) -> Markup {
        let view = self.view();
        let registry = self.web.app().registry();
        let may_link = self.is_now() && view.rights.may(Action::Link);
        if view.links.is_empty() && !may_link {
            return html! {};
        }
        let items = view.links.iter().filter_map(|item| {
            let label = view.labels.get(&item.other)?;
            let kind = registry.kind(&label.kind)?;
            let word = registry
                .link(&item.link)
                .map_or(item.link.as_str(), |link| if item.inverse { &link.inverse_label } else { &link.label });
            let address = address::record(kind, &label.number);
            let end = address::of_record(
                &view.kind,
                &view.record,
                &format!("links/{}/{}/end", address::part(&item.link), item.other),
            );
            let remove = (may_link && !item.inverse).then_some(end.as_str());
            let number = if label.number == label.label { "" } else { label.number.as_str() };
            let record = Reference { number, ..labelled(kind, label, &address) };
            Some(link(&Link { relation: word, record, remove, csrf_token: &self.visitor.csrf_token }))
        });
        rail_section(
            &RailSection { label: "Related", ..RailSection::default() },
            html! {
                @for item in items { (item) }
                @if may_link { (self.new_link()) }
            },
        )
    }

    fn new_link(&self) -> Markup {
        let view = self.view();
        let action = address::of_record(&view.kind, &view.record, "links");
        let types: Vec<ChoiceOption<'_>> = self
            .web
            .app()
            .registry()
            .links()
            .iter()
            .filter(|link| link.from.is_empty() || link.from.contains(&view.kind.key))
            .map(|link| ChoiceOption { key: &link.key, label: &link.label, ..ChoiceOption::default() })
            .collect();
        html! {
            details.disclosure {
                summary.disclosure__summary { (steward_ui::icon::icon(Icon::Link)) span { "Link another record" } }
                (form(&FormParts { action: &action, csrf_token: &self.visitor.csrf_token, ..FormParts::default() }, html! {
                    (draw_field(&Frame { name: "link", scope: "link-", label: "How", ..Frame::default() }, &Control::Choice { value: "relates_to", options: &types }))
                    (draw_field(&Frame { name: "target", scope: "link-", label: "Record", ..Frame::default() }, &Control::Reference { value: None, source: "/pick", hint: "Number or words" }))
                    (submit(&Button { label: "Link", ..Button::default() }, &Submit::default()))
                }))
            }
        }
    }

    fn similar(&self) -> Markup {
        if self.similar.is_empty() || !self.is_now() {
            return html! {};
        }
        rail_section(
            &RailSection { label: "Similar", ..RailSection::default() },
            html! {
                ul.references {
                    @for hit in &self.similar {
                        @let address = address::record(&hit.kind, &hit.label.number);
                        @let state = hit.kind.lifecycle.state(&hit.record.state).map_or("", |state| state.label.as_str());
                        li { (reference(&Reference { number: &hit.label.number, label: &hit.label.label, address: Some(&address), icon: None, state: Some((category(&hit.kind, &hit.record.state), state)) })) }
                    }
                }
            },
        )
    }

    /// The slider over the moments at which something happened.
    fn history(&self) -> Markup {
        let zone = &self.visitor.preferences.zone;
        let texts: Vec<(String, String, String)> = self
            .page
            .entries
            .iter()
            .filter(|event| !matches!(event.act, Act::Commented { .. } | Act::Worked { .. } | Act::Attached(_)))
            .map(|event| (event.at.to_string(), time::exact(event.at, zone), self.happened(&event.act, event.actor)))
            .collect();
        if texts.len() < 2 {
            return html! {};
        }
        let mut moments: Vec<AsOfMoment<'_>> =
            texts.iter().map(|(machine, label, what)| AsOfMoment { machine, label, what }).collect();
        moments.push(AsOfMoment { machine: "", label: "Now", what: "the present" });
        let asked = self.as_of.map(|at| at.to_string());
        let shown = asked.and_then(|at| {
            moments.iter().rposition(|moment| moment.machine <= at.as_str() && !moment.machine.is_empty())
        });
        rail_section(
            &RailSection { label: "As it was", is_folded: self.is_now(), ..RailSection::default() },
            html! {
                (as_of(&AsOf { action: &self.address, moments: &moments, shown: shown.unwrap_or(moments.len() - 1), now: &self.address }))
            },
        )
    }

    fn happened(&self, act: &Act, actor: RecordId) -> String {
        let name = self.page.labels.get(&actor).map_or("Steward", |label| label.label.as_str());
        let state =
            |key: &str| self.view().kind.lifecycle.state(key).map_or(key.to_owned(), |state| state.label.clone());
        match act {
            Act::Created { .. } => format!("{name} created it"),
            Act::Moved { to, .. } => format!("{name} moved it to {}", state(to)),
            Act::Updated => format!("{name} changed it"),
            _ => format!("{name} did something"),
        }
    }
}

fn item<'a>(label: &'a str, icon: Option<Icon>, address: &'a str, dialog: bool) -> MenuItem<'a> {
    let partial = if dialog { Partial::dialog(address) } else { Partial::NONE };
    MenuItem {
        label,
        icon,
        action: MenuAction::Link { address, partial },
        is_danger: false,
        key: None,
        is_chosen: false,
    }
}

/// The move that most people want: from new work to work, from work to its end, from waiting back to work.
fn next_move<'a>(kind: &Kind, state: &str, moves: &[&'a Transition]) -> Option<&'a Transition> {
    use steward_model::kind::Category::{Active, Done, New, Waiting};
    let lifecycle = &kind.lifecycle;
    let wanted: &[_] = match lifecycle.category(state) {
        New | Waiting => &[Active, Done],
        Active => &[Done, Active],
        Done | steward_model::kind::Category::Cancelled => &[],
    };
    let place = |key: &str| lifecycle.states.iter().position(|state| state.key == key);
    // Among moves of one category the next step forward counts, not the shortcut to the end.
    wanted.iter().find_map(|category| {
        let forward =
            moves.iter().filter(|other| lifecycle.category(&other.to) == *category && place(&other.to) != place(state));
        forward.min_by_key(|other| (place(&other.to) < place(state), place(&other.to))).copied()
    })
}

/// The states that most records pass, in order: those of cancelled work only when the record is there.
fn usual_way<'a>(states: &'a [KindState], current: &str) -> Vec<&'a KindState> {
    use steward_model::kind::Category;
    let aside = |state: &KindState| matches!(state.category, Category::Cancelled | Category::Waiting);
    states.iter().filter(|state| state.key == current || !aside(state)).collect()
}

fn size(bytes: i64) -> String {
    let bytes = bytes.max(0);
    match bytes {
        0..1024 => format!("{bytes} B"),
        1024..1_048_576 => format!("{} KB", (bytes + 512) / 1024),
        _ => format!("{}.{} MB", bytes / 1_048_576, bytes % 1_048_576 * 10 / 1_048_576),
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
    for action in Action::ALL.into_iter().filter(|action| *action != Action::Create) {
        let explanation = web.app().explain(visitor.actor(), visitor.actor(), action, &kind, &name).await?;
        lines.push((action, explanation));
    }
    let content = html! {
        dl.access-list {
            @for (action, explanation) in &lines {
                div.access-list__line {
                    dt { (steward_ui::icon::icon(if explanation.allowed { Icon::Check } else { Icon::Ban })) " You may " @if !explanation.allowed { "not " } (action.verb()) " it" }
                    @for reason in &explanation.reasons { dd { (reason) } }
                }
            }
        }
    };
    Ok(crate::actions::dialog_or_page(&web, &visitor, &kind, &name, "Why may I see this?", content).into_response())
}
