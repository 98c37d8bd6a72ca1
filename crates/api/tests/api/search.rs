//! SEC-004, 005, 007, 009, 019, 105 for search: what one may not read is not found, not counted and not hinted at.

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};
use steward_model::id::RecordId;
use steward_testkit::client::{Answer, encoded};
use steward_testkit::fixture::{Fixture, word};
use steward_testkit::on_both;

use crate::lists::{READERS, populate, standing};
use crate::oracle::may_read;

async fn search(fixture: &Fixture, actor: &str, query: &str) -> Answer {
    let answer = fixture.client(actor).get(&format!("/api/v1/search?{query}")).await.expect(200);
    fixture.sweep_but_names(actor, &answer);
    answer
}

async fn search_for(fixture: &Fixture, actor: &str, text: &str) -> Answer {
    search(fixture, actor, &format!("q={}", encoded(text))).await
}

fn numbers(answer: &Answer) -> Vec<String> {
    let hits = answer.json()["hits"].as_array().unwrap().clone();
    hits.iter().map(|hit| hit["number"].as_str().unwrap().to_owned()).collect()
}

fn ids(answer: &Answer) -> BTreeSet<i64> {
    let hits = answer.json()["hits"].as_array().unwrap().clone();
    hits.iter().map(|hit| hit["id"].as_str().unwrap().parse().unwrap()).collect()
}

/// The number of the record in which the word of a place stands, when the index holds that text.
fn searched(fixture: &Fixture, place: &str) -> Option<String> {
    let (thing, part) = place.split_once('.').unwrap();
    let record = match thing {
        "TA" => &fixture.ta,
        "TB" => &fixture.tb,
        "CA" => &fixture.ca,
        "CB" => &fixture.cb,
        "KP" => &fixture.kp,
        "KA" => &fixture.ka,
        "KI" => &fixture.ki,
        _ => return None,
    };
    let is_text = !["file_content", "inner_content", "secret"].contains(&part);
    is_text.then(|| record.record.number.clone())
}

