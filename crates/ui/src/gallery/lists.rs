//! Lists, filters, bulk actions, pages, search results.

use maud::{Markup, html};

use super::{GERMAN, HOSTILE, LONG_NAME};
use crate::badge::{Category, Priority, badge, state};
use crate::board::{Board, Card, Column as BoardColumn, Move, board};
use crate::bulk::{Fate, Figure, Reason, fates, progress, reasons, tally};
use crate::button::{Button, Submit, submit};
use crate::filter::{Chip, FilterLine, filter_line};
use crate::icon::Icon;
use crate::list::{BulkBar, Column, ColumnRole, GroupHeading, List, Pager, Row, Sort, bulk_bar, list, pager};
use crate::menu::{MenuButton, menu};
use crate::person::Person;
use crate::results::{Found, results};
use crate::time::Time;
use crate::tone::Tone;
use crate::value::Shown;

pub(super) fn parts() -> Vec<(&'static str, Markup)> {
    vec![
        ("Filter line", filters()),
        ("List", sample_list()),
        ("Bulk bar", bulk()),
        ("Bulk edit", bulk_edit()),
        ("Board", sample_board()),
        ("Pager", pages()),
        ("Search results", found()),
    ]
}

fn filters() -> Markup {
    filter_line(
        &FilterLine {
            action: "/incidents",
            query: "",
            hint: "Search in incidents",
            keep: &[("view", "open"), ("sort", "-updated_at")],
            chips: &[
                Chip { label: "Priority", relation: "is", value: "Critical or High", remove: "/incidents?a=1&b=2" },
                Chip { label: "Requester", relation: "is not", value: LONG_NAME, remove: "/incidents" },
            ],
            clear: Some("/incidents"),
        },
        menu("", MenuButton::IconLabel(Icon::Filter, "Filter"), &[]),
        html! { "Differs from “Open”" },
    )
}

const COLUMNS: &[Column] = &[
    Column { label: "Number", role: ColumnRole::Number, sort: Sort::Offered("/incidents?sort=number"), edits: None },
    Column { label: "Title", role: ColumnRole::Title, sort: Sort::No, edits: None },
    Column { label: "State", role: ColumnRole::Mark, sort: Sort::No, edits: None },
    Column {
        label: "Priority",
        role: ColumnRole::Mark,
        sort: Sort::Descending("/incidents?sort=priority"),
        edits: Some("priority"),
    },
    Column { label: "Assignee", role: ColumnRole::Person, sort: Sort::No, edits: Some("priority") },
    Column { label: "Team", role: ColumnRole::Text, sort: Sort::No, edits: Some("priority") },
    Column { label: "Due", role: ColumnRole::Figure, sort: Sort::Ascending("/incidents?sort=-due"), edits: None },
];

fn sample_list() -> Markup {
    let moment =
        |shown| Time { machine: "2026-03-12T13:02:00Z", shown, exact: "12 March 2026, 14:02 CET", is_relative: false };
    let row = |record, title, state, priority, name, due| Row {
        record,
        address: "/incidents/INC0000042",
        title,
        marks: None,
        cells: vec![
            Shown::RecordNumber("INC0000042"),
            Shown::Nothing,
            state,
            priority,
            Shown::Person(Person { name, address: None }),
            Shown::Text("Network"),
            due,
        ],
        is_unread: false,
        heading: None,
    };
    let rows = [
        Row {
            heading: Some(GroupHeading { shown: html! { "Network" }, count: "2" }),
            is_unread: true,
            marks: Some(badge("Major", Tone::Danger, None)),
            ..row(
                "1",
                "Printer on floor 3 prints blank pages",
                Shown::State(Category::New, "New"),
                Shown::Priority(Priority::Critical, "Critical"),
                "Ada Okafor",
                Shown::Due(moment("2 h late"), Tone::Danger),
            )
        },
        row(
            "2",
            GERMAN,
            Shown::State(Category::Waiting, "On hold"),
            Shown::Priority(Priority::High, "High"),
            LONG_NAME,
            Shown::Due(moment("in 25 min"), Tone::Warning),
        ),
        row(
            "3",
            HOSTILE,
            Shown::State(Category::Done, "Resolved"),
            Shown::Nothing,
            HOSTILE,
            Shown::Time(moment("3 d")),
        ),
    ];
    list(&List {
        name: "Incidents",
        live_kind: Some("incident"),
        live_source: Some("/incidents?part=list"),
        columns: COLUMNS,
        rows: &rows,
        selection_form: Some("bulk"),
    })
}

