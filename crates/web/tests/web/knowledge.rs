//! Articles: versions that readers see while the next is written, licences, languages, feedback, and the work on tickets.

use serde_json::{Value as Json, json};
use steward_app::list::{Counting, ListRequest};
use steward_app::records::{Origin, Request};
use steward_app::view::RecordView;
use steward_model::access::Actor;
use steward_model::event::Door;
use steward_testkit::markup::Page;
use steward_testkit::on_both;

use crate::world::{World, check_status, location};

/// The words of a page.
fn words(html: &str) -> String {
    Page::parse(html).text().split_whitespace().collect::<Vec<_>>().join(" ")
}

impl World {
    async fn article(&self, title: &str, more: Json) -> RecordView {
        let mut fields = json!({ "title": title, "resolution": "Press the red button.", "shown_to": "requesters" });
        fields.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let server = &self.fixture.server;
        let article = server.make("knowledge_article", self.fixture.provider, fields).await;
        server.transition(&article, "submit", json!({})).await;
        server.transition(&article, "publish", json!({})).await
    }

    async fn read(&self, actor: &str, number: &str) -> String {
        let answer = self.browser(actor).get(&format!("/knowledge-articles/{number}")).await;
        check_status(&answer, 200, number);
        words(&answer.text())
    }

    /// Gives somebody one more role everywhere.
    async fn also(&self, person: &str, role: &str) {
        let server = &self.fixture.server;
        let people = server.app.kind("person").unwrap().clone();
        let id = self.fixture.people[person].to_string();
        let held = server.app.get(&Actor::system(), &people, &id, None).await.unwrap();
        let rows = held.record.field("roles").and_then(Json::as_array).cloned().unwrap_or_default();
        let named = rows.iter().map(|row| match row.get("organisation") {
            Some(organisation) => json!({ "role": row["role"], "organisation": organisation.to_string() }),
            None => json!({ "role": row["role"] }),
        });
        let roles: Vec<Json> = named.chain([json!({ "role": role })]).collect();
        let fields = json!({ "roles": roles }).as_object().unwrap().clone();
        let request = Request::Update { fields, organisation: None, base: None };
        let origin = Origin::door(Door::System);
        server.app.execute(&Actor::system(), &people, &id, &request, &origin).await.unwrap();
    }

    async fn all(&self, kind: &str, filter: &str) -> Vec<RecordView> {
        let app = &self.fixture.server.app;
        let kind = app.kind(kind).unwrap().clone();
        let request =
            ListRequest { filter: Some(filter.to_owned()), limit: 50, count: Counting::Off, ..ListRequest::default() };
        app.list(&Actor::system(), &kind, &request).await.unwrap().records
    }
}

