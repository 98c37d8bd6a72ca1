//! Configuration items in number: laptops, telephones, tablets, monitors, printers, switches, access points, networks.

use serde_json::{Map, Value as Json, json};
use steward_model::moment::Moment;

use crate::calendar::{Calendar, moved};
use crate::chance::Chance;
use crate::items::{discovery, put_in_use, serial};
use crate::script::{Deed, Script, go};
use crate::world::{Device, Person, World};

/// All items together.
pub(crate) const ITEMS: usize = 300;

/// Site, key of the place of its network devices, company, number of access points, printers, access switches.
const SITES: [(&str, &str, &str, i64, i64, i64); 5] = [
    ("ber", "ber-dc", "nwe", 7, 5, 4),
    ("ham", "ham-1", "nwe", 3, 2, 2),
    ("lei", "lei-dc", "ngs", 3, 2, 2),
    ("dessau", "dessau", "ngs", 1, 1, 1),
    ("lyo", "lyo-w", "clm", 3, 2, 1),
];

struct Maker<'a> {
    script: &'a mut Script,
    calendar: &'a Calendar,
    chance: Chance,
    at: Moment,
    made: usize,
}

/// Writes the steps until there are [`ITEMS`] with the `named` ones; tells the world who has what.
pub(crate) fn write(script: &mut Script, world: &mut World, calendar: &Calendar, seed: u64, at: Moment, named: usize) {
    let chance = Chance::new(seed, "devices");
    let mut maker = Maker { script, calendar, chance, at, made: named };
    let mut devices = Vec::new();
    networks(&mut maker, &mut devices);
    field_devices(&mut maker, world, &mut devices);
    laptops(&mut maker, world, &mut devices);
    world.devices = devices;
}

fn networks(maker: &mut Maker<'_>, devices: &mut Vec<Device>) {
    for (place, (site, network, company, points, printers, switches)) in SITES.into_iter().enumerate() {
        let core = if matches!(site, "ber" | "lei") { format!("sw-{site}-core") } else { format!("sw-{site}-01") };
        let number = 10 + i64::try_from(place).unwrap_or(0) * 10;
        let vlan = format!("vlan-{site}-office");
        maker.item(&vlan, "vlan", company, network, "network", json!({ "vlan_number": number }), &[]);
        let prefix = json!({ "prefix": format!("10.{number}.0.0/21"), "gateway": format!("10.{number}.0.1") });
        maker.item(&format!("net-{site}-office"), "subnet", company, network, "network", prefix, &[("part_of", &vlan)]);
        for index in 1..=switches {
            let name = format!("sw-{site}-{index:02}");
            let fields =
                hardware("Aruba", "CX 6200F 48G", maker, json!({ "port_count": 48, "firmware": "10.13.1010" }));
            let links = if name == core { vec![] } else { vec![("connected_to", core.as_str())] };
            maker.item(&name, "switch", company, network, "network", fields, &links);
        }
        for index in 1..=points {
            let name = format!("ap-{site}-{index:02}");
            let floor = floor_of(site, index);
            let fields = hardware("Aruba", "AP-635", maker, json!({ "firmware": "10.4.1.3" }));
            let switch = format!("sw-{site}-{:02}", 1 + index % switches);
            maker.item(&name, "wireless_access_point", company, floor, "network", fields, &[("connected_to", &switch)]);
        }
        for index in 1..=printers {
            let name = format!("prn-{site}-{index:02}");
            let floor = floor_of(site, index);
            let fields = hardware("Ricoh", "IM C3010", maker, json!({ "colour": true, "paper_formats": "A4, A3" }));
            maker.item(&name, "printer", company, floor, "printing", fields, &[("depends_on", "Print queue")]);
            devices.push(Device { name, class: "printer", user: String::new(), place: floor.to_owned() });
        }
    }
}

