//! A list of incidents, full and empty, and one that failed.

use maud::{Markup, html};
use steward_ui::badge::{Category, Priority, badge};
use steward_ui::button::{Button, Look, Submit, link_button, submit};
use steward_ui::filter::{Chip, FilterLine, filter_line};
use steward_ui::header::{Header, header};
use steward_ui::icon::Icon;
use steward_ui::list::{BulkBar, Column, ColumnRole, List, Pager, Row, Sort, bulk_bar, list, pager};
use steward_ui::menu::{MenuAction, MenuButton, MenuItem, menu};
use steward_ui::message::{Empty, Failure, empty, failure};
use steward_ui::partial::Partial;
use steward_ui::person::Person;
use steward_ui::shell::shell;
use steward_ui::tabs::Tab;
use steward_ui::tone::Tone;
use steward_ui::value::Shown;

use crate::sample::{self, PEOPLE, moment};

const TITLES: &[&str] = &[
    "Printer on floor 3 prints blank pages",
    "VPN drops every few minutes from home",
    "Cannot open shared mailbox of Finance",
    "Laptop does not wake from sleep after update",
    "SAP posting period closed, cannot book invoices",
    "Badge reader at gate 4 refuses all cards",
    "Teams calls have no sound on docking station",
    "Wi-Fi in meeting room Skagen very slow",
    "New starter has no access to project drive",
    "Payroll export stops with error 0x80070057",
    "Rechtsschutzversicherungsgesellschaften: Datenübertragungsschnittstelle fehlgeschlagen",
    "Phishing mail reported by three colleagues in Purchasing",
    "Customer portal shows certificate warning",
    "Backup of file server failed two nights in a row",
    "Monitor flickers when crane 2 is running",
    "Label printer in warehouse B prints old address",
    "Outlook search finds nothing older than a month",
];
const TEAMS: &[&str] = &["Network", "Workplace", "Business applications", "Identity", "Warehouse systems and scanners"];
const STATES: &[(Category, &str)] = &[
    (Category::New, "New"),
    (Category::Active, "In progress"),
    (Category::Active, "In progress"),
    (Category::Waiting, "On hold"),
    (Category::New, "New"),
    (Category::Done, "Resolved"),
];
const PRIORITIES: &[(Priority, &str)] = &[
    (Priority::Moderate, "Moderate"),
    (Priority::High, "High"),
    (Priority::Moderate, "Moderate"),
    (Priority::Low, "Low"),
    (Priority::Moderate, "Moderate"),
];
const COLUMNS: &[Column] = &[
    Column {
        label: "Number",
        role: ColumnRole::Number,
        sort: Sort::Offered("/incidents.html?sort=number"),
        edits: None,
    },
    Column { label: "Title", role: ColumnRole::Title, sort: Sort::No, edits: None },
    Column { label: "State", role: ColumnRole::Mark, sort: Sort::No, edits: None },
    Column {
        label: "Priority",
        role: ColumnRole::Mark,
        sort: Sort::Descending("/incidents.html?sort=priority"),
        edits: None,
    },
    Column { label: "Team", role: ColumnRole::Text, sort: Sort::No, edits: None },
    Column { label: "Assignee", role: ColumnRole::Person, sort: Sort::No, edits: None },
    Column { label: "Due", role: ColumnRole::Figure, sort: Sort::No, edits: None },
    Column {
        label: "Updated",
        role: ColumnRole::Figure,
        sort: Sort::Offered("/incidents.html?sort=updated"),
        edits: None,
    },
];

fn rows() -> Vec<(String, String, usize)> {
    (0..50).map(|index| (format!("INC{:07}", 4821 - index * 3), format!("rec-{index}"), index)).collect()
}

fn row<'a>(number: &'a str, record: &'a str, index: usize) -> Row<'a> {
    let (category, state) = STATES[index * 7 % STATES.len()];
    let (priority, word) =
        if index < 2 { (Priority::Critical, "Critical") } else { PRIORITIES[index * 3 % PRIORITIES.len()] };
    let due = match (category, index % 9) {
        (Category::Done, _) => Shown::Due(moment("met"), Tone::Success),
        (_, 0) => Shown::Due(moment("2 h late"), Tone::Danger),
        (_, 3) => Shown::Due(moment("25 min"), Tone::Warning),
        (_, 5) => Shown::Nothing,
        _ => Shown::Due(moment("2 d"), Tone::Neutral),
    };
    Row {
        record,
        address: "/incident.html",
        title: TITLES[index % TITLES.len()],
        marks: (index == 0).then(|| badge("Major", Tone::Danger, None)),
        cells: vec![
            Shown::RecordNumber(number),
            Shown::Nothing,
            Shown::State(category, state),
            Shown::Priority(priority, word),
            Shown::Text(TEAMS[index * 3 % TEAMS.len()]),
            if index % 4 == 1 {
                Shown::Nothing
            } else {
                Shown::Person(Person { name: PEOPLE[index * 3 % PEOPLE.len()], address: None })
            },
            due,
            Shown::Time(moment(["2 min", "1 h", "4 h", "1 d", "12 Mar"][index % 5])),
        ],
        heading: None,
        is_unread: index % 11 == 1,
    }
}

