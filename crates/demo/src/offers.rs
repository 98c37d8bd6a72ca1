//! The service catalogue, and orders that were placed with its forms.

use anyhow::Context;
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};
use steward_model::event::Door;
use steward_model::moment::Moment;

use crate::calendar::{Calendar, moved};
use crate::script::{Deed, Script, go, go_saying, page, say, steward};
use crate::world::World;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Category {
    key: String,
    name: String,
    description: String,
    icon: String,
    order: i64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Item {
    key: String,
    category: String,
    name: String,
    short: String,
    icon: String,
    #[serde(default)]
    keywords: String,
    #[serde(default)]
    description: String,
    service: String,
    offering: Option<String>,
    team: String,
    price: Option<String>,
    monthly: Option<String>,
    days: i64,
    max: Option<i64>,
    approval: Option<String>,
    #[serde(default)]
    approvers: Vec<String>,
    offered_to: Option<String>,
    #[serde(default)]
    organisations: Vec<String>,
    #[serde(default)]
    teams: Vec<String>,
    #[serde(default)]
    locations: Vec<String>,
    #[serde(default)]
    form: String,
    state: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Order {
    item: String,
    by: String,
    hours: i64,
    until: String,
    quantity: Option<i64>,
    #[serde(default)]
    answers: Map<String, Json>,
    note: Option<String>,
    stage: Option<String>,
    done: Option<String>,
    why_not: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Offers {
    category: Vec<Category>,
    item: Vec<Item>,
    order: Vec<Order>,
}

/// Writes categories and items from `start` on, and the orders of the last weeks.
pub(crate) fn write(script: &mut Script, world: &World, calendar: &Calendar, start: Moment) -> anyhow::Result<()> {
    let offers: Offers = toml::from_str(include_str!("../data/offers.toml")).context("offers.toml")?;
    for category in &offers.category {
        let fields = json!({
            "name": category.name,
            "description": category.description,
            "icon": category.icon,
            "order": category.order,
        });
        let record = format!("category:{}", category.key);
        script.add(start, steward(Door::System), &record, new("catalogue_category", fields));
    }
    for (place, item) in offers.item.iter().enumerate() {
        items(script, item, place, start.plus_seconds(60));
    }
    for (place, order) in offers.order.iter().enumerate() {
        let item = offers.item.iter().find(|item| item.key == order.item).context("an order names an item")?;
        play(script, world, calendar, (place, order), item)?;
    }
    Ok(())
}

fn new(kind: &'static str, fields: Json) -> Deed {
    Deed::Create { kind, company: "nwe".to_owned(), fields, links: Vec::new() }
}

fn items(script: &mut Script, item: &Item, place: usize, at: Moment) {
    let named = |sort: &str, keys: &[String]| -> Json { keys.iter().map(|key| format!("@{sort}:{key}")).collect() };
    let euros = |amount: &Option<String>| amount.as_ref().map(|amount| json!({ "amount": amount, "currency": "EUR" }));
    let fields = json!({
        "name": item.name,
        "short_description": item.short,
        "description": item.description.trim(),
        "icon": item.icon,
        "category": format!("@category:{}", item.category),
        "keywords": item.keywords,
        "order": (place + 1) * 10,
        "service": format!("@service:{}", item.service),
        "service_offering": item.offering.as_ref().map(|name| format!("@offering:{name}")),
        "price": euros(&item.price),
        "recurring_price": euros(&item.monthly),
        "delivery_days": item.days,
        "max_quantity": item.max.unwrap_or(1),
        "team": format!("@team:{}", item.team),
        "approval": item.approval.as_deref().unwrap_or("none"),
        "approvers": named("person", &item.approvers),
        "offered_to": item.offered_to.as_deref().unwrap_or("everybody"),
        "entitled_organisations": named("org", &item.organisations),
        "entitled_teams": named("team", &item.teams),
        "entitled_locations": named("place", &item.locations),
        "form": item.form,
    });
    let record = format!("offer:{}", item.key);
    script.add(at, page("luis"), &record, new("catalogue_item", fields));
    if item.state.as_deref() != Some("draft") {
        script.add(at.plus_seconds(30), page("ada"), &record, go("publish", json!({})));
    }
}

fn play(
    script: &mut Script,
    world: &World,
    calendar: &Calendar,
    (place, order): (usize, &Order),
    item: &Item,
) -> anyhow::Result<()> {
    let record = format!("order:{place}");
    let at = calendar.before_now(order.hours * 60);
    let answers = order.answers.iter().map(|(key, value)| (key.clone(), dated(value, calendar, at)));
    let deed = Deed::Order {
        item: format!("offer:{}", item.key),
        answers: answers.collect(),
        quantity: order.quantity,
        note: order.note.clone(),
    };
    let person = world.person(&order.by)?;
    script.add(at, page(&person.login), &record, deed);
    let approval = item.approval.as_deref().unwrap_or("none");
    if matches!(order.until.as_str(), "submitted" | "awaiting_approval") {
        return Ok(());
    }
    if order.until == "cancelled" {
        let fields = json!({ "cancel_reason": "The event was put off." });
        script.add(calendar.after(at, 400), page(&person.login), &record, go("cancel", fields));
        return Ok(());
    }
    let mut at = calendar.after(at, 150);
    if approval != "none" {
        let approver = match (approval, item.approvers.first()) {
            ("named", Some(first)) if *first != person.login => first.clone(),
            ("named", _) => item.approvers.get(1).cloned().context("somebody else approves")?,
            _ => crate::foundation::manager(world, person).context("a manager approves")?.to_owned(),
        };
        if order.until == "rejected" {
            let fields = json!({ "rejection_reason": order.why_not.as_deref().unwrap_or("Not now.") });
            script.add(at, page(&approver), &record, go("reject", fields));
            return Ok(());
        }
        script.add(at, page(&approver), &record, go("approve", json!({})));
        at = calendar.after(at, 60);
    }
    let worker = world.teams.iter().find(|team| team.key == item.team).map(|team| team.lead.clone());
    let worker = worker.context("a team delivers")?;
    let promised = moved(calendar.date(at), item.days + 2).to_string();
    let fields = json!({ "assignee": format!("@person:{worker}"), "promised_on": promised });
    script.add(at, page(&worker), &record, go("start", fields));
    let words = format!("Hello {}, I take care of this. You will hear from me when it is ready.", person.given);
    script.add(at.plus_seconds(90), page(&worker), &record, say(words));
    if let Some(stage) = &order.stage {
        script.add(at.plus_seconds(200), page(&worker), &record, Deed::Update(json!({ "stage": stage })));
    }
    if order.until == "waiting" {
        let words = "The large model is out of stock; the next delivery is announced for next week.".to_owned();
        let fields = json!({ "waiting_reason": "awaiting_stock" });
        script.add(calendar.after(at, 200), page(&worker), &record, go_saying("wait", fields, words));
    }
    if matches!(order.until.as_str(), "in_fulfilment" | "waiting") {
        return Ok(());
    }
    let at = calendar.after(at, 600);
    let fields = json!({ "fulfilment_notes": order.done.as_deref().unwrap_or("Delivered.") });
    script.add(at, page(&worker), &record, go("fulfil", fields));
    if order.until == "closed" {
        let fields = json!({ "receipt_confirmed": true, "satisfaction": 5 });
        script.add(calendar.after(at, 240), page(&person.login), &record, go("close", fields));
    }
    Ok(())
}

/// A value with `+14` as the day a fortnight after the order.
fn dated(value: &Json, calendar: &Calendar, at: Moment) -> Json {
    let days = value.as_str().and_then(|text| text.strip_prefix('+')).and_then(|days| days.parse::<i64>().ok());
    match days {
        Some(days) => Json::from(moved(calendar.date(at), days).to_string()),
        None => value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use steward_model::form::Form;
    use steward_model::kind::Registry;

    use super::*;

    #[test]
    fn every_form_can_be_used_and_orders_name_their_questions() {
        let registry = Registry::load(&steward_practices::sources()).unwrap();
        let offers: Offers = toml::from_str(include_str!("../data/offers.toml")).unwrap();
        for item in &offers.item {
            let form = Form::parse(&item.form, &registry);
            let form = form.unwrap_or_else(|errors| panic!("{}: {errors:?}", item.key));
            for order in offers.order.iter().filter(|order| order.item == item.key) {
                for key in order.answers.keys() {
                    assert!(form.question(key).is_some(), "{} asks nothing named {key}", item.key);
                }
            }
        }
        assert!(offers.item.len() > 20 && offers.category.len() > 5);
    }
}
