//! The frame around every page of somebody signed in: navigation by what they may use.

use maud::Markup;
use std::sync::Arc;
use steward_model::access::Actor;
use steward_model::kind::{Kind, Level};
use steward_ui::icon::Icon;
use steward_ui::page::Page;
use steward_ui::shell::{
    Account, Create, InboxLink, NavigationGroup, NavigationLink, RunningTimer, Search, Shell, shell,
};
use steward_words::t;

use crate::Web;
use crate::address;
use crate::configuration;
use crate::inbox;
use crate::inspector;
use crate::live;
use crate::operations;
use crate::outbox;
use crate::portal;
use crate::settings;
use crate::time;
use crate::visitor::Visitor;
use crate::withheld;

/// Headings of the navigation, with the practices under each; all others stand under the last.
const GROUPS: [(&str, &[&str]); 4] = [
    ("group-work", &["approval", "incident", "request", "problem", "change", "release", "task"]),
    ("group-services", &["service", "configuration", "outage", "operations", "knowledge"]),
    ("group-organisation", &["organisation"]),
    ("more", &[]),
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
            (t(label), own.map(|entry| link(&entry.label, &entry.address, entry.icon, place.current)).collect())
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
    let records: Vec<String> =
        visitor.pinned_records.iter().map(|one| address::record(&one.kind, &one.label.number)).collect();
    let records = visitor
        .pinned_records
        .iter()
        .zip(&records)
        .map(|(one, address)| link(&one.label.label, address, Icon::named(&one.kind.icon), place.current));
    let at_hand: Vec<NavigationLink<'_>> = pinned.iter().cloned().chain(records).collect();
    let mut groups = groups;
    if !at_hand.is_empty() {
        groups.insert(0, (t("group-pinned"), at_hand));
    }
    let groups: Vec<NavigationGroup<'_>> =
        groups.iter().map(|(label, links)| NavigationGroup { label, links }).collect();
    let home = if actor.is_staff() { (t("my-work"), Icon::ListCheck) } else { (t("home"), Icon::Home) };
    let current = match place.current {
        portal::HOME if !actor.is_staff() => "/",
        current => current,
    };
    let mut links = vec![link(home.0, "/", home.1, current)];
    let mut foot = vec![link(t("help"), "/help", Icon::Help, place.current)];
    if actor.is_staff() {
        let in_portal = place.current.starts_with(portal::HOME);
        let shown = if in_portal { portal::HOME } else { place.current };
        foot.insert(0, link(t("portal"), portal::HOME, Icon::User, shown));
    } else {
        links.extend(portal::WAYS.map(|(label, address, icon)| link(t(label), address, icon, current)));
    }
    if visitor.keeps_configuration {
        foot.insert(0, link(t("configuration-title"), configuration::ADDRESS, Icon::History, place.current));
    }
    if web.app().may_inspect_people(actor) {
        foot.insert(0, link(t("access-title"), inspector::ADDRESS, Icon::ShieldLock, place.current));
    }
    let absences = web.app().registry().kind("absence").filter(|kind| web.app().creatable_level(actor, kind).is_some());
    let absences =
        absences.map(|kind| (kind.label_plural.as_str(), format!("{}?view=all&sort=-from_on", address::list(kind))));
    let mut account = vec![
        link(t("settings"), settings::ADDRESS, Icon::Settings, place.current),
        link(t("account"), "/account", Icon::Key, place.current),
    ];
    if let Some((label, address)) = &absences {
        account.push(link(label, address, Icon::Calendar, place.current));
    }
    let create = place.kind.filter(|kind| web.app().creatable_level(actor, kind).is_some());
    let create = create.or_else(|| {
        let incident = web.app().registry().kind("incident")?;
        web.app().creatable_level(actor, incident).map(|_| incident.as_ref())
    });
    let create = create.map(|kind| match (actor.is_staff(), kind.key.as_str()) {
        (false, "incident") => (t("portal-report").to_owned(), portal::REPORT.to_owned()),
        _ => (crate::naming::new_record(kind), address::new(kind)),
    });
    let detail = actor.assignments.iter().map(|held| &held.role).max_by_key(|role| role.rank);
    let title = if place.title.is_empty() { t("steward").to_owned() } else { format!("{} · Steward", place.title) };
    let unread = visitor.unread.filter(|unread| *unread > 0).map(inbox::told).unwrap_or_default();
    let viewer = actor.person.to_string();
    let live = live::address(visitor.journal);
    let document = Page {
        title: &title,
        theme: visitor.preferences.theme,
        density: visitor.preferences.density,
        keys: visitor.preferences.keys,
        csrf_token: Some(&visitor.csrf_token),
        live: Some(&live),
        viewer: Some(&viewer),
    };
    let timer_address =
        visitor.timer.as_ref().map(|timer| address::record(&timer.kind, &timer.label.number)).unwrap_or_default();
    let timer_stop = format!("{timer_address}/worklogs");
    let timer_since = visitor.timer.as_ref().map(|timer| steward_words::duration(timer.seconds)).unwrap_or_default();
    let parts = Shell {
        name: t("steward"),
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
        timer: visitor.timer.as_ref().map(|timer| RunningTimer {
            number: &timer.label.number,
            title: &timer.label.label,
            address: &timer_address,
            stop: &timer_stop,
            since: &timer_since,
        }),
        person: Some(Account {
            name: &actor.label,
            detail: detail
                .map_or("", |role| web.app().registry().word(steward_words::language().code(), "role", &role.label)),
            links: &account,
            sign_out: "/sign-out",
            theme: Some("/account/theme"),
            csrf_token: &visitor.csrf_token,
        }),
        viewing: None,
    };
    crate::viewing::with_bar(|viewing| shell(&document, &Shell { viewing, ..parts }, main))
}

