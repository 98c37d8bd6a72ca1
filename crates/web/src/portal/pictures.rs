//! Pictures and prices of things on offer.

use serde_json::Value as Json;
use steward_app::view::RecordView;
use steward_model::kind::Kind;
use steward_model::record::Record;
use steward_ui::icon::Icon;
use steward_words::{t, t_with};

use crate::values::text::text;

/// The picture that a record's field `icon` names.
pub(super) fn picture(record: &Record) -> Icon {
    match record.text("icon") {
        "" => Icon::ShoppingCart,
        key => Icon::named(&key.replace('_', "-")),
    }
}

/// A value of an item in words; empty when it has none.
pub(super) fn words(kind: &Kind, record: &Record, key: &str) -> String {
    match (kind.field(key), record.field(key)) {
        (Some(field), Some(value)) => text(field, value),
        _ => String::new(),
    }
}

/// What an item costs and how long it takes, for its card.
pub(super) fn terms(view: &RecordView) -> String {
    let once = price(view, "price");
    let monthly = price(view, "recurring_price").map(|price| t_with("portal-a-month", &[("price", (&price).into())]));
    let days = delivery(&view.record);
    [once, monthly, days].into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

/// A price that is not zero, in words.
pub(super) fn price(view: &RecordView, key: &str) -> Option<String> {
    let amount = view.record.field(key)?.get("amount").and_then(Json::as_i64)?;
    (amount != 0).then(|| words(&view.kind, &view.record, key))
}

/// How long delivery takes, in words.
pub(super) fn delivery(record: &Record) -> Option<String> {
    Some(match record.field("delivery_days").and_then(Json::as_i64)? {
        0 => t("portal-same-day").to_owned(),
        days => t_with("portal-working-days", &[("count", days.into())]),
    })
}