fn floor_of(site: &str, index: i64) -> &'static str {
    let floors: &[&'static str] = match site {
        "ber" => &["ber-1", "ber-2", "ber-3", "ber-4", "ber-5"],
        "ham" => &["ham-1", "ham-2"],
        "lei" => &["lei-1", "lei-2"],
        "lyo" => &["lyo-1", "lyo-w"],
        _ => &["dessau"],
    };
    let place = usize::try_from(index - 1).unwrap_or(0) % floors.len();
    floors[place]
}

fn field_devices(maker: &mut Maker<'_>, world: &World, devices: &mut Vec<Device>) {
    for room in ["Alster", "Spree", "Elbe", "Havel", "Rhône", "Mulde"] {
        let place = match room {
            "Alster" | "Elbe" => "ham-2",
            "Rhône" => "lyo-1",
            "Mulde" => "lei-2",
            _ => "ber-1",
        };
        let fields = hardware("Confera", "Room Bar Pro", maker, json!({ "firmware": "7.2.4" }));
        maker.item(
            &format!("Room system {room}"),
            "telephony_device",
            "nwe",
            place,
            "telephony",
            fields,
            &[("depends_on", "Meetings")],
        );
    }
    let technicians = world.people.iter().filter(|person| person.title.contains("Technician")).take(9);
    for (index, person) in technicians.enumerate() {
        let name = format!("tab-{:03}", 201 + index);
        let fields = hardware("Zebra", "ET65", maker, json!({ "enrolled": true, "operating_system": "Android 13" }));
        maker.personal(&name, "tablet", person, "field", fields, &[("uses", "FieldPilot")], devices);
    }
    let callers: Vec<&Person> = world.people.iter().filter(|person| !person.is_staff()).step_by(4).take(24).collect();
    for (index, person) in callers.into_iter().enumerate() {
        let name = format!("phone-{:03}", 301 + index);
        let number = maker.chance.between(1_000_000, 9_999_999);
        let own = json!({ "enrolled": true, "phone_number": format!("+49 151 {number}") });
        let fields = hardware("Samsung", "Galaxy XCover7", maker, own);
        maker.personal(&name, "smartphone", person, "workplace", fields, &[], devices);
    }
}

/// Fills up to the full number; the last ones are in stock, on order, or at the end of their life.
fn laptops(maker: &mut Maker<'_>, world: &World, devices: &mut Vec<Device>) {
    const SPECIAL: [&[&str]; 10] = [
        &["order"],
        &["order"],
        &["build"],
        &[],
        &["put_in_use", "begin_maintenance"],
        &["put_in_use", "begin_retirement"],
        &["put_in_use", "retire"],
        &["put_in_use", "retire"],
        &["put_in_use", "retire", "dispose"],
        &["build", "test"],
    ];
    let engineers = |person: &Person| person.title.contains("Engineer") || person.title.contains("Analyst");
    // Those who show the demonstration have devices first.
    let mut owners: Vec<&Person> = world.people.iter().collect();
    owners.sort_by_key(|person| (person.login.contains('.'), person.is_staff()));
    let mut number = 417;
    for person in owners {
        if maker.made + SPECIAL.len() >= ITEMS {
            break;
        }
        let (model, memory) = if engineers(person) { ("ThinkPad P16s", 64) } else { ("ThinkPad T14 Gen 4", 16) };
        let fields = laptop(model, memory, maker);
        maker.personal(&format!("lap-{number:04}"), "laptop", person, "workplace", fields, &[], devices);
        number += 1;
    }
    for special in SPECIAL {
        let name = format!("lap-{number:04}");
        number += 1;
        let fields = laptop("ThinkPad T14 Gen 2", 16, maker);
        let handle = maker.bare(&name, "laptop", "nwe", "ber-1", "workplace", fields, &[]);
        for (index, key) in special.iter().enumerate() {
            let at = maker.at.plus_seconds(3600 * (1 + i64::try_from(index).unwrap_or(0)));
            let deed = match *key {
                "dispose" => Deed::Move {
                    key: "dispose",
                    fields: json!({}),
                    words: Some((
                        steward_model::event::Audience::Internal,
                        "Disk shredded, certificate from the recycler is filed.".to_owned(),
                    )),
                },
                key => go(key, json!({})),
            };
            maker.script.add_at_once(at, discovery(), &handle, deed);
        }
    }
}

