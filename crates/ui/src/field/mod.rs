//! Fields of forms: label, control, help and errors, for every type of value.
//!
//! What a control sends, by type (`N` is the field's name):
//!
//! - most types: `N`, once. Numbers and dates in machine form, a moment as `2026-03-01T14:30` in the reader's zone.
//! - boolean: `N=false`, then `N=true` when ticked; the last one counts.
//! - money: `N` with the amount and `N.currency`.
//! - reference: `N` with a value of its source when chosen, else what was typed (number, login, name).
//! - references: `N` once for each; also what was typed, with commas between. Always one empty `N` first.
//! - table: `N.0.C`, `N.1.C`, … for column `C`; rows of empty cells are to be dropped, and numbers may be missing.
//! - secret: `N`, empty when it shall stay as it is.

mod choice;
mod picker;
mod simple;
mod table;

use maud::{Markup, html};
use steward_words::t;

pub use self::choice::ChoiceOption;
pub use self::picker::Picked;
pub use self::simple::Credential;
pub use self::table::TableColumn;
use crate::icon::{Icon, icon};

/// What all fields have around their control.
#[derive(Debug, Clone, Copy, Default)]
pub struct Field<'a> {
    /// Name under which it is sent.
    pub name: &'a str,
    /// Put before the name in ids, when several forms of a page have this field.
    pub scope: &'a str,
    /// Label.
    pub label: &'a str,
    /// Help under the control; may be empty.
    pub help: &'a str,
    /// Whether it must not be empty.
    pub is_required: bool,
    /// Whether the cursor stands in it when the form appears.
    pub is_first: bool,
    /// What is wrong with it.
    pub errors: &'a [String],
}

/// The control of a field, by type of value. All values are as the control sends them.
#[derive(Debug, Clone)]
pub enum Control<'a> {
    /// One line of text.
    Text {
        /// Value.
        value: &'a str,
        /// Longest value in characters.
        max_length: Option<usize>,
    },
    /// Markdown, in a text area that grows.
    Markdown {
        /// Value.
        value: &'a str,
    },
    /// Whole number.
    Integer {
        /// Value.
        value: &'a str,
        /// Smallest.
        min: Option<i64>,
        /// Largest.
        max: Option<i64>,
    },
    /// Decimal number.
    Decimal {
        /// Value.
        value: &'a str,
    },
    /// Amount of money.
    Money {
        /// Amount.
        amount: &'a str,
        /// Code of the currency.
        currency: &'a str,
        /// Codes on offer.
        currencies: &'a [&'a str],
    },
    /// Yes or no. The label stands beside the box.
    Boolean {
        /// Value.
        value: bool,
    },
    /// Day, `YYYY-MM-DD`.
    Date {
        /// Value.
        value: &'a str,
    },
    /// Instant, `YYYY-MM-DDTHH:MM` in the reader's zone.
    Moment {
        /// Value.
        value: &'a str,
        /// The reader's zone, shown beside: `Europe/Stockholm`.
        zone: &'a str,
    },
    /// Length of time, typed as `1 h 30 min`.
    Duration {
        /// Value.
        value: &'a str,
    },
    /// One of a list or tree.
    Choice {
        /// Key of the choice; empty for none.
        value: &'a str,
        /// What is on offer, parents before their children.
        options: &'a [ChoiceOption<'a>],
    },
    /// One record.
    Select {
        /// Key of the chosen one.
        value: &'a str,
        /// What there is.
        options: &'a [ChoiceOption<'a>],
    },
    /// One record.
    Reference {
        /// The record, or what was typed.
        value: Option<Picked<'a>>,
        /// Address that answers suggestions; takes `q`.
        source: &'a str,
        /// Said in the empty control: `Name or number`.
        hint: &'a str,
    },
    /// Any number of records.
    References {
        /// The records.
        values: &'a [Picked<'a>],
        /// Address that answers suggestions; takes `q`.
        source: &'a str,
        /// Said in the empty control.
        hint: &'a str,
    },
    /// Web address.
    Url {
        /// Value.
        value: &'a str,
    },
    /// Mail address.
    Mail {
        /// Value.
        value: &'a str,
    },
    /// Telephone number.
    Phone {
        /// Value.
        value: &'a str,
    },
    /// Rows of fields.
    Table {
        /// The columns.
        columns: &'a [TableColumn<'a>],
        /// The rows there are: one control for each column.
        rows: Vec<Vec<Control<'a>>>,
        /// Controls of an empty row.
        empty: Vec<Control<'a>>,
    },
    /// What one signs in with.
    Credential {
        /// Value; never a password.
        value: &'a str,
        /// Which.
        kind: Credential,
    },
    /// Text that is never shown.
    Secret {
        /// Whether there is one.
        is_set: bool,
    },
}

/// The ids of one control, and what it is described by.
#[derive(Debug, Clone)]
struct Wiring<'a> {
    name: &'a str,
    id: String,
    described: Option<String>,
    is_required: bool,
    is_first: bool,
    is_invalid: bool,
}

