//! Configuration items with a name of their own, from the table, with what belongs to their class.

use std::collections::BTreeSet;

use serde_json::{Map, Value as Json, json};
use steward_model::event::Door;
use steward_model::moment::Moment;

use crate::calendar::{Calendar, moved};
use crate::chance::Chance;
use crate::script::{By, Deed, Script, go};
use crate::table::{Row, cell, rows};

/// Classes below `hardware`, which have a maker and a serial number.
const HARDWARE: [&str; 13] = [
    "rack",
    "ups",
    "power_distribution_unit",
    "storage_array",
    "tape_library",
    "server",
    "firewall",
    "router",
    "switch",
    "load_balancer",
    "wireless_access_point",
    "printer",
    "telephony_device",
];

/// Writes the steps; gives how many items there are.
pub(crate) fn write(script: &mut Script, calendar: &Calendar, seed: u64, at: Moment) -> anyhow::Result<usize> {
    let mut chance = Chance::new(seed, "items");
    let table = rows(include_str!("../data/items.md"));
    let mut waiting: Vec<&Row> = table.iter().collect();
    let mut made: BTreeSet<&str> = BTreeSet::new();
    let total = waiting.len();
    while !waiting.is_empty() {
        let (ready, later): (Vec<&Row>, Vec<&Row>) =
            waiting.iter().partition(|row| links(row).iter().all(|(_, target)| made.contains(*target)));
        anyhow::ensure!(!ready.is_empty(), "items stand on each other in a circle, or on one that is not there");
        for row in ready {
            made.insert(cell(row, "name"));
            write_item(script, row, calendar, &mut chance, at);
        }
        waiting = later;
    }
    Ok(total)
}

/// Who reads items in from the network.
pub(crate) fn discovery() -> By {
    By { who: "luis".to_owned(), door: Door::Import }
}

/// Puts an item in use.
pub(crate) fn put_in_use(script: &mut Script, handle: &str, since: &str, at: Moment) {
    script.add_at_once(at, discovery(), handle, go("put_in_use", json!({ "in_use_since": since })));
}

fn links(row: &Row) -> Vec<(&str, &str)> {
    cell(row, "links").split(';').filter_map(|link| link.trim().split_once(' ')).collect()
}

fn write_item(script: &mut Script, row: &Row, calendar: &Calendar, chance: &mut Chance, at: Moment) {
    let name = cell(row, "name");
    let class = cell(row, "class");
    let since = moved(calendar.day(0), -chance.between(200, 1500));
    let mut fields = Map::new();
    let mut set = |key: &str, value: Json| fields.insert(key.to_owned(), value);
    set("name", json!(name));
    set("class", json!(class));
    set("criticality", json!(cell(row, "criticality")));
    set("environment", json!(if name.contains("test") { "test" } else { "production" }));
    for (key, kind) in [("service", "service"), ("place", "place"), ("team", "team")] {
        let value = cell(row, key);
        let field = match key {
            "place" => "location",
            "team" => "support_team",
            other => other,
        };
        if !value.is_empty() {
            set(field, json!(format!("@{kind}:{value}")));
        }
    }
    set("managed_by", json!(format!("@team:{}", cell(row, "team"))));
    set("source", json!(if HARDWARE.contains(&class) { "Inventory" } else { "Discovery" }));
    set("last_seen_at", json!(calendar.before_now(chance.between(20, 400)).to_string()));
    set("certified_by", json!("@person:luis"));
    set("certified_on", json!(moved(calendar.day(0), -chance.between(5, 80)).to_string()));
    for (key, value) in of_class(class, name, cell(row, "product"), calendar, chance) {
        set(key, value);
    }
    for (link, target) in links(row) {
        let field = match (link, class) {
            ("hosted_in", class) if target.starts_with("Rack") && class != "rack" => "in_rack",
            ("runs_on", "virtual_machine" | "hypervisor" | "container_cluster" | "container_workload") => "runs_on",
            ("installed_on", _) => "installed_on",
            _ => continue,
        };
        set(field, json!(format!("@item:{target}")));
    }
    let links = links(row).iter().map(|(link, target)| ((*link).to_owned(), format!("item:{target}"))).collect();
    let handle = format!("item:{name}");
    let create = Deed::Create { kind: "configuration_item", company: "nwe".to_owned(), fields: fields.into(), links };
    script.add_at_once(at, discovery(), &handle, create);
    put_in_use(script, &handle, &since.to_string(), at.plus_seconds(3600));
}

