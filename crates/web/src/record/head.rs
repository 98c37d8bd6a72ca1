//! The head of a record's page: where it stands and what may be done with it.

use maud::{Markup, html};
use steward_model::access::Action;
use steward_model::decide::is_likely;
use steward_model::event::{Act, Event};
use steward_model::kind::{Category, Kind, State as KindState, Transition};
use steward_ui::badge::{Priority, priority};
use steward_ui::button::{Button, Look, link_button};
use steward_ui::icon::Icon;
use steward_ui::menu::{MenuAction, MenuButton, MenuItem, menu};
use steward_ui::partial::Partial;
use steward_ui::record::{RecordHeader, Step, StepPlace, record_header};
use steward_ui::reference::Crumb;
use steward_ui::watch::{Watch, watch};
use steward_words::t;

use crate::address;
use crate::edit::may_edit;
use crate::record::Parts;
use crate::values::shown::category;

impl Parts<'_> {
    pub(super) fn header(&self) -> Markup {
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
        let mut path = usual_way(lifecycle.states.as_slice(), current);
        // Who gives up takes not the whole way.
        if lifecycle.category(current) == Category::Cancelled {
            path.retain(|state| state.key == current || self.was_in(&state.key));
        }
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

    /// Whether the record was in a state before the one where it is, as far as its newest entries tell.
    fn was_in(&self, state: &str) -> bool {
        let lifecycle = &self.view().kind.lifecycle;
        let left = |event: &Event| matches!(&event.act, Act::Moved { from, .. } if from == state);
        lifecycle.initial == state || self.page.entries.iter().any(left)
    }

    fn actions(&self) -> Markup {
        if !self.is_now() {
            return html! {};
        }
        let view = self.view();
        let kind = &view.kind;
        let moves: Vec<&Transition> =
            view.allowed_transitions.iter().filter_map(|key| kind.lifecycle.transition(key)).collect();
        let asking = self.visitor.actor().environment(self.web.app().now());
        let likely: Vec<&Transition> =
            moves.iter().copied().filter(|one| is_likely(one, kind, &view.record, &asking)).collect();
        let main = next_move(kind, &view.record.state, &likely);
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
            items.push(item(t("edit-all-fields"), Some(Icon::Edit), &edit, false));
        }
        let macros = address::of_record(kind, &view.record, "macros");
        if self.may_apply_macros() {
            items.push(item(t("macro-apply-one"), Some(Icon::PlayerPlay), &macros, true));
        }
        if view.rights.may(Action::Work) {
            items.push(item(t("book-time"), Some(Icon::Clock), &work, true));
        }
        let timer = address::of_record(kind, &view.record, "timer");
        let token = [("csrf_token", self.visitor.csrf_token.as_str())];
        let runs_here = self.visitor.timer.as_ref().is_some_and(|timer| timer.record == view.record.id);
        if view.rights.may(Action::Work) && !runs_here {
            items.push(MenuItem {
                action: MenuAction::Post { address: &timer, values: &token },
                ..item(t("timer-start"), Some(Icon::PlayerPlay), "", false)
            });
        }
        let follow_up = address::of_record(kind, &view.record, "follow-up");
        if self.web.app().followable(self.visitor.actor(), view).is_some() {
            items.push(item(t("follow-up"), Some(Icon::ArrowRight), &follow_up, true));
        }
        let text = address::of_record(kind, &view.record, "text");
        if kind.configuration {
            items.push(item(t("configuration-as-text"), Some(Icon::FileText), &text, false));
        }
        let pin = address::of_record(kind, &view.record, "pin");
        let pinned = self.visitor.pinned_records.iter().any(|one| one.id == view.record.id);
        let values =
            [("csrf_token", self.visitor.csrf_token.as_str()), ("pinned", if pinned { "false" } else { "true" })];
        items.push(MenuItem {
            action: MenuAction::Post { address: &pin, values: &values },
            ..item(if pinned { t("unpin-record") } else { t("pin-record") }, Some(Icon::Bookmark), "", false)
        });
        items.push(item(t("why-may-i"), Some(Icon::Key), &access, true));
        let who = address::of_record(kind, &view.record, "who");
        let reach = address::of_record(kind, &view.record, "reach");
        let view_as = address::of_record(kind, &view.record, "view-as");
        if view.rights.may(Action::Inspect) {
            items.push(item(t("who-sees"), Some(Icon::Users), &who, false));
            if kind.key == "person" {
                items.push(item(t("reach-of"), Some(Icon::Shield), &reach, false));
            }
        }
        if kind.key == "person" && view.rights.may(Action::ViewAs) && view.record.id != self.visitor.actor().person {
            items.push(item(t("viewing-see-as"), Some(Icon::Eye), &view_as, true));
        }
        let watch_address = address::of_record(kind, &view.record, "watch");
        html! {
            @if let (Some(main), Some(address)) = (main, &main_address) {
                (link_button(&Button { label: &main.label, look: Look::Main, partial: Partial::dialog(address), ..Button::default() }, address))
            }
            @if view.rights.may(Action::Watch) { (self.watch(&watch_address)) }
            (menu(t("more-actions"), MenuButton::Dots, &items))
        }
    }

    /// Whether several steps may be made at once here: by who works on it, where somebody asked for it.
    fn may_apply_macros(&self) -> bool {
        let (view, app) = (self.view(), self.web.app());
        let reads = app.registry().kind("macro").and_then(|of| app.readable_level(self.visitor.actor(), of));
        reads.is_some()
            && self.is_staffed()
            && view.kind.field("requester").is_some()
            && view.rights.may(Action::Update)
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
