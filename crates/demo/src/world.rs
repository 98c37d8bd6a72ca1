//! Who and what there is: people, companies, places, teams and devices, to choose from.

use std::collections::{BTreeMap, HashSet};

use anyhow::Context;
use serde::Deserialize;

use crate::chance::Chance;
use crate::table::{Row, cell, rows};

/// A person.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub(crate) login: String,
    pub(crate) given: String,
    pub(crate) family: String,
    pub(crate) title: String,
    pub(crate) company: String,
    pub(crate) place: String,
    pub(crate) language: String,
    /// Role and the company that it holds for, empty for everywhere.
    pub(crate) roles: Vec<(String, String)>,
}

impl Person {
    /// Given and family name.
    pub(crate) fn name(&self) -> String {
        format!("{} {}", self.given, self.family)
    }

    /// Whether the person works in IT.
    pub(crate) fn is_staff(&self) -> bool {
        self.roles.iter().any(|(role, _)| role != "requester" && role != "organisation_manager")
    }
}

/// A team.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Team {
    pub(crate) key: String,
    pub(crate) name: String,
    #[serde(rename = "type")]
    pub(crate) sort: String,
    pub(crate) support_level: Option<i64>,
    pub(crate) parent: Option<String>,
    pub(crate) lead: String,
    pub(crate) members: Vec<String>,
    pub(crate) mail: Option<String>,
    pub(crate) phone: Option<String>,
    pub(crate) description: String,
    pub(crate) queue_rules: Option<String>,
}

/// A device in somebody's hands or at a place.
#[derive(Debug, Clone)]
pub(crate) struct Device {
    pub(crate) name: String,
    pub(crate) class: &'static str,
    pub(crate) user: String,
    pub(crate) place: String,
}

/// Everybody and everything.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) people: Vec<Person>,
    pub(crate) companies: Vec<Row>,
    pub(crate) places: Vec<Row>,
    pub(crate) teams: Vec<Team>,
    pub(crate) devices: Vec<Device>,
    used: HashSet<String>,
}

#[derive(Deserialize)]
struct Teams {
    team: Vec<Team>,
}

/// Agents of the service desk who take up work, by the language that they like to write.
const DESK: [(&str, &str); 6] =
    [("ben", "en"), ("oskar", "en"), ("priya", "en"), ("mina", "de"), ("jonas", "de"), ("sam", "fr")];

const ROOMS: [&str; 8] = ["Alster", "Spree", "Elbe", "Havel", "Rhône", "Mulde", "Saale", "Panke"];
const BOXES: [&str; 8] = [
    "events@northwind.example",
    "invoices@northwind.example",
    "outages@grid.northwind.example",
    "wind-permits@northwind.example",
    "recruiting@northwind.example",
    "trading-backoffice@northwind.example",
    "press@northwind.example",
    "quality@clairmont.example",
];
const FOLDERS: [&str; 10] = [
    "Closing/Q3",
    "Wind/Nordsee-2/Permits",
    "Trading/Confirmations",
    "HR/Applications",
    "Grid/Switching plans",
    "Marketing/Customer day",
    "Purchasing/Transformers",
    "Audit/Samples",
    "Projects/Hydrogen pilot",
    "Meters/Exchange plan",
];

impl World {
    /// Reads the texts.
    pub(crate) fn read() -> anyhow::Result<Self> {
        let people = rows(include_str!("../data/people.md")).iter().map(person).collect();
        let teams: Teams = toml::from_str(include_str!("../data/teams.toml")).context("teams.toml")?;
        Ok(Self {
            people,
            companies: rows(include_str!("../data/companies.md")),
            places: rows(include_str!("../data/places.md")),
            teams: teams.team,
            devices: Vec::new(),
            used: HashSet::new(),
        })
    }

    /// The person with this login.
    pub(crate) fn person(&self, login: &str) -> anyhow::Result<&Person> {
        self.people.iter().find(|person| person.login == login).with_context(|| format!("there is no `{login}`"))
    }

    /// Somebody who is not in IT, of one of the companies (of all when there are none) and of the language, if any is.
    pub(crate) fn requester(
        &self,
        companies: &[String],
        language: &str,
        chance: &mut Chance,
    ) -> anyhow::Result<&Person> {
        let fits =
            |person: &&Person| !person.is_staff() && (companies.is_empty() || companies.contains(&person.company));
        let all: Vec<&Person> = self.people.iter().filter(fits).collect();
        let speaks: Vec<&Person> = all.iter().copied().filter(|person| person.language == language).collect();
        let from = if speaks.is_empty() || language == "en" { &all } else { &speaks };
        chance.pick(from).copied().context("nobody fits")
    }