fn laptop(model: &str, memory: i64, maker: &mut Maker<'_>) -> Json {
    let own = json!({
        "memory_gb": memory,
        "disk_gb": if memory > 16 { 1024 } else { 512 },
        "cpu": if memory > 16 { "Intel Core i7-13700H" } else { "AMD Ryzen 5 PRO 7540U" },
        "disk_encrypted": true,
        "operating_system": "Windows 11 Enterprise 24H2",
    });
    hardware("Lenovo", model, maker, own)
}

fn hardware(maker_name: &str, model: &str, maker: &mut Maker<'_>, own: Json) -> Json {
    let bought = maker.chance.between(30, 1300);
    let day = maker.calendar.day(0);
    let mut fields = own.as_object().cloned().unwrap_or_default();
    fields.insert("manufacturer".to_owned(), json!(maker_name));
    fields.insert("model".to_owned(), json!(model));
    fields.insert("serial_number".to_owned(), json!(serial(&mut maker.chance)));
    fields.insert("purchased_on".to_owned(), json!(moved(day, -bought).to_string()));
    fields.insert("warranty_until".to_owned(), json!(moved(day, 1095 - bought).to_string()));
    fields.into()
}

impl Maker<'_> {
    /// An item in use.
    #[allow(clippy::too_many_arguments, reason = "it is one row of a table")]
    fn item(
        &mut self,
        name: &str,
        class: &'static str,
        company: &str,
        place: &str,
        service: &str,
        fields: Json,
        links: &[(&str, &str)],
    ) {
        let handle = self.bare(name, class, company, place, service, fields, links);
        let since = moved(self.calendar.day(0), -self.chance.between(20, 900)).to_string();
        put_in_use(self.script, &handle, &since, self.at.plus_seconds(3600));
    }

    /// An item in somebody's hands.
    #[allow(clippy::too_many_arguments, reason = "it is one row of a table")]
    fn personal(
        &mut self,
        name: &str,
        class: &'static str,
        person: &Person,
        service: &str,
        fields: Json,
        links: &[(&str, &str)],
        devices: &mut Vec<Device>,
    ) {
        let mut all = fields.as_object().cloned().unwrap_or_default();
        all.insert("used_by".to_owned(), json!(format!("@person:{}", person.login)));
        self.item(name, class, &person.company, &person.place, service, all.into(), links);
        devices.push(Device { name: name.to_owned(), class, user: person.login.clone(), place: person.place.clone() });
    }

    #[allow(clippy::too_many_arguments, reason = "it is one row of a table")]
    fn bare(
        &mut self,
        name: &str,
        class: &'static str,
        company: &str,
        place: &str,
        service: &str,
        fields: Json,
        links: &[(&str, &str)],
    ) -> String {
        self.made += 1;
        let mut all: Map<String, Json> = fields.as_object().cloned().unwrap_or_default();
        let team = match class {
            "laptop" | "smartphone" | "printer" => "workplace",
            "tablet" => "field",
            _ => "network",
        };
        let asset = format!("NW-{}", 20_000 + self.made);
        let more = json!({
            "name": name,
            "class": class,
            "service": format!("@service:{service}"),
            "location": format!("@place:{place}"),
            "support_team": format!("@team:{team}"),
            "managed_by": format!("@team:{team}"),
            "source": "Inventory",
            "asset_tag": if matches!(class, "vlan" | "subnet") { Json::Null } else { json!(asset) },
        });
        all.extend(more.as_object().cloned().unwrap_or_default());
        let links = links.iter().map(|(link, target)| ((*link).to_owned(), format!("item:{target}"))).collect();
        let handle = format!("item:{name}");
        let create =
            Deed::Create { kind: "configuration_item", company: company.to_owned(), fields: all.into(), links };
        self.script.add_at_once(self.at, discovery(), &handle, create);
        handle
    }
}
