//! The installation of the security bar (section 0): two customers below a provider, people of every sort, and records
//! in which each text holds a word of its own, with the table of who may see it.

use std::collections::BTreeMap;

use serde_json::json;
use steward_app::files::NewFile;
use steward_app::records::{Origin, Request};
use steward_app::time::WorkRequest;
use steward_app::view::RecordView;
use steward_model::access::Actor;
use steward_model::chain::Hash;
use steward_model::command::{Command, NewComment};
use steward_model::event::{Audience, Door};
use steward_model::id::RecordId;

use crate::boxed;
use crate::client::{Answer, Client};
use crate::database::TestDatabase;
use crate::server::{Server, UNLIMITED};

/// Everybody who calls, in the order of the tables below.
pub const ACTORS: [&str; 9] = ["anon", "a1", "a2", "am", "b1", "g1", "g2", "oa", "root"];

/// A word that stands in one place of the fixture, and who may see it.
#[derive(Debug, Clone)]
struct Canary {
    place: String,
    word: String,
    seen_by: Vec<&'static str>,
}

/// The fixture on a server.
pub struct Fixture {
    /// The server.
    pub server: Server,
    /// The provider, at the top.
    pub provider: RecordId,
    /// Customer organisation A.
    pub a: RecordId,
    /// Customer organisation B.
    pub b: RecordId,
    /// Everybody who calls, by name.
    clients: BTreeMap<&'static str, Client>,
    /// The texts of their tokens.
    pub tokens: BTreeMap<&'static str, String>,
    /// People by name.
    pub people: BTreeMap<&'static str, RecordId>,
    /// The team of g1.
    pub desk: RecordId,
    /// The team of g2.
    pub hr: RecordId,
    /// Configuration item of A, used by a1.
    pub ca: RecordView,
    /// Configuration item of B, used by b1.
    pub cb: RecordView,
    /// The incident of a1.
    pub ta: RecordView,
    /// The incident of b1.
    pub tb: RecordView,
    /// Article for everyone.
    pub kp: RecordView,
    /// Article for the requesters of A.
    pub ka: RecordView,
    /// Article for agents.
    pub ki: RecordView,
    /// Journal places of the public and the internal file on every ticket.
    pub files: (i64, i64),
    canaries: Vec<Canary>,
}

/// The word for a place.
pub fn word(place: &str) -> String {
    format!("zq{}", &Hash::of(place.as_bytes()).to_string()[..14])
}

const STAFF: [&str; 3] = ["g1", "g2", "root"];
/// Who reads what A's people may read, and who reads what only those who work on it may.
const TA_READERS: [&str; 5] = ["a1", "am", "g1", "oa", "root"];
const TA_WORKERS: [&str; 3] = ["g1", "oa", "root"];
const TB_READERS: [&str; 3] = ["b1", "g1", "root"];
const TB_WORKERS: [&str; 2] = ["g1", "root"];

struct Builder {
    server: Server,
    canaries: Vec<Canary>,
}

impl Fixture {
    /// Builds it.
    pub async fn build(database: TestDatabase) -> Self {
        Self::build_on(Server::start(database).await).await
    }

    /// Builds it on a server that may know more kinds and roles.
    #[boxed]
    pub async fn build_on(server: Server) -> Self {
        let mut builder = Builder { server, canaries: Vec::new() };
        let (provider, a, b) = builder.organisations().await;
        let people = builder.people(provider, a, b).await;
        let (desk, hr) = builder.teams(provider, &people).await;
        let ca = builder.item("CA", a, people["a1"], &["a1", "am", "g1", "g2", "oa", "root"]).await;
        let cb = builder.item("CB", b, people["b1"], &["b1", "g1", "g2", "root"]).await;
        let g1 = builder.server.actor(people["g1"]).await;
        let (ta, files) = builder.ticket("TA", a, people["a1"], &ca, desk, &g1, (&TA_READERS, &TA_WORKERS)).await;
        let (tb, _) = builder.ticket("TB", b, people["b1"], &cb, desk, &g1, (&TB_READERS, &TB_WORKERS)).await;
        let everyone = ["a1", "a2", "am", "b1", "g1", "g2", "oa", "root"];
        let kp = builder.article("KP", provider, "everyone", None, &everyone).await;
        let of_a = ["a1", "a2", "am", "oa", "g1", "g2", "root"];
        let ka = builder.article("KA", provider, "requesters", Some(a), &of_a).await;
        let ki = builder.article("KI", provider, "agents", None, &STAFF).await;
        let Builder { server, canaries } = builder;
        let mut clients = BTreeMap::from([("anon", server.anonymous())]);
        let mut tokens = BTreeMap::new();
        for (name, person) in &people {
            let token = server.app.add_token(*person, "fixture", &UNLIMITED, 90).await.unwrap();
            clients.insert(name, server.anonymous().bearer(&token));
            tokens.insert(*name, token);
        }
        Self { server, provider, a, b, clients, tokens, people, desk, hr, ca, cb, ta, tb, kp, ka, ki, files, canaries }
    }

    /// The client of somebody.
    pub fn client(&self, actor: &str) -> &Client {
        &self.clients[actor]
    }