struct Entry {
    group: usize,
    /// Place of its practice within the group.
    place: usize,
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
        let within = |practices: &[&str]| practices.iter().position(|practice| *practice == kind.practice);
        let found = GROUPS.iter().enumerate().find_map(|(group, (_, practices))| Some((group, within(practices)?)));
        let (group, place) = found.unwrap_or((GROUPS.len() - 1, 0));
        entries.push(Entry {
            group,
            place,
            label: kind.label_plural.clone(),
            address: address::list(&kind),
            icon: Icon::named(&kind.icon),
        });
    }
    if staff && let Some(place) = GROUPS[0].1.iter().position(|practice| *practice == "change") {
        let (label, address) = (t("operations-calendar").to_owned(), operations::ADDRESS.to_owned());
        entries.push(Entry { group: 0, place, label, address, icon: Icon::Calendar });
    }
    if staff {
        let (label, address) = (t("time-title").to_owned(), time::sheet::ADDRESS.to_owned());
        entries.push(Entry { group: 0, place: usize::MAX, label, address, icon: Icon::Clock });
    }
    if staff && web.app().keeps_outbox(actor) {
        let (label, address) = (t("outbox").to_owned(), outbox::ADDRESS.to_owned());
        entries.push(Entry { group: GROUPS.len() - 1, place: 0, label, address, icon: Icon::Mail });
    }
    if staff && web.app().scans_files() && web.app().keeps_files(actor) {
        let (label, address) = (t("withheld-files").to_owned(), withheld::ADDRESS.to_owned());
        entries.push(Entry { group: GROUPS.len() - 1, place: 0, label, address, icon: Icon::ShieldLock });
    }
    entries.sort_by_key(|entry| entry.place);
    entries
}

/// The kinds of which somebody may read records.
pub(crate) fn kinds(web: &Web, actor: &Actor) -> Vec<Arc<Kind>> {
    web.app().readable_kinds(actor).into_iter().map(|(kind, _): (Arc<Kind>, Level)| kind).collect()
}

fn link<'a>(label: &'a str, address: &'a str, icon: Icon, current: &str) -> NavigationLink<'a> {
    NavigationLink { label, address, icon, count: None, counted_as: None, is_current: address == current }
}