    /// An agent of the service desk, of this language where there is one.
    pub(crate) fn desk_agent(&self, language: &str, chance: &mut Chance) -> &'static str {
        let speaks: Vec<&str> =
            DESK.iter().filter(|(_, speaks)| *speaks == language).map(|(login, _)| *login).collect();
        let all = DESK.map(|(login, _)| login);
        let from: &[&str] = if speaks.is_empty() { &all } else { &speaks };
        // The constants are never empty.
        chance.pick(from).copied().unwrap_or("ben")
    }

    /// Somebody of a team.
    pub(crate) fn member(&self, team: &str, language: &str, chance: &mut Chance) -> String {
        if team == "desk" {
            return self.desk_agent(language, chance).to_owned();
        }
        let members = self.teams.iter().find(|known| known.key == team).map(|team| team.members.as_slice());
        // Ben helps out in the workplace team, but its work is done by the others.
        let members: Vec<&String> = members.unwrap_or_default().iter().filter(|login| *login != "ben").collect();
        chance.pick(&members).map_or_else(|| "ben".to_owned(), |login| (*login).clone())
    }

    /// A device of a class that somebody uses, or of that place.
    pub(crate) fn device_for(&self, person: &Person, class: &str) -> Option<&Device> {
        let site = person.place.split('-').next().unwrap_or_default();
        let of_class = || self.devices.iter().filter(|device| device.class == class);
        of_class()
            .find(|device| device.user == person.login)
            .or_else(|| of_class().find(|device| device.user.is_empty() && device.place == person.place))
            .or_else(|| of_class().find(|device| device.user.is_empty() && device.place.starts_with(site)))
    }

    /// Name of a place.
    pub(crate) fn place_name(&self, key: &str) -> &str {
        self.places.iter().find(|row| cell(row, "key") == key).map(|row| cell(row, "name")).unwrap_or_default()
    }

    /// A text with the words in braces filled in for somebody.
    pub(crate) fn fill(&self, text: &str, person: &Person, chance: &mut Chance) -> String {
        let printer = self.device_for(person, "printer").map_or("the printer", |device| device.name.as_str());
        let device = self.device_for(person, "laptop").map_or("my laptop", |device| device.name.as_str());
        let weekday = match person.language.as_str() {
            "de" if text.contains("seit {weekday}") || text.contains("am {weekday}") => {
                chance.text(&["Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag"])
            }
            "fr" if text.contains("epuis {weekday}") => {
                chance.text(&["lundi", "mardi", "mercredi", "jeudi", "vendredi"])
            }
            _ => chance.text(&["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"]),
        };
        let colleagues: Vec<&Person> = self
            .people
            .iter()
            .filter(|other| other.company == person.company && other.login != person.login && !other.is_staff())
            .collect();
        let colleague = chance.pick(&colleagues).map(|other| other.name()).unwrap_or_default();
        let words: BTreeMap<&str, String> = BTreeMap::from([
            ("{printer}", printer.to_owned()),
            ("{device}", device.to_owned()),
            ("{place}", self.place_name(&person.place).to_owned()),
            ("{weekday}", weekday.to_owned()),
            ("{colleague}", colleague),
            ("{room}", chance.text(&ROOMS).to_owned()),
            ("{box}", chance.text(&BOXES).to_owned()),
            ("{folder}", chance.text(&FOLDERS).to_owned()),
            ("{n}", chance.between(3, 38).to_string()),
            ("{time}", format!("{}:{:02}", chance.between(8, 16), chance.between(0, 11) * 5)),
        ]);
        words.iter().fold(text.to_owned(), |text, (word, value)| text.replace(word, value))
    }

    /// Whether a text was not used before; it is from now on.
    pub(crate) fn is_fresh(&mut self, text: &str) -> bool {
        self.used.insert(text.to_owned())
    }
}

fn person(row: &Row) -> Person {
    let (given, family) = (cell(row, "given name").to_owned(), cell(row, "family name").to_owned());
    let login = match cell(row, "login") {
        "" => format!("{}.{}", plain(&given), plain(family.rsplit(' ').next().unwrap_or_default())),
        login => login.to_owned(),
    };
    let named = cell(row, "roles").split(',').map(str::trim).filter(|role| !role.is_empty());
    let mut roles: Vec<(String, String)> = named
        .map(|role| role.split_once(':').unwrap_or((role, "")))
        .map(|(role, company)| (role.to_owned(), company.to_owned()))
        .collect();
    if !roles.iter().any(|(role, _)| role == "requester") {
        roles.push(("requester".to_owned(), String::new()));
    }
    Person {
        login,
        given,
        family,
        title: cell(row, "job title").to_owned(),
        company: cell(row, "company").to_owned(),
        place: cell(row, "place").to_owned(),
        language: cell(row, "language").to_owned(),
        roles,
    }
}

/// A name in the letters that logins are made of.
fn plain(name: &str) -> String {
    let mut out = String::new();
    for letter in name.to_lowercase().chars() {
        match letter {
            'a'..='z' | '0'..='9' => out.push(letter),
            'ä' => out.push_str("ae"),
            'ö' | 'ø' => out.push_str("oe"),
            'ü' => out.push_str("ue"),
            'ß' => out.push_str("ss"),
            'á' | 'à' | 'â' | 'å' | 'ã' => out.push('a'),
            'é' | 'è' | 'ê' | 'ë' => out.push('e'),
            'í' | 'ì' | 'î' | 'ï' | 'ı' => out.push('i'),
            'ó' | 'ò' | 'ô' => out.push('o'),
            'ú' | 'ù' | 'û' => out.push('u'),
            'ý' | 'ÿ' => out.push('y'),
            'ç' | 'ć' | 'č' => out.push('c'),
            'ñ' | 'ń' => out.push('n'),
            'š' | 'ś' | 'ş' => out.push('s'),
            'ž' | 'ź' | 'ż' => out.push('z'),
            'ł' => out.push('l'),
            'ğ' => out.push('g'),
            _ => {}
        }
    }
    out
}
