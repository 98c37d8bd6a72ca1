//! An item of the catalogue: what one gets, and the order.
//!
//! The questions answer to each other. With scripts each change asks the server which are asked now; without, a button
//! does. Either way the order itself is checked as a whole by the use case.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde_json::{Value, json};
use steward_app::catalogue::{ANSWERS, AnsweredForm, Offer, Order};
use steward_app::error::Error;
use steward_app::list::ListRequest;
use steward_app::records::Origin;
use steward_model::command::Input;
use steward_model::event::Door;
use steward_model::form::Stray;
use steward_ui::button::{Button, Look, Submit, submit};
use steward_ui::field::{Control, Field as Frame, Picked, field as draw_field};
use steward_ui::form::{ErrorSummary, Form as FormParts, error_summary, form, form_actions, form_section};
use steward_ui::icon::Icon;
use steward_ui::portal::{PortalHead, portal_facts, portal_head};
use steward_words::{refusal, t, t_with};

use super::pictures::{delivery, picture, price};
use super::questions::{self, Wrong};
use super::{CATALOGUE, item_address, page, record_address};
use crate::Web;
use crate::error::WebError;
use crate::files::Segments;
use crate::form::{Form, Posted, Query};
use crate::kind_form::sentence;
use crate::markdown;
use crate::visitor::Visitor;

/// Choices at once.
const CHOICES: usize = 12;

/// What was typed beside the questions.
#[derive(Default)]
struct Beside {
    quantity: String,
    requested_for: String,
    needed_by: String,
    note: String,
    once: String,
    revision: Option<i64>,
}

impl Beside {
    fn read(form: &Form) -> Self {
        let text = |name: &str| form.text(name).unwrap_or_default().to_owned();
        Self {
            quantity: text("order_quantity"),
            requested_for: text("order_requested_for"),
            needed_by: text("order_needed_by"),
            note: form.text("order_note").unwrap_or_default().replace("\r\n", "\n"),
            once: text("order_once"),
            revision: form.text("revision").and_then(|text| text.parse().ok()),
        }
    }
}

pub(crate) async fn item(
    State(web): State<Web>,
    Segments(name): Segments<String>,
    visitor: Visitor,
    Query(query): Query,
) -> Result<Response, WebError> {
    // Links may answer some of the questions: `/portal/items/CAT0000003?model=pro`.
    let offer = web.app().offer(visitor.actor(), &name).await?;
    let typed = questions::read(&offer.form, &query, &visitor.preferences.zone);
    let answered = web.app().answer_form(visitor.actor(), &offer.form, &typed, Stray::Dropped).await?;
    let shown =
        Shown { offer: &offer, answered: &answered, typed: &typed, beside: &Beside::default(), wrong: &Wrong::new() };
    let others = sees_others(&web, &visitor).await?;
    Ok(page(&web, &visitor, offer.view.record.text("name"), CATALOGUE, shown.whole(&visitor, others)).into_response())
}

pub(crate) async fn order(
    State(web): State<Web>,
    Segments(name): Segments<String>,
    posted: Posted,
) -> Result<Response, WebError> {
    let Posted { visitor, form } = posted;
    let offer = web.app().offer(visitor.actor(), &name).await?;
    let typed = questions::read(&offer.form, &form, &visitor.preferences.zone);
    let beside = Beside::read(&form);
    let mut wrong = Wrong::new();
    if form.get("do") == Some("order") {
        match place(&web, &visitor, &offer, &typed, &beside).await? {
            Ok(number) => return Ok(led(&visitor, &format!("{}?ordered=1", record_address(&number)))),
            Err(faults) => wrong = faults,
        }
    }
    let answered = web.app().answer_form(visitor.actor(), &offer.form, &typed, Stray::Dropped).await?;
    let shown = Shown { offer: &offer, answered: &answered, typed: &typed, beside: &beside, wrong: &wrong };
    let status = if wrong.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let answer = if visitor.partial {
        shown.questions(&visitor)
    } else {
        let others = sees_others(&web, &visitor).await?;
        page(&web, &visitor, offer.view.record.text("name"), CATALOGUE, shown.whole(&visitor, others))
    };
    Ok((status, answer).into_response())
}