fn bulk() -> Markup {
    bulk_bar(
        &BulkBar {
            form: "bulk",
            action: "/incidents/bulk-edits/new",
            keep: &[("view", "open")],
            all: Some(("2,314", 2314)),
        },
        submit(
            &Button { label: "Watch", ..Button::default() },
            &Submit { name: Some("action"), value: Some("watch"), ..Submit::default() },
        ),
    )
}

fn bulk_edit() -> Markup {
    let figure = |label, count| Figure { label, count, is_none: count == "0" };
    let fate = |outcome, tone, reason| Fate {
        number: "INC0000042",
        title: GERMAN,
        address: Some("/incidents/INC0000042"),
        outcome,
        tone,
        reason,
    };
    html! {
        (tally(&[figure("changed", "2,310"), figure("already so", "0"), figure("refused", "4")]))
        (progress("Records done", 1200, 2314))
        (reasons(&[Reason {
            count: "4",
            text: "You may not change it",
            examples: vec![("INC0000042", "/incidents/INC0000042"), ("INC0000043", "/incidents/INC0000043")],
        }]))
        (fates(&[
            fate("Changed", Tone::Success, ""),
            fate("Refused", Tone::Danger, HOSTILE),
            Fate { title: "A record that you may not see", outcome: "Changed", tone: Tone::Success, ..Fate::default() },
        ]))
    }
}

fn sample_board() -> Markup {
    let ways = [
        Move {
            label: "Start work → In progress",
            to: "active",
            form: "/incidents/INC0000042/transitions/start",
            direct: Some("/incidents/INC0000042/transitions/start"),
            value: None,
        },
        Move {
            label: "Resolve → Resolved",
            to: "done",
            form: "/incidents/INC0000042/transitions/resolve",
            direct: None,
            value: None,
        },
    ];
    let card = |record, title, moves: &[Move<'static>]| Card {
        record,
        address: "/incidents/INC0000042",
        title,
        number: "INC0000042",
        marks: vec![
            Shown::Priority(Priority::High, "High"),
            Shown::Person(Person { name: LONG_NAME, address: None }),
            Shown::Nothing,
        ],
        moves: moves.to_vec(),
    };
    let column = |key, label, category, count, limit: Option<&'static str>, cards| BoardColumn {
        key,
        label,
        head: state(category, label),
        count,
        limit,
        is_over: limit.is_some(),
        cards,
        more: limit.map(|_| "/incidents"),
    };
    board(&Board {
        name: "Incidents",
        live_kind: Some("incident"),
        live_source: Some("/incidents/board?part=board"),
        columns: &[
            column("new", "New", Category::New, "2", None, vec![card("1", GERMAN, &ways), card("2", HOSTILE, &[])]),
            column("active", "In progress", Category::Active, "7", Some("5"), vec![card("3", "Printer", &ways)]),
            column("done", "Resolved", Category::Done, "0", None, vec![]),
        ],
    })
}

fn pages() -> Markup {
    pager(&Pager {
        range: "51–100 of 2,314",
        first: Some("/incidents"),
        previous: Some("/incidents?before=x"),
        next: Some("/incidents?after=y"),
    })
}

fn found() -> Markup {
    results(&[
        Found {
            icon: Icon::AlertCircle,
            kind: "Incident",
            number: "INC0000042",
            title: html! { mark { "Printer" } " on floor 3 prints blank pages" },
            excerpt: Some(html! { "… the " mark { "printer" } " was restarted twice …" }),
            address: "/incidents/INC0000042",
            facts: vec![Shown::State(Category::Active, "In progress"), Shown::Muted("3 h ago")],
        },
        Found {
            icon: Icon::Book,
            kind: "Article",
            number: "KNO0000007",
            title: html! { (GERMAN) },
            excerpt: None,
            address: "/knowledge/KNO0000007",
            facts: vec![],
        },
    ])
}
