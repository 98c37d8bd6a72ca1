//! Mentions, work that is given and answers: told to whom they concern, and to nobody who may not know of them.

use serde_json::json;
use steward_model::id::RecordId;
use steward_testkit::client::Answer;
use steward_testkit::markup::Page;
use steward_testkit::on_both;

use crate::world::{World, check_status};

impl World {
    /// Tells everybody of everything that happened so far.
    pub(crate) async fn told(&self) {
        self.fixture.server.told().await;
    }

    /// Begins with an empty inbox for everybody.
    pub(crate) async fn quiet(db: steward_testkit::database::TestDatabase) -> Self {
        let world = Self::build(db).await;
        world.told().await;
        for actor in ["a1", "a2", "am", "b1", "g1", "g2", "oa", "root"] {
            world.browser(actor).post("/inbox/read", &[]).await.expect(303);
        }
        world
    }

    async fn inbox(&self, actor: &str) -> (String, Answer) {
        let answer = self.browser(actor).get("/inbox").await.expect(200);
        let text = Page::parse(&answer.text()).text();
        (text.split_whitespace().collect::<Vec<_>>().join(" "), answer)
    }

    async fn unread(&self, actor: &str) -> String {
        self.browser(actor).get("/inbox/count").await.expect(200).text()
    }

    async fn say(&self, actor: &str, at: &str, body: &str, audience: &str) {
        self.browser(actor)
            .post(&format!("{at}/comments"), &[("body", body), ("audience", audience)])
            .await
            .expect(303);
    }

    fn login(&self, actor: &str) -> String {
        self.fixture.canary(&format!("{actor}.login"))
    }

    async fn watchers(&self) -> Vec<RecordId> {
        let root = self.fixture.server.actor(self.fixture.people["root"]).await;
        let number = &self.fixture.ta.record.number;
        self.fixture.server.app.get(&root, &self.fixture.ta.kind, number, None).await.unwrap().record.watchers
    }
}

