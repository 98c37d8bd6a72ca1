//! Fields of every type, empty, filled, wrong.

use maud::{Markup, html};

use super::{GERMAN, HOSTILE};
use crate::button::{Button, Look, Submit, link_button, submit};
use crate::field::{ChoiceOption, Control, Credential, Field, Picked, TableColumn, field, shown_field};
use crate::form::{ErrorSummary, Form, error_summary, field_row, folded_section, form, form_actions, form_section};
use crate::value::Shown;

pub(super) fn parts() -> Vec<(&'static str, Markup)> {
    vec![("Fields", all()), ("Fields with errors", wrong()), ("Read-only fields", read_only()), ("Form", whole())]
}

const CHOICES: &[ChoiceOption] = &[
    ChoiceOption { key: "fixed", label: "Fixed", depth: 0, is_inactive: false },
    ChoiceOption { key: "fixed_by_change", label: "Fixed by a change", depth: 1, is_inactive: false },
    ChoiceOption { key: "advice", label: "Advice given", depth: 0, is_inactive: false },
    ChoiceOption { key: "old", label: "Not offered any more", depth: 0, is_inactive: true },
];
const COLUMNS: &[TableColumn] = &[
    TableColumn { key: "item", label: "Item", is_required: true },
    TableColumn { key: "quantity", label: "Quantity", is_required: false },
    TableColumn { key: "price", label: "Price", is_required: false },
];

fn controls() -> Vec<(&'static str, &'static str, Control<'static>)> {
    let empty_row = || {
        vec![
            Control::Text { value: "", max_length: None },
            Control::Integer { value: "", min: Some(1), max: None },
            Control::Money { amount: "", currency: "EUR", currencies: &["EUR", "SEK"] },
        ]
    };
    vec![
        ("title", "Title", Control::Text { value: "Printer on floor 3 prints blank pages", max_length: Some(200) }),
        (
            "description",
            "Description",
            Control::Markdown { value: "\nSince this morning.\n\n- PCL6 driver\n- all users" },
        ),
        ("reopened", "Times reopened", Control::Integer { value: "2", min: Some(0), max: Some(99) }),
        ("factor", "Factor", Control::Decimal { value: "1.25" }),
        ("cost", "Cost", Control::Money { amount: "1204.50", currency: "SEK", currencies: &["EUR", "SEK", "USD"] }),
        ("major", "Major incident", Control::Boolean { value: true }),
        ("starts_on", "Starts on", Control::Date { value: "2026-03-12" }),
        ("due_at", "Due", Control::Moment { value: "2026-03-12T14:30", zone: "Europe/Stockholm" }),
        ("spent", "Time spent", Control::Duration { value: "1 h 15 min" }),
        ("resolution_code", "Resolution code", Control::Choice { value: "fixed_by_change", options: CHOICES }),
        (
            "requester",
            "Requester",
            Control::Reference {
                value: Some(Picked { value: "PER0000001", label: "Ada Okafor" }),
                source: "/suggest?kind=person",
                hint: "Name, login or number",
            },
        ),
        (
            "service",
            "Service",
            Control::Reference { value: None, source: "/suggest?kind=service", hint: "Name or number" },
        ),
        (
            "items",
            "Configuration items",
            Control::References {
                values: &[
                    Picked { value: "CI0000010", label: "prt-se-gbg-0301" },
                    Picked { value: "CI0000011", label: "" },
                ],
                source: "/suggest?kind=configuration_item",
                hint: "Add an item",
            },
        ),
        ("page", "Status page", Control::Url { value: "https://status.example.org" }),
        ("mail", "Mail", Control::Mail { value: "ada@example.org" }),
        ("phone", "Telephone", Control::Phone { value: "+46 31 123 45 67" }),
        (
            "positions",
            "Positions",
            Control::Table {
                columns: COLUMNS,
                rows: vec![vec![
                    Control::Text { value: "Dock", max_length: None },
                    Control::Integer { value: "2", min: Some(1), max: None },
                    Control::Money { amount: "180", currency: "EUR", currencies: &["EUR", "SEK"] },
                ]],
                empty: empty_row(),
            },
        ),
        ("password", "Password", Control::Secret { is_set: true }),
        ("code", "Code from your app", Control::Credential { value: "", kind: Credential::Code }),
    ]
}

fn all() -> Markup {
    html! {
        div.form {
            @for (name, label, control) in controls() {
                (field(&Field { name, scope: "all-", label, help: "What it is good for, in one sentence.", is_required: name == "title", ..Field::default() }, &control))
            }
        }
    }
}

fn wrong() -> Markup {
    let errors = [format!("{GERMAN} is not a value"), HOSTILE.to_owned()];
    html! {
        div.form {
            (error_summary(&ErrorSummary { title: "Two fields need attention", errors: &[("bad-title".into(), "Title: say what is wrong".into()), (String::new(), HOSTILE.into())] }))
            @for (name, label, control) in controls() {
                (field(&Field { name, scope: "bad-", label, help: "", is_required: true, errors: &errors[..1], ..Field::default() }, &control))
            }
            (field(&Field { name: "hostile", scope: "bad-", label: HOSTILE, help: HOSTILE, errors: &errors, ..Field::default() }, &Control::Text { value: HOSTILE, max_length: None }))
            (field(&Field { name: "hostile-area", scope: "bad-", label: GERMAN, ..Field::default() }, &Control::Markdown { value: "</textarea><script>alert(1)</script>" }))
        }
    }
}

fn read_only() -> Markup {
    html! {
        div.form {
            (shown_field("Opened", &Shown::Text("12 March 2026, 14:02"), "Set when it was created"))
            (shown_field("Resolution", &Shown::Nothing, ""))
        }
    }
}

fn whole() -> Markup {
    let text = Control::Text { value: "", max_length: None };
    form(
        &Form { action: "/incidents", csrf_token: "token", revision: Some(3), ..Form::default() },
        html! {
            (form_section("Incident", "What happened, in the requester's words.", field(&Field { name: "title", scope: "form-", label: "Title", is_required: true, ..Field::default() }, &text)))
            (form_section("Priority", "", field_row(html! {
                (field(&Field { name: "impact", scope: "form-", label: "Impact", ..Field::default() }, &Control::Choice { value: "", options: CHOICES }))
                (field(&Field { name: "urgency", scope: "form-", label: "Urgency", is_required: true, ..Field::default() }, &Control::Choice { value: "", options: CHOICES }))
            })))
            (folded_section("Related", false, field(&Field { name: "problem", scope: "form-", label: "Problem", ..Field::default() }, &text)))
            (form_actions(html! {
                (submit(&Button { label: "Create incident", look: Look::Main, ..Button::default() }, &Submit::default()))
                (link_button(&Button { label: "Cancel", ..Button::default() }, "/incidents"))
            }))
        },
    )
}