on_both! {
    async fn readers_see_the_published_version_while_the_next_is_written(db: TestDatabase) {
        let world = World::build(db).await;
        let article = world.article("Start the pump", json!({})).await;
        let (number, at) = (article.record.number.clone(), format!("/knowledge-articles/{}", article.record.number));
        let g1 = world.browser("g1");
        // Published words are fixed, by page and by interface.
        let refused = g1.post(&format!("{at}/fields/resolution"), &[("resolution", "Anything")]).await;
        assert!(!refused.status.is_server_error());
        assert!(world.read("a1", &number).await.contains("Press the red button."));
        let page = g1.get(&format!("{at}/write")).await.expect(200).text();
        assert!(words(&page).contains("Readers go on seeing the present version"), "{page}");
        let next = [("title", "Start the pump safely"), ("resolution", "Press the green button."), ("change_note", "The button was replaced")];
        let answer = g1.post(&format!("{at}/write"), &next).await.expect(303);
        assert!(location(&answer).ends_with("?show=next"));
        for place in [at.clone(), "/knowledge-articles".to_owned(), "/search?q=pump".to_owned(), format!("{at}?as_of=2099-01-01T00:00:00Z")] {
            let text = world.browser("a1").get(&place).await.text();
            assert!(!text.contains("green") && !text.contains("safely") && !text.contains("was replaced"), "{place}: {text}");
        }
        assert!(world.read("a1", &number).await.contains("Press the red button."));
        let seen = world.read("g1", &number).await;
        assert!(seen.contains("A new version is in the works (draft). Readers see version 1.") && seen.contains("Press the red button."), "{seen}");
        let seen = words(&g1.get(&format!("{at}?show=next")).await.text());
        assert!(seen.contains("Press the green button."), "{seen}");
        let seen = words(&world.browser("a1").get(&format!("{at}?show=next")).await.text());
        assert!(!seen.contains("green"), "{seen}");
        // What stands in a draft cannot be found by a condition either.
        let asked = world.browser("a1").get("/knowledge-articles?q=draft_resolution:green").await;
        assert!(!asked.text().contains(&number));
        // An agent without licence hands it in; what is reviewed is not written on.
        check_status(&g1.post(&format!("{at}/transitions/publish_directly"), &[]).await, 403, "no licence");
        g1.post(&format!("{at}/transitions/submit"), &[]).await.expect(303);
        check_status(&g1.post(&format!("{at}/transitions/publish"), &[]).await, 403, "no licence");
        check_status(&g1.get(&format!("{at}/write")).await, 409, "it is in review");
        world.browser("root").post(&format!("{at}/transitions/publish"), &[]).await.expect(303);
        let seen = world.read("a1", &number).await;
        assert!(seen.contains("Start the pump safely") && seen.contains("Press the green button.") && seen.contains("Version 2"), "{seen}");
        // Both versions are there, compared word by word, and the old one can be begun anew.
        let page = g1.get(&format!("{at}/versions")).await.expect(200).text();
        assert!(page.contains("<del><span class=\"hidden-text\">removed: </span>red</del>") && words(&page).contains("The button was replaced"), "{page}");
        check_status(&world.browser("a1").get(&format!("{at}/versions")).await, 403, "not for readers");
        g1.post(&format!("{at}/versions/1/restore"), &[]).await.expect(303);
        assert!(world.read("a1", &number).await.contains("Press the green button."));
        let seen = words(&g1.get(&format!("{at}?show=next")).await.text());
        assert!(seen.contains("Press the red button."), "{seen}");
        check_status(&g1.post(&format!("{at}/versions/2/restore"), &[]).await, 409, "one is being written");
        g1.post(&format!("{at}/transitions/discard"), &[]).await.expect(303);
        check_status(&g1.post(&format!("{at}/versions/7/restore"), &[]).await, 404, "there is none");
    }

    async fn where_compliance_rules_nobody_publishes_their_own_words(db: TestDatabase) {
        let world = World::build(db).await;
        world.also("g1", "knowledge_publisher").await;
        world.also("g2", "knowledge_publisher").await;
        let article = world.article("Handle a death", json!({ "governance": "compliance_based", "owner": world.fixture.people["g1"].to_string() })).await;
        let at = format!("/knowledge-articles/{}", article.record.number);
        let (g1, g2) = (world.browser("g1"), world.browser("g2"));
        g1.post(&format!("{at}/write"), &[("resolution", "Call first.")]).await.expect(303);
        // Not even by saying that another one is the author, and not without review.
        g1.post(&format!("{at}/fields/author"), &[("author", &world.fixture.people["root"].to_string())]).await.expect(303);
        check_status(&g1.post(&format!("{at}/transitions/publish_directly"), &[]).await, 422, "without review");
        g1.post(&format!("{at}/fields/governance"), &[("governance", "experience_based")]).await;
        g1.post(&format!("{at}/transitions/submit"), &[]).await.expect(303);
        let refused = g1.post(&format!("{at}/transitions/publish"), &[]).await;
        check_status(&refused, 422, "own words");
        assert!(words(&refused.text()).contains("whoever wrote a text does not publish it"));
        g2.post(&format!("{at}/transitions/publish"), &[]).await.expect(303);
        let now = world.all("knowledge_article", &format!("number == \"{}\"", article.record.number)).await;
        assert_eq!(now[0].record.field("version"), Some(&json!(2)));
        // Where experience rules, the licence is enough.
        let other = world.article("Fill the printer", json!({})).await;
        let at = format!("/knowledge-articles/{}", other.record.number);
        g1.post(&format!("{at}/write"), &[("resolution", "Open the lid."), ("publish", "true")]).await.expect(303);
        assert!(world.read("a1", &other.record.number).await.contains("Open the lid."));
    }

    async fn time_publishes_ends_and_reminds_once(db: TestDatabase) {
        let world = World::build(db).await;
        let server = &world.fixture.server;
        let (app, clock) = (&server.app, &server.clock);
        let owner = world.fixture.people["g1"].to_string();
        let draft = server.make("knowledge_article", world.fixture.provider, json!({ "title": "From tomorrow", "resolution": "New.", "shown_to": "requesters" })).await;
        server.transition(&draft, "submit", json!({})).await;
        let day = |days: i64| app.now().plus_seconds(days * 86_400).to_string()[..10].to_owned();
        server.transition(&draft, "schedule", json!({ "valid_from": day(1) })).await;
        let ending = world.article("Until today", json!({ "valid_until": day(0) })).await;
        let due = world.article("Look again", json!({ "review_on": day(1), "owner": owner })).await;
        app.care_for_articles().await.unwrap();
        check_status(&world.browser("a1").get(&format!("/knowledge-articles/{}", draft.record.number)).await, 404, "not yet");
        world.read("a1", &ending.record.number).await;
        clock.advance(86_400);
        let (a1, g1) = (world.another("a1").await, world.another("g1").await);
        check_status(&a1.get(&format!("/knowledge-articles/{}", ending.record.number)).await, 404, "its last day is over, job or not");
        world.told().await;
        for _ in 0..3 {
            app.care_for_articles().await.unwrap();
        }
        let page = a1.get(&format!("/knowledge-articles/{}", draft.record.number)).await.expect(200).text();
        assert!(words(&page).contains("New."), "{page}");
        let state = world.all("knowledge_article", &format!("number == \"{}\"", ending.record.number)).await;
        assert_eq!(state[0].record.state, "outdated");
        world.told().await;
        let told = g1.get("/inbox").await.text();
        assert_eq!(told.matches(&format!("/knowledge-articles/{}", due.record.number)).count(), 1, "{told}");
        assert!(words(&told).contains("asks you to review"), "{told}");
        // The job does it, and asks for its next run.
        assert!(!app.run_due_job("one").await.unwrap(), "nobody asked for it yet");
    }

    async fn a_reader_gets_their_language_and_may_change_it(db: TestDatabase) {
        let world = World::build(db).await;
        let source = world.article("Start the pump", json!({})).await;
        let at = format!("/knowledge-articles/{}", source.record.number);
        let g1 = world.browser("g1");
        let answer = g1.post(&format!("{at}/translations"), &[("language", "de")]).await.expect(303);
        let german = location(&answer).strip_suffix("/write").unwrap().to_owned();
        // A second asker opens the same one.
        assert_eq!(location(&g1.post(&format!("{at}/translations"), &[("language", "de")]).await.expect(303)), format!("{german}/write"));
        let page = words(&g1.get(&format!("{german}/write")).await.expect(200).text());
        assert!(page.contains("Resolution in the source") && page.contains("Press the red button."), "{page}");
        g1.post(&format!("{german}/write"), &[("title", "Pumpe starten"), ("resolution", "Den roten Knopf drücken."), ("source_version", "1"), ("is_up_to_date", "true")]).await.expect(303);
        let a1 = world.browser("a1");
        assert_eq!(a1.send(a1.call("GET", &at).header("accept-language", "de")).await.status.as_u16(), 200, "a draft is nothing to read");
        world.browser("root").post(&format!("{german}/transitions/publish_directly"), &[]).await.expect(303);
        let answer = a1.send(a1.call("GET", &at).header("accept-language", "de-DE, en;q=0.5")).await.expect(303);
        assert_eq!(location(&answer), format!("{german}?language=de"));
        let page = words(&a1.get(location(&answer)).await.expect(200).text());
        assert!(page.contains("Den roten Knopf drücken.") && page.contains("English") && page.contains("Deutsch"), "{page}");
        check_status(&a1.send(a1.call("GET", &format!("{at}?language=en")).header("accept-language", "de")).await, 200, "who chose stays");
        check_status(&a1.send(a1.call("GET", &at).header("accept-language", "it, en;q=0.5")).await, 200, "the source is good");
        check_status(&g1.send(g1.call("GET", &at).header("accept-language", "de")).await, 200, "staff get what they asked for");
        // Their own field says more than the browser.
        let person = format!("/people/{}/edit", world.fixture.people["a1"]);
        world.browser("root").post(&person, &[("language", "en")]).await.expect(303);
        check_status(&a1.send(a1.call("GET", &at).header("accept-language", "de")).await, 200, "English by choice");
        // A newer source makes it stale, until somebody brings it up to date.
        g1.post(&format!("{at}/write"), &[("resolution", "Press the blue button.")]).await.expect(303);
        world.browser("root").post(&format!("{at}/transitions/publish_directly"), &[]).await.expect(303);
        let page = words(&a1.get(&format!("{german}?language=de")).await.text());
        assert!(page.contains("This translation is older than the article in its first language."), "{page}");
        let gaps = words(&world.browser("root").get("/knowledge/translations").await.expect(200).text());
        assert!(gaps.contains("Of version 1, the source is at 2"), "{gaps}");
        check_status(&a1.get("/knowledge/translations").await, 403, "not for readers");
    }

    async fn readers_say_whether_it_helped_and_owners_hear_why(db: TestDatabase) {
        let world = World::build(db).await;
        let owner = world.fixture.people["g1"].to_string();
        let article = world.article("Start the pump", json!({ "owner": owner })).await;
        let at = format!("/knowledge-articles/{}", article.record.number);
        world.told().await;
        for (actor, helpful) in [("a1", "no"), ("a1", "yes"), ("b1", "yes"), ("g2", "no")] {
            world.browser(actor).post(&format!("{at}/helpful"), &[("helpful", helpful)]).await.expect(303);
        }
        let seen = world.read("g1", &article.record.number).await;
        assert!(seen.contains("67 % found it helpful (2 of 3)"), "one vote each: {seen}");
        let seen = world.read("a1", &article.record.number).await;
        assert!(seen.contains("You found it helpful.") && !seen.contains("67 %"), "{seen}");
        world.browser("a1").post(&format!("{at}/helpful"), &[("helpful", "no"), ("comment", "There is no red button")]).await.expect(303);
        check_status(&world.browser("g2").post(&format!("{at}/flag"), &[("reason", "outdated"), ("comment", "")]).await, 422, "say what");
        world.browser("g2").post(&format!("{at}/flag"), &[("reason", "outdated"), ("comment", "Button is green now")]).await.expect(303);
        check_status(&world.browser("a1").post(&format!("{at}/flag"), &[("comment", "x")]).await, 403, "not for readers");
        check_status(&world.browser("a1").get(&format!("{at}/flag")).await, 403, "not for readers");
        let feedback = world.all("article_feedback", "state == 'open'").await;
        assert_eq!(feedback.len(), 2);
        world.told().await;
        let inbox = world.browser("g1").get("/inbox").await.text();
        for one in &feedback {
            assert!(inbox.contains(&one.record.number), "{inbox}");
            assert_eq!(one.record.reference("assignee"), Some(world.fixture.people["g1"]));
        }
        assert!(world.read("g1", &article.record.number).await.contains("2 open flags"));
        // What a reader may not read they cannot judge.
        let hidden = format!("/knowledge-articles/{}/helpful", world.fixture.ki.record.number);
        check_status(&world.browser("a1").post(&hidden, &[("helpful", "yes")]).await, 404, "not theirs");
        let quality = words(&world.browser("root").get("/knowledge/quality?sort=flags").await.expect(200).text());
        assert!(quality.contains("Start the pump"), "{quality}");
        check_status(&world.browser("a1").get("/knowledge/quality").await, 403, "not for readers");
    }

    async fn an_article_answers_a_ticket_and_comes_from_one(db: TestDatabase) {
        let world = World::build(db).await;
        let article = world.article("Zebra crossing lights", json!({ "summary": "How to light it" })).await;
        world.fixture.server.searchable().await;
        let (g1, ta) = (world.browser("g1"), world.ta());
        let found = g1.part(&format!("{ta}/articles?q=zebra")).await.expect(200).text();
        assert!(found.contains(&article.record.number) && found.contains("Insert"), "{found}");
        check_status(&world.browser("a1").get(&format!("{ta}/articles?q=zebra")).await, 403, "not for requesters");
        for how in ["text", "reference", "link", "text"] {
            let answer = g1.post_part(&format!("{ta}/articles"), &[("article", &article.record.number), ("do", how)]).await.expect(200);
            let text = answer.json()["text"].as_str().unwrap().to_owned();
            match how {
                "text" => assert_eq!(text, "How to light it\n\nPress the red button."),
                "reference" => assert!(text.contains(&format!("(/knowledge-articles/{})", article.record.number))),
                _ => assert_eq!(text, ""),
            }
        }
        assert!(world.read("g1", &article.record.number).await.contains("1 time used"), "counted once for each record");
        // Without scripts the words go into the reply's draft.
        let answer = g1.post(&format!("{ta}/articles"), &[("article", &article.record.number), ("do", "text")]).await.expect(303);
        assert!(location(&answer).ends_with("#composer"));
        assert!(g1.get(&ta).await.text().contains("Press the red button."));
        check_status(&g1.post(&format!("{ta}/articles"), &[("article", &world.fixture.ki.record.number), ("do", "eat")]).await, 400, "what?");
        // Nothing is made of what is not solved.
        check_status(&g1.post(&format!("{ta}/article"), &[]).await, 409, "open");
        g1.post(&format!("{ta}/transitions/start"), &[]).await;
        g1.post(&format!("{ta}/transitions/resolve"), &[("resolution_code", "fixed"), ("resolution_notes", "Turned it **round**")]).await.expect(303);
        assert!(words(&g1.get(&ta).await.text()).contains("Make an article"));
        let answer = g1.post(&format!("{ta}/article"), &[]).await.expect(303);
        let made = location(&answer).strip_suffix("/write").unwrap().to_owned();
        assert_eq!(location(&g1.post(&format!("{ta}/article"), &[]).await.expect(303)), format!("{made}/write"), "sent twice makes one");
        let page = g1.get(&made).await.expect(200).text();
        let text = words(&page);
        let title = world.fixture.canary("TA.title");
        let issue = world.fixture.canary("TA.description");
        assert!(text.contains(&title) && text.contains(&issue) && text.contains("Turned it round") && text.contains("documents"), "{text}");
        check_status(&world.browser("a1").post(&format!("{ta}/article"), &[]).await, 403, "not for requesters");
    }

    async fn who_reads_follows_role_organisation_and_service(db: TestDatabase) {
        let world = World::build(db).await;
        let server = &world.fixture.server;
        let of = async |title: &str, more: Json| world.article(title, more).await.record.number;
        let managers = of("For managers", json!({ "shown_to": "organisation_managers", "shown_to_organisations": [world.fixture.a.to_string()] })).await;
        let team = of("For the team", json!({ "shown_to": "team", "team": world.fixture.desk.to_string() })).await;
        let service = server.make("service", world.fixture.provider, json!({ "name": "Pumps", "customers": [world.fixture.a.to_string()] })).await;
        let customers = of("For customers", json!({ "only_service_customers": true, "service": service.record.id.to_string() })).await;
        let sees = async |number: &str| {
            let mut seen = Vec::new();
            for actor in ["a1", "am", "b1", "g1", "g2", "root"] {
                let answer = world.browser(actor).get(&format!("/knowledge-articles/{number}?language=en")).await;
                if answer.status.as_u16() == 200 {
                    seen.push(actor);
                }
            }
            seen
        };
        assert_eq!(sees(&managers).await, ["am", "g1", "g2", "root"]);
        assert_eq!(sees(&team).await, ["g1", "root"]);
        assert_eq!(sees(&customers).await, ["g1", "g2", "root"], "until it is known who they are, nobody");
        server.app.care_for_articles().await.unwrap();
        assert_eq!(sees(&customers).await, ["a1", "am", "g1", "g2", "root"]);
    }

    async fn sec_046_047_048_an_article_asks_and_changes_nothing_when_read(db: TestDatabase) {
        let world = World::build(db).await;
        let hostile = "![x](https://tracker.example/p.gif) ![y](/sign-out) ![z](../sign-out)\n\n<img src=/sign-out>\n\n<form action=/sign-out method=post><button>go</button></form>\n\n[out](/sign-out)";
        let article = world.article("Traps", json!({ "resolution": hostile, "summary": "<b>x</b>" })).await;
        let at = format!("/knowledge-articles/{}", article.record.number);
        for actor in ["a1", "g1"] {
            let page = world.browser(actor).get(&at).await.expect(200).text();
            assert!(!page.contains("<img") && !page.contains("srcset"), "{page}");
            let forms: Vec<String> = Page::parse(&page).forms().into_iter().map(|form| form.action).collect();
            let own = Page::parse(&world.browser(actor).get("/account").await.text()).forms().into_iter().filter(|form| form.action == "/sign-out").count();
            assert_eq!(forms.iter().filter(|action| *action == "/sign-out").count(), own, "{forms:?}");
        }
        // The address that ends a session takes no link.
        check_status(&world.browser("a1").get("/sign-out").await, 405, "a link does nothing");
        world.read("a1", &article.record.number).await;
    }

    async fn a_handling_note_pops_up_once_in_a_session(db: TestDatabase) {
        let world = World::build(db).await;
        let server = &world.fixture.server;
        let note = async |title: &str, more: Json| {
            let mut fields = json!({ "title": title, "text": "Really **do**.", "about": [world.fixture.people["a1"].to_string()] });
            fields.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            server.make("handling_note", world.fixture.provider, fields).await.record.number
        };
        let number = note("Call before noon", json!({})).await;
        note("Only for HR", json!({ "teams": [world.fixture.hr.to_string()] })).await;
        note("Long over", json!({ "until": "2020-01-01" })).await;
        note("Of somebody else", json!({ "about": [world.fixture.people["b1"].to_string()] })).await;
        let pops_up = |html: &str| html.contains("data-pop-up");
        let ta = world.ta();
        let page = world.browser("g1").get(&ta).await.expect(200).text();
        assert!(pops_up(&page) && words(&page).contains("Mind this"), "{page}");
        for absent in ["Only for HR", "Long over", "Of somebody else"] {
            assert!(!page.contains(absent), "{absent}");
        }
        // Once in a session; beside the record it stays.
        let page = world.browser("g1").get(&ta).await.expect(200).text();
        assert!(!pops_up(&page) && page.contains("Call before noon"), "{page}");
        assert!(pops_up(&world.another("g1").await.get(&ta).await.text()), "a new session");
        assert!(!world.browser("a1").get(&ta).await.text().contains("Call before noon"), "not for whom it is about");
        // Who saw it is told on its page.
        let page = words(&world.browser("g1").get(&format!("/handling-notes/{number}")).await.expect(200).text());
        assert!(page.contains("Shown to") && page.matches(&world.fixture.ta.record.number).count() == 2, "{page}");
        check_status(&world.browser("a1").get(&format!("/handling-notes/{number}")).await, 404, "not for readers");
    }
}