fn tabs() -> [Tab<'static>; 4] {
    let tab = |label, count, is_current| Tab { label, address: "/incidents.html", count, is_current };
    [
        tab("Open", Some("2,314"), true),
        tab("Assigned to me", Some("12"), false),
        tab("Unassigned", Some("86"), false),
        tab("All", None, false),
    ]
}

fn head(detail: &str) -> Markup {
    header(
        &Header { title: "Incidents", detail, tabs: &tabs(), ..Header::default() },
        html! {
            (menu("", MenuButton::IconLabel(Icon::LayoutKanban, "View"), &items()))
            (link_button(&Button { label: "New incident", icon: Some(Icon::Plus), look: Look::Main, ..Button::default() }, "/incident-new.html"))
        },
    )
}

fn items() -> [MenuItem<'static>; 3] {
    let item = |label, icon, is_chosen| MenuItem {
        label,
        icon: Some(icon),
        action: MenuAction::Link { address: "/incidents.html", partial: Partial::NONE },
        is_danger: false,
        key: None,
        is_chosen,
    };
    [item("List", Icon::List, true), item("Board", Icon::LayoutKanban, false), item("Calendar", Icon::Calendar, false)]
}

pub(crate) fn page() -> Markup {
    let names = rows();
    let rows: Vec<Row> = names.iter().map(|(number, record, index)| row(number, record, *index)).collect();
    let line = FilterLine {
        action: "/incidents.html",
        hint: "Search in incidents",
        chips: &[
            Chip { label: "State", relation: "is not", value: "Closed", remove: "/incidents.html" },
            Chip { label: "Organisation", relation: "is", value: "Nordhamn AB", remove: "/incidents.html" },
        ],
        clear: Some("/incidents.html"),
        ..FilterLine::default()
    };
    shell(
        &sample::page("Incidents · Steward"),
        &sample::shell(""),
        html! {
            (head("2,314 open"))
            (filter_line(&line, html! { (menu("", MenuButton::IconLabel(Icon::Filter, "Filter"), &items())) }, html! {
                (menu("", MenuButton::IconLabel(Icon::ArrowsSort, "Sort"), &items())) (menu("", MenuButton::IconLabel(Icon::Columns, "Columns"), &items()))
            }))
            (list(&List { name: "Incidents", live_kind: Some("incident"), live_source: Some("/incidents.html"), columns: COLUMNS, rows: &rows, selection_form: Some("bulk") }))
            (pager(&Pager { range: "1–50 of 2,314", first: None, previous: None, next: Some("/incidents.html?after=x") }))
            (bulk_bar(&BulkBar { form: "bulk", action: "/incidents/bulk-edits/new", ..BulkBar::default() }, html! {
                (submit(&Button { label: "Assign to me", ..Button::default() }, &Submit { name: Some("do"), value: Some("assign"), ..Submit::default() }))
                (menu("", MenuButton::Label("Move to"), &items()))
            }))
        },
    )
}

pub(crate) fn empty_page() -> Markup {
    shell(
        &sample::page("Incidents · Steward"),
        &sample::shell(""),
        html! {
            (head("none open"))
            (empty(&Empty { icon: Icon::AlertCircle, title: "No open incidents", text: "When something is interrupted or worse than it should be, it is recorded here and followed until it works again." },
                link_button(&Button { label: "New incident", icon: Some(Icon::Plus), look: Look::Main, ..Button::default() }, "/incident-new.html")))
        },
    )
}

pub(crate) fn failure_page() -> Markup {
    shell(
        &sample::page("Something failed · Steward"),
        &sample::shell(""),
        failure(
            &Failure {
                title: "This page could not be shown",
                safe: "Nothing was changed, and nothing you entered was lost.",
                advice: "Try again; if it happens again, tell your administrator the number below.",
                request_id: Some("01JQ7R3S8ZKX4M"),
            },
            html! {
                (link_button(&Button { label: "Try again", look: Look::Main, ..Button::default() }, "/failure.html"))
                (link_button(&Button { label: "To my work", ..Button::default() }, "/"))
            },
        ),
    )
}