impl Field<'_> {
    /// Id of its control, for links from an error summary.
    pub fn id(&self) -> String {
        format!("{}{}", self.scope, self.name)
    }

    fn wiring(&self) -> Wiring<'_> {
        let id = self.id();
        let error = (!self.errors.is_empty()).then(|| format!("{id}-error"));
        let help = (!self.help.is_empty()).then(|| format!("{id}-help"));
        let described = [error, help].into_iter().flatten().collect::<Vec<_>>().join(" ");
        Wiring {
            name: self.name,
            id,
            described: (!described.is_empty()).then_some(described),
            is_required: self.is_required,
            is_first: self.is_first,
            is_invalid: !self.errors.is_empty(),
        }
    }
}

/// A field with its control.
pub fn field(field: &Field, control: &Control) -> Markup {
    let wiring = field.wiring();
    let group = matches!(control, Control::Table { .. });
    html! {
        div.field.{ "field--" (kind(control)) }."field--invalid"[wiring.is_invalid] role=[group.then_some("group")] aria-labelledby=[group.then(|| format!("{}-label", wiring.id))] {
            @if let Control::Boolean { value } = control {
                (simple::checkbox(&wiring, *value, field.label))
            } @else if group {
                span.field__label id={ (wiring.id) "-label" } { (label(field)) }
                (draw(&wiring, control))
            } @else {
                label.field__label for=(wiring.id) { (label(field)) }
                (draw(&wiring, control))
            }
            (notes(field, &wiring.id))
        }
    }
}

/// A value that may not be changed here, in the place and shape of a field.
pub fn shown_field(label: &str, value: &crate::value::Shown, help: &str) -> Markup {
    html! {
        div.field."field--shown" {
            span.field__label { (label) }
            div.field__value { (crate::value::shown(value)) }
            @if !help.is_empty() { p.field__help { (help) } }
        }
    }
}

fn label(field: &Field) -> Markup {
    html! { (field.label) @if field.is_required { " " span.field__required { (t("required")) } } }
}

fn notes(field: &Field, id: &str) -> Markup {
    html! {
        @if !field.errors.is_empty() {
            ul.field__errors id={ (id) "-error" } {
                @for error in field.errors { li { (icon(Icon::AlertCircle)) span { (error) } } }
            }
        }
        @if !field.help.is_empty() { p.field__help id={ (id) "-help" } { (field.help) } }
    }
}

fn kind(control: &Control) -> &'static str {
    match control {
        Control::Text { .. } => "text",
        Control::Markdown { .. } => "markdown",
        Control::Integer { .. } => "integer",
        Control::Decimal { .. } => "decimal",
        Control::Money { .. } => "money",
        Control::Boolean { .. } => "boolean",
        Control::Date { .. } => "date",
        Control::Moment { .. } => "moment",
        Control::Duration { .. } => "duration",
        Control::Choice { .. } | Control::Select { .. } => "choice",
        Control::Reference { .. } => "reference",
        Control::References { .. } => "references",
        Control::Url { .. } => "url",
        Control::Mail { .. } => "mail",
        Control::Phone { .. } => "phone",
        Control::Table { .. } => "table",
        Control::Credential { .. } => "credential",
        Control::Secret { .. } => "secret",
    }
}

/// The control alone, without label; also used in cells of tables.
fn draw(wiring: &Wiring, control: &Control) -> Markup {
    use simple::{Input, input};
    match control {
        Control::Text { value, max_length } => input(wiring, &Input { value, max_length: *max_length, ..Input::TEXT }),
        Control::Markdown { value } => simple::area(wiring, value),
        Control::Integer { value, min, max } => input(
            wiring,
            &Input {
                value,
                kind: "number",
                mode: Some("numeric"),
                step: Some("1"),
                min: *min,
                max: *max,
                ..Input::TEXT
            },
        ),
        Control::Decimal { value } => input(wiring, &Input { value, mode: Some("decimal"), ..Input::TEXT }),
        Control::Money { amount, currency, currencies } => simple::money(wiring, amount, currency, currencies),
        Control::Boolean { value } => simple::checkbox(wiring, *value, ""),
        Control::Date { value } => input(wiring, &Input { value, kind: "date", ..Input::TEXT }),
        Control::Moment { value, zone } => simple::moment(wiring, value, zone),
        Control::Duration { value } => input(wiring, &Input { value, hint: Some(t("duration-hint")), ..Input::TEXT }),
        Control::Choice { value, options } => choice::select(wiring, value, options, true),
        Control::Select { value, options } => choice::select(wiring, value, options, false),
        Control::Reference { value, source, hint } => picker::one(wiring, value.as_ref(), source, hint),
        Control::References { values, source, hint } => picker::many(wiring, values, source, hint),
        Control::Url { value } => {
            input(wiring, &Input { value, kind: "url", mode: Some("url"), hint: Some("https://"), ..Input::TEXT })
        }
        Control::Mail { value } => input(wiring, &Input { value, kind: "email", mode: Some("email"), ..Input::TEXT }),
        Control::Phone { value } => input(wiring, &Input { value, kind: "tel", mode: Some("tel"), ..Input::TEXT }),
        Control::Table { columns, rows, empty } => table::rows(wiring, columns, rows, empty),
        Control::Credential { value, kind } => simple::credential(wiring, value, *kind),
        Control::Secret { is_set } => simple::secret(wiring, *is_set),
    }
}
