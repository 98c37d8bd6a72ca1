//! What stands beside a record: its values, files, links, records like it, and how it was.

use maud::{Markup, html};
use steward_app::knowledge::TEXTS;
use steward_app::view::RecordView;
use steward_model::access::Action;
use steward_model::event::Act;
use steward_model::id::RecordId;
use steward_model::kind::{Field, FieldType, Kind};
use steward_rule::RULE;
use steward_ui::as_of::{AsOf, AsOfMoment, as_of};
use steward_ui::attachment::{Link, link};
use steward_ui::button::{Button, Submit, submit};
use steward_ui::field::{ChoiceOption, Control, Field as Frame, field as draw_field};
use steward_ui::form::{Form as FormParts, form};
use steward_ui::icon::Icon;
use steward_ui::record::{RailSection, SideField, rail_section, side_field};
use steward_ui::reference::Reference;
use steward_ui::value::Shown;
use steward_words::{t, t_with};

use crate::edit::may_edit;
use crate::record::{Parts, asked, difference, similar, usage};
use crate::values::shown::{Reader, labelled};
use crate::values::time;
use crate::visitor::Visitor;
use crate::{Web, address, file_list};

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

/// Columns of a table that still fit beside a record.
const NARROW: usize = 3;

/// Whether a table that Steward works out would be too narrow beside the record; it stands over the timeline.
pub(super) fn is_wide(kind: &Kind, field: &Field) -> bool {
    let is_table = matches!(&field.field_type, FieldType::Table { fields } if fields.len() > NARROW);
    is_table && field.write.is_none() && !is_drawn(kind, field)
}

/// Whether a part of the page of its own shows it.
fn is_drawn(kind: &Kind, field: &Field) -> bool {
    super::approval::is_told(&kind.key, field) || super::plan::is_told(&kind.key, field)
}

impl Parts<'_> {
    pub(super) fn rail(&self) -> Markup {
        html! {
            (self.requester())
            (crate::clocks::section(self.view(), &self.reader(), &self.address, self.is_now()))
            (crate::forecast::section(self.forecast.as_ref(), self.web.app().now(), &self.visitor.preferences.zone))
            @if self.is_now() && let Some(knowledge) = crate::knowledge::work::section(self.web, self.visitor, self.view()) {
                (rail_section(&RailSection { label: "Knowledge", ..RailSection::default() }, knowledge))
            }
            @if self.is_now() && self.view().kind.key == steward_clock::definition::TARGET && self.view().rights.may(Action::Update) {
                p.rail-link { a href={ (self.address) "/simulation" } { (t("try-link")) } }
            }
            (self.fields())
            (usage::beside(self.uses))
            (super::turns::beside(self.turns.as_deref()))
            @if let Some(rules) = &self.rules { (rules.beside(self.web, self.visitor, self.view())) }
            (self.notes.audit(self.web, self.visitor))
            (self.around())
            (self.files())
            (self.links())
            (self.history())
            @if self.is_now() && let Some(place) = similar::place(self.visitor, &self.view().kind, &self.address) { (place) }
        }
    }

    /// Values beside the record: those that it has, and those that one looks for even when empty.
    pub(super) fn fields(&self) -> Markup {
        let view = self.view();
        let kind = &view.kind;
        let source = self.source("fields");
        let class = view.record.text("class");
        let shown = |field: &&Field| {
            let is_told_elsewhere = matches!(field.field_type, FieldType::Markdown)
                || asked::is_answers(field)
                || is_drawn(kind, field)
                || is_wide(kind, field)
                || (kind.key == RULE && field.key == "actions")
                || field.key == kind.label_field;
            !is_told_elsewhere
                && (self.article.is_none() || !is_words(&field.key))
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
            sections.push((t("more"), left));
        }
        let live = self.live(&source);
        html! {
            div #record-values data-live-record=[live.map(|live| live.record)] data-live-source=[live.map(|live| live.source)] {
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
        side_field(&SideField { key: "organisation", label: t("organisation"), value, edit: None, help: "" })
    }

    fn files(&self) -> Markup {
        let view = self.view();
        let may_remove = self.is_now() && view.rights.may(Action::Attach);
        file_list::list(
            self.visitor,
            (&view.kind, &view.record),
            &self.page.files,
            (file_list::Place::Rail, may_remove),
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
            &RailSection { label: t("related"), ..RailSection::default() },
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
                summary.disclosure__summary { (steward_ui::icon::icon(Icon::Link)) span { (t("link-another")) } }
                (form(&FormParts { action: &action, csrf_token: &self.visitor.csrf_token, ..FormParts::default() }, html! {
                    (draw_field(&Frame { name: "link", scope: "link-", label: t("link-how"), ..Frame::default() }, &Control::Choice { value: "relates_to", options: &types }))
                    (draw_field(&Frame { name: "target", scope: "link-", label: t("link-record"), ..Frame::default() }, &Control::Reference { value: None, source: "/pick", hint: t("link-hint") }))
                    (submit(&Button { label: t("link-do"), ..Button::default() }, &Submit::default()))
                }))
            }
        }
    }

    /// The moments at which something changed: as programs and as people read them, and what happened.
    pub(super) fn moments(&self) -> Vec<(String, String, String)> {
        let zone = &self.visitor.preferences.zone;
        self.page
            .entries
            .iter()
            .filter(|event| !matches!(event.act, Act::Commented { .. } | Act::Worked { .. } | Act::Attached(_)))
            .map(|event| (event.at.to_string(), time::exact(event.at, zone), self.happened(&event.act, event.actor)))
            .collect()
    }

    /// The slider over the moments at which something happened.
    fn history(&self) -> Markup {
        let texts = self.moments();
        if texts.len() < 2 {
            return html! {};
        }
        let mut moments: Vec<AsOfMoment<'_>> =
            texts.iter().map(|(machine, label, what)| AsOfMoment { machine, label, what }).collect();
        moments.push(AsOfMoment { machine: "", label: t("now"), what: t("the-present") });
        let asked = self.as_of.map(|at| at.to_string());
        let shown = asked.and_then(|at| {
            moments.iter().rposition(|moment| moment.machine <= at.as_str() && !moment.machine.is_empty())
        });
        rail_section(
            &RailSection { label: t("as-it-was"), is_folded: self.is_now(), ..RailSection::default() },
            html! {
                @let at = self.as_of.map(|at| format!("?from={}", address::part(&at.to_string()))).unwrap_or_default();
                @let compare = address::of_record(&self.view().kind, &self.view().record, difference::ROUTE_END);
                (as_of(&AsOf { compare: &format!("{compare}{at}"), action: &self.address, moments: &moments, shown: shown.unwrap_or(moments.len() - 1), now: &self.address }))
            },
        )
    }

    fn happened(&self, act: &Act, actor: RecordId) -> String {
        let name = self.page.labels.get(&actor).map_or(t("steward"), |label| label.label.as_str());
        let state =
            |key: &str| self.view().kind.lifecycle.state(key).map_or(key.to_owned(), |state| state.label.clone());
        match act {
            Act::Created { .. } => t_with("did-create", &[("name", name.into())]),
            Act::Moved { to, .. } => t_with("did-move", &[("name", name.into()), ("state", (&state(to)).into())]),
            Act::Updated => t_with("did-change", &[("name", name.into())]),
            _ => t_with("did-something", &[("name", name.into())]),
        }
    }
}

/// Whether a field holds words of an article, which its page shows as such.
fn is_words(key: &str) -> bool {
    TEXTS.iter().any(|(published, draft)| key == *published || key == *draft)
}
