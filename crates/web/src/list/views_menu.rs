//! How a list is arranged: groups, columns, and the views that people saved.

use maud::{Markup, html};
use steward_app::list::group_attribute;
use steward_ui::icon::{Icon, icon};
use steward_ui::menu::{MenuAction, MenuButton, MenuItem, menu};
use steward_ui::partial::Partial;
use steward_words::{t, t_with};

use super::calendar::dates;
use super::{Layout, Listing, Said};
use crate::address;

/// Fields that lists are often grouped by; those among the kind's columns are offered besides.
const OFTEN: [&str; 5] = ["state", "priority", "assignee", "team", "service"];

impl Listing<'_> {
    /// Group, columns, views, and whether the list differs from the view as it was saved.
    pub(super) fn arrangement(&self) -> Markup {
        let view = &self.asked().view;
        let differs = view.saved.is_some() && self.asked().differs();
        html! {
            @if differs { span { (t_with("differs", &[("view", (&view.label).into())])) } }
            (self.layout())
            (self.group_menu())
            (self.views_menu(differs))
        }
    }

    /// Rows or a board, of the same list.
    fn layout(&self) -> Markup {
        let said = Said { cursor: None, ..self.asked().said.clone() };
        let kind = self.kind();
        let [rows, board, days] = ["", "/board", "/calendar"].map(|rest| said.address(kind, rest));
        let link = |address: &str, symbol, name, is_current: bool| {
            html! {
                a.layout-link href=(address) title=(name) aria-current=[is_current.then_some("true")] { (icon(symbol)) span.hidden-text { (name) } }
            }
        };
        html! {
            (link(&rows, Icon::List, t("layout-rows"), self.layout == Layout::Rows))
            (link(&board, Icon::LayoutKanban, t("layout-board"), matches!(self.layout, Layout::Board(_))))
            @if !dates(self.opened).is_empty() {
                (link(&days, Icon::Calendar, t("layout-calendar"), matches!(self.layout, Layout::Calendar(_))))
            }
        }
    }

    fn group_menu(&self) -> Markup {
        if let Layout::Calendar(by) = self.layout {
            return self.dates_menu(by);
        }
        let kind = self.kind();
        let mut keys: Vec<&str> = OFTEN.to_vec();
        keys.extend(kind.list_columns.iter().map(String::as_str).filter(|key| !OFTEN.contains(key)));
        let fields: Vec<(&str, &str)> = keys
            .into_iter()
            .filter(|key| group_attribute(kind, key).is_some())
            .filter_map(|key| Some((key, super::columns::named(kind, self.opened.level, key)?.label())))
            .filter(|(_, label)| !label.is_empty())
            .collect();
        if fields.is_empty() {
            return html! {};
        }
        let current = match self.layout {
            Layout::Board(by) => Some(by),
            Layout::Rows | Layout::Calendar(_) => self.asked().group(),
        };
        let to = |group: &str| {
            let said = Said { group: Some(group.to_owned()), cursor: None, ..self.asked().said.clone() };
            said.address(kind, self.layout.rest())
        };
        // A board has columns in any case.
        let ungrouped = (t("not-grouped"), to(""), current.is_none());
        let addresses: Vec<(&str, String, bool)> = std::iter::once(ungrouped)
            .filter(|_| self.layout == Layout::Rows)
            .chain(fields.iter().map(|(key, label)| (*label, to(key), current == Some(*key))))
            .collect();
        let items: Vec<MenuItem<'_>> =
            addresses.iter().map(|(label, address, chosen)| line(label, address, false, *chosen)).collect();
        let label = if self.layout == Layout::Rows { t("group") } else { t("columns-by") };
        menu(label, MenuButton::Label(label), &items)
    }

    /// The dates that a calendar can go by.
    fn dates_menu(&self, by: &str) -> Markup {
        let fields = dates(self.opened);
        let base = self.asked().said.address(self.kind(), "/calendar");
        let mark = if base.contains('?') { '&' } else { '?' };
        let addresses: Vec<String> = fields.iter().map(|field| format!("{base}{mark}by={}", field.key)).collect();
        let items: Vec<MenuItem<'_>> = fields
            .iter()
            .zip(&addresses)
            .map(|(field, address)| line(&field.label, address, false, field.key == by))
            .collect();
        menu(t("days-by"), MenuButton::Label(t("days-by")), &items)
    }

    fn views_menu(&self, differs: bool) -> Markup {
        let kind = self.kind();
        let whole = Said { cursor: None, ..self.asked().said.clone() };
        let current = &self.asked().view;
        let saved: Vec<(&str, String, bool)> = self
            .opened
            .views
            .iter()
            .filter_map(|view| view.saved.as_ref())
            .map(|saved| {
                (saved.name.as_str(), address::saved_view(kind, saved.id), current.key == saved.id.to_string())
            })
            .collect();
        let columns = whole.address(kind, "/columns");
        let new = whole.address(kind, "/views/new");
        let own = current.saved.as_ref();
        let edit =
            own.filter(|saved| saved.may_change).map(|saved| whole.address(kind, &format!("/views/{}/edit", saved.id)));
        let pin = own.map(|saved| format!("/{}/views/{}/pin", kind.plural, saved.id));
        let token = ("csrf_token", self.visitor.csrf_token.as_str());
        let pinned = own.is_some_and(|saved| saved.is_pinned);
        let values = [token, ("pinned", if pinned { "false" } else { "true" })];
        let mut items: Vec<MenuItem<'_>> =
            saved.iter().map(|(label, address, chosen)| line(label, address, false, *chosen)).collect();
        if !items.is_empty() {
            items.push(MenuItem { action: MenuAction::Separator, ..line("", "", false, false) });
        }
        items.push(line(t("menu-columns"), &columns, true, false));
        items.push(line(t("menu-save-view"), &new, true, false));
        if let Some(edit) = &edit {
            items.push(line(if differs { t("menu-save-changes") } else { t("menu-change-view") }, edit, true, false));
        }
        if let Some(pin) = &pin {
            let label = if pinned { t("unpin") } else { t("pin") };
            items.push(MenuItem {
                action: MenuAction::Post { address: pin, values: &values },
                ..line(label, "", false, false)
            });
        }
        menu(t("views"), MenuButton::Label(t("views")), &items)
    }
}

fn line<'a>(label: &'a str, address: &'a str, dialog: bool, is_chosen: bool) -> MenuItem<'a> {
    let partial = if dialog { Partial::dialog(address) } else { Partial::NONE };
    MenuItem {
        label,
        icon: None,
        action: MenuAction::Link { address, partial },
        is_danger: false,
        key: None,
        is_chosen,
    }
}
