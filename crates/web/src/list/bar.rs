//! The bar that rises when rows are ticked: what can be done with all of them.

use maud::{Markup, html};
use steward_app::bulk::RECORDS_MAX;
use steward_app::list::ListPage;
use steward_model::access::Action;
use steward_ui::list::{BulkBar, bulk_bar};
use steward_ui::menu::{MenuAction, MenuButton, MenuItem, menu};
use steward_words::t;

use super::table::SELECTION;
use super::{Listing, Said, counted};
use crate::bulk::{fields_to_set, said_of};

/// Fields that stand in the menu by themselves; all others are behind its last line.
const OFTEN: [&str; 7] = ["assignee", "team", "impact", "urgency", "priority_override", "category", "service"];

impl Listing<'_> {
    /// Whether there is anything to do with many rows. Requesters have few records and no need for it.
    pub(super) fn has_bulk_actions(&self) -> bool {
        self.visitor.actor().is_staff()
            && [Action::Update, Action::Transition, Action::Comment, Action::Note, Action::Watch]
                .iter()
                .any(|action| self.may(*action))
    }

    fn may(&self, action: Action) -> bool {
        self.web.app().writable_level(self.visitor.actor(), action, self.kind()).is_some()
    }

    pub(super) fn bulk_bar(&self, found: &ListPage) -> Markup {
        if !self.has_bulk_actions() {
            return html! {};
        }
        let whole = Said { cursor: None, ..self.asked().said.clone() };
        let action = format!("/{}/bulk-edits/new", self.kind().plural);
        let total = counted(found.total);
        let more = found.total.filter(|total| *total > found.records.len() && *total <= RECORDS_MAX);
        let bar = BulkBar {
            form: SELECTION,
            action: &action,
            keep: &said_of(&whole),
            all: more.map(|count| (total.as_str(), count)),
        };
        bulk_bar(&bar, html! { (self.set_menu()) (self.move_menu()) (self.say_menu()) })
    }

    fn set_menu(&self) -> Markup {
        let fields = fields_to_set(self.web, self.visitor, self.kind());
        let often: Vec<(String, &str)> = OFTEN
            .iter()
            .filter_map(|key| fields.iter().find(|field| field.key == *key))
            .map(|field| (format!("set:{}", field.key), field.label.as_str()))
            .collect();
        let mut lines: Vec<(&str, &str)> = often.iter().map(|(value, label)| (value.as_str(), *label)).collect();
        if fields.len() > often.len() {
            lines.push(("set", t("another-field")));
        }
        submitting(t("bulk-set"), &lines)
    }

    fn move_menu(&self) -> Markup {
        if !self.may(Action::Transition) {
            return html! {};
        }
        let transitions = self.kind().lifecycle.transitions.iter();
        let lines: Vec<(String, &str)> =
            transitions.map(|transition| (format!("move:{}", transition.key), transition.label.as_str())).collect();
        let lines: Vec<(&str, &str)> = lines.iter().map(|(value, label)| (value.as_str(), *label)).collect();
        submitting(t("bulk-move"), &lines)
    }

    fn say_menu(&self) -> Markup {
        let mut lines = Vec::new();
        if self.may(Action::Comment) {
            lines.push(("comment:public", t("reply-to-all")));
        }
        if self.may(Action::Note) {
            lines.push(("comment:internal", t("note-for-staff")));
        }
        if self.may(Action::Watch) {
            lines.extend([("watch", t("watch")), ("unwatch", t("stop-watching"))]);
        }
        submitting(t("more"), &lines)
    }
}

/// A menu whose lines send the ticked rows.
fn submitting(label: &str, lines: &[(&str, &str)]) -> Markup {
    if lines.is_empty() {
        return html! {};
    }
    let items: Vec<MenuItem<'_>> = lines
        .iter()
        .map(|(value, label)| MenuItem {
            label,
            icon: None,
            action: MenuAction::Submit { form: SELECTION, name: "action", value },
            is_danger: false,
            key: None,
            is_chosen: false,
        })
        .collect();
    menu(label, MenuButton::Label(label), &items)
}
