//! Mail about what people are told: joined, timed as each wants, written with the rights of the moment, and told to nobody
//! who may not know of it.

use std::sync::{Arc, Mutex};

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use serde_json::{Value as Json, json};
use steward_app::notices::{Outgoing, Post, Transport, TransportError};
use steward_app::records::{Origin, Request};
use steward_model::access::Actor;
use steward_model::command::{Command, Update};
use steward_model::event::Door;
use steward_model::id::RecordId;
use steward_testkit::client::encoded;
use steward_testkit::markup::Page;
use steward_testkit::on_both;

use crate::world::{World, check_status, location};

/// A way for mail that keeps what it is given, or fails as it is told.
#[derive(Default)]
struct Kept {
    sent: Mutex<Vec<Outgoing>>,
    fails: Mutex<Option<TransportError>>,
}

impl Transport for Kept {
    fn send<'a>(&'a self, message: &'a Outgoing) -> BoxFuture<'a, Result<(), TransportError>> {
        async move {
            if let Some(error) = self.fails.lock().unwrap().clone() {
                return Err(error);
            }
            self.sent.lock().unwrap().push(message.clone());
            Ok(())
        }
        .boxed()
    }
}

impl Kept {
    fn to(&self, address: &str) -> Vec<Outgoing> {
        self.sent.lock().unwrap().iter().filter(|one| one.address == address).cloned().collect()
    }

    fn fail(&self, error: Option<TransportError>) {
        *self.fails.lock().unwrap() = error;
    }
}

impl World {
    /// With a way for mail, and all mail of the beginning behind.
    async fn mailing(db: steward_testkit::database::TestDatabase) -> (Self, Arc<Kept>) {
        let world = Self::quiet(db).await;
        let kept = Arc::new(Kept::default());
        let post = Post { transport: Some(kept.clone()), address: "https://desk.example.org".to_owned() };
        world.fixture.server.app.set_post(post);
        world.later(130).await;
        kept.sent.lock().unwrap().clear();
        (world, kept)
    }

    /// Time goes on, and what is due is sent.
    async fn later(&self, seconds: i64) {
        self.fixture.server.clock.advance(seconds);
        self.fixture.server.app.send_due_mail().await.unwrap();
    }

    fn mail_of(&self, actor: &str) -> String {
        format!("{}@example.org", self.fixture.canary(&format!("{actor}.login")))
    }

    /// Outgoing mail that somebody sees, newest first.
    async fn outbox(&self, actor: &str, query: &str) -> Vec<Json> {
        let answer = self.fixture.client(actor).get(&format!("/api/v1/outbox?{query}")).await.expect(200);
        self.fixture.sweep(actor, &answer);
        answer.json().as_array().unwrap().clone()
    }

    /// Changes a record as Steward itself.
    async fn rewrite(&self, kind: &str, record: RecordId, fields: Json) {
        let Json::Object(fields) = fields else { panic!("fields are an object") };
        let app = &self.fixture.server.app;
        let update = Request::Command(Command::Update(Update { fields, organisation: None, base: None }));
        let kind = app.kind(kind).unwrap().clone();
        app.execute(&Actor::system(), &kind, &record.to_string(), &update, &Origin::door(Door::System)).await.unwrap();
    }

    async fn choose(&self, actor: &str, values: &[(&str, &str)]) {
        self.another(actor).await.post("/settings", values).await.expect(303);
    }

    async fn speak(&self, actor: &str, at: &str, body: &str, audience: &str) {
        let values = [("body", body), ("audience", audience)];
        self.another(actor).await.post(&format!("{at}/comments"), &values).await.expect(303);
        self.told().await;
    }
}

