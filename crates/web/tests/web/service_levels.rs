//! The report on service levels: counts what its reader may see, and nothing else.

use serde_json::{Value as Json, json};
use steward_testkit::client::Client;
use steward_testkit::on_both;

use crate::world::{World, check_status};

/// A promise of eight hours, kept to 95 per cent.
async fn promise(root: &Client) {
    let fields = json!({ "name": "Gold", "sort": "sla", "valid_from": "2020-01-01", "compliance_target": "95" });
    let agreement = root.post("/api/v1/agreements", json!({ "fields": fields })).await.expect(201).json();
    let number = |made: &Json| made["number"].as_str().unwrap().to_owned();
    root.post(&format!("/api/v1/agreements/{}/transitions/activate", number(&agreement)), json!({})).await.expect(200);
    let fields = json!({ "name": "Resolve", "metric": "resolution", "value": "PT8H", "agreement": agreement["id"] });
    let target = root.post("/api/v1/service-level-targets", json!({ "fields": fields })).await.expect(201).json();
    let path = format!("/api/v1/service-level-targets/{}/transitions/activate", number(&target));
    root.post(&path, json!({})).await.expect(200);
}

/// An incident of somebody, resolved at once when `is_resolved`.
async fn incident(world: &World, requester: &str, is_resolved: bool) {
    let fixture = &world.fixture;
    let (root, requester) = (fixture.client("root"), fixture.people[requester].to_string());
    let fields = json!({
        "title": "It is slow", "impact": "medium", "urgency": "medium", "requester": requester, "team": fixture.desk.to_string(),
    });
    let made = root.post("/api/v1/incidents", json!({ "fields": fields })).await.expect(201).json();
    if is_resolved {
        let path = format!("/api/v1/incidents/{}/transitions", made["number"].as_str().unwrap());
        root.post(&format!("{path}/start"), json!({})).await.expect(200);
        let how = json!({ "fields": { "resolution_code": "fixed", "resolution_notes": "Restarted" } });
        root.post(&format!("{path}/resolve"), how).await.expect(200);
    }
}

/// The rows of the file, without its head: part, kept, broken, still open, share.
async fn rows(world: &World, reader: &str, by: &str) -> Vec<Vec<String>> {
    // Signed in anew: the hours that pass in between end sessions.
    let answer = world.another(reader).await.get(&format!("/service-levels?by={by}&format=csv")).await;
    check_status(&answer, 200, reader);
    let text = answer.text();
    let mut lines = csv::Reader::from_reader(text.as_bytes());
    let cells = lines.records().map(|line| line.unwrap().iter().skip(2).take(5).map(str::to_owned).collect());
    cells.collect()
}

on_both! {
    async fn lv_7_promises_are_counted_as_far_as_one_may_see(db: TestDatabase) {
        let world = World::build(db).await;
        promise(world.fixture.client("root")).await;
        incident(&world, "a1", true).await;
        incident(&world, "a1", false).await;
        incident(&world, "b1", false).await;
        assert_eq!(rows(&world, "root", "month").await, [["2026-01", "1", "0", "2", "100.00"]]);
        // Nine hours later what was promised in eight is broken, whether or not anybody looked at it since.
        world.fixture.server.clock.advance(9 * 3600);
        assert_eq!(rows(&world, "root", "month").await, [["2026-01", "1", "2", "0", "33.33"]]);
        let customers = rows(&world, "root", "customer").await;
        let counts: Vec<(&str, &str)> = customers.iter().map(|row| (row[1].as_str(), row[2].as_str())).collect();
        assert!(counts.len() == 2 && counts.contains(&("1", "1")) && counts.contains(&("0", "1")), "{customers:?}");
        assert!(customers.iter().all(|row| !row[0].is_empty()), "customers have names: {customers:?}");

        let json = world.fixture.client("root").get("/api/v1/service-levels?by=month").await.expect(200).json();
        assert_eq!((&json[0]["kept"], &json[0]["broken"], &json[0]["agreed_percent"]), (&json!(1), &json!(2), &json!(95.0)));

        let page = world.another("root").await.get("/service-levels").await.expect(200).text();
        assert!(page.contains("33.3 %") && page.contains("below target") && page.contains("95.0 %"), "{page}");
        // An agent of another team counts none of these; who only asks sees no report.
        assert_eq!(rows(&world, "g2", "month").await, Vec::<Vec<String>>::new());
        check_status(&world.another("a1").await.get("/service-levels").await, 403, "not for requesters");
        check_status(&world.another("root").await.get("/service-levels?kind=nothing").await, 404, "no such kind");
    }
}