/// Orders, or says what is wrong by field.
async fn place(
    web: &Web,
    visitor: &Visitor,
    offer: &Offer,
    typed: &Input,
    beside: &Beside,
) -> Result<Result<String, Wrong>, WebError> {
    let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let quantity = match beside.quantity.as_str() {
        "" => None,
        // What is no number is no quantity either.
        text => Some(text.parse().unwrap_or(0)),
    };
    let order = Order {
        answers: typed.clone(),
        quantity,
        requested_for: some(&beside.requested_for),
        needed_by: some(&beside.needed_by),
        cost_centre: None,
        note: some(&beside.note),
        revision: beside.revision,
        drops_stray: true,
    };
    let mut origin = Origin::door(Door::Page);
    let is_key = beside.once.len() <= 64 && beside.once.bytes().all(|byte| byte.is_ascii_graphic());
    origin.idempotency_key = some(&beside.once).filter(|_| is_key);
    match web.app().order(visitor.actor(), &offer.view.record.number, &order, &origin).await {
        Ok(view) => Ok(Ok(view.record.number)),
        Err(Error::Invalid(errors)) => {
            let mut wrong: Wrong = BTreeMap::new();
            for error in errors {
                let key = match error.field.strip_prefix(ANSWERS) {
                    Some(question) => question.to_owned(),
                    None => format!("order_{}", error.field),
                };
                wrong.entry(key).or_default().push(sentence(&refusal(&error.message)));
            }
            Ok(Err(wrong))
        }
        Err(error) => Err(error.into()),
    }
}

/// Leads on: a script loads the page anew, without scripts the browser goes there.
fn led(visitor: &Visitor, address: &str) -> Response {
    match (visitor.partial, axum::http::HeaderValue::from_str(address)) {
        (true, Ok(value)) => ([("hx-redirect", value)], "").into_response(),
        _ => Redirect::to(address).into_response(),
    }
}

/// Whether somebody sees other people, whom they could order for.
async fn sees_others(web: &Web, visitor: &Visitor) -> Result<bool, Error> {
    let Some(kind) = web.app().registry().kind("person").cloned() else { return Ok(false) };
    if web.app().readable_level(visitor.actor(), &kind).is_none() {
        return Ok(false);
    }
    let request = ListRequest { filter: Some("id != me".to_owned()), ..ListRequest::default() };
    Ok(web.app().count_list(visitor.actor(), &kind, &request, 1).await? > 0)
}

/// An item's page on its way to markup.
struct Shown<'a> {
    offer: &'a Offer,
    answered: &'a AnsweredForm,
    typed: &'a Input,
    beside: &'a Beside,
    wrong: &'a Wrong,
}