on_both! {
    async fn a_mention_is_told_and_read_by_opening_the_record(db: TestDatabase) {
        let world = World::quiet(db).await;
        let ta = world.ta();
        world.say("g1", &ta, &format!("@{} can you look at #{}?", world.login("root"), world.fixture.ta.record.number), "internal").await;
        world.told().await;
        assert_eq!(world.unread("root").await, "1");
        let (text, page) = world.inbox("root").await;
        assert!(text.contains("mentioned you in") && text.contains("can you look at"), "{text}");
        let link = Page::parse(&page.text()).elements().find_map(|element| element.get("href").filter(|href| href.contains("#entry-")).map(str::to_owned)).unwrap();
        assert!(link.starts_with(&format!("{ta}#entry-")), "{link}");
        assert!(world.watchers().await.contains(&world.fixture.people["root"]), "who is mentioned watches");
        // Every page says how much is unread; a part of a page or a page that asks by itself reads nothing.
        world.browser("root").part(&format!("{ta}?part=timeline")).await.expect(200);
        assert_eq!(world.unread("root").await, "1");
        let record = world.browser("root").get(&ta).await.expect(200).text();
        assert!(record.contains("href=\"/people/PER"), "the mention leads to the person");
        assert_eq!(world.unread("root").await, "0");
        let (text, _) = world.inbox("root").await;
        assert!(text.contains("You have read everything"), "{text}");
        let all = world.browser("root").get("/inbox?show=all").await.expect(200).text();
        assert!(all.contains("mentioned you in") && all.contains("inbox__item--read"));
        // Told once, however often the journal is followed.
        world.told().await;
        assert_eq!(world.unread("root").await, "0");
        assert_eq!(world.unread("g1").await, "0", "nobody is told of what they did");
    }

    async fn sec_008_a_mention_never_tells_who_may_not_know(db: TestDatabase) {
        let world = World::quiet(db).await;
        let ta = world.ta();
        let everybody: Vec<String> = ["a1", "a2", "b1", "g2", "oa", "root"].iter().map(|actor| format!("@{}", world.login(actor))).collect();
        let hr = world.fixture.canary("HR.name");
        let desk = world.fixture.canary("Desk.name");
        world.say("g1", &ta, &format!("{} @\"{hr}\" @{desk} secret plan", everybody.join(" ")), "internal").await;
        world.told().await;
        for (actor, unread) in [("a1", "0"), ("a2", "0"), ("am", "0"), ("b1", "0"), ("g1", "0"), ("g2", "0"), ("oa", "1"), ("root", "1")] {
            assert_eq!(world.unread(actor).await, unread, "{actor}");
            let (text, _) = world.inbox(actor).await;
            assert_eq!(text.contains("secret plan"), unread == "1", "{actor}: {text}");
        }
        let watchers = world.watchers().await;
        for (actor, watches) in [("a1", false), ("a2", false), ("b1", false), ("g2", false), ("oa", true), ("root", true)] {
            assert_eq!(watchers.contains(&world.fixture.people[actor]), watches, "{actor}");
        }
        // A public word reaches the requester, by name; others who may not read the record still hear nothing.
        world.say("g1", &ta, &format!("{} thank you", everybody.join(" ")), "public").await;
        world.told().await;
        for (actor, unread) in [("a1", "1"), ("a2", "0"), ("b1", "0"), ("g2", "0"), ("oa", "2")] {
            assert_eq!(world.unread(actor).await, unread, "{actor}");
        }
        // Names that the reader may not know stay as they were typed.
        let page = world.browser("a1").get(&ta).await.expect(200);
        assert!(page.text().contains(&format!("@{}", world.login("root"))), "the name as it was typed");
        for actor in ["root", "oa", "g2"] {
            assert!(!page.text().contains(&world.fixture.canary(&format!("{actor}.name"))), "{actor}");
        }
    }

    async fn rights_are_asked_again_when_it_is_shown(db: TestDatabase) {
        let world = World::quiet(db).await;
        let ta = world.ta();
        world.say("root", &ta, &format!("@{} hush hush", world.login("g1")), "internal").await;
        world.told().await;
        assert_eq!(world.unread("g1").await, "1");
        let moved = [("team", ""), ("assignee", &world.fixture.people["root"].to_string())].map(|(name, value)| (name.to_owned(), value.to_owned()));
        let values: Vec<(&str, &str)> = moved.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        world.browser("root").post(&format!("{ta}/edit"), &values).await.expect(303);
        world.fixture.server.clock.advance(3);
        let g1 = world.another("g1").await;
        let page = g1.get("/inbox").await.expect(200);
        assert!(!page.text().contains("hush") && !page.text().contains(&world.fixture.ta.record.number), "{}", page.text());
        assert_eq!(g1.get("/inbox/count").await.text(), "0");
        let listed = world.fixture.client("g1").get("/api/v1/notifications?unread=true").await;
        assert_eq!(listed.json(), json!([]));
    }

    async fn work_and_answers_are_told(db: TestDatabase) {
        let world = World::quiet(db).await;
        let (ta, root) = (world.ta(), world.fixture.people["root"].to_string());
        // Given to one: told to that one. Given to a team: told to its people, while nobody has it.
        world.browser("g1").post(&format!("{ta}/edit"), &[("assignee", &root)]).await.expect(303);
        let new = [("title", "Lamp is dark"), ("team", &world.fixture.desk.to_string())];
        world.browser("root").post("/incidents", &new).await.expect(303);
        world.say("a1", &ta, "it happened again", "public").await;
        world.told().await;
        let (text, _) = world.inbox("root").await;
        assert!(text.contains("gave you") && text.contains("it happened again"), "{text}");
        assert_eq!(world.unread("root").await, "2");
        let (text, _) = world.inbox("g1").await;
        assert!(text.contains("gave your team") && text.contains("Lamp is dark") && text.contains("it happened again"), "{text}");
        assert_eq!(world.unread("a1").await, "0");
        world.say("root", &ta, "have you tried turning it off", "public").await;
        world.told().await;
        let (text, page) = world.inbox("a1").await;
        world.fixture.sweep_but_names("a1", &page);
        assert!(text.contains("answered your request") && text.contains("turning it off"), "{text}");
        // Marked one by one, and only one's own.
        let form = Page::parse(&page.text()).form("/inbox/read");
        assert!(form.is_some(), "there is a form without scripts");
        let listed = world.fixture.client("a1").get("/api/v1/notifications?unread=true&limit=1").await;
        let id = listed.json()[0]["id"].as_str().unwrap().to_owned();
        assert_eq!(listed.json()[0]["reason"], "answer");
        assert_eq!(listed.header("x-unread-count"), "1");
        world.browser("a2").post("/inbox/read", &[("id", &id)]).await.expect(303);
        assert_eq!(world.unread("a1").await, "1", "a2 cannot read for a1");
        world.browser("a1").post("/inbox/read", &[("id", &id)]).await.expect(303);
        assert_eq!(world.unread("a1").await, "0");
    }

    async fn only_those_who_may_read_it_are_offered(db: TestDatabase) {
        let world = World::build(db).await;
        world.fixture.server.searchable().await;
        let (ta, name) = (world.ta(), |actor: &str| world.fixture.canary(&format!("{actor}.name")));
        let ask = async |actor: &str, q: &str, audience: &str| {
            let answer = world.browser(actor).get(&format!("{ta}/mentions?q={q}&audience={audience}")).await;
            check_status(&answer, 200, q);
            world.fixture.sweep(actor, &answer);
            answer.text()
        };
        assert!(ask("g1", &name("root"), "internal").await.contains(&world.login("root")));
        assert_eq!(ask("g1", &name("g2"), "internal").await, "[]", "g2 may not read it");
        assert_eq!(ask("g1", &name("a1"), "internal").await, "[]", "no note is for a1");
        assert!(ask("g1", &name("a1"), "public").await.contains(&name("a1")));
        assert!(ask("g1", "", "public").await.contains(&name("a1")), "who has to do with it comes first");
        let desk = world.fixture.canary("Desk.name");
        assert!(ask("g1", &desk, "internal").await.contains(&format!("@\\\"{desk}\\\"")));
        assert_eq!(ask("a1", &name("root"), "public").await, "[]", "a1 may not know root");
    }

    async fn inboxes_are_bounded(db: TestDatabase) {
        let world = World::quiet(db).await;
        let store = &world.fixture.server.database.store;
        let (person, at) = (world.fixture.people["a1"], world.fixture.server.app.now());
        let new = |seq| steward_store::notifications::NewNotification { person, record: world.fixture.ta.record.id, seq, reason: "reply".to_owned(), actor: RecordId(1), internal: false, at, read_at: None, inbox: true, mail: false };
        let set = steward_store::change::ChangeSet { notifications: (1_000..2_050).map(new).collect(), ..Default::default() };
        store.commit(set).await.unwrap();
        let mut reader = store.read().await.unwrap();
        let count = "select count(*) from notification where person = $1";
        let mut counted = async || reader.fetch_integer(count, &[steward_store::sql::Bind::Integer(person.0)]).await.unwrap();
        assert!(counted().await > Some(1_000));
        world.fixture.server.app.keep_house().await.unwrap();
        assert_eq!(counted().await, Some(1_000));
        world.fixture.server.clock.advance(91 * 24 * 3600);
        world.fixture.server.app.keep_house().await.unwrap();
        assert_eq!(counted().await, Some(0));
    }
}
