//! A small catalogue over the fixture's two customers.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};
use steward_app::view::RecordView;

use crate::boxed;
use crate::fixture::Fixture;

/// The order form of the item `laptop`.
pub const LAPTOP: &str = r#"
[[question]]
key = "work"
type = "choice"
label = "What do you do with it?"
choices = ["office", "development"]
required = true

[[question]]
key = "memory"
type = "integer"
label = "Memory in GB"
min = 16
max = 64
show_when = 'work == "development"'
required_when = 'work == "development"'

[[question]]
key = "extras"
type = "multiple_choice"
label = "Anything with it?"
choices = ["dock", "bag"]

[[question]]
key = "device"
type = "reference"
target = "configuration_item"
label = "Which device does it replace?"
limit = 'used_by == me'

[[question]]
key = "from_when"
type = "date"
label = "From when?"
valid_when = 'from_when >= today'
message = "must not lie in the past"
"#;

impl Fixture {
    /// Items of the catalogue by a word: `laptop` for everybody, asking for approval by `am`; `of_a` for A and those below;
    /// `vip`, `team` (HR), `place` (a location that nobody has), `draft`, `foreign` (of B, naming nobody).
    #[boxed]
    pub async fn catalogue(&self) -> BTreeMap<&'static str, RecordView> {
        let server = &self.server;
        let category = server.make("catalogue_category", self.provider, json!({ "name": "Things" })).await;
        let place = server.make("location", self.a, json!({ "name": "Annex" })).await;
        let id = |id: steward_model::id::RecordId| id.to_string();
        let table: [(&'static str, steward_model::id::RecordId, Json); 7] = [
            (
                "laptop",
                self.provider,
                json!({
                    "form": LAPTOP,
                    "price": { "amount": "1200.00", "currency": "EUR" },
                    "max_quantity": 3,
                    "delivery_days": 5,
                    "keywords": "notebook",
                }),
            ),
            (
                "of_a",
                self.provider,
                json!({
                    "entitled_organisations": [id(self.a)],
                    "approval": "named",
                    "approvers": [id(self.people["am"]), id(self.people["a1"])],
                }),
            ),
            ("vip", self.provider, json!({ "offered_to": "vip" })),
            (
                "team",
                self.provider,
                json!({ "entitled_teams": [id(self.hr)], "entitled_people": [id(self.people["a2"])] }),
            ),
            ("place", self.provider, json!({ "entitled_locations": [id(place.record.id)] })),
            ("draft", self.provider, json!({})),
            ("foreign", self.b, json!({})),
        ];
        let mut items = BTreeMap::new();
        for (word, organisation, more) in table {
            let mut fields = json!({
                "name": format!("Item {word}"),
                "short_description": "A thing",
                "category": id(category.record.id),
                "team": id(self.desk),
            });
            let (Some(fields_map), Json::Object(more)) = (fields.as_object_mut(), more) else { panic!("objects") };
            fields_map.extend(more);
            let mut item = server.make("catalogue_item", organisation, fields).await;
            if word != "draft" {
                item = server.transition(&item, "publish", json!({})).await;
            }
            items.insert(word, item);
        }
        items
    }
}