impl Shown<'_> {
    fn whole(&self, visitor: &Visitor, others: bool) -> Markup {
        let record = &self.offer.view.record;
        let address = item_address(&record.number);
        let description = record.text("description");
        html! {
            (portal_head(&PortalHead {
                back: Some((t("portal-catalogue"), CATALOGUE)),
                icon: Some(picture(record)),
                title: record.text("name"),
                text: record.text("short_description"),
            }, html! {}))
            div.portal-columns {
                div.portal-columns__main {
                    @if !description.is_empty() { div.article { (markdown::render(description)) } }
                    (self.form(visitor, &address, others))
                }
                aside.portal-side aria-label=(t("portal-terms")) { (self.facts()) }
            }
        }
    }

    fn form(&self, visitor: &Visitor, address: &str, others: bool) -> Markup {
        let record = &self.offer.view.record;
        let parts = FormParts {
            action: address,
            csrf_token: &visitor.csrf_token,
            revision: u64::try_from(record.revision).ok(),
            ..FormParts::default()
        };
        let once = match self.beside.once.as_str() {
            "" => format!("order-{:032x}", rand::random::<u128>()),
            once => once.to_owned(),
        };
        let conditional = self.offer.form.sections.iter().any(|section| {
            section.show_when.is_some()
                || section.questions.iter().any(|question| {
                    question.show_when.is_some()
                        || matches!(question.field.required, steward_model::kind::Requirement::When(_))
                })
        });
        html! {
            (form(&parts, html! {
                (self.summary())
                input type="hidden" name="order_once" value=(once);
                (self.questions(visitor))
                (self.beside(others))
                (form_actions(html! {
                    (submit(&Button { label: t("portal-do-order"), icon: Some(Icon::ShoppingCart), look: Look::Main, ..Button::default() }, &Submit { name: Some("do"), value: Some("order"), ..Submit::default() }))
                    @if conditional {
                        noscript {
                            (submit(&Button { label: t("continue"), ..Button::default() }, &Submit { name: Some("do"), value: Some("continue"), ..Submit::default() }))
                            p.portal-barred { (t("portal-continue-text")) }
                        }
                    }
                }))
            }))
        }
    }

    /// The questions, which ask the server anew with each change of an answer.
    fn questions(&self, visitor: &Visitor) -> Markup {
        let number = &self.offer.view.record.number;
        let address = item_address(number);
        let source = format!("{address}/choices");
        let zone = &visitor.preferences.zone;
        html! {
            div #questions.portal-fields hx-post=(address) hx-sync="this:replace" hx-trigger="change" hx-include="closest form" hx-target="this" hx-swap="outerMorph" aria-live="off" {
                (questions::draw(&self.offer.form, self.answered, self.typed, self.wrong, (&source, zone)))
            }
        }
    }

    /// What is asked with every order.
    fn beside(&self, others: bool) -> Markup {
        let record = &self.offer.view.record;
        let most = record.field("max_quantity").and_then(Value::as_i64).unwrap_or(1);
        let for_others = others && record.field("for_others") == Some(&Value::Bool(true));
        let errors = |name: &str| self.wrong.get(name).map(Vec::as_slice).unwrap_or_default();
        let frame = |name, label, help| Frame { name, label, help, errors: errors(name), ..Frame::default() };
        let quantity = if self.beside.quantity.is_empty() { "1" } else { &self.beside.quantity };
        let whom = &self.beside.requested_for;
        form_section(
            t("portal-your-order"),
            "",
            html! {
                @if most > 1 {
                    (draw_field(&frame("order_quantity", t("portal-how-many"), ""), &Control::Integer { value: quantity, min: Some(1), max: Some(most) }))
                }
                @if for_others {
                    (draw_field(
                        &frame("order_requested_for", t("portal-for-whom"), t("portal-for-whom-help")),
                        &Control::Reference { value: (!whom.is_empty()).then_some(Picked { value: whom, label: "" }), source: "/pick?kind=person", hint: t("portal-name") },
                    ))
                }
                (draw_field(&frame("order_needed_by", t("portal-needed-by"), t("portal-needed-by-help")), &Control::Date { value: &self.beside.needed_by }))
                (draw_field(&frame("order_note", t("portal-anything-else"), ""), &Control::Markdown { value: &self.beside.note }))
            },
        )
    }

    fn summary(&self) -> Markup {
        if self.wrong.is_empty() {
            return html! {};
        }
        let label = |key: &str| match key {
            "order_quantity" => t("portal-fault-how-many").to_owned(),
            "order_requested_for" => t("portal-fault-for-whom").to_owned(),
            "order_needed_by" => t("portal-needed-by").to_owned(),
            "order_note" => t("portal-fault-anything-else").to_owned(),
            "order_revision" => t("portal-fault-form").to_owned(),
            key => self.offer.form.question(key).map_or_else(|| key.to_owned(), |one| one.field.label.clone()),
        };
        let lines: Vec<(String, String)> = self
            .wrong
            .iter()
            .flat_map(|(key, messages)| messages.iter().map(move |message| (key, message)))
            .map(|(key, message)| {
                let id = if key == "order_revision" { String::new() } else { key.clone() };
                (id, t_with("portal-fault", &[("question", (&label(key)).into()), ("fault", message.into())]))
            })
            .collect();
        let title = if lines.len() == 1 { t("one-fault") } else { t("some-faults") };
        error_summary(&ErrorSummary { title, errors: &lines })
    }

    fn facts(&self) -> Markup {
        let view = &self.offer.view;
        let record = &view.record;
        let named = |key: &str| {
            let label = record.reference(key).and_then(|id| view.labels.get(&id))?;
            Some(html! { (label.label) })
        };
        let approval = match record.text("approval") {
            "manager" => t("portal-approval-manager"),
            "named" => t("yes"),
            _ => t("portal-approval-none"),
        };
        let once = price(view, "price");
        let monthly = price(view, "recurring_price");
        let free = once.is_none() && monthly.is_none();
        let facts: Vec<(&str, Option<Markup>)> = vec![
            (
                t("portal-price"),
                once.map(|price| html! { (price) }).or_else(|| free.then(|| html! { (t("portal-no-charge")) })),
            ),
            (t("portal-each-month"), monthly.map(|price| html! { (price) })),
            (t("portal-delivery"), delivery(record).map(|words| html! { (words) })),
            (t("portal-approval"), Some(html! { (approval) })),
            (t("portal-service"), named("service")),
        ];
        let facts: Vec<(&str, Markup)> = facts.into_iter().filter_map(|(label, value)| Some((label, value?))).collect();
        portal_facts(&facts)
    }
}

/// Records that a question can be answered with.
pub(crate) async fn choices(
    State(web): State<Web>,
    Segments(name): Segments<String>,
    visitor: Visitor,
    Query(query): Query,
) -> Result<Response, WebError> {
    let asked = (query.text("q").unwrap_or_default(), CHOICES);
    let key = query.text("question").unwrap_or_default();
    let found = web.app().answers_to_choose(visitor.actor(), &name, key, asked).await?;
    let choices: Vec<Value> = found
        .iter()
        .map(|view| {
            let label = steward_app::view::label_of(&view.kind, &view.record);
            json!({ "value": label.number, "label": label.label, "detail": label.number })
        })
        .collect();
    Ok(Json(choices).into_response())
}