on_both! {
    async fn sec_004_each_word_is_found_by_those_who_may_read_it(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        fixture.server.searchable().await;
        let mut found = 0;
        for (place, word, seen_by) in fixture.canaries() {
            for actor in READERS {
                // Whole, and as far as the words of the fixture differ.
                for text in [word.to_owned(), format!("{word} "), word[..9].to_owned(), format!("q {word}")] {
                    let answer = search_for(&fixture, actor, &text).await;
                    fixture.sweep_but_names(actor, &answer);
                    let numbers = numbers(&answer);
                    assert_eq!(answer.header("x-total-count"), numbers.len().to_string());
                    assert_eq!(answer.json()["complete"], json!(true));
                    let expected = searched(&fixture, place).filter(|_| seen_by.contains(&actor) && !text.starts_with("q "));
                    if !seen_by.contains(&actor) || searched(&fixture, place).is_some() {
                        assert_eq!(numbers, Vec::from_iter(expected), "{actor} {place} {text}");
                        found += numbers.len();
                    }
                }
            }
        }
        assert!(found > 300, "only {found} hits");
    }

    async fn sec_004_search_finds_what_the_oracle_says(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        let known: BTreeSet<i64> = standing(&fixture).iter().map(|thing| thing.id).collect();
        let things = populate(&fixture).await;
        fixture.server.searchable().await;
        for actor in READERS {
            let expected: BTreeSet<i64> = things
                .iter()
                .filter(|thing| !known.contains(&thing.id) && thing.kinds != "knowledge-articles")
                .filter(|thing| may_read(&fixture, actor, thing))
                .map(|thing| thing.id)
                .collect();
            for text in ["thing", "thi", "Thing "] {
                let answer = search(&fixture, actor, &format!("limit=100&q={}", encoded(text))).await;
                assert_eq!(ids(&answer), expected, "{actor} {text}");
                assert_eq!(answer.header("x-total-count"), expected.len().to_string());
                let answer = search(&fixture, actor, &format!("limit=3&q={}", encoded(text))).await;
                let total = if expected.len() > 3 { "3+".to_owned() } else { expected.len().to_string() };
                assert_eq!(answer.header("x-total-count"), total, "{actor} {text}");
                assert!(ids(&answer).is_subset(&expected));
            }
            let kinds: BTreeSet<i64> =
                things.iter().filter(|thing| thing.kinds == "problems").map(|thing| thing.id).collect();
            let answer = search(&fixture, actor, "limit=100&kind=problem&q=thing").await;
            assert_eq!(ids(&answer), expected.intersection(&kinds).copied().collect(), "{actor}");
            // Records like one are bound alike.
            for thing in things.iter().filter(|thing| expected.contains(&thing.id)).take(3) {
                let path = format!("/api/v1/{}/{}/similar?limit=100&kind=incident,problem,change", thing.kinds, thing.id);
                let like = ids(&fixture.client(actor).get(&path).await.expect(200));
                assert!(like.is_subset(&expected) && !like.contains(&thing.id), "{actor} {like:?}");
            }
        }
    }

    async fn sec_005_guessing_tells_nothing(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        // g1 reads this one as its requester only: the team of others works on it.
        let fields = json!({
            "title": "about myself",
            "handling_notes": word("secret"),
            "requester": fixture.people["g1"].to_string(),
            "team": fixture.hr.to_string(),
        });
        fixture.server.make("incident", fixture.provider, fields).await;
        fixture.server.searchable().await;
        for (actor, secret, beside) in [
            ("a1", word("TA.handling"), word("TA.title")),
            ("am", word("TA.note"), word("TA.title")),
            ("a1", word("TA.work"), String::new()),
            ("a1", word("TA.inner_file"), String::new()),
            ("b1", word("TA.title"), word("TB.title")),
            ("a2", word("TA.comment"), String::new()),
            ("g2", word("TA.note"), String::new()),
            ("g1", word("secret"), "myself".to_owned()),
            ("oa", word("CB.notes"), word("CA.name")),
            ("root", word("CA.secret"), word("CA.name")),
            ("a1", word("g1.login"), String::new()),
        ] {
            let mut first: Option<(String, String)> = None;
            for length in 5..secret.len() {
                for letter in "zqxy0123456789abcdef".chars() {
                    let probe = format!("{beside} {}{letter}", &secret[..length]);
                    let answer = search_for(&fixture, actor, &probe).await;
                    let told = (answer.text(), answer.header("x-total-count").to_owned());
                    assert_eq!(*first.get_or_insert_with(|| told.clone()), told, "{actor} {probe}");
                }
            }
            assert_eq!(first.unwrap().1, "0");
        }
        // Those who may read it do find it.
        assert_eq!(numbers(&search_for(&fixture, "g1", &word("TA.note")[..9]).await), vec![fixture.ta.record.number.clone()]);
        assert_eq!(numbers(&search_for(&fixture, "g2", &word("secret")).await).len(), 1);
    }

    async fn sec_005_hidden_words_change_no_order(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        let server = &fixture.server;
        for (title, description) in [("alpha alpha beta", "x"), ("alpha beta beta", "x"), ("alpha beta", "alpha")] {
            let requester = fixture.people["b1"].to_string();
            server.make("incident", fixture.b, json!({"title": title, "description": description, "requester": requester})).await;
        }
        server.searchable().await;
        let before = search_for(&fixture, "b1", "alpha beta").await;
        assert_eq!(numbers(&before).len(), 3);
        for _ in 0..30 {
            let fields = json!({"title": "beta", "description": "beta beta", "requester": fixture.people["a1"].to_string()});
            server.make("incident", fixture.a, fields).await;
        }
        server.searchable().await;
        let after = search_for(&fixture, "b1", "alpha beta").await;
        assert_eq!(before.text(), after.text());
    }

    async fn sec_007_a_moved_ticket_is_not_found_by_those_it_left(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        fixture.server.searchable().await;
        let ta = fixture.ta.record.number.clone();
        assert_eq!(numbers(&search_for(&fixture, "a1", &ta).await)[0], ta);
        let body = json!({"organisation": fixture.b.to_string()});
        fixture.client("root").patch(&format!("/api/v1/incidents/{ta}"), body).await.expect(200);
        // At once, before the index knows, and after.
        for _ in 0..2 {
            for actor in ["a1", "a2", "am", "oa", "b1"] {
                for text in [ta.clone(), word("TA.title"), word("TA.comment")] {
                    assert_eq!(search_for(&fixture, actor, &text).await.json()["hits"], json!([]), "{actor}");
                }
            }
            assert_eq!(numbers(&search_for(&fixture, "g1", &word("TA.title")).await), vec![ta.clone()]);
            fixture.server.searchable().await;
        }
    }

    async fn sec_009_snippets_show_what_the_reader_may_read(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        let both = json!({"body": "The printer on the third floor is the one."});
        let ticket = format!("/api/v1/incidents/{}", fixture.ta.record.number);
        fixture.client("g1").post(&format!("{ticket}/comments"), both).await.expect(200);
        let inner = json!({"body": format!("The printer is {}", word("TA.note")), "audience": "internal"});
        fixture.client("g1").post(&format!("{ticket}/comments"), inner).await.expect(200);
        fixture.server.searchable().await;
        let answer = search_for(&fixture, "a1", "printer").await;
        fixture.sweep("a1", &answer);
        let hit = &answer.json()["hits"][0];
        assert_eq!(hit["snippet"]["source"], "Comment");
        assert!(answer.text().contains("third floor"));
        assert_eq!(hit["snippet"]["parts"][1], json!({"text": "printer", "marked": true}));
        let staff = search_for(&fixture, "g1", "printer").await;
        assert_eq!(staff.json()["hits"][0]["snippet"]["source"], "Work note");
        assert!(staff.text().contains(&word("TA.note")));
        // Words of which some stand in notes only are no hit.
        let mixed = format!("third {}", word("TA.note"));
        assert_eq!(search_for(&fixture, "a1", &mixed).await.json()["hits"], json!([]));
        assert_eq!(numbers(&search_for(&fixture, "g1", &mixed).await).len(), 1);
    }

    async fn sec_019_people_are_suggested_to_those_who_may_read_them(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        fixture.server.searchable().await;
        let app = &fixture.server.app;
        let kinds = ["person", "team", "service", "configuration_item"].map(str::to_owned);
        for (actor, text, expected) in [
            ("g1", word("b1.name")[..6].to_owned(), Some("b1")),
            ("g1", word("b1.login"), Some("b1")),
            ("g1", format!("{}@exam", word("b1.login")), Some("b1")),
            ("a1", word("a1.name"), Some("a1")),
            ("am", word("a2.name"), Some("a2")),
            ("a1", word("a2.name"), None),
            ("a1", word("g1.name"), None),
            ("oa", word("b1.name"), None),
            ("oa", "example".to_owned(), Some("a1 a2 am oa")),
            ("b1", word("Desk.name"), None),
        ] {
            let reader = fixture.server.actor(fixture.people[actor]).await;
            let hits = app.suggest(&reader, &kinds, &text, 20).await.unwrap();
            let found: BTreeSet<RecordId> = hits.iter().map(|hit| hit.record.id).collect();
            let expected = expected.unwrap_or_default().split_whitespace().map(|name| fixture.people[name]).collect();
            assert_eq!(found, expected, "{actor} {text}");
        }
    }

    async fn sec_105_questions_of_all_sorts_are_answered(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        fixture.server.searchable().await;
        let root = fixture.client("root");
        for text in ["?", "* AND (", "\"", "title:x", "😀", "a", "zq", "-", &"w ".repeat(500), &"a".repeat(2_000), "\u{202e}"] {
            let answer = search(&fixture, "root", &format!("limit=100&q={}", encoded(text))).await;
            assert!(answer.json()["hits"].is_array());
        }
        for query in ["", "q=", "q=x&limit=0", "q=x&limit=101", "q=x&kind=nothing", "q=x&open=1", "q=x&page=2", "q=%00", "q=x&q=y"] {
            root.get(&format!("/api/v1/search?{query}")).await.expect(400);
        }
        root.get("/api/v1/incidents/INC9999999/similar").await.expect(404);
    }

    async fn words_are_found_as_people_type_them(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        let server = &fixture.server;
        let make = async |title: &str, description: &str| {
            server.make("incident", fixture.a, json!({"title": title, "description": description})).await.record.number
        };
        let german = make("Drucker druckt nicht", "Die Größe des Papiers lässt sich nicht ändern").await;
        let french = make("L'imprimante est hors-ligne", "Depuis ce matin, café compris").await;
        let titled = make("Payroll stopped", "nothing else").await;
        let texted = make("Nothing to see", "The payroll stopped at night, payroll again, payroll and payroll").await;
        server.searchable().await;
        for (text, expected) in [
            ("druck", vec![&german]),
            ("DRUCKER", vec![&german]),
            ("grosse papier", vec![&german]),
            ("größe ändern", vec![&german]),
            ("andern", vec![&german]),
            ("cafe", vec![&french]),
            ("imprimante hors ligne", vec![&french]),
            ("drucker imprimante", vec![]),
            // What a record is called counts for more than how often its text says it.
            ("payroll", vec![&titled, &texted]),
        ] {
            let found = numbers(&search_for(&fixture, "root", text).await);
            assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{text}");
        }
        // A number leads to its record first, whole, in small letters, and by its digits.
        let digits = german.trim_start_matches("INC").trim_start_matches('0').to_owned();
        for text in [german.clone(), german.to_lowercase(), german.trim_start_matches("INC").to_owned(), digits] {
            let answer = search(&fixture, "root", &format!("kind=incident&q={text}")).await;
            assert_eq!(numbers(&answer)[0], german, "{text}");
        }
        // Finished ones are left out when asked for.
        let incident = server.make("incident", fixture.a, json!({"title": "Schon erledigt"})).await;
        server.transition(&incident, "cancel", json!({"cancel_reason": "x"})).await;
        server.searchable().await;
        assert_eq!(numbers(&search(&fixture, "root", "q=erledigt").await).len(), 1);
        assert_eq!(numbers(&search(&fixture, "root", "q=erledigt&open=true").await).len(), 0);
        // A text that is taken away is no longer found.
        let root = fixture.client("root");
        root.patch(&format!("/api/v1/incidents/{french}"), json!({"fields": {"description": null}})).await.expect(200);
        server.searchable().await;
        assert_eq!(numbers(&search_for(&fixture, "root", "café").await), Vec::<String>::new());
        let hit: Json = search_for(&fixture, "root", "druck").await.json()["hits"][0].clone();
        assert_eq!(hit["label_parts"][0], json!({"text": "Drucker", "marked": true}));
    }

    async fn similar_records_share_telling_words(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        let server = &fixture.server;
        let mut made = Vec::new();
        for title in [
            "Outlook calendar loses meetings after the update",
            "Meetings vanish from the Outlook calendar",
            "Calendar in Outlook: meetings gone since update",
            "Printer is out of paper",
            "Coffee machine leaks",
        ] {
            made.push(server.make("incident", fixture.a, json!({"title": title})).await.record);
        }
        server.searchable().await;
        let path = format!("/api/v1/incidents/{}/similar", made[0].number);
        let found = numbers(&fixture.client("root").get(&path).await.expect(200));
        assert_eq!(found.iter().collect::<BTreeSet<_>>(), BTreeSet::from([&made[1].number, &made[2].number]));
        let root = server.actor(fixture.people["root"]).await;
        let page = server.app.similar_to_text(&root, &["incident".to_owned()], "The machine for coffee leaks again", 5).await;
        assert_eq!(page.unwrap().hits[0].record.id, made[4].id);
    }
}