    /// The word that stands in a place.
    pub fn canary(&self, place: &str) -> String {
        assert!(self.canaries.iter().any(|canary| canary.place == place), "there is no canary {place}");
        word(place)
    }

    /// Every word that stands somewhere, by its place, with those who may see it.
    pub fn canaries(&self) -> impl Iterator<Item = (&str, &str, &[&'static str])> {
        self.canaries.iter().map(|canary| (canary.place.as_str(), canary.word.as_str(), canary.seen_by.as_slice()))
    }

    /// Panics when an answer holds a word that the actor may not see, or any secret.
    #[track_caller]
    pub fn sweep(&self, actor: &str, answer: &Answer) {
        self.sweep_text(actor, &answer.everything());
    }

    /// As [`Self::sweep`], but for names: where people of all sorts work on many records, those are seen by many.
    #[track_caller]
    pub fn sweep_but_names(&self, actor: &str, answer: &Answer) {
        self.sweep_places(actor, &answer.everything(), |place| !place.ends_with(".name"));
    }

    /// As [`Self::sweep`], for text that came another way.
    #[track_caller]
    pub fn sweep_text(&self, actor: &str, text: &str) {
        self.sweep_places(actor, text, |_| true);
    }

    #[track_caller]
    fn sweep_places(&self, actor: &str, text: &str, looked_for: impl Fn(&str) -> bool) {
        for canary in self.canaries.iter().filter(|canary| looked_for(&canary.place)) {
            let allowed = canary.seen_by.contains(&actor);
            assert!(allowed || !text.contains(&canary.word), "{actor} saw {}: {text}", canary.place);
        }
        for secret in ["stw_", "$argon2", "sealed:"] {
            assert!(!text.contains(secret), "{actor} saw a secret ({secret}): {text}");
        }
    }

    /// Panics unless an answer holds the word of a place: without this a sweep proves nothing.
    #[track_caller]
    pub fn shows(&self, place: &str, answer: &Answer) {
        assert!(answer.text().contains(&self.canary(place)), "{place} is missing in {}", answer.text());
    }

    /// One more ticket like TA, untouched by other tests.
    #[boxed]
    pub async fn twin_of_ta(&self) -> RecordView {
        let g1 = self.server.actor(self.people["g1"]).await;
        write_ticket(&self.server, "TA", self.a, self.people["a1"], &self.ca, self.desk, &g1).await.0
    }
}

impl Builder {
    fn plant(&mut self, place: &str, seen_by: &[&'static str]) -> String {
        self.canaries.push(Canary { place: place.to_owned(), word: word(place), seen_by: seen_by.to_vec() });
        word(place)
    }

    async fn organisations(&mut self) -> (RecordId, RecordId, RecordId) {
        let name = self.plant("P.name", &["a1", "a2", "am", "b1", "g1", "g2", "oa", "root"]);
        let provider = self.server.make("organisation", RecordId::SYSTEM, json!({ "name": name })).await.record.id;
        let customer = |place: &str| {
            json!({
                "name": word(&format!("{place}.name")),
                "parent": provider.to_string(),
                "agent_notes": word(&format!("{place}.notes")),
                "billing": word(&format!("{place}.billing")),
            })
        };
        let a = self.server.make("organisation", RecordId::SYSTEM, customer("A")).await.record.id;
        let b = self.server.make("organisation", RecordId::SYSTEM, customer("B")).await.record.id;
        self.plant("A.name", &["a1", "a2", "am", "g1", "g2", "oa", "root"]);
        self.plant("A.notes", &["g1", "g2", "oa", "root"]);
        self.plant("A.billing", &["oa", "root"]);
        self.plant("B.name", &["b1", "g1", "g2", "root"]);
        self.plant("B.notes", &STAFF);
        self.plant("B.billing", &["root"]);
        (provider, a, b)
    }

    async fn people(&mut self, provider: RecordId, a: RecordId, b: RecordId) -> BTreeMap<&'static str, RecordId> {
        type Role<'r> = (&'r str, Option<RecordId>);
        let table: [(&'static str, RecordId, &[Role<'_>]); 8] = [
            ("a1", a, &[("requester", None)]),
            ("a2", a, &[("requester", None)]),
            ("am", a, &[("organisation_manager", Some(a))]),
            ("b1", b, &[("requester", None)]),
            ("g1", provider, &[("agent", Some(provider))]),
            ("g2", provider, &[("agent", Some(provider))]),
            ("oa", a, &[("administrator", Some(a))]),
            ("root", provider, &[("administrator", None)]),
        ];
        let mut people = BTreeMap::new();
        for (name, organisation, roles) in table {
            let family = word(&format!("{name}.name"));
            let login = word(&format!("{name}.login"));
            let id = self.server.person(&login, (name, &family), organisation, roles).await;
            people.insert(name, id);
            let of_a = organisation == a;
            let mut readers: Vec<&'static str> = STAFF.to_vec();
            readers.extend(if of_a { vec!["oa"] } else { vec![] });
            // The mail address, which requesters may read of themselves and managers of their people, holds the login.
            readers.push(name);
            readers.extend(if of_a { vec!["am"] } else { vec![] });
            self.plant(&format!("{name}.login"), &readers);
            // Whoever worked on a ticket is named to those who read it.
            readers.extend(if name == "g1" { vec!["a1", "am", "oa", "b1"] } else { vec![] });
            self.plant(&format!("{name}.name"), &readers);
        }
        people
    }

    async fn teams(&mut self, provider: RecordId, people: &BTreeMap<&str, RecordId>) -> (RecordId, RecordId) {
        let desk = self.plant("Desk.name", &["a1", "am", "b1", "g1", "g2", "oa", "root"]);
        let hr = self.plant("HR.name", &STAFF);
        let team = |name: String, member: &str| json!({ "name": name, "members": [people[member].to_string()] });
        let desk = self.server.make("team", provider, team(desk, "g1")).await.record.id;
        let hr = self.server.make("team", provider, team(hr, "g2")).await.record.id;
        (desk, hr)
    }

    async fn item(
        &mut self,
        place: &str,
        organisation: RecordId,
        user: RecordId,
        readers: &[&'static str],
    ) -> RecordView {
        let workers: Vec<&'static str> =
            readers.iter().copied().filter(|name| !["a1", "am", "b1"].contains(name)).collect();
        let fields = json!({
            "name": self.plant(&format!("{place}.name"), readers),
            "description": self.plant(&format!("{place}.description"), readers),
            "agent_notes": self.plant(&format!("{place}.notes"), &workers),
            "license_key": self.plant(&format!("{place}.secret"), &[]),
            "class": "software_package",
            "used_by": user.to_string(),
        });
        self.server.make("configuration_item", organisation, fields).await
    }

    #[allow(clippy::too_many_arguments, reason = "it is one row of a table")]
    async fn ticket(
        &mut self,
        place: &str,
        organisation: RecordId,
        requester: RecordId,
        item: &RecordView,
        team: RecordId,
        agent: &Actor,
        (readers, workers): (&[&'static str], &[&'static str]),
    ) -> (RecordView, (i64, i64)) {
        for part in ["title", "description", "comment", "file", "file_content"] {
            self.plant(&format!("{place}.{part}"), readers);
        }
        for part in ["handling", "reason", "note", "work", "inner_file", "inner_content"] {
            self.plant(&format!("{place}.{part}"), workers);
        }
        write_ticket(&self.server, place, organisation, requester, item, team, agent).await
    }

    async fn article(
        &mut self,
        place: &str,
        organisation: RecordId,
        shown_to: &str,
        only: Option<RecordId>,
        readers: &[&'static str],
    ) -> RecordView {
        let fields = json!({
            "title": self.plant(&format!("{place}.title"), readers),
            "resolution": self.plant(&format!("{place}.resolution"), readers),
            "internal_notes": self.plant(&format!("{place}.internal"), &STAFF),
            "shown_to": shown_to,
            "shown_to_organisations": only.map(|id| vec![id.to_string()]),
        });
        let article = self.server.make("knowledge_article", organisation, fields).await;
        self.server.transition(&article, "submit", json!({})).await;
        self.server.transition(&article, "publish", json!({})).await
    }
}

/// Writes a ticket with a comment, a note, time, two files and a link; gives the journal places of the files.
async fn write_ticket(
    server: &Server,
    place: &str,
    organisation: RecordId,
    requester: RecordId,
    item: &RecordView,
    team: RecordId,
    agent: &Actor,
) -> (RecordView, (i64, i64)) {
    let part = |part: &str| word(&format!("{place}.{part}"));
    let fields = json!({
        "title": part("title"),
        "description": part("description"),
        "handling_notes": part("handling"),
        "priority_override": "high",
        "priority_override_reason": part("reason"),
        "requester": requester.to_string(),
        "team": team.to_string(),
        "configuration_items": [item.record.id.to_string()],
    });
    let ticket = server.make("incident", organisation, fields).await;
    let comment = |audience, body| Request::Command(Command::Comment(NewComment { audience, body }));
    server.act(agent, &ticket, comment(Audience::Public, part("comment"))).await;
    server.act(agent, &ticket, comment(Audience::Internal, part("note"))).await;
    let work = WorkRequest { seconds: 600, note: part("work"), ..WorkRequest::default() };
    server.act(agent, &ticket, Request::Work(work)).await;
    let link = Request::Link { link: "affects".to_owned(), target: item.record.number.clone(), end: false };
    server.act(agent, &ticket, link).await;
    let mut files = Vec::new();
    for (audience, name, content) in
        [(Audience::Public, "file", "file_content"), (Audience::Internal, "inner_file", "inner_content")]
    {
        let file = NewFile { name: format!("{}.txt", part(name)), audience, content: part(content).into() };
        let number = ticket.record.number.as_str();
        let door = Origin::door(Door::System);
        files.push(server.app.attach(agent, &ticket.kind, number, file, &door).await.unwrap().record.revision);
    }
    (server.act(agent, &ticket, Request::Watch { person: None, end: false }).await, (files[0], files[1]))
}