/// Fields that only items of this class have.
fn of_class(
    class: &str,
    name: &str,
    product: &str,
    calendar: &Calendar,
    chance: &mut Chance,
) -> Vec<(&'static str, Json)> {
    let mut fields = Vec::new();
    if HARDWARE.contains(&class) {
        let (maker, model) = product.split_once(' ').unwrap_or((product, ""));
        let bought = chance.between(300, 1600);
        fields.push(("manufacturer", json!(maker)));
        fields.push(("model", json!(model)));
        fields.push(("serial_number", json!(serial(chance))));
        fields.push(("purchased_on", json!(moved(calendar.day(0), -bought).to_string())));
        fields.push(("warranty_until", json!(moved(calendar.day(0), 1825 - bought).to_string())));
    }
    let address = format!(
        "10.{}.{}.{}",
        if name.contains("lei") { 20 } else { 10 },
        chance.between(1, 9),
        chance.between(2, 250)
    );
    match class {
        "rack" => fields.push(("height_units", json!(42))),
        "server" => fields.extend([
            ("server_cpu", json!("2 × Intel Xeon Gold 6338")),
            ("server_cores", json!(64)),
            ("server_memory_gb", json!(512)),
            ("management_address", json!(address)),
            ("host_name", json!(format!("{name}.northwind.example"))),
        ]),
        "storage_array" => fields.extend([
            ("capacity_tb", json!("76.8")),
            ("used_tb", json!(format!("{}.{}", chance.between(38, 61), chance.between(0, 9)))),
            ("raid_level", json!("RAID-DP")),
            ("management_address", json!(address)),
        ]),
        "ups" => fields.extend([("rated_va", json!(40_000)), ("run_time", json!("PT18M"))]),
        "power_distribution_unit" => fields.push(("outlets", json!(24))),
        "hypervisor" => fields.push(("hypervisor_product", json!(product))),
        "virtual_machine" => fields.extend([
            ("virtual_cpus", json!(chance.between(2, 16))),
            ("virtual_memory_gb", json!(chance.between(2, 16) * 4)),
            ("virtual_disk_gb", json!(chance.between(2, 40) * 20)),
            ("operating_system", json!(chance.text(&["Debian 12", "Debian 12", "Ubuntu 24.04 LTS", "Rocky Linux 9"]))),
            ("host_name", json!(format!("{name}.northwind.example"))),
            ("management_address", json!(address)),
        ]),
        "container_cluster" => fields.extend([("node_count", json!(6)), ("orchestrator", json!("Kubernetes 1.31"))]),
        "container_workload" => fields
            .extend([("image", json!(format!("registry.northwind.example/{name}:3.12.0"))), ("replicas", json!(3))]),
        "database" => fields.extend([
            ("database_product", json!(product)),
            ("database_size_gb", json!(chance.between(20, 900))),
            ("backup_schedule", json!("Daily 22:00, log every 15 minutes")),
        ]),
        "database_server" | "web_server" => {
            let (vendor, version) = product.rsplit_once(' ').unwrap_or((product, ""));
            fields.push(("vendor", json!(vendor)));
            fields.push(("version", json!(version)));
            fields.push(("port", json!(if class == "web_server" { 443 } else { 5432 })));
        }
        "application" | "web_application" | "interface" => {
            fields.extend([("product", json!(product)), ("hosting", json!("on_premises"))]);
            fields.push(("data_class", json!(chance.text(&["internal", "confidential"]))));
        }
        "software_service" | "cloud_account" | "cloud_instance" | "cloud_storage" => {
            fields.push(("cloud_provider", json!(product)));
        }
        "firewall" | "router" | "switch" | "load_balancer" => fields.extend([
            ("port_count", json!(if class == "switch" { 48 } else { 12 })),
            ("firmware", json!(format!("{}.{}.{}", chance.between(6, 23), chance.between(0, 9), chance.between(0, 9)))),
            ("management_address", json!(address)),
        ]),
        "circuit" => fields.extend([
            ("provider", json!(product)),
            ("circuit_number", json!(format!("{}-{}", chance.between(100, 999), chance.between(10_000, 99_999)))),
            ("bandwidth_mbps", json!(if name.contains("sip") { 20 } else { 1000 })),
        ]),
        "domain_name" => fields.extend([
            ("registrar", json!("INWX")),
            ("registered_until", json!(moved(calendar.day(0), chance.between(60, 700)).to_string())),
        ]),
        "certificate" => fields.extend([
            ("common_name", json!(name.trim_start_matches("Certificate "))),
            ("issuer", json!("Let's Encrypt R11")),
            ("valid_from", json!(moved(calendar.day(0), -60).to_string())),
            ("valid_until", json!(moved(calendar.day(0), chance.between(9, 30)).to_string())),
        ]),
        "document" => fields.push(("review_on", json!(moved(calendar.day(0), chance.between(10, 200)).to_string()))),
        _ => {}
    }
    fields
}

/// A serial number.
pub(crate) fn serial(chance: &mut Chance) -> String {
    const LETTERS: [&str; 20] =
        ["A", "B", "C", "D", "F", "G", "H", "J", "K", "L", "M", "N", "P", "Q", "R", "S", "T", "V", "X", "Z"];
    let mut out = String::new();
    for _ in 0..3 {
        out.push_str(chance.text(&LETTERS));
        out.push_str(&chance.between(10, 99).to_string());
    }
    out
}
