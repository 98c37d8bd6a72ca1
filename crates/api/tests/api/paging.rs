//! Lists: filtered in every notation, sorted, counted, paged to the end, with the fields asked for.

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};
use steward_testkit::client::{Client, encoded};
use steward_testkit::fixture::Fixture;
use steward_testkit::on_both;

const TITLES: [&str; 4] = ["alpha", "beta", "gamma", "delta"];

async fn populate(fixture: &Fixture) {
    for index in 0..37 {
        fixture.server.clock.advance(60);
        let impact = ["high", "medium", "low"][index % 3];
        let fields = json!({
            "title": format!("{} {index}", TITLES[index % 4]),
            "impact": impact,
            "urgency": "low",
            "requester": fixture.people["g1"].to_string(),
        });
        fixture.server.make("incident", fixture.provider, fields).await;
    }
}

async fn titles(client: &Client, query: &str) -> Vec<String> {
    let answer = client.get(&format!("/api/v1/incidents?{query}")).await.expect(200);
    answer.json().as_array().unwrap().iter().map(|one| one["fields"]["title"].as_str().unwrap().to_owned()).collect()
}

/// All records page by page; panics when one comes twice.
async fn walk(client: &Client, query: &str) -> Vec<Json> {
    let mut path = format!("/api/v1/incidents?{query}");
    let mut records = Vec::new();
    loop {
        let answer = client.get(&path).await.expect(200);
        records.extend(answer.json().as_array().unwrap().iter().cloned());
        match answer.header("link").strip_prefix('<').and_then(|rest| rest.split_once('>')) {
            Some((next, _)) => path = next.to_owned(),
            None => break,
        }
    }
    let ids: BTreeSet<&str> = records.iter().map(|one| one["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), records.len(), "{query} gives a record twice");
    records
}

on_both! {
    async fn every_notation_finds_the_same(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        populate(&fixture).await;
        let g1 = fixture.client("g1");
        let cel = titles(g1, &format!("limit=100&filter={}", encoded("title.startsWith(\"alpha\") && impact == \"high\""))).await;
        assert_eq!(cel.len(), 4);
        let search = titles(g1, &format!("limit=100&q={}", encoded("alpha impact:high"))).await;
        assert_eq!(search, cel);
        let tree = json!({"and": [{"field": "title", "starts_with": "alpha"}, {"field": "impact", "is": "high"}]});
        assert_eq!(titles(g1, &format!("limit=100&tree={}", encoded(&tree.to_string()))).await, cel);
        let both = titles(g1, &format!("q=alpha&filter={}", encoded("impact == \"high\""))).await;
        assert_eq!(both, cel, "conditions of several parameters all hold");
        assert_eq!(titles(g1, "q=nothing-like-this").await, [""; 0]);
    }

    async fn pages_lead_through_everything_in_order(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        populate(&fixture).await;
        let g1 = fixture.client("g1");
        let filter = encoded("organisation.name != \"\" && requester == me");
        for (sort, limit) in [("-updated_at", 5), ("title", 7), ("-priority,title", 10), ("number", 1), ("opened_at,-number", 37), ("-created_at", 36)] {
            let paged = walk(g1, &format!("filter={filter}&sort={sort}&limit={limit}")).await;
            let whole = walk(g1, &format!("filter={filter}&sort={sort}&limit=1000")).await;
            assert_eq!(paged.len(), 37, "{sort}");
            assert_eq!(paged, whole, "{sort}");
        }
        let sorted = titles(g1, &format!("filter={filter}&sort=title&limit=100")).await;
        assert!(sorted.is_sorted());
        let newest = walk(g1, &format!("filter={filter}&limit=4")).await;
        let times: Vec<&str> = newest.iter().map(|one| one["updated_at"].as_str().unwrap()).collect();
        assert!(times.is_sorted_by(|a, b| a >= b), "newest change first when nothing is said");
        for wrong in ["cursor=abc", "cursor=W10", "limit=0", "limit=1001", "limit=x", "sort=nothing", "sort=title,,", "count=maybe"] {
            g1.get(&format!("/api/v1/incidents?{wrong}")).await.expect(400);
        }
        let first = g1.get("/api/v1/incidents?sort=title&limit=2").await.expect(200);
        let cursor = first.header("link").split("cursor=").nth(1).unwrap().split('>').next().unwrap().to_owned();
        g1.get(&format!("/api/v1/incidents?sort=-priority,title&cursor={cursor}")).await.expect(400);
    }

    async fn counts_and_fields_are_those_asked_for(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        populate(&fixture).await;
        let g1 = fixture.client("g1");
        let filter = encoded("requester == me");
        for (count, expected) in [("", "37"), ("&count=capped", "37"), ("&count=exact", "37"), ("&count=off", "")] {
            let answer = g1.get(&format!("/api/v1/incidents?filter={filter}&limit=3{count}")).await.expect(200);
            assert_eq!(answer.header("x-total-count"), expected, "{count}");
            assert_eq!(answer.json().as_array().unwrap().len(), 3);
        }
        let some = g1.get(&format!("/api/v1/incidents?filter={filter}&fields=title,impact&limit=1")).await.expect(200).json();
        let keys: Vec<&String> = some[0]["fields"].as_object().unwrap().keys().collect();
        assert_eq!(keys, ["impact", "title"]);
        let one = g1.get(&format!("/api/v1/incidents/{}?fields=title", fixture.ta.record.number)).await.expect(200).json();
        assert_eq!(one["fields"].as_object().unwrap().len(), 1);
        g1.get("/api/v1/incidents?fields=nothing").await.expect(400);
    }

    async fn a_journal_is_read_page_by_page(db: TestDatabase) {
        let fixture = Fixture::build(db).await;
        let path = format!("/api/v1/incidents/{}/journal", fixture.ta.record.number);
        for actor in ["g1", "a1"] {
            let client = fixture.client(actor);
            let whole = client.get(&path).await.expect(200).json();
            let mut paged = Vec::new();
            let mut next = format!("{path}?limit=2");
            loop {
                let answer = client.get(&next).await.expect(200);
                paged.extend(answer.json().as_array().unwrap().iter().cloned());
                match answer.header("link").strip_prefix('<').and_then(|rest| rest.split_once('>')) {
                    Some((link, _)) => next = link.to_owned(),
                    None => break,
                }
            }
            assert_eq!(Json::from(paged), whole, "{actor}");
        }
    }
}
