//! The portal as those who ask meet it, without scripts.

use steward_testkit::on_both;

use crate::world::{World, check_status, location};

on_both! {
    async fn an_order_without_scripts(db: TestDatabase) {
        let world = World::build(db).await;
        let items = world.fixture.catalogue().await;
        let browser = world.browser("a1");
        let address = format!("/portal/items/{}", items["laptop"].record.number);
        let page = browser.get(&address).await;
        check_status(&page, 200, "the item");
        assert!(page.text().contains("1,200") && page.text().contains("What do you do with it?"));
        assert!(!page.text().contains("Memory in GB"), "not asked yet");
        // The round trip shows what follows from an answer, and finds no fault yet.
        let on = browser.post(&address, &[("work", "development"), ("extras", ""), ("extras", "bag"), ("do", "continue")]).await;
        check_status(&on, 200, "continue");
        assert!(on.text().contains("Memory in GB") && !on.text().contains("Some things need attention"));
        let faulty = browser.post(&address, &[("work", "development"), ("do", "order")]).await;
        check_status(&faulty, 422, "an answer is missing");
        assert!(faulty.text().contains("Memory in GB: Is required"), "{}", faulty.text());
        // What was typed before another answer hid it is left out.
        let values = [
            ("work", "office"), ("memory", "32"), ("extras", ""), ("extras", "bag"), ("order_quantity", "2"),
            ("order_note", "For the new room"), ("order_once", "once-1"), ("do", "order"),
        ];
        let ordered = browser.post(&address, &values).await;
        check_status(&ordered, 303, "ordered");
        let place = location(&ordered).to_owned();
        assert_eq!(location(&browser.post(&address, &values).await), place, "sent twice, ordered once");
        let page = browser.get(&place).await;
        check_status(&page, 200, "the request");
        for words in ["Your order is on its way", "Received", "What do you do with it?", "Office", "Bag", "2,400", "For the new room", "Withdraw"] {
            assert!(page.text().contains(words), "{words}: {}", page.text());
        }
        assert!(!page.text().contains("Memory in GB"));
        let number = place.split('?').next().unwrap().rsplit('/').next().unwrap().to_owned();
        // The agent sees the answers, and their reply reaches the one who asked.
        let agent = world.browser("g1");
        let seen = agent.get(&format!("/service-requests/{number}")).await;
        assert!(seen.text().contains("What do you do with it?") && seen.text().contains("Item laptop"), "{}", seen.text());
        agent.post(&format!("/service-requests/{number}/comments"), &[("body", "Tomorrow at ten?")]).await.expect(303);
        assert!(browser.get(&place).await.text().contains("Tomorrow at ten?"));
        browser.post(&format!("/portal/requests/{number}/comments"), &[("body", "Fine")]).await.expect(303);
        check_status(&browser.post(&format!("/portal/requests/{number}/comments"), &[("body", " ")]).await, 422, "nothing said");
        assert!(agent.get(&format!("/service-requests/{number}")).await.text().contains("Fine"));
        // In the language and with the figures of who reads.
        for (language, request, item) in [
            ("de", ["Wie es weitergeht", "Eingegangen", "Zurückziehen", "2.400"], ["Ihre Bestellung", "Wie viele?", "1.200"]),
            ("fr", ["La suite", "Reçu", "Retirer", "Vos réponses"], ["Votre commande", "Combien ?", "Commander"]),
            ("en", ["What happens next", "Received", "Withdraw", "2,400"], ["Your order", "How many?", "1,200"]),
        ] {
            browser.post("/settings", &[("language", language)]).await.expect(303);
            let page = browser.get(&place).await;
            request.iter().for_each(|words| assert!(page.text().contains(words), "{words}: {}", page.text()));
            let page = browser.get(&address).await;
            item.iter().for_each(|words| assert!(page.text().contains(words), "{words}: {}", page.text()));
        }
        // Others see nothing of it.
        for other in ["a2", "b1"] {
            check_status(&world.browser(other).get(&place).await, 404, other);
            check_status(&world.browser(other).post(&format!("/portal/requests/{number}/comments"), &[("body", "x")]).await, 404, other);
        }
    }

    async fn what_is_not_on_offer_is_nowhere(db: TestDatabase) {
        let world = World::build(db).await;
        let items = world.fixture.catalogue().await;
        world.fixture.server.searchable().await;
        for (actor, seen) in [("a1", ["laptop", "of_a"]), ("b1", ["laptop", "foreign"])] {
            let browser = world.browser(actor);
            let mut pages = String::new();
            for path in ["/portal", "/portal/catalogue", "/portal/catalogue?q=item", "/portal/answers?q=item", "/catalogue-items"] {
                let page = browser.get(path).await;
                check_status(&page, 200, path);
                pages.push_str(&page.text());
            }
            let category = items["laptop"].record.reference("category").unwrap();
            pages.push_str(&browser.get(&format!("/portal/catalogue/{category}")).await.text());
            for (word, item) in &items {
                let address = format!("/portal/items/{}", item.record.number);
                let offered = seen.contains(word);
                assert_eq!(pages.contains(&format!("Item {word}")), offered, "{actor} sees {word}");
                check_status(&browser.get(&address).await, if offered { 200 } else { 404 }, word);
                if !offered {
                    check_status(&browser.post(&address, &[("do", "order")]).await, 404, word);
                    check_status(&browser.get(&format!("{address}/choices?question=device")).await, 404, word);
                }
            }
        }
        // Staff read drafts, and cannot order them either.
        check_status(&world.browser("root").get(&format!("/portal/items/{}", items["draft"].record.number)).await, 404, "draft");
        // Choices of a question are those that its limit admits.
        let choices = format!("/portal/items/{}/choices?question=device&q=", items["laptop"].record.number);
        let own = world.browser("a1").get(&choices).await.json();
        assert_eq!(own[0]["value"], world.fixture.ca.record.number.as_str(), "{own}");
        assert_eq!(world.browser("a2").get(&choices).await.json().as_array().unwrap().len(), 0);
    }

    async fn keeping_the_catalogue_is_for_those_who_do(db: TestDatabase) {
        let world = World::build(db).await;
        let items = world.fixture.catalogue().await;
        let person = world.fixture.people["b1"];
        let preview = format!("/portal/preview?person={person}");
        let editor = format!("/portal/forms/{}", items["laptop"].record.number);
        let root = world.browser("root");
        let seen = root.get(&preview).await;
        check_status(&seen, 200, "preview");
        assert!(seen.text().contains("may order 2 items"), "{}", seen.text());
        assert!(seen.text().contains("It is for other organisations"));
        check_status(&root.get(&editor).await, 200, "editor");
        let broken = root.post(&editor, &[("form", "[[question]]\nkey = \"a\""), ("do", "save")]).await;
        check_status(&broken, 422, "a broken form");
        assert!(broken.text().contains("line 1"), "{}", broken.text());
        let text = "[[question]]\nkey = \"colour\"\ntype = \"text\"\nlabel = \"Which colour?\"\n";
        let tried = root.post(&editor, &[("form", text), ("do", "preview")]).await;
        check_status(&tried, 200, "preview of a form");
        assert!(tried.text().contains("Which colour?"));
        root.post(&editor, &[("form", text), ("do", "save")]).await.expect(303);
        assert!(world.browser("a1").get(&format!("/portal/items/{}", items["laptop"].record.number)).await.text().contains("Which colour?"));
        for actor in ["a1", "g1"] {
            check_status(&world.browser(actor).get(&preview).await, 403, actor);
            check_status(&world.browser(actor).get(&editor).await, 403, actor);
            check_status(&world.browser(actor).post(&editor, &[("form", ""), ("do", "save")]).await, 403, actor);
        }
        check_status(&world.browser("b1").get(&format!("/portal/forms/{}", items["of_a"].record.number)).await, 404, "b1");
    }

    async fn answers_are_offered_before_a_report_and_counted(db: TestDatabase) {
        let world = World::build(db).await;
        world.fixture.server.searchable().await;
        let title = world.fixture.canary("KA.title");
        let article = world.fixture.ka.record.number.clone();
        let offered = async |actor: &str| {
            let answer = world.browser(actor).post_part("/portal/report/answers", &[("title", title.as_str()), ("mark", "m-1")]).await;
            check_status(&answer, 200, actor);
            world.fixture.sweep(actor, &answer);
            answer.text().contains(&article)
        };
        assert!(offered("a1").await);
        assert!(!offered("b1").await, "the article is for another customer");
        let read = format!("/portal/articles/{article}?mark=m-1");
        check_status(&world.browser("a1").get(&read).await, 200, "read");
        check_status(&world.browser("b1").get(&read).await, 404, "not b1's to read");
        check_status(&world.browser("b1").post(&format!("/portal/articles/{article}/solved"), &[("mark", "m-1")]).await, 404, "b1");
        let sent = world.browser("a1").post("/portal/report", &[("title", "Still broken"), ("mark", "m-1")]).await;
        check_status(&sent, 303, "reported");
        let number = location(&sent).split('?').next().unwrap().rsplit('/').next().unwrap().to_owned();
        let seen = world.browser("g1").get(&format!("/incidents/{number}")).await;
        assert!(seen.text().contains("The requester has read") && seen.text().contains(&title), "{}", seen.text());
        assert!(!world.browser("a1").get(&format!("/incidents/{number}")).await.text().contains("The requester has read"));
        // Another one is spared.
        world.browser("a2").get(&format!("/portal/articles/{article}?mark=m-2")).await.expect(200);
        let solved = world.browser("a2").post(&format!("/portal/articles/{article}/solved"), &[("mark", "m-2")]).await;
        check_status(&solved, 200, "solved");
        world.browser("a2").post(&format!("/portal/articles/{article}/solved"), &[("mark", "m-2")]).await.expect(200);
        let figures = world.browser("g1").get(&format!("/knowledge-articles/{article}")).await;
        assert!(figures.text().contains("solved by article 1 time."), "counted once: {}", figures.text());
        assert!(!world.browser("a1").get(&format!("/knowledge-articles/{article}")).await.text().contains("solved by article"));
        check_status(&world.browser("a1").post("/portal/report", &[("title", "")]).await, 422, "nothing said");
    }

    async fn everybody_follows_their_own(db: TestDatabase) {
        let world = World::build(db).await;
        let ta = world.fixture.ta.record.number.clone();
        let list = world.browser("a1").get("/portal/requests").await;
        assert!(list.text().contains(&ta), "{}", list.text());
        world.fixture.sweep("a1", &list);
        assert!(!world.browser("a2").get("/portal/requests?show=all").await.text().contains(&ta));
        assert!(!world.browser("a2").get("/portal/requests?of=organisation").await.text().contains(&ta), "not a manager");
        let manager = world.browser("am").get("/portal/requests?of=organisation").await;
        assert!(manager.text().contains(&ta), "{}", manager.text());
        world.fixture.sweep("am", &manager);
        let page = world.browser("a1").get(&format!("/portal/requests/{ta}")).await;
        check_status(&page, 200, "own");
        world.fixture.sweep("a1", &page);
        world.fixture.shows("TA.comment", &page);
        for other in ["a2", "b1", "g2"] {
            check_status(&world.browser(other).get(&format!("/portal/requests/{ta}")).await, 404, other);
        }
        // Who asks starts in the portal, staff at their work.
        assert!(world.browser("a1").get("/").await.text().contains("What do you need"));
        assert!(world.browser("g1").get("/").await.text().contains("My work"));
    }

    async fn what_is_said_of_something_long_over_begins_a_new_report(db: TestDatabase) {
        let world = World::build(db).await;
        let root = world.fixture.client("root");
        let fields = serde_json::json!({
            "title": "Printer prints stripes", "impact": "low", "urgency": "low",
            "requester": world.fixture.people["a1"].to_string(), "team": world.fixture.desk.to_string(),
        });
        let made = root.post("/api/v1/incidents", serde_json::json!({ "fields": fields })).await.expect(201).json();
        let number = made["number"].as_str().unwrap().to_owned();
        let path = format!("/api/v1/incidents/{number}/transitions");
        root.post(&format!("{path}/start"), serde_json::json!({})).await.expect(200);
        let how = serde_json::json!({ "fields": { "resolution_code": "fixed", "resolution_notes": "New drum" } });
        root.post(&format!("{path}/resolve"), how).await.expect(200);
        let here = format!("/portal/requests/{number}");
        let page = world.another("a1").await.get(&here).await.text();
        assert!(page.contains("Still not right") || !page.contains("begins a new report"), "{page}");
        world.fixture.server.clock.advance(15 * 86_400);
        let browser = world.another("a1").await;
        let page = browser.get(&here).await.text();
        assert!(page.contains("what you write begins a new report"), "{page}");
        check_status(&browser.post(&format!("{here}/comments"), &[("body", " ")]).await, 422, "nothing said");
        let sent = browser.post(&format!("{here}/comments"), &[("body", "Stripes again")]).await;
        check_status(&sent, 303, "sent");
        let place = location(&sent).to_owned();
        assert!(place.contains("followed=1") && !place.contains(&number), "{place}");
        let page = browser.get(&place).await.text();
        for words in ["It continues what was closed", "Continues", &number, "Printer prints stripes", "Stripes again"] {
            assert!(page.contains(words), "{words}: {page}");
        }
        assert!(browser.get(&here).await.text().contains("Went on as"));
        // Staff follow up from the menu of the record, and see it in the report.
        let agent = world.another("g1").await;
        assert!(agent.get(&format!("/incidents/{number}")).await.text().contains(&format!("/incidents/{number}/follow-up")));
        check_status(&agent.get(&format!("/incidents/{number}/follow-up")).await, 200, "the form");
        check_status(&agent.post(&format!("/incidents/{number}/follow-up"), &[("text", "")]).await, 422, "nothing said");
        let made = agent.post(&format!("/incidents/{number}/follow-up"), &[("text", "By telephone")]).await;
        assert!(location(&made).starts_with("/incidents/INC"), "{}", location(&made));
        assert!(agent.get("/service-levels").await.text().contains("were reopened (0.0 %)"));
        check_status(&world.another("b1").await.get(&format!("/incidents/{number}/follow-up")).await, 404, "not theirs");
    }
}