on_both! {
    async fn a_burst_is_one_message_with_its_reason_and_the_ways_out(db: TestDatabase) {
        let (world, kept) = World::mailing(db).await;
        let (ta, number) = (world.ta(), world.fixture.ta.record.number.clone());
        world.speak("g1", &ta, "have you tried {{recipient.name}} ${x}", "public").await;
        world.fixture.server.clock.advance(60);
        world.speak("g1", &ta, "another word\r\n.\r\nBcc: eve@example.org", "public").await;
        let waiting = world.outbox("a1", "person=me&state=waiting").await;
        assert_eq!(waiting.len(), 1, "{waiting:?}");
        assert_eq!(waiting[0]["record"]["number"], number.as_str());
        world.later(30).await;
        assert!(kept.to(&world.mail_of("a1")).is_empty(), "the window is not over");
        world.later(40).await;
        let sent = kept.to(&world.mail_of("a1"));
        assert_eq!(sent.len(), 1, "{sent:?}");
        let mail = &sent[0];
        assert_eq!(mail.subject, format!("[{number}] {}", world.fixture.canary("TA.title")));
        for wanted in [
            "have you tried {{recipient.name}} ${x}",
            "another word",
            "Hello a1,",
            &format!("answered your request {number}"),
            &format!("You get this because {number}"),
            &format!("Open it: https://desk.example.org/incidents/{number}"),
            "https://desk.example.org/settings#notifications",
        ] {
            assert!(mail.text.contains(wanted), "{wanted} in {}", mail.text);
        }
        assert!(!mail.text.contains('\r') && mail.because.starts_with("You get this because"), "{mail:?}");
        // What is said after that makes a message of its own, and nobody is mailed of what they did.
        world.speak("g1", &ta, "a third word", "public").await;
        world.later(121).await;
        let sent = kept.to(&world.mail_of("a1"));
        assert_eq!(sent.len(), 2);
        assert!(sent[1].text.contains("a third word") && !sent[1].text.contains("another word"), "{}", sent[1].text);
        assert_eq!(sent[0].thread, sent[1].thread);
        assert!(kept.to(&world.mail_of("g1")).is_empty());
        let states: Vec<Json> = world.outbox("a1", "person=me").await.iter().take(2).map(|mail| mail["state"].clone()).collect();
        assert_eq!(states, ["sent", "sent"]);
        // Once sent, it cannot be sent again.
        let id = world.outbox("a1", "person=me").await[0]["id"].as_str().unwrap().to_owned();
        check_status(&world.browser("a1").post(&format!("/outbox/{id}/send"), &[]).await, 403, "sent already");
    }

    async fn who_watches_is_told_how_to_stop(db: TestDatabase) {
        let (world, kept) = World::mailing(db).await;
        let ta = world.ta();
        world.choose("root", &[("mail.reply", "at_once")]).await;
        world.browser("root").post(&format!("{ta}/watch"), &[("watch", "true")]).await.expect(303);
        world.speak("a1", &ta, "it happened again", "public").await;
        world.later(121).await;
        let sent = kept.to(&world.mail_of("root"));
        assert_eq!(sent.len(), 1);
        let number = &world.fixture.ta.record.number;
        assert!(sent[0].because.starts_with(&format!("You get this because you watch {number}")), "{}", sent[0].because);
        assert!(sent[0].text.contains(&format!("Stop watching {number}: https://desk.example.org/incidents/{number}#watch")), "{}", sent[0].text);
        let page = world.browser("root").get(&ta).await.expect(200).text();
        assert!(page.contains("id=\"watch\""), "the link leads somewhere");
    }

    async fn sec_008_who_lost_the_right_before_sending_gets_nothing(db: TestDatabase) {
        let (world, kept) = World::mailing(db).await;
        let ta = world.ta();
        let login = world.fixture.canary("g1.login");
        world.speak("root", &ta, &format!("@{login} hush hush"), "internal").await;
        let waiting = world.outbox("g1", "person=me&state=waiting").await;
        assert_eq!(waiting.len(), 1);
        let id = waiting[0]["id"].as_str().unwrap().to_owned();
        let own = world.fixture.client("g1").get(&format!("/api/v1/outbox/{id}")).await.expect(200).json();
        assert!(own["message"]["text"].as_str().unwrap().contains("hush hush"), "{own}");
        let root = world.fixture.people["root"].to_string();
        world.browser("root").post(&format!("{ta}/edit"), &[("team", ""), ("assignee", &root)]).await.expect(303);
        world.later(121).await;
        assert!(kept.to(&world.mail_of("g1")).is_empty(), "nothing is sent");
        let withheld = world.outbox("g1", "person=me&state=withheld").await;
        assert_eq!(withheld.iter().map(|mail| mail["why"].clone()).collect::<Vec<_>>(), ["no_right"]);
        let g1 = world.another("g1").await;
        let page = g1.get(&format!("/outbox/{id}")).await.expect(200);
        assert!(!page.text().contains("hush") && page.text().contains("may not see any of it"), "{}", page.text());
        assert!(!page.text().contains(&world.fixture.ta.record.number), "{}", page.text());
        let page = world.browser("root").get("/outbox?state=withheld").await.expect(200).text();
        assert!(page.contains("the person may not see any of it any more"), "{page}");
    }

    async fn what_may_not_be_read_is_left_out_and_the_rest_is_sent(db: TestDatabase) {
        let (world, kept) = World::mailing(db).await;
        let (server, ta) = (&world.fixture.server, world.ta());
        let helper = server.person("helper", ("Helper", "Here"), world.fixture.a, &[("incident_manager", None)]).await;
        world.speak("g1", &ta, "@helper for all", "public").await;
        world.speak("g1", &ta, "@helper for staff alone", "internal").await;
        // Whoever helped only asks from now on, and still watches.
        world.rewrite("person", helper, json!({ "roles": [{ "role": "requester" }] })).await;
        world.later(121).await;
        let sent = kept.to("helper@example.org");
        assert_eq!(sent.len(), 1, "{sent:?}");
        assert!(sent[0].text.contains("for all") && !sent[0].text.contains("for staff alone"), "{}", sent[0].text);
        world.fixture.sweep_text("a1", &sent[0].text);
    }

    async fn a_digest_gathers_and_quiet_hours_hold_back(db: TestDatabase) {
        let (world, kept) = World::mailing(db).await;
        let ta = world.ta();
        world.choose("a1", &[("mail.answer", "digest"), ("digest_every", "day"), ("digest_at", "17:00"), ("zone", "Europe/Berlin")]).await;
        let twin = world.fixture.twin_of_ta().await;
        world.speak("g1", &ta, "one", "public").await;
        world.speak("g1", &format!("/incidents/{}", twin.record.number), "two", "public").await;
        let waiting: Vec<Json> = world.outbox("a1", "person=me&state=waiting").await;
        let digests: Vec<&Json> = waiting.iter().filter(|mail| mail["digest"] == true).collect();
        assert_eq!(digests.len(), 1, "{waiting:?}");
        assert_eq!(digests[0]["due_at"], "2026-01-05T16:00:00Z");
        world.later(121).await;
        kept.sent.lock().unwrap().clear();
        world.later(7 * 3600).await;
        let sent = kept.to(&world.mail_of("a1"));
        assert_eq!(sent.len(), 1, "{sent:?}");
        assert!(sent[0].text.contains("> one") && sent[0].text.contains("> two") && sent[0].text.contains(&twin.record.number), "{}", sent[0].text);
        assert!(sent[0].because.contains("digest"));
        // From now, 17:04 in Berlin, until eight in the morning nothing comes at once either.
        world.choose("a1", &[("mail.answer", "at_once"), ("quiet_on", "true"), ("quiet_from", "17:00"), ("quiet_until", "08:00"), ("quiet_critical", "true")]).await;
        world.speak("g1", &ta, "three", "public").await;
        let waiting = world.outbox("a1", "person=me&state=waiting").await;
        assert_eq!(waiting[0]["due_at"], "2026-01-06T07:00:00Z", "{waiting:?}");
        // What turns critical meanwhile takes along what waits.
        world.another("g1").await.post(&format!("{ta}/edit"), &[("priority_override", "critical"), ("priority_override_reason", "all are down")]).await.expect(303);
        world.speak("g1", &ta, "four", "public").await;
        world.later(121).await;
        let sent = kept.to(&world.mail_of("a1"));
        assert!(sent.last().unwrap().text.contains("> three") && sent.last().unwrap().text.contains("> four"), "{sent:?}");
        // A wrong time is told beside its field.
        let page = world.another("a1").await.post("/settings", &[("quiet_on", "true"), ("quiet_from", "late")]).await.expect(422).text();
        assert!(page.contains("must be a time of day") && page.contains("href=\"#quiet_from\""), "{page}");
    }

    async fn what_is_not_wanted_makes_no_mail_and_what_is_no_more_wanted_is_not_sent(db: TestDatabase) {
        let (world, kept) = World::mailing(db).await;
        let ta = world.ta();
        world.choose("a1", &[("mail.answer", "never"), ("mail.progress", "never")]).await;
        let before = world.outbox("a1", "person=me").await.len();
        world.speak("g1", &ta, "quietly", "public").await;
        assert_eq!(world.outbox("a1", "person=me").await.len(), before);
        assert_eq!(world.browser("a1").get("/inbox/count").await.text(), "1", "the inbox knows");
        // Mail alone, without the inbox.
        world.choose("a1", &[("tell.answer", "false"), ("mail.answer", "at_once")]).await;
        world.speak("g1", &ta, "by mail alone", "public").await;
        assert_eq!(world.browser("a1").get("/inbox/count").await.text(), "1", "the inbox does not");
        assert_eq!(world.outbox("a1", "person=me").await.len(), before + 1);
        world.choose("a1", &[("mail.answer", "never")]).await;
        world.later(121).await;
        assert!(kept.to(&world.mail_of("a1")).is_empty());
        assert_eq!(world.outbox("a1", "person=me").await[0]["why"], "unwanted");
    }

    async fn requesters_hear_when_their_request_moves_on(db: TestDatabase) {
        let (world, kept) = World::mailing(db).await;
        world.browser("g1").post(&format!("{}/transitions/start", world.ta()), &[]).await.expect(303);
        world.told().await;
        world.later(121).await;
        let sent = kept.to(&world.mail_of("a1"));
        assert_eq!(sent.len(), 1);
        assert!(sent[0].text.contains("moved on your request") && sent[0].text.contains("> New → In progress"), "{}", sent[0].text);
        let page = world.browser("a1").get("/inbox").await.expect(200).text();
        assert!(page.contains("moved on your request"), "{page}");
    }

    async fn failures_are_tried_again_and_given_up_and_sent_by_hand(db: TestDatabase) {
        let (world, kept) = World::mailing(db).await;
        kept.fail(Some(TransportError::Passing("the folder is full".to_owned())));
        world.speak("g1", &world.ta(), "hello", "public").await;
        world.later(121).await;
        let failed = world.outbox("root", &format!("person={}", world.fixture.people["a1"])).await;
        assert_eq!((failed[0]["state"].as_str(), failed[0]["error"].as_str()), (Some("failed"), Some("the folder is full")));
        assert_eq!(world.outbox("a1", "person=me").await[0]["error"], Json::Null, "what is wrong is for those who keep it");
        world.later(59).await;
        assert_eq!(world.outbox("a1", "person=me").await[0]["tries"], 1);
        for wait in [1, 240, 960, 3_840, 15_360] {
            world.later(wait).await;
        }
        let dead = &world.outbox("root", "state=dead").await[0];
        assert_eq!(dead["tries"], 6);
        kept.fail(None);
        world.later(100_000).await;
        assert!(kept.to(&world.mail_of("a1")).is_empty(), "given up is given up");
        let at = format!("/outbox/{}", dead["id"].as_str().unwrap());
        let page = world.another("root").await.get(&at).await.expect(200).text();
        assert!(page.contains("Send again") && page.contains("the folder is full") && page.contains("tried 6 times"), "{page}");
        // Only those whose it is, and those who keep it.
        check_status(&world.another("g1").await.post(&format!("{at}/send"), &[]).await, 404, "g1");
        check_status(&world.another("b1").await.get(&at).await, 404, "b1");
        world.another("root").await.post(&format!("{at}/send"), &[]).await.expect(303);
        assert_eq!(kept.to(&world.mail_of("a1")).len(), 1);
        // What never can be sent is not tried again.
        kept.fail(Some(TransportError::Refused("no such receiver".to_owned())));
        world.speak("g1", &world.ta(), "hello again", "public").await;
        world.later(121).await;
        assert_eq!(world.outbox("a1", "person=me").await[0]["state"], "dead");
    }

    async fn two_nodes_send_each_message_once(db: TestDatabase) {
        let (world, kept) = World::mailing(db).await;
        let server = &world.fixture.server;
        let (_, other) = server.another_node();
        other.set_post(Post { transport: Some(kept.clone()), address: String::new() });
        for round in 0..5 {
            let twin = world.fixture.twin_of_ta().await;
            world.speak("g1", &format!("/incidents/{}", twin.record.number), &format!("round {round}"), "public").await;
        }
        server.clock.advance(121);
        let (one, two) = tokio::join!(server.app.send_due_mail(), other.send_due_mail());
        one.unwrap();
        two.unwrap();
        for round in 0..5 {
            let said = format!("> round {round}");
            let sent = kept.to(&world.mail_of("a1"));
            assert_eq!(sent.iter().filter(|mail| mail.text.contains(&said)).count(), 1, "{round}");
        }
    }

    async fn without_a_way_messages_are_held_and_forgotten_in_time(db: TestDatabase) {
        let world = World::quiet(db).await;
        world.speak("g1", &world.ta(), "hello", "public").await;
        world.later(121).await;
        let held = world.outbox("a1", "person=me&state=held").await;
        assert!(!held.is_empty());
        let page = world.browser("a1").get("/outbox").await.expect(200);
        world.fixture.sweep("a1", &page);
        assert!(page.text().contains("Mail is not set up in this installation") && page.text().contains("Would be sent"), "{}", page.text());
        let id = held[0]["id"].as_str().unwrap();
        let page = world.browser("a1").get(&format!("/outbox/{id}")).await.expect(200);
        world.fixture.sweep("a1", &page);
        assert!(page.text().contains("&gt; hello"), "{}", page.text());
        world.fixture.server.clock.advance(31 * 24 * 3600);
        world.fixture.server.app.keep_house().await.unwrap();
        assert_eq!(world.outbox("a1", "person=me").await, Vec::<Json>::new());
        let store = &world.fixture.server.database.store;
        let left = store.read().await.unwrap().fetch_integer("select count(*) from outbox_place", &[]).await.unwrap();
        assert_eq!(left, Some(0));
    }

    async fn what_is_long_overdue_is_not_sent_by_itself(db: TestDatabase) {
        let (world, kept) = World::mailing(db).await;
        world.speak("g1", &world.ta(), "hello", "public").await;
        world.later(2 * 24 * 3600).await;
        assert!(kept.to(&world.mail_of("a1")).is_empty());
        let held = &world.outbox("a1", "person=me").await[0];
        assert_eq!((held["state"].as_str(), held["why"].as_str()), (Some("held"), Some("old")));
        let at = format!("/outbox/{}/send", held["id"].as_str().unwrap());
        world.another("a1").await.post(&at, &[]).await.expect(303);
        assert_eq!(kept.to(&world.mail_of("a1")).len(), 1, "by hand it is");
    }

    async fn nobody_sees_through_the_outbox_what_they_may_not_see(db: TestDatabase) {
        let (world, _) = World::mailing(db).await;
        let fixture = &world.fixture;
        // Somebody of A who works for all; the administrator of A sees their mail, and nothing of B.
        let helper = fixture.server.person("helper", ("Helper", "Everywhere"), fixture.a, &[("incident_manager", None)]).await;
        world.told().await;
        world.speak("g1", &world.tb(), "@helper hush, of B", "internal").await;
        let list = world.outbox("oa", &format!("person={helper}")).await;
        assert_eq!(list.len(), 1, "{list:?}");
        assert_eq!(list[0]["record"], Json::Null);
        let id = list[0]["id"].as_str().unwrap();
        let answer = fixture.client("oa").get(&format!("/api/v1/outbox/{id}")).await.expect(200);
        fixture.sweep("oa", &answer);
        assert!(!answer.text().contains("hush") && !answer.text().contains(&fixture.tb.record.number), "{}", answer.text());
        let page = world.browser("oa").get(&format!("/outbox/{id}")).await.expect(200);
        fixture.sweep("oa", &page);
        assert!(page.text().contains("nothing of it that you may read") && !page.text().contains(&fixture.tb.record.number), "{}", page.text());
        // Who may read it sees it as the receiver gets it.
        let page = world.browser("root").get(&format!("/outbox/{id}")).await.expect(200).text();
        assert!(page.contains("hush, of B") && page.contains(&fixture.tb.record.number), "{page}");
        // Those without the right do not know that there is any.
        for actor in ["a1", "am", "b1", "g1", "g2"] {
            check_status(&fixture.client(actor).get(&format!("/api/v1/outbox/{id}")).await, 404, actor);
            check_status(&world.browser(actor).get(&format!("/outbox/{id}")).await, 404, actor);
            let all = world.outbox(actor, "limit=100").await;
            assert!(all.iter().all(|mail| mail["person"]["id"] == fixture.people[actor].to_string()), "{actor}: {all:?}");
        }
        let token = fixture.client("a1").get("/api/v1/outbox?person=nobody@example.org").await;
        check_status(&token, 404, "nobody");
    }

    async fn templates_word_messages_and_name_only_what_there_is(db: TestDatabase) {
        let (world, kept) = World::mailing(db).await;
        let root = world.browser("root");
        let form = |subject: &'static str, text: &'static str| [
            ("title", "Answers in our words"), ("reason", "answer"), ("for_kind", "incident"), ("language", "en"), ("subject", subject), ("text", text),
        ];
        root.get("/notice-templates/new").await.expect(200);
        let refused = root.post("/notice-templates", &form("{{number}} {{secret}} {{happened}}", "{{title}} {{requester.mobile_phone}}")).await.expect(422).text();
        for wanted in ["{{secret}}", "{{happened}}", "{{requester.mobile_phone}}", "there are recipient.name"] {
            assert!(refused.contains(wanted), "{wanted} in {refused}");
        }
        let made = root.post("/notice-templates", &form("News of {{number}} for {{recipient.given_name}}", "Dear {{recipient.name}},\n\n{{title}} is {{state}}, {{priority}}. {{team.name}}.\n{{happened}}\n{{link}}")).await.expect(303);
        let template = location(&made).to_owned();
        // A draft words nothing.
        let ta = world.ta();
        world.speak("g1", &ta, "braces {{number}} stay", "public").await;
        world.later(121).await;
        assert!(kept.to(&world.mail_of("a1"))[0].subject.starts_with('['));
        root.post(&format!("{template}/transitions/activate"), &[]).await.expect(303);
        // Those of A have the provider above them.
        world.speak("g1", &ta, "braces {{number}} stay, {{recipient.name}}", "public").await;
        world.later(121).await;
        let sent = kept.to(&world.mail_of("a1"));
        let number = &world.fixture.ta.record.number;
        assert_eq!(sent[1].subject, format!("News of {number} for a1"));
        assert!(sent[1].text.starts_with(&format!("Dear a1 {},", world.fixture.canary("a1.name"))), "{}", sent[1].text);
        assert!(sent[1].text.contains("braces {{number}} stay, {{recipient.name}}"), "{}", sent[1].text);
        assert!(sent[1].text.contains("You get this because"), "the reason is always there: {}", sent[1].text);
        // In another language Steward's own words stand in.
        world.choose("a1", &[("language", "de")]).await;
        world.speak("g1", &ta, "hallo", "public").await;
        world.later(121).await;
        let german = kept.to(&world.mail_of("a1")).pop().unwrap();
        assert!(german.text.contains("hat Ihre Anfrage") && german.text.contains("Sie bekommen dies, weil"), "{}", german.text);
        // The preview shows each language, with a record that its reader may see.
        let preview = root.get(&format!("{template}/preview?record={number}")).await.expect(200);
        let text = Page::parse(&preview.text()).text();
        for wanted in ["News of", "English · This template", "Deutsch · Words that Steward brings", "Français", "Sie bekommen dies, weil"] {
            assert!(text.contains(wanted), "{wanted} in {text}");
        }
        let page = root.get(&template).await.expect(200).text();
        assert!(page.contains(&format!("{template}/preview")), "the page leads to it");
        check_status(&root.get(&format!("{template}/preview?record=INC9999999")).await, 404, "a record that is not there");
        check_status(&world.browser("g1").get(&format!("{template}/preview")).await, 404, "g1 sees no templates");
        check_status(&world.browser("oa").get(&format!("{template}/preview?record={}", encoded(&world.fixture.tb.record.number))).await, 404, "oa");
    }

    async fn settings_show_what_was_chosen(db: TestDatabase) {
        let world = World::build(db).await;
        let a1 = world.browser("a1");
        let page = a1.get("/settings").await.expect(200).text();
        assert!(page.contains(&format!("Mail goes to {}", world.mail_of("a1"))), "{page}");
        let values = [("mail.reply", "digest"), ("tell.team", "false"), ("digest_every", "week"), ("digest_at", "9:15"), ("digest_day", "3"), ("quiet_on", "true"), ("quiet_days", ""), ("quiet_days", "2"), ("zone", "Europe/Paris")];
        world.choose("a1", &values).await;
        let page = Page::parse(&a1.get("/settings").await.expect(200).text());
        let is = |wanted: &str, attribute: &str| page.elements().any(|element| element.get("value") == Some(wanted) && element.get(attribute).is_some());
        for (value, attribute) in [("week", "selected"), ("3", "selected"), ("2", "checked")] {
            assert!(is(value, attribute), "{value}");
        }
        assert!(page.elements().any(|element| element.get("id") == Some("digest_at") && element.get("value") == Some("09:15")));
        // Saving one thing keeps the others.
        world.choose("a1", &[("theme", "dark")]).await;
        let kept = world.fixture.server.app.settings(&world.fixture.server.actor(world.fixture.people["a1"]).await).await.unwrap();
        assert_eq!((kept.mailing.digest.at, kept.mailing.quiet.as_ref().unwrap().days.len()), (555, 1));
        // Somebody without an address is told so.
        let server = &world.fixture.server;
        let person = server.make("person", world.fixture.a, json!({ "given_name": "No", "family_name": "Mail", "login": "nomail", "roles": [{ "role": "requester" }] })).await;
        let page = server.browser_of(person.record.id).await.get("/settings").await.expect(200).text();
        assert!(page.contains("no mail address"), "{page}");
    }
}
