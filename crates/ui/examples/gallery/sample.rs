//! What all sample pages share: navigation, people, moments.

use steward_ui::icon::Icon;
use steward_ui::page::Page;
use steward_ui::shell::{Account, Create, InboxLink, NavigationGroup, NavigationLink, Search, Shell};
use steward_ui::time::Time;

/// People of the sample organisation.
pub(crate) const PEOPLE: &[&str] = &[
    "Ada Okafor",
    "Jan van der Berg",
    "Mei Lin",
    "Sofia Rossi",
    "Tomás Ferreira",
    "Yuki Tanaka",
    "Lars Håkansson",
    "Maximiliane-Charlotte von Hohenstein-Wittgenbach",
    "Priya Raghunathan",
    "Wojciech Szczęsny",
];

pub(crate) fn page(title: &str) -> Page<'_> {
    Page {
        title,
        keys: Default::default(),
        csrf_token: Some("token"),
        viewer: Some("sample"),
        live: option_env!("GALLERY_LIVE"),
        ..Page::default()
    }
}

pub(crate) fn moment(shown: &str) -> Time<'_> {
    Time { machine: "2026-03-12T13:02:00Z", shown, exact: "12 March 2026, 14:02 CET", is_relative: false }
}

const fn link(
    label: &'static str,
    address: &'static str,
    icon: Icon,
    count: Option<&'static str>,
) -> NavigationLink<'static> {
    NavigationLink { label, address, icon, count, counted_as: None, is_current: false }
}

const MINE: &[NavigationLink] = &[
    link("Inbox", "/inbox", Icon::Inbox, Some("4")),
    link("My work", "/work", Icon::CircleCheck, Some("17")),
    link("Approvals", "/approvals", Icon::Checks, Some("2")),
];
const PRACTICES: &[NavigationLink] = &[
    NavigationLink { is_current: true, ..link("Incidents", "/incidents.html", Icon::AlertCircle, Some("2,314")) },
    link("Service requests", "/service-requests", Icon::ShoppingBag, Some("861")),
    link("Problems", "/problems", Icon::Bug, Some("38")),
    link("Changes", "/changes", Icon::ArrowsExchange, Some("112")),
    link("Configuration items", "/configuration-items", Icon::Server2, None),
    link("Knowledge", "/knowledge", Icon::Book, None),
    link("Suppliers and contracts", "/suppliers", Icon::HeartHandshake, None),
];
const VIEWS: &[NavigationLink] = &[
    link("Network, unassigned", "/v/1", Icon::Bookmark, Some("9")),
    link("Breaching today", "/v/2", Icon::Bookmark, Some("3")),
    link("Gothenburg office", "/v/3", Icon::Bookmark, None),
];
const FOOT: &[NavigationLink] =
    &[link("Reports", "/reports", Icon::ChartBar, None), link("Settings", "/settings", Icon::Settings, None)];
const ACCOUNT: &[NavigationLink] =
    &[link("Profile", "/profile", Icon::User, None), link("Help", "/help", Icon::Help, None)];
const GROUPS: &[NavigationGroup] =
    &[NavigationGroup { label: "Practices", links: PRACTICES }, NavigationGroup { label: "Pinned", links: VIEWS }];

pub(crate) fn shell(query: &str) -> Shell<'_> {
    Shell {
        name: "Nordhamn AB",
        home: "/",
        search: Search { address: "/search", value: query, source: Some("/suggest?kind=any") },
        create: Some(Create { label: "New incident", address: "/incident-new.html" }),
        inbox: Some(InboxLink { address: "/inbox", unread: "4", source: "/inbox/count", is_current: false }),
        links: MINE,
        groups: GROUPS,
        counts: None,
        foot: FOOT,
        viewing: None,
        timer: None,
        person: Some(Account {
            name: "Mei Lin",
            detail: "Service desk · Nordhamn AB",
            links: ACCOUNT,
            sign_out: "/sign-out",
            theme: Some("/preferences"),
            csrf_token: "token",
        }),
    }
}
