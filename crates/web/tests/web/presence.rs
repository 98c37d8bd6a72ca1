//! Who is at a record, told to those who work on it and to nobody else.

use std::time::Duration;

use futures_util::StreamExt as _;
use steward_testkit::browser::Browser;
use steward_testkit::markup::Page;
use steward_testkit::on_both;

use crate::world::{World, check_status};

async fn beat(browser: &Browser, at: &str, page: &str, activity: &str) -> String {
    let answer = browser.post_part(&format!("{at}/presence"), &[("page", page), ("activity", activity)]).await;
    check_status(&answer, 200, "a beat");
    words(&answer.text())
}

fn words(markup: &str) -> String {
    Page::parse(markup).text().split_whitespace().collect::<Vec<_>>().join(" ")
}

on_both! {
    async fn those_who_work_on_a_record_see_each_other(db: TestDatabase) {
        let world = World::build(db).await;
        let (g1, root, ta) = (world.browser("g1"), world.browser("root"), world.ta());
        let name = format!("g1 {}", world.fixture.canary("g1.name"));
        assert_eq!(beat(g1, &ta, "a", "viewing").await, "");
        assert!(beat(root, &ta, "b", "viewing").await.ends_with(&format!("{name} is viewing")));
        beat(g1, &ta, "a", "writing").await;
        let seen = root.get(&format!("{ta}/presence")).await.expect(200).text();
        assert!(words(&seen).ends_with(&format!("{name} is writing")), "{seen}");
        // Others at other records do not show, nor does who left.
        assert_eq!(beat(root, &world.tb(), "b", "viewing").await, "");
        beat(g1, &ta, "a", "left").await;
        assert_eq!(words(&root.get(&format!("{ta}/presence")).await.text()), "");
        // Who is not heard any more is gone within forty seconds.
        beat(g1, &ta, "a", "viewing").await;
        world.fixture.server.clock.advance(36);
        assert_eq!(beat(&world.another("root").await, &ta, "b", "viewing").await, "");
        // No write, and no trace on the record.
        let before = world.state().await;
        beat(g1, &ta, "a", "writing").await;
        assert_eq!(world.state().await, before);
    }

    async fn who_may_not_be_known_is_somebody(db: TestDatabase) {
        let world = World::build(db).await;
        let ta = world.ta();
        beat(world.browser("root"), &ta, "a", "viewing").await;
        let answer = world.browser("oa").post_part(&format!("{ta}/presence"), &[("page", "b"), ("activity", "viewing")]).await;
        assert!(words(&answer.text()).ends_with("somebody is viewing"), "{}", answer.text());
        world.fixture.sweep("oa", &answer);
        for actor in ["a1", "am"] {
            check_status(&world.browser(actor).get(&format!("{ta}/presence")).await, 403, actor);
            assert!(!world.browser(actor).get(&ta).await.text().contains("data-presence"), "{actor}");
        }
        assert!(world.browser("g1").get(&ta).await.text().contains("data-presence"));
        let answer = world.browser("g1").post_part(&format!("{ta}/presence"), &[("page", ""), ("activity", "viewing")]).await;
        check_status(&answer, 400, "no page");
    }

    async fn the_stream_tells_only_who_is_there_too(db: TestDatabase) {
        let world = World::build(db).await;
        let (g1, root, ta) = (world.browser("g1"), world.browser("root"), world.ta());
        let mut streams = Vec::new();
        for actor in ["g1", "oa", "a1"] {
            streams.push((actor, world.browser(actor).call("GET", "/live").open().await.into_body().into_data_stream()));
        }
        beat(g1, &ta, "a", "viewing").await;
        beat(root, &ta, "b", "viewing").await;
        for (actor, stream) in &mut streams {
            let next = tokio::time::timeout(Duration::from_millis(if *actor == "g1" { 5_000 } else { 300 }), stream.next()).await;
            match (*actor, next) {
                ("g1", Ok(Some(Ok(text)))) => {
                    let text = String::from_utf8_lossy(&text).into_owned();
                    assert!(text.contains("event: presence") && text.contains(&world.fixture.ta.record.id.to_string()), "{text}");
                }
                ("g1", other) => panic!("{other:?}"),
                (_, Ok(Some(Ok(text)))) => assert!(!text.starts_with(b"event: presence"), "{actor} heard {text:?}"),
                _ => {}
            }
        }
    }

    async fn another_node_knows_who_is_here(db: TestDatabase) {
        let world = World::build(db).await;
        let ta = world.ta();
        let (other, hearing) = world.fixture.server.another_node();
        let task = tokio::spawn(async move { hearing.hear_nodes().await });
        tokio::task::yield_now().await;
        let root = world.browser("root").at(other);
        let name = world.fixture.canary("g1.name");
        let mut seen = String::new();
        for _ in 0..100 {
            beat(world.browser("g1"), &ta, "a", "writing").await;
            seen = beat(&root, &ta, "b", "viewing").await;
            if seen.contains(&name) {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert!(seen.ends_with("is writing"), "{seen}");
        task.abort();
    }
}
