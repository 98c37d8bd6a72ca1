//! The frame around every page of somebody signed in: navigation by what they may use.

use maud::Markup;
use std::sync::Arc;
use steward_model::access::Actor;
use steward_model::kind::{Kind, Level};
use steward_ui::icon::Icon;
use steward_ui::page::Page;
use steward_ui::shell::{Account, Create, InboxLink, NavigationGroup, NavigationLink, Search, Shell, shell};

use crate::Web;
use crate::address;
use crate::inbox;
use crate::live;
use crate::portal;
use crate::visitor::Visitor;

/// Headings of the navigation, with the practices under each; all others stand under the last.
const GROUPS: [(&str, &[&str]); 4] = [
    ("Work", &["incident", "request", "problem", "change", "release", "task"]),
    ("Services", &["service", "configuration", "outage", "knowledge"]),
    ("Organisation", &["organisation"]),
    ("More", &[]),
];

/// Which page it is.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Place<'a> {
    /// Title of the tab.
    pub(crate) title: &'a str,
    /// Address of the entry of the navigation that it belongs to.
    pub(crate) current: &'a str,
    /// What was searched for.
    pub(crate) search: &'a str,
    /// A kind that `c` makes a new record of; an incident where none is named.
    pub(crate) kind: Option<&'a Kind>,
}

/// A whole page around its own content.
pub(crate) fn frame(web: &Web, visitor: &Visitor, place: Place<'_>, main: Markup) -> Markup {
    let actor = visitor.actor();
    let entries = entries(web, actor);
    let groups: Vec<(&str, Vec<NavigationLink<'_>>)> = GROUPS
        .iter()
        .enumerate()
        .map(|(index, (label, _))| {
            let own = entries.iter().filter(|entry| entry.group == index);
            (*label, own.map(|entry| link(&entry.label, &entry.address, entry.icon, place.current)).collect())
        })
        .filter(|(_, links): &(&str, Vec<_>)| !links.is_empty())
        .collect();
    let pinned: Vec<(String, String)> =
        visitor.pinned.iter().map(|view| (view.id.to_string(), address::saved_view(&view.kind, view.id))).collect();
    let pinned: Vec<NavigationLink<'_>> = visitor
        .pinned
        .iter()
        .zip(&pinned)
        .map(|(view, (id, address))| NavigationLink {
            counted_as: Some(id),
            ..link(&view.name, address, Icon::named(&view.kind.icon), place.current)
        })
        .collect();
    let mut groups = groups;
    if !pinned.is_empty() {
        groups.insert(0, ("Pinned", pinned.clone()));
    }
    let groups: Vec<NavigationGroup<'_>> =
        groups.iter().map(|(label, links)| NavigationGroup { label, links }).collect();
    let home = if actor.is_staff() { ("My work", Icon::ListCheck) } else { ("Home", Icon::Home) };
    let current = match place.current {
        portal::HOME if !actor.is_staff() => "/",
        current => current,
    };
    let mut links = vec![link(home.0, "/", home.1, current)];
    let mut foot = vec![link("Help", "/help", Icon::Help, place.current)];
    if actor.is_staff() {
        let in_portal = place.current.starts_with(portal::HOME);
        let shown = if in_portal { portal::HOME } else { place.current };
        foot.insert(0, link("Portal", portal::HOME, Icon::User, shown));
    } else {
        links.extend(portal::WAYS.map(|(label, address, icon)| link(label, address, icon, current)));
    }
    let account = [link("Account and tokens", "/account", Icon::Settings, place.current)];
    let create = place.kind.filter(|kind| web.app().creatable_level(actor, kind).is_some());
    let create = create.or_else(|| {
        let incident = web.app().registry().kind("incident")?;
        web.app().creatable_level(actor, incident).map(|_| incident.as_ref())
    });
    let create = create.map(|kind| match (actor.is_staff(), kind.key.as_str()) {
        (false, "incident") => ("Report a problem".to_owned(), portal::REPORT.to_owned()),
        _ => (format!("New {}", kind.label.to_lowercase()), address::new(kind)),
    });
    let detail = actor.assignments.iter().map(|held| &held.role).max_by_key(|role| role.rank);
    let title = if place.title.is_empty() { "Steward".to_owned() } else { format!("{} · Steward", place.title) };
    let unread = visitor.unread.filter(|unread| *unread > 0).map(inbox::told).unwrap_or_default();
    let viewer = actor.person.to_string();
    let document = Page {
        title: &title,
        language: "en",
        theme: visitor.preferences.theme,
        density: visitor.preferences.density,
        csrf_token: Some(&visitor.csrf_token),
        live: Some(live::ROUTE),
        viewer: Some(&viewer),
    };
    let parts = Shell {
        name: "Steward",
        home: "/",
        search: Search { address: "/search", value: place.search, source: Some("/search/suggestions") },
        create: create.as_ref().map(|(label, address)| Create { label, address }),
        inbox: Some(InboxLink {
            address: inbox::ADDRESS,
            unread: &unread,
            source: inbox::COUNT,
            is_current: place.current == inbox::ADDRESS,
        }),
        links: &links,
        groups: &groups,
        counts: (!pinned.is_empty()).then_some("/views/counts"),
        foot: &foot,
        person: Some(Account {
            name: &actor.label,
            detail: detail.map_or("", |role| &role.label),
            links: &account,
            sign_out: "/sign-out",
            theme: Some("/account/theme"),
            csrf_token: &visitor.csrf_token,
        }),
    };
    shell(&document, &parts, main)
}

struct Entry {
    group: usize,
    label: String,
    address: String,
    icon: Icon,
}

/// The kinds that somebody may use, each under its heading.
fn entries(web: &Web, actor: &Actor) -> Vec<Entry> {
    let staff = actor.is_staff();
    let mut entries: Vec<Entry> = Vec::new();
    for kind in kinds(web, actor) {
        // Those who ask find everything through the portal.
        if !kind.navigation || !staff {
            continue;
        }
        let group = GROUPS.iter().position(|(_, practices)| practices.contains(&kind.practice.as_str()));
        entries.push(Entry {
            group: group.unwrap_or(GROUPS.len() - 1),
            label: kind.label_plural.clone(),
            address: address::list(&kind),
            icon: Icon::named(&kind.icon),
        });
    }
    let place = |entry: &Entry| {
        let practices = GROUPS[entry.group].1;
        let kind = web.app().registry().kinds().iter().find(|kind| address::list(kind) == entry.address);
        kind.and_then(|kind| practices.iter().position(|practice| *practice == kind.practice))
            .unwrap_or(practices.len())
    };
    entries.sort_by_key(place);
    entries
}

/// The kinds of which somebody may read records.
pub(crate) fn kinds(web: &Web, actor: &Actor) -> Vec<Arc<Kind>> {
    web.app().readable_kinds(actor).into_iter().map(|(kind, _): (Arc<Kind>, Level)| kind).collect()
}

fn link<'a>(label: &'a str, address: &'a str, icon: Icon, current: &str) -> NavigationLink<'a> {
    NavigationLink { label, address, icon, count: None, counted_as: None, is_current: address == current }
}
